package site

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	pixmap "image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// shippedInput is the repository's own board, read once. Nobody changes it.
var shippedInput = sync.OnceValues(func() (*Input, error) {
	in, findings, err := Load(context.Background(), repo, Options{Drafts: true})
	if err == nil && findings.HasErrors() {
		err = fmt.Errorf("%s", findingsText(findings))
	}
	return in, err
})

// verifier makes a verifier for the shipped board after a change to a copy of
// it. Without all it has the results of one model only, which is quicker.
func verifier(t testing.TB, all bool, change func(*Input)) *Verifier {
	t.Helper()
	shipped, err := shippedInput()
	if err != nil {
		t.Fatal(err)
	}
	in, cat, mod, st := *shipped, *shipped.Catalog, *shipped.Catalog.Moderation, *shipped.Site
	in.Catalog, cat.Moderation, in.Site = &cat, &mod, &st
	if !all {
		in.Results = nil
		for _, r := range shipped.Results {
			if r.Result.Model.Name == "Qwen/Qwen3-8B" {
				in.Results = append(in.Results, r)
			}
		}
	}
	if change != nil {
		change(&in)
	}
	v, findings := NewVerifier(&in, Options{Tool: Tool{Version: "1.2.3"}})
	if findings.HasErrors() {
		t.Fatal(findingsText(findings))
	}
	return v
}

// ratedIDs returns the full ids of results that have stars, in the board's order.
func ratedIDs(t testing.TB, v *Verifier) (ids []string) {
	t.Helper()
	for _, e := range v.s.entries {
		if e.Rating.Rated {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) < 2 {
		t.Fatal("the board has no rated results")
	}
	return ids
}

// file draws a label of a result as a build of the verifier's board would.
func (v *Verifier) file(t testing.TB, id string, s label.Style, format label.Format) []byte {
	t.Helper()
	in := v.state(v.s.byID[id])
	if s.Size == label.SizeBadge {
		data, err := v.s.in.Designs.Badge(in, false)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	l, err := v.s.in.Designs.Draw(in, s)
	if err != nil {
		t.Fatal(err)
	}
	data := l.SVG()
	switch format {
	case label.FormatPDF:
		data, err = l.PDF()
	case label.FormatPNG:
		data, err = l.PNG()
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// swap replaces what must be there, once or everywhere.
func swap(t testing.TB, data []byte, old, new string, times int) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) || old == new {
		t.Fatalf("there is no %q to replace", old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), times)
}

// swapRE replaces the first match of a pattern.
func swapRE(t testing.TB, data []byte, pattern, new string) []byte {
	t.Helper()
	re := regexp.MustCompile(pattern)
	m := re.FindSubmatchIndex(data)
	if m == nil {
		t.Fatalf("there is no %s to replace", pattern)
	}
	out := append(bytes.Clone(data[:m[0]]), re.Expand(nil, []byte(new), data, m)...)
	return append(out, data[m[1]:]...)
}

// part returns the first match of a pattern.
func part(t testing.TB, data []byte, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).Find(data)
	if m == nil {
		t.Fatalf("there is no %s", pattern)
	}
	return string(m)
}

// resealed gives a changed PDF the digest and the place of its table that fit, as
// somebody would who knows how the files are made.
func resealed(t testing.TB, data []byte) []byte {
	t.Helper()
	xref := bytes.LastIndex(data, []byte("\nxref\n")) + 1
	sum := sha256.Sum256(data[:xref])
	id := hex.EncodeToString(sum[:16])
	head, tail := data[:xref], data[xref:]
	tail = swapRE(t, tail, `/ID\[<[0-9a-f]+><[0-9a-f]+>\]`, "/ID[<"+id+"><"+id+">]")
	tail = swapRE(t, tail, `startxref\n\d+`, fmt.Sprintf("startxref\n%d", xref))
	return append(bytes.Clone(head), tail...)
}

// recontent changes the drawing operators of a PDF and reseals it.
func recontent(t testing.TB, data []byte, change func([]byte) []byte) []byte {
	t.Helper()
	for at := 0; ; {
		m := regexp.MustCompile(`<</Filter/FlateDecode/Length (\d+)>>\nstream\n`).FindSubmatchIndex(data[at:])
		if m == nil {
			t.Fatal("the PDF has no page contents")
		}
		n := 0
		fmt.Sscan(string(data[at+m[2]:at+m[3]]), &n)
		start := at + m[1]
		zr, err := zlib.NewReader(bytes.NewReader(data[start : start+n]))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(zr)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(content, []byte(" re\n")) { // a font or its map
			at = start + n
			continue
		}
		var z bytes.Buffer
		zw := zlib.NewWriter(&z)
		zw.Write(change(content))
		zw.Close()
		out := append(bytes.Clone(data[:at+m[0]]), fmt.Sprintf("<</Filter/FlateDecode/Length %d>>\nstream\n", z.Len())...)
		return resealed(t, append(append(out, z.Bytes()...), data[start+n:]...))
	}
}

// rechunk changes the chunks of a PNG and mends their checksums. A nil from edit
// drops the chunk.
func rechunk(data []byte, edit func(kind string, body []byte) []byte) []byte {
	out := bytes.Clone(data[:8])
	for rest := data[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		kind, body := string(rest[4:8]), rest[8:8+n]
		rest = rest[12+n:]
		if body = edit(kind, bytes.Clone(body)); body != nil {
			out = append(out, pngChunk(kind, body)...)
		}
	}
	return out
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// repixel changes the picture of a PNG and keeps its other chunks.
func repixel(t testing.TB, data []byte, change func(draw.Image)) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rgba := pixmap.NewNRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Bounds(), img, pixmap.Point{}, draw.Src)
	change(rgba)
	var raw bytes.Buffer
	zw := zlib.NewWriter(&raw)
	for y := range rgba.Bounds().Dy() {
		row := []byte{0}
		for x := range rgba.Bounds().Dx() {
			c := rgba.NRGBAAt(x, y)
			row = append(row, c.R, c.G, c.B)
		}
		zw.Write(row)
	}
	zw.Close()
	done := false
	return rechunk(data, func(kind string, body []byte) []byte {
		if kind != "IDAT" {
			return body
		}
		if done {
			return nil
		}
		done = true
		return raw.Bytes()
	})
}

// Each kind of tampering is caught, with its outcome and the words that name it.
func TestTampering(t *testing.T) {
	v := verifier(t, false, nil)
	ids := ratedIDs(t, v)
	a, b := ids[0], ids[1]
	svgA, svgB := v.file(t, a, label.Style{}, label.FormatSVG), v.file(t, b, label.Style{}, label.FormatSVG)
	pdfA, pdfB := v.file(t, a, label.Style{}, label.FormatPDF), v.file(t, b, label.Style{}, label.FormatPDF)
	pngA, pngB := v.file(t, a, label.Style{Size: label.SizeSmall}, label.FormatPNG), v.file(t, b, label.Style{Size: label.SizeSmall}, label.FormatPNG)
	badge := v.file(t, a, label.Style{Size: label.SizeBadge}, label.FormatSVG)
	rec := v.state(v.s.byID[a]).Record()
	other := v.state(v.s.byID[b]).Record()
	if rec.Stars == "5.0" || rec.Value == other.Value || rec.Range[0] != rec.Range[1] {
		t.Fatal("the two labels do not serve this test")
	}
	stars := `"stars":"` + rec.Stars + `"`
	meta := part(t, svgA, `<metadata[^>]*>.*</metadata>`)
	qr := `<path[^>]* transform="matrix\([^>]*/>`
	anyRecord := `\{"design"[^}]*\}`
	text := func(kind string, body []byte, edit func([]byte) []byte) []byte {
		if kind == "tEXt" && bytes.HasPrefix(body, []byte("jouleboard\x00")) {
			return edit(body)
		}
		return body
	}

	// A label whose interval spans stars, one in review, and one under a draft.
	spanning := verifier(t, false, func(in *Input) { withInterval(t, in) })
	var spans string
	for _, e := range spanning.s.entries {
		if e.Rating.Spans {
			spans = e.ID
		}
	}
	svgSpan := spanning.file(t, spans, label.Style{}, label.FormatSVG)
	spanRec := spanning.state(spanning.s.byID[spans]).Record()
	flagged := verifier(t, false, func(in *Input) { in.Catalog.Moderation.Flags = []catalog.Flag{reviewOf(a)} })
	svgFlag := flagged.file(t, a, label.Style{}, label.FormatSVG)

	tests := []struct {
		name    string
		v       *Verifier
		data    []byte
		outcome string
		reason  string
		says    string // in the differences or the notes
	}{
		// The record.
		{"stars in the record", v, swap(t, svgA, stars, `"stars":"5.0"`, 1), Altered, WhyRecord, "stars: the label says 5.0, the result says " + rec.Stars},
		{"model in the record", v, swap(t, svgA, `"model":"Qwen/Qwen3-8B"`, `"model":"Mine/Better"`, 1), Altered, WhyRecord, "model: the label says Mine/Better"},
		{"model in record, title and description", v, swap(t, swap(t, svgA, "Qwen/Qwen3-8B", "Mine/Better", -1), "Qwen 3 8B", "Better", -1), Altered, WhyRecord, "model: the label says Mine/Better"},
		{"another scale", v, swap(t, svgA, `"scale":"jb-2026"`, `"scale":"jb-2099"`, 1), Altered, WhyRecord, "scale: the label says jb-2099"},
		{"no scale", v, swapRE(t, svgA, `"scale":"jb-2026","scale_sha256":"[0-9a-f]+"`, `"scale":"","scale_sha256":""`), Altered, WhyRecord, "reason: the label says nothing, the result says no-scale"},
		{"digest of the scale", v, swapRE(t, svgA, `"scale_sha256":"[0-9a-f]`, `"scale_sha256":"e`), Altered, WhyRecord, "scale_sha256: the label says e"},
		{"range widened", v, swapRE(t, svgA, `"range":\["[^]]*"\]`, `"range":["1.0","5.0"]`), Altered, WhyRecord, "range: the label says 1.0-5.0, the result says " + rec.Stars + "-" + rec.Stars},
		{"range narrowed", spanning, swapRE(t, svgSpan, `"range":\["[^]]*"\]`, `"range":["`+spanRec.Stars+`","`+spanRec.Stars+`"]`), Altered, WhyRecord, "range: the label says " + spanRec.Stars + "-" + spanRec.Stars},
		{"status removed", flagged, swap(t, svgFlag, `"status":"flagged"`, `"status":"rated"`, 1), Altered, WhyDrawing, "no longer match"},
		{"not rated", v, swap(t, swapRE(t, swapRE(t, svgA, `"range":\["[^]]*"\],"reason":""`, `"reason":"uncertain"`), `"status":"rated"`, `"status":"not-rated"`), stars, `"stars":""`, 1), Altered, WhyRecord, "stars: the label says nothing, the result says " + rec.Stars},
		{"unit", v, swap(t, svgA, `"unit":"`+rec.Unit+`"`, `"unit":"mWh"`, 1), Altered, WhyRecord, "unit: the label says mWh, the result says " + rec.Unit},
		{"value", v, swap(t, svgA, `"value":"`+rec.Value+`"`, `"value":"1.23"`, 1), Altered, WhyRecord, "value: the label says 1.23, the result says " + rec.Value},
		{"task", v, swap(t, svgA, `"task":"`+rec.Task+`"`, `"task":"code"`, 1), Altered, WhyRecord, "task: the label says code"},
		{"address in the record", v, swap(t, svgA, `"url":"https://jouleboard.example.org/`, `"url":"https://elsewhere.example.net/`, 1), Altered, WhyRecord, "url: the label says https://elsewhere.example.net/"},
		{"a digit of the result", v, swapRE(t, svgA, `("result":"[0-9a-f]{60})....`, `${1}0000`), Altered, WhyRecord, "result: the label says " + a[:60] + "0000"},
		{"record of another label", v, swapRE(t, svgA, anyRecord, strings.ReplaceAll(part(t, svgB, anyRecord), "$", "$$")), Altered, WhyDrawing, "no longer match"},
		{"record removed", v, swap(t, svgA, meta, "", 1), Unknown, WhyNoRecord, "no record in an element metadata"},
		{"record doubled", v, swap(t, svgA, meta, meta+strings.Replace(meta, stars, `"stars":"5.0"`, 1), 1), Altered, WhyFile, "2 records"},
		{"keys doubled", v, swap(t, svgA, stars, stars+`,"stars":"5.0"`, 1), Altered, WhyFile, "duplicate"},
		{"keys in another order", v, swap(t, swap(t, svgA, stars+",", "", 1), `{"design"`, `{`+stars+`,"design"`, 1), Altered, WhyDrawing, "no longer match"},
		{"design", v, swap(t, svgA, `"design":"default"`, `"design":"other"`, 1), Unchanged, "", "only the record was proven"},

		// The drawing of an SVG.
		{"a drawn digit", v, swapRE(t, svgA, `(<path transform="translate\(6 92\)[^>]* d="M)-?\d+`, `${1}99`), Altered, WhyDrawing, "is the first that is not as drawn"},
		{"the shape of a glyph", v, swapRE(t, svgA, `(<path id="\w+" d="M)\d+`, `${1}999`), Altered, WhyDrawing, "is the first"},
		{"QR code of another result", v, swapRE(t, svgA, qr, strings.ReplaceAll(part(t, svgB, qr), "$", "$$")), Altered, WhyDrawing, "is the first"},
		{"a moved star", v, swapRE(t, svgA, `(<use href="#\w+-0" x=")16.4"`, `${1}18.4"`), Altered, WhyDrawing, "is the first"},
		{"a star more", v, swapRE(t, svgA, `(<use href="#\w+-0" x=")16.4("/>)`, `${0}${1}32.8${2}`), Altered, WhyDrawing, "is the first"},
		{"the colour of a star", v, swap(t, svgA, `fill="#005A8C"`, `fill="#FFD700"`, 1), Altered, WhyDrawing, "is the first"},
		{"drawing of another label", v, swapRE(t, svgB, anyRecord, strings.ReplaceAll(part(t, svgA, anyRecord), "$", "$$")), Altered, WhyDrawing, "is the first"},
		{"something over it", v, swap(t, svgA, "</svg>", `<rect x="6" y="42" width="84" height="20" fill="#FFFFFF"/></svg>`, 1), Altered, WhyDrawing, "is the first"},
		{"text over it", v, swap(t, svgA, "</svg>", `<text x="6" y="66">5.0 of 5</text></svg>`, 1), Altered, WhyDrawing, "is the first"},
		{"a style", v, swap(t, svgA, "</metadata>", "</metadata>\n<style>use{display:none}</style>", 1), Altered, WhyDrawing, "is the first"},
		{"a style sheet", v, append([]byte("<?xml-stylesheet href='x.css'?>\n"), svgA...), Altered, WhyDrawing, "no longer match"},
		{"a script", v, swap(t, svgA, "</svg>", "<script>alert(1)</script></svg>", 1), Altered, WhyDrawing, "is the first"},
		{"the description", v, swapRE(t, svgA, `(<desc[^>]*>)[^<]*`, `${1}The best model`), Altered, WhyDrawing, "is the first"},
		{"the title", v, swapRE(t, svgA, `(<title[^>]*>)[^<]*`, `${1}Another model`), Altered, WhyDrawing, "is the first"},
		{"the proportions", v, swap(t, svgA, `width="96mm"`, `width="192mm"`, 1), Altered, WhyDrawing, "line 1 of"},
		{"stars of a badge", v, swapRE(t, badge, `(<desc[^>]*>)[^<]*`, `${1}5.0 of 5`), Altered, WhyDrawing, "is the first"},

		// A PNG.
		{"png: a pixel", v, repixel(t, pngA, func(i draw.Image) { i.Set(30, 250, color.NRGBA{200, 0, 0, 255}) }), Altered, WhyDrawing, "1 pixels differ, all between 2.5 and 2.6 mm from the left and 21.2 and 21.3 mm from the top"},
		{"png: stars in the record", v, rechunk(pngA, func(k string, d []byte) []byte {
			return text(k, d, func(d []byte) []byte { return swap(t, d, stars, `"stars":"5.0"`, 1) })
		}), Altered, WhyRecord, "stars: the label says 5.0"},
		{"png: record without checksum", v, swap(t, pngA, stars, `"stars":"5.0"`, 1), Altered, WhyFile, "tEXt has a wrong checksum"},
		{"png: record of another label", v, rechunk(pngA, func(k string, d []byte) []byte {
			return text(k, d, func([]byte) []byte { return []byte("jouleboard\x00" + part(t, pngB, anyRecord)) })
		}), Altered, WhyDrawing, "pixels differ"},
		{"png: record removed", v, rechunk(pngA, func(k string, d []byte) []byte { return text(k, d, func([]byte) []byte { return nil }) }), Unknown, WhyNoRecord, "a screenshot"},
		{"png: resolution", v, rechunk(pngA, func(k string, d []byte) []byte {
			if k == "pHYs" {
				d[0] = 1
			}
			return d
		}), Altered, WhyDrawing, "chunk pHYs differs"},
		{"png: colours", v, rechunk(pngA, func(k string, d []byte) []byte {
			if k == "sRGB" {
				return nil
			}
			return d
		}), Altered, WhyDrawing, "sRGB"},
		{"png: something after it", v, append(bytes.Clone(pngA), svgA...), Altered, WhyFile, "follow its end"},

		// A PDF.
		{"pdf: a byte of the contents", v, swapByte(pdfA, bytes.Index(pdfA, []byte("/Filter/FlateDecode"))+80), Altered, WhyFile, "do not match the digest"},
		{"pdf: contents, resealed", v, recontent(t, pdfA, func(c []byte) []byte { return append(c, "\n1 0 0 rg 10 10 100 100 re f\n"...) }), Altered, WhyDrawing, "byte "},
		{"pdf: keywords", v, swap(t, pdfA, stars, `"stars":"5.0"`, 1), Altered, WhyFile, "in the keywords and in the metadata, differ"},
		{"pdf: keywords, resealed", v, resealed(t, swap(t, pdfA, stars, `"stars":"5.0"`, 1)), Altered, WhyFile, "differ"},
		{"pdf: keywords and metadata", v, swap(t, pdfA, stars, `"stars":"5.0"`, -1), Altered, WhyFile, "stars: the label says 5.0"},
		{"pdf: keywords and metadata, resealed", v, resealed(t, swap(t, pdfA, stars, `"stars":"5.0"`, -1)), Altered, WhyRecord, "stars: the label says 5.0"},
		{"pdf: title, resealed", v, resealed(t, swap(t, pdfA, "/Title (", "/Title (5 stars ", 1)), Altered, WhyDrawing, "byte "},
		{"pdf: record of another label", v, resealed(t, swap(t, pdfA, part(t, pdfA, anyRecord), part(t, pdfB, anyRecord), -1)), Altered, WhyDrawing, "byte "},
		{"pdf: something appended", v, append(bytes.Clone(pdfA), "9 0 obj\n<<>>\nendobj\n"...), Altered, WhyFile, "20 bytes were added"},
		{"pdf: saved by another program", v, swap(t, pdfA, "/Producer (jouleboard)", "/Producer (Another 1.0)", 1), Unknown, WhyNoRecord, "saved by another program"},
		{"pdf: record removed", v, resealed(t, swap(t, swap(t, pdfA, "/Keywords", "/Keyw", 1), "dc:description", "dc:subject", -1)), Unknown, WhyNoRecord, "the PDF has no record"},
		{"pdf: second record", v, resealed(t, swap(t, pdfA, "/Subject", "/Keywords (jouleboard:"+strings.Replace(rec.JSON(), stars, `"stars":"5.0"`, 1)+")/Subject", 1)), Altered, WhyFile, "several records"},
		{"pdf: dark look", v, resealed(t, swap(t, pdfA, `"model":`, `"look":"dark","model":`, -1)), Altered, WhyDrawing, "no label can look like that"},
	}
	if len(tests) < 20 {
		t.Errorf("only %d kinds", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.v.File(tt.data, RedrawAuto)
			all := words(got)
			if got.Outcome != tt.outcome || got.Reason != tt.reason || !strings.Contains(all, tt.says) {
				t.Errorf("%s (%s), expected %s (%s) and %q\n%s", got.Outcome, got.Reason, tt.outcome, tt.reason, tt.says, all)
			}
		})
	}
	// Who insists on the drawing is told of a design that is not there.
	if got := v.File(swap(t, svgA, `"design":"default"`, `"design":"other"`, 1), RedrawAlways); got.Outcome != Altered {
		t.Errorf("design, redrawn: %+v", got)
	}
	if got := v.File(swap(t, svgA, `jouleboard 1.2.3`, `jouleboard 9.9.9`, 1), RedrawAuto); got.Outcome != Unchanged || got.Drawing != DrawingSame {
		t.Errorf("another version that draws the same: %+v", got)
	}
	moved := swapRE(t, swap(t, svgA, `jouleboard 1.2.3`, `jouleboard 9.9.9`, 1), `(<path id="\w+" d="M)\d+`, `${1}999`)
	if got := v.File(moved, RedrawAuto); got.Outcome != Unchanged || got.Drawing != DrawingUnchecked || !strings.Contains(words(got), "it was drawn by jouleboard 9.9.9, and this is 1.2.3") {
		t.Errorf("another version: %+v", got)
	}
	if got := v.File(moved, RedrawAlways); got.Outcome != Altered || got.Drawing != DrawingDiffers {
		t.Errorf("another version, redrawn: %+v", got)
	}
	if got := v.File(moved, RedrawNever); got.Outcome != Unchanged || !strings.Contains(words(got), "it was not drawn again") {
		t.Errorf("not redrawn: %+v", got)
	}
}

// words is everything a verdict says.
func words(v Verdict) string {
	var b strings.Builder
	for _, d := range v.Differences {
		b.WriteString(d.String() + "\n")
	}
	b.WriteString(strings.Join(v.Notes, "\n"))
	return b.String()
}

func swapByte(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 0x55
	return out
}

func reviewOf(id string) catalog.Flag {
	return catalog.Flag{ID: id, Reason: "unreproducible", Text: "Three others got twice as much.", Date: "2026-10-01", Discussion: "https://example.org/talk/7"}
}

// withInterval gives one rated result of the board an interval that spans half a
// star.
func withInterval(t testing.TB, in *Input) {
	t.Helper()
	scale := in.Scales.Default()
	for i, l := range in.Results {
		r := *l.Result
		rt := scale.Rate(&r, nil, in.Site.Rank.Points, nil)
		if !rt.Rated || rt.Stars > 4 {
			continue
		}
		level, ok := scale.Groups[rt.Group].LevelOf(rt.Stars + 0.5)
		if !ok {
			continue
		}
		m := r.Metrics[label.Metric]
		m.CI95 = &result.Interval{level * 0.999, rt.Value * 1.0001}
		r.Metrics = maps.Clone(r.Metrics)
		r.Metrics[label.Metric] = m
		if err := result.Seal(&r); err != nil {
			t.Fatal(err)
		}
		in.Results = slices.Clone(in.Results)
		in.Results[i] = &result.Loaded{Result: &r, Path: l.Path}
		return
	}
	t.Fatal("no rated result")
}

// Labels that nobody touched are never called altered: at least 500 of them, in
// every format, size and look.
func TestUntouchedLabels(t *testing.T) {
	v := verifier(t, true, nil)
	n := map[string]int{}
	check := func(id string, s label.Style, format label.Format) {
		t.Helper()
		n[string(format)]++
		n[cmp.Or(s.Size, label.SizeFull)+" "+cmp.Or(s.Look, label.LookColour)]++
		got := v.File(v.file(t, id, s, format), RedrawAuto)
		if got.Outcome != Unchanged || got.Drawing != DrawingSame || len(got.Notes)+len(got.Differences) > 0 {
			t.Errorf("%s of %.12s, %+v: %s (%s)\n%s", format, id, s, got.Outcome, got.Reason, words(got))
		}
	}
	sizes, looks := label.Sizes(), label.Looks()
	for i, e := range v.s.entries {
		s := label.Style{Size: sizes[i%len(sizes)], Look: looks[i/len(sizes)%len(looks)]}
		check(e.ID, s, label.FormatSVG)
		switch {
		case i%3 == 0:
			if s.Look == label.LookDark {
				s.Look = label.LookMono
			}
			check(e.ID, s, label.FormatPDF)
		case i%17 == 1:
			check(e.ID, s, label.FormatPNG)
		case i%5 == 2:
			check(e.ID, label.Style{Size: label.SizeBadge}, label.FormatSVG)
		}
	}
	if n["svg"] < 500 || n["pdf"] < 200 || n["png"] < 20 || n["badge colour"] < 50 {
		t.Errorf("too few labels: %v", n)
	}
	for _, size := range sizes {
		for _, look := range looks {
			if n[size+" "+look] == 0 {
				t.Errorf("no label of size %s in %s", size, look)
			}
		}
	}
}

// editions makes the labels folder of a board on which jb-2026 is superseded.
func editions(t testing.TB, in *Input) *rank.Scales {
	t.Helper()
	file := filepath.ToSlash("scales/jb-2026.yaml")
	text, err := fs.ReadFile(in.Labels, file)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := fs.ReadFile(in.Labels, rank.LockFile)
	if err != nil {
		t.Fatal(err)
	}
	draft := strings.NewReplacer("id: jb-2026", "id: jb-2027", "effective: 2026-11-21", "effective: 2027-11-21", "status: frozen", "status: draft", `"2026"`, `"2027"`).Replace(string(text))
	// Every star is harder to get.
	draft = regexp.MustCompile(`(\d\.\d): [0-9.]+`).ReplaceAllStringFunc(draft, func(s string) string {
		stars, level, _ := strings.Cut(s, ": ")
		v, err := strconv.ParseFloat(level, 64)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s: %.4g", stars, v/8)
	})
	draft = strings.Replace(draft, "method: log-index", "method: thresholds", 1)
	draft = regexp.MustCompile(`(?m)^    params: .*\n`).ReplaceAllString(draft, "")
	next, lock, err := rank.Freeze("labels/scales/jb-2027.yaml", []byte(draft), lock)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Replace(string(text), "status: frozen", "status: superseded", 1)
	old = regexp.MustCompile(`superseded_by: .*`).ReplaceAllString(old, "superseded_by: jb-2027")
	scales, findings := rank.LoadScales(fstest.MapFS{file: {Data: []byte(old)}, "scales/jb-2027.yaml": {Data: next}, rank.LockFile: {Data: lock}})
	if findings.HasErrors() {
		t.Fatal(findingsText(findings))
	}
	return scales
}

// drafted is jb-2026 before it was frozen.
func drafted(t testing.TB, in *Input, level string) *rank.Scales {
	t.Helper()
	text, err := fs.ReadFile(in.Labels, "scales/jb-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(text), "status: frozen", "status: draft", 1)
	if level != "" {
		s = strings.Replace(s, "2026-11-21\nstatus", level+"\nstatus", 1)
	}
	scales, findings := rank.LoadScales(fstest.MapFS{"scales/jb-2026.yaml": {Data: []byte(s)}})
	if findings.HasErrors() {
		t.Fatal(findingsText(findings))
	}
	return scales
}

// A board changes after its labels are printed: which outcome, since when, and
// where to read about it.
func TestOutdated(t *testing.T) {
	plain := verifier(t, false, nil)
	ids := ratedIDs(t, plain)
	a := ids[0]
	var unrated string
	for _, e := range plain.s.entries {
		if !e.Rating.Rated && e.Rating.Code != rank.CodeNoScale {
			unrated = e.ID
		}
	}
	flag := func(in *Input) { in.Catalog.Moderation.Flags = []catalog.Flag{reviewOf(a)} }
	withdraw := func(reason string) func(*Input) {
		return func(in *Input) {
			in.Catalog.Moderation.Withdrawals = []catalog.Withdrawal{{ID: a, Reason: reason, Text: "See there.", Date: "2026-11-02", Discussion: "https://example.org/talk/9",
				Title: "x", Model: "Qwen/Qwen3-8B", Task: plain.s.byID[a].Workload.Task}}
		}
	}
	without := func(change func(*Input)) func(*Input) {
		return func(in *Input) {
			change(in)
			in.Results = slices.DeleteFunc(slices.Clone(in.Results), func(r *result.Loaded) bool { return r.ID == a })
		}
	}
	supersede := func(in *Input) { in.Scales = editions(t, in) }
	draft := func(in *Input) { in.Scales = drafted(t, in, "") }
	none := func(in *Input) { in.Scales, _ = rank.LoadScales(fstest.MapFS{}) }
	both := func(f, g func(*Input)) func(*Input) { return func(in *Input) { f(in); g(in) } }

	for _, tt := range []struct {
		name      string
		then, now func(*Input)
		id        string
		outcome   string
		reason    string
		drawing   string
		says      []string
		notice    string
	}{
		{"nothing", nil, nil, a, Unchanged, "", DrawingSame, nil, ""},
		{"flagged since", nil, flag, a, Outdated, WhyFlagged, DrawingSame, []string{"status: the label says rated, the result says flagged", "in review since 2026-10-01", "Three others got twice as much."}, "https://example.org/talk/7"},
		{"flagged already", flag, flag, a, Unchanged, "", DrawingSame, []string{"in review since 2026-10-01"}, "https://example.org/talk/7"},
		{"flag lifted", flag, nil, a, Outdated, WhyCleared, DrawingUnchecked, []string{"status: the label says flagged, the result says rated", "no longer is", "the date on the label is no longer known"}, ""},
		{"withdrawn since", nil, withdraw("unreproducible"), a, Outdated, WhyWithdrawn, DrawingSame, []string{"status: the label says rated, the result says withdrawn", "withdrawn on 2026-11-02", "See there."}, "https://example.org/talk/9"},
		{"replaced since", nil, withdraw("superseded-by-author"), a, Outdated, WhyReplaced, DrawingSame, []string{"replaced it with a better one"}, "https://example.org/talk/9"},
		{"withdrawn already", withdraw("privacy"), withdraw("privacy"), a, Unchanged, "", DrawingSame, []string{"withdrawn on 2026-11-02"}, "https://example.org/talk/9"},
		{"withdrawn with its file", nil, without(withdraw("privacy")), a, Outdated, WhyWithdrawn, DrawingUnchecked, []string{"status: the label says rated, the result says withdrawn", "its file was taken away"}, "https://example.org/talk/9"},
		{"reinstated", withdraw("other"), nil, a, Outdated, WhyCleared, DrawingUnchecked, []string{"the label says that the result is withdrawn, and it no longer is"}, ""},
		{"flagged, then withdrawn", flag, both(flag, withdraw("other")), a, Outdated, WhyWithdrawn, DrawingSame, []string{"withdrawn on 2026-11-02"}, "https://example.org/talk/9"},
		{"gone", nil, without(func(*Input) {}), a, Unknown, WhyNoResult, "", []string{"no result of this board has the id", "other result"}, ""},
		{"scale superseded since", nil, supersede, a, Outdated, WhySuperseded, DrawingSame, []string{"status: the label says rated, the result says superseded", "scale jb-2026 is superseded since 2027-11-21 by jb-2027, see https://jouleboard.example.org/methodology/rating/", "the label holds under its edition, jb-2026", "under jb-2027 the result has"}, ""},
		{"scale superseded since, flagged", flag, both(flag, supersede), a, Outdated, WhySuperseded, DrawingSame, []string{"the label holds under its edition"}, "https://example.org/talk/7"},
		{"scale superseded since, not rated", nil, supersede, unrated, Outdated, WhySuperseded, DrawingSame, []string{"the label holds under its edition"}, ""},
		{"draft since frozen", draft, nil, a, Outdated, WhyFrozen, DrawingSame, []string{"status: the label says draft, the result says rated", "is frozen now with the same levels"}, ""},
		{"draft since superseded", draft, supersede, a, Outdated, WhySuperseded, DrawingSame, []string{"status: the label says draft, the result says superseded"}, ""},
		{"draft", draft, draft, a, Unchanged, "", DrawingSame, nil, ""},
		{"draft changed since", func(in *Input) { in.Scales = drafted(t, in, "2026-12-24") }, draft, a, Outdated, WhyRerated, "", []string{"is a draft and has changed"}, ""},
		{"draft gone", draft, none, a, Outdated, WhyRerated, "", []string{"which this board no longer has"}, ""},
		{"no scale then", none, nil, a, Outdated, WhyRerated, DrawingSame, []string{"has jb-2026 now"}, ""},
		{"no scale", none, none, a, Unchanged, "", DrawingSame, nil, ""},
		{"board renamed since", nil, func(in *Input) { in.Site.Title = "Another board" }, a, Altered, WhyDrawing, DrawingDiffers, []string{"Unless the board has changed its title"}, ""},
		{"board moved since", nil, func(in *Input) { in.Site.BaseURL = "https://new.example.org" }, a, Altered, WhyRecord, "", []string{"give its former address with --base-url"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			then, now := verifier(t, false, tt.then), verifier(t, false, tt.now)
			for _, format := range []label.Format{label.FormatSVG, label.FormatPDF, label.FormatPNG} {
				style := label.Style{Size: label.SizeFull}
				if format == label.FormatPNG {
					style.Size = label.SizeSmall
				}
				if tt.name == "scale superseded since, flagged" {
					style.Size = label.SizeFull // a small label does not print the scale's state
				}
				got := now.File(then.file(t, tt.id, style, format), RedrawAuto)
				all := words(got)
				if got.Outcome != tt.outcome || got.Reason != tt.reason || got.Drawing != tt.drawing || got.Notice != tt.notice {
					t.Errorf("%s: %s (%s), drawing %q, notice %q; expected %s (%s), %q, %q\n%s", format, got.Outcome, got.Reason, got.Drawing, got.Notice, tt.outcome, tt.reason, tt.drawing, tt.notice, all)
				}
				for _, s := range tt.says {
					if !strings.Contains(all, s) {
						t.Errorf("%s: it does not say %q:\n%s", format, s, all)
					}
				}
			}
		})
	}
}

// A label of an old edition that prints so is not outdated.
func TestOldEditionSaysSo(t *testing.T) {
	v := verifier(t, false, func(in *Input) { in.Scales = editions(t, in) })
	e := v.s.byID[ratedIDs(t, v)[0]]
	l, err := v.s.in.Designs.Draw(v.input(e, v.s.in.Scales.Get("jb-2026"), nil), label.Style{})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.File(l.SVG(), RedrawAuto); got.Outcome != Unchanged || got.Drawing != DrawingSame || !strings.Contains(words(got), "superseded since 2027-11-21") {
		t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
	// And one of the edition in force is simply right.
	if got := v.File(v.file(t, e.ID, label.Style{}, label.FormatPDF), RedrawAuto); got.Outcome != Unchanged || len(got.Notes) > 0 {
		t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
}

// A relative ranking changes when other results come and go. Its labels are then
// outdated, never altered.
func TestRelativeRanking(t *testing.T) {
	const live = `id: live
edition: "1"
title: relative
effective: 2026-01-01
status: draft
metric: energy_per_1000_requests_wh
unit: Wh
direction: lower
method: equal-width
min_cohort: 5
groups:
  - cohort: {task: gpqa}
`
	ranking := func(in *Input) {
		scales, findings := rank.LoadScales(fstest.MapFS{"scales/live.yaml": {Data: []byte(live)}})
		if findings.HasErrors() {
			t.Fatal(findingsText(findings))
		}
		in.Scales = scales
	}
	then := verifier(t, false, ranking)
	ids := ratedIDs(t, then)
	worst := slices.MaxFunc(ids, func(a, b string) int {
		return cmp.Compare(then.s.byID[a].Rating.Value, then.s.byID[b].Rating.Value)
	})
	now := verifier(t, false, func(in *Input) {
		ranking(in)
		in.Results = slices.DeleteFunc(slices.Clone(in.Results), func(r *result.Loaded) bool { return r.ID == worst })
	})
	count := map[string]int{}
	for _, id := range ids {
		if id == worst {
			continue
		}
		got := now.File(then.file(t, id, label.Style{}, label.FormatSVG), RedrawAuto)
		count[got.Outcome+" "+got.Reason]++
		if got.Outcome == Altered || got.Outcome == Outdated && !strings.Contains(words(got), "stars: the label says") {
			t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
		}
	}
	if count[Outdated+" "+WhyRerated] == 0 || count[Unchanged+" "] == 0 {
		t.Errorf("%v", count)
	}
	// Other differences are still what they are.
	other := ids[0]
	if other == worst {
		other = ids[1]
	}
	forged := swap(t, then.file(t, other, label.Style{}, label.FormatSVG), `"unit":"Wh"`, `"unit":"mWh"`, 1)
	if got := now.File(forged, RedrawAuto); got.Outcome != Altered {
		t.Errorf("unit: %s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
}

// What another program wrote anew without a change is still the same.
func TestRewritten(t *testing.T) {
	v := verifier(t, false, nil)
	a := ratedIDs(t, v)[0]
	svg := v.file(t, a, label.Style{}, label.FormatSVG)
	png := v.file(t, a, label.Style{Size: label.SizeStrip}, label.FormatPNG)
	for name, data := range map[string][]byte{
		"line ends":   bytes.ReplaceAll(svg, []byte("\n"), []byte("\r\n")),
		"declaration": append([]byte("\ufeff<?xml version='1.0' encoding='UTF-8'?>\n"), svg...),
		"compression": repixel(t, png, func(draw.Image) {}),
	} {
		got := v.File(data, RedrawAuto)
		if got.Outcome != Unchanged || got.Drawing != DrawingSame || !strings.Contains(words(got), "wrote the file anew") {
			t.Errorf("%s: %s (%s)\n%s", name, got.Outcome, got.Reason, words(got))
		}
	}
}

func TestAddress(t *testing.T) {
	v := verifier(t, false, func(in *Input) {
		in.Catalog.Moderation.Withdrawals = []catalog.Withdrawal{{ID: "deadbeef0123", Reason: "license", Date: "2026-11-02", Discussion: "https://example.org/talk/9", Title: "x", Model: "Gone/Model", Task: "gpqa"}}
	})
	a := ratedIDs(t, v)[0]
	flagged := verifier(t, false, func(in *Input) { in.Catalog.Moderation.Flags = []catalog.Flag{reviewOf(a)} })
	page := "https://jouleboard.example.org/r/" + a[:12] + "/"
	stars := v.state(v.s.byID[a]).Record().Stars + " of 5 stars on scale jb-2026"
	for _, tt := range []struct {
		name, text      string
		v               *Verifier
		outcome, reason string
		page            string
		says            string
	}{
		{"QR code", page, v, Found, "", page, stars},
		{"as printed", "jouleboard.example.org/r/" + a[:12] + "/", v, Found, "", page, stars},
		{"without the last slash", strings.TrimSuffix(page, "/"), v, Found, "", page, "no label was read"},
		{"in capitals", " HTTPS://JOULEBOARD.EXAMPLE.ORG/r/" + strings.ToUpper(a[:12]) + "/\n", v, Found, "", page, stars},
		{"page", page + "index.html", v, Found, "", page, stars},
		{"file of the site", page + "label.svg", v, Found, "", page, stars},
		{"badge", "https://jouleboard.example.org/badge/" + a[:12] + ".svg", v, Found, "", page, stars},
		{"digits", a[:8], v, Found, "", page, stars},
		{"whole id", a, v, Found, "", page, stars},
		{"flagged", page, flagged, Found, "", page, "in review since 2026-10-01"},
		{"withdrawn", "https://jouleboard.example.org/r/deadbeef0123/", v, Found, "", "https://jouleboard.example.org/r/deadbeef0123/", "withdrawn on 2026-11-02"},
		{"another board's address", "https://evil.example.net/r/" + a[:12] + "/", v, Altered, WhyAddress, page, "url: the label says https://evil.example.net/r/"},
		{"address that begins alike", "https://jouleboard.example.org.evil.net/r/" + a[:12] + "/", v, Altered, WhyAddress, page, "url: "},
		{"another board's result", "https://elsewhere.example.net/r/000000000000/", v, Unknown, WhyNoResult, "", "not of this board"},
		{"nobody", "https://jouleboard.example.org/r/000000000000/", v, Unknown, WhyNoResult, "", "begins with 000000000000"},
		{"text", "hello", v, Unknown, WhyNoResult, "", "no address of a result"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.v.Address(tt.text)
			if got.Outcome != tt.outcome || got.Reason != tt.reason || got.Page != tt.page || !strings.Contains(words(got), tt.says) {
				t.Errorf("%s (%s), page %s, expected %s (%s), %s, %q\n%s", got.Outcome, got.Reason, got.Page, tt.outcome, tt.reason, tt.page, tt.says, words(got))
			}
		})
	}
}

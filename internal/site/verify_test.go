package site

import (
	"bytes"
	"cmp"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/label"
)

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

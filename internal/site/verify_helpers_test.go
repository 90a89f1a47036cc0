// What the tests of label verification share: boards, and files that somebody
// tampered with.

package site

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	pixmap "image"
	"image/draw"
	"image/png"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"jouleboard/internal/label"
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

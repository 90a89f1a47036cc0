package draw

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

func TestWidth(t *testing.T) {
	// Go Regular has 2048 units an em and A is 1366 wide: 667 thousandths.
	if got, want := Width("A", 10, false), 0.667*10*PtMM; math.Abs(got-want) > 1e-9 {
		t.Errorf("width of A is %v mm, want %v", got, want)
	}
	for name, pair := range map[string][2]string{
		"widths add up":                   {"AVAVA", "VVAAA"},
		"combining does not change order": {"ab", "ba"},
	} {
		if a, b := Width(pair[0], 9.5, true), Width(pair[1], 9.5, true); math.Abs(a-b) > 1e-9 {
			t.Errorf("%s: %q is %v mm, %q %v", name, pair[0], a, pair[1], b)
		}
	}
	if Width("MMMM", 9, true) <= Width("iiii", 9, true) {
		t.Error("M is not wider than i")
	}
	if got := Width("\u200b", 9, false); got != 0 {
		t.Errorf("a zero-width space is %v mm wide", got)
	}
}

func TestHasGlyphs(t *testing.T) {
	if m := HasGlyphs("Qwen3 \u2013 \u00d7 \u00b1 \u0416 \u03a9 12\u202f345\u2026"); len(m) != 0 {
		t.Errorf("missing %q", m)
	}
	if m := HasGlyphs("a\u4e2d\u2605\u4e2d"); string(m) != "\u4e2d\u2605" {
		t.Errorf("missing %q, want the ideograph and the star, once each", m)
	}
}

// hanFont is Go Regular with one more character: U+4E2D looks like an A. It
// stands for a font with a script that the built-in ones lack.
func hanFont(t testing.TB) *Font {
	t.Helper()
	tb, err := parseTables(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	gid := uint16(face(false).glyph('A').gid)
	// A format 4 map of two segments: U+4E2D, and the end.
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	for _, v := range []uint16{4, 32, 0, 4, 4, 1, 0, 0x4e2d, 0xffff, 0, 0x4e2d, 0xffff, gid - 0x4e2d, 1, 0, 0} {
		cmap = be.AppendUint16(cmap, v)
	}
	data := assemble([]table{{"OS/2", tb.t["OS/2"]}, {"cmap", cmap}, {"glyf", tb.t["glyf"]}, {"head", tb.t["head"]}, {"hhea", tb.t["hhea"]},
		{"hmtx", tb.t["hmtx"]}, {"loca", tb.t["loca"]}, {"maxp", tb.t["maxp"]}, {"name", tb.t["name"]}, {"post", tb.t["post"]}})
	f, err := ParseFont("han.ttf", data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFallbackFont(t *testing.T) {
	f := hanFont(t)
	if m := HasGlyphs("\u4e2dA", f); len(m) != 0 {
		t.Fatalf("missing %q with the fallback font", m)
	}
	if a, b := Width("\u4e2d", 10, true, f), Width("A", 10, false); math.Abs(a-b) > 1e-9 {
		t.Errorf("the fallback's glyph is %v mm wide, want %v", a, b)
	}
	l := &List{W: 20, H: 10, Fallback: []*Font{f}}
	l.Add(Text{X: 1, Y: 8, Pt: 10, Color: ink, S: "a\u4e2db"})
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	if fonts := bytes.Count(pdf, []byte("/FontFile2")); fonts != 2 {
		t.Errorf("%d fonts, want the built-in one and the fallback", fonts)
	}
	checkXref(t, pdf)
	checkAgreement(t, l)
}

func TestParseFontRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("not a font at all"), "half a font": goregular.TTF[:len(goregular.TTF)/2],
	} {
		if _, err := ParseFont(name, data); err == nil {
			t.Errorf("%s was taken for a font", name)
		}
	}
}

// Subsets are fonts too: every glyph keeps its outline and its width, and stands
// where the map of codes says.
func TestSubset(t *testing.T) {
	f := face(true)
	for _, text := range []string{"A", "Qwen3-235B", "\u00e9\u00c5\u0416", "i\u0131j\u1e9e\ufb01"} {
		var gids []uint16
		for _, r := range text {
			gids = append(gids, uint16(f.glyph(r).gid))
		}
		gids = append(gids, 0, gids[0]) // a code that is not used, and two characters of one glyph
		const first = 40
		file := cutFont(f.tables, gids, first)
		sub, err := parseTables(file)
		if err != nil {
			t.Fatalf("subset for %q: %v", text, err)
		}
		cmap := sub.t["cmap"] // of one segment before the end
		end, start, delta := be.Uint16(cmap[26:]), be.Uint16(cmap[32:]), be.Uint16(cmap[36:])
		for i, g := range gids {
			at := i + 1
			if code := uint16(0xf000 + first + i); code < start || code > end || int(code+delta) != at {
				t.Errorf("%q: code %#x leads to glyph %d, want %d", text, code, code+delta, at)
			}
			if g == 0 {
				if len(sub.glyf(at)) > 0 {
					t.Errorf("%q: there is a glyph for nothing", text)
				}
				continue
			}
			a1, l1 := f.tables.metric(int(g))
			a2, l2 := sub.metric(at)
			if a1 != a2 || l1 != l2 {
				t.Errorf("%q: glyph %d has advance %d, bearing %d; was %d, %d", text, g, a2, l2, a1, l1)
			}
			if w := f.thousandths(g); len(text) == 1 && w != f.glyph(rune(text[0])).adv {
				t.Errorf("%q: glyph %d is said to be %d wide", text, g, w)
			}
			components(sub.glyf(at), func(i int) {
				if part := int(be.Uint16(sub.glyf(at)[i:])); part >= sub.glyphs || len(sub.glyf(part)) == 0 {
					t.Errorf("%q: glyph %d is made of glyph %d of %d", text, g, part, sub.glyphs)
				}
			})
			if old := f.tables.glyf(int(g)); len(old) >= 10 && string(old[2:10]) != string(sub.glyf(at)[2:10]) {
				t.Errorf("%q: glyph %d has another bounding box", text, g)
			}
		}
		if checksum(file) != 0xB1B0AFBA {
			t.Errorf("%q: the file's checksum is %#x", text, checksum(file))
		}
	}
}

// A glyph that is made of another one keeps it, wherever both stand.
func TestSubsetOfComposedGlyphs(t *testing.T) {
	tb := *face(true).tables
	last := tb.glyphs - 1
	tb.glyfs = append(bytes.Clone(tb.glyfs), 0xff, 0xff, 0, 0, 0, 0, 0, 9, 0, 9, 0, 2, 0, 40, 1, 1) // glyph 40, moved by 1, 1
	tb.loca = bytes.Clone(tb.loca)
	for i, end := range []int{len(tb.glyfs) - 16, len(tb.glyfs)} {
		if tb.longLoca {
			be.PutUint32(tb.loca[4*(last+i):], uint32(end))
		} else {
			be.PutUint16(tb.loca[2*(last+i):], uint16(end/2))
		}
	}
	for _, gids := range [][]uint16{{uint16(last)}, {36, uint16(last), 37}, {40, 0, uint16(last)}, {36, 40, 41, uint16(last)}} {
		sub, err := parseTables(cutFont(&tb, gids, 1))
		if err != nil {
			t.Fatal(err)
		}
		parts := 0
		components(sub.glyf(slices.Index(gids, uint16(last))+1), func(at int) {
			parts++
			part := int(be.Uint16(sub.glyf(slices.Index(gids, uint16(last)) + 1)[at:]))
			if !bytes.Equal(sub.glyf(part), appendPlain(nil, tb.glyf(40))) {
				t.Errorf("glyphs %v: the last is made of glyph %d, which is another one", gids, part)
			}
		})
		if parts != 1 {
			t.Errorf("glyphs %v: the last is made of %d others", gids, parts)
		}
	}
}

func FuzzParseFont(f *testing.F) {
	f.Add(goregular.TTF[:4096])
	f.Add(cutFont(face(false).tables, []uint16{5, 36, 40}, 1))
	f.Add([]byte("\x00\x01\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tb, err := parseTables(data)
		if err != nil {
			return
		}
		for g := range min(tb.glyphs, 50) {
			appendPlain(nil, tb.glyf(g))
			tb.metric(g)
		}
		cutFont(tb, []uint16{0, 1, 2, uint16(tb.glyphs - 1), uint16(tb.glyphs)}, 1)
	})
}

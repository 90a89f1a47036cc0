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
	data := assemble(nil, []table{{"OS/2", tb.t["OS/2"]}, {"cmap", cmap}, {"glyf", tb.t["glyf"]}, {"head", tb.t["head"]}, {"hhea", tb.t["hhea"]},
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

// Subsets are fonts too: every glyph keeps its outline and its width.
func TestSubset(t *testing.T) {
	f := face(true)
	var cut cutFont // used again
	for _, text := range []string{"A", "Qwen3-235B", "\u00e9\u00c5\u0416", "i\u0131j\u1e9e\ufb01"} {
		var gids []int
		for _, r := range text {
			if g := f.glyph(r).gid; g != 0 {
				gids = append(gids, int(g))
			}
		}
		cut.cut(f.tables, gids)
		file, place := cut.file, func(g int) int { return slices.Index(cut.glyphs, g) }
		sub, err := parseTables(file)
		if err != nil {
			t.Fatalf("subset for %q: %v", text, err)
		}
		for _, g := range gids {
			a1, l1 := f.tables.metric(g)
			a2, l2 := sub.metric(place(g))
			if a1 != a2 || l1 != l2 {
				t.Errorf("%q: glyph %d has advance %d, bearing %d; was %d, %d", text, g, a2, l2, a1, l1)
			}
			components(sub.glyf(place(g)), func(at int) {
				if part := int(be.Uint16(sub.glyf(place(g))[at:])); part >= sub.glyphs {
					t.Errorf("%q: glyph %d is made of glyph %d of %d", text, g, part, sub.glyphs)
				}
			})
			if old := f.tables.glyf(g); len(old) >= 10 && string(old[2:10]) != string(sub.glyf(place(g))[2:10]) {
				t.Errorf("%q: glyph %d has another bounding box", text, g)
			}
		}
		for i, g := range cut.glyphs[1:] {
			rec := file[cut.at[i+1]:cut.at[i+2]]
			if got := sub.glyf(i + 1); len(got) > 0 && !bytes.Equal(rec, got) {
				t.Errorf("%q: the record of glyph %d is not where it is said to be", text, g)
			}
		}
		if checksum(file) != 0xB1B0AFBA {
			t.Errorf("%q: the file's checksum is %#x", text, checksum(file))
		}
	}
}

func FuzzParseFont(f *testing.F) {
	f.Add(goregular.TTF[:4096])
	var cut cutFont
	cut.cut(face(false).tables, []int{5, 36, 40})
	f.Add(cut.file)
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
		new(cutFont).cut(tb, []int{0, 1, 2, tb.glyphs - 1, tb.glyphs})
	})
}

package label

import (
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/image/font/gofont/goregular"

	"jouleboard/internal/catalog"
)

// hanTTF is Go Regular with another character map: U+6A21 and U+578B, drawn as
// two of its letters. It stands for a font of a script that the built-in ones
// lack, as none may be kept here.
func hanTTF(t *testing.T) []byte {
	t.Helper()
	be := binary.BigEndian
	src := goregular.TTF
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	var a, b uint16 = 0x578b, 0x6a21
	// Format 4: three segments (two characters and the end), by difference to
	// glyphs 36 and 37.
	for _, v := range []uint16{4, 40, 0, 6, 4, 1, 2, a, b, 0xffff, 0, a, b, 0xffff, 36 - a, 37 - b, 1, 0, 0, 0} {
		cmap = be.AppendUint16(cmap, v)
	}
	n := int(be.Uint16(src[4:]))
	out := append([]byte(nil), src[:12+16*n]...)
	for i := range n {
		d := out[12+16*i:]
		data := src[be.Uint32(d[8:]):][:be.Uint32(d[12:])]
		if string(d[:4]) == "cmap" {
			data = cmap
		}
		at := len(out)
		be.PutUint32(out[12+16*i+8:], uint32(at))
		be.PutUint32(out[12+16*i+12:], uint32(len(data)))
		out = append(out, data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

// With a font for it in labels/fonts, a name in another script is drawn as it
// is, in SVG and in PDF; characters that even that font lacks still are not.
func TestFallbackFonts(t *testing.T) {
	design := strings.Replace(shipped(t, "designs/default.yaml"), "palette:", "fonts: {fallback: [han.ttf]}\npalette:", 1)
	d, found := Load(fstest.MapFS{
		"i18n/en.yaml":         {Data: []byte(shipped(t, "i18n/en.yaml"))},
		"designs/default.yaml": {Data: []byte(design)},
		"fonts/han.ttf":        {Data: hanTTF(t)},
	})
	if len(found) > 0 {
		t.Fatalf("findings: %v", found)
	}
	for name, want := range map[string]string{"\u6a21\u578b 7B": "\u6a21\u578b 7B", "\u6a21\u4e2d": "example-org/Example3-32B-Instruct"} {
		in := input()
		in.Model = &catalog.Model{Title: name}
		l, err := d.Draw(in, Style{})
		if err != nil {
			t.Fatal(err)
		}
		if !has(l, want) {
			t.Errorf("%q is drawn in %q, want %q", name, texts(l)[:4], want)
		}
		if (len(l.Findings) == 0) != (name == want) {
			t.Errorf("%q: findings %v", name, l.Findings)
		}
		pdf, err := l.PDF()
		if err != nil {
			t.Fatal(err)
		}
		fonts := 2
		if name == want {
			fonts = 3
		}
		if got := strings.Count(string(pdf), "/FontFile2"); got != fonts {
			t.Errorf("%q: %d fonts are embedded, want %d", name, got, fonts)
		}
	}
}

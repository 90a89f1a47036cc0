// The PNG renderer: a list as pixels, and the file around them.

package draw

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
)

// PNGOptions say how a list is written as PNG.
type PNGOptions struct {
	// DPI is the resolution in pixels per inch of the list's 25.4 mm; 0 is 300.
	DPI float64
	// Indexed writes a palette in place of colours, which makes files a third as
	// large.
	Indexed bool
	// Text are the text chunks, in this order.
	Text []PNGText
}

// PNGText is a text chunk: a key of 1 to 79 characters and a value, in Latin-1.
type PNGText struct{ Key, Value string }

// MaxPixels is the largest picture that PNG draws: 80 MB of memory. An A4 page
// at 600 dpi has 34.8 million pixels.
const MaxPixels = 40_000_000

// PNG draws the list on white and writes it in 8-bit RGB without transparency,
// with its resolution, so that it prints in the list's size. The same list and
// options give the same bytes. Edges of QR modules are moved to whole pixels.
//
// A picture has 256 colours at most: those of the drawing's paints, then those of
// their edges; further ones take the nearest of them.
func PNG(l *List, o PNGOptions) ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, fmt.Errorf("png: %w", err)
	}
	if o.DPI == 0 {
		o.DPI = 300
	}
	k := o.DPI / 25.4
	w, h := math.Round(l.W*k), math.Round(l.H*k)
	if !(w >= 1 && h >= 1 && w*h <= MaxPixels) {
		return nil, fmt.Errorf("png: drawing %q: %.4g x %.4g mm at %.4g dpi is %.4g x %.4g pixels; at least one and at most %d are possible", l.Title, l.W, l.H, o.DPI, w, h, MaxPixels)
	}
	texts, err := textChunks(o.Text)
	if err != nil {
		return nil, fmt.Errorf("png: drawing %q: %w", l.Title, err)
	}
	c := newCanvas(l, k)
	defer c.free()
	c.give(l.Paints())
	if c.items(l.Items); c.left < 0 {
		return nil, fmt.Errorf("png: drawing %q: its items paint more than %d pixels one over the other", l.Title, maxPainted)
	}

	kind := byte(2) // RGB
	var palette, data []byte
	if o.Indexed {
		for _, p := range c.colors {
			palette = append(palette, p[:]...)
		}
		kind, data = 3, c.rows.indexed(&c.picture)
	} else {
		data = c.rows.colours(&c.picture)
	}
	out := bytes.NewBuffer(make([]byte, 0, len(data)+4096))
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := be.AppendUint32(be.AppendUint32(nil, uint32(w)), uint32(h))
	chunk(out, "IHDR", append(head, 8, kind, 0, 0, 0)) // 8 bits
	chunk(out, "sRGB", []byte{0})                      // perceptual
	perMetre := uint32(math.Round(o.DPI / 0.0254))
	chunk(out, "pHYs", append(be.AppendUint32(be.AppendUint32(nil, perMetre), perMetre), 1))
	for _, t := range texts {
		chunk(out, "tEXt", t)
	}
	if o.Indexed {
		chunk(out, "PLTE", palette)
	}
	chunk(out, "IDAT", data)
	chunk(out, "IEND", nil)
	return out.Bytes(), nil
}

// chunk writes a chunk of a PNG file.
func chunk(out *bytes.Buffer, kind string, data []byte) {
	head := append(be.AppendUint32(nil, uint32(len(data))), kind...)
	out.Write(head)
	out.Write(data)
	sum := crc32.Update(crc32.ChecksumIEEE(head[4:]), crc32.IEEETable, data)
	out.Write(be.AppendUint32(nil, sum))
}

func textChunks(ts []PNGText) ([][]byte, error) {
	var out [][]byte
	for _, t := range ts {
		key, ok := latin1(t.Key)
		if !ok || len(key) < 1 || len(key) > 79 || strings.TrimSpace(t.Key) != t.Key || strings.ContainsAny(t.Key, "\n") {
			return nil, fmt.Errorf("text key %q: it must be 1 to 79 characters of Latin-1 without spaces around", t.Key)
		}
		value, ok := latin1(t.Value)
		if !ok {
			return nil, fmt.Errorf("text %s: %q is not Latin-1 alone", t.Key, t.Value)
		}
		out = append(out, append(append(key, 0), value...))
	}
	return out, nil
}

// latin1 converts text that is printable in Latin-1, line ends included.
func latin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r != '\n' && (r < 0x20 || r > 0x7e && r < 0xa1 || r > 0xff) {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

package draw

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// unfilter undoes the rows of a picture with the library's reader.
func unfilter(t *testing.T, data []byte, stride int) []byte {
	t.Helper()
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	above := make([]byte, stride)
	for ; len(rows) > 0; rows = rows[1+stride:] {
		switch rows[0] {
		case filterNone:
			copy(above, rows[1:])
		case filterUp:
			for i := range stride {
				above[i] += rows[1+i]
			}
		default:
			t.Fatalf("a row begins with %d", rows[0])
		}
		out = append(out, above...)
	}
	return out
}

// Any rows come back as they were, in colours and as numbers: noise, runs of every
// length, runs that end with a row, blank rows and parts of rows, more tokens than
// a block holds, and counts that make long codes.
func TestRowsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p, e := new(picture), new(deflater)
	for round := range 300 {
		w, h := 1+r.IntN(900), 1+r.IntN(120)
		p.begin(w, h, color{0xff, 0xfe, 0xfd})
		kind := round % 6
		for i := 0; i < w*h; {
			n := 1
			switch kind {
			case 1:
				n = 1 + r.IntN(700)
			case 2:
				n = w
			case 3:
				n = w * h
			case 4:
				n = 1 + r.IntN(40)
			}
			n = min(n, w-i%w)
			v := color{byte(r.IntN(4)), byte(r.IntN(4)), byte(r.IntN(4))}
			switch {
			case kind == 5: // few values, in powers of two of frequency
				v[0] = byte(1 << min(7, int(r.ExpFloat64()*2)))
			case r.IntN(2) == 0:
				v[1], v[2] = v[0], v[0]
			}
			if r.IntN(4) > 0 { // else blank
				p.cover(i/w, i/w+1, i%w, i%w+n, &tint{color: v, ramp: [full + 1]byte{full: p.number(v)}}, full)
				p.differs(i/w, i%w, i%w+n)
				p.differs(i/w+1, i%w, i%w+n)
			}
			i += n
		}
		var colours []byte
		for _, n := range p.pix {
			colours = append(colours, p.colors[n][:]...)
		}
		if got := unfilter(t, e.indexed(p), w); !bytes.Equal(got, p.pix) {
			t.Fatalf("round %d: rows of %d numbers do not come back", round, w)
		}
		if got := unfilter(t, e.colours(p), 3*w); !bytes.Equal(got, colours) {
			t.Fatalf("round %d: rows of %d colours do not come back", round, w)
		}
		p.finish()
		if slices.ContainsFunc(p.pix[:cap(p.pix)], func(n byte) bool { return n != 0 }) {
			t.Fatalf("round %d leaves something for the next one", round)
		}
	}
}

// Codes are complete and within the format's length, however lopsided the counts.
func TestHuffmanCodes(t *testing.T) {
	fib := make([]int, 40)
	fib[0], fib[1] = 1, 1
	for i := 2; i < len(fib); i++ {
		fib[i] = fib[i-1] + fib[i-2]
	}
	for name, counts := range map[string][]int{"lopsided": fib, "two": {0, 5, 0, 1}, "even": {3, 3, 3, 3, 3}} {
		sum := 0
		codes := make([]code, len(counts))
		huffman(codes, counts, mostCodeBits)
		for _, c := range codes {
			if c.n > mostCodeBits {
				t.Errorf("%s: a code of %d bits", name, c.n)
			}
			if c.n > 0 {
				sum += 1 << (mostCodeBits - c.n)
			}
		}
		if sum != 1<<mostCodeBits {
			t.Errorf("%s: codes fill %d of %d", name, sum, 1<<mostCodeBits)
		}
	}
}

// chunks reads a PNG file's chunks and checks their sums.
func chunks(t *testing.T, file []byte) (kinds []string, data map[string][]byte) {
	t.Helper()
	data = map[string][]byte{}
	for at := 8; at < len(file); {
		n := int(be.Uint32(file[at:]))
		kind, body := string(file[at+4:at+8]), file[at+8:at+8+n]
		if sum := crc32.ChecksumIEEE(file[at+4 : at+8+n]); sum != be.Uint32(file[at+8+n:]) {
			t.Errorf("chunk %s has a wrong sum", kind)
		}
		kinds = append(kinds, kind)
		data[kind] = body
		at += 12 + n
	}
	return kinds, data
}

func TestPNGFile(t *testing.T) {
	for _, c := range []struct {
		w, h, dpi float64
		px        image.Point
		perMetre  uint32
	}{
		{96, 192, 0, image.Pt(1134, 2268), 11811}, {62, 124, 300, image.Pt(732, 1465), 11811}, {36, 72, 300, image.Pt(425, 850), 11811},
		{54, 20, 300, image.Pt(638, 236), 11811}, {96, 192, 600, image.Pt(2268, 4535), 23622}, {25.4, 25.4, 72.5, image.Pt(73, 73), 2854},
	} {
		l := sheet(t, true)
		l.W, l.H = c.w, c.h
		file, err := PNG(l, PNGOptions{DPI: c.dpi, Text: []PNGText{{"jouleboard", `{"a":"\u00e9"}`}, {"Title", "na\u00efve"}}})
		if err != nil {
			t.Fatal(err)
		}
		kinds, data := chunks(t, file)
		if got := strings.Join(kinds, " "); got != "IHDR sRGB pHYs tEXt tEXt IDAT IEND" {
			t.Errorf("chunks %s", got)
		}
		if got := data["pHYs"]; be.Uint32(got) != c.perMetre || be.Uint32(got[4:]) != c.perMetre || got[8] != 1 {
			t.Errorf("%v dpi: pHYs %v", c.dpi, got)
		}
		if got := data["IHDR"][8:]; !bytes.Equal(got, []byte{8, 2, 0, 0, 0}) {
			t.Errorf("IHDR ends in %v; 8-bit RGB is wanted", got)
		}
		if got := string(data["tEXt"]); got != "Title\x00na\xefve" {
			t.Errorf("text chunk %q", got)
		}
		img, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); got != c.px {
			t.Errorf("%v x %v mm at %v dpi: %v pixels, want %v", c.w, c.h, c.dpi, got, c.px)
		}
	}
}

func TestPNGRefuses(t *testing.T) {
	l := &List{W: 10, H: 10}
	for name, o := range map[string]PNGOptions{
		"no dots": {DPI: -1}, "NaN": {DPI: math.NaN()}, "endless": {DPI: math.Inf(1)}, "too fine": {DPI: 1e5}, "no pixel": {DPI: 1},
		"no key": {Text: []PNGText{{"", "x"}}}, "long key": {Text: []PNGText{{strings.Repeat("k", 80), "x"}}}, "space": {Text: []PNGText{{" k", "x"}}},
		"not Latin-1": {Text: []PNGText{{"k", "\u0416"}}}, "zero": {Text: []PNGText{{"k", "a\x00b"}}},
	} {
		if _, err := PNG(l, o); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}

// manyPaints is a drawing of so many triangles, each in a colour of its own, that
// lie over each other.
func manyPaints(n int) *List {
	l := &List{W: 60, H: 60}
	for i := range n {
		x, y := float64(i%50), float64(i/50%50)
		c := Paint{Hex: fmt.Sprintf("#%06x", uint32(i+1)*0x9E3779B1>>8)}
		l.Add(Polygon{Points: []Point{{x, y}, {x + 5, y + 1}, {x + 4, y + 6}}, Fill: c})
	}
	return l
}

// A palette holds the colours that the picture has, so that a file with one shows
// the same as a file without.
func TestPalette(t *testing.T) {
	for name, l := range map[string]*List{"few colours": sheet(t, true), "edges over edges": manyPaints(17), "too many colours": manyPaints(500)} {
		file, err := PNG(l, PNGOptions{Indexed: true})
		if err != nil {
			t.Fatal(err)
		}
		kinds, data := chunks(t, file)
		if got := strings.Join(kinds, " "); got != "IHDR sRGB pHYs PLTE IDAT IEND" {
			t.Errorf("%s: chunks %s", name, got)
		}
		if got := data["IHDR"][8:]; !bytes.Equal(got, []byte{8, 3, 0, 0, 0}) {
			t.Errorf("%s: IHDR ends in %v; a palette is wanted", name, got)
		}
		if n := len(data["PLTE"]); n%3 != 0 || n > 3*256 {
			t.Errorf("%s: a palette of %d bytes", name, n)
		}
		img, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		at := pixelsOf(t, l, 300)
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, b, _ := img.At(x, y).RGBA()
				if got, want := [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}, at(x, y); got != want {
					t.Fatalf("%s: pixel %d, %d is %v, in a file without a palette %v", name, x, y, got, want)
				}
			}
		}
	}
}

// Where a drawing and its edges have more colours than there are numbers, its own
// are as they should be, and edges are close to theirs.
func TestFewerColours(t *testing.T) {
	const dpi, most = 100, 90 // the most that a colour of an edge may be off
	l := manyPaints(60)
	size := int(l.W * dpi / 25.4)
	want := make([][3]float64, size*size)
	for i := range want {
		want[i] = [3]float64{255, 255, 255}
	}
	for _, it := range l.Items { // each alone has few colours
		at := pixelsOf(t, &List{W: l.W, H: l.H, Items: []Item{it}}, dpi)
		c := colorOf(it.(Polygon).Fill)
		darkest := slices.Index(c[:], slices.Min(c[:]))
		for i := range want {
			cover := (255 - float64(at(i%size, i/size)[darkest])) / (255 - float64(c[darkest]))
			for k := range c {
				want[i][k] += cover * (float64(c[k]) - want[i][k])
			}
		}
	}
	at, changed := pixelsOf(t, l, dpi), 0
	own := map[[3]float64]bool{}
	eachPaint(l.Items, func(p Paint) {
		c := colorOf(p)
		own[[3]float64{float64(c[0]), float64(c[1]), float64(c[2])}] = true
	})
	for i, want := range want {
		far := 0.0
		for k, got := range at(i%size, i/size) {
			far = max(far, math.Abs(float64(got)-want[k]))
		}
		if far > most || far > 0 && own[want] {
			t.Fatalf("pixel %d, %d is %v, want %v", i%size, i/size, at(i%size, i/size), want)
		}
		if far > 3 { // more than what is lost in rounding
			changed++
		}
	}
	if changed == 0 {
		t.Error("there are numbers for all colours, so nothing was tested")
	}
}

// Small text, which is painted with glyphs that are kept, has as much ink and at the
// same place as when it is drawn large.
func TestTextIsWhereItShouldBe(t *testing.T) {
	text := func(turns int) *List {
		items := []Item{Text{X: 3.13, Y: 5.21, Pt: 7, Color: Paint{Hex: "#000000"}, S: "Rgj1"}}
		for range turns {
			items = []Item{Group{X: 20, Turn: true, Items: items}}
		}
		return &List{W: 20, H: 20, Items: items}
	}
	weigh := func(l *List, dpi float64) (ink, x, y float64) {
		at := pixelsOf(t, l, dpi)
		for v := range int(20 * dpi / 25.4) {
			for u := range int(20 * dpi / 25.4) {
				w := 1 - float64(at(u, v)[0])/255
				ink, x, y = ink+w, x+w*(float64(u)+0.5), y+w*(float64(v)+0.5)
			}
		}
		mm := 25.4 / dpi
		return ink * mm * mm, x / ink * mm, y / ink * mm
	}
	for turns := range 4 {
		const dpi = 25.4 * 8
		ink, x, y := weigh(text(turns), dpi)
		wantInk, wantX, wantY := weigh(text(turns), 16*dpi)
		if math.Abs(ink/wantInk-1) > 0.03 || math.Hypot(x-wantX, y-wantY) > 0.2/8 {
			t.Errorf("%d turns: %.3f mm² of ink about %.3f, %.3f; drawn large %.3f about %.3f, %.3f", turns, ink, x, y, wantInk, wantX, wantY)
		}
	}
}

// pixelsOf draws a list and returns a reader of its pixels.
func pixelsOf(t *testing.T, l *List, dpi float64) func(x, y int) [3]byte {
	t.Helper()
	file, err := PNG(l, PNGOptions{DPI: dpi})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return func(x, y int) [3]byte {
		r, g, b, _ := img.At(x, y).RGBA()
		return [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}
	}
}

// Surfaces are what geometry says, wherever edges fall between pixels: the ink
// of a shape is its area.
func TestInkIsArea(t *testing.T) {
	black := Paint{Hex: "#000000"}
	const pi = math.Pi
	for name, c := range map[string]struct {
		it   Item
		area float64 // in pixels
	}{
		"rectangle":       {Rect{X: 3.3, Y: 4.7, W: 20.4, H: 11.9, Fill: black}, 20.4 * 11.9},
		"frame":           {Rect{X: 5.3, Y: 5.2, W: 30.1, H: 21.9, Stroke: black, SW: 2.6}, 32.7*24.5 - 27.5*19.3},
		"thin line":       {Line{X1: 3, Y1: 10.4, X2: 43, Y2: 10.4, Stroke: black, SW: 0.5}, 20},
		"upright line":    {Line{X1: 3.4, Y1: 10, X2: 3.4, Y2: 43, Stroke: black, SW: 3}, 99},
		"sloping line":    {Line{X1: 3, Y1: 10, X2: 33, Y2: 50, Stroke: black, SW: 3}, 150},
		"dashes":          {Line{X1: 3, Y1: 10, X2: 53, Y2: 10, Stroke: black, SW: 2, Dash: []float64{6, 4}}, 60},
		"disc":            {Circle{X: 30.2, Y: 30.7, R: 20, Fill: black}, 400 * pi},
		"circle":          {Circle{X: 30.2, Y: 30.7, R: 20, Stroke: black, SW: 3}, (21.5*21.5 - 18.5*18.5) * pi},
		"round corners":   {Rect{X: 3.3, Y: 4.7, W: 40.4, H: 31.9, R: 6, Fill: black}, 40.4*31.9 - (4-pi)*36},
		"round frame":     {Rect{X: 4, Y: 4, W: 40, H: 30, R: 6, Stroke: black, SW: 2}, 42*32 - (4-pi)*49 - 38*28 + (4-pi)*25},
		"square outline":  {Polygon{Points: []Point{{5, 5}, {35, 5}, {35, 35}, {5, 35}}, Stroke: black, SW: 4}, 34*34 - 26*26},
		"round corner":    {Polyline{Points: []Point{{10, 40}, {30, 40}, {30, 10}}, Stroke: black, SW: 8}, 20*8 + 30*8 - 16 + 4*pi},
		"beyond the page": {Rect{X: -1e5, Y: -1e5, W: 1e5 + 20, H: 1e5 + 30, R: 1, Fill: black}, 20*30 - (4-pi)/4},
		"turned":          {Group{X: 50, Y: 5, Turn: true, Items: []Item{Rect{X: 3.3, Y: 4.7, W: 20.4, H: 11.9, Fill: black}}}, 20.4 * 11.9},
	} {
		l := &List{W: 60, H: 60}
		l.Add(c.it)
		at, sum := pixelsOf(t, l, 25.4), 0.0
		for y := range 60 {
			for x := range 60 {
				sum += 1 - float64(at(x, y)[0])/255
			}
		}
		if math.Abs(sum-c.area) > 0.01*c.area+2.3 { // covers are in fifteenths
			t.Errorf("%s: %.2f pixels of ink, want %.2f", name, sum, c.area)
		}
	}
}

// A ground that covers the page covers the picture, whose last pixels reach
// beyond the page.
func TestGroundReachesTheEdge(t *testing.T) {
	for _, dpi := range []float64{72, 96.5, 300} {
		l := &List{W: 20.3, H: 10.28}
		l.Add(Rect{W: 20.3, H: 10.28, Fill: ink})
		at := pixelsOf(t, l, dpi)
		w, h := int(math.Round(l.W*dpi/25.4)), int(math.Round(l.H*dpi/25.4))
		if got := at(w-1, h-1); got != [3]byte{0x1a, 0x1a, 0x1a} {
			t.Errorf("%v dpi: the last pixel is %v", dpi, got)
		}
	}
}

// Modules of a code are all black or all white, whatever the resolution.
func TestCodesAreSharp(t *testing.T) {
	qr := qrItems(t, "https://example.org/", 1.37, 2.11, 16.3)
	for _, dpi := range []float64{150, 300, 471} {
		for _, turn := range []bool{false, true} {
			l := &List{W: 22, H: 22}
			l.Add(Group{X: map[bool]float64{true: 21}[turn], Turn: turn, Items: qr})
			at := pixelsOf(t, l, dpi)
			for y := range int(dpi * 20 / 25.4) {
				for x := range int(dpi * 20 / 25.4) {
					if v := at(x, y)[0]; v != 0 && v != 255 {
						t.Fatalf("%v dpi: pixel %d, %d is %d", dpi, x, y, v)
					}
				}
			}
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	l := sheet(b, true)
	for b.Loop() {
		if _, err := PNG(l, PNGOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

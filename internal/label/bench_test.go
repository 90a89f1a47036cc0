// What `make bench` shows of labels: how many a second in each format, from a
// result to the bytes of a file on all cores, and how many the naive way, which
// begins a document and reads the fonts for every label.

package label

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"math"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/jung-kurt/gofpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"jouleboard/internal/draw"
)

// writers make the files of a label, and naively.
var writers = []struct {
	name  string
	write func(*Label) error
	naive func(*draw.List) error
}{
	{"svg", func(l *Label) error { l.SVG(); return nil }, func(l *draw.List) error { _, err := naiveSVG(l); return err }},
	{"pdf", func(l *Label) error { _, err := l.PDF(); return err }, func(l *draw.List) error { _, err := naivePDF(l); return err }},
	{"png", func(l *Label) error { _, err := l.PNG(); return err }, func(l *draw.List) error { _, err := naivePNG(l); return err }},
	{"svg+pdf", func(l *Label) error { l.SVG(); _, err := l.PDF(); return err },
		func(l *draw.List) error {
			if _, err := naiveSVG(l); err != nil {
				return err
			}
			_, err := naivePDF(l)
			return err
		}},
}

// eachLabel draws labels of different results on all cores and reports how many
// a second.
func eachLabel(b *testing.B, write func(*Label) error) {
	d := load(b)
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			in := input()
			i := n.Add(1)
			in.Result.ID = fmt.Sprintf("%012x", i) + in.Result.ID[12:]
			in.Result.Model.Name += "-" + strconv.FormatInt(i%977, 10)
			in.Model = nil
			l, err := d.Draw(in, Style{})
			if err == nil {
				err = write(l)
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "labels/s")
}

func BenchmarkLabels(b *testing.B) {
	for _, w := range writers {
		b.Run(w.name, func(b *testing.B) { eachLabel(b, w.write) })
	}
}

// BenchmarkLabelSet makes what a build makes of each result: the badge, the full
// label in two formats and the small one.
func BenchmarkLabelSet(b *testing.B) {
	d := load(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in := input()
		in.Result.ID = fmt.Sprintf("%012x", i) + in.Result.ID[12:]
		in.Result.Model.Name += "-" + strconv.Itoa(i%977)
		in.Model = nil
		err := func() error {
			if _, err := d.Badge(in, false); err != nil {
				return err
			}
			s, err := d.Subject(in)
			if err != nil {
				return err
			}
			full, err := s.Draw(Style{})
			if err != nil {
				return err
			}
			full.SVG()
			if _, err := full.PDF(); err != nil {
				return err
			}
			small, err := s.Draw(Style{Size: SizeSmall})
			if err != nil {
				return err
			}
			small.SVG()
			return nil
		}()
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNaive(b *testing.B) {
	for _, w := range writers {
		b.Run(w.name, func(b *testing.B) {
			eachLabel(b, func(l *Label) error { return w.naive(l.List) })
		})
	}
}

func BenchmarkDraw(b *testing.B) {
	d, in := load(b), input()
	for b.Loop() {
		if _, err := d.Draw(in, Style{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBadge(b *testing.B) {
	d, in := load(b), input()
	for b.Loop() {
		if _, err := d.Badge(in, false); err != nil {
			b.Fatal(err)
		}
	}
}

// The naive ways draw the same list and serve for comparison only.
func TestNaiveWays(t *testing.T) {
	l, err := load(t).Draw(input(), Style{})
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*draw.List) ([]byte, error){"<svg": naiveSVG, "%PDF": naivePDF, "\x89PNG": naivePNG} {
		b, err := write(l.List)
		if err != nil || !bytes.HasPrefix(b, []byte(name)) || len(b) < 10_000 {
			t.Errorf("%q: %d bytes, %v", name, len(b), err)
		}
	}
}

func naiveRGB(hex string) (r, g, b int) {
	v, _ := strconv.ParseUint(hex[1:], 16, 32)
	return int(v >> 16), int(v >> 8 & 255), int(v & 255)
}

// startOf is where a line begins.
func startOf(t draw.Text) float64 {
	w := draw.Width(t.S, t.Pt, t.Bold)
	return t.X - w*map[draw.Align]float64{draw.Center: 0.5, draw.Right: 1}[t.Align]
}

func naivePDF(l *draw.List) ([]byte, error) {
	f := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: l.W, Ht: l.H}})
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.AddPage()
	style := func(fill, stroke draw.Paint, sw float64) (s string) {
		if !fill.None() {
			f.SetFillColor(naiveRGB(fill.Hex))
			s = "F"
		}
		if !stroke.None() {
			f.SetDrawColor(naiveRGB(stroke.Hex))
			f.SetLineWidth(sw)
			s += "D"
		}
		return s
	}
	for _, it := range l.Items {
		switch it := it.(type) {
		case draw.Rect:
			f.Rect(it.X, it.Y, it.W, it.H, style(it.Fill, it.Stroke, it.SW))
		case draw.Modules:
			for r := range it.Rects() {
				f.Rect(r.X, r.Y, r.W, r.H, style(r.Fill, r.Stroke, r.SW))
			}
		case draw.Line:
			style(draw.Paint{}, it.Stroke, it.SW)
			f.Line(it.X1, it.Y1, it.X2, it.Y2)
		case draw.Polygon:
			var pts []gofpdf.PointType
			for _, p := range it.Points {
				pts = append(pts, gofpdf.PointType{X: p.X, Y: p.Y})
			}
			f.Polygon(pts, style(it.Fill, it.Stroke, it.SW))
		case draw.Text:
			f.SetTextColor(naiveRGB(it.Color.Hex))
			f.SetFont("go", map[bool]string{true: "B"}[it.Bold], it.Pt)
			f.Text(startOf(it), it.Y, it.S)
		}
	}
	var out bytes.Buffer
	err := f.Output(&out)
	return out.Bytes(), err
}

func naiveSVG(l *draw.List) ([]byte, error) {
	var fonts [2]*sfnt.Font
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := sfnt.Parse(data)
		if err != nil {
			return nil, err
		}
		fonts[i] = f
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g">`, l.W, l.H, l.W, l.H)
	style := func(fill, stroke draw.Paint, sw float64) string {
		return fmt.Sprintf(`fill="%s" stroke="%s" stroke-width="%g"`, fill.Hex, stroke.Hex, sw)
	}
	for _, it := range l.Items {
		switch it := it.(type) {
		case draw.Rect:
			fmt.Fprintf(&out, `<rect x="%.3f" y="%.3f" width="%.3f" height="%.3f" %s/>`, it.X, it.Y, it.W, it.H, style(it.Fill, it.Stroke, it.SW))
		case draw.Modules:
			for r := range it.Rects() {
				fmt.Fprintf(&out, `<rect x="%.3f" y="%.3f" width="%.3f" height="%.3f" %s/>`, r.X, r.Y, r.W, r.H, style(r.Fill, r.Stroke, r.SW))
			}
		case draw.Line:
			fmt.Fprintf(&out, `<path d="M%.3f %.3fL%.3f %.3f" %s/>`, it.X1, it.Y1, it.X2, it.Y2, style(draw.Paint{}, it.Stroke, it.SW))
		case draw.Polygon:
			fmt.Fprintf(&out, `<polygon %s points="`, style(it.Fill, it.Stroke, it.SW))
			for _, p := range it.Points {
				fmt.Fprintf(&out, "%.3f,%.3f ", p.X, p.Y)
			}
			out.WriteString(`"/>`)
		case draw.Text:
			f := fonts[0]
			if it.Bold {
				f = fonts[1]
			}
			x := startOf(it)
			for _, r := range it.S {
				var buf sfnt.Buffer
				gid, err := f.GlyphIndex(&buf, r)
				if err != nil {
					return nil, err
				}
				ppem := fixed.Int26_6(it.Pt * draw.PtMM * 64 * 64)
				segs, err := f.LoadGlyph(&buf, gid, ppem, nil)
				if err != nil {
					return nil, err
				}
				fmt.Fprintf(&out, `<path fill="%s" d="`, it.Color.Hex)
				for _, s := range segs {
					out.WriteByte("MLQC"[s.Op])
					for _, p := range s.Args[:[4]int{1, 1, 2, 3}[s.Op]] {
						fmt.Fprintf(&out, "%.3f %.3f ", x+float64(p.X)/4096, it.Y+float64(p.Y)/4096)
					}
				}
				out.WriteString(`"/>`)
				x += draw.Width(string(r), it.Pt, it.Bold)
			}
		}
	}
	out.WriteString("</svg>")
	return out.Bytes(), nil
}

func naivePNG(l *draw.List) ([]byte, error) {
	const k = 300 / 25.4
	img := image.NewRGBA(image.Rect(0, 0, int(math.Round(l.W*k)), int(math.Round(l.H*k))))
	var fonts [2]*opentype.Font
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, err
		}
		fonts[i] = f
	}
	uniform := func(p draw.Paint) image.Image {
		r, g, b := naiveRGB(p.Hex)
		return image.NewUniform(color.RGBA{byte(r), byte(g), byte(b), 255})
	}
	fill := func(pts []draw.Point, p draw.Paint) {
		if p.None() {
			return
		}
		z := vector.NewRasterizer(img.Rect.Dx(), img.Rect.Dy())
		for i, pt := range pts {
			if i == 0 {
				z.MoveTo(float32(pt.X*k), float32(pt.Y*k))
			} else {
				z.LineTo(float32(pt.X*k), float32(pt.Y*k))
			}
		}
		z.ClosePath()
		z.Draw(img, img.Rect, uniform(p), image.Point{})
	}
	box := func(x1, y1, x2, y2 float64, p draw.Paint) {
		if !p.None() {
			imagedraw.Draw(img, image.Rect(int(math.Round(x1*k)), int(math.Round(y1*k)), int(math.Round(x2*k)), int(math.Round(y2*k))), uniform(p), image.Point{}, imagedraw.Src)
		}
	}
	for _, it := range l.Items {
		switch it := it.(type) {
		case draw.Rect:
			box(it.X, it.Y, it.X+it.W, it.Y+it.H, it.Fill)
		case draw.Modules:
			for r := range it.Rects() {
				box(r.X, r.Y, r.X+r.W, r.Y+r.H, r.Fill)
			}
		case draw.Line:
			box(it.X1, it.Y1-it.SW/2, it.X2, it.Y2+it.SW/2, it.Stroke)
		case draw.Polygon:
			fill(it.Points, it.Fill)
		case draw.Text:
			f := fonts[0]
			if it.Bold {
				f = fonts[1]
			}
			face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: it.Pt, DPI: 300, Hinting: font.HintingNone})
			if err != nil {
				return nil, err
			}
			d := font.Drawer{Dst: img, Src: uniform(it.Color), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(startOf(it) * k * 64), Y: fixed.Int26_6(it.Y * k * 64)}}
			d.DrawString(it.S)
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

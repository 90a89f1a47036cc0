// Package drawtest compares drawings as pixels, for the tests of whatever draws:
// it has other programs rasterise SVG and PDF and compares them with the PNG. It
// takes bytes and knows nothing of display lists, so that draw's own tests may
// use it.
package drawtest

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// DPI is the resolution at which renderings are compared.
const DPI = 600

// Tool returns the path of a program, or skips the test.
func Tool(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed, so what it would read is not checked", name)
	}
	return p
}

// Rasters are the pixels of one drawing in each of its formats: the files
// svg.png, pdf.png and png.png of a folder of the test.
type Rasters struct {
	dir string
	dpi int
}

// File is the path of one of the files, "svg.png" for example.
func (r Rasters) File(name string) string { return filepath.Join(r.dir, name) }

// Add writes one more file beside the rasters.
func (r Rasters) Add(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(r.File(name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Rasterise has a drawing's SVG and PDF drawn by other programs. pic is the same
// drawing as a PNG of that resolution.
func Rasterise(t *testing.T, svg, pdf, pic []byte, dpi int) Rasters {
	t.Helper()
	rsvg, pdftoppm := Tool(t, "rsvg-convert"), Tool(t, "pdftoppm")
	r := Rasters{t.TempDir(), dpi}
	r.Add(t, "l.svg", svg)
	r.Add(t, "l.pdf", pdf)
	r.Add(t, "png.png", pic)
	res := fmt.Sprint(dpi)
	for _, args := range [][]string{
		{rsvg, "-d", res, "-p", res, r.File("l.svg"), "-o", r.File("svg.png")},
		{pdftoppm, "-r", res, "-gray", "-png", "-singlefile", r.File("l.pdf"), r.File("pdf")},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
	return r
}

// Agree fails the test where one format darkens what another does not within two
// pixels, 0.085 mm at DPI. The rasters stay in the folder that JOULEBOARD_KEEP
// names, if any.
func (r Rasters) Agree(t *testing.T) {
	t.Helper()
	formats := []string{"svg", "pdf", "png"}
	pics := map[string]Pixels{}
	for _, f := range formats {
		pics[f] = Read(t, r.File(f+".png"))
	}
	mm := 25.4 / float64(r.dpi)
	for _, a := range formats {
		for _, b := range formats {
			p, q := pics[a], pics[b]
			if d := max(p.W-q.W, q.W-p.W, p.H-q.H, q.H-p.H); d > 1 {
				t.Fatalf("%d x %d pixels as %s, %d x %d as %s", p.W, p.H, a, q.W, q.H, b)
			}
			if n, at := p.Without(q); n > 0 {
				t.Errorf("%d dark pixels of the %s have none in the %s near them; the first is %v (%.2f, %.2f mm)", n, a, b, at, float64(at.X)*mm, float64(at.Y)*mm)
				r.keep(t)
			}
		}
	}
}

// keep copies the rasters to where a person can look at them.
func (r Rasters) keep(t *testing.T) {
	dir := os.Getenv("JOULEBOARD_KEEP")
	if dir == "" {
		return
	}
	for _, f := range []string{"svg.png", "pdf.png", "png.png"} {
		data, err := os.ReadFile(r.File(f))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+"-"+f), data, 0o644)
		}
		if err != nil {
			t.Log(err)
		}
	}
}

// Pixels are the dark ones of a picture, row by row.
type Pixels struct {
	W, H int
	Dark []bool
}

// Read reads a PNG. Dark is what is less than half as light as white, by the
// weights of ITU-R BT.601; a drawing paints its whole ground, so nothing shines
// through.
func Read(t *testing.T, file string) Pixels {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	p := Pixels{b.Dx(), b.Dy(), make([]bool, b.Dx()*b.Dy())}
	rgb := func(i int, pix []byte) {
		p.Dark[i] = 299*int(pix[0])+587*int(pix[1])+114*int(pix[2]) < 128_000
	}
	for i := range p.Dark {
		x, y := i%p.W, i/p.W
		switch m := img.(type) {
		case *image.Gray:
			p.Dark[i] = m.Pix[y*m.Stride+x] < 128
		case *image.RGBA:
			rgb(i, m.Pix[y*m.Stride+4*x:])
		case *image.NRGBA:
			rgb(i, m.Pix[y*m.Stride+4*x:])
		default:
			t.Fatalf("%s is a %T", file, img)
		}
	}
	return p
}

// Without counts the dark pixels of p that have no dark pixel of q within a
// square of radius 2, and returns the first. Pictures may differ by a row or a
// column in size, so what the page's right or lower edge cuts off does not count.
func (p Pixels) Without(q Pixels) (n int, first image.Point) {
	const radius = 2
	right, bottom := min(p.W, q.W)-radius, min(p.H, q.H)-radius
	// sums of q's dark pixels above and left
	w := q.W + 1
	sum := make([]int32, w*(q.H+1))
	for y := range q.H {
		for x := range q.W {
			v := int32(0)
			if q.Dark[y*q.W+x] {
				v = 1
			}
			sum[(y+1)*w+x+1] = v + sum[y*w+x+1] + sum[(y+1)*w+x] - sum[y*w+x]
		}
	}
	for y := range bottom {
		for x := range right {
			if !p.Dark[y*p.W+x] {
				continue
			}
			x1, y1, x2, y2 := min(max(x-radius, 0), q.W), min(max(y-radius, 0), q.H), min(x+radius+1, q.W), min(y+radius+1, q.H)
			if sum[y2*w+x2]-sum[y1*w+x2]-sum[y2*w+x1]+sum[y1*w+x1] == 0 {
				if n++; n == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	return n, first
}

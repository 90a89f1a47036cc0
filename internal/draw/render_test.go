package draw

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rasters writes a drawing in its three formats and as pixels of each: files
// svg.png, pdf.png and png.png in a folder of the test.
func rasters(t *testing.T, l *List, dpi int) func(name string) string {
	t.Helper()
	rsvg, pdftoppm := tool(t, "rsvg-convert"), tool(t, "pdftoppm")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	pic, err := PNG(l, PNGOptions{DPI: float64(dpi)})
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{"l.svg": SVG(l, SVGOptions{IDPrefix: "jb", Text: Outline, Unit: "mm"}), "l.pdf": pdf, "png.png": pic} {
		if err := os.WriteFile(in(file), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	res := fmt.Sprint(dpi)
	for _, args := range [][]string{
		{rsvg, "-d", res, "-p", res, in("l.svg"), "-o", in("svg.png")},
		{pdftoppm, "-r", res, "-gray", "-png", "-singlefile", in("l.pdf"), in("pdf")},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
	return in
}

// pixels are the dark ones of a picture.
type pixels struct {
	w, h int
	dark []bool
}

func readPixels(t *testing.T, file string) pixels {
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
	p := pixels{b.Dx(), b.Dy(), make([]bool, b.Dx()*b.Dy())}
	for i := range p.dark {
		// By the weights of ITU-R BT.601.
		switch m := img.(type) {
		case *image.Gray:
			p.dark[i] = m.Pix[i/p.w*m.Stride+i%p.w] < 128
		case *image.RGBA:
			v := m.Pix[i/p.w*m.Stride+i%p.w*4:]
			p.dark[i] = 299*int(v[0])+587*int(v[1])+114*int(v[2]) < 128000
		case *image.NRGBA:
			v := m.Pix[i/p.w*m.Stride+i%p.w*4:]
			p.dark[i] = 299*int(v[0])+587*int(v[1])+114*int(v[2]) < 128000
		default:
			t.Fatalf("%s is a %T", file, img)
		}
	}
	return p
}

// without counts the dark pixels of p that have no dark pixel of q within a
// square of radius 2, and returns the first. Pictures may differ by a row or a
// column in size, so what is cut off by the page's edge does not count.
func (p pixels) without(q pixels) (n int, first image.Point) {
	const radius = 2
	right, bottom := min(p.w, q.w)-radius, min(p.h, q.h)-radius
	// sums of q's dark pixels above and left
	sum := make([]int32, (q.w+1)*(q.h+1))
	for y := range q.h {
		for x := range q.w {
			v := int32(0)
			if q.dark[y*q.w+x] {
				v = 1
			}
			sum[(y+1)*(q.w+1)+x+1] = v + sum[y*(q.w+1)+x+1] + sum[(y+1)*(q.w+1)+x] - sum[y*(q.w+1)+x]
		}
	}
	for y := range bottom {
		for x := range right {
			if !p.dark[y*p.w+x] {
				continue
			}
			x1, y1, x2, y2 := min(max(x-radius, 0), q.w), min(max(y-radius, 0), q.h), min(x+radius+1, q.w), min(y+radius+1, q.h)
			if sum[y2*(q.w+1)+x2]-sum[y1*(q.w+1)+x2]-sum[y2*(q.w+1)+x1]+sum[y1*(q.w+1)+x1] == 0 {
				if n++; n == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	return n, first
}

// Whatever one renderer darkens, the others darken within two pixels of 600 dpi,
// which is 0.085 mm.
func TestRenderingsAgree(t *testing.T) {
	const dpi = 600
	for name, l := range drawings(t) {
		t.Run(name, func(t *testing.T) {
			in := rasters(t, l, dpi)
			pics := map[string]pixels{}
			for _, f := range []string{"svg", "pdf", "png"} {
				pics[f] = readPixels(t, in(f+".png"))
			}
			for a, p := range pics {
				for b, q := range pics {
					if d := max(p.w-q.w, q.w-p.w, p.h-q.h, q.h-p.h); d > 1 {
						t.Fatalf("%d x %d pixels as %s, %d x %d as %s", p.w, p.h, a, q.w, q.h, b)
					}
					if n, at := p.without(q); n > 0 {
						t.Errorf("%d dark pixels of the %s have none in the %s near them; the first is %v (%.2f, %.2f mm)", n, a, b, at, float64(at.X)*25.4/dpi, float64(at.Y)*25.4/dpi)
						if dir := os.Getenv("JOULEBOARD_KEEP"); dir != "" {
							for _, f := range []string{"svg.png", "pdf.png", "png.png"} {
								data, _ := os.ReadFile(in(f))
								os.WriteFile(filepath.Join(dir, name+"-"+f), data, 0o644)
							}
						}
					}
				}
			}
		})
	}
}

// A decoder that is not ours reads each code from each renderer's pixels, at
// 300 dpi, also turned.
func TestCodesAreRead(t *testing.T) {
	zbar := tool(t, "zbarimg")
	for name, want := range map[string][]string{
		"sheet": {"https://example.org/r/0123456789ab/"}, "groups": {"HTTPS://EXAMPLE.ORG/1", "HTTPS://EXAMPLE.ORG/1"},
		"codes": {"https://example.org/r/0123456789ab/", "https://example.org/some/longer/address/r/0123456789ab/"},
	} {
		t.Run(name, func(t *testing.T) {
			in := rasters(t, drawings(t)[name], 300)
			for _, f := range []string{"svg.png", "pdf.png", "png.png"} {
				out, err := exec.Command(zbar, "-q", "--raw", in(f)).Output()
				if err != nil {
					t.Errorf("%s: %v", f, err)
				}
				got := strings.Fields(string(out))
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s: the codes read %q, want %q", f, got, want)
				}
			}
		})
	}
}

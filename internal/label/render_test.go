package label

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/draw"
)

// tool returns the path of a program, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed, so pixels are not compared", name)
	}
	return p
}

// pixels are the dark ones of a picture.
type pixels struct {
	w, h int
	dark []bool
}

func raster(t *testing.T, file string) pixels {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	p := pixels{b.Dx(), b.Dy(), make([]bool, b.Dx()*b.Dy())}
	// By the weights of ITU-R BT.601. The label paints its whole ground, so
	// nothing shines through.
	set := func(i int, r, g, b byte) { p.dark[i] = (299*int(r)+587*int(g)+114*int(b))/1000 < 128 }
	switch img := img.(type) {
	case *image.Gray:
		for i := range p.dark {
			v := img.Pix[i/p.w*img.Stride+i%p.w]
			set(i, v, v, v)
		}
	case *image.NRGBA:
		for i := range p.dark {
			v := img.Pix[i/p.w*img.Stride+i%p.w*4:]
			set(i, v[0], v[1], v[2])
		}
	case *image.RGBA:
		for i := range p.dark {
			v := img.Pix[i/p.w*img.Stride+i%p.w*4:]
			set(i, v[0], v[1], v[2])
		}
	default:
		t.Fatalf("%s is a %T", file, img)
	}
	return p
}

// without counts the dark pixels of p that have no dark pixel of q within a
// square of radius 2, and returns the first.
func (p pixels) without(q pixels) (n int, first image.Point) {
	const radius = 2
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
	for y := range p.h {
		for x := range p.w {
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

// The same label as SVG, PDF and PNG, as pixels, in every size: whatever one
// darkens, the others darken within 0.085 mm. Each holds a QR code that an
// independent decoder reads as the address, the PNG as it is shipped too.
func TestRenderingsAgree(t *testing.T) {
	rsvg, pdftoppm := tool(t, "rsvg-convert"), tool(t, "pdftoppm")
	const dpi = 600
	d := load(t)
	all := states()
	long := input()
	long.Model, long.Result.Model.Name = nil, "example-org/Example-Model-With-A-Long-Name-\u0416\u03a9\u00e9-30B-A3B-Instruct-2507-FP8"
	all["long name"] = long
	for _, c := range []struct {
		state string
		s     Style
	}{
		{"ci-span", Style{Size: "full"}}, {"withdrawn", Style{Size: "full", Look: LookMono}}, {"long name", Style{Size: "full"}},
		{"ci-span", Style{Size: "compact"}}, {"long name", Style{Size: "compact", Look: LookMono}},
		{"ci-span", Style{Size: "small"}}, {"withdrawn", Style{Size: "small", Look: LookMono}}, {"long name", Style{Size: "small"}},
		{"ci-span", Style{Size: "strip", Look: LookMono}}, {"withdrawn", Style{Size: "strip"}}, {"long name", Style{Size: "strip"}},
	} {
		t.Run(c.state+" "+c.s.Size+" "+c.s.Look, func(t *testing.T) {
			l, err := d.Draw(all[c.state], c.s)
			if err != nil {
				t.Fatal(err)
			}
			pdf, err := l.PDF()
			if err != nil {
				t.Fatal(err)
			}
			shipped, err := l.PNG()
			if err != nil {
				t.Fatal(err)
			}
			fine, err := draw.PNG(l.List, draw.PNGOptions{DPI: dpi})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			for file, data := range map[string][]byte{"l.svg": l.SVG(), "l.pdf": pdf, "png.png": fine, "shipped.png": shipped} {
				if err := os.WriteFile(in(file), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{
				{rsvg, "-d", fmt.Sprint(dpi), "-p", fmt.Sprint(dpi), in("l.svg"), "-o", in("svg.png")},
				{pdftoppm, "-r", fmt.Sprint(dpi), "-gray", "-png", "-singlefile", in("l.pdf"), in("pdf")},
			} {
				if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", args[0], err, out)
				}
			}
			pics := map[string]pixels{}
			for _, f := range []string{"svg", "pdf", "png"} {
				pics[f] = raster(t, in(f+".png"))
			}
			for a, p := range pics {
				for b, q := range pics {
					if abs(p.w-q.w) > 1 || abs(p.h-q.h) > 1 {
						t.Fatalf("%d x %d pixels as %s, %d x %d as %s", p.w, p.h, a, q.w, q.h, b)
					}
					if n, at := p.without(q); n > 0 {
						t.Errorf("%d dark pixels of the %s have none in the %s near them; the first is %v (%.2f, %.2f mm)", n, a, b, at, float64(at.X)*25.4/dpi, float64(at.Y)*25.4/dpi)
					}
				}
			}
			t.Run("QR", func(t *testing.T) {
				zbar := tool(t, "zbarimg")
				for _, file := range []string{"svg.png", "pdf.png", "png.png", "shipped.png"} {
					out, err := exec.Command(zbar, "-q", "--raw", in(file)).Output()
					if err != nil || strings.TrimSpace(string(out)) != l.Record.URL {
						t.Errorf("%s: the code reads %q (%v), want %q", file, bytes.TrimSpace(out), err, l.Record.URL)
					}
				}
			})
		})
	}
}

func abs(n int) int { return max(n, -n) }

// Outside readers find nothing wrong with a label's PDF, and its words in it.
func TestPDFWithOutsideReaders(t *testing.T) {
	l, err := load(t).Draw(states()["ci-span"], Style{})
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := l.PDF()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "l.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"qpdf", "--check", file}, []string{"No syntax or stream encoding errors"}},
		{[]string{"pdfinfo", file}, []string{"Example3-32B-Instruct, 2.5 of 5", "Author:          Example board", "PDF version:     1.4", "Metadata Stream: yes", "272.13 x 544.25 pts"}},
		{[]string{"pdftotext", "-layout", file, "-"}, []string{"9.39 Wh", "95 % CI spans 2.0\u20132.5", "2 \u00d7 Example H1", "Not an official government energy label.", "5a1f0c9be2d3"}},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			out, err := exec.Command(tool(t, c.args[0]), c.args[1:]...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, w := range c.want {
				if !strings.Contains(string(out), w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
		})
	}
}

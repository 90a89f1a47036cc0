package label

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/draw"
	"jouleboard/internal/draw/drawtest"
)

// The same label as SVG, PDF and PNG, as pixels, in every size: whatever one
// darkens, the others darken within 0.085 mm. Each holds a QR code that an
// independent decoder reads as the address, the PNG as it is shipped too.
func TestRenderingsAgree(t *testing.T) {
	const dpi = drawtest.DPI
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
			r := drawtest.Rasterise(t, l.SVG(), pdf, fine, dpi)
			r.Add(t, "shipped.png", shipped)
			r.Agree(t)
			t.Run("QR", func(t *testing.T) {
				zbar := drawtest.Tool(t, "zbarimg")
				for _, file := range []string{"svg.png", "pdf.png", "png.png", "shipped.png"} {
					out, err := exec.Command(zbar, "-q", "--raw", r.File(file)).Output()
					if err != nil || strings.TrimSpace(string(out)) != l.Record.URL {
						t.Errorf("%s: the code reads %q (%v), want %q", file, bytes.TrimSpace(out), err, l.Record.URL)
					}
				}
			})
		})
	}
}

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
			out, err := exec.Command(drawtest.Tool(t, c.args[0]), c.args[1:]...).CombinedOutput()
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

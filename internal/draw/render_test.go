package draw

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/draw/drawtest"
)

// rasters draws a list in its three formats and reads each as pixels.
func rasters(t *testing.T, l *List, dpi int) drawtest.Rasters {
	t.Helper()
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	pic, err := PNG(l, PNGOptions{DPI: float64(dpi)})
	if err != nil {
		t.Fatal(err)
	}
	return drawtest.Rasterise(t, SVG(l, SVGOptions{IDPrefix: "jb", Text: Outline, Unit: "mm"}), pdf, pic, dpi)
}

// Whatever one renderer darkens, the others darken within 0.085 mm.
func TestRenderingsAgree(t *testing.T) {
	for name, l := range drawings(t) {
		t.Run(name, func(t *testing.T) { rasters(t, l, drawtest.DPI).Agree(t) })
	}
}

// A decoder that is not ours reads each code from each renderer's pixels, at
// 300 dpi, also turned.
func TestCodesAreRead(t *testing.T) {
	zbar := drawtest.Tool(t, "zbarimg")
	for name, want := range map[string][]string{
		"sheet": {"https://example.org/r/0123456789ab/"}, "groups": {"HTTPS://EXAMPLE.ORG/1", "HTTPS://EXAMPLE.ORG/1"},
		"codes": {"https://example.org/r/0123456789ab/", "https://example.org/some/longer/address/r/0123456789ab/"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rasters(t, drawings(t)[name], 300)
			for _, f := range []string{"svg.png", "pdf.png", "png.png"} {
				out, err := exec.Command(zbar, "-q", "--raw", r.File(f)).Output()
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

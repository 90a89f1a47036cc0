package label

import (
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/draw"
	"jouleboard/internal/draw/drawtest"
)

// TestSheetRendered looks at full pages as another program draws them: an
// independent reader finds every label's own code, and ink is where the trim and
// the bleed say.
func TestSheetRendered(t *testing.T) {
	pdftoppm, zbarimg := drawtest.Tool(t, "pdftoppm"), drawtest.Tool(t, "zbarimg")
	d, all := load(t), shippedSheets(t)
	// One of each kind: reading a page takes a second.
	for name, sizes := range map[string][]string{"a4": {SizeFull, SizeStrip}, "letter": {SizeCompact}, "a6": {SizeSmall}, "l7160": {SizeStrip}, "us5163": {SizeSmall}} {
		s, _ := all.Get(name)
		for _, size := range sizes {
			g, _ := s.Grid(size)
			o := SheetOptions{Size: g.Size, Labels: g.Cells(), Bleed: g.MaxBleed()}
			if s.ButtCut {
				o.Bleed = 0
			}
			var want []string
			var labels iter.Seq2[*Label, error] = func(yield func(*Label, error) bool) {
				for i := range g.Cells() {
					in := input()
					r := *in.Result
					r.ID = fmt.Sprintf("%012x", i+1) + r.ID[12:]
					in.Result = &r
					want = append(want, in.url())
					if !yield(d.Draw(in, Style{Size: g.Size, NoFrame: s.ButtCut})) {
						return
					}
				}
			}
			dir := t.TempDir()
			f, err := os.Create(filepath.Join(dir, "sheet.pdf"))
			if err != nil {
				t.Fatal(err)
			}
			if n, err := draw.PDFPages(f, d.Impose(s, labels, o), s.SheetPDF(o, func(yield func(Input) bool) { yield(input()) })); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			const dpi = 300
			if out, err := exec.Command(pdftoppm, "-r", fmt.Sprint(dpi), "-gray", "-png", "-singlefile", f.Name(), filepath.Join(dir, "page")).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			page := filepath.Join(dir, "page.png")
			out, err := exec.Command(zbarimg, "--quiet", "--raw", page).Output()
			if err != nil {
				t.Errorf("%s %s: %v", name, g.Size, err)
			}
			got := strings.Fields(string(out))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: %d codes are read, want %d", name, g.Size, len(got), len(want))
			}
			if g.Size == SizeStrip || g.Turned {
				continue // no dark header, or one at the side
			}
			// Along a line through the first label's header: ink from the bleed on.
			p := drawtest.Read(t, page)
			px := func(mm float64) int { return int(mm * dpi / 25.4) }
			y := px(g.Y0 + 0.7)
			for _, c := range []struct {
				x    float64
				dark bool
			}{{g.X0 - o.Bleed - 0.3, false}, {g.X0 - o.Bleed + 0.3, true}, {g.X0 + 0.7, true}} {
				if got := p.Dark[y*p.W+px(c.x)]; got != c.dark {
					t.Errorf("%s %s: ink at %.2f mm is %v, want %v; the trim is at %.2f", name, g.Size, c.x, got, c.dark, g.X0)
				}
			}
		}
	}
}

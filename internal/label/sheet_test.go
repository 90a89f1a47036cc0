package label

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/draw"
	"jouleboard/labels"
)

func shippedSheets(t testing.TB) Sheets {
	t.Helper()
	all, found := LoadSheets(labels.FS)
	for _, f := range found {
		t.Errorf("shipped sheets: %s", f)
	}
	return all
}

// TestShippedSheets holds the data to the figures of the specification.
func TestShippedSheets(t *testing.T) {
	const a4w, a4h, lw, lh = 210, 297, 215.9, 279.4
	want := []struct {
		name, size         string
		w, h               float64
		cols, rows         int
		x0, y0             float64
		px, py             float64
		cw, ch             float64
		turned, centred, b bool
	}{
		{name: "a4", size: "full", w: a4w, h: a4h, cols: 2, rows: 1, x0: 7.5, y0: 52.5, px: 99, cw: 96, ch: 192},
		{name: "a4", size: "compact", w: a4w, h: a4h, cols: 3, rows: 2, x0: 9, y0: 23, px: 65, py: 127, cw: 62, ch: 124},
		{name: "a4", size: "small", w: a4w, h: a4h, cols: 5, rows: 3, x0: 9, y0: 37.5, px: 39, py: 75, cw: 36, ch: 72},
		{name: "a4", size: "strip", w: a4w, h: a4h, cols: 3, rows: 11, x0: 21, y0: 23.5, px: 57, py: 23, cw: 54, ch: 20},
		{name: "letter", size: "full", w: lw, h: lh, cols: 2, rows: 1, px: 99, cw: 96, ch: 192, centred: true},
		{name: "letter", size: "compact", w: lw, h: lh, cols: 3, rows: 2, px: 65, py: 127, cw: 62, ch: 124, centred: true},
		{name: "letter", size: "small", w: lw, h: lh, cols: 5, rows: 3, px: 39, py: 75, cw: 36, ch: 72, centred: true},
		{name: "letter", size: "strip", w: lw, h: lh, cols: 3, rows: 11, px: 57, py: 23, cw: 54, ch: 20, centred: true},
		{name: "a6", size: "compact", w: 105, h: 148, cols: 1, rows: 1, cw: 62, ch: 124, centred: true},
		{name: "a6", size: "small", w: 105, h: 148, cols: 2, rows: 1, px: 39, cw: 36, ch: 72, centred: true},
		{name: "a6", size: "strip", w: 105, h: 148, cols: 1, rows: 6, py: 23, cw: 54, ch: 20, centred: true},
		{name: "l7160", size: "strip", w: a4w, h: a4h, cols: 3, rows: 7, x0: 7.25, y0: 15.15, px: 66, py: 38.1, cw: 63.5, ch: 38.1, b: true},
		{name: "l7163", size: "small", w: a4w, h: a4h, cols: 2, rows: 7, x0: 4.65, y0: 15.15, px: 101.6, py: 38.1, cw: 99.1, ch: 38.1, turned: true, b: true},
		{name: "us5160", size: "strip", w: lw, h: lh, cols: 3, rows: 10, x0: 4.76, y0: 12.7, px: 69.85, py: 25.4, cw: 66.675, ch: 25.4, b: true},
		{name: "us5163", size: "small", w: lw, h: lh, cols: 2, rows: 5, x0: 3.97, y0: 12.7, px: 106.36, py: 50.8, cw: 101.6, ch: 50.8, turned: true, b: true},
	}
	all := shippedSheets(t)
	seen := 0
	for _, c := range want {
		s, ok := all.Get(c.name)
		g, okGrid := s.Grid(c.size)
		if !ok || !okGrid {
			t.Errorf("%s %s is missing", c.name, c.size)
			continue
		}
		seen++
		if c.centred {
			c.x0 = (c.w - float64(c.cols-1)*c.px - c.cw) / 2
			c.y0 = (c.h - float64(c.rows-1)*c.py - c.ch) / 2
		}
		wantGrid := Grid{Size: c.size, Cols: c.cols, Rows: c.rows, X0: round4(c.x0), Y0: round4(c.y0), PitchX: c.px, PitchY: c.py, CellW: c.cw, CellH: c.ch, Turned: c.turned}
		if g != wantGrid || s.W != c.w || s.H != c.h || s.ButtCut != c.b {
			t.Errorf("%s %s: %+v on %g x %g, want %+v on %g x %g", c.name, c.size, g, s.W, s.H, wantGrid, c.w, c.h)
		}
		if stock := strings.HasPrefix(c.name, "l7") || strings.HasPrefix(c.name, "us"); stock && !strings.HasSuffix(s.Title, "-compatible grid") {
			t.Errorf("%s is called %q; stock is described, not named", c.name, s.Title)
		}
	}
	total := 0
	for _, n := range all.Names() {
		s, _ := all.Get(n)
		total += len(s.Grids)
	}
	if total != seen {
		t.Errorf("%d grids are shipped, %d are held to the table", total, seen)
	}
}

// TestSheetFiles: sheets are read strictly, with places.
func TestSheetFiles(t *testing.T) {
	const head = "title: Test\npage: {w: 100, h: 100}\n"
	for _, c := range []struct{ name, text, want string }{
		{"fine", head + "grids:\n  - {size: small, cols: 2, rows: 1, pitch_x: 40}\n", ""},
		{"offset", head + "offset_x: 1.5\noffset_y: -0.2\ngrids:\n  - {size: small, cols: 2, rows: 1, pitch_x: 40}\n", ""},
		{"unknown key", head + "grid: 1\n", `3:1 /grid: error: unknown key "grid"`},
		{"no grids", head, `key "grids" is missing`},
		{"empty grids", head + "grids: []\n", "3:1 /grids: error: there are no grids"},
		{"no title", "page: {w: 100, h: 100}\ngrids: []\n", `key "title" is missing`},
		{"hostile title", "title: \"a\\u202eb\"\npage: {w: 100, h: 100}\ngrids: []\n", "/title"},
		{"long title", "title: " + strings.Repeat("x", 41) + "\npage: {w: 100, h: 100}\ngrids: []\n", "1:8 /title: error: the title has 41"},
		{"page", "title: A\npage: {w: 3000, h: 100}\ngrids: []\n", "2:11 /page/w: error: a page side of 3000 mm"},
		{"offset too far", head + "offset_x: 11\ngrids: []\n", "3:11 /offset_x: error: an offset of 11 mm"},
		{"size", head + "grids:\n  - {size: poster, cols: 1, rows: 1}\n", `4:12 /grids/0/size: error: no label has the size "poster"`},
		{"cells", head + "grids:\n  - {size: small, cols: 100000000, rows: 1000000000, pitch_x: 40, pitch_y: 80}\n", "100000000 x 1000000000 cells"},
		{"none", head + "grids:\n  - {size: small, cols: 0, rows: 1}\n", "0 x 1 cells"},
		{"pitch missing", head + "grids:\n  - {size: small, cols: 2, rows: 1}\n", "pitch_x is missing"},
		{"overlap", head + "grids:\n  - {size: small, cols: 2, rows: 1, pitch_x: 35}\n", "/grids/0/pitch_x: error: cells of 36 mm overlap at a pitch of 35 mm"},
		{"cell too small", head + "grids:\n  - {size: small, cols: 1, rows: 1, cell: {w: 40, h: 70}}\n", "a cell of 40 x 70 mm has no room for a label of 36 x 72"},
		{"outside", head + "grids:\n  - {size: full, cols: 1, rows: 1}\n", "outside of the page of 100 x 100"},
		{"moved outside", head + "offset_x: -5\ngrids:\n  - {size: small, cols: 1, rows: 1, x0: 1, y0: 1}\n", "outside of the page"},
		{"twice", head + "grids:\n  - {size: small, cols: 1, rows: 1}\n  - {size: small, cols: 1, rows: 1}\n", "5:12 /grids/1/size: error: there is a grid of size small already"},
		{"infinite", head + "grids:\n  - {size: small, cols: 1, rows: 1, x0: .inf}\n", "expected a finite number"},
	} {
		all, found := LoadSheets(fstest.MapFS{"sheets/mine.yaml": {Data: []byte(c.text)}})
		_, ok := all.Get("mine")
		said := fmt.Sprint(found)
		if ok != (c.want == "") || found.HasErrors() == ok || !strings.Contains(said, c.want) {
			t.Errorf("%s: loaded %v, found %s; want %q", c.name, ok, said, c.want)
		}
		if c.name == "offset" && ok {
			s, _ := all.Get("mine")
			if x, y := s.Grids[0].Cell(0); math.Abs(x-(12+1.5)) > 1e-9 || math.Abs(y-(14-0.2)) > 1e-9 {
				t.Errorf("offset: the first cell is at %g, %g", x, y)
			}
		}
	}
	if _, found := LoadSheets(fstest.MapFS{"sheets/A 4.yaml": {Data: []byte(head + "grids:\n  - {size: small, cols: 1, rows: 1}\n")}}); !found.HasErrors() {
		t.Error("a sheet of a name with capitals and spaces is read")
	}
}

// TestSheetInManual: the sheet that the manual shows is one.
func TestSheetInManual(t *testing.T) {
	page, err := os.ReadFile("../../content/docs/labels.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(page), "```yaml\ntitle: Round corners")
	if !ok {
		t.Fatal("the manual shows no sheet")
	}
	text, _, _ := strings.Cut("title: Round corners"+after, "```")
	all, found := LoadSheets(fstest.MapFS{"sheets/mine.yaml": {Data: []byte(text)}})
	if s, ok := all.Get("mine"); !ok || s.Grids[0].Cells() != 24 {
		t.Errorf("the manual's sheet gives %+v, %v", s, found)
	}
}

// FuzzSheet: whatever a file says, a sheet that is read can be printed, within its
// page and with its own notes.
func FuzzSheet(f *testing.F) {
	names, err := fs.Glob(labels.FS, "sheets/*.yaml")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, n := range names {
		data, err := fs.ReadFile(labels.FS, n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	d := load(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, found := parseSheet("labels/sheets/fuzzed.yaml", data)
		if found.HasErrors() {
			return
		}
		for _, g := range s.Grids {
			for i := range g.Cells() {
				if x, y := g.Cell(i); !(x >= -0.01 && y >= -0.01 && x+g.CellW <= s.W+0.01 && y+g.CellH <= s.H+0.01) {
					t.Fatalf("cell %d at %g, %g leaves the page", i, x, y)
				}
			}
			for p, err := range d.Impose(s, func(func(*Label, error) bool) {}, SheetOptions{Size: g.Size, Calibrate: true}) {
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Check(); err != nil {
					t.Fatal(err)
				}
				for _, it := range p.Items {
					switch it.(type) {
					case draw.Line, draw.Text: // marks at the page's edge, and figures in cells that are smaller than they
						continue
					}
					if r := ink(it); r.x1 < -0.2 || r.y1 < -0.2 || r.x2 > s.W+0.2 || r.y2 > s.H+0.2 {
						t.Fatalf("%T at %+v leaves the page of %g x %g", it, r, s.W, s.H)
					}
				}
			}
		}
	})
}

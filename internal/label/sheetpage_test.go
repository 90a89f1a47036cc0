package label

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/draw"
)

// copies yields n labels of a size.
func copies(t testing.TB, d *Designs, n int, s Style) iter.Seq2[*Label, error] {
	return func(yield func(*Label, error) bool) {
		for range n {
			l, err := d.Draw(input(), s)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

func pages(t testing.TB, d *Designs, s Sheet, o SheetOptions) (out []*draw.List) {
	t.Helper()
	for p, err := range d.Impose(s, copies(t, d, o.Labels, Style{Size: o.Size, NoFrame: s.ButtCut}), o) {
		if err != nil {
			t.Fatalf("%s %s: %v", s.Name, o.Size, err)
		}
		out = append(out, p)
	}
	return out
}

// room is a rectangle on a page.
type room struct {
	what           string
	x1, y1, x2, y2 float64
}

func (a room) meets(b room) bool {
	const e = 1e-6
	return a.x1 < b.x2-e && b.x1 < a.x2-e && a.y1 < b.y2-e && b.y1 < a.y2-e
}

// ink is the room that an item takes on the page it stands on.
func ink(it draw.Item) (r room) {
	r = room{x1: math.Inf(1), y1: math.Inf(1), x2: math.Inf(-1), y2: math.Inf(-1)}
	add := func(x1, y1, x2, y2 float64) {
		r.x1, r.y1, r.x2, r.y2 = min(r.x1, x1, x2), min(r.y1, y1, y2), max(r.x2, x1, x2), max(r.y2, y1, y2)
	}
	switch it := it.(type) {
	case draw.Rect:
		add(it.X-it.SW/2, it.Y-it.SW/2, it.X+it.W+it.SW/2, it.Y+it.H+it.SW/2)
	case draw.Modules:
		for r := range it.Rects() {
			add(r.X, r.Y, r.X+r.W, r.Y+r.H)
		}
	case draw.Line:
		add(it.X1-it.SW/2, it.Y1-it.SW/2, it.X2+it.SW/2, it.Y2+it.SW/2)
	case draw.Polygon:
		for _, p := range it.Points {
			add(p.X, p.Y, p.X, p.Y)
		}
	case draw.Text:
		w, em := draw.Width(it.S, it.Pt, it.Bold), it.Pt*draw.PtMM
		x := it.X - w*map[draw.Align]float64{draw.Left: 0, draw.Center: 0.5, draw.Right: 1}[it.Align]
		add(x, it.Y-0.75*em, x+w, it.Y+0.22*em)
	case draw.Group:
		for _, in := range it.Items {
			q := ink(in)
			if it.Turn {
				add(it.X-q.y1, it.Y+q.x1, it.X-q.y2, it.Y+q.x2)
			} else {
				add(it.X+q.x1, it.Y+q.y1, it.X+q.x2, it.Y+q.y2)
			}
		}
	}
	return r
}

// isLabel says whether a group is a label: only these have a QR code.
func isLabel(g draw.Group) bool {
	return slices.ContainsFunc(g.Items, func(it draw.Item) bool { _, ok := it.(draw.Modules); return ok })
}

// TestSheetGeometry draws every grid full, with and without bleed: labels stay in
// their cells and on the page, nothing in the margin touches a label or another
// note, and the ruler and the notes are there.
func TestSheetGeometry(t *testing.T) {
	d, all := load(t), shippedSheets(t)
	for _, name := range all.Names() {
		s, _ := all.Get(name)
		for _, g := range s.Grids {
			for _, bleed := range []float64{0, 1.5} {
				if bleed > 0 && s.ButtCut {
					continue
				}
				o := SheetOptions{Size: g.Size, Labels: g.Cells(), Bleed: bleed, Calibrate: true}
				ps := pages(t, d, s, o)
				if len(ps) != 2 || len(ps) != s.Pages(o) {
					t.Fatalf("%s %s: %d pages, Pages says %d, want 2", name, g.Size, len(ps), s.Pages(o))
				}
				for n, p := range ps {
					where := fmt.Sprintf("%s %s bleed %g page %d", name, g.Size, bleed, n)
					if err := p.Check(); err != nil || p.W != s.W || p.H != s.H {
						t.Errorf("%s: %g x %g, %v", where, p.W, p.H, err)
					}
					checkPage(t, where, p, s, g, bleed, n == 0)
				}
			}
		}
	}
}

func checkPage(t *testing.T, where string, p *draw.List, s Sheet, g Grid, bleed float64, outlines bool) {
	t.Helper()
	var cells, margin []room
	marks, notes, rulers := 0, 0, 0
	for i, it := range p.Items {
		r := ink(it)
		r.what = fmt.Sprintf("item %d (%T)", i, it)
		if r.x1 < -1e-6 || r.y1 < -1e-6 || r.x2 > s.W+1e-6 || r.y2 > s.H+1e-6 {
			t.Errorf("%s: %s reaches outside of the page: %+v", where, r.what, r)
		}
		switch it := it.(type) {
		case draw.Group:
			ticks := 0
			for _, in := range it.Items {
				if l, ok := in.(draw.Line); ok && l.X1 == l.X2 {
					ticks++
				}
			}
			switch {
			case isLabel(it):
				cells = append(cells, r)
			case ticks == 21:
				rulers++
				margin = append(margin, r)
			default:
				notes++
				margin = append(margin, r)
			}
		case draw.Line:
			marks++
			margin = append(margin, r)
		}
	}
	if outlines {
		if len(cells) != 0 {
			t.Errorf("%s: labels stand on the page of outlines", where)
		}
	} else if len(cells) != g.Cells() {
		t.Fatalf("%s: %d labels, want %d", where, len(cells), g.Cells())
	}
	if notes != 1 || rulers != 1 {
		t.Errorf("%s: %d notes and %d rulers in the margin, want one each", where, notes, rulers)
	}
	if want := map[bool]int{true: 0, false: 4 * (g.Cols + g.Rows)}[s.ButtCut]; marks != want {
		t.Errorf("%s: %d crop marks, want %d", where, marks, want)
	}
	for i, c := range cells {
		x, y := g.Cell(i)
		in := room{x1: x - bleed, y1: y - bleed, x2: x + g.CellW + bleed, y2: y + g.CellH + bleed}
		if c.x1 < in.x1-1e-3 || c.y1 < in.y1-1e-3 || c.x2 > in.x2+1e-3 || c.y2 > in.y2+1e-3 {
			t.Errorf("%s: label %d at %+v leaves its cell %+v", where, i, c, in)
		}
		if left, right, up, down := c.x1-in.x1, in.x2-c.x2, c.y1-in.y1, in.y2-c.y2; math.Abs(left-right) > 2e-3 || math.Abs(up-down) > 2e-3 {
			t.Errorf("%s: label %d is not in the middle of its cell: %g %g %g %g", where, i, left, right, up, down)
		}
		for _, other := range cells[:i] {
			if c.meets(other) {
				t.Errorf("%s: label %d at %+v overlaps %+v", where, i, c, other)
			}
		}
	}
	// Marks and notes keep off the labels' own area, which begins at the trim.
	block := room{x1: g.X0, y1: g.Y0}
	block.x2, block.y2 = g.Cell(g.Cells() - 1)
	block.x2, block.y2 = block.x2+g.CellW, block.y2+g.CellH
	for i, m := range margin {
		if m.meets(block) {
			t.Errorf("%s: %s at %+v stands on the labels", where, m.what, m)
		}
		for _, other := range margin[:i] {
			if m.meets(other) && strings.Contains(m.what+other.what, "Group") {
				t.Errorf("%s: %s at %+v touches %s at %+v", where, m.what, m, other.what, other)
			}
		}
	}
}

// TestCropMarks: 3 mm long, 1 mm off the trim, at every line.
func TestCropMarks(t *testing.T) {
	s, _ := shippedSheets(t).Get("a4")
	g, _ := s.Grid(SizeCompact)
	var down, across []float64
	for _, it := range g.cropMarks() {
		l := it.(draw.Line)
		if l.SW != 0.09 || math.Abs(math.Hypot(l.X2-l.X1, l.Y2-l.Y1)-3) > 1e-9 {
			t.Errorf("mark %+v is not 3 mm long and 0.09 mm wide", l)
		}
		switch {
		case l.X1 == l.X2:
			down = append(down, l.X1)
			if l.Y2 != 22 && l.Y1 != 23+251+1 {
				t.Errorf("mark %+v is not 1 mm off the trim", l)
			}
		default:
			across = append(across, l.Y1)
			if l.X2 != 8 && l.X1 != 9+192+1 {
				t.Errorf("mark %+v is not 1 mm off the trim", l)
			}
		}
	}
	slices.Sort(down)
	slices.Sort(across)
	if want := []float64{9, 9, 71, 71, 74, 74, 136, 136, 139, 139, 201, 201}; !slices.Equal(down, want) {
		t.Errorf("marks down at %v, want %v", down, want)
	}
	if want := []float64{23, 23, 147, 147, 150, 150, 274, 274}; !slices.Equal(across, want) {
		t.Errorf("marks across at %v, want %v", across, want)
	}
}

// TestBleed: ground and header reach over the trim where they touch it, and
// nothing else changes.
func TestBleed(t *testing.T) {
	l := &draw.List{W: 10, H: 20, Items: []draw.Item{
		draw.Rect{W: 10, H: 20, Fill: black}, draw.Rect{W: 10, H: 3, Fill: black}, draw.Rect{X: 2, Y: 18, W: 3, H: 2, Fill: black},
		draw.Rect{W: 10, H: 20, Stroke: black, SW: 1}, draw.Rect{X: 1, Y: 1, W: 2, H: 2, Fill: black}, draw.Text{S: "x"},
	}}
	want := []draw.Item{
		draw.Rect{X: -1.5, Y: -1.5, W: 13, H: 23, Fill: black}, draw.Rect{X: -1.5, Y: -1.5, W: 13, H: 4.5, Fill: black}, draw.Rect{X: 2, Y: 18, W: 3, H: 3.5, Fill: black},
		l.Items[3], l.Items[4], l.Items[5],
	}
	for i, got := range bled(l, 1.5) {
		if fmt.Sprint(got) != fmt.Sprint(want[i]) {
			t.Errorf("item %d: %+v, want %+v", i, got, want[i])
		}
	}
}

// TestSkipAndOrder: cells are filled row by row in the given order, the skipped
// ones first, and pages follow each other.
func TestSkipAndOrder(t *testing.T) {
	d := load(t)
	s, _ := shippedSheets(t).Get("l7163")
	g, _ := s.Grid(SizeSmall)
	o := SheetOptions{Size: SizeSmall, Skip: 5, Labels: 11}
	ps := pages(t, d, s, o)
	if len(ps) != 2 || s.Pages(o) != 2 {
		t.Fatalf("%d pages, Pages says %d; 5 skipped and 11 labels fill 14 and 2 cells", len(ps), s.Pages(o))
	}
	at := func(p *draw.List) (cells []int) {
		for _, it := range p.Items {
			if l, ok := it.(draw.Group); ok && isLabel(l) {
				for c := range g.Cells() {
					if x, y := g.Cell(c); l.X > x && l.X <= x+g.CellW && l.Y >= y && l.Y < y+g.CellH {
						cells = append(cells, c)
					}
				}
				if !l.Turn {
					t.Error("a label is not turned")
				}
			}
		}
		return cells
	}
	if got, want := at(ps[0]), []int{5, 6, 7, 8, 9, 10, 11, 12, 13}; !slices.Equal(got, want) {
		t.Errorf("first page fills cells %v, want %v", got, want)
	}
	if got, want := at(ps[1]), []int{0, 1}; !slices.Equal(got, want) {
		t.Errorf("second page fills cells %v, want %v", got, want)
	}
	if x, y := g.Cell(3); x != 4.65+101.6 || y != 15.15+38.1 {
		t.Errorf("cell 3 is at %g, %g; cells are counted row by row", x, y)
	}
	if got := ps[1].Title; got != "Page 2 of 2" {
		t.Errorf("second page is called %q", got)
	}
}

func TestSheetOptionsChecked(t *testing.T) {
	all := shippedSheets(t)
	for _, c := range []struct {
		sheet  string
		o      SheetOptions
		option string
	}{
		{"a4", SheetOptions{Size: SizeFull, Skip: 1, Bleed: 1.5}, ""},
		{"a6", SheetOptions{Size: SizeFull}, "size"},
		{"l7160", SheetOptions{Size: SizeSmall}, "size"},
		{"a4", SheetOptions{Size: SizeFull, Skip: 2}, "skip"},
		{"a4", SheetOptions{Size: SizeFull, Skip: -1}, "skip"},
		{"a4", SheetOptions{Size: SizeFull, Bleed: 1.6}, "bleed"},
		{"a4", SheetOptions{Size: SizeFull, Bleed: -1}, "bleed"},
		{"a4", SheetOptions{Size: SizeFull, Bleed: math.NaN()}, "bleed"},
		{"l7160", SheetOptions{Size: SizeStrip, Bleed: 1}, "bleed"},
	} {
		s, _ := all.Get(c.sheet)
		option, msg, hint := s.Check(c.o)
		if option != c.option || (option != "") != (msg != "" && hint != "") {
			t.Errorf("%s %+v: %q %q %q, want %q", c.sheet, c.o, option, msg, hint, c.option)
		}
		if c.sheet == "l7160" && c.option == "bleed" && !strings.Contains(msg, "comes cut") {
			t.Errorf("bleed on stock is refused with %q", msg)
		}
		var err error
		for _, err = range load(t).Impose(s, func(func(*Label, error) bool) {}, c.o) {
			break
		}
		if (err != nil) != (c.option != "") {
			t.Errorf("%s %+v: Impose says %v", c.sheet, c.o, err)
		}
	}
}

// TestImposeStops: an error among the labels ends the pages, and labels that do not
// belong on the sheet are such an error.
func TestImposeStops(t *testing.T) {
	d := load(t)
	s, _ := shippedSheets(t).Get("a4")
	broken := errors.New("broken")
	strip, err := d.Draw(input(), Style{Size: SizeStrip})
	if err != nil {
		t.Fatal(err)
	}
	dark, err := d.Draw(input(), Style{Look: LookDark})
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]func(yield func(*Label, error) bool){
		"error": func(yield func(*Label, error) bool) { yield(nil, broken) },
		"size":  func(yield func(*Label, error) bool) { yield(strip, nil) },
		"dark":  func(yield func(*Label, error) bool) { yield(dark, nil) },
	} {
		n := 0
		var last error
		for p, err := range d.Impose(s, bad, SheetOptions{Size: SizeFull}) {
			n++
			last = err
			if p != nil {
				t.Errorf("%s: a page came", name)
			}
		}
		if n != 1 || last == nil || name == "error" && !errors.Is(last, broken) {
			t.Errorf("%s: %d pages, %v", name, n, last)
		}
	}
}

// TestSheetPDF measures the ruler in the document, and draws twice.
func TestSheetPDF(t *testing.T) {
	d, all := load(t), shippedSheets(t)
	older := input()
	source := *older.Result.Source
	source.Published = "2025-11-30"
	r := *older.Result
	r.Source, older.Result = &source, &r
	for _, ins := range [][]Input{{older, input()}, {input(), older}} {
		s, _ := all.Get("a4")
		o := s.SheetPDF(SheetOptions{Size: SizeFull}, slices.Values(ins))
		if got := o.Date.Format("2006-01-02"); got != "2026-02-03" || o.Info.Author != "Example board" {
			t.Errorf("the document is of %s by %s; the newest label dates it", got, o.Info.Author)
		}
	}
	for _, name := range all.Names() {
		s, _ := all.Get(name)
		o := SheetOptions{Size: s.Grids[0].Size, Labels: 1}
		write := func() []byte {
			var buf bytes.Buffer
			seq := d.Impose(s, copies(t, d, 1, Style{Size: o.Size, NoFrame: s.ButtCut}), o)
			if _, err := draw.PDFPages(&buf, seq, s.SheetPDF(o, func(yield func(Input) bool) { yield(input()) })); err != nil {
				t.Fatal(err)
			}
			return buf.Bytes()
		}
		pdf := write()
		if !bytes.Equal(pdf, write()) {
			t.Errorf("%s: drawn twice, the bytes differ", name)
		}
		if got := longestLine(t, pdf); math.Abs(got-100/25.4*72) > 0.02 {
			t.Errorf("%s: the ruler is %.2f pt long, want %.2f", name, got, 100/25.4*72)
		}
	}
}

var rulerLine = regexp.MustCompile(`(-?[\d.]+) (-?[\d.]+) m\n(-?[\d.]+) (-?[\d.]+) l\nS\n`)

// longestLine is the length in points of the longest stroke that is less than
// 0.5 points wide, on any page: the ruler.
func longestLine(t *testing.T, pdf []byte) (best float64) {
	t.Helper()
	width := regexp.MustCompile(`([\d.]+) w\n$`)
	for at := pdf; ; {
		m := bytes.Index(at, []byte("stream\n"))
		if m < 0 {
			return best
		}
		at = at[m+len("stream\n"):]
		r, err := zlib.NewReader(bytes.NewReader(at))
		if err != nil {
			continue // the end of a stream, or one that is no Flate
		}
		text, _ := io.ReadAll(r) // what stands behind the stream is no part of it
		current, from := 0.0, 0
		for _, p := range rulerLine.FindAllSubmatchIndex(text, -1) {
			if w := width.FindSubmatch(text[from:p[0]]); w != nil {
				current, _ = strconv.ParseFloat(string(w[1]), 64)
			}
			from = p[0]
			var v [4]float64
			for i := range v {
				v[i], _ = strconv.ParseFloat(string(text[p[2*i+2]:p[2*i+3]]), 64)
			}
			if current < 0.5 {
				best = max(best, math.Hypot(v[2]-v[0], v[3]-v[1]))
			}
		}
	}
}

// TestSheetWords: the margin speaks the board's language if the design's fonts can
// draw it, and breaks text without spaces anywhere.
func TestSheetWords(t *testing.T) {
	han := strings.Repeat("\u6a21\u578b", 40)
	files := fstest.MapFS{
		"i18n/en.yaml":         {Data: []byte(shipped(t, "i18n/en.yaml"))},
		"i18n/xx.yaml":         {Data: []byte("sheet_cut: " + han + "\n")},
		"designs/default.yaml": {Data: []byte(strings.Replace(shipped(t, "designs/default.yaml"), "palette:", "fonts: {fallback: [han.ttf]}\npalette:", 1))},
		"designs/plain.yaml":   {Data: []byte(shipped(t, "designs/default.yaml"))},
		"fonts/han.ttf":        {Data: hanTTF(t)},
	}
	d, found := Load(files)
	if found.HasErrors() {
		t.Fatal(found)
	}
	s, _ := shippedSheets(t).Get("a4")
	for design, drawn := range map[string]bool{"": true, "plain": false} {
		o := SheetOptions{Size: SizeFull, Labels: 1, Lang: "xx", Design: design}
		p := pages(t, d, s, o)[0]
		said := ""
		for _, it := range p.Items {
			if g, ok := it.(draw.Group); ok && !isLabel(g) {
				for _, in := range g.Items {
					if x, ok := in.(draw.Text); ok {
						said += x.S
						if w := draw.Width(x.S, x.Pt, false, p.Fallback...); w > 195+1e-6 {
							t.Errorf("design %q: a line of %.1f mm, longer than the labels", design, w)
						}
					}
				}
			}
		}
		if strings.Contains(said, han) != drawn || strings.Contains(said, "Cut from mark") == drawn || (p.Fallback != nil) != drawn {
			t.Errorf("design %q: the margin says %q", design, said)
		}
	}
}

// A sheet whose labels reach to its edges has no margin, and nothing stands on the
// labels in its place.
func TestSheetWithoutMargin(t *testing.T) {
	all, found := LoadSheets(fstest.MapFS{"sheets/mine.yaml": {Data: []byte("title: Tight\npage: {w: 38, h: 74}\nbutt_cut: true\ngrids:\n  - {size: small, cols: 1, rows: 1}\n")}})
	if found.HasErrors() {
		t.Fatal(found)
	}
	s, _ := all.Get("mine")
	p := pages(t, load(t), s, SheetOptions{Size: SizeSmall, Labels: 1})
	if len(p) != 1 || len(p[0].Items) != 1 {
		t.Errorf("%d pages, %d items; want one label alone", len(p), len(p[0].Items))
	}
}

package draw

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A reader of our own SVG for tests: marks in millimetres, and contours.

// svgMarks reads a label's SVG. Which glyph an outline is follows from where it
// begins.
func svgMarks(t *testing.T, l *List, svg []byte) []mark {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	var ms []mark
	frames := []affine{{1, 0, 0, 1, 0, 0}}
	shapes := map[string][]float64{} // polygons by id
	at := map[string]int{}           // glyphs by id: where the first stands in its line
	all := slices.Collect(texts(l.Items))
	lines := all
	var line struct {
		open bool
		m    affine
		em   float64
		ps   []placed
		seen map[int]bool // positions of glyphs
	}
	begin := func(m affine) {
		var tx Text
		for drawn := false; !drawn && len(lines) > 0; lines = lines[1:] {
			tx = lines[0]
			line.ps, _ = place(nil, tx.S, tx.Bold, l.Fallback)
			drawn = slices.ContainsFunc(line.ps, func(p placed) bool { return p.gid != 0 && len(p.f.shape(p.gid).segs) > 0 })
		}
		line.open, line.m, line.seen = true, m, map[int]bool{}
		line.em = newSizes(all, tx.Bold).em(tx.Pt)
	}
	finish := func() {
		for _, p := range line.ps {
			if x := inUnits(p.x, line.em); p.gid != 0 && line.seen[x] {
				ms = append(ms, line.m.text(float64(x), 0, line.em/PtMM))
			}
		}
		line.open = false
	}
	outlines := func(d string) (last int) {
		starts := map[Point]bool{}
		for _, c := range walkPath(t, d) {
			starts[c[0]] = true
		}
		for _, p := range line.ps {
			if p.gid == 0 {
				continue
			}
			x, o := inUnits(p.x, line.em), p.f.traces(line.em).of(p.gid)
			if o.rest != "" && starts[Point{float64(x + o.x), float64(o.y)}] {
				line.seen[x] = true
				last = x
			}
		}
		return last
	}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return ms
		}
		if err != nil {
			t.Fatal(err)
		}
		if end, ok := tok.(xml.EndElement); ok {
			switch {
			case end.Name.Local == "g" && line.open:
				finish()
			case end.Name.Local == "g":
				frames = frames[:len(frames)-1]
			}
			continue
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		a := map[string]string{}
		for _, at := range el.Attr {
			a[at.Name.Local] = at.Value
		}
		num := func(k string) float64 { v, _ := strconv.ParseFloat(a[k], 64); return v }
		m := frames[len(frames)-1]
		n := splitNumbers(a["transform"])
		ofText := strings.Contains(a["transform"], "scale")
		if ofText {
			begin(m.then(affine{n[2], 0, 0, n[2], n[0], n[1]}))
		}
		switch el.Name.Local {
		case "rect":
			kind := "rect"
			if a["rx"] != "" {
				kind = "round"
			}
			ms = append(ms, m.rect(kind, num("x"), num("y"), num("width"), num("height")))
		case "g":
			switch {
			case ofText:
			case a["transform"] == "":
				frames = append(frames, m)
			case strings.HasPrefix(a["transform"], "translate") && len(n) == 2:
				frames = append(frames, m.then(affine{1, 0, 0, 1, n[0], n[1]}))
			case strings.HasPrefix(a["transform"], "matrix") && len(n) == 6:
				frames = append(frames, m.then(affine{n[0], n[1], n[2], n[3], n[4], n[5]}))
			default:
				t.Fatalf("transform %q", a["transform"])
			}
		case "use":
			id := strings.TrimPrefix(a["href"], "#")
			if line.open {
				line.seen[at[id]+int(num("x"))] = true
				break
			}
			var moved []float64
			for i, v := range shapes[id] {
				moved = append(moved, v+[]float64{num("x"), num("y")}[i%2])
			}
			ms = append(ms, mark{"path", m.path(moved)})
		case "path":
			switch {
			case line.open:
				if x := outlines(a["d"]); a["id"] != "" {
					at[a["id"]] = x
				}
				if ofText {
					finish()
				}
			case a["transform"] != "": // rectangles on a grid, as strokes
				if !strings.HasPrefix(a["transform"], "matrix(") || len(n) != 6 || n[0] != n[3] {
					t.Fatalf("transform %q", a["transform"])
				}
				if a["stroke-width"] != "" && a["stroke-width"] != "1" {
					t.Errorf("grid cells are %s units high", a["stroke-width"])
				}
				ms = append(ms, gridMarks(t, m.then(affine{n[0], 0, 0, n[0], n[4], n[5]}), a["d"])...)
			case strings.Contains(a["d"], "a"):
				n := splitNumbers(a["d"])
				x, y := m.at(n[0]+n[2], n[1])
				ms = append(ms, mark{"circle", []float64{x, y, n[2]}})
			default:
				var flat []float64
				for _, p := range walkPath(t, a["d"])[0] {
					flat = append(flat, p.X, p.Y)
				}
				if a["id"] != "" {
					shapes[a["id"]] = flat
				}
				ms = append(ms, mark{"path", m.path(flat)})
			}
		}
	}
}

// gridMarks reads strokes one unit wide along rows, and down columns.
func gridMarks(t *testing.T, m affine, d string) []mark {
	t.Helper()
	var boxes [][4]float64
	for _, c := range walkPath(t, d) {
		a, z := c[0], c[1]
		switch {
		case len(c) != 2:
			t.Fatalf("a stroke of the grid has %d points", len(c))
		case a.Y == z.Y:
			boxes = append(boxes, [4]float64{a.X, a.Y - 0.5, z.X - a.X, 1})
		default:
			boxes = append(boxes, [4]float64{a.X - 0.5, a.Y, 1, z.Y - a.Y})
		}
	}
	return m.modules(boxes)
}

// modules are the runs that boxes cover, one or more modules high, row by row.
func (m affine) modules(boxes [][4]float64) []mark {
	var runs [][4]float64
	for _, b := range boxes {
		for y := range int(b[3]) {
			runs = append(runs, [4]float64{b[0], b[1] + float64(y), b[2], 1})
		}
	}
	slices.SortStableFunc(runs, func(a, b [4]float64) int {
		return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0]))
	})
	var ms []mark
	for _, r := range runs {
		ms = append(ms, m.rect("rect", r[0], r[1], r[2], r[3]))
	}
	return ms
}

var numberRE = regexp.MustCompile(`-?(?:\d+\.?\d*|\.\d+)`)

func splitNumbers(s string) []float64 {
	var out []float64
	for _, f := range numberRE.FindAllString(s, -1) {
		v, _ := strconv.ParseFloat(f, 64)
		out = append(out, v)
	}
	return out
}

var commandRE = regexp.MustCompile(`[a-zA-Z][^a-zA-Z]*`)

// walkPath follows path data by the rules of SVG and returns its contours, with
// curves as sixteen chords each.
func walkPath(t *testing.T, d string) [][]Point {
	t.Helper()
	var out [][]Point
	var p, start, c Point // the pen, where the contour began, the last control
	to := func(q Point) {
		out[len(out)-1] = append(out[len(out)-1], q)
		p, c = q, q
	}
	curve := func(ctl, z Point) {
		a := p
		for i := 1; i <= 16; i++ {
			to(quadratic{a, ctl, z}.at(float64(i) / 16))
		}
		c = ctl
	}
	for _, cmd := range commandRE.FindAllString(d, -1) {
		n := splitNumbers(cmd[1:])
		size, known := map[byte]int{'M': 2, 'm': 2, 'l': 2, 'h': 1, 'v': 1, 'q': 4, 't': 2, 'z': 0}[cmd[0]]
		if !known || size > 0 && (len(n) == 0 || len(n)%size != 0) {
			t.Fatalf("path command %q", cmd)
		}
		if cmd[0] == 'z' {
			p, c = start, start
			continue
		}
		for ; len(n) > 0; n = n[size:] {
			switch cmd[0] {
			case 'M':
				p = Point{n[0], n[1]}
			case 'm':
				p = Point{p.X + n[0], p.Y + n[1]}
			case 'l':
				to(Point{p.X + n[0], p.Y + n[1]})
			case 'h':
				to(Point{p.X + n[0], p.Y})
			case 'v':
				to(Point{p.X, p.Y + n[0]})
			case 'q':
				curve(Point{p.X + n[0], p.Y + n[1]}, Point{p.X + n[2], p.Y + n[3]})
			case 't':
				curve(Point{2*p.X - c.X, 2*p.Y - c.Y}, Point{p.X + n[0], p.Y + n[1]})
			}
			if cmd[0] == 'M' || cmd[0] == 'm' {
				start, c = p, p
				out = append(out, []Point{p})
			}
		}
	}
	return out
}

package draw

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Renderers decide nothing: what PDF and SVG say, read back to millimetres, is
// what the list says, within 0.01 mm.

// mark is something drawn at a place: a kind and its numbers in mm.
type mark struct {
	kind string
	n    []float64
}

const near001 = 0.01

func compareMarks(t *testing.T, what string, want, got []mark) {
	t.Helper()
	for i := range want {
		if i >= len(got) {
			t.Errorf("%s draws %d things, the list %d; the first one missing is %v", what, len(got), len(want), want[i])
			return
		}
		w, g := want[i], got[i]
		same := w.kind == g.kind && len(w.n) == len(g.n)
		for k := 0; same && k < len(w.n); k++ {
			same = math.Abs(w.n[k]-g.n[k]) <= near001
		}
		if !same {
			t.Errorf("%s: thing %d is %v, the list says %v", what, i, g, w)
			return
		}
	}
	if len(got) > len(want) {
		t.Errorf("%s draws %d things, the list %d; the first one more is %v", what, len(got), len(want), got[len(want)])
	}
}

// affine maps x, y to a*x + c*y + e, b*x + d*y + f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) at(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// then is m after n: what n maps is mapped on by m.
func (m affine) then(n affine) affine {
	e, f := m.at(n.e, n.f)
	return affine{m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d, e, f}
}

func (m affine) path(n []float64) []float64 {
	var out []float64
	for i := 0; i+1 < len(n); i += 2 {
		x, y := m.at(n[i], n[i+1])
		out = append(out, x, y)
	}
	return out
}

func (m affine) rect(kind string, x, y, w, h float64) mark {
	x1, y1 := m.at(x, y)
	x2, y2 := m.at(x+w, y+h)
	return mark{kind, []float64{min(x1, x2), min(y1, y2), math.Abs(x2 - x1), math.Abs(y2 - y1)}}
}

// text marks a glyph or a run: where it begins, its size, and which way it runs.
func (m affine) text(x, y, pt float64) mark {
	px, py := m.at(x, y)
	size := math.Hypot(m.a, m.b)
	return mark{"text", []float64{px, py, pt * size, m.a / size, m.b / size}}
}

func groupFrame(g Group) affine {
	if g.Turn {
		return affine{0, 1, -1, 0, g.X, g.Y}
	}
	return affine{1, 0, 0, 1, g.X, g.Y}
}

// listMarks reads the list itself. Text is one mark a glyph (SVG) or one a run
// of a font without gaps (PDF).
func listMarks(l *List, glyphs bool) []mark {
	return itemMarks(l, l.Items, affine{1, 0, 0, 1, 0, 0}, glyphs)
}

func itemMarks(l *List, items []Item, m affine, glyphs bool) []mark {
	var ms []mark
	flat := func(pts []Point) []float64 {
		var n []float64
		for _, p := range pts {
			n = append(n, p.X, p.Y)
		}
		return n
	}
	for _, it := range items {
		switch it := it.(type) {
		case Rect:
			kind := "rect"
			if it.R > 0 {
				kind = "round"
			}
			ms = append(ms, m.rect(kind, it.X, it.Y, it.W, it.H))
		case Line:
			ms = append(ms, mark{"path", m.path([]float64{it.X1, it.Y1, it.X2, it.Y2})})
		case Polyline:
			ms = append(ms, mark{"path", m.path(flat(it.Points))})
		case Polygon:
			ms = append(ms, mark{"path", m.path(flat(it.Points))})
		case Circle:
			x, y := m.at(it.X, it.Y)
			ms = append(ms, mark{"circle", []float64{x, y, it.R}})
		case Group:
			ms = append(ms, itemMarks(l, it.Items, m.then(groupFrame(it)), glyphs)...)
		case Text:
			ps, total := place(it.S, it.Bold, l.Fallback)
			x0 := start(it, total)
			for i, p := range ps {
				at := m.text(x0+float64(p.x)*it.Pt*PtMM/1000, it.Y, it.Pt)
				switch {
				case p.gid == 0:
				case glyphs && p.f.outline(p.gid, 1000).rest != "":
					ms = append(ms, at)
				case !glyphs && (i == 0 || ps[i-1].gid == 0 || ps[i-1].f != p.f):
					ms = append(ms, at)
				}
			}
		}
	}
	return ms
}

var (
	streamRE = regexp.MustCompile(`(?s)/Contents (\d+) 0 R`)
	tokenRE  = regexp.MustCompile(`(?s)\((?:[^\\)]|\\.)*\)|[^\s()]+`)
)

// pdfContents returns the operators of each page.
func pdfContents(t *testing.T, pdf []byte) []string {
	t.Helper()
	var pages []string
	for _, n := range streamRE.FindAllSubmatch(pdf, -1) {
		at := bytes.LastIndex(pdf, []byte("\n"+string(n[1])+" 0 obj\n")) // the update's
		from := at + bytes.Index(pdf[at:], []byte("stream\n")) + len("stream\n")
		z, err := zlib.NewReader(bytes.NewReader(pdf[from:]))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, string(content))
	}
	return pages
}

// pdfMarks reads a page's content.
func pdfMarks(content string, height float64) []mark {
	const k = 72 / 25.4
	var ms []mark
	var args []float64
	var path []float64 // ends of lines and curves
	lines, curves := 0, 0
	cur := affine{1 / k, 0, 0, -1 / k, 0, height}
	type state struct {
		m  affine
		pt float64
	}
	var stack []state
	pt := 0.0
	arg := func(i int) float64 { return args[len(args)-i] }
	to := func() {
		x, y := cur.at(arg(2), arg(1))
		path = append(path, x, y)
	}
	for _, tok := range tokenRE.FindAllString(content, -1) {
		if v, err := strconv.ParseFloat(tok, 64); err == nil {
			args = append(args, v)
			continue
		}
		switch tok {
		case "q":
			stack = append(stack, state{cur, pt})
		case "Q":
			cur, pt, stack = stack[len(stack)-1].m, stack[len(stack)-1].pt, stack[:len(stack)-1]
		case "cm":
			cur = cur.then(affine{arg(6), arg(5), arg(4), arg(3), arg(2), arg(1)})
		case "re":
			ms = append(ms, cur.rect("rect", arg(4), arg(3), arg(2), arg(1)))
		case "m":
			path, lines, curves = nil, 0, 0
			to()
		case "l":
			lines++
			to()
		case "c":
			curves++
			to()
		case "S", "f", "B":
			switch {
			case len(path) > 0 && curves == 0:
				ms = append(ms, mark{"path", path})
			case len(path) > 0:
				x1, y1, x2, y2 := path[0], path[1], path[0], path[1]
				for i := 0; i < len(path); i += 2 {
					x1, y1, x2, y2 = min(x1, path[i]), min(y1, path[i+1]), max(x2, path[i]), max(y2, path[i+1])
				}
				if lines == 0 {
					ms = append(ms, mark{"circle", []float64{(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2}})
				} else {
					ms = append(ms, mark{"round", []float64{x1, y1, x2 - x1, y2 - y1}})
				}
			}
			path, curves = nil, 0
		case "Tf":
			pt = arg(1)
		case "Td":
			f := affine{cur.a * k, cur.b * k, cur.c * k, cur.d * k, cur.e, cur.f}
			x, y := arg(2)/k, arg(1)/k
			ms = append(ms, f.text(x, y, pt))
		}
		if !strings.HasPrefix(tok, "/") && !strings.HasPrefix(tok, "(") {
			args = args[:0]
		}
	}
	return ms
}

// svgMarks reads a label's SVG. Outlines in place are told from the font by
// where they begin.
func svgMarks(t *testing.T, l *List, svg []byte) []mark {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	var ms []mark
	var g struct{ x, y, scale float64 } // of the open line of text
	frames := []affine{{1, 0, 0, 1, 0, 0}}
	inText, inDefs := false, false
	shapes := map[string]string{}
	lines := slices.Collect(texts(l.Items))
	var seen map[int]bool // glyph positions of the open line
	flush := func() {
		tx := lines[0]
		lines = lines[1:]
		ps, _ := place(tx.S, tx.Bold, l.Fallback)
		em := int(math.Round(tx.Pt * PtMM / g.scale))
		for _, p := range ps {
			if x := inUnits(p.x, em); p.gid != 0 && p.f.outline(p.gid, em).rest != "" && seen[x] {
				ms = append(ms, frames[len(frames)-1].text(g.x+float64(x)*g.scale, g.y, g.scale*float64(em)/PtMM))
			}
		}
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
			case end.Name.Local == "defs":
				inDefs = false
			case end.Name.Local == "g" && inText:
				flush()
				inText = false
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
		switch el.Name.Local {
		case "defs":
			inDefs = true
		case "rect":
			kind := "rect"
			if a["rx"] != "" {
				kind = "round"
			}
			ms = append(ms, m.rect(kind, num("x"), num("y"), num("width"), num("height")))
		case "polygon":
			ms = append(ms, mark{"path", m.path(splitNumbers(a["points"]))})
		case "g":
			n := splitNumbers(a["transform"])
			switch {
			case strings.Contains(a["transform"], "scale"):
				inText = true
				seen = map[int]bool{}
				g.x, g.y, g.scale = n[0], n[1], n[2]
			case strings.HasPrefix(a["transform"], "translate") && len(n) == 2:
				frames = append(frames, m.then(affine{1, 0, 0, 1, n[0], n[1]}))
			case strings.HasPrefix(a["transform"], "matrix") && len(n) == 6:
				frames = append(frames, m.then(affine{n[0], n[1], n[2], n[3], n[4], n[5]}))
			default:
				t.Fatalf("transform %q", a["transform"])
			}
		case "use":
			if inText {
				seen[int(num("x"))] = true
				break
			}
			var n []float64
			for i, v := range splitNumbers(shapes[strings.TrimPrefix(a["href"], "#")]) {
				if i < 2 {
					n = append(n, []float64{num("x"), num("y")}[i])
				} else {
					n = append(n, n[i-2]+v)
				}
			}
			ms = append(ms, mark{"path", m.path(n)})
		case "path":
			switch {
			case inDefs:
				shapes[a["id"]] = a["d"]
			case inText:
				ps, _ := place(lines[0].S, lines[0].Bold, l.Fallback)
				em := int(math.Round(lines[0].Pt * PtMM / g.scale))
				for _, p := range ps {
					if p.gid == 0 {
						continue
					}
					o, x := p.f.outline(p.gid, em), inUnits(p.x, em)
					sep := " "
					if o.y < 0 {
						sep = ""
					}
					if o.rest != "" && strings.Contains(a["d"], fmt.Sprintf("M%d%s%d%s", x+o.x, sep, o.y, o.rest)) {
						seen[x] = true
					}
				}
			case a["transform"] != "": // rectangles on a grid, as strokes
				n := splitNumbers(a["transform"])
				if !strings.HasPrefix(a["transform"], "matrix(") || len(n) != 6 || n[0] != n[3] {
					t.Fatalf("transform %q", a["transform"])
				}
				if a["stroke-width"] != "1" {
					t.Errorf("grid cells are %s units high", a["stroke-width"])
				}
				unit, x, y := n[0], n[4], n[5]
				path := splitPath(a["d"])
				for i := 0; i+3 < len(path); i += 4 {
					ms = append(ms, m.rect("rect", x+path[i]*unit, y+(path[i+1]-0.5)*unit, (path[i+2]-path[i])*unit, unit))
				}
			case strings.Contains(a["d"], "a"):
				n := splitNumbers(a["d"])
				x, y := m.at(n[0]+n[2], n[1])
				ms = append(ms, mark{"circle", []float64{x, y, n[2]}})
			default:
				ms = append(ms, mark{"path", m.path(splitPath(a["d"]))})
			}
		}
	}
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

// splitPath reads the places that a path of moves and straight lines goes to.
func splitPath(d string) []float64 {
	var out []float64
	x, y := 0.0, 0.0
	for _, c := range commandRE.FindAllString(d, -1) {
		n := splitNumbers(c[1:])
		switch c[0] {
		case 'M':
			x, y = n[0], n[1]
		case 'm', 'l':
			x, y = x+n[0], y+n[1]
		case 'h':
			x += n[0]
		case 'v':
			y += n[0]
		}
		out = append(out, x, y)
	}
	return out
}

func checkAgreement(t *testing.T, l *List) {
	t.Helper()
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	compareMarks(t, "PDF", listMarks(l, false), pdfMarks(pdfContents(t, pdf)[0], l.H))
	svg := SVG(l, SVGOptions{IDPrefix: "jb", Text: Outline, Unit: "mm"})
	compareMarks(t, "SVG", listMarks(l, true), svgMarks(t, l, svg))
}

func TestRenderersAgreeWithTheList(t *testing.T) {
	for name, l := range drawings(t) {
		t.Run(name, func(t *testing.T) { checkAgreement(t, l) })
	}
}

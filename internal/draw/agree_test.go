package draw

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"regexp"
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
		case Modules:
			for r := range it.Rects() {
				ms = append(ms, m.rect("rect", r.X, r.Y, r.W, r.H))
			}
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
			ps, total := place(nil, it.S, it.Bold, l.Fallback)
			x0 := start(it, total)
			for i, p := range ps {
				at := m.text(x0+float64(p.x)*it.Pt*PtMM/1000, it.Y, it.Pt)
				switch {
				case p.gid == 0:
				case glyphs && len(p.f.shape(p.gid).segs) > 0:
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
	var boxes [][4]float64
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
			boxes = append(boxes, [4]float64{arg(4), arg(3), arg(2), arg(1)})
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
			case len(boxes) == 1:
				ms = append(ms, cur.rect("rect", boxes[0][0], boxes[0][1], boxes[0][2], boxes[0][3]))
			case len(boxes) > 1: // a code
				ms = append(ms, cur.modules(boxes)...)
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
			path, curves, boxes = nil, 0, nil
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

package draw

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"fmt"
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

// listMarks reads the list itself. Text is one mark a glyph (SVG) or one a run
// of a font without gaps (PDF).
func listMarks(l *List, glyphs bool) []mark {
	var ms []mark
	for _, it := range l.Items {
		switch it := it.(type) {
		case Rect:
			ms = append(ms, mark{"rect", []float64{it.X, it.Y, it.W, it.H}})
		case Line:
			ms = append(ms, mark{"path", []float64{it.X1, it.Y1, it.X2, it.Y2}})
		case Polygon:
			m := mark{kind: "path"}
			for _, p := range it.Points {
				m.n = append(m.n, p.X, p.Y)
			}
			ms = append(ms, m)
		case Text:
			ps, total := place(it.S, it.Bold, l.Fallback)
			x0 := start(it, total)
			for i, p := range ps {
				at := mark{"text", []float64{x0 + float64(p.x)*it.Pt*PtMM/1000, it.Y, it.Pt}}
				switch {
				case p.gid == 0:
				case glyphs && p.f.outline(p.gid).rest != "":
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

// pdfMarks reads the page's content.
func pdfMarks(t *testing.T, pdf []byte, height float64) []mark {
	t.Helper()
	n := streamRE.FindSubmatch(pdf)
	if n == nil {
		t.Fatal("the page has no content")
	}
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
	const k = 72 / 25.4
	var ms []mark
	var args []float64
	var path []float64
	type state struct{ a, d, e, f float64 }
	cur := state{1, 1, 0, 0}
	var stack []state
	x := func(v float64) float64 { return (v*cur.a + cur.e) / k }
	y := func(v float64) float64 { return height - (v*cur.d+cur.f)/k }
	pt := 0.0
	arg := func(i int) float64 { return args[len(args)-i] }
	for _, tok := range tokenRE.FindAllString(string(content), -1) {
		if v, err := strconv.ParseFloat(tok, 64); err == nil {
			args = append(args, v)
			continue
		}
		switch tok {
		case "q":
			stack = append(stack, cur)
		case "Q":
			cur, stack = stack[len(stack)-1], stack[:len(stack)-1]
		case "cm":
			cur = state{cur.a * arg(6), cur.d * arg(3), cur.a*arg(2) + cur.e, cur.d*arg(1) + cur.f}
		case "re":
			x1, y1, x2, y2 := x(arg(4)), y(arg(3)), x(arg(4)+arg(2)), y(arg(3)+arg(1))
			ms = append(ms, mark{"rect", []float64{min(x1, x2), min(y1, y2), math.Abs(x2 - x1), math.Abs(y2 - y1)}})
		case "m":
			path = []float64{x(arg(2)), y(arg(1))}
		case "l":
			path = append(path, x(arg(2)), y(arg(1)))
		case "S", "f", "B", "b", "s":
			if len(path) > 0 {
				ms = append(ms, mark{"path", path})
			}
			path = nil
		case "Tf":
			pt = arg(1)
		case "Td":
			ms = append(ms, mark{"text", []float64{x(arg(2)), y(arg(1)), pt}})
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
	var g struct{ x, y, scale float64 }
	inGroup, inDefs := false, false
	shapes := map[string]string{}
	texts := []Text{}
	for _, it := range l.Items {
		if tx, ok := it.(Text); ok && tx.S != "" {
			texts = append(texts, tx)
		}
	}
	var seen map[int]bool // glyph positions of the open group
	flush := func() {
		tx := texts[0]
		texts = texts[1:]
		ps, _ := place(tx.S, tx.Bold, l.Fallback)
		for _, p := range ps {
			if p.gid != 0 && p.f.outline(p.gid).rest != "" && seen[p.x] {
				ms = append(ms, mark{"text", []float64{g.x + float64(p.x)*g.scale, g.y, g.scale * 1000 / PtMM}})
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
			switch end.Name.Local {
			case "g":
				flush()
				inGroup = false
			case "defs":
				inDefs = false
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
		switch el.Name.Local {
		case "defs":
			inDefs = true
		case "rect":
			ms = append(ms, mark{"rect", []float64{num("x"), num("y"), num("width"), num("height")}})
		case "polygon":
			ms = append(ms, mark{"path", splitNumbers(a["points"])})
		case "g":
			inGroup = true
			seen = map[int]bool{}
			if _, err := fmt.Sscanf(strings.NewReplacer("translate(", "", ")scale(", " ", ")", "").Replace(a["transform"]), "%g %g %g", &g.x, &g.y, &g.scale); err != nil {
				t.Fatalf("transform %q: %v", a["transform"], err)
			}
		case "use":
			if inGroup {
				seen[int(num("x"))] = true
				break
			}
			m := mark{kind: "path"}
			for i, v := range splitNumbers(shapes[strings.TrimPrefix(a["href"], "#")]) {
				if i < 2 {
					m.n = append(m.n, []float64{num("x"), num("y")}[i])
				} else {
					m.n = append(m.n, m.n[i-2]+v)
				}
			}
			ms = append(ms, m)
		case "path":
			switch {
			case inDefs:
				shapes[a["id"]] = a["d"]
			case inGroup:
				tx := texts[0]
				ps, _ := place(tx.S, tx.Bold, l.Fallback)
				for _, p := range ps {
					if p.gid == 0 {
						continue
					}
					o := p.f.outline(p.gid)
					sep := " "
					if o.y < 0 {
						sep = ""
					}
					if o.rest != "" && strings.Contains(a["d"], fmt.Sprintf("M%d%s%d%s", p.x+o.x, sep, o.y, o.rest)) {
						seen[p.x] = true
					}
				}
			case a["transform"] != "": // rectangles on a grid, as strokes
				var unit, unit2, zero1, zero2, x, y float64
				if _, err := fmt.Sscanf(strings.TrimSuffix(a["transform"], ")"), "matrix(%g %g %g %g %g %g", &unit, &zero1, &zero2, &unit2, &x, &y); err != nil || unit != unit2 {
					t.Fatalf("transform %q: %v", a["transform"], err)
				}
				if a["stroke-width"] != "1" {
					t.Errorf("grid cells are %s units high", a["stroke-width"])
				}
				for _, run := range pathRuns(a["d"]) {
					ms = append(ms, mark{"rect", []float64{x + run[0]*unit, y + (run[1]-0.5)*unit, (run[2] - run[0]) * unit, unit}})
				}
			default:
				for _, run := range pathRuns(a["d"]) {
					ms = append(ms, mark{"path", run[:4]})
				}
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

// pathRuns reads straight strokes of two points: x1, y1, x2, y2.
func pathRuns(d string) [][]float64 {
	var runs [][]float64
	x, y := 0.0, 0.0
	for _, c := range commandRE.FindAllString(d, -1) {
		n := splitNumbers(c[1:])
		px, py := x, y
		switch c[0] {
		case 'M':
			x, y = n[0], n[1]
			continue
		case 'm':
			x, y = x+n[0], y+n[1]
			continue
		case 'h':
			x += n[0]
		case 'v':
			y += n[0]
		case 'l':
			x, y = x+n[0], y+n[1]
		}
		runs = append(runs, []float64{px, py, x, y})
	}
	return runs
}

func checkAgreement(t *testing.T, l *List) {
	t.Helper()
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	compareMarks(t, "PDF", listMarks(l, false), pdfMarks(t, pdf, l.H))
	svg := SVG(l, SVGOptions{IDPrefix: "jb", Text: Outline, Unit: "mm"})
	compareMarks(t, "SVG", listMarks(l, true), svgMarks(t, l, svg))
}

func TestRenderersAgreeWithTheList(t *testing.T) { checkAgreement(t, sheet(t, true)) }

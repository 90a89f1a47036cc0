// The contents of a PDF page: a list's items as path and text operators.

package draw

import (
	"math"
	"strconv"
)

// pdfPage writes the operators of one page at a time. Coordinates are rounded
// to 0.01 points, which is 0.0035 mm.
type pdfPage struct {
	b      []byte
	placed []placed // of the line that is written
	h      float64  // mm, of the page
	list   *List
	fonts  *pdfFonts
	set    pdfState
	known  []known // parts whose compression is known
}

// pdfState is what is set, so that equal settings are not written again.
type pdfState struct {
	fill, stroke string
	sw           float64
	font         *pdfFont
	pt           float64
	round        bool // joins
}

const ptPerMM = 72 / 25.4

// draw returns a page's contents, and what is known of them; both are valid until
// the next call.
func (p *pdfPage) draw(l *List, fonts *pdfFonts) ([]byte, []known) {
	// Corners are cut where SVG cuts them.
	p.b = append(p.b[:0], "4 M\n"...)
	p.h, p.list, p.fonts, p.set, p.known = l.H, l, fonts, pdfState{sw: -1}, p.known[:0]
	p.items(l.Items)
	return p.b, p.known
}

func (p *pdfPage) items(items []Item) {
	for _, it := range items {
		p.item(it)
	}
}

// num appends a number with up to so many decimals and a space.
func (p *pdfPage) num(v float64, decimals int) {
	p.b = appendFixed(p.b, v, decimals)
	p.b = append(p.b, ' ')
}

// appendFixed writes a number without needless zeros.
func appendFixed(b []byte, v float64, decimals int) []byte {
	one := int64(1)
	for range decimals {
		one *= 10
	}
	n := int64(math.Round(v * float64(one)))
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = appendInt(b, int(n/one))
	if n %= one; n == 0 {
		return b
	}
	for b = append(b, '.'); n > 0; n %= one {
		one /= 10
		b = append(b, byte('0'+n/one))
	}
	return b
}

func (p *pdfPage) op(s string) { p.b = append(append(p.b, s...), '\n') }

// at appends a place and its operator.
func (p *pdfPage) at(x, y float64, op string) {
	p.num(x*ptPerMM, 2)
	p.num((p.h-y)*ptPerMM, 2)
	p.op(op)
}

func (p *pdfPage) curve(x1, y1, x2, y2, x3, y3 float64) {
	for _, v := range [...][2]float64{{x1, y1}, {x2, y2}} {
		p.num(v[0]*ptPerMM, 2)
		p.num((p.h-v[1])*ptPerMM, 2)
	}
	p.at(x3, y3, "c")
}

// color sets a colour; grey is an operator of one number.
func (p *pdfPage) color(hex, rgbOp, grayOp string) {
	r, g, b := rgb(hex)
	p.num(float64(r)/255, 3)
	if r == g && g == b {
		p.op(grayOp)
		return
	}
	p.num(float64(g)/255, 3)
	p.num(float64(b)/255, 3)
	p.op(rgbOp)
}

func (p *pdfPage) fill(c Paint) {
	if p.set.fill != c.Hex {
		p.set.fill = c.Hex
		p.color(c.Hex, "rg", "g")
	}
}

// style sets colours and width, and returns the operator that paints a path;
// "" if there is nothing to paint.
func (p *pdfPage) style(fill, stroke Paint, sw float64) string {
	if sw <= 0 {
		stroke = Paint{} // a width of 0 would be the device's thinnest line
	}
	op := ""
	if !fill.None() {
		op = "f"
		p.fill(fill)
	}
	if !stroke.None() {
		if op += "S"; op == "fS" {
			op = "B"
		}
		if p.set.stroke != stroke.Hex {
			p.set.stroke = stroke.Hex
			p.color(stroke.Hex, "RG", "G")
		}
		if p.set.sw != sw {
			p.set.sw = sw
			p.num(sw*ptPerMM, 3)
			p.op("w")
		}
	}
	return op
}

// dash sets a pattern, and reports whether it is to be set back.
func (p *pdfPage) dash(d []float64) bool {
	if !dashed(d) {
		return false
	}
	p.b = append(p.b, '[')
	for _, v := range d {
		p.num(v*ptPerMM, 3)
	}
	p.op("] 0 d")
	return true
}

func (p *pdfPage) join(round bool) {
	if p.set.round != round {
		if p.set.round = round; round {
			p.op("1 j")
		} else {
			p.op("0 j")
		}
	}
}

// path writes straight lines through points.
func (p *pdfPage) path(pts []Point) {
	for i, pt := range pts {
		if i == 0 {
			p.at(pt.X, pt.Y, "m")
		} else {
			p.at(pt.X, pt.Y, "l")
		}
	}
}

// open strokes an open path.
func (p *pdfPage) open(pts []Point, stroke Paint, sw float64, dash []float64, round bool) {
	if len(pts) < 2 {
		return
	}
	op := p.style(Paint{}, stroke, sw)
	if op == "" {
		return
	}
	p.join(round)
	set := p.dash(dash)
	p.path(pts)
	p.op(op)
	if set {
		p.op("[] 0 d")
	}
}

func (p *pdfPage) item(it Item) {
	switch it := it.(type) {
	case Rect:
		p.rect(it)
	case Line:
		p.open([]Point{{it.X1, it.Y1}, {it.X2, it.Y2}}, it.Stroke, it.SW, it.Dash, false)
	case Polyline:
		p.open(it.Points, it.Stroke, it.SW, it.Dash, true)
	case Polygon:
		if len(it.Points) < 3 {
			return
		}
		if op := p.style(it.Fill, it.Stroke, it.SW); op != "" {
			p.join(false)
			p.path(it.Points)
			p.op("h")
			p.op(op)
		}
	case Circle:
		if it.R <= 0 {
			return
		}
		if op := p.style(it.Fill, it.Stroke, it.SW); op != "" {
			p.oval(it.X, it.Y, it.R)
			p.op(op)
		}
	case Text:
		if it.drawn() {
			p.line(it)
		}
	case Modules:
		p.modules(it)
	case Group:
		p.group(it)
	}
}

// arcArm is how long the arms of a Bezier curve are that stands for a quarter of
// a circle of radius 1; the two differ by less than 0.0003.
const arcArm = 0.5522847498

func (p *pdfPage) oval(x, y, r float64) {
	a := r * arcArm
	p.at(x+r, y, "m")
	p.curve(x+r, y+a, x+a, y+r, x, y+r)
	p.curve(x-a, y+r, x-r, y+a, x-r, y)
	p.curve(x-r, y-a, x-a, y-r, x, y-r)
	p.curve(x+a, y-r, x+r, y-a, x+r, y)
	p.op("h")
}

func (p *pdfPage) rect(r Rect) {
	if r.empty() {
		return
	}
	op := p.style(r.Fill, r.Stroke, r.SW)
	if op == "" {
		return
	}
	p.join(false)
	rad := r.radius()
	if rad == 0 {
		p.num(r.X*ptPerMM, 2)
		p.num((p.h-r.Y)*ptPerMM, 2)
		p.num(r.W*ptPerMM, 2)
		p.num(-r.H*ptPerMM, 2)
		p.op("re")
		p.op(op)
		return
	}
	x1, y1, x2, y2, a := r.X, r.Y, r.X+r.W, r.Y+r.H, rad*(1-arcArm)
	p.at(x1+rad, y1, "m")
	p.at(x2-rad, y1, "l")
	p.curve(x2-a, y1, x2, y1+a, x2, y1+rad)
	p.at(x2, y2-rad, "l")
	p.curve(x2, y2-a, x2-a, y2, x2-rad, y2)
	p.at(x1+rad, y2, "l")
	p.curve(x1+a, y2, x1, y2-a, x1, y2-rad)
	p.at(x1, y1+rad, "l")
	p.curve(x1, y1+a, x1+a, y1, x1+rad, y1)
	p.op("h")
	p.op(op)
}

// group draws in a frame of its own. What is set inside is unset after it.
func (p *pdfPage) group(g Group) {
	if len(g.Items) == 0 {
		return
	}
	was := p.set
	p.b = append(p.b, "q "...)
	if g.Turn {
		p.b = append(p.b, "0 -1 1 0 "...)
		p.num((g.X-p.h)*ptPerMM, 3)
		p.num((p.h-g.Y)*ptPerMM, 3)
	} else {
		p.b = append(p.b, "1 0 0 1 "...)
		p.num(g.X*ptPerMM, 3)
		p.num(-g.Y*ptPerMM, 3)
	}
	p.op("cm")
	p.items(g.Items)
	p.op("Q")
	p.set = was
}

// modules draws a code in units of its modules.
func (p *pdfPage) modules(m Modules) {
	p.fill(m.Fill)
	p.b = append(p.b, "q "...)
	p.num(m.Unit*ptPerMM, 5)
	p.b = append(p.b, "0 0 "...)
	p.num(-m.Unit*ptPerMM, 5)
	p.num(m.X*ptPerMM, 3)
	p.num((p.h-m.Y)*ptPerMM, 3)
	p.op("cm")
	at := len(p.b)
	boxes, steps := m.Code.boxes()
	p.b = append(p.b, boxes...)
	p.known = append(p.known, known{at, len(p.b), steps})
	p.op("f Q")
}

// line draws a line of text as runs of one font without gaps.
func (p *pdfPage) line(t Text) {
	ps, width := place(p.placed[:0], t.S, t.Bold, p.list.Fallback)
	p.placed = ps
	x0 := start(t, width)
	for len(ps) > 0 {
		if ps[0].gid == 0 {
			ps = ps[1:]
			continue
		}
		p.fill(t.Color)
		p.b = append(p.b, "BT "...)
		if pf := p.fonts.of(&ps[0]); p.set.font != pf || p.set.pt != t.Pt {
			p.set.font, p.set.pt = pf, t.Pt
			p.b = append(append(append(p.b, '/'), pf.name...), ' ')
			p.num(t.Pt, 3)
			p.b = append(p.b, "Tf "...)
		}
		p.num((x0+float64(ps[0].x)*t.Pt*PtMM/1000)*ptPerMM, 2)
		p.num((p.h-t.Y)*ptPerMM, 2)
		p.b = append(p.b, "Td "...)
		n := 0
		p.b, n = p.set.font.run(p.b, ps)
		p.op(" Tj ET")
		ps = ps[n:]
	}
}

// rgb reads "#RRGGBB".
func rgb(hex string) (r, g, b int) {
	v, _ := strconv.ParseUint(hex[min(1, len(hex)):], 16, 32)
	return int(v >> 16 & 255), int(v >> 8 & 255), int(v & 255)
}

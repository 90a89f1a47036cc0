// Glyphs as SVG path data: their outlines in whole units of the em, with as few
// steps as their form needs.

package draw

import (
	"math"
	"sync/atomic"

	"golang.org/x/image/font/sfnt"
)

// trace is a glyph as SVG path data in units of the em, y down: where it
// begins, relative commands from there, and where the pen is after the last.
// rest is "" if there are no contours.
type trace struct {
	x, y       int
	endX, endY int
	rest       string
}

// appendPath writes the outline at x on the baseline. The pen is at fromX,
// fromY; the outline before this one leaves it there.
func (t *trace) appendPath(b []byte, x, fromX, fromY int) []byte {
	x += t.x
	if len(b) == 0 {
		b = appendInts(append(b, 'M'), x, t.y)
	} else {
		b = appendInts(append(b, 'm'), x-fromX, t.y-fromY)
	}
	return append(b, t.rest...)
}

// appendInts writes two whole numbers with the least separator.
func appendInts(b []byte, x, y int) []byte {
	b = appendInt(b, x)
	if y >= 0 {
		b = append(b, ' ')
	}
	return appendInt(b, y)
}

// emTraces are the traces of a font whose em has so many units, as asked for.
type emTraces struct {
	f    *Font
	em   float64
	kept []atomic.Pointer[trace] // by glyph; nil to keep none
}

// keptEms is for how many sizes of the em a font keeps traces.
const keptEms = 24

// traces returns the traces in em units to the em.
func (f *Font) traces(em float64) *emTraces {
	if t, ok := f.ems.Load(em); ok {
		return t.(*emTraces)
	}
	t := &emTraces{f: f, em: em}
	if f.nEms.Add(1) <= keptEms {
		t.kept = make([]atomic.Pointer[trace], f.tables.glyphs)
		f.ems.Store(em, t)
	}
	return t
}

// of returns a glyph's trace; what was asked for once is kept.
func (t *emTraces) of(gid sfnt.GlyphIndex) *trace {
	if int(gid) >= len(t.kept) {
		return t.f.trace(gid, t.em)
	}
	at := &t.kept[gid]
	o := at.Load()
	if o == nil {
		o = t.f.trace(gid, t.em)
		if t.f.nPaths.Add(1) <= keptGlyphs {
			at.Store(o)
		}
	}
	return o
}

// trace writes a glyph's outline as path data.
func (f *Font) trace(gid sfnt.GlyphIndex, em float64) *trace {
	var pen pathPen
	for _, s := range fewerCurves(f.shape(gid).segs, em/1000) {
		switch s.op {
		case sfnt.SegmentOpMoveTo:
			pen.move(s.end)
		case sfnt.SegmentOpLineTo:
			pen.line(s.end)
		case sfnt.SegmentOpQuadTo:
			pen.quad(s.c, s.end)
		}
	}
	pen.end()
	return &trace{x: pen.x0, y: pen.y0, endX: pen.x, endY: pen.y, rest: string(pen.b)}
}

// curveUnits is how far, in units of the em, one curve may be from the curves
// that it stands for: a fiftieth of a millimetre in the largest text.
const curveUnits = 1.2

// fewerCurves scales an outline and joins neighbouring curves where one draws
// nearly the same. Fonts split an arc into as many as their largest size needs.
func fewerCurves(segs []glyphSeg, scale float64) []glyphSeg {
	out := make([]glyphSeg, 0, len(segs))
	var at, from Point    // where we are, and where the last step of out began
	var parts []quadratic // what the last step of out stands for
	for _, s := range segs {
		s.c, s.end = s.c.scaled(scale), s.end.scaled(scale)
		if s.op != sfnt.SegmentOpQuadTo {
			out, parts = append(out, s), nil
			from, at = at, s.end
			continue
		}
		q := quadratic{at, s.c, s.end}
		at = s.end
		if n := len(out) - 1; len(parts) > 0 {
			more := append(parts, q)
			if joined, ok := joinCurves(from, out[n].c, q.c, q.z); ok && joined.near(more) {
				out[n].c, out[n].end, parts = joined.c, joined.z, more
				continue
			}
		}
		out, from, parts = append(out, s), q.a, []quadratic{q}
	}
	return out
}

// quadratic is a curve from a to z with the control c.
type quadratic struct{ a, c, z Point }

func (q quadratic) at(t float64) Point {
	u := 1 - t
	return Point{u*u*q.a.X + 2*u*t*q.c.X + t*t*q.z.X, u*u*q.a.Y + 2*u*t*q.c.Y + t*t*q.z.Y}
}

// joinCurves is the curve from a to z that leaves towards c1 and arrives from
// c2; ok is false if the two directions do not meet between.
func joinCurves(a, c1, c2, z Point) (q quadratic, ok bool) {
	d1, d2 := Point{c1.X - a.X, c1.Y - a.Y}, Point{c2.X - z.X, c2.Y - z.Y}
	cross := d1.X*d2.Y - d1.Y*d2.X
	if math.Abs(cross) < 1e-9 {
		return q, false
	}
	k := ((z.X-a.X)*d2.Y - (z.Y-a.Y)*d2.X) / cross
	m := ((z.X-a.X)*d1.Y - (z.Y-a.Y)*d1.X) / cross
	return quadratic{a, Point{a.X + k*d1.X, a.Y + k*d1.Y}, z}, k > 0 && m > 0
}

// near says whether the curve passes what others pass, at their ends and at
// quarters of each.
func (q quadratic) near(parts []quadratic) bool {
	for _, part := range parts {
		for i := 1; i <= 4; i++ {
			p, best := part.at(float64(i)/4), math.Inf(1)
			for j := range 65 {
				on := q.at(float64(j) / 64)
				best = min(best, math.Hypot(p.X-on.X, p.Y-on.Y))
			}
			if best > curveUnits {
				return false
			}
		}
	}
	return true
}

func (p Point) scaled(k float64) Point { return Point{k * p.X, k * p.Y} }

// pathPen writes path data with integer coordinates and the shortest commands.
type pathPen struct {
	b      []byte
	x0, y0 int // where the first contour begins
	begun  bool
	x, y   int // where we are
	sx, sy int // where the contour began, and where z leads back to
	cx, cy int // last control point, for smooth continuation
	smooth bool
	open   bool
	op     byte // last command, repeated commands are left out
}

func round26(v float64) int { return int(math.Floor(v + 0.5)) }

func (p *pathPen) put(op byte, ns ...int) {
	if op != p.op || op == 'm' {
		p.b = append(p.b, op)
		p.op = op
	} else if ns[0] >= 0 {
		p.b = append(p.b, ' ')
	}
	for i, n := range ns {
		if i > 0 && n >= 0 {
			p.b = append(p.b, ' ')
		}
		p.b = appendInt(p.b, n)
	}
}

func (p *pathPen) move(a Point) {
	p.end()
	x, y := round26(a.X), round26(a.Y)
	if !p.begun {
		p.x0, p.y0, p.begun = x, y, true
	} else {
		p.put('m', x-p.x, y-p.y)
	}
	p.x, p.y, p.sx, p.sy, p.smooth, p.open = x, y, x, y, false, true
}

func (p *pathPen) line(a Point) {
	x, y := round26(a.X), round26(a.Y)
	switch {
	case x == p.x && y == p.y:
		return
	case y == p.y:
		p.put('h', x-p.x)
	case x == p.x:
		p.put('v', y-p.y)
	default:
		p.put('l', x-p.x, y-p.y)
	}
	p.x, p.y, p.smooth = x, y, false
}

func (p *pathPen) quad(c, a Point) {
	cx, cy, x, y := round26(c.X), round26(c.Y), round26(a.X), round26(a.Y)
	// A control within a unit of the chord bends it by half of one at most.
	dx, dy := x-p.x, y-p.y
	if cross := (cx-p.x)*dy - (cy-p.y)*dx; cross*cross <= dx*dx+dy*dy {
		p.line(a)
		return
	}
	// TrueType leaves out points midway between two controls, and there the
	// next control is the mirror of the last: SVG's t says the same in half
	// the bytes. Two units move the curve by one, a hundredth of a millimetre
	// in the largest text of a label.
	if p.smooth && near(2*p.x-p.cx, cx) && near(2*p.y-p.cy, cy) {
		cx, cy = 2*p.x-p.cx, 2*p.y-p.cy
		p.put('t', x-p.x, y-p.y)
	} else {
		p.put('q', cx-p.x, cy-p.y, x-p.x, y-p.y)
	}
	p.x, p.y, p.cx, p.cy, p.smooth = x, y, cx, cy, true
}

func near(a, b int) bool { return a-b <= 2 && b-a <= 2 }

func (p *pathPen) end() {
	if p.open {
		p.b = append(p.b, 'z')
		p.op = 'z'
		p.x, p.y, p.open = p.sx, p.sy, false
	}
}

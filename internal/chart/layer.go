// Layer: where things belong that a page puts over a trade-off's drawing.

package chart

import "jouleboard/internal/draw"

// Layer is the geometry of a drawing, in mm of it.
type Layer struct {
	W, H float64
	// Left, Top, Right and Bottom are the edges of the plot.
	Left, Top, Right, Bottom float64
	X, Y                     Axis // X from Left to Right, Y from Bottom to Top
	LimitTop                 float64
	TextY, TextSize, TextGap float64 // of the limit's words: baseline, size, distance from the line
	Dot, Rim                 float64 // radius of a ranked point, width of its rim
}

// Axis is the values at the ends of an axis, and whether it is logarithmic.
type Axis struct {
	Lo, Hi float64
	Log    bool
}

// Layer is the geometry of the drawing that List makes.
func (t Tradeoff) Layer(narrow bool) Layer {
	f := t.plot().layout(narrow)
	return Layer{
		W: mm(f.w), H: mm(f.h), Left: mm(f.l), Top: mm(f.t), Right: mm(f.r), Bottom: mm(f.b),
		X: Axis{f.x.lo, f.x.hi, f.x.kind != linear}, Y: Axis{f.y.lo, f.y.hi, f.y.kind != linear},
		LimitTop: mm(20), TextY: mm(29), TextSize: mm(f.size), TextGap: mm(6), Dot: mm(5.5), Rim: mm(1.5),
	}
}

// At is where a point stands, in mm.
func (l Layer) At(x, y float64) draw.Point {
	sx, sy := l.X.scale(l.Left, l.Right), l.Y.scale(l.Bottom, l.Top)
	return draw.Point{X: round4(sx.pos(x)), Y: round4(sy.pos(y))}
}

func (a Axis) scale(from, to float64) scale {
	kind := linear
	if a.Log {
		kind = log10
	}
	return scale{kind: kind, lo: a.Lo, hi: a.Hi}.place(from, to)
}

// Class is the class of a family's colour: f1 to f6, the same on every page.
func Class(family string) string { return hue(familySlot(clean(family))).Class }

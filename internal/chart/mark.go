// Marks: the shapes of points, a second way beside colour to tell lines apart.

package chart

import "jouleboard/internal/draw"

// shape is the form of a point's mark.
type shape int

// The shapes, in the order of the colour classes that have them first.
const (
	circle shape = iota
	square
	triangle
	diamond
	pointer // a triangle on its tip
	plus
	shapes
)

// corners are a shape's corners about its middle, for a circle of radius 1; all
// shapes have that circle's area. The circle itself has none.
func (s shape) corners() []draw.Point {
	switch s {
	case square:
		return []draw.Point{{X: -.886, Y: -.886}, {X: .886, Y: -.886}, {X: .886, Y: .886}, {X: -.886, Y: .886}}
	case triangle:
		return []draw.Point{{X: 0, Y: -1.4}, {X: 1.3, Y: 1}, {X: -1.3, Y: 1}}
	case diamond:
		return []draw.Point{{X: 0, Y: -1.253}, {X: 1.253, Y: 0}, {X: 0, Y: 1.253}, {X: -1.253, Y: 0}}
	case pointer:
		return []draw.Point{{X: 0, Y: 1.4}, {X: -1.3, Y: -1}, {X: 1.3, Y: -1}}
	case plus:
		const a, b = .37, 1.25
		return []draw.Point{{X: -a, Y: -b}, {X: a, Y: -b}, {X: a, Y: -a}, {X: b, Y: -a}, {X: b, Y: a}, {X: a, Y: a},
			{X: a, Y: b}, {X: -a, Y: b}, {X: -a, Y: a}, {X: -b, Y: a}, {X: -b, Y: -a}, {X: -a, Y: -a}}
	}
	return nil
}

// symbol is the shape's name in ECharts, and how large it is there beside a
// circle.
func (s shape) symbol() (name string, size float64) {
	switch s {
	case square:
		return "rect", .886
	case triangle:
		return "triangle", 1.25
	case diamond:
		return "diamond", 1.253
	case pointer:
		return "path://M0,0L26,0L13,24Z", 1.25
	case plus:
		return "path://M9,0L16,0L16,9L25,9L25,16L16,16L16,25L9,25L9,16L0,16L0,9L9,9Z", 1.25
	}
	return "circle", 1
}

// mark is a filled shape with a rim of paper, which keeps it apart from lines
// that pass beneath. r is the radius of the circle that is as large.
func (c *canvas) mark(s shape, x, y, r float64, fill draw.Paint, title string) {
	pts := s.corners()
	if pts == nil {
		c.dot(x, y, r, fill, title)
		return
	}
	for i, p := range pts {
		pts[i] = draw.Point{X: mm(x + r*p.X), Y: mm(y + r*p.Y)}
	}
	c.list.Add(draw.Polygon{Points: pts, Fill: fill, Stroke: paper, SW: mm(1.5), Title: title})
}

// Outlines in pixels: what is filled, and strokes as outlines. Overlapping parts
// run the same way round, so that together they are their union.

package draw

import "math"

// outline is a set of closed contours.
type outline struct {
	pts  []Point
	ends []int // where each contour ends in pts
}

func (o *outline) reset() { o.pts, o.ends = o.pts[:0], o.ends[:0] }

func (o *outline) add(ps ...Point) { o.pts = append(o.pts, ps...) }

// end closes a contour.
func (o *outline) end() {
	if n := len(o.pts); n > o.from() {
		o.ends = append(o.ends, n)
	}
}

func (o *outline) from() int {
	if n := len(o.ends); n > 0 {
		return o.ends[n-1]
	}
	return 0
}

// endForward closes a contour and turns it so that its area is positive.
func (o *outline) endForward() {
	c := o.pts[o.from():]
	area := 0.0
	for i, p := range c {
		q := c[(i+1)%len(c)]
		area += p.X*q.Y - q.X*p.Y
	}
	if area < 0 {
		reverse(c)
	}
	o.end()
}

func reverse(c []Point) {
	for i, j := 0, len(c)-1; i < j; i, j = i+1, j-1 {
		c[i], c[j] = c[j], c[i]
	}
}

func (o *outline) bounds() box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range o.pts {
		b.x1, b.y1, b.x2, b.y2 = min(b.x1, p.X), min(b.y1, p.Y), max(b.x2, p.X), max(b.y2, p.Y)
	}
	return b
}

// climb is how many rows the contours cross in all, which is what they cost.
func (o *outline) climb() int {
	sum := 0.0
	for i := 1; i < len(o.pts); i++ {
		sum += 1 + math.Abs(o.pts[i].Y-o.pts[i-1].Y)
	}
	return int(sum)
}

// clip cuts every contour to a box, edge by edge. What is filled inside the box
// stays the same.
func (o *outline) clip(b box) {
	for edge := range 4 {
		side := func(p Point) float64 { // positive inside
			switch edge {
			case 0:
				return p.X - b.x1
			case 1:
				return b.x2 - p.X
			case 2:
				return p.Y - b.y1
			}
			return b.y2 - p.Y
		}
		var cut outline
		from := 0
		for _, end := range o.ends {
			c := o.pts[from:end]
			from = end
			for i, p := range c {
				q := c[(i+1)%len(c)]
				sp, sq := side(p), side(q)
				if sp >= 0 {
					cut.add(p)
				}
				if sp >= 0 != (sq >= 0) {
					t := sp / (sp - sq)
					cut.add(Point{p.X + t*(q.X-p.X), p.Y + t*(q.Y-p.Y)})
				}
			}
			cut.end()
		}
		*o = cut
	}
}

// flatness is how far a curve and the lines that stand for it may lie apart, in
// pixels.
const flatness = 0.03

// steps is how many lines a circle of a radius needs.
func steps(r float64) int {
	if r <= flatness {
		return 4
	}
	n := math.Ceil(math.Pi / math.Acos(1-flatness/r))
	return int(max(8, min(n, 1024)))
}

func (o *outline) circle(m Point, r float64, back bool) {
	n := steps(r)
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		o.add(Point{m.X + r*c, m.Y + r*s})
	}
	if back {
		reverse(o.pts[o.from():])
	}
	o.end()
}

// round adds a rectangle with round corners.
func (o *outline) round(b box, r float64, back bool) {
	r = max(0, min(r, (b.x2-b.x1)/2, (b.y2-b.y1)/2))
	n := (steps(r) + 3) / 4
	for corner, m := range [4]Point{{b.x2 - r, b.y2 - r}, {b.x1 + r, b.y2 - r}, {b.x1 + r, b.y1 + r}, {b.x2 - r, b.y1 + r}} {
		for i := 0; i <= n; i++ {
			s, c := math.Sincos(math.Pi / 2 * (float64(corner) + float64(i)/float64(n)))
			o.add(Point{m.X + r*c, m.Y + r*s})
		}
	}
	if back {
		reverse(o.pts[o.from():])
	}
	o.end()
}

// quad adds the points of a curve after its first one.
func (o *outline) quad(p, c, q Point) {
	bend := math.Hypot(p.X-2*c.X+q.X, p.Y-2*c.Y+q.Y) / 4
	n := int(max(1, min(math.Ceil(math.Sqrt(bend/flatness)), 128)))
	for i := 1; i < n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		o.add(Point{u*u*p.X + 2*u*t*c.X + t*t*q.X, u*u*p.Y + 2*u*t*c.Y + t*t*q.Y})
	}
	o.add(q)
}

// strokeLine adds the outline of a stroke through points, sw mm wide. Ends are
// butt; corners are round, or pointed up to the limit of SVG.
func (c *canvas) strokeLine(points []Point, closed, round bool, sw float64, dash []float64) {
	pts := make([]Point, 0, len(points))
	for _, p := range points {
		if q := c.f.at(p.X, p.Y); len(pts) == 0 || q != pts[len(pts)-1] {
			pts = append(pts, q)
		}
	}
	if closed && len(pts) > 1 && pts[0] == pts[len(pts)-1] {
		pts = pts[:len(pts)-1]
	}
	if len(pts) < 2 {
		return
	}
	half := sw * c.k / 2
	if !dashed(dash) {
		c.out.stroke(pts, closed, round, half)
		return
	}
	// Walk along the stroke; what is between two changes of the pattern is a
	// stroke of its own.
	at, on, left := 0, true, dash[0]*c.k
	piece := []Point{pts[0]}
	next := func() {
		for {
			at = (at + 1) % len(dash)
			on = !on
			if left = dash[at] * c.k; left > 0 {
				return
			}
		}
	}
	if left == 0 {
		next()
	}
	for i := 1; i < len(pts); i++ {
		p, q := pts[i-1], pts[i]
		length := math.Hypot(q.X-p.X, q.Y-p.Y)
		done := 0.0
		for length-done > left {
			done += left
			t := done / length
			m := Point{p.X + t*(q.X-p.X), p.Y + t*(q.Y-p.Y)}
			if on {
				c.out.stroke(append(piece, m), false, round, half)
			}
			piece = append(piece[:0], m)
			next()
		}
		left -= length - done
		piece = append(piece, q)
	}
	if on {
		c.out.stroke(piece, false, round, half)
	}
}

// stroke adds the outline of a stroke in pixels, half wide to each side.
func (o *outline) stroke(pts []Point, closed, round bool, half float64) {
	n := len(pts)
	segs := n - 1
	if closed {
		segs = n
	}
	type vec struct{ x, y float64 }
	dir := func(i int) (vec, bool) {
		p, q := pts[i], pts[(i+1)%n]
		l := math.Hypot(q.X-p.X, q.Y-p.Y)
		if !(l > 0) {
			return vec{}, false
		}
		return vec{(q.X - p.X) / l, (q.Y - p.Y) / l}, true
	}
	var before, first vec
	begun := false
	join := func(p Point, a, b vec) {
		cross, dot := a.x*b.y-a.y*b.x, a.x*b.x+a.y*b.y
		if math.Abs(cross)*half < flatness && dot > 0 {
			return
		}
		if round {
			o.circle(p, half, false)
			return
		}
		h := half // to the outer side of the turn
		if cross > 0 {
			h = -half
		}
		n1, n2 := vec{-a.y * h, a.x * h}, vec{-b.y * h, b.x * h}
		o.add(p, Point{p.X + n1.x, p.Y + n1.y})
		if 2 <= 16*(1+dot) { // pointed up to four times the width
			o.add(Point{p.X + (n1.x+n2.x)/(1+dot), p.Y + (n1.y+n2.y)/(1+dot)})
		}
		o.add(Point{p.X + n2.x, p.Y + n2.y})
		o.endForward()
	}
	for i := range segs {
		d, ok := dir(i)
		if !ok {
			continue
		}
		p, q := pts[i], pts[(i+1)%n]
		x, y := -d.y*half, d.x*half
		o.add(Point{p.X + x, p.Y + y}, Point{q.X + x, q.Y + y}, Point{q.X - x, q.Y - y}, Point{p.X - x, p.Y - y})
		o.endForward()
		if begun {
			join(p, before, d)
		} else {
			first, begun = d, true
		}
		before = d
	}
	if closed && begun {
		join(pts[0], before, first)
	}
}

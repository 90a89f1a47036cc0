// What a list may hold. Renderers look here first, so that a list from a hostile
// design costs bounded time and memory, whatever it says.

package draw

import (
	"fmt"
	"math"
)

// Limits of a list, far above any label, sheet or chart.
const (
	maxSide  = 100_000 // mm, of the page
	maxCoord = 1e6     // mm, of a place or a size
	maxParts = 500_000 // items, points, characters and dashes of one list
	maxDepth = 8       // of groups in groups
)

// Check says why a list cannot be drawn: a number that is none or beyond all
// measure, more than 500,000 items, points, characters and dashes, or groups
// deeper than eight. PDF and PNG return its error; SVG returns nil.
func (l *List) Check() error {
	if !(l.W > 0 && l.H > 0 && l.W <= maxSide && l.H <= maxSide) {
		return fmt.Errorf("drawing %q: a page of %g x %g mm; sides must be above 0 and at most %d", l.Title, l.W, l.H, maxSide)
	}
	c := checker{left: maxParts - len(l.Title) - len(l.Desc)}
	if err := c.items(l.Items, 0); err != nil {
		return fmt.Errorf("drawing %q: %w", l.Title, err)
	}
	return nil
}

// checker counts what a list holds.
type checker struct{ left int }

func (c *checker) spend(n int) error {
	if c.left -= n; c.left < 0 {
		return fmt.Errorf("more than %d items, points, characters and dashes", maxParts)
	}
	return nil
}

func (c *checker) items(items []Item, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("groups stand more than %d deep in each other", maxDepth)
	}
	if err := c.spend(len(items)); err != nil {
		return err
	}
	for i, it := range items {
		err := c.item(it, depth)
		if err != nil {
			return fmt.Errorf("item %d (%T): %w", i, it, err)
		}
	}
	return nil
}

func (c *checker) item(it Item, depth int) error {
	switch it := it.(type) {
	case Rect:
		return firstError(numbers(it.X, it.Y, it.W, it.H, it.R), stroke(it.SW), it.Fill.check(), it.Stroke.check())
	case Line:
		return firstError(numbers(it.X1, it.Y1, it.X2, it.Y2), stroke(it.SW), it.Stroke.check(), c.dashes(it.Dash, math.Hypot(it.X2-it.X1, it.Y2-it.Y1)))
	case Polyline:
		if err := c.points(it.Points); err != nil {
			return err
		}
		length := 0.0
		for i := 1; i < len(it.Points); i++ {
			length += math.Hypot(it.Points[i].X-it.Points[i-1].X, it.Points[i].Y-it.Points[i-1].Y)
		}
		return firstError(stroke(it.SW), it.Stroke.check(), c.spend(len(it.Title)), c.dashes(it.Dash, length))
	case Polygon:
		return firstError(c.points(it.Points), stroke(it.SW), it.Fill.check(), it.Stroke.check())
	case Circle:
		return firstError(numbers(it.X, it.Y, it.R), stroke(it.SW), it.Fill.check(), it.Stroke.check(), c.spend(len(it.Title)+len(it.Href)))
	case Text:
		if !(it.Pt >= 0 && it.Pt <= maxCoord) {
			return fmt.Errorf("text of %g points", it.Pt)
		}
		return firstError(numbers(it.X, it.Y), it.Color.check(), c.spend(len(it.S)+len(it.Href)))
	case Modules:
		if it.Code == nil {
			return fmt.Errorf("modules of no code")
		}
		return firstError(numbers(it.X, it.Y, it.Unit), it.Fill.check(), c.spend(it.Code.Side*it.Code.Side/2))
	case Group:
		return firstError(numbers(it.X, it.Y), c.items(it.Items, depth+1))
	}
	return fmt.Errorf("no such item")
}

func (c *checker) points(pts []Point) error {
	if err := c.spend(len(pts)); err != nil {
		return err
	}
	for _, p := range pts {
		if err := numbers(p.X, p.Y); err != nil {
			return err
		}
	}
	return nil
}

// dashes refuses a pattern that is no lengths, or so fine that a stroke of this
// length would fall into more pieces than a list may hold.
func (c *checker) dashes(d []float64, length float64) error {
	if len(d) == 0 {
		return nil
	}
	sum := 0.0
	for _, v := range d {
		if !(v >= 0 && v <= maxCoord) {
			return fmt.Errorf("a dash of %g mm", v)
		}
		sum += v
	}
	if sum == 0 {
		return nil // a solid line
	}
	pieces := length / sum * float64(len(d))
	if !(pieces < maxParts) {
		return fmt.Errorf("dashes of %g mm on a stroke of %g mm", sum, length)
	}
	return c.spend(len(d) + int(pieces))
}

func numbers(vs ...float64) error {
	for _, v := range vs {
		if !(math.Abs(v) <= maxCoord) {
			return fmt.Errorf("a place or size of %g mm; at most %g is possible", v, float64(maxCoord))
		}
	}
	return nil
}

func stroke(sw float64) error {
	if !(sw >= 0 && sw <= maxCoord) {
		return fmt.Errorf("a stroke of %g mm", sw)
	}
	return nil
}

func (p Paint) check() error {
	ok := p.Hex == "" || len(p.Hex) == 7 && p.Hex[0] == '#'
	for i := 1; ok && i < len(p.Hex); i++ {
		c := p.Hex[i]
		ok = c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	}
	if !ok {
		return fmt.Errorf("colour %q is not of the form #RRGGBB", p.Hex)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

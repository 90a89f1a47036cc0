// Polygons in a label, such as stars: a shape that repeats is written once,
// where it first stands, and placed by use from there.

package draw

import "strconv"

// shapeUse is a shape that stands in a drawing several times.
type shapeUse struct {
	n       int
	id      string
	written bool
	at      Point
}

// shapeSet holds a drawing's polygons by their relative path data.
type shapeSet struct {
	byPath map[string]*shapeUse
	ids    int
}

// leastRepeats is from how many places on an id saves bytes.
const leastRepeats = 3

// collect counts shapes. Equal shapes have equal path data, as that is relative
// to the first point.
func (s *shapeSet) collect(items []Item, prefix string) {
	for _, it := range items {
		if g, ok := it.(Group); ok {
			s.collect(g.Items, prefix)
		}
		if p, ok := it.(Polygon); ok && len(p.Points) >= 3 {
			d := shape(p)
			u := s.byPath[d]
			if u == nil {
				u = &shapeUse{}
				s.byPath[d] = u
			}
			if u.n++; u.n == leastRepeats {
				u.id = shortPrefix(prefix) + "-" + strconv.Itoa(s.ids)
				s.ids++
			}
		}
	}
}

// polygonRun is how many items from the start of the list are polygons of one
// paint.
func polygonRun(items []Item) int {
	first, ok := items[0].(Polygon)
	if !ok {
		return 0
	}
	n := 1
	for n < len(items) {
		p, ok := items[n].(Polygon)
		if !ok || p.Fill != first.Fill || p.Stroke != first.Stroke || p.SW != first.SW {
			break
		}
		n++
	}
	return n
}

// shape is a polygon as path data after its first point. Steps are rounded by
// themselves, so that the same shape elsewhere gives the same data; the sum of
// their errors stays below a hundredth of a millimetre for some ten points.
func shape(p Polygon) string {
	b := make([]byte, 0, 100)
	op := byte(0)
	for i := 1; i < len(p.Points); i++ {
		a, z := p.Points[i-1], p.Points[i]
		x, y := um(z.X-a.X), um(z.Y-a.Y)
		switch {
		case x == 0:
			op = 'v'
			b = appendUM(append(b, 'v'), y)
		case y == 0:
			op = 'h'
			b = appendUM(append(b, 'h'), x)
		case op == 'l':
			b = appendNext(appendNext(b, x), y)
		default:
			op = 'l'
			b = appendPair(append(b, 'l'), x, y)
		}
	}
	return string(append(b, 'z'))
}

// shape writes a polygon, with its paint or inside a group that has it.
func (w *svgWriter) shape(p Polygon, paint bool) {
	d := shape(p)
	u := w.shapes.byPath[d]
	if u != nil && u.written {
		w.WriteString(`<use href="#` + u.id + `"`)
		if x := p.Points[0].X - u.at.X; um(x) != 0 {
			w.mm("x", x)
		}
		if y := p.Points[0].Y - u.at.Y; um(y) != 0 {
			w.mm("y", y)
		}
	} else {
		w.WriteString("<path")
		if u != nil && u.id != "" {
			u.written, u.at = true, p.Points[0]
			w.WriteString(` id="` + u.id + `"`)
		}
		w.WriteString(` d="M`)
		w.Write(appendPair(w.scratch[:0], um(p.Points[0].X), um(p.Points[0].Y)))
		w.WriteString(d + `"`)
	}
	if paint {
		w.paint(p.Fill, p.Stroke, p.SW, nil)
		w.WriteString("/>\n")
		return
	}
	w.WriteString("/>")
}

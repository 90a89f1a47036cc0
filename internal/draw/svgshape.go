// Polygons in a label, such as stars: a shape that repeats is written once,
// where it first stands, and placed by use from there.

package draw

import "strconv"

// shapeUse is a shape that stands in a drawing several times.
type shapeUse struct {
	path    string
	n       int
	id      string
	written bool
	at      Point
}

// shapeSet holds a drawing's polygons by their relative path data, and in the
// order in which they are written.
type shapeSet struct {
	byPath  map[string]*shapeUse
	next    []*shapeUse
	scratch []byte
	ids     int
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
			d := shape(s.scratch[:0], p)
			s.scratch = d
			u := s.byPath[string(d)]
			if u == nil {
				u = &shapeUse{path: string(d)}
				s.byPath[u.path] = u
			}
			s.next = append(s.next, u)
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

// shape appends a polygon as path data after its first point. Steps are rounded by
// themselves, so that the same shape elsewhere gives the same data; the sum of
// their errors stays below a hundredth of a millimetre for some ten points.
func shape(b []byte, p Polygon) []byte {
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
	return append(b, 'z')
}

// shape writes a polygon, with its paint or inside a group that has it.
func (w *svgWriter) shape(p Polygon, paint bool) {
	u := w.shapes.next[0]
	w.shapes.next = w.shapes.next[1:]
	if u.written {
		w.str(`<use href="#`)
		w.str(u.id)
		w.byte('"')
		if x := p.Points[0].X - u.at.X; um(x) != 0 {
			w.mm("x", x)
		}
		if y := p.Points[0].Y - u.at.Y; um(y) != 0 {
			w.mm("y", y)
		}
	} else {
		w.str("<path")
		if u.id != "" {
			u.written, u.at = true, p.Points[0]
			w.str(` id="`)
			w.str(u.id)
			w.byte('"')
		}
		w.str(` d="M`)
		w.b = appendPair(w.b, um(p.Points[0].X), um(p.Points[0].Y))
		w.str(u.path)
		w.byte('"')
	}
	if paint {
		w.paint(p.Fill, p.Stroke, p.SW, nil)
		w.str("/>\n")
		return
	}
	w.str("/>")
}

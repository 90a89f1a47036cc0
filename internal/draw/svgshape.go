// Shapes that repeat in a label, such as stars: written once, placed by use.

package draw

import "strconv"

// shapeSet holds outlines of polygons that stand in a drawing several times.
type shapeSet struct {
	ids   map[string]string // relative path data -> id
	order []string
}

// leastRepeats is from how many places on a definition saves bytes.
const leastRepeats = 3

// collect finds the shapes that repeat, counting in n. Equal shapes have equal path data, as
// that is relative to the first point.
func (s *shapeSet) collect(items []Item, prefix string, n map[string]int) {
	for _, it := range items {
		if g, ok := it.(Group); ok {
			s.collect(g.Items, prefix, n)
		}
		if p, ok := it.(Polygon); ok && len(p.Points) >= 3 {
			d := shape(p)
			if n[d]++; n[d] == leastRepeats {
				if s.ids == nil {
					s.ids = map[string]string{}
				}
				s.ids[d] = shortPrefix(prefix) + "-" + strconv.Itoa(len(s.order))
				s.order = append(s.order, d)
			}
		}
	}
}

func (s *shapeSet) write(w *svgWriter) {
	for _, d := range s.order {
		w.WriteString(`<path id="` + s.ids[d] + `" d="` + d + `"/>`)
	}
}

// shape is a polygon as path data that begins at 0 0. Steps are rounded by
// themselves, so that the same shape elsewhere gives the same data; the sum of
// their errors stays below a hundredth of a millimetre for some ten points.
func shape(p Polygon) string {
	b := []byte("M0 0")
	for i := 1; i < len(p.Points); i++ {
		a, z := p.Points[i-1], p.Points[i]
		if i == 1 {
			b = append(b, 'l')
			b = appendUM(b, um(z.X-a.X))
		} else {
			b = appendNext(b, um(z.X-a.X))
		}
		b = appendNext(b, um(z.Y-a.Y))
	}
	return string(append(b, 'z'))
}

// place writes a polygon as a use of its shape; false if it does not repeat.
func (w *svgWriter) place(p Polygon) bool {
	if len(w.shapes.ids) == 0 {
		return false
	}
	id, ok := w.shapes.ids[shape(p)]
	if !ok {
		return false
	}
	w.WriteString(`<use href="#` + id + `"`)
	w.mm("x", p.Points[0].X)
	w.mm("y", p.Points[0].Y)
	w.paint(p.Fill, p.Stroke, p.SW, nil)
	w.end("use", p.Title)
	return true
}

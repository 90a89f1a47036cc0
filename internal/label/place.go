// Where things stand on a label that was drawn, and its colours: what pages that
// explain labels need to know.

package label

import "slices"

// Place is where one thing stands on a label: a rectangle in mm of the drawing.
type Place struct {
	// Fields are the fields of a text; "stars" and "qr" are the row of stars and
	// the QR code with its quiet zone.
	Fields         []string
	Text           string // the words as drawn, of one line
	X1, Y1, X2, Y2 float64
}

// Has says whether it shows any of these fields.
func (p Place) Has(fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(p.Fields, f) })
}

// Places are the lines of text, the stars and the QR code in the order in which
// they were drawn. Lines, rectangles and frames are not among them.
func (l *Label) Places() []Place {
	var ps []Place
	for _, b := range l.boxes {
		if b.shows == "" {
			continue
		}
		p := Place{Text: b.line, X1: b.x1 * l.scale, Y1: b.y1 * l.scale, X2: b.x2 * l.scale, Y2: b.y2 * l.scale}
		if b.text {
			p.Fields = fieldsIn(b.shows)
		} else {
			p.Fields = []string{b.shows}
		}
		ps = append(ps, p)
	}
	return ps
}

// Colors are the colours of a style by name: paper, ink, grey, star, outline and
// alert, and those that the design adds. They are nil where there is no such
// style.
func (d *Designs) Colors(s Style) map[string]string {
	s = s.full()
	ds, _, err := d.choose(s)
	if err != nil {
		return nil
	}
	colors := map[string]string{}
	for _, names := range []map[string]string{palettes[s.Look], ds.Palette} {
		for name := range names {
			colors[name] = ds.color(s.Look, name)
		}
	}
	return colors
}

// BadgeColors are the grounds of a badge, on which its text is white: left, and
// right for rated, not rated and withdrawn.
func BadgeColors() (left, rated, unrated, withdrawn string) {
	return badgeLeft, badgeStar, badgeNone, badgeAlert
}

// Contrast is the contrast ratio of two colours "#RRGGBB" by the formula of
// WCAG 2, from 1 to 21.
func Contrast(a, b string) float64 { return contrast(a, b) }

// PageMM is the width and height of a size in mm, 0 for a size that does not
// exist.
func PageMM(name string) (w, h float64) { return sizes[name].W, sizes[name].H }

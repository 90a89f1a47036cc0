// Runs in SVG: neighbours that look alike are one element, or stand in one group,
// which says once how they look.

package draw

import "slices"

// rects writes plain rectangles as one path.
func (w *svgWriter) rects(items []Item, fill Paint) {
	w.str("<path")
	w.paint(fill, Paint{}, 0, nil)
	w.str(` d="`)
	b := w.b
	px, py := 0, 0
	for i, it := range items {
		r := it.(Rect)
		// Edges are rounded and moves are their differences: neighbours
		// meet, and errors do not add up.
		x, y := um(r.X), um(r.Y)
		wd, ht := um(r.X+r.W)-x, um(r.Y+r.H)-y
		if i == 0 {
			b = append(b, 'M')
		} else {
			b = append(b, 'm')
		}
		b = appendPair(b, x-px, y-py)
		b = appendUM(append(b, 'h'), wd)
		b = appendUM(append(b, 'v'), ht)
		b = appendUM(append(b, 'h'), -wd)
		b = append(b, 'z')
		px, py = x, y
	}
	w.b = b
	w.str("\"/>\n")
}

// plainRun is how many items from the start of the list are plain rectangles of
// one paint.
func plainRun(items []Item) int {
	first, ok := items[0].(Rect)
	if !ok || !plain(first) {
		return 0
	}
	n := 1
	for n < len(items) {
		r, ok := items[n].(Rect)
		if !ok || !plain(r) || r.Fill != first.Fill {
			break
		}
		n++
	}
	return n
}

func plain(r Rect) bool {
	return r.Stroke.None() && r.R == 0 && !r.Fill.None() && !r.empty() && r.Title == ""
}

// lines writes straight strokes of one look as one path.
func (w *svgWriter) lines(items []Item) {
	first := items[0].(Line)
	w.str("<path")
	w.paint(Paint{}, first.Stroke, first.SW, first.Dash)
	w.str(` d="`)
	b := w.b
	move, px, py := byte('M'), 0, 0
	for _, it := range items {
		l := it.(Line)
		x1, y1, x2, y2 := um(l.X1), um(l.Y1), um(l.X2), um(l.Y2)
		b = appendPair(append(b, move), x1-px, y1-py)
		b = appendStroke(b, x2-x1, y2-y1)
		move, px, py = 'm', x2, y2
	}
	w.b = b
	w.close("path", "")
}

// lineRun is how many items from the start of the list are lines of one look.
func lineRun(items []Item) int {
	first, n := items[0].(Line), 1
	for ; n < len(items); n++ {
		l, ok := items[n].(Line)
		if !ok || l.Stroke != first.Stroke || l.SW != first.SW || !slices.Equal(l.Dash, first.Dash) {
			break
		}
	}
	return n
}

// texts writes lines of text of one look as a group.
func (w *svgWriter) texts(items []Item) {
	w.str("<g")
	w.textLook(items[0].(Text))
	w.str(">\n")
	for _, it := range items {
		t := it.(Text)
		w.str("<text")
		w.mm("x", t.X)
		w.mm("y", t.Y)
		w.byte('>')
		w.b = appendEscaped(w.b, t.S, false)
		w.str("</text>\n")
	}
	w.str("</g>\n")
}

// textRun is how many items from the start of the list are plain lines of text of one
// look.
func textRun(items []Item) int {
	first := items[0].(Text)
	n := 0
	for n < len(items) {
		t, ok := items[n].(Text)
		if !ok || !t.drawn() || t.Href != "" || t.Pt != first.Pt || t.Bold != first.Bold || t.Align != first.Align || t.Color != first.Color {
			break
		}
		n++
	}
	return n
}

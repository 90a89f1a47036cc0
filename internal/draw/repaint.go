// Other colours for a finished drawing.

package draw

// Repaint gives every paint of a class the colour that the map has for the
// class. Lists are changed in place: items are values, so a drawing made anew
// has its own colours again.
func (l *List) Repaint(colours map[string]string) {
	if len(colours) > 0 {
		repaint(l.Items, colours)
	}
}

func repaint(items []Item, colours map[string]string) {
	to := func(p Paint) Paint {
		if hex := colours[p.Class]; hex != "" && !p.None() {
			p.Hex = hex
		}
		return p
	}
	for i, it := range items {
		switch it := it.(type) {
		case Rect:
			it.Fill, it.Stroke = to(it.Fill), to(it.Stroke)
			items[i] = it
		case Line:
			it.Stroke = to(it.Stroke)
			items[i] = it
		case Polyline:
			it.Stroke = to(it.Stroke)
			items[i] = it
		case Polygon:
			it.Fill, it.Stroke = to(it.Fill), to(it.Stroke)
			items[i] = it
		case Circle:
			it.Fill, it.Stroke = to(it.Fill), to(it.Stroke)
			items[i] = it
		case Text:
			it.Color = to(it.Color)
			items[i] = it
		case Modules:
			it.Fill = to(it.Fill)
			items[i] = it
		case Group:
			repaint(it.Items, colours)
		}
	}
}

// The display list as JSON: what tests compare and what --emit dl prints.

package draw

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// JSON writes the list with four decimals, one item a line, keys in a fixed
// order. It is for people and for tests; nothing reads it back.
func JSON(l *List) []byte {
	var w jsonWriter
	w.WriteString("{")
	w.num("w", l.W)
	w.num("h", l.H)
	w.str("title", l.Title)
	w.str("desc", l.Desc)
	w.str("lang", lang(l))
	w.WriteString(",\"items\":[")
	w.items(l.Items)
	w.WriteString("\n]}\n")
	return w.Bytes()
}

func (w *jsonWriter) items(items []Item) {
	more := false
	line := func(it Item) {
		if more {
			w.WriteString(",")
		}
		more = true
		w.WriteString("\n{")
		w.first = true
		w.item(it)
		w.WriteString("}")
	}
	for _, it := range items {
		if m, ok := it.(Modules); ok {
			for r := range m.Rects() {
				line(r)
			}
			continue
		}
		line(it)
	}
}

type jsonWriter struct {
	bytes.Buffer
	first bool
}

func (w *jsonWriter) key(k string) {
	if !w.first && w.Len() > 1 {
		w.WriteByte(',')
	}
	w.first = false
	w.WriteString(`"` + k + `":`)
}

func (w *jsonWriter) num(k string, v float64) {
	w.key(k)
	w.WriteString(dec4(v))
}

func dec4(v float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	if s == "-0.0000" {
		return "0.0000"
	}
	return s
}

// str writes a string; empty ones are left out.
func (w *jsonWriter) str(k, s string) {
	if s == "" {
		return
	}
	w.key(k)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		w.WriteString(`""`)
		return
	}
	w.Write(bytes.TrimRight(b.Bytes(), "\n"))
}

func (w *jsonWriter) paint(k string, p Paint) { w.str(k, p.Hex) }

func (w *jsonWriter) points(pts []Point) {
	w.key("points")
	w.WriteByte('[')
	for i, p := range pts {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString("[" + dec4(p.X) + "," + dec4(p.Y) + "]")
	}
	w.WriteByte(']')
}

func (w *jsonWriter) dash(d []float64) {
	if len(d) == 0 {
		return
	}
	w.key("dash")
	w.WriteByte('[')
	for i, v := range d {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(dec4(v))
	}
	w.WriteByte(']')
}

func (w *jsonWriter) stroke(p Paint, sw float64) {
	if p.None() {
		return
	}
	w.paint("stroke", p)
	w.num("sw", sw)
}

func (w *jsonWriter) item(it Item) {
	switch it := it.(type) {
	case Rect:
		w.str("kind", "rect")
		w.num("x", it.X)
		w.num("y", it.Y)
		w.num("w", it.W)
		w.num("h", it.H)
		if it.R > 0 {
			w.num("r", it.R)
		}
		w.paint("fill", it.Fill)
		w.stroke(it.Stroke, it.SW)
	case Line:
		w.str("kind", "line")
		w.num("x1", it.X1)
		w.num("y1", it.Y1)
		w.num("x2", it.X2)
		w.num("y2", it.Y2)
		w.stroke(it.Stroke, it.SW)
		w.dash(it.Dash)
	case Polyline:
		w.str("kind", "polyline")
		w.points(it.Points)
		w.stroke(it.Stroke, it.SW)
		w.dash(it.Dash)
		w.str("title", it.Title)
	case Polygon:
		w.str("kind", "polygon")
		w.points(it.Points)
		w.paint("fill", it.Fill)
		w.stroke(it.Stroke, it.SW)
	case Circle:
		w.str("kind", "circle")
		w.num("x", it.X)
		w.num("y", it.Y)
		w.num("r", it.R)
		w.paint("fill", it.Fill)
		w.stroke(it.Stroke, it.SW)
		w.str("title", it.Title)
		w.str("href", it.Href)
	case Text:
		w.str("kind", "text")
		w.num("x", it.X)
		w.num("y", it.Y)
		w.num("pt", it.Pt)
		if it.Bold {
			w.key("bold")
			w.WriteString("true")
		}
		w.str("align", [...]string{"", "center", "right"}[it.Align%3])
		w.paint("color", it.Color)
		w.str("s", it.S)
		w.str("href", it.Href)
	case Group:
		w.str("kind", "group")
		w.num("x", it.X)
		w.num("y", it.Y)
		if it.Turn {
			w.key("turn")
			w.WriteString("true")
		}
		w.key("items")
		w.WriteByte('[')
		w.items(it.Items)
		w.WriteByte(']')
		w.first = false
	}
}

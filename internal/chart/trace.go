// Trace: readings over time, such as the power of each device during the runs of
// a measurement, with the stretches that counted marked.

package chart

import (
	"math"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// Trace is readings over time. It is drawn and tabled; it has no interactive
// form, for the data are in its table.
type Trace struct {
	ID, Title, Caption         string
	XName, XUnit, YName, YUnit string
	Series                     []Series // a point without a finite Y is a gap
	Spans                      []Span
	Words                      Words
}

// Span is a stretch of the x axis that is marked, such as a window.
type Span struct {
	From, To float64
	Label    string
}

func (t Trace) name() string { return t.ID }

// Option is nil.
func (t Trace) Option() ([]byte, error) { return nil, nil }

// Layout in px; the bottom holds two rows of text and the names of the lines.
const (
	traceWideH, traceNarrowH = 260, 230
	traceTop                 = 40 // room for the title of the y axis and the names of the spans
	traceRow                 = 18
)

// band is the fill of spans: the rule's colour, which stands back in both themes.
var band = rule

// List is the static drawing.
func (t Trace) List(narrow bool) *draw.List {
	w, h, size := float64(wideW), float64(traceWideH), sizeText
	if narrow {
		w, h, size = narrowW, traceNarrowH, sizeSmall
	}
	var xs, ys []float64
	for _, s := range t.Series {
		for _, p := range s.Points {
			if stats.Finite(p.X) && stats.Finite(p.Y) {
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
	}
	keys := make([]key, len(t.Series))
	for i, s := range t.Series {
		keys[i] = keyOf(s)
	}
	paints := looks(keys)
	rows := t.rows(w, size)
	c := newCanvas(w, h+float64(len(rows))*traceRow, t.Title, t.Caption)
	if len(ys) == 0 {
		c.text(w/2, h/2, size, draw.Center, dim, clean(t.Words.fill().Empty))
		return c.list
	}
	for _, s := range t.Spans {
		xs = append(xs, s.From, s.To)
	}
	x, y := newScale(linear, xs).written(t.Words.Numbers), newScale(linear, ys).written(t.Words.Numbers)
	left := 20.0
	for _, k := range y.ticks {
		left = max(left, textWidth(k.text, size))
	}
	left += 14
	right, bottom := w-12, h-46
	// The axis ends where the readings do: a clock has no round end.
	x.lo, x.hi = minOf(xs), maxOf(xs)
	if x.lo == x.hi {
		x.hi++
	}
	x, y = x.place(left, right), y.place(bottom, traceTop)
	x.ticks = thinTicks(inside(x), func(s string) float64 { return textWidth(s, size) + 10 })
	y.ticks = thinTicks(y, func(string) float64 { return size + 3 })
	for _, s := range t.Spans {
		if !(s.To > s.From) {
			continue
		}
		a, b := x.pos(s.From), x.pos(s.To)
		c.rect(a, traceTop, max(b-a, 1), bottom-traceTop, band)
		if text := clean(s.Label); textWidth(text, size) <= b-a-2 {
			c.text((a+b)/2, traceTop-6, size, draw.Center, ink, text)
		}
	}
	for _, k := range y.ticks {
		at := y.pos(k.v)
		c.line(left, at, right, at, 1, rule)
		c.text(left-8, at+size*0.33, size, draw.Right, dim, k.text)
	}
	for _, k := range x.ticks {
		at := x.pos(k.v)
		c.line(at, bottom, at, bottom+5, 1, dim)
		c.text(at, bottom+18, size, draw.Center, dim, k.text)
	}
	c.text(2, 13, size, draw.Left, dim, ellipsis(t.Words.axisTitle(t.YName, t.YUnit), size, w-4))
	c.text(right, bottom+36, size, draw.Right, dim, ellipsis(t.Words.axisTitle(t.XName, t.XUnit), size, right-4))
	for i, s := range t.Series {
		var run []draw.Point
		flush := func() {
			if len(run) == 1 {
				c.speck(run[0].X, run[0].Y, 1.5, paints[i].paint, "")
			} else if len(run) > 1 {
				c.path(run, 1.25, paints[i].paint, paints[i].dash, clean(s.Name))
			}
			run = nil
		}
		for _, p := range s.Points {
			if !stats.Finite(p.X) || !stats.Finite(p.Y) {
				flush()
				continue
			}
			run = append(run, draw.Point{X: x.pos(p.X), Y: y.pos(p.Y)})
		}
		flush()
	}
	for r, row := range rows {
		at := h + float64(r)*traceRow
		for _, k := range row {
			c.path([]draw.Point{{X: k.x, Y: at}, {X: k.x + 16, Y: at}}, 2, paints[k.i].paint, paints[k.i].dash, "")
			c.text(k.x+22, at+size*0.36, size, draw.Left, ink, k.name)
		}
	}
	return c.list
}

// traceKey is one name below the drawing.
type traceKey struct {
	i    int
	x    float64
	name string
}

// rows sets the names of the lines in rows; a single line needs none.
func (t Trace) rows(w, size float64) [][]traceKey {
	if len(t.Series) < 2 {
		return nil
	}
	rows := [][]traceKey{nil}
	at := 4.0
	for i, s := range t.Series {
		name := ellipsis(nameOf(s.Name), size, w-40)
		need := 22 + textWidth(name, size) + 18
		if at > 4 && at+need > w {
			rows = append(rows, nil)
			at = 4
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], traceKey{i, at, name})
		at += need
	}
	return rows
}

// inside drops the ticks that lie outside the ends of a scale.
func inside(s scale) scale {
	var in []tick
	for _, k := range s.ticks {
		if k.v >= s.lo && k.v <= s.hi {
			in = append(in, k)
		}
	}
	s.ticks = in
	return s
}

func minOf(vs []float64) float64 {
	m := math.Inf(1)
	for _, v := range vs {
		m = math.Min(m, v)
	}
	return m
}

func maxOf(vs []float64) float64 {
	m := math.Inf(-1)
	for _, v := range vs {
		m = math.Max(m, v)
	}
	return m
}

// Table has a row for each time and a column for each line. The lines have
// their points at the same times.
func (t Trace) Table() Table {
	out := Table{Caption: clean(t.Title), Head: []Column{{clean(t.XName), clean(t.XUnit), true}}}
	if len(t.Series) == 0 {
		return out
	}
	for _, s := range t.Series {
		out.Head = append(out.Head, Column{nameOf(s.Name), clean(t.YUnit), true})
	}
	for i, p := range t.Series[0].Points {
		row := []Cell{number(t.Words.Numbers, p.X)}
		for _, s := range t.Series {
			if i < len(s.Points) {
				row = append(row, number(t.Words.Numbers, s.Points[i].Y))
			} else {
				row = append(row, Cell{Text: unit.Dash})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

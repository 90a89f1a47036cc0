// Trace: readings over time, such as the power of each device during the runs of
// a measurement, with the stretches that counted marked.

package chart

import (
	"math"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// Trace is readings over time. Its interactive form is in tracelive.go.
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

// Layout in px; the bottom holds two rows of text and the names of the lines.
const (
	traceWideH, traceNarrowH = 260, 230
	traceTop                 = 40 // room for the title of the y axis and the names of the spans
	traceRow                 = 18
	traceLine                = 1.25 // width of a line
	traceSwatch              = 16   // length of a line beside its name
)

// band is the fill of spans: the rule's colour, which stands back in both themes.
var band = rule

// traceFrame is a finished layout.
type traceFrame struct {
	w, h, size          float64 // of the drawing without the names of its lines, and of its text
	left, right, bottom float64 // the plot's edges; its top is traceTop
	x, y                scale
	paints              []look // parallel to the lines
	rows                [][]traceKey
	spans               []Span // those that can be shown
	empty               bool
}

// layout decides every position.
func (t Trace) layout(narrow bool) traceFrame {
	f := traceFrame{w: wideW, h: traceWideH, size: sizeText}
	if narrow {
		f.w, f.h, f.size = narrowW, traceNarrowH, sizeSmall
	}
	var xs, ys []float64
	keys := make([]key, len(t.Series))
	for i, s := range t.Series {
		keys[i] = keyOf(s)
		for _, p := range s.Points {
			if drawable(p) {
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
	}
	f.paints, f.rows, f.empty = looks(keys), t.rows(f.w, f.size), len(ys) == 0
	for _, s := range t.Spans {
		if s.To > s.From && stats.Finite(s.From) && stats.Finite(s.To) {
			xs, f.spans = append(xs, s.From, s.To), append(f.spans, s)
		}
	}
	f.x, f.y = newScale(linear, xs).ticked(t.Words.Numbers), newScale(linear, ys).ticked(t.Words.Numbers)
	f.left = 20.0
	for _, k := range f.y.ticks {
		f.left = max(f.left, textWidth(k.text, f.size))
	}
	f.left += 14
	f.right, f.bottom = f.w-12, f.h-46
	if f.empty {
		return f
	}
	// The axis ends where the readings do: a clock has no round end.
	f.x.lo, f.x.hi = minOf(xs), maxOf(xs)
	if f.x.lo == f.x.hi {
		f.x.hi++
	}
	f.x, f.y = f.x.place(f.left, f.right), f.y.place(f.bottom, traceTop)
	f.x.ticks = thinTicks(inside(f.x), func(s string) float64 { return textWidth(s, f.size) + 10 })
	f.y.ticks = thinTicks(f.y, func(string) float64 { return f.size + 3 })
	return f
}

func drawable(p Pt) bool { return stats.Finite(p.X) && stats.Finite(p.Y) }

func (t Trace) forms() (Forms, error) {
	wide := t.layout(false)
	f := drawn(t.ID, t.draw(wide), t.List(true), t.Table())
	var err error
	f.Option, err = t.option(wide, f.List)
	return f, err
}

// List is the static drawing.
func (t Trace) List(narrow bool) *draw.List { return t.draw(t.layout(narrow)) }

func (t Trace) draw(f traceFrame) *draw.List {
	size, x, y := f.size, f.x, f.y
	c := newCanvas(f.w, f.h+float64(len(f.rows))*traceRow, t.Title, t.Caption)
	if f.empty {
		c.text(f.w/2, f.h/2, size, draw.Center, dim, clean(t.Words.fill().Empty))
		return c.list
	}
	named := 0.0
	for _, s := range f.spans {
		a, b := x.pos(s.From), x.pos(s.To)
		c.rect(a, traceTop, max(b-a, 1), f.bottom-traceTop, band)
		// A name stands where it fits its stretch, and beside the one before.
		if text, at := clean(s.Label), (a+b)/2; textWidth(text, size) <= b-a-2 && at-textWidth(text, size)/2 >= named {
			c.text(at, traceTop-6, size, draw.Center, ink, text)
			named = at + textWidth(text, size)/2 + 4
		}
	}
	for _, k := range y.ticks {
		at := y.pos(k.v)
		c.line(f.left, at, f.right, at, 1, rule)
	}
	for _, k := range x.ticks {
		at := x.pos(k.v)
		c.line(at, f.bottom, at, f.bottom+5, 1, dim)
	}
	for _, k := range y.ticks {
		c.text(f.left-8, y.pos(k.v)+size*0.33, size, draw.Right, dim, k.text)
	}
	for _, k := range x.ticks {
		c.text(x.pos(k.v), f.bottom+18, size, draw.Center, dim, k.text)
	}
	c.text(2, 13, size, draw.Left, dim, ellipsis(t.Words.axisTitle(t.YName, t.YUnit), size, f.w-4))
	c.text(f.right, f.bottom+36, size, draw.Right, dim, ellipsis(t.Words.axisTitle(t.XName, t.XUnit), size, f.right-4))
	for i, s := range t.Series {
		look := f.paints[i]
		var run []draw.Point
		flush := func() {
			if len(run) == 1 {
				c.speck(run[0].X, run[0].Y, 1.5, look.paint, "")
			} else if len(run) > 1 {
				c.path(run, traceLine, look.paint, look.dash, clean(s.Name))
			}
			run = nil
		}
		for _, p := range s.Points {
			if !drawable(p) {
				flush()
				continue
			}
			run = append(run, draw.Point{X: x.pos(p.X), Y: y.pos(p.Y)})
		}
		flush()
	}
	for r := range f.rows {
		at := f.rowY(r)
		for _, k := range f.rows[r] {
			c.path([]draw.Point{{X: k.x, Y: at}, {X: k.x + traceSwatch, Y: at}}, 2, f.paints[k.i].paint, f.paints[k.i].dash, "")
			c.text(k.x+22, at+size*0.36, size, draw.Left, ink, k.name)
		}
	}
	return c.list
}

// rowY is the middle of a row of names.
func (f traceFrame) rowY(r int) float64 { return f.h + float64(r)*traceRow }

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

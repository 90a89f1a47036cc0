// Bars: the top of a board as horizontal bars from zero, with intervals and
// printed values.

package chart

import (
	"math"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// Bars shows one value for each of a few models. The scale is linear and starts
// at zero, so lengths compare as values do.
type Bars struct {
	ID, Title, Caption string
	Name, Unit         string // of the value
	Bars               []Bar
	Words              Words
}

// Bar is one bar. Lo and Hi are the ends of its 95 % interval, nil where there
// is none. A value that is not finite is named and has no bar.
type Bar struct {
	Label, Sub, Family, URL string
	Value                   float64
	Lo, Hi                  *float64
}

func (b Bar) interval() (lo, hi float64, ok bool) {
	if b.Lo == nil || b.Hi == nil || !stats.Finite(*b.Lo) || !stats.Finite(*b.Hi) {
		return 0, 0, false
	}
	return *b.Lo, *b.Hi, true
}

func (b Bars) name() string { return b.ID }

// legendBar is how thick the marks of a legend of bars are, in px.
const legendBar = 8

// barFrame is the layout of bars, in px.
type barFrame struct {
	w, h, l, r, t, b float64
	x                scale
	pitch            float64
	narrow           bool
	labels, values   []string
	paints           []look
	legend           legend
	unitY            float64 // baseline of the value's name
}

// reach is how far right a bar and its whisker go.
func (f *barFrame) reach(b Bar) float64 {
	x := f.x.pos(0)
	if stats.Finite(b.Value) {
		x = max(x, f.x.pos(b.Value))
	}
	if _, hi, ok := b.interval(); ok {
		x = max(x, f.x.pos(hi))
	}
	return x
}

func (b Bars) layout(narrow bool) *barFrame {
	f := &barFrame{w: wideW, narrow: narrow, t: 8, pitch: 25}
	var names, families []string
	var keys []key
	var values []float64
	sub := false
	for _, bar := range b.Bars {
		names = append(names, bar.Label)
		families = append(families, clean(bar.Family))
		keys = append(keys, key{family: clean(bar.Family)})
		sub = sub || clean(bar.Sub) != ""
		text := unit.Dash
		if stats.Finite(bar.Value) {
			values = append(values, bar.Value)
			text = b.Words.Numbers.Sig(bar.Value, 3)
		}
		f.values = append(f.values, text)
		if lo, hi, ok := bar.interval(); ok {
			values = append(values, lo, hi)
		}
	}
	f.paints = looks(keys)
	f.x = newScale(linear, values).ticked(b.Words.Numbers)
	widest := widestText(f.values, sizeText) + 10
	if narrow {
		f.w, f.pitch, f.l, f.r = narrowW, 34, 4, narrowW-8
		f.labels = shorten(names, sizeSmall, narrowW-12-widest)
	} else {
		f.labels = shorten(names, sizeText, maxLabelWidth)
		wide := widestText(f.labels, sizeText)
		for _, bar := range b.Bars {
			wide = max(wide, min(textWidth(clean(bar.Sub), sizeSmall), maxLabelWidth))
		}
		f.l, f.r = max(wide, 40)+12, f.w-widest
		if sub {
			f.pitch = 36
		}
	}
	f.b = f.t + f.pitch*float64(len(b.Bars)) + 4
	f.h = f.b + 44
	if narrow {
		f.h = f.b + 26
	}
	f.unitY = f.h - 8
	plain := make([]look, len(f.paints)) // bars have colours, no dashes
	for i, p := range f.paints {
		plain[i].paint = p.paint
	}
	f.legend = newLegend(b.Words.fill().Family, families, plain, 4, f.w-4, f.h, sizeText)
	f.h += f.legend.height
	f.x = f.x.place(f.l, f.r)
	f.x.ticks = thinTicks(f.x, func(s string) float64 { return textWidth(s, sizeText) + 14 })
	return f
}

func (b Bars) forms() (Forms, error) {
	wide := b.layout(false)
	f := drawn(b.ID, b.draw(wide), b.List(true), b.Table())
	var err error
	f.Option, err = b.option(wide, f.List)
	return f, err
}

// List is the static drawing.
func (b Bars) List(narrow bool) *draw.List { return b.draw(b.layout(narrow)) }

func (b Bars) draw(f *barFrame) *draw.List {
	c := newCanvas(f.w, f.h, b.Title, b.Caption)
	if len(b.Bars) == 0 {
		c.text(f.w/2, f.h/2, sizeText, draw.Center, dim, clean(b.Words.fill().Empty))
		return c.list
	}
	for _, t := range f.x.ticks {
		if f.narrow { // names stand over the bars; the printed values are enough
			break
		}
		x := f.x.pos(t.v)
		c.line(x, f.t, x, f.b, 1, rule)
		align := draw.Center
		if textWidth(t.text, sizeText)/2 > f.w-x-2 {
			align = draw.Right
			x = f.w - 2
		} else if textWidth(t.text, sizeText)/2 > x-2 {
			align = draw.Left
			x = 2
		}
		c.text(x, f.b+17, sizeText, align, dim, t.text)
	}
	c.text(f.r, f.unitY, sizeText, draw.Right, dim, ellipsis(b.Words.axisTitle(b.Name, b.Unit), sizeText, f.r-4))
	f.legend.draw(c, legendBar, false)
	zero := f.x.pos(0)
	for i, bar := range b.Bars {
		top := f.t + f.pitch*float64(i)
		mid, thick := top+f.pitch/2, 14.0
		if f.narrow {
			mid, thick = top+25, 9
		}
		if stats.Finite(bar.Value) {
			x := f.x.pos(bar.Value)
			c.rect(min(zero, x), mid-thick/2, max(math.Abs(x-zero), 0.75), thick, f.paints[i].paint)
		}
		f.whisker(c, bar, mid, thick)
		f.words(c, i, bar, top, mid)
		if f.narrow {
			c.line(zero, mid-thick/2-2, zero, mid+thick/2+2, 1, dim)
		}
	}
	if !f.narrow {
		c.line(zero, f.t, zero, f.b, 1, dim)
	}
	return c.list
}

// words writes a bar's name and value.
func (f *barFrame) words(c *canvas, i int, bar Bar, top, mid float64) {
	if f.narrow {
		c.text(4, top+15, sizeSmall, draw.Left, ink, f.labels[i])
		c.text(f.w-6, top+15, sizeSmall, draw.Right, ink, f.values[i])
		return
	}
	y := mid + sizeText*0.36
	if sub := clean(bar.Sub); sub != "" {
		c.text(f.l-12, mid+13, sizeSmall, draw.Right, dim, ellipsis(sub, sizeSmall, maxLabelWidth))
		c.text(f.l-12, mid-2, sizeText, draw.Right, ink, f.labels[i])
	} else {
		c.text(f.l-12, y, sizeText, draw.Right, ink, f.labels[i])
	}
	c.text(f.reach(bar)+7, y, sizeText, draw.Left, ink, f.values[i])
}

// whisker draws an interval with a rim of paper, to be seen on the bar too.
func (f *barFrame) whisker(c *canvas, bar Bar, mid, thick float64) {
	lo, hi, ok := bar.interval()
	if !ok {
		return
	}
	a, b, h := f.x.pos(lo), f.x.pos(hi), thick/2-1
	c.line(a-1.25, mid, b+1.25, mid, 4, paper)
	c.line(a, mid-h, a, mid+h, 3.5, paper)
	c.line(b, mid-h, b, mid+h, 3.5, paper)
	c.line(a, mid, b, mid, 1.5, ink)
	c.line(a, mid-h, a, mid+h, 1.5, ink)
	c.line(b, mid-h, b, mid+h, 1.5, ink)
}

// Table holds value and interval of each bar.
func (b Bars) Table() Table {
	w := b.Words.fill()
	t := Table{Caption: clean(b.Title), Head: []Column{{Name: clean(w.Model)}, {clean(b.Name), clean(b.Unit), true}}}
	some := false
	for _, bar := range b.Bars {
		_, _, ok := bar.interval()
		some = some || ok
	}
	if some {
		t.Head = append(t.Head, Column{clean(w.Low), clean(b.Unit), true}, Column{clean(w.High), clean(b.Unit), true})
	}
	for _, bar := range b.Bars {
		name := nameOf(bar.Label)
		if s := clean(bar.Sub); s != "" {
			name = strings.Join([]string{name, s}, w.Part)
		}
		row := []Cell{{Text: name, URL: bar.URL}, number(w.Numbers, bar.Value)}
		if some {
			lo, hi, ok := bar.interval()
			if ok {
				row = append(row, number(w.Numbers, lo), number(w.Numbers, hi))
			} else {
				row = append(row, Cell{Text: unit.Dash}, Cell{Text: unit.Dash})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

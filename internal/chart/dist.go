// Dist: one distribution as a small strip, with a histogram over it where its
// values are known, for result pages.

package chart

import (
	"cmp"
	"math"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
)

// Dist shows what is known of a distribution. A statistic that is not given is
// absent from drawing and table; nothing is interpolated. It has no interactive
// form: all numbers are printed.
type Dist struct {
	ID, Title, Caption string
	Unit               string
	Stats              []Stat            // in any order
	Samples            []Sample          // in any order; none: no histogram
	Names              map[string]string // of statistics; the key where one has none
	Words              Words
}

// Stat is one statistic: min, p25, p50, p75, p90, p95, p99, max or mean.
// Others are printed with a mark of their own.
type Stat struct {
	Key   string
	Value float64
}

func (d Dist) name() string { return d.ID }

func (d Dist) forms() (Forms, error) {
	return drawn(d.ID, d.List(false), d.List(true), d.Table()), nil
}

func (d Dist) find(key string) (float64, bool) {
	for _, s := range d.Stats {
		if s.Key == key && stats.Finite(s.Value) {
			return s.Value, true
		}
	}
	return 0, false
}

// ordered are the finite statistics by value; equal ones stay as given.
func (d Dist) ordered() []Stat {
	var out []Stat
	for _, s := range d.Stats {
		if !stats.Finite(s.Value) {
			continue
		}
		i := len(out)
		for i > 0 && out[i-1].Value > s.Value {
			i--
		}
		out = append(out[:i], append([]Stat{s}, out[i:]...)...)
	}
	return out
}

// distLayout is the layout of a strip, in px. A strip is drawn at the size at which
// result pages show it, at most distW wide, so that its text is as large as theirs.
// The narrow one is for 288 px and more, where its text shrinks to 12 px.
type distLayout struct {
	w, mid      float64 // width, and the height at which the marks stand
	text, small float64 // sizes: values, names
	sides       int     // labels stand below, or below and above by turns
}

const distW = 720

func distOf(narrow bool) distLayout {
	if narrow {
		return distLayout{w: 320, mid: 56, text: 14, small: 13.5, sides: 2}
	}
	return distLayout{w: distW, mid: 18, text: 13, small: 12.5, sides: 1}
}

// Heights of a histogram in px, and the room between it and the strip's labels.
const histH, histTop = 96, 24

// kind is the scale of drawing and bins: a long tail would squeeze the middle into
// a few pixels.
func (d Dist) kind() scaleKind {
	stats := d.ordered()
	if len(stats) == 0 {
		return linear
	}
	if lo := stats[0].Value; lo > 0 && stats[len(stats)-1].Value > 20*lo {
		return log10
	}
	return linear
}

// List is the static drawing.
func (d Dist) List(narrow bool) *draw.List {
	stats, f := d.ordered(), distOf(narrow)
	over := 0.0 // the strip begins below the histogram
	if len(d.Samples) > 0 && len(stats) > 0 {
		over = histTop + histH
		if narrow {
			over += 4
		}
		f.mid += over
	}
	h := f.mid + 23 + f.text + f.small + 6
	c := newCanvas(f.w, h, d.Title, d.Caption)
	if len(stats) == 0 {
		c.text(f.w/2, h/2, f.text, draw.Center, dim, clean(d.Words.fill().Empty))
		return c.list
	}
	values := make([]float64, len(stats))
	for i, s := range stats {
		values[i] = s.Value
	}
	kind := d.kind()
	// The unit stands at the strip's end; a long one, and what else there is to say,
	// in a row of its own.
	var below []string
	u, end := clean(d.Unit), f.w-4
	if w := textWidth(u, f.text); w > f.w/4 {
		below = append(below, u)
	} else if u != "" {
		c.text(end, f.mid+f.text*0.33, f.text, draw.Right, dim, u)
		end -= w + 12
	}
	if kind == log10 {
		below = append(below, clean(d.Words.fill().Log))
	}
	x := newScale(kind, values)
	if bs := bins(kind, d.Samples); over > 0 && len(bs) > 0 { // bars need room more than a zero
		x.lo, x.hi = bs[0].from, bs[len(bs)-1].to
	}
	x = x.place(4, end)
	if over > 0 {
		d.histogram(c, f, x, histTop, histTop+histH, !narrow)
	}
	c.line(x.a, f.mid, x.b, f.mid, 1, rule)
	d.strip(c, x, f.mid)
	d.labels(c, f, x, stats)
	if len(below) > 0 {
		c.list.H = mm(h + f.small + 3)
		c.text(f.w-4, h+f.small-2, f.small, draw.Right, dim, ellipsis(strings.Join(below, d.Words.fill().Part), f.small, f.w-8))
	}
	return c.list
}

// strip draws range, middle half, percentiles, median and mean, what is alike one
// after the other and the median over what it may cover.
func (d Dist) strip(c *canvas, x scale, mid float64) {
	span := func(a, b string) (float64, float64, bool) {
		lo, ok := d.find(a)
		hi, ok2 := d.find(b)
		return x.pos(lo), x.pos(hi), ok && ok2
	}
	each := func(kind statKind, draw func(at float64)) {
		for _, s := range d.Stats {
			if stats.Finite(s.Value) && statKindOf(s.Key) == kind {
				draw(x.pos(s.Value))
			}
		}
	}
	tick := func(half, w float64, p draw.Paint) func(float64) {
		return func(at float64) { c.line(at, mid-half, at, mid+half, w, p) }
	}
	blue := hue(0)
	if a, b, ok := span("min", "max"); ok {
		c.line(a, mid, b, mid, 1.5, dim)
	}
	each(endStat, tick(5, 1.5, dim))
	if a, b, ok := span("p25", "p75"); ok {
		c.rect(min(a, b), mid-7, max(math.Abs(b-a), 1), 14, blue)
	}
	each(quartileStat, tick(7, 1.5, blue))
	each(otherStat, tick(6, 1.5, ink))
	each(medianStat, tick(10, 5, paper))
	each(medianStat, tick(10, 2.5, ink))
	each(meanStat, func(at float64) { c.dot(at, mid, 3.5, ink, "") })
}

// statKind is how a statistic is marked.
type statKind byte

const (
	otherStat statKind = iota
	endStat
	quartileStat
	medianStat
	meanStat
)

func statKindOf(key string) statKind {
	switch key {
	case "min", "max":
		return endStat
	case "p25", "p75":
		return quartileStat
	case "p50":
		return medianStat
	case "mean":
		return meanStat
	}
	return otherStat
}

// labels prints each statistic beside its mark: first all lines to them, then all
// values, then all names, since an SVG says what is alike once.
func (d Dist) labels(c *canvas, f distLayout, x scale, stats []Stat) {
	type label struct {
		at, value, name float64
		of              int
	}
	labels := make([]label, 0, len(stats))
	values, names := make([]string, len(stats)), make([]string, len(stats))
	for side := range f.sides {
		var want, size []float64
		for i := side; i < len(stats); i += f.sides { // by turns, the first one above where there are two sides
			values[i], names[i] = d.Words.Numbers.Sig(stats[i].Value, 3), d.statName(stats[i])
			want = append(want, x.pos(stats[i].Value))
			size = append(size, max(textWidth(values[i], f.text), textWidth(names[i], f.small))+8)
		}
		mark, value, name := f.mid+12, f.mid+21+f.text, f.mid+23+f.text+f.small
		lead := f.mid + 20
		if side < f.sides-1 {
			mark, lead, value, name = f.mid-12, f.mid-20, f.mid-24, f.mid-26-f.text
		}
		for i, at := range spread(want, size, 0, f.w) {
			c.line(want[i], mark, at, lead, 0.75, dim)
			labels = append(labels, label{at, value, name, side + i*f.sides})
		}
	}
	for _, l := range labels {
		c.text(l.at, l.value, f.text, draw.Center, ink, values[l.of])
	}
	for _, l := range labels {
		c.text(l.at, l.name, f.small, draw.Center, dim, names[l.of])
	}
}

// statName is a statistic's name as it may be shown.
func (d Dist) statName(s Stat) string { return clean(cmp.Or(d.Names[s.Key], s.Key)) }

// Table holds the bins of the histogram, else the statistics as given.
func (d Dist) Table() Table {
	if len(d.Samples) > 0 {
		return d.binTable()
	}
	t := Table{Caption: clean(d.Title)}
	var row []Cell
	for _, s := range d.Stats {
		if stats.Finite(s.Value) {
			t.Head = append(t.Head, Column{d.statName(s), clean(d.Unit), true})
			row = append(row, number(d.Words.Numbers, s.Value))
		}
	}
	if len(row) > 0 {
		t.Rows = [][]Cell{row}
	}
	return t
}

// Dist: one distribution as a small strip, for result pages.

package chart

import (
	"math"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// Dist shows what is known of a distribution. A statistic that is not given is
// absent from drawing and table; nothing is interpolated. It has no interactive
// form: all numbers are printed.
type Dist struct {
	ID, Title, Caption string
	Unit               string
	Stats              []Stat // in any order
	Words              Words
}

// Stat is one statistic: min, p25, p50, p75, p90, p95, p99, max or mean.
// Others are printed with a mark of their own.
type Stat struct {
	Key   string
	Value float64
}

func (d Dist) name() string { return d.ID }

// Option is nil.
func (d Dist) Option() ([]byte, error) { return nil, nil }

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

// List is the static drawing.
func (d Dist) List(narrow bool) *draw.List {
	stats := d.ordered()
	w, h, mid := float64(wideW), 74.0, 18.0
	if narrow {
		w, h, mid = narrowW, 106, 54
	}
	c := newCanvas(w, h, d.Title, d.Caption)
	if len(stats) == 0 {
		c.text(w/2, h/2, sizeText, draw.Center, dim, clean(d.Words.fill().Empty))
		return c.list
	}
	values := make([]float64, len(stats))
	for i, s := range stats {
		values[i] = s.Value
	}
	// A long tail would squeeze the middle into a few pixels.
	kind := linear
	if lo := values[0]; lo > 0 && values[len(values)-1] > 20*lo {
		kind = log10
	}
	u := ellipsis(clean(d.Unit), sizeText, w/4)
	x := newScale(kind, values).place(4, w-16-textWidth(u, sizeText))
	c.line(x.a, mid, x.b, mid, 1, rule)
	c.text(w-4, mid+sizeText*0.33, sizeText, draw.Right, dim, u)
	d.strip(c, x, mid)
	d.labels(c, x, stats, mid, w, narrow)
	if kind == log10 {
		c.list.H = mm(h + 14)
		c.text(w-4, h+8, sizeSmall, draw.Right, dim, ellipsis(clean(d.Words.fill().Log), sizeSmall, w-8))
	}
	return c.list
}

// strip draws range, middle half, median and percentiles.
func (d Dist) strip(c *canvas, x scale, mid float64) {
	span := func(a, b string) (float64, float64, bool) {
		lo, ok := d.find(a)
		hi, ok2 := d.find(b)
		return x.pos(lo), x.pos(hi), ok && ok2
	}
	blue := hue(0)
	if a, b, ok := span("min", "max"); ok {
		c.line(a, mid, b, mid, 1.5, dim)
	}
	if a, b, ok := span("p25", "p75"); ok {
		c.rect(min(a, b), mid-7, max(math.Abs(b-a), 1), 14, blue)
	}
	for _, s := range d.Stats {
		if !stats.Finite(s.Value) {
			continue
		}
		at := x.pos(s.Value)
		switch s.Key {
		case "p50":
			c.line(at, mid-10, at, mid+10, 5, paper)
			c.line(at, mid-10, at, mid+10, 2.5, ink)
		case "p25", "p75":
			c.line(at, mid-7, at, mid+7, 1.5, blue)
		case "min", "max":
			c.line(at, mid-5, at, mid+5, 1.5, dim)
		case "mean":
			c.dot(at, mid, 3.5, ink, "")
		default:
			c.line(at, mid-6, at, mid+6, 1.5, ink)
		}
	}
}

// labels prints each statistic beside its mark: all below in the wide drawing,
// by turns above and below in the narrow one.
func (d Dist) labels(c *canvas, x scale, stats []Stat, mid, end float64, narrow bool) {
	for side := 0; side < 2; side++ {
		var want, size []float64
		var picked []Stat
		for i, s := range stats {
			if narrow && i%2 != side || !narrow && side == 1 {
				continue
			}
			picked = append(picked, s)
			want = append(want, x.pos(s.Value))
			size = append(size, max(textWidth(unit.Sig(s.Value, 3), sizeText), textWidth(statName(s.Key), sizeSmall))+8)
		}
		at := spread(want, size, 0, end)
		for i, s := range picked {
			value := unit.Sig(s.Value, 3)
			name := statName(s.Key)
			if narrow && side == 0 {
				c.path([]draw.Point{{X: want[i], Y: mid - 12}, {X: at[i], Y: mid - 20}}, 0.75, dim, nil, "")
				c.text(at[i], mid-37, sizeSmall, draw.Center, dim, name)
				c.text(at[i], mid-24, sizeText, draw.Center, ink, value)
				continue
			}
			c.path([]draw.Point{{X: want[i], Y: mid + 12}, {X: at[i], Y: mid + 20}}, 0.75, dim, nil, "")
			c.text(at[i], mid+33, sizeText, draw.Center, ink, value)
			c.text(at[i], mid+46, sizeSmall, draw.Center, dim, name)
		}
	}
}

// statName is a key as it may be shown.
func statName(key string) string { return clean(key) }

// Table holds the statistics as given.
func (d Dist) Table() Table {
	t := Table{Caption: clean(d.Title)}
	var row []Cell
	for _, s := range d.Stats {
		if stats.Finite(s.Value) {
			t.Head = append(t.Head, Column{statName(s.Key), clean(d.Unit), true})
			row = append(row, number(s.Value))
		}
	}
	if len(row) > 0 {
		t.Rows = [][]Cell{row}
	}
	return t
}

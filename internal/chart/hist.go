// Histograms: how often a distribution's values fall into bins of one scale.

package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// Sample is a value and how often it was seen.
type Sample struct {
	Value float64
	N     int64
}

// bin is a stretch of values with how many fell into it: From is in it, To is not
// unless it is the last.
type bin struct {
	from, to float64
	n        int64
}

// maxBins is how many bars a histogram has at most.
const maxBins = 40

// bins counts samples in bins with plain edges: equal widths on a linear scale,
// equal ratios on a logarithmic one. Values that cannot stand there are left out.
func bins(kind scaleKind, samples []Sample) []bin {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range samples {
		if usable(kind, s) {
			lo, hi = math.Min(lo, s.Value), math.Max(hi, s.Value)
		}
	}
	if lo > hi {
		return nil
	}
	edges := binEdges(kind, lo, hi)
	if len(edges) < 2 {
		return nil
	}
	out := make([]bin, len(edges)-1)
	for i := range out {
		out[i].from, out[i].to = edges[i], edges[i+1]
	}
	for _, s := range samples {
		if usable(kind, s) {
			at, found := slices.BinarySearch(edges, s.Value)
			if !found {
				at--
			}
			out[min(max(at, 0), len(out)-1)].n += s.N
		}
	}
	return out
}

func usable(kind scaleKind, s Sample) bool {
	return s.N > 0 && stats.Finite(s.Value) && (kind == linear || s.Value > 0)
}

// binEdges are edges from at most lo to at least hi.
func binEdges(kind scaleKind, lo, hi float64) []float64 {
	if kind == linear {
		step := niceStep(math.Max((hi-lo)/(maxBins-2), math.Abs(hi)*1e-6))
		if !(step > 0) {
			step = 1
		}
		first := math.Floor(lo / step)
		var edges []float64
		for i := range maxBins + 1 {
			edges = append(edges, tidy((first+float64(i))*step))
			if edges[i] > hi {
				break
			}
		}
		return edges
	}
	for _, per := range []float64{20, 10, 5, 2, 1} { // bins a decade
		first, last := math.Floor(math.Log10(lo)*per), math.Ceil(math.Log10(hi)*per+1e-9)
		if last-first > maxBins && per > 1 {
			continue
		}
		var edges []float64
		for i := first; i <= last; i++ {
			// Three digits, so that tables read plainly.
			e, err := strconv.ParseFloat(strconv.FormatFloat(math.Pow(10, i/per), 'g', 3, 64), 64)
			if err != nil || !stats.Finite(e) {
				return nil
			}
			edges = append(edges, e)
		}
		edges[0] = math.Min(edges[0], lo)
		edges[len(edges)-1] = math.Max(edges[len(edges)-1], hi)
		return edges
	}
	return nil
}

// histogram draws the bars of a distribution over its strip, from top to bottom,
// on the strip's own scale.
func (d Dist) histogram(c *canvas, f distLayout, x scale, top, bottom float64, tips bool) {
	bs := bins(x.kind, d.Samples)
	var most, all int64
	for _, b := range bs {
		most = max(most, b.n)
		all += b.n
	}
	if most == 0 {
		return
	}
	w := d.Words.fill()
	said := strings.NewReplacer("{n}", w.Numbers.Int(most), "{of}", w.Numbers.Int(all)).Replace(clean(w.Tallest))
	c.text(4, top-6, f.small, draw.Left, dim, ellipsis(said, f.small, f.w-8))
	c.line(x.a, bottom, x.b, bottom, 1, rule)
	place := func(v float64) float64 { return min(max(x.pos(v), x.a), x.b) }
	for _, b := range bs {
		if b.n == 0 {
			continue
		}
		a, z := place(b.from), place(b.to)
		h := max((bottom-top)*float64(b.n)/float64(most), 0.75)
		gap := 0.0
		if z-a > 4 {
			gap = 1
		}
		title := ""
		if tips {
			title = withUnit(b.span(w.Numbers), d.Unit) + w.Colon + w.Numbers.Int(b.n)
		}
		c.list.Add(draw.Rect{X: mm(a), Y: mm(bottom - h), W: mm(max(z-a-gap, 0.75)), H: mm(h), Fill: hue(0), Title: title})
	}
}

func (b bin) span(st unit.Style) string { return st.Trim(b.from) + " – " + st.Trim(b.to) }

// binTable has a row for each bin, empty ones too.
func (d Dist) binTable() Table {
	w := d.Words.fill()
	u := clean(d.Unit)
	t := Table{Caption: clean(d.Title), Head: []Column{{clean(w.From), u, true}, {clean(w.To), u, true}, {clean(w.Count), "", true}, {clean(w.Share), "%", true}}}
	bs := bins(d.kind(), d.Samples)
	var all int64
	for _, b := range bs {
		all += b.n
	}
	for _, b := range bs {
		n, share := float64(b.n), 100*float64(b.n)/float64(all)
		t.Rows = append(t.Rows, []Cell{number(w.Numbers, b.from), number(w.Numbers, b.to), {Text: w.Numbers.Int(b.n), Num: &n}, number(w.Numbers, share)})
	}
	return t
}

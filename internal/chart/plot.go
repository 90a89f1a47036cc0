// The x-y plot behind tradeoffs and lines: what is drawn where. Drawing itself
// is in plotdraw.go, the interactive form in option.go.

package chart

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// plot is an x-y chart in general form.
type plot struct {
	id, title, caption         string
	xName, xUnit, yName, yUnit string
	xKind, yKind               scaleKind
	limit                      *Limit
	series                     []Series
	front                      []Pt
	words                      Words
	marks                      bool // a mark at each point, not only at ranked ones
	layered                    bool // the limit and the ranked points are drawn by somebody else

	// What all drawings share: curves without their places, and scales without theirs.
	curves []curve
	x, y   scale
}

// Layout of the wide drawing and of the narrow one, in px.
const (
	wideW, wideH   = 1080, 420
	narrowW        = 360
	wideTop        = 32  // the plot's upper edge
	wideBottom     = 374 // its lower edge
	labelPitch     = 14.5
	maxLabels      = 23 // what fits between the edges at that pitch
	narrowPitch    = 13.5
	maxLabelWidth  = 280 // what the longest names of open models take
	narrowDirectPx = 92  // narrow labels up to this wide stand at the lines
	narrowDirectN  = 8
)

// curve is a series that has something to draw.
type curve struct {
	look
	series int // index in plot.series, and what numbers show
	name   string
	pts    []Pt
	tips   []string     // what their tooltips say
	at     []draw.Point // where they stand
	pick   int          // index in pts, -1 for none
	label  bool
}

// end is where the curve ends.
func (c curve) end() draw.Point { return c.at[len(c.at)-1] }

// endLabel is a name placed beside the plot.
type endLabel struct {
	curve int
	text  string
	y     float64 // middle of the line of text
}

// frame is a finished layout.
type frame struct {
	w, h       float64
	l, t, r, b float64 // the plot's edges
	x, y       scale
	size       float64 // of text
	curves     []curve
	labels     []endLabel
	labelX     float64  // where label texts begin
	key        []string // narrow: names by number, parallel to labels
	hidden     int      // curves without a label
	limitX     float64
	limitFlip  bool    // the limit's words stand on its right
	limitLow   bool    // and one row lower than the y axis title
	noteY      float64 // baseline of the note on curves without a label
	legend     legend
}

// usable says whether a point can stand on the plot's axes.
func (p *plot) usable(q Pt) bool {
	ok := func(v float64, k scaleKind) bool { return stats.Finite(v) && (k == linear || v > 0) }
	return ok(q.X, p.xKind) && ok(q.Y, p.yKind)
}

// read keeps what can be drawn, and fits the scales to it. At most maxLabels curves
// get a label, the first ones given: those that a board ranks best.
func (p *plot) read() *plot {
	keys := make([]key, len(p.series))
	for i, s := range p.series {
		keys[i] = keyOf(s)
	}
	paints := looks(keys)
	var xs, ys []float64
	for i, s := range p.series {
		c := curve{look: paints[i], series: i, name: nameOf(s.Name), pick: -1, label: len(p.curves) < maxLabels}
		for j, q := range s.Points {
			if !p.usable(q) {
				continue
			}
			if j == s.Pick && !p.layered {
				c.pick = len(c.pts)
			}
			c.pts, c.tips = append(c.pts, q), append(c.tips, p.tip(c.name, q))
			xs, ys = append(xs, q.X), append(ys, q.Y)
		}
		if len(c.pts) == 0 {
			continue
		}
		if !c.label {
			c.look = look{paint: dim}
		}
		p.curves = append(p.curves, c)
	}
	for _, q := range p.front {
		if p.usable(q) {
			xs, ys = append(xs, q.X), append(ys, q.Y)
		}
	}
	if p.limit != nil && stats.Finite(p.limit.X) && (p.xKind == linear || p.limit.X > 0) {
		xs = append(xs, p.limit.X)
	}
	p.x, p.y = newScale(p.xKind, xs).ticked(p.words.Numbers), newScale(p.yKind, ys).ticked(p.words.Numbers)
	return p
}

// layout decides every position.
func (p *plot) layout(narrow bool) *frame {
	f := &frame{w: wideW, h: wideH, t: wideTop, b: wideBottom, size: sizeText}
	if narrow {
		f.w, f.size, f.t = narrowW, sizeSmall, 28
	}
	f.curves, f.x, f.y = slices.Clone(p.curves), p.x, p.y
	var names []string
	for _, c := range f.curves {
		if c.label {
			names = append(names, c.name)
		}
	}
	f.hidden = len(f.curves) - len(names)

	// The left edge leaves room for the widest number of the y axis.
	widest := 20.0
	for _, t := range f.y.ticks {
		widest = max(widest, textWidth(t.text, f.size))
	}
	f.l = widest + 14

	var gutter float64
	texts, pitch := names, labelPitch
	switch {
	case !narrow:
		texts = shorten(names, f.size, maxLabelWidth)
		gutter = 44 + widestText(texts, f.size) + 6
	default:
		pitch = narrowPitch
		direct := shorten(names, f.size, narrowDirectPx)
		if len(names) <= narrowDirectN && strings.Join(direct, "\n") == strings.Join(names, "\n") {
			texts = direct
			gutter = 32 + widestText(texts, f.size) + 4
			break
		}
		texts = nil
		for i := range names {
			texts = append(texts, strconv.Itoa(i+1))
		}
		f.key = shorten(names, f.size, narrowW-52)
		gutter = 32 + widestText(texts, f.size) + 2
	}
	if len(texts) == 0 {
		gutter = 12
	}
	f.r = f.w - gutter
	f.labelX = f.r + 41
	if narrow {
		f.labelX = f.r + 30
		f.b = f.t + max(250, float64(len(texts))*pitch)
	}
	f.headline(p)
	f.x, f.y = f.x.place(f.l, f.r), f.y.place(f.b, f.t)
	f.x.ticks = thinTicks(f.x, func(s string) float64 { return textWidth(s, f.size) + 10 })
	f.y.ticks = thinTicks(f.y, func(string) float64 { return f.size + 3 })
	for i := range f.curves {
		f.curves[i].at = f.points(f.curves[i].pts)
	}

	want, size := make([]float64, len(texts)), make([]float64, len(texts))
	k := 0
	for i, c := range f.curves {
		if !c.label {
			continue
		}
		want[k], size[k] = c.end().Y, pitch
		f.labels = append(f.labels, endLabel{curve: i, text: texts[k]})
		k++
	}
	for i, y := range spread(want, size, f.t-pitch/2, f.b+pitch/2) {
		f.labels[i].y = y
	}
	if narrow {
		f.h = f.keyTop() + float64(f.keyRows())*keyPitch + 2
		if f.hidden > 0 {
			f.h += keyPitch
		}
	}
	f.noteY = f.h - 6
	var families []string
	var paints []look
	for _, c := range f.curves {
		if c.label {
			families = append(families, clean(p.series[c.series].Family))
			paints = append(paints, c.look)
		}
	}
	f.legend = newLegend(p.words.fill().Family, families, paints, f.titleXAt(narrow), f.w-4, f.h+4, f.size)
	if f.legend.height > 0 {
		f.h += 4 + f.legend.height
	}
	return f
}

// points are where points stand.
func (f *frame) points(pts []Pt) []draw.Point {
	at := make([]draw.Point, len(pts))
	for i, q := range pts {
		at[i] = draw.Point{X: f.x.pos(q.X), Y: f.y.pos(q.Y)}
	}
	return at
}

// headline finds room above the plot for the y axis title and the limit's words.
func (f *frame) headline(p *plot) {
	if p.layered {
		f.limitX = -1
		f.t += limitRow
		return
	}
	if p.limit == nil || !stats.Finite(p.limit.X) || p.xKind != linear && p.limit.X <= 0 {
		f.limitX = -1
		return
	}
	f.limitX = f.x.place(f.l, f.r).pos(p.limit.X)
	w := textWidth(clean(p.limit.Label), f.size) + 6
	f.limitFlip = p.limit.Min
	titleEnd := f.titleX() + textWidth(p.words.axisTitle(p.yName, p.yUnit), f.size) + 12
	fits := func(flip bool, from float64) bool {
		if flip {
			return f.limitX >= from-6 && f.limitX+w <= f.w-2
		}
		return f.limitX-w >= from
	}
	switch {
	case fits(f.limitFlip, titleEnd):
	case fits(!f.limitFlip, titleEnd):
		f.limitFlip = !f.limitFlip
	default:
		// No room beside the title: a row of its own.
		f.limitLow = true
		f.t += limitRow
		if !fits(f.limitFlip, 2) && fits(!f.limitFlip, 2) {
			f.limitFlip = !f.limitFlip
		}
	}
}

// titleX is where the y axis title begins. Narrow drawings have no room to lose.
func (f *frame) titleX() float64 {
	if f.w == narrowW {
		return 2
	}
	return f.l
}

// limitRow is the height of a row of its own for the limit's words.
const limitRow = 16

const keyPitch = 17

func (f *frame) keyTop() float64 { return f.b + 44 }

// keyColumns is two where all names are short enough.
func (f *frame) keyColumns() int {
	if len(f.key) > 3 && widestText(f.key, f.size) <= narrowW/2-48 {
		return 2
	}
	return 1
}

func (f *frame) keyRows() int {
	if len(f.key) == 0 {
		return 0
	}
	n := f.keyColumns()
	return (len(f.key) + n - 1) / n
}

func widestText(texts []string, size float64) float64 {
	var w float64
	for _, t := range texts {
		w = max(w, textWidth(t, size))
	}
	return w
}

// stairs are the corners of the front: from the left-most point right at equal
// y, then down to the next. Points that are no improvement are passed over.
func (p *plot) stairs() []Pt {
	var pts []Pt
	for _, q := range p.front {
		if p.usable(q) {
			pts = append(pts, q)
		}
	}
	sort.SliceStable(pts, func(i, j int) bool {
		if pts[i].X != pts[j].X {
			return pts[i].X < pts[j].X
		}
		return pts[i].Y < pts[j].Y
	})
	var out []Pt
	for _, q := range pts {
		if len(out) == 0 || q.Y < out[len(out)-1].Y {
			out = append(out, q)
		}
	}
	return out
}

// tip is what a point's tooltip says.
func (p *plot) tip(name string, q Pt) string {
	parts := []string{name}
	if l := clean(q.Label); l != "" {
		parts = append(parts, l)
	}
	return strings.Join(append(parts, said(p.words.Numbers, q.Y, p.yName, p.yUnit), said(p.words.Numbers, q.X, p.xName, p.xUnit)), "\n")
}

// said is a value with its unit; a bare number is led by what it counts.
func said(st unit.Style, v float64, name, u string) string {
	text := st.Sig(v, 3)
	if clean(u) == "" {
		return strings.TrimSpace(clean(name) + " " + text)
	}
	return withUnit(text, u)
}

func (p *plot) more(n int) string {
	return strings.ReplaceAll(clean(p.words.fill().More), "{n}", fmt.Sprint(n))
}

// table lists every point, drawn or not.
func (p *plot) table() Table {
	w := p.words.fill()
	t := Table{Caption: clean(p.title), Head: []Column{{Name: clean(w.Model)}}}
	var labels, picks bool
	for _, s := range p.series {
		picks = picks || s.Pick >= 0 && s.Pick < len(s.Points)
		for _, q := range s.Points {
			labels = labels || clean(q.Label) != ""
		}
	}
	if labels {
		t.Head = append(t.Head, Column{Name: clean(w.Detail)})
	}
	t.Head = append(t.Head, Column{clean(p.xName), clean(p.xUnit), true}, Column{clean(p.yName), clean(p.yUnit), true})
	if picks {
		t.Head = append(t.Head, Column{Name: clean(w.Ranked)})
	}
	for _, s := range p.series {
		for i, q := range s.Points {
			row := []Cell{{Text: nameOf(s.Name), URL: s.URL}}
			if labels {
				row = append(row, Cell{Text: clean(q.Label), URL: q.URL})
			}
			row = append(row, number(w.Numbers, q.X), number(w.Numbers, q.Y))
			if picks {
				yes := ""
				if i == s.Pick {
					yes = clean(w.Yes)
				}
				row = append(row, Cell{Text: yes})
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// number is a cell with four significant digits; what is not finite is missing.
func number(st unit.Style, v float64) Cell {
	if !stats.Finite(v) {
		return Cell{Text: unit.Dash}
	}
	return Cell{Text: st.Sig(v, 4), Num: &v}
}

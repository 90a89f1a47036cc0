// The interactive form of a trace: the lines, the stretches that are marked, and
// for each reading what a pointer is told.

package chart

import (
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"jouleboard/internal/draw"
)

// option is nil where there is nothing to point at.
func (t Trace) option(f traceFrame, wide *draw.List) ([]byte, error) {
	if f.empty {
		return nil, nil
	}
	h := f.h + float64(len(f.rows))*traceRow
	out := live{
		Kind: "trace", W: f.w, H: h, Box: [4]float64{tenth(f.left), traceTop, tenth(f.right), tenth(f.bottom)}, Size: f.size,
		Desc: t.Words.axisTitle(t.Title, t.Caption), X: ticks(f.x.ticks), Y: ticks(f.y.ticks),
		Texts: texts(wide, func(draw.Text) bool { return false }),
	}
	for r, row := range f.rows {
		for _, k := range row {
			out.Legend = append(out.Legend, liveSwatch{X: tenth(k.x), Y: tenth(f.rowY(r)), W: traceSwatch, Width: 2, Color: cssColor(f.paints[k.i].paint), Dash: f.paints[k.i].dash})
		}
	}
	out.Option = optionOf(opts.XAxis{Type: "value", Min: f.x.lo, Max: f.x.hi, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}},
		opts.YAxis{Type: "value", Min: f.y.lo, Max: f.y.hi, SplitLine: splitLine()})
	for i, s := range t.Series {
		data, tips := t.readings(s)
		series := charts.SingleSeries{Name: nameOf(s.Name), Type: types.ChartLine, Id: "s" + strconv.Itoa(i), Data: data,
			LineStyle: &opts.LineStyle{Color: cssColor(f.paints[i].paint), Width: traceLine},
			ItemStyle: &opts.ItemStyle{Color: cssColor(f.paints[i].paint), BorderColor: cssColor(paper)},
			Emphasis:  &opts.Emphasis{Focus: "series"}}
		if i == 0 {
			series.ConfigureSeriesOpts(f.areas()...)
		}
		out.Option.Series = append(out.Option.Series, series)
		out.Series = append(out.Series, liveSeries{Dash: f.paints[i].dash, Tips: tips})
	}
	return encode(out)
}

// areas are the marked stretches; the words for them are among the texts.
func (f traceFrame) areas() []charts.SeriesOpts {
	var out []charts.SeriesOpts
	for _, s := range f.spans {
		out = append(out, charts.WithMarkAreaNameCoordItemOpts(opts.MarkAreaNameCoordItem{
			Coordinate0: []any{s.From, f.y.lo}, Coordinate1: []any{s.To, f.y.hi}, ItemStyle: &opts.ItemStyle{Color: cssColor(band)},
		}))
	}
	return out
}

// readings are the points of a line and what each one's tooltip says: whose it
// is, the reading, the time, and the marked stretch that holds it. A gap stays a
// gap and says nothing.
func (t Trace) readings(s Series) ([]opts.LineData, []string) {
	data, tips := make([]opts.LineData, len(s.Points)), make([]string, len(s.Points))
	for i, p := range s.Points {
		if !drawable(p) {
			data[i] = opts.LineData{Value: []any{nil, nil}, Symbol: "none"}
			continue
		}
		data[i] = opts.LineData{Value: []float64{p.X, p.Y}, Symbol: "circle", SymbolSize: 1}
		if (i == 0 || !drawable(s.Points[i-1])) && (i == len(s.Points)-1 || !drawable(s.Points[i+1])) {
			data[i].SymbolSize = 2 // no line shows where it is
		}
		said := []string{nameOf(s.Name), withUnit(number(t.Words.Numbers, p.Y).Text, t.YUnit), withUnit(number(t.Words.Numbers, p.X).Text, t.XUnit)}
		for _, span := range t.Spans {
			if label := clean(span.Label); label != "" && span.From <= p.X && p.X <= span.To {
				said = append(said, label)
			}
		}
		tips[i] = strings.Join(said, "\n")
	}
	return data, tips
}

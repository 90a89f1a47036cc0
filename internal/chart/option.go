// The interactive form: an ECharts option built with go-echarts, and beside it
// what an option cannot say without functions. chart.js puts the two together.
//
// go-echarts' own HTML renderers are not used, since they write data unescaped
// into scripts. Colours are "var(--name, #hex)": chart.js reads the page's
// colours, so that the chart follows its dark mode.

package chart

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
)

// live is what chart.js reads. Positions are px of the wide static drawing and
// are scaled to the width that the chart gets, so that the interactive chart
// takes the place of the static one without moving anything.
type live struct {
	Kind   string       `json:"kind"` // plot, bars or trace
	W      float64      `json:"w"`
	H      float64      `json:"h"`
	Box    [4]float64   `json:"box"` // left, top, right, bottom of the plot
	Size   float64      `json:"size"`
	Desc   string       `json:"desc"`
	X      []liveTick   `json:"x"`
	Y      []liveTick   `json:"y,omitempty"`
	Texts  []liveText   `json:"texts"`
	Labels []liveLabel  `json:"labels,omitempty"`
	Legend []liveSwatch `json:"legend,omitempty"`
	Series []liveSeries `json:"series"`
	Option option       `json:"option"`
}

// option is what an ECharts option has of a chart's own. Not from go-echarts' charts,
// which look through hundreds of fields for defaults, and write what chart.js decides.
type option struct {
	Animation bool                  `json:"animation"`
	Series    []charts.SingleSeries `json:"series"`
	XAxis     []opts.XAxis          `json:"xAxis"`
	YAxis     []opts.YAxis          `json:"yAxis"`
}

// optionOf is an option without series.
func optionOf(x opts.XAxis, y opts.YAxis) option {
	return option{XAxis: []opts.XAxis{x}, YAxis: []opts.YAxis{y}}
}

type liveTick struct {
	V float64 `json:"v"`
	T string  `json:"t"`
}

// liveText is a text at a fixed place of the drawing.
type liveText struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	T     string  `json:"t"`
	Align string  `json:"align"`
	Size  float64 `json:"size"`
	Color string  `json:"color"`
}

// liveLabel is a name at the end of a line, with its leader.
type liveLabel struct {
	S int     `json:"s"` // series
	X float64 `json:"x"` // where the text begins
	Y float64 `json:"y"` // its middle
	T string  `json:"t"`
}

// liveSwatch is the mark of a legend's entry: a level line.
type liveSwatch struct {
	X     float64   `json:"x"`
	Y     float64   `json:"y"`
	W     float64   `json:"w"`     // its length
	Width float64   `json:"width"` // of the stroke
	Color string    `json:"color"`
	Dash  []float64 `json:"dash,omitempty"`
	// R is the size of the mark in its middle, 0 for none, and Mark its corners for
	// a size of 1; a circle has none.
	R    float64      `json:"r,omitempty"`
	Mark [][2]float64 `json:"mark,omitempty"`
}

// liveSeries is what go-echarts has no field for, parallel to option.series.
type liveSeries struct {
	Aux  bool      `json:"aux,omitempty"` // not data: the limit, the front
	Dash []float64 `json:"dash,omitempty"`
	Tips []string  `json:"tips,omitempty"`
	URLs []string  `json:"urls,omitempty"`
	URL  string    `json:"url,omitempty"`
}

func cssColor(p draw.Paint) string {
	return "var(--" + strings.TrimPrefix(p.Class, "c-") + ", " + p.Hex + ")"
}

// encode writes HTML-safe JSON: encoding/json escapes <, >, & and the line
// separators, so the text can end neither its script element nor a string.
func encode(v live) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write chart option: %w", err)
	}
	return b, nil
}

// linkURL keeps a link that leads to a page; any other scheme is dropped.
func linkURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}

// texts takes the texts of a static drawing over as they are.
func texts(l *draw.List, skip func(draw.Text) bool) []liveText {
	out := []liveText{}
	for _, it := range l.Items {
		t, ok := it.(draw.Text)
		if !ok || skip(t) {
			continue
		}
		out = append(out, liveText{
			X: pixels(t.X), Y: pixels(t.Y), T: t.S, Size: t.Pt / 0.75, Color: cssColor(t.Color),
			Align: map[draw.Align]string{draw.Left: "left", draw.Center: "center", draw.Right: "right"}[t.Align],
		})
	}
	return out
}

func pixels(mm float64) float64 { return tenth(mm / mmPerPx) }

func tenth(v float64) float64 { return float64(int64(v*10+0.5)) / 10 }

func ticks(ts []tick) []liveTick {
	out := []liveTick{}
	for _, t := range ts {
		out = append(out, liveTick{t.v, t.text})
	}
	return out
}

func splitLine() *opts.SplitLine {
	return &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: cssColor(rule), Width: 1}}
}

func axisType(k scaleKind) string {
	if k == linear {
		return "value"
	}
	return "log"
}

func (p *plot) option(f *frame, wide *draw.List) ([]byte, error) {
	out := live{
		Kind: "plot", W: f.w, H: f.h, Box: [4]float64{tenth(f.l), tenth(f.t), tenth(f.r), tenth(f.b)}, Size: f.size,
		Desc: p.words.axisTitle(clean(p.title), clean(p.caption)), X: ticks(f.x.ticks), Y: ticks(f.y.ticks), Series: []liveSeries{},
	}
	// Names of lines are drawn apart, to be pointed at.
	out.Texts = texts(wide, func(t draw.Text) bool { return len(f.labels) > 0 && t.X == mm(f.labelX) && t.Y < mm(f.noteY) })
	out.Legend = f.legend.live(2, true)

	out.Option = optionOf(opts.XAxis{Type: axisType(p.xKind), Min: f.x.lo, Max: f.x.hi, SplitLine: splitLine()},
		opts.YAxis{Type: axisType(p.yKind), Min: f.y.lo, Max: f.y.hi, SplitLine: splitLine()})
	add := func(name, id string, data []opts.LineData, paint draw.Paint, width float32, extra liveSeries) {
		s := charts.SingleSeries{Name: name, Type: types.ChartLine, Id: id, Data: data,
			LineStyle: &opts.LineStyle{Color: cssColor(paint), Width: width},
			ItemStyle: &opts.ItemStyle{Color: cssColor(paint), BorderColor: cssColor(paper)}}
		if !extra.Aux {
			s.Emphasis = &opts.Emphasis{Focus: "series"}
		}
		out.Option.Series, out.Series = append(out.Option.Series, s), append(out.Series, extra)
	}
	if s := p.stairs(); len(s) > 0 {
		add(clean(p.words.fill().Front), "front", frontData(s, f), dim, 1, liveSeries{Aux: true, Dash: []float64{6, 3}})
	}
	if f.limitX >= 0 {
		data := []opts.LineData{{Value: []float64{p.limit.X, f.y.lo}, Symbol: "none"}, {Value: []float64{p.limit.X, f.y.hi}, Symbol: "none"}}
		add(ordered(clean(p.limit.Label)), "limit", data, ink, 1.25, liveSeries{Aux: true, Dash: []float64{2, 3}})
	}
	first := len(out.Series)
	for i, c := range f.curves {
		data, extra := p.curveData(c)
		width := float32(1.75)
		if !c.label {
			width = 0.75
		}
		add(c.name, "s"+strconv.Itoa(i), data, c.paint, width, extra)
	}
	for _, l := range f.labels {
		out.Labels = append(out.Labels, liveLabel{S: first + l.curve, X: tenth(f.labelX), Y: tenth(l.y), T: l.text})
	}
	return encode(out)
}

// curveData are the points of one line. Sizes are as in the static drawing.
func (p *plot) curveData(c curve) ([]opts.LineData, liveSeries) {
	extra := liveSeries{Dash: c.dash, Tips: c.tips, URL: linkURL(p.series[c.series].URL)}
	data := make([]opts.LineData, len(c.pts))
	urls := false
	for i, q := range c.pts {
		symbol, size := c.shape.symbol()
		switch {
		case i == c.pick:
			size *= 12
		case p.marks, len(c.pts) == 1:
			size *= 8
		default:
			symbol, size = "circle", 3
		}
		data[i] = opts.LineData{Value: []float64{q.X, q.Y}, Symbol: symbol, SymbolSize: int(math.Round(size))}
		extra.URLs = append(extra.URLs, linkURL(q.URL))
		urls = urls || linkURL(q.URL) != ""
	}
	if !urls {
		extra.URLs = nil
	}
	return data, extra
}

// frontData are the corners of the front, led to the edges of the plot.
func frontData(s []Pt, f *frame) []opts.LineData {
	data := []opts.LineData{{Value: []float64{s[0].X, f.y.hi}, Symbol: "none"}}
	for i, q := range s {
		if i > 0 {
			data = append(data, opts.LineData{Value: []float64{q.X, s[i-1].Y}, Symbol: "none"})
		}
		data = append(data, opts.LineData{Value: []float64{q.X, q.Y}, Symbol: "none"})
	}
	return append(data, opts.LineData{Value: []float64{f.x.hi, s[len(s)-1].Y}, Symbol: "none"})
}

func (b Bars) option(f *barFrame, wide *draw.List) ([]byte, error) {
	out := live{
		Kind: "bars", W: f.w, H: f.h, Box: [4]float64{tenth(f.l), tenth(f.t), tenth(f.r), tenth(f.b - 4)}, Size: sizeText,
		Desc: b.Words.axisTitle(clean(b.Title), clean(b.Caption)), X: ticks(f.x.ticks),
		Texts: texts(wide, func(draw.Text) bool { return false }),
	}
	extra := liveSeries{}
	var names []string
	var data []opts.BarData
	var whiskers []charts.SeriesOpts
	for i, bar := range b.Bars {
		names = append(names, strconv.Itoa(i)) // places, not names: two bars may share a name
		d := opts.BarData{Value: "-", ItemStyle: &opts.ItemStyle{Color: cssColor(f.paints[i].paint)}}
		if stats.Finite(bar.Value) {
			d.Value = bar.Value
		}
		data = append(data, d)
		tip := nameOf(bar.Label) + "\n" + withUnit(f.values[i], b.Unit)
		if lo, hi, ok := bar.interval(); ok {
			tip += "\n" + withUnit(number(b.Words.Numbers, lo).Text+" – "+number(b.Words.Numbers, hi).Text, b.Unit)
			whiskers = append(whiskers, charts.WithMarkLineNameCoordItemOpts(opts.MarkLineNameCoordItem{
				Coordinate0: []any{lo, strconv.Itoa(i)}, Coordinate1: []any{hi, strconv.Itoa(i)},
			}))
		}
		extra.Tips = append(extra.Tips, tip)
		extra.URLs = append(extra.URLs, linkURL(bar.URL))
	}
	out.Series = []liveSeries{extra}
	out.Legend = f.legend.live(legendBar, false)

	series := charts.SingleSeries{Name: clean(b.Name), Type: types.ChartBar, Data: data}
	series.ConfigureSeriesOpts(whiskers...)
	if m := series.MarkLines; m != nil {
		m.Symbol = []string{"rect", "rect"}
		m.LineStyle = &opts.LineStyle{Color: cssColor(ink), Width: 1.5, Type: "solid"}
		m.Label = &opts.Label{Show: opts.Bool(false)}
	}
	out.Option = optionOf(opts.XAxis{Type: "value", Min: f.x.lo, Max: f.x.hi, SplitLine: splitLine()},
		opts.YAxis{Type: "category", Data: names, Inverse: opts.Bool(true)})
	out.Option.Series = append(out.Option.Series, series)
	return encode(out)
}

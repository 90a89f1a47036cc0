// The home page. Its figure answers what most readers come with: which model,
// for a wait they can accept. A slider moves the limit; without scripts the
// figure and its table stand at the board's own operating point.

package site

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

type homePage struct {
	frame
	Heading, Lede, Scope string
	Empty                bool // no result is there yet
	Picker               *picker
	Figure               *figure
	Boards               boardList
	Counts               []fact
	Latest               []dated
	Cite                 citeBlock
}

func (s *site) homePage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "index.html"
		p := homePage{Heading: cmp.Or(s.in.Site.Tagline, s.in.Site.Title), Lede: s.in.Site.Description, Scope: s.msg.T("home.scope"), Empty: len(s.in.Results) == 0}
		live := false
		if b := s.homeBoard(); b != nil {
			var err error
			if p.Picker, err = s.picker(r, path, b); err != nil {
				return nil, err
			}
			if p.Picker == nil {
				live = true
				if p.Figure, err = s.tradeoff(r, path, b, "", "tradeoff"); err != nil {
					return nil, err
				}
				if p.Figure != nil {
					p.Figure.Title = b.Title
					p.Figure.Links = append([]figLink{{URL: relative(path, boardPath(b.ID)), Text: s.msg.T("home.board")}}, p.Figure.Links...)
				}
			}
		}
		// The picker's figure is alive by a small script of its own, so the first
		// page that people see does not fetch the chart library.
		p.frame = s.frame(path, s.in.Site.Title, cmp.Or(s.in.Site.Description, s.in.Site.Tagline), live)
		if p.Picker != nil {
			p.Scripts = append(p.Scripts, s.assets.homeJS)
		}
		p.Boards = s.boardList(path)
		p.Counts = []fact{
			{Key: s.msg.T("n.results.title"), Value: s.msg.Int(int64(len(s.entries))), URL: "data/index.html"},
			{Key: s.msg.T("nav.models"), Value: s.msg.Int(int64(len(s.models))), URL: "models/index.html"},
			{Key: s.msg.T("nav.boards"), Value: s.msg.Int(int64(len(s.boards))), URL: "boards/index.html"},
			{Key: s.msg.T("n.publishers"), Value: strings.Join(s.publishers(), s.msg.T("sep.list")), URL: s.pageLink(path, "methodology/sources/")},
			{Key: s.msg.T("fact.newest"), Value: s.msg.day(s.newest)},
		}
		for _, e := range s.latest(8) {
			p.Latest = append(p.Latest, dated{relative(path, resultPath(e.Hash)), s.title(e), e.Day()})
		}
		var err error
		if p.Cite, err = s.citeSite(); err != nil {
			return nil, err
		}
		return nil, r.page("home", path, &p)
	}
}

// homeBoard is the board whose figure stands on the home page: the first that
// has a limit, else the first with a trade-off.
func (s *site) homeBoard() *rank.Board {
	var second *rank.Board
	for _, b := range s.boards {
		if _, _, ok := axes(b); !ok || len(b.Rows) < 2 {
			continue
		}
		if b.PointRule.Constraint != nil {
			return b
		}
		if second == nil {
			second = b
		}
	}
	return second
}

// pickTop is how many models the picker's table names.
const pickTop = 5

// picker is the part of the home page that a slider moves.
type picker struct {
	Title, Note          string
	Facts                []fact
	Label, Fast, Thrifty string // of the slider and its ends
	Value                string // the limit in words
	Step, Steps          int    // the slider's place, and its last one
	Answer               []segment
	Table                table
	Figure               *figure
	BoardURL, BoardText  string
	Words                pickWords
	Data                 template.JS
}

// pickWords are the sentences that the script fills in. They hold {0}, {1}, ...
// where values belong.
type pickWords struct{ Limit, Rate, Short, Answer, None string }

// pickLine is a model: the results that some limit picks, fastest last.
type pickLine struct {
	name, org, family string
	points            []pickPoint
}

// pickPoint is one result: its speed and what it needs.
type pickPoint struct {
	x, y float64
	e    *entry
	ci   *result.Interval
}

// at is the result that the board's rule picks under a limit: of those within
// it, the rule's first choice.
func (l *pickLine) at(limit float64) *pickPoint {
	for i := range l.points {
		if l.points[i].x <= limit {
			return &l.points[i]
		}
	}
	return nil
}

// family is the boards that differ from b in nothing but the operating point.
// Their results may be compared under any limit.
func (s *site) boardFamily(b *rank.Board) []*rank.Board {
	var out []*rank.Board
	for _, o := range s.boards {
		if o.Task == b.Task && o.Hardware == b.Hardware && o.Boundary == b.Boundary && o.Kind == b.Kind && o.Origin == b.Origin && o.Weights == b.Weights &&
			o.Count == b.Count && o.Precision == b.Precision && o.Method == b.Method && o.Reasoning == b.Reasoning && o.Metric == b.Metric &&
			o.PointRule.Load == nil && o.PointRule.Kind == b.PointRule.Kind && o.PointRule.Reasoning == b.PointRule.Reasoning {
			out = append(out, o)
		}
	}
	return out
}

// pickLines are the models of a board's family. Of a model's results only those
// stay that some limit picks: in the order of the rule's choice each must be
// faster than all before it.
func (s *site) pickLines(b *rank.Board, xKey string) []*pickLine {
	byName := map[string]map[string]*result.Loaded{}
	var names []string
	for _, o := range s.boardFamily(b) {
		for _, row := range s.ranked[o] {
			name := row.Result.Model.Name
			if byName[name] == nil {
				byName[name] = map[string]*result.Loaded{}
				names = append(names, name)
			}
			for _, r := range append([]*result.Loaded{row.Result}, row.Others...) {
				byName[name][r.ID] = r
			}
		}
	}
	var out []*pickLine
	for _, name := range names {
		var rs []*result.Loaded
		for _, r := range byName[name] {
			_, okx := r.Value(xKey)
			_, oky := r.Value(b.Metric)
			if okx && oky {
				rs = append(rs, r)
			}
		}
		sort.Slice(rs, func(i, j int) bool { return b.PointRule.Better(rs[i].Result, rs[j].Result, b.Metric, s.reg) })
		l := &pickLine{}
		l.name, l.org = modelTitle(name)
		fastest := math.Inf(1)
		for _, r := range rs {
			x, _ := r.Value(xKey)
			if x >= fastest {
				continue
			}
			fastest = x
			y, _ := r.Value(b.Metric)
			e := s.byID[r.ID]
			if e.Model != nil {
				l.family = e.Model.Family
			}
			l.points = append(l.points, pickPoint{x, y, e, r.Metrics[b.Metric].CI95})
		}
		if len(l.points) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// picker makes the picker of a board, nil where its rule is not a limit on the
// speed that the figure shows.
func (s *site) picker(r *renderer, page string, b *rank.Board) (*picker, error) {
	xKey, _, _ := axes(b)
	c := b.PointRule.Constraint
	if c == nil || c.Metric != xKey || c.Max == nil || c.Min != nil || b.PointRule.Load != nil {
		return nil, nil
	}
	lines := s.pickLines(b, xKey)
	if len(lines) < 2 {
		return nil, nil
	}
	limit := *c.Max
	sortPicks(lines, limit)
	mx, _ := s.reg.Get(xKey)
	my, _ := s.reg.Get(b.Metric)
	steps := pickSteps(lines, limit)
	p := &picker{
		Title: s.msg.T("pick.title"), Note: s.msg.T("pick.note"),
		Label: s.msg.T("pick.label", s.metricName(mx)), Fast: s.msg.T("pick.fast"), Thrifty: s.msg.T("pick.thrifty"),
		Step: slices.Index(steps, limit), Steps: len(steps) - 1,
		BoardURL: relative(page, boardPath(b.ID)), BoardText: b.Title,
		Words: pickWords{Limit: s.msg.T("pick.limit", "{0}", mx.Unit), Short: s.msg.T("fig.limit", "{0} "+mx.Unit), Answer: s.msg.T("pick.answer"), None: s.msg.T("pick.none")},
	}
	if xKey == "itl_ms.p50" {
		p.Words.Limit, p.Words.Rate = s.msg.T("pick.limit.itl"), s.msg.T("pick.rate")
	}
	p.Value = p.Words.say(s.msg.Style, limit)
	for _, f := range s.boardFacts(page, b) {
		if f.Key != s.msg.T("fact.point") && f.Key != s.msg.T("fact.scale") {
			p.Facts = append(p.Facts, f)
		}
	}
	p.Answer = s.pickAnswer(lines, limit, p.Words, my)
	p.Table = s.pickTable(page, lines, limit, xKey, b.Metric)
	var err error
	if p.Figure, err = s.pickFigure(r, page, b, lines, limit, p.Words, mx, my); err != nil {
		return nil, err
	}
	p.Data, err = s.pickData(page, lines, steps, limit, mx, my)
	return p, err
}

// say is a limit in words.
func (w pickWords) say(st unit.Style, limit float64) string {
	t := strings.ReplaceAll(w.Limit, "{0}", st.Trim(limit))
	if w.Rate != "" {
		t += strings.ReplaceAll(w.Rate, "{0}", st.Sig(1000/limit, 2))
	}
	return t
}

// sortPicks orders models by what their picked result needs; those that have
// none come last, by what they need at all.
func sortPicks(lines []*pickLine, limit float64) {
	sort.SliceStable(lines, func(i, j int) bool {
		a, b := lines[i].at(limit), lines[j].at(limit)
		if (a == nil) != (b == nil) {
			return a != nil
		}
		if a == nil {
			a, b = &lines[i].points[0], &lines[j].points[0]
		}
		if a.y != b.y {
			return a.y < b.y
		}
		return a.e.ID < b.e.ID
	})
}

// pickSteps are the limits that the slider offers: round numbers, about equally
// far apart as ratios, from where the first model appears to where no further
// result does, and the board's own limit.
func pickSteps(lines []*pickLine, limit float64) []float64 {
	lo, hi := math.Inf(1), 0.0
	for _, l := range lines {
		lo, hi = min(lo, l.points[len(l.points)-1].x), max(hi, l.points[0].x)
	}
	steps := []float64{limit}
	for e := -6; e <= 9; e++ {
		for _, m := range []int{10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 25, 28, 30, 35, 40, 45, 50, 60, 70, 80, 90} {
			v, err := strconv.ParseFloat(strconv.Itoa(m)+"e"+strconv.Itoa(e-1), 64)
			if err == nil && v >= lo && v != limit {
				steps = append(steps, v)
			}
		}
	}
	sort.Float64s(steps)
	for i, v := range steps {
		if v >= max(hi, limit) {
			return steps[:i+1]
		}
	}
	return steps
}

// pickAnswer is the sentence about a limit: how many models keep to it, and
// which needs least.
func (s *site) pickAnswer(lines []*pickLine, limit float64, w pickWords, my unit.Metric) []segment {
	n := 0
	for _, l := range lines {
		if l.at(limit) != nil {
			n++
		}
	}
	if n == 0 {
		return []segment{{Text: w.None}}
	}
	first := lines[0].at(limit)
	values := []string{s.msg.Int(int64(n)), s.msg.Int(int64(len(lines))), lines[0].name, s.msg.Sig(first.y, my.Digits) + "\u00a0" + s.unitOf(my)}
	var out []segment
	for rest := w.Answer; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		out = append(out, segment{Text: before})
		if !found {
			break
		}
		num, tail, _ := strings.Cut(after, "}")
		if i, err := strconv.Atoi(num); err == nil && i >= 0 && i < len(values) {
			out = append(out, segment{Text: values[i], Bold: i == 2})
		}
		rest = tail
	}
	return out
}

// pickTable is the best few models under a limit. It has no stars: they belong
// to the board's own operating point.
func (s *site) pickTable(page string, lines []*pickLine, limit float64, xKey, metric string) table {
	t := table{ID: "picks", Label: s.msg.T("pick.table")}
	t.Head = []head{s.headOf("model", metric), s.headOf(metric, metric), s.headOf(xKey, metric)}
	largest := 0.0
	for _, l := range lines[:min(pickTop, len(lines))] {
		if q := l.at(limit); q != nil {
			largest = max(largest, q.y)
		}
	}
	mx, _ := s.reg.Get(xKey)
	my, _ := s.reg.Get(metric)
	for _, l := range lines[:min(pickTop, len(lines))] {
		q := l.at(limit)
		if q == nil {
			break
		}
		bar := cell{Kind: "bar", Text: s.msg.Sig(q.y, my.Digits), Width: fmt.Sprintf("%.1f", 100*q.y/largest), Num: true}
		if q.ci != nil {
			bar.Sub = s.msg.plusMinus(q.y, *q.ci, my.Digits)
		}
		t.Rows = append(t.Rows, []cell{
			{Kind: "model", Text: l.name, Sub: s.setup(q.e), URL: relative(page, resultPath(q.e.Hash))},
			bar, {Text: s.msg.Sig(q.x, mx.Digits), Num: true},
		})
	}
	return t
}

// pickFigure draws each model's picks as a line. What the slider moves lies over
// the drawing in a layer of its own.
func (s *site) pickFigure(r *renderer, page string, b *rank.Board, lines []*pickLine, limit float64, w pickWords, mx, my unit.Metric) (*figure, error) {
	short := strings.ReplaceAll(w.Short, "{0}", s.msg.Trim(limit))
	t := chart.Tradeoff{ID: "pick", Title: s.msg.T("pick.fig"), Caption: s.msg.T("pick.fig.caption"), Words: s.chartWords(s.msg.T("col.model")),
		XName: s.metricName(mx), XUnit: mx.Unit, YName: s.metricName(my), YUnit: my.Unit, LogX: true, LogY: true,
		Limit: &chart.Limit{X: limit, Label: short}}
	var all [][2]float64
	var pts []chart.Pt
	for _, l := range lines {
		line := chart.Series{Name: l.name, Family: l.family, Pick: -1}
		for i := len(l.points) - 1; i >= 0; i-- {
			q := l.points[i]
			pt := chart.Pt{X: q.x, Y: q.y, Label: s.setup(q.e), URL: relative(page, resultPath(q.e.Hash))}
			if &l.points[i] == l.at(limit) {
				line.Pick, line.URL = len(line.Points), pt.URL
			}
			line.Points = append(line.Points, pt)
			all = append(all, [2]float64{q.x, q.y})
			pts = append(pts, pt)
		}
		t.Series = append(t.Series, line)
	}
	for _, i := range rank.ParetoFront(all) {
		t.Front = append(t.Front, pts[i])
	}
	f, err := s.figure(r, page, "figures/pick", t, t.ID, t.Title, t.Caption, b.Title)
	if err != nil {
		return nil, err
	}
	t.Layered = true
	f.Option, f.Save = "", nil // the page's own script moves this figure, whose layer no saved picture would have
	f.Wide = inlineSVG(chart.SVG(t, false)) + pickLayer(t.Layer(false), lines, limit, short, my)
	f.Narrow = inlineSVG(chart.SVG(t, true)) + pickLayer(t.Layer(true), lines, limit, short, my)
	return f, nil
}

// pickLayer is the limit and the picked points, to lie over a drawing. The
// script reads the geometry from its attributes.
func pickLayer(g chart.Layer, lines []*pickLine, limit float64, short string, my unit.Metric) template.HTML {
	n := func(v float64) string { return strconv.FormatFloat(math.Round(v*1e3)/1e3, 'f', -1, 64) }
	var b strings.Builder
	x := g.At(limit, g.Y.Lo).X
	fmt.Fprintf(&b, `<svg class="layer" viewBox="0 0 %s %s" aria-hidden="true" data-x="%s %s %s %s" data-y="%s %s %s %s" data-gap="%s">`, n(g.W), n(g.H),
		n(g.Left), n(g.Right), strconv.FormatFloat(g.X.Lo, 'g', -1, 64), strconv.FormatFloat(g.X.Hi, 'g', -1, 64),
		n(g.Bottom), n(g.Top), strconv.FormatFloat(g.Y.Lo, 'g', -1, 64), strconv.FormatFloat(g.Y.Hi, 'g', -1, 64), n(g.TextGap))
	fmt.Fprintf(&b, `<rect class="beyond" x="%s" y="%s" width="%s" height="%s"/>`, n(x), n(g.Top), n(g.Right-x), n(g.Bottom-g.Top))
	fmt.Fprintf(&b, `<line class="c-inks" x1="%s" y1="%s" x2="%s" y2="%s" stroke-width="%s"/>`, n(x), n(g.LimitTop), n(x), n(g.Bottom), n(g.Rim))
	at, anchor := x-g.TextGap, "end"
	if x < (g.Left+g.Right)/2 {
		at, anchor = x+g.TextGap, "start"
	}
	fmt.Fprintf(&b, `<text class="c-ink" x="%s" y="%s" font-size="%s" text-anchor="%s">%s</text>`, n(at), n(g.TextY), n(g.TextSize), anchor, template.HTMLEscapeString(short))
	for i := len(lines) - 1; i >= 0; i-- { // the best on top
		q, hide := lines[i].at(limit), ""
		if q == nil {
			q, hide = &lines[i].points[0], ` display="none"`
		}
		p := g.At(q.x, q.y)
		fmt.Fprintf(&b, `<circle class="%s c-papers" cx="%s" cy="%s" r="%s" stroke-width="%s"%s/>`, chart.Class(lines[i].family), n(p.X), n(p.Y), n(g.Dot), n(g.Rim), hide)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// pickData is what the script needs: the steps of the slider, and of each model
// its name and its picks: speed, energy, both as printed, interval, setup, page.
func (s *site) pickData(page string, lines []*pickLine, steps []float64, limit float64, mx, my unit.Metric) (template.JS, error) {
	type model struct {
		Name   string  `json:"n"`
		Points [][]any `json:"p"`
	}
	out := struct {
		Limit  float64   `json:"limit"`
		Steps  []float64 `json:"steps"`
		Words  []string  `json:"words"`
		Top    int       `json:"top"`
		Unit   string    `json:"unit"`
		X      string    `json:"x"`
		Models []model   `json:"models"`
	}{Limit: limit, Steps: steps, Top: pickTop, Unit: s.unitOf(my), X: mx.Unit}
	for _, v := range steps {
		out.Words = append(out.Words, s.msg.Trim(v)+"|"+s.msg.Sig(1000/v, 2))
	}
	for _, l := range lines {
		m := model{Name: l.name}
		for _, q := range l.points {
			sub := ""
			if q.ci != nil {
				sub = s.msg.plusMinus(q.y, *q.ci, my.Digits)
			}
			m.Points = append(m.Points, []any{q.x, q.y, s.msg.Sig(q.x, mx.Digits), s.msg.Sig(q.y, my.Digits), sub, s.setup(q.e), relative(page, resultPath(q.e.Hash))})
		}
		out.Models = append(out.Models, m)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("data of the home page's figure: %w", err)
	}
	return template.JS(data), nil // encoding/json escapes what could end the element
}

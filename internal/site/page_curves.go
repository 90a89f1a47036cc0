// Curves of a model: energy against latency in each task, and against the length
// of the answer over tasks. A line joins like with like only.

package site

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// lengthLines is how many lines the figure of answer lengths has at most.
const lengthLines = 6

// curveName names what the results of one line share. origins says that the
// results come from more than one source, which a line must not mix.
func (s *site) curveName(r *result.Result, origins bool) string {
	name := cmp.Or(hardwareText(r), r.Model.Provider)
	if p := r.Model.Precision; p != "" {
		name += s.msg.T("sep.part") + p
	}
	if r.Model.Weights == "random" {
		name += s.msg.T("sep.part") + s.msg.T("curve.random")
	}
	if origins {
		who := s.msg.T("origin.measured")
		if r.Source != nil {
			who = r.Source.Publisher
		}
		name += s.msg.T("sep.part") + who
	}
	return name
}

// lineHardware is what gives a line its colour: the kind of accelerator, or whose
// endpoint it is.
func (s *site) lineHardware(e *entry) string {
	if e.Result.Hardware != nil {
		return e.Result.Hardware.Name
	}
	return e.Result.Model.Provider
}

// mixed says whether results come from more than one origin.
func mixed(es []*entry) bool {
	for _, e := range es {
		if e.Result.Origin() != es[0].Result.Origin() {
			return true
		}
	}
	return false
}

// curve gathers points by line; x and y are nil where a result lacks them.
type curve struct {
	names []string
	lines map[string][]curvePoint
}

type curvePoint struct {
	chart.Pt
	order    int64  // along the line
	hardware string // of the line; the model's family goes before it
	family   string
}

func (c *curve) add(name string, p curvePoint) {
	if c.lines == nil {
		c.lines = map[string][]curvePoint{}
	}
	if c.lines[name] == nil {
		c.names = append(c.names, name)
	}
	c.lines[name] = append(c.lines[name], p)
}

// spread says how many different values of x a line has.
func (c *curve) spread(name string) int {
	seen := map[float64]bool{}
	for _, p := range c.lines[name] {
		seen[p.X] = true
	}
	return len(seen)
}

// series are the lines that go somewhere, those with most points first, at most
// n of them, in order of name.
func (c *curve) series(n int) []chart.Series {
	names := slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return c.spread(name) < 2 })
	sort.Strings(names)
	slices.SortStableFunc(names, func(a, b string) int { return c.spread(b) - c.spread(a) })
	if len(names) > n {
		names = names[:n]
	}
	sort.Strings(names)
	var out []chart.Series
	for _, name := range names {
		ps := c.lines[name]
		slices.SortStableFunc(ps, func(a, b curvePoint) int {
			return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y), strings.Compare(a.URL, b.URL))
		})
		one := chart.Series{Name: name, Family: ps[0].family, Hardware: ps[0].hardware, Pick: -1}
		for _, p := range ps {
			one.Points = append(one.Points, p.Pt)
		}
		out = append(out, one)
	}
	return out
}

// lineCount is how many lines go somewhere.
func (c *curve) lineCount() int {
	n := 0
	for _, name := range c.names {
		if c.spread(name) > 1 {
			n++
		}
	}
	return n
}

// latencyAxes are the metrics of energy against latency for a headline.
func latencyAxes(headline string) (x, y string) {
	if headline == "energy_per_image_j" || headline == "energy_per_video_j" {
		return "batch_latency_s", headline
	}
	return "itl_ms.p50", "energy_per_output_token_j"
}

// latencyFigure draws energy against latency under rising load, nil where no
// line has two points.
func (s *site) latencyFigure(r *renderer, page string, g taskGroup) (*figure, error) {
	x, y := latencyAxes(s.headline(g.Entries[0]))
	var c curve
	origins := mixed(g.Entries)
	for _, e := range g.Entries {
		vx, okx := e.Value(x)
		vy, oky := e.Value(y)
		if !okx || !oky {
			continue
		}
		n, _ := batchOf(e.Result)
		c.add(s.curveName(e.Result, origins), curvePoint{Pt: chart.Pt{X: vx, Y: vy, Label: s.setup(e), URL: relative(page, resultPath(e.Hash))}, order: n, hardware: s.lineHardware(e)})
	}
	series := c.series(len(c.names))
	if len(series) == 0 {
		return nil, nil
	}
	mx, _ := s.reg.Get(x)
	my, _ := s.reg.Get(y)
	fig := chart.Lines{ID: "latency-" + seg(g.Task), Title: s.msg.T("fig.latency", s.metricName(my), s.taskTitle(g.Task)), Caption: s.msg.T("fig.latency.caption"),
		XName: s.metricName(mx), XUnit: mx.Unit, YName: s.metricName(my), YUnit: my.Unit, LogX: true, LogY: true, Series: series, Words: s.chartWords(s.msg.T("col.hardware"))}
	return s.smallFigure(r, page, strings.TrimSuffix(page, "index.html")+fig.ID, fig, fig.ID, fig.Title, fig.Caption, g.Entries[0].Result.Model.Name, true)
}

// lengthFigure draws the energy of an answer against its length, a point for each
// task that was run under the same conditions; nil where there are not two.
func (s *site) lengthFigure(r *renderer, page string, es []*entry) (*figure, error) {
	const x, y = "mean_output_tokens", "energy_per_response_j"
	var c curve
	origins := mixed(es)
	tasks := map[string]map[string]bool{}
	for _, e := range es {
		vx, okx := e.Value(x)
		vy, oky := e.Value(y)
		load := s.loadText(e.Result)
		if !okx || !oky || load == "" {
			continue
		}
		name := s.curveName(e.Result, origins) + s.msg.T("sep.part") + load
		if tasks[name] == nil {
			tasks[name] = map[string]bool{}
		}
		if tasks[name][e.Workload.Task] {
			continue // one point a task: two of them would be a history, not a length
		}
		tasks[name][e.Workload.Task] = true
		c.add(name, curvePoint{Pt: chart.Pt{X: vx, Y: vy, Label: s.taskTitle(e.Workload.Task), URL: relative(page, resultPath(e.Hash))}, hardware: s.lineHardware(e)})
	}
	series := c.series(lengthLines)
	if len(series) == 0 {
		return nil, nil
	}
	mx, _ := s.reg.Get(x)
	my, _ := s.reg.Get(y)
	fig := chart.Lines{ID: "answer-length", Title: s.msg.T("fig.length"), Caption: s.msg.T("fig.length.caption"),
		XName: s.metricName(mx), XUnit: mx.Unit, YName: s.metricName(my), YUnit: my.Unit, LogX: true, LogY: true, Series: series, Words: s.chartWords(s.msg.T("col.hardware"))}
	return s.smallFigure(r, page, strings.TrimSuffix(page, "index.html")+fig.ID, fig, fig.ID, fig.Title, fig.Caption, es[0].Result.Model.Name, true)
}

// modelMore adds what else a model's page draws: latency, answer length, history.
func (s *site) modelMore(r *renderer, page string, v *modelView, groups []taskGroup, p *modelPage) error {
	for _, g := range groups {
		f, err := s.latencyFigure(r, page, g)
		if err != nil {
			return err
		}
		if f != nil {
			p.Figures = append(p.Figures, f)
		}
	}
	f, err := s.lengthFigure(r, page, v.Entries)
	if err != nil {
		return err
	}
	if f != nil {
		p.Figures = append(p.Figures, f)
	}
	p.History, err = s.history(r, page, v.Entries, false)
	return err
}

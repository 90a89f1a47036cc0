// History: what was measured more than once under the same conditions, by date,
// software version and edition.

package site

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// historyFigures is how many histories of a page are drawn; all are listed.
const historyFigures = 4

// historyGroup is results that differ in nothing but time and software.
type historyGroup struct {
	Title  string
	Table  table
	Figure *figure
}

// history groups results by all that makes them comparable, and keeps the groups
// that hold two dates, software versions or editions. models says that the
// results are of several models.
func (s *site) history(r *renderer, page string, es []*entry, models bool) ([]historyGroup, error) {
	groups := map[string][]*entry{}
	var keys []string
	for _, e := range es {
		k := s.historyKey(e)
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], e)
	}
	slices.Sort(keys)
	var out []historyGroup
	for _, k := range keys {
		g := groups[k]
		metric := s.headline(g[0])
		g = slices.DeleteFunc(slices.Clone(g), func(e *entry) bool { _, ok := e.Value(metric); return !ok })
		versions := map[string]bool{}
		for _, e := range g {
			versions[e.Day()+"\n"+engineText(e.Result)+"\n"+s.edition(e)] = true
		}
		if len(versions) < 2 {
			continue
		}
		slices.SortStableFunc(g, func(a, b *entry) int {
			return cmp.Or(strings.Compare(a.Day(), b.Day()), strings.Compare(engineText(a.Result), engineText(b.Result)), strings.Compare(a.ID, b.ID))
		})
		h, err := s.historyOf(r, page, g, metric, models, "history-"+strconv.Itoa(len(out)+1), len(out) < historyFigures)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// historyKey is everything that must be equal for two results to differ by time
// and software alone.
func (s *site) historyKey(e *entry) string {
	r := e.Result
	parts := []string{r.Model.Name, r.Workload.Task, hardwareText(r), r.Model.Provider, r.Model.Precision, r.Model.Quantization, r.Model.Weights, r.Model.SizeClass, r.Origin(), s.loadText(r), r.Kind, r.Workload.Reasoning}
	if r.Boundary != nil {
		parts = append(parts, r.Boundary.Includes)
	}
	if d := r.Workload.Diffusion; d != nil {
		parts = append(parts, fmt.Sprint(d.Steps, d.HeightPx, d.WidthPx, d.Frames))
	}
	return strings.Join(parts, "\n")
}

// engineText is the inference engine with its version.
func engineText(r *result.Result) string {
	if r.Software == nil || r.Software.Engine == nil {
		return ""
	}
	return joinNonEmpty(" ", r.Software.Engine.Name, r.Software.Engine.Version)
}

// edition is the method of a measured result, or the version of its source.
func (s *site) edition(e *entry) string {
	if e.Source != nil {
		return e.Source.Version
	}
	return e.Method
}

func (s *site) historyOf(r *renderer, page string, g []*entry, metric string, models bool, id string, drawn bool) (historyGroup, error) {
	m, _ := s.reg.Get(metric)
	e0 := g[0]
	title := joinNonEmpty(s.msg.T("sep.part"), s.taskTitle(e0.Workload.Task), s.setup(e0), e0.Result.Model.Precision)
	if models {
		short, _ := modelTitle(e0.Result.Model.Name)
		title = short + s.msg.T("sep.part") + title
	}
	h := historyGroup{Title: title, Table: table{ID: id + "-table", Label: s.msg.T("history.title") + s.msg.T("sep.colon") + title, Head: []head{{Name: s.msg.T("col.date")}, {Name: s.msg.T("cond.engine")},
		{Name: s.msg.T("history.edition")}, {Name: s.metricName(m), Unit: m.Unit, Num: true}, {Name: s.msg.T("col.uncertainty"), Num: true}, {Name: s.msg.T("history.change"), Unit: "%", Num: true}}}}
	c := chart.Bars{ID: id, Title: s.msg.T("history.figure", s.metricName(m), title), Caption: s.msg.T("history.caption"), Name: s.metricName(m), Unit: m.Unit, Words: s.chartWords(s.msg.T("col.date"))}
	family := e0.Result.Model.Name // all bars are of one model and have its colour
	if e0.Model != nil && e0.Model.Family != "" {
		family = e0.Model.Family
	}
	before := 0.0
	for i, e := range g {
		v, _ := e.Value(metric)
		row := []cell{{Kind: "link", Text: e.Day(), URL: relative(page, resultPath(e.Hash))}, {Text: engineText(e.Result)}, {Text: s.edition(e)}, {Text: s.msg.Sig(v, m.Digits), Num: true}}
		if row[1].Text == "" {
			row[1] = s.missing(s.msg.T("missing.notstated"), false)
		}
		if row[2].Text == "" {
			row[2] = s.missing(s.msg.T("missing.notstated"), false)
		}
		bar := chart.Bar{Label: e.Day(), Family: family, Sub: cmp.Or(engineText(e.Result), s.edition(e)), Value: v, URL: relative(page, resultPath(e.Hash))}
		if x, ok := e.Result.Metrics[metric]; ok && x.CI95 != nil {
			row = append(row, cell{Text: s.msg.interval(*x.CI95, m.Digits), Num: true})
			bar.Lo, bar.Hi = &x.CI95[0], &x.CI95[1]
		} else {
			row = append(row, s.missing(s.msg.T("ci.notreported"), true))
		}
		if i > 0 && before > 0 {
			row = append(row, cell{Text: s.msg.signed(100 * (v - before) / before), Num: true})
		} else {
			row = append(row, cell{Text: "", Num: true})
		}
		before = v
		h.Table.Rows = append(h.Table.Rows, row)
		c.Bars = append(c.Bars, bar)
	}
	if !drawn {
		return h, nil
	}
	var err error
	h.Figure, err = s.smallFigure(r, page, strings.TrimSuffix(page, "index.html")+c.ID, c, c.ID, c.Title, c.Caption, "", true)
	return h, err
}

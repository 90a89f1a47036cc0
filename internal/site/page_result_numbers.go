// The numbers on the page of a result: one line each with uncertainty, provenance
// and origin, and its distributions with their statistics.

package site

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// metricLine is one number in the table of all numbers.
type metricLine struct {
	Name, URL, Value, Unit string
	Uncertainty            string
	Provenance             string
	Formula, Source        string
	Key                    bool // the headline
}

// distributionView is a distribution: as a figure where its values are known, else
// as a strip of its statistics, whose numbers are in the table of all.
type distributionView struct {
	Name, Unit, URL, Note string
	Figure                *figure
	Wide, Narrow          template.HTML
	Save                  *saving
}

// metricLines are all numbers in the order of the registry; what is not in the
// registry (x_ keys) comes last under its own name.
func (s *site) metricLines(page string, e *entry) []metricLine {
	var keys []string
	for k := range e.Result.Metrics {
		keys = append(keys, k)
	}
	s.reg.Sort(keys)
	head := s.headline(e)
	out := make([]metricLine, 0, len(keys))
	for _, k := range keys {
		v := e.Result.Metrics[k]
		l := metricLine{Name: k, Provenance: s.msg.T("prov." + v.Provenance), Formula: v.Formula, Key: k == head}
		digits := 4
		if m, ok := s.reg.Get(k); ok {
			digits = m.Digits
			l.Name, l.Unit, l.URL = s.metricName(m), m.Unit, s.metricLink(page, m)
			if m.Unit == "" {
				l.Unit = s.msg.T("unit.none")
			}
		}
		l.Value = s.msg.Sig(v.Value, digits)
		switch {
		case v.CI95 != nil:
			l.Uncertainty = s.msg.T("ci.95", s.msg.interval(*v.CI95, digits))
		case v.Repeat95 != nil:
			l.Uncertainty = s.msg.T("ci.repeat", s.msg.interval(*v.Repeat95, digits))
		default:
			l.Uncertainty = s.msg.T("ci.notreported")
		}
		if e.Source != nil {
			if f, ok := e.Source.Fields[k]; ok {
				l.Source = s.msg.T("source.field", f.Field+" = "+f.Text)
				if l.Unit == "" {
					l.Unit = f.Unit
				}
			}
		}
		out = append(out, l)
	}
	for _, k := range s.in.Site.Formulas.Keys() {
		if v, ok := s.in.Site.Formulas[k].Value(e.Result); ok {
			m, _ := s.reg.Get(k)
			out = append(out, metricLine{Name: s.metricName(m), URL: s.metricLink(page, m), Value: s.msg.Sig(v, m.Digits), Unit: m.Unit,
				Uncertainty: s.msg.T("ci.notreported"), Provenance: s.msg.T("prov.derived"), Formula: s.in.Site.Formulas[k].Expr})
		}
	}
	return out
}

// distributions draws each distribution as a strip that prints every number it
// shows; only those that were stated are there.
func (s *site) distributions(r *renderer, page string, e *entry, samples *result.SamplesFile) ([]distributionView, error) {
	var values map[string][]result.Counted
	if samples != nil {
		values = result.SampleValues(e.Result, samples)
	}
	var keys []string
	for k := range e.Result.Distributions {
		keys = append(keys, k)
	}
	s.reg.Sort(keys)
	var out []distributionView
	names, words, title := s.statNames(), s.chartWords(""), s.title(e)
	for _, k := range keys {
		d := e.Result.Distributions[k]
		v := distributionView{Name: k}
		if m, ok := s.reg.Get(k); ok {
			v.Name, v.Unit, v.URL = s.metricName(m), m.Unit, s.metricLink(page, m)
		}
		parts := []string{s.msg.T("prov." + d.Provenance)}
		if d.N > 0 {
			parts = append(parts, s.msg.T("dist.n", s.msg.Int(d.N)))
		}
		if d.Percentiles != "" {
			parts = append(parts, s.msg.T("dist.percentiles."+d.Percentiles))
		}
		v.Note = strings.Join(parts, s.msg.T("sep.clause")) + s.msg.T("sep.stop")
		c := chart.Dist{ID: "dist-" + seg(strings.ReplaceAll(k, ".", "-")), Title: v.Name, Unit: v.Unit, Names: names, Words: words}
		if d.P50 != nil {
			c.Title = s.msg.T("dist.title", v.Name, s.msg.Sig(*d.P50, 3)+" "+v.Unit)
		}
		for _, st := range []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "max", "mean"} {
			if x := d.Stat(st); x != nil {
				c.Stats = append(c.Stats, chart.Stat{Key: st, Value: *x})
			}
		}
		for _, x := range values[k] {
			c.Samples = append(c.Samples, chart.Sample{Value: x.Value, N: x.N})
		}
		name := resultDir(e.Hash) + seg(strings.ReplaceAll(k, ".", "-"))
		if len(c.Samples) > 0 {
			var err error
			if v.Figure, err = s.smallFigure(r, page, name, c, c.ID, c.Title, v.Note, title, false); err != nil {
				return nil, err
			}
		} else {
			forms, err := chart.FormsOf(c)
			if err != nil {
				return nil, fmt.Errorf("chart %s of %s: %w", c.ID, page, err)
			}
			v.Wide, v.Narrow = inlineSVG(forms.Wide), inlineSVG(forms.Narrow)
			v.Save = s.saving(name, joinNonEmpty(s.msg.T("sep.colon"), c.Title, title), forms.List)
		}
		out = append(out, v)
	}
	return out, nil
}

// statNames are the names of statistics on drawings, by their keys.
func (s *site) statNames() map[string]string {
	out := make(map[string]string, len(statColumns))
	for _, c := range statColumns {
		out[c] = s.msg.T("stat." + c)
	}
	return out
}

// statColumns are the statistics of a distribution in the order of tables.
var statColumns = []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "max", "mean", "stddev"}

// statsTable holds every statistic of every distribution, for reading and
// copying; what a result does not state is a dash.
func (s *site) statsTable(e *entry) table {
	keys := slices.Sorted(maps.Keys(e.Result.Distributions))
	s.reg.Sort(keys)
	t := table{ID: "stats", Label: s.msg.T("result.distributions"), Head: []head{{Name: s.msg.T("col.metric")}, {Name: "n", Num: true}}}
	var cols []string
	for _, c := range statColumns {
		for _, k := range keys {
			if e.Result.Distributions[k].Stat(c) != nil {
				cols = append(cols, c)
				t.Head = append(t.Head, head{Name: s.msg.T("stat." + c), Num: true})
				break
			}
		}
	}
	for _, k := range keys {
		d := e.Result.Distributions[k]
		name, digits := k, 3
		if m, ok := s.reg.Get(k); ok {
			name, digits = joinNonEmpty(s.msg.T("sep.part"), s.metricName(m), m.Unit), m.Digits
		}
		row := append(make([]cell, 0, 2+len(cols)), cell{Text: name}, cell{Text: s.msg.count(d.N), Num: true})
		if d.N == 0 {
			row[1] = s.missing(s.msg.T("missing.notstated"), true)
		}
		for _, c := range cols {
			if v := d.Stat(c); v != nil {
				row = append(row, cell{Text: s.msg.Sig(*v, digits), Num: true})
			} else {
				row = append(row, s.missing(s.msg.T("missing.notreported"), true))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// statsCSV is the table of statistics with whole numbers, a line for each
// distribution; what is not stated is empty.
func (s *site) statsCSV(e *entry) []byte {
	head := append([]string{"metric", "unit", "n"}, statColumns...)
	keys := slices.Sorted(maps.Keys(e.Result.Distributions))
	s.reg.Sort(keys)
	var rows [][]string
	for _, k := range keys {
		d := e.Result.Distributions[k]
		m, _ := s.reg.Get(k)
		row := []string{safeText(k), safeText(m.Unit), ""}
		if d.N > 0 {
			row[2] = strconv.FormatInt(d.N, 10)
		}
		for _, c := range statColumns {
			text := ""
			if v := d.Stat(c); v != nil {
				text = num(*v)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return csvBytes(head, rows)
}

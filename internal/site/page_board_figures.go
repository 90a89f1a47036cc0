// The figures of a board: energy against what is given up for it, and bars with
// their intervals.

package site

import (
	"sort"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// axes returns the keys of a board's trade-off figure: speed to the right,
// energy upwards. ok is false where the results have no such pair.
func axes(b *rank.Board) (x, y string, ok bool) {
	switch b.Metric {
	case "energy_per_image_j", "energy_per_video_j":
		return "batch_latency_s", b.Metric, true
	}
	if strings.HasPrefix(b.Metric, "energy_") {
		return "itl_ms.p50", "energy_per_output_token_j", true
	}
	return "", "", false
}

// tradeoffLines is how many models the trade-off figure can tell apart.
const tradeoffLines = 40

// tradeoff is the figure that teaches: each model a line under rising load.
func (s *site) tradeoff(r *renderer, page string, b *rank.Board, name, id string) (*figure, error) {
	xKey, yKey, ok := axes(b)
	if !ok {
		return nil, nil
	}
	mx, _ := s.reg.Get(xKey)
	my, _ := s.reg.Get(yKey)
	t := chart.Tradeoff{ID: id, Title: s.msg.T("fig.tradeoff"), Caption: s.msg.T("fig.tradeoff.caption"),
		XName: s.metricName(mx), XUnit: mx.Unit, YName: s.metricName(my), YUnit: my.Unit, LogX: true, LogY: true, Words: s.chartWords(s.msg.T("col.model"))}
	if c := b.PointRule.Constraint; c != nil && c.Metric == xKey && c.Max != nil {
		t.Limit = &chart.Limit{X: *c.Max, Label: s.msg.T("fig.limit", s.msg.Trim(*c.Max)+" "+mx.Unit)}
		t.Caption += " " + s.msg.T("fig.tradeoff.limit")
	}
	var all [][2]float64
	var pts []chart.Pt
	ranked := s.ranked[b]
	if len(ranked) > tradeoffLines {
		t.Caption += " " + s.msg.T("fig.tradeoff.top", tradeoffLines, len(ranked))
		ranked = ranked[:tradeoffLines]
	}
	for _, row := range ranked {
		short, _ := modelTitle(row.Result.Model.Name)
		e := s.byID[row.Result.ID]
		line := chart.Series{Name: short, URL: relative(page, resultPath(e.Hash)), Pick: -1}
		if e.Model != nil {
			line.Family = e.Model.Family
		}
		points := append([]*result.Loaded{}, row.Others...)
		if !containsResult(points, row.Result) {
			points = append(points, row.Result)
		}
		points = s.along(points, xKey, yKey)
		for _, p := range points {
			x, _ := p.Value(xKey)
			y, _ := p.Value(yKey)
			pe := s.byID[p.ID]
			pt := chart.Pt{X: x, Y: y, Label: s.setup(pe), URL: relative(page, resultPath(pe.Hash))}
			if p.ID == row.Result.ID {
				line.Pick = len(line.Points)
			}
			line.Points = append(line.Points, pt)
			all = append(all, [2]float64{x, y})
			pts = append(pts, pt)
		}
		if len(line.Points) > 0 {
			t.Series = append(t.Series, line)
		}
	}
	if len(t.Series) == 0 {
		return nil, nil
	}
	for _, i := range rank.ParetoFront(all) {
		t.Front = append(t.Front, pts[i])
	}
	sort.SliceStable(t.Front, func(i, j int) bool { return t.Front[i].X < t.Front[j].X })
	return s.figure(r, page, name, t, t.ID, t.Title, t.Caption, b.Title)
}

// along orders the results of one model by speed and keeps those that no other
// one of it beats in both numbers, so that its line is its own trade-off.
func (s *site) along(rs []*result.Loaded, xKey, yKey string) []*result.Loaded {
	var have []*result.Loaded
	var xy [][2]float64
	for _, r := range rs {
		x, okx := r.Value(xKey)
		y, oky := r.Value(yKey)
		if okx && oky {
			have = append(have, r)
			xy = append(xy, [2]float64{x, y})
		}
	}
	front := rank.ParetoFront(xy)
	out := make([]*result.Loaded, 0, len(front))
	for _, i := range front {
		out = append(out, have[i])
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, _ := out[i].Value(xKey)
		b, _ := out[j].Value(xKey)
		return a < b
	})
	return out
}

func containsResult(rs []*result.Loaded, r *result.Loaded) bool {
	for _, x := range rs {
		if x.ID == r.ID {
			return true
		}
	}
	return false
}

// bars is the top of the board, with intervals where there are any.
func (s *site) bars(r *renderer, page string, b *rank.Board, name, id string) (*figure, error) {
	rows := s.ranked[b]
	if len(rows) < 2 {
		return nil, nil
	}
	m, _ := s.reg.Get(b.Metric)
	c := chart.Bars{ID: id, Title: s.metricName(m), Caption: s.msg.T("fig.bars.caption"), Name: s.metricName(m), Unit: m.Unit, Words: s.chartWords(s.msg.T("col.model"))}
	for i, row := range rows {
		if i == 12 {
			c.Caption = s.msg.T("fig.bars.caption.top", 12, len(rows))
			break
		}
		short, _ := modelTitle(row.Result.Model.Name)
		e := s.byID[row.Result.ID]
		bar := chart.Bar{Label: short, Sub: s.setup(e), URL: relative(page, resultPath(e.Hash)), Value: row.Value}
		if e.Model != nil {
			bar.Family = e.Model.Family
		}
		if row.CI != nil {
			bar.Lo, bar.Hi = &row.CI[0], &row.CI[1]
		}
		c.Bars = append(c.Bars, bar)
	}
	return s.figure(r, page, name, c, c.ID, c.Title, c.Caption, b.Title)
}

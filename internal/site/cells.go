// Table columns and cells: which columns a board has by default, and how each
// kind of value is printed. Missing values are a dash with the reason.

package site

import (
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// head is a column's head.
type head struct {
	Name, Unit, Title string
	Num               bool
	Row               bool   // over the cells that name their rows
	Sort              string // aria-sort, for the column the rows are ordered by
}

// cell is one value as printed. Kind picks how partials.html draws it: model,
// stars, bar, two lines, missing, link, or plain text.
type cell struct {
	Kind             string
	Text, Sub, Title string
	URL              string
	Mark, MarkText   string // of the model's type
	Class            string
	Num              bool
	Width            string // of a bar, 0 to 100
	Stars            starsView
	Flag             *link
}

// table is a table of a board, or of part of one.
type table struct {
	ID, Label string
	Head      []head
	Rows      [][]cell
}

// starsView is a rating ready to draw.
type starsView struct {
	Rated  bool
	Words  string
	Shapes []starShape
}

type starShape struct {
	Kind string // o outline, l and r halves, lc and rc cores of uncertain halves
	X    string
	On   bool
}

// stars draws a rating: five outlines, and each half that the rating reaches as
// a solid half, or as a core where only the best end of the interval reaches it.
func (s *site) stars(r rank.Rating) starsView {
	if !r.Rated {
		return starsView{Words: s.said(r.Reason)}
	}
	v := starsView{Rated: true, Words: s.msg.T("stars.words", s.starsWords(r.Stars))}
	if r.Spans {
		v.Words = s.msg.T("stars.words.span", s.starsWords(r.Stars), s.starsWords(r.Min), s.starsWords(r.Max))
	}
	v.Shapes = make([]starShape, 0, 15)
	for i, x := range []string{"0.0", "2.1", "4.3", "6.4", "8.6"} {
		v.Shapes = append(v.Shapes, starShape{Kind: "o", X: x})
		for half, kinds := range [2][2]string{{"l", "lc"}, {"r", "rc"}} {
			h := float64(2*i + half + 1)
			switch {
			case h <= 2*r.Min:
				v.Shapes = append(v.Shapes, starShape{Kind: kinds[0], X: x, On: true})
			case h <= 2*r.Max:
				v.Shapes = append(v.Shapes, starShape{Kind: kinds[1], X: x, On: true})
			}
		}
	}
	return v
}

// boardColumns are a board's columns. Those that site.yaml names replace the
// middle of the usual ones; a list that names the model itself is taken whole.
func boardColumns(b *rank.Board) []string {
	for _, c := range b.Columns {
		if c == "model" {
			return b.Columns
		}
	}
	cols := defaultColumns(b.Metric, b.Columns...)
	if !rated(b) {
		// Where no row has stars, the board's facts say why, once.
		cols = slices.DeleteFunc(cols, func(c string) bool { return c == "rating" })
	}
	return cols
}

// defaultColumns are the usual columns of a board that ranks by metric, with
// own ones in the middle if there are any.
func defaultColumns(metric string, own ...string) []string {
	front := []string{"rank", "model", "rating", metric}
	back := []string{"gpus", "precision", "parameters", "license", "level", "label"}
	var mid []string
	switch {
	case metric == "energy_per_image_j":
		mid = []string{"batch_latency_s", "images_per_s", "batch", "size", "steps"}
	case metric == "energy_per_video_j":
		mid = []string{"batch_latency_s", "videos_per_s", "batch", "size", "steps", "frames"}
	case strings.HasPrefix(metric, "energy_"):
		mid = []string{"energy_per_output_token_j", "mean_output_tokens", "itl_ms.p50", "output_tokens_per_s"}
	default:
		front = []string{"rank", "model", "provider", metric}
		mid = []string{"ttft_ms.p50", "ttft_ms.p95", "request_output_tokens_per_s.p50", "requests", "load", "date"}
		back = []string{"license", "level", "label"}
	}
	if len(own) > 0 {
		mid = own
	}
	var out []string
	seen := map[string]bool{}
	for _, c := range append(append(front, mid...), back...) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// factColumns are the columns that hold no metric.
var factColumns = []string{"rank", "model", "rating", "gpus", "hardware", "precision", "parameters", "license", "type", "load", "batch", "level",
	"label", "provider", "requests", "date", "engine", "size", "steps", "frames", "family", "task", "license_class", "quantization"}

// isColumn says whether a name is a column of tables: a fact or a metric.
func (s *site) isColumn(name string) bool {
	_, ok := s.reg.Get(name)
	return ok || slices.Contains(factColumns, name)
}

// headOf is the head of a column.
func (s *site) headOf(col, sortBy string) head {
	if m, ok := s.reg.Get(col); ok {
		h := head{Name: s.short(m), Unit: s.unitOf(m), Title: s.msg.T("metric.title", s.metricName(m), s.definition(m)), Num: true}
		if col == sortBy {
			h.Sort = "ascending"
			if m.Better == unit.Higher {
				h.Sort = "descending"
			}
		}
		return h
	}
	h := head{Name: s.msg.T("col." + col), Row: col == "model"}
	if s.msg.Has("col." + col + ".unit") {
		h.Unit = s.msg.T("col." + col + ".unit")
	}
	if s.msg.Has("col." + col + ".title") {
		h.Title = s.msg.T("col." + col + ".title")
	}
	h.Num = slices.Contains(numberColumns, col)
	return h
}

// numberColumns are the columns of facts that are numbers.
var numberColumns = []string{"gpus", "parameters", "requests", "batch", "rank", "steps", "frames"}

// unitOf is a metric's unit as a column's head says it: joules of what.
func (s *site) unitOf(m unit.Metric) string {
	if k := "unit." + m.Key; s.msg.Has(k) {
		return s.msg.T(k)
	}
	return m.Unit
}

// cellOf is the cell of a column for one result. row is nil outside boards.
func (s *site) cellOf(page, col string, e *entry, row *rank.Row) cell {
	switch col {
	case "rank":
		if row == nil || row.RankLo == 0 {
			return s.missing(s.msg.T("missing.rank"), true)
		}
		return cell{Text: rankText(row), Class: "n rank", Num: true}
	case "model":
		short, org := modelTitle(e.Result.Model.Name)
		c := cell{Kind: "model", Text: short, Sub: org, URL: relative(page, resultPath(e.Hash))}
		id := ""
		if e.Model != nil {
			id = e.Model.Type
		}
		c.Mark, c.MarkText = s.modelType(id)
		if e.Flag != nil {
			c.Flag = &link{e.Flag.Discussion, s.msg.T("flag.mark")}
		}
		return c
	case "rating":
		r := e.Rating
		if row != nil {
			r = row.Rating
		}
		return cell{Kind: "stars", Stars: s.stars(r)}
	case "gpus":
		if e.Result.Hardware != nil && e.Result.Hardware.Count > 0 {
			return cell{Text: s.msg.Int(e.Result.Hardware.Count), Num: true}
		}
	case "hardware":
		if t := hardwareText(e.Result); t != "" {
			return cell{Text: t}
		}
	case "precision":
		if p := e.Result.Model.Precision; p != "" {
			return cell{Text: p}
		}
	case "parameters":
		return s.parametersCell(e)
	case "quantization":
		if q := e.Result.Model.Quantization; q != "" {
			return cell{Text: q}
		}
	case "license":
		return s.licenseCell(e)
	case "license_class":
		if e.Model != nil {
			if l, ok := s.in.Catalog.License(e.Model.License); ok {
				return cell{Text: s.msg.T("class." + l.Class)}
			}
		}
		return cell{Text: s.msg.T("unknown"), Class: "dim"}
	case "type":
		if e.Model != nil && e.Model.Type != "" {
			return cell{Text: s.typeText(e.Model.Type)}
		}
		return cell{Text: "? " + s.msg.T("unknown"), Class: "dim"}
	case "load":
		if t := s.loadText(e.Result); t != "" {
			return cell{Text: t}
		}
	case "batch":
		if n, ok := batchOf(e.Result); ok {
			return cell{Text: s.msg.Int(n), Num: true}
		}
	case "level":
		return cell{Text: s.msg.T("level." + s.levelOf(e.Result))}
	case "provider":
		if p := e.Result.Model.Provider; p != "" {
			return cell{Text: p}
		}
	case "requests":
		if n := e.Workload.Requests; n > 0 {
			return cell{Text: s.msg.Int(n), Num: true}
		}
	case "date":
		if d := e.Day(); d != "" {
			return cell{Text: d}
		}
	case "size":
		if d := e.Workload.Diffusion; d != nil && d.WidthPx > 0 && d.HeightPx > 0 {
			return cell{Text: fmt.Sprintf("%d×%d", d.WidthPx, d.HeightPx)}
		}
	case "steps":
		if d := e.Workload.Diffusion; d != nil && d.Steps > 0 {
			return cell{Text: s.msg.Int(d.Steps), Num: true}
		}
	case "frames":
		if d := e.Workload.Diffusion; d != nil && d.Frames > 0 {
			return cell{Text: s.msg.Int(d.Frames), Num: true}
		}
	case "engine":
		if sw := e.Software; sw != nil && sw.Engine != nil {
			return cell{Text: strings.TrimSpace(sw.Engine.Name + " " + sw.Engine.Version)}
		}
	case "family":
		if e.Model != nil && e.Model.Family != "" {
			return cell{Text: e.Model.Family}
		}
	case "task":
		return cell{Text: s.taskTitle(e.Workload.Task)}
	case "label":
		if href, format := s.printLink(page, e); href != "" {
			short, _ := modelTitle(e.Result.Model.Name)
			return cell{Kind: "link", Text: format, URL: href, Title: s.msg.T("label.of", format, short)}
		}
	default:
		if v, ok := s.value(e.Result, col); ok {
			m, _ := s.reg.Get(col)
			c := cell{Text: s.msg.Sig(v, m.Digits), Num: true}
			if ci := e.Result.Metrics[col].CI95; ci != nil {
				c.Sub = s.msg.plusMinus(v, *ci, m.Digits)
			}
			return c
		}
		return s.missing(s.msg.T("missing.notreported"), true)
	}
	return s.missing(s.msg.T("missing.notstated"), slices.Contains(numberColumns, col))
}

func (s *site) missing(why string, num bool) cell {
	return cell{Kind: "missing", Title: why, Num: num}
}

// parametersCell prints 10^9 parameters, the active ones behind them.
func (s *site) parametersCell(e *entry) cell {
	total, active := s.parametersOf(e)
	if total == nil {
		if e.Model != nil && e.Model.IsWithheld("parameters_b") {
			return s.missing(s.msg.T("missing.withheld"), true)
		}
		return s.missing(s.msg.T("missing.notstated"), true)
	}
	c := cell{Text: s.msg.Trim(*total), Num: true, Class: "n"}
	if active != nil && *active != *total {
		c.Sub = "(" + s.msg.Trim(*active) + ")"
	}
	return c
}

// parametersOf returns 10^9 parameters, nil where nobody states them.
func (s *site) parametersOf(e *entry) (total, active *float64) {
	// The catalogue names a source for its count; a file's count is the word of
	// whoever ran the model, and stands on the result's page.
	if e.Model != nil && e.Model.ParametersB != nil {
		return e.Model.ParametersB, e.Model.ActiveParametersB
	}
	return e.Result.Model.ParametersB, e.Result.Model.ActiveParametersB
}

// licenseCell says whether the model's licence allows commercial use.
func (s *site) licenseCell(e *entry) cell {
	name, commercial, _ := s.license(e.Model)
	if commercial == "" {
		return cell{Text: s.msg.T("unknown"), Class: "dim", Title: name}
	}
	return cell{Kind: "two", Text: s.msg.T("commercial.short." + commercial), Sub: name}
}

// license returns the name of a model's licence, whether it allows commercial
// use (yes, conditions, no; empty if unknown) and the address of its text.
func (s *site) license(m modelFacts) (name, commercial, url string) {
	if m == nil || m.License == "" {
		return "", "", ""
	}
	l, ok := s.in.Catalog.License(m.License)
	if !ok {
		return m.License, "", m.LicenseURL
	}
	url = m.LicenseURL
	if url == "" {
		url = l.URL
	}
	return l.ID, l.Commercial, url
}

// value returns a registry key's or formula column's value.
func (s *site) value(r *result.Result, key string) (float64, bool) {
	if f, ok := s.in.Site.Formulas[key]; ok {
		return f.Value(r)
	}
	return r.Value(key)
}

// rankText prints a rank, or the range of ranks that the intervals allow.
func rankText(row *rank.Row) string {
	if row.RankLo == 0 {
		return unit.Dash
	}
	if row.RankHi > row.RankLo {
		return fmt.Sprintf("%d–%d", row.RankLo, row.RankHi)
	}
	return fmt.Sprint(row.RankLo)
}

// batchOf is the number that rises with load: the server's batch limit, the
// batch size, or the concurrency.
func batchOf(r *result.Result) (int64, bool) {
	l := r.Workload.Load
	if l == nil {
		return 0, false
	}
	for _, n := range []int64{l.MaxNumSeqs, l.BatchSize, l.Concurrency} {
		if n > 0 {
			return n, true
		}
	}
	return 0, false
}

// boardTable is the ranked table of a board, from one row to before another.
func (s *site) boardTable(page string, b *rank.Board, from, to int) table {
	cols := boardColumns(b)
	t := table{ID: "board-" + b.ID, Label: b.Title}
	for _, c := range cols {
		t.Head = append(t.Head, s.headOf(c, b.Metric))
	}
	largest := 0.0
	for i := range b.Rows {
		largest = max(largest, b.Rows[i].Value)
	}
	m, _ := s.reg.Get(b.Metric)
	for i := from; i < min(to, len(b.Rows)); i++ {
		row := &b.Rows[i]
		e := s.byID[row.Result.ID]
		cells := make([]cell, 0, len(cols))
		for _, c := range cols {
			if c == b.Metric {
				v := cell{Kind: "bar", Text: s.msg.Sig(row.Value, m.Digits), Width: "0", Num: true}
				if largest > 0 {
					v.Width = fmt.Sprintf("%.1f", 100*row.Value/largest)
				}
				if row.CI != nil {
					v.Sub = s.msg.plusMinus(row.Value, *row.CI, m.Digits)
				}
				cells = append(cells, v)
				continue
			}
			cells = append(cells, s.cellOf(page, c, e, row))
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// interval prints [lo, hi].
func (l locale) interval(ci result.Interval, digits int) string {
	return l.Sig(ci[0], digits) + "–" + l.Sig(ci[1], digits)
}

// typeText is a model type with its icon.
func (s *site) typeText(id string) string {
	icon, name := s.modelType(id)
	return icon + " " + name
}

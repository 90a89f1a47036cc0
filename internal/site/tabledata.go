// The data that scripts sort, filter and extend tables with: one script file a
// table, beside its page, that holds every row and every column any row has a
// value for. A page carries the first rows as HTML and asks for this file when a
// reader touches the table, so that the first view stays small, 10,000 rows stay
// workable, and all of it works from disk, where scripts cannot fetch.

package site

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// tableRows is how many rows a page shows at once, with and without scripts.
const tableRows = 100

// tableBar is what a page needs to bring a table to life: where the data is, and
// the strings of the controls.
type tableBar struct {
	ID, Src string
	Total   int
	Rows    int  // on one page
	Energy  bool // some column holds joules
	msg     *messages
}

// T is a string of the interface.
func (b *tableBar) T(key string, args ...any) string { return b.msg.T(key, args...) }

// tableLine is one row as the data file is made of it; row is nil outside boards.
type tableLine struct {
	e   *entry
	row *rank.Row
}

// column is one column in the data file. Kinds: n numbers, t texts of a
// dictionary, m models, r ranks, h prepared cells, l links.
type column struct {
	Key     string `json:"k"`
	Kind    string `json:"t"`
	Name    string `json:"n"`
	Unit    string `json:"u,omitempty"`
	Title   string `json:"d,omitempty"`
	Num     bool   `json:"num,omitempty"`
	Default bool   `json:"on,omitempty"`
	Better  string `json:"b,omitempty"`
	Digits  int    `json:"g,omitempty"` // significant digits, 0 for what is printed whole
	Facet   bool   `json:"f,omitempty"`
	Missing string `json:"x"` // why a value is missing
	// Others are rows where it is missing for another reason.
	Others map[string][]int `json:"xx,omitempty"`
	// Source is the file that holds the numbers, where they are not here.
	Source string `json:"src,omitempty"`
	// Joules is what one unit of the column is in joules; Per and PerK are the
	// words for one and for many, PerBase the many that a value is for.
	Joules  float64 `json:"j,omitempty"`
	Per     string  `json:"p,omitempty"`
	PerMany string  `json:"pp,omitempty"`
	Many    float64 `json:"pm,omitempty"`
	PerBase float64 `json:"pb,omitempty"`
	// Bar is the largest value of the metric a board ranks by.
	Bar float64 `json:"bar,omitempty"`

	// Values, one a row: numbers, or places in Dict (-1: missing).
	Values data    `json:"v,omitempty"`
	Places []int   `json:"i,omitempty"`
	Dict   [][]any `json:"w,omitempty"`
	// Low and High are the ends of intervals, or of ranks.
	Low  data `json:"lo,omitempty"`
	High data `json:"hi,omitempty"`
	// Org, Mark and Flags belong to models: a place in Orgs, a place in Marks.
	Orgs  []string             `json:"os,omitempty"`
	Org   []int                `json:"o,omitempty"`
	Marks [][2]string          `json:"ms,omitempty"`
	Mark  []int                `json:"m,omitempty"`
	Flags map[string][2]string `json:"fl,omitempty"`
}

// tableFile is everything in the data file.
type tableFile struct {
	Results string   `json:"r"` // the folder of result pages, from the page
	Hashes  []string `json:"h"`
	Columns []column `json:"c"`
	SortKey string   `json:"s,omitempty"` // the column that the rows are ordered by
}

// stats are the statistics of a distribution that may be columns.
var stats = []string{".mean", ".stddev", ".min", ".p25", ".p50", ".p75", ".p90", ".p95", ".p99", ".max"}

// tableData makes the data file of a table and puts it beside the page. cols are
// the columns that the page shows, in their order; linked is the one whose text
// leads to the result, if it is not the model's.
func (s *site) tableData(r *renderer, page, id, metric string, cols []string, linked string, lines []tableLine) (*tableBar, error) {
	f := tableFile{Results: relative(page, "r/x"), SortKey: metric, Hashes: make([]string, len(lines))}
	f.Results = strings.TrimSuffix(f.Results, "x")
	for i, l := range lines {
		f.Hashes[i] = l.e.Hash
	}
	bar := &tableBar{ID: id, Total: len(lines), Rows: tableRows, msg: s.msg}
	made, err := s.columns(r, page, s.tableColumns(cols), metric, linked, lines)
	if err != nil {
		return nil, err
	}
	for _, c := range made {
		c.Default = slices.Contains(cols, c.Key)
		if !c.filled && !c.Default {
			continue
		}
		bar.Energy = bar.Energy || c.Joules > 0
		f.Columns = append(f.Columns, c.column)
	}
	if err := splitColumns(r, page, id, &f); err != nil {
		return nil, err
	}
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("data of table %s: %w", id, err)
	}
	bar.Src, err = beside(r, page, "rows", "jbTables", id, data)
	return bar, err
}

// tableColumns are all columns a table could have: those shown, then the other
// facts, then metrics and formulas as the registry orders them.
func (s *site) tableColumns(shown []string) []string {
	out := slices.Clone(shown)
	add := func(key string) {
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	for _, c := range factColumns {
		if c == "rank" || c == "rating" || c == "label" {
			continue // only where the page shows them: they belong to a board
		}
		add(c)
	}
	for _, c := range s.numbers().columns {
		add(c.key)
	}
	return out
}

// facets are the columns with few texts that a reader picks from.
var facets = []string{"model", "task", "family", "type", "license", "license_class", "precision", "quantization", "hardware", "provider", "engine", "level", "size"}

// madeColumn is a column in the making.
type madeColumn struct {
	column
	filled bool // some row has a value
	// add takes one row; nil for columns that are made at once.
	add func(row int, l tableLine) error
}

// columns makes columns. Facts are gathered row by row, so that what is known of a
// result is read once for all of them.
func (s *site) columns(r *renderer, page string, keys []string, metric, linked string, lines []tableLine) ([]*madeColumn, error) {
	var out, facts []*madeColumn
	places := make([]int, len(lines))
	for i, l := range lines {
		places[i] = l.e.Place
	}
	for _, key := range keys {
		h := s.headOf(key, metric)
		c := &madeColumn{column: column{Key: key, Kind: "t", Name: h.Name, Unit: h.Unit, Title: h.Title, Num: h.Num, Facet: slices.Contains(facets, key)}}
		out = append(out, c)
		if m, ok := s.reg.Get(key); ok {
			s.metricColumn(c, m, key == metric, lines, places)
			continue
		}
		facts = append(facts, c)
		switch key {
		case "rank":
			s.rankColumn(c)
		case "model":
			s.modelColumn(page, c)
		default:
			s.factColumn(r, page, c, key == linked, len(lines))
		}
	}
	for i, l := range lines {
		for _, c := range facts {
			if err := c.add(i, l); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// rankColumn prepares the column of ranks.
func (s *site) rankColumn(c *madeColumn) {
	c.Kind, c.Missing = "r", s.msg.T("missing.rank")
	c.add = func(_ int, l tableLine) error {
		ok := l.row != nil && l.row.RankLo > 0
		c.filled = c.filled || ok
		lo, hi := datum{ok: ok}, datum{ok: ok}
		if ok {
			lo.v, hi.v = float64(l.row.RankLo), float64(l.row.RankHi)
		}
		c.Low, c.High = append(c.Low, lo), append(c.High, hi)
		return nil
	}
}

// factColumn prepares a column of what is no metric, for so many rows.
func (s *site) factColumn(r *renderer, page string, c *madeColumn, linked bool, rows int) {
	switch c.Key {
	case "parameters", "gpus", "batch", "requests", "steps", "frames":
		c.Kind = "n"
	case "rating":
		c.Kind, c.Better = "h", string(unit.Higher)
	}
	if linked || c.Key == "label" {
		c.Kind = "l"
	}
	words := wordList{cells: map[cellWords]int{}, entries: map[string]int{}}
	c.Places = make([]int, 0, rows)
	if c.Kind == "n" {
		c.Values = make(data, 0, rows)
	}
	c.add = func(row int, l tableLine) error {
		p := s.cellOf(page, c.Key, l.e, l.row)
		if linked {
			p = s.resultLink(page, l.e)
		}
		if p.Kind == "missing" {
			c.missingAt(row, p.Title)
		} else {
			c.filled = true
		}
		if c.Kind == "n" {
			c.Values = append(c.Values, s.factNumber(c.Key, l.e))
			if c.Key != "parameters" {
				return nil // printed from the number
			}
		}
		at, err := words.at(s, r, &c.column, p, l)
		c.Places = append(c.Places, at)
		return err
	}
}

// missingAt notes why a value is missing; the first reason is the column's.
func (c *column) missingAt(row int, why string) {
	if c.Missing == "" {
		c.Missing = why
	}
	if why == c.Missing {
		return
	}
	if c.Others == nil {
		c.Others = map[string][]int{}
	}
	c.Others[why] = append(c.Others[why], row)
}

// factNumber is the number behind a fact.
func (s *site) factNumber(key string, e *entry) datum {
	whole := func(n int64) datum { return datum{v: float64(n), ok: n > 0} }
	switch d := e.Workload.Diffusion; key {
	case "parameters":
		if p, _ := s.parametersOf(e); p != nil {
			return datum{v: *p, ok: true}
		}
	case "gpus":
		if e.Result.Hardware != nil {
			return whole(e.Result.Hardware.Count)
		}
	case "batch":
		n, _ := batchOf(e.Result)
		return whole(n)
	case "requests":
		return whole(e.Workload.Requests)
	case "steps":
		if d != nil {
			return whole(d.Steps)
		}
	case "frames":
		if d != nil {
			return whole(d.Frames)
		}
	}
	return datum{}
}

// metricColumn fills a column with a metric's values and intervals, of the results
// at some places among all.
func (s *site) metricColumn(c *madeColumn, m unit.Metric, ranked bool, lines []tableLine, places []int) {
	c.Kind, c.Num, c.Digits, c.Missing = "n", true, m.Digits, s.msg.T("missing.notreported")
	if m.Better != unit.Neutral {
		c.Better = string(m.Better)
	}
	s.energyUnit(&c.column)
	numbers, digits := s.numbers().of[c.Key], int8(m.Digits)
	c.Values = make(data, len(lines))
	for i, place := range places {
		v, ok := numbers.atPlace(place)
		var ci *result.Interval
		if l := lines[i]; ranked && l.row != nil {
			v, ok, ci = l.row.Value, true, l.row.CI
			c.Bar = max(c.Bar, v)
		} else if ok && numbers.intervals != nil {
			ci = numbers.intervals[place]
		}
		c.filled = c.filled || ok
		c.Values[i] = datum{v, ok, digits}
		if ok && ci != nil {
			if c.Low == nil {
				c.Low, c.High = make(data, len(lines)), make(data, len(lines))
			}
			c.Low[i], c.High[i] = datum{ci[0], true, digits + 2}, datum{ci[1], true, digits + 2}
		}
	}
}

// energyUnit says what a column of energy is in joules, and for one or for how
// many of what.
func (s *site) energyUnit(c *column) {
	switch {
	case strings.HasSuffix(c.Key, "_wh"):
		c.Joules = 3600
	case strings.HasSuffix(c.Key, "_j") && !strings.Contains(c.Key, "_per_j"):
		c.Joules = 1
	default:
		return
	}
	per := func(what string, many float64) {
		c.Per, c.PerMany, c.Many, c.PerBase = s.msg.T("tb.per."+what), s.msg.T("tb.per."+what+".many"), many, 1
	}
	switch c.Key {
	case "energy_per_response_j":
		per("response", 1000)
	case "energy_per_image_j":
		per("image", 1000)
	case "energy_per_video_j":
		per("video", 1000)
	case "energy_per_request_j", "energy_per_good_request_j":
		per("request", 1000)
	case "energy_per_1000_requests_wh":
		per("request", 1000)
		c.PerBase = 1000
	case "energy_per_output_token_j", "energy_per_token_j":
		per("token", 1e6)
	}
}

// modelColumn prepares the column of models.
func (s *site) modelColumn(page string, c *madeColumn) {
	c.Kind, c.filled = "m", true
	place := func(list *[]string, word string) int {
		if i := slices.Index(*list, word); i >= 0 {
			return i
		}
		*list = append(*list, word)
		return len(*list) - 1
	}
	names := map[string]int{}
	c.add = func(row int, l tableLine) error {
		p := s.cellOf(page, "model", l.e, l.row)
		at, ok := names[p.Text]
		if !ok {
			at = len(c.Dict)
			names[p.Text] = at
			c.Dict = append(c.Dict, []any{p.Text})
		}
		c.Places = append(c.Places, at)
		c.Org = append(c.Org, place(&c.Orgs, p.Sub))
		mark := [2]string{p.Mark, p.MarkText}
		m := slices.Index(c.Marks, mark)
		if m < 0 {
			m = len(c.Marks)
			c.Marks = append(c.Marks, mark)
		}
		c.Mark = append(c.Mark, m)
		if p.Flag != nil {
			if c.Flags == nil {
				c.Flags = map[string][2]string{}
			}
			c.Flags[strconv.Itoa(row)] = [2]string{p.Flag.URL, p.Flag.Text}
		}
		return nil
	}
}

// plusMinus prints an interval as what may be added to a value and taken from it,
// to the decimals of the value: "± 0.2", or both where they differ.
func (l locale) plusMinus(v float64, ci result.Interval, digits int) string {
	if v < ci[0] || v > ci[1] {
		return l.interval(ci, digits)
	}
	text := unit.Sig(v, digits)
	_, frac, _ := strings.Cut(text, ".")
	half := func(d float64) string {
		t := strconv.FormatFloat(d, 'f', len(frac), 64)
		if strings.Trim(t, "0.") == "" && d > 0 {
			return l.Sig(d, 1)
		}
		return l.Write(t)
	}
	if strings.ContainsRune(text, 'e') {
		half = func(d float64) string { return l.Sig(d, 2) }
	}
	up, down := half(ci[1]-v), half(v-ci[0])
	if up == down {
		return "±\u202f" + up
	}
	return "+" + up + " −" + down
}

// boardLines are all rows of a board.
func (s *site) boardLines(b *rank.Board) []tableLine {
	out := make([]tableLine, len(b.Rows))
	for i := range b.Rows {
		out[i] = tableLine{s.byID[b.Rows[i].Result.ID], &b.Rows[i]}
	}
	return out
}

// resultLink is a cell that leads to a result, for tables whose rows are not told
// apart by their models.
func (s *site) resultLink(page string, e *entry) cell {
	text := hardwareText(e.Result)
	if text == "" {
		text = e.Result.Model.Provider
	}
	if text == "" {
		text = e.Hash
	}
	return cell{Kind: "link", Text: text, URL: relative(page, resultPath(e.Hash))}
}

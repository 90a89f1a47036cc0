// Downloads and the static API: results as JSON and CSV, boards, models, the
// schema, checksums, and the page /data/ that lists them and accounts for every
// file that was read.

package site

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

type dataPage struct {
	frame
	Facts   []fact
	Files   []dataFile
	Boards  []link
	Account []fact
	Metrics []metricDef
}

type dataFile struct{ URL, Name, Text, Size string }

type metricDef struct{ ID, Key, Name, Unit, Better, Text, URL string }

// safeText protects a CSV cell: a spreadsheet runs text that begins like a
// formula, so such text gets a quote in front. Numbers are written as they are.
func safeText(t string) string {
	if t == "" {
		return t
	}
	if strings.ContainsRune("=+-@\t\r\n", rune(t[0])) || strings.HasPrefix(t, "＝") || strings.HasPrefix(t, "＋") || strings.HasPrefix(t, "－") || strings.HasPrefix(t, "＠") {
		return "'" + t
	}
	return t
}

func num(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// csvBytes writes rows with a head.
func csvBytes(head []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(head) // a bytes.Buffer takes everything
	_ = w.WriteAll(rows)
	return b.Bytes()
}

// boardCSV is a board as a table, ranks and ratings included.
func (s *site) boardCSV(b *rank.Board) []byte {
	cols := []string{}
	for _, k := range s.reg.Keys() {
		m, _ := s.reg.Get(k)
		if m.Distribution {
			for _, st := range []string{"p50", "p90", "p95", "p99"} {
				cols = append(cols, k+"."+st)
			}
			continue
		}
		cols = append(cols, k)
	}
	used := cols[:0]
	for _, c := range cols {
		for i := range b.Rows {
			if _, ok := s.value(b.Rows[i].Result.Result, c); ok {
				used = append(used, c)
				break
			}
		}
	}
	head := append([]string{"board", "rank_lo", "rank_hi", "model", "stars", "scale", "not_rated", "hardware", "count", "precision", "load", "origin", "publisher", "license", "level", "flagged", "caveats", "id"}, used...)
	var rows [][]string
	for i := range b.Rows {
		row := &b.Rows[i]
		e := s.byID[row.Result.ID]
		stars, why := "", row.Rating.Reason
		if row.Rating.Rated {
			stars, why = num(row.Rating.Stars), ""
		}
		lo, hi := "", ""
		if row.RankLo > 0 {
			lo, hi = strconv.Itoa(row.RankLo), strconv.Itoa(row.RankHi)
		}
		hw, n := "", ""
		if h := e.Result.Hardware; h != nil {
			hw = h.Name
			if h.Count > 0 {
				n = strconv.FormatInt(h.Count, 10)
			}
		}
		flagged := ""
		if row.Flag != nil {
			flagged = row.Flag.Reason
		}
		cells := []string{b.ID, lo, hi, safeText(e.Result.Model.Name), stars, row.Rating.ScaleID, safeText(why), safeText(hw), n, safeText(e.Result.Model.Precision),
			safeText(s.loadText(e.Result)), safeText(e.Origin()), safeText(sourceField(e.Result, func(s *result.Source) string { return s.Publisher })), safeText(e.License), s.levelOf(e.Result), flagged, strings.Join(s.caveatIDs(e), " "), e.ID}
		for _, c := range used {
			if v, ok := s.value(e.Result, c); ok {
				cells = append(cells, num(v))
			} else {
				cells = append(cells, "")
			}
		}
		rows = append(rows, cells)
	}
	return csvBytes(head, rows)
}

func (s *site) caveatIDs(e *entry) []string {
	var ids []string
	seen := map[string]bool{}
	var all []string
	if e.Source != nil {
		all = append(all, e.Source.Caveats...)
	}
	all = append(all, taskCaveats(e.Task)...)
	for _, id := range all {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// resultsCSV is every result, a row each, ranks left out: it mixes boards.
func (s *site) resultsCSV() []byte {
	var cols []string
	for _, k := range s.reg.Keys() {
		m, _ := s.reg.Get(k)
		stats := []string{""}
		if m.Distribution {
			stats = []string{".mean", ".min", ".p25", ".p50", ".p75", ".p90", ".p95", ".p99", ".max"}
		}
		for _, st := range stats {
			for _, e := range s.entries {
				if _, ok := s.value(e.Result, k+st); ok {
					cols = append(cols, k+st)
					break
				}
			}
		}
	}
	head := append([]string{"id", "path", "task", "model", "kind", "class", "origin", "publisher", "date", "hardware", "count", "precision", "parameters_b", "active_parameters_b",
		"boundary", "load_mode", "batch", "requests", "flagged", "caveats", "license", "boards"}, cols...)
	var rows [][]string
	for _, e := range s.entries {
		r := e.Result
		hw, n, publisher, boundary, mode, batch := "", "", "", "", "", ""
		if h := r.Hardware; h != nil {
			hw, n = h.Name, zeroBlank(h.Count)
		}
		if r.Source != nil {
			publisher = r.Source.Publisher
		}
		if r.Boundary != nil {
			boundary = r.Boundary.Includes
		}
		if l := r.Workload.Load; l != nil {
			mode = l.Mode
			if b, ok := batchOf(r); ok {
				batch = strconv.FormatInt(b, 10)
			}
		}
		var boards []string
		for _, br := range e.Rows {
			boards = append(boards, br.Board.ID)
		}
		cells := []string{r.ID, safeText(e.Path), safeText(r.Workload.Task), safeText(r.Model.Name), r.Kind, r.Class, safeText(r.Origin()), safeText(publisher), r.Day(),
			safeText(hw), n, safeText(r.Model.Precision), blank(r.Model.ParametersB), blank(r.Model.ActiveParametersB), boundary, mode, batch, zeroBlank(r.Workload.Requests), flagOf(e),
			strings.Join(s.caveatIDs(e), " "), safeText(r.License), strings.Join(boards, " ")}
		for _, c := range cols {
			if v, ok := s.value(r, c); ok {
				cells = append(cells, num(v))
			} else {
				cells = append(cells, "")
			}
		}
		rows = append(rows, cells)
	}
	return csvBytes(head, rows)
}

// flagOf is the reason of a result's flag, empty without one.
func flagOf(e *entry) string {
	if e.Flag == nil {
		return ""
	}
	return e.Flag.Reason
}

func zeroBlank(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func blank(v *float64) string {
	if v == nil {
		return ""
	}
	return num(*v)
}

// resultsJSON is every result file, one a line inside an array.
func (s *site) resultsJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, e := range s.entries {
		if i > 0 {
			b.WriteString(",\n")
		}
		if err := json.Compact(&b, e.Raw); err != nil {
			return nil, fmt.Errorf("compact %s: %w", e.Path, err)
		}
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

func (s *site) dataPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "data/index.html"
		all, err := s.resultsJSON()
		if err != nil {
			return nil, err
		}
		table := s.resultsCSV()
		catalogue, err := s.catalogueJSON()
		if err != nil {
			return nil, err
		}
		for name, data := range map[string][]byte{"data/results.json": all, "data/results.csv": table, "data/catalogue.json": catalogue} {
			if err := r.out.put(name, path, data); err != nil {
				return nil, err
			}
		}
		p := dataPage{frame: s.frame(path, s.msg.T("data.title"), s.msg.T("data.lede"), false)}
		p.Facts = []fact{{Key: s.msg.T("n.results.title"), Value: unit.Int(int64(len(s.entries)))}, {Key: s.msg.T("fact.license"), Value: cmp.Or(s.in.Site.License, s.msg.T("notstated"))},
			{Key: s.msg.T("fact.newest"), Value: cmp.Or(s.newest, s.msg.T("unknown"))}}
		if s.in.Commit != "" {
			p.Facts = append(p.Facts, fact{Key: s.msg.T("data.commit"), Value: s.in.Commit[:min(12, len(s.in.Commit))]})
		}
		size := func(n int) string { return unit.Sig(float64(n)/1000, 3) }
		p.Files = []dataFile{
			{"results.csv", "results.csv", s.msg.T("data.csv"), size(len(table))},
			{"results.json", "results.json", s.msg.T("data.json"), size(len(all))},
			{"catalogue.json", "catalogue.json", s.msg.T("data.catalogue"), size(len(catalogue))},
			{relative(path, "api/v1/index.json"), "api/v1/index.json", s.msg.T("data.api"), ""},
			{relative(path, "schema/result-1.json"), "schema/result-1.json", s.msg.T("data.schema"), size(len(result.Schema()))},
			{relative(path, "SHA256SUMS"), "SHA256SUMS", s.msg.T("data.sums"), ""},
			{relative(path, "feed.xml"), "feed.xml", s.msg.T("data.feed"), ""},
		}
		for _, b := range s.boards {
			p.Boards = append(p.Boards, link{relative(path, boardCSV(b.ID)), b.Title + " (CSV)"})
		}
		p.Account = s.accountFacts()
		for _, m := range s.reg.All() {
			p.Metrics = append(p.Metrics, metricDef{ID: "m-" + m.Key, Key: m.Key, Name: s.metricName(m), Unit: m.Unit, Better: s.msg.T("better." + string(m.Better)), Text: m.Definition, URL: s.metricLink(path, m)})
		}
		return nil, r.page("data", path, p)
	}
}

// accountFacts counts where the results went, so that nothing is left out in
// silence.
func (s *site) accountFacts() []fact {
	states := map[string]int{}
	reasons := map[string]int{}
	for _, a := range s.account {
		states[a.State]++
		if a.State != rank.StateRanked && a.State != rank.StateBehind && a.Reason != "" {
			reasons[a.Reason]++
		}
	}
	fs := []fact{{Key: s.msg.T("account.read"), Value: unit.Int(int64(len(s.entries) + len(s.in.Drafts)))}}
	for _, st := range []string{rank.StateRanked, rank.StateBehind, rank.StateFlagged, rank.StateNoMetric, rank.StateExcluded, rank.StateWithdrawn, rank.StateHidden, rank.StateNoPoint, rank.StateNoNumber} {
		if states[st] > 0 {
			fs = append(fs, fact{Key: s.msg.T("account." + st), Value: unit.Int(int64(states[st]))})
		}
	}
	if n := len(s.in.Drafts); n > 0 {
		fs = append(fs, fact{Key: s.msg.T("account.draft"), Value: unit.Int(int64(n))})
	}
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		fs = append(fs, fact{Key: s.msg.T("account.reason"), Value: fmt.Sprintf("%s (%d)", why, reasons[why])})
	}
	return fs
}

// The static API. Fields are named as in result files; absent is absent.

type apiBoard struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	URL       string   `json:"url"`
	Task      string   `json:"task"`
	Hardware  string   `json:"hardware,omitempty"`
	Point     string   `json:"point"`
	Boundary  string   `json:"boundary,omitempty"`
	Kind      string   `json:"kind"`
	Origin    string   `json:"origin"`
	Weights   string   `json:"weights,omitempty"`
	Count     string   `json:"count,omitempty"`
	Precision string   `json:"precision,omitempty"`
	Metric    string   `json:"metric"`
	Unit      string   `json:"unit"`
	Better    string   `json:"better"`
	Rows      []apiRow `json:"rows,omitempty"`
}

type apiRow struct {
	ID       string           `json:"id"`
	URL      string           `json:"url"`
	Model    string           `json:"model"`
	RankLo   int              `json:"rank_lo,omitempty"`
	RankHi   int              `json:"rank_hi,omitempty"`
	Value    float64          `json:"value"`
	CI95     *result.Interval `json:"ci95,omitempty"`
	Stars    *float64         `json:"stars,omitempty"`
	Scale    string           `json:"scale,omitempty"`
	NotRated string           `json:"not_rated,omitempty"`
	Flagged  string           `json:"flagged,omitempty"`
	Caveats  []string         `json:"caveats,omitempty"`
}

type apiModel struct {
	Name       string   `json:"name"`
	URL        string   `json:"url"`
	Family     string   `json:"family,omitempty"`
	Type       string   `json:"type,omitempty"`
	License    string   `json:"license,omitempty"`
	Commercial string   `json:"commercial,omitempty"`
	Results    []string `json:"results"`
}

type apiResult struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	Model   string   `json:"model"`
	Task    string   `json:"task"`
	Path    string   `json:"path"`
	Date    string   `json:"date,omitempty"`
	Flagged string   `json:"flagged,omitempty"`
	Caveats []string `json:"caveats,omitempty"`
}

func (s *site) apiBoard(b *rank.Board, rows bool) apiBoard {
	m, _ := s.reg.Get(b.Metric)
	a := apiBoard{ID: b.ID, Title: b.Title, URL: "boards/" + b.ID + "/", Task: b.Task, Hardware: b.Hardware, Point: b.Point, Boundary: b.Boundary, Kind: b.Kind, Origin: b.Origin,
		Weights: b.Weights, Count: b.Count, Precision: b.Precision, Metric: b.Metric, Unit: m.Unit, Better: string(m.Better)}
	if !rows {
		return a
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		e := s.byID[row.Result.ID]
		ar := apiRow{ID: e.ID, URL: resultDir(e.Hash), Model: e.Result.Model.Name, RankLo: row.RankLo, RankHi: row.RankHi, Value: row.Value, CI95: row.CI, Scale: row.Rating.ScaleID, Caveats: s.caveatIDs(e)}
		if row.Rating.Rated {
			ar.Stars = &row.Rating.Stars
		} else {
			ar.NotRated = row.Rating.Code
		}
		if row.Flag != nil {
			ar.Flagged = row.Flag.Reason
		}
		a.Rows = append(a.Rows, ar)
	}
	return a
}

// api writes /api/v1 and /schema. URLs are relative to the site's root.
func (s *site) api() job {
	return func(r *renderer) (result.Findings, error) {
		put := func(name string, v any) error {
			data, err := json.MarshalIndent(v, "", " ")
			if err != nil {
				return fmt.Errorf("encode %s: %w", name, err)
			}
			return r.out.put(name, "api", append(data, '\n'))
		}
		var boards []apiBoard
		for _, b := range s.boards {
			boards = append(boards, s.apiBoard(b, false))
			if err := put("api/v1/boards/"+b.ID+".json", s.apiBoard(b, true)); err != nil {
				return nil, err
			}
		}
		var models []apiModel
		for _, v := range s.models {
			m := apiModel{Name: v.Name, URL: "models/" + modelSegs(v.Name) + "/"}
			if v.Known != nil {
				m.Family, m.Type = v.Known.Family, v.Known.Type
			}
			m.License, m.Commercial, _ = s.license(v.Known)
			for _, e := range v.Entries {
				m.Results = append(m.Results, e.ID)
			}
			models = append(models, m)
		}
		var results []apiResult
		for _, e := range s.entries {
			results = append(results, apiResult{e.ID, resultDir(e.Hash), e.Result.Model.Name, e.Workload.Task, e.Path, e.Day(), flagOf(e), s.caveatIDs(e)})
		}
		index := map[string]any{"title": s.in.Site.Title, "base_url": s.baseURL, "license": s.in.Site.License, "use_notice": s.in.Site.UseNotice, "newest": s.newest, "commit": s.in.Commit,
			"boards": "api/v1/boards.json", "models": "api/v1/models.json", "results": "api/v1/results.json", "result": "r/{hash}/result.json", "schema": "schema/result-1.json"}
		for k, v := range index {
			if v == "" {
				delete(index, k)
			}
		}
		for name, v := range map[string]any{"api/v1/index.json": index, "api/v1/boards.json": boards, "api/v1/models.json": models, "api/v1/results.json": results} {
			if err := put(name, v); err != nil {
				return nil, err
			}
		}
		return nil, r.out.put("schema/result-1.json", "schema", result.Schema())
	}
}

// checksums lists the digests of all data files as sha256sum prints them.
func (s *site) checksums(r *renderer) error {
	var b strings.Builder
	names := r.out.names()
	sort.Strings(names)
	for _, name := range names {
		if strings.HasPrefix(name, "data/") && !strings.HasSuffix(name, ".html") || strings.HasPrefix(name, "api/") || strings.HasPrefix(name, "schema/") || strings.HasSuffix(name, "/result.json") {
			fmt.Fprintf(&b, "%s  %s\n", r.out.files[name].sum, name)
		}
	}
	return r.out.put("SHA256SUMS", "site", []byte(b.String()))
}

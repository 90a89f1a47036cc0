// The static API under /api/v1: an index, boards, models, results and the
// metrics as small files, so that a program reads what it asks for and no more.
// openapi.json beside this file describes every one of them; a test holds what a
// build writes to it. Version 1 only grows: keys are added, none is renamed or
// given another meaning.
//
// Fields are named as in result files; absent is absent. Addresses are relative
// to the site's root.

package site

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

//go:embed openapi.json
var openAPI []byte

const (
	apiRoot     = "api/v1/"
	openAPIPath = apiRoot + "openapi.json"
)

func apiBoardPath(id string) string    { return apiRoot + "boards/" + id + ".json" }
func apiModelPath(name string) string  { return apiRoot + "models/" + modelSegs(name) + ".json" }
func apiResultPath(hash string) string { return apiRoot + "results/" + hash + ".json" }

type apiIndex struct {
	API       string         `json:"api"`
	Title     string         `json:"title"`
	BaseURL   string         `json:"base_url,omitempty"`
	Language  string         `json:"language"`
	License   string         `json:"license,omitempty"`
	UseNotice string         `json:"use_notice,omitempty"`
	Newest    string         `json:"newest,omitempty"`
	Commit    string         `json:"commit,omitempty"`
	Counts    map[string]int `json:"counts"`
	// Where the other files are; {braces} stand for a part to fill in.
	OpenAPI    string `json:"openapi"`
	Boards     string `json:"boards"`
	Board      string `json:"board"`
	Models     string `json:"models"`
	Model      string `json:"model"`
	Results    string `json:"results"`
	Summary    string `json:"summary"`
	Result     string `json:"result"`
	Metrics    string `json:"metrics"`
	Columns    string `json:"columns"`
	Moderation string `json:"moderation"`
	Schema     string `json:"schema"`
	Checksums  string `json:"checksums"`
}

type apiBoard struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	URL       string   `json:"url"`
	JSON      string   `json:"json"`
	CSV       string   `json:"csv"`
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
	Newest    string   `json:"newest,omitempty"`
	Ranked    int      `json:"ranked"`
	Rows      []apiRow `json:"rows,omitempty"`
}

type apiRow struct {
	ID       string           `json:"id"`
	URL      string           `json:"url"`
	JSON     string           `json:"json"`
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
	Name             string   `json:"name"`
	Aliases          []string `json:"aliases,omitempty"`
	URL              string   `json:"url"`
	JSON             string   `json:"json"`
	Family           string   `json:"family,omitempty"`
	Type             string   `json:"type,omitempty"`
	License          string   `json:"license,omitempty"`
	Commercial       string   `json:"commercial,omitempty"`
	Parameters       *float64 `json:"parameters_b,omitempty"`
	ActiveParameters *float64 `json:"active_parameters_b,omitempty"`
	Results          []string `json:"results"`
}

// apiModelFile is a model with a summary of each of its results.
type apiModelFile struct {
	apiModel
	Summaries []apiSummary `json:"summaries"`
}

type apiResult struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	JSON    string   `json:"json"`
	Model   string   `json:"model"`
	Task    string   `json:"task"`
	Path    string   `json:"path"`
	Date    string   `json:"date,omitempty"`
	Flagged string   `json:"flagged,omitempty"`
	Caveats []string `json:"caveats,omitempty"`
}

// apiSummary is what a comparison needs of a result: its conditions first, then
// every number with unit, interval and provenance.
type apiSummary struct {
	apiResult
	File       string        `json:"file"` // the whole result
	Title      string        `json:"title"`
	Kind       string        `json:"kind"`
	Class      string        `json:"class"`
	Origin     string        `json:"origin"`
	Publisher  string        `json:"publisher,omitempty"`
	Level      string        `json:"level"`
	License    string        `json:"license"`
	Conditions apiConditions `json:"conditions"`
	Headline   string        `json:"headline,omitempty"`
	Metrics    apiMetrics    `json:"metrics"`
	Stars      *float64      `json:"stars,omitempty"`
	StarsMin   *float64      `json:"stars_min,omitempty"`
	StarsMax   *float64      `json:"stars_max,omitempty"`
	Scale      string        `json:"scale,omitempty"`
	NotRated   string        `json:"not_rated,omitempty"`
	Boards     []apiPlace    `json:"boards,omitempty"`
}

type apiConditions struct {
	Hardware    string   `json:"hardware,omitempty"`
	Count       int64    `json:"count,omitempty"`
	Provider    string   `json:"provider,omitempty"`
	Precision   string   `json:"precision,omitempty"`
	Weights     string   `json:"weights,omitempty"`
	Boundary    string   `json:"boundary,omitempty"`
	Method      string   `json:"method,omitempty"`
	Engine      string   `json:"engine,omitempty"`
	LoadMode    string   `json:"load_mode,omitempty"`
	Concurrency int64    `json:"concurrency,omitempty"`
	BatchSize   int64    `json:"batch_size,omitempty"`
	MaxNumSeqs  int64    `json:"max_num_seqs,omitempty"`
	RatePerS    *float64 `json:"rate_per_s,omitempty"`
	Requests    int64    `json:"requests,omitempty"`
}

// apiMetrics are the numbers of a result, an object of them by key.
type apiMetrics []namedMetric

type namedMetric struct {
	key string
	apiMetric
}

// MarshalJSONTo writes the object.
func (ms apiMetrics) MarshalJSONTo(enc *jsontext.Encoder) error {
	err := writeTokens(enc, jsontext.BeginObject)
	for i := 0; i < len(ms) && err == nil; i++ {
		if err = writeTokens(enc, jsontext.String(ms[i].key)); err == nil {
			err = json.MarshalEncode(enc, &ms[i].apiMetric)
		}
	}
	if err != nil {
		return err
	}
	return writeTokens(enc, jsontext.EndObject)
}

func writeTokens(enc *jsontext.Encoder, tokens ...jsontext.Token) error {
	for _, t := range tokens {
		if err := enc.WriteToken(t); err != nil {
			return err
		}
	}
	return nil
}

type apiMetric struct {
	Value      float64          `json:"value"`
	Unit       string           `json:"unit,omitempty"`
	CI95       *result.Interval `json:"ci95,omitempty"`
	Provenance string           `json:"provenance,omitempty"`
}

// apiPlace is where a result stands on a board.
type apiPlace struct {
	Board  string `json:"board"`
	RankLo int    `json:"rank_lo,omitempty"`
	RankHi int    `json:"rank_hi,omitempty"`
	Ranked int    `json:"ranked"`
}

// apiTombstone stands where a withdrawn result's summary stood.
type apiTombstone struct {
	ID        string        `json:"id"`
	URL       string        `json:"url"`
	Withdrawn apiModeration `json:"withdrawn"`
}

type apiModeration struct {
	ID         string `json:"id"`
	Reason     string `json:"reason"`
	Text       string `json:"text,omitempty"`
	Date       string `json:"date"`
	Discussion string `json:"discussion"`
	Title      string `json:"title,omitempty"`
	Model      string `json:"model,omitempty"`
	Task       string `json:"task,omitempty"`
	Hardware   string `json:"hardware,omitempty"`
}

func (s *site) apiBoard(b *rank.Board, rows bool) apiBoard {
	m, _ := s.reg.Get(b.Metric)
	a := apiBoard{ID: b.ID, Title: b.Title, URL: "boards/" + b.ID + "/", JSON: apiBoardPath(b.ID), CSV: boardCSV(b.ID), Task: b.Task, Hardware: b.Hardware, Point: b.Point, Boundary: b.Boundary,
		Kind: b.Kind, Origin: b.Origin, Weights: b.Weights, Count: b.Count, Precision: b.Precision, Metric: b.Metric, Unit: m.Unit, Better: string(m.Better), Newest: b.Newest, Ranked: len(s.ranked[b])}
	if !rows {
		return a
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		e := s.byID[row.Result.ID]
		ar := apiRow{ID: e.ID, URL: resultDir(e.Hash), JSON: apiResultPath(e.Hash), Model: e.Result.Model.Name, RankLo: row.RankLo, RankHi: row.RankHi, Value: row.Value, CI95: row.CI, Scale: row.Rating.ScaleID, Caveats: s.caveatIDs(e)}
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

func (s *site) apiModel(v *modelView) apiModel {
	m := apiModel{Name: v.Name, URL: "models/" + modelSegs(v.Name) + "/", JSON: apiModelPath(v.Name), Results: []string{}}
	if v.Known != nil {
		m.Aliases = v.Known.Aliases
		m.Family, m.Type, m.Parameters, m.ActiveParameters = v.Known.Family, v.Known.Type, v.Known.ParametersB, v.Known.ActiveParametersB
	}
	m.License, m.Commercial, _ = s.license(v.Known)
	for _, e := range v.Entries {
		m.Results = append(m.Results, e.ID)
	}
	return m
}

func (s *site) apiResult(e *entry) apiResult {
	return apiResult{e.ID, resultDir(e.Hash), apiResultPath(e.Hash), e.Result.Model.Name, e.Workload.Task, e.Path, e.Day(), flagOf(e), s.caveatIDs(e)}
}

func (s *site) apiSummary(e *entry) apiSummary {
	r := e.Result
	a := apiSummary{apiResult: s.apiResult(e), File: resultDir(e.Hash) + "result.json", Title: s.title(e), Kind: r.Kind, Class: r.Class, Origin: r.Origin(),
		Publisher: sourceField(r, func(s *result.Source) string { return s.Publisher }), Level: s.levelOf(r), License: r.License, Headline: s.headline(e), Metrics: s.apiMetrics(e)}
	c := apiConditions{Provider: r.Model.Provider, Precision: r.Model.Precision, Weights: r.Model.Weights, Method: r.Method, Requests: r.Workload.Requests}
	if h := r.Hardware; h != nil {
		c.Hardware, c.Count = h.Name, h.Count
	}
	if b := r.Boundary; b != nil {
		c.Boundary = b.Includes
	}
	if r.Software != nil && r.Software.Engine != nil {
		c.Engine = joinNonEmpty(" ", r.Software.Engine.Name, r.Software.Engine.Version)
	}
	if l := r.Workload.Load; l != nil {
		c.LoadMode, c.Concurrency, c.BatchSize, c.MaxNumSeqs, c.RatePerS = l.Mode, l.Concurrency, l.BatchSize, l.MaxNumSeqs, l.RatePerS
	}
	a.Conditions = c
	if g := e.Rating; g.Rated {
		a.Stars, a.StarsMin, a.StarsMax = &g.Stars, &g.Min, &g.Max
	} else {
		a.NotRated = g.Code
	}
	a.Scale = e.Rating.ScaleID
	for _, br := range e.Rows {
		a.Boards = append(a.Boards, apiPlace{br.Board.ID, br.Row.RankLo, br.Row.RankHi, len(s.ranked[br.Board])})
	}
	return a
}

// statistics are the parts of a distribution that are columns and API values.
var statistics = []string{".mean", ".min", ".p25", ".p50", ".p75", ".p90", ".p95", ".p99", ".max"}

// apiMetrics is every number of a result in the order of the keys, a distribution's
// with the statistic behind a dot.
func (s *site) apiMetrics(e *entry) apiMetrics {
	out := make(apiMetrics, 0, e.numberCount())
	for _, c := range s.numbers().sorted {
		v, ok := c.at(e)
		if !ok {
			continue
		}
		k := c.key
		am := apiMetric{Value: v, Unit: c.unit}
		if metric, ok := e.Result.Metrics[k]; ok {
			am.CI95, am.Provenance = metric.CI95, metric.Provenance
		} else if base, _, ok := strings.Cut(k, "."); ok {
			am.Provenance = e.Distributions[base].Provenance
		} else {
			am.Provenance = result.ProvDerived // a formula of site.yaml
		}
		out = append(out, namedMetric{k, am})
	}
	return out
}

// apiModerated are the flags and withdrawals as moderation.yaml states them.
func (s *site) apiModerated() map[string]any {
	flags, gone, asked := []apiModeration{}, []apiModeration{}, []map[string]string{}
	if m := s.in.Catalog.Moderation; m != nil {
		for _, f := range m.Flags {
			flags = append(flags, apiModeration{ID: f.ID, Reason: f.Reason, Text: f.Text, Date: f.Date, Discussion: f.Discussion})
		}
		for i := range m.Withdrawals {
			gone = append(gone, apiGone(&m.Withdrawals[i]))
		}
		for _, q := range m.Requests {
			one := map[string]string{"model": q.Model, "revision": q.Revision, "task": q.Task, "hardware": q.Hardware, "state": q.State, "date": q.Date, "by": q.By,
				"reason": q.Reason, "next": q.Next, "result": q.Result, "discussion": q.Discussion}
			maps.DeleteFunc(one, func(_, v string) bool { return v == "" })
			asked = append(asked, one)
		}
	}
	return map[string]any{"flags": flags, "withdrawals": gone, "requests": asked}
}

func apiGone(w *catalog.Withdrawal) apiModeration {
	return apiModeration{w.ID, w.Reason, w.Text, w.Date, w.Discussion, w.Title, w.Model, w.Task, w.Hardware}
}

// api writes /api/v1 and /schema.
// apiBoardFile is a board with its rows.
func (s *site) apiBoardFile(b *rank.Board) job {
	return func(r *renderer) (result.Findings, error) {
		return nil, r.json(apiBoardPath(b.ID), s.apiBoard(b, true))
	}
}

// apiModelFile is a model with the summaries of its results.
func (s *site) apiModelFile(v *modelView) job {
	return func(r *renderer) (result.Findings, error) {
		f := apiModelFile{apiModel: s.apiModel(v), Summaries: []apiSummary{}}
		for _, e := range v.Entries {
			if e.Withdrawal == nil {
				f.Summaries = append(f.Summaries, s.apiSummary(e))
			}
		}
		return nil, r.json(apiModelPath(v.Name), f)
	}
}

// json puts a file of the API.
func (r *renderer) json(name string, v any) error {
	buf, done := r.s.templates.buffer()
	defer done()
	if err := json.MarshalWrite(buf, v, jsonv1.DefaultOptionsV1(), jsontext.WithIndent(" ")); err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	buf.WriteByte('\n')
	return r.put(name, "api", buf.Bytes())
}

// list puts a file of JSON that grows with the board.
func (r *renderer) list(name, owner string, v any, opts ...json.Options) error {
	opts = append([]json.Options{jsonv1.DefaultOptionsV1(), jsontext.WithIndent(" ")}, opts...)
	return r.stream(name, owner, func(w io.Writer) error {
		if err := json.MarshalWrite(w, v, opts...); err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		_, err := w.Write([]byte{'\n'})
		return err
	})
}

func (s *site) api() job {
	return func(r *renderer) (result.Findings, error) {
		boards, models, results := []apiBoard{}, []apiModel{}, make([]apiResult, len(s.entries))
		for _, b := range s.boards {
			boards = append(boards, s.apiBoard(b, false))
		}
		for _, v := range s.models {
			models = append(models, s.apiModel(v))
		}
		for i, e := range s.entries {
			results[i] = s.apiResult(e)
		}
		tombs := s.withdrawnHashes()
		for _, hash := range slices.Sorted(maps.Keys(tombs)) {
			if err := r.json(apiResultPath(hash), apiTombstone{tombs[hash].ID, resultDir(hash), apiGone(tombs[hash])}); err != nil {
				return nil, err
			}
		}
		index := apiIndex{API: "1", Title: s.in.Site.Title, BaseURL: s.baseURL, Language: s.in.Site.Language, License: s.in.Site.License, UseNotice: s.in.Site.UseNotice, Newest: s.newest, Commit: s.in.Commit,
			Counts:  map[string]int{"boards": len(boards), "models": len(models), "results": len(results)},
			OpenAPI: openAPIPath, Boards: apiRoot + "boards.json", Board: apiBoardPath("{id}"), Models: apiRoot + "models.json", Model: apiRoot + "models/{org}/{name}.json",
			Results: apiRoot + "results.json", Summary: apiResultPath("{hash}"), Result: "r/{hash}/result.json", Metrics: apiRoot + "metrics.json", Columns: apiRoot + "columns.json", Moderation: apiRoot + "moderation.json",
			Schema: "schema/result-1.json", Checksums: "SHA256SUMS"}
		for _, f := range []struct {
			name string
			v    any
		}{{apiRoot + "index.json", index}, {index.Boards, boards}, {index.Models, models}, {index.Results, results}, {index.Metrics, s.dictionary()}, {index.Columns, s.dictionaryColumns()}, {index.Moderation, s.apiModerated()}} {
			if err := r.list(f.name, "api", f.v); err != nil {
				return nil, err
			}
		}
		if err := r.put(openAPIPath, "api", openAPI); err != nil {
			return nil, err
		}
		return nil, r.put("schema/result-1.json", "schema", result.Schema())
	}
}

// The data dictionary: every column of the tables and every key of the metric
// registry with its unit, its meaning and the columns it becomes. One list,
// printed on /data/dictionary/ and written as api/v1/columns.json and
// metrics.json.

package site

import (
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

const dictionaryPath = "data/dictionary/index.html"

// dictColumn is one column of results.csv and results.parquet.
type dictColumn struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Metric string `json:"metric,omitempty"` // key in metrics.json
	Text   string `json:"definition"`
}

// dictionaryColumns describes the columns. Those of metrics are described by
// their keys.
func (s *site) dictionaryColumns() []dictColumn {
	var out []dictColumn
	for _, c := range s.resultColumns() {
		d := dictColumn{Name: c.name, Type: c.kind, Metric: c.key}
		if m, ok := s.reg.Get(c.name); ok {
			d.Text = s.metricName(m)
		} else {
			d.Text = s.msg.T("dc." + c.name)
		}
		out = append(out, d)
	}
	return out
}

// dictEntry is one key.
type dictEntry struct {
	Key          string   `json:"key"`
	Name         string   `json:"name"`
	Unit         string   `json:"unit"` // empty for counts and fractions
	Better       string   `json:"better"`
	Definition   string   `json:"definition"`
	GoodFor      string   `json:"good_for,omitempty"`
	Formula      string   `json:"formula,omitempty"`
	Kind         string   `json:"kind"` // metric or distribution
	Type         string   `json:"type"`
	Columns      []string `json:"columns,omitempty"`
	Provenance   []string `json:"provenance,omitempty"`
	Results      int      `json:"results"`
	Page         string   `json:"page,omitempty"`
	Presentation int      `json:"significant_digits"`
}

// dictionary describes every key of the registry, in its order. Columns and
// provenance are those that this board's results have.
func (s *site) dictionary() []dictEntry {
	byKey := map[string][]string{}
	numbers := s.numbers()
	for _, c := range numbers.files {
		base, _, _ := strings.Cut(c.key, ".")
		byKey[base] = append(byKey[base], c.key)
	}
	var out []dictEntry
	for _, m := range s.reg.All() {
		d := dictEntry{Key: m.Key, Name: s.metricName(m), Unit: m.Unit, Better: string(m.Better), Definition: s.definition(m), GoodFor: s.goodFor(m), Kind: "metric", Type: "number",
			Columns: byKey[m.Key], Presentation: m.Digits}
		if m.Better == unit.Neutral {
			d.Better = "neutral"
		}
		if m.Distribution {
			d.Kind = "distribution"
		}
		if f, ok := s.in.Site.Formulas[m.Key]; ok {
			d.Formula = f.Expr
		}
		if page, _, _ := strings.Cut(m.Page, "#"); page != "" && s.pageLink("index.html", page) != "" {
			d.Page = m.Page
		}
		if u := numbers.keys[m.Key]; u != nil {
			d.Results, d.Provenance = u.results, u.origins()
		}
		out = append(out, d)
	}
	return out
}

type dictionaryPage struct {
	frame
	Facts     []dictFact // columns that are no metrics
	Metrics   []dictLine
	JSON      string
	Columns   string
	CSV       string
	Statistic string // how columns of distributions are named
}

type dictFact struct {
	dictColumn
	TypeText string
}

type dictLine struct {
	dictEntry
	ID, URL, BetterText, Origin string
}

func (s *site) dictionaryPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = dictionaryPath
		p := dictionaryPage{frame: s.frame(path, s.msg.T("dict.title"), s.msg.T("dict.lede"), false, link{"data/index.html", s.msg.T("nav.data")}),
			JSON: relative(path, apiRoot+"metrics.json"), Columns: relative(path, apiRoot+"columns.json"), CSV: relative(path, "data/results.csv"), Statistic: strings.ReplaceAll(strings.Join(statistics, " "), ".", "")}
		for _, c := range s.dictionaryColumns() {
			if c.Metric == "" {
				p.Facts = append(p.Facts, dictFact{c, s.msg.T("dt." + c.Type)})
			}
		}
		for _, d := range s.dictionary() {
			m, _ := s.reg.Get(d.Key)
			l := dictLine{dictEntry: d, ID: "m-" + d.Key, BetterText: s.msg.T("better." + string(m.Better))}
			if d.Page != "" {
				l.URL = s.metricLink(path, m)
			}
			var words []string
			for _, v := range d.Provenance {
				words = append(words, s.msg.T("prov."+v))
			}
			l.Origin = strings.Join(words, s.msg.T("sep.list"))
			p.Metrics = append(p.Metrics, l)
		}
		return nil, r.page("dictionary", path, &p)
	}
}

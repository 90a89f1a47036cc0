// The data dictionary: every key of the metric registry with its unit, its
// meaning and the columns it becomes. One list, printed on /data/ and written as
// api/v1/metrics.json.

package site

import (
	"maps"
	"slices"
	"strings"

	"jouleboard/internal/unit"
)

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
	for _, c := range s.usedColumns(s.entries, statistics) {
		base, _, _ := strings.Cut(c, ".")
		byKey[base] = append(byKey[base], c)
	}
	var out []dictEntry
	for _, m := range s.reg.All() {
		d := dictEntry{Key: m.Key, Name: s.metricName(m), Unit: m.Unit, Better: string(m.Better), Definition: m.Definition, GoodFor: m.GoodFor, Kind: "metric", Type: "number",
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
		seen := map[string]bool{}
		for _, e := range s.entries {
			_, inMetrics := e.Result.Metrics[m.Key]
			_, inDist := e.Distributions[m.Key]
			_, computed := s.value(e.Result, m.Key)
			switch {
			case inMetrics:
				seen[e.Result.Metrics[m.Key].Provenance] = true
			case inDist:
				seen[e.Distributions[m.Key].Provenance] = true
			case computed:
				seen["derived"] = true
			default:
				continue
			}
			d.Results++
		}
		d.Provenance = slices.Sorted(maps.Keys(seen))
		out = append(out, d)
	}
	return out
}

// Deriving an edition: from a cohort of results to rounded reference, factor
// and stored levels.

package rank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"sort"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

// midStars is where the middle of a cohort lands.
const midStars = 2.5

// factors are the steps a star may stand for, smallest first: printable, and
// coarse enough to absorb small changes of the cohort.
var factors = [...]float64{1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10}

// DeriveOptions say which results form the cohorts.
type DeriveOptions struct {
	Title string
	// Point is the operating point that results must be at, and whose choice
	// takes one of a model's several. Required.
	Point string
	// By lists the cohort keys that split results into groups, such as task and
	// hardware.
	By []string
	// Where lists cohort keys with the one value that results must have. Keys in
	// neither list are not compared.
	Where map[string]string
	// MinCohort is the fewest distinct models of a group with levels; 0 means 8.
	MinCohort int
	// WholeStars leaves out half stars.
	WholeStars bool
	// Source is the text that says where the figures come from; empty: made from
	// the sources that the results name.
	Source string
}

// Derive makes a draft edition of a log-index scale from results. Groups with
// fewer models than the minimum are recorded with their size and no levels.
// Findings of level error say why there is no scale; it is then nil. Each
// group's reference holds a SHA-256 over the ids of the results used, sorted, a
// line each.
func Derive(id, edition, effective, metric, unitName string, rs []*result.Result, points []Point, opt DeriveOptions) (*Scale, result.Findings) {
	s, _, fs := derive(id, edition, effective, metric, unitName, rs, points, opt)
	return s, fs
}

// derive is Derive that also gives the cohorts, one a group of the scale.
func derive(id, edition, effective, metric, unitName string, rs []*result.Result, points []Point, opt DeriveOptions) (*Scale, []*derived, result.Findings) {
	var fs result.Findings
	bad := func(format string, args ...any) (*Scale, []*derived, result.Findings) {
		return nil, nil, append(fs, result.Finding{Rule: "SCALE-DERIVE", Level: result.Error, Message: fmt.Sprintf(format, args...)})
	}
	if opt.MinCohort == 0 {
		opt.MinCohort = 8
	}
	m, ok := registry().Get(metric)
	switch {
	case !ok:
		return bad("unknown metric %q, expected a key of the metric registry", metric)
	case m.Unit != unitName:
		return bad("unit is %q, but %s is in %q", unitName, metric, m.Unit)
	case m.Better == unit.Neutral:
		return bad("no value of %s is better than another", metric)
	}
	cfg := Config{Points: points}
	pi := cfg.point(opt.Point)
	if pi < 0 {
		return bad("unknown operating point %q", opt.Point)
	}
	s := &Scale{ID: id, Edition: edition, Title: opt.Title, Effective: effective, Status: StatusDraft, Metric: metric, Unit: unitName,
		Direction: string(m.Better), Method: MethodLogIndex, HalfStars: !opt.WholeStars, MinCohort: opt.MinCohort, MaxSpan: 1}

	cohorts, err := deriveCohorts(rs, points[pi], metric, opt)
	if err != nil {
		return bad("%v", err)
	}
	if len(cohorts) == 0 {
		return bad("no result is at %s with %s and the keys asked for", opt.Point, metric)
	}
	for _, c := range cohorts {
		s.Groups = append(s.Groups, s.deriveGroup(c, metric, opt))
	}
	for _, p := range s.problems(registry()) {
		fs = append(fs, result.Finding{Rule: "SCALE-DERIVE", Level: result.Error, Where: result.Place{Pointer: p.at}, Message: p.message, Hint: p.hint})
	}
	if fs.HasErrors() {
		return nil, nil, fs
	}
	if s.SHA256, err = s.digest(); err != nil {
		return bad("%v", err)
	}
	return s, cohorts, fs
}

// derived is a group before its levels: the chosen result of each entry.
type derived struct {
	cohort  Cohort
	keys    []string // sort key
	entries map[string]*result.Result
}

func deriveCohorts(rs []*result.Result, p Point, metric string, opt DeriveOptions) ([]*derived, error) {
	want := Cohort{}
	for k, v := range opt.Where {
		if err := want.set(k, v); err != nil {
			return nil, err
		}
	}
	if err := want.set("point", p.ID); err != nil {
		return nil, err
	}
	groups := map[string]*derived{}
	for _, r := range rs {
		v, ok := r.Value(metric)
		if !ok || !(v > 0) || math.IsInf(v, 0) || r.Draft != "" || !p.At(r) {
			continue
		}
		g := guardsOf(r)
		if !want.matches(g) {
			continue
		}
		c := want
		for _, k := range opt.By {
			if err := c.set(k, g.get(k)); err != nil {
				return nil, fmt.Errorf("result %s: %w", r.Hash12(), err)
			}
		}
		var keys []string
		for _, k := range cohortKeys {
			v, _ := c.Get(k)
			keys = append(keys, v)
		}
		id := strings.Join(keys, "\x00")
		d := groups[id]
		if d == nil {
			d = &derived{cohort: c, keys: keys, entries: map[string]*result.Result{}}
			groups[id] = d
		}
		// Reasoning on and off are different operating points, so two entries.
		e := result.Normal(r.Model.Name) + "\x00" + g.reasoning
		if old := d.entries[e]; old == nil || p.Better(r, old, metric, registry()) {
			d.entries[e] = r
		}
	}
	out := make([]*derived, 0, len(groups))
	for _, d := range groups {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return strings.Join(out[i].keys, "\x00") < strings.Join(out[j].keys, "\x00") })
	return out, nil
}

// matches compares all named keys but the point.
func (c Cohort) matches(g guards) bool {
	for _, k := range guardOrder {
		if v, named := c.Get(k); named && k != "point" && v != g.get(k) {
			return false
		}
	}
	return true
}

// sourceText names where the results of a group come from.
func sourceText(entries map[string]*result.Result) string {
	seen := map[string]bool{}
	for _, r := range entries {
		text := "measured by " + r.By.Name
		if src := r.Source; src != nil {
			text = src.Publisher
			switch {
			case strings.Contains(src.Title, src.Publisher):
				text = src.Title
			case src.Title != "":
				text += ", " + src.Title
			}
			if src.Version != "" {
				text += ", version " + src.Version
			}
			if src.Published != "" {
				text += ", published " + src.Published
			}
		}
		seen[text] = true
	}
	texts := make([]string, 0, len(seen))
	for t := range seen {
		texts = append(texts, t)
	}
	sort.Strings(texts)
	return strings.Join(texts, "; ")
}

func (s *Scale) deriveGroup(d *derived, metric string, opt DeriveOptions) Group {
	models := map[string]bool{}
	var ids []string
	source := opt.Source
	if source == "" {
		source = sourceText(d.entries)
	}
	var logs []float64
	for _, r := range d.entries {
		models[result.Normal(r.Model.Name)] = true
		ids = append(ids, r.ID)
		logs = append(logs, s.logOf(r, metric))
	}
	sort.Strings(ids)
	sort.Float64s(logs)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n") + "\n"))
	g := Group{Cohort: d.cohort, Reference: Reference{N: len(models), Source: source, SHA256: hex.EncodeToString(sum[:])}}
	if len(models) < s.MinCohort {
		return g
	}
	p := s.fit(logs)
	g.Params, g.Levels = &p, s.levels(p)
	return g
}

// logOf is the logarithm of a result's value as a cohort is sorted by: that of
// energy, so lower is better also for a metric of which more is better.
func (s *Scale) logOf(r *result.Result, metric string) float64 {
	v, _ := r.Value(metric)
	if s.higher() {
		return -math.Log(v)
	}
	return math.Log(v)
}

// fit is the rule of an edition: reference and factor of a cohort, given the
// sorted logarithms of its values, the best first.
func (s *Scale) fit(logs []float64) Params {
	mid := stats.Median(logs)
	if s.higher() {
		mid = -mid
	}
	p := Params{Mid: midStars, ERef: round(math.Exp(mid), 2)}
	ref := math.Log(p.ERef)
	if s.higher() {
		ref = -ref
	}
	p10, best := stats.Quantile7(logs, 0.1), logs[0]
	for _, p.Factor = range factors {
		x := func(l float64) float64 { return p.Mid + (ref-l)/math.Log(p.Factor) }
		if x(p10) <= 4 && x(best) <= 5 {
			break
		}
	}
	return p
}

// levels are the stored levels of a reference and a factor, most stars first.
func (s *Scale) levels(p Params) Levels {
	var out Levels
	for _, st := range s.steps() {
		out = append(out, Level{st, round(s.formula(p, st), 4)})
	}
	return out
}

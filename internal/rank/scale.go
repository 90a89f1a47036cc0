// A rating scale as it stands in labels/scales: its fields, what makes one
// valid, and the digest that freezes it.

package rank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
	"jouleboard/internal/yamldoc"
)

// States of a scale. Only drafts may still change.
const (
	StatusDraft      = "draft"
	StatusFrozen     = "frozen"
	StatusSuperseded = "superseded"
)

// Methods of a scale. The first two are stored as levels and never move; the
// other two compare with the results at hand and are relative rankings.
const (
	MethodThresholds = "thresholds"
	MethodLogIndex   = "log-index"
	MethodEqualWidth = "equal-width"
	MethodQuantile   = "quantile"
)

// Scale is one edition of a rating scale.
type Scale struct {
	ID           string  `yaml:"id"`
	Edition      string  `yaml:"edition"`
	Title        string  `yaml:"title"`
	Effective    string  `yaml:"effective"` // YYYY-MM-DD
	Status       string  `yaml:"status"`
	SupersededBy string  `yaml:"superseded_by"`
	Metric       string  `yaml:"metric"`    // registry key
	Unit         string  `yaml:"unit"`      // compared with the registry's, never converted
	Direction    string  `yaml:"direction"` // lower or higher
	Method       string  `yaml:"method"`
	HalfStars    bool    `yaml:"half_stars"`
	MinCohort    int     `yaml:"min_cohort"`
	MaxSpan      float64 `yaml:"max_span"` // stars; 1.0 where the file does not say
	Groups       []Group `yaml:"groups"`

	// SHA256 is the digest that the lock file holds (hex).
	SHA256 string `yaml:"-"`
	// File is where it was read from, empty for a scale made in memory.
	File string `yaml:"-"`
}

// Group is one cohort of a scale with its reference and stored levels.
type Group struct {
	Cohort    Cohort    `yaml:"cohort"`
	Reference Reference `yaml:"reference"`
	// Params are the inputs of the log-index; nil for other methods.
	Params *Params `yaml:"params"`
	// Levels are ordered from most stars to fewest. Empty in live methods and
	// where the reference cohort was too small.
	Levels Levels `yaml:"levels"`
}

// Cohort holds the keys that a result must equal to be rated in a group. A nil
// key is not compared.
type Cohort struct {
	Task      *string `yaml:"task"`
	Class     *string `yaml:"class"`
	Hardware  *string `yaml:"hardware"`
	Count     *int64  `yaml:"count"`
	Precision *string `yaml:"precision"`
	Point     *string `yaml:"point"`
	Boundary  *string `yaml:"boundary"`
	Kind      *string `yaml:"kind"`
	Weights   *string `yaml:"weights"`
	Origin    *string `yaml:"origin"`
}

// Reference says which results a group was derived from.
type Reference struct {
	N      int    `yaml:"n"`
	Source string `yaml:"source"`
	SHA256 string `yaml:"sha256"`
}

// Params are the rounded inputs of the log-index.
type Params struct {
	Mid    float64 `yaml:"mid"`    // stars at e_ref
	ERef   float64 `yaml:"e_ref"`  // in the scale's unit
	Factor float64 `yaml:"factor"` // one star better divides energy by it
}

// Level is the worst value that still gets the stars.
type Level struct {
	Stars, Value float64
}

// Levels are ordered from most stars to fewest.
type Levels []Level

// UnmarshalYAMLNode reads the mapping of stars to values.
func (l *Levels) UnmarshalYAMLNode(n yamldoc.Node) {
	seen := map[float64]bool{}
	for _, e := range n.Entries() {
		stars, err := strconv.ParseFloat(e.Key, 64)
		v, ok := e.Node.Number()
		switch {
		case err != nil || !stats.Finite(stars):
			e.Node.Errorf(yamldoc.Value, "write 5.0, 4.5, ... 1.5", "%q is not a number of stars", result.Clip(e.Key))
		case !ok:
			e.Node.Errorf(yamldoc.Type, "", "the level of %v stars is %v, expected a number", e.Key, e.Node)
		case seen[stars]:
			e.Node.Errorf(yamldoc.Double, "keep one of them", "%v stars are given twice", stars)
		default:
			seen[stars] = true
			*l = append(*l, Level{stars, v})
		}
	}
	sort.Slice(*l, func(i, j int) bool { return (*l)[i].Stars > (*l)[j].Stars })
}

// Live says whether ratings depend on the other results of the board: a
// relative ranking that changes with each update.
func (s *Scale) Live() bool { return s.Method == MethodEqualWidth || s.Method == MethodQuantile }

func (s *Scale) higher() bool { return s.Direction == string(unit.Higher) }

// Get returns the value of a cohort key and whether the cohort names it.
func (c Cohort) Get(key string) (string, bool) {
	str := func(p *string) (string, bool) {
		if p == nil {
			return "", false
		}
		return result.Normal(*p), true
	}
	switch key {
	case "task":
		return str(c.Task)
	case "class":
		return str(c.Class)
	case "hardware":
		return str(c.Hardware)
	case "count":
		if c.Count == nil {
			return "", false
		}
		return strconv.FormatInt(*c.Count, 10), true
	case "precision":
		return str(c.Precision)
	case "point":
		return str(c.Point)
	case "boundary":
		return str(c.Boundary)
	case "kind":
		return str(c.Kind)
	case "weights":
		return str(c.Weights)
	case "origin":
		return str(c.Origin)
	}
	return "", false
}

// set names a key of the cohort. An unknown key or a count that is no number is
// an error.
func (c *Cohort) set(key, value string) error {
	fields := map[string]**string{"task": &c.Task, "class": &c.Class, "hardware": &c.Hardware, "precision": &c.Precision,
		"point": &c.Point, "boundary": &c.Boundary, "kind": &c.Kind, "weights": &c.Weights, "origin": &c.Origin}
	if f, ok := fields[key]; ok {
		*f = &value
		return nil
	}
	if key == "count" {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("count %q is not a number", value)
		}
		c.Count = &n
		return nil
	}
	return fmt.Errorf("unknown cohort key %q, expected one of task, class, hardware, count, precision, point, boundary, kind, weights, origin", key)
}

// cohortKeys is the order in which cohorts are written.
var cohortKeys = [...]string{"task", "class", "hardware", "count", "precision", "point", "boundary", "kind", "weights", "origin"}

// CohortKeys are the keys that a cohort may have, in the order in which they are
// written.
func CohortKeys() []string { return slices.Clone(cohortKeys[:]) }

// String names the group for people: its keys in file order.
func (c Cohort) String() string {
	s := ""
	for _, k := range cohortKeys {
		if v, ok := c.Get(k); ok {
			if s != "" {
				s += ", "
			}
			s += k + " " + v
		}
	}
	return s
}

// LevelOf returns the level of a number of stars, ok false if there is none.
func (g Group) LevelOf(stars float64) (float64, bool) {
	for _, l := range g.Levels {
		if l.Stars == stars {
			return l.Value, true
		}
	}
	return 0, false
}

var scaleID = regexp.MustCompile(`^[a-z0-9-]{1,14}$`)

// ValidScaleID says whether a scale may have the id: short enough for a label,
// and safe as a file name.
func ValidScaleID(id string) bool { return scaleID.MatchString(id) }

// problem is one thing wrong with a scale; at is a JSON pointer into its file.
type problem struct {
	at, message, hint string
}

// problems checks everything about a scale that needs no other file.
func (s *Scale) problems(reg *unit.Registry) []problem {
	var ps []problem
	bad := func(at, hint, format string, args ...any) {
		ps = append(ps, problem{at, fmt.Sprintf(format, args...), hint})
	}
	if !scaleID.MatchString(s.ID) {
		bad("/id", "use 1 to 14 of a-z, 0-9 and -", "scale id %q cannot stand on a label", s.ID)
	}
	if s.Edition == "" {
		bad("/edition", "give the edition as text, for example \"2026\"", "edition is missing")
	}
	if _, err := time.Parse(time.DateOnly, s.Effective); err != nil {
		bad("/effective", "write it as YYYY-MM-DD", "effective is %q, expected a date", s.Effective)
	}
	switch s.Status {
	case StatusDraft, StatusFrozen:
		if s.SupersededBy != "" {
			bad("/superseded_by", "set status: superseded, or remove it", "superseded_by is set although status is %s", s.Status)
		}
	case StatusSuperseded:
		if s.SupersededBy == "" {
			bad("/superseded_by", "name the edition that replaces it", "status is superseded, but superseded_by is empty")
		}
	default:
		bad("/status", "", "status is %q, expected draft, frozen or superseded", s.Status)
	}
	if m, ok := reg.Get(s.Metric); !ok {
		bad("/metric", "use a key of the metric registry", "unknown metric %q", s.Metric)
	} else {
		if m.Unit != s.Unit {
			bad("/unit", "units are compared, never converted", "unit is %q, but %s is in %q", s.Unit, s.Metric, m.Unit)
		}
		if string(m.Better) != s.Direction {
			bad("/direction", "", "direction is %q, but for %s %s is better", s.Direction, s.Metric, m.Better)
		}
	}
	switch s.Method {
	case MethodThresholds, MethodLogIndex:
		if s.MinCohort < 1 {
			bad("/min_cohort", "8 is the rule for derived editions", "min_cohort is %d, expected 1 or more", s.MinCohort)
		}
	case MethodEqualWidth, MethodQuantile:
		if s.MinCohort < 5 {
			bad("/min_cohort", "", "min_cohort is %d, but %s needs 5 or more", s.MinCohort, s.Method)
		}
		if s.HalfStars {
			bad("/half_stars", "", "%s never gives half stars", s.Method)
		}
	default:
		bad("/method", "", "method is %q, expected thresholds, log-index, equal-width or quantile", s.Method)
		return ps
	}
	if !(s.MaxSpan > 0) || s.MaxSpan > 4 {
		bad("/max_span", "", "max_span is %v stars, expected more than 0 and at most 4", s.MaxSpan)
	}
	if len(s.Groups) == 0 {
		bad("/groups", "", "the scale has no group")
	}
	for i, g := range s.Groups {
		s.groupProblems(g, fmt.Sprintf("/groups/%d", i), bad)
	}
	return ps
}

func (s *Scale) groupProblems(g Group, at string, bad func(at, hint, format string, args ...any)) {
	if s.Live() {
		if len(g.Levels) > 0 || g.Params != nil {
			bad(at, "remove levels and params", "%s compares with the results at hand and has no stored levels", s.Method)
		}
		return
	}
	if g.Reference.N < s.MinCohort {
		if len(g.Levels) > 0 {
			bad(at+"/levels", "remove the levels", "a reference of %d is below min_cohort %d and has no levels", g.Reference.N, s.MinCohort)
		}
		return
	}
	for _, st := range s.steps() {
		if _, ok := g.LevelOf(st); !ok {
			bad(at+"/levels", "", "the level of %.1f stars is missing", st)
		}
	}
	for i, l := range g.Levels {
		if l.Stars < 1.5 || l.Stars > 5 || l.Stars*2 != math.Trunc(l.Stars*2) {
			bad(at+"/levels", "", "%v stars cannot have a level, expected 5.0, 4.5, ... 1.5", l.Stars)
		}
		if !(l.Value > 0) || math.IsInf(l.Value, 0) {
			bad(at+"/levels", "", "the level of %.1f stars is %v, expected a positive number", l.Stars, l.Value)
		}
		if i > 0 {
			prev := g.Levels[i-1]
			if !s.higher() && prev.Value >= l.Value || s.higher() && prev.Value <= l.Value {
				bad(at+"/levels", "more stars need a strictly better value", "the levels of %.1f and %.1f stars are out of order: %v, %v", prev.Stars, l.Stars, prev.Value, l.Value)
			}
		}
	}
	if s.Method != MethodLogIndex {
		if g.Params != nil {
			bad(at+"/params", "", "params belong to log-index only")
		}
		return
	}
	p := g.Params
	if p == nil {
		bad(at, "add params: {mid: ..., e_ref: ..., factor: ...}", "log-index without params")
		return
	}
	if !(p.ERef > 0) || !(p.Factor > 1) || !stats.Finite(p.ERef) || !stats.Finite(p.Factor) || !stats.Finite(p.Mid) {
		bad(at+"/params", "", "params need e_ref above 0 and factor above 1, found e_ref %v and factor %v", p.ERef, p.Factor)
		return
	}
	for _, l := range g.Levels {
		if d := levelError(l.Value, s.formula(*p, l.Stars)); d > maxLevelError {
			bad(at+"/levels", "restore the derived level; the formula is e_ref x factor^(mid - stars)",
				"the level of %.1f stars is %v, the formula gives %v (%.2f %% apart)", l.Stars, l.Value, round(s.formula(*p, l.Stars), 4), d*100)
		}
	}
}

// steps are the star counts that need a level: all below the scale's finest
// step but 1.0, which needs none.
func (s *Scale) steps() []float64 {
	if s.HalfStars {
		return []float64{5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5}
	}
	return []float64{5, 4, 3, 2}
}

// canonical is the part of a scale that must never change once frozen, as
// canonical JSON (RFC 8785): all but status, superseded_by and title.
func (s *Scale) canonical() ([]byte, error) {
	groups := make([]any, len(s.Groups))
	for i, g := range s.Groups {
		cohort := map[string]any{}
		for _, k := range cohortKeys {
			if v, ok := g.Cohort.Get(k); ok {
				cohort[k] = v
			}
		}
		if g.Cohort.Count != nil {
			cohort["count"] = *g.Cohort.Count
		}
		m := map[string]any{"cohort": cohort}
		if g.Reference != (Reference{}) {
			m["reference"] = map[string]any{"n": g.Reference.N, "source": g.Reference.Source, "sha256": g.Reference.SHA256}
		}
		if g.Params != nil {
			m["params"] = map[string]any{"mid": g.Params.Mid, "e_ref": g.Params.ERef, "factor": g.Params.Factor}
		}
		if len(g.Levels) > 0 {
			levels := map[string]any{}
			for _, l := range g.Levels {
				levels[strconv.FormatFloat(l.Stars, 'f', 1, 64)] = l.Value
			}
			m["levels"] = levels
		}
		groups[i] = m
	}
	b, err := json.Marshal(map[string]any{
		"id": s.ID, "edition": s.Edition, "effective": s.Effective, "metric": s.Metric, "unit": s.Unit,
		"direction": s.Direction, "method": s.Method, "half_stars": s.HalfStars, "min_cohort": s.MinCohort,
		"max_span": s.MaxSpan, "groups": groups,
	})
	if err != nil {
		return nil, fmt.Errorf("scale %s: %w", s.ID, err)
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("scale %s: %w", s.ID, err)
	}
	return v, nil
}

// digest is the SHA-256 of canonical, in hex.
func (s *Scale) digest() (string, error) {
	b, err := s.canonical()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

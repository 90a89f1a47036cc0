// Scale x result -> rating: the guards, the order of outcomes, the uncertainty.

package rank

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// Codes of a result that is not rated. guard- codes end in the key that
// differs: guard-hardware, guard-count and so on.
const (
	CodeWithdrawn     = "withdrawn"
	CodeNoScale       = "no-scale"
	CodeMetricMissing = "metric-missing"
	CodeMetricInvalid = "metric-invalid"
	CodeGuard         = "guard-"
	CodeCohortSmall   = "cohort-small"
	CodeZeroSpan      = "zero-span"
	CodeUncertain     = "uncertain"
)

// Rating is the outcome of a scale and a result. There is no default star
// count: where Rated is false, Stars is 0 and must not be drawn.
type Rating struct {
	Rated bool
	// Stars is the rating; Min and Max are what the 95 % interval allows, both
	// equal to Stars without an interval.
	Stars, Min, Max float64
	// Spans says that Min and Max differ.
	Spans bool
	// CI is the interval that Min and Max come from, nil if none was reported.
	CI *result.Interval
	// Code and Reason say why there is no rating; Reason is printed as it is.
	Code, Reason string

	ScaleID, Edition, Status string
	// ScaleSHA256 is the digest of the scale.
	ScaleSHA256 string
	// Relative marks live methods: a ranking that changes with each update.
	Relative bool
	// Group is the index of the scale's group, -1 if none was reached.
	Group int
	// Index is the position on a log-index scale, for display, not clamped.
	Index *float64
	// Value is the scale's metric in Unit, 0 where it is missing or invalid.
	Value float64
	Unit  string
	// Estimated says that the value's provenance is an estimate.
	Estimated bool
}

// Rate rates a result. cohort is read by live methods only and should hold the
// results of the same board, r among them. points are the site's operating
// points. withdrawn is the result's tombstone, if it has one. A nil scale gives
// the outcome no-scale.
func (s *Scale) Rate(r *result.Result, cohort []*result.Result, points []Point, withdrawn *catalog.Withdrawal) Rating {
	return s.Rater(cohort, points).Rate(r, withdrawn)
}

// Rater rates many results by one scale. It finds the values of a live method's
// cohorts once, and may be used from many goroutines.
type Rater struct {
	scale   *Scale
	points  []Point
	cohorts []func() cohortValues // by group
}

// Rater returns what rates as Rate does.
func (s *Scale) Rater(cohort []*result.Result, points []Point) *Rater {
	r := &Rater{scale: s, points: points}
	if s != nil && s.Live() {
		for g := range s.Groups {
			r.cohorts = append(r.cohorts, sync.OnceValue(func() cohortValues { return s.cohortOf(g, cohort, points) }))
		}
	}
	return r
}

// Rate is Scale.Rate among the rater's cohort.
func (a *Rater) Rate(r *result.Result, withdrawn *catalog.Withdrawal) Rating {
	return a.rate(r, guardsOf(r), withdrawn)
}

func (a *Rater) rate(r *result.Result, g guards, withdrawn *catalog.Withdrawal) Rating {
	s, points := a.scale, a.points
	out := Rating{Group: -1}
	if s != nil {
		out.ScaleID, out.Edition, out.Status, out.ScaleSHA256 = s.ID, s.Edition, s.Status, s.SHA256
		out.Relative, out.Unit = s.Live(), s.Unit
	}
	not := func(code, format string, args ...any) Rating {
		out.Code, out.Reason = code, fmt.Sprintf(format, args...)
		return out
	}
	if withdrawn != nil {
		return not(CodeWithdrawn, "Withdrawn %s", withdrawn.Date)
	}
	if !s.hasTask(g.task) {
		return not(CodeNoScale, "Not rated: no scale for this task")
	}

	m, known := registry().Get(s.Metric)
	v, ok := r.Value(s.Metric)
	if !ok || !known || m.Unit != s.Unit {
		if r.Class == result.ClassPerformance && strings.HasPrefix(s.Metric, "energy_") {
			return not(CodeMetricMissing, "Not rated: no energy measured")
		}
		name := s.Metric
		if known {
			name = strings.ToLower(m.Name[:1]) + m.Name[1:]
		}
		return not(CodeMetricMissing, "Not rated: %s not reported", name)
	}
	ci := r.Metrics[s.Metric].CI95
	if !(v > 0) || math.IsInf(v, 0) || ci != nil && !(ci[0] <= v && v <= ci[1]) {
		return not(CodeMetricInvalid, "Not rated: invalid value")
	}
	out.Value, out.CI = v, ci
	out.Estimated = r.Metrics[s.Metric].Provenance == result.ProvEstimated

	group, differs := s.group(r, g, points)
	if differs != "" {
		val := g.get(differs)
		if differs == "point" {
			val = strings.Join(pointsOf(r, points), ", ")
		}
		if val == "" {
			val = "not stated"
		}
		return not(CodeGuard+differs, "Not rated: different %s (%s)", differs, val)
	}
	out.Group = group
	grp := s.Groups[group]

	var stars func(float64) float64
	if s.Live() {
		vs := a.cohorts[group]()
		if len(vs) < s.MinCohort {
			return not(CodeCohortSmall, "Not rated: reference cohort of %d, %d needed", len(vs), s.MinCohort)
		}
		if vs[0] == vs[len(vs)-1] {
			return not(CodeZeroSpan, "Not rated: all cohort values equal")
		}
		stars = func(v float64) float64 {
			if s.higher() {
				v = -v
			}
			if s.Method == MethodQuantile {
				return vs.quantileStars(v)
			}
			return vs.equalWidthStars(v)
		}
	} else {
		if grp.Reference.N < s.MinCohort || len(grp.Levels) == 0 {
			return not(CodeCohortSmall, "Not rated: reference cohort of %d, %d needed", grp.Reference.N, s.MinCohort)
		}
		stars = func(v float64) float64 { return thresholdStars(grp.Levels, v, s.HalfStars, s.higher()) }
		if s.Method == MethodLogIndex && grp.Params != nil {
			x := index(*grp.Params, v, s.higher())
			out.Index = &x
		}
	}

	st := stars(v)
	lo, hi := st, st
	if ci != nil {
		best, worst := ci[0], ci[1]
		if s.higher() {
			best, worst = worst, best
		}
		lo, hi = stars(worst), stars(best)
	}
	if span := hi - lo; span > s.MaxSpan {
		// The range stays: it says how far the interval reaches.
		out.Min, out.Max, out.Spans = lo, hi, true
		return not(CodeUncertain, "Not rated: uncertainty spans %s stars", strconv.FormatFloat(span, 'f', -1, 64))
	}
	out.Rated, out.Stars, out.Min, out.Max, out.Spans = true, st, lo, hi, lo < hi
	return out
}

// hasTask says whether any group could rate the task. It is false for no scale.
func (s *Scale) hasTask(task string) bool {
	if s == nil {
		return false
	}
	for _, g := range s.Groups {
		if t, named := g.Cohort.Get("task"); !named || t == task {
			return true
		}
	}
	return false
}

// group finds the group of the result's task that differs in fewest keys; of
// equals the one that agrees on most, then the first in the file. differs is
// the first key in guard order that does not match, "" if all do.
func (s *Scale) group(r *result.Result, g guards, points []Point) (best int, differs string) {
	bestDiff, bestAgree := len(guardOrder)+1, -1
	for i, grp := range s.Groups {
		if t, named := grp.Cohort.Get("task"); named && t != g.task {
			continue
		}
		diff, agree, first := 0, 0, ""
		for _, k := range guardOrder {
			want, named := grp.Cohort.Get(k)
			if !named {
				continue
			}
			same := want == g.get(k)
			if k == "point" {
				same = isAt(r, want, points)
			}
			if same {
				agree++
				continue
			}
			diff++
			if first == "" {
				first = k
			}
		}
		if diff < bestDiff || diff == bestDiff && agree > bestAgree {
			best, bestDiff, bestAgree, differs = i, diff, agree, first
		}
	}
	return best, differs
}

func isAt(r *result.Result, id string, points []Point) bool {
	for _, p := range points {
		if p.ID == id {
			return p.At(r)
		}
	}
	return false
}

func pointsOf(r *result.Result, points []Point) []string {
	var ids []string
	for _, p := range points {
		if p.At(r) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// cohortOf collects the values that a live method compares with: those of all
// results that the group's guards accept.
func (s *Scale) cohortOf(group int, cohort []*result.Result, points []Point) cohortValues {
	var vs []float64
	for _, r := range cohort {
		v, ok := r.Value(s.Metric)
		if !ok || !(v > 0) || math.IsInf(v, 0) {
			continue
		}
		if i, differs := s.group(r, guardsOf(r), points); differs == "" && i == group {
			vs = append(vs, v)
		}
	}
	return newCohortValues(vs, s.higher())
}

// registry is the built-in registry, made once. Scales never name a board's own
// formula columns: those are not stored in results.
var registry = sync.OnceValue(unit.Default)

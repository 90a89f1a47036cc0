// Proposing an edition: what a newly derived scale would change against the one
// in force, and how much it rests on single models of its cohort.

package rank

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/result"
)

// Proposal is an edition that could be, beside the one that it would replace.
type Proposal struct {
	ID        string `json:"id"`
	Edition   string `json:"edition"`
	Effective string `json:"effective"`
	Metric    string `json:"metric"`
	Unit      string `json:"unit"`
	SHA256    string `json:"sha256"`
	// Against is the scale that the proposal is compared with, nil if there is
	// none.
	Against *Against        `json:"against,omitempty"`
	Groups  []ProposedGroup `json:"groups"`
	// Gone are groups of the scale compared with whose results would not be rated
	// any more, none of them.
	Gone []string `json:"gone,omitempty"`
	// Models sums the groups: one result a model, that which the point's choice
	// takes. Results counts every result that either scale rates: what stands on
	// labels.
	Models  Change `json:"models"`
	Results Change `json:"results"`
	// Stability sums the groups that have levels; nil if none has.
	Stability *Stability `json:"stability,omitempty"`
}

// Against names a scale that a proposal is compared with.
type Against struct {
	ID        string `json:"id"`
	Edition   string `json:"edition"`
	Status    string `json:"status"`
	Effective string `json:"effective"`
	SHA256    string `json:"sha256"`
}

// ProposedGroup is one group of a proposal.
type ProposedGroup struct {
	Cohort string `json:"cohort"`
	After  Fit    `json:"after"`
	// Before is the group that rates these models now, nil if there is none or if
	// they are in several.
	Before *Fit `json:"before,omitempty"`
	// Rows are the models of the cohort, the best value first.
	Rows      []ProposedRow `json:"rows"`
	Change    Change        `json:"change"`
	Stability *Stability    `json:"stability,omitempty"`
	// Triggers are the signs at the group that rates now, Due those that the
	// proposal would show from its first day.
	Triggers []string `json:"triggers,omitempty"`
	Due      []string `json:"due,omitempty"`
}

// Fit is what a group's rating rests on.
type Fit struct {
	Models int     `json:"models"`           // in the reference cohort
	ERef   float64 `json:"e_ref,omitempty"`  // in the scale's unit
	Factor float64 `json:"factor,omitempty"` // of energy for a star
	// Best and Worst are the index of the cohort's best and worst value, not
	// clamped.
	Best   float64  `json:"best,omitempty"`
	Worst  float64  `json:"worst,omitempty"`
	Levels []Stored `json:"levels,omitempty"` // most stars first
	// Live says that the group has no levels because it ranks the results at hand.
	Live bool `json:"live,omitempty"`
}

// Stored is one stored level.
type Stored struct {
	Stars float64 `json:"stars"`
	Value float64 `json:"value"`
}

// ProposedRow is one model of a cohort.
type ProposedRow struct {
	Model     string  `json:"model"`
	Reasoning string  `json:"reasoning,omitempty"`
	Result    string  `json:"result"` // id
	Value     float64 `json:"value"`
	Before    Outcome `json:"before"`
	After     Outcome `json:"after"`
	// Without says what happens to the others when this model is dropped.
	Without *Without `json:"without,omitempty"`
}

// Outcome is a rating in short: stars, or the code of why there are none.
type Outcome struct {
	Stars    float64 `json:"stars,omitempty"`
	NotRated string  `json:"not_rated,omitempty"`
}

// Move is the change in stars, 0 unless both outcomes are ratings.
func (r ProposedRow) Move() float64 {
	if r.Before.NotRated != "" || r.After.NotRated != "" {
		return 0
	}
	return r.After.Stars - r.Before.Stars
}

// Change counts ratings before and after.
type Change struct {
	Both    int `json:"both"` // rated before and after
	Changed int `json:"changed"`
	Up      int `json:"up"`
	Down    int `json:"down"`
	// Largest is the largest move in stars, of Model; of equals the first by name.
	Largest float64 `json:"largest"`
	Model   string  `json:"model,omitempty"`
	Gained  int     `json:"gained"` // not rated before
	Lost    int     `json:"lost"`   // not rated after
	Before  []Share `json:"before"` // fewest stars first
	After   []Share `json:"after"`
}

// Share is the part of those rated before and after that changes, 0 to 1.
func (c Change) Share() float64 { return part(c.Changed, c.Both) }

func part(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// Without is what dropping one model does to the others of its group when the
// scale is derived again.
type Without struct {
	Others  int     `json:"others"`
	Changed int     `json:"changed"` // of the others
	Largest float64 `json:"largest"` // move in stars
}

// Stability sums up dropping each model once.
type Stability struct {
	// Mean is the share of the other models whose stars change, over all drops,
	// Worst the largest share, which dropping Model causes.
	Mean  float64 `json:"mean"`
	Worst float64 `json:"worst"`
	Model string  `json:"model,omitempty"`
	// Largest is the largest move in stars.
	Largest float64 `json:"largest"`
	// Least says that the cohort has just the fewest models that a group needs,
	// so that without any one it would not be rated at all. The numbers are then
	// those of the formula alone.
	Least bool `json:"least,omitempty"`

	changed, others int
}

// ProposeOptions are those of a derivation and what to compare with.
type ProposeOptions struct {
	DeriveOptions
	// Against is the scale in force; nil compares with nothing.
	Against *Scale
	// Day is the day of the board, YYYY-MM-DD, for the signs that a new edition is
	// due; empty takes the newest result's.
	Day string
}

// Propose derives an edition and says what it would change. It returns the
// draft too, as Derive makes it. Nothing depends on the order of the results.
func Propose(id, edition, effective, metric, unitName string, rs []*result.Result, points []Point, opt ProposeOptions) (*Scale, *Proposal, result.Findings) {
	next, cohorts, fs := derive(id, edition, effective, metric, unitName, rs, points, opt.DeriveOptions)
	if next == nil {
		return nil, nil, fs
	}
	pr := &Proposal{ID: next.ID, Edition: next.Edition, Effective: next.Effective, Metric: metric, Unit: unitName, SHA256: next.SHA256}
	old := opt.Against
	if old != nil {
		pr.Against = &Against{old.ID, old.Edition, old.Status, old.Effective, old.SHA256}
	}
	before, after := old.Rater(rs, points), next.Rater(rs, points)

	day := dayOf(rs, opt.Day)
	var now ScaleReport
	if old != nil {
		now, _ = checkScale(old, rs, points, day)
	}
	then, _ := checkScale(next, rs, points, day)
	total := tally{}
	for i, d := range cohorts {
		g := next.Groups[i]
		pg := ProposedGroup{Cohort: g.Cohort.String(), After: fitOf(next, g, d, metric)}
		sum := tally{}
		in := map[int]bool{} // groups that rate the models now
		drops := next.drop(d, metric)
		for _, r := range d.sorted(next, metric) {
			v, _ := r.Value(metric)
			b, a := before.Rate(r, nil), after.Rate(r, nil)
			if b.Group >= 0 {
				in[b.Group] = true
			}
			row := ProposedRow{Model: r.Model.Name, Reasoning: r.Workload.Reasoning, Result: r.ID, Value: v, Before: outcome(b), After: outcome(a)}
			if w, ok := drops[result.Normal(r.Model.Name)]; ok && len(g.Levels) > 0 {
				row.Without = &w
			}
			pg.Rows = append(pg.Rows, row)
			sum.add(r.Model.Name, b, a)
			total.add(r.Model.Name, b, a)
		}
		pg.Change = sum.change()
		if len(g.Levels) > 0 {
			pg.Stability = steadiness(drops)
			pg.Stability.Least = g.Reference.N == next.MinCohort
			pg.Due = then.Groups[i].Triggers
		}
		if len(in) == 1 {
			k := slices.Collect(maps.Keys(in))[0]
			f := fitOf(old, old.Groups[k], d, old.Metric)
			pg.Before = &f
		}
		for _, k := range slices.Sorted(maps.Keys(in)) {
			pg.Triggers = append(pg.Triggers, now.Groups[k].Triggers...)
		}
		pr.Groups = append(pr.Groups, pg)
		if st := pg.Stability; st != nil {
			if pr.Stability == nil {
				pr.Stability = &Stability{}
			}
			pr.Stability.merge(*st)
		}
	}
	pr.Models = total.change()
	all := tally{}
	rated, kept := map[int]bool{}, map[int]bool{} // groups of the old scale
	for _, r := range rs {
		b, a := before.Rate(r, nil), after.Rate(r, nil)
		all.add(r.Model.Name, b, a)
		if b.Rated {
			rated[b.Group] = true
			kept[b.Group] = kept[b.Group] || a.Rated
		}
	}
	pr.Results = all.change()
	for _, k := range slices.Sorted(maps.Keys(rated)) {
		if !kept[k] {
			pr.Gone = append(pr.Gone, old.Groups[k].Cohort.String())
		}
	}
	return next, pr, fs
}

func outcome(r Rating) Outcome {
	if !r.Rated {
		return Outcome{NotRated: r.Code}
	}
	return Outcome{Stars: r.Stars}
}

// sorted are the cohort's results, the best first.
func (d *derived) sorted(s *Scale, metric string) []*result.Result {
	out := slices.Collect(maps.Values(d.entries))
	sort.Slice(out, func(i, j int) bool {
		a, b := s.logOf(out[i], metric), s.logOf(out[j], metric)
		if a != b {
			return a < b
		}
		if x, y := out[i].Model.Name, out[j].Model.Name; x != y {
			return x < y
		}
		return out[i].ID < out[j].ID
	})
	return out
}

// fitOf describes a group, with the index of the cohort's ends where the scale
// has one for the metric.
func fitOf(s *Scale, g Group, d *derived, metric string) Fit {
	f := Fit{Models: g.Reference.N, Live: s.Live()}
	for _, l := range g.Levels {
		f.Levels = append(f.Levels, Stored(l))
	}
	if p := g.Params; p != nil {
		f.ERef, f.Factor = p.ERef, p.Factor
		f.Best, f.Worst = math.Inf(-1), math.Inf(1)
		for _, r := range d.entries {
			if v, ok := r.Value(metric); ok && v > 0 {
				x := index(*p, v, s.higher())
				f.Best, f.Worst = math.Max(f.Best, x), math.Min(f.Worst, x)
			}
		}
		if f.Best < f.Worst { // no value: nothing has an index
			f.Best, f.Worst = 0, 0
		}
	}
	return f
}

// drop derives a group again without each of its models, by normal name, and
// counts whose stars change. It does not ask for the fewest models, so that it
// says what the formula does.
func (s *Scale) drop(d *derived, metric string) map[string]Without {
	type member struct {
		model string
		v, l  float64
	}
	var all []member
	models := map[string]int{}
	for _, r := range d.entries {
		v, _ := r.Value(metric)
		m := member{result.Normal(r.Model.Name), v, s.logOf(r, metric)}
		all = append(all, m)
		models[m.model]++
	}
	if len(models) < 2 {
		return nil
	}
	sort.Slice(all, func(i, j int) bool { return all[i].l < all[j].l })
	logs := make([]float64, len(all))
	for i, m := range all {
		logs[i] = m.l
	}
	whole := s.levels(s.fit(logs))
	// Most drops leave the rounded reference and factor as they are, so moves are
	// found once for each pair that comes out.
	moves := map[Params][]float64{}
	out := map[string]Without{}
	rest := make([]float64, 0, len(all))
	for name, n := range models {
		rest = rest[:0]
		for _, m := range all {
			if m.model != name {
				rest = append(rest, m.l)
			}
		}
		p := s.fit(rest)
		mv, ok := moves[p]
		if !ok {
			levels := s.levels(p)
			for _, m := range all {
				mv = append(mv, math.Abs(thresholdStars(levels, m.v, s.HalfStars, s.higher())-thresholdStars(whole, m.v, s.HalfStars, s.higher())))
			}
			moves[p] = mv
		}
		w := Without{Others: len(all) - n}
		for i, m := range all {
			if m.model != name && mv[i] > 0 {
				w.Changed++
				w.Largest = math.Max(w.Largest, mv[i])
			}
		}
		out[name] = w
	}
	return out
}

// steadiness sums up the drops of a group.
func steadiness(drops map[string]Without) *Stability {
	st := &Stability{}
	for _, name := range slices.Sorted(maps.Keys(drops)) {
		w := drops[name]
		st.merge(Stability{Worst: part(w.Changed, w.Others), Model: name, Largest: w.Largest, changed: w.Changed, others: w.Others})
	}
	return st
}

// merge adds the drops of another group.
func (st *Stability) merge(o Stability) {
	st.changed, st.others = st.changed+o.changed, st.others+o.others
	st.Mean = part(st.changed, st.others)
	if o.Worst > st.Worst {
		st.Worst, st.Model = o.Worst, o.Model
	}
	st.Largest = math.Max(st.Largest, o.Largest)
}

// tally gathers ratings for a Change.
type tally struct {
	c             Change
	before, after []Rating
}

func (t *tally) add(model string, b, a Rating) {
	if b.Rated {
		t.before = append(t.before, b)
	}
	if a.Rated {
		t.after = append(t.after, a)
	}
	switch {
	case b.Rated && a.Rated:
		t.c.Both++
		move := a.Stars - b.Stars
		if move > 0 {
			t.c.Up++
		} else if move < 0 {
			t.c.Down++
		} else {
			return
		}
		t.c.Changed++
		if m := math.Abs(move); m > t.c.Largest || m == t.c.Largest && strings.Compare(model, t.c.Model) < 0 {
			t.c.Largest, t.c.Model = m, model
		}
	case a.Rated:
		t.c.Gained++
	case b.Rated:
		t.c.Lost++
	}
}

func (t *tally) change() Change {
	t.c.Before, t.c.After = append([]Share{}, shares(t.before)...), append([]Share{}, shares(t.after)...)
	return t.c
}

// Rules returns how a scale's cohorts were made: the point, the keys that tell
// its groups apart, and the keys with one value in all of them. Deriving with
// them again makes an edition of the same shape. It is an error if the groups
// name different keys or points.
func (s *Scale) Rules() (DeriveOptions, error) {
	opt := DeriveOptions{Where: map[string]string{}, MinCohort: s.MinCohort, WholeStars: !s.HalfStars}
	for _, k := range cohortKeys {
		values := map[string]bool{}
		named := 0
		for _, g := range s.Groups {
			if v, ok := g.Cohort.Get(k); ok {
				named++
				values[v] = true
			}
		}
		switch {
		case named == 0:
		case named < len(s.Groups):
			return opt, fmt.Errorf("some groups of scale %s name %s and some do not", s.ID, k)
		case k == "point" && len(values) > 1:
			return opt, fmt.Errorf("the groups of scale %s are at different points", s.ID)
		case k == "point":
			opt.Point = slices.Collect(maps.Keys(values))[0]
		// The task always makes groups: an edition is to find new ones.
		case len(values) > 1 || k == "task":
			opt.By = append(opt.By, k)
		default:
			opt.Where[k] = slices.Collect(maps.Keys(values))[0]
		}
	}
	return opt, nil
}

// What `scale check` reports: lock, levels, how the ratings spread, and the
// signs that a new edition is due.

package rank

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"jouleboard/internal/result"
)

// Signs that a new edition is due. Each is a notice, never a change.
const (
	triggerHigh   = 0.30 // of a year's ratings at 4.5 stars or more
	triggerTop    = 0.10 // of a year's ratings at 5 stars
	triggerMonths = 36   // since the scale took effect
)

// RuleTrigger is the rule of findings that say that a new edition is due.
const RuleTrigger = "SCALE-TRIGGER"

// ScaleReport is what there is to say about one scale.
type ScaleReport struct {
	ID      string `json:"id"`
	Edition string `json:"edition"`
	Status  string `json:"status"`
	Lock    string `json:"lock"` // draft, locked, missing or differs
	SHA256  string `json:"sha256"`
	// LevelError is the largest relative difference of a stored level from its
	// formula; 0 for methods without one.
	LevelError float64       `json:"level_error"`
	Groups     []GroupReport `json:"groups"`
}

// GroupReport is one group with the ratings that it gives to the board's
// results.
type GroupReport struct {
	Cohort    string  `json:"cohort"`
	Reference int     `json:"reference"` // models it was derived from
	Levels    bool    `json:"levels"`    // whether it rates at all
	Ratings   int     `json:"ratings"`
	Stars     []Share `json:"stars,omitempty"` // fewest stars first
	// Recent counts the ratings of the 12 months up to the newest result; High
	// and Top are the shares of them at 4.5 stars or more, and at 5.
	Recent   int      `json:"recent"`
	High     float64  `json:"high"`
	Top      float64  `json:"top"`
	Triggers []string `json:"triggers,omitempty"`
}

// Share is how many ratings have a number of stars.
type Share struct {
	Stars float64 `json:"stars"`
	Count int     `json:"count"`
}

// CheckScales reports on every scale as it rates the results. day is the day of
// the board, YYYY-MM-DD; empty takes the newest result's. No clock is read.
// Triggers are findings of level note, and a model that stands twice in a live
// cohort is a warning; LoadScales has already told what is wrong with lock and
// levels.
func CheckScales(s *Scales, rs []*result.Result, points []Point, day string) ([]ScaleReport, result.Findings) {
	var reports []ScaleReport
	var found result.Findings
	day = dayOf(rs, day)
	for _, sc := range s.All() {
		rep, fs := checkScale(sc, rs, points, day)
		rep.Lock = s.Lock().State(sc)
		reports = append(reports, rep)
		found = append(found, fs...)
	}
	return reports, found
}

// dayOf is the day given, else that of the newest result, "" without any.
func dayOf(rs []*result.Result, day string) string {
	if day != "" {
		return day
	}
	for _, r := range rs {
		day = max(day, r.Day())
	}
	return day
}

// checkScale reports on one scale; Lock is left to the caller.
func checkScale(sc *Scale, rs []*result.Result, points []Point, day string) (ScaleReport, result.Findings) {
	var found result.Findings
	rep := ScaleReport{ID: sc.ID, Edition: sc.Edition, Status: sc.Status, SHA256: sc.SHA256}
	ratings := make([][]Rating, len(sc.Groups))
	recent := make([][]Rating, len(sc.Groups))
	doubles := map[string]string{}
	rater := sc.Rater(rs, points)
	for _, r := range rs {
		rt := rater.Rate(r, nil)
		if rt.Group >= 0 && sc.Live() {
			found = append(found, double(sc, r, rt.Group, doubles)...)
		}
		if !rt.Rated {
			continue
		}
		ratings[rt.Group] = append(ratings[rt.Group], rt)
		if d := r.Day(); d != "" && d > monthsBefore(day, 12) {
			recent[rt.Group] = append(recent[rt.Group], rt)
		}
	}
	for i, g := range sc.Groups {
		gr := GroupReport{Cohort: g.Cohort.String(), Reference: g.Reference.N, Levels: sc.Live() || len(g.Levels) > 0,
			Ratings: len(ratings[i]), Stars: shares(ratings[i]), Recent: len(recent[i]), High: atLeast(recent[i], 4.5), Top: atLeast(recent[i], 5)}
		if sc.Status != StatusSuperseded && len(g.Levels) > 0 { // live methods fill the top by their nature
			gr.Triggers = triggers(sc, gr, day)
		}
		for _, t := range gr.Triggers {
			found = append(found, result.Finding{Rule: RuleTrigger, Level: result.Note, Where: result.Place{File: sc.File, Pointer: fmt.Sprintf("/groups/%d", i)},
				Message: gr.Cohort + ": " + t, Hint: "look at a new edition with 'jouleboard scale propose'; nothing changes by itself"})
		}
		if g.Params != nil {
			for _, l := range g.Levels {
				rep.LevelError = math.Max(rep.LevelError, levelError(l.Value, sc.formula(*g.Params, l.Stars)))
			}
		}
		rep.Groups = append(rep.Groups, gr)
	}
	return rep, found
}

// double warns of the same model and revision standing twice in a live cohort.
// Both stay in it: sources do publish doubles.
func double(s *Scale, r *result.Result, group int, seen map[string]string) result.Findings {
	if _, ok := r.Value(s.Metric); !ok {
		return nil
	}
	k := fmt.Sprintf("%d\x00%s\x00%s\x00%s", group, result.Normal(r.Model.Name), r.Model.Revision, guardsOf(r).reasoning)
	first, dup := seen[k]
	if !dup {
		seen[k] = r.Hash12()
		return nil
	}
	return result.Findings{{Rule: "SCALE-DOUBLE", Level: result.Warn, Where: result.Place{File: s.File, Pointer: fmt.Sprintf("/groups/%d", group)},
		Message: fmt.Sprintf("%s stands twice in the cohort (%s and %s)", r.Model.Name, first, r.Hash12()), Hint: "both count; withdraw one if it is a mistake"}}
}

func shares(rs []Rating) []Share {
	var out []Share
	for _, r := range rs {
		i := slices.IndexFunc(out, func(s Share) bool { return s.Stars == r.Stars })
		if i < 0 {
			out, i = append(out, Share{Stars: r.Stars}), len(out)
		}
		out[i].Count++
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Stars < out[j].Stars })
	return out
}

// atLeast is the share of ratings with that many stars, 0 without ratings.
func atLeast(rs []Rating, stars float64) float64 {
	n := 0
	for _, r := range rs {
		if r.Stars >= stars {
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(n) / float64(len(rs))
}

func triggers(s *Scale, g GroupReport, now string) []string {
	var out []string
	if g.High >= triggerHigh {
		out = append(out, fmt.Sprintf("%.0f %% of %d ratings in 12 months have 4.5 stars or more", g.High*100, g.Recent))
	}
	if g.Top >= triggerTop {
		out = append(out, fmt.Sprintf("%.0f %% of %d ratings in 12 months have 5 stars", g.Top*100, g.Recent))
	}
	if now != "" && s.Effective <= monthsBefore(now, triggerMonths) {
		out = append(out, fmt.Sprintf("in effect since %s, %d months or more before %s", s.Effective, triggerMonths, now))
	}
	return out
}

// monthsBefore is the day that many months before a day, or before the first day
// of a date that is a month or a year; "" for no date.
func monthsBefore(day string, n int) string {
	first, _, ok := result.DateRange(day)
	if !ok {
		return ""
	}
	return first.AddDate(0, -n, 0).Format(time.DateOnly)
}

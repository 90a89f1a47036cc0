// Words and numbers that all printers of a change share.

package review

import (
	"fmt"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return unit.Int(int64(n)) + " " + noun + "s"
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// shortID is as much of an id as permalinks show.
func shortID(id string) string { return id[:min(len(id), 12)] }

// valueText prints a value with its unit.
func valueText(v float64, digits int, u string) string {
	s := unit.Sig(v, max(digits, 3))
	if u != "" {
		s += unit.Thin + u
	}
	return s
}

// stepText prints a value before and after; either may be nil.
func stepText(before, after *float64, digits int, u string) string {
	switch {
	case before == nil && after == nil:
		return unit.Dash
	case before == nil:
		return valueText(*after, digits, u)
	case after == nil:
		return valueText(*before, digits, u)
	case *before == *after:
		return valueText(*after, digits, u)
	}
	return valueText(*before, digits, u) + " → " + valueText(*after, digits, u)
}

// arrowText prints a text before and after, once where both are equal.
func arrowText(before, after string) string {
	if before == after {
		return after
	}
	return before + " → " + after
}

// Describe is a result in one line: model, task, set-up, and the number that it is
// told by.
func Describe(r *result.Result) string {
	text := r.Model.Name
	for _, part := range []string{r.Workload.Task, setupText(r)} {
		if part != "" {
			text += ", " + part
		}
	}
	d := &resultDiffer{}
	key := d.headline(r)
	if key == "" {
		return text
	}
	v, _ := r.Value(key)
	m, _ := d.registry().Get(key)
	return text + ": " + valueText(v, m.Digits, m.Unit)
}

// states says in words where a result went.
var states = map[string]string{
	rank.StateRanked: "ranked", rank.StateFlagged: "listed without a rank", rank.StateBehind: "behind a better result of its model",
	rank.StateNoMetric: "listed without the number that ranks", rank.StateExcluded: "not ranked", rank.StateWithdrawn: "a tombstone only",
	rank.StateHidden: "only on hidden boards", rank.StateNoPoint: "at no operating point", rank.StateNoNumber: "nothing to rank by",
}

// where says where a result is found now.
func (r ResultChange) where() string {
	if r.State == "" {
		return ""
	}
	s := states[r.State]
	if len(r.Boards) > 0 {
		s += ": " + nameSome(r.Boards)
	}
	return s
}

// summary counts what a change does, in one sentence without its full stop.
func (c *Change) summary() string {
	kinds := map[string]int{}
	for _, r := range c.Results {
		kinds[r.Kind]++
	}
	var parts []string
	for _, k := range []string{KindNew, KindChanged, KindRemoved, KindWithdrawn, KindRestored, KindFlagged, KindUnflagged, KindMoved} {
		if n := kinds[k]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", unit.Int(int64(n)), k))
		}
	}
	s := "no result changes"
	if len(parts) > 0 {
		s = "results: " + strings.Join(parts, ", ")
	}
	switch n := len(c.Boards); {
	case c.NotRanked != "":
	case n == 0:
		s += "; no board changes"
	default:
		s += "; " + counted(n, "board") + " changed"
	}
	if n := len(c.Requests); n > 0 {
		s += "; " + counted(n, "request") + " changed"
	}
	if n := len(c.Findings); n > 0 {
		s += "; " + counted(n, "new finding")
	}
	return s
}

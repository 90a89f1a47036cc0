// The account: where each file that was read has gone.

package rank

import (
	"sort"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Where a result can be found, the strongest first: a result that is ranked on
// one board and excluded from another counts as ranked.
const (
	StateRanked    = "ranked"    // a row with a rank, or the only one of its board
	StateFlagged   = "flagged"   // a row without a rank
	StateBehind    = "behind"    // another result stands for its model; linked from there
	StateNoMetric  = "no-metric" // listed on a board as lacking its metric
	StateExcluded  = "excluded"  // listed on a board, or nowhere, with the rule
	StateWithdrawn = "withdrawn" // a tombstone only
	StateHidden    = "hidden"    // only on boards that site.yaml hides
	StateNoPoint   = "no-point"  // at no operating point
	StateNoNumber  = "no-number" // nothing that a board could rank by
)

// Accounted says where one result went.
type Accounted struct {
	Result *result.Loaded
	State  string
	// Boards are the ids of the boards that show it in this state, sorted.
	Boards []string
	// Rule and Reason are set for excluded, withdrawn and no-metric ones.
	Rule, Reason string
}

// Account returns one line for every result, sorted by path. boards are those
// that Boards returned for the same results, configuration and catalogue.
func Account(rs []*result.Loaded, boards []*Board, cfg Config, cat *catalog.Catalog) []Accounted {
	strength := map[string]int{}
	for i, s := range []string{StateRanked, StateFlagged, StateBehind, StateNoMetric, StateExcluded} {
		strength[s] = 5 - i
	}
	found := map[*result.Loaded]*Accounted{}
	put := func(r *result.Loaded, state, board, rule, reason string) {
		a := found[r]
		switch {
		case a == nil || strength[state] > strength[a.State]:
			found[r] = &Accounted{Result: r, State: state, Boards: []string{board}, Rule: rule, Reason: reason}
		case a.State == state && a.Boards[len(a.Boards)-1] != board:
			a.Boards = append(a.Boards, board)
		}
	}
	for _, b := range boards {
		for _, row := range b.Rows {
			if row.Flag != nil {
				put(row.Result, StateFlagged, b.ID, row.Flag.Reason, row.Flag.Text)
			} else {
				put(row.Result, StateRanked, b.ID, "", "")
			}
			for _, o := range row.Others {
				put(o, StateBehind, b.ID, "", "")
			}
		}
		for _, r := range b.NoMetric {
			put(r, StateNoMetric, b.ID, "", WhyNoMetric(r.Result, b.Metric))
		}
		for _, e := range b.Excluded {
			put(e.Result, StateExcluded, b.ID, e.Rule, e.Reason)
		}
	}
	f := &former{cfg: cfg, cat: cat}
	x := newExcluder(cat)
	out := make([]Accounted, 0, len(rs))
	for _, r := range rs {
		if r == nil || r.Result == nil {
			continue
		}
		a := found[r]
		if a == nil {
			a = &Accounted{Result: r}
			a.State, a.Rule, a.Reason = f.elsewhere(r, x)
		}
		sort.Strings(a.Boards)
		out = append(out, *a)
	}
	sort.SliceStable(out, func(i, j int) bool { return less(out[i].Result, out[j].Result) })
	return out
}

// elsewhere says why a result is on no board.
func (f *former) elsewhere(r *result.Loaded, x *excluder) (state, rule, reason string) {
	if w := f.withdrawal(r); w != nil {
		return StateWithdrawn, w.Reason, w.Text
	}
	if rule, reason := x.of(r.Result, f.hardware(guardsOf(r.Result).hardware)); rule != "" {
		return StateExcluded, rule, reason
	}
	if len(pointsOf(r.Result, f.cfg.Points)) == 0 {
		return StateNoPoint, "", "at none of the site's operating points"
	}
	for _, keys := range [][]string{energyKeys[:], speedKeys[:]} {
		for _, k := range keys {
			if _, ok := r.Value(k); ok {
				return StateHidden, "", "only on boards that site.yaml hides"
			}
		}
	}
	return StateNoNumber, "", "it has no number that a board could rank by"
}

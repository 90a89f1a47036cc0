// What a change does to boards: which came and went, and the rank and stars of
// their rows before and after.

package review

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/unit"
)

// BoardChange is a board that shows something else than before.
type BoardChange struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status string `json:"status"` // added, changed or removed
	// Notes are changes of the board itself: its metric, its scale, its title.
	Notes  []string `json:"notes,omitzero"`
	Metric string   `json:"metric"`
	Unit   string   `json:"unit,omitzero"`
	Digits int      `json:"-"`
	// Ranked is how many rows have a rank, before and after.
	RankedBefore int `json:"ranked_before"`
	RankedAfter  int `json:"ranked_after"`
	// BestBefore and BestAfter are the first rows, nil where none is ranked.
	BestBefore *Standing `json:"best_before,omitzero"`
	BestAfter  *Standing `json:"best_after,omitzero"`
	// Rescaled says that another scale or edition rates, and ScaleBefore and
	// ScaleAfter which.
	Rescaled    bool        `json:"rescaled,omitzero"`
	ScaleBefore string      `json:"scale_before,omitzero"`
	ScaleAfter  string      `json:"scale_after,omitzero"`
	Rows        []RowChange `json:"rows"`
}

// RowChange is one row before and after; nil on the side that lacks it.
type RowChange struct {
	Model  string    `json:"model"`
	Status string    `json:"status"` // added, changed, removed, or moved
	Before *Standing `json:"before,omitzero"`
	After  *Standing `json:"after,omitzero"`
}

// Moved is the status of a row of which nothing but the rank changed.
const Moved = "moved"

// Standing is how a result stands on a board.
type Standing struct {
	ID    string `json:"id"`
	Model string `json:"model"`
	// RankLo and RankHi are 0 where the board makes no rank claim for it.
	RankLo int         `json:"rank_lo,omitzero"`
	RankHi int         `json:"rank_hi,omitzero"`
	Value  float64     `json:"value"`
	CI     *[2]float64 `json:"ci95,omitzero"`
	// Stars are only there where it is rated; Reason says why it is not.
	Stars    *float64 `json:"stars,omitzero"`
	StarsMin *float64 `json:"stars_min,omitzero"` // of the interval, where it spans levels
	StarsMax *float64 `json:"stars_max,omitzero"`
	Reason   string   `json:"reason,omitzero"`
	Scale    string   `json:"scale,omitzero"`
	Flagged  bool     `json:"flagged,omitzero"`
}

// RankText prints a rank: "3", "2–4", or what stands in its place.
func (s *Standing) RankText() string {
	switch {
	case s == nil:
		return unit.Dash
	case s.Flagged:
		return "flagged"
	case s.RankLo == 0:
		return "unranked"
	case s.RankLo == s.RankHi:
		return strconv.Itoa(s.RankLo)
	}
	return fmt.Sprintf("%d%s%d", s.RankLo, unit.Dash, s.RankHi)
}

// StarsText prints the stars: "4.5", "4–5", or a dash.
func (s *Standing) StarsText() string {
	if s == nil || s.Stars == nil {
		return unit.Dash
	}
	text := unit.Trim(*s.Stars)
	if s.StarsMin != nil && s.StarsMax != nil {
		text += " (" + unit.Trim(*s.StarsMin) + unit.Dash + unit.Trim(*s.StarsMax) + ")"
	}
	return text
}

func standing(row *rank.Row) *Standing {
	s := &Standing{ID: row.Result.ID, Model: row.Result.Model.Name, RankLo: row.RankLo, RankHi: row.RankHi, Value: row.Value,
		Reason: row.Rating.Reason, Scale: row.Rating.ScaleID, Flagged: row.Flag != nil}
	if row.CI != nil {
		ci := [2]float64(*row.CI)
		s.CI = &ci
	}
	if r := row.Rating; r.Rated {
		s.Stars = &r.Stars
		if r.Spans {
			s.StarsMin, s.StarsMax = &r.Min, &r.Max
		}
	}
	return s
}

// same compares what a reader sees, the rank apart.
func (s *Standing) same(o *Standing) bool {
	return s.ID == o.ID && s.Value == o.Value && s.StarsText() == o.StarsText() && s.Flagged == o.Flagged && s.Reason == o.Reason
}

// boardChanges compares the boards. One that only changed its id is one board.
func boardChanges(base, head Snapshot) []BoardChange {
	out := []BoardChange{}
	before := map[string]*rank.Board{}
	byKeys := map[string]*rank.Board{}
	now := map[string]bool{}
	for _, b := range head.Boards {
		now[b.ID] = true
	}
	for _, b := range base.Boards {
		before[b.ID] = b
		if !now[b.ID] {
			byKeys[boardKeys(b)] = b
		}
	}
	matched := map[*rank.Board]bool{}
	for _, b := range head.Boards {
		old := before[b.ID]
		if old == nil {
			old = byKeys[boardKeys(b)]
		}
		if old != nil {
			matched[old] = true
		}
		if c, ok := compareBoards(old, b, head.Registry); ok {
			out = append(out, c)
		}
	}
	for _, b := range base.Boards {
		if !matched[b] {
			c, _ := compareBoards(b, nil, base.Registry)
			out = append(out, c)
		}
	}
	return out
}

// boardKeys are what a board compares, whatever it is called.
func boardKeys(b *rank.Board) string {
	return strings.Join([]string{b.Task, b.Hardware, b.Point, b.Boundary, b.Kind, b.Origin, b.Weights, b.Count, b.Precision, b.Method, b.Reasoning, b.Metric}, "\x00")
}

// compareBoards compares one board; either may be nil. ok is false where
// nothing differs.
func compareBoards(old, b *rank.Board, reg *unit.Registry) (c BoardChange, ok bool) {
	some := cmp.Or(b, old)
	c = BoardChange{ID: some.ID, Title: some.Title, Status: Changed, Metric: some.Metric, Rows: []RowChange{}}
	if reg == nil {
		reg = unit.Default()
	}
	m, _ := reg.Get(some.Metric)
	c.Unit, c.Digits = m.Unit, m.Digits
	var was, is []*Standing
	was, c.RankedBefore, c.BestBefore = standings(old)
	is, c.RankedAfter, c.BestAfter = standings(b)
	c.Rows = rowChanges(was, is)
	switch {
	case old == nil:
		c.Status = Added
		return c, true
	case b == nil:
		c.Status = Removed
		return c, true
	}
	note := func(format string, args ...any) { c.Notes = append(c.Notes, fmt.Sprintf(format, args...)) }
	if old.ID != b.ID {
		note("was called %s", old.ID)
	}
	if old.Title != b.Title {
		note("its title was %q", old.Title)
	}
	if old.Metric != b.Metric {
		note("ranks by %s, before by %s", b.Metric, old.Metric)
	}
	oldSum, sum := "", ""
	if old.Scale != nil {
		c.ScaleBefore, oldSum = old.Scale.ID, old.Scale.SHA256
	}
	if b.Scale != nil {
		c.ScaleAfter, sum = b.Scale.ID, b.Scale.SHA256
	}
	if oldSum != sum {
		c.Rescaled = true
		switch {
		case c.ScaleBefore == c.ScaleAfter:
			note("rated by %s, which changed", c.ScaleAfter)
		default:
			note("rated by %s, before by %s", cmp.Or(c.ScaleAfter, "no scale"), cmp.Or(c.ScaleBefore, "no scale"))
		}
	} else {
		c.ScaleBefore, c.ScaleAfter = "", ""
	}
	return c, len(c.Rows)+len(c.Notes) > 0
}

// standings are the rows of a board, how many of them are not flagged, and the
// first of those.
func standings(b *rank.Board) (rows []*Standing, ranked int, best *Standing) {
	if b == nil {
		return nil, 0, nil
	}
	for i := range b.Rows {
		s := standing(&b.Rows[i])
		rows = append(rows, s)
		if !s.Flagged {
			ranked++
			if best == nil {
				best = s
			}
		}
	}
	return rows, ranked, best
}

// rowChanges ties rows together by their result, then by their model, and keeps
// those that differ: what came, changed and went before what only moved.
func rowChanges(was, is []*Standing) []RowChange {
	old := make([]*Standing, len(is))
	used := map[*Standing]bool{}
	byID := map[string]*Standing{}
	for _, s := range was {
		byID[s.ID] = s
	}
	for i, s := range is {
		if o := byID[s.ID]; o != nil {
			old[i], used[o] = o, true
		}
	}
	byModel := map[string][]*Standing{}
	for _, s := range was {
		if !used[s] {
			byModel[s.Model] = append(byModel[s.Model], s)
		}
	}
	for i, s := range is {
		if list := byModel[s.Model]; old[i] == nil && len(list) > 0 {
			old[i], used[list[0]] = list[0], true
			byModel[s.Model] = list[1:]
		}
	}
	out := []RowChange{}
	for i, s := range is {
		o := old[i]
		switch {
		case o == nil:
			out = append(out, RowChange{s.Model, Added, nil, s})
		case !o.same(s):
			out = append(out, RowChange{s.Model, Changed, o, s})
		case o.RankText() != s.RankText():
			out = append(out, RowChange{s.Model, Moved, o, s})
		}
	}
	for _, s := range was {
		if !used[s] {
			out = append(out, RowChange{s.Model, Removed, s, nil})
		}
	}
	slices.SortStableFunc(out, func(a, b RowChange) int {
		return cmp.Compare(btoi(a.Status == Moved), btoi(b.Status == Moved))
	})
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

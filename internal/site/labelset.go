// Labels for the command that draws them: which results there are by board and by
// model, and what the label of each states.

package site

import (
	"fmt"
	"strings"

	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// LabelSet knows what a build would put on the label of each result.
type LabelSet struct {
	s     *site
	scale *rank.Scale // that rates in place of the board's own, nil for none
}

// LoadLabelSet gathers a board's labels. With scaleID they are rated by that
// scale, which may be a superseded edition or a draft; it must exist.
func LoadLabelSet(in *Input, opt Options, scaleID string) (*LabelSet, result.Findings, error) {
	ls := &LabelSet{}
	if scaleID != "" {
		if ls.scale = in.Scales.Get(scaleID); ls.scale == nil {
			return nil, nil, fmt.Errorf("there is no scale %q", scaleID)
		}
	}
	s, findings := newSite(in, opt)
	ls.s = s
	return ls, findings, nil
}

// Input is what the label of a result of the board states. It may be called from
// many goroutines.
func (ls *LabelSet) Input(r *result.Loaded) label.Input {
	e := ls.s.byID[r.ID]
	if ls.scale != nil {
		rated := *e
		rated.Rating = ls.s.rater(ls.scale).Rate(e.Result, e.Withdrawal)
		e = &rated
	}
	return ls.s.labelInput(e)
}

// Boards are the ids of the boards, in the site's order.
func (ls *LabelSet) Boards() []string {
	ids := make([]string, len(ls.s.boards))
	for i, b := range ls.s.boards {
		ids[i] = b.ID
	}
	return ids
}

// Board returns the results that are a board's rows, in the order of their rank;
// ok is false if there is no such board.
func (ls *LabelSet) Board(id string) (rows []*result.Loaded, ok bool) {
	for _, b := range ls.s.boards {
		if b.ID == id {
			for _, row := range b.Rows {
				rows = append(rows, row.Result)
			}
			return rows, true
		}
	}
	return nil, false
}

// Models are the names of the models that have results, sorted without case.
func (ls *LabelSet) Models() []string {
	names := make([]string, len(ls.s.models))
	for i, m := range ls.s.models {
		names[i] = m.Name
	}
	return names
}

// Model returns all results of a model, in the order of their files. Its name is
// taken without case where that is clear; ok is false if there is no such model.
func (ls *LabelSet) Model(name string) (rs []*result.Loaded, ok bool) {
	m := ls.s.byModel[name]
	for _, other := range ls.s.models {
		if m == nil && strings.EqualFold(other.Name, name) {
			m = other
		}
	}
	if m == nil {
		return nil, false
	}
	for _, e := range m.Entries {
		rs = append(rs, e.Loaded)
	}
	return rs, true
}

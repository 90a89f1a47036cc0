// The rating under an edition that was superseded not long ago, beside the one
// in force.

package site

import (
	"time"
)

// alsoRated is the table of superseded editions that rate a result and whose
// rating is still shown, nil if there is none. The day is that of the build's
// input, so the same board gives the same page whenever it is built.
func (s *site) alsoRated(e *entry) *table {
	var t *table
	for _, sc := range s.in.Scales.Recent(e.Workload.Task, s.date().Format(time.DateOnly)) {
		r := s.rater(sc).Rate(e.Result, e.Withdrawal)
		if !r.Rated {
			continue
		}
		if t == nil {
			t = &table{ID: "also-rated", Label: s.msg.T("also.title"),
				Head: []head{{Name: s.msg.T("fact.scale")}, {Name: s.msg.T("col.rating")}, {Name: s.msg.T("also.inforce")}}}
		}
		t.Rows = append(t.Rows, []cell{{Text: sc.ID}, {Text: s.stars(r).Words}, {Text: s.msg.T("also.until", sc.Effective, s.in.Scales.Get(sc.SupersededBy).Effective)}})
	}
	return t
}

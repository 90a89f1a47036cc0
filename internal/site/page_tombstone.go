// The page /r/ID12/ of a withdrawn result: nothing vanishes without a record.

package site

import (
	"cmp"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

type tombstonePage struct {
	frame
	Heading, Date, Reason, Discussion string
	Pairs                             []fact
}

// tombstonePage stands at the permalink of a withdrawn result: nothing vanishes
// without a record.
func (s *site) tombstonePage(w *catalog.Withdrawal, hash string) job {
	return func(r *renderer) (result.Findings, error) {
		page := resultPath(hash)
		title := cmp.Or(w.Title, w.Model, w.ID)
		reason := s.reasonText(w.Reason, w.Text)
		if w.Text == "" { // words of the reason alone
			reason += s.msg.T("sep.stop")
		}
		p := tombstonePage{frame: s.frame(page, title, s.msg.T("withdrawn.lede"), false, link{"moderation/index.html", s.msg.T("nav.moderation")}),
			Heading: title, Date: w.Date, Reason: reason, Discussion: w.Discussion}
		for _, kv := range [][2]string{{"file.id", w.ID}, {"col.model", w.Model}, {"fact.task", w.Task}, {"fact.hardware", w.Hardware}} {
			if kv[1] != "" {
				p.Pairs = append(p.Pairs, fact{Key: s.msg.T(kv[0]), Value: kv[1]})
			}
		}
		return nil, r.page("tombstone", page, &p)
	}
}

// withdrawnHashes are the permalinks of withdrawn results, with their notices.
func (s *site) withdrawnHashes() map[string]*catalog.Withdrawal {
	out := map[string]*catalog.Withdrawal{}
	ws := s.in.Catalog.Moderation.Withdrawals
	for i := range ws {
		n := min(s.in.Site.Labels.HashLen, len(ws[i].ID))
		out[ws[i].ID[:n]] = &ws[i]
	}
	return out
}

// The pages /moderation/, flags and withdrawals, and /queue/, what somebody
// asked to have measured and what became of it.

package site

import (
	"cmp"
	"slices"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// queuePath is the page of requests.
const queuePath = "queue/index.html"

type moderationPage struct {
	frame
	Flags, Withdrawn []moderated
	Reasons          []fact
	Rules            string // the page that says what flags and withdrawals do
}

// moderated is a result with a flag, or one that was withdrawn.
type moderated struct {
	URL, Title, ID           string
	Note                     string // what else there is to know of it
	Reason, Date, Discussion string
}

func (s *site) moderationPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "moderation/index.html"
		p := moderationPage{frame: s.frame(path, s.msg.T("moderation.title"), s.msg.T("moderation.lede"), false), Rules: s.pageLink(path, "methodology/moderation/")}
		m := s.in.Catalog.Moderation
		counts := map[string]int{}
		for i := range m.Flags {
			f := &m.Flags[i]
			counts[f.Reason]++
			line := moderated{Title: f.ID, ID: clip(f.ID, 13), Reason: s.reasonText(f.Reason, f.Text), Date: f.Date, Discussion: f.Discussion, Note: s.msg.T("moderation.nosuch")}
			for _, e := range s.entries {
				if e.Flag == f {
					line.Title, line.URL, line.ID, line.Note = s.title(e), relative(path, resultPath(e.Hash)), e.Hash, ""
				}
			}
			p.Flags = append(p.Flags, line)
		}
		for hash, w := range s.withdrawnHashes() {
			counts[w.Reason]++
			p.Withdrawn = append(p.Withdrawn, moderated{URL: relative(path, resultPath(hash)), Title: cmp.Or(w.Title, w.Model, w.ID), ID: hash,
				Note: joinNonEmpty(s.msg.T("sep.part"), w.Model, s.taskTitle(w.Task), w.Hardware), Reason: s.reasonText(w.Reason, w.Text), Date: w.Date, Discussion: w.Discussion})
		}
		// What happened last comes first.
		order := func(a, b moderated) int { return cmp.Or(strings.Compare(b.Date, a.Date), strings.Compare(a.ID, b.ID)) }
		slices.SortStableFunc(p.Flags, order)
		slices.SortStableFunc(p.Withdrawn, order)
		for _, reason := range catalog.Reasons() {
			p.Reasons = append(p.Reasons, fact{Key: strings.ReplaceAll(reason.ID, "-", " "), Value: s.reasonSaid(reason), Note: s.msg.T("moderation.count", counts[reason.ID])})
		}
		return nil, r.page("moderation", path, &p)
	}
}

// reasonSaid is a reason as a whole sentence.
func (s *site) reasonSaid(r catalog.Reason) string {
	if k := "reason." + r.ID; r.ID != "other" && s.msg.Has(k) {
		return s.msg.T(k) + s.msg.T("sep.stop")
	}
	return s.msg.T("moderation.other")
}

type queuePage struct {
	frame
	States []queueState
	Empty  bool
	Rules  string
}

// queueState is the requests that are in one state.
type queueState struct {
	ID, Title, None string
	Requests        []requestLine
}

// requestLine is one request with what became of it.
type requestLine struct {
	Model, ModelURL, Revision string
	Task, TaskURL             string
	Hardware, HardwareURL     string
	Date, By, Discussion      string
	Reason, Next              string
	Result, ResultURL         string
	History                   []string
}

func (s *site) queuePage() job {
	return func(r *renderer) (result.Findings, error) {
		p := queuePage{frame: s.frame(queuePath, s.msg.T("queue.title"), s.msg.T("queue.lede"), false), Rules: s.pageLink(queuePath, "methodology/moderation/")}
		asked := s.in.Catalog.Moderation.Requests
		p.Empty = len(asked) == 0
		for _, id := range []string{catalog.StateRunning, catalog.StatePending, catalog.StateFailed, catalog.StateFinished} {
			st := queueState{ID: id, Title: s.msg.T("queue." + id), None: s.msg.T("queue.none." + id)}
			for i := range asked {
				if asked[i].State == id {
					st.Requests = append(st.Requests, s.requestLine(&asked[i]))
				}
			}
			slices.SortStableFunc(st.Requests, func(a, b requestLine) int {
				if id == catalog.StatePending {
					a, b = b, a // who waits longest comes first
				}
				return cmp.Or(strings.Compare(b.Date, a.Date), strings.Compare(a.Model, b.Model))
			})
			p.States = append(p.States, st)
		}
		return nil, r.page("queue", queuePath, &p)
	}
}

func (s *site) requestLine(q *catalog.Request) requestLine {
	l := requestLine{Model: q.Model, Revision: q.Revision, Task: s.taskTitle(q.Task), Hardware: q.Hardware, Date: q.Date, By: q.By,
		Discussion: q.Discussion, Reason: q.Reason, Next: q.Next}
	name := q.Model
	if m, ok := s.in.Catalog.Model(name); ok {
		name = m.Name
	}
	if s.byModel[name] != nil {
		l.ModelURL = relative(queuePath, modelPath(name))
	}
	if s.in.Catalog.Tasks[q.Task] != nil {
		l.TaskURL = relative(queuePath, taskPath(q.Task))
	}
	if h := s.in.Catalog.Hardware[q.Hardware]; h != nil {
		l.Hardware, l.HardwareURL = h.Name, relative(queuePath, hardwarePath(h.ID))
	} else if q.Hardware == "" {
		l.Hardware = s.msg.T("queue.anyhardware")
	}
	if q.Result != "" {
		l.Result = q.Result
		for _, e := range s.entries {
			if strings.HasPrefix(e.ID, q.Result) {
				l.Result, l.ResultURL = s.setup(e), relative(queuePath, resultPath(e.Hash))
			}
		}
		for hash, w := range s.withdrawnHashes() {
			if strings.HasPrefix(w.ID, q.Result) || strings.HasPrefix(q.Result, w.ID) {
				l.Result, l.ResultURL = s.msg.T("moderation.withdrawn"), relative(queuePath, resultPath(hash))
			}
		}
	}
	for _, m := range q.History {
		l.History = append(l.History, joinNonEmpty(s.msg.T("sep.colon"), s.msg.day(m.Date)+" "+s.msg.T("state."+m.State), m.Text))
	}
	return l
}

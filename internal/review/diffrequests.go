// What a change does to the queue of requests: which measurements were asked for,
// went on, or came to an end.

package review

import (
	"cmp"
	"slices"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/unit"
)

// Kinds of a RequestChange beside KindNew, KindRemoved, and KindMoved for one that
// went from one open state to another.
const (
	KindReopened = "reopened" // asked for again after it failed
	KindEdited   = "edited"   // in the same state, and says something else
	KindClosed   = "closed"   // finished or failed
)

// requestOrder is the order in which they are listed.
var requestOrder = []string{KindRemoved, KindReopened, KindEdited, KindClosed, KindMoved, KindNew}

// RequestChange is what happened to one request for a measurement.
type RequestChange struct {
	Kind     string `json:"kind"`
	Model    string `json:"model"`
	Revision string `json:"revision,omitzero"`
	Task     string `json:"task"`
	Hardware string `json:"hardware,omitzero"`
	By       string `json:"by"`
	// Before and After are its states, empty on the side that lacks it.
	Before string `json:"before,omitzero"`
	After  string `json:"after,omitzero"`
	// The others are those of head, or of base where head lacks it.
	Date       string `json:"date"`
	Reason     string `json:"reason,omitzero"` // why it failed
	Next       string `json:"next,omitzero"`   // and what to do about it
	Result     string `json:"result,omitzero"` // id of the result it led to
	Discussion string `json:"discussion,omitzero"`
}

// requestChanges pairs the requests of both sides and describes what differs.
func requestChanges(base, head *catalog.Moderation) []RequestChange {
	var before, after []*catalog.Request
	for _, side := range []struct {
		m    *catalog.Moderation
		list *[]*catalog.Request
	}{{base, &before}, {head, &after}} {
		if side.m != nil {
			for i := range side.m.Requests {
				*side.list = append(*side.list, &side.m.Requests[i])
			}
		}
	}
	old := pairRequests(before, after)
	out := []RequestChange{}
	for _, q := range after {
		was := old[q]
		c := requestChange(q)
		c.After = q.State
		switch {
		case was == nil:
			c.Kind = KindNew
		case was.State != q.State:
			c.Kind = KindMoved
			switch {
			case q.State == catalog.StateFinished || q.State == catalog.StateFailed:
				c.Kind = KindClosed
			case was.State == catalog.StateFinished || was.State == catalog.StateFailed:
				c.Kind = KindReopened
			}
		case requestWords(was) != requestWords(q):
			c.Kind = KindEdited
		default:
			continue
		}
		if was != nil {
			c.Before = was.State
		}
		out = append(out, c)
	}
	kept := map[*catalog.Request]bool{}
	for _, was := range old {
		kept[was] = true
	}
	for _, q := range before {
		if !kept[q] {
			c := requestChange(q)
			c.Kind, c.Before = KindRemoved, q.State
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b RequestChange) int {
		return cmp.Or(cmp.Compare(slices.Index(requestOrder, a.Kind), slices.Index(requestOrder, b.Kind)),
			cmp.Compare(a.Model, b.Model), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Hardware, b.Hardware))
	})
	return out
}

func requestChange(q *catalog.Request) RequestChange {
	return RequestChange{Model: q.Model, Revision: q.Revision, Task: q.Task, Hardware: q.Hardware, By: q.By, Date: q.Date,
		Reason: q.Reason, Next: q.Next, Result: q.Result, Discussion: q.Discussion}
}

// pairRequests finds which request of base each of head was. Requests have no id,
// and one may be asked for again once it is finished: so who asked and when goes
// before what was asked for alone.
func pairRequests(before, after []*catalog.Request) map[*catalog.Request]*catalog.Request {
	pairs := map[*catalog.Request]*catalog.Request{}
	paired := map[*catalog.Request]bool{}
	what := func(q *catalog.Request) string {
		return strings.Join([]string{q.Model, q.Revision, q.Task, q.Hardware}, "\x00")
	}
	asked := func(q *catalog.Request) string {
		day := q.Date
		if len(q.History) > 0 {
			day = q.History[0].Date
		}
		return what(q) + "\x00" + q.By + "\x00" + day
	}
	for _, key := range []func(*catalog.Request) string{asked, what} {
		old := map[string][]*catalog.Request{}
		for _, q := range before {
			if !paired[q] {
				old[key(q)] = append(old[key(q)], q)
			}
		}
		for _, q := range after {
			if k := key(q); pairs[q] == nil && len(old[k]) > 0 {
				pairs[q], paired[old[k][0]] = old[k][0], true
				old[k] = old[k][1:]
			}
		}
	}
	return pairs
}

// requestWords is what a request says beside what it asks for and its state.
func requestWords(q *catalog.Request) string {
	parts := []string{q.By, q.Date, q.Reason, q.Next, q.Result, q.Discussion}
	for _, m := range q.History {
		parts = append(parts, m.State, m.Date, m.Text)
	}
	return strings.Join(parts, "\x00")
}

func (c *Change) requestSection() section {
	s := section{Title: "Requests", Head: []string{"Change", "Model", "Task", "Hardware", "State", "Since", "Asked by", "What"}, Few: 30}
	for _, q := range c.Requests {
		model := q.Model
		if q.Revision != "" {
			model += " at " + q.Revision
		}
		var what []string
		if q.Result != "" {
			what = append(what, "result "+shortID(q.Result))
		}
		if q.Reason != "" {
			what = append(what, q.Reason)
		}
		if q.Next != "" {
			what = append(what, "next: "+q.Next)
		}
		s.Rows = append(s.Rows, []string{q.Kind, model, q.Task, cmp.Or(q.Hardware, "any"),
			arrowText(cmp.Or(q.Before, unit.Dash), cmp.Or(q.After, unit.Dash)), q.Date, q.By, strings.Join(what, "; ")})
	}
	return s
}

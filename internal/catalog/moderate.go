// Moderate: changes of moderation.yaml by command. Each takes the file's bytes and
// returns new ones in which one thing was done and all else stands as it stood. A
// change that would leave a file with errors is refused with these errors.

package catalog

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// ModerationFile is the file of moderation inside the content folder.
const ModerationFile = "moderation.yaml"

// moderationHead begins a file that was not there.
const moderationHead = `# Flags, withdrawals and requests. Each needs a reason, a date and, for flags and
# withdrawals, the page where it was discussed. Reasons and states are fixed
# lists: a build that finds another word names the right ones.

`

// ReadModeration reads the file of moderation as Load does.
func ReadModeration(data []byte) (*Moderation, result.Findings) {
	m := &Moderation{}
	l := &loader{cat: newCatalog()}
	doc, findings := yamldoc.Read(data, readOptions(ModerationFile), m)
	addModeration(l, doc, ModerationFile, m)
	findings = append(findings, l.findings...)
	findings.Sort()
	return m, findings
}

// AddFlag marks a result as doubtful.
func AddFlag(data []byte, f Flag) ([]byte, result.Findings, error) {
	return moderate(data, "flags", func(m *Moderation) (yamldoc.Op, int, error) {
		if old := m.FlagOf(f.ID); old != nil {
			return 0, 0, fmt.Errorf("the result %.12s is flagged already, since %s (%s)", f.ID, old.Date, old.Reason)
		}
		if old := m.WithdrawalOf(f.ID); old != nil {
			return 0, 0, fmt.Errorf("the result %.12s was withdrawn on %s (%s)", f.ID, old.Date, old.Reason)
		}
		m.Flags = append(m.Flags, f)
		return yamldoc.Append, 0, nil
	})
}

// RemoveFlag takes a flag away; the id is that of the entry, any length of it.
func RemoveFlag(data []byte, id string) ([]byte, result.Findings, error) {
	return moderate(data, "flags", func(m *Moderation) (yamldoc.Op, int, error) {
		at := slices.IndexFunc(m.Flags, func(f Flag) bool { return samePrefix(f.ID, id) })
		if at < 0 {
			return 0, 0, fmt.Errorf("the result %.12s is not flagged", id)
		}
		m.Flags = slices.Delete(m.Flags, at, at+1)
		return yamldoc.Remove, at, nil
	})
}

// AddWithdrawal writes the tombstone of a result. A flag of it goes: the tombstone
// says more.
func AddWithdrawal(data []byte, w Withdrawal) ([]byte, result.Findings, error) {
	if m, fs := ReadModeration(data); !fs.HasErrors() && m.FlagOf(w.ID) != nil {
		out, fs, err := RemoveFlag(data, w.ID)
		if err != nil || fs.HasErrors() {
			return nil, fs, err
		}
		data = out
	}
	return moderate(data, "withdrawals", func(m *Moderation) (yamldoc.Op, int, error) {
		if old := m.WithdrawalOf(w.ID); old != nil {
			return 0, 0, fmt.Errorf("the result %.12s was withdrawn already, on %s (%s)", w.ID, old.Date, old.Reason)
		}
		m.Withdrawals = append(m.Withdrawals, w)
		return yamldoc.Append, 0, nil
	})
}

// AddRequest asks for a measurement.
func AddRequest(data []byte, q Request) ([]byte, result.Findings, error) {
	return moderate(data, "requests", func(m *Moderation) (yamldoc.Op, int, error) {
		for i := range m.Requests {
			if old := &m.Requests[i]; old.State != StateFinished && old.asks(q.Model, q.Task) && old.Hardware == q.Hardware && old.Revision == q.Revision {
				return 0, 0, fmt.Errorf("this was asked for already: %s, %s since %s", old.name(), old.State, old.Date)
			}
		}
		q.State, q.History = StatePending, []Move{{State: StatePending, Date: q.Date}}
		m.Requests = append(m.Requests, q)
		return yamldoc.Append, 0, nil
	})
}

// Step is the next state of a request and what is known with it.
type Step struct {
	Move
	Reason, Next string // of a failed one
	Result       string // of a finished one
}

// MoveRequest brings the one open request for a model, task and hardware ("": any)
// to its next state.
func MoveRequest(data []byte, model, task, hardware string, to Step) ([]byte, result.Findings, error) {
	return moderate(data, "requests", func(m *Moderation) (yamldoc.Op, int, error) {
		at, err := m.openRequest(model, task, hardware)
		if err != nil {
			return 0, 0, err
		}
		q := &m.Requests[at]
		if !MayMove(q.State, to.State) {
			return 0, 0, fmt.Errorf("%s is %s, and from there it may go to %s, not to %s", q.name(), q.State, strings.Join(movesFrom(q.State), " or "), to.State)
		}
		if to.Date < q.Date {
			return 0, 0, fmt.Errorf("%s is %s since %s, so it cannot be %s on %s", q.name(), q.State, q.Date, to.State, to.Date)
		}
		if to.State == StateFailed && to.Text == "" {
			to.Text = to.Reason // the next state has none, and the history keeps it
		}
		// A request that was written by hand may lack its steps; only the first one
		// can be told from it.
		if len(q.History) == 0 && q.State == StatePending {
			q.History = []Move{{State: q.State, Date: q.Date}}
		}
		if len(q.History) > 0 {
			q.History = append(slices.Clone(q.History), to.Move)
		}
		q.State, q.Date = to.State, to.Date
		q.Reason, q.Next, q.Result = to.Reason, to.Next, to.Result
		return yamldoc.Change, at, nil
	})
}

// openRequest finds the one request that is not finished.
func (m *Moderation) openRequest(model, task, hardware string) (int, error) {
	var hits []int
	var others []string
	for i := range m.Requests {
		q := &m.Requests[i]
		switch {
		case q.State == StateFinished:
		case q.asks(model, task) && (hardware == "" || q.Hardware == hardware):
			hits = append(hits, i)
			others = append(others, q.name())
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		for i := range m.Requests {
			if m.Requests[i].State != StateFinished {
				others = append(others, m.Requests[i].name())
			}
		}
		if len(others) == 0 {
			return 0, errors.New("no request is open")
		}
		return 0, fmt.Errorf("no open request is for %s %s; open are: %s", model, strings.TrimSpace(task+" "+hardware), strings.Join(others, "; "))
	}
	return 0, fmt.Errorf("%d open requests are for this: %s; name the hardware", len(hits), strings.Join(others, "; "))
}

func (q *Request) asks(model, task string) bool { return q.Model == model && q.Task == task }

func (q *Request) name() string {
	return strings.Join(strings.Fields(q.Model+" "+q.Task+" "+q.Hardware), " ")
}

func movesFrom(from string) []string {
	var out []string
	for _, to := range []string{StatePending, StateRunning, StateFinished, StateFailed} {
		if MayMove(from, to) {
			out = append(out, to)
		}
	}
	if len(out) == 0 {
		return []string{"nowhere"}
	}
	return out
}

// moderate makes one change: do changes what the file means, and the text follows.
// Findings are what is wrong with the file before or after.
func moderate(data []byte, list string, do func(*Moderation) (yamldoc.Op, int, error)) ([]byte, result.Findings, error) {
	if len(strings.TrimSpace(string(data))) == 0 {
		data = []byte(moderationHead)
	}
	m, findings := ReadModeration(data)
	if findings.HasErrors() {
		return nil, findings, nil
	}
	op, at, err := do(m)
	if err != nil {
		return nil, nil, err
	}
	out, err := yamldoc.Apply(data, yamldoc.Edit{List: list, Op: op, At: at, File: m.sections()}, func(candidate []byte) error {
		got, fs := ReadModeration(candidate)
		if findings = fs; fs.HasErrors() {
			return errRefused
		}
		if !got.means(m) {
			return errors.New("it would read as something else")
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return nil, findings, nil
	}
	return out, nil, err
}

// errRefused says that the findings tell why.
var errRefused = errors.New("the change breaks a rule")

// means says whether two files say the same, wherever it stands.
func (m *Moderation) means(o *Moderation) bool {
	return reflect.DeepEqual(m.sections(), o.sections())
}

// sections is the file as it is written.
func (m *Moderation) sections() []yamldoc.Section {
	var flags, gone, asked []yamldoc.Fields
	for _, f := range m.Flags {
		flags = append(flags, present("id", f.ID, "reason", f.Reason, "text", f.Text, "date", f.Date, "discussion", f.Discussion))
	}
	for _, w := range m.Withdrawals {
		gone = append(gone, present("id", w.ID, "reason", w.Reason, "text", w.Text, "date", w.Date, "discussion", w.Discussion,
			"title", w.Title, "model", w.Model, "task", w.Task, "hardware", w.Hardware))
	}
	for _, q := range m.Requests {
		fs := present("model", q.Model, "revision", q.Revision, "task", q.Task, "hardware", q.Hardware, "state", q.State, "date", q.Date,
			"by", q.By, "reason", q.Reason, "next", q.Next, "result", q.Result, "discussion", q.Discussion)
		var steps []yamldoc.Fields
		for _, s := range q.History {
			steps = append(steps, present("state", s.State, "date", s.Date, "text", s.Text))
		}
		if steps != nil {
			fs = append(fs, yamldoc.Field{Key: "history", Value: steps})
		}
		asked = append(asked, fs)
	}
	return []yamldoc.Section{{Key: "flags", Items: flags}, {Key: "withdrawals", Items: gone}, {Key: "requests", Items: asked}}
}

// present makes an entry of keys and values, without those that are empty.
func present(pairs ...string) yamldoc.Fields {
	var fs yamldoc.Fields
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fs = append(fs, yamldoc.Field{Key: pairs[i], Value: pairs[i+1]})
		}
	}
	return fs
}

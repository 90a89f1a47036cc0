// Moderation: flags, withdrawals and requests of a board, in one file that
// keeps the reason, the date and the place where it was discussed.

package catalog

import "strings"

// Moderation is content/moderation.yaml.
type Moderation struct {
	Flags       []Flag       `yaml:"flags"`
	Withdrawals []Withdrawal `yaml:"withdrawals"`
	Requests    []Request    `yaml:"requests"`
}

// Reason is why a result was flagged or withdrawn.
type Reason struct{ ID, Text string }

// Reasons returns every reason that a flag or withdrawal may give.
func Reasons() []Reason {
	return []Reason{
		{"contaminated-training-data", "The model was trained on the data it is judged by."},
		{"misreported-hardware", "The hardware was not what the file says."},
		{"misreported-model", "The model, its revision or its precision was not what the file says."},
		{"wrong-energy-boundary", "The joules include something else than the file says."},
		{"wrong-workload", "The prompts, lengths or load were not those of the task."},
		{"unreproducible", "Others could not get these numbers with the stated set-up."},
		{"duplicate", "The same measurement is already there."},
		{"superseded-by-author", "Its author replaced it with a better one."},
		{"license", "The data may not be published under the licence the file states."},
		{"privacy", "The file gave away something about a person or a machine."},
		{"source-corrected", "The source changed or withdrew the figure."},
		{"other", "See the text."},
	}
}

// reasonRule is the rule tag's list of Reasons; a test holds the two together.
const reasonRule = "contaminated-training-data|misreported-hardware|misreported-model|wrong-energy-boundary|wrong-workload|unreproducible|duplicate|superseded-by-author|license|privacy|source-corrected|other"

// Flag marks a result as doubtful. It stays visible, unranked, with the reason
// and a link to the discussion.
type Flag struct {
	// ID is the result's id, all of it or its first 12 hex digits or more.
	ID     string `yaml:"id" rule:"required,hexid"`
	Reason string `yaml:"reason" rule:"required,enum=@reason"`
	Text   string `yaml:"text" rule:"text"`
	Date   string `yaml:"date" rule:"required,day"`
	// Discussion is the page where it is talked over.
	Discussion string `yaml:"discussion" rule:"required,url"`

	at where
}

// Withdrawal is the tombstone of a result whose file was taken away. It keeps
// what its permalink needs to say what once stood there.
type Withdrawal struct {
	ID         string `yaml:"id" rule:"required,hexid"`
	Reason     string `yaml:"reason" rule:"required,enum=@reason"`
	Text       string `yaml:"text" rule:"text"`
	Date       string `yaml:"date" rule:"required,day"`
	Discussion string `yaml:"discussion" rule:"required,url"`
	Title      string `yaml:"title" rule:"required,max=200"`
	Model      string `yaml:"model" rule:"required,max=200"`
	Task       string `yaml:"task" rule:"required,max=120"`
	Hardware   string `yaml:"hardware" rule:"max=120"`

	at where
}

// States of a request, in order.
const (
	StatePending  = "pending"
	StateRunning  = "running"
	StateFinished = "finished"
	StateFailed   = "failed"
)

// Request asks for a measurement that somebody else shall make.
type Request struct {
	Model    string `yaml:"model" rule:"required,hubid"`
	Revision string `yaml:"revision" rule:"max=64"`
	Task     string `yaml:"task" rule:"required,id"`
	Hardware string `yaml:"hardware" rule:"id"`
	State    string `yaml:"state" rule:"required,enum=pending|running|finished|failed"`
	// Date is that of the present state, By who asked.
	Date string `yaml:"date" rule:"required,day"`
	By   string `yaml:"by" rule:"required,max=120"`
	// Reason says why it failed, Next what can be done about it; both are
	// required for a failed request.
	Reason string `yaml:"reason" rule:"text"`
	Next   string `yaml:"next" rule:"text"`
	// Result is the id of the result of a finished request.
	Result     string `yaml:"result" rule:"hexid"`
	Discussion string `yaml:"discussion" rule:"url"`
	// History holds the states up to the present one, oldest first.
	History []Move `yaml:"history"`

	at where
}

// Move is one step of a request.
type Move struct {
	State string `yaml:"state" rule:"required,enum=pending|running|finished|failed"`
	Date  string `yaml:"date" rule:"required,day"`
	Text  string `yaml:"text" rule:"text"`
}

// samePrefix says whether two forms of an id, each full or cut to 12 digits or
// more, name the same result.
func samePrefix(a, b string) bool {
	return min(len(a), len(b)) >= 12 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// FlagOf returns the flag of the result with the given id (full, or its first
// 12 hex digits or more), nil without one.
func (m *Moderation) FlagOf(id string) *Flag {
	if m == nil {
		return nil
	}
	for i := range m.Flags {
		if samePrefix(m.Flags[i].ID, id) {
			return &m.Flags[i]
		}
	}
	return nil
}

// WithdrawalOf returns the tombstone of the result with the given id (full, or
// its first 12 hex digits or more), nil without one.
func (m *Moderation) WithdrawalOf(id string) *Withdrawal {
	if m == nil {
		return nil
	}
	for i := range m.Withdrawals {
		if samePrefix(m.Withdrawals[i].ID, id) {
			return &m.Withdrawals[i]
		}
	}
	return nil
}

// MayMove says whether a request may go from one state to another. A failed one
// may be asked for again.
func MayMove(from, to string) bool {
	switch from {
	case StatePending:
		return to == StateRunning || to == StateFailed
	case StateRunning:
		return to == StateFinished || to == StateFailed
	case StateFailed:
		return to == StatePending
	}
	return false
}

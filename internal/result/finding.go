// Findings: warnings and errors as data. One type for every room, printed in
// one place (cmd).

package result

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Level of a finding. Errors stop a build; warnings travel on.
type Level string

// Levels, mildest first.
const (
	Note  Level = "note"
	Warn  Level = "warn"
	Error Level = "error"
)

// Place is where something was found. Zero fields are unknown.
type Place struct {
	File    string `json:"file,omitzero"` // relative to the board's root, forward slashes
	Line    int    `json:"line,omitzero"` // from 1
	Col     int    `json:"col,omitzero"`  // from 1, in bytes
	Pointer string `json:"pointer,omitzero"`
}

func (p Place) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Col > 0 {
			fmt.Fprintf(&b, ":%d", p.Col)
		}
	}
	if p.Pointer != "" {
		if b.Len() > 0 {
			b.WriteString(" ")
		}
		b.WriteString(p.Pointer)
	}
	return b.String()
}

// Finding is one thing to say about a file. Message is a fact in lower case
// without a full stop; Hint is what to try.
type Finding struct {
	Rule    string `json:"rule"` // V01, LBL-E-FIT, CAT-MODEL, ...
	Level   Level  `json:"level"`
	Where   Place  `json:"where,omitzero"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

func (f Finding) String() string {
	s := f.Where.String()
	if s != "" {
		s += ": "
	}
	s += fmt.Sprintf("%s: %s [%s]", f.Level, f.Message, f.Rule)
	return s
}

// Findings is a list that can be sorted by place.
type Findings []Finding

// Sort orders by file, line, column, pointer, rule, message: the same list for
// the same input, whatever order the work was done in.
func (fs Findings) Sort() { slices.SortStableFunc(fs, compareFindings) }

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Where.File, b.Where.File),
		cmp.Compare(a.Where.Line, b.Where.Line),
		cmp.Compare(a.Where.Col, b.Where.Col),
		cmp.Compare(a.Where.Pointer, b.Where.Pointer),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Message, b.Message),
	)
}

// Count returns how many findings have the level.
func (fs Findings) Count(l Level) int {
	n := 0
	for _, f := range fs {
		if f.Level == l {
			n++
		}
	}
	return n
}

// HasErrors says whether any finding is an error.
func (fs Findings) HasErrors() bool { return fs.Count(Error) > 0 }

// Printing findings: what the four formats share. Everything that a finding says
// may come from a stranger's file, so each format escapes all of it.

package review

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// Print is how findings are printed. The zero value prints plainly and all.
type Print struct {
	// Max bounds how many findings are listed, errors first; 0: all. The rest is
	// counted.
	Max int
	// Paint colours text by a code of SGR; nil: no colour.
	Paint func(code, text string) string
	// Source returns the text of a file, nil where there is none to show; without
	// it no lines are shown.
	Source func(file string) []byte
	// Prefix stands before each path, with a slash at its end: the board's folder
	// inside its repository.
	Prefix string
	// Tool is the version of the program, for formats that name it.
	Tool string
}

// severity orders levels, mildest first.
func severity(l result.Level) int {
	switch l {
	case result.Error:
		return 2
	case result.Warn:
		return 1
	}
	return 0
}

// Omitted counts findings that are not listed.
type Omitted struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
}

func (o Omitted) any() bool { return o != Omitted{} }

func (o Omitted) String() string {
	return fmt.Sprintf("%s, %s and %s", howMany(o.Errors, "error"), howMany(o.Warnings, "warning"), howMany(o.Notes, "note"))
}

func (o *Omitted) add(l result.Level) {
	switch l {
	case result.Error:
		o.Errors++
	case result.Warn:
		o.Warnings++
	default:
		o.Notes++
	}
}

// listed returns the findings that fit under Max, worst first, each kind by
// place, with line and column where the source gives them.
func (p Print) listed(fs result.Findings) (result.Findings, Omitted) {
	out := append(result.Findings{}, fs...)
	out.Sort()
	sort.SliceStable(out, func(i, j int) bool { return severity(out[i].Level) > severity(out[j].Level) })
	var rest Omitted
	if p.Max > 0 && len(out) > p.Max {
		for _, f := range out[p.Max:] {
			rest.add(f.Level)
		}
		out = out[:p.Max]
	}
	if p.Source != nil {
		for i := range out {
			w := &out[i].Where
			if w.Line == 0 && w.Pointer != "" && strings.HasSuffix(w.File, ".json") {
				w.Line, w.Col = result.Locate(p.Source(w.File), w.Pointer)
			}
		}
	}
	return out, rest
}

// line returns a line of a file, from 1, without its end; false if there is none.
func line(data []byte, n int) ([]byte, bool) {
	for ; n > 1; n-- {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return nil, false
		}
		data = data[i+1:]
	}
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		data = data[:i]
	}
	return bytes.TrimSuffix(data, []byte("\r")), len(data) > 0
}

// column is a finding's column in characters, from 1; 0 where it is not known.
func (p Print) column(w result.Place) int {
	if w.Col == 0 || p.Source == nil {
		return 0
	}
	text, ok := line(p.Source(w.File), w.Line)
	if !ok || w.Col-1 > len(text) {
		return 0
	}
	return utf8.RuneCount(text[:w.Col-1]) + 1
}

// OneLine keeps contributed text from breaking or colouring a terminal, and from
// being taken for a command by what reads a log: every control character is
// shown as its escape, and so is the "[" of "##[".
func OneLine(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case result.IsControl(r), r == '[' && strings.HasSuffix(s[:i], "##"):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func howMany(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

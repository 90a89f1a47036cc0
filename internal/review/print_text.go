// Text for people: one finding with its place, the line it is about with a caret
// under the spot, and what to try.

package review

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"jouleboard/internal/result"
)

const (
	// alike is how many warnings or notes of one rule are printed in full: a
	// thousand files with one harmless oddity make one paragraph, not a flood.
	alike = 5
	// excerptWidth is how many characters of a line are shown around the spot.
	excerptWidth = 100
)

// Text prints findings by place, what must be mended last, where the eye is when
// the command ends.
func Text(w io.Writer, fs result.Findings, p Print) error {
	out := bufio.NewWriter(w)
	list, rest := p.listed(fs)
	paint := p.Paint
	if paint == nil {
		paint = func(_, s string) string { return s }
	}
	said, total := map[string]int{}, map[string]int{}
	kind := func(f result.Finding) string { return string(f.Level) + f.Rule }
	for _, f := range list {
		total[kind(f)]++
	}
	if rest.any() {
		fmt.Fprintf(out, "%s %s more are not listed\n", paint("2", "..."), rest)
	}
	for level := 0; level <= 2; level++ {
		for _, f := range list {
			if severity(f.Level) != level {
				continue
			}
			// Errors are all listed: each must be mended.
			if f.Level != result.Error {
				said[kind(f)]++
				if n := total[kind(f)] - alike; n > 1 && said[kind(f)] > alike {
					if said[kind(f)] == alike+1 {
						fmt.Fprintf(out, "%s and %d more of this kind [%s]\n", paint("2", "..."), n, f.Rule)
					}
					continue
				}
			}
			p.finding(out, f, paint)
		}
	}
	return out.Flush()
}

func (p Print) finding(out io.Writer, f result.Finding, paint func(code, s string) string) {
	place := f.Where.String()
	if place != "" {
		place = p.prefixed(f.Where.File) + strings.TrimPrefix(place, f.Where.File) + ": "
	}
	colour := [...]string{"2", "33", "31;1"}[severity(f.Level)]
	fmt.Fprintf(out, "%s%s %s [%s]\n", OneLine(place), paint(colour, string(f.Level)+":"), OneLine(f.Message), f.Rule)
	if p.Source != nil && f.Where.Line > 0 {
		if text, ok := line(p.Source(f.Where.File), f.Where.Line); ok {
			shown, caret := excerpt(text, f.Where.Col)
			fmt.Fprintf(out, "%s %s\n", paint("2", fmt.Sprintf("%6d |", f.Where.Line)), shown)
			if caret >= 0 {
				fmt.Fprintf(out, "%s %s%s\n", paint("2", "       |"), strings.Repeat(" ", caret), paint(colour, "^"))
			}
		}
	}
	if f.Hint != "" {
		fmt.Fprintf(out, "    %s %s\n", paint("36", "try:"), OneLine(f.Hint))
	}
}

func (p Print) prefixed(file string) string {
	if file == "" {
		return ""
	}
	return p.Prefix + file
}

// excerpt is the part of a line around a column (in bytes, from 1), safe to show,
// and how far in the caret stands; -1 for none.
func excerpt(text []byte, col int) (shown string, caret int) {
	at := min(max(col-1, 0), len(text))
	from := at
	for n := 0; from > 0 && n < excerptWidth/2; n++ {
		_, size := utf8.DecodeLastRune(text[:from])
		from -= size
	}
	to := from
	for n := 0; to < len(text) && n < excerptWidth; n++ {
		_, size := utf8.DecodeRune(text[to:])
		to += size
	}
	before, after := "", ""
	if from > 0 {
		before = "..."
	}
	if to < len(text) {
		after = "..."
	}
	// Tabs are common in JSON and stand for themselves; one space keeps the caret.
	safe := func(b []byte) string {
		return OneLine(strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\t", " "))
	}
	if max(at, from) > to {
		at = to
	}
	head := before + safe(text[from:at])
	caret = utf8.RuneCountInString(head)
	if col < 1 {
		caret = -1
	}
	return head + safe(text[at:to]) + after, caret
}

// A change as plain text for a terminal.

package review

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text writes the change as plain text, with at most some rows of each section
// and the count of the others.
func (c *Change) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, compared with %s: %s.\n", OneLine(c.Head), OneLine(c.Base), OneLine(c.summary()))
	if line := c.fileLine(); line != "" {
		b.WriteString(line + "\n")
	}
	secs := c.sections()
	for i, s := range secs {
		if i == maxTextSections {
			fmt.Fprintf(&b, "\n%s left out; --format html shows more, json all.\n", counted(len(secs)-i, "more section"))
			break
		}
		s.text(&b)
	}
	return b.String()
}

// maxTextSections bounds the text of a change that touches every board.
const maxTextSections = 40

// maxCell bounds a cell of the text, in characters.
const maxCell = 72

func (s section) text(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", OneLine(s.Title))
	if s.Lede != "" {
		fmt.Fprintf(b, "  %s\n", OneLine(s.Lede))
	}
	rows := s.Rows[:min(len(s.Rows), s.Few)]
	if len(s.Head) == 0 {
		for _, row := range rows {
			fmt.Fprintf(b, "  - %s\n", OneLine(strings.Join(row, " ")))
		}
	} else {
		table := make([][]string, 0, len(rows)+1)
		table = append(table, s.Head)
		width := make([]int, len(s.Head))
		for _, row := range rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = clipRunes(OneLine(cell), maxCell)
			}
			table = append(table, cells)
		}
		for _, row := range table {
			for i, cell := range row {
				width[i] = max(width[i], utf8.RuneCountInString(cell))
			}
		}
		for _, row := range table {
			line := " "
			for i, cell := range row {
				line += " " + cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+1)
			}
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	if n := len(s.Rows) - len(rows); n > 0 {
		fmt.Fprintf(b, "  ... and %s\n", counted(n, "more row"))
	}
}

func clipRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// A change as a comment on a pull request: Markdown that stays below a limit and
// says how much it leaves out.

package review

import (
	"bytes"
	"fmt"
	"strings"
)

// CommentLimit is how long GitHub lets a comment be, in characters.
const CommentLimit = 65536

// leastMarkdown is room for the head and for the words about what is left out.
const leastMarkdown = 2048

// Markdown writes the change in at most limit bytes (CommentLimit if it is 0;
// never less than 2048). Each section gets its share of the room; what does not
// fit is counted where it is left out.
func (c *Change) Markdown(limit int) string {
	if limit <= 0 {
		limit = CommentLimit
	}
	limit = max(limit, leastMarkdown)
	var b bytes.Buffer
	fmt.Fprintf(&b, "## What this change does to the board\n\n%s, compared with %s: %s.\n", neutral(c.Head), neutral(c.Base), neutralAtMost(c.summary(), maxNeutralLine))
	if line := c.fileLine(); line != "" {
		b.WriteString("\n" + line + "\n")
	}
	secs := c.sections()
	if len(c.Labels) > 0 {
		labels := section{Title: "Labels", Few: maxPreviews}
		for _, l := range c.Labels {
			labels.Rows = append(labels.Rows, []string{l.Text})
		}
		secs = append(secs, labels)
	}
	// The last words are reserved for, whether they are needed or not.
	const reserve = 200
	for i, s := range secs {
		left := limit - reserve - b.Len()
		text, ok := s.markdown(left / min(len(secs)-i, 4))
		if !ok {
			fmt.Fprintf(&b, "\n**%s left out here.** Run `jouleboard diff` with `--format html` to see all.\n", counted(len(secs)-i, "more section"))
			break
		}
		b.WriteString(text)
	}
	return b.String()
}

// markdown writes a section in at most room bytes, ok false if not even its head
// fits.
func (s section) markdown(room int) (string, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n", neutral(s.Title))
	if s.Lede != "" {
		fmt.Fprintf(&b, "\n%s\n", neutralAtMost(s.Lede, maxNeutralLine))
	}
	if len(s.Rows) == 0 {
		return b.String(), b.Len() <= room
	}
	if len(s.Head) > 0 {
		b.WriteString("\n| " + strings.Join(s.Head, " | ") + " |\n|" + strings.Repeat("---|", len(s.Head)) + "\n")
	} else {
		b.WriteString("\n")
	}
	const more = 60 // bytes for the count of what is left out
	shown := 0
	for _, row := range s.Rows[:min(len(s.Rows), s.Few)] {
		line := s.markdownRow(row)
		if b.Len()+len(line)+more > room {
			break
		}
		b.WriteString(line)
		shown++
	}
	if n := len(s.Rows) - shown; n > 0 {
		fmt.Fprintf(&b, "\n_%s left out here._\n", counted(n, "more row"))
	}
	return b.String(), b.Len() <= room
}

func (s section) markdownRow(row []string) string {
	if len(s.Head) == 0 {
		return "- " + neutralAtMost(strings.Join(row, " "), maxNeutralLine) + "\n"
	}
	var b strings.Builder
	b.WriteString("|")
	for _, cell := range row {
		b.WriteString(" " + neutral(cell) + " |")
	}
	b.WriteString("\n")
	return b.String()
}

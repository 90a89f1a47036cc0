// Contributed text in a comment: one function makes it harmless for Markdown as
// GitHub reads it.

package review

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// maxNeutral and maxNeutralLine bound a text in a comment, in characters: one in
// a cell, and one that has a line for itself.
const (
	maxNeutral     = 160
	maxNeutralLine = 800
)

// apart is a zero width space. It parts what a filter that runs over the
// finished text would otherwise join to a mention, a reference or a link.
const apart = "&#8203;"

// neutral makes any text safe to stand inside a line, a list item or a cell of a
// table of Markdown. What it shows reads as the text does; nothing of it is
// markup, a link, a mention (@name), a reference (#1, GH-1), an emoji or a
// formula. Control characters are shown as their escape, so that it stays on its
// line, and a long text is cut.
func neutral(s string) string { return neutralAtMost(s, maxNeutral) }

func neutralAtMost(s string, most int) string {
	var b strings.Builder
	s = strings.Trim(s, " ")
	n, word := 0, ""
	for i, r := range s {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		next := byte(0)
		if j := i + utf8.RuneLen(r); r != utf8.RuneError && j < len(s) {
			next = s[j]
		}
		alnum := r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		switch {
		case result.IsControl(r) || result.BadRune(r) != "" && r != utf8.RuneError:
			fmt.Fprintf(&b, "&#92;u%04x", r)
		case alnum || r >= 0x80:
			b.WriteRune(r)
		case r == ' ':
			if s[i-1] == ' ' {
				b.WriteString("&nbsp;")
			} else {
				b.WriteByte(' ')
			}
		case r == ':' && (next == 0 || next == ' ') && i > 0:
			b.WriteByte(':')
		case r == '@' || r == '#' || r == '$' || r == ':':
			fmt.Fprintf(&b, "&#%d;%s", r, apart)
		case r == '-' && strings.EqualFold(word, "gh"):
			b.WriteString("-" + apart)
		case r == '.' && strings.HasSuffix(strings.ToLower(word), "www"):
			b.WriteString("&#46;" + apart)
		case i == 0, (r == '.' || r == ')') && (next == ' ' || next == 0) && i == len(word) && onlyDigits(word):
			// What would begin a list, a quote, a heading or a table.
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune(",.;?'\"-/()%+=", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
		if alnum {
			word += string(r)
		} else {
			word = ""
		}
	}
	return b.String()
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

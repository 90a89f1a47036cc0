// Characters that have no place in contributed text, and text that was decoded
// wrongly. The rooms refuse, drop or escape them, each as its output needs; which
// ones they are is said here alone.

package result

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// IsControl tells characters that act on the text around them instead of standing
// in it: control characters (line ends and tabs too), line separators, embeddings,
// overrides and isolates of direction, and byte order marks. With them text can be
// made to read otherwise than it is.
func IsControl(r rune) bool { return controlName(r) != "" }

func controlName(r rune) string {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return "control character"
	case r == 0x2028, r == 0x2029:
		return "line separator"
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return "bidirectional control"
	case r == 0xfeff, r == 0xfffe:
		return "byte order mark inside text"
	}
	return ""
}

// IsDirectionMark tells the marks that give a direction to the signs beside them.
// Text in Arabic and Hebrew needs them, so they are no IsControl; where no such
// text can be set they are refused too.
func IsDirectionMark(r rune) bool { return r == 0x200e || r == 0x200f || r == 0x061c }

// BadRune says in words what a character is that has no place in contributed
// text, "" for all others. Callers allow line ends and tabs where lines are.
// Direction marks and joiners stay: scripts need them.
func BadRune(r rune) string {
	if name := controlName(r); name != "" {
		return name
	}
	switch {
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000:
		return "private-use character"
	case r >= 0xe0000 && r <= 0xe007f:
		return "invisible tag character"
	case r == utf8.RuneError:
		return "replacement character: text was lost before"
	}
	return ""
}

// TextProblem says what is wrong with the characters of a text, "" if nothing.
// lines allows line ends and tabs.
func TextProblem(s string, lines bool) string {
	for i, r := range s {
		what := BadRune(r)
		switch {
		case what == "", lines && (r == '\n' || r == '\t'):
		case r == utf8.RuneError:
			return fmt.Sprintf("byte %d is not UTF-8, or was lost in an earlier conversion", i+1)
		case r == '\n':
			return "line breaks are not allowed here"
		default:
			return fmt.Sprintf("%s U+%04X at byte %d", what, r, i+1)
		}
	}
	if wrong, right := Mojibake(s); wrong != "" {
		return fmt.Sprintf("%q at byte %d was decoded twice; %q was meant", wrong, strings.Index(s, wrong)+1, right)
	}
	return ""
}

// CheckText looks at a text file before anything reads it. It reports bytes that
// are not UTF-8 and characters that can hide what the file says, in comments too;
// one a line. firstLine is the number of the first line of data in its file.
// Replacement characters pass: a text may speak of them.
func CheckText(rule, file string, data []byte, firstLine int) Findings {
	var found Findings
	line, start, told := firstLine, 0, -1
	add := func(at int, msg, hint string) {
		if told == line {
			return
		}
		told = line
		found = append(found, Finding{Rule: rule, Level: Error, Where: Place{File: file, Line: line, Col: at - start + 1}, Message: msg, Hint: hint})
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			add(i, fmt.Sprintf("byte 0x%02X at offset %d is not UTF-8", data[i], i), "save the file as UTF-8")
		case r == '\n':
			line, start = line+1, i+1
		case r == '\t', r == '\r', r == utf8.RuneError:
		case IsControl(r):
			add(i, fmt.Sprintf("invisible %s U+%04X", BadRune(r), r), "remove it; text direction is set by the page")
		case BadRune(r) != "":
			add(i, fmt.Sprintf("%s U+%04X, which readers see as nothing or as a box", BadRune(r), r), "remove it")
		}
		i += size
	}
	return found
}

// Mojibake finds the first characters of a text that are UTF-8 misread as
// Windows-1252, such as "â€™", and returns them with what was meant; "" and ""
// without any. Neighbours that only happen to be such bytes, as the letter and
// the quotation mark of „Spaß“, are left alone.
func Mojibake(s string) (wrong, right string) {
	var run []rune // characters of s beyond ASCII that stand side by side
	var raw []byte // what they are in Windows-1252
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if r >= 0x80 && ok {
			run, raw = append(run, r), append(raw, b)
			continue
		}
		if wrong, right = misread(run, raw, r); wrong != "" {
			return wrong, right
		}
		run, raw = run[:0], raw[:0]
	}
	return misread(run, raw, ' ')
}

// misread looks in one run for bytes that are UTF-8 of text that people write.
// next is the character behind the run.
func misread(run []rune, raw []byte, next rune) (wrong, right string) {
	for i := 0; i < len(raw); i++ {
		j := i
		letters := 0
		for j < len(raw) {
			r, size := utf8.DecodeRune(raw[j:])
			if size < 2 {
				break
			}
			j += size
			after := next
			if j < len(run) {
				after = run[j]
			}
			if meant(r, run[j-1], after) {
				return string(run[i:j]), string(raw[i:j])
			}
			if unicode.IsLetter(r) {
				letters++
			}
		}
		// A word of another script has several letters on end.
		if letters > 1 {
			return string(run[i:j]), string(raw[i:j])
		}
	}
	return "", ""
}

// meant says whether r, read from characters that end in last, is what their
// writer meant: a letter or sign of western Europe, typographic punctuation, or a
// byte order mark. A capital before a closing quotation mark (IRMÃ”) is no such
// reading unless a letter follows.
func meant(r, last, after rune) bool {
	switch {
	case r >= 0xa0 && r <= 0xff:
		return !unicode.In(last, unicode.Pi, unicode.Pf, unicode.Ps) || unicode.IsLetter(after)
	case r >= 0x2010 && r <= 0x203a, r == 0x20ac, r == 0x2122, r == 0xfeff:
		return true
	}
	return false
}

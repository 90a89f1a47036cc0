// Characters that have no place in contributed text, and text that was decoded
// wrongly. The rooms refuse, drop or escape them, each as its output needs; which
// ones they are is said here alone.

package result

import (
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

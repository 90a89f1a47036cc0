// Text in drawings: what it may hold, how wide it is about, and how a name that
// is too long becomes shorter without losing what sets it apart.

package chart

import (
	"regexp"
	"strings"
	"unicode"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// maxMarks is how many marks one letter keeps: enough for any writing, too few
// for a tower over the neighbouring lines.
const maxMarks = 3

// clean takes control characters, bidirectional overrides and towers of marks
// from a name, so that it cannot reorder or break the lines around it.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	marks := 0
	s = strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' { // most of all, and none of what follows
			marks = 0
			return r
		}
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case result.IsControl(r), result.IsDirectionMark(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// valueWithUnit is a number before a unit in Latin letters.
var valueWithUnit = regexp.MustCompile(`[0-9][0-9.,\x{202f}]*[ \x{a0}][A-Za-z]`)

// ordered keeps numbers before their units in a line from right to left, which
// would write "ms 50": a mark without width makes them part of the unit's run.
func ordered(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) {
		return s
	}
	return valueWithUnit.ReplaceAllString(s, "\u200e$0")
}

// nameOf is a name that can be shown: never empty.
func nameOf(s string) string {
	if s = clean(s); s == "" {
		return unit.Dash
	}
	return s
}

// textWidth estimates the width of s in px at a size in px. Readers' system
// fonts differ; the estimate follows wide ones, so boxes err to the large side.
func textWidth(s string, size float64) float64 {
	var em float64
	for _, r := range s {
		em += runeEm(r)
	}
	return em * size
}

func runeEm(r rune) float64 {
	switch {
	case r >= 0x80 && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r)):
		return 0
	case strings.ContainsRune("iIjl.,:;'|!", r):
		return 0.33
	case strings.ContainsRune("frt()[]{}-/ ", r):
		return 0.42
	case r == '\u202f':
		return 0.25
	case strings.ContainsRune("mwMW@%…—", r):
		return 1
	case r >= '0' && r <= '9':
		return 0.64
	case r < 0x80 && unicode.IsUpper(r):
		return 0.72
	case r < 0x80:
		return 0.62
	case isWide(r):
		return 1.05
	case r < 0x600: // Latin, Greek, Cyrillic, Hebrew
		return 0.75
	}
	return 0.95 // scripts whose letters vary much
}

func isWide(r rune) bool {
	return r >= 0x1100 && r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE6F || r >= 0xFF00 && r <= 0xFF60 ||
		r >= 0xFFE0 && r <= 0xFFE6 || r >= 0x1F000
}

// shorten fits names into width px. A name that is too long loses its middle, since
// both ends of a model's name tell most, and never without a mark: less of a name
// is often another model's. Where two names would look alike the cut moves to where
// they do not.
func shorten(names []string, size, width float64) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = nameOf(n)
	}
	out := make([]string, len(names))
	for i, n := range all {
		out[i] = n
		if textWidth(n, size) <= width {
			continue
		}
		parts := graphemes(n)
		first := headLen(parts, size, width)
		out[i] = cut(parts, first, size, width).String()
		for d := range 2 * len(parts) {
			h := first - (d+1)/2
			if d%2 == 1 {
				h = first + d/2 + 1
			}
			if h < 1 || h >= len(parts) {
				continue
			}
			if c := cut(parts, h, size, width); c.fits && !c.means(all, n) {
				out[i] = c.String()
				break
			}
		}
	}
	return out
}

// cutName is what is left of a name.
type cutName struct {
	head, tail string
	fits       bool // the head does
}

func (c cutName) String() string { return c.head + "…" + c.tail }

// means says whether a name other than own reads the same once it is cut.
func (c cutName) means(names []string, own string) bool {
	for _, n := range names {
		if n != own && len(n) >= len(c.head)+len(c.tail) && strings.HasPrefix(n, c.head) && strings.HasSuffix(n, c.tail) {
			return true
		}
	}
	return false
}

// graphemes parts s so that no mark leaves its letter.
func graphemes(s string) []string {
	var parts []string
	for _, r := range s {
		if len(parts) > 0 && (unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r)) {
			parts[len(parts)-1] += string(r)
			continue
		}
		parts = append(parts, string(r))
	}
	return parts
}

// headLen is how many parts stay in front if all that fits is shown.
func headLen(parts []string, size, width float64) int {
	room := width - textWidth("…", size)
	head, tail := 0, len(parts)
	for head < tail {
		// Two thirds in front: the family comes first.
		front := head <= 2*(len(parts)-tail)
		next := parts[head]
		if !front {
			next = parts[tail-1]
		}
		if room -= textWidth(next, size); room < 0 {
			break
		}
		if front {
			head++
		} else {
			tail--
		}
	}
	return head
}

// cut keeps the first n parts and as many of the last ones as fit beside them.
func cut(parts []string, n int, size, width float64) cutName {
	head := strings.TrimRight(strings.Join(parts[:n], ""), " -")
	room := width - textWidth(head+"…", size)
	c := cutName{head: head, fits: room >= 0}
	tail := len(parts)
	for tail > n {
		if room -= textWidth(parts[tail-1], size); room < 0 {
			break
		}
		tail--
	}
	c.tail = strings.Join(parts[tail:], "")
	return c
}

// ellipsis cuts the middle of s until it fits.
func ellipsis(s string, size, width float64) string {
	if textWidth(s, size) <= width {
		return s
	}
	parts := graphemes(s)
	return cut(parts, headLen(parts, size, width), size, width).String()
}

// Which text can be drawn: normal form, forbidden characters, and scripts that
// need more than one glyph after another.

package label

import (
	"fmt"
	"strings"
	"unicode"

	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// forbidden returns the first character that no label may carry: those that no
// contributed text may hold, and direction marks, which labels have no use for.
func forbidden(s string) (rune, bool) {
	for _, r := range s {
		if r >= ' ' && r <= '~' {
			continue
		}
		if result.BadRune(r) != "" || result.IsDirectionMark(r) {
			return r, true
		}
	}
	return 0, false
}

// shaped are scripts whose letters join, stack or run from right to left.
var shaped = []*unicode.RangeTable{
	unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Thai, unicode.Lao, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Mongolian,
	unicode.Mn, unicode.Me, // marks that NFC could not join to their letter
}

// undrawable returns the characters of s that a label cannot show, with any
// fallback fonts looked through.
func undrawable(s string, fallback []*draw.Font) []rune {
	bad := draw.HasGlyphs(s, fallback...)
	for _, r := range s {
		if r > 0x2ff && unicode.In(r, shaped...) {
			bad = append(bad, r)
		}
	}
	return bad
}

// describe lists characters for a message.
func describe(rs []rune) string {
	seen := map[rune]bool{}
	var parts []string
	for _, r := range rs {
		if seen[r] {
			continue
		}
		seen[r] = true
		if len(parts) == 5 {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, fmt.Sprintf("U+%04X", r))
	}
	return strings.Join(parts, ", ")
}

// drawable replaces what cannot be shown by question marks.
func drawable(s string, fallback []*draw.Font) string {
	bad := undrawable(s, fallback)
	if len(bad) == 0 {
		return s
	}
	drop := map[rune]bool{}
	for _, r := range bad {
		drop[r] = true
	}
	return strings.Map(func(r rune) rune {
		if drop[r] {
			return '?'
		}
		return r
	}, s)
}

// Words in drawings that carry their own glyphs: cards, PNG, PDF and labels. The
// built-in fonts hold Latin, Greek and Cyrillic letters, so a language beyond
// them speaks English there. Drawings on pages use the reader's fonts.

package site

import (
	"unicode"

	"jouleboard/assets"
	"jouleboard/internal/draw"
)

// shapedScripts have letters that join or reorder, which needs more than a glyph
// for each character.
var shapedScripts = []*unicode.RangeTable{unicode.Arabic, unicode.Hebrew, unicode.Devanagari, unicode.Bengali, unicode.Tamil, unicode.Thai, unicode.Syriac, unicode.Khmer, unicode.Myanmar, unicode.Tibetan}

// drawable says whether the built-in fonts can write a text.
func drawable(text string) bool {
	for _, r := range text {
		if unicode.In(r, shapedScripts...) {
			return false
		}
	}
	return len(draw.HasGlyphs(text)) == 0
}

// speaksDrawn says whether the built-in fonts can write all of a language.
func (m *messages) speaksDrawn() bool {
	for _, text := range m.text {
		if !drawable(text) {
			return false
		}
	}
	return true
}

// drawing is the site for drawings: itself where the fonts can write its
// language, else the same in English.
func (s *site) drawing() *site {
	if s.drawn == s.msg {
		return s
	}
	english := *s
	english.msg = s.drawn
	return &english
}

// drawnMessages are the strings for drawings.
func (s *site) drawnMessages() *messages {
	if s.msg.speaksDrawn() {
		return s.msg
	}
	m, _ := loadMessages(assets.FS, s.in.Assets, "en") // what is wrong with English is said where the site's strings are read
	return m
}

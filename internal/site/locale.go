// What a language asks for beside words: the direction of writing, forms for
// numbers, and whether a name gets a small first letter inside a sentence.

package site

import (
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"jouleboard/internal/unit"
)

// pluralMark stands between a key and the form of its string for some numbers:
// "labels.shown#few".
const pluralMark = "#"

// pluralForms are the forms of Unicode's plural rules.
var pluralForms = map[string]bool{"zero": true, "one": true, "two": true, "few": true, "many": true, "other": true}

var pluralNames = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}

// locale is a language's habits.
type locale struct {
	lang string
	tag  language.Tag
}

func newLocale(lang string) locale {
	tag, err := language.Parse(lang)
	if err != nil { // content checks the tag's form; a made-up language has no habits
		tag = language.English
	}
	return locale{lang: lang, tag: tag}
}

// plural is the form that a language's grammar asks for beside n.
func (l locale) plural(n int64) string {
	if n < 0 {
		n = -n
	}
	return pluralNames[plural.Cardinal.MatchPlural(l.tag, int(n), 0, 0, 0, 0)]
}

// inSentence is a name as it stands inside a sentence. German writes nouns with a
// capital letter everywhere.
func (l locale) inSentence(name string) string {
	switch base, _ := l.tag.Base(); base.String() {
	case "de", "lb":
		return name
	}
	return unit.LowerFirst(name)
}

// direction is the way a language is written, as in HTML's dir.
func direction(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	script, _ := tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

// What a language asks for beside words: the direction of writing, forms for
// numbers and how they are written, and whether a name gets a small first letter
// inside a sentence.

package site

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	cldr "golang.org/x/text/number"

	"jouleboard/internal/result"
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
	unit.Style
	lang string
	tag  language.Tag
	dir  string // of writing, as in HTML's dir
}

func newLocale(lang string) locale {
	tag, err := language.Parse(lang)
	if err != nil { // content checks the tag's form; a made-up language has no habits
		tag = language.English
	}
	return locale{Style: numberStyle(tag), lang: lang, tag: tag, dir: direction(lang)}
}

// numberStyle is how a language writes numbers by Unicode's locale data, in Latin
// digits, and in groups of three. English and Chinese keep the thin space of the
// International System of Units, which both may write and which no reader takes
// for a decimal; so do the languages that set a space of any other width.
func numberStyle(tag language.Tag) unit.Style {
	switch base, _ := tag.Base(); base.String() {
	case "en", "zh":
		return unit.Style{}
	}
	latin, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return unit.Style{}
	}
	const asked = 1234567.5
	parts := strings.FieldsFunc(message.NewPrinter(latin).Sprint(cldr.Decimal(asked)), func(r rune) bool { return r >= '0' && r <= '9' })
	if len(parts) < 2 {
		return unit.Style{}
	}
	out := unit.Style{Decimal: parts[len(parts)-1], Group: parts[0]}
	if strings.TrimSpace(out.Group) == "" {
		out.Group = ""
	}
	if out.Decimal == "." {
		out.Decimal = ""
	}
	return out
}

// numberKeys are the strings by which a language's file says how numbers are
// written. Without them it is as Unicode's locale data has it.
var numberKeys = []string{"number.decimal", "number.group", "number.digits"}

// setNumbers takes what a file says about numbers.
func (l *locale) setNumbers(text map[string]string, file string, out *result.Findings) {
	st := l.Style
	for i, to := range []*string{&st.Decimal, &st.Group, &st.Digits} {
		if v := text[numberKeys[i]]; v != "" {
			*to = v
		}
	}
	decimal, group := st.Write("."), st.Write(unit.Thin)
	wrong := ""
	switch {
	case decimal == group || strings.ContainsAny(decimal+group, "0123456789-+"):
		wrong = fmt.Sprintf("numbers cannot be read with %q before decimals and %q between thousands", decimal, group)
	case st.Digits != "" && utf8.RuneCountInString(st.Digits) != 10:
		wrong = fmt.Sprintf("number.digits has %d digits, expected 10 from zero to nine", utf8.RuneCountInString(st.Digits))
	}
	if wrong != "" {
		*out = append(*out, result.Finding{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: file}, Message: wrong, Hint: "correct " + strings.Join(numberKeys, ", ")})
		return
	}
	l.Style = st
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

// kept is what fills a string in. In a language from right to left a name in Latin
// letters keeps its own direction, and a sentence that begins with one keeps the
// language's. An address stays as it is, for those who copy it.
func (l locale) kept(s string) string {
	if l.dir != "rtl" || strings.Contains(s, "://") || !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
		return s
	}
	return "\u2068" + s + "\u2069"
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

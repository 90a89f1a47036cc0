// The interface's strings: assets/i18n/LANG.yaml, one flat map. A key that a
// language lacks falls back to English, and the build warns. Names of metrics
// and reasons of flags have their English from where they are defined; a
// language translates them under keys of the same kind.

package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/width"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
	"jouleboard/internal/yamldoc"
)

// strings of one language over English.
type messages struct {
	locale
	text map[string]string
}

// missingNamed is how many missing strings a warning names.
const missingNamed = 40

// loadMessages reads the strings of a language in layers: the built-in English
// at the bottom, so that no key is ever missing; the language as shipped, where
// it is; and the board's own files over both, which may hold a few strings only.
// A regional language ("de-AT") lies over its general one ("de").
func loadMessages(builtin, assets fs.FS, lang string) (*messages, result.Findings) {
	var out result.Findings
	base := definedWords()
	for k, v := range readWords(builtin, "en", &out).text {
		base[k] = v
	}
	m := &messages{locale: newLocale(lang), text: base}
	if own := ownWords(builtin, assets, "en", &out); own != nil {
		own.warnUnknown(base, &out)
		m.text = laid(base, own.text)
		if languageChain(lang)[0] == "en" {
			m.setNumbers(own.text, own.file, &out)
		}
		m.checkDays(own.file, &out)
	}
	if lang == "en" {
		return m, out
	}

	found := false
	translated := map[string]string{}
	file := ""
	for _, l := range languageChain(lang) {
		if w := readWords(builtin, l, &out); w != nil {
			found, file = true, w.file
			translated = laid(translated, w.text)
		}
		if w := ownWords(builtin, assets, l, &out); w != nil {
			found, file = true, w.file
			w.warnUnknown(base, &out)
			translated = laid(translated, w.text)
		}
	}
	name := "assets/i18n/" + lang + ".yaml"
	if !found {
		return m, append(out, result.Finding{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: "content/site.yaml"},
			Message: fmt.Sprintf("no interface strings for language %q: %s is not there", lang, name),
			Hint:    "set language to one of those in assets/i18n, or add the file"})
	}
	var missing []string
	for k := range base {
		if translated[k] == "" && !strings.Contains(k, pluralMark) && !m.hasForms(translated, k) && !slices.Contains(numberKeys, k) {
			missing = append(missing, k)
		}
	}
	if sort.Strings(missing); len(missing) > 0 {
		named := strings.Join(missing[:min(missingNamed, len(missing))], ", ")
		if n := len(missing) - missingNamed; n > 0 {
			named += fmt.Sprintf(" and %d more", n)
		}
		out = append(out, result.Finding{Rule: "SITE-LANG", Level: result.Warn, Where: result.Place{File: file},
			Message: fmt.Sprintf("%d strings are missing and stay English: %s", len(missing), named), Hint: "translate them from the built-in assets/i18n/en.yaml"})
	}
	m.setNumbers(translated, file, &out)
	m.text = laid(m.text, translated)
	m.checkDays(file, &out)
	return m, out
}

// wordFile holds the strings of one file.
type wordFile struct {
	file string
	doc  *yamldoc.Doc
	text map[string]string
}

// readWords reads a language's file, nil where there is none.
func readWords(fsys fs.FS, lang string, out *result.Findings) *wordFile {
	name := path.Join("i18n", lang+".yaml")
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w := &wordFile{file: "assets/" + name, text: map[string]string{}}
	var found result.Findings
	if err != nil {
		found = result.Findings{{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: w.file}, Message: "cannot be read: " + err.Error(), Hint: "make it a readable file of strings"}}
	} else {
		w.doc, found = yamldoc.Read(data, yamldoc.Options{File: w.file, Rule: yamldoc.Rules("SITE-LANG")}, &w.text)
	}
	*out = append(*out, found...)
	return w
}

// ownWords are the strings of the board's file, nil where it has none and sees
// the built-in one.
func ownWords(builtin, assets fs.FS, lang string, out *result.Findings) *wordFile {
	name := path.Join("i18n", lang+".yaml")
	own, err := fs.ReadFile(assets, name)
	shipped, _ := fs.ReadFile(builtin, name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(own, shipped) {
		return nil
	}
	return readWords(assets, lang, out)
}

func (w *wordFile) warnUnknown(base map[string]string, out *result.Findings) {
	var unknown []string
	for k := range w.text {
		key, form, plural := strings.Cut(k, pluralMark)
		if _, ok := base[key]; !ok || plural && !pluralForms[form] {
			unknown = append(unknown, k)
		}
	}
	sort.Strings(unknown)
	for _, k := range unknown {
		f := result.Finding{Rule: "SITE-LANG", Level: result.Warn, Where: result.Place{File: w.file}, Message: fmt.Sprintf("no page asks for the string %q", k), Hint: "compare with the built-in assets/i18n/en.yaml"}
		if w.doc != nil {
			f.Where = w.doc.Place("/" + k)
		}
		*out = append(*out, f)
	}
}

// laid puts the strings of a layer over those below; an empty one lets what is
// below show through. A string covers all forms for numbers below it.
func laid(below, over map[string]string) map[string]string {
	out := make(map[string]string, len(below)+len(over))
	covered := map[string]bool{}
	for k, v := range over {
		key, _, _ := strings.Cut(k, pluralMark)
		covered[key] = covered[key] || v != ""
	}
	for k, v := range below {
		if key, _, form := strings.Cut(k, pluralMark); !form || !covered[key] {
			out[k] = v
		}
	}
	for k, v := range over {
		if v != "" {
			out[k] = v
		}
	}
	return out
}

// languageChain are the tags whose files hold strings of a language, the most
// general first. A tag in another script ("zh-TW" beside "zh") has no such parent.
func languageChain(lang string) []string {
	base, _, regional := strings.Cut(lang, "-")
	if own, err := language.Parse(lang); regional && err == nil {
		script, _ := own.Script()
		if parent, _ := language.Make(base).Script(); parent == script {
			return []string{base, lang}
		}
	}
	return []string{lang}
}

// definedWords are the English words that live where things are defined: the
// registry of metrics, the reasons of flags, the types of models, and sentences of packages below.
func definedWords() map[string]string {
	out := map[string]string{}
	for _, m := range unit.Default().All() {
		out["metric."+m.Key], out["metric."+m.Key+".short"], out["metric."+m.Key+".definition"] = m.Name, m.Short, m.Definition
		if m.GoodFor != "" {
			out["metric."+m.Key+".goodfor"] = m.GoodFor
		}
	}
	for _, r := range catalog.Reasons() {
		if r.ID != "other" { // it has a text of its own
			out["reason."+r.ID] = strings.TrimSuffix(r.Text, ".")
		}
	}
	for _, t := range catalog.ModelTypes() {
		out["typetext."+t.ID] = t.Text
	}
	for _, f := range sentences {
		out[f.key] = f.english
	}
	for _, w := range guardWords {
		out["said.what."+w] = w
	}
	for _, k := range numberKeys {
		out[k] = "" // known, and needed by no language
	}
	return out
}

// T returns the string of a key with {0}, {1}, ... replaced. Where a language has
// forms for numbers, the first whole number among the arguments chooses. An
// unknown key shows itself, so that a test finds it on the page.
func (m *messages) T(key string, args ...any) string {
	s, ok := m.text[key]
	if form, found := m.form(key, args); found {
		s, ok = form, true
	}
	if !ok {
		return "[" + key + "]"
	}
	if len(args) == 0 {
		return s
	}
	b := make([]byte, 0, 128)
	for {
		before, rest, found := strings.Cut(s, "{")
		b = append(b, before...)
		if !found {
			return string(b)
		}
		number, after, _ := strings.Cut(rest, "}")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(args) && strconv.Itoa(i) == number {
			b = append(b, m.kept(argument(args[i]))...)
			s = after
		} else {
			b = append(b, '{')
			s = rest
		}
	}
}

// argument is what fills a string in, as text.
func argument(a any) string {
	switch a := a.(type) {
	case string:
		return a
	case int:
		return strconv.Itoa(a)
	case int64:
		return strconv.FormatInt(a, 10)
	}
	return fmt.Sprint(a)
}

// form is the string of a key for the number among the arguments.
func (m *messages) form(key string, args []any) (string, bool) {
	for _, a := range args {
		var n int64
		switch v := a.(type) {
		case int:
			n = int64(v)
		case int64:
			n = v
		default:
			continue
		}
		var room [64]byte
		s := m.text[string(append(append(append(room[:0], key...), pluralMark...), m.plural(n)...))]
		return s, s != ""
	}
	return "", false
}

// hasForms says that a key is translated by forms for numbers alone, the one for
// all other numbers among them.
func (m *messages) hasForms(text map[string]string, key string) bool {
	return text[key+pluralMark+"other"] != ""
}

// word is a value of an enumeration as the language says it; one that is new
// stays as it is.
func (m *messages) word(kind, value string) string {
	if k := "word." + kind + "." + value; m.Has(k) {
		return m.T(k)
	}
	return value
}

// Has says whether a key is there; for texts of ids that may be new.
func (m *messages) Has(key string) bool { _, ok := m.text[key]; return ok }

// separatorKeys are what scripts put between parts, by the last word of the key.
var separatorKeys = []string{"part", "list", "clause", "colon", "sentence", "aside"}

// separators are what the language puts between parts, for scripts, which know
// the English ones; empty where these are all the same.
func (m *messages) separators() string {
	var out []string
	for _, k := range separatorKeys {
		out = append(out, m.T("sep."+k))
	}
	if slices.Equal(out, englishSeparators) {
		return ""
	}
	data, err := json.Marshal(out)
	if err != nil { // a list of strings
		return ""
	}
	return string(data)
}

// englishSeparators are those that assets/js/site.js holds.
var englishSeparators = []string{", ", ", ", "; ", ": ", ". ", " ({0})"}

// lead is a string that leads to what follows it on its line: with a space, or
// without one after a full-width sign, which has its own.
func lead(s string) string {
	last, _ := utf8.DecodeLastRuneInString(s)
	if kind := width.LookupRune(last).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return s
	}
	return s + " "
}

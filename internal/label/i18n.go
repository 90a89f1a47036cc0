// The labels' own words: one file a language, English behind all of them.

package label

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
	"jouleboard/internal/yamldoc"
)

// A file may say what stands before decimals and between thousands; without
// these keys it is a point and a thin space.
const decimalKey, groupKey = "number_decimal", "number_group"

// words are the strings of one language over those of English.
type words struct {
	unit.Style
	lang string
	s    map[string]string
	en   map[string]string
}

// t fills a string's {names}. Pairs are name, value. An unknown key is shown as
// itself, which a test of the shipped files rules out.
func (w *words) t(key string, pairs ...string) string {
	s, ok := w.s[key]
	if !ok {
		if s, ok = w.en[key]; !ok {
			return key
		}
	}
	if len(pairs) == 0 {
		return s
	}
	// Once over the string, so that a value with braces stays as it is.
	var out strings.Builder
	n := len(s)
	for i := 1; i < len(pairs); i += 2 {
		n += len(pairs[i])
	}
	out.Grow(n)
	for {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		text := s[:end+1]
		if open := strings.LastIndexByte(text, '{'); open >= 0 {
			for i := 0; i+1 < len(pairs); i += 2 {
				if pairs[i] == text[open+1:end] {
					out.WriteString(text[:open])
					text = pairs[i+1]
					break
				}
			}
		}
		out.WriteString(text)
		s = s[end+1:]
	}
	out.WriteString(s)
	return out.String()
}

func (w *words) has(key string) bool {
	_, ok := w.s[key]
	if !ok {
		_, ok = w.en[key]
	}
	return ok
}

var placeholder = regexp.MustCompile(`\{[a-z0-9_]*\}`)

func placeholders(s string) string {
	ps := placeholder.FindAllString(s, -1)
	sort.Strings(ps)
	return strings.Join(ps, " ")
}

// loadWords reads i18n/*.yaml. A language without English is an error; a key
// that a language lacks is a warning and speaks English.
func loadWords(labels fs.FS) (map[string]*words, result.Findings) {
	var found result.Findings
	add := func(at result.Place, level result.Level, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: "LBL-I18N", Level: level, Where: at, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	raw := map[string]map[string]string{}
	docs := map[string]*yamldoc.Doc{}
	names, _ := fs.Glob(labels, "i18n/*.yaml") // the pattern is valid
	for _, name := range names {
		file := "labels/" + name
		data, err := readBounded(labels, name, yamldoc.MaxBytes)
		if err != nil {
			add(result.Place{File: file}, result.Error, "check that it is a readable file", "cannot be read: %v", err)
			continue
		}
		m := map[string]string{}
		doc, bad := yamldoc.Read(data, yamldoc.Options{File: file, Rule: yamldoc.Rules("LBL-I18N")}, &m)
		found = append(found, bad...)
		if bad.HasErrors() {
			continue
		}
		lang := strings.TrimSuffix(path.Base(name), ".yaml")
		raw[lang], docs[lang] = m, doc
	}
	en, ok := raw["en"]
	if !ok {
		add(result.Place{File: "labels/i18n/en.yaml"}, result.Error, "restore the file; other languages stand on it", "English words are missing")
		return nil, found
	}
	for _, k := range wordKeys {
		if _, ok := en[k]; !ok {
			add(result.Place{File: docs["en"].File}, result.Error, "add it as the built-in en.yaml has it", "%s is missing, and labels would print its key", k)
		}
	}
	all := map[string]*words{}
	for _, lang := range slices.Sorted(maps.Keys(raw)) {
		m := raw[lang]
		at := func(key string) result.Place { return docs[lang].Place("/" + result.EscapePointer(key)) }
		all[lang] = &words{Style: unit.Style{Decimal: m[decimalKey], Group: m[groupKey]}, lang: lang, s: m, en: en}
		if w := all[lang]; w.Write(".") == w.Write(unit.Thin) {
			add(at(groupKey), result.Error, "use two signs", "numbers cannot be read with %q before decimals and between thousands", w.Write("."))
		}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			want, ok := en[k]
			switch {
			case k != "note" && officialMark(m[k]) != "":
				add(at(k), result.Error, markHint, "%s could be taken for an official mark (%s)", k, officialMark(m[k]))
			case k == decimalKey || k == groupKey:
			case !ok:
				add(at(k), result.Error, "remove it, or correct its spelling", "unknown key %q", k)
			case placeholders(m[k]) != placeholders(want):
				add(at(k), result.Error, "keep the names in braces as they are in en.yaml", "%s has %s, English has %s", k, cmp.Or(placeholders(m[k]), "no names"), cmp.Or(placeholders(want), "none"))
			}
		}
		for _, k := range slices.Sorted(maps.Keys(en)) {
			if _, ok := m[k]; !ok {
				add(result.Place{File: docs[lang].File}, result.Warn, "add it; until then labels print English there", "%s is not translated", k)
			}
		}
	}
	return all, found
}

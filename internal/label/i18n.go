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

	"github.com/goccy/go-yaml"

	"jouleboard/internal/result"
)

// words are the strings of one language over those of English.
type words struct {
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
	args := make([]string, len(pairs))
	for i, p := range pairs {
		args[i] = p
		if i%2 == 0 {
			args[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(args...).Replace(s)
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
	add := func(file string, level result.Level, rule, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: rule, Level: level, Where: result.Place{File: file}, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	raw := map[string]map[string]string{}
	names, _ := fs.Glob(labels, "i18n/*.yaml") // the pattern is valid
	for _, name := range names {
		file := "labels/" + name
		data, err := fs.ReadFile(labels, name)
		if err != nil {
			add(file, result.Error, "LBL-I18N", "check that it is a readable file", "cannot be read: %v", err)
			continue
		}
		m := map[string]string{}
		if err := yaml.Unmarshal(data, &m); err != nil {
			found = append(found, yamlFinding(file, "LBL-I18N", err))
			continue
		}
		raw[strings.TrimSuffix(path.Base(name), ".yaml")] = m
	}
	en, ok := raw["en"]
	if !ok {
		add("labels/i18n/en.yaml", result.Error, "LBL-I18N", "restore the file; other languages stand on it", "English words are missing")
		return nil, found
	}
	all := map[string]*words{}
	for _, lang := range slices.Sorted(maps.Keys(raw)) {
		m := raw[lang]
		file := "labels/i18n/" + lang + ".yaml"
		all[lang] = &words{lang: lang, s: m, en: en}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			want, ok := en[k]
			switch {
			case !ok:
				add(file, result.Error, "LBL-I18N", "remove it, or correct its spelling", "unknown key %q", k)
			case placeholders(m[k]) != placeholders(want):
				add(file, result.Error, "LBL-I18N", "keep the names in braces as they are in en.yaml", "%s has %s, English has %s", k, cmp.Or(placeholders(m[k]), "no names"), cmp.Or(placeholders(want), "none"))
			}
		}
		for _, k := range slices.Sorted(maps.Keys(en)) {
			if _, ok := m[k]; !ok {
				add(file, result.Warn, "LBL-I18N", "add it; until then labels print English there", "%s is not translated", k)
			}
		}
	}
	return all, found
}

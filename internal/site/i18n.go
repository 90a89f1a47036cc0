// The interface's strings: assets/i18n/LANG.yaml, one flat map. A key that a
// language lacks falls back to English, and the build warns.

package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// strings of one language over English.
type messages struct {
	lang string
	text map[string]string
}

// loadMessages reads the strings of a language. The built-in English lies at the
// bottom, so that a board's own file may hold a few strings only and a key that
// came with a new release is never missing; a board's English and the language
// itself lie over it.
func loadMessages(builtin, assets fs.FS, lang string) (*messages, result.Findings) {
	var out result.Findings
	read := func(fsys fs.FS, l string) (map[string]string, *yamldoc.Doc) {
		name := path.Join("i18n", l+".yaml")
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			f := result.Finding{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: "assets/" + name}, Message: "cannot be read: " + err.Error(), Hint: "put a file of strings there"}
			if errors.Is(err, fs.ErrNotExist) {
				f.Where = result.Place{File: "content/site.yaml"}
				f.Message = fmt.Sprintf("no interface strings for language %q: assets/%s is not there", l, name)
				f.Hint = "set language to one of those in assets/i18n, or add the file"
			}
			out = append(out, f)
			return nil, nil
		}
		m := map[string]string{}
		doc, found := yamldoc.Read(data, yamldoc.Options{File: "assets/" + name, Rule: yamldoc.Rules("SITE-LANG")}, &m)
		out = append(out, found...)
		return m, doc
	}
	base, _ := read(builtin, "en")
	m := &messages{lang: lang, text: base}
	if m.text == nil {
		m.text = map[string]string{}
	}
	over := func(l string) {
		own, doc := read(assets, l)
		if doc == nil {
			return
		}
		var missing, unknown []string
		for k := range own {
			if _, ok := base[k]; !ok {
				unknown = append(unknown, k)
			}
		}
		for k := range base {
			if own[k] == "" {
				missing = append(missing, k)
			}
		}
		sort.Strings(missing)
		sort.Strings(unknown)
		for _, k := range unknown {
			out = append(out, result.Finding{Rule: "SITE-LANG", Level: result.Warn, Where: doc.Place("/" + k), Message: fmt.Sprintf("no page asks for the string %q", k), Hint: "compare with the built-in assets/i18n/en.yaml"})
		}
		if len(missing) > 0 {
			out = append(out, result.Finding{Rule: "SITE-LANG", Level: result.Warn, Where: result.Place{File: doc.File},
				Message: fmt.Sprintf("%d strings are missing and stay English: %s", len(missing), strings.Join(missing[:min(5, len(missing))], ", "))})
		}
		merged := make(map[string]string, len(m.text))
		for k, v := range m.text {
			merged[k] = v
		}
		for k, v := range own {
			if v != "" {
				merged[k] = v
			}
		}
		m.text = merged
	}
	over("en")
	if lang != "en" {
		over(lang)
	}
	return m, out
}

// T returns the string of a key with {0}, {1}, ... replaced. An unknown key
// shows itself, so that a test finds it on the page.
func (m *messages) T(key string, args ...any) string {
	s, ok := m.text[key]
	if !ok {
		return "[" + key + "]"
	}
	if len(args) == 0 {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Has says whether a key is there; for texts of ids that may be new.
func (m *messages) Has(key string) bool { _, ok := m.text[key]; return ok }

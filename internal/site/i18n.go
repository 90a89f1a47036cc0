// The interface's strings: assets/i18n/LANG.yaml, one flat map. A key that a
// language lacks falls back to English, and the build warns.

package site

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"jouleboard/internal/result"
)

// strings of one language over English.
type messages struct {
	lang string
	text map[string]string
}

// loadMessages reads the strings of a language and of English below it.
func loadMessages(assets fs.FS, lang string) (*messages, result.Findings) {
	var out result.Findings
	read := func(l string) map[string]string {
		name := path.Join("i18n", l+".yaml")
		data, err := fs.ReadFile(assets, name)
		if err != nil {
			out = append(out, result.Finding{
				Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: "content/site.yaml"},
				Message: fmt.Sprintf("no interface strings for language %q: assets/%s is not there", l, name),
				Hint:    "set language to one of those in assets/i18n, or add the file",
			})
			return nil
		}
		var m map[string]string
		if err := yaml.UnmarshalWithOptions(data, &m, yaml.Strict()); err != nil {
			out = append(out, result.Finding{
				Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: "assets/" + name},
				Message: "strings must be a flat map of key: text: " + result.FirstLine(err.Error()),
			})
		}
		return m
	}
	m := &messages{lang: lang, text: read("en")}
	if m.text == nil {
		m.text = map[string]string{}
	}
	if lang == "en" {
		return m, out
	}
	own := read(lang)
	var missing []string
	for k := range m.text {
		if own[k] == "" {
			missing = append(missing, k)
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 && own != nil {
		out = append(out, result.Finding{
			Rule: "SITE-LANG", Level: result.Warn, Where: result.Place{File: "assets/i18n/" + lang + ".yaml"},
			Message: fmt.Sprintf("%d strings are missing and stay English: %s", len(missing), strings.Join(missing[:min(5, len(missing))], ", ")),
		})
	}
	for k, v := range own {
		if v != "" {
			m.text[k] = v
		}
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

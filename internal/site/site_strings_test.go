package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"jouleboard/assets"
)

// Every string that templates and code ask for by name is in the English file,
// and every string of the file is asked for. Keys that end in a dot in the
// source are families ("prov." + provenance).
func TestStringsComplete(t *testing.T) {
	m, findings := loadMessages(assets.FS, assets.FS, "en")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	used := map[string]string{}
	families := map[string]bool{}
	collect := func(file string, re *regexp.Regexp, src string) {
		for _, k := range re.FindAllStringSubmatch(src, -1) {
			if strings.HasSuffix(k[1], ".") {
				families[k[1]] = true
				continue
			}
			used[k[1]] = file
		}
	}
	inGo := regexp.MustCompile(`(?:msg\.T|d\.t|f\.T|msg\.Has)\("([\w.-]+)"`)
	inPairs := regexp.MustCompile(`"((?:cond|fact|source|file|attest|date|col)\.[\w.]+)"`)
	inTemplates := regexp.MustCompile(`\.T "([\w.-]+)"`)
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		collect(f, inGo, string(src))
		collect(f, inPairs, string(src))
	}
	templates, _ := filepath.Glob("../../templates/*.html")
	for _, f := range templates {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		collect(f, inTemplates, string(src))
	}
	for _, f := range []string{"unit.", "boundary.", "type.", "typetext.", "word.", "metric.", "reason.", "said.", "number.", "date."} {
		families[f] = true // looked up by ids from the catalogue
	}
	var missing []string
	for k, f := range used {
		if !m.Has(k) {
			missing = append(missing, k+" ("+f+")")
		}
	}
	sort.Strings(missing)
	for _, k := range missing {
		t.Errorf("no English string %s", k)
	}
	for k := range m.text {
		if k, _, _ = strings.Cut(k, pluralMark); used[k] != "" {
			continue
		}
		ok := false
		for f := range families {
			ok = ok || strings.HasPrefix(k, f)
		}
		if !ok && !strings.HasPrefix(k, "col.") && !strings.HasPrefix(k, "lede.") {
			t.Errorf("string %s is not used", k)
		}
	}
	if _, err := fs.Stat(assets.FS, "i18n/en.yaml"); err != nil {
		t.Error(err)
	}
}

package label

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestFilesAreBounded: words and designs that would grow when read are refused.
func TestFilesAreBounded(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 30; i++ {
		r := strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9)
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(r, ", "))
	}
	for name, text := range map[string]string{
		"aliases": bomb,
		"size":    "note: \"" + strings.Repeat("x", 2<<20) + "\"\n",
		"depth":   "note: " + strings.Repeat("[", 100000) + "\n",
	} {
		for _, file := range []string{"i18n/xx.yaml", "designs/other.yaml"} {
			fsys := fstest.MapFS{
				"i18n/en.yaml":         {Data: []byte(shipped(t, "i18n/en.yaml"))},
				"designs/default.yaml": {Data: []byte(shipped(t, "designs/default.yaml"))},
				file:                   {Data: []byte(text)},
			}
			d, found := Load(fsys)
			if !found.HasErrors() {
				t.Errorf("%s in %s: no error", name, file)
			}
			for _, f := range found {
				if f.Where.File != "labels/"+file {
					t.Errorf("%s in %s: finding about another file: %s", name, file, f)
				}
			}
			if len(d.names()) != 1 || d.lang["xx"] != nil {
				t.Errorf("%s in %s: designs %v, languages %d", name, file, d.names(), len(d.lang))
			}
		}
	}
}

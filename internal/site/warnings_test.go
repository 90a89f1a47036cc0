package site

import (
	"strings"
	"testing"
)

// What the build finds odd about a result is on that result's page, and nothing is
// on the page of one that it has no doubt about.
func TestWarningsOnResultPage(t *testing.T) {
	dir, _ := shipped(t)
	files := tree(t, dir)
	warned := 0
	for name, text := range files {
		if !strings.HasPrefix(name, "r/") || !strings.HasSuffix(name, "/index.html") {
			continue
		}
		old := strings.Contains(text, "2023-01-19T15:00:00+09:00 is before the model anthropic/claude-instant-v1 came out (2023-03-14)")
		if old && !strings.Contains(text, "CAT-DATE") {
			t.Errorf("%s does not name the rule of its warning", name)
		}
		if has := strings.Contains(text, "id=warnings") || strings.Contains(text, `id="warnings"`); has != old {
			t.Errorf("%s has warnings: %v, want %v", name, has, old)
		} else if has {
			warned++
		}
	}
	if warned != 1 {
		t.Errorf("%d pages warn, want that of the result that is older than its model", warned)
	}
}

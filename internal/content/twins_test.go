package content

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestTwins(t *testing.T) {
	page := func(head string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\ntitle: x\n" + head + "---\ntext\n")}
	}
	pages, fs := LoadPages(fstest.MapFS{
		"docs/start.md":    page("twins: [docs/start-zh/, docs/start-de]\n"),
		"docs/start-zh.md": page("language: zh\n"),
		"docs/start-de.md": page("language: de\n"),
		"docs/alone.md":    page(""),
	})
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	want := map[string]string{"docs/start/": "docs/start-de/ docs/start-zh/", "docs/start-zh/": "docs/start/ docs/start-de/", "docs/start-de/": "docs/start/ docs/start-zh/", "docs/alone/": ""}
	for _, p := range pages {
		var got []string
		for _, q := range p.Twins {
			got = append(got, q.URL)
		}
		if strings.Join(got, " ") != want[p.URL] {
			t.Errorf("%s has the twins %v, want %s", p.URL, got, want[p.URL])
		}
	}
	for head, want := range map[string]string{
		"twins: [docs/nothing/]\n":         "is no page",
		"twins: [docs/b/]\n":               "same language",
		"language: deutsch!\n":             "is not a language tag",
		"twins: docs/b/\nlanguage: zh\n":   "expected a list",
		"language: 7\ntwins: [docs/a/]\n":  "language",
		"language: zh\ntwins: [docs/a/]\n": "same language",
		"language: zh\ntwins: ['../a']\n":  "is no page",
	} {
		_, fs := LoadPages(fstest.MapFS{"docs/a.md": page(head), "docs/b.md": page("")})
		found := ""
		for _, f := range fs {
			found += f.Message + "\n"
		}
		if !strings.Contains(found, want) {
			t.Errorf("%q: %q, want %q", head, found, want)
		}
	}
}

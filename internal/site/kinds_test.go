package site

import (
	"html"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pageKind is a page that stands for its kind in all tests that look at every
// kind: the template that makes it and where it lies. An empty page is the first
// of its kind.
type pageKind struct {
	template, page string
	states         bool // on the board of measured results and moderation, not on the shipped one
}

// pageKinds name a page for every template, and more where a template has faces.
var pageKinds = []pageKind{
	{"home", "index.html", false}, {"boards", "boards/index.html", false},
	{"board", "boards/chat-h100/index.html", false}, {"board", "boards/text-to-image-h100/index.html", false}, {"board", "boards/endpoint-1024-1024/index.html", false},
	{"models", "models/index.html", false}, {"model", "models/Qwen/Qwen3-8B/index.html", false},
	{"hardwares", "hardware/index.html", false}, {"hardware", "hardware/h100/index.html", false}, {"hardware", "hardware/h100/index.html", true},
	{"task", "tasks/chat/index.html", false}, {"compare", "compare/index.html", false},
	{"labels", "labels/index.html", false}, {"reading", "labels/reading/index.html", false},
	{"page", "docs/labels/index.html", false}, {"page", "methodology/index.html", false}, {"page", "methodology/metrics/index.html", false}, {"page", "faq/index.html", false},
	{"rows", "results/index.html", false}, {"rows", "results/rows-2/index.html", false},
	{"data", "data/index.html", false}, {"dictionary", "data/dictionary/index.html", false}, {"citepage", "cite/index.html", false},
	{"moderation", "moderation/index.html", false}, {"moderation", "moderation/index.html", true},
	{"queue", "queue/index.html", false}, {"queue", "queue/index.html", true},
	{"tombstone", "r/001122334455/index.html", true}, {"result", "", false}, {"result", "", true}, {"model", "", true},
	{"redirect", "old/place/index.html", true}, {"notfound", "404.html", false},
}

// Every template that makes pages has a page that tests look at.
func TestEveryTemplateHasAPage(t *testing.T) {
	for _, name := range append(slices.Clone(pageTemplates), "redirect") {
		if !slices.ContainsFunc(pageKinds, func(k pageKind) bool { return k.template == name }) {
			t.Errorf("no page of pageKinds is made with %s.html, so no test looks at one: add a row", name)
		}
	}
}

var statesOnce struct {
	sync.Once
	dir string
}

// statesBoard is a built board of measured results with everything that
// moderation can say, and a page that has moved. It is made once.
func statesBoard(t testing.TB) string {
	t.Helper()
	statesOnce.Do(func() {
		root, rs := measuredBoard(t, "closed", "no-energy", "open")
		writeModeration(t, root, everyState(rs[2].ID))
		page := "---\ntitle: A page that moved\ndescription: It was elsewhere.\naliases: [old/place]\n---\n\nIt is here now.\n"
		if err := os.WriteFile(filepath.Join(root, "content", "moved.md"), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		dir, err := os.MkdirTemp("", "jouleboard-states-")
		if err != nil {
			t.Fatal(err)
		}
		build(t, root, Options{Out: filepath.Join(dir, "public"), Drafts: true})
		statesOnce.dir = dir
	})
	if statesOnce.dir == "" {
		t.Fatal("the board of states could not be built")
	}
	return filepath.Join(statesOnce.dir, "public")
}

// Links of the board of states lead somewhere, too.
func TestCrawlStates(t *testing.T) {
	crawl(t, statesBoard(t))
}

// Every absolute address of the site itself, wherever it stands (feeds, sitemap,
// API, data of search engines, citations), leads to a file of the site, and its
// fragment to a place on the page.
func TestOwnAddresses(t *testing.T) {
	dir, _ := shipped(t)
	const base = "https://jouleboard.example.org/"
	own := regexp.MustCompile(regexp.QuoteMeta(base) + "[^\\s\"'<>\\\\)}\\]`,;{]*")
	files, ids := tree(t, dir), regexp.MustCompile(`\bid="?([^\s">]+)`)
	seen := map[string]string{}
	for name, data := range files {
		switch path.Ext(name) {
		case ".xml", ".json", ".html", ".txt", ".csv", ".webmanifest", ".js", ".svg", ".bib":
		default:
			continue
		}
		// Twice, for code that is shown on pages.
		for _, a := range own.FindAllString(html.UnescapeString(html.UnescapeString(data)), -1) {
			seen[strings.TrimRight(a, ".:&")] = name
		}
	}
	if len(seen) < 1000 {
		t.Errorf("only %d addresses were found", len(seen))
	}
	for a, in := range seen {
		u, err := url.Parse(a)
		if err != nil {
			t.Errorf("%s: %q: %v", in, a, err)
			continue
		}
		name := strings.TrimPrefix(u.Path, "/")
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		data, ok := files[name]
		if !ok {
			t.Errorf("%s names %s: there is no %s", in, a, name)
			continue
		}
		if u.Fragment == "" || !strings.HasSuffix(name, ".html") {
			continue
		}
		if !slices.ContainsFunc(ids.FindAllStringSubmatch(data, -1), func(m []string) bool { return m[1] == u.Fragment }) {
			t.Errorf("%s names %s: no such place on the page", in, a)
		}
	}
}

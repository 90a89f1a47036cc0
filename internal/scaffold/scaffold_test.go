package scaffold

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func files(t *testing.T, o Options) map[string]string {
	t.Helper()
	list, err := Files(o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range list {
		out[f.Path] = string(f.Data)
	}
	return out
}

// TestFiles asks for what a board repository needs, under its real names.
func TestFiles(t *testing.T) {
	got := files(t, Options{Title: "A board", Language: "en"})
	for _, want := range []string{
		".gitignore", ".gitattributes", ".github/CODEOWNERS", ".github/pull_request_template.md",
		".github/workflows/pages.yml", ".github/workflows/check.yml", ".github/workflows/comment.yml",
		"README.md", "CONTRIBUTING.md", "LICENSE.md", "content/site.yaml", "content/methodology/index.md", "content/moderation.yaml",
	} {
		if got[want] == "" {
			t.Errorf("%s is missing or empty", want)
		}
	}
	for path, data := range got {
		if strings.Contains(path, "dot-") || strings.HasSuffix(path, ".tmpl") || strings.Contains(data, "{%") {
			t.Errorf("%s: a name or a template was not filled in", path)
		}
	}
	for _, attested := range []string{"Public data sharing", "Data integrity", "Model representation"} {
		if !strings.Contains(got[".github/pull_request_template.md"], "- [ ] **"+attested+".**") {
			t.Errorf("the template of pull requests has no box for %q", attested)
		}
	}
}

// TestFilesAreFilledIn holds that what a maker says can break neither YAML nor
// Markdown.
func TestFilesAreFilledIn(t *testing.T) {
	got := files(t, Options{Title: "a: \"b\"\\ [x](y) <i>", Language: "zh", Author: "# x", Source: "https://example.org/x", Commit: strings.Repeat("a", 40)})
	for _, c := range []struct{ path, want string }{
		{"content/site.yaml", `title: "a: \"b\"\\ [x](y) <i>"`},
		{"content/site.yaml", `  - {name: "# x"}`},
		{"content/site.yaml", `language: "zh"`},
		{"README.md", `# a: "b"\\ \[x\](y) \<i\>`},
		{".github/actions/jouleboard/action.yml", `default: "https://example.org/x"`},
		{".github/actions/jouleboard/action.yml", `default: "` + strings.Repeat("a", 40) + `"`},
	} {
		if !strings.Contains(got[c.path], c.want) {
			t.Errorf("%s lacks %s", c.path, c.want)
		}
	}
}

// TestCopies holds the files that a new board has in common with the shipped
// board to the same bytes.
func TestCopies(t *testing.T) {
	got := files(t, Options{Title: "A board", Language: "en"})
	for path, data := range got {
		dir, _ := filepath.Split(path)
		if !strings.HasPrefix(dir, "content/catalog/") || slices.Contains([]string{
			"content/catalog/hardware/simulated-gpu.yaml", "content/catalog/models/jouleboard/simulated-model.yaml"}, path) {
			continue
		}
		want, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, []byte(data)) {
			t.Errorf("internal/scaffold/files/%s differs from %s: copy the latter over it", path, path)
		}
	}
}

// TestStatements holds the three statements to the words that the methodology has.
func TestStatements(t *testing.T) {
	got := files(t, Options{Title: "A board", Language: "en"})
	ours, err := os.ReadFile("../../content/methodology/contribute.md")
	if err != nil {
		t.Fatal(err)
	}
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	section := func(s string) string {
		_, s, _ = strings.Cut(words(s), "**Public data sharing.**")
		s, _, _ = strings.Cut(s, "of normal use.")
		return s
	}
	want := section(string(ours))
	if want == "" {
		t.Fatal("the methodology has no statements")
	}
	if s := section(got["content/methodology/contribute.md"]); s != want {
		t.Errorf("a new board's statements are\n%s\nwant\n%s", s, want)
	}
	boxes := strings.ReplaceAll(words(got[".github/pull_request_template.md"]), "- [ ] ", "")
	if s := section(boxes); s != want {
		t.Errorf("the boxes of pull requests say\n%s\nwant\n%s", s, want)
	}
}

// TestManualsShowTheseWorkflows holds that a workflow in a manual is one of these
// files, to the letter: what readers copy is what is tested here.
func TestManualsShowTheseWorkflows(t *testing.T) {
	ours := map[string]string{}
	for path, text := range files(t, Options{Title: "A board", Language: "en"}) {
		if strings.HasPrefix(path, ".github/") {
			ours[text] = path
		}
	}
	pages, err := filepath.Glob("../../content/docs/*.md")
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d manuals: %v", len(pages), err)
	}
	shown := 0
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range strings.Split(string(data), "```") {
			text, ok := strings.CutPrefix(block, "yaml\n")
			if i%2 == 0 || !ok || !strings.Contains(text, "uses: ") {
				continue
			}
			if shown++; ours[text] == "" {
				t.Errorf("%s shows a workflow that init does not write; copy the file over it:\n%s", page, text)
			}
		}
	}
	if shown == 0 {
		t.Error("no manual shows a workflow")
	}
}

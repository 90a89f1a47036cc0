package site

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"jouleboard/internal/content"
)

// isPicture says whether a file is the picture of a figure: its data lie beside it.
func isPicture(files map[string]string, name string) bool {
	ext := path.Ext(name)
	_, data := files[strings.TrimSuffix(name, ext)+".csv"]
	return data && slices.Contains(content.FigureFormats(), strings.TrimPrefix(ext, "."))
}

// A build writes the pictures of figures that figures.build names and no others.
// Links lead to those that are there, and the page's script makes the others; data,
// labels and cards are as they were.
func TestFiguresBuild(t *testing.T) {
	root := smallBoard(t)
	measured, _ := measuredBoard(t, "closed") // has a figure of power
	copyTree(t, filepath.Join(measured, "results"), filepath.Join(root, "results"))
	e := &editor{t: t, root: root}
	built := func() (string, map[string]string) {
		out := filepath.Join(t.TempDir(), "public")
		build(t, root, Options{Out: out, Drafts: true})
		return out, tree(t, out)
	}
	_, all := built()
	for _, words := range [][]string{{"svg", "pdf", "png"}, {}, {"svg"}, {"png", "pdf"}} {
		key := "figures: {build: [" + strings.Join(words, ", ") + "]}"
		e.key(key)
		out, files := built()
		want := maps.Clone(all)
		left := 0
		maps.DeleteFunc(want, func(name, _ string) bool {
			gone := isPicture(all, name) && !slices.Contains(words, path.Ext(name)[1:])
			if gone {
				left++
			}
			return gone
		})
		if left == 0 != (len(words) == 3) {
			t.Errorf("%s leaves out %d pictures", key, left)
		}
		sameNames(t, key, files, want)
		for name, data := range files {
			if ext := path.Ext(name); (ext == ".svg" || ext == ".pdf" || ext == ".png" || ext == ".csv" || strings.HasPrefix(name, "api/")) && data != want[name] {
				t.Errorf("%s changes %s", key, name)
			}
		}
		crawl(t, out)
		figures := 0
		for name, data := range files {
			if strings.HasSuffix(name, ".html") {
				figures += lookAtFigures(t, key+": "+name, data, words)
			}
		}
		if figures < 20 {
			t.Errorf("%s: only %d figures were looked at", key, figures)
		}
		e.key(key)
	}
}

func sameNames(t *testing.T, key string, got, want map[string]string) {
	t.Helper()
	for name := range got {
		if _, ok := want[name]; !ok && !strings.HasPrefix(name, "assets/") && path.Ext(name) != ".js" {
			t.Errorf("%s writes %s", key, name)
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok && !strings.HasPrefix(name, "assets/") && path.Ext(name) != ".js" {
			t.Errorf("%s leaves out %s", key, name)
		}
	}
}

// lookAtFigures holds the figures of a page to the formats that are built, and
// counts those that have files.
func lookAtFigures(t *testing.T, name, page string, words []string) (n int) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for fig := range doc.Descendants() {
		if fig.Data != "figure" || !strings.HasPrefix(attr(fig, "class"), "chart") {
			continue
		}
		var links []string
		for a := range fig.Descendants() {
			if a.Data == "a" && attr(a, "download") != "" {
				links = append(links, strings.ToLower(a.FirstChild.Data))
			}
		}
		if len(links) == 0 {
			continue // shown in the text of a page, without files
		}
		n++
		pictures := slices.DeleteFunc(slices.Clone(links), func(l string) bool { return l == "csv" || l == "json" })
		if len(links) != len(pictures)+2 {
			t.Errorf("%s: %s offers %v", name, attr(fig, "id"), links)
		}
		for _, p := range pictures {
			if !slices.Contains(words, p) {
				t.Errorf("%s: %s offers %s", name, attr(fig, "id"), p)
			}
		}
		// The home page's own script moves its figure, which is saved as a file only.
		if saves := attr(fig, "data-save") != ""; saves != (len(pictures) < 3 && attr(fig, "id") != "pick") {
			t.Errorf("%s: %s has %d pictures, and the page makes others: %v", name, attr(fig, "id"), len(pictures), saves)
		} else if saves && !strings.Contains(page, "/save.") {
			t.Errorf("%s: %s has %d pictures and no script to make others", name, attr(fig, "id"), len(pictures))
		}
	}
	return n
}

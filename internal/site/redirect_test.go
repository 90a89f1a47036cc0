package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An older address of a page leads on by itself and by a link, from any base
// path, names the page that counts, and is in no map of the site.
func TestAliases(t *testing.T) {
	root := smallBoard(t)
	page := "---\ntitle: Moved\ndescription: A page that had two other addresses.\naliases: [docs/old-name/, deep/older/place/]\n---\n\nIt is here now.\n"
	file := filepath.Join(root, "content", "docs", "moved.md")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	files := tree(t, out)
	for from, to := range map[string]string{"docs/old-name/index.html": "../moved/index.html", "deep/older/place/index.html": "../../../docs/moved/index.html"} {
		html := strings.ReplaceAll(files[from], `"`, "")
		for _, want := range []string{"http-equiv=refresh content=0;url=" + to, "<a href=" + to + ">Moved</a>", "name=robots content=noindex", "rel=canonical href=", "/docs/moved/"} {
			if !strings.Contains(strings.ReplaceAll(html, "0; url", "0;url"), want) {
				t.Errorf("%s lacks %s: %s", from, want, html)
			}
		}
		if address := strings.TrimSuffix(from, "index.html"); strings.Contains(files["sitemap.xml"], "/"+address) {
			t.Errorf("the sitemap names %s", address)
		}
	}
	if !strings.Contains(files["sitemap.xml"], "/docs/moved/") {
		t.Error("the sitemap does not name the page itself")
	}
}

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

// A model that got another id keeps one page: results under any of its ids are
// on it and share its place on boards, former addresses lead to it, and what the
// files say is still told.
func TestFormerModelNames(t *testing.T) {
	root := smallBoard(t)
	before := filepath.Join(root, "before")
	was, _ := build(t, root, Options{Out: before})
	models := filepath.Join(root, "content", "catalog", "models")
	data, err := os.ReadFile(filepath.Join(models, "Qwen", "Qwen3-8B.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "name: Qwen/Qwen3-8B\n", "name: Qwen/New-Name\naliases: [Qwen/Qwen3-8B, meta-llama/Llama-3.1-8B-Instruct, qwen/new-name]\n", 1)
	for _, name := range []string{"Qwen/Qwen3-8B.yaml", "meta-llama/Llama-3.1-8B-Instruct.yaml"} {
		if err := os.Remove(filepath.Join(models, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(models, "Qwen", "New-Name.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	h100 := filepath.Join(root, "content", "catalog", "hardware", "h100.yaml")
	if data, err = os.ReadFile(h100); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h100, []byte(strings.Replace(string(data), "aliases:\n", "aliases:\n  - hopper-80\n  - h.100\n", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	now, fs := build(t, root, Options{Out: out})
	if now.Models != was.Models-1 || now.Results != was.Results {
		t.Errorf("%d models with %d results, there were %d with %d", now.Models, now.Results, was.Models, was.Results)
	}
	if said := findingsText(fs); strings.Count(said, "CAT-RENAMED") != 2 || !strings.Contains(said, "is called Qwen/New-Name now") || strings.Contains(said, "CAT-MODEL") {
		t.Errorf("findings:\n%s", said)
	}
	files := tree(t, out)
	for from, to := range map[string]string{
		"models/Qwen/Qwen3-8B/index.html":                    "../../../models/Qwen/New-Name/index.html",
		"models/meta-llama/Llama-3.1-8B-Instruct/index.html": "../../../models/Qwen/New-Name/index.html",
		"hardware/hopper-80/index.html":                      "../h100/index.html",
	} {
		html := strings.ReplaceAll(strings.ReplaceAll(files[from], `"`, ""), "0; url", "0;url")
		if !strings.Contains(html, "http-equiv=refresh content=0;url=") || !strings.Contains(html, strings.TrimPrefix(to, "../../../models/Qwen/")) || !strings.Contains(html, "rel=canonical href=") {
			t.Errorf("%s does not lead on: %s", from, html)
		}
		if strings.Contains(files["sitemap.xml"], "/"+strings.TrimSuffix(from, "index.html")) {
			t.Errorf("the sitemap names %s", from)
		}
	}
	// Some disks do not tell these apart from the page itself.
	if files["models/qwen/new-name/index.html"] != "" {
		t.Error("an id that differs in case only has a file of its own")
	}
	page := readText(t, out, "models/Qwen/New-Name/index.html")
	holds(t, "the page", page, []string{"Formerly Qwen/Qwen3-8B, meta-llama/Llama-3.1-8B-Instruct"}, nil)
	found := 0
	for name, html := range files {
		if !strings.HasPrefix(name, "boards/") && !strings.HasPrefix(name, "r/") || !strings.HasSuffix(name, ".html") {
			continue
		}
		if strings.Contains(html, "models/Qwen/Qwen3-8B/") || strings.Contains(html, "models/meta-llama/Llama-3.1-8B-Instruct/") {
			t.Errorf("%s links to a former address", name)
		}
		if strings.HasPrefix(name, "r/") && strings.Contains(html, "models/Qwen/New-Name/") && strings.Contains(readText(t, out, name), "Name Qwen/Qwen3-8B ") {
			found++
		}
	}
	if found == 0 {
		t.Error("no result's page says what its file calls the model")
	}
}

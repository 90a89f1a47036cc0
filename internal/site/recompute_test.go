package site

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// A board with one measured result of the method's golden corpus: its level
// says whether the samples are at hand, and altered ones stop the build.
func TestRecomputed(t *testing.T) {
	corpus := filepath.Join(repo, "internal", "result", "testdata", "method-1", "no-energy")
	data, err := os.ReadFile(corpus + ".json")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := os.ReadFile(corpus + result.SamplesExt)
	if err != nil {
		t.Fatal(err)
	}
	r, found := result.Decode("no-energy.json", data)
	if found.HasErrors() {
		t.Fatal(findingsText(found))
	}
	broken := append([]byte(nil), samples...)
	broken[len(broken)/2] ^= 1
	const linkInstead = "link"
	for _, test := range []struct {
		name    string
		samples []byte
		want    string // on the result's page
		rule    string // or the rule that stops the build
	}{
		{"samples at hand", samples, "recomputed from samples", ""},
		{"no samples", nil, "declared", ""},
		{"altered samples", broken, "", "V02"},
		{"a link instead of samples", []byte(linkInstead), "", "it is no regular file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.CopyFS(filepath.Join(root, "content", "catalog"), os.DirFS(filepath.Join(repo, "content", "catalog"))); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, filepath.FromSlash(result.Path(r, "h100")))
			files := map[string][]byte{filepath.Join(root, "content", "site.yaml"): []byte("title: A board\n"), path: data}
			if test.samples != nil {
				files[result.SamplesPath(path)] = test.samples
			}
			for name, content := range files {
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if string(test.samples) == linkInstead {
				at := result.SamplesPath(path)
				if err := os.Rename(at, at+".elsewhere"); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at+".elsewhere", samples, 0o644); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.Base(at)+".elsewhere", at); err != nil {
					t.Fatal(err)
				}
			}
			out := filepath.Join(root, "public")
			_, fs, ok, err := Build(context.Background(), root, Options{Out: out, Drafts: true})
			if err != nil {
				t.Fatal(err)
			}
			if test.rule != "" {
				if ok || !strings.Contains(findingsText(fs), test.rule) {
					t.Fatalf("built: %v, findings:\n%s", ok, findingsText(fs))
				}
				return
			}
			if !ok {
				t.Fatalf("not built:\n%s", findingsText(fs))
			}
			page, err := os.ReadFile(filepath.Join(out, "r", r.Hash12(), "index.html"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "<dd>"+test.want) {
				t.Errorf("the page does not say %q", test.want)
			}
		})
	}
}

package main

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"jouleboard/internal/cite"
)

// A result's page and the command print the same citation, in every format, for
// a plain result and for a flagged one.
func TestPageAndCommandCiteAlike(t *testing.T) {
	sample, err := txtar.ParseFile("testdata/script/cite_result.txtar")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	flagged := []byte(nil)
	for _, f := range sample.Files {
		if f.Name == "flagged.yaml" {
			flagged = f.Data
		}
		name, ok := strings.CutPrefix(f.Name, "board/")
		if !ok {
			continue
		}
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) string {
		t.Helper()
		var out, errOut bytes.Buffer
		if code := run(append([]string{"--root", root}, args...), strings.NewReader(""), &out, &errOut); code != exitOK {
			t.Fatalf("%s: status %d\n%s", args, code, errOut.String())
		}
		return out.String()
	}
	for _, state := range []string{"plain", "flagged"} {
		if state == "flagged" {
			if err := os.WriteFile(filepath.Join(root, "content", "moderation.yaml"), flagged, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		command("build")
		data, err := os.ReadFile(filepath.Join(root, "public", "r", "32f9052e79bf", "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		page := html.UnescapeString(string(data))
		for _, f := range cite.Formats() {
			if want := strings.TrimSpace(command("cite", "32f9052e", "--format", f.ID)); !strings.Contains(page, want) {
				t.Errorf("%s: the page does not hold what the command prints as %s:\n%s", state, f.Name, want)
			}
		}
	}
}

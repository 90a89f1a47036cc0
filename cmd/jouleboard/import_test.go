package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportDryRun holds that a dry run writes nothing, and prints as JSON the
// very bytes that the import then writes.
func TestImportDryRun(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"content/site.yaml":                         "title: A board\n",
		"content/catalog/hardware/h100.yaml":        "",
		"content/catalog/models/example/alpha.yaml": "name: example/alpha\ntitle: Alpha # a person's words\naccess: closed\n",
		"asr.csv":     "model,total_gpu_energy,energy_score\nexample/alpha,0.02,5\nexample/beta,0.03,4\n",
		"scores.json": `{"results": {"quiz": {"acc,none": 0.5}}, "configs": {}, "versions": {}, "n-shot": {"quiz": 0}, "config": {"model": "hf", "model_args": "pretrained=example/alpha"}, "git_hash": "0a1b2c3"}`,
	} {
		if name == "content/catalog/hardware/h100.yaml" {
			data, err := os.ReadFile("../../" + name)
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, below string
		args        []string
		files       int
		line        string
	}{
		{"results", "results", []string{"aienergyscore", filepath.Join(root, "asr.csv"), "--task", "asr", "--unit", "kWh", "--hardware", "H100", "--license", "NOASSERTION"}, 2,
			"  example/alpha, asr, NVIDIA H100 80GB: 20.0"},
		{"scores", "", []string{"lm-eval", filepath.Join(root, "scores.json"), "--source-url", "https://example.org/scores"}, 1, "  quiz, acc, 0-shot: acc 0.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := func(more ...string) string {
				t.Helper()
				var out, errOut bytes.Buffer
				if code := run(append(append([]string{"--root", root, "import"}, c.args...), more...), strings.NewReader(""), &out, &errOut); code != 0 {
					t.Fatalf("status %d: %s", code, errOut.String())
				}
				return out.String()
			}
			if text := call("--dry-run"); !strings.Contains(text, c.line) {
				t.Errorf("the text lacks %q:\n%s", c.line, text)
			}
			var rep importReport
			if err := json.Unmarshal([]byte(call("--dry-run", "--format", "json")), &rep); err != nil {
				t.Fatal(err)
			}
			if len(rep.Files) != c.files {
				t.Fatalf("%d files, want %d", len(rep.Files), c.files)
			}
			at := func(f importFile) string { return filepath.Join(root, c.below, filepath.FromSlash(f.Path)) }
			for _, f := range rep.Files {
				if data, err := os.ReadFile(at(f)); err == nil && string(data) == f.Content {
					t.Errorf("%s was written", f.Path)
				}
			}
			if text := call(); strings.Contains(text, c.line) && c.below != "" {
				t.Errorf("an import lists what it wrote, no more:\n%s", text)
			}
			for _, f := range rep.Files {
				if data, err := os.ReadFile(at(f)); err != nil || string(data) != f.Content {
					t.Errorf("%s: the import wrote something else (%v):\n%s", f.Path, err, data)
				}
			}
			// Now it is there, and nothing is left to write.
			if out := call("--dry-run", "--format", "json"); strings.Contains(out, `"files"`) {
				t.Errorf("a second time: %s", out)
			}
		})
	}
}

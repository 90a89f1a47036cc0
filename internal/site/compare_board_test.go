//go:build browser

// The board that the browser tests of comparisons look at.

package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// compareBoard is a board with hostile results, results with intervals, and a
// withdrawn one. It returns the output and the permalinks by short name: a and b
// are alike, c has another accelerator, gone is withdrawn.
func compareBoard(t *testing.T) (dir string, hash map[string]string) {
	t.Helper()
	root := hostileBoard(t)
	hash = map[string]string{"gone": strings.Repeat("ab", 6)}
	put := func(name string, mod func(*result.Result)) {
		r := resulttest.Reported(func(r *result.Result) {
			r.Model.Name = "example-org/" + name
			r.Metrics["energy_per_output_token_j"] = result.Metric{Value: 0.2, CI95: &result.Interval{0.16, 0.25}, Provenance: result.ProvReported}
			mod(r)
		})
		file := "h100"
		if r.Hardware.Name != "NVIDIA H100 80GB" {
			file = "b200"
		}
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		full := filepath.Join(root, filepath.FromSlash(result.Path(r, file)))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
		hash[name] = r.ID[:12]
	}
	put("a", func(*result.Result) {})
	put("b", func(r *result.Result) {
		r.Metrics["energy_per_output_token_j"] = result.Metric{Value: 0.1, CI95: &result.Interval{0.08, 0.125}, Provenance: result.ProvReported}
	})
	put("c", func(r *result.Result) { r.Hardware.Name = "NVIDIA B200" })
	text := "flags: []\nrequests: []\nwithdrawals:\n- {id: " + hash["gone"] + ", reason: privacy, date: 2026-03-02, discussion: 'https://example.org/2', title: A result, model: a/b, task: gpqa}\n"
	if err := os.WriteFile(filepath.Join(root, "content", "moderation.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(root, "public")
	build(t, root, Options{Out: dir, BaseURL: "https://example.org/some/base"})
	return dir, hash
}

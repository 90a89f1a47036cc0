package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQualityOnModelPage holds that a score tells what formed it: harness, revision
// and the command, whose characters stay text.
func TestQualityOnModelPage(t *testing.T) {
	root := smallBoard(t)
	file := filepath.Join(root, "content", "catalog", "models", "Qwen", "Qwen3-8B.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data) + `quality:
  hellaswag:
    metric: acc_norm
    value: 0.75
    stderr: 0.004
    shots: 10
    harness: lm-evaluation-harness
    harness_revision: 0a1b2c3
    reproduce: |-
      lm_eval --tasks hellaswag \
        --gen_kwargs '<b>'
    source: https://example.org/scores
`
	text = strings.Replace(text, "'<b>'", "'<b>"+strings.Repeat("x", 300)+"'", 1) // longer than a name may be
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	page, err := os.ReadFile(filepath.Join(out, "models", "Qwen", "Qwen3-8B", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"acc_norm, 10-shot", "lm-evaluation-harness 0a1b2c3", "<pre>lm_eval --tasks hellaswag \\\n  --gen_kwargs '&lt;b>", "https://example.org/scores"} {
		if !strings.Contains(string(page), want) {
			i := strings.Index(string(page), `id="quality"`)
			t.Errorf("the page lacks %q: %s", want, page[max(i, 0):min(max(i, 0)+700, len(page))])
		}
	}
}

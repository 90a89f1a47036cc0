package measure

import (
	"os"
	"path/filepath"
	"testing"

	"jouleboard/internal/result"
)

// TestDemo runs the whole of a measurement: the result is a draft of class
// energy, recomputes from its samples, and its joules are those of the simulated
// board.
func TestDemo(t *testing.T) {
	t.Parallel()
	plans, err := Plans(Options{Demo: true, Requests: 100, Concurrency: []int64{4}, Repeats: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	out, err := Run(t.Context(), plans[0], Env{
		Root: root, Salt: "test", Tool: result.Tool{Name: "jouleboard", Version: "0"}, By: result.By{Name: "tests"}, License: "CC0-1.0",
		Logs: t.TempDir(), Cache: t.TempDir(),
		Observe: func(e Event) {
			if e.Type == "phase" {
				t.Logf("%6.2f s %s %d", e.ElapsedS, e.Phase, e.Run)
			}
		},
	})
	if err != nil {
		if out != nil {
			for _, f := range out.Findings {
				t.Log(f)
			}
		}
		t.Fatal(err)
	}
	for _, f := range out.Findings {
		t.Log(f)
	}
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(out.Saved.Result)))
	if err != nil {
		t.Fatal(err)
	}
	l, found := result.Inspect(out.Saved.Result, data)
	for _, f := range found {
		if f.Level == result.Error {
			t.Error(f)
		}
	}
	samples, err := os.Open(filepath.Join(root, filepath.FromSlash(out.Saved.Samples)))
	if err != nil {
		t.Fatal(err)
	}
	defer samples.Close()
	for _, f := range result.Validate(l, samples) {
		if f.Level == result.Error {
			t.Error(f)
		}
	}
	if l.Draft != "simulated" || l.Class != result.ClassEnergy {
		t.Errorf("draft %q of class %s, want a simulated one of class energy", l.Draft, l.Class)
	}
	t.Log(l.Metrics["energy_per_output_token_j"], l.Metrics["mean_power_w"])
}

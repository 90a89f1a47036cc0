package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// The same measurement with a later engine is a history; one under another load
// is none.
func TestHistory(t *testing.T) {
	root, rs := measuredBoard(t, "no-energy")
	for i, change := range []func(*result.Result){
		func(r *result.Result) {
			r.Software.Engine.Version, r.MeasuredAt = "0.12.0", "2026-04-02T09:30:00Z"
			m := r.Metrics["output_tokens_per_s"]
			m.Value *= 1.1
			m.CI95 = nil
			r.Metrics["output_tokens_per_s"] = m
		},
		func(r *result.Result) { r.Workload.Load.Concurrency, r.MeasuredAt = 7, "2026-05-02T09:30:00Z" },
	} {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(result.Path(rs[0], "h100"))))
		if err != nil {
			t.Fatal(err)
		}
		r, found := result.Decode("copy", data)
		if found.HasErrors() {
			t.Fatal(findingsText(found))
		}
		change(r)
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		if data, err = result.Encode(r); err != nil {
			t.Fatal(i, err)
		}
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(result.Path(r, "h100"))), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})
	for _, page := range []string{modelPath("example-org/Example-8B"), hardwarePath("h100")} {
		_, text, _ := strings.Cut(readText(t, out, page), "History")
		holds(t, page, text, []string{"2026-03-02 vLLM 0.11.0 jouleboard.method/1", "2026-04-02 vLLM 0.12.0 jouleboard.method/1", "A bar for each result"},
			[]string{"2026-05-02 vLLM", "NaN"})
	}
	page := modelPath("Qwen/Qwen3-8B")
	shippedOut, _ := shipped(t)
	holds(t, page, readText(t, shippedOut, page), []string{"against latency", "Energy of an answer against its length"}, []string{"History"})
}

// A line needs two places on its axis, and the fullest lines come first.
func TestCurveSeries(t *testing.T) {
	var c curve
	add := func(name string, xs ...float64) {
		for i, x := range xs {
			c.add(name, curvePoint{Pt: chart.Pt{X: x, Y: 1}, order: int64(-i)})
		}
	}
	add("b", 1, 2, 3)
	add("alone", 5, 5)
	add("a", 1, 2)
	add("c", 1, 2)
	got := c.series(2)
	if len(got) != 2 || got[0].Name != "a" || got[1].Name != "b" || got[1].Points[0].X != 3 {
		t.Errorf("series: %+v", got)
	}
}

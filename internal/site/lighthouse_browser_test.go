//go:build browser

// Lighthouse on a board of 500 results, served compressed under a base path as
// static hosts do. What does not depend on the machine is held by a test; the
// score of speed is printed by make bench beside its aim.

package site

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"jouleboard/internal/browsertest"
)

// lighthousePages makes the board and returns the addresses of the pages that
// are looked at.
func lighthousePages(t testing.TB) map[string]string {
	t.Helper()
	root := syntheticBoard(t, 500)
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out, BaseURL: "https://example.org/some/base"})
	rs, err := os.ReadDir(filepath.Join(out, "r"))
	if err != nil || len(rs) < 2 {
		t.Fatalf("no result pages: %v", err)
	}
	at := browsertest.Server(t, out, "/some/base", nil)
	return map[string]string{
		"home": at + "index.html", "board": at + "boards/chat-h100/index.html", "result": at + "r/" + rs[0].Name() + "/index.html",
		"compare": at + "compare/index.html", "comparison": at + "compare/index.html?ids=" + rs[0].Name() + "," + rs[1].Name(),
	}
}

// lighthouseReport is what tests read of Lighthouse's report.
type lighthouseReport struct {
	Categories map[string]struct {
		Score  float64
		Audits []struct {
			ID     string
			Weight float64
		} `json:"auditRefs"`
	}
	Audits map[string]struct {
		Title   string
		Score   *float64
		Value   float64 `json:"numericValue"`
		Details json.RawMessage
	}
}

// lighthouse asks for a report on a page: a phone of the middle class on a slow
// network, both simulated. Without Lighthouse or a browser the test is skipped.
func lighthouse(t testing.TB, url, categories string) (r lighthouseReport) {
	t.Helper()
	cli := filepath.Join(repo, "node_modules", "lighthouse", "cli", "index.js")
	if !exists(cli) {
		t.Skip("lighthouse is not there: run make browser-test")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node to run lighthouse with")
	}
	report := filepath.Join(t.TempDir(), "report.json")
	cmd := exec.Command(node, cli, url, "--quiet", "--output=json", "--output-path="+report, "--only-categories="+categories,
		"--max-wait-for-load=120000", "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --user-data-dir="+t.TempDir())
	cmd.Env = append(os.Environ(), "CHROME_PATH="+browsertest.Chromium(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("lighthouse %s: %v\n%s", url, err, out)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatalf("lighthouse %s: %v", url, err)
	}
	return r
}

// Accessibility, best practices and findability are complete on the pages that
// most readers see.
func TestLighthouse(t *testing.T) {
	for name, url := range lighthousePages(t) {
		if name == "compare" {
			continue // all of it is on the page of a comparison
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := lighthouse(t, url, "accessibility,best-practices,seo")
			if len(r.Categories) != 3 {
				t.Fatalf("%d of 3 categories", len(r.Categories))
			}
			for id, c := range r.Categories {
				if c.Score == 1 {
					continue
				}
				t.Errorf("%s: %.0f of 100", id, 100*c.Score)
				for _, a := range c.Audits {
					if x := r.Audits[a.ID]; a.Weight > 0 && x.Score != nil && *x.Score < 1 {
						t.Errorf("%s: %s (%.400s)", a.ID, x.Title, x.Details)
					}
				}
			}
		})
	}
}

// BenchmarkLighthouse is the score of speed: the median of three looks, since one
// alone says what else the machine was doing.
func BenchmarkLighthouse(b *testing.B) {
	pages := lighthousePages(b)
	for _, name := range []string{"home", "board", "result", "compare", "comparison"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var scores, shifts, paints []float64
				for range 3 {
					r := lighthouse(b, pages[name], "performance")
					scores = append(scores, 100*r.Categories["performance"].Score)
					shifts = append(shifts, r.Audits["cumulative-layout-shift"].Value)
					paints = append(paints, r.Audits["largest-contentful-paint"].Value)
				}
				for _, of := range [][]float64{scores, shifts, paints} {
					slices.Sort(of)
				}
				b.ReportMetric(scores[1], "performance")
				b.ReportMetric(shifts[1], "layout-shift")
				b.ReportMetric(paints[1], "largest-paint-ms")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLongTable is how long the page itself says it took over 10,000 rows.
func BenchmarkLongTable(b *testing.B) {
	files, page := wideBoard(b, 10_000)
	dir := writeFiles(b, files)
	p := newTab(b)
	for _, step := range longTableSteps {
		b.Run(step.name, func(b *testing.B) {
			var all []float64
			for b.Loop() {
				p.table("file://" + dir + "/" + page)
				eval[bool](p, `pane("filters").then(() => true)`)
				eval[bool](p, `form.querySelector("[type=reset]").click(), true`)
				for range 5 {
					eval[bool](p, `(() => { delete table.dataset.ms; `+step.script+`; return true })()`)
					p.Wait(step.name, `table.dataset.ms`)
					var ms float64
					if _, err := fmt.Sscan(eval[string](p, `table.dataset.ms`), &ms); err != nil {
						b.Fatal(err)
					}
					all = append(all, ms)
					eval[bool](p, `form.querySelector("[type=reset]").click(), true`)
				}
			}
			slices.Sort(all)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(all[len(all)/2], "ms")
			b.ReportMetric(all[len(all)-1], "worst-ms")
		})
	}
}

package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// wideBoard makes the page of a board with n models in memory, and what it
// needs beside it; the other pages are left out. Every second row has an
// interval.
func wideBoard(t testing.TB, n int) (files map[string][]byte, page string) {
	t.Helper()
	in, fs, err := Load(context.Background(), smallBoard(t), Options{Tool: Tool{Version: "test"}})
	if err != nil || fs.HasErrors() {
		t.Fatal(err, findingsText(fs))
	}
	var like *result.Loaded
	for _, r := range in.Results {
		itl, ok := r.Value("itl_ms.p50")
		if r.Workload.Task == "lm-arena-chat" && r.Hardware != nil && r.Hardware.Name == "NVIDIA H100 80GB" && ok && itl <= 50 {
			like = r
			break
		}
	}
	if like == nil {
		t.Fatal("the small board has no chat result on H100 at 50 ms")
	}
	in.Results = nil
	for i := range n {
		r := *like.Result
		sum := sha256.Sum256([]byte(fmt.Sprint(i)))
		r.ID = hex.EncodeToString(sum[:])
		r.Model.Name = fmt.Sprintf("org-%d/Model-%d-%dB", i%37, i, 1+i*7%500)
		r.Model.Precision = []string{"bfloat16", "fp8", "mxfp4"}[i%3]
		r.Metrics = map[string]result.Metric{}
		for k, m := range like.Metrics {
			m.Value *= 1 + float64(i*i%1009)/100
			if i%2 == 0 && k == "energy_per_response_j" {
				m.CI95 = &result.Interval{m.Value * 0.98, m.Value * 1.03}
			}
			r.Metrics[k] = m
		}
		in.Results = append(in.Results, result.NewLoaded(fmt.Sprintf("results/x/%d.json", i), &r, []byte("{}")))
	}
	s, fs := newSite(in, Options{})
	if fs.HasErrors() {
		t.Fatal(findingsText(fs))
	}
	var b *rank.Board
	for _, x := range s.boards {
		if x.ID == "chat-h100" {
			b = x
		}
	}
	if b == nil || len(b.Rows) != n {
		t.Fatalf("no board of %d rows", n)
	}
	r := &renderer{s: s, out: newMemory(nil)}
	jobs := []job{s.boardPage(b), s.staticFiles()}
	for at := 1; at < parts(n); at++ {
		jobs = append(jobs, s.boardPart(b, at))
	}
	for _, j := range jobs {
		if fs, err := j(r); err != nil || fs.HasErrors() {
			t.Fatal(err, findingsText(fs))
		}
	}
	return r.out.kept, boardPath(b.ID)
}

func gzipped(t testing.TB, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// A page holds the first rows of a long table and all rows in a file beside it;
// what a first view loads stays below its budget.
func TestLongTable(t *testing.T) {
	const n = 3000
	files, page := wideBoard(t, n)
	html := string(files[page])
	if got := strings.Count(html, `<th scope="row">`); got != tableRows {
		t.Errorf("%d rows on the page, wanted %d", got, tableRows)
	}
	var rows string
	for name := range files {
		if strings.HasPrefix(path.Base(name), "rows-") {
			rows = name
		}
	}
	if !strings.Contains(html, path.Base(rows)) || strings.Contains(html, "<script src=\""+path.Base(rows)) {
		t.Errorf("the page must name %s and not load it", rows)
	}
	if got := strings.Count(string(files[rows]), "Model-"); got != n {
		t.Errorf("%d models in the file of rows, wanted %d", got, n)
	}
	// Without scripts every row is some clicks away.
	seen, at := 0, page
	for range 1 + n/tableRows {
		part := string(files[at])
		seen += strings.Count(part, `<th scope="row">`)
		next := regexp.MustCompile(`<a href="([^"]+)">Next</a>`).FindStringSubmatch(part)
		if next == nil {
			break
		}
		at = path.Join(path.Dir(at), next[1])
	}
	if seen != n {
		t.Errorf("the pages hold %d of %d rows", seen, n)
	}
	if total, _ := firstView(t, files, page); total > firstViewBudget {
		t.Errorf("the first view takes %d bytes compressed", total)
	}
	if dir := os.Getenv("JOULEBOARD_KEEP"); dir != "" {
		for name, data := range files {
			if err := writeAtomic(filepath.Join(dir, filepath.FromSlash(name)), data); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What a first view of a board loads before the reader asks for anything, and all
// of the site's own scripts, compressed.
const (
	firstViewBudget  = 60_000
	ownScriptsBudget = 25_000
)

// firstView adds up a page, its style and its scripts, and all scripts of the
// site but the chart library, which comes when a chart is looked at.
func firstView(t testing.TB, files map[string][]byte, page string) (view, scripts int) {
	t.Helper()
	html := string(files[page])
	view = gzipped(t, files[page])
	for name, data := range files {
		ext := path.Ext(name)
		if !strings.HasPrefix(name, "assets/") || ext != ".css" && ext != ".js" || strings.Contains(name, "echarts") {
			continue
		}
		size := gzipped(t, data)
		if ext == ".js" {
			scripts += size
		}
		if strings.Contains(html, path.Base(name)) {
			view += size
		}
	}
	return view, scripts
}

// The budgets hold for small boards, long ones and very long ones.
func TestBudgets(t *testing.T) {
	for _, n := range []int{500, 3000, 10_000} {
		files, page := wideBoard(t, n)
		view, scripts := firstView(t, files, page)
		t.Logf("%d rows: page %d, first view %d, own scripts %d bytes compressed", n, gzipped(t, files[page]), view, scripts)
		if view > firstViewBudget {
			t.Errorf("%d rows: the first view takes %d bytes compressed, more than %d", n, view, firstViewBudget)
		}
		if scripts > ownScriptsBudget || scripts < 5000 {
			t.Errorf("own scripts take %d bytes compressed, wanted at most %d", scripts, ownScriptsBudget)
		}
	}
}

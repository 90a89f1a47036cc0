// Benchmarks of builds and pages, on a made-up board.

package site

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"jouleboard/internal/result/resulttest"
)

// syntheticBoard is a board with the shipped content and n made-up results of
// realistic shapes.
func syntheticBoard(b testing.TB, n int) string {
	b.Helper()
	root := b.TempDir()
	if err := resulttest.Board(root, repo, 1, n); err != nil {
		b.Fatal(err)
	}
	return root
}

// BenchmarkBuild builds a board cold, within this process: every page, badge,
// label, download.
func BenchmarkBuild(b *testing.B) {
	const n = 240
	root := syntheticBoard(b, n)
	dir := b.TempDir()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		build(b, root, Options{Out: filepath.Join(dir, strconv.Itoa(i))})
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "results/s")
}

// BenchmarkResultPages renders the pages of results in memory, with their data
// and figures and without labels.
func BenchmarkResultPages(b *testing.B) {
	in, fs, err := Load(context.Background(), syntheticBoard(b, 240), Options{})
	if err != nil || fs.HasErrors() {
		b.Fatal(err, findingsText(fs))
	}
	in.Site.BaseURL = "" // no address, no labels
	s, fs := newSite(in, Options{})
	if fs.HasErrors() {
		b.Fatal(findingsText(fs))
	}
	s.jobs() // notes which files there are, for links
	b.ReportAllocs()
	for b.Loop() {
		r := &renderer{s: s, out: newMemory(nil)}
		for _, e := range s.entries {
			if fs, err := s.resultPage(e)(r); err != nil || fs.HasErrors() {
				b.Fatal(err, findingsText(fs))
			}
		}
	}
	b.ReportMetric(float64(len(s.entries)*b.N)/b.Elapsed().Seconds(), "pages/s")
}

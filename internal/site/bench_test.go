package site

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// syntheticBoard is a board with the shipped content and n made-up results of
// realistic shapes.
func syntheticBoard(b testing.TB, n int) string {
	b.Helper()
	root := b.TempDir()
	copyTree(b, filepath.Join(repo, "content"), filepath.Join(root, "content"))
	// The aims are for the labels that a board gets unless it asks for more.
	settings := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(settings)
	if err != nil {
		b.Fatal(err)
	}
	data = regexp.MustCompile(`(?m)^labels:\n  build: .*\n`).ReplaceAll(data, nil)
	if err := os.WriteFile(settings, data, 0o644); err != nil {
		b.Fatal(err)
	}
	for _, r := range resulttest.Synthetic(1, n) {
		hw := ""
		if r.Hardware != nil {
			hw = strings.ToLower(strings.ReplaceAll(r.Hardware.Name, " ", "-"))
		}
		if _, err := result.Save(root, result.Path(r, hw), r); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

// BenchmarkBuild builds a board cold: every page, badge, label, download.
func BenchmarkBuild(b *testing.B) {
	const n = 1000
	root := syntheticBoard(b, n)
	b.ReportAllocs()
	var st Stats
	for b.Loop() {
		b.StopTimer()
		out := filepath.Join(b.TempDir(), "public")
		b.StartTimer()
		st, _ = build(b, root, Options{Out: out})
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(seconds, "s/build")
	b.ReportMetric(n/seconds, "results/s")
	b.ReportMetric(float64(st.Files), "files")
	b.ReportMetric(float64(st.Bytes)/1e6, "MB")
	if mb, ok := peakMB(); ok {
		b.ReportMetric(mb, "peak-MB")
	}
}

// BenchmarkRebuild builds again with nothing changed.
func BenchmarkRebuild(b *testing.B) {
	const n = 1000
	root := syntheticBoard(b, n)
	out := filepath.Join(root, "public")
	build(b, root, Options{Out: out})
	for b.Loop() {
		if st, _ := build(b, root, Options{Out: out}); st.Written != 0 {
			b.Fatalf("%d files were written", st.Written)
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(seconds, "s/build")
	b.ReportMetric(n/seconds, "results/s")
}

// peakMB is the peak resident memory of this process in 10^6 bytes, as Linux
// counts it.
func peakMB() (float64, bool) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if v, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(v, "kB")), 64)
			return kb * 1024 / 1e6, err == nil
		}
	}
	return 0, false
}

// Benchmarks of checking contributed files.

package review

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// BenchmarkValidate checks 10,000 results on two cores, from reading the files
// on: what `jouleboard validate` does without its start and without samples.
func BenchmarkValidate(b *testing.B) {
	const n = 10_000
	root := b.TempDir()
	if err := resulttest.Board(root, filepath.Join("..", ".."), 1, n); err != nil {
		b.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	b.ReportAllocs()
	for b.Loop() {
		in := Input{}
		in.Catalog, in.Findings = catalog.Load(os.DirFS(filepath.Join(root, "content")))
		list, found, err := result.LoadTree(context.Background(), root, 2)
		if err != nil {
			b.Fatal(err)
		}
		in.Results, in.Findings = list, append(in.Findings, found...)
		fs, st, err := Validate(context.Background(), in, Options{Root: root, Jobs: 2})
		if err != nil || st.Files != n {
			b.Fatal(st, err)
		}
		if fs.HasErrors() {
			b.Fatal(listing(fs[:min(len(fs), 5)]))
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(seconds, "s/10000-files")
	b.ReportMetric(n/seconds, "files/s")
	if mb, ok := peakMB(); ok {
		b.ReportMetric(mb, "peak-MB")
	}
}

// BenchmarkRecompute works a measured result out again from its samples.
func BenchmarkRecompute(b *testing.B) {
	board := newBoard(b)
	board.only = func(p string) bool { return p == board.path }
	records := board.decode(board.path).Samples.Records
	in := board.load()
	for b.Loop() {
		if fs, st := board.check(in); st.Recomputed != 1 || fs.HasErrors() {
			b.Fatal(listing(fs))
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(records)/seconds, "records/s")
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

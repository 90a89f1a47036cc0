package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/content"
	"jouleboard/internal/result/resulttest"
)

// words takes the padding out of a table.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestRoomRows(t *testing.T) {
	r := report{Benchmarks: benchmarks("goos: linux\npkg: jouleboard/internal/load\n" +
		"BenchmarkFidelity/streams=64-2 \t 1\t 5 ns/op\t 0.25 itl-err-p50-ms\t 0.998 ttft-err-p50-ms\n" +
		"BenchmarkFidelity/streams=1024-2 \t 1\t 5 ns/op\t 3.01 ttft-err-p50-ms\t 12.3 others-cpu-%\n" +
		"BenchmarkFlood/streams=16-2 \t 1\t 5 ns/op\t 1.25e+06 chunks/s\t -0.012 spent-B/chunk\n" +
		"BenchmarkAsyncio/flood-2 \t 1\t 5 ns/op\t 250000 chunks/s\n" +
		"pkg: jouleboard/internal/label\n" +
		"BenchmarkLabels/pdf-2 \t 9\t 5 ns/op\t 1200 labels/s\t 7 allocs/op\nBenchmarkNaive/pdf-2 \t 9\t 5 ns/op\t 100 labels/s\nBenchmarkLabels/svg-2 \t 9\t 5 ns/op\t 900 labels/s\nPASS\n" +
		"pkg: jouleboard/internal/result\nBenchmarkDecode-2 100 41500 ns/op\nBenchmarkBroken-2 x 1 ns/op\n")}
	if len(r.Benchmarks) != 8 || r.Benchmarks[4].Package != "label" || r.Benchmarks[4].Name != "Labels/pdf" || r.Benchmarks[4].Runs != 9 {
		t.Fatalf("read %+v", r.Benchmarks)
	}
	r.Figures = figures(&r)
	got := words(table(&r))
	for _, want := range []string{
		"median, 64 streams 1.00 ms <= 1 ms met",
		"median, 256 streams not measured <= 2 ms",
		"median, 1024 streams 3.01 ms <= 3 ms missed",
		"ours against that client 5.0 times >= 2 times met",
		"a Python asyncio client not measured",
		"1250000 chunks/s >= 500000 chunks/s met",
		" 0.0 B 0 met",
		"PDF, against the naive way 12.0 times",
		"SVG, against the naive way not measured",
		"a reported result decoded 42 us",
		"Other programs used up to 12 % of the cores",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestBuildRows(t *testing.T) {
	at := func(n int, scenario string, wall float64, peak int64) build {
		return build{Results: n, Scenario: scenario, Runs: 3, cost: cost{WallS: wall, UserS: wall, SystemS: wall / 4, PeakBytes: peak}, ResultsPerS: float64(n) / wall,
			said: said{Pages: 7, Files: 9, Bytes: 2e6, Phases: []seconds{{"load", 0.5}, {"write", 0.25}}, Work: []seconds{{"page", 2}}}}
	}
	r := report{
		Builds: []build{at(1000, cold, 100, gib), at(10_000, cold, 12, 601*mib), at(10_000, nothing, 0.31, 1), at(10_000, added, 0.7, 1), at(100_000, cold, 133, 4*gib)},
		Hugo: []contest{
			{Results: 1000, LeftOut: ways[0].leftOut, Files: 90, Bytes: 1_040_000, Pages: 10, PageBytes: 40_000, HugoPages: 10, HugoPageBytes: 41_000, Ours: cost{WallS: 4}, Hugo: cost{WallS: 6}, WallRatio: 1.5},
			{Results: 1000, LeftOut: ways[1].leftOut, Files: 70, Bytes: 540_000, Pages: 10, PageBytes: 40_000, HugoPages: 10, HugoPageBytes: 41_000, Ours: cost{WallS: 2}, Hugo: cost{WallS: 6}, WallRatio: 3},
		},
	}
	r.Figures = figures(&r)
	got := words(table(&r))
	for _, want := range []string{
		"build, 1,000 results, cold time 100.00 s processor time, user and system 125.00 s results a second 10 results/s phases, s load 0.50, write 0.25",
		"build, 10,000 results, cold time 12.00 s <= 12 s met",
		"peak memory 601 MiB <= 600 MiB missed",
		"nothing changed time 0.31 s <= 0.3 s missed",
		"one result added time 0.70 s <= 0.7 s met",
		"work of rendering, s of all cores page 2.00",
		"peak memory 4096 MiB <= 4 GiB met",
		"output 9 files, 2.0 MB, 7 pages; 0 written",
		"100,000 results against 10,000 11.1 times <= 11 times missed",
		"against Hugo, 1,000 results, without labels' PDFs pages ours 10 of 4.0 kB on average, Hugo's 10 of 4.1 kB further files of ours 80, 1.0 MB ours 4.00 s Hugo 6.00 s faster than Hugo 1.50 times faster than Hugo, by",
		"against Hugo, 1,000 results, without labels' PDFs and pictures of figures pages ours 10 of 4.0 kB on average, Hugo's 10 of 4.1 kB further files of ours 60, 0.5 MB ours 2.00 s Hugo 6.00 s faster than Hugo 3.00 times >= 3 times met",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"-sizes 10,x", `"x" is no number of results`},
		{"-sizes 0", `"0" is no number of results`},
		{"-parts builds,labels", `"labels" is none of builds, hugo, rooms`},
		{"more", "there are flags only"},
	} {
		err := run(context.Background(), strings.Fields(tt.args), &bytes.Buffer{}, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
}

// A child's figures are its own, and its memory of earlier runs is where we say.
func TestChild(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	t.Setenv("BENCH_WANT_HOME", home)
	out, c, err := child(context.Background(), home, self, "-test.run", "^TestHome$", "-test.v")
	if err != nil || !strings.Contains(string(out), "PASS: TestHome") {
		t.Fatalf("%v: %s", err, out)
	}
	if c.WallS <= 0 || c.OthersPercent < 0 {
		t.Errorf("cost %+v", c)
	}
	if _, _, err := child(context.Background(), t.TempDir(), self, "-no-such-flag"); err == nil || !strings.Contains(err.Error(), "no-such-flag") {
		t.Errorf("a child that fails gives %v", err)
	}
}

// TestHome is what TestChild runs.
func TestHome(t *testing.T) {
	home := os.Getenv("BENCH_WANT_HOME")
	if home == "" {
		t.Skip("it looks at the environment that TestChild makes")
	}
	for key, want := range map[string]string{"HOME": home, "XDG_CACHE_HOME": filepath.Join(home, "cache"), "TMPDIR": filepath.Join(home, "tmp")} {
		if got := os.Getenv(key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

// A cold build begins with what the board had at first, wherever earlier builds
// have left something.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	b := aBoard{root: filepath.Join(dir, "board"), own: map[string]bool{"content": true}}
	for _, name := range []string{"board/content/site.yaml", "board/public/index.html", "board/.cache/x", "board-home/cache/y"} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.forget(); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, pattern := range []string{"*", "*/*", "*/.*"} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range names {
			rel, _ := filepath.Rel(dir, name)
			if strings.HasPrefix(rel, "board-forgotten") {
				continue
			}
			left = append(left, filepath.ToSlash(rel))
		}
	}
	if got := strings.Join(left, " "); got != "board board/content" {
		t.Errorf("left: %s", got)
	}
}

// A page weighs what it loads itself, each file once, without the chart library.
func TestWeigh(t *testing.T) {
	dir := t.TempDir()
	page := `<link rel="stylesheet" href="../../a/s.css"><script defer src="../../a/x.js"></script><script defer src="../../a/x.js"></script><script src="../../a/echarts.js"></script><p>rows</p>`
	const drawing = `<figure class="chart" id="x"><svg></svg></figure>`
	files := map[string]string{"boards/one/index.html": page + drawing, "a/s.css": "body{}", "a/x.js": "f()", "a/echarts.js": strings.Repeat("x", 5000), "index.html": "home"}
	size := map[string]int{}
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		size[name], _ = gzipped([]byte(text))
	}
	w, err := weigh(dir, "boards/one/index.html")
	if err != nil {
		t.Fatal(err)
	}
	bare, _ := gzipped([]byte(page))
	if want := bare + size["a/s.css"] + size["a/x.js"]; w.WithoutCharts != want {
		t.Errorf("%d without charts, want %d", w.WithoutCharts, want)
	}
	if want := size["boards/one/index.html"] + size["a/s.css"] + size["a/x.js"]; w.ViewBytes != want || w.ScriptsBytes != size["a/x.js"] {
		t.Errorf("%+v, want a view of %d", w, want)
	}
	if got, err := largest(dir, "boards"); err != nil || got != "boards/one/index.html" {
		t.Errorf("the largest page is %q, %v", got, err)
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{3, 1}, 1}, {[]float64{3, 1, 2}, 2}} {
		if got := median(tt.in, func(x float64) float64 { return x }); got != tt.want {
			t.Errorf("median of %v is %v, want %v", tt.in, got, tt.want)
		}
	}
}

// The manual describes every key of the file.
func TestKeysAreDescribed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "content", "docs", "benchmarks.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(reflect.Type)
	walk = func(at reflect.Type) {
		for at.Kind() == reflect.Slice || at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			return
		}
		for i := range at.NumField() {
			f := at.Field(i)
			if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key != "" {
				seen++
				if !bytes.Contains(page, []byte("`"+key+"`")) {
					t.Errorf("benchmarks.md does not describe %s", key)
				}
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[report]())
	if seen < 40 {
		t.Errorf("only %d keys were found", seen)
	}
}

// The ways leave out what they say and nothing else: the labels as SVG stay.
func TestWays(t *testing.T) {
	for _, w := range ways {
		site, found := content.LoadSite(fstest.MapFS{"site.yaml": {Data: []byte("title: T\n" + w.settings)}})
		if found.HasErrors() {
			t.Fatalf("%s: %v", w.settings, found)
		}
		if got := site.LabelFiles(); !slices.Equal(got, []content.LabelFile{{Size: "full", Format: "svg"}}) || !site.BuildsLabel(content.Badge) || !slices.Contains(w.leftOut, labelPDFs) {
			t.Errorf("without %v there are labels %v", w.leftOut, got)
		}
		for _, format := range content.FigureFormats() {
			if site.BuildsFigure(format) == slices.Contains(w.leftOut, figurePictures) {
				t.Errorf("without %v figures are files as %s: %v", w.leftOut, format, site.BuildsFigure(format))
			}
		}
	}
}

// Hugo's site has as many pages as ours, of about their size.
func TestHugoSite(t *testing.T) {
	hugo := findHugo("go")
	if hugo == "" {
		t.Skip("hugo is not there; to get it: CGO_ENABLED=0 go install " + hugoModule)
	}
	b := aBoard{opt: options{hugo: hugo}, root: filepath.Join(t.TempDir(), "board")}
	if err := resulttest.Board(b.root, filepath.Join("..", ".."), seed, 30); err != nil {
		t.Fatal(err)
	}
	const pages, size = 41, 30_000
	h, err := b.hugoSite(context.Background(), pages, pages*size)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.build(context.Background()); err != nil {
		t.Fatal(err)
	}
	n, bytes, err := pagesIn(h.out())
	if err != nil || n != pages || bytes < pages*size*8/10 || bytes > pages*size*12/10 {
		t.Errorf("%d pages of %d bytes on average, %v; want %d of %d", n, bytes/int64(max(n, 1)), err, pages, size)
	}
}

// What `make bench` shows of a measurement: a simulated GPU of known power
// through the sampler, the samples file and the summary, and the table of all
// benchmarks against their aims.

package measure

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// The load of the benchmark: 8 workers that start 130 ms apart, each with one
// request after another of 100 tokens, the first after 50 ms and the others
// 10 ms apart. A request takes 1,040 ms, so that one starts every 130 ms.
const (
	benchStreams  = 8
	benchRequests = 480
	benchTokens   = 100
	benchStart    = 3_000_000 // us; sampling begins 2 s before the window at least
	benchEvery    = 130_000
	benchFirst    = 50_000
	benchGap      = 10_000
	benchLength   = benchFirst + (benchTokens-1)*benchGap

	// By hand (W1): the window begins with the first token of the 8th request and
	// ends with the 471st close, which is before the last request starts.
	benchWindowStart = benchStart + 7*benchEvery + benchFirst
	benchWindowEnd   = benchStart + 470*benchEvery + benchLength
)

// benchTraces is that load as a client would have recorded it, and the number
// of its tokens within the window.
func benchTraces() (traces []load.Trace, inWindow int64) {
	for i := range int64(benchRequests) {
		start := benchStart + i*benchEvery
		t := load.Trace{
			Index: i, Sched: start, Start: start, Sent: start, Hdr: start, First: start + benchFirst, Out: -1, Last: start + benchLength, End: start + benchLength,
			Outcome: load.OK, HTTP: 200, Finish: "length", Np: 50, Nc: benchTokens, Nr: -1, NCached: -1, Max: benchTokens,
			TokenSource: load.SourceUsage, Timeline: load.TimelineExact, Events: benchTokens,
		}
		for k := range int64(benchTokens) {
			if at := t.First + k*benchGap; at >= benchWindowStart && at < benchWindowEnd {
				inWindow++
			}
			if k > 0 {
				t.Gaps = append(t.Gaps, benchGap)
			}
		}
		traces = append(traces, t)
	}
	return traces, inWindow
}

// BenchmarkEnergy measures a simulated GPU whose power is a formula, on a clock
// that jumps: reported joules against true ones as a share of the quantisation
// bound (E8), the worst of many phases of counter and sampler, and joules a token
// against the value worked out by hand.
func BenchmarkEnergy(b *testing.B) {
	const phases = 24
	traces, tokens := benchTraces()
	requests := make([]result.RequestRecord, len(traces))
	for i := range traces {
		requests[i] = record(&traces[i], 1, result.PhaseRun)
	}
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		power energy.Curve
	}{
		{"constant", energy.Constant(400_000)},
		{"sine", energy.Sine{Mean: 400_000, Amplitude: 200_000, PeriodUS: 7_300_000}},
		{"square", energy.Square{High: 650_000, Low: 150_000, PeriodUS: 1_000_000, HighUS: 400_000}},
		{"batches", energy.NewBatches(1, 150_000, 650_000, 300_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			trueJ := (c.power.MilliJ(benchWindowEnd) - c.power.MilliJ(benchWindowStart)) / 1000
			byHand := trueJ / float64(tokens)
			var share, off, perToken, tokenOff float64
			for b.Loop() {
				for k := range int64(phases) {
					clock := &energy.FakeClock{}
					clock.Advance(k * 50_000 / phases)
					fake, err := energy.NewFake(energy.FakeOptions{Clock: clock, Devices: []energy.FakeDevice{{Power: c.power, PhaseUS: k * 7 % phases * 100_000 / phases}}})
					if err != nil {
						b.Fatal(err)
					}
					devices, err := fake.Devices(ctx)
					if err != nil {
						b.Fatal(err)
					}
					samples, err := energy.Record(ctx, fake, devices, energy.Options{}, clock, benchWindowEnd+3_000_000)
					if err != nil {
						b.Fatal(err)
					}
					s := &result.SamplesFile{Requests: requests}
					s.Header = result.SampleHeader{
						Method: result.Method, Events: true, TokenSource: load.SourceUsage, PeriodUs: samples.Stats.PeriodUS,
						Devices: []result.SampleDevice{sampleDevice(devices[0], "1", "bench", energy.Update{US: 100_000, Measured: true})},
						Runs:    []result.SampleRun{{Run: 1, Rule: result.WindowClosed, Start: benchStart, Stop: benchStart + (benchRequests-1)*benchEvery}},
					}
					addEnergy(s, &samples, nil)
					sum, fs := result.Summarize(&result.Result{Kind: result.KindDevice, Workload: result.Workload{
						Load: &result.Load{Mode: result.LoadClosed, Concurrency: benchStreams}, Requests: benchRequests, Seed: new(int64(0)),
					}}, s)
					if len(fs) > 0 || len(sum.Windows) != 1 || len(sum.Windows[0].Devices) != 1 {
						b.Fatalf("no window: %v", fs)
					}
					w := sum.Windows[0]
					if w.StartUs != benchWindowStart || w.EndUs != benchWindowEnd || w.OutTok != tokens {
						b.Fatalf("window [%d, %d) of %d tokens, by hand [%d, %d) of %d", w.StartUs, w.EndUs, w.OutTok, int64(benchWindowStart), int64(benchWindowEnd), tokens)
					}
					d := math.Abs(float64(w.Devices[0].EnergyMJ)/1000 - trueJ)
					off = max(off, d/trueJ)
					share = max(share, d*1000 / *w.Devices[0].BoundMJ)
					perToken = sum.Metrics["energy_per_output_token_j"].Value
					tokenOff = max(tokenOff, math.Abs(perToken/byHand-1))
				}
			}
			b.ReportMetric(100*share, "%-of-bound")
			b.ReportMetric(100*off, "joules-off-%")
			b.ReportMetric(byHand, "hand-J/token")
			b.ReportMetric(perToken, "J/token")
			b.ReportMetric(100*tokenOff, "J/token-off-%")
		})
	}
}

// A benchRow is one line of the table: a metric of a benchmark and its aim.
type benchRow struct {
	what, bench, unit string
	show              string // how the value is printed
	aim               string // "" where none is set
	met               func(v float64) bool
	over              string // a benchmark whose metric the value is divided by, "" for none
}

func atMost(limit float64) func(float64) bool  { return func(v float64) bool { return v <= limit } }
func below(limit float64) func(float64) bool   { return func(v float64) bool { return v < limit } }
func atLeast(limit float64) func(float64) bool { return func(v float64) bool { return v >= limit } }

// benchRows lists what is shown. Times are those of a client that shares its
// cores with the server, whose lateness is in them.
func benchRows() (rows []benchRow) {
	for _, f := range []struct {
		streams int
		aim     float64 // ms
	}{{64, 1}, {256, 2}, {1024, 3}} {
		rows = append(rows, benchRow{fmt.Sprintf("error of the time to first token, median, %d streams", f.streams),
			fmt.Sprintf("BenchmarkFidelity/streams=%d", f.streams), "ttft-err-p50-ms", "%.2f ms", fmt.Sprintf("<= %g ms", f.aim), atMost(f.aim), ""})
	}
	for _, streams := range []int{64, 256, 1024} {
		name := fmt.Sprintf("BenchmarkFidelity/streams=%d", streams)
		rows = append(rows,
			benchRow{fmt.Sprintf("error of the gap between tokens, median, %d streams", streams), name, "itl-err-p50-ms", "%.2f ms", "", nil, ""},
			benchRow{fmt.Sprintf("error of the gap between tokens, p99, %d streams", streams), name, "itl-err-p99-ms", "%.2f ms", "", nil, ""})
	}
	for _, streams := range []int{64, 256, 1024} {
		r := benchRow{fmt.Sprintf("throughput lost, %d streams", streams), fmt.Sprintf("BenchmarkFidelity/streams=%d", streams), "loss-%", "%.2f %%", "", nil, ""}
		if streams == 256 {
			r.aim, r.met = "< 1 %", below(1)
		}
		rows = append(rows, r)
	}
	const flood = "BenchmarkFlood/streams=16"
	rows = append(rows,
		benchRow{"flood of 16 streams", flood, "chunks/s", "%.0f chunks/s", ">= 500000", atLeast(500_000), ""},
		benchRow{"flood of 16 streams, a Python asyncio client", "BenchmarkAsyncio/flood", "chunks/s", "%.0f chunks/s", "", nil, ""},
		benchRow{"flood of 16 streams, ours against that client", flood, "chunks/s", "%.1f times", ">= 2 times", atLeast(2), "BenchmarkAsyncio/flood"},
		benchRow{"error of the time to first token, median, 1024 streams, a Python asyncio client", "BenchmarkAsyncio/streams=1024", "ttft-err-p50-ms", "%.2f ms", "", nil, ""},
		benchRow{"error of the time to first token, median, 1024 streams, ours against that client", "BenchmarkFidelity/streams=1024", "ttft-err-p50-ms", "%.3f of it",
			"<= 0.1 of it", atMost(0.1), "BenchmarkAsyncio/streams=1024"},
		benchRow{"parser alone", "BenchmarkParser", "chunks/s", "%.0f chunks/s", "", nil, ""},
		benchRow{"memory for one more chunk, without its record", flood, "spent-B/chunk", "%.1f B", "0", below(0.05), ""},
		benchRow{"memory for one more chunk, its record (a gap of 8 B)", flood, "kept-B/chunk", "%.1f B", "", nil, ""},
		benchRow{"memory for a request, whatever its length", flood, "B/request", "%.0f B", "", nil, ""},
	)
	for _, c := range []string{"constant", "sine", "square", "batches"} {
		rows = append(rows, benchRow{"joules of a simulated GPU, " + c + " power: off by", "BenchmarkEnergy/" + c, "%-of-bound", "%.1f %% of the bound", "<= 100 %", atMost(100), ""})
	}
	rows = append(rows,
		benchRow{"J/token at constant power", "BenchmarkEnergy/constant", "J/token", "%.6f", "", nil, ""},
		benchRow{"J/token at constant power, by hand", "BenchmarkEnergy/constant", "hand-J/token", "%.6f", "", nil, ""},
		benchRow{"J/token at constant power: off by", "BenchmarkEnergy/constant", "J/token-off-%", "%.4f %%", "0", below(0.00005), ""},
		benchRow{"energy sampler, all cores busy: late by, median", "BenchmarkSamplerJitter", "us-late-p50", "%.0f us", "", nil, ""},
		benchRow{"energy sampler, all cores busy: late by, at most", "BenchmarkSamplerJitter", "us-late-max", "%.0f us", "", nil, ""},
	)
	const labels = "BenchmarkLabels/"
	rows = append(rows,
		benchRow{"labels as SVG and PDF", labels + "svg+pdf", "labels/s", "%.0f labels/s", ">= 1000", atLeast(1000), ""},
		benchRow{"labels as PNG", labels + "png", "labels/s", "%.0f labels/s", ">= 167", atLeast(167), ""})
	for _, f := range []struct{ title, name string }{{"SVG", "svg"}, {"PDF", "pdf"}, {"PNG", "png"}} {
		naive := "BenchmarkNaive/" + f.name
		if f.name != "png" { // it stands above
			rows = append(rows, benchRow{"labels as " + f.title, labels + f.name, "labels/s", "%.0f labels/s", "", nil, ""})
		}
		rows = append(rows,
			benchRow{"labels as " + f.title + ", the naive way (a document and fonts each)", naive, "labels/s", "%.0f labels/s", "", nil, ""},
			benchRow{"labels as " + f.title + ", against the naive way", labels + f.name, "labels/s", "%.1f times", "", nil, naive})
	}
	rows = append(rows,
		benchRow{"10,000 result files checked on two cores, without samples", "BenchmarkValidate", "s/10000-files", "%.2f s", "<= 5 s", atMost(5), ""},
		benchRow{"10,000 result files checked, peak memory", "BenchmarkValidate", "peak-MB", "%.0f MB", "", nil, ""},
		benchRow{"records of a samples file recomputed", "BenchmarkRecompute", "records/s", "%.0f records/s", "", nil, ""})
	return append(rows, pageRows()...)
}

// pageRows are those of the site's pages, on a machine that does nothing else.
func pageRows() (rows []benchRow) {
	for _, p := range []struct{ name, what string }{{"home", "home page"}, {"board", "page of a board"}, {"result", "page of a result"}, {"compare", "page of comparisons, nothing chosen"}, {"comparison", "page of comparisons, two results"}} {
		rows = append(rows, benchRow{"Lighthouse performance, 500 results: " + p.what, "BenchmarkLighthouse/" + p.name, "performance", "%.0f of 100", ">= 99", atLeast(99), ""})
	}
	for _, s := range []struct{ name, what string }{{"text", "sort by text"}, {"number", "sort by number"}, {"two", "sort by two columns"}, {"search", "search"}, {"range", "filter by a range"}} {
		rows = append(rows, benchRow{"10,000 rows, the page's own measure: " + s.what, "BenchmarkLongTable/" + s.name, "ms", "%.1f ms", "<= 50 ms", atMost(50), ""})
	}
	return rows
}

// benchTable prints the metrics of benchmark lines beside their aims.
func benchTable(lines string) string {
	have := map[string]float64{}
	for in := bufio.NewScanner(strings.NewReader(lines)); in.Scan(); {
		f := strings.Fields(in.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := f[0]
		if i := strings.LastIndexByte(name, '-'); i > 0 { // the number of processors
			name = name[:i]
		}
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil {
				have[name+" "+f[i+1]] = v
			}
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "what\tmeasured\taim\t\n")
	for _, r := range benchRows() {
		v, ok := have[r.bench+" "+r.unit]
		if r.over != "" && ok {
			var by float64
			if by, ok = have[r.over+" "+r.unit]; ok {
				v /= by
			}
		}
		verdict := ""
		switch {
		case !ok:
			fmt.Fprintf(w, "%s\tnot measured\t%s\t\n", r.what, r.aim)
			continue
		case r.met != nil && r.met(v):
			verdict = "met"
		case r.met != nil:
			verdict = "missed"
		}
		value := fmt.Sprintf(r.show, v)
		if rest, minus := strings.CutPrefix(value, "-"); minus && !strings.ContainsAny(rest, "123456789") {
			value = rest // no "-0.0"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.what, value, r.aim, verdict)
	}
	w.Flush()
	others := 0.0
	for _, streams := range []int{64, 256, 1024} {
		others = max(others, have[fmt.Sprintf("BenchmarkFidelity/streams=%d others-cpu-%%", streams)])
	}
	if others >= 10 {
		fmt.Fprintf(&b, "\nOther programs used up to %.0f %% of the cores: the errors above are partly theirs.\n", others)
	}
	return b.String()
}

// TestBenchTable prints the table of the lines in the file that
// JOULEBOARD_BENCH names; without one it holds how the table is made.
func TestBenchTable(t *testing.T) {
	if path := os.Getenv("JOULEBOARD_BENCH"); path != "" {
		lines, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Print("\n" + benchTable(string(lines)))
		return
	}
	got := benchTable("goos: linux\n" +
		"BenchmarkFidelity/streams=64-2 \t 1\t 5 ns/op\t 0.25 itl-err-p50-ms\t 0.998 ttft-err-p50-ms\n" +
		"BenchmarkFidelity/streams=1024-2 \t 1\t 5 ns/op\t 3.01 ttft-err-p50-ms\t 12.3 others-cpu-%\n" +
		"BenchmarkFlood/streams=16-2 \t 1\t 5 ns/op\t 1.25e+06 chunks/s\t -0.012 spent-B/chunk\n" +
		"BenchmarkAsyncio/flood-2 \t 1\t 5 ns/op\t 250000 chunks/s\n" +
		"BenchmarkLabels/pdf-2 \t 9\t 5 ns/op\t 1200 labels/s\t 7 allocs/op\nBenchmarkNaive/pdf-2 \t 9\t 5 ns/op\t 100 labels/s\nBenchmarkLabels/svg-2 \t 9\t 5 ns/op\t 900 labels/s\nPASS\n")
	got = strings.Join(strings.Fields(got), " ")
	for _, want := range []string{
		"median, 64 streams 1.00 ms <= 1 ms met",
		"median, 256 streams not measured <= 2 ms",
		"median, 1024 streams 3.01 ms <= 3 ms missed",
		"ours against that client 5.0 times >= 2 times met",
		"a Python asyncio client not measured",
		"1250000 chunks/s >= 500000 met",
		" 0.0 B 0 met",
		"PDF, against the naive way 12.0 times",
		"SVG, against the naive way not measured",
		"Other programs used up to 12 % of the cores",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

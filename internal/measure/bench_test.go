// What `make bench` shows of a measurement: a simulated GPU of known power
// through the sampler, the samples file and the summary.

package measure

import (
	"context"
	"math"
	"testing"

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

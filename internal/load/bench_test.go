package load

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"jouleboard/internal/stats"
)

// BenchmarkParser is the reader, scanner and lifecycle alone, on bytes in memory.
func BenchmarkParser(b *testing.B) {
	chunk := []byte("data: " + content(" word") + "\n\n")
	per := readBuffer / len(chunk)
	buf := bytes.Repeat(chunk, per)
	s := newStream()
	limits := DefaultLimits()
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	var events int64
	for b.Loop() {
		s.reset(limits, false)
		s.read(buf, 1)
		events += int64(len(s.cumulative))
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "chunks/s")
}

// BenchmarkFlood is what the whole client takes from a server in another
// process that sends as fast as it can.
func BenchmarkFlood(b *testing.B) {
	const tokens = 20_000
	url := startProcess(b, 0, 0, tokens)
	for _, streams := range []int{1, 16} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			c := newClient(b, ClientOptions{BaseURL: url, Connections: streams})
			defer c.Close()
			clock := NewClock(time.Now())
			var events int64
			var before, after runtime.MemStats
			run := func(n int64) Run {
				r, err := RunClosed(context.Background(), c, ClosedOptions{
					RunOptions: RunOptions{Clock: clock}, Concurrency: streams,
					Next: func(i int64) (Request, bool) { return ask(0), i < n },
				})
				if err != nil {
					b.Fatal(err)
				}
				return r
			}
			run(int64(streams)) // connections and buffers
			runtime.ReadMemStats(&before)
			for b.Loop() {
				for _, t := range run(int64(streams)).Traces {
					if t.Outcome != OK {
						b.Fatalf("%s: %s", t.Outcome, t.Detail)
					}
					events += t.Events
				}
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "chunks/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(events), "allocs/chunk")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(events), "B/chunk")
		})
	}
}

// BenchmarkFidelity is the client's error at many streams: a true time to the
// first token of 50 ms and gaps of 10 ms, from a server in another process on
// the same cores.
func BenchmarkFidelity(b *testing.B) {
	const first, gap, tokens = 50 * time.Millisecond, 10 * time.Millisecond, 100
	url := startProcess(b, first, gap, tokens)
	for _, streams := range []int{1, 64, 256, 1024} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			c := newClient(b, ClientOptions{BaseURL: url, Connections: streams})
			defer c.Close()
			var ttft, gaps []int64
			var tokensSeen, elapsed int64
			one := first + (tokens-1)*gap
			for b.Loop() {
				r, err := RunClosed(context.Background(), c, ClosedOptions{
					RunOptions: RunOptions{Clock: NewClock(time.Now())}, Concurrency: streams, Ramp: one,
					Next: func(i int64) (Request, bool) { return ask(0), i < 4*int64(streams) },
				})
				if err != nil {
					b.Fatal(err)
				}
				for _, t := range r.Traces {
					if t.Outcome != OK {
						b.Fatalf("%s: %s", t.Outcome, t.Detail)
					}
					ttft = append(ttft, t.First-t.Start-first.Microseconds())
					for _, g := range t.Gaps {
						gaps = append(gaps, max(g-gap.Microseconds(), gap.Microseconds()-g))
					}
					tokensSeen += t.Nc
					elapsed += t.End - t.Start
				}
			}
			slices.Sort(ttft)
			slices.Sort(gaps)
			ms := func(us int64) float64 { return float64(us) / 1000 }
			b.ReportMetric(ms(stats.NearestRank(ttft, 50, 100)), "ttft-err-p50-ms")
			b.ReportMetric(ms(stats.NearestRank(ttft, 99, 100)), "ttft-err-p99-ms")
			b.ReportMetric(ms(stats.NearestRank(gaps, 50, 100)), "itl-err-p50-ms")
			b.ReportMetric(ms(stats.NearestRank(gaps, 99, 100)), "itl-err-p99-ms")
			// Of the tokens that streams of exact timing would have brought in the time
			// that these took.
			due := float64(elapsed) / float64(one.Microseconds()) * tokens
			b.ReportMetric(100*(1-float64(tokensSeen)/due), "loss-%")
		})
	}
}

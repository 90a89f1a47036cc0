package load

import (
	"bytes"
	"context"
	"fmt"
	"os"
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
// process that sends as fast as it can, and what one more chunk costs in memory.
//
// Every stream is read twice, once at its length and once at twice that. What
// the second half allocates is the cost of chunks in steady state (B/chunk). Of
// that, kept-B/chunk is the record itself, the gap before each event, which the
// result has to hold; spent-B/chunk is the rest, and should be nothing. What a
// request costs whatever its length is B/request.
func BenchmarkFlood(b *testing.B) {
	const tokens = 20_000
	url, _ := startProcess(b, 0, 0, 2*tokens)
	for _, streams := range []int{1, 16} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			c := newClient(b, ClientOptions{BaseURL: url, Connections: streams})
			defer c.Close()
			clock := NewClock(time.Now())
			flood := func(length int64) (run flooded) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				r, err := RunClosed(context.Background(), c, ClosedOptions{
					RunOptions: RunOptions{Clock: clock}, Concurrency: streams,
					Next: func(i int64) (Request, bool) { return ask(length), i < int64(streams) },
				})
				run.took = time.Since(start)
				runtime.ReadMemStats(&after)
				if err != nil {
					b.Fatal(err)
				}
				run.bytes = float64(after.TotalAlloc - before.TotalAlloc)
				run.allocs = float64(after.Mallocs - before.Mallocs)
				for _, t := range r.Traces {
					if t.Outcome != OK || t.Events != length {
						b.Fatalf("%s, %d events: %s", t.Outcome, t.Events, t.Detail)
					}
					run.events += float64(t.Events)
					run.kept += float64(8 * (cap(t.Gaps) + cap(t.Counts)))
				}
				return run
			}
			flood(2 * tokens) // connections and buffers
			var speed, allocs, perChunk, kept, spent, perRequest []float64
			for b.Loop() {
				// The buffers of a stream that had to wait for its turn so far grow in one
				// of the rounds; the median round is the steady state.
				for range 7 {
					short, long := flood(tokens), flood(2*tokens)
					more := long.events - short.events
					all, record := (long.bytes-short.bytes)/more, (long.kept-short.kept)/more
					speed = append(speed, (short.events+long.events)/(short.took+long.took).Seconds())
					allocs = append(allocs, (long.allocs-short.allocs)/more)
					perChunk, kept, spent = append(perChunk, all), append(kept, record), append(spent, all-record)
					perRequest = append(perRequest, (short.bytes-all*short.events)/float64(streams))
				}
			}
			b.ReportMetric(median(speed), "chunks/s")
			b.ReportMetric(median(allocs), "allocs/chunk")
			b.ReportMetric(median(perChunk), "B/chunk")
			b.ReportMetric(median(kept), "kept-B/chunk")
			b.ReportMetric(median(spent), "spent-B/chunk")
			b.ReportMetric(median(perRequest), "B/request")
		})
	}
}

// flooded is what one flood took.
type flooded struct {
	took                        time.Duration
	events, bytes, allocs, kept float64
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// BenchmarkFidelity is the client's error at many streams: a true time to the
// first token of 50 ms and gaps of 10 ms, from a server in another process on
// the same cores, whose own lateness is therefore in it.
func BenchmarkFidelity(b *testing.B) {
	const first, gap, tokens = 50 * time.Millisecond, 10 * time.Millisecond, 100
	const one = first + (tokens-1)*gap
	url, server := startProcess(b, first, gap, tokens)
	for _, streams := range []int{1, 64, 256, 1024} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			c := newClient(b, ClientOptions{BaseURL: url, Connections: streams})
			defer c.Close()
			var ttft, gaps []int64
			var tokensSeen, spent int64
			all, own, known := busy(os.Getpid(), server)
			began := time.Now()
			for b.Loop() {
				r, err := RunClosed(context.Background(), c, ClosedOptions{
					RunOptions: RunOptions{Clock: NewClock(time.Now())}, Concurrency: streams, Ramp: one,
					Next: func(i int64) (Request, bool) { return ask(0), i < 4*int64(streams) },
				})
				if err != nil {
					b.Fatal(err)
				}
				var starts, ends []int64
				for _, t := range r.Traces {
					if t.Outcome != OK {
						b.Fatalf("%s: %s", t.Outcome, t.Detail)
					}
					ttft = append(ttft, t.First-t.Start-first.Microseconds())
					for _, g := range t.Gaps {
						gaps = append(gaps, max(g-gap.Microseconds(), gap.Microseconds()-g))
					}
					tokensSeen += t.Nc
					spent += t.End - t.Start
					starts, ends = append(starts, t.Start), append(ends, t.End)
				}
				// Between the end of a request and the start of its worker's next one no
				// token can come either.
				slices.Sort(starts)
				slices.Sort(ends)
				for i, s := range starts[streams:] {
					spent += s - ends[i]
				}
			}
			if a, o, ok := busy(os.Getpid(), server); ok && known {
				// Ticks are hundredths of a second. The kernel's work for our sockets counts
				// as others' where it is not done in our name.
				cores := time.Since(began).Seconds() * 100 * float64(runtime.NumCPU())
				b.ReportMetric(max(100*float64(a-all-(o-own))/cores, 0), "others-cpu-%")
				// What client and server take together bounds how many streams two cores
				// bear, and depends less on what else runs than the errors do.
				b.ReportMetric(1e4*float64(o-own)/float64(tokensSeen), "cpu-us/chunk")
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
			due := float64(spent) / float64(one.Microseconds()) * tokens
			b.ReportMetric(100*(1-float64(tokensSeen)/due), "loss-%")
		})
	}
}

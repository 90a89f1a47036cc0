package load

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	fake "jouleboard/internal/load/fakeserver"
	"jouleboard/internal/stats"
)

// inMemory runs a test against a fake server on a fake clock.
func inMemory(t *testing.T, server fake.Options, f func(t *testing.T, srv *fake.Server, c *Client, clock Clock)) {
	synctest.Test(t, func(t *testing.T) {
		srv := fake.StartMemory(server)
		defer srv.Close()
		c := newClient(t, ClientOptions{BaseURL: srv.URL(), Dial: srv.Dial, Connections: 100})
		defer c.Close()
		f(t, srv, c, NewClock(time.Now()))
	})
}

func count(n int64) func(int64) (Request, bool) {
	return func(i int64) (Request, bool) {
		r := ask(0)
		r.Index = i
		return r, i < n
	}
}

// TestKnownLatency: exact delays give every time to the microsecond (X3).
func TestKnownLatency(t *testing.T) {
	server := fake.Options{FirstToken: 123 * ms, Gap: 17 * ms, MinLength: 10, PerEvent: 2, Reasoning: 4}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		time.Sleep(time.Second)
		got := c.Do(context.Background(), ask(0), -1, clock)
		const first = 1_123_000
		if got.Outcome != OK || got.Start != 1_000_000 || got.Sent != got.Start || got.Hdr != got.Start || got.First != first || got.Out != first+2*17_000 || got.Last != first+4*17_000 || got.End != got.Last {
			t.Errorf("%+v", got)
		}
		if !slices.Equal(got.Gaps, []int64{17_000, 17_000, 17_000, 17_000}) || !slices.Equal(got.Counts, []int64{2, 2, 2, 2, 2}) || got.Timeline != TimelineApportioned {
			t.Errorf("gaps %v, tokens %v, timeline %s", got.Gaps, got.Counts, got.Timeline)
		}
		if got.Nc != 10 || got.Nr != 4 || got.NCached != 0 || got.Np <= 0 || got.Model != "fake-model" || !got.Dialed {
			t.Errorf("%+v", got)
		}
		again := c.Do(context.Background(), ask(0), -1, clock)
		if again.Dialed || again.OutputHash != got.OutputHash {
			t.Errorf("the second request dialed (%v) or had another text", again.Dialed)
		}
		checkTrace(t, got)
	})
}

// TestClosedLoop: B workers, each next request right after the last, first ones
// spread over the ramp (G4).
func TestClosedLoop(t *testing.T) {
	server := fake.Options{FirstToken: 100 * ms, Gap: 10 * ms, MinLength: 11}
	inMemory(t, server, func(t *testing.T, srv *fake.Server, c *Client, clock Clock) {
		var most int64
		var progress Progress
		var seen []int64
		run, err := RunClosed(context.Background(), c, ClosedOptions{
			RunOptions: RunOptions{Clock: clock, Progress: &progress, Observe: func(t Trace) {
				most = max(most, srv.Active())
				seen = append(seen, t.Index)
			}},
			Next: count(40), Concurrency: 4, Ramp: 200 * ms,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(run.Traces) != 40 || len(seen) != 40 || most > 4 || progress.InFlight() != 0 || progress.Tokens.Load() != 40 {
			t.Fatalf("%d traces, %d seen, %d at once, %d in flight", len(run.Traces), len(seen), most, progress.InFlight())
		}
		for i, tr := range run.Traces {
			if tr.Index != int64(i) || tr.Outcome != OK {
				t.Fatalf("trace %d: %+v", i, tr)
			}
			// Four workers, 200 ms a request, started 50 ms apart: one starts each 50 ms.
			if want := int64(i) * 50_000; tr.Start != want || tr.Sched != want {
				t.Errorf("request %d started at %d, expected %d", i, tr.Start, want)
			}
			if tr.Dialed != (i < 4) {
				t.Errorf("request %d: dialed %v", i, tr.Dialed)
			}
		}
		if run.DispatchStop != 39*50_000 || run.End != 39*50_000+200_000 || run.Stopped {
			t.Errorf("sending ended at %d and the run at %d", run.DispatchStop, run.End)
		}
	})
}

// TestDuration: sending ends D after the B-th first token (W3), and all are
// followed to their end.
func TestDuration(t *testing.T) {
	server := fake.Options{FirstToken: 100 * ms, Gap: 10 * ms, MinLength: 11}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		run, err := RunClosed(context.Background(), c, ClosedOptions{
			RunOptions: RunOptions{Clock: clock}, Next: count(math.MaxInt64), Concurrency: 4, Ramp: 200 * ms, Duration: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		// First tokens at 100, 150, 200 and 250 ms.
		if run.DispatchStop != 1_250_000 {
			t.Errorf("sending ended at %d", run.DispatchStop)
		}
		for _, tr := range run.Traces {
			if tr.Outcome != OK || tr.Start > 1_250_000 {
				t.Errorf("%+v", tr)
			}
		}
		if run.End < 1_250_000 {
			t.Errorf("the run ended at %d, before what was under way", run.End)
		}
	})
}

// TestCoordinatedOmission: a server that stands still for a second shows in the
// latency of every request that was due meanwhile (X3).
func TestCoordinatedOmission(t *testing.T) {
	server := fake.Options{FirstToken: 10 * ms, Gap: ms, MinLength: 5, Stalls: []fake.Stall{{From: time.Second, Length: time.Second}}}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		schedule, err := Arrivals{Process: "constant", RatePerS: 100, N: 300}.Schedule(nil)
		if err != nil {
			t.Fatal(err)
		}
		run, err := RunOpen(context.Background(), c, OpenOptions{
			RunOptions: RunOptions{Clock: clock}, Schedule: schedule,
			Requests: func(i int64) Request { r, _ := count(1000)(i); return r },
		})
		if err != nil {
			t.Fatal(err)
		}
		hit := 0
		for i, tr := range run.Traces {
			if tr.Outcome != OK || tr.Sched != schedule[i] {
				t.Fatalf("%+v", tr)
			}
			want := tr.Sched + 10_000
			if want >= 1_000_000 && want < 2_000_000 {
				want = 2_000_000
				hit++
			}
			if tr.First != want {
				t.Errorf("request due at %d had its first token at %d, expected %d", tr.Sched, tr.First, want)
			}
		}
		if hit != 100 {
			t.Errorf("%d requests met the stall, expected 100", hit)
		}
	})
}

// TestQueueShows: with fewer slots than arrivals the time from the schedule
// grows, because nothing caps what is under way.
func TestQueueShows(t *testing.T) {
	server := fake.Options{FirstToken: 100 * ms, Gap: ms, MinLength: 1, Slots: 1}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		run, err := RunOpen(context.Background(), c, OpenOptions{
			RunOptions: RunOptions{Clock: clock}, Schedule: []int64{0, 10_000, 20_000, 30_000},
			Requests: func(i int64) Request {
				time.Sleep(3 * ms) // makes the sending late, which the instant due must not be
				r, _ := count(1000)(i)
				return r
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, tr := range run.Traces {
			if tr.Sched != int64(i)*10_000 || tr.Start != tr.Sched+3000 {
				t.Errorf("request %d was due at %d and started at %d", i, tr.Sched, tr.Start)
			}
			if want := int64(i+1)*100_000 + 3000; tr.First != want {
				t.Errorf("request %d had its first token at %d, expected %d", i, tr.First, want)
			}
		}
	})
}

// TestCancel: a stop lets requests end; the drain limit and the context cut
// them off, as cancelled and not as failed (row 32).
func TestCancel(t *testing.T) {
	server := fake.Options{FirstToken: time.Second, Gap: time.Second, MinLength: 60}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		for _, how := range []string{"stop", "drain", "context"} {
			ctx, cancel := context.WithCancel(context.Background())
			stop := make(chan struct{})
			opt := ClosedOptions{RunOptions: RunOptions{Clock: clock, Stop: stop}, Next: count(100), Concurrency: 3}
			if how == "drain" {
				opt.Drain = 5 * time.Second
			}
			began := clock.Now()
			time.AfterFunc(10*time.Second, func() {
				if how == "context" {
					cancel()
				} else {
					close(stop)
				}
			})
			run, err := RunClosed(ctx, c, opt)
			cancel()
			if err != nil || len(run.Traces) != 3 || !run.Stopped || run.DispatchStop != began+10_000_000 {
				t.Fatalf("%s: %d traces, stopped %v at %d (%v)", how, len(run.Traces), run.Stopped, run.DispatchStop, err)
			}
			want, after := OK, int64(60_000_000)
			switch how {
			case "drain":
				want, after = Cancelled, 15_000_000
			case "context":
				want, after = Cancelled, 10_000_000
			}
			for _, tr := range run.Traces {
				if tr.Outcome != want || tr.End != began+after || tr.Failed() {
					t.Errorf("%s: %s at %d, expected %s at %d", how, tr.Outcome, tr.End-began, want, after)
				}
				checkTrace(t, tr)
			}
		}
	})
}

// TestCancelledBefore: a context that is over already starts nothing.
func TestCancelledBefore(t *testing.T) {
	inMemory(t, fake.Options{}, func(t *testing.T, srv *fake.Server, c *Client, clock Clock) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		run, err := RunClosed(ctx, c, ClosedOptions{RunOptions: RunOptions{Clock: clock}, Next: count(9), Concurrency: 2})
		if err != nil || len(run.Traces) != 0 || !run.Stopped || srv.Requests() != 0 {
			t.Errorf("%+v (%v), %d requests", run, err, srv.Requests())
		}
		if got := c.Do(ctx, ask(0), -1, clock); got.Outcome != Cancelled {
			t.Errorf("%+v", got)
		}
	})
}

// TestHeldSocketHoldsNobodyUp: the worker goes on while the socket is waited for.
func TestHeldSocketHoldsNobodyUp(t *testing.T) {
	server := fake.Options{Script: func(int64) fake.Script { return good(fake.Hold()) }}
	inMemory(t, server, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		run, err := RunClosed(context.Background(), c, ClosedOptions{RunOptions: RunOptions{Clock: clock}, Next: count(5), Concurrency: 1})
		if err != nil || len(run.Traces) != 5 {
			t.Fatalf("%+v (%v)", run, err)
		}
		for i, tr := range run.Traces {
			if tr.Outcome != OK || !tr.HasFlag(FlagHeld) || tr.Start > int64(i)*30_000 {
				t.Errorf("request %d: %s %v, started at %d", i, tr.Outcome, tr.Flags, tr.Start)
			}
		}
	})
}

// TestNoRetry: a server that drops every connection gets each request once.
func TestNoRetry(t *testing.T) {
	srv, err := fake.Start(fake.Options{Script: func(i int64) fake.Script {
		if i%2 == 0 {
			return good() // leaves a connection to be used again
		}
		return fake.Script{fake.Reset()}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := newClient(t, ClientOptions{BaseURL: srv.URL()})
	defer c.Close()
	clock := NewClock(time.Now())
	for i := range 10 {
		want := OK
		if i%2 == 1 {
			want = Truncated
		}
		if got := c.Do(context.Background(), ask(0), -1, clock); got.Outcome != want {
			t.Errorf("request %d: %s (%s), expected %s", i, got.Outcome, got.Detail, want)
		}
	}
	if n := srv.Requests(); n != 10 {
		t.Errorf("the server got %d requests of 10", n)
	}
}

func TestSchedule(t *testing.T) {
	src := func() *stats.Source { return stats.NewSource(Method, "schedule", 0, 1) }
	a, err := Arrivals{RatePerS: 4, N: 20_000}.Schedule(src())
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Arrivals{Process: "poisson", RatePerS: 4, N: 20_000}.Schedule(src())
	if !slices.Equal(a, b) || !slices.IsSorted(a) || len(a) != 20_000 {
		t.Error("the schedule is not the same twice, or not in order")
	}
	// The first instants, worked out apart from this code (G11, G5).
	if want := []int64{200_044, 276_784, 408_137, 483_068, 706_288}; !slices.Equal(a[:len(want)], want) {
		t.Errorf("the schedule begins with %v, expected %v", a[:5], want)
	}
	if rate := 20_000 / (float64(a[len(a)-1]) / 1e6); rate < 3.9 || rate > 4.1 {
		t.Errorf("the realised rate is %v", rate)
	}
	var squares, mean float64
	for i := 1; i < len(a); i++ {
		g := float64(a[i] - a[i-1])
		mean += g / float64(len(a)-1)
		squares += g * g / float64(len(a)-1)
	}
	if cv := math.Sqrt(squares-mean*mean) / mean; cv < 0.97 || cv > 1.03 {
		t.Errorf("gaps vary by %v of their mean: not exponential", cv)
	}
	constant, err := Arrivals{Process: "constant", RatePerS: 3, Duration: 2 * time.Second}.Schedule(nil)
	if err != nil || !slices.Equal(constant, []int64{333_333, 666_666, 1_000_000, 1_333_333, 1_666_666}) {
		t.Errorf("constant: %v (%v)", constant, err)
	}
	for _, bad := range []Arrivals{{}, {RatePerS: 1}, {RatePerS: -1, N: 1}, {RatePerS: math.NaN(), N: 1}, {RatePerS: math.Inf(1), N: 1}, {RatePerS: 1, N: -1}, {RatePerS: 1, N: 1, Process: "gamma"}, {RatePerS: 1e6, Duration: time.Hour}} {
		if _, err := bad.Schedule(src()); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

// TestLn holds our logarithm to the library's, which is right to the last bit
// or next to it.
func TestLn(t *testing.T) {
	s := stats.NewSource("m", "text", 0, 0)
	for i := range 200_000 {
		x := 1 - s.Float64()
		if i%2 == 1 {
			x = math.Ldexp(x, -int(s.Below(53)))
		}
		if got, want := ln(x), math.Log(x); math.Abs(got-want) > 4e-16*math.Max(math.Abs(want), 1e-3) && math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Fatalf("ln(%v) is %v, expected %v", x, got, want)
		}
	}
	if ln(1) != 0 {
		t.Errorf("ln(1) is %v", ln(1))
	}
}

// TestCalibrate: on a fake clock the client adds nothing, and says so.
func TestCalibrate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := Calibrate(context.Background(), NewClock(time.Now()), CalibrateOptions{Streams: 8, Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		if got.TTFTBiasP50 != 0 || got.TTFTBiasP99 != 0 || got.GapErrorP99 != 0 || got.Failed != 0 || len(got.Traces) < 8*9 {
			t.Errorf("%d traces: %+v", len(got.Traces), got)
		}
	})
	if _, err := Calibrate(context.Background(), NewClock(time.Now()), CalibrateOptions{}); err == nil {
		t.Error("no streams were accepted")
	}
}

func TestCalibrateOverSockets(t *testing.T) {
	got, err := Calibrate(context.Background(), NewClock(time.Now()), CalibrateOptions{Streams: 4, Duration: 300 * ms})
	if err != nil {
		t.Fatal(err)
	}
	if got.ChunksPerS <= 0 || len(got.Traces) < 4 || got.Failed > 0 {
		t.Errorf("%+v", got)
	}
	t.Logf("TTFT bias %d us (p99 %d), gap error %d us, %.0f chunks/s", got.TTFTBiasP50, got.TTFTBiasP99, got.GapErrorP99, got.ChunksPerS)
}

func TestCalibrationStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, fmt.Errorf("enough"))
		defer cancel()
		if _, err := Calibrate(ctx, NewClock(time.Now()), CalibrateOptions{Streams: 2, Memory: true}); err == nil {
			t.Error("a stopped calibration gave a result")
		}
	})
}

// TestMemoryOfManyStreams: 1,024 streams in the middle of lines of 64 kB cost a
// bounded amount each, the server's side and all buffers of the connection
// included.
func TestMemoryOfManyStreams(t *testing.T) {
	const streams, most = 1024, 400 << 10
	line := content(strings.Repeat("energy ", 64<<10/7))
	script := fake.Stream(fake.Split(16<<10),
		fake.Events(line, line), fake.Send("data: "+line[:60<<10]), fake.Sleep(time.Second),
		fake.Send(line[60<<10:]+"\n\n"), fake.Events(finish("stop"), usage(5, 3), done))
	inMemory(t, fake.Options{Script: func(int64) fake.Script { return script }}, func(t *testing.T, _ *fake.Server, c *Client, clock Clock) {
		heap := func() int64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		before, during := heap(), int64(0)
		time.AfterFunc(500*ms, func() { during = heap() })
		run, err := RunClosed(context.Background(), c, ClosedOptions{RunOptions: RunOptions{Clock: clock}, Concurrency: streams, Next: count(streams)})
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range run.Traces {
			if tr.Outcome != OK || tr.Events != 3 || tr.Last-tr.Start != 1_000_000 {
				t.Fatalf("%+v", tr)
			}
		}
		each := (during - before) / streams
		t.Logf("%d bytes a stream", each)
		if each > most {
			t.Errorf("%d bytes a stream, expected at most %d", each, most)
		}
	})
}

// TestTokenizerHoldsNobodyUp: a tokenizer that takes long counts beside the
// worker's next request, which starts at once.
func TestTokenizerHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := fake.StartMemory(fake.Options{FirstToken: 100 * ms, Gap: 10 * ms, MinLength: 11, Lacks: []string{fake.IncludeUsage}})
		defer srv.Close()
		c := newClient(t, ClientOptions{BaseURL: srv.URL(), Dial: srv.Dial, TokenSource: SourceTokenizer, Count: func(context.Context, string) (int64, error) {
			time.Sleep(3 * time.Second)
			return 11, nil
		}})
		defer c.Close()
		run, err := RunClosed(context.Background(), c, ClosedOptions{RunOptions: RunOptions{Clock: NewClock(time.Now())}, Concurrency: 1, Next: count(4)})
		if err != nil || len(run.Traces) != 4 {
			t.Fatalf("%d traces (%v)", len(run.Traces), err)
		}
		for i, tr := range run.Traces {
			if tr.Outcome != OK || tr.Nc != 11 || tr.TokenSource != SourceTokenizer || tr.Start != int64(i)*200_000 {
				t.Errorf("request %d: %s, %d tokens, started at %d us, expected %d", i, tr.Outcome, tr.Nc, tr.Start, i*200_000)
			}
		}
	})
}

// The client's own error (G14), measured before each job against a server of
// known timing in this process.

package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/stats"
)

// What the calibration's server does, the truth that its records are held
// against: 50 ms to the first token, then one event each 20 ms.
const (
	CalibrationFirst  = 50 * time.Millisecond
	CalibrationGap    = 20 * time.Millisecond
	calibrationTokens = 26
	floodTokens       = 20_000
	floodStreams      = 16
)

// CalibrateOptions say how.
type CalibrateOptions struct {
	Streams  int           // the job's concurrency
	Duration time.Duration // of the exact streams; 5 s if 0
	// Memory connects without sockets, for tests on a fake clock.
	Memory bool
}

// A Calibration is what the client adds to what it measures. Sharing the cores
// with the server makes each an upper bound. It is reported, never subtracted.
type Calibration struct {
	Streams     int
	TTFTBiasP50 int64 // microseconds, by nearest rank (S1); may be below 0
	TTFTBiasP99 int64
	GapErrorP99 int64   // microseconds, of absolute differences
	ChunksPerS  float64 // of the flood; 0 if it took no time that can be measured
	Traces      []Trace // of the exact streams that succeeded
	Failed      int64
}

// Calibrate runs as many streams of exact timing as the job will, then floods
// the client. The error says that it could not be done or that nothing of it
// succeeded.
func Calibrate(ctx context.Context, clock Clock, opt CalibrateOptions) (Calibration, error) {
	if opt.Streams < 1 {
		return Calibration{}, fmt.Errorf("calibration with %d streams: expected 1 or more", opt.Streams)
	}
	if opt.Duration <= 0 {
		opt.Duration = 5 * time.Second
	}
	out := Calibration{Streams: opt.Streams}
	exact, err := calibrationRun(ctx, clock, opt, fakeserver.Options{FirstToken: CalibrationFirst, Gap: CalibrationGap, MinLength: calibrationTokens})
	if err != nil {
		return out, err
	}
	out.judge(exact.Traces, CalibrationFirst.Microseconds(), CalibrationGap.Microseconds())
	if ctx.Err() != nil {
		return out, fmt.Errorf("the calibration was stopped: %w", context.Cause(ctx))
	}
	if len(out.Traces) == 0 {
		return out, errors.New("the calibration got no answer from its own server: is the limit of open files below twice the concurrency?")
	}
	flood := opt
	flood.Streams, flood.Duration = min(opt.Streams, floodStreams), 0
	run, err := calibrationRun(ctx, clock, flood, fakeserver.Options{MinLength: floodTokens})
	if err != nil {
		return out, err
	}
	var chunks, first, last int64 = 0, -1, -1
	for _, t := range run.Traces {
		chunks += t.Events
		if first < 0 || t.Start < first {
			first = t.Start
		}
		last = max(last, t.End)
	}
	if last > first {
		out.ChunksPerS = float64(chunks) * 1e6 / float64(last-first)
	}
	return out, nil
}

// calibrationRun starts a server and keeps its streams busy for the duration;
// with none, each stream is used once.
func calibrationRun(ctx context.Context, clock Clock, opt CalibrateOptions, server fakeserver.Options) (Run, error) {
	var srv *fakeserver.Server
	conf := ClientOptions{Connections: opt.Streams}
	if opt.Memory {
		srv = fakeserver.StartMemory(server)
		conf.Dial = srv.Dial
	} else {
		var err error
		if srv, err = fakeserver.Start(server); err != nil {
			return Run{}, err
		}
	}
	defer srv.Close()
	conf.BaseURL = srv.URL()
	c, err := NewClient(conf)
	if err != nil {
		return Run{}, err
	}
	defer c.Close()
	path, body, err := Params{Model: "fake-model", Messages: []Message{{Role: "user", Content: "calibrate"}}}.Encode()
	if err != nil {
		return Run{}, err
	}
	one := server.FirstToken + time.Duration(server.MinLength)*server.Gap
	end := clock.Now() + (one + opt.Duration).Microseconds()
	return RunClosed(ctx, c, ClosedOptions{
		RunOptions: RunOptions{Clock: clock}, Concurrency: opt.Streams, Ramp: one,
		Next: func(i int64) (Request, bool) {
			more := i < int64(opt.Streams) || opt.Duration > 0 && clock.Now() < end
			return Request{Index: i, Path: path, Body: body}, more
		},
	})
}

// judge compares traces with the true times.
func (c *Calibration) judge(traces []Trace, first, gap int64) {
	var ttft, gaps []int64
	for _, t := range traces {
		switch {
		case t.Outcome == OK:
		case t.Outcome == Cancelled:
			continue
		default:
			c.Failed++
			continue
		}
		c.Traces = append(c.Traces, t)
		ttft = append(ttft, t.First-t.Start-first)
		for _, g := range t.Gaps {
			gaps = append(gaps, max(g-gap, gap-g))
		}
	}
	if len(ttft) == 0 {
		return
	}
	slices.Sort(ttft)
	slices.Sort(gaps)
	c.TTFTBiasP50, c.TTFTBiasP99 = stats.NearestRank(ttft, 50, 100), stats.NearestRank(ttft, 99, 100)
	if len(gaps) > 0 {
		c.GapErrorP99 = stats.NearestRank(gaps, 99, 100)
	}
}

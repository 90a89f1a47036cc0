package measure

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
)

// TestOpenLoop is a whole ranked measurement at a rate, on a fake clock.
func TestOpenLoop(t *testing.T) {
	t.Parallel()
	tr := openTrial(t)
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Class != result.ClassRanked || r.Workload.Load.Mode != result.LoadOpen || len(r.Window) != 3 {
		t.Errorf("class %s, mode %s, %d windows: %s", r.Class, r.Workload.Load.Mode, len(r.Window), said(out))
	}
	for i, w := range r.Window {
		settled := time.Duration(w.StartUs-w.WholeRun.StartUs) * time.Microsecond
		if w.Rule != result.WindowOpen || settled < openSettle || settled > openSettle+3*time.Second {
			t.Errorf("window %d by rule %s begins %v after the run, want soon after %v", i, w.Rule, settled, openSettle)
		}
		if d := w.Devices[0]; d.EnergyMJ-300*(w.EndUs-w.StartUs)/1000 > 1 || d.EnergyMJ < 300*(w.EndUs-w.StartUs)/1000 {
			t.Errorf("window %d of %d us holds %d mJ of a board of 300 W", i, w.EndUs-w.StartUs, d.EnergyMJ)
		}
	}
	// What was planned beforehand is what came.
	p := tr.plan(t)
	planned, err := p.openWindow(openSettle)
	if err != nil {
		t.Fatal(err)
	}
	shortest := int64(math.MaxInt64)
	for _, w := range r.Window {
		shortest = min(shortest, w.EndUs-w.StartUs)
	}
	if planned.Microseconds() != shortest {
		t.Errorf("planned a window of %v, had %d us", planned, shortest)
	}
	if d := r.Distributions["ttft_ms"]; *d.P50 != 150 {
		t.Errorf("TTFT %v ms, want 150", *d.P50)
	}
}

func openTrial(t *testing.T) *trial {
	tr := newTrial(t, "http://127.0.0.1:1/v1")
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
	tr.opt.Concurrency, tr.opt.Requests, tr.opt.Rate, tr.opt.Duration = nil, 0, []float64{5}, 100*time.Second
	tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.Repeats = "fixed:40/20", 0, 3
	tr.mutate = func(p *Plan) { p.Timing = fullTiming() }
	return tr
}

// TestNoOpenWindow: a schedule without a window is refused before anything is
// sent, and where only the warm-up tells, before the run.
func TestNoOpenWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change    func(*Options)
		say, hint string
	}{
		"too short": {func(o *Options) { o.Duration = 20 * time.Second }, "20s at 5 requests/s leave it empty", "--duration 40s"},
		"too few":   {func(o *Options) { o.Duration, o.Requests = 0, 60 }, "60 requests at 5 requests/s leave it empty", "--requests 200"},
		"a trial":   {func(o *Options) { o.Duration, o.Limit = 0, 60 }, "60 requests at 5 requests/s leave it empty", "--limit 200"},
		"no energy": {func(o *Options) { o.Duration = 33 * time.Second }, "energy needs 5s", "--duration 40s"},
		"too many":  {func(o *Options) { o.Duration, o.Rate = 24*time.Hour, []float64{90_000} }, "more requests than a schedule can hold", "lower --rate"},
		"all right": {func(o *Options) { o.Duration, o.NoEnergy = 34*time.Second, true }, "", ""},
		"long":      {func(o *Options) { o.Duration = 40 * time.Second }, "", ""},
	} {
		tr := openTrial(t)
		c.change(&tr.opt)
		_, err := Plans(tr.opt, nil)
		if c.say == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(hintOf(err), c.hint) {
			t.Errorf("%s: %v (%s), want %q (%q)", name, err, hintOf(err), c.say, c.hint)
		}
	}

	// Answers of 41.9 s put the window after 83.8 s.
	tr := openTrial(t)
	tr.opt.Rate, tr.opt.Duration = []float64{0.5}, 80*time.Second
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: 40 * time.Second, Gap: 100 * time.Millisecond}, nil)
	var f *Failure
	if !errors.As(err, &f) || !strings.Contains(err.Error(), "begins 1m24s after") || !strings.Contains(f.Hint, "--duration 1m34s") {
		t.Errorf("%v (%s)", err, hintOf(err))
	}
	if _, samples := kept(t, out); len(samples.Header.Runs) != 0 {
		t.Error("a run was begun that could not have a window")
	}
}

// TestDataRunOut: what the data cannot fill is refused before the server is
// asked, or said before the run where only the warm-up tells.
func TestDataRunOut(t *testing.T) {
	t.Parallel()
	tr := openTrial(t)
	tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.NoEnergy = prompts4(t, 200), 16, true
	out, err := tr.run(t, t.Context())
	if out != nil || err == nil || !strings.Contains(err.Error(), "requests, the data set 66 prompts a run") || !strings.Contains(hintOf(err), "--rate") {
		t.Errorf("%v (%s)", err, hintOf(err))
	}

	tr = newTrial(t, "")
	tr.opt.Requests, tr.opt.Duration = 0, time.Minute
	out, err = tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}, nil)
	if told := strings.Join(tr.lines, "\n"); !strings.Contains(told, "the 200 prompts of a run last for about 2") {
		t.Errorf("told %q", told)
	}
	if err != nil || out.Result.Window[0].EndUs-out.Result.Window[0].StartUs > 30_000_000 {
		t.Errorf("%v, window %+v", err, out.Result.Window)
	}
}

// TestShortWindow is told before the run.
func TestShortWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		requests int64
		limit    int64
		say      string
	}{
		"no energy":  {16, 0, "energy needs 5s"},
		"a trial":    {0, 16, "energy needs 5s"},
		"not ranked": {60, 0, "a ranked result needs 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, "")
			tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
			tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Limit, tr.opt.Concurrency = "fixed:40/40", 0, c.requests, c.limit, []int64{4}
			tr.mutate = func(p *Plan) { p.Timing.Idle = 2 * time.Second }
			told := ""
			tr.onWord = func(phase string, _ int) {
				if phase == PhaseRun {
					told = strings.Join(tr.lines, "\n")
				}
			}
			out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}, nil)
			if !strings.Contains(told, c.say) {
				t.Errorf("told before the run: %q, want %q", told, c.say)
			}
			if c.limit > 0 && (err != nil || good(t, tr, out).Class != result.ClassPerformance) {
				t.Errorf("a trial that is too short for energy: %v, %s", err, said(out))
			}
		})
	}
}

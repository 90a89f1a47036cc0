// Sending the load: the warm-up, and the measured runs with what lies between
// them.

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// giveUp is how many failures in a row end a warm-up or a run: a server that has
// died would otherwise be asked thousands of times in a second.
const giveUp = 50

// failing counts failures in a row and closes stop when there are too many.
type failing struct {
	most  int64
	row   atomic.Int64
	last  atomic.Pointer[string]
	stop  chan struct{}
	ended atomic.Bool
}

func newFailing(b int64) *failing {
	return &failing{most: max(giveUp, 2*b), stop: make(chan struct{})}
}

func (f *failing) see(t load.Trace) {
	if !t.Failed() {
		f.row.Store(0)
		return
	}
	why := t.Outcome
	if t.Detail != "" {
		why += " (" + t.Detail + ")"
	}
	f.last.Store(&why)
	if f.row.Add(1) >= f.most && f.ended.CompareAndSwap(false, true) {
		close(f.stop)
	}
}

func (f *failing) why() string {
	return fmt.Sprintf("%d requests in a row failed: %s", f.row.Load(), *f.last.Load())
}

// warmup is G8, with the counter's update period found beside it (E6).
func (j *job) warmup(ctx context.Context) error {
	b := j.plan.Concurrency()
	t := j.plan.Timing
	least := t.WarmCount
	if least == 0 {
		least = max(2*b, 20)
	} else {
		least = max(least, b)
	}
	prog := &load.Progress{}
	j.enter(PhaseWarmup, 0, least, prog)
	updates := make(chan error, 1)
	go func() {
		if j.sampler == nil || !t.Watch {
			updates <- nil
			return
		}
		var err error
		j.updates, err = energy.UpdatePeriods(ctx, j.source, j.devs, j.clock)
		updates <- err
	}()
	fail := newFailing(b)
	start := j.clock.Now()
	var bad error
	next := func(i int64) (load.Request, bool) {
		if i >= least && j.clock.Now()-start >= t.Warm.Microseconds() {
			return load.Request{}, false
		}
		req, ok, err := j.prompt.request(0, i)
		if err != nil {
			bad = err
			return load.Request{}, false
		}
		return req, ok
	}
	opt := load.RunOptions{Clock: j.clock, Progress: prog, Stop: fail.stop, Observe: func(t load.Trace) { j.live.observe(t); fail.see(t) }}
	var run load.Run
	var err error
	if j.plan.Open() {
		run, err = j.openWarm(ctx, opt, least, next)
	} else {
		run, err = load.RunClosed(ctx, j.client, load.ClosedOptions{RunOptions: opt, Next: next, Concurrency: int(b)})
	}
	if e := <-updates; e != nil && ctx.Err() == nil {
		err = errors.Join(err, e)
	}
	j.warm, j.warmSpan = run.Traces, run.End-run.Start
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil || bad != nil:
		return errors.Join(err, bad)
	case fail.ended.Load():
		return &Failure{Err: fmt.Errorf("warm-up: %s", fail.why()), Hint: "ask the server by hand; measure again when it answers"}
	case j.warmSuccesses() == 0:
		why := "no request was sent"
		if w := fail.last.Load(); w != nil {
			why = *w
		}
		return &Failure{Err: fmt.Errorf("warm-up: none of %d requests succeeded: %s", len(j.warm), why), Hint: "ask the server by hand; measure again when it answers"}
	}
	j.growTree()
	j.adopt()
	j.settleRamp()
	j.settleCount()
	return j.foresee()
}

// openWarm warms up at the rate that will be measured.
func (j *job) openWarm(ctx context.Context, opt load.RunOptions, least int64, next func(int64) (load.Request, bool)) (load.Run, error) {
	rate := *j.plan.Load.RatePerS
	n := max(least, int64(math.Ceil(rate*j.plan.Timing.Warm.Seconds())))
	a := load.Arrivals{Process: j.plan.Load.Arrivals, RatePerS: rate, N: int(n)}
	schedule, err := a.Schedule(stats.NewSource(load.Method, "schedule", j.plan.Opt.Seed, 0))
	if err != nil {
		return load.Run{}, err
	}
	reqs := make([]load.Request, n)
	for i := range reqs {
		reqs[i], _, err = j.prompt.request(0, int64(i))
		if err != nil {
			return load.Run{}, err
		}
	}
	return load.RunOpen(ctx, j.client, load.OpenOptions{RunOptions: opt, Schedule: schedule, Requests: func(i int64) load.Request { return reqs[i] }})
}

func (j *job) warmSuccesses() (n int64) {
	for i := range j.warm {
		if j.warm[i].Outcome == load.OK {
			n++
		}
	}
	return n
}

// warmMedian is the median end-to-end time of the warm-up.
func (j *job) warmMedian() time.Duration {
	var e2e []int64
	for i := range j.warm {
		if t := &j.warm[i]; t.Outcome == load.OK && t.Last >= 0 {
			e2e = append(e2e, t.Last-t.Start)
		}
	}
	slices.Sort(e2e)
	return time.Duration(stats.NearestRank(e2e, 1, 2)) * time.Microsecond
}

// settleRamp spreads the first starts over the warm-up's median (G4).
func (j *job) settleRamp() {
	if j.plan.Open() {
		return
	}
	ramp := j.warmMedian()
	if j.plan.Opt.Ramp != nil {
		ramp = *j.plan.Opt.Ramp
	}
	if j.plan.Concurrency() == 1 {
		ramp = 0
	}
	s := ramp.Seconds()
	j.plan.Load.RampS = &s
}

// settleCount fixes the number of requests of every run: what was asked for, all
// of the data, or as many as fill the window (W6).
func (j *job) settleCount() {
	pl := j.plan
	b := pl.Concurrency()
	avail := j.prompt.available()
	switch {
	case pl.Opt.Duration > 0 && !pl.Fixed:
		return
	case pl.Fixed:
		j.requests = pl.Requests
	case pl.Work.Kind == WorkShareGPT:
		j.requests = max(shareRequests, 10*b)
	case pl.Work.Kind == WorkFixed:
		j.requests = max(10*b, 200)
	default:
		j.requests = avail
	}
	if aim := pl.Timing.Aim; aim > 0 && !pl.Fixed && j.warmSpan > 0 {
		rate := float64(j.warmSuccesses()) * 1e6 / float64(j.warmSpan)
		j.requests = max(j.requests, int64(math.Ceil(rate*aim.Seconds()))+2*b)
	}
	if avail > 0 && j.requests > avail && !pl.Opt.AllowRepeat {
		j.requests = avail // the data bound what the rate would ask for
	}
}

// measureRuns is run 1, then cooldown and run, as often as asked.
func (j *job) measureRuns(ctx context.Context) error {
	startTemp := j.temperatures()
	for r := 1; r <= j.plan.Opt.Repeats; r++ {
		if r > 1 {
			if err := j.between(ctx, r, startTemp); err != nil {
				return err
			}
		}
		if err := j.measureRun(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// temperatures are the newest of each device of G, nil without.
func (j *job) temperatures() map[int]int64 {
	if j.sampler == nil {
		return nil
	}
	out := map[int]int64{}
	_, slow, _ := j.sampler.Latest()
	for _, s := range slow {
		if s.State.TempC != nil {
			out[s.Dev] = *s.State.TempC
		}
	}
	return out
}

// between is G9, and the isolation of G10.
func (j *job) between(ctx context.Context, run int, start map[int]int64) error {
	j.enter(PhaseCooldown, run, 0, nil)
	t := j.plan.Timing
	if err := sleep(ctx, t.Cool); err != nil {
		return err
	}
	until := time.Now().Add(t.CoolMost - t.Cool)
	for time.Now().Before(until) {
		warm := false
		for dev, now := range j.temperatures() {
			if was, ok := start[dev]; ok && now > was+3 {
				warm = true
			}
		}
		if !warm {
			break
		}
		if err := sleep(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	switch j.plan.Opt.Isolation {
	case IsolationReset:
		return j.resetCache(ctx)
	case IsolationRestart:
		return j.restart(ctx)
	}
	return nil
}

// resetCache empties the server's prefix cache by the endpoint that it has.
func (j *job) resetCache(ctx context.Context) error {
	var last string
	for _, path := range []string{"/reset_prefix_cache", "/flush_cache"} {
		rep, err := j.client.Post(ctx, path, nil, true)
		if err == nil && rep.Status/100 == 2 {
			return nil
		}
		if last = path + ": "; err != nil {
			last += err.Error()
		} else {
			last += "HTTP " + strconv.Itoa(rep.Status)
		}
	}
	return &Failure{Err: fmt.Errorf("the server's prefix cache cannot be emptied: %s", last), Hint: "use --isolation disjoint, or restart with --serve-cmd"}
}

// restart starts the server again, on the same port, and lets it answer as many
// warm-up requests as run at once.
func (j *job) restart(ctx context.Context) error {
	j.stopChild(j.child)
	if err := j.startServer(ctx); err != nil {
		return err
	}
	j.facts.Pid = j.child.pid()
	j.growTree()
	n, b := int64(len(j.warm)), j.plan.Concurrency()
	run, err := load.RunClosed(ctx, j.client, load.ClosedOptions{
		RunOptions: load.RunOptions{Clock: j.clock}, Concurrency: int(b),
		Next: func(i int64) (load.Request, bool) {
			req, ok, err := j.prompt.request(0, n+i)
			return req, ok && err == nil && i < 2*b
		},
	})
	j.warm = append(j.warm, run.Traces...)
	j.growTree()
	j.adopt()
	return err
}

// measureRun drives one run to its last response.
func (j *job) measureRun(ctx context.Context, r int) error {
	pl := j.plan
	prog := &load.Progress{}
	j.enter(PhaseRun, r, j.requests, prog)
	j.estimate(r)
	fail := newFailing(pl.Concurrency())
	runCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if c := j.child; c != nil {
		watch := make(chan struct{})
		defer close(watch)
		go func() {
			select {
			case <-c.done:
				cancel(errServerDied)
			case <-watch:
			}
		}()
	}
	opt := load.RunOptions{Clock: j.clock, Progress: prog, Stop: fail.stop, Observe: func(t load.Trace) { j.live.observe(t); fail.see(t) }}
	var run load.Run
	var err error
	if pl.Open() {
		run, err = j.openRun(runCtx, r, opt)
	} else {
		run, err = j.closedRun(runCtx, r, opt)
	}
	one := oneRun{Run: run, head: result.SampleRun{
		Run: r, Rule: pl.Rule(), Start: run.Start, Stop: run.DispatchStop, Seed: pl.Opt.Seed, Config: j.config(),
	}}
	if run.Local > 0 {
		one.head.Ended = fmt.Sprintf("%d requests could not be sent: this machine ran out of descriptors, ports or memory (V21)", run.Local)
	}
	var fault error
	switch {
	case ctx.Err() != nil:
		one.head.Ended, fault = "interrupted", context.Cause(ctx)
	case j.child != nil && (errors.Is(context.Cause(runCtx), errServerDied) || failedAtEnd(run.Traces) && j.child.endedWithin(time.Second)):
		one.head.Ended = j.child.ended()
		fault = &Failure{Err: fmt.Errorf("run %d: %s; the end of its log:\n%s", r, j.child.ended(), j.child.tail()), Hint: "the whole log is " + j.child.log.Name()}
	case fail.ended.Load():
		one.head.Ended = fail.why()
		fault = &Failure{Err: fmt.Errorf("run %d ended early: %s", r, fail.why()), Hint: "is the server still alive?"}
	case err != nil:
		return err
	}
	j.runs = append(j.runs, one)
	if fault != nil {
		return fault
	}
	// Sampling goes on past the window's end (E7).
	if j.sampler != nil && r == pl.Opt.Repeats {
		return sleep(ctx, pl.Timing.Bracket)
	}
	return nil
}

// failedAtEnd says that the last request failed, as all do once a server is gone:
// faster than its end is noticed.
func failedAtEnd(ts []load.Trace) bool { return len(ts) > 0 && ts[len(ts)-1].Failed() }

var errServerDied = errors.New("the server ended")

// closedRun encodes what it can before the run begins and the rest on demand.
func (j *job) closedRun(ctx context.Context, r int, opt load.RunOptions) (load.Run, error) {
	pl := j.plan
	ready := make([]load.Request, 0, max(j.requests, 4*pl.Concurrency()))
	var bad error
	more := func(i int64) (load.Request, bool) {
		if j.requests > 0 && i >= j.requests {
			return load.Request{}, false
		}
		req, ok, err := j.prompt.request(r, i)
		if err != nil {
			bad = err
			return load.Request{}, false
		}
		return req, ok
	}
	for i := range int64(cap(ready)) {
		req, ok := more(i)
		if !ok {
			break
		}
		ready = append(ready, req)
	}
	if bad != nil {
		return load.Run{}, bad
	}
	next := func(i int64) (load.Request, bool) {
		if i < int64(len(ready)) {
			return ready[i], true
		}
		return more(i)
	}
	o := load.ClosedOptions{RunOptions: opt, Next: next, Concurrency: int(pl.Concurrency()), Duration: pl.Opt.Duration}
	if pl.Load.RampS != nil {
		o.Ramp = time.Duration(*pl.Load.RampS * float64(time.Second))
	}
	run, err := load.RunClosed(ctx, j.client, o)
	return run, errors.Join(err, bad)
}

// openRun computes the schedule and every request before it sends the first (G5).
func (j *job) openRun(ctx context.Context, r int, opt load.RunOptions) (load.Run, error) {
	pl := j.plan
	schedule, err := pl.schedule(r)
	if err != nil {
		return load.Run{}, err
	}
	reqs := make([]load.Request, 0, len(schedule))
	for i := range schedule {
		req, ok, err := j.prompt.request(r, int64(i))
		if err != nil {
			return load.Run{}, err
		}
		if !ok { // enoughData has looked
			return load.Run{}, fmt.Errorf("the schedule has %d requests, the data set %d prompts a run", len(schedule), i)
		}
		reqs = append(reqs, req)
	}
	return load.RunOpen(ctx, j.client, load.OpenOptions{RunOptions: opt, Schedule: schedule, Requests: func(i int64) load.Request { return reqs[i] }})
}

// config is the hash of all that must be equal between runs (V23).
func (j *job) config() string {
	data, err := json.Marshal(struct {
		Work     string
		Load     result.Load
		Sampling result.Sampling
		Caps     string
		API      string
		System   string
		Prefix   string
	}{j.plan.Work.String(), j.plan.Load, j.plan.Sampling, fmt.Sprintf("%+v", j.prompt.caps), j.plan.Opt.API, j.plan.System, j.plan.Opt.Prefix + "/" + j.plan.Opt.Isolation})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// estimate says how long the job will still take, from what the run has done.
func (j *job) estimate(r int) {
	pl := j.plan
	rest := pl.Opt.Repeats - r
	n := j.requests
	took := time.Duration(0)
	if len(j.runs) > 0 {
		last := j.runs[len(j.runs)-1]
		took = time.Duration(last.End-last.Start) * time.Microsecond
	}
	idle := time.Duration(0)
	if j.sampler != nil {
		idle = pl.Timing.Settle + pl.Timing.Idle
	}
	j.live.mu.Lock()
	defer j.live.mu.Unlock()
	j.live.left = func(done int64, elapsed time.Duration) (time.Duration, bool) {
		one := took
		switch {
		case one > 0:
		case pl.Opt.Duration > 0:
			one = pl.Opt.Duration
		case n > 0 && done > 0:
			one = time.Duration(float64(elapsed) * float64(n) / float64(done))
		default:
			return 0, false
		}
		return max(0, one-elapsed) + time.Duration(rest)*(one+pl.Timing.Cool) + idle, true
	}
}

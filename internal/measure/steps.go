// The steps of a job, one function each: what is asked of the server, the
// client's own error, the meter, the baselines, the warm-up, the runs.

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// ask probes the server (G3), finds out who it is, and says what a result needs
// that nobody stated, before any load is sent.
func (j *job) ask(ctx context.Context) error {
	o := &j.plan.Opt
	j.enter(PhaseProbe, 0, 0, nil)
	askServer(ctx, j.client, &j.facts)
	if names := j.facts.Served; len(names) > 0 && !slices.Contains(names, o.Served) {
		return &Failure{
			Err:  fmt.Errorf("the server does not serve %q: it lists %s", o.Served, strings.Join(names[:min(len(names), 8)], ", ")),
			Hint: "name one of them with --served-model; --model stays the hub id",
		}
	}
	j.findServer()
	ref := askCommand(j.facts.Command, &j.facts)
	if j.plan.Kind == result.KindDevice {
		askCache(hubCache(j.env.Lookup), o.Model, firstNonEmpty(o.Revision, ref), &j.facts)
	}
	if err := j.state(); err != nil {
		return err
	}
	var err error
	if j.probe, err = load.ProbeServer(ctx, j.client, j.clock, load.ProbeOptions{Model: o.Served, Completions: o.API == APICompletions}); err != nil {
		return &Failure{Err: err, Hint: "ask the server by hand with curl; --api completions is for models without a chat template"}
	}
	if j.facts.Version == "" {
		j.facts.Version = j.probe.Version
	}
	j.fillVersion()
	if missing := j.missing(); len(missing) > 0 && j.plan.Draft == "" {
		var flags, words []string
		for _, m := range missing {
			words = append(words, m.what)
			flags = append(flags, m.flag)
		}
		return &Failure{
			Err:  fmt.Errorf("a result needs what could not be found out: %s", strings.Join(words, ", ")),
			Hint: "state it with " + strings.Join(flags, " "),
		}
	}
	if err := j.outputLengths(); err != nil {
		return err
	}
	if err := j.makePrompts(ctx); err != nil {
		return err
	}
	return j.roundTrip(ctx)
}

// findServer looks for the process of the server on this machine and for the
// command that started it.
func (j *job) findServer() {
	o := &j.plan.Opt
	switch {
	case o.Demo:
		j.facts.Pid = os.Getpid()
		j.facts.Command = "jouleboard measure --demo"
	case j.child != nil:
		j.facts.Pid = j.child.pid()
		j.facts.Command = maskSecrets(expand(o.ServeCmd, o.Model, o.Port))
	default:
		u, err := url.Parse(j.url)
		if err != nil || !isLocal(u) {
			break
		}
		port, _ := strconv.Atoi(u.Port())
		if port == 0 {
			port = map[string]int{"http": 80, "https": 443}[u.Scheme]
		}
		var command string
		j.facts.Pid, command = listener(j.env.Proc, port)
		j.facts.Command = maskSecrets(command)
	}
	if o.LaunchCommand != "" {
		j.facts.Command = maskSecrets(o.LaunchCommand)
	}
}

// state lets what a person stated win over what was found, and refuses where the
// two contradict each other.
func (j *job) state() error {
	o, f := &j.plan.Opt, &j.facts
	if o.Revision != "" && f.Revision != "" && !strings.HasPrefix(f.Revision, o.Revision) && !strings.HasPrefix(o.Revision, f.Revision) {
		return &Failure{Err: fmt.Errorf("--revision %s, but the server has %s", o.Revision, f.Revision), Hint: "leave --revision out, or start the server with that revision"}
	}
	if f.RandomWeights {
		if o.Weights == "released" {
			return &Failure{Err: errors.New("--weights released, but the server was started with random weights (dummy)"), Hint: "leave --weights out"}
		}
		o.Weights = "random"
	}
	if o.Weights == "" {
		o.Weights = "released"
	}
	f.Revision = firstNonEmpty(f.Revision, o.Revision)
	f.Precision = firstNonEmpty(o.Precision, f.Precision)
	f.Quant = firstNonEmpty(o.Quantization, f.Quant)
	f.Engine = firstNonEmpty(o.Engine, f.Engine)
	if p, _ := parseParallelism(o.Parallelism); p != nil {
		f.Parallel = p
	}
	return nil
}

func (j *job) fillVersion() {
	o, f := &j.plan.Opt, &j.facts
	f.Version = firstNonEmpty(o.EngineVersion, f.Version)
}

// absent is one fact that a result needs, with the flag that states it.
type absent struct{ what, flag string }

// missing lists the facts that section 9 requires and nobody gave.
func (j *job) missing() (out []absent) {
	if j.plan.Kind != result.KindDevice {
		return nil
	}
	f, o := &j.facts, &j.plan.Opt
	for _, m := range []struct {
		have bool
		absent
	}{
		{f.Revision != "", absent{"the model's revision", "--revision COMMIT"}},
		{f.Precision != "", absent{"its precision", "--precision bfloat16"}},
		{f.Quant != "", absent{"its quantisation", "--quantization none"}},
		{f.Engine != "", absent{"the engine", "--engine NAME"}},
		{f.Version != "", absent{"the engine's version", "--engine-version VERSION"}},
		{f.Command != "", absent{"the command that started it", "--launch-command 'COMMAND'"}},
		{o.Hardware != "" || len(j.cands) > 0, absent{"the accelerator", "--hardware NAME"}},
		{o.GPUs > 0 || len(j.cands) > 0, absent{"how many accelerators", "--gpus N"}},
		{j.host.MemoryBytes > 0, absent{"the host's memory (this system does not tell)", "--no-energy on Linux or macOS"}},
		{f.Parallel != nil || o.GPUs == 1 || len(j.cands) == 1, absent{"how the model is spread over accelerators", "--parallelism tensor=N"}},
	} {
		if !m.have {
			out = append(out, m.absent)
		}
	}
	return out
}

// outputLengths refuses a fixed length that the server cannot be held to.
func (j *job) outputLengths() error {
	lacks := func(feature string) bool {
		a := j.probe.Answers[feature]
		return a == load.No || a == load.Ignored
	}
	if j.plan.Work.FixedLength() && j.plan.Kind == result.KindDevice && lacks(load.FeatureIgnoreEOS) && lacks(load.FeatureMinTokens) {
		return &Failure{
			Err:  fmt.Errorf("the workload %s fixes the length of answers, but this server takes neither ignore_eos nor min_tokens (V11)", j.plan.Work),
			Hint: "use prompts with a natural end: --dataset prompts.jsonl",
		}
	}
	return nil
}

// makePrompts deals the prompts out, and finds how many words are the tokens
// asked for.
func (j *job) makePrompts(ctx context.Context) error {
	var err error
	base := j.probe.Params()
	usable := func(feature string) bool {
		// "unknown" is a model that cannot show it; V11 sees whether it worked.
		a := j.probe.Answers[feature]
		return a == load.Yes || a == load.Unknown
	}
	c := caps{
		maxField: base.MaxField, noStreamOptions: base.NoStreamOptions, continuous: base.ContinuousUsage,
		ignoreEOS: usable(load.FeatureIgnoreEOS), minTokens: usable(load.FeatureMinTokens), seed: j.probe.Has(load.FeatureSeed),
		penalty: j.takesPenalty(ctx),
	}
	if j.prompt, err = newPrompts(j.plan, j.data, c); err != nil {
		return err
	}
	if j.plan.Work.Kind != WorkFixed {
		return nil
	}
	if j.length, err = j.prompt.calibrate(ctx, j.client, j.clock); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &Failure{Err: fmt.Errorf("the length of prompts cannot be set: %w", err), Hint: "the server must report usage for a workload of fixed lengths"}
	}
	if !j.length.Exact {
		j.note("a word of the synthetic prompts is not one token of this model's tokenizer; lengths are set by proportion (%.3f tokens a word)", j.length.Slope)
	}
	return nil
}

// takesPenalty asks whether the server takes repetition_penalty, which some
// otherwise fill in from the model's own settings (G12).
func (j *job) takesPenalty(ctx context.Context) bool {
	if j.plan.Kind == result.KindEndpoint {
		return false // a hosted API answers unknown fields with an error, at a price
	}
	one := 1.0
	p := load.Params{Model: j.plan.Opt.Served, Max: 1, RepetitionPenalty: &one, MaxField: j.probe.Params().MaxField, NoStreamOptions: j.probe.Params().NoStreamOptions}
	if j.plan.Opt.API == APICompletions {
		p.Prompt = "Hello"
	} else {
		p.Messages = []load.Message{{Role: "user", Content: "Hello"}}
	}
	path, body, err := p.Encode()
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	t := j.client.Do(ctx, load.Request{Path: path, Body: body}, -1, j.clock)
	return t.Outcome == load.OK
}

func (j *job) roundTrip(ctx context.Context) error {
	u, err := url.Parse(j.url)
	if err != nil || isLocal(u) || j.plan.Opt.UnixSocket != "" {
		return nil
	}
	d, err := j.client.RTT(ctx, 20)
	if err != nil {
		return &Failure{Err: err}
	}
	ms := float64(d.Microseconds()) / 1000
	j.rtt = &ms
	return nil
}

// calibrateClient measures our own error (G14).
func (j *job) calibrateClient(ctx context.Context) error {
	j.enter(PhaseCalibration, 0, 0, nil)
	var err error
	j.cal, err = load.Calibrate(ctx, j.clock, load.CalibrateOptions{Streams: int(j.streams()), Duration: j.plan.Timing.Calibration})
	if err != nil {
		return &Failure{Err: fmt.Errorf("the client cannot keep %d requests in flight: %w", j.streams(), err), Hint: "raise the limit of open files (ulimit -n), or lower --concurrency; `jouleboard doctor` shows both"}
	}
	return nil
}

// streams is how many requests are under way at a time; an open loop has as many
// as the server makes of it, so a plain guess stands in for it.
func (j *job) streams() int64 {
	if j.plan.Open() {
		return min(256, max(1, int64(math.Ceil(*j.plan.Load.RatePerS))))
	}
	return j.plan.Load.Concurrency
}

// startSampler settles the set G (E10) and begins to sample.
func (j *job) startSampler(ctx context.Context) error {
	if !j.energyOn {
		return nil
	}
	if err := j.chooseDevices(); err != nil {
		return err
	}
	var err error
	j.sampler, err = energy.Start(context.WithoutCancel(ctx), j.source, j.devs, energy.Options{PeriodUS: j.plan.Opt.Period.Microseconds(), CPU: j.rapl}, j.clock)
	if err != nil {
		return &Machine{Err: err, Hint: "run `jouleboard doctor`"}
	}
	j.later(func() { j.sampler.Stop() })
	j.live.mu.Lock()
	j.live.sampler = j.sampler
	j.live.mu.Unlock()
	return nil
}

// chooseDevices takes every GPU that holds a process of the server. Where the
// processes cannot be told, it is those that CUDA would show, and their number
// must be the one that the server uses.
func (j *job) chooseDevices() error {
	j.growTree()
	j.pidsOK = true
	var held []energy.Device
	first := map[int]bool{}
	for _, d := range j.all {
		st, err := j.source.State(d.Index)
		if err != nil {
			continue
		}
		if v := energy.Visibility(st, j.env.Proc); v != energy.PidsResolved && v != energy.PidsNone {
			j.pidsOK = false
		}
		for _, p := range st.Procs {
			first[p.PID] = true
			if j.own[p.PID] {
				held = append(held, d)
				break
			}
		}
	}
	if len(held) > 0 {
		for _, d := range held {
			if err := energy.CheckWhole(d); err != nil {
				return &Machine{Err: err, Hint: "use --no-energy for a result without energy"}
			}
		}
		j.devs = held
		return nil
	}
	// Without the server's processes nobody can say that there are no others.
	j.pidsOK = false
	if j.facts.Pid == 0 {
		for pid := range first {
			j.own[pid] = true
		}
	}
	j.devs = j.cands
	used := j.plan.Opt.GPUs
	if p := j.facts.Parallel; p != nil && used == 0 {
		used = max(1, p.Tensor) * max(1, p.Pipeline) * max(1, p.Data)
	}
	if used > 0 && used != int64(len(j.devs)) {
		return &Failure{
			Err:  fmt.Errorf("the server uses %d GPUs, but %d are visible and its processes cannot be told", used, len(j.devs)),
			Hint: "set CUDA_VISIBLE_DEVICES for jouleboard to what the server has, or correct --gpus",
		}
	}
	return nil
}

// growTree adds the server's processes as they are now to those that are its own.
func (j *job) growTree() {
	if j.own == nil {
		j.own = map[int]bool{}
	}
	if j.facts.Pid == 0 {
		return
	}
	for pid := range energy.ProcessTree(j.env.Proc, j.facts.Pid) {
		j.own[pid] = true
	}
}

// baseline lets the loaded server rest and notes the span (E13).
func (j *job) baseline(ctx context.Context, settle time.Duration) error {
	if j.sampler == nil {
		return nil
	}
	j.enter(PhaseIdle, 0, 0, nil)
	if err := sleep(ctx, settle); err != nil {
		return err
	}
	from := j.clock.Now()
	if err := sleep(ctx, j.plan.Timing.Idle); err != nil {
		return err
	}
	j.idle = append(j.idle, result.SampleSpan{Start: from, End: j.clock.Now()})
	// One more tick, so that the end of the span is bracketed.
	return sleep(ctx, 300*time.Millisecond)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

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
	j.settleRamp()
	return j.settleCount()
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
func (j *job) settleCount() error {
	pl := j.plan
	b := pl.Concurrency()
	avail := j.prompt.available()
	switch {
	case pl.Opt.Duration > 0 && !pl.Fixed:
		return nil
	case pl.Fixed:
		j.requests = pl.Requests
	case pl.Work.Kind == WorkOffline:
		j.requests = offlineRequests
	case pl.Work.Kind == WorkShareGPT:
		j.requests = max(shareRequests, 10*b)
	case pl.Work.Kind == WorkFixed:
		j.requests = max(10*b, 200)
	default:
		j.requests = avail
	}
	if aim := pl.Timing.Aim; aim > 0 && !pl.Fixed && pl.Work.Kind != WorkOffline && j.warmSpan > 0 {
		rate := float64(j.warmSuccesses()) * 1e6 / float64(j.warmSpan)
		j.requests = max(j.requests, int64(math.Ceil(rate*aim.Seconds()))+2*b)
	}
	if avail > 0 && j.requests > avail && !pl.Opt.AllowRepeat {
		if pl.Work.Kind == WorkOffline {
			return &Failure{
				Err:  fmt.Errorf("%d runs of %d requests need more prompts than the %d of the data set (%d a run with isolation %s)", pl.Opt.Repeats, j.requests, len(j.data.Items), avail, pl.Opt.Isolation),
				Hint: "give fewer --repeats, another --isolation, or declare repeated prompts with --allow-repeat",
			}
		}
		j.requests = avail // the data bound what the rate would ask for
	}
	if !pl.Open() && pl.Work.Kind != WorkOffline && j.requests < 2*b+2 {
		return &Failure{
			Err:  fmt.Errorf("%d prompts a run have no steady-state window at concurrency %d; %d are needed (W1)", j.requests, b, 2*b+2),
			Hint: "give more prompts, fewer --repeats, another --isolation, or a lower --concurrency",
		}
	}
	return nil
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
	a := load.Arrivals{Process: pl.Load.Arrivals, RatePerS: *pl.Load.RatePerS, N: int(pl.Requests), Duration: pl.Opt.Duration}
	if pl.Fixed {
		a.Duration = 0
	}
	schedule, err := a.Schedule(stats.NewSource(load.Method, "schedule", pl.Opt.Seed, int64(r)))
	if err != nil {
		return load.Run{}, err
	}
	reqs := make([]load.Request, 0, len(schedule))
	for i := range schedule {
		req, ok, err := j.prompt.request(r, int64(i))
		if err != nil {
			return load.Run{}, err
		}
		if !ok {
			return load.Run{}, &Failure{
				Err:  fmt.Errorf("the schedule has %d requests, the data set %d prompts a run", len(schedule), i),
				Hint: "give a lower --rate or a shorter --duration, fewer --repeats, or declare repeated prompts with --allow-repeat",
			}
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

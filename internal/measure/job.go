// One job from server to file, in the order of G1: probe, client calibration,
// idle baseline, warm-up, runs with cooldowns, idle baseline.

package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// Env is what a job has of the outside. Nil functions get the real thing.
type Env struct {
	Root    string // the folder that takes results/
	Catalog *catalog.Catalog
	Salt    string // of hashed UUIDs: the board's own address (M2)
	Tool    result.Tool
	By      result.By
	License string
	Consent *Consent // accepted statements; nil for drafts only

	Observe func(Event)       // called from one goroutine at a time
	Kill    func(kill func()) // told how to end the server at once, and nil when it has ended
	// Lookup is os.LookupEnv, or another environment. An empty variable is not
	// one that is not set: an empty CUDA_VISIBLE_DEVICES shows no GPU.
	Lookup func(string) (string, bool)

	// For tests: another energy source, other trees, and connections in memory,
	// so that on a fake clock no socket holds the time.
	OpenEnergy func(energy.Clock) (energy.Source, error)
	Dial       func(ctx context.Context, network, addr string) (net.Conn, error)
	Proc       string
	HostRoot   string
	Cache      string // of data sets
	Logs       string
}

// Outcome is what a job came to.
type Outcome struct {
	Plan     *Plan
	Result   *result.Result
	Class    string
	Findings result.Findings // worst first is the printer's business
	Invalid  bool
	Hint     string
	Saved    *Saved
	Commit   string // short name of the commit
	// Uncommitted says why there is no commit, with the command to run.
	Uncommitted string
	ServerLog   string
	Notes       []string
}

// job is a measurement at work.
type job struct {
	plan *Plan
	env  Env

	clock  epochClock
	began  time.Time
	host   Host
	client *load.Client
	source energy.Source
	info   energy.SourceInfo
	cands  []energy.Device // that CUDA would show
	all    []energy.Device
	devs   []energy.Device // G
	rapl   *energy.RAPL
	child  *child
	demo   *demo
	url    string
	facts  facts
	probe  load.ProbeResult
	cal    load.Calibration
	data   *Data
	prompt *prompts
	length lengths

	sampler *energy.Sampler
	updates []energy.Update
	own     map[int]bool
	pidsOK  bool
	blind   bool // none of the processes on the GPUs is known to be the server's
	live    live

	mu      sync.Mutex
	anchors []result.Anchor
	busy    []busyTick
	stopped []func() // in reverse, at the end

	idle     []result.SampleSpan
	warm     []load.Trace
	warmSpan int64
	runs     []oneRun
	rtt      *float64
	notes    []string
	requests int64
	energyOn bool
	fault    error // why the job ended early, nil if it did not
}

// oneRun is one measured run.
type oneRun struct {
	load.Run
	head result.SampleRun
}

// Run carries a plan out. The error is Problems, Machine, Failure, or that of an
// interrupt; with an invalid or interrupted run the outcome is there as well and
// says what was kept.
func Run(ctx context.Context, pl *Plan, env Env) (*Outcome, error) {
	if env.Lookup == nil {
		env.Lookup = os.LookupEnv
	}
	if env.Observe == nil {
		env.Observe = func(Event) {}
	}
	if env.Proc == "" {
		env.Proc = energy.DefaultProc
	}
	if env.HostRoot == "" {
		env.HostRoot = "/"
	}
	if env.Logs == "" {
		env.Logs = logFolder()
	}
	j := &job{plan: pl, env: env, began: time.Now()}
	j.clock = newEpochClock(j.began)
	j.live.clock = j.clock
	j.live.event = Event{Point: pl.Key(), Runs: pl.Opt.Repeats}
	// Whatever happens from here on, what was started is ended: also on a panic,
	// which runs deferred calls before it goes on.
	defer j.teardown()
	if err := j.prepare(ctx); err != nil {
		return nil, stopped(ctx, err)
	}
	j.background(ctx)
	err := stopped(ctx, j.phases(ctx))
	if j.sampler == nil && len(j.warm) == 0 && len(j.runs) == 0 {
		return nil, err // nothing was collected
	}
	j.fault = err
	return j.finish(ctx)
}

// stopped is the error of work that may have been stopped: whatever failed on
// the way down, a run that was stopped ended because of that.
func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return errors.Join(cause, err)
	}
	return err
}

func (j *job) later(f func()) { j.stopped = append(j.stopped, f) }

func (j *job) teardown() {
	for i := len(j.stopped) - 1; i >= 0; i-- {
		j.stopped[i]()
	}
	j.stopped = nil
}

// note is a sentence for the result and the reader.
func (j *job) note(format string, args ...any) {
	j.notes = append(j.notes, fmt.Sprintf(format, args...))
}

// tell emits a line that is no progress.
func (j *job) tell(kind, hint, format string, args ...any) {
	j.live.mu.Lock()
	e := j.live.event
	j.live.mu.Unlock()
	e.Type, e.Message, e.Hint, e.ElapsedS = kind, fmt.Sprintf(format, args...), hint, seconds(j.clock.Now())
	j.env.Observe(e)
}

func (j *job) enter(phase string, run int, total int64, p *load.Progress) {
	j.env.Observe(j.live.enter(phase, run, total, p))
}

// prepare does what can fail without a server: data, key, energy, before a byte
// is sent.
func (j *job) prepare(ctx context.Context) error {
	j.host = readHost(j.env.HostRoot)
	if err := j.openData(ctx); err != nil {
		return err
	}
	if err := j.enoughData(); err != nil {
		return err
	}
	if err := j.openEnergy(ctx); err != nil {
		return err
	}
	return j.openClient()
}

func (e *Env) variable(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// apiKey reads the key from where it lies. It is never in an error.
func (j *job) apiKey() (string, error) {
	o := &j.plan.Opt
	switch {
	case o.APIKeyEnv != "":
		key := strings.TrimSpace(j.env.variable(o.APIKeyEnv))
		if key == "" {
			return "", &Failure{Err: fmt.Errorf("the environment variable %s, which --api-key-env names, is empty or not set", o.APIKeyEnv), Hint: "set it in this shell"}
		}
		return key, nil
	case o.APIKeyFile != "":
		data, err := os.ReadFile(o.APIKeyFile)
		if err != nil {
			return "", fmt.Errorf("read the API key: %w", err)
		}
		key := strings.TrimSpace(string(data))
		if key == "" || len(data) > 64<<10 {
			return "", &Failure{Err: fmt.Errorf("%s holds no API key", o.APIKeyFile), Hint: "write the key alone into it"}
		}
		return key, nil
	}
	return "", nil
}

func (j *job) openClient() error {
	o := &j.plan.Opt
	key, err := j.apiKey()
	if err != nil {
		return err
	}
	j.url = o.URL
	conf := load.ClientOptions{
		APIKey: key, Limits: o.Limits, Proxy: o.Proxy, NoProxy: o.NoProxy, UnixSocket: o.UnixSocket,
		TLS:         load.TLSOptions{CAFile: o.CAFile, CertFile: o.CertFile, KeyFile: o.KeyFile, Insecure: o.Insecure},
		Connections: int(max(j.plan.Concurrency(), 64)), TokenSource: o.TokenSource, Dial: j.env.Dial,
	}
	if o.TokenSource == load.SourceTokenizer {
		conf.Count = j.countTokens
	}
	if conf.Proxy == "none" {
		conf.Proxy = ""
	}
	if o.Insecure {
		j.tell("warning", "name the server's own authority with --cacert instead", "--insecure accepts any certificate: whoever stands between here and the server can read the API key and answer in its place")
	}
	switch {
	case o.Demo:
		if err := j.demo.serve(j.env.Dial != nil); err != nil {
			return err
		}
		j.later(j.demo.close)
		j.url = j.demo.server.URL()
		if j.env.Dial != nil {
			j.url, conf.Dial = "http://127.0.0.1:1/v1", j.demo.server.Dial
		}
	case o.ServeCmd != "":
		port := o.Port
		if port == 0 {
			if port, err = freePort(); err != nil {
				return err
			}
			j.plan.Opt.Port = port
		}
		j.url = "http://127.0.0.1:" + strconv.Itoa(port) + "/v1"
	}
	conf.BaseURL = j.url
	if j.client, err = load.NewClient(conf); err != nil {
		return &Failure{Err: err}
	}
	j.later(j.client.Close)
	return nil
}

// countTokens asks the server's own tokenizer for the length of an answer (T1).
func (j *job) countTokens(ctx context.Context, text string) (int64, error) {
	body, err := json.Marshal(map[string]any{"model": j.plan.Opt.Served, "prompt": text, "add_special_tokens": false})
	if err != nil {
		return 0, fmt.Errorf("ask the tokenizer: %w", err)
	}
	rep, err := j.client.Post(ctx, "/tokenize", body, true)
	if err != nil {
		return 0, err
	}
	var out struct {
		Count *int64 `json:"count"`
	}
	if rep.Status != 200 || json.Unmarshal(rep.Body, &out) != nil || out.Count == nil || *out.Count < 0 {
		return 0, fmt.Errorf("the server's tokenizer at /tokenize gave no count (HTTP %d)", rep.Status)
	}
	return *out.Count, nil
}

// openEnergy opens the meter and sees to it that there is something to measure
// (exit status 3 before the run, not after it).
func (j *job) openEnergy(ctx context.Context) error {
	o := &j.plan.Opt
	j.source = energy.None{}
	if o.Demo || o.SimulatedGPU > 0 {
		j.demo = newDemo(j.clock, o)
	}
	if !j.plan.Energy() {
		return nil
	}
	j.energyOn = true
	var err error
	switch {
	case j.env.OpenEnergy != nil:
		j.source, err = j.env.OpenEnergy(j.clock)
	case j.demo != nil:
		j.source, err = j.demo.gpu()
	default:
		j.source, err = energy.OpenNVML(energy.NVMLOptions{LibraryPath: j.env.variable("JOULEBOARD_NVML_LIBRARY")})
	}
	const hint = "run `jouleboard doctor` for what this machine can measure, or use --no-energy for a result without energy"
	if err != nil {
		return &Machine{Err: fmt.Errorf("energy was asked for and cannot be measured here: %w", err), Hint: hint}
	}
	j.later(func() { _ = j.source.Close() })
	if j.info, err = j.source.Info(ctx); err != nil {
		return &Machine{Err: err, Hint: hint}
	}
	if j.all, err = j.source.Devices(ctx); err != nil {
		return &Machine{Err: err, Hint: hint}
	}
	if j.cands, err = energy.Select(j.all, j.visible()); err != nil {
		return &Machine{Err: err, Hint: hint}
	}
	for _, d := range j.cands {
		if d.CounterSource == "" && d.PowerSource == "" {
			return &Machine{Err: fmt.Errorf("%s gives neither energy nor power", d.UUID), Hint: hint}
		}
	}
	if o.CPUEnergy {
		if j.rapl, err = energy.OpenRAPL(""); err != nil {
			return &Machine{Err: fmt.Errorf("--cpu-energy: %w", err), Hint: "leave --cpu-energy out, or let this user read the counters: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"}
		}
	}
	return nil
}

// visible is what the server's environment says about devices: that of a server
// of ours is this one's, unless its command sets another.
func (j *job) visible() energy.Visible {
	v := energy.VisibleFrom(j.env.Lookup)
	for _, w := range strings.Fields(j.plan.Opt.ServeCmd) {
		if val, ok := strings.CutPrefix(w, "CUDA_VISIBLE_DEVICES="); ok {
			v.Set, v.Devices = true, strings.Trim(val, `"'`)
		}
		if val, ok := strings.CutPrefix(w, "CUDA_DEVICE_ORDER="); ok {
			v.Order = strings.Trim(val, `"'`)
		}
	}
	return v
}

// background starts what runs beside the whole job: anchors (C4), the machine's
// own load (V21), and events.
func (j *job) background(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	j.anchors = append(j.anchors, j.clock.anchor())
	wg.Go(func() {
		every := time.NewTicker(10 * time.Second)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				a := j.clock.anchor()
				j.mu.Lock()
				j.anchors = append(j.anchors, a)
				j.mu.Unlock()
			}
		}
	})
	wg.Go(func() { j.watchCPU(ctx) })
	wg.Go(func() {
		every := time.NewTicker(500 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				if e := j.live.snapshot(); e.Phase != "" {
					j.env.Observe(e)
				}
			}
		}
	})
	var once sync.Once
	j.later(func() { once.Do(func() { cancel(); wg.Wait() }) })
}

func (j *job) watchCPU(ctx context.Context) {
	busy, all, ok := cpuTimes(j.env.Proc)
	if !ok {
		return
	}
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		b, a, ok := cpuTimes(j.env.Proc)
		if ok && a > all {
			j.mu.Lock()
			j.busy = append(j.busy, busyTick{T: j.clock.Now(), Busy: (b - busy) * 1000 / (a - all)})
			j.mu.Unlock()
		}
		busy, all = b, a
	}
}

// phases is the order of G1.
func (j *job) phases(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		j.startServer, j.ask, j.calibrateClient, j.startSampler,
		func(ctx context.Context) error { return j.baseline(ctx, 0) },
		j.warmup, j.measureRuns,
		func(ctx context.Context) error { return j.baseline(ctx, j.plan.Timing.Settle) },
	} {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := step(ctx); err != nil {
			return err
		}
		if j.child != nil && j.child.dead() {
			return &Failure{Err: fmt.Errorf("%s; the end of its log:\n%s", j.child.ended(), j.child.tail()), Hint: "the whole log is " + j.child.log.Name()}
		}
	}
	return nil
}

// startServer starts the server of --serve-cmd, or sees that the one of --url is
// there.
func (j *job) startServer(ctx context.Context) error {
	o := &j.plan.Opt
	if o.ServeCmd == "" {
		return j.reach(ctx)
	}
	j.enter(PhaseServer, 0, 0, nil)
	command := expand(o.ServeCmd, o.Model, o.Port)
	c, err := startChild(command, j.env.Logs)
	if err != nil {
		return &Failure{Err: err, Hint: "run the command by hand"}
	}
	j.child = c
	j.later(func() { j.stopChild(c) }) // first of all, so that nothing can come between
	if j.env.Kill != nil {
		j.env.Kill(c.kill)
	}
	return awaitServer(ctx, j.client, c, o.ServeTimeout, j.oneToken)
}

func (j *job) stopChild(c *child) {
	c.stop(stopGrace)
	if j.env.Kill != nil {
		j.env.Kill(nil)
	}
}

// oneToken asks for one token (G2).
func (j *job) oneToken(ctx context.Context) load.Trace {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	p := load.Params{Model: j.plan.Opt.Served, Max: 1}
	if j.plan.Opt.API == APICompletions {
		p.Prompt = "Hello"
	} else {
		p.Messages = []load.Message{{Role: "user", Content: "Hello"}}
	}
	path, body, err := p.Encode()
	if err != nil {
		return load.Trace{Outcome: load.BadJSON, Detail: err.Error()}
	}
	t := j.client.Do(ctx, load.Request{Path: path, Body: body}, -1, j.clock)
	if t.Outcome == load.NoUsage {
		t.Outcome = load.OK // the probe finds that out; the server is up
	}
	return t
}

// reach asks once whether anything answers at --url.
func (j *job) reach(ctx context.Context) error {
	_, err := j.client.Get(ctx, "/models", false)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return &Failure{Err: fmt.Errorf("no server answers at %s: %w", redactURL(j.url), err), Hint: "start it first, or let --serve-cmd start it"}
}

// redactURL is an address without user, password and query.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the address given"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// interrupted says whether an error is that of a person's interrupt.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}

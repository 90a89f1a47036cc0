// The steps of a job before its load: what is asked of the server, the client's
// own error, the meter, the baselines. The load is in runs.go.

package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
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
		askCache(hubCache(j.env.variable), o.Model, firstNonEmpty(o.Revision, ref), &j.facts)
	}
	if err := j.state(); err != nil {
		return err
	}
	if j.energyOn {
		if err := j.chooseDevices(); err != nil {
			return err
		}
	}
	var err error
	if j.probe, err = load.ProbeServer(ctx, j.client, j.clock, load.ProbeOptions{Model: o.Served, Completions: o.API == APICompletions}); err != nil {
		return &Failure{Err: err, Hint: unansweredHint(err, o)}
	}
	if !j.probe.Usage && o.TokenSource == load.SourceUsage {
		return &Failure{
			Err:  errors.New("the server never says how many tokens an answer has (no usage in its stream), so no request would count as a success"),
			Hint: "turn usage on in the server; or use --token-source tokenizer where it has /tokenize, or --token-source chunks for times without tokens",
		}
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

// unansweredHint is what to try where a server gave no stream.
func unansweredHint(err error, o *Options) string {
	var u *load.Unanswered
	if errors.As(err, &u) {
		switch status := u.Trace.HTTP; {
		case (status == 401 || status == 403) && o.APIKeyEnv == "" && o.APIKeyFile == "":
			return "give it the key with --api-key-env NAME or --api-key-file FILE"
		case status == 401 || status == 403:
			return "the key that was sent is not the one that it wants"
		case status == 404 || u.Trace.Outcome == load.NotStream:
			return "see that --url is the base of an OpenAI-compatible API, such as http://HOST:PORT/v1, and that the server streams"
		case status == 429:
			return "it takes no more requests now; measure when it does"
		}
	}
	return "ask the server by hand with curl; --api completions is for models without a chat template"
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
		j.facts.Command = publicText(expand(o.ServeCmd, o.Model, o.Port))
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
		j.facts.Command = publicText(command)
	}
	if o.LaunchCommand != "" {
		j.facts.Command = publicText(o.LaunchCommand)
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
		{o.Hardware != "" || len(j.devs) > 0, absent{"the accelerator", "--hardware NAME"}},
		{o.GPUs > 0 || len(j.devs) > 0, absent{"how many accelerators", "--gpus N"}},
		{j.host.MemoryBytes > 0, absent{"the host's memory (this system does not tell)", "--no-energy on Linux or macOS"}},
		{f.Parallel != nil || o.GPUs == 1 || len(j.devs) == 1, absent{"how the model is spread over accelerators", "--parallelism tensor=N"}},
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
	if err := j.length.check(j.plan.Work.In); err != nil {
		return &Failure{Err: err, Hint: "ask for longer prompts, such as --dataset fixed:128/128"}
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
	j.cal, err = load.Calibrate(ctx, j.clock, load.CalibrateOptions{Streams: int(j.streams()), Duration: j.plan.Timing.Calibration, Memory: j.env.Dial != nil})
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

// startSampler begins to sample the set G.
func (j *job) startSampler(ctx context.Context) error {
	if !j.energyOn {
		return nil
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
	for _, d := range j.all {
		st, err := j.source.State(d.Index)
		if err != nil {
			continue
		}
		if v := energy.Visibility(st, j.env.Proc); v != energy.PidsResolved && v != energy.PidsNone {
			j.pidsOK = false
		}
		for _, p := range st.Procs {
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
	j.pidsOK, j.blind = false, true
	j.adopt()
	j.devs = j.cands
	if v, ok := environ(j.env.Proc, j.facts.Pid); ok && j.plan.Opt.ServeCmd == "" {
		// A server that runs already has its own view of the GPUs.
		devs, err := energy.Select(j.all, v)
		if err != nil {
			return &Machine{Err: err, Hint: "use --no-energy for a result without energy"}
		}
		j.devs = devs
	}
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

// adopt takes every process that is on a GPU now for the server's, where nobody
// can tell: the numbers may be those of another name space, or the server behind
// a proxy. It is called when the server alone should work; who comes later is
// foreign (V17).
func (j *job) adopt() {
	if !j.blind {
		return
	}
	for _, d := range j.all {
		st, err := j.source.State(d.Index)
		if err != nil {
			continue
		}
		for _, p := range st.Procs {
			j.own[p.PID] = true
		}
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

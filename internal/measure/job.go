// One job from server to file, in the order of G1: probe, client calibration,
// idle baseline, warm-up, runs with cooldowns, idle baseline.

package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
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
	Failures    []Failures // of the measured requests, the most common first
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

// interrupted says whether an error is that of a person's interrupt.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}

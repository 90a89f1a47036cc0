// The command measure: flags to a plan, a plan to a committed result.

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/measure"
	"jouleboard/internal/result"
)

// measureFlags are the flags of measure as typed. Numbers that may be absent
// stand apart from the options that they become.
type measureFlags struct {
	opt         measure.Options
	out, format string
	temperature float64
	topP        float64
	topK        int64
	penalty     float64
	ramp        time.Duration
}

func newMeasureCommand(e *env) *cobra.Command {
	var fl measureFlags
	cmd := &cobra.Command{
		Use:   "measure",
		Short: "Run a benchmark, sample energy, write and commit a result file",
		Long: `measure sends a load to an inference server with an OpenAI-compatible API, reads
the energy of the GPUs beside it, and decides by the rules of the methodology
whether the run is valid. It writes one result file with its raw samples, from
which every number can be computed again, and commits these two files and no
others.

A run that breaks a rule is kept as *.partial.json, which no board reads, and the
exit status is 1. So is what an interrupted run collected, with status 130.
Without a driver or a GPU the status is 3, before anything is sent.`,
		Example: `  jouleboard measure --url http://127.0.0.1:8000/v1 --model Qwen/Qwen2.5-7B-Instruct --task chat --concurrency 32
  jouleboard measure --serve-cmd 'vllm serve {model} --port {port}' --model Qwen/Qwen2.5-7B-Instruct --task chat --concurrency 1,8,64
  jouleboard measure --url http://127.0.0.1:8000/v1 --model ORG/NAME --rate 4 --duration 120s --dataset prompts.jsonl --no-energy
  jouleboard measure --demo`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fl.settle(cmd.Flags())
			if fl.format != "text" && fl.format != "json" {
				return usageError{msg: fmt.Sprintf("--format %q: must be text or json", fl.format)}
			}
			return runMeasure(cmd.Context(), e, fl)
		},
	}
	fl.bind(cmd.Flags())
	for _, name := range []string{"concurrency", "rate"} {
		cmd.Flags().Lookup(name).DefValue = "" // the usage says it in words
	}
	return cmd
}

// bind declares the flags, in groups as the manual has them.
func (fl *measureFlags) bind(f *pflag.FlagSet) {
	o := &fl.opt
	f.StringVar(&o.URL, "url", "", "base URL of a server that runs, such as http://127.0.0.1:8000/v1")
	f.StringVar(&o.ServeCmd, "serve-cmd", "", "command that starts a server; {model} and {port} are filled in")
	f.IntVar(&o.Port, "port", 0, "port for --serve-cmd (default: a free one)")
	f.DurationVar(&o.ServeTimeout, "serve-timeout", 0, "how long the server of --serve-cmd may take to answer (default 20m)")
	f.StringVar(&o.API, "api", "", "chat or completions (default chat)")
	f.StringVar(&o.APIKeyEnv, "api-key-env", "", "environment variable that holds the API key")
	f.StringVar(&o.APIKeyFile, "api-key-file", "", "file that holds the API key")
	f.StringVar(&o.Proxy, "proxy", "", "proxy to use: an address, or env for the usual variables (default: none)")
	f.StringVar(&o.NoProxy, "noproxy", "", "hosts, domains and networks that go past --proxy")
	f.StringVar(&o.CAFile, "cacert", "", "PEM file of authorities to trust, in place of the system's")
	f.StringVar(&o.CertFile, "cert", "", "PEM file of the client's certificate")
	f.StringVar(&o.KeyFile, "key", "", "PEM file of its key")
	f.BoolVar(&o.Insecure, "insecure", false, "accept any certificate")
	f.StringVar(&o.UnixSocket, "unix-socket", "", "connect to this socket whatever the host of --url is")
	f.DurationVar(&o.Limits.Connect, "connect-timeout", 0, "limit for a connection (default 10s)")
	f.DurationVar(&o.Limits.First, "first-token-timeout", 0, "limit for headers and first token (default 300s)")
	f.DurationVar(&o.Limits.Idle, "idle-timeout", 0, "limit for a gap after the first token (default 60s)")
	f.DurationVar(&o.Limits.Total, "total-timeout", 0, "limit for a whole request (default 1800s)")

	f.StringVar(&o.Model, "model", "", "hub id of the model, ORG/NAME")
	f.StringVar(&o.Served, "served-model", "", "the server's name for it, where it differs")
	f.StringVar(&o.Revision, "revision", "", "commit of the model (default: the server's word, or the local hub cache)")
	f.StringVar(&o.ModelDate, "model-date", "", "version date of a hosted model, YYYY-MM-DD")
	f.StringVar(&o.Precision, "precision", "", "precision of the weights, such as bfloat16 (default: found as the revision is)")
	f.StringVar(&o.Quantization, "quantization", "", "quantisation, or none")
	f.StringVar(&o.Weights, "weights", "", "released or random (default released)")
	f.StringVar(&o.SizeClass, "size-class", "", "size class of the task's table")
	f.StringVar(&o.Provider, "provider", "", "who hosts the model: the result is of an endpoint and has no energy")

	f.StringVar(&o.Engine, "engine", "", "name of the inference engine (default: the server's word)")
	f.StringVar(&o.EngineVersion, "engine-version", "", "its version (default: the server's word)")
	f.StringVar(&o.LaunchCommand, "launch-command", "", "command that started the server of --url (default: that of the process that listens)")
	f.StringVar(&o.Parallelism, "parallelism", "", "degrees, such as tensor=2,pipeline=1 (default: read from the command)")
	f.StringVar(&o.Container, "container", "", "container image with its digest")
	f.StringVar(&o.Hardware, "hardware", "", "name of the accelerator (default: the driver's word)")
	f.Int64Var(&o.GPUs, "gpus", 0, "number of accelerators of the server (default: those that hold its processes)")
	f.StringVar(&o.Where, "where", "", "cloud instance type, or own (default: the firmware's word)")
	f.StringVar(&o.ClientPlace, "client-place", "", "where this client stands, such as a region; for endpoints")

	f.StringVar(&o.Task, "task", "", "task of the catalogue (default: custom, which is on no board)")
	f.StringVar(&o.Dataset, "dataset", "", "prompts: FILE.jsonl, sharegpt:FILE, or fixed:IN/OUT tokens")
	f.Int64Var(&o.MaxTokens, "max-tokens", 0, "most tokens of an answer (default: the data's, the task's, or 1024)")
	f.Int64Var(&o.Requests, "requests", 0, "requests of each run (default: what the workload says, grown to fill the window)")
	f.DurationVar(&o.Duration, "duration", 0, "length of each run in place of a number of requests")
	f.Int64Var(&o.Limit, "limit", 0, "trial run of so many requests, with short baselines; the result is a draft")
	f.Int64Var(&o.Seed, "seed", 0, "root seed of prompts, order and schedule")
	f.StringVar(&o.Prefix, "prefix", "", "prefix cache policy: cold, shared-system-prompt, hot, unknown (default cold; with a system prompt, shared-system-prompt)")
	f.StringVar(&o.Isolation, "isolation", "", "between runs: disjoint prompts, reset of the cache, restart of the server (default disjoint)")
	f.BoolVar(&o.AllowRepeat, "allow-repeat", false, "declare that prompts may recur")
	f.Float64Var(&fl.temperature, "temperature", 0, "sampling temperature (default: the task's, or 0)")
	f.Float64Var(&fl.topP, "top-p", 0, "nucleus of sampling (default: the task's, or 1)")
	f.Int64Var(&fl.topK, "top-k", 0, "candidates of sampling (default: the task's)")
	f.Float64Var(&fl.penalty, "repetition-penalty", 0, "repetition penalty (default: the task's, or 1)")
	f.StringVar(&o.Roles, "roles", "", "names of the speakers with --api completions, such as USER/ASSISTANT")
	f.StringVar(&o.TokenSource, "token-source", "", "usage, tokenizer or chunks (default usage: what the server counts)")

	f.Int64SliceVar(&o.Concurrency, "concurrency", nil, "`NUMBERS` of requests in flight; several, with commas, are one result each (default 1)")
	f.Float64SliceVar(&o.Rate, "rate", nil, "`RATES` in requests a second, of an open loop; several are one result each")
	f.StringVar(&o.Arrivals, "arrivals", "", "poisson or constant, with --rate (default poisson)")
	f.IntVar(&o.Repeats, "repeats", 0, "runs of each point (default 3, the least that can be ranked)")
	f.DurationVar(&fl.ramp, "ramp", 0, "time over which the first requests are spread (default: the warm-up's median latency; 0 turns it off)")
	f.StringVar(&o.SLO, "slo", "", "objectives for goodput, such as ttft=200ms,tpot=50ms,e2e=10s")

	f.BoolVar(&o.NoEnergy, "no-energy", false, "measure speed alone")
	f.Float64Var(&o.SimulatedGPU, "simulated-gpu", 0, "watts of a simulated GPU in place of a real one; the result is a draft")
	f.DurationVar(&o.Period, "period", 0, "sampling period of power and energy, 20ms to 200ms (default 50ms)")
	f.BoolVar(&o.CPUEnergy, "cpu-energy", false, "also read CPU and memory energy (Linux powercap)")
	f.StringVar(&o.PUE, "pue", "", "declared PUE: VALUE,SOURCE[,DATE]")
	f.StringVar(&o.GCO2e, "gco2e-per-kwh", "", "declared carbon intensity: VALUE,SOURCE[,DATE]")

	f.BoolVar(&o.Demo, "demo", false, "show a whole measurement with a simulated server and GPU; the result is a draft")
	f.StringVar(&fl.out, "out", "", "folder that takes results/ (default: the board's)")
	f.BoolVar(&o.NoCommit, "no-commit", false, "write the files and do not commit them")
	f.StringVar(&o.By, "by", "", "who measures (default: the stored attestation's name, or git's user.name)")
	f.StringVar(&o.ByURL, "by-url", "", "a page of theirs")
	f.StringVar(&o.License, "license", "", "licence of the figures, an SPDX id (default: the board's)")
	f.StringArrayVar(&o.Notes, "note", nil, "a note for the result; may be repeated")
	f.BoolVar(&o.Attest, "attest", false, "accept the three statements of the attestation in the name of --by, without being asked")
	f.StringVar(&fl.format, "format", "text", "text, or json for one JSON object a line")
}

// settle turns numbers that were given into options that may be absent.
func (fl *measureFlags) settle(f *pflag.FlagSet) {
	o := &fl.opt
	if f.Changed("temperature") {
		o.Temperature = &fl.temperature
	}
	if f.Changed("top-p") {
		o.TopP = &fl.topP
	}
	if f.Changed("top-k") {
		o.TopK = &fl.topK
	}
	if f.Changed("repetition-penalty") {
		o.Repetition = &fl.penalty
	}
	if f.Changed("ramp") {
		o.Ramp = &fl.ramp
	}
}

// runMeasure measures every point that the flags name, one after the other.
func runMeasure(ctx context.Context, e *env, fl measureFlags) error {
	b, err := openMeasureBoard(e, fl.out, fl.opt.Demo)
	if err != nil {
		return err
	}
	plans, err := measure.Plans(fl.opt, b.cat)
	if err != nil {
		return e.measureError(err)
	}
	m := &measurer{e: e, board: b, format: fl.format}
	if err := m.ready(ctx, plans); err != nil {
		return err
	}
	defer m.signals()()
	var failed error
	for i, pl := range plans {
		if len(plans) > 1 && m.format == "text" {
			e.notef("point %d of %d: %s", i+1, len(plans), pl.Key())
		}
		err := m.point(ctx, pl)
		if ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		var machine *measure.Machine
		if errors.As(err, &machine) || err != nil && len(plans) == 1 {
			return e.measureError(err)
		}
		if err != nil {
			// Points are independent jobs: the others are measured all the same.
			failed = err
			if r := e.report(e.measureError(err)); r != exitFailed {
				return errFindings
			}
		}
	}
	if failed != nil {
		return errFindings
	}
	return nil
}

// measureBoard is where results go and what a board says for them.
type measureBoard struct {
	root    string // takes results/
	note    string // said once there is something to measure
	cat     *catalog.Catalog
	salt    string
	license string
	demo    bool // made for a demonstration
}

// openMeasureBoard finds the board. A measurement works without one: then there
// is no catalogue, and results go below the working folder. A demonstration gets
// a board of its own there.
func openMeasureBoard(e *env, out string, demo bool) (*measureBoard, error) {
	b := &measureBoard{root: out}
	root, err := e.root()
	if err != nil && demo && e.Root == "" && out == "" {
		root, err = demoBoard()
		b.demo = true
	}
	switch {
	case err == nil:
		site, found := content.LoadSite(os.DirFS(filepath.Join(root, "content")))
		cat, more := catalog.Load(os.DirFS(filepath.Join(root, "content")))
		if found = append(found, more...); found.HasErrors() {
			e.printFindings(found)
			return nil, errFindings
		}
		b.cat, b.salt, b.license = cat, site.BaseURL, site.License
		if b.root == "" {
			b.root = root
		}
	case e.Root != "":
		return nil, err
	case b.root == "":
		if b.root, err = os.Getwd(); err != nil {
			return nil, fmt.Errorf("find the working folder: %w", err)
		}
		b.note = fmt.Sprintf("no board here: the result goes to %s, without a catalogue", filepath.Join(b.root, result.Dir))
	}
	if b.root, err = filepath.Abs(b.root); err != nil {
		return nil, fmt.Errorf("find the output folder: %w", err)
	}
	if err := os.MkdirAll(b.root, 0o755); err != nil {
		return nil, hintError{fmt.Errorf("make the output folder: %w", err), "name another folder with --out"}
	}
	return b, nil
}

// measurer measures points with one person, one board and one way of reporting.
type measurer struct {
	e       *env
	board   *measureBoard
	format  string
	consent *measure.Consent
	by      result.By
	license string

	mu   sync.Mutex
	kill func() // ends a server of ours at once; nil without one
}

// ready settles all that needs a person or a tool, before anything is started.
func (m *measurer) ready(ctx context.Context, plans []*measure.Plan) error {
	o := &plans[0].Opt
	if plans[0].Draft == "" && !o.NoCommit {
		if _, err := measure.Repository(ctx, m.board.root); errors.Is(err, measure.ErrNoGit) {
			return machineError{msg: "the folder is in a git repository, and git is not installed", hint: "install git, or use --no-commit"}
		}
	}
	m.license = o.License
	if m.license == "" {
		m.license = m.board.license
	}
	if m.license == "" && plans[0].Draft != "" {
		m.license = "NOASSERTION"
	}
	// What is missing is said all at once; a person is not asked while more is.
	var missing measure.Problems
	if m.license == "" {
		missing = append(missing, measure.Problem{Message: "the licence of the figures is not stated", Hint: "give it with --license, such as --license CC-BY-4.0, or set license in content/site.yaml"})
	}
	var c *measure.Consent
	if len(missing) == 0 || !m.e.canAsk() {
		var err error
		var usage usageError
		if c, err = m.e.consent(ctx, m.board.root, o, plans[0].Draft); errors.As(err, &usage) {
			missing = append(missing, measure.Problem{Message: usage.msg, Hint: usage.hint})
		} else if err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return m.e.measureError(missing)
	}
	m.by = result.By{Name: o.By, URL: o.ByURL}
	if c != nil {
		m.consent = c
		if m.by.Name == "" {
			m.by = result.By{Name: c.Name, URL: c.URL}
		}
	}
	if m.by.Name == "" {
		m.by.Name = measure.GitUser(ctx, m.board.root)
	}
	if m.by.Name == "" && plans[0].Draft != "" {
		m.by.Name = "unnamed"
	}
	if m.by.Name == "" {
		return usageError{msg: "nobody is named as who measures", hint: "give --by 'NAME'"}
	}
	if m.board.note != "" && m.format == "text" {
		m.e.notef("%s", m.board.note)
		m.board.note = ""
	}
	return nil
}

// point measures one point and reports what came of it.
func (m *measurer) point(ctx context.Context, pl *measure.Plan) error {
	view := newMeasureView(m.e, m.format)
	b := thisBuild()
	tool := result.Tool{Name: "jouleboard", Version: b.Version, Commit: b.Commit}
	out, err := measure.Run(ctx, pl, measure.Env{
		Root: m.board.root, Catalog: m.board.cat, Salt: m.board.salt, Tool: tool, By: m.by, License: m.license, Consent: m.consent,
		Observe: view.event, Kill: m.setKill,
	})
	view.close()
	if out != nil {
		m.report(out, err)
	}
	if errors.Is(err, measure.ErrInvalid) {
		return errFindings // its findings stand above
	}
	if err == nil && m.board.demo && m.format == "text" && out.Saved != nil {
		return showDemo(ctx, m.e, m.board.root, out.Saved.ID)
	}
	return err
}

func (m *measurer) setKill(kill func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kill = kill
}

// signals lets a second interrupt leave at once, with the server of ours ended
// first: it is in a group of its own and would live on.
func (m *measurer) signals() (stop func()) {
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, endSignals()...)
	done := make(chan struct{})
	go func() {
		for n := 0; ; {
			select {
			case <-done:
				return
			case <-ch:
			}
			if n++; n == 1 {
				m.e.notef("stopping: what was collected is kept; a second interrupt leaves at once")
				continue
			}
			m.mu.Lock()
			if m.kill != nil {
				m.kill()
			}
			m.mu.Unlock()
			os.Exit(exitInterrupted)
		}
	}()
	return func() { signal.Stop(ch); close(done) }
}

// measureError maps the errors of the room to those of the command.
func (e *env) measureError(err error) error {
	var problems measure.Problems
	var machine *measure.Machine
	var failure *measure.Failure
	switch {
	case errors.As(err, &problems):
		for _, p := range problems[:len(problems)-1] {
			e.errorf("%s", p.Message)
			e.hintf("%s", p.Hint)
		}
		last := problems[len(problems)-1]
		return usageError{msg: last.Message, hint: last.Hint}
	case errors.As(err, &machine):
		return machineError{msg: machine.Error(), hint: machine.Hint}
	case errors.As(err, &failure):
		return hintError{err, failure.Hint}
	}
	return err
}

// worstFirst orders findings for a reader: errors, then warnings, then notes.
func worstFirst(fs result.Findings) result.Findings {
	out := slices.Clone(fs)
	rank := map[result.Level]int{result.Error: 0, result.Warn: 1, result.Note: 2}
	slices.SortStableFunc(out, func(a, b result.Finding) int {
		if d := rank[a.Level] - rank[b.Level]; d != 0 {
			return d
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	return out
}

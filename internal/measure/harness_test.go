package measure

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"

	"jouleboard/internal/energy"
	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
)

// trial is one measurement of a test: short, but by all rules, and no draft
// unless the test says so.
type trial struct {
	opt    Options
	env    Env
	mutate func(*Plan)
	ctx    context.Context // of a simulation that is to be stopped; nil for the test's

	mu     sync.Mutex
	phases []string
	lines  []string
	onWord func(phase string, run int)
}

// shortTiming lets a test go through every phase in a few seconds.
func shortTiming() Timing {
	return Timing{WarmCount: 4, Idle: 300 * time.Millisecond, Calibration: 50 * time.Millisecond, Bracket: 2200 * time.Millisecond}
}

func newTrial(t *testing.T, url string) *trial {
	t.Helper()
	tr := &trial{opt: Options{
		URL: url, Model: "org/model", Served: "fake-model", Revision: strings.Repeat("a", 40), Precision: "bfloat16", Quantization: "none",
		LaunchCommand: "fakeserver", Hardware: "Simulated GPU", GPUs: 1, Where: "own", Parallelism: "tensor=1", Dataset: prompts4(t, 200),
		Requests: 20, Concurrency: []int64{2}, Repeats: 1, NoEnergy: true, NoCommit: true, MaxTokens: 16,
	}}
	tr.env = Env{
		Root: t.TempDir(), Salt: "test", Tool: result.Tool{Name: "jouleboard", Version: "0"}, By: result.By{Name: "A Tester"}, License: "CC0-1.0",
		Logs: t.TempDir(), Cache: t.TempDir(), Consent: &Consent{Version: StatementVersion, Name: "A Tester", Date: "2026-01-02"},
		Lookup: func(string) (string, bool) { return "", false },
	}
	tr.env.Observe = func(e Event) {
		tr.mu.Lock()
		if e.Type == "phase" {
			tr.phases = append(tr.phases, e.Phase)
		}
		if e.Message != "" {
			tr.lines = append(tr.lines, e.Message)
		}
		f := tr.onWord
		tr.mu.Unlock()
		if f != nil && e.Type == "phase" {
			f(e.Phase, e.Run)
		}
	}
	return tr
}

// prompts4 writes a data set of n different prompts.
func prompts4(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		b.WriteString(`{"prompt": "Say the number ` + strings.Repeat("x", i+1) + ` aloud and then stop"}` + "\n")
	}
	path := filepath.Join(t.TempDir(), "prompts.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (tr *trial) plan(t *testing.T) *Plan {
	t.Helper()
	plans, err := Plans(tr.opt, tr.env.Catalog)
	if err != nil {
		t.Fatalf("%v (%s)", err, hintOf(err))
	}
	plans[0].Timing = shortTiming()
	if tr.mutate != nil {
		tr.mutate(plans[0])
	}
	return plans[0]
}

func (tr *trial) run(t *testing.T, ctx context.Context) (*Outcome, error) {
	t.Helper()
	return Run(ctx, tr.plan(t), tr.env)
}

// simulate runs a trial on a fake clock against a server in memory: every time
// and every joule is exact, and minutes take milliseconds (X1). during, which may be
// nil, is called on that clock before the trial.
func (tr *trial) simulate(t *testing.T, opt fakeserver.Options, during func(t *testing.T, s *fakeserver.Server)) (out *Outcome, err error) {
	t.Helper()
	if opt.MinLength == 0 {
		opt.MinLength, opt.MaxLength = 8, 8
	}
	// A port of ours, on which nothing is ever accepted, makes this process the
	// server's, as it is.
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	tr.opt.URL = "http://" + port.Addr().String() + "/v1"
	synctest.Test(t, func(t *testing.T) {
		s := fakeserver.StartMemory(opt)
		defer s.Close()
		if during != nil {
			during(t, s)
		}
		tr.env.Dial = s.Dial
		ctx := tr.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		out, err = tr.run(t, ctx)
	})
	return out, err
}

// ending is what a trial came to.
type ending struct {
	out *Outcome
	err error
}

// together runs trials at the same time, more of them than the test runner would:
// they wait far more than they work.
func together(t *testing.T, trials map[string]*trial) map[string]ending {
	t.Helper()
	plans := map[string]*Plan{}
	for name, tr := range trials {
		plans[name] = tr.plan(t)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	ends := map[string]ending{}
	for name, tr := range trials {
		wg.Go(func() {
			out, err := Run(t.Context(), plans[name], tr.env)
			mu.Lock()
			defer mu.Unlock()
			ends[name] = ending{out, err}
		})
	}
	wg.Wait()
	return ends
}

func hintOf(err error) string {
	var f *Failure
	var m *Machine
	var p Problems
	switch {
	case errors.As(err, &f):
		return f.Hint
	case errors.As(err, &m):
		return m.Hint
	case errors.As(err, &p):
		return p[0].Hint
	}
	return ""
}

// fake starts a server for the time of a test.
func fake(t *testing.T, opt fakeserver.Options) *fakeserver.Server {
	t.Helper()
	if opt.MinLength == 0 {
		opt.MinLength, opt.MaxLength = 8, 8
	}
	s, err := fakeserver.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// good loads a saved result and holds it to every rule, from its files alone.
func good(t *testing.T, tr *trial, out *Outcome) *result.Loaded {
	t.Helper()
	if out == nil || out.Saved == nil || out.Saved.Partial {
		t.Fatalf("no result was saved: %+v", out)
	}
	data, err := os.ReadFile(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Result)))
	if err != nil {
		t.Fatal(err)
	}
	l, found := result.Inspect(out.Saved.Result, data)
	for _, f := range found {
		if f.Level == result.Error {
			t.Error(f)
		}
	}
	samples, err := os.Open(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Samples)))
	if err != nil {
		t.Fatal(err)
	}
	defer samples.Close()
	for _, f := range result.Validate(l, samples) {
		if f.Level == result.Error {
			t.Error(f)
		}
	}
	return l
}

// kept loads a partial file, which must be whole and readable, and its samples.
func kept(t *testing.T, out *Outcome) (Partial, *result.SamplesFile) {
	t.Helper()
	if out == nil || out.Saved == nil || !out.Saved.Partial {
		t.Fatalf("no partial file was kept: %+v", out)
	}
	if !result.PartialPath(out.Saved.Result) {
		t.Errorf("%s would be read as a result", out.Saved.Result)
	}
	data, err := os.ReadFile(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Result)))
	if err != nil {
		t.Fatal(err)
	}
	var p Partial
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("the partial file: %v", err)
	}
	if p.Schema != PartialSchema || p.Reason == "" {
		t.Errorf("schema %q, reason %q", p.Schema, p.Reason)
	}
	f, err := os.Open(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Samples)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := result.ReadSamples(f, 0)
	if err != nil {
		t.Fatalf("the partial samples: %v", err)
	}
	return p, s
}

// tidy fails if a folder holds anything half-written.
func tidy(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && d.Name() != ".git" {
			t.Errorf("%s was left behind", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// board replaces the meter by one simulated GPU.
func (tr *trial) board(dev energy.FakeDevice) {
	tr.opt.NoEnergy = false
	tr.env.OpenEnergy = func(c energy.Clock) (energy.Source, error) {
		if dev.Procs == nil {
			dev.Procs = ownProcess()
		}
		return energy.NewFake(energy.FakeOptions{Clock: c, Devices: []energy.FakeDevice{dev}, Info: energy.SourceInfo{Driver: "1", CUDA: "1", NVML: "1"}})
	}
}

// slow is a time to the first token against which the client's own error is
// small also on a busy machine (V21).
const slow = 150 * time.Millisecond

// said are the findings of an outcome, for a failure's message.
func said(out *Outcome) string {
	if out == nil {
		return "no outcome"
	}
	var b strings.Builder
	for _, f := range out.Findings {
		b.WriteString("\n    " + f.String())
	}
	return b.String()
}

// has reports whether a rule was broken at error level, and with what words.
func has(fs result.Findings, rule string) (string, bool) {
	for _, f := range fs {
		if f.Rule == rule && f.Level == result.Error {
			return f.Message, true
		}
	}
	return "", false
}

// pages serves fixed bodies by path.
func pages(t *testing.T, bodies map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

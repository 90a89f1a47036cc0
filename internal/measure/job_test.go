package measure

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/energy"
	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
)

// TestClosedCircle is a whole ranked measurement by the lengths of the
// specification, on a fake clock, and validates it from its files: the joules are
// the simulated board's to the bit, times the server's to the microsecond, the
// phases are in the order of G1.
func TestClosedCircle(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
	tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency, tr.opt.Repeats = "fixed:100/40", 0, 0, []int64{4}, 3
	tr.mutate = func(p *Plan) { p.Timing = fullTiming() }
	tr.opt.SLO = "ttft=5s"
	tr.opt.LaunchCommand = "/home/ada/venv/bin/fakeserver --no-enable-prefix-caching --kv-cache-dtype fp8 --speculative-config '{}'"
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Class != result.ClassRanked {
		t.Errorf("class %s, want ranked: %s", r.Class, said(out))
	}
	for i, w := range r.Window {
		// 39 gaps of 10 ms after 150 ms, four at a time.
		if s := float64(w.EndUs-w.StartUs) / 1e6; s < 60 || s > 70 {
			t.Errorf("window %d of %g s, want about 65 (W6)", i, s)
		}
		if d := w.Devices[0]; d.EnergyMJ != 300*(w.EndUs-w.StartUs)/1000 {
			t.Errorf("window %d of %d us holds %d mJ of a board of 300 W", i, w.EndUs-w.StartUs, d.EnergyMJ)
		}
	}
	for key, want := range map[string]float64{
		"mean_power_w": 300, "idle_power_w": 300, "mean_input_tokens": 100, "mean_output_tokens": 40, "error_rate": 0,
	} {
		if got := r.Metrics[key].Value; got != want {
			t.Errorf("%s %v, want %v", key, got, want)
		}
	}
	// 300 W over four streams of 40 tokens every 540 ms. The edges of a window cut
	// requests, which is less than one part in a hundred here.
	if got, want := r.Metrics["energy_per_output_token_j"].Value, 300*0.540/160; math.Abs(got/want-1) > 0.01 {
		t.Errorf("%v J/token, want about %v", got, want)
	}
	for key, want := range map[string]float64{"ttft_ms": 150, "itl_ms": 10, "tpot_ms": 10, "e2e_ms": 540} {
		if d := r.Distributions[key]; *d.P50 != want || *d.Min != want || *d.Max != want {
			t.Errorf("%s from %v over %v to %v ms, want %v", key, *d.Min, *d.P50, *d.Max, want)
		}
	}
	if c := r.Client.Calibration; c.TTFTBiasP50 == nil || *c.TTFTBiasP50 != 0 {
		t.Errorf("calibration %+v, want no error of a client that takes no time", c)
	}
	want := []string{
		PhaseProbe, PhaseCalibration, PhaseIdle, PhaseWarmup, PhaseRun, PhaseCooldown, PhaseRun, PhaseCooldown, PhaseRun, PhaseIdle, PhaseSave,
	}
	if !slices.Equal(tr.phases, want) {
		t.Errorf("phases %v, want %v", tr.phases, want)
	}
	if r.Workload.Warmup < 20 || r.Workload.Load.RampS == nil || *r.Workload.Load.RampS != 0.54 {
		t.Errorf("%d requests of warm-up, ramp %v", r.Workload.Warmup, r.Workload.Load.RampS)
	}
	if r.Workload.SLO == nil || r.Window[0].Good == nil || *r.Window[0].Good == 0 {
		t.Error("the objectives left no goodput")
	}
	if r.Attestation == nil || r.Attestation.DataIntegrity.Name != "A Tester" {
		t.Errorf("attestation %+v", r.Attestation)
	}
	if s := r.Workload.Sampling; s.TopP == nil || *s.TopP != 1 || s.Temperature == nil {
		t.Errorf("sampling %+v; what was sent is not said", s)
	}
	for key, want := range map[string]string{
		"x_timeouts": "first token 5m0s", "x_probe_evidence": "without it", "x_prefix_caching": "off", "x_kv_cache_dtype": "fp8", "x_speculative_decoding": "on",
	} {
		if got := string(r.X[key]); !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if c := r.Software.LaunchCommand; !strings.HasPrefix(c, "~/venv/bin/fakeserver ") {
		t.Errorf("launch command %s", c)
	}
	if strings.Contains(readAll(t, out), tr.env.Root) {
		t.Error("the result holds a path of this machine")
	}
	tidy(t, tr.env.Root)
}

// TestRealTime goes round the circle by the real clock and real sockets, as
// short as energy allows (X1). On the way the GPU is lost, its counter stands still
// or runs backwards, or the driver is an old one. A busy machine widens what may be
// asked of it.
func TestRealTime(t *testing.T) {
	t.Parallel()
	const well, old = "all is well", "an old driver"
	faults := map[string]struct {
		kind energy.FaultKind
		rule string
	}{
		"the GPU is lost":            {energy.FaultLost, "V14"},
		"the counter stands still":   {energy.FaultFreeze, "V13"},
		"the counter runs backwards": {energy.FaultFall, "V13"},
	}
	trials := map[string]*trial{}
	add := func(name string, first time.Duration) *trial {
		s := fake(t, fakeserver.Options{FirstToken: first, Gap: 5 * time.Millisecond, MinLength: 30, MaxLength: 30})
		tr := newTrial(t, s.URL())
		tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
		tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency = 64, 48, []int64{4}
		tr.mutate = func(p *Plan) { p.Timing.Idle = 1500 * time.Millisecond } // the window must be bracketed (E7)
		trials[name] = tr
		return tr
	}
	const first = 600 * time.Millisecond
	add(well, first)
	for name, f := range faults {
		breakIn(add(name, first), f.kind)
	}
	if !oldDriver(t, add(old, first)) {
		delete(trials, old)
	}
	ends := together(t, trials)
	// On a machine that has no time for it a run is rightly invalid. A slower server
	// needs less of it.
	for slower := 2 * first; slower <= 8*first; slower *= 2 {
		again := map[string]*trial{}
		for _, name := range []string{well, old} {
			if trials[name] == nil || !tooBusy(ends[name]) {
				continue
			}
			if again[name] = add(name, slower); name == old {
				oldDriver(t, again[name])
			}
		}
		for name, e := range together(t, again) {
			ends[name] = e
		}
	}
	t.Run(well, func(t *testing.T) {
		out, err := ends[well].out, ends[well].err
		if err != nil {
			t.Fatal(err, said(out))
		}
		r := good(t, trials[well], out)
		if p := r.Metrics["mean_power_w"].Value; r.Class != result.ClassEnergy || p < 285 || p > 315 {
			t.Errorf("class %s, mean power %g W, the board draws 300", r.Class, p)
		}
		tidy(t, trials[well].env.Root)
	})
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			out, err := ends[name].out, ends[name].err
			if msg, ok := has(out.Findings, f.rule); !ok || !errors.Is(err, ErrInvalid) || !strings.ContainsAny(msg, "0123456789") {
				t.Errorf("error %v, want %s with numbers: %s", err, f.rule, said(out))
			}
			if _, busy := has(out.Findings, "V21"); !busy && !strings.Contains(out.Hint, "--no-energy") {
				t.Errorf("hint %q", out.Hint)
			}
			kept(t, out)
			tidy(t, trials[name].env.Root)
		})
	}
	t.Run(old, func(t *testing.T) {
		if trials[old] == nil {
			t.Skip("a library that stands in for the driver's needs cgo and a C compiler")
		}
		if err := ends[old].err; err != nil {
			t.Fatal(err, said(ends[old].out))
		}
		r := good(t, trials[old], ends[old].out)
		// Two boards of 300 W whose power is integrated (E1), and links of which
		// this driver does not say where they lead.
		if p := r.Metrics["mean_power_w"].Value; r.Class != result.ClassEnergy || math.Abs(p-600) > 0.01 || r.Window[0].Devices[1].Source != energy.PowerUsage {
			t.Errorf("class %s, mean power %g W from %s, the boards draw 600", r.Class, p, r.Window[0].Devices[1].Source)
		}
		if r.Hardware.Count != 2 || r.Hardware.Interconnect != "unknown" || r.Software.Driver != "570.00.01" {
			t.Errorf("hardware %+v, driver %s", r.Hardware, r.Software.Driver)
		}
	})
}

// tooBusy says whether a run is invalid by nothing but what a busy machine does to
// it: the client's own error, requests not in flight, samples that are late.
func tooBusy(e ending) bool {
	if !errors.Is(e.err, ErrInvalid) {
		return false
	}
	for _, f := range e.out.Findings {
		if f.Level == result.Error && f.Rule != "V21" && f.Rule != "V10" && f.Rule != "V14" {
			return false
		}
	}
	return true
}

func readAll(t *testing.T, out *Outcome) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Result)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDemo: the demonstration shows what its simulated server and board are: eight
// streams of 32 tokens after 60 ms, each 8 ms, at 500 W.
func TestDemo(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt = Options{Demo: true}
	tr.mutate = func(p *Plan) { p.Timing = demoTiming() }
	out, err := tr.simulate(t, fakeserver.Options{}, func(*testing.T, *fakeserver.Server) { tr.opt.URL = "" })
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Draft != "simulated" || r.Model.Weights != "random" || r.Attestation != nil || out.Commit != "" {
		t.Errorf("draft %q, weights %s", r.Draft, r.Model.Weights)
	}
	for key, want := range map[string][2]float64{
		"mean_power_w": {498, 500}, "idle_power_w": {90, 90.01}, "energy_per_output_token_j": {0.600, 0.604}, "output_tokens_per_s": {828, 833}, "mean_output_tokens": {32, 32},
	} {
		if got := r.Metrics[key].Value; !(got >= want[0] && got <= want[1]) {
			t.Errorf("%s %v, want from %v to %v", key, got, want[0], want[1])
		}
	}
	if d := r.Distributions["ttft_ms"]; *d.P50 != 60 || *r.Distributions["itl_ms"].P50 != 8 {
		t.Errorf("TTFT %v ms, ITL %v ms", *d.P50, *r.Distributions["itl_ms"].P50)
	}
}

// TestUnknownParallelism: a draft does not guess how a model is spread.
func TestUnknownParallelism(t *testing.T) {
	t.Parallel()
	for gpus, want := range map[int64]result.Parallelism{1: {Tensor: 1}, 4: {Notes: "unknown"}} {
		tr := newTrial(t, "")
		tr.opt.GPUs, tr.opt.Parallelism, tr.opt.Requests, tr.opt.Limit = gpus, "", 0, 12
		out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow}, nil)
		if err != nil {
			t.Fatal(err, said(out))
		}
		if p := good(t, tr, out).Software.Parallelism; *p != want {
			t.Errorf("%d accelerators: %+v, want %+v", gpus, *p, want)
		}
	}
}

// TestRepeatsWithoutEnergy gives a performance result with a prompt never used
// twice.
func TestRepeatsWithoutEnergy(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt.Repeats = 3
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Class != result.ClassPerformance || r.Boundary != nil || len(r.Window) != 3 {
		t.Errorf("class %s, boundary %v, %d windows", r.Class, r.Boundary, len(r.Window))
	}
	for key := range r.Metrics {
		if strings.HasPrefix(key, "energy") {
			t.Errorf("%s in a result without energy", key)
		}
	}
}

// TestFixedLengths asks for synthetic prompts of given lengths and gets them to
// the token.
func TestFixedLengths(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt.Dataset, tr.opt.MaxTokens = "fixed:100/12", 0
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if in, o := r.Metrics["mean_input_tokens"].Value, r.Metrics["mean_output_tokens"].Value; in != 100 || o != 12 {
		t.Errorf("%g tokens in and %g out, want 100 and 12", in, o)
	}
	if r.Workload.PrefixPolicy != PrefixCold {
		t.Errorf("prefix policy %s", r.Workload.PrefixPolicy)
	}
}

// TestDuration ends its runs by the clock.
func TestDuration(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt.Requests, tr.opt.Duration, tr.opt.Dataset, tr.opt.MaxTokens = 0, time.Second, "fixed:50/8", 0
	tr.opt.Repeats = 2
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 2 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	for _, w := range r.Window {
		if w.Rule != result.WindowDuration || w.EndUs-w.StartUs != 1_000_000 {
			t.Errorf("window %s of %d us, want 1 s by duration", w.Rule, w.EndUs-w.StartUs)
		}
	}
}

// TestCommit commits the two files of a result and nothing else.
func TestCommit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Parallel()
	tr := newTrial(t, "")
	root := gitRepo(t)
	tr.env.Root = filepath.Join(root, "board")
	if err := os.Mkdir(tr.env.Root, 0o755); err != nil {
		t.Fatal(err)
	}
	tr.opt.NoCommit = false
	// Something else is staged, and something else lies about: neither may go along.
	write(t, filepath.Join(root, "staged.txt"), "staged")
	write(t, filepath.Join(root, "loose.txt"), "loose")
	gitDo(t, root, "add", "staged.txt")
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	if out.Commit == "" {
		t.Fatalf("not committed: %s", out.Uncommitted)
	}
	files := strings.Fields(gitDo(t, root, "show", "--name-only", "--format=", "HEAD"))
	want := []string{"board/" + out.Saved.Result, "board/" + out.Saved.Samples}
	slices.Sort(files)
	slices.Sort(want)
	if !slices.Equal(files, want) {
		t.Errorf("the commit holds %v, want %v", files, want)
	}
	if msg := gitDo(t, root, "log", "-1", "--format=%B"); !strings.Contains(msg, "org/model") || !strings.Contains(msg, "concurrency 2") || !strings.Contains(msg, out.Result.ID) {
		t.Errorf("the message does not say what was measured:\n%s", msg)
	}
	if st := gitDo(t, root, "status", "--porcelain"); !strings.Contains(st, "A  staged.txt") || !strings.Contains(st, "?? loose.txt") {
		t.Errorf("the rest of the tree was touched:\n%s", st)
	}
}

// TestCommitFails keeps the files and says how to commit them.
func TestCommitFails(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Parallel()
	tr := newTrial(t, "")
	tr.env.Root = gitRepo(t)
	hook := filepath.Join(tr.env.Root, ".git", "hooks", "pre-commit")
	write(t, hook, "#!/bin/sh\necho no >&2\nexit 1\n")
	if err := os.Chmod(hook, 0o755); err != nil {
		t.Fatal(err)
	}
	tr.opt.NoCommit = false
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	good(t, tr, out)
	if out.Commit != "" || !strings.Contains(out.Uncommitted, "git commit --only") {
		t.Errorf("commit %q, said %q", out.Commit, out.Uncommitted)
	}
	if st := gitDo(t, tr.env.Root, "diff", "--cached", "--name-only"); st != "" {
		t.Errorf("left staged: %s", st)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gitRepo(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	gitDo(t, root, "init", "-q")
	gitDo(t, root, "config", "user.name", "A Tester")
	gitDo(t, root, "config", "user.email", "tester@example.org")
	gitDo(t, root, "config", "commit.gpgsign", "false")
	gitDo(t, root, "commit", "-q", "--allow-empty", "-m", "first")
	return root
}

func gitDo(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestInterrupt stops a job at the start of each phase and at instants spread
// over all of it: nothing is half-written, and once something was collected it is
// kept.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	job := func(t *testing.T) *trial {
		tr := newTrial(t, "")
		tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
		tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Repeats = "fixed:50/20", 0, 60, 2
		tr.mutate = func(p *Plan) {
			p.Timing.Cool, p.Timing.CoolMost, p.Timing.Idle = 2*time.Second, 3*time.Second, 2*time.Second
		}
		return tr
	}
	server := fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}
	// How long all of it takes, and what it comes to.
	var all time.Duration
	whole := job(t)
	out, err := whole.simulate(t, server, func(*testing.T, *fakeserver.Server) {
		began := time.Now()
		whole.onWord = func(string, int) { all = time.Since(began) } // that of saving is the last
	})
	if err != nil {
		t.Fatal(err, said(out))
	}
	good(t, whole, out)

	stop := func(name string, arm func(tr *trial, cancel func())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := job(t)
			out, err := tr.simulate(t, server, func(t *testing.T, _ *fakeserver.Server) {
				var cancel func()
				tr.ctx, cancel = context.WithCancel(t.Context())
				t.Cleanup(cancel)
				arm(tr, cancel)
			})
			tidy(t, tr.env.Root)
			files, _ := filepath.Glob(filepath.Join(tr.env.Root, "results/*/*/*/*"))
			last := tr.phases[len(tr.phases)-1]
			switch {
			case err == nil && last == PhaseSave:
				good(t, tr, out) // it was over: an interrupt then takes nothing away
			case !errors.Is(err, context.Canceled):
				t.Fatalf("error %v, want that of the interrupt", err)
			case last == PhaseProbe || last == PhaseCalibration:
				if out != nil || len(files) != 0 {
					t.Errorf("nothing was collected, but %v was kept", files)
				}
			default:
				p, samples := kept(t, out)
				if !p.Interrupted || len(samples.Ticks) == 0 && slices.Contains(tr.phases, PhaseWarmup) {
					t.Errorf("interrupted %v, %d ticks", p.Interrupted, len(samples.Ticks))
				}
				if len(files) != 2 {
					t.Errorf("files %v, want a partial file and its samples", files)
				}
				if slices.Contains(tr.phases, PhaseCooldown) && len(samples.Header.Runs) == 0 {
					t.Errorf("the run that was over is not kept")
				}
			}
		})
	}
	for _, at := range []string{PhaseProbe, PhaseCalibration, PhaseIdle, PhaseWarmup, PhaseRun, PhaseCooldown, PhaseSave} {
		stop("at the start of "+at, func(tr *trial, cancel func()) {
			tr.onWord = func(phase string, _ int) {
				if phase == at {
					cancel()
				}
			}
		})
	}
	const parts = 24
	for i := range parts {
		after := all*time.Duration(i)/parts + 7*time.Millisecond
		stop("after "+after.String(), func(_ *trial, cancel func()) { time.AfterFunc(after, cancel) })
	}
}

// TestOffline is the single-stream mode: one request at a time, the whole run is
// the window.
func TestOffline(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "http://127.0.0.1:1/v1")
	cat := &catalog.Catalog{Tasks: map[string]*catalog.Task{"gen": {ID: "gen", Kind: "text", Workload: WorkOffline}}}
	tr.opt.Task, tr.opt.Requests, tr.opt.Concurrency = "gen", 0, nil
	if _, err := Plans(tr.opt, cat); err != nil {
		t.Fatal(err)
	}
	tr.opt.Concurrency = []int64{2}
	if _, err := Plans(tr.opt, cat); err == nil || !strings.Contains(err.Error(), "one request at a time") {
		t.Errorf("two at a time: %v", err)
	}
	tr.opt.Concurrency, tr.opt.Requests = nil, 15
	tr.env.Catalog = cat
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Window[0].Rule != result.WindowWhole || r.Window[0].WholeRun.Requests != 15 || r.Workload.Load.Concurrency != 1 {
		t.Errorf("window %+v", r.Window[0])
	}
	// Without a number it is a thousand, and the data must have them.
	tr.opt.Requests = 0
	if out, err := tr.run(t, t.Context()); out != nil || err == nil || !strings.Contains(err.Error(), "1 run of 1000 requests need more prompts than the 200") {
		t.Errorf("%v, %v", out, err)
	}
}

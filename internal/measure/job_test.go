package measure

import (
	"context"
	"errors"
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

// TestClosedCircle measures with energy and validates from the files: the joules
// are the simulated board's, the phases are in the order of G1.
func TestClosedCircle(t *testing.T) {
	t.Parallel()
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond, MinLength: 40, MaxLength: 40})
	tr := newTrial(t, s.URL())
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
	tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency = 64, 60, []int64{4}
	tr.mutate = func(p *Plan) { p.Timing.Idle = 2 * time.Second }
	tr.opt.SLO = "ttft=5s"
	out, err := tr.run(t, t.Context())
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Class != result.ClassEnergy {
		t.Errorf("class %s, want energy: a window below 60 s and one run", r.Class)
	}
	if p := r.Metrics["mean_power_w"].Value; p < 285 || p > 315 {
		// A window of seconds on a busy machine is sure to a few per cent only; the
		// exact bounds are held on a clock of their own, in the energy room.
		t.Errorf("mean power %g W, the board draws 300", p)
	}
	want := []string{PhaseProbe, PhaseCalibration, PhaseIdle, PhaseWarmup, PhaseRun, PhaseIdle, PhaseSave}
	if !slices.Equal(tr.phases, want) {
		t.Errorf("phases %v, want %v", tr.phases, want)
	}
	if r.Workload.SLO == nil || r.Window[0].Good == nil || *r.Window[0].Good == 0 {
		t.Error("the objectives left no goodput")
	}
	if r.Attestation == nil || r.Attestation.DataIntegrity.Name != "A Tester" {
		t.Errorf("attestation %+v", r.Attestation)
	}
	if strings.Contains(readAll(t, out), tr.env.Root) {
		t.Error("the result holds a path of this machine")
	}
	tidy(t, tr.env.Root)
}

func readAll(t *testing.T, out *Outcome) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Result)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRepeatsWithoutEnergy gives a performance result with a prompt never used
// twice.
func TestRepeatsWithoutEnergy(t *testing.T) {
	t.Parallel()
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
	tr.opt.Repeats = 3
	out, err := tr.run(t, t.Context())
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
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
	tr.opt.Dataset, tr.opt.MaxTokens = "fixed:100/12", 0
	out, err := tr.run(t, t.Context())
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
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: 2 * time.Millisecond})
	tr := newTrial(t, s.URL())
	tr.opt.Requests, tr.opt.Duration, tr.opt.Dataset, tr.opt.MaxTokens = 0, time.Second, "fixed:50/8", 0
	tr.opt.Repeats = 2
	out, err := tr.run(t, t.Context())
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
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
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
	out, err := tr.run(t, t.Context())
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
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
	tr.env.Root = gitRepo(t)
	hook := filepath.Join(tr.env.Root, ".git", "hooks", "pre-commit")
	write(t, hook, "#!/bin/sh\necho no >&2\nexit 1\n")
	if err := os.Chmod(hook, 0o755); err != nil {
		t.Fatal(err)
	}
	tr.opt.NoCommit = false
	out, err := tr.run(t, t.Context())
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

// TestInterrupt stops a job in each of its phases: nothing is half-written, and
// once something was collected it is kept.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	trials, contexts := map[string]*trial{}, map[string]context.Context{}
	for _, at := range []string{PhaseProbe, PhaseCalibration, PhaseIdle, PhaseWarmup, PhaseRun, PhaseCooldown} {
		s := fake(t, fakeserver.Options{FirstToken: 20 * time.Millisecond, Gap: 10 * time.Millisecond})
		tr := newTrial(t, s.URL())
		tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
		tr.opt.Repeats = 2
		tr.mutate = func(p *Plan) { p.Timing.Cool = 5 * time.Second; p.Timing.CoolMost = 6 * time.Second }
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		tr.onWord = func(phase string, _ int) {
			if phase == at {
				time.AfterFunc(150*time.Millisecond, cancel)
			}
		}
		trials[at], contexts[at] = tr, ctx
	}
	ends := together(t, trials, func(name string) context.Context { return contexts[name] })
	for at, tr := range trials {
		t.Run(at, func(t *testing.T) {
			out, err := ends[at].out, ends[at].err
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want that of the interrupt", err)
			}
			tidy(t, tr.env.Root)
			if at == PhaseProbe || at == PhaseCalibration {
				if out != nil {
					t.Errorf("nothing was collected, but %+v was kept", out.Saved)
				}
				return
			}
			p, samples := kept(t, out)
			if !p.Interrupted || len(samples.Ticks) == 0 {
				t.Errorf("interrupted %v, %d ticks", p.Interrupted, len(samples.Ticks))
			}
			if at == PhaseCooldown && len(samples.Header.Runs) != 1 {
				t.Errorf("%d runs were kept, want the one that was over", len(samples.Header.Runs))
			}
			if results, _ := filepath.Glob(filepath.Join(tr.env.Root, "results/*/*/*/*.json")); len(results) != 1 || !result.PartialPath(results[0]) {
				t.Errorf("files %v, want one partial file", results)
			}
		})
	}
}

// TestOffline is the single-stream mode: one request at a time, the whole run is
// the window.
func TestOffline(t *testing.T) {
	t.Parallel()
	s := fake(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
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
	plans, err := Plans(tr.opt, cat)
	if err != nil {
		t.Fatal(err)
	}
	plans[0].Timing = shortTiming()
	tr.env.Catalog = cat
	out, err := Run(t.Context(), plans[0], tr.env)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if r.Window[0].Rule != result.WindowWhole || r.Window[0].WholeRun.Requests != 15 || r.Workload.Load.Concurrency != 1 {
		t.Errorf("window %+v", r.Window[0])
	}
	// Without a number it is a thousand, and the data must have them.
	tr.opt.Requests = 0
	plans, err = Plans(tr.opt, cat)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := Run(t.Context(), plans[0], tr.env); out != nil || err == nil || !strings.Contains(err.Error(), "1 runs of 1000 requests need more prompts than the 200") {
		t.Errorf("%v, %v", out, err)
	}
}

// What diff says of files that differ beyond what a build asks: copies, and
// numbers that stand apart. Samples that both revisions share lie in git alone.

package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
	"jouleboard/internal/review"
)

// waveringRun is a made-up run whose power wavers as a real one's does.
func waveringRun(mods ...func(*result.Result, *result.SamplesFile)) (*result.Result, []byte) {
	rng := rand.New(rand.NewPCG(1, 7))
	waver := func(r *result.Result, s *result.SamplesFile) {
		r.MeasuredAt = "2026-03-02T09:30:00Z"
		for i := range s.Ticks {
			for k, p := range s.Ticks[i].P {
				if p != nil {
					s.Ticks[i].P[k] = new(*p + rng.Int64N(2000) - 1000)
				}
			}
		}
	}
	spec := resulttest.Spec{Concurrency: 2, Requests: 110, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 100_000, UpdateUs: 200_000}
	r, _, file := resulttest.RunFile(spec, append([]func(*result.Result, *result.SamplesFile){waver}, mods...)...)
	return r, file
}

// place writes a result and its samples into the work tree.
func (s scratch) place(r *result.Result, samples []byte) {
	s.t.Helper()
	if err := resulttest.Place(s.dir, r); err != nil {
		s.t.Fatal(err)
	}
	if samples != nil {
		if err := os.WriteFile(filepath.Join(s.dir, result.SamplesPath(result.Path(r, "h100"))), samples, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
}

// compare runs diff and returns its exit status and what it found.
func (s scratch) compare(args ...string) (int, review.Change) {
	s.t.Helper()
	var out, errOut bytes.Buffer
	code := run(append([]string{"--root", s.dir, "diff", "--format", "json"}, args...), strings.NewReader(""), &out, &errOut)
	var c review.Change
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		s.t.Fatalf("status %d, %s: %v", code, errOut.String(), err)
	}
	return code, c
}

// newScratchBoard is a scratch with settings and the catalogue, and no result yet.
func newScratchBoard(t *testing.T) scratch {
	t.Helper()
	s := newScratch(t)
	if err := os.CopyFS(filepath.Join(s.dir, "content/catalog"), os.DirFS("../../content/catalog")); err != nil {
		t.Fatal(err)
	}
	s.write("content/site.yaml", "title: A board\nlicense: CC-BY-4.0\nbase_url: https://board.example.org\ndefaults: {count: any, precision: any}\npoints:\n  - {id: all, title: Every load}\n")
	return s
}

// write replaces a file of the work tree.
func (s scratch) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// commit takes all of the work tree.
func (s scratch) commit(message string) {
	s.t.Helper()
	s.git("", "add", "-A")
	s.git("", "commit", "-q", "--allow-empty", "-m", message)
}

// reportedAs is a reported result of a model of its own, j times as hungry as usual.
func reportedAs(name string, j float64) *result.Result {
	return resulttest.Reported(func(r *result.Result) {
		r.Model.Name = "example-org/" + name
		r.Model.ParametersB = new(8.0)
		for _, k := range []string{"energy_per_output_token_j", "energy_per_response_j", "energy_per_1000_requests_wh"} {
			m := r.Metrics[k]
			m.Value *= j
			r.Metrics[k] = m
		}
	})
}

// What lies in the work tree is shared with revisions only as far as it is the same:
// two revisions compare as they do in a clean clone.
func TestDiffBesideWorkTree(t *testing.T) {
	s := newScratchBoard(t)
	run, samples := waveringRun()
	s.place(run, samples)
	for _, name := range []string{"A", "B", "C", "D"} {
		s.place(reportedAs(name, 1), nil)
	}
	s.commit("base")
	s.git("", "rm", "-q", result.Path(reportedAs("A", 1), "h100"))
	s.place(reportedAs("A", 2), nil)
	s.place(reportedAs("E", 0.5), nil)
	s.commit("change")

	clone := scratch{t, filepath.Join(t.TempDir(), "clone")}
	s.git("", "clone", "-q", s.dir, clone.dir)
	wantCode, want := clone.compare("HEAD~1", "HEAD")
	if wantCode != 0 || len(want.Results) != 2 {
		t.Fatalf("a clean clone: status %d, %d results: %v", wantCode, len(want.Results), want.Findings)
	}
	for _, x := range []struct {
		name string
		edit func()
	}{
		{"a clean work tree", func() {}},
		{"broken, other and missing results, other samples", func() {
			s.write(result.Path(reportedAs("B", 1), "h100"), "{")
			s.place(reportedAs("F", 3), nil)
			s.git("", "rm", "-q", result.Path(reportedAs("C", 1), "h100"))
			s.write(result.SamplesPath(result.Path(run, "h100")), "no samples")
		}},
		{"broken settings and catalogue", func() {
			s.write("content/site.yaml", "title: [")
			s.write("content/catalog/bands.yaml", "[")
		}},
	} {
		x.edit()
		if code, got := s.compare("HEAD~1", "HEAD"); code != wantCode || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: status %d, want %d; %+v, want %+v", x.name, code, wantCode, got, want)
		}
	}

	// And what is the same is not taken out of git.
	s.git("", "reset", "-q", "--hard")
	b := result.Path(reportedAs("B", 1), "h100")
	text, err := os.ReadFile(filepath.Join(s.dir, b))
	if err != nil {
		t.Fatal(err)
	}
	s.write(b, string(text)+"\n")
	repo, err := openRepository(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	commit := s.git("", "rev-parse", "HEAD~1")
	files, err := repo.list(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	differs := map[string]bool{result.SamplesPath(result.Path(reportedAs("D", 1), "h100")): true}
	shared, err := repo.shared(t.Context(), workTree(t.Context(), s.dir), revision{"base", commit, files}, within(nil, differs))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name string
		path string
		want bool
	}{
		{"the same", result.Path(reportedAs("C", 1), "h100"), true},
		{"the same, with samples", result.Path(run, "h100"), true},
		{"written otherwise in the work tree", b, false},
		{"with samples that are to be reviewed", result.Path(reportedAs("D", 1), "h100"), false},
		{"in the revision only", result.Path(reportedAs("A", 1), "h100"), false},
	} {
		if _, got := shared.Result(x.path); got != x.want {
			t.Errorf("%s (%s): shared is %v", x.name, x.path, got)
		}
	}
}

func TestDiffReviews(t *testing.T) {
	s := newScratchBoard(t)
	s.place(waveringRun())
	for _, name := range []string{"A", "B", "C"} {
		s.place(reportedAs(name, 1), nil)
	}
	s.git("", "add", "-A")
	s.git("", "commit", "-q", "-m", "base")

	s.place(reportedAs("Wonder", 0.01), nil)
	s.place(waveringRun(func(r *result.Result, f *result.SamplesFile) {
		f.Header.EpochUnixUs -= 3_600_000_000
		r.By.Name, r.MeasuredAt = "Another Lab", "2026-03-02T08:30:00Z"
	}))
	check := func(name string, code int, c review.Change) {
		t.Helper()
		rules := map[string]int{}
		for _, f := range c.Findings {
			rules[f.Rule]++
		}
		if rules["REV-COPY"] != 1 || rules["REV-BETTER"] == 0 || code != 1 {
			t.Errorf("%s: status %d, findings %v", name, code, c.Findings)
		}
		if c.NotRanked != "" || len(c.Boards) == 0 {
			t.Errorf("%s: a copy does not keep a board from being ranked: %q, %d boards", name, c.NotRanked, len(c.Boards))
		}
		refused := false
		for _, r := range c.Risks {
			refused = refused || r.Kind == "errors" && strings.Contains(r.Text, "validate refuses it")
		}
		if !refused {
			t.Errorf("%s: the risks do not name the error: %v", name, c.Risks)
		}
	}
	code, c := s.compare("HEAD")
	check("the work tree", code, c)
	s.git("", "add", "-A")
	s.git("", "commit", "-q", "-m", "copy")
	code, c = s.compare("HEAD~1", "HEAD")
	check("two revisions", code, c)

	// What stands on both sides is nothing new.
	s.git("", "commit", "-q", "--allow-empty", "-m", "nothing")
	if code, c := s.compare("HEAD~1", "HEAD"); code != 0 || len(c.Findings) != 0 || c.Settled != 0 {
		t.Errorf("nothing differs: status %d, %v", code, c.Findings)
	}
	// Taken back, it is settled.
	if code, c := s.compare("HEAD", "HEAD~2"); code != 0 || c.Settled < 2 {
		t.Errorf("taken back: status %d, %d settled, %v", code, c.Settled, c.Findings)
	}
}

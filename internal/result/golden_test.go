// The corpus of results and samples of each method version (test X8): what
// validated once must validate for ever, bit for bit.

package result_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// corpus is where the pairs of a method version stand.
func corpus(method string) string {
	return filepath.Join("testdata", strings.ReplaceAll(strings.TrimPrefix(method, "jouleboard."), "/", "-"))
}

// pair is a result with its samples: how it was made, and the class it has.
type pair struct {
	name  string
	class string
	spec  resulttest.Spec
	mod   func(*result.Result, *result.SamplesFile)
}

// goldens are made up, with the irregularities of real runs, so that no two ways
// of computing a number agree by luck. Together they hold every number that
// samples can give (TestGoldenCorpusHoldsEveryNumber).
func goldens() []pair {
	short := resulttest.Spec{Concurrency: 2, Requests: 24, Runs: 2, OutTokens: 12, FirstUs: 200_000, GapUs: 50_000, PeriodUs: 200_000, UpdateUs: 200_000}
	one := short
	one.Concurrency, one.Requests, one.Devices = 1, 20, 2
	speed := short
	speed.Devices, speed.Requests = -1, 40
	open := short
	open.Rate, open.Requests, open.Runs = 3, 150, 1
	ranked := terse
	ranked.PeriodUs = 200_000
	return []pair{
		{"closed", result.ClassRanked, ranked, func(r *result.Result, _ *result.SamplesFile) {
			r.Workload.SLO = &result.SLO{TTFTMs: new(280.0), TPOTMs: new(230.0)}
		}},
		{"open", result.ClassEnergy, open, func(r *result.Result, s *result.SamplesFile) {
			eachRequest(func(i int64, q *result.RequestRecord) { // every fifth starts late
				if i%5 == 4 {
					q.Sched = new(*q.Sched - 1000 - 7*i)
				}
			})(r, s)
		}},
		{"duration", result.ClassEnergy, short, func(r *result.Result, s *result.SamplesFile) {
			r.Workload.Load.DurationS, r.Workload.OutputTokens = new(9.0), nil
			r.Boundary.Includes = "module"
			for _, d := range []*result.SampleDevice{&s.Header.Devices[0], &s.End.Devices[0]} {
				d.Source, d.PowerSource, d.Scope = "power_average", "power_average", "module"
			}
			for i := range s.Ticks {
				s.Ticks[i].C[0] = nil
			}
			for i := range s.Header.Runs {
				s.Header.Runs[i].Rule = result.WindowDuration
			}
			eachRequest(func(i int64, q *result.RequestRecord) {
				switch {
				case i%7 == 0: // tokens come in bunches, also at the window's edge
					q.Nc, q.Tl = new(int64(17)), result.TimelineApportioned
					q.Dn = result.Apportion(17, int64(len(q.Dt)+1))
					q.Max = 20
				case i%3 == 1: // it reasons first
					q.Nr, q.Out = new(int64(5)), new(*q.First+q.Dt[0]+q.Dt[1])
				}
			})(r, s)
		}},
		{"whole", result.ClassEnergy, one, func(r *result.Result, s *result.SamplesFile) {
			s.Header.Events = false
			for i := range s.Header.Runs {
				s.Header.Runs[i].Rule = result.WindowWhole
			}
			for i := range s.Requests {
				s.Requests[i].Dt = nil
			}
			for i := range s.Slow { // no counters of clock-event reasons
				v := &s.Slow[i]
				v.Throttle = nil
				if i%40 == 7 {
					v.Reasons = []*int64{new(int64(0x20)), new(int64(0))}
				}
			}
		}},
		{"no-energy", result.ClassPerformance, speed, func(r *result.Result, s *result.SamplesFile) {
			eachRequest(func(i int64, q *result.RequestRecord) {
				if i%4 == 2 {
					q.Src = result.TokensTokenizer
				}
				q.Ncache = nil
			})(r, s)
			oneRequest(20, func(q *result.RequestRecord) {
				q.Oc, q.Fin, q.Nc, q.Last, q.Dt = "inband_error", "", new(int64(3)), new(*q.First+q.Dt[0]+q.Dt[1]), q.Dt[:2]
			})(r, s)
		}},
		{"chunks", result.ClassPerformance, speed, func(r *result.Result, s *result.SamplesFile) {
			eachRequest(func(_ int64, q *result.RequestRecord) {
				q.Src, q.Tl, q.Nc, q.Np, q.Ncache, q.Fl = result.TokensChunks, "", nil, nil, nil, []string{"coalesced", "counted"}
			})(r, s)
			s.Header.TokenSource = result.TokensChunks
		}},
	}
}

// trim keeps the files small: 20 requests of the warm-up and 40 of the
// calibration are enough, and the hashes of answers are used by no rule.
func trim(r *result.Result, s *result.SamplesFile) {
	s.Requests = slices.DeleteFunc(s.Requests, func(q result.RequestRecord) bool { return q.Run == 0 && q.I >= 20 })
	s.Calibration = s.Calibration[:40]
	for i := range s.Requests {
		s.Requests[i].Oh16 = ""
	}
	r.Workload.Warmup = 20
}

// roughen makes the exact times and powers of a made-up measurement irregular:
// requests answer up to a fifth faster, powers stray by up to 4 %.
func roughen(seed uint64, s *result.SamplesFile) {
	rng := rand.New(rand.NewPCG(seed, 11))
	faster := func(us int64) int64 { return us - rng.Int64N(us/5+1) }
	for i := range s.Requests {
		q := &s.Requests[i]
		first := *q.Start + faster(*q.First-*q.Start)
		last := first + faster(*q.Last-*q.First)
		if q.Run > 0 {
			last = first
			for k := range q.Dt {
				q.Dt[k] = faster(q.Dt[k])
				last += q.Dt[k]
			}
			if q.I%11 == 4 { // two events share a read
				q.Dt[1] += q.Dt[0]
				q.Dt[0] = 0
				q.Fl = []string{"coalesced"}
			}
			q.Ncache = new(int64(q.I % 2))
		}
		q.Hdr, q.First, q.Out, q.Last = new(first-50), new(first), new(first), new(last)
	}
	for i := range s.Ticks {
		if i%5 != 0 {
			continue
		}
		for d := range s.Ticks[i].P {
			p := *s.Ticks[i].P[d]
			s.Ticks[i].P[d] = new(p + (rng.Int64N(81)-40)*p/1000)
		}
	}
	for i := range s.Slow {
		v := &s.Slow[i]
		for d := range v.SM {
			v.SM[d], v.Mem[d], v.Temp[d] = new(1965-15*int64(i%4)), new(2619-int64(i%9/8)), new(58+int64(i%5))
		}
		for _, ns := range v.Throttle {
			for d := range ns {
				ns[d] = new(v.T * int64(1+len(v.Throttle)+d))
			}
		}
	}
	for i := range s.Calibration {
		q := &s.Calibration[i]
		later(q, int64(i%17)*20)
		q.Dt[0] += int64(i % 5)
		q.Last = new(*q.Last + int64(i%5))
	}
}

// writeGoldens writes the corpus of the present method anew. A pair that was
// published with a method is never written again: a change that moves its
// numbers needs a new method version.
func writeGoldens(t *testing.T) {
	t.Helper()
	dir := corpus(result.Method)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for k, g := range goldens() {
		r, _, file := resulttest.RunFile(g.spec, func(r *result.Result, s *result.SamplesFile) {
			trim(r, s)
			roughen(uint64(k), s)
			r.Notes = []string{"Made up for tests: no such server and no such device was measured."}
			r.Model.Name, r.By = "example-org/Example-8B", result.By{Name: "Example Lab"}
			g.mod(r, s)
		})
		data, err := result.Encode(r)
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		path := filepath.Join(dir, g.name+".json")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(result.SamplesPath(path), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// loadGolden reads a pair.
func loadGolden(t *testing.T, path string) (*result.Loaded, []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := os.ReadFile(result.SamplesPath(path))
	if err != nil {
		t.Fatal(err)
	}
	l, fs := result.Inspect(filepath.ToSlash(path), data)
	for _, f := range fs {
		t.Errorf("inspect: %s", f)
	}
	if l == nil {
		t.FailNow()
	}
	return l, samples
}

// Every pair of every method version validates, recomputes to the same bytes,
// and gets the class and the checks that it got when it was made.
func TestGoldenCorpus(t *testing.T) {
	if *update {
		writeGoldens(t)
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "method-*", "*.json"))
	if err != nil || len(paths) < len(goldens()) {
		t.Fatalf("%d pairs, %v; want at least %d", len(paths), err, len(goldens()))
	}
	for _, path := range paths {
		t.Run(filepath.ToSlash(path), func(t *testing.T) {
			t.Parallel()
			l, file := loadGolden(t, path)
			for _, f := range result.Validate(l, bytes.NewReader(file)) {
				if f.Level == result.Error || f.Rule == "V03" {
					t.Errorf("validate: %s", f)
				}
			}
			s, err := result.ReadSamples(bytes.NewReader(file), 0)
			if err != nil {
				t.Fatal(err)
			}
			v := result.Judge(l.Result, s)
			if v.Invalid || v.Class != l.Class || !reflect.DeepEqual(v.Checks(), l.Checks) {
				t.Errorf("class %s (invalid %v), was %s; checks %v, were %v", v.Class, v.Invalid, l.Class, v.Checks(), l.Checks)
			}
			// From nothing but the declarations and the samples, the same bytes.
			again := *l.Result
			again.Window, again.Metrics, again.Distributions = nil, nil, nil
			if l.Boundary != nil {
				b := *l.Boundary
				b.IdleW, b.Idle = nil, nil
				again.Boundary = &b
			}
			sum, _ := result.Summarize(&again, s)
			result.Apply(&again, sum)
			data, err := result.Encode(&again)
			file, errFile := l.File()
			if err != nil || errFile != nil || !bytes.Equal(data, file) {
				t.Errorf("computed again it differs (%v)", err)
			}
			i := slices.IndexFunc(goldens(), func(g pair) bool { return g.name+".json" == filepath.Base(path) })
			if i >= 0 && filepath.Dir(path) == corpus(result.Method) && l.Class != goldens()[i].class {
				t.Errorf("class %s, want %s", l.Class, goldens()[i].class)
			}
		})
	}
}

// A pair whose samples and result are swapped with another's does not validate:
// the test above can fail.
func TestGoldenCorpusCanFail(t *testing.T) {
	dir := corpus(result.Method)
	l, _ := loadGolden(t, filepath.Join(dir, "closed.json"))
	_, other := loadGolden(t, filepath.Join(dir, "open.json"))
	fs := result.Validate(l, bytes.NewReader(other))
	for _, rule := range []string{"V02", "V03"} {
		if !slices.ContainsFunc(fs, func(f result.Finding) bool { return f.Rule == rule && f.Level == result.Error }) {
			t.Errorf("%s does not fire", rule)
		}
	}
}

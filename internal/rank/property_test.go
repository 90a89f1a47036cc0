package rank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jouleboard/internal/result"
)

// The laws of ratings, each over a thousand random cases or more. Random
// scales, cohorts and energies come from one seed, so a failure repeats.

const cases = 1200

// lab is a source of random scales and results.
type lab struct{ *rand.Rand }

func newLab(seed uint64) lab { return lab{rand.New(rand.NewPCG(seed, 7))} }

// energy is log-uniform between 0.001 and 10,000 Wh.
func (l lab) energy() float64 { return math.Exp(math.Log(1e-3) + l.Float64()*math.Log(1e7)) }

// frozen is a random log-index scale over everything at batch-1.
func (l lab) frozen() *Scale {
	p := Params{Mid: midStars, ERef: round(l.energy(), 2), Factor: factors[l.IntN(len(factors))]}
	s := liveScale(MethodLogIndex, 8)
	s.Status, s.HalfStars, s.MaxSpan = StatusFrozen, l.IntN(2) == 0, 1
	s.Groups[0].Reference.N, s.Groups[0].Params = 8, &p
	for _, st := range []float64{5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5} {
		s.Groups[0].Levels = append(s.Groups[0].Levels, Level{st, round(s.formula(p, st), 4)})
	}
	return s
}

// scale is a random scale of any method.
func (l lab) scale() *Scale {
	switch l.IntN(4) {
	case 0:
		return liveScale(MethodEqualWidth, 5)
	case 1:
		return liveScale(MethodQuantile, 5)
	case 2:
		s := l.frozen()
		s.Method = MethodThresholds
		s.Groups[0].Params = nil
		return s
	}
	return l.frozen()
}

// near is an energy that is often close to a level of the scale.
func (l lab) near(s *Scale) float64 {
	if ls := s.Groups[0].Levels; len(ls) > 0 && l.IntN(2) == 0 {
		return ls[l.IntN(len(ls))].Value * (1 + (l.Float64()-0.5)*math.Pow(10, -float64(l.IntN(12))))
	}
	return l.energy()
}

func (l lab) cohort() []*result.Result {
	var rs []*result.Result
	for i := range 5 + l.IntN(12) {
		rs = append(rs, energyResult(l.energy(), i))
	}
	return rs
}

// energyResult is cheaper than demoResult: no digest, nothing else set.
func energyResult(v float64, i int) *result.Result {
	return &result.Result{ID: fmt.Sprintf("%064x", i), Kind: result.KindDevice, Model: result.Model{Name: fmt.Sprint("example-org/M", i)},
		Workload: result.Workload{Task: "chat", Load: &result.Load{Mode: "batch", BatchSize: 1}},
		Metrics:  map[string]result.Metric{wh: {Value: v, Provenance: result.ProvReported}}}
}

func withCI(v, lo, hi float64) *result.Result {
	r := energyResult(v, 0)
	r.Metrics[wh] = result.Metric{Value: v, CI95: &result.Interval{lo, hi}}
	return r
}

func TestLawMonotone(t *testing.T) {
	l := newLab(1)
	for range cases {
		s, cohort := l.scale(), l.cohort()
		a, b := l.near(s), l.near(s)
		if a > b {
			a, b = b, a
		}
		ra, rb := s.Rate(energyResult(a, 1), cohort, batch1, nil), s.Rate(energyResult(b, 2), cohort, batch1, nil)
		if ra.Rated && rb.Rated && ra.Stars < rb.Stars {
			t.Fatalf("%s: %v gets %v stars, more energy %v gets %v", s.Method, a, ra.Stars, b, rb.Stars)
		}
	}
}

// Changing the unit by a power of two is exact in floating point, so the stars
// are the same whatever the boundaries.
func TestLawUnitScaling(t *testing.T) {
	l := newLab(2)
	for range cases {
		s, cohort := l.scale(), l.cohort()
		e, k := l.near(s), math.Ldexp(1, l.IntN(21)-10)
		want := s.Rate(energyResult(e, 1), cohort, batch1, nil)
		big := *s
		big.Groups = slices.Clone(s.Groups)
		if p := s.Groups[0].Params; p != nil {
			big.Groups[0].Params = &Params{p.Mid, p.ERef * k, p.Factor}
		}
		big.Groups[0].Levels = nil
		for _, lv := range s.Groups[0].Levels {
			big.Groups[0].Levels = append(big.Groups[0].Levels, Level{lv.Stars, lv.Value * k})
		}
		var scaled []*result.Result
		for i, r := range cohort {
			scaled = append(scaled, energyResult(r.Metrics[wh].Value*k, i))
		}
		got := big.Rate(energyResult(e*k, 1), scaled, batch1, nil)
		if got.Stars != want.Stars || got.Code != want.Code {
			t.Fatalf("%s: %v gets %+v, times %v gets %+v", s.Method, e, want, k, got)
		}
	}
}

// Neither the order of results nor that of doubles among them matters: a model
// that a source published twice stays twice.
func TestLawPermutation(t *testing.T) {
	l := newLab(3)
	for range cases {
		s, cohort := l.scale(), l.cohort()
		for n := l.IntN(4); n > 0; n-- {
			twin := energyResult(l.energy(), 50+n)
			twin.Model.Name = cohort[l.IntN(len(cohort))].Model.Name
			cohort = append(cohort, twin)
		}
		r := cohort[l.IntN(len(cohort))]
		want := s.Rate(r, cohort, batch1, nil)
		mixed := slices.Clone(cohort)
		l.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := s.Rate(r, mixed, batch1, nil); got.Stars != want.Stars || got.Code != want.Code {
			t.Fatalf("%s: %+v in one order, %+v in another", s.Method, want, got)
		}
	}
}

func TestLawTies(t *testing.T) {
	l := newLab(4)
	for range cases {
		s, cohort := l.scale(), l.cohort()
		twin := energyResult(cohort[0].Metrics[wh].Value, 99)
		cohort = append(cohort, twin)
		a, b := s.Rate(cohort[0], cohort, batch1, nil), s.Rate(twin, cohort, batch1, nil)
		if a.Stars != b.Stars || a.Code != b.Code {
			t.Fatalf("%s: equal energies get %+v and %+v", s.Method, a, b)
		}
	}
}

// On a board too: adding, dropping or changing any other result leaves a frozen
// rating as it is.
func TestLawFrozenOnBoards(t *testing.T) {
	l := newLab(15)
	cfg := Config{Points: batch1, Defaults: Defaults{Origin: Any, Count: Any, Precision: Any}}
	rating := func(s *Scale, rs []*result.Result, id string) (out *Rating) {
		var ls []*result.Loaded
		for _, r := range rs {
			ls = append(ls, &result.Loaded{Result: r, Path: "results/" + r.ID + ".json"})
		}
		boards, _ := Boards(ls, cfg, nil, &Scales{all: []*Scale{s}}, registry())
		for _, b := range boards {
			for _, row := range b.Rows {
				if row.Result.ID == id {
					out = &row.Rating
				}
			}
		}
		return out
	}
	for range cases {
		s, rs := l.frozen(), l.cohort()
		mine := energyResult(l.near(s), 999)
		want := rating(s, append(slices.Clone(rs), mine), mine.ID)
		others := slices.Clone(rs)
		for range 1 + l.IntN(5) {
			switch i := l.IntN(len(others)); l.IntN(3) {
			case 0:
				others = slices.Delete(others, i, i+1)
			case 1:
				others = append(others, energyResult(l.energy(), 100+l.IntN(99)))
			default:
				others[i] = energyResult(l.near(s), i)
			}
			if len(others) == 0 {
				break
			}
		}
		others = append(others, mine)
		l.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		got := rating(s, others, mine.ID)
		if want == nil || got == nil || want.Stars != got.Stars || want.Code != got.Code || want.Min != got.Min || want.Max != got.Max {
			t.Fatalf("%+v, with other results %+v", want, got)
		}
	}
}

func TestLawFrozenIndependence(t *testing.T) {
	l := newLab(5)
	for range cases {
		s := l.frozen()
		r := energyResult(l.near(s), 1)
		a, b := s.Rate(r, l.cohort(), batch1, nil), s.Rate(r, nil, batch1, nil)
		if a.Stars != b.Stars || a.Code != b.Code || a.Relative {
			t.Fatalf("a frozen rating moved with its cohort: %+v, %+v", a, b)
		}
	}
}

func TestLawRange(t *testing.T) {
	l := newLab(6)
	codes := map[string]bool{CodeMetricInvalid: true, CodeCohortSmall: true, CodeZeroSpan: true, CodeUncertain: true}
	odd := []float64{0, -1, math.NaN(), math.Inf(1), math.SmallestNonzeroFloat64, math.MaxFloat64}
	for range cases {
		s, cohort := l.scale(), l.cohort()[:2+l.IntN(3)]
		if l.IntN(2) == 0 {
			cohort = l.cohort()
		}
		e := l.near(s)
		if l.IntN(4) == 0 {
			e = odd[l.IntN(len(odd))]
		}
		r := withCI(e, e*l.Float64(), e*(1+l.Float64()))
		got := s.Rate(r, cohort, batch1, nil)
		if got.Rated {
			if got.Code != "" || got.Stars < 1 || got.Stars > 5 || got.Stars*2 != math.Trunc(got.Stars*2) || !s.HalfStars && got.Stars != math.Trunc(got.Stars) {
				t.Fatalf("%s: %v gets %+v", s.Method, e, got)
			}
		} else if !codes[got.Code] || got.Stars != 0 || got.Reason == "" {
			t.Fatalf("%s: %v gets %+v", s.Method, e, got)
		}
	}
}

func TestLawUncertainty(t *testing.T) {
	l := newLab(7)
	for range cases {
		s, cohort := l.scale(), l.cohort()
		s.MaxSpan = 4
		e := l.near(s)
		got := s.Rate(withCI(e, e*(1-0.5*l.Float64()), e*(1+l.Float64())), cohort, batch1, nil)
		if got.Rated && !(got.Min <= got.Stars && got.Stars <= got.Max) {
			t.Fatalf("%s: %v gets %+v", s.Method, e, got)
		}
	}
}

// Changing any one guard key takes the rating away, with that key's code.
func TestLawGuard(t *testing.T) {
	l := newLab(8)
	base := demoScale(t)
	kind, weights, origin := result.KindDevice, "released", "aienergyscore"
	base.Groups = slices.Clone(base.Groups)
	for i := range base.Groups {
		c := base.Groups[i].Cohort
		c.Kind, c.Weights, c.Origin = &kind, &weights, &origin
		base.Groups[i].Cohort = c
	}
	change := map[string]func(*result.Result, string){
		"hardware":  func(r *result.Result, v string) { r.Hardware.Name = v },
		"count":     func(r *result.Result, _ string) { r.Hardware.Count = 2 + int64(l.IntN(7)) },
		"class":     func(r *result.Result, v string) { r.Model.SizeClass = v },
		"precision": func(r *result.Result, v string) { r.Model.Precision = v },
		"point":     func(r *result.Result, _ string) { r.Workload.Load.BatchSize = 2 + int64(l.IntN(64)) },
		"boundary":  func(r *result.Result, v string) { r.Boundary.Includes = v },
		"kind":      func(r *result.Result, v string) { r.Kind = v },
		"weights":   func(r *result.Result, v string) { r.Model.Weights = v },
		"origin":    func(r *result.Result, v string) { r.Source.Name = v },
		"task":      func(r *result.Result, v string) { r.Workload.Task = v },
	}
	if len(change) != len(guardOrder) {
		t.Fatalf("%d guard keys are changed, there are %d", len(change), len(guardOrder))
	}
	for range cases {
		k := guardOrder[l.IntN(len(guardOrder))]
		r := energyResult(l.energy(), 1)
		full := demoBase
		r.Hardware, r.Boundary, r.Source = &result.Hardware{Name: full.hardware, Count: 1}, &result.Boundary{Includes: "gpu"}, &result.Source{Name: origin}
		r.Workload.Task, r.Model.SizeClass, r.Model.Weights = "text_generation", "A", weights
		if got := base.Rate(r, nil, batch1, nil); !got.Rated {
			t.Fatalf("unchanged: %+v", got)
		}
		change[k](r, fmt.Sprint("other-", l.Uint32()))
		want := CodeGuard + k
		if k == "task" {
			want = CodeNoScale
		}
		if got := base.Rate(r, nil, batch1, nil); got.Rated || got.Code != want {
			t.Fatalf("%s changed: %+v, expected %s", k, got, want)
		}
	}
}

var demoBase = struct{ hardware string }{"NVIDIA H100 80GB"}

func TestLawReciprocal(t *testing.T) {
	l := newLab(9)
	for range cases {
		s := l.frozen()
		e := l.energy()
		up := *s
		up.Metric, up.Unit, up.Direction = "tokens_per_j", "tokens/J", "higher"
		p := s.Groups[0].Params
		up.Groups = []Group{{Cohort: s.Groups[0].Cohort, Reference: s.Groups[0].Reference, Params: &Params{p.Mid, 1 / p.ERef, p.Factor}}}
		apart := true
		for _, lv := range s.Groups[0].Levels {
			up.Groups[0].Levels = append(up.Groups[0].Levels, Level{lv.Stars, 1 / lv.Value})
			apart = apart && math.Abs(e/lv.Value-1) > 1e-6
		}
		if !apart {
			continue
		}
		r := energyResult(e, 1)
		r.Metrics["tokens_per_j"] = result.Metric{Value: 1 / e}
		a, b := s.Rate(r, nil, batch1, nil), up.Rate(r, nil, batch1, nil)
		if a.Stars != b.Stars || math.Abs(*a.Index-*b.Index) > 1e-9 {
			t.Fatalf("%v: lower gives %+v, higher on the reciprocal %+v", e, a, b)
		}
	}
	for range cases { // live methods run on -E, so on plain negated ranks
		c := l.cohort()
		var up, down []float64
		for _, r := range c {
			v := r.Metrics[wh].Value
			down, up = append(down, v), append(up, 1/v)
		}
		i := l.IntN(len(c))
		if a, b := newCohortValues(down, false).quantileStars(down[i]), newCohortValues(up, true).quantileStars(-up[i]); a != b {
			t.Fatalf("quantile: %v and %v for %v", a, b, down[i])
		}
	}
}

func TestLawHalfStarsRoundDown(t *testing.T) {
	l := newLab(10)
	for range cases {
		s := l.frozen()
		r := energyResult(l.near(s), 1)
		half, whole := *s, *s
		half.HalfStars, whole.HalfStars = true, false
		a, b := half.Rate(r, nil, batch1, nil), whole.Rate(r, nil, batch1, nil)
		if math.Floor(a.Stars) != b.Stars {
			t.Fatalf("%v: half %v, whole %v", r.Metrics[wh].Value, a.Stars, b.Stars)
		}
	}
}

// Ratings of a fixed list of cases, held by a golden: the same bytes on every
// architecture that runs the tests.
func TestLawSameEverywhere(t *testing.T) {
	l := newLab(11)
	var out []byte
	for i := range cases {
		s, cohort := l.scale(), l.cohort()
		got := s.Rate(energyResult(l.near(s), 1), cohort, batch1, nil)
		out = fmt.Appendf(out, "%v%s ", got.Stars, got.Code)
		if i%40 == 39 {
			out = append(out, '\n')
		}
	}
	golden(t, "testdata/ratings.txt", out)
}

// A derived scale is valid, keeps its middle at half the stars, its best at 5 or
// below and its best tenth at 4 or below (unless no factor fits), and does not
// depend on the order of results.
func TestLawDerive(t *testing.T) {
	l := newLab(12)
	for range cases {
		var rs []*result.Result
		spread := 0.1 + 3*l.Float64()
		center := l.energy()
		for i := range 8 + l.IntN(20) {
			rs = append(rs, energyResult(center*math.Exp(spread*l.NormFloat64()), i))
		}
		opt := DeriveOptions{Title: "t", Point: "batch-1", By: []string{"task"}, Source: "made up"}
		s, fs := Derive("made-up", "1", "2026-01-01", wh, "Wh", rs, batch1, opt)
		if fs.HasErrors() {
			t.Fatal(fs)
		}
		l.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
		again, _ := Derive("made-up", "1", "2026-01-01", wh, "Wh", rs, batch1, opt)
		if s.SHA256 != again.SHA256 {
			t.Fatal("another order gives another scale")
		}
		back, fs := ParseScale("made-up.yaml", s.YAML("a comment\nof two lines"))
		if fs.HasErrors() || back.SHA256 != s.SHA256 {
			t.Fatalf("written and read again it is another scale: %v\n%s", fs, s.YAML(""))
		}
		p := s.Groups[0].Params
		best := math.Inf(1)
		for _, r := range rs {
			best = math.Min(best, r.Metrics[wh].Value)
		}
		if x := index(*p, best, false); x > 5+1e-9 && p.Factor != 10 {
			t.Fatalf("the best is at %v although a factor of 10 was not reached", x)
		}
		if x := index(*p, center, false); spread < 0.3 && math.Abs(x-midStars) > 2.5 {
			t.Fatalf("the middle is at %v", x)
		}
	}
}

// Ranks from binary searches equal ranks by comparing every pair.
func TestLawRanks(t *testing.T) {
	l := newLab(13)
	for range cases {
		cs := make([]contender, 1+l.IntN(12))
		for i := range cs {
			v := float64(1 + l.IntN(20))
			c := contender{v: v, lo: v, hi: v, lo2: v, hi2: v, devices: []string{"", "a", "b"}[l.IntN(3)]}
			if l.IntN(3) > 0 {
				c.interval = true
				w := float64(l.IntN(4))
				c.lo, c.hi = v-w, v+w
				c.lo2, c.hi2 = v-w/2, v+w/2
			}
			cs[i] = c
		}
		got := ranks(cs)
		for i, a := range cs {
			better, worse, plain := 0, 0, 1
			for j, b := range cs {
				if i == j {
					continue
				}
				alo, ahi, blo, bhi := a.lo, a.hi, b.lo, b.hi
				if a.devices != "" && a.devices == b.devices {
					alo, ahi, blo, bhi = a.lo2, a.hi2, b.lo2, b.hi2
				}
				if bhi < alo {
					better++
				}
				if blo > ahi {
					worse++
				}
				if b.v < a.v {
					plain++
				}
			}
			want := span{1 + better, len(cs) - worse}
			if !a.interval {
				want = span{plain, plain}
			}
			if got[i] != want {
				t.Fatalf("%+v among %+v: %v, expected %v", a, cs, got[i], want)
			}
			if got[i].lo > got[i].hi {
				t.Fatalf("rank %v", got[i])
			}
		}
	}
}

// A point is on the front exactly if no other beats it in both coordinates.
func TestLawPareto(t *testing.T) {
	l := newLab(14)
	for range cases {
		ps := make([][2]float64, l.IntN(15))
		for i := range ps {
			ps[i] = [2]float64{float64(l.IntN(8)), float64(l.IntN(8))}
		}
		front := ParetoFront(ps)
		on := map[[2]float64]int{}
		for k, i := range front {
			on[ps[i]]++
			if k > 0 && !(ps[front[k-1]][0] < ps[i][0] && ps[front[k-1]][1] > ps[i][1]) {
				t.Fatalf("front of %v is not a descending chain: %v", ps, front)
			}
		}
		for _, a := range ps {
			beaten := false
			for _, b := range ps {
				beaten = beaten || b != a && b[0] <= a[0] && b[1] <= a[1]
			}
			if beaten == (on[a] > 0) || on[a] > 1 {
				t.Fatalf("%v of %v: beaten %t, on the front %d times", a, ps, beaten, on[a])
			}
		}
	}
	if got := ParetoFront([][2]float64{{math.NaN(), 0}, {1, math.Inf(-1)}, {2, 3}}); !slices.Equal(got, []int{2}) {
		t.Errorf("odd numbers: %v, expected only the finite point", got)
	}
}

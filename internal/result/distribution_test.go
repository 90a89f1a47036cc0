// Distributions and uncertainty against brute force and hand-worked numbers
// (measurement rules S1 to S7, test X6).

package result

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"jouleboard/internal/stats"
)

// rankOf is S1 from its definition: the smallest x with at least p*n values at
// or below it.
func rankOf(xs []float64, num, den int) float64 {
	s := slices.Clone(xs)
	sort.Float64s(s)
	for i, x := range s {
		if (i+1)*den >= num*len(s) {
			return x
		}
	}
	return math.NaN()
}

func TestDistributionsAgainstBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		n := 1 + rng.IntN(800)
		us := make([]int64, n)
		ms := make([]float64, n)
		for i := range us {
			us[i] = rng.Int64N(1 + rng.Int64N(200_000))
			ms[i] = float64(us[i]) / 1000
		}
		a, ok := ofTimes(us)
		b, ok2 := ofNumbers(ms)
		if !ok || !ok2 {
			t.Fatal("no distribution of values")
		}
		for _, p := range percentiles {
			for _, d := range []Distribution{a, b} {
				got := d.Stat(p.name)
				if (got != nil) != stats.Supports(n, p.num, p.den) {
					t.Fatalf("n=%d: %s is there: %v", n, p.name, got != nil)
				}
				if want := rankOf(ms, p.num, p.den); got != nil && *got != want {
					t.Fatalf("n=%d: %s is %v, want %v", n, p.name, *got, want)
				}
			}
		}
		if *a.Min != slices.Min(ms) || *a.Max != slices.Max(ms) || a.N != int64(n) {
			t.Fatalf("ends %v and %v of %d", *a.Min, *a.Max, a.N)
		}
		if math.Abs(*a.Mean-stats.Mean(ms)) > 1e-9 || n > 1 && math.Abs(*a.Stddev-stats.Stddev(ms)) > 1e-9 || (a.Stddev == nil) != (n == 1) {
			t.Fatalf("mean %v, want %v", *a.Mean, stats.Mean(ms))
		}
	}
	if _, ok := ofTimes(nil); ok {
		t.Error("a distribution of nothing")
	}
	if _, ok := ofNumbers(nil); ok {
		t.Error("a distribution of nothing")
	}
}

// Percentiles appear at the n that supports them and not one before (S2).
func TestPercentilesAppear(t *testing.T) {
	for _, tt := range []struct {
		n    int
		name string
	}{{1, "p50"}, {1, "p75"}, {64, "p90"}, {130, "p95"}, {662, "p99"}} {
		at, _ := ofTimes(make([]int64, tt.n))
		if at.Stat(tt.name) == nil {
			t.Errorf("n=%d has no %s", tt.n, tt.name)
		}
		before, _ := ofTimes(make([]int64, tt.n-1))
		if before.Stat(tt.name) != nil {
			t.Errorf("n=%d has a %s", tt.n-1, tt.name)
		}
	}
	if stats.Supports(6635, 999, 1000) || !stats.Supports(6636, 999, 1000) {
		t.Error("p99.9 needs 6636 values")
	}
}

// A share of d tokens counts as d values of gap/d.
func TestSharesAgainstSpelling(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 200 {
		var shares []share
		var spelt []float64
		for range 1 + rng.IntN(200) {
			s := share{rng.Int64N(60_000), rng.Int64N(4)}
			shares = append(shares, s)
			for range s.d {
				spelt = append(spelt, float64(s.gap)/float64(s.d*1000))
			}
		}
		d, ok := ofShares(shares)
		if ok != (len(spelt) > 0) {
			t.Fatalf("a distribution: %v, of %d values", ok, len(spelt))
		}
		if !ok {
			continue
		}
		if d.N != int64(len(spelt)) || *d.Min != slices.Min(spelt) || *d.Max != slices.Max(spelt) || *d.P50 != rankOf(spelt, 1, 2) || *d.P25 != rankOf(spelt, 1, 4) {
			t.Fatalf("n %d, min %v, p50 %v", d.N, *d.Min, *d.P50)
		}
		// The mean weighs time by its tokens; shares without tokens have no weight.
		if math.Abs(*d.Mean-stats.Mean(spelt)) > 1e-9*max(1, *d.Mean) {
			t.Fatalf("mean %v, want %v", *d.Mean, stats.Mean(spelt))
		}
		if len(spelt) > 1 && math.Abs(*d.Stddev-stats.Stddev(spelt)) > 1e-9 {
			t.Fatalf("stddev %v, want %v", *d.Stddev, stats.Stddev(spelt))
		}
	}
}

// Three runs of 10, 11 and 12 J/token: mean 11, sd 1, t(2) = 4.303.
func TestUncertaintyByHand(t *testing.T) {
	quant := 0.001
	m := metricOf([]float64{12, 10, 11}, ProvDerived, &quant)
	half := 4.303 / math.Sqrt(3)
	check := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	check("value", m.Value, 11)
	check("min", *m.Min, 10)
	check("max", *m.Max, 12)
	check("cv", *m.CV, 1.0/11)
	check("repeat95 low", m.Repeat95[0], 11-half)
	check("repeat95 high", m.Repeat95[1], 11+half)
	check("u repeat", *m.U.Repeat, 1.0/11/math.Sqrt(3))
	check("u gain", *m.U.Gain, 0.05/math.Sqrt(3))
	u := math.Sqrt(math.Pow(4.303/11/math.Sqrt(3), 2) + math.Pow(0.002, 2) + math.Pow(0.1/math.Sqrt(3), 2))
	check("ci95 low", m.CI95[0], 11*(1-u))
	check("ci95 high", m.CI95[1], 11*(1+u))
	if m.N != 3 || m.Stat != "median" {
		t.Errorf("n %d, stat %q", m.N, m.Stat)
	}
	// Without the gain, as results of the same devices are ranked.
	check("U95 without gain", float64(U95(Uncertainty{Repeat: m.U.Repeat, Quant: m.U.Quant}, 3)), math.Sqrt(math.Pow(4.303/11/math.Sqrt(3), 2)+math.Pow(0.002, 2)))

	// A skewed set: the interval about the mean is widened to hold the median.
	skew := metricOf([]float64{1, 1, 1, 1, 1, 1, 2, 2, 2, 2}, ProvDerived, nil) // 1.4 +- 0.37
	check("low end", skew.Repeat95[0], 1)
	if skew.Repeat95[0] > skew.Value || skew.Value > skew.Repeat95[1] || *skew.CI95 != *skew.Repeat95 || skew.U != nil {
		t.Errorf("interval %v, ci95 %v of %v", *skew.Repeat95, *skew.CI95, skew.Value)
	}
	// An even number of runs has the mean of the middle two.
	check("median of four", metricOf([]float64{4, 1, 3, 2}, ProvDerived, nil).Value, 2.5)

	// One run: no interval, but the parts that one run has.
	one := metricOf([]float64{5}, ProvDerived, &quant)
	if one.CI95 != nil || one.Repeat95 != nil || one.CV != nil || one.U == nil || one.U.Repeat != nil || *one.U.Quant != quant {
		t.Errorf("one run: %+v", one)
	}
	// Equal runs have no spread, whatever the rounding of their mean.
	equal := metricOf([]float64{0.1, 0.1, 0.1}, ProvDerived, &quant)
	if *equal.CV != 0 || *equal.Repeat95 != (Interval{0.1, 0.1}) {
		t.Errorf("equal runs: cv %v, %v", *equal.CV, *equal.Repeat95)
	}
	// Zero has no relative spread.
	zero := metricOf([]float64{0, 0, 0}, ProvMeasured, nil)
	if zero.CV != nil || *zero.CI95 != (Interval{0, 0}) {
		t.Errorf("zero: %+v", zero)
	}
}

// The interval of the mean of many requests is where theory puts it.
func TestWithinRunInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	xs := make([]float64, 1000)
	for i := range xs {
		xs[i] = 100 + 10*rng.NormFloat64()
	}
	d, _ := ofNumbers(xs)
	d.withinRun(xs, 0)
	mean := d.WithinRun["mean"]
	if width := mean[1] - mean[0]; width < 1 || width > 1.5 { // 2 x 1.96 x 10/sqrt(1000) = 1.24
		t.Errorf("the interval of the mean is %v", mean)
	}
	for _, p := range []string{"p25", "p50", "p75", "p90", "p95", "p99"} {
		iv, ok := d.WithinRun[p]
		if v := d.Stat(p); !ok || iv[0] > *v || iv[1] < *v {
			t.Errorf("%s %v lies outside of %v", p, *v, iv)
		}
	}
	few, _ := ofNumbers(xs[:1])
	few.withinRun(xs[:1], 0)
	if few.WithinRun != nil {
		t.Error("one value has an interval")
	}
}

package stats_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"testing/quick"

	"jouleboard/internal/stats"
)

func TestQuantile7(t *testing.T) {
	// The reference values are those of the definition h = (n-1)p + 1.
	xs := []float64{1, 2, 4, 8, 16}
	for _, tt := range []struct{ p, want float64 }{
		{0, 1}, {0.25, 2}, {0.5, 4}, {0.75, 8}, {1, 16}, {0.1, 1.4}, {0.9, 12.8}, {-1, 1}, {2, 16},
	} {
		if got := stats.Quantile7(xs, tt.p); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("Quantile7(%v, %v) = %v, want %v", xs, tt.p, got, tt.want)
		}
	}
	if got := stats.Quantile7([]float64{7}, 0.3); got != 7 {
		t.Errorf("of one number: %v", got)
	}
	for _, got := range []float64{stats.Quantile7(nil, 0.5), stats.Quantile7(xs, math.NaN())} {
		if !math.IsNaN(got) {
			t.Errorf("without an answer: %v, want NaN", got)
		}
	}
}

func TestQuantile7Laws(t *testing.T) {
	law := func(xs []float64, a, b float64) bool {
		xs = slices.DeleteFunc(xs, func(x float64) bool { return math.IsNaN(x) || math.Abs(x) > 1e300 })
		if len(xs) == 0 {
			return true
		}
		sort.Float64s(xs)
		a, b = math.Abs(math.Mod(a, 1)), math.Abs(math.Mod(b, 1))
		qa, qb := stats.Quantile7(xs, min(a, b)), stats.Quantile7(xs, max(a, b))
		return qa <= qb && xs[0] <= qa && qb <= xs[len(xs)-1]
	}
	if err := quick.Check(law, nil); err != nil {
		t.Error(err)
	}
}

func TestNearestRank(t *testing.T) {
	xs := []int64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	for _, tt := range []struct {
		num, den int
		want     int64
	}{
		{9, 10, 90}, {90, 100, 90}, {91, 100, 100}, {1, 2, 50}, {0, 1, 10}, {1, 1, 100}, {999, 1000, 100}, {1, 10, 10}, {11, 100, 20},
	} {
		if got := stats.NearestRank(xs, tt.num, tt.den); got != tt.want {
			t.Errorf("NearestRank(10..100, %d/%d) = %d, want %d", tt.num, tt.den, got, tt.want)
		}
	}
	if got := stats.NearestRank([]int64(nil), 1, 2); got != 0 {
		t.Errorf("of an empty list: %d, want 0", got)
	}
}

// Nearest rank against its definition by counting: the smallest observation
// that at least p of all are not above.
func TestNearestRankAgainstCounting(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		xs := make([]int64, 1+rng.IntN(60))
		for i := range xs {
			xs[i] = rng.Int64N(30)
		}
		slices.Sort(xs)
		den := []int{2, 4, 10, 20, 100, 1000}[rng.IntN(6)]
		num := 1 + rng.IntN(den)
		want := int64(-1)
		for i, x := range xs {
			if (i+1)*den >= num*len(xs) {
				want = x
				break
			}
		}
		if got := stats.NearestRank(xs, num, den); got != want {
			t.Fatalf("NearestRank(%v, %d/%d) = %d, want %d", xs, num, den, got, want)
		}
	}
}

func TestMedianAndMean(t *testing.T) {
	xs := []float64{5, 1, 4, 2}
	if got := stats.Median(xs); got != 3 {
		t.Errorf("Median = %v, want 3", got)
	}
	if !slices.Equal(xs, []float64{5, 1, 4, 2}) {
		t.Errorf("Median changed its argument to %v", xs)
	}
	if got := stats.Median([]float64{math.MaxFloat64, math.MaxFloat64}); got != math.MaxFloat64 {
		t.Errorf("Median of the two largest = %v", got)
	}
	if got := stats.Median([]float64{3, 9, 4}); got != 4 {
		t.Errorf("Median of three = %v, want 4", got)
	}
	if got := stats.MedianInt([]int64{9, 2, 5, 4}); got != 4.5 {
		t.Errorf("MedianInt = %v, want 4.5", got)
	}
	if got := stats.MedianInt([]int64{9, 2, 5}); got != 5 {
		t.Errorf("MedianInt of three = %v, want 5", got)
	}
	if got := stats.Mean([]float64{1, 2, 6}); got != 3 {
		t.Errorf("Mean = %v, want 3", got)
	}
	if got := stats.Stddev([]float64{2, 4, 4, 4, 5, 5, 7, 9}); math.Abs(got-math.Sqrt(32.0/7)) > 1e-15 {
		t.Errorf("Stddev = %v, want %v", got, math.Sqrt(32.0/7))
	}
	for name, got := range map[string]float64{
		"Mean": stats.Mean(nil), "Median": stats.Median(nil), "MedianInt": stats.MedianInt(nil), "Stddev of one": stats.Stddev([]float64{1}),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s of nothing = %v, want NaN", name, got)
		}
	}
}

// Adding a constant moves the centre and leaves the spread.
func TestShiftLaw(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		n := 2 + rng.IntN(50)
		xs, ys := make([]float64, n), make([]float64, n)
		for i := range xs {
			xs[i] = rng.Float64() * 100
			ys[i] = xs[i] + 1000
		}
		near := func(name string, a, b float64) {
			if math.Abs(a-b) > 1e-9 {
				t.Fatalf("%s: %v and %v after a shift", name, a, b)
			}
		}
		near("Mean", stats.Mean(xs)+1000, stats.Mean(ys))
		near("Median", stats.Median(xs)+1000, stats.Median(ys))
		near("Stddev", stats.Stddev(xs), stats.Stddev(ys))
	}
}

func TestT95(t *testing.T) {
	for df, want := range map[int]float64{1: 12.706, 2: 4.303, 5: 2.571, 9: 2.262, 10: 2.262, 1000: 2.262} {
		if got := stats.T95(df); got != want {
			t.Errorf("T95(%d) = %v, want %v", df, got, want)
		}
	}
	if got := stats.T95(0); !math.IsNaN(got) {
		t.Errorf("T95(0) = %v, want NaN", got)
	}
	for df := 1; df < 12; df++ {
		if stats.T95(df) < stats.T95(df+1) {
			t.Errorf("T95 grows from %d to %d", df, df+1)
		}
	}
}

func TestSupports(t *testing.T) {
	for _, tt := range []struct{ num, den, n int }{{9, 10, 64}, {95, 100, 130}, {99, 100, 662}, {999, 1000, 6636}} {
		if !stats.Supports(tt.n, tt.num, tt.den) || stats.Supports(tt.n-1, tt.num, tt.den) {
			t.Errorf("%d/%d: support must begin at n = %d", tt.num, tt.den, tt.n)
		}
	}
	if !stats.Supports(1, 3, 4) || !stats.Supports(1, 1, 2) {
		t.Error("p75 and below need one observation only")
	}
	if stats.Supports(0, 1, 2) || stats.Supports(1e9, 1, 1) || stats.Supports(10, 1, 0) {
		t.Error("no observations, p100 or a zero denominator were called supported")
	}
}

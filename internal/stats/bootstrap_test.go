package stats

import (
	"math"
	"slices"
	"testing"
)

// slowBootstrap draws as the rule says, with a sort of every resample.
func slowBootstrap(sorted []float64, src *Source, percentiles [][2]int) (mean [2]float64, at [][2]float64) {
	var means []float64
	values := make([][]float64, len(percentiles))
	for range Resamples {
		var xs []float64
		for range sorted {
			xs = append(xs, sorted[src.Below(uint64(len(sorted)))])
		}
		slices.Sort(xs)
		means = append(means, Mean(xs))
		for i, p := range percentiles {
			values[i] = append(values[i], NearestRank(xs, p[0], p[1]))
		}
	}
	for _, v := range values {
		at = append(at, middle95(v))
	}
	return middle95(means), at
}

func TestBootstrapAgainstSorting(t *testing.T) {
	pick := NewSource("m", "sample", 3, 1)
	for _, n := range []int{1, 2, 7, 64, 200} {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = math.Floor(100 * pick.Float64()) // with ties
		}
		slices.Sort(xs)
		ps := [][2]int{{99, 100}, {1, 4}, {1, 2}, {9, 10}}
		mean, at := Bootstrap(xs, NewSource("m", "bootstrap", 0, 0), ps)
		wantMean, want := slowBootstrap(xs, NewSource("m", "bootstrap", 0, 0), ps)
		if !slices.Equal(at, want) || math.Abs(mean[0]-wantMean[0]) > 1e-9 || math.Abs(mean[1]-wantMean[1]) > 1e-9 {
			t.Errorf("n=%d: mean %v, percentiles %v; by sorting %v, %v", n, mean, at, wantMean, want)
		}
		for i, iv := range at {
			if iv[0] > iv[1] || iv[0] < xs[0] || iv[1] > xs[n-1] {
				t.Errorf("n=%d, %v: interval %v of values in [%v, %v]", n, ps[i], iv, xs[0], xs[n-1])
			}
		}
	}
}

// The bits are the same on every platform.
func TestBootstrapIsFixed(t *testing.T) {
	xs := make([]float64, 100)
	for i := range xs {
		xs[i] = math.Sqrt(float64(i))
	}
	mean, at := Bootstrap(xs, NewSource("jouleboard.method/1", "bootstrap", 0, 0), [][2]int{{1, 2}, {9, 10}})
	got := []uint64{math.Float64bits(mean[0]), math.Float64bits(mean[1]), math.Float64bits(at[0][0]), math.Float64bits(at[0][1]), math.Float64bits(at[1][0]), math.Float64bits(at[1][1])}
	want := []uint64{0x4018809bef258f69, 0x401c52ce16218537, 0x4018fae0c15ad38a, 0x401eb97e455b9edb, 0x40221c5b70d9f824, 0x4023640630445306}
	if !slices.Equal(got, want) {
		t.Errorf("bits %#x, want %#x (%v, %v)", got, want, mean, at)
	}
}

// Of many normal-like samples about 95 % of intervals hold the true mean.
func TestBootstrapCovers(t *testing.T) {
	src := NewSource("m", "sample", 9, 1)
	hit, tries := 0, 300
	for i := range tries {
		xs := make([]float64, 60)
		for j := range xs {
			for range 6 {
				xs[j] += src.Float64()
			}
		}
		slices.Sort(xs)
		mean, _ := Bootstrap(xs, NewSource("m", "bootstrap", int64(i), 0), nil)
		if mean[0] <= 3 && 3 <= mean[1] {
			hit++
		}
	}
	if share := float64(hit) / float64(tries); share < 0.9 || share > 0.99 {
		t.Errorf("%.1f %% of intervals hold the mean", 100*share)
	}
}

func TestRank(t *testing.T) {
	for _, tt := range []struct{ n, num, den, want int }{
		{1, 1, 2, 1}, {4, 1, 4, 1}, {4, 1, 2, 2}, {5, 1, 2, 3}, {10, 9, 10, 9}, {11, 9, 10, 10}, {100, 99, 100, 99}, {101, 99, 100, 100}, {3, 0, 1, 1}, {3, 1, 1, 3},
		{math.MaxInt32, 99, 100, 2126008811},
	} {
		if got := Rank(tt.n, tt.num, tt.den); got != tt.want {
			t.Errorf("Rank(%d, %d/%d) = %d, want %d", tt.n, tt.num, tt.den, got, tt.want)
		}
	}
}

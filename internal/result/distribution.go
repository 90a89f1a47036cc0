// Distributions over requests and tokens (measurement rules S1 to S4): nearest
// rank, and only the percentiles that the number of values supports.

package result

import (
	"cmp"
	"math"
	"slices"

	"jouleboard/internal/stats"
)

// maxBootstrap bounds how many values an interval is drawn for; the time grows
// with it and the interval is narrow by then.
const maxBootstrap = 50_000

// percentiles that a distribution may hold, as rationals.
var percentiles = []struct {
	name     string
	num, den int
	set      func(*Distribution, *float64)
}{
	{"p25", 1, 4, func(d *Distribution, v *float64) { d.P25 = v }},
	{"p50", 1, 2, func(d *Distribution, v *float64) { d.P50 = v }},
	{"p75", 3, 4, func(d *Distribution, v *float64) { d.P75 = v }},
	{"p90", 9, 10, func(d *Distribution, v *float64) { d.P90 = v }},
	{"p95", 19, 20, func(d *Distribution, v *float64) { d.P95 = v }},
	{"p99", 99, 100, func(d *Distribution, v *float64) { d.P99 = v }},
}

// ranked fills minimum, maximum and the percentiles that n supports, from
// values that ascend by at: at(i) is the value of rank i, from 1.
func (d *Distribution) ranked(n int, at func(rank int) float64) {
	d.N = int64(n)
	d.Percentiles = "nearest-rank"
	d.Provenance = ProvMeasured
	least, most := at(1), at(n)
	d.Min, d.Max = &least, &most
	for _, p := range percentiles {
		if stats.Supports(n, p.num, p.den) {
			v := at(stats.Rank(n, p.num, p.den))
			p.set(d, &v)
		}
	}
}

// ofTimes is the distribution, in milliseconds, of times in microseconds that
// stand in index order. ok is false without any.
func ofTimes(us []int64) (d Distribution, ok bool) {
	n := len(us)
	if n == 0 {
		return d, false
	}
	var sum int64
	for _, v := range us {
		sum += v
	}
	mean := float64(sum) / (float64(n) * 1000)
	d.Mean = &mean
	if n > 1 {
		centre := float64(sum) / float64(n)
		var squares float64
		for _, v := range us {
			off := float64(v) - centre
			squares += float64(off * off)
		}
		sd := math.Sqrt(squares/float64(n-1)) / 1000
		d.Stddev = &sd
	}
	sorted := slices.Sorted(slices.Values(us))
	d.ranked(n, func(rank int) float64 { return float64(sorted[rank-1]) / 1000 })
	return d, true
}

// ofNumbers is the distribution of ratios that stand in index order.
func ofNumbers(xs []float64) (d Distribution, ok bool) {
	n := len(xs)
	if n == 0 {
		return d, false
	}
	mean := stats.Mean(xs)
	d.Mean = &mean
	if n > 1 {
		sd := stats.Stddev(xs)
		d.Stddev = &sd
	}
	sorted := slices.Sorted(slices.Values(xs))
	d.ranked(n, func(rank int) float64 { return sorted[rank-1] })
	// The mean is rounded, and may pass an end by the last bit where all values
	// are equal.
	mean = min(max(mean, *d.Min), *d.Max)
	return d, true
}

// share is a gap in microseconds that holds d tokens: d values of gap/d.
type share struct{ gap, d int64 }

// ofShares is the distribution, in milliseconds, of token times (ITL): each
// share counts d times. Shares of no token have no weight.
func ofShares(shares []share) (d Distribution, ok bool) {
	shares = slices.DeleteFunc(slices.Clone(shares), func(s share) bool { return s.d <= 0 })
	var n, sum int64
	for _, s := range shares {
		n += s.d
		sum += s.gap
	}
	if n == 0 || n > math.MaxInt32 {
		return d, false
	}
	mean := float64(sum) / (float64(n) * 1000)
	d.Mean = &mean
	if n > 1 {
		centre := float64(sum) / float64(n)
		var squares float64
		for _, s := range shares {
			off := float64(s.gap)/float64(s.d) - centre
			squares += float64(float64(s.d) * float64(off*off))
		}
		sd := math.Sqrt(squares/float64(n-1)) / 1000
		d.Stddev = &sd
	}
	value := func(s share) float64 { return float64(s.gap) / float64(s.d*1000) }
	slices.SortFunc(shares, func(a, b share) int { return cmp.Compare(value(a), value(b)) })
	upTo := make([]int64, len(shares)) // ranks that end with each share
	var seen int64
	for i, s := range shares {
		seen += s.d
		upTo[i] = seen
	}
	d.ranked(int(n), func(rank int) float64 {
		i, _ := slices.BinarySearch(upTo, int64(rank))
		return value(shares[i])
	})
	mean = min(max(mean, *d.Min), *d.Max)
	return d, true
}

// withinRun adds bootstrap intervals of the mean and of every percentile that d
// holds (S4). xs are the values of d.
func (d *Distribution) withinRun(xs []float64, seed int64) {
	if len(xs) < 2 || len(xs) > maxBootstrap {
		return
	}
	var names []string
	var at [][2]int
	for _, p := range percentiles {
		if d.Stat(p.name) != nil {
			names = append(names, p.name)
			at = append(at, [2]int{p.num, p.den})
		}
	}
	// Values of all runs are pooled, so the draw belongs to none of them: run 0.
	src := stats.NewSource(Method, "bootstrap", seed, 0)
	mean, ends := stats.Bootstrap(slices.Sorted(slices.Values(xs)), src, at)
	d.WithinRun = map[string]Interval{"mean": mean}
	for i, name := range names {
		d.WithinRun[name] = ends[i]
	}
}

// Package stats turns lists of numbers into summaries: centre, spread,
// quantiles, and when a percentile may be printed at all.
//
// Nothing here sorts or changes its caller's slice. The result for an empty
// list is NaN, which no result file can hold, so a forgotten check is found;
// integer functions say what they do instead. Sums run in index order, so the
// same numbers give the same bits everywhere (measurement rule S8).
package stats

import (
	"math"
	"slices"
)

// Mean returns the arithmetic mean; NaN for an empty list.
func Mean(xs []float64) float64 {
	var sum float64
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// Stddev returns the standard deviation with n-1, in two passes (rule S3); NaN
// for fewer than two numbers.
func Stddev(xs []float64) float64 {
	if len(xs) < 2 {
		return math.NaN()
	}
	mean := Mean(xs)
	var sum float64
	for _, x := range xs {
		d := x - mean
		sum += float64(d * d)
	}
	return math.Sqrt(sum / float64(len(xs)-1))
}

// Median returns the middle number, or the mean of the middle two; NaN for an
// empty list. It need not be sorted.
func Median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return s[n/2]
	}
	return midpoint(s[n/2-1], s[n/2])
}

// MedianInt is Median for integers. It is exact below 2^53.
func MedianInt(xs []int64) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return float64(s[n/2])
	}
	return midpoint(float64(s[n/2-1]), float64(s[n/2]))
}

// midpoint lies between a and b also where their sum would overflow.
func midpoint(a, b float64) float64 {
	if sum := a + b; !math.IsInf(sum, 0) {
		return sum / 2
	}
	return float64(a/2) + float64(b/2)
}

// Quantile7 returns the quantile p in [0, 1] of ascending numbers by linear
// interpolation between order statistics (type 7 of Hyndman and Fan, the usual
// default of numerical libraries). p outside of [0, 1] counts as its nearer
// end; NaN for an empty list or a p that is NaN.
func Quantile7(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	h := float64(float64(n-1) * min(max(p, 0), 1)) // rounded here, or a compiler may fuse it with what follows (S8)
	i := int(h)
	if i >= n-1 {
		return sorted[n-1]
	}
	lo, hi := sorted[i], sorted[i+1]
	if lo == hi {
		return lo
	}
	// Clamped, so that rounding never leaves the two numbers it lies between.
	return min(max(lo+float64((h-float64(i))*(hi-lo)), lo), hi)
}

// NearestRank returns the percentile num/den of ascending numbers as an
// observed value: x[ceil(p*n)], counted from 1 (rule S1). The percentile is a
// rational so that 0.9 is exactly 9/10. An empty list gives 0; callers have a
// count beside the percentile and leave it out.
func NearestRank[T int64 | float64](sorted []T, num, den int) T {
	n := len(sorted)
	if n == 0 || den <= 0 {
		return 0
	}
	return sorted[Rank(n, num, den)-1]
}

// Rank returns ceil(num*n/den) within 1 to n: which of n ascending numbers,
// counted from 1, is the percentile num/den.
func Rank(n, num, den int) int {
	// Without floats; the quotient and the rest apart, so that the product
	// cannot overflow.
	q, r := n/den, n%den
	rank := q*num + (r*num+den-1)/den
	return min(max(rank, 1), n)
}

// t95 are the two-sided 95 % points of Student's t for 1 to 9 degrees of
// freedom (rule S5, constants with 3 digits).
var t95 = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262}

// T95 returns the two-sided 95 % point of Student's t. Above 9 degrees of
// freedom it stays at that of 9, which is wider than the truth; below 1 there
// is no interval and it returns NaN.
func T95(df int) float64 {
	if df < 1 {
		return math.NaN()
	}
	return t95[min(df, len(t95))-1]
}

// Supports says whether n observations carry the percentile num/den (rule S2):
// up to p75 always, above that if the chance of seeing at most one observation
// beyond the percentile is at most 1 %. That is n >= 64 for p90, 130 for p95,
// 662 for p99 and 6636 for p99.9.
func Supports(n, num, den int) bool {
	switch {
	case n < 1 || num < 0 || den < 1 || num >= den:
		return false
	case num*4 <= den*3:
		return true
	}
	p := float64(num) / float64(den)
	none := math.Pow(p, float64(n))
	one := float64(float64(n) * math.Pow(p, float64(n-1)) * (1 - p))
	return none+one <= 0.01
}

// Finite says whether v is a number: neither infinite nor NaN.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

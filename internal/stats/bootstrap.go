// Bootstrap intervals of a mean and of percentiles (measurement rule S4).

package stats

import "slices"

// Resamples is how many times Bootstrap draws (rule S4).
const Resamples = 2000

// Bootstrap draws Resamples samples with replacement from ascending numbers and
// returns the 95 % intervals, by the percentile method, of the mean and of each
// percentile {num, den}. The ends are nearest-rank percentiles of the resampled
// statistics. The same source gives the same bits everywhere. sorted must not
// be empty.
func Bootstrap(sorted []float64, src *Source, percentiles [][2]int) (mean [2]float64, at [][2]float64) {
	n := len(sorted)
	ranks := make([]int, len(percentiles))
	for i, p := range percentiles {
		ranks[i] = Rank(n, p[0], p[1])
	}
	means := make([]float64, Resamples)
	values := make([][]float64, len(percentiles))
	for i := range values {
		values[i] = make([]float64, Resamples)
	}
	order, count := orderOf(ranks), make([]int32, n)
	for s := range Resamples {
		clear(count)
		for range n {
			count[src.Below(uint64(n))]++
		}
		// One pass over the counts gives the sum and every percentile, since the
		// numbers are in order.
		var sum float64
		seen, next := 0, order
		for i, c := range count {
			if c == 0 {
				continue
			}
			sum += float64(float64(c) * sorted[i])
			seen += int(c)
			for len(next) > 0 && ranks[next[0]] <= seen {
				values[next[0]][s] = sorted[i]
				next = next[1:]
			}
		}
		means[s] = sum / float64(n)
	}
	at = make([][2]float64, len(percentiles))
	for i := range values {
		at[i] = middle95(values[i])
	}
	return middle95(means), at
}

// orderOf returns the indices of ranks from the smallest rank up.
func orderOf(ranks []int) []int {
	order := make([]int, len(ranks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	return order
}

// middle95 sorts xs and returns its percentiles 2.5 and 97.5.
func middle95(xs []float64) [2]float64 {
	slices.Sort(xs)
	return [2]float64{NearestRank(xs, 25, 1000), NearestRank(xs, 975, 1000)}
}

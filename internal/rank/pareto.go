// The Pareto front of a trade-off chart.

package rank

import (
	"math"
	"sort"

	"jouleboard/internal/stats"
)

// ParetoFront returns the indices of the points that no other point beats in
// both coordinates, where lower is better in both, ordered by the first
// coordinate. Of equal points the first stands for all, because a line passes a
// place once; the selection of package convert keeps them all. Points with a NaN
// or infinite coordinate are never on the front.
func ParetoFront(points [][2]float64) []int {
	var order []int
	for i, p := range points {
		if stats.Finite(p[0]) && stats.Finite(p[1]) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := points[order[i]], points[order[j]]
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		return a[1] < b[1]
	})
	var front []int
	best := math.Inf(1)
	for _, i := range order {
		if points[i][1] < best {
			best = points[i][1]
			front = append(front, i)
		}
	}
	return front
}

// Placing labels along one axis so that none overlap and all stay near what
// they name.

package chart

import (
	"math"
	"sort"
)

// spread returns centres for boxes of the given sizes that want to stand at
// want: no two overlap, their order is that of want, they stay in [lo, hi] as
// far as there is room, and the squares of the shifts are least.
func spread(want, size []float64, lo, hi float64) []float64 {
	n := len(want)
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	sort.SliceStable(idx, func(a, b int) bool { return want[idx[a]] < want[idx[b]] })

	// Taking the space that earlier boxes need from each wish turns "do not
	// overlap" into "do not decrease", which merging neighbours solves.
	type block struct {
		sum   float64
		count int
	}
	off := make([]float64, n) // centre of box k when all are packed from 0
	var blocks []block
	var acc float64
	for k, i := range idx {
		off[k] = acc + size[i]/2
		acc += size[i]
		blocks = append(blocks, block{want[i] - off[k], 1})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if a.sum/float64(a.count) <= b.sum/float64(b.count) {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{a.sum + b.sum, a.count + b.count})
		}
	}
	out := make([]float64, n)
	k := 0
	for _, b := range blocks {
		base := math.Max(lo, math.Min(b.sum/float64(b.count), hi-acc))
		for j := 0; j < b.count; j++ {
			out[idx[k]] = base + off[k]
			k++
		}
	}
	return out
}

// Plausible: a result against the board's other models of its size on the same
// hardware and task. Ten times better may be true; then a person has looked.

package review

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

const (
	// farBetter is how many times better than the median of its neighbours a
	// result is worth a question.
	farBetter = 10
	// leastNeighbours is how many other models the median needs.
	leastNeighbours = 3
	// listedNeighbours is how many of them a finding names.
	listedNeighbours = 5
)

// plausibleBy are the metrics that are compared: energy, where lower is better.
var plausibleBy = [...]struct{ key, unit string }{
	{"energy_per_output_token_j", "J/token"},
	{"energy_per_1000_requests_wh", "Wh/1000"},
}

// sizeBounds are the upper ends of the size classes, 10^9 parameters in all.
var sizeBounds = [...]float64{1, 3, 10, 30, 100, 300, math.Inf(1)}

// peer is a model of a size class with its best value.
type peer struct {
	model string
	value float64
}

// plausible compares each picked result with the best of every other model of
// its class: the best, since load alone moves one model's numbers tenfold.
func (c *check) plausible() {
	for _, by := range plausibleBy {
		best := map[string]map[string]float64{} // class -> model -> value
		for _, r := range c.all {
			v, ok := r.Value(by.key)
			k := c.peers(r)
			if !ok || k == "" || v <= 0 {
				continue
			}
			if best[k] == nil {
				best[k] = map[string]float64{}
			}
			if b, ok := best[k][r.Model.Name]; !ok || v < b {
				best[k][r.Model.Name] = v
			}
		}
		sorted := map[string][]peer{}
		for k, models := range best {
			for m, v := range models {
				sorted[k] = append(sorted[k], peer{m, v})
			}
			slices.SortFunc(sorted[k], func(a, b peer) int {
				return cmp.Or(cmp.Compare(a.value, b.value), strings.Compare(a.model, b.model))
			})
		}
		// One question a model and class: about its best result that is looked at.
		top := map[string]*result.Loaded{}
		for _, r := range c.picked {
			v, ok := r.Value(by.key)
			k := c.peers(r)
			if !ok || k == "" || v <= 0 || r.Draft != "" {
				continue
			}
			k += "\x00" + r.Model.Name
			if t := top[k]; t == nil || v < value(t, by.key) {
				top[k] = r
			}
		}
		for _, k := range slices.Sorted(maps.Keys(top)) {
			r := top[k]
			c.compare(r, by.key, by.unit, value(r, by.key), sorted[c.peers(r)])
		}
	}
}

func value(r *result.Loaded, key string) float64 {
	v, _ := r.Value(key)
	return v
}

// compare asks about one value.
func (c *check) compare(r *result.Loaded, key, unit string, v float64, class []peer) {
	var others []peer
	var values []float64
	for _, p := range class {
		if p.model != r.Model.Name {
			others = append(others, p)
			values = append(values, p.value)
		}
	}
	if len(others) < leastNeighbours {
		return
	}
	median := stats.Median(values)
	if v*farBetter > median {
		return
	}
	var names []string
	for _, p := range others[:min(len(others), listedNeighbours)] {
		names = append(names, fmt.Sprintf("%s %.4g", result.Clip(p.model), p.value))
	}
	if n := len(others) - len(names); n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	c.say(result.Warn, "REV-BETTER", r.Path, "/metrics/"+key+"/value", "check unit, boundary and token count; if it is right, say why in notes",
		"%.4g %s is %.0f times better than the median of the best of %d other models of this size on this hardware and task, %.4g: %s",
		v, unit, median/v, len(others), median, strings.Join(names, ", "))
}

// peers is the class that a result is compared in, "" where it is in none: task,
// hardware, what the joules include, and size.
func (c *check) peers(r *result.Loaded) string {
	size := r.Model.SizeClass
	p := r.Model.ParametersB
	switch {
	case r.Hardware == nil || r.Boundary == nil:
		return ""
	case p != nil:
		i, _ := slices.BinarySearch(sizeBounds[:], *p)
		size = fmt.Sprint(min(i, len(sizeBounds)-1))
	case size == "":
		return ""
	}
	hardware := r.Hardware.Name
	if c.in.Catalog != nil {
		if h, ok := c.in.Catalog.HardwareFor(hardware); ok {
			hardware = h.ID
		}
	}
	return strings.Join([]string{r.Workload.Task, hardware, r.Boundary.Includes, size}, "\x00")
}

// Ranks that say how sure they are: two results share a rank where their 95 %
// intervals overlap.

package rank

import (
	"math"
	"sort"
	"strings"

	"jouleboard/internal/result"
)

// contender is one ranked row as numbers; lower is better.
type contender struct {
	v float64
	// lo and hi are the interval, both v without one; lo2 and hi2 leave out the
	// gain of the meter, which is the same for results of the same devices.
	lo, hi, lo2, hi2 float64
	interval         bool
	devices          string // equal for the same set of devices, "" if unknown
}

// newContender reads a result's value and interval. Only keys of `metrics` have
// intervals; statistics of distributions do not.
func newContender(r *result.Result, key string, v float64, higher bool) contender {
	c := contender{v: v, lo: v, hi: v, lo2: v, hi2: v, devices: deviceSet(r)}
	if m, ok := r.Metrics[key]; ok && m.CI95 != nil {
		c.interval = true
		c.lo, c.hi = m.CI95[0], m.CI95[1]
		c.lo2, c.hi2 = c.lo, c.hi
		if m.U != nil && m.U.Gain != nil {
			c.lo2, c.hi2 = v-withoutGain(v-c.lo, v, *m.U.Gain), v+withoutGain(c.hi-v, v, *m.U.Gain)
		}
	}
	if higher {
		c.v, c.lo, c.hi, c.lo2, c.hi2 = -c.v, -c.hi, -c.lo, -c.hi2, -c.lo2
	}
	return c
}

// withoutGain takes the gain's part out of one side of an interval. The parts
// add as squares: side^2 = rest^2 + (2 x gain x value)^2.
func withoutGain(side, v, gain float64) float64 {
	part := 2 * gain * v
	return math.Sqrt(math.Max(0, float64(side*side)-float64(part*part)))
}

// deviceSet names the set of devices that a measured result ran on.
func deviceSet(r *result.Result) string {
	if r.Hardware == nil || len(r.Hardware.Devices) == 0 {
		return ""
	}
	ids := make([]string, len(r.Hardware.Devices))
	for i, d := range r.Hardware.Devices {
		if d.UUIDSHA256 == "" {
			return ""
		}
		ids[i] = d.UUIDSHA256
	}
	sort.Strings(ids)
	return strings.Join(ids, " ")
}

// span is a rank from..to, 1 the best.
type span struct{ lo, hi int }

// bounds are sorted ends of intervals, to count how many lie beyond a number.
type bounds struct{ lo, hi, lo2, hi2 []float64 }

func (b *bounds) add(c contender) {
	b.lo, b.hi = append(b.lo, c.lo), append(b.hi, c.hi)
	b.lo2, b.hi2 = append(b.lo2, c.lo2), append(b.hi2, c.hi2)
}

func (b *bounds) sort() {
	for _, s := range [][]float64{b.lo, b.hi, b.lo2, b.hi2} {
		sort.Float64s(s)
	}
}

func below(sorted []float64, v float64) int { return sort.SearchFloat64s(sorted, v) }

func above(sorted []float64, v float64) int {
	return len(sorted) - sort.Search(len(sorted), func(i int) bool { return sorted[i] > v })
}

// ranks gives each contender its span. With an interval it runs from 1 + those
// wholly better to n - those wholly worse; without one it is the plain rank by
// value, equal values sharing it.
func ranks(cs []contender) []span {
	var all bounds
	same := map[string]*bounds{}
	values := make([]float64, len(cs))
	for i, c := range cs {
		all.add(c)
		values[i] = c.v
		if c.devices != "" {
			if same[c.devices] == nil {
				same[c.devices] = &bounds{}
			}
			same[c.devices].add(c)
		}
	}
	all.sort()
	sort.Float64s(values)
	for _, b := range same {
		b.sort()
	}
	out := make([]span, len(cs))
	for i, c := range cs {
		if !c.interval {
			r := 1 + below(values, c.v)
			out[i] = span{r, r}
			continue
		}
		better, worse := below(all.hi, c.lo), above(all.lo, c.hi)
		if b := same[c.devices]; b != nil {
			better += below(b.hi2, c.lo2) - below(b.hi, c.lo)
			worse += above(b.lo2, c.hi2) - above(b.lo, c.hi)
		}
		out[i] = span{1 + better, len(cs) - worse}
	}
	return out
}

// Energy of one device over a stretch of time (measurement rules E7 to E13),
// and the state of the device in it: pure functions over ticks, in integers
// until the last division.

package result

import (
	"math"
	"math/bits"
	"slices"

	"jouleboard/internal/stats"
)

// Periods of the energy rules, in microseconds.
const (
	// bracketUs is how long before and after a window sampling must run (E7).
	bracketUs = 2_000_000
	// defaultUpdateUs stands for an update period that could not be found (E6).
	defaultUpdateUs = 100_000
)

// point is one reading, or one edge of a counter.
type point struct{ t, v int64 }

// series are the readings of one device without their gaps.
type series struct {
	power   []point // mW
	counter []point // mJ
	edges   []point // of the counter (E7)
}

// deviceSeries collects the readings of device d of G.
func (s *SamplesFile) deviceSeries(d int) series {
	var out series
	for i := range s.Ticks {
		g := &s.Ticks[i]
		if d < len(g.P) && g.P[d] != nil && *g.P[d] > 0 { // a 0 is a gap that was written wrongly (E5)
			out.power = append(out.power, point{g.T, *g.P[d]})
		}
		if d < len(g.C) && g.C[d] != nil {
			out.counter = append(out.counter, point{g.T, *g.C[d]})
		}
	}
	out.edges = edgesOf(out.counter)
	return out
}

// edgesOf are the polls at which a counter differs from the poll before (E7).
func edgesOf(counter []point) []point {
	var edges []point
	for i := 1; i < len(counter); i++ {
		if counter[i].v != counter[i-1].v {
			edges = append(edges, counter[i])
		}
	}
	return edges
}

// around finds the neighbours of t: the last point at or before it and the
// first one after it. A last point exactly at t needs no neighbour after it.
func around(ps []point, t int64) (a, b point, ok bool) {
	i, _ := slices.BinarySearchFunc(ps, t, func(p point, t int64) int {
		if p.t <= t {
			return -1
		}
		return 1
	})
	switch {
	case i == 0:
		return a, b, false
	case i == len(ps):
		return ps[i-1], ps[i-1], ps[i-1].t == t
	}
	return ps[i-1], ps[i], true
}

// counterAt is C(t) of E7. ok is false where no edge stands on one side, or the
// counter fell between the two.
func counterAt(edges []point, t int64) (mj int64, ok bool) {
	a, b, ok := around(edges, t)
	switch {
	case !ok || b.v < a.v:
		return 0, false
	case a.t == b.t:
		return a.v, true
	}
	return a.v + mulDiv(b.v-a.v, t-a.t, b.t-a.t), true
}

// between interpolates linearly, rounding down, also where values fall.
func between(a, b point, t int64) int64 {
	switch {
	case b.t <= a.t:
		return a.v
	case b.v >= a.v:
		return a.v + mulDiv(b.v-a.v, t-a.t, b.t-a.t)
	}
	return a.v - mulDivUp(a.v-b.v, t-a.t, b.t-a.t)
}

// integral is E9: the trapezoid over power readings from t0 to t1, linear at
// the edges, in millijoules rounded down. ok is false where readings do not
// reach beyond both edges.
func integral(power []point, t0, t1 int64) (mj int64, ok bool) {
	a0, b0, ok0 := around(power, t0)
	a1, b1, ok1 := around(power, t1)
	if !ok0 || !ok1 || t1 <= t0 {
		return 0, false
	}
	// S is in mW*us = nJ, twice the energy; 128 bits, as a long run of hostile
	// readings could pass 63.
	var hi, lo uint64
	last := point{t0, between(a0, b0, t0)}
	add := func(p point) {
		h, l := bits.Mul64(uint64(last.v+p.v), uint64(p.t-last.t))
		var carry uint64
		lo, carry = bits.Add64(lo, l, 0)
		hi += h + carry
		last = p
	}
	i, _ := slices.BinarySearchFunc(power, t0+1, func(p point, t int64) int { return int(min(max(p.t-t, -1), 1)) })
	for ; i < len(power) && power[i].t < t1; i++ {
		add(power[i])
	}
	add(point{t1, between(a1, b1, t1)})
	if hi >= 2_000_000 {
		return 0, false // beyond what any device can use
	}
	q, _ := bits.Div64(hi, lo, 2_000_000)
	if q > math.MaxInt64 {
		return 0, false
	}
	return int64(q), true
}

// QuantBound is the worst-case quantisation error of a counter difference in
// millijoules (E8), for the highest power in milliwatts, the update period U
// and the sampling gap s in microseconds.
func QuantBound(maxMW, updateUs, samplingUs int64) float64 {
	u := updateUs
	if samplingUs > u {
		u += samplingUs
	}
	return float64(maxMW) * float64(2*u+samplingUs) / 1e6
}

// QuantUncertainty is the standard uncertainty u_q of E8 in millijoules, of an
// energy in millijoules over a length in microseconds.
func QuantUncertainty(energyMJ, lengthUs, updateUs, samplingUs int64) float64 {
	return float64(energyMJ) * float64(updateUs+samplingUs) / float64(lengthUs) / math.Sqrt(6)
}

// deviceEnergy is what one device used over [t0, t1).
type deviceEnergy struct {
	mj    int64
	ok    bool   // the source gave it
	cross *int64 // the integral, where the source is the counter (E11)
	// samplingUs is s, largestUs the largest gap between readings of the source,
	// which began at largestAt.
	samplingUs, medianUs, largestUs, largestAt int64
	bracketed                                  bool  // sampling ran long enough before and after (E7)
	maxMW, minMW                               int64 // of power readings from 2 s before to 2 s after
}

// energyOf applies the source of the device (E1); it never takes the other one
// instead.
func energyOf(sr *series, dev *SampleDevice, t0, t1 int64) deviceEnergy {
	var e deviceEnergy
	trap, trapOK := integral(sr.power, t0, t1)
	readings := sr.power
	if dev.Source == SourceCounter {
		readings = sr.counter
		from, ok0 := counterAt(sr.edges, t0)
		to, ok1 := counterAt(sr.edges, t1)
		e.mj, e.ok = to-from, ok0 && ok1 && to > from
		if trapOK {
			e.cross = &trap
		}
	} else {
		e.mj, e.ok = trap, trapOK && trap > 0
	}
	e.gaps(readings, t0, t1)
	for _, p := range sr.power {
		if p.t >= t0-bracketUs && p.t <= t1+bracketUs {
			e.maxMW = max(e.maxMW, p.v)
			if e.minMW == 0 || p.v < e.minMW {
				e.minMW = p.v
			}
		}
	}
	return e
}

// gaps measures the sampling around [t0, t1): from the last reading before it to
// the first one after it.
func (e *deviceEnergy) gaps(readings []point, t0, t1 int64) {
	n := len(readings)
	if n == 0 {
		e.largestUs, e.largestAt = t1-t0, t0
		return
	}
	e.bracketed = readings[0].t <= t0-bracketUs && readings[n-1].t >= t1+bracketUs
	var gaps []int64
	note := func(from, to int64) {
		if gap := to - from; gap > e.largestUs {
			e.largestUs, e.largestAt = gap, from
		}
	}
	for i := 1; i < n; i++ {
		if readings[i].t > t0 && readings[i-1].t < t1 {
			gaps = append(gaps, readings[i].t-readings[i-1].t)
			note(readings[i-1].t, readings[i].t)
		}
	}
	// Readings that begin late or end early leave a gap as well.
	if first := readings[0].t; first > t0 {
		note(t0, min(first, t1))
	}
	if last := readings[n-1].t; last < t1 {
		note(max(last, t0), t1)
	}
	slices.Sort(gaps)
	e.medianUs = stats.NearestRank(gaps, 1, 2)
	e.samplingUs = e.medianUs
}

// update is U of a device.
func (d *SampleDevice) update() int64 {
	if d.UpdateUs > 0 {
		return d.UpdateUs
	}
	return defaultUpdateUs
}

// counterFault is one of the faults of V13, with what its message needs.
type counterFault struct {
	kind  string // fell, froze, jumped
	at    int64  // us
	mj    int64  // fell or jumped by
	forUs int64  // froze for
}

// counterFaults looks for a counter that fell, stood still while there was
// power, or jumped by more than the power limit allows (E12, V13), from 2 s
// before t0 to 2 s after t1. At most one fault of each kind is returned.
func counterFaults(sr *series, dev *SampleDevice, limitMW, t0, t1 int64) []counterFault {
	var out []counterFault
	seen := map[string]bool{}
	say := func(f counterFault) {
		if !seen[f.kind] {
			seen[f.kind] = true
			out = append(out, f)
		}
	}
	u := dev.update()
	patience := max(1_000_000, 10*u)
	var prev, change point
	began := false
	power := sr.power
	for _, c := range sr.counter {
		if c.t < t0-bracketUs || c.t > t1+bracketUs {
			continue
		}
		for len(power) > 1 && power[1].t <= c.t {
			power = power[1:]
		}
		if !began {
			prev, change, began = c, c, true
			continue
		}
		gap := c.t - prev.t
		switch {
		case c.v < prev.v:
			say(counterFault{kind: "fell", at: c.t, mj: prev.v - c.v})
			change = c
		case c.v > prev.v:
			// A counter moves once in U, so a step may hold the energy of a whole
			// period that the polls see only the end of.
			if most := 1.5 * float64(limitMW) * float64(max(c.t-change.t, u)+gap) / 1e6; limitMW > 0 && float64(c.v-prev.v) > most {
				say(counterFault{kind: "jumped", at: c.t, mj: c.v - prev.v})
			}
			change = c
		case c.t-change.t > patience:
			// Only power that was read during the stillness says that it is wrong.
			if len(power) > 0 && power[0].t > change.t && power[0].t <= c.t {
				say(counterFault{kind: "froze", at: change.t, forUs: c.t - change.t})
			}
		}
		prev = c
	}
	return out
}

// cpuEnergy adds a kind of powercap zone over [t0, t1), in microjoules. A
// counter that falls has wrapped (E16). ok is false where no zone of the kind
// was read on both sides.
func (s *SamplesFile) cpuEnergy(kind string, t0, t1 int64) (uj int64, ok bool) {
	for z, zone := range s.Header.CPUZones {
		if zone.Kind != kind {
			continue
		}
		var ps []point
		var wraps, before int64
		for i := range s.CPU {
			c := &s.CPU[i]
			if z >= len(c.E) || c.E[z] == nil {
				continue
			}
			v := *c.E[z]
			if len(ps) > 0 && v < before {
				wraps += zone.MaxUJ
			}
			before = v
			ps = append(ps, point{c.T, v + wraps})
		}
		a0, b0, ok0 := around(ps, t0)
		a1, b1, ok1 := around(ps, t1)
		if !ok0 || !ok1 {
			return 0, false
		}
		uj += between(a1, b1, t1) - between(a0, b0, t0)
		ok = true
	}
	return uj, ok && uj > 0
}

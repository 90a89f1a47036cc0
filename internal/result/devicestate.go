// The state of a device over a window: clocks, temperature, slowdown, foreign
// processes (measurement rules, section 9 and M1).

package result

import (
	"slices"
)

// spread is the mean, smallest and largest of slow readings inside a window.
type spread struct {
	n             int64
	sum, min, max int64
}

func (s *spread) add(v int64) {
	if s.n == 0 || v < s.min {
		s.min = v
	}
	if s.n == 0 || v > s.max {
		s.max = v
	}
	s.n++
	s.sum += v
}

func (s *spread) stats() (mean, least, most *float64) {
	if s.n == 0 {
		return nil, nil, nil
	}
	m, a, b := float64(s.sum)/float64(s.n), float64(s.min), float64(s.max)
	return &m, &a, &b
}

// Bits of the clock-event mask that mean thermal or brake slowdown: hardware
// slowdown, software thermal, hardware thermal, hardware power brake.
const slowdownBits = 0x08 | 0x20 | 0x40 | 0x80

// slowReasons are the counters that V20 judges.
var slowReasons = []string{ReasonHWThermal, ReasonHWPowerBrake, ReasonSWThermal}

// stateOf fills the state of device d over w into out.
func (s *SamplesFile) stateOf(d int, w RunWindow, out *WindowDevice) {
	var sm, mem, temp spread
	var masked, masks int64
	pids := map[int64]bool{}
	for i := range s.Slow {
		v := &s.Slow[i]
		if v.T < w.Start || v.T >= w.End {
			continue
		}
		add := func(to *spread, xs []*int64) {
			if d < len(xs) && xs[d] != nil {
				to.add(*xs[d])
			}
		}
		add(&sm, v.SM)
		add(&mem, v.Mem)
		add(&temp, v.Temp)
		if d < len(v.Reasons) && v.Reasons[d] != nil {
			masks++
			if *v.Reasons[d]&slowdownBits != 0 {
				masked++
			}
		}
		for _, p := range v.Foreign {
			if p.Device == d && p.Pid >= 0 {
				pids[p.Pid] = true
			}
		}
	}
	out.SMClockMHz, out.SMClockMinMHz, out.SMClockMaxMHz = sm.stats()
	out.MemoryClockMHz, out.MemoryClockMinMHz, out.MemoryClockMaxMHz = mem.stats()
	out.TemperatureC, out.TemperatureMinC, out.TemperatureMaxC = temp.stats()
	for pid := range pids {
		out.ForeignPids = append(out.ForeignPids, pid)
	}
	slices.Sort(out.ForeignPids)
	out.ReasonsNs = s.reasonsOf(d, w)
	if out.ReasonsNs != nil {
		var ns int64
		for _, reason := range slowReasons {
			ns += out.ReasonsNs[reason]
		}
		// Two reasons at once count the same time twice; no more than all of it.
		us := min(ns/1000, w.Length())
		out.ThrottleUs = &us
	} else if masks > 0 {
		us := mulDiv(w.Length(), masked, masks)
		out.ThrottleUs = &us
	}
}

// reasonsOf is the time spent in each clock-event reason, from the nanosecond
// counters: linear between the readings around each edge of the window, and
// from the nearest reading where there is none beyond it.
func (s *SamplesFile) reasonsOf(d int, w RunWindow) map[string]int64 {
	read := map[string][]point{}
	for i := range s.Slow {
		v := &s.Slow[i]
		for reason, xs := range v.Throttle {
			if d < len(xs) && xs[d] != nil && *xs[d] >= 0 {
				read[reason] = append(read[reason], point{v.T, *xs[d]})
			}
		}
	}
	var out map[string]int64
	for reason, ps := range read {
		at := func(t int64) int64 {
			t = min(max(t, ps[0].t), ps[len(ps)-1].t)
			a, b, _ := around(ps, t)
			return between(a, b, t)
		}
		if out == nil {
			out = map[string]int64{}
		}
		out[reason] = max(0, at(w.End)-at(w.Start))
	}
	return out
}

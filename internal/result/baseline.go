// What is measured before and after the runs: the idle baseline (E13) and the
// client's own error (G14).

package result

import (
	"slices"

	"jouleboard/internal/stats"
)

// idle is the baseline of E13: each device before the warm-up and after the last
// run, and all of them over both.
func (a *analysis) idle() {
	var all, length int64
	usable := true
	for d := range a.s.Header.Devices {
		dev := &a.s.Header.Devices[d]
		one := Idle{UUIDSHA256: dev.UUIDSHA256}
		for i, span := range a.s.Header.Idle {
			if span.End <= span.Start || i > 1 {
				continue
			}
			// Sampling may begin a moment after the rest did; a baseline is a mean
			// power, so it is taken over what was sampled of the rest.
			if power := a.series[d].power; len(power) > 0 {
				span.Start, span.End = max(span.Start, power[0].t), min(span.End, power[len(power)-1].t)
			}
			if span.End <= span.Start {
				usable = false
				continue
			}
			e := energyOf(&a.series[d], dev, span.Start, span.End)
			if !e.ok && dev.Source == SourceCounter {
				// An idle counter may move too seldom to bracket a short stretch; a
				// baseline is no headline, so the integral serves.
				e.mj, e.ok = integral(a.series[d].power, span.Start, span.End)
			}
			if !e.ok || e.mj <= 0 {
				usable = false
				continue
			}
			w := watts(e.mj, span.End-span.Start)
			if i == 0 {
				one.BeforeW = &w
			} else {
				one.AfterW = &w
			}
			all += e.mj
			if d == 0 {
				length += span.End - span.Start
			}
		}
		if one.BeforeW != nil || one.AfterW != nil {
			a.sum.Idle = append(a.sum.Idle, one)
		}
	}
	if usable && length > 0 {
		a.sum.IdleW = new(watts(all, length))
	}
}

// watts is the mean power of an energy in millijoules over microseconds.
func watts(mj, us int64) float64 { return float64(mj) * 1000 / float64(us) }

// calibrationOf is the client's own error from the k lines (G14): how much later
// it saw first tokens, and how far off its gaps were. Absent without them.
func calibrationOf(s *SamplesFile) *Calibration {
	truth := s.Header.Calibration
	if truth == nil || len(s.Calibration) == 0 {
		return nil
	}
	var bias, gaps []int64
	for i := range s.Calibration {
		q := &s.Calibration[i]
		if q.First == nil || q.Start == nil {
			continue
		}
		bias = append(bias, *q.First-*q.Start-truth.FirstUs)
		for _, gap := range q.Dt {
			gaps = append(gaps, max(gap-truth.GapUs, truth.GapUs-gap))
		}
	}
	slices.Sort(bias)
	slices.Sort(gaps)
	out := &Calibration{Streams: truth.Streams}
	ms := func(sorted []int64, num, den int) *float64 {
		if len(sorted) == 0 {
			return nil
		}
		return new(float64(stats.NearestRank(sorted, num, den)) / 1000)
	}
	out.TTFTBiasP50, out.TTFTBiasP99 = ms(bias, 1, 2), ms(bias, 99, 100)
	out.GapErrorP99 = ms(gaps, 99, 100)
	if truth.ChunksPerSec != nil {
		out.ChunksPerSec = new(float64(*truth.ChunksPerSec))
	}
	return out
}

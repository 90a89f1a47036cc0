// Ways to spoil a measurement, for the tests of the rules.

package result_test

import (
	"slices"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// terse is a whole ranked measurement of few records.
var terse = resulttest.Spec{Concurrency: 2, Requests: 110, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 100_000, UpdateUs: 200_000}

// fault is one change to a measurement. before changes the records, and the
// result is computed over them as an honest program would; after changes the
// finished result or leaves it, as a forger would.
type fault struct {
	rule   string
	level  result.Level // worst of the rule; empty: the rule is silent
	name   string
	spec   resulttest.Spec
	before func(*result.Result, *result.SamplesFile)
	after  func(*result.Result)
	says   string   // part of the message
	also   []string // rules that must fire as well, since one fact breaks them all
}

// eachRequest changes the measured requests of all runs.
func eachRequest(change func(i int64, q *result.RequestRecord)) func(*result.Result, *result.SamplesFile) {
	return func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.Run > 0 {
				change(q.I, q)
			}
		}
	}
}

// oneRequest changes request i of run 1.
func oneRequest(i int64, change func(q *result.RequestRecord)) func(*result.Result, *result.SamplesFile) {
	return eachRequest(func(j int64, q *result.RequestRecord) {
		if i == j && q.Run == 1 {
			change(q)
		}
	})
}

// ticks changes the ticks from t0 to t1.
func ticks(t0, t1 int64, change func(g *result.GPUTick)) func(*result.Result, *result.SamplesFile) {
	return func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Ticks {
			if g := &s.Ticks[i]; g.T >= t0 && g.T < t1 {
				change(g)
			}
		}
	}
}

func inSamples(change func(s *result.SamplesFile)) func(*result.Result, *result.SamplesFile) {
	return func(_ *result.Result, s *result.SamplesFile) { change(s) }
}

// plan changes what was asked for.
func plan(change func(r *result.Result)) func(*result.Result, *result.SamplesFile) {
	return func(r *result.Result, _ *result.SamplesFile) { change(r) }
}

// device changes the first device record of a finished result.
func device(change func(d *result.Device)) func(*result.Result) {
	return func(r *result.Result) { change(&r.Hardware.Devices[0]) }
}

// limits sets the enforced and the default power limit in watts wherever they
// are kept.
func limits(r *result.Result, s *result.SamplesFile, enforced, normal int64) {
	for _, d := range []*result.SampleDevice{&s.Header.Devices[0], &s.End.Devices[0]} {
		d.LimitMW, d.DefaultMW = new(1000*enforced), new(1000*normal)
	}
	for i := range s.Slow {
		s.Slow[i].Limit = []*int64{new(1000 * enforced)}
	}
	d := &r.Hardware.Devices[0]
	d.PowerLimitW, d.PowerLimitDefaultW = new(float64(enforced)), new(float64(normal))
}

// fail makes every nth request of the runs fail.
func fail(nth int64) func(*result.Result, *result.SamplesFile) {
	return eachRequest(func(i int64, q *result.RequestRecord) {
		if i%nth == 0 {
			q.Oc, q.Fin = "timeout_idle", ""
		}
	})
}

// later moves what a request did after its start by some microseconds.
func later(q *result.RequestRecord, us int64) {
	for _, p := range []**int64{&q.First, &q.Out, &q.Last, &q.End} {
		*p = new(**p + us)
	}
}

// gap leaves out the samples of a stretch.
func gap(from, length int64) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		s.Ticks = slices.DeleteFunc(s.Ticks, func(g result.GPUTick) bool { return g.T > from && g.T < from+length })
	})
}

// scale multiplies power readings, in per cent.
func scale(percent int64) func(*result.Result, *result.SamplesFile) {
	return ticks(0, 1<<40, func(g *result.GPUTick) { g.P[0] = new(*g.P[0] * percent / 100) })
}

// scaleBoth multiplies power and counter.
func scaleBoth(percent int64) func(*result.Result, *result.SamplesFile) {
	return ticks(0, 1<<40, func(g *result.GPUTick) {
		g.P[0], g.C[0] = new(*g.P[0]*percent/100), new(*g.C[0]*percent/100)
	})
}

// costlier multiplies what a run uses, in power and counter, in per cent.
func costlier(run int, percent int64) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		from, to := s.Header.Runs[run-1].Start, s.Header.Runs[run-1].Stop
		more := make([]int64, len(s.Header.Devices)) // of the counter, up to here
		before := make([]int64, len(s.Header.Devices))
		for i := range s.Ticks {
			g := &s.Ticks[i]
			for d := range more {
				raw := *g.C[d]
				if i > 0 && g.T >= from && g.T < to {
					more[d] += (raw - before[d]) * (percent - 100) / 100
					g.P[d] = new(*g.P[d] * percent / 100)
				}
				before[d] = raw
				g.C[d] = new(raw + more[d])
			}
		}
	})
}

// slow changes the slow states inside the first window.
func slow(change func(k int64, v *result.SlowState)) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		for i := range s.Slow {
			if v := &s.Slow[i]; v.T >= 70_000_000 && v.T < 120_000_000 {
				change((v.T-70_000_000)/1_000_000, v)
			}
		}
	})
}

// throttled raises the thermal counter for some seconds of the first window of
// about 67 s.
func throttled(seconds int64) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		for i := range s.Slow {
			v := &s.Slow[i]
			v.Throttle[result.ReasonHWThermal] = []*int64{new(1000 * min(max(0, v.T-70_000_000), seconds*1_000_000))}
		}
	})
}

// bias makes the client see first tokens late in its own calibration.
func bias(us int64) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		for i := range s.Calibration {
			q := &s.Calibration[i]
			later(q, us-400)
		}
	})
}

// overdue makes every request due some microseconds before it starts.
func overdue(us int64) func(*result.Result, *result.SamplesFile) {
	return func(r *result.Result, s *result.SamplesFile) {
		eachRequest(func(_ int64, q *result.RequestRecord) { q.Sched = new(*q.Sched - us) })(r, s)
		for i := range s.Header.Runs {
			s.Header.Runs[i].Start -= us
		}
	}
}

// slowRun stretches one run, in per cent: the same tokens and power over a longer
// time.
func slowRun(run int, percent int64) func(*result.Result, *result.SamplesFile) {
	return inSamples(func(s *result.SamplesFile) {
		from := s.Header.Runs[run-1].Start
		stretch := func(t int64) int64 {
			if t <= from {
				return t
			}
			return from + (t-from)*percent/100
		}
		for i := range s.Requests {
			q := &s.Requests[i]
			if q.Run != run {
				continue
			}
			for _, p := range []**int64{&q.Sched, &q.Start, &q.Sent, &q.Hdr, &q.First, &q.Out, &q.Last, &q.End} {
				*p = new(stretch(**p))
			}
			t := *q.First
			for k := range q.Dt {
				q.Dt[k] = (*q.Last - t) / int64(len(q.Dt)-k)
				t += q.Dt[k]
			}
		}
		s.Header.Runs[run-1].Stop = stretch(s.Header.Runs[run-1].Stop)
	})
}

var open = resulttest.Spec{Rate: 2, Requests: 200, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 100_000, UpdateUs: 200_000}

func runs(n int) resulttest.Spec {
	sp := terse
	sp.Runs = n
	return sp
}

func two() resulttest.Spec {
	sp := terse
	sp.Devices = 2
	return sp
}

// again gives the first requests of one run the prompts of another.
func again(s *result.SamplesFile, from, to int) {
	prompt := map[int64]string{}
	for _, q := range s.Requests {
		if q.Run == from {
			prompt[q.I] = q.Ph16
		}
	}
	for i := range s.Requests {
		if q := &s.Requests[i]; q.Run == to {
			q.Ph16 = prompt[q.I]
		}
	}
}

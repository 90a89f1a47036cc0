// From the values of runs to a metric with its intervals (measurement rules S5
// to S7).

package result

import (
	"math"
	"slices"

	"jouleboard/internal/stats"
)

// gainUncertainty is the standard uncertainty of a GPU's own sensor: 5 %,
// uniform, the same for all runs and devices (E2, S7).
var gainUncertainty = 0.05 / math.Sqrt(3)

// metricOf summarises one value per run: the median with the spread of runs. For
// an energy metric quant is the relative quantisation uncertainty, and ci95
// comes from U95; for others ci95 is repeat95 (S7).
func metricOf(values []float64, provenance string, quant *float64) Metric {
	m := Metric{Value: stats.Median(values), N: int64(len(values)), Stat: "median", Provenance: provenance}
	runs := len(values)
	if runs < 2 {
		if quant != nil {
			m.U = &Uncertainty{Quant: quant, Gain: new(gainUncertainty)}
		}
		return m
	}
	least, most := slices.Min(values), slices.Max(values)
	m.Min, m.Max = &least, &most
	mean, sd := stats.Mean(values), stats.Stddev(values)
	if least == most { // rounding in the mean must not look like spread
		mean, sd = least, 0
	}
	half := stats.T95(runs-1) * sd / math.Sqrt(float64(runs))
	m.Repeat95 = &Interval{min(mean-half, m.Value), max(mean+half, m.Value)}
	if mean != 0 {
		cv := sd / math.Abs(mean)
		m.CV = &cv
	}
	if quant == nil || m.CV == nil {
		ci := *m.Repeat95
		m.CI95 = &ci
		return m
	}
	u := combined(*m.CV, *quant, runs)
	m.U = &u
	m.CI95 = new(U95(u, runs).around(m.Value))
	return m
}

// combined gathers the parts of the uncertainty of an energy metric.
func combined(cv, quant float64, runs int) Uncertainty {
	repeat := cv / math.Sqrt(float64(runs))
	return Uncertainty{Repeat: &repeat, Quant: &quant, Gain: new(gainUncertainty)}
}

// RelativeU is a relative expanded uncertainty at 95 %.
type RelativeU float64

// U95 combines the parts of S7 for a number of runs. A part that is absent
// counts as none, so a caller leaves the gain out by a copy without it, as
// results of the same devices are ranked.
func U95(u Uncertainty, runs int) RelativeU {
	part := func(p *float64, k float64) float64 {
		if p == nil {
			return 0
		}
		x := float64(k * *p)
		return float64(x * x)
	}
	t := 0.0
	if runs > 1 {
		t = stats.T95(runs - 1)
	}
	return RelativeU(math.Sqrt(part(u.Repeat, t) + part(u.Quant, 2) + part(u.Gain, 2)))
}

// around is the interval about a value.
func (u RelativeU) around(v float64) Interval {
	a, b := v*(1-float64(u)), v*(1+float64(u))
	return Interval{min(a, b), max(a, b)}
}

// The four rating methods as plain arithmetic: values in, stars out.

package rank

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/stats"
)

// boundaryTolerance lets a value that prints as equal to a boundary have the
// better side.
const boundaryTolerance = 1e-9

// maxLevelError is how far a stored level may be from its formula: four digits
// round by up to 0.05 %.
const maxLevelError = 0.0006

// thresholdStars returns the most stars whose level the value meets, else 1.
// Levels of half stars are passed over where the scale has whole stars only.
func thresholdStars(levels Levels, v float64, half, higher bool) float64 {
	for _, l := range levels { // most stars first
		if !half && l.Stars != math.Trunc(l.Stars) {
			continue
		}
		if higher && v >= l.Value*(1-boundaryTolerance) || !higher && v <= l.Value*(1+boundaryTolerance) {
			return l.Stars
		}
	}
	return 1
}

// index is the unrounded position of a value on a log-index scale, for display.
func index(p Params, v float64, higher bool) float64 {
	ratio := math.Log(p.ERef / v)
	if higher {
		ratio = -ratio
	}
	return p.Mid + ratio/math.Log(p.Factor)
}

// formula is the level that the log-index gives to a number of stars.
func (s *Scale) formula(p Params, stars float64) float64 {
	e := p.Mid - stars
	if s.higher() {
		e = -e
	}
	return p.ERef * math.Pow(p.Factor, e)
}

func levelError(stored, exact float64) float64 { return math.Abs(stored/exact - 1) }

// cohortValues are the numbers of a live cohort, sorted; lower is better.
type cohortValues []float64

func newCohortValues(vs []float64, higher bool) cohortValues {
	c := make(cohortValues, len(vs))
	for i, v := range vs {
		if higher {
			v = -v
		}
		c[i] = v
	}
	sort.Float64s(c)
	return c
}

// equalWidthStars cuts the cohort's span in five equal bins. No tolerance, and
// the order of operations is the published one: this reproduces published
// stars digit for digit. The conversions keep a compiler from fusing.
func (c cohortValues) equalWidthStars(v float64) float64 {
	lo, hi := c[0], c[len(c)-1]
	w := float64(float64(hi-lo) / 5)
	return 5 - bin(math.Floor(float64(float64(v-lo)/w)))
}

// quantileStars ranks the value among the cohort: the best fifth has five
// stars.
func (c cohortValues) quantileStars(v float64) float64 {
	below := sort.SearchFloat64s(c, v) // how many are strictly better
	return 5 - bin(float64(5*below/len(c)))
}

// bin keeps a bin number inside 0..4, also for values outside the cohort.
func bin(k float64) float64 { return math.Max(0, math.Min(4, k)) }

// round returns v at n significant digits, half away from zero, decided on the
// shortest decimal form of v: the digits that a person would see.
func round(v float64, n int) float64 {
	if v == 0 || !stats.Finite(v) {
		return v
	}
	mant, exp, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', -1, 64), "e")
	digits := strings.Replace(mant, ".", "", 1)
	if len(digits) <= n {
		return v
	}
	up := digits[n] >= '5'
	whole, _ := strconv.ParseInt(digits[:n], 10, 64)
	if up {
		whole++
	}
	e, _ := strconv.Atoi(exp)
	out, _ := strconv.ParseFloat(strconv.FormatInt(whole, 10)+"e"+strconv.Itoa(e-n+1), 64)
	return math.Copysign(out, v)
}

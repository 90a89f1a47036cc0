// Arrival schedules (G5): computed and stored before the run, from the seed
// alone, the same on every machine.

package load

import (
	"errors"
	"fmt"
	"math"
	"time"

	"jouleboard/internal/stats"
)

// Arrivals describe an open loop.
type Arrivals struct {
	Process  string  // "poisson" (the default) or "constant"
	RatePerS float64 // above 0
	N        int     // arrivals, 0 if Duration bounds them
	Duration time.Duration
}

// maxArrivals bounds a schedule's memory.
const maxArrivals = 10_000_000

// Schedule returns the instants of the arrivals in microseconds from the start
// of the run: running sums of gaps, the first gap before the first arrival.
// Nothing is rescaled to hit a nominal duration; the realised rate is what it is.
func (a Arrivals) Schedule(src *stats.Source) ([]int64, error) {
	switch {
	case !(a.RatePerS > 0) || a.RatePerS > 1e6:
		return nil, fmt.Errorf("the rate is %v requests/s: expected a number above 0 and at most 1000000", a.RatePerS)
	case a.N < 0 || a.Duration < 0:
		return nil, errors.New("the number of requests and the duration cannot be below 0")
	case a.N == 0 && a.Duration == 0:
		return nil, errors.New("an open loop needs a number of requests or a duration")
	case a.N > maxArrivals || a.N == 0 && a.RatePerS*a.Duration.Seconds() > maxArrivals:
		return nil, fmt.Errorf("that is more requests than a schedule can hold (%d)", maxArrivals)
	}
	var next func(at float64) float64
	switch a.Process {
	case "", "poisson":
		mean := 1e6 / a.RatePerS
		next = func(at float64) float64 { return at + float64(-ln(1-src.Float64())*mean) }
	case "constant":
		k := 0.0
		next = func(float64) float64 { k++; return float64(k*1e6) / a.RatePerS }
	default:
		return nil, fmt.Errorf("arrival process %q: expected poisson or constant", a.Process)
	}
	var out []int64
	end := float64(a.Duration.Microseconds())
	for at := next(0); (a.N == 0 || len(out) < a.N) && (a.Duration == 0 || at < end); at = next(at) {
		out = append(out, int64(at))
	}
	return out, nil
}

// ln is the natural logarithm of a number in (0, 1]. The standard library's
// differs in its last bit from machine to machine, where a processor fuses a
// product with a sum; here each product is rounded (S8). The error is below
// 1e-15 of the result.
func ln(x float64) float64 {
	frac, exp := math.Frexp(x) // x = frac * 2^exp, frac in [0.5, 1)
	if frac < math.Sqrt2/2 {
		frac *= 2
		exp--
	}
	// ln(frac) = 2 artanh(z), z = (frac-1)/(frac+1), |z| < 0.172; the series in z²
	// is cut where its next term is below one part in 10^17.
	z := (frac - 1) / (frac + 1)
	zz := float64(z * z)
	sum := 0.0
	for k := 21; k >= 3; k -= 2 {
		sum = float64(zz * (1/float64(k) + sum))
	}
	lnFrac := float64(2*z) + float64(float64(2*z)*sum)
	return float64(float64(exp)*math.Ln2) + lnFrac
}

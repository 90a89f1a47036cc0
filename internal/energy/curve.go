// Power curves with an exact integral: what a fake board truly draws (X4).

package energy

import (
	"math"
	"math/rand/v2"
	"sort"
	"sync"
)

// Curve is power over time. Times are microseconds since the epoch and may be
// negative; MilliW is the power at one instant, MilliJ the energy from 0 to us
// (negative before 0), so that MilliJ(b)-MilliJ(a) is exact for any a and b.
type Curve interface {
	MilliW(us int64) float64
	MilliJ(us int64) float64
}

// Constant draws the same power always, in milliwatts.
type Constant float64

// MilliW is the power.
func (c Constant) MilliW(int64) float64 { return float64(c) }

// MilliJ is power by time.
func (c Constant) MilliJ(us int64) float64 { return float64(c) * seconds(us) }

// Step draws Before until AtUS and After from then on, in milliwatts.
type Step struct {
	AtUS          int64
	Before, After float64
}

// MilliW is one of the two.
func (c Step) MilliW(us int64) float64 {
	if us < c.AtUS {
		return c.Before
	}
	return c.After
}

// MilliJ adds the two parts.
func (c Step) MilliJ(us int64) float64 {
	from := func(at int64) float64 { // energy from AtUS to at
		if at < c.AtUS {
			return c.Before * seconds(at-c.AtUS)
		}
		return c.After * seconds(at-c.AtUS)
	}
	return from(us) - from(0)
}

// Sine swings around Mean by Amplitude, both in milliwatts.
type Sine struct {
	Mean, Amplitude float64
	PeriodUS        int64
}

// MilliW is Mean at time 0 and rises.
func (c Sine) MilliW(us int64) float64 { return c.Mean + c.Amplitude*math.Sin(c.angle(us)) }

// MilliJ is the closed form.
func (c Sine) MilliJ(us int64) float64 {
	return c.Mean*seconds(us) + c.Amplitude*seconds(c.PeriodUS)/(2*math.Pi)*(1-math.Cos(c.angle(us)))
}

func (c Sine) angle(us int64) float64 {
	return 2 * math.Pi * float64(mod(us, c.PeriodUS)) / float64(c.PeriodUS)
}

// Square draws High for the first HighUS of each period and Low for the rest, in
// milliwatts. With the period of a sensor it is the worst load there is (E3).
type Square struct {
	High, Low        float64
	PeriodUS, HighUS int64
}

// MilliW is one of the two.
func (c Square) MilliW(us int64) float64 {
	if mod(us, c.PeriodUS) < c.HighUS {
		return c.High
	}
	return c.Low
}

// MilliJ counts whole periods and the part of the last.
func (c Square) MilliJ(us int64) float64 {
	in := mod(us, c.PeriodUS)
	whole := (us - in) / c.PeriodUS
	high := whole*c.HighUS + min(in, c.HighUS)
	return c.High*seconds(high) + c.Low*seconds(us-high)
}

// batches is how many segments Batches has before it repeats.
const batches = 4096

// Batches is a server with batches of random length and size: piecewise
// constant power between Low and High, from a seed, repeated after 4096 pieces.
type Batches struct {
	ends  []int64   // of the pieces within one period
	power []float64 // mW of each piece
	sums  []float64 // mJ before each piece, and of the whole period at the end
}

// NewBatches makes pieces of meanUS on average (a fifth to nine fifths of it).
func NewBatches(seed uint64, low, high float64, meanUS int64) *Batches {
	rng := rand.New(rand.NewPCG(seed, 0x6a6f756c65)) // any second word; fixed, so that a seed names one curve
	b := &Batches{sums: []float64{0}}
	var end int64
	for range batches {
		d := max(1, int64(float64(meanUS)*(0.2+1.6*rng.Float64())))
		p := low + (high-low)*rng.Float64()
		end += d
		b.ends = append(b.ends, end)
		b.power = append(b.power, p)
		b.sums = append(b.sums, b.sums[len(b.sums)-1]+p*seconds(d))
	}
	return b
}

func (b *Batches) piece(in int64) int {
	return sort.Search(len(b.ends), func(k int) bool { return b.ends[k] > in })
}

// MilliW is the power of the piece.
func (b *Batches) MilliW(us int64) float64 {
	return b.power[b.piece(mod(us, b.ends[batches-1]))]
}

// MilliJ adds whole periods, whole pieces and the part of one.
func (b *Batches) MilliJ(us int64) float64 {
	period := b.ends[batches-1]
	in := mod(us, period)
	k := b.piece(in)
	var start int64
	if k > 0 {
		start = b.ends[k-1]
	}
	return float64((us-in)/period)*b.sums[batches] + b.sums[k] + b.power[k]*seconds(in-start)
}

// Dial is power that a program sets while time runs: a simulated board whose
// load follows a simulated server. It may be used by several goroutines.
type Dial struct {
	mu    sync.RWMutex
	times []int64   // when the power changed, ascending
	power []float64 // from then on
	sums  []float64 // mJ from times[0] to times[k]
}

// NewDial draws mw milliwatts until it is set.
func NewDial(mw float64) *Dial {
	return &Dial{times: []int64{0}, power: []float64{mw}, sums: []float64{0}}
}

// Set draws mw milliwatts from us on. A time before the last one counts as the
// last one, so that the past cannot change.
func (d *Dial) Set(us int64, mw float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.times) - 1
	us = max(us, d.times[n])
	if us == d.times[n] {
		d.power[n] = mw
		return
	}
	d.times = append(d.times, us)
	d.sums = append(d.sums, d.sums[n]+d.power[n]*seconds(us-d.times[n]))
	d.power = append(d.power, mw)
}

func (d *Dial) at(us int64) int {
	k := sort.Search(len(d.times), func(k int) bool { return d.times[k] > us })
	return max(0, k-1)
}

// MilliW is what was set last before us.
func (d *Dial) MilliW(us int64) float64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.power[d.at(us)]
}

// MilliJ adds what was set.
func (d *Dial) MilliJ(us int64) float64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k := d.at(us)
	return d.sums[k] + d.power[k]*seconds(us-d.times[k])
}

func seconds(us int64) float64 { return float64(us) / 1e6 }

// mod is the remainder that is never negative.
func mod(a, b int64) int64 {
	if m := a % b; m < 0 {
		return m + b
	} else {
		return m
	}
}

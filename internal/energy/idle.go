// Mean power over a span of samples: the idle baseline (E13), and what a display
// shows while a run goes on.

package energy

import (
	"context"
	"errors"
	"fmt"
)

// Mean is the mean power of one device over a span, and how it was found.
type Mean struct {
	MilliW   int64
	FromUS   int64 // of the span that the number truly covers
	ToUS     int64
	ByEnergy bool // from the counter; otherwise integrated power
}

// ErrTooShort says that a span holds too few samples to say anything.
var ErrTooShort = errors.New("too few samples")

// MeanPower is the mean power of device dev (its place in Devices) between two
// times: by the counter, between the first and the last poll in the span at
// which it moved, else by trapezoids over power. ErrTooShort wraps the reason
// if neither can be done or the counter fell.
func (s *Samples) MeanPower(dev int, from, to int64) (Mean, error) {
	var first, last, prev *Tick
	for k := range s.Ticks {
		t := &s.Ticks[k]
		c := t.EnergyMJ[dev]
		if t.T < from || t.T > to || c == nil {
			continue
		}
		if prev != nil {
			old := *prev.EnergyMJ[dev]
			if *c < old {
				return Mean{}, fmt.Errorf("%w: the counter of %s fell from %d to %d mJ", ErrTooShort, s.Devices[dev].UUID, old, *c)
			}
			if *c != old {
				if first == nil {
					first = t
				}
				last = t
			}
		}
		prev = t
	}
	if first != nil && last.T > first.T {
		mj := *last.EnergyMJ[dev] - *first.EnergyMJ[dev]
		return Mean{MilliW: perSecond(mj, last.T-first.T), FromUS: first.T, ToUS: last.T, ByEnergy: true}, nil
	}
	return s.integrated(dev, from, to)
}

// perSecond is mj per us microseconds in milliwatts, rounded down, without
// overflow for any energy that a counter can hold over a day.
func perSecond(mj, us int64) int64 {
	return mj/us*1_000_000 + mj%us*1_000_000/us
}

func (s *Samples) integrated(dev int, from, to int64) (Mean, error) {
	var area int64 // mW*us, twice
	var first, prev *Tick
	for k := range s.Ticks {
		t := &s.Ticks[k]
		p := t.PowerMW[dev]
		if t.T < from || t.T > to || p == nil {
			continue
		}
		if prev == nil {
			first = t
		} else {
			area += (*p + *prev.PowerMW[dev]) * (t.T - prev.T)
		}
		prev = t
	}
	if first == nil || prev == first {
		return Mean{}, fmt.Errorf("%w: neither counter nor power of %s can be averaged over %d ms",
			ErrTooShort, s.Devices[dev].UUID, (to-from)/1000)
	}
	return Mean{MilliW: area / 2 / (prev.T - first.T), FromUS: first.T, ToUS: prev.T}, nil
}

// Baseline samples for span microseconds and returns the mean power of each
// device, in the order given, with the samples. The caller sees to it that the
// server is loaded and has nothing to do.
func Baseline(ctx context.Context, src Source, devs []Device, opt Options, clock Clock, span int64) ([]Mean, Samples, error) {
	from := clock.Now()
	s, err := Record(ctx, src, devs, opt, clock, from+span)
	if err != nil {
		return nil, s, fmt.Errorf("energy: idle baseline: %w", err)
	}
	means := make([]Mean, len(devs))
	for i := range devs {
		if means[i], err = s.MeanPower(i, from, from+span); err != nil {
			return nil, s, fmt.Errorf("energy: idle baseline: %w", err)
		}
	}
	return means, s, nil
}

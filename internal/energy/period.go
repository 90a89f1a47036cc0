// How often a counter moves: its update period U (E6).

package energy

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"jouleboard/internal/stats"
)

// UnknownPeriodUS stands for an update period that could not be determined (E6).
const UnknownPeriodUS = 100_000

const (
	periodPollUS = 10_000
	periodSpanUS = 3_000_000
	minGaps      = 3 // a median of fewer gaps says nothing
)

// Update is how often a number moved while it was watched.
type Update struct {
	US       int64 // U: median gap between changes, UnknownPeriodUS if not Measured
	Measured bool
	Changes  int
	MinUS    int64 // shortest and longest gap between changes; 0 if not Measured
	MaxUS    int64
}

// UpdatePeriods polls the energy counter alone, of all devices in turn, each
// 10 ms for 3 s, and returns U for each in the order given. The error is that
// of ctx alone: a counter that fails or stands still is not Measured.
func UpdatePeriods(ctx context.Context, src Source, devs []Device, clock Clock) ([]Update, error) {
	reads := make([]func() (int64, error), len(devs))
	for i, d := range devs {
		if d.CounterSource != "" {
			reads[i] = func() (int64, error) { return src.Counter(d.Index) }
		}
	}
	seen, err := watch(ctx, reads, clock)
	out := make([]Update, len(devs))
	for i := range out {
		out[i] = seen[i].update()
	}
	return out, err
}

// watched is what one number did: when it changed and the values it had last.
type watched struct {
	value   int64
	known   bool
	edges   []int64
	falling bool
}

// watch polls all numbers; nil ones are left out.
func watch(ctx context.Context, reads []func() (int64, error), clock Clock) ([]watched, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out := make([]watched, len(reads))
	start := clock.Now()
	for next := start; next <= start+periodSpanUS; {
		if !clock.Wait(ctx, next) {
			return out, fmt.Errorf("energy: watching counters: %w", context.Cause(ctx))
		}
		for i, read := range reads {
			if read == nil {
				continue
			}
			v, err := read()
			if err == nil {
				out[i].see(clock.Now(), v)
			}
		}
		next = nextAfter(next, periodPollUS, clock.Now())
	}
	return out, nil
}

func (w *watched) see(t, v int64) {
	if w.known && v != w.value {
		w.edges = append(w.edges, t)
		w.falling = w.falling || v < w.value
	}
	w.value, w.known = v, true
}

func (w *watched) update() Update {
	u := Update{US: UnknownPeriodUS, Changes: len(w.edges)}
	var gaps []int64
	for k := 1; k < len(w.edges); k++ {
		gaps = append(gaps, w.edges[k]-w.edges[k-1])
	}
	if len(gaps) < minGaps {
		return u
	}
	u.Measured = true
	u.US = int64(stats.MedianInt(gaps))
	u.MinUS, u.MaxUS = slices.Min(gaps), slices.Max(gaps)
	return u
}

// Clocks: the one of a job, and one that a test moves.

package energy

import (
	"context"
	"sync"
	"time"
)

// Clock gives the time of a job in microseconds since its epoch (C1, C2) and
// waits on it.
type Clock interface {
	Now() int64
	// Wait returns true once Now is t or later, false if ctx ended before.
	Wait(ctx context.Context, t int64) bool
}

// SystemClock is the monotonic clock of this process.
type SystemClock struct{ epoch time.Time }

// NewSystemClock counts from an epoch that carries a monotonic reading, as
// time.Now gives it.
func NewSystemClock(epoch time.Time) SystemClock { return SystemClock{epoch} }

// Now truncates to whole microseconds at capture (C2).
func (c SystemClock) Now() int64 { return time.Since(c.epoch).Microseconds() }

// Wait sleeps until t on the job's clock.
func (c SystemClock) Wait(ctx context.Context, t int64) bool {
	if ctx.Err() != nil {
		return false
	}
	// The deadline is rounded up to the full microsecond, so that Now is never
	// one short of t after a wait that lasted to the nanosecond.
	d := time.Duration(t)*time.Microsecond - time.Since(c.epoch)
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// FakeClock moves only when told: a wait jumps to its deadline at once, so ten
// minutes of sampling take as long as the reads do (X1).
type FakeClock struct {
	mu  sync.Mutex
	now int64
}

// Now is the time that was last set.
func (c *FakeClock) Now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by us microseconds; a read that takes time calls it.
func (c *FakeClock) Advance(us int64) {
	c.mu.Lock()
	c.now += us
	c.mu.Unlock()
}

// Wait jumps to t, or stays where it is beyond.
func (c *FakeClock) Wait(ctx context.Context, t int64) bool {
	if ctx.Err() != nil {
		return false
	}
	c.mu.Lock()
	c.now = max(c.now, t)
	c.mu.Unlock()
	return true
}

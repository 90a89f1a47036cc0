// What runs beside a whole job: anchors of the wall clock, the machine's own load,
// and events for the reader.

package measure

import (
	"context"
	"sync"
	"time"
)

// background starts what runs beside the whole job: anchors (C4), the machine's
// own load (V21), and events.
func (j *job) background(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	j.anchors = append(j.anchors, j.clock.anchor())
	wg.Go(func() {
		every(ctx, 10*time.Second, func() {
			a := j.clock.anchor()
			j.mu.Lock()
			j.anchors = append(j.anchors, a)
			j.mu.Unlock()
		})
	})
	wg.Go(func() { j.watchCPU(ctx) })
	wg.Go(func() {
		every(ctx, 500*time.Millisecond, func() {
			if e := j.live.snapshot(); e.Phase != "" {
				j.env.Observe(e)
			}
		})
	})
	var once sync.Once
	j.later(func() { once.Do(func() { cancel(); wg.Wait() }) })
}

func (j *job) watchCPU(ctx context.Context) {
	busy, all, ok := cpuTimes(j.env.Proc)
	if !ok {
		return
	}
	every(ctx, time.Second, func() {
		b, a, ok := cpuTimes(j.env.Proc)
		if ok && a > all {
			j.mu.Lock()
			j.busy = append(j.busy, busyTick{T: j.clock.Now(), Busy: (b - busy) * 1000 / (a - all)})
			j.mu.Unlock()
		}
		busy, all = b, a
	})
}

// every calls f once per d until ctx ends.
func every(ctx context.Context, d time.Duration, f func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f()
		}
	}
}

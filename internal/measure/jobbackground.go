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
		every := time.NewTicker(10 * time.Second)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				a := j.clock.anchor()
				j.mu.Lock()
				j.anchors = append(j.anchors, a)
				j.mu.Unlock()
			}
		}
	})
	wg.Go(func() { j.watchCPU(ctx) })
	wg.Go(func() {
		every := time.NewTicker(500 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				if e := j.live.snapshot(); e.Phase != "" {
					j.env.Observe(e)
				}
			}
		}
	})
	var once sync.Once
	j.later(func() { once.Do(func() { cancel(); wg.Wait() }) })
}

func (j *job) watchCPU(ctx context.Context) {
	busy, all, ok := cpuTimes(j.env.Proc)
	if !ok {
		return
	}
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		b, a, ok := cpuTimes(j.env.Proc)
		if ok && a > all {
			j.mu.Lock()
			j.busy = append(j.busy, busyTick{T: j.clock.Now(), Busy: (b - busy) * 1000 / (a - all)})
			j.mu.Unlock()
		}
		busy, all = b, a
	}
}

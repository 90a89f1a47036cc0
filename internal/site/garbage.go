// When a build collects garbage. Most builds are over in a few seconds, and to go
// through all results that are in use costs time each time.

package site

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// leastMemory is how much memory a build takes before anything is collected: one more
// result among 10,000 is hardly built with more.
const leastMemory = 400 << 20

// Above that, how much garbage gathers is a part of what is in use: much while there
// are few results, and little where there are so many that a build would take twice
// the memory that it needs. At 10,000 results both leave a build below 600 MiB.
const mostGarbage, leastGarbage = 115, 80

// collector sets when garbage is collected, as long as a build runs.
type collector struct {
	mu            sync.Mutex
	least         int64 // memory before anything is collected
	most, percent int   // what may gather of garbage: at most, and now that results are known
	gogc          int   // what was set before the build
	limit         int64
	over          bool
}

// newCollector begins to set when garbage is collected. What is set by GOGC stays. A
// preview keeps its memory between builds, so that it had better stay small.
func newCollector(preview bool) *collector {
	c := &collector{most: mostGarbage, percent: 100, over: os.Getenv("GOGC") != ""}
	if c.over {
		return c
	}
	if c.gogc = debug.SetGCPercent(c.percent); c.gogc < 0 { // by another build
		debug.SetGCPercent(c.gogc)
		c.over = true
		return c
	}
	c.limit = debug.SetMemoryLimit(-1)
	c.least = min(leastMemory, c.limit)
	if preview {
		c.least, c.most = 0, 100
	}
	c.watch()
	return c
}

// known says how many results there are.
func (c *collector) known(results int) {
	c.mu.Lock()
	c.percent = min(c.most, max(leastGarbage, mostGarbage*10_000/max(1, results)))
	c.mu.Unlock()
	c.set()
}

// watch sets what may gather, now and each time after garbage was collected: as soon
// as a piece of memory that nobody uses is gone. Until it is told, the runtime
// collects sooner than it need, never later.
func (c *collector) watch() {
	if c.set() {
		runtime.AddCleanup(&struct{ *collector }{}, (*collector).watch, c)
	}
}

// set goes by what was in use when garbage was last collected. It is false when the
// build is over.
func (c *collector) set() bool {
	used := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(used)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		percent, limit := c.garbage(int64(used[0].Value.Uint64()))
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
	return !c.over
}

// garbage is when to collect it, with so much in use: at so many percent of that, or,
// where these are below none, at a limit.
func (c *collector) garbage(used int64) (percent int, limit int64) {
	if used+used*int64(c.percent)/100 < c.least {
		return -1, c.least
	}
	return c.percent, c.limit
}

// end sets things back.
func (c *collector) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.over = true
		debug.SetGCPercent(c.gogc)
		debug.SetMemoryLimit(c.limit)
	}
}

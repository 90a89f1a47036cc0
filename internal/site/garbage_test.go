// When a build collects garbage.

package site

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// gcPercent is what is set now.
func gcPercent() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

func TestGarbage(t *testing.T) {
	usual, limit := gcPercent(), debug.SetMemoryLimit(-1)
	for _, c := range []struct {
		results int
		preview bool
		used    int64 // MiB
		want    int
	}{
		{0, false, 400, mostGarbage},
		{10_000, false, 400, mostGarbage},
		{10_000, false, 190, mostGarbage},
		{10_000, false, 180, -1},
		{10_000, false, 0, -1},
		{11_500, false, 400, 100},
		{1_000_000, false, 4000, leastGarbage},
		{1_000_000, false, 230, leastGarbage},
		{1_000_000, false, 220, -1},
		{10_000, true, 0, 100},
		{1_000_000, true, 0, leastGarbage},
	} {
		t.Setenv("GOGC", "")
		g := newCollector(c.preview)
		g.known(c.results)
		wantLimit := limit
		if c.want < 0 {
			wantLimit = leastMemory
		}
		if got, at := g.garbage(c.used << 20); got != c.want || at != wantLimit {
			t.Errorf("%d results, preview %t, %d MiB in use: %d %% or at %d, wanted %d or at %d", c.results, c.preview, c.used, got, at, c.want, wantLimit)
		}
		g.end()
		if got, at := gcPercent(), debug.SetMemoryLimit(-1); got != usual || at != limit {
			t.Errorf("afterwards it is %d %% or at %d, not %d or at %d as before", got, at, usual, limit)
		}
	}
	t.Setenv("GOGC", "300")
	g := newCollector(false)
	g.known(1_000_000)
	if got := gcPercent(); got != usual {
		t.Errorf("GOGC is set, and it is %d %%, not %d as before", got, usual)
	}
	g.end()
}

// TestGarbageFollows holds that what may gather is set anew when garbage was
// collected, until the build is over, and that a limit which was set stays.
func TestGarbageFollows(t *testing.T) {
	t.Setenv("GOGC", "")
	usual, limit := gcPercent(), debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(limit)
	g := newCollector(false)
	if got := gcPercent(); got != -1 {
		t.Skipf("so much is in use that it is %d %% at once", got)
	}
	newCollector(false).end() // of a build beside it, which leaves it as it is
	if got := gcPercent(); got != -1 {
		t.Errorf("after a build beside this one it is %d %%", got)
	}
	used := make([]byte, leastMemory/2)
	for wait := time.Now().Add(10 * time.Second); gcPercent() != 100; time.Sleep(time.Millisecond) {
		if time.Now().After(wait) {
			t.Fatalf("%d MiB more are in use, and it is still %d %%", len(used)>>20, gcPercent())
		}
		runtime.GC()
	}
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("the limit of memory is %d, and nobody set one", got)
	}
	runtime.KeepAlive(used)
	g.end()
	for range 10 {
		runtime.GC()
	}
	if got := gcPercent(); got != usual {
		t.Errorf("after the build it is %d %%, not %d as before", got, usual)
	}
	debug.SetMemoryLimit(leastMemory / 4)
	g = newCollector(false)
	defer g.end()
	if got := debug.SetMemoryLimit(-1); got != leastMemory/4 {
		t.Errorf("the limit of memory is %d, and not what was set", got)
	}
}

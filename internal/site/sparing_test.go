// How sparing a build of very many results is with memory.

package site

import (
	"runtime/debug"
	"testing"
)

func TestSparing(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	t.Setenv("GOGC", "")
	usual := percent()
	back := sparing(manyResults - 1)
	if got := percent(); got != usual {
		t.Errorf("a small build collects at %d %%, not at %d", got, usual)
	}
	back()
	back = sparing(manyResults)
	if got := percent(); got != sparingPercent {
		t.Errorf("a large build collects at %d %%, not at %d", got, sparingPercent)
	}
	back()
	if got := percent(); got != usual {
		t.Errorf("after a large build it is %d %%, not %d as before", got, usual)
	}
	t.Setenv("GOGC", "300")
	sparing(manyResults)()
	if back := sparing(manyResults); percent() != usual {
		t.Error("what GOGC sets is overridden")
		back()
	}
}

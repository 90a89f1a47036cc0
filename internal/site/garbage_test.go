// How much garbage a build lets gather.

package site

import (
	"runtime/debug"
	"testing"
)

func TestGarbage(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	usual := percent()
	for _, c := range []struct {
		gogc    string
		results int
		preview bool
		want    int
	}{
		{"", 0, false, mostGarbage},
		{"", 10_000, false, mostGarbage},
		{"", 11_500, false, 100},
		{"", 1_000_000, false, leastGarbage},
		{"", 10_000, true, usual},
		{"", 1_000_000, true, leastGarbage},
		{"300", 10_000, false, usual},
		{"300", 1_000_000, false, usual},
	} {
		t.Setenv("GOGC", c.gogc)
		back := garbage(c.results, c.preview)
		if got := percent(); got != c.want {
			t.Errorf("GOGC=%s, %d results, preview %t: %d %%, wanted %d", c.gogc, c.results, c.preview, got, c.want)
		}
		back()
		if got := percent(); got != usual {
			t.Errorf("afterwards it is %d %%, not %d as before", got, usual)
		}
	}
}

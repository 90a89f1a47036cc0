// Where the time of rendering goes. Its parts run beside one another on all
// cores, so that no wall time is theirs: what is added up is the time of each
// piece of work, over all goroutines.

package site

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// workLog adds up the time of work by its name. It is safe for concurrent use; a
// nil one adds up nothing.
type workLog struct {
	mu    sync.Mutex
	spent map[string]time.Duration
}

// since adds the time from start until now. Called by defer, with the time at
// which the deferring function began.
func (w *workLog) since(name string, start time.Time) {
	if w == nil {
		return
	}
	took := time.Since(start)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.spent == nil {
		w.spent = map[string]time.Duration{}
	}
	w.spent[name] += took
}

// list returns the sums by name, in the order of the names.
func (w *workLog) list() (out []Phase) {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(w.spent)) {
		out = append(out, Phase{name, w.spent[name]})
	}
	return out
}

// Debouncing: one saved file is a handful of events, and a checkout is thousands.

package serve

import (
	"context"
	"time"
)

// debounce hands on what comes in as batches: one after a pause of quiet, or
// after longest if there is none. A path stands in a batch once, in the order of
// its first coming. While the receiver is busy the batch grows.
func debounce(ctx context.Context, in <-chan string, out chan<- []string, quiet, longest time.Duration) {
	var batch []string
	seen := map[string]bool{}
	var pause, limit <-chan time.Time
	var ready chan<- []string // out once the batch is due
	for {
		select {
		case <-ctx.Done():
			return
		case path := <-in:
			if len(batch) == 0 {
				limit = time.After(longest)
			}
			if !seen[path] {
				seen[path] = true
				batch = append(batch, path)
			}
			pause = time.After(quiet)
			if limit != nil {
				ready = nil
			}
		case <-pause:
			pause, ready = nil, out
		case <-limit:
			limit, ready = nil, out
		case ready <- batch:
			batch, seen = nil, map[string]bool{}
			pause, limit, ready = nil, nil, nil
		}
	}
}

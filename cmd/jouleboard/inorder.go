// Work on all cores whose results are wanted in order, a few at a time in memory.

package main

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// inOrder yields do(0) to do(n-1) in this order. They run on all cores, not far
// ahead of what was yielded, and all have ended when the sequence has. It ends early
// when ctx does: ask ctx.Err.
func inOrder[T any](ctx context.Context, n int, do func(i int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		ctx, stop := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		type job struct {
			i   int
			out chan T
		}
		jobs := make(chan job)
		queue := make(chan chan T, 4*workers) // what was begun and not yet yielded
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		wg.Go(func() {
			defer close(jobs)
			defer close(queue)
			for i := range n {
				out := make(chan T, 1)
				select {
				case queue <- out:
				case <-ctx.Done():
					return
				}
				select {
				case jobs <- job{i, out}:
				case <-ctx.Done():
					return
				}
			}
		})
		for range workers {
			wg.Go(func() {
				for j := range jobs {
					j.out <- do(j.i)
				}
			})
		}
		for out := range queue {
			select {
			case v := <-out:
				if ctx.Err() != nil || !yield(v) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

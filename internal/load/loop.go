// Closed and open loops (G4, G5): who sends when, how a run stops, and how it
// is followed to its last answer. No request is ever sent twice.

package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Progress is how a run goes, for whoever shows it. All of it may be read at any
// time.
type Progress struct {
	Started atomic.Int64 // requests handed to the transport
	Tokens  atomic.Int64 // requests that had their first token
	Closed  atomic.Int64 // requests with an outcome
}

// InFlight is the number of requests under way.
func (p *Progress) InFlight() int64 { return p.Started.Load() - p.Closed.Load() }

// RunOptions are common to both loops.
type RunOptions struct {
	Clock Clock
	// Observe, if set, is called with each trace when it is complete, one call at
	// a time, and must return soon. The trace's slices are shared.
	Observe  func(Trace)
	Progress *Progress
	// Stop, when closed, ends the sending; what is under way is followed to its end.
	// Cancelling the run's context ends that too, as cancelled (row 32).
	Stop <-chan struct{}
	// Drain bounds how long requests under way are waited for once sending has
	// ended; what is left then is cancelled. 0 means as long as their own limits.
	Drain time.Duration
}

// A Run is what one run brought.
type Run struct {
	Traces       []Trace // by index
	Start        int64   // the run began; an open loop's schedule counts from here
	DispatchStop int64   // sending ended: the last request was taken, the duration was over, or Stop
	End          int64   // the last request closed
	Stopped      bool    // sending was ended by Stop or the context
	Local        int64   // requests that this machine could not send (G5)
}

// ClosedOptions describe a closed loop.
type ClosedOptions struct {
	RunOptions
	// Next gives request i; false means that there are no more. Calls come one at a
	// time and in order from 0.
	Next        func(i int64) (Request, bool)
	Concurrency int
	// Ramp spreads the first request of each worker evenly over this time (G4),
	// so that requests of equal length do not march in step. 0 starts all at once.
	Ramp time.Duration
	// Duration, if above 0, ends the sending this long after the window's start,
	// which is the Concurrency-th first token (W1, W3).
	Duration time.Duration
}

// runner is what both loops share.
type runner struct {
	RunOptions
	c    *Client
	ctx  context.Context // of the requests
	wg   sync.WaitGroup
	once sync.Once

	halt chan struct{} // sending is over

	mu     sync.Mutex
	traces []Trace
	end    int64
	local  int64
}

func newRunner(ctx context.Context, c *Client, opt RunOptions) *runner {
	if opt.Progress == nil {
		opt.Progress = &Progress{}
	}
	return &runner{RunOptions: opt, c: c, ctx: ctx, halt: make(chan struct{})}
}

func (r *runner) stop() { r.once.Do(func() { close(r.halt) }) }

// ended reports whether the sending has to stop.
func (r *runner) ended() bool {
	select {
	case <-r.halt:
		return true
	case <-r.Stop:
		return true
	case <-r.ctx.Done():
		return true
	default:
		return false
	}
}

// wait sleeps until an instant of the clock; false if the sending ended first.
func (r *runner) wait(at int64) bool {
	d := time.Duration(at-r.Clock.Now()) * time.Microsecond
	if d <= 0 {
		return !r.ended()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return !r.ended()
	case <-r.halt:
	case <-r.Stop:
	case <-r.ctx.Done():
	}
	return false
}

// send makes one request and returns when its outcome is decided. The trace is
// kept when it is complete, which may be a little later.
func (r *runner) send(req Request, sched int64, onFirst func(int64)) {
	r.Progress.Started.Add(1)
	x := r.c.start(r.ctx, req, sched, r.Clock, func(at int64) {
		r.Progress.Tokens.Add(1)
		if onFirst != nil {
			onFirst(at)
		}
	})
	r.Progress.Closed.Add(1)
	select {
	case <-x.settled:
		r.keep(x.trace)
	default:
		r.wg.Go(func() {
			<-x.settled
			r.keep(x.trace)
		})
	}
}

func (r *runner) keep(t Trace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.traces = append(r.traces, t)
	r.end = max(r.end, t.End)
	if t.Local {
		r.local++
	}
	if r.Observe != nil {
		r.Observe(t)
	}
}

// finish waits for what is under way, within the drain limit.
func (r *runner) finish(start, stopped int64, cancel context.CancelCauseFunc) Run {
	done := make(chan struct{})
	go func() {
		r.wg.Wait()
		close(done)
	}()
	if r.Drain > 0 {
		timer := time.NewTimer(r.Drain)
		defer timer.Stop()
		select {
		case <-done:
		case <-timer.C:
			cancel(errors.New("not over within the drain limit"))
		}
	}
	<-done
	slices.SortFunc(r.traces, func(a, b Trace) int { return cmp.Compare(a.Index, b.Index) })
	run := Run{Traces: r.traces, Start: start, DispatchStop: stopped, End: max(r.end, stopped), Local: r.local}
	select {
	case <-r.Stop:
		run.Stopped = true
	case <-r.ctx.Done():
		run.Stopped = true
	default:
	}
	return run
}

// RunClosed keeps Concurrency requests under way: each worker starts its next
// request when its last one closed, from one queue in fixed order (G4). It
// returns when all are closed.
func RunClosed(ctx context.Context, c *Client, opt ClosedOptions) (Run, error) {
	switch {
	case opt.Concurrency < 1:
		return Run{}, fmt.Errorf("concurrency is %d: expected 1 or more", opt.Concurrency)
	case opt.Next == nil || opt.Clock == nil:
		return Run{}, errors.New("a closed loop needs requests and a clock")
	case opt.Ramp < 0 || opt.Duration < 0 || opt.Drain < 0:
		return Run{}, errors.New("ramp, duration and drain limit cannot be below 0")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(errSettled)
	r := newRunner(ctx, c, opt.RunOptions)

	var (
		queue       sync.Mutex
		next        int64
		dispatch    = opt.Clock.Now() // last instant at which a request was taken
		exhausted   bool
		firstTokens atomic.Int64
		deadline    atomic.Int64
	)
	deadline.Store(-1)
	onFirst := func(at int64) {
		if opt.Duration > 0 && firstTokens.Add(1) == int64(opt.Concurrency) {
			deadline.Store(at + opt.Duration.Microseconds())
			r.wg.Go(func() {
				if r.wait(at + opt.Duration.Microseconds()) {
					r.stop()
				}
			})
		}
	}
	take := func() (Request, bool) {
		queue.Lock()
		defer queue.Unlock()
		if r.ended() {
			return Request{}, false
		}
		now := opt.Clock.Now()
		if d := deadline.Load(); d >= 0 && now >= d {
			r.stop()
			return Request{}, false
		}
		req, ok := opt.Next(next)
		if !ok {
			exhausted = true
			r.stop()
			return Request{}, false
		}
		next++
		dispatch = now
		return req, true
	}
	start := dispatch
	var workers sync.WaitGroup
	for w := range opt.Concurrency {
		workers.Go(func() {
			if !r.wait(start + opt.Ramp.Microseconds()*int64(w)/int64(opt.Concurrency)) {
				return
			}
			for {
				req, ok := take()
				if !ok {
					return
				}
				r.send(req, -1, onFirst)
			}
		})
	}
	r.wg.Go(workers.Wait)
	select {
	case <-r.halt:
	case <-r.Stop:
	case <-ctx.Done():
	}
	stopped := opt.Clock.Now()
	r.stop()
	queue.Lock()
	if d := deadline.Load(); exhausted {
		stopped = dispatch
	} else if d >= 0 && stopped >= d {
		stopped = max(d, dispatch)
	}
	queue.Unlock()
	return r.finish(start, stopped, cancel), nil
}

// OpenOptions describe an open loop.
type OpenOptions struct {
	RunOptions
	// Schedule holds the instant of each request from the start of the run, in
	// microseconds, ascending; request i is Requests(i).
	Schedule []int64
	Requests func(i int64) Request
}

// RunOpen sends each request at its instant whatever became of the others, with
// no cap on how many are under way (G5). Times count from the instants, so that
// a slow server cannot hide its queue. It returns when all are closed.
func RunOpen(ctx context.Context, c *Client, opt OpenOptions) (Run, error) {
	switch {
	case opt.Requests == nil || opt.Clock == nil:
		return Run{}, errors.New("an open loop needs requests and a clock")
	case !slices.IsSorted(opt.Schedule) || len(opt.Schedule) > 0 && opt.Schedule[0] < 0:
		return Run{}, errors.New("the schedule is not in order")
	case opt.Drain < 0:
		return Run{}, errors.New("the drain limit cannot be below 0")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(errSettled)
	r := newRunner(ctx, c, opt.RunOptions)
	start := opt.Clock.Now()
	for i, offset := range opt.Schedule {
		if !r.wait(start + offset) {
			break
		}
		req := opt.Requests(int64(i))
		r.wg.Go(func() { r.send(req, start+offset, nil) })
	}
	stopped := opt.Clock.Now()
	return r.finish(start, stopped, cancel), nil
}

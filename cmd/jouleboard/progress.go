// Progress: a bar on a terminal with the time left, plain lines otherwise.

package main

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a phase of the work is.
type progress struct {
	e    *env
	mu   sync.Mutex
	name string
	bar  *progressbar.ProgressBar
	last time.Time
	tty  bool
}

func newProgress(e *env) *progress { return &progress{e: e, tty: canMove(e.Stderr)} }

// update is called from many goroutines. total 0 means that the phase has no
// countable steps.
func (p *progress) update(phase string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.tty {
		// A line every few seconds says that long work goes on, and short work
		// says nothing.
		now := time.Now()
		if p.last.IsZero() {
			p.last = now
		}
		if total > 0 && now.Sub(p.last) > 5*time.Second {
			p.last = now
			p.e.notef("%s: %d of %d", phase, done, total)
		}
		return
	}
	if phase != p.name {
		p.clear()
		p.name = phase
		if total > 0 {
			p.bar = progressbar.NewOptions(total,
				progressbar.OptionSetWriter(p.e.Stderr),
				progressbar.OptionSetDescription(phase),
				progressbar.OptionSetWidth(30),
				progressbar.OptionShowCount(),
				progressbar.OptionSetPredictTime(true),
				progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionClearOnFinish(),
			)
		}
	}
	if p.bar != nil {
		_ = p.bar.Set(done)
	}
}

// finish removes the bar, so that what follows stands on a clean line.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
		p.bar = nil
	}
}

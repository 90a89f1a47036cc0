package energy

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// hanging is a source whose calls do not come back before it is let go.
type hanging struct {
	*Fake
	hang    atomic.Bool
	release chan struct{}
}

func (h *hanging) wait() {
	if h.hang.Load() {
		<-h.release
	}
}

func (h *hanging) Info(ctx context.Context) (SourceInfo, error) { h.wait(); return h.Fake.Info(ctx) }
func (h *hanging) Devices(ctx context.Context) ([]Device, error) {
	h.wait()
	return h.Fake.Devices(ctx)
}
func (h *hanging) Counter(dev int) (int64, error) { h.wait(); return h.Fake.Counter(dev) }
func (h *hanging) State(dev int) (State, error)   { h.wait(); return h.Fake.State(dev) }
func (h *hanging) Close() error                   { h.wait(); return nil }
func (h *hanging) Probes(dev int) []Probe {
	list := h.Fake.Probes(dev)
	for i, p := range list {
		list[i].Read = func() (int64, error) { h.wait(); return p.Read() }
	}
	return list
}

// TestPatient: whichever call hangs, it fails in the end, the others fail at
// once, and all work again once it has come back.
func TestPatient(t *testing.T) {
	ctx := context.Background()
	for name, call := range map[string]func(Source) error{
		"Info":    func(s Source) error { _, err := s.Info(ctx); return err },
		"Devices": func(s Source) error { _, err := s.Devices(ctx); return err },
		"Counter": func(s Source) error { _, err := s.Counter(0); return err },
		"State":   func(s Source) error { _, err := s.State(0); return err },
		"Probe":   func(s Source) error { _, err := s.Probes(0)[0].Read(); return err },
		"Close":   func(s Source) error { return s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, 0, steady())
				h := &hanging{Fake: b.fake, release: make(chan struct{})}
				p := &patient{src: h, limit: callLimit}
				if err := call(p); err != nil {
					t.Fatalf("a healthy source: %v", err)
				}
				h.hang.Store(true)
				start := time.Now()
				if err := call(p); !errors.Is(err, errHung) || time.Since(start) != callLimit {
					t.Errorf("%v after %s", err, time.Since(start))
				}
				start = time.Now()
				if _, err := p.State(0); !errors.Is(err, errHung) || time.Since(start) != 0 {
					t.Errorf("another call: %v after %s", err, time.Since(start))
				}
				if _, err := p.Read(0); !errors.Is(err, errHung) {
					t.Errorf("a read beside it: %v", err)
				}
				h.hang.Store(false)
				close(h.release)
				synctest.Wait()
				if err := call(p); err != nil {
					t.Errorf("once it has come back: %v", err)
				}
			})
		})
	}
}

// TestPatientStops: who stops a program need not wait for the driver.
func TestPatientStops(t *testing.T) {
	b := newBench(t, 0, steady())
	h := &hanging{Fake: b.fake, release: make(chan struct{})}
	h.hang.Store(true)
	defer close(h.release)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (&patient{src: h, limit: time.Hour}).Devices(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

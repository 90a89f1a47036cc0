// A driver in trouble can keep a call for ever. Nothing that the program waits
// for may depend on such a call coming back.

package energy

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// callLimit is how long a call into a driver may take before it is left alone.
// A healthy one takes milliseconds, starting a driver that is not loaded seconds.
const callLimit = 20 * time.Second

var errHung = errors.New("the driver does not answer; run `nvidia-smi`, and if that hangs too, restart the machine")

// patient limits every call into a source but Read, which the sampler makes on
// its own thread and Stop gives up waiting for. While a call that was left alone
// is still out, all others fail at once: they would wait for the same lock.
type patient struct {
	src   Source
	limit time.Duration
	out   atomic.Int64 // calls that were left alone and have not come back
}

// limited makes one call on a goroutine of its own.
func limited[T any](ctx context.Context, p *patient, call string, f func() (T, error)) (T, error) {
	var none T
	if p.out.Load() > 0 {
		return none, fmt.Errorf("energy: %s: %w", call, errHung)
	}
	type answer struct {
		v   T
		err error
	}
	back := make(chan answer, 1)
	go func() {
		v, err := f()
		back <- answer{v, err}
	}()
	timer := time.NewTimer(p.limit)
	defer timer.Stop()
	select {
	case a := <-back:
		return a.v, a.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-timer.C:
	}
	p.out.Add(1)
	go func() {
		<-back
		p.out.Add(-1)
	}()
	return none, fmt.Errorf("energy: %s took more than %s: %w", call, p.limit, errHung)
}

// Name is that of the source.
func (p *patient) Name() string { return p.src.Name() }

// Info is the source's, within the limit.
func (p *patient) Info(ctx context.Context) (SourceInfo, error) {
	return limited(ctx, p, "versions of the driver", func() (SourceInfo, error) { return p.src.Info(ctx) })
}

// Devices is the source's, within the limit.
func (p *patient) Devices(ctx context.Context) ([]Device, error) {
	return limited(ctx, p, "list of GPUs", func() ([]Device, error) { return p.src.Devices(ctx) })
}

// Read has no limit of its own, but does not join a call that hangs.
func (p *patient) Read(dev int) (Reading, error) {
	if p.out.Load() > 0 {
		return Reading{}, fmt.Errorf("energy: reading: %w", errHung)
	}
	return p.src.Read(dev)
}

// Counter is the source's, within the limit.
func (p *patient) Counter(dev int) (int64, error) {
	return limited(context.Background(), p, "energy counter", func() (int64, error) { return p.src.Counter(dev) })
}

// State is the source's, within the limit.
func (p *patient) State(dev int) (State, error) {
	return limited(context.Background(), p, "state of a GPU", func() (State, error) { return p.src.State(dev) })
}

// Probes are the source's, each within the limit.
func (p *patient) Probes(dev int) []Probe {
	list := p.src.Probes(dev)
	for i, one := range list {
		list[i].Read = func() (int64, error) { return limited(context.Background(), p, one.Name, one.Read) }
	}
	return list
}

// Close gives the source back within the limit, or leaves it where it is.
func (p *patient) Close() error {
	_, err := limited(context.Background(), p, "closing the driver", func() (struct{}, error) { return struct{}{}, p.src.Close() })
	return err
}

var _ Source = (*patient)(nil)

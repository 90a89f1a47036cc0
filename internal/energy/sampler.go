// The sampler: one locked thread that reads every device of G at absolute
// deadlines and keeps what it saw, with an account of itself (E4, E5).

package energy

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"jouleboard/internal/stats"
)

// The sampling period (E4), in microseconds.
const (
	DefaultPeriodUS = 50_000
	MinPeriodUS     = 20_000
	MaxPeriodUS     = 200_000
	slowPeriodUS    = 1_000_000
)

// maxTicks bounds what a forgotten sampler may hold: 27 hours at 50 ms.
const maxTicks = 2_000_000

// stopWait is how long Stop waits for a read that does not return, which a
// driver in trouble can do.
const stopWait = 10 * time.Second

// Tick is one pass over G: the midpoint of the pass and its length (C5), and for
// each device, in the order of Samples.Devices, power and counter; nil is a gap.
type Tick struct {
	T, Len   int64
	PowerMW  []*int64
	EnergyMJ []*int64
}

// Slow is the slow state of one device; Dev is its place in Samples.Devices. Err
// says why there is none.
type Slow struct {
	T     int64
	Dev   int
	State State
	Err   string
}

// CPUTick is one look at the CPU's zones: microjoules since the zones were
// opened, in the order of Samples.Zones; nil is a gap (E16).
type CPUTick struct {
	T, Len int64
	UJ     []*int64
}

// DeviceStats counts what went wrong on one device.
type DeviceStats struct {
	Reads       int64 // passes
	Failed      int64 // passes in which counter or power, having existed, was missing
	ZeroPower   int64 // power read as 0, stored as a gap (E5, V15)
	ZeroCounter int64 // counter read as 0, stored as a gap
	FirstError  string
	FirstAtUS   int64 // of FirstError
}

// Stats is what the sampler says about itself.
type Stats struct {
	PeriodUS     int64
	Ticks        int64
	Misses       int64 // deadlines that passed unserved
	MedianGapUS  int64 // s of E6; 0 with fewer than two ticks
	LargestGapUS int64
	LargestGapAt int64 // time of the tick that ended it
	MaxLenUS     int64 // longest pass
	Devices      []DeviceStats
	Truncated    bool // the bound on ticks was reached
	Hung         bool // the last read never came back
}

// Samples is what a sampler recorded.
type Samples struct {
	Devices []Device
	Zones   []Zone
	Ticks   []Tick
	Slow    []Slow
	CPU     []CPUTick
	Stats   Stats
}

// Options of a sampler; the zero value is usable.
type Options struct {
	PeriodUS int64 // 0 for DefaultPeriodUS
	CPU      *RAPL // nil for none
}

// Sampler is a sampler at work.
type Sampler struct {
	src    Source
	clock  Clock
	period int64
	cpu    *RAPL
	cancel context.CancelFunc
	done   chan struct{}
	wait   time.Duration // stopWait, shorter in a test
	gaveUp chan struct{} // closed once a Stop has waited for long enough
	once   sync.Once     // closes it

	mu       sync.Mutex // guards all below against Latest and a Stop that gave up waiting
	s        Samples
	slow     []int // per device, place in s.Slow of its newest state, -1 without
	nextSlow []int64
	nextCPU  int64
}

func newSampler(src Source, devs []Device, opt Options, clock Clock) (*Sampler, error) {
	if opt.PeriodUS == 0 {
		opt.PeriodUS = DefaultPeriodUS
	}
	if opt.PeriodUS < MinPeriodUS || opt.PeriodUS > MaxPeriodUS {
		return nil, fmt.Errorf("energy: sampling period is %d ms; it must be from %d to %d ms",
			opt.PeriodUS/1000, MinPeriodUS/1000, MaxPeriodUS/1000)
	}
	seen := map[string]bool{}
	for _, d := range devs {
		if d.Problem != "" {
			return nil, fmt.Errorf("energy: GPU %d cannot be sampled: %s", d.Index, d.Problem)
		}
		if seen[d.UUID] {
			return nil, fmt.Errorf("energy: %s is listed twice; each GPU can be counted once", d.UUID)
		}
		seen[d.UUID] = true
	}
	s := &Sampler{src: src, clock: clock, period: opt.PeriodUS, cpu: opt.CPU, done: make(chan struct{}), gaveUp: make(chan struct{}), wait: stopWait}
	s.s.Devices = append([]Device(nil), devs...)
	s.s.Stats = Stats{PeriodUS: opt.PeriodUS, Devices: make([]DeviceStats, len(devs))}
	if s.cpu != nil {
		s.s.Zones = s.cpu.Zones()
	}
	s.slow = make([]int, len(devs))
	s.nextSlow = make([]int64, len(devs))
	now := clock.Now()
	s.nextCPU = now
	for i := range devs {
		s.slow[i] = -1
		// Slow reads of different devices fall on different ticks: together
		// they could take longer than a period and cost a deadline.
		s.nextSlow[i] = now + int64(i)*s.period%slowPeriodUS
	}
	return s, nil
}

// Start begins to sample devs, which must come from src, until Stop is called or
// ctx ends. It refuses a period outside of E4, a device with a problem, and a
// device named twice.
func Start(ctx context.Context, src Source, devs []Device, opt Options, clock Clock) (*Sampler, error) {
	s, err := newSampler(src, devs, opt, clock)
	if err != nil {
		return nil, err
	}
	ctx, s.cancel = context.WithCancel(ctx)
	go func() {
		defer close(s.done)
		s.loop(ctx, 1<<62)
	}()
	return s, nil
}

// Record samples from now until the time until, or until ctx ends, and returns
// what was seen. It is Start and Stop for callers that have nothing else to do.
func Record(ctx context.Context, src Source, devs []Device, opt Options, clock Clock, until int64) (Samples, error) {
	s, err := newSampler(src, devs, opt, clock)
	if err != nil {
		return Samples{}, err
	}
	s.loop(ctx, until)
	return s.finish(false), ctx.Err()
}

// Stop ends sampling and returns all of it. A device read that does not come
// back within ten seconds is abandoned and said so in Stats.Hung. Stop may be
// called again and does not wait a second time.
func (s *Sampler) Stop() Samples {
	s.cancel()
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case <-s.done:
		return s.finish(false)
	case <-s.gaveUp:
	case <-timer.C:
		s.once.Do(func() { close(s.gaveUp) })
	}
	select {
	case <-s.done: // it has come back by now
		return s.finish(false)
	default:
		return s.finish(true)
	}
}

// Latest returns the newest tick and the newest slow state of each device that
// has one, for a display. ok is false before the first tick.
func (s *Sampler) Latest() (tick Tick, slow []Slow, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.slow {
		if k >= 0 {
			slow = append(slow, s.s.Slow[k])
		}
	}
	if n := len(s.s.Ticks); n > 0 {
		return s.s.Ticks[n-1], slow, true
	}
	return Tick{}, slow, false
}

// finish copies the record, so that a reader that was abandoned and wakes up
// later cannot change what its caller holds.
func (s *Sampler) finish(hung bool) Samples {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.s
	out.Ticks = append([]Tick(nil), s.s.Ticks...)
	out.Slow = append([]Slow(nil), s.s.Slow...)
	out.CPU = append([]CPUTick(nil), s.s.CPU...)
	out.Stats.Devices = append([]DeviceStats(nil), s.s.Stats.Devices...)
	out.Stats.Hung = hung
	out.Stats.Ticks = int64(len(out.Ticks))
	gaps := make([]int64, 0, len(out.Ticks))
	for k := 1; k < len(out.Ticks); k++ {
		gap := out.Ticks[k].T - out.Ticks[k-1].T
		gaps = append(gaps, gap)
		if gap > out.Stats.LargestGapUS {
			out.Stats.LargestGapUS, out.Stats.LargestGapAt = gap, out.Ticks[k].T
		}
	}
	if len(gaps) > 0 {
		out.Stats.MedianGapUS = int64(stats.MedianInt(gaps))
	}
	return out
}

// loop serves absolute deadlines: lateness of one tick does not move the next,
// and a deadline that has passed is skipped and counted, not queued (E5).
func (s *Sampler) loop(ctx context.Context, until int64) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	next := s.clock.Now()
	for next <= until && s.clock.Wait(ctx, next) {
		if !s.tick() {
			return
		}
		next += s.period
		if late := s.clock.Now() - next; late > 0 {
			missed := (late + s.period - 1) / s.period
			next += missed * s.period
			s.mu.Lock()
			s.s.Stats.Misses += missed
			s.mu.Unlock()
		}
	}
}

// tick makes one pass over the devices, then whatever slow reads are due. It
// returns false when the record is full.
func (s *Sampler) tick() bool {
	n := len(s.s.Devices)
	readings := make([]Reading, n)
	errs := make([]error, n)
	from := s.clock.Now()
	for i := range readings {
		readings[i], errs[i] = s.src.Read(s.s.Devices[i].Index)
	}
	to := s.clock.Now()
	t := Tick{T: from + (to-from)/2, Len: to - from, PowerMW: make([]*int64, n), EnergyMJ: make([]*int64, n)}

	s.mu.Lock()
	for i, r := range readings {
		t.PowerMW[i], t.EnergyMJ[i] = r.PowerMW, r.EnergyMJ
		s.account(i, &t, errs[i])
	}
	s.s.Stats.MaxLenUS = max(s.s.Stats.MaxLenUS, t.Len)
	if n > 0 {
		s.s.Ticks = append(s.s.Ticks, t)
	}
	full := len(s.s.Ticks) >= maxTicks || len(s.s.CPU) >= maxTicks
	s.s.Stats.Truncated = full
	s.mu.Unlock()
	if full {
		return false
	}
	s.slowPass(to)
	s.cpuPass(to)
	return true
}

// account turns a reading that must not stand into a gap and counts it.
func (s *Sampler) account(i int, t *Tick, err error) {
	d, st := &s.s.Devices[i], &s.s.Stats.Devices[i]
	st.Reads++
	if p := t.PowerMW[i]; p != nil && *p <= 0 {
		t.PowerMW[i] = nil
		st.ZeroPower++
	}
	// A counter at 0 is a read that failed quietly. Were it a true reset, the
	// next value would be lower than the last one before and be found all the
	// same (E12).
	if c := t.EnergyMJ[i]; c != nil && *c <= 0 {
		t.EnergyMJ[i] = nil
		st.ZeroCounter++
	}
	missing := d.CounterSource != "" && t.EnergyMJ[i] == nil || d.PowerSource != "" && t.PowerMW[i] == nil
	if !missing {
		return
	}
	st.Failed++
	if err != nil && st.FirstError == "" {
		st.FirstError, st.FirstAtUS = err.Error(), t.T
	}
}

func (s *Sampler) slowPass(now int64) {
	for i, d := range s.s.Devices {
		if now < s.nextSlow[i] {
			continue
		}
		rec := Slow{Dev: i}
		from := s.clock.Now()
		st, err := s.src.State(d.Index)
		rec.T = from + (s.clock.Now()-from)/2
		rec.State = st
		if err != nil {
			rec.Err = err.Error()
		}
		s.nextSlow[i] = nextAfter(s.nextSlow[i], slowPeriodUS, now)
		s.mu.Lock()
		s.slow[i] = len(s.s.Slow)
		s.s.Slow = append(s.s.Slow, rec)
		s.mu.Unlock()
	}
}

func (s *Sampler) cpuPass(now int64) {
	if s.cpu == nil || now < s.nextCPU {
		return
	}
	from := s.clock.Now()
	uj, _ := s.cpu.Poll() // a zone that fails is a gap, which the record shows
	to := s.clock.Now()
	s.nextCPU = nextAfter(s.nextCPU, slowPeriodUS, now)
	s.mu.Lock()
	s.s.CPU = append(s.s.CPU, CPUTick{T: from + (to-from)/2, Len: to - from, UJ: uj})
	s.mu.Unlock()
}

// nextAfter is the first time after now on the grid of t and step.
func nextAfter(t, step, now int64) int64 {
	if t += step; t <= now {
		t += ((now-t)/step + 1) * step
	}
	return t
}

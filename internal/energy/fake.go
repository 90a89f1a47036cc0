// A board in software with known joules and faults on command (X4). It stands in
// for NVML in tests and, with a Dial, in a demonstration.

package energy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
)

// FakeDevice is one simulated GPU. Fields left zero get the defaults in
// brackets; Power is required.
type FakeDevice struct {
	UUID  string // [GPU-00000000-0000-4000-8000-00000000000i]
	Name  string // [Simulated GPU]
	Power Curve  // what it truly draws

	UpdateUS   int64 // U: how often the counter moves [100 ms]
	PhaseUS    int64 // when within U it moves
	StartMJ    int64 // counter at time 0 [1 MJ]
	MeanPower  bool  // power readings are means over the last second, not instants
	NoCounter  bool
	NoPower    bool
	LimitMW    int64 // enforced [default limit]
	DefaultMW  int64 // default limit [700 W]
	MemoryByte int64 // [80 GiB]
	TempC      int64 // [50]
	SMClockMHz int64 // [1980]
	MaskOnly   bool  // an old driver: reasons as a mask, no counters
	MIG        bool
	NVLink     bool // joined to every other GPU that has it
	NoPeers    bool // an old driver: nobody knows how GPUs are joined
	VGPU       string
	Procs      []Proc
	Faults     []Fault
}

// FaultKind names what goes wrong.
type FaultKind string

// The faults, each from FromUS on, and until ToUS where it says so (ToUS 0 means
// for good). By is in the unit named.
const (
	FaultFall         FaultKind = "fall"          // the counter is lower by By mJ
	FaultJump         FaultKind = "jump"          // the counter is higher by By mJ
	FaultFreeze       FaultKind = "freeze"        // until ToUS the counter stands still
	FaultZero         FaultKind = "zero"          // until ToUS power reads 0
	FaultZeroCounter  FaultKind = "zero_counter"  // until ToUS the counter reads 0
	FaultNotSupported FaultKind = "not_supported" // until ToUS counter and power are not supported
	FaultLost         FaultKind = "lost"          // until ToUS the device does not answer
	FaultGap          FaultKind = "gap"           // until ToUS reads fail
	FaultLate         FaultKind = "late"          // the first read from FromUS on takes By us
	FaultMIG          FaultKind = "mig"           // MIG is on
	FaultUUID         FaultKind = "uuid"          // another UUID answers
	FaultLimit        FaultKind = "limit"         // the enforced limit is By mW
	FaultForeign      FaultKind = "foreign"       // until ToUS process By holds memory
	FaultPowerGain    FaultKind = "power_gain"    // until ToUS power reads By percent more, the counter does not
	FaultGain         FaultKind = "gain"          // for good, power and counter count By percent more: nothing inside can see it (E3)
	FaultThermal      FaultKind = "hw_thermal"    // until ToUS the clocks are slowed by heat
	FaultHot          FaultKind = "hot"           // the temperature is By
)

// Fault is one thing that goes wrong.
type Fault struct {
	Kind         FaultKind
	FromUS, ToUS int64
	By           int64
}

func (f Fault) on(us int64) bool { return us >= f.FromUS && (f.ToUS == 0 || us < f.ToUS) }

// FakeOptions makes a Fake. Clock gives the time; a FakeClock is also moved on
// by a read that takes long, any other clock is waited on.
type FakeOptions struct {
	Clock   Clock
	Devices []FakeDevice
	ReadUS  int64 // how long each Read takes
	Info    SourceInfo
}

// Fake is a Source of simulated GPUs.
type Fake struct {
	opt  FakeOptions
	mu   sync.Mutex
	late map[[2]int]bool // device and fault that were served
}

// NewFake fills the defaults. It refuses a device without power curve.
func NewFake(opt FakeOptions) (*Fake, error) {
	if opt.Clock == nil {
		return nil, errors.New("energy: a fake needs a clock")
	}
	opt.Devices = append([]FakeDevice(nil), opt.Devices...)
	for i := range opt.Devices {
		d := &opt.Devices[i]
		if d.Power == nil {
			return nil, fmt.Errorf("energy: fake device %d has no power curve", i)
		}
		or(&d.UUID, fmt.Sprintf("GPU-00000000-0000-4000-8000-%012d", i))
		or(&d.Name, "Simulated GPU")
		or(&d.UpdateUS, UnknownPeriodUS)
		or(&d.StartMJ, 1_000_000_000)
		or(&d.DefaultMW, 700_000)
		or(&d.LimitMW, d.DefaultMW)
		or(&d.MemoryByte, 80<<30)
		or(&d.TempC, 50)
		or(&d.SMClockMHz, 1980)
	}
	return &Fake{opt: opt, late: map[[2]int]bool{}}, nil
}

func or[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// TrueMJ is the energy that device dev truly drew between two times, in mJ:
// exact, and untouched by any fault.
func (f *Fake) TrueMJ(dev int, from, to int64) float64 {
	p := f.opt.Devices[dev].Power
	return p.MilliJ(to) - p.MilliJ(from)
}

// Name is "fake".
func (f *Fake) Name() string { return "fake" }

// Info is what the options say.
func (f *Fake) Info(context.Context) (SourceInfo, error) { return f.opt.Info, nil }

// Close does nothing.
func (f *Fake) Close() error { return nil }

// Devices describes the simulated boards.
func (f *Fake) Devices(context.Context) ([]Device, error) {
	out := make([]Device, len(f.opt.Devices))
	now := f.opt.Clock.Now()
	for i, d := range f.opt.Devices {
		out[i] = Device{
			Index: i, UUID: d.UUID, Name: d.Name, PCI: fmt.Sprintf("00000000:%02X:00.0", i+1), MemoryBytes: ptr(d.MemoryByte),
			PowerLimitDefaultMW: ptr(d.DefaultMW), PowerLimitMW: ptr(d.limit(now)), PowerLimitMinMW: ptr(d.DefaultMW / 4), PowerLimitMaxMW: ptr(d.DefaultMW),
			MaxSMClockMHz: ptr(d.SMClockMHz), ECC: ptr(true), Persistence: ptr(true), MIG: ptr(d.mig(now)), VGPU: d.VGPU, NVLinks: ptr(int64(0)),
		}
		if !d.NoCounter {
			out[i].CounterSource, out[i].Scope = CounterTotal, ScopeGPU
		}
		if !d.NoPower {
			out[i].PowerSource, out[i].Scope = d.powerSource(), ScopeGPU
		}
		if d.NVLink {
			out[i].NVLinks = ptr(int64(18))
		}
		for k, o := range f.opt.Devices {
			if i == k || d.NoPeers {
				continue
			}
			if out[i].Peers == nil {
				out[i].Peers = map[string]bool{}
			}
			out[i].Peers[o.UUID] = d.NVLink && o.NVLink
		}
		if d.has(FaultUUID, now) {
			out[i].UUID = otherUUID
		}
		if err := d.answers(now); err != nil {
			out[i].Problem = err.Error()
		}
	}
	return out, nil
}

// otherUUID is that of the board which answers in place of another.
const otherUUID = "GPU-ffffffff-0000-4000-8000-000000000000"

func (d *FakeDevice) powerSource() string {
	if d.MeanPower {
		return PowerAverage
	}
	return PowerInstant
}

func (d *FakeDevice) limit(us int64) int64 {
	mw := d.LimitMW
	for _, f := range d.Faults {
		if f.Kind == FaultLimit && f.on(us) {
			mw = f.By
		}
	}
	return mw
}

func (d *FakeDevice) mig(us int64) bool { return d.MIG || d.has(FaultMIG, us) }

func (d *FakeDevice) has(kind FaultKind, us int64) bool {
	for _, f := range d.Faults {
		if f.Kind == kind && f.on(us) {
			return true
		}
	}
	return false
}

// answers is the error of a device that does not answer at us, or nil.
func (d *FakeDevice) answers(us int64) error {
	switch {
	case d.has(FaultLost, us):
		return fmt.Errorf("energy: simulated: %w", ErrLost)
	case d.has(FaultGap, us):
		return errors.New("energy: simulated: the read failed")
	}
	return nil
}

// counter is the exact integral at the last update, in whole mJ.
func (d *FakeDevice) counter(us int64) (int64, error) {
	if err := d.answers(us); err != nil {
		return 0, err
	}
	if d.NoCounter || d.has(FaultNotSupported, us) {
		return 0, fmt.Errorf("energy: simulated counter: %w", ErrNotSupported)
	}
	if d.has(FaultZeroCounter, us) {
		return 0, nil
	}
	at := us
	for _, f := range d.Faults {
		if f.Kind == FaultFreeze && f.on(us) {
			at = min(at, f.FromUS)
		}
	}
	mj := d.joules(at)
	for _, f := range d.Faults {
		switch {
		case f.Kind == FaultFall && f.on(us):
			mj -= f.By
		case f.Kind == FaultJump && f.on(us):
			mj += f.By
		case f.Kind == FaultGain && us >= f.FromUS:
			mj += (d.joules(at) - d.joules(f.FromUS)) * f.By / 100
		}
	}
	return max(0, mj), nil
}

// joules is the counter without faults.
func (d *FakeDevice) joules(us int64) int64 {
	last := us - mod(us-d.PhaseUS, d.UpdateUS)
	// The last bits of the float must not cost a whole millijoule.
	return d.StartMJ + int64(math.Floor(d.Power.MilliJ(last)+1e-6))
}

func (d *FakeDevice) power(us int64) (int64, error) {
	if err := d.answers(us); err != nil {
		return 0, err
	}
	if d.NoPower || d.has(FaultNotSupported, us) {
		return 0, fmt.Errorf("energy: simulated power: %w", ErrNotSupported)
	}
	if d.has(FaultZero, us) {
		return 0, nil
	}
	mw := d.Power.MilliW(us)
	if d.MeanPower {
		mw = d.Power.MilliJ(us) - d.Power.MilliJ(us-1_000_000)
	}
	for _, f := range d.Faults {
		if f.Kind == FaultPowerGain && f.on(us) || f.Kind == FaultGain && us >= f.FromUS {
			mw += mw * float64(f.By) / 100
		}
	}
	return int64(math.Round(mw)), nil
}

// spend lets a read take time.
func (f *Fake) spend(dev int, us int64) {
	cost := f.opt.ReadUS
	for k, fault := range f.opt.Devices[dev].Faults {
		key := [2]int{dev, k}
		f.mu.Lock()
		if fault.Kind == FaultLate && us >= fault.FromUS && !f.late[key] {
			f.late[key] = true
			cost += fault.By
		}
		f.mu.Unlock()
	}
	if cost == 0 {
		return
	}
	if c, ok := f.opt.Clock.(*FakeClock); ok {
		c.Advance(cost)
		return
	}
	f.opt.Clock.Wait(context.Background(), us+cost)
}

// Read looks at the middle of the time that it takes.
func (f *Fake) Read(dev int) (Reading, error) {
	d := &f.opt.Devices[dev]
	from := f.opt.Clock.Now()
	f.spend(dev, from)
	at := from + (f.opt.Clock.Now()-from)/2
	var r Reading
	mj, err := d.counter(at)
	if err == nil {
		r.EnergyMJ = &mj
	}
	mw, perr := d.power(at)
	if perr == nil {
		r.PowerMW = &mw
	}
	if err == nil {
		err = perr
	}
	return r, err
}

// Counter reads the counter alone.
func (f *Fake) Counter(dev int) (int64, error) {
	return f.opt.Devices[dev].counter(f.opt.Clock.Now())
}

// State follows the faults.
func (f *Fake) State(dev int) (State, error) {
	d := &f.opt.Devices[dev]
	us := f.opt.Clock.Now()
	if err := d.answers(us); err != nil {
		return State{}, err
	}
	st := State{UUID: d.UUID, PowerLimitMW: ptr(d.limit(us)), SMClockMHz: ptr(d.SMClockMHz), MemClockMHz: ptr(int64(2619)), TempC: ptr(d.TempC),
		MemUsedBytes: ptr(d.MemoryByte / 2), UtilPercent: ptr(int64(100)), ECC: ptr(true), Persistence: ptr(true), MIG: ptr(d.mig(us)),
		ReasonSource: ReasonCounter, ReasonNS: map[string]int64{"sw_power_cap": 0, "hw_thermal": 0}, Procs: append([]Proc(nil), d.Procs...)}
	for _, fault := range d.Faults {
		switch {
		case fault.Kind == FaultThermal && us >= fault.FromUS:
			end := us
			if fault.ToUS != 0 {
				end = min(us, fault.ToUS)
			}
			st.ReasonNS["hw_thermal"] += (end - fault.FromUS) * 1000
			if fault.on(us) {
				st.Reasons = []string{"hw_thermal"}
			}
		case fault.Kind == FaultUUID && fault.on(us):
			st.UUID = otherUUID
		case fault.Kind == FaultForeign && fault.on(us):
			st.Procs = append(st.Procs, Proc{PID: int(fault.By), MemoryBytes: ptr(int64(9 << 30))})
		case fault.Kind == FaultHot && fault.on(us):
			st.TempC = ptr(fault.By)
		}
	}
	if d.MaskOnly {
		st.ReasonSource, st.ReasonNS = ReasonMask, nil
	}
	return st, nil
}

// Probes are the counter and the power reading.
func (f *Fake) Probes(dev int) []Probe {
	d := &f.opt.Devices[dev]
	return []Probe{
		{Name: CounterTotal, Scope: ScopeGPU, Unit: "mJ", Read: func() (int64, error) { return f.Counter(dev) }},
		{Name: d.powerSource(), Scope: ScopeGPU, Unit: "mW", Read: func() (int64, error) { return d.power(f.opt.Clock.Now()) }},
	}
}

var _ Source = (*Fake)(nil)

// Package energy reads the energy and power of GPUs and CPUs beside a run: the
// sources (NVML, Linux powercap, a scripted fake, none) and the sampler. It
// records what a device said and when; cutting the records to joules belongs to
// package result, so that measuring and recomputing use one function.
//
// Rule numbers in comments (E1 to E18, C5, M1, V12 and so on) are those of the
// measurement method. Times are microseconds since the epoch of the job, power
// is in milliwatts, energy in millijoules, as the driver gives them. A value
// that was not read is a nil pointer and never 0.
package energy

import (
	"context"
	"errors"
	"fmt"
)

// Scope says what a counter or a power reading covers (E14).
const (
	ScopeGPU    = "gpu"
	ScopeModule = "module" // a superchip: the GPU and its CPU in one number
)

// The names of where a number came from, as a result stores them (E1).
const (
	CounterTotal  = "total_energy"  // nvmlDeviceGetTotalEnergyConsumption
	CounterField  = "field_energy"  // field 191
	PowerInstant  = "power_instant" // field 186
	PowerAverage  = "power_average" // field 185, a mean over 1 s
	PowerUsage    = "power_usage"   // nvmlDeviceGetPowerUsage: instant or a mean over 1 s, by board (E2)
	ReasonCounter = "counters"      // clock-event time from the nanosecond counters (M1)
	ReasonMask    = "mask"          // clock-event reasons as a bit mask, sampled
)

// Errors that a caller decides by. They come wrapped: use errors.Is.
var (
	// ErrUnavailable says that a source cannot work on this machine or in this
	// build. It is no failure of a measurement that asked for no energy.
	ErrUnavailable = errors.New("energy source unavailable")
	// ErrNotSupported says that a device has no such number.
	ErrNotSupported = errors.New("not supported by this device or driver")
	// ErrLost says that a device has gone from the bus.
	ErrLost = errors.New("device is lost")
	// ErrPermission says that the number exists and this user may not read it.
	ErrPermission = errors.New("no permission")
)

// Unavailable is the error of a source that cannot work here, with the reason
// and what to do about it. errors.Is(err, ErrUnavailable) holds.
type Unavailable struct {
	Reason string
	Hint   string
}

func (u *Unavailable) Error() string {
	if u.Hint == "" {
		return u.Reason
	}
	return u.Reason + "; " + u.Hint
}

// Is makes every Unavailable an ErrUnavailable.
func (u *Unavailable) Is(target error) bool { return target == ErrUnavailable }

// SourceInfo is what a source says of itself. An empty string is unknown.
type SourceInfo struct {
	Driver string // "570.124.06"
	CUDA   string // newest CUDA that the driver serves, "12.8"
	NVML   string // "12.570.124.06"
}

// Device is one GPU as found at the start. Index is its number in its source
// and the argument of Source's readers; a result identifies it by UUID (E10).
type Device struct {
	Index       int
	UUID        string
	Name        string
	PCI         string // "00000000:1B:00.0"
	MemoryBytes *int64

	PowerLimitDefaultMW *int64
	PowerLimitMW        *int64 // enforced
	PowerLimitMinMW     *int64
	PowerLimitMaxMW     *int64

	AppSMClockMHz  *int64 // application clocks
	AppMemClockMHz *int64
	MaxSMClockMHz  *int64
	MaxMemClockMHz *int64

	ECC         *bool
	Persistence *bool
	MIG         *bool
	VGPU        string // "" for a whole GPU, else what it is: "vgpu", "host-vgpu", "host-vsga"
	NVLinks     *int64 // active links; 0 is a GPU on PCIe alone
	// Peers says of each other GPU, by UUID, whether the two reach each other over
	// NVLink. One that is not in it is one of which nobody knows: active links
	// alone do not tell where they lead.
	Peers map[string]bool

	CounterSource string // CounterTotal, CounterField, or "" without a counter
	PowerSource   string // PowerInstant, PowerAverage, PowerUsage or ""
	Scope         string // ScopeGPU or ScopeModule, of both; "" without either

	// Problem says why a GPU that exists could not be opened ("" normally).
	Problem string
	// Denied says that the Problem is one of permission: CUDA does not show this
	// GPU to the same user, nor count it.
	Denied bool
}

// Reading is one look at one device.
type Reading struct {
	PowerMW  *int64
	EnergyMJ *int64
}

// Proc is one process that holds memory of a GPU. The number is the host's and
// may mean nothing inside a container.
type Proc struct {
	PID         int
	MemoryBytes *int64
}

// State is what changes slowly on one device, read each second (E5).
type State struct {
	UUID          string // read again, so that a swapped device is seen (V18)
	PowerLimitMW  *int64 // enforced; a change is V19
	SMClockMHz    *int64
	MemClockMHz   *int64
	TempC         *int64
	MemUsedBytes  *int64
	UtilPercent   *int64
	ECC           *bool
	Persistence   *bool
	MIG           *bool
	AppSMClockMHz *int64

	// ReasonSource is ReasonCounter, ReasonMask or "". With counters, ReasonNS
	// holds nanoseconds since the driver was loaded; with the mask alone,
	// Reasons names those active at this instant. Both are filled if both exist.
	ReasonSource string
	ReasonNS     map[string]int64
	Reasons      []string

	// Procs is what the driver lists; ProcsErr says why there is no list.
	Procs    []Proc
	ProcsErr string
}

// Source is where readings come from. Read, Counter and State take a Device's
// Index and may be called from several goroutines.
type Source interface {
	// Name is "nvml", "fake" or "none".
	Name() string
	// Info asks the source for its versions.
	Info(ctx context.Context) (SourceInfo, error)
	// Devices lists the GPUs by index, as they are now: at the end of a job it
	// shows what has changed. A GPU that does not answer is listed with its
	// Problem.
	Devices(ctx context.Context) ([]Device, error)
	// Read reads counter and power once. A number that the device lacks, or
	// could not give, is nil; the error says why the first of them is missing.
	Read(dev int) (Reading, error)
	// Counter reads the energy counter alone, in mJ (E6).
	Counter(dev int) (int64, error)
	// State reads the slow state. What the device lacks is absent; an error
	// means that the device itself does not answer.
	State(dev int) (State, error)
	// Probes lists each number that the device might give, apart (doctor).
	Probes(dev int) []Probe
	// Close gives the source back. Nothing may be read afterwards.
	Close() error
}

// Probe is one number of a device and how to read it.
type Probe struct {
	Name  string // "total_energy", "power_instant", "hw_thermal (field 252)", ...
	Scope string // ScopeGPU or ScopeModule
	Unit  string // "mJ", "mW" or "ns"
	Read  func() (int64, error)
}

// None is the source of a measurement without energy.
type None struct{}

// Name is "none".
func (None) Name() string { return "none" }

// Info knows nothing.
func (None) Info(context.Context) (SourceInfo, error) { return SourceInfo{}, nil }

// Devices is empty.
func (None) Devices(context.Context) ([]Device, error) { return nil, nil }

// Read gives nothing.
func (None) Read(int) (Reading, error) { return Reading{}, errNone }

// Counter gives nothing.
func (None) Counter(int) (int64, error) { return 0, errNone }

// State gives nothing.
func (None) State(int) (State, error) { return State{}, errNone }

// Probes is empty.
func (None) Probes(int) []Probe { return nil }

// Close does nothing.
func (None) Close() error { return nil }

var errNone = fmt.Errorf("%w: energy is not measured in this run", ErrUnavailable)

func ptr[T any](v T) *T { return &v }

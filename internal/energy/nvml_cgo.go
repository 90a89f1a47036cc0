//go:build linux && cgo

// GPUs through the driver's library (E18). This is the one file that calls it.
//
// The binding resolves symbols when they are first called, and a missing one
// ends the process: every call below is behind has, with the names of the C
// function and its versions. Its Return is an error whose success is not nil,
// and whose text comes from the library itself: returned turns it into ours at
// once. A program with this file in it is linked with
// -ldflags=-extldflags=-Wl,-z,lazy, or it may not start where there is no driver
// (cgo does not allow that flag in a #cgo line).

package energy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/NVIDIA/go-nvml/pkg/dl"
	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

const nvmlLibrary = "libnvidia-ml.so.1"

// nvmlSource is the driver. Everything but the symbol cache is fixed by open.
type nvmlSource struct {
	lib     nvml.Interface
	devices []nvmlDevice

	mu   sync.Mutex
	syms map[string]bool
}

// nvmlDevice is one handle and the readings chosen for it (E1). Info holds what
// stays as it is: index, UUID, the readings' names, and why there is no handle.
type nvmlDevice struct {
	handle  nvml.Device
	info    Device
	counter *nvmlReading
	power   *nvmlReading
	reasons []reasonField
}

// nvmlReading is one way to read a number.
type nvmlReading struct {
	name, unit, scope string
	read              func(nvml.Device) (int64, error)
}

// OpenNVML loads the driver's library and opens every GPU. ErrUnavailable: there
// is no library, no driver, or one too old to be read.
func OpenNVML(opt NVMLOptions) (Source, error) {
	path := opt.LibraryPath
	if path == "" {
		path = nvmlLibrary
	}
	// Loaded here first: the binding hides why loading failed, and calls Init
	// without asking whether the library has one. This handle stays open, since
	// symbols once resolved would point nowhere after an unload.
	pre := dl.New(path, dl.RTLD_LAZY|dl.RTLD_GLOBAL)
	if err := pre.Open(); err != nil {
		return nil, &Unavailable{Reason: "energy: the NVIDIA driver's library cannot be loaded: " + err.Error(),
			Hint: "install the driver (in a container: start it with --gpus all), or use --no-energy"}
	}
	if pre.Lookup("nvmlInit_v2") != nil && pre.Lookup("nvmlInit") != nil {
		return nil, &Unavailable{Reason: "energy: " + path + " is not NVML: it has no nvmlInit", Hint: "repair the driver, or use --no-energy"}
	}
	var opts []nvml.LibraryOption
	if opt.LibraryPath != "" {
		opts = append(opts, nvml.WithLibraryPath(path))
	}
	lib := nvml.New(opts...)
	p := &patient{limit: callLimit}
	src, err := limited(context.Background(), p, "starting the driver", func() (Source, error) { return newNVML(lib) })
	if err != nil {
		if errors.Is(err, errHung) {
			return nil, &Unavailable{Reason: err.Error(), Hint: "use --no-energy until it does"}
		}
		return nil, err
	}
	p.src = src
	return p, nil
}

// newNVML starts a library that may be a mock.
func newNVML(lib nvml.Interface) (Source, error) {
	if err := returned("nvmlInit", lib.Init()); err != nil {
		// No Shutdown after a failed Init: it calls into an unloaded library.
		return nil, &Unavailable{Reason: "energy: the NVIDIA driver does not start: " + err.Error(),
			Hint: "see whether `nvidia-smi` works (the module loaded? driver and library of one version?), or use --no-energy"}
	}
	s := &nvmlSource{lib: lib, syms: map[string]bool{}}
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// has reports whether the library has any of the versions of a C function. It
// may be asked only after Init (E18).
func (s *nvmlSource) has(names ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		ok, known := s.syms[n]
		if !known {
			ok = s.lib.Extensions().LookupSymbol(n) == nil
			s.syms[n] = ok
		}
		if ok {
			return true
		}
	}
	return false
}

// ask calls f if the library has the function, and gives an absent number for
// any trouble: for descriptions, where absence is an answer.
func ask[T any](s *nvmlSource, f func() (T, nvml.Return), names ...string) (v T, ok bool) {
	if !s.has(names...) {
		return v, false
	}
	got, ret := f()
	if ret != nvml.SUCCESS {
		return v, false
	}
	return got, true
}

// askInt is ask for numbers, as a result stores them.
func askInt[T uint32 | uint64 | int](s *nvmlSource, f func() (T, nvml.Return), names ...string) *int64 {
	v, ok := ask(s, f, names...)
	if !ok || int64(v) < 0 {
		return nil
	}
	return ptr(int64(v))
}

func askState(s *nvmlSource, f func() (nvml.EnableState, nvml.Return), names ...string) *bool {
	v, ok := ask(s, f, names...)
	if !ok {
		return nil
	}
	return ptr(v == nvml.FEATURE_ENABLED)
}

// returned makes an error of a Return: nil for success, else one that wraps the
// sentinel that fits. The text is ours, for the library's own would need a
// symbol too.
func returned(call string, r nvml.Return) error {
	var kind error
	switch r {
	case nvml.SUCCESS:
		return nil
	case nvml.ERROR_NOT_SUPPORTED, nvml.ERROR_FUNCTION_NOT_FOUND:
		kind = ErrNotSupported
	case nvml.ERROR_GPU_IS_LOST, nvml.ERROR_RESET_REQUIRED:
		kind = ErrLost
	case nvml.ERROR_NO_PERMISSION:
		kind = ErrPermission
	default:
		kind = errors.New(nvmlText(r))
	}
	return fmt.Errorf("energy: %s: %w (code %d)", call, kind, int(r))
}

func nvmlText(r nvml.Return) string {
	switch r {
	case nvml.ERROR_UNINITIALIZED:
		return "the library was not started"
	case nvml.ERROR_INVALID_ARGUMENT:
		return "invalid argument"
	case nvml.ERROR_DRIVER_NOT_LOADED:
		return "the driver is not loaded"
	case nvml.ERROR_LIBRARY_NOT_FOUND:
		return "the library cannot be loaded"
	case nvml.ERROR_LIB_RM_VERSION_MISMATCH:
		return "driver and library differ in version"
	case nvml.ERROR_OPERATING_SYSTEM:
		return "blocked by the operating system or a container's rules"
	case nvml.ERROR_TIMEOUT:
		return "timed out"
	case nvml.ERROR_NO_DATA:
		return "no data"
	case nvml.ERROR_MEMORY, nvml.ERROR_INSUFFICIENT_RESOURCES:
		return "out of memory or resources"
	case nvml.ERROR_INSUFFICIENT_POWER:
		return "power cables are not attached"
	case nvml.ERROR_IRQ_ISSUE:
		return "the kernel has an interrupt problem with a GPU"
	case nvml.ERROR_NOT_FOUND, nvml.ERROR_GPU_NOT_FOUND:
		return "no such GPU"
	}
	return "unknown driver error"
}

func missing(name string) error {
	return fmt.Errorf("energy: %s: %w (this driver has no such function)", name, ErrNotSupported)
}

func (s *nvmlSource) open() error {
	if !s.has("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount") || !s.has("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex") || !s.has("nvmlDeviceGetUUID") {
		return &Unavailable{Reason: "energy: this NVIDIA driver is too old: it cannot list GPUs with their UUIDs", Hint: "update the driver, or use --no-energy"}
	}
	n, ret := s.lib.DeviceGetCount()
	if err := returned("nvmlDeviceGetCount", ret); err != nil {
		return fmt.Errorf("energy: GPUs cannot be counted: %w", err)
	}
	for i := range n {
		d := nvmlDevice{info: Device{Index: i}}
		h, ret := s.lib.DeviceGetHandleByIndex(i)
		if err := returned("nvmlDeviceGetHandleByIndex", ret); err != nil {
			d.info.Problem, d.info.Denied = err.Error(), errors.Is(err, ErrPermission)
			s.devices = append(s.devices, d)
			continue
		}
		d.handle = h
		if uuid, ret := h.GetUUID(); ret != nvml.SUCCESS {
			d.info.Problem = returned("nvmlDeviceGetUUID", ret).Error()
		} else {
			d.info.UUID = uuid
			s.choose(&d)
			d.reasons = s.chooseReasons(h)
		}
		s.devices = append(s.devices, d)
	}
	return nil
}

// describe fills what changes seldom or never.
func (s *nvmlSource) describe(h nvml.Device, i *Device) {
	i.Name, _ = ask(s, h.GetName, "nvmlDeviceGetName")
	if pci, ok := ask(s, h.GetPciInfo, "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo"); ok {
		if i.PCI = text(pci.BusId[:]); i.PCI == "" {
			i.PCI = text(pci.BusIdLegacy[:])
		}
	}
	if m, ok := ask(s, h.GetMemoryInfo, "nvmlDeviceGetMemoryInfo"); ok {
		i.MemoryBytes = ptr(int64(m.Total))
	}
	i.PowerLimitDefaultMW = askInt(s, h.GetPowerManagementDefaultLimit, "nvmlDeviceGetPowerManagementDefaultLimit")
	i.PowerLimitMW = askInt(s, h.GetEnforcedPowerLimit, "nvmlDeviceGetEnforcedPowerLimit")
	if s.has("nvmlDeviceGetPowerManagementLimitConstraints") {
		if lo, hi, ret := h.GetPowerManagementLimitConstraints(); ret == nvml.SUCCESS {
			i.PowerLimitMinMW, i.PowerLimitMaxMW = ptr(int64(lo)), ptr(int64(hi))
		}
	}
	i.AppSMClockMHz = s.appClock(h, nvml.CLOCK_SM)
	i.AppMemClockMHz = s.appClock(h, nvml.CLOCK_MEM)
	i.MaxSMClockMHz = askInt(s, func() (uint32, nvml.Return) { return h.GetMaxClockInfo(nvml.CLOCK_SM) }, "nvmlDeviceGetMaxClockInfo")
	i.MaxMemClockMHz = askInt(s, func() (uint32, nvml.Return) { return h.GetMaxClockInfo(nvml.CLOCK_MEM) }, "nvmlDeviceGetMaxClockInfo")
	i.ECC, i.Persistence, i.MIG = s.ecc(h), s.persistence(h), s.mig(h)
	if mode, ok := ask(s, h.GetVirtualizationMode, "nvmlDeviceGetVirtualizationMode"); ok {
		switch mode { // passed through whole is whole
		case nvml.GPU_VIRTUALIZATION_MODE_VGPU:
			i.VGPU = "vgpu"
		case nvml.GPU_VIRTUALIZATION_MODE_HOST_VGPU:
			i.VGPU = "host-vgpu"
		case nvml.GPU_VIRTUALIZATION_MODE_HOST_VSGA:
			i.VGPU = "host-vsga"
		}
	}
	i.NVLinks = s.links(h)
}

// links counts active NVLinks. A GPU without any says that it has none; other
// trouble means that nobody knows.
func (s *nvmlSource) links(h nvml.Device) *int64 {
	if !s.has("nvmlDeviceGetNvLinkState") {
		return nil
	}
	var active int64
	for link := range nvml.NVLINK_MAX_LINKS {
		switch st, ret := h.GetNvLinkState(link); ret {
		case nvml.SUCCESS:
			if st == nvml.FEATURE_ENABLED {
				active++
			}
		case nvml.ERROR_NOT_SUPPORTED, nvml.ERROR_INVALID_ARGUMENT: // no such link
		default:
			return nil
		}
	}
	return &active
}

func (s *nvmlSource) appClock(h nvml.Device, c nvml.ClockType) *int64 {
	return askInt(s, func() (uint32, nvml.Return) { return h.GetApplicationsClock(c) }, "nvmlDeviceGetApplicationsClock")
}

func (s *nvmlSource) ecc(h nvml.Device) *bool {
	return askState(s, func() (nvml.EnableState, nvml.Return) {
		now, _, ret := h.GetEccMode()
		return now, ret
	}, "nvmlDeviceGetEccMode")
}

func (s *nvmlSource) persistence(h nvml.Device) *bool {
	return askState(s, h.GetPersistenceMode, "nvmlDeviceGetPersistenceMode")
}

func (s *nvmlSource) mig(h nvml.Device) *bool {
	on, ok := ask(s, func() (int, nvml.Return) {
		now, _, ret := h.GetMigMode()
		return now, ret
	}, "nvmlDeviceGetMigMode")
	if !ok {
		return nil
	}
	return ptr(on == nvml.DEVICE_MIG_ENABLE)
}

// field reads one field value. Success of the call says only that something was
// filled: the value has its own Return (E18).
func (s *nvmlSource) field(h nvml.Device, id, scope uint32) (int64, error) {
	v, err := s.fields(h, []nvml.FieldValue{{FieldId: id, ScopeId: scope}})
	if err != nil {
		return 0, err
	}
	return fieldValue(v[0])
}

// fields asks for several; an empty list is never passed on, for it would panic.
func (s *nvmlSource) fields(h nvml.Device, want []nvml.FieldValue) ([]nvml.FieldValue, error) {
	if len(want) == 0 {
		return nil, nil
	}
	if !s.has("nvmlDeviceGetFieldValues") {
		return nil, missing("nvmlDeviceGetFieldValues")
	}
	// A library that fills nothing must not look as if every value were 0.
	for i := range want {
		want[i].NvmlReturn = uint32(nvml.ERROR_NO_DATA)
	}
	ret := h.GetFieldValues(want)
	return want, returned("nvmlDeviceGetFieldValues", ret)
}

func fieldValue(v nvml.FieldValue) (int64, error) {
	if err := returned(fmt.Sprintf("field %d", v.FieldId), nvml.Return(v.NvmlReturn)); err != nil {
		return 0, err
	}
	return decodeField(v.Value, v.ValueType)
}

// readings are the ways to a number in the order of E1 and E14: the GPU's own
// first, then the module's.
func (s *nvmlSource) readings() (counters, powers []nvmlReading) {
	byField := func(name, unit string, id uint32, scope uint32) nvmlReading {
		r := nvmlReading{name: name, unit: unit, scope: ScopeGPU, read: func(h nvml.Device) (int64, error) { return s.field(h, id, scope) }}
		if scope == nvml.POWER_SCOPE_MODULE {
			r.scope = ScopeModule
		}
		return r
	}
	total := func(h nvml.Device) (int64, error) {
		if !s.has("nvmlDeviceGetTotalEnergyConsumption") {
			return 0, missing("nvmlDeviceGetTotalEnergyConsumption")
		}
		v, ret := h.GetTotalEnergyConsumption()
		return int64(v), returned("nvmlDeviceGetTotalEnergyConsumption", ret)
	}
	usage := func(h nvml.Device) (int64, error) {
		if !s.has("nvmlDeviceGetPowerUsage") {
			return 0, missing("nvmlDeviceGetPowerUsage")
		}
		v, ret := h.GetPowerUsage()
		return int64(v), returned("nvmlDeviceGetPowerUsage", ret)
	}
	counters = []nvmlReading{
		{CounterTotal, "mJ", ScopeGPU, total},
		byField(CounterField, "mJ", nvml.FI_DEV_ENERGY, nvml.POWER_SCOPE_GPU),
		byField(CounterField, "mJ", nvml.FI_DEV_ENERGY, nvml.POWER_SCOPE_MODULE),
	}
	powers = []nvmlReading{
		byField(PowerInstant, "mW", nvml.FI_DEV_POWER_INSTANT, nvml.POWER_SCOPE_GPU),
		byField(PowerAverage, "mW", nvml.FI_DEV_POWER_AVERAGE, nvml.POWER_SCOPE_GPU),
		{PowerUsage, "mW", ScopeGPU, usage},
		byField(PowerInstant, "mW", nvml.FI_DEV_POWER_INSTANT, nvml.POWER_SCOPE_MODULE),
		byField(PowerAverage, "mW", nvml.FI_DEV_POWER_AVERAGE, nvml.POWER_SCOPE_MODULE),
	}
	return counters, powers
}

// choose takes the first counter that answers, and the first power reading of
// the same scope: across scopes the two could not check each other (E11).
func (s *nvmlSource) choose(d *nvmlDevice) {
	counters, powers := s.readings()
	d.counter = firstAnswer(d.handle, counters, "")
	scope := ""
	if d.counter != nil {
		d.info.CounterSource, d.info.Scope = d.counter.name, d.counter.scope
		scope = d.counter.scope
	}
	d.power = firstAnswer(d.handle, powers, scope)
	if d.power != nil {
		d.info.PowerSource, d.info.Scope = d.power.name, d.power.scope
	}
}

// tries is how often a reading is asked before it counts as not there: one call
// of a busy driver may fail, and would change the source of a whole result.
const tries = 3

// firstAnswer takes the first reading that gives a number above 0; a reading
// that gives only 0 is taken where no other answers at all.
func firstAnswer(h nvml.Device, from []nvmlReading, scope string) *nvmlReading {
	var zero *nvmlReading
	for i, r := range from {
		if scope != "" && r.scope != scope {
			continue
		}
		for range tries {
			v, err := r.read(h)
			switch {
			case err == nil && v > 0:
				return &from[i]
			case err == nil && zero == nil:
				zero = &from[i]
			}
			if errors.Is(err, ErrNotSupported) {
				break
			}
		}
	}
	return zero
}

func text(b []uint8) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// Name is "nvml".
func (s *nvmlSource) Name() string { return "nvml" }

// Info asks the driver for its versions.
func (s *nvmlSource) Info(context.Context) (SourceInfo, error) {
	var i SourceInfo
	i.Driver, _ = ask(s, s.lib.SystemGetDriverVersion, "nvmlSystemGetDriverVersion")
	i.NVML, _ = ask(s, s.lib.SystemGetNVMLVersion, "nvmlSystemGetNVMLVersion")
	if v, ok := ask(s, s.lib.SystemGetCudaDriverVersion, "nvmlSystemGetCudaDriverVersion"); ok {
		i.CUDA = cudaVersion(v)
	}
	return i, nil
}

// Devices lists the GPUs that open found, as they are now: what has changed
// since, or gone, shows (V18, V19).
func (s *nvmlSource) Devices(context.Context) ([]Device, error) {
	out := make([]Device, len(s.devices))
	for i, d := range s.devices {
		out[i] = d.info
		if d.info.Problem != "" {
			continue
		}
		uuid, ret := d.handle.GetUUID()
		if err := returned("nvmlDeviceGetUUID", ret); err != nil {
			out[i].Problem = err.Error()
			continue
		}
		out[i].UUID = uuid
		s.describe(d.handle, &out[i])
	}
	s.peers(out)
	return out, nil
}

// peers asks of each pair of GPUs whether it is joined by NVLink, directly or
// through switches. A status that is not known leaves the pair out.
func (s *nvmlSource) peers(devs []Device) {
	if !s.has("nvmlDeviceGetP2PStatus") {
		return
	}
	for i := range devs {
		for k := range devs {
			if i == k || devs[i].Problem != "" || devs[k].Problem != "" {
				continue
			}
			h := s.devices[i].handle
			st, ret := h.GetP2PStatus(s.devices[k].handle, nvml.P2P_CAPS_INDEX_NVLINK)
			if ret != nvml.SUCCESS || st < nvml.P2P_STATUS_OK || st >= nvml.P2P_STATUS_UNKNOWN {
				continue
			}
			if devs[i].Peers == nil {
				devs[i].Peers = map[string]bool{}
			}
			devs[i].Peers[devs[k].UUID] = st == nvml.P2P_STATUS_OK
		}
	}
}

func (s *nvmlSource) device(dev int) (*nvmlDevice, error) {
	if dev < 0 || dev >= len(s.devices) || s.devices[dev].handle == nil {
		return nil, fmt.Errorf("energy: there is no open GPU %d", dev)
	}
	return &s.devices[dev], nil
}

// Read reads counter, then power (E5).
func (s *nvmlSource) Read(dev int) (Reading, error) {
	d, err := s.device(dev)
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	r.EnergyMJ, err = d.counter.value(d.handle)
	var perr error
	if r.PowerMW, perr = d.power.value(d.handle); err == nil {
		err = perr
	}
	return r, err
}

// value is nil without error for a number that the device never had.
func (r *nvmlReading) value(h nvml.Device) (*int64, error) {
	if r == nil {
		return nil, nil
	}
	v, err := r.read(h)
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// Counter reads the counter alone.
func (s *nvmlSource) Counter(dev int) (int64, error) {
	d, err := s.device(dev)
	if err != nil {
		return 0, err
	}
	if d.counter == nil {
		return 0, fmt.Errorf("energy: counter: %w", ErrNotSupported)
	}
	return d.counter.read(d.handle)
}

// State reads the slow state. The UUID comes first: a device that cannot say it
// does not answer.
func (s *nvmlSource) State(dev int) (State, error) {
	d, err := s.device(dev)
	if err != nil {
		return State{}, err
	}
	h := d.handle
	uuid, ret := h.GetUUID()
	if err := returned("nvmlDeviceGetUUID", ret); err != nil {
		return State{}, err
	}
	st := State{UUID: uuid}
	st.PowerLimitMW = askInt(s, h.GetEnforcedPowerLimit, "nvmlDeviceGetEnforcedPowerLimit")
	st.SMClockMHz = askInt(s, func() (uint32, nvml.Return) { return h.GetClockInfo(nvml.CLOCK_SM) }, "nvmlDeviceGetClockInfo")
	st.MemClockMHz = askInt(s, func() (uint32, nvml.Return) { return h.GetClockInfo(nvml.CLOCK_MEM) }, "nvmlDeviceGetClockInfo")
	st.TempC = askInt(s, func() (uint32, nvml.Return) { return h.GetTemperature(nvml.TEMPERATURE_GPU) }, "nvmlDeviceGetTemperature")
	if m, ok := ask(s, h.GetMemoryInfo, "nvmlDeviceGetMemoryInfo"); ok {
		st.MemUsedBytes = ptr(int64(m.Used))
	}
	if u, ok := ask(s, h.GetUtilizationRates, "nvmlDeviceGetUtilizationRates"); ok {
		st.UtilPercent = ptr(int64(u.Gpu))
	}
	st.ECC, st.Persistence, st.MIG = s.ecc(h), s.persistence(h), s.mig(h)
	st.AppSMClockMHz = s.appClock(h, nvml.CLOCK_SM)
	s.reasons(d, &st)
	s.procs(h, &st)
	return st, nil
}

// reasonField is one clock-event counter.
type reasonField struct {
	name string
	id   uint32
}

// reasonFields are the nanosecond counters (M1) by the numbers of the binding's
// own header. Field 75 is what sw_thermal was called before 251.
var reasonFields = [...]reasonField{
	{"sw_power_cap", nvml.FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP},
	{"sync_boost", nvml.FI_DEV_CLOCKS_EVENT_REASON_SYNC_BOOST},
	{"board_limit", nvml.FI_DEV_PERF_POLICY_BOARD_LIMIT},
	{"low_utilization", nvml.FI_DEV_PERF_POLICY_LOW_UTILIZATION},
	{"reliability", nvml.FI_DEV_PERF_POLICY_RELIABILITY},
	{"sw_thermal", nvml.FI_DEV_PERF_POLICY_THERMAL},
	{"sw_thermal", nvml.FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN},
	{"hw_thermal", nvml.FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN},
	{"hw_power_brake", nvml.FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN},
}

// chooseReasons finds the counters that a GPU has, each asked by itself: an old
// driver refuses a whole call for one number that it does not know. Of two with
// one name the later one is kept, for good, since their values differ.
func (s *nvmlSource) chooseReasons(h nvml.Device) []reasonField {
	var out []reasonField
	for _, f := range reasonFields {
		if _, err := s.field(h, f.id, 0); err != nil {
			continue
		}
		out = slices.DeleteFunc(out, func(o reasonField) bool { return o.name == f.name })
		out = append(out, f)
	}
	return out
}

func (s *nvmlSource) reasons(d *nvmlDevice, st *State) {
	h := d.handle
	want := make([]nvml.FieldValue, len(d.reasons))
	for i, f := range d.reasons {
		want[i].FieldId = f.id
	}
	if got, err := s.fields(h, want); err == nil {
		for i, v := range got {
			ns, err := fieldValue(v)
			if err != nil {
				continue
			}
			if st.ReasonNS == nil {
				st.ReasonNS = map[string]int64{}
			}
			st.ReasonNS[d.reasons[i].name] = ns
		}
	}
	mask, ok := ask(s, h.GetCurrentClocksEventReasons, "nvmlDeviceGetCurrentClocksEventReasons")
	if !ok { // its name before driver 535
		mask, ok = ask(s, h.GetCurrentClocksThrottleReasons, "nvmlDeviceGetCurrentClocksThrottleReasons")
	}
	if ok {
		st.Reasons = reasonNames(mask)
	}
	switch {
	case st.ReasonNS != nil:
		st.ReasonSource = ReasonCounter
	case ok:
		st.ReasonSource = ReasonMask
	}
}

// procs joins the lists of compute, MPS and graphics processes. The first is the
// one that must be there.
func (s *nvmlSource) procs(h nvml.Device, st *State) {
	lists := []struct {
		names []string
		read  func() ([]nvml.ProcessInfo, nvml.Return)
	}{
		{[]string{"nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetComputeRunningProcesses_v3"}, h.GetComputeRunningProcesses},
		{[]string{"nvmlDeviceGetMPSComputeRunningProcesses", "nvmlDeviceGetMPSComputeRunningProcesses_v2", "nvmlDeviceGetMPSComputeRunningProcesses_v3"}, h.GetMPSComputeRunningProcesses},
		{[]string{"nvmlDeviceGetGraphicsRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses_v2", "nvmlDeviceGetGraphicsRunningProcesses_v3"}, h.GetGraphicsRunningProcesses},
	}
	seen := map[int]bool{}
	for k, l := range lists {
		if !s.has(l.names...) {
			if k == 0 {
				st.ProcsErr = missing(l.names[0]).Error()
			}
			continue
		}
		infos, ret := l.read()
		if err := returned(l.names[0], ret); err != nil {
			if k == 0 {
				st.ProcsErr = err.Error()
			}
			continue
		}
		for _, p := range infos {
			pid := int(p.Pid)
			if seen[pid] {
				continue
			}
			seen[pid] = true
			proc := Proc{PID: pid}
			if p.UsedGpuMemory <= 1<<62 { // all ones: not known
				proc.MemoryBytes = ptr(int64(p.UsedGpuMemory))
			}
			st.Procs = append(st.Procs, proc)
		}
	}
}

// Probes are all counters and power readings of the GPU, each scope by itself,
// and the clock-event counters.
func (s *nvmlSource) Probes(dev int) []Probe {
	d, err := s.device(dev)
	if err != nil {
		return nil
	}
	counters, powers := s.readings()
	var out []Probe
	for _, r := range append(counters, powers...) {
		out = append(out, Probe{Name: r.name, Scope: r.scope, Unit: r.unit, Read: func() (int64, error) { return r.read(d.handle) }})
	}
	for _, f := range reasonFields {
		out = append(out, Probe{Name: fmt.Sprintf("%s (field %d)", f.name, f.id), Scope: ScopeGPU, Unit: "ns",
			Read: func() (int64, error) { return s.field(d.handle, f.id, 0) }})
	}
	return out
}

// Close gives the library back.
func (s *nvmlSource) Close() error {
	if !s.has("nvmlShutdown") {
		return nil
	}
	return returned("nvmlShutdown", s.lib.Shutdown())
}

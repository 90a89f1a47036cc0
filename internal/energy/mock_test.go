//go:build linux && cgo

// The second layer of X5: the binding's own mocks. They know no energy: every
// function that a test does not set panics, so this also lists what is called.

package energy

import (
	"encoding/binary"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/NVIDIA/go-nvml/pkg/nvml/mock"
)

// mockLibrary has the functions named and no others.
func mockLibrary(dev *mock.Device, names ...string) *mock.Interface {
	has := map[string]bool{"nvmlDeviceGetCount_v2": true, "nvmlDeviceGetHandleByIndex_v2": true, "nvmlDeviceGetUUID": true, "nvmlShutdown": true}
	for _, n := range names {
		has[n] = true
	}
	if dev.GetUUIDFunc == nil {
		dev.GetUUIDFunc = func() (string, nvml.Return) { return "GPU-1", nvml.SUCCESS }
	}
	return &mock.Interface{
		InitFunc:                   func() nvml.Return { return nvml.SUCCESS },
		ShutdownFunc:               func() nvml.Return { return nvml.SUCCESS },
		DeviceGetCountFunc:         func() (int, nvml.Return) { return 1, nvml.SUCCESS },
		DeviceGetHandleByIndexFunc: func(int) (nvml.Device, nvml.Return) { return dev, nvml.SUCCESS },
		ExtensionsFunc: func() nvml.ExtendedInterface {
			return &mock.ExtendedInterface{LookupSymbolFunc: func(s string) error {
				if has[s] {
					return nil
				}
				return errors.New("no such symbol")
			}}
		},
	}
}

func TestMockEnergy(t *testing.T) {
	mj := uint64(1_000_000)
	ret := nvml.SUCCESS
	dev := &mock.Device{
		GetTotalEnergyConsumptionFunc: func() (uint64, nvml.Return) { return mj, ret },
		GetPowerUsageFunc:             func() (uint32, nvml.Return) { return 450_000, ret },
	}
	src, err := newNVML(mockLibrary(dev, "nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetPowerUsage"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := src.Read(0)
	if err != nil || *r.EnergyMJ != 1_000_000 || *r.PowerMW != 450_000 {
		t.Fatalf("%+v, %v", r, err)
	}
	mj += 22_500
	if c, err := src.Counter(0); err != nil || c != 1_022_500 {
		t.Errorf("%d, %v", c, err)
	}
	for code, want := range map[nvml.Return]error{
		nvml.ERROR_NOT_SUPPORTED: ErrNotSupported, nvml.ERROR_GPU_IS_LOST: ErrLost, nvml.ERROR_RESET_REQUIRED: ErrLost, nvml.ERROR_NO_PERMISSION: ErrPermission,
	} {
		ret = code
		r, err := src.Read(0)
		if !errors.Is(err, want) || r.EnergyMJ != nil || r.PowerMW != nil {
			t.Errorf("code %d: %+v, %v", code, r, err)
		}
	}
	ret = nvml.ERROR_UNKNOWN
	if _, err := src.Read(0); err == nil || !strings.Contains(err.Error(), "code 999") {
		t.Errorf("%v", err)
	}
	for _, dev := range []int{-1, 1} {
		if _, err := src.Read(dev); err == nil {
			t.Errorf("device %d can be read", dev)
		}
		if _, err := src.State(dev); err == nil {
			t.Errorf("device %d has a state", dev)
		}
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

// TestMockReasons: the newer of two counters with one name counts, and where it
// fails once the older one does not take its place.
func TestMockReasons(t *testing.T) {
	fails := false
	dev := &mock.Device{GetFieldValuesFunc: func(values []nvml.FieldValue) nvml.Return {
		for i := range values {
			v := &values[i]
			v.ValueType, v.NvmlReturn = valueUlonglong, uint32(nvml.ERROR_NOT_SUPPORTED)
			binary.NativeEndian.PutUint64(v.Value[:], uint64(v.FieldId))
			if v.FieldId == 75 || v.FieldId == 252 || v.FieldId == 251 && !fails {
				v.NvmlReturn = uint32(nvml.SUCCESS)
			}
		}
		return nvml.SUCCESS
	}}
	src, err := newNVML(mockLibrary(dev, "nvmlDeviceGetFieldValues"))
	if err != nil {
		t.Fatal(err)
	}
	for _, fails = range []bool{false, true} {
		st, err := src.State(0)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{"hw_thermal": 252}
		if !fails {
			want["sw_thermal"] = 251
		}
		if !maps.Equal(st.ReasonNS, want) || st.ReasonSource != ReasonCounter {
			t.Errorf("fails %v: %v by %q", fails, st.ReasonNS, st.ReasonSource)
		}
	}
}

// TestMockCallsNothingUnasked: with only the needed functions there, no other is
// called, for the mock would panic.
func TestMockCallsNothingUnasked(t *testing.T) {
	dev := &mock.Device{}
	src, err := newNVML(mockLibrary(dev))
	if err != nil {
		t.Fatal(err)
	}
	devs, _ := src.Devices(t.Context())
	if d := devs[0]; d.UUID != "GPU-1" || d.CounterSource != "" || d.PowerSource != "" || d.MIG != nil || d.MemoryBytes != nil {
		t.Errorf("%+v", d)
	}
	if r, err := src.Read(0); err != nil || r.EnergyMJ != nil || r.PowerMW != nil {
		t.Errorf("%+v, %v", r, err)
	}
	st, err := src.State(0)
	if err != nil || st.ProcsErr == "" || st.ReasonSource != "" || st.TempC != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if info, err := src.Info(t.Context()); err != nil || info != (SourceInfo{}) {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := src.Counter(0); !errors.Is(err, ErrNotSupported) {
		t.Errorf("%v", err)
	}
}

func TestMockInitFails(t *testing.T) {
	lib := mockLibrary(&mock.Device{})
	lib.InitFunc = func() nvml.Return { return nvml.ERROR_LIB_RM_VERSION_MISMATCH }
	lib.ShutdownFunc = func() nvml.Return { t.Error("Shutdown after a failed Init"); return nvml.SUCCESS }
	if _, err := newNVML(lib); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "differ in version") {
		t.Errorf("%v", err)
	}
}

// TestMockCountFails: Init did succeed, so Shutdown must follow.
func TestMockCountFails(t *testing.T) {
	lib := mockLibrary(&mock.Device{})
	lib.DeviceGetCountFunc = func() (int, nvml.Return) { return 0, nvml.ERROR_UNKNOWN }
	if _, err := newNVML(lib); err == nil || len(lib.ShutdownCalls()) != 1 {
		t.Errorf("%v, %d shutdowns", err, len(lib.ShutdownCalls()))
	}
}

func TestMockUnreadableDevice(t *testing.T) {
	dev := &mock.Device{GetUUIDFunc: func() (string, nvml.Return) { return "", nvml.ERROR_GPU_IS_LOST }}
	src, err := newNVML(mockLibrary(dev))
	if err != nil {
		t.Fatal(err)
	}
	devs, _ := src.Devices(t.Context())
	if !strings.Contains(devs[0].Problem, "device is lost") {
		t.Errorf("%+v", devs[0])
	}
	if _, err := src.State(0); !errors.Is(err, ErrLost) {
		t.Errorf("%v", err)
	}
}

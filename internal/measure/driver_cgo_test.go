//go:build linux && cgo

package measure

import (
	"os/exec"
	"path/filepath"
	"testing"

	"jouleboard/internal/energy"
)

// oldDriver measures with the real binding and a library that stands in for an old
// driver's: no energy counter, no field values, no versions of functions but the
// first. It is the one such library of this process (E18). It has two GPUs of 300 W,
// and says that this process is on both. It is false where none can be built.
func oldDriver(t *testing.T, tr *trial) bool {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		return false
	}
	lib := filepath.Join(t.TempDir(), "libolddriver.so")
	args := []string{"-shared", "-fPIC", "-DOWN", "-o", lib}
	for _, omit := range []string{
		"nvmlInit_v2", "nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2",
		"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2",
		"nvmlDeviceGetMPSComputeRunningProcesses_v3", "nvmlDeviceGetMPSComputeRunningProcesses_v2",
		"nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2",
		"nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetFieldValues", "nvmlDeviceGetMigMode", "nvmlDeviceGetVirtualizationMode",
		"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetP2PStatus", "nvmlErrorString",
	} {
		args = append(args, "-DOMIT_"+omit)
	}
	if msg, err := exec.Command(cc, append(args, filepath.Join("..", "energy", "testdata", "standin.c"))...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, msg)
	}
	tr.opt.NoEnergy = false
	tr.opt.GPUs, tr.opt.Parallelism = 2, "tensor=2"
	tr.env.OpenEnergy = func(energy.Clock) (energy.Source, error) {
		return energy.OpenNVML(energy.NVMLOptions{LibraryPath: lib})
	}
	return true
}

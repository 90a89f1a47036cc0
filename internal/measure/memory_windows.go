// The memory of a Windows machine.

package measure

import (
	"syscall"
	"unsafe"
)

// windowsMemory is what the firmware reports, 0 if it does not.
func windowsMemory() int64 {
	var kb uint64
	ok, _, _ := syscall.NewLazyDLL("kernel32.dll").NewProc("GetPhysicallyInstalledSystemMemory").Call(uintptr(unsafe.Pointer(&kb)))
	if ok == 0 || kb > 1<<40 {
		return 0
	}
	return int64(kb) * 1024
}

// What the NVML source has that needs no driver to be built or tested: its
// options, how a field value is decoded and what clock-event bits are called.
// The calls are in nvml_cgo.go.

package energy

import (
	"encoding/binary"
	"fmt"
	"math"
)

// NVMLOptions of OpenNVML; the zero value is the driver's own library.
type NVMLOptions struct {
	// LibraryPath is the shared library to load in place of libnvidia-ml.so.1.
	// One process can load one (E18).
	LibraryPath string
}

// The types of a field value, as the driver numbers them.
const (
	valueDouble = iota
	valueUint
	valueUlong
	valueUlonglong
	valueLonglong
	valueInt
	valueUshort
)

// decodeField reads the eight bytes of a field value by its type (E18). A value
// that no counter or reading can have (negative, fractional, beyond 63 bits) is
// an error, not a number.
func decodeField(raw [8]byte, kind uint32) (int64, error) {
	ne := binary.NativeEndian
	var v int64
	switch kind {
	case valueDouble:
		f := math.Float64frombits(ne.Uint64(raw[:]))
		if math.IsNaN(f) || f < 0 || f >= math.MaxInt64 {
			return 0, fmt.Errorf("energy: field value %g is no reading", f)
		}
		return int64(math.Round(f)), nil
	case valueUint:
		v = int64(ne.Uint32(raw[:]))
	case valueUlong, valueUlonglong, valueLonglong: // long has 64 bits wherever NVML runs on Linux
		v = int64(ne.Uint64(raw[:]))
	case valueInt:
		v = int64(int32(ne.Uint32(raw[:])))
	case valueUshort:
		v = int64(ne.Uint16(raw[:]))
	default:
		return 0, fmt.Errorf("energy: field value of unknown type %d", kind)
	}
	if v < 0 {
		return 0, fmt.Errorf("energy: field value %d is no reading", v)
	}
	return v, nil
}

// reasonBits names the bits of the clock-event mask, lowest first.
var reasonBits = [...]string{"gpu_idle", "app_clocks", "sw_power_cap", "hw_slowdown", "sync_boost",
	"sw_thermal", "hw_thermal", "hw_power_brake", "display_clock"}

// reasonNames lists the bits that are set; an unknown one is "bit_N".
func reasonNames(mask uint64) []string {
	var out []string
	for b := range 64 {
		if mask&(1<<b) == 0 {
			continue
		}
		if b < len(reasonBits) {
			out = append(out, reasonBits[b])
		} else {
			out = append(out, fmt.Sprintf("bit_%d", b))
		}
	}
	return out
}

// cudaVersion prints the driver's 12040 as "12.4"; "" for a number that is none.
func cudaVersion(v int) string {
	if v < 1000 {
		return ""
	}
	return fmt.Sprintf("%d.%d", v/1000, v%1000/10)
}

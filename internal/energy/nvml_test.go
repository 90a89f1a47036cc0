package energy

import (
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestNVMLDecode(t *testing.T) {
	le := func(b ...byte) (a [8]byte) { copy(a[:], b); return }
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("bytes are written for little-endian machines")
	}
	tests := []struct {
		name string
		raw  [8]byte
		kind uint32
		want int64 // -1: an error
	}{
		{"unsigned int, rubbish behind it", le(0x20, 0xa1, 0x07, 0, 0xff, 0xff, 0xff, 0xff), valueUint, 500000},
		{"unsigned long long", le(0, 0, 0, 0, 1), valueUlonglong, 1 << 32},
		{"unsigned long", le(7), valueUlong, 7},
		{"long long", le(9), valueLonglong, 9},
		{"int", le(5, 0, 0, 0, 0xff), valueInt, 5},
		{"short", le(5, 1, 0xff), valueUshort, 261},
		{"double", le(0, 0, 0, 0, 0x80, 0x4f, 0x12, 0x41), valueDouble, 300000},
		{"negative int", le(0xff, 0xff, 0xff, 0xff), valueInt, -1},
		{"beyond 63 bits", le(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), valueUlonglong, -1},
		{"negative long long", le(0, 0, 0, 0, 0, 0, 0, 0x80), valueLonglong, -1},
		{"NaN", le(0, 0, 0, 0, 0, 0, 0xf8, 0x7f), valueDouble, -1},
		{"infinite", le(0, 0, 0, 0, 0, 0, 0xf0, 0x7f), valueDouble, -1},
		{"negative double", le(0, 0, 0, 0, 0, 0, 0xf0, 0xbf), valueDouble, -1},
		{"unknown type", le(1), 7, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeField(tt.raw, tt.kind)
			if err != nil {
				got = -1
			}
			if got != tt.want {
				t.Errorf("%d, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func TestReasonNames(t *testing.T) {
	for mask, want := range map[uint64]string{0: "", 1: "gpu_idle", 0x1fc: "sw_power_cap hw_slowdown sync_boost sw_thermal hw_thermal hw_power_brake display_clock", 1 << 63: "bit_63"} {
		if got := strings.Join(reasonNames(mask), " "); got != want {
			t.Errorf("%#x is %q, want %q", mask, got, want)
		}
	}
}

func FuzzDecodeField(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0x80, 0x4f, 0x12, 0x41}, uint32(valueDouble))
	f.Fuzz(func(t *testing.T, b []byte, kind uint32) {
		var raw [8]byte
		copy(raw[:], b)
		if v, err := decodeField(raw, kind%9); err == nil && v < 0 {
			t.Fatalf("% x of type %d is %d", raw, kind%9, v)
		}
	})
}

func TestCUDAVersion(t *testing.T) {
	for v, want := range map[int]string{12040: "12.4", 13000: "13.0", 9020: "9.2", 0: "", -1: ""} {
		if got := cudaVersion(v); got != want {
			t.Errorf("%d is %q, want %q", v, got, want)
		}
	}
}

// TestBuilds is the last line of X5: the package builds without cgo, and where
// there is no NVML at all.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for three platforms take some seconds")
	}
	for _, target := range []string{"linux", "darwin", "windows"} {
		t.Run(target, func(t *testing.T) {
			cmd := exec.Command("go", "build", ".")
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+target, "GOARCH=amd64")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

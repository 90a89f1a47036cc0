//go:build !linux || !cgo

// NVML where the program was built without it (E18).

package energy

// OpenNVML always says that this build has no NVML (ErrUnavailable).
func OpenNVML(NVMLOptions) (Source, error) {
	return nil, &Unavailable{Reason: "energy: not in this build",
		Hint: "GPU energy needs Linux and a build with cgo (CGO_ENABLED=1 and a C compiler); use --no-energy here"}
}

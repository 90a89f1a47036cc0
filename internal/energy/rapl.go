// CPU and memory energy through Linux powercap (E16). It is plain files, so it
// builds everywhere and finds nothing where there are none.

package energy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// DefaultPowercap is where Linux shows its power zones.
const DefaultPowercap = "/sys/class/powercap"

// maxZones bounds a tree that is not what it should be.
const maxZones = 256

// Zone is one counter of the tree. Kind is "package", "dram", "psys", or the
// kernel's name for another part ("core", "uncore"), which packages include.
type Zone struct {
	Path       string // below the root, "intel-rapl:0"
	Name       string // the kernel's, "package-0"
	Kind       string
	MaxRangeUJ int64 // the counter starts again at 0 after this
}

// RAPL reads the zones of one machine. Its methods may be called from several
// goroutines.
type RAPL struct {
	root string

	mu    sync.Mutex
	zones []Zone
	last  []int64 // newest raw value, -1 before the first
	sum   []int64 // microjoules since the first value
}

// OpenRAPL finds the zones below root ("" for DefaultPowercap) and reads each
// once. ErrUnavailable: there is none. ErrPermission: there are, and this user
// may read none of them.
func OpenRAPL(root string) (*RAPL, error) {
	if root == "" {
		root = DefaultPowercap
	}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("energy: cannot list power zones: %w", err)
	}
	r := &RAPL{root: root}
	for _, e := range entries {
		// intel-rapl-mmio shows the same package a second time.
		if !strings.HasPrefix(e.Name(), "intel-rapl:") {
			continue
		}
		z, err := readZone(root, e.Name())
		if err != nil {
			continue // a zone without name, range or counter is no counter
		}
		if r.zones = append(r.zones, z); len(r.zones) == maxZones {
			break
		}
	}
	slices.SortFunc(r.zones, func(a, b Zone) int { return strings.Compare(a.Path, b.Path) })
	if len(r.zones) == 0 {
		return nil, &Unavailable{Reason: "no CPU energy counters (intel-rapl zones of Linux powercap) on this machine",
			Hint: "load the module with `sudo modprobe intel_rapl_msr`, or go on without CPU energy"}
	}
	r.last = slices.Repeat([]int64{-1}, len(r.zones))
	r.sum = make([]int64, len(r.zones))
	first, err := r.Poll()
	if slices.ContainsFunc(first, func(v *int64) bool { return v != nil }) {
		return r, nil
	}
	return nil, err
}

func readZone(root, path string) (Zone, error) {
	name, err := readText(filepath.Join(root, path, "name"))
	if err != nil {
		return Zone{}, err
	}
	span, err := readCount(filepath.Join(root, path, "max_energy_range_uj"))
	if err != nil {
		return Zone{}, err
	}
	if _, err := os.Lstat(filepath.Join(root, path, "energy_uj")); err != nil {
		return Zone{}, err
	}
	kind, _, _ := strings.Cut(name, "-")
	return Zone{Path: path, Name: name, Kind: kind, MaxRangeUJ: span}, nil
}

// Zones are the counters found, sorted by path.
func (r *RAPL) Zones() []Zone { return slices.Clone(r.zones) }

// Poll reads every zone and returns microjoules since OpenRAPL, one a zone; nil
// for a zone that could not be read, and the error of the first such. A raw
// value below the one before has wrapped around, which adds the zone's range;
// polls must come more often than a zone can wrap, minutes apart at most.
func (r *RAPL) Poll() ([]*int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*int64, len(r.zones))
	var first error
	for i, z := range r.zones {
		raw, err := readCount(filepath.Join(r.root, z.Path, "energy_uj"))
		if err != nil {
			if first == nil {
				first = zoneError(z, err)
			}
			continue
		}
		if r.last[i] >= 0 {
			d := raw - r.last[i]
			if d < 0 {
				d += z.MaxRangeUJ
			}
			if d < 0 { // beyond its own range: no counter of the kind we know
				if first == nil {
					first = fmt.Errorf("energy: zone %s fell by more than its range of %d uJ", z.Path, z.MaxRangeUJ)
				}
				continue
			}
			r.sum[i] += d
		}
		r.last[i] = raw
		out[i] = ptr(r.sum[i])
	}
	return out, first
}

func zoneError(z Zone, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("energy: zone %s: %w to read energy_uj; run as root, or let root run `chmod a+r %s/intel-rapl:*/energy_uj`",
			z.Path, ErrPermission, DefaultPowercap)
	}
	return fmt.Errorf("energy: zone %s: %w", z.Path, err)
}

func readCount(path string) (int64, error) {
	s, err := readText(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s holds %q; a whole number was expected", filepath.Base(path), s)
	}
	return n, nil
}

// readText reads a small file of the kernel's.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 256))
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(b)), nil
}

// Which GPUs a server would see: CUDA_VISIBLE_DEVICES in all its spellings, and
// the refusal of what is not a whole GPU (E10, E15, V16, V18).

package energy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Visible is what the environment says about devices.
type Visible struct {
	Set     bool   // CUDA_VISIBLE_DEVICES is there, be it empty
	Devices string // its value
	Order   string // CUDA_DEVICE_ORDER
}

// VisibleFrom reads the two variables through lookup, such as os.LookupEnv.
func VisibleFrom(lookup func(string) (string, bool)) Visible {
	var v Visible
	v.Devices, v.Set = lookup("CUDA_VISIBLE_DEVICES")
	v.Order, _ = lookup("CUDA_DEVICE_ORDER")
	return v
}

// Select returns those of devs that CUDA would show, in CUDA's order: all of
// them if the variable is not set. Entries are indices, UUIDs or starts of
// UUIDs; an entry of -1 hides itself and all after it, as it does for CUDA.
// CUDA also hides everything after a name that it does not know, and all devices
// if one is named twice; here both are errors, since a measurement of fewer GPUs
// than were asked for helps nobody. What a container was given
// (NVIDIA_VISIBLE_DEVICES) is no business of CUDA: the driver lists it.
// Errors: nothing is visible (ErrUnavailable), unknown, ambiguous or repeated
// entries, an index that CUDA may count differently, and all that CheckWhole
// refuses.
func Select(devs []Device, v Visible) ([]Device, error) {
	picked := devs
	if v.Set {
		var err error
		if picked, err = named(devs, v); err != nil {
			return nil, err
		}
	}
	if len(picked) == 0 {
		if v.Set {
			return nil, &Unavailable{Reason: fmt.Sprintf("CUDA_VISIBLE_DEVICES=%q shows no GPU", v.Devices),
				Hint: "name a GPU in it, unset it, or use --no-energy"}
		}
		return nil, &Unavailable{Reason: "the driver lists no GPU", Hint: "use --no-energy where there is none"}
	}
	for _, d := range picked {
		if err := CheckWhole(d); err != nil {
			return nil, err
		}
	}
	return picked, nil
}

func named(devs []Device, v Visible) ([]Device, error) {
	var picked []Device
	for _, entry := range strings.Split(v.Devices, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" || entry == "-1" {
			break
		}
		d, err := one(devs, entry, v)
		if err != nil {
			return nil, err
		}
		for _, p := range picked {
			if p.Index == d.Index {
				return nil, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES=%q names GPU %d (%s) twice; CUDA shows no device then", v.Devices, d.Index, d.UUID)
			}
		}
		picked = append(picked, d)
	}
	return picked, nil
}

func one(devs []Device, entry string, v Visible) (Device, error) {
	if len(entry) >= 4 && strings.EqualFold(entry[:4], "MIG-") {
		return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES names %s, a MIG slice; energy is counted for the whole board and cannot be attributed to a slice; "+
			"name a whole GPU with MIG off (`sudo nvidia-smi -i GPU -mig 0`), or use --no-energy", clip(entry))
	}
	if n, err := strconv.Atoi(entry); err == nil {
		// A GPU that this user may not open has no number: CUDA counts the others.
		devs := slices.DeleteFunc(slices.Clone(devs), func(d Device) bool { return d.Denied })
		if n < 0 || n >= len(devs) {
			return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES names GPU %d; this user has %s", n, span(len(devs)))
		}
		// CUDA numbers the fastest first unless told otherwise; NVML numbers by
		// bus. Among equal boards both agree.
		if !strings.EqualFold(v.Order, "PCI_BUS_ID") && !oneModel(devs) {
			return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES names GPU %d by index, and GPUs of different models are numbered by CUDA in its own order; "+
				"name them by UUID (`nvidia-smi -L`), or set CUDA_DEVICE_ORDER=PCI_BUS_ID here and for the server", n)
		}
		return devs[n], nil
	}
	if len(entry) < 4 || !strings.EqualFold(entry[:4], "GPU-") {
		return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES holds %q; an index, a UUID (GPU-...) or the start of one was expected", clip(entry))
	}
	var found []Device
	for _, d := range devs {
		if len(entry) <= len(d.UUID) && strings.EqualFold(d.UUID[:len(entry)], entry) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES names %s, which is not on this machine; `nvidia-smi -L` lists what is", clip(entry))
	case 1:
		return found[0], nil
	}
	return Device{}, fmt.Errorf("energy: CUDA_VISIBLE_DEVICES holds %s, the start of %d UUIDs; give more of it", clip(entry), len(found))
}

// CheckWhole refuses a device whose energy is not that of one whole GPU (E15),
// and one that could not be opened. The message says what to do.
func CheckWhole(d Device) error {
	name := d.UUID
	if name == "" {
		name = "GPU " + strconv.Itoa(d.Index)
	}
	switch {
	case d.Denied:
		return fmt.Errorf("energy: %s cannot be read: %s; if the server does not use it, say so with CUDA_VISIBLE_DEVICES", name, d.Problem)
	case d.Problem != "":
		return fmt.Errorf("energy: %s cannot be read: %s", name, d.Problem)
	case d.MIG != nil && *d.MIG:
		return fmt.Errorf("energy: %s is in MIG mode; its energy cannot be attributed; turn MIG off with `sudo nvidia-smi -i %s -mig 0` while nothing uses it, or use --no-energy", name, name)
	case d.VGPU != "":
		return fmt.Errorf("energy: %s is shared (%s); its energy cannot be attributed; measure on a whole GPU, or use --no-energy", name, d.VGPU)
	}
	return nil
}

func oneModel(devs []Device) bool {
	for _, d := range devs {
		if d.Name != devs[0].Name {
			return false
		}
	}
	return true
}

func span(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one, GPU 0"
	}
	return fmt.Sprintf("%d, GPU 0 to %d", n, n-1)
}

// clip keeps a message short whatever the environment holds.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

package energy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func boards(names ...string) []Device {
	uuids := []string{"GPU-aaaa1111-0000-4000-8000-000000000000", "GPU-aaaa2222-0000-4000-8000-000000000001", "GPU-bbbb3333-0000-4000-8000-000000000002"}
	var out []Device
	for i, n := range names {
		out = append(out, Device{Index: i, UUID: uuids[i], Name: n, MIG: ptr(false)})
	}
	return out
}

func TestSelect(t *testing.T) {
	same := boards("H100", "H100", "H100")
	mixed := boards("H100", "A10", "A10")
	denied := boards("H100", "H100", "H100")
	denied[0].Denied, denied[0].Problem = true, "no permission"
	tests := []struct {
		value string
		devs  []Device
		order string
		want  string // indices, or part of the error after "!"
	}{
		{"0", same, "", "0"},
		{"2,0", same, "", "2 0"},
		{" 1 , 2 ", same, "", "1 2"},
		{"0,1,2", same, "", "0 1 2"},
		{"0,", same, "", "0"},
		{"GPU-bbbb3333-0000-4000-8000-000000000002", same, "", "2"},
		{"GPU-b", same, "", "2"},
		{"gpu-AAAA2", same, "", "1"},
		{"GPU-b,0", same, "", "2 0"},
		{"1,-1,0", same, "", "1"},
		{"1", mixed, "PCI_BUS_ID", "1"},
		{"01,+2", same, "", "1 2"},
		{"0,1", denied, "", "1 2"}, // CUDA numbers what this user may open
		{"2", denied, "", "!this user has 2"},
		{"GPU-b", mixed, "", "2"},

		{"", same, "", "!shows no GPU"},
		{"-1", same, "", "!shows no GPU"},
		{"-1,0", same, "", "!shows no GPU"},
		{",0", same, "", "!shows no GPU"},
		{"3", same, "", "!names GPU 3; this user has 3, GPU 0 to 2"},
		{"0,9", same, "", "!names GPU 9"},
		{"-2", same, "", "!names GPU -2"},
		{"0,0", same, "", "!names GPU 0 (GPU-aaaa1111-0000-4000-8000-000000000000) twice"},
		{"0,GPU-aaaa1", same, "", "!twice"},
		{"GPU-aaaa", same, "", "!the start of 2 UUIDs"},
		{"GPU-", same, "", "!the start of 3 UUIDs"},
		{"GPU-cccc", same, "", "!not on this machine"},
		{"GPU-bbbb3333-0000-4000-8000-000000000002-and-more", same, "", "!not on this machine"},
		{"MIG-9f1c", same, "", "!-mig 0"},
		{"mig-9f1c", same, "", "!a MIG slice"},
		{"MIG-GPU-aaaa1111/1/0", same, "", "!a MIG slice"},
		{"0,MIG-9f1c", same, "", "!a MIG slice"},
		{"all", same, "", `!holds "all"`},
		{"0;1", same, "", `!holds "0;1"`},
		{"1", mixed, "", "!set CUDA_DEVICE_ORDER=PCI_BUS_ID"},
		{"1", mixed, "FASTEST_FIRST", "!name them by UUID"},
		{strings.Repeat("x", 100_000), same, "", "!..."},
	}
	for _, tt := range tests {
		name := clip(tt.value) + " " + tt.order
		t.Run(name, func(t *testing.T) {
			got, err := Select(tt.devs, Visible{Set: true, Devices: tt.value, Order: tt.order})
			if part, bad := strings.CutPrefix(tt.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v, want %q", err, part)
				}
				if err != nil && part != "!..." && len(err.Error()) > 2000 && !strings.HasPrefix(tt.value, "x") {
					t.Errorf("a message of %d bytes", len(err.Error()))
				}
				return
			}
			var s []string
			for _, d := range got {
				s = append(s, fmt.Sprint(d.Index))
			}
			if err != nil || strings.Join(s, " ") != tt.want {
				t.Errorf("%v, %v, want %s", s, err, tt.want)
			}
		})
	}
}

func TestSelectUnset(t *testing.T) {
	got, err := Select(boards("H100", "A10"), VisibleFrom(func(string) (string, bool) { return "", false }))
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Select(nil, Visible{}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no GPU at all: %v", err)
	}
	if _, err := Select(boards("H100"), Visible{Set: true}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("an empty variable: %v", err)
	}
	v := VisibleFrom(func(k string) (string, bool) { return "value of " + k, true })
	if !v.Set || v.Devices != "value of CUDA_VISIBLE_DEVICES" || v.Order != "value of CUDA_DEVICE_ORDER" {
		t.Errorf("%+v", v)
	}
}

// TestSelectRefusesSlices: only what was picked is judged.
func TestSelectRefusesSlices(t *testing.T) {
	devs := boards("H100", "H100", "H100")
	devs[1].MIG = ptr(true)
	devs[2].VGPU = "vgpu"
	pick := func(v string) error {
		_, err := Select(devs, Visible{Set: true, Devices: v})
		return err
	}
	if err := pick("0"); err != nil {
		t.Error(err)
	}
	if err := pick("0,1"); err == nil || !strings.Contains(err.Error(), devs[1].UUID+" is in MIG mode") || !strings.Contains(err.Error(), "-mig 0") {
		t.Error(err)
	}
	if err := pick("2"); err == nil || !strings.Contains(err.Error(), "whole GPU") {
		t.Error(err)
	}
	devs[0].Problem = "no permission"
	if err := pick("0"); err == nil || !strings.Contains(err.Error(), "cannot be read: no permission") {
		t.Error(err)
	}
}

func FuzzSelect(f *testing.F) {
	for _, s := range []string{"0", "", "-1", "GPU-a", "MIG-x", "1,0", "0,,1", "00", "+1", "0x1", "GPU-"} {
		f.Add(s, "PCI_BUS_ID")
	}
	devs := boards("H100", "A10", "H100")
	f.Fuzz(func(t *testing.T, value, order string) {
		got, err := Select(devs, Visible{Set: true, Devices: value, Order: order})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, d := range got {
			if seen[d.UUID] {
				t.Fatalf("%q picks %s twice", value, d.UUID)
			}
			seen[d.UUID] = true
		}
		if len(got) == 0 || len(got) > len(devs) {
			t.Fatalf("%q picks %d devices", value, len(got))
		}
	})
}

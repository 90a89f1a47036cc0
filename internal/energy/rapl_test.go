package energy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// powercap makes a tree like the kernel's; values are "name max energy".
func powercap(t *testing.T, zones map[string][3]string) string {
	t.Helper()
	root := t.TempDir()
	for path, v := range zones {
		dir := filepath.Join(root, path)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for k, name := range []string{"name", "max_energy_range_uj", "energy_uj"} {
			if v[k] != "-" {
				set(t, filepath.Join(dir, name), v[k])
			}
		}
	}
	return root
}

func set(t *testing.T, path, v string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(v+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

var twoSockets = map[string][3]string{
	"intel-rapl":        {"-", "-", "-"}, // the control type: no zone
	"intel-rapl:0":      {"package-0", "1000000", "999000"},
	"intel-rapl:0:0":    {"core", "1000000", "5"},
	"intel-rapl:0:1":    {"dram", "500000", "400000"},
	"intel-rapl:1":      {"package-1", "1000000", "100"},
	"intel-rapl:1:0":    {"dram", "500000", "7"},
	"intel-rapl:2":      {"psys", "9000000", "3"},
	"intel-rapl-mmio:0": {"package-0", "1000000", "999000"}, // the same package again
	"intel-rapl:9":      {"broken", "many", "1"},
}

func TestRAPLZones(t *testing.T) {
	r, err := OpenRAPL(powercap(t, twoSockets))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, z := range r.Zones() {
		got = append(got, z.Path+"="+z.Kind)
	}
	want := "intel-rapl:0=package intel-rapl:0:0=core intel-rapl:0:1=dram intel-rapl:1=package intel-rapl:1:0=dram intel-rapl:2=psys"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("zones\n%s, want\n%s", s, want)
	}
}

func TestRAPLWraps(t *testing.T) {
	root := powercap(t, twoSockets)
	r, err := OpenRAPL(root)
	if err != nil {
		t.Fatal(err)
	}
	put := func(zone, v string) { set(t, filepath.Join(root, zone, "energy_uj"), v) }
	put("intel-rapl:0", "4000") // 999000 -> end -> 4000: 1000 and 4000
	put("intel-rapl:1", "600")
	put("intel-rapl:0:1", "400000") // stood still
	put("intel-rapl:1:0", "8")
	uj, err := r.Poll()
	if err != nil {
		t.Fatal(err)
	}
	if got := said(uj); got != "5000 0 0 500 1 0" {
		t.Errorf("zones moved by %s uJ", got)
	}
	put("intel-rapl:0", "3999") // once around, all but 1
	uj, _ = r.Poll()
	if got := said(uj); got != "1004999 0 0 500 1 0" {
		t.Errorf("after a second wrap %s uJ", got)
	}

	// A gap in one zone leaves the others, and what it missed comes after.
	if err := os.Remove(filepath.Join(root, "intel-rapl:1", "energy_uj")); err != nil {
		t.Fatal(err)
	}
	uj, err = r.Poll()
	if got := said(uj); err == nil || got != "1004999 0 0 - 1 0" {
		t.Errorf("a zone is gone: %s, %v", got, err)
	}
	put("intel-rapl:1", "700")
	uj, err = r.Poll()
	if got := said(uj); err != nil || got != "1004999 0 0 600 1 0" {
		t.Errorf("after the gap: %s, %v", got, err)
	}
	put("intel-rapl:1", "rubbish")
	if _, err := r.Poll(); err == nil || !strings.Contains(err.Error(), `intel-rapl:1`) || !strings.Contains(err.Error(), "rubbish") {
		t.Errorf("a counter that is no number: %v", err)
	}
}

// said is a poll in short, in the order of the zones; "-" is a gap.
func said(uj []*int64) string {
	var out []string
	for _, v := range uj {
		if v == nil {
			out = append(out, "-")
		} else {
			out = append(out, strconv.FormatInt(*v, 10))
		}
	}
	return strings.Join(out, " ")
}

func TestRAPLAbsent(t *testing.T) {
	for name, root := range map[string]string{
		"no tree":  filepath.Join(t.TempDir(), "none"),
		"no zones": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenRAPL(root); !errors.Is(err, ErrUnavailable) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestRAPLPermission(t *testing.T) {
	err := zoneError(Zone{Path: "intel-rapl:0"}, &os.PathError{Op: "open", Path: "energy_uj", Err: os.ErrPermission})
	if !errors.Is(err, ErrPermission) || !strings.Contains(err.Error(), "chmod a+r") {
		t.Errorf("error %v", err)
	}
	root := powercap(t, twoSockets)
	zones, _ := filepath.Glob(filepath.Join(root, "intel-rapl*", "energy_uj"))
	for _, z := range zones {
		if err := os.Chmod(z, 0); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := os.Open(zones[0]); err == nil {
		f.Close()
		t.Skip("this user reads everything")
	}
	if _, err := OpenRAPL(root); !errors.Is(err, ErrPermission) {
		t.Errorf("error %v", err)
	}
}

func TestSamplerCPU(t *testing.T) {
	root := powercap(t, twoSockets)
	r, err := OpenRAPL(root)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Record(context.Background(), None{}, nil, Options{CPU: r}, &FakeClock{}, 5_000_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.CPU) != 6 || len(s.Zones) != 6 || len(s.CPU[0].UJ) != 6 {
		t.Fatalf("%d CPU ticks in 5 s, %d zones", len(s.CPU), len(s.Zones))
	}
	if s.CPU[3].T != 3_000_000 || *s.CPU[3].UJ[0] != 0 {
		t.Errorf("%+v", s.CPU[3])
	}
}

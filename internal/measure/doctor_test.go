package measure

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"jouleboard/internal/energy"
)

// tree writes files below a folder that stands for the system's root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
	}
	return root
}

// TestDiagnose examines made-up machines: every problem has its remedy.
func TestDiagnose(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system's trees are Linux's")
	}
	for name, c := range map[string]struct {
		files map[string]string
		dev   energy.FakeDevice
		want  []string
		ready bool
	}{
		"all is well": {
			files: map[string]string{
				"sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
				"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":            "performance\n",
			},
			dev:   energy.FakeDevice{Power: energy.Constant(300_000)},
			want:  []string{"ok gpu: GPU 0 (Simulated GPU): energy from total_energy", "ok client: clock source tsc", "ok cpu: CPU governor performance"},
			ready: true,
		},
		"a slow clock and a governor that saves": {
			files: map[string]string{
				"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
				"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":            "powersave\n",
				"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor":            "performance\n",
			},
			dev:   energy.FakeDevice{Power: energy.Constant(300_000), NoCounter: true, LimitMW: 500_000},
			want:  []string{"warn client: the clock source is hpet", "warn cpu: CPU governor performance on 1, powersave on 1", "no energy counter", "500 W is below the default of 700 W"},
			ready: true,
		},
		"MIG": {
			dev:  energy.FakeDevice{Power: energy.Constant(300_000), MIG: true},
			want: []string{"problem gpu: GPU 0 (Simulated GPU): energy: GPU-", "MIG"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := Diagnose(t.Context(), DoctorOptions{
				Root: t.TempDir(), Concurrency: 2, HostRoot: tree(t, c.files), Lookup: func(string) string { return "" },
				OpenEnergy: func(clock energy.Clock) (energy.Source, error) {
					return energy.NewFake(energy.FakeOptions{Clock: clock, Devices: []energy.FakeDevice{c.dev}, Info: energy.SourceInfo{Driver: "1"}})
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, k := range d.Checks {
				b.WriteString(k.State + " " + k.Area + ": " + k.Text + "\n")
				if (k.State == CheckProblem || k.State == CheckWarn) && k.Remedy == "" {
					t.Errorf("no remedy for: %s", k.Text)
				}
			}
			for _, w := range c.want {
				if !strings.Contains(b.String(), w) {
					t.Errorf("%q is missing in\n%s", w, b.String())
				}
			}
			if d.Energy != c.ready {
				t.Errorf("energy %v, want %v", d.Energy, c.ready)
			}
			if len(d.GPUs) != 1 || len(d.GPUs[0].Readings) == 0 {
				t.Errorf("GPUs %+v", d.GPUs)
			}
			for _, r := range d.GPUs[0].Readings {
				if r.Name == energy.CounterTotal && r.Supported && (r.UpdateMs == nil || *r.UpdateMs < 80 || *r.UpdateMs > 130) {
					t.Errorf("the counter moves each 100 ms, said %v", r.UpdateMs)
				}
			}
		})
	}
}

func TestReadHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system's trees are Linux's")
	}
	root := tree(t, map[string]string{
		"proc/cpuinfo":                  "processor\t: 0\nmodel name\t: A CPU @ 2 GHz\n",
		"proc/meminfo":                  "MemTotal:       1024 kB\nMemFree: 1 kB\n",
		"proc/sys/kernel/osrelease":     "6.1.0\n",
		"etc/os-release":                "NAME=x\nPRETTY_NAME=\"An OS 12\"\n",
		"sys/class/dmi/id/sys_vendor":   "Amazon EC2\n",
		"sys/class/dmi/id/product_name": "p5.48xlarge\n",
	})
	h := readHost(root)
	if h.CPU != "A CPU @ 2 GHz" || h.MemoryBytes != 1<<20 || h.Kernel != "Linux 6.1.0" || h.OS != "An OS 12" || h.Where != "AWS p5.48xlarge" {
		t.Errorf("%+v", h)
	}
	if h := readHost(t.TempDir()); h.Where != "" || h.MemoryBytes != 0 || h.CPU == "" {
		t.Errorf("a machine that says nothing: %+v", h)
	}
}

package measure

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

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

// patient is a made-up machine for doctor, and what it must say.
type patient struct {
	files map[string]string
	env   map[string]string
	dev   energy.FakeDevice // none without a power curve
	more  []energy.FakeDevice
	none  error // why there is no driver
	open  func(energy.Source) energy.Source
	fds   uint64 // 2000 if 0
	want  []string
	never []string
	ready bool
}

// TestDiagnose examines made-up machines: every problem has its remedy.
func TestDiagnose(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system's trees are Linux's")
	}
	t.Parallel()
	clockFile := "sys/devices/system/clocksource/clocksource0/current_clocksource"
	watts := energy.Constant(300_000)
	for name, c := range map[string]patient{
		"all is well": {
			files: map[string]string{clockFile: "tsc\n", "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n"},
			dev:   energy.FakeDevice{Power: watts, Procs: ownProcess()},
			want: []string{"ok gpu: driver 1, CUDA unknown, NVML unknown", "ok gpu: GPU 0 (Simulated GPU): energy from total_energy, power from power_instant",
				"ok client: clock source tsc", "is used by 1 process now", "ok cpu: CPU governor performance", "ok client: 2000 open files are allowed, enough for 2"},
			never: []string{"warn gpu", "problem", "NVIDIA_VISIBLE_DEVICES"},
			ready: true,
		},
		"a slow clock and a governor that saves": {
			files: map[string]string{
				clockFile: "hpet\n", "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm\n",
				"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
				"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
			},
			dev: energy.FakeDevice{Power: watts, NoCounter: true, LimitMW: 500_000},
			want: []string{"warn client: the clock source is hpet", "echo tsc | sudo tee /sys/", "warn cpu: CPU governor performance on 1, powersave on 1",
				"warn gpu: GPU 0 (Simulated GPU) has no energy counter", "500 W is below the default of 700 W"},
			ready: true,
		},
		"no driver": {
			none: &energy.Unavailable{Reason: "energy: no driver here", Hint: "install it"},
			want: []string{"problem gpu: GPU energy cannot be measured: no driver here", "try: install it"},
		},
		"a container that was given no GPU": {
			none: &energy.Unavailable{Reason: "energy: no driver here"}, env: map[string]string{"NVIDIA_VISIBLE_DEVICES": "void"},
			want: []string{`(NVIDIA_VISIBLE_DEVICES="void" gives this container no GPU)`, "--gpus all"},
		},
		"a container that sees more than it was given": {
			dev: energy.FakeDevice{Power: watts}, more: []energy.FakeDevice{{Power: watts}}, env: map[string]string{"NVIDIA_VISIBLE_DEVICES": "GPU-1"},
			want: []string{"warn gpu: NVIDIA_VISIBLE_DEVICES=GPU-1 names 1 GPU, and the driver lists 2"}, ready: true,
		},
		"CUDA shows none": {
			dev: energy.FakeDevice{Power: watts}, env: map[string]string{"CUDA_VISIBLE_DEVICES": ""},
			want: []string{`problem gpu: CUDA_VISIBLE_DEVICES="" shows no GPU`},
		},
		"CUDA shows one": {
			dev: energy.FakeDevice{Power: watts}, more: []energy.FakeDevice{{Power: watts}}, env: map[string]string{"CUDA_VISIBLE_DEVICES": "1"},
			want: []string{"note gpu: CUDA_VISIBLE_DEVICES=1 shows 1 of 2 GPUs"}, ready: true,
		},
		"MIG": {
			dev:   energy.FakeDevice{Power: watts, MIG: true},
			want:  []string{"problem gpu: GPU 0 (Simulated GPU) is in MIG mode", "try: sudo nvidia-smi -i GPU-00000000-0000-4000-8000-000000000000 -mig 0"},
			never: []string{"message says"},
		},
		"a module": {
			dev: energy.FakeDevice{Power: watts, Procs: ownProcess()}, open: func(s energy.Source) energy.Source { return superchips{s} },
			want: []string{"both of the whole module with its CPU"}, ready: true,
		},
		"no GPU":          {open: func(energy.Source) energy.Source { return energy.None{} }, want: []string{"problem gpu: the driver lists no GPU", "try: use --no-energy"}},
		"a slice":         {dev: energy.FakeDevice{Power: watts, VGPU: "vgpu"}, want: []string{"is shared (vgpu)"}},
		"a GPU is lost":   {dev: energy.FakeDevice{Power: watts, Faults: []energy.Fault{{Kind: energy.FaultLost}}}, want: []string{"problem gpu: GPU 0 (Simulated GPU) cannot be read: simulated: device is lost"}},
		"nothing to read": {dev: energy.FakeDevice{Power: watts, NoCounter: true, NoPower: true}, want: []string{"gives neither energy nor power"}},
		"the counter runs backwards": {
			dev:  energy.FakeDevice{Power: watts, Faults: []energy.Fault{{Kind: energy.FaultFall, FromUS: 1_000_000, By: 10_000_000}}},
			want: []string{"problem gpu: GPU 0 (Simulated GPU): total_energy fell while it was watched"}, ready: true,
		},
		"the counter stands still": {
			dev:  energy.FakeDevice{Power: watts, Faults: []energy.Fault{{Kind: energy.FaultFreeze}}},
			want: []string{"problem gpu: GPU 0 (Simulated GPU): total_energy did not move in 3 s"}, ready: true,
		},
		"the counter is slow": {
			dev:  energy.FakeDevice{Power: watts, UpdateUS: 1_200_000},
			want: []string{"warn gpu: GPU 0 (Simulated GPU): total_energy moved too seldom"}, ready: true,
		},
		"no permission": {
			dev: energy.FakeDevice{Power: watts, NoCounter: true},
			open: func(s energy.Source) energy.Source {
				return denying{s}
			},
			want: []string{"problem gpu: GPU 0 (Simulated GPU): this user may not read all of its numbers", "try: run as a member of the group"}, ready: true,
		},
		"processes that cannot be told": {
			dev:  energy.FakeDevice{Power: watts, MemoryByte: 80 << 30},
			want: []string{"processes on it cannot be told"}, ready: true,
		},
		"few files": {
			dev: energy.FakeDevice{Power: watts}, fds: 67,
			want:  []string{"problem client: 67 open files are allowed; 2 requests in flight need 68", "nofile=68"},
			never: []string{"time to first token"}, ready: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.examine(t, name) })
		})
	}
}

func (c patient) examine(t *testing.T, name string) {
	if c.fds == 0 {
		c.fds = 2000
	}
	d, err := Diagnose(t.Context(), DoctorOptions{
		Root: t.TempDir(), Concurrency: 2, HostRoot: tree(t, c.files), Memory: true,
		Lookup:    func(name string) (string, bool) { v, ok := c.env[name]; return v, ok },
		FileLimit: func() (uint64, bool) { return c.fds, true },
		OpenEnergy: func(clock energy.Clock) (energy.Source, error) {
			if c.none != nil {
				return nil, c.none
			}
			var devs []energy.FakeDevice
			if c.dev.Power != nil {
				devs = append(c.more, c.dev)
			}
			src, err := energy.NewFake(energy.FakeOptions{Clock: clock, Devices: devs, Info: energy.SourceInfo{Driver: "1"}})
			if c.open != nil {
				return c.open(src), err
			}
			return src, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, k := range d.Checks {
		b.WriteString(k.State + " " + k.Area + ": " + k.Text + "\n")
		if k.Remedy != "" {
			b.WriteString("try: " + k.Remedy + "\n")
		}
		if (k.State == CheckProblem || k.State == CheckWarn) != (k.Remedy != "") {
			t.Errorf("%s with the remedy %q: %s", k.State, k.Remedy, k.Text)
		}
		if strings.Contains(k.Text, "energy: ") {
			t.Errorf("a room of the program shows: %s", k.Text)
		}
	}
	for _, w := range c.want {
		if !strings.Contains(b.String(), w) {
			t.Errorf("%q is missing in\n%s", w, b.String())
		}
	}
	for _, w := range c.never {
		if strings.Contains(b.String(), w) {
			t.Errorf("%q is in\n%s", w, b.String())
		}
	}
	if d.Energy != c.ready {
		t.Errorf("energy %v, want %v", d.Energy, c.ready)
	}
	for _, g := range d.GPUs {
		for _, r := range g.Readings {
			if r.Name == energy.CounterTotal && r.UpdateMs != nil && (*r.UpdateMs < 95 || *r.UpdateMs > 105) {
				t.Errorf("the counter moves each 100 ms, said %v", *r.UpdateMs)
			}
		}
	}
	if name == "all is well" && (len(d.GPUs) != 1 || len(d.GPUs[0].Readings) != 2 || d.GPUs[0].Readings[0].UpdateMs == nil || !d.GPUs[0].Readings[0].Used) {
		t.Errorf("GPUs %+v", d.GPUs)
	}
}

// denying is a source whose counter this user may not read.
type denying struct{ energy.Source }

func (d denying) Probes(dev int) []energy.Probe {
	list := d.Source.Probes(dev)
	list[0].Read = func() (int64, error) { return 0, energy.ErrPermission }
	return list
}

// superchips is a source of superchips.
type superchips struct{ energy.Source }

func (w superchips) Devices(ctx context.Context) ([]energy.Device, error) {
	devs, err := w.Source.Devices(ctx)
	for i := range devs {
		devs[i].Scope = energy.ScopeModule
	}
	return devs, err
}

// TestDiagnoseStops ends when it is told to.
func TestDiagnoseStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Diagnose(ctx, DoctorOptions{Root: t.TempDir(), OpenEnergy: func(energy.Clock) (energy.Source, error) {
		cancel()
		return energy.NewFake(energy.FakeOptions{Clock: &energy.FakeClock{}})
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
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

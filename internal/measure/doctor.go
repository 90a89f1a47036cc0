// What this machine can measure, and what to do about what it cannot.

package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
)

// States of a check.
const (
	CheckOK      = "ok"
	CheckNote    = "note"    // good to know
	CheckWarn    = "warn"    // a measurement works and may be worse for it
	CheckProblem = "problem" // something cannot be measured
)

// Check is one thing that was looked at. Remedy is set where State is warn or
// problem.
type Check struct {
	Area   string `json:"area"` // gpu, cpu, client, git, board
	State  string `json:"state"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// Diagnosis is all that doctor found.
type Diagnosis struct {
	Machine MachineFacts `json:"machine"`
	// Energy says whether a measurement with GPU energy can begin here.
	Energy bool        `json:"energy"`
	Driver string      `json:"driver,omitempty"`
	CUDA   string      `json:"cuda,omitempty"`
	GPUs   []GPUReport `json:"gpus"`
	Checks []Check     `json:"checks"`
}

// MachineFacts are what a result will say of this machine.
type MachineFacts struct {
	OS          string `json:"os"`
	Kernel      string `json:"kernel,omitempty"`
	CPU         string `json:"cpu"`
	Cores       int64  `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	Where       string `json:"where,omitempty"`
}

// GPUReport is one GPU with each number that it might give.
type GPUReport struct {
	Index    int         `json:"index"`
	UUID     string      `json:"uuid"`
	Name     string      `json:"name"`
	Refused  string      `json:"refused,omitempty"`
	Readings []GPUNumber `json:"readings"`
}

// GPUNumber is one number of a GPU. UpdateMs is how often it was seen to change,
// absent where it did not change often enough to say.
type GPUNumber struct {
	Name      string   `json:"name"`
	Unit      string   `json:"unit,omitempty"`
	Supported bool     `json:"supported"`
	Value     *int64   `json:"value,omitempty"`
	UpdateMs  *float64 `json:"update_ms,omitempty"`
	Used      bool     `json:"used,omitempty"` // what a measurement reads
	Why       string   `json:"why,omitempty"`  // why it is not there
}

// DoctorOptions say what to look at. Empty fields get the real thing.
type DoctorOptions struct {
	Root        string // the board or the working folder
	Concurrency int64  // that is wanted
	HasBoard    bool

	Lookup     func(string) string
	OpenEnergy func(energy.Clock) (energy.Source, error)
	HostRoot   string
}

// Diagnose looks at everything a measurement needs. It takes some seconds, for it
// watches the counters and tries the client. The error is that of ctx alone:
// whatever is wrong with the machine is in the diagnosis.
func Diagnose(ctx context.Context, o DoctorOptions) (Diagnosis, error) {
	if o.Lookup == nil {
		o.Lookup = os.Getenv
	}
	if o.HostRoot == "" {
		o.HostRoot = "/"
	}
	if o.Concurrency < 1 {
		o.Concurrency = 64
	}
	h := readHost(o.HostRoot)
	d := &doctor{o: o, clock: newEpochClock(time.Now())}
	d.out.Machine = MachineFacts{OS: h.OS, Kernel: h.Kernel, CPU: h.CPU, Cores: h.Cores, MemoryBytes: h.MemoryBytes, Where: h.Where}
	d.out.GPUs = []GPUReport{}
	for _, step := range []func(context.Context){d.gpus, d.rapl, d.clockSource, d.governor, d.descriptors, d.client, d.git, d.board} {
		if err := ctx.Err(); err != nil {
			return d.out, context.Cause(ctx)
		}
		step(ctx)
	}
	return d.out, ctx.Err()
}

type doctor struct {
	o     DoctorOptions
	clock epochClock
	out   Diagnosis
}

func (d *doctor) say(area, state, remedy, format string, args ...any) {
	d.out.Checks = append(d.out.Checks, Check{Area: area, State: state, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

// gpus opens the driver and examines every GPU.
func (d *doctor) gpus(ctx context.Context) {
	open := d.o.OpenEnergy
	if open == nil {
		open = func(energy.Clock) (energy.Source, error) {
			return energy.OpenNVML(energy.NVMLOptions{LibraryPath: d.o.Lookup("JOULEBOARD_NVML_LIBRARY")})
		}
	}
	src, err := open(d.clock)
	if err != nil {
		reason, remedy := err.Error(), "install the NVIDIA driver; without a GPU, measure with --no-energy"
		var u *energy.Unavailable
		if errors.As(err, &u) {
			reason, remedy = u.Reason, firstNonEmpty(u.Hint, remedy)
		}
		d.say("gpu", CheckProblem, remedy, "GPU energy cannot be measured: %s", strings.TrimPrefix(reason, "energy: "))
		return
	}
	defer src.Close()
	rep, err := energy.Examine(ctx, src, d.clock)
	if err != nil {
		if ctx.Err() == nil {
			d.say("gpu", CheckProblem, "run nvidia-smi; if it fails too, the driver does", "%v", err)
		}
		return
	}
	d.out.Driver, d.out.CUDA = rep.Info.Driver, rep.Info.CUDA
	d.say("gpu", CheckOK, "", "driver %s, CUDA %s, NVML %s", orUnknown(rep.Info.Driver), orUnknown(rep.Info.CUDA), orUnknown(rep.Info.NVML))
	devs := make([]energy.Device, len(rep.Devices))
	for i := range rep.Devices {
		devs[i] = rep.Devices[i].Device
		d.gpu(&rep.Devices[i])
	}
	visible := energy.VisibleFrom(func(name string) (string, bool) {
		v := d.o.Lookup(name)
		return v, v != ""
	})
	picked, err := energy.Select(devs, visible)
	if err != nil {
		d.say("gpu", CheckProblem, "measure with --no-energy, or mend what the message says", "%v", err)
		return
	}
	d.out.Energy = true
	if visible.Set {
		d.say("gpu", CheckNote, "", "CUDA_VISIBLE_DEVICES=%s shows %d of %d GPUs", visible.Devices, len(picked), len(devs))
	}
}

func orUnknown(s string) string { return firstNonEmpty(s, "unknown") }

func (d *doctor) gpu(r *energy.DeviceReport) {
	dev := &r.Device
	name := fmt.Sprintf("GPU %d (%s)", dev.Index, dev.Name)
	g := GPUReport{Index: dev.Index, UUID: dev.UUID, Name: dev.Name, Refused: r.Refused, Readings: []GPUNumber{}}
	counter := false
	denied := false
	for _, c := range r.Capabilities {
		n := GPUNumber{Name: c.Name, Unit: c.Unit, Supported: c.Supported, Value: c.Value, Used: c.Used, Why: c.Err}
		if c.Update.Measured {
			ms := float64(c.Update.US) / 1000
			n.UpdateMs = &ms
		}
		g.Readings = append(g.Readings, n)
		counter = counter || c.Supported && c.Unit == "mJ"
		denied = denied || strings.Contains(c.Err, "permission")
		if c.Falls {
			d.say("gpu", CheckProblem, "restart the driver; a counter that falls gives no energy (V13)", "%s: %s fell while it was watched", name, c.Name)
		}
	}
	d.out.GPUs = append(d.out.GPUs, g)
	switch {
	case r.Refused != "":
		d.say("gpu", CheckProblem, "the message says what to do", "%s: %s", name, r.Refused)
		return
	case denied:
		d.say("gpu", CheckProblem, "run as a member of the group that owns /dev/nvidia* (often video or render), or as root", "%s: this user may not read all of its numbers", name)
	case dev.CounterSource == "" && dev.PowerSource == "":
		d.say("gpu", CheckProblem, "measure with --no-energy", "%s gives neither energy nor power", name)
	case !counter:
		d.say("gpu", CheckWarn, "Volta and newer boards have a counter; results without one are class energy and not ranked", "%s has no energy counter: power is integrated", name)
	default:
		d.say("gpu", CheckOK, "", "%s: energy from %s, power from %s", name, dev.CounterSource, orUnknown(dev.PowerSource))
	}
	if dev.Persistence != nil && !*dev.Persistence {
		d.say("gpu", CheckWarn, fmt.Sprintf("sudo nvidia-smi -i %d -pm 1", dev.Index), "%s: persistence mode is off, so the driver may unload between runs and its counter begin anew", name)
	}
	if limit, normal := dev.PowerLimitMW, dev.PowerLimitDefaultMW; limit != nil && normal != nil && *limit < *normal {
		d.say("gpu", CheckNote, "", "%s: the power limit of %d W is below the default of %d W; results will say so (V19)", name, *limit/1000, *normal/1000)
	}
	switch r.Pids {
	case energy.PidsResolved, energy.PidsNone:
		if n := len(r.State.Procs); n > 0 {
			d.say("gpu", CheckNote, "", "%s is used by %d processes now; any that is not the server's makes energy invalid (V17)", name, n)
		}
	default:
		d.say("gpu", CheckWarn, "in a container, share the host's process numbers (docker run --pid=host, hostPID: true)",
			"%s: processes on it cannot be told, so nobody can say that it was not shared (V17)", name)
	}
}

// rapl looks for CPU energy.
func (d *doctor) rapl(context.Context) {
	root := filepath.Join(d.o.HostRoot, "sys/class/powercap")
	r, err := energy.OpenRAPL(root)
	switch {
	case err == nil:
		var kinds []string
		for _, z := range r.Zones() {
			kinds = append(kinds, z.Name)
		}
		d.say("cpu", CheckOK, "", "CPU energy can be read (--cpu-energy): %s", strings.Join(kinds, ", "))
	case errors.Is(err, energy.ErrPermission):
		d.say("cpu", CheckWarn, "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj, until the next start", "CPU energy counters are there, but this user may not read them")
	default:
		d.say("cpu", CheckNote, "", "no CPU energy counters (optional)")
	}
}

// slowClocks are sources of time that take a system call, or worse.
var slowClocks = []string{"hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies"}

func (d *doctor) clockSource(context.Context) {
	if runtime.GOOS != "linux" {
		return
	}
	src := firstLine(filepath.Join(d.o.HostRoot, "sys/devices/system/clocksource/clocksource0/current_clocksource"))
	switch {
	case src == "":
		d.say("client", CheckNote, "", "the clock source is unknown")
	case slices.Contains(slowClocks, src):
		d.say("client", CheckWarn, "boot with tsc=reliable, or use another machine type", "the clock source is %s, which is slow: time stamps cost more than what they measure", src)
	default:
		d.say("client", CheckOK, "", "clock source %s", src)
	}
}

func (d *doctor) governor(context.Context) {
	files, err := filepath.Glob(filepath.Join(d.o.HostRoot, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
	if err != nil || len(files) == 0 {
		if runtime.GOOS == "linux" {
			d.say("cpu", CheckNote, "", "no CPU frequency governor (usual in virtual machines)")
		}
		return
	}
	count := map[string]int{}
	for _, f := range files {
		count[firstLine(f)]++
	}
	if len(count) == 1 && count["performance"] > 0 {
		d.say("cpu", CheckOK, "", "CPU governor performance")
		return
	}
	var parts []string
	for g, n := range count {
		parts = append(parts, fmt.Sprintf("%s on %d", orUnknown(g), n))
	}
	slices.Sort(parts)
	d.say("cpu", CheckWarn, "sudo cpupower frequency-set -g performance", "CPU governor %s: clocks that change move latencies", strings.Join(parts, ", "))
}

// perRequest is how many descriptors a request may take: its own, and that of the
// server of the calibration, which is in the same process.
const perRequest = 2

func (d *doctor) descriptors(context.Context) {
	limit, ok := fileLimit()
	if !ok {
		return
	}
	need := uint64(perRequest*d.o.Concurrency + 64)
	if limit < need {
		d.say("client", CheckProblem, fmt.Sprintf("ulimit -n %d, or raise nofile in /etc/security/limits.conf", need), "%d open files are allowed; %d requests in flight need %d", limit, d.o.Concurrency, need)
		return
	}
	d.say("client", CheckOK, "", "%d open files are allowed, enough for %d requests in flight", limit, d.o.Concurrency)
}

// client tries the client at the concurrency that is wanted (G14).
func (d *doctor) client(ctx context.Context) {
	cal, err := load.Calibrate(ctx, d.clock, load.CalibrateOptions{Streams: int(d.o.Concurrency), Duration: 500 * time.Millisecond})
	if err != nil {
		if ctx.Err() == nil {
			d.say("client", CheckProblem, "lower the concurrency, or use a machine with more cores", "the client cannot keep %d requests in flight: %v", d.o.Concurrency, err)
		}
		return
	}
	p50 := float64(cal.TTFTBiasP50) / 1000
	const most = 3 // ms: what the client aims at
	if p50 > most {
		d.say("client", CheckWarn, "close what else runs, or use a machine with more cores", "at %d requests in flight the client adds %.1f ms to the time to first token (median)", d.o.Concurrency, p50)
		return
	}
	d.say("client", CheckOK, "", "at %d requests in flight the client adds %.1f ms to the time to first token (median)", d.o.Concurrency, p50)
}

func (d *doctor) git(ctx context.Context) {
	if _, err := exec.LookPath("git"); err != nil {
		d.say("git", CheckWarn, "install git, or measure with --no-commit", "git is not installed: results are not committed")
		return
	}
	top, err := Repository(ctx, d.o.Root)
	switch {
	case err != nil:
		d.say("git", CheckWarn, "", "%v", err)
	case top == "":
		d.say("git", CheckNote, "", "no git repository here: results are written and not committed")
	case gitConfig(ctx, top, "user.name") == "" || gitConfig(ctx, top, "user.email") == "":
		d.say("git", CheckWarn, "git config user.name 'NAME' and git config user.email ADDRESS", "git does not know who you are, so it cannot commit")
	default:
		d.say("git", CheckOK, "", "results are committed as %s", gitConfig(ctx, top, "user.name"))
	}
}

func (d *doctor) board(context.Context) {
	if d.o.HasBoard {
		d.say("board", CheckOK, "", "the board is %s", d.o.Root)
	} else {
		d.say("board", CheckNote, "", "no board here: --task needs one, --dataset does not")
	}
	file, err := ConsentFile()
	if err != nil {
		return
	}
	c, ok, err := LoadConsent(file)
	switch {
	case err != nil:
		d.say("board", CheckWarn, "remove the file to be asked again", "%v", err)
	case ok:
		d.say("board", CheckOK, "", "the attestation was accepted by %s on %s", c.Name, c.Date)
	default:
		d.say("board", CheckNote, "", "the attestation was not accepted yet; measure asks for it once")
	}
}

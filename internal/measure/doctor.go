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
	Scope     string   `json:"scope,omitempty"` // gpu, or module: a superchip with its CPU
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

	Lookup     func(string) (string, bool) // environment variables
	OpenEnergy func(energy.Clock) (energy.Source, error)
	HostRoot   string
	FileLimit  func() (files uint64, ok bool) // of open files; false without a limit
	// Memory tries the client without sockets, so that a test's fake clock moves.
	Memory bool
}

// Diagnose looks at everything a measurement needs. It takes some seconds, for it
// watches the counters and tries the client. The error is that of ctx alone:
// whatever is wrong with the machine is in the diagnosis.
func Diagnose(ctx context.Context, o DoctorOptions) (Diagnosis, error) {
	if o.Lookup == nil {
		o.Lookup = os.LookupEnv
	}
	if o.FileLimit == nil {
		o.FileLimit = fileLimit
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
	for _, step := range []func(context.Context){d.gpus, d.rapl, d.governor, d.clockSource, d.descriptors, d.client, d.git, d.board} {
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
	few   bool // too few files may be open to try the client
}

func (d *doctor) say(area, state, remedy, format string, args ...any) {
	d.out.Checks = append(d.out.Checks, Check{Area: area, State: state, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

// gpus opens the driver and examines every GPU.
func (d *doctor) gpus(ctx context.Context) {
	open := d.o.OpenEnergy
	if open == nil {
		open = func(energy.Clock) (energy.Source, error) {
			lib, _ := d.o.Lookup("JOULEBOARD_NVML_LIBRARY")
			return energy.OpenNVML(energy.NVMLOptions{LibraryPath: lib})
		}
	}
	src, err := open(d.clock)
	if err != nil {
		reason, remedy := reasonOf(err, "install the NVIDIA driver; without a GPU, measure with --no-energy")
		if v, ok := d.o.Lookup(containerVar); ok && hidesAll(v) {
			remedy = "start the container with --gpus all, or without " + containerVar + "; or use --no-energy"
			reason += fmt.Sprintf(" (%s=%q gives this container no GPU)", containerVar, v)
		}
		d.say("gpu", CheckProblem, remedy, "GPU energy cannot be measured: %s", reason)
		return
	}
	defer src.Close()
	rep, err := energy.Examine(ctx, src, d.clock)
	if err != nil {
		if ctx.Err() == nil {
			d.say("gpu", CheckProblem, "run nvidia-smi; if it fails too, the driver does", "%s", plainly(err))
		}
		return
	}
	d.out.Driver, d.out.CUDA = rep.Info.Driver, rep.Info.CUDA
	d.say("gpu", CheckOK, "", "driver %s, CUDA %s, NVML %s", orUnknown(rep.Info.Driver), orUnknown(rep.Info.CUDA), orUnknown(rep.Info.NVML))
	devs := make([]energy.Device, len(rep.Devices))
	refused := false
	for i := range rep.Devices {
		devs[i] = rep.Devices[i].Device
		refused = refused || rep.Devices[i].Refused != ""
		d.gpu(&rep.Devices[i])
	}
	d.container(len(devs))
	visible := energy.VisibleFrom(d.o.Lookup)
	picked, err := energy.Select(devs, visible)
	if err != nil {
		if !refused || visible.Set { // else the GPU that is refused was named above
			reason, remedy := reasonOf(err, "mend what the message says, or measure with --no-energy")
			d.say("gpu", CheckProblem, remedy, "%s", reason)
		}
		return
	}
	d.out.Energy = !slices.ContainsFunc(picked, func(g energy.Device) bool { return g.CounterSource == "" && g.PowerSource == "" })
	if visible.Set {
		d.say("gpu", CheckNote, "", "CUDA_VISIBLE_DEVICES=%s shows %d of %d GPUs", visible.Devices, len(picked), len(devs))
	}
}

// containerVar tells the runtime of a container which GPUs to put into it. CUDA
// does not read it: what was put in is what the driver lists.
const containerVar = "NVIDIA_VISIBLE_DEVICES"

func hidesAll(v string) bool { return v == "" || v == "none" || v == "void" }

// container says so where a container sees other GPUs than it was given, as a
// privileged one does.
func (d *doctor) container(listed int) {
	v, ok := d.o.Lookup(containerVar)
	if !ok || v == "all" {
		return
	}
	given := 0
	if !hidesAll(v) {
		given = len(strings.Split(v, ","))
	}
	if given != listed {
		d.say("gpu", CheckWarn, "set CUDA_VISIBLE_DEVICES to the GPUs of the server, for it and for jouleboard",
			"%s=%s names %s, and the driver lists %d: this container is not kept from the others", containerVar, v, several(given, "GPU", "GPUs"), listed)
	}
}

func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// reasonOf parts an error into what is wrong and what to do.
func reasonOf(err error, otherwise string) (reason, remedy string) {
	var u *energy.Unavailable
	if errors.As(err, &u) {
		return plainly(errors.New(u.Reason)), firstNonEmpty(u.Hint, otherwise)
	}
	return plainly(err), otherwise
}

// plainly is an error without the name of the room that it comes from.
func plainly(err error) string { return strings.ReplaceAll(err.Error(), "energy: ", "") }

func orUnknown(s string) string { return firstNonEmpty(s, "unknown") }

func (d *doctor) gpu(r *energy.DeviceReport) {
	dev := &r.Device
	name := fmt.Sprintf("GPU %d", dev.Index)
	if dev.Name != "" {
		name += " (" + dev.Name + ")"
	}
	g := GPUReport{Index: dev.Index, UUID: dev.UUID, Name: dev.Name, Refused: r.Refused, Readings: []GPUNumber{}}
	for _, c := range r.Capabilities {
		n := GPUNumber{Name: c.Name, Scope: c.Scope, Unit: c.Unit, Supported: c.Supported, Value: c.Value, Used: c.Used, Why: c.Err}
		if c.Update.Measured {
			ms := float64(c.Update.US) / 1000
			n.UpdateMs = &ms
		}
		g.Readings = append(g.Readings, n)
	}
	d.out.GPUs = append(d.out.GPUs, g)
	if r.Refused != "" {
		text, remedy := refusal(r)
		d.say("gpu", CheckProblem, remedy, "%s %s", name, text)
		return
	}
	denied := slices.ContainsFunc(r.Capabilities, func(c energy.Capability) bool { return strings.Contains(c.Err, energy.ErrPermission.Error()) })
	switch {
	case denied && (dev.CounterSource == "" || dev.PowerSource == ""):
		d.say("gpu", CheckProblem, "run as a member of the group that owns /dev/nvidia* (often video or render), or as root", "%s: this user may not read all of its numbers", name)
	case dev.CounterSource == "" && dev.PowerSource == "":
		d.say("gpu", CheckProblem, "measure with --no-energy", "%s gives neither energy nor power", name)
	case dev.CounterSource == "":
		d.say("gpu", CheckWarn, "Volta and newer boards have a counter; results without one are class energy and not ranked", "%s has no energy counter: power is integrated", name)
	default:
		of := ""
		if dev.Scope == energy.ScopeModule {
			of = ", both of the whole module with its CPU"
		}
		d.say("gpu", CheckOK, "", "%s: energy from %s, power from %s%s", name, dev.CounterSource, orUnknown(dev.PowerSource), of)
	}
	for _, c := range r.Capabilities {
		switch {
		case c.Falls:
			d.say("gpu", CheckProblem, "restart the driver; a counter that falls gives no energy (V13)", "%s: %s fell while it was watched", name, c.Name)
		case c.Used && c.Unit == "mJ" && c.Update.Changes == 0:
			d.say("gpu", CheckProblem, "look again while the GPU works; a counter that stands still gives no energy (V13)", "%s: %s did not move in 3 s", name, c.Name)
		case c.Used && c.Unit == "mJ" && !c.Update.Measured:
			d.say("gpu", CheckWarn, "look again while the GPU works; measuring assumes 100 ms where it cannot tell (E6)", "%s: %s moved too seldom to say how often it does", name, c.Name)
		}
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
			d.say("gpu", CheckNote, "", "%s is used by %s now; any that is not the server's makes energy invalid (V17)", name, several(n, "process", "processes"))
		}
	default:
		d.say("gpu", CheckWarn, "in a container, share the host's process numbers (docker run --pid=host, hostPID: true)",
			"%s: processes on it cannot be told, so nobody can say that it was not shared (V17)", name)
	}
}

// refusal says why a GPU's energy cannot be measured, and what to do.
func refusal(r *energy.DeviceReport) (text, remedy string) {
	dev := &r.Device
	switch {
	case dev.Denied:
		return "may not be opened by this user: " + plainly(errors.New(dev.Problem)), "join the group that owns /dev/nvidia* (often video or render); or leave the GPU out with CUDA_VISIBLE_DEVICES"
	case dev.Problem != "":
		return "cannot be read: " + plainly(errors.New(dev.Problem)), "run nvidia-smi; a GPU that is lost comes back with a restart of the machine"
	case dev.MIG != nil && *dev.MIG:
		return "is in MIG mode: energy is counted for the whole board and cannot be parted", fmt.Sprintf("sudo nvidia-smi -i %s -mig 0, while nothing uses it; or leave the GPU out with CUDA_VISIBLE_DEVICES", dev.UUID)
	case dev.VGPU != "":
		return "is shared (" + dev.VGPU + "): its energy cannot be attributed", "measure on a machine with the whole GPU, or with --no-energy"
	}
	return "does not answer: " + plainly(errors.New(r.Refused)), "run nvidia-smi; if it fails too, the driver does"
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

const clockDir = "sys/devices/system/clocksource/clocksource0"

func (d *doctor) clockSource(context.Context) {
	if runtime.GOOS != "linux" {
		return
	}
	src := firstLine(filepath.Join(d.o.HostRoot, clockDir, "current_clocksource"))
	switch {
	case src == "":
		d.say("client", CheckNote, "", "the clock source is unknown")
	case slices.Contains(slowClocks, src):
		remedy := "boot with tsc=reliable, or use another machine type"
		if slices.Contains(strings.Fields(firstLine(filepath.Join(d.o.HostRoot, clockDir, "available_clocksource"))), "tsc") {
			remedy = "echo tsc | sudo tee /" + clockDir + "/current_clocksource"
		}
		d.say("client", CheckWarn, remedy, "the clock source is %s, which is slow: time stamps cost more than what they measure", src)
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
	limit, ok := d.o.FileLimit()
	if !ok {
		return
	}
	need := uint64(perRequest*d.o.Concurrency + 64)
	if limit < need {
		// The limit is the hard one: the soft one was raised to it at the start.
		d.say("client", CheckProblem, fmt.Sprintf("raise the hard limit of this user to %d: nofile in /etc/security/limits.conf and a new login, LimitNOFILE= of a service, or docker run --ulimit nofile=%d", need, need),
			"%d open files are allowed; %d requests in flight need %d", limit, d.o.Concurrency, need)
		d.few = true
		return
	}
	d.say("client", CheckOK, "", "%d open files are allowed, enough for %d requests in flight", limit, d.o.Concurrency)
}

// client tries the client at the concurrency that is wanted (G14).
func (d *doctor) client(ctx context.Context) {
	if d.few {
		return
	}
	cal, err := load.Calibrate(ctx, d.clock, load.CalibrateOptions{Streams: int(d.o.Concurrency), Duration: 500 * time.Millisecond, Memory: d.o.Memory})
	if err != nil {
		if ctx.Err() == nil {
			d.say("client", CheckProblem, "lower the concurrency, or use a machine with more cores", "the client cannot keep %d requests in flight: %v", d.o.Concurrency, err)
		}
		return
	}
	if cal.Failed > 0 {
		d.say("client", CheckProblem, "lower the concurrency, or use a machine with more cores", "%d requests of the client's own test failed at %d in flight", cal.Failed, d.o.Concurrency)
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
		d.say("git", CheckWarn, "run git status in this folder for what git says, or measure with --no-commit", "git cannot read this repository: %v", err)
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

//go:build linux && cgo

// The third layer of X5: the real binding against a library compiled here, with
// chosen symbols missing, in a child process, since one process can load one.

package energy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

const (
	childVar = "JOULEBOARD_ENERGY_CHILD" // which child this process is
	libVar   = "JOULEBOARD_ENERGY_LIB"   // the library that it loads
)

// seen is what a child found.
type seen struct {
	Err         string
	Unavailable bool
	Info        SourceInfo
	Devices     []Device
	Reading     Reading
	ReadErr     string
	State       State
	StateErr    string
	Probes      map[string]string // name and scope -> error or "ok"
	Samples     Samples
	SelectErr   string
}

func TestMain(m *testing.M) {
	switch os.Getenv(childVar) {
	case "":
		os.Exit(m.Run())
	case "source":
		json.NewEncoder(os.Stdout).Encode(child())
	case "sample":
		json.NewEncoder(os.Stdout).Encode(childSamples())
	case "twice":
		child()
		json.NewEncoder(os.Stdout).Encode(child())
	case "unguarded":
		// What the look-ups save us from: a call without one.
		lib := nvml.New(nvml.WithLibraryPath(os.Getenv(libVar)))
		lib.Init()
		h, _ := lib.DeviceGetHandleByIndex(0)
		h.GetPowerUsage()
	}
}

// child opens the library and calls everything.
func child() (s seen) {
	src, err := OpenNVML(NVMLOptions{LibraryPath: os.Getenv(libVar)})
	if err != nil {
		return seen{Err: err.Error(), Unavailable: errors.Is(err, ErrUnavailable)}
	}
	ctx := context.Background()
	s.Info, _ = src.Info(ctx)
	s.Devices, _ = src.Devices(ctx)
	_, err = Select(s.Devices, Visible{})
	s.SelectErr = text0(err)
	s.Reading, err = src.Read(0)
	s.ReadErr = text0(err)
	s.State, err = src.State(0)
	s.StateErr = text0(err)
	src.Counter(0)
	s.Probes = map[string]string{}
	for _, p := range src.Probes(0) {
		_, err := p.Read()
		s.Probes[p.Name+" "+p.Scope] = cmpOK(err)
	}
	if err := src.Close(); err != nil {
		s.Err = err.Error()
	}
	return s
}

func childSamples() (s seen) {
	src, err := OpenNVML(NVMLOptions{LibraryPath: os.Getenv(libVar)})
	if err != nil {
		return seen{Err: err.Error()}
	}
	defer src.Close()
	devs, _ := src.Devices(context.Background())
	smp, err := Start(context.Background(), src, devs, Options{PeriodUS: MinPeriodUS}, NewSystemClock(time.Now()))
	if err != nil {
		return seen{Err: err.Error()}
	}
	time.Sleep(1500 * time.Millisecond)
	s.Samples = smp.Stop()
	s.Devices, _ = src.Devices(context.Background())
	return s
}

func text0(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func cmpOK(err error) string {
	if err == nil {
		return "ok"
	}
	return err.Error()
}

// buildLock keeps two compilers of one library apart.
var buildLock sync.Mutex

// standin compiles the library without some of its functions.
func standin(t *testing.T, omit ...string) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		if cc, err = exec.LookPath("gcc"); err != nil {
			t.Skip("no C compiler: the library that stands in for the driver's cannot be built")
		}
	}
	buildLock.Lock()
	defer buildLock.Unlock()
	out := filepath.Join(t.TempDir(), "libstandin.so")
	args := []string{"-shared", "-fPIC", "-o", out}
	for _, o := range omit {
		args = append(args, "-DOMIT_"+o)
	}
	if msg, err := exec.Command(cc, append(args, filepath.Join("testdata", "standin.c"))...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, msg)
	}
	return out
}

// spawn runs this test binary as a child.
func spawn(t *testing.T, kind, lib, mode string) (stdout, stderr []byte, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	for _, kv := range os.Environ() {
		// Immediate binding would end the child before its first line: that is
		// a choice of who sets it, not a fault of ours.
		if !strings.HasPrefix(kv, "LD_BIND_NOW=") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, childVar+"="+kind, libVar+"="+lib, "STANDIN_MODE="+mode)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err = cmd.Run()
	return o.Bytes(), e.Bytes(), err
}

func spawned(t *testing.T, kind, lib, mode string) seen {
	t.Helper()
	out, stderr, err := spawn(t, kind, lib, mode)
	if err != nil {
		t.Fatalf("the child ended with %v\n%s", err, stderr)
	}
	var s seen
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("child said %q: %v", out, err)
	}
	return s
}

func TestStandinWhole(t *testing.T) {
	s := spawned(t, "source", standin(t), "")
	if s.Err != "" || s.ReadErr != "" || s.StateErr != "" || s.SelectErr != "" {
		t.Fatalf("errors: %q %q %q %q", s.Err, s.ReadErr, s.StateErr, s.SelectErr)
	}
	if want := (SourceInfo{Driver: "570.00.01", CUDA: "12.8", NVML: "12.570.00.01"}); s.Info != want {
		t.Errorf("info %+v, want %+v", s.Info, want)
	}
	if len(s.Devices) != 2 {
		t.Fatalf("%d devices", len(s.Devices))
	}
	got, _ := json.Marshal(s.Devices[1])
	want, _ := json.Marshal(Device{
		Index: 1, UUID: "GPU-22222222-0000-4000-8000-000000000001", Name: "Stand-in 300 W", PCI: "00000000:1C:00.0", MemoryBytes: ptr(int64(80 << 30)),
		PowerLimitDefaultMW: ptr(int64(700000)), PowerLimitMW: ptr(int64(650000)), PowerLimitMinMW: ptr(int64(200000)), PowerLimitMaxMW: ptr(int64(700000)),
		AppSMClockMHz: ptr(int64(1755)), AppMemClockMHz: ptr(int64(2619)), MaxSMClockMHz: ptr(int64(1980)), MaxMemClockMHz: ptr(int64(2619)),
		ECC: ptr(true), Persistence: ptr(true), MIG: ptr(false), NVLinks: ptr(int64(12)), Peers: map[string]bool{firstUUID: true},
		CounterSource: CounterTotal, PowerSource: PowerInstant, Scope: ScopeGPU})
	if !bytes.Equal(got, want) {
		t.Errorf("device\n%s, want\n%s", got, want)
	}
	if s.Reading.PowerMW == nil || *s.Reading.PowerMW != 300000 || s.Reading.EnergyMJ == nil || *s.Reading.EnergyMJ <= 0 {
		t.Errorf("reading %+v", s.Reading)
	}
	st := s.State
	if *st.PowerLimitMW != 650000 || *st.SMClockMHz != 1830 || *st.TempC != 60 || *st.MemUsedBytes != 9<<30 || *st.UtilPercent != 97 || *st.MIG {
		t.Errorf("state %+v", st)
	}
	if st.ReasonSource != ReasonCounter || st.ReasonNS["hw_thermal"] != 252e6 || st.ReasonNS["sw_power_cap"] != 74e6 || st.ReasonNS["hw_power_brake"] != 253e6 {
		t.Errorf("reasons %v by %q", st.ReasonNS, st.ReasonSource)
	}
	if st.ReasonNS["sw_thermal"] != 251e6 {
		t.Errorf("sw_thermal is %d: the newer counter must win", st.ReasonNS["sw_thermal"])
	}
	if _, there := st.ReasonNS["reliability"]; there {
		t.Error("a counter that is not supported has a value")
	}
	if !slices.Equal(st.Reasons, []string{"sw_power_cap", "hw_thermal"}) {
		t.Errorf("mask %v", st.Reasons)
	}
	if len(st.Procs) != 5 || st.Procs[0].PID != 4242 || *st.Procs[0].MemoryBytes != 9<<30 || st.Procs[1].MemoryBytes != nil {
		t.Errorf("processes %+v", st.Procs)
	}
}

// firstUUID is that of the stand-in's first GPU.
const firstUUID = "GPU-11111111-0000-4000-8000-000000000000"

// version ends the name of a C function that came in several.
var version = regexp.MustCompile(`_v\d$`)

// standinFunctions are those that the stand-in has and can be built without.
func standinFunctions(t *testing.T) []string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "standin.c"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^#ifndef OMIT_(\w+)`).FindAllStringSubmatch(string(src), -1) {
		names = append(names, m[1])
	}
	return names
}

// TestStandinHasAll holds the table of TestStandinMissing against the source:
// every function that is called is looked up by its name, and the stand-in has it
// in every version that the binding knows.
func TestStandinHasAll(t *testing.T) {
	names := standinFunctions(t)
	src, err := os.ReadFile("nvml_cgo.go")
	if err != nil {
		t.Fatal(err)
	}
	var looked []string
	for _, m := range regexp.MustCompile(`"(nvml[A-Z]\w*)"`).FindAllStringSubmatch(string(src), -1) {
		looked = append(looked, m[1])
		if !slices.Contains(names, m[1]) {
			t.Errorf("%s is looked up and not in the stand-in", m[1])
		}
	}
	called := 0
	for _, m := range regexp.MustCompile(`\b(h|lib)\.([A-Z]\w*)`).FindAllStringSubmatch(string(src), -1) {
		name := "nvml" + m[2]
		if m[1] == "h" {
			name = "nvmlDevice" + m[2]
		}
		if m[2] == "Extensions" { // the binding's own
			continue
		}
		called++
		if !slices.ContainsFunc(looked, func(n string) bool { return version.ReplaceAllString(n, "") == name }) {
			t.Errorf("%s is called and never looked up", name)
		}
		for _, o := range bindingVersions[name] {
			if !slices.Contains(names, name+o) {
				t.Errorf("%s%s is not in the stand-in", name, o)
			}
			if !slices.Contains(looked, name+o) {
				t.Errorf("%s%s may be called and is not looked up", name, o)
			}
		}
	}
	if len(looked) < 40 || called < 30 {
		t.Errorf("only %d look-ups and %d calls found in the source", len(looked), called)
	}
}

// bindingVersions are the functions that the binding calls by the newest version
// that the library has.
var bindingVersions = map[string][]string{
	"nvmlInit":                                {"", "_v2"},
	"nvmlDeviceGetPciInfo":                    {"", "_v2", "_v3"},
	"nvmlDeviceGetCount":                      {"", "_v2"},
	"nvmlDeviceGetHandleByIndex":              {"", "_v2"},
	"nvmlDeviceGetComputeRunningProcesses":    {"", "_v2", "_v3"},
	"nvmlDeviceGetMPSComputeRunningProcesses": {"", "_v2", "_v3"},
	"nvmlDeviceGetGraphicsRunningProcesses":   {"", "_v2", "_v3"},
}

// TestStandinMissing leaves out each function in turn, and its older and newer
// versions together: the child must end well and lose that one thing only.
func TestStandinMissing(t *testing.T) {
	names := standinFunctions(t)
	if len(names) < 44 {
		t.Fatalf("only %d functions found in the stand-in", len(names))
	}
	cases := map[string][]string{}
	for _, n := range names {
		base := version.ReplaceAllString(n, "")
		var all []string
		for _, o := range names {
			if version.ReplaceAllString(o, "") == base {
				all = append(all, o)
			}
		}
		cases[base+" in all versions"] = all
		if len(all) > 1 {
			cases[n] = []string{n}
		}
	}
	needed := []string{"nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetUUID"}
	whole := facts(spawned(t, "source", standin(t), ""))
	for name, omit := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := spawned(t, "source", standin(t, omit...), "")
			base, all := strings.CutSuffix(name, " in all versions")
			if all && slices.Contains(needed, base) {
				if !s.Unavailable {
					t.Errorf("unavailable is false, error %q", s.Err)
				}
				return
			}
			if s.Err != "" || len(s.Devices) != 2 || s.Devices[0].UUID == "" {
				t.Errorf("error %q, devices %+v", s.Err, s.Devices)
			}
			if s.Reading.EnergyMJ == nil || s.Reading.PowerMW == nil {
				t.Errorf("one missing function took a whole reading away: %+v", s.Reading)
			}
			var lost []string
			for key := range whole {
				if _, ok := facts(s)[key]; !ok {
					lost = append(lost, key)
				}
			}
			slices.Sort(lost)
			if want := loses[base]; all && strings.Join(lost, " ") != want || !all && len(lost) > 0 {
				t.Errorf("lost %v, want %q", lost, want)
			}
		})
	}
	t.Run("all but what lists GPUs", func(t *testing.T) {
		t.Parallel()
		rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(needed, version.ReplaceAllString(n, "")) })
		s := spawned(t, "source", standin(t, rest...), "")
		if s.Err != "" || s.ReadErr != "" || s.StateErr != "" || len(s.Devices) != 2 || s.Reading != (Reading{}) {
			t.Errorf("%+v", s)
		}
	})
}

// loses is what is not known without a function, in any version. What is not
// here has another way to it, or ends nothing.
var loses = map[string]string{
	"nvmlSystemGetDriverVersion":                   "Driver",
	"nvmlSystemGetNVMLVersion":                     "NVML",
	"nvmlSystemGetCudaDriverVersion":               "CUDA",
	"nvmlDeviceGetName":                            "Name",
	"nvmlDeviceGetPciInfo":                         "PCI",
	"nvmlDeviceGetMemoryInfo":                      "MemUsedBytes MemoryBytes",
	"nvmlDeviceGetPowerManagementDefaultLimit":     "PowerLimitDefaultMW",
	"nvmlDeviceGetPowerManagementLimitConstraints": "PowerLimitMaxMW PowerLimitMinMW",
	"nvmlDeviceGetMaxClockInfo":                    "MaxMemClockMHz MaxSMClockMHz",
	"nvmlDeviceGetClockInfo":                       "MemClockMHz SMClockMHz",
	"nvmlDeviceGetApplicationsClock":               "AppMemClockMHz AppSMClockMHz",
	"nvmlDeviceGetEnforcedPowerLimit":              "PowerLimitMW",
	"nvmlDeviceGetEccMode":                         "ECC",
	"nvmlDeviceGetPersistenceMode":                 "Persistence",
	"nvmlDeviceGetMigMode":                         "MIG",
	"nvmlDeviceGetNvLinkState":                     "NVLinks",
	"nvmlDeviceGetP2PStatus":                       "Peers",
	"nvmlDeviceGetTemperature":                     "TempC",
	"nvmlDeviceGetUtilizationRates":                "UtilPercent",
	"nvmlDeviceGetFieldValues":                     "ReasonNS",
	"nvmlDeviceGetComputeRunningProcesses":         "", // the other lists stay, and ProcsErr says it
}

// facts are the names of all that a child found out.
func facts(s seen) map[string]bool {
	out := map[string]bool{}
	if len(s.Devices) == 0 {
		return out
	}
	for _, v := range []any{s.Info, s.Devices[0], s.State} {
		data, _ := json.Marshal(v)
		var fields map[string]any
		json.Unmarshal(data, &fields)
		for key, value := range fields {
			if value != nil && value != "" {
				out[key] = true
			}
		}
	}
	return out
}

func TestStandinOldDriver(t *testing.T) {
	lib := standin(t, "nvmlInit_v2", "nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2",
		"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetMPSComputeRunningProcesses_v3",
		"nvmlDeviceGetMPSComputeRunningProcesses_v2", "nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2", "nvmlDeviceGetFieldValues", "nvmlDeviceGetMigMode", "nvmlDeviceGetCurrentClocksEventReasons",
		"nvmlErrorString", "nvmlSystemGetCudaDriverVersion", "nvmlDeviceGetNvLinkState")
	s := spawned(t, "source", lib, "")
	if s.Err != "" || s.ReadErr != "" {
		t.Fatal(s.Err, s.ReadErr)
	}
	d := s.Devices[0]
	if d.CounterSource != CounterTotal || d.PowerSource != PowerUsage || d.MIG != nil || d.NVLinks != nil || d.PCI != "0000:1B:00.0" {
		t.Errorf("device %+v", d)
	}
	if s.State.ReasonSource != ReasonMask || s.State.ReasonNS != nil || !slices.Equal(s.State.Reasons, []string{"sw_power_cap", "bit_9"}) {
		t.Errorf("reasons %q %v %v", s.State.ReasonSource, s.State.ReasonNS, s.State.Reasons)
	}
	if len(s.State.Procs) != 5 {
		t.Errorf("processes %+v", s.State.Procs)
	}
	if s.Info.CUDA != "" {
		t.Errorf("CUDA %q", s.Info.CUDA)
	}
}

func TestStandinModes(t *testing.T) {
	lib := standin(t)
	noText := standin(t, "nvmlErrorString")
	tests := []struct {
		mode  string
		check func(s seen) string
	}{
		{"init_fails", func(s seen) string { // nvmlShutdown would abort the child
			if !s.Unavailable || !strings.Contains(s.Err, "driver is not loaded") || !strings.Contains(s.Err, "--no-energy") {
				return s.Err
			}
			return ""
		}},
		{"no_gpu", func(s seen) string {
			return want(s.SelectErr, "lists no GPU")
		}},
		{"mig", func(s seen) string {
			return want(s.SelectErr, "GPU-22222222-0000-4000-8000-000000000001 is in MIG mode", "nvidia-smi -i GPU-22222222-0000-4000-8000-000000000001 -mig 0")
		}},
		{"vgpu", func(s seen) string { return want(s.SelectErr, "is shared (vgpu)") }},
		{"passthrough", func(s seen) string { return s.SelectErr }},
		{"forbidden", func(s seen) string {
			return want(s.SelectErr, "GPU 1 cannot be read", "no permission")
		}},
		{"no_counter", func(s seen) string { // a board before Volta
			if d := s.Devices[0]; d.CounterSource != "" || d.PowerSource != PowerInstant || s.Reading.EnergyMJ != nil || s.ReadErr != "" {
				return fmt.Sprintf("%+v %+v %q", d, s.Reading, s.ReadErr)
			}
			return ""
		}},
		{"module", func(s seen) string { // a superchip
			if d := s.Devices[0]; d.CounterSource != CounterField || d.PowerSource != PowerInstant || d.Scope != ScopeModule || s.Reading.EnergyMJ == nil {
				return fmt.Sprintf("%+v", d)
			}
			return ""
		}},
		{"old_fields", func(s seen) string { // a double by field 185; new numbers refused as a whole
			if d := s.Devices[0]; d.PowerSource != PowerAverage || *s.Reading.PowerMW != 300000 {
				return fmt.Sprintf("%+v", d)
			}
			if ns := s.State.ReasonNS; ns["sw_thermal"] != 75 || ns["sw_power_cap"] != 74e6 || len(ns) != 3 {
				return fmt.Sprint(ns)
			}
			return ""
		}},
		{"no_fields", func(s seen) string { // SUCCESS, and every value says NOT_SUPPORTED over rubbish
			if d := s.Devices[0]; d.PowerSource != PowerUsage || *s.Reading.PowerMW != 300000 || s.State.ReasonSource != ReasonMask {
				return fmt.Sprintf("%+v %+v", d, s.State)
			}
			return ""
		}},
		{"fields_unfilled", func(s seen) string { // SUCCESS, and nothing was written
			if d := s.Devices[0]; d.PowerSource != PowerUsage || s.State.ReasonNS != nil {
				return fmt.Sprintf("%+v %+v", d, s.State.ReasonNS)
			}
			return ""
		}},
		{"pcie", func(s seen) string { // links that lead elsewhere
			if p := s.Devices[1].Peers; len(p) != 1 || p[firstUUID] || *s.Devices[1].NVLinks != 12 {
				return fmt.Sprint(p)
			}
			return ""
		}},
		{"p2p_unknown", func(s seen) string {
			if p := s.Devices[1].Peers; p != nil {
				return fmt.Sprint(p)
			}
			return ""
		}},
		{"pids_forbidden", func(s seen) string {
			return want(s.State.ProcsErr, "no permission")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.mode, func(t *testing.T) {
			for _, l := range []string{lib, noText} {
				if msg := tt.check(spawned(t, "source", l, tt.mode)); msg != "" {
					t.Error(msg)
				}
			}
		})
	}
}

// want is what is missing of parts in s.
func want(s string, parts ...string) string {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return fmt.Sprintf("%q lacks %q", s, p)
		}
	}
	return ""
}

func TestStandinTwice(t *testing.T) {
	s := spawned(t, "twice", standin(t), "")
	if s.Err != "" || s.Reading.EnergyMJ == nil {
		t.Errorf("opening a second time after Close: %q, %+v", s.Err, s.Reading)
	}
}

func TestStandinSamples(t *testing.T) {
	t.Parallel()
	lib := standin(t)
	t.Run("runs", func(t *testing.T) {
		t.Parallel()
		s := spawned(t, "sample", lib, "")
		if s.Err != "" {
			t.Fatal(s.Err)
		}
		n := len(s.Samples.Ticks)
		if n < 5 || len(s.Samples.Slow) < 2 {
			t.Fatalf("%d ticks, %d slow states", n, len(s.Samples.Slow))
		}
		for i := range s.Samples.Devices {
			first, last := *s.Samples.Ticks[0].EnergyMJ[i], *s.Samples.Ticks[n-1].EnergyMJ[i]
			if last <= first {
				t.Errorf("device %d: counter went from %d to %d", i, first, last)
			}
		}
	})
	t.Run("a GPU is lost", func(t *testing.T) {
		t.Parallel()
		s := spawned(t, "sample", lib, "lost")
		st := s.Samples.Stats.Devices
		if len(st) != 2 || st[0].Failed != 0 || st[1].Failed == 0 || !strings.Contains(st[1].FirstError, "device is lost") {
			t.Errorf("%+v", st)
		}
		if s.Devices[0].Problem != "" || !strings.Contains(s.Devices[1].Problem, "device is lost") || s.Devices[1].UUID == "" {
			t.Errorf("at the end: %+v", s.Devices)
		}
		last := s.Samples.Ticks[len(s.Samples.Ticks)-1]
		if last.EnergyMJ[0] == nil || last.EnergyMJ[1] != nil || last.PowerMW[1] != nil {
			t.Errorf("last tick %+v", last)
		}
	})
}

// TestUnguarded shows that the stand-in tells: a call without a look-up ends the
// process, as it would with a driver that lacks the function.
func TestUnguarded(t *testing.T) {
	_, stderr, err := spawn(t, "unguarded", standin(t, "nvmlDeviceGetPowerUsage"), "")
	if err == nil || !strings.Contains(string(stderr), "nvmlDeviceGetPowerUsage") {
		t.Errorf("the child ended with %v and said %q", err, stderr)
	}
}

func TestOpenNVMLAbsent(t *testing.T) {
	for name, lib := range map[string]string{"absent": filepath.Join(t.TempDir(), "none.so"), "not NVML": "libc.so.6"} {
		t.Run(name, func(t *testing.T) {
			s := spawned(t, "source", lib, "")
			if !s.Unavailable || !strings.Contains(s.Err, "--no-energy") {
				t.Errorf("unavailable %v, error %q", s.Unavailable, s.Err)
			}
		})
	}
}

// The result without its numbers: who measured what, where and how.

package measure

import (
	"cmp"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// describe is the result without its numbers: who, what, where and how.
func (j *job) describe(s *result.SamplesFile) *result.Result {
	pl, o, f := j.plan, &j.plan.Opt, &j.facts
	r := &result.Result{
		Schema: result.SchemaID, Method: result.Method, Kind: pl.Kind, Draft: pl.Draft,
		MeasuredAt: j.began.UTC().Truncate(time.Second).Format(time.RFC3339), By: j.env.By, License: j.env.License,
		Notes: slices.Clone(o.Notes),
	}
	r.Model = result.Model{
		Name: o.Model, Revision: f.Revision, Date: o.ModelDate, Precision: f.Precision, Quantization: f.Quant, Weights: o.Weights, SizeClass: o.SizeClass,
	}
	if pl.Kind == result.KindEndpoint {
		r.Model.Provider = o.Provider
		if o.Served != o.Model {
			r.Model.ProviderModel = o.Served
		}
		r.Model.Weights = ""
	} else {
		r.Hardware = j.hardware()
		for _, p := range []*string{&r.Model.Revision, &r.Model.Precision, &r.Model.Quantization, &r.Model.Weights} {
			if *p == "" {
				*p = "unknown" // a draft's; any other was refused before its load
			}
		}
		if r.Model.Weights == "unknown" {
			r.Model.Weights = "released"
		}
	}
	if m := j.model(); m != nil {
		r.Model.ParametersB, r.Model.ActiveParametersB = m[0], m[1]
	}
	r.Software = j.software()
	r.Client = j.clientFacts()
	r.Workload = j.workload()
	if len(s.Header.Devices) > 0 {
		r.Boundary = &result.Boundary{Includes: "gpu", PUE: pl.declared.PUE, GCO2ePerKW: pl.declared.GCO2e}
		for _, d := range s.Header.Devices {
			if d.Scope == energy.ScopeModule {
				r.Boundary.Includes = "module" // E14
			}
		}
	}
	if j.env.Consent != nil && pl.Draft == "" {
		r.Attestation = j.env.Consent.Attestation()
	}
	j.extra(r)
	return r
}

// extra writes what section 9 asks for and the schema has no key of its own for.
func (j *job) extra(r *result.Result) {
	f := &j.facts
	for key, value := range map[string]string{
		"x_kv_cache_dtype": f.KVCache, "x_prefix_caching": f.PrefixCaching, "x_speculative_decoding": f.Speculative,
	} {
		if value != "" {
			r.X = withX(r.X, key, clipName(value))
		}
	}
	l, d := j.plan.Opt.Limits, load.DefaultLimits()
	r.X = withX(r.X, "x_timeouts", fmt.Sprintf("connect %v, first token %v, idle %v, total %v",
		cmp.Or(l.Connect, d.Connect), cmp.Or(l.First, d.First), cmp.Or(l.Idle, d.Idle), cmp.Or(l.Total, d.Total)))
	if len(j.probe.Evidence) > 0 {
		if data, err := json.Marshal(j.probe.Evidence, json.Deterministic(true)); err == nil {
			r.X["x_probe_evidence"] = data
		}
	}
	for key, value := range j.plan.Opt.X {
		r.X = withX(r.X, key, value)
	}
}

// model is what the catalogue knows of the model's size: total and active.
func (j *job) model() []*float64 {
	if j.env.Catalog == nil {
		return nil
	}
	m, ok := j.env.Catalog.Model(j.plan.Opt.Model)
	if !ok {
		return nil
	}
	return []*float64{m.ParametersB, m.ActiveParametersB}
}

func (j *job) hardware() *result.Hardware {
	o := &j.plan.Opt
	hw := &result.Hardware{Name: o.Hardware, Count: o.GPUs, HostCPU: j.host.CPU, HostMemoryBytes: j.host.MemoryBytes, Where: firstNonEmpty(o.Where, j.host.Where, "unknown")}
	for _, d := range j.devs {
		hw.Devices = append(hw.Devices, j.device(d))
	}
	if n := len(j.devs); n > 0 {
		hw.Name = firstNonEmpty(hw.Name, j.devs[0].Name)
		hw.Count = int64(n)
		hw.Interconnect = interconnect(j.devs)
	}
	hw.Name = firstNonEmpty(hw.Name, "unknown")
	if j.env.Catalog != nil {
		if h, ok := j.env.Catalog.HardwareFor(hw.Name); ok {
			hw.Name = h.Name
		}
	}
	if hw.Count == 0 {
		hw.Count = 1 // a draft's; any other was refused before its load
		j.note("the number of accelerators is not known, so 1 was written")
	}
	return hw
}

// interconnect says how the GPUs of G reach each other (section 9): "nvlink" and
// "pcie" hold for every pair, "nvlink, pcie" is some of each, and "unknown" is a
// driver that does not tell. One GPU has nobody to reach.
func interconnect(devs []energy.Device) string {
	if len(devs) < 2 {
		return ""
	}
	linked, apart, unlinked := 0, 0, 0
	for i, d := range devs {
		if d.NVLinks != nil && *d.NVLinks == 0 {
			unlinked++
		}
		for _, o := range devs[:i] {
			switch yes, known := d.Peers[o.UUID]; {
			case !known:
			case yes:
				linked++
			default:
				apart++
			}
		}
	}
	switch pairs := len(devs) * (len(devs) - 1) / 2; {
	case linked == pairs:
		return "nvlink"
	case apart == pairs, unlinked == len(devs):
		return "pcie"
	case linked+apart == pairs:
		return "nvlink, pcie"
	}
	return "unknown"
}

func (j *job) device(d energy.Device) result.Device {
	out := result.Device{
		UUIDSHA256: hashUUID(j.env.Salt, d.UUID), Name: clipName(d.Name), PCI: d.PCI,
		PowerLimitDefaultW: inWatts(d.PowerLimitDefaultMW), PowerLimitW: inWatts(d.PowerLimitMW),
		PowerLimitMinW: inWatts(d.PowerLimitMinMW), PowerLimitMaxW: inWatts(d.PowerLimitMaxMW),
		SMClockMHz: asFloat(d.AppSMClockMHz), MemoryClockMHz: asFloat(d.AppMemClockMHz),
		ECC: d.ECC, Persistence: d.Persistence, MIG: d.MIG,
	}
	if d.MemoryBytes != nil {
		out.MemoryBytes = *d.MemoryBytes
	}
	no := false
	if out.MIG == nil {
		out.MIG = &no // a board that has no such mode
	}
	if out.ECC == nil {
		out.ECC = &no
	}
	return out
}

func inWatts(mw *int64) *float64 {
	if mw == nil || *mw <= 0 {
		return nil
	}
	w := float64(*mw) / 1000
	return &w
}

func asFloat(v *int64) *float64 {
	if v == nil || *v <= 0 {
		return nil
	}
	f := float64(*v)
	return &f
}

func (j *job) software() *result.Software {
	o, f := &j.plan.Opt, &j.facts
	tool := j.env.Tool
	sw := &result.Software{
		LaunchCommand: f.Command, Parallelism: f.Parallel, Driver: j.info.Driver, CUDA: j.info.CUDA, NVML: j.info.NVML,
		Kernel: j.host.Kernel, Container: o.Container, Jouleboard: &tool, Probe: j.probe.Answers,
	}
	if f.Engine != "" {
		sw.Engine = &result.Tool{Name: f.Engine, Version: f.Version}
	}
	if j.plan.Kind == result.KindDevice {
		if sw.Engine == nil {
			sw.Engine = &result.Tool{Name: "unknown"}
		}
		sw.Engine.Version = firstNonEmpty(sw.Engine.Version, "unknown")
		sw.LaunchCommand = firstNonEmpty(sw.LaunchCommand, "unknown")
		sw.Kernel = firstNonEmpty(sw.Kernel, "unknown")
		if sw.Parallelism == nil {
			sw.Parallelism = &result.Parallelism{Tensor: 1} // one accelerator
			if n := max(o.GPUs, int64(len(j.devs))); n != 1 {
				sw.Parallelism = &result.Parallelism{Notes: "unknown"} // a draft's; any other was refused before its load
			}
		}
	} else {
		sw.Kernel = ""
	}
	if len(sw.LaunchCommand) > 16_000 {
		sw.LaunchCommand = sw.LaunchCommand[:16_000]
	}
	if j.energyOn {
		sw.Meter = &result.Tool{Name: "NVML", Version: j.info.NVML}
		if j.plan.Draft == "simulated" {
			sw.Meter = &result.Tool{Name: "simulated GPU"}
		}
	}
	return sw
}

func (j *job) clientFacts() *result.Client {
	same := j.rtt == nil
	c := &result.Client{
		Place: j.plan.Opt.ClientPlace, OS: clipName(j.host.OS + " (" + runtime.GOOS + "/" + runtime.GOARCH + ")"), CPU: j.host.CPU, Cores: j.host.Cores, RTTMs: j.rtt,
		// The samples give the rest; an endpoint's has them too.
		Calibration: &result.Calibration{Streams: int64(max(1, j.cal.Streams))},
	}
	if same {
		c.SameHost = &same
	}
	return c
}

func (j *job) workload() result.Workload {
	pl, o := j.plan, &j.plan.Opt
	seed := o.Seed
	load := pl.Load
	load.ServerBatchLimit = j.facts.ServerLimit
	if pl.Work.Kind == WorkOffline || pl.Opt.Duration <= 0 {
		load.DurationS = nil
	}
	sampling := pl.Sampling
	if j.prompt != nil && j.prompt.caps.penalty && sampling.RepetitionPenalty == nil {
		one := 1.0 // as it was sent
		sampling.RepetitionPenalty = &one
	}
	w := result.Workload{
		Task: pl.TaskID, SystemPromptSHA256: hashText(pl.System), Roles: pl.Roles, Sampling: &sampling,
		Warmup: int64(len(j.warm)), Seed: &seed, PrefixPolicy: o.Prefix, Isolation: o.Isolation, Load: &load, SLO: pl.SLO,
	}
	w.Requests = max(1, j.requests)
	if len(j.runs) > 0 && (pl.Rule() == result.WindowDuration || pl.Open()) {
		w.Requests = max(1, int64(len(j.runs[0].Traces))) // V07: the first run says how many there were
	}
	w.Warmup = max(1, w.Warmup)
	if o.AllowRepeat {
		w.AllowRepeat = &o.AllowRepeat
	}
	w.Dataset = j.dataset()
	j.lengthTargets(&w)
	return w
}

func (j *job) dataset() *result.Dataset {
	pl := j.plan
	d := &result.Dataset{Name: "synthetic " + pl.Work.String()}
	if j.prompt != nil {
		d.SHA256 = j.prompt.dataHash()
		d.Count = j.prompt.made
	} else if j.data != nil {
		d.SHA256 = j.data.SHA256
	} else {
		d.SHA256 = hashText("")
	}
	if j.data == nil {
		return d
	}
	d.Name = filepath.Base(pl.Work.File) // a base name: no path of this machine
	d.Count = int64(len(j.data.Items))
	if t := pl.Task; t != nil && t.Dataset != nil && (t.Dataset.SHA256 == "" || t.Dataset.SHA256 == d.SHA256) {
		count := d.Count
		sum := d.SHA256
		*d = *t.Dataset
		d.SHA256, d.Count = sum, count
	}
	return d
}

// lengthTargets are the lengths that were asked for. A spread of 0 declares a
// fixed length, which V11 holds answers to.
func (j *job) lengthTargets(w *result.Workload) {
	pl := j.plan
	zero := 0.0
	switch pl.Work.Kind {
	case WorkFixed:
		w.InputTokens = &result.Length{Mean: float64(pl.Work.In)}
		w.OutputTokens = &result.Length{Mean: float64(pl.Work.Out)}
		if j.prompt != nil && (j.prompt.caps.ignoreEOS || j.prompt.caps.minTokens) {
			w.OutputTokens.Stddev = &zero
		}
		w.MaxOutputTokens = pl.Work.Out
		return
	case WorkShareGPT:
		var values []float64
		for _, it := range j.data.Items {
			values = append(values, float64(it.Target))
		}
		mean, sd := meanSD(values)
		w.OutputTokens = &result.Length{Mean: mean, Stddev: &sd}
	}
	if j.prompt != nil {
		w.MaxOutputTokens = j.prompt.max(Item{})
		for _, it := range j.data.Items {
			w.MaxOutputTokens = max(w.MaxOutputTokens, j.prompt.max(it))
		}
	}
}

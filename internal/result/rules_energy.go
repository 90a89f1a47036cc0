// The rules over energy: V09, V10, V12 to V20 and V23.

package result

import (
	"fmt"
	"math"
	"slices"
)

// windows is V09 and the part of V10 that asks whether the window is the one the
// rules give.
func (j *judge) windows() {
	for i := range j.sum.runs {
		r := &j.sum.runs[i]
		t := float64(r.Length()) / 1e6
		if t < 5 {
			j.say("V09", "E", Error, at(i), "measure for longer, such as --duration 65s", "window %.1f s; energy needs 5 s", t)
		}
		if t < 60 {
			j.say("V09", "R", Error, at(i), "measure for longer, such as --duration 65s", "window %.1f s; ranked results need 60 s", t)
		}
		if h := j.header(r.Run); h.WindowStart != r.Start || h.WindowEnd != r.End {
			j.say("V10", "E", Error, at(i), "", "window is [%d, %d) us by rule %s, the samples were written with [%d, %d)", r.Start, r.End, r.Rule, h.WindowStart, h.WindowEnd)
		}
	}
}

func (j *judge) header(run int) SampleRun {
	for _, h := range j.s.Header.Runs {
		if h.Run == run {
			return h
		}
	}
	return SampleRun{}
}

// steadiness is the rest of V10: as many requests in flight as asked for, and
// halves of the window alike.
func (j *judge) steadiness() {
	var b int64
	if l := j.r.Workload.Load; l != nil {
		b = l.Concurrency
		if l.ServerBatchLimit > 0 && l.ServerBatchLimit < b {
			j.say("V10", "E", Warn, "/workload/load/server_batch_limit", "lower the concurrency, or raise the server's batch limit", "the server takes %d requests at once, the load keeps %d in flight", l.ServerBatchLimit, b)
		}
	}
	for i := range j.sum.runs {
		r := &j.sum.runs[i]
		if r.Rule != WindowOpen {
			if mean := float64(r.inFlight) / float64(r.Length()); mean < 0.95*float64(b) {
				j.say("V10", "E", Error, at(i), "see whether the client or a proxy holds requests back; `jouleboard doctor` shows the client's own error", "mean in flight %.2f; concurrency is %d", mean, b)
			}
		}
		half := r.Length() / 2
		first := float64(r.halves[0]*1_000_000) / float64(max(half, 1))
		second := float64(r.halves[1]*1_000_000) / float64(max(r.Length()-half, 1))
		if most := max(first, second); most > 0 {
			apart := math.Abs(first-second) / most
			j.graded("V10", "E", at(i), "the load is not steady: measure for longer, and leave the machine alone", apart, 0.1, 0.25, "halves of the window: %.0f and %.0f tokens/s (%.0f %%)", first, second, 100*apart)
		}
	}
}

// counters is V12, V13 and V14.
func (j *judge) counters(i int) {
	r := &j.sum.runs[i]
	for d := range r.devices {
		e, dev := &r.devices[d], &j.s.Header.Devices[d]
		name, where := deviceName(dev), deviceAt(i, d)
		switch {
		case dev.Source != SourceCounter:
			j.say("V12", "R", Error, where, "measure on a GPU with an energy counter (Volta or newer, a recent driver)", "%s: energy integrated from power; ranked results need an energy counter", name)
		case e.ok && e.cross != nil:
			off := math.Abs(float64(e.mj-*e.cross)) / float64(e.mj)
			j.graded("V12", "E", where, "`jouleboard doctor` shows how often each counter moves; a longer window averages more", off, 0.05, 0.1, "%s: counter %.1f J, integral %.1f J (%.1f %%)", name, float64(e.mj)/1000, float64(*e.cross)/1000, 100*off)
		case e.ok:
			j.say("V12", "E", Warn, where, "update the driver: newer ones read power on this GPU", "%s: no power readings to check the counter against", name)
		}
		if dev.Source == SourceCounter {
			for _, f := range counterFaults(&j.series[d], dev, j.limit(d), r.Start, r.End) {
				j.fault(where, name, f)
			}
		}
		gap := float64(e.largestUs) / 1e6
		j.graded("V14", "E", where, "leave the client a core of its own", gap, 0.5, 2, "%s: %.1f s without samples at %.2f s", name, gap, float64(e.largestAt)/1e6)
		if e.medianUs > 200_000 {
			j.say("V14", "E", Error, where, "leave the client a core of its own, or sample with --period 50ms", "%s: median gap between samples is %.0f ms; at most 200 ms are allowed", name, float64(e.medianUs)/1000)
		}
		if !e.bracketed || !e.ok {
			j.say("V14", "E", Error, where, "sample from 2 s before the window to 2 s after it", "%s: samples do not give the energy at both edges of the window", name)
		}
	}
}

// idleCross is the cross-check outside of windows (E11): an idle board may well
// disagree with itself, so more than 5 %, and more than the counter's own steps
// explain, is a warning.
func (j *judge) idleCross() {
	for d := range j.s.Header.Devices {
		dev := &j.s.Header.Devices[d]
		if dev.Source != SourceCounter {
			continue
		}
		for i, span := range j.s.Header.Idle {
			e := energyOf(&j.series[d], dev, span.Start, span.End)
			if i > 1 || !e.ok || e.cross == nil {
				continue
			}
			off := math.Abs(float64(e.mj - *e.cross))
			if share := off / float64(e.mj); share > 0.05 && off > QuantBound(e.maxMW, dev.update(), e.samplingUs) {
				j.say("V12", "E", Warn, "/boundary/idle", "", "%s: counter %.1f J, integral %.1f J (%.1f %%) while idle", deviceName(dev), float64(e.mj)/1000, float64(*e.cross)/1000, 100*share)
				break
			}
		}
	}
}

func (j *judge) fault(where, name string, f counterFault) {
	switch f.kind {
	case "fell":
		j.say("V13", "E", Error, where, "leave the driver loaded while measuring (persistence mode does), and measure again", "%s: counter fell by %.4g kJ at %.2f s (driver reload?)", name, float64(f.mj)/1e6, float64(f.at)/1e6)
	case "froze":
		j.say("V13", "E", Error, where, "measure again; `jouleboard doctor` shows how often the counter moves", "%s: counter stood still for %.1f s at %.2f s", name, float64(f.forUs)/1e6, float64(f.at)/1e6)
	case "jumped":
		j.say("V13", "E", Error, where, "measure again; the driver gave a value that cannot be", "%s: counter jumped by %.1f J at %.2f s, more than the power limit allows", name, float64(f.mj)/1000, float64(f.at)/1e6)
	}
}

// limit is the enforced power limit of a device in milliwatts; 0 if unknown.
func (j *judge) limit(d int) int64 { return valueOf(j.s.Header.Devices[d].LimitMW) }

// power is V15.
func (j *judge) power(i int) {
	r := &j.sum.runs[i]
	for d := range r.devices {
		e, dev := &r.devices[d], &j.s.Header.Devices[d]
		if !e.ok {
			continue
		}
		mean := watts(e.mj, r.Length())
		if limit := float64(j.limit(d)) / 1000; limit > 0 && mean > 1.05*limit {
			j.say("V15", "E", Error, deviceAt(i, d), "measure again; the driver gave values that cannot be", "%s: mean %.0f W exceeds the %.0f W limit", deviceName(dev), mean, limit)
		}
		for _, idle := range j.sum.Idle {
			if idle.UUIDSHA256 == dev.UUIDSHA256 && idle.BeforeW != nil && mean < 0.9**idle.BeforeW {
				j.say("V15", "E", Error, deviceAt(i, d), "see that nothing else ran while idle power was read", "%s: mean %.0f W is below the idle baseline of %.0f W", deviceName(dev), mean, *idle.BeforeW)
			}
		}
	}
	if i > 0 {
		return // reads are counted over the whole job
	}
	for d := range j.s.Header.Devices {
		zero, reads := countOf(j.s.End.ZeroReads, d), countOf(j.s.End.Reads, d)
		for _, g := range j.s.Ticks {
			if d < len(g.P) && g.P[d] != nil && *g.P[d] == 0 {
				zero++ // a gap that was written wrongly
			}
		}
		if zero > 0 && float64(zero) > 0.001*float64(reads) {
			j.say("V15", "E", Error, deviceAt(i, d), "sample less often", "%s: %d of %d power reads gave 0", deviceName(&j.s.Header.Devices[d]), zero, reads)
		}
	}
}

// countOf is a count per device; a list that is too short has none.
func countOf(counts []int64, d int) int64 {
	if d < len(counts) {
		return counts[d]
	}
	return 0
}

// state is V17 and V20.
func (j *judge) state(i int) {
	w := &j.sum.Windows[i]
	for d := range j.s.Header.Devices {
		if d >= len(w.Devices) {
			break // no energy: V14 says why
		}
		dev, out := &j.s.Header.Devices[d], &w.Devices[d]
		name, where := deviceName(dev), deviceAt(i, d)
		if pids := out.ForeignPids; len(pids) > 0 {
			others := ""
			if n := len(pids) - 1; n > 0 {
				others = fmt.Sprintf(" (and %s)", plural(n, "other process", "other processes"))
			}
			j.say("V17", "E", Error, where, "stop it, or measure on other devices", "pid %d used %.1f GB of %s during the window%s", pids[0], float64(j.memoryOf(d, pids[0]))/1e9, name, others)
		}
		if out.ThrottleUs != nil {
			share := float64(*out.ThrottleUs) / float64(w.EndUs-w.StartUs)
			j.graded("V20", "E", where, "cool the device better", share, 0.01, 0.1, "%s: thermal or brake slowdown for %.0f %% of the window", name, 100*share)
		}
		if out.TemperatureMinC != nil && *out.TemperatureMaxC-*out.TemperatureMinC > 10 {
			j.say("V20", "E", Warn, where, "measure again at once, while the device is warm", "%s: temperature went from %.0f to %.0f C in the window", name, *out.TemperatureMinC, *out.TemperatureMaxC)
		}
	}
	switch {
	case i == 0 && j.s.Header.PidVisibility != "full":
		j.say("V17", "E", Warn, "/samples", "in a container, share the host's process numbers (docker run --pid=host)", "processes on the devices could not be seen, so nobody can say that there were no others")
	case !slices.ContainsFunc(j.s.Slow, func(v SlowState) bool { return v.T >= w.StartUs && v.T < w.EndUs }):
		j.say("V17", "E", Warn, at(i), "measure for longer", "clocks, temperature and processes of the devices were not read in the window, so nobody can say that there were no others")
	}
}

// memoryOf is the most memory that a foreign process was seen with.
func (j *judge) memoryOf(d int, pid int64) (most int64) {
	for i := range j.s.Slow {
		for _, p := range j.s.Slow[i].Foreign {
			if p.Device == d && p.Pid == pid {
				most = max(most, p.Bytes)
			}
		}
	}
	return most
}

// deviceSet is V16 and V18.
func (j *judge) deviceSet() {
	h := &j.s.Header
	seen := map[string]bool{}
	for d := range h.Devices {
		dev := &h.Devices[d]
		name := deviceName(dev)
		if is(dev.MIG) {
			j.say("V16", "E", Error, "/hardware/devices", "turn it off with nvidia-smi -mig 0", "%s is in MIG mode; its energy cannot be attributed", name)
		}
		if is(dev.Virtual) {
			j.say("V16", "E", Error, "/hardware/devices", "", "%s is a virtual device; its energy cannot be attributed", name)
		}
		if seen[dev.UUIDSHA256] {
			j.say("V18", "E", Error, "/hardware/devices", "", "%s was sampled twice", name)
		}
		seen[dev.UUIDSHA256] = true
	}
	for _, id := range h.Outside {
		j.say("V18", "E", Error, "/hardware/devices", "let the server see only the GPUs that it uses, by CUDA_VISIBLE_DEVICES", "server also runs on GPU %s…, which was not sampled", short(Clip(id), 8))
	}
	hw := j.r.Hardware
	if hw == nil {
		j.say("V18", "E", Error, "/hardware", "", "%s sampled, but the result names no hardware", plural(len(h.Devices), "device was", "devices were"))
		return
	}
	if int(hw.Count) != len(h.Devices) {
		j.say("V18", "E", Error, "/hardware/count", "", "count is %d, but %s sampled", hw.Count, plural(len(h.Devices), "device was", "devices were"))
	}
	for d, dev := range hw.Devices {
		if is(dev.MIG) && (d >= len(h.Devices) || !is(h.Devices[d].MIG)) {
			j.say("V16", "E", Error, fmt.Sprintf("/hardware/devices/%d/mig", d), "turn it off with nvidia-smi -mig 0", "the device is in MIG mode; its energy cannot be attributed")
		}
		if !seen[dev.UUIDSHA256] {
			j.say("V18", "E", Error, fmt.Sprintf("/hardware/devices/%d/uuid_sha256", d), "", "this device was not sampled")
		}
		if dev.Name != hw.Devices[0].Name && !is(hw.Mixed) {
			j.say("V18", "E", Error, fmt.Sprintf("/hardware/devices/%d/name", d), "declare it with hardware.mixed", "devices of several models: %s and %s", Clip(hw.Devices[0].Name), Clip(dev.Name))
		}
	}
	for d := range j.s.End.Devices {
		if end := &j.s.End.Devices[d]; d >= len(h.Devices) || end.UUIDSHA256 != h.Devices[d].UUIDSHA256 {
			j.say("V18", "E", Error, "/hardware/devices", "see in `nvidia-smi` and the kernel's log whether a GPU was lost", "the device set changed while it was measured: %s at the end", deviceName(end))
		}
	}
	if len(j.s.End.Devices) != len(h.Devices) {
		j.say("V18", "E", Error, "/hardware/devices", "see in `nvidia-smi` and the kernel's log whether a GPU was lost", "%s at the start, %d at the end", plural(len(h.Devices), "device", "devices"), len(j.s.End.Devices))
	}
}

// settings is V19.
func (j *judge) settings() {
	h := &j.s.Header
	for d := range h.Devices {
		dev := &h.Devices[d]
		name, where := deviceName(dev), fmt.Sprintf("/hardware/devices/%d", d)
		if limit, normal := valueOf(dev.LimitMW), valueOf(dev.DefaultMW); limit > 0 && limit < normal {
			j.say("V19", "E", Warn, where+"/power_limit_w", "", "%s: power limit %.0f W is below the default of %.0f W", name, float64(limit)/1000, float64(normal)/1000)
		}
		for i := range j.s.Slow {
			v := &j.s.Slow[i]
			if d < len(v.Limit) && v.Limit[d] != nil && dev.LimitMW != nil && *v.Limit[d] != *dev.LimitMW {
				j.say("V19", "E", Error, where+"/power_limit_w", "set the power limit before the run and leave it", "%s: power limit changed %.0f -> %.0f W at %.1f s", name, float64(*dev.LimitMW)/1000, float64(*v.Limit[d])/1000, float64(v.T)/1e6)
				break
			}
		}
		if d >= len(j.s.End.Devices) {
			continue // V18 says so
		}
		end := &j.s.End.Devices[d]
		for _, c := range []struct {
			what string
			same bool
		}{
			{"driver", dev.Driver == end.Driver},
			{"enforced power limit", same(dev.LimitMW, end.LimitMW)},
			{"ECC mode", same(dev.ECC, end.ECC)},
			{"persistence mode", same(dev.Persistence, end.Persistence)},
			{"locked SM clock", same(dev.LockedSM, end.LockedSM)},
			{"locked memory clock", same(dev.LockedMem, end.LockedMem)},
			{"MIG mode", same(dev.MIG, end.MIG)},
		} {
			if !c.same {
				j.say("V19", "E", Error, where, "set it before the run and leave it", "%s: %s changed while it was measured", name, c.what)
			}
		}
	}
}

func same[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

func is(p *bool) bool { return p != nil && *p }

// repeats is V23.
func (j *judge) repeats() {
	runs := j.s.Header.Runs
	if len(runs) < 3 {
		j.say("V23", "R", Error, "/window", "measure with --repeats 3", "%s; ranked results need 3", plural(len(runs), "run", "runs"))
	}
	for _, h := range runs[min(1, len(runs)):] {
		if h.Seed != runs[0].Seed || h.Config != runs[0].Config || h.Rule != runs[0].Rule {
			j.say("V23", "R", Error, at(slices.IndexFunc(runs, func(r SampleRun) bool { return r.Run == h.Run })), "measure all runs of a result with one command", "run %d differs from run %d in seed or configuration", h.Run, runs[0].Run)
		}
	}
	for _, key := range []string{"energy_per_output_token_j", "output_tokens_per_s"} {
		if m, ok := j.sum.Metrics[key]; ok && m.CV != nil {
			j.graded("V23", "R", "/metrics/"+key, "leave the machine alone, and measure again with a longer window", *m.CV, 0.05, 0.15, "runs differ: %s varies by %.1f %%", key, 100**m.CV)
		}
	}
}

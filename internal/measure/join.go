// Joining: traces of the load and samples of the energy meter, both on one clock,
// become the records of a samples file (R2 to R5). Nothing is computed here.

package measure

import (
	"encoding/hex"
	"slices"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// at is a time of a trace as a record holds it: absent where it was not seen.
func at(us int64) *int64 {
	if us < 0 {
		return nil
	}
	return &us
}

func hash16(h [16]byte) string {
	if h == ([16]byte{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// record translates a trace. Warm-up records are kept without their events (R4).
func record(t *load.Trace, run int, phase string) result.RequestRecord {
	q := result.RequestRecord{
		I: t.Index, Run: run, Ph: phase,
		Sched: at(t.Sched), Start: at(t.Start), Sent: at(t.Sent), Hdr: at(t.Hdr), First: at(t.First), Out: at(t.Out), Last: at(t.Last), End: at(t.End),
		Oc: t.Outcome, HTTP: t.HTTP, Fin: clipName(t.Finish),
		Np: at(t.Np), Nc: at(t.Nc), Nr: at(t.Nr), Ncache: at(t.NCached),
		Max: t.Max, Src: t.TokenSource, Tl: t.Timeline, By: t.Bytes, Dial: t.Dialed,
		Fl: slices.Sorted(slices.Values(t.Flags)), Ph16: hash16(t.PromptHash), Oh16: hash16(t.OutputHash), Ra: clipName(t.RetryAfter),
	}
	if len(q.Fl) == 0 {
		q.Fl = nil
	}
	if phase != result.PhaseWarm {
		q.Dt, q.Dn = t.Gaps, t.Counts
	}
	return q
}

// sampleDevice is a GPU as the header and the end of a samples file name it.
func sampleDevice(d energy.Device, driver, salt string, update energy.Update) result.SampleDevice {
	s := result.SampleDevice{
		UUIDSHA256: hashUUID(salt, d.UUID), Source: result.SourceCounter, PowerSource: d.PowerSource, Scope: d.Scope,
		Driver: driver, LimitMW: d.PowerLimitMW, DefaultMW: d.PowerLimitDefaultMW,
		ECC: d.ECC, Persistence: d.Persistence, MIG: d.MIG, LockedSM: d.AppSMClockMHz, LockedMem: d.AppMemClockMHz,
	}
	if d.CounterSource == "" {
		s.Source = d.PowerSource // E1: integrated power, class at most energy
	}
	if update.Measured {
		s.UpdateUs = update.US
	}
	if d.VGPU != "" {
		yes := true
		s.Virtual = &yes
	}
	return s
}

// asSeen is device i of G at the end of a job, so that comparing it with the
// start tells every change (V18, V19): one that a look in between saw and the end
// does not show counts, and a value that is not known any more is none.
func asSeen(start, end energy.Device, slow []energy.Slow, i int) energy.Device {
	for k := range slow {
		st := &slow[k].State
		if slow[k].Dev != i || slow[k].Err != "" {
			continue
		}
		if st.UUID != start.UUID {
			end.UUID = st.UUID
		}
		differs(&end.ECC, start.ECC, st.ECC)
		differs(&end.Persistence, start.Persistence, st.Persistence)
		differs(&end.MIG, start.MIG, st.MIG)
		differs(&end.AppSMClockMHz, start.AppSMClockMHz, st.AppSMClockMHz)
	}
	known(&end.ECC, start.ECC)
	known(&end.Persistence, start.Persistence)
	known(&end.MIG, start.MIG)
	known(&end.AppSMClockMHz, start.AppSMClockMHz)
	known(&end.AppMemClockMHz, start.AppMemClockMHz)
	known(&end.PowerLimitMW, start.PowerLimitMW)
	return end
}

// differs takes what was seen, where it is not what it was at the start.
func differs[T comparable](end **T, start, seen *T) {
	if start != nil && seen != nil && *seen != *start {
		*end = seen
	}
}

// known keeps the start's value where the end gives none.
func known[T any](end **T, start *T) {
	if *end == nil {
		*end = start
	}
}

// addEnergy puts what the sampler saw into the file.
func addEnergy(s *result.SamplesFile, e *energy.Samples, own map[int]bool) {
	last := int64(-1)
	for i := range e.Ticks {
		t := &e.Ticks[i]
		if t.T <= last { // two passes within a microsecond: the later one says it all
			continue
		}
		last = t.T
		s.Ticks = append(s.Ticks, result.GPUTick{T: t.T, Len: t.Len, P: t.PowerMW, C: t.EnergyMJ})
	}
	n := len(e.Devices)
	last = -1
	for i := range e.Slow {
		rec := &e.Slow[i]
		if rec.Err != "" || rec.Dev >= n {
			continue
		}
		v := slowState(rec, n, own)
		v.T = max(v.T, last+1) // lines are in order; devices are read one after the other
		last = v.T
		s.Slow = append(s.Slow, v)
	}
	for d := range e.Stats.Devices {
		s.End.Reads = append(s.End.Reads, e.Stats.Devices[d].Reads)
		s.End.ZeroReads = append(s.End.ZeroReads, e.Stats.Devices[d].ZeroPower)
	}
	s.End.Misses = e.Stats.Misses
}

// slowState is the state of one device; the others of G are absent in its line.
func slowState(rec *energy.Slow, n int, own map[int]bool) result.SlowState {
	st := &rec.State
	one := func(v *int64) []*int64 {
		if v == nil {
			return nil
		}
		list := make([]*int64, n)
		list[rec.Dev] = v
		return list
	}
	v := result.SlowState{
		T: rec.T, SM: one(st.SMClockMHz), Mem: one(st.MemClockMHz), Temp: one(st.TempC), Limit: one(st.PowerLimitMW),
		Used: one(st.MemUsedBytes), Util: one(st.UtilPercent),
	}
	if st.ReasonSource == energy.ReasonCounter {
		for name, ns := range st.ReasonNS {
			if v.Throttle == nil {
				v.Throttle = map[string][]*int64{}
			}
			v.Throttle[name] = one(&ns)
		}
	} else if st.ReasonSource == energy.ReasonMask {
		mask := reasonMask(st.Reasons)
		v.Reasons = one(&mask)
	}
	for _, p := range energy.Foreign(st.Procs, own) {
		f := result.ForeignProcess{Device: rec.Dev, Pid: int64(p.PID)}
		if p.MemoryBytes != nil {
			f.Bytes = *p.MemoryBytes
		}
		v.Foreign = append(v.Foreign, f)
	}
	return v
}

// reasonBits are the driver's bits of clock-event reasons, as samples files keep
// them where the driver counts no time (M1).
var reasonBits = map[string]int64{
	"gpu_idle": 1 << 0, "app_clocks": 1 << 1, "sw_power_cap": 1 << 2, "hw_slowdown": 1 << 3, "sync_boost": 1 << 4,
	"sw_thermal": 1 << 5, "hw_thermal": 1 << 6, "hw_power_brake": 1 << 7, "display_clock": 1 << 8,
}

func reasonMask(names []string) (mask int64) {
	for _, n := range names {
		mask |= reasonBits[n]
	}
	return mask
}

// addCPU puts CPU energy and the machine's load into lines of one a second.
func addCPU(s *result.SamplesFile, zones []energy.Zone, ticks []energy.CPUTick, busy []busyTick) {
	for _, z := range zones {
		s.Header.CPUZones = append(s.Header.CPUZones, result.CPUZone{Name: z.Name, Kind: z.Kind, MaxUJ: z.MaxRangeUJ})
	}
	for _, t := range ticks {
		s.CPU = append(s.CPU, result.CPUTick{T: t.T, E: t.UJ})
	}
	for _, b := range busy {
		s.CPU = append(s.CPU, result.CPUTick{T: b.T, Busy: &b.Busy})
	}
	slices.SortStableFunc(s.CPU, func(a, b result.CPUTick) int { return int(a.T - b.T) })
	for i := 1; i < len(s.CPU); i++ {
		s.CPU[i].T = max(s.CPU[i].T, s.CPU[i-1].T+1)
	}
}

// busyTick is how busy all cores were since the one before, in thousandths.
type busyTick struct{ T, Busy int64 }

// epochClock is the one clock of a job (C1, C2), for load and energy alike.
type epochClock struct {
	energy.SystemClock
	epoch time.Time
}

func newEpochClock(now time.Time) epochClock {
	return epochClock{SystemClock: energy.NewSystemClock(now), epoch: now}
}

// anchor is the wall clock beside ours (C4). The wall time is read between two
// looks at our clock, so that a pause between them cannot pass for a step.
func (c epochClock) anchor() result.Anchor {
	best := result.Anchor{}
	width := int64(1) << 62
	for range 3 {
		a := c.Now()
		wall := time.Now().Round(0).UnixMicro()
		b := c.Now()
		if b-a < width {
			width, best = b-a, result.Anchor{T: a + (b-a)/2, UnixUs: wall}
		}
	}
	return best
}

// What a result says of itself against what its samples say: a fact that both
// hold is the samples' to tell (parts of V04, V07, V10, V18, V19, V21 and V23).

package result

import (
	"fmt"
	"math"
	"time"
)

// facts compares every declaration of the result that samples hold as well.
func (j *judge) facts() {
	j.began()
	j.counts()
	j.seed()
	if j.energy {
		j.windowRules()
		j.boundary()
		j.spread()
		j.deviceFacts()
	}
}

// maxBeganApart is how far measured_at, which is in whole seconds, may lie from
// the wall time at which the samples begin.
const maxBeganApart = time.Minute

// began holds measured_at against the epoch of the samples (C4).
func (j *judge) began() {
	said, err := time.Parse(time.RFC3339, j.r.MeasuredAt)
	if err != nil {
		return // Check says so
	}
	epoch := time.UnixMicro(j.s.Header.EpochUnixUs).UTC()
	if apart := said.Sub(epoch); apart > maxBeganApart || apart < -maxBeganApart {
		j.say("V04", "A", Error, "/measured_at", "", "measured_at is %s, the samples begin at %s", Clip(j.r.MeasuredAt), epoch.Format(time.RFC3339))
	}
}

// counts holds the numbers of the workload against the records (V07).
func (j *judge) counts() {
	asked := j.r.Workload.Requests
	for i, h := range j.s.Header.Runs {
		// Where a length was asked for, the first run alone says how many it gave.
		if (h.Rule == WindowDuration || h.Rule == WindowOpen) && i > 0 {
			continue
		}
		if n := int64(len(j.s.run(h.Run))); n != asked {
			j.say("V07", "A", Error, "/workload/requests", "", "run %d has %d records, workload.requests is %d", h.Run, n, asked)
		}
	}
	var warm int64
	for i := range j.s.Requests {
		if j.s.Requests[i].Ph == PhaseWarm {
			warm++
		}
	}
	if said := j.r.Workload.Warmup; max(1, warm) != max(1, said) {
		j.say("V07", "A", Error, "/workload/warmup_requests", "", "the warm-up has %d records, workload.warmup_requests is %d", warm, said)
	}
	l := j.r.Workload.Load
	if l == nil || l.Mode != LoadOpen || l.RatePerS == nil || *l.RatePerS <= 0 {
		return
	}
	for _, h := range j.s.Header.Runs {
		due := times(j.s.run(h.Run), func(q *RequestRecord) *int64 { return q.Sched })
		if len(due) < 2 || due[len(due)-1] <= due[0] {
			continue
		}
		rate := float64((len(due)-1)*1_000_000) / float64(due[len(due)-1]-due[0])
		// Gaps drawn at random have a mean that strays by 1/sqrt(n); six times that
		// does not happen.
		stray := 0.01
		if l.Arrivals != "constant" {
			stray += 6 / math.Sqrt(float64(len(due)-1))
		}
		if math.Abs(rate / *l.RatePerS - 1) > stray {
			j.say("V07", "A", Error, "/workload/load/rate_per_s", "", "requests of run %d were due at %.4g per second, workload.load.rate_per_s is %.4g", h.Run, rate, *l.RatePerS)
			return
		}
	}
}

// seed is the part of V23 that looks at the result.
func (j *judge) seed() {
	if runs := j.s.Header.Runs; len(runs) > 0 && j.r.Workload.Seed != nil && runs[0].Seed != *j.r.Workload.Seed {
		j.say("V23", "R", Error, "/workload/seed", "", "workload.seed is %d, the runs were drawn from %d", *j.r.Workload.Seed, runs[0].Seed)
	}
}

// maxLateStartUs is how long after the end of dispatch a request that was taken
// before may still start.
const maxLateStartUs = 1_000_000

// windowRules is the part of V10 that asks whether the rule of the window is the
// load's own, and whether dispatch ended when it is said to have.
func (j *judge) windowRules() {
	l := j.r.Workload.Load
	if l == nil || l.Mode != LoadClosed {
		return
	}
	for i, h := range j.s.Header.Runs {
		switch {
		case h.Rule == WindowDuration && l.DurationS == nil:
			j.say("V10", "E", Error, at(i), "", "the window is that of a given duration, but workload.load names none")
		case h.Rule == WindowClosed && l.DurationS != nil:
			j.say("V10", "E", Error, "/workload/load/duration_s", "", "workload.load.duration_s is %s, but the window is that of a given number of requests", show(*l.DurationS))
		}
		if h.Rule == WindowWhole {
			continue
		}
		var late many
		for _, q := range j.s.run(h.Run) {
			if q.Start != nil && *q.Start > h.Stop+maxLateStartUs {
				late.add("request %d of run %d started %.1f s after dispatch had stopped", q.I, h.Run, float64(*q.Start-h.Stop)/1e6)
			}
		}
		j.sayMany("V10", "E", Error, "", &late)
	}
}

// boundary is the part of V18 that asks whether the joules are what the result
// says that they include (E14): the samples hold those of GPUs or of modules.
func (j *judge) boundary() {
	want, by := "gpu", ""
	for d := range j.s.Header.Devices {
		if dev := &j.s.Header.Devices[d]; dev.Scope == "module" {
			want, by = "module", deviceName(dev)
			break
		}
	}
	switch b := j.r.Boundary; {
	case b != nil && b.Includes == want:
	case want == "module":
		j.say("V18", "E", Error, "/boundary/includes", "a board of its own holds such results", "%s measures the whole module, CPU included; boundary.includes must be module", by)
	case b != nil:
		j.say("V18", "E", Error, "/boundary/includes", "", "boundary.includes is %q, but the samples hold the energy of GPUs alone", Clip(b.Includes))
	}
}

// spread is the part of V18 that finds a server on devices that were not sampled,
// such as those of another host: each tensor and pipeline part has its own.
func (j *judge) spread() {
	sw := j.r.Software
	if sw == nil || sw.Parallelism == nil {
		return
	}
	tensor, pipeline := max(1, sw.Parallelism.Tensor), max(1, sw.Parallelism.Pipeline)
	if n := int64(len(j.s.Header.Devices)); tensor > n || pipeline > n/tensor {
		j.say("V18", "E", Error, "/software/parallelism", "measure with --no-energy where a server spans several machines",
			"the server is spread over %d x %d devices, but %s sampled", tensor, pipeline, plural(int(n), "device was", "devices were"))
	}
}

// deviceFacts holds the device records of the result against the samples (V16,
// V19): the rules judge by the samples, so the result must say the same.
func (j *judge) deviceFacts() {
	if hw := j.r.Hardware; hw != nil {
		for d := range hw.Devices {
			for k := range j.s.Header.Devices {
				if dev := &j.s.Header.Devices[k]; dev.UUIDSHA256 == hw.Devices[d].UUIDSHA256 {
					j.deviceFact(fmt.Sprintf("/hardware/devices/%d", d), &hw.Devices[d], dev)
					break
				}
			}
		}
	}
	sw := j.r.Software
	for d := range j.s.Header.Devices {
		if dev := &j.s.Header.Devices[d]; sw != nil && dev.Driver != "" && sw.Driver != dev.Driver {
			j.say("V19", "E", Error, "/software/driver", "", "driver is %q, %s was measured with %q", Clip(sw.Driver), deviceName(dev), Clip(dev.Driver))
			break
		}
	}
}

func (j *judge) deviceFact(where string, said *Device, dev *SampleDevice) {
	number := func(key string, said *float64, seen *int64, scale float64, unit string) {
		var value *float64
		if seen != nil && *seen > 0 {
			value = new(float64(*seen) / scale)
		}
		switch {
		case same(said, value):
		case value == nil:
			j.say("V19", "E", Error, where+"/"+key, "", "%s: %s is %.6g %s, which the samples do not show", deviceName(dev), key, *said, unit)
		case said == nil:
			j.say("V19", "E", Error, where, "", "%s: %s is missing, the samples say %.6g %s", deviceName(dev), key, *value, unit)
		default:
			j.say("V19", "E", Error, where+"/"+key, "", "%s: %s is %.6g %s, the samples say %.6g %s", deviceName(dev), key, *said, unit, *value, unit)
		}
	}
	number("power_limit_w", said.PowerLimitW, dev.LimitMW, 1000, "W")
	number("power_limit_default_w", said.PowerLimitDefaultW, dev.DefaultMW, 1000, "W")
	number("sm_clock_mhz", said.SMClockMHz, dev.LockedSM, 1, "MHz")
	number("memory_clock_mhz", said.MemoryClockMHz, dev.LockedMem, 1, "MHz")
	// A board without such a mode has it off.
	if is(said.ECC) != is(dev.ECC) {
		j.say("V19", "E", Error, where+"/ecc", "", "%s: ecc is %v, the samples say %v", deviceName(dev), is(said.ECC), is(dev.ECC))
	}
	if is(said.Persistence) != is(dev.Persistence) {
		j.say("V19", "E", Error, where+"/persistence", "", "%s: persistence is %v, the samples say %v", deviceName(dev), is(said.Persistence), is(dev.Persistence))
	}
	if is(dev.MIG) && !is(said.MIG) {
		j.say("V16", "E", Error, where+"/mig", "", "%s: mig is off, the samples say that it is on", deviceName(dev))
	}
}

// Measured results together with their samples: a made-up server of exact
// timing and made-up GPUs of known power, so that every number is known before
// it is computed.

package resulttest

import (
	"bytes"
	"fmt"
	"strings"

	"jouleboard/internal/result"
)

// Spec describes a made-up measurement. Zero fields take the values in
// brackets.
type Spec struct {
	Concurrency int   // [4]
	Requests    int   // of one run [620], 66 s of the other defaults
	Runs        int   // [3]
	Rate        int   // requests a second; above 0 the loop is open and arrivals are constant
	FirstUs     int64 // from start to first token [50 ms]
	GapUs       int64 // between tokens [10 ms]
	InTokens    int64 // [200]
	OutTokens   int64 // [40]
	Devices     int   // [1]; -1 for a measurement without energy
	BusyMW      int64 // power of each device while requests run [500 W]
	IdleMW      int64 // and otherwise [120 W]
	UpdateUs    int64 // of the counter [100 ms]
	PeriodUs    int64 // of the sampler [50 ms]
}

// E2EUs is the end-to-end latency of every request.
func (sp Spec) E2EUs() int64 { return sp.FirstUs + (sp.OutTokens-1)*sp.GapUs }

func (sp Spec) filled() Spec {
	fill := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	fill64 := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	fill(&sp.Concurrency, 4)
	fill(&sp.Requests, 620)
	fill(&sp.Runs, 3)
	fill(&sp.Devices, 1)
	fill64(&sp.FirstUs, 50_000)
	fill64(&sp.GapUs, 10_000)
	fill64(&sp.InTokens, 200)
	fill64(&sp.OutTokens, 40)
	fill64(&sp.BusyMW, 500_000)
	fill64(&sp.IdleMW, 120_000)
	fill64(&sp.UpdateUs, 100_000)
	fill64(&sp.PeriodUs, 50_000)
	return sp
}

// Times of the made-up measurement, microseconds.
const (
	idleUs  = 30_000_000
	warmUs  = 30_000_000
	coolUs  = 10_000_000
	closeUs = 500 // from the last token to the end of the stream
	nextUs  = 100 // from one request's end to the next one's start
)

// Run returns a valid measured result of class ranked and its samples, changed
// by mods before anything is computed from them: the result is then what an
// honest program would write over bad samples. Without mods and with the
// defaults every latency is exact and the energy of a window is its length times
// the power, since polls and updates fall together.
func Run(sp Spec, mods ...func(*result.Result, *result.SamplesFile)) (*result.Result, *result.SamplesFile) {
	r, s, _ := RunFile(sp, mods...)
	return r, s
}

// RunFile is Run with the bytes of the samples file.
func RunFile(sp Spec, mods ...func(*result.Result, *result.SamplesFile)) (*result.Result, *result.SamplesFile, []byte) {
	sp = sp.filled()
	s := Samples(sp)
	r := unmeasured(sp, s)
	for _, mod := range mods {
		mod(r, s)
	}
	file, _ := Complete(r, s)
	return r, s, file
}

// Complete does what a measurement does once its records are there: windows,
// summary, verdict, samples file, seal. It returns the bytes of the samples
// file and the verdict.
func Complete(r *result.Result, s *result.SamplesFile) ([]byte, result.Verdict) {
	s.Sort()
	for i := range s.Header.Runs {
		h := &s.Header.Runs[i]
		if w, err := result.WindowOf(s, *r.Workload.Load, h.Run); err == nil && h.WindowEnd == 0 {
			h.WindowStart, h.WindowEnd = w.Start, w.End
		}
	}
	sum, _ := result.Summarize(r, s)
	result.Apply(r, sum)
	v := result.Judge(r, s)
	r.Class, r.Checks = v.Class, v.Checks()
	return Write(r, s), v
}

// Write forms the samples file, ties the result to it, and seals the result.
func Write(r *result.Result, s *result.SamplesFile) []byte {
	var b bytes.Buffer
	hash, records, err := result.WriteSamples(&b, s)
	if err != nil {
		panic(fmt.Sprintf("made-up samples cannot be written: %v", err))
	}
	r.Samples = &result.Samples{SHA256: hash, Records: records}
	if err := result.Seal(r); err != nil {
		r.ID = ""
	}
	return b.Bytes()
}

// unmeasured is a result with all that does not follow from samples.
func unmeasured(sp Spec, s *result.SamplesFile) *result.Result {
	r := Measured()
	r.Class, r.Window, r.Metrics, r.Distributions, r.Checks = "", nil, nil, nil, nil
	w := &r.Workload
	w.Requests, w.Warmup = int64(sp.Requests), int64(len(s.Requests)-sp.Runs*sp.Requests)
	w.InputTokens = &result.Length{Mean: float64(sp.InTokens), Stddev: P(0.0)}
	w.OutputTokens = &result.Length{Mean: float64(sp.OutTokens), Stddev: P(0.0)}
	w.MaxOutputTokens = sp.OutTokens
	w.Load = &result.Load{Mode: result.LoadClosed, Concurrency: int64(sp.Concurrency)}
	if sp.Rate > 0 {
		w.Load = &result.Load{Mode: result.LoadOpen, RatePerS: P(float64(sp.Rate)), Arrivals: "constant"}
	}
	r.Boundary = &result.Boundary{Includes: "gpu"}
	one := r.Hardware.Devices[0]
	r.Hardware.Devices, r.Hardware.Count = nil, int64(max(1, sp.Devices))
	for _, dev := range s.Header.Devices {
		one.UUIDSHA256 = dev.UUIDSHA256
		r.Hardware.Devices = append(r.Hardware.Devices, one)
	}
	if sp.Devices > 1 {
		r.Hardware.Interconnect = "nvlink"
	}
	if sp.Devices < 0 {
		r.Boundary = nil
	}
	return r
}

// Samples returns the records of the made-up measurement alone.
func Samples(sp Spec) *result.SamplesFile {
	sp = sp.filled()
	s := &result.SamplesFile{Header: result.SampleHeader{
		Method: result.Method, EpochUnixUs: 1_772_443_800_000_000, Units: result.SampleUnits, TokenSource: result.TokensUsage,
		Events: true, PeriodUs: sp.PeriodUs, PidVisibility: "full",
		Calibration: &result.SampleCalibration{Streams: int64(sp.Concurrency), FirstUs: 50_000, GapUs: 20_000, ChunksPerSec: P(int64(510_000))},
	}}
	b := runBuilder{sp: sp, s: s}
	b.now = 1_000_000
	s.Header.Idle = append(s.Header.Idle, result.SampleSpan{Start: b.now, End: b.now + idleUs})
	b.now += idleUs
	b.warmUp()
	for run := 1; run <= sp.Runs; run++ {
		if run > 1 {
			b.now += coolUs
		}
		b.measure(run)
	}
	b.now += coolUs
	s.Header.Idle = append(s.Header.Idle, result.SampleSpan{Start: b.now, End: b.now + idleUs})
	b.now += idleUs + 1_000_000
	b.calibration()
	b.host()
	b.devices()
	return s
}

type runBuilder struct {
	sp      Spec
	s       *result.SamplesFile
	now     int64
	busy    []result.SampleSpan
	prompts int64
}

// request appends one record that starts at t and returns its end.
func (b *runBuilder) request(run int, i, due, t int64) int64 {
	sp := b.sp
	first, last := t+sp.FirstUs, t+sp.E2EUs()
	b.prompts++
	q := result.RequestRecord{
		I: i, Run: run, Ph: result.PhaseRun,
		Sched: P(due), Start: P(t), Sent: P(t + 40), Hdr: P(first - 100), First: P(first), Out: P(first), Last: P(last), End: P(last + closeUs),
		Oc: result.OutcomeOK, HTTP: 200, Fin: "length", Np: P(sp.InTokens), Nc: P(sp.OutTokens), Ncache: P(int64(0)), Max: sp.OutTokens,
		Src: result.TokensUsage, Tl: result.TimelineExact, By: 4096, Dial: run == 0 && i < int64(sp.Concurrency),
		Ph16: fmt.Sprintf("%032x", b.prompts), Oh16: fmt.Sprintf("%032x", b.prompts+1<<32),
	}
	if run == 0 {
		q.Ph = result.PhaseWarm
	} else {
		for range sp.OutTokens - 1 {
			q.Dt = append(q.Dt, sp.GapUs)
		}
	}
	b.s.Requests = append(b.s.Requests, q)
	return *q.End
}

// loop keeps the concurrency until enough says no, starting spread over one
// latency (G4), and returns when dispatch stopped and when the last one closed.
func (b *runBuilder) loop(run int, more func(i, t int64) bool) (stop, end int64) {
	free := make([]int64, b.sp.Concurrency)
	for w := range free {
		free[w] = b.now + int64(w)*b.sp.E2EUs()/int64(len(free))
	}
	for i := int64(0); ; i++ {
		w := 0
		for v := range free {
			if free[v] < free[w] {
				w = v
			}
		}
		if !more(i, free[w]) {
			return stop, end
		}
		stop = free[w]
		closed := b.request(run, i, stop, stop)
		end = max(end, closed)
		free[w] = closed + nextUs
	}
}

func (b *runBuilder) warmUp() {
	from := b.now
	_, end := b.loop(0, func(_, t int64) bool { return t < from+warmUs })
	b.busy = append(b.busy, result.SampleSpan{Start: from, End: end})
	b.now = end
}

func (b *runBuilder) measure(run int) {
	h := result.SampleRun{Run: run, Rule: result.WindowClosed, Start: b.now, Config: strings.Repeat("ab", 32)}
	var end int64
	if b.sp.Rate > 0 {
		h.Rule = result.WindowOpen
		for i := range int64(b.sp.Requests) {
			h.Stop = b.now + i*1_000_000/int64(b.sp.Rate)
			end = b.request(run, i, h.Stop, h.Stop+20)
		}
	} else {
		h.Stop, end = b.loop(run, func(i, _ int64) bool { return i < int64(b.sp.Requests) })
	}
	b.s.Header.Runs = append(b.s.Header.Runs, h)
	b.busy = append(b.busy, result.SampleSpan{Start: h.Start, End: end})
	b.now = end
}

func (b *runBuilder) calibration() {
	for i := range int64(200) {
		t := i * 1000
		b.s.Calibration = append(b.s.Calibration, result.RequestRecord{
			I: i, Ph: result.PhaseCalibration, Sched: P(t), Start: P(t), First: P(t + 50_400), Out: P(t + 50_400), Last: P(t + 90_500), End: P(t + 90_600),
			Oc: result.OutcomeOK, HTTP: 200, Fin: "length", Nc: P(int64(3)), Src: result.TokensUsage, Tl: result.TimelineExact,
			Dt: []int64{20_200, 19_900},
		})
	}
}

// host writes what is read each second or more seldom.
func (b *runBuilder) host() {
	for t := int64(0); t <= b.now; t += 10_000_000 {
		b.s.Anchors = append(b.s.Anchors, result.Anchor{T: t, UnixUs: b.s.Header.EpochUnixUs + t + t/10_000_000})
	}
	b.s.Header.CPUZones = []result.CPUZone{{Name: "package-0", Kind: "package", MaxUJ: 1_000_000_000}, {Name: "dram", Kind: "dram", MaxUJ: 1_000_000_000}}
	for t := int64(0); t <= b.now; t += 1_000_000 {
		// 80 W and 12 W; the first counter wraps each 12.5 s.
		b.s.CPU = append(b.s.CPU, result.CPUTick{T: t, Busy: P(int64(120)), E: []*int64{P(80 * t % 1_000_000_000), P(12 * t % 1_000_000_000)}})
	}
}

// devices writes the GPUs' ticks: counters are the exact integral of power,
// moving once in an update period.
func (b *runBuilder) devices() {
	sp, s := b.sp, b.s
	n := max(sp.Devices, 0)
	if n == 0 {
		return
	}
	for d := range n {
		s.Header.Devices = append(s.Header.Devices, result.SampleDevice{
			UUIDSHA256: strings.Repeat(fmt.Sprintf("%02x", 0x5a+d), 32), Source: result.SourceCounter, PowerSource: "power_instant", Scope: "gpu",
			UpdateUs: sp.UpdateUs, Driver: "580.65.06", LimitMW: P(int64(700_000)), DefaultMW: P(int64(700_000)),
			ECC: P(true), Persistence: P(true), MIG: P(false), Virtual: P(false), LockedSM: P(int64(1980)), LockedMem: P(int64(2619)),
		})
	}
	s.End.Devices = append(s.End.Devices, s.Header.Devices...)
	for t := int64(0); t <= b.now; t += sp.PeriodUs {
		g := result.GPUTick{T: t, Len: 900}
		for d := range n {
			g.P = append(g.P, P(b.powerAt(t)))
			g.C = append(g.C, P(int64(1_000_000*(d+1))+b.energyAt(t/sp.UpdateUs*sp.UpdateUs)))
		}
		s.Ticks = append(s.Ticks, g)
	}
	all := func(v int64) []*int64 {
		xs := make([]*int64, n)
		for d := range xs {
			xs[d] = P(v)
		}
		return xs
	}
	for t := int64(0); t <= b.now; t += 1_000_000 {
		s.Slow = append(s.Slow, result.SlowState{
			T: t, SM: all(1965), Mem: all(2619), Temp: all(61), Limit: all(700_000), Reasons: all(0), Used: all(60 << 30), Util: all(98),
			Throttle: map[string][]*int64{result.ReasonHWThermal: all(0), result.ReasonSWThermal: all(0), result.ReasonHWPowerBrake: all(0), result.ReasonSWPowerCap: all(t * 10)},
		})
	}
	for range n {
		s.End.Reads, s.End.ZeroReads = append(s.End.Reads, int64(len(s.Ticks))), append(s.End.ZeroReads, 0)
	}
}

func (b *runBuilder) powerAt(t int64) int64 {
	for _, span := range b.busy {
		if t >= span.Start && t < span.End {
			return b.sp.BusyMW
		}
	}
	return b.sp.IdleMW
}

// energyAt is the integral of one device's power from 0 to t, in millijoules.
func (b *runBuilder) energyAt(t int64) int64 {
	nj := t * b.sp.IdleMW
	for _, span := range b.busy {
		nj += max(0, min(t, span.End)-span.Start) * (b.sp.BusyMW - b.sp.IdleMW)
	}
	return nj / 1_000_000
}

// A simulated GPU of known joules goes the way of a real one: sampler, samples
// file, summary, rules (X4).

package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// metered is what a sampler saw of simulated GPUs until a time, in a samples
// file as a job writes it.
func metered(t *testing.T, until int64, readUS int64, devs ...energy.FakeDevice) (*result.SamplesFile, *energy.Fake, []energy.Device) {
	t.Helper()
	clock := &energy.FakeClock{}
	fake, err := energy.NewFake(energy.FakeOptions{Clock: clock, Devices: devs, ReadUS: readUS})
	if err != nil {
		t.Fatal(err)
	}
	start, err := fake.Devices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e, err := energy.Record(t.Context(), fake, start, energy.Options{}, clock, until)
	if err != nil {
		t.Fatal(err)
	}
	end, err := fake.Devices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &result.SamplesFile{}
	for i, d := range start {
		u := energy.Update{US: devs[i].UpdateUS, Measured: devs[i].UpdateUS > 0}
		s.Header.Devices = append(s.Header.Devices, sampleDevice(d, simulatedDriver, "salt", u))
		if end[i].Problem == "" {
			s.End.Devices = append(s.End.Devices, sampleDevice(asSeen(d, end[i], e.Slow, i), simulatedDriver, "salt", u))
		}
	}
	addEnergy(s, &e, map[int]bool{7: true})
	return s, fake, start
}

// simulatedDriver is what made-up results name.
const simulatedDriver = "580.65.06"

// TestKnownJoules: whatever the curve, the update period, its phase and the
// window, the energy of a result differs from the truth by no more than the bound
// of E8, and twice its standard uncertainty covers 95 % of steady cases.
func TestKnownJoules(t *testing.T) {
	t.Parallel()
	cases := 10_000
	if testing.Short() {
		cases = 500
	}
	rng := rand.New(rand.NewPCG(4, 2))
	covered, judged := 0, 0
	for n := range cases {
		updateUS := []int64{10_000, 20_000, 100_000, 100_000, 200_000}[rng.IntN(5)]
		gpus := 1
		if n%10 == 0 {
			gpus = []int{2, 8}[n/10%2]
		}
		kind := rng.IntN(5)
		var devs []energy.FakeDevice
		var peaks []float64
		for range gpus {
			lo, hi := 60_000+40_000*rng.Float64(), 300_000+400_000*rng.Float64()
			var c energy.Curve
			switch kind {
			case 0:
				c = energy.Constant(hi)
			case 1:
				c = energy.Step{AtUS: 2_000_000 + rng.Int64N(6_000_000), Before: lo, After: hi}
			case 2:
				c = energy.Sine{Mean: (lo + hi) / 2, Amplitude: (hi - lo) / 2, PeriodUS: 50_000 + rng.Int64N(3_000_000)}
			case 3:
				c = energy.Square{High: hi, Low: lo, PeriodUS: updateUS, HighUS: updateUS / 4} // with the sensor
			case 4:
				c = energy.NewBatches(rng.Uint64(), lo, hi, 5_000+rng.Int64N(200_000))
			}
			devs = append(devs, energy.FakeDevice{Power: c, UpdateUS: updateUS, PhaseUS: rng.Int64N(updateUS), MeanPower: rng.IntN(2) == 0})
			peaks = append(peaks, hi)
		}
		from := 2_000_000 + rng.Int64N(200_000)
		to := from + 5_000_000 + rng.Int64N(1_000_000)
		s, fake, _ := metered(t, to+2_100_000, 100, devs...)
		last := to - 1 // the window of this rule ends one microsecond after it
		s.Header.Runs = []result.SampleRun{{Run: 1, Rule: result.WindowWhole, Start: from, Stop: from}}
		s.Requests = []result.RequestRecord{{Run: 1, Ph: result.PhaseRun, Start: &from, First: &last, Last: &last, End: &last, Oc: result.OutcomeOK}}
		r := &result.Result{Kind: result.KindDevice, Workload: result.Workload{Load: &result.Load{Mode: result.LoadClosed, Concurrency: 1}, Seed: new(int64(0))}}
		sum, findings := result.Summarize(r, s)
		if len(findings) > 0 || len(sum.Windows) != 1 || len(sum.Windows[0].Devices) != gpus {
			t.Fatalf("case %d: %v, %d windows", n, findings, len(sum.Windows))
		}
		w := sum.Windows[0]
		if w.StartUs != from || w.EndUs != to {
			t.Fatalf("case %d: window [%d, %d), want [%d, %d)", n, w.StartUs, w.EndUs, from, to)
		}
		for i, d := range w.Devices {
			off := math.Abs(float64(d.EnergyMJ) - fake.TrueMJ(i, from, to))
			// Readings miss the peaks of a fast curve (E3): the bound is that of
			// the true peak. A read may be a pass away from the middle of its
			// tick, and a counter counts whole mJ.
			slack := peaks[i]*float64(gpus)*100/1e6 + 2
			if bound := result.QuantBound(int64(math.Ceil(peaks[i])), updateUS, 50_000); off > bound+slack {
				t.Fatalf("case %d: curve %d, U %d us: off by %.0f mJ, bound %.0f", n, kind, updateUS, off, bound)
			}
			if kind == 0 { // u_q is stated for steady power
				judged++
				if off <= 2**d.UQuantMJ+2 {
					covered++
				}
			}
		}
	}
	if float64(covered) < 0.95*float64(judged) || judged < 50 {
		t.Errorf("twice u_q covers %d of %d", covered, judged)
	}
}

// TestMeterRules lets each thing that can go wrong with a GPU happen during a run
// of 70 s, and names the rule that says so.
func TestMeterRules(t *testing.T) {
	t.Parallel()
	spec := resulttest.Spec{Concurrency: 2, Requests: 110, Runs: 1, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000}
	plain := resulttest.Samples(spec)
	busy, from := plain.Header.Idle[0].End, plain.Header.Runs[0].Start+20_000_000
	until := plain.Ticks[len(plain.Ticks)-1].T
	const second = 1_000_000
	type faults []energy.Fault
	for name, c := range map[string]struct {
		faults faults
		dev    energy.FakeDevice
		want   string // "" for none, "V12" for an error, "V12?" for a warning
	}{
		"nothing":                       {},
		"mean power":                    {dev: energy.FakeDevice{MeanPower: true}},
		"the counter falls":             {faults: faults{{Kind: energy.FaultFall, FromUS: from, By: 800_000}}, want: "V13"},
		"the counter jumps":             {faults: faults{{Kind: energy.FaultJump, FromUS: from, By: 500_000}}, want: "V13"},
		"the counter stands for 3 s":    {faults: faults{{Kind: energy.FaultFreeze, FromUS: from, ToUS: from + 3*second}}, want: "V13"},
		"the counter stands for 0.9 s":  {faults: faults{{Kind: energy.FaultFreeze, FromUS: from, ToUS: from + 9*second/10}}},
		"the counter reads 0 for 3 s":   {faults: faults{{Kind: energy.FaultZeroCounter, FromUS: from, ToUS: from + 3*second}}, want: "V14"},
		"power reads 0 for 0.5 s":       {faults: faults{{Kind: energy.FaultZero, FromUS: from, ToUS: from + second/2}}, want: "V15"},
		"one power reading of 0":        {faults: faults{{Kind: energy.FaultZero, FromUS: from, ToUS: from + second/20}}},
		"not supported for 3 s":         {faults: faults{{Kind: energy.FaultNotSupported, FromUS: from, ToUS: from + 3*second}}, want: "V14"},
		"the GPU is lost":               {faults: faults{{Kind: energy.FaultLost, FromUS: from}}, want: "V14 V18"},
		"reads fail for 3 s":            {faults: faults{{Kind: energy.FaultGap, FromUS: from, ToUS: from + 3*second}}, want: "V14"},
		"reads fail for 1 s":            {faults: faults{{Kind: energy.FaultGap, FromUS: from, ToUS: from + second}}, want: "V14?"},
		"reads fail for 0.3 s":          {faults: faults{{Kind: energy.FaultGap, FromUS: from, ToUS: from + 3*second/10}}},
		"a tick is late by 5 s":         {faults: faults{{Kind: energy.FaultLate, FromUS: from, By: 5 * second}}, want: "V14"}, // its midpoint parts the gap
		"a tick is late by 2 s":         {faults: faults{{Kind: energy.FaultLate, FromUS: from, By: 2 * second}}, want: "V14?"},
		"a tick is late by 0.2 s":       {faults: faults{{Kind: energy.FaultLate, FromUS: from, By: second / 5}}},
		"MIG from the start":            {dev: energy.FakeDevice{MIG: true}, want: "V16"},
		"MIG is turned on":              {faults: faults{{Kind: energy.FaultMIG, FromUS: from}}, want: "V19"},
		"MIG is on for a while":         {faults: faults{{Kind: energy.FaultMIG, FromUS: from, ToUS: from + 5*second}}, want: "V19"},
		"a slice of a GPU":              {dev: energy.FakeDevice{VGPU: "vgpu"}, want: "V16"},
		"another GPU answers":           {faults: faults{{Kind: energy.FaultUUID, FromUS: from}}, want: "V18"},
		"another answers for a while":   {faults: faults{{Kind: energy.FaultUUID, FromUS: from, ToUS: from + 5*second}}, want: "V18"},
		"the limit changes":             {faults: faults{{Kind: energy.FaultLimit, FromUS: from, By: 650_000}}, want: "V19"},
		"the limit was low from before": {dev: energy.FakeDevice{LimitMW: 650_000}, want: "V19?"},
		"somebody else's process":       {faults: faults{{Kind: energy.FaultForeign, FromUS: from, ToUS: from + 2*second, By: 4242}}, want: "V17"},
		"the server's own process":      {dev: energy.FakeDevice{Procs: []energy.Proc{{PID: 7}}}},
		"slowed by heat for 20 s":       {faults: faults{{Kind: energy.FaultThermal, FromUS: from, ToUS: from + 20*second}}, want: "V20"},
		"slowed by heat for 3 s":        {faults: faults{{Kind: energy.FaultThermal, FromUS: from, ToUS: from + 3*second}}, want: "V20?"},
		"hotter by 15 C":                {faults: faults{{Kind: energy.FaultHot, FromUS: from, By: 65}}, want: "V20?"},
		"power reads 12 % more":         {faults: faults{{Kind: energy.FaultPowerGain, By: 12}}, want: "V12"},
		"power reads 7 % more":          {faults: faults{{Kind: energy.FaultPowerGain, By: 7}}, want: "V12?"},
		// What E3 says: nothing inside the machine can see the gain of a sensor
		// that counter and power share.
		"counter and power read 12 % more": {faults: faults{{Kind: energy.FaultGain, By: 12}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.dev.Power = energy.Step{AtUS: busy, Before: 120_000, After: 500_000}
			c.dev.Faults, c.dev.UpdateUS, c.dev.PhaseUS = c.faults, 100_000, 37_000
			gpu, _, devs := metered(t, until, 300, c.dev)
			r, s := resulttest.Run(spec, func(r *result.Result, s *result.SamplesFile) {
				s.Header.Devices, s.Ticks, s.Slow = gpu.Header.Devices, gpu.Ticks, gpu.Slow
				s.End.Devices, s.End.Reads, s.End.ZeroReads = gpu.End.Devices, gpu.End.Reads, gpu.End.ZeroReads
				r.Hardware.Devices[0] = (&job{env: Env{Salt: "salt"}}).device(devs[0])
			})
			v := result.Judge(r, s)
			found := map[string]result.Level{}
			for _, f := range v.Findings {
				if f.Rule >= "V12" && f.Rule <= "V20" && found[f.Rule] != result.Error {
					found[f.Rule] = f.Level
				}
			}
			var got []string
			for rule, level := range found {
				if level == result.Warn {
					rule += "?"
				}
				got = append(got, rule)
			}
			slices.Sort(got)
			if list := strings.Join(got, " "); list != c.want {
				t.Errorf("%q, want %q: %v", list, c.want, v.Findings)
			}
		})
	}
}

// TestProcessesThatNobodyKnows: in a container the driver lists numbers of the
// host. They are no strangers, and the result says that nobody could tell.
func TestProcessesThatNobodyKnows(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000), Procs: []energy.Proc{{PID: 1<<22 + 5}}})
	tr.mutate = func(p *Plan) { p.Timing.Idle = 2 * time.Second }
	tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency = 64, 60, []int64{4}
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond, MinLength: 40, MaxLength: 40}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, said(out))
	}
	var levels []result.Level
	for _, f := range out.Findings {
		if f.Rule == "V17" {
			levels = append(levels, f.Level)
		}
	}
	if !slices.Equal(levels, []result.Level{result.Warn}) {
		t.Errorf("V17 is %v, want one warning: %s", levels, said(out))
	}
}

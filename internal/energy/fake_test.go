package energy

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func curves() map[string]Curve {
	dial := NewDial(50_000)
	dial.Set(1_000_000, 700_000)
	dial.Set(1_500_000, 200_000)
	dial.Set(1_200_000, 250_000) // late: counts as 1.5 s
	return map[string]Curve{
		"constant": Constant(300_000),
		"step":     Step{AtUS: 2_000_000, Before: 80_000, After: 650_000},
		"early":    Step{AtUS: -2_000_000, Before: 80_000, After: 650_000},
		"sine":     Sine{Mean: 400_000, Amplitude: 300_000, PeriodUS: 730_000},
		"square":   Square{High: 700_000, Low: 90_000, PeriodUS: 100_000, HighUS: 25_000},
		"batches":  NewBatches(7, 80_000, 700_000, 40_000),
		"dial":     dial,
	}
}

// TestCurveIntegral holds each closed form against brute force.
func TestCurveIntegral(t *testing.T) {
	for name, c := range curves() {
		t.Run(name, func(t *testing.T) {
			if c.MilliJ(0) != 0 {
				t.Errorf("energy at 0 is %g", c.MilliJ(0))
			}
			const step = 50 // us
			for _, from := range []int64{-3_000_000, 0, 1_234_000} {
				if name == "dial" && from < 0 {
					continue
				}
				var sum float64
				for us := from; us < from+3_000_000; us += step {
					sum += c.MilliW(us+step/2) * step / 1e6
				}
				got := c.MilliJ(from+3_000_000) - c.MilliJ(from)
				if math.Abs(got-sum) > 0.0005*sum {
					t.Errorf("from %d: %g mJ, brute force %g", from, got, sum)
				}
			}
		})
	}
}

func TestBatchesRepeat(t *testing.T) {
	b := NewBatches(3, 1000, 2000, 100)
	period := b.ends[batches-1]
	for _, us := range []int64{0, 1, 99, period - 1} {
		if b.MilliW(us) != b.MilliW(us+5*period) || b.MilliW(us) != b.MilliW(us-period) {
			t.Errorf("power at %d does not repeat", us)
		}
		if d := b.MilliJ(us+5*period) - b.MilliJ(us); math.Abs(d-5*b.sums[batches]) > 1e-3 {
			t.Errorf("energy of five periods is %g", d)
		}
	}
}

func TestFakeCounter(t *testing.T) {
	b := newBench(t, 0, FakeDevice{Power: Constant(100_000), UpdateUS: 100_000, PhaseUS: 30_000, StartMJ: 5000})
	for _, tt := range []struct{ us, mj int64 }{
		{0, -2000}, // last moved at -70 ms
		{29_999, -2000}, {30_000, 8000}, {129_999, 8000}, {130_000, 18000},
	} {
		if got := b.fake.opt.Devices[0].joules(tt.us); got != tt.mj {
			t.Errorf("at %d us the counter is %d mJ, want %d", tt.us, got, tt.mj)
		}
	}
	if e := b.fake.TrueMJ(0, 1_000_000, 3_000_000); e != 200_000 {
		t.Errorf("true energy %g", e)
	}
}

func TestMeanPowerLags(t *testing.T) {
	b := newBench(t, 0, FakeDevice{Power: Step{AtUS: 1_000_000, Before: 100_000, After: 500_000}, MeanPower: true})
	b.clock.Advance(1_250_000)
	r, err := b.fake.Read(0)
	if err != nil || *r.PowerMW != 200_000 {
		t.Errorf("a mean over 1 s, a quarter of it at 500 W: %v, %v", *r.PowerMW, err)
	}
	if b.devs[0].PowerSource != PowerAverage {
		t.Error(b.devs[0].PowerSource)
	}
}

func TestNewFakeRefuses(t *testing.T) {
	if _, err := NewFake(FakeOptions{Clock: &FakeClock{}, Devices: []FakeDevice{{}}}); err == nil {
		t.Error("a device without power curve")
	}
	if _, err := NewFake(FakeOptions{}); err == nil {
		t.Error("no clock")
	}
}

// edgeEnergy is E7 by its words: the counter at a time lies on the line between
// the edge points around it.
func edgeEnergy(s Samples, dev int, from, to int64) (int64, bool) {
	type edge struct{ t, c int64 }
	var edges []edge
	var prev *int64
	for _, tick := range s.Ticks {
		c := tick.EnergyMJ[dev]
		if c == nil {
			continue
		}
		if prev != nil && *c != *prev {
			edges = append(edges, edge{tick.T, *c})
		}
		prev = c
	}
	at := func(t int64) (int64, bool) {
		for k := 1; k < len(edges); k++ {
			a, b := edges[k-1], edges[k]
			if a.t <= t && t <= b.t {
				return a.c + (b.c-a.c)*(t-a.t)/(b.t-a.t), true
			}
		}
		return 0, false
	}
	a, okA := at(from)
	b, okB := at(to)
	return b - a, okA && okB
}

// TestKnownJoules is X4: whatever the curve, the update period, its phase and
// the window, what the samples say differs from the truth by no more than the
// bound of E8, and twice the standard uncertainty covers 95 % of cases.
func TestKnownJoules(t *testing.T) {
	cases := 10_000
	if testing.Short() {
		cases = 500
	}
	rng := rand.New(rand.NewPCG(4, 2))
	covered, judged := 0, 0
	for n := range cases {
		U := []int64{10_000, 20_000, 100_000, 100_000, 200_000}[rng.IntN(5)]
		gpus := []int{1, 1, 1, 2, 8}[rng.IntN(5)]
		if n%10 != 0 {
			gpus = 1
		}
		var devs []FakeDevice
		var peaks []float64
		kind := rng.IntN(5)
		for range gpus {
			var c Curve
			lo, hi := 60_000+40_000*rng.Float64(), 300_000+400_000*rng.Float64()
			switch kind {
			case 0:
				c = Constant(hi)
			case 1:
				c = Step{AtUS: 2_000_000 + rng.Int64N(6_000_000), Before: lo, After: hi}
			case 2:
				c = Sine{Mean: (lo + hi) / 2, Amplitude: (hi - lo) / 2, PeriodUS: 50_000 + rng.Int64N(3_000_000)}
			case 3:
				c = Square{High: hi, Low: lo, PeriodUS: U, HighUS: U / 4} // with the sensor
			case 4:
				c = NewBatches(rng.Uint64(), lo, hi, 5_000+rng.Int64N(200_000))
			}
			devs = append(devs, FakeDevice{Power: c, UpdateUS: U, PhaseUS: rng.Int64N(U)})
			peaks = append(peaks, hi)
		}
		b := newBench(t, 100, devs...)
		from := 2_000_000 + rng.Int64N(200_000)
		T := 5_000_000 + rng.Int64N(1_000_000)
		s := b.record(t, from+T+2_000_000)
		gap := s.Stats.MedianGapUS
		for i := range devs {
			got, ok := edgeEnergy(s, i, from, from+T)
			if !ok {
				t.Fatalf("case %d: window not bracketed", n)
			}
			diff := math.Abs(float64(got) - b.fake.TrueMJ(i, from, from+T))
			u := max(U, gap)
			bound := peaks[i] * seconds(2*u+gap)
			// A read may be 50 us from the midpoint of its pass, and a counter
			// counts whole mJ.
			if diff > bound+peaks[i]*seconds(int64(gpus)*100)+2 {
				t.Fatalf("case %d: kind %d, U %d us: off by %.0f mJ, bound %.0f", n, kind, U, diff, bound)
			}
			if kind == 0 { // u_q is stated for steady power
				judged++
				if diff <= 2*float64(got)/seconds(T)*seconds(u+gap)/math.Sqrt(6)+2 {
					covered++
				}
			}
		}
	}
	if float64(covered) < 0.95*float64(judged) || judged < 50 {
		t.Errorf("twice u_q covers %d of %d", covered, judged)
	}
}

// TestDevicesApart: one fault stays with its device.
func TestDevicesApart(t *testing.T) {
	var devs []FakeDevice
	for i := range 8 {
		devs = append(devs, FakeDevice{Power: Constant(100_000 * float64(i+1)), PhaseUS: int64(i) * 12_000})
	}
	devs[5].Faults = []Fault{{Kind: FaultLost, FromUS: 3_000_000}}
	b := newBench(t, 0, devs...)
	s := b.record(t, 10_000_000)
	for i := range devs {
		failed := s.Stats.Devices[i].Failed
		if (failed > 0) != (i == 5) {
			t.Errorf("device %d: %d failed reads", i, failed)
		}
		if m, err := s.MeanPower(i, 0, 10_000_000); err != nil || m.MilliW != int64(i+1)*100_000 {
			t.Errorf("device %d: %+v, %v", i, m, err)
		}
	}
	if got, _ := b.fake.Devices(context.Background()); fmt.Sprint(got[5].UUID) == fmt.Sprint(got[4].UUID) {
		t.Error("two devices have one UUID")
	}
}

package energy

import (
	"context"
	"fmt"
	"math"
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
		// 10 s of 100 W for each place, in steps of 100 ms that end in its phase.
		if moved := *s.Ticks[50].EnergyMJ[i] - *s.Ticks[0].EnergyMJ[i]; moved != int64(i+1)*250_000 {
			t.Errorf("device %d: %d mJ in 2.5 s", i, moved)
		}
	}
	if got, _ := b.fake.Devices(context.Background()); fmt.Sprint(got[5].UUID) == fmt.Sprint(got[4].UUID) {
		t.Error("two devices have one UUID")
	}
}

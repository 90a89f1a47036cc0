package energy

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// bench is one fake, its clock and its devices.
type bench struct {
	clock *FakeClock
	fake  *Fake
	devs  []Device
}

func newBench(t *testing.T, readUS int64, devs ...FakeDevice) bench {
	t.Helper()
	clock := &FakeClock{}
	f, err := NewFake(FakeOptions{Clock: clock, Devices: devs, ReadUS: readUS})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := f.Devices(context.Background())
	return bench{clock, f, d}
}

func (b bench) record(t *testing.T, us int64) Samples {
	t.Helper()
	s, err := Record(context.Background(), b.fake, b.devs, Options{}, b.clock, b.clock.Now()+us)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func steady(faults ...Fault) FakeDevice { return FakeDevice{Power: Constant(400_000), Faults: faults} }

func TestSamplerGrid(t *testing.T) {
	b := newBench(t, 300, steady(), steady())
	s := b.record(t, 600_000_000)
	if n := len(s.Ticks); n != 12001 {
		t.Fatalf("%d ticks in ten minutes at 50 ms, want 12001", n)
	}
	for k, tick := range s.Ticks {
		// Two reads of 300 us: the midpoint is 300 us after the deadline (C5).
		if tick.T != int64(k)*DefaultPeriodUS+300 || tick.Len != 600 {
			t.Fatalf("tick %d is at %d, length %d: the grid drifts", k, tick.T, tick.Len)
		}
	}
	if s.Stats.Misses != 0 || s.Stats.MedianGapUS != 50_000 || s.Stats.LargestGapUS != 50_000 || s.Stats.MaxLenUS != 600 || s.Stats.Ticks != 12001 {
		t.Errorf("stats %+v", s.Stats)
	}
	perDevice := map[int]int{}
	for _, sl := range s.Slow {
		perDevice[sl.Dev]++
		if sl.T%1_000_000 > 60_000 {
			t.Fatalf("slow state of device %d at %d", sl.Dev, sl.T)
		}
	}
	if perDevice[0] != 601 || perDevice[1] != 600 {
		t.Errorf("slow states %v, want one a second of each device", perDevice)
	}
	if s.Slow[0].T == s.Slow[1].T {
		t.Error("slow states of two devices fall on one tick")
	}
}

func TestSamplerSkipsMissedDeadlines(t *testing.T) {
	b := newBench(t, 0, steady(Fault{Kind: FaultLate, FromUS: 1_000_000, By: 230_000}))
	s := b.record(t, 2_000_000)
	var late int
	for k := 1; k < len(s.Ticks); k++ {
		if s.Ticks[k].Len == 230_000 {
			late = k
		}
	}
	if late == 0 {
		t.Fatal("no late tick")
	}
	// Begun at 1.00 s, back at 1.23 s: 1.05, 1.10, 1.15 and 1.20 are skipped.
	if s.Stats.Misses != 4 {
		t.Errorf("%d misses, want 4", s.Stats.Misses)
	}
	if got := s.Ticks[late].T; got != 1_115_000 {
		t.Errorf("late tick at %d, want the midpoint 1115000", got)
	}
	if got := s.Ticks[late+1].T; got != 1_250_000 {
		t.Errorf("next tick at %d, want 1250000, on the old grid", got)
	}
	if s.Stats.LargestGapUS != 165_000 || s.Stats.LargestGapAt != 1_115_000 {
		t.Errorf("largest gap %d at %d", s.Stats.LargestGapUS, s.Stats.LargestGapAt)
	}
}

// TestFaults runs each fault of X4 and looks for its mark in the record, where
// the validity rules find it.
func TestFaults(t *testing.T) {
	const from, to = 10_000_000, 12_000_000
	at := func(s Samples, us int64) Tick {
		for _, tick := range s.Ticks {
			if tick.T >= us {
				return tick
			}
		}
		return Tick{}
	}
	slowAt := func(s Samples, us int64) State {
		for _, sl := range s.Slow {
			if sl.T >= us {
				return sl.State
			}
		}
		return State{}
	}
	tests := []struct {
		name  string
		fault Fault
		check func(t *testing.T, s Samples)
	}{
		{"V13: the counter falls by 812 kJ", Fault{FaultFall, from, 0, 812_000_000}, func(t *testing.T, s Samples) {
			if d := *at(s, from).EnergyMJ[0] - *at(s, from-100_000).EnergyMJ[0]; d > -811_000_000 {
				t.Errorf("counter changed by %d mJ", d)
			}
		}},
		{"V13: the counter jumps", Fault{FaultJump, from, 0, 500_000}, func(t *testing.T, s Samples) {
			if d := *at(s, from).EnergyMJ[0] - *at(s, from-100_000).EnergyMJ[0]; d != 540_000 {
				t.Errorf("counter changed by %d mJ", d)
			}
		}},
		{"V13: the counter stands still, and is right again afterwards", Fault{FaultFreeze, from, to, 0}, func(t *testing.T, s Samples) {
			if *at(s, from).EnergyMJ[0] != *at(s, to-100_000).EnergyMJ[0] {
				t.Error("counter moved")
			}
			if d := *at(s, to).EnergyMJ[0] - *at(s, from).EnergyMJ[0]; d != 800_000 {
				t.Errorf("counter changed by %d mJ over 2 s of 400 W", d)
			}
		}},
		{"V15: power reads 0 and is a gap", Fault{FaultZero, from, to, 0}, func(t *testing.T, s Samples) {
			if at(s, from).PowerMW[0] != nil || at(s, from).EnergyMJ[0] == nil || s.Stats.Devices[0].ZeroPower != 40 {
				t.Errorf("%+v", s.Stats)
			}
		}},
		{"V14: the counter reads 0 and is a gap", Fault{FaultZeroCounter, from, to, 0}, func(t *testing.T, s Samples) {
			if at(s, from).EnergyMJ[0] != nil || s.Stats.Devices[0].ZeroCounter != 40 {
				t.Errorf("%+v", s.Stats)
			}
		}},
		{"V14: NOT_SUPPORTED in a run", Fault{FaultNotSupported, from, to, 0}, func(t *testing.T, s Samples) {
			d := s.Stats.Devices[0]
			if at(s, from).EnergyMJ[0] != nil || at(s, from).PowerMW[0] != nil || d.Failed != 40 || d.FirstAtUS != from || !strings.Contains(d.FirstError, "not supported") {
				t.Errorf("%+v", d)
			}
			if at(s, to).EnergyMJ[0] == nil {
				t.Error("the gap does not end")
			}
		}},
		{"V14: the GPU is lost for good", Fault{FaultLost, from, 0, 0}, func(t *testing.T, s Samples) {
			last := s.Ticks[len(s.Ticks)-1]
			if last.EnergyMJ[0] != nil || last.PowerMW[0] != nil || !strings.Contains(s.Slow[len(s.Slow)-1].Err, "device is lost") {
				t.Errorf("%+v, slow %+v", last, s.Slow[len(s.Slow)-1])
			}
		}},
		{"V14: a gap", Fault{FaultGap, from, to, 0}, func(t *testing.T, s Samples) {
			if s.Stats.Devices[0].Failed != 40 || s.Stats.Misses != 0 {
				t.Errorf("%+v", s.Stats)
			}
		}},
		{"V16: MIG is switched on", Fault{FaultMIG, from, 0, 0}, func(t *testing.T, s Samples) {
			if *slowAt(s, from-1_500_000).MIG || !*slowAt(s, from).MIG {
				t.Error("not seen")
			}
		}},
		{"V17: a foreign process", Fault{FaultForeign, from, to, 4242}, func(t *testing.T, s Samples) {
			if f := Foreign(slowAt(s, from).Procs, map[int]bool{}); len(f) != 1 || f[0].PID != 4242 || *f[0].MemoryBytes != 9<<30 {
				t.Errorf("%+v", f)
			}
			if len(slowAt(s, to).Procs) != 0 {
				t.Error("it does not go")
			}
		}},
		{"V18: another device answers", Fault{FaultUUID, from, 0, 0}, func(t *testing.T, s Samples) {
			if slowAt(s, from).UUID == s.Devices[0].UUID || slowAt(s, 0).UUID != s.Devices[0].UUID {
				t.Error("not seen")
			}
		}},
		{"V19: the limit changes", Fault{FaultLimit, from, 0, 500_000}, func(t *testing.T, s Samples) {
			if *slowAt(s, 0).PowerLimitMW != 700_000 || *slowAt(s, from).PowerLimitMW != 500_000 {
				t.Error("not seen")
			}
		}},
		{"V20: slowed by heat", Fault{FaultThermal, from, to, 0}, func(t *testing.T, s Samples) {
			if ns := slowAt(s, to+500_000).ReasonNS["hw_thermal"]; ns != 2e9 {
				t.Errorf("%d ns", ns)
			}
		}},
		{"V12: power reads 12 % more", Fault{FaultPowerGain, 0, 0, 12}, func(t *testing.T, s Samples) {
			if p := *at(s, from).PowerMW[0]; p != 448_000 {
				t.Errorf("power %d mW", p)
			}
			if d := *at(s, 20_000_000).EnergyMJ[0] - *at(s, from).EnergyMJ[0]; d != 4_000_000 {
				t.Errorf("counter %d mJ", d)
			}
		}},
		{"E3: both read 12 % more and nothing here can tell", Fault{FaultGain, 0, 0, 12}, func(t *testing.T, s Samples) {
			if p := *at(s, from).PowerMW[0]; p != 448_000 {
				t.Errorf("power %d mW", p)
			}
			if d := *at(s, 20_000_000).EnergyMJ[0] - *at(s, from).EnergyMJ[0]; d != 4_480_000 {
				t.Errorf("counter %d mJ", d)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.check(t, newBench(t, 0, steady(tt.fault)).record(t, 25_000_000))
		})
	}
}

func TestStartRefuses(t *testing.T) {
	b := newBench(t, 0, steady(), steady())
	tests := []struct {
		name string
		devs []Device
		opt  Options
		want string
	}{
		{"period too short", b.devs, Options{PeriodUS: 19_999}, "from 20 to 200 ms"},
		{"period too long", b.devs, Options{PeriodUS: 200_001}, "from 20 to 200 ms"},
		{"a device twice", []Device{b.devs[0], b.devs[0]}, Options{}, "listed twice"},
		{"a device that could not be opened", []Device{{Problem: "no permission"}}, Options{}, "cannot be sampled: no permission"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Start(context.Background(), b.fake, tt.devs, tt.opt, b.clock)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestRealTime is the same loop on the clock of the machine (X1): what it must
// show is order and bracketing, not speed.
func TestRealTime(t *testing.T) {
	clock := NewSystemClock(time.Now())
	dial := NewDial(100_000)
	f, err := NewFake(FakeOptions{Clock: clock, ReadUS: 200, Devices: []FakeDevice{{Power: dial, UpdateUS: 20_000}}})
	if err != nil {
		t.Fatal(err)
	}
	devs, _ := f.Devices(context.Background())
	s, err := Start(context.Background(), f, devs, Options{PeriodUS: MinPeriodUS}, clock)
	if err != nil {
		t.Fatal(err)
	}
	clock.Wait(context.Background(), clock.Now()+200_000)
	dial.Set(clock.Now(), 500_000)
	clock.Wait(context.Background(), clock.Now()+300_000)
	if tick, slow, ok := s.Latest(); !ok || len(slow) != 1 || tick.PowerMW[0] == nil {
		t.Errorf("latest: %+v %+v %v", tick, slow, ok)
	}
	got := s.Stop()
	if again := s.Stop(); len(again.Ticks) != len(got.Ticks) {
		t.Error("a second Stop differs")
	}
	if len(got.Ticks) < 5 {
		t.Fatalf("%d ticks", len(got.Ticks))
	}
	for k := 1; k < len(got.Ticks); k++ {
		if got.Ticks[k].T <= got.Ticks[k-1].T || *got.Ticks[k].EnergyMJ[0] < *got.Ticks[k-1].EnergyMJ[0] {
			t.Fatalf("tick %d is out of order", k)
		}
	}
	if last := got.Ticks[len(got.Ticks)-1]; *last.PowerMW[0] != 500_000 || *got.Ticks[0].PowerMW[0] != 100_000 {
		t.Errorf("power went from %d to %d", *got.Ticks[0].PowerMW[0], *last.PowerMW[0])
	}
}

func TestStopEndsWithContext(t *testing.T) {
	clock := NewSystemClock(time.Now())
	f, _ := NewFake(FakeOptions{Clock: clock, Devices: []FakeDevice{steady()}})
	devs, _ := f.Devices(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, f, devs, Options{}, clock)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.done // ends by itself
	if got := s.Stop(); got.Stats.Hung {
		t.Error("a sampler that ended is called hung")
	}
	if _, err := Record(ctx, f, devs, Options{}, clock, 1<<40); !errors.Is(err, context.Canceled) {
		t.Errorf("Record with an ended context: %v", err)
	}
}

// stuck is a source whose second read does not come back.
type stuck struct {
	*Fake
	reads   int
	release chan struct{}
}

func (s *stuck) Read(dev int) (Reading, error) {
	if s.reads++; s.reads > 1 {
		<-s.release
	}
	return s.Fake.Read(dev)
}

func TestStopLeavesAReadThatHangs(t *testing.T) {
	clock := NewSystemClock(time.Now())
	f, _ := NewFake(FakeOptions{Clock: clock, Devices: []FakeDevice{steady()}})
	devs, _ := f.Devices(context.Background())
	src := &stuck{Fake: f, release: make(chan struct{})}
	s, err := Start(context.Background(), src, devs, Options{PeriodUS: MinPeriodUS}, clock)
	if err != nil {
		t.Fatal(err)
	}
	clock.Wait(context.Background(), clock.Now()+100_000)
	s.wait = 10 * time.Millisecond
	got := s.Stop()
	if !got.Stats.Hung || len(got.Ticks) != 1 {
		t.Errorf("hung %v with %d ticks", got.Stats.Hung, len(got.Ticks))
	}
	s.wait = time.Hour // nobody waits twice
	if again := s.Stop(); !again.Stats.Hung {
		t.Error("a second Stop does not say that the read hangs")
	}
	close(src.release)
	<-s.done
	if len(got.Ticks) != 1 {
		t.Error("what Stop gave has changed")
	}
	if again := s.Stop(); again.Stats.Hung || len(again.Ticks) != 2 {
		t.Errorf("once it has come back: hung %v, %d ticks", again.Stats.Hung, len(again.Ticks))
	}
}

func TestUpdatePeriods(t *testing.T) {
	tests := []struct {
		name     string
		dev      FakeDevice
		us       int64
		measured bool
	}{
		{"100 ms, as on most boards", FakeDevice{UpdateUS: 100_000, PhaseUS: 37_000}, 100_000, true},
		{"20 ms", FakeDevice{UpdateUS: 20_000}, 20_000, true},
		{"500 ms, the slowest", FakeDevice{UpdateUS: 500_000, PhaseUS: 3}, 500_000, true},
		{"25 ms, between two polls", FakeDevice{UpdateUS: 25_000}, 25_000, true},
		{"0.9 s: three changes, too few to tell", FakeDevice{UpdateUS: 900_000}, 100_000, false},
		{"no counter", FakeDevice{NoCounter: true}, 100_000, false},
		{"stands still", FakeDevice{Faults: []Fault{{Kind: FaultFreeze}}}, 100_000, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.dev.Power = Constant(300_000)
			b := newBench(t, 0, steady(), tt.dev)
			u, err := UpdatePeriods(context.Background(), b.fake, b.devs, b.clock)
			if err != nil {
				t.Fatal(err)
			}
			if d := u[1].US - tt.us; u[1].Measured != tt.measured || d < -5000 || d > 5000 {
				t.Errorf("%+v, want %d us, measured %v", u[1], tt.us, tt.measured)
			}
			if u[0].US != 100_000 || !u[0].Measured {
				t.Errorf("the other device: %+v", u[0])
			}
		})
	}
}

// TestAbsentIsNotFailed: a number that a device never had is no failed read.
func TestAbsentIsNotFailed(t *testing.T) {
	b := newBench(t, 0, FakeDevice{Power: Constant(90_000), NoCounter: true}, FakeDevice{Power: Constant(80_000), NoPower: true})
	s := b.record(t, 30_000_000)
	if s.Stats.Devices[0].Failed != 0 || s.Stats.Devices[1].Failed != 0 {
		t.Errorf("%+v", s.Stats.Devices)
	}
	if g := s.Ticks[300]; g.EnergyMJ[0] != nil || g.PowerMW[0] == nil || g.EnergyMJ[1] == nil || g.PowerMW[1] != nil {
		t.Errorf("%+v", g)
	}
}

func TestExamine(t *testing.T) {
	b := newBench(t, 0, steady(), FakeDevice{Power: Constant(1000), NoCounter: true, MIG: true}, steady(Fault{Kind: FaultFall, FromUS: 1_000_000, By: 1_000_000}))
	rep, err := Examine(context.Background(), b.fake, b.clock)
	if err != nil {
		t.Fatal(err)
	}
	d := rep.Devices[0]
	if c := d.Capabilities[0]; c.Name != CounterTotal || !c.Supported || !c.Used || !c.Update.Measured || c.Update.US != 100_000 || c.Falls || c.Value == nil {
		t.Errorf("counter %+v", c)
	}
	if c := d.Capabilities[1]; !c.Supported || !c.Used || c.Update.Measured || *c.Value != 400_000 {
		t.Errorf("power that does not move: %+v", c)
	}
	if c := rep.Devices[1].Capabilities[0]; c.Supported || c.Err != "not supported by this device or driver" || c.Value != nil {
		t.Errorf("missing counter %+v", c)
	}
	if !strings.Contains(rep.Devices[1].Refused, "MIG mode") || d.Refused != "" {
		t.Errorf("refused %q, %q", rep.Devices[1].Refused, d.Refused)
	}
	if !rep.Devices[2].Capabilities[0].Falls {
		t.Error("a falling counter is not told")
	}
}

func TestNone(t *testing.T) {
	var n None
	devs, err := n.Devices(context.Background())
	if err != nil || devs != nil {
		t.Error(devs, err)
	}
	if _, err := n.Read(0); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	clock := &FakeClock{}
	s, err := Record(context.Background(), n, nil, Options{}, clock, 1_000_000)
	if err != nil || len(s.Ticks) != 0 {
		t.Errorf("%d ticks without a device, %v", len(s.Ticks), err)
	}
}

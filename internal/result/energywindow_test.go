// Joules against a power that is known as a function (measurement rules E7 to
// E12, tests X4 and X6).

package result

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// curve is a power in milliwatts with its exact integral from 0 in millijoules;
// times are microseconds.
type curve struct {
	name    string
	most    int64
	power   func(t float64) float64
	energy  func(t float64) float64
	changes float64 // shortest stretch over which the power keeps its shape; 0 if it never changes
}

func constant(mw float64) curve {
	return curve{"constant", int64(math.Ceil(mw)), func(float64) float64 { return mw }, func(t float64) float64 { return mw * t / 1e6 }, 0}
}

func step(a, b, at float64) curve {
	return curve{"step", int64(math.Ceil(max(a, b))),
		func(t float64) float64 {
			if t < at {
				return a
			}
			return b
		},
		func(t float64) float64 { return (a*min(t, at) + b*max(0, t-at)) / 1e6 }, at}
}

func sine(mean, swing, period float64) curve {
	w := 2 * math.Pi / period
	return curve{"sine", int64(math.Ceil(mean + swing)),
		func(t float64) float64 { return mean + swing*math.Sin(w*t) },
		func(t float64) float64 { return (mean*t + swing*(1-math.Cos(w*t))/w) / 1e6 }, period}
}

func square(a, b, period float64) curve {
	return curve{"square", int64(math.Ceil(max(a, b))),
		func(t float64) float64 {
			if math.Mod(t, period) < period/2 {
				return a
			}
			return b
		},
		func(t float64) float64 {
			whole, rest := math.Floor(t/period), math.Mod(t, period)
			return (whole*period*(a+b)/2 + a*min(rest, period/2) + b*max(0, rest-period/2)) / 1e6
		}, period}
}

// simulate polls a device from 0 to end: each period with some lateness, a
// counter that moves once in update from a random phase on, power at the
// instant.
func simulate(rng *rand.Rand, c curve, end, period, update int64, jitter float64) (power, counter []point) {
	phase := rng.Int64N(update)
	for k := int64(0); k*period < end; k++ {
		t := k*period + int64(jitter*rng.Float64()*float64(period))
		moved := (t+phase)/update*update - phase // the last update at or before t
		power = append(power, point{t, int64(c.power(float64(t)))})
		counter = append(counter, point{t, 5_000_000_000 + int64(math.Floor(c.energy(max(0, float64(moved)))))})
	}
	return power, counter
}

// The law of E8: whatever the curve, the phase and the edges, the energy from
// the counter lies within the bound; and twice u_q covers 95 % of steady cases.
func TestEnergyWithinBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	cases, covered, steady := 10_000, 0, 0
	for range cases {
		update := []int64{10_000, 20_000, 100_000, 100_000, 250_000}[rng.IntN(5)]
		period := []int64{20_000, 50_000, 50_000, 100_000, 200_000}[rng.IntN(5)]
		mw := 60_000 + 600_000*rng.Float64()
		var c curve
		switch rng.IntN(5) {
		case 0, 1:
			c = constant(mw)
		case 2:
			c = step(mw, 60_000+600_000*rng.Float64(), 1e6*20*rng.Float64())
		case 3:
			c = sine(mw+60_000, mw*rng.Float64(), 1e4+5e6*rng.Float64())
		case 4:
			c = square(mw, 60_000+600_000*rng.Float64(), float64(update)*(0.5+3*rng.Float64()))
		}
		length := 5_000_000 + rng.Int64N(10_000_000)
		ts := 2_500_000 + rng.Int64N(1_000_000)
		te := ts + length
		sr := series{}
		sr.power, sr.counter = simulate(rng, c, te+4_000_000, period, update, 0.2)
		sr.edges = edgesOf(sr.counter)
		dev := SampleDevice{Source: SourceCounter, UpdateUs: update}
		e := energyOf(&sr, &dev, ts, te)
		if !e.ok || !e.bracketed {
			t.Fatalf("%s at U=%d s=%d: no energy (%+v)", c.name, update, period, e)
		}
		truth := c.energy(float64(te)) - c.energy(float64(ts))
		// s is the median gap; a poll may be later than that by the jitter, and
		// readings are whole millijoules.
		bound := QuantBound(c.most, update, e.samplingUs+2*period/5) + 3
		off := math.Abs(float64(e.mj) - truth)
		if off > bound {
			t.Fatalf("%s at U=%d s=%d over %d us: %d mJ, truly %.1f; off by %.1f, the bound is %.1f", c.name, update, period, length, e.mj, truth, off, bound)
		}
		if c.changes == 0 {
			steady++
			if off <= 2*QuantUncertainty(e.mj, length, update, e.samplingUs)+2 {
				covered++
			}
		}
	}
	if share := float64(covered) / float64(steady); share < 0.95 {
		t.Errorf("2 u_q covers %.1f %% of %d steady cases, want 95 %%", 100*share, steady)
	}
}

// The numbers that E8 gives for its examples.
func TestQuantisationExamples(t *testing.T) {
	const u, s, mw = 100_000, 50_000, 500_000
	for _, tt := range []struct {
		seconds     int64
		bound, uncr float64 // per cent of the energy
	}{{60, 0.42, 0.10}, {5, 5, 1.2}} {
		mj := float64(mw * tt.seconds)
		if got := 100 * QuantBound(mw, u, s) / mj; math.Abs(got-tt.bound) > 0.006 {
			t.Errorf("over %d s the bound is %.3f %%, want %.2f %%", tt.seconds, got, tt.bound)
		}
		if got := 100 * QuantUncertainty(int64(mj), tt.seconds*1_000_000, u, s) / mj; math.Abs(got-tt.uncr) > 0.05 {
			t.Errorf("over %d s u_q is %.3f %%, want %.2f %%", tt.seconds, got, tt.uncr)
		}
	}
	// s > U: U+s stands for U.
	if got, want := QuantBound(1_000_000, 10_000, 50_000), 1_000_000*float64(2*60_000+50_000)/1e6; got != want {
		t.Errorf("for s > U the bound is %v, want %v", got, want)
	}
}

func TestCounterAtByHand(t *testing.T) {
	counter := []point{{0, 10}, {50, 10}, {100, 20}, {150, 20}, {200, 30}, {250, 30}, {300, 25}, {350, 40}}
	edges := edgesOf(counter)
	if want := []point{{100, 20}, {200, 30}, {300, 25}, {350, 40}}; !slices.Equal(edges, want) {
		t.Fatalf("edges %v, want %v", edges, want)
	}
	for _, tt := range []struct {
		t, want int64
		ok      bool
	}{
		{99, 0, false}, {100, 20, true}, {101, 20, true}, {110, 21, true}, {199, 29, true}, {200, 0, false}, // falls behind 200
		{250, 0, false}, {300, 25, true}, {349, 39, true}, {350, 40, true}, {351, 0, false},
	} {
		if got, ok := counterAt(edges, tt.t); got != tt.want || ok != tt.ok {
			t.Errorf("C(%d) = %d, %v; want %d, %v", tt.t, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := counterAt(nil, 5); ok {
		t.Error("a counter without edges has no value")
	}
}

func TestIntegralByHand(t *testing.T) {
	// 100 W rising to 300 W in 1 s, then falling to 0.2 W in 2 s.
	power := []point{{0, 100_000}, {1_000_000, 300_000}, {3_000_000, 200}}
	for _, tt := range []struct {
		a, b, want int64
		ok         bool
	}{
		{0, 1_000_000, 200_000, true},
		{0, 3_000_000, 200_000 + 300_200, true},
		{500_000, 1_000_000, 125_000, true},           // 200 to 300 W over half a second
		{500_000, 2_000_000, 125_000 + 225_050, true}, // and 300 to 150.1 W over one
		{1_200_000, 1_200_001, 0, true},               // 0.27 mJ round down
		{-1, 1_000_000, 0, false},
		{0, 3_000_001, 0, false},
		{5, 5, 0, false},
	} {
		if got, ok := integral(power, tt.a, tt.b); got != tt.want || ok != tt.ok {
			t.Errorf("[%d, %d): %d mJ, %v; want %d, %v", tt.a, tt.b, got, ok, tt.want, tt.ok)
		}
	}
}

// Eight devices of 1.2 kW for a day: nothing overflows, counter and integral
// agree to the millijoule (X6).
func TestNoOverflowInADay(t *testing.T) {
	const day, mw = int64(24 * 3600 * 1_000_000), int64(1_200_000)
	var sr series
	for at := int64(0); at <= day+10_000_000; at += 100_000 {
		sr.power = append(sr.power, point{at, mw})
		sr.counter = append(sr.counter, point{at, at / 1000 * mw / 1000})
	}
	sr.edges = edgesOf(sr.counter)
	dev := SampleDevice{Source: SourceCounter, UpdateUs: 100_000}
	var sum int64
	for range 8 {
		e := energyOf(&sr, &dev, 3_000_000, 3_000_000+day)
		if !e.ok || e.cross == nil || *e.cross != e.mj {
			t.Fatalf("counter and integral differ: %+v", e)
		}
		sum += e.mj
	}
	if want := 8 * mw * (day / 1_000_000); sum != want {
		t.Errorf("%d mJ, want %d", sum, want)
	}
	// Hostile readings at every bound neither panic nor wrap around.
	big := []point{{-maxSampleTime, maxSamplePower}, {maxSampleTime, maxSamplePower}}
	if mj, ok := integral(big, -maxSampleTime, maxSampleTime); ok && mj <= 0 {
		t.Errorf("the largest readings give %d mJ", mj)
	}
}

// The integral of finely sampled power is near the truth, so that the
// cross-check means something.
func TestIntegralFollowsTheCurve(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		c := sine(400_000, 150_000*rng.Float64(), 2e6+8e6*rng.Float64())
		power, _ := simulate(rng, c, 20_000_000, 50_000, 100_000, 0.2)
		got, ok := integral(power, 3_000_000, 15_000_000)
		want := c.energy(15e6) - c.energy(3e6)
		if !ok || math.Abs(float64(got)-want) > 0.002*want {
			t.Fatalf("%d mJ, truly %.0f", got, want)
		}
	}
}

func TestCounterFaults(t *testing.T) {
	// 300 W, polled each 50 ms, moving each 100 ms.
	steady := func() series {
		var sr series
		for at := int64(0); at <= 20_000_000; at += 50_000 {
			sr.power = append(sr.power, point{at, 300_000})
			sr.counter = append(sr.counter, point{at, at / 100_000 * 30_000})
		}
		return sr
	}
	dev := SampleDevice{Source: SourceCounter, UpdateUs: 100_000}
	for _, tt := range []struct {
		name string
		bad  func(*series)
		want []string
	}{
		{"nothing", func(*series) {}, nil},
		{"full power", func(sr *series) {
			for i := range sr.counter {
				sr.counter[i].v = sr.counter[i].t / 100_000 * 70_000
			}
		}, nil},
		{"fell", func(sr *series) {
			for i := 100; i < len(sr.counter); i++ {
				sr.counter[i].v -= 2_900_000
			}
		}, []string{"fell"}},
		{"froze", func(sr *series) {
			for i := 100; i < 140; i++ {
				sr.counter[i].v = sr.counter[99].v
			}
		}, []string{"froze"}},
		{"still for less than a second", func(sr *series) {
			for i := 100; i < 118; i++ {
				sr.counter[i].v = sr.counter[99].v
			}
		}, nil},
		{"froze where power is not known", func(sr *series) {
			sr.power = nil
			for i := 100; i < 140; i++ {
				sr.counter[i].v = sr.counter[99].v
			}
		}, nil},
		{"jumped", func(sr *series) {
			for i := 200; i < len(sr.counter); i++ {
				sr.counter[i].v += 500_000
			}
		}, []string{"jumped"}},
		{"fell long before", func(sr *series) {
			for i := range 20 {
				sr.counter[i].v += 5_000_000
			}
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sr := steady()
			tt.bad(&sr)
			var got []string
			for _, f := range counterFaults(&sr, &dev, 700_000, 4_000_000, 15_000_000) {
				got = append(got, f.kind)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("faults %v, want %v", got, tt.want)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	ticks := func(ts ...int64) []point {
		var ps []point
		for _, t := range ts {
			ps = append(ps, point{t, 1})
		}
		return ps
	}
	for _, tt := range []struct {
		name        string
		ps          []point
		largest, at int64
		bracketed   bool
	}{
		{"none", nil, 10_000_000, 10_000_000, false},
		{"dense", ticks(8_000_000, 11_000_000, 14_000_000, 18_000_000, 22_000_000), 4_000_000, 14_000_000, true},
		{"begins late", ticks(13_000_000, 14_000_000, 22_000_000), 8_000_000, 14_000_000, false},
		{"begins very late", ticks(19_000_000, 22_000_000), 9_000_000, 10_000_000, false},
		{"ends early", ticks(8_000_000, 12_000_000), 8_000_000, 12_000_000, false},
		{"gap before the window only", ticks(0, 9_900_000, 15_000_000, 22_000_000), 7_000_000, 15_000_000, true},
	} {
		var e deviceEnergy
		e.gaps(tt.ps, 10_000_000, 20_000_000)
		if e.largestUs != tt.largest || e.largestAt != tt.at || e.bracketed != tt.bracketed {
			t.Errorf("%s: largest gap %d at %d, bracketed %v; want %d at %d, %v", tt.name, e.largestUs, e.largestAt, e.bracketed, tt.largest, tt.at, tt.bracketed)
		}
	}
}

// A powercap counter that wraps is added up over the wrap (E16).
func TestCPUEnergyWraps(t *testing.T) {
	s := &SamplesFile{Header: SampleHeader{CPUZones: []CPUZone{
		{"package-0", "package", 1000}, {"package-1", "package", 1000}, {"dram", "dram", 1 << 40}, {"psys", "psys", 1 << 40},
	}}}
	for i := range int64(11) {
		v := 300 * i
		s.CPU = append(s.CPU, CPUTick{T: 1_000_000 * i, E: []*int64{new(v % 1000), new((v + 777) % 1000), new(7 * i), new(99 * i)}})
	}
	for _, tt := range []struct {
		kind       string
		a, b, want int64
		ok         bool
	}{
		{"package", 1_000_000, 9_000_000, 2 * 2400, true},
		{"package", 1_500_000, 2_500_000, 600, true},
		{"dram", 2_000_000, 5_000_000, 21, true},
		{"package", -1, 5_000_000, 0, false},
		{"package", 2_000_000, 11_000_000, 0, false},
		{"wall", 2_000_000, 5_000_000, 0, false},
	} {
		if got, ok := s.cpuEnergy(tt.kind, tt.a, tt.b); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s over [%d, %d): %d uJ, %v; want %d, %v", tt.kind, tt.a, tt.b, got, ok, tt.want, tt.ok)
		}
	}
}

// Slowdown comes from the nanosecond counters, else from the mask (M1).
func TestSlowdown(t *testing.T) {
	w := RunWindow{Start: 2_500_000, End: 7_500_000}
	s := &SamplesFile{}
	for i := range int64(11) {
		mask := int64(0)
		if i%2 == 0 {
			mask = 0x40
		}
		s.Slow = append(s.Slow, SlowState{T: 1_000_000 * i, Reasons: []*int64{&mask}, Throttle: map[string][]*int64{
			ReasonHWThermal: {new(100_000_000 * i)}, ReasonHWPowerBrake: {new(50_000_000 * i)}, ReasonSWPowerCap: {new(900_000_000 * i)},
		}})
	}
	var out WindowDevice
	s.stateOf(0, w, &out)
	if out.ThrottleUs == nil || *out.ThrottleUs != 750_000 || out.ReasonsNs[ReasonSWPowerCap] != 4_500_000_000 {
		t.Errorf("slowdown %v us, reasons %v; want 750000 us and 4.5 s of power cap", *out.ThrottleUs, out.ReasonsNs)
	}
	for i := range s.Slow {
		s.Slow[i].Throttle = nil
	}
	out = WindowDevice{}
	s.stateOf(0, w, &out)
	if out.ThrottleUs == nil || *out.ThrottleUs != 2_000_000 || out.ReasonsNs != nil { // at 4 and 6 of 3 to 7 s
		t.Errorf("by the mask %v us, want 2000000", *out.ThrottleUs)
	}
	out = WindowDevice{}
	s.stateOf(1, w, &out)
	if out.ThrottleUs != nil || out.SMClockMHz != nil || out.TemperatureC != nil {
		t.Error("a device that was not read has a state")
	}
}

//go:build gpu && linux && cgo

// Checks on a machine with a GPU (X10): go test -tags gpu -v -run GPU. They need
// no load; with one running beside them the cross-check is judged too. They
// sample for 30 s, or for as long as JOULEBOARD_SOAK says (8h, with -timeout 9h).

package energy

import (
	"context"
	"math"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestGPU(t *testing.T) {
	ctx := context.Background()
	src, err := OpenNVML(NVMLOptions{})
	if err != nil {
		t.Skip(err)
	}
	defer src.Close()
	clock := NewSystemClock(time.Now())
	rep, err := Examine(ctx, src, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", rep.Info)
	for _, d := range rep.Devices {
		t.Logf("%s, counter %q, power %q, scope %q, processes %s, %q", d.Device.Name, d.Device.CounterSource, d.Device.PowerSource, d.Device.Scope, d.Pids, d.Refused)
		for _, c := range d.Capabilities {
			value := "-"
			if c.Value != nil {
				value = strconv.FormatInt(*c.Value, 10)
			}
			t.Logf("  %-32s %-6s %s %s, update %+v %s", c.Name, c.Scope, value, c.Unit, c.Update, c.Err)
			if c.Used && c.Unit == "mJ" && (!c.Update.Measured || c.Update.US < 5_000 || c.Update.US > 500_000 || c.Falls) {
				t.Errorf("the counter's update period is %+v, falls: %v", c.Update, c.Falls)
			}
		}
	}
	devs, _ := src.Devices(ctx)
	devs, err = Select(devs, VisibleFrom(os.LookupEnv))
	if err != nil {
		t.Fatal(err)
	}
	span := 30 * time.Second
	if v := os.Getenv("JOULEBOARD_SOAK"); v != "" {
		if span, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Record(ctx, src, devs, Options{}, clock, clock.Now()+span.Microseconds())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", s.Stats)
	if s.Stats.LargestGapUS > 500_000 {
		t.Errorf("a gap of %d ms at %d s", s.Stats.LargestGapUS/1000, s.Stats.LargestGapAt/1_000_000)
	}
	for i, d := range devs {
		byCounter, byPower := means(&s, i)
		diff := math.Abs(byCounter-byPower) / byCounter
		if byCounter <= 0 {
			t.Errorf("%s: the counter fell or stood still", d.Name)
			continue
		}
		t.Logf("%s: counter %.0f mW, power %.0f mW, %.2f %% apart", d.Name, byCounter, byPower, 100*diff)
		busy := d.PowerLimitMW != nil && byCounter > float64(*d.PowerLimitMW)/3
		if busy && diff > 0.05 { // idle, a disagreement only warns (E11)
			t.Errorf("counter and power differ by %.1f %% under load", 100*diff)
		}
	}
}

// means are the mean powers of a device in mW: by the counter between its first
// and its last change, and by trapezoids over power between the same times.
func means(s *Samples, dev int) (byCounter, byPower float64) {
	var first, last, prev *Tick
	for k := range s.Ticks {
		t := &s.Ticks[k]
		if t.EnergyMJ[dev] == nil || t.PowerMW[dev] == nil {
			continue
		}
		if prev != nil && *prev.EnergyMJ[dev] > *t.EnergyMJ[dev] {
			return 0, 0 // it fell: no mean is near another then
		}
		if prev != nil && *prev.EnergyMJ[dev] != *t.EnergyMJ[dev] {
			if first == nil {
				first = t
			}
			last = t
		}
		prev = t
	}
	if first == nil || first == last {
		return 0, 0
	}
	byCounter = float64(*last.EnergyMJ[dev]-*first.EnergyMJ[dev]) / seconds(last.T-first.T)
	prev = nil
	for k := range s.Ticks {
		t := &s.Ticks[k]
		if t.T < first.T || t.T > last.T || t.PowerMW[dev] == nil {
			continue
		}
		if prev != nil {
			byPower += float64(*t.PowerMW[dev]+*prev.PowerMW[dev]) / 2 * seconds(t.T-prev.T)
		}
		prev = t
	}
	return byCounter, byPower / seconds(last.T-first.T)
}

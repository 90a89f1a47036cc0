package energy

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkSamplerJitter samples for two seconds while every core is busy and
// prints how far ticks are from their deadlines (X9).
func BenchmarkSamplerJitter(b *testing.B) {
	for b.Loop() {
		clock := NewSystemClock(time.Now())
		f, err := NewFake(FakeOptions{Clock: clock, Devices: []FakeDevice{{Power: Constant(300_000)}, {Power: Constant(200_000)}}})
		if err != nil {
			b.Fatal(err)
		}
		devs, _ := f.Devices(context.Background())
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		for range runtime.NumCPU() {
			go func() {
				for n := 0; ctx.Err() == nil; n++ {
				}
				done <- struct{}{}
			}()
		}
		s, err := Record(ctx, f, devs, Options{}, clock, clock.Now()+2_000_000)
		cancel()
		for range runtime.NumCPU() {
			<-done
		}
		if err != nil {
			b.Fatal(err)
		}
		var late []int64
		for k, tick := range s.Ticks {
			late = append(late, tick.T-s.Ticks[0].T-int64(k)*DefaultPeriodUS)
		}
		slices.Sort(late)
		b.ReportMetric(float64(late[len(late)/2]), "us-late-p50")
		b.ReportMetric(float64(late[len(late)-1]), "us-late-max")
		b.ReportMetric(float64(s.Stats.Misses), "misses")
	}
}

// BenchmarkTick is the cost of one pass over eight devices beside the reads.
func BenchmarkTick(b *testing.B) {
	clock := &FakeClock{}
	devs := make([]FakeDevice, 8)
	for i := range devs {
		devs[i].Power = Constant(300_000)
	}
	f, _ := NewFake(FakeOptions{Clock: clock, Devices: devs})
	list, _ := f.Devices(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		s, err := newSampler(f, list, Options{}, clock)
		if err != nil {
			b.Fatal(err)
		}
		s.tick()
	}
}

// What the window of a run will be, worked out before the run: a plan that cannot
// have one is refused, a short one is announced.

package measure

import (
	"fmt"
	"math"
	"slices"
	"time"

	"jouleboard/internal/load"
	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// Lengths of a window that decide what a result can be.
const (
	openSettle  = 30 * time.Second // before an open loop's window, at least (W4)
	leastEnergy = 5 * time.Second  // for any energy (W6)
	leastRanked = 60 * time.Second // for a ranked result (W6)
)

// openWindows refuses an open loop whose schedule leaves no window. The schedule
// follows from the seed, so this is known before anything is sent.
func (p *planner) openWindows(pl *Plan, loads []result.Load) {
	o := &p.o
	for _, l := range loads {
		one := Plan{Opt: *o, Load: l, Requests: pl.Requests, Fixed: pl.Fixed}
		if one.Opt.Repeats < 1 || one.Opt.Repeats > 100 || pl.Requests < 0 || o.Duration < 0 {
			return // said already
		}
		length, err := one.openWindow(openSettle)
		if err != nil {
			p.bad("give a lower --rate or a shorter --duration", "--rate %v: %v", *l.RatePerS, err)
			return
		}
		if f := one.tooShort(length, openSettle); f != nil {
			p.bad(f.Hint, "%v", f.Err)
			return
		}
	}
}

// schedule is when the requests of a run of an open loop leave (G5).
func (p *Plan) schedule(run int) ([]int64, error) {
	a := load.Arrivals{Process: p.Load.Arrivals, RatePerS: *p.Load.RatePerS, N: int(p.Requests), Duration: p.Opt.Duration}
	if p.Fixed {
		a.Duration = 0
	}
	return a.Schedule(stats.NewSource(load.Method, "schedule", p.Opt.Seed, int64(run)))
}

// openWindow is the length of the shortest window of an open loop's runs, 0 if one
// of them has none (W4).
func (p *Plan) openWindow(settle time.Duration) (time.Duration, error) {
	shortest := time.Duration(math.MaxInt64)
	for run := 1; run <= p.Opt.Repeats; run++ {
		due, err := p.schedule(run)
		if err != nil {
			return 0, err
		}
		length := int64(0)
		if len(due) > 0 {
			if i, _ := slices.BinarySearch(due, due[0]+settle.Microseconds()+1); i < len(due) {
				length = due[len(due)-1] - due[i]
			}
		}
		shortest = min(shortest, time.Duration(length)*time.Microsecond)
	}
	return shortest, nil
}

// tooShort is the failure of an open loop whose window would have this length; nil
// if it is long enough. A trial run needs a window, and no energy.
func (p *Plan) tooShort(length, settle time.Duration) *Failure {
	need := time.Duration(1)
	if p.Energy() && p.Opt.Limit == 0 {
		need = leastEnergy
	}
	if length >= need {
		return nil
	}
	want := (settle + 2*leastEnergy).Round(time.Second)
	n := int64(math.Ceil(*p.Load.RatePerS * want.Seconds()))
	hint := fmt.Sprintf("give --duration %v or more, or --requests %d", want, n)
	if p.Opt.Limit > 0 {
		hint = fmt.Sprintf("give --limit %d or more", n)
	}
	what := "leave it empty"
	if length > 0 {
		what = fmt.Sprintf("leave it %.1f s, and energy needs %v", length.Seconds(), leastEnergy)
	}
	asked := fmt.Sprintf("%d requests", p.Requests)
	if !p.Fixed {
		asked = p.Opt.Duration.String()
	}
	return &Failure{Err: fmt.Errorf("the window of an open loop begins %v after its first request (W4); %s at %v requests/s %s", settle.Round(time.Second), asked, *p.Load.RatePerS, what), Hint: hint}
}

// foresee says what the window of the runs will be, before they begin: a run that
// cannot have one is not begun, and one that is too short for what a person may
// want of it is begun with a warning.
func (j *job) foresee() error {
	pl := j.plan
	var window time.Duration
	rate := float64(j.warmSuccesses()) * 1e6 / float64(max(1, j.warmSpan))
	switch {
	case pl.Open():
		settle := max(openSettle, 2*j.warmMedian())
		var err error
		if window, err = pl.openWindow(settle); err != nil {
			return err
		}
		if f := pl.tooShort(window, settle); f != nil {
			return f
		}
	case pl.Opt.Duration > 0 && !pl.Fixed:
		window = pl.Opt.Duration
		if n := j.prompt.available(); n > 0 && !pl.Opt.AllowRepeat && float64(n) < rate*window.Seconds() {
			window = time.Duration(float64(n) / rate * float64(time.Second))
			j.tell("warning", "give more prompts, fewer --repeats, or declare repeated ones with --allow-repeat",
				"the %d prompts of a run last for about %.0f s of the %v", n, window.Seconds(), pl.Opt.Duration)
		}
	case pl.Work.Kind == WorkOffline:
		window = time.Duration(float64(j.requests) / rate * float64(time.Second))
	default:
		window = time.Duration(float64(j.requests-2*pl.Concurrency()) / rate * float64(time.Second))
	}
	more := func(least time.Duration) string {
		switch n := int64(math.Ceil(rate*least.Seconds()*1.1)) + 2*pl.Concurrency(); {
		case pl.Opt.Limit > 0:
			return fmt.Sprintf("give about --limit %d", n)
		case pl.Opt.Requests > 0:
			return fmt.Sprintf("give about --requests %d, or leave it out", n)
		case pl.Opt.Duration > 0:
			return fmt.Sprintf("give a --duration longer by %v", (least - window + 5*time.Second).Round(time.Second))
		default:
			return "give more prompts, or declare repeated ones with --allow-repeat"
		}
	}
	switch {
	case !j.energyOn || pl.Opt.Demo:
	case window < leastEnergy:
		j.tell("warning", more(leastEnergy), "the window will be about %.1f s, and energy needs %v (V09)", window.Seconds(), leastEnergy)
	case window < leastRanked && pl.Draft == "":
		j.tell("warning", more(leastRanked), "the window will be about %.0f s, and a ranked result needs %v: the class will be energy (V09)", window.Seconds(), leastRanked)
	}
	return nil
}

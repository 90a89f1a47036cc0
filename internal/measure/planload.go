// The numbers of a plan: how many requests, runs and seconds, what objectives,
// and what a person states about engine and machine.

package measure

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/load"
	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// counts checks how many requests, runs and seconds were asked for.
func (p *planner) counts(pl *Plan, loads []result.Load) {
	o := &p.o
	if o.Repeats == 0 {
		o.Repeats = 3 // G2
	}
	if o.Repeats < 1 || o.Repeats > 100 {
		p.bad("3 is the default and the least that can be ranked", "--repeats %d: must be from 1 to 100", o.Repeats)
	}
	for _, n := range []struct {
		flag string
		v    int64
	}{{"--requests", o.Requests}, {"--limit", o.Limit}, {"--max-tokens", o.MaxTokens}, {"--gpus", o.GPUs}} {
		if n.v < 0 || n.v > 100_000_000 {
			p.bad("leave it out for the default", "%s %d: must be above 0", n.flag, n.v)
		}
	}
	if o.Duration != 0 && (o.Duration < time.Second || o.Duration > 24*time.Hour) {
		p.bad("such as --duration 120s", "--duration %v: must be from 1s to 24h", o.Duration)
	}
	given := 0
	for _, g := range []bool{o.Requests > 0, o.Duration > 0, o.Limit > 0} {
		if g {
			given++
		}
	}
	if given > 1 && !(o.Limit > 0 && o.Duration > 0 && o.Rate != nil) {
		p.bad("give one of them", "--requests, --duration and --limit each say how long a run is")
	}
	pl.Requests = o.Requests
	if o.Limit > 0 {
		pl.Requests = o.Limit
	}
	pl.Fixed = pl.Requests > 0
	for _, l := range loads {
		if n, b := pl.Requests, l.Concurrency; l.Mode == result.LoadClosed && pl.Fixed && pl.Work.Kind != WorkOffline && n < 2*b+2 {
			p.bad(fmt.Sprintf("give at least --requests %d, or a lower --concurrency", 2*b+2), "%d requests at concurrency %d have no steady-state window (W1)", n, b)
			break
		}
	}
	switch {
	case o.Rate != nil && !pl.Fixed && o.Duration == 0:
		p.bad("such as --duration 120s; its window begins after 30 s (W4)", "--rate needs --requests or --duration")
	case o.Rate != nil && len(p.problems) == 0:
		p.openWindows(pl, loads)
	case o.Rate == nil && o.Duration > 0 && o.Duration < leastEnergy && !o.NoEnergy:
		p.bad("give --duration 65s, or use --no-energy", "--duration %v: energy needs a window of %v at least (V09)", o.Duration, leastEnergy)
	}
	var err error
	if pl.SLO, err = parseSLO(o.SLO); err != nil {
		p.bad("such as --slo ttft=200ms,tpot=50ms", "--slo: %v", err)
	}
}

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

// parseSLO reads ttft=200ms,tpot=50ms,e2e=10s.
func parseSLO(text string) (*result.SLO, error) {
	if text == "" {
		return nil, nil
	}
	s := &result.SLO{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		d, err := time.ParseDuration(value)
		if !ok || err != nil || d <= 0 {
			return nil, fmt.Errorf("%q is no objective: NAME=DURATION was expected", part)
		}
		ms := float64(d.Microseconds()) / 1000
		field := map[string]**float64{"ttft": &s.TTFTMs, "tpot": &s.TPOTMs, "e2e": &s.E2EMs}[name]
		if field == nil {
			return nil, fmt.Errorf("%q is unknown: ttft, tpot and e2e can be objectives", name)
		}
		if *field != nil {
			return nil, fmt.Errorf("%s stands there twice", name)
		}
		*field = &ms
	}
	return s, nil
}

// facts checks what a person states about engine and machine.
func (p *planner) facts(pl *Plan) {
	o := &p.o
	if _, err := parseParallelism(o.Parallelism); err != nil {
		p.bad("such as --parallelism tensor=2,pipeline=1", "--parallelism: %v", err)
	}
	for _, f := range []struct{ flag, text string }{
		{"--by", o.By}, {"--by-url", o.ByURL}, {"--note", strings.Join(o.Notes, "\n")}, {"--hardware", o.Hardware}, {"--where", o.Where},
		{"--client-place", o.ClientPlace}, {"--container", o.Container}, {"--engine", o.Engine}, {"--engine-version", o.EngineVersion},
		{"--precision", o.Precision}, {"--quantization", o.Quantization}, {"--provider", o.Provider}, {"--served-model", o.Served},
	} {
		if publicText(f.text) != f.text && !(f.flag == "--served-model" && pl.Kind != result.KindEndpoint) {
			p.bad("results are public; leave it out", "%s holds what looks like a key, or a folder of this machine (V01)", f.flag)
		}
	}
	for _, f := range []struct{ flag, path string }{
		{"--api-key-file", o.APIKeyFile}, {"--cacert", o.CAFile}, {"--cert", o.CertFile}, {"--key", o.KeyFile},
	} {
		if f.path == "" {
			continue
		}
		if st, err := os.Stat(f.path); err != nil || st.IsDir() {
			p.bad("name a file that can be read", "%s %s: there is no such file", f.flag, f.path)
		}
	}
}

// parseParallelism reads tensor=2,pipeline=1; nil for "".
func parseParallelism(text string) (*result.Parallelism, error) {
	if text == "" {
		return nil, nil
	}
	out := &result.Parallelism{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.ParseInt(value, 10, 64)
		field := map[string]*int64{"tensor": &out.Tensor, "pipeline": &out.Pipeline, "expert": &out.Expert, "data": &out.Data}[name]
		switch {
		case !ok || err != nil || n < 1 || n > 65_536:
			return nil, fmt.Errorf("%q: NAME=DEGREE was expected, a degree being 1 or more", part)
		case field == nil:
			return nil, fmt.Errorf("%q is unknown: tensor, pipeline, expert and data are degrees", name)
		}
		*field = n
	}
	return out, nil
}

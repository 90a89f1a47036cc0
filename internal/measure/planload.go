// The numbers of a plan: how many requests, runs and seconds, what objectives,
// and what a person states about engine and machine.

package measure

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/result"
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

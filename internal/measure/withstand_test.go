package measure

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
)

// armed is a script for requests of the measured run alone: probe and warm-up
// get good answers, so that the fault comes where it hurts.
type armed struct{ on atomic.Bool }

func (a *armed) script(each func(n int64) fakeserver.Script) func(int64) fakeserver.Script {
	var k atomic.Int64
	return func(int64) fakeserver.Script {
		if !a.on.Load() {
			return nil
		}
		return each(k.Add(1) - 1)
	}
}

func (a *armed) at(phase string) func(string, int) {
	return func(p string, _ int) { a.on.Store(p == phase) }
}

const goodEvents = `{"id":"x","model":"fake-model","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}`

// TestServerFaults plays what a server can do to a run. Each is found, named by
// its rule and kept as a partial file.
func TestServerFaults(t *testing.T) {
	t.Parallel()
	stream := fakeserver.Stream
	cases := map[string]struct {
		each    func(n int64) fakeserver.Script
		limits  load.Limits
		outcome string
	}{
		"half the requests fail": {each: func(n int64) fakeserver.Script {
			if n%2 == 0 {
				return nil
			}
			return fakeserver.Script{fakeserver.Status(500), fakeserver.Send("no memory left")}
		}, outcome: load.HTTP5xx},
		"has no room for half of them": {each: func(n int64) fakeserver.Script {
			if n%2 == 0 {
				return nil
			}
			return fakeserver.Script{fakeserver.Status(429), fakeserver.Header("Retry-After", "7"), fakeserver.Send("later")}
		}, outcome: load.HTTP429},
		"answers HTML": {each: func(int64) fakeserver.Script {
			return fakeserver.Script{fakeserver.Header("Content-Type", "text/html"), fakeserver.Send("<html>welcome</html>")}
		}, outcome: load.NotStream},
		"errors inside 200 streams": {each: func(n int64) fakeserver.Script {
			return stream(fakeserver.Events(goodEvents, `{"error":{"message":"engine died"}}`, "[DONE]"))
		}, outcome: load.InbandError},
		"never sends usage": {each: func(int64) fakeserver.Script {
			return stream(fakeserver.Events(goodEvents, strings.Replace(goodEvents, `"finish_reason":null`, `"finish_reason":"stop"`, 1), "[DONE]"))
		}, outcome: load.NoUsage},
		"streams for ever": {each: func(int64) fakeserver.Script {
			s := stream()
			for range 2000 {
				s = append(s, fakeserver.Events(goodEvents), fakeserver.Sleep(2*time.Millisecond))
			}
			return s
		}, limits: load.Limits{Total: 300 * time.Millisecond}, outcome: load.TimeoutTotal},
		"sends lines of a megabyte": {each: func(int64) fakeserver.Script {
			return stream(fakeserver.Send("data: " + strings.Repeat("x", 1<<20)))
		}, limits: load.Limits{Event: 64 << 10}, outcome: load.TooLarge},
		"resets connections": {each: func(int64) fakeserver.Script {
			return stream(fakeserver.Events(goodEvents), fakeserver.Reset())
		}, outcome: load.Truncated},
		"goes silent": {each: func(int64) fakeserver.Script {
			return stream(fakeserver.Events(goodEvents), fakeserver.Hold())
		}, limits: load.Limits{Idle: 100 * time.Millisecond}, outcome: load.TimeoutIdle},
	}
	trials := map[string]*trial{}
	for name, c := range cases {
		a := &armed{}
		s := fake(t, fakeserver.Options{FirstToken: 20 * time.Millisecond, Gap: time.Millisecond, Script: a.script(c.each)})
		tr := newTrial(t, s.URL())
		tr.opt.Limits = c.limits
		tr.onWord = a.at(PhaseRun)
		trials[name] = tr
	}
	const gone = "dies in the middle"
	s := fake(t, fakeserver.Options{FirstToken: 20 * time.Millisecond, Gap: 5 * time.Millisecond})
	trials[gone] = newTrial(t, s.URL())
	trials[gone].opt.Requests, trials[gone].opt.Dataset, trials[gone].opt.MaxTokens = 100_000, "fixed:40/8", 0
	trials[gone].onWord = func(phase string, _ int) {
		if phase == PhaseRun {
			time.AfterFunc(300*time.Millisecond, s.Close)
		}
	}
	ends := together(t, trials)
	t.Run(gone, func(t *testing.T) {
		out, err := ends[gone].out, ends[gone].err
		var f *Failure
		if !errors.As(err, &f) || !strings.Contains(err.Error(), "in a row failed") {
			t.Fatalf("error %v, want that of failures in a row", err)
		}
		p, samples := kept(t, out)
		if msg, ok := has(p.Findings, "V08"); !ok {
			t.Errorf("V08 is not broken: %q", msg)
		}
		if n := len(samples.Requests); n > 500 {
			t.Errorf("%d requests were sent to a server that is gone", n)
		}
	})
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tr, out := trials[name], ends[name].out
			if ends[name].err == nil {
				t.Fatalf("a result was saved: %s", said(out))
			}
			p, samples := kept(t, out)
			seen := 0
			for _, q := range samples.Requests {
				if q.Oc == c.outcome {
					seen++
				}
				if limited := q.Oc == load.HTTP429; limited != (q.Ra == "7") {
					t.Errorf("request %d is %s with Retry-After %q", q.I, q.Oc, q.Ra)
				}
			}
			if seen == 0 {
				t.Errorf("no request is marked %s", c.outcome)
			}
			if f := out.Failures; len(f) == 0 || f[0].Outcome != c.outcome || f[0].Detail == "" && c.outcome != load.NoUsage {
				t.Errorf("nobody is told what the failures said: %+v", f)
			}
			rule, broken := has(p.Findings, "V08")
			if _, none := has(p.Findings, "V10"); !broken && !none {
				t.Errorf("neither V08 nor V10 says why it is invalid: %s", said(out))
			}
			if broken && !strings.ContainsAny(rule, "0123456789") {
				t.Errorf("V08 gives no numbers: %s", rule)
			}
			tidy(t, tr.env.Root)
		})
	}
}

// TestNoServer says so before anything else, and what to do.
func TestNoServer(t *testing.T) {
	t.Parallel()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrial(t, "http://127.0.0.1:"+strconv.Itoa(port)+"/v1")
	out, err := tr.run(t, t.Context())
	var f *Failure
	if out != nil || !errors.As(err, &f) || !strings.Contains(err.Error(), "no server answers") || f.Hint == "" {
		t.Fatalf("%v, %v", out, err)
	}
}

// TestUnusableServer ends before the load, with what to try, where a server's
// first answers show that no request can succeed.
func TestUnusableServer(t *testing.T) {
	t.Parallel()
	stream := fakeserver.Stream
	for name, c := range map[string]struct {
		script fakeserver.Script
		key    string
		say    string
		hint   string
	}{
		"never sends usage": {stream(fakeserver.Events(goodEvents, strings.Replace(goodEvents, `"finish_reason":null`, `"finish_reason":"stop"`, 1), "[DONE]")), "",
			"no usage in its stream", "--token-source tokenizer"},
		"wants a key":         {fakeserver.Script{fakeserver.Status(401), fakeserver.Send("who are you?")}, "", "who are you?", "--api-key-env"},
		"wants another key":   {fakeserver.Script{fakeserver.Status(401), fakeserver.Send("who are you?")}, "sk-wrong-key-0123456789", "HTTP 401", "not the one that it wants"},
		"has no such address": {fakeserver.Script{fakeserver.Status(404)}, "", "HTTP 404", "/v1"},
		"answers HTML":        {fakeserver.Script{fakeserver.Header("Content-Type", "text/html"), fakeserver.Send("<html>welcome</html>")}, "", "<html>", "/v1"},
		"sends nothing":       {stream(fakeserver.Events("[DONE]")), "", "no_token", "curl"},
	} {
		s := fake(t, fakeserver.Options{Script: func(int64) fakeserver.Script { return c.script }})
		tr := newTrial(t, s.URL())
		if c.key != "" {
			tr.opt.APIKeyEnv = "A_KEY"
			tr.env.Lookup = func(name string) (string, bool) { return c.key, name == "A_KEY" }
		}
		out, err := tr.run(t, t.Context())
		var f *Failure
		if out != nil || !errors.As(err, &f) || !strings.Contains(err.Error(), c.say) || !strings.Contains(f.Hint, c.hint) {
			t.Errorf("%s: %v, %v (%s), want %q and %q", name, out, err, hintOf(err), c.say, c.hint)
		}
		if c.key != "" && strings.Contains(err.Error()+hintOf(err), c.key) {
			t.Errorf("%s: the key is in the message: %v", name, err)
		}
	}
}

// faulty is a meter that goes wrong from an instant on.
type faulty struct {
	energy.Source
	clock energy.Clock
	from  atomic.Int64 // 0: not yet
	kind  energy.FaultKind
	last  atomic.Int64
}

func (f *faulty) on() bool { return f.from.Load() > 0 && f.clock.Now() >= f.from.Load() }

func (f *faulty) Read(dev int) (energy.Reading, error) {
	r, err := f.Source.Read(dev)
	if err != nil || !f.on() {
		if r.EnergyMJ != nil {
			f.last.Store(*r.EnergyMJ)
		}
		return r, err
	}
	switch f.kind {
	case energy.FaultFall:
		*r.EnergyMJ -= 800_000
	case energy.FaultFreeze:
		*r.EnergyMJ = f.last.Load()
	case energy.FaultLost:
		return energy.Reading{}, energy.ErrLost
	case energy.FaultPowerGain:
		*r.PowerMW = *r.PowerMW * 117 / 100
	}
	return r, nil
}

func (f *faulty) State(dev int) (energy.State, error) {
	st, err := f.Source.State(dev)
	if err != nil || !f.on() {
		return st, err
	}
	switch f.kind {
	case energy.FaultLost:
		return energy.State{}, energy.ErrLost
	case energy.FaultLimit:
		limit := int64(500_000)
		st.PowerLimitMW = &limit
	case energy.FaultForeign:
		st.Procs = append(st.Procs, energy.Proc{PID: 424_242})
	}
	return st, nil
}

// breakIn lets the meter of a trial go wrong in the middle of its run.
func breakIn(tr *trial, kind energy.FaultKind) {
	f := &faulty{kind: kind}
	open := tr.env.OpenEnergy
	tr.env.OpenEnergy = func(clock energy.Clock) (energy.Source, error) {
		var err error
		f.clock = clock
		f.Source, err = open(clock)
		return f, err
	}
	tr.onWord = func(phase string, _ int) {
		if phase == PhaseRun {
			f.from.Store(f.clock.Now() + 2_500_000)
		}
	}
}

// TestMeterFaults plays what a GPU's counters can do during a run: energy is
// refused by the rule for it, with numbers, and --no-energy is named where it
// would do.
func TestMeterFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind energy.FaultKind
		rule string
	}{
		"counter runs backwards":  {energy.FaultFall, "V13"},
		"counter stands still":    {energy.FaultFreeze, "V13"},
		"GPU is lost":             {energy.FaultLost, "V14"},
		"power limit changes":     {energy.FaultLimit, "V19"},
		"somebody else computes":  {energy.FaultForeign, "V17"},
		"power is off by a sixth": {energy.FaultPowerGain, "V12"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, "")
			tr.board(energy.FakeDevice{Power: energy.Constant(300_000)})
			breakIn(tr, c.kind)
			tr.mutate = func(p *Plan) { p.Timing.Idle = 2 * time.Second }
			tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency = 64, 60, []int64{4}
			out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond, MinLength: 40, MaxLength: 40}, nil)
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("error %v, want an invalid run: %s", err, said(out))
			}
			msg, ok := has(out.Findings, c.rule)
			if !ok || !strings.ContainsAny(msg, "0123456789") {
				t.Errorf("%s is not broken with numbers: %s", c.rule, said(out))
			}
			if !strings.Contains(out.Hint, "--no-energy") {
				t.Errorf("hint %q", out.Hint)
			}
			kept(t, out)
		})
	}
}

// TestOldDriver measures where the driver has no energy counter: the power is
// integrated, and the class says so (E1). Without power there is nothing to read.
func TestOldDriver(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000), NoCounter: true, MaskOnly: true, MeanPower: true})
	tr.opt.Dataset, tr.opt.MaxTokens, tr.opt.Requests, tr.opt.Concurrency, tr.opt.Repeats = "fixed:100/40", 0, 0, []int64{4}, 3
	tr.mutate = func(p *Plan) { p.Timing = fullTiming() }
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: 10 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if p := r.Metrics["mean_power_w"].Value; r.Class != result.ClassEnergy || p != 300 || r.Window[0].Devices[0].Source == result.SourceCounter {
		t.Errorf("class %s, %v W from %s", r.Class, p, r.Window[0].Devices[0].Source)
	}

	tr = newTrial(t, "")
	tr.board(energy.FakeDevice{Power: energy.Constant(300_000), NoCounter: true, NoPower: true})
	out, err = tr.simulate(t, fakeserver.Options{FirstToken: slow}, nil)
	var m *Machine
	if out != nil || !errors.As(err, &m) || !strings.Contains(err.Error(), "neither energy nor power") {
		t.Errorf("%v, %v", out, err)
	}
}

// TestNoMeter refuses before the run where there is no driver (exit status 3).
func TestNoMeter(t *testing.T) {
	t.Parallel()
	s := fake(t, fakeserver.Options{})
	for name, open := range map[string]func(energy.Clock) (energy.Source, error){
		"no driver": func(energy.Clock) (energy.Source, error) {
			return nil, &energy.Unavailable{Reason: "no driver here"}
		},
		"MIG": func(c energy.Clock) (energy.Source, error) {
			return energy.NewFake(energy.FakeOptions{Clock: c, Devices: []energy.FakeDevice{{Power: energy.Constant(1), MIG: true}}})
		},
		"no GPU": func(c energy.Clock) (energy.Source, error) { return energy.NewFake(energy.FakeOptions{Clock: c}) },
	} {
		tr := newTrial(t, s.URL())
		tr.opt.NoEnergy = false
		tr.env.OpenEnergy = open
		out, err := tr.run(t, t.Context())
		var m *Machine
		if out != nil || !errors.As(err, &m) || !strings.Contains(m.Hint, "--no-energy") {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	if n := s.Requests(); n != 0 {
		t.Errorf("%d requests were sent before the machine was found lacking", n)
	}
}

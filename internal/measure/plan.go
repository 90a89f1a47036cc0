// The plan: everything that a measurement will do, decided and checked before
// anything is contacted. It is pure but for the reading of local data files.

package measure

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// Timing are the lengths that the specification lays down. Drafts shorten them
// and are never ranked.
type Timing struct {
	Warm        time.Duration // least warm-up (G8)
	WarmCount   int64         // least number of warm-up requests; 0: max(2B, 20)
	Idle        time.Duration // each baseline (E13)
	Settle      time.Duration // before the second baseline (E13)
	Cool        time.Duration // least cooldown (G9)
	CoolMost    time.Duration // longest cooldown (G9)
	Calibration time.Duration // exact streams of G14
	Bracket     time.Duration // sampling before and after a window (E7)
	Watch       bool          // determine the counter's update period (E6)
	Aim         time.Duration // length that N grows to (W6); 0: it does not grow
}

func fullTiming() Timing {
	return Timing{
		Warm: 30 * time.Second, Idle: 30 * time.Second, Settle: 10 * time.Second, Cool: 10 * time.Second,
		CoolMost: 120 * time.Second, Calibration: 5 * time.Second, Bracket: 2500 * time.Millisecond, Watch: true, Aim: 65 * time.Second,
	}
}

// demoTiming keeps the whole of a demonstration within a minute.
func demoTiming() Timing {
	return Timing{
		Warm: 2 * time.Second, WarmCount: 8, Idle: 3 * time.Second, Settle: time.Second, Cool: time.Second,
		CoolMost: 2 * time.Second, Calibration: time.Second, Bracket: 2500 * time.Millisecond, Watch: true,
	}
}

// limitTiming is that of a trial run.
func limitTiming() Timing {
	return Timing{
		WarmCount: 2, Idle: 300 * time.Millisecond, Calibration: 200 * time.Millisecond, Bracket: 300 * time.Millisecond,
	}
}

// Kinds of API.
const (
	APIChat        = "chat"
	APICompletions = "completions"
)

// Prefix policies and isolations (G10).
const (
	PrefixCold    = "cold"
	PrefixShared  = "shared-system-prompt"
	PrefixHot     = "hot"
	PrefixUnknown = "unknown"

	IsolationDisjoint = "disjoint"
	IsolationReset    = "reset"
	IsolationRestart  = "restart"
)

// Plan is one job: one point of load with all its runs (G6).
type Plan struct {
	Opt      Options
	Kind     string // device or endpoint
	Draft    string // "", limit or simulated
	Timing   Timing
	Task     *catalog.Task // nil for custom
	TaskID   string
	Work     Workload
	System   string // system prompt, "" for none
	Roles    *result.Roles
	Sampling result.Sampling
	Load     result.Load
	SLO      *result.SLO
	Requests int64 // a run; 0: to be settled after the warm-up (W6), or by Duration
	Fixed    bool  // the number of requests was given
	declared declared
}

// Concurrency is B; in an open loop it is 1.
func (p *Plan) Concurrency() int64 { return max(1, p.Load.Concurrency) }

// Open says whether the plan is an open loop.
func (p *Plan) Open() bool { return p.Load.Mode == result.LoadOpen }

// Energy says whether energy was asked for.
func (p *Plan) Energy() bool { return !p.Opt.NoEnergy }

// Key names the load in prompts and messages: c32 or r4.
func (p *Plan) Key() string {
	if p.Open() {
		return "r" + strconv.FormatFloat(*p.Load.RatePerS, 'g', -1, 64)
	}
	return "c" + strconv.FormatInt(p.Load.Concurrency, 10)
}

// Rule is the window rule of the plan (W1 to W5).
func (p *Plan) Rule() string {
	switch {
	case p.Open():
		return result.WindowOpen
	case p.Work.Kind == WorkOffline:
		return result.WindowWhole
	case p.Opt.Duration > 0:
		return result.WindowDuration
	}
	return result.WindowClosed
}

// planner gathers every problem, not the first alone.
type planner struct {
	o        Options
	cat      *catalog.Catalog
	problems Problems
}

func (p *planner) bad(hint, format string, args ...any) {
	p.problems = append(p.problems, Problem{Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Plans checks the options in full and returns one plan for each point of load.
// cat is the board's catalogue, nil where there is none. The error is Problems,
// with every problem and its hint, or a failure to read a local file.
func Plans(o Options, cat *catalog.Catalog) ([]*Plan, error) {
	p := &planner{o: o, cat: cat}
	if o.Demo {
		p.demo()
	}
	base := &Plan{Timing: fullTiming(), Kind: result.KindDevice}
	p.server(base)
	p.model(base)
	p.energy(base)
	p.workload(base) // settles the default load of the workload
	loads := p.loads()
	p.counts(base, loads)
	p.facts(base)
	p.drafts(base)
	if err := p.problems.orNil(); err != nil {
		return nil, err
	}
	base.Opt = p.o
	plans := make([]*Plan, 0, len(loads))
	for _, l := range loads {
		one := *base
		one.Load = l
		if base.Work.Kind == WorkOffline && !one.Fixed {
			one.Requests, one.Fixed = offlineRequests, true
		}
		plans = append(plans, &one)
	}
	return plans, nil
}

// demo fills what a demonstration needs and refuses what it settles itself.
func (p *planner) demo() {
	o := &p.o
	for _, f := range []struct {
		given bool
		name  string
	}{
		{o.URL != "", "--url"}, {o.ServeCmd != "", "--serve-cmd"}, {o.Model != "", "--model"}, {o.NoEnergy, "--no-energy"},
		{o.Provider != "", "--provider"}, {o.Rate != nil, "--rate"}, {o.Dataset != "", "--dataset"}, {o.Task != "", "--task"},
		{o.Duration > 0, "--duration"}, {o.Limit > 0, "--limit"}, {o.SimulatedGPU > 0, "--simulated-gpu"},
	} {
		if f.given {
			p.bad("leave out "+f.name+", or leave out --demo", "--demo and %s exclude each other: the demonstration brings its own server, model, load and GPU", f.name)
		}
	}
	demoDefaults(o)
}

func (p *planner) server(pl *Plan) {
	o := &p.o
	switch {
	case o.Demo:
	case o.URL == "" && o.ServeCmd == "":
		p.bad("give --url http://127.0.0.1:8000/v1 for a server that runs, --serve-cmd 'vllm serve {model} --port {port}' for one to start, or --demo",
			"no server was named")
	case o.URL != "" && o.ServeCmd != "":
		p.bad("leave one of them out", "--url names a server that runs, and --serve-cmd one to start")
	case o.ServeCmd != "":
		if strings.TrimSpace(o.ServeCmd) == "" {
			p.bad("such as 'vllm serve {model} --port {port}'", "--serve-cmd is blank")
		}
		if !strings.Contains(o.ServeCmd, "{port}") && o.Port == 0 {
			p.bad("write {port} where the port goes, or give the port that the command uses with --port", "--serve-cmd does not say its port")
		}
		for _, m := range placeholder.FindAllString(o.ServeCmd, -1) {
			if m != "{model}" && m != "{port}" {
				p.bad("the command may hold {model} and {port}", "--serve-cmd holds %s, which stands for nothing", m)
			}
		}
	default:
		p.checkURL("--url", o.URL)
	}
	if o.ServeCmd == "" && (o.Port != 0 || o.ServeTimeout != 0) {
		p.bad("they go with --serve-cmd; the port of a server that runs stands in --url", "--port and --serve-timeout are for a server to start")
	}
	if o.Port < 0 || o.Port > 65535 {
		p.bad("leave it out to have a free one picked", "--port %d: a port is from 1 to 65535", o.Port)
	}
	if o.ServeTimeout < 0 {
		p.bad("such as 20m for a large model", "--serve-timeout %v: must be above 0", o.ServeTimeout)
	}
	if o.ServeTimeout == 0 {
		o.ServeTimeout = 20 * time.Minute
	}
	if o.API == "" {
		o.API = APIChat
	}
	if o.API != APIChat && o.API != APICompletions {
		p.bad("chat is the default", "--api %q: must be chat or completions", o.API)
	}
	if o.APIKeyEnv != "" && o.APIKeyFile != "" {
		p.bad("leave one of them out", "--api-key-env and --api-key-file both say where the key is")
	}
	if n := o.APIKeyEnv; n != "" && !envName.MatchString(n) {
		// The text is not repeated: somebody may have typed the key itself.
		p.bad("name the variable, such as --api-key-env OPENAI_API_KEY; the key itself never stands on a command line, where everybody can read it",
			"--api-key-env does not look like the name of an environment variable")
	}
	if o.Proxy != "" && o.Proxy != "env" && o.Proxy != "none" {
		if u, err := url.Parse(o.Proxy); err != nil || u.Host == "" && u.Opaque == "" && u.Path == "" {
			p.bad("such as http://proxy.example.org:3128, socks5://127.0.0.1:1080, or env for the usual variables", "--proxy cannot be read as an address")
		}
	}
	if o.KeyFile != "" && o.CertFile == "" {
		p.bad("give the certificate with --cert", "--key without --cert")
	}
	if o.Insecure && o.CAFile != "" {
		p.bad("leave --insecure out: --cacert already says whom to trust", "--insecure and --cacert exclude each other")
	}
	if o.Provider != "" {
		pl.Kind = result.KindEndpoint
		if o.ServeCmd != "" {
			p.bad("leave --provider out: it is for somebody else's hosted service", "--provider and --serve-cmd exclude each other")
		}
	}
	switch o.TokenSource {
	case "":
		o.TokenSource = load.SourceUsage
	case load.SourceUsage, load.SourceChunks, load.SourceTokenizer:
	default:
		p.bad("usage is the default: what the server itself counts", "--token-source %q: must be usage, tokenizer or chunks", o.TokenSource)
	}
}

var (
	placeholder = regexp.MustCompile(`\{[a-z_]+\}`)
	envName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,79}$`)
	commitHash  = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	dateText    = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)
)

func (p *planner) checkURL(flag, raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		p.bad("such as http://127.0.0.1:8000/v1", "%s cannot be read as an address", flag)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		p.bad("such as http://127.0.0.1:8000/v1", "%s is no http or https address", flag)
	}
}

func (p *planner) model(pl *Plan) {
	o := &p.o
	if o.Model == "" {
		p.bad("give the hub id, such as --model Qwen/Qwen2.5-7B-Instruct", "no model was named")
	} else if strings.Count(o.Model, "/") != 1 || strings.HasPrefix(o.Model, "/") || strings.HasSuffix(o.Model, "/") || strings.ContainsAny(o.Model, " \t\n'\"\\") {
		if pl.Kind != result.KindEndpoint || strings.ContainsAny(o.Model, " \t\n'\"\\") {
			p.bad("write ORG/NAME as on the hub; --served-model takes the name that the server uses, where it differs", "--model %q is no hub id", o.Model)
		}
	}
	if o.Served == "" {
		o.Served = o.Model
	}
	if o.Revision != "" && pl.Kind == result.KindDevice && !o.Demo && !commitHash.MatchString(o.Revision) {
		p.bad("a branch such as main moves; give the commit's hash", "--revision %q is no commit", o.Revision)
	}
	if o.ModelDate != "" && !dateText.MatchString(o.ModelDate) {
		p.bad("write YYYY-MM-DD, or YYYY-MM", "--model-date %q is no date", o.ModelDate)
	}
	if pl.Kind == result.KindEndpoint && o.Revision == "" && o.ModelDate == "" {
		p.bad("give --model-date with the provider's version date, or --revision", "a hosted model needs its version")
	}
	if o.Weights != "" && o.Weights != "released" && o.Weights != "random" {
		p.bad("released is the default", "--weights %q: must be released or random", o.Weights)
	}
}

func (p *planner) energy(pl *Plan) {
	o := &p.o
	if pl.Kind == result.KindEndpoint {
		if o.SimulatedGPU > 0 || o.CPUEnergy {
			p.bad("leave the energy flags out", "the energy of a hosted endpoint cannot be measured from outside")
		}
		o.NoEnergy = true
	}
	if o.NoEnergy && o.SimulatedGPU > 0 {
		p.bad("leave one of them out", "--no-energy and --simulated-gpu exclude each other")
	}
	if o.NoEnergy && o.CPUEnergy {
		p.bad("leave one of them out", "--no-energy and --cpu-energy exclude each other")
	}
	if o.SimulatedGPU < 0 || o.SimulatedGPU > 2000 || math.IsNaN(o.SimulatedGPU) {
		p.bad("such as --simulated-gpu 400", "--simulated-gpu %v: must be above 0 and at most 2000 W", o.SimulatedGPU)
	}
	if o.Period != 0 && (o.Period < 20*time.Millisecond || o.Period > 200*time.Millisecond) {
		p.bad("50ms is the default", "--period %v: must be from 20ms to 200ms", o.Period)
	}
	if u, err := url.Parse(o.URL); err == nil && u.Host != "" && pl.Kind == result.KindDevice && o.UnixSocket == "" && !isLocal(u) {
		// Also without energy: host, devices and processes of a device result are
		// those of the machine that jouleboard runs on.
		p.bad("run jouleboard on the server's machine; for a service that somebody hosts, name who with --provider, and there is no energy then",
			"%s is another machine, and a result states the machine of its server", u.Hostname())
	}
	var err error
	if pl.declared.PUE, err = parseDeclared(o.PUE); err != nil {
		p.bad("write VALUE,SOURCE or VALUE,SOURCE,DATE", "--pue: %v", err)
	}
	if pl.declared.GCO2e, err = parseDeclared(o.GCO2e); err != nil {
		p.bad("write VALUE,SOURCE or VALUE,SOURCE,DATE", "--gco2e-per-kwh: %v", err)
	}
	if o.NoEnergy && (o.PUE != "" || o.GCO2e != "") {
		p.bad("leave them out", "--pue and --gco2e-per-kwh say nothing without energy")
	}
}

// parseDeclared reads VALUE,SOURCE[,DATE]; a source may hold commas itself.
func parseDeclared(text string) (*result.Declared, error) {
	if text == "" {
		return nil, nil
	}
	value, rest, ok := strings.Cut(text, ",")
	v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v <= 0:
		return nil, fmt.Errorf("%q is no number above 0", value)
	case !ok || strings.TrimSpace(rest) == "":
		return nil, errors.New("it needs its source")
	}
	d := &result.Declared{Value: v, Source: strings.TrimSpace(rest)}
	if i := strings.LastIndexByte(d.Source, ','); i > 0 && dateText.MatchString(strings.TrimSpace(d.Source[i+1:])) {
		d.Source, d.Date = strings.TrimSpace(d.Source[:i]), strings.TrimSpace(d.Source[i+1:])
	}
	return d, nil
}

// loads settles the points of load, sorted and without doubles (G4 to G6).
func (p *planner) loads() []result.Load {
	o := &p.o
	if o.Concurrency != nil && o.Rate != nil {
		p.bad("a closed loop keeps a number of requests in flight, an open loop sends at a rate: choose one", "--concurrency and --rate exclude each other")
		return nil
	}
	switch o.Arrivals {
	case "", "poisson", "constant":
	default:
		p.bad("poisson is the default", "--arrivals %q: must be poisson or constant", o.Arrivals)
	}
	var out []result.Load
	if o.Rate != nil {
		if o.Ramp != nil {
			p.bad("leave --ramp out", "--ramp spreads the first requests of a closed loop; with --rate the schedule says when each starts")
		}
		arrivals := o.Arrivals
		if arrivals == "" {
			arrivals = "poisson"
		}
		rates := slices.Clone(o.Rate)
		slices.Sort(rates)
		for _, r := range slices.Compact(rates) {
			if !(r > 0) || r > 100_000 {
				p.bad("such as --rate 4, in requests a second", "--rate %v: must be above 0 and at most 100000", r)
				continue
			}
			l := result.Load{Mode: result.LoadOpen, RatePerS: &r, Arrivals: arrivals}
			out = append(out, l)
		}
	} else {
		if o.Arrivals != "" {
			p.bad("give --rate, or leave --arrivals out", "--arrivals says how requests arrive at a --rate")
		}
		if o.Ramp != nil && *o.Ramp < 0 {
			p.bad("0 starts all at once", "--ramp %v: must not be negative", *o.Ramp)
		}
		bs := slices.Clone(o.Concurrency)
		slices.Sort(bs)
		for _, b := range slices.Compact(bs) {
			if b < 1 || b > 65_536 {
				p.bad("such as --concurrency 32, or 1,8,64 for one point each", "--concurrency %d: must be from 1 to 65536", b)
				continue
			}
			out = append(out, result.Load{Mode: result.LoadClosed, Concurrency: b})
		}
	}
	if o.Duration > 0 {
		d := o.Duration.Seconds()
		for i := range out {
			out[i].DurationS = &d
		}
	}
	return out
}

// drafts settles what keeps a result from being published.
func (p *planner) drafts(pl *Plan) {
	switch {
	case p.o.Demo:
		pl.Draft, pl.Timing = "simulated", demoTiming()
	case p.o.Limit > 0:
		pl.Draft, pl.Timing = "limit", limitTiming()
	}
	if p.o.SimulatedGPU > 0 {
		pl.Draft = "simulated"
	}
	if pl.Fixed || p.o.Duration > 0 {
		pl.Timing.Aim = 0
	}
}

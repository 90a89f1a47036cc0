// What a measurement says while it runs: events as data, for a terminal, for
// lines in a log, or for a program.

package measure

import (
	"slices"
	"sync"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/stats"
)

// Phases of a job, in their order (G1).
const (
	PhaseServer      = "server"
	PhaseProbe       = "probe"
	PhaseCalibration = "calibration"
	PhaseIdle        = "idle"
	PhaseWarmup      = "warm-up"
	PhaseRun         = "run"
	PhaseCooldown    = "cooldown"
	PhaseSave        = "save"
)

// Event is one state of a job. Numbers that are not known yet are absent.
type Event struct {
	Type      string   `json:"type"`  // phase, progress, note or warning
	Point     string   `json:"point"` // c32, r4
	Phase     string   `json:"phase"`
	Run       int      `json:"run,omitempty"`
	Runs      int      `json:"runs,omitempty"`
	Done      int64    `json:"done,omitempty"`
	Total     int64    `json:"total,omitempty"`
	InFlight  int64    `json:"in_flight,omitempty"`
	Failed    int64    `json:"failed,omitempty"`
	TTFTMs    *float64 `json:"ttft_ms_p50,omitempty"`
	ITLMs     *float64 `json:"itl_ms_p50,omitempty"`
	TokensPS  *float64 `json:"output_tokens_per_s,omitempty"`
	Watts     *float64 `json:"power_w,omitempty"`
	JPerToken *float64 `json:"energy_per_output_token_j,omitempty"`
	ElapsedS  float64  `json:"elapsed_s"`
	LeftS     *float64 `json:"left_s,omitempty"` // of the whole job
	Message   string   `json:"message,omitempty"`
	Hint      string   `json:"hint,omitempty"`
}

// reservoir is how many of the newest values a running median looks at.
const reservoir = 2048

// live gathers what events show. It is fed by the loop's observer and read by a
// ticker.
type live struct {
	mu       sync.Mutex
	clock    load.Clock
	event    Event // what the phase has set
	since    int64 // start of the phase
	tokens   int64
	seen     int64    // when the newest of them was counted
	shownJ   *float64 // for each token, while requests were in flight
	failed   int64
	ttft     ring
	itl      ring
	progress *load.Progress
	sampler  *energy.Sampler
	startMJ  []*int64
	left     func(done int64, elapsed time.Duration) (time.Duration, bool)
}

// ring holds the newest values.
type ring struct {
	v []int64
	n int
}

func (r *ring) add(v int64) {
	if len(r.v) < reservoir {
		r.v = append(r.v, v)
	} else {
		r.v[r.n%reservoir] = v
	}
	r.n++
}

func (r *ring) median() *float64 {
	if len(r.v) == 0 {
		return nil
	}
	sorted := slices.Clone(r.v)
	slices.Sort(sorted)
	ms := float64(stats.NearestRank(sorted, 1, 2)) / 1000
	return &ms
}

// enter begins a phase.
func (l *live) enter(phase string, run int, total int64, p *load.Progress) Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.event.Phase, l.event.Run, l.event.Total = phase, run, total
	l.since = l.clock.Now()
	l.tokens, l.failed, l.ttft, l.itl, l.progress = 0, 0, ring{}, ring{}, p
	l.startMJ, l.shownJ = nil, nil
	if l.sampler != nil {
		if tick, _, ok := l.sampler.Latest(); ok {
			l.startMJ = tick.EnergyMJ
		}
	}
	e := l.event
	e.Type = "phase"
	e.ElapsedS = seconds(l.since)
	return e
}

// observe takes one complete trace.
func (l *live) observe(t load.Trace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.Failed() {
		l.failed++
	}
	if t.Outcome != load.OK {
		return
	}
	if t.Nc > 0 {
		l.tokens += t.Nc
		l.seen = max(l.seen, t.End)
	}
	if t.First >= 0 {
		from := t.Start
		if t.Sched >= 0 {
			from = t.Sched
		}
		l.ttft.add(t.First - from)
	}
	// A few gaps of each request stand for all of them.
	step := max(1, len(t.Gaps)/16)
	for i := 0; i < len(t.Gaps); i += step {
		d := int64(1)
		if t.Counts != nil && i+1 < len(t.Counts) {
			d = max(1, t.Counts[i+1])
		}
		l.itl.add(t.Gaps[i] / d)
	}
}

// snapshot is the state now.
func (l *live) snapshot() Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	e := l.event
	e.Type = "progress"
	e.ElapsedS = seconds(now)
	took := now - l.since
	if l.progress != nil {
		e.Done, e.InFlight, e.Failed = l.progress.Closed.Load(), l.progress.InFlight(), l.failed
		e.TTFTMs, e.ITLMs = l.ttft.median(), l.itl.median()
		// Up to the newest answer, so that the numbers stand still after the last.
		if d := l.seen - l.since; l.tokens > 0 && d > 0 {
			rate := float64(l.tokens) * 1e6 / float64(d)
			e.TokensPS = &rate
		}
	}
	if l.sampler != nil {
		if tick, _, ok := l.sampler.Latest(); ok {
			e.Watts = powerNow(tick)
			if e.InFlight > 0 || l.shownJ == nil {
				l.shownJ = l.joules(tick)
			}
			e.JPerToken = l.shownJ
		}
	}
	if l.left != nil {
		if d, ok := l.left(e.Done, time.Duration(took)*time.Microsecond); ok {
			s := d.Seconds()
			e.LeftS = &s
		}
	}
	return e
}

func powerNow(tick energy.Tick) *float64 {
	var mw int64
	for _, p := range tick.PowerMW {
		if p == nil {
			return nil
		}
		mw += *p
	}
	if len(tick.PowerMW) == 0 {
		return nil
	}
	w := float64(mw) / 1000
	return &w
}

// joules is the energy for each token of the phase so far. It holds ramp and
// edges and is for looking at, not for keeping.
func (l *live) joules(tick energy.Tick) *float64 {
	if l.tokens == 0 || len(l.startMJ) != len(tick.EnergyMJ) {
		return nil
	}
	var mj int64
	for i, c := range tick.EnergyMJ {
		if c == nil || l.startMJ[i] == nil {
			return nil
		}
		mj += *c - *l.startMJ[i]
	}
	if mj <= 0 {
		return nil
	}
	j := float64(mj) / 1000 / float64(l.tokens)
	return &j
}

func seconds(us int64) float64 { return float64(us) / 1e6 }

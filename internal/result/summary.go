// From samples to windows, metrics and distributions (measurement rules,
// sections 1, 6, 7 and 12). One function serves the measurement and everybody
// who checks it, so the numbers agree in every bit.

package result

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Summary is all of a result that follows from its samples.
type Summary struct {
	Windows       []Window
	Metrics       map[string]Metric
	Distributions map[string]Distribution
	IdleW         *float64
	Idle          []Idle
	Calibration   *Calibration
	// Notes are sentences for people that the numbers call for.
	Notes []string

	runs []runSummary
}

// Summarize computes what the samples of a measured result give. Of r it reads
// what was asked for: the load, the objectives, the seed, and the class, since
// class performance has no energy whatever the samples hold; an empty class
// takes what is there. Findings name the runs that give no window (V10).
func Summarize(r *Result, s *SamplesFile) (Summary, Findings) {
	a := analyse(r, s, true)
	return a.sum, a.findings
}

// follows says whether a number of a measured result must follow from its
// samples.
func follows(key, provenance string) bool {
	return provenance != ProvDeclared && provenance != ProvEstimated && !strings.HasPrefix(key, "x_")
}

// Apply writes a summary into a result. The samples block, class and checks are
// not its business.
func Apply(r *Result, sum Summary) {
	r.Window = sum.Windows
	// What somebody declared or estimated, and x_ keys, stay.
	metrics := map[string]Metric{}
	for key, m := range r.Metrics {
		if !follows(key, m.Provenance) {
			metrics[key] = m
		}
	}
	maps.Copy(metrics, sum.Metrics)
	distributions := map[string]Distribution{}
	for key, d := range r.Distributions {
		if !follows(key, d.Provenance) {
			distributions[key] = d
		}
	}
	maps.Copy(distributions, sum.Distributions)
	r.Metrics, r.Distributions = metrics, distributions
	if sum.Calibration != nil {
		if r.Client == nil {
			r.Client = &Client{}
		}
		r.Client.Calibration = sum.Calibration
	}
	if r.Boundary != nil {
		r.Boundary.IdleW, r.Boundary.Idle = sum.IdleW, sum.Idle
	}
	for _, n := range sum.Notes {
		if !slices.Contains(r.Notes, n) {
			r.Notes = append(r.Notes, n)
		}
	}
}

// analysis is one computation over a result and its samples; the rules look at
// what it found.
type analysis struct {
	r *Result
	s *SamplesFile
	// intervals asks for bootstrap intervals within runs (S4).
	intervals bool
	energy    bool // the result may hold energy and the samples have devices
	chunks    bool // some tokens are counted by chunks: no token metric (T1)
	series    []series
	sum       Summary
	findings  Findings
	dist      pooled
}

// runSummary is one run in integers.
type runSummary struct {
	RunWindow
	qs                   []*RequestRecord
	in, out, requests    int64 // n_in(W), n_out(W), r(W)
	halves               [2]int64
	started, failed      int64
	cancelled            int64
	good, wasted         int64
	outcomes, flags      map[string]int64
	straddling           int64 // tokens of apportioned requests over an edge
	successes            int64 // started in W
	sumIn, sumOut        int64 // of them
	e2eSum, e2eN         int64
	tpotSum              float64 // seconds
	tpotN                int64
	inFlight             int64
	devices              []deviceEnergy
	mj                   int64
	hasEnergy            bool
	quant                float64 // relative
	cpu, dram            int64   // uJ
	hasCPU, hasDRAM      bool
	prompt, cachedTokens int64 // of successes in W that say so (V22)
}

// pooled are the values of all windows, in the order of runs and records.
type pooled struct {
	ttft, ttftSend, ttfo, e2e, icl []int64
	tpot, user, request            []float64
	itl                            []share
	inexact                        bool
}

// analyse computes everything; without intervals it spares the bootstrap, which
// no rule looks at.
func analyse(r *Result, s *SamplesFile, intervals bool) *analysis {
	a := &analysis{r: r, s: s, intervals: intervals}
	a.run()
	return a
}

func (a *analysis) run() {
	a.energy = a.r.Class != ClassPerformance && a.r.Kind != KindEndpoint && len(a.s.Header.Devices) > 0
	for i := range a.s.Requests {
		if q := &a.s.Requests[i]; q.Ph == PhaseRun && q.ok() && q.Src == TokensChunks {
			a.chunks = true
		}
	}
	if a.energy {
		for d := range a.s.Header.Devices {
			a.series = append(a.series, a.s.deviceSeries(d))
		}
		a.idle()
	}
	var load Load
	if a.r.Workload.Load != nil {
		load = *a.r.Workload.Load
	}
	for i, h := range a.s.Header.Runs {
		w, err := WindowOf(a.s, load, h.Run)
		if err != nil {
			a.findings = append(a.findings, Finding{Rule: "V10", Level: Error, Where: Place{Pointer: fmt.Sprintf("/window/%d", i)}, Message: err.Error(),
				Hint: "measure more requests, or for longer"})
			continue
		}
		run := runSummary{RunWindow: w, qs: a.s.run(h.Run)}
		a.requests(&run)
		if a.energy {
			a.deviceEnergies(&run)
		}
		a.sum.runs = append(a.sum.runs, run)
		a.sum.Windows = append(a.sum.Windows, a.window(&run))
	}
	a.distributions()
	a.metrics()
	a.sum.Calibration = calibrationOf(a.s)
}

// requests counts the requests of a run in its window (W7).
func (a *analysis) requests(run *runSummary) {
	w := run.RunWindow
	middle := w.Start + w.Length()/2
	events := a.s.Header.Events
	count := func(m *map[string]int64, key string) {
		if *m == nil {
			*m = map[string]int64{}
		}
		(*m)[key]++
	}
	run.inFlight = inFlight(run.qs, w.Start, w.End)
	for _, q := range run.qs {
		if q.ok() {
			if !a.chunks {
				first, second := q.tokensIn(w.Start, middle, events), q.tokensIn(middle, w.End, events)
				run.halves[0] += first
				run.halves[1] += second
				if q.misplaced(events) && q.straddles(w) {
					run.straddling += valueOf(q.Nc)
				}
			}
			if w.holds(q.First) {
				run.in += valueOf(q.Np)
			}
			if w.holds(q.End) {
				run.requests++
			}
		}
		if !w.holds(q.Start) {
			continue
		}
		if q.Oc == OutcomeCancelled {
			run.cancelled++
			count(&run.outcomes, q.Oc)
			continue
		}
		run.started++
		for _, f := range q.Fl {
			count(&run.flags, f)
		}
		if q.failed() {
			run.failed++
			if q.Src != TokensChunks { // chunks are not tokens (T1)
				run.wasted += valueOf(q.Nc)
			}
			count(&run.outcomes, q.Oc)
			continue
		}
		a.success(run, q)
	}
	run.out = run.halves[0] + run.halves[1]
}

// success takes the latencies and lengths of a success that started in W.
func (a *analysis) success(run *runSummary, q *RequestRecord) {
	if q.First == nil || q.Last == nil || q.Start == nil {
		return // V05 says so
	}
	run.successes++
	from := *q.Start
	if a.r.Workload.Load != nil && a.r.Workload.Load.Mode == LoadOpen && q.Sched != nil {
		from = *q.Sched
	}
	d := &a.dist
	ttft, e2e := *q.First-from, *q.Last-from
	d.ttft = append(d.ttft, ttft)
	d.ttftSend = append(d.ttftSend, *q.First-*q.Start)
	d.e2e = append(d.e2e, e2e)
	if q.Out != nil && (*q.Out != *q.First || valueOf(q.Nr) > 0) { // a request that reasoned
		d.ttfo = append(d.ttfo, *q.Out-from)
	}
	run.e2eSum += e2e
	run.e2eN++
	d.icl = append(d.icl, q.Dt...)

	var tpotUs float64
	if !a.chunks {
		n, span := valueOf(q.Nc), *q.Last-*q.First
		run.sumOut += n
		run.sumIn += valueOf(q.Np)
		if q.Np != nil && q.Ncache != nil {
			run.prompt += *q.Np
			run.cachedTokens += *q.Ncache
		}
		if n >= 2 && span >= 0 {
			tpotUs = float64(span) / float64(n-1)
			d.tpot = append(d.tpot, float64(span)/float64((n-1)*1000))
			run.tpotSum += float64(span) / float64((n-1)*1_000_000)
			run.tpotN++
			if span > 0 {
				d.user = append(d.user, float64((n-1)*1_000_000)/float64(span))
			}
		}
		if e2e > 0 {
			d.request = append(d.request, float64(n*1_000_000)/float64(e2e))
		}
		if q.misplaced(a.s.Header.Events) {
			d.inexact = true
		}
		for k, gap := range q.Dt {
			d.itl = append(d.itl, share{gap, q.tokensOf(k + 1)})
		}
	}
	if slo := a.r.Workload.SLO; slo != nil && slo.met(ttft, e2e, tpotUs) {
		run.good++
	}
}

// met says whether a request meets every objective, times in microseconds.
func (o *SLO) met(ttft, e2e int64, tpot float64) bool {
	within := func(us float64, ms *float64) bool { return ms == nil || us <= float64(*ms*1000) }
	return within(float64(ttft), o.TTFTMs) && within(float64(e2e), o.E2EMs) && within(tpot, o.TPOTMs)
}

// deviceEnergies cuts the energy of every device of G to the window. All must
// give one, or the run has none.
func (a *analysis) deviceEnergies(run *runSummary) {
	w := run.RunWindow
	run.hasEnergy = true
	var squares float64
	for d := range a.s.Header.Devices {
		dev := &a.s.Header.Devices[d]
		e := energyOf(&a.series[d], dev, w.Start, w.End)
		run.devices = append(run.devices, e)
		run.hasEnergy = run.hasEnergy && e.ok
		run.mj += e.mj
		u := QuantUncertainty(e.mj, w.Length(), dev.update(), e.samplingUs)
		squares += float64(u * u)
	}
	if !run.hasEnergy || run.mj <= 0 {
		run.hasEnergy = false
		return
	}
	run.quant = math.Sqrt(squares) / float64(run.mj)
	run.cpu, run.hasCPU = a.s.cpuEnergy("package", w.Start, w.End)
	run.dram, run.hasDRAM = a.s.cpuEnergy("dram", w.Start, w.End)
}

// window writes a run as it stands in the result.
func (a *analysis) window(run *runSummary) Window {
	w := Window{
		Rule: run.Rule, StartUs: run.Start, EndUs: run.End, Requests: run.requests, InTokens: run.in, OutTok: run.out,
		Started: new(run.started), Failed: new(run.failed), WastedTokens: new(run.wasted),
		Outcomes: run.outcomes, Flags: run.flags,
		MeanInFlight: new(float64(run.inFlight) / float64(run.Length())),
		WholeRun:     a.wholeRun(run),
	}
	if a.r.Workload.SLO != nil {
		w.Good = new(run.good)
	}
	if run.out > 0 && !a.chunks {
		w.ApportionBound = new(float64(run.straddling) / float64(run.out))
	}
	if run.Rule == WindowOpen {
		w.Saturated = new(saturated(run.qs, run.RunWindow))
		if due := times(run.qs, func(q *RequestRecord) *int64 { return q.Sched }); len(due) > 1 && due[len(due)-1] > due[0] {
			w.RatePerS = new(float64((len(due)-1)*1_000_000) / float64(due[len(due)-1]-due[0]))
		}
	}
	if !run.hasEnergy {
		return w
	}
	for d, e := range run.devices {
		dev := &a.s.Header.Devices[d]
		out := WindowDevice{
			UUIDSHA256: dev.UUIDSHA256, EnergyMJ: e.mj, Source: dev.Source, CrossCheckMJ: e.cross,
			MeanW:       new(watts(e.mj, run.Length())),
			PowerSource: dev.PowerSource, Scope: dev.Scope, UpdateUs: dev.update(), SamplingUs: e.samplingUs,
			UQuantMJ: new(QuantUncertainty(e.mj, run.Length(), dev.update(), e.samplingUs)),
		}
		if e.maxMW > 0 { // without power readings nobody knows the highest power
			out.BoundMJ = new(QuantBound(e.maxMW, dev.update(), e.samplingUs))
		}
		var power spread
		for _, p := range a.series[d].power {
			if p.t >= run.Start && p.t < run.End {
				power.add(p.v)
			}
		}
		if power.n > 0 {
			out.MinW, out.MaxW = new(float64(power.min)/1000), new(float64(power.max)/1000)
		}
		a.s.stateOf(d, run.RunWindow, &out)
		w.Devices = append(w.Devices, out)
	}
	return w
}

// wholeRun is W8.
func (a *analysis) wholeRun(run *runSummary) *WholeRun {
	starts := times(run.qs, func(q *RequestRecord) *int64 { return q.Start })
	ends := times(run.qs, func(q *RequestRecord) *int64 { return q.End })
	if len(starts) == 0 || len(ends) == 0 {
		return nil
	}
	whole := &WholeRun{StartUs: starts[0], EndUs: ends[len(ends)-1]}
	for _, q := range run.qs {
		switch {
		case q.ok():
			whole.Requests++
			whole.InTokens += valueOf(q.Np)
			if !a.chunks {
				whole.OutTok += valueOf(q.Nc)
			}
		case q.failed():
			whole.Failed++
		}
	}
	if !a.energy {
		return whole
	}
	var mj int64
	for d := range a.s.Header.Devices {
		e := energyOf(&a.series[d], &a.s.Header.Devices[d], whole.StartUs, whole.EndUs)
		if !e.ok {
			return whole
		}
		mj += e.mj
	}
	whole.EnergyMJ = &mj
	return whole
}

// distributions forms those that the windows give.
func (a *analysis) distributions() {
	d := &a.dist
	out := map[string]Distribution{}
	seed := valueOf(a.r.Workload.Seed)
	ofUs := func(key string, us []int64, interval bool) {
		dist, ok := ofTimes(us)
		if !ok {
			return
		}
		if interval && a.intervals {
			ms := make([]float64, len(us))
			for i, v := range us {
				ms[i] = float64(v) / 1000
			}
			dist.withinRun(ms, seed)
		}
		out[key] = dist
	}
	ofUs("ttft_ms", d.ttft, true)
	ofUs("ttft_send_ms", d.ttftSend, false)
	ofUs("ttfo_ms", d.ttfo, false)
	ofUs("e2e_ms", d.e2e, true)
	ofUs("icl_ms", d.icl, false)
	if tpot, ok := ofNumbers(d.tpot); ok {
		if a.intervals {
			tpot.withinRun(d.tpot, seed)
		}
		out["tpot_ms"] = tpot
	}
	if user, ok := ofNumbers(d.user); ok {
		out["user_tokens_per_s"] = user
	}
	if request, ok := ofNumbers(d.request); ok {
		out["request_output_tokens_per_s"] = request
	}
	if !d.inexact {
		if itl, ok := ofShares(d.itl); ok {
			out["itl_ms"] = itl
		}
	}
	if len(out) > 0 {
		a.sum.Distributions = out
	}
}

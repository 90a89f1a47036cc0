// The rules over requests and the client: V04 to V08, V11, V21 and V22.

package result

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"jouleboard/internal/stats"
)

// maxClockStepUs is how far the wall clock may move against ours (C4).
const maxClockStepUs = 50_000

// clock is V04.
func (j *judge) clock() {
	var m many
	for _, list := range [][]RequestRecord{j.s.Requests, j.s.Calibration} {
		for i := range list {
			q := &list[i]
			if msg := q.disorder(); msg != "" {
				m.add("request %d: %s", q.I, msg)
			}
		}
	}
	runs := j.s.Header.Runs
	for i, h := range runs {
		if i > 0 && h.Start < runs[i-1].Stop {
			m.add("run %d begins %.3f s before run %d stops", h.Run, float64(runs[i-1].Stop-h.Start)/1e6, runs[i-1].Run)
		}
		for _, q := range j.s.run(h.Run) {
			if q.Sched != nil && *q.Sched < h.Start {
				m.add("request %d of run %d was due %d us before the run began", q.I, h.Run, h.Start-*q.Sched)
			}
		}
	}
	j.sayMany("V04", "A", Error, "", &m)
	anchors := j.s.Anchors
	if len(anchors) < 2 {
		j.say("V04", "A", Error, "/samples", "anchors are taken at the start, each 10 s, and at the end",
			"%s of the wall clock; at least 2 are needed", plural(len(anchors), "anchor", "anchors"))
		return
	}
	for _, h := range j.s.Header.Runs {
		if anchors[0].T > h.Start || anchors[len(anchors)-1].T < h.Stop {
			j.say("V04", "A", Error, "/samples", "anchors are taken at the start, each 10 s, and at the end",
				"anchors of the wall clock do not reach from the beginning to the end of run %d", h.Run)
			break
		}
	}
	least, most := anchors[0].UnixUs-anchors[0].T, anchors[0].UnixUs-anchors[0].T
	for _, a := range anchors[1:] {
		least, most = min(least, a.UnixUs-a.T), max(most, a.UnixUs-a.T)
	}
	if step := most - least; step > maxClockStepUs || step < 0 {
		j.say("V04", "A", Error, "/samples", "measure while the clock is not being set",
			"the wall clock moved by %.1f ms against the monotonic one; at most %d ms are allowed", float64(step)/1000, maxClockStepUs/1000)
	}
}

// disorder says what is wrong with the times of a record; empty if nothing.
func (q *RequestRecord) disorder() string {
	type moment struct {
		name string
		t    *int64
	}
	if q.Sched == nil || q.End == nil {
		return "no scheduled time or no end"
	}
	moments := []moment{
		{"schedule", q.Sched}, {"start", q.Start}, {"sent", q.Sent}, {"header", q.Hdr}, {"first token", q.First},
		{"first output", q.Out}, {"last token", q.Last}, {"end", q.End},
	}
	before := moment{}
	for _, m := range moments {
		switch {
		case m.t == nil:
			continue
		case *m.t < 0:
			return fmt.Sprintf("%s at %d us, before the clock began", m.name, *m.t)
		case before.t != nil && *m.t < *before.t:
			return fmt.Sprintf("%s %d us before %s", m.name, *before.t-*m.t, before.name)
		}
		before = m
	}
	if (q.First == nil) != (q.Last == nil) {
		return "a first token without a last one, or the reverse"
	}
	if len(q.Dt) > 0 {
		if q.First == nil {
			return "events without a first token"
		}
		t := *q.First
		for _, gap := range q.Dt {
			t += gap
		}
		if t != *q.Last {
			return fmt.Sprintf("events end at %d us, last token is at %d us", t, *q.Last)
		}
	}
	return ""
}

// outcomes is V05.
func (j *judge) outcomes() {
	var m many
	runs := map[int]bool{}
	for _, r := range j.s.Header.Runs {
		runs[r.Run] = true
	}
	for i := range j.s.Requests {
		q := &j.s.Requests[i]
		switch {
		case !slices.Contains(outcomes, q.Oc):
			m.add("request %d: unknown outcome %q", q.I, Clip(q.Oc))
		case q.Ph == PhaseWarm && q.Run != 0, q.Ph == PhaseRun && !runs[q.Run], q.Ph != PhaseWarm && q.Ph != PhaseRun:
			m.add("request %d: phase %q of run %d, which the header does not list", q.I, Clip(q.Ph), q.Run)
		case q.ok():
			if why := q.notOK(); why != "" {
				m.add("request %d: %s", q.I, why)
			}
		}
	}
	for i := range j.s.Calibration {
		if q := &j.s.Calibration[i]; q.Ph != PhaseCalibration || !slices.Contains(outcomes, q.Oc) {
			m.add("calibration request %d: phase %q, outcome %q", q.I, Clip(q.Ph), Clip(q.Oc))
		}
	}
	j.sayMany("V05", "A", Error, "", &m)
}

// tokenSources is V06.
func (j *judge) tokenSources() {
	var chunks, tokenizer int
	var unknown many
	for _, q := range j.measured() {
		if !q.ok() {
			continue
		}
		switch q.Src {
		case TokensUsage:
		case TokensTokenizer:
			tokenizer++
		case TokensChunks:
			chunks++
		default:
			unknown.add("request %d: token source is %q; expected usage, tokenizer or chunks", q.I, Clip(q.Src))
		}
	}
	if asked := j.s.Header.TokenSource; asked != TokensUsage && asked != TokensTokenizer && asked != TokensChunks {
		unknown.add("the run asked for tokens by %q; expected usage, tokenizer or chunks", Clip(asked))
	}
	j.sayMany("V06", "A", Error, "", &unknown)
	if key := j.tokenMetric(); chunks > 0 && key != "" {
		j.say("V06", "A", Error, key, "leave token metrics out, or use a server that reports usage", "%s counted by chunks; chunks are not tokens", plural(chunks, "request", "requests"))
	}
	if chunks > 0 && j.energy {
		j.say("V06", "R", Error, "/samples", "", "%s counted by chunks; ranked results need the server's own counts", plural(chunks, "request", "requests"))
	}
	if tokenizer > 0 {
		j.say("V06", "A", Warn, "/samples", "", "%s counted by a tokenizer and not by the server", plural(tokenizer, "request", "requests"))
		j.say("V06", "R", Error, "/samples", "", "%s counted by a tokenizer; ranked results need the server's own counts", plural(tokenizer, "request", "requests"))
	}
}

// tokenMetric is the place of a stored number that needs tokens; empty without.
func (j *judge) tokenMetric() string {
	for _, m := range runMetrics {
		if _, ok := j.r.Metrics[m.key]; ok && m.tokens {
			return "/metrics/" + m.key
		}
	}
	for _, key := range []string{"tpot_ms", "itl_ms", "user_tokens_per_s", "request_output_tokens_per_s"} {
		if _, ok := j.r.Distributions[key]; ok {
			return "/distributions/" + key
		}
	}
	return ""
}

// measured are the records of all measured runs.
func (j *judge) measured() []*RequestRecord {
	var qs []*RequestRecord
	for i := range j.s.Requests {
		if q := &j.s.Requests[i]; q.Ph == PhaseRun {
			qs = append(qs, q)
		}
	}
	return qs
}

// conservation is V07.
func (j *judge) conservation() {
	var m many
	for _, q := range j.measured() {
		if msg := q.leak(j.s.Header.Events); msg != "" {
			m.add("request %d: %s", q.I, msg)
		}
	}
	j.sayMany("V07", "A", Error, "", &m)
	if !j.s.Header.Events {
		j.say("V07", "R", Error, "/samples", "", "events were left out of the samples; ranked results keep them")
	}
}

// leak says where tokens of a record do not add up; empty if they do.
func (q *RequestRecord) leak(events bool) string {
	for _, n := range []*int64{q.Np, q.Nc, q.Nr, q.Ncache} {
		if n != nil && *n < 0 {
			return fmt.Sprintf("%d tokens", *n)
		}
	}
	switch {
	case q.Nr != nil && *q.Nr > valueOf(q.Nc):
		return fmt.Sprintf("%d reasoning tokens of %d in all", *q.Nr, valueOf(q.Nc))
	case q.Ncache != nil && *q.Ncache > valueOf(q.Np):
		return fmt.Sprintf("%d cached tokens of %d in the prompt", *q.Ncache, valueOf(q.Np))
	case !q.ok() || q.Src == TokensChunks || !events:
		return ""
	case q.Tl != TimelineExact && q.Tl != TimelineApportioned:
		return fmt.Sprintf("timeline is %q; expected exact or apportioned", Clip(q.Tl))
	}
	k := len(q.Dt) + 1
	held := int64(k)
	if q.Dn != nil {
		if len(q.Dn) != k {
			return fmt.Sprintf("%d events, but tokens of %d", k, len(q.Dn))
		}
		held = 0
		for _, d := range q.Dn {
			held += d
		}
	}
	if n := valueOf(q.Nc); held != n {
		return fmt.Sprintf("events hold %d tokens, usage says %d", held, n)
	}
	if q.Tl == TimelineApportioned && q.Dn != nil && !slices.Equal(q.Dn, Apportion(valueOf(q.Nc), int64(k))) {
		return "tokens are not apportioned evenly over its events"
	}
	return ""
}

// errors is V08.
func (j *judge) errors() {
	for i := range j.sum.runs {
		r := &j.sum.runs[i]
		if r.started == 0 {
			j.say("V08", "A", Error, at(i), "measure for longer", "no request was started in the window")
			continue
		}
		rate := float64(r.failed) / float64(r.started)
		j.graded("V08", "A", at(i), "see the server's log; a lower load may do", rate, 0.01, 0.05, "%d of %d requests failed (%.1f %%): %s", r.failed, r.started, 100*rate, outcomeList(r.outcomes))
	}
	for i, h := range j.s.Header.Runs {
		if h.Ended != "" {
			j.say("V08", "A", Error, at(i), "see the server's log, and measure again when it answers", "run %d ended early: %s", h.Run, Clip(h.Ended))
		}
	}
	if len(j.s.Header.Runs) == 0 {
		j.say("V08", "A", Error, "/samples", "", "the samples hold no measured run")
	}
}

// outcomeList prints counts, most first.
func outcomeList(counts map[string]int64) string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, k := range keys {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(parts, ", ")
}

// lengths is V11.
func (j *judge) lengths() {
	var over many
	var successes, short int64
	target, fixed := fixedLength(j.r)
	for _, q := range j.measured() {
		if !q.ok() || q.Src == TokensChunks {
			continue
		}
		successes++
		n := valueOf(q.Nc)
		if slices.Contains(q.Fl, FlagOverMax) || q.Max > 0 && n > q.Max {
			over.add("request %d: %d output tokens, %d were the most asked for", q.I, n, q.Max)
		}
		if fixed && n != target {
			short++
		}
	}
	j.sayMany("V11", "A", Error, "", &over)
	if fixed && short*100 > successes {
		j.say("V11", "A", Error, "/workload/output_tokens", "server ignored ignore_eos?", "%d of %d outputs are not %d tokens long", short, successes, target)
	}
}

// fixedLength is the output length of a fixed-length workload: one whose spread
// is declared as 0.
func fixedLength(r *Result) (int64, bool) {
	l := r.Workload.OutputTokens
	if l == nil || l.Stddev == nil || *l.Stddev != 0 {
		return 0, false
	}
	return int64(l.Mean), true
}

// client is V21.
func (j *judge) client() {
	ttft, known := j.sum.Distributions["ttft_ms"]
	c := j.sum.Calibration
	at := "/client/calibration/ttft_bias_p50_ms"
	l := j.r.Workload.Load
	switch {
	case c == nil:
		j.say("V21", "A", Warn, "/samples", "", "the client's own error was not measured")
		j.say("V21", "R", Error, "/samples", "", "the client's own error was not measured; ranked results need it")
	case l != nil && c.Streams < l.Concurrency:
		j.say("V21", "A", Warn, "/client/calibration/streams", "measure with the concurrency of the load", "the client's own error was measured with %s, the load keeps %d in flight", plural(int(c.Streams), "stream", "streams"), l.Concurrency)
	}
	if known && c != nil && c.TTFTBiasP50 != nil && *ttft.P50 > 0 {
		bias := max(*c.TTFTBiasP50, -*c.TTFTBiasP50)
		share := bias / *ttft.P50
		level := Level("")
		switch {
		case share > 0.1:
			level = Error
		case bias > max(2, 0.05**ttft.P50):
			level = Warn
		}
		if level != "" {
			j.say("V21", "A", level, at, "use a client with more cores, or fewer streams", "client adds %.3g ms to a TTFT of %.3g ms (%.0f %%)", bias, *ttft.P50, 100*share)
		}
	}
	if known && l != nil && l.Mode == LoadOpen {
		var late []int64
		for _, q := range j.measured() {
			if q.Sched != nil && q.Start != nil {
				late = append(late, *q.Start-*q.Sched)
			}
		}
		slices.Sort(late)
		p99 := float64(stats.NearestRank(late, 99, 100)) / 1000
		switch {
		case p99 > 0.1**ttft.P50:
			j.say("V21", "A", Error, "/samples", "use a client with more cores, or a lower rate", "requests started %.3g ms late (p99), over 10 %% of the TTFT of %.3g ms", p99, *ttft.P50)
		case p99 > 5:
			j.say("V21", "A", Warn, "/samples", "use a client with more cores, or a lower rate", "requests started %.3g ms late (p99)", p99)
		}
	}
	for i := range j.sum.runs {
		r := &j.sum.runs[i]
		var busy spread
		for _, c := range j.s.CPU {
			if c.Busy != nil && c.T >= r.Start && c.T < r.End {
				busy.add(*c.Busy)
			}
		}
		if busy.n > 0 && float64(busy.sum)/float64(busy.n) > 900 {
			j.say("V21", "A", Warn, fmt.Sprintf("/window/%d", i), "use a client with more cores, or fewer streams", "the client's CPU was %.0f %% busy", float64(busy.sum)/float64(busy.n)/10)
		}
	}
}

// prompts is V22.
func (j *judge) prompts() {
	w := &j.r.Workload
	hot := w.PrefixPolicy == "hot"
	repeats := w.AllowRepeat != nil && *w.AllowRepeat
	warm, seen := map[string]bool{}, map[string]int{} // prompt -> run
	for i := range j.s.Requests {
		if q := &j.s.Requests[i]; q.Ph == PhaseWarm && q.Ph16 != "" {
			warm[q.Ph16] = true
		}
	}
	var overlap, again, unnamed many
	for _, q := range j.measured() {
		if q.Ph16 == "" {
			unnamed.add("request %d: no hash of its prompt", q.I)
			continue
		}
		if warm[q.Ph16] {
			overlap.add("request %d: its prompt was used in the warm-up", q.I)
		}
		run, was := seen[q.Ph16]
		if was && (run == q.Run || w.Isolation == "disjoint") {
			again.add("request %d of run %d: its prompt was measured before, in run %d", q.I, q.Run, run)
		}
		if !was || run != q.Run {
			seen[q.Ph16] = q.Run
		}
	}
	j.sayMany("V22", "A", Error, "", &unnamed)
	if !hot {
		j.sayMany("V22", "A", Error, "warm up with prompts that never recur", &overlap)
		if !repeats {
			j.sayMany("V22", "A", Error, "declare it with --allow-repeat, or use more prompts", &again)
		}
	}
	if w.PrefixPolicy != "cold" {
		return
	}
	for i := range j.sum.runs {
		r := &j.sum.runs[i]
		if r.prompt > 0 && r.cachedTokens*100 > r.prompt {
			j.say("V22", "A", Error, at(i), "turn the server's prefix cache off, or declare it with --prefix hot", "cached %.0f %% of prompt tokens although the policy is cold", 100*float64(r.cachedTokens)/float64(r.prompt))
		}
	}
}

// The steady-state window (measurement rules W1 to W7) and what stands in it:
// pure functions over the records of one run, all in integers.

package result

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"jouleboard/internal/stats"
)

// Rules of a window.
const (
	WindowClosed   = "closed"   // W1: number of requests given
	WindowDuration = "duration" // W3: length given
	WindowOpen     = "open"     // W4
	WindowWhole    = "whole"    // W5
)

// openWarmUs is the least that an open-loop run is left to settle (W4).
const openWarmUs = 30_000_000

// ErrNoWindow says that a run has no steady-state window.
var ErrNoWindow = errors.New("no steady-state window")

// RunWindow is the window [Start, End) of one run, in microseconds.
type RunWindow struct {
	Run        int
	Rule       string
	Start, End int64
}

// Length is T.
func (w RunWindow) Length() int64 { return w.End - w.Start }

func (w RunWindow) holds(t *int64) bool { return t != nil && *t >= w.Start && *t < w.End }

// WindowOf returns the steady-state window of a run by the rule that the header
// names for it. Errors wrap ErrNoWindow and give the numbers.
func WindowOf(s *SamplesFile, load Load, run int) (RunWindow, error) {
	i := slices.IndexFunc(s.Header.Runs, func(r SampleRun) bool { return r.Run == run })
	if i < 0 {
		return RunWindow{}, fmt.Errorf("run %d: %w: the header does not list the run", run, ErrNoWindow)
	}
	h := s.Header.Runs[i]
	w, err := windowOf(s, load, h, s.run(run))
	if err == nil && w.End <= w.Start {
		err = fmt.Errorf("it would end at %d us and start at %d us", w.End, w.Start)
	}
	if err != nil {
		return RunWindow{}, fmt.Errorf("run %d: %w: %w", run, ErrNoWindow, err)
	}
	w.Run, w.Rule = run, h.Rule
	return w, nil
}

func windowOf(s *SamplesFile, load Load, h SampleRun, qs []*RequestRecord) (w RunWindow, err error) {
	n, b := len(qs), int(load.Concurrency)
	switch {
	case n == 0:
		return w, errors.New("it has no measured request")
	case load.Mode == LoadOpen && h.Rule == WindowOpen:
		return windowOpen(s, qs)
	case load.Mode == LoadClosed && h.Rule == WindowWhole:
		if b != 1 {
			return w, fmt.Errorf("rule %q is for concurrency 1, the load has %d", h.Rule, b)
		}
		return windowWhole(qs)
	case load.Mode != LoadClosed || h.Rule != WindowClosed && h.Rule != WindowDuration:
		return w, fmt.Errorf("rule %q does not go with load mode %q", Clip(h.Rule), Clip(load.Mode))
	case b < 1:
		return w, errors.New("the load names no concurrency")
	case h.Rule == WindowClosed && n < 2*b+2:
		return w, fmt.Errorf("%d requests at concurrency %d; at least %d are needed", n, b, 2*b+2)
	}
	firsts := times(qs, func(q *RequestRecord) *int64 { return q.First })
	if len(firsts) < b {
		return w, fmt.Errorf("%d requests have a first token; concurrency %d needs as many", len(firsts), b)
	}
	w.Start, w.End = firsts[b-1], h.Stop
	if h.Rule == WindowDuration {
		return w, nil
	}
	// A close is a success or a failure; a request that was cancelled is neither.
	closes := times(qs, func(q *RequestRecord) *int64 {
		if q.Oc == OutcomeCancelled {
			return nil
		}
		return q.End
	})
	k := n - b - 1
	if len(closes) < k {
		return w, fmt.Errorf("%d of %d requests closed; %d are needed", len(closes), n, k)
	}
	w.End = min(w.End, closes[k-1])
	return w, nil
}

// windowOpen is W4.
func windowOpen(s *SamplesFile, qs []*RequestRecord) (w RunWindow, err error) {
	due := times(qs, func(q *RequestRecord) *int64 { return q.Sched })
	if len(due) == 0 {
		return w, errors.New("no request has a scheduled time")
	}
	settle := due[0] + max(openWarmUs, 2*warmMedian(s))
	i, _ := slices.BinarySearch(due, settle+1)
	if i == len(due) {
		return w, fmt.Errorf("no request was due after %.1f s, when the run has settled", float64(settle)/1e6)
	}
	return RunWindow{Start: due[i], End: due[len(due)-1]}, nil
}

// windowWhole is W5. A window is half-open, so it ends one microsecond after the
// last close: that is how it holds the request that closes last.
func windowWhole(qs []*RequestRecord) (w RunWindow, err error) {
	starts := times(qs, func(q *RequestRecord) *int64 { return q.Start })
	ends := times(qs, func(q *RequestRecord) *int64 { return q.End })
	if len(starts) == 0 || len(ends) == 0 {
		return w, errors.New("no request was started and closed")
	}
	return RunWindow{Start: starts[0], End: ends[len(ends)-1] + 1}, nil
}

// warmMedian is the median end-to-end latency of warm-up successes, an observed
// value; 0 without any.
func warmMedian(s *SamplesFile) int64 {
	var e2e []int64
	for i := range s.Requests {
		if q := &s.Requests[i]; q.Ph == PhaseWarm && q.ok() && q.Last != nil && q.Start != nil {
			e2e = append(e2e, *q.Last-*q.Start)
		}
	}
	slices.Sort(e2e)
	return stats.NearestRank(e2e, 1, 2)
}

// run returns the measured records of a run in file order.
func (s *SamplesFile) run(run int) []*RequestRecord {
	var qs []*RequestRecord
	for i := range s.Requests {
		if q := &s.Requests[i]; q.Run == run && q.Ph == PhaseRun {
			qs = append(qs, q)
		}
	}
	return qs
}

// times collects one time of each request that has it, ascending.
func times(qs []*RequestRecord, of func(*RequestRecord) *int64) []int64 {
	var ts []int64
	for _, q := range qs {
		if t := of(q); t != nil {
			ts = append(ts, *t)
		}
	}
	slices.Sort(ts)
	return ts
}

// ok says whether the record claims success; V05 says whether it may.
func (q *RequestRecord) ok() bool { return q.Oc == OutcomeOK }

// failed says whether the request failed; a cancelled one counts for nothing.
func (q *RequestRecord) failed() bool { return q.Oc != OutcomeOK && q.Oc != OutcomeCancelled }

// Apportion spreads n tokens over k events as even as integers allow (L7): event
// i of k holds floor(i*n/k) - floor((i-1)*n/k). It returns nil for k < 1.
func Apportion(n, k int64) []int64 {
	if k < 1 {
		return nil
	}
	dn := make([]int64, k)
	var before int64
	for i := range dn {
		upTo := mulDiv(int64(i)+1, n, k)
		dn[i], before = upTo-before, upTo
	}
	return dn
}

// tokensIn counts the output tokens of a request whose event stands in [a, b).
// Where a file dropped its events (R7), tokens are taken as evenly spread from
// first to last.
func (q *RequestRecord) tokensIn(a, b int64, events bool) int64 {
	switch {
	case q.First == nil || b <= a:
		return 0
	case !events:
		return q.spreadBefore(b) - q.spreadBefore(a)
	}
	var n int64
	t := *q.First
	for k := 0; ; k++ {
		if t >= a && t < b {
			n += q.tokensOf(k)
		}
		if k >= len(q.Dt) || t >= b {
			return n
		}
		t += q.Dt[k]
	}
}

// tokensOf returns the tokens of event k, from 0.
func (q *RequestRecord) tokensOf(k int) int64 {
	switch {
	case q.Dn == nil:
		return 1
	case k < len(q.Dn):
		return q.Dn[k]
	}
	return 0
}

// spreadBefore counts the tokens before t where token j of n, from 0, stands at
// first + (last-first)*j/(n-1).
func (q *RequestRecord) spreadBefore(t int64) int64 {
	n := valueOf(q.Nc)
	switch first, last := *q.First, valueOf(q.Last); {
	case t <= first || n < 1:
		return 0
	case t > last || last <= first:
		return n
	case n == 1:
		return 1
	default:
		return min(n, mulDivUp(t-first, n-1, last-first))
	}
}

// misplaced says whether the place of each token of the request is a guess: its
// events hold tokens by apportioning, or were left out of the file.
func (q *RequestRecord) misplaced(events bool) bool { return q.Tl != TimelineExact || !events }

// straddles says whether tokens of the request may be counted on the wrong side
// of an edge of w (L7).
func (q *RequestRecord) straddles(w RunWindow) bool {
	if q.First == nil || q.Last == nil {
		return false
	}
	crosses := func(t int64) bool { return *q.First < t && *q.Last >= t }
	return crosses(w.Start) || crosses(w.End)
}

// inFlight is the sum over requests of the time between start and close that
// lies in [a, b); divided by b-a it is the mean number in flight.
func inFlight(qs []*RequestRecord, a, b int64) (sum int64) {
	for _, q := range qs {
		if q.Start == nil {
			continue
		}
		end := b
		if q.End != nil {
			end = min(b, *q.End)
		}
		sum += max(0, end-max(a, *q.Start))
	}
	return sum
}

// saturated is W4: the last third holds more than 1.2 times the first.
func saturated(qs []*RequestRecord, w RunWindow) bool {
	third := w.Length() / 3
	first := inFlight(qs, w.Start, w.Start+third)
	last := inFlight(qs, w.End-third, w.End)
	return float64(last) > float64(1.2*float64(first))
}

// mulDiv is floor(a*b/c) without overflow between. Negative factors count as 0
// and a quotient that does not fit is the largest integer, so that no file can
// end a program here.
func mulDiv(a, b, c int64) int64 {
	q, _ := quotient(a, b, c)
	return q
}

// mulDivUp is ceil(a*b/c), else as mulDiv.
func mulDivUp(a, b, c int64) int64 {
	q, rest := quotient(a, b, c)
	if rest && q < math.MaxInt64 {
		q++
	}
	return q
}

func quotient(a, b, c int64) (q int64, rest bool) {
	if a <= 0 || b <= 0 || c <= 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return math.MaxInt64, false
	}
	u, r := bits.Div64(hi, lo, uint64(c))
	if u > math.MaxInt64 {
		return math.MaxInt64, false
	}
	return int64(u), r > 0
}

// valueOf is a number that stands for absence where 0 has the same effect.
func valueOf(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

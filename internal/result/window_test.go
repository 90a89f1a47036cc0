// Windows worked out by hand (measurement rules W1 to W7, test X6).

package result

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// rec is one measured request of run 1 with its outcome: starts, first and last
// token and end in microseconds; a negative time did not happen.
func rec(i, start, first, last, end int64, oc string) RequestRecord {
	at := func(t int64) *int64 {
		if t < 0 {
			return nil
		}
		return &t
	}
	q := RequestRecord{I: i, Run: 1, Ph: PhaseRun, Sched: at(start), Start: at(start), First: at(first), Out: at(first), Last: at(last), End: at(end), Oc: oc}
	if oc == OutcomeOK {
		q.HTTP, q.Fin, q.Src, q.Tl = 200, "stop", TokensUsage, TimelineExact
		q.Np, q.Nc = new(int64(10)), new(int64(1))
	}
	return q
}

// samplesOf is a file of one run under a rule.
func samplesOf(rule string, stop int64, qs ...RequestRecord) *SamplesFile {
	return &SamplesFile{Header: SampleHeader{Events: true, Runs: []SampleRun{{Run: 1, Rule: rule, Stop: stop}}}, Requests: qs}
}

func closedLoad(b int64) Load { return Load{Mode: LoadClosed, Concurrency: b} }

// chain is a run of concurrency 1: request i starts at 100i, has its first token
// 10 later, its last one 50 later and ends 60 later.
func chain(n int) []RequestRecord {
	var qs []RequestRecord
	for i := range int64(n) {
		qs = append(qs, rec(i, 100*i, 100*i+10, 100*i+50, 100*i+60, OutcomeOK))
	}
	return qs
}

// pairs is a run of concurrency 2 whose requests start together.
func pairs(n int, oc func(i int64) string) []RequestRecord {
	var qs []RequestRecord
	for i := range int64(n) {
		t := 100 * (i / 2)
		qs = append(qs, rec(i, t, t+10, t+50, t+60+i%2, oc(i)))
	}
	return qs
}

func allOK(int64) string { return OutcomeOK }

func TestWindowByHand(t *testing.T) {
	failed := func(n int, stop int64) *SamplesFile {
		var qs []RequestRecord
		for i := range int64(n) {
			qs = append(qs, rec(i, 100*i, -1, -1, 100*i+60, "connect"))
		}
		return samplesOf(WindowClosed, stop, qs...)
	}
	// Failures before ts: two of eight fail without a token, so the second first
	// token is that of the fourth request.
	early := pairs(8, allOK)
	for _, i := range []int{0, 1} {
		early[i] = rec(int64(i), 0, -1, -1, 20, "connect")
	}
	open := func(n int, gap int64, warm ...RequestRecord) *SamplesFile {
		s := samplesOf(WindowOpen, 0, warm...)
		for i := range int64(n) {
			t := 1_000_000 + i*gap
			s.Requests = append(s.Requests, rec(i, t, t+10, t+50, t+60, OutcomeOK))
		}
		return s
	}
	warm := func(e2e int64) RequestRecord {
		q := rec(0, 0, 10, e2e, e2e+1, OutcomeOK)
		q.Run, q.Ph = 0, PhaseWarm
		return q
	}
	for _, tt := range []struct {
		name       string
		s          *SamplesFile
		load       Load
		start, end int64
		err        string
	}{
		// B=1, N=4: ts is the 1st first token, te the 2nd close (4-1-1).
		{"B=1, N=2B+2", samplesOf(WindowClosed, 300, chain(4)...), closedLoad(1), 10, 160, ""},
		{"B=1, N=2B+1", samplesOf(WindowClosed, 300, chain(3)...), closedLoad(1), 0, 0, "at least 4 are needed"},
		{"B=1, N=10", samplesOf(WindowClosed, 900, chain(10)...), closedLoad(1), 10, 860 - 100, ""}, // the 8th close
		// B=2, N=8: ts is the 2nd first token (10), te the 5th close: of 60 61 160 161 260.
		{"B=2, N=8", samplesOf(WindowClosed, 300, pairs(8, allOK)...), closedLoad(2), 10, 260, ""},
		{"dispatch stopped before", samplesOf(WindowClosed, 200, pairs(8, allOK)...), closedLoad(2), 10, 200, ""},
		{"dispatch stopped before it began", samplesOf(WindowClosed, 5, pairs(8, allOK)...), closedLoad(2), 0, 0, "would end at 5 us and start at 10 us"},
		{"all fail", failed(8, 700), closedLoad(2), 0, 0, "0 requests have a first token"},
		{"failures before ts", samplesOf(WindowClosed, 300, early...), closedLoad(2), 110, 260, ""},
		{"failures close too", samplesOf(WindowClosed, 300, pairs(8, func(i int64) string {
			if i > 2 {
				return "truncated"
			}
			return OutcomeOK
		})...), closedLoad(2), 10, 260, ""},
		{"cancelled ones do not close", samplesOf(WindowClosed, 900, pairs(8, func(i int64) string {
			if i < 2 {
				return OutcomeCancelled
			}
			return OutcomeOK
		})...), closedLoad(2), 10, 360, ""}, // the 5th of 160 161 260 261 360 361
		{"duration", samplesOf(WindowDuration, 333, pairs(8, allOK)...), closedLoad(2), 10, 333, ""},
		{"duration with few requests", samplesOf(WindowDuration, 200, pairs(2, allOK)...), closedLoad(2), 10, 200, ""},
		{"duration without tokens", samplesOf(WindowDuration, 200, pairs(2, allOK)...), closedLoad(4), 0, 0, "concurrency 4 needs as many"},
		// The last close at 460 is in the half-open window.
		{"whole", samplesOf(WindowWhole, 0, chain(5)...), closedLoad(1), 0, 461, ""},
		{"whole at concurrency 2", samplesOf(WindowWhole, 0, pairs(8, allOK)...), closedLoad(2), 0, 0, "is for concurrency 1"},
		// Open: settles 30 s after the first arrival at 1 s; strictly after.
		{"open", open(41, 1_000_000), Load{Mode: LoadOpen}, 32_000_000, 41_000_000, ""},
		{"open, slow warm-up", open(60, 1_000_000, warm(20_000_000)), Load{Mode: LoadOpen}, 42_000_000, 60_000_000, ""},
		{"open, too short", open(20, 1_000_000), Load{Mode: LoadOpen}, 0, 0, "after 31.0 s"},
		{"open, one arrival after", open(32, 1_000_000), Load{Mode: LoadOpen}, 0, 0, "would end at"},
		{"rule of the other mode", samplesOf(WindowOpen, 0, chain(9)...), closedLoad(1), 0, 0, `rule "open" does not go with load mode "closed"`},
		{"rule unknown", samplesOf("best", 0, chain(9)...), closedLoad(1), 0, 0, `rule "best" does not go`},
		{"no concurrency", samplesOf(WindowClosed, 0, chain(9)...), closedLoad(0), 0, 0, "names no concurrency"},
		{"no requests", samplesOf(WindowClosed, 0), closedLoad(1), 0, 0, "no measured request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, err := WindowOf(tt.s, tt.load, 1)
			if tt.err != "" {
				if !errors.Is(err, ErrNoWindow) || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("window %v, error %v; want an error with %q", w, err, tt.err)
				}
				return
			}
			if err != nil || w.Start != tt.start || w.End != tt.end || w.Run != 1 {
				t.Errorf("window [%d, %d) of run %d, error %v; want [%d, %d)", w.Start, w.End, w.Run, err, tt.start, tt.end)
			}
		})
	}
	if _, err := WindowOf(samplesOf(WindowClosed, 0), closedLoad(1), 2); !errors.Is(err, ErrNoWindow) {
		t.Errorf("a run that is not listed: %v", err)
	}
}

// Laws of the closed-loop window over random runs of workers that never rest.
func TestWindowLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := 1 + rng.IntN(8)
		n := 2*b + 2 + rng.IntN(60)
		free := make([]int64, b)
		var qs []RequestRecord
		var stop int64
		for i := range n {
			w := slices.Index(free, slices.Min(free))
			start := free[w]
			first := start + 1 + rng.Int64N(50)
			last := first + rng.Int64N(200)
			end := last + 1 + rng.Int64N(5)
			qs = append(qs, rec(int64(i), start, first, last, end, OutcomeOK))
			free[w], stop = end+1, start
		}
		w, err := WindowOf(samplesOf(WindowClosed, stop, qs...), closedLoad(int64(b)), 1)
		if err != nil {
			continue // very short runs may have none
		}
		var before int
		for _, q := range qs {
			if *q.First <= w.Start {
				before++
			}
		}
		if before < b {
			t.Fatalf("only %d of %d requests have a first token at the start of the window", before, b)
		}
		// Concurrency never sinks inside: at each instant some worker is between two
		// requests for at most 1 us.
		ptrs := make([]*RequestRecord, n)
		for i := range qs {
			ptrs[i] = &qs[i]
		}
		if lost := int64(b)*w.Length() - inFlight(ptrs, w.Start, w.End); lost > int64(n) {
			t.Fatalf("B=%d N=%d: %d us of requests are missing in a window of %d us", b, n, lost, w.Length())
		}
		// Order of the records does not matter.
		rng.Shuffle(n, func(i, j int) { qs[i], qs[j] = qs[j], qs[i] })
		if again, _ := WindowOf(samplesOf(WindowClosed, stop, qs...), closedLoad(int64(b)), 1); again != w {
			t.Fatalf("in another order the window is %v, was %v", again, w)
		}
	}
}

func TestTokensInWindow(t *testing.T) {
	// Events at 100, 110, 110, 130 with 1, 2, 1, 3 tokens.
	q := rec(0, 0, 100, 130, 140, OutcomeOK)
	q.Dt, q.Dn, q.Nc = []int64{10, 0, 20}, []int64{1, 2, 1, 3}, new(int64(7))
	for _, tt := range []struct{ a, b, want int64 }{
		{0, 1000, 7}, {100, 130, 4}, {100, 131, 7}, {101, 110, 0}, {110, 111, 3}, {130, 130, 0}, {131, 900, 0}, {200, 100, 0},
	} {
		if got := q.tokensIn(tt.a, tt.b, true); got != tt.want {
			t.Errorf("[%d, %d) holds %d tokens, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	q.Dn = nil // one token each
	if got := q.tokensIn(100, 131, true); got != 4 {
		t.Errorf("without counts %d tokens, want 4", got)
	}
	// Without events: 4 tokens spread over 100..130 stand at 100, 110, 120, 130.
	q.Dt, q.Nc = nil, new(int64(4))
	for _, tt := range []struct{ a, b, want int64 }{
		{0, 1000, 4}, {100, 101, 1}, {0, 100, 0}, {100, 110, 1}, {100, 111, 2}, {111, 130, 1}, {130, 131, 1}, {131, 900, 0},
	} {
		if got := q.tokensIn(tt.a, tt.b, false); got != tt.want {
			t.Errorf("spread, [%d, %d) holds %d tokens, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// Cutting time anywhere neither loses nor doubles tokens.
func TestTokensAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		q := rec(0, 0, rng.Int64N(100), 0, 0, OutcomeOK)
		k := 1 + rng.Int64N(20)
		last := *q.First
		for range k - 1 {
			gap := rng.Int64N(30)
			q.Dt = append(q.Dt, gap)
			last += gap
		}
		n := rng.Int64N(60)
		q.Last, q.Nc, q.Dn = &last, &n, Apportion(n, k)
		cut := rng.Int64N(700)
		for _, events := range []bool{true, false} {
			if got := q.tokensIn(-1, cut, events) + q.tokensIn(cut, 1<<40, events); got != n {
				t.Fatalf("events %v: cut at %d gives %d of %d tokens", events, cut, got, n)
			}
		}
	}
}

func TestApportion(t *testing.T) {
	if got := Apportion(12, 9); !slices.Equal(got, []int64{1, 1, 2, 1, 1, 2, 1, 1, 2}) {
		t.Errorf("12 tokens over 9 events: %v", got)
	}
	if got := Apportion(3, 5); !slices.Equal(got, []int64{0, 1, 0, 1, 1}) {
		t.Errorf("3 tokens over 5 events: %v", got)
	}
	if Apportion(3, 0) != nil {
		t.Error("no event holds a token")
	}
}

func TestStraddling(t *testing.T) {
	w := RunWindow{Start: 100, End: 200}
	for _, tt := range []struct {
		first, last int64
		want        bool
	}{{50, 99, false}, {50, 100, true}, {100, 199, false}, {150, 200, true}, {200, 300, false}, {0, 999, true}} {
		if q := rec(0, 0, tt.first, tt.last, 1000, OutcomeOK); q.straddles(w) != tt.want {
			t.Errorf("tokens from %d to %d: %v", tt.first, tt.last, !tt.want)
		}
	}
}

func TestSaturated(t *testing.T) {
	// Arrivals each 10 us that take longer and longer, against ones that do not.
	var steady, piling []*RequestRecord
	for i := range int64(100) {
		a := rec(i, 10*i, 10*i+1, 10*i+20, 10*i+40, OutcomeOK)
		b := rec(i, 10*i, 10*i+1, 10*i+20, 10*i+40+5*i, OutcomeOK)
		steady, piling = append(steady, &a), append(piling, &b)
	}
	w := RunWindow{Start: 100, End: 990}
	if saturated(steady, w) {
		t.Error("a steady run is called saturated")
	}
	if !saturated(piling, w) {
		t.Error("a run that piles up is not called saturated")
	}
}

func TestMulDiv(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		a, b, c := rng.Int64()>>rng.IntN(63), rng.Int64()>>rng.IntN(63), 1+rng.Int64()>>(1+rng.IntN(61))
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c), new(big.Int))
		want := int64(1<<63 - 1)
		if q.IsInt64() {
			want = q.Int64()
		}
		if got := mulDiv(a, b, c); got != want {
			t.Fatalf("mulDiv(%d, %d, %d) = %d, want %d", a, b, c, got, want)
		}
		if r.Sign() > 0 && want < 1<<63-1 {
			want++
		}
		if got := mulDivUp(a, b, c); got != want {
			t.Fatalf("mulDivUp(%d, %d, %d) = %d, want %d", a, b, c, got, want)
		}
	}
	for _, got := range []int64{mulDiv(-1, 5, 2), mulDiv(5, -1, 2), mulDiv(5, 5, 0), mulDivUp(5, 5, -3)} {
		if got != 0 {
			t.Errorf("outside of its range %d, want 0", got)
		}
	}
}

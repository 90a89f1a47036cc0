package rank

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"jouleboard/internal/result"
)

// proposeRows are nine models of one task, 1 to 9 times 10 Wh.
func proposeRows(mods ...func(int, *result.Result)) []*result.Result {
	var rs []*result.Result
	for i := range 9 {
		r := row{"asr", "", fmt.Sprintf("example-org/M%d", i+1), float64(i+1) / 100, 0}.result()
		for _, m := range mods {
			m(i, r)
		}
		rs = append(rs, r)
	}
	return rs
}

func propose(t *testing.T, rs []*result.Result, opt ProposeOptions) (*Scale, *Proposal) {
	t.Helper()
	if opt.Point == "" {
		opt.Point, opt.By, opt.Title = "batch-1", []string{"task"}, "made up"
	}
	s, p, fs := Propose("next", "2", "2027-01-01", wh, "Wh", rs, batch1, opt)
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	return s, p
}

// With nothing to compare with, everything is gained.
func TestProposeAlone(t *testing.T) {
	_, p := propose(t, proposeRows(), ProposeOptions{})
	if p.Against != nil || len(p.Groups) != 1 || p.Models.Gained != 9 || p.Models.Both != 0 || p.Models.Share() != 0 || len(p.Gone) != 0 {
		t.Fatalf("%+v", p)
	}
	g := p.Groups[0]
	// By hand: the median is 50; at a factor of 2 the best is at 2.5 + log2(5) = 4.82
	// and the best tenth, exp of 0.2 ln 10 + 0.8 ln 20 = 17.4, at 4.02 stars, so the
	// factor is the next one.
	if g.After.ERef != 50 || g.After.Factor != 2.5 || g.After.Models != 9 || len(g.After.Levels) != 8 || g.Before != nil {
		t.Errorf("fit %+v", g.After)
	}
	if got, want := fmt.Sprintf("%.2f %.2f", g.After.Best, g.After.Worst), "4.26 1.86"; got != want {
		t.Errorf("best and worst at %s, expected %s", got, want)
	}
	if g.Rows[0].Model != "example-org/M1" || g.Rows[0].After.Stars != 4 || g.Rows[0].Before.NotRated != CodeNoScale || g.Rows[8].After.Stars != 1.5 {
		t.Errorf("rows %+v", g.Rows)
	}
}

// Against itself nothing changes; against levels that are twice as wide some do.
func TestProposeAgainst(t *testing.T) {
	rs := proposeRows()
	same, _ := propose(t, rs, ProposeOptions{})
	same.Status = StatusFrozen
	_, p := propose(t, rs, ProposeOptions{Against: same})
	if p.Models.Both != 9 || p.Models.Changed != 0 || p.Models.Gained+p.Models.Lost != 0 || p.Groups[0].Before == nil || p.Groups[0].Before.ERef != 50 {
		t.Errorf("against itself: %+v", p.Models)
	}

	// Energies halve: under the edition in force every model gets about a star more.
	better := proposeRows(func(_ int, r *result.Result) {
		m := r.Metrics[wh]
		m.Value /= 2.5
		r.Metrics[wh] = m
	})
	_, p = propose(t, better, ProposeOptions{Against: same})
	c := p.Models
	if c.Both != 9 || c.Changed != 9 || c.Down != 9 || c.Up != 0 || c.Largest != 1 || c.Model != "example-org/M1" || c.Share() != 1 {
		t.Errorf("a star less for all: %+v", c)
	}
	if mv := p.Groups[0].Rows[0].Move(); mv != -1 {
		t.Errorf("the best moves by %v, expected -1", mv)
	}
	if len(p.Groups[0].Triggers) == 0 || len(p.Groups[0].Due) != 0 {
		t.Errorf("signs now %q, expected some; from the first day %q, expected none", p.Groups[0].Triggers, p.Groups[0].Due)
	}

	// Against a relative ranking, which rates everybody and has no levels.
	_, p = propose(t, rs, ProposeOptions{Against: liveScale(MethodQuantile, 5)})
	if f := p.Groups[0].Before; f == nil || !f.Live || len(f.Levels) > 0 || p.Models.Both != 9 || p.Groups[0].Rows[0].Before.Stars != 5 || p.Groups[0].Triggers != nil {
		t.Errorf("against a relative ranking: %+v", p.Groups[0])
	}

	// A group that no model is found for is named, and its ratings are lost.
	two := append(proposeRows(), proposeRows(func(_ int, r *result.Result) { r.Workload.Task = "ocr" })...)
	wide, _ := propose(t, two, ProposeOptions{})
	wide.Status = StatusFrozen
	narrow := ProposeOptions{DeriveOptions: DeriveOptions{Point: "batch-1", By: []string{"task"}, Where: map[string]string{"task": "asr"}}, Against: wide}
	_, p = propose(t, two, narrow)
	if len(p.Gone) != 1 || p.Gone[0] != "task ocr, point batch-1" || p.Results.Lost != 9 || p.Results.Both != 9 || p.Models.Lost != 0 {
		t.Errorf("gone %q, results %+v", p.Gone, p.Results)
	}

	// Just enough models: without any one there would be too few.
	for min, want := range map[int]bool{8: false, 9: true} {
		narrow.MinCohort = min
		if _, p = propose(t, two, narrow); p.Groups[0].Stability.Least != want {
			t.Errorf("9 models of %d: %+v", min, p.Groups[0].Stability)
		}
	}

	// Too few models: nobody is rated after, and the row says why.
	narrow.MinCohort = 10
	_, p = propose(t, two, narrow)
	if g := p.Groups[0]; g.Change.Lost != 9 || g.Rows[0].After.NotRated != CodeCohortSmall || g.Stability != nil || g.Rows[0].Without != nil || p.Stability != nil {
		t.Errorf("small: %+v", p.Groups[0])
	}
}

// What dropping a model says is what deriving without its results gives, where
// less is better and where more is.
func TestLawStability(t *testing.T) {
	l := newLab(21)
	for range cases {
		metric, unitName, power := wh, "Wh", 1.0
		if l.IntN(3) == 0 {
			metric, unitName, power = "tokens_per_j", "tokens/J", -1
		}
		made := func(v float64, i int) *result.Result {
			r := energyResult(v, i)
			r.Metrics = map[string]result.Metric{metric: {Value: math.Pow(v, power), Provenance: result.ProvReported}}
			return r
		}
		var rs []*result.Result
		spread := 0.1 + 3*l.Float64()
		center := l.energy()
		n := 9 + l.IntN(12)
		for i := range n {
			rs = append(rs, made(round(center*math.Exp(spread*l.NormFloat64()), 3), i))
			if l.IntN(8) == 0 { // a second operating point of the model
				twin := made(center, 100+i)
				twin.Model.Name, twin.Workload.Reasoning = rs[len(rs)-1].Model.Name, "high"
				rs = append(rs, twin)
			}
		}
		whole := l.IntN(2) == 0
		propose := func(rs []*result.Result) (*Scale, *Proposal) {
			s, p, fs := Propose("next", "2", "2027-01-01", metric, unitName, rs, batch1,
				ProposeOptions{DeriveOptions: DeriveOptions{Title: "t", Point: "batch-1", By: []string{"task"}, Source: "made up", WholeStars: whole}})
			if fs.HasErrors() {
				t.Fatal(fs)
			}
			return s, p
		}
		s, p := propose(rs)
		g := p.Groups[0]
		pick := g.Rows[l.IntN(len(g.Rows))]
		var rest []*result.Result
		for _, r := range rs {
			if r.Model.Name != pick.Model {
				rest = append(rest, r)
			}
		}
		again, _ := propose(rest)
		var want Without
		for _, r := range rest {
			a, b := s.Rate(r, nil, batch1, nil), again.Rate(r, nil, batch1, nil)
			want.Others++
			if m := math.Abs(a.Stars - b.Stars); m > 0 {
				want.Changed++
				want.Largest = math.Max(want.Largest, m)
			}
		}
		if *pick.Without != want {
			t.Fatalf("without %s: %+v, deriving again gives %+v", pick.Model, *pick.Without, want)
		}
		if st := g.Stability; st.Mean > st.Worst+1e-12 || st.Worst < part(want.Changed, want.Others) || st.Largest < want.Largest {
			t.Fatalf("%+v does not hold %+v", st, want)
		}
		for i := 1; i < len(g.Rows); i++ {
			if a, b := g.Rows[i-1], g.Rows[i]; a.After.Stars < b.After.Stars || a.Value != b.Value && (a.Value < b.Value) != (power > 0) {
				t.Fatalf("%s: %+v stands before %+v", metric, a, b)
			}
		}
		l.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
		if _, q := propose(rs); !slices.Equal(rowsOf(q), rowsOf(p)) || *q.Stability != *p.Stability {
			t.Fatal("another order of results gives another proposal")
		}
	}
}

func rowsOf(p *Proposal) (out []string) {
	for _, g := range p.Groups {
		for _, r := range g.Rows {
			out = append(out, fmt.Sprintf("%s %s %v %v", r.Model, r.Result, r.After, *r.Without))
		}
	}
	return out
}

// The rows that were published are moved by dropping models as the simulation
// of the method found: shares of rows in all groups, those below eight models
// among them.
func TestStabilityOfPublishedRows(t *testing.T) {
	groups := published(t)
	var rs []*result.Result
	for _, rows := range groups {
		seen := map[string]int{}
		for _, r := range rows {
			if seen[r.model]++; seen[r.model] > 1 {
				r.model += fmt.Sprint("#", seen[r.model])
			}
			rs = append(rs, r.result())
		}
	}
	for _, tt := range []struct {
		whole               bool
		mean, worst, best   string // % of the others, without any one, the worst, the best
		meanMove, worstMove float64
	}{
		{false, "11.5", "18.2", "18.8", 2, 0.5},
		{true, "3.3", "5.2", "7.1", 2, 1},
	} {
		opt := ProposeOptions{DeriveOptions: demoOptions()}
		opt.MinCohort, opt.WholeStars = 1, tt.whole
		_, p := propose(t, rs, opt)
		var best, worst Stability
		n := 0
		for _, g := range p.Groups {
			n += len(g.Rows)
			for _, end := range []struct {
				st  *Stability
				row ProposedRow
			}{{&best, g.Rows[0]}, {&worst, g.Rows[len(g.Rows)-1]}} {
				w := end.row.Without
				end.st.merge(Stability{Largest: w.Largest, changed: w.Changed, others: w.Others})
			}
		}
		if n != 166 {
			t.Errorf("%d rows, expected 166", n)
		}
		got := []string{fmt.Sprintf("%.1f", 100*p.Stability.Mean), fmt.Sprintf("%.1f", 100*worst.Mean), fmt.Sprintf("%.1f", 100*best.Mean)}
		if want := []string{tt.mean, tt.worst, tt.best}; !slices.Equal(got, want) {
			t.Errorf("whole stars %t: %q %% change without any one, the worst, the best; expected %q", tt.whole, got, want)
		}
		if p.Stability.Largest != tt.meanMove || worst.Largest != tt.worstMove {
			t.Errorf("whole stars %t: largest moves %v and %v", tt.whole, p.Stability.Largest, worst.Largest)
		}
	}
}

// Rules gives back what an edition was derived with.
func TestRules(t *testing.T) {
	s, _ := propose(t, proposeRows(), ProposeOptions{DeriveOptions: DeriveOptions{Point: "batch-1", By: []string{"task", "hardware"}, Where: map[string]string{"boundary": "gpu"}, MinCohort: 5, WholeStars: true}})
	opt, err := s.Rules()
	if err != nil || opt.Point != "batch-1" || !slices.Equal(opt.By, []string{"task"}) || opt.Where["boundary"] != "gpu" || opt.Where["hardware"] == "" || opt.MinCohort != 5 || !opt.WholeStars {
		t.Errorf("%+v, %v", opt, err)
	}
	demo := demoScale(t)
	opt, err = demo.Rules()
	if err != nil || !slices.Equal(opt.By, []string{"task", "class"}) || opt.Where["count"] != "1" || opt.Point != "batch-1" {
		t.Errorf("%+v, %v", opt, err)
	}
	other := "other"
	demo.Groups[0].Cohort.Point = &other
	if _, err := demo.Rules(); err == nil {
		t.Error("two points were taken")
	}
	demo.Groups[0].Cohort.Point = nil
	if _, err := demo.Rules(); err == nil {
		t.Error("groups of different keys were taken")
	}
}

package rank

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
	"jouleboard/internal/unit"
)

func ptr[T any](v T) *T { return &v }

// itl50 and the others are the points of a usual site.
func usual() Config {
	return Config{
		Points: []Point{
			{ID: "itl50", Title: "ITL up to 50 ms", Constraint: &Constraint{Metric: "itl_ms.p50", Max: ptr(50.0)}},
			{ID: "min-energy", Title: "lowest energy"},
			{ID: "c1", Title: "one request at a time", Load: &LoadMatch{Mode: "closed", Concurrency: 1}},
		},
		Defaults: Defaults{Count: Any, Precision: Any},
	}
}

// load gives each result a path by its place.
func load(rs ...*result.Result) []*result.Loaded {
	out := make([]*result.Loaded, len(rs))
	for i, r := range rs {
		out[i] = &result.Loaded{Result: r, Path: fmt.Sprintf("results/%02d.json", i)}
	}
	return out
}

// chat is a reported chat result: model, J/token, mean output tokens, ITL.
func chat(model string, jPerToken, tokens, itl float64, mods ...func(*result.Result)) *result.Result {
	return resulttest.Reported(append([]func(*result.Result){func(r *result.Result) {
		r.Model.Name = "example-org/" + model
		perResponse := jPerToken * tokens
		r.Metrics["energy_per_output_token_j"] = result.Metric{Value: jPerToken, Provenance: result.ProvReported}
		r.Metrics["energy_per_response_j"] = result.Metric{Value: perResponse, Provenance: result.ProvReported}
		r.Metrics[wh] = result.Metric{Value: perResponse / 3.6, Provenance: result.ProvDerived}
		r.Metrics["mean_output_tokens"] = result.Metric{Value: tokens, Provenance: result.ProvReported}
		r.Distributions["itl_ms"] = result.Distribution{P50: &itl, Provenance: result.ProvReported}
	}}, mods...)...)
}

func interval(lo, hi float64) func(*result.Result) {
	return func(r *result.Result) {
		m := r.Metrics["energy_per_response_j"]
		m.CI95 = &result.Interval{lo, hi}
		r.Metrics["energy_per_response_j"] = m
	}
}

func find(t *testing.T, bs []*Board, id string) *Board {
	t.Helper()
	var ids []string
	for _, b := range bs {
		if b.ID == id {
			return b
		}
		ids = append(ids, b.ID)
	}
	t.Fatalf("no board %q among %q", id, ids)
	return nil
}

func models(b *Board) string {
	var out []string
	for _, r := range b.Rows {
		out = append(out, fmt.Sprintf("%s %d-%d", strings.TrimPrefix(r.Result.Model.Name, "example-org/"), r.RankLo, r.RankHi))
	}
	return strings.Join(out, "; ")
}

func form(t *testing.T, cfg Config, cat *catalog.Catalog, rs ...*result.Result) ([]*Board, []*result.Loaded, result.Findings) {
	t.Helper()
	ls := load(rs...)
	bs, fs := Boards(ls, cfg, cat, nil, unit.Default())
	return bs, ls, fs
}

const chatBoard = "lm-arena-chat-nvidia-h100-80gb-itl50"

// The headline trap: equal energy per token, double length, so twice the energy
// of an answer. It must rank worse.
func TestVerboseModelRanksWorse(t *testing.T) {
	bs, _, _ := form(t, usual(), nil, chat("Verbose", 0.25, 800, 20), chat("Terse", 0.25, 400, 20))
	b := find(t, bs, chatBoard)
	if b.Metric != "energy_per_response_j" || models(b) != "Terse 1-1; Verbose 2-2" {
		t.Errorf("by %s: %s, expected Terse before Verbose by energy_per_response_j", b.Metric, models(b))
	}
}

func TestPointsAndChoice(t *testing.T) {
	// Of one model the result at the limit is the lowest that still is at the
	// point; without a limit another one is lower.
	at50, over, fast := chat("A", 0.2, 400, 50), chat("A", 0.1, 400, 50.001), chat("A", 0.4, 400, 10)
	other := chat("B", 0.3, 400, 20)
	bs, ls, fs := form(t, usual(), nil, over, fast, at50, other)
	if len(fs) != 0 {
		t.Errorf("findings: %v", fs)
	}
	b := find(t, bs, chatBoard)
	if b.Rows[0].Result.ID != at50.ID || len(b.Rows) != 2 {
		t.Fatalf("the choice took %v, expected the result at the limit", models(b))
	}
	if o := b.Rows[0].Others; len(o) != 2 || o[0].ID != over.ID || o[1].ID != fast.ID {
		t.Errorf("others %v, expected all other loads of the model, lowest energy first", o)
	}
	if m := find(t, bs, "lm-arena-chat-nvidia-h100-80gb-min-energy"); m.Rows[0].Result.ID != over.ID {
		t.Errorf("min-energy took %v, expected the lowest energy at any speed", m.Rows[0].Result.Path)
	}
	for _, a := range Account(ls, bs, usual(), nil) {
		want := StateRanked
		if a.Result.ID == fast.ID {
			want = StateBehind
		}
		if a.State != want {
			t.Errorf("%s: %s, expected %s", a.Result.Path, a.State, want)
		}
	}
}

func TestChoiceTieGoesToSmallerID(t *testing.T) {
	a, b := chat("A", 0.2, 400, 20), chat("A", 0.2, 400, 21)
	want := min(a.ID, b.ID)
	for _, rs := range [][]*result.Result{{a, b}, {b, a}} {
		bs, _, _ := form(t, usual(), nil, rs...)
		if got := find(t, bs, chatBoard).Rows[0].Result.ID; got != want {
			t.Errorf("took %s, expected %s", got, want)
		}
	}
}

// Each key keeps boards apart; origin, count and precision can be freed.
func TestKeysKeepBoardsApart(t *testing.T) {
	for _, tt := range []struct {
		key    string
		change func(*result.Result)
		freed  Defaults
	}{
		{"task", func(r *result.Result) { r.Workload.Task = "gpqa" }, Defaults{}},
		{"hardware", func(r *result.Result) { r.Hardware.Name = "NVIDIA B200" }, Defaults{}},
		{"boundary", func(r *result.Result) { r.Boundary.Includes = "wall" }, Defaults{}},
		{"kind", func(r *result.Result) { r.Kind = result.KindEndpoint }, Defaults{}},
		{"weights", func(r *result.Result) { r.Model.Weights = "random" }, Defaults{}},
		{"reasoning", func(r *result.Result) { r.Workload.Reasoning = "on" }, Defaults{}},
		{"origin", func(r *result.Result) { r.Source.Name = "another" }, Defaults{Origin: Any}},
		{"count", func(r *result.Result) { r.Hardware.Count = 8 }, Defaults{Count: Any}},
		{"precision", func(r *result.Result) { r.Model.Precision = "fp8" }, Defaults{Precision: Any}},
	} {
		t.Run(tt.key, func(t *testing.T) {
			cfg := usual()
			cfg.Points, cfg.Defaults = cfg.Points[:1], Defaults{}
			a, b := chat("A", 0.2, 400, 20), chat("B", 0.3, 400, 20, tt.change)
			bs, _, _ := form(t, cfg, nil, a, b)
			if len(bs) != 2 || bs[0].ID == bs[1].ID {
				t.Errorf("%d boards, expected two with ids of their own", len(bs))
			}
			for _, b := range bs {
				if len(b.Rows) != 1 || b.Rows[0].RankLo != 0 || b.Note == "" {
					t.Errorf("%s: %s, note %q; a single row makes no rank claim and says why", b.ID, models(b), b.Note)
				}
			}
			if tt.freed != (Defaults{}) {
				cfg.Defaults = tt.freed
				if bs, _, _ = form(t, cfg, nil, a, b); len(bs) != 1 || len(bs[0].Rows) != 2 {
					t.Errorf("freed: %d boards, expected one with both", len(bs))
				}
			}
		})
	}
}

func TestSharedRanks(t *testing.T) {
	bs, _, _ := form(t, usual(), nil,
		chat("A", 0.25, 400, 20, interval(95, 105)),
		chat("B", 0.26, 400, 20, interval(99, 109)),
		chat("C", 0.28, 400, 20),
		chat("D", 0.28, 400, 20),
		chat("E", 0.5, 400, 20, interval(190, 210)))
	// A and B overlap; C and D have no interval: plain rank by value, shared.
	want := "A 1-2; B 1-2; C 3-3; D 3-3; E 5-5"
	if got := models(find(t, bs, chatBoard)); got != want && got != "A 1-2; B 1-2; D 3-3; C 3-3; E 5-5" {
		t.Errorf("%s, expected %s", got, want)
	}
}

// Results of the same devices share the meter's gain, so it does not blur them.
func TestSameDevicesAreRankedWithoutGain(t *testing.T) {
	run := func(model string, v float64, uuid string) *result.Result {
		return resulttest.Measured(func(r *result.Result) {
			r.Model.Name = "example-org/" + model
			// U95 of 5.8 % from a gain of 2.89 % and next to nothing else.
			r.Metrics["energy_per_response_j"] = result.Metric{Value: v, CI95: &result.Interval{v * 0.942, v * 1.058},
				U: &result.Uncertainty{Repeat: ptr(0.0005), Quant: ptr(0.0005), Gain: ptr(0.0289)}, Provenance: result.ProvDerived}
			r.Hardware.Devices[0].UUIDSHA256 = strings.Repeat(uuid, 32)
		})
	}
	cfg := Config{Points: []Point{{ID: "c32", Load: &LoadMatch{Mode: "closed", Concurrency: 32}}}, Defaults: Defaults{Count: Any, Precision: Any}}
	bs, _, _ := form(t, cfg, nil, run("A", 100, "aa"), run("B", 103, "aa"), run("C", 104, "bb"))
	if got, want := models(bs[0]), "A 1-2; B 2-3; C 1-3"; got != want {
		t.Errorf("%s, expected %s: A and B are of the same device", got, want)
	}
}

func TestExclusions(t *testing.T) {
	prompt := "You are helpful."
	cat := &catalog.Catalog{
		Tasks: map[string]*catalog.Task{"lm-arena-chat": {ID: "lm-arena-chat", Title: "Chat", Headline: "energy_per_response_j",
			SystemPrompt: &prompt, SingleGPUClasses: []string{"A", "B"}}},
		Moderation: &catalog.Moderation{},
	}
	for _, tt := range []struct {
		rule, reason string
		change       func(*result.Result)
	}{
		{RuleDraft, "simulated", func(r *result.Result) { r.Draft = "simulated" }},
		{RuleChecks, "failed check V09: short", func(r *result.Result) {
			r.Checks = []result.Outcome{{Rule: "V08", Level: "warn"}, {Rule: "V09", Level: "error", Message: "short"}}
		}},
		{RuleClass, "(V23)", func(r *result.Result) {
			r.Class = result.ClassEnergy
			r.Checks = []result.Outcome{{Rule: "V23", Level: "warn"}}
		}},
		{RuleMIG, "MIG", func(r *result.Result) { r.Hardware.Devices = []result.Device{{MIG: ptr(true)}} }},
		{RulePrompt, "SHA-256", func(r *result.Result) { r.Workload.SystemPromptSHA256 = strings.Repeat("ab", 32) }},
		{RuleSingleGPU, "class B must run on one accelerator, this one used 2", func(r *result.Result) { r.Model.SizeClass, r.Hardware.Count = "B", 2 }},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			out := chat("Out", 0.1, 400, 20, tt.change)
			bs, ls, _ := form(t, usual(), cat, chat("A", 0.2, 400, 20), chat("B", 0.3, 400, 20), out)
			b := find(t, bs, chatBoard)
			if models(b) != "A 1-1; B 2-2" || len(b.Excluded) != 1 || b.Excluded[0].Rule != tt.rule || !strings.Contains(b.Excluded[0].Reason, tt.reason) {
				t.Errorf("rows %s, excluded %+v; expected %s with %q", models(b), b.Excluded, tt.rule, tt.reason)
			}
			for _, a := range Account(ls, bs, usual(), cat) {
				if a.Result.ID == out.ID && (a.State != StateExcluded || a.Rule != tt.rule) {
					t.Errorf("accounted as %+v", a)
				}
			}
			if n := len(Rankable(ls, cat)); n != 2 {
				t.Errorf("%d rankable, expected 2", n)
			}
		})
	}
	// What looks like the excluded ones and is not.
	bs, _, _ := form(t, usual(), cat,
		chat("A", 0.2, 400, 20, func(r *result.Result) { r.Workload.SystemPromptSHA256 = cat.Tasks["lm-arena-chat"].PromptSHA256() }),
		chat("B", 0.3, 400, 20, func(r *result.Result) { r.Model.SizeClass, r.Hardware.Count = "C", 8 }),
		chat("C", 0.4, 400, 20, func(r *result.Result) { r.Hardware.Count = 8 }))
	if b := find(t, bs, chatBoard); len(b.Rows) != 3 {
		t.Errorf("rows %s, excluded %+v; expected all three ranked", models(b), b.Excluded)
	}
}

func TestReferenceHardware(t *testing.T) {
	cat, _ := catalog.Load(fstest.MapFS{"catalog/hardware/h100.yaml": {Data: []byte("id: h100\nname: NVIDIA H100 80GB\nshort: H100\naliases: [H100]\n")}})
	cat.Tasks = map[string]*catalog.Task{"lm-arena-chat": {ID: "lm-arena-chat", Title: "Chat", Headline: "energy_per_response_j", ReferenceHardware: "h100"}}
	bs, _, _ := form(t, usual(), cat, chat("A", 0.2, 400, 20), chat("B", 0.3, 400, 20),
		chat("C", 0.3, 400, 20, func(r *result.Result) { r.Hardware.Name = "NVIDIA B200" }))
	b := find(t, bs, "lm-arena-chat-h100-itl50")
	if b.Hardware != "h100" || len(b.Rows) != 2 || b.Title != "Chat on H100, ITL up to 50 ms" {
		t.Errorf("board %+v", b)
	}
	o := find(t, bs, "lm-arena-chat-nvidia-b200-itl50")
	if len(o.Rows) != 0 || len(o.Excluded) != 1 || o.Excluded[0].Rule != RuleReferenceHardware || o.Note == "" {
		t.Errorf("other hardware: %+v, expected it listed apart and unranked", o)
	}
}

func TestModeration(t *testing.T) {
	flagged, gone := chat("A", 0.1, 400, 20), chat("C", 0.1, 400, 20)
	good := chat("A", 0.3, 400, 20)
	cat := &catalog.Catalog{Moderation: &catalog.Moderation{
		Flags:       []catalog.Flag{{ID: flagged.ID[:12], Reason: "unreproducible", Text: "two labs failed"}},
		Withdrawals: []catalog.Withdrawal{{ID: gone.ID, Reason: "privacy", Date: "2026-03-01"}},
	}}
	bs, ls, _ := form(t, usual(), cat, flagged, gone, good, chat("B", 0.2, 400, 20))
	b := find(t, bs, chatBoard)
	if got, want := models(b), "B 1-1; A 2-2; A 0-0"; got != want {
		t.Fatalf("%s, expected %s: the flagged row last and without a rank", got, want)
	}
	if b.Rows[2].Flag == nil || b.Rows[1].Flag != nil || len(b.Rows[1].Others) != 0 {
		t.Errorf("rows %+v", b.Rows)
	}
	states := map[string]string{}
	for _, a := range Account(ls, bs, usual(), cat) {
		states[a.Result.ID] = a.State
	}
	if states[flagged.ID] != StateFlagged || states[gone.ID] != StateWithdrawn || states[good.ID] != StateRanked {
		t.Errorf("accounted as %v", states)
	}
}

func TestNoEnergyMeasured(t *testing.T) {
	mute := chat("Mute", 0.1, 400, 20, func(r *result.Result) {
		r.Class, r.Boundary = result.ClassPerformance, nil
		for k := range r.Metrics {
			if strings.HasPrefix(k, "energy_") {
				delete(r.Metrics, k)
			}
		}
	})
	bs, ls, _ := form(t, usual(), nil, chat("A", 0.2, 400, 20), chat("B", 0.3, 400, 20), mute)
	for _, id := range []string{chatBoard, "lm-arena-chat-nvidia-h100-80gb-min-energy"} {
		b := find(t, bs, id)
		if len(b.NoMetric) != 1 || b.NoMetric[0].ID != mute.ID || len(b.Rows) != 2 {
			t.Errorf("%s: %s, without the metric %v", id, models(b), b.NoMetric)
		}
		if b.Boundary != "gpu" {
			t.Errorf("%s has boundary %q: the board of those with energy keeps the short id", id, b.Boundary)
		}
	}
	// At the pace where it can be compared it also stands on a board by speed.
	if b := find(t, bs, chatBoard+"-speed"); b.Metric == "" || strings.HasPrefix(b.Metric, "energy") || len(b.Rows) != 1 {
		t.Errorf("speed board %+v", b)
	}
	for _, b := range bs {
		if b.Point == "min-energy" && b.Boundary == "" {
			t.Errorf("board %s chooses by energy among results without any", b.ID)
		}
	}
	if why := WhyNoMetric(mute, "energy_per_response_j"); why != "no energy measured" {
		t.Errorf("reason %q", why)
	}
	for _, a := range Account(ls, bs, usual(), nil) {
		if a.Result.ID == mute.ID && a.State != StateRanked {
			t.Errorf("accounted as %+v", a)
		}
	}
}

func TestEndpoints(t *testing.T) {
	hosted := func(provider string, speed float64) *result.Result {
		return resulttest.Endpoint(func(r *result.Result) {
			r.Model.Provider = provider
			r.Workload.Load.Concurrency = 1
			r.Distributions["request_output_tokens_per_s"] = result.Distribution{P50: &speed, Provenance: result.ProvMeasured}
		})
	}
	bs, _, fs := form(t, usual(), nil, hosted("slow-cloud", 20), hosted("fast-cloud", 60))
	if len(bs) != 1 || len(fs) != 0 {
		t.Fatalf("%d boards, findings %v; expected the one at c1", len(bs), fs)
	}
	b := find(t, bs, "lm-arena-chat-endpoint-c1")
	if b.Metric != "request_output_tokens_per_s.p50" || b.Kind != result.KindEndpoint || len(b.Rows) != 2 || b.Rows[0].Result.Model.Provider != "fast-cloud" {
		t.Errorf("board %+v, expected both providers, the fast one first", b)
	}
	// Without a point of its own load it still gets a board.
	cfg := usual()
	cfg.Points = cfg.Points[:2]
	if bs, _, _ = form(t, cfg, nil, hosted("slow-cloud", 20)); len(bs) != 1 || bs[0].Point != "min-energy" || bs[0].Note == "" {
		t.Errorf("boards %+v, expected one that makes no rank claim", bs)
	}
}

func TestBoardSpecs(t *testing.T) {
	on := func(hw string, n int64) func(*result.Result) {
		return func(r *result.Result) { r.Hardware.Name, r.Hardware.Count = hw, n }
	}
	rs := []*result.Result{chat("A", 0.2, 400, 20), chat("B", 0.3, 400, 20), chat("C", 0.4, 400, 20, on("NVIDIA H100 80GB", 8)), chat("A", 0.1, 400, 20, on("NVIDIA B200", 1))}
	cfg := usual()
	cfg.Points, cfg.Defaults = cfg.Points[:1], Defaults{}
	cfg.Boards = []BoardSpec{
		{ID: "nothing", Task: "poetry"},
		{ID: "servers", Title: "Whole servers", Hardware: "NVIDIA H100 80GB", Count: Any, Precision: Any, Order: 2, Columns: []string{"mean_power_w"}},
		{ID: "single", Hardware: "NVIDIA H100 80GB", Count: "1", Metric: "energy_per_output_token_j", Order: 1},
		{ID: "secret", Hardware: "NVIDIA B200", Hidden: true},
	}
	bs, ls, fs := form(t, cfg, nil, rs...)
	var ids []string
	for _, b := range bs {
		ids = append(ids, b.ID)
	}
	if !slices.Equal(ids, []string{"single", "servers"}) {
		t.Fatalf("boards %q, expected those of site.yaml in their order; what they cover or hide does not form itself", ids)
	}
	if b := find(t, bs, "servers"); models(b) != "A 1-1; B 2-2; C 3-3" || b.Title != "Whole servers" || b.Count != Any || !slices.Equal(b.Columns, []string{"mean_power_w"}) {
		t.Errorf("servers: %s %+v", models(b), b)
	}
	if b := find(t, bs, "single"); b.Metric != "energy_per_output_token_j" || len(b.Rows) != 2 || b.Count != "1" {
		t.Errorf("single: %s by %s", models(b), b.Metric)
	}
	if len(fs) != 1 || fs[0].Rule != "RNK-EMPTY" || !strings.Contains(fs[0].Message, "nothing") {
		t.Errorf("findings %v, expected one about the board that matches nothing", fs)
	}
	for _, a := range Account(ls, bs, cfg, nil) {
		if a.Result.Hardware.Name == "NVIDIA B200" && a.State != StateHidden {
			t.Errorf("accounted as %+v, expected hidden", a)
		}
	}
}

func TestIDs(t *testing.T) {
	cfg := usual()
	cfg.Points, cfg.Defaults = cfg.Points[:1], Defaults{Precision: Any}
	bs, _, fs := form(t, cfg, nil,
		chat("A", 0.2, 400, 20), chat("B", 0.2, 400, 20, func(r *result.Result) { r.Boundary.Includes = "wall" }),
		chat("C", 0.2, 400, 20, func(r *result.Result) { r.Model.Weights = "random" }))
	var ids []string
	for _, b := range bs {
		ids = append(ids, b.ID)
	}
	want := []string{chatBoard + "-1", chatBoard + "-1-random", chatBoard + "-1-wall"}
	if !slices.Equal(ids, want) {
		t.Errorf("ids %q, expected %q", ids, want)
	}
	if len(fs) != 2 || fs[0].Rule != "RNK-ID" {
		t.Errorf("findings %v, expected one for each id that had to be changed", fs)
	}
}

// Boards, rows and account do not depend on the order of files, and every
// result is somewhere.
func TestBoardsAreDeterministicAndComplete(t *testing.T) {
	ls := load(resulttest.Synthetic(3, 500)...)
	ls[7].Draft, ls[8].Class = "limit", result.ClassEnergy
	print := func() string {
		bs, fs := Boards(ls, usual(), nil, nil, unit.Default())
		var b strings.Builder
		for _, x := range bs {
			fmt.Fprintf(&b, "%s %s %s %s\n", x.ID, x.Title, x.Newest, x.Metric)
			for _, r := range x.Rows {
				fmt.Fprintf(&b, "  %s %d-%d %v", r.Result.ID, r.RankLo, r.RankHi, r.Value)
				for _, o := range r.Others {
					fmt.Fprintf(&b, " %s", o.ID8())
				}
				fmt.Fprintln(&b)
			}
		}
		as := Account(ls, bs, usual(), nil)
		if len(as) != len(ls) {
			t.Errorf("%d of %d accounted", len(as), len(ls))
		}
		for _, a := range as {
			fmt.Fprintln(&b, a.Result.Path, a.State, a.Boards, a.Rule)
			if a.State == StateHidden || a.State == StateNoPoint || a.State == StateNoNumber {
				t.Errorf("%s is %s", a.Result.Path, a.State)
			}
		}
		return b.String() + fmt.Sprint(fs)
	}
	want := print()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		rng.Shuffle(len(ls), func(i, j int) { ls[i], ls[j] = ls[j], ls[i] })
		if got := print(); got != want {
			t.Fatal("another order of files gives other boards")
		}
	}
}

func BenchmarkBoards(b *testing.B) {
	ls := load(resulttest.Synthetic(1, 10000)...)
	cfg := usual()
	b.ResetTimer()
	for b.Loop() {
		bs, _ := Boards(ls, cfg, nil, nil, unit.Default())
		if len(bs) == 0 {
			b.Fatal("no boards")
		}
	}
}

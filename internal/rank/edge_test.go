package rank

import (
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// A board of site.yaml that names its boundary still lists the results without
// energy, which have none.
func TestNamedBoundaryListsNoEnergy(t *testing.T) {
	cfg := usual()
	cfg.Points = cfg.Points[:1]
	cfg.Boards = []BoardSpec{{ID: "mine", Boundary: "gpu", Hardware: "NVIDIA H100 80GB"}}
	mute := chat("Mute", 0.1, 400, 20, func(r *result.Result) {
		r.Class, r.Boundary = result.ClassPerformance, nil
		for k := range r.Metrics {
			if strings.HasPrefix(k, "energy_") {
				delete(r.Metrics, k)
			}
		}
	})
	bs, _, _ := form(t, cfg, nil, chat("A", 0.2, 400, 20), mute)
	if b := find(t, bs, "mine"); len(b.Rows) != 1 || len(b.NoMetric) != 1 {
		t.Errorf("rows %s, without energy %d; expected one of each", models(b), len(b.NoMetric))
	}
}

// Where higher is better, intervals and ranks run the other way.
func TestHigherRanks(t *testing.T) {
	fast := func(model string, v, lo, hi float64) *result.Result {
		return chat(model, 0.2, 400, 20, func(r *result.Result) {
			r.Metrics["output_tokens_per_s"] = result.Metric{Value: v, CI95: &result.Interval{lo, hi}, Provenance: result.ProvReported}
		})
	}
	cfg := usual()
	cfg.Points = cfg.Points[:1]
	cfg.Boards = []BoardSpec{{ID: "speed", Metric: "output_tokens_per_s"}}
	bs, _, _ := form(t, cfg, nil, fast("Slow", 100, 90, 110), fast("Mid", 115, 105, 125), fast("Fast", 300, 290, 310))
	if got, want := models(find(t, bs, "speed")), "Fast 1-1; Mid 2-3; Slow 2-3"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
}

func TestLoadMatchMode(t *testing.T) {
	p := Point{Load: &LoadMatch{Mode: "open"}}
	if p.At(&result.Result{Workload: result.Workload{Load: &result.Load{Mode: "closed"}}}) {
		t.Error("a closed load is at a point of open loads")
	}
}

// The largest span that the scale allows is still rated.
func TestSpanAtTheLimit(t *testing.T) {
	got := demoScale(t).Rate(demoResult(9.39, ci(9.0, 20)), nil, batch1, nil) // 1.5 to 2.5
	if !got.Rated || got.Min != 1.5 || got.Max != 2.5 {
		t.Errorf("a span of 1 star: %+v, expected it rated", got)
	}
}

func TestSmallClassOnOneGPUIsRanked(t *testing.T) {
	cat := &catalog.Catalog{Moderation: &catalog.Moderation{},
		Tasks: map[string]*catalog.Task{"lm-arena-chat": {ID: "lm-arena-chat", Headline: "energy_per_response_j", SingleGPUClasses: []string{"A"}}}}
	bs, _, _ := form(t, usual(), cat, chat("A", 0.2, 400, 20, func(r *result.Result) { r.Model.SizeClass = "A" }))
	if b := find(t, bs, chatBoard); len(b.Rows) != 1 {
		t.Errorf("excluded: %+v", b.Excluded)
	}
}

// A MIG slice without energy is listed as such, not excluded for its class.
func TestMIGWithoutEnergy(t *testing.T) {
	slice := chat("Slice", 0.1, 400, 20, func(r *result.Result) {
		r.Class, r.Boundary, r.Metrics = result.ClassPerformance, nil, map[string]result.Metric{"output_tokens_per_s": {Value: 5, Provenance: result.ProvReported}}
		r.Hardware.Devices = []result.Device{{MIG: ptr(true)}}
	})
	bs, _, _ := form(t, usual(), nil, chat("A", 0.2, 400, 20), slice)
	b := find(t, bs, chatBoard)
	if len(b.Excluded) != 0 || len(b.NoMetric) != 1 || !strings.Contains(WhyNoMetric(slice, b.Metric), "MIG") {
		t.Errorf("excluded %+v, without energy %d", b.Excluded, len(b.NoMetric))
	}
}

func TestIDsThatStillCollide(t *testing.T) {
	cfg := usual()
	cfg.Points = cfg.Points[:1]
	set := func(boundary, weights string) func(*result.Result) {
		return func(r *result.Result) { r.Boundary.Includes, r.Model.Weights = boundary, weights }
	}
	bs, _, _ := form(t, cfg, nil, chat("A", 0.2, 400, 20), chat("B", 0.2, 400, 20, set("wall", "released")), chat("C", 0.2, 400, 20, set("wall", "random")))
	var ids []string
	for _, b := range bs {
		ids = append(ids, b.ID)
	}
	if want := []string{chatBoard, chatBoard + "-wall", chatBoard + "-wall-random"}; !slices.Equal(ids, want) {
		t.Errorf("ids %q, expected %q", ids, want)
	}
}

// Guard keys are compared after Unicode normalisation, and "none" is no
// quantisation.
func TestGuardForms(t *testing.T) {
	composed := guardsOf(&result.Result{Hardware: &result.Hardware{Name: "Caf\u00e9"}})
	apart := guardsOf(&result.Result{Hardware: &result.Hardware{Name: "Cafe\u0301 "}})
	if composed.hardware != apart.hardware {
		t.Errorf("%q and %q differ", composed.hardware, apart.hardware)
	}
	for _, tt := range []struct{ precision, quantization, want string }{
		{"", "", ModelDefault}, {"bfloat16", "none", "bfloat16"}, {"int4", "awq", "int4/awq"}, {"", "gptq", ModelDefault + "/gptq"},
	} {
		r := &result.Result{Model: result.Model{Precision: tt.precision, Quantization: tt.quantization}}
		if got := precisionOf(r); got != tt.want {
			t.Errorf("%q, %q: %q, expected %q", tt.precision, tt.quantization, got, tt.want)
		}
	}
}

// No results, no points, no catalogue: no boards and nothing breaks.
func TestEmpty(t *testing.T) {
	if bs, fs := Boards(nil, Config{}, nil, nil, unit.Default()); len(bs) != 0 || len(fs) != 0 {
		t.Errorf("boards %v, findings %v", bs, fs)
	}
	ls := load(chat("A", 0.2, 400, 20))
	bs, fs := Boards(ls, Config{}, nil, nil, unit.Default())
	if len(bs) != 0 || len(fs) != 1 || fs[0].Rule != "RNK-NO-POINTS" {
		t.Errorf("without points: boards %v, findings %v", bs, fs)
	}
	if a := Account(ls, bs, Config{}, nil); len(a) != 1 || a[0].State != StateNoPoint {
		t.Errorf("accounted as %+v", a)
	}
}

package rank

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update and look at the change):\n%s", file, got)
	}
}

// vectors are rows of text_generation/A with their index and stars.
var vectors = []struct {
	model           string
	e, x, stars     float64
	ew, q, wholeLog float64
}{
	{"distilgpt2", 1.313333, 4.647944, 4.5, 5, 5, 4},
	{"openai-gpt", 2.703617, 3.859960, 3.5, 5, 5, 3},
	{"gpt2-large", 6.120968, 2.968180, 2.5, 5, 5, 2},
	{"phi-2", 9.863832, 2.447435, 2.0, 4, 3, 2},
	{"Yi-1.5-9B", 23.000635, 1.523441, 1.5, 2, 1, 1},
	{"Llama-2-13b-hf", 26.102442, 1.385376, 1.0, 1, 1, 1},
	{"phi-4", 28.741175, 1.280277, 1.0, 1, 1, 1},
}

func TestVectors(t *testing.T) {
	s := demoScale(t)
	whole := *s
	whole.HalfStars = false
	for _, v := range vectors {
		got := s.Rate(demoResult(v.e), nil, batch1, nil)
		if !got.Rated || got.Stars != v.stars || math.Abs(*got.Index-v.x) > 1e-6 || got.Min != v.stars || got.Max != v.stars || got.Spans {
			t.Errorf("%s: %+v, expected %v stars at %v", v.model, got, v.stars, v.x)
		}
		if w := whole.Rate(demoResult(v.e), nil, batch1, nil); w.Stars != v.wholeLog {
			t.Errorf("%s: %v whole stars, expected %v", v.model, w.Stars, v.wholeLog)
		}
	}
}

func TestBoundaries(t *testing.T) {
	s := demoScale(t)
	for _, tt := range []struct{ e, stars float64 }{
		{9.4, 2.5}, {9.400000009, 2.5}, {9.40001, 2.0}, {0.9512, 5}, {0.01, 5}, {1e6, 1},
	} {
		if got := s.Rate(demoResult(tt.e), nil, batch1, nil); got.Stars != tt.stars {
			t.Errorf("%v Wh: %v stars, expected %v", tt.e, got.Stars, tt.stars)
		}
	}
	whole := *s
	whole.HalfStars = false
	for _, tt := range []struct{ e, stars float64 }{{1.943623, 4}, {2.703617, 3}, {6.120968, 2}, {26.102442, 1}} {
		if got := whole.Rate(demoResult(tt.e), nil, batch1, nil); got.Stars != tt.stars {
			t.Errorf("%v Wh: %v whole stars, expected %v", tt.e, got.Stars, tt.stars)
		}
	}
}

func TestLiveMethods(t *testing.T) {
	results := func(vs ...float64) []*result.Result {
		var rs []*result.Result
		for i, v := range vs {
			rs = append(rs, demoResult(v, func(r *result.Result) { r.Model.Name = fmt.Sprint("example-org/M", i) }))
		}
		return rs
	}
	for _, tt := range []struct {
		name, method string
		values       []float64
		want         []float64 // nil: not rated with the code
		code         string
	}{
		{"five bins", MethodEqualWidth, []float64{2, 4, 6, 8, 12}, []float64{5, 4, 3, 2, 1}, ""},
		{"five ranks", MethodQuantile, []float64{10, 20, 20, 30, 40}, []float64{5, 4, 4, 2, 1}, ""},
		{"all equal, bins", MethodEqualWidth, []float64{7, 7, 7, 7, 7}, nil, CodeZeroSpan},
		{"all equal, ranks", MethodQuantile, []float64{7, 7, 7, 7, 7}, nil, CodeZeroSpan},
		{"four of five", MethodEqualWidth, []float64{1, 2, 3, 4}, nil, CodeCohortSmall},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := liveScale(tt.method, 5)
			rs := results(tt.values...)
			for i, r := range rs {
				got := s.Rate(r, rs, batch1, nil)
				if tt.code != "" {
					if got.Rated || got.Code != tt.code {
						t.Errorf("%v: %+v, expected %s", tt.values[i], got, tt.code)
					}
				} else if got.Stars != tt.want[i] {
					t.Errorf("%v: %v stars, expected %v", tt.values[i], got.Stars, tt.want[i])
				}
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	s := demoScale(t)
	str := func(f func(*result.Result, string)) func(string) func(*result.Result) {
		return func(v string) func(*result.Result) { return func(r *result.Result) { f(r, v) } }
	}
	class := str(func(r *result.Result, v string) { r.Model.SizeClass = v })
	for _, tt := range []struct {
		name   string
		r      *result.Result
		w      *catalog.Withdrawal
		code   string
		reason string
	}{
		{"withdrawn wins", demoResult(math.NaN()), &catalog.Withdrawal{Date: "2026-03-01"}, CodeWithdrawn, "Withdrawn 2026-03-01"},
		{"task without a group", demoResult(5, func(r *result.Result) { r.Workload.Task = "poetry" }), nil, CodeNoScale, "Not rated: no scale for this task"},
		{"no metric", demoResult(5, func(r *result.Result) { delete(r.Metrics, wh) }), nil, CodeMetricMissing, "Not rated: energy per 1,000 requests not reported"},
		{"no energy at all", resulttest.Endpoint(func(r *result.Result) { r.Workload.Task = "text_generation" }), nil, CodeMetricMissing, "Not rated: no energy measured"},
		{"zero", demoResult(0), nil, CodeMetricInvalid, "Not rated: invalid value"},
		{"negative", demoResult(-1), nil, CodeMetricInvalid, "Not rated: invalid value"},
		{"NaN", demoResult(math.NaN()), nil, CodeMetricInvalid, "Not rated: invalid value"},
		{"infinite", demoResult(math.Inf(1)), nil, CodeMetricInvalid, "Not rated: invalid value"},
		{"interval beside the value", demoResult(5, ci(6, 7)), nil, CodeMetricInvalid, "Not rated: invalid value"},
		{"hardware before class", demoResult(5, class("Z"), func(r *result.Result) { r.Hardware.Name = "NVIDIA B200" }), nil, "guard-hardware", "Not rated: different hardware (NVIDIA B200)"},
		{"count", demoResult(5, func(r *result.Result) { r.Hardware.Count = 2 }), nil, "guard-count", "Not rated: different count (2)"},
		{"class", demoResult(5, class("Z")), nil, "guard-class", "Not rated: different class (Z)"},
		{"class not stated", demoResult(5, class("")), nil, "guard-class", "Not rated: different class (not stated)"},
		{"precision", demoResult(5, func(r *result.Result) { r.Model.Precision = "fp8" }), nil, "guard-precision", "Not rated: different precision (fp8)"},
		{"quantisation", demoResult(5, func(r *result.Result) { r.Model.Quantization = "awq" }), nil, "guard-precision", "Not rated: different precision (model-default/awq)"},
		{"point", demoResult(5, func(r *result.Result) { r.Workload.Load.BatchSize = 8 }), nil, "guard-point", "Not rated: different point (not stated)"},
		{"boundary", demoResult(5, func(r *result.Result) { r.Boundary.Includes = "wall" }), nil, "guard-boundary", "Not rated: different boundary (wall)"},
		{"small reference", demoResult(5, class("B")), nil, CodeCohortSmall, "Not rated: reference cohort of 3, 8 needed"},
		{"uncertain", demoResult(5, ci(1.4, 20)), nil, CodeUncertain, "Not rated: uncertainty spans 3 stars"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.Rate(tt.r, nil, batch1, tt.w)
			if got.Rated || got.Stars != 0 || got.Code != tt.code || got.Reason != tt.reason {
				t.Errorf("got %+v\nwant %s: %s", got, tt.code, tt.reason)
			}
		})
	}
	if got := (*Scale)(nil).Rate(demoResult(5), nil, batch1, nil); got.Code != CodeNoScale {
		t.Errorf("no scale: %+v", got)
	}
	wrong := *s
	wrong.Unit = "kWh"
	if got := wrong.Rate(demoResult(5), nil, batch1, nil); got.Code != CodeMetricMissing {
		t.Errorf("another unit: %+v, expected %s", got, CodeMetricMissing)
	}
}

func TestUncertainty(t *testing.T) {
	s := demoScale(t)
	got := s.Rate(demoResult(9.39, ci(9.12, 9.66)), nil, batch1, nil)
	if !got.Rated || got.Stars != 2.5 || got.Min != 2.0 || got.Max != 2.5 || !got.Spans {
		t.Errorf("9.39 [9.12, 9.66]: %+v, expected 2.5 of 2.0 to 2.5", got)
	}
	got = s.Rate(demoResult(5, ci(1.4, 20)), nil, batch1, nil)
	if got.Min != 1.5 || got.Max != 4.5 {
		t.Errorf("5 [1.4, 20]: %+v, expected a range of 1.5 to 4.5", got)
	}
}

func TestHigherIsBetter(t *testing.T) {
	p := Params{Mid: 2.5, ERef: 10, Factor: 2}
	s := &Scale{ID: "up", Status: StatusFrozen, Metric: "tokens_per_j", Unit: "tokens/J", Direction: "higher", Method: MethodLogIndex,
		HalfStars: true, MinCohort: 1, MaxSpan: 1, Groups: []Group{{Reference: Reference{N: 8}, Params: &p}}}
	for _, st := range s.steps() {
		s.Groups[0].Levels = append(s.Groups[0].Levels, Level{st, round(s.formula(p, st), 4)})
	}
	r := demoResult(1, func(r *result.Result) {
		r.Metrics["tokens_per_j"] = result.Metric{Value: 20, CI95: &result.Interval{19, 21}}
	})
	got := s.Rate(r, nil, nil, nil)
	if got.Stars != 3.5 || math.Abs(*got.Index-3.5) > 1e-12 || got.Min != 3 || got.Max != 3.5 {
		t.Errorf("20 tokens/J: %+v, expected 3.5 at 3.5, range 3.0 to 3.5", got)
	}
}

func TestGroupChoice(t *testing.T) {
	s := demoScale(t)
	// A result that differs from one group in one key and from others in more is
	// told about the one key.
	r := demoResult(5, func(r *result.Result) { r.Hardware.Count = 4 })
	if got := s.Rate(r, nil, batch1, nil); got.Code != "guard-count" {
		t.Errorf("got %+v, expected guard-count", got)
	}
	// Keys are compared after Unicode normalisation and trimming.
	r = demoResult(5, func(r *result.Result) { r.Hardware.Name = " NVIDIA H100 80GB " })
	if got := s.Rate(r, nil, batch1, nil); !got.Rated {
		t.Errorf("padded hardware name: %+v, expected a rating", got)
	}
}

func TestRound(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		n    int
		want float64
	}{
		{0.951224, 4, 0.9512}, {12345, 4, 12350}, {2.3505, 4, 2.351}, {9999.6, 4, 10000}, {-2.25, 2, -2.3}, {14.862705, 4, 14.86}, {7, 4, 7}, {0, 4, 0}, {94.9999, 2, 95},
	} {
		if got := round(tt.v, tt.n); got != tt.want {
			t.Errorf("round(%v, %d) = %v, expected %v", tt.v, tt.n, got, tt.want)
		}
	}
}

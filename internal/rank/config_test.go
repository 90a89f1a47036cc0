package rank

import (
	"slices"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

func TestConfigCheck(t *testing.T) {
	if fs := usual().Check(unit.Default()); len(fs) != 0 {
		t.Errorf("a usual configuration: %v", fs)
	}
	bad := Config{
		Points:   []Point{{ID: "x", Constraint: &Constraint{Metric: "joy"}}, {ID: "x", Load: &LoadMatch{Mode: "sideways"}}, {ID: "Big One", Choose: "luck"}, {Kind: "toaster"}},
		Boards:   []BoardSpec{{ID: "b", Task: Any, Point: "y", Metric: "energy_j"}, {ID: "b", Metric: "joy"}},
		Defaults: Defaults{Count: "2"},
	}
	want := []string{"/points/0/constraint/metric", "/points/0/constraint", "/points/1/id", "/points/1/load/mode", "/points/2/id", "/points/2/choose",
		"/points/3/id", "/points/3/kind", "/defaults/count", "/boards/0/point", "/boards/0/task", "/boards/0/metric", "/boards/1/id", "/boards/1/metric"}
	var got []string
	for _, f := range bad.Check(unit.Default()) {
		got = append(got, f.Where.Pointer)
		if f.Level != result.Error {
			t.Errorf("%v is no error", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings at %q\nexpected %q", got, want)
	}
}

func TestLoadMatch(t *testing.T) {
	rate := 2.5
	r := func(l *result.Load) *result.Result { return &result.Result{Workload: result.Workload{Load: l}} }
	for _, tt := range []struct {
		match LoadMatch
		load  *result.Load
		want  bool
	}{
		{LoadMatch{Mode: "closed", Concurrency: 32}, &result.Load{Mode: "closed", Concurrency: 32}, true},
		{LoadMatch{Mode: "closed", Concurrency: 32}, &result.Load{Mode: "closed", Concurrency: 33}, false},
		{LoadMatch{Mode: "batch", BatchSize: 1}, &result.Load{Mode: "closed", Concurrency: 1}, false},
		{LoadMatch{Mode: "batch", BatchSize: 1}, nil, false},
		{LoadMatch{Mode: "open", RatePerS: &rate}, &result.Load{Mode: "open", RatePerS: ptr(2.5), Arrivals: "poisson"}, true},
		{LoadMatch{Mode: "open", RatePerS: &rate}, &result.Load{Mode: "open"}, false},
		{LoadMatch{Mode: "burst", MaxNumSeqs: 64}, &result.Load{Mode: "burst", MaxNumSeqs: 64, MeanBatchSize: ptr(60.0)}, true},
	} {
		if got := (Point{Load: &tt.match}).At(r(tt.load)); got != tt.want {
			t.Errorf("%+v at %+v: %t, expected %t", tt.load, tt.match, got, tt.want)
		}
	}
}

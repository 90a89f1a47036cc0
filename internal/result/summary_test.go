// Summaries of measurements whose every number is known beforehand.

package result_test

import (
	"bytes"
	"math"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// A made-up measurement passes every rule from first to last.
func TestKnownRunIsRanked(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spec  resulttest.Spec
		class string
	}{
		{"closed loop", resulttest.Spec{}, result.ClassRanked},
		{"eight devices", resulttest.Spec{Devices: 8}, result.ClassRanked},
		{"open loop", resulttest.Spec{Rate: 10, Requests: 1000}, result.ClassRanked},
		{"no devices", resulttest.Spec{Devices: -1}, result.ClassPerformance},
		{"one run", resulttest.Spec{Runs: 1}, result.ClassEnergy},
		{"short", resulttest.Spec{Requests: 100}, result.ClassEnergy},
		{"one at a time", resulttest.Spec{Concurrency: 1, Requests: 160}, result.ClassRanked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, s := resulttest.Run(tt.spec)
			if v := result.Judge(r, s); v.Invalid || v.Class != tt.class {
				t.Errorf("class %s (invalid %v), want %s", v.Class, v.Invalid, tt.class)
				for _, f := range v.Findings {
					t.Log(f)
				}
			}
			data, err := result.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			l, fs := result.Inspect("results/x.json", data)
			for _, f := range fs {
				t.Errorf("inspect: %s", f)
			}
			if l == nil {
				return
			}
			for _, f := range result.Validate(l, bytes.NewReader(resulttest.Write(r, s))) {
				if f.Level == result.Error {
					t.Errorf("validate: %s", f)
				}
			}
		})
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

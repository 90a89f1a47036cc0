// Which class a measurement gets, what makes it invalid, and what validation
// says where there is nothing to recompute from.

package result_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

func TestVerdicts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		spec    resulttest.Spec
		before  func(*result.Result, *result.SamplesFile)
		class   string
		invalid bool
		hint    bool
	}{
		{"all rules hold", terse, nil, result.ClassRanked, false, false},
		{"a warning", terse, scale(107), result.ClassRanked, false, false},
		{"an R rule broken", runs(2), nil, result.ClassEnergy, false, false},
		{"an E rule broken", terse, scale(115), result.ClassRanked, true, true},
		{"an E rule broken, energy not asked for", terse, func(r *result.Result, s *result.SamplesFile) {
			r.Class = result.ClassPerformance
			scale(115)(r, s)
		}, result.ClassPerformance, false, false},
		{"an A rule broken", terse, fail(5), result.ClassRanked, true, false},
		{"an A and an E rule broken", terse, func(r *result.Result, s *result.SamplesFile) {
			fail(5)(r, s)
			scale(115)(r, s)
		}, result.ClassRanked, true, false},
		{"a draft", terse, plan(func(r *result.Result) { r.Draft = "simulated" }), result.ClassEnergy, false, false},
		{"an endpoint", terse, plan(func(r *result.Result) { r.Kind = result.KindEndpoint }), result.ClassPerformance, false, false},
		{"no devices", resulttest.Spec{Devices: -1, Runs: 1, Requests: 50}, nil, result.ClassPerformance, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mods := []func(*result.Result, *result.SamplesFile){}
			if tt.before != nil {
				mods = append(mods, tt.before)
			}
			r, s := resulttest.Run(tt.spec, mods...)
			if tt.class == result.ClassPerformance && r.Kind == result.KindDevice {
				r.Class = result.ClassPerformance
			} else {
				r.Class = "" // not trusted in any case
			}
			v := result.Judge(r, s)
			if v.Class != tt.class || v.Invalid != tt.invalid || (v.Hint != "") != tt.hint {
				t.Errorf("class %s, invalid %v, hint %q; want %s, %v", v.Class, v.Invalid, v.Hint, tt.class, tt.invalid)
				for _, f := range v.Findings {
					t.Log(f)
				}
			}
			if v.Findings.HasErrors() != tt.invalid {
				t.Errorf("errors %v, invalid %v", v.Findings.HasErrors(), tt.invalid)
			}
			checks := v.Checks()
			if !slices.ContainsFunc(checks, func(o result.Outcome) bool { return o.Rule == "V04" && o.Level == "ok" }) {
				t.Errorf("checks %v", checks)
			}
			hasE := slices.ContainsFunc(checks, func(o result.Outcome) bool { return o.Rule == "V12" })
			hasR := slices.ContainsFunc(checks, func(o result.Outcome) bool { return o.Rule == "V23" })
			if hasE != (v.Class != result.ClassPerformance) || hasR != (v.Class == result.ClassRanked) {
				t.Errorf("class %s: checks of energy %v, of ranking %v", v.Class, hasE, hasR)
			}
		})
	}
}

// What keeps a measurement out of ranking is a warning that names the rule.
func TestWhyNotRanked(t *testing.T) {
	r, s := resulttest.Run(runs(2))
	v := result.Judge(r, s)
	i := slices.IndexFunc(v.Findings, func(f result.Finding) bool { return f.Rule == "V23" })
	if i < 0 || v.Findings[i].Level != result.Warn || !strings.Contains(v.Findings[i].Message, "the class is energy and not ranked") {
		t.Errorf("findings %v", v.Findings)
	}
}

func TestChecksAreTheWorst(t *testing.T) {
	r, s := resulttest.Run(terse, func(r *result.Result, s *result.SamplesFile) {
		scale(115)(r, s)
		s.Header.Runs[2].Ended = strings.Repeat("ä", 2000)
	})
	for _, o := range result.Judge(r, s).Checks() {
		if o.Rule == "V12" && (o.Level != "error" || !strings.Contains(o.Message, "counter")) {
			t.Errorf("check %+v", o)
		}
	}
	if _, err := result.Encode(r); err != nil {
		t.Errorf("long messages cannot be written: %v", err)
	}
}

func TestValidateWithoutSamples(t *testing.T) {
	r, _, file := resulttest.RunFile(resulttest.Spec{Runs: 1, Requests: 50})
	l := &result.Loaded{Result: r, Path: "results/x.json"}
	only := func(fs result.Findings, level result.Level, text string) {
		t.Helper()
		if len(fs) != 1 || fs[0].Rule != "V02" || fs[0].Level != level || !strings.Contains(fs[0].String(), text) {
			t.Errorf("findings %v, want V02 with %q", fs, text)
		}
	}
	only(result.Validate(l, nil), result.Error, "the samples file is not there")
	only(result.Validate(l, bytes.NewReader(file[:len(file)/2])), result.Error, "read samples: line")
	r.Samples.URL = "https://example.org/samples.jsonl.gz"
	only(result.Validate(l, nil), result.Warn, "nothing was recomputed")
	r.Samples = nil
	only(result.Validate(l, nil), result.Error, "names no samples")
	if fs := result.Validate(&result.Loaded{Result: resulttest.Reported()}, nil); fs != nil {
		t.Errorf("a reported result: %v", fs)
	}
	if fs := result.Validate(nil, nil); fs != nil {
		t.Errorf("nothing: %v", fs)
	}
}

// The stored checks are not trusted.
func TestStoredChecksDoNotHelp(t *testing.T) {
	r, _, file := resulttest.RunFile(terse, scale(115))
	r.Class = result.ClassRanked
	for i := range r.Checks {
		r.Checks[i] = result.Outcome{Rule: r.Checks[i].Rule, Level: "ok"}
	}
	fs := result.Validate(&result.Loaded{Result: r}, bytes.NewReader(file))
	if !slices.ContainsFunc(fs, func(f result.Finding) bool { return f.Rule == "V12" && f.Level == result.Error }) {
		t.Errorf("findings %v", fs)
	}
}

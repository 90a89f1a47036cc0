// Every field of a measured result, changed one at a time: the rule that notices
// it, or the word that nobody can check it against the samples (test X7).

package result_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// declared marks fields that are a person's or a machine's word: they say who,
// what and where, and samples hold nothing to compare them with.
const declared = "declared"

// fieldRules names the rule that notices a change of each field. The first
// pattern that fits is taken; "*" stands for one step of the pointer.
var fieldRules = []struct{ pattern, rule string }{
	{"/schema", "V01"},
	{"/id", "V01"},
	{"/method", "V03"},
	{"/class", "V01"},
	{"/kind", "V01"},
	{"/measured_at", "V04"},
	{"/license", declared},
	{"/by/*", declared},
	{"/attestation/*/*", declared},
	{"/checks/*/level", "V01"},
	{"/checks/*/*", declared}, // never trusted
	{"/model/weights", "V01"},
	{"/model/active_parameters_b", "RES-CONTRADICTION"},
	{"/model/*", declared},

	{"/hardware/count", "V18"},
	{"/hardware/*", declared},
	{"/hardware/devices/*/uuid_sha256", "V18"},
	{"/hardware/devices/*/name", "V18"}, // of two devices; against the catalogue otherwise
	{"/hardware/devices/*/power_limit_w", "V19"},
	{"/hardware/devices/*/power_limit_default_w", "V19"},
	{"/hardware/devices/*/sm_clock_mhz", "V19"},
	{"/hardware/devices/*/memory_clock_mhz", "V19"},
	{"/hardware/devices/*/ecc", "V19"},
	{"/hardware/devices/*/persistence", "V19"},
	{"/hardware/devices/*/mig", "V16"},
	{"/hardware/devices/*/*", declared},

	{"/software/driver", "V19"},
	{"/software/parallelism/tensor", "V18"},
	{"/software/*", declared},
	{"/software/*/*", declared},

	{"/client/calibration/*", "V03"},
	{"/client/*", declared},

	{"/workload/requests", "V07"},
	{"/workload/warmup_requests", "V07"},
	{"/workload/seed", "V23"},
	{"/workload/output_tokens/mean", "V11"},
	{"/workload/load/mode", "V01"},
	{"/workload/load/concurrency", "V10"},
	{"/workload/slo/*", "V03"},
	{"/workload/prefix_policy", "V01"},
	{"/workload/isolation", "V01"},
	{"/workload/sampling/method", "V01"},
	{"/workload/sampling/temperature", "RES-SAMPLING"},
	{"/workload/*", declared},
	{"/workload/*/*", declared},

	{"/boundary/includes", "V01"},
	{"/boundary/idle_w", "V03"},
	{"/boundary/idle/*/*", "V03"},

	{"/window/*/devices/*/uuid_sha256", "V03"},
	{"/window/*/devices/*/*", "V03"},
	{"/window/*/devices/*/*/*", "V03"},
	{"/window/*/*", "V03"},
	{"/window/*/*/*", "V03"},
	{"/metrics/*/provenance", "V01"},
	{"/metrics/*/*", "V03"},
	{"/metrics/*/*/*", "V03"},
	{"/distributions/*/provenance", "V01"},
	{"/distributions/*/percentiles", "V01"},
	{"/distributions/*/*", "V03"},
	{"/distributions/*/*/*/*", "V03"},

	{"/samples/*", "V02"},
}

// leaves lists the pointers of all scalars of a JSON value, in order.
func leaves(at string, v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, leaves(at+"/"+k, v[k])...)
		}
	case []any:
		for i := range v {
			out = append(out, leaves(at+"/"+strconv.Itoa(i), v[i])...)
		}
	default:
		out = append(out, at)
	}
	return out
}

// changed returns the file with the scalar at a pointer changed: numbers grow by
// one, switches turn, and the last letter or digit of a text becomes another.
func changed(t *testing.T, data []byte, pointer string) []byte {
	t.Helper()
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	var set func(v any, steps []string) any
	set = func(v any, steps []string) any {
		switch v := v.(type) {
		case map[string]any:
			v[steps[0]] = set(v[steps[0]], steps[1:])
			return v
		case []any:
			i, _ := strconv.Atoi(steps[0])
			v[i] = set(v[i], steps[1:])
			return v
		case float64:
			return v + 1
		case bool:
			return !v
		case string:
			return otherText(pointer, v)
		}
		t.Fatalf("%s holds %v", pointer, v)
		return nil
	}
	out, err := json.Marshal(set(tree, strings.Split(pointer, "/")[1:]))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func otherText(pointer, s string) string {
	if pointer == "/measured_at" {
		return "2026-03-01" + s[10:]
	}
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case c >= '0' && c <= '8', c >= 'a' && c < 'f', c >= 'g' && c < 'z', c >= 'A' && c < 'Y':
			b[i]++
			return string(b)
		case c == '9', c == 'f', c == 'z', c == 'Y':
			b[i]--
			return string(b)
		}
	}
	return s + "x"
}

// One field, one rule: a change that samples can contradict is found by the rule
// that is named, and a change of a declaration breaks nothing.
func TestEveryFieldIsHeldOrDeclared(t *testing.T) {
	sp := resulttest.Spec{Concurrency: 2, Requests: 24, Runs: 2, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 200_000, UpdateUs: 200_000, Devices: 2}
	r, _, file := resulttest.RunFile(sp, func(r *result.Result, s *result.SamplesFile) {
		trim(r, s)
		roughen(1, s)
		r.Software.Parallelism.Tensor = 2
		// Just missed by one request, so that a wider objective counts one more.
		r.Workload.SLO = &result.SLO{E2EMs: new(float64(*s.Requests[31].Last-*s.Requests[31].Start)/1000 - 0.5)}
	})
	r.Class = result.ClassRanked // so that every rule applies
	if err := result.Seal(r); err != nil {
		t.Fatal(err)
	}
	data, err := result.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	said := func(data []byte) result.Findings {
		l, fs := result.Inspect("results/x.json", data)
		if l != nil {
			fs = append(fs, result.Validate(l, bytes.NewReader(file))...)
		}
		return slices.DeleteFunc(fs, func(f result.Finding) bool { return f.Level != result.Error })
	}
	words := func(f result.Finding) string { return f.Rule + f.Where.Pointer + f.Message }
	before := map[string]bool{} // the run is too short to be ranked
	for _, f := range said(data) {
		before[words(f)] = true
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	tried := map[string]bool{} // one of each list, one metric of each provenance and shape
	for _, pointer := range leaves("", tree) {
		i := slices.IndexFunc(fieldRules, func(f struct{ pattern, rule string }) bool {
			ok, _ := path.Match(f.pattern, pointer)
			return ok
		})
		if i < 0 {
			t.Errorf("%s: no rule is named for this field; name one, or say that it is declared", pointer)
			continue
		}
		f := fieldRules[i]
		used[f.pattern] = true
		steps := strings.Split(pointer, "/")
		for k := range steps {
			if _, err := strconv.Atoi(steps[k]); err == nil || k == 2 && (steps[1] == "metrics" || steps[1] == "distributions") {
				steps[k] = "*"
			}
		}
		if shape := strings.Join(steps, "/"); tried[shape] {
			continue
		} else {
			tried[shape] = true
		}
		t.Run(pointer, func(t *testing.T) {
			t.Parallel()
			bad := changed(t, data, pointer)
			// As a forger would, the id is formed anew where the file can be read.
			if l, _ := result.Decode("x", bad); l != nil && pointer != "/id" && pointer != "/schema" {
				if result.Seal(l) == nil {
					if again, err := result.Encode(l); err == nil {
						bad = again
					}
				}
			}
			var rules []string
			var all string
			for _, f := range said(bad) {
				if !before[words(f)] {
					rules = append(rules, f.Rule)
					all += fmt.Sprintln(f)
				}
			}
			switch {
			case f.rule == declared && len(rules) > 0:
				t.Errorf("a declaration, but\n%s", all)
			case f.rule != declared && !slices.Contains(rules, f.rule):
				t.Errorf("%s does not fire, but\n%s", f.rule, all)
			}
		})
	}
	for _, f := range fieldRules {
		if !used[f.pattern] {
			t.Errorf("%s: no field is meant", f.pattern)
		}
	}
}

// Every field of a samples file, changed one at a time in a file whose hash is
// then tied to the result anew: the rule that notices it, or the word that it is
// a fact which nothing else tells (test X7).

package result_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// raw marks facts that the samples alone hold, or of which one unit more changes
// no number.
const raw = "raw"

// sampleRules names the rule that notices a change of each field of one line of
// each type, as fieldRules does.
var sampleRules = []struct{ pattern, rule string }{
	{"h/method", "V03"},
	{"h/units", "V02"},
	{"h/token_source", "V06"},
	{"h/events", "V07"},
	{"h/runs/*/run", "V02"},
	{"h/runs/*/rule", "V10"},
	{"h/runs/*/start", "V04"},
	{"h/runs/*/window_*", "V10"},
	{"h/runs/*/seed", "V23"},
	{"h/runs/*/*", raw}, // stop bounds the window, config is compared between runs
	{"h/idle/*/*", "V03"},
	{"h/calibration/*", "V03"},
	{"h/cpu_zones/0/max_uj", "V03"}, // the zone that wraps in the window
	{"h/cpu_zones/*/kind", "V03"},
	{"h/cpu_zones/*/*", raw},
	{"h/devices/*/uuid_sha256", "V18"},
	{"h/devices/*/source", "V03"},
	{"h/devices/*/power_source", "V03"},
	{"h/devices/*/scope", "V03"},
	{"h/devices/*/update_us", "V03"},
	{"h/devices/*/mig", "V16"},
	{"h/devices/*/virtual", "V16"},
	{"h/devices/*/*", "V19"},
	{"h/*", raw}, // by one: the epoch is held to a minute, visibility warns, the period is what was asked for

	{"q/run", "V02"},
	{"q/ph", "V05"},
	{"q/oc", "V05"},
	{"q/fin", "V05"},
	{"q/sched", "V04"},
	{"q/first", "V04"},
	{"q/last", "V04"},
	{"q/dt/*", "V04"},
	{"q/start", "V03"},
	{"q/out", "V03"},
	{"q/end", "V03"},
	{"q/np", "V03"},
	{"q/nc", "V07"},
	{"q/tl", "V07"},
	{"q/src", "V06"},
	{"q/ph16", "V22"},
	{"q/*", raw}, // 201 is a success too, and one token more may be asked for or cached

	{"g/*", raw}, // one microsecond, milliwatt or millijoule away from an edge
	{"g/*/*", raw},
	{"s/sm/*", "V03"},
	{"s/mem/*", "V03"},
	{"s/temp/*", "V03"},
	{"s/limit/*", "V19"},
	{"s/*", raw},
	{"s/*/*", raw},
	{"s/*/*/*", raw}, // one nanosecond
	{"c/*", raw},
	{"c/*/*", raw},
	{"a/*", raw}, // one microsecond of 50 ms

	{"k/run", "V02"},
	{"k/ph", "V05"},
	{"k/oc", "V05"},
	{"k/sched", "V04"},
	{"k/first", "V04"},
	{"k/last", "V04"},
	{"k/dt/*", "V04"},
	{"k/*", raw},

	{"n/devices/*/uuid_sha256", "V18"},
	{"n/devices/*/update_us", raw}, // the header's count
	{"n/devices/*/source", raw},
	{"n/devices/*/power_source", raw},
	{"n/devices/*/scope", raw},
	{"n/devices/*/virtual", raw},
	{"n/devices/*/default_limit_mw", raw},
	{"n/devices/*/*", "V19"},
	{"n/zero_reads/*", "V15"},
	{"n/reads/*", raw},
	{"n/*", "V02"},
}

// sampleLines picks one line of each type, from inside the first window where it
// has a time.
func sampleLines(lines []string, w result.Window) []int {
	var out []int
	seen := map[string]bool{}
	for i, line := range lines {
		var v struct {
			Type  string `json:"type"`
			Run   int    `json:"run"`
			T     int64  `json:"t"`
			Start int64  `json:"start"`
		}
		if json.Unmarshal([]byte(line), &v) != nil || seen[v.Type] {
			continue
		}
		switch {
		case v.Type == "q" && (v.Run != 1 || v.Start < w.StartUs+1_000_000):
			continue
		case (v.Type == "g" || v.Type == "s" || v.Type == "c") && v.T < w.StartUs+1_000_000:
			continue
		}
		seen[v.Type] = true
		out = append(out, i)
	}
	return out
}

func TestEverySampleIsHeldOrRaw(t *testing.T) {
	sp := resulttest.Spec{Concurrency: 2, Requests: 24, Runs: 1, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 200_000, UpdateUs: 200_000}
	r, _, file := resulttest.RunFile(sp, func(r *result.Result, s *result.SamplesFile) {
		trim(r, s)
		roughen(1, s)
	})
	r.Class = result.ClassRanked // so that every rule applies
	said := func(file []byte) result.Findings {
		copied := *r
		sum := sha256.Sum256(file)
		copied.Samples = &result.Samples{SHA256: hex.EncodeToString(sum[:]), Records: r.Samples.Records}
		fs := result.Validate(&result.Loaded{Result: &copied}, bytes.NewReader(file))
		return slices.DeleteFunc(fs, func(f result.Finding) bool { return f.Level != result.Error })
	}
	words := func(f result.Finding) string { return f.Rule + f.Where.Pointer + f.Message }
	before := map[string]bool{}
	for _, f := range said(file) {
		before[words(f)] = true
	}
	lines := strings.Split(strings.TrimSuffix(unzip(t, file), "\n"), "\n")
	used := map[string]bool{}
	for _, n := range sampleLines(lines, r.Window[0]) {
		typ, body := lines[n][9:10], "{"+lines[n][12:]
		if lines[n][11] != ',' {
			t.Fatalf("line %d begins %.20s", n, lines[n])
		}
		var tree any
		if err := json.Unmarshal([]byte(body), &tree); err != nil {
			t.Fatal(err)
		}
		for _, pointer := range leaves(typ, tree) {
			i := slices.IndexFunc(sampleRules, func(f struct{ pattern, rule string }) bool {
				ok, _ := path.Match(f.pattern, pointer)
				return ok
			})
			if i < 0 {
				t.Errorf("%s: no rule is named for this field; name one, or say that it is raw", pointer)
				continue
			}
			used[sampleRules[i].pattern] = true
			want := sampleRules[i].rule
			t.Run(pointer, func(t *testing.T) {
				t.Parallel()
				_, at, _ := strings.Cut(pointer, "/")
				line := changed(t, []byte(body), "/"+at)
				bad := slices.Clone(lines)
				bad[n] = `{"type":"` + typ + `",` + string(line[1:])
				var rules []string
				var all string
				for _, f := range said(zipped(strings.Join(bad, "\n") + "\n")) {
					if !before[words(f)] {
						rules = append(rules, f.Rule)
						all += fmt.Sprintln(f)
					}
				}
				switch {
				case want == raw && len(rules) > 0:
					t.Errorf("a fact that nothing else tells, but\n%s", all)
				case want != raw && !slices.Contains(rules, want):
					t.Errorf("%s does not fire, but\n%s", want, all)
				}
			})
		}
	}
	for _, f := range sampleRules {
		if !used[f.pattern] {
			t.Errorf("%s: no field is meant", f.pattern)
		}
	}
}

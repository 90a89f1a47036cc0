// All figures of the other boards, where they are at hand: every row comes in
// or is named. The files are theirs and are read in place.

package convert

import (
	"os"
	"path/filepath"
	"sort"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// peerFiles reads files of the peers' data, named by globs.
func peerFiles(t *testing.T, globs ...string) []Input {
	t.Helper()
	dir := os.Getenv("JOULEBOARD_PEER_DATA")
	if dir == "" {
		t.Skip("JOULEBOARD_PEER_DATA is not set: the other boards' figures are not at hand")
	}
	var in []Input
	for _, g := range globs {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(g)))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files in JOULEBOARD_PEER_DATA (%v)", g, err)
		}
		sort.Strings(names)
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(dir, n)
			if err != nil {
				t.Fatal(err)
			}
			in = append(in, Input{Name: filepath.ToSlash(rel), Data: data})
		}
	}
	return in
}

// smallCatalog knows the two accelerators of the tests and one licence.
func smallCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	cat, fs := catalog.Load(fstest.MapFS{
		"catalog/hardware/h100-80gb.yaml": {Data: []byte("id: h100-80gb\nname: NVIDIA H100 80GB\naliases: [H100]\n")},
		"catalog/hardware/b200.yaml":      {Data: []byte("id: b200\nname: NVIDIA B200\naliases: [B200]\n")},
		"catalog/licenses.yaml": {Data: []byte("Apache-2.0:\n  name: Apache License 2.0\n  class: permissive\n  commercial: \"yes\"\n" +
			"  url: https://www.apache.org/licenses/LICENSE-2.0\n  aliases: [apache]\n")},
	})
	if _, ok := cat.HardwareFor("H100"); !ok {
		t.Fatalf("the tests' catalogue does not load: %v", fs)
	}
	return cat
}

var testBy = result.By{Name: "test"}

// accounted fails unless every row is in exactly one place.
func accounted(t testing.TB, rep Report) {
	t.Helper()
	if got := len(rep.Results) + len(rep.Scores) + len(rep.Refused) + rep.NotSelected + rep.Merged; got != rep.Rows {
		t.Errorf("%d results + %d scores + %d refused + %d not selected + %d merged = %d, but %d rows were read",
			len(rep.Results), len(rep.Scores), len(rep.Refused), rep.NotSelected, rep.Merged, got, rep.Rows)
	}
}

func TestPeerCounts(t *testing.T) {
	tests := []struct {
		name, format                   string
		globs                          []string
		opt                            Options
		results, left, merged, refused int
	}{
		{"mlenergy tasks", "mlenergy", []string{"mlenergy/index.json", "mlenergy/tasks/*.json"}, Options{}, 1858, 0, 0, 0},
		{"mlenergy models", "mlenergy", []string{"mlenergy/index.json", "mlenergy/models/*.json"}, Options{}, 1858, 0, 0, 0},
		{"mlenergy both", "mlenergy", []string{"mlenergy/index.json", "mlenergy/models/*.json", "mlenergy/tasks/*.json"}, Options{}, 1858, 0, 1858, 0},
		{"mlenergy pareto", "mlenergy", []string{"mlenergy/index.json", "mlenergy/tasks/*.json"}, Options{Select: SelectPareto}, 780, 1078, 0, 0},
		{"aienergyscore", "aienergyscore", []string{"aienergyscore/feb2025/*.csv"}, Options{Unit: "kWh", License: "NOASSERTION", Hardware: "H100"}, 166, 0, 0, 0},
		{"llmperf summaries", "llmperf", []string{"llmperf/summary/*.json"}, Options{}, 19, 0, 0, 0},
		{"llmperf both", "llmperf", []string{"llmperf/summary/*.json", "llmperf/individual/*.json"}, Options{}, 19, 0, 19, 0},
		{"llmperf responses alone", "llmperf", []string{"llmperf/individual/*.json"}, Options{Provider: "p", Model: "m", Task: "endpoint-550-150"}, 19, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := peerFiles(t, tt.globs...)
			opt := tt.opt
			opt.By, opt.Catalog = testBy, smallCatalog(t)
			if tt.format == "llmperf" {
				opt.Publisher, opt.URL, opt.License = "LLMPerf leaderboard", "https://github.com/ray-project/llmperf-leaderboard", "Apache-2.0"
			}
			rep, err := Convert(tt.format, in, opt)
			if err != nil {
				t.Fatal(err)
			}
			accounted(t, rep)
			if len(rep.Results) != tt.results || rep.NotSelected != tt.left || rep.Merged != tt.merged || len(rep.Refused) != tt.refused {
				t.Errorf("%d results, %d not selected, %d merged, %d refused; want %d, %d, %d, %d",
					len(rep.Results), rep.NotSelected, rep.Merged, len(rep.Refused), tt.results, tt.left, tt.merged, tt.refused)
			}
			for i, r := range rep.Refused {
				if i < 5 {
					t.Log(r.Finding())
				}
			}
			for i, f := range rep.Findings {
				if i < 5 {
					t.Log(f)
				}
			}
		})
	}
}

package convert

import (
	"strings"
	"testing"

	"jouleboard/internal/result"
)

const chat = "tasks/chat-sample.json"

// byModel returns the results of one model in order.
func byModel(rep Report, name string) []*result.Result {
	var rs []*result.Result
	for _, r := range rep.Results {
		if r.Model.Name == name {
			rs = append(rs, r)
		}
	}
	return rs
}

func TestMLEnergyRowsWithOneKeyBothComeIn(t *testing.T) {
	rep := mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{})
	rs := byModel(rep, "example/beta-30b-moe")
	if len(rs) != 2 || rs[0].ID == rs[1].ID {
		t.Fatalf("%d results of the pair, want 2 with different ids", len(rs))
	}
	if *rs[0].Workload.Load.MeanBatchSize == *rs[1].Workload.Load.MeanBatchSize {
		t.Error("both rows hold the same numbers")
	}
}

func TestMLEnergyBoundaryIsTheGPU(t *testing.T) {
	for _, r := range mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{}).Results {
		if r.Boundary == nil || r.Boundary.Includes != "gpu" {
			t.Errorf("%s: boundary %v", r.Workload.Task, r.Boundary)
		}
		for _, k := range []string{"cpu_energy_j", "dram_energy_j"} {
			if _, ok := r.Metrics[k]; ok {
				t.Errorf("%s has %s, which the source does not measure", r.Workload.Task, k)
			}
		}
	}
}

func TestMLEnergyDerivedEnergyIsItsFormula(t *testing.T) {
	n := 0
	for _, r := range mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{}).Results {
		m := r.Metrics["energy_per_1000_requests_wh"]
		from := strings.TrimSuffix(m.Formula, " * 1000 / 3600")
		base, ok := r.Metrics[from]
		if !ok || m.Provenance != result.ProvDerived {
			t.Fatalf("formula %q, provenance %q", m.Formula, m.Provenance)
		}
		if m.Value != base.Value*1000/3600 {
			t.Errorf("%s: %v, its formula gives %v", r.Workload.Task, m.Value, base.Value*1000/3600)
		}
		n++
	}
	if n != 11 {
		t.Errorf("%d results, want 11", n)
	}
}

func TestMLEnergyUnsetLimitIsAbsent(t *testing.T) {
	rep := mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{})
	found := 0
	for _, r := range byModel(rep, "example/alpha-8b") {
		l := r.Workload.Load
		if l.Mode != result.LoadBurst {
			t.Errorf("load mode %q", l.Mode)
		}
		if l.MaxNumSeqs == 0 {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d rows without a limit, want the one that says null", found)
	}
}

func TestMLEnergyTaskAndModelFilesAreJoined(t *testing.T) {
	tasks := sample(t, mlFiles...)
	rep := mustConvert(t, "mlenergy", append(sample(t, mlModel), tasks...), Options{})
	accounted(t, rep)
	if rep.Merged != 2 || len(rep.Results) != 11 {
		t.Fatalf("%d merged, %d results; want 2 and 11", rep.Merged, len(rep.Results))
	}
	for _, r := range byModel(rep, "example/beta-30b-moe") {
		if r.Software.Parallelism.Notes != "DP here, EP there" || r.X["x_mlenergy_output_length_distribution"] == nil {
			t.Errorf("what only the model file says is missing: %+v, x %v", r.Software.Parallelism, r.X)
		}
		if r.Source.Table != "tasks/chat-sample.json" {
			t.Errorf("table %q", r.Source.Table)
		}
	}
	// A model file whose numbers differ is not the same measurement.
	rep = mustConvert(t, "mlenergy", append(edited(t, sample(t, mlModel), mlModel, `"avg_output_len": 1024.0`, `"avg_output_len": 1024.5`), tasks...), Options{})
	accounted(t, rep)
	if rep.Merged != 1 || len(rep.Results) != 12 {
		t.Errorf("%d merged, %d results; want 1 and 12", rep.Merged, len(rep.Results))
	}
	// A model file given twice says nothing new the second time.
	rep = mustConvert(t, "mlenergy", append(sample(t, mlModel, mlModel), tasks...), Options{})
	accounted(t, rep)
	if rep.Merged != 4 || len(rep.Results) != 11 {
		t.Errorf("%d merged, %d results; want 4 and 11", rep.Merged, len(rep.Results))
	}
	// Alone, the model file is enough.
	rep = mustConvert(t, "mlenergy", sample(t, mlModel), Options{})
	if len(rep.Results) != 2 {
		t.Errorf("%d results from the model file alone, want 2: %v", len(rep.Results), rep.Refused)
	}
}

func TestMLEnergyPareto(t *testing.T) {
	in := sample(t, mlFiles...)
	rep := mustConvert(t, "mlenergy", in, Options{Select: SelectPareto})
	accounted(t, rep)
	// Beaten are the slower, dearer rows: one of alpha on two H100, and the
	// painter's largest batch. The pair of beta trades speed for energy.
	if len(rep.Results) != 9 || rep.NotSelected != 2 {
		t.Errorf("%d results, %d left out; want 9 and 2", len(rep.Results), rep.NotSelected)
	}
	for _, r := range rep.Results {
		if r.Model.Name == "example/alpha-8b" && r.Hardware.Count == 2 {
			t.Error("the beaten row was kept")
		}
	}
}

func TestBeaten(t *testing.T) {
	tests := []struct {
		name          string
		delay, energy float64 // of the other row; ours is 10 and 1
		want          bool
	}{
		{"better in both", 9, 0.9, true},
		{"as fast and cheaper", 10, 0.9, true},
		{"as dear and faster", 9, 1, true},
		{"equal in both", 10, 1, false},
		{"faster and dearer", 9, 1.1, false},
		{"slower and cheaper", 11, 0.9, false},
	}
	for _, tt := range tests {
		group := []*row{{pareto: paretoKey{delay: 10, energy: 1}}, {pareto: paretoKey{delay: tt.delay, energy: tt.energy}}}
		if got := beaten(group[0].pareto, group); got != tt.want {
			t.Errorf("%s: beaten is %v", tt.name, got)
		}
	}
}

func TestMLEnergyRefusals(t *testing.T) {
	const first = `"energy_per_token_joules": 1.5`
	tests := []struct {
		name, old, repl string
		words           []string
	}{
		{"an unknown unit is named by its field", first, `"energy_per_token_millijoules": 1500, "energy_per_token_joules": 1.5`, []string{`"energy_per_token_millijoules"`, "unit"}},
		{"no energy", first, `"tokens": 1`, []string{"no energy"}},
		{"zero energy means not measured", first, `"energy_per_token_joules": 0`, []string{"energy_per_token_joules is 0", "leave it out"}},
		{"negative energy", first, `"energy_per_token_joules": -1.5`, []string{"-1.5"}},
		{"a number in words", first, `"energy_per_token_joules": "1.5"`, []string{"a string, expected a number"}},
		{"half a GPU", `"num_gpus": 1`, `"num_gpus": 1.5`, []string{"num_gpus is 1.5", "whole number"}},
		{"no GPU", `"gpu_model": "H100"`, `"gpu_model": null`, []string{"gpu_model is missing"}},
		{"a GPU that the catalogue does not know", `"gpu_model": "H100"`, `"gpu_model": "H900"`, []string{`"H900"`, "hardware catalogue"}},
		{"no median latency", `"median_itl_ms": 8.0`, `"median_itl_ms": null`, []string{"median_itl_ms is missing"}},
		{"percentiles out of order", `"p90_itl_ms": 12.0`, `"p90_itl_ms": 7.0`, []string{"p90"}},
		{"a batch of nothing", `"avg_batch_size": 7.75`, `"avg_batch_size": 0`, []string{"avg_batch_size is 0"}},
		{"no model", `"model_id": "example/alpha-8b"`, `"model_id": ""`, []string{"model_id is missing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, mlFiles...), chat, tt.old, tt.repl)
			wantRefusal(t, mustConvert(t, "mlenergy", in, Options{Catalog: smallCatalog(t)}), 10, 3, tt.words...)
		})
	}
}

func TestMLEnergyAllFaultsOfARowAreNamed(t *testing.T) {
	in := edited(t, sample(t, mlFiles...), chat, `"num_gpus": 1`, `"num_gpus": 0`)
	in = edited(t, in, chat, `"avg_power_watts": 300.0`, `"avg_power_watts": 0`)
	wantRefusal(t, mustConvert(t, "mlenergy", in, Options{}), 10, 3, "num_gpus", "avg_power_watts")
}

func TestMLEnergyContradictionsAreWarnings(t *testing.T) {
	tests := []struct{ name, file, old, repl, want string }{
		{"power is not energy by throughput", chat, `"avg_power_watts": 300.0`, `"avg_power_watts": 400.0`, "mean power"},
		{"index and row differ", "index.json", `"weight_precision": "fp8"`, `"weight_precision": "mxfp4"`, "weight_precision"},
		{"a model that the index lacks", "index.json", `"example/painter"`, `"example/sculptor"`, "not in the index"},
		{"throughput is not batch by latency", "draw-sample.json", `"throughput_images_per_sec": 2.0`, `"throughput_images_per_sec": 3.0`, "throughput"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rep := mustConvert(t, "mlenergy", edited(t, sample(t, mlFiles...), tt.file, tt.old, tt.repl), Options{})
			if len(rep.Results) != 11 {
				t.Errorf("%d results, want all 11", len(rep.Results))
			}
			for _, f := range rep.Findings {
				if f.Level == result.Warn && strings.Contains(f.Message, tt.want) {
					return
				}
			}
			t.Errorf("no warning says %q: %v", tt.want, rep.Findings)
		})
	}
}

func TestMLEnergySource(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	first := func(opt Options, drop ...string) *result.Source {
		in := sample(t, mlFiles...)
		if len(drop) > 0 {
			in = in[1:]
		}
		return mustConvert(t, "mlenergy", in, opt).Results[0].Source
	}
	s := first(Options{Version: commit})
	if want := "https://github.com/ml-energy/leaderboard/blob/" + commit + "/public/data/tasks/chat-sample.json"; s.URL != want {
		t.Errorf("url %q, want %q", s.URL, want)
	}
	if s.Published != "2025-05-06" {
		t.Errorf("published %q, want the index's date", s.Published)
	}
	if s := first(Options{Published: "2025-05-07"}); s.Published != "2025-05-07" {
		t.Errorf("published %q, want the option's", s.Published)
	}
	if s := first(Options{}, "index"); s.Published != "" {
		t.Errorf("published %q without an index, want nothing", s.Published)
	}
	if s := first(Options{URL: "https://example.org/mirror", Version: commit}); s.URL != "https://example.org/mirror" {
		t.Errorf("url %q, want the option's", s.URL)
	}
}

func TestMLEnergyDefaultLicenceCarriesItsDoubt(t *testing.T) {
	rep := mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{})
	if r := rep.Results[0]; r.License != "Apache-2.0" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "no licence file") {
		t.Errorf("licence %q, notes %q", r.License, r.Notes)
	}
	rep = mustConvert(t, "mlenergy", sample(t, mlFiles...), Options{License: "MIT"})
	if r := rep.Results[0]; r.License != "MIT" || len(r.Notes) != 0 {
		t.Errorf("licence %q, notes %q; want the option's and no note", r.License, r.Notes)
	}
}

func TestMLEnergyMissingTaskFilesAreNoted(t *testing.T) {
	rep := mustConvert(t, "mlenergy", sample(t, mlFiles[:2]...), Options{})
	n := 0
	for _, f := range rep.Findings {
		if strings.Contains(f.Message, "no file of it was given") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d notes on missing tasks, want 2: %v", n, rep.Findings)
	}
}

func TestEqualRowsAreTakenOnce(t *testing.T) {
	in := sample(t, mlFiles[1], mlFiles[1])
	rep := mustConvert(t, "mlenergy", in, Options{})
	accounted(t, rep)
	if len(rep.Results) != 7 || rep.Merged != 7 || len(rep.Refused) != 0 {
		t.Errorf("%d results, %d merged, %d refused: %v", len(rep.Results), rep.Merged, len(rep.Refused), rep.Refused)
	}
}

package convert

import (
	"strings"
	"testing"
)

func TestOptimumAddsThePhasesThatAnswer(t *testing.T) {
	r := one(t, mustConvert(t, "optimum-benchmark", sample(t, optFiles[0]), optOpt))
	// 0.000185 + 0.0625 + 0.05 kWh, in Wh, without a step through float64.
	if m := r.Metrics["energy_per_1000_requests_wh"]; m.Value != 112.685 {
		t.Errorf("%v Wh, want 112.685", m.Value)
	}
	if f := r.Source.Fields["energy_per_1000_requests_wh"]; f.Text != "0.000185 + 0.0625 + 0.05" && !strings.Contains(f.Text, "0.0625 + 0.05") {
		t.Errorf("text %q", f.Text)
	}
	if r.Workload.Requests != 1000 || r.Boundary == nil || r.Boundary.Includes != "gpu" {
		t.Errorf("%d requests, boundary %v", r.Workload.Requests, r.Boundary)
	}
	for _, k := range []string{"cpu_energy_j", "dram_energy_j"} {
		if _, ok := r.Metrics[k]; ok {
			t.Errorf("%s is filled from an estimate", k)
		}
	}
	if r.Metrics["x_optimum_benchmark_prefill_energy_cpu_kwh"].Value != 0.005 {
		t.Error("the CPU's estimate is gone")
	}
}

func TestOptimumKilowattHoursAndWattHours(t *testing.T) {
	text := string(sample(t, optFiles[0])[0].Data)
	for _, n := range [][2]string{{"0.0625", "62.5"}, {"0.0615", "61.5"}, {"0.0635", "63.5"}, {"0.0676", "67.6"}, {`"gpu": 0.05,`, `"gpu": 50,`},
		{"0.049", "49"}, {"0.051", "51"}, {"0.0541", "54.1"}, {"0.000185", "0.185"}, {`"total": 0.0002`, `"total": 0.2`}, {`"unit": "kWh"`, `"unit": "Wh"`}} {
		text = strings.ReplaceAll(text, n[0], n[1])
	}
	r := one(t, mustConvert(t, "optimum-benchmark", []Input{{Name: "r.json", Data: []byte(text)}}, optOpt))
	if m := r.Metrics["energy_per_1000_requests_wh"]; m.Value != 112.685 {
		t.Errorf("%v Wh, want 112.685 from a report in Wh too", m.Value)
	}
}

func TestOptimumForward(t *testing.T) {
	r := one(t, mustConvert(t, "optimum-benchmark", sample(t, optFiles[1]), optOpt))
	if r.Workload.Load == nil || r.Workload.Load.BatchSize != 32 {
		t.Errorf("load %+v, want a batch of 4/s x 8 s", r.Workload.Load)
	}
	if got := stat(t, r, "x_optimum_benchmark_forward_latency_s", "stddev"); got != 0.5 {
		t.Errorf("stddev %v, want 0.5: stdev_ is in percent", got)
	}
	if r.Boundary != nil {
		t.Error("a boundary without energy")
	}
	for k := range r.Metrics {
		if !strings.HasPrefix(k, optPrefix) {
			t.Errorf("%s is filled although the report does not measure it", k)
		}
	}
}

func TestOptimumRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"a failed run of prefill", `"gpu": 0.0615`, `"gpu": 0.0`, "prefill: measures/0 is 0.0"},
		{"a difference below zero", `"gpu": 0.049`, `"gpu": -0.0635`, "decode: measures/0 is -0.0635"},
		{"a mean that is none", `"gpu": 0.0625`, `"gpu": 0.0525`, "the mean of its measures"},
		{"an unknown unit", `"unit": "kWh", "cpu": 0.005, "ram": 0.0001, "gpu": 0.0625`, `"unit": "kJ", "cpu": 0.005, "ram": 0.0001, "gpu": 0.0625`, `prefill: energy.unit is "kJ"`},
		{"measures in another unit", `{"unit": "kWh", "cpu": 0.004, "ram": 0.0001, "gpu": 0.049`, `{"unit": "Wh", "cpu": 0.004, "ram": 0.0001, "gpu": 0.049`, "decode: measures/0 is in"},
		{"an energy of zero", `"gpu": 0.000185`, `"gpu": 0`, "preprocess.energy.gpu is 0"},
		{"another number of queries", `"value": 5000000.0`, `"value": 500000.0`, "energy is of 100 queries"},
		{"no number of queries", `"samples/kWh"`, `"tokens/kWh"`, "how many queries"},
		{"an unknown phase", `"per_token"`, `"think"`, `"think"`},
		{"an unknown part", `"measures": null}`, `"measures": null, "carbon": 3}`, `"carbon"`},
		{"a number as a string", `"gpu": 0.000185`, `"gpu": "0.000185"`, "gpu is a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, optFiles[0]), optFiles[0], tt.old, tt.repl)
			wantRefusal(t, mustConvert(t, "optimum-benchmark", in, optOpt), 0, 1, tt.want)
		})
	}
	t.Run("nobody names the model", func(t *testing.T) {
		opt := optOpt
		opt.Model = ""
		wantRefusal(t, mustConvert(t, "optimum-benchmark", sample(t, optFiles[0]), opt), 0, 1, "does not name the model")
	})
	wantFileError(t, mustConvert(t, "optimum-benchmark", []Input{{Name: "benchmark_config.json", Data: []byte(`{"name": "x"}`)}}, optOpt), "no phase")
}

func TestOptimumMissingIsNotZero(t *testing.T) {
	in := edited(t, sample(t, optFiles[1]), optFiles[1], `"max_global_vram": null`, `"max_global_vram": null, "max_reserved": null`)
	r := one(t, mustConvert(t, "optimum-benchmark", in, optOpt))
	if _, ok := r.Metrics["x_optimum_benchmark_load_max_global_vram_mb"]; ok {
		t.Error("null became a number")
	}
}

func TestOptimumPeer(t *testing.T) {
	opt := optOpt
	opt.Catalog = smallCatalog(t)
	r := one(t, mustConvert(t, "optimum-benchmark", peerFiles(t, "samples/optimum-benchmark/inference_benchmark_report.json"), opt))
	if r.Workload.Load == nil || r.Workload.Load.BatchSize != 64 {
		t.Errorf("load %+v, want a batch of 64", r.Workload.Load)
	}
	// One of ten prefill runs failed, so one decode measure is negative.
	wantRefusal(t, mustConvert(t, "optimum-benchmark", peerFiles(t, "samples/optimum-benchmark/energy_star_benchmark_report.json"), opt), 0, 1,
		"prefill: measures/6 is 0.0", "decode: measures/4 is -0.08018026219971397")
}

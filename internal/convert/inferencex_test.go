package convert

import (
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

func TestInferenceXTimesAreSeconds(t *testing.T) {
	r := one(t, mustConvert(t, "inferencex", sample(t, ixFiles[0]), ixOpt))
	// 0.2345 s is 234.5 ms, without a step through float64.
	for key, want := range map[string]float64{"ttft_ms": 234.5, "tpot_ms": 9.5, "icl_ms": 25, "e2e_ms": 5125} {
		if got := stat(t, r, key, "p50"); got != want {
			t.Errorf("%s median %v, want %v", key, got, want)
		}
	}
	if f := r.Source.Fields["ttft_ms.p50"]; f.Field != "median_ttft" || f.Unit != "s" || f.Text != "0.2345" {
		t.Errorf("the source's own words: %+v", f)
	}
	if m := r.Metrics["x_inferencex_p99_9_ttft"]; m.Value != 0.625 {
		t.Errorf("what has no key of ours stays in seconds: %+v", m)
	}
	if _, ok := r.Distributions["itl_ms"]; ok {
		t.Error("the time between chunks filled the key of the time between tokens")
	}
}

func TestInferenceXIsByGPU(t *testing.T) {
	r := one(t, mustConvert(t, "inferencex", sample(t, ixFiles[0]), ixOpt))
	m := r.Metrics["output_tokens_per_s"]
	if m.Value != 400 || m.Provenance != result.ProvDerived || m.Formula != "x_inferencex_output_tput_per_gpu * 2" {
		t.Errorf("the whole server's throughput: %+v", m)
	}
	if r.Hardware.Count != 2 || r.Software.Parallelism.Tensor != 2 {
		t.Errorf("%d GPUs, %+v", r.Hardware.Count, r.Software.Parallelism)
	}
	// A server in several pieces does not say how many GPUs it has.
	in := edited(t, sample(t, ixFiles[0]), ixFiles[0], `"disagg": false`, `"disagg": true`)
	r = one(t, mustConvert(t, "inferencex", in, ixOpt))
	if _, ok := r.Metrics["output_tokens_per_s"]; ok || r.Hardware.Count != 0 {
		t.Errorf("a number of GPUs was guessed: %d", r.Hardware.Count)
	}
}

func TestInferenceXMeaninglessNumbersAreNotOurs(t *testing.T) {
	r := one(t, mustConvert(t, "inferencex", sample(t, ixFiles[0]), ixOpt))
	if _, ok := r.Distributions["user_tokens_per_s"]; ok {
		t.Error("one by a percentile of times became a percentile of speeds")
	}
	if r.Metrics["x_inferencex_p99_intvty"].Value != 80 {
		t.Error("the slow tail is gone")
	}
	if _, ok := r.Metrics["x_inferencex_std_intvty"]; ok {
		t.Error("one by a standard deviation was kept")
	}
	if r.Boundary != nil || r.MeasuredAt != "" {
		t.Error("energy or a date that the file does not hold")
	}
}

func TestInferenceXExperiment(t *testing.T) {
	opt := ixOpt
	opt.Hardware, opt.Count, opt.Task = "H100", 8, "inferencex-1000-500"
	r := one(t, mustConvert(t, "inferencex", sample(t, ixFiles[1]), opt))
	if got := stat(t, r, "e2e_ms", "p50"); got != 4875 || r.Workload.Load.Concurrency != 4 || r.Hardware.Count != 8 {
		t.Errorf("median %v, load %+v, %d GPUs", got, r.Workload.Load, r.Hardware.Count)
	}
	if _, ok := r.Metrics["x_inferencex_request_goodput"]; ok {
		t.Error("null became a number")
	}
	wantRefusal(t, mustConvert(t, "inferencex", sample(t, ixFiles[1]), ixOpt), 0, 1, "does not name the accelerator", "which requests")
}

func TestInferenceXRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"an unknown number", `"tp": 2`, `"power": 700, "tp": 2`, `"power"`},
		{"milliseconds", `"mean_e2el": 5.25`, `"mean_e2el": 5250`, "unit is not the one its name says"},
		{"neither true nor false", `"dp_attention": "false"`, `"dp_attention": "maybe"`, "expected true or false"},
		{"no tokens", `"output_tput_per_gpu": 200.0`, `"output_tput_per_gpu": 0`, "output_tput_per_gpu is 0"},
		{"no concurrency", `"conc": 4`, `"conc": 0`, "conc is 0"},
		{"no model", `"model": "example/alpha-8b"`, `"model": null`, "model is missing"},
		{"a latency in words", `"mean_ttft": 0.25`, `"mean_ttft": "fast"`, "not a decimal number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, ixFiles[0]), ixFiles[0], tt.old, tt.repl)
			wantRefusal(t, mustConvert(t, "inferencex", in, ixOpt), 0, 1, tt.want)
		})
	}
	t.Run("an accelerator that is not in the catalogue", func(t *testing.T) {
		opt := ixOpt
		opt.Catalog = smallCatalog(t)
		wantRefusal(t, mustConvert(t, "inferencex", sample(t, ixFiles[0]), opt), 0, 1, `hw "h100-cw"`)
		opt.Map = map[string]string{"h100-cw": "H100"}
		one(t, mustConvert(t, "inferencex", sample(t, ixFiles[0]), opt))
	})
	wantFileError(t, mustConvert(t, "inferencex", sample(t, vllmFiles[0]), ixOpt), "format vllm")
}

func TestInferenceXPeer(t *testing.T) {
	cat, fs := catalog.Load(fstest.MapFS{"catalog/hardware/mi355x.yaml": {Data: []byte("id: mi355x\nname: AMD Instinct MI355X\naliases: [mi355x]\n")}})
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	opt := ixOpt
	opt.Catalog = cat
	rep := mustConvert(t, "inferencex", peerFiles(t, "samples/inferencex/agg_*"), opt)
	accounted(t, rep)
	if len(rep.Results) != 2 {
		t.Fatalf("%d results, want 2: %v %v", len(rep.Results), rep.Refused, rep.Findings)
	}
	r := rep.Results[0]
	if r.Workload.Task != "inferencex-1024-1024" || r.Hardware.Count != 8 || !strings.HasPrefix(r.Hardware.Name, "AMD") {
		t.Errorf("task %s, hardware %+v", r.Workload.Task, r.Hardware)
	}
	if got := stat(t, r, "ttft_ms", "p50"); got != 296.9768075272441 {
		t.Errorf("median ttft %v ms", got)
	}
	opt.Hardware, opt.Task = "mi355x", "inferencex-1024-128"
	one(t, mustConvert(t, "inferencex", peerFiles(t, "samples/inferencex/token_position*"), opt))
}

package convert

import (
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
)

func TestMLEnergyV1OneRequestAtATime(t *testing.T) {
	rep := mustConvert(t, "mlenergy-v1", sample(t, v1Files[0]), v1Opt)
	wantRefusal(t, rep, 2, 4, "OOM")
	one, four := rep.Results[0], rep.Results[1]
	if m := one.Metrics["energy_per_response_j"]; m.Value != 2048.5 || one.Boundary.Includes != "gpu" {
		t.Errorf("%+v, boundary %v", m, one.Boundary)
	}
	// 8.401 s is 8401 ms, without a step through float64.
	if got := stat(t, one, "e2e_ms", "mean"); got != 8401 {
		t.Errorf("latency %v ms, want 8401", got)
	}
	if got := stat(t, one, "request_output_tokens_per_s", "mean"); got != 30.5 {
		t.Errorf("throughput %v", got)
	}
	if one.Workload.Task != "chat" || one.Hardware.Name != "A40" || one.Hardware.Count != 1 || one.Model.Precision != "float16" {
		t.Errorf("%s on %+v in %s", one.Workload.Task, one.Hardware, one.Model.Precision)
	}
	// Of a batch, both are of the batch and not of a request.
	if len(four.Distributions) != 0 || four.Metrics["x_mlenergy_v1_latency"].Value != 25.5 || four.Metrics["x_mlenergy_v1_throughput"].Value != 31.75 {
		t.Errorf("batch of four: %v %v", four.Distributions, four.Metrics)
	}
	if four.Workload.Load.BatchSize != 4 || four.Metrics["energy_per_response_j"].Value != 900.25 {
		t.Errorf("batch of four: %+v", four.Workload.Load)
	}
}

func TestMLEnergyV1ColumnsOfThePage(t *testing.T) {
	rep := mustConvert(t, "mlenergy-v1", sample(t, v1Files[1]), v1Opt)
	accounted(t, rep)
	if len(rep.Results) != 2 {
		t.Fatalf("%d results: %v %v", len(rep.Results), rep.Refused, rep.Findings)
	}
	a, g := rep.Results[0], rep.Results[1]
	if a.Workload.Task != "chat-concise" || *a.Model.ParametersB != 7 || a.Workload.Load.BatchSize != 1 || a.Metrics["mean_output_tokens"].Value != 128 {
		t.Errorf("%+v %+v", a.Workload, a.Model)
	}
	if g.Model.ParametersB != nil {
		t.Error("unknown parameters became a number")
	}
	if m := a.Metrics["energy_per_1000_requests_wh"]; m.Value != 1024.125*1000/3600 {
		t.Errorf("derived %+v", m)
	}
}

func TestMLEnergyV1Refusals(t *testing.T) {
	for _, tt := range []struct{ name, old, repl, want string }{
		{"energy in words", "2048.5", "much", "not a decimal number"},
		{"an energy of zero", "2048.5", "0", "above zero"},
		{"no energy", "2048.5", "", "energy is empty"},
		{"a batch of zero", "example/alpha-7b,1,", "example/alpha-7b,0,", "batch_size"},
		{"a latency of zero", "8.401", "0.0", "latency is 0.0"},
		{"a missing cell", "8.401,2048.5", "2048.5", "5 cells"},
		{"no model", "example/alpha-7b,1,", ",1,", "model is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, v1Files[0]), v1Files[0], tt.old, tt.repl)
			in = edited(t, in, v1Files[0], "example/beta-13b,8,OOM\n", "")
			wantRefusal(t, mustConvert(t, "mlenergy-v1", in, v1Opt), 1, 2, tt.want)
		})
	}
	for _, tt := range []struct{ name, head, want string }{
		{"an unknown column", "model,energy,carbon", `"carbon"`},
		{"another unit", "model,energy (kWh)", `energy is in "kwh"`},
		{"a latency in ms", "model,energy,latency (ms)", `latency is in "ms"`},
		{"a column twice", "model,energy,energy (J)", "two columns"},
		{"scores of quality", "model,arc,hellaswag,truthfulqa", "no column energy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantFileError(t, mustConvert(t, "mlenergy-v1", []Input{{Name: "A40_chat_benchmark.csv", Data: []byte(tt.head + "\na,1,1\n")}}, v1Opt), tt.want)
		})
	}
	t.Run("a file that names neither GPU nor task", func(t *testing.T) {
		rep := mustConvert(t, "mlenergy-v1", []Input{{Name: "benchmark.csv", Data: []byte("model,energy\nexample/a,5\n")}}, v1Opt)
		wantRefusal(t, rep, 0, 2, "GPU is not named", "task is not named")
		opt := v1Opt
		opt.Hardware, opt.Task = "A40", "chat"
		one(t, mustConvert(t, "mlenergy-v1", []Input{{Name: "benchmark.csv", Data: []byte("model,energy\nexample/a,5\n")}}, opt))
	})
	t.Run("a GPU that is not in the catalogue", func(t *testing.T) {
		opt := v1Opt
		opt.Catalog = smallCatalog(t)
		rep := mustConvert(t, "mlenergy-v1", sample(t, v1Files[1]), opt)
		if len(rep.Refused) != 2 || !strings.Contains(rep.Refused[0].Reason, `gpu "A40"`) {
			t.Errorf("%v", rep.Refused)
		}
		opt.Map = map[string]string{"A40": "H100"}
		if rep := mustConvert(t, "mlenergy-v1", sample(t, v1Files[1]), opt); len(rep.Results) != 2 {
			t.Errorf("%v", rep.Refused)
		}
	})
}

func TestMLEnergyV1KnowsTheCatalogue(t *testing.T) {
	cat, fs := catalog.Load(fstest.MapFS{"catalog/hardware/a40.yaml": {Data: []byte("id: a40\nname: NVIDIA A40\naliases: [A40]\n")}})
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	opt := v1Opt
	opt.Catalog = cat
	r := mustConvert(t, "mlenergy-v1", sample(t, v1Files[0]), opt).Results[0]
	if r.Hardware.Name != "NVIDIA A40" || r.Source.Fields["hardware.name"].Text != "A40" {
		t.Errorf("%+v %+v", r.Hardware, r.Source.Fields["hardware.name"])
	}
}

func FuzzMLEnergyV1(f *testing.F) { fuzzFormat(f, "mlenergy-v1", v1Opt, v1Files...) }

package convert

import (
	"strings"
	"testing"
)

var aesOpt = Options{Unit: "kWh", Hardware: "H100", License: "CC0-1.0"}

func TestAIEnergyScoreUnits(t *testing.T) {
	tests := []struct {
		name, head, unit string
		want             float64 // Wh per 1000 requests of a cell 0.0123
	}{
		{"kWh by flag", "total_gpu_energy", "kWh", 12.3},
		{"Wh by flag", "total_gpu_energy", "Wh", 0.0123},
		{"kWh in the column's name", "total_gpu_energy_kwh", "", 12.3},
		{"Wh in the column's name beats no flag", "total_gpu_energy_wh", "", 0.0123},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := aesOpt
			opt.Unit = tt.unit
			rep := mustConvert(t, "aienergyscore", []Input{{Name: "asr.csv", Data: []byte("model," + tt.head + "\na/b,0.0123\n")}}, opt)
			if len(rep.Results) != 1 {
				t.Fatalf("refused %v, findings %v", rep.Refused, rep.Findings)
			}
			r := rep.Results[0]
			if got := r.Metrics["energy_per_1000_requests_wh"]; got.Value != tt.want || got.Provenance != "reported" {
				t.Errorf("%+v, want %v", got, tt.want)
			}
			if got := r.Source.Fields["energy_per_1000_requests_wh"]; got.Text != "0.0123" || got.Field != tt.head {
				t.Errorf("source field %+v", got)
			}
		})
	}
}

func TestAIEnergyScoreNeverGuessesAUnit(t *testing.T) {
	opt := aesOpt
	opt.Unit = ""
	wantFileError(t, mustConvert(t, "aienergyscore", sample(t, aesFiles...), opt), "total_gpu_energy", "unit")
	for _, unit := range []string{"mWh", "J"} {
		opt.Unit, opt.By = unit, testBy
		if _, err := Convert("aienergyscore", sample(t, aesFiles...), opt); err == nil || !strings.Contains(err.Error(), unit) {
			t.Errorf("--unit %s: error %v", unit, err)
		}
	}
	wantFileError(t, mustConvert(t, "aienergyscore", []Input{{Name: "asr.csv", Data: []byte("model,total_gpu_energy_mj\na/b,1\n")}}, aesOpt), "total_gpu_energy_mj")
}

func TestAIEnergyScoreLineEndsExponentAndDuplicates(t *testing.T) {
	rep := mustConvert(t, "aienergyscore", sample(t, aesFiles...), aesOpt)
	accounted(t, rep)
	if len(rep.Results) != 5 {
		t.Fatalf("%d results, want 5: %v %v", len(rep.Results), rep.Refused, rep.Findings)
	}
	tiny := byModel(rep, "example/tiny")
	if len(tiny) != 2 {
		t.Fatalf("%d rows of the model that stands twice, want both", len(tiny))
	}
	if v := tiny[0].Metrics["energy_per_1000_requests_wh"].Value; v != 0.0425 {
		t.Errorf("4.25E-05 kWh became %v Wh", v)
	}
	huge := byModel(rep, "example/huge")[0]
	if huge.Model.SizeClass != "C" || string(huge.X["x_aienergyscore_energy_score"]) != "1" || huge.Source.Table != "text_generation.csv" {
		t.Errorf("the last row, which has no line end: %+v %v", huge.Model, huge.X)
	}
}

func TestAIEnergyScoreRefusals(t *testing.T) {
	const head = "model,total_gpu_energy,energy_score,class\na/b,0.5,5,A\n"
	tests := []struct{ name, row, want string }{
		{"no energy", "a/c,,5,A", "total_gpu_energy is empty"},
		{"zero energy", "a/c,0,5,A", "above zero"},
		{"negative energy", "a/c,-1,5,A", "above zero"},
		{"thousands separators", `a/c,"1,234",5,A`, "not a decimal number"},
		{"a number that no float holds", "a/c,1e400,5,A", "out of range"},
		{"a number that its unit takes out of range", "a/c,1e307,5,A", "out of range"},
		{"a number that would become zero", "a/c,1e-400,5,A", "out of range"},
		{"six stars", "a/c,1,6,A", "1 to 5"},
		{"an unknown class", "a/c,1,5,D", `"D"`},
		{"no model", ",1,5,A", "model is missing"},
		{"a cell too few", "a/c,1,5", "3 cells"},
		{"the same row again", "a/b,0.5,5,A", "equal in every value"},
		{"control characters", "a/\x01c,1,5,A", "control"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rep := mustConvert(t, "aienergyscore", []Input{{Name: "text_generation.csv", Data: []byte(head + tt.row + "\n")}}, aesOpt)
			wantRefusal(t, rep, 1, 3, tt.want)
		})
	}
}

func TestAIEnergyScoreWhatTheFileDoesNotSay(t *testing.T) {
	in := []Input{{Name: "figures.csv", Data: []byte("model,total_gpu_energy\na/b,0.5\n")}}
	wantFileError(t, mustConvert(t, "aienergyscore", in, aesOpt), "task", "figures.csv")
	opt := aesOpt
	opt.Task = "asr"
	if rep := mustConvert(t, "aienergyscore", in, opt); len(rep.Results) != 1 || rep.Results[0].Workload.Task != "asr" {
		t.Errorf("with a task given: %v %v", rep.Refused, rep.Findings)
	}
	opt.Hardware = ""
	wantRefusal(t, mustConvert(t, "aienergyscore", in, opt), 0, 2, "accelerator")
	opt = aesOpt
	opt.Task, opt.License, opt.By = "asr", "", testBy
	if _, err := Convert("aienergyscore", in, opt); err == nil || !strings.Contains(err.Error(), "NOASSERTION") {
		t.Errorf("without a licence: error %v, want one that says what to give", err)
	}
}

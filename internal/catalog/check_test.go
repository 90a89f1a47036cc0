package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// checkBoard is a small catalogue for Check.
func checkBoard(t *testing.T, moderation string) *Catalog {
	t.Helper()
	c, fs := Load(board(
		"catalog/models/o/n.yaml", "name: o/n\naliases: [o/before]\ntitle: N\nlicense: MIT\nreleased: 2024-03\n",
		"catalog/licenses.yaml", goodLicense,
		"catalog/hardware/h1.yaml", "id: h1\nname: Maker H1\naliases: [Maker H1 HBM]\nreleased: 2023\n",
		"catalog/hardware/h2.yaml", "id: h2\nname: Maker H2\n",
		"catalog/caveats.yaml", "known: {title: K, text: k}\n",
		"catalog/benchmarks.yaml", "arc: {title: ARC, summary: s, shots: 25, metric: acc_norm}\n",
		"catalog/tasks/t.yaml", goodTask+"system_prompt: Be brief.\nintroduced: 2024-05-01\n",
		"catalog/tasks/sized.yaml", strings.Replace(goodTask, "id: t", "id: sized", 1)+"reference_hardware: h1\nclasses: [{id: A, max_parameters_b: 20}, {id: C}]\nsingle_gpu_classes: [A]\n",
		"moderation.yaml", moderation))
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	return c
}

// loaded makes a measured result that Check has nothing to say about, changed by f.
func loaded(id string, f func(r *result.Result)) *result.Loaded {
	r := &result.Result{ID: strings.Repeat(id, 64/len(id)), License: "MIT",
		Model:    result.Model{Name: "o/n"},
		Hardware: &result.Hardware{Name: "Maker H1", Count: 1, Devices: []result.Device{{Name: "Maker H1 HBM"}}},
		Workload: result.Workload{Task: "t", SystemPromptSHA256: "32b8f2b3ac2a5ef5d2bb4ad8d3dcc1c3b1a7e2d1d4d5d1a2e1f0b9c8a7d6e5f4"}, MeasuredAt: "2025-01-02T03:04:05Z"}
	prompt := "Be brief."
	r.Workload.SystemPromptSHA256 = (&Task{SystemPrompt: &prompt}).PromptSHA256()
	if f != nil {
		f(r)
	}
	return &result.Loaded{Result: r, Path: "results/" + id + ".json"}
}

func TestCheck(t *testing.T) {
	num := func(f float64) *float64 { return &f }
	tests := []struct {
		name string
		f    func(r *result.Result)
		want []string
	}{
		{"nothing to say", nil, nil},
		{"unknown names", func(r *result.Result) {
			r.Model.Name, r.License = "o/m", "Nice"
			r.Hardware.Name, r.Hardware.Devices[0].Name = "H9", "H9"
			r.Quality = map[string]result.Quality{"arc": {}, "x/y": {}}
		}, []string{"/hardware/name warn CAT-HARDWARE", "/license warn CAT-LICENSE", "/model/name warn CAT-MODEL", "/quality/x~1y warn CAT-QUALITY"}},
		{"former name", func(r *result.Result) { r.Model.Name, r.Workload.Command = "o/before", "serve --model o/before" }, []string{"/model/name note CAT-RENAMED"}},
		{"undeclared task", func(r *result.Result) { r.Workload.Task = "u" }, []string{"/workload/task error CAT-TASK"}},
		{"custom task", func(r *result.Result) { r.Workload.Task = TaskCustom }, nil},
		{"device of another kind", func(r *result.Result) {
			r.Hardware.Devices = append(r.Hardware.Devices, result.Device{Name: "Maker H2"}, result.Device{Name: "Toaster"})
		}, []string{"/hardware/devices/1/name error CAT-DEVICE", "/hardware/devices/2/name error CAT-DEVICE"}},
		{"other prompt", func(r *result.Result) { r.Workload.SystemPromptSHA256 = strings.Repeat("0", 64) }, []string{"/workload/system_prompt_sha256 warn CAT-PROMPT"}},
		{"prompt not stated", func(r *result.Result) { r.Workload.SystemPromptSHA256 = "" }, []string{"/workload warn CAT-PROMPT"}},
		{"prompt not stated by a source", func(r *result.Result) { r.Workload.SystemPromptSHA256, r.Source = "", &result.Source{} }, nil},
		{"unknown caveat", func(r *result.Result) { r.Source = &result.Source{Caveats: []string{"known", "other"}} }, []string{"/source/caveats/1 error CAT-CAVEAT"}},
		{"before the model", func(r *result.Result) { r.MeasuredAt = "2024-02-29T23:59:59+09:00" }, []string{
			"/measured_at warn CAT-DATE", "/measured_at warn CAT-DATE"}}, // and before the task
		{"in the month of the release", func(r *result.Result) { r.MeasuredAt, r.Workload.Task = "2024-03-01", TaskCustom }, nil},
		{"before the hardware, by a source", func(r *result.Result) {
			r.MeasuredAt, r.Source, r.Workload.Task, r.Model.Name = "", &result.Source{Published: "2022-12"}, TaskCustom, "o/n"
		}, []string{"/source/published warn CAT-DATE", "/source/published warn CAT-DATE"}},
		{"no date at all", func(r *result.Result) { r.MeasuredAt = "yesterday" }, nil},
		{"size classes", func(r *result.Result) {
			r.Workload.Task, r.Model.SizeClass, r.Model.ParametersB, r.Hardware.Count = "sized", "A", num(21), 2
		}, []string{"/hardware/count warn CAT-SINGLEGPU", "/model/size_class warn CAT-CLASS"}},
		{"several accelerators where they may", func(r *result.Result) {
			r.Workload.Task, r.Model.SizeClass, r.Model.ParametersB, r.Hardware.Count = "sized", "C", num(405), 8
		}, nil},
		{"no such class", func(r *result.Result) { r.Workload.Task, r.Model.SizeClass = "sized", "Z" }, []string{"/model/size_class error CAT-CLASS"}},
		{"not the reference hardware", func(r *result.Result) {
			r.Workload.Task, r.Hardware.Name, r.Hardware.Devices = "sized", "h2", nil
		}, []string{"/hardware/name warn CAT-REFERENCE"}},
		{"command of another model", func(r *result.Result) {
			r.Workload.Command = "python run.py \\\n  --model p/v.n-100k \\\n  --n 3"
		}, []string{"/workload/command error CAT-COMMAND"}},
		{"command of this model", func(r *result.Result) { r.Workload.Command = "python run.py \\\n  --model p/v.n" }, nil},
		{"endpoint without hardware", func(r *result.Result) { r.Hardware = nil }, nil},
	}
	c := checkBoard(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := c.Check([]*result.Loaded{loaded("a", tt.f)})
			var got []string
			for _, f := range fs {
				if f.Where.File != "results/a.json" {
					t.Errorf("file %q", f.Where.File)
				}
				got = append(got, fmt.Sprintf("%s %s %s", f.Where.Pointer, f.Level, f.Rule))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q\n%v", got, tt.want, fs)
			}
		})
	}
}

// A model that is missing is told of once, not once for each of its results.
func TestCheckGroups(t *testing.T) {
	var rs []*result.Loaded
	for _, id := range []string{"c", "a", "b"} {
		rs = append(rs, loaded(id, func(r *result.Result) { r.Model.Name = "o/m" }))
	}
	fs := checkBoard(t, "").Check(append(rs, nil, &result.Loaded{}))
	if len(fs) != 1 || fs[0].Where.File != "results/a.json" || !strings.HasSuffix(fs[0].Message, "(and in 2 more)") {
		t.Errorf("%v", fs)
	}
}

func TestCheckModeration(t *testing.T) {
	c := checkBoard(t, `flags:
  - {id: aaaaaaaaaaaa, reason: duplicate, date: 2026-01-02, discussion: "https://d.example/1"}
  - {id: dddddddddddd, reason: duplicate, date: 2026-01-02, discussion: "https://d.example/1"}
withdrawals:
  - {id: bbbbbbbbbbbb, reason: privacy, date: 2026-01-02, discussion: "https://d.example/1", title: T, model: o/n, task: t}
requests:
  - {model: o/n, task: t, state: finished, date: 2026-01-02, by: me, result: eeeeeeeeeeee}
  - {model: o/n, task: t, state: finished, date: 2026-01-02, by: me, result: bbbbbbbbbbbb}
`)
	twin := loaded("a", nil)
	twin.ID, twin.Path = strings.Repeat("a", 12)+strings.Repeat("9", 52), "results/a9.json"
	got := lines(c.Check([]*result.Loaded{loaded("a", nil), twin, loaded("b", nil)}))
	want := []string{"moderation.yaml:2:10 /flags/0/id CAT-FLAG", "moderation.yaml:3:10 /flags/1/id CAT-FLAG", "moderation.yaml:7:78 /requests/0/result CAT-REQUEST", "results/b.json /id CAT-WITHDRAWN"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	full := strings.Repeat("a", 64)
	if f := c.Moderation.FlagOf(full); f == nil || f.Reason != "duplicate" {
		t.Errorf("flag of the full id: %+v", f)
	}
	if c.Moderation.FlagOf("aaaaaaaa") != nil || c.Moderation.FlagOf("") != nil || c.Moderation.FlagOf(strings.Repeat("b", 64)) != nil {
		t.Error("a flag binds to an id that is too short or another")
	}
	if w := c.Moderation.WithdrawalOf(strings.Repeat("b", 12)); w == nil || w.Title != "T" {
		t.Errorf("withdrawal: %+v", w)
	}
	var none *Moderation
	if none.FlagOf(full) != nil || none.WithdrawalOf(full) != nil {
		t.Error("no moderation flags something")
	}
}

func TestCommandModel(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"python token_benchmark_ray.py \\\n--model bedrock/anthropic.claude-instant-v1 \\\n--mean-input-tokens 1024": "bedrock/anthropic.claude-instant-v1",
		"vllm bench serve --model=meta-llama/Llama-3.1-8B":                                                           "meta-llama/Llama-3.1-8B",
		"docker run energy_star --config-name t backend.model=o/n backend.processor=o/p":                             "o/n",
		`python main.py --model=hf-causal --model_args="pretrained=o/n,revision=abc" --tasks=x`:                      "o/n",
		"lm_eval --model hf --model_args pretrained=o/n,dtype=float16":                                               "o/n",
		"python run.py --model <MODEL_NAME>":                                                                         "",
		"python run.py --model":                                                                                      "",
		"echo nothing":                                                                                               "",
	} {
		if got := commandModel(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSameModel(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"bedrock/anthropic.claude-instant-v1", "claude-instant-v1", true},
		{"bedrock/anthropic.claude-instant-v1", "anthropic/claude-instant-v1", true},
		{"claude-instant-v1-100k", "claude-instant-v1", false},
		{"together_ai/togethercomputer/llama-2-7b-chat", "togethercomputer/llama-2-7b-chat", true},
		{"meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.3-8B", false},
		{"Qwen/Qwen3-8B", "Qwen/Qwen3-8B", true},
		{"Qwen/Qwen2.5-7B", "other/5-7B", false},
	} {
		if got := sameModel(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
		if sameModel(tt.a, tt.b) != sameModel(tt.b, tt.a) {
			t.Errorf("%s and %s: not symmetric", tt.a, tt.b)
		}
	}
}

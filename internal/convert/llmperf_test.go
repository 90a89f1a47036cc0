package convert

import (
	"strings"
	"testing"

	"jouleboard/internal/result"
)

func one(t *testing.T, rep Report) *result.Result {
	t.Helper()
	accounted(t, rep)
	if len(rep.Results) != 1 {
		t.Fatalf("%d results, want 1: refused %v, findings %v", len(rep.Results), rep.Refused, rep.Findings)
	}
	return rep.Results[0]
}

func TestLLMPerfZerosOfFailedRequestsAreNeverAveraged(t *testing.T) {
	opt := lpOpt
	opt.Provider, opt.Model, opt.Task = "exampleco", "example/alpha-8b", "endpoint-100-50"
	r := one(t, mustConvert(t, "llmperf", sample(t, lpFiles[1]), opt))
	d := r.Distributions["ttft_ms"]
	if d.N != 4 || *d.Min != 250 || *d.Mean != 625 {
		t.Errorf("ttft n %d, min %v, mean %v; want 4, 250, 625: the 429 carries zeros, the -100 was thrown away", d.N, *d.Min, *d.Mean)
	}
	if got := r.Metrics["error_rate"].Value; got != 2.0/6.0 {
		t.Errorf("error rate %v, want 2 of 6", got)
	}
	if r.Workload.Requests != 6 || !strings.Contains(strings.Join(r.Notes, " "), "-100") {
		t.Errorf("requests %d, notes %q", r.Workload.Requests, r.Notes)
	}
	if r.Metrics["mean_output_tokens"].Value != 50 {
		t.Errorf("mean output tokens %v, want 50", r.Metrics["mean_output_tokens"].Value)
	}
}

func TestLLMPerfChunksAreNotTokens(t *testing.T) {
	r := one(t, mustConvert(t, "llmperf", sample(t, lpChunks...), lpOpt))
	d := r.Distributions["request_output_tokens_per_s"]
	if d.Provenance != result.ProvDerived || *d.P50 != 20 || *d.Max != 30 {
		t.Errorf("%+v: want 60 tokens by 3 s", d)
	}
	theirs := r.Distributions["x_llmperf_request_output_throughput_token_per_s"]
	if theirs.Provenance != result.ProvReported || *theirs.P50 != 7 {
		t.Errorf("the source's own field: %+v", theirs)
	}
}

func TestLLMPerfThroughputThatAgreesIsTheSources(t *testing.T) {
	r := one(t, mustConvert(t, "llmperf", sample(t, lpFiles...), lpOpt))
	d := r.Distributions["request_output_tokens_per_s"]
	if d.Provenance != result.ProvReported || *d.P50 != 17.5 {
		t.Errorf("%+v", d)
	}
	if _, ok := r.Distributions["x_llmperf_request_output_throughput_token_per_s"]; ok {
		t.Error("the same numbers stand there twice")
	}
	// Without the responses nobody can say whether tokens were counted.
	r = one(t, mustConvert(t, "llmperf", sample(t, lpFiles[0]), lpOpt))
	if _, ok := r.Distributions["request_output_tokens_per_s"]; ok {
		t.Error("a summary alone filled a key that counts tokens")
	}
	if _, ok := r.Distributions["x_llmperf_request_output_throughput_token_per_s"]; !ok {
		t.Error("the source's own field is gone")
	}
}

func TestLLMPerfKeysThatMeanSomethingElse(t *testing.T) {
	r := one(t, mustConvert(t, "llmperf", sample(t, lpFiles[0]), lpOpt))
	for _, k := range []string{"itl_ms", "tpot_ms", "e2e_ms"} {
		if _, ok := r.Distributions[k]; ok {
			t.Errorf("%s is filled from a number that is another thing", k)
		}
	}
	if _, ok := r.Metrics["output_tokens_per_s"]; ok {
		t.Error("the total over concurrent requests became a server's throughput")
	}
	if r.Metrics["x_llmperf_mean_output_throughput_token_per_s"].Value != 70.5 {
		t.Error("the source's total is gone")
	}
	if r.Boundary != nil || r.Hardware != nil {
		t.Error("an endpoint has a boundary or hardware")
	}
	if string(r.X["x_llmperf_region"]) != `"moon-1"` || string(r.X["x_llmperf_error_code_frequency"]) != `"{-100.0: 1, 429.0: 1}"` {
		t.Errorf("metadata %v", r.X)
	}
	if r.MeasuredAt != "2023-11-14T22:13:20Z" {
		t.Errorf("measured at %s", r.MeasuredAt)
	}
}

func TestLLMPerfModelNames(t *testing.T) {
	tests := []struct{ name, provider, id, want, revision string }{
		{"a hub id stays", "anyscale", "meta-llama/Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-chat-hf", ""},
		{"the harness's prefix goes", "together", "together_ai/togethercomputer/llama-2-7b-chat", "togethercomputer/llama-2-7b-chat", ""},
		{"vendor and name", "bedrock", "bedrock/anthropic.claude-instant-v1", "anthropic/claude-instant-v1", ""},
		{"vendor and name without prefix", "bedrock", "meta.llama2-13b-chat-v1", "meta/llama2-13b-chat-v1", ""},
		{"a dot elsewhere is no vendor", "lepton", "qwen1.5", "qwen1.5", ""},
		{"a version by hash", "replicate", "meta/llama-2-7b-chat:13c3cdee13ee059a", "meta/llama-2-7b-chat", "13c3cdee13ee059a"},
		{"a tag is no hash", "replicate", "meta/llama:latest", "meta/llama:latest", ""},
		{"nothing is guessed", "groq", "llama2-70b-4096", "llama2-70b-4096", ""},
		{"what --map says", "fireworks", "accounts/fireworks/models/x", "org/x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &run{opt: Options{Map: map[string]string{"accounts/fireworks/models/x": "org/x"}}}
			w := &row{r: &result.Result{}}
			c.lpModel(w, tt.provider, tt.id)
			if m := w.r.Model; m.Name != tt.want || m.Revision != tt.revision || m.ProviderModel != tt.id || m.Provider != tt.provider {
				t.Errorf("%+v, want name %s", m, tt.want)
			}
		})
	}
}

func TestLLMPerfSummaryRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"an unknown result field", `"results_error_rate"`, `"results_energy_j": 3, "results_error_rate"`, "results_energy_j"},
		{"counts that do not add up", `"results_number_errors": 2`, `"results_number_errors": 1`, "completed"},
		{"counts by code that do not add up", `{-100.0: 1, 429.0: 1}`, `{-100.0: 1, 429.0: 2}`, "counts 3 errors"},
		{"an error rate above one", `"results_error_rate": 0.3333333333333333`, `"results_error_rate": 33.3`, "error_rate"},
		{"a timestamp in ms", `"timestamp": 1700000000`, `"timestamp": 1700000000000`, "seconds since 1970"},
		{"no concurrency", `"num_concurrent_requests": 2`, `"num_concurrent_requests": 0`, "num_concurrent_requests is 0"},
		{"a negative latency", `"results_ttft_s_min": 0.25`, `"results_ttft_s_min": -0.25`, "negative"},
		{"no framework", `"framework": "exampleco"`, `"framework": ""`, "provider"},
		{"a number in words", `"results_ttft_s_mean": 0.625`, `"results_ttft_s_mean": "fast"`, "not a decimal number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, lpFiles[0]), lpFiles[0], tt.old, tt.repl)
			wantRefusal(t, mustConvert(t, "llmperf", in, lpOpt), 0, 1, tt.want)
		})
	}
	t.Run("the provider by flag", func(t *testing.T) {
		opt := lpOpt
		opt.Provider = "exampleco"
		in := edited(t, sample(t, lpFiles[0]), lpFiles[0], `"framework": "exampleco"`, `"framework": ""`)
		if r := one(t, mustConvert(t, "llmperf", in, opt)); r.Model.Provider != "exampleco" {
			t.Errorf("%+v", r.Model)
		}
	})
}

func TestLLMPerfZeroOfAnAnswerIsMissing(t *testing.T) {
	opt := lpOpt
	opt.Provider, opt.Model, opt.Task = "exampleco", "example/alpha-8b", "endpoint-100-50"
	in := edited(t, sample(t, lpFiles[1]), lpFiles[1], `"ttft_s": 0.25`, `"ttft_s": 0`)
	r := one(t, mustConvert(t, "llmperf", in, opt))
	if d := r.Distributions["ttft_ms"]; d.N != 3 || *d.Min != 500 {
		t.Errorf("n %d, min %v; want 3 answers from 500 ms on", d.N, *d.Min)
	}
	if d := r.Distributions["request_output_tokens_per_s"]; d.N != 4 {
		t.Errorf("speed of %d requests, want all 4", d.N)
	}
}

func TestLLMPerfRunWithoutAnyAnswer(t *testing.T) {
	data := `[{"error_code": 429, "error_msg": "", "inter_token_latency_s": 0, "ttft_s": 0, "end_to_end_latency_s": 0,
		"request_output_throughput_token_per_s": 0, "number_total_tokens": 100, "number_output_tokens": 0, "number_input_tokens": 100}]`
	opt := lpOpt
	opt.Provider, opt.Model, opt.Task = "p", "m", "endpoint-1-1"
	wantRefusal(t, mustConvert(t, "llmperf", []Input{{Name: "r.json", Data: []byte(data)}}, opt), 0, 1, "no request completed")
}

func TestLLMPerfResponsesAloneNeedFlags(t *testing.T) {
	wantRefusal(t, mustConvert(t, "llmperf", sample(t, lpFiles[1]), lpOpt), 0, 1, "neither provider nor model")
}

func TestLLMPerfOneRunTwoFilesStandOrFallTogether(t *testing.T) {
	in := edited(t, sample(t, lpFiles...), lpFiles[1], `"ttft_s": 0.25`, `"ttft_ms": 250`)
	rep := mustConvert(t, "llmperf", in, lpOpt)
	wantRefusal(t, rep, 1, 0, `"ttft_ms"`) // the summary stands: it is whole without
	in = edited(t, sample(t, lpFiles...), lpFiles[0], `"framework"`, `"results_x": 1, "framework"`)
	rep = mustConvert(t, "llmperf", in, lpOpt)
	accounted(t, rep)
	if len(rep.Refused) != 2 {
		t.Errorf("refused %v, want both files named", rep.Refused)
	}
}

func TestPythonCounts(t *testing.T) {
	for s, want := range map[string]int64{"{}": 0, "{429.0: 130}": 130, "{-100.0: 97, 429.0: 3}": 100, "{None: 1}": 1} {
		if got, ok := pythonCounts(s); !ok || got != want {
			t.Errorf("%s: %d, %v; want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "429", `{"429": 1}`, "{429.0: 1", "{429.0: x}", "{a(): 1}"} {
		if got, ok := pythonCounts(s); ok {
			t.Errorf("%q was read as %d", s, got)
		}
	}
}

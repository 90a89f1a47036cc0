package convert

import (
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// stat returns one statistic of a distribution, or fails.
func stat(t *testing.T, r *result.Result, key, name string) float64 {
	t.Helper()
	d, ok := r.Distributions[key]
	if !ok || d.Stat(name) == nil {
		t.Fatalf("no %s.%s in %v", key, name, r.Distributions)
	}
	return *d.Stat(name)
}

func TestVLLMChunksAreNotTokens(t *testing.T) {
	r := one(t, mustConvert(t, "vllm", sample(t, vllmFiles[0]), vllmOpt))
	if _, ok := r.Distributions["itl_ms"]; ok {
		t.Error("the time between chunks filled the key of the time between tokens")
	}
	if got := stat(t, r, "icl_ms", "mean"); got != 88 {
		t.Errorf("icl_ms mean %v, want 88", got)
	}
	if got := stat(t, r, "tpot_ms", "mean"); got != 30 {
		t.Errorf("tpot_ms mean %v, want 30: the first token is not in it", got)
	}
	if m := r.Metrics["x_vllm_p99_9_itl_ms"]; m.Value != 410.5 || r.Source.Fields["x_vllm_p99_9_itl_ms"].Field != "p99.9_itl_ms" {
		t.Errorf("a percentile we have no key for: %+v", m)
	}
}

func TestVLLMFailedRequestsAreCounted(t *testing.T) {
	r := one(t, mustConvert(t, "vllm", sample(t, vllmFiles[0]), vllmOpt))
	if got := r.Metrics["error_rate"].Value; got != 0.04 {
		t.Errorf("error rate %v, want 2 of 50", got)
	}
	if got := r.Metrics["mean_output_tokens"]; got.Value != 50 || got.N != 48 {
		t.Errorf("mean output tokens %+v, want 2400 by the 48 that completed", got)
	}
	if d := r.Distributions["ttft_ms"]; d.N != 48 || r.Workload.Requests != 50 {
		t.Errorf("n %d of %d requests", d.N, r.Workload.Requests)
	}
	// Older clients print no count of failures; they are what is missing.
	in := edited(t, sample(t, vllmFiles[0]), vllmFiles[0], `"failed": 2, `, ``)
	if got := one(t, mustConvert(t, "vllm", in, vllmOpt)).Metrics["error_rate"].Value; got != 0.04 {
		t.Errorf("error rate %v without the key, want 0.04", got)
	}
}

func TestVLLMLoads(t *testing.T) {
	rep := mustConvert(t, "vllm", sample(t, vllmFiles...), vllmOpt)
	accounted(t, rep)
	if len(rep.Results) != 4 {
		t.Fatalf("%d results, want 4: %v", len(rep.Results), rep.Refused)
	}
	closed, open, burst, capped := rep.Results[0], rep.Results[1], rep.Results[2], rep.Results[3]
	if l := closed.Workload.Load; l.Mode != result.LoadClosed || l.Concurrency != 4 {
		t.Errorf("closed: %+v", l)
	}
	if l := open.Workload.Load; l.Mode != result.LoadOpen || *l.RatePerS != 3 || l.Arrivals != "poisson" {
		t.Errorf("open: %+v", l)
	}
	// Under a rate, their latencies begin at another moment than ours.
	if _, ok := open.Distributions["ttft_ms"]; ok || stat(t, open, "ttft_send_ms", "mean") != 50 || stat(t, open, "x_vllm_e2el_ms", "mean") != 540 {
		t.Errorf("open: %v", open.Distributions)
	}
	if l := burst.Workload.Load; l.Mode != result.LoadBurst {
		t.Errorf("burst: %+v", l)
	}
	if _, ok := burst.Distributions["tpot_ms"]; ok {
		t.Error("zeros throughout stand for no value, and were kept")
	}
	if capped.Workload.Load != nil || capped.Metrics["x_vllm_request_rate"].Value != 8 || string(capped.X["x_vllm_max_concurrency"]) != "6" {
		t.Errorf("a capped rate: %+v %v", capped.Workload.Load, capped.X)
	}
	if string(open.X["x_vllm_replicas"]) != `"2"` {
		t.Errorf("metadata is text and stays so: %v", open.X)
	}
	if open.MeasuredAt != "" || string(open.X["x_vllm_date"]) != `"20250105-111500"` {
		t.Errorf("a date without a zone became a moment: %q", open.MeasuredAt)
	}
}

func TestVLLMRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"an unknown number", `"rtfx"`, `"power": 300, "rtfx"`, `"power"`},
		{"milliseconds that are seconds", `"mean_e2el_ms": 1571.001`, `"mean_e2el_ms": 1.571001`, "unit is not the one its name says"},
		{"a rate that is not its total", `"output_throughput": 120.0`, `"output_throughput": 600.0`, "output_throughput is 600.0"},
		{"a duration in ms", `"duration": 20.0`, `"duration": 20000.0`, "totals by the duration"},
		{"more answers than requests", `"completed": 48`, `"completed": 51`, "51 requests completed"},
		{"failures that do not add up", `"failed": 2`, `"failed": 0`, "48 requests completed and 0 failed"},
		{"no answers", `"completed": 48, "failed": 2`, `"completed": 0, "failed": 50`, "no request completed"},
		{"lengths that do not add up", `"output_lens": [1200`, `"output_lens": [1100`, "output_lens add up"},
		{"a negative latency", `"median_ttft_ms": 90.5`, `"median_ttft_ms": -90.5`, "negative"},
		{"a rate in words", `"request_rate": "inf"`, `"request_rate": "fast"`, "not a decimal number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, vllmFiles[0]), vllmFiles[0], tt.old, tt.repl)
			wantRefusal(t, mustConvert(t, "vllm", in, vllmOpt), 0, 1, tt.want)
		})
	}
	t.Run("errors that nobody counted", func(t *testing.T) {
		in := edited(t, sample(t, vllmFiles[0]), vllmFiles[0], `"num_prompts": 50`, `"num_prompts": 48`)
		in = edited(t, in, vllmFiles[0], `"failed": 2, `, ``)
		wantRefusal(t, mustConvert(t, "vllm", in, vllmOpt), 0, 1, "errors names 2 failed requests")
	})
	for name, change := range map[string]func(*Options){
		"the accelerator": func(o *Options) { o.Hardware = "" },
		"which requests":  func(o *Options) { o.Task = "" },
		"both an":         func(o *Options) { o.Provider = "p" },
	} {
		t.Run("without flags: "+name, func(t *testing.T) {
			opt := vllmOpt
			change(&opt)
			wantRefusal(t, mustConvert(t, "vllm", sample(t, vllmFiles[0]), opt), 0, 1, name)
		})
	}
}

func TestVLLMEndpoint(t *testing.T) {
	opt := vllmOpt
	opt.Hardware, opt.Count, opt.Provider = "", 0, "exampleco"
	r := one(t, mustConvert(t, "vllm", sample(t, vllmFiles[0]), opt))
	if r.Kind != result.KindEndpoint || r.Hardware != nil || r.Model.Provider != "exampleco" || r.Model.ProviderModel != "example/alpha-8b" {
		t.Errorf("%s %+v %+v", r.Kind, r.Hardware, r.Model)
	}
}

func TestVLLMWholeFiles(t *testing.T) {
	for want, data := range map[string]string{
		"format inferencex": `{"hw": "x", "tput_per_gpu": 1}`,
		"not a result":      `{"a": 1}`,
		"too early":         "",
		"not valid JSON":    `{"model_id": "x"} {`,
	} {
		wantFileError(t, mustConvert(t, "vllm", []Input{{Name: "in", Data: []byte(data)}}, vllmOpt), want)
	}
}

func TestVLLMPeer(t *testing.T) {
	opt := vllmOpt
	opt.Catalog = smallCatalog(t)
	rep := mustConvert(t, "vllm", peerFiles(t, "samples/vllm-bench-serve/*"), opt)
	accounted(t, rep)
	if len(rep.Results) != 4 {
		t.Fatalf("%d results, want 4: %v %v", len(rep.Results), rep.Refused, rep.Findings)
	}
	r := rep.Results[0]
	if stat(t, r, "icl_ms", "mean") < 2*stat(t, r, "tpot_ms", "mean") {
		t.Error("with speculative decoding a chunk holds several tokens, so chunks are further apart than tokens")
	}
	if r.MeasuredAt != "2026-08-06T13:23:14Z" || !strings.Contains(r.Source.Table, "inferencex_fork") {
		t.Errorf("measured at %s, table %s", r.MeasuredAt, r.Source.Table)
	}
	// 500 output tokens were asked for; the figure is what came.
	if got := rep.Results[1].Metrics["mean_output_tokens"].Value; got < 270 || got > 271 {
		t.Errorf("mean output tokens %v, want 81050 / 300", got)
	}
}

// InferenceX: the aggregated JSON of a run (agg_*.json), and the shorter shape
// of its decode experiments. Both are made from files of vLLM's client, with the
// milliseconds divided by a thousand and the suffix dropped, so times here are
// in seconds. What is called inter-token latency is the time between chunks.

package convert

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

const (
	ixPrefix = "x_inferencex_"
	ixURL    = "https://github.com/SemiAnalysisAI/InferenceX"
)

func readInferenceX(c *run, in []Input) {
	for _, i := range in {
		f, bad := parseJSON(i)
		if bad != nil {
			c.Findings = append(c.Findings, *bad)
			continue
		}
		rows, at := []*node{f.root}, ""
		if f.root.kind == '[' {
			rows, at = f.root.vals, "/"
		}
		for k, n := range rows {
			where := f.place(n.off, "")
			if at != "" {
				where.Pointer = at + strconv.Itoa(k)
			}
			switch {
			case n.get("hw") != nil && n.get("tput_per_gpu") != nil:
				c.ixAggregate(f, n, where)
			case n.get("median_ttft") != nil && n.get("model_id") != nil:
				c.ixExperiment(f, n, where)
			case n.get("median_ttft_ms") != nil || n.get("mean_ttft_ms") != nil:
				c.fileFinding(result.Error, where, "a file of vLLM's client, whose times are in milliseconds", "import it with the format vllm")
			default:
				c.fileFinding(result.Error, where, "not a result of InferenceX", "expected an object with hw and tput_per_gpu, or with model_id and median_ttft")
			}
		}
	}
}

// ixLatencies: seconds there, milliseconds here.
var ixLatencies = []latency{{"ttft", "ttft_ms", 3}, {"tpot", "tpot_ms", 3}, {"itl", "icl_ms", 3}, {"e2el", "e2e_ms", 3}}

// ixWords are facts that are kept as they stand.
var ixWords = []string{"infmax_model_prefix", "spec_decoding", "mtp", "benchmark_type", "offload_mode", "run_url"}

// ixPerGPU: throughput by GPU -> the whole server's key, where we have one.
var ixPerGPU = []struct{ field, server string }{
	{"tput_per_gpu", ""}, {"output_tput_per_gpu", "output_tokens_per_s"}, {"input_tput_per_gpu", ""},
}

// ixEnergy are numbers of power and energy that newer files hold. They are of
// the whole run, ramp and drain included, and stay under their names.
var ixEnergy = []struct{ field, unit string }{
	{"avg_power_w", "W"}, {"avg_total_gpu_power_w", "W"}, {"total_gpu_energy_j", "J"},
	{"joules_per_output_token", "J/token"}, {"joules_per_input_token", "J/token"}, {"joules_per_total_token", "J/token"},
	{"joules_per_successful_query", "J"}, {"power_valid", ""}, {"power_metric_schema_version", ""},
}

func (c *run) ixAggregate(f *jsonFile, n *node, where result.Place) {
	o := newObject(n)
	w := c.served(where, o.str("model", true), f.name)
	if hw := o.str("hw", true); hw != "" {
		c.hardware(w, hw, "hw")
	}
	w.r.Model.Precision = o.str("precision", false)
	w.r.Software = &result.Software{Harness: &result.Tool{Name: "InferenceX", URL: ixURL}}
	if s := o.str("framework", false); s != "" {
		w.r.Software.Engine = &result.Tool{Name: s}
	}
	w.r.Software.Container = o.str("image", false)
	c.taskOf(w, ixLengths(w, o))
	var conc int64
	if _, v, ok := o.whole("conc", true, 1); ok {
		w.r.Workload.Load = &result.Load{Mode: result.LoadClosed, Concurrency: v}
		conc = v
	}
	gpus := ixSpread(w, o)
	if w.r.Hardware != nil {
		w.r.Hardware.Count = gpus
	}
	latencies(w, o, ixLatencies, "", "s", ixPrefix)
	for _, p := range ixPerGPU {
		n, ok := o.num(p.field, p.field == "tput_per_gpu", false)
		if !ok {
			continue
		}
		if n.sign() == 0 {
			o.fail("%s is 0; no run gives no tokens", p.field)
			continue
		}
		w.metric(ixPrefix+p.field, n, 0, p.field, "tokens/s/GPU")
		if p.server != "" && gpus > 0 {
			w.r.Metrics[p.server] = result.Metric{Value: n.float(0) * float64(gpus), Provenance: result.ProvDerived,
				Formula: fmt.Sprintf("%s%s * %d", ixPrefix, p.field, gpus)}
		}
	}
	ixInteractivity(w, o)
	for _, e := range ixEnergy {
		if n, ok := o.num(e.field, false, false); ok {
			w.metric(ixPrefix+e.field, n, 0, e.field, e.unit)
		}
	}
	if d, l := w.r.Distributions["e2e_ms"], w.r.Workload.OutputTokens; d.Mean != nil && l != nil {
		plausible(w, "mean_e2el", *d.Mean/1000, w.r.Metrics["output_tokens_per_s"].Value/l.Mean, conc)
	}
	for _, k := range ixWords {
		if s := o.str(k, false); s != "" {
			w.x(ixPrefix+k, quoteJSON(s))
		}
	}
	o.refuseUnknown()
	w.bad = append(w.bad, o.bad...)
}

// ixLengths reads the lengths asked for, and names the task by them.
func ixLengths(w *row, o *object) string {
	_, isl, okIn := o.whole("isl", false, 1)
	_, osl, okOut := o.whole("osl", false, 1)
	if okIn {
		w.r.Workload.InputTokens = &result.Length{Mean: float64(isl)}
	}
	if okOut {
		w.r.Workload.OutputTokens = &result.Length{Mean: float64(osl)}
	}
	if !okIn || !okOut {
		return ""
	}
	return fmt.Sprintf("inferencex-%d-%d", isl, osl)
}

// ixSpread reads how the model was spread. The source divides by the degree of
// tensor parallelism, so that is the number of GPUs of a server in one piece;
// of one in several pieces it is not said here, and 0 is returned.
func ixSpread(w *row, o *object) (gpus int64) {
	tp, okTP := ixWhole(o, "tp")
	ep, _ := ixWhole(o, "ep")
	w.r.Software.Parallelism = &result.Parallelism{Tensor: tp, Expert: ep}
	dp := ixBool(o, "dp_attention")
	if dp {
		w.r.Software.Parallelism.Notes = "data parallelism for attention"
	}
	split := false
	for _, k := range []string{"disagg", "is_multinode"} {
		if o.n.get(k) == nil {
			continue
		}
		b := ixBool(o, k)
		split = split || b
		w.x(ixPrefix+k, jsontext.Value(strconv.FormatBool(b)))
	}
	pieces := []string{"prefill_tp", "prefill_ep", "prefill_num_workers", "num_prefill_gpu", "decode_tp", "decode_ep", "decode_num_workers", "num_decode_gpu"}
	for _, k := range pieces {
		if v, ok := ixWhole(o, k); ok {
			w.x(ixPrefix+k, jsontext.Value(strconv.FormatInt(v, 10)))
		}
	}
	for _, k := range []string{"prefill_dp_attention", "decode_dp_attention"} {
		if o.n.get(k) != nil {
			w.x(ixPrefix+k, jsontext.Value(strconv.FormatBool(ixBool(o, k))))
		}
	}
	if split || !okTP {
		return 0
	}
	return tp
}

// ixWhole reads a count that some files write as a string.
func ixWhole(o *object, key string) (int64, bool) {
	n, ok := o.num(key, false, true)
	if !ok {
		return 0, false
	}
	v, whole := n.integer()
	if !whole || v < 0 {
		o.fail("%s is %s, expected a whole number", key, n.text)
		return 0, false
	}
	return v, true
}

// ixBool reads true or false, which some files write as a string.
func ixBool(o *object, key string) bool {
	v := o.child(key)
	if v == nil {
		return false
	}
	switch {
	case v.kind == 't', v.kind == '"' && v.text == "true":
		return true
	case v.kind == 'f', v.kind == '"' && v.text == "false":
		return false
	}
	o.fail("%s is %s, expected true or false", key, v.kindName())
	return false
}

// ixInteractivity keeps the source's tokens a second of one user under its own
// names. It is one by the time per output token of the same name, so p99 is the
// slow tail, the mean is no mean, and std means nothing: that one is left out.
func ixInteractivity(w *row, o *object) {
	for _, k := range o.n.keys {
		m := statName.FindStringSubmatch(k)
		if m == nil || m[2] != "intvty" {
			continue
		}
		n, ok := o.num(k, false, false)
		if !ok || m[1] == "std" {
			continue
		}
		if key, ok := xKey(ixPrefix, k); ok {
			w.metric(key, n, 0, k, "tokens/s/user")
		}
	}
}

// ixExperiment reads the shorter shape, which names neither machine nor lengths.
func (c *run) ixExperiment(f *jsonFile, n *node, where result.Place) {
	o := newObject(n)
	w := c.served(where, o.str("model_id", true), f.name)
	c.machine(w)
	c.taskOf(w, "")
	w.r.Software = &result.Software{Harness: &result.Tool{Name: "InferenceX", URL: ixURL}}
	w.r.Model.Tokenizer = o.str("tokenizer_id", false)
	if s := o.str("date", false); s != "" {
		w.x(ixPrefix+"date", quoteJSON(s))
	}
	completed := serveCounts(w, o, ixPrefix)
	inFlight, open := serveLoad(w, o, ixPrefix)
	if open {
		w.fail("request_rate is a number; this shape is known for closed loops only")
	}
	latencies(w, o, ixLatencies, "", "s", ixPrefix)
	counted(w, completed, "ttft_ms", "e2e_ms")
	for _, k := range []struct{ field, unit string }{{"duration", "s"}, {"input_throughput", "tokens/s"}, {"good_completed", "requests"}, {"request_goodput", "requests/s"}} {
		if n, ok := o.num(k.field, false, false); ok {
			w.metric(ixPrefix+k.field, n, 0, k.field, k.unit)
		}
	}
	if d := w.r.Distributions["e2e_ms"]; d.P50 != nil {
		plausible(w, "median_e2el", *d.P50/1000, w.r.Metrics["requests_per_s"].Value, inFlight)
	}
	o.refuseUnknown()
	w.bad = append(w.bad, o.bad...)
}

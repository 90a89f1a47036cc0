// vLLM's serving benchmark: the JSON of `vllm bench serve --save-result`, one
// object a run, or several as JSON lines (--append-result).
//
// What it calls inter-token latency is the time between chunks, and a chunk may
// carry several tokens, so it is our icl_ms. Its latencies begin when a request
// is sent. Where requests have a due time of their own (a finite rate) that is
// another moment than ours, and the numbers say so by their keys.

package convert

import (
	"strconv"
	"time"

	"jouleboard/internal/result"
)

const (
	vllmPrefix = "x_vllm_"
	vllmURL    = "https://github.com/vllm-project/vllm"
	// maxValues is above any sweep in one file.
	maxValues = 10000
)

func readVLLM(c *run, in []Input) {
	for _, i := range in {
		f, roots, bad := parseJSONValues(i, maxValues)
		if bad != nil {
			c.Findings = append(c.Findings, *bad)
			continue
		}
		for _, n := range roots {
			switch {
			case n.get("tput_per_gpu") != nil || n.get("median_ttft") != nil:
				c.fileFinding(result.Error, f.place(n.off, ""), "a file of InferenceX, whose times are in seconds", "import it with the format inferencex")
			case n.get("model_id") == nil || n.get("completed") == nil:
				c.fileFinding(result.Error, f.place(n.off, ""), "not a result of vLLM's serving benchmark",
					"expected the JSON of vllm bench serve --save-result (model_id, completed, duration)")
			default:
				c.vllmRun(f, n)
			}
		}
	}
}

// vllmOwn: numbers of the client that are no keys of ours, with their units.
var vllmOwn = []struct{ field, unit string }{
	{"duration", "s"}, {"total_token_throughput", "tokens/s"}, {"request_goodput", "requests/s"}, {"request_goodput:", "requests/s"},
	{"max_output_tokens_per_s", "tokens/s"}, {"max_concurrent_requests", "requests"}, {"rtfx", ""}, {"best_of", ""},
	{"probe_completed", "requests"}, {"probe_failed", "requests"}, {"probe_median_e2el_ms", "ms"}, {"probe_p99_e2el_ms", "ms"}, {"probe_max_e2el_ms", "ms"},
	{"spec_decode_acceptance_rate", "%"}, {"spec_decode_acceptance_length", "tokens"}, {"spec_decode_num_drafts", ""},
	{"spec_decode_draft_tokens", "tokens"}, {"spec_decode_accepted_tokens", "tokens"},
	{"ramp_up_start_rps", "requests/s"}, {"ramp_up_end_rps", "requests/s"},
}

func (c *run) vllmRun(f *jsonFile, n *node) {
	o := newObject(n)
	w := c.served(f.place(n.off, ""), o.str("model_id", true), f.name)
	c.machine(w)
	c.taskOf(w, "")
	w.r.Software = &result.Software{Harness: &result.Tool{Name: "vLLM serving benchmark", URL: vllmURL}}
	w.r.Model.Tokenizer = o.str("tokenizer_id", false)
	for _, k := range []string{"backend", "endpoint_type", "label", "ramp_up_strategy"} {
		if s := o.str(k, false); s != "" {
			w.x(vllmPrefix+k, quoteJSON(s))
		}
	}
	vllmDate(w, o)
	completed := serveCounts(w, o, vllmPrefix)
	inFlight, open := serveLoad(w, o, vllmPrefix)
	ttft, e2e := latency{"ttft", "ttft_ms", 0}, latency{"e2el", "e2e_ms", 0}
	if open {
		// Ours begin when a request was due, theirs when it was sent.
		ttft.key, e2e.key = "ttft_send_ms", vllmPrefix+"e2el_ms"
	}
	ls := []latency{ttft, {"tpot", "tpot_ms", 0}, {"itl", "icl_ms", 0}, e2e,
		{"client_queue_time", vllmPrefix + "client_queue_time_ms", 0},
		{"e2el_including_client_queue", vllmPrefix + "e2el_including_client_queue_ms", 0}}
	latencies(w, o, ls, "_ms", "ms", vllmPrefix)
	counted(w, completed, ttft.key, e2e.key)
	for _, k := range vllmOwn {
		if n, ok := o.num(k.field, false, false); ok {
			key, _ := xKey(vllmPrefix, k.field)
			w.metric(key, n, 0, k.field, k.unit)
		}
	}
	if l := o.child("spec_decode_per_position_acceptance_rates"); l != nil {
		w.x(vllmPrefix+"spec_decode_per_position_acceptance_rates", l.compact())
	}
	if d := w.r.Distributions[e2e.key]; d.Mean != nil {
		plausible(w, "mean_e2el_ms", *d.Mean/1000, w.r.Metrics["requests_per_s"].Value, inFlight)
	}
	keepWords(w, o, vllmPrefix)
	w.bad = append(w.bad, o.bad...)
}

// keepWords keeps what the user of a tool added in words of his own; such values
// are always strings. A number that is not known is refused by its name.
func keepWords(w *row, o *object, prefix string) {
	for _, k := range o.unknown() {
		v := o.n.get(k)
		key, ok := xKey(prefix, k)
		switch {
		case v.kind == 'n':
		case v.kind != '"':
			o.fail("unknown field %s: its unit and meaning are not known to this importer", strconv.Quote(k))
		case !ok || w.r.X[key] != nil:
			o.fail("field %s cannot be kept under an x_ key", strconv.Quote(k))
		case len(v.text) > 4096:
			o.fail("field %s holds %d bytes; at most 4096 are kept", strconv.Quote(k), len(v.text))
		default:
			w.x(key, quoteJSON(v.text))
		}
	}
}

// vllmDate reads when the run was. The source's date has no zone, so it is kept
// as it is; newer forks give seconds since 1970 as well.
func vllmDate(w *row, o *object) {
	if s := o.str("date", false); s != "" {
		w.x(vllmPrefix+"date", quoteJSON(s))
	}
	end, hasEnd := o.num("benchmark_end_time_unix", false, false)
	start, hasStart := o.num("benchmark_start_time_unix", false, false)
	if !hasStart {
		return
	}
	at := start.float(0)
	if at < 1.6e9 || at > 4.2e9 || hasEnd && end.float(0) < at {
		o.fail("benchmark_start_time_unix is %s, expected seconds since 1970 before its end", start.text)
		return
	}
	w.r.MeasuredAt = time.Unix(int64(at), 0).UTC().Format(time.RFC3339)
	w.field("measured_at", "benchmark_start_time_unix", "s since 1970-01-01 UTC", start.text)
	if hasEnd {
		w.metric(vllmPrefix+"benchmark_end_time_unix", end, 0, "benchmark_end_time_unix", "s since 1970-01-01 UTC")
	}
}

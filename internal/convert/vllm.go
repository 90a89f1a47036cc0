// vLLM's serving benchmark: the JSON of `vllm bench serve --save-result`, one
// object a run, or several as JSON lines (--append-result).
//
// What it calls inter-token latency is the time between chunks, and a chunk may
// carry several tokens, so it is our icl_ms. Its latencies begin when a request
// is sent. Where requests have a due time of their own (a finite rate) that is
// another moment than ours, and the numbers say so by their keys.

package convert

import (
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

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

// vllmLists are records of single requests, and answers. They are not stored in
// results; counts are held against some of them.
var vllmLists = []string{"input_lens", "output_lens", "ttfts", "itls", "latencies", "start_times", "queue_times", "generated_texts", "errors", "rps_change_events"}

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
	completed := vllmCounts(w, o)
	inFlight, open := vllmLoad(w, o)
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

// vllmCounts reads how many requests were sent, answered and failed, and what
// follows from the totals. It returns the number answered.
func vllmCounts(w *row, o *object) int64 {
	_, sent, okSent := o.whole("num_prompts", true, 1)
	_, completed, okDone := o.whole("completed", true, 0)
	_, failed, hasFailed := o.whole("failed", false, 0)
	duration, okDuration := o.num("duration", true, false)
	in, okIn := o.num("total_input_tokens", false, false)
	out, okOut := o.num("total_output_tokens", false, false)
	perS, okRate := o.num("request_throughput", false, false)
	outPerS, okOutRate := o.num("output_throughput", false, false)
	errs, hasErrs := vllmLengths(o, out, okOut)
	if !okSent || !okDone || !okDuration {
		return 0
	}
	w.r.Workload.Requests = sent
	switch {
	case completed == 0:
		w.fail("no request completed, so there is nothing to report")
		return 0
	case completed > sent:
		w.fail("%d requests completed, but %d were sent", completed, sent)
	case hasFailed && completed+failed != sent:
		w.fail("%d requests completed and %d failed, but %d were sent", completed, failed, sent)
	case hasErrs && errs != sent-completed:
		w.fail("errors names %d failed requests, but %d of %d completed", errs, completed, sent)
	default:
		// Older clients print no count of failures; it is what is missing.
		w.quotient("error_rate", wholeNumber(sent-completed), sent, "(num_prompts - completed) / num_prompts", "fraction")
		if sent > completed {
			w.note("Failed requests are in the error rate and in no other number: the source's statistics are of the completed ones.")
		}
	}
	if okIn {
		w.quotient("mean_input_tokens", in, completed, "total_input_tokens / completed", "tokens")
	}
	if okOut {
		w.quotient("mean_output_tokens", out, completed, "total_output_tokens / completed", "tokens")
	}
	s := duration.float(0)
	if okRate {
		w.metric("requests_per_s", perS, 0, "request_throughput", "requests/s")
		agrees(w, o, "request_throughput", perS, float64(completed), s)
	}
	if okOutRate {
		w.metric("output_tokens_per_s", outPerS, 0, "output_throughput", "tokens/s")
		if okOut {
			agrees(w, o, "output_throughput", outPerS, out.float(0), s)
		}
	}
	return completed
}

// agrees refuses a rate that is not its total by the duration: one of the three
// is in another unit.
func agrees(w *row, o *object, field string, rate number, total, seconds float64) {
	if seconds <= 0 {
		o.fail("duration is not above zero")
	} else if want := total / seconds; !same(rate.float(0), want) {
		w.fail("%s is %s, but the totals by the duration give %s", field, rate.text, fmtFloat(want))
	}
}

// vllmLengths holds the records of single requests against the totals.
func vllmLengths(o *object, out number, okOut bool) (errs int64, hasErrs bool) {
	for _, k := range vllmLists {
		l := o.child(k)
		if l == nil {
			continue
		}
		if l.kind != '[' {
			o.fail("%s is %s, expected a list", k, l.kindName())
			continue
		}
		switch k {
		case "output_lens":
			var sum float64
			for _, v := range l.vals {
				x, err := strconv.ParseFloat(v.text, 64)
				if v.kind != '0' || err != nil {
					o.fail("%s holds %s, expected numbers", k, v.kindName())
					break
				}
				sum += x
			}
			if okOut && math.Abs(sum-out.float(0)) > 0.5 {
				o.fail("output_lens add up to %s, total_output_tokens is %s", fmtFloat(sum), out.text)
			}
		case "errors":
			hasErrs = true
			for _, v := range l.vals {
				if v.kind == '"' && v.text != "" {
					errs++
				}
			}
		}
	}
	return errs, hasErrs
}

// vllmLoad reads how requests were sent. It returns the requests in flight, 0
// where they are not fixed, and whether requests had times of their own.
func vllmLoad(w *row, o *object) (inFlight int64, open bool) {
	_, limit, capped := o.whole("max_concurrency", false, 1)
	rate, finite := vllmRate(o)
	burst, hasBurst := o.num("burstiness", false, false)
	_, ramp := w.r.X[vllmPrefix+"ramp_up_strategy"]
	switch {
	case ramp, finite && capped:
		// Neither an open nor a closed loop: no load of ours means the same.
		if finite {
			w.metric(vllmPrefix+"request_rate", rate, 0, "request_rate", "requests/s")
		}
		if capped {
			w.x(vllmPrefix+"max_concurrency", jsontext.Value(strconv.FormatInt(limit, 10)))
		}
		w.note("The rate of requests was ramped or capped by a limit on requests in flight, so the load is neither an open nor a closed loop and is kept under the source's own names.")
	case finite:
		v := rate.float(0)
		w.r.Workload.Load = &result.Load{Mode: result.LoadOpen, RatePerS: &v}
		w.field("workload.load.rate_per_s", "request_rate", "requests/s", rate.text)
		if hasBurst && burst.float(0) == 1 {
			w.r.Workload.Load.Arrivals = "poisson"
		}
	case capped:
		w.r.Workload.Load = &result.Load{Mode: result.LoadClosed, Concurrency: limit}
		inFlight = limit
	default:
		w.r.Workload.Load = &result.Load{Mode: result.LoadBurst}
	}
	if hasBurst {
		w.metric(vllmPrefix+"burstiness", burst, 0, "burstiness", "")
	}
	return inFlight, finite || ramp
}

// vllmRate reads the rate of requests; "inf" is no rate: all were due at once.
func vllmRate(o *object) (rate number, finite bool) {
	if v := o.n.get("request_rate"); v != nil && v.kind == '"' && v.text == "inf" {
		o.seen["request_rate"] = true
		return number{}, false
	}
	rate, finite = o.num("request_rate", true, true)
	if finite && rate.sign() <= 0 {
		o.fail("request_rate is %s, expected a number above zero or \"inf\"", rate.text)
		finite = false
	}
	return rate, finite
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

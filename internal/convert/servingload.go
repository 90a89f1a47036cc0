// How many requests a serving benchmark sent, how many were answered, and how
// they were sent: the same keys in the files of vLLM's client and its forks.

package convert

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// serveLists are records of single requests, and answers. They are not stored in
// results; counts are held against some of them.
var serveLists = []string{"input_lens", "output_lens", "ttfts", "itls", "latencies", "start_times", "queue_times", "generated_texts", "errors", "rps_change_events"}

// serveCounts reads how many requests were sent, answered and failed, and what
// follows from the totals. It returns the number answered.
func serveCounts(w *row, o *object, prefix string) int64 {
	_, sent, okSent := o.whole("num_prompts", true, 1)
	_, completed, okDone := o.whole("completed", true, 0)
	_, failed, hasFailed := o.whole("failed", false, 0)
	duration, okDuration := o.num("duration", true, false)
	in, okIn := o.num("total_input_tokens", false, false)
	out, okOut := o.num("total_output_tokens", false, false)
	perS, okRate := o.num("request_throughput", false, false)
	outPerS, okOutRate := o.num("output_throughput", false, false)
	errs, hasErrs := serveLengths(o, out, okOut)
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

// serveLengths holds the records of single requests against the totals.
func serveLengths(o *object, out number, okOut bool) (errs int64, hasErrs bool) {
	for _, k := range serveLists {
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

// serveLoad reads how requests were sent. It returns the requests in flight, 0
// where they are not fixed, and whether requests had times of their own.
func serveLoad(w *row, o *object, prefix string) (inFlight int64, open bool) {
	_, limit, capped := o.whole("max_concurrency", false, 1)
	rate, finite := serveRate(o)
	burst, hasBurst := o.num("burstiness", false, false)
	_, ramp := w.r.X[prefix+"ramp_up_strategy"]
	switch {
	case ramp, finite && capped:
		// Neither an open nor a closed loop: no load of ours means the same.
		if finite {
			w.metric(prefix+"request_rate", rate, 0, "request_rate", "requests/s")
		}
		if capped {
			w.x(prefix+"max_concurrency", jsontext.Value(strconv.FormatInt(limit, 10)))
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
		w.metric(prefix+"burstiness", burst, 0, "burstiness", "")
	}
	return inFlight, finite || ramp
}

// serveRate reads the rate of requests; "inf" is no rate: all were due at once.
func serveRate(o *object) (rate number, finite bool) {
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

// LLMPerf's individual responses: a list of requests. Failed ones carry zeros
// where nothing was measured, so they are dropped by their error code and never
// averaged. Speed is formed here from tokens and time, because the file's own
// throughput field counts stream chunks for several providers.

package convert

import (
	"cmp"
	"fmt"
	"slices"

	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// lpResponses is what a list of requests says of its run.
type lpResponses struct {
	rows, ok, errs, short int
	ttft, e2e, itl, speed []float64 // of requests without an error, in file order
	inTokens, outTokens   []float64
	bad                   []string
}

func lpReadResponses(f *jsonFile) lpResponses {
	var g lpResponses
	for i, n := range f.root.vals {
		if n.kind != '{' {
			g.bad = append(g.bad, fmt.Sprintf("/%d is %s, expected an object", i, n.kindName()))
			continue
		}
		g.add(i, newObject(n))
		if len(g.bad) >= 5 {
			g.bad = append(g.bad, "and perhaps more")
			return g
		}
	}
	if g.ok == 0 && len(g.bad) == 0 {
		g.bad = append(g.bad, "no request completed, so there is nothing to report")
	}
	return g
}

func (g *lpResponses) add(i int, o *object) {
	g.rows++
	code := o.child("error_code")
	o.str("error_msg", false)
	ttft, hasTTFT := o.num("ttft_s", true, false)
	e2e, hasE2E := o.num("end_to_end_latency_s", true, false)
	itl, hasITL := o.num("inter_token_latency_s", false, false)
	o.num("request_output_throughput_token_per_s", false, false)
	o.num("number_total_tokens", false, false)
	out, hasOut := o.num("number_output_tokens", true, false)
	in, hasIn := o.num("number_input_tokens", false, false)
	o.child("GEN_TEXT") // prompts and answers are not stored in results
	o.refuseUnknown()
	if code != nil && code.kind != '0' {
		o.fail("error_code is %s, expected a number or null", code.kindName())
	}
	for _, b := range o.bad {
		g.bad = append(g.bad, fmt.Sprintf("/%d: %s", i, b))
	}
	if len(o.bad) > 0 {
		return
	}
	if code != nil {
		g.errs++
		if code.text == "-100" {
			g.short++
		}
		return
	}
	g.ok++
	keep := func(to *[]float64, n number, has bool, shift int) {
		// Zero means missing here as well: no answer takes no time.
		if has && n.sign() > 0 {
			*to = append(*to, n.float(shift))
		}
	}
	keep(&g.ttft, ttft, hasTTFT, 3)
	keep(&g.e2e, e2e, hasE2E, 0)
	keep(&g.itl, itl, hasITL, 0)
	keep(&g.outTokens, out, hasOut, 0)
	keep(&g.inTokens, in, hasIn, 0)
	if hasE2E && hasOut && e2e.sign() > 0 && out.sign() > 0 {
		g.speed = append(g.speed, out.float(0)/e2e.float(0))
	}
}

// summarise forms the statistics as the source forms its own: percentiles by
// linear interpolation, standard deviation with n-1.
func summarise(xs []float64) (result.Distribution, bool) {
	if len(xs) == 0 {
		return result.Distribution{}, false
	}
	d := result.Distribution{N: int64(len(xs)), Percentiles: pctLinear, Provenance: result.ProvDerived}
	sorted := slices.Sorted(slices.Values(xs))
	setStat(&d, "min", sorted[0])
	setStat(&d, "max", sorted[len(sorted)-1])
	setStat(&d, "mean", stats.Mean(xs))
	if len(xs) > 1 {
		setStat(&d, "stddev", stats.Stddev(xs))
	}
	for _, q := range []struct {
		stat string
		p    float64
	}{{"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}} {
		setStat(&d, q.stat, stats.Quantile7(sorted, q.p))
	}
	return d, true
}

func (g lpResponses) put(w *row, key string, xs []float64, field, unit string) {
	d, ok := summarise(xs)
	if !ok {
		return
	}
	if w.r.Distributions == nil {
		w.r.Distributions = map[string]result.Distribution{}
	}
	w.r.Distributions[key] = d
	w.field(key, field, unit, fmt.Sprintf("formed from %d of %d individual responses", len(xs), g.rows))
}

// addSpeed sets the output tokens per second of a request.
func (g lpResponses) addSpeed(w *row) {
	g.put(w, lpSpeed, g.speed, "number_output_tokens / end_to_end_latency_s", "tokens/s")
}

// lpResponsesAlone makes a result of responses whose summary was not given. The
// file names neither provider nor model nor lengths asked for.
func (c *run) lpResponsesAlone(f *jsonFile) {
	w := c.lpEndpoint(f.place(f.root.off, ""), c.opt.Provider, c.opt.Model, f.name)
	if w.name == "" {
		w.name = "responses"
	}
	if c.opt.Provider == "" || c.opt.Model == "" {
		w.bad = []string{"individual responses name neither provider nor model"}
		w.hint = "give the summary of the same run too (same file name), or --provider and --model"
	}
	c.license(w, "")
	if c.opt.Task == "" {
		w.fail("individual responses do not say which lengths were asked for")
		w.hint = cmp.Or(w.hint, "give the summary of the same run too (same file name), or --task, for example endpoint-550-150")
	}
	w.r.Workload.Task = c.opt.Task
	g := lpReadResponses(f)
	w.bad = append(w.bad, g.bad...)
	w.r.Workload.Requests = int64(g.rows)
	g.put(w, lpTTFT, g.ttft, "ttft_s", "s")
	g.put(w, lpITL, g.itl, "inter_token_latency_s", "s")
	g.put(w, lpE2E, g.e2e, "end_to_end_latency_s", "s")
	g.addSpeed(w)
	// Derived is for formulas over our own keys; these are plain means over the
	// source's records, and source.fields says so.
	mean := func(key string, v float64, field string, n int) {
		if w.r.Metrics == nil {
			w.r.Metrics = map[string]result.Metric{}
		}
		w.r.Metrics[key] = result.Metric{Value: v, N: int64(n), Provenance: result.ProvReported}
		w.field(key, field, "", fmt.Sprintf("formed from %d of %d individual responses", n, g.rows))
	}
	if g.rows > 0 {
		mean("error_rate", float64(g.errs)/float64(g.rows), "error_code", g.rows)
	}
	if len(g.outTokens) > 0 {
		mean("mean_output_tokens", stats.Mean(g.outTokens), "number_output_tokens", len(g.outTokens))
		w.note(lpCounted)
	}
	if len(g.inTokens) > 0 {
		mean("mean_input_tokens", stats.Mean(g.inTokens), "number_input_tokens", len(g.inTokens))
	}
	if g.short > 0 {
		w.note(lpShort)
	}
}

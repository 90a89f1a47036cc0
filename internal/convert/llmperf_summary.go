// LLMPerf's summary JSON: one object a run. Units stand in its names (_s);
// statistics are quantiles_p25 to p99, mean, min, max and stddev.

package convert

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// lpStats: statistic of ours -> its ending in their names.
var lpStats = [][2]string{
	{"p25", "quantiles_p25"}, {"p50", "quantiles_p50"}, {"p75", "quantiles_p75"}, {"p90", "quantiles_p90"},
	{"p95", "quantiles_p95"}, {"p99", "quantiles_p99"}, {"mean", "mean"}, {"min", "min"}, {"max", "max"}, {"stddev", "stddev"},
}

// lpDistributions: their name -> our key, power of ten, unit of theirs.
var lpDistributions = []struct {
	theirs, ours string
	shift        int
	unit         string
}{
	{"ttft_s", lpTTFT, 3, "s"},
	{"inter_token_latency_s", lpITL, 0, "s"},
	{"end_to_end_latency_s", lpE2E, 0, "s"},
	{"request_output_throughput_token_per_s", lpTheirs, 0, "token/s"},
}

// lpSummary reads a summary, with the responses of the same run where given.
func (c *run) lpSummary(f, responses *jsonFile) {
	o := newObject(f.root)
	id := o.str("model", true)
	w := c.lpEndpoint(f.place(f.root.off, ""), o.str("framework", false), id, f.name)
	if c.opt.Provider != "" && w.r.Model.Provider == "" {
		// A plain LLMPerf summary has no framework key; the board adds it.
		w.bad = nil
		w.name = c.opt.Provider + " " + id
		c.lpModel(w, c.opt.Provider, id)
	}
	if w.r.Model.Provider == "" {
		w.hint = "give --provider"
	}
	c.license(w, "")
	c.lpWorkload(w, o)
	completed := c.lpCounts(w, o)
	for _, d := range lpDistributions {
		for _, s := range lpStats {
			key := "results_" + d.theirs + "_" + s[1]
			if n, ok := o.num(key, false, true); ok && completed > 0 {
				w.stat(d.ours, s[0], pctLinear, n, d.shift, key, d.unit)
			}
		}
		if dist, ok := w.r.Distributions[d.ours]; ok {
			dist.N = completed
			w.r.Distributions[d.ours] = dist
		}
	}
	for _, t := range []struct{ theirs, ours string }{{"number_input_tokens", "mean_input_tokens"}, {"number_output_tokens", "mean_output_tokens"}} {
		for _, s := range lpStats {
			key := "results_" + t.theirs + "_" + s[1]
			// Strings as numbers: min and max are written "550".
			n, ok := o.num(key, false, true)
			if ok && s[0] == "mean" && completed > 0 {
				w.metric(t.ours, n, 0, key, "tokens")
				w.note(lpCounted)
			}
		}
	}
	lpMeta(w, o)
	for _, k := range o.unknown() {
		// LLMPerf lets its user add metadata under any name; results_ is its own.
		if strings.HasPrefix(k, "results_") {
			o.fail("unknown field %s: its unit and meaning are not known to this importer", strconv.Quote(k))
		} else if key, ok := xKey("x_llmperf_", k); ok {
			w.x(key, o.n.get(k).compact())
		} else {
			o.fail("field %s cannot be kept under an x_ key", strconv.Quote(k))
		}
	}
	w.bad = append(w.bad, o.bad...)
	if completed == 0 {
		w.fail("no request completed, so there is nothing to report")
	}
	if responses != nil {
		c.lpJoin(w, responses)
		return
	}
	if _, ok := w.r.Distributions[lpTheirs]; ok {
		w.note("The source's throughput of a request is kept under its own name: for several providers it counts stream chunks and not tokens. The individual responses of the run would settle it.")
	}
}

var notKey = regexp.MustCompile(`[^a-z0-9_]+`)

// xKey makes an x_ key of a source's field name.
func xKey(prefix, k string) (string, bool) {
	s := strings.Trim(notKey.ReplaceAllString(strings.ToLower(k), "_"), "_")
	if s == "" || len(prefix)+len(s) > 100 {
		return "", false
	}
	return prefix + s, true
}

// lpWorkload reads what was asked for.
func (c *run) lpWorkload(w *row, o *object) {
	wl := &w.r.Workload
	length := func(which string) *result.Length {
		mean, ok := o.num("mean_"+which+"_tokens", true, false)
		if !ok {
			return nil
		}
		l := &result.Length{Mean: mean.float(0)}
		if sd, ok := o.num("stddev_"+which+"_tokens", false, false); ok {
			v := sd.float(0)
			l.Stddev = &v
		}
		return l
	}
	wl.InputTokens, wl.OutputTokens = length("input"), length("output")
	if wl.InputTokens != nil && wl.OutputTokens != nil {
		wl.Task = c.mapped(lpTask(wl.InputTokens.Mean, wl.OutputTokens.Mean))
	}
	if _, n, ok := o.whole("num_concurrent_requests", true, 1); ok {
		wl.Load = &result.Load{Mode: result.LoadClosed, Concurrency: n}
	}
}

// lpTask names the task of a run by its lengths.
func lpTask(in, out float64) string {
	return "endpoint-" + strconv.FormatFloat(in, 'f', -1, 64) + "-" + strconv.FormatFloat(out, 'f', -1, 64)
}

// lpCounts reads how many requests were started, completed and failed, and
// returns the completed ones.
func (c *run) lpCounts(w *row, o *object) int64 {
	_, started, okStarted := o.whole("results_num_requests_started", true, 0)
	_, errs, okErrs := o.whole("results_number_errors", false, 0)
	_, completed, ok := o.whole("results_num_completed_requests", true, 0)
	w.r.Workload.Requests = started
	if n, ok := o.num("results_error_rate", true, false); ok {
		w.metric("error_rate", n, 0, "results_error_rate", "fraction")
	}
	if ok && okStarted && okErrs && completed+errs != started {
		o.fail("%d requests completed and %d failed, but %d were started", completed, errs, started)
	}
	codes := o.str("results_error_code_frequency", false)
	if codes != "" {
		w.x("x_llmperf_error_code_frequency", quoteJSON(codes))
		// A Python dict printed as text; it is kept as text and only counted.
		if sum, ok := pythonCounts(codes); ok && okErrs && sum != errs {
			o.fail("results_error_code_frequency counts %d errors, results_number_errors %d", sum, errs)
		}
		if strings.Contains(codes, "-100") {
			w.note(lpShort)
		}
	}
	for _, k := range []string{"results_mean_output_throughput_token_per_s", "results_num_completed_requests_per_min"} {
		unit := map[bool]string{true: "token/s", false: "1/min"}[strings.HasSuffix(k, "_per_s")]
		if n, ok := o.num(k, false, false); ok {
			w.metric("x_llmperf_"+strings.TrimPrefix(k, "results_"), n, 0, k, unit)
		}
	}
	return completed
}

const lpShort = "Errors with code -100 are complete answers that the harness left out because they were too short; they are in the error rate and in no other number."

var pythonDict = regexp.MustCompile(`^\{\s*(?:(-?\d+(?:\.\d+)?|None)\s*:\s*\d+\s*(?:,\s*|(?:\})))*\}?$`)
var pythonItem = regexp.MustCompile(`(?:-?\d+(?:\.\d+)?|None)\s*:\s*(\d+)`)

// pythonCounts adds the counts of a printed dict like "{429.0: 130}".
func pythonCounts(s string) (sum int64, ok bool) {
	if !pythonDict.MatchString(s) || !strings.HasSuffix(s, "}") {
		return 0, false
	}
	for _, m := range pythonItem.FindAllStringSubmatch(s, -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return 0, false
		}
		sum += n
	}
	return sum, true
}

// lpMeta reads what identifies a run.
func lpMeta(w *row, o *object) {
	for _, k := range []string{"version", "name", "model_size", "api"} {
		if s := o.str(k, false); s != "" {
			w.x("x_llmperf_"+k, quoteJSON(s))
		}
	}
	n, ok := o.num("timestamp", false, false)
	if !ok {
		return
	}
	// Seconds since 1970, when the summary was written: the end of the run.
	const first, last = 1672531200, 4102444800 // 2023, the year of the tool, to 2100
	sec, whole := n.integer()
	if !whole || sec < first || sec > last {
		o.fail("timestamp is %s, expected whole seconds since 1970 from 2023 on", n.text)
		return
	}
	w.r.MeasuredAt = time.Unix(sec, 0).UTC().Format(time.RFC3339)
	w.field("measured_at", "timestamp", "s since 1970-01-01 UTC", n.text)
}

func quoteJSON(s string) jsontext.Value {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return nil
	}
	return b
}

// lpJoin merges the individual responses of the same run into its summary.
func (c *run) lpJoin(w *row, f *jsonFile) {
	c.Rows++
	sum := len(w.bad)
	got := lpReadResponses(f)
	if len(got.bad) > 0 || sum > 0 {
		// One run, two files: either both come in or both are named.
		c.Refused = append(c.Refused, Refused{Where: f.place(0, ""), Row: w.name + " responses",
			Reason: cmp.Or(strings.Join(got.bad, "; "), "the summary of its run was refused")})
		return
	}
	c.Merged++
	if n := w.r.Distributions[lpTTFT].N; n > 0 && n != int64(got.ok) {
		c.Findings = append(c.Findings, result.Finding{Rule: ruleSum, Level: result.Warn, Where: w.where,
			Message: fmt.Sprintf("the summary counts %d completed requests, %s has %d without an error", n, f.name, got.ok),
			Hint:    "check that both files are of one run"})
	}
	got.addSpeed(w)
	theirs, has := w.r.Distributions[lpTheirs]
	if has && agree(theirs, w.r.Distributions[lpSpeed]) {
		// Chunks were tokens here: the published numbers are what our key means.
		w.r.Distributions[lpSpeed] = theirs
		delete(w.r.Distributions, lpTheirs)
		delete(w.r.Source.Fields, lpSpeed)
		for _, s := range lpStats {
			if sf, ok := w.r.Source.Fields[lpTheirs+"."+s[0]]; ok {
				delete(w.r.Source.Fields, lpTheirs+"."+s[0])
				w.r.Source.Fields[lpSpeed+"."+s[0]] = sf
			}
		}
		return
	}
	if has {
		w.note("Output tokens per second of a request were formed from the individual responses (output tokens by end-to-end latency); the source's own throughput field differs from that by more than 1 % and is kept under its own name.")
	}
}

// agree says whether two distributions are the same within 1 %.
func agree(a, b result.Distribution) bool {
	for _, s := range lpStats {
		x, y := a.Stat(s[0]), b.Stat(s[0])
		if s[0] == "stddev" || x == nil || y == nil {
			continue
		}
		if d := *x - *y; d > 0.01**y || d < -0.01**y {
			return false
		}
	}
	return true
}

// Package unit is the metric registry and how quantities are printed.
//
// This file is the registry: one table of every metric key with its name, unit,
// which way is better, and what it means. There is no second list anywhere.
package unit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Direction says which way a metric is better.
type Direction string

// Directions. Neutral metrics are facts, never ranked by.
const (
	Lower   Direction = "lower"
	Higher  Direction = "higher"
	Neutral Direction = "-"
)

// Metric describes one key of `metrics` or `distributions` in a result.
type Metric struct {
	Key  string // as in result files; the unit is part of the name
	Name string // for people, sentence case without the unit
	// Short is the column head where space is dear.
	Short        string
	Unit         string // as printed: "J/token", "Wh", "1/s", "" for counts and fractions
	Better       Direction
	Digits       int    // significant digits when printed
	Definition   string // one sentence: how it is formed
	GoodFor      string // when a reader should look at it, empty if obvious
	Page         string // methodology page with fragment, site-relative without the leading slash
	Distribution bool   // lives in `distributions`
}

// Registry is an ordered set of metrics.
type Registry struct {
	metrics []Metric
	place   map[string]int // of a key among metrics
}

// find is the place of a key's metric. A key with a statistic ("itl_ms.p50") stands
// where its distribution does.
func (r *Registry) find(key string) (at int, stat string, ok bool) {
	if at, ok := r.place[key]; ok {
		return at, "", true
	}
	base, stat, _ := strings.Cut(key, ".")
	at, ok = r.place[base]
	return at, stat, ok && r.metrics[at].Distribution && statNames[stat] != ""
}

// Get returns a metric by key. A key with a statistic returns the distribution's
// metric with the statistic in its names.
func (r *Registry) Get(key string) (Metric, bool) {
	at, stat, ok := r.find(key)
	if !ok {
		return Metric{}, false
	}
	m := r.metrics[at]
	if stat != "" {
		m.Key = key
		m.Name = statNames[stat] + " " + LowerFirst(m.Name)
		m.Short = m.Short + " " + stat
	}
	return m, true
}

// Keys returns all keys in registry order.
func (r *Registry) Keys() []string {
	keys := make([]string, len(r.metrics))
	for i, m := range r.metrics {
		keys[i] = m.Key
	}
	return keys
}

// All returns all metrics in registry order.
func (r *Registry) All() []Metric { return slices.Clone(r.metrics) }

// Sort orders keys as the registry does, statistics where their distribution stands,
// unknown ones last by name.
func (r *Registry) Sort(keys []string) {
	at := func(key string) int {
		if at, _, ok := r.find(key); ok {
			return at
		}
		return len(r.metrics)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), strings.Compare(a, b))
	})
}

// With returns a registry extended by the given metrics (a board's formula
// columns). A key that is already there is an error.
func (r *Registry) With(ms ...Metric) (*Registry, error) {
	n := newRegistry(r.metrics)
	for _, m := range ms {
		if _, dup := n.place[m.Key]; dup {
			return nil, fmt.Errorf("metric %q is already in the registry; choose another key", m.Key)
		}
		n.add(m)
	}
	return n, nil
}

func newRegistry(ms []Metric) *Registry {
	r := &Registry{place: make(map[string]int, len(ms))}
	for _, m := range ms {
		r.add(m)
	}
	return r
}

func (r *Registry) add(m Metric) {
	r.place[m.Key] = len(r.metrics)
	r.metrics = append(r.metrics, m)
}

var statNames = map[string]string{
	"mean": "Mean", "stddev": "Standard deviation of", "min": "Smallest", "max": "Largest",
	"p25": "25th percentile of", "p50": "Median", "p75": "75th percentile of",
	"p90": "90th percentile of", "p95": "95th percentile of", "p99": "99th percentile of",
}

// Default returns the built-in registry.
func Default() *Registry { return newRegistry(builtin) }

const (
	metricsPage = "methodology/metrics/"
	speedPage   = "methodology/speed/"
)

var builtin = []Metric{
	{Key: "energy_per_output_token_j", Name: "Energy per output token", Short: "Per token", Unit: "J/token", Better: Lower, Digits: 3,
		Definition: "Energy inside the steady-state window divided by the output tokens inside it.",
		GoodFor:    "comparing how hard two configurations work for a token of the same model",
		Page:       metricsPage + "#energy-per-token"},
	{Key: "energy_per_token_j", Name: "Energy per input and output token", Short: "Per in+out token", Unit: "J/token", Better: Lower, Digits: 3,
		Definition: "Energy inside the window divided by input plus output tokens.", Page: metricsPage + "#energy-per-token"},
	{Key: "energy_per_response_j", Name: "Energy per response", Short: "Energy", Unit: "J", Better: Lower, Digits: 3,
		Definition: "Energy per output token times the mean number of output tokens of a response.",
		GoodFor:    "what one answer costs; it counts how long a model talks",
		Page:       metricsPage + "#energy-per-response"},
	{Key: "energy_per_image_j", Name: "Energy per image", Short: "Energy", Unit: "J", Better: Lower, Digits: 3,
		Definition: "Energy of a batch divided by the images in it.", Page: metricsPage + "#energy-per-image-and-video"},
	{Key: "energy_per_video_j", Name: "Energy per video", Short: "Energy", Unit: "J", Better: Lower, Digits: 3,
		Definition: "Energy of a batch divided by the videos in it.", Page: metricsPage + "#energy-per-image-and-video"},
	{Key: "energy_per_1000_requests_wh", Name: "Energy per 1,000 requests", Short: "Per 1,000", Unit: "Wh", Better: Lower, Digits: 3,
		Definition: "Joules per response, image or video times 1000 / 3600.",
		GoodFor:    "labels and ratings; the unit in which AI Energy Score publishes",
		Page:       metricsPage + "#energy-per-1000-requests"},
	{Key: "energy_per_request_j", Name: "Energy per request", Short: "Per request", Unit: "J", Better: Lower, Digits: 3,
		Definition: "Energy inside the window divided by the requests that succeeded in it.", Page: metricsPage + "#energy-per-request"},
	{Key: "energy_per_good_request_j", Name: "Energy per good request", Short: "Per good request", Unit: "J", Better: Lower, Digits: 3,
		Definition: "Energy inside the window divided by the requests that met every latency objective.", Page: metricsPage + "#energy-per-request"},
	{Key: "energy_j", Name: "Energy of one window", Short: "Window energy", Unit: "J", Better: Neutral, Digits: 4,
		Definition: "Energy of all devices inside the window of the median run.", Page: metricsPage + "#window"},
	{Key: "energy_above_idle_j", Name: "Energy above idle", Short: "Above idle", Unit: "J", Better: Neutral, Digits: 4,
		Definition: "Window energy minus idle power times window length; never a headline.", Page: metricsPage + "#idle"},
	{Key: "cpu_energy_j", Name: "CPU energy", Short: "CPU", Unit: "J", Better: Neutral, Digits: 4,
		Definition: "Energy of the CPU packages in the window, beside the GPU figure and never inside it.", Page: metricsPage + "#window"},
	{Key: "dram_energy_j", Name: "DRAM energy", Short: "DRAM", Unit: "J", Better: Neutral, Digits: 4,
		Definition: "Energy of the memory zones in the window, beside the GPU figure and never inside it.", Page: metricsPage + "#window"},
	{Key: "mean_power_w", Name: "Mean power", Short: "Power", Unit: "W", Better: Neutral, Digits: 3,
		Definition: "Window energy divided by window length, all devices together.", Page: metricsPage + "#power"},
	{Key: "idle_power_w", Name: "Idle power", Short: "Idle", Unit: "W", Better: Neutral, Digits: 3,
		Definition: "Power of all devices with the server loaded and no requests.", Page: metricsPage + "#idle"},
	{Key: "tokens_per_j", Name: "Output tokens per joule", Short: "Tokens/J", Unit: "tokens/J", Better: Higher, Digits: 3,
		Definition: "Output tokens in the window divided by its energy.", Page: metricsPage + "#energy-per-token"},
	{Key: "requests_per_kwh", Name: "Requests per kilowatt-hour", Short: "Requests/kWh", Unit: "1/kWh", Better: Higher, Digits: 3,
		Definition: "3,600,000 divided by the energy per request in joules.", Page: metricsPage + "#energy-per-request"},
	{Key: "goodput_per_w", Name: "Goodput per watt", Short: "Goodput/W", Unit: "req/J", Better: Higher, Digits: 3,
		Definition: "Requests per second that meet every objective, divided by mean power.", Page: metricsPage + "#energy-per-request"},
	{Key: "edp_js", Name: "Energy-delay product", Short: "EDP", Unit: "J s", Better: Lower, Digits: 3,
		Definition: "Energy per request times mean end-to-end latency.", Page: metricsPage + "#energy-delay-product"},
	{Key: "edp_token_js", Name: "Energy-delay product of a token", Short: "Token EDP", Unit: "J s", Better: Lower, Digits: 3,
		Definition: "Energy per output token times mean time per output token.", Page: metricsPage + "#energy-delay-product"},
	{Key: "output_tokens_per_s", Name: "Output token throughput", Short: "Output", Unit: "tokens/s", Better: Higher, Digits: 4,
		Definition: "Output tokens per second of the whole server inside the window.",
		GoodFor:    "batch work such as summarisation and translation",
		Page:       speedPage + "#throughput"},
	{Key: "requests_per_s", Name: "Requests per second", Short: "Requests", Unit: "1/s", Better: Higher, Digits: 3,
		Definition: "Requests that finished in the window divided by its length (QPS).", Page: speedPage + "#queries-per-second"},
	{Key: "goodput_per_s", Name: "Goodput", Short: "Goodput", Unit: "1/s", Better: Higher, Digits: 3,
		Definition: "Requests per second that met every latency objective.", Page: speedPage + "#throughput"},
	{Key: "images_per_s", Name: "Images per second", Short: "Images", Unit: "1/s", Better: Higher, Digits: 3,
		Definition: "Images generated per second by the whole server.", Page: speedPage + "#throughput"},
	{Key: "videos_per_s", Name: "Videos per second", Short: "Videos", Unit: "1/s", Better: Higher, Digits: 3,
		Definition: "Videos generated per second by the whole server.", Page: speedPage + "#throughput"},
	{Key: "mean_input_tokens", Name: "Mean prompt length", Short: "Prompt", Unit: "tokens", Better: Neutral, Digits: 3,
		Definition: "Input tokens of a request, mean over successes.", Page: metricsPage + "#response-length"},
	{Key: "mean_output_tokens", Name: "Mean response length", Short: "Length", Unit: "tokens", Better: Neutral, Digits: 3,
		Definition: "Output tokens of a response, mean over successes; reasoning tokens count.", Page: metricsPage + "#response-length"},
	{Key: "wasted_tokens", Name: "Wasted tokens", Short: "Wasted", Unit: "tokens", Better: Neutral, Digits: 3,
		Definition: "Output tokens of requests that failed; their joules stay in the window.", Page: metricsPage + "#failures"},
	{Key: "error_rate", Name: "Error rate", Short: "Errors", Unit: "", Better: Lower, Digits: 3,
		Definition: "Failed requests divided by started requests, a fraction.", Page: metricsPage + "#failures"},
	{Key: "batch_latency_s", Name: "Batch latency", Short: "Batch latency", Unit: "s", Better: Lower, Digits: 3,
		Definition: "Time to generate one batch of images or videos.", Page: speedPage + "#batch-latency"},
	{Key: "ttft_ms", Name: "Time to first token", Short: "TTFT", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "From the moment a request was due to the first token of its answer.",
		GoodFor:    "streaming and chat: how long before anything appears",
		Page:       speedPage + "#time-to-first-token"},
	{Key: "ttft_send_ms", Name: "Time to first token from sending", Short: "TTFT send", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "From the moment a request was sent to its first token; hides the client's own queue.", Page: speedPage + "#time-to-first-token"},
	{Key: "ttfo_ms", Name: "Time to first visible output", Short: "TTFO", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "Like the time to first token, but reasoning does not count.", Page: speedPage + "#time-to-first-token"},
	{Key: "tpot_ms", Name: "Time per output token", Short: "TPOT", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "Time from first to last token divided by the tokens after the first.", Page: speedPage + "#time-between-tokens"},
	{Key: "itl_ms", Name: "Inter-token latency", Short: "ITL", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "Time between consecutive tokens of a response.",
		GoodFor:    "reading along: 100 ms between tokens is 10 tokens a second",
		Page:       speedPage + "#time-between-tokens"},
	{Key: "icl_ms", Name: "Inter-chunk latency", Short: "ICL", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "Time between consecutive stream events that carry tokens; a chunk is not a token.", Page: speedPage + "#time-between-tokens"},
	{Key: "e2e_ms", Name: "End-to-end latency", Short: "E2E", Unit: "ms", Better: Lower, Digits: 3, Distribution: true,
		Definition: "From the moment a request was due to its last token.", Page: speedPage + "#end-to-end-latency"},
	{Key: "user_tokens_per_s", Name: "Speed for one user", Short: "User speed", Unit: "tokens/s", Better: Higher, Digits: 3, Distribution: true,
		Definition: "One divided by the time per output token.", Page: speedPage + "#time-between-tokens"},
	{Key: "request_output_tokens_per_s", Name: "Output tokens per second of a request", Short: "Request speed", Unit: "tokens/s", Better: Higher, Digits: 3, Distribution: true,
		Definition: "Output tokens of a request divided by its end-to-end latency.",
		GoodFor:    "hosted endpoints, where only one's own requests can be seen",
		Page:       speedPage + "#throughput"},
}

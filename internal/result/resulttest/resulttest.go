// Package resulttest builds valid results for the tests of other packages.
//
// Everything in it is made up, and says so in its names. Each builder applies
// the changes it is given and seals the result afterwards, so a test that wants
// a broken id changes the result after the builder returned. A result that
// cannot be sealed (a NaN) keeps an empty id.
package resulttest

import (
	"strings"

	"jouleboard/internal/result"
)

// P returns a pointer to v: optional numbers of a result are pointers.
func P[T any](v T) *T { return &v }

// Reported returns a sealed reported result of a text task on one H100, with
// energy, throughput and a latency distribution.
func Reported(mods ...func(*result.Result)) *result.Result {
	r := &result.Result{
		Class: result.ClassReported,
		Kind:  result.KindDevice,
		Model: result.Model{
			Name: "example-org/Example-8B", Precision: "bfloat16", Weights: "released",
			ParametersB: P(8.0), ActiveParametersB: P(8.0),
		},
		Hardware: &result.Hardware{Name: "NVIDIA H100 80GB", Count: 1},
		Software: &result.Software{
			Engine:      &result.Tool{Name: "vLLM"},
			Parallelism: &result.Parallelism{Tensor: 1},
		},
		Workload: result.Workload{
			Task: "lm-arena-chat",
			Load: &result.Load{Mode: result.LoadBurst, MaxNumSeqs: 64, MeanBatchSize: P(58.25)},
		},
		Boundary: &result.Boundary{Includes: "gpu"},
		Metrics: map[string]result.Metric{
			"energy_per_output_token_j":   {Value: 0.25, Provenance: result.ProvReported},
			"energy_per_response_j":       {Value: 100, Provenance: result.ProvReported},
			"energy_per_1000_requests_wh": {Value: 100.0 * 1000 / 3600, Formula: "energy_per_response_j * 1000 / 3600", Provenance: result.ProvDerived},
			"mean_output_tokens":          {Value: 400, Provenance: result.ProvReported},
			"output_tokens_per_s":         {Value: 2000, Provenance: result.ProvReported},
			"mean_power_w":                {Value: 500, Provenance: result.ProvReported},
		},
		Distributions: map[string]result.Distribution{
			"itl_ms": {P50: P(21.5), P90: P(24.0), P95: P(26.0), P99: P(40.0), Percentiles: "linear", Provenance: result.ProvReported},
		},
		Source: &result.Source{
			Name: "mlenergy", Publisher: "An Example Publisher", Title: "An example leaderboard",
			URL: "https://example.org/leaderboard", Version: "v3", Published: "2026-02-16", Retrieved: "2026-03-01",
			Table: "tasks/lm-arena-chat.json",
			Fields: map[string]result.SourceField{
				"energy_per_output_token_j": {Field: "energy_per_token_joules", Unit: "J", Text: "0.25"},
				"energy_per_response_j":     {Field: "energy_per_request_joules", Unit: "J", Text: "100.0"},
			},
		},
		By:      result.By{Name: "Example Importer"},
		License: "Apache-2.0",
	}
	return finish(r, mods)
}

// Measured returns a sealed measured result of kind device, class ranked, with
// three windows on one H100.
func Measured(mods ...func(*result.Result)) *result.Result {
	uuid := strings.Repeat("5a", 32)
	r := measured()
	r.Class = result.ClassRanked
	r.Kind = result.KindDevice
	r.Model = result.Model{
		Name: "example-org/Example-8B", Revision: "0123456789abcdef0123456789abcdef01234567",
		Precision: "bfloat16", Quantization: "none", Weights: "released",
		ParametersB: P(8.0), ActiveParametersB: P(8.0),
	}
	r.Hardware = &result.Hardware{
		Name: "NVIDIA H100 80GB", Count: 1, HostCPU: "Example CPU 32-core", HostMemoryBytes: 256 << 30, Where: "own",
		Devices: []result.Device{{
			UUIDSHA256: uuid, Name: "NVIDIA H100 80GB HBM3", PCI: "00000000:1B:00.0", MemoryBytes: 80 << 30,
			PowerLimitDefaultW: P(700.0), PowerLimitW: P(700.0), PowerLimitMinW: P(200.0), PowerLimitMaxW: P(700.0),
			SMClockMHz: P(1980.0), MemoryClockMHz: P(2619.0), ECC: P(true), Persistence: P(true), MIG: P(false),
		}},
	}
	r.Software.Engine = &result.Tool{Name: "vLLM", Version: "0.11.0"}
	r.Software.LaunchCommand = "vllm serve example-org/Example-8B"
	r.Software.Parallelism = &result.Parallelism{Tensor: 1}
	r.Software.Driver, r.Software.CUDA, r.Software.NVML, r.Software.Kernel = "580.65.06", "13.0", "13", "6.12.0"
	r.Software.Probe = result.Probe{"streaming": "yes", "ignore_eos": "yes"}
	r.Boundary = &result.Boundary{Includes: "gpu", IdleW: P(118.5)}
	for i, mj := range []int64{32000000, 32100000, 31900000} {
		start := int64(40000000 + i*90000000)
		r.Window = append(r.Window, result.Window{
			Rule: "closed", StartUs: start, EndUs: start + 64000000, Requests: 320, InTokens: 64000, OutTok: 128000,
			Devices: []result.WindowDevice{{
				UUIDSHA256: uuid, EnergyMJ: mj, Source: "counter", CrossCheckMJ: P(mj + 90000),
				MeanW: P(float64(mj) / 64000), MinW: P(410.0), MaxW: P(560.0), SMClockMHz: P(1965.0), TemperatureC: P(61.0), ThrottleUs: P(int64(0)),
			}},
		})
	}
	u := &result.Uncertainty{Repeat: P(0.0018), Quant: P(0.001), Gain: P(0.0289)}
	energy := func(v float64) result.Metric {
		return result.Metric{Value: v, CI95: &result.Interval{v * 0.94, v * 1.06}, Repeat95: &result.Interval{v * 0.99, v * 1.01}, U: u, N: 3, Stat: "median", Provenance: result.ProvDerived}
	}
	r.Metrics["energy_per_output_token_j"] = energy(0.25)
	r.Metrics["energy_per_response_j"] = energy(100)
	r.Metrics["energy_per_1000_requests_wh"] = energy(100.0 * 1000 / 3600)
	r.Metrics["energy_j"] = result.Metric{Value: 32000, CI95: &result.Interval{30080, 33920}, N: 3, Stat: "median", Provenance: result.ProvMeasured}
	r.Metrics["mean_power_w"] = energy(500)
	return finish(r, mods)
}

// Endpoint returns a sealed measured result of kind endpoint: somebody's hosted
// model, so speed only.
func Endpoint(mods ...func(*result.Result)) *result.Result {
	r := measured()
	r.Class = result.ClassPerformance
	r.Kind = result.KindEndpoint
	r.Model = result.Model{Name: "example-org/Example-8B", Date: "2026-01-15", Provider: "example-cloud", ProviderModel: "example.example-8b-v1:0"}
	r.Window = []result.Window{{Rule: "closed", StartUs: 40000000, EndUs: 104000000, Requests: 320, InTokens: 64000, OutTok: 128000}}
	return finish(r, mods)
}

// measured holds what measured results of both kinds have.
func measured() *result.Result {
	statement := result.Statement{Version: "1", Name: "A. Example", Date: "2026-03-02"}
	return &result.Result{
		Method: "jouleboard.method/1",
		Software: &result.Software{
			Jouleboard: &result.Tool{Name: "jouleboard", Version: "0.1.0", Commit: "89abcdef0123456789abcdef0123456789abcdef"},
		},
		Client: &result.Client{
			Machine: "example client", Place: "Example City", Network: "loopback", RTTMs: P(0.08), SameHost: P(true),
			OS: "linux/amd64", CPU: "Example CPU 32-core", Cores: 32,
			Calibration: &result.Calibration{Streams: 32, TTFTBiasP50: P(0.4), TTFTBiasP99: P(1.1), GapErrorP99: P(0.9), ChunksPerSec: P(510000.0)},
		},
		Workload: result.Workload{
			Task:               "lm-arena-chat",
			Dataset:            &result.Dataset{Name: "example-prompts", SHA256: strings.Repeat("c3", 32), Count: 1000},
			SystemPromptSHA256: strings.Repeat("d4", 32),
			Roles:              &result.Roles{User: "user", Assistant: "assistant"},
			InputTokens:        &result.Length{Mean: 200}, OutputTokens: &result.Length{Mean: 400, Stddev: P(120.0)},
			MaxOutputTokens: 2048,
			Sampling:        &result.Sampling{Method: "greedy", Temperature: P(0.0)},
			Requests:        400, Warmup: 64, Seed: P(int64(0)), PrefixPolicy: "cold", Isolation: "disjoint",
			Load: &result.Load{Mode: result.LoadClosed, Concurrency: 32},
		},
		Metrics: map[string]result.Metric{
			"mean_output_tokens":  {Value: 400, N: 320, Provenance: result.ProvMeasured},
			"output_tokens_per_s": {Value: 2000, CI95: &result.Interval{1980, 2020}, Repeat95: &result.Interval{1980, 2020}, N: 3, Stat: "median", Provenance: result.ProvDerived},
			"requests_per_s":      {Value: 5, N: 3, Stat: "median", Provenance: result.ProvDerived},
			"error_rate":          {Value: 0, N: 320, Provenance: result.ProvMeasured},
		},
		Distributions: map[string]result.Distribution{
			"ttft_ms": {
				N: 320, Mean: P(62.0), Stddev: P(11.0), Min: P(38.0), P25: P(55.0), P50: P(60.0), P75: P(68.0), P90: P(77.0), P95: P(84.0), Max: P(131.0),
				Percentiles: "nearest-rank", Provenance: result.ProvMeasured,
			},
			"tpot_ms": {
				N: 320, Mean: P(15.8), Stddev: P(0.9), Min: P(13.9), P25: P(15.2), P50: P(15.7), P75: P(16.3), P90: P(17.0), P95: P(17.4), Max: P(19.2),
				Percentiles: "nearest-rank", Provenance: result.ProvMeasured,
			},
		},
		Checks:  []result.Outcome{{Rule: "V08", Level: "ok"}, {Rule: "V09", Level: "ok"}},
		Samples: &result.Samples{SHA256: strings.Repeat("e5", 32), Records: 1024},
		Attestation: &result.Attestation{
			PublicDataSharing: statement, DataIntegrity: statement, ModelRepresentation: statement,
		},
		MeasuredAt: "2026-03-02T09:30:00Z",
		By:         result.By{Name: "Example Lab", URL: "https://example.org/"},
		License:    "CC-BY-4.0",
	}
}

// finish applies the changes and seals.
func finish(r *result.Result, mods []func(*result.Result)) *result.Result {
	r.Schema = result.SchemaID
	for _, mod := range mods {
		mod(r)
	}
	if err := result.Seal(r); err != nil {
		r.ID = ""
	}
	return r
}

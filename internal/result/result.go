// Package result is the result file: its types, strict reading with
// positions, canonical form and id, atomic writing, loading of a tree, and the
// checks that need one file only.
//
// This file holds the types of schema jouleboard.result/1 and nothing else.
// Missing is absent, never 0: every optional number is a pointer or a map entry.
// Units stand in the names of the keys.
package result

import "github.com/go-json-experiment/json/jsontext"

// SchemaID names the result format that this package reads and writes.
const SchemaID = "jouleboard.result/1"

// Classes of a result (measurement rules, "Result classes").
const (
	ClassRanked      = "ranked"
	ClassEnergy      = "energy"
	ClassPerformance = "performance"
	ClassReported    = "reported"
)

// Kinds of a result: a device that was measured, or somebody's hosted endpoint.
const (
	KindDevice   = "device"
	KindEndpoint = "endpoint"
)

// Provenance says where a number comes from.
const (
	ProvMeasured  = "measured"
	ProvDerived   = "derived"
	ProvEstimated = "estimated"
	ProvDeclared  = "declared"
	ProvReported  = "reported"
)

// Result is one measurement or one published figure, as it stands in a file
// under results/.
type Result struct {
	Schema string `json:"schema"`
	// ID is the lower-case hex SHA-256 of the canonical JSON without this key.
	ID     string `json:"id"`
	Class  string `json:"class"`
	Method string `json:"method,omitzero"`
	Kind   string `json:"kind"`
	// Draft is empty, "simulated" or "limit"; drafts are built only on request.
	Draft string `json:"draft,omitzero"`

	Model         Model                     `json:"model"`
	Hardware      *Hardware                 `json:"hardware,omitzero"`
	Software      *Software                 `json:"software,omitzero"`
	Client        *Client                   `json:"client,omitzero"`
	Workload      Workload                  `json:"workload"`
	Boundary      *Boundary                 `json:"boundary,omitzero"`
	Window        []Window                  `json:"window,omitzero"`
	Metrics       map[string]Metric         `json:"metrics,omitzero"`
	Distributions map[string]Distribution   `json:"distributions,omitzero"`
	Quality       map[string]Quality        `json:"quality,omitzero"`
	Checks        []Outcome                 `json:"checks,omitzero"`
	Samples       *Samples                  `json:"samples,omitzero"`
	Source        *Source                   `json:"source,omitzero"`
	Attestation   *Attestation              `json:"attestation,omitzero"`
	MeasuredAt    string                    `json:"measured_at,omitzero"` // RFC 3339 with zone
	By            By                        `json:"by"`
	License       string                    `json:"license"` // SPDX id of the data in this file
	Notes         []string                  `json:"notes,omitzero"`
	X             map[string]jsontext.Value `json:",embed"` // x_... keys
}

// Model names what was run. Facts that belong to the model and not to the run
// (family, licence, links) stay in the catalogue.
type Model struct {
	Name              string   `json:"name"`                         // hub id, ORG/NAME
	Revision          string   `json:"revision,omitzero"`            // commit
	Date              string   `json:"date,omitzero"`                // hosted models: the provider's version date
	Precision         string   `json:"precision,omitzero"`           // bfloat16, fp8, ...
	Quantization      string   `json:"quantization,omitzero"`        // none, awq, ...
	Weights           string   `json:"weights,omitzero"`             // released or random
	ParametersB       *float64 `json:"parameters_b,omitzero"`        // total, 10^9
	ActiveParametersB *float64 `json:"active_parameters_b,omitzero"` // per token, 10^9
	SizeClass         string   `json:"size_class,omitzero"`          // A, B, C of the task's class table
	Tokenizer         string   `json:"tokenizer,omitzero"`
	Provider          string   `json:"provider,omitzero"`       // endpoints
	ProviderModel     string   `json:"provider_model,omitzero"` // the provider's own id, verbatim
}

// Hardware is the accelerator and its host.
type Hardware struct {
	Name    string   `json:"name"` // the catalogue's name
	Count   int64    `json:"count,omitzero"`
	Devices []Device `json:"devices,omitzero"`
	HostCPU string   `json:"host_cpu,omitzero"`
	// HostMemoryBytes is the memory of the host.
	HostMemoryBytes int64  `json:"host_memory_bytes,omitzero"`
	Interconnect    string `json:"interconnect,omitzero"` // nvlink, pcie, both, or unknown; of several devices
	Where           string `json:"where,omitzero"`        // cloud instance type, or own
	// Mixed declares that the devices are not all of one model.
	Mixed *bool `json:"mixed,omitzero"`
}

// Device is the record of one accelerator of a measured result.
type Device struct {
	UUIDSHA256         string   `json:"uuid_sha256"` // salted; equality can be checked, the serial cannot be read
	Name               string   `json:"name"`        // as NVML writes it
	PCI                string   `json:"pci,omitzero"`
	MemoryBytes        int64    `json:"memory_bytes,omitzero"`
	PowerLimitDefaultW *float64 `json:"power_limit_default_w,omitzero"`
	PowerLimitW        *float64 `json:"power_limit_w,omitzero"` // enforced
	PowerLimitMinW     *float64 `json:"power_limit_min_w,omitzero"`
	PowerLimitMaxW     *float64 `json:"power_limit_max_w,omitzero"`
	SMClockMHz         *float64 `json:"sm_clock_mhz,omitzero"`
	MemoryClockMHz     *float64 `json:"memory_clock_mhz,omitzero"`
	ECC                *bool    `json:"ecc,omitzero"`
	Persistence        *bool    `json:"persistence,omitzero"`
	MIG                *bool    `json:"mig,omitzero"`
}

// Tool is a piece of software with its version.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version,omitzero"`
	Commit  string `json:"commit,omitzero"`
	URL     string `json:"url,omitzero"`
}

// Software is what ran: engine, its configuration, driver, and meter.
type Software struct {
	Engine        *Tool        `json:"engine,omitzero"`
	LaunchCommand string       `json:"launch_command,omitzero"` // secrets masked
	Parallelism   *Parallelism `json:"parallelism,omitzero"`
	Driver        string       `json:"driver,omitzero"`
	CUDA          string       `json:"cuda,omitzero"`
	NVML          string       `json:"nvml,omitzero"`
	Kernel        string       `json:"kernel,omitzero"`
	Container     string       `json:"container,omitzero"` // image with digest
	Meter         *Tool        `json:"meter,omitzero"`     // what read the energy
	Jouleboard    *Tool        `json:"jouleboard,omitzero"`
	Harness       *Tool        `json:"harness,omitzero"` // what sent the load, where it was not jouleboard
	Packages      []Tool       `json:"packages,omitzero"`
	Probe         Probe        `json:"probe,omitzero"`
}

// Parallelism is how a model was spread over devices; each is a degree.
type Parallelism struct {
	Tensor   int64  `json:"tensor,omitzero"`
	Pipeline int64  `json:"pipeline,omitzero"`
	Expert   int64  `json:"expert,omitzero"`
	Data     int64  `json:"data,omitzero"`
	Ulysses  int64  `json:"ulysses,omitzero"` // diffusion: sequence parallel
	Ring     int64  `json:"ring,omitzero"`    // diffusion: sequence parallel
	Notes    string `json:"notes,omitzero"`
}

// Probe holds the answers of a server to what it supports: yes, no or ignored.
type Probe map[string]string

// Client is the machine that sent the load.
type Client struct {
	Machine     string       `json:"machine,omitzero"`
	Place       string       `json:"place,omitzero"`
	Network     string       `json:"network,omitzero"`
	RTTMs       *float64     `json:"rtt_ms,omitzero"`
	SameHost    *bool        `json:"same_host,omitzero"`
	OS          string       `json:"os,omitzero"`
	CPU         string       `json:"cpu,omitzero"`
	Cores       int64        `json:"cores,omitzero"`
	Calibration *Calibration `json:"calibration,omitzero"`
}

// Calibration is the client's own error, measured before the run.
type Calibration struct {
	Streams      int64    `json:"streams"`
	TTFTBiasP50  *float64 `json:"ttft_bias_p50_ms,omitzero"`
	TTFTBiasP99  *float64 `json:"ttft_bias_p99_ms,omitzero"`
	GapErrorP99  *float64 `json:"gap_error_p99_ms,omitzero"`
	ChunksPerSec *float64 `json:"chunks_per_s,omitzero"`
}

// Workload is what was asked of the model and how.
type Workload struct {
	Task               string     `json:"task"`
	Dataset            *Dataset   `json:"dataset,omitzero"`
	SystemPromptSHA256 string     `json:"system_prompt_sha256,omitzero"`
	Roles              *Roles     `json:"roles,omitzero"`
	ChatTemplate       string     `json:"chat_template,omitzero"` // name or SHA-256
	InputTokens        *Length    `json:"input_tokens,omitzero"`  // requested
	OutputTokens       *Length    `json:"output_tokens,omitzero"` // requested
	MaxOutputTokens    int64      `json:"max_output_tokens,omitzero"`
	Reasoning          string     `json:"reasoning,omitzero"` // on, off, or the level
	Sampling           *Sampling  `json:"sampling,omitzero"`
	Requests           int64      `json:"requests,omitzero"`
	Warmup             int64      `json:"warmup_requests,omitzero"`
	Seed               *int64     `json:"seed,omitzero"`
	PrefixPolicy       string     `json:"prefix_policy,omitzero"` // cold, shared-system-prompt, hot, unknown
	Isolation          string     `json:"isolation,omitzero"`     // disjoint, reset, restart
	Load               *Load      `json:"load,omitzero"`
	Diffusion          *Diffusion `json:"diffusion,omitzero"`
	// AllowRepeat declares that prompts may recur among the measured ones (G13).
	AllowRepeat *bool  `json:"allow_repeat,omitzero"`
	SLO         *SLO   `json:"slo,omitzero"`     // what goodput is held against
	Command     string `json:"command,omitzero"` // the source's own command, byte for byte
}

// SLO are the objectives of one request; it is good if it meets every one.
type SLO struct {
	TTFTMs *float64 `json:"ttft_ms,omitzero"`
	TPOTMs *float64 `json:"tpot_ms,omitzero"`
	E2EMs  *float64 `json:"e2e_ms,omitzero"`
}

// Dataset is where the prompts come from.
type Dataset struct {
	Name     string `json:"name"`
	URL      string `json:"url,omitzero"`
	Revision string `json:"revision,omitzero"`
	SHA256   string `json:"sha256,omitzero"`
	Count    int64  `json:"count,omitzero"`
}

// Roles are the names of the speakers in the chat template.
type Roles struct {
	User      string `json:"user"`
	Assistant string `json:"assistant"`
}

// Length is a target length in tokens.
type Length struct {
	Mean   float64  `json:"mean"`
	Stddev *float64 `json:"stddev,omitzero"`
}

// Sampling are the decoding parameters.
type Sampling struct {
	Method            string   `json:"method"` // greedy or multinomial
	Temperature       *float64 `json:"temperature,omitzero"`
	TopP              *float64 `json:"top_p,omitzero"`
	TopK              *int64   `json:"top_k,omitzero"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitzero"`
}

// Load modes.
const (
	LoadClosed = "closed"
	LoadOpen   = "open"
	LoadBatch  = "batch"
	LoadBurst  = "burst"
)

// Load is how requests were sent. Which fields are present follows the mode.
type Load struct {
	Mode          string   `json:"mode"`
	Concurrency   int64    `json:"concurrency,omitzero"`     // closed
	RatePerS      *float64 `json:"rate_per_s,omitzero"`      // open
	Arrivals      string   `json:"arrivals,omitzero"`        // open: poisson or constant
	BatchSize     int64    `json:"batch_size,omitzero"`      // batch
	MaxNumSeqs    int64    `json:"max_num_seqs,omitzero"`    // burst: the server's limit
	MeanBatchSize *float64 `json:"mean_batch_size,omitzero"` // burst: as observed
	// DurationS is the length that was asked for, where no number of requests
	// was (closed and open).
	DurationS *float64 `json:"duration_s,omitzero"`
	// RampS is the time over which the first requests are spread (closed).
	RampS *float64 `json:"ramp_s,omitzero"`
	// ServerBatchLimit is the server's own limit, where it says one (W2).
	ServerBatchLimit int64 `json:"server_batch_limit,omitzero"`
}

// Diffusion is the shape of a generated image or video.
type Diffusion struct {
	Steps    int64    `json:"inference_steps,omitzero"`
	HeightPx int64    `json:"height_px,omitzero"`
	WidthPx  int64    `json:"width_px,omitzero"`
	Frames   int64    `json:"frames,omitzero"`
	FPS      *float64 `json:"fps,omitzero"`
}

// Boundary says what the joules include.
type Boundary struct {
	Includes   string    `json:"includes"`        // gpu, module, gpu+cpu+dram, wall
	IdleW      *float64  `json:"idle_w,omitzero"` // all devices, before and after together
	Idle       []Idle    `json:"idle,omitzero"`   // per device (E13)
	PUE        *Declared `json:"pue,omitzero"`
	GCO2ePerKW *Declared `json:"gco2e_per_kwh,omitzero"`
}

// Idle is the idle baseline of one device: server loaded, no requests.
type Idle struct {
	UUIDSHA256 string   `json:"uuid_sha256"`
	BeforeW    *float64 `json:"before_w,omitzero"`
	AfterW     *float64 `json:"after_w,omitzero"`
}

// Declared is an input that somebody stated; it never enters a rank.
type Declared struct {
	Value  float64 `json:"value"`
	Source string  `json:"source"`
	Date   string  `json:"date,omitzero"`
}

// Metric is one number with its uncertainty and where it comes from.
// Its unit is that of its key in the registry (package unit).
type Metric struct {
	Value      float64      `json:"value"`
	CI95       *Interval    `json:"ci95,omitzero"`
	Repeat95   *Interval    `json:"repeat95,omitzero"`
	U          *Uncertainty `json:"u,omitzero"`
	N          int64        `json:"n,omitzero"`
	Min        *float64     `json:"min,omitzero"`     // over runs
	Max        *float64     `json:"max,omitzero"`     // over runs
	CV         *float64     `json:"cv,omitzero"`      // standard deviation over mean, of runs
	Stat       string       `json:"stat,omitzero"`    // mean, median, ... where it is not plain
	Formula    string       `json:"formula,omitzero"` // derived: over keys of the registry
	Provenance string       `json:"provenance"`
}

// Interval is [lo, hi] in the unit of its metric.
type Interval [2]float64

// Uncertainty holds the relative standard uncertainties that make up ci95.
type Uncertainty struct {
	Repeat *float64 `json:"repeat,omitzero"`
	Quant  *float64 `json:"quant,omitzero"`
	Gain   *float64 `json:"gain,omitzero"`
}

// Distribution summarises many values of one key (per request or per token).
type Distribution struct {
	N           int64    `json:"n,omitzero"`
	Mean        *float64 `json:"mean,omitzero"`
	Stddev      *float64 `json:"stddev,omitzero"`
	Min         *float64 `json:"min,omitzero"`
	P25         *float64 `json:"p25,omitzero"`
	P50         *float64 `json:"p50,omitzero"`
	P75         *float64 `json:"p75,omitzero"`
	P90         *float64 `json:"p90,omitzero"`
	P95         *float64 `json:"p95,omitzero"`
	P99         *float64 `json:"p99,omitzero"`
	Max         *float64 `json:"max,omitzero"`
	Percentiles string   `json:"percentiles,omitzero"` // nearest-rank, linear, unstated
	// WithinRun holds 95 % bootstrap intervals of statistics by name. They ignore
	// that concurrent requests are not independent, and rank nothing (S4).
	WithinRun  map[string]Interval `json:"within_run,omitzero"`
	Provenance string              `json:"provenance"`
}

// Quality is an outside quality score of the model, with its source.
type Quality struct {
	Metric          string   `json:"metric"`
	Value           float64  `json:"value"`
	Stderr          *float64 `json:"stderr,omitzero"`
	Shots           *int64   `json:"shots,omitzero"`
	Harness         string   `json:"harness,omitzero"`
	HarnessRevision string   `json:"harness_revision,omitzero"`
	Reproduce       string   `json:"reproduce,omitzero" rule:"verbatim"` // the command that forms the score again
	Source          string   `json:"source"`
}

// Outcome is what one validity rule said at writing time.
type Outcome struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"` // ok, note, warn, error
	Message string `json:"message,omitzero"`
}

// Samples ties a result to its raw records.
type Samples struct {
	SHA256  string `json:"sha256"`
	Records int64  `json:"records"`
	URL     string `json:"url,omitzero"`
}

// Source says who published a reported result and where.
type Source struct {
	Name      string                 `json:"name"` // importer's format, or a word like it
	Publisher string                 `json:"publisher"`
	Title     string                 `json:"title,omitzero"`
	URL       string                 `json:"url"`
	Version   string                 `json:"version,omitzero"`   // commit or edition
	Published string                 `json:"published,omitzero"` // date
	Retrieved string                 `json:"retrieved,omitzero"` // date
	Table     string                 `json:"table,omitzero"`     // file or table inside the source
	Fields    map[string]SourceField `json:"fields,omitzero"`    // our key -> theirs
	Caveats   []string               `json:"caveats,omitzero"`   // ids of caveats in the catalogue
}

// SourceField is the source's own word, unit and text for one of our numbers.
type SourceField struct {
	Field string `json:"field"`
	Unit  string `json:"unit,omitzero"`
	Text  string `json:"text"`
}

// Attestation holds the three statements of a submitter.
type Attestation struct {
	PublicDataSharing   Statement `json:"public_data_sharing"`
	DataIntegrity       Statement `json:"data_integrity"`
	ModelRepresentation Statement `json:"model_representation"`
}

// Statement is one accepted statement.
type Statement struct {
	Version string `json:"version"` // of the text
	Name    string `json:"name"`
	Date    string `json:"date"`
}

// By is who made the file.
type By struct {
	Name string `json:"name"`
	URL  string `json:"url,omitzero"`
}

// Hash12 is the short id of permalinks and labels.
func (r *Result) Hash12() string { return short(r.ID, 12) }

// ID8 is the short id in file names.
func (r *Result) ID8() string { return short(r.ID, 8) }

func short(id string, n int) string {
	if len(id) < n {
		return id
	}
	return id[:n]
}

// Reported says whether the numbers are a source's and not measured here.
func (r *Result) Reported() bool { return r.Source != nil }

// Origin is "measured" or the name of the source (board key).
func (r *Result) Origin() string {
	if r.Source != nil {
		return r.Source.Name
	}
	return "measured"
}

// Value returns the value of a registry key, or of a distribution's statistic
// written with a dot ("itl_ms.p50"). ok is false where it is absent.
func (r *Result) Value(key string) (v float64, ok bool) {
	if m, ok := r.Metrics[key]; ok {
		return m.Value, true
	}
	for i := len(key) - 1; i > 0; i-- {
		if key[i] == '.' {
			d, ok := r.Distributions[key[:i]]
			if !ok {
				return 0, false
			}
			if p := d.Stat(key[i+1:]); p != nil {
				return *p, true
			}
			return 0, false
		}
	}
	return 0, false
}

// Stat returns a statistic of the distribution by name, nil where absent.
func (d Distribution) Stat(name string) *float64 {
	switch name {
	case "mean":
		return d.Mean
	case "stddev":
		return d.Stddev
	case "min":
		return d.Min
	case "p25":
		return d.P25
	case "p50":
		return d.P50
	case "p75":
		return d.P75
	case "p90":
		return d.P90
	case "p95":
		return d.P95
	case "p99":
		return d.P99
	case "max":
		return d.Max
	}
	return nil
}

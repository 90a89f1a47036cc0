// The block window of a result: what a run held, in counts, joules and states.

package result

// Window is one run's steady-state window. Times are microseconds of the run's
// own clock.
type Window struct {
	Rule     string         `json:"rule"`
	StartUs  int64          `json:"start_us"`
	EndUs    int64          `json:"end_us"`
	Requests int64          `json:"requests"`
	InTokens int64          `json:"input_tokens"`
	OutTok   int64          `json:"output_tokens"`
	Devices  []WindowDevice `json:"devices,omitzero"`

	// Started counts requests started in the window, Failed those of them that
	// failed; cancelled ones are in neither.
	Started *int64 `json:"started,omitzero"`
	Failed  *int64 `json:"failed,omitzero"`
	// Good counts successes started in the window that meet every objective.
	Good *int64 `json:"good_requests,omitzero"`
	// WastedTokens are output tokens of the failed ones.
	WastedTokens *int64 `json:"wasted_tokens,omitzero"`
	// Outcomes and Flags count what requests started in the window came to,
	// successes apart, and the flags they carry (L6).
	Outcomes map[string]int64 `json:"outcomes,omitzero"`
	Flags    map[string]int64 `json:"flags,omitzero"`
	// MeanInFlight is the time average of requests started and not closed.
	MeanInFlight *float64 `json:"mean_in_flight,omitzero"`
	// ApportionBound is how far tokens at the edges may be misplaced, as a
	// fraction of OutTok (L7).
	ApportionBound *float64 `json:"apportion_bound,omitzero"`
	// RatePerS is the realised rate of arrivals (open loop, G5).
	RatePerS *float64 `json:"rate_per_s,omitzero"`
	// Saturated says that requests pile up, so that latencies are not a property
	// of the rate (open loop, W4).
	Saturated *bool     `json:"saturated,omitzero"`
	WholeRun  *WholeRun `json:"whole_run,omitzero"`
}

// WholeRun is a run from its first start to its last end: shown, never ranked
// (W8).
type WholeRun struct {
	StartUs  int64  `json:"start_us"`
	EndUs    int64  `json:"end_us"`
	Requests int64  `json:"requests"` // successes
	Failed   int64  `json:"failed"`
	InTokens int64  `json:"input_tokens"`
	OutTok   int64  `json:"output_tokens"`
	EnergyMJ *int64 `json:"energy_mj,omitzero"` // all devices, millijoules
}

// WindowDevice is the energy and state of one device inside a window.
type WindowDevice struct {
	UUIDSHA256   string   `json:"uuid_sha256"`
	EnergyMJ     int64    `json:"energy_mj"` // millijoules
	Source       string   `json:"source"`    // counter, power_instant, power_average, power_usage
	CrossCheckMJ *int64   `json:"cross_check_mj,omitzero"`
	MeanW        *float64 `json:"mean_w,omitzero"`
	MinW         *float64 `json:"min_w,omitzero"`
	MaxW         *float64 `json:"max_w,omitzero"`
	SMClockMHz   *float64 `json:"sm_clock_mhz,omitzero"`
	TemperatureC *float64 `json:"temperature_c,omitzero"`
	ThrottleUs   *int64   `json:"throttle_us,omitzero"` // thermal and brake slowdown

	// SMClockMHz and TemperatureC above are means; these are the ends, and the
	// memory clock likewise.
	SMClockMinMHz     *float64 `json:"sm_clock_min_mhz,omitzero"`
	SMClockMaxMHz     *float64 `json:"sm_clock_max_mhz,omitzero"`
	MemoryClockMHz    *float64 `json:"memory_clock_mhz,omitzero"`
	MemoryClockMinMHz *float64 `json:"memory_clock_min_mhz,omitzero"`
	MemoryClockMaxMHz *float64 `json:"memory_clock_max_mhz,omitzero"`
	TemperatureMinC   *float64 `json:"temperature_min_c,omitzero"`
	TemperatureMaxC   *float64 `json:"temperature_max_c,omitzero"`
	// ReasonsNs is the time spent in each clock-event reason (M1).
	ReasonsNs map[string]int64 `json:"reasons_ns,omitzero"`
	// ForeignPids are processes that are not the server's (V17).
	ForeignPids []int64 `json:"foreign_pids,omitzero"`
	PowerSource string  `json:"power_source,omitzero"`
	Scope       string  `json:"scope,omitzero"` // gpu or module (E14)
	// UpdateUs is the counter's update period U, SamplingUs the median gap
	// between samples s (E6).
	UpdateUs   int64 `json:"update_us,omitzero"`
	SamplingUs int64 `json:"sampling_us,omitzero"`
	// BoundMJ is the worst-case quantisation error, UQuantMJ its standard
	// uncertainty (E8).
	BoundMJ  *float64 `json:"quant_bound_mj,omitzero"`
	UQuantMJ *float64 `json:"quant_u_mj,omitzero"`
}

// The samples file (measurement rules R1 to R7): its types and their order. It
// is the truth behind a measured result; every headline follows from it.

package result

import (
	"cmp"
	"slices"
)

// Method is the version of the measurement rules that this package computes by.
const Method = "jouleboard.method/1"

// SamplesExt ends the name of a samples file; what stands before it is the name
// of its result without ".json" (R1).
const SamplesExt = ".samples.jsonl.gz"

// SamplesFile holds the raw records of one measured result. All times are
// microseconds of one monotonic clock (C1, C2).
type SamplesFile struct {
	Header      SampleHeader
	Requests    []RequestRecord // q: warm-up and measured
	Ticks       []GPUTick       // g
	Slow        []SlowState     // s
	CPU         []CPUTick       // c
	Anchors     []Anchor        // a
	Calibration []RequestRecord // k
	End         SampleEnd       // n

	// SHA256 and Records are what reading or writing found: the hash of the
	// file's bytes and the number of lines between header and end.
	SHA256  string
	Records int64
}

// SampleHeader is line h: what the records alone do not say.
type SampleHeader struct {
	Method      string `json:"method"`
	EpochUnixUs int64  `json:"epoch_unix_us"` // wall time of t=0
	Units       string `json:"units"`         // always SampleUnits
	// TokenSource is what the run asked for: usage, tokenizer or chunks (T1).
	TokenSource string `json:"token_source"`
	// Events says that q lines carry dt; class energy and below may drop it (R7).
	Events   bool  `json:"events"`
	PeriodUs int64 `json:"period_us,omitzero"` // of the energy sampler, as set (E4)
	// Devices is the set G in the order of the arrays of g and s lines (E10).
	Devices []SampleDevice `json:"devices,omitzero"`
	// Outside lists hashed UUIDs of GPUs that held a process of the server and
	// are not in G (V18).
	Outside       []string           `json:"outside,omitzero"`
	PidVisibility string             `json:"pid_visibility,omitzero"` // full or none (E18)
	CPUZones      []CPUZone          `json:"cpu_zones,omitzero"`
	Idle          []SampleSpan       `json:"idle,omitzero"` // baselines: before warm-up, after the last run (E13)
	Runs          []SampleRun        `json:"runs"`
	Calibration   *SampleCalibration `json:"calibration,omitzero"`
}

// SampleUnits says in what the numbers of a samples file are written.
const SampleUnits = "us mW mJ"

// SampleDevice is one GPU of G with what may not change while it is measured
// (V19). The end line repeats it as it was at the end.
type SampleDevice struct {
	UUIDSHA256 string `json:"uuid_sha256"`
	// Source is what the energy comes from: counter, or the power source where
	// there is no counter (E1).
	Source      string `json:"source"`
	PowerSource string `json:"power_source,omitzero"` // power_instant, power_average, power_usage
	Scope       string `json:"scope,omitzero"`        // gpu or module (E14)
	UpdateUs    int64  `json:"update_us,omitzero"`    // U of E6; 0: not determinable
	Driver      string `json:"driver,omitzero"`
	LimitMW     *int64 `json:"limit_mw,omitzero"` // enforced
	DefaultMW   *int64 `json:"default_limit_mw,omitzero"`
	ECC         *bool  `json:"ecc,omitzero"`
	Persistence *bool  `json:"persistence,omitzero"`
	MIG         *bool  `json:"mig,omitzero"`
	Virtual     *bool  `json:"virtual,omitzero"`
	LockedSM    *int64 `json:"locked_sm_mhz,omitzero"`
	LockedMem   *int64 `json:"locked_memory_mhz,omitzero"`
}

// SourceCounter is the total-energy counter as an energy source.
const SourceCounter = "counter"

// CPUZone is one powercap zone, in the order of the arrays of c lines (E16).
type CPUZone struct {
	Name  string `json:"name"`   // package-0, dram, ...
	Kind  string `json:"kind"`   // package, dram or psys
	MaxUJ int64  `json:"max_uj"` // where the counter wraps
}

// SampleSpan is a stretch of time.
type SampleSpan struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

// SampleRun is one measured run as it was driven.
type SampleRun struct {
	Run   int    `json:"run"`   // from 1
	Rule  string `json:"rule"`  // of the window: closed, duration, open or whole (W1 to W5)
	Start int64  `json:"start"` // when its dispatch began
	Stop  int64  `json:"stop"`  // when its dispatch stopped
	// WindowStart and WindowEnd are what the writer took; V10 recomputes them.
	WindowStart int64  `json:"window_start"`
	WindowEnd   int64  `json:"window_end"`
	Seed        int64  `json:"seed"`            // root seed
	Config      string `json:"config,omitzero"` // SHA-256 of all that must be equal between runs (V23)
	Ended       string `json:"ended,omitzero"`  // why it ended early; empty: it did not (V08)
}

// SampleCalibration is the truth that the k lines are held against (G14).
type SampleCalibration struct {
	Streams      int64  `json:"streams"`
	FirstUs      int64  `json:"first_us"` // true time to the first token
	GapUs        int64  `json:"gap_us"`   // true gap
	ChunksPerSec *int64 `json:"chunks_per_s,omitzero"`
}

// Phases of a request record.
const (
	PhaseWarm        = "warm"
	PhaseRun         = "run"
	PhaseCalibration = "cal"
)

// Token sources of a request (T1) and its timelines (L7).
const (
	TokensUsage     = "usage"
	TokensTokenizer = "tokenizer"
	TokensChunks    = "chunks"

	TimelineExact       = "exact"
	TimelineApportioned = "apportioned"
)

// RequestRecord is line q or k (R3). Absent stays absent: a nil time did not
// happen.
type RequestRecord struct {
	I     int64  `json:"i"`
	Run   int    `json:"run"` // 0 for warm-up
	Ph    string `json:"ph"`
	Sched *int64 `json:"sched,omitzero"`
	Start *int64 `json:"start,omitzero"`
	Sent  *int64 `json:"sent,omitzero"`
	Hdr   *int64 `json:"hdr,omitzero"`
	First *int64 `json:"first,omitzero"`
	Out   *int64 `json:"out,omitzero"`
	Last  *int64 `json:"last,omitzero"`
	End   *int64 `json:"end,omitzero"`
	Oc    string `json:"oc"`
	HTTP  int    `json:"http,omitzero"`
	Fin   string `json:"fin,omitzero"`
	// Np, Nc, Nr and Ncache are input, output, reasoning and cached tokens.
	Np     *int64 `json:"np,omitzero"`
	Nc     *int64 `json:"nc,omitzero"`
	Nr     *int64 `json:"nr,omitzero"`
	Ncache *int64 `json:"ncache,omitzero"`
	Max    int64  `json:"max,omitzero"` // requested
	Src    string `json:"src,omitzero"`
	Tl     string `json:"tl,omitzero"`
	By     int64  `json:"by,omitzero"` // bytes
	// Dial says that a new connection was opened for it.
	Dial bool     `json:"dial,omitzero"`
	Fl   []string `json:"fl,omitzero"` // flags, sorted
	// Ph16 and Oh16 are 128-bit hashes of prompt and output text, in hex.
	Ph16 string `json:"ph16,omitzero"`
	Oh16 string `json:"oh16,omitzero"`
	// Dt are the gaps between token-bearing events from First, one fewer than
	// there are events; Dn are the tokens of each event, omitted when all are 1.
	Dt []int64 `json:"dt,omitzero"`
	Dn []int64 `json:"dn,omitzero"`
	// Ra is the Retry-After of an answer 429, word for word. It was not obeyed.
	Ra string `json:"ra,omitzero"`
}

// GPUTick is line g: one pass over G. A nil reading is a gap, never 0 (E5).
type GPUTick struct {
	T   int64    `json:"t"`   // midpoint of the calls (C5)
	Len int64    `json:"len"` // how long they took
	P   []*int64 `json:"p"`   // power, mW
	C   []*int64 `json:"c"`   // counter, mJ
}

// SlowState is line s: what is read each second, arrays over G.
type SlowState struct {
	T       int64    `json:"t"`
	SM      []*int64 `json:"sm,omitzero"`      // SM clock, MHz
	Mem     []*int64 `json:"mem,omitzero"`     // memory clock, MHz
	Temp    []*int64 `json:"temp,omitzero"`    // degrees C
	Limit   []*int64 `json:"limit,omitzero"`   // enforced power limit, mW
	Reasons []*int64 `json:"reasons,omitzero"` // bit mask of clock-event reasons, the fallback of M1
	// Throttle are the nanosecond counters of clock-event reasons (M1), by name:
	// see ThrottleReasons.
	Throttle map[string][]*int64 `json:"throttle,omitzero"`
	Used     []*int64            `json:"used,omitzero"` // memory, bytes
	Util     []*int64            `json:"util,omitzero"` // percent
	// Foreign are processes on GPUs of G that are not the server's.
	Foreign []ForeignProcess `json:"foreign,omitzero"`
}

// ForeignProcess is somebody else's process on a GPU of G (V17).
type ForeignProcess struct {
	Device int   `json:"device"` // index into G
	Pid    int64 `json:"pid"`
	Bytes  int64 `json:"bytes,omitzero"`
}

// Names of clock-event reasons in SlowState.Throttle. Thermal and brake
// slowdown are judged by V20; a software power cap is normal and only stored.
const (
	ReasonSWPowerCap   = "sw_power_cap"
	ReasonHWThermal    = "hw_thermal"
	ReasonHWPowerBrake = "hw_power_brake"
	ReasonSWThermal    = "sw_thermal"
	ReasonSyncBoost    = "sync_boost"
)

// CPUTick is line c: once a second.
type CPUTick struct {
	T int64 `json:"t"`
	// Busy is the share of all cores' time that was not idle since the tick
	// before, in thousandths.
	Busy *int64 `json:"busy,omitzero"`
	// E are the raw powercap counters in microjoules, in the order of CPUZones.
	E []*int64 `json:"e,omitzero"`
}

// Anchor is line a: monotonic and wall time at one moment (C4).
type Anchor struct {
	T      int64 `json:"t"`
	UnixUs int64 `json:"unix_us"`
}

// SampleEnd is line n. The counts are WriteSamples's to fill.
type SampleEnd struct {
	Q int64 `json:"q"`
	G int64 `json:"g"`
	S int64 `json:"s"`
	C int64 `json:"c"`
	A int64 `json:"a"`
	K int64 `json:"k"`
	// Devices are the devices of G once more, as they were at the end.
	Devices []SampleDevice `json:"devices,omitzero"`
	// Reads and ZeroReads count, per device of G, the power reads tried and
	// those that gave 0 and are stored as gaps (V15).
	Reads     []int64 `json:"reads,omitzero"`
	ZeroReads []int64 `json:"zero_reads,omitzero"`
	Misses    int64   `json:"misses,omitzero"` // ticks skipped because they were late (E5)
}

// Sort brings the records into the order of the file: by run, time and index
// (R1). It changes s.
func (s *SamplesFile) Sort() {
	slices.SortStableFunc(s.Requests, compareRecords)
	slices.SortStableFunc(s.Calibration, compareRecords)
	slices.SortStableFunc(s.Ticks, func(a, b GPUTick) int { return cmp.Compare(a.T, b.T) })
	slices.SortStableFunc(s.Slow, func(a, b SlowState) int { return cmp.Compare(a.T, b.T) })
	slices.SortStableFunc(s.CPU, func(a, b CPUTick) int { return cmp.Compare(a.T, b.T) })
	slices.SortStableFunc(s.Anchors, func(a, b Anchor) int { return cmp.Compare(a.T, b.T) })
}

// compareRecords orders by run, the instant the request was due, and index.
// One that was never due comes first.
func compareRecords(a, b RequestRecord) int {
	return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(due(&a), due(&b)), cmp.Compare(a.I, b.I))
}

func due(q *RequestRecord) int64 {
	switch {
	case q.Sched != nil:
		return *q.Sched
	case q.Start != nil:
		return *q.Start
	}
	return -1
}

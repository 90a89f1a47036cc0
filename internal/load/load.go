// Package load sends what was planned when it was due and returns one Trace a
// request: an OpenAI-compatible streaming client with its own reader of
// server-sent events, closed and open loops, the probe of what a server
// supports, and the measurement of the client's own error.
//
// Rules in comments (C2, L1, G4 ...) are those of the measurement
// specification. All times are integer microseconds since one epoch on the
// monotonic clock, truncated at capture; -1 stands for "not seen".
package load

import (
	"crypto/sha256"
	"slices"
	"time"
)

// Method is the method version that seeds and meanings of this package follow.
const Method = "jouleboard.method/1"

// A Clock tells microseconds since the epoch of the measurement (C1, C2). It
// must run at the speed of package time, whose timers bound every request.
type Clock interface{ Now() int64 }

type monotonic struct{ epoch time.Time }

// NewClock returns the clock of the process. The epoch must hold a monotonic
// reading, as time.Now gives.
func NewClock(epoch time.Time) Clock { return monotonic{epoch} }

func (m monotonic) Now() int64 { return int64(time.Since(m.epoch) / time.Microsecond) }

// Outcomes of a request: exactly one each. OK is success (L1), the others are
// the rows of the lifecycle table, in its order.
const (
	OK           = "ok"
	Connect      = "connect"
	TLS          = "tls"
	HTTP3xx      = "http_3xx"
	HTTP429      = "http_429"
	HTTP4xx      = "http_4xx"
	HTTP5xx      = "http_5xx"
	NotStream    = "not_stream"
	BadEncoding  = "bad_encoding"
	TimeoutFirst = "timeout_first"
	TimeoutIdle  = "timeout_idle"
	TimeoutTotal = "timeout_total"
	InbandError  = "inband_error"
	BadJSON      = "bad_json"
	BadUTF8      = "bad_utf8"
	TooLarge     = "too_large"
	Truncated    = "truncated"
	NoToken      = "no_token"
	NoFinish     = "no_finish"
	BadFinish    = "bad_finish"
	NoUsage      = "no_usage"
	BadUsage     = "bad_usage"
	MultiChoice  = "multi_choice"
	AfterFinish  = "after_finish"
	Cancelled    = "cancelled"
	BadIdentity  = "bad_identity"
)

// Flags of a request (L6). They do not fail it.
const (
	FlagCoalesced = "coalesced" // token-bearing events shared one read (C3)
	FlagCounted   = "counted"   // no usage; tokens came from TokenSource
	FlagHeld      = "held"      // the socket stayed open after [DONE]
	FlagIdentity  = "identity"  // the id changed between events
	FlagNoDone    = "no_done"   // the stream ended without [DONE]
	FlagOverMax   = "over_max"  // more tokens than asked for
	FlagTail      = "tail"      // the last event lacked its blank line
	FlagTrailing  = "trailing"  // something followed [DONE]
)

// Token sources (T1) and timelines (L7).
const (
	SourceUsage     = "usage"
	SourceTokenizer = "tokenizer"
	SourceChunks    = "chunks"

	TimelineExact       = "exact"
	TimelineApportioned = "apportioned"
)

// Paths of the two kinds of request, below the base URL.
const (
	ChatPath       = "/chat/completions"
	CompletionPath = "/completions"
)

// A Request is one request as it will be written, encoded before the run.
type Request struct {
	Index      int64
	Path       string // ChatPath or CompletionPath
	Body       []byte // JSON; it must ask for a stream
	Max        int64  // output tokens asked for, 0 if not bounded
	PromptHash [16]byte
}

// A Trace is what happened to one request. A failed request is a trace too,
// with what was seen of it (R4).
type Trace struct {
	Index   int64
	Sched   int64 // when the schedule wanted it; in a closed loop equal to Start
	Start   int64 // last instant before the transport was asked for a connection
	Sent    int64 // the request was written
	Hdr     int64 // first byte of the answer
	First   int64 // first token-bearing event
	Out     int64 // first one that is not reasoning, of a request with reasoning; else -1 (row 31)
	Last    int64 // last token-bearing event
	End     int64 // closed, [DONE] read, or failure decided
	Outcome string
	HTTP    int // status; 0 if none came
	Finish  string

	// Tokens by usage; -1 where the server did not say.
	Np, Nc, Nr, NCached int64

	Max         int64
	TokenSource string // SourceUsage, SourceTokenizer or SourceChunks; "" before any is known
	Timeline    string // TimelineExact or TimelineApportioned; "" without tokens
	Bytes       int64  // body bytes read
	Dialed      bool   // a connection was opened for it
	Flags       []string
	PromptHash  [16]byte
	OutputHash  [16]byte // SHA-256 of the output text, however it was cut into events; zero without any
	Events      int64    // token-bearing events
	Gaps        []int64  // microseconds between token-bearing events, from First on
	Counts      []int64  // tokens of each token-bearing event; nil if each holds one, or none is known
	Model       string   // as the server names it
	RetryAfter  string   // header of a 429; stored, not obeyed
	Detail      string   // why it failed: at most 512 bytes, secrets masked
	Local       bool     // this machine ran out of descriptors, ports or memory (G5)

	continuousUsage bool // every token-bearing event had usage
}

// Failed reports whether the request failed. Cancelled requests are in no rate
// (row 32) and have not failed.
func (t *Trace) Failed() bool { return t.Outcome != OK && t.Outcome != Cancelled }

// HasFlag reports whether the trace carries a flag.
func (t *Trace) HasFlag(flag string) bool {
	return slices.Contains(t.Flags, flag)
}

// HashText is the 128-bit hash of a prompt: the first half of its SHA-256.
func HashText(text string) [16]byte {
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

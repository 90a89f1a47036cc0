// What a request can come to (measurement rules, section 3): outcomes, flags,
// and what a success must have.

package result

import "slices"

// Outcomes that other code names. The whole list is Outcomes.
const (
	OutcomeOK        = "ok"
	OutcomeCancelled = "cancelled"
)

// outcomes are the words of the table in section 3, in its order.
var outcomes = []string{
	OutcomeOK,
	"connect", "tls", "http_3xx", "http_429", "http_4xx", "http_5xx", "not_stream", "bad_encoding",
	"timeout_first", "timeout_idle", "timeout_total", "inband_error", "bad_json", "bad_utf8", "too_large", "truncated",
	"no_token", "no_finish", "bad_finish", "no_usage", "bad_usage", "multi_choice", "after_finish", OutcomeCancelled, "bad_identity",
}

// finishes are the finish reasons of a success (L1).
var finishes = []string{"stop", "length", "tool_calls", "function_call", "content_filter"}

// FlagOverMax marks a success with more tokens than were asked for (V11).
const FlagOverMax = "over_max"

// Outcomes returns the words that a record's outcome may be.
func Outcomes() []string { return slices.Clone(outcomes) }

// notOK says why a record that claims success is none (L1); empty if it is one.
func (q *RequestRecord) notOK() string {
	switch {
	case q.HTTP < 200 || q.HTTP > 299:
		return "ok with HTTP status " + show(float64(q.HTTP))
	case q.First == nil || q.Last == nil:
		return "ok without a token-bearing event"
	case q.Fin == "":
		return "ok without finish_reason"
	case !slices.Contains(finishes, q.Fin):
		return "ok with finish_reason " + show(q.Fin)
	case q.Src != TokensChunks && (q.Nc == nil || *q.Nc < 1):
		return "ok without output tokens"
	case q.End == nil || q.Start == nil:
		return "ok without start or end"
	}
	return ""
}

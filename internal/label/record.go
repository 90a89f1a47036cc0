// The record inside a label: what it states and from what, so that anybody can
// check later whether it still holds.

package label

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"jouleboard/internal/rank"
	"jouleboard/internal/unit"
)

// RecordSchema names the record's format.
const RecordSchema = "jouleboard.label/1"

// recordPrefix stands before the record in a PDF's keywords.
const recordPrefix = "jouleboard:"

// States of a label.
const (
	StatusRated      = "rated"
	StatusDraft      = "draft"
	StatusFlagged    = "flagged"
	StatusSuperseded = "superseded"
	StatusNotRated   = "not-rated"
	StatusWithdrawn  = "withdrawn"
)

// Record is what a label states. Fields are in alphabetical order of their
// keys, which is the order in which they are written.
type Record struct {
	Custom       bool     `json:"custom,omitempty"` // the design breaks rules of layout, and the label says so
	Design       string   `json:"design"`
	DesignSHA256 string   `json:"design_sha256"`
	Look         string   `json:"look,omitempty"` // mono or dark
	Model        string   `json:"model"`
	Range        []string `json:"range,omitempty"` // least and most stars, if rated
	Reason       string   `json:"reason"`          // the rating's code, if not rated
	Result       string   `json:"result"`          // full id
	Scale        string   `json:"scale"`
	ScaleSHA256  string   `json:"scale_sha256"`
	Schema       string   `json:"schema"`
	Size         string   `json:"size"`
	Stars        string   `json:"stars"` // "3.5"; empty if not rated
	Status       string   `json:"status"`
	Task         string   `json:"task"`
	Tool         string   `json:"tool"`
	Unit         string   `json:"unit"`
	URL          string   `json:"url"`
	Value        string   `json:"value"` // as printed, in unit; empty if there is none
}

// JSON is the record on one line in ASCII: other characters are \u escapes, so
// that it can be found and read in a PDF's bytes.
func (r Record) JSON() string {
	b, err := json.Marshal(r)
	if err != nil {
		return "{}" // strings only: it cannot fail
	}
	if !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 }) {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b))
	for _, c := range string(b) {
		switch {
		case c < 0x80:
			out.WriteRune(c)
		case c > 0xffff:
			hi, lo := utf16.EncodeRune(c)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	return out.String()
}

// stars is a rating as the words' language writes numbers.
func (w *words) stars(v float64) string { return w.Write(stars(v)) }

func stars(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// status is the label's state; the gravest wins.
func (in Input) status() string {
	switch {
	case in.Withdrawal != nil || in.Rating.Code == rank.CodeWithdrawn:
		return StatusWithdrawn
	case !in.Rating.Rated:
		return StatusNotRated
	case in.Flag != nil:
		return StatusFlagged
	case in.Rating.Status == rank.StatusSuperseded:
		return StatusSuperseded
	case in.Rating.Status == rank.StatusDraft || in.Result.Draft != "":
		return StatusDraft
	}
	return StatusRated
}

// record fills what does not depend on a design.
func (in Input) record() Record {
	r := Record{
		Schema: RecordSchema, Result: in.Result.ID, Model: in.Result.Model.Name, Task: in.Result.Workload.Task,
		Scale: in.Rating.ScaleID, ScaleSHA256: in.Rating.ScaleSHA256, Status: in.status(), Reason: in.Rating.Code,
		Tool: strings.TrimSpace("jouleboard " + in.ToolVersion), URL: in.url(),
	}
	if in.Rating.Rated {
		r.Stars, r.Reason = stars(in.Rating.Stars), ""
		r.Range = []string{stars(in.Rating.Min), stars(in.Rating.Max)}
	}
	if wh, ok := in.value(); ok {
		n, u := unit.Energy(wh)
		r.Value, r.Unit = strings.ReplaceAll(n, unit.Thin, ""), u
	}
	return r
}

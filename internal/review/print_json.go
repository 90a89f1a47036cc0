// JSON for programs: the findings as they are, and what was counted.

package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"jouleboard/internal/result"
)

// report is what validate prints as JSON.
type report struct {
	Schema   string          `json:"schema"`
	Stats    Stats           `json:"stats"`
	Errors   int             `json:"errors"`
	Warnings int             `json:"warnings"`
	Notes    int             `json:"notes"`
	Omitted  *Omitted        `json:"omitted,omitempty"` // counted, not listed
	Findings result.Findings `json:"findings"`
}

// JSON prints the findings, worst first, with counts of all.
func JSON(w io.Writer, fs result.Findings, st Stats, p Print) error {
	list, rest := p.listed(fs)
	for i := range list {
		list[i].Where.File = p.prefixed(list[i].Where.File)
	}
	r := report{Schema: "jouleboard.findings/1", Stats: st, Errors: fs.Count(result.Error), Warnings: fs.Count(result.Warn), Notes: fs.Count(result.Note), Findings: list}
	if rest.any() {
		r.Omitted = &rest
	}
	return writeJSON(w, r)
}

// writeJSON prints v so that no line of it is a command to what reads a log.
func writeJSON(w io.Writer, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("print findings: %w", err)
	}
	data = bytes.ReplaceAll(data, []byte("##["), []byte(`\u0023#[`))
	if _, err := w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("print findings: %w", err)
	}
	return nil
}

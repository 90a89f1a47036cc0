// What measure says at the end: a table to read and paste, warnings after it,
// worst first, and the next step.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"jouleboard/internal/measure"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// measureReport is the last line of --format json.
type measureReport struct {
	Type        string                        `json:"type"` // result, invalid or interrupted
	ID          string                        `json:"id,omitempty"`
	Class       string                        `json:"class,omitempty"`
	Draft       string                        `json:"draft,omitempty"`
	Files       []string                      `json:"files"`
	Commit      string                        `json:"commit,omitempty"`
	Uncommitted string                        `json:"uncommitted,omitempty"`
	Error       string                        `json:"error,omitempty"`
	Hint        string                        `json:"hint,omitempty"`
	Metrics     map[string]result.Metric      `json:"metrics,omitempty"`
	Latency     map[string]map[string]float64 `json:"distributions,omitempty"`
	Findings    result.Findings               `json:"findings"`
	Failures    []measure.Failures            `json:"failures,omitempty"`
	ServerLog   string                        `json:"server_log,omitempty"`
}

// report prints an outcome. err is that of the job, nil where there is a result.
func (m *measurer) report(out *measure.Outcome, err error) {
	out.Findings = worstFirst(out.Findings)
	if m.format == "json" {
		m.reportJSON(out, err)
		return
	}
	e, r := m.e, out.Result
	if len(r.Window) > 0 {
		fmt.Fprint(e.Stdout, summaryTable(r))
	}
	for _, f := range alikeOnce(out.Findings) {
		colour := map[result.Level]string{result.Error: "31;1", result.Warn: "33", result.Note: "2"}[f.Level]
		e.notef("%s %s [%s]", e.paint(colour, string(f.Level)+":"), oneLine(f.Message), f.Rule)
		if f.Hint != "" {
			e.notef("    %s %s", e.paint("36", "try:"), oneLine(f.Hint))
		}
	}
	for _, f := range out.Failures[:min(len(out.Failures), 5)] {
		said := f.Outcome
		if f.HTTP != 0 {
			said += fmt.Sprintf(", HTTP %d", f.HTTP)
		}
		if d := strings.Join(strings.Fields(f.Detail), " "); d != "" {
			said += ": " + clipTo(oneLine(d), 200)
		}
		e.notef("first of %d that failed by %s", f.Count, said)
	}
	for _, n := range out.Notes {
		e.notef("note: %s", oneLine(n))
	}
	if out.ServerLog != "" {
		e.notef("server log: %s", out.ServerLog)
	}
	m.nextStep(out, err)
}

// alikeOnce says once what was found of several runs in the same words.
func alikeOnce(fs result.Findings) (out result.Findings) {
	type words struct{ rule, level, message string }
	at := map[words]int{}
	count := map[words]int{}
	for _, f := range fs {
		w := words{f.Rule, string(f.Level), f.Message}
		if count[w]++; count[w] == 1 {
			at[w] = len(out)
			out = append(out, f)
		}
	}
	for w, n := range count {
		if n > 1 {
			out[at[w]].Message += fmt.Sprintf(" (%d times)", n)
		}
	}
	return out
}

// nextStep says what was written and what to do now.
func (m *measurer) nextStep(out *measure.Outcome, err error) {
	e := m.e
	if out.Saved == nil {
		return
	}
	for _, f := range out.Saved.Files() {
		if m.board.demo {
			f = demoFolder + "/" + f
		}
		fmt.Fprintf(e.Stdout, "written %s\n", f)
	}
	if out.Saved.Root != m.board.root {
		e.notef("these lie below %s", out.Saved.Root)
	}
	switch {
	case out.Saved.Partial:
		if err != nil && out.Invalid && out.Hint != "" {
			e.hintf("%s", out.Hint)
		}
		e.notef("kept as a partial file: it can be looked at, and no board reads it")
	case out.Result.Draft != "" && m.board.demo:
		e.notef("a draft (%s): never ranked, never committed", out.Result.Draft)
	case out.Result.Draft != "":
		e.notef("a draft (%s): never ranked, never committed. To see its page: jouleboard build --drafts", out.Result.Draft)
	case out.Commit != "":
		e.notef("committed %s. Next: git push, then open a pull request", out.Commit)
	case out.Uncommitted != "":
		e.notef("not committed: %s", oneLine(out.Uncommitted))
	default:
		e.notef("next: commit the two files, push, and open a pull request")
	}
}

func (m *measurer) reportJSON(out *measure.Outcome, err error) {
	rep := measureReport{
		Type: "result", Class: out.Class, Draft: out.Result.Draft, Commit: out.Commit, Uncommitted: out.Uncommitted,
		Findings: out.Findings, Failures: out.Failures, ServerLog: out.ServerLog, Files: []string{}, Metrics: out.Result.Metrics, Hint: out.Hint,
	}
	if rep.Findings == nil {
		rep.Findings = result.Findings{}
	}
	if out.Saved != nil {
		rep.ID = out.Saved.ID
		for _, f := range out.Saved.Files() {
			rep.Files = append(rep.Files, filepath.ToSlash(filepath.Join(out.Saved.Root, filepath.FromSlash(f))))
		}
	}
	if err != nil {
		rep.Type, rep.Error = "invalid", err.Error()
		if errors.Is(err, context.Canceled) {
			rep.Type = "interrupted"
		}
	}
	rep.Latency = map[string]map[string]float64{}
	for key, d := range out.Result.Distributions {
		row := map[string]float64{}
		for _, s := range []string{"mean", "p50", "p90", "p95", "p99"} {
			if v := d.Stat(s); v != nil {
				row[s] = *v
			}
		}
		rep.Latency[key] = row
	}
	data, e := json.Marshal(rep)
	if e != nil {
		m.e.errorf("encode the report: %v", e)
		return
	}
	fmt.Fprintf(m.e.Stdout, "%s\n", data)
}

// headlines are the metrics of the table, in order.
var headlines = []string{
	"energy_per_output_token_j", "energy_per_response_j", "energy_per_1000_requests_wh", "mean_power_w", "idle_power_w",
	"output_tokens_per_s", "requests_per_s", "goodput_per_s", "mean_input_tokens", "mean_output_tokens", "error_rate",
}

var latencies = []string{"ttft_ms", "ttfo_ms", "tpot_ms", "itl_ms", "icl_ms", "e2e_ms"}

// summaryTable is a table that reads well pasted anywhere: plain spaces, no
// colours, one line a number.
func summaryTable(r *result.Result) string {
	reg := unit.Default()
	var b strings.Builder
	subject, _ := measure.CommitMessage(r)
	fmt.Fprintf(&b, "%s\n", strings.TrimPrefix(subject, "Measure "))
	runs := "1 run"
	if n := len(r.Window); n > 1 {
		runs = fmt.Sprintf("median of %d runs", n)
	}
	var span []string
	for _, w := range r.Window {
		span = append(span, fmt.Sprintf("%.1f s", float64(w.EndUs-w.StartUs)/1e6))
	}
	class := r.Class
	if r.Draft != "" {
		class += ", draft (" + r.Draft + ")"
	}
	fmt.Fprintf(&b, "class %s; %s; window %s\n\n", class, runs, strings.Join(span, ", "))
	for _, key := range headlines {
		m, ok := r.Metrics[key]
		def, known := reg.Get(key)
		if !ok || !known {
			continue
		}
		value := plain(unit.Sig(m.Value, def.Digits))
		if def.Unit != "" {
			value += " " + def.Unit
		}
		interval := ""
		if iv := m.CI95; iv != nil {
			// One that is too narrow for its digits says nothing.
			if lo, hi := plain(unit.Sig(iv[0], def.Digits)), plain(unit.Sig(iv[1], def.Digits)); lo != hi {
				interval = "  " + lo + " to " + hi
			}
		}
		fmt.Fprintf(&b, "  %-34s %18s%s\n", def.Name, value, interval)
	}
	first := true
	for _, key := range latencies {
		d, ok := r.Distributions[key]
		def, known := reg.Get(key)
		if !ok || !known || d.P50 == nil {
			continue
		}
		if first {
			fmt.Fprintf(&b, "\n  %-34s %9s %9s %9s %9s\n", "latency in ms", "p50", "p90", "p95", "p99")
			first = false
		}
		fmt.Fprintf(&b, "  %-34s", def.Name)
		for _, s := range []string{"p50", "p90", "p95", "p99"} {
			cell := "n/a" // too few requests for it (S2)
			if v := d.Stat(s); v != nil {
				cell = plain(unit.Sig(*v, 3))
			}
			fmt.Fprintf(&b, " %9s", cell)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.String()
}

// plain takes the narrow spaces between thousands out, which terminals and mail
// show in many ways.
func plain(s string) string { return strings.ReplaceAll(s, unit.Thin, "") }

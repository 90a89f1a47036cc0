// What import says it did, or would do, as text and as JSON.

package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"jouleboard/internal/convert"
	"jouleboard/internal/result"
	"jouleboard/internal/review"
)

// importReport is what --format json prints.
type importReport struct {
	Format      string            `json:"format"`
	Rows        int               `json:"rows"`
	Results     int               `json:"results"`
	Refused     []convert.Refused `json:"refused"`
	NotSelected int               `json:"not_selected"`
	Merged      int               `json:"merged"`
	DryRun      bool              `json:"dry_run"`
	Stopped     bool              `json:"stopped"` // nothing was written because of errors
	Written     []string          `json:"written"` // or would be written, in a dry run
	Unchanged   []string          `json:"unchanged"`
	Scores      []scoreReport     `json:"scores,omitempty"` // lm-eval: added, or there already
	Findings    result.Findings   `json:"findings"`
	// Files are what would be written, byte for byte, in a dry run.
	Files []importFile `json:"files,omitempty"`
}

// importFile is a file as it would be written.
type importFile struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

func printImport(e *env, format string, rep convert.Report, plan []planned, scores []scoredModel, fl importFlags, stopped bool) error {
	written, unchanged := []string{}, []string{}
	about := map[string]string{} // a file, in one line
	var files []importFile
	for _, p := range plan {
		switch {
		case p.same:
			unchanged = append(unchanged, p.path)
		case !stopped:
			written = append(written, p.path)
			about[p.path] = review.Describe(p.r)
			files = append(files, importFile{p.path, string(p.data)})
		}
	}
	added, there := 0, 0
	var listed []scoreReport
	for _, m := range scores {
		added, there = added+len(m.added), there+m.there
		switch {
		case len(m.added) == 0:
			unchanged = append(unchanged, m.path)
		case !stopped:
			written = append(written, m.path)
			files = append(files, importFile{m.path, string(m.data)})
		}
		for _, s := range m.added {
			listed = append(listed, scoreReport{Score: s, File: m.path})
		}
	}
	if fl.format == "json" {
		out := importReport{
			Format: format, Rows: rep.Rows, Results: len(rep.Results), Refused: rep.Refused,
			NotSelected: rep.NotSelected, Merged: rep.Merged, DryRun: fl.dryRun, Stopped: stopped,
			Written: written, Unchanged: unchanged, Findings: rep.Findings, Scores: listed,
		}
		if out.Refused == nil {
			out.Refused = []convert.Refused{}
		}
		if out.Findings == nil {
			out.Findings = result.Findings{}
		}
		if fl.dryRun {
			out.Files = files
		}
		data, err := json.MarshalIndent(out, "", "  ")
		if err != nil {
			return fmt.Errorf("encode the import's report: %w", err)
		}
		fmt.Fprintf(e.Stdout, "%s\n", data)
		return nil
	}
	verb, count := "written", "written"
	if fl.dryRun {
		verb, count = "would write", "to write"
	}
	for _, p := range written {
		fmt.Fprintf(e.Stdout, "%s %s\n", verb, p)
		if text := about[p]; fl.dryRun && text != "" {
			fmt.Fprintf(e.Stdout, "  %s\n", oneLine(text))
		}
	}
	for _, s := range listed {
		if !stopped {
			fmt.Fprintf(e.Stdout, "  %s: %s %s\n    %s\n", s.Benchmark, s.Quality.Metric, strconv.FormatFloat(s.Quality.Value, 'f', -1, 64), s.Quality.Reproduce)
		}
	}
	parts := []string{plural(rep.Rows, "row")}
	if rep.NotSelected > 0 {
		parts = append(parts, fmt.Sprintf("%d not selected", rep.NotSelected))
	}
	if rep.Merged > 0 {
		parts = append(parts, fmt.Sprintf("%d merged with the same run in another file", rep.Merged))
	}
	parts = append(parts, fmt.Sprintf("%d refused", len(rep.Refused)))
	if added+there > 0 {
		parts = append(parts, fmt.Sprintf("%s (%d there already)", plural(added+there, "score"), there))
	} else {
		parts = append(parts, plural(len(rep.Results), "result"))
	}
	e.notef("%s: %d %s, %d unchanged", strings.Join(parts, ", "), len(written), count, len(unchanged))
	return nil
}

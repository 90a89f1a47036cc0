// Package convert turns other tools' published figures into result files. It
// is pure: bytes in, results out; it reads no file, no clock and no network.
//
// This file holds what callers see: formats, options, the report, and Convert.
// Every row that is read comes out as a result, or is named with the reason
// why not. Nothing is guessed: an unknown field or unit refuses its row.
package convert

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Input is one file as the user named it.
type Input struct {
	// Name is used in messages and to pair files; only its last parts are ever
	// written into a result.
	Name string
	Data []byte
}

// Selections of rows.
const (
	SelectAll    = "all"
	SelectPareto = "pareto"
)

// Options say what the files themselves do not: who published them, where, and
// under which licence. Empty means "not said".
type Options struct {
	// Select is SelectAll (also when empty) or SelectPareto.
	Select string

	// These fill the `source` block. Dates are YYYY-MM-DD.
	Publisher, Title, URL, Version, Published, Retrieved string
	// License is the SPDX id or a known name of the licence of the data.
	License string

	// Map renames models, accelerators and tasks: source's word -> ours.
	Map map[string]string
	// Unit is the unit of an energy column that names none (aienergyscore).
	Unit string
	// Task names the task of a file whose name does not (aienergyscore).
	Task string
	// Hardware is the accelerator where the source's files name none.
	Hardware string
	// Count is the number of accelerators where the files name none; 0 is not said.
	Count int64
	// Provider and Model stand for what a file does not name: both in LLMPerf's
	// individual responses, a provider in serving benchmarks, a model in reports.
	Provider, Model string
	// HarnessRevision is that of a quality harness whose file does not name it.
	HarnessRevision string

	// Catalog resolves names of hardware and licences. Nil keeps the source's words.
	Catalog *catalog.Catalog
	// By is who makes the files.
	By result.By
}

// Report is what became of every row.
type Report struct {
	// Results are sealed and pass the result file's own checks.
	Results []*result.Result
	// Scores are quality scores for the catalogue entries of models.
	Scores  []Score
	Refused []Refused
	// NotSelected counts rows that Options.Select left out, and subtasks whose
	// group has a row of its own.
	NotSelected int
	// Merged counts rows that describe a run of which another file was read
	// too, or that another file holds just so; their facts are in that run's
	// result.
	Merged int
	// Rows counts all rows read: always the sum of the five above.
	Rows int
	// Findings are about files as a whole. An error means that a file could not
	// be read, so its rows are not in Rows.
	Findings result.Findings
}

// Refused is a row that did not become a result.
type Refused struct {
	Where  result.Place `json:"where"`
	Row    string       `json:"row"` // what the row is about, in the source's words
	Reason string       `json:"reason"`
	Hint   string       `json:"hint,omitzero"`
}

// Finding returns the refusal as a warning.
func (r Refused) Finding() result.Finding {
	return result.Finding{Rule: ruleRefused, Level: result.Warn, Where: r.Where,
		Message: r.Row + " refused: " + r.Reason, Hint: r.Hint}
}

// Rules of this package's findings.
const (
	ruleRefused = "IMP-ROW"
	ruleFile    = "IMP-FILE"
	ruleSum     = "IMP-SUM"
	ruleSource  = "IMP-SOURCE"
)

// Format is one kind of foreign file.
type Format struct {
	ID    string // as typed: mlenergy
	Title string // for people
	Files string // which files it takes
	// Publisher, Source (a title), URL and License are what holds for the
	// format's own published files unless Options say otherwise. An empty
	// publisher, URL or licence must be given.
	Publisher, Source, URL, License string
	// LicenseNote is added to results that take the default licence.
	LicenseNote string
	// Scores: the format makes no results but scores of models, which name their
	// source and need neither publisher nor licence.
	Scores bool
	// Selects lists the selections beside SelectAll.
	Selects []string

	read func(*run, []Input)
}

// Formats lists the formats in the order of the manual.
func Formats() []Format {
	return []Format{
		{
			ID: "mlenergy", Title: "ML.ENERGY Leaderboard v3",
			Files:     "index.json, tasks/*.json and models/*.json of the leaderboard's public/data",
			Publisher: "ML.ENERGY", Source: "ML.ENERGY Leaderboard", URL: "https://github.com/ml-energy/leaderboard",
			License:     "Apache-2.0",
			LicenseNote: "Licence of the figures: the source's repository holds no licence file; the footer of its site says Apache 2.0.",
			Selects:     []string{SelectPareto},
			read:        readMLEnergy,
		},
		{
			ID: "mlenergy-v1", Title: "ML.ENERGY Leaderboard of 2023",
			Files:     "GPU_TASK_benchmark.csv: model, batch_size, throughput, response_length, latency, energy",
			Publisher: "ML.ENERGY", Source: "ML.ENERGY Leaderboard", URL: "https://github.com/ml-energy/leaderboard-v2",
			read: readMLEnergyV1,
		},
		{
			ID: "aienergyscore", Title: "AI Energy Score, CSV of the February 2025 edition",
			Files:     "one CSV a task: model, total_gpu_energy, energy_score, and class for text generation",
			Publisher: "AI Energy Score", Source: "AI Energy Score Leaderboard", URL: "https://huggingface.co/spaces/AIEnergyScore/Leaderboard",
			read: readAIEnergyScore,
		},
		{
			ID: "llmperf", Title: "LLMPerf",
			Files: "summary JSON, individual responses JSON, and results pages with markdown tables",
			read:  readLLMPerf,
		},
		{
			ID: "vllm", Title: "vLLM serving benchmark",
			Files: "JSON of vllm bench serve --save-result, one run or JSON lines",
			read:  readVLLM,
		},
		{
			ID: "optimum-benchmark", Title: "optimum-benchmark",
			Files: "benchmark_report.json",
			read:  readOptimum,
		},
		{
			ID: "inferencex", Title: "InferenceX",
			Files: "agg_*.json, and results of its decode experiments",
			read:  readInferenceX,
		},
		{
			ID: "lm-eval", Title: "lm-evaluation-harness",
			Files:  "results JSON; scores go to the models' catalogue entries, not to results",
			Scores: true,
			read:   readLMEval,
		},
	}
}

// run is one conversion: the report under way and what the readers share.
type run struct {
	Report
	format Format
	opt    Options
	rows   []*row
	// unlicensed counts the rows for which nobody states a licence.
	unlicensed int
}

// Convert reads all inputs as one format. The error is for a conversion that
// cannot begin (an unknown format, a missing or contradictory option); whatever
// is wrong with files and rows is in the report.
func Convert(format string, in []Input, opt Options) (Report, error) {
	var f *Format
	var ids []string
	for _, k := range Formats() {
		if k.ID == format {
			f = &k
		}
		ids = append(ids, k.ID)
	}
	if f == nil {
		return Report{}, fmt.Errorf("unknown format %q: expected one of %s", format, strings.Join(ids, ", "))
	}
	if err := complete(*f, &opt); err != nil {
		return Report{}, err
	}
	if len(in) == 0 {
		return Report{}, fmt.Errorf("no files given: %s takes %s", f.ID, f.Files)
	}
	c := &run{format: *f, opt: opt}
	f.read(c, in)
	if len(c.rows) == 0 && c.Rows == 0 && len(c.Refused) == 0 && !c.Findings.HasErrors() {
		c.fileFinding(result.Error, result.Place{File: in[0].Name}, "no rows in the files given",
			f.ID+" takes "+f.Files)
	}
	if n := len(c.rows); n > 0 && c.unlicensed == n {
		return Report{}, fmt.Errorf("no licence: neither the files nor the format state that of the figures; give --license with its SPDX id, or NOASSERTION where the source states none")
	}
	c.finish()
	c.Findings.Sort()
	return c.Report, nil
}

var isoDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// complete checks the options and fills in what the format knows of itself.
func complete(f Format, opt *Options) error {
	if opt.Select == "" {
		opt.Select = SelectAll
	}
	known := opt.Select == SelectAll
	for _, s := range f.Selects {
		known = known || s == opt.Select
	}
	if !known {
		all := append([]string{SelectAll}, f.Selects...)
		return fmt.Errorf("select %q is not offered for %s: expected %s", opt.Select, f.ID, strings.Join(all, " or "))
	}
	if opt.Publisher == "" {
		opt.Publisher = f.Publisher
	}
	if opt.Publisher == "" && !f.Scores {
		return fmt.Errorf("no publisher: %s files do not say who published them; give --publisher NAME --source-url URL", f.ID)
	}
	if opt.Title == "" {
		opt.Title = f.Source
	}
	if opt.URL == "" && f.URL == "" {
		return fmt.Errorf("no source URL: %s files do not say where they were published; give --source-url URL", f.ID)
	}
	if opt.By.Name == "" {
		return fmt.Errorf("no name for who makes the files; give --by NAME")
	}
	if _, ok := aesUnits[strings.ToLower(opt.Unit)]; opt.Unit != "" && !ok {
		return fmt.Errorf("--unit %q: expected kWh or Wh", opt.Unit)
	}
	if opt.Count < 0 {
		return fmt.Errorf("--count %d: expected a number of accelerators from 1", opt.Count)
	}
	if h := opt.Hardware; h != "" && opt.Catalog != nil {
		if to, ok := opt.Map[h]; ok {
			h = to
		}
		if _, ok := opt.Catalog.HardwareFor(h); !ok {
			return fmt.Errorf("--hardware %q is neither a name nor an alias in content/catalog/hardware", opt.Hardware)
		}
	}
	for _, d := range [][2]string{{"published", opt.Published}, {"retrieved", opt.Retrieved}} {
		if d[1] == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, d[1]); err != nil || !isoDate.MatchString(d[1]) {
			return fmt.Errorf("%s is %q: expected a date as YYYY-MM-DD", d[0], d[1])
		}
	}
	if opt.Published != "" && opt.Retrieved != "" && opt.Retrieved < opt.Published {
		return fmt.Errorf("retrieved %s is before published %s", opt.Retrieved, opt.Published)
	}
	if u := opt.URL; u != "" && !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
		return fmt.Errorf("source URL is %q: expected one that starts with https:// or http://", u)
	}
	return nil
}

func (c *run) fileFinding(l result.Level, at result.Place, msg, hint string) {
	c.Findings = append(c.Findings, result.Finding{Rule: ruleFile, Level: l, Where: at, Message: msg, Hint: hint})
}

// mapped applies Options.Map.
func (c *run) mapped(s string) string {
	if to, ok := c.opt.Map[s]; ok {
		return to
	}
	return s
}

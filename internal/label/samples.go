// Samples: inputs that every design is tried with before it is used.

package label

import (
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// sample is an input that designs are tried with.
type sample struct {
	name string
	in   Input
}

// samples are all states of a label with long texts. Their names are invented
// and say so.
func samples() []sample {
	n := func(v float64) *float64 { return &v }
	res := &result.Result{ID: strings.Repeat("0123456789abcdef", 4), Kind: result.KindDevice, MeasuredAt: "2026-01-31T12:00:00Z",
		Model:    result.Model{Name: "example-organisation/Example-Model-Name-Of-Some-Length-235B-A22B-Instruct-2507-FP8", Precision: "bfloat16", SizeClass: "A"},
		Hardware: &result.Hardware{Name: "Example Accelerator 141GB HBM3e SXM", Count: 8},
		Workload: result.Workload{Task: "text_generation_example", Load: &result.Load{Mode: result.LoadOpen, RatePerS: n(12.5)}},
		Boundary: &result.Boundary{Includes: "gpu+cpu+dram"}, Software: &result.Software{Engine: &result.Tool{Name: "example-engine", Version: "10.11.12"}},
		Metrics: map[string]result.Metric{Metric: {Value: 9999, CI95: &result.Interval{9888, 9999}, Provenance: result.ProvEstimated}},
		Window:  make([]result.Window, 10),
	}
	base := Input{Result: res, SiteTitle: "An example board with a title of some length", BaseURL: "https://example.org/a-board-with-a-path",
		Rating: rank.Rating{Rated: true, Stars: 3, Min: 2.5, Max: 3.5, Spans: true, ScaleID: "example-202612", Status: rank.StatusFrozen, Value: 9999, Unit: "Wh"}}
	with := func(name string, f func(*Input)) sample {
		s := sample{name: name, in: base}
		f(&s.in)
		return s
	}
	noCI := *res
	noCI.Metrics = map[string]result.Metric{Metric: {Value: 1.5, Provenance: result.ProvReported}}
	noEnergy := *res
	noEnergy.Metrics = nil
	shortName := noCI
	shortName.Model.Name = "example/Short"
	return []sample{
		with("rated with an interval", func(*Input) {}),
		with("rated", func(in *Input) { in.Result = &shortName; in.Rating.Spans = false }),
		with("rated by a live scale", func(in *Input) { in.Rating.Relative = true }),
		with("flagged", func(in *Input) { in.Flag = &catalog.Flag{Date: "2026-12-31"} }),
		with("superseded", func(in *Input) { in.Rating.Status = rank.StatusSuperseded }),
		with("draft", func(in *Input) { in.Rating.Status = rank.StatusDraft }),
		with("not rated", func(in *Input) {
			in.Rating = rank.Rating{Code: "guard-hardware", Reason: "Not rated: different hardware (Example Accelerator 141GB HBM3e SXM, liquid cooled)"}
		}),
		with("not rated without energy", func(in *Input) {
			in.Result, in.Rating = &noEnergy, rank.Rating{Code: rank.CodeMetricMissing, Reason: "Not rated: no energy measured"}
		}),
		with("withdrawn", func(in *Input) {
			in.Rating = rank.Rating{Code: rank.CodeWithdrawn, Reason: "Withdrawn 2026-12-31"}
			in.Withdrawal = &catalog.Withdrawal{Date: "2026-12-31", Reason: "misreported-model"}
		}),
	}
}

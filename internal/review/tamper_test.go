// What strangers hand in, by mistake or on purpose, and the finding that catches
// it. The manual shows this table; the test behind it makes each board and looks.

package review

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// tampering is one row.
type tampering struct {
	what  string // what was done, as the manual says it
	rule  string
	level result.Level
	do    func(b *board)
}

func tamperings() []tampering {
	const E, W = result.Error, result.Warn
	P := resulttest.P[float64]
	metric := func(key string, f func(*result.Metric)) func(*result.Result) {
		return func(r *result.Result) {
			m := r.Metrics[key]
			f(&m)
			r.Metrics[key] = m
		}
	}
	request := func(i int64, f func(q *result.RequestRecord)) func(*result.Result, *result.SamplesFile) {
		return func(_ *result.Result, s *result.SamplesFile) {
			for k := range s.Requests {
				if s.Requests[k].Run == 2 && s.Requests[k].I == i {
					f(&s.Requests[k])
				}
			}
		}
	}
	records := func(f func(s *result.SamplesFile)) func(*result.Result, *result.SamplesFile) {
		return func(_ *result.Result, s *result.SamplesFile) { f(s) }
	}
	const energy = "energy_per_output_token_j"
	return []tampering{
		// The file itself.
		{"a headline is edited in the file", "V01", E, func(b *board) { b.text(`"class": "ranked"`, `"class": "energy"`) }},
		{"a file is cut off", "V01", E, func(b *board) {
			data, _ := os.ReadFile(b.full(b.path))
			b.write(b.path, data[:len(data)/2])
		}},
		{"a file is empty", "V01", E, func(b *board) { b.write(b.path, nil) }},
		{"NaN as a value", "V01", E, func(b *board) { b.text(`"records": `, `"records": NaN, "x": `) }},
		{"null as a value", "V01", E, func(b *board) { b.text(`"license": "CC-BY-4.0"`, `"license": null`) }},
		{"a number written as text", "V01", E, func(b *board) { b.text(`"count": 1,`, `"count": "1",`) }},
		{"a key twice, the second with another value", "V01", E, func(b *board) { b.text(`"license": "CC-BY-4.0"`, `"license": "CC-BY-4.0", "license": "CC0-1.0"`) }},
		{"a key that does not exist", "V01", E, func(b *board) { b.text(`"license":`, `"licence": "x", "license":`) }},
		{"a metric in a unit of one's own (energy_kwh)", "V01", E, func(b *board) {
			b.forge(func(r *result.Result) {
				r.Metrics["energy_kwh"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
			})
		}},
		{"bytes that are not UTF-8", "V01", E, func(b *board) { b.text("Example Lab", "Example \xff\xfe Lab") }},
		{"UTF-16", "V01", E, func(b *board) { b.write(b.path, []byte("\xff\xfe{\x00}\x00")) }},
		{"brackets nested a million deep", "V01", E, func(b *board) { b.write(b.path, bytes.Repeat([]byte("["), 1_000_000)) }},
		{"a file of 1 GB", "V01", E, func(b *board) {
			if err := os.Truncate(b.full(b.path), 1<<30); err != nil {
				b.t.Fatal(err)
			}
		}},
		{"a key or token in a command", "V01", E, func(b *board) {
			b.forge(func(r *result.Result) { r.Software.LaunchCommand += " --token=hf_" + strings.Repeat("aB3", 10) })
		}},
		{"the path of somebody's home folder", "V01", E, func(b *board) {
			b.forge(func(r *result.Result) { r.Software.LaunchCommand += " /home/someone/model" })
		}},
		{"no attestation", "V01", E, func(b *board) { b.forge(func(r *result.Result) { r.Attestation = nil }) }},
		{"an attestation without a name", "V01", E, func(b *board) {
			b.forge(func(r *result.Result) { r.Attestation.DataIntegrity.Name = "" })
		}},
		{"no data licence", "V01", E, func(b *board) { b.forge(func(r *result.Result) { r.License = "" }) }},
		{"no revision of the model", "V01", E, func(b *board) { b.forge(func(r *result.Result) { r.Model.Revision = "" }) }},

		// Numbers that do not follow from the records. The id was made anew.
		{"a headline made better, with a new id", "V03", E, func(b *board) {
			b.forge(metric(energy, func(m *result.Metric) { m.Value *= 0.98 }))
		}},
		{"a headline changed in its last bit, with a new id", "V03", E, func(b *board) {
			b.forge(metric("output_tokens_per_s", func(m *result.Metric) { m.Value *= 1 + 4e-16 }))
		}},
		{"a narrower interval", "V03", E, func(b *board) {
			b.forge(metric(energy, func(m *result.Metric) { m.CI95[1] = m.Value }))
		}},
		{"a percentile of a distribution changed", "V03", E, func(b *board) {
			b.forge(func(r *result.Result) { *r.Distributions["ttft_ms"].P50 -= 0.001 })
		}},
		{"tokens added to a window", "V03", E, func(b *board) { b.forge(func(r *result.Result) { r.Window[1].OutTok += 1000 }) }},
		{"the bad window left out", "V03", E, func(b *board) { b.forge(func(r *result.Result) { r.Window = r.Window[:2] }) }},
		{"a metric that the records do not give", "V03", E, func(b *board) {
			b.forge(func(r *result.Result) {
				r.Metrics["batch_latency_s"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
			})
		}},
		{"a number of one's own, called measured", "V03", E, func(b *board) {
			b.forge(func(r *result.Result) {
				r.Metrics["x_energy_best_j"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
			})
		}},
		{"a higher idle power", "V03", E, func(b *board) { b.forge(func(r *result.Result) { *r.Boundary.IdleW *= 2 }) }},

		// The samples.
		{"samples left out", "V02", E, func(b *board) { b.remove(result.SamplesPath(b.path)) }},
		{"samples of another run", "V02", E, func(b *board) {
			_, other := measured(2)
			b.write(result.SamplesPath(b.path), other)
		}},
		{"a gzip bomb as samples", "V02", E, func(b *board) { b.write(result.SamplesPath(b.path), bomb()) }},
		{"samples that are no gzip", "V02", E, func(b *board) { b.write(result.SamplesPath(b.path), []byte("{}\n")) }},
		{"something hidden behind the samples", "V02", E, func(b *board) {
			_, s := good()
			b.write(result.SamplesPath(b.path), append(slices.Clone(s), "more"...))
		}},
		{"a samples file of 1 GB", "V02", E, func(b *board) {
			if err := os.Truncate(b.full(result.SamplesPath(b.path)), 1<<30); err != nil {
				b.t.Fatal(err)
			}
		}},
		{"a link in place of the samples", "REV-LINK", E, func(b *board) {
			b.remove(result.SamplesPath(b.path))
			link(b, "/etc/passwd", result.SamplesPath(b.path))
		}},

		// Records that are what the result says, and were not measured by the rules.
		{"the clock set during a run", "V04", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) { s.Anchors[9].UnixUs += 60_000 }))
		}},
		{"failed requests called successful", "V05", E, func(b *board) { b.measure(request(50, func(q *result.RequestRecord) { q.HTTP = 500 })) }},
		{"tokens counted by chunks", "V06", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Requests {
					s.Requests[i].Src = result.TokensChunks
				}
			}))
		}},
		{"slow requests left out of the records", "V07", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				s.Requests = slices.DeleteFunc(s.Requests, func(q result.RequestRecord) bool { return q.Run == 2 && q.I == 109 })
			}))
		}},
		{"a tenth of the requests failed", "V08", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Requests {
					if q := &s.Requests[i]; q.Ph == result.PhaseRun && q.I%10 == 3 {
						q.Oc, q.Fin = "timeout_idle", ""
					}
				}
			}))
		}},
		{"a window of half a minute, called ranked", "V09", E, func(b *board) {
			sp := spec
			sp.Requests = 50
			r, _, samples := resulttest.RunFile(sp, waver(1), facts)
			r.Class = result.ClassRanked
			if err := result.Seal(r); err != nil {
				b.t.Fatal(err)
			}
			b.add(r, samples)
		}},
		{"a window chosen by hand", "V10", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				s.Header.Runs[1].WindowStart, s.Header.Runs[1].WindowEnd = 150_000_000, 200_000_000
			}))
		}},
		{"answers longer than was asked for", "V11", E, func(b *board) { b.measure(request(50, func(q *result.RequestRecord) { q.Max = 4 })) }},
		{"power scaled down, the counter forgotten", "V12", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Ticks {
					s.Ticks[i].P[0] = new(*s.Ticks[i].P[0] * 85 / 100)
				}
			}))
		}},
		{"the energy counter set back in the run", "V13", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Ticks {
					if s.Ticks[i].T > 90_000_000 {
						s.Ticks[i].C[0] = new(*s.Ticks[i].C[0] - 15_000_000)
					}
				}
			}))
		}},
		{"power not read while it was high", "V14", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				s.Ticks = slices.DeleteFunc(s.Ticks, func(g result.GPUTick) bool { return g.T > 90_000_000 && g.T < 93_400_000 })
			}))
		}},
		{"power read as 0 again and again", "V15", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) { s.End.ZeroReads[0] = s.End.Reads[0]/1000 + 2 }))
		}},
		{"a part of a GPU (MIG)", "V16", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) { s.Header.Devices[0].MIG = new(true) }))
		}},
		{"somebody else's program on the GPU", "V17", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Slow {
					s.Slow[i].Foreign = []result.ForeignProcess{{Device: 0, Pid: 4242, Bytes: 9_100_000_000}}
				}
			}))
		}},
		{"a GPU of the server that was not measured", "V18", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) { s.Header.Outside = []string{strings.Repeat("77", 32)} }))
		}},
		{"the power limit lowered in a run", "V19", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				s.End.Devices[0].LimitMW = new(int64(500_000))
				s.End.Devices[0].ECC = new(false)
			}))
		}},
		{"a GPU that grew warm in the window", "V20", W, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Slow {
					s.Slow[i].Temp[0] = new(40 + int64(i)/4)
				}
			}))
		}},
		{"a client that was not calibrated", "V21", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) { s.Header.Calibration, s.Calibration = nil, nil }))
		}},
		{"prompts that lay in the server's cache", "V22", E, func(b *board) {
			b.measure(records(func(s *result.SamplesFile) {
				for i := range s.Requests {
					if q := &s.Requests[i]; q.Ph == result.PhaseRun {
						q.Ncache = new(*q.Np / 2)
					}
				}
			}))
		}},
		{"one run, called ranked", "V23", E, func(b *board) {
			sp := spec
			sp.Runs = 1
			r, _, samples := resulttest.RunFile(sp, waver(1), facts)
			r.Class = result.ClassRanked
			if err := result.Seal(r); err != nil {
				b.t.Fatal(err)
			}
			b.add(r, samples)
		}},
		{"energy of 0 for energy not measured", "V24", E, func(b *board) {
			b.report(func(r *result.Result) { r.Metrics[energy] = result.Metric{Value: 0, Provenance: result.ProvReported} })
		}},
		{"a PUE without its source", "V24", E, func(b *board) {
			b.forge(func(r *result.Result) { r.Boundary.PUE = &result.Declared{Value: 1.1} })
		}},
		{"carbon called measured", "V24", E, func(b *board) {
			b.forge(func(r *result.Result) {
				r.Metrics["x_gco2e_g"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
			})
		}},
		{"energy of somebody's hosted model", "V24", E, func(b *board) {
			b.add(resulttest.Endpoint(func(r *result.Result) {
				r.Class = result.ClassEnergy
				r.Metrics[energy] = result.Metric{Value: 0.2, Provenance: result.ProvMeasured}
			}), nil)
		}},

		// The same thing again.
		{"one run handed in twice, under another model's name", "REV-SAMPLES", E, func(b *board) {
			r, samples := good()
			b.add(again(r, func(r *result.Result) { r.Model.Name = "example-org/Example-9B" }), samples)
		}},
		{"the samples of another, with another header", "REV-COPY", E, func(b *board) {
			r, samples := measured(1, records(func(s *result.SamplesFile) { s.Header.EpochUnixUs -= 3_600_000_000 }), func(r *result.Result, _ *result.SamplesFile) {
				r.By.Name, r.MeasuredAt = "Another Lab", "2026-03-02T08:30:00Z"
			})
			b.add(r, samples)
		}},
		{"the samples of another, with all times shifted", "REV-COPY", E, func(b *board) {
			r, samples := measured(1, records(func(s *result.SamplesFile) { shift(s, 777_000) }))
			b.add(r, samples)
		}},
		{"the request times of another, with other power", "REV-COPY", E, func(b *board) {
			r, samples := measured(1, records(func(s *result.SamplesFile) {
				for i := range s.Ticks {
					s.Ticks[i].P[0] = new(*s.Ticks[i].P[0]*9/10 + s.Ticks[i].T%701)
					s.Ticks[i].C[0] = new(*s.Ticks[i].C[0] * 9 / 10)
				}
			}))
			b.add(r, samples)
		}},
		{"the power trace of another, with other requests", "REV-COPY", E, func(b *board) {
			one := resulttest.Samples(spec)
			waver(1)(nil, one)
			r, samples := measured(2, records(func(s *result.SamplesFile) { s.Ticks = one.Ticks }))
			b.add(r, samples)
		}},
		{"one run twice, its samples kept elsewhere", "REV-RUN", E, func(b *board) {
			r, _ := good()
			b.add(again(r, func(r *result.Result) {
				r.Samples.SHA256, r.Samples.URL = strings.Repeat("0f", 32), "https://example.org/samples.gz"
			}), nil)
		}},
		{"a result under two file names", "RES-DUP", E, func(b *board) {
			data, _ := os.ReadFile(b.full(b.path))
			b.write("results/example-org/Example-8B/b200/"+path.Base(b.path), data)
		}},
		{"a row of a source twice, once with better numbers", "REV-ROW", W, func(b *board) {
			b.report(func(r *result.Result) {
				r.Metrics["output_tokens_per_s"] = result.Metric{Value: 2400, Provenance: result.ProvReported}
			})
		}},
		{"the numbers of one model under another's name", "REV-VALUES", W, func(b *board) {
			b.report(func(r *result.Result) { r.Model.Name = "example-org/Example-9B" })
		}},
		{"millijoules taken for joules", "REV-BETTER", W, func(b *board) {
			for i, v := range []float64{0.2, 0.25, 0.3} {
				b.report(func(r *result.Result) {
					r.Model.Name = fmt.Sprintf("example-org/Example-%d", i)
					r.Metrics = map[string]result.Metric{energy: {Value: v, Provenance: result.ProvReported}}
				})
			}
			b.report(func(r *result.Result) {
				r.Model.Name = "example-org/Example-wrong"
				r.Metrics = map[string]result.Metric{energy: {Value: 0.00024, Provenance: result.ProvReported}}
			})
		}},

		// Names, places, kinds of files.
		{"a file name that is not of its content", "RES-PATH", E, func(b *board) { b.move("results/example-org/Example-8B/h100/lm-arena-chat-00000000.json") }},
		{"a file below another model's name", "RES-PATH", W, func(b *board) { b.move("results/example-org/Example-9B/h100/" + path.Base(b.path)) }},
		{"a model's name that climbs out of the folder", "REV-NAME", E, func(b *board) { b.forge(func(r *result.Result) { r.Model.Name = "../../../etc/passwd" }) }},
		{"a line break in a model's name", "RES-TEXT", E, func(b *board) { b.forge(func(r *result.Result) { r.Model.Name = "example-org/x\n::error::y" }) }},
		{"a line break in a file's name", "REV-NAME", E, func(b *board) { b.write("results/a\n::error::b.json", []byte("{}")) }},
		{"a command of a build log in a file's name", "REV-NAME", E, func(b *board) { b.write("results/::set-output name=x::y.json", []byte("{}")) }},
		{"a flag as a file's name", "REV-NAME", E, func(b *board) { b.write("results/--exec=id.json", []byte("{}")) }},
		{"bytes that are not UTF-8 in a file's name", "REV-NAME", E, func(b *board) { b.write("results/a\xffb.json", []byte("{}")) }},
		{"a link that leads out of the board", "RES-LINK", E, func(b *board) { link(b, "/etc/passwd", "results/example-org/x.json") }},
		{"a link to a folder", "RES-LINK", E, func(b *board) { link(b, ".", "results/example-org/again") }},
		{"a program beside the results", "REV-STRAY", W, func(b *board) { b.write("results/example-org/run.sh", []byte("#!/bin/sh\n")) }},
		{"a signature without its result", "REV-STRAY", W, func(b *board) { b.write("results/example-org/x.json.sig", nil) }},
		{"samples without a result", "REV-STRAY", W, func(b *board) { b.write("results/example-org/x.samples.jsonl.gz", nil) }},

		// What the result says of itself and of the catalogue.
		{"a licence that nobody knows", "CAT-LICENSE", W, func(b *board) { b.forge(func(r *result.Result) { r.License = "Mine-1.0" }) }},
		{"a task that is not declared", "CAT-TASK", E, func(b *board) { b.forge(func(r *result.Result) { r.Workload.Task = "my-own-task" }) }},
		{"a model that is not in the catalogue", "CAT-MODEL", W, func(b *board) { b.forge(func(r *result.Result) { r.Model.Name = "example-org/Exmaple-8B" }) }},
		{"another accelerator than the driver reports", "CAT-DEVICE", E, func(b *board) {
			b.forge(func(r *result.Result) { r.Hardware.Devices[0].Name = "NVIDIA A100-SXM4-80GB" })
		}},
		{"a command that runs another model", "CAT-COMMAND", E, func(b *board) {
			b.report(func(r *result.Result) { r.Workload.Command = "bench --model other-org/Other-1B" })
		}},
		{"a script as an address", "V01", E, func(b *board) { b.forge(func(r *result.Result) { r.By.URL = "javascript:alert(1)" }) }},
		{"a password in an address", "RES-URL", E, func(b *board) { b.forge(func(r *result.Result) { r.By.URL = "https://somebody:word@example.org/" }) }},
		{"text that runs backwards", "RES-TEXT", E, func(b *board) { b.forge(func(r *result.Result) { r.By.Name = "Lab \u202egnp.exe" }) }},
		{"a reported number called measured", "RES-PROV", E, func(b *board) {
			b.report(func(r *result.Result) {
				r.Metrics[energy] = result.Metric{Value: 0.25, Provenance: result.ProvMeasured}
			})
		}},
		{"a derived number that its formula does not give", "RES-FORMULA", E, func(b *board) {
			b.report(metric("energy_per_1000_requests_wh", func(m *result.Metric) { m.Value = 20 }))
		}},
		{"kWh taken for Wh", "RES-CONTRADICTION", W, func(b *board) {
			b.report(func(r *result.Result) {
				r.Metrics["energy_per_1000_requests_wh"] = result.Metric{Value: 0.0278, Provenance: result.ProvReported}
			})
		}},
		{"an interval without its value", "RES-INTERVAL", E, func(b *board) {
			b.report(metric(energy, func(m *result.Metric) { m.CI95 = &result.Interval{0.1, 0.2} }))
		}},
		{"percentiles out of order", "RES-ORDER", E, func(b *board) {
			b.report(func(r *result.Result) {
				d := r.Distributions["itl_ms"]
				d.P99 = P(1)
				r.Distributions["itl_ms"] = d
			})
		}},
		{"greedy, with a temperature", "RES-SAMPLING", E, func(b *board) { b.forge(func(r *result.Result) { r.Workload.Sampling.Temperature = P(0.7) }) }},
		{"published on a day that does not exist", "RES-DATE", E, func(b *board) { b.report(func(r *result.Result) { r.Source.Published = "2026-02-30" }) }},
		{"a caveat that is not in the catalogue", "CAT-CAVEAT", E, func(b *board) { b.report(func(r *result.Result) { r.Source.Caveats = []string{"none-such"} }) }},
		{"a simulated result", "REV-DRAFT", W, func(b *board) {
			b.measure(func(r *result.Result, _ *result.SamplesFile) { r.Draft, r.Attestation = "simulated", nil })
		}},

		// Moderation.
		{"a withdrawn result that comes back", "CAT-WITHDRAWN", E, func(b *board) {
			b.moderation = "withdrawals:\n  - id: \"" + b.decode(b.path).ID + "\"\n    reason: unreproducible\n    date: 2026-03-05\n    discussion: https://example.org/1\n    title: A result\n    model: example-org/Example-8B\n    task: lm-arena-chat\n"
		}},
		{"a flag that names no result", "CAT-FLAG", W, func(b *board) {
			b.moderation = "flags:\n  - id: \"" + strings.Repeat("0", 64) + "\"\n    reason: unreproducible\n    date: 2026-03-05\n    discussion: https://example.org/1\n"
		}},
		{"a result taken away without a word", "REV-GONE", W, func(b *board) {
			b.changed = map[string]bool{b.path: true}
			b.remove(b.path)
			b.remove(result.SamplesPath(b.path))
		}},
	}
}

// TestTampering makes every row's board and looks for its finding.
func TestTampering(t *testing.T) {
	rows := tamperings()
	if len(rows) < 40 {
		t.Errorf("%d rows, want 40 or more", len(rows))
	}
	for _, rule := range result.Rules() {
		if !slices.ContainsFunc(rows, func(r tampering) bool { return r.rule == rule.ID }) {
			t.Errorf("no row is caught by %s", rule.ID)
		}
	}
	clean, _ := newBoard(t).validate()
	for _, row := range rows {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			for _, f := range clean {
				if f.Rule == row.rule && f.Level == row.level {
					t.Fatalf("a good board has this finding too: %v", f)
				}
			}
			b := newBoard(t)
			row.do(b)
			fs, _ := b.validate()
			for _, f := range fs {
				if f.Rule == row.rule && f.Level == row.level {
					return
				}
			}
			t.Errorf("not caught by %s at level %s; found:\n%s", row.rule, row.level, listing(fs))
		})
	}
}

// TestTamperingPage holds the manual's table to the rows.
func TestTamperingPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| what was handed in | caught by | level |\n|---|---|---|\n")
	for _, r := range tamperings() {
		fmt.Fprintf(&b, "| %s | [%s](#%s) | %s |\n", r.what, r.rule, strings.ToLower(r.rule), r.level)
	}
	b.WriteString("\n")
	holdPage(t, "## What is caught\n", "## Every rule\n", b.String())
}

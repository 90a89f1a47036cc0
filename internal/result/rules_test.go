// Every validity rule against measurements that break it and against ones that
// just do not (test X7).

package result_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

func faults() []fault {
	const W, E, ok = result.Warn, result.Error, result.Level("")
	return []fault{
		{rule: "V01", level: E, name: "no engine version", after: func(r *result.Result) { r.Software.Engine.Version = "" }, says: "version is missing"},
		{rule: "V01", level: E, name: "a key in text", after: func(r *result.Result) { r.Software.LaunchCommand += " --token=hf_" + strings.Repeat("aB3", 10) }},
		{rule: "V01", level: E, name: "a private path", after: func(r *result.Result) { r.Software.LaunchCommand += " /home/someone/model" }},
		{rule: "V01", level: ok, name: "a command without secrets", after: func(r *result.Result) { r.Software.LaunchCommand += " --max-num-seqs 64" }},

		{rule: "V02", level: E, name: "another file", after: func(r *result.Result) { r.Samples.SHA256 = strings.Repeat("0", 64) }, says: "result says 000000000000"},
		{rule: "V02", level: E, name: "another count", after: func(r *result.Result) { r.Samples.Records++ }, says: "records"},
		{rule: "V02", level: E, name: "a run listed twice", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Runs[2] = s.Header.Runs[0]
		}), says: "run 1 is listed in place of run 3"},
		{rule: "V02", level: ok, name: "kept elsewhere and given", after: func(r *result.Result) { r.Samples.URL = "https://example.org/samples.gz" }},

		{rule: "V03", level: E, name: "a headline in its last bit", after: func(r *result.Result) {
			m := r.Metrics["energy_per_output_token_j"]
			m.Value = m.Value * (1 + 2e-16*2)
			r.Metrics["energy_per_output_token_j"] = m
		}, says: "/metrics/energy_per_output_token_j/value stored", also: []string{"RES-INTERVAL"}},
		{rule: "V03", level: E, name: "an interval", after: func(r *result.Result) { r.Metrics["energy_j"].CI95[1]++ }},
		{rule: "V03", level: E, name: "a distribution", after: func(r *result.Result) { *r.Distributions["ttft_ms"].Stddev += 0.001 }, says: "/distributions/ttft_ms/stddev stored 0.001, recomputed 0"},
		{rule: "V03", level: E, name: "window tokens", after: func(r *result.Result) { r.Window[1].OutTok++ }, says: "/window/1/output_tokens"},
		{rule: "V03", level: E, name: "window start", after: func(r *result.Result) { r.Window[0].StartUs++ }},
		{rule: "V03", level: E, name: "device energy", after: func(r *result.Result) { r.Window[2].Devices[0].EnergyMJ-- }, says: "/window/2/devices/0/energy_mj"},
		{rule: "V03", level: E, name: "a window left out", after: func(r *result.Result) { r.Window = r.Window[:2] }, says: "has 2 entries, the samples give 3"},
		{rule: "V03", level: E, name: "a metric left out", after: func(r *result.Result) { delete(r.Metrics, "error_rate") }, says: "missing; the samples give it"},
		{rule: "V03", level: E, name: "a metric made up", after: func(r *result.Result) {
			r.Metrics["batch_latency_s"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
		}, says: "is stored, but the samples do not give it"},
		{rule: "V03", level: E, name: "a number of one's own, called measured", after: func(r *result.Result) {
			r.Metrics["x_energy_best_j"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
		}, says: "x_energy_best_j is said to be measured"},
		{rule: "V03", level: E, name: "a number of one's own, derived from nothing", after: func(r *result.Result) {
			r.Metrics["x_score"] = result.Metric{Value: 1, Provenance: result.ProvDerived}
		}},
		{rule: "V03", level: E, name: "a distribution of one's own, called measured", after: func(r *result.Result) {
			r.Distributions["x_wait_ms"] = result.Distribution{N: 3, Mean: new(1.5), Provenance: result.ProvMeasured}
		}},
		{rule: "V03", level: ok, name: "a number of one's own, with its formula", after: func(r *result.Result) {
			r.Metrics["x_double_j"] = result.Metric{Value: 2 * r.Metrics["energy_j"].Value, Provenance: result.ProvDerived, Formula: "energy_j * 2"}
		}},
		{rule: "V03", level: E, name: "the idle baseline", after: func(r *result.Result) { *r.Boundary.IdleW /= 2 }, says: "/boundary/idle_w"},
		{rule: "V03", level: E, name: "the calibration", after: func(r *result.Result) { *r.Client.Calibration.TTFTBiasP50 = 0 }},
		{rule: "V03", level: E, name: "a calibration that was not made", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Calibration, s.Calibration = nil, nil
		}), after: func(r *result.Result) { r.Client.Calibration.TTFTBiasP50 = new(0.1) }, says: "/client/calibration/ttft_bias_p50_ms is stored", also: []string{"V21"}},
		{rule: "V03", level: E, name: "another method", before: inSamples(func(s *result.SamplesFile) { s.Header.Method = "jouleboard.method/9" })},
		{rule: "V03", level: ok, name: "a declared number beside them", after: func(r *result.Result) {
			r.Metrics["x_gco2e_g"] = result.Metric{Value: 1, Provenance: result.ProvEstimated}
		}},

		{rule: "V04", level: E, name: "first token before start", before: oneRequest(50, func(q *result.RequestRecord) { q.Start, q.Sent, q.Hdr = new(*q.First+51), nil, nil }), says: "51 us before start", also: []string{"V01"}},
		{rule: "V04", level: E, name: "runs at the same time", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[1].Start = s.Header.Runs[0].Stop - 1_000_000 }), says: "run 2 begins 1.000 s before run 1 stops"},
		{rule: "V04", level: E, name: "a request before its run", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[1].Start += 500 }), says: "before the run began"},
		{rule: "V04", level: E, name: "end before last token", before: oneRequest(50, func(q *result.RequestRecord) { q.End = new(*q.Last - 1) }), says: "end 1 us before last token"},
		{rule: "V04", level: E, name: "negative time", before: oneRequest(0, func(q *result.RequestRecord) { q.Sched = new(int64(-1)) }), says: "before the clock began"},
		{rule: "V04", level: E, name: "events past the last token", before: oneRequest(50, func(q *result.RequestRecord) { q.Dt[0]++ }), says: "events end at"},
		{rule: "V04", level: E, name: "no end", before: oneRequest(109, func(q *result.RequestRecord) { q.Oc, q.Fin, q.End = result.OutcomeCancelled, "", nil }), says: "no end"},
		{rule: "V04", level: E, name: "wall clock set", before: inSamples(func(s *result.SamplesFile) { s.Anchors[9].UnixUs += 60_000 }), says: "moved by"},
		{rule: "V04", level: E, name: "no anchors", before: inSamples(func(s *result.SamplesFile) { s.Anchors = s.Anchors[:1] })},
		{rule: "V04", level: E, name: "anchors end before the runs", before: inSamples(func(s *result.SamplesFile) {
			s.Anchors = slices.DeleteFunc(s.Anchors, func(a result.Anchor) bool { return a.T > s.Header.Runs[2].Start })
		}), says: "end of run 3"},
		{rule: "V04", level: E, name: "anchors begin after the runs", before: inSamples(func(s *result.SamplesFile) {
			s.Anchors = slices.DeleteFunc(s.Anchors, func(a result.Anchor) bool { return a.T < s.Header.Runs[0].Stop })
		})},
		{rule: "V04", level: E, name: "measured on another day", after: func(r *result.Result) { r.MeasuredAt = "2026-03-03T09:30:00Z" }, says: "the samples begin at 2026-03-02T09:30:00Z"},
		{rule: "V04", level: ok, name: "measured at the same instant elsewhere", after: func(r *result.Result) { r.MeasuredAt = "2026-03-02T10:30:01+01:00" }},
		{rule: "V04", level: ok, name: "wall clock slewed", before: inSamples(func(s *result.SamplesFile) { s.Anchors[9].UnixUs += 49_000 })},

		{rule: "V05", level: E, name: "ok without finish reason", before: oneRequest(50, func(q *result.RequestRecord) { q.Fin = "" }), says: "request 50: ok without finish_reason"},
		{rule: "V05", level: E, name: "ok with an unknown finish reason", before: oneRequest(50, func(q *result.RequestRecord) { q.Fin = "abort" })},
		{rule: "V05", level: E, name: "ok with status 500", before: oneRequest(50, func(q *result.RequestRecord) { q.HTTP = 500 })},
		{rule: "V05", level: E, name: "unknown outcome", before: oneRequest(50, func(q *result.RequestRecord) { q.Oc = "fine" }), says: `unknown outcome "fine"`},
		{rule: "V05", level: E, name: "a run that is not listed", before: oneRequest(50, func(q *result.RequestRecord) { q.Run = 9 }), also: []string{"V07"}},
		{rule: "V05", level: ok, name: "a failure of the list", before: oneRequest(50, func(q *result.RequestRecord) { q.Oc, q.HTTP, q.Fin = "http_429", 429, "" })},

		{rule: "V06", level: E, name: "chunks with token metrics", before: eachRequest(func(_ int64, q *result.RequestRecord) { q.Src = result.TokensChunks }), after: func(r *result.Result) {
			r.Metrics["output_tokens_per_s"] = result.Metric{Value: 5, Provenance: result.ProvDerived}
		}, says: "chunks are not tokens", also: []string{"V03"}},
		{rule: "V06", level: E, name: "chunks cannot be ranked", before: eachRequest(func(_ int64, q *result.RequestRecord) { q.Src = result.TokensChunks })},
		{rule: "V06", level: E, name: "a tokenizer cannot be ranked", before: oneRequest(50, func(q *result.RequestRecord) { q.Src = result.TokensTokenizer }), says: "ranked results need"},
		{rule: "V06", level: W, name: "a tokenizer outside of the ranks", before: oneRequest(50, func(q *result.RequestRecord) { q.Src = result.TokensTokenizer }), after: func(r *result.Result) { r.Class = result.ClassEnergy }},
		{rule: "V06", level: E, name: "unknown source", before: oneRequest(50, func(q *result.RequestRecord) { q.Src = "guess" })},
		{rule: "V06", level: ok, name: "a failure without a source", before: oneRequest(50, func(q *result.RequestRecord) { q.Oc, q.Src = "connect", "" })},

		{rule: "V07", level: E, name: "events miss tokens", before: oneRequest(50, func(q *result.RequestRecord) { q.Dn = []int64{1, 1, 1, 1, 0} }), says: "events hold 4 tokens, usage says 5"},
		{rule: "V07", level: E, name: "counts of too few events", before: oneRequest(50, func(q *result.RequestRecord) { q.Dn = []int64{5} })},
		{rule: "V07", level: E, name: "reasoning beyond output", before: oneRequest(50, func(q *result.RequestRecord) { q.Nr = new(int64(6)) })},
		{rule: "V07", level: E, name: "cached beyond input", before: oneRequest(50, func(q *result.RequestRecord) { q.Ncache = new(int64(201)) })},
		{rule: "V07", level: E, name: "negative tokens", before: oneRequest(50, func(q *result.RequestRecord) { q.Oc, q.Nc = "bad_usage", new(int64(-4)) }), also: []string{"V01"}},
		{rule: "V07", level: E, name: "uneven apportioning", before: oneRequest(50, func(q *result.RequestRecord) { q.Tl, q.Dn = result.TimelineApportioned, []int64{2, 1, 1, 1, 0} })},
		{rule: "V07", level: E, name: "unknown timeline", before: oneRequest(50, func(q *result.RequestRecord) { q.Tl = "smooth" })},
		{rule: "V07", level: E, name: "a record left out", before: inSamples(func(s *result.SamplesFile) {
			s.Requests = slices.DeleteFunc(s.Requests, func(q result.RequestRecord) bool { return q.Run == 2 && q.I == 109 })
		}), says: "run 2 has 109 records, workload.requests is 110"},
		{rule: "V07", level: E, name: "a warm-up that was shorter", after: func(r *result.Result) { r.Workload.Warmup++ }, says: "workload.warmup_requests is"},
		{rule: "V07", level: E, name: "another rate", spec: open, before: plan(func(r *result.Result) { r.Workload.Load.RatePerS = new(2.1) }), says: "due at 2 per second, workload.load.rate_per_s is 2.1"},
		{rule: "V07", level: ok, name: "a rate that arrivals at random stray from", spec: open, before: plan(func(r *result.Result) {
			r.Workload.Load.RatePerS, r.Workload.Load.Arrivals = new(2.1), "poisson"
		})},
		{rule: "V07", level: E, name: "events dropped from a ranked result", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Events = false
			for i := range s.Requests {
				s.Requests[i].Dt = nil
			}
		})},
		{rule: "V07", level: ok, name: "apportioned as the rule says", before: oneRequest(50, func(q *result.RequestRecord) {
			q.Tl, q.Dt, q.Dn = result.TimelineApportioned, []int64{400_000, 600_000}, result.Apportion(5, 3)
		})},

		{rule: "V08", level: E, name: "a tenth fails", before: fail(10), says: "timeout_idle"},
		{rule: "V08", level: W, name: "a thirtieth fails", before: fail(30)},
		{rule: "V08", level: ok, name: "one in a hundred and ten fails", before: fail(110)},
		{rule: "V08", level: E, name: "a run ended early", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[2].Ended = "the server died" }), says: "run 3 ended early: the server died"},

		{rule: "V09", level: E, name: "short for ranked", spec: resulttest.Spec{Concurrency: 2, Requests: 60, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000}, says: "ranked results need 60 s"},
		{rule: "V09", level: E, name: "short for energy", spec: resulttest.Spec{Concurrency: 2, Requests: 9, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000}, says: "energy needs 5 s"},
		{rule: "V09", level: ok, name: "long enough", spec: terse},

		{rule: "V10", level: E, name: "a window of one's own", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Runs[1].WindowStart, s.Header.Runs[1].WindowEnd = 150_000_000, 200_000_000
		}), says: "the samples were written with"},
		{rule: "V10", level: E, name: "too few requests", before: plan(func(r *result.Result) { r.Workload.Load.Concurrency = 55 }), says: "at least 112 are needed", also: []string{"V01", "V24"}},
		{rule: "V10", level: E, name: "fewer in flight than asked for", before: plan(func(r *result.Result) { r.Workload.Load.Concurrency = 3 }), says: "mean in flight 2.00; concurrency is 3"},
		{rule: "V10", level: W, name: "the server takes fewer", before: plan(func(r *result.Result) { r.Workload.Load.ServerBatchLimit = 1 })},
		{rule: "V10", level: E, name: "halves apart", before: eachRequest(func(i int64, q *result.RequestRecord) {
			if i >= 60 && i%2 == 0 {
				q.Nc, q.Dn = new(int64(1)), []int64{1, 0, 0, 0, 0}
			}
		}), says: "halves of the window", also: []string{"V11"}},
		{rule: "V10", level: W, name: "halves a little apart", before: eachRequest(func(i int64, q *result.RequestRecord) {
			if i >= 60 && i%5 == 0 {
				q.Nc, q.Dn = new(int64(1)), []int64{1, 0, 0, 0, 0}
			}
		}), also: []string{"V11"}},
		{rule: "V10", level: E, name: "a duration that nobody asked for", before: inSamples(func(s *result.SamplesFile) {
			for i := range s.Header.Runs {
				s.Header.Runs[i].Rule = result.WindowDuration
			}
		}), says: "workload.load names none"},
		{rule: "V10", level: E, name: "a duration that was asked for and not kept", before: plan(func(r *result.Result) { r.Workload.Load.DurationS = new(70.0) }), says: "of a given number of requests"},
		{rule: "V10", level: E, name: "requests after the end of dispatch", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[1].Stop -= 3_000_000 }), says: "after dispatch had stopped"},
		{rule: "V10", level: ok, name: "a duration that was asked for", before: func(r *result.Result, s *result.SamplesFile) {
			r.Workload.Load.DurationS = new(70.0)
			for i := range s.Header.Runs {
				s.Header.Runs[i].Rule = result.WindowDuration
			}
		}},
		{rule: "V10", level: ok, name: "halves alike", before: plan(func(r *result.Result) { r.Workload.Load.ServerBatchLimit = 2 })},

		{rule: "V11", level: E, name: "over the maximum", before: oneRequest(50, func(q *result.RequestRecord) { q.Max = 4 }), says: "4 were the most asked for"},
		{rule: "V11", level: E, name: "flagged over the maximum", before: oneRequest(50, func(q *result.RequestRecord) { q.Fl = []string{result.FlagOverMax} })},
		{rule: "V11", level: E, name: "stopped early", before: eachRequest(func(i int64, q *result.RequestRecord) {
			if i%20 == 0 {
				q.Nc, q.Dn = new(int64(4)), []int64{1, 1, 1, 1, 0}
			}
		}), says: "18 of 330 outputs are not 5 tokens long"},
		{rule: "V11", level: ok, name: "one in a hundred stopped early", before: oneRequest(50, func(q *result.RequestRecord) { q.Nc, q.Dn = new(int64(4)), []int64{1, 1, 1, 1, 0} })},
		{rule: "V11", level: ok, name: "lengths of the model's own", before: func(r *result.Result, s *result.SamplesFile) {
			r.Workload.OutputTokens = nil
			eachRequest(func(i int64, q *result.RequestRecord) {
				if i%20 == 0 {
					q.Nc, q.Dn = new(int64(4)), []int64{1, 1, 1, 1, 0}
				}
			})(r, s)
		}},

		{rule: "V12", level: E, name: "gain of 12 % in power only", before: scale(112), says: "counter"},
		{rule: "V12", level: W, name: "gain of 7 % in power only", before: scale(107)},
		{rule: "V12", level: ok, name: "gain of 12 % in both", before: scaleBoth(112)}, // the sensor is one: nobody can see it (E3)
		{rule: "V12", level: ok, name: "gain of 4 % in power only", before: scale(104)},
		{rule: "V12", level: W, name: "no power to check against", before: ticks(0, 1<<40, func(g *result.GPUTick) { g.P[0] = nil })},
		{rule: "V12", level: W, name: "gain of 12 % in power while idle", before: ticks(2_000_000, 29_000_000, func(g *result.GPUTick) { g.P[0] = new(*g.P[0] * 112 / 100) }), says: "while idle"},
		{rule: "V12", level: E, name: "integrated power is not ranked", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Devices[0].Source, s.End.Devices[0].Source = "power_instant", "power_instant"
		})},

		{rule: "V13", level: E, name: "counter fell", before: ticks(90_000_000, 1<<40, func(g *result.GPUTick) { g.C[0] = new(*g.C[0] - 15_000_000) }), says: "counter fell by", also: []string{"V12", "V23"}},
		{rule: "V13", level: E, name: "counter froze", before: func(_ *result.Result, s *result.SamplesFile) {
			var still *int64
			for i := range s.Ticks {
				if g := &s.Ticks[i]; g.T >= 90_000_000 && g.T < 93_000_000 {
					if still == nil {
						still = g.C[0]
					}
					g.C[0] = still
				}
			}
		}, says: "stood still for"},
		{rule: "V13", level: E, name: "counter jumped", before: ticks(90_000_000, 1<<40, func(g *result.GPUTick) { g.C[0] = new(*g.C[0] + 1_000_000) }), says: "jumped by"},
		{rule: "V13", level: ok, name: "counter still for a second", before: func(_ *result.Result, s *result.SamplesFile) {
			var still *int64
			for i := range s.Ticks {
				if g := &s.Ticks[i]; g.T >= 90_000_000 && g.T < 91_500_000 {
					if still == nil {
						still = g.C[0]
					}
					g.C[0] = still
				}
			}
		}},

		{rule: "V14", level: E, name: "3.4 s without samples", before: gap(90_000_000, 3_400_000), says: "without samples at 90.00 s"},
		{rule: "V14", level: W, name: "0.8 s without samples", before: gap(90_000_000, 800_000)},
		{rule: "V14", level: ok, name: "0.4 s without samples", before: gap(90_000_000, 400_000)},
		{rule: "V14", level: E, name: "readings fail for 3 s", before: ticks(90_000_000, 93_000_000, func(g *result.GPUTick) { g.C[0], g.P[0] = nil, nil })},
		{rule: "V14", level: E, name: "sampled each 300 ms", spec: resulttest.Spec{Concurrency: 2, Requests: 110, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 300_000, UpdateUs: 600_000}, says: "median gap"},
		{rule: "V14", level: E, name: "sampling ends with the last window", before: inSamples(func(s *result.SamplesFile) {
			end := s.Header.Runs[2].Stop + 500_000
			s.Ticks = slices.DeleteFunc(s.Ticks, func(g result.GPUTick) bool { return g.T > end })
			s.Header.Idle = s.Header.Idle[:1]
		}), says: "both edges"},

		{rule: "V15", level: E, name: "above the limit", before: func(r *result.Result, s *result.SamplesFile) {
			limits(r, s, 450, 450)
		}, says: "mean 500 W exceeds the 450 W limit"},
		{rule: "V15", level: E, name: "below idle", spec: resulttest.Spec{Concurrency: 2, Requests: 110, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 100_000, UpdateUs: 200_000, BusyMW: 100_000}, says: "below the idle baseline of 120 W"},
		{rule: "V15", level: E, name: "reads of zero", before: inSamples(func(s *result.SamplesFile) { s.End.ZeroReads[0] = s.End.Reads[0]/1000 + 2 }), says: "power reads gave 0"},
		{rule: "V15", level: E, name: "zeros written as readings", before: ticks(90_000_000, 91_500_000, func(g *result.GPUTick) { g.P[0] = new(int64(0)) })},
		{rule: "V15", level: E, name: "zeros that nobody counted", before: func(r *result.Result, s *result.SamplesFile) {
			s.End.Reads, s.End.ZeroReads = nil, nil
			s.Ticks[900].P[0] = new(int64(0))
		}},
		{rule: "V15", level: ok, name: "a read of zero", before: inSamples(func(s *result.SamplesFile) { s.End.ZeroReads[0] = 1 })},

		{rule: "V16", level: E, name: "MIG", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Devices[0].MIG, s.End.Devices[0].MIG = new(true), new(true)
		}), says: "is in MIG mode"},
		{rule: "V16", level: E, name: "MIG by the result alone", before: plan(func(r *result.Result) { r.Hardware.Devices[0].MIG = new(true) })},
		{rule: "V16", level: E, name: "MIG by the samples alone", before: func(r *result.Result, s *result.SamplesFile) {
			s.Header.Devices[0].MIG, s.End.Devices[0].MIG = new(true), new(true)
			r.Hardware.Devices[0].MIG = new(false)
		}, says: "mig is off, the samples say that it is on"},
		{rule: "V16", level: E, name: "a virtual device", before: inSamples(func(s *result.SamplesFile) { s.Header.Devices[0].Virtual = new(true) })},
		{rule: "V16", level: ok, name: "MIG not known", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Devices[0].MIG, s.End.Devices[0].MIG = nil, nil
		})},

		{rule: "V17", level: E, name: "a foreign process", before: slow(func(_ int64, v *result.SlowState) {
			v.Foreign = []result.ForeignProcess{{Device: 0, Pid: 4242, Bytes: 9_100_000_000}}
		}), says: "pid 4242 used 9.1 GB"},
		{rule: "V17", level: W, name: "processes not visible", before: inSamples(func(s *result.SamplesFile) { s.Header.PidVisibility = "none" })},
		{rule: "V17", level: E, name: "several foreign processes", before: slow(func(k int64, v *result.SlowState) {
			v.Foreign = []result.ForeignProcess{{Device: 0, Pid: 4242 + k%3}}
		}), says: "(and 2 other processes)"},
		{rule: "V17", level: W, name: "processes not read in a window", before: inSamples(func(s *result.SamplesFile) {
			s.Slow = slices.DeleteFunc(s.Slow, func(v result.SlowState) bool { return v.T > 50_000_000 && v.T < 140_000_000 })
		}), says: "were not read in the window"},
		{rule: "V17", level: ok, name: "a foreign process before the window", before: inSamples(func(s *result.SamplesFile) {
			s.Slow[5].Foreign = []result.ForeignProcess{{Device: 0, Pid: 4242}}
		})},

		{rule: "V18", level: E, name: "a device too few", before: plan(func(r *result.Result) { r.Hardware.Count, r.Hardware.Interconnect = 2, "nvlink" }), says: "count is 2"},
		{rule: "V18", level: E, name: "a server process elsewhere", before: inSamples(func(s *result.SamplesFile) { s.Header.Outside = []string{strings.Repeat("77", 32)} }), says: "server also runs on GPU 77777777"},
		{rule: "V18", level: E, name: "a device changed", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].UUIDSHA256 = strings.Repeat("99", 32) }), says: "device set changed"},
		{rule: "V18", level: E, name: "a device twice", spec: two(), before: func(r *result.Result, s *result.SamplesFile) {
			id := s.Header.Devices[0].UUIDSHA256
			s.Header.Devices[1].UUIDSHA256, s.End.Devices[1].UUIDSHA256, r.Hardware.Devices[1].UUIDSHA256 = id, id, id
		}, says: "was sampled twice"},
		{rule: "V18", level: E, name: "a device gone at the end", before: inSamples(func(s *result.SamplesFile) { s.End.Devices = nil })},
		{rule: "V18", level: E, name: "a server that spans two machines", before: plan(func(r *result.Result) {
			r.Software.Parallelism = &result.Parallelism{Tensor: 8, Pipeline: 2}
		}), says: "spread over 8 x 2 devices, but 1 device was sampled"},
		{rule: "V18", level: ok, name: "replicas within a device", before: plan(func(r *result.Result) {
			r.Software.Parallelism = &result.Parallelism{Tensor: 1, Data: 4, Expert: 8}
		})},
		{rule: "V18", level: E, name: "devices of two models", spec: two(), before: plan(func(r *result.Result) { r.Hardware.Devices[1].Name = "NVIDIA A100" }), says: "devices of several models"},
		{rule: "V18", level: ok, name: "declared devices of two models", spec: two(), before: plan(func(r *result.Result) {
			r.Hardware.Devices[1].Name, r.Hardware.Mixed = "NVIDIA A100", new(true)
		})},
		{rule: "V18", level: E, name: "module power called gpu", before: inSamples(func(s *result.SamplesFile) { s.Header.Devices[0].Scope = "module" }), says: "boundary.includes must be module"},
		{rule: "V18", level: E, name: "GPU power called wall", before: plan(func(r *result.Result) { r.Boundary.Includes = "wall" }), says: "the energy of GPUs alone"},
		{rule: "V18", level: E, name: "GPU power called module", before: plan(func(r *result.Result) { r.Boundary.Includes = "module" })},
		{rule: "V18", level: ok, name: "module power called module", before: func(r *result.Result, s *result.SamplesFile) {
			s.Header.Devices[0].Scope, r.Boundary.Includes = "module", "module"
		}},

		{rule: "V19", level: E, name: "power limit changed", before: slow(func(k int64, v *result.SlowState) { v.Limit[0] = new(int64(500_000)) }), says: "power limit changed 700 -> 500 W"},
		{rule: "V19", level: E, name: "driver changed", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].Driver = "581.1" }), says: "driver changed"},
		{rule: "V19", level: E, name: "ECC turned off", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].ECC = new(false) })},
		{rule: "V19", level: E, name: "clocks locked meanwhile", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].LockedSM = new(int64(1200)) })},
		{rule: "V19", level: E, name: "memory clock locked meanwhile", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].LockedMem = new(int64(2000)) }), says: "locked memory clock changed"},
		{rule: "V19", level: E, name: "persistence turned off", before: inSamples(func(s *result.SamplesFile) { s.End.Devices[0].Persistence = new(false) }), says: "persistence mode changed"},
		{rule: "V19", level: E, name: "another limit in the result", after: device(func(d *result.Device) { *d.PowerLimitW = 800 }), says: "power_limit_w is 800 W, the samples say 700 W"},
		{rule: "V19", level: E, name: "another default in the result", after: device(func(d *result.Device) { *d.PowerLimitDefaultW = 600 })},
		{rule: "V19", level: E, name: "a limit that was not read", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Devices[0].LimitMW, s.End.Devices[0].LimitMW = nil, nil
		}), says: "which the samples do not show"},
		{rule: "V19", level: E, name: "another application clock in the result", after: device(func(d *result.Device) { *d.SMClockMHz = 1200 }), says: "sm_clock_mhz is 1200 MHz, the samples say 1980 MHz"},
		{rule: "V19", level: E, name: "a clock left out", after: device(func(d *result.Device) { d.MemoryClockMHz = nil }), says: "memory_clock_mhz is missing"},
		{rule: "V19", level: E, name: "ECC denied", after: device(func(d *result.Device) { d.ECC = new(false) }), says: "ecc is false, the samples say true"},
		{rule: "V19", level: E, name: "persistence denied", after: device(func(d *result.Device) { d.Persistence = new(false) })},
		{rule: "V19", level: E, name: "another driver in the result", after: func(r *result.Result) { r.Software.Driver = "600.1" }, says: "was measured with"},
		{rule: "V19", level: W, name: "limit below default", before: func(r *result.Result, s *result.SamplesFile) {
			limits(r, s, 700, 800)
		}, says: "below the default of 800 W"},
		{rule: "V19", level: ok, name: "nothing known of ECC", before: func(r *result.Result, s *result.SamplesFile) {
			s.Header.Devices[0].ECC, s.End.Devices[0].ECC = nil, nil
			r.Hardware.Devices[0].ECC = new(false)
		}},

		{rule: "V20", level: E, name: "thermal slowdown for 15 %", before: throttled(10), says: "slowdown for 1"},
		{rule: "V20", level: W, name: "thermal slowdown for 4 %", before: throttled(3)},
		{rule: "V20", level: ok, name: "software power cap all the time", before: inSamples(func(s *result.SamplesFile) {
			for i := range s.Slow {
				s.Slow[i].Throttle[result.ReasonSWPowerCap] = []*int64{new(s.Slow[i].T * 1000)}
			}
		})},
		{rule: "V20", level: W, name: "temperature drifts", before: slow(func(k int64, v *result.SlowState) { v.Temp[0] = new(55 + k/4) }), says: "temperature went from"},
		{rule: "V20", level: ok, name: "temperature settles", before: slow(func(k int64, v *result.SlowState) { v.Temp[0] = new(60 + k/10) })},

		{rule: "V21", level: E, name: "client slow by 12 %", before: bias(36_000), says: "client adds 36 ms to a TTFT of 300 ms (12 %)"},
		{rule: "V21", level: W, name: "client slow by 7 %", before: bias(21_000)},
		{rule: "V21", level: W, name: "client's CPU busy", before: inSamples(func(s *result.SamplesFile) {
			for i := range s.CPU {
				s.CPU[i].Busy = new(int64(950))
			}
		}), says: "95 % busy"},
		{rule: "V21", level: E, name: "a client that was not calibrated", before: inSamples(func(s *result.SamplesFile) {
			s.Header.Calibration, s.Calibration = nil, nil
		}), after: func(r *result.Result) { r.Client.Calibration = &result.Calibration{Streams: 2} }, says: "was not measured"},
		{rule: "V21", level: W, name: "a client calibrated with too few streams", before: inSamples(func(s *result.SamplesFile) { s.Header.Calibration.Streams = 1 }), says: "with 1 stream, the load keeps 2"},
		{rule: "V21", level: ok, name: "client slow by 4 %", before: bias(12_000)},
		{rule: "V21", level: E, name: "open loop starts late", spec: open, before: overdue(40_000), says: "started 40 ms late"},
		{rule: "V21", level: W, name: "open loop starts a little late", spec: open, before: overdue(8_000)},
		{rule: "V21", level: ok, name: "open loop starts in time", spec: open},

		{rule: "V22", level: E, name: "a prompt of the warm-up", before: func(r *result.Result, s *result.SamplesFile) {
			oneRequest(50, func(q *result.RequestRecord) { q.Ph16 = s.Requests[3].Ph16 })(r, s)
		}, says: "used in the warm-up"},
		{rule: "V22", level: E, name: "a prompt twice", before: func(r *result.Result, s *result.SamplesFile) {
			var other string
			oneRequest(51, func(q *result.RequestRecord) { other = q.Ph16 })(r, s)
			oneRequest(50, func(q *result.RequestRecord) { q.Ph16 = other })(r, s)
		}, says: "its prompt was measured before, in run 1"},
		{rule: "V22", level: E, name: "a prompt again in another run", before: func(r *result.Result, s *result.SamplesFile) {
			again(s, 1, 2)
		}, says: "its prompt was measured before, in run 1"},
		{rule: "V22", level: E, name: "a prompt without a hash", before: oneRequest(50, func(q *result.RequestRecord) { q.Ph16 = "" })},
		{rule: "V22", level: E, name: "cached under cold", before: eachRequest(func(_ int64, q *result.RequestRecord) { q.Ncache = new(int64(76)) }), says: "cached 38 % of prompt tokens"},
		{rule: "V22", level: ok, name: "cached under a shared system prompt", before: func(r *result.Result, s *result.SamplesFile) {
			r.Workload.PrefixPolicy = "shared-system-prompt"
			eachRequest(func(_ int64, q *result.RequestRecord) { q.Ncache = new(int64(76)) })(r, s)
		}},
		{rule: "V22", level: ok, name: "prompts again after a restart", before: func(r *result.Result, s *result.SamplesFile) {
			r.Workload.Isolation = "restart"
			again(s, 1, 2)
		}},
		{rule: "V22", level: ok, name: "declared repeats", before: func(r *result.Result, s *result.SamplesFile) {
			r.Workload.AllowRepeat = new(true)
			again(s, 1, 2)
		}},

		{rule: "V23", level: E, name: "two runs", spec: runs(2), says: "2 runs; ranked results need 3"},
		{rule: "V23", level: E, name: "another seed", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[2].Seed = 5 })},
		{rule: "V23", level: E, name: "a seed that was not used", after: func(r *result.Result) { r.Workload.Seed = new(int64(9)) }, says: "workload.seed is 9, the runs were drawn from 0"},
		{rule: "V23", level: E, name: "another configuration", before: inSamples(func(s *result.SamplesFile) { s.Header.Runs[1].Config = strings.Repeat("cd", 32) }), says: "run 2 differs"},
		{rule: "V23", level: E, name: "runs vary by much", spec: runs(3), before: slowRun(3, 145), says: "varies by"},
		{rule: "V23", level: W, name: "runs vary", spec: runs(3), before: slowRun(3, 115)},
		{rule: "V23", level: E, name: "energy alone varies by much", before: costlier(3, 140), says: "energy_per_output_token_j varies by"},
		{rule: "V23", level: W, name: "energy alone varies", before: costlier(3, 112)},
		{rule: "V23", level: ok, name: "runs vary a little", spec: runs(3), before: slowRun(3, 104)},

		{rule: "V24", level: E, name: "energy of zero", after: func(r *result.Result) {
			r.Metrics["x_y"] = result.Metric{Value: 1, Provenance: result.ProvEstimated}
			m := r.Metrics["energy_j"]
			m.Value, m.CI95, m.Repeat95 = 0, nil, nil
			r.Metrics["energy_j"] = m
		}, says: "leave it out", also: []string{"V03"}},
		{rule: "V24", level: E, name: "energy in class performance", after: func(r *result.Result) { r.Class = result.ClassPerformance }, also: []string{"V03"}},
		{rule: "V24", level: E, name: "energy of no device", after: func(r *result.Result) { r.Hardware = nil }, says: "without hardware", also: []string{"V01", "V18"}},
		{rule: "V24", level: E, name: "a PUE without a source", after: func(r *result.Result) { r.Boundary.PUE = &result.Declared{Value: 1.2} }, says: "a declared number needs it"},
		{rule: "V24", level: E, name: "a carbon intensity without a source", after: func(r *result.Result) { r.Boundary.GCO2ePerKW = &result.Declared{Value: 380} }, says: "a declared number needs it"},
		{rule: "V24", level: E, name: "carbon called measured", after: func(r *result.Result) {
			r.Metrics["x_gco2e_g"] = result.Metric{Value: 1, Provenance: result.ProvMeasured}
		}, says: "cannot be measured", also: []string{"V03"}},
		{rule: "V24", level: ok, name: "declared with their sources", after: func(r *result.Result) {
			r.Boundary.PUE = &result.Declared{Value: 1.2, Source: "the operator's report"}
			r.Boundary.GCO2ePerKW = &result.Declared{Value: 380, Source: "https://example.org/grid"}
		}},
		{rule: "V24", level: ok, name: "no energy in class performance", spec: resulttest.Spec{Devices: -1, Requests: 100, Runs: 1}, after: func(r *result.Result) { r.Class = result.ClassPerformance }},
	}
}

// One change, one rule: the one that is named fires, and no other does.
func TestMutations(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.rule+" "+f.name, func(t *testing.T) {
			t.Parallel()
			sp := f.spec
			if sp == (resulttest.Spec{}) {
				sp = terse
			}
			before := f.before
			if before == nil {
				before = func(*result.Result, *result.SamplesFile) {}
			}
			r, _, file := resulttest.RunFile(sp, before)
			r.Class = result.ClassRanked // as a forger would have it, so that all rules apply
			if f.after != nil {
				f.after(r)
			}
			if err := result.Seal(r); err != nil {
				t.Fatal(err)
			}
			data, err := result.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			l, fs := result.Inspect("results/x.json", data)
			if l != nil {
				fs = append(fs, result.Validate(l, bytes.NewReader(file))...)
			}
			worst := result.Level("")
			said := ""
			for _, x := range fs {
				if x.Rule == f.rule {
					if worst != result.Error && x.Level != result.Note {
						worst = x.Level
					}
					said += x.String() + "\n"
				}
				if x.Level == result.Error && x.Rule != f.rule && !slices.Contains(f.also, x.Rule) {
					t.Errorf("fires as well: %s", x)
				}
			}
			if worst != f.level {
				t.Errorf("%s at level %q, want %q", f.rule, worst, f.level)
				for _, x := range fs {
					t.Log(x)
				}
			}
			if !strings.Contains(said, f.says) {
				t.Errorf("says\n%swant %q in it", said, f.says)
			}
			for _, rule := range f.also {
				if !slices.ContainsFunc(fs, func(x result.Finding) bool { return x.Rule == rule && x.Level == result.Error }) {
					t.Errorf("%s does not fire", rule)
				}
			}
		})
	}
}

// Every rule is broken at least once above, and at least once nearly.
func TestEveryRuleIsTested(t *testing.T) {
	broken, held := map[string]bool{}, map[string]bool{}
	known := map[string]bool{}
	for _, rule := range result.Rules() {
		known[rule.ID] = true
	}
	for _, f := range faults() {
		if !known[f.rule] {
			t.Errorf("%q tests %s, which is no rule", f.name, f.rule)
		}
		if f.level == "" {
			held[f.rule] = true
		} else {
			broken[f.rule] = true
		}
	}
	for i, rule := range result.Rules() {
		if want := fmt.Sprintf("V%02d", i+1); rule.ID != want {
			t.Errorf("rule %s stands where %s should", rule.ID, want)
		}
		if !broken[rule.ID] || !held[rule.ID] {
			t.Errorf("%s: broken by a test %v, held by a test %v", rule.ID, broken[rule.ID], held[rule.ID])
		}
	}
}

// Summaries of measurements whose every number is known beforehand.

package result_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// A made-up measurement passes every rule from first to last.
func TestKnownRunIsRanked(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spec  resulttest.Spec
		class string
	}{
		{"closed loop", resulttest.Spec{}, result.ClassRanked},
		{"eight devices", resulttest.Spec{Devices: 8}, result.ClassRanked},
		{"open loop", resulttest.Spec{Rate: 10, Requests: 1000}, result.ClassRanked},
		{"no devices", resulttest.Spec{Devices: -1}, result.ClassPerformance},
		{"one run", resulttest.Spec{Runs: 1}, result.ClassEnergy},
		{"short", resulttest.Spec{Requests: 100}, result.ClassEnergy},
		{"one at a time", resulttest.Spec{Concurrency: 1, Requests: 160}, result.ClassRanked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, s, file := resulttest.RunFile(tt.spec)
			if v := result.Judge(r, s); v.Invalid || v.Class != tt.class {
				t.Errorf("class %s (invalid %v), want %s: %v", v.Class, v.Invalid, tt.class, v.Findings)
			}
			data, err := result.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			l, fs := result.Inspect("results/x.json", data)
			for _, f := range fs {
				t.Errorf("inspect: %s", f)
			}
			if l == nil {
				return
			}
			for _, f := range result.Validate(l, bytes.NewReader(file)) {
				t.Errorf("validate: %s", f)
			}
		})
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// value looks a number up and fails where it is absent.
func value(t *testing.T, r *result.Result, key string) float64 {
	t.Helper()
	v, ok := r.Value(key)
	if !ok {
		t.Errorf("%s is absent", key)
	}
	return v
}

// Every headline of the made-up measurement equals what its making gives.
func TestKnownNumbers(t *testing.T) {
	for _, devices := range []int{1, 2} {
		r, s := resulttest.Run(resulttest.Spec{Devices: devices})
		w := r.Window[0]
		length := float64(w.EndUs-w.StartUs) / 1e6

		// Tokens one by one, from the records.
		var out, in, closed int64
		for _, q := range s.Requests {
			if q.Run != 1 {
				continue
			}
			for k := range q.Dt {
				if at := *q.First + int64(k+1)*10_000; at >= w.StartUs && at < w.EndUs {
					out++
				}
			}
			if *q.First >= w.StartUs && *q.First < w.EndUs {
				out++
				in += 200
			}
			if *q.End >= w.StartUs && *q.End < w.EndUs {
				closed++
			}
		}
		if w.OutTok != out || w.InTokens != in || w.Requests != closed {
			t.Fatalf("window holds %d, %d, %d; counted %d, %d, %d", w.OutTok, w.InTokens, w.Requests, out, in, closed)
		}

		j := 500 * length * float64(devices)
		near(t, "joules", value(t, r, "energy_j"), j, 0.002*float64(devices))
		rel := 1e-6
		for key, want := range map[string]float64{
			"energy_per_output_token_j":       j / float64(out),
			"energy_per_token_j":              j / float64(in+out),
			"energy_per_request_j":            j / float64(closed),
			"energy_per_response_j":           j / float64(out) * 40,
			"energy_per_1000_requests_wh":     j / float64(out) * 40 * 1000 / 3600,
			"tokens_per_j":                    float64(out) / j,
			"requests_per_kwh":                3.6e6 * float64(closed) / j,
			"mean_power_w":                    500 * float64(devices),
			"idle_power_w":                    120 * float64(devices),
			"energy_above_idle_j":             j - 120*length*float64(devices),
			"edp_js":                          j / float64(closed) * 0.44,
			"edp_token_js":                    j / float64(out) * 0.01,
			"cpu_energy_j":                    80 * length,
			"dram_energy_j":                   12 * length,
			"output_tokens_per_s":             float64(out) / length,
			"requests_per_s":                  float64(closed) / length,
			"mean_input_tokens":               200,
			"mean_output_tokens":              40,
			"error_rate":                      0,
			"wasted_tokens":                   0,
			"ttft_ms.p50":                     50,
			"ttft_ms.p99":                     50,
			"ttft_send_ms.max":                50,
			"tpot_ms.mean":                    10,
			"itl_ms.p50":                      10,
			"icl_ms.max":                      10,
			"e2e_ms.min":                      440,
			"user_tokens_per_s.p50":           100,
			"request_output_tokens_per_s.p50": 40 / 0.44,
		} {
			near(t, key, value(t, r, key), want, rel*max(1, want))
		}
		if d := r.Distributions["itl_ms"]; d.N != 39*r.Distributions["tpot_ms"].N {
			t.Errorf("%d token times of %d requests", d.N, r.Distributions["tpot_ms"].N)
		}
		if _, ok := r.Distributions["ttfo_ms"]; ok {
			t.Error("TTFO without reasoning")
		}
		c := r.Client.Calibration
		near(t, "calibration bias", *c.TTFTBiasP50, 0.4, 0)
		near(t, "gap error", *c.GapErrorP99, 0.2, 0)

		// The parts of the uncertainty: u_q of U+s = 150 ms over the window.
		uq := 0.15 / length / math.Sqrt(6) / math.Sqrt(float64(devices))
		m := r.Metrics["energy_per_output_token_j"]
		near(t, "u quant", *m.U.Quant, uq, 1e-9)
		near(t, "ci95 half", (m.CI95[1]-m.CI95[0])/2/m.Value, math.Sqrt(4*uq*uq+0.01/3), 1e-6)
	}
}

// base is one short run, so that its numbers can be changed and looked at.
func base() resulttest.Spec { return resulttest.Spec{Runs: 1, Requests: 100} }

func summarize(t *testing.T, spec resulttest.Spec, mod func(*result.Result, *result.SamplesFile)) *result.Result {
	t.Helper()
	r, _ := resulttest.Run(spec, mod)
	return r
}

// Failed requests keep their joules and lose their tokens (T3).
func TestFailuresKeepTheirJoules(t *testing.T) {
	good := summarize(t, base(), func(*result.Result, *result.SamplesFile) {})
	bad := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.Run == 1 && q.I >= 20 && q.I < 30 {
				q.Oc, q.Fin = "inband_error", ""
			}
		}
	})
	near(t, "joules", value(t, bad, "energy_j"), value(t, good, "energy_j"), 0)
	if got, want := bad.Window[0].OutTok, good.Window[0].OutTok-400; got != want {
		t.Errorf("%d tokens in the window, want %d", got, want)
	}
	w := bad.Window[0]
	if *w.Failed != 10 || *w.WastedTokens != 400 || w.Outcomes["inband_error"] != 10 || *w.Started != *good.Window[0].Started {
		t.Errorf("%d failed of %d, %d tokens wasted, outcomes %v", *w.Failed, *w.Started, *w.WastedTokens, w.Outcomes)
	}
	near(t, "error rate", value(t, bad, "error_rate"), 10/float64(*w.Started), 1e-15)
	if bad.Distributions["ttft_ms"].N != good.Distributions["ttft_ms"].N-10 {
		t.Error("a failed request has a latency")
	}
	if value(t, bad, "energy_per_output_token_j") <= value(t, good, "energy_per_output_token_j") {
		t.Error("failures cost nothing")
	}
}

// Cancelled requests are in no rate and counted apart (row 32).
func TestCancelledCountApart(t *testing.T) {
	r := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.Run == 1 && q.I == 50 {
				q.Oc, q.Fin = result.OutcomeCancelled, ""
			}
		}
	})
	w := r.Window[0]
	if *w.Failed != 0 || w.Outcomes["cancelled"] != 1 || value(t, r, "error_rate") != 0 {
		t.Errorf("failed %d, outcomes %v", *w.Failed, w.Outcomes)
	}
}

// A server stall in open loop shows in the latency of all that were due in it,
// also where the client could only start them late (coordinated omission).
func TestStallCountsFromTheSchedule(t *testing.T) {
	r := summarize(t, resulttest.Spec{Runs: 1, Rate: 10, Requests: 700}, func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			q := &s.Requests[i]
			if q.Run != 1 || q.I < 400 || q.I >= 410 {
				continue
			}
			late := int64(1_000_000 - 100_000*(q.I-400)) // until the stall is over
			for _, p := range []*int64{q.Start, q.Sent, q.Hdr, q.First, q.Out, q.Last, q.End} {
				if p == q.Out && q.Out == q.First {
					continue
				}
				*p += late
			}
		}
	})
	near(t, "highest TTFT", value(t, r, "ttft_ms.max"), 1050.02, 1e-9)
	near(t, "highest TTFT from sending", value(t, r, "ttft_send_ms.max"), 50, 1e-9)
	w := r.Window[0]
	if w.Rule != result.WindowOpen || w.RatePerS == nil || math.Abs(*w.RatePerS-10) > 1e-9 || *w.Saturated {
		t.Errorf("open window %+v", w)
	}
}

func TestTimeToFirstOutput(t *testing.T) {
	r := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.I%2 == 0 {
				q.Nr, q.Out = new(int64(20)), new(*q.First+200_000)
			}
		}
	})
	d := r.Distributions["ttfo_ms"]
	if d.P50 == nil || *d.P50 != 250 || d.N >= r.Distributions["ttft_ms"].N {
		t.Errorf("ttfo %+v", d)
	}
}

// Chunks are not tokens: a result counted by them has no token metric (T1).
func TestChunksGiveNoTokens(t *testing.T) {
	r := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			s.Requests[i].Src = result.TokensChunks
		}
	})
	for _, key := range []string{"energy_per_output_token_j", "energy_per_token_j", "energy_per_response_j", "tokens_per_j", "edp_token_js",
		"output_tokens_per_s", "mean_output_tokens", "mean_input_tokens", "wasted_tokens", "tpot_ms.p50", "itl_ms.p50", "user_tokens_per_s.p50", "request_output_tokens_per_s.p50"} {
		if v, ok := r.Value(key); ok {
			t.Errorf("%s is %v", key, v)
		}
	}
	for _, key := range []string{"energy_per_request_j", "ttft_ms.p50", "icl_ms.p50", "e2e_ms.p50", "requests_per_s"} {
		value(t, r, key)
	}
	if r.Window[0].OutTok != 0 {
		t.Errorf("%d tokens in the window", r.Window[0].OutTok)
	}
}

// ITL exists only where every timeline is exact; TPOT and ICL remain (L7).
func TestApportionedHasNoITL(t *testing.T) {
	r := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.Run == 1 && q.I == 40 {
				q.Tl, q.Dt = result.TimelineApportioned, slices.Repeat([]int64{30_000}, 13)
				q.Dn = result.Apportion(40, 14)
			}
		}
	})
	if _, ok := r.Distributions["itl_ms"]; ok {
		t.Error("ITL from an apportioned timeline")
	}
	value(t, r, "tpot_ms.p50")
	near(t, "longest gap", value(t, r, "icl_ms.max"), 30, 0)
}

func TestEventsLeftOut(t *testing.T) {
	with := summarize(t, base(), func(*result.Result, *result.SamplesFile) {})
	without := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		s.Header.Events = false
		for i := range s.Requests {
			s.Requests[i].Dt = nil
		}
	})
	if a, b := with.Window[0].OutTok, without.Window[0].OutTok; a != b { // evenly spaced events
		t.Errorf("%d tokens with events, %d without", a, b)
	}
	for _, key := range []string{"itl_ms", "icl_ms"} {
		if _, ok := without.Distributions[key]; ok {
			t.Errorf("%s without events", key)
		}
	}
	value(t, without, "tpot_ms.p50")
}

func TestGoodput(t *testing.T) {
	slow := func(_ *result.Result, s *result.SamplesFile) {
		for i := range s.Requests {
			if q := &s.Requests[i]; q.Run == 1 && q.I%4 == 0 { // 30 ms late to the first token
				for _, p := range []*int64{q.First, q.Last, q.End} {
					*p += 30_000
				}
				q.Out = q.First
			}
		}
	}
	for _, tt := range []struct {
		name  string
		slo   result.SLO
		share float64
	}{
		{"none", result.SLO{}, 1},
		{"first token, just met", result.SLO{TTFTMs: new(50.0)}, 0.75},
		{"first token, slack", result.SLO{TTFTMs: new(80.0)}, 1},
		{"token time missed", result.SLO{TPOTMs: new(9.99)}, 0},
		{"end to end", result.SLO{E2EMs: new(440.0), TPOTMs: new(10.0)}, 0.75},
	} {
		r := summarize(t, base(), func(r *result.Result, s *result.SamplesFile) {
			slow(r, s)
			r.Workload.SLO = &tt.slo
		})
		w := r.Window[0]
		if got := float64(*w.Good) / float64(*w.Started); math.Abs(got-tt.share) > 0.03 {
			t.Errorf("%s: %d good of %d", tt.name, *w.Good, *w.Started)
		}
		length := float64(w.EndUs-w.StartUs) / 1e6
		near(t, tt.name+": goodput", value(t, r, "goodput_per_s"), float64(*w.Good)/length, 1e-9)
		if tt.share == 0 {
			if _, ok := r.Value("energy_per_good_request_j"); ok {
				t.Errorf("%s: energy per good request without one", tt.name)
			}
			continue
		}
		near(t, tt.name+": energy", value(t, r, "energy_per_good_request_j"), value(t, r, "energy_j")/float64(*w.Good), 1e-9)
		near(t, tt.name+": goodput per watt", value(t, r, "goodput_per_w"), value(t, r, "goodput_per_s")/value(t, r, "mean_power_w"), 1e-9)
	}
	r := summarize(t, base(), slow)
	if _, ok := r.Value("goodput_per_s"); ok || r.Window[0].Good != nil {
		t.Error("goodput without objectives")
	}
}

// Integrated power serves where there is no counter, but is not ranked (E1).
func TestIntegratedPower(t *testing.T) {
	r, s := resulttest.Run(resulttest.Spec{}, func(_ *result.Result, s *result.SamplesFile) {
		s.Header.Devices[0].Source, s.End.Devices[0].Source = "power_usage", "power_usage"
		for i := range s.Ticks {
			s.Ticks[i].C[0] = nil
		}
	})
	near(t, "mean power", value(t, r, "mean_power_w"), 500, 1e-6)
	if w := r.Window[0].Devices[0]; w.Source != "power_usage" || w.CrossCheckMJ != nil {
		t.Errorf("device %+v", w)
	}
	if v := result.Judge(r, s); v.Class != result.ClassEnergy || v.Invalid {
		t.Errorf("class %s, invalid %v", v.Class, v.Invalid)
	}
}

// What nobody can recompute survives Apply; what they can does not.
func TestApplyKeepsWhatWasDeclared(t *testing.T) {
	r := summarize(t, base(), func(r *result.Result, _ *result.SamplesFile) {
		r.Metrics = map[string]result.Metric{
			"x_gco2e_g":       {Value: 3, Provenance: result.ProvEstimated},
			"edp_token_js":    {Value: 9, Provenance: result.ProvEstimated},
			"batch_latency_s": {Value: 5, Provenance: result.ProvMeasured},
		}
	})
	if r.Metrics["x_gco2e_g"].Value != 3 {
		t.Error("an estimated number is gone")
	}
	if _, ok := r.Metrics["batch_latency_s"]; ok {
		t.Error("a measured number that the samples do not give stayed")
	}
	if r.Metrics["edp_token_js"].Value == 9 {
		t.Error("an estimate hides a measured number")
	}
}

// The same samples give the same bits, in whatever order they are computed.
func TestSummaryIsDeterministic(t *testing.T) {
	r, s := resulttest.Run(resulttest.Spec{Devices: 2, Requests: 200})
	first, err := result.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		sum, _ := result.Summarize(r, s)
		result.Apply(r, sum)
		again, err := result.Encode(r)
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("bytes differ (%v)", err)
		}
	}
}

// Energy by request and by response part where the window's edges weigh much.
func TestEdgeNote(t *testing.T) {
	far := summarize(t, resulttest.Spec{Runs: 1, Concurrency: 8, Requests: 18, OutTokens: 600}, func(*result.Result, *result.SamplesFile) {})
	if len(far.Notes) != 1 {
		t.Errorf("notes %q, want one about the edges", far.Notes)
	}
	if r := summarize(t, base(), func(*result.Result, *result.SamplesFile) {}); len(r.Notes) != 0 {
		t.Errorf("notes %q", r.Notes)
	}
}

// The baseline is taken before and after; both are stored, and both count.
func TestIdleBaseline(t *testing.T) {
	r := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) {
		from := s.Header.Idle[1].Start - 5_000_000
		for i := range s.Ticks {
			if g := &s.Ticks[i]; g.T > from { // 20 W more than before
				g.P[0] = new(*g.P[0] + 20_000)
				g.C[0] = new(*g.C[0] + max(0, (g.T/100_000*100_000-from)/50))
			}
		}
	})
	idle := r.Boundary.Idle[0]
	near(t, "before", *idle.BeforeW, 120, 1e-3)
	near(t, "after", *idle.AfterW, 140, 1e-3)
	near(t, "idle_w", *r.Boundary.IdleW, 130, 1e-3)
	near(t, "idle_power_w", value(t, r, "idle_power_w"), 130, 1e-3)
	late := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) { // the first tick, just after the rest began
		s.Ticks = slices.DeleteFunc(s.Ticks, func(g result.GPUTick) bool { return g.T <= s.Header.Idle[0].Start })
	})
	near(t, "before, sampled late", *late.Boundary.Idle[0].BeforeW, 120, 0.5) // by power: no edge of the counter stands before
	near(t, "idle_w, sampled late", *late.Boundary.IdleW, 120, 0.5)
	none := summarize(t, base(), func(_ *result.Result, s *result.SamplesFile) { s.Header.Idle = nil })
	if none.Boundary.IdleW != nil || none.Boundary.Idle != nil {
		t.Errorf("a baseline that was not measured: %+v", none.Boundary)
	}
	if _, ok := none.Value("energy_above_idle_j"); ok {
		t.Error("energy above a baseline that was not measured")
	}
}

// One summary worked out by hand from start to end (test X6).

package result

import (
	"math"
	"testing"
)

// Ten requests one after another. Request i starts at 100i, has tokens at
// 100i+10, +30 and +50, and closes at 100i+60; all times are microseconds.
// B = 1 gives ts = 10, the first first token, and te = 760, the 8th close.
func TestSummaryByHand(t *testing.T) {
	var qs []RequestRecord
	for i := range int64(10) {
		q := rec(i, 100*i, 100*i+10, 100*i+50, 100*i+60, OutcomeOK)
		q.Dt, q.Nc, q.Np = []int64{20, 20}, new(int64(3)), new(int64(10+i))
		if i == 7 { // started in the window and fails
			q.Oc = "truncated"
		}
		if i == 3 {
			q.Fl = []string{"coalesced", "no_done"}
		}
		qs = append(qs, q)
	}
	s := samplesOf(WindowClosed, 900, qs...)
	s.Header.Devices = []SampleDevice{{UUIDSHA256: "x", Source: SourceCounter, PowerSource: "power_instant", UpdateUs: 10}}
	// Edges at 5, 15, 755 and 765: C(10) = 1020 and C(760) = 5025 mJ.
	for _, c := range []struct{ t, mj int64 }{{0, 1000}, {5, 1010}, {15, 1030}, {755, 5000}, {765, 5050}, {770, 5050}} {
		s.Ticks = append(s.Ticks, GPUTick{T: c.t, P: []*int64{new(int64(5_000_000))}, C: []*int64{&c.mj}})
	}
	load := closedLoad(1)
	r := &Result{Kind: KindDevice, Workload: Workload{Load: &load, Seed: new(int64(0))}}
	sum, fs := Summarize(r, s)
	if len(fs) > 0 || len(sum.Windows) != 1 {
		t.Fatalf("%d windows, findings %v", len(sum.Windows), fs)
	}
	w := sum.Windows[0]
	// Closed in W: 0 to 6 (60 to 660; 7 failed at 760, which is outside). First
	// tokens in W: 0 to 7, of which 7 failed: 10+11+...+16 = 91 prompt tokens.
	// Started in W: 1 to 7. Tokens in W: three each of 0 to 6.
	if w.StartUs != 10 || w.EndUs != 760 || w.Requests != 7 || w.InTokens != 91 || w.OutTok != 21 {
		t.Errorf("window [%d, %d), %d requests, %d and %d tokens", w.StartUs, w.EndUs, w.Requests, w.InTokens, w.OutTok)
	}
	if *w.Started != 7 || *w.Failed != 1 || *w.WastedTokens != 3 || w.Outcomes["truncated"] != 1 || w.Flags["coalesced"] != 1 || w.Flags["no_done"] != 1 {
		t.Errorf("%d started, %d failed, %d wasted, %v, %v", *w.Started, *w.Failed, *w.WastedTokens, w.Outcomes, w.Flags)
	}
	// In flight: 50 of the first request, 60 of each of 1 to 7, over 750.
	if got, want := *w.MeanInFlight, float64(50+7*60)/750; got != want {
		t.Errorf("mean in flight %v, want %v", got, want)
	}
	if d := w.Devices[0]; d.EnergyMJ != 4005 || *d.MeanW != 4005*1000/750.0 || *d.CrossCheckMJ != 3750 {
		t.Errorf("device %d mJ, %v W, integral %d mJ", d.EnergyMJ, *d.MeanW, *d.CrossCheckMJ)
	}
	if whole := w.WholeRun; whole.StartUs != 0 || whole.EndUs != 960 || whole.Requests != 9 || whole.Failed != 1 || whole.OutTok != 27 || whole.EnergyMJ != nil {
		t.Errorf("whole run %+v", whole)
	}
	for key, want := range map[string]float64{
		"energy_j":                    4.005,
		"energy_per_output_token_j":   4.005 / 21,
		"energy_per_token_j":          4.005 / 112,
		"energy_per_request_j":        4.005 / 7,
		"energy_per_response_j":       4.005 / 21 * 3,
		"energy_per_1000_requests_wh": 4.005 / 21 * 3 / 3.6,
		"tokens_per_j":                21 / 4.005,
		"requests_per_kwh":            3.6e6 * 7 / 4.005,
		"mean_power_w":                4.005 / 750e-6,
		"edp_js":                      4.005 / 7 * 50e-6,
		"edp_token_js":                4.005 / 21 * 20e-6,
		"output_tokens_per_s":         21 / 750e-6,
		"requests_per_s":              7 / 750e-6,
		"mean_input_tokens":           13.5, // of 1 to 6
		"mean_output_tokens":          3,
		"wasted_tokens":               3,
		"error_rate":                  1.0 / 7,
	} {
		if m, ok := sum.Metrics[key]; !ok || math.Abs(m.Value-want) > 1e-12*want {
			t.Errorf("%s is %v, want %v", key, m.Value, want)
		}
	}
	for key, want := range map[string]Distribution{
		"ttft_ms":                     {N: 6, Mean: new(0.01), P50: new(0.01)},
		"e2e_ms":                      {N: 6, Mean: new(0.05), P50: new(0.05)},
		"tpot_ms":                     {N: 6, Mean: new(0.02), P50: new(0.02)},
		"itl_ms":                      {N: 12, Mean: new(0.02), P50: new(0.02)},
		"user_tokens_per_s":           {N: 6, Mean: new(50_000.0), P50: new(50_000.0)},
		"request_output_tokens_per_s": {N: 6, Mean: new(60_000.0), P50: new(60_000.0)},
	} {
		got := sum.Distributions[key]
		if got.N != want.N || math.Abs(*got.Mean-*want.Mean) > 1e-12**want.Mean || *got.P50 != *want.P50 {
			t.Errorf("%s: n %d, mean %v, p50 %v; want n %d, %v", key, got.N, *got.Mean, *got.P50, want.N, *want.Mean)
		}
	}
	// Nothing that the window does not give.
	for _, key := range []string{"idle_power_w", "energy_above_idle_j", "goodput_per_s", "cpu_energy_j", "dram_energy_j"} {
		if _, ok := sum.Metrics[key]; ok {
			t.Errorf("%s is there", key)
		}
	}

	// All fail: no window, a finding that says why, and no number.
	for i := range s.Requests {
		s.Requests[i].Oc, s.Requests[i].First, s.Requests[i].Last = "connect", nil, nil
	}
	sum, fs = Summarize(r, s)
	if len(fs) != 1 || fs[0].Rule != "V10" || fs[0].Level != Error || sum.Windows != nil || sum.Metrics != nil || sum.Distributions != nil {
		t.Errorf("all fail: findings %v, %d metrics", fs, len(sum.Metrics))
	}
	if v := Judge(r, s); !v.Invalid {
		t.Error("a measurement in which all requests fail is valid")
	}
}

// A window over two devices, of which one cannot be read: the run has
// no energy, rather than that of one.
func TestOneDeviceWithoutEnergy(t *testing.T) {
	s := samplesOf(WindowClosed, 900, chain(10)...)
	s.Header.Devices = []SampleDevice{{UUIDSHA256: "x", Source: SourceCounter}, {UUIDSHA256: "y", Source: SourceCounter}}
	for at := int64(0); at < 1000; at += 5 {
		s.Ticks = append(s.Ticks, GPUTick{T: at, P: []*int64{nil, nil}, C: []*int64{new(at), nil}})
	}
	load := closedLoad(1)
	sum, _ := Summarize(&Result{Kind: KindDevice, Workload: Workload{Load: &load}}, s)
	if sum.Windows[0].Devices != nil {
		t.Errorf("devices %+v", sum.Windows[0].Devices)
	}
	for key := range sum.Metrics {
		if isEnergy(key) {
			t.Errorf("%s from half of the devices", key)
		}
	}
}

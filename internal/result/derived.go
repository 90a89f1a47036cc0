// The metrics of section 12 and of the table of section 1: one value per run,
// then their median (measurement rules S5 and S6).

package result

import (
	"fmt"

	"jouleboard/internal/stats"
)

// runMetrics forms each metric of one run. ok is false where it does not exist:
// a division by zero gives absence, never a number.
var runMetrics = []struct {
	key        string
	provenance string
	energy     bool // carries the uncertainty of the energy sensor (S7)
	tokens     bool // needs tokens that are no chunks (T1)
	of         func(a *analysis, r *runSummary) (float64, bool)
}{
	{"energy_j", ProvMeasured, true, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.mj), 1000)
	}},
	{"mean_power_w", ProvDerived, true, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return watts(r.mj, r.Length()), true
	}},
	{"energy_per_output_token_j", ProvDerived, true, true, perOutputToken},
	{"energy_per_token_j", ProvDerived, true, true, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.mj), float64((r.in+r.out)*1000))
	}},
	{"energy_per_request_j", ProvDerived, true, false, perRequest},
	{"energy_per_response_j", ProvDerived, true, true, perResponse},
	{"energy_per_1000_requests_wh", ProvDerived, true, true, func(a *analysis, r *runSummary) (float64, bool) {
		j, ok := perResponse(a, r)
		return float64(j*1000) / 3600, ok
	}},
	{"energy_per_good_request_j", ProvDerived, true, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.mj), float64(r.good*1000))
	}},
	{"energy_above_idle_j", ProvDerived, true, false, func(a *analysis, r *runSummary) (float64, bool) {
		if a.sum.IdleW == nil {
			return 0, false
		}
		j := float64(r.mj)/1000 - float64(*a.sum.IdleW*float64(r.Length()))/1e6
		return j, j > 0
	}},
	{"tokens_per_j", ProvDerived, true, true, func(_ *analysis, r *runSummary) (float64, bool) {
		v, ok := over(float64(r.out*1000), float64(r.mj))
		return v, ok && r.out > 0
	}},
	{"requests_per_kwh", ProvDerived, true, false, func(a *analysis, r *runSummary) (float64, bool) {
		j, ok := perRequest(a, r)
		return 3_600_000 / j, ok
	}},
	{"edp_js", ProvDerived, true, false, func(a *analysis, r *runSummary) (float64, bool) {
		j, ok := perRequest(a, r)
		mean, okMean := over(float64(r.e2eSum), float64(r.e2eN*1_000_000))
		return float64(j * mean), ok && okMean && mean > 0
	}},
	{"edp_token_js", ProvDerived, true, true, func(a *analysis, r *runSummary) (float64, bool) {
		j, ok := perOutputToken(a, r)
		mean, okMean := over(r.tpotSum, float64(r.tpotN))
		return float64(j * mean), ok && okMean && mean > 0
	}},
	{"goodput_per_w", ProvDerived, true, false, func(_ *analysis, r *runSummary) (float64, bool) {
		v, ok := over(float64(r.good), float64(r.mj)/1000) // (good/T) / (E/T)
		return v, ok && r.good > 0
	}},
	{"cpu_energy_j", ProvMeasured, false, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return float64(r.cpu) / 1e6, r.hasCPU
	}},
	{"dram_energy_j", ProvMeasured, false, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return float64(r.dram) / 1e6, r.hasDRAM
	}},
	{"output_tokens_per_s", ProvDerived, false, true, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.out*1_000_000), float64(r.Length()))
	}},
	{"requests_per_s", ProvDerived, false, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.requests*1_000_000), float64(r.Length()))
	}},
	{"goodput_per_s", ProvDerived, false, false, func(a *analysis, r *runSummary) (float64, bool) {
		if a.r.Workload.SLO == nil {
			return 0, false
		}
		return over(float64(r.good*1_000_000), float64(r.Length()))
	}},
	{"mean_input_tokens", ProvMeasured, false, true, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.sumIn), float64(r.successes))
	}},
	{"mean_output_tokens", ProvMeasured, false, true, meanOutput},
	{"wasted_tokens", ProvMeasured, false, true, func(_ *analysis, r *runSummary) (float64, bool) {
		return float64(r.wasted), true
	}},
	{"error_rate", ProvMeasured, false, false, func(_ *analysis, r *runSummary) (float64, bool) {
		return over(float64(r.failed), float64(r.started))
	}},
}

// over is a/b, absent for b = 0.
func over(a, b float64) (float64, bool) { return a / b, b != 0 }

func perOutputToken(_ *analysis, r *runSummary) (float64, bool) {
	return over(float64(r.mj), float64(r.out*1000))
}

func perRequest(_ *analysis, r *runSummary) (float64, bool) {
	return over(float64(r.mj), float64(r.requests*1000))
}

func meanOutput(_ *analysis, r *runSummary) (float64, bool) {
	return over(float64(r.sumOut), float64(r.successes))
}

func perResponse(a *analysis, r *runSummary) (float64, bool) {
	token, ok := perOutputToken(a, r)
	mean, okMean := meanOutput(a, r)
	return float64(token * mean), ok && okMean && mean > 0
}

// metrics forms every metric that all runs give.
func (a *analysis) metrics() {
	out := map[string]Metric{}
	var quant float64 // of the run that is least sure
	for i := range a.sum.runs {
		quant = max(quant, a.sum.runs[i].quant)
	}
metrics:
	for _, m := range runMetrics {
		if m.tokens && a.chunks {
			continue
		}
		var values []float64
		for i := range a.sum.runs {
			r := &a.sum.runs[i]
			if isEnergy(m.key) && !r.hasEnergy {
				continue metrics
			}
			v, ok := m.of(a, r)
			if !ok || !stats.Finite(v) {
				continue metrics
			}
			values = append(values, v)
		}
		if len(values) == 0 {
			continue
		}
		var u *float64
		if m.energy {
			u = new(quant)
		}
		out[m.key] = metricOf(values, m.provenance, u)
	}
	if a.sum.IdleW != nil && len(out) > 0 {
		if _, ok := out["energy_j"]; ok {
			out["idle_power_w"] = Metric{Value: *a.sum.IdleW, Provenance: ProvMeasured}
		}
	}
	if wh, ok := out["energy_per_1000_requests_wh"]; ok {
		wh.Formula = "energy_per_response_j * 1000 / 3600"
		out["energy_per_1000_requests_wh"] = wh
	}
	if len(out) > 0 {
		a.sum.Metrics = out
	}
	a.edgeNote()
}

// edgeNote says where energy by request and energy by response, which differ by
// what happens at the edges of the window, are more than 10 % apart.
func (a *analysis) edgeNote() {
	request, ok := a.sum.Metrics["energy_per_request_j"]
	response, ok2 := a.sum.Metrics["energy_per_response_j"]
	if ok && ok2 && apart(request.Value, response.Value) > 0.1 {
		a.sum.Notes = append(a.sum.Notes, fmt.Sprintf(
			"Energy per request (%.4g J) and per response (%.4g J) differ by more than 10 %%: requests at the edges of the window weigh much.", request.Value, response.Value))
	}
}

// optimum-benchmark: benchmark_report.json, one object of phases, each with
// latency, throughput, energy, efficiency, memory and the single measures.
//
// The report names no model, no accelerator and no number of queries. The first
// two must be said; the third is in the arithmetic of the report itself, since
// its efficiency is samples by energy. Decode is a difference of two runs, so a
// failed prefill run makes one of its measures negative and the means wrong: such
// a report is refused.

package convert

import (
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

const (
	optPrefix = "x_optimum_benchmark_"
	optURL    = "https://github.com/huggingface/optimum-benchmark"
	optEnergy = "energy_per_1000_requests_wh"
	// optQueries is the number of queries that the energy is published for.
	optQueries = 1000
)

// optPhases: every phase that reports have, and whether its energy is that of
// answering. Loading is not.
var optPhases = []struct {
	name    string
	answers bool
}{
	{"load", false}, {"load_model", false}, {"load_dataset", false}, {"warmup", false},
	{"preprocess", true}, {"preprocess_dataset", true}, {"forward", true}, {"call", true},
	{"prefill", true}, {"decode", true}, {"per_token", false},
}

// optUnits: what is measured -> its units, with the power of ten to the one it
// is kept in. A unit that is not here is refused.
var optUnits = map[string]map[string]int{
	"latency":    {"s": 0},
	"energy":     {"kWh": 0, "Wh": -3},
	"memory":     {"MB": 0},
	"throughput": {"samples/s": 0, "tokens/s": 0, "images/s": 0, "steps/s": 0},
	"efficiency": {"samples/kWh": 0, "tokens/kWh": 0, "images/kWh": 0, "steps/kWh": 0},
}

func readOptimum(c *run, in []Input) {
	for _, i := range in {
		f, bad := parseJSON(i)
		if bad != nil {
			c.Findings = append(c.Findings, *bad)
			continue
		}
		phases := 0
		for _, p := range optPhases {
			if n := f.root.get(p.name); n != nil && n.kind == '{' {
				phases++
			}
		}
		if phases == 0 {
			c.fileFinding(result.Error, f.place(0, ""), "no phase of an optimum-benchmark report", "expected benchmark_report.json with prefill, decode, forward or call")
			continue
		}
		c.optReport(f)
	}
}

func (c *run) optReport(f *jsonFile) {
	w := c.newRow(f.place(f.root.off, ""), strings.TrimSpace("report "+c.opt.Model))
	w.r.Kind = result.KindDevice
	w.r.Source.Table = path.Base(strings.ReplaceAll(f.name, `\`, "/"))
	w.r.Model.Name = c.mapped(c.opt.Model)
	w.r.Software = &result.Software{Harness: &result.Tool{Name: "optimum-benchmark", URL: optURL}}
	c.license(w, "")
	if c.opt.Model == "" {
		w.fail("the report does not name the model")
		w.hint = "give --model ORG/NAME; benchmark_config.json beside the report says which"
	}
	if c.opt.Provider != "" {
		w.fail("a provider is given, but the tool runs on one's own device")
	}
	c.machine(w)
	c.taskOf(w, "")
	sum := optSum{total: new(big.Rat)}
	o := newObject(f.root)
	for _, p := range optPhases {
		n := o.child(p.name)
		if n == nil {
			continue
		}
		if n.kind != '{' {
			o.fail("%s is %s, expected an object", p.name, n.kindName())
			continue
		}
		optPhase(w, n, p.name, p.answers, &sum)
	}
	o.refuseUnknown()
	w.bad = append(w.bad, o.bad...)
	if len(w.bad) == 0 {
		sum.put(w)
	}
	if len(w.bad) == 0 && len(w.r.Metrics)+len(w.r.Distributions) == 0 {
		w.fail("no phase holds a number")
	}
}

// optSum gathers the GPU's energy over the phases that answer, and the number
// of queries where a phase gives it.
type optSum struct {
	total         *big.Rat // kWh
	fields, texts []string
	unit          string
	queries       *big.Rat
	from          string // the phase that gave the queries
}

// put sets the energy of 1,000 queries, if the report has energy.
func (s *optSum) put(w *row) {
	if len(s.fields) == 0 {
		return
	}
	if s.queries == nil {
		w.fail("the report does not say how many queries the energy is of: no phase has an efficiency in samples/kWh or images/kWh")
		return
	}
	n, _ := s.queries.Float64()
	// Rounding of the report's own division is far below this.
	if d := n/optQueries - 1; d > 1e-6 || d < -1e-6 {
		w.fail("the energy is of %s queries (%s), expected %d; a part of it would be another measurement", fmtFloat(n), s.from, optQueries)
		return
	}
	w.r.Workload.Requests = optQueries
	w.field("workload.requests", s.from, "queries", fmtFloat(n))
	v, _ := new(big.Rat).Mul(s.total, big.NewRat(1000, 1)).Float64()
	if w.r.Metrics == nil {
		w.r.Metrics = map[string]result.Metric{}
	}
	w.r.Metrics[optEnergy] = result.Metric{Value: v, Provenance: result.ProvReported}
	w.field(optEnergy, strings.Join(s.fields, " + "), s.unit+" per 1000 queries", strings.Join(s.texts, " + "))
	w.r.Boundary = &result.Boundary{Includes: "gpu"}
}

// optPhase reads one phase.
func optPhase(w *row, n *node, phase string, answers bool, sum *optSum) {
	o := newObject(n)
	mean, hasMean := optLatency(w, o, phase)
	rate, rateUnit, hasRate := optValue(w, o, phase, "throughput")
	if hasMean && hasRate && (phase == "forward" || phase == "call") && (rateUnit == "samples/s" || rateUnit == "images/s") {
		optBatch(w, phase, rate, mean)
	}
	energy, unit, shift := optSection(o, phase, "energy")
	if energy != nil {
		optPhaseEnergy(w, energy, phase, answers, unit, shift, sum)
		optMeasures(o, phase, unit, energy)
	} else {
		o.child("measures")
	}
	if eff, effUnit, ok := optValue(w, o, phase, "efficiency"); ok && energy != nil && answers && sum.queries == nil &&
		(effUnit == "samples/kWh" || effUnit == "images/kWh") {
		if t, err := parseNumber(textOf(energy.n.get("total"))); err == nil {
			q := new(big.Rat).Mul(eff.rat, t.rat)
			if shift != 0 {
				q.Quo(q, big.NewRat(1000, 1))
			}
			sum.queries, sum.from = q, phase+".efficiency.value x "+phase+".energy.total"
		}
	}
	optMemory(w, o, phase)
	o.refuseUnknown()
	for _, b := range o.bad {
		w.fail("%s: %s", phase, b)
	}
}

func textOf(n *node) string {
	if n == nil || n.kind != '0' {
		return ""
	}
	return n.text
}

// optSection opens one part of a phase and checks its unit.
func optSection(o *object, phase, key string) (s *object, unit string, shift int) {
	n := o.child(key)
	if n == nil {
		return nil, "", 0
	}
	if n.kind != '{' {
		o.fail("%s is %s, expected an object", key, n.kindName())
		return nil, "", 0
	}
	s = newObject(n)
	unit = s.str("unit", true)
	shift, ok := optUnits[key][unit]
	if !ok {
		o.fail("%s.unit is %q, which this importer does not know", key, result.Clip(unit))
		return nil, "", 0
	}
	return s, unit, shift
}

// close hands the faults of a part on to its phase.
func (o *object) close(part *object, key string) {
	part.refuseUnknown()
	for _, b := range part.bad {
		o.fail("%s: %s", key, b)
	}
}

// optStats: their names -> ours. stdev_ is the deviation in percent of the mean.
var optStats = []struct{ theirs, ours string }{
	{"mean", "mean"}, {"p50", "p50"}, {"p90", "p90"}, {"p95", "p95"}, {"p99", "p99"}, {"stdev", "stddev"},
}

// optLatency reads the latency of a phase under a name of its own: what one
// phase is differs by task, and none is a latency of ours. It returns the mean.
func optLatency(w *row, o *object, phase string) (mean number, ok bool) {
	s, unit, _ := optSection(o, phase, "latency")
	if s == nil {
		return number{}, false
	}
	key := optPrefix + phase + "_latency_s"
	_, count, hasCount := s.whole("count", false, 1)
	for _, st := range optStats {
		n, has := s.num(st.theirs, false, false)
		if !has {
			continue
		}
		w.stat(key, st.ours, pctLinear, n, 0, phase+".latency."+st.theirs, unit)
		if st.theirs == "mean" {
			mean, ok = n, true
		}
	}
	s.num("stdev_", false, false)
	s.num("total", false, false)
	if v := s.child("values"); v != nil && v.kind == '[' && hasCount && int64(len(v.vals)) != count {
		s.fail("count is %d, but there are %d values", count, len(v.vals))
	}
	if hasCount {
		counted(w, count, key)
	}
	o.close(s, "latency")
	return mean, ok
}

// optValue reads a part that holds one value and its unit.
func optValue(w *row, o *object, phase, key string) (v number, unit string, ok bool) {
	s, unit, _ := optSection(o, phase, key)
	if s == nil {
		return number{}, "", false
	}
	if v, ok = s.num("value", true, false); ok {
		w.metric(optPrefix+phase+"_"+key, v, 0, phase+"."+key+".value", unit)
	}
	o.close(s, key)
	return v, unit, ok
}

// optBatch finds the batch size: samples a second by the seconds of one batch.
func optBatch(w *row, phase string, rate, mean number) {
	f, _ := new(big.Rat).Mul(rate.rat, mean.rat).Float64()
	n := int64(f + 0.5)
	if n < 1 || f-float64(n) > 1e-6*f || float64(n)-f > 1e-6*f {
		return
	}
	w.r.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: n}
	w.field("workload.load.batch_size", phase+".throughput.value x "+phase+".latency.mean", "samples", rate.text+" * "+mean.text)
}

// optPhaseEnergy reads the energy of a phase. Only the GPU's is measured by its
// own counter, and only it becomes a number of ours; CPU and RAM are estimates
// of the tool's meter and keep their names.
func optPhaseEnergy(w *row, s *object, phase string, answers bool, unit string, shift int, sum *optSum) {
	for _, part := range []string{"cpu", "ram", "gpu", "total"} {
		n, ok := s.num(part, false, false)
		if !ok {
			continue
		}
		field := phase + ".energy." + part
		w.metric(optPrefix+phase+"_energy_"+part+"_kwh", n, shift, field, unit)
		if part != "gpu" || !answers {
			continue
		}
		if n.sign() <= 0 {
			w.fail("%s is %s; energy above zero expected", field, n.text)
			continue
		}
		if sum.unit != "" && sum.unit != unit {
			w.fail("%s is in %s, an earlier phase in %s", field, unit, sum.unit)
			continue
		}
		sum.unit = unit
		kwh := n.rat
		if shift != 0 {
			kwh = new(big.Rat).Quo(n.rat, big.NewRat(1000, 1))
		}
		sum.total.Add(sum.total, kwh)
		sum.fields, sum.texts = append(sum.fields, field), append(sum.texts, n.text)
	}
	s.refuseUnknown()
	for _, b := range s.bad {
		w.fail("%s.energy: %s", phase, b)
	}
}

// optMeasures looks at the single runs behind a mean. A run of 0 or less did not
// take place, and the mean that it is in is no mean.
func optMeasures(o *object, phase, unit string, energy *object) {
	n := o.child("measures")
	if n == nil {
		return
	}
	if n.kind != '[' {
		o.fail("measures is %s, expected a list", n.kindName())
		return
	}
	var wrong []string
	total := new(big.Rat)
	for i, m := range n.vals {
		x := newObject(m)
		if u := x.str("unit", false); u != unit {
			o.fail("measures/%d is in %q, the mean in %q", i, result.Clip(u), unit)
			return
		}
		g, ok := x.num("gpu", false, false)
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("measures/%d has no GPU energy", i))
		case g.sign() <= 0:
			wrong = append(wrong, fmt.Sprintf("measures/%d is %s", i, g.text))
		default:
			total.Add(total, g.rat)
		}
	}
	if len(wrong) > 0 {
		o.fail("%s: that run failed, and the mean is of the others and of it", strings.Join(slices.Compact(wrong), ", "))
		return
	}
	g, err := parseNumber(textOf(energy.n.get("gpu")))
	if err != nil || len(n.vals) == 0 {
		return
	}
	mean, _ := new(big.Rat).Quo(total, new(big.Rat).SetInt64(int64(len(n.vals)))).Float64()
	if !same(g.float(0), mean) {
		o.fail("energy.gpu is %s, the mean of its measures %s", g.text, fmtFloat(mean))
	}
}

// optMemory keeps the greatest use of memory under the source's names.
func optMemory(w *row, o *object, phase string) {
	s, unit, _ := optSection(o, phase, "memory")
	if s == nil {
		return
	}
	for _, k := range []string{"max_ram", "max_global_vram", "max_process_vram", "max_reserved", "max_allocated"} {
		if n, ok := s.num(k, false, false); ok {
			w.metric(optPrefix+phase+"_"+k+"_mb", n, 0, phase+".memory."+k, unit)
		}
	}
	o.close(s, "memory")
}

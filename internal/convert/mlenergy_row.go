// One configuration of the ML.ENERGY Leaderboard: field by field to our keys.
// Energy there is that of all GPUs of the server in steady state; no row has
// energy of CPU, memory or host.

package convert

import (
	"fmt"
	"math"
	"strings"

	"jouleboard/internal/result"
)

// mlConfiguration reads one element of configurations. shared holds the facts
// that a model file states once for all its rows.
func (c *run) mlConfiguration(f *jsonFile, i int, n *node, task string, shared map[string]*node, modelFile bool, idx mlIndex) (mlRow, *object) {
	where := f.place(n.off, fmt.Sprintf("/configurations/%d", i))
	if n.kind != '{' {
		w := c.newRow(where, fmt.Sprintf("%s configuration %d", task, i))
		w.fail("it is %s, expected an object", n.kindName())
		return mlRow{row: w}, newObject(&node{kind: '{'})
	}
	full := &node{kind: '{', off: n.off, raw: n.raw}
	if modelFile {
		for _, k := range mlModelKeys {
			if v := shared[k]; v != nil {
				full.keys, full.vals = append(full.keys, k), append(full.vals, v)
			}
		}
	}
	full.keys, full.vals = append(full.keys, n.keys...), append(full.vals, n.vals...)
	o := newObject(full)

	id := o.str("model_id", true)
	gpu := o.str("gpu_model", true)
	w := c.newRow(where, strings.Join([]string{task, id, gpu}, " "))
	w.r.Kind = result.KindDevice
	w.r.Workload.Task = c.mapped(task)
	w.r.Boundary = &result.Boundary{Includes: "gpu"}
	c.mlSource(w, f, modelFile)
	c.license(w, "")
	c.mlModel(w, o, id, idx)
	if gpu != "" {
		c.hardware(w, gpu, "gpu_model")
	}
	if _, count, ok := o.whole("num_gpus", true, 1); ok && w.r.Hardware != nil {
		w.r.Hardware.Count = count
	}

	var headline, rate string
	var delay number
	switch {
	case full.get("energy_per_image_joules") != nil:
		headline, rate = "energy_per_image_j", "images_per_s"
		delay = mlDiffusion(w, o, "energy_per_image_joules", "J/image", "throughput_images_per_sec", "images/s", "image", headline, rate)
	case full.get("energy_per_video_joules") != nil:
		headline, rate = "energy_per_video_j", "videos_per_s"
		delay = mlDiffusion(w, o, "energy_per_video_joules", "J/video", "throughput_videos_per_sec", "videos/s", "video", headline, rate)
	case full.get("energy_per_token_joules") != nil:
		headline, rate = "energy_per_response_j", "output_tokens_per_s"
		delay = mlText(w, o)
	default:
		w.fail("no energy: none of energy_per_token_joules, energy_per_image_joules and energy_per_video_joules is there")
	}
	mlParallel(w, o)
	mlExtraKeys(o)
	o.refuseUnknown()
	w.bad = append(w.bad, o.bad...)
	if len(w.bad) == 0 {
		w.per1000(headline)
		c.mlSums(w, headline, rate)
		e := w.r.Metrics[headline].Value
		if m, ok := w.r.Metrics["energy_per_output_token_j"]; ok {
			e = m.Value
		}
		w.pareto = paretoKey{group: task + "\x00" + id + "\x00" + gpu, delay: delay.float(0), energy: e, ok: delay.rat != nil}
	}
	return mlRow{row: w, key: mlKey(w)}, o
}

// mlModel reads what a row says of its model. Name for people, network type and
// modality are the catalogue's business; they are read so as not to be unknown.
func (c *run) mlModel(w *row, o *object, id string, idx mlIndex) {
	m := &w.r.Model
	m.Name = c.mapped(id)
	if m.Name != id {
		w.field("model.name", "model_id", "", id)
	}
	m.Weights = "released"
	o.str("nickname", false)
	o.str("architecture", false)
	m.Precision = o.str("weight_precision", true)
	// 10^9 parameters there and here.
	total, hasTotal := o.num("total_params_billions", false, false)
	active, hasActive := o.num("activated_params_billions", false, false)
	for _, p := range []struct {
		n   number
		ok  bool
		to  **float64
		key string
	}{{total, hasTotal, &m.ParametersB, "total_params_billions"}, {active, hasActive, &m.ActiveParametersB, "activated_params_billions"}} {
		if !p.ok {
			continue
		}
		if p.n.sign() <= 0 {
			o.fail("%s is %s, expected a number above zero", p.key, p.n.text)
			continue
		}
		v := p.n.float(0)
		*p.to = &v
	}
	if idx.models == nil || id == "" {
		return
	}
	entry := idx.models.get(id)
	if entry == nil {
		c.Findings = append(c.Findings, result.Finding{Rule: ruleSum, Level: result.Warn, Where: w.where,
			Message: fmt.Sprintf("model %q is not in the index", id), Hint: "check that index and tasks are of one commit"})
		return
	}
	if p := entry.get("weight_precision"); p != nil && p.text != m.Precision {
		c.Findings = append(c.Findings, result.Finding{Rule: ruleSum, Level: result.Warn, Where: w.where,
			Message: fmt.Sprintf("weight_precision is %q in the row and %q in the index; the row's is taken", m.Precision, p.text),
			Hint:    "check that index and tasks are of one commit"})
	}
}

// mlText reads the numbers of a text task and returns its median inter-token
// latency.
func mlText(w *row, o *object) number {
	for _, k := range []struct {
		field, key, unit string
	}{
		{"energy_per_token_joules", "energy_per_output_token_j", "J/output token"},
		{"energy_per_request_joules", "energy_per_response_j", "J/request"},
		{"avg_power_watts", "mean_power_w", "W"},
	} {
		if n, ok := o.num(k.field, true, false); ok {
			w.energy(k.key, n, 0, k.field, k.unit)
		}
	}
	if n, ok := o.num("output_throughput_tokens_per_sec", true, false); ok {
		w.metric("output_tokens_per_s", n, 0, "output_throughput_tokens_per_sec", "tokens/s")
	}
	if n, ok := o.num("avg_output_len", true, false); ok {
		w.metric("mean_output_tokens", n, 0, "avg_output_len", "tokens")
	}
	var median number
	for _, s := range [][2]string{{"p50", "median_itl_ms"}, {"p90", "p90_itl_ms"}, {"p95", "p95_itl_ms"}, {"p99", "p99_itl_ms"}} {
		n, ok := o.num(s[1], s[0] == "p50", false)
		if !ok {
			continue
		}
		w.stat("itl_ms", s[0], pctLinear, n, 0, s[1], "ms")
		if s[0] == "p50" {
			median = n
		}
	}
	load := &result.Load{Mode: result.LoadBurst}
	// Null is allowed for max_num_seqs: the limit was not set.
	if _, seqs, ok := o.whole("max_num_seqs", false, 1); ok {
		load.MaxNumSeqs = seqs
	}
	if n, ok := o.num("avg_batch_size", false, false); ok {
		if v := n.float(0); v > 0 {
			load.MeanBatchSize = &v
			w.field("workload.load.mean_batch_size", "avg_batch_size", "requests", n.text)
		} else {
			o.fail("avg_batch_size is %s, expected a number above zero", n.text)
		}
	}
	w.r.Workload.Load = load
	return median
}

// mlDiffusion reads the numbers of an image or video task and returns its batch
// latency.
func mlDiffusion(w *row, o *object, energyField, energyUnit, rateField, rateUnit, what, energyKey, rateKey string) number {
	if n, ok := o.num(energyField, true, false); ok {
		w.energy(energyKey, n, 0, energyField, energyUnit)
	}
	if n, ok := o.num("avg_power_watts", true, false); ok {
		w.energy("mean_power_w", n, 0, "avg_power_watts", "W")
	}
	if n, ok := o.num(rateField, true, false); ok {
		w.metric(rateKey, n, 0, rateField, rateUnit)
	}
	latency, ok := o.num("batch_latency_s", true, false)
	if ok {
		w.metric("batch_latency_s", latency, 0, "batch_latency_s", "s")
	}
	if _, size, ok := o.whole("batch_size", true, 1); ok {
		w.r.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: size}
	}
	d := &result.Diffusion{}
	for _, k := range []struct {
		field string
		to    *int64
	}{
		{"inference_steps", &d.Steps}, {what + "_height", &d.HeightPx}, {what + "_width", &d.WidthPx}, {"num_frames", &d.Frames},
	} {
		if _, v, ok := o.whole(k.field, false, 1); ok {
			*k.to = v
		}
	}
	if n, ok := o.num("fps", false, false); ok {
		v := n.float(0)
		d.FPS = &v
	}
	if *d != (result.Diffusion{}) {
		w.r.Workload.Diffusion = d
	}
	return latency
}

// mlParallel reads the degrees, flat in task files and nested with a note in
// model files.
func mlParallel(w *row, o *object) {
	p := &result.Parallelism{}
	from := o
	if n := o.child("parallelization"); n != nil {
		if n.kind != '{' {
			o.fail("parallelization is %s, expected an object", n.kindName())
			return
		}
		from = newObject(n)
		p.Notes = from.str("notes", false)
	}
	for _, k := range []struct {
		field string
		to    *int64
	}{
		{"tensor_parallel", &p.Tensor}, {"expert_parallel", &p.Expert}, {"data_parallel", &p.Data},
		{"ulysses_degree", &p.Ulysses}, {"ring_degree", &p.Ring},
	} {
		if _, v, ok := from.whole(k.field, false, 1); ok {
			*k.to = v
		}
	}
	if from != o {
		from.refuseUnknown()
		o.bad = append(o.bad, from.bad...)
	}
	if *p != (result.Parallelism{}) {
		w.r.Software = &result.Software{Parallelism: p}
	}
}

// mlExtraKeys marks what only model files hold; mlExtras carries it over.
func mlExtraKeys(o *object) { o.child("output_length_distribution") }

// mlExtras adds to a row what a model file says beyond its task file.
func mlExtras(w *row, o *object) {
	if d := o.n.get("output_length_distribution"); d != nil && d.kind == '{' {
		w.x("x_mlenergy_output_length_distribution", d.compact())
	}
	if n := o.n.get("parallelization"); n != nil && w.r.Software != nil {
		if s := n.get("notes"); s != nil && s.kind == '"' {
			w.r.Software.Parallelism.Notes = s.text
		}
	}
}

// mlSums warns where a row contradicts itself: power is energy times throughput,
// and throughput is batch size by latency. (That energy per response is energy
// per token times length, every result is checked for.)
func (c *run) mlSums(w *row, headline, rate string) {
	v := func(k string) float64 { return w.r.Metrics[k].Value }
	check := func(what string, got, want float64) {
		if got == 0 || math.Abs(got-want) <= 0.001*math.Abs(got) {
			return
		}
		c.Findings = append(c.Findings, result.Finding{Rule: ruleSum, Level: result.Warn, Where: w.where,
			Message: fmt.Sprintf("%s: the row says %s, its other fields give %s", what, fmtFloat(got), fmtFloat(want)),
			Hint:    "ask the source which is right; the row was taken as published"})
	}
	if headline == "energy_per_response_j" {
		check("mean power", v("mean_power_w"), v("energy_per_output_token_j")*v(rate))
		return
	}
	check("mean power", v("mean_power_w"), v(headline)*v(rate))
	if l := w.r.Workload.Load; l != nil && v("batch_latency_s") > 0 {
		check("throughput", v(rate), float64(l.BatchSize)/v("batch_latency_s"))
	}
}

// mlKey joins the values that a task file and a model file must both state.
func mlKey(w *row) string {
	var b strings.Builder
	r := w.r
	fmt.Fprintf(&b, "%s|%s|%s|", r.Workload.Task, r.Model.Name, r.Model.Precision)
	if r.Hardware != nil {
		fmt.Fprintf(&b, "%s|%d|", r.Hardware.Name, r.Hardware.Count)
	}
	if l := r.Workload.Load; l != nil {
		fmt.Fprintf(&b, "%d|%d|", l.BatchSize, l.MaxNumSeqs)
	}
	if r.Software != nil {
		p := *r.Software.Parallelism
		p.Notes = ""
		fmt.Fprintf(&b, "%+v|", p)
	}
	if d := r.Workload.Diffusion; d != nil {
		fmt.Fprintf(&b, "%d|%d|%d|%d|", d.Steps, d.HeightPx, d.WidthPx, d.Frames)
	}
	for _, k := range []string{"energy_per_output_token_j", "energy_per_response_j", "energy_per_image_j", "energy_per_video_j",
		"mean_power_w", "output_tokens_per_s", "images_per_s", "videos_per_s", "mean_output_tokens", "batch_latency_s"} {
		fmt.Fprintf(&b, "%s|", r.Source.Fields[k].Text)
	}
	for _, s := range []string{"p50", "p90", "p95", "p99"} {
		fmt.Fprintf(&b, "%s|", r.Source.Fields["itl_ms."+s].Text)
	}
	return b.String()
}

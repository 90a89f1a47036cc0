// Many results of realistic shapes, for benchmarks and tests of scale.

package resulttest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"jouleboard/internal/result"
)

// loadsPerModel is how many results each model of the synthetic board has,
// about the ratio of published boards.
const loadsPerModel = 24

var (
	synthOrgs  = []string{"example-org", "sample-lab", "demo-ai", "mock-research", "trial-works"}
	synthSizes = []float64{0.6, 1.7, 4, 8, 14, 32, 70, 235, 480}
	synthTasks = []synthTask{
		{id: "lm-arena-chat", tokens: 700}, {id: "gpqa", tokens: 6000}, {id: "image-chat", tokens: 500},
		{id: "sourcegraph-fim", tokens: 90}, {id: "text-to-image", image: true},
	}
	synthHardware = []synthGPU{
		{name: "NVIDIA H100 80GB", speed: 1, watt: 700}, {name: "NVIDIA B200", speed: 2.1, watt: 1000},
	}
	synthSeqs = []int64{8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024}
)

type synthTask struct {
	id     string
	tokens float64
	image  bool
}

type synthGPU struct {
	name        string
	speed, watt float64
}

// Synthetic returns n valid, sealed, distinct reported results. The same seed
// gives the same results, and a longer list starts with the shorter one.
func Synthetic(seed uint64, n int) []*result.Result {
	out := make([]*result.Result, n)
	for i := range out {
		out[i] = synth(seed, i)
	}
	return out
}

func synth(seed uint64, i int) *result.Result {
	rng := rand.New(rand.NewPCG(seed, uint64(i)))
	model := i / loadsPerModel
	at := i % loadsPerModel
	gpu := synthHardware[at/len(synthSeqs)%len(synthHardware)]
	seqs := synthSeqs[at%len(synthSeqs)]
	task := synthTasks[model%len(synthTasks)]
	size := synthSizes[(model/len(synthTasks))%len(synthSizes)]
	count := int64(1)
	for float64(count)*40 < size && count < 8 {
		count *= 2
	}
	jitter := func() float64 { return 0.97 + 0.06*rng.Float64() }

	batch := math.Min(float64(seqs), 40+200*rng.Float64())
	tokensPerS := gpu.speed * float64(count) * 24000 / math.Sqrt(size) * batch / (batch + 60) * jitter()
	watts := float64(count) * gpu.watt * (0.35 + 0.5*batch/(batch+90)) * jitter()
	itl := 1000 * batch / tokensPerS * jitter()

	r := Reported(func(r *result.Result) {
		r.Model.Name = fmt.Sprintf("%s/Example-%d-%gB", synthOrgs[model%len(synthOrgs)], model, size)
		r.Model.ParametersB, r.Model.ActiveParametersB = P(size), P(size)
		if model%3 == 1 {
			r.Model.Precision = "fp8"
		}
		r.Hardware.Name, r.Hardware.Count = gpu.name, count
		r.Software.Parallelism.Tensor = count
		r.Workload.Task = task.id
		r.Source.Table = fmt.Sprintf("tasks/%s.json row %d", task.id, i)
		if task.image {
			synthImage(r, int64(1+at%len(synthSeqs)), watts, size, jitter())
			return
		}
		length := math.Round(task.tokens * (0.5 + rng.Float64()))
		perToken := watts / tokensPerS
		r.Workload.Load.MaxNumSeqs, r.Workload.Load.MeanBatchSize = seqs, P(batch)
		r.Metrics = map[string]result.Metric{
			"energy_per_output_token_j":   {Value: perToken, Provenance: result.ProvReported},
			"energy_per_response_j":       {Value: perToken * length, Provenance: result.ProvReported},
			"energy_per_1000_requests_wh": {Value: perToken * length * 1000 / 3600, Formula: "energy_per_response_j * 1000 / 3600", Provenance: result.ProvDerived},
			"mean_output_tokens":          {Value: length, Provenance: result.ProvReported},
			"output_tokens_per_s":         {Value: tokensPerS, Provenance: result.ProvReported},
			"mean_power_w":                {Value: watts, Provenance: result.ProvReported},
		}
		r.Distributions = map[string]result.Distribution{
			"itl_ms": {P50: P(itl), P90: P(itl * 1.2), P95: P(itl * 1.5), P99: P(itl * 2.4), Percentiles: "linear", Provenance: result.ProvReported},
		}
	})
	return r
}

// synthImage turns a result into one of an image task: a batch, no tokens.
func synthImage(r *result.Result, batch int64, watts, size, jitter float64) {
	latency := (2 + size/8) * float64(batch) * jitter
	perImage := watts * latency / float64(batch)
	r.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: batch}
	r.Workload.Diffusion = &result.Diffusion{Steps: 28, HeightPx: 1024, WidthPx: 1024}
	r.Software.Parallelism = &result.Parallelism{Ulysses: 1, Ring: 1}
	r.Metrics = map[string]result.Metric{
		"energy_per_image_j":          {Value: perImage, Provenance: result.ProvReported},
		"energy_per_1000_requests_wh": {Value: perImage * 1000 / 3600, Formula: "energy_per_image_j * 1000 / 3600", Provenance: result.ProvDerived},
		"images_per_s":                {Value: float64(batch) / latency, Provenance: result.ProvReported},
		"batch_latency_s":             {Value: latency, Provenance: result.ProvReported},
		"mean_power_w":                {Value: watts, Provenance: result.ProvReported},
	}
	r.Distributions = nil
	r.Source.Fields = map[string]result.SourceField{
		"energy_per_image_j": {Field: "energy_per_image_joules", Unit: "J", Text: fmt.Sprint(perImage)},
	}
}

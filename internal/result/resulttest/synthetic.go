// Many results of realistic shapes, for benchmarks and tests of scale.

package resulttest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"jouleboard/internal/result"
)

// perModel is how many results each model of the synthetic board has, about the
// ratio of published boards: two kinds of hardware, six loads, and either two
// tasks or two precisions.
const perModel = 24

var (
	synthOrgs  = []string{"example-org", "sample-lab", "demo-ai", "mock-research", "trial-works", "placeholder-inc", "dummy-data"}
	synthSizes = []float64{0.6, 1.7, 4, 8, 14, 32, 70, 235, 480}
	synthPairs = [][2]synthTask{
		{{id: "lm-arena-chat", tokens: 700}, {id: "gpqa", tokens: 6000}},
		{{id: "lm-arena-chat", tokens: 550}, {id: "sourcegraph-fim", tokens: 90}},
		{{id: "lm-arena-chat", tokens: 900}, {id: "image-chat", tokens: 500}},
		{{id: "image-chat", tokens: 450}, {id: "video-chat", tokens: 380}},
		{{id: "text-to-image", kind: "image"}, {id: "text-to-image", kind: "image"}},
		{{id: "gpqa", tokens: 4000}, {id: "sourcegraph-fim", tokens: 120}},
		{{id: "text-to-video", kind: "video"}, {id: "text-to-video", kind: "video"}},
	}
	synthCards = []synthGPU{
		{id: "h100", name: "NVIDIA H100 80GB", speed: 1, watt: 700, gigabytes: 80},
		{id: "b200", name: "NVIDIA B200", speed: 2.1, watt: 1000, gigabytes: 180},
		{id: "a40", name: "NVIDIA A40", speed: 0.22, watt: 300, gigabytes: 48},
		{id: "example-x1", name: "Example X1 96GB", speed: 1.3, watt: 600, gigabytes: 96},
	}
	synthPlaces = [][2]int{{0, 1}, {0, 1}, {0, 3}, {2, 0}, {1, 3}}
	synthLoads  = []int64{8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024}
)

type synthTask struct {
	id     string
	kind   string // image, video, or empty for text
	tokens float64
}

type synthGPU struct {
	id, name               string
	speed, watt, gigabytes float64
}

// synthModel is what the results of one model share.
type synthModel struct {
	name   string
	size   float64
	active float64
	tasks  [2]synthTask
	cards  [2]synthGPU
	loads  []int64
	// Two precisions instead of two tasks.
	precisions bool
	measured   bool
}

func synthModelAt(m int) synthModel {
	size := synthSizes[(m/len(synthPairs))%len(synthSizes)]
	place := synthPlaces[m%len(synthPlaces)]
	s := synthModel{
		size: size, active: size, tasks: synthPairs[m%len(synthPairs)], precisions: m%4 == 3,
		cards: [2]synthGPU{synthCards[place[0]], synthCards[place[1]]},
		loads: synthLoads[m%2*3 : m%2*3+6],
	}
	if size >= 200 {
		s.active = size / 10
	}
	s.name = fmt.Sprintf("%s/Example-%d-%gB", synthOrgs[m%len(synthOrgs)], m, size)
	s.measured = m%6 == 5 && s.tasks[0].kind == ""
	return s
}

// Synthetic returns n valid, sealed, distinct results, five in six of them
// reported by a made-up source and the others measured, without samples at hand.
// The same seed gives the same results, and a longer list starts with the shorter
// one.
func Synthetic(seed uint64, n int) []*result.Result {
	out := make([]*result.Result, n)
	for i := range out {
		out[i] = Nth(seed, i)
	}
	return out
}

// Nth is one of the results of Synthetic.
func Nth(seed uint64, i int) *result.Result {
	rng := rand.New(rand.NewPCG(seed, uint64(i)))
	model, at := synthModelAt(i/perModel), i%perModel
	half, place, load := at/12, at/6%2, model.loads[at%6]
	gpu, task := model.cards[place], model.tasks[half]
	precision := "bfloat16"
	if model.precisions {
		task = model.tasks[0]
		if half == 1 {
			precision = "fp8"
		}
	}
	count := int64(1)
	for float64(count)*gpu.gigabytes < 2.4*model.size && count < 8 {
		count *= 2
	}
	f := figures{seqs: load, count: count, watt: gpu.watt * float64(count), size: model.size}
	jitter := func() float64 { return 0.97 + 0.06*rng.Float64() }
	f.batch = math.Min(float64(load), 40+200*rng.Float64())
	f.tokensPerS = gpu.speed * float64(count) * 24000 / math.Sqrt(model.active) * f.batch / (f.batch + 60) * jitter()
	if precision == "fp8" {
		f.tokensPerS *= 1.4
	}
	f.watt *= (0.35 + 0.5*f.batch/(f.batch+90)) * jitter()
	f.itl = 1000 * f.batch / f.tokensPerS * jitter()
	f.length = math.Round(task.tokens * (0.5 + rng.Float64()))
	f.jitter = jitter()

	common := func(r *result.Result) {
		r.Model.Name, r.Model.Precision = model.name, precision
		r.Model.ParametersB, r.Model.ActiveParametersB = P(model.size), P(model.active)
		r.Hardware.Name, r.Hardware.Count = gpu.name, count
		r.Software.Parallelism.Tensor = count
		r.Workload.Task = task.id
	}
	if model.measured {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", seed, i))
		return Measured(common, func(r *result.Result) { f.measured(r, hex.EncodeToString(sum[:]), gpu) })
	}
	return Reported(common, func(r *result.Result) {
		r.Source.Table = fmt.Sprintf("tasks/%s.json row %d", task.id, i)
		switch task.kind {
		case "":
			f.text(r)
		default:
			f.media(r, task.kind, int64(1+at%6))
		}
	})
}

// figures are what a server did under a load.
type figures struct {
	seqs, count                     int64
	batch, tokensPerS, watt, itl    float64
	length, size /* 10^9 */, jitter float64
}

// text is a reported result of a text task.
func (f figures) text(r *result.Result) {
	perToken := f.watt / f.tokensPerS
	r.Workload.Load.MaxNumSeqs, r.Workload.Load.MeanBatchSize = f.seqs, P(f.batch)
	r.Metrics = map[string]result.Metric{
		"energy_per_output_token_j":   {Value: perToken, Provenance: result.ProvReported},
		"energy_per_response_j":       {Value: perToken * f.length, Provenance: result.ProvReported},
		"energy_per_1000_requests_wh": {Value: perToken * f.length * 1000 / 3600, Formula: "energy_per_response_j * 1000 / 3600", Provenance: result.ProvDerived},
		"mean_output_tokens":          {Value: f.length, Provenance: result.ProvReported},
		"output_tokens_per_s":         {Value: f.tokensPerS, Provenance: result.ProvReported},
		"mean_power_w":                {Value: f.watt, Provenance: result.ProvReported},
	}
	r.Distributions = map[string]result.Distribution{
		"itl_ms": {P50: P(f.itl), P90: P(f.itl * 1.2), P95: P(f.itl * 1.5), P99: P(f.itl * 2.4), Percentiles: "linear", Provenance: result.ProvReported},
	}
	r.Source.Fields = map[string]result.SourceField{
		"energy_per_output_token_j": {Field: "energy_per_token_joules", Unit: "J", Text: fmt.Sprint(perToken)},
		"energy_per_response_j":     {Field: "energy_per_request_joules", Unit: "J", Text: fmt.Sprint(perToken * f.length)},
	}
}

// media is a reported result of a task that makes images or videos: a batch, no
// tokens.
func (f figures) media(r *result.Result, kind string, batch int64) {
	latency := (2 + f.size/8) * float64(batch) * f.jitter
	r.Workload.Diffusion = &result.Diffusion{Steps: 28, HeightPx: 1024, WidthPx: 1024}
	if kind == "video" {
		latency *= 40
		r.Workload.Diffusion = &result.Diffusion{Steps: 50, HeightPx: 480, WidthPx: 832, Frames: 81, FPS: P(16.0)}
	}
	each := f.watt * latency / float64(batch)
	r.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: batch}
	r.Software.Parallelism = &result.Parallelism{Ulysses: 1, Ring: 1}
	key := "energy_per_" + kind + "_j"
	r.Metrics = map[string]result.Metric{
		key:                           {Value: each, Provenance: result.ProvReported},
		"energy_per_1000_requests_wh": {Value: each * 1000 / 3600, Formula: key + " * 1000 / 3600", Provenance: result.ProvDerived},
		kind + "s_per_s":              {Value: float64(batch) / latency, Provenance: result.ProvReported},
		"batch_latency_s":             {Value: latency, Provenance: result.ProvReported},
		"mean_power_w":                {Value: f.watt, Provenance: result.ProvReported},
	}
	r.Distributions = nil
	r.Source.Fields = map[string]result.SourceField{
		key: {Field: "energy_per_" + kind + "_joules", Unit: "J", Text: fmt.Sprint(each)},
	}
}

// measured is a measured result whose samples are kept elsewhere. Three windows
// of 64 s each hold what the server did at this rate.
func (f figures) measured(r *result.Result, samples string, gpu synthGPU) {
	const seconds = 64
	begin, _ := strconv.ParseInt(samples[:5], 16, 64) // microseconds: no two runs begin alike
	requests := max(int64(f.tokensPerS*seconds/f.length), 320)
	tokens := int64(float64(requests) * f.length)
	perSecond := float64(tokens) / seconds
	r.Samples = &result.Samples{SHA256: samples, Records: 3*requests + 4000, URL: "https://example.org/samples/" + samples + ".jsonl.gz"}
	r.Workload.Load = &result.Load{Mode: result.LoadClosed, Concurrency: f.seqs}
	r.Client.Calibration.Streams = f.seqs
	r.Software.LaunchCommand = "vllm serve " + r.Model.Name
	device := r.Hardware.Devices[0]
	r.Hardware.Devices = nil
	if f.count > 1 {
		r.Hardware.Interconnect = "nvlink"
	}
	for i := range f.count {
		d := device
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", gpu.id, i))
		d.UUIDSHA256, d.Name, d.MemoryBytes = hex.EncodeToString(sum[:]), gpu.name, int64(gpu.gigabytes)<<30
		d.PCI = fmt.Sprintf("00000000:%02X:00.0", 0x1b+i)
		d.PowerLimitDefaultW, d.PowerLimitW, d.PowerLimitMaxW = P(gpu.watt), P(gpu.watt), P(gpu.watt)
		r.Hardware.Devices = append(r.Hardware.Devices, d)
	}
	total := 0.0
	for i := range r.Window {
		w := &r.Window[i]
		w.Requests, w.InTokens, w.OutTok = requests, 200*requests, tokens
		w.StartUs, w.EndUs = w.StartUs+begin, w.EndUs+begin
		one := w.Devices[0]
		w.Devices = nil
		for k, d := range r.Hardware.Devices {
			mean := f.watt / float64(f.count) * (1 + 0.002*float64(i-1)) * (1 + 0.001*float64(k))
			mj := int64(mean * seconds * 1000)
			one.UUIDSHA256, one.EnergyMJ, one.CrossCheckMJ = d.UUIDSHA256, mj, P(mj+mj/400)
			one.MeanW, one.MinW, one.MaxW = P(float64(mj)/(seconds*1000)), P(mean*0.85), P(math.Min(mean*1.1, gpu.watt))
			w.Devices = append(w.Devices, one)
			if i == 0 {
				total += float64(mj) / 1000
			}
		}
	}
	perToken := total / float64(tokens)
	u := &result.Uncertainty{Repeat: P(0.0018), Quant: P(0.001), Gain: P(0.0289)}
	within := func(v float64) result.Metric {
		return result.Metric{Value: v, CI95: &result.Interval{v * 0.94, v * 1.06}, Repeat95: &result.Interval{v * 0.99, v * 1.01}, U: u, N: 3, Stat: "median", Provenance: result.ProvDerived}
	}
	rate := func(v float64) result.Metric {
		return result.Metric{Value: v, CI95: &result.Interval{v * 0.99, v * 1.01}, Repeat95: &result.Interval{v * 0.99, v * 1.01}, N: 3, Stat: "median", Provenance: result.ProvDerived}
	}
	r.Metrics = map[string]result.Metric{
		"energy_per_output_token_j":   within(perToken),
		"energy_per_response_j":       within(perToken * f.length),
		"energy_per_1000_requests_wh": within(perToken * f.length * 1000 / 3600),
		"energy_j":                    {Value: total, CI95: &result.Interval{total * 0.94, total * 1.06}, N: 3, Stat: "median", Provenance: result.ProvMeasured},
		"mean_power_w":                within(total / seconds),
		"mean_output_tokens":          {Value: f.length, N: requests, Provenance: result.ProvMeasured},
		"output_tokens_per_s":         rate(perSecond),
		"requests_per_s":              {Value: float64(requests) / seconds, N: 3, Stat: "median", Provenance: result.ProvDerived},
		"error_rate":                  {Value: 0, N: requests, Provenance: result.ProvMeasured},
	}
	spread := func(p50 float64) result.Distribution {
		return result.Distribution{
			N: requests, Mean: P(p50 * 1.04), Stddev: P(p50 * 0.18), Min: P(p50 * 0.64), P25: P(p50 * 0.91), P50: P(p50), P75: P(p50 * 1.12), P90: P(p50 * 1.28),
			P95: P(p50 * 1.4), Max: P(p50 * 2.2), Percentiles: "nearest-rank", Provenance: result.ProvMeasured,
		}
	}
	tpot := 1000 * float64(f.seqs) / perSecond
	r.Distributions = map[string]result.Distribution{
		"ttft_ms": spread(40 + 0.6*float64(f.seqs)), "tpot_ms": spread(tpot), "itl_ms": spread(tpot * 0.98), "e2e_ms": spread(tpot * f.length),
	}
}

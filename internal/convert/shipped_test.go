// The results that this repository ships are what the importers make of the
// sources' files: anyone with those files can make them again, byte for byte.

package convert

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

const repo = "../.."

// shippedML and shippedLP are the options of the import's manual page.
func shippedML(cat *catalog.Catalog) Options {
	return Options{
		Select: SelectPareto, Version: "0cd52dab897c5d91a45f4d413038f3b8b4251b0f", Published: "2026-02-16", Retrieved: "2026-11-21",
		Catalog: cat, By: result.By{Name: "jouleboard contributors"},
	}
}

func shippedLP(cat *catalog.Catalog) Options {
	return Options{
		Publisher: "ssong1", Title: "ssong1/llmperf-bedrock", URL: "https://huggingface.co/datasets/ssong1/llmperf-bedrock",
		Version: "2024-03-04 (data card as listed)", Published: "2024-01-24",
		Catalog: cat, By: result.By{Name: "jouleboard contributors"},
	}
}

// repoCatalog is the catalogue that the shipped results were named by.
func repoCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	cat, fs := catalog.Load(os.DirFS(filepath.Join(repo, "content")))
	if fs.HasErrors() {
		t.Fatalf("the repository's catalogue: %v", fs)
	}
	return cat
}

func mlPareto(t *testing.T) Report {
	t.Helper()
	in := peerFiles(t, "mlenergy/index.json", "mlenergy/tasks/*.json")
	return mustConvert(t, "mlenergy", in, shippedML(repoCatalog(t)))
}

// bedrockCard reads the data card beside the other boards' data.
func bedrockCard(t *testing.T) []Input {
	t.Helper()
	dir := os.Getenv("JOULEBOARD_PEER_DATA")
	names, _ := filepath.Glob(filepath.Join(dir, "..", "sources", "002_*.txt"))
	if dir == "" || len(names) != 1 {
		t.Skip("the data card of ssong1/llmperf-bedrock is not at hand")
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return []Input{{Name: "README.md", Data: data}}
}

// sameAsShipped compares the report's files with those under results/ of the
// same source: none missing, none besides, every byte equal.
func sameAsShipped(t *testing.T, rep Report, source string) {
	t.Helper()
	cat := repoCatalog(t)
	made := map[string][]byte{}
	for _, r := range rep.Results {
		hw := ""
		if r.Hardware != nil {
			h, ok := cat.HardwareFor(r.Hardware.Name)
			if !ok {
				t.Fatalf("hardware %q is not in the catalogue", r.Hardware.Name)
			}
			hw = h.ID
		}
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		made[result.Path(r, hw)] = data
	}
	if len(made) != len(rep.Results) {
		t.Errorf("%d results share %d paths", len(rep.Results), len(made))
	}
	wrong := 0
	complain := func(format string, args ...any) {
		if wrong++; wrong <= 5 {
			t.Errorf(format, args...)
		}
	}
	err := filepath.WalkDir(filepath.Join(repo, result.Dir), func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".json" {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var head struct {
			Source struct{ Name string }
		}
		if err := json.Unmarshal(data, &head); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		if head.Source.Name != source {
			return nil
		}
		rel, err := filepath.Rel(repo, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		want, ok := made[rel]
		switch {
		case !ok:
			complain("%s is shipped, and the import does not make it", rel)
		case !bytes.Equal(want, data):
			complain("%s differs from what the import makes", rel)
		}
		delete(made, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for p := range made {
		complain("%s is made by the import and not shipped", p)
	}
	if wrong > 5 {
		t.Errorf("and %d more", wrong-5)
	}
}

func TestShippedMLEnergy(t *testing.T) {
	rep := mlPareto(t)
	accounted(t, rep)
	if len(rep.Results) != 780 || len(rep.Refused) != 0 {
		t.Fatalf("%d results, %d refused; want 780 and 0", len(rep.Results), len(rep.Refused))
	}
	sameAsShipped(t, rep, "mlenergy")
}

func TestShippedBedrock(t *testing.T) {
	rep := mustConvert(t, "llmperf", bedrockCard(t), shippedLP(repoCatalog(t)))
	r := one(t, rep)
	if r.Model.Name != "anthropic/claude-instant-v1" || r.Model.Provider != "bedrock" || r.Model.ProviderModel != "bedrock/anthropic.claude-instant-v1" {
		t.Errorf("model %+v", r.Model)
	}
	if r.License != "Apache-2.0" || r.MeasuredAt != "2023-01-19T15:00:00+09:00" || r.Workload.Task != "endpoint-1024-1024" || r.Workload.Requests != 100 {
		t.Errorf("licence %s, measured at %s, task %s, requests %d", r.License, r.MeasuredAt, r.Workload.Task, r.Workload.Requests)
	}
	if n := strings.Count(r.Workload.Command, " \\\n"); n != 8 || !strings.HasPrefix(r.Workload.Command, "python token_benchmark_ray.py \\\n--model bedrock/") {
		t.Errorf("command with %d continuations, want the 8 of the source:\n%s", n, r.Workload.Command)
	}
	if len(r.Source.Caveats) != 5 || len(r.Notes) != 2 || r.Boundary != nil {
		t.Errorf("caveats %v, notes %q, boundary %v", r.Source.Caveats, r.Notes, r.Boundary)
	}
	sameAsShipped(t, rep, "llmperf")
}

// csvRows reads one of the figure tables as maps.
func csvRows(t *testing.T, name string) []map[string]string {
	t.Helper()
	in := peerFiles(t, "figures/"+name)
	rows, err := csv.NewReader(bytes.NewReader(in[0].Data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, rec := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = rec[i]
		}
		out = append(out, m)
	}
	return out
}

// TestParetoIsThePublishedTable proves the selection row by row against the
// figure table that was made apart from this code.
func TestParetoIsThePublishedTable(t *testing.T) {
	rows := csvRows(t, "mlenergy_v3_pareto.csv")
	if len(rows) != 780 {
		t.Fatalf("the table has %d rows, want 780", len(rows))
	}
	columns := [][2]string{ // theirs -> ours
		{"energy_per_token_joules", "energy_per_output_token_j"}, {"energy_per_request_joules", "energy_per_response_j"},
		{"energy_per_image_joules", "energy_per_image_j"}, {"energy_per_video_joules", "energy_per_video_j"},
		{"avg_output_len_tokens", "mean_output_tokens"}, {"output_throughput_tokens_per_sec", "output_tokens_per_s"},
		{"throughput_images_per_sec", "images_per_s"}, {"throughput_videos_per_sec", "videos_per_s"},
		{"batch_latency_s", "batch_latency_s"}, {"median_itl_ms", "itl_ms.p50"}, {"p90_itl_ms", "itl_ms.p90"},
		{"p95_itl_ms", "itl_ms.p95"}, {"p99_itl_ms", "itl_ms.p99"}, {"avg_power_watts", "mean_power_w"},
	}
	num := func(s string) string {
		if s == "" {
			return ""
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return fmtFloat(f)
	}
	table := map[string]int{}
	for _, m := range rows {
		key := []string{m["task"], m["model_id"], m["weight_precision"], num(m["total_params_billions"]), num(m["activated_params_billions"]),
			m["gpu_model"], m["num_gpus"], m["max_num_seqs"], m["batch_size"], num(m["avg_batch_size"]),
			m["tensor_parallel"], m["expert_parallel"], m["data_parallel"], m["ulysses_degree"], m["ring_degree"],
			m["inference_steps"], m["image_height_px"] + m["video_height_px"], m["image_width_px"] + m["video_width_px"], m["num_frames"], num(m["fps"]),
			m["source_url"], m["source_version"], m["source_date"]}
		for _, c := range columns {
			key = append(key, num(m[c[0]]))
		}
		table[strings.Join(key, "|")]++
	}
	count := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	ptr := func(f *float64) string {
		if f == nil {
			return ""
		}
		return fmtFloat(*f)
	}
	gpus := map[string]string{"NVIDIA H100 80GB": "H100", "NVIDIA B200": "B200"}
	for _, r := range mlPareto(t).Results {
		p, l, d := r.Software.Parallelism, r.Workload.Load, r.Workload.Diffusion
		if d == nil {
			d = &result.Diffusion{}
		}
		key := []string{r.Workload.Task, r.Model.Name, r.Model.Precision, ptr(r.Model.ParametersB), ptr(r.Model.ActiveParametersB),
			gpus[r.Hardware.Name], count(r.Hardware.Count), count(l.MaxNumSeqs), count(l.BatchSize), ptr(l.MeanBatchSize),
			count(p.Tensor), count(p.Expert), count(p.Data), count(p.Ulysses), count(p.Ring),
			count(d.Steps), count(d.HeightPx), count(d.WidthPx), count(d.Frames), ptr(d.FPS),
			r.Source.URL, r.Source.Version, r.Source.Published}
		for _, c := range columns {
			v, ok := r.Value(c[1])
			if ok {
				key = append(key, fmtFloat(v))
			} else {
				key = append(key, "")
			}
		}
		k := strings.Join(key, "|")
		if table[k]--; table[k] < 0 {
			t.Fatalf("not in the table, or once too often:\n%s", k)
		}
	}
	for k, n := range table {
		if n > 0 {
			t.Errorf("not selected:\n%s", k)
		}
	}
}

// TestPeerAIEnergyScoreTable holds every row against the table of figures that
// was formed in exact decimals apart from this code.
func TestPeerAIEnergyScoreTable(t *testing.T) {
	want := map[string]int{}
	for _, m := range csvRows(t, "aienergyscore_2025.csv") {
		f, err := strconv.ParseFloat(m["gpu_energy_wh_per_1000_queries"], 64)
		if err != nil {
			t.Fatal(err)
		}
		want[strings.Join([]string{m["task"], m["model_class"], m["model"], fmtFloat(f), m["stars_published"], m["gpu_energy_kwh_per_1000_queries_as_in_source"]}, "|")]++
	}
	opt := Options{Unit: "kWh", License: "NOASSERTION", Hardware: "H100", Catalog: repoCatalog(t)}
	rep := mustConvert(t, "aienergyscore", peerFiles(t, "aienergyscore/feb2025/*.csv"), opt)
	for _, r := range rep.Results {
		k := strings.Join([]string{r.Workload.Task, r.Model.SizeClass, r.Model.Name, fmtFloat(r.Metrics["energy_per_1000_requests_wh"].Value),
			string(r.X["x_aienergyscore_energy_score"]), r.Source.Fields["energy_per_1000_requests_wh"].Text}, "|")
		if want[k]--; want[k] < 0 {
			t.Errorf("not in the table: %s", k)
		}
	}
	if len(rep.Results) != 166 {
		t.Errorf("%d results, want 166", len(rep.Results))
	}
}

// TestPeerLLMPerfRecomputes forms every summary's statistics of the first token
// again from the individual responses: drops by error code and percentiles are
// then read as the source meant them.
func TestPeerLLMPerfRecomputes(t *testing.T) {
	opt := Options{Publisher: "LLMPerf leaderboard", URL: "https://github.com/ray-project/llmperf-leaderboard", License: "Apache-2.0"}
	sums := mustConvert(t, "llmperf", peerFiles(t, "llmperf/summary/*.json"), opt)
	alone := opt
	alone.Provider, alone.Model, alone.Task = "p", "m", "endpoint-550-150"
	resp := mustConvert(t, "llmperf", peerFiles(t, "llmperf/individual/*.json"), alone)
	both := mustConvert(t, "llmperf", peerFiles(t, "llmperf/summary/*.json", "llmperf/individual/*.json"), opt)
	if len(sums.Results) != 19 || len(resp.Results) != 19 || len(both.Results) != 19 {
		t.Fatalf("%d, %d and %d results, want 19 each", len(sums.Results), len(resp.Results), len(both.Results))
	}
	tokens := map[string]bool{}
	for i, s := range sums.Results {
		a := resp.Results[i]
		if s.Source.Table != a.Source.Table {
			t.Fatalf("%s beside %s", s.Source.Table, a.Source.Table)
		}
		for _, k := range []string{lpTTFT, lpITL, lpE2E} {
			x, y := s.Distributions[k], a.Distributions[k]
			if x.N != y.N {
				t.Errorf("%s %s: n %d in the summary, %d recomputed", s.Source.Table, k, x.N, y.N)
			}
			for _, st := range lpStats {
				p, q := x.Stat(st[0]), y.Stat(st[0])
				if p == nil || q == nil || *p-*q > 1e-9*(1+*p) || *q-*p > 1e-9*(1+*p) {
					t.Errorf("%s %s.%s: %v in the summary, %v recomputed", s.Source.Table, k, st[0], *p, *q)
				}
			}
		}
		if d := s.Metrics["error_rate"].Value - a.Metrics["error_rate"].Value; d > 1e-12 || d < -1e-12 {
			t.Errorf("%s: error rate %v in the summary, %v recomputed", s.Source.Table, s.Metrics["error_rate"].Value, a.Metrics["error_rate"].Value)
		}
		d := both.Results[i].Distributions[lpSpeed]
		tokens[both.Results[i].Source.Table] = d.Provenance == result.ProvReported
	}
	// Where the source's throughput counts tokens it is taken as published; where
	// it counts chunks, the recomputed one stands instead.
	for table, reported := range map[string]bool{
		"fireworks_13b.json": false, "lepton_7b.json": false, "perplexity_70b.json": false, "replicate_7b.json": false, "anyscale_70b.json": false,
	} {
		if tokens[table] != reported {
			t.Errorf("%s: throughput taken as published: %v", table, tokens[table])
		}
	}
	for table, ok := range tokens {
		if ok {
			t.Logf("%s counts tokens", table)
		}
	}
}

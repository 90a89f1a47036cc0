// A table of broken files, and what is said about each: golden, since the
// words are what people act on.

package result_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// edit is one change of a valid file's text. The id is computed again after
// it unless keep is set or the text is no JSON any more.
type edit struct {
	name     string
	base     func(...func(*result.Result)) *result.Result // Reported if nil
	mod      func(*result.Result)                         // before the file is written
	from, to string                                       // in its text; from must be there once
	whole    string                                       // the whole text instead
	keep     bool
}

var broken = []edit{
	// Bytes.
	{name: "empty file", whole: " \n"},
	{name: "byte order mark", from: "{\n  \"schema\"", to: "\ufeff{\n  \"schema\""},
	{name: "utf-16", whole: "\xff\xfe{\x00}\x00"},
	{name: "not utf-8", from: "An Example Publisher", to: "An Ex\xe4mple Publ\xff\xfesher"},
	{name: "nested too deep", from: `"kind": "device"`, to: `"kind": "device", "x_deep": ` + strings.Repeat("[", 70) + strings.Repeat("]", 70)},
	{name: "too large", whole: "{" + strings.Repeat(" ", 16<<20) + "}"},

	// Grammar.
	{name: "truncated", whole: "{\n  \"schema\": \"jouleboard.result/1\",\n  \"id\": \"12"},
	{name: "truncated after a comma", whole: "{\n  \"schema\": \"jouleboard.result/1\",\n"},
	{name: "nan", from: `"value": 100,`, to: `"value": NaN,`},
	{name: "infinity", from: `"value": 100,`, to: `"value": -Infinity,`},
	{name: "none", from: `"value": 100,`, to: `"value": None,`},
	{name: "trailing comma", from: `"license": "Apache-2.0"`, to: `"license": "Apache-2.0",`},
	{name: "comment", from: `"kind": "device"`, to: "// what it is\n  \"kind\": \"device\""},
	{name: "single quotes", from: `"kind": "device"`, to: `'kind': 'device'`},
	{name: "missing comma", from: `"kind": "device",`, to: `"kind": "device"`},
	{name: "text after the end", from: `"license": "Apache-2.0"` + "\n}", to: `"license": "Apache-2.0"` + "\n}\n}"},
	{name: "number out of range", from: `"value": 100,`, to: `"value": 1e999,`},
	{name: "leading zero", from: `"value": 100,`, to: `"value": 0100,`},
	{name: "an array", whole: "\n  [1, 2]"},
	{name: "a number", whole: "42"},
	{name: "duplicate keys", from: `"kind": "device",`, to: `"kind": "device", "kind": "endpoint", "by": {"name": "x", "name": "y"},`},
	{name: "control byte in text", from: "An Example Publisher", to: "An\x07Example"},
	{name: "lone surrogate", from: "An Example Publisher", to: `An \ud800 Publisher`},

	// Units and keys.
	{name: "wrong unit of energy", from: `"energy_per_response_j": {`, to: `"energy_per_response_wh": {`},
	{name: "wrong unit of a latency", from: `"itl_ms": {`, to: `"itl_us": {`},
	{name: "unit spelt out", from: `"itl_ms": {`, to: `"itl_milliseconds": {`},
	{name: "unit of a rate", from: `"output_tokens_per_s": {`, to: `"output_tok_per_s": {`},
	{name: "latency among metrics", from: `"mean_power_w": {`, to: `"ttft_s": {`},
	{name: "metric at the top", from: `"kind": "device",`, to: `"kind": "device", "energy_j": 5,`},
	{name: "misspelt keys", from: `"license": "Apache-2.0"`, to: `"licence": "Apache-2.0"`},
	{name: "misspelt nested key", from: `"max_num_seqs"`, to: `"max_num_seq"`},
	{name: "key in capitals", from: `"precision"`, to: `"Precision"`},
	{name: "own key without x_", from: `"kind": "device",`, to: `"kind": "device", "my_cluster": 1,`},
	{name: "own key nested", from: `"includes": "gpu"`, to: `"includes": "gpu", "x_own": 1`},

	// Values.
	{name: "string for a number", from: `"value": 100,`, to: `"value": "100",`},
	{name: "null", from: `"value": 100,`, to: `"value": null,`},
	{name: "fraction for a count", from: `"max_num_seqs": 64`, to: `"max_num_seqs": 64.5`},
	{name: "integer with a fraction of zero", from: `"max_num_seqs": 64`, to: `"max_num_seqs": 64.0`},
	{name: "integer past 2^53", from: `"max_num_seqs": 64`, to: `"max_num_seqs": 9007199254740993`},
	{name: "zero count", from: `"max_num_seqs": 64`, to: `"max_num_seqs": 0`},
	{name: "empty text", from: `"publisher": "An Example Publisher"`, to: `"publisher": ""`},
	{name: "long name", mod: func(r *result.Result) { r.Model.Name = strings.Repeat("n", 201) }},
	{name: "long text", mod: func(r *result.Result) { r.Notes = []string{strings.Repeat("é", 4097)} }},
	{name: "wrong schema", from: "jouleboard.result/1", to: "jouleboard.result/2"},
	{name: "unknown class", from: `"class": "reported"`, to: `"class": "report"`},
	{name: "unknown provenance", from: `"provenance": "derived"`, to: `"provenance": "computed"`},
	{name: "three-sided interval", from: `"value": 100,`, to: `"value": 100, "ci95": [90, 95, 110],`},
	{name: "bad id", from: `"id": "`, to: `"id": "XX`, keep: true},
	{name: "changed after sealing", from: `"value": 100,`, to: `"value": 99.9,`, keep: true},
	{name: "bad date and url", mod: func(r *result.Result) { r.Source.Published = "yesterday"; r.Source.URL = "ftp://example.org/x" }},

	// Energy.
	{name: "energy is zero", mod: func(r *result.Result) {
		r.Metrics["energy_j"] = result.Metric{Value: 0, Provenance: result.ProvReported}
	}},
	{name: "negative energy", mod: func(r *result.Result) {
		r.Metrics["energy_j"] = result.Metric{Value: -2, Provenance: result.ProvReported}
	}},
	{name: "negative rate", mod: func(r *result.Result) {
		r.Metrics["requests_per_s"] = result.Metric{Value: -2, Provenance: result.ProvReported}
	}},
	{name: "error rate in percent", mod: func(r *result.Result) {
		r.Metrics["error_rate"] = result.Metric{Value: 2.5, Provenance: result.ProvReported}
	}},
	{name: "energy without boundary", mod: func(r *result.Result) { r.Boundary = nil }},
	{name: "boundary without energy", mod: func(r *result.Result) {
		r.Metrics = map[string]result.Metric{"requests_per_s": {Value: 2, Provenance: result.ProvReported}}
	}},
	{name: "energy without hardware", mod: func(r *result.Result) { r.Hardware = nil }},
	{name: "energy in class performance", base: resulttest.Measured, mod: func(r *result.Result) { r.Class = result.ClassPerformance }},
	{name: "no energy in class ranked", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Boundary = nil
		r.Metrics = map[string]result.Metric{"requests_per_s": {Value: 2, Provenance: result.ProvDerived}}
	}},
	{name: "energy of a measured endpoint", base: resulttest.Endpoint, mod: func(r *result.Result) {
		r.Metrics["energy_j"] = result.Metric{Value: 5, Provenance: result.ProvMeasured}
	}},

	// The table of blocks.
	{name: "reported with measured blocks", mod: func(r *result.Result) {
		m := resulttest.Measured()
		r.Client, r.Window, r.Samples, r.Checks, r.Attestation, r.Method = m.Client, m.Window, m.Samples, m.Checks, m.Attestation, m.Method
		r.Hardware.Devices = m.Hardware.Devices
	}},
	{name: "reported without a number", mod: func(r *result.Result) { r.Metrics, r.Distributions, r.Boundary = nil, nil, nil }},
	{name: "class ranked with a source", mod: func(r *result.Result) { r.Class = result.ClassRanked }},
	{name: "reported without a source", mod: func(r *result.Result) { r.Source = nil }},
	{name: "measured without its blocks", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Method, r.Client, r.Window, r.Samples, r.Checks, r.Attestation, r.MeasuredAt = "", nil, nil, nil, nil, nil, ""
	}},
	{name: "measured without details", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Model.Revision, r.Hardware.Devices[0].ECC, r.Software.Driver = "", nil, ""
		r.Software.Engine.Version, r.Workload.Seed, r.Workload.Dataset.SHA256 = "", nil, ""
	}},
	{name: "endpoint without provider and date", base: resulttest.Endpoint, mod: func(r *result.Result) { r.Model.Provider, r.Model.Date = "", "" }},
	{name: "client without distance", base: resulttest.Endpoint, mod: func(r *result.Result) { r.Client.RTTMs, r.Client.SameHost = nil, nil }},
	{name: "load of another mode", mod: func(r *result.Result) { r.Workload.Load.Mode = result.LoadClosed }},
	{name: "distribution without statistic", mod: func(r *result.Result) {
		r.Distributions["ttft_ms"] = result.Distribution{N: 10, Provenance: result.ProvReported}
	}},
	{name: "percentiles without their kind", mod: func(r *result.Result) {
		r.Distributions["ttft_ms"] = result.Distribution{P50: resulttest.P(3.0), Provenance: result.ProvReported}
	}},

	// Rules of one file.
	{name: "intervals", base: resulttest.Measured, mod: func(r *result.Result) {
		m := r.Metrics["energy_j"]
		m.CI95, m.Repeat95 = &result.Interval{33000, 34000}, &result.Interval{33000, 31000}
		r.Metrics["energy_j"] = m
	}},
	{name: "percentiles out of order", mod: func(r *result.Result) {
		d := r.Distributions["itl_ms"]
		d.P90, d.Min, d.Mean = resulttest.P(20.0), resulttest.P(19.0), resulttest.P(18.0)
		r.Distributions["itl_ms"] = d
	}},
	{name: "percentile from too few", base: resulttest.Endpoint, mod: func(r *result.Result) {
		d := r.Distributions["ttft_ms"]
		d.N, d.P99 = 129, resulttest.P(100.0)
		r.Distributions["ttft_ms"] = d
	}},
	{name: "formula gives another value", mod: formula("energy_per_response_j * 1000 / 3600.001", 100.0*1000/3600)},
	{name: "formula over unknown keys", mod: formula("energy_per_respnse_j * 1000 / 3600", 100.0*1000/3600)},
	{name: "formula over an absent key", mod: formula("energy_per_image_j * 1000 / 3600", 100.0*1000/3600)},
	{name: "formula divides by zero", mod: formula("energy_per_response_j / (1 - 1)", 100.0*1000/3600)},
	{name: "formula is a program", mod: formula(`func() float64 { return 1 }()`, 100.0*1000/3600)},
	{name: "formula is broken", mod: formula(`energy_per_response_j * (`, 100.0*1000/3600)},
	{name: "derived without formula", mod: formula("", 100.0*1000/3600)},
	{name: "another unit by a factor", mod: func(r *result.Result) {
		m := r.Metrics["energy_per_response_j"]
		m.Value = 100.0 * 3600
		r.Metrics["energy_per_response_j"] = m
	}},
	{name: "provenance measured in a reported result", mod: func(r *result.Result) {
		r.Metrics["mean_output_tokens"] = result.Metric{Value: 400, Provenance: result.ProvMeasured}
	}},
	{name: "provenance reported in a measured result", base: resulttest.Endpoint, mod: func(r *result.Result) {
		r.Metrics["requests_per_s"] = result.Metric{Value: 5, Provenance: result.ProvReported}
	}},
	{name: "greedy and warm", base: resulttest.Endpoint, mod: func(r *result.Result) { r.Workload.Sampling.Temperature = resulttest.P(0.8) }},
	{name: "multinomial and cold", base: resulttest.Endpoint, mod: func(r *result.Result) { r.Workload.Sampling.Method = "multinomial" }},
	{name: "devices", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Hardware.Count, r.Hardware.Interconnect = 2, "nvlink"
		r.Hardware.Devices = append(r.Hardware.Devices, r.Hardware.Devices[0])
		r.Window[0].EndUs = r.Window[0].StartUs
		r.Window[1].Devices[0].UUIDSHA256 = strings.Repeat("7b", 32)
	}},
	{name: "several devices and no word on what joins them", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Hardware.Count = 2
		r.Hardware.Devices = append(r.Hardware.Devices, r.Hardware.Devices[0])
		r.Hardware.Devices[1].UUIDSHA256 = strings.Repeat("7b", 32)
	}},
	{name: "more active parameters than parameters", mod: func(r *result.Result) { r.Model.ActiveParametersB = resulttest.P(9.0) }},
	{name: "impossible dates", mod: func(r *result.Result) {
		r.Source.Published, r.Source.Retrieved, r.MeasuredAt = "2026-02-30", "2026-13", "2026-02-16T25:00:00Z"
	}},
	{name: "dates in the wrong order", mod: func(r *result.Result) {
		r.Source.Published, r.Source.Retrieved, r.MeasuredAt = "2026-05", "2026-03-01", "2026-03-02T01:00:00+00:00"
	}},

	// Addresses and text.
	{name: "script for an address", mod: func(r *result.Result) {
		r.Source.URL = "javascript:alert(1)"
		r.By.URL = "data:text/html,x"
	}},
	{name: "address with password", mod: func(r *result.Result) { r.Source.URL = "https://user:pw@example.org/" }},
	{name: "script for a citation", mod: func(r *result.Result) {
		r.Quality = map[string]result.Quality{"mmlu": {Metric: "acc", Value: 0.5, Source: " JavaScript:alert(1)"}}
	}},
	{name: "control and override characters", mod: func(r *result.Result) {
		r.Model.Name = "example-org/abc\u202egpj.exe"
		r.Source.Title = "private \ue000 use"
		r.By.Name = "line\nfeed"
		r.Source.Publisher = "tag \U000e0041"
		r.X = map[string]jsontext.Value{"x_own": jsontext.Value(`{"ke\u0007y": ["a\u2028b"]}`)}
	}},
	{name: "isolates and marks inside", mod: func(r *result.Result) {
		r.Source.Title = "a\u2067b"
		r.By.Name = "a\ufeffb"
		r.Source.Publisher = "lost \ufffd text"
		r.Source.Table = "c1 \u0085 control"
	}},
	{name: "double-encoded text", mod: func(r *result.Result) { r.Source.Title = "the model’s score, the modelâ€™s score, cafÃ©" }},
	{name: "secrets and private paths", mod: func(r *result.Result) {
		r.Notes = []string{
			"HF_TOKEN=hf_" + strings.Repeat("a", 30), "served from /home/jane/models", `from C:\Users\jane`, "api_key: " + strings.Repeat("k", 20),
		}
	}},
}

// fine lists what must pass without a finding.
var fine = []edit{
	{name: "script in text", mod: func(r *result.Result) {
		r.Source.Title = `</script><script>alert("javascript:")</script>`
		r.Model.Name = "example-org/" + strings.Repeat("n", 188)
	}},
	{name: "other scripts", mod: func(r *result.Result) {
		r.Source.Title = "نموذج لغوي — 大语言模型 — «données» — žluťoučký kůň — 👩‍🔬 — Ã"
		r.By.Name = "ארגון\u200f"
	}},
	{name: "command of a source", mod: func(r *result.Result) {
		r.Workload.Command = "python run.py \\\n\t--dir /home/user/out --risk-free-task-id 12345678901234567890123 --tokenizer x"
		r.Notes = []string{"two\nlines"}
	}},
	{name: "brackets in text", mod: func(r *result.Result) {
		r.Source.Title = `quote " and backslash \ before ` + strings.Repeat("[{", 80)
	}},
	{name: "own keys", mod: func(r *result.Result) {
		r.X = map[string]jsontext.Value{"x_own": jsontext.Value(`[1, null, {"id": "é", "a": 1e2}]`)}
		r.Metrics["x_llmperf_inter_token_latency_s"] = result.Metric{Value: -1, Provenance: result.ProvReported}
		r.Distributions["x_own_ms"] = result.Distribution{Mean: resulttest.P(1.0), Provenance: result.ProvReported}
	}},
	{name: "formula over statistics", mod: func(r *result.Result) {
		r.Metrics["x_double_itl_ms"] = result.Metric{Value: 2*21.5 - 1, Formula: "-(1 - itl_ms.p50*2) + 0e0", Provenance: result.ProvDerived}
	}},
	{name: "no energy at all", mod: func(r *result.Result) {
		r.Boundary = nil
		r.Metrics = map[string]result.Metric{"requests_per_s": {Value: 2, Provenance: result.ProvReported}}
	}},
	{name: "measured device without energy", base: resulttest.Measured, mod: func(r *result.Result) {
		r.Class, r.Boundary, r.Hardware.Devices = result.ClassPerformance, nil, nil
		r.Software.Driver, r.Software.CUDA, r.Software.NVML = "", "", ""
		for i := range r.Window {
			r.Window[i].Devices = nil
		}
		for k := range r.Metrics {
			if strings.Contains(k, "energy") || strings.Contains(k, "power") {
				delete(r.Metrics, k)
			}
		}
	}},
	{name: "dates as far as known", mod: func(r *result.Result) {
		r.Source.Published, r.Source.Retrieved, r.MeasuredAt = "2026", "2026-03", "2026-03-31T23:59:59.5+02:00"
	}},
}

func formula(text string, value float64) func(*result.Result) {
	return func(r *result.Result) {
		r.Metrics["energy_per_1000_requests_wh"] = result.Metric{Value: value, Formula: text, Provenance: result.ProvDerived}
	}
}

// bytes makes the file.
func (e edit) bytes(t *testing.T) []byte {
	t.Helper()
	if e.whole != "" {
		return []byte(e.whole)
	}
	base := e.base
	if base == nil {
		base = resulttest.Reported
	}
	var mods []func(*result.Result)
	if e.mod != nil {
		mods = append(mods, e.mod)
	}
	r := base(mods...)
	data := encode(t, r)
	if e.from != "" {
		if n := bytes.Count(data, []byte(e.from)); n < 1 {
			t.Fatalf("%q is not in the file", e.from)
		}
		data = bytes.Replace(data, []byte(e.from), []byte(e.to), 1)
	}
	if id, ok := idOf(data); ok && !e.keep {
		data = bytes.Replace(data, []byte(r.ID), []byte(id), 1)
	}
	return data
}

// idOf computes the id from the definition, on another way than the package.
func idOf(data []byte) (string, bool) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return "", false
	}
	delete(members, "id")
	out, err := json.Marshal(members)
	if err != nil {
		return "", false
	}
	v := jsontext.Value(out)
	if err := v.Canonicalize(); err != nil {
		return "", false
	}
	sum := sha256.Sum256(v)
	return hex.EncodeToString(sum[:]), true
}

func judge(data []byte) result.Findings {
	_, fs := result.Inspect("f.json", data)
	return fs
}

func TestBrokenFiles(t *testing.T) {
	var out strings.Builder
	for _, e := range broken {
		fs := judge(e.bytes(t))
		fmt.Fprintf(&out, "# %s\n", e.name)
		for _, f := range fs {
			fmt.Fprintln(&out, f)
			if f.Hint != "" {
				fmt.Fprintln(&out, "    hint:", f.Hint)
			}
		}
		fmt.Fprintln(&out)
		if len(fs) == 0 {
			t.Errorf("%s: nothing was found", e.name)
		}
		for _, f := range fs {
			if f.Where.File != "f.json" || f.Where.Line < 1 || f.Where.Col < 1 || f.Rule == "" || f.Message == "" {
				t.Errorf("%s: a finding without its place or words: %+v", e.name, f)
			}
		}
	}
	golden(t, "broken.txt", out.String())
}

// Importers check what they built before it is a file.
func TestCheckWithoutAFile(t *testing.T) {
	for want, mod := range map[string]func(*result.Result){
		"energy_j is 0; leave it out if it was not measured": func(r *result.Result) {
			r.Metrics["energy_j"] = result.Metric{Provenance: result.ProvReported}
		},
		"energy_per_1000_requests_wh in a result of class performance": func(r *result.Result) { r.Class = result.ClassPerformance },
		"U+202E (bidirectional control)":                               func(r *result.Result) { r.Model.Name = "a\u202eb" },
		"not finite":                                                   nil,
	} {
		r := resulttest.Reported()
		if mod != nil {
			mod(r)
		} else {
			r.Metrics["energy_j"] = result.Metric{Value: math.NaN(), Provenance: result.ProvReported}
			want = "/metrics/energy_j/value"
		}
		fs := result.Check(&result.Loaded{Result: r})
		if !strings.Contains(lines(fs), want) || !fs.HasErrors() {
			t.Errorf("no error holds %q:\n%s", want, lines(fs))
		}
	}
	if fs := result.Check(nil); fs != nil {
		t.Errorf("Check(nil) = %v", fs)
	}
}

func TestFineFiles(t *testing.T) {
	for _, e := range fine {
		for _, f := range judge(e.bytes(t)) {
			t.Errorf("%s: %s (%s)", e.name, f, f.Hint)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs\n got: %s\nwant: %s\n(look at the difference, then run with -update)", path, i+1, g[i], append(w, make([]string, len(g))...)[i])
		}
	}
	t.Fatalf("%s: got %d lines, want %d", path, len(g), len(w))
}

func unmarshal(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDeclaredWithoutSource leaves the key out, which no struct of ours can.
func TestDeclaredWithoutSource(t *testing.T) {
	r := resulttest.Reported(func(r *result.Result) { r.Boundary.PUE = &result.Declared{Value: 1.2, Source: "the operator"} })
	data := regexp.MustCompile(`,\s*"source": "the operator"`).ReplaceAllString(string(encode(t, r)), "")
	if strings.Contains(data, "the operator") {
		t.Fatal("the file still names the source")
	}
	_, fs := result.Inspect("results/x.json", []byte(data))
	for _, f := range fs {
		if f.Rule == "V24" && f.Where.Pointer == "/boundary/pue/source" {
			return
		}
	}
	t.Error(fs)
}

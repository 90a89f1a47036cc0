// What holds for every format: options, golden results of our own samples, the
// accounting of rows, and that no input makes it fall over.

package convert

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/result"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sample reads files below testdata.
func sample(t testing.TB, names ...string) []Input {
	t.Helper()
	var in []Input
	for _, n := range names {
		data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(n)))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, Input{Name: n, Data: data})
	}
	return in
}

// edited replaces text in the file whose name ends so.
func edited(t testing.TB, in []Input, name, old, repl string) []Input {
	t.Helper()
	out := append([]Input(nil), in...)
	for i := range out {
		if !strings.HasSuffix(out[i].Name, name) {
			continue
		}
		if !strings.Contains(string(out[i].Data), old) {
			t.Fatalf("%s does not hold %q", name, old)
		}
		out[i].Data = []byte(strings.Replace(string(out[i].Data), old, repl, 1))
		return out
	}
	t.Fatalf("no file %s", name)
	return nil
}

func mustConvert(t testing.TB, format string, in []Input, opt Options) Report {
	t.Helper()
	if opt.By.Name == "" {
		opt.By = testBy
	}
	rep, err := Convert(format, in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

var (
	mlFiles   = []string{"mlenergy/index.json", "mlenergy/tasks/chat-sample.json", "mlenergy/tasks/draw-sample.json", "mlenergy/tasks/film-sample.json"}
	mlModel   = "mlenergy/models/example__beta-30b-moe__chat-sample.json"
	aesFiles  = []string{"aienergyscore/asr.csv", "aienergyscore/text_generation.csv"}
	lpFiles   = []string{"llmperf/summary/exampleco_a.json", "llmperf/individual/exampleco_a.json"}
	lpChunks  = []string{"llmperf/summary/chunky_a.json", "llmperf/individual/chunky_a.json"}
	vllmFiles = []string{"vllm/closed.json", "vllm/rates.jsonl"}
	vllmOpt   = Options{Publisher: "Someone", URL: "https://example.org/serving", License: "CC0-1.0", Hardware: "H100", Count: 2, Task: "chat"}
	v1Files   = []string{"mlenergyv1/A40_chat_benchmark.csv", "mlenergyv1/board.csv"}
	v1Opt     = Options{License: "NOASSERTION"}
	lmFiles   = []string{"lmeval/v04.json", "lmeval/v03.json"}
	ixFiles   = []string{"inferencex/agg_alpha_conc4.json", "inferencex/decode.json"}
	ixOpt     = Options{Publisher: "Someone", URL: "https://example.org/speed", License: "CC0-1.0"}
	optFiles  = []string{"optimum/energy.json", "optimum/forward.json"}
	optOpt    = Options{Publisher: "Someone", URL: "https://example.org/energy", License: "CC0-1.0", Hardware: "H100", Count: 1, Task: "text_generation", Model: "example/alpha-8b"}
	lpOpt     = Options{Publisher: "Someone", URL: "https://example.org/speed", License: "CC0-1.0"}
)

func TestGolden(t *testing.T) {
	cat := smallCatalog(t)
	tests := []struct {
		name, format string
		files        []string
		opt          Options
	}{
		{"mlenergy", "mlenergy", append([]string{mlModel}, mlFiles...), Options{Version: "0123456789abcdef0123456789abcdef01234567", Retrieved: "2025-06-01"}},
		{"mlenergy_pareto", "mlenergy", mlFiles, Options{Select: SelectPareto, Map: map[string]string{"chat-sample": "chat", "example/alpha-8b": "example/Alpha-8B"}}},
		{"aienergyscore", "aienergyscore", aesFiles, Options{Unit: "kWh", Hardware: "H100", License: "apache", Version: "February 2025"}},
		{"llmperf_json", "llmperf", append(append([]string{}, lpFiles...), lpChunks...), lpOpt},
		{"vllm", "vllm", vllmFiles, vllmOpt},
		{"optimum", "optimum-benchmark", optFiles, optOpt},
		{"inferencex", "inferencex", ixFiles[:1], Options{Publisher: "Someone", URL: "https://example.org/speed", License: "CC0-1.0", Map: map[string]string{"h100-cw": "H100"}}},
		{"mlenergyv1", "mlenergy-v1", v1Files, Options{License: "NOASSERTION", Map: map[string]string{"A40": "H100"}}},
		{"llmperf_page", "llmperf", []string{"llmperf/page.md"}, Options{Publisher: "Someone", URL: "https://example.org/speed", Published: "2024-05-01", Title: "someone/speed-sample"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.opt.Catalog = cat
			rep := mustConvert(t, tt.format, sample(t, tt.files...), tt.opt)
			accounted(t, rep)
			var b strings.Builder
			for _, r := range rep.Results {
				data, err := result.Encode(r)
				if err != nil {
					t.Fatal(err)
				}
				b.Write(data)
			}
			for _, r := range rep.Refused {
				b.WriteString("refused: " + r.Finding().String() + "\n")
			}
			for _, f := range rep.Findings {
				b.WriteString("finding: " + f.String() + "\n")
			}
			golden := filepath.Join("testdata", "golden", tt.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), b.String()); d != "" {
				t.Errorf("golden %s (-want +got; -update rewrites it):\n%s", golden, d)
			}
		})
	}
}

func TestOptionsAreCheckedFirst(t *testing.T) {
	tests := []struct {
		name, format string
		opt          Options
		want         string
	}{
		{"unknown format", "mlperf", Options{}, "unknown format"},
		{"select for a format without it", "llmperf", Options{Select: SelectPareto, Publisher: "p", URL: "https://x.org"}, "expected all"},
		{"misspelt select", "mlenergy", Options{Select: "paretto"}, "all or pareto"},
		{"nobody published it", "llmperf", Options{URL: "https://x.org"}, "no publisher"},
		{"nowhere", "llmperf", Options{Publisher: "p"}, "no source URL"},
		{"a script as URL", "mlenergy", Options{URL: "javascript:alert(1)"}, "https://"},
		{"a date in words", "mlenergy", Options{Published: "16 Feb 2026"}, "YYYY-MM-DD"},
		{"a day that does not exist", "mlenergy", Options{Retrieved: "2026-02-30"}, "YYYY-MM-DD"},
		{"fetched before it was published", "mlenergy", Options{Published: "2026-02-16", Retrieved: "2026-02-15"}, "before published"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.opt.By = testBy
			_, err := Convert(tt.format, []Input{{Name: "x", Data: []byte("{}")}}, tt.opt)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
	if _, err := Convert("mlenergy", nil, Options{By: testBy}); err == nil {
		t.Error("no files: no error")
	}
	if _, err := Convert("mlenergy", sample(t, mlFiles...), Options{}); err == nil {
		t.Error("nobody makes the files: no error")
	}
}

// wantRefusal asserts that exactly one row was refused, with the words and the
// place, and that the others came in.
func wantRefusal(t *testing.T, rep Report, others int, line int, words ...string) {
	t.Helper()
	accounted(t, rep)
	if len(rep.Refused) != 1 || len(rep.Results) != others {
		t.Fatalf("%d refused, %d results; want 1 and %d\n%v %v", len(rep.Refused), len(rep.Results), others, rep.Refused, rep.Findings)
	}
	r := rep.Refused[0]
	for _, w := range words {
		if !strings.Contains(r.Reason, w) {
			t.Errorf("reason %q does not say %q", r.Reason, w)
		}
	}
	if line > 0 && r.Where.Line != line {
		t.Errorf("place %s, want line %d", r.Where, line)
	}
}

// wantFileError asserts that the file as a whole is an error with the words.
func wantFileError(t *testing.T, rep Report, words ...string) {
	t.Helper()
	accounted(t, rep)
	for _, f := range rep.Findings {
		all := f.Level == result.Error && f.Where.File != ""
		for _, w := range words {
			all = all && strings.Contains(f.Message+" "+f.Hint, w)
		}
		if all {
			return
		}
	}
	t.Errorf("no error finding says %q: %v, refused %v", words, rep.Findings, rep.Refused)
}

func TestWholeFilesThatCannotBeRead(t *testing.T) {
	tests := []struct {
		name, format, data, want string
	}{
		{"empty", "mlenergy", "", "too early"},
		{"cut off", "mlenergy", `{"task": "x", "configurations": [`, "not valid JSON"},
		{"NaN", "mlenergy", `{"task": "x", "configurations": [{"energy_per_token_joules": NaN}]}`, "NaN"},
		{"a key twice", "mlenergy", `{"task": "x", "task": "y", "configurations": []}`, "duplicate"},
		{"two values", "mlenergy", `{} {}`, "more than one"},
		{"Latin-1", "mlenergy", "{\"task\": \"caf\xe9\"}", "UTF-8"},
		{"a bomb of brackets", "mlenergy", strings.Repeat("[", 5000), "deeper"},
		{"another tool's file", "mlenergy", `{"hw": "x"}`, "neither an index"},
		{"an unknown key above the rows", "mlenergy", `{"task": "x", "unit": "kJ", "configurations": []}`, `"unit"`},
		{"no rows", "mlenergy", `{"task": "x", "configurations": []}`, "no rows"},
		{"CSV: empty", "aienergyscore", "", "empty"},
		{"CSV: Latin-1", "aienergyscore", "model,total_gpu_energy_kwh\ncaf\xe9,1\n", "UTF-8"},
		{"CSV: a list of models to test is no result", "aienergyscore", ",Models to Add,Priority (1=hi)\n,https://x,1\n", "Models to Add"},
		{"CSV: a broken quote", "aienergyscore", "model,total_gpu_energy_kwh\n\"x,1\n", "not valid CSV"},
		{"LLMPerf: another object", "llmperf", `{"a": 1}`, "neither a summary"},
		{"LLMPerf: a page without tables", "llmperf", "# Hello\n", "with an LLMPerf table"},
		{"LLMPerf: Latin-1 page", "llmperf", "# caf\xe9\n", "UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := lpOpt
			if tt.format != "llmperf" {
				opt = Options{License: "CC0-1.0", Unit: "kWh", Hardware: "H100", Task: "asr"}
			}
			wantFileError(t, mustConvert(t, tt.format, []Input{{Name: "in", Data: []byte(tt.data)}}, opt), tt.want)
		})
	}
}

// FuzzConvert: whatever comes in, rows are accounted for and every result that
// comes out passes the result file's own reader.
func FuzzConvert(f *testing.F) {
	for _, n := range append(append(append(append([]string{mlModel, "llmperf/page.md"}, mlFiles...), aesFiles...), lpFiles...), lpChunks...) {
		for k := range Formats() {
			f.Add(uint8(k), sample(f, n)[0].Data)
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, data []byte) {
		format := Formats()[int(k)%len(Formats())].ID
		opt := lpOpt
		opt.By, opt.Unit, opt.Hardware, opt.Task, opt.Provider, opt.Model = testBy, "kWh", "H100", "asr", "p", "m"
		rep, err := Convert(format, []Input{{Name: "in", Data: data}}, opt)
		if err != nil {
			t.Fatal(err)
		}
		accounted(t, rep)
		for _, r := range rep.Results {
			b, err := result.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, fs := result.Decode("x", b); fs.HasErrors() {
				t.Fatalf("a result that cannot be read back: %v", fs)
			}
		}
	})
}

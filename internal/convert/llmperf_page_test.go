package convert

import (
	"slices"
	"strings"
	"testing"
)

var pageOpt = Options{Publisher: "Someone", URL: "https://example.org/speed", Published: "2024-05-01"}

func page(t *testing.T, edits ...string) []Input {
	t.Helper()
	in := sample(t, "llmperf/page.md")
	for i := 0; i < len(edits); i += 2 {
		in = edited(t, in, "page.md", edits[i], edits[i+1])
	}
	return in
}

func TestPageCommandIsKeptByteForByte(t *testing.T) {
	in := page(t)
	text := string(in[0].Data)
	_, rest, _ := strings.Cut(text, "```\n")
	want, _, _ := strings.Cut(rest, "\n```")
	if r := one(t, mustConvert(t, "llmperf", in, pageOpt)); r.Workload.Command != want || !strings.Contains(want, "\\\n") {
		t.Errorf("command\n%q, want\n%q", r.Workload.Command, want)
	}
}

func TestPageFacts(t *testing.T) {
	r := one(t, mustConvert(t, "llmperf", page(t), pageOpt))
	if want := []string{"endpoints-vary", "time-of-day", "client-location", "system-load", "not-your-workload"}; !slices.Equal(r.Source.Caveats, want) {
		t.Errorf("caveats %v", r.Source.Caveats)
	}
	if r.Client == nil || r.Client.Place != "laptop in an attic" {
		t.Errorf("client %+v", r.Client)
	}
	if r.MeasuredAt != "2023-03-03T00:00:00+09:00" {
		t.Errorf("measured at %s: 12am is the hour 0", r.MeasuredAt)
	}
	notes := strings.Join(r.Notes, "\n")
	for _, want := range []string{"beta-v1-long", "The attic was warm.", "425 days before"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes do not say %q:\n%s", want, notes)
		}
	}
	if strings.Contains(notes, "Vorbehalt") || len(r.Notes) != 3 {
		t.Error("a list of the translated part became a caveat")
	}
	if r.Distributions["ttft_ms"].N != 0 || r.Distributions["request_output_tokens_per_s"].N != 40 {
		t.Error("n is not what each section says")
	}
	if f := r.Source.Fields["ttft_ms.p50"]; f.Text != "0.84" || f.Unit != "seconds" || *r.Distributions["ttft_ms"].P50 != 840 {
		t.Errorf("%+v", f)
	}
}

func TestPageRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"table and command name different models", "--model bedrock/vendor.beta-v1", "--model bedrock/vendor.gamma-v1", "the command bedrock/vendor.gamma-v1"},
		{"list and command differ", "--max-num-completed-requests 40", "--max-num-completed-requests 50", "--max-num-completed-requests 50"},
		{"a cell in words", "| 0.93 |", "| fast |", "not a decimal number"},
		{"zero means missing", "| 0.57 |", "| 0 |", "left out"},
		{"a cell too few", "| 1.43 | 1.82 |", "| 1.43 |", "9 cells"},
		{"statistics out of order", "| 0.78 | 0.96 |", "| 0.96 | 0.78 |", "p50"},
		{"no lengths", "--mean-input-tokens 256", "--input 256", "lengths"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			edits := []string{tt.old, tt.repl}
			if tt.name == "no lengths" {
				edits = append(edits, "- Prompt's token length: 256\n", "")
			}
			wantRefusal(t, mustConvert(t, "llmperf", page(t, edits...), pageOpt), 0, 14, tt.want)
		})
	}
	t.Run("no licence anywhere", func(t *testing.T) {
		unlicensed := page(t, "license: apache-2.0", "tags: none")
		opt := pageOpt
		opt.By = testBy
		if _, err := Convert("llmperf", unlicensed, opt); err == nil || !strings.Contains(err.Error(), "no licence") {
			t.Errorf("error %v", err)
		}
	})
}

func TestPageUnitsAreNeverGuessed(t *testing.T) {
	for _, heading := range []string{"### Time to First Token", "### Time to First Token (minutes)", "### Something Else (seconds)"} {
		rep := mustConvert(t, "llmperf", page(t, "### Time to First Token (seconds)", heading), pageOpt)
		if !rep.Findings.HasErrors() || len(rep.Results) > 0 {
			t.Errorf("%s: no error, %d results", heading, len(rep.Results))
		}
	}
	r := one(t, mustConvert(t, "llmperf", page(t, "### Time to First Token (seconds)", "### Time to First Token (ms)"), pageOpt))
	if got := *r.Distributions["ttft_ms"].P50; got != 0.84 {
		t.Errorf("a table in ms: %v", got)
	}
	wantFileError(t, mustConvert(t, "llmperf", page(t, "| P99 |", "| P42 |"), pageOpt), `"P42"`)
	wantFileError(t, mustConvert(t, "llmperf", page(t, "| Mean |", "| Median |"), pageOpt), "same statistic")
}

func TestPageRepeatedTable(t *testing.T) {
	in := page(t)
	text := string(in[0].Data)
	start := strings.Index(text, "### Time to First Token (seconds)")
	end := strings.Index(text, "### Output Tokens Throughput")
	again := text[start:end]
	in[0].Data = []byte(text + "\n" + again)
	one(t, mustConvert(t, "llmperf", in, pageOpt)) // a copy says nothing new
	in[0].Data = []byte(text + "\n" + strings.Replace(again, "| 0.84 |", "| 0.85 |", 1))
	wantRefusal(t, mustConvert(t, "llmperf", in, pageOpt), 0, 14, "0.85 here and 0.84")
}

func TestPageSeveralModelsShareATemplate(t *testing.T) {
	in := page(t, "--model bedrock/vendor.beta-v1", "--model <MODEL_NAME>",
		"| bedrock | beta-v1 | 0.84 |", "| other | gamma | 0.84 | 0.93 | 0.57 | 2.01 | 0.78 | 0.96 | 1.43 | 1.82 |\n| bedrock | beta-v1 | 0.84 |")
	rep := mustConvert(t, "llmperf", in, pageOpt)
	accounted(t, rep)
	if len(rep.Results) != 2 {
		t.Fatalf("%d results, want 2: %v", len(rep.Results), rep.Refused)
	}
	for _, r := range rep.Results {
		if !strings.Contains(r.Workload.Command, "<MODEL_NAME>") {
			t.Errorf("%s: command %q", r.Model.Name, r.Workload.Command)
		}
	}
}

func TestPageDates(t *testing.T) {
	for text, want := range map[string]string{
		"January 19, 2023, 3pm KST":    "2023-01-19T15:00:00+09:00",
		"December 19, 2023, 3am PST":   "2023-12-19T03:00:00-08:00",
		"July 4, 2024, 12:30pm UTC":    "2024-07-04T12:30:00+00:00",
		"July 4, 2024, 12am UTC":       "2024-07-04T00:00:00+00:00",
		"July 4, 2024":                 "",
		"July 4, 2024, 3pm CST":        "", // three zones have this name
		"July 34, 2024, 3pm UTC":       "",
		"July 4, 2024, 13pm UTC":       "",
		"the fourth of July at midday": "",
	} {
		got, ok := parseDateWords(text)
		if ok != (want != "") || got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	r := one(t, mustConvert(t, "llmperf", page(t, "March 3, 2023, 12am KST", "March 2023"), pageOpt))
	if r.MeasuredAt != "" || !strings.Contains(strings.Join(r.Notes, " "), "March 2023") {
		t.Errorf("measured at %q, notes %q", r.MeasuredAt, r.Notes)
	}
}

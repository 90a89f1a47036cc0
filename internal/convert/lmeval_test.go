package convert

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// quizCatalog knows one benchmark of the samples and one model.
func quizCatalog(t testing.TB, model string) *catalog.Catalog {
	t.Helper()
	cat, fs := catalog.Load(fstest.MapFS{
		"catalog/benchmarks.yaml": {Data: []byte("hellaswag:\n  title: HellaSwag\n  summary: Scenes.\n  shots: 10\n  metric: acc_norm\n  harness_task: hellaswag\n" +
			"arc:\n  title: ARC\n  summary: Questions.\n  shots: 25\n  metric: acc_norm\n  harness_task: arc-challenge\n")},
		"catalog/models/example/alpha-8b.yaml": {Data: []byte(model)},
	})
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	return cat
}

const alphaModel = "# Ours.\nname: example/alpha-8b\ntitle: Alpha 8B\nlicense: Apache-2.0 # as stated\n"

func lmOptions(t testing.TB) Options {
	return Options{URL: "https://example.org/scores", Catalog: quizCatalog(t, alphaModel)}
}

func scoreOf(t *testing.T, rep Report, benchmark string) Score {
	t.Helper()
	accounted(t, rep)
	var names []string
	for _, s := range rep.Scores {
		if s.Benchmark == benchmark {
			return s
		}
		names = append(names, s.Benchmark)
	}
	t.Fatalf("no score %q among %q; refused %v", benchmark, names, rep.Refused)
	return Score{}
}

func TestLMEvalKeepsWhatAScoreNeeds(t *testing.T) {
	rep := mustConvert(t, "lm-eval", sample(t, lmFiles[0]), lmOptions(t))
	s := scoreOf(t, rep, "hellaswag")
	q := s.Quality
	if q.Metric != "acc_norm" || q.Value != 0.75 || *q.Stderr != 0.004 || *q.Shots != 10 || q.Harness != "lm-evaluation-harness" ||
		q.HarnessRevision != "0a1b2c3" || q.Source != "https://example.org/scores" || s.Model != "example/alpha-8b" {
		t.Errorf("%+v %+v", s, q)
	}
	want := "lm_eval --model hf --model_args pretrained=example/alpha-8b,dtype=bfloat16 --tasks hellaswag --num_fewshot 10 --batch_size 8"
	if s.Quality.Reproduce != want {
		t.Errorf("command\n%s\nwant\n%s", s.Quality.Reproduce, want)
	}
	if len(rep.Results) != 0 {
		t.Error("a score made a result file")
	}
}

func TestLMEvalOtherShotsAreAnotherBenchmark(t *testing.T) {
	rep := mustConvert(t, "lm-eval", sample(t, lmFiles[0]), lmOptions(t))
	// The catalogue's ARC has 25 examples; this run had 5.
	scoreOf(t, rep, "arc_challenge, acc_norm, 5-shot")
	scoreOf(t, rep, "hellaswag, acc, 10-shot")
	scoreOf(t, rep, "prose, perplexity (lower is better), 0-shot")
	scoreOf(t, rep, "sums, exact_match (strict), 5-shot")
	if s := scoreOf(t, rep, "sums, mcc, 5-shot"); s.Quality.Value != -0.0125 {
		t.Errorf("a score below zero: %v", s.Quality.Value)
	}
	opt := lmOptions(t)
	opt.Map = map[string]string{"arc_challenge": "arc", "example/alpha-8b": "example/other"}
	if s := scoreOf(t, mustConvert(t, "lm-eval", sample(t, lmFiles[0]), opt), "arc"); *s.Quality.Shots != 5 || s.Model != "example/other" {
		t.Errorf("what --map says: %+v", s)
	}
}

func TestLMEvalGroupsAreNotCountedTwice(t *testing.T) {
	rep := mustConvert(t, "lm-eval", sample(t, lmFiles[0]), lmOptions(t))
	if s := scoreOf(t, rep, "quiz, acc, 0-shot"); s.Quality.Stderr != nil {
		t.Error(`"N/A" became a number`)
	}
	for _, s := range rep.Scores {
		if strings.HasPrefix(s.Benchmark, "quiz_history") {
			t.Error("a subtask stands beside its group")
		}
	}
	if rep.NotSelected != 1 || len(rep.Scores) != 7 {
		t.Errorf("%d not selected, %d scores", rep.NotSelected, len(rep.Scores))
	}
}

func TestLMEvalOldFiles(t *testing.T) {
	opt := lmOptions(t)
	rep := mustConvert(t, "lm-eval", sample(t, lmFiles[1]), opt)
	accounted(t, rep)
	if len(rep.Refused) != 3 || !strings.Contains(rep.Refused[0].Reason, "revision") {
		t.Fatalf("without a revision: %v", rep.Refused)
	}
	opt.HarnessRevision = "b281b09"
	s := scoreOf(t, mustConvert(t, "lm-eval", sample(t, lmFiles[1]), opt), "copa, acc, 0-shot")
	if s.Model != "example/beta-1b" || s.Quality.HarnessRevision != "b281b09" || !strings.HasPrefix(s.Quality.Reproduce, "python main.py --model hf-causal ") {
		t.Errorf("%+v", s)
	}
}

func TestLMEvalRefusals(t *testing.T) {
	tests := []struct{ name, old, repl, want string }{
		{"a part of the task", `"effective": 100`, `"effective": 10`, "10 of 100 samples"},
		{"a limit", `"limit": null`, `"limit": 50`, "limit is 50"},
		{"a score in words", `"acc_norm,none": 0.75`, `"acc_norm,none": "0.75"`, "acc_norm,none is a string"},
		{"an error below zero", `"acc_norm_stderr,none": 0.004`, `"acc_norm_stderr,none": -0.004`, "not negative"},
		{"no shots", `"n-shot": {"hellaswag": 10, `, `"n-shot": {`, "number of shots"},
		{"a path of a machine", `pretrained=example/alpha-8b`, `pretrained=/home/me/alpha`, "path of a machine"},
		{"a secret", `dtype=bfloat16`, `token=hf_abc`, "secret"},
		{"what does not print", `dtype=bfloat16`, `dtype=b\u202efloat16`, "does not print"},
		{"a line break", `dtype=bfloat16`, `dtype=\nname: x`, "does not print"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := edited(t, sample(t, lmFiles[0]), lmFiles[0], tt.old, tt.repl)
			rep := mustConvert(t, "lm-eval", in, lmOptions(t))
			accounted(t, rep)
			for _, s := range rep.Scores {
				if s.Benchmark == "hellaswag" {
					t.Fatalf("taken: %+v", s)
				}
			}
			for _, r := range rep.Refused {
				if strings.Contains(r.Row, "hellaswag") && strings.Contains(r.Reason, tt.want) {
					return
				}
			}
			t.Errorf("no refusal says %q: %v", tt.want, rep.Refused)
		})
	}
	wantFileError(t, mustConvert(t, "lm-eval", []Input{{Name: "in", Data: []byte(`{"a": 1}`)}}, lmOptions(t)), "not a results file")
}

func TestLMEvalOneScoreABenchmark(t *testing.T) {
	two := append(sample(t, lmFiles[0]), edited(t, sample(t, lmFiles[0]), lmFiles[0], `"acc_norm,none": 0.75`, `"acc_norm,none": 0.76`)...)
	two[1].Name = "other.json"
	rep := mustConvert(t, "lm-eval", two, lmOptions(t))
	accounted(t, rep)
	if len(rep.Refused) != 1 || !strings.Contains(rep.Refused[0].Reason, "0.76 here and 0.75 at") || rep.Merged != 6 {
		t.Errorf("refused %v, %d merged", rep.Refused, rep.Merged)
	}
}

func TestAddScoresAddsLinesAndRewritesNone(t *testing.T) {
	scores := mustConvert(t, "lm-eval", sample(t, lmFiles[0]), lmOptions(t)).Scores
	tests := []struct{ name, file string }{
		{"no scores yet", alphaModel},
		{"no line feed at the end", strings.TrimSuffix(alphaModel, "\n")},
		{"scores of another source", alphaModel + "quality: # from elsewhere\n\n    # Old.\n    mmlu:\n        metric: acc\n        value: 0.5\n        source: https://example.org/old\nfamily: Alpha\n"},
		{"Windows line ends", strings.ReplaceAll(alphaModel, "\n", "\r\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, _ := quizCatalog(t, tt.file).Model("example/alpha-8b")
			out, added, err := AddScores([]byte(tt.file), m.Quality, scores)
			if err != nil || len(added) != len(scores) {
				t.Fatalf("%d added: %v", len(added), err)
			}
			for _, line := range strings.Split(strings.TrimSpace(tt.file), "\n") {
				if !strings.Contains(string(out), line) {
					t.Errorf("the line %q is gone", line)
				}
			}
			after, _ := quizCatalog(t, string(out)).Model("example/alpha-8b")
			for _, s := range scores {
				if !sameQuality(after.Quality[s.Benchmark], s.Quality) {
					t.Errorf("%s: %+v came back, want %+v", s.Benchmark, after.Quality[s.Benchmark], s.Quality)
				}
			}
			if len(after.Quality) != len(m.Quality)+len(scores) {
				t.Errorf("%d scores after, %d before", len(after.Quality), len(m.Quality))
			}
			again, added, err := AddScores(out, after.Quality, scores)
			if err != nil || len(added) != 0 || string(again) != string(out) {
				t.Errorf("a second time: %d added, %v", len(added), err)
			}
			other := append([]Score(nil), scores...)
			other[0].Quality.Value += 0.01
			if _, _, err := AddScores(out, after.Quality, other); err == nil || !strings.Contains(err.Error(), "there already") {
				t.Errorf("another number for a score that is there: %v", err)
			}
		})
	}
	if _, _, err := AddScores([]byte(alphaModel+"quality: {}\n"), nil, scores); err == nil {
		t.Error("a block on one line was edited")
	}
}

func TestLMEvalPeer(t *testing.T) {
	opt := lmOptions(t)
	opt.HarnessRevision = "0.4.3"
	rep := mustConvert(t, "lm-eval", peerFiles(t, "samples/lm-evaluation-harness/results_v0.4*"), opt)
	accounted(t, rep)
	if s := scoreOf(t, rep, "winogrande, acc, 0-shot"); s.Quality.Value != 0.734017363851618 || !strings.Contains(s.Remark, "1267 samples, weights at d04e592bb4f6aa9cfee91e2e20afa771667e1d4b") || s.Model != "meta-llama/Llama-3.1-8B" {
		t.Errorf("%+v", s)
	}
	if s := scoreOf(t, rep, "glue, mcc, 0-shot"); s.Quality.Value >= 0 {
		t.Errorf("mcc of glue: %v", s.Quality.Value)
	}
	if len(rep.Refused) != 0 || rep.NotSelected != 11 {
		t.Errorf("%d scores of subtasks left to their group: want 11; refused %v", rep.NotSelected, rep.Refused)
	}
	opt.HarnessRevision = ""
	if rep := mustConvert(t, "lm-eval", peerFiles(t, "samples/lm-evaluation-harness/*"), opt); len(rep.Scores) != 0 {
		t.Errorf("%d scores of a harness nobody names", len(rep.Scores))
	}
}

func FuzzLMEval(f *testing.F) {
	for _, n := range lmFiles {
		f.Add(sample(f, n)[0].Data)
	}
	opt := lmOptions(f)
	opt.HarnessRevision = "b281b09"
	f.Fuzz(func(t *testing.T, data []byte) {
		rep := mustConvert(t, "lm-eval", []Input{{Name: "in.json", Data: data}}, opt)
		accounted(t, rep)
		if len(rep.Scores) == 0 {
			return
		}
		out, added, err := AddScores([]byte(alphaModel), nil, rep.Scores)
		if err != nil {
			t.Fatal(err)
		}
		cat, fs := catalog.Load(fstest.MapFS{"catalog/models/example/alpha-8b.yaml": {Data: out}})
		m, ok := cat.Model("example/alpha-8b")
		if !ok {
			t.Fatalf("the entry cannot be read: %v\n%s", fs, out)
		}
		for _, s := range added {
			if got := m.Quality[s.Benchmark]; got.Metric != s.Quality.Metric || got.Value != s.Quality.Value {
				data, _ := json.Marshal(s)
				t.Fatalf("%s came back as %+v: %v\n%s", data, got, result.Findings(fs), out)
			}
		}
	})
}

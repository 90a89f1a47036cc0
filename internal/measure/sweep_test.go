package measure

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

const planText = `models:
  - Qwen/Qwen2.5-7B-Instruct
  - name: org/big
    serve_cmd: vllm serve {model} --port {port} --tensor-parallel-size 4
tasks: [chat]
concurrency: [1, 8, 64]
seeds: [0, 1]
repeats: 3
serve_cmd: vllm serve {model} --port {port}
`

func points(t *testing.T, text string) []Point {
	t.Helper()
	s, found := ReadSweep("plan.yaml", []byte(text))
	if found.HasErrors() {
		t.Fatal(found)
	}
	ps, err := s.Points()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// TestPoints: the product of the lists, sorted and numbered, with ids that stay
// whatever else the plan holds.
func TestPoints(t *testing.T) {
	ps := points(t, planText)
	if len(ps) != 2*3*2 {
		t.Fatalf("%d points, want 12", len(ps))
	}
	ids := map[string]bool{}
	for i, p := range ps {
		if p.N != i || i > 0 && ps[i-1].ID >= p.ID || ids[p.ID] || p.Options.X[PointKey] != p.ID || p.Options.Repeats != 3 {
			t.Errorf("point %d: %+v", i, p)
		}
		ids[p.ID] = true
	}
	if p := ps[slices.IndexFunc(ps, func(p Point) bool { return p.Options.Model == "org/big" })]; !strings.Contains(p.Options.ServeCmd, "parallel-size 4") || GPUsOf(p.Options) != 4 {
		t.Errorf("a model's own command does not win: %q", p.Options.ServeCmd)
	}
	// More points, another place of the server, another order: the old ids stay.
	more := points(t, strings.Replace(strings.Replace(planText, "[1, 8, 64]", "[64, 2, 8, 1]", 1), "repeats: 3", "repeats: 3\nnotes: [a note]\napi_key_env: KEY", 1))
	for id := range ids {
		if !slices.ContainsFunc(more, func(p Point) bool { return p.ID == id }) {
			t.Errorf("%s was renamed", id)
		}
	}
	// What changes the measurement changes the id.
	for _, change := range []string{"max_tokens: 7", "ramp: 0s", "temperature: 0", "no_energy: true", "requests: 500"} {
		for _, p := range points(t, planText+change+"\n") {
			if ids[p.ID] {
				t.Errorf("%s keeps the id %s", change, p.ID)
			}
		}
	}
	if n := len(points(t, "models: [a/b]\ndatasets: [p.jsonl]\n")); n != 9 {
		t.Errorf("without a load there are %d points, want 1 to 256 by doubling: 9", n)
	}
}

// TestGPUsOf: the degrees of the engines' commands, in all their spellings.
func TestGPUsOf(t *testing.T) {
	for command, want := range map[string]int64{
		"vllm serve m": 1,
		"vllm serve m --tensor-parallel-size 4 --pipeline-parallel-size=2":      8,
		"python -m sglang.launch_server --model-path m --tp-size 2 --dp-size 2": 4,
		"trtllm-serve m --tp_size 4 --pp_size 2 --ep_size 4":                    8,
		"trtllm-serve m --tensor_parallel_size 2 --pipeline_parallel_size 2":    4,
	} {
		if got := GPUsOf(Options{ServeCmd: command}); got != want {
			t.Errorf("%s: %d GPUs, want %d", command, got, want)
		}
	}
	if got := GPUsOf(Options{ServeCmd: "llama-server", Parallelism: "tensor=2,pipeline=2"}); got != 4 {
		t.Errorf("stated degrees: %d GPUs, want 4", got)
	}
	if got := GPUsOf(Options{ServeCmd: "vllm serve m --tp 8", GPUs: 3}); got != 3 {
		t.Errorf("a stated number does not win: %d", got)
	}
}

// TestPointIDs pins one id: a change of it would measure everybody's points anew.
func TestPointIDs(t *testing.T) {
	ps := points(t, "models: [Qwen/Qwen2.5-7B-Instruct]\ntasks: [chat]\nconcurrency: [32]\nserve_cmd: vllm serve {model} --port {port}\n")
	if want := "qwen-qwen2.5-7b-instruct_chat_c00032_s0_7ff85695"; ps[0].ID != want {
		t.Errorf("id %s, want %s", ps[0].ID, want)
	}
}

func TestReadSweepTellsEverything(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"models: [a/b]\nconcurency: [1]\ntasks: [x]\n", `plan.yaml:2:1 /concurency: error: unknown key "concurency"`},
		{"models: [a/b]\ntasks: [x]\nconcurrency: [one]\n", "plan.yaml:3:"},
		{"models: [a/b]\ntasks: [x]\nconcurrency: [1]\nrate: [2]\n", "exclude each other"},
		{"models: [a/b]\n", "neither tasks nor datasets"},
		{"tasks: [x]\n", "models"},
		{"models: [a/b]\ntasks: [x, y]\ndatasets: [p]\n", "cannot be combined"},
		{"models: [a/b]\ntasks: [x]\nduration: soon\n", "length of time"},
		{"models:\n  - nam: a/b\ntasks: [x]\n", "nam"},
		{"models: [a/b\n", "plan.yaml:"},
		{"models: [a/b]\ntasks: [x]\nconcurrency: [1, 0]\n", "plan.yaml:3:18 /concurrency/1: error: concurrency 0: must be from 1"},
		{"models: [a/b]\ntasks: [x]\nrate: [-4]\n", "plan.yaml:3:8 /rate/0: error: rate -4: must be above 0"},
		{"models: [a/b]\ntasks: [x]\nrepeats: 0\n", "plan.yaml:3:10 /repeats: error: repeats 0"},
		{"models: [a/b]\ntasks: [x, y, x]\n", `plan.yaml:2:15 /tasks/2: error: "x" is in the list already`},
	} {
		_, found := ReadSweep("plan.yaml", []byte(c.text))
		if !found.HasErrors() || !strings.Contains(fmt.Sprint(found), c.want) {
			t.Errorf("%q: %v, want %q", c.text, found, c.want)
		}
	}
	s, _ := ReadSweep("p", []byte("models: [a/b, a/b]\ntasks: [x]\nconcurrency: [1]\n"))
	if _, err := s.Points(); err == nil || !strings.Contains(err.Error(), "p:1:15 /models/1: two points of the plan are the same") {
		t.Errorf("a model named twice: %v", err)
	}
}

// TestWhere: a problem with a point is shown where the plan says it.
func TestWhere(t *testing.T) {
	s, found := ReadSweep("plan.yaml", []byte(planText+"max_tokens: 7\n"))
	if found.HasErrors() {
		t.Fatal(found)
	}
	ps, err := s.Points()
	if err != nil {
		t.Fatal(err)
	}
	p := ps[slices.IndexFunc(ps, func(p Point) bool { return p.Options.Model == "org/big" && p.Options.Concurrency[0] == 8 })]
	for problem, want := range map[string]string{
		"--task chat is not in the catalogue":    "plan.yaml:5:9",
		"--concurrency 8: too many":              "plan.yaml:6:18",
		"--serve-cmd does not say its port":      "plan.yaml:4:16", // the model's own
		"--max-tokens 7: too few, see --task":    "plan.yaml:10:13",
		"--model \"org/big\" is no hub id":       "plan.yaml:3:5",
		"7 requests have no steady-state window": "plan.yaml:3:5",
	} {
		if got := s.Where(p, problem).String(); got != want {
			t.Errorf("%s: %s, want %s", problem, got, want)
		}
	}
}

// TestShards: every point is in exactly one share, whatever their number.
func TestShards(t *testing.T) {
	for n := 1; n <= 30; n++ {
		for k := range 100 {
			held := 0
			for i := range n {
				if (Shard{i, n}).Takes(k) {
					held++
				}
			}
			if held != 1 {
				t.Fatalf("point %d is in %d of %d shares", k, held, n)
			}
		}
	}
	if !(Shard{}).Takes(17) {
		t.Error("without a share every point is taken")
	}
	env := func(kv ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == name {
					return kv[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		text string
		env  func(string) string
		want Shard
		err  string
	}{
		{"7/24", env(), Shard{7, 24}, ""},
		{"0/1", env("SLURM_ARRAY_TASK_ID", "9"), Shard{0, 1}, ""},
		{"24", env("SLURM_ARRAY_TASK_ID", "23"), Shard{23, 24}, ""},
		{"/24", env("JOB_COMPLETION_INDEX", "3"), Shard{3, 24}, ""},
		{"24", env(), Shard{}, "which one this is"},
		{"24/24", env(), Shard{}, "from 0 to 23"},
		{"24", env("SLURM_ARRAY_TASK_ID", "24"), Shard{}, `SLURM_ARRAY_TASK_ID is "24"`},
		{"-1/3", env(), Shard{}, "from 0 to 2"},
		{"a/b", env(), Shard{}, "I/N was expected"},
		{"1/0", env(), Shard{}, "I/N was expected"},
	} {
		got, err := ParseShard(c.text, c.env)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || got != c.want {
			t.Errorf("%s: %v, %v; want %v, %q", c.text, got, err, c.want, c.err)
		}
	}
}

// TestFinishedPoints: a whole result counts, and nothing else does.
func TestFinishedPoints(t *testing.T) {
	root := t.TempDir()
	put := func(name string, data []byte) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, string(data))
	}
	saved := func(point string, samples bool) (string, []byte) {
		r := resulttest.Measured()
		r.X = map[string]jsontext.Value{PointKey: jsontext.Value(strconv.Quote(point))}
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		name := result.Path(r, "h")
		if samples {
			put(result.SamplesPath(name), []byte("samples"))
		}
		return name, data
	}
	whole, data := saved("whole", true)
	put(whole, data)
	bare, data := saved("bare", false)
	put(bare, data)
	cut, data := saved("cut", true)
	put(cut, data[:len(data)/2])
	edited, data := saved("edited", true)
	put(edited, bytes.Replace(data, []byte(`"edited"`), []byte(`"other"`), 1))
	put("results/o/m/h/t-22222222.partial.json", []byte(`{"schema":"jouleboard.partial/1","x_sweep_point":"two"}`))
	put("results/o/m/h/t-33333333.json", []byte(`{"schema":"jouleboard.result/1"}`))

	done, found, err := FinishedPoints(root)
	if err != nil || len(done) != 1 || done["whole"] != whole {
		t.Errorf("%v, %v", done, err)
	}
	text := fmt.Sprint(found)
	for name, why := range map[string]string{bare: "samples file is missing", cut: "is no JSON", edited: "id"} {
		if !strings.Contains(text, name) || !strings.Contains(text, why) {
			t.Errorf("%s: %q is not said in %s", name, why, text)
		}
	}
	if len(found) != 3 {
		t.Errorf("%d findings, want 3: %s", len(found), text)
	}
	if done, found, err := FinishedPoints(t.TempDir()); err != nil || len(done)+len(found) != 0 {
		t.Errorf("a board without results: %v, %v, %v", done, found, err)
	}
}

func TestSlurmFile(t *testing.T) {
	text := JobFile{Plan: "my plans/it's.yaml", Shares: 12, GPUs: 4, Time: "04:00:00", Args: []string{"--attest", "--by", "A B"}}.Slurm()
	for _, want := range []string{
		"#!/bin/bash\n", "#SBATCH --array=0-11\n", "#SBATCH --gpus=4\n", "#SBATCH --exclusive\n", "#SBATCH --time=04:00:00\n",
		`exec jouleboard sweep 'my plans/it'\''s.yaml' --shard 12 --no-commit --attest --by 'A B'`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	hostile := JobFile{Plan: "-x $(touch a)`b`\n#SBATCH --uid=0\n'\"\\;.yaml", Shares: 2, Args: []string{"--by", "$HOME\n!! 'x' \"y\" \\"}}
	text2 := hostile.Slurm()
	if strings.Contains(text2[:strings.Index(text2, "\nexec")], "\n#SBATCH --uid") {
		t.Errorf("a name became a line of Slurm's:\n%s", text2)
	}
	// What the shell makes of the command is what was meant, word by word.
	for _, job := range []struct {
		text string
		want []string
	}{
		{text, []string{"sweep", "my plans/it's.yaml", "--shard", "12", "--no-commit", "--attest", "--by", "A B"}},
		{text2, append([]string{"sweep", "./" + hostile.Plan, "--shard", "2", "--no-commit"}, hostile.Args...)},
	} {
		bash, err := exec.LookPath("bash")
		if err != nil {
			t.Log("without bash the script is not run")
			break
		}
		cmd := exec.Command(bash, "-c", strings.Replace(job.text, "\nexec jouleboard", "\nexec printf '%s\\0'", 1))
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if left, _ := os.ReadDir(cmd.Dir); err != nil || !slices.Equal(got, job.want) || len(left) > 0 {
			t.Errorf("%q, %v, want %q\n%s", got, err, job.want, job.text)
		}
	}
	// Slurm reads its lines up to the first command.
	if i := strings.LastIndex(text, "#SBATCH"); i > strings.Index(text, "\nexec") {
		t.Error("a line of Slurm's after the command")
	}
}

func FuzzReadSweep(f *testing.F) {
	f.Add(planText)
	f.Add("models: [a/b]\nrate: [0.5]\ndatasets: [p.jsonl]\nramp: 0s\n")
	f.Add("models: {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, found := ReadSweep("p", []byte(text))
		if found.HasErrors() {
			return
		}
		if n := len(s.Models) * max(1, len(s.Concurrency), len(s.Rate)) * max(1, len(s.Seeds)); n > 2000 {
			return
		}
		ps, err := s.Points()
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(ps, func(a, b Point) int { return strings.Compare(a.ID, b.ID) }) {
			t.Error("points are not in the order of their ids")
		}
		_ = result.Dir
	})
}

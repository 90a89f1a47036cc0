// The shipped catalogue: loads clean, says what it must, byte for byte.

package catalog

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"testing"

	"jouleboard/internal/result"
)

// shipped loads the catalogue of this repository.
func shipped(t testing.TB) (*Catalog, result.Findings) {
	t.Helper()
	return Load(os.DirFS("../../content"))
}

func TestShippedLoads(t *testing.T) {
	c, fs := shipped(t)
	for _, f := range fs {
		// A model whose licence is not known for certain is told of, no more.
		if f.Level != result.Note || f.Rule != "CAT-LICENSE" {
			t.Errorf("%s (%s)", f, f.Hint)
		}
	}
	for _, n := range []struct {
		what string
		got  int
		min  int
	}{{"models", len(c.Models), 50}, {"hardware", len(c.Hardware), 3}, {"tasks", len(c.Tasks), 23}, {"licences", len(c.Licenses), 50},
		{"caveats", len(c.Caveats), 15}, {"benchmarks", len(c.Benchmarks), 6}, {"bands", len(c.Bands), 5}, {"references", len(c.References), 10}} {
		if n.got < n.min {
			t.Errorf("%d %s, want at least %d", n.got, n.what, n.min)
		}
	}
}

// saysInstruct finds the makers' own word for tuned to instructions in a name.
var saysInstruct = regexp.MustCompile(`(?i)-(instruct|it|chat)(-|$)`)

func TestShippedModels(t *testing.T) {
	c, _ := shipped(t)
	for name, m := range c.Models {
		if _, ok := c.LicenseOf(m); m.License != "" && !ok {
			t.Errorf("%s: licence %q does not resolve", name, m.License)
		}
		if m.License != "" && m.LicenseSource == "" {
			t.Errorf("%s: licence without the page it was read on", name)
		}
		if m.ParametersB != nil && m.ParametersSource == "" {
			t.Errorf("%s: parameters without source", name)
		}
		if m.Released != "" && m.ReleasedSource == "" {
			t.Errorf("%s: release date without source", name)
		}
		if m.Family == "" || m.URL == "" || m.Access == "" {
			t.Errorf("%s: family, url or access is missing", name)
		}
		if _, ok := TypeOf(m.Type); m.Type != "" && !ok {
			t.Errorf("%s: type %q", name, m.Type)
		}
		if m.Type != "" && m.TypeSource == "" && (m.Type != "instruction-tuned" || !saysInstruct.MatchString(name)) {
			t.Errorf("%s: type %s without source, and the name does not say it", name, m.Type)
		}
		if m.Org()+"/"+m.ShortName() != name {
			t.Errorf("%s: parts %q and %q", name, m.Org(), m.ShortName())
		}
	}
	if m := c.Models["anthropic/claude-instant-v1"]; m == nil || m.Access != "closed" || !m.IsWithheld("parameters_b") || m.ParametersB != nil {
		t.Errorf("claude-instant-v1: %+v", m)
	}
}

// The prompts are facts of their source, so they are written out once more here.
func TestShippedPrompts(t *testing.T) {
	const (
		chat     = "A chat between a human user (prompter) and an artificial intelligence (AI) assistant. The assistant gives helpful, detailed, and polite answers to the user's questions."
		instruct = "Below is an instruction that describes a task. Write a response that appropriately completes the request."
	)
	want := map[string]string{
		"chat":             chat,
		"chat-concise":     chat + " The assistant's answers are very concise.",
		"instruct":         instruct,
		"instruct-concise": instruct + " The response should be very concise.",
	}
	c, _ := shipped(t)
	for id, prompt := range want {
		task, ok := c.Task(id)
		if !ok || task.SystemPrompt == nil {
			t.Errorf("%s: no system prompt", id)
			continue
		}
		if *task.SystemPrompt != prompt {
			t.Errorf("%s:\n got %q\nwant %q", id, *task.SystemPrompt, prompt)
		}
		if len(task.Siblings) != 1 || want[task.Siblings[0]] == "" {
			t.Errorf("%s: siblings %v", id, task.Siblings)
		}
		if s := task.Sampling; s == nil || s.Method != "multinomial" || *s.Temperature != 0.7 || *s.RepetitionPenalty != 1 {
			t.Errorf("%s: sampling %+v", id, task.Sampling)
		}
		if rn := task.RoleNames; rn == nil || len(rn.User)+len(rn.Assistant) != 4 {
			t.Errorf("%s: role names %+v", id, task.RoleNames)
		}
	}
	if got, want := c.Tasks["instruct"].PromptSHA256(), "1678ff0c9fe594005f222a18bf691d621729e87de57e32e4521974a1c9365a05"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	if got := (&Task{}).PromptSHA256(); got != "" {
		t.Errorf("hash of no prompt is %q", got)
	}
}

func TestShippedTasks(t *testing.T) {
	c, _ := shipped(t)
	tg := c.Tasks["text_generation"]
	for class, single := range map[string]bool{"A": true, "B": true, "C": false} {
		if _, ok := tg.Class(class); !ok || tg.SingleGPU(class) != single {
			t.Errorf("class %s: known %v, single GPU %v", class, ok, tg.SingleGPU(class))
		}
	}
	if h, ok := c.HardwareFor(tg.ReferenceHardware); !ok || h.Name != "NVIDIA H100 80GB" {
		t.Errorf("reference hardware %q", tg.ReferenceHardware)
	}
	for id, task := range c.Tasks {
		if task.Source == "" {
			t.Errorf("%s: no source", id)
		}
	}
	n := 0
	for _, task := range c.Tasks {
		if task.Set == "AI Energy Score" {
			n++
			if task.Requests != 1000 || task.Repeats != 10 || task.Headline != "energy_per_1000_requests_wh" {
				t.Errorf("%s: %d requests, %d repeats, %s", task.ID, task.Requests, task.Repeats, task.Headline)
			}
		}
	}
	if n != 10 {
		t.Errorf("%d tasks of AI Energy Score, want 10", n)
	}
}

func TestShippedHardware(t *testing.T) {
	c, _ := shipped(t)
	for name, want := range map[string]string{
		"H100": "h100", "h100": "h100", "NVIDIA H100 80GB HBM3": "h100", "nvidia-h100-80gb": "h100", "B200": "b200", "NVIDIA A40": "a40",
		"NVIDIA H100 PCIe": "", "H200": "", "H100 NVL": "", "": "",
	} {
		h, ok := c.HardwareFor(name)
		if got := ""; ok {
			got = h.ID
			if got != want {
				t.Errorf("%q is %s, want %q", name, got, want)
			}
		} else if want != "" {
			t.Errorf("%q is unknown, want %s", name, want)
		}
	}
	if h := c.Hardware["h100"]; *h.TDPW != 700 || *h.MemoryGB != 80 {
		t.Errorf("h100: %v W, %v GB", *h.TDPW, *h.MemoryGB)
	}
	if h := c.Hardware["b200"]; *h.TDPW != 1000 {
		t.Errorf("b200: %v W", *h.TDPW)
	}
}

func TestShippedBenchmarks(t *testing.T) {
	c, _ := shipped(t)
	for id, want := range map[string]struct {
		shots    int64
		metric   string
		subtasks int
	}{"arc": {25, "acc_norm", 0}, "hellaswag": {10, "acc_norm", 0}, "mmlu": {5, "acc", 57}, "truthfulqa": {0, "mc2", 0}, "winogrande": {5, "acc", 0}, "gsm8k": {5, "acc", 0}} {
		b := c.Benchmarks[id]
		if b == nil || b.Shots != want.shots || b.Metric != want.metric || len(b.Subtasks) != want.subtasks {
			t.Errorf("%s: %+v", id, b)
		}
	}
	if *c.Benchmarks["hellaswag"].HumanFraction != 0.95 || c.Benchmarks["truthfulqa"].Caveat == "" {
		t.Error("the human score of HellaSwag or the caveat of TruthfulQA is missing")
	}
}

// 100 ms between tokens and 10 tokens a second are one statement; the two bands
// must never drift apart.
func TestShippedBands(t *testing.T) {
	c, _ := shipped(t)
	by := map[string]*Band{}
	for _, b := range c.Bands {
		by[b.ID] = b
	}
	if gap, fluent := by["token-gap"], by["fluent"]; gap == nil || fluent == nil || 1000/(*gap.Max) != *fluent.Min {
		t.Errorf("token-gap %+v and fluent %+v contradict each other", gap, fluent)
	}
	if en, zh := by["reading-en"], by["reading-zh"]; *en.Min != 5 || *en.Max != 10 || *zh.Min != 5 || *zh.Max != 8 {
		t.Errorf("reading bands: %+v, %+v", en, zh)
	}
}

// TestPeerModels: every model of the published figures has its file.
func TestPeerModels(t *testing.T) {
	dir := os.Getenv("JOULEBOARD_PEER_DATA")
	if dir == "" {
		t.Skip("JOULEBOARD_PEER_DATA is not set: the published index is not at hand")
	}
	data, err := os.ReadFile(filepath.Join(dir, "mlenergy", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Tasks  []string `json:"tasks"`
		Models map[string]struct {
			Total float64 `json:"total_params_billions"`
		} `json:"models"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	c, _ := shipped(t)
	names := make([]string, 0, len(index.Models))
	for name := range index.Models {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		m, ok := c.Model(name)
		if !ok {
			t.Errorf("%s is not in the catalogue", name)
			continue
		}
		// Titles differ on purpose: nicknames leave out words that tell models apart.
		if p := index.Models[name]; m.ParametersB == nil || *m.ParametersB != p.Total {
			t.Errorf("%s: %v billion parameters, published with %v", name, m.ParametersB, p.Total)
		}
	}
	for _, id := range index.Tasks {
		if _, ok := c.Task(id); !ok {
			t.Errorf("task %s is not in the catalogue", id)
		}
	}
}

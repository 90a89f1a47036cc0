package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

func TestReadData(t *testing.T) {
	for name, c := range map[string]struct {
		kind, text string
		first      string // last message of the first item
		items      int
		skipped    string
		err        string
	}{
		"plain prompts":  {WorkJSONL, "{\"prompt\":\"a b\"}\n\n{\"prompt\":\"c\"}", "a b", 2, "", ""},
		"strings":        {WorkJSONL, "\"a b\"\n\"c\"\n", "a b", 2, "", ""},
		"OpenAI":         {WorkJSONL, `{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_tokens":5}`, "u", 1, "", ""},
		"OpenAI batch":   {WorkJSONL, `{"custom_id":"1","body":{"model":"x","messages":[{"role":"user","content":"u"}]}}`, "u", 1, "", ""},
		"text parts":     {WorkJSONL, `{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}`, "ab", 1, "", ""},
		"BOM":            {WorkJSONL, "\xef\xbb\xbf{\"prompt\":\"a\"}\n", "a", 1, "", ""},
		"skipped":        {WorkJSONL, "{\"prompt\":\" \"}\n{\"prompt\":[1,2]}\n{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}\n{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}]}\n{\"messages\":[{\"role\":\"tool\",\"content\":\"y\"}]}\n{\"prompt\":\"a\"}", "a", 1, "1 given as token numbers, 1 that do not end with the user's turn, 1 with pictures or other media, 1 with roles other than system, user and assistant, 1 without text", ""},
		"not JSON":       {WorkJSONL, "{\"prompt\":\"a\"}\nhello\n", "", 0, "", "line 2 is not JSON"},
		"neither":        {WorkJSONL, `{"question":"a"}`, "", 0, "", "neither messages nor prompt"},
		"bad maximum":    {WorkJSONL, `{"prompt":"a","max_tokens":0}`, "", 0, "", "at least 1"},
		"empty":          {WorkJSONL, "  \n", "", 0, "", "the file is empty"},
		"all skipped":    {WorkJSONL, "{\"prompt\":\"\"}", "", 0, "", "no usable prompt (skipped: 1 without text)"},
		"first turns":    {WorkMLEnergy, `[{"id":"1","conversations":[{"from":"gpt","value":"hello"}]},{"conversations":[{"from":"human","value":"b"}]}]`, "hello", 2, "", ""},
		"ShareGPT":       {WorkShareGPT, `[{"conversations":[{"from":"human","value":"one two three four"},{"from":"gpt","value":"five six seven eight nine"}]},{"conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}]},{"conversations":[{"from":"human","value":"one two three four"}]}]`, "one two three four", 1, "1 shorter than the filter allows, 1 without an answer", ""},
		"an open array":  {WorkShareGPT, `[{"conversations":[]}`, "", 0, "", "not closed"},
		"ShareGPT lines": {WorkShareGPT, `{"conversations":[{"from":"human","value":"one two three four"},{"from":"gpt","value":"five six seven eight nine"}]}`, "one two three four", 1, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readData(strings.NewReader(c.text), c.kind)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(c.text))
			if d.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("hash %s is not that of the file", d.SHA256)
			}
			if len(d.Items) != c.items || d.SkippedText() != c.skipped {
				t.Errorf("%d items, skipped %q; want %d, %q", len(d.Items), d.SkippedText(), c.items, c.skipped)
			}
			if ms := d.Items[0].Messages; ms[len(ms)-1].Content != c.first {
				t.Errorf("first prompt %q, want %q", ms[len(ms)-1].Content, c.first)
			}
		})
	}
	d, err := readData(strings.NewReader(`{"messages":[{"role":"user","content":"u"}],"max_tokens":5}`), WorkJSONL)
	if err != nil || d.Items[0].Max != 5 {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzReadData(f *testing.F) {
	f.Add("{\"prompt\":\"a\"}\n\"b\"\n", 0)
	f.Add(`[{"conversations":[{"from":"human","value":"a b c d"},{"from":"gpt","value":"e f g h"}]}]`, 1)
	f.Add("[[[[", 2)
	f.Fuzz(func(t *testing.T, text string, kind int) {
		k := []string{WorkJSONL, WorkShareGPT, WorkMLEnergy}[uint(kind)%3]
		d, err := readData(strings.NewReader(text), k)
		if err == nil && (len(d.Items) == 0 || len(d.Items[0].Messages) == 0) {
			t.Error("data without a prompt")
		}
	})
}

// planFor makes a plan out of a data set of n prompts.
func planFor(t *testing.T, o Options) *Plan {
	t.Helper()
	o.URL, o.Model, o.NoEnergy = "http://127.0.0.1:1/v1", "o/m", true
	if o.Concurrency == nil {
		o.Concurrency = []int64{2}
	}
	ps, err := Plans(o, nil)
	if err != nil {
		t.Fatalf("%v (%s)", err, hintOf(err))
	}
	return ps[0]
}

func dataOf(n int) *Data {
	d := &Data{SHA256: "x"}
	for i := range n {
		d.Items = append(d.Items, Item{Messages: []load.Message{{Role: "user", Content: fmt.Sprintf("prompt number %d of many", i)}}})
	}
	return d
}

// TestPrompts: every run has its own prompts, the warm-up has none of them, and
// the same seed gives the same ones in the same order.
func TestPrompts(t *testing.T) {
	for _, c := range []struct {
		isolation string
		each      int
		fresh     bool // no prompt in two runs
	}{{IsolationDisjoint, 33, true}, {IsolationReset, 100, false}} {
		pl := planFor(t, Options{Dataset: "p.jsonl", Isolation: c.isolation, Repeats: 3})
		var orders [2][]string
		for round := range orders {
			p, err := newPrompts(pl, dataOf(100), caps{})
			if err != nil {
				t.Fatal(err)
			}
			if p.available() != int64(c.each) {
				t.Errorf("%s: %d prompts a run, want %d", c.isolation, p.available(), c.each)
			}
			seen := map[[16]byte]int{}
			for run := 1; run <= 3; run++ {
				mine := map[[16]byte]bool{}
				for i := int64(0); ; i++ {
					req, ok, err := p.request(run, i)
					if err != nil {
						t.Fatal(err)
					}
					if !ok {
						if int(i) != c.each {
							t.Errorf("%s: run %d has %d prompts", c.isolation, run, i)
						}
						break
					}
					if mine[req.PromptHash] || c.fresh && seen[req.PromptHash] > 0 {
						t.Errorf("%s: a prompt recurs in run %d", c.isolation, run)
					}
					mine[req.PromptHash] = true
					seen[req.PromptHash] = run
					orders[round] = append(orders[round], string(req.Body))
				}
			}
			warm := map[[16]byte]bool{}
			for i := range int64(500) {
				req, _, err := p.request(0, i)
				if err != nil {
					t.Fatal(err)
				}
				if seen[req.PromptHash] > 0 || warm[req.PromptHash] {
					t.Fatalf("%s: warm-up prompt %d recurs", c.isolation, i)
				}
				warm[req.PromptHash] = true
			}
		}
		if !slices.Equal(orders[0], orders[1]) {
			t.Errorf("%s: one seed gave two orders", c.isolation)
		}
		other := planFor(t, Options{Dataset: "p.jsonl", Isolation: c.isolation, Repeats: 3, Seed: 1})
		p, err := newPrompts(other, dataOf(100), caps{})
		if err != nil {
			t.Fatal(err)
		}
		req, _, _ := p.request(1, 0)
		if string(req.Body) == orders[0][0] {
			t.Errorf("%s: another seed gave the same first prompt", c.isolation)
		}
	}
	pl := planFor(t, Options{Dataset: "p.jsonl", Repeats: 3, Requests: 40})
	if _, err := newPrompts(pl, dataOf(100), caps{}); err == nil || !strings.Contains(hintOf(err), "--allow-repeat") {
		t.Errorf("too few prompts: %v", err)
	}
	pl = planFor(t, Options{Dataset: "p.jsonl", Repeats: 3, Requests: 140, AllowRepeat: true})
	p, err := newPrompts(pl, dataOf(100), caps{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := p.request(1, 139); !ok {
		t.Error("declared repeats are not given")
	}
}

// TestSynthetic: the prompts asked for have their words, share no prefix and never
// recur over runs, points and the warm-up.
func TestSynthetic(t *testing.T) {
	starts := map[string]bool{}
	for _, key := range []string{"c1", "c2"} {
		for run := -1; run <= 3; run++ {
			s := synthetic{root: 0, key: key, words: 100}
			for i := range int64(50) {
				text := s.text(run, i)
				ws := strings.Fields(text)
				if len(ws) != 100 {
					t.Fatalf("%d words", len(ws))
				}
				start := strings.Join(ws[:8], " ")
				if starts[start] {
					t.Errorf("%s run %d: prompt %d begins as another does", key, run, i)
				}
				starts[start] = true
				if text != s.text(run, i) {
					t.Error("one prompt has two texts")
				}
			}
		}
	}
	if len(words) != wordCount {
		t.Errorf("%d words, want %d", len(words), wordCount)
	}
	for i, w := range words {
		if slices.Index(words, w) != i {
			t.Errorf("%q stands twice", w)
		}
	}
}

// TestSyntheticStays pins a prompt: "same point and seed, same prompts" holds over
// versions.
func TestSyntheticStays(t *testing.T) {
	got := synthetic{root: 0, key: "c32", words: 40}.text(1, 0)
	const want = "check into add best can related local am from results from he time international his using state message for top women with area show any been with terms details please send address that use best last can pages items real"
	if got != want {
		t.Errorf("prompt 0 is\n%s\nwant\n%s", got, want)
	}
}

func TestFitLengths(t *testing.T) {
	l, err := fitLengths([][2]int64{{40, 52}, {80, 92}, {1000, 1012}})
	if err != nil || !l.Exact || l.words(1024) != 1012 {
		t.Errorf("%+v, %v, %d words", l, err, l.words(1024))
	}
	l, err = fitLengths([][2]int64{{100, 160}, {200, 310}, {1000, 1509}})
	if err != nil || l.Exact {
		t.Errorf("%+v, %v", l, err)
	}
	if w := l.words(1000); w < 655 || w > 665 {
		t.Errorf("%d words for 1000 tokens at 1.5 tokens a word and 10 around them", w)
	}
	for _, bad := range [][][2]int64{{{40, 52}}, {{40, 52}, {40, 52}}, {{40, 52}, {80, 52}}} {
		if _, err := fitLengths(bad); err == nil {
			t.Errorf("%v gives lengths", bad)
		}
	}
}

// TestBodies: every sampling parameter is explicit, the system prompt comes first,
// and what the server does not know is not sent.
func TestBodies(t *testing.T) {
	system, one := "Be brief.", 1.0
	cat := &catalog.Catalog{Tasks: map[string]*catalog.Task{"ask": {
		ID: "ask", Kind: "text", SystemPrompt: &system, Workload: "jsonl:p.jsonl", MaxOutputTokens: 77, DataFile: "x",
		Sampling:  &result.Sampling{Method: "multinomial", Temperature: &one},
		RoleNames: &catalog.RoleNames{User: []string{"USER"}, Assistant: []string{"ASSISTANT"}},
	}}}
	body := func(o Options, c caps) map[string]any {
		o.URL, o.Model, o.NoEnergy, o.Task, o.Concurrency = "http://127.0.0.1:1/v1", "o/m", true, "ask", []int64{1}
		ps, err := Plans(o, cat)
		if err != nil {
			t.Fatal(err)
		}
		p, err := newPrompts(ps[0], dataOf(9), c)
		if err != nil {
			t.Fatal(err)
		}
		req, _, err := p.request(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(req.Body, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := body(Options{}, caps{maxField: "max_completion_tokens", seed: true, penalty: true, continuous: true})
	if m["temperature"] != 1.0 || m["top_p"] != 1.0 || m["repetition_penalty"] != 1.0 || m["seed"] != 0.0 || m["max_completion_tokens"] != 77.0 || m["n"] != 1.0 {
		t.Errorf("%v", m)
	}
	if ms := m["messages"].([]any); len(ms) != 2 || ms[0].(map[string]any)["content"] != system {
		t.Errorf("messages %v", ms)
	}
	m = body(Options{MaxTokens: 5}, caps{})
	if _, ok := m["repetition_penalty"]; ok || m["seed"] != nil || m["max_tokens"] != 5.0 {
		t.Errorf("%v", m)
	}
	m = body(Options{API: APICompletions}, caps{})
	if text, _ := m["prompt"].(string); !strings.HasPrefix(text, "Be brief.\nUSER: prompt number") || !strings.HasSuffix(text, "\nASSISTANT:") {
		t.Errorf("prompt %q", text)
	}
}

// TestFetch downloads a task's file once, and never keeps another one.
func TestFetch(t *testing.T) {
	const text = `[{"conversations":[{"from":"human","value":"a"}]}]`
	sum := sha256.Sum256([]byte(text))
	want := hex.EncodeToString(sum[:])
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(text))
	}))
	defer srv.Close()
	dir := t.TempDir()
	task := &catalog.Task{ID: "chat", DataFile: srv.URL, Dataset: &result.Dataset{SHA256: want}}
	j := &job{plan: &Plan{Task: task, TaskID: "chat", Work: Workload{Kind: WorkMLEnergy, Form: WorkMLEnergy}}, env: Env{Cache: dir, Observe: func(Event) {}}}
	for range 2 {
		if err := j.openData(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 || len(j.data.Items) != 1 {
		t.Errorf("asked %d times, %d items", asked, len(j.data.Items))
	}
	// A damaged copy is fetched anew.
	write(t, filepath.Join(dir, want), "damaged")
	if err := j.openData(t.Context()); err != nil || asked != 2 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	task.Dataset.SHA256 = strings.Repeat("0", 64)
	err := j.openData(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SHA-256") || !strings.Contains(hintOf(err), "--dataset") {
		t.Errorf("another file: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, task.Dataset.SHA256)); err == nil {
		t.Error("the wrong file was kept")
	}
}

// TestLengthsCheck refuses what only the end of a run would show: other lengths
// than asked for, and prompts that recur by chance.
func TestLengthsCheck(t *testing.T) {
	for _, c := range []struct {
		l   lengths
		n   int64
		say string
	}{
		{lengths{Slope: 1}, 100, ""},
		{lengths{Slope: 1.3, Fixed: 30}, 1024, ""},
		{lengths{Slope: 1, Fixed: 30}, 35, ""},
		{lengths{Slope: 1, Fixed: 30}, 34, "room for 4 words"},
		{lengths{Slope: 1, Fixed: 30}, 20, "cannot be made: the model's template and one word are 31"},
		{lengths{Slope: 1}, 2, "room for 2 words"},
	} {
		err := c.l.check(c.n)
		if (err == nil) != (c.say == "") || err != nil && !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v, %d tokens: %v, want %q", c.l, c.n, err, c.say)
		}
	}
}

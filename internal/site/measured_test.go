package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// measuredBoard makes a board of results of the method's golden corpus, and
// returns them.
func measuredBoard(t testing.TB, names ...string) (root string, rs []*result.Result) {
	t.Helper()
	root = t.TempDir()
	copyTree(t, filepath.Join(repo, "content", "catalog"), filepath.Join(root, "content", "catalog"))
	files := map[string][]byte{filepath.Join(root, "content", "site.yaml"): []byte("title: A board\n")}
	for _, name := range names {
		corpus := filepath.Join(repo, "internal", "result", "testdata", "method-1", name)
		data, err := os.ReadFile(corpus + ".json")
		if err != nil {
			t.Fatal(err)
		}
		r, found := result.Decode(name, data)
		if found.HasErrors() {
			t.Fatal(findingsText(found))
		}
		path := filepath.Join(root, filepath.FromSlash(result.Path(r, "h100")))
		files[path] = data
		if files[result.SamplesPath(path)], err = os.ReadFile(corpus + result.SamplesExt); err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root, rs
}

// The page of a measured result says all that its file and samples know.
func TestMeasuredPage(t *testing.T) {
	root, rs := measuredBoard(t, "closed", "no-energy")
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})

	page := resultPath(rs[0].Hash12())
	text := readText(t, out, page)
	holds(t, page, text, []string{
		"Runs", "1 63.2 69.3 106 0 21 400 533 34 642 500.0 −0.03", "energy counter",
		"Power over time", "Shaded are the windows", "run 3",
		"Who stands behind it", "Example Lab", "recomputed from samples", "jouleboard.method/1",
		"Data integrity A. Example, 2026-03-02 text version 1",
		"19 of 20 checks passed without remark. The numbers also recompute from the samples.", "Warning. V20, no thermal or brake slowdown: GPU 5a5a5a5a…: thermal or brake slowdown for 1 % of the window",
		"with jouleboard 0.1.0 89abcdef", "--revision 0123456789abcdef0123456789abcdef01234567 \\ --precision bfloat16", "--concurrency 2 \\ --repeats 3 \\ --slo ttft=280ms,tpot=230ms", "--period 200ms \\ --cpu-energy",
		"The file does not keep the server's address", "The prompts were read from the file example-prompts with SHA-256 c3c3c3",
	}, []string{"NaN", "carries no attestation"})
	for _, f := range []string{"power.svg", "power.pdf", "power.csv"} {
		if !exists(filepath.Join(out, filepath.FromSlash(resultDir(rs[0].Hash12())), f)) {
			t.Errorf("no %s", f)
		}
	}

	page = resultPath(rs[1].Hash12())
	holds(t, page, readText(t, out, page), []string{"Runs", "--no-energy", "1 of 36 requests failed"}, []string{"Power over time", "cannot be drawn", "Mean power", "--cpu-energy", "NaN"})

	// Without samples nothing is drawn, and the page says so.
	if err := os.Remove(result.SamplesPath(filepath.Join(root, filepath.FromSlash(result.Path(rs[0], "h100"))))); err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})
	page = resultPath(rs[0].Hash12())
	holds(t, page, readText(t, out, page), []string{"cannot be drawn here", "its samples were not at hand for this build"}, []string{"Shaded are", "--period", "also recompute"})
}

// Readings are averaged over slices of time; what no device read is a gap, and
// many devices are summed only where all were read.
func TestPowerTrace(t *testing.T) {
	in := &site{msg: testMessages(t)}
	e := &entry{Loaded: &result.Loaded{Result: &result.Result{}}}
	p := func(vs ...int64) (out []*int64) {
		for _, v := range vs {
			if v < 0 {
				out = append(out, nil)
			} else {
				out = append(out, &v)
			}
		}
		return out
	}
	f := &result.SamplesFile{Header: result.SampleHeader{Devices: make([]result.SampleDevice, 2)}}
	for i := range int64(1000) {
		f.Ticks = append(f.Ticks, result.GPUTick{T: i * 100_000, P: p(100_000+1000*(i%2), -1)})
	}
	c := in.powerTrace(e, f)
	if len(c.Series) != 2 || len(c.Series[0].Points) != tracePoints {
		t.Fatalf("%d lines", len(c.Series))
	}
	for i, q := range c.Series[0].Points {
		if q.Y < 100 || q.Y > 101 || i > 0 && q.X <= c.Series[0].Points[i-1].X {
			t.Fatalf("point %d: %+v", i, q)
		}
		if v := c.Series[1].Points[i].Y; v == v {
			t.Fatalf("a device without a reading has %v W", v)
		}
	}
	f.Header.Devices = make([]result.SampleDevice, traceDevices+1)
	f.Ticks = []result.GPUTick{{T: 0, P: p(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000)}, {T: 10, P: p(1000, -1, 1000, 1000, 1000, 1000, 1000, 1000, 1000)}}
	c = in.powerTrace(e, f)
	if len(c.Series) != 1 || c.Series[0].Points[0].Y != 9 || c.Series[0].Points[1].Y == c.Series[0].Points[1].Y {
		t.Errorf("all together: %+v", c.Series)
	}
}

// What a shell would do to the words of a command does not happen to them.
func TestMeasureCommand(t *testing.T) {
	one := func(v float64) *float64 { return &v }
	base := func(change func(*result.Result)) *result.Result {
		r := &result.Result{Method: "jouleboard.method/1", Kind: result.KindDevice, Class: result.ClassPerformance, Model: result.Model{Name: "a/b"}, Workload: result.Workload{Task: catalog.TaskCustom}}
		change(r)
		return r
	}
	for _, test := range []struct {
		name string
		r    *result.Result
		want []string
		not  []string
	}{
		{"hostile text", base(func(r *result.Result) { r.Model.Name = "a/b'; rm -rf $HOME `id`" }), []string{`--model 'a/b'\''; rm -rf $HOME ` + "`id`'"}, nil},
		{"nothing stated", base(func(*result.Result) {}), []string{"--no-energy"}, []string{"--seed", "--requests", "--task", "--repeats", "--precision"}},
		{"duration", base(func(r *result.Result) {
			r.Workload.Requests = 900
			r.Workload.Load = &result.Load{Mode: result.LoadOpen, RatePerS: one(0.5), Arrivals: "poisson", DurationS: one(90)}
		}), []string{"--duration 90s", "--rate 0.5", "--arrivals poisson"}, []string{"--requests"}},
		{"port of the command", base(func(r *result.Result) {
			r.Software = &result.Software{LaunchCommand: "vllm serve a/b --port 9001 --x"}
		}), []string{"--url http://127.0.0.1:9001/v1"}, nil},
		{"synthetic prompts", base(func(r *result.Result) { r.Workload.Dataset = &result.Dataset{Name: "synthetic fixed:1024/256"} }), []string{"--dataset fixed:1024/256"}, nil},
		{"endpoint", base(func(r *result.Result) {
			r.Kind, r.Model.Provider, r.Model.Date = result.KindEndpoint, "Some Cloud", "2026-01-02"
		}), []string{"--provider 'Some Cloud'", "--model-date 2026-01-02"}, []string{"--no-energy", "--precision"}},
		{"declared inputs", base(func(r *result.Result) {
			r.Boundary = &result.Boundary{Includes: "gpu", PUE: &result.Declared{Value: 1.25, Source: "the operator", Date: "2026"}}
		}), []string{"--pue '1.25,the operator,2026'"}, []string{"--no-energy"}},
		{"simulated", base(func(r *result.Result) { r.Draft = "simulated" }), []string{"jouleboard measure --demo"}, []string{"--model"}},
		{"reported", base(func(r *result.Result) { r.Source, r.Class = &result.Source{}, result.ClassReported }), nil, []string{"jouleboard"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _ := MeasureCommand(test.r, nil, nil)
			holds(t, test.name, strings.Join(lines, "\n"), test.want, test.not)
		})
	}
}

// The rules that the contribution page lists are those of the code.
func TestRulesAreDocumented(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(repo, "content", "methodology", "contribute.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "| V") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, r := range result.Rules() {
		want = append(want, "| "+r.ID+" | "+map[string]string{"A": "all", "E": "energy, ranked", "R": "ranked"}[r.Class]+" | "+r.Text+" |")
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the page has %d rules:\n%s\nthe code has:\n%s", len(rows), strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
}

// A result's page shows the rows above and below it on each board.
func TestNeighbours(t *testing.T) {
	out, _ := shipped(t)
	pages, err := filepath.Glob(filepath.Join(out, "r", "*", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	with := 0
	for _, p := range pages {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		_, part, ok := strings.Cut(string(data), `id="neighbours"`)
		if !ok {
			continue
		}
		with++
		part, _, _ = strings.Cut(part, "</section>")
		for i, group := range strings.Split(part, `class="group"`)[1:] {
			if n, self := strings.Count(group, `<th scope="row">`), strings.Count(group, "this result"); self != 1 || n < 2 || n > 3 {
				t.Errorf("%s: board %d has %d rows, %d of them its own", p, i, n, self)
			}
		}
	}
	if with < 20 {
		t.Errorf("%d pages show their neighbours", with)
	}
}

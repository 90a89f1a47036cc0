package rank

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

var update = flag.Bool("update", false, "rewrite golden files")

const wh = "energy_per_1000_requests_wh"

// batch1 is the operating point of the demonstration scale.
var batch1 = []Point{{ID: "batch-1", Load: &LoadMatch{Mode: "batch", BatchSize: 1}}}

// row is one published row: 1,000 queries of a task by a model.
type row struct {
	task, class, model string
	kwh                float64 // as published
	stars              int
}

// result is the row as a result at batch-1.
func (r row) result() *result.Result {
	return resulttest.Reported(func(x *result.Result) {
		x.Model = result.Model{Name: r.model, Weights: "released", SizeClass: r.class}
		x.Workload.Task = r.task
		x.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: 1}
		x.Metrics = map[string]result.Metric{wh: {Value: r.kwh * 1000, Provenance: result.ProvReported}}
		x.Distributions = nil
		x.Source.Name = "aienergyscore"
	})
}

// demoResult is a result that the text_generation group of the demonstration
// scale rates.
func demoResult(v float64, mods ...func(*result.Result)) *result.Result {
	r := row{"text_generation", "A", "example-org/Example", v / 1000, 0}.result()
	r.Metrics[wh] = result.Metric{Value: v, Provenance: result.ProvReported} // exact, not through kWh
	for _, m := range mods {
		m(r)
	}
	return r
}

func ci(lo, hi float64) func(*result.Result) {
	return func(r *result.Result) {
		m := r.Metrics[wh]
		m.CI95 = &result.Interval{lo, hi}
		r.Metrics[wh] = m
	}
}

// demoScale is testdata/demo-2025-02.yaml.
func demoScale(t testing.TB) *Scale {
	t.Helper()
	data, err := os.ReadFile("testdata/demo-2025-02.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, fs := ParseScale("testdata/demo-2025-02.yaml", data)
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	return s
}

// liveScale is a live scale over everything at batch-1.
func liveScale(method string, min int) *Scale {
	p := "batch-1"
	return &Scale{ID: "live", Status: StatusDraft, Metric: wh, Unit: "Wh", Direction: "lower", Method: method, MinCohort: min, MaxSpan: 4,
		Groups: []Group{{Cohort: Cohort{Point: &p}}}}
}

// published reads the rows of the peers' tables, by group (task, class).
func published(t *testing.T) map[[2]string][]row {
	t.Helper()
	dir := os.Getenv("JOULEBOARD_PEER_DATA")
	if dir == "" {
		t.Skip("JOULEBOARD_PEER_DATA is not set: the published tables of other boards are not at hand")
	}
	files, err := filepath.Glob(filepath.Join(dir, "aienergyscore", "feb2025", "*.csv"))
	if err != nil || len(files) != 10 {
		t.Fatalf("found %d tables in aienergyscore/feb2025, expected 10 (%v)", len(files), err)
	}
	out := map[[2]string][]row{}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(file)
		task := base[:len(base)-len(".csv")]
		for _, c := range cells[1:] {
			r := row{task: task, model: c[0]}
			if r.kwh, err = strconv.ParseFloat(c[1], 64); err != nil {
				t.Fatal(err)
			}
			if r.stars, err = strconv.Atoi(c[2]); err != nil {
				t.Fatal(err)
			}
			if len(c) > 3 {
				r.class = c[3]
			}
			k := [2]string{r.task, r.class}
			out[k] = append(out[k], r)
		}
	}
	return out
}

// Equal-width reproduces every star that was published, class by class.
func TestEqualWidthReproducesPublishedStars(t *testing.T) {
	n, same := 0, 0
	for k, rows := range published(t) {
		values := make([]float64, len(rows))
		for i, r := range rows {
			values[i] = r.kwh
		}
		c := newCohortValues(values, false)
		for _, r := range rows {
			n++
			if got := c.equalWidthStars(r.kwh); int(got) == r.stars {
				same++
			} else {
				t.Errorf("%v %s: %v stars, published %d", k, r.model, got, r.stars)
			}
		}
	}
	if n != 166 || same != 166 {
		t.Errorf("%d of %d stars reproduced, expected 166 of 166", same, n)
	}
}

// The same on one whole group that is typed here, so that it runs everywhere.
func TestEqualWidthOnTypedGroup(t *testing.T) {
	data, err := os.ReadFile("testdata/image_captioning.csv")
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytesReader(data))
	r.Comment = '#'
	cells, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s := liveScale(MethodEqualWidth, 5)
	var rs []*result.Result
	var want []float64
	for _, c := range cells[1:] {
		v, err := strconv.ParseFloat(c[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		st, err := strconv.ParseFloat(c[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, row{"image_captioning", "", c[0], v, 0}.result())
		want = append(want, st)
	}
	if len(rs) != 10 {
		t.Fatalf("%d rows, expected 10", len(rs))
	}
	for i, r := range rs {
		got := s.Rate(r, rs, batch1, nil)
		if !got.Rated || got.Stars != want[i] || !got.Relative {
			t.Errorf("%s: %+v, published %v", r.Model.Name, got, want[i])
		}
	}
}

// demoOptions are the inputs of the demonstration scale.
func demoOptions() DeriveOptions {
	return DeriveOptions{Title: "demonstration scale from public rows", Point: "batch-1", By: []string{"task", "class"},
		Where:  map[string]string{"hardware": "NVIDIA H100 80GB", "count": "1", "precision": ModelDefault, "boundary": "gpu"},
		Source: "published rows, Feb 2025"}
}

// The derivation gives the published table: reference, factor, best and worst.
func TestDeriveGivesTheTable(t *testing.T) {
	groups := published(t)
	var rs []*result.Result
	keys := make([][2]string, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	for _, k := range keys {
		seen := map[string]int{}
		for _, r := range groups[k] {
			// The table counts published rows. Two models stand twice in them; to
			// count rows, the second gets a name of its own.
			if seen[r.model]++; seen[r.model] > 1 {
				r.model += fmt.Sprint("#", seen[r.model])
			}
			rs = append(rs, r.result())
		}
	}
	s, fs := Derive("demo-2025-02", "2025-02", "2025-02-01", wh, "Wh", rs, batch1, demoOptions())
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	type line struct {
		n           int
		ref, f      float64
		best, worst string
	}
	want := map[string]line{
		"asr":                  {13, 17, 5, "4.56", "1.49"},
		"image_captioning":     {10, 100, 2, "3.63", "1.65"},
		"image_classification": {23, 0.83, 2, "3.97", "0.83"},
		"image_generation":     {12, 350, 2, "3.41", "0.27"},
		"question_answering":   {18, 0.99, 4, "4.58", "-1.25"},
		"sentence_similarity":  {19, 0.59, 2, "4.97", "-0.65"},
		"summarization":        {11, 3.5, 2.5, "4.13", "-0.01"},
		"text_classification":  {13, 0.8, 2.5, "3.93", "-1.37"},
		"text_generation/A":    {32, 9.4, 2.5, "4.65", "1.28"},
		"object_detection":     {n: 7},
		"text_generation/B":    {n: 3},
		"text_generation/C":    {n: 5},
	}
	if len(s.Groups) != len(want) {
		t.Errorf("%d groups, expected %d", len(s.Groups), len(want))
	}
	for _, g := range s.Groups {
		name := *g.Cohort.Task
		if *g.Cohort.Class != "" {
			name += "/" + *g.Cohort.Class
		}
		got := line{n: g.Reference.N}
		if g.Params != nil {
			lo, hi := math.Inf(1), math.Inf(-1)
			for _, r := range rs {
				if r.Workload.Task == *g.Cohort.Task && r.Model.SizeClass == *g.Cohort.Class {
					v := r.Metrics[wh].Value
					lo, hi = math.Min(lo, v), math.Max(hi, v)
				}
			}
			got = line{g.Reference.N, g.Params.ERef, g.Params.Factor, fmt.Sprintf("%.2f", index(*g.Params, lo, false)), fmt.Sprintf("%.2f", index(*g.Params, hi, false))}
		}
		if got != want[name] {
			t.Errorf("%s: %+v, expected %+v", name, got, want[name])
		}
	}

	// The scale of the other tests is this one, frozen. Its digests are of ids of
	// the results made here, so only the rest is compared.
	s.Status = StatusFrozen
	for i := range s.Groups {
		s.Groups[i].Reference.SHA256 = ""
	}
	golden(t, "testdata/demo-2025-02.yaml", s.YAML("A demonstration scale, derived from rows that were published in February 2025\n"+
		"(huggingface.co/spaces/AIEnergyScore/Leaderboard). Test material, not a scale of the site."))
}

// Without names of their own, doubled models count once: the choice takes one.
func TestDeriveTakesOneResultOfAModel(t *testing.T) {
	var rs []*result.Result
	for i := range 9 {
		for _, v := range []float64{0.010, 0.002, 0.005} {
			rs = append(rs, row{"asr", "", fmt.Sprint("example-org/Model-", i), v * float64(i+1), 0}.result())
		}
	}
	opt := demoOptions()
	opt.Where["task"] = "asr"
	s, fs := Derive("x", "1", "2025-02-01", wh, "Wh", rs, batch1, opt)
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	if len(s.Groups) != 1 || s.Groups[0].Reference.N != 9 || s.Groups[0].Params.ERef != 10 {
		t.Errorf("got %+v, expected one group of 9 models around 10 Wh, the lowest of each", s.Groups)
	}
}

// The columns of the test vectors that need all 32 rows.
func TestLiveMethodsOnPublishedRows(t *testing.T) {
	rows := published(t)[[2]string{"text_generation", "A"}]
	var values []float64
	for _, r := range rows {
		values = append(values, r.kwh*1000)
	}
	c := newCohortValues(values, false)
	for _, v := range vectors {
		if ew, q := c.equalWidthStars(v.e), c.quantileStars(v.e); ew != v.ew || q != v.q {
			t.Errorf("%s: equal-width %v and quantile %v, expected %v and %v", v.model, ew, q, v.ew, v.q)
		}
	}
}

// Laws of reading and writing, over made-up results and over any bytes.

package result_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// samples are valid results that together fill every block.
func samples() []*result.Result {
	rs := append(resulttest.Synthetic(7, 200), resulttest.Measured(), resulttest.Endpoint(), resulttest.Reported())
	rs = append(rs, resulttest.Reported(func(r *result.Result) {
		r.Notes = []string{"a note"}
		r.Quality = map[string]result.Quality{"mmlu": {Metric: "acc", Value: 0.5, Shots: resulttest.P(int64(0)), Source: "https://example.org/"}}
		r.X = map[string]jsontext.Value{"x_b": jsontext.Value(`{"b": 1e2, "a": "\u00e9"}`), "x_a": jsontext.Value("null")}
		r.Boundary.PUE = &result.Declared{Value: 1.2, Source: "the operator's report", Date: "2025"}
		r.Metrics["x_tiny_s"] = result.Metric{Value: 5e-324, Provenance: result.ProvReported}
		r.Metrics["x_huge_s"] = result.Metric{Value: 1.7976931348623157e308, Provenance: result.ProvReported}
	}))
	return rs
}

func TestReadingWhatWasWrittenIsTheSame(t *testing.T) {
	for i, r := range samples() {
		data := encode(t, r)
		got, fs := result.Decode("f.json", data)
		if len(fs) > 0 {
			t.Fatalf("result %d: %s", i, fs[0])
		}
		if again := encode(t, got); !bytes.Equal(data, again) {
			t.Errorf("result %d: written again it differs:\n%s\n%s", i, data, again)
		}
		a, errA := result.Canonical(r)
		b, errB := result.Canonical(got)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("result %d: the canonical form changed (%v, %v)", i, errA, errB)
		}
		if id, ok := idOf(data); !ok || id != r.ID {
			t.Errorf("result %d: id %s, by its definition %s", i, r.ID, id)
		}
	}
}

// The id does not depend on how the same content is spelt.
func TestSpellingDoesNotChangeTheID(t *testing.T) {
	r := resulttest.Measured()
	v := jsontext.Value(encode(t, r))
	if err := v.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	spelt := bytes.ReplaceAll(v, []byte(`"example-org/Example-8B"`), []byte(`"example\u002dorg\/Example-8B"`))
	spelt = bytes.ReplaceAll(spelt, []byte(`"value":32000`), []byte("\"value\" :\t3.2E+4"))
	if bytes.Equal(spelt, v) {
		t.Fatal("nothing was spelt otherwise")
	}
	if _, fs := result.Decode("f.json", spelt); len(fs) > 0 {
		t.Errorf("another spelling: %s", fs[0])
	}
}

func TestIDsAreStable(t *testing.T) {
	var out strings.Builder
	for _, r := range []*result.Result{resulttest.Reported(), resulttest.Measured(), resulttest.Endpoint()} {
		fmt.Fprintln(&out, r.ID, r.Class, r.Kind)
	}
	for i, r := range resulttest.Synthetic(1, 3) {
		fmt.Fprintln(&out, r.ID, "synthetic", i)
	}
	out.Write(encode(t, resulttest.Reported()))
	golden(t, "ids.txt", out.String())
}

func TestSyntheticResults(t *testing.T) {
	rs := resulttest.Synthetic(1, 500)
	ids, tasks, models := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range rs {
		ids[r.ID], tasks[r.Workload.Task], models[r.Model.Name] = true, true, true
	}
	if len(ids) != 500 || len(tasks) < 3 || len(models) < 10 {
		t.Errorf("500 synthetic results hold %d ids, %d tasks, %d models", len(ids), len(tasks), len(models))
	}
	if !reflect.DeepEqual(resulttest.Synthetic(1, 20), rs[:20]) {
		t.Error("a shorter list with the same seed is not the start of the longer one")
	}
	if resulttest.Synthetic(2, 1)[0].ID == rs[0].ID {
		t.Error("another seed gives the same results")
	}
}

// Taking any required or optional key away, or setting any value to null, must
// be read without a panic, and null must be refused.
func TestEveryNullIsRefused(t *testing.T) {
	for _, r := range samples()[198:] {
		data := encode(t, r)
		var tree map[string]jsontext.Value
		unmarshal(t, data, &tree)
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			if strings.HasPrefix(key, "x_") {
				continue
			}
			old := tree[key]
			tree[key] = jsontext.Value("null")
			if _, fs := result.Inspect("f.json", marshal(t, tree)); !fs.HasErrors() {
				t.Errorf("%s: null passed", key)
			}
			delete(tree, key)
			result.Inspect("f.json", marshal(t, tree))
			tree[key] = old
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range []*result.Result{resulttest.Reported(), resulttest.Measured(), resulttest.Endpoint()} {
		data, err := result.Encode(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"", "{}", "[", `{"a":NaN}`, `{"metrics":{"a":{"value":1e999}}}`, "\xef\xbb\xbf{}", `{"id":1,"id":2}`, `{"\u0000":"` + "\xff" + `"}`, `-`, `{"x_a":[[[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, fs := result.Inspect("f.json", data)
		if l == nil && !fs.HasErrors() {
			t.Fatal("no result and no error")
		}
		for _, f := range fs {
			if f.Where.Line < 1 || f.Where.Col < 1 || f.Message == "" {
				t.Fatalf("finding without place or words: %+v", f)
			}
		}
		if l == nil || fs.HasErrors() {
			return
		}
		// What was accepted can be written and read, and keeps its id.
		again, err := result.Encode(l.Result)
		if err != nil {
			t.Fatalf("an accepted result cannot be written: %v", err)
		}
		if _, fs := result.Decode("f.json", again); fs.HasErrors() {
			t.Fatalf("an accepted result, written again, is refused: %s", fs[0])
		}
	})
}

// TestCommandOfAScore holds that the command behind a quality score may have several
// lines, as commands do, and comes back byte for byte.
func TestCommandOfAScore(t *testing.T) {
	const command = "lm_eval --model hf \\\n\t--tasks mmlu"
	r := resulttest.Reported(func(r *result.Result) {
		r.Quality = map[string]result.Quality{"mmlu": {Metric: "acc", Value: 0.5, Reproduce: command, Source: "https://example.org/"}}
	})
	got, fs := result.Decode("f.json", encode(t, r))
	if len(fs) > 0 {
		t.Fatal(fs[0])
	}
	if fs := result.Check(result.NewLoaded(result.Path(got, "h100"), got, encode(t, r))); fs.HasErrors() {
		t.Error(fs)
	}
	if got.Quality["mmlu"].Reproduce != command {
		t.Errorf("got %q", got.Quality["mmlu"].Reproduce)
	}
}

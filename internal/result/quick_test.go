// The quick way of reading against the other: what it takes, the schema and all
// rules take too, and the result is the same.

package result_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// sameBothWays fails if the quick way takes what the other has something to say
// of, or takes it for something else. It says whether the quick way took it.
func sameBothWays(t *testing.T, name string, data []byte) bool {
	t.Helper()
	quick := result.Quick(data)
	if quick == nil {
		return false
	}
	r, fs := result.Slowly("f.json", data)
	if len(fs) > 0 {
		t.Fatalf("%s: taken the quick way, but %s\n%s", name, fs[0], data)
	}
	if !reflect.DeepEqual(quick, r) {
		t.Fatalf("%s: read as something else the quick way\n%s", name, data)
	}
	return true
}

func TestQuickTakesWhatIsRight(t *testing.T) {
	for i, r := range samples() {
		if !sameBothWays(t, fmt.Sprint(i), encode(t, r)) {
			t.Errorf("result %d is right, but was not taken", i)
		}
	}
	for _, e := range broken {
		sameBothWays(t, e.name, e.bytes(t))
	}
	for _, e := range fine {
		sameBothWays(t, e.name, e.bytes(t))
	}
}

// TestQuickOverSpoiltFiles changes every value and every key of some results in
// many ways and seals them again, so that only the change can be wrong.
func TestQuickOverSpoiltFiles(t *testing.T) {
	taken, refused := 0, 0
	for _, r := range []*result.Result{resulttest.Measured(), samples()[203]} {
		var tree map[string]any
		unmarshal(t, encode(t, r), &tree)
		spoil(tree, func(what string) {
			delete(tree, "id")
			data := marshal(t, tree)
			id, _ := idOf(data)
			data = append([]byte(`{"id":"`+id+`",`), data[1:]...)
			if sameBothWays(t, what, data) {
				taken++
			} else {
				refused++
			}
		})
	}
	if taken < 100 || refused < 1000 {
		t.Errorf("%d changed files were taken and %d not: too few to learn from", taken, refused)
	}
}

// spoil calls f for each of many changes of a tree, one at a time.
func spoil(x any, f func(what string)) {
	bad := []any{nil, true, false, 0.0, -1.0, 0.5, 1e300, "", "x", "2026-02-30", strings.Repeat("é", 201), []any{}, []any{1.0, 2.0}, map[string]any{}, map[string]any{"name": "x"}}
	switch x := x.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			old := x[k]
			for _, b := range bad {
				x[k] = b
				f(fmt.Sprintf("%s set to %v", k, b))
			}
			delete(x, k)
			f(k + " taken away")
			for _, other := range []string{"x_" + k, "energy_j", "source", "provider"} {
				if _, there := x[other]; !there {
					x[other] = old
					f(k + " under the name " + other)
					delete(x, other)
				}
			}
			x[k] = old
			spoil(old, f)
		}
	case []any:
		for i, old := range x {
			for _, b := range bad {
				x[i] = b
				f(fmt.Sprintf("item %d set to %v", i, b))
			}
			x[i] = old
			spoil(old, f)
		}
	}
}

// TestContractIsTheSchema holds that the demands compiled from a definition of the
// schema take what the library takes by it and nothing else.
func TestContractIsTheSchema(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(result.Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	for _, name := range append(slices.Sorted(maps.Keys(defs)), "") {
		quick, library, err := result.Judges(name)
		if err != nil {
			t.Fatal(err)
		}
		g := generator{rand.New(rand.NewPCG(1, 2)), defs}
		schema := any(doc)
		if name != "" {
			schema = defs[name]
		}
		yes, no := 0, 0
		for range 250 {
			data, err := json.Marshal(g.value(schema), json.Deterministic(true))
			if err != nil {
				t.Fatal(err)
			}
			got, read := quick(data)
			want := library(data)
			if !read {
				t.Fatalf("%s: cannot be read: %s", name, data)
			}
			if got != want {
				t.Fatalf("%s: taken is %v, by the library %v: %s", name, got, want, data)
			}
			if got {
				yes++
			} else {
				no++
			}
		}
		if no == 0 || yes == 0 && name != "" {
			t.Errorf("%s: %d taken, %d not: too few to learn from", name, yes, no)
		}
	}
}

// generator makes values that are nearly as a schema asks.
type generator struct {
	*rand.Rand
	defs map[string]any
}

func (g generator) one(in int) bool { return g.IntN(in) == 0 }

func (g generator) value(schema any) any {
	s, _ := schema.(map[string]any)
	var out any
	for _, key := range []string{"$ref", "allOf", "then"} {
		switch x := s[key].(type) {
		case string:
			out = g.value(g.defs[strings.TrimPrefix(x, "#/$defs/")])
		case []any:
			out = g.value(x[g.IntN(len(x))])
		case map[string]any:
			if !g.one(3) {
				out = g.value(x)
			}
		}
	}
	if _, ok := out.(map[string]any); !ok && out != nil {
		return out
	}
	switch typ := s["type"]; {
	case g.one(150):
		return []any{nil, true, 3.0, "x", []any{}, map[string]any{}}[g.IntN(6)]
	case s["enum"] != nil:
		words := s["enum"].([]any)
		return words[g.IntN(len(words))]
	case s["const"] != nil:
		return s["const"]
	case typ == "string":
		texts := []any{"x", "a text", "https://example.org/", "2026-02", "2026-02-16T09:30:00Z", strings.Repeat("0f", 32), "jouleboard.method/1", "é\n\"", "",
			strings.Repeat("é", 200), strings.Repeat("x", 201), strings.Repeat("x", 4097), strings.Repeat("x", 17000)}
		return g.fitting(s, texts)
	case typ == "integer", typ == "number", s["minimum"] != nil, s["exclusiveMinimum"] != nil:
		return g.fitting(s, []any{0.0, 1.0, 2.0, 0.5, -1.0, 1e16, 9007199254740991.0, 3.0})
	case typ == "boolean":
		return g.one(2)
	case typ == "array":
		list := []any{}
		for range []int{0, 1, 2, 2, 2, 3}[g.IntN(6)] {
			list = append(list, g.value(s["items"]))
		}
		return list
	}
	m, _ := out.(map[string]any)
	if m == nil {
		m = map[string]any{}
	}
	props, _ := s["properties"].(map[string]any)
	required := fmt.Sprint(s["required"])
	often := 2 + g.IntN(5)
	for _, k := range slices.Sorted(maps.Keys(props)) {
		if props[k] == false && !g.one(80) {
			continue // it has no place here
		}
		if strings.Contains(required, k) && !g.one(80) || g.one(often) {
			m[k] = g.value(props[k])
		}
	}
	for _, word := range strings.Fields(strings.Trim(required, "[]")) {
		if m[word] == nil && word != "<nil>" && !g.one(80) {
			m[word] = g.value(props[word])
		}
	}
	if patterns, _ := s["patternProperties"].(map[string]any); patterns != nil && g.one(2) {
		for _, p := range slices.Sorted(maps.Keys(patterns)) {
			v := g.value(patterns[p])
			for i := range 510 * (g.IntN(40) / 39) { // more than any object may have
				m["x_"+strconv.Itoa(i)] = v
			}
			m[[]string{"x_own", "x_", "", "p50", "mean", "other", "energy_j"}[g.IntN(7)]] = g.value(patterns[p])
		}
	}
	if g.one(60) {
		m[[]string{"nobody", "name", "x_own", "count"}[g.IntN(4)]] = 1.0
	}
	return m
}

// fitting picks one of some values, mostly one that a schema of a text or a number
// takes.
func (g generator) fitting(schema map[string]any, values []any) any {
	number := func(key string, without float64) float64 {
		if x, ok := schema[key].(float64); ok {
			return x
		}
		return without
	}
	for {
		v := values[g.IntN(len(values))]
		fits := true
		switch v := v.(type) {
		case string:
			pattern, _ := schema["pattern"].(string)
			n := float64(utf8.RuneCountInString(v))
			fits = regexp.MustCompile(pattern).MatchString(v) && n >= number("minLength", 0) && n <= number("maxLength", 1e9)
		case float64:
			fits = v >= number("minimum", -1) && v <= number("maximum", 1e20) && v > number("exclusiveMinimum", -2) && (v == math.Trunc(v) || schema["type"] != "integer")
		}
		if fits || g.one(200) {
			return v
		}
	}
}

// TestContractKnowsItsKeywords holds that a schema with a keyword, or with a form
// of one, that has no rule is refused and never passed over.
func TestContractKnowsItsKeywords(t *testing.T) {
	for _, text := range []string{
		`{"format": "date"}`, `{"properties": {"a": {"multipleOf": 2}}}`, `{"allOf": [{"propertyNames": {}}]}`, `{"additionalProperties": {}}`,
		`{"const": 5}`, `{"enum": ["a", null]}`, `{"type": ["string", "null"]}`, `{"type": "null"}`, `{"items": [{}]}`, `{"$ref": "other.json"}`,
		`{"$ref": "#/$defs/none"}`, `{"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}`, `{"pattern": "("}`, `{"minimum": "1"}`,
		`{"patternProperties": {"a": {}, "b": {}}}`, `{"properties": {"a": {}}, "patternProperties": {"a": {}}}`, `{"oneOf": [{}]}`, `{"if": {"contains": {}}}`, `{"properties": []}`, `{"required": "a"}`, `{"anyOf": []}`,
	} {
		var doc map[string]any
		unmarshal(t, []byte(text), &doc)
		if result.CompileContract(doc) == nil {
			t.Errorf("%s was compiled", text)
		}
	}
}

// FuzzQuick seals what it gets, so that only the content decides.
func FuzzQuick(f *testing.F) {
	for _, r := range []*result.Result{resulttest.Reported(), resulttest.Measured(), resulttest.Endpoint()} {
		f.Add(encode(f, r))
	}
	for _, s := range []string{`{"a": -0, "b": 1E+2, "c": 1e-7, "d": 123456789012345678901234567890}`, `{"b": "\u00e9\/", "a": {"z": [], "y": {}}}`, `{"a": 1, "a": 2}`,
		`{"a": "\ud800"}`, `{"\u0061": 1, "a": 2}`, "{\"a\": \"\x7f\u2028\"}", `{"id": {"id": 1}, "a": 1} x`, `{"é": 1, "z": 2}`, `{"a": 1,}`, `{"a" 1}`, `[1 2]`, `{"a": 01}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if quick, library, ok := result.CanonicalForms(data); ok && !bytes.Equal(quick, library) {
			t.Fatalf("canonical form of %s is %s, by the library %s", data, quick, library)
		}
		sameBothWays(t, "as it is", data)
		var members map[string]jsontext.Value
		if json.Unmarshal(data, &members) != nil {
			return
		}
		if old, id := string(members["id"]), ""; len(old) > 2 && members != nil {
			id, _ = idOf(data)
			sameBothWays(t, "sealed", bytes.Replace(data, []byte(old), []byte(`"`+id+`"`), 1))
		}
	})
}

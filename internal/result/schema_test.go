// Holds the published schema and the Go types together, so that neither can
// change alone.

package result

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// schemaWalk compares types and schema nodes side by side.
type schemaWalk struct {
	t    *testing.T
	doc  map[string]any
	defs map[string]any
	used map[string]bool
	seen map[reflect.Type]bool
}

func TestSchemaAndTypesAgree(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	w := schemaWalk{t: t, doc: doc, defs: doc["$defs"].(map[string]any), used: map[string]bool{}, seen: map[reflect.Type]bool{}}
	w.compare("", reflect.TypeFor[Result](), doc)
	w.markRefs(doc)
	for name := range w.defs {
		if !w.used[name] {
			t.Errorf("$defs/%s is used nowhere", name)
		}
	}
	if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" || doc["$id"] != "result-1.json" {
		t.Errorf("$schema %v and $id %v, want 2020-12 and result-1.json", doc["$schema"], doc["$id"])
	}
}

func (w *schemaWalk) markRefs(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if ref, ok := x.(string); ok && k == "$ref" {
				w.used[strings.TrimPrefix(ref, "#/$defs/")] = true
			}
			w.markRefs(x)
		}
	case []any:
		for _, x := range v {
			w.markRefs(x)
		}
	}
}

// resolve follows references down to the node that names a type.
func (w *schemaWalk) resolve(at string, node map[string]any) map[string]any {
	for {
		ref, ok := node["$ref"].(string)
		if !ok {
			return node
		}
		next, ok := w.defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		if !ok {
			w.t.Fatalf("%s: %s leads nowhere", at, ref)
		}
		node = next
	}
}

func (w *schemaWalk) compare(at string, typ reflect.Type, node map[string]any) {
	node = w.resolve(at, node)
	want := ""
	switch typ.Kind() {
	case reflect.Pointer:
		w.compare(at, typ.Elem(), node)
		return
	case reflect.Struct:
		want = "object"
		w.object(at, typ, node)
	case reflect.Map:
		want = "object"
		w.table(at, typ, node)
	case reflect.Slice:
		want = "array"
		items, _ := node["items"].(map[string]any)
		w.compare(at+"/0", typ.Elem(), items)
	case reflect.Array:
		want = "array"
		if n := float64(typ.Len()); node["minItems"] != n || node["maxItems"] != n {
			w.t.Errorf("%s: %d items in Go, %v to %v in the schema", at, typ.Len(), node["minItems"], node["maxItems"])
		}
		items, _ := node["items"].(map[string]any)
		w.compare(at+"/0", typ.Elem(), items)
	case reflect.String:
		if c, ok := node["const"].(string); ok && c != "" {
			return
		}
		if words, ok := node["enum"].([]any); ok {
			for _, x := range words {
				if s, ok := x.(string); !ok || s == "" {
					w.t.Errorf("%s: enum word %v is not a text", at, x)
				}
			}
			return
		}
		want = "string"
	case reflect.Int64:
		want = "integer"
	case reflect.Float64:
		want = "number"
	case reflect.Bool:
		want = "boolean"
	default:
		w.t.Fatalf("%s: type %s has no counterpart in a schema", at, typ)
	}
	if node["type"] != want {
		w.t.Errorf("%s: %s in Go, type %v in the schema", at, typ, node["type"])
	}
}

// object compares the keys of a struct and which of them are required.
func (w *schemaWalk) object(at string, typ reflect.Type, node map[string]any) {
	if node["additionalProperties"] != false {
		w.t.Errorf("%s: additionalProperties is %v, want false", at, node["additionalProperties"])
	}
	props, _ := node["properties"].(map[string]any)
	var goKeys, goRequired []string
	embeds := false
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if options == "embed" {
			embeds = true
			if field.Type != reflect.TypeFor[map[string]jsontext.Value]() {
				w.t.Errorf("%s: %s embeds %s", at, field.Name, field.Type)
			}
			continue
		}
		if name == "" {
			w.t.Errorf("%s: field %s has no JSON name", at, field.Name)
			continue
		}
		goKeys = append(goKeys, name)
		optional := options == "omitzero"
		if !optional {
			goRequired = append(goRequired, name)
		}
		prop, ok := props[name].(map[string]any)
		if !ok {
			w.t.Errorf("%s/%s: in Go, not in the schema", at, name)
			continue
		}
		if optional {
			w.refusesZero(at+"/"+name, field.Type, prop)
		}
		w.compare(at+"/"+name, field.Type, prop)
	}
	w.sameKeys(at, "keys", goKeys, keysOf(props))
	var required []string
	list, _ := node["required"].([]any)
	for _, x := range list {
		required = append(required, x.(string))
	}
	w.sameKeys(at, "required keys", goRequired, required)
	patterns, _ := node["patternProperties"].(map[string]any)
	if (len(patterns) > 0) != embeds {
		w.t.Errorf("%s: patternProperties %v, but embeds = %v", at, keysOf(patterns), embeds)
	}
	for p := range patterns {
		if !strings.HasPrefix(p, "^x_") {
			w.t.Errorf("%s: pattern %s allows more than x_ keys", at, p)
		}
	}
}

// refusesZero makes sure that what Go leaves out when it is zero cannot stand
// in a file as zero: reading and writing it would change the id.
func (w *schemaWalk) refusesZero(at string, typ reflect.Type, node map[string]any) {
	node = w.resolve(at, node)
	switch typ.Kind() {
	case reflect.String:
		pattern, _ := node["pattern"].(string)
		minimum, _ := node["minLength"].(float64)
		if node["enum"] == nil && minimum < 1 && (pattern == "" || regexp.MustCompile(pattern).MatchString("")) {
			w.t.Errorf("%s: optional, but the schema allows an empty text", at)
		}
	case reflect.Int64:
		if minimum, _ := node["minimum"].(float64); minimum < 1 {
			w.t.Errorf("%s: optional, but the schema allows 0", at)
		}
	case reflect.Float64, reflect.Bool:
		w.t.Errorf("%s: an optional %s must be a pointer", at, typ)
	case reflect.Map:
		if minimum, _ := node["minProperties"].(float64); minimum < 1 {
			w.t.Errorf("%s: optional, but the schema allows no keys", at)
		}
	case reflect.Slice:
		if minimum, _ := node["minItems"].(float64); minimum < 1 {
			w.t.Errorf("%s: optional, but the schema allows no items", at)
		}
	}
}

// table compares a map: every listed key and every pattern has its type.
func (w *schemaWalk) table(at string, typ reflect.Type, node map[string]any) {
	if node["additionalProperties"] != false {
		w.t.Errorf("%s: additionalProperties is %v, want false", at, node["additionalProperties"])
	}
	for _, block := range []string{"properties", "patternProperties"} {
		entries, _ := node[block].(map[string]any)
		for key, n := range entries {
			w.compare(at+"/"+key, typ.Elem(), n.(map[string]any))
		}
	}
	if len(keysOf(node["patternProperties"])) == 0 {
		w.t.Errorf("%s: no key is allowed", at)
	}
}

func (w *schemaWalk) sameKeys(at, what string, inGo, inSchema []string) {
	sort.Strings(inGo)
	sort.Strings(inSchema)
	if !slices.Equal(inGo, inSchema) {
		w.t.Errorf("%s: %s %v in Go, %v in the schema", at, what, inGo, inSchema)
	}
}

func keysOf(v any) []string {
	m, _ := v.(map[string]any)
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// The schema lists the registry's keys, energy apart, and every distribution's
// statistics; the registry is the one table that decides.
func TestSchemaAndRegistryAgree(t *testing.T) {
	s := theSchema()
	if s.err != nil {
		t.Fatal(s.err)
	}
	var metrics, energy, distributions []string
	for _, m := range registry().All() {
		switch {
		case m.Distribution:
			distributions = append(distributions, m.Key)
		default:
			metrics = append(metrics, m.Key)
			if isEnergy(m.Key) {
				energy = append(energy, m.Key)
			}
		}
	}
	w := schemaWalk{t: t}
	w.sameKeys("/metrics", "keys", metrics, s.properties("#/$defs/metrics"))
	w.sameKeys("/distributions", "keys", distributions, s.properties("#/$defs/distributions"))
	var marked, detected []string
	for key, node := range s.at("#/$defs/metrics/properties") {
		if node.(map[string]any)["$ref"] == "#/$defs/energy_metric" {
			marked = append(marked, key)
		}
	}
	has := s.at("#/$defs/has_energy/properties/metrics")["anyOf"].([]any)
	for _, x := range has {
		detected = append(detected, x.(map[string]any)["required"].([]any)[0].(string))
	}
	w.sameKeys("/metrics", "energy keys marked", slices.Clone(energy), marked)
	w.sameKeys("/metrics", "energy keys detected", slices.Clone(energy), detected)
	for _, must := range []string{"energy_j", "mean_power_w", "tokens_per_j", "requests_per_kwh", "edp_js", "goodput_per_w"} {
		if !slices.Contains(energy, must) {
			t.Errorf("%s is not counted as energy", must)
		}
	}
	for _, mustNot := range []string{"output_tokens_per_s", "error_rate", "batch_latency_s", "mean_output_tokens"} {
		if slices.Contains(energy, mustNot) {
			t.Errorf("%s is counted as energy", mustNot)
		}
	}
}

func TestStatisticsAgree(t *testing.T) {
	props := theSchema().properties("#/$defs/distribution")
	m, _ := registry().Get("itl_ms")
	for _, stat := range props {
		if stat == "n" || stat == "percentiles" || stat == "provenance" || stat == "within_run" {
			continue
		}
		x := 1.5
		d := Distribution{}
		field := reflect.ValueOf(&d).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, stat) })
		field.Set(reflect.ValueOf(&x))
		if got := d.Stat(stat); got == nil || *got != x {
			t.Errorf("Stat(%q) does not return the field", stat)
		}
		if _, ok := registry().Get(m.Key + "." + stat); !ok {
			t.Errorf("the registry does not know itl_ms.%s", stat)
		}
	}
}

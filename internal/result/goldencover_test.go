// What the corpus of golden pairs holds: every number that samples can give, so
// that no formula can change unseen (test X8).

package result

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// distributionKeys are those that the samples can give.
var distributionKeys = []string{"ttft_ms", "ttft_send_ms", "ttfo_ms", "e2e_ms", "icl_ms", "tpot_ms", "itl_ms", "user_tokens_per_s", "request_output_tokens_per_s"}

func TestGoldenCorpusHoldsEveryNumber(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "method-1", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	metrics, distributions := map[string]bool{}, map[string]bool{}
	rules := map[string]bool{}
	held := map[string]bool{} // fields with a value that is not zero
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := Decode(path, data)
		if r == nil {
			t.Fatalf("%s cannot be read", path)
		}
		for key, m := range r.Metrics {
			metrics[key] = true
			fieldsHeld(reflect.ValueOf(m), held)
		}
		for key, d := range r.Distributions {
			distributions[key] = true
			fieldsHeld(reflect.ValueOf(d), held)
		}
		for _, w := range r.Window {
			rules[w.Rule] = true
			fieldsHeld(reflect.ValueOf(w), held)
		}
		fieldsHeld(reflect.ValueOf(r.Client.Calibration), held)
		if r.Boundary != nil {
			fieldsHeld(reflect.ValueOf(r.Boundary), held)
		}
	}
	for _, m := range runMetrics {
		if !metrics[m.key] {
			t.Errorf("no pair holds the metric %s", m.key)
		}
	}
	for _, key := range distributionKeys {
		if !distributions[key] {
			t.Errorf("no pair holds the distribution %s", key)
		}
	}
	for _, rule := range []string{WindowClosed, WindowDuration, WindowOpen, WindowWhole} {
		if !rules[rule] {
			t.Errorf("no pair has a window of rule %s", rule)
		}
	}
	// A foreign process makes a measurement invalid; PUE and gCO2e are declared.
	without := []string{"WindowDevice.ForeignPids", "Boundary.PUE", "Boundary.GCO2ePerKW"}
	for _, v := range []any{Window{}, WindowDevice{}, WholeRun{}, Metric{}, Uncertainty{}, Distribution{}, Calibration{}, Boundary{}, Idle{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			name := typ.Name() + "." + typ.Field(i).Name
			if held[name] == slices.Contains(without, name) {
				t.Errorf("%s: held by a pair: %v", name, held[name])
			}
		}
	}
}

// fieldsHeld notes the fields of a value and of all within it that are there; a
// count of 0 is not enough.
func fieldsHeld(v reflect.Value, held map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fieldsHeld(v.Elem(), held)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fieldsHeld(v.Index(i), held)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if f.IsZero() || f.Kind() == reflect.Pointer && f.Elem().CanInt() && f.Elem().IsZero() {
				continue
			}
			held[v.Type().Name()+"."+v.Type().Field(i).Name] = true
			fieldsHeld(f, held)
		}
	}
}

// Putting judged texts into the types against the library, which judges again.

package result_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// sameFilled fails if a text, as it is and without space, becomes something else
// than by the library, or is left to it.
func sameFilled(t *testing.T, name, text string) {
	t.Helper()
	for _, text := range []string{text, result.Compact(text)} {
		quick, library, ok, err := result.Filled(text)
		if !ok || err != nil {
			t.Fatalf("%s: taken %v, and the library says %v\n%s", name, ok, err, text)
		}
		if !reflect.DeepEqual(quick, library) {
			t.Fatalf("%s: %+v, and by the library %+v\n%s", name, quick, library, text)
		}
	}
}

// No field is forgotten: each of them gets a value of its own, and comes back.
func TestFillHasEveryField(t *testing.T) {
	for _, items := range []int{0, 1, 3} {
		n := 0
		var r result.Result
		occupy(t, reflect.ValueOf(&r).Elem(), items, &n)
		text := string(encode(t, &r))
		sameFilled(t, fmt.Sprintf("%d of everything", items), text)
		got, _, _, _ := result.Filled(text)
		if items > 0 && !reflect.DeepEqual(got, &r) {
			t.Errorf("%d of everything: written as %+v, read as %+v", items, r, got)
		}
		if n < 100 {
			t.Errorf("only %d values were set", n)
		}
	}
}

// occupy sets everything in v to something that it is nowhere else.
func occupy(t *testing.T, v reflect.Value, items int, n *int) {
	t.Helper()
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d \"é\\\n%s", *n, strings.Repeat("<", *n%3)))
	case reflect.Float64:
		v.SetFloat(float64(*n)*1e-7 + 1/float64(*n))
	case reflect.Int64:
		v.SetInt(1<<60 + int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		occupy(t, v.Elem(), items, n)
	case reflect.Struct:
		for i := range v.NumField() {
			occupy(t, v.Field(i), items, n)
		}
	case reflect.Array:
		for i := range v.Len() {
			occupy(t, v.Index(i), items, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), items, items))
		for i := range items {
			occupy(t, v.Index(i), items, n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range items {
			value := reflect.New(v.Type().Elem()).Elem()
			if value.Type() == reflect.TypeFor[jsontext.Value]() {
				*n++
				value.SetBytes([]byte(fmt.Sprintf(`{"a":[%d,"b c\""],"d":{}}`, *n)))
			} else {
				occupy(t, value, items, n)
			}
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("x_%d", i)), value)
		}
	default:
		t.Fatalf("a result holds a %s", v.Type())
	}
}

func TestFillIsTheLibrary(t *testing.T) {
	for i, r := range samples() {
		sameFilled(t, fmt.Sprint(i), string(encode(t, r)))
	}
	for _, e := range fine {
		sameFilled(t, e.name, string(e.bytes(t)))
	}
	shipped, err := filepath.Glob("../../results/*/*/*/*.json")
	if err != nil || len(shipped) == 0 {
		t.Fatalf("%d shipped results, error %v", len(shipped), err)
	}
	for _, name := range shipped {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sameFilled(t, name, string(data))
	}
}

// FuzzFill takes any text: what the library takes as well is the same.
func FuzzFill(f *testing.F) {
	f.Add(string(encode(f, resulttest.Measured())))
	f.Add(string(encode(f, resulttest.Reported())))
	for _, text := range []string{"", "{", `{"id":"`, `{"id":"a\`, `{"id":"a\"`, `{"x_a":`, `{"x_a": [1, 2`, `{"notes":[`, `{"notes":[]}`, `{"metrics":{}}`, `{"notes":["a",]}`, `{"id":"a"} x`,
		`{"metrics":{"a":{"ci95":[1]}}}`, `{"metrics":{"a":{"ci95":[1,2,3]}}}`, `{"metrics":{"a":{"value":1e999}}}`, `{"metrics":{"a":{"n":-0}}}`, `{"metrics":{"a":{"n":1.0}}}`, `{"metrics":null}`,
		`{"id":"\ud800"}`, `{"i\u0064":"a"}`, `{"metrics":{"a":{"value":0x1}}}`, `{"metrics":{"a":{"value":1_0}}}`, `{"workload":{"other":1}}`, `{"hardware":{"mixed":falsey}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if quick, library, ok, err := result.Filled(text); ok && err == nil && !reflect.DeepEqual(quick, library) {
			t.Errorf("%+v, and by the library %+v\n%s", quick, library, text)
		}
	})
}

package result_test

import (
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

func encode(t testing.TB, r *result.Result) []byte {
	t.Helper()
	data, err := result.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBuildersAreValid(t *testing.T) {
	for name, r := range map[string]*result.Result{
		"reported": resulttest.Reported(), "measured": resulttest.Measured(), "endpoint": resulttest.Endpoint(),
	} {
		data := encode(t, r)
		got, fs := result.Decode(name+".json", data)
		fs = append(fs, result.Check(result.NewLoaded(name, r, data))...)
		for _, f := range fs {
			t.Errorf("%s: %s (%s)", name, f, f.Hint)
		}
		if got == nil {
			t.Errorf("%s: nil result", name)
		}
	}
	for i, r := range resulttest.Synthetic(1, 300) {
		_, fs := result.Decode("synthetic.json", encode(t, r))
		if fs = append(fs, result.Check(&result.Loaded{Result: r})...); len(fs) > 0 {
			t.Fatalf("synthetic %d: %s", i, fs[0])
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := encode(b, resulttest.Reported())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fs := result.Decode("f.json", data); len(fs) > 0 {
			b.Fatal(fs)
		}
	}
}

func BenchmarkDecodeMeasured(b *testing.B) {
	data := encode(b, resulttest.Measured())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fs := result.Decode("f.json", data); len(fs) > 0 {
			b.Fatal(fs)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	r := resulttest.Reported()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := result.Encode(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	r := resulttest.Reported()
	l := result.NewLoaded("f.json", r, encode(b, r))
	b.ReportAllocs()
	for b.Loop() {
		if fs := result.Check(l); len(fs) > 0 {
			b.Fatal(fs)
		}
	}
}

package result_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"jouleboard/internal/result"
)

// The values of every distribution are as many as it says, and lie between its
// ends; their mean is its mean.
func TestSampleValues(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "method-1", "*"+result.SamplesExt))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	seen := 0
	for _, file := range files {
		zipped, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := file[:len(file)-len(result.SamplesExt)]
		data, err := os.ReadFile(name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		r, found := result.Decode(name, data)
		if found.HasErrors() {
			t.Fatal(found)
		}
		s, err := result.ReadSamples(bytes.NewReader(zipped), 0)
		if err != nil {
			t.Fatal(err)
		}
		values := result.SampleValues(r, s)
		for key, d := range r.Distributions {
			var n int64
			var sum float64
			for _, v := range values[key] {
				n += v.N
				sum += v.Value * float64(v.N)
				if v.Value < *d.Min || v.Value > *d.Max {
					t.Errorf("%s: %s has %g outside %g to %g", name, key, v.Value, *d.Min, *d.Max)
				}
			}
			if n != d.N || math.Abs(sum/float64(n)-*d.Mean) > 1e-9*math.Abs(*d.Mean) {
				t.Errorf("%s: %s has %d values of mean %g, the result says %d of mean %g", name, key, n, sum/float64(n), d.N, *d.Mean)
			}
			seen++
		}
		if len(values) != len(r.Distributions) {
			t.Errorf("%s: values of %d distributions, %d stated", name, len(values), len(r.Distributions))
		}
	}
	if seen < 10 {
		t.Errorf("%d distributions looked at", seen)
	}
}

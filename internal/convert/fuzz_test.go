// One fuzz target for each format that reads files of serving and quality
// benchmarks: rows are accounted for, and what comes out can be read back.

package convert

import (
	"testing"

	"jouleboard/internal/result"
)

// fuzzFormat feeds one format with whatever comes in.
func fuzzFormat(f *testing.F, format string, opt Options, seeds ...string) {
	f.Helper()
	for _, n := range seeds {
		f.Add(sample(f, n)[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rep := mustConvert(t, format, []Input{{Name: seeds[0], Data: data}}, opt)
		accounted(t, rep)
		for _, r := range rep.Results {
			if r.Class != result.ClassReported || r.Source == nil {
				t.Fatalf("a result that is not marked as reported: %+v", r)
			}
			for k, m := range r.Metrics {
				if m.Provenance != result.ProvReported && m.Provenance != result.ProvDerived {
					t.Fatalf("%s has provenance %q", k, m.Provenance)
				}
			}
			if bad, _ := selfCheck(r); len(bad) > 0 {
				t.Fatalf("a result that would not be taken: %v", bad)
			}
		}
	})
}

func FuzzVLLM(f *testing.F) { fuzzFormat(f, "vllm", vllmOpt, vllmFiles...) }

func FuzzOptimum(f *testing.F) { fuzzFormat(f, "optimum-benchmark", optOpt, optFiles...) }

func FuzzInferenceX(f *testing.F) { fuzzFormat(f, "inferencex", ixOpt, ixFiles...) }

// What failed requests said. The words are for the reader of this run alone and
// are in no file: a server may repeat a prompt in them (M2).

package measure

import (
	"cmp"
	"slices"
)

// Failures are the measured requests that failed in one way.
type Failures struct {
	Outcome string `json:"outcome"`
	Count   int64  `json:"count"`
	HTTP    int    `json:"http,omitempty"`   // status of the first one
	Detail  string `json:"detail,omitempty"` // what the first one said, secrets masked
}

// failuresOf counts the failures of runs by outcome.
func failuresOf(runs []oneRun) []Failures {
	var out []Failures
	for _, r := range runs {
		for i := range r.Traces {
			t := &r.Traces[i]
			if !t.Failed() {
				continue
			}
			k := slices.IndexFunc(out, func(f Failures) bool { return f.Outcome == t.Outcome })
			if k < 0 {
				k = len(out)
				out = append(out, Failures{Outcome: t.Outcome, HTTP: t.HTTP, Detail: t.Detail})
			}
			out[k].Count++
		}
	}
	slices.SortStableFunc(out, func(a, b Failures) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"jouleboard/internal/result"
)

// The pages of the table of all results hold every row once, none of them too
// many, and one more result leaves most of them as they were.
func TestResultsEnds(t *testing.T) {
	const n = 2000
	var es []*entry
	for i := range n {
		sum := sha256.Sum256(fmt.Append(nil, i))
		es = append(es, &entry{Loaded: &result.Loaded{Result: &result.Result{ID: hex.EncodeToString(sum[:])}}})
	}
	pages := func(es []*entry) (out []string) {
		from := 0
		for at, end := range resultsEnds(es) {
			rows := end - from
			if at == 0 && rows != tableRows || rows <= 0 || rows > tableRows*3/2 {
				t.Fatalf("page %d holds %d rows", at, rows)
			}
			ids := ""
			for _, e := range es[from:end] {
				ids += e.ID
			}
			out, from = append(out, ids), end
		}
		if from != len(es) {
			t.Fatalf("the pages hold %d of %d rows", from, len(es))
		}
		return out
	}
	before := pages(es[1:])
	for _, at := range []int{0, 50, 100, n / 2, n - 1} {
		with := slices.Insert(slices.Clone(es[1:]), at, es[0])
		changed := 0
		for _, page := range pages(with) {
			if !slices.Contains(before, page) {
				changed++
			}
		}
		if changed == 0 || changed > 6 {
			t.Errorf("a result at row %d changes %d of %d pages", at, changed, len(before))
		}
	}
	if got := resultsEnds(es[:tableRows]); !slices.Equal(got, []int{tableRows}) {
		t.Errorf("a page of rows ends at %v", got)
	}
	if got := resultsEnds(nil); !slices.Equal(got, []int{0}) {
		t.Errorf("no rows end at %v", got)
	}
}

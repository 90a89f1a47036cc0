package result

import (
	"strings"
	"testing"
)

// Ids that only begin alike cannot be made on purpose, so they are written.
func TestRepeatedIDs(t *testing.T) {
	id := func(s string) string { return s + strings.Repeat("0", 64-len(s)) }
	rs := []*Loaded{
		{Result: &Result{ID: id("0123456789ab1")}, Path: "results/1.json"},
		{Result: &Result{ID: id("0123456789ab2")}, Path: "results/2.json"},
		{Result: &Result{ID: id("0123456789ab1")}, Path: "results/3.json"},
		{Result: &Result{ID: id("0123456789ac")}, Path: "results/4.json"},
	}
	got := repeatedIDs(rs)
	want := []string{
		"results/2.json /id: error: the first 12 digits of the id, 0123456789ab, are also those of results/1.json [LBL-E-HASH]",
		"results/3.json /id: error: id 0123456789ab is also that of results/1.json [RES-DUP]",
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, f := range got {
		if f.String() != want[i] || f.Hint == "" {
			t.Errorf("got %s\nwant %s", f, want[i])
		}
	}
}

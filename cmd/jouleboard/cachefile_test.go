package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Each output folder has a record of its own, and those that were not written for
// the longest time go.
func TestRecordPath(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	one := recordPath("/a", "/a/public")
	if one == "" || one != recordPath("/a", "/a/public") || one == recordPath("/a", "/b") || one == recordPath("/b", "/a/public") || filepath.Ext(one) != ".record" {
		t.Fatalf("records are named %s", one)
	}
	dir := filepath.Dir(one)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	name := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%d.record", i)) }
	for i := range recordsKept + 5 {
		if err := os.WriteFile(name(i), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(int64(1e9+i), 0)
		if err := os.Chtimes(name(i), when, when); err != nil {
			t.Fatal(err)
		}
	}
	recordPath("/a", "/b")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != recordsKept-1 {
		t.Errorf("%d records are left, error %v; with the next one there may be %d", len(left), err, recordsKept)
	}
	for i, want := range map[int]bool{0: false, 5: false, 6: true, recordsKept + 4: true} {
		if _, err := os.Stat(name(i)); (err == nil) != want {
			t.Errorf("record %d of %d is there: %v, want %v", i, recordsKept+5, err == nil, want)
		}
	}
}

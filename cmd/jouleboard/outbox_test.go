package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestInOrder: results come in order whatever the order of their making, and work
// is not far ahead of what was taken.
func TestInOrder(t *testing.T) {
	const n = 500
	var begun atomic.Int64
	next := 0
	ahead := int64(4*runtime.GOMAXPROCS(0) + 2*runtime.GOMAXPROCS(0) + 4)
	for v := range inOrder(context.Background(), n, func(i int) string {
		begun.Add(1)
		if i%7 == 0 {
			runtime.Gosched()
		}
		return fmt.Sprint(i)
	}) {
		if v != fmt.Sprint(next) {
			t.Fatalf("result %d is %q", next, v)
		}
		if b := begun.Load(); b > int64(next)+ahead {
			t.Fatalf("%d were begun when the one of %d was taken", b, next)
		}
		next++
	}
	if next != n {
		t.Errorf("%d results, want %d", next, n)
	}
}

// TestInOrderStops: leaving the loop or cancelling ends the work, and nothing of it
// runs on.
func TestInOrderStops(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		var running, begun atomic.Int64
		taken := 0
		for range inOrder(ctx, 1000000, func(i int) int {
			running.Add(1)
			begun.Add(1)
			defer running.Add(-1)
			return i
		}) {
			if taken++; taken == 3 {
				if !cancelled {
					break
				}
				cancel()
			}
		}
		if taken < 3 || taken > 4 {
			t.Errorf("cancelled %v: %d were taken after the end", cancelled, taken)
		}
		if running.Load() != 0 || begun.Load() > 1000 {
			t.Errorf("cancelled %v: %d still run, %d were begun", cancelled, running.Load(), begun.Load())
		}
		cancel()
	}
}

func tree(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); err == nil && rel != "." {
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestOutbox: nothing appears before commit, all of it after, and close without
// commit leaves the folder as it was, without the folders made for it.
func TestOutbox(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b")
	put := func(o *outbox, name, text string) {
		t.Helper()
		if err := o.put(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	o := newOutbox(dir)
	put(o, "x", "1")
	if got := tree(t, root); slices.Contains(got, "a/b/x") {
		t.Errorf("before commit there is %v", got)
	}
	o.close()
	if got := tree(t, root); len(got) != 0 {
		t.Errorf("close left %v", got)
	}

	o = newOutbox(dir)
	put(o, "x", "1")
	put(o, "y", "2")
	if n, err := o.commit([]string{"x", "y"}); n != 2 || err != nil {
		t.Fatalf("commit: %d, %v", n, err)
	}
	o.close()
	if got, want := tree(t, root), []string{"a", "a/b", "a/b/x", "a/b/y"}; !slices.Equal(got, want) {
		t.Errorf("there is %v, want %v", got, want)
	}

	// What is there already is not written, and files of others stay.
	before, err := os.Stat(filepath.Join(dir, "x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o = newOutbox(dir)
	put(o, "x", "1")
	put(o, "y", "3")
	if n, err := o.commit([]string{"x", "y"}); n != 1 || err != nil {
		t.Fatalf("commit: %d, %v; want 1 written", n, err)
	}
	o.close()
	after, err := os.Stat(filepath.Join(dir, "x"))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("x was written again (%v)", err)
	}
	if y, _ := os.ReadFile(filepath.Join(dir, "y")); !bytes.Equal(y, []byte("3")) {
		t.Errorf("y holds %q", y)
	}
	if got, want := tree(t, root), []string{"a", "a/b", "a/b/other", "a/b/x", "a/b/y"}; !slices.Equal(got, want) {
		t.Errorf("there is %v, want %v", got, want)
	}

	// A name that cannot be written is an error that names it.
	if err := newOutbox(filepath.Join(dir, "x", "below")).put("z", nil); err == nil || !strings.Contains(err.Error(), "below") {
		t.Errorf("below a file: %v", err)
	}
}

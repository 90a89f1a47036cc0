package energy

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func procTree(t *testing.T, parents map[int]int) string {
	t.Helper()
	root := t.TempDir()
	for pid, parent := range parents {
		dir := filepath.Join(root, strconv.Itoa(pid))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		set(t, filepath.Join(dir, "stat"), fmt.Sprintf("%d (vllm) S 1 (x) S %d 1 1 0", pid, parent))
	}
	set(t, filepath.Join(root, "uptime"), "1 1")
	return root
}

func TestProcessTree(t *testing.T) {
	root := procTree(t, map[int]int{1: 0, 10: 1, 11: 10, 12: 11, 20: 1, 21: 20})
	got := ProcessTree(root, 10)
	if len(got) != 3 || !got[10] || !got[11] || !got[12] {
		t.Errorf("%v", got)
	}
	if got := ProcessTree(root, 99); len(got) != 1 || !got[99] {
		t.Errorf("a process that is not there: %v", got)
	}
	loop := procTree(t, map[int]int{5: 6, 6: 5})
	if got := ProcessTree(loop, 5); len(got) != 2 {
		t.Errorf("a circle: %v", got)
	}
}

func TestForeign(t *testing.T) {
	got := Foreign([]Proc{{PID: 9}, {PID: 3}, {PID: 5}}, map[int]bool{5: true})
	if len(got) != 2 || got[0].PID != 3 || got[1].PID != 9 {
		t.Errorf("%v", got)
	}
}

func TestVisibility(t *testing.T) {
	root := procTree(t, map[int]int{10: 1, 11: 10})
	used := func(b int64) *int64 { return &b }
	tests := []struct {
		st   State
		want PidVisibility
	}{
		{State{Procs: []Proc{{PID: 10}, {PID: 11}}}, PidsResolved},
		{State{Procs: []Proc{{PID: 10}, {PID: 4242}}}, PidsUnresolved},
		{State{MemUsedBytes: used(40 << 30)}, PidsHidden},
		{State{MemUsedBytes: used(500 << 20)}, PidsNone},
		{State{}, PidsNone},
		{State{ProcsErr: "no permission"}, PidsUnknown},
	}
	for _, tt := range tests {
		if got := Visibility(tt.st, root); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.st, got, tt.want)
		}
	}
}

func TestParentOf(t *testing.T) {
	for stat, want := range map[string]int{
		"42 (a) S 7 1": 7, "42 (a b) c) R 8 1": 8, "42": -1, "42 (a)": -1, "42 (a) S": -1, "42 (a) S x": -1, "": -1,
	} {
		got, ok := parentOf(stat)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", stat, got, want)
		}
	}
}

// Processes on a GPU: which are the server's, which are foreign (V17), and
// whether their numbers mean anything here (E18, last row).

package energy

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// DefaultProc is where Linux shows its processes.
const DefaultProc = "/proc"

// PidVisibility says what a list of processes is worth.
type PidVisibility string

// The cases of PidVisibility.
const (
	PidsResolved   PidVisibility = "resolved"   // every number is a process here
	PidsUnresolved PidVisibility = "unresolved" // some are not: numbers of another name space
	PidsHidden     PidVisibility = "hidden"     // memory is in use and no process is listed
	PidsNone       PidVisibility = "none"       // nothing listed, nothing in use
	PidsUnknown    PidVisibility = "unknown"    // the driver gives no list
)

// hiddenBytes is how much memory may be in use on a GPU without a process: the
// driver itself takes some hundred megabytes.
const hiddenBytes = 1 << 30

// Visibility judges the list in st by the process tree at procRoot ("" for
// DefaultProc).
func Visibility(st State, procRoot string) PidVisibility {
	if procRoot == "" {
		procRoot = DefaultProc
	}
	switch {
	case st.ProcsErr != "":
		return PidsUnknown
	case len(st.Procs) == 0 && st.MemUsedBytes != nil && *st.MemUsedBytes > hiddenBytes:
		return PidsHidden
	case len(st.Procs) == 0:
		return PidsNone
	}
	for _, p := range st.Procs {
		if _, err := os.Stat(filepath.Join(procRoot, strconv.Itoa(p.PID))); err != nil {
			return PidsUnresolved
		}
	}
	return PidsResolved
}

// Foreign returns the listed processes that own does not hold, by number. Own is
// the server's: its ProcessTree when we started it, else those that the first
// look found.
func Foreign(listed []Proc, own map[int]bool) []Proc {
	var out []Proc
	for _, p := range listed {
		if !own[p.PID] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Proc) int { return a.PID - b.PID })
	return out
}

// ProcessTree returns pid and all its descendants as procRoot ("" for
// DefaultProc) shows them now. Where there is no such tree it is pid alone.
func ProcessTree(procRoot string, pid int) map[int]bool {
	if procRoot == "" {
		procRoot = DefaultProc
	}
	children := map[int][]int{}
	entries, _ := os.ReadDir(procRoot)
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := readText(filepath.Join(procRoot, e.Name(), "stat"))
		if err != nil {
			continue // it ended meanwhile
		}
		if parent, ok := parentOf(stat); ok {
			children[parent] = append(children[parent], n)
		}
	}
	tree := map[int]bool{pid: true}
	for todo := []int{pid}; len(todo) > 0; {
		p := todo[0]
		todo = todo[1:]
		for _, c := range children[p] {
			if !tree[c] {
				tree[c] = true
				todo = append(todo, c)
			}
		}
	}
	return tree
}

// parentOf reads the parent from "42 (any (name) x) S 1 ...": the name may hold
// spaces and parentheses, so fields count from the last one.
func parentOf(stat string) (int, bool) {
	end := strings.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, false
	}
	f := strings.Fields(stat[end+1:])
	if len(f) < 2 {
		return 0, false
	}
	n, err := strconv.Atoi(f[1])
	return n, err == nil
}

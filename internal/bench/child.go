// One run of a program in a process of its own, and what it took.

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cost is what one run took.
type cost struct {
	WallS   float64 `json:"wall_s"`
	UserS   float64 `json:"user_s"`
	SystemS float64 `json:"system_s"`
	// PeakBytes is the largest resident memory, where the system tells.
	PeakBytes int64 `json:"peak_bytes,omitempty"`
	// OthersPercent is how much of all cores other programs used meanwhile, where
	// the system tells: above a few, wall times say less than the program's CPU.
	OthersPercent float64 `json:"others_cpu_percent"`
}

func (c cost) cpu() float64 { return c.UserS + c.SystemS }

// child runs a program and returns what it printed. All it may remember between
// runs lies below home.
func child(ctx context.Context, home, bin string, args ...string) ([]byte, cost, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "TMPDIR="+filepath.Join(home, "tmp"))
	if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o755); err != nil {
		return nil, cost{}, err
	}
	before := busySeconds()
	start := time.Now()
	err := cmd.Run()
	c := cost{WallS: time.Since(start).Seconds()}
	if err != nil {
		return nil, c, fmt.Errorf("%s %s: %w\n%s", filepath.Base(bin), strings.Join(args, " "), err, tail(said.String(), 2000))
	}
	c.UserS, c.SystemS = cmd.ProcessState.UserTime().Seconds(), cmd.ProcessState.SystemTime().Seconds()
	c.PeakBytes = peakBytes(cmd.ProcessState)
	c.OthersPercent = othersPercent(busySeconds()-before-c.cpu(), c.WallS)
	return out.Bytes(), c, nil
}

// othersPercent is the share of all cores that so many seconds of theirs are of a
// time.
func othersPercent(busy, wall float64) float64 {
	return max(0, 100*busy/(wall*float64(runtime.NumCPU())))
}

func tail(s string, n int) string {
	if len(s) > n {
		return "..." + s[len(s)-n:]
	}
	return s
}

// busySeconds is how long all cores together were busy so far, 0 where the system
// does not tell.
func busySeconds() (s float64) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	for i, f := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the name, idle, waiting for disks, guests counted twice
			continue
		}
		if ticks, err := strconv.ParseFloat(f, 64); err == nil {
			s += ticks / 100
		}
	}
	return s
}

// median returns the run of median wall time.
func median[T any](runs []T, wall func(T) float64) T {
	slices.SortFunc(runs, func(a, b T) int {
		switch x, y := wall(a), wall(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return runs[(len(runs)-1)/2]
}

// rounds calls f three times, and less often where that would take more than
// three minutes.
func rounds(f func(i int) error) error {
	start := time.Now()
	for i := range 3 {
		if took := time.Since(start); i > 0 && took+took/time.Duration(i) > 3*time.Minute {
			return nil
		}
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

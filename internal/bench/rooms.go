// The benchmarks of the packages: run one package after another, so that none
// disturbs the next, and read from the lines that `go test -bench` prints.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A room is one run of go test.
type room struct {
	pkg, pattern string
	time         string // of -benchtime
	tags         string
}

// rooms lists the runs. What simulates a measurement or a reader has a length of
// its own and runs once.
var rooms = []room{
	{pkg: "result", pattern: "LoadTree|Decode|Encode|Check", time: "1s"},
	{pkg: "rank", pattern: "Boards", time: "1s"},
	{pkg: "site", pattern: "ResultPages|Build", time: "3x"},
	{pkg: "draw", pattern: ".", time: "1s"},
	{pkg: "label", pattern: ".", time: "2s"},
	{pkg: "review", pattern: ".", time: "3x"},
	{pkg: "load", pattern: "Parser", time: "1s"},
	{pkg: "load", pattern: "Flood|Fidelity|Asyncio", time: "1x"},
	{pkg: "energy", pattern: "Tick", time: "1s"},
	{pkg: "energy", pattern: "SamplerJitter", time: "1x"},
	{pkg: "measure", pattern: "Energy", time: "1x"},
	{pkg: "site", pattern: "LongTable|Lighthouse", time: "1x", tags: "browser"},
}

// benchmark is one line of go test -bench.
type benchmark struct {
	Package string             `json:"package"`
	Name    string             `json:"name"` // without "Benchmark" and the number of cores
	Runs    int64              `json:"runs"`
	Metrics map[string]float64 `json:"metrics"` // by unit, as printed
	// OthersPercent is how much of all cores other programs used while the package's
	// benchmarks were built and run.
	OthersPercent float64 `json:"others_cpu_percent,omitempty"`
}

// rooms runs them all, shows the lines as they come and keeps them in a file. A
// run that fails does not stop the others.
func (opt options) rooms(ctx context.Context) ([]benchmark, error) {
	if err := os.MkdirAll(filepath.Dir(opt.lines), 0o755); err != nil {
		return nil, err
	}
	file, err := os.Create(opt.lines)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []benchmark
	var troubles []error
	for _, r := range rooms {
		opt.say("benchmarks of %s: %s", r.pkg, r.pattern)
		cmd := exec.CommandContext(ctx, opt.golang, "test", "-tags", r.tags, "-run", "^$", "-bench", r.pattern, "-benchtime", r.time, "-benchmem", "-timeout", "30m", "./internal/"+r.pkg)
		cmd.Dir = opt.repo
		var lines bytes.Buffer
		cmd.Stdout, cmd.Stderr = io.MultiWriter(file, &lines, opt.stderr), opt.stderr
		before, start := busySeconds(), time.Now()
		if err := cmd.Run(); err != nil {
			troubles = append(troubles, fmt.Errorf("benchmarks of %s (%s): %w", r.pkg, r.pattern, err))
		}
		got := benchmarks(lines.String())
		// The processes of a browser are not all counted as ours.
		if cmd.ProcessState != nil && r.tags == "" {
			own := cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds()
			share := othersPercent(busySeconds()-before-own, time.Since(start).Seconds())
			for i := range got {
				got[i].OthersPercent = share
			}
		}
		all = append(all, got...)
		if ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(troubles...)
}

// benchmarks reads the lines of go test -bench.
func benchmarks(lines string) (out []benchmark) {
	pkg := ""
	for line := range strings.SplitSeq(lines, "\n") {
		if p, ok := strings.CutPrefix(line, "pkg: jouleboard/internal/"); ok {
			pkg = p
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		b := benchmark{Package: pkg, Name: strings.TrimPrefix(f[0], "Benchmark"), Metrics: map[string]float64{}}
		if i := strings.LastIndexByte(b.Name, '-'); i > 0 { // the number of cores
			b.Name = b.Name[:i]
		}
		runs, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			continue
		}
		b.Runs = runs
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil {
				b.Metrics[f[i+1]] = v
			}
		}
		out = append(out, b)
	}
	return out
}

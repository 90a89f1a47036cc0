// The figures as a file: what was measured, on what machine. Paths are left out,
// so that two files can be compared.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

const reportSchema = "jouleboard.bench/1"

// report is the file. content/docs/benchmarks.md describes its keys.
type report struct {
	Schema     string      `json:"schema"`
	Machine    machineInfo `json:"machine"`
	Builds     []build     `json:"builds,omitempty"`
	Hugo       []contest   `json:"hugo,omitempty"`
	Weights    []weight    `json:"weights,omitempty"`
	Benchmarks []benchmark `json:"benchmarks,omitempty"`
	Figures    []figure    `json:"figures"`
}

type machineInfo struct {
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	CPU         string `json:"cpu,omitempty"`
	Cores       int    `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	Go          string `json:"go"`
	Program     string `json:"program,omitempty"` // what it says of itself
	Commit      string `json:"commit,omitempty"`  // of the repository
	Modified    bool   `json:"modified"`          // whether its files were changed since
	Hugo        string `json:"hugo,omitempty"`
}

func machine(opt options) machineInfo {
	m := machineInfo{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
	m.CPU = procLine("/proc/cpuinfo", "model name")
	if kb, err := strconv.ParseInt(strings.TrimSuffix(procLine("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.MemoryBytes = kb * 1024
	}
	if out, err := exec.Command(opt.bin, "version").Output(); err == nil {
		m.Program = strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("git", "-C", opt.repo, "rev-parse", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
		out, err = exec.Command("git", "-C", opt.repo, "status", "--porcelain", "--untracked-files=no").Output()
		m.Modified = err != nil || len(out) > 0
	}
	if opt.hugo == "" {
		return m
	}
	if out, err := exec.Command(opt.hugo, "version").Output(); err == nil {
		m.Hugo, _, _ = strings.Cut(strings.TrimSpace(string(out)), " BuildDate")
	}
	return m
}

// procLine is the value of a key in a file of Linux's, empty elsewhere.
func procLine(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if k, v, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (r *report) write(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the figures: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

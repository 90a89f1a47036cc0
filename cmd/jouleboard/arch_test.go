// The architecture as a test: which room may import which, and which room owns
// which fixed dependency. The picture is in content/docs/architecture.md.

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"sort"
	"strings"
	"testing"
)

// mayImport lists, for every package of the module, the packages of the module
// that it may import. Arrows go down: an arrow between neighbours has its reason
// beside it.
var mayImport = map[string][]string{
	"cmd/jouleboard": {"internal/site", "internal/scaffold", "internal/sign", "internal/serve", "internal/measure", "internal/load", "internal/load/fakeserver", "internal/energy", "internal/convert", "internal/review", "internal/content", "internal/label", "internal/chart", "internal/cite",
		"internal/rank", "internal/draw", "internal/catalog", "internal/result", "internal/unit", "internal/stats", "templates", "assets", "labels"},
	"internal/site": {"internal/sign", "internal/typed", "internal/content", "internal/label", "internal/chart", "internal/cite",
		"internal/rank", "internal/draw", "internal/catalog", "internal/result", "internal/yamldoc", "internal/unit", "internal/stats", "templates", "assets", "labels"},
	"internal/sign":    {"internal/result"},
	"internal/serve":   {"internal/result"},
	"internal/convert": {"internal/rank", "internal/catalog", "internal/result", "internal/unit", "internal/stats"},
	"internal/review": {"internal/label", "internal/rank", "internal/catalog", "internal/result", "internal/yamldoc", "internal/unit", "internal/stats",
		"internal/content"}, // what a change does is said in the words of site.yaml's boards
	"internal/content": {"internal/rank", "internal/catalog", "internal/result", "internal/yamldoc", "internal/unit",
		"internal/cite"}, // site.yaml names authors, and citation is where a person's name has a type
	"internal/label":             {"internal/rank", "internal/draw", "internal/catalog", "internal/result", "internal/yamldoc", "internal/unit", "internal/stats"},
	"internal/chart":             {"internal/rank", "internal/draw", "internal/catalog", "internal/result", "internal/unit", "internal/stats"},
	"internal/cite":              {"internal/rank", "internal/catalog", "internal/result", "internal/unit"},
	"internal/rank":              {"internal/catalog", "internal/result", "internal/yamldoc", "internal/unit", "internal/stats"},
	"internal/draw":              {"internal/unit"},
	"internal/draw/drawtest":     {},                                                                         // of tests only
	"internal/catalog":           {"internal/unit", "internal/stats", "internal/result", "internal/yamldoc"}, // findings and quality scores have one type, result's
	"internal/yamldoc":           {"internal/result", "internal/stats"},                                      // what is wrong with a file is a finding, result's
	"internal/result":            {"internal/unit", "internal/stats"},
	"internal/result/resulttest": {"internal/result", "internal/unit"},
	"internal/measure":           {"internal/load", "internal/load/fakeserver", "internal/energy", "internal/catalog", "internal/result", "internal/yamldoc", "internal/unit", "internal/stats"},
	"internal/load":              {"internal/load/fakeserver", "internal/stats"}, // calibration runs against a server of known timing
	"internal/load/fakeserver":   {"internal/stats"},
	"internal/energy":            {"internal/unit", "internal/stats"},
	"internal/bench":             {"internal/result/resulttest"}, // a program of its own, for make bench
	"internal/browsertest":       {},                             // of browser tests only, behind their build tag
	"internal/scaffold":          {},
	"internal/typed":             {},
	"internal/unit":              {},
	"internal/stats":             {},
	"templates":                  {},
	"assets":                     {},
	"labels":                     {},
}

// owners says which package alone imports a fixed dependency.
var owners = map[string]string{
	"github.com/yuin/goldmark":         "internal/content",
	"github.com/go-echarts/go-echarts": "internal/chart",
	"github.com/tdewolff/minify":       "internal/site",
	"github.com/jung-kurt/gofpdf":      "internal/draw",
	"github.com/NVIDIA/go-nvml":        "internal/energy",
	"github.com/spf13/cobra":           "cmd/jouleboard",
	"github.com/fsnotify/fsnotify":     "internal/serve",
}

func TestArchitecture(t *testing.T) {
	cmd := exec.Command("go", "list", "-tags", "browser", "-json=ImportPath,Imports", "jouleboard/...")
	// One owner's file is built for Linux with cgo only; listing needs neither.
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	owned := map[string]bool{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, "jouleboard/")
		allowed, ok := mayImport[name]
		if !ok {
			t.Errorf("%s is not in the table of rooms: add it with its arrows, here and in content/docs/architecture.md", name)
			continue
		}
		seen[name] = true
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, "jouleboard/"); ours && !contains(allowed, to) {
				t.Errorf("%s imports %s: not an allowed arrow", name, to)
			}
			for module, owner := range owners {
				if imp != module && !strings.HasPrefix(imp, module+"/") {
					continue
				}
				owned[module] = true
				if name != owner {
					t.Errorf("%s imports %s, which only %s may", name, imp, owner)
				}
			}
		}
	}
	for name := range mayImport {
		if !seen[name] {
			t.Errorf("%s stands in the table and is no package: remove its row", name)
		}
	}
	for module, owner := range owners {
		if !owned[module] {
			t.Errorf("nobody imports %s, which %s should own", module, owner)
		}
	}
}

// TestArchitectureTable keeps the table itself honest: no cycle may hide in it.
func TestArchitectureTable(t *testing.T) {
	state := map[string]int{}
	var walk func(string, []string)
	walk = func(name string, path []string) {
		if state[name] == 1 {
			t.Fatalf("the table allows a cycle: %s", strings.Join(append(path, name), " -> "))
		}
		if state[name] == 2 {
			return
		}
		state[name] = 1
		for _, to := range mayImport[name] {
			walk(to, append(path, name))
		}
		state[name] = 2
	}
	var names []string
	for n := range mayImport {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		walk(n, nil)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

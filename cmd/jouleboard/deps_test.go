// The page of dependencies as a test: it names what go.mod and package.json name,
// and nothing else.

package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// named are the names in the first column of a page's tables, by section.
func named(t *testing.T, file string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	section := ""
	code := regexp.MustCompile("`([^`]+)`")
	for line := range strings.SplitSeq(string(data), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
		}
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue // not a row of name, reason, licence
		}
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			out[section] = append(out[section], m[1])
			if strings.TrimSpace(cells[2]) == "" || strings.TrimSpace(cells[3]) == "" {
				t.Errorf("%s has no reason or no licence", m[1])
			}
		}
	}
	return out
}

// TestDependencies asks a row for every module that go.mod names for our own code
// or that is linked into the program, and for every package of package.json. Rows
// of further modules are welcome as long as go.mod has them.
func TestDependencies(t *testing.T) {
	page := named(t, "../../content/docs/dependencies.md")
	var rows []string
	for section, names := range page {
		if section != "From npm" {
			rows = append(rows, names...)
		}
	}
	data, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var all, need []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s*([a-z0-9.-]+\.[a-z]+/\S+) v\S+( // indirect)?`).FindAllStringSubmatch(string(data), -1) {
		all = append(all, m[1])
		if m[2] == "" {
			need = append(need, m[1])
		}
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", ".")
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=1") // the one with everything
	linked, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	compare(t, "go.mod", rows, all, append(need, strings.Fields(string(linked))...))

	if data, err = os.ReadFile("../../package.json"); err != nil {
		t.Fatal(err)
	}
	var npm struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(data, &npm); err != nil {
		t.Fatal(err)
	}
	packages := slices.AppendSeq(slices.Collect(maps.Keys(npm.Dependencies)), maps.Keys(npm.DevDependencies))
	compare(t, "package.json", page["From npm"], packages, packages)
}

// compare holds rows of the page against the names that a file has and the names
// that need a row.
func compare(t *testing.T, file string, rows, all, need []string) {
	t.Helper()
	if len(need) == 0 {
		t.Errorf("%s names nothing", file)
	}
	slices.Sort(need)
	for _, name := range slices.Compact(need) {
		if !slices.Contains(rows, name) {
			t.Errorf("%s names %s: give it a row in content/docs/dependencies.md, with reason and licence", file, name)
		}
	}
	slices.Sort(rows)
	for i, name := range rows {
		if !slices.Contains(all, name) {
			t.Errorf("content/docs/dependencies.md names %s, which %s does not", name, file)
		}
		if i > 0 && rows[i-1] == name {
			t.Errorf("content/docs/dependencies.md names %s twice", name)
		}
	}
}

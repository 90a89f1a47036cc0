package review

import (
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite generated files")

// ruleID is what an id of a rule looks like in code.
var ruleID = regexp.MustCompile(`^(V[0-9]{2}|(RES|REV|SIGN|CAT|CONTENT|SITE|RNK|SCALE|LBL)-[A-Z0-9]+(-[A-Z0-9]+)*)$`)

// TestRulesComplete reads the code of all rooms: every id of a rule that stands
// there has its entry, and every entry stands somewhere.
func TestRulesComplete(t *testing.T) {
	known := map[string]bool{}
	for _, r := range Rules() {
		if known[r.ID] {
			t.Errorf("%s stands twice in the table", r.ID)
		}
		known[r.ID] = true
		if r.Level == "" || !strings.HasSuffix(r.Meaning, ".") || !strings.HasSuffix(r.Remedy, ".") {
			t.Errorf("%s: an entry is level, meaning and remedy, in sentences: %+v", r.ID, r)
		}
	}
	// Ids that are put together from a room's prefix and a problem of YAML.
	used := map[string]bool{"SWEEP": true}
	for _, p := range []string{"FILE", "TEXT", "YAML", "TYPE", "KEY", "MISSING", "DUP", "VALUE"} {
		used["CAT-"+p] = true
	}
	for _, dir := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			own := strings.Contains(filepath.ToSlash(path), "internal/review/rules")
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || own {
				return err
			}
			for _, id := range stringsOf(t, path) {
				if !ruleID.MatchString(id) {
					continue
				}
				// Tests also name ids that they make up.
				if !known[id] && !strings.HasSuffix(path, "_test.go") {
					t.Errorf("%s: the rule %s has no entry in rules.go", path, id)
				}
				if !strings.HasSuffix(path, "_test.go") {
					used[id] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := range known {
		if !used[id] {
			t.Errorf("no code names the rule %s, which the table explains", id)
		}
	}
}

// stringsOf are the string literals of a Go file.
func stringsOf(t *testing.T, path string) (out []string) {
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile(path, -1, len(src)), src, nil, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return out
		}
		if tok == token.STRING {
			if v, err := strconv.Unquote(lit); err == nil {
				out = append(out, v)
			}
		}
	}
}

// manualPage has parts that tests generate.
const (
	manualPage = "../../content/docs/validate.md"
)

// TestRulesPage holds the manual's page to the table. Everything after the
// heading "Every rule" is generated.
func TestRulesPage(t *testing.T) {
	var b strings.Builder
	for _, g := range RuleGroups() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", g.Title, g.About)
		for _, r := range g.Rules {
			fmt.Fprintf(&b, "\n#### %s\n\n*%s.* %s\n\nWhat to do: %s\n", r.ID, strings.ToUpper(r.Level[:1])+r.Level[1:], r.Meaning, r.Remedy)
		}
	}
	holdPage(t, "## Every rule\n", "", b.String())
}

// holdPage compares a part of the page with what it should be, or rewrites it.
func holdPage(t *testing.T, after, before, want string) {
	t.Helper()
	data, err := os.ReadFile(manualPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), after)
	if !ok {
		t.Fatalf("%s: no line %q", manualPage, after)
	}
	tail := ""
	if before != "" {
		i := strings.Index(rest, before)
		if i < 0 {
			t.Fatalf("%s: no line %q", manualPage, before)
		}
		rest, tail = rest[:i], rest[i:]
	}
	if rest == want {
		return
	}
	if *update {
		if err := os.WriteFile(manualPage, []byte(head+after+want+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the code says; run: go test ./internal/review -run Page -update", manualPage)
}

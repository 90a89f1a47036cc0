// The SARIF output against the schema that OASIS published with the standard. A
// module of the tests brings the schema, as a constant that it does not export:
// the constant is read from its source.

package review

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"jouleboard/internal/result"
)

// sarifSchema is the published schema of SARIF 2.1.0, compiled.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const pkg = "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	file := filepath.Join(strings.TrimSpace(string(dir)), "schema.go")
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Names[0].Name != "schema" {
			return true
		}
		if lit, ok := v.Values[0].(*ast.BasicLit); ok {
			text, err = strconv.Unquote(lit.Value)
		}
		return false
	})
	if err != nil || text == "" {
		t.Fatalf("%s has no constant schema: %v", file, err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	const at = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	if id := doc.(map[string]any)["id"]; id != at {
		t.Fatalf("the schema is %v, want %s", id, at)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(at, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// sarifCases are findings with the settings under which they are printed.
var sarifCases = []struct {
	name string
	fs   result.Findings
	p    Print
}{
	{"nothing found", nil, Print{}},
	{"hostile strings", hostile(), Print{Source: hostileSource, Prefix: "boards/one, two:three/", Tool: "v1"}},
	{"more than are listed", many(100), Print{Max: 10, Tool: "v1"}},
	{"no place", result.Findings{{Rule: "C01", Level: result.Error, Message: "wrong"}}, Print{}},
	{"no column", result.Findings{{Rule: "V01", Level: result.Warn, Where: result.Place{File: "a.json", Line: 3}, Message: "wrong"}}, Print{}},
	{"only a pointer", result.Findings{{Rule: "V01", Level: result.Note, Where: result.Place{File: "a.json", Pointer: "/model"}, Message: "wrong"}}, Print{}},
	{"a rule without entry", result.Findings{{Rule: "NEW-RULE", Level: result.Error, Where: result.Place{File: "a%.json"}, Message: "wrong"}}, Print{}},
}

func TestSARIFSchema(t *testing.T) {
	schema := sarifSchema(t)
	for _, c := range sarifCases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := SARIF(&b, c.fs, c.p); err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%v\n%s", err, b.String())
			}
		})
	}
}

// TestSARIFSchemaRefuses holds that the schema would tell: each is the output with
// one thing broken.
func TestSARIFSchemaRefuses(t *testing.T) {
	schema := sarifSchema(t)
	var b bytes.Buffer
	if err := SARIF(&b, hostile(), Print{Source: hostileSource, Tool: "v1"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"another version", `"version": "2.1.0"`, `"version": "2.1"`},
		{"an unknown key", `"ruleId"`, `"rule"`},
		{"a level of ours", `"level": "error"`, `"level": "fatal"`},
		{"lines counted from 0", `"startLine": 2`, `"startLine": 0`},
		{"a number as a string", `"startLine": 2`, `"startLine": "2"`},
		{"a path that is no address", `"uri": "results/a`, `"uri": "results/%zz`},
		{"a kind of column of ours", "unicodeCodePoints", "bytes"},
		{"a tool without name", `"name": "jouleboard"`, `"fullName": "jouleboard"`},
		{"a message that is a string", `"message": {`, `"message": "m", "locations": [], "properties": {`},
	} {
		broken := strings.Replace(b.String(), c.old, c.new, 1)
		if broken == b.String() {
			t.Fatalf("%s: the output holds no %s:\n%s", c.name, c.old, broken)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s: the schema accepts it", c.name)
		}
	}
}

// TestSARIFRead holds, through another program's reader, what no schema can say:
// each result points at its own rule, and every finding is there.
func TestSARIFRead(t *testing.T) {
	var b bytes.Buffer
	if err := SARIF(&b, append(hostile(), many(3)...), Print{Source: hostileSource, Tool: "v1"}); err != nil {
		t.Fatal(err)
	}
	var log sarif.Report
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Results) != 10 {
		t.Fatalf("%d runs, want one with 10 results", len(log.Runs))
	}
	rules := log.Runs[0].Tool.Driver.Rules
	for _, r := range log.Runs[0].Results {
		if r.RuleIndex < 0 || r.RuleIndex >= len(rules) || *rules[r.RuleIndex].ID != *r.RuleID {
			t.Errorf("ruleIndex %d is not that of %s", r.RuleIndex, *r.RuleID)
		}
		if r.Message.Text == nil || *r.Message.Text == "" {
			t.Errorf("%s has no message", *r.RuleID)
		}
	}
}

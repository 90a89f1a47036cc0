package site

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// apiSchemas compiles the schema of each path of the OpenAPI file. Objects are
// closed for the test: a key that the file does not describe fails, though
// readers must ignore keys that they do not know.
func apiSchemas(t *testing.T, doc []byte, schema []byte) map[*regexp.Regexp]*jsonschema.Schema {
	t.Helper()
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	var closeObjects func(v any)
	closeObjects = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, open := v["additionalProperties"]; v["type"] == "object" && v["properties"] != nil && !open {
				v["additionalProperties"] = false
			}
			for _, x := range v {
				closeObjects(x)
			}
		case []any:
			for _, x := range v {
				closeObjects(x)
			}
		}
	}
	closeObjects(root)
	result, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	const at = "https://board.test/"
	for name, v := range map[string]any{openAPIPath: root, "schema/result-1.json": result} {
		if err := c.AddResource(at+name, v); err != nil {
			t.Fatal(err)
		}
	}
	out := map[*regexp.Regexp]*jsonschema.Schema{}
	for path := range root.(map[string]any)["paths"].(map[string]any) {
		pointer := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/get/responses/200/content/application~1json/schema"
		sch, err := c.Compile(at + openAPIPath + "#" + pointer)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		form := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(strings.TrimPrefix(path, "/")), `[^/]+`)
		out[regexp.MustCompile("^"+form+"$")] = sch
	}
	return out
}

// Every JSON file of a site is described, once, and is as described; every
// description has a file.
func TestOpenAPI(t *testing.T) {
	dir, _ := shipped(t)
	flagged := moderatedBoard(t)
	schema, err := os.ReadFile(filepath.Join(dir, "schema", "result-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	schemas := apiSchemas(t, openAPI, schema)
	if len(schemas) < 10 {
		t.Fatalf("only %d paths are described", len(schemas))
	}
	seen := map[*regexp.Regexp]int{}
	for _, site := range []string{dir, flagged} {
		for name, text := range tree(t, site) {
			if !strings.HasSuffix(name, ".json") || name == openAPIPath {
				continue
			}
			var forms []*regexp.Regexp
			for form := range schemas {
				if form.MatchString(name) {
					forms = append(forms, form)
				}
			}
			if len(forms) != 1 {
				t.Errorf("%s is described %d times", name, len(forms))
				continue
			}
			if seen[forms[0]]++; seen[forms[0]] > 300 {
				continue // more of the same
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := schemas[forms[0]].Validate(v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for form := range schemas {
		if seen[form] == 0 {
			t.Errorf("no file is %s", form)
		}
	}
}

// The file keeps the rules of OpenAPI 3.1 that its readers rely on: each
// operation has a name of its own and says what comes back, each place in a path
// is a required parameter, and there are no other ones.
func TestOpenAPIRules(t *testing.T) {
	type operation struct {
		OperationID string `json:"operationId"`
		Summary     string
		Responses   map[string]struct{ Description string }
	}
	var doc struct {
		OpenAPI string
		Info    struct{ Title, Version string }
		Servers []struct{ URL string }
		Paths   map[string]struct {
			Get        *operation
			Parameters []struct {
				Name, In string
				Required bool
				Schema   map[string]any
			}
		}
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") || doc.Info.Title == "" || doc.Info.Version == "" || len(doc.Servers) != 1 {
		t.Errorf("the head is %q, %+v, %v", doc.OpenAPI, doc.Info, doc.Servers)
	}
	// Paths begin at the root of the site, from where this file is.
	if root := filepath.ToSlash(filepath.Join(filepath.Dir(openAPIPath), doc.Servers[0].URL)); root != "." {
		t.Errorf("the server is %s, which is %q of the site", doc.Servers[0].URL, root)
	}
	names := map[string]bool{}
	for path, p := range doc.Paths {
		if p.Get == nil || !strings.HasPrefix(path, "/") {
			t.Errorf("%s cannot be asked for", path)
			continue
		}
		if p.Get.OperationID == "" || names[p.Get.OperationID] || p.Get.Summary == "" {
			t.Errorf("%s is called %q", path, p.Get.OperationID)
		}
		names[p.Get.OperationID] = true
		for _, code := range []string{"200", "404"} {
			if p.Get.Responses[code].Description == "" {
				t.Errorf("%s does not say what %s means", path, code)
			}
		}
		places := map[string]bool{}
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			places[m[1]] = true
		}
		for _, x := range p.Parameters {
			if !places[x.Name] || x.In != "path" || !x.Required || x.Schema["type"] != "string" {
				t.Errorf("%s: parameter %+v", path, x)
			}
			delete(places, x.Name)
		}
		if len(places) > 0 {
			t.Errorf("%s: nothing says what %v are", path, places)
		}
	}
}

// moderatedBoard is a built board with a flag, a withdrawal and a request.
func moderatedBoard(t testing.TB) string {
	t.Helper()
	root := smallBoard(t)
	file := firstFile(t, filepath.Join(root, "results", "Qwen"))
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ ID string }
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	text := "flags:\n- {id: " + r.ID + ", reason: unreproducible, text: Two tries gave other numbers., date: 2026-03-01, discussion: 'https://example.org/1'}\n" +
		"withdrawals:\n- {id: " + strings.Repeat("ab", 32) + ", reason: privacy, date: 2026-03-02, discussion: 'https://example.org/2', title: A result, model: a/b, task: gpqa}\n" +
		"requests:\n- {model: a/c, task: gpqa, state: pending, date: 2026-03-03, by: a reader}\n"
	if err := os.WriteFile(filepath.Join(root, "content", "moderation.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	return out
}

// A reader of one model or one result does not need the whole: the file of each
// is a small part of all results.
func TestAPIFilesAreSmall(t *testing.T) {
	dir, _ := shipped(t)
	files := tree(t, filepath.Join(dir, "api", "v1"))
	whole, err := os.ReadFile(filepath.Join(dir, "data", "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, text := range files {
		limit := 0
		switch {
		case name == "index.json":
			limit = 2000
		case strings.HasPrefix(name, "results/"):
			limit = 10_000
		case strings.HasPrefix(name, "models/"), strings.HasPrefix(name, "boards/"):
			limit = len(whole) / 5
		default:
			continue
		}
		if n++; len(text) > limit {
			t.Errorf("%s has %d bytes, more than %d", name, len(text), limit)
		}
	}
	if n < 100 {
		t.Errorf("only %d files were looked at", n)
	}
}

// What a summary says is what the result file says.
func TestSummariesAgree(t *testing.T) {
	dir, _ := shipped(t)
	n := 0
	for name, text := range tree(t, filepath.Join(dir, "api", "v1", "results")) {
		var sum struct {
			File    string
			Metrics map[string]struct {
				Value      float64
				Provenance string
			}
		}
		if err := json.Unmarshal([]byte(text), &sum); err != nil {
			t.Fatal(name, err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(sum.File)))
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Metrics map[string]struct {
				Value      float64
				Provenance string
			}
			Distributions map[string]map[string]any
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		for k, m := range r.Metrics {
			if sum.Metrics[k] != m {
				t.Errorf("%s: %s is %v, in the result %v", name, k, sum.Metrics[k], m)
			}
			n++
		}
		for k, d := range r.Distributions {
			if p50, ok := d["p50"]; ok && sum.Metrics[k+".p50"].Value != p50 {
				t.Errorf("%s: %s.p50 is %v, in the result %v", name, k, sum.Metrics[k+".p50"].Value, p50)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d numbers were compared", n)
	}
}

// The published JSON Schema, and running a parsed file through it.

package result

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"jouleboard/internal/unit"
)

//go:embed schema/result-1.json
var schemaJSON []byte

// Schema returns the published JSON Schema (2020-12) of result files. Its $id
// is relative, "result-1.json", so it holds at any address.
func Schema() []byte { return bytes.Clone(schemaJSON) }

// schemaBase only gives the relative $id something to stand on; nothing is
// ever fetched.
const schemaBase = "jouleboard:///"

// compiledSchema holds the schema ready to run, and as data for messages. The
// embedded file is fixed, so an error here is a defect that every test meets.
type compiledSchema struct {
	run func() (*jsonschema.Schema, error) // compiled when the first file needs words
	doc map[string]any
	yes *contract // the same, for files that are right
	err error
}

var theSchema = sync.OnceValue(func() compiledSchema {
	var doc map[string]any
	if err := json.Unmarshal(schemaJSON, &doc); err != nil {
		return compiledSchema{err: fmt.Errorf("schema result-1.json: %w", err)}
	}
	run := sync.OnceValues(func() (*jsonschema.Schema, error) {
		c := jsonschema.NewCompiler()
		if err := c.AddResource(schemaBase+"result-1.json", doc); err != nil {
			return nil, fmt.Errorf("schema result-1.json: %w", err)
		}
		return c.Compile(schemaBase + "result-1.json")
	})
	yes, err := compileContract(doc)
	if err != nil {
		return compiledSchema{err: err}
	}
	return compiledSchema{run: run, doc: doc, yes: yes}
})

// registry is the built-in metric table, looked up for every file.
var registry = sync.OnceValue(unit.Default)

// at resolves the fragment of a schema URL ("...#/$defs/model") in the document.
func (c compiledSchema) at(url string) map[string]any {
	_, fragment, _ := strings.Cut(url, "#")
	var v any = c.doc
	for tok := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		if fragment != "" {
			v = m[strings.ReplaceAll(strings.ReplaceAll(tok, "~1", "/"), "~0", "~")]
		}
	}
	m, _ := v.(map[string]any)
	return m
}

// properties lists the keys that the schema at a URL names.
func (c compiledSchema) properties(url string) []string {
	props, _ := c.at(url)["properties"].(map[string]any)
	keys := make([]string, 0, len(props))
	for k := range props {
		keys = append(keys, k)
	}
	return keys
}

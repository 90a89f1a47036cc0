// What tests look at beside the package's own door.

package result

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Quick is the quick way of Decode: nil for what it leaves to the other one.
func Quick(data []byte) *Result { return new(flat).quick(data, string(data)) }

// Slowly is the other way of Decode.
func Slowly(file string, data []byte) (*Result, Findings) {
	d := &document{file: file, data: data}
	r := d.decode()
	return r, d.findings()
}

// CompileContract compiles a schema to demands.
func CompileContract(doc map[string]any) error {
	_, err := compileContract(doc)
	return err
}

// Judges returns what says whether a JSON text meets a definition of the schema,
// the whole schema if it has no name: by the demands, and by the library. The
// first has no opinion of a text that it cannot read.
func Judges(definition string) (quick func([]byte) (yes, read bool), library func([]byte) bool, err error) {
	s := theSchema()
	c := &compiler{names: map[string]int32{}, done: map[string]*demand{}, defs: s.doc["$defs"].(map[string]any)}
	at, d := schemaBase+"result-1.json", s.yes.root
	f := &flat{names: s.yes.names}
	if definition != "" {
		at += "#/$defs/" + definition
		d = c.definition("", "#/$defs/"+definition)
		f.names = c.names
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaBase+"result-1.json", s.doc); err != nil {
		return nil, nil, err
	}
	run, err := compiler.Compile(at)
	if err != nil || c.err != nil {
		return nil, nil, err
	}
	return func(data []byte) (bool, bool) {
			if !f.read(data) {
				return false, false
			}
			return f.accepts(d, 0), true
		}, func(data []byte) bool {
			var tree any
			return json.Unmarshal(data, &tree) == nil && run.Validate(tree) == nil
		}, nil
}

// CanonicalForms returns the canonical form of a JSON text in both ways, as far as
// it has one; ok says that the quick way has.
func CanonicalForms(data []byte) (quick, library []byte, ok bool) {
	f := &flat{names: theSchema().yes.names}
	if !utf8.Valid(data) || !f.read(data) || f.values[0].kind != '{' {
		return nil, nil, false
	}
	quick, ok = f.canonical(theSchema().yes.id)
	library, _ = canonicalBytes(data)
	return quick, library, ok
}

// Filled is a text in the types, by the reader for texts that were judged before and
// by the library; ok says that the reader takes it.
func Filled(text string) (quick, library *Result, ok bool, err error) {
	quick, library = new(Result), new(Result)
	f := filler{text: text}
	ok = f.result(quick)
	err = json.Unmarshal([]byte(text), library)
	library.compactX()
	return quick, library, ok, err
}

// Compact is a text without the space between its parts.
func Compact(text string) string { return string(appendCompact(nil, text)) }

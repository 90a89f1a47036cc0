// Reading one file strictly: bytes, grammar, schema, types, id. Everything that
// is wrong is reported at once, with line, column and JSON pointer.

package result

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

// Decode reads a result file. file only names it in findings. It accepts
// nothing silently: unknown and repeated keys, wrong types, nulls, text that is
// not UTF-8, and an id that does not fit the content are errors.
//
// The result is nil where the file could not be read into the types at all.
// A result that comes with errors must not be built; it is returned so that
// Check can add what else is wrong with it.
func Decode(file string, data []byte) (*Result, Findings) {
	return new(flat).decode(file, data, string(data))
}

// decode is Decode: the quick way for files that are right, the other for the
// rest and for their findings. The text is that of the data; texts of the result
// may be pieces of it.
func (f *flat) decode(file string, data []byte, text string) (*Result, Findings) {
	if r := f.quick(data, text); r != nil {
		return r, nil
	}
	d := &document{file: file, data: data}
	r := d.decode()
	return r, d.findings()
}

// Inspect is Decode and Check in one: everything there is to say about one
// file, nothing of it twice. The result is nil as for Decode.
func Inspect(file string, data []byte) (*Loaded, Findings) {
	r, findings := Decode(file, data)
	if r == nil {
		return nil, findings
	}
	l := NewLoaded(file, r, data)
	said := make(map[string]bool, len(findings))
	for _, f := range findings {
		said[f.Where.Pointer] = true
	}
	for _, f := range Check(l) {
		if f.Where.Pointer == "" || !said[f.Where.Pointer] {
			findings = append(findings, f)
		}
	}
	findings.Sort()
	return l, findings
}

func (d *document) decode() *Result {
	if !d.bytesOK() {
		return nil
	}
	var tree any
	if err := json.Unmarshal(d.data, &tree); err != nil {
		d.syntax(err)
		return nil
	}
	if _, ok := tree.(map[string]any); !ok {
		d.addAt(tokenStart(d.data, 0), Finding{Rule: "V01", Level: Error, Message: fmt.Sprintf("expected a JSON object, found %s", show(tree))})
		return nil
	}
	d.checkSchema(tree)
	if d.unusable {
		return nil
	}
	clean := len(d.at) == 0

	// Unknown keys are the schema's to report; here they fall away.
	var r Result
	if err := json.Unmarshal(d.data, &r); err != nil {
		var sem *json.SemanticError
		switch {
		case !clean: // the schema said it already, in better words
		case errors.As(err, &sem):
			d.semantic(sem)
		default:
			d.syntax(err)
		}
		return nil
	}
	r.compactX()
	d.checkID(&r)
	return &r
}

// checkID compares the id with what the bytes of the file give.
func (d *document) checkID(r *Result) {
	if !isSHA256(r.ID) {
		return // the schema has said so
	}
	canon, err := canonicalBytes(d.data)
	if err != nil {
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: err.Error()})
		return
	}
	if id := hashHex(canon); id != r.ID {
		d.add("/id", Finding{Rule: "V01", Level: Error,
			Message: fmt.Sprintf("id is %s…, the content gives %s…: the file was changed after it was written", r.ID[:12], id[:12]),
			Hint:    "restore the file, or import or measure again; a result is not edited by hand"})
	}
}

func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

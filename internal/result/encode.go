// Writing: the one function that forms result files, the canonical form that
// is hashed, and the id.

package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Encode returns the bytes of a result file: keys in the order of the types,
// map keys sorted, two spaces of indent, a newline at the end. It sets nothing,
// so a result must be sealed first. NaN and infinities are an error that names
// the place.
func Encode(r *Result) ([]byte, error) {
	data, err := json.Marshal(r, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", plainMarshalError(err))
	}
	return append(data, '\n'), nil
}

// Canonical returns the RFC 8785 form of a result without its id: what the id
// is the SHA-256 of.
func Canonical(r *Result) ([]byte, error) {
	data, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("canonical form: %w", plainMarshalError(err))
	}
	return canonicalBytes(data)
}

// ComputeID returns the id that the content of a result gives: lower-case hex
// SHA-256 of Canonical. The id that the result carries does not matter.
func ComputeID(r *Result) (string, error) {
	c, err := Canonical(r)
	if err != nil {
		return "", err
	}
	return hashHex(c), nil
}

// Seal sets the schema and the id of a result. Any change after it needs
// another Seal.
func Seal(r *Result) error {
	r.Schema = SchemaID
	id, err := ComputeID(r)
	if err != nil {
		return err
	}
	r.ID = id
	return nil
}

func hashHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canonicalBytes takes a whole result in any spelling. It keeps the caller's
// bytes as they are.
func canonicalBytes(data []byte) ([]byte, error) {
	v := jsontext.Value(bytes.Clone(data))
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	return withoutMember(v, "id")
}

// withoutMember cuts one member out of the outermost object of canonical JSON.
// Nested members of that name stay.
func withoutMember(canon []byte, name string) ([]byte, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(canon), jsontext.AllowDuplicateNames(true))
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return nil, errors.New("canonical form: a result is a JSON object")
	}
	for dec.PeekKind() != '}' {
		start := dec.InputOffset() // before the comma, if there is one
		tok, err := dec.ReadToken()
		if err != nil {
			return nil, fmt.Errorf("canonical form: %w", err)
		}
		found := tok.Kind() == '"' && tok.String() == name
		if err := dec.SkipValue(); err != nil {
			return nil, fmt.Errorf("canonical form: %w", err)
		}
		if !found {
			continue
		}
		end := dec.InputOffset()
		if start == 1 && canon[end] == ',' { // the first member: the comma after it goes too
			end++
		}
		return append(canon[:start:start], canon[end:]...), nil
	}
	return canon, nil
}

// plainMarshalError says what cannot be written in words a person can act on.
func plainMarshalError(err error) error {
	var se *json.SemanticError
	if !errors.As(err, &se) {
		return err
	}
	where := string(se.JSONPointer)
	if where == "" {
		where = "/"
	}
	return fmt.Errorf("%s: %w (leave out what is not a number)", where, err)
}

// A JSON file as a tree that keeps offsets and the text of numbers, so that
// messages can name line and pointer and results can quote the source.

package convert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// node is one JSON value.
type node struct {
	kind jsontext.Kind // 'n' 't' 'f' '"' '0' '{' '['
	off  int
	text string // of a string its value, of a number its source text
	keys []string
	vals []*node // of an object in step with keys; of an array its elements
	raw  []byte
}

// maxDepth is far above any known file and keeps hostile nesting out.
const maxDepth = 64

// jsonFile is a parsed file with what is needed to name places in it.
type jsonFile struct {
	name  string
	data  []byte
	root  *node
	lines []int // offsets at which lines begin
}

// parseJSON reads one file strictly: UTF-8, no duplicate keys, nothing after
// the value. The finding is nil if it could be read.
func parseJSON(in Input) (*jsonFile, *result.Finding) {
	f, roots, bad := parseJSONValues(in, 1)
	if bad != nil {
		return nil, bad
	}
	f.root = roots[0]
	return f, nil
}

// parseJSONValues reads a file of one JSON value or, as JSON lines, of several;
// more than most are one error.
func parseJSONValues(in Input, most int) (*jsonFile, []*node, *result.Finding) {
	data := bytes.TrimPrefix(in.Data, []byte("\ufeff"))
	f := &jsonFile{name: in.Name, data: data, lines: []int{0}}
	for i, b := range data {
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	d := jsontext.NewDecoder(bytes.NewReader(data))
	var roots []*node
	for {
		root, err := f.value(d, 0)
		if len(roots) > 0 && errors.Is(err, errNoValue) {
			return f, roots, nil
		}
		if err == nil && len(roots) == most {
			err = fmt.Errorf("more than %d values in the file", most)
			if most == 1 {
				err = fmt.Errorf("more than one JSON value in the file")
			}
		}
		if err != nil {
			return nil, nil, f.syntaxFinding(d, err)
		}
		roots = append(roots, root)
	}
}

// syntaxFinding says where a file stops to be JSON, and why.
func (f *jsonFile) syntaxFinding(d *jsontext.Decoder, err error) *result.Finding {
	off := int(d.InputOffset())
	var syn *jsontext.SyntacticError
	msg := err.Error()
	if errors.As(err, &syn) {
		off = int(syn.ByteOffset)
		msg = strings.TrimPrefix(syn.Err.Error(), "jsontext: ")
	}
	hint := "export the file again, or repair it at that place"
	if rest := f.data[min(off, len(f.data)):]; bytes.HasPrefix(rest, []byte("NaN")) || bytes.HasPrefix(rest, []byte("Infinity")) || bytes.HasPrefix(rest, []byte("-Infinity")) {
		msg = "NaN and Infinity are not JSON"
		hint = "leave a value out where there is none"
	}
	if !utf8.Valid(f.data) {
		hint = "save the file as UTF-8"
	}
	return &result.Finding{Rule: ruleFile, Level: result.Error, Where: f.place(off, ""), Message: "not valid JSON: " + msg, Hint: hint}
}

// errNoValue is the end of a file where a value could have begun.
var errNoValue = errors.New("the file is empty or ends too early")

func (f *jsonFile) value(d *jsontext.Decoder, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	t, err := d.ReadToken()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errNoValue
		}
		return nil, err
	}
	end := int(d.InputOffset())
	n := &node{kind: t.Kind()}
	switch n.kind {
	case '"':
		n.text = t.String()
		n.off = end - 1
	case '0':
		n.text = t.String()
		n.off = end - len(n.text)
	case '{', '[':
		n.off = end - 1
		for {
			k := d.PeekKind()
			if k == '}' || k == ']' {
				if _, err := d.ReadToken(); err != nil {
					return nil, err
				}
				break
			}
			if n.kind == '{' {
				key, err := d.ReadToken()
				if err != nil {
					return nil, err
				}
				n.keys = append(n.keys, key.String())
			}
			v, err := f.value(d, depth+1)
			if err != nil {
				return nil, err
			}
			n.vals = append(n.vals, v)
		}
		end = int(d.InputOffset())
		n.raw = f.data[n.off:end]
	default:
		n.off = end - 1
		n.text = t.String()
	}
	return n, nil
}

// place names an offset as line and column.
func (f *jsonFile) place(off int, pointer string) result.Place {
	off = max(0, min(off, len(f.data)))
	line := sort.SearchInts(f.lines, off+1) // lines that begin at or before off
	return result.Place{File: f.name, Line: line, Col: off - f.lines[line-1] + 1, Pointer: pointer}
}

// get returns a member of an object, nil if absent or not an object.
func (n *node) get(key string) *node {
	if n == nil || n.kind != '{' {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			return n.vals[i]
		}
	}
	return nil
}

func (n *node) kindName() string {
	switch n.kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return "true or false"
}

// compact returns the JSON text of a value without white space, for x_ keys.
func (n *node) compact() jsontext.Value {
	switch n.kind {
	case '"':
		b, _ := jsontext.AppendQuote(nil, n.text)
		return b
	case '{', '[':
		v := jsontext.Value(append([]byte(nil), n.raw...))
		if err := v.Compact(); err != nil {
			return nil
		}
		return v
	}
	return jsontext.Value(n.text)
}

// object reads the members of one JSON object, remembering which were asked
// for, so that the rest can be refused by name.
type object struct {
	n    *node
	seen map[string]bool
	bad  []string
}

func newObject(n *node) *object {
	return &object{n: n, seen: make(map[string]bool)}
}

func (o *object) fail(format string, args ...any) {
	o.bad = append(o.bad, fmt.Sprintf(format, args...))
}

// num reads a number. null counts as absent. A number written as a string is
// taken too where strings are allowed (LLMPerf writes "550").
func (o *object) num(key string, need, quoted bool) (number, bool) {
	o.seen[key] = true
	v := o.n.get(key)
	if v == nil || v.kind == 'n' {
		if need {
			o.fail("%s is missing", key)
		}
		return number{}, false
	}
	if v.kind != '0' && !(quoted && v.kind == '"') {
		o.fail("%s is %s, expected a number", key, v.kindName())
		return number{}, false
	}
	x, err := parseNumber(v.text)
	if err != nil {
		o.fail("%s: %v", key, err)
		return number{}, false
	}
	return x, true
}

// whole reads an integer >= low; 8.0 is one, 8.5 is not.
func (o *object) whole(key string, need bool, low int64) (number, int64, bool) {
	x, ok := o.num(key, need, false)
	if !ok {
		return number{}, 0, false
	}
	i, ok := x.integer()
	if !ok || i < low {
		o.fail("%s is %s, expected a whole number from %d", key, x.text, low)
		return number{}, 0, false
	}
	return x, i, true
}

// str reads a string. null and "" count as absent.
func (o *object) str(key string, need bool) string {
	o.seen[key] = true
	v := o.n.get(key)
	if v == nil || v.kind == 'n' || (v.kind == '"' && v.text == "") {
		if need {
			o.fail("%s is missing", key)
		}
		return ""
	}
	if v.kind != '"' {
		o.fail("%s is %s, expected a string", key, v.kindName())
		return ""
	}
	return v.text
}

// child marks a key as read and returns its node, nil if absent or null.
func (o *object) child(key string) *node {
	o.seen[key] = true
	v := o.n.get(key)
	if v == nil || v.kind == 'n' {
		return nil
	}
	return v
}

// unknown lists the keys nobody asked for, in file order.
func (o *object) unknown() []string {
	var ks []string
	for _, k := range o.n.keys {
		if !o.seen[k] {
			ks = append(ks, k)
		}
	}
	return ks
}

// refuseUnknown fails the object for every key that was not asked for: its unit
// and meaning are not known here.
func (o *object) refuseUnknown() {
	for _, k := range o.unknown() {
		o.fail("unknown field %s: its unit and meaning are not known to this importer", strconv.Quote(k))
	}
}

// Scalars: text and numbers, and the nodes that types of other packages read
// themselves from.

package yamldoc

import (
	"math"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
	"jouleboard/internal/stats"
)

// Unmarshaler is a type with a form of its own in a file. It reports what is wrong
// by the node.
type Unmarshaler interface{ UnmarshalYAMLNode(n Node) }

// Node is a value of a file.
type Node struct {
	doc *Doc
	n   ast.Node
	ptr string
}

// Entry is one key of a mapping with its value.
type Entry struct {
	Key  string
	Node Node
}

// Text returns the value if it is text.
func (n Node) Text() (string, bool) { return scalarText(n.n) }

// Number returns the value if it is a finite number.
func (n Node) Number() (float64, bool) { return nodeNumber(n.n) }

// Entries returns the keys of a mapping; a finding says so if it is none.
func (n Node) Entries() []Entry {
	ps, _ := n.doc.pairs(n.n, n.ptr)
	es := make([]Entry, len(ps))
	for i, p := range ps {
		n.doc.keys[n.ptr] = append(n.doc.keys[n.ptr], p.key)
		es[i] = Entry{p.key, Node{n.doc, p.value, n.ptr + "/" + result.EscapePointer(p.key)}}
	}
	return es
}

// Read fills v, a pointer, as Read does for a whole file.
func (n Node) Read(v any) { n.doc.decode(n.n, reflect.ValueOf(v).Elem(), n.ptr, "") }

// String says in words what the value is: text "five", a list, ...
func (n Node) String() string { return nodeName(n.n) }

// Errorf reports what is wrong with the value.
func (n Node) Errorf(p Problem, hint, format string, args ...any) {
	n.doc.errorf(n.ptr, p, hint, format, args...)
}

func (d *Doc) decodeScalar(n ast.Node, v reflect.Value, ptr, rules string) {
	wrong := func(want, hint string) {
		d.errorf(ptr, Type, hint, "expected %s, found %s", want, nodeName(n))
	}
	switch v.Kind() {
	case reflect.String:
		s, ok := scalarText(n)
		if !ok {
			wrong("text", "put it in quotes if it is meant as text")
			return
		}
		if msg := result.TextProblem(s, true); msg != "" {
			d.errorf(ptr, Text, "type the text anew", "%s", msg)
			return
		}
		if d.opt.Text != nil {
			kept, msg, hint := d.opt.Text(s, rules)
			if msg != "" {
				d.errorf(ptr, Value, hint, "%s", msg)
				return
			}
			s = kept
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			wrong("true or false", "without quotes")
			return
		}
		v.SetBool(b.Value)
	case reflect.Int, reflect.Int64:
		_, whole := n.(*ast.IntegerNode)
		f, ok := nodeNumber(n)
		if !whole || !ok || math.Abs(f) > 1<<53 { // beyond, floats of other programs differ
			wrong("a whole number", "write plain digits, without quotes, unit or decimals")
			return
		}
		if d.number(f, ptr, rules) {
			v.SetInt(int64(f))
		}
	case reflect.Float64:
		f, ok := nodeNumber(n)
		if !ok {
			wrong("a finite number", "write plain digits, without quotes or unit")
			return
		}
		if d.number(f, ptr, rules) {
			v.SetFloat(f)
		}
	default:
		// A struct of ours with a field that no file can hold is our defect.
		d.errorf(ptr, Type, "report this as a defect of the program", "no way to read a %s", v.Kind())
	}
}

// number holds a number to the rules of its field.
func (d *Doc) number(f float64, ptr, rules string) bool {
	if d.opt.Number == nil {
		return true
	}
	msg := d.opt.Number(f, rules)
	if msg != "" {
		d.errorf(ptr, Value, "", "%s", msg)
	}
	return msg == ""
}

// keyText returns a mapping's key if it is a plain scalar.
func keyText(k ast.MapKeyNode) (string, bool) {
	switch t := k.(type) {
	case *ast.StringNode:
		return t.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return t.GetToken().Value, true
	}
	return "", false
}

// scalarText returns text, and a number as it is written: a version 1.10 is not
// 1.1, and a year needs no quotes.
func scalarText(n ast.Node) (string, bool) {
	switch t := n.(type) {
	case *ast.StringNode:
		return t.Value, true
	case *ast.LiteralNode:
		if t.Value == nil {
			return "", false
		}
		return t.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return t.GetToken().Value, true
	}
	return "", false
}

// nodeNumber returns a number that is neither infinite nor NaN.
func nodeNumber(n ast.Node) (float64, bool) {
	switch t := n.(type) {
	case *ast.IntegerNode:
		switch i := t.Value.(type) {
		case int64:
			return float64(i), true
		case uint64:
			return float64(i), true
		}
	case *ast.FloatNode:
		return t.Value, stats.Finite(t.Value)
	}
	return 0, false
}

// firstToken is where a reader sees a value begin; the library's token of a
// mapping is its first colon.
func firstToken(n ast.Node) *token.Token {
	switch t := n.(type) {
	case *ast.MappingNode:
		if len(t.Values) > 0 && t.Values[0].Key != nil {
			return t.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		if t.Key != nil {
			return t.Key.GetToken()
		}
	}
	return n.GetToken()
}

// nodeName says in words what a node is.
func nodeName(n any) string {
	switch t := n.(type) {
	case *ast.StringNode:
		return "text " + strconv.Quote(result.Clip(t.Value))
	case *ast.LiteralNode:
		return "a block of text"
	case *ast.IntegerNode:
		return "number " + result.Clip(t.GetToken().Value)
	case *ast.FloatNode:
		return "number " + result.Clip(t.GetToken().Value)
	case *ast.BoolNode:
		return t.GetToken().Value
	case *ast.NullNode, nil:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.InfinityNode:
		return "infinity"
	case *ast.NanNode:
		return "not-a-number"
	}
	return "something else"
}

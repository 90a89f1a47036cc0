// From the syntax tree into Go values: structs, maps, lists.

package yamldoc

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"jouleboard/internal/result"
)

// maxName is how long the key of a map may be, in bytes.
const maxName = 200

// decode fills v from a node. rules are those of the field or list it is in.
func (d *Doc) decode(n ast.Node, v reflect.Value, ptr, rules string) {
	switch t := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.errorf(ptr, Syntax, "write the value out, in quotes where it should be text", "anchors, aliases and tags are not read here")
		return
	case *ast.NullNode, nil:
		d.errorf(ptr, Type, "unknown is written by leaving the key out", "the value is empty")
		return
	case *ast.MappingValueNode:
		n = ast.Mapping(t.Start, false, t)
	}
	if u, ok := v.Addr().Interface().(Unmarshaler); ok {
		u.UnmarshalYAMLNode(Node{d, n, ptr})
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		e := reflect.New(v.Type().Elem())
		before := len(d.findings)
		d.decode(n, e.Elem(), ptr, rules)
		// A number that could not be read is absent, not 0; a struct keeps what
		// could be read, so that its other fields are checked.
		if len(d.findings) == before || e.Elem().Kind() == reflect.Struct {
			v.Set(e)
		}
	case reflect.Struct:
		d.decodeStruct(n, v, ptr)
	case reflect.Map:
		d.decodeMap(n, v, ptr)
	case reflect.Slice:
		d.decodeSlice(n, v, ptr, rules)
	default:
		d.decodeScalar(n, v, ptr, rules)
	}
}

// pair is one key of a mapping that could be read.
type pair struct {
	key   string
	at    position // of the key; the value's is in Doc.pos
	value ast.Node
}

// pairs returns the keys of a mapping in file order, marking their places and
// reporting keys that are no plain text or occur twice.
func (d *Doc) pairs(n ast.Node, ptr string) ([]pair, bool) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.errorf(ptr, Type, "write lines of KEY: VALUE", "expected keys with values, found %s", nodeName(n))
		return nil, false
	}
	seen := map[string]position{}
	var ps []pair
	for _, kv := range m.Values {
		at := d.position(kv.Key.GetToken())
		if _, merge := kv.Key.(*ast.MergeKeyNode); merge {
			d.tell(at, ptr, Syntax, "write the values out", "merge keys are not read here")
			continue
		}
		key, ok := keyText(kv.Key)
		if !ok {
			d.tell(at, ptr, Syntax, "keys are plain words", "a key is %s", nodeName(kv.Key))
			continue
		}
		sub := ptr + "/" + result.EscapePointer(key)
		if first, dup := seen[key]; dup {
			d.tell(at, sub, Double, "keep one of them", "key %q stands twice, first on line %d", result.Clip(key), first.line)
			continue
		}
		seen[key] = at
		d.pos[sub] = at
		switch kv.Value.(type) {
		case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.NullNode, nil:
			// A block's own token is its first inner one; its key is what a reader looks for.
		case *ast.LiteralNode:
			// Likewise the "|" of a block text says less than its key.
		default:
			d.pos[sub] = d.position(kv.Value.GetToken())
		}
		ps = append(ps, pair{key, at, kv.Value})
	}
	return ps, true
}

func (d *Doc) decodeStruct(n ast.Node, v reflect.Value, ptr string) {
	ps, ok := d.pairs(n, ptr)
	if !ok {
		return
	}
	fields := fieldsOf(v.Type())
	got := map[string]bool{}
	for _, p := range ps {
		got[p.key] = true
		sub := ptr + "/" + result.EscapePointer(p.key)
		f, ok := fields.byKey[p.key]
		if !ok {
			d.tell(p.at, sub, Key, suggest(p.key, fields.order), "unknown key %q", result.Clip(p.key))
			continue
		}
		d.keys[ptr] = append(d.keys[ptr], p.key)
		d.decode(p.value, v.FieldByIndex(f.index), sub, f.rules)
	}
	for _, key := range fields.order {
		if fields.byKey[key].required && !got[key] {
			d.tell(d.pos[ptr], ptr, Missing, "add "+key+":", "key %q is missing", key)
		}
	}
}

func (d *Doc) decodeMap(n ast.Node, v reflect.Value, ptr string) {
	ps, ok := d.pairs(n, ptr)
	if !ok {
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(ps))
	for _, p := range ps {
		sub := ptr + "/" + result.EscapePointer(p.key)
		msg := result.TextProblem(p.key, false)
		if p.key == "" || len(p.key) > maxName {
			msg = cmp.Or(msg, "it is empty or longer than "+strconv.Itoa(maxName)+" bytes")
		}
		if msg != "" {
			d.tell(p.at, sub, Text, "use a short name", "not usable as a name: %s", msg)
			continue
		}
		d.keys[ptr] = append(d.keys[ptr], p.key)
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(p.value, e, sub, "")
		if e.Kind() == reflect.Pointer && e.IsNil() {
			continue
		}
		m.SetMapIndex(reflect.ValueOf(p.key).Convert(v.Type().Key()), e)
	}
	v.Set(m)
}

func (d *Doc) decodeSlice(n ast.Node, v reflect.Value, ptr, rules string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.errorf(ptr, Type, "write each entry on its own line behind \"- \"", "expected a list, found %s", nodeName(n))
		return
	}
	seen := map[string]bool{}
	for i, item := range s.Values {
		sub := ptr + "/" + strconv.Itoa(i)
		if item != nil {
			d.pos[sub] = d.position(firstToken(item))
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(item, e, sub, rules)
		if e.Kind() == reflect.String && e.String() != "" {
			if seen[e.String()] {
				d.errorf(sub, Double, "keep one of them", "%q is in the list already", result.Clip(e.String()))
				continue
			}
			seen[e.String()] = true
		}
		v.Set(reflect.Append(v, e))
	}
}

// field is one key of a struct.
type field struct {
	index    []int
	rules    string
	required bool
}

type fields struct {
	order []string
	byKey map[string]field
}

// fieldsOf reads the tags of a struct: `yaml` and `rule`; types that are shared with
// result files have `json` tags, where a key without "omitzero" is required and
// url is an address.
func fieldsOf(t reflect.Type) fields {
	fs := fields{byKey: map[string]field{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() {
			continue
		}
		f := field{index: []int{i}, rules: sf.Tag.Get("rule")}
		f.required = HasRule(f.rules, "required")
		key, opts, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if opts == "inline" {
			inner := fieldsOf(sf.Type)
			for _, k := range inner.order {
				f := inner.byKey[k]
				f.index = append([]int{i}, f.index...)
				fs.order, fs.byKey[k] = append(fs.order, k), f
			}
			continue
		}
		if key == "" {
			key, opts, _ = strings.Cut(sf.Tag.Get("json"), ",")
			f.required = opts != "omitzero"
			if key == "url" {
				f.rules = "url"
			}
		}
		if key == "" || key == "-" {
			continue
		}
		fs.order, fs.byKey[key] = append(fs.order, key), f
	}
	return fs
}

// HasRule says whether a rule stands in a `rule` tag.
func HasRule(rules, name string) bool {
	for rule := range strings.SplitSeq(rules, ",") {
		if rule == name {
			return true
		}
	}
	return false
}

// suggest names the key that was probably meant, or all there are.
func suggest(key string, known []string) string {
	if near := result.Nearest(strings.ToLower(key), known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return "keys here are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// Strict reading of YAML into the structs of this package.
//
// goccy/go-yaml's own decoder stops at the first problem of a file. A person who
// sends ten wrong lines should hear of ten, so this file walks the syntax tree
// itself: it knows the position of every value, collects every finding, and
// enforces the `rule` tags (rules.go). Only syntax errors, after which no tree
// exists, end a file early.

package catalog

import (
	"cmp"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

// doc is one file while it is read, and afterwards the memory of where its
// values stand.
type doc struct {
	file     string // relative to the board's root
	lines    []string
	pos      map[string]position // by JSON pointer
	findings result.Findings
}

type position struct{ line, col int }

// where is an entry inside a file; the zero value is nowhere.
type where struct {
	doc *doc
	ptr string // JSON pointer of the entry, "" for the whole file
}

// place returns the place of a value of the entry, or of the entry if that
// value is absent.
func (w where) place(sub string) place {
	if w.doc == nil {
		return place{}
	}
	return w.doc.place(w.ptr + sub)
}

func (d *doc) place(ptr string) place {
	p := place{File: d.file, Pointer: ptr}
	for at := ptr; ; {
		if xy, ok := d.pos[at]; ok {
			p.Line, p.Col = xy.line, xy.col
			return p
		}
		cut := strings.LastIndexByte(at, '/')
		if cut < 0 {
			return p
		}
		at = at[:cut]
	}
}

// errorf reports an error about the value at a pointer.
func (d *doc) errorf(ptr, rule, hint, format string, args ...any) {
	p := d.place(ptr)
	d.errorAt(position{p.Line, p.Col}, ptr, rule, hint, format, args...)
}

// errorAt reports an error that stands somewhere else than the pointer's value.
func (d *doc) errorAt(at position, ptr, rule, hint, format string, args ...any) {
	d.findings = append(d.findings, result.Finding{Rule: rule, Level: result.Error, Hint: hint,
		Where: place{File: d.file, Line: at.line, Col: at.col, Pointer: ptr}, Message: fmt.Sprintf(format, args...)})
}

// mark remembers where the value of a pointer stands.
func (d *doc) mark(ptr string, tk *token.Token) { d.pos[ptr] = d.position(tk) }

// position turns a token's column, counted in characters, into bytes.
func (d *doc) position(tk *token.Token) position {
	if tk == nil || tk.Position == nil {
		return position{}
	}
	line, col := tk.Position.Line, tk.Position.Column
	if line < 1 || line > len(d.lines) || col < 1 {
		return position{max(line, 0), max(col, 0)}
	}
	n := 0
	for i := range d.lines[line-1] {
		n++
		if n == col {
			return position{line, i + 1}
		}
	}
	return position{line, len(d.lines[line-1]) + 1}
}

// decode fills v from a node. rules are those of the field or list it is in.
func (d *doc) decode(n ast.Node, v reflect.Value, ptr string, rules string) {
	switch t := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.errorf(ptr, "CAT-YAML", "write the value out", "anchors, aliases and tags are not read here")
		return
	case *ast.NullNode, nil:
		d.errorf(ptr, "CAT-TYPE", "unknown is written by leaving the key out", "the value is empty")
		return
	case *ast.MappingValueNode:
		n = ast.Mapping(t.Start, false, t)
	}
	switch v.Kind() {
	case reflect.Pointer:
		e := reflect.New(v.Type().Elem())
		d.decode(n, e.Elem(), ptr, rules)
		v.Set(e)
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
	at    position // of the key; the value's is in doc.pos
	value ast.Node
}

// pairs returns the keys of a mapping in file order, marking their places and
// reporting keys that are no plain text or occur twice.
func (d *doc) pairs(n ast.Node, ptr string) ([]pair, bool) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.errorf(ptr, "CAT-TYPE", "", "expected keys with values, found %s", nodeName(n))
		return nil, false
	}
	seen := map[string]position{}
	var ps []pair
	for _, kv := range m.Values {
		key, ok := keyText(kv.Key)
		sub := ptr + "/" + result.EscapePointer(key)
		at := d.position(kv.Key.GetToken())
		if !ok {
			d.errorAt(at, ptr, "CAT-YAML", "keys are plain words", "a key is %s", nodeName(kv.Key))
			continue
		}
		if first, dup := seen[key]; dup {
			d.errorAt(at, sub, "CAT-DUP", "keep one of them", "key %q stands at line %d already", result.Clip(key), first.line)
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
			d.mark(sub, kv.Value.GetToken())
		}
		ps = append(ps, pair{key, at, kv.Value})
	}
	return ps, true
}

func (d *doc) decodeStruct(n ast.Node, v reflect.Value, ptr string) {
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
			d.errorAt(p.at, sub, "CAT-KEY", suggest(p.key, fields.order), "unknown key %q", result.Clip(p.key))
			continue
		}
		d.decode(p.value, v.Field(f.index), sub, f.rules)
	}
	for _, key := range fields.order {
		if fields.byKey[key].required && !got[key] {
			d.errorf(ptr, "CAT-MISSING", "", "key %q is missing", key)
		}
	}
}

func (d *doc) decodeMap(n ast.Node, v reflect.Value, ptr string) {
	ps, ok := d.pairs(n, ptr)
	if !ok {
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(ps))
	for _, p := range ps {
		sub := ptr + "/" + result.EscapePointer(p.key)
		if msg := textProblem(p.key, false); msg != "" || p.key == "" || len(p.key) > 200 {
			d.errorAt(p.at, sub, "CAT-TEXT", "", "not usable as a name: %s", cmp.Or(msg, "it is empty or longer than 200 bytes"))
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(p.value, e, sub, "")
		if e.Kind() == reflect.Pointer && e.IsNil() {
			continue
		}
		m.SetMapIndex(reflect.ValueOf(p.key), e)
	}
	v.Set(m)
}

func (d *doc) decodeSlice(n ast.Node, v reflect.Value, ptr, rules string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.errorf(ptr, "CAT-TYPE", "write each entry on its own line behind \"- \"", "expected a list, found %s", nodeName(n))
		return
	}
	seen := map[string]bool{}
	for i, item := range s.Values {
		sub := ptr + "/" + strconv.Itoa(i)
		if item != nil {
			d.mark(sub, firstToken(item))
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(item, e, sub, rules)
		if e.Kind() == reflect.String && e.String() != "" {
			if seen[e.String()] {
				d.errorf(sub, "CAT-DUP", "keep one of them", "%q is in the list already", result.Clip(e.String()))
				continue
			}
			seen[e.String()] = true
		}
		v.Set(reflect.Append(v, e))
	}
}

func (d *doc) decodeScalar(n ast.Node, v reflect.Value, ptr, rules string) {
	switch v.Kind() {
	case reflect.String:
		s, ok := scalarText(n)
		if i, isInt := n.(*ast.IntegerNode); isInt && hasRule(rules, "date") {
			s, ok = i.GetToken().Value, true // a year without quotes
		}
		if !ok {
			d.errorf(ptr, "CAT-TYPE", "put it in quotes if it is meant as text", "expected text, found %s", nodeName(n))
			return
		}
		s, msg, hint := checkText(s, rules)
		if msg != "" {
			d.errorf(ptr, "CAT-VALUE", hint, "%s", msg)
			return
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.errorf(ptr, "CAT-TYPE", "", "expected true or false, found %s", nodeName(n))
			return
		}
		v.SetBool(b.Value)
	case reflect.Int64:
		i, ok := n.(*ast.IntegerNode)
		f, fits := 0.0, false
		if ok {
			f, fits = number(i.Value)
		}
		if !ok || !fits || f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
			d.errorf(ptr, "CAT-TYPE", "", "expected a whole number, found %s", nodeName(n))
			return
		}
		if msg := checkNumber(f, rules); msg != "" {
			d.errorf(ptr, "CAT-VALUE", "", "%s", msg)
			return
		}
		v.SetInt(int64(f))
	case reflect.Float64:
		f, ok := nodeNumber(n)
		if !ok {
			d.errorf(ptr, "CAT-TYPE", "", "expected a finite number, found %s", nodeName(n))
			return
		}
		if msg := checkNumber(f, rules); msg != "" {
			d.errorf(ptr, "CAT-VALUE", "", "%s", msg)
			return
		}
		v.SetFloat(f)
	default:
		// A struct of ours with a field that no file can hold is our defect.
		d.errorf(ptr, "CAT-TYPE", "report this as a defect of the program", "no way to read a %s", v.Kind())
	}
}

// field is one key of a struct.
type field struct {
	index    int
	rules    string
	required bool
}

type fields struct {
	order []string
	byKey map[string]field
}

// fieldsOf reads the tags of a struct: `yaml` and `rule` of this package's
// types; the types shared with package result have `json` tags, where a key
// without "omitzero" is required.
func fieldsOf(t reflect.Type) fields {
	fs := fields{byKey: map[string]field{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() {
			continue
		}
		f := field{index: i, rules: sf.Tag.Get("rule")}
		f.required = hasRule(f.rules, "required")
		key := sf.Tag.Get("yaml")
		if key == "" {
			var opts string
			key, opts, _ = strings.Cut(sf.Tag.Get("json"), ",")
			f.required = !strings.Contains(opts, "omitzero")
			if key == "url" {
				f.rules = "url"
			}
		}
		if key == "" || key == "-" {
			continue
		}
		fs.order = append(fs.order, key)
		fs.byKey[key] = f
	}
	return fs
}

// keyText returns a mapping's key if it is a plain scalar.
func keyText(k ast.MapKeyNode) (string, bool) {
	n, ok := k.(ast.Node)
	if !ok {
		return "", false
	}
	switch t := n.(type) {
	case *ast.StringNode:
		return t.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return t.GetToken().Value, true
	}
	return "", false
}

func scalarText(n ast.Node) (string, bool) {
	switch t := n.(type) {
	case *ast.StringNode:
		return t.Value, true
	case *ast.LiteralNode:
		if t.Value == nil {
			return "", false
		}
		return t.Value.Value, true
	}
	return "", false
}

func number(v any) (float64, bool) {
	switch t := v.(type) {
	case int64:
		return float64(t), true
	case uint64:
		return float64(t), true
	case float64:
		return t, true
	}
	return 0, false
}

func nodeNumber(n ast.Node) (float64, bool) {
	switch t := n.(type) {
	case *ast.IntegerNode:
		return number(t.Value)
	case *ast.FloatNode:
		f := t.Value
		return f, f-f == 0 // infinities and NaN are no numbers
	}
	return 0, false
}

// firstToken is where a reader sees a list entry begin.
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
		return fmt.Sprintf("text %q", result.Clip(t.Value))
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

// suggest names the key that was probably meant, or all there are.
func suggest(key string, known []string) string {
	best, dist := "", 3
	for _, k := range known {
		if n := distance(key, k); n < dist {
			best, dist = k, n
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	sorted := append([]string(nil), known...)
	sort.Strings(sorted)
	return "keys here are " + strings.Join(sorted, ", ")
}

// distance is the edit distance of two short words.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(row[j]+1, row[j-1]+1, cost)
		}
	}
	return row[len(b)]
}

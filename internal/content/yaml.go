// Strict YAML: every problem of a file with its line and column, not only the
// first one, as the library's own strict mode would give.

package content

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

// Limits of a hand-written YAML file. A board's site.yaml has a few hundred
// lines; anything far above is a mistake or an attack.
const (
	maxYAMLBytes = 1 << 20
	maxYAMLDepth = 32
)

// decoder fills a Go value from YAML nodes. It is a walk over the tree and the
// type side by side, so that it can go on after a problem and knows the place
// of each value.
type decoder struct {
	file     string
	line     int // added to every line: front matter does not begin a file
	findings result.Findings
	places   map[string]result.Place // by path: boards[2].title
}

// decodeYAML reads data into v (a pointer to a struct). Lines are counted from
// firstLine. The places of all values read are returned by their path.
func decodeYAML(file string, data []byte, firstLine int, v any) (map[string]result.Place, result.Findings) {
	d := &decoder{file: file, line: firstLine - 1, places: map[string]result.Place{}}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if fs := checkText(file, data, firstLine); len(fs) > 0 {
		return d.places, fs
	}
	if len(data) > maxYAMLBytes {
		d.add(nil, fmt.Sprintf("file has %d bytes, more than the %d allowed", len(data), maxYAMLBytes), "move prose to markdown pages")
		return d.places, d.findings
	}
	tree, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return d.places, d.findings
	}
	var docs []ast.Node
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			docs = append(docs, doc.Body)
		}
	}
	switch len(docs) {
	case 0:
		return d.places, d.findings
	case 1:
		d.value(docs[0], reflect.ValueOf(v).Elem(), "", 0)
	default:
		d.add(docs[1].GetToken(), "a second YAML document begins here; one is expected", "remove the line ---")
	}
	d.findings.Sort()
	return d.places, d.findings
}

// syntax turns a parse error into a finding with its place.
func (d *decoder) syntax(err error) {
	var ye yaml.Error
	if errors.As(err, &ye) {
		d.add(ye.GetToken(), "not valid YAML: "+ye.GetMessage(), "check indentation, and quote text that holds any of : # { } [ ]")
		return
	}
	d.add(nil, "not valid YAML: "+err.Error(), "")
}

func (d *decoder) place(t *token.Token) result.Place {
	p := result.Place{File: d.file}
	if t != nil && t.Position != nil {
		p.Line, p.Col = t.Position.Line+d.line, t.Position.Column
	}
	return p
}

func (d *decoder) add(t *token.Token, msg, hint string) {
	d.findings = append(d.findings, result.Finding{Rule: ruleYAML, Level: result.Error, Where: d.place(t), Message: msg, Hint: hint})
}

// custom reports whether a type brings its own YAML reading.
func custom(v reflect.Value) bool {
	if !v.CanAddr() {
		return false
	}
	switch v.Addr().Interface().(type) {
	case yaml.BytesUnmarshaler, yaml.InterfaceUnmarshaler, yaml.NodeUnmarshaler:
		return true
	}
	return false
}

func (d *decoder) value(n ast.Node, v reflect.Value, path string, depth int) {
	if depth > maxYAMLDepth {
		d.add(n.GetToken(), fmt.Sprintf("nested deeper than %d levels", maxYAMLDepth), "")
		return
	}
	if path != "" {
		d.places[path] = d.place(firstToken(n))
	}
	switch n := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		d.add(n.GetToken(), "anchors, aliases and merge keys are not read", "write the value out")
		return
	case *ast.TagNode:
		d.add(n.GetToken(), "tags such as !!str are not read", "quote the value where it should be text")
		return
	case *ast.NullNode:
		return // present but empty means unset
	}
	if custom(v) {
		if err := yaml.NodeToValue(n, v.Addr().Interface(), yaml.Strict()); err != nil {
			var ye yaml.Error
			if errors.As(err, &ye) && ye.GetToken() != nil {
				d.add(ye.GetToken(), ye.GetMessage(), "")
			} else {
				d.add(n.GetToken(), err.Error(), "")
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		before := len(d.findings)
		d.value(n, p.Elem(), path, depth+1)
		// A number that could not be read is absent, not 0; a struct keeps what
		// could be read, so that its other fields are checked.
		if len(d.findings) == before || p.Elem().Kind() == reflect.Struct {
			v.Set(p)
		}
	case reflect.Struct:
		d.structure(n, v, path, depth)
	case reflect.Map:
		d.mapping(n, v, path, depth)
	case reflect.Slice:
		d.sequence(n, v, path, depth)
	default:
		d.scalar(n, v, path)
	}
}

// entries returns the key-value pairs of a mapping node; a mapping of one pair
// may come as the bare pair.
func entries(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// firstToken is where a value begins; the library's token of a mapping is its
// first colon.
func firstToken(n ast.Node) *token.Token {
	if kvs, ok := entries(n); ok && len(kvs) > 0 {
		return kvs[0].Key.GetToken()
	}
	return n.GetToken()
}

// pairs walks a mapping, reports keys that are not plain text or stand twice,
// and calls f for each of the others.
func (d *decoder) pairs(n ast.Node, path string, f func(key string, t *token.Token, v ast.Node)) {
	kvs, ok := entries(n)
	if !ok {
		d.add(n.GetToken(), fmt.Sprintf("%s must be a mapping of keys to values, found %s", nameOf(path), kindOf(n)), "")
		return
	}
	seen := map[string]int{}
	for _, kv := range kvs {
		t := kv.Key.GetToken()
		if _, ok := kv.Key.(*ast.MergeKeyNode); ok {
			d.add(t, "anchors, aliases and merge keys are not read", "write the value out")
			continue
		}
		key := t.Value
		if s, ok := kv.Key.(*ast.StringNode); ok {
			key = s.Value
		}
		if line, dup := seen[key]; dup {
			d.add(t, fmt.Sprintf("key %q stands twice, first on line %d", key, line), "remove one of them")
			continue
		}
		seen[key] = d.place(t).Line
		f(key, t, kv.Value)
	}
}

// fieldsOf maps YAML names to field indexes, through inlined structs.
func fieldsOf(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if strings.Contains(opts, "inline") {
			for k, idx := range fieldsOf(f.Type) {
				fields[k] = append([]int{i}, idx...)
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		fields[name] = []int{i}
	}
	return fields
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string, depth int) {
	fields := fieldsOf(v.Type())
	d.pairs(n, path, func(key string, t *token.Token, val ast.Node) {
		idx, ok := fields[key]
		if !ok {
			d.add(t, fmt.Sprintf("unknown key %q in %s", key, nameOf(path)), suggest(key, fields))
			return
		}
		d.value(val, v.FieldByIndex(idx), join(path, key), depth+1)
	})
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string, depth int) {
	if v.Type().Key().Kind() != reflect.String {
		d.add(n.GetToken(), fmt.Sprintf("%s cannot be read: its keys are not text", nameOf(path)), "")
		return
	}
	m := reflect.MakeMap(v.Type())
	d.pairs(n, path, func(key string, t *token.Token, val ast.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(val, e, join(path, key), depth+1)
		m.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), e)
	})
	v.Set(m)
}

func (d *decoder) sequence(n ast.Node, v reflect.Value, path string, depth int) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(n.GetToken(), fmt.Sprintf("%s must be a list, found %s", nameOf(path), kindOf(n)), "write one item a line, each with a leading - ")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		d.value(item, out.Index(i), fmt.Sprintf("%s[%d]", path, i), depth+1)
	}
	v.Set(out)
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	wrong := func(want, hint string) {
		d.add(n.GetToken(), fmt.Sprintf("%s must be %s, found %s", nameOf(path), want, kindOf(n)), hint)
	}
	switch v.Kind() {
	case reflect.String:
		switch n := n.(type) {
		case *ast.StringNode:
			v.SetString(n.Value)
		case *ast.LiteralNode:
			v.SetString(n.Value.Value)
		case *ast.IntegerNode, *ast.FloatNode:
			// The text as it stands: a version 1.10 is not 1.1.
			v.SetString(n.GetToken().Value)
		default:
			wrong("text", "put it in quotes")
		}
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			wrong("true or false", "")
			return
		}
		v.SetBool(b.Value)
	case reflect.Int, reflect.Int64, reflect.Int32:
		i, ok := n.(*ast.IntegerNode)
		if !ok {
			wrong("a whole number", "")
			return
		}
		x, err := strconv.ParseInt(fmt.Sprint(i.Value), 10, 64)
		if err != nil || v.OverflowInt(x) {
			wrong("a whole number within range", "")
			return
		}
		v.SetInt(x)
	case reflect.Float64:
		switch n := n.(type) {
		case *ast.IntegerNode:
			x, err := strconv.ParseFloat(fmt.Sprint(n.Value), 64)
			if err != nil {
				wrong("a number", "")
				return
			}
			v.SetFloat(x)
		case *ast.FloatNode:
			if math.IsInf(n.Value, 0) || math.IsNaN(n.Value) {
				wrong("a finite number", "")
				return
			}
			v.SetFloat(n.Value)
		default:
			wrong("a number", "")
		}
	default:
		d.add(n.GetToken(), fmt.Sprintf("%s cannot be read from YAML", nameOf(path)), "")
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func nameOf(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	case *ast.StringNode:
		return strconv.Quote(clip(n.Value, 40))
	case *ast.LiteralNode:
		return "a block of text"
	}
	return clip(n.GetToken().Value, 40)
}

// suggest names the nearest known key, or all of them where they are few.
func suggest(key string, fields map[string][]int) string {
	best, score := "", 3
	names := make([]string, 0, len(fields))
	for k := range fields {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if s := distance(key, k); s < score {
			best, score = k, s
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known keys: " + strings.Join(names, ", ")
}

// distance is the Levenshtein distance of two short names.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := prev
			if a[i-1] != b[j-1] {
				cost++
			}
			prev = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// clip shortens text for a message, at a rune boundary.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

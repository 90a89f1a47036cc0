// Printing: each escaped value stands in some place of a page, which is known by the
// escapers that the engine put there.
//
// A plain string in text or in a quoted attribute is escaped here. An address without
// a character that means anything is written as it is. All other values are handed to
// the engine, in a small template with the same escapers, and their entities made
// short.

package typed

import (
	"bytes"
	"html/template"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"
)

// place is where a value stands: a template that prints its data there, and how much
// of what it prints is not the value.
type place struct {
	kind          int
	engine        *template.Template
	before, after int
}

// Kinds of places.
const (
	other     = iota
	text      // HTML is written as it is
	attribute // in quotes, or where elements have no meaning
	address   // in quotes
	part      // of an address, behind its question mark or number sign
)

// places are those that are known, by their escapers.
var places = sync.OnceValue(func() map[string]*place {
	known := map[string]*place{}
	for _, p := range []struct {
		kind   int
		source string
	}{
		{text, `{{.}}`},
		{attribute, `<a title="{{.}}">`},
		{attribute, `<title>{{.}}</title>`},
		{address, `<a href="{{.}}">`},
		{address, `<a href="/{{.}}">`},
		{part, `<a href="?{{.}}">`},
		{other, `<img srcset="{{.}}">`},
		{other, `<script>{{.}}</script>`},
	} {
		t := template.Must(template.New("place").Parse(p.source))
		_ = t.Execute(io.Discard, "") // escapes it
		before, after, _ := strings.Cut(p.source, "{{.}}")
		for _, n := range t.Tree.Root.Nodes {
			if n, ok := n.(*parse.ActionNode); ok {
				escapers, _ := escapersOf(n.Pipe.Cmds[1:])
				known[escapers] = &place{p.kind, t, len(before), len(after)}
			}
		}
	}
	return known
})

// escapersOf joins the names of escapers.
func escapersOf(cmds []*parse.CommandNode) (string, bool) {
	var names []string
	for _, cmd := range cmds {
		f, ok := cmd.Args[0].(*parse.IdentifierNode)
		if !ok || len(cmd.Args) > 1 {
			return "", false
		}
		names = append(names, f.Ident)
	}
	return strings.Join(names, " "), true
}

// print compiles the printing of a value: to a step, or to a text.
func (c *compiler) print(e expr, cmds []*parse.CommandNode) (step, []byte) {
	escapers, ok := escapersOf(cmds)
	where := places()[escapers]
	if !ok || where == nil {
		giveUp("the escapers %q are not known", escapers)
	}
	if e.typ == nil || e.typ.Kind() == reflect.Interface || e.typ.Kind() == reflect.Pointer {
		giveUp("what is printed has no type yet")
	}
	write := where.writer(e.typ, c.at)
	if e.constant {
		b := output{Buffer: new(bytes.Buffer)}
		write(&b, e.get(nil))
		return nil, b.Bytes()
	}
	return func(r *run) { write(r.b, e.get(r)) }, nil
}

// writer returns what writes values of a type at the place, which is at a position.
func (p *place) writer(typ reflect.Type, at position) func(*output, reflect.Value) {
	plain := typ.NumMethod() == 0 && typ.PkgPath() != htmlType.PkgPath()
	switch kind := typ.Kind(); {
	case typ == htmlType && p.kind == text:
		return func(b *output, v reflect.Value) {
			if s := v.String(); strings.IndexByte(s, '&') < 0 {
				b.WriteString(s)
			} else {
				b.scratch = append(b.scratch[:0], s...)
				b.short(at, b.scratch)
			}
		}
	case plain && kind == reflect.String && (p.kind == text || p.kind == attribute):
		signs := at.signs()
		return func(b *output, v reflect.Value) { b.escape(v.String(), signs) }
	case plain && kind == reflect.Int && (p.kind == text || p.kind == attribute):
		return func(b *output, v reflect.Value) { b.Write(strconv.AppendInt(b.AvailableBuffer(), v.Int(), 10)) }
	case plain && kind == reflect.String && p.kind == address:
		return p.unless(at, func(s string) bool { return harmless(strings.TrimPrefix(s, "https://"), "/?=#") })
	case plain && kind == reflect.String && p.kind == part:
		return p.unless(at, func(s string) bool { return harmless(s, "") })
	}
	return func(b *output, v reflect.Value) { p.write(b, v, at) }
}

// unless returns what writes strings of a kind as they are, and others as the engine
// does.
func (p *place) unless(at position, asIs func(string) bool) func(*output, reflect.Value) {
	return func(b *output, v reflect.Value) {
		if s := v.String(); asIs(s) {
			b.WriteString(s)
		} else {
			p.write(b, v, at)
		}
	}
}

var htmlType = reflect.TypeFor[template.HTML]()

// entities are what characters are written as where they would mean something.
var entities = ['>' + 1]string{0: "\ufffd", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '<': "&lt;", '>': "&gt;"}

// signs are the characters that have an entity and need it here.
func (at position) signs() string {
	var signs []byte
	for char, entity := range entities {
		if entity != "" && !at.spares(byte(char)) {
			signs = append(signs, byte(char))
		}
	}
	return string(signs)
}

// escape writes a text with entities for these characters. They are rare, so each is
// looked for by itself, which goes over many bytes at a time.
func (b *output) escape(text, signs string) {
	if signs == "" {
		b.WriteString(text)
		return
	}
	for {
		n := strings.IndexByte(text, signs[0])
		if n < 0 {
			b.escape(text, signs[1:])
			return
		}
		b.escape(text[:n], signs[1:])
		b.WriteString(entities[signs[0]])
		text = text[n+1:]
	}
}

// short writes a piece of a page with short entities.
func (b *output) short(at position, page []byte) {
	b.Write(at.short(b.AvailableBuffer(), page))
}

// write has the engine print a value.
func (p *place) write(b *output, v reflect.Value, at position) {
	var printed bytes.Buffer
	if err := p.engine.Execute(&printed, v.Interface()); err != nil {
		panic(err)
	}
	b.short(at, printed.Bytes()[p.before:printed.Len()-p.after])
}

// harmless says that a piece of an address has no character that is written
// differently in an address or in a page, or that leads elsewhere than it says. Some
// more signs may be fine.
func harmless(s, signs string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '_':
		case strings.IndexByte(signs, c) < 0:
			return false
		}
	}
	return true
}

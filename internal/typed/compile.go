// Compiling: the nodes of an escaped parse tree become steps.

package typed

import (
	"bytes"
	"fmt"
	"reflect"
	"text/template/parse"
)

// compiler is at work on one template.
type compiler struct {
	set   *Set
	data  reflect.Type // of $
	dot   reflect.Type
	vars  []variable // in scope; the place in this list is the place in run.vars
	slots int
	at    position // in the page
}

type variable struct {
	name string
	typ  reflect.Type
}

// cannot ends the compiling of a template.
type cannot struct{ error }

func giveUp(format string, args ...any) {
	panic(cannot{fmt.Errorf(format, args...)})
}

// compiled compiles a template, and those that it names. The set is locked.
func (s *Set) compiled(key of) *program {
	if p := s.programs[key]; p != nil {
		return p
	}
	p := &program{set: s, name: key.name}
	s.programs[key] = p // found by itself, if it names itself
	defer func() {
		switch why := recover().(type) {
		case nil:
		case cannot:
			p.why = why
		default:
			panic(why)
		}
	}()
	t := s.engine.Lookup(key.name)
	if t == nil || t.Tree == nil {
		giveUp("no template %q", key.name)
	}
	c := &compiler{set: s, data: key.data, dot: key.data}
	p.steps = c.list(t.Tree.Root)
	p.slots = c.slots
	if c.at != (position{}) {
		giveUp("%q ends inside of a tag", key.name)
	}
	return p
}

// list compiles nodes, joining texts that follow one another.
func (c *compiler) list(l *parse.ListNode) []step {
	if l == nil {
		return nil
	}
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	var steps []step
	var text []byte
	flush := func() {
		if written := bytes.Clone(text); len(written) > 0 {
			steps = append(steps, func(r *run) { r.b.Write(written) })
			text = text[:0]
		}
	}
	for _, n := range l.Nodes {
		if n, ok := n.(*parse.TextNode); ok {
			text = c.at.short(text, n.Text)
			continue
		}
		do, constant := c.node(n)
		text = append(text, constant...)
		if do != nil {
			flush()
			steps = append(steps, do)
		}
	}
	flush()
	return steps
}

// node compiles one node: to a step, or to a text.
func (c *compiler) node(n parse.Node) (step, []byte) {
	switch n := n.(type) {
	case *parse.CommentNode:
		return nil, nil
	case *parse.ActionNode:
		return c.action(n.Pipe)
	case *parse.IfNode:
		return c.branch(&n.BranchNode), nil
	case *parse.WithNode:
		return c.with(&n.BranchNode), nil
	case *parse.RangeNode:
		return c.rangeOver(&n.BranchNode), nil
	case *parse.TemplateNode:
		return c.template(n), nil
	}
	giveUp("%s is not known here", n)
	return nil, nil
}

// action compiles what prints a value or sets a variable.
func (c *compiler) action(p *parse.PipeNode) (step, []byte) {
	if len(p.Decl) > 0 {
		e := c.pipe(p)
		return c.declare(p.Decl[0].Ident[0], e), nil
	}
	e := c.command(p.Cmds[0])
	return c.print(e, p.Cmds[1:])
}

// declare makes a variable; the step sets it.
func (c *compiler) declare(name string, e expr) step {
	set := c.slot(name, e.typ)
	return func(r *run) { set(r, e.get(r)) }
}

// slot makes room for a variable and returns what sets it.
func (c *compiler) slot(name string, typ reflect.Type) func(*run, reflect.Value) {
	at := len(c.vars)
	c.vars = append(c.vars, variable{name, typ})
	c.slots = max(c.slots, len(c.vars))
	return func(r *run, v reflect.Value) { r.vars[at] = v }
}

// branch compiles {{if}}.
func (c *compiler) branch(n *parse.BranchNode) step {
	if len(n.Pipe.Decl) > 0 {
		giveUp("%s sets a variable", n.Pipe)
	}
	holds := c.condition(n.Pipe)
	before := c.at
	then := c.list(n.List)
	other := c.otherwise(n.ElseList, before)
	return func(r *run) {
		if holds(r) {
			r.all(then)
		} else {
			r.all(other)
		}
	}
}

// with compiles {{with}}.
func (c *compiler) with(n *parse.BranchNode) step {
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	e := c.pipe(n.Pipe)
	set := func(*run, reflect.Value) {}
	if len(n.Pipe.Decl) > 0 {
		set = c.slot(n.Pipe.Decl[0].Ident[0], e.typ)
	}
	holds := truth(e.typ)
	before := c.at
	then := c.inside(e.typ, n.List)
	other := c.otherwise(n.ElseList, before)
	return func(r *run) {
		v := e.get(r)
		set(r, v)
		if holds(v) {
			r.with(v, then)
		} else {
			r.all(other)
		}
	}
}

// rangeOver compiles {{range}} over a slice.
func (c *compiler) rangeOver(n *parse.BranchNode) step {
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	e := c.pipe(n.Pipe)
	if e.typ.Kind() != reflect.Slice {
		giveUp("%s is not a slice", n.Pipe)
	}
	index, element := func(*run, reflect.Value) {}, func(*run, reflect.Value) {}
	decl := n.Pipe.Decl
	counted := len(decl) == 2
	if counted {
		index = c.slot(decl[0].Ident[0], reflect.TypeFor[int]())
		decl = decl[1:]
	}
	if len(decl) == 1 {
		element = c.slot(decl[0].Ident[0], e.typ.Elem())
	}
	before := c.at
	each := c.inside(e.typ.Elem(), n.List)
	none := c.otherwise(n.ElseList, before)
	if c.at != before {
		giveUp("%s ends elsewhere than it begins", n)
	}
	return func(r *run) {
		v := e.get(r)
		for i := range v.Len() {
			if counted {
				index(r, reflect.ValueOf(i))
			}
			one := v.Index(i)
			element(r, one)
			r.with(one, each)
		}
		if v.Len() == 0 {
			r.all(none)
		}
	}
}

// otherwise compiles what stands where a list before it is left out. Both end at the
// same place in the page.
func (c *compiler) otherwise(l *parse.ListNode, before position) []step {
	after := c.at
	c.at = before
	steps := c.list(l)
	if c.at != after {
		giveUp("%s ends elsewhere than what it stands for", l)
	}
	return steps
}

// inside compiles a list with a dot of its own.
func (c *compiler) inside(dot reflect.Type, l *parse.ListNode) []step {
	was := c.dot
	defer func() { c.dot = was }()
	c.dot = dot
	return c.list(l)
}

// template compiles the call of a template.
func (c *compiler) template(n *parse.TemplateNode) step {
	if c.set.engine.Lookup(n.Name) == nil {
		giveUp("template %q is the engine's own", n.Name) // a copy for another place of the page
	}
	e := expr{get: func(*run) reflect.Value { return reflect.Value{} }}
	if n.Pipe != nil {
		e = c.pipe(n.Pipe)
	}
	if c.at != (position{}) {
		giveUp("template %q stands inside of a tag", n.Name)
	}
	p := c.set.compiled(of{n.Name, e.typ})
	return func(r *run) { p.run(r, e.get(r)) }
}

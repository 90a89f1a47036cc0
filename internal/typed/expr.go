// Expressions: fields, variables, methods and functions, and what is true.

package typed

import (
	"reflect"
	"slices"
	"text/template/parse"
)

// expr is an expression with its type, which is nil for that of no data at all.
type expr struct {
	typ      reflect.Type
	get      func(*run) reflect.Value
	constant bool // the same in every execution
}

func constant(v any) expr {
	value := reflect.ValueOf(v)
	return expr{value.Type(), func(*run) reflect.Value { return value }, true}
}

// pipe compiles a pipeline of one command.
func (c *compiler) pipe(p *parse.PipeNode) expr {
	if len(p.Cmds) != 1 || p.IsAssign {
		giveUp("%s is more than an expression", p)
	}
	e := c.command(p.Cmds[0])
	if e.typ == nil || e.typ.Kind() == reflect.Interface {
		giveUp("the type of %s is not known", p)
	}
	return e
}

// command compiles an expression, with its arguments.
func (c *compiler) command(n *parse.CommandNode) expr {
	first, args := n.Args[0], n.Args[1:]
	if f, ok := first.(*parse.IdentifierNode); ok {
		return c.function(f.Ident, args)
	}
	return c.operand(first, args)
}

// value compiles an operand without arguments.
func (c *compiler) value(n parse.Node) expr { return c.operand(n, nil) }

// operand compiles an operand; only a chain of fields takes arguments.
func (c *compiler) operand(n parse.Node, args []parse.Node) expr {
	switch n := n.(type) {
	case *parse.FieldNode:
		return c.chain(c.dotExpr(), n.Ident, args)
	case *parse.VariableNode:
		return c.chain(c.variable(n.Ident[0]), n.Ident[1:], args)
	case *parse.ChainNode:
		return c.chain(c.value(n.Node), n.Field, args)
	}
	if len(args) > 0 {
		giveUp("%s takes no arguments", n)
	}
	switch n := n.(type) {
	case *parse.DotNode:
		return c.dotExpr()
	case *parse.PipeNode:
		if len(n.Decl) == 0 {
			return c.pipe(n)
		}
	case *parse.StringNode:
		return constant(n.Text)
	case *parse.BoolNode:
		return constant(n.True)
	case *parse.NumberNode:
		if n.IsInt {
			return constant(int(n.Int64))
		}
	}
	giveUp("%s is not known here", n)
	return expr{}
}

func (c *compiler) dotExpr() expr {
	return expr{typ: c.dot, get: func(r *run) reflect.Value { return r.dot }}
}

func (c *compiler) variable(name string) expr {
	if name == "$" {
		return expr{typ: c.data, get: func(r *run) reflect.Value { return r.root }}
	}
	for at, v := range slices.Backward(c.vars) {
		if v.name == name {
			return expr{typ: v.typ, get: func(r *run) reflect.Value { return r.vars[at] }}
		}
	}
	giveUp("variable %s is not known", name)
	return expr{}
}

// chain compiles .A.B.C; arguments are the last one's.
func (c *compiler) chain(e expr, names []string, args []parse.Node) expr {
	if len(names) == 0 && len(args) > 0 {
		giveUp("a value takes no arguments")
	}
	for i, name := range names {
		if i == len(names)-1 {
			return c.field(e, name, args)
		}
		e = c.field(e, name, nil)
	}
	return e
}

// field compiles a method, or a field of a struct.
func (c *compiler) field(e expr, name string, args []parse.Node) expr {
	if e.typ == nil || e.typ.Kind() == reflect.Interface {
		giveUp("%s of what has no type yet", name)
	}
	if m, ok := e.typ.MethodByName(name); ok {
		if get := c.direct(e, m, args); get != nil {
			return expr{typ: m.Type.Out(0), get: get}
		}
		call := c.call(name, m.Type, 1, args)
		return expr{typ: m.Type.Out(0), get: func(r *run) reflect.Value { return call(r, e.get(r).Method(m.Index)) }}
	}
	typ, get := e.typ, e.get
	for typ.Kind() == reflect.Pointer {
		pointer := get
		typ, get = typ.Elem(), func(r *run) reflect.Value {
			v := pointer(r)
			if v.IsNil() {
				panic(errGiveUp)
			}
			return v.Elem()
		}
	}
	if typ.Kind() != reflect.Struct || len(args) > 0 {
		giveUp("%s is no field of %s", name, typ)
	}
	if _, ok := reflect.PointerTo(typ).MethodByName(name); ok {
		giveUp("%s is a method of *%s", name, typ)
	}
	f, ok := typ.FieldByName(name)
	if !ok || !f.IsExported() {
		giveUp("%s has no field %s", typ, name)
	}
	if len(f.Index) == 1 {
		at := f.Index[0]
		return expr{typ: f.Type, get: func(r *run) reflect.Value { return get(r).Field(at) }}
	}
	return expr{typ: f.Type, get: func(r *run) reflect.Value { return get(r).FieldByIndex(f.Index) }}
}

// Direct is data that hands out methods of its own, from a text to a text, which
// costs far less than to call them by reflection. Methods that it hands out none of
// are nil.
type Direct interface {
	Direct(method string) func(string) string
}

// direct compiles the call of a method that the data may hand out, nil for all others.
func (c *compiler) direct(e expr, m reflect.Method, args []parse.Node) func(*run) reflect.Value {
	if len(args) != 1 || m.Type.NumIn() != 2 || m.Type.In(1) != stringType || m.Type.Out(0) != stringType || !e.typ.Implements(reflect.TypeFor[Direct]()) {
		return nil
	}
	arg := c.value(args[0])
	return func(r *run) reflect.Value {
		v := e.get(r)
		if f := v.Interface().(Direct).Direct(m.Name); f != nil {
			return reflect.ValueOf(f(arg.get(r).String()))
		}
		return v.Method(m.Index).Call([]reflect.Value{arg.get(r)})[0]
	}
}

var stringType = reflect.TypeFor[string]()

// call compiles the call of a function that is known in the run alone. The first of
// the parameters of its type are given already.
func (c *compiler) call(name string, typ reflect.Type, given int, nodes []parse.Node) func(*run, reflect.Value) reflect.Value {
	if typ.NumOut() != 1 || typ.Out(0).Kind() == reflect.Interface {
		giveUp("%s does not return one value of a type", name)
	}
	params := typ.NumIn() - given
	if n := len(nodes); n != params && !(typ.IsVariadic() && n >= params-1) {
		giveUp("%s takes %d arguments", name, params)
	}
	args := make([]expr, len(nodes))
	for i, n := range nodes {
		args[i] = c.value(n)
		want := typ.In(given + min(i, params-1))
		if typ.IsVariadic() && i >= params-1 {
			want = want.Elem()
		}
		if args[i].typ == nil || !args[i].typ.AssignableTo(want) {
			giveUp("%s takes no %v", name, args[i].typ)
		}
	}
	return func(r *run, f reflect.Value) reflect.Value {
		values := make([]reflect.Value, len(args))
		for i, a := range args {
			values[i] = a.get(r)
		}
		return f.Call(values)[0]
	}
}

// function compiles a call of a function. Of those that the engine has there is len.
func (c *compiler) function(name string, args []parse.Node) expr {
	if f := reflect.ValueOf(c.set.funcs[name]); f.IsValid() {
		call := c.call(name, f.Type(), 0, args)
		return expr{typ: f.Type().Out(0), get: func(r *run) reflect.Value { return call(r, f) }}
	}
	if name == "len" && len(args) == 1 {
		e := c.value(args[0])
		if e.typ != nil && (e.typ.Kind() == reflect.Slice || e.typ.Kind() == reflect.String) {
			return expr{typ: reflect.TypeFor[int](), get: func(r *run) reflect.Value { return reflect.ValueOf(e.get(r).Len()) }}
		}
	}
	giveUp("function %s is not known here", name)
	return expr{}
}

// condition compiles what is asked for its truth alone.
func (c *compiler) condition(n parse.Node) func(*run) bool {
	if p, ok := n.(*parse.PipeNode); ok && len(p.Cmds) == 1 && len(p.Decl) == 0 {
		args := p.Cmds[0].Args
		if len(args) == 1 {
			if inner, ok := args[0].(*parse.PipeNode); ok {
				return c.condition(inner)
			}
		}
		if f, ok := args[0].(*parse.IdentifierNode); ok && c.set.funcs[f.Ident] == nil {
			if holds := c.logic(f.Ident, args[1:]); holds != nil {
				return holds
			}
		}
		e := c.pipe(p)
		holds := truth(e.typ)
		return func(r *run) bool { return holds(e.get(r)) }
	}
	e := c.value(n)
	holds := truth(e.typ)
	return func(r *run) bool { return holds(e.get(r)) }
}

// logic compiles the engine's functions of truth, nil for any other.
func (c *compiler) logic(name string, args []parse.Node) func(*run) bool {
	switch {
	case name == "not" && len(args) == 1:
		holds := c.condition(args[0])
		return func(r *run) bool { return !holds(r) }
	case name == "and" && len(args) == 2:
		a, b := c.condition(args[0]), c.condition(args[1])
		return func(r *run) bool { return a(r) && b(r) }
	case name == "or" && len(args) == 2:
		a, b := c.condition(args[0]), c.condition(args[1])
		return func(r *run) bool { return a(r) || b(r) }
	case name == "eq" && len(args) == 2:
		return c.equal(args)
	case name == "ne" && len(args) == 2:
		same := c.equal(args)
		return func(r *run) bool { return !same(r) }
	}
	return nil
}

// equal compares two strings or two integers.
func (c *compiler) equal(args []parse.Node) func(*run) bool {
	a, b := c.value(args[0]), c.value(args[1])
	switch {
	case a.typ == nil || b.typ == nil:
	case a.typ.Kind() == reflect.String && b.typ.Kind() == reflect.String:
		return func(r *run) bool { return a.get(r).String() == b.get(r).String() }
	case a.typ.Kind() == reflect.Int && b.typ.Kind() == reflect.Int:
		return func(r *run) bool { return a.get(r).Int() == b.get(r).Int() }
	}
	giveUp("only strings and integers are compared here")
	return nil
}

// truth is the engine's notion of it for a type.
func truth(typ reflect.Type) func(reflect.Value) bool {
	if typ != nil {
		switch typ.Kind() {
		case reflect.Bool:
			return reflect.Value.Bool
		case reflect.Int, reflect.Int64:
			return func(v reflect.Value) bool { return v.Int() != 0 }
		case reflect.String, reflect.Slice, reflect.Map:
			return func(v reflect.Value) bool { return v.Len() > 0 }
		case reflect.Pointer:
			return func(v reflect.Value) bool { return !v.IsNil() }
		case reflect.Struct:
			return func(reflect.Value) bool { return true }
		}
	}
	giveUp("the truth of %v is not known", typ)
	return nil
}

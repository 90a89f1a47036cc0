// Package typed executes templates of html/template for data whose type is known.
//
// The engine finds each field by its name and calls each escaper by reflection, anew
// in every execution. Here a template is compiled for the type of its data: fields
// are found once, and what does not depend on the data is joined to one text.
//
// No escaping is done by other rules than the engine's. Its parse tree, escaped, says
// which escapers stand where; print.go has what is done for each. Only entities that a
// page does not need are spared, in what the engine writes too (short.go).
//
// What cannot be compiled is left to the engine, template by template, and so is a
// page on which something fails: the engine makes it again and says what is wrong.
package typed

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// maxDepth is how deep templates may stand in one another. What is deeper is left to
// the engine, which has a limit of its own.
const maxDepth = 1000

// Set is a template with those that are associated with it. It is safe for concurrent
// use.
type Set struct {
	engine *template.Template
	funcs  template.FuncMap

	mu       sync.Mutex
	programs map[of]*program
}

// of is a template for data of a type.
type of struct {
	name string
	data reflect.Type
}

// program is a compiled template; without steps it is left to the engine.
type program struct {
	set   *Set
	name  string
	steps []step
	slots int   // of its variables
	why   error // it is left to the engine
}

// step is a part of a template: it writes, or it chooses what is written.
type step func(*run)

// output is what is written to. scratch holds a text while it is escaped.
type output struct {
	*bytes.Buffer
	scratch []byte
}

// run is an execution of a template.
type run struct {
	b         *output
	root, dot reflect.Value
	vars      []reflect.Value
	depth     int
}

// New returns the set of t. funcs are the functions that its templates were parsed
// with.
func New(t *template.Template, funcs template.FuncMap) *Set {
	return &Set{engine: t, funcs: funcs, programs: map[of]*program{}}
}

// Execute writes the template of a name. On failure nothing is written.
func (s *Set) Execute(b *bytes.Buffer, name string, data any) error {
	start := b.Len()
	if s.try(b, name, data) {
		return nil
	}
	b.Truncate(start)
	return s.left(&output{Buffer: b}, name, data)
}

// left has the engine execute a template. On failure nothing is written.
func (s *Set) left(b *output, name string, data any) error {
	var page bytes.Buffer
	if err := s.engine.ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	b.Write(Short(page.Bytes()))
	return nil
}

// try executes a compiled template; false means that something failed.
func (s *Set) try(b *bytes.Buffer, name string, data any) (ok bool) {
	defer func() {
		if recover() != nil { // the engine makes an error of what a method does
			ok = false
		}
	}()
	s.program(name, data).run(&run{b: &output{Buffer: b}}, reflect.ValueOf(data))
	return true
}

// program returns the template for data of this type. It compiles at most once.
func (s *Set) program(name string, data any) *program {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := of{name, reflect.TypeOf(data)}
	if p := s.programs[key]; p != nil {
		return p
	}
	// The engine escapes when it is first asked to execute, which it need not do. If
	// it cannot escape, it says so when it is asked to for a page.
	_ = s.engine.ExecuteTemplate(full{}, name, data)
	return s.compiled(key)
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// Compile compiles the template of a name for data of the type of an example. It says
// which templates that it takes are left to the engine, and why.
func (s *Set) Compile(name string, example any) error {
	s.program(name, example)
	var left []error
	for key, p := range s.programs {
		if p.why != nil {
			left = append(left, fmt.Errorf("%s for %v: %w", key.name, key.data, p.why))
		}
	}
	slices.SortFunc(left, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(left...)
}

// errGiveUp ends an execution that the engine has to do.
var errGiveUp = errors.New("left to the engine")

// run executes the program in the place of another one. It panics where it cannot go
// on.
func (p *program) run(r *run, data reflect.Value) {
	if r.depth > maxDepth {
		panic(errGiveUp)
	}
	if p.why != nil {
		var dot any
		if data.IsValid() {
			dot = data.Interface()
		}
		if err := p.set.left(r.b, p.name, dot); err != nil {
			panic(err)
		}
		return
	}
	was := *r
	*r = run{b: was.b, root: data, dot: data, depth: was.depth + 1}
	if p.slots > 0 {
		r.vars = make([]reflect.Value, p.slots)
	}
	r.all(p.steps)
	*r = was
}

func (r *run) all(steps []step) {
	for _, do := range steps {
		do(r)
	}
}

// with executes steps with another dot.
func (r *run) with(dot reflect.Value, steps []step) {
	was := r.dot
	r.dot = dot
	r.all(steps)
	r.dot = was
}

// Formula columns: numbers that a board derives from the registry's keys, such
// as watt-hours per million tokens.

package content

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
	"jouleboard/internal/yamldoc"
)

// Formula is one derived column. Expr is arithmetic over registry keys.
type Formula struct {
	Expr       string         `yaml:"expr"`
	Name       string         `yaml:"name"`
	Unit       string         `yaml:"unit"`
	Better     unit.Direction `yaml:"better"` // lower, higher or "-" (default)
	Digits     int            `yaml:"digits"` // default 3
	Definition string         `yaml:"definition"`

	program *vm.Program
	inputs  []string
}

// Formulas maps a column's key to its formula. In site.yaml a formula is its
// expression alone, or a mapping with name and unit.
type Formulas map[string]Formula

// UnmarshalYAMLNode reads a formula from its short form or its mapping.
func (f *Formula) UnmarshalYAMLNode(n yamldoc.Node) {
	if short, ok := n.Text(); ok {
		f.Expr = short
		return
	}
	type plain Formula // without this method
	n.Read((*plain)(f))
}

// Keys returns the columns' keys in order of name.
func (fs Formulas) Keys() []string {
	keys := make([]string, 0, len(fs))
	for k := range fs {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Metrics returns the columns as metrics for unit.Registry.With.
func (fs Formulas) Metrics() []unit.Metric {
	var ms []unit.Metric
	for _, k := range fs.Keys() {
		f := fs[k]
		m := unit.Metric{Key: k, Name: f.Name, Short: f.Name, Unit: f.Unit, Better: f.Better, Digits: f.Digits, Definition: f.Definition}
		if m.Name == "" {
			m.Name = strings.ReplaceAll(k, "_", " ")
			m.Short = m.Name
		}
		if m.Better == "" {
			m.Better = unit.Neutral
		}
		if m.Digits == 0 {
			m.Digits = 3
		}
		if m.Definition == "" {
			m.Definition = "Derived by this board: " + f.Expr + "."
		}
		ms = append(ms, m)
	}
	return ms
}

// Value evaluates the formula for a result. ok is false where an input is
// absent or the outcome is not a finite number: a formula never fills a gap.
func (f Formula) Value(r *result.Result) (v float64, ok bool) {
	if f.program == nil {
		return 0, false
	}
	in := map[string]any{}
	for _, key := range f.inputs {
		x, ok := r.Value(key)
		if !ok {
			return 0, false
		}
		put(in, key, x)
	}
	out, err := expr.Run(f.program, in)
	if err != nil {
		return 0, false
	}
	v, ok = out.(float64)
	return v, ok && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// put stores a value under its key; a statistic ("itl_ms.p50") becomes a field
// of its distribution, which is how the expression library reads the dot.
func put(env map[string]any, key string, v float64) {
	base, stat, dotted := strings.Cut(key, ".")
	if !dotted {
		env[key] = v
		return
	}
	stats, ok := env[base].(map[string]float64)
	if !ok {
		stats = map[string]float64{}
		env[base] = stats
	}
	stats[stat] = v
}

// compile parses the expression and allows nothing but arithmetic: numbers,
// registry keys, + - * / ^ and min, max, abs, round.
func (f *Formula) compile(reg *unit.Registry) error {
	if len(f.Expr) > 500 {
		return fmt.Errorf("expression has %d bytes, more than 500", len(f.Expr))
	}
	tree, err := parser.Parse(f.Expr)
	if err != nil {
		return fmt.Errorf("expression cannot be read: %s", result.FirstLine(err.Error()))
	}
	w := &formulaWalk{reg: reg, env: map[string]any{}}
	dim, known := w.walk(tree.Node)
	if w.err != nil {
		return w.err
	}
	if len(w.env) == 0 {
		return fmt.Errorf("expression uses no key of the metric registry")
	}
	if known && f.Unit != "" && dim != "" && !strings.ContainsAny(f.Expr, "*/^") && dim != f.Unit {
		return fmt.Errorf("unit is %q, but the expression gives %q", f.Unit, dim)
	}
	f.program, err = expr.Compile(f.Expr, expr.Env(w.env), expr.AsFloat64())
	if err != nil {
		return fmt.Errorf("expression cannot be read: %s", result.FirstLine(err.Error()))
	}
	for key := range w.keys {
		f.inputs = append(f.inputs, key)
	}
	sort.Strings(f.inputs)
	return nil
}

// formulaWalk checks an expression's tree and follows units through sums, where
// they can be known: adding joules to milliseconds is a mistake.
type formulaWalk struct {
	reg  *unit.Registry
	env  map[string]any
	keys map[string]bool
	err  error
}

// walk returns the unit of a node; known is false for products and quotients,
// which make units of their own.
func (w *formulaWalk) walk(n ast.Node) (dim string, known bool) {
	if w.err != nil {
		return "", false
	}
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return "", false
	case *ast.IdentifierNode:
		return w.key(n.Value, false)
	case *ast.MemberNode:
		id, ok := n.Node.(*ast.IdentifierNode)
		stat, ok2 := n.Property.(*ast.StringNode)
		if ok && ok2 && !n.Optional {
			return w.key(id.Value+"."+stat.Value, true)
		}
	case *ast.UnaryNode:
		if n.Operator == "-" || n.Operator == "+" {
			return w.walk(n.Node)
		}
	case *ast.BinaryNode:
		a, aok := w.walk(n.Left)
		b, bok := w.walk(n.Right)
		switch n.Operator {
		case "+", "-":
			if aok && bok && a != b && w.err == nil {
				w.err = fmt.Errorf("expression adds %q and %q, which are different units", a, b)
			}
			return a, aok && bok
		case "*", "/", "^", "**":
			return "", false
		}
	case *ast.BuiltinNode:
		switch n.Name {
		case "min", "max", "abs", "round", "floor", "ceil":
			for _, a := range n.Arguments {
				dim, known = w.walk(a)
			}
			return dim, known
		}
	}
	if w.err == nil {
		w.err = fmt.Errorf("expression holds %q; only numbers, metric keys, + - * / ^ and min, max, abs, round, floor, ceil are allowed", result.Clip(n.String()))
	}
	return "", false
}

func (w *formulaWalk) key(key string, dotted bool) (string, bool) {
	m, ok := w.reg.Get(key)
	if !ok || m.Distribution && !dotted {
		hint := ""
		if ok {
			hint = "; name a statistic of it, such as " + key + ".p50"
		}
		w.err = fmt.Errorf("%q is not a key of the metric registry%s", key, hint)
		return "", false
	}
	if w.keys == nil {
		w.keys = map[string]bool{}
	}
	w.keys[key] = true
	put(w.env, key, 0)
	return m.Unit, true
}

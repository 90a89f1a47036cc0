// Formulas of derived metrics, computed again: arithmetic over registry keys.

package result

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"

	"jouleboard/internal/stats"
)

// errAbsent is a key that the formula may name but the file does not hold.
var errAbsent = errors.New("is not in this file")

// maxFormula bounds the length of a formula in bytes.
const maxFormula = 500

// evalFormula computes a formula such as "energy_per_response_j * 1000 / 3600"
// over the numbers of a result. It knows + - * /, brackets, decimal numbers,
// and keys, with a statistic behind a dot for distributions. The grammar is
// that of Go expressions, so Go's own parser reads it; everything else that the
// parser accepts is refused here. Operations are rounded one by one, so the
// value is the same on every platform.
func evalFormula(text string, r *Result) (float64, error) {
	if len(text) > maxFormula {
		return 0, fmt.Errorf("has %d bytes; at most %d are allowed", len(text), maxFormula)
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return 0, errors.New("is not arithmetic over metric keys")
	}
	v, err := evalExpr(e, r)
	if err != nil {
		return 0, err
	}
	if !stats.Finite(v) {
		return 0, errors.New("divides by zero")
	}
	return v, nil
}

func evalExpr(e ast.Expr, r *Result) (float64, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return evalExpr(e.X, r)
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			if v, err := strconv.ParseFloat(e.Value, 64); err == nil {
				return v, nil
			}
		}
		return 0, fmt.Errorf("holds %s, which is not a decimal number", Clip(e.Value))
	case *ast.Ident:
		return evalKey(e.Name, r)
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return evalKey(x.Name+"."+e.Sel.Name, r)
		}
	case *ast.UnaryExpr:
		v, err := evalExpr(e.X, r)
		switch e.Op {
		case token.SUB:
			return -v, err
		case token.ADD:
			return v, err
		}
	case *ast.BinaryExpr:
		x, err := evalExpr(e.X, r)
		if err != nil {
			return 0, err
		}
		y, err := evalExpr(e.Y, r)
		if err != nil {
			return 0, err
		}
		switch e.Op {
		case token.ADD:
			return x + y, nil
		case token.SUB:
			return x - y, nil
		case token.MUL:
			return float64(x * y), nil
		case token.QUO:
			return x / y, nil
		}
		return 0, fmt.Errorf("holds the operator %s; + - * / are known", e.Op)
	}
	return 0, errors.New("is not arithmetic over metric keys")
}

func evalKey(key string, r *Result) (float64, error) {
	if v, ok := r.Value(key); ok {
		return v, nil
	}
	if _, known := registry().Get(key); known {
		return 0, fmt.Errorf("needs %s, which %w", key, errAbsent)
	}
	if near := match(key, registry().Keys()); near != "" {
		return 0, fmt.Errorf("holds the unknown key %s; did you mean %s?", Clip(key), near)
	}
	return 0, fmt.Errorf("holds the unknown key %s", Clip(key))
}

// apart is the relative difference of two numbers.
func apart(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
}

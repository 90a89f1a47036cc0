// Exact decimal numbers: what a source wrote is kept as text, and units change
// by powers of ten only, without passing through a binary float in between.

package convert

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// number is a decimal number with the source's own text.
type number struct {
	text string
	rat  *big.Rat
}

var decimalText = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$`)

// parseNumber reads a plain decimal number: no thousands separators, no NaN, no
// hexadecimal, at most three digits of exponent.
func parseNumber(s string) (number, error) {
	t := strings.TrimSpace(s)
	if !decimalText.MatchString(t) || len(t) > 60 {
		return number{}, fmt.Errorf("%q is not a decimal number", s)
	}
	r, ok := new(big.Rat).SetString(t)
	if !ok {
		return number{}, fmt.Errorf("%q is not a decimal number", s)
	}
	// Far inside what a float64 holds, so that no change of unit leaves it.
	if f, _ := r.Float64(); r.Sign() != 0 && (math.Abs(f) > 1e300 || math.Abs(f) < 1e-300) {
		return number{}, fmt.Errorf("%q is out of range: numbers lie between 1e-300 and 1e300", s)
	}
	return number{text: t, rat: r}, nil
}

// float returns the float64 nearest to the number times 10^shift.
func (n number) float(shift int) float64 {
	r := n.rat
	if shift != 0 {
		ten := big.NewInt(10)
		abs := shift
		if abs < 0 {
			abs = -abs
		}
		p := new(big.Rat).SetInt(new(big.Int).Exp(ten, big.NewInt(int64(abs)), nil))
		if shift < 0 {
			p.Inv(p)
		}
		r = new(big.Rat).Mul(r, p)
	}
	f, _ := r.Float64()
	return f
}

// integer returns the number if it is whole ("8" and "8.0" both are).
func (n number) integer() (int64, bool) {
	if !n.rat.IsInt() || !n.rat.Num().IsInt64() {
		return 0, false
	}
	return n.rat.Num().Int64(), true
}

// wholeNumber is a number that was counted here.
func wholeNumber(i int64) number {
	return number{text: strconv.FormatInt(i, 10), rat: new(big.Rat).SetInt64(i)}
}

func (n number) sign() int { return n.rat.Sign() }

// fmtFloat writes a computed number as result files do, by shortest round trip.
func fmtFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

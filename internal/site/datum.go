// Numbers in the data files of tables: in as few digits as print alike.

package site

import (
	"encoding/json"
	"math"
	"strconv"

	"jouleboard/internal/unit"
)

// datum is a value that may be missing.
type datum struct {
	v      float64
	ok     bool
	digits int // that are printed, 0 for all
}

// data is a column of values.
type data []datum

// MarshalJSON writes null for what is missing.
func (d data) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 8*len(d)+2), '[')
	for i, n := range d {
		if i > 0 {
			b = append(b, ',')
		}
		if !n.ok {
			b = append(b, "null"...)
			continue
		}
		v := n.v
		if n.digits > 0 && v != 0 {
			v = n.short()
		}
		if a := math.Abs(v); a >= 1e-6 && a < 1e21 {
			b = strconv.AppendFloat(b, v, 'f', -1, 64)
			continue
		}
		text, err := json.Marshal(v) // with an exponent, or no number
		if err != nil {
			return nil, err
		}
		b = append(b, text...)
	}
	return append(b, ']'), nil
}

// shortDigits is how many significant digits are written.
const shortDigits = 6

// short is the value in six significant digits, or whole where rounding twice would
// print another number.
func (n datum) short() float64 {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(n.v), 'e', shortDigits-1, 64)
	back, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return n.v
	}
	back = math.Copysign(back, n.v)
	if n.printsAlike(text) || unit.Sig(back, n.digits) == unit.Sig(n.v, n.digits) {
		return back
	}
	return n.v
}

// printsAlike says of most values, by their first six digits, that these print as
// the value does: only what is a half there may round another way than before.
func (n datum) printsAlike(text []byte) bool {
	if a := math.Abs(n.v); a < 1e-3 || a >= 1e5 || n.digits > shortDigits {
		return false
	}
	half := func(at int) bool { // that the digits from one on are
		if at == 0 || at >= shortDigits || text[at+1] != '5' {
			return false
		}
		for _, c := range text[at+2 : shortDigits+1] {
			if c != '0' {
				return false
			}
		}
		return true
	}
	whole := 0 // digits before the point
	for a := math.Abs(n.v); a >= 1; a /= 10 {
		whole++
	}
	return !half(n.digits) && !half(whole) && !half(whole+1)
}

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
	digits int8 // that are printed, 0 for all
}

// data is a column of values.
type data []datum

// MarshalJSON writes null for what is missing.
func (d data) MarshalJSON() ([]byte, error) { return d.append(make([]byte, 0, 8*len(d)+2)) }

// append adds the values as a list of JSON.
func (d data) append(b []byte) ([]byte, error) {
	b = append(b, '[')
	for i, n := range d {
		if i > 0 {
			b = append(b, ',')
		}
		if !n.ok {
			b = append(b, "null"...)
			continue
		}
		var err error
		if b, err = n.append(b); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// append adds the value as JSON, in few digits where it says how many are printed.
func (n datum) append(b []byte) ([]byte, error) {
	v := n.v
	if n.digits > 0 && v != 0 {
		var buf [32]byte
		text := strconv.AppendFloat(buf[:0], math.Abs(v), 'e', shortDigits-1, 64)
		if n.printsAlike(text) {
			if v < 0 {
				b = append(b, '-')
			}
			return appendShort(b, text), nil
		}
		v = n.short()
	}
	if a := math.Abs(v); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(b, v, 'f', -1, 64), nil
	}
	text, err := json.Marshal(v) // with an exponent, or no number
	return append(b, text...), err
}

// appendShort adds a number that printsAlike knows, of which text is the first six
// digits: "1.23400e-02" is 0.01234.
func appendShort(b, text []byte) []byte {
	var digits [shortDigits]byte
	digits[0] = text[0]
	copy(digits[1:], text[2:])
	n := shortDigits
	for n > 1 && digits[n-1] == '0' {
		n--
	}
	whole := int(text[len(text)-1]-'0') + 1 // digits before the point; no exponent has two
	if text[shortDigits+2] == '-' {
		whole = 2 - whole
		b = append(b, '0')
	} else {
		b = append(b, digits[:whole]...)
		n = max(n, whole)
	}
	if whole >= n {
		return b
	}
	b = append(b, '.')
	for i := whole; i < 0; i++ {
		b = append(b, '0')
	}
	return append(b, digits[max(0, whole):n]...)
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
	if n.printsAlike(text) || unit.Sig(back, int(n.digits)) == unit.Sig(n.v, int(n.digits)) {
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
	return !half(int(n.digits)) && !half(whole) && !half(whole+1)
}

// How quantities are printed: significant digits, thin spaces, and the energy
// prefixes of labels. Printing never feeds another formula.

package unit

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Thin is the narrow no-break space between thousands and before a unit.
const Thin = "\u202f"

// Dash is what stands where a value is missing.
const Dash = "\u2013"

// Sig prints v with the given number of significant digits, a decimal dot,
// trailing zeros kept (they carry precision) and thin no-break spaces between
// thousands. Integers of more digits than asked are rounded to a whole number,
// never to tens: 1283.4 with 3 digits is "1 283". Magnitudes below 1e-4 or from
// 1e15 print in exponent form.
func Sig(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Dash
	}
	a := math.Abs(v)
	if a < 1e-4 || a >= 1e15 {
		return strconv.FormatFloat(v, 'e', digits-1, 64)
	}
	// Round first, so that 9.999 with 3 digits prints as 10.0 and not 10.00. The
	// exponent is read off the rounded text: logarithms of powers of ten are
	// not exact.
	var room [32]byte
	rounded := strconv.AppendFloat(room[:0], a, 'e', digits-1, 64)
	at := bytes.IndexByte(rounded, 'e')
	exp, err := strconv.Atoi(string(rounded[at+1:]))
	if err != nil {
		return Dash
	}
	if digits-1 <= exp {
		return group(strconv.FormatFloat(v, 'f', 0, 64))
	}
	// The digits are those of the text and not those of v, which round another way at
	// the border between two exponents. Only the point has to move.
	all := append(rounded[:1], rounded[min(2, at):at]...)
	var place [48]byte
	b := place[:0]
	if v < 0 {
		b = append(b, '-')
	}
	if exp < 0 {
		b = append(append(b, "0.0000"[:1-exp]...), all...)
	} else {
		b = append(append(append(b, all[:exp+1]...), '.'), all[exp+1:]...)
	}
	return group(string(b))
}

// Int prints an integer with thin no-break spaces between thousands.
func Int(n int64) string { return group(strconv.FormatInt(n, 10)) }

// Trim prints v in the shortest form that keeps its value, grouped: for counts
// and given parameters such as "0.5" or "235".
func Trim(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return Dash
	case v == 0: // also a negative zero
		return "0"
	}
	return group(strconv.FormatFloat(v, 'f', -1, 64))
}

// group puts thin spaces between thousands of the integer part. Four-digit
// numbers are grouped too, so that columns align.
func group(s string) string {
	rest, neg := strings.CutPrefix(s, "-")
	whole, frac, dot := strings.Cut(rest, ".")
	if !neg && len(whole) <= 3 {
		return s
	}
	var room [64]byte
	b := room[:0]
	if neg {
		b = append(b, "\u2212"...)
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, Thin...)
		}
		b = append(b, whole[i])
	}
	if dot {
		b = append(append(b, '.'), frac...)
	}
	return string(b)
}

// Energy prints watt-hours as labels do: 3 significant digits, mWh below
// 0.1 Wh and kWh from 10,000 Wh. It returns the number and the unit apart, so
// that layouts can keep them together.
func Energy(wh float64) (number, unit string) {
	unit = "Wh"
	// The unit is chosen for what is printed: 9,999 Wh are 10.0 kWh.
	switch r := round(wh, 3); {
	case r < 0.1:
		unit = "mWh"
	case r >= 10000:
		unit = "kWh"
	}
	return EnergyIn(wh, unit), unit
}

// EnergyIn prints watt-hours as Energy does, in a unit that is chosen already.
// A label promises 3 significant digits and no more, so that thousands end in
// zeros here, as they do not in the tables of a site (Sig).
func EnergyIn(wh float64, unit string) string {
	switch unit {
	case "mWh":
		wh *= 1000
	case "kWh":
		wh /= 1000
	}
	return Sig(round(wh, 3), 3)
}

// round keeps the given number of significant digits of v.
func round(v float64, digits int) float64 {
	// What was printed parses; what is no number stays none.
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	return r
}

// LowerFirst is a name as it stands inside a sentence: with a small first letter,
// unless it begins with an acronym.
func LowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[n:]); n == 0 || unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}

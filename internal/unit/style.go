// Numbers as a language writes them: what stands before decimals, between
// thousands, and for each digit. Files of data never use it.

package unit

import "strings"

// Style is how a language writes numbers. What is empty is as Sig prints it: a
// point, a thin space, and the digits 0 to 9.
type Style struct {
	Decimal string
	Group   string
	Digits  string // ten of them, from zero
}

// Sig, Int, Trim and Energy print as the functions of these names do.
func (s Style) Sig(v float64, digits int) string { return s.Write(Sig(v, digits)) }

// Int prints an integer, grouped.
func (s Style) Int(n int64) string { return s.Write(Int(n)) }

// Trim prints v in the shortest form that keeps its value, grouped.
func (s Style) Trim(v float64) string { return s.Write(Trim(v)) }

// Energy prints watt-hours as labels do.
func (s Style) Energy(wh float64) (number, unit string) {
	number, unit = Energy(wh)
	return s.Write(number), unit
}

// Write puts a number that is printed plainly, or with thin spaces, into the
// style. Signs, exponents and the dash of an interval stay.
func (s Style) Write(number string) string {
	if s == (Style{}) {
		return number
	}
	digits := []rune(s.Digits)
	var b strings.Builder
	for _, r := range number {
		switch {
		case r == '.' && s.Decimal != "":
			b.WriteString(s.Decimal)
		case string(r) == Thin && s.Group != "":
			b.WriteString(s.Group)
		case r >= '0' && r <= '9' && len(digits) == 10:
			b.WriteRune(digits[r-'0'])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

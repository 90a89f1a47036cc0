package site

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"jouleboard/internal/unit"
)

// What a table's data file holds prints as the value does, in few digits, and what
// says so of most values without printing them is right.
func TestDatum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := []float64{1, 0.5, 99.95, 99.96, 9.995, 99999.5, 99999.96, 12345.5, 1234.5, 1e5, 123456.5, 0.00099995, 1e-7, 1e22, 999.9995, 2.5e-4, 1.00005, 45.0000004}
	for range 4000 {
		v := rng.Float64()
		for range rng.IntN(12) {
			v *= 10
		}
		for range rng.IntN(6) {
			v /= 10
		}
		values = append(values, v)
		// Those that end on a half, a little more and a little less.
		text := strconv.FormatFloat(v, 'e', rng.IntN(6), 64)
		mantissa, exponent := text[:len(text)-4], text[len(text)-4:]
		if len(mantissa) == 1 {
			mantissa += "."
		}
		for _, end := range []string{"5", "50000001", "49999999", "5000", "4999996", "49995"} {
			half, err := strconv.ParseFloat(mantissa+end+exponent, 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, half)
		}
	}
	quick := 0
	for _, v := range values {
		for digits := 1; digits <= 7; digits++ {
			for _, v := range []float64{v, -v} {
				n := datum{v, true, int8(digits)}
				got := n.short()
				if unit.Sig(got, digits) != unit.Sig(v, digits) {
					t.Fatalf("%v with %d digits is written as %v, which prints %s and not %s", v, digits, got, unit.Sig(got, digits), unit.Sig(v, digits))
				}
				if text := strconv.FormatFloat(v, 'g', shortDigits, 64); got == v && unit.Sig(parsed(t, text), digits) == unit.Sig(v, digits) && got != parsed(t, text) {
					t.Fatalf("%v with %d digits is written whole, and %s would do", v, digits, text)
				}
				if text, err := n.append(nil); err != nil || math.Abs(v) < 1e21 && math.Abs(v) >= 1e-6 && string(text) != strconv.FormatFloat(got, 'f', -1, 64) {
					t.Fatalf("%v with %d digits is written as %s (%v), wanted %v", v, digits, text, err, got)
				}
				if got != v {
					quick++
				}
			}
		}
	}
	if quick < len(values) {
		t.Errorf("only %d of %d values are written in fewer digits", quick, len(values))
	}
	b, err := json.Marshal(data{{0, true, 3}, {}, {1.23456789, true, 3}, {-2.5e-9, true, 3}, {1.23456789, true, 0}, {3e21, true, 2}})
	if want := "[0,null,1.23457,-2.5e-9,1.23456789,3e+21]"; err != nil || string(b) != want {
		t.Errorf("got %s (%v), wanted %s", b, err, want)
	}
}

func parsed(t testing.TB, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

package convert

import (
	"math"
	"math/big"
	"testing"
)

func TestNumberShiftsExactly(t *testing.T) {
	tests := []struct {
		name, text string
		shift      int
		want       float64
	}{
		{"seconds to milliseconds", "0.84", 3, 840},
		{"what a product in float64 would get wrong", "1.001", 3, 1001}, // 1.001*1000 is 1000.9999999999999
		{"exponent form", "4.25E-05", 3, 0.0425},
		{"kWh to Wh", "0.013250625", 3, 13.250625},
		{"down", "125", -2, 1.25},
		{"as it is", "0.1", 0, 0.1},
		{"zero", "0", 3, 0},
		{"white space around", " 8.0\t", 0, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := parseNumber(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := n.float(tt.shift); got != tt.want {
				t.Errorf("%s * 10^%d = %v, want %v", tt.text, tt.shift, got, tt.want)
			}
		})
	}
	if f := 1.001; f*1000 == 1001 {
		t.Error("the second row no longer shows anything: float64 agrees")
	}
}

func TestNumberRefusesWhatIsNoDecimal(t *testing.T) {
	for _, s := range []string{"", "NaN", "Inf", "-Infinity", "1,234", "1/3", "0x10", "1_000", "1e9999", "12 W", "--1", "+1", ".5", "1."} {
		if n, err := parseNumber(s); err == nil {
			t.Errorf("%q was read as %v", s, n.float(0))
		}
	}
}

func TestIntegers(t *testing.T) {
	for text, want := range map[string]bool{"8": true, "8.0": true, "8e0": true, "8.5": false, "1e30": false} {
		n, err := parseNumber(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := n.integer(); ok != want {
			t.Errorf("integer(%s) = %v, want %v", text, ok, want)
		}
	}
}

// FuzzNumber: shifting up and down again is the identity on the exact number,
// and the float is the nearest one.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0.84", "0.0001", "-3", "4.25E-05", "99999999999999999999"} {
		f.Add(s, int8(3))
	}
	f.Fuzz(func(t *testing.T, s string, shift int8) {
		n, err := parseNumber(s)
		if err != nil {
			return
		}
		k := int(shift % 9)
		got := n.float(k)
		p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(k, -k))), nil))
		if k < 0 {
			p.Inv(p)
		}
		want, _ := new(big.Rat).Mul(n.rat, p).Float64()
		if got != want || math.IsNaN(got) {
			t.Errorf("%s * 10^%d = %v, want %v", s, k, got, want)
		}
	})
}

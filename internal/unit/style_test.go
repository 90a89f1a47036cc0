package unit_test

import (
	"testing"

	"jouleboard/internal/unit"
)

func TestStyle(t *testing.T) {
	german := unit.Style{Decimal: ",", Group: "."}
	arabic := unit.Style{Decimal: "٫", Group: "٬", Digits: "٠١٢٣٤٥٦٧٨٩"}
	for _, c := range []struct{ got, want string }{
		{german.Sig(1234.56, 6), "1.234,56"},
		{german.Sig(-0.00001234, 3), "-1,23e-05"},
		{german.Int(-1234567), "\u22121.234.567"},
		{german.Trim(0.5), "0,5"},
		{german.Write("1.5–2\u202f000"), "1,5–2.000"},
		{unit.Style{Decimal: ","}.Trim(1234.5), "1\u202f234,5"},
		{arabic.Trim(1234.5), "١٬٢٣٤٫٥"},
		{unit.Style{}.Trim(1234.5), "1\u202f234.5"},
		{unit.Style{Digits: "012"}.Trim(1234.5), "1\u202f234.5"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if n, u := german.Energy(0.0123); n != "12,3" || u != "mWh" {
		t.Errorf("Energy is %s %s", n, u)
	}
}

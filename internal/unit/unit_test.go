package unit_test

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/unit"
)

// plain turns printed text back into what a parser reads.
func plain(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, unit.Thin, ""), "\u2212", "-")
}

func TestSig(t *testing.T) {
	test := func(v float64, digits int, want string) {
		t.Helper()
		if got := unit.Sig(v, digits); got != strings.ReplaceAll(want, " ", unit.Thin) {
			t.Errorf("Sig(%v, %d) = %q, want %q", v, digits, got, want)
		}
	}
	test(0, 3, "0")
	test(math.Copysign(0, -1), 3, "0")
	test(1, 3, "1.00")
	test(12.345, 3, "12.3")
	test(0.25, 3, "0.250")
	test(9.994, 3, "9.99")
	test(9.995, 3, "9.99") // the float is below 9.995
	test(9.999, 3, "10.0")
	test(99.96, 3, "100")
	test(999.6, 3, "1 000")
	test(1283.4, 3, "1 283")
	test(1234567, 3, "1 234 567")
	test(-1283.4, 3, "\u22121 283")
	test(-0.5, 2, "\u22120.50")
	// Powers of ten, where logarithms are off by one bit.
	test(1000, 4, "1 000")
	test(1000, 5, "1 000.0")
	test(1e6, 7, "1 000 000")
	test(0.001, 3, "0.00100")
	test(0.0001, 3, "0.000100")
	test(0.00009999, 3, "1.00e-04")
	test(1e15, 3, "1.00e+15")
	test(999999999999999, 3, "999 999 999 999 999")
	test(math.NaN(), 3, unit.Dash)
	test(math.Inf(-1), 3, unit.Dash)
	for _, v := range []float64{1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9} {
		for digits := 1; digits <= 6; digits++ {
			got := unit.Sig(v, digits)
			if _, frac, _ := strings.Cut(got, "."); len(frac) != max(0, digits-len(strconv.FormatFloat(v, 'f', 0, 64))) {
				t.Errorf("Sig(%v, %d) = %q has the wrong number of decimals", v, digits, got)
			}
		}
	}
}

// What Sig prints reads back as the value within half a unit of the last digit,
// with as many digits as asked, and larger values never print smaller.
func TestSigLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		digits := 1 + rng.IntN(6)
		v := math.Pow(10, -4+18*rng.Float64())
		w := v * (1 + rng.Float64()*0.1)
		read := func(v float64) float64 {
			f, err := strconv.ParseFloat(plain(unit.Sig(v, digits)), 64)
			if err != nil {
				t.Fatalf("Sig(%v, %d) = %q does not read back", v, digits, unit.Sig(v, digits))
			}
			return f
		}
		if f := read(v); math.Abs(f-v) > 0.5*math.Pow(10, 1-float64(digits))*v*(1+1e-9) {
			t.Fatalf("Sig(%v, %d) = %q is too far off", v, digits, unit.Sig(v, digits))
		}
		if w < 1e15 && read(v) > read(w) {
			t.Fatalf("Sig(%v) > Sig(%v) with %d digits", v, w, digits)
		}
		shown := strings.TrimLeft(strings.ReplaceAll(plain(unit.Sig(v, digits)), ".", ""), "0")
		if v < 1e15 && (len(shown) < digits || len(shown) > max(digits, 16)) {
			t.Fatalf("Sig(%v, %d) = %q shows %d digits", v, digits, unit.Sig(v, digits), len(shown))
		}
		if got, want := unit.Sig(-v, digits), unit.Sig(v, digits); v < 1e15 && got != "\u2212"+want {
			t.Fatalf("Sig(%v) = %q, of its positive %q", -v, got, want)
		}
	}
}

func TestIntAndTrim(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1 000", -1234567: "\u22121 234 567", math.MinInt64: "\u22129 223 372 036 854 775 808",
	} {
		if got := unit.Int(n); got != strings.ReplaceAll(want, " ", unit.Thin) {
			t.Errorf("Int(%d) = %q, want %q", n, got, want)
		}
	}
	for v, want := range map[float64]string{
		0.5: "0.5", 235: "235", 1.7: "1.7", 1234.5: "1 234.5", -8: "\u22128", math.Inf(1): unit.Dash, math.NaN(): unit.Dash, math.Copysign(0, -1): "0",
	} {
		if got := unit.Trim(v); got != strings.ReplaceAll(want, " ", unit.Thin) {
			t.Errorf("Trim(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestEnergy(t *testing.T) {
	for _, tt := range []struct {
		wh        float64
		want, uni string
	}{
		{27.777, "27.8", "Wh"}, {0.1, "0.100", "Wh"}, {0.0999, "99.9", "mWh"}, {0.00123, "1.23", "mWh"},
		{1234.6, "1 230", "Wh"}, {2593, "2 590", "Wh"}, {9994, "9 990", "Wh"}, {9999, "10.0", "kWh"}, {10000, "10.0", "kWh"}, {1.2345e7, "12 300", "kWh"},
		{0.09999, "0.100", "Wh"}, {0, "0", "mWh"}, {math.NaN(), unit.Dash, "Wh"},
	} {
		number, u := unit.Energy(tt.wh)
		if number != strings.ReplaceAll(tt.want, " ", unit.Thin) || u != tt.uni {
			t.Errorf("Energy(%v) = %q %q, want %q %q", tt.wh, number, u, tt.want, tt.uni)
		}
	}
}

// suffixes says which units a key may end in; the name of a key is the promise
// of its unit.
var suffixes = map[string][]string{
	"J/token": {"_token_j"}, "J": {"_j"}, "Wh": {"_wh"}, "W": {"_w"}, "tokens/J": {"_per_j"}, "1/kWh": {"_per_kwh"}, "req/J": {"_per_w"},
	"J s": {"_js"}, "tokens/s": {"_tokens_per_s"}, "1/s": {"_per_s"}, "tokens": {"_tokens"}, "s": {"_s"}, "ms": {"_ms"}, "": {"_rate"},
}

func TestRegistry(t *testing.T) {
	reg := unit.Default()
	seen := map[string]bool{}
	for _, m := range reg.All() {
		if seen[m.Key] {
			t.Errorf("%s stands twice", m.Key)
		}
		seen[m.Key] = true
		ends, known := suffixes[m.Unit]
		if !known || !slices.ContainsFunc(ends, func(s string) bool { return strings.HasSuffix(m.Key, s) }) {
			t.Errorf("%s has the unit %q, which its name does not say", m.Key, m.Unit)
		}
		if m.Better != unit.Lower && m.Better != unit.Higher && m.Better != unit.Neutral {
			t.Errorf("%s: better is %q", m.Key, m.Better)
		}
		if m.Name == "" || m.Short == "" || m.Digits < 2 || !strings.HasSuffix(m.Definition, ".") {
			t.Errorf("%s: name, short name, digits or definition is missing: %+v", m.Key, m)
		}
		if page, fragment, ok := strings.Cut(m.Page, "#"); !ok || fragment == "" || strings.HasPrefix(page, "/") || !strings.HasSuffix(page, "/") {
			t.Errorf("%s: page %q is not PATH/#FRAGMENT", m.Key, m.Page)
		}
		if m.Distribution != (m.Unit == "ms" || strings.HasPrefix(m.Key, "user_") || strings.HasPrefix(m.Key, "request_output_")) {
			t.Errorf("%s: distribution is %v", m.Key, m.Distribution)
		}
	}
	if got := reg.Keys(); len(got) != len(seen) || len(got) != 38 {
		t.Errorf("%d keys, want 38", len(got))
	}
}

// TPS means transactions to some and tokens to others, so no name says it bare.
func TestNoNameSaysTPS(t *testing.T) {
	bare := regexp.MustCompile(`(?i)\btps\b`)
	for _, m := range unit.Default().All() {
		for _, text := range []string{m.Key, m.Name, m.Short, m.Unit} {
			if bare.MatchString(strings.ReplaceAll(text, "_", " ")) {
				t.Errorf("%s: %q says TPS; write tokens/s or requests/s", m.Key, text)
			}
		}
	}
}

func TestGet(t *testing.T) {
	reg := unit.Default()
	m, ok := reg.Get("itl_ms.p50")
	if !ok || m.Key != "itl_ms.p50" || m.Name != "Median inter-token latency" || m.Short != "ITL p50" || m.Unit != "ms" {
		t.Errorf("Get(itl_ms.p50) = %+v, %v", m, ok)
	}
	for _, bad := range []string{"", ".", "itl_ms.", "itl_ms.p42", "itl_ms.p50.p50", "energy_j.p50", "nothing", "nothing.p50"} {
		if m, ok := reg.Get(bad); ok {
			t.Errorf("Get(%q) = %+v", bad, m)
		}
	}
}

func TestWithLeavesTheOriginal(t *testing.T) {
	reg := unit.Default()
	more, err := reg.With(unit.Metric{Key: "wh_per_million_tokens", Unit: "Wh"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := reg.Get("wh_per_million_tokens"); ok {
		t.Error("With changed the registry it was called on")
	}
	if _, ok := more.Get("wh_per_million_tokens"); !ok {
		t.Error("With did not add the metric")
	}
	for _, ms := range [][]unit.Metric{{{Key: "energy_j"}}, {{Key: "new"}, {Key: "new"}}} {
		if _, err := reg.With(ms...); err == nil || !strings.Contains(err.Error(), ms[0].Key) {
			t.Errorf("With(%v): error %v, want one that names the key", ms, err)
		}
	}
	keys := reg.Keys()
	keys[0] = "changed"
	if reg.Keys()[0] == "changed" {
		t.Error("Keys hands out the registry's own slice")
	}
}

func TestSort(t *testing.T) {
	reg := unit.Default()
	stats := []string{"itl_ms.p99", "x", "energy_j", "e2e_ms", "itl_ms.p50", "ttft_ms.mean", "itl_ms.p42"}
	reg.Sort(stats)
	if want := []string{"energy_j", "ttft_ms.mean", "itl_ms.p50", "itl_ms.p99", "e2e_ms", "itl_ms.p42", "x"}; !slices.Equal(stats, want) {
		t.Errorf("Sort with statistics gave %v, want %v", stats, want)
	}
	keys := reg.Keys()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		mixed := append(reg.Keys(), "zz", "aa")
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		reg.Sort(mixed)
		if want := append(slices.Clone(keys), "aa", "zz"); !slices.Equal(mixed, want) {
			t.Fatalf("Sort gave %v", mixed)
		}
	}
}

func TestLowerFirst(t *testing.T) {
	for s, want := range map[string]string{"Energy per response": "energy per response", "GPU power": "GPU power", "E2E latency": "e2E latency", "Écart": "écart", "X": "x", "": ""} {
		if got := unit.LowerFirst(s); got != want {
			t.Errorf("LowerFirst(%q) = %q, want %q", s, got, want)
		}
	}
}

// Sig moves the point of what strconv rounded: what it prints is that number, with as
// many digits.
func TestSigIsWhatWasRounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		digits := 1 + r.IntN(7)
		v := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(18)-3))
		switch r.IntN(4) {
		case 0: // at the border between two exponents
			v = math.Copysign(math.Pow(10, float64(r.IntN(16)-3)), v) * (1 - 1e-9)
		case 1:
			v = math.Round(v)
		}
		if a := math.Abs(v); a < 1e-4 || a >= 1e15 {
			continue
		}
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
		want := strconv.FormatFloat(v, 'f', 0, 64)
		if exp := int(math.Floor(math.Log10(math.Abs(rounded)) + 1e-12)); digits-1 > exp {
			want = strconv.FormatFloat(rounded, 'f', digits-1-exp, 64)
		}
		if got := strings.NewReplacer(unit.Thin, "", "\u2212", "-").Replace(unit.Sig(v, digits)); got != want {
			t.Fatalf("%v with %d digits is %s, want %s", v, digits, got, want)
		}
	}
}

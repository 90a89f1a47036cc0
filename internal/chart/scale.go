// Axes: from a range of values to positions and to ticks with plain numbers.

package chart

import (
	"math"
	"strconv"
	"strings"

	"jouleboard/internal/stats"
	"jouleboard/internal/unit"
)

type scaleKind byte

const (
	linear scaleKind = iota // starts at zero unless values are negative
	log10
	log2 // of counts: batch sizes, concurrency
)

// scale maps values of [lo, hi] to pixels of [a, b]; a > b for a y axis.
type scale struct {
	kind   scaleKind
	lo, hi float64
	a, b   float64
	from   float64 // lo and the way to hi, in logarithms where kind is one
	span   float64
	step   float64 // between ticks where kind is linear
	ticks  []tick
}

type tick struct {
	v    float64
	text string // empty: a grid line without a number
}

// newScale fits a scale to values, all finite and positive where kind is a
// logarithm. Without values it is 0 to 1 (1 to 10). It has no ticks yet.
func newScale(kind scaleKind, values []float64) scale {
	s := scale{kind: kind}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	if kind == linear {
		if lo > hi {
			lo, hi = 0, 1
		}
		lo, hi = math.Min(lo, 0), math.Max(hi, 0)
		if lo == hi {
			hi = 1
		}
		s.step = niceStep((hi - lo) / 6)
		s.lo, s.hi = tidy(math.Floor(lo/s.step)*s.step), tidy(math.Ceil(hi/s.step-1e-9)*s.step)
		if !stats.Finite(s.lo) || !stats.Finite(s.hi) { // at the ends of what floats hold
			s.lo, s.hi = lo, hi
		}
		return s
	}
	if lo > hi {
		lo, hi = 1, 10
	}
	pad := math.Max(math.Exp(0.05*(math.Log(hi)-math.Log(lo))), 1.08)
	if lo == hi {
		pad = 2
	}
	s.lo, s.hi = tidy(lo/pad), tidy(hi*pad)
	if s.lo == 0 { // below the smallest number
		s.lo = lo
	}
	if math.IsInf(s.hi, 0) {
		s.hi = hi
	}
	return s
}

// ticked is the scale with ticks in a language's numbers.
func (s scale) ticked(st unit.Style) scale {
	if s.kind == linear {
		s.ticks = linearTicks(s.lo, s.hi, s.step)
	} else {
		s.ticks = logTicks(s.kind, s.lo, s.hi)
	}
	for i, t := range s.ticks {
		s.ticks[i].text = st.Write(t.text)
	}
	return s
}

// place sets the pixels of the ends.
func (s scale) place(a, b float64) scale {
	s.a, s.b = a, b
	if s.kind == linear {
		s.from, s.span = s.lo, s.hi-s.lo
	} else {
		s.from, s.span = math.Log(s.lo), math.Log(s.hi)-math.Log(s.lo)
	}
	return s
}

// pos is the pixel of v, kept inside the axis.
func (s scale) pos(v float64) float64 {
	if s.kind != linear {
		v = math.Log(v)
	}
	return s.a + math.Max(0, math.Min(1, (v-s.from)/s.span))*(s.b-s.a)
}

func logTicks(kind scaleKind, lo, hi float64) []tick {
	var vs []float64
	if kind == log2 {
		if hi >= 2 { // counts: nothing runs in a batch of a half
			lo = math.Max(lo, 1)
		}
		for e := math.Ceil(math.Log2(lo) - 1e-9); e <= math.Log2(hi)+1e-9; e++ {
			vs = append(vs, math.Exp2(e))
		}
		vs = every(vs, 12)
	} else {
		e0, e1 := int(math.Floor(math.Log10(lo))), int(math.Floor(math.Log10(hi)))
		for _, ms := range [][]float64{{1, 2, 5}, {1}} {
			vs = vs[:0]
			for e := e0; e <= e1; e++ {
				for _, m := range ms {
					if v := decimal(m, e); v >= lo && v <= hi {
						vs = append(vs, v)
					}
				}
			}
			if len(vs) <= 12 {
				break
			}
		}
		vs = every(vs, 12)
	}
	if len(vs) < 3 { // a short range: plain steps, still at logarithmic places
		step := niceStep((hi - lo) / 5)
		if kind == log2 && hi >= 2 {
			step = math.Max(1, math.Floor(step))
		}
		return linearTicks(math.Ceil(lo/step)*step, hi, step)
	}
	out := make([]tick, len(vs))
	for i, v := range vs {
		out[i] = tick{v, tickText(v)}
	}
	return out
}

// every thins vs evenly to at most n values.
func every(vs []float64, n int) []float64 {
	k := (len(vs) + n - 1) / n
	if k < 2 {
		return vs
	}
	var out []float64
	for i := 0; i < len(vs); i += k {
		out = append(out, vs[i])
	}
	return out
}

func linearTicks(lo, hi, step float64) []tick {
	var out []tick
	first := math.Round(lo / step)
	for i := 0.0; i < 40; i++ {
		v := tidy((first + i) * step)
		if v > hi+step*1e-6 {
			break
		}
		out = append(out, tick{v, tickText(v)})
	}
	return out
}

// niceStep rounds up to 1, 2, 2.5 or 5 times a power of ten.
func niceStep(raw float64) float64 {
	if !(raw > 0) || math.IsInf(raw, 0) {
		return 1
	}
	e := int(math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if v := decimal(m, e); v >= raw*(1-1e-9) {
			return v
		}
	}
	return decimal(1, e+1)
}

// decimal is m x 10^e as the nearest float, without the error of a product: there is
// none where m and the power are whole.
func decimal(m float64, e int) float64 {
	const whole = 22 // the largest power of ten that floats hold
	switch {
	case e >= 0 && e <= whole:
		return m * math.Pow10(e)
	case e < 0 && e >= -whole:
		return m / math.Pow10(-e)
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(m, 'f', -1, 64)+"e"+strconv.Itoa(e), 64)
	if err != nil {
		return m * math.Pow(10, float64(e))
	}
	return v
}

// tidy takes the noise of arithmetic from a number with few digits.
func tidy(v float64) float64 {
	t, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	if err != nil || t == 0 {
		return 0
	}
	return t
}

// tickText prints a tick plainly where that is short: 0.002, 50, 20 000; as a
// power of ten elsewhere.
func tickText(v float64) string {
	a := math.Abs(v)
	if v == 0 || a >= 1e-4 && a < 1e7 {
		return unit.Trim(v)
	}
	m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	n, err := strconv.Atoi(e)
	if err != nil {
		return unit.Trim(v)
	}
	m = strings.Replace(m, "-", "\u2212", 1)
	p := "10" + superscript(n)
	switch m {
	case "1":
		return p
	case "\u22121":
		return "\u2212" + p
	}
	return m + "·" + p
}

func superscript(n int) string {
	var b strings.Builder
	for _, r := range strconv.Itoa(n) {
		if r == '-' {
			b.WriteRune('⁻')
			continue
		}
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0'])
	}
	return b.String()
}

// thinTicks takes away the numbers that would touch a neighbour's; powers of ten
// stay before others. size is the extent of a number along the axis.
func thinTicks(s scale, size func(text string) float64) []tick {
	out := append([]tick(nil), s.ticks...)
	free := func(i int, kept []bool) bool {
		for j := range out {
			if j != i && kept[j] {
				gap := math.Abs(s.pos(out[i].v) - s.pos(out[j].v))
				if gap < (size(out[i].text)+size(out[j].text))/2 {
					return false
				}
			}
		}
		return true
	}
	kept := make([]bool, len(out))
	for _, strong := range []bool{true, false} {
		for i, t := range out {
			if !kept[i] && strong == isPower(t.v) && free(i, kept) {
				kept[i] = true
			}
		}
	}
	for i := range out {
		if !kept[i] {
			out[i].text = ""
		}
	}
	return out
}

func isPower(v float64) bool {
	return v > 0 && decimal(1, int(math.Round(math.Log10(v)))) == v
}

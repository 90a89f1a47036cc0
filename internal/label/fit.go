// Fitting text into its place: smaller, then two lines, then an ellipsis. What
// must never be cut is an error instead.

package label

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"jouleboard/internal/draw"
)

const ellipsis = "\u2026"

// block is text after fitting: its lines and their size.
type block struct {
	lines []string
	pt    float64
	cut   bool // something was left out
}

// fitter measures text in one style.
type fitter struct {
	bold     bool
	maxW     float64 // mm
	wrapPt   float64 // the largest size on several lines, 0 for any
	fallback []*draw.Font
}

func (f fitter) fits(s string, pt float64) bool {
	// A hundredth of a micrometre: the sum of rounded advances, not the text,
	// decides beyond that.
	return f.maxW <= 0 || draw.Width(s, pt, f.bold, f.fallback...) <= f.maxW+1e-5
}

// fit finds the first way that fits: one line at pt, one line down to minPt in
// steps of half a point, as many lines as allowed at the largest size, lines at
// minPt with an ellipsis. keepSuffix cuts the middle of names that end in a
// quantisation or a date.
func (f fitter) fit(s string, pt, minPt float64, lines int, keepSuffix bool) block {
	sizes := steps(pt, minPt)
	for _, p := range sizes {
		if f.fits(s, p) {
			return block{lines: []string{s}, pt: p}
		}
	}
	if lines > 1 {
		for _, p := range sizes {
			if f.wrapPt > 0 && p > f.wrapPt {
				continue
			}
			if ls, ok := f.wrap(s, p, lines); ok {
				return block{lines: ls, pt: p}
			}
		}
	}
	p := sizes[len(sizes)-1]
	return block{lines: f.cut(s, p, lines, keepSuffix), pt: p, cut: true}
}

// steps are the sizes from pt down to minPt, half a point apart; minPt is the
// last one whatever the step.
func steps(pt, minPt float64) []float64 {
	if minPt <= 0 || minPt > pt {
		minPt = pt
	}
	var ps []float64
	for p := pt; p > minPt+1e-9; p -= 0.5 {
		ps = append(ps, p)
	}
	return append(ps, minPt)
}

// wrap breaks s into at most n lines that fit. Each line is as long as its last
// break allows.
func (f fitter) wrap(s string, pt float64, n int) ([]string, bool) {
	var lines []string
	for len(lines) < n-1 && !f.fits(s, pt) {
		head, tail := f.split(s, pt)
		if head == "" {
			return nil, false
		}
		lines = append(lines, head)
		s = tail
	}
	if !f.fits(s, pt) {
		return nil, false
	}
	return append(lines, s), true
}

// split cuts the longest head that fits: at a break if there is one in its
// second half, else anywhere between characters.
func (f fitter) split(s string, pt float64) (head, tail string) {
	rs := []rune(s)
	n := 0
	for n < len(rs) && f.fits(strings.TrimRight(string(rs[:n+1]), " "), pt) {
		n++
	}
	if n == 0 {
		return "", s
	}
	at := n
	for i := n; i > n/2 && i > 0; i-- {
		if i < len(rs) && breakable(rs, i) {
			at = i
			break
		}
	}
	return strings.TrimRight(string(rs[:at]), " "), strings.TrimLeft(string(rs[at:]), " ")
}

// breakable says whether a line may end before rs[i]: after / - _ . or a space,
// or between lower and upper case. A number keeps its decimals.
func breakable(rs []rune, i int) bool {
	if i <= 0 || i >= len(rs) {
		return false
	}
	switch prev, next := rs[i-1], rs[i]; {
	case prev == '.':
		return !unicode.IsDigit(next)
	case strings.ContainsRune("/-_ ", prev):
		return true
	default:
		return unicode.IsLower(prev) && unicode.IsUpper(next)
	}
}

// suffix is what tells two builds of a model apart at the end of its name:
// quantisations, formats and dates.
var suffix = regexp.MustCompile(`(?i)([-_.](fp\d+\w*|bf16|int\d+|w\d+a\d+|awq|gptq|gguf|exl2|nf4|mxfp4|nvfp4|q\d\w*|\d+bit|\d{4,8}|\d{4}-\d{2}(-\d{2})?))+$`)

// cut shortens s to n lines with an ellipsis.
func (f fitter) cut(s string, pt float64, n int, keepSuffix bool) []string {
	keep := ""
	if keepSuffix {
		keep = suffix.FindString(s)
		if !f.fits(ellipsis+keep, pt) {
			keep = ""
		}
	}
	rs := []rune(strings.TrimSuffix(s, keep))
	// The longest beginning that fits, found by halving: shorter ones fit too.
	lo, hi := 0, len(rs)
	best := []string{ellipsis}
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if ls, ok := f.wrap(strings.TrimRight(string(rs[:mid]), " -_./")+ellipsis+keep, pt, max(n, 1)); ok {
			lo, best = mid, ls
		} else {
			hi = mid - 1
		}
	}
	return best
}

// round4 keeps the display list free of the tails of sums such as 111.5 + 3*5.6.
func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }

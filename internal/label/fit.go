// Fitting text into its place: smaller, then two lines, then an ellipsis. What
// must never be cut is an error instead.

package label

import (
	"math"
	"regexp"
	"sort"
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
	last     string // text that was measured, and how wide it is in 1/1000 em
	width    int
	bold     bool
	maxW     float64 // mm
	wrapPt   float64 // the largest size on several lines, 0 for any
	fallback []*draw.Font
}

// advance is the width of a text in 1/1000 em. What is fitted is asked for again
// where it is placed.
func (f *fitter) advance(s string) int {
	if s != f.last {
		f.last, f.width = s, draw.Advance(s, f.bold, f.fallback...)
	}
	return f.width
}

func (f *fitter) fits(s string, pt float64) bool {
	return f.maxW <= 0 || f.holds(f.advance(s), pt)
}

// holds says whether a width in thousandths of an em has room at pt points.
func (f *fitter) holds(width int, pt float64) bool {
	// A hundredth of a micrometre: the sum of rounded advances, not the text,
	// decides beyond that.
	return f.maxW <= 0 || float64(width)*pt*draw.PtMM/1000 <= f.maxW+1e-5
}

// ruler is a text with how far into it each character begins, so that a text
// is measured once whatever is tried with it.
type ruler struct {
	rs []rune
	at []int // in thousandths of an em; one more than there are characters
}

func (f *fitter) ruler(s string) ruler {
	r := ruler{rs: []rune(s), at: make([]int, 1, len(s)+1)}
	for _, c := range r.rs {
		r.at = append(r.at, r.at[len(r.at)-1]+draw.RuneAdvance(c, f.bold, f.fallback...))
	}
	return r
}

// width is that of the characters from i to before j.
func (r ruler) width(i, j int) int { return r.at[j] - r.at[i] }

// text is the characters from i to before j.
func (r ruler) text(i, j int) string { return string(r.rs[i:j]) }

// trim moves j back over spaces.
func (r ruler) trim(i, j int) int {
	for j > i && r.rs[j-1] == ' ' {
		j--
	}
	return j
}

// fit finds the first way that fits: one line at pt, one line down to minPt in
// steps of half a point, as many lines as allowed at the largest size, lines at
// minPt with an ellipsis before the tail, which is the end that tells texts
// apart: "" or what the text ends in.
func (f *fitter) fit(s string, pt, minPt float64, lines int, tail string) block {
	if b, ok := f.line(s, pt, minPt); ok {
		return b
	}
	sizes := steps(pt, minPt)
	if r := f.ruler(s); lines > 1 {
		for _, p := range sizes {
			if f.wrapPt > 0 && p > f.wrapPt {
				continue
			}
			if ls, ok := f.wrap(r, p, lines); ok {
				return block{lines: ls, pt: p}
			}
		}
	}
	p := sizes[len(sizes)-1]
	return block{lines: f.cut(s, p, lines, tail), pt: p, cut: true}
}

// line is the text on one line, if that fits.
func (f *fitter) line(s string, pt, minPt float64) (b block, ok bool) {
	width := f.advance(s)
	if f.holds(width, pt) {
		return block{lines: []string{s}, pt: pt}, true
	}
	for _, p := range steps(pt, minPt) {
		if f.holds(width, p) {
			return block{lines: []string{s}, pt: p}, true
		}
	}
	return b, false
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

// wrap breaks a text into at most n lines that fit. Each line is as long as its
// last break allows.
func (f *fitter) wrap(r ruler, pt float64, n int) ([]string, bool) {
	var lines []string
	from, end := 0, len(r.rs)
	for len(lines) < n-1 && !f.holds(r.width(from, end), pt) {
		at := f.split(r, from, pt)
		if at == from {
			return nil, false
		}
		lines = append(lines, r.text(from, r.trim(from, at)))
		for from = at; from < end && r.rs[from] == ' '; from++ {
		}
	}
	if !f.holds(r.width(from, end), pt) {
		return nil, false
	}
	return append(lines, r.text(from, end)), true
}

// split is where the longest head of what begins at from ends: at a break if
// there is one in its second half, else anywhere between characters.
func (f *fitter) split(r ruler, from int, pt float64) int {
	// The first head that does not fit; spaces at its end need no room.
	n := sort.Search(len(r.rs)-from, func(i int) bool { return !f.holds(r.width(from, r.trim(from, from+i+1)), pt) })
	for i := n; i > n/2 && i > 0; i-- {
		if breakable(r.rs[from:], i) {
			return from + i
		}
	}
	return from + n
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

// cut shortens s to n lines with an ellipsis before its tail, if that fits.
func (f *fitter) cut(s string, pt float64, n int, keep string) []string {
	if !f.fits(ellipsis+keep, pt) {
		keep = ""
	}
	rs := []rune(strings.TrimSuffix(s, keep))
	// The longest beginning that fits, found by halving: shorter ones fit too.
	lo, hi := 0, len(rs)
	best := []string{ellipsis}
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if ls, ok := f.wrap(f.ruler(strings.TrimRight(string(rs[:mid]), " -_./")+ellipsis+keep), pt, max(n, 1)); ok {
			lo, best = mid, ls
		} else {
			hi = mid - 1
		}
	}
	return best
}

// round4 keeps the display list free of the tails of sums such as 111.5 + 3*5.6.
func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }

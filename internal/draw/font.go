// Fonts: the two built-in faces, how wide their text is, and which characters
// they hold. Every renderer takes advances and outlines from here, so that a
// drawing has one set of positions whatever it is written as.

package draw

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Font is a parsed TrueType font. It is safe for use by many goroutines.
type Font struct {
	name    string // PostScript name, for PDF
	tables  *tables
	sf      *sfnt.Font
	upm     int
	metrics fontMetrics
	// Latin letters and punctuation are looked up once: nearly all text is there.
	latin       [0x250]glyphInfo
	punctuation [0x300]glyphInfo // from punctuationFrom
	// Outlines are kept as asked for, keptGlyphs of each kind at most.
	ems, shapes           sync.Map // float64 -> *emTraces for SVG, sfnt.GlyphIndex -> *glyphShape for PNG
	nEms, nPaths, nShapes atomic.Int32
	cuts                  cutFonts
}

// glyphInfo is a glyph's index (0 for none) and its advance in 1/1000 em.
type glyphInfo struct {
	gid sfnt.GlyphIndex
	adv int
}

// ParseFont reads a TrueType font with outlines of its own (glyf). The name is
// used in messages. OpenType/CFF and collections are refused, because the PDF
// writer embeds glyf outlines only.
func ParseFont(name string, data []byte) (*Font, error) {
	sf, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	tb, err := parseTables(data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w; only TrueType fonts with a glyf table can be used", name, err)
	}
	f := &Font{tables: tb, sf: sf, upm: int(sf.UnitsPerEm())}
	f.name, f.metrics = psName(sf, name), metricsOf(tb, f.upm)
	var buf sfnt.Buffer
	for r := range f.latin {
		f.latin[r] = f.lookup(&buf, rune(r))
	}
	for r := range f.punctuation {
		f.punctuation[r] = f.lookup(&buf, punctuationFrom+rune(r))
	}
	return f, nil
}

// psName is the font's PostScript name, cut to the characters that a PDF name
// may hold without escapes.
func psName(sf *sfnt.Font, fallback string) string {
	n, err := sf.Name(nil, sfnt.NameIDPostScript)
	if err != nil || n == "" {
		n = fallback
	}
	out := make([]byte, 0, len(n))
	for i := 0; i < len(n); i++ {
		c := n[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return "Font"
	}
	return string(out)
}

// punctuationFrom is the first of the code points of punctuation and signs that
// every script uses.
const punctuationFrom = 0x2000

// lookup reads a rune's glyph from the font. sfnt wants a buffer of the caller.
func (f *Font) lookup(buf *sfnt.Buffer, r rune) glyphInfo {
	gid, err := f.sf.GlyphIndex(buf, r)
	if err != nil || gid == 0 {
		return glyphInfo{}
	}
	a, err := f.sf.GlyphAdvance(buf, gid, fixed.I(f.upm), font.HintingNone)
	if err != nil {
		return glyphInfo{}
	}
	// The rule that the PDF's width table needs: whole thousandths of an em.
	adv := math.Round(1000 * float64(a) / 64 / float64(f.upm))
	return glyphInfo{gid: gid, adv: int(adv)}
}

func (f *Font) glyph(r rune) glyphInfo {
	if r >= 0 && int(r) < len(f.latin) {
		return f.latin[r]
	}
	if i := int(r) - punctuationFrom; i >= 0 && i < len(f.punctuation) {
		return f.punctuation[i]
	}
	return f.lookup(new(sfnt.Buffer), r)
}

// faces are the two built-in fonts.
type faces struct{ regular, bold *Font }

// builtin parses the Go fonts on first use and keeps them: they never change.
var builtin = sync.OnceValue(func() faces {
	must := func(name string, data []byte) *Font {
		f, err := ParseFont(name, data)
		if err != nil {
			// The bytes are compiled in; only a broken dependency gets here,
			// and then every test of this package fails.
			return &Font{name: name, upm: 1000, tables: &tables{}, sf: &sfnt.Font{}}
		}
		return f
	}
	return faces{must("GoRegular", goregular.TTF), must("Go-Bold", gobold.TTF)}
})

func face(bold bool) *Font {
	if bold {
		return builtin().bold
	}
	return builtin().regular
}

// gapAdvance returns the advance in 1/1000 em of a space that fonts rarely hold
// and that is drawn as a gap, and whether r is one.
func gapAdvance(r rune) (int, bool) {
	switch r {
	case '\u202f', '\u2009': // narrow no-break, thin
		return 200, true
	case '\u200a': // hair
		return 100, true
	case '\u200b', '\ufeff': // zero width
		return 0, true
	}
	return 0, false
}

// placed is one glyph of a run: which font, which glyph, and how far from the
// run's start in 1/1000 em. gid 0 is a gap.
type placed struct {
	f   *Font
	r   rune
	gid sfnt.GlyphIndex
	x   int
	adv int
}

// place appends a string, laid out in the face, looking through fallback for characters
// that it does not hold. Characters in no font are gaps of half an em: callers
// check with HasGlyphs before they draw. It returns the total advance.
func place(ps []placed, s string, bold bool, fallback []*Font) ([]placed, int) {
	main := face(bold)
	ps = slices.Grow(ps, len(s))
	all, n, x := ps[:len(ps)+len(s)], len(ps), 0
	for _, r := range s {
		g := main.glyph(r)
		p := &all[n]
		n++
		p.f, p.r, p.x = main, r, x
		for i := 0; g.gid == 0 && i < len(fallback); i++ {
			if fg := fallback[i].glyph(r); fg.gid != 0 {
				g, p.f = fg, fallback[i]
			}
		}
		p.gid, p.adv = g.gid, g.adv
		if g.gid == 0 {
			p.adv = 500
			if a, ok := gapAdvance(r); ok {
				p.adv = a
			}
		}
		x += p.adv
	}
	return all[:n], x
}

// Width is the width of a line of text in mm at pt points. Advances are whole
// thousandths of an em, without kerning, as all renderers place them.
func Width(s string, pt float64, bold bool, fallback ...*Font) float64 {
	return float64(Advance(s, bold, fallback...)) * pt * PtMM / 1000
}

// Advance is the width of a line of text in 1/1000 em.
func Advance(s string, bold bool, fallback ...*Font) int {
	main, sum := face(bold), 0
	for _, r := range s {
		if g := main.glyph(r); g.gid != 0 {
			sum += g.adv
		} else {
			sum += RuneAdvance(r, bold, fallback...)
		}
	}
	return sum
}

// RuneAdvance is the width of a character in 1/1000 em.
func RuneAdvance(r rune, bold bool, fallback ...*Font) int {
	g := face(bold).glyph(r)
	for i := 0; g.gid == 0 && i < len(fallback); i++ {
		g = fallback[i].glyph(r)
	}
	if g.gid != 0 {
		return g.adv
	}
	if a, ok := gapAdvance(r); ok {
		return a
	}
	return 500
}

// HasGlyphs returns the characters of s that neither built-in face nor any
// fallback font can draw, in order of appearance, each once.
func HasGlyphs(s string, fallback ...*Font) (missing []rune) {
	b := builtin()
	var seen map[rune]bool
	for _, r := range s {
		ok := b.regular.glyph(r).gid != 0 && b.bold.glyph(r).gid != 0
		if ok || seen[r] {
			continue
		}
		if _, gap := gapAdvance(r); gap {
			continue
		}
		for i := 0; !ok && i < len(fallback); i++ {
			ok = fallback[i].glyph(r).gid != 0
		}
		if !ok {
			if seen == nil {
				seen = map[rune]bool{}
			}
			seen[r] = true
			missing = append(missing, r)
		}
	}
	return missing
}

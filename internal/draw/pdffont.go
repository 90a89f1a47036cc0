// Fonts in PDF: which glyphs a document embeds, and the objects that hold them.
//
// gofpdf can embed TrueType fonts by itself, but it reads and cuts the whole
// font anew for every document and adds a map of 128 KiB a font, about seven
// milliseconds a label. Here a font is read once a process and cut once for each
// set of glyphs. Labels differ in their numbers more than in their letters; with
// all digits where most are used, thousands of labels have some hundred sets.

package draw

import (
	"hash/crc32"
	"math"
	"slices"
	"strconv"
	"sync"
	"unicode/utf16"
)

// pdfCodes are what the bytes of strings stand for, in every font of a document:
// ASCII is itself, and other characters follow from firstOther as pages use them,
// so that a page can be written before the next one is known.
type pdfCodes struct {
	others []rune
	object int // of the map to Unicode, 0 until it is written
}

// Codes of characters beyond ASCII. One of 0 is none.
const (
	firstOther = 0x80
	mostOthers = 0x100 - firstOther
)

// of returns the code of a character; 0 if none is left for it.
func (c *pdfCodes) of(r rune) byte {
	if r >= ' ' && r <= '~' {
		return byte(r)
	}
	i := slices.Index(c.others, r)
	if i < 0 {
		if i = len(c.others); i == mostOthers {
			return 0
		}
		c.others = append(c.others, r)
	}
	return byte(firstOther + i)
}

// pdfFont is a font in one document, with some of its codes.
type pdfFont struct {
	font   *Font
	name   string // of the resource
	codes  *pdfCodes
	glyphs glyphCodes
}

// glyphCodes are a font's glyphs by code, 0 for codes that it is not used for.
type glyphCodes [256]uint16

// take returns the code of a glyph; 0 if none is left for it.
func (p *pdfFont) take(r rune, gid uint16) byte {
	c := p.codes.of(r)
	if c != 0 {
		p.glyphs[c] = gid
	}
	return c
}

// run appends a PDF string of as many glyphs as are the font's without a gap, and
// returns how many that are.
func (p *pdfFont) run(b []byte, ps []placed) ([]byte, int) {
	b = append(b, '(')
	n := 0
	for ; n < len(ps) && ps[n].gid != 0 && ps[n].f == p.font; n++ {
		c := p.take(ps[n].r, uint16(ps[n].gid))
		if c == 0 {
			break
		}
		b = appendStringByte(b, c)
	}
	return append(b, ')'), n
}

// pdfFonts are the fonts of one document, in order of first use.
type pdfFonts struct{ list []*pdfFont }

// wholeDigits gives all digits to each font that has half of them. One with fewer
// would grow by more than is gained.
func (fs *pdfFonts) wholeDigits() {
	for _, p := range fs.list {
		n := 0
		for _, gid := range p.glyphs['0' : '9'+1] {
			if gid != 0 {
				n++
			}
		}
		if n >= 5 {
			for r := '0'; r <= '9'; r++ {
				p.glyphs[r] = uint16(p.font.glyph(r).gid)
			}
		}
	}
}

// of returns a font that has a glyph, or takes it.
func (fs *pdfFonts) of(g *placed) *pdfFont {
	var codes *pdfCodes
	for _, p := range fs.list {
		if p.font == g.f && p.take(g.r, uint16(g.gid)) != 0 {
			return p
		}
		codes = p.codes
	}
	if codes == nil || len(codes.others) == mostOthers {
		codes = &pdfCodes{}
	}
	p := &pdfFont{font: g.f, name: "F" + strconv.Itoa(len(fs.list)), codes: codes}
	p.take(g.r, uint16(g.gid))
	fs.list = append(fs.list, p)
	return p
}

// write writes the font, cut to the document's glyphs, and returns its object's
// number. What a file holds never depends on other files.
func (p *pdfFont) write(u *updater) int {
	if p.codes.object == 0 {
		p.codes.object = u.number()
		u.open(p.codes.object)
		u.put("<</Filter/FlateDecode")
		u.packed = unicodeCodes().deflate(u.packed[:0], p.codes.unicode())
		u.stream(u.packed)
	}
	c, m := p.font.cutTo(&p.glyphs), p.font.metrics
	n, desc, data := u.number(), u.number(), u.number()
	u.open(n)
	u.put("<</Type/Font/Subtype/TrueType/BaseFont/", c.name, c.widths, "/FontDescriptor ", desc, " 0 R/ToUnicode ", p.codes.object, " 0 R>>\nendobj\n")
	u.open(desc) // flag 4: the font has codes of its own
	u.put("<</Type/FontDescriptor/FontName/", c.name, "/Flags 4/FontBBox[", m.box[0], " ", m.box[1], " ", m.box[2], " ", m.box[3], "]/ItalicAngle 0/Ascent ", m.ascent,
		"/Descent ", m.descent, "/CapHeight ", m.cap, "/StemV ", m.stem, "/FontFile2 ", data, " 0 R>>\nendobj\n")
	u.open(data)
	u.put("<</Filter/FlateDecode/Length1 ", c.size)
	u.stream(c.packed)
	return n
}

// cutFonts keeps what a font was cut to.
type cutFonts struct {
	sync.RWMutex
	kept map[glyphCodes]*cutFile
}

// keptCuts is how many a font keeps: more than labels of thousands of models have.
const keptCuts = 1024

// cutFile is a font cut to some glyphs, as documents hold it.
type cutFile struct {
	name   string // with a tag of the file before it
	widths string
	size   int
	packed []byte
}

// cutTo returns the font cut to glyphs.
func (f *Font) cutTo(glyphs *glyphCodes) *cutFile {
	f.cuts.RLock()
	c := f.cuts.kept[*glyphs]
	f.cuts.RUnlock()
	if c != nil {
		return c
	}
	c = f.newCut(glyphs)
	f.cuts.Lock()
	defer f.cuts.Unlock()
	if f.cuts.kept == nil {
		f.cuts.kept = map[glyphCodes]*cutFile{}
	}
	if len(f.cuts.kept) < keptCuts {
		f.cuts.kept[*glyphs] = c
	}
	return c
}

func (f *Font) newCut(glyphs *glyphCodes) *cutFile {
	first, last := 0, len(glyphs)-1
	for first < last && glyphs[first] == 0 {
		first++
	}
	for last > first && glyphs[last] == 0 {
		last--
	}
	used := glyphs[first : last+1]
	file := cutFont(f.tables, used, first)
	tag, sum := [6]byte{}, crc32.ChecksumIEEE(file)
	for i := range tag {
		tag[i] = byte('A' + sum%26)
		sum /= 26
	}
	widths := append(appendInt([]byte("/FirstChar "), first), "/LastChar "...)
	widths = append(appendInt(widths, last), "/Widths["...)
	for i, g := range used {
		if i > 0 {
			widths = append(widths, ' ')
		}
		w := 0
		if g != 0 {
			w = f.thousandths(g)
		}
		widths = appendInt(widths, w)
	}
	return &cutFile{name: string(tag[:]) + "+" + f.name, widths: string(append(widths, ']')), size: len(file), packed: (*streamCodes)(nil).deflate(nil, file)}
}

// thousandths is a glyph's advance in 1/1000 em.
func (f *Font) thousandths(gid uint16) int {
	adv, _ := f.tables.metric(int(gid))
	return int(math.Round(1000 * float64(adv) / float64(f.upm)))
}

// unicode is the map from codes to characters.
func (c *pdfCodes) unicode() []byte {
	b := append(make([]byte, 0, 512), "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"...)
	if len(c.others) == 0 {
		b = append(b, "1 beginbfrange\n<20><7E><0020>"...)
	} else {
		b = append(b, "2 beginbfrange\n<20><7E><0020>\n<80><"...)
		b = append(appendHex(b, uint16(firstOther+len(c.others)-1), 2), ">["...)
		for _, r := range c.others {
			b = append(b, '<')
			for _, v := range utf16.AppendRune(nil, r) {
				b = appendHex(b, v, 4)
			}
			b = append(b, '>')
		}
		b = append(b, ']')
	}
	return append(b, "\nendbfrange\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"...)
}

// appendHex appends so many digits.
func appendHex(b []byte, v uint16, digits int) []byte {
	for digits--; digits >= 0; digits-- {
		b = append(b, "0123456789ABCDEF"[v>>(4*digits)&15])
	}
	return b
}

// fontMetrics are a font's measures in thousandths of an em.
type fontMetrics struct {
	box                        [4]int
	ascent, descent, cap, stem int
}

func metricsOf(tb *tables, upm int) fontMetrics {
	m := fontMetrics{stem: 80}
	em := func(table string, at int) int {
		t := tb.t[table]
		if len(t) < at+2 {
			return 0
		}
		return int(int16(be.Uint16(t[at:]))) * 1000 / upm
	}
	for i := range m.box {
		m.box[i] = em("head", 36+2*i)
	}
	m.ascent, m.descent, m.cap = em("hhea", 4), em("hhea", 6), em("OS/2", 88)
	if m.cap == 0 {
		m.cap = m.ascent * 7 / 10
	}
	if t := tb.t["OS/2"]; len(t) >= 6 && be.Uint16(t[4:]) >= 600 {
		m.stem = 140
	}
	return m
}

// Fonts in PDF: which glyphs a document embeds, and the objects that hold them.
//
// gofpdf can embed TrueType fonts by itself, but it reads and cuts the whole
// font anew for every document and adds a map of 128 KiB a font, about seven
// milliseconds a label. Here a font is read once a process, and a document takes
// the records of its own glyphs, which is a third of the bytes too. Glyphs are
// numbered as pages use them, so that a page can be written before the next one
// is known.

package draw

import (
	"hash/crc32"
	"strconv"
	"unicode/utf16"
)

// pdfFont is a part of a font in one document: the glyphs that stand for the
// bytes of its strings.
type pdfFont struct {
	font   *Font
	name   string  // of the resource
	code   []uint8 // by glyph, 0 for those not used
	gids   []int   // by code, from 1
	runes  []rune  // what each stands for: the first character that used it
	widths []int
}

// mostCodes is how many glyphs a byte can tell apart; 0 is none.
const mostCodes = 255

// take returns the code of a glyph, which is a new one the first time; 0 if there
// are none left.
func (p *pdfFont) take(g *placed) byte {
	c := p.code[g.gid]
	if c == 0 && len(p.gids) < mostCodes {
		p.gids, p.runes, p.widths = append(p.gids, int(g.gid)), append(p.runes, g.r), append(p.widths, g.adv)
		c = uint8(len(p.gids))
		p.code[g.gid] = c
	}
	return c
}

// run appends a PDF string of as many glyphs as are the font's without a gap, and
// returns how many that are.
func (p *pdfFont) run(b []byte, ps []placed) ([]byte, int) {
	b = append(b, '(')
	n := 0
	for ; n < len(ps) && ps[n].gid != 0 && ps[n].f == p.font; n++ {
		c := p.take(&ps[n])
		if c == 0 {
			break
		}
		switch c {
		case '(', ')', '\\':
			b = append(b, '\\', c)
		case '\r': // readers take it for a line end
			b = append(b, '\\', 'r')
		default:
			b = append(b, c)
		}
	}
	return append(b, ')'), n
}

// pdfFonts are the fonts of one document, in order of first use.
type pdfFonts struct{ list []*pdfFont }

// of returns the part of a font that has a glyph, or takes it.
func (fs *pdfFonts) of(g *placed) *pdfFont {
	for _, p := range fs.list {
		if p.font == g.f && p.take(g) != 0 {
			return p
		}
	}
	const usual = 64 // glyphs of a label
	p := &pdfFont{font: g.f, name: "F" + strconv.Itoa(len(fs.list)), code: make([]uint8, g.f.tables.glyphs),
		gids: make([]int, 0, usual), runes: make([]rune, 0, usual), widths: make([]int, 0, usual)}
	fs.list = append(fs.list, p)
	return p
}

// write writes the font, cut to the document's glyphs, and returns its object's
// number. What a file holds never depends on other files.
func (p *pdfFont) write(u *updater) int {
	file, _ := subset(p.font.tables, p.gids)
	prefix, sum := [6]byte{}, crc32.ChecksumIEEE(file)
	for i := range prefix {
		prefix[i] = byte('A' + sum%26)
		sum /= 26
	}
	name, m := string(prefix[:])+"+"+p.font.name, p.font.metrics
	n, desc, data, uni := u.number(), u.number(), u.number(), u.number()
	u.open(n)
	u.put("<</Type/Font/Subtype/TrueType/BaseFont/", name, "/FirstChar 1/LastChar ", len(p.gids), "/Widths[")
	for i, w := range p.widths {
		if i > 0 {
			u.put(" ")
		}
		u.put(w)
	}
	u.put("]/FontDescriptor ", desc, " 0 R/ToUnicode ", uni, " 0 R>>\nendobj\n")
	u.open(desc) // flag 4: the font has codes of its own
	u.put("<</Type/FontDescriptor/FontName/", name, "/Flags 4/FontBBox[", m.box[0], " ", m.box[1], " ", m.box[2], " ", m.box[3], "]/ItalicAngle 0/Ascent ", m.ascent,
		"/Descent ", m.descent, "/CapHeight ", m.cap, "/StemV ", m.stem, "/FontFile2 ", data, " 0 R>>\nendobj\n")
	u.open(data)
	u.put("<</Filter/FlateDecode/Length1 ", len(file))
	u.stream(p.font.codes().deflate(file))
	u.open(uni)
	u.put("<</Filter/FlateDecode")
	u.stream(unicodeCodes().deflate(p.unicode()))
	return n
}

// unicode is the map from codes to characters.
func (p *pdfFont) unicode() []byte {
	b := append(make([]byte, 0, 512), "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n1 beginbfrange\n<01><"...)
	b = append(appendHex(b, uint16(len(p.runes)), 2), ">["...)
	for _, r := range p.runes {
		b = append(b, '<')
		for _, v := range utf16.AppendRune(nil, r) {
			b = appendHex(b, v, 4)
		}
		b = append(b, '>')
	}
	return append(b, "]\nendbfrange\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"...)
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

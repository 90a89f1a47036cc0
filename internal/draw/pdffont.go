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
	"slices"
	"strconv"
	"unicode/utf16"
)

// pdfCodes are what the bytes of strings stand for, in the order in which they
// were first used: a byte is the same character in every font.
type pdfCodes struct {
	runes  []rune // by code, from 1
	object int    // of the map to Unicode, 0 until it is written
}

// mostCodes is how many characters a byte can tell apart; 0 is none.
const mostCodes = 255

// pdfFont is a font in one document, with some of its codes.
type pdfFont struct {
	font   *Font
	name   string // of the resource
	codes  *pdfCodes
	code   []uint8 // by glyph, 0 for those not used
	gids   []int   // by code, from 1; 0 for characters that it is not used for
	widths []int   // likewise
}

// take returns the code of a glyph; 0 if none is left for it.
func (p *pdfFont) take(g *placed) byte {
	if c := p.code[g.gid]; c != 0 {
		return c
	}
	i := slices.Index(p.codes.runes, g.r)
	if i < 0 {
		if i = len(p.codes.runes); i == mostCodes {
			return 0
		}
		p.codes.runes = append(p.codes.runes, g.r)
	}
	for len(p.gids) <= i {
		p.gids, p.widths = append(p.gids, 0), append(p.widths, 0)
	}
	p.gids[i], p.widths[i] = int(g.gid), g.adv
	p.code[g.gid] = uint8(i + 1)
	return uint8(i + 1)
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
		b = appendStringByte(b, c)
	}
	return append(b, ')'), n
}

// pdfFonts are the fonts of one document, in order of first use.
type pdfFonts struct{ list []*pdfFont }

// of returns a font that has a glyph, or takes it.
func (fs *pdfFonts) of(g *placed) *pdfFont {
	var codes *pdfCodes
	for _, p := range fs.list {
		if p.font == g.f && p.take(g) != 0 {
			return p
		}
		codes = p.codes
	}
	const usual = 64 // characters of a label
	if codes == nil || len(codes.runes) == mostCodes {
		codes = &pdfCodes{runes: make([]rune, 0, usual)}
	}
	p := &pdfFont{font: g.f, name: "F" + strconv.Itoa(len(fs.list)), codes: codes,
		code: make([]uint8, g.f.tables.glyphs), gids: make([]int, 0, usual), widths: make([]int, 0, usual)}
	fs.list = append(fs.list, p)
	return p
}

// write writes the font, cut to the document's glyphs, and returns its object's
// number. What a file holds never depends on other files. Labels are many, so
// their fonts are put together from pieces, which are a tenth larger.
func (p *pdfFont) write(u *updater, label bool) int {
	cut := &u.cut
	cut.cut(p.font.tables, p.gids)
	prefix, sum := [6]byte{}, crc32.ChecksumIEEE(cut.file)
	for i := range prefix {
		prefix[i] = byte('A' + sum%26)
		sum /= 26
	}
	if p.codes.object == 0 {
		p.codes.object = u.number()
		u.open(p.codes.object)
		u.put("<</Filter/FlateDecode")
		u.packed = unicodeCodes().deflate(u.packed[:0], p.codes.unicode())
		u.stream(u.packed)
	}
	name, m := string(prefix[:])+"+"+p.font.name, p.font.metrics
	n, desc, data := u.number(), u.number(), u.number()
	first := max(0, slices.IndexFunc(p.gids, func(g int) bool { return g != 0 }))
	u.open(n)
	u.put("<</Type/Font/Subtype/TrueType/BaseFont/", name, "/FirstChar ", first+1, "/LastChar ", len(p.gids), "/Widths[")
	for i, w := range p.widths[first:] {
		if i > 0 {
			u.put(" ")
		}
		u.put(w)
	}
	u.put("]/FontDescriptor ", desc, " 0 R/ToUnicode ", p.codes.object, " 0 R>>\nendobj\n")
	u.open(desc) // flag 4: the font has codes of its own
	u.put("<</Type/FontDescriptor/FontName/", name, "/Flags 4/FontBBox[", m.box[0], " ", m.box[1], " ", m.box[2], " ", m.box[3], "]/ItalicAngle 0/Ascent ", m.ascent,
		"/Descent ", m.descent, "/CapHeight ", m.cap, "/StemV ", m.stem, "/FontFile2 ", data, " 0 R>>\nendobj\n")
	u.open(data)
	u.put("<</Filter/FlateDecode/Length1 ", len(cut.file))
	var codes *streamCodes
	var pieces []*piece
	if label {
		codes, pieces = p.font.codes(), p.font.pieces(cut)
	}
	u.packed = codes.deflate(u.packed[:0], cut.file, pieces...)
	u.stream(u.packed)
	return n
}

// pieces are the records of a file's glyphs, compressed. A record is the same in
// every file, unless it names other glyphs by their place; so it is compressed
// once, without regard to what stands before it.
func (f *Font) pieces(cut *cutFont) []*piece {
	ps := make([]*piece, 0, len(cut.glyphs))
	for i, g := range cut.glyphs[1:] {
		rec := cut.file[cut.at[i+1]:cut.at[i+2]]
		kept := &f.records[g]
		p := kept.Load()
		if p == nil {
			p = f.codes().piece(rec)
			if !composed(rec) && f.nRecords.Add(1) <= keptGlyphs {
				kept.Store(p)
			}
		}
		ps = append(ps, p)
	}
	if end := cut.at[len(cut.glyphs)]; end < len(cut.file) { // zeros
		ps = append(ps, f.codes().piece(cut.file[end:]))
	}
	return ps
}

// unicode is the map from codes to characters.
func (p *pdfCodes) unicode() []byte {
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

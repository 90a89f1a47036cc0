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
	"bytes"
	"crypto/sha256"
	"strconv"
	"unicode/utf16"
)

// pdfFont is a font of one document: the glyphs that it uses, by code.
type pdfFont struct {
	font   *Font
	name   string   // of the resource
	code   []uint16 // by glyph, 0 for those not used
	gids   []int    // by code, from 1
	runes  []rune   // what each stands for: the first character that used it
	widths []int
}

// codes appends the character codes of a run as a PDF string.
func (p *pdfFont) codes(b []byte, ps []placed) []byte {
	b = append(b, '(')
	for _, g := range ps {
		c := p.code[g.gid]
		if c == 0 {
			p.gids, p.runes, p.widths = append(p.gids, int(g.gid)), append(p.runes, g.r), append(p.widths, g.adv)
			c = uint16(len(p.gids))
			p.code[g.gid] = c
		}
		for _, v := range [2]byte{byte(c >> 8), byte(c)} {
			switch v {
			case '(', ')', '\\':
				b = append(b, '\\', v)
			case '\r': // readers take it for a line end
				b = append(b, '\\', 'r')
			default:
				b = append(b, v)
			}
		}
	}
	return append(b, ')')
}

// pdfFonts are the fonts of one document, in order of first use.
type pdfFonts struct{ list []*pdfFont }

func (fs *pdfFonts) of(f *Font) *pdfFont {
	for _, p := range fs.list {
		if p.font == f {
			return p
		}
	}
	p := &pdfFont{font: f, name: "F" + strconv.Itoa(len(fs.list)), code: make([]uint16, f.tables.glyphs)}
	fs.list = append(fs.list, p)
	return p
}

// kit is one embedded font, cut to a document's characters.
type kit struct {
	name    string // with the subset's prefix
	font    *Font
	widths  []byte // the W array
	unicode []byte // ToUnicode CMap, compressed
	file    []byte // FontFile2, compressed
	length1 int    // bytes of the font file before compression
}

// kit cuts the font to the document's glyphs: what a file holds never depends
// on other files.
func (p *pdfFont) kit() *kit {
	file, _ := subset(p.font.tables, p.gids)
	k := &kit{font: p.font, length1: len(file)}
	k.widths = append(k.widths, "1["...)
	for i, w := range p.widths {
		if i > 0 {
			k.widths = append(k.widths, ' ')
		}
		k.widths = strconv.AppendInt(k.widths, int64(w), 10)
	}
	k.widths = append(k.widths, ']')

	k.unicode = unicodeCodes().deflate(p.unicode())
	k.file = p.font.codes().deflate(file)
	sum := sha256.Sum256(file)
	prefix := make([]byte, 6)
	for i := range prefix {
		prefix[i] = 'A' + sum[i]%26
	}
	k.name = string(prefix) + "+" + p.font.name
	return k
}

// unicode is the map from codes to characters.
func (p *pdfFont) unicode() []byte {
	var u bytes.Buffer
	u.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for at := 0; at < len(p.runes); {
		// A range ends where the codes' high byte changes.
		n := min(len(p.runes)-at, 256-(at+1)%256)
		u.WriteString("1 beginbfrange\n<")
		hex4(&u, uint16(at+1))
		u.WriteString("><")
		hex4(&u, uint16(at+n))
		u.WriteString(">[")
		for ; n > 0; n-- {
			u.WriteByte('<')
			for _, v := range utf16.AppendRune(nil, p.runes[at]) {
				hex4(&u, v)
			}
			u.WriteByte('>')
			at++
		}
		u.WriteString("]\nendbfrange\n")
	}
	u.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return u.Bytes()
}

func hex4(u *bytes.Buffer, v uint16) {
	const digits = "0123456789ABCDEF"
	u.Write([]byte{digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15]})
}

// Fonts in PDF: which glyphs a document embeds, and the objects that hold them.
//
// gofpdf can embed TrueType fonts by itself, but it reads and cuts the whole
// font anew for every document and adds a map of 128 KiB a font, about seven
// milliseconds a label. Here a font is read once a process, and a document takes
// the records of its own glyphs, which is a third of the bytes too.

package draw

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// kit is one embedded font, cut to a document's characters.
type kit struct {
	name    string // with the subset's prefix
	font    *Font
	newID   map[int]int // font's glyph index -> index in the subset
	widths  string      // the W array
	unicode []byte      // ToUnicode CMap, compressed
	file    []byte      // FontFile2, compressed
	length1 int         // bytes of the font file before compression
}

// newKit cuts a font to the given characters.
func newKit(f *Font, runes map[rune]bool) *kit {
	rs := make([]rune, 0, len(runes))
	for r := range runes {
		rs = append(rs, r)
	}
	sort.Slice(rs, func(i, j int) bool { return rs[i] < rs[j] })
	gids := make([]int, len(rs))
	for i, r := range rs {
		gids[i] = int(f.glyph(r).gid)
	}
	file, newID := subset(f.tables, gids)
	k := &kit{font: f, newID: newID, length1: len(file)}

	// A character's glyph may stand for several characters; the first names it.
	cids := map[int]rune{}
	adv := map[int]int{}
	for i, r := range rs {
		cid := newID[gids[i]]
		if _, dup := cids[cid]; !dup {
			cids[cid], adv[cid] = r, f.glyph(r).adv
		}
	}
	var w, u bytes.Buffer
	order := make([]int, 0, len(cids))
	for cid := range cids {
		order = append(order, cid)
	}
	sort.Ints(order)
	for i, cid := range order {
		if i > 0 && order[i-1] == cid-1 {
			fmt.Fprintf(&w, " %d", adv[cid])
			continue
		}
		if i > 0 {
			w.WriteString("]")
		}
		fmt.Fprintf(&w, "%d[%d", cid, adv[cid])
	}
	w.WriteString("]")
	k.widths = w.String()

	u.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(order) > 0 {
		n := min(len(order), 100) // the most that one block may hold
		fmt.Fprintf(&u, "%d beginbfchar\n", n)
		for _, cid := range order[:n] {
			fmt.Fprintf(&u, "<%04X> <%s>\n", cid, utf16Hex(cids[cid]))
		}
		u.WriteString("endbfchar\n")
		order = order[n:]
	}
	u.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	k.unicode = deflate(u.Bytes())
	k.file = deflate(file)
	sum := sha256.Sum256(file)
	prefix := make([]byte, 6)
	for i := range prefix {
		prefix[i] = 'A' + sum[i]%26
	}
	k.name = string(prefix) + "+" + f.name
	return k
}

func utf16Hex(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf("%04X", r)
	}
	r -= 0x10000
	return fmt.Sprintf("%04X%04X", 0xd800+r>>10, 0xdc00+r&0x3ff)
}

// deflaters are compressors to be used again: a new one clears a megabyte.
var deflaters = sync.Pool{New: func() any {
	w, _ := zlib.NewWriterLevel(io.Discard, zlib.DefaultCompression)
	return w
}}

func deflate(b []byte) []byte {
	var buf bytes.Buffer
	w := deflaters.Get().(*zlib.Writer)
	w.Reset(&buf)
	w.Write(b) // to memory: it cannot fail
	w.Close()
	deflaters.Put(w)
	return buf.Bytes()
}

// pdfFont is a font of one document.
type pdfFont struct {
	font *Font
	n    int
	kit  *kit
}

// family is the name under which gofpdf knows the font.
func (p *pdfFont) family() string { return "jb" + strconv.Itoa(p.n) }

// placeholder is the font name that gofpdf writes and the update looks for.
func (p *pdfFont) placeholder() string { return "JBF" + strconv.Itoa(p.n) }

// codes are the character codes of a run, two bytes each.
func (p *pdfFont) codes(ps []placed) string {
	var b strings.Builder
	b.Grow(2 * len(ps))
	for _, g := range ps {
		cid := p.kit.newID[int(g.gid)]
		b.WriteByte(byte(cid >> 8))
		b.WriteByte(byte(cid))
	}
	return b.String()
}

// pdfFonts are the fonts of one document and its lines of text, laid out once.
type pdfFonts struct {
	list  []*pdfFont
	lines [][]placed
}

func newPDFFonts(l *List) *pdfFonts {
	fs := &pdfFonts{}
	for _, it := range l.Items {
		t, ok := it.(Text)
		if !ok || t.S == "" {
			continue
		}
		ps, _ := place(t.S, t.Bold, l.Fallback)
		fs.lines = append(fs.lines, ps)
		for _, p := range ps {
			if p.gid != 0 && fs.of(p.f) == nil {
				fs.list = append(fs.list, &pdfFont{font: p.f, n: len(fs.list)})
			}
		}
	}
	for _, pf := range fs.list {
		pf.kit = fs.kit(pf.font)
	}
	return fs
}

func (fs *pdfFonts) of(f *Font) *pdfFont {
	for _, p := range fs.list {
		if p.font == f {
			return p
		}
	}
	return nil
}

// kit cuts a font to the document's characters: what a file holds never depends
// on other files.
func (fs *pdfFonts) kit(f *Font) *kit {
	runes := map[rune]bool{}
	for _, line := range fs.lines {
		for _, p := range line {
			if p.f == f && p.gid != 0 {
				runes[p.r] = true
			}
		}
	}
	return newKit(f, runes)
}

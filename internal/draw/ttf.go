// A TrueType subsetter: from a font file to a smaller one that holds the glyphs
// of one document. Hinting is left out, as it serves small text on old screens
// and is half of the bytes.

package draw

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// tables are the parts of a TrueType file by tag.
type tables struct {
	t        map[string][]byte
	loca     []byte // these three once more, as they are read for each glyph
	glyfs    []byte
	hmtx     []byte
	longLoca bool
	glyphs   int
	hMetrics int
}

var be = binary.BigEndian

// parseTables reads the table directory and checks that what the subsetter
// reads later is within bounds.
func parseTables(data []byte) (*tables, error) {
	if len(data) < 12 {
		return nil, errors.New("file is too short for a font")
	}
	if v := be.Uint32(data); v != 0x00010000 && v != 0x74727565 {
		return nil, fmt.Errorf("not a TrueType font: it begins with %#08x", v)
	}
	n := int(be.Uint16(data[4:]))
	if len(data) < 12+16*n {
		return nil, errors.New("table directory is cut short")
	}
	tb := &tables{t: make(map[string][]byte, n)}
	for i := 0; i < n; i++ {
		d := data[12+16*i:]
		off, size := int64(be.Uint32(d[8:])), int64(be.Uint32(d[12:]))
		if off+size > int64(len(data)) {
			return nil, fmt.Errorf("table %q reaches beyond the file", d[:4])
		}
		tb.t[string(d[:4])] = data[off : off+size]
	}
	for tag, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 0} {
		t, ok := tb.t[tag]
		if !ok || len(t) < least {
			return nil, fmt.Errorf("table %q is missing or too short", tag)
		}
	}
	tb.loca, tb.glyfs, tb.hmtx = tb.t["loca"], tb.t["glyf"], tb.t["hmtx"]
	tb.longLoca = be.Uint16(tb.t["head"][50:]) != 0
	tb.glyphs = int(be.Uint16(tb.t["maxp"][4:]))
	tb.hMetrics = int(be.Uint16(tb.t["hhea"][34:]))
	size := 2
	if tb.longLoca {
		size = 4
	}
	if len(tb.t["loca"]) < size*(tb.glyphs+1) {
		return nil, errors.New("table \"loca\" is shorter than the number of glyphs needs")
	}
	if tb.hMetrics < 1 || len(tb.t["hmtx"]) < 4*tb.hMetrics+2*(tb.glyphs-tb.hMetrics) {
		return nil, errors.New("table \"hmtx\" is shorter than the number of glyphs needs")
	}
	return tb, nil
}

// glyf returns a glyph's outline record, nil if it is empty or broken.
func (tb *tables) glyf(gid int) []byte {
	if gid < 0 || gid >= tb.glyphs {
		return nil
	}
	var a, b int
	if tb.longLoca {
		a, b = int(be.Uint32(tb.loca[4*gid:])), int(be.Uint32(tb.loca[4*gid+4:]))
	} else {
		a, b = 2*int(be.Uint16(tb.loca[2*gid:])), 2*int(be.Uint16(tb.loca[2*gid+2:]))
	}
	if a >= b || b > len(tb.glyfs) || b-a < 10 {
		return nil
	}
	return tb.glyfs[a:b]
}

// metric returns a glyph's advance and left side bearing as stored.
func (tb *tables) metric(gid int) (adv, lsb uint16) {
	h := tb.hmtx
	if gid < tb.hMetrics {
		return be.Uint16(h[4*gid:]), be.Uint16(h[4*gid+2:])
	}
	return be.Uint16(h[4*(tb.hMetrics-1):]), be.Uint16(h[4*tb.hMetrics+2*(gid-tb.hMetrics):])
}

// Flags of a component in a composite glyph.
const (
	compWords   = 1 << 0
	compScale   = 1 << 3
	compMore    = 1 << 5
	compXYScale = 1 << 6
	comp2x2     = 1 << 7
)

// composed says whether a glyph is made of others.
func composed(g []byte) bool { return len(g) >= 10 && int16(be.Uint16(g)) < 0 }

// components calls f with the offset of each component's glyph index.
func components(g []byte, f func(at int)) {
	if !composed(g) {
		return
	}
	for at := 10; at+4 <= len(g); {
		flags := be.Uint16(g[at:])
		f(at + 2)
		at += 4
		at += 2
		if flags&compWords != 0 {
			at += 2
		}
		switch {
		case flags&compScale != 0:
			at += 2
		case flags&compXYScale != 0:
			at += 4
		case flags&comp2x2 != 0:
			at += 8
		}
		if flags&compMore == 0 {
			return
		}
	}
}

// appendPlain appends a glyph's record without its instructions; nothing if the
// record is broken.
func appendPlain(b, g []byte) []byte {
	if len(g) < 10 {
		return b
	}
	n := int(int16(be.Uint16(g)))
	if n < 0 {
		last := 0
		components(g, func(at int) { last = at })
		if last == 0 {
			return b
		}
		end := last + 2 + 2
		flags := be.Uint16(g[last-2:])
		if flags&compWords != 0 {
			end += 2
		}
		switch {
		case flags&compScale != 0:
			end += 2
		case flags&compXYScale != 0:
			end += 4
		case flags&comp2x2 != 0:
			end += 8
		}
		if end > len(g) {
			return b
		}
		out := append(b, g[:end]...)
		components(out[len(b):], func(at int) {
			at += len(b)
			be.PutUint16(out[at-2:], be.Uint16(out[at-2:])&^(1<<8)) // "has instructions"
		})
		return out
	}
	at := 10 + 2*n
	if at+2 > len(g) {
		return b
	}
	ins := int(be.Uint16(g[at:]))
	if at+2+ins > len(g) {
		return b
	}
	b = append(append(b, g[:at]...), 0, 0)
	return append(b, g[at+2+ins:]...)
}

// cutFont makes a font file that holds glyph 0, the given glyphs in their order
// with nothing for 0, and after them whatever they are composed of. Its codes are
// the glyphs' places from the first on.
func cutFont(tb *tables, gids []uint16, first int) []byte {
	old := append(make([]int, 1, len(gids)+8), make([]int, len(gids))...) // by place
	place := map[int]int{}
	for i, g := range gids { // two characters may have one glyph
		if g := int(g); g > 0 && g < tb.glyphs {
			old[i+1], place[g] = g, i+1
		}
	}
	for i := 1; i < len(old); i++ { // it grows by what glyphs are composed of
		rec := tb.glyf(old[i])
		components(rec, func(at int) {
			if g := int(be.Uint16(rec[at:])); g > 0 && g < tb.glyphs && place[g] == 0 {
				place[g] = len(old)
				old = append(old, g)
			}
		})
	}

	var glyf, hmtx, loca []byte
	offsets := []int{0}
	for _, g := range old {
		at := len(glyf)
		adv, lsb := uint16(0), uint16(0)
		if g != 0 { // .notdef is never shown: characters are checked before
			glyf = appendPlain(glyf, tb.glyf(g))
			adv, lsb = tb.metric(g)
		}
		rec := glyf[at:]
		components(rec, func(at int) { // 0 for one that the font lacks
			be.PutUint16(rec[at:], uint16(place[int(be.Uint16(rec[at:]))]))
		})
		if len(glyf)%2 != 0 {
			glyf = append(glyf, 0)
		}
		offsets = append(offsets, len(glyf))
		hmtx = be.AppendUint16(be.AppendUint16(hmtx, adv), lsb)
	}
	short := len(glyf) < 1<<17 // the short form holds half of each offset
	for _, o := range offsets {
		if short {
			loca = be.AppendUint16(loca, uint16(o/2))
		} else {
			loca = be.AppendUint32(loca, uint32(o))
		}
	}

	head := bytes.Clone(tb.t["head"][:54])
	be.PutUint32(head[8:], 0)
	be.PutUint16(head[50:], map[bool]uint16{false: 1}[short])
	hhea := bytes.Clone(tb.t["hhea"][:36])
	be.PutUint16(hhea[34:], uint16(len(old)))
	maxp := bytes.Clone(tb.t["maxp"])
	be.PutUint16(maxp[4:], uint16(len(old)))
	return assemble([]table{
		{"cmap", symbolMap(first, len(gids))}, {"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp},
	})
}

// symbolMap is the table from n codes of a font of symbols, from the first on, to
// the glyphs 1 to n.
func symbolMap(first, n int) []byte {
	from := 0xf000 + uint16(first) // where such codes stand
	var b []byte
	for _, v := range [...]uint16{0, 1, 3, 0, 0, 12, // one table, for symbols, is 12 bytes from the beginning
		4, 32, 0, 4, 4, 1, 0, // of form 4, 32 bytes long, with two segments
		from + uint16(n) - 1, 0xffff, 0, from, 0xffff, // last and first codes of both
		1 - from, 1, 0, 0} { // what makes a glyph of a code, modulo 65536
		b = be.AppendUint16(b, v)
	}
	return b
}

type table struct {
	tag  string
	data []byte
}

// assemble writes a font file of tables, which are in the order of their tags.
func assemble(ts []table) []byte {
	n := len(ts)
	pow, sel := 1, 0
	for pow*2 <= n {
		pow, sel = pow*2, sel+1
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, pow * 16, sel, n*16 - pow*16} {
		out = be.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*n
	headAt := 0
	for _, t := range ts {
		if t.tag == "head" {
			headAt = at
		}
		out = be.AppendUint32(append(out, t.tag...), checksum(t.data))
		out = be.AppendUint32(be.AppendUint32(out, uint32(at)), uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range ts {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += be.Uint32(b)
		b = b[4:]
	}
	if len(b) > 0 {
		var last [4]byte
		copy(last[:], b)
		sum += be.Uint32(last[:])
	}
	return sum
}

// A picture in the making: for each pixel the number of its colour. A drawing has
// few colours, leaves most of its paper blank, and has rows that are like those above
// them; numbers, and notes on where rows are neither, are far less to write and to
// compress than colours.

package draw

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
)

// color is a paint in bytes.
type color [3]byte

func colorOf(p Paint) color {
	r, g, b := rgb(p.Hex)
	return color{byte(r), byte(g), byte(b)}
}

// picture is rows of numbers of colours; 0 is the ground.
type picture struct {
	w, h    int
	pix     []byte
	touched []uint64 // by row, the tiles that may hold more than the ground
	changed []uint64 // by row, the tiles that may differ from those of the row above
	tile    uint     // a tile is 1<<tile pixels wide, so that a row has 64 at most
	colors  []color  // by number
	numbers map[color]byte
	tints   map[color]*tint
	mixes   [1 << mixBits]mix
}

// mostColors is how many colours there are numbers for.
const mostColors = 1 << 8

// full is the level of a pixel that is covered altogether. Levels between are
// steps that the eye cannot tell apart; finer ones would make files larger.
const full = 15

// tint is a colour to paint with, and what it makes of the ground by levels.
type tint struct {
	color
	ramp   [full + 1]byte
	covers [256]byte // the same by covers
}

// mix is what a tint makes of another colour than the ground.
type mix struct {
	of     uint32 // colour below, tint and level; 0 for none
	number byte
}

// mixBits is for how many mixes are kept at a time: lines that cross, and rims of
// points on lines, ask for a few of them again and again.
const mixBits = 10

// begin makes the picture blank. Pixels are blank already: finish leaves them so.
func (p *picture) begin(w, h int, ground color) {
	p.w, p.h, p.tile = w, h, 0
	for (w-1)>>p.tile > 63 {
		p.tile++
	}
	if n := w * h; cap(p.pix) < n {
		p.pix = make([]byte, n)
	} else {
		p.pix = p.pix[:n]
	}
	if cap(p.touched) < h {
		p.touched, p.changed = make([]uint64, h), make([]uint64, h+1)
	}
	p.touched, p.changed = p.touched[:h], p.changed[:h+1]
	if p.numbers == nil {
		p.numbers, p.tints = map[color]byte{}, map[color]*tint{}
	}
	p.number(ground)
}

// finish takes everything away again.
func (p *picture) finish() {
	for y, tiles := range p.touched {
		for x1, x2 := range p.runs(tiles) {
			clear(p.row(y)[x1:x2])
		}
	}
	clear(p.touched)
	clear(p.changed)
	clear(p.numbers)
	clear(p.tints)
	clear(p.mixes[:])
	p.colors = p.colors[:0]
}

func (p *picture) row(y int) []byte { return p.pix[p.w*y : p.w*(y+1)] }

// number returns a colour's number or, where all are given away, that of the
// nearest colour that has one.
func (p *picture) number(c color) byte {
	n, ok := p.numbers[c]
	if !ok {
		if len(p.colors) < mostColors {
			n = byte(len(p.colors))
			p.colors = append(p.colors, c)
		} else {
			n = p.nearest(c)
		}
		p.numbers[c] = n
	}
	return n
}

func (p *picture) nearest(c color) (number byte) {
	least := 1 << 30
	for n, d := range p.colors {
		sum := 0
		for i := range c {
			diff := int(c[i]) - int(d[i])
			sum += diff * diff
		}
		if sum < least {
			least, number = sum, byte(n)
		}
	}
	return number
}

// give numbers the colours of a drawing's paints and of their edges on the ground.
// The drawing's own come first where there are not numbers for all.
func (p *picture) give(paints []Paint) {
	if len(paints) > (mostColors-1)/full {
		for _, paint := range paints {
			p.number(colorOf(paint))
		}
	}
	for _, paint := range paints {
		p.tint(paint)
	}
}

// tint returns what paints in a colour.
func (p *picture) tint(paint Paint) *tint {
	c := colorOf(paint)
	k := p.tints[c]
	if k == nil {
		k = &tint{color: c}
		for level := range byte(full) {
			k.ramp[level+1] = p.number(mixed(p.colors[0], c, level+1))
		}
		for cover := range k.covers {
			k.covers[cover] = k.ramp[levelOf(byte(cover))]
		}
		p.tints[c] = k
	}
	return k
}

// mixed is what a colour makes of another one that it covers.
func mixed(below, c color, level byte) color {
	a := uint32(level) * 255 / full
	for i := range c {
		c[i] = byte((uint32(below[i])*(255-a) + uint32(c[i])*a + 127) / 255)
	}
	return c
}

// levelOf is the level of a cover of 255.
func levelOf(cover byte) byte { return byte((uint32(cover)*full + 127) / 255) }

// over returns what a tint makes of a pixel.
func (p *picture) over(below byte, k *tint, level byte) byte {
	switch {
	case below == 0 || level == full:
		return k.ramp[level]
	case level == 0:
		return below
	}
	of := 1<<31 | uint32(k.ramp[full])<<16 | uint32(below)<<8 | uint32(level)
	m := &p.mixes[of*0x9E3779B1>>(32-mixBits)]
	if m.of != of {
		*m = mix{of, p.number(mixed(p.colors[below], k.color, level))}
	}
	return m.number
}

// tiles are the tiles of columns from x1 to x2, of which there is one at least.
func (p *picture) tiles(x1, x2 int) uint64 {
	return ^uint64(0) << (x1 >> p.tile) & (^uint64(0) >> (63 - (x2-1)>>p.tile))
}

// differs notes that columns of a row, which may be the one below the last, are no
// longer like those of the row above.
func (p *picture) differs(y, x1, x2 int) {
	if x1 < x2 {
		p.changed[y] |= p.tiles(x1, x2)
	}
}

// cover covers columns of rows evenly. Whoever calls says where rows differ.
func (p *picture) cover(y1, y2, x1, x2 int, k *tint, level byte) {
	if x1 >= x2 || level == 0 {
		return
	}
	tiles, number := p.tiles(x1, x2), k.ramp[level]
	for y := y1; y < y2; y++ {
		if number == 0 && p.touched[y]&tiles == 0 {
			continue // in the ground's colour
		}
		p.touched[y] |= tiles
		row := p.row(y)[x1:x2]
		if level == full {
			row[0] = number
			for n := 1; n < len(row); n *= 2 {
				copy(row[n:], row[:n])
			}
			continue
		}
		for i, below := range row {
			row[i] = p.over(below, k, level)
		}
	}
}

// stamp covers columns of rows from x, y on by as much as each pixel says, of 255: a
// row is w of them, of which those from from to to are painted. Rows beyond the
// picture are left away.
func (p *picture) stamp(x, y, w, from, to int, cover []byte, k *tint) {
	tiles, last := p.tiles(x+from, x+to), -1
	for ; len(cover) > 0; cover = cover[w:] {
		if y >= 0 && y < p.h {
			p.touched[y] |= tiles
			p.changed[y] |= tiles
			p.blend(p.row(y)[x+from:x+to], cover[from:to], k)
			last = y
		}
		y++
	}
	if last >= 0 {
		p.changed[last+1] |= tiles
	}
}

// blend covers pixels by as much as each cover says.
func (p *picture) blend(row, cover []byte, k *tint) {
	for len(cover) >= 8 {
		if binary.LittleEndian.Uint64(cover) != 0 {
			p.blendAll(row[:8], cover[:8], k)
		}
		row, cover = row[8:], cover[8:]
	}
	p.blendAll(row, cover, k)
}

func (p *picture) blendAll(row, cover []byte, k *tint) {
	for i, c := range cover {
		if below := row[i]; below == 0 || c == 255 {
			row[i] = k.covers[c] // of no cover the ground
		} else if c != 0 {
			row[i] = p.over(below, k, levelOf(c))
		}
	}
}

// runs are the columns of neighbouring tiles, from where to where.
func (p *picture) runs(tiles uint64) iter.Seq2[int, int] {
	return func(yield func(x1, x2 int) bool) {
		for at := 0; tiles != 0; {
			skip := bits.TrailingZeros64(tiles)
			n := bits.TrailingZeros64(^(tiles >> skip))
			if !yield((at+skip)<<p.tile, min(p.w, (at+skip+n)<<p.tile)) {
				return
			}
			at += skip + n
			tiles = tiles >> skip >> n
		}
	}
}

// Paints are the paints of a list, each once, in the order of its items.
func (l *List) Paints() []Paint {
	var out []Paint
	eachPaint(l.Items, func(p Paint) {
		if !p.None() && !slices.Contains(out, p) {
			out = append(out, p)
		}
	})
	return out
}

// eachPaint calls f with the paints of items, in order.
func eachPaint(items []Item, f func(Paint)) {
	for _, it := range items {
		switch it := it.(type) {
		case Rect:
			f(it.Fill)
			f(it.Stroke)
		case Line:
			f(it.Stroke)
		case Polyline:
			f(it.Stroke)
		case Polygon:
			f(it.Fill)
			f(it.Stroke)
		case Circle:
			f(it.Fill)
			f(it.Stroke)
		case Text:
			f(it.Color)
		case Modules:
			f(it.Fill)
		case Group:
			eachPaint(it.Items, f)
		}
	}
}

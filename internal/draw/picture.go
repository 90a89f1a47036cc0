// A picture in the making: for each pixel the number of its colour. A drawing has
// few colours and leaves most of its paper blank; numbers, and notes on where the
// paper is not blank, are far less to write and to compress than colours.

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
	pix     []uint16
	touched []uint64 // by row, the tiles that may hold more than the ground
	tile    uint     // a tile is 1<<tile pixels wide, so that a row has 64 at most
	colors  []color  // by number
	numbers map[color]uint16
	tints   map[color]*tint
	tooMany bool // more colours than there are numbers
	mixes   [1 << mixBits]mix
}

// mostColors is how many colours there are numbers for.
const mostColors = 1 << 16

// full is the level of a pixel that is covered altogether. Levels between are
// steps that the eye cannot tell apart; finer ones would make files larger.
const full = 15

// tint is a colour to paint with, and what it makes of the ground by levels.
type tint struct {
	color
	ramp [full + 1]uint16
}

// mix is what a tint makes of another colour than the ground.
type mix struct {
	of     uint64 // colour below, tint and level; 0 for none
	number uint16
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
		p.pix = make([]uint16, n)
	} else {
		p.pix = p.pix[:n]
	}
	if cap(p.touched) < h {
		p.touched = make([]uint64, h)
	}
	p.touched = p.touched[:h]
	if p.numbers == nil {
		p.numbers, p.tints = map[color]uint16{}, map[color]*tint{}
	}
	p.number(ground)
}

// finish takes everything away again.
func (p *picture) finish() {
	for y, tiles := range p.touched {
		if tiles != 0 {
			row := p.row(y)
			clear(row[bits.TrailingZeros64(tiles)<<p.tile : min(p.w, bits.Len64(tiles)<<p.tile)])
		}
	}
	clear(p.touched)
	clear(p.numbers)
	clear(p.tints)
	clear(p.mixes[:])
	p.colors, p.tooMany = p.colors[:0], false
}

func (p *picture) row(y int) []uint16 { return p.pix[p.w*y : p.w*(y+1)] }

// number returns a colour's number.
func (p *picture) number(c color) uint16 {
	n, ok := p.numbers[c]
	if !ok {
		if len(p.colors) == mostColors {
			p.tooMany = true
			return 0
		}
		n = uint16(len(p.colors))
		p.numbers[c] = n
		p.colors = append(p.colors, c)
	}
	return n
}

// tint returns what paints in a colour.
func (p *picture) tint(paint Paint) *tint {
	c := colorOf(paint)
	k := p.tints[c]
	if k == nil {
		k = &tint{color: c}
		for level := range byte(full) {
			k.ramp[level+1] = p.number(blend(p.colors[0], c, level+1))
		}
		p.tints[c] = k
	}
	return k
}

// blend is what a colour makes of another one that it covers.
func blend(below, c color, level byte) color {
	a := uint32(level) * 255 / full
	for i := range c {
		c[i] = byte((uint32(below[i])*(255-a) + uint32(c[i])*a + 127) / 255)
	}
	return c
}

// levelOf is the level of a cover of 255.
func levelOf(cover byte) byte { return byte((uint32(cover)*full + 127) / 255) }

// over returns what a tint makes of a pixel.
func (p *picture) over(below uint16, k *tint, level byte) uint16 {
	switch {
	case below == 0 || level == full:
		return k.ramp[level]
	case level == 0:
		return below
	}
	of := 1<<63 | uint64(k.ramp[full])<<32 | uint64(below)<<8 | uint64(level)
	m := &p.mixes[of*0x9E3779B97F4A7C15>>(64-mixBits)]
	if m.of != of {
		*m = mix{of, p.number(blend(p.colors[below], k.color, level))}
	}
	return m.number
}

// tiles are the tiles of columns from x1 to x2, of which there is one at least.
func (p *picture) tiles(x1, x2 int) uint64 {
	return ^uint64(0) << (x1 >> p.tile) & (^uint64(0) >> (63 - (x2-1)>>p.tile))
}

// span covers a part of a row evenly.
func (p *picture) span(y, x1, x2 int, k *tint, level byte) {
	if x1 >= x2 || level == 0 {
		return
	}
	tiles := p.tiles(x1, x2)
	if k.ramp[level] == 0 && p.touched[y]&tiles == 0 {
		return // in the ground's colour
	}
	p.touched[y] |= tiles
	row := p.row(y)[x1:x2]
	if level == full {
		row[0] = k.ramp[full]
		for n := 1; n < len(row); n *= 2 {
			copy(row[n:], row[:n])
		}
		return
	}
	for i, below := range row {
		row[i] = p.over(below, k, level)
	}
}

// stamp covers a part of a row by as much as each pixel says, of 255.
func (p *picture) stamp(y, x int, cover []byte, k *tint) {
	row := p.row(y)[x : x+len(cover)]
	p.touched[y] |= p.tiles(x, x+len(cover))
	for i := 0; i < len(cover); i++ {
		if cover[i] == 0 {
			if i+8 <= len(cover) && binary.LittleEndian.Uint64(cover[i:]) == 0 {
				i += 7
			}
			continue
		}
		row[i] = p.over(row[i], k, levelOf(cover[i]))
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

// fewer returns for every colour a number below most: its own one, or that of the
// nearest colour that has one.
func (p *picture) fewer(most int) []byte {
	out := make([]byte, len(p.colors))
	for i, c := range p.colors {
		if i < most {
			out[i] = byte(i)
			continue
		}
		nearest := 1 << 30
		for k, d := range p.colors[:most] {
			sum := 0
			for j := range c {
				diff := int(c[j]) - int(d[j])
				sum += diff * diff
			}
			if sum < nearest {
				nearest, out[i] = sum, byte(k)
			}
		}
	}
	return out
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

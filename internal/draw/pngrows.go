// The rows of a PNG file, compressed. Rows are written as their difference from
// the row above, which is nothing for most of a drawing; so all that is worth
// finding is runs of one byte and of one pixel. This takes a fraction of the time
// of a general compressor at its fastest, for fewer bytes.

package draw

import (
	"encoding/binary"
	"math/bits"
)

// The filters of a row.
const (
	filterNone = 0
	filterUp   = 2
)

// indexed returns the rows of numbers of colours in the zlib format. It is valid
// until the next call.
func (e *deflater) indexed(p *picture) []byte {
	e.begin(1)
	above := make([]byte, p.w) // the first row has none
	for y := range p.h {
		cur, at := p.row(y), 0
		if p.touched[y] == 0 { // the ground, which is zero
			e.row(filterNone)
			e.zeros(p.w)
			above = cur
			continue
		}
		e.row(filterUp)
		for x1, x2 := range p.runs(p.changed[y]) {
			e.zeros(x1 - at)
			e.difference(cur[x1:x2], above[x1:x2])
			at = x2
		}
		e.zeros(p.w - at)
		above = cur
	}
	return e.end()
}

// difference writes how a part of a row differs from the one above it.
func (e *deflater) difference(cur, above []byte) {
	above = above[:len(cur)]
	for i := 0; i < len(cur); {
		v := cur[i] - above[i]
		if v == 0 {
			n := alike(cur[i:], above[i:])
			e.zeros(n)
			i += n
			continue
		}
		from := i
		for i++; i < len(cur) && cur[i]-above[i] == v; i++ {
		}
		e.same(v, i-from)
	}
}

// alike is in how many bytes two rows begin alike.
func alike(a, b []byte) int {
	n := 0
	for ; n+8 <= len(a) && n+8 <= len(b); n += 8 {
		if v := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); v != 0 {
			return n + bits.TrailingZeros64(v)/8
		}
	}
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// colours returns the rows of colours in the zlib format. It is valid until the
// next call.
func (e *deflater) colours(p *picture) []byte {
	e.begin(len(color{}))
	row := make([]byte, 3*p.w)
	p.differs(0, 0, p.w) // above the first row is nothing, which is not the ground
	for y := range p.h {
		cur, at := p.row(y), 0
		e.row(filterUp)
		for x1, x2 := range p.runs(p.changed[y]) {
			e.zeros(3 * (x1 - at))
			at = x2
			for x := x1; x < x2; x++ {
				c, above := p.colors[cur[x]], color{}
				if y > 0 {
					above = p.colors[p.pix[p.w*(y-1)+x]]
				}
				row[3*x], row[3*x+1], row[3*x+2] = c[0]-above[0], c[1]-above[1], c[2]-above[2]
			}
			e.bytes(row[3*x1 : 3*x2])
		}
		e.zeros(3 * (p.w - at))
	}
	return e.end()
}

// deflater writes the deflate format: literals, and repetitions of the last byte
// or of the last pixel.
type deflater struct {
	bitWriter
	size   int      // of a pixel in bytes: 1 or 3
	tokens []uint16 // a literal, or nearToken or farToken and a length
	run    int      // zeros that are not yet tokens
	a, b   uint64   // checksum (Adler-32), whole: sums of the largest picture's bytes stay below 2^62
}

const (
	nearToken = 256 // and up: a repetition of the last byte, by length
	farToken  = nearToken + mostMatch + 1
	endToken  = farToken + mostMatch + 1
	// manyTokens is for how many tokens, but for the row in hand, a block's codes are
	// good. Most pictures have fewer.
	manyTokens = 1 << 16
	adlerMod   = 65521
)

// begin starts a stream of pixels of a size.
func (e *deflater) begin(size int) {
	*e = deflater{bitWriter: bitWriter{out: append(e.out[:0], 0x78, 0x01)}, tokens: e.tokens[:0], size: size, a: 1}
}

// row begins a row with its filter.
func (e *deflater) row(filter byte) {
	if len(e.tokens) >= manyTokens {
		e.block(false)
	}
	e.same(filter, 1)
}

// zeros writes n zeros, which may go on over the next call's.
func (e *deflater) zeros(n int) { e.run += n }

// same writes a byte n times.
func (e *deflater) same(v byte, n int) {
	if v == 0 {
		e.zeros(n)
		return
	}
	if e.run > 0 {
		e.flushRun()
	}
	u, times := uint64(v), uint64(n)
	e.b += e.a*times + u*times*(times+1)/2
	e.a += u * times
	e.repeated(uint16(v), n)
}

// flushRun writes the zeros that were counted.
func (e *deflater) flushRun() {
	e.b += e.a * uint64(e.run)
	e.repeated(0, e.run)
	e.run = 0
}

// repeated writes a literal n times.
func (e *deflater) repeated(v uint16, n int) {
	e.tokens = append(e.tokens, v)
	e.repeat(n-1, nearToken, v)
}

// repeat writes n bytes more that repeat the last one or, by another token, the last
// pixel. Fewer than three are the literal v.
func (e *deflater) repeat(n int, token, v uint16) {
	for n >= leastMatch {
		m := min(n, mostMatch)
		if r := n - m; r > 0 && r < leastMatch {
			m -= leastMatch // leave enough for another one
		}
		e.tokens = append(e.tokens, token+uint16(m))
		n -= m
	}
	for ; n > 0; n-- {
		e.tokens = append(e.tokens, v)
	}
}

// bytes writes any bytes.
func (e *deflater) bytes(b []byte) {
	size := e.size
	for i := 0; i < len(b); {
		if b[i] == 0 {
			n := zeroRun(b[i:])
			e.zeros(n)
			i += n
			continue
		}
		e.same(b[i], 1)
		i++
		// Pixels like the last one, once it is whole.
		if i >= size && i+leastMatch <= len(b) && b[i] == b[i-size] && b[i+1] == b[i+1-size] && b[i+2] == b[i+2-size] {
			n := leastMatch
			for i+n < len(b) && b[i+n] == b[i+n-size] {
				n++
			}
			for _, v := range b[i : i+n] {
				e.a += uint64(v)
				e.b += e.a
			}
			e.repeat(n, farToken, 0) // three at least, so there is no literal
			i += n
		}
	}
}

// zeroRun is how many zeros b begins with.
func zeroRun(b []byte) int {
	n := 0
	for ; n+8 <= len(b); n += 8 {
		if v := binary.LittleEndian.Uint64(b[n:]); v != 0 {
			return n + bits.TrailingZeros64(v)/8
		}
	}
	for n < len(b) && b[n] == 0 {
		n++
	}
	return n
}

// end returns the stream.
func (e *deflater) end() []byte {
	if e.run > 0 {
		e.flushRun()
	}
	e.block(true)
	e.flush()
	e.out = be.AppendUint32(e.out, uint32(e.b%adlerMod<<16|e.a%adlerMod))
	return e.out
}

// block writes the tokens as one block with codes of its own.
func (e *deflater) block(final bool) {
	var times [endToken]int
	for _, t := range e.tokens {
		times[t]++
	}
	var counts [symbols]int
	distances := [3]int{1, 0, 0} // of 1 to 3; a code may not be empty
	copy(counts[:], times[:nearToken])
	for n := leastMatch; n <= mostMatch; n++ {
		counts[lengthCodes[n].symbol] += times[nearToken+n] + times[farToken+n]
		distances[0] += times[nearToken+n]
		distances[e.size-1] += times[farToken+n]
	}
	counts[endSymbol]++
	var sc [symbols]code
	var dc [len(distances)]code
	huffman(sc[:], counts[:], mostCodeBits)
	huffman(dc[:], distances[:], mostCodeBits)

	e.put(map[bool]uint64{true: 1}[final], 1)
	e.blockHead(sc[:], dc[:])
	// Each token's bits: its symbol, extra bits of the length, the distance. They
	// are 22 at most.
	var codes [endToken]code
	copy(codes[:], sc[:nearToken])
	for n := leastMatch; n <= mostMatch; n++ {
		l := lengthCodes[n]
		c := sc[l.symbol].with(code{uint64(l.value), uint(l.nbits)})
		codes[nearToken+n], codes[farToken+n] = c.with(dc[0]), c.with(dc[e.size-1])
	}
	w := e.bitWriter // while it is written to, best kept at hand
	for _, t := range e.tokens {
		w.code(codes[t])
	}
	w.code(sc[endSymbol])
	e.bitWriter, e.tokens = w, e.tokens[:0]
}

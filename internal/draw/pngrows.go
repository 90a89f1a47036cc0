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

// indexed returns the rows of numbers of colours in the zlib format, with those of
// at most 256 colours. It is valid until the next call.
func (e *deflater) indexed(p *picture, numbers []byte) []byte {
	e.begin(1)
	above, tiles := make([]uint16, p.w), uint64(0) // nothing is above the first row
	for y := range p.h {
		cur, at := p.row(y), 0
		if p.touched[y] == 0 { // the ground, which is zero
			e.zeros(1 + p.w)
			above, tiles = cur, 0
			continue
		}
		e.literal(filterUp)
		for x1, x2 := range p.runs(p.touched[y] | tiles) {
			e.zeros(x1 - at)
			at = x2
			for x := x1; x < x2; {
				if n := alike(cur[x:x2], above[x:x2]); n > 0 {
					e.zeros(n)
					x += n
					continue
				}
				v, n := numbers[cur[x]]-numbers[above[x]], 1
				for x+n < x2 && numbers[cur[x+n]]-numbers[above[x+n]] == v {
					n++
				}
				e.same(v, n)
				x += n
			}
		}
		e.zeros(p.w - at)
		above, tiles = cur, p.touched[y]
	}
	return e.end()
}

// alike is in how many pixels two rows begin alike.
func alike(a, b []uint16) int {
	const step = 8
	n := 0
	for n+step <= len(a) && n+step <= len(b) && *(*[step]uint16)(a[n:]) == *(*[step]uint16)(b[n:]) {
		n += step
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
	tiles := ^uint64(0) >> (63 - (p.w-1)>>p.tile) // above the first row is nothing
	for y := range p.h {
		cur, at := p.row(y), 0
		e.literal(filterUp)
		for x1, x2 := range p.runs(p.touched[y] | tiles) {
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
		tiles = p.touched[y]
	}
	return e.end()
}

// deflater writes the deflate format: literals, and repetitions of the last byte
// or of the last pixel.
type deflater struct {
	bitWriter
	size   int      // of a pixel in bytes: 1 or 3
	tokens []uint16 // a literal, or nearToken or farToken and a length
	run    int      // zeros that follow a zero, not yet a token
	last   bool     // the last literal was a zero
	a, b   uint64   // checksum (Adler-32)
}

const (
	nearToken  = 256 // and up: a repetition of the last byte, by length
	farToken   = nearToken + mostMatch + 1
	endToken   = farToken + mostMatch + 1
	mostTokens = 1 << 15
	adlerMod   = 65521
)

// begin starts a stream of pixels of a size.
func (e *deflater) begin(size int) {
	*e = deflater{bitWriter: bitWriter{out: append(e.out[:0], 0x78, 0x01)}, tokens: e.tokens[:0], size: size, a: 1}
}

func (e *deflater) token(t uint16) {
	if e.tokens = append(e.tokens, t); len(e.tokens) == mostTokens {
		e.block(false)
	}
}

func (e *deflater) literal(v byte) {
	if e.run > 0 {
		e.flushRun()
	}
	e.a += uint64(v)
	e.b += e.a
	e.token(uint16(v))
	e.last = v == 0
}

// zeros writes n zeros, which may go on over the next call's.
func (e *deflater) zeros(n int) {
	if n > 0 && !e.last {
		e.literal(0)
		n--
	}
	e.run += n
}

// same writes a byte n times.
func (e *deflater) same(v byte, n int) {
	if v == 0 {
		e.zeros(n)
		return
	}
	for e.literal(v); n == 2 || n == 3; n-- {
		e.literal(v)
	}
	if n > 1 {
		u, times := uint64(v), uint64(n-1)
		e.b += e.a*times + u*times*(times+1)/2
		e.a += u * times
		e.repeat(n-1, nearToken)
	}
}

// flushRun writes the zeros that were counted.
func (e *deflater) flushRun() {
	n := e.run
	e.run = 0
	e.b += e.a * uint64(n) // at most 2^16 times a picture's bytes
	e.a, e.b = e.a%adlerMod, e.b%adlerMod
	e.repeat(n, nearToken)
}

// repeat writes n bytes that repeat the last one or, by another token, the last
// pixel; fewer than three of them are zeros.
func (e *deflater) repeat(n int, token uint16) {
	for n >= 3 {
		m := min(n, mostMatch)
		if r := n - m; r > 0 && r < 3 {
			m -= 3 // leave enough for another one
		}
		e.token(token + uint16(m))
		n -= m
	}
	for ; n > 0; n-- {
		e.token(0)
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
		e.literal(b[i])
		i++
		// Pixels like the last one, once it is whole.
		if i >= size && i+3 <= len(b) && b[i] == b[i-size] && b[i+1] == b[i+1-size] && b[i+2] == b[i+2-size] {
			n := 3
			for i+n < len(b) && b[i+n] == b[i+n-size] {
				n++
			}
			for _, v := range b[i : i+n] {
				e.a += uint64(v)
				e.b += e.a
			}
			e.repeat(n, farToken)
			i += n
			e.last = b[i-1] == 0
		}
	}
	e.a, e.b = e.a%adlerMod, e.b%adlerMod
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
	e.flushRun()
	e.block(true)
	e.flush()
	e.out = be.AppendUint32(e.out, uint32(e.b<<16|e.a))
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
	sc, dc := huffman(counts[:], mostCodeBits), huffman(distances[:], mostCodeBits)

	e.put(map[bool]uint64{true: 1}[final], 1)
	for _, c := range blockHead(sc, dc) {
		e.code(c)
	}
	// Each token's bits: its symbol, extra bits of the length, the distance. They
	// are 22 at most.
	var codes [endToken]code
	copy(codes[:], sc[:nearToken])
	for n := leastMatch; n <= mostMatch; n++ {
		l := lengthCodes[n]
		c := sc[l.symbol]
		c.bits |= uint64(l.value) << c.n
		c.n += uint(l.nbits)
		codes[nearToken+n] = code{c.bits | dc[0].bits<<c.n, c.n + dc[0].n}
		codes[farToken+n] = code{c.bits | dc[e.size-1].bits<<c.n, c.n + dc[e.size-1].n}
	}
	for _, t := range e.tokens {
		e.code(codes[t])
	}
	e.code(sc[endSymbol])
	e.tokens = e.tokens[:0]
}

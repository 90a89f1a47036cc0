// The rows of a PNG file, compressed. Rows are written as their difference from
// the row above, which is nothing for most of a drawing; so all that is worth
// finding is runs of one byte and of one pixel. This takes a third of the time of
// a general compressor at its fastest, for about as many bytes.

package draw

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// zlibRows returns the picture's rows of RGB as PNG holds them: a filter byte
// and the differences from the row above, in the zlib format.
func zlibRows(pix []byte, stride int) []byte {
	e := deflater{bitWriter: bitWriter{out: append(make([]byte, 0, 64<<10), 0x78, 0x01)}, tokens: make([]uint16, 0, mostTokens), a: 1}
	row, prev := make([]byte, stride), make([]byte, stride)
	for ; len(pix) >= stride; pix = pix[stride:] {
		cur := pix[:stride]
		e.literal(2) // the filter "up"
		if bytes.Equal(cur, prev) {
			e.zeros(stride)
			continue
		}
		subtract(row, cur, prev)
		e.row(row)
		prev = cur
	}
	e.close()
	return be.AppendUint32(e.out, uint32(e.b<<16|e.a))
}

// subtract sets to to the differences of each byte, eight at a time: the highest
// bits are set apart, so that no byte borrows from the next one.
func subtract(to, x, y []byte) {
	const high = 0x8080808080808080
	le := binary.LittleEndian
	n := len(to) &^ 7
	for i := 0; i < n; i += 8 {
		p, q := le.Uint64(x[i:]), le.Uint64(y[i:])
		le.PutUint64(to[i:], ((p|high)-(q&^high))^((p^^q)&high))
	}
	for i := n; i < len(to); i++ {
		to[i] = x[i] - y[i]
	}
}

// deflater writes the deflate format: literals, and repetitions of the last byte
// or of the last three.
type deflater struct {
	bitWriter
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

// flushRun writes the zeros that were counted.
func (e *deflater) flushRun() {
	n := e.run
	e.run = 0
	e.b += e.a * uint64(n) // at most 2^16 times a picture's bytes
	e.a, e.b = e.a%adlerMod, e.b%adlerMod
	e.repeat(n, nearToken)
}

// repeat writes n bytes that repeat the last one, which is a zero, or the last
// three.
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

// row writes any bytes.
func (e *deflater) row(b []byte) {
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
		if i >= 3 && i+3 <= len(b) && b[i] == b[i-3] && b[i+1] == b[i-2] && b[i+2] == b[i-1] {
			n := 3
			for i+n < len(b) && b[i+n] == b[i+n-3] {
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

func (e *deflater) close() {
	e.flushRun()
	e.a, e.b = e.a%adlerMod, e.b%adlerMod
	e.block(true)
	e.flush()
}

// block writes the tokens as one block with codes of its own.
func (e *deflater) block(final bool) {
	var times [endToken]int
	for _, t := range e.tokens {
		times[t]++
	}
	var counts [symbols]int
	distances := [3]int{1, 0, 0} // of 1, 2 and 3; a code may not be empty
	copy(counts[:], times[:nearToken])
	for n := leastMatch; n <= mostMatch; n++ {
		counts[lengthCodes[n].symbol] += times[nearToken+n] + times[farToken+n]
		distances[0] += times[nearToken+n]
		distances[2] += times[farToken+n]
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
		codes[farToken+n] = code{c.bits | dc[2].bits<<c.n, c.n + dc[2].n}
	}
	for _, t := range e.tokens {
		e.code(codes[t])
	}
	e.code(sc[endSymbol])
	e.tokens = e.tokens[:0]
}

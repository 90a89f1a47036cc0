// The rows of a PNG file, compressed. Rows are written as their difference from
// the row above, which is nothing for most of a drawing; so all that is worth
// finding is runs of one byte and of one pixel. This takes a third of the time of
// a general compressor at its fastest, for about as many bytes.

package draw

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// zlibRows returns the picture's rows of RGB as PNG holds them: a filter byte
// and the differences from the row above, in the zlib format.
func zlibRows(pix []byte, stride int) []byte {
	e := deflater{out: append(make([]byte, 0, 64<<10), 0x78, 0x01), tokens: make([]uint16, 0, mostTokens), a: 1}
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
	out    []byte
	bits   uint64 // not yet written, from the lowest
	nbits  uint
	tokens []uint16 // a literal, or nearToken or farToken and a length
	run    int      // zeros that follow a zero, not yet a token
	last   bool     // the last literal was a zero
	a, b   uint64   // checksum (Adler-32)
}

const (
	nearToken  = 256 // and up: a repetition of the last byte, by length
	farToken   = nearToken + mostMatch + 1
	endToken   = farToken + mostMatch + 1
	mostMatch  = 258
	mostTokens = 1 << 15
	endSymbol  = 256
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
	for ; e.nbits > 0; e.nbits -= min(8, e.nbits) {
		e.out = append(e.out, byte(e.bits))
		e.bits >>= 8
	}
}

func (e *deflater) put(v uint64, n uint) {
	e.bits |= v << e.nbits
	if e.nbits += n; e.nbits >= 32 {
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(e.bits))
		e.bits >>= 32
		e.nbits -= 32
	}
}

// lengthCode is how a length is written: its symbol and extra bits.
type lengthCode struct {
	symbol uint16
	nbits  uint8
	value  uint8
}

var lengthCodes = func() (t [mostMatch + 1]lengthCode) {
	n, symbol := 3, uint16(257)
	for extra := uint8(0); n < mostMatch; extra++ {
		group := 4 // symbols with this many extra bits
		if extra == 0 {
			group = 8
		}
		for range group {
			for v := 0; v < 1<<extra && n < mostMatch; v++ {
				t[n] = lengthCode{symbol, extra, uint8(v)}
				n++
			}
			symbol++
		}
	}
	t[mostMatch] = lengthCode{symbol: 285}
	return t
}()

// block writes the tokens as one block with codes of its own.
func (e *deflater) block(final bool) {
	var times [endToken]int
	for _, t := range e.tokens {
		times[t]++
	}
	var symbols [286]int
	distances := [3]int{1, 0, 0} // of 1, 2 and 3; a code may not be empty
	copy(symbols[:], times[:nearToken])
	for n := 3; n <= mostMatch; n++ {
		symbols[lengthCodes[n].symbol] += times[nearToken+n] + times[farToken+n]
		distances[0] += times[nearToken+n]
		distances[2] += times[farToken+n]
	}
	symbols[endSymbol]++
	sc, dc := huffman(symbols[:]), huffman(distances[:])

	e.put(map[bool]uint64{true: 1}[final], 1)
	e.put(2, 2) // codes follow
	e.put(uint64(len(sc)-257), 5)
	e.put(uint64(len(dc)-1), 5)
	e.put(19-4, 4)
	for i := range 19 { // lengths 0 to 15 in four bits each, no repeats
		e.put(map[bool]uint64{false: 4}[i < 3], 3)
	}
	for _, c := range append(slices.Clone(sc), dc...) {
		e.put(uint64(bits.Reverse8(uint8(c.n))>>4), 4)
	}
	// Each token's bits: its symbol, extra bits of the length, the distance. They
	// are 22 at most.
	var codes [endToken]code
	copy(codes[:], sc[:nearToken])
	for n := 3; n <= mostMatch; n++ {
		l := lengthCodes[n]
		c := sc[l.symbol]
		c.bits |= uint64(l.value) << c.n
		c.n += uint(l.nbits)
		codes[nearToken+n] = code{c.bits | dc[0].bits<<c.n, c.n + dc[0].n}
		codes[farToken+n] = code{c.bits | dc[2].bits<<c.n, c.n + dc[2].n}
	}
	for _, t := range e.tokens {
		e.put(codes[t].bits, codes[t].n)
	}
	e.put(sc[endSymbol].bits, sc[endSymbol].n)
	e.tokens = e.tokens[:0]
}

// code is a symbol's bits, lowest first; n is 0 for a symbol without one.
type code struct {
	bits uint64
	n    uint
}

// mostCodeBits is the longest code of the format.
const mostCodeBits = 15

// huffman returns the codes of symbols by how often they stand.
func huffman(counts []int) []code {
	for least := 1; ; least *= 2 {
		if codes, ok := tryHuffman(counts, least); ok {
			return codes
		}
	}
}

// tryHuffman is one attempt, with every count raised to the least. It fails if a
// code is longer than the format holds; with greater least, codes are shorter.
func tryHuffman(counts []int, least int) ([]code, bool) {
	type node struct{ weight, symbol, left, right int }
	var nodes []node
	for s, n := range counts {
		if n > 0 {
			nodes = append(nodes, node{max(n, least), s, -1, -1})
		}
	}
	codes := make([]code, len(counts))
	if len(nodes) == 1 {
		codes[nodes[0].symbol] = code{0, 1}
		return codes, true
	}
	slices.SortStableFunc(nodes, func(a, b node) int { return a.weight - b.weight })
	// Leaves and joined nodes are two queues, each in order of weight.
	leaves, leaf, joined := len(nodes), 0, len(nodes)
	next := func() int {
		if leaf < leaves && (joined == len(nodes) || nodes[leaf].weight <= nodes[joined].weight) {
			leaf++
			return leaf - 1
		}
		joined++
		return joined - 1
	}
	for range leaves - 1 {
		a, b := next(), next()
		nodes = append(nodes, node{nodes[a].weight + nodes[b].weight, -1, a, b})
	}
	depth := make([]uint, len(nodes))
	var perLength [mostCodeBits + 1]uint32
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if n.symbol < 0 {
			depth[n.left], depth[n.right] = depth[i]+1, depth[i]+1
			continue
		}
		if depth[i] > mostCodeBits {
			return nil, false
		}
		codes[n.symbol].n = depth[i]
		perLength[depth[i]]++
	}
	var first [mostCodeBits + 1]uint32
	for n := 1; n < mostCodeBits; n++ {
		first[n+1] = (first[n] + perLength[n]) << 1
	}
	for s := range codes {
		if n := codes[s].n; n > 0 {
			codes[s].bits = uint64(bits.Reverse32(first[n]) >> (32 - n))
			first[n]++
		}
	}
	return codes, true
}

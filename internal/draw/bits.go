// The parts of the deflate format that compressors share: bits, codes, and how a
// block says which codes it has.

package draw

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// bitWriter writes bits, the lowest of a byte first.
type bitWriter struct {
	out   []byte
	bits  uint64 // not yet written, from the lowest
	nbits uint
}

// put writes up to 32 bits.
func (w *bitWriter) put(v uint64, n uint) {
	w.bits |= v << w.nbits
	if w.nbits += n; w.nbits >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.bits))
		w.bits >>= 32
		w.nbits -= 32
	}
}

func (w *bitWriter) code(c code) { w.put(c.bits, c.n) }

// flush fills the last byte with zeros.
func (w *bitWriter) flush() {
	for ; w.nbits > 0; w.nbits -= min(8, w.nbits) {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
}

// Symbols of the format: 256 literals, the end of a block, and lengths.
const (
	endSymbol       = 256
	symbols         = 286
	distanceSymbols = 30
	leastMatch      = 3
	mostMatch       = 258
	mostDistance    = 1 << 15
)

// lengthCode is how a length is written: its symbol and extra bits.
type lengthCode struct {
	symbol uint16
	nbits  uint8
	value  uint8
}

var lengthCodes = func() (t [mostMatch + 1]lengthCode) {
	n, symbol := leastMatch, uint16(endSymbol+1)
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
	t[mostMatch] = lengthCode{symbol: symbols - 1}
	return t
}()

// distanceCode is how a distance is written: its symbol and extra bits.
func distanceCode(d int) (symbol int, extra code) {
	v := uint(d - 1)
	if v < 4 {
		return d - 1, code{}
	}
	n := uint(bits.Len(v)) - 2
	return int(2*n + v>>n), code{uint64(v & (1<<n - 1)), n}
}

// blockHead writes what a block begins with: that it has these codes, of symbols
// and of distances. The lengths of codes are written by codes of their own, with
// runs of equal ones shortened.
func (w *bitWriter) blockHead(sc, dc []code) {
	const again, zeros, manyZeros = 16, 17, 18 // 3 to 6 times the last length, 3 to 10 zeros, 11 to 138
	type step struct {
		symbol int
		extra  code
	}
	const most = symbols + distanceSymbols
	steps := make([]step, 0, most)
	var times [19]int
	all := append(append(make([]code, 0, most), sc...), dc...)
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n].n == all[i].n {
			n++
		}
		s := step{symbol: int(all[i].n)}
		switch {
		case all[i].n == 0 && n >= 11:
			n = min(n, 138)
			s = step{manyZeros, code{uint64(n - 11), 7}}
		case all[i].n == 0 && n >= 3:
			s = step{zeros, code{uint64(n - 3), 3}}
		case i > 0 && all[i-1].n == all[i].n && n >= 3:
			n = min(n, 6)
			s = step{again, code{uint64(n - 3), 2}}
		default:
			n = 1
		}
		steps = append(steps, s)
		times[s.symbol]++
		i += n
	}
	const mostBits = 7
	var lc [19]code
	huffman(lc[:], times[:], mostBits)
	order := [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	used := len(order)
	for used > 4 && lc[order[used-1]].n == 0 {
		used--
	}
	w.put(2, 2)
	w.put(uint64(len(sc)-257), 5)
	w.put(uint64(len(dc)-1), 5)
	w.put(uint64(used-4), 4)
	for _, s := range order[:used] {
		w.put(uint64(lc[s].n), 3)
	}
	for _, s := range steps {
		w.code(lc[s.symbol])
		w.code(s.extra)
	}
}

// code is a symbol's bits, lowest first; n is 0 for a symbol without one.
type code struct {
	bits uint64
	n    uint
}

// with is the code and bits after it.
func (c code) with(extra code) code { return code{c.bits | extra.bits<<c.n, c.n + extra.n} }

// mostCodeBits is the longest code of a symbol or distance.
const mostCodeBits = 15

// huffman sets the codes of symbols by how often they stand, of most bits at most.
// They have none before.
func huffman(codes []code, counts []int, most uint) {
	for least := 1; !tryHuffman(codes, counts, least, most); least *= 2 {
		clear(codes)
	}
}

// tryHuffman is one attempt, with every count raised to the least. It fails if a
// code is longer than it may be; with greater least, codes are shorter.
func tryHuffman(codes []code, counts []int, least int, most uint) bool {
	type node struct{ weight, symbol, left, right int }
	order := make([]uint64, 0, symbols) // by weight
	for s, n := range counts {
		if n > 0 {
			order = append(order, uint64(max(n, least))<<16|uint64(s))
		}
	}
	slices.Sort(order)
	nodes := make([]node, 0, 2*symbols)
	for _, o := range order {
		nodes = append(nodes, node{int(o >> 16), int(o & 0xffff), -1, -1})
	}
	if len(nodes) == 1 {
		codes[nodes[0].symbol] = code{0, 1}
		return true
	}
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
	var depth [2 * symbols]uint
	var perLength [mostCodeBits + 1]uint32
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if n.symbol < 0 {
			depth[n.left], depth[n.right] = depth[i]+1, depth[i]+1
			continue
		}
		if depth[i] > most {
			return false
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
	return true
}

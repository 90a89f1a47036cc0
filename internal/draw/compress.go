// Streams of PDF files, compressed with codes that are known beforehand. A
// general compressor spends most of the time of a short stream on making codes
// for it; one kind of stream is much like the next one, so here they are made
// once from a sample.

package draw

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
	"slices"
	"sync"
)

// streamCodes are the codes of one kind of stream.
type streamCodes struct {
	head      []code
	symbols   []code
	distances []code
	lengths   [mostMatch + 1]code // with their extra bits
}

// codesFor makes the codes of streams that are like the sample. Every symbol has
// one, so that any stream can be written.
func codesFor(sample []byte) *streamCodes {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	return codesOf(m.parse(sample), 8, 1)
}

// codesOf makes codes by how often symbols stand in tokens: each time counts so
// much, beside what every symbol has.
func codesOf(tokens []token, each, every int) *streamCodes {
	var sn [symbols]int
	var dn [distanceSymbols]int
	for i := range sn {
		sn[i] = every
	}
	for i := range dn {
		dn[i] = every
	}
	sn[endSymbol]++
	dn[0]++ // a code may not be empty
	for _, t := range tokens {
		if t.length == 0 {
			sn[t.value] += each
			continue
		}
		sn[lengthCodes[t.length].symbol] += each
		d, _ := distanceCode(int(t.value))
		dn[d] += each
	}
	c := &streamCodes{symbols: huffman(sn[:], mostCodeBits), distances: huffman(dn[:], mostCodeBits)}
	c.head = blockHead(c.symbols, c.distances)
	for n := leastMatch; n <= mostMatch; n++ {
		l := lengthCodes[n]
		c.lengths[n] = c.symbols[l.symbol].with(code{uint64(l.value), uint(l.nbits)})
	}
	return c
}

// deflate returns the data in the zlib format, with codes of its own if there
// are no others.
func (c *streamCodes) deflate(data []byte) []byte {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	tokens := m.parse(data)
	if c == nil {
		c = codesOf(tokens, 1, 0)
	}
	w := bitWriter{out: append(m.out[:0], 0x78, 0x5e)}
	w.put(1, 1) // the one block
	for _, h := range c.head {
		w.code(h)
	}
	for _, t := range tokens {
		if t.length == 0 {
			w.code(c.symbols[t.value])
			continue
		}
		w.code(c.lengths[t.length])
		d, extra := distanceCode(int(t.value))
		w.code(c.distances[d].with(extra))
	}
	w.code(c.symbols[endSymbol])
	w.flush()
	m.out = be.AppendUint32(w.out, adler32.Checksum(data))
	return slices.Clone(m.out)
}

// token is a byte, or what stands value bytes before once more.
type token struct{ length, value uint16 }

// matcher finds what stands in a stream already.
type matcher struct {
	last   [1 << hashBits]int32 // where a hash stood last, plus 1
	before [mostDistance]int32  // where the hash of a place stood before it, likewise
	tokens []token
	out    []byte
}

// matchers are used again: each is 150 kB.
var matchers = sync.Pool{New: func() any { return new(matcher) }}

const (
	hashBits = 12
	farAway  = 1 << 12 // from where three bytes cost more than alone
	tries    = 4       // places that are looked at
	enough   = 8       // a match of which no longer one is looked for
)

// parse splits data into tokens, which are valid until the next call.
func (m *matcher) parse(data []byte) []token {
	clear(m.last[:])
	tokens := m.tokens[:0]
	i, end := 0, len(data)-3 // from end on, three bytes and one more are not left
	for i < end {
		n, d := m.match(data, i, leastMatch-1)
		if n == 0 {
			tokens = append(tokens, token{value: uint16(data[i])})
			i++
			continue
		}
		next := i + 1
		// A byte alone, if a longer match begins after it.
		for n < enough && next < end {
			n2, d2 := m.match(data, next, n)
			next++
			if n2 == 0 {
				break
			}
			tokens = append(tokens, token{value: uint16(data[i])})
			i, n, d = i+1, n2, d2
		}
		tokens = append(tokens, token{uint16(n), uint16(d)})
		i += n
		for ; next < min(i, end); next++ {
			m.note(next, three(data, next))
		}
	}
	for ; i < len(data); i++ {
		tokens = append(tokens, token{value: uint16(data[i])})
	}
	m.tokens = tokens
	return tokens
}

// three is the three bytes at i, of which one more must be left.
func three(data []byte, i int) uint32 { return binary.LittleEndian.Uint32(data[i:]) << 8 }

// note takes down what stands at i, and returns where it stood last, plus 1.
func (m *matcher) note(i int, v uint32) int32 {
	last := &m.last[v*0x9E3779B1>>(32-hashBits)]
	before := *last
	m.before[uint(i)%mostDistance] = before
	*last = int32(i + 1)
	return before
}

// match notes what stands at i, and finds the longest place before that it
// repeats. The length is 0 unless it is above least.
func (m *matcher) match(data []byte, i, least int) (length, distance int) {
	v := three(data, i)
	before := int(m.note(i, v)) - 1
	rest := data[i:min(i+mostMatch, len(data))]
	if len(rest) <= least {
		return 0, 0
	}
	for n := 0; n < tries && before >= 0 && i-before < mostDistance; n++ {
		if at := data[before:]; three(at, 0) == v && at[least] == rest[least] {
			k := leastMatch + common(at[leastMatch:], rest[leastMatch:])
			if k > least && (k > leastMatch || i-before <= farAway) {
				length, distance, least = k, i-before, k
				if k == len(rest) {
					break
				}
			}
		}
		earlier := int(m.before[uint(before)%mostDistance]) - 1
		if earlier >= before {
			break // of a place that is too far away
		}
		before = earlier
	}
	return length, distance
}

// common is how many bytes a begins like b.
func common(a, b []byte) int {
	n := 0
	for ; n+8 <= len(b); n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Streams of PDF files, compressed with codes that are known beforehand. A
// general compressor spends most of the time of a short stream on making codes
// for it; one kind of stream is much like the next one, so here they are made
// once from a sample.

package draw

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
	"sync"
)

// streamCodes are the codes of one kind of stream.
type streamCodes struct {
	head      []code
	symbols   []code
	distances []code
}

// codesFor makes the codes of streams that are like the sample. Every symbol has
// one, so that any stream can be written.
func codesFor(sample []byte) *streamCodes {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	var sn [symbols]int
	var dn [distanceSymbols]int
	const weight = 8 // against the one time that every symbol has
	for _, t := range m.parse(sample) {
		if t.length == 0 {
			sn[t.value] += weight
			continue
		}
		sn[lengthCodes[t.length].symbol] += weight
		d, _ := distanceCode(int(t.value))
		dn[d] += weight
	}
	for i := range sn {
		sn[i]++
	}
	for i := range dn {
		dn[i]++
	}
	c := &streamCodes{symbols: huffman(sn[:], mostCodeBits), distances: huffman(dn[:], mostCodeBits)}
	c.head = blockHead(c.symbols, c.distances)
	return c
}

// deflate returns the data in the zlib format.
func (c *streamCodes) deflate(data []byte) []byte {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	w := bitWriter{out: append(m.out[:0], 0x78, 0x5e)}
	w.put(1, 1) // the one block
	for _, h := range c.head {
		w.code(h)
	}
	for _, t := range m.parse(data) {
		if t.length == 0 {
			w.code(c.symbols[t.value])
			continue
		}
		l := lengthCodes[t.length]
		w.code(c.symbols[l.symbol])
		w.put(uint64(l.value), uint(l.nbits))
		d, extra := distanceCode(int(t.value))
		w.code(c.distances[d])
		w.code(extra)
	}
	w.code(c.symbols[endSymbol])
	w.flush()
	m.out = be.AppendUint32(w.out, adler32.Checksum(data))
	return append(make([]byte, 0, len(m.out)), m.out...)
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
	tries    = 4 // places that are looked at
	enough   = 8 // a match of which no longer one is looked for
)

// parse splits data into tokens, which are valid until the next call.
func (m *matcher) parse(data []byte) []token {
	clear(m.last[:])
	m.tokens = m.tokens[:0]
	for i := 0; i < len(data); {
		n, d := m.match(data, i, leastMatch-1)
		m.note(data, i)
		// A byte alone, if a longer match begins after it.
		for n >= leastMatch && n < enough {
			n2, d2 := m.match(data, i+1, n)
			if n2 <= n {
				break
			}
			m.tokens = append(m.tokens, token{value: uint16(data[i])})
			i, n, d = i+1, n2, d2
			m.note(data, i)
		}
		if n < leastMatch {
			m.tokens = append(m.tokens, token{value: uint16(data[i])})
			i++
			continue
		}
		m.tokens = append(m.tokens, token{uint16(n), uint16(d)})
		for end := i + n; i+1 < end; {
			i++
			m.note(data, i)
		}
		i++
	}
	return m.tokens
}

// hash is that of the three bytes at i, or ok is false at the end.
func hash(data []byte, i int) (h uint32, ok bool) {
	if i+4 > len(data) {
		return 0, false
	}
	return (binary.LittleEndian.Uint32(data[i:]) << 8) * 0x9E3779B1 >> (32 - hashBits), true
}

func (m *matcher) note(data []byte, i int) {
	if h, ok := hash(data, i); ok {
		m.before[i%mostDistance] = m.last[h]
		m.last[h] = int32(i + 1)
	}
}

// match finds the longest place before i that the bytes at i repeat, if it is
// longer than least.
func (m *matcher) match(data []byte, i, least int) (length, distance int) {
	h, ok := hash(data, i)
	if !ok {
		return 0, 0
	}
	length = least
	most := min(mostMatch, len(data)-i)
	if most <= least {
		return 0, 0
	}
	at := int(m.last[h]) - 1
	for n := 0; n < tries && at >= 0 && i-at < mostDistance; n++ {
		if data[at+length] == data[i+length] {
			if k := common(data[at:], data[i:i+most]); k > length && (k > leastMatch || i-at <= 1<<12) {
				length, distance = k, i-at
				if k == most {
					break
				}
			}
		}
		next := int(m.before[at%mostDistance]) - 1
		if next >= at {
			break
		}
		at = next
	}
	if distance == 0 {
		return 0, 0
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

// Streams of PDF files, compressed with codes that are known beforehand. A
// general compressor spends most of the time of a short stream on making codes
// for it; one kind of stream is much like the next one, so here they are made
// once from a sample.

package draw

import (
	"encoding/binary"
	"hash/adler32"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// streamCodes are the codes of one kind of stream.
type streamCodes struct {
	head      bitWriter // what the block begins with
	symbols   [symbols]code
	distances [distanceSymbols]code
	lengths   [mostMatch + 1]code // with their extra bits
}

// codesFor makes the codes of streams that are like the sample. Every symbol has
// one, so that any stream can be written.
func codesFor(sample []byte, known ...known) *streamCodes {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	const each, every = 8, 1 // what a symbol counts where it stands, and anyway
	t := newTimes(every)
	t.add(sample, m.parse(sample, known...), each)
	return t.codes()
}

// times are how often symbols stand in streams.
type times struct {
	symbols   [symbols]int
	distances [distanceSymbols]int
}

func newTimes(every int) *times {
	t := &times{}
	for i := range t.symbols {
		t.symbols[i] = every
	}
	for i := range t.distances {
		t.distances[i] = every
	}
	t.symbols[endSymbol]++
	t.distances[0]++ // a code may not be empty
	return t
}

// add counts data that was parsed.
func (t *times) add(data []byte, steps []step, each int) {
	for _, s := range steps {
		for _, v := range data[:s.literals] {
			t.symbols[v] += each
		}
		data = data[int(s.literals)+int(s.length):]
		if s.length > 0 {
			t.symbols[lengthCodes[s.length].symbol] += each
			d, _ := distanceCode(int(s.distance))
			t.distances[d] += each
		}
	}
}

func (t *times) codes() *streamCodes {
	c := &streamCodes{}
	huffman(c.symbols[:], t.symbols[:], mostCodeBits)
	huffman(c.distances[:], t.distances[:], mostCodeBits)
	c.head.out = []byte{0x78, 0x5e}
	c.head.put(1, 1) // the one block
	c.head.blockHead(c.symbols[:], c.distances[:])
	for n := leastMatch; n <= mostMatch; n++ {
		l := lengthCodes[n]
		c.lengths[n] = c.symbols[l.symbol].with(code{uint64(l.value), uint(l.nbits)})
	}
	return c
}

// deflate writes the data in the zlib format over out, with codes of its own if
// there are no others.
func (c *streamCodes) deflate(out, data []byte, known ...known) []byte {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	steps := m.parse(data, known...)
	if c == nil {
		t := newTimes(0)
		t.add(data, steps, 1)
		c = t.codes()
	}
	w := c.head
	w.out = append(out[:0], w.out...)
	c.write(&w, data, steps)
	w.code(c.symbols[endSymbol])
	w.flush()
	return be.AppendUint32(w.out, adler32.Checksum(data))
}

// write writes data that was parsed.
func (c *streamCodes) write(w *bitWriter, data []byte, steps []step) {
	// No code of a byte is longer than two of them, nor is that of a match longer
	// than two for each byte that it stands for.
	w.out = slices.Grow(w.out, 2*len(data)+16)
	for _, s := range steps {
		w.codes(&c.symbols, data[:s.literals])
		data = data[int(s.literals)+int(s.length):]
		if s.length > 0 {
			w.code(c.lengths[s.length])
			d, extra := distanceCode(int(s.distance))
			w.code(c.distances[d].with(extra))
		}
	}
}

// codes writes bytes with the codes that they have; there must be room.
func (w *bitWriter) codes(cs *[symbols]code, data []byte) {
	at, acc, n := len(w.out), w.bits, w.nbits
	out := w.out[:cap(w.out)]
	for _, v := range data {
		c := cs[v]
		acc |= c.bits << (n & 63)
		n += c.n
		binary.LittleEndian.PutUint64(out[at:], acc)
		at += int(n >> 3)
		acc >>= n & 56
		n &= 7
	}
	w.out, w.bits, w.nbits = out[:at], acc, n
}

// step is so many bytes as they are, and then what stands a distance before once
// more; that is nothing at the end.
type step struct {
	literals         int32
	length, distance uint16
}

// matcher finds what stands in a stream already.
type matcher struct {
	last  [1 << hashBits]uint32 // where a hash stood last
	base  int                   // how that counts: data begins after all that was parsed before
	end   int                   // and ends here
	steps []step
}

// matchers are used again: each is 32 kB and more.
var matchers = sync.Pool{New: func() any { return new(matcher) }}

const (
	hashBits = 13
	hashed   = 4 // bytes; a match of fewer saves next to nothing
	enough   = 8 // a match of which no longer one is looked for
)

// known is a part of a stream whose steps are known already. They reach back to
// what stands in this part only.
type known struct {
	from, end int
	steps     []step
}

// parse splits data into steps, which are valid until the next call.
func (m *matcher) parse(data []byte, parts ...known) []step {
	if m.base = m.end + 1; m.base > math.MaxInt32-len(data) {
		clear(m.last[:])
		m.base = 1
	}
	m.end = m.base + len(data)
	m.steps = m.steps[:0]
	from := 0 // what is not yet in a step
	for _, k := range parts {
		from = m.scan(data[:k.from], from)
		for _, s := range k.steps {
			s.literals += int32(k.from - from)
			from = k.from
			m.steps = append(m.steps, s)
		}
		from = k.end
	}
	from = m.scan(data, from)
	m.steps = append(m.steps, step{literals: int32(len(data) - from)})
	return m.steps
}

// scan takes steps from a place to the end of data, and returns from where on there
// are bytes as they are.
func (m *matcher) scan(data []byte, from int) int {
	for i, end := from, len(data)-hashed; i <= end; {
		d := m.look(data, i)
		if d == 0 {
			i++
			continue
		}
		n, next := length(data, i, d), i+1
		// A byte alone, if a longer match begins after it.
		for n < enough && next <= end {
			d2 := m.look(data, next)
			next++
			if d2 == 0 {
				break
			}
			n2 := length(data, next-1, d2)
			if n2 <= n {
				break
			}
			i, n, d = next-1, n2, d2
		}
		m.steps = append(m.steps, step{int32(i - from), uint16(n), uint16(d)})
		i += n
		for from = i; next < min(i, end); next++ {
			m.look(data, next)
		}
	}
	return from
}

// look notes what stands at i, and returns how far back it stood last; 0 if that
// is nowhere near.
func (m *matcher) look(data []byte, i int) (distance int) {
	v := binary.LittleEndian.Uint32(data[i:])
	last := &m.last[v*0x9E3779B1>>(32-hashBits)]
	at := int(*last) - m.base
	*last = uint32(m.base + i)
	if at < 0 || binary.LittleEndian.Uint32(data[at:]) != v || i-at > mostDistance {
		return 0
	}
	return i - at
}

// length is for how long what stands at i is what stands a distance before.
func length(data []byte, i, distance int) int {
	return hashed + common(data[i-distance+hashed:], data[i+hashed:min(i+mostMatch, len(data))])
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

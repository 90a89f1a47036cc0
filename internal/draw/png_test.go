package draw

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"
)

// unfilter undoes zlibRows with the library's reader.
func unfilter(t *testing.T, data []byte, stride int) []byte {
	t.Helper()
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	above := make([]byte, stride)
	for ; len(rows) > 0; rows = rows[1+stride:] {
		if rows[0] != 2 {
			t.Fatalf("a row begins with %d", rows[0])
		}
		for i := range stride {
			above[i] += rows[1+i]
		}
		out = append(out, above...)
	}
	return out
}

// Any rows come back as they were: noise, runs of every length, runs that end
// with a row, more tokens than a block holds, and counts that make long codes.
func TestRowsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		stride := 3 * (1 + r.IntN(300))
		pix := make([]byte, stride*(1+r.IntN(120)))
		kind := round % 6
		for i := 0; i < len(pix); {
			n := 1
			switch kind {
			case 1:
				n = 1 + r.IntN(700)
			case 2:
				n = 3 * (1 + r.IntN(200))
			case 3:
				n = stride
			case 4:
				n = len(pix)
			}
			v := [3]byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}
			switch {
			case kind == 5: // few values, in powers of two of frequency
				v[0] = byte(1 << min(7, int(r.ExpFloat64()*2)))
			case r.IntN(2) == 0:
				v[1], v[2] = v[0], v[0]
			}
			for j := 0; j < n && i < len(pix); j++ {
				pix[i] = v[j%3]
				i++
			}
		}
		if got := unfilter(t, zlibRows(pix, stride), stride); !bytes.Equal(got, pix) {
			t.Fatalf("round %d: rows of %d bytes do not come back", round, stride)
		}
	}
}

// Codes are complete and within the format's length, however lopsided the counts.
func TestHuffmanCodes(t *testing.T) {
	fib := make([]int, 40)
	fib[0], fib[1] = 1, 1
	for i := 2; i < len(fib); i++ {
		fib[i] = fib[i-1] + fib[i-2]
	}
	for name, counts := range map[string][]int{"lopsided": fib, "two": {0, 5, 0, 1}, "even": {3, 3, 3, 3, 3}} {
		sum := 0
		for _, c := range huffman(counts) {
			if c.n > mostCodeBits {
				t.Errorf("%s: a code of %d bits", name, c.n)
			}
			if c.n > 0 {
				sum += 1 << (mostCodeBits - c.n)
			}
		}
		if sum != 1<<mostCodeBits {
			t.Errorf("%s: codes fill %d of %d", name, sum, 1<<mostCodeBits)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	l := sheet(b, true)
	for b.Loop() {
		if _, err := PNG(l, PNGOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

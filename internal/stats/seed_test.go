package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The words below were worked out from the rule alone: SHA-256 of the text, its
// first 16 bytes as two big-endian words, PCG of the standard library.
func TestSourceFollowsTheRule(t *testing.T) {
	for _, c := range []struct {
		purpose   string
		root, run int64
		text      string
	}{
		{"schedule", 0, 1, "jouleboard.method/1|schedule|0|1"},
		{"order", 7, 0, "jouleboard.method/1|order|7|0"},
		{"text", -3, 12, "jouleboard.method/1|text|-3|12"},
	} {
		sum := sha256.Sum256([]byte(c.text))
		want := rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]))
		s := NewSource("jouleboard.method/1", c.purpose, c.root, c.run)
		for i := range 5 {
			if got, want := s.Uint64(), want.Uint64(); got != want {
				t.Errorf("%s: number %d is %x, not %x", c.text, i, got, want)
			}
		}
	}
}

// TestSourceIsFixed holds the numbers themselves, so that a change of the
// standard library's PCG or of the text would be noticed.
func TestSourceIsFixed(t *testing.T) {
	s := NewSource("jouleboard.method/1", "bootstrap", 0, 1)
	var got [4]uint64
	for i := range got {
		got[i] = s.Uint64()
	}
	if want := [4]uint64{0x442e1ce188a54c07, 0xa06c3695778993b8, 0x4e5113f35ae65c5e, 0xc5d173473239594e}; got != want {
		t.Errorf("the first numbers of bootstrap, 0, 1 are %#x, not %#x", got, want)
	}
}

func TestBelowIsTheHighWordOfTheProduct(t *testing.T) {
	a := NewSource("m", "sample", 1, 1)
	b := NewSource("m", "sample", 1, 1)
	for _, n := range []uint64{1, 2, 3, 10, 1000, 1 << 33, 1<<64 - 1} {
		p := new(big.Int).Mul(new(big.Int).SetUint64(b.Uint64()), new(big.Int).SetUint64(n))
		want := p.Rsh(p, 64).Uint64()
		if got := a.Below(n); got != want || got >= n {
			t.Errorf("Below(%d) is %d, not %d", n, got, want)
		}
	}
	if a.Below(0) != 0 {
		t.Error("Below(0) is not 0")
	}
}

func TestFloatAndShuffle(t *testing.T) {
	s := NewSource("m", "order", 5, 1)
	var sum float64
	for range 10000 {
		f := s.Float64()
		if f < 0 || f >= 1 {
			t.Fatalf("Float64 gave %v", f)
		}
		sum += f
	}
	if mean := sum / 10000; mean < 0.48 || mean > 0.52 {
		t.Errorf("the mean of 10000 numbers is %v", mean)
	}
	seen := map[[3]int]int{}
	for range 6000 {
		p := [3]int{0, 1, 2}
		s.Shuffle(3, func(i, j int) { p[i], p[j] = p[j], p[i] })
		seen[p]++
	}
	for p, n := range seen {
		if n < 850 || n > 1150 {
			t.Errorf("order %v came %d times of 6000", p, n)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d of 6 orders came up", len(seen))
	}
}

package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strconv"
)

// A Source is a seeded stream of random numbers whose every step is laid down
// here (measurement rule G11), so that neither a library's change nor another
// machine can move a sample, an order or a schedule.
type Source struct{ pcg rand.PCG }

// NewSource returns the source for one purpose of one run. The sub-seed is the
// first 16 bytes of SHA-256 over "method|purpose|root|run" with root and run in
// decimal, taken as two big-endian words of PCG. Purposes are sample, order,
// text, schedule and bootstrap.
func NewSource(method, purpose string, root, run int64) *Source {
	text := method + "|" + purpose + "|" + strconv.FormatInt(root, 10) + "|" + strconv.FormatInt(run, 10)
	sum := sha256.Sum256([]byte(text))
	s := &Source{}
	s.pcg.Seed(binary.BigEndian.Uint64(sum[0:8]), binary.BigEndian.Uint64(sum[8:16]))
	return s
}

// Uint64 returns the next 64 random bits.
func (s *Source) Uint64() uint64 { return s.pcg.Uint64() }

// Below returns an integer in [0, n): the high word of the 128-bit product of
// the next 64 bits and n. It returns 0 for n = 0. The bias is below n / 2^64.
func (s *Source) Below(n uint64) uint64 {
	high, _ := bits.Mul64(s.Uint64(), n)
	return high
}

// Float64 returns a number in [0, 1) with 53 random bits.
func (s *Source) Float64() float64 {
	return float64(s.Uint64()>>11) / (1 << 53)
}

// Shuffle brings n things into random order, each order as likely as any
// other. It works from the end down (Fisher and Yates).
func (s *Source) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(s.Below(uint64(i)+1)))
	}
}

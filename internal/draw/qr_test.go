package draw

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rsc.io/qr/coding"
)

func TestQRSizes(t *testing.T) {
	for _, c := range []struct {
		bytes   int
		box     float64
		version int // 0: refused
	}{
		{26, 18, 2}, {27, 18, 3}, {42, 18, 3}, {43, 18, 4}, {62, 18, 4}, {63, 18, 5}, {84, 18, 5}, {85, 18, 0},
		{85, 28, 6}, {106, 28, 6}, {107, 28, 7}, {84, 18.08, 5}, {213, 28, 10}, {4000, 1000, 0}, {0, 28, 0},
	} {
		payload := strings.Repeat("a", c.bytes)
		_, info, err := QR(payload, 0, 0, c.box)
		if c.version == 0 {
			if err == nil {
				t.Errorf("%d bytes in %v mm were drawn with modules of %.3f mm", c.bytes, c.box, info.Module)
			}
			continue
		}
		if err != nil || info.Version != c.version {
			t.Errorf("%d bytes in %v mm: version %d, %v; want %d", c.bytes, c.box, info.Version, err, c.version)
		}
	}
	if _, _, err := QR("h\u00e9", 0, 0, 28); err == nil {
		t.Error("text beyond ASCII was taken")
	}
}

// The quiet zone stays white, runs are whole modules, and no two touch in a row.
func TestQRGeometry(t *testing.T) {
	const x, y, box = 5.0, 161.5, 28.0
	items, info, err := QR("https://example.org/board/r/0123456789ab/", x, y, box)
	if err != nil {
		t.Fatal(err)
	}
	if bg := items[0].(Rect); bg.X != x || bg.Y != y || bg.W != box || bg.H != box || bg.Fill.Hex != "#FFFFFF" {
		t.Errorf("the first item is %v, want the white box", bg)
	}
	quiet := quietZone * info.Module
	dark := map[[2]int]bool{}
	for _, it := range items[1:] {
		r := it.(Rect)
		if r.X < x+quiet-1e-9 || r.Y < y+quiet-1e-9 || r.X+r.W > x+box-quiet+1e-9 || r.Y+r.H > y+box-quiet+1e-9 {
			t.Errorf("%v stands in the quiet zone", r)
		}
		col, row := int(math.Round((r.X-x)/info.Module)), int(math.Round((r.Y-y)/info.Module))
		n := int(math.Round(r.W / info.Module))
		if dark[[2]int{col - 1, row}] || dark[[2]int{col + n, row}] {
			t.Errorf("runs of row %d touch at column %d", row, col)
		}
		for i := range n {
			dark[[2]int{col + i, row}] = true
		}
	}
	// The three finders, by their outer corners.
	last := quietZone + info.Modules - 1
	for _, c := range [][2]int{{quietZone, quietZone}, {last, quietZone}, {quietZone, last}} {
		if !dark[c] {
			t.Errorf("no finder at %v", c)
		}
	}
	if dark[[2]int{last, last}] && dark[[2]int{last - 6, last - 6}] && dark[[2]int{last - 3, last - 3}] && info.Version == 1 {
		t.Error("a fourth finder")
	}
}

// The chosen mask has the lowest penalty of the eight.
func TestBestMask(t *testing.T) {
	enc := coding.String("https://example.org/r/0123456789ab/")
	best, err := bestMask(3, enc)
	if err != nil {
		t.Fatal(err)
	}
	for mask := coding.Mask(0); mask < 8; mask++ {
		p, err := coding.NewPlan(3, coding.M, mask)
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.Encode(enc)
		if err != nil {
			t.Fatal(err)
		}
		if penalty(c) < penalty(best) {
			t.Errorf("mask %d has penalty %d, the chosen one %d", mask, penalty(c), penalty(best))
		}
	}
}

func TestPenalty(t *testing.T) {
	row := func(s string) int {
		g := make([]byte, len(s))
		for i := range s {
			g[i] = s[i] - '0'
		}
		return linePenalty(g, 1, len(g))
	}
	for s, want := range map[string]int{"0101010101": 0, "0000010101": 3, "000000101": 4, "00001011101": 40, "10111010000": 40, "1011101": 0} {
		if got := row(s); got != want {
			t.Errorf("penalty of %s is %d, want %d", s, got, want)
		}
	}
}

// Lines scored at once and module by module have the same score.
func TestWordPenalty(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 20_000 {
		n := 21 + r.IntN(44)
		v := r.Uint64()
		switch round % 4 {
		case 0:
			v &= r.Uint64() & r.Uint64() // long light runs
		case 1:
			v |= r.Uint64() | r.Uint64()
		case 2:
			v = v&^(0x7ff<<7) | []uint64{0x05d, 0x5d0}[round/4%2]<<7
		}
		if n < 64 {
			v &= 1<<n - 1
		}
		line := make([]byte, n)
		for i := range line {
			line[i] = byte(v >> i & 1)
		}
		if got, want := wordPenalty(v, n), linePenalty(line, 1, n); got != want {
			t.Fatalf("%d modules %b: %d, want %d", n, v, got, want)
		}
	}
}

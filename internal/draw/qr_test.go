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
		{85, 28, 6}, {106, 28, 6}, {107, 28, 7}, {84, 18.08, 5}, {mostVersionBytes, 28, mostVersion}, {mostVersionBytes + 1, 1000, 0}, {0, 28, 0},
	} {
		q, err := NewQR(strings.Repeat("a", c.bytes))
		if err == nil {
			_, err = q.In(0, 0, c.box)
		}
		if c.version == 0 {
			if err == nil {
				t.Errorf("%d bytes in %v mm were drawn with modules of %.3f mm", c.bytes, c.box, q.Module(c.box))
			}
			continue
		}
		if err != nil || q.Version != c.version {
			t.Errorf("%d bytes in %v mm: %v; want version %d", c.bytes, c.box, err, c.version)
		}
	}
	if _, err := NewQR("h\u00e9"); err == nil {
		t.Error("text beyond ASCII was taken")
	}
}

// qrItems draws a code of a text.
func qrItems(t testing.TB, payload string, x, y, box float64) []Item {
	t.Helper()
	q, err := NewQR(payload)
	if err != nil {
		t.Fatal(err)
	}
	items, err := q.In(x, y, box)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// The quiet zone stays white, runs are whole modules, and no two touch in a row.
func TestQRGeometry(t *testing.T) {
	const x, y, box = 5.0, 161.5, 28.0
	items := qrItems(t, "https://example.org/board/r/0123456789ab/", x, y, box)
	m := items[1].(Modules)
	if bg := items[0].(Rect); bg.X != x || bg.Y != y || bg.W != box || bg.H != box || bg.Fill.Hex != "#FFFFFF" {
		t.Errorf("the first item is %v, want the white box", bg)
	}
	quiet := quietZone * m.Unit
	dark := map[[2]int]bool{}
	for r := range m.Rects() {
		if r.X < x+quiet-1e-9 || r.Y < y+quiet-1e-9 || r.X+r.W > x+box-quiet+1e-9 || r.Y+r.H > y+box-quiet+1e-9 {
			t.Errorf("%v stands in the quiet zone", r)
		}
		col, row := int(math.Round((r.X-x)/m.Unit)), int(math.Round((r.Y-y)/m.Unit))
		n := int(math.Round(r.W / m.Unit))
		if dark[[2]int{col - 1, row}] || dark[[2]int{col + n, row}] {
			t.Errorf("runs of row %d touch at column %d", row, col)
		}
		for i := range n {
			dark[[2]int{col + i, row}] = true
		}
	}
	// The three finders, by their outer corners.
	last := quietZone + m.Code.Side - 1
	for _, c := range [][2]int{{quietZone, quietZone}, {last, quietZone}, {quietZone, last}} {
		if !dark[c] {
			t.Errorf("no finder at %v", c)
		}
	}
	if dark[[2]int{last, last}] && dark[[2]int{last - 6, last - 6}] && dark[[2]int{last - 3, last - 3}] && m.Code.Version == 1 {
		t.Error("a fourth finder")
	}
}

// The code is what the library makes with the mask of the lowest penalty.
func TestBestMask(t *testing.T) {
	for _, payload := range []string{"a", "https://example.org/r/0123456789ab/", strings.Repeat("xyz", 30), strings.Repeat("0", mostVersionBytes)} {
		q, err := NewQR(payload)
		if err != nil {
			t.Fatal(err)
		}
		dark := map[[2]int]bool{}
		for r := range runsOf(q.rows) {
			for i := range r.n {
				dark[[2]int{r.col + i, r.row}] = true
			}
		}
		least, same := math.MaxInt, false
		for mask := coding.Mask(0); mask < 8; mask++ {
			p, err := coding.NewPlan(coding.Version(q.Version), coding.M, mask)
			if err != nil {
				t.Fatal(err)
			}
			c, err := p.Encode(coding.String(payload))
			if err != nil {
				t.Fatal(err)
			}
			if penalty := slowPenalty(c); penalty < least {
				least, same = penalty, true
				for y := range c.Size {
					for x := range c.Size {
						same = same && c.Black(x, y) == dark[[2]int{x, y}]
					}
				}
			}
		}
		if !same {
			t.Errorf("%q: another code than the library's best", payload)
		}
	}
}

// slowPenalty scores a code module by module.
func slowPenalty(c *coding.Code) int {
	n := c.Size
	g := make([]byte, n*n)
	dark := 0
	for i := range g {
		if c.Black(i%n, i/n) {
			g[i] = 1
			dark++
		}
	}
	sum := 0
	for i := range n {
		sum += slowLine(g[i*n:], 1, n) + slowLine(g[i:], n, n)
	}
	for y := range n - 1 {
		for x := range n - 1 {
			if a := y*n + x; g[a] == g[a+1] && g[a] == g[a+n] && g[a] == g[a+n+1] {
				sum += 3
			}
		}
	}
	off := max(dark*20-n*n*10, n*n*10-dark*20)
	return sum + off/(n*n)*10
}

// slowLine scores one row or column of n modules, step apart.
func slowLine(g []byte, step, n int) int {
	sum, run := 0, 0
	var prev byte = 2
	bits := 0
	for i := range n {
		v := g[i*step]
		if v == prev {
			if run++; run == 5 {
				sum += 3
			} else if run > 5 {
				sum++
			}
		} else {
			run, prev = 1, v
		}
		bits = bits<<1&0x7ff | int(v)
		// 1011101 with four light modules before or after it.
		if i >= 10 && (bits == 0x05d || bits == 0x5d0) {
			sum += 40
		}
	}
	return sum
}

func TestPenalty(t *testing.T) {
	row := func(s string) int {
		g := make([]byte, len(s))
		for i := range s {
			g[i] = s[i] - '0'
		}
		return slowLine(g, 1, len(g))
	}
	for s, want := range map[string]int{"0101010101": 0, "0000010101": 3, "000000101": 4, "00001011101": 40, "10111010000": 40, "1011101": 0} {
		if got := row(s); got != want {
			t.Errorf("penalty of %s is %d, want %d", s, got, want)
		}
	}
}

// Lines scored at once and module by module have the same score.
func TestLinePenalty(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 20_000 {
		n := 21 + r.IntN(43)
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
		if got, want := linePenalty(v, n), slowLine(line, 1, n); got != want {
			t.Fatalf("%d modules %b: %d, want %d", n, v, got, want)
		}
	}
}

// QR codes: byte mode, error correction M, the smallest version that fits, runs
// of dark modules merged. A code is made once and stands on as many drawings as
// there are.

package draw

import (
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"
	"sync"

	"rsc.io/qr/coding"
)

// QR is a code.
type QR struct {
	Version int      // 1 to mostVersion
	Side    int      // in modules, without the quiet zone
	rows    []uint64 // of modules, the first of a row the lowest bit
	path    string   // the rows as SVG path data, in modules
	// boxes are the rows as operators of a PDF path, likewise, and the steps by which
	// these are compressed.
	boxes func() ([]byte, []step)
}

// Modules is an item: the dark modules of a code. X, Y is the code's corner
// inside the quiet zone, Unit a module's side.
type Modules struct {
	X, Y, Unit float64
	Code       *QR
	Fill       Paint
}

// Rects are the runs of modules as rectangles.
func (m Modules) Rects() iter.Seq[Rect] {
	return func(yield func(Rect) bool) {
		for r := range runsOf(m.Code.rows) {
			if !yield(Rect{X: m.X + float64(r.col)*m.Unit, Y: m.Y + float64(r.row)*m.Unit, W: float64(r.n) * m.Unit, H: m.Unit, Fill: m.Fill}) {
				return
			}
		}
	}
}

const (
	quietZone   = 4   // modules around a code
	minModule   = 0.4 // mm; the smallest that phones read reliably in print
	mostVersion = 10  // 213 bytes; larger codes are hard to read
)

// NewQR encodes text, which must be ASCII and 213 bytes at most.
func NewQR(payload string) (*QR, error) {
	if !isASCII(payload) || payload == "" {
		return nil, fmt.Errorf("QR code of %q: the text must be ASCII and not empty", payload)
	}
	text := coding.String(payload)
	v := coding.Version(coding.MinVersion)
	for text.Bits(v) > 8*v.DataBytes(coding.M) {
		if v++; v > mostVersion {
			return nil, fmt.Errorf("QR code of %d bytes: one of version %d holds %d at most, and larger ones are hard to read", len(payload), mostVersion, mostVersionBytes)
		}
	}
	g, err := bestMask(v, text)
	if err != nil {
		return nil, fmt.Errorf("QR code of %q: %w", payload, err)
	}
	q := &QR{Version: int(v), Side: g.n, rows: slices.Clone(g.rows[:g.n])}
	rows, columns := upright(q.rows)
	q.path = modulesPath(rows, columns)
	q.boxes = sync.OnceValues(func() ([]byte, []step) { return modulesBoxes(rows, columns) })
	return q, nil
}

const mostVersionBytes = 213

// In draws the code into a square box at x, y (mm, top left). The box includes
// the quiet zone, which is painted white. It fails if modules would be smaller
// than minModule.
func (q *QR) In(x, y, box float64) ([]Item, error) {
	m := q.Module(box)
	// The limit is met by boxes whose module is 0.4 mm to the last digit.
	if m < minModule-1e-9 {
		return nil, fmt.Errorf("QR code of %d modules: they are %.3f mm in a box of %g mm, %g mm needed", q.Side, m, box, minModule)
	}
	return []Item{Rect{X: x, Y: y, W: box, H: box, Fill: Paint{Hex: "#FFFFFF"}},
		Modules{X: x + quietZone*m, Y: y + quietZone*m, Unit: m, Code: q, Fill: Paint{Hex: "#000000"}}}, nil
}

// Module is a module's side in a box.
func (q *QR) Module(box float64) float64 { return box / float64(q.Side+2*quietZone) }

// modules is a square of modules as bits, the first of a line the lowest.
type modules struct {
	n          int
	rows, cols [17 + 4*mostVersion]uint64
}

func (g *modules) flip(x, y int) {
	g.rows[y] ^= 1 << x
	g.cols[x] ^= 1 << y
}

// qrFrame is what codes of one version have in common.
type qrFrame struct {
	masked [8]modules // by mask: what a code has where all its data are zeros
	place  [][2]uint8 // column and row of each bit of the data
}

// qrFrames keeps the frame of each version that was asked for: it is the costly
// part of encoding, and never changes.
var qrFrames sync.Map // coding.Version -> *qrFrame

func frameOf(v coding.Version) (*qrFrame, error) {
	if f, ok := qrFrames.Load(v); ok {
		return f.(*qrFrame), nil
	}
	f := &qrFrame{}
	for mask := range f.masked {
		p, err := coding.NewPlan(v, coding.M, coding.Mask(mask))
		if err != nil {
			return nil, err
		}
		g := &f.masked[mask]
		g.n = len(p.Pixel)
		f.place = make([][2]uint8, 8*(p.DataBytes+p.CheckBytes))
		for y, row := range p.Pixel {
			for x, pixel := range row {
				if pixel&coding.Black != 0 {
					g.flip(x, y)
				}
				if r := pixel.Role(); r == coding.Data || r == coding.Check {
					f.place[pixel.Offset()] = [2]uint8{uint8(x), uint8(y)}
				}
			}
		}
	}
	qrFrames.Store(v, f)
	return f, nil
}

// bestMask encodes with each of the eight masks and keeps the one with the
// lowest penalty of ISO/IEC 18004; the first of equals.
func bestMask(v coding.Version, text coding.Encoding) (*modules, error) {
	f, err := frameOf(v)
	if err != nil {
		return nil, err
	}
	var b coding.Bits
	text.Encode(&b, v)
	b.AddCheckBytes(v, coding.M)
	var data modules
	for i, v := range b.Bytes() {
		for ; v != 0; v &= v - 1 {
			at := f.place[8*i+bits.LeadingZeros8(v&-v)]
			data.flip(int(at[0]), int(at[1]))
		}
	}
	var best, g modules
	least := math.MaxInt
	for mask := range f.masked {
		g = f.masked[mask]
		for i := range g.n {
			g.rows[i] ^= data.rows[i]
			g.cols[i] ^= data.cols[i]
		}
		if p := g.penalty(least); p < least {
			best, least = g, p
		}
	}
	return &best, nil
}

// penalty scores a code: long runs, blocks of four, patterns like a finder, and
// an uneven share of dark modules. It need not be right beyond most.
func (g *modules) penalty(most int) int {
	sum, dark := 0, 0
	inner := uint64(1)<<(g.n-1) - 1 // all but the last of a line
	for i := 0; i < g.n && sum < most; i++ {
		a := g.rows[i]
		sum += linePenalty(a, g.n) + linePenalty(g.cols[i], g.n)
		dark += bits.OnesCount64(a)
		if i+1 < g.n {
			b := g.rows[i+1]
			sum += 3 * bits.OnesCount64(^(a^b)&^(a^a>>1)&^(b^b>>1)&inner)
		}
	}
	off := dark*20 - g.n*g.n*10 // 20 times the distance from one half, in modules
	if off < 0 {
		off = -off
	}
	return sum + off/(g.n*g.n)*10
}

// linePenalty scores one row or column of n modules, all at once.
func linePenalty(v uint64, n int) int {
	same := ^(v ^ v>>1) & (1<<(n-1) - 1) // equal to the next one
	five := same & (same >> 1) & (same >> 2) & (same >> 3)
	sum := bits.OnesCount64(five) + 2*bits.OnesCount64(five&^(five<<1))
	// 1011101, and whether four light modules stand before or after it.
	core := v &^ (v >> 1) & (v >> 2) & (v >> 3) & (v >> 4) &^ (v >> 5) & (v >> 6)
	if core == 0 {
		return sum
	}
	l := ^v
	light := l & (l >> 1) & (l >> 2) & (l >> 3) & (1<<(n-3) - 1)
	return sum + 40*(bits.OnesCount64(core&(light<<4))+bits.OnesCount64(core&(light>>7)))
}

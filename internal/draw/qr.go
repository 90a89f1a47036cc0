// QR codes as rectangles: byte mode, error correction M, the smallest version
// that fits, runs of dark modules merged.

package draw

import (
	"fmt"
	"math/bits"
	"sync"

	"rsc.io/qr/coding"
)

// QRInfo says how a code came out.
type QRInfo struct {
	Version int     // 1 to 40
	Modules int     // a side, without the quiet zone
	Module  float64 // mm
}

// quietZone is the quiet zone around a code, in modules.
const quietZone = 4

// minModule is the smallest module that phones read reliably in print, in mm.
const minModule = 0.4

// QR draws payload into a square box of the given size at x, y (mm, top left).
// The box includes the quiet zone, which is painted white. It fails if the
// payload is not ASCII or modules would be smaller than minModule.
func QR(payload string, x, y, box float64) ([]Item, QRInfo, error) {
	if !isASCII(payload) || payload == "" {
		return nil, QRInfo{}, fmt.Errorf("QR code of %q: the text must be ASCII and not empty", payload)
	}
	v := coding.Version(coding.MinVersion)
	enc := coding.String(payload)
	for enc.Bits(v) > 8*v.DataBytes(coding.M) {
		if v++; v > coding.MaxVersion {
			return nil, QRInfo{}, fmt.Errorf("QR code of %d bytes: longer than any code holds", len(payload))
		}
	}
	n := 17 + 4*int(v)
	info := QRInfo{Version: int(v), Modules: n, Module: box / float64(n+2*quietZone)}
	// The limit is met by boxes whose module is 0.4 mm to the last digit.
	if info.Module < minModule-1e-9 {
		return nil, info, fmt.Errorf("QR code of %d bytes: modules of %.3f mm in a box of %g mm, %g mm needed", len(payload), info.Module, box, minModule)
	}
	code, err := bestMask(v, enc)
	if err != nil {
		return nil, info, fmt.Errorf("QR code of %q: %w", payload, err)
	}
	black, white := Paint{Hex: "#000000"}, Paint{Hex: "#FFFFFF"}
	items := []Item{Rect{X: x, Y: y, W: box, H: box, Fill: white}}
	m := info.Module
	for row := range n {
		for col := 0; col < n; {
			if !code.Black(col, row) {
				col++
				continue
			}
			from := col
			for col < n && code.Black(col, row) {
				col++
			}
			items = append(items, Rect{X: x + float64(quietZone+from)*m, Y: y + float64(quietZone+row)*m, W: float64(col-from) * m, H: m, Fill: black})
		}
	}
	return items, info, nil
}

// plans keeps the layout of each version and mask that was asked for: it is the
// costly half of encoding, and never changes.
var plans sync.Map // [2]int -> *coding.Plan

func plan(v coding.Version, mask coding.Mask) (*coding.Plan, error) {
	key := [2]int{int(v), int(mask)}
	if p, ok := plans.Load(key); ok {
		return p.(*coding.Plan), nil
	}
	p, err := coding.NewPlan(v, coding.M, mask)
	if err != nil {
		return nil, err
	}
	plans.Store(key, p)
	return p, nil
}

// bestMask encodes with each of the eight masks and keeps the one with the
// lowest penalty of ISO/IEC 18004; the first of equals.
func bestMask(v coding.Version, enc coding.Encoding) (*coding.Code, error) {
	var best *coding.Code
	least := 0
	for mask := coding.Mask(0); mask < 8; mask++ {
		p, err := plan(v, mask)
		if err != nil {
			return nil, err
		}
		code, err := p.Encode(enc)
		if err != nil {
			return nil, err
		}
		if p := penalty(code); best == nil || p < least {
			best, least = code, p
		}
	}
	return best, nil
}

// penalty scores a code: long runs, blocks of four, patterns like a finder, and
// an uneven share of dark modules.
func penalty(c *coding.Code) int {
	n := c.Size
	var g []byte
	if n > 64 { // larger than a word
		g = make([]byte, n*n)
	}
	rows, cols := make([]uint64, n), make([]uint64, n) // the first module is the lowest bit
	dark := 0
	for y := range n {
		for x := range n {
			v := c.Bitmap[y*c.Stride+x/8] >> (7 - x&7) & 1
			if g != nil {
				g[y*n+x] = v
			}
			dark += int(v)
			rows[y] |= uint64(v) << (x & 63)
			cols[x] |= uint64(v) << (y & 63)
		}
	}
	sum := 0
	for i := range n {
		if g != nil {
			sum += linePenalty(g[i*n:], 1, n) + linePenalty(g[i:], n, n)
		} else {
			sum += wordPenalty(rows[i], n) + wordPenalty(cols[i], n)
		}
	}
	for y := 0; y+1 < n; y++ {
		if g == nil {
			a, b := rows[y], rows[y+1]
			sum += 3 * bits.OnesCount64(^(a^b)&^(a^a>>1)&^(b^b>>1)&(1<<(n-1)-1))
			continue
		}
		for x := 0; x+1 < n; x++ {
			a := y*n + x
			if g[a] == g[a+1] && g[a] == g[a+n] && g[a] == g[a+n+1] {
				sum += 3
			}
		}
	}
	off := dark*20 - n*n*10 // 20 times the distance from one half, in modules
	if off < 0 {
		off = -off
	}
	return sum + off/(n*n)*10
}

// wordPenalty is linePenalty for up to 64 modules, all at once.
func wordPenalty(v uint64, n int) int {
	same := ^(v ^ v>>1) & (1<<(n-1) - 1) // equal to the next one
	five := same & (same >> 1) & (same >> 2) & (same >> 3)
	sum := bits.OnesCount64(five) + 2*bits.OnesCount64(five&^(five<<1))
	for _, pattern := range [...]uint64{0x05d, 0x5d0} {
		hit := uint64(1)<<(n-10) - 1
		for i := range 11 {
			hit &= v>>i ^ (pattern>>i&1 - 1)
		}
		sum += 40 * bits.OnesCount64(hit)
	}
	return sum
}

// linePenalty scores one row or column of n modules, step apart.
func linePenalty(g []byte, step, n int) int {
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

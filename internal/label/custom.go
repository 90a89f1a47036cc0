// Custom layouts: labels of designs that break a rule of layout say so.

package label

import (
	"math"

	"jouleboard/internal/draw"
)

// markCustom prints that the layout is not one that the rules were checked for:
// where it covers least of what else is drawn, and never on the QR code.
func (lo *layout) markCustom(text string) {
	const pt, pad, step = 7.0, 0.6, 0.5 // points, mm
	dim := lo.ds.dim
	size := max(minTextPt/lo.scale, pt*min(dim.W/96+0.3, 1))
	em := size * draw.PtMM
	w, h := draw.Width(text, size, true, lo.ds.fallback...)+2*pad, 1.2*em
	x, y, least := dim.W-w, dim.H-h, math.Inf(1)
	for dy := 0.0; dy <= dim.H-h; dy += step {
		for dx := 0.0; dx <= dim.W-w; dx += step {
			if c := lo.covers(dim.W-w-dx, dim.H-h-dy, w, h); c < least {
				x, y, least = dim.W-w-dx, dim.H-h-dy, c
			}
		}
	}
	lo.add(draw.Rect{X: round4(x), Y: round4(y), W: w, H: h, Fill: draw.Paint{Hex: palettes[lo.look]["paper"]}},
		draw.Text{X: round4(x + pad), Y: round4(y + 0.92*em), Pt: size, Bold: true, Color: draw.Paint{Hex: palettes[lo.look]["alert"]}, S: text})
}

// covers is how much of what is drawn lies under a rectangle, in mm2; the QR
// code counts for all there is.
func (lo *layout) covers(x, y, w, h float64) float64 {
	sum := 0.0
	for _, b := range lo.boxes {
		if b.solid {
			continue
		}
		dx, dy := min(b.x2, x+w)-max(b.x1, x), min(b.y2, y+h)-max(b.y1, y)
		if dx <= 0 || dy <= 0 {
			continue
		}
		if b.shows == "qr" {
			return math.MaxFloat64
		}
		sum += dx * dy
	}
	return sum
}

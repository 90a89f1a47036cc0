// Painting: shapes into rows of pixels. Rectangles with edges along the axes are
// computed, everything else is rasterised as an outline.

package draw

import (
	"encoding/binary"
	"image"
	"image/draw"
	"math"
	"sync"

	"golang.org/x/image/vector"
)

// frame maps a drawing's millimetres to pixels: by quarter turns, a scale and a
// place.
type frame struct{ a, b, c, d, x, y float64 }

func (f frame) at(x, y float64) Point {
	return Point{f.a*x + f.c*y + f.x, f.b*x + f.d*y + f.y}
}

// inside is the frame of a group.
func (f frame) inside(g Group) frame {
	o := f.at(g.X, g.Y)
	f.x, f.y = o.X, o.Y
	if g.Turn { // x runs down, y runs left
		f.a, f.b, f.c, f.d = f.c, f.d, -f.a, -f.b
	}
	return f
}

// box is a rectangle in pixels.
type box struct{ x1, y1, x2, y2 float64 }

// rect maps a rectangle; quarter turns keep it one.
func (f frame) rect(x, y, w, h float64) box {
	p, q := f.at(x, y), f.at(x+w, y+h)
	return box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
}

func (b box) grow(by float64) box { return box{b.x1 - by, b.y1 - by, b.x2 + by, b.y2 + by} }

// canvas is a picture in the making.
type canvas struct {
	w, h     int
	k        float64 // pixels a millimetre
	pageW    float64 // the page in pixels, not rounded
	pageH    float64
	pix      []byte // rows of RGB
	fallback []*Font
	f        frame
	out      outline
	z        vector.Rasterizer
	mask     image.Alpha
	left     int // how much may still be painted, in pixels
	// What a colour makes of the ground that it covers, by fifteenths, for the
	// first ground that a fill met: nearly always the paper.
	mix          [16]color
	mixOn, mixOf color
	mixed        bool // looked at in this fill
}

// canvases are used again: a label's pixels are 7.7 MB.
var canvases = sync.Pool{New: func() any { return new(canvas) }}

// maxPainted is the most that a picture's items may paint one over the other, in
// pixels: some seconds of work, and a hundred times what a sheet of labels needs.
const maxPainted = 4_000_000_000

// keptCanvas is the largest picture whose memory is kept for the next one, in
// bytes.
const keptCanvas = 16 << 20

// newCanvas is a picture of the list's page, k pixels a millimetre. Its pixels
// are what was there before.
func newCanvas(l *List, k float64) *canvas {
	c := canvases.Get().(*canvas)
	c.k, c.pageW, c.pageH = k, l.W*k, l.H*k
	w, h := int(math.Round(c.pageW)), int(math.Round(c.pageH))
	c.w, c.h, c.fallback, c.f, c.left = w, h, l.Fallback, frame{a: k, d: k}, maxPainted
	if n := 3 * w * h; cap(c.pix) < n {
		c.pix = make([]byte, n)
	} else {
		c.pix = c.pix[:n]
	}
	return c
}

// white paints the ground, unless the first item will.
func (c *canvas) white(items []Item) {
	if len(items) > 0 {
		if r, ok := items[0].(Rect); ok && !r.Fill.None() && r.R == 0 {
			b := c.toEdge(c.f.rect(r.X, r.Y, r.W, r.H))
			if b.x1 <= 0 && b.y1 <= 0 && b.x2 >= float64(c.w) && b.y2 >= float64(c.h) {
				return
			}
		}
	}
	solid(c.pix, color{0xff, 0xff, 0xff})
}

// free gives the canvas back.
func (c *canvas) free() {
	c.fallback = nil
	if cap(c.pix) <= keptCanvas {
		canvases.Put(c)
	}
}

// spend counts pixels to be painted, and reports whether they still may be.
func (c *canvas) spend(pixels int) bool {
	c.left -= max(0, pixels)
	return c.left >= 0
}

// color is a paint in bytes.
type color [3]byte

func colorOf(p Paint) color {
	r, g, b := rgb(p.Hex)
	return color{byte(r), byte(g), byte(b)}
}

func (c *canvas) items(items []Item) {
	for _, it := range items {
		c.item(it)
	}
}

func (c *canvas) item(it Item) {
	switch it := it.(type) {
	case Rect:
		c.rect(it)
	case Line:
		c.line(it)
	case Polyline:
		if !it.Stroke.None() && it.SW > 0 {
			c.strokeLine(it.Points, false, true, it.SW, it.Dash)
			c.fill(colorOf(it.Stroke))
		}
	case Polygon:
		c.polygon(it)
	case Circle:
		c.circle(it)
	case Text:
		if it.drawn() {
			c.text(it)
		}
	case Modules:
		c.modules(it)
	case Group:
		was := c.f
		c.f = c.f.inside(it)
		c.items(it.Items)
		c.f = was
	}
}

// modules paints a code with the edges of its modules on whole pixels, so that
// they stay sharp.
func (c *canvas) modules(m Modules) {
	col := colorOf(m.Fill)
	for r := range m.Rects() {
		b := c.f.rect(r.X, r.Y, r.W, r.H)
		c.box(box{math.Round(b.x1), math.Round(b.y1), math.Round(b.x2), math.Round(b.y2)}, col)
	}
}

func (c *canvas) rect(r Rect) {
	if r.empty() {
		return
	}
	b, rad := c.f.rect(r.X, r.Y, r.W, r.H), r.radius()*c.k
	if !r.Fill.None() {
		if rad == 0 {
			c.box(b, colorOf(r.Fill))
		} else {
			c.rounded(b, rad, colorOf(r.Fill))
		}
	}
	if r.Stroke.None() || r.SW <= 0 {
		return
	}
	half := r.SW * c.k / 2
	outer, inner := b.grow(half), b.grow(-half)
	if rad == 0 {
		c.ring(outer, inner, colorOf(r.Stroke))
		return
	}
	c.out.round(outer, rad+half, false)
	if inner.x1 < inner.x2 && inner.y1 < inner.y2 {
		c.out.round(inner, max(0, rad-half), true)
	}
	c.fill(colorOf(r.Stroke))
}

// rounded fills a rectangle with round corners: the rows between the corners
// need no outline.
func (c *canvas) rounded(b box, rad float64, col color) {
	top, bottom := math.Ceil(b.y1+rad), math.Floor(b.y2-rad)
	c.out.round(b, rad, false)
	if bottom <= top {
		c.fill(col)
		return
	}
	whole := c.out
	c.fillRows(col, 0, clampInt(top, c.h))
	c.out = whole
	c.fillRows(col, clampInt(bottom, c.h), c.h)
	c.out.reset()
	c.box(box{b.x1, top, b.x2, bottom}, col)
}

func (c *canvas) line(l Line) {
	if l.Stroke.None() || l.SW <= 0 {
		return
	}
	if !dashed(l.Dash) && (l.X1 == l.X2 || l.Y1 == l.Y2) {
		p, q := c.f.at(l.X1, l.Y1), c.f.at(l.X2, l.Y2)
		b := box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
		half := l.SW * c.k / 2
		if b.x2-b.x1 > b.y2-b.y1 {
			b.y1, b.y2 = b.y1-half, b.y2+half
		} else {
			b.x1, b.x2 = b.x1-half, b.x2+half
		}
		c.box(b, colorOf(l.Stroke))
		return
	}
	c.strokeLine([]Point{{l.X1, l.Y1}, {l.X2, l.Y2}}, false, false, l.SW, l.Dash)
	c.fill(colorOf(l.Stroke))
}

func (c *canvas) polygon(p Polygon) {
	if len(p.Points) < 3 {
		return
	}
	if !p.Fill.None() {
		for _, pt := range p.Points {
			c.out.add(c.f.at(pt.X, pt.Y))
		}
		c.out.end()
		c.fill(colorOf(p.Fill))
	}
	if !p.Stroke.None() && p.SW > 0 {
		c.strokeLine(p.Points, true, false, p.SW, nil)
		c.fill(colorOf(p.Stroke))
	}
}

func (c *canvas) circle(it Circle) {
	if it.R <= 0 {
		return
	}
	m, r := c.f.at(it.X, it.Y), it.R*c.k
	if !it.Fill.None() {
		c.out.circle(m, r, false)
		c.fill(colorOf(it.Fill))
	}
	if !it.Stroke.None() && it.SW > 0 {
		half := it.SW * c.k / 2
		c.out.circle(m, r+half, false)
		if r > half {
			c.out.circle(m, r-half, true)
		}
		c.fill(colorOf(it.Stroke))
	}
}

// cover is how much of pixel i lies between a and b.
func cover(i int, a, b float64) float64 {
	return max(0, min(b, float64(i+1))-max(a, float64(i)))
}

func clampInt(v float64, most int) int { return int(max(0, min(v, float64(most)))) }

// box fills a rectangle; its edges cover pixels in part.
func (c *canvas) box(b box, col color) { c.ring(c.toEdge(b), box{}, col) }

// toEdge moves edges on the page's right or lower edge to that of the picture,
// whose size is rounded to whole pixels.
func (c *canvas) toEdge(b box) box {
	if b.x2 >= c.pageW-1e-6 {
		b.x2 = max(b.x2, float64(c.w))
	}
	if b.y2 >= c.pageH-1e-6 {
		b.y2 = max(b.y2, float64(c.h))
	}
	return b
}

// ring fills what is in outer and not in inner.
func (c *canvas) ring(outer, inner box, col color) {
	x1, x2 := clampInt(math.Floor(outer.x1), c.w), clampInt(math.Ceil(outer.x2), c.w)
	y1, y2 := clampInt(math.Floor(outer.y1), c.h), clampInt(math.Ceil(outer.y2), c.h)
	if !c.spend((x2 - x1) * (y2 - y1)) {
		return
	}
	hollow := inner.x1 < inner.x2 && inner.y1 < inner.y2
	// Columns that inner fills altogether.
	in1, in2 := clampInt(math.Ceil(inner.x1), c.w), clampInt(math.Floor(inner.x2), c.w)
	for y := y1; y < y2; y++ {
		row := c.pix[3*c.w*y : 3*c.w*(y+1)]
		cy, iy := cover(y, outer.y1, outer.y2), 0.0
		if hollow {
			iy = cover(y, inner.y1, inner.y2)
		}
		for x := x1; x < x2; x++ {
			if iy == 1 && x >= in1 && x < in2 {
				x = in2 - 1
				continue
			}
			a := cy * cover(x, outer.x1, outer.x2)
			if iy > 0 {
				a -= iy * cover(x, inner.x1, inner.x2)
			}
			if a > 0.999 && iy == 0 && x > x1 {
				// From here to the last column the cover is whole.
				to := max(x+1, x2-1)
				solid(row[3*x:3*to], col)
				x = to - 1
				continue
			}
			blend(row[3*x:3*x+3], col, uint32(a*255+0.5))
		}
	}
}

func solid(row []byte, col color) {
	if len(row) < 3 {
		return
	}
	copy(row, col[:])
	for n := 3; n < len(row); n *= 2 {
		copy(row[n:], row[:n])
	}
}

// blend covers a pixel by a of 255, in steps of a fifteenth: finer ones cannot be
// told apart and would make files a fifth larger.
func blend(p []byte, col color, a uint32) {
	if a = (a*15 + 127) / 255 * 17; a == 0 {
		return
	}
	for i := range col {
		p[i] = byte((uint32(p[i])*(255-a) + uint32(col[i])*a + 127) / 255)
	}
}

// fill paints the outline that was built, and forgets it.
func (c *canvas) fill(col color) {
	c.fillRows(col, 0, c.h)
}

// bandPixels bounds the memory and the cache that one step of filling needs.
const bandPixels = 1 << 18

// fillRows paints the part of the outline in rows from to to.
func (c *canvas) fillRows(col color, from, to int) {
	defer c.out.reset()
	b := c.out.bounds()
	x1, x2 := clampInt(math.Floor(b.x1), c.w), clampInt(math.Ceil(b.x2), c.w)
	y1, y2 := max(from, clampInt(math.Floor(b.y1), c.h)), min(to, clampInt(math.Ceil(b.y2), c.h))
	if x1 >= x2 || y1 >= y2 {
		return
	}
	if far := (box{-margin, -margin, float64(c.w) + margin, float64(c.h) + margin}); b.x1 < far.x1 || b.y1 < far.y1 || b.x2 > far.x2 || b.y2 > far.y2 {
		c.out.clip(far)
	}
	if !c.spend((x2-x1)*(y2-y1) + c.out.climb()) {
		return
	}
	rows := max(1, bandPixels/(x2-x1))
	for ; y1 < y2; y1 += rows {
		c.band(col, x1, y1, x2, min(y2, y1+rows))
	}
}

// margin is how far beyond the picture outlines may reach before they are
// clipped, in pixels.
const margin = 2048

func (c *canvas) band(col color, x1, y1, x2, y2 int) {
	w, h := x2-x1, y2-y1
	c.mixed = false
	c.z.Reset(w, h)
	c.z.DrawOp = draw.Src
	from := 0
	for _, end := range c.out.ends {
		pts := c.out.pts[from:end]
		from = end
		for i, p := range pts {
			x, y := float32(p.X-float64(x1)), float32(p.Y-float64(y1))
			if i == 0 {
				c.z.MoveTo(x, y)
			} else {
				c.z.LineTo(x, y)
			}
		}
		c.z.ClosePath()
	}
	if cap(c.mask.Pix) < w*h {
		c.mask.Pix = make([]byte, w*h)
	}
	c.mask.Pix, c.mask.Stride, c.mask.Rect = c.mask.Pix[:w*h], w, image.Rect(0, 0, w, h)
	c.z.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	for y := range h {
		c.stamp(c.mask.Pix[y*w:(y+1)*w], x1, y1+y, col)
	}
}

// stamp paints a row of coverage.
func (c *canvas) stamp(cov []byte, x, y int, col color) {
	row := c.pix[3*(c.w*y+x):][:3*len(cov)]
	for i := 0; i < len(cov); i++ {
		switch a := cov[i]; a {
		case 0:
			if i+8 <= len(cov) && binary.LittleEndian.Uint64(cov[i:]) == 0 {
				i += 7
			}
		case 255:
			p := row[3*i : 3*i+3]
			p[0], p[1], p[2] = col[0], col[1], col[2]
		default:
			p := (*color)(row[3*i:])
			if *p == c.mixOn && col == c.mixOf {
				*p = c.mix[(uint32(a)*15+127)/255]
				continue
			}
			if !c.mixed {
				c.mixed, c.mixOn, c.mixOf = true, *p, col
				for i := range c.mix {
					c.mix[i] = *p
					blend(c.mix[i][:], col, uint32(17*i))
				}
			}
			blend(p[:], col, uint32(a))
		}
	}
}

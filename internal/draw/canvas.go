// Painting: shapes into rows of pixels. Rectangles with edges along the axes are
// computed, everything else is rasterised as an outline.

package draw

import (
	"math"
	"slices"
	"sync"
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

// canvas paints shapes into a picture.
type canvas struct {
	picture
	k            float64 // pixels a millimetre
	pageW, pageH float64 // the page in pixels, not rounded
	fallback     []*Font
	f            frame
	out          outline
	raster       raster
	stamps       map[stampKey]*stamp
	kept         int      // memory of stamps
	letters      []placed // of the line of text in hand
	rows         deflater
	left         int // how much may still be painted, in pixels
}

// canvases are used again, with the glyphs that they know.
var canvases = sync.Pool{New: func() any { return &canvas{stamps: map[stampKey]*stamp{}} }}

// maxPainted is the most that a picture's items may paint one over the other, in
// pixels: some seconds of work, and a hundred times what a sheet of labels needs.
const maxPainted = 4_000_000_000

// keptPixels is the largest picture whose memory is kept for the next one.
const keptPixels = 8 << 20

// newCanvas is a picture of the list's page, k pixels a millimetre, blank.
func newCanvas(l *List, k float64) *canvas {
	c := canvases.Get().(*canvas)
	c.k, c.pageW, c.pageH = k, l.W*k, l.H*k
	c.fallback, c.f, c.left = l.Fallback, frame{a: k, d: k}, maxPainted
	c.begin(int(math.Round(c.pageW)), int(math.Round(c.pageH)), c.ground(l.Items))
	return c
}

// ground is the colour of most of the page: that of a first item that covers it,
// else white.
func (c *canvas) ground(items []Item) color {
	if len(items) > 0 {
		if r, ok := items[0].(Rect); ok && !r.Fill.None() && r.R == 0 {
			b := c.f.rect(r.X, r.Y, r.W, r.H)
			if b.x1 <= 0 && b.y1 <= 0 && b.x2 >= c.pageW-edge && b.y2 >= c.pageH-edge {
				return colorOf(r.Fill)
			}
		}
	}
	return color{0xff, 0xff, 0xff}
}

// free gives the canvas back.
func (c *canvas) free() {
	c.fallback = nil
	if cap(c.pix) <= keptPixels {
		c.finish()
		canvases.Put(c)
	}
}

// spend counts pixels to be painted, and reports whether they still may be.
func (c *canvas) spend(pixels int) bool {
	c.left -= max(0, pixels)
	return c.left >= 0
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
			c.fill(c.tint(it.Stroke))
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
	k := c.tint(m.Fill)
	for r := range m.Rects() {
		b := c.f.rect(r.X, r.Y, r.W, r.H)
		c.box(box{math.Round(b.x1), math.Round(b.y1), math.Round(b.x2), math.Round(b.y2)}, k)
	}
}

func (c *canvas) rect(r Rect) {
	if r.empty() {
		return
	}
	b, rad := c.f.rect(r.X, r.Y, r.W, r.H), r.radius()*c.k
	if !r.Fill.None() {
		if rad == 0 {
			c.box(b, c.tint(r.Fill))
		} else {
			c.rounded(b, rad, c.tint(r.Fill))
		}
	}
	if r.Stroke.None() || r.SW <= 0 {
		return
	}
	half := r.SW * c.k / 2
	outer, inner := b.grow(half), b.grow(-half)
	if rad == 0 {
		c.ring(outer, inner, c.tint(r.Stroke))
		return
	}
	c.out.round(outer, rad+half, false)
	if inner.x1 < inner.x2 && inner.y1 < inner.y2 {
		c.out.round(inner, max(0, rad-half), true)
	}
	c.fill(c.tint(r.Stroke))
}

// rounded fills a rectangle with round corners: the rows between the corners
// need no outline.
func (c *canvas) rounded(b box, rad float64, k *tint) {
	top, bottom := math.Ceil(b.y1+rad), math.Floor(b.y2-rad)
	c.out.round(b, rad, false)
	if bottom <= top {
		c.fill(k)
		return
	}
	whole := c.out
	c.fillRows(k, 0, clampInt(top, c.h))
	c.out = whole
	c.fillRows(k, clampInt(bottom, c.h), c.h)
	c.out.reset()
	c.box(box{b.x1, top, b.x2, bottom}, k)
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
		c.box(b, c.tint(l.Stroke))
		return
	}
	c.strokeLine([]Point{{l.X1, l.Y1}, {l.X2, l.Y2}}, false, false, l.SW, l.Dash)
	c.fill(c.tint(l.Stroke))
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
		c.fill(c.tint(p.Fill))
	}
	if !p.Stroke.None() && p.SW > 0 {
		c.strokeLine(p.Points, true, false, p.SW, nil)
		c.fill(c.tint(p.Stroke))
	}
}

func (c *canvas) circle(it Circle) {
	if it.R <= 0 {
		return
	}
	m, r := c.f.at(it.X, it.Y), it.R*c.k
	if !it.Fill.None() {
		c.disc(m, r, 0, c.tint(it.Fill))
	}
	if !it.Stroke.None() && it.SW > 0 {
		half := it.SW * c.k / 2
		c.disc(m, r+half, max(0, r-half), c.tint(it.Stroke))
	}
}

// disc fills a circle but for a smaller one about the same middle.
func (c *canvas) disc(m Point, outer, inner float64, k *tint) {
	c.shape(stampKey{right: outer, down: inner}, 2*outer, m, k, func(m Point) {
		c.out.circle(m, outer, false)
		if inner > 0 {
			c.out.circle(m, inner, true)
		}
	})
}

// cover is how much of pixel i lies between a and b.
func cover(i int, a, b float64) float64 {
	return max(0, min(b, float64(i+1))-max(a, float64(i)))
}

func clampInt(v float64, most int) int { return int(max(0, min(v, float64(most)))) }

// box fills a rectangle; its edges cover pixels in part.
func (c *canvas) box(b box, k *tint) { c.ring(c.toEdge(b), box{}, k) }

// edge is how near the page's edge, in pixels, is at it.
const edge = 1e-6

// toEdge moves edges on the page's right or lower edge to that of the picture,
// whose size is rounded to whole pixels.
func (c *canvas) toEdge(b box) box {
	if b.x2 >= c.pageW-edge {
		b.x2 = max(b.x2, float64(c.w))
	}
	if b.y2 >= c.pageH-edge {
		b.y2 = max(b.y2, float64(c.h))
	}
	return b
}

// ring fills what is in outer and not in inner.
func (c *canvas) ring(outer, inner box, k *tint) {
	if !(inner.x1 < inner.x2 && inner.y1 < inner.y2) {
		inner = outer
		inner.x2, inner.y2 = inner.x1, inner.y1
	}
	// Between these columns all pixels of a row are covered alike.
	var at [8]int
	for i, x := range [4]float64{outer.x1, inner.x1, inner.x2, outer.x2} {
		at[2*i], at[2*i+1] = clampInt(math.Floor(x), c.w), clampInt(math.Ceil(x), c.w)
	}
	slices.Sort(at[:])
	y1, y2 := clampInt(math.Floor(outer.y1), c.h), clampInt(math.Ceil(outer.y2), c.h)
	if !c.spend((at[7] - at[0]) * (y2 - y1)) {
		return
	}
	// Rows that are covered alike stay like the one above if they were.
	for y1 < y2 {
		oy, iy, y := cover(y1, outer.y1, outer.y2), cover(y1, inner.y1, inner.y2), y1+1
		for y < y2 && oy == cover(y, outer.y1, outer.y2) && iy == cover(y, inner.y1, inner.y2) {
			y++
		}
		c.differs(y1, at[0], at[7])
		for i := range at[1:] {
			if x := at[i]; x < at[i+1] {
				a := oy*cover(x, outer.x1, outer.x2) - iy*cover(x, inner.x1, inner.x2)
				c.cover(y1, y, x, at[i+1], k, levelOf(byte(a*255+0.5)))
			}
		}
		y1 = y
	}
	c.differs(y2, at[0], at[7])
}

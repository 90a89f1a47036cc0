// Filling: outlines to how much they cover of each pixel.

package draw

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// raster finds covers, a band of rows at a time.
type raster struct {
	z    vector.Rasterizer
	mask image.Alpha
	segs []segment
}

// segment is a part of a contour, from p to q.
type segment struct{ p, q Point }

// bandPixels is about how many pixels of an outline's box are looked at in one
// step. In a band of few rows a line that slopes over the whole picture is short,
// so most of its box need not be looked at.
const (
	bandPixels = 1 << 12
	bandRows   = 16 // at least, as each band has a cost of its own
)

// bands calls f with the rows of outline o from y1 to y2: from which column of
// which row on, and the covers of so many pixels a row. Columns are kept within x1
// and x2.
func (r *raster) bands(o *outline, x1, y1, x2, y2 int, f func(x, y, w int, cover []byte)) {
	rows := max(bandRows, bandPixels/(x2-x1))
	for ; y1 < y2; y1 += rows {
		r.band(o, x1, y1, x2, min(y2, y1+rows), f)
	}
}

func (r *raster) band(o *outline, x1, y1, x2, y2 int, f func(x, y, w int, cover []byte)) {
	lo, hi := r.between(o, float64(y1), float64(y2))
	x1, x2 = max(x1, int(math.Floor(lo))), min(x2, int(math.Ceil(hi)))
	if x1 >= x2 {
		return
	}
	w, h := x2-x1, y2-y1
	r.z.Reset(w, h)
	r.z.DrawOp = draw.Src
	for _, s := range r.segs {
		r.z.MoveTo(float32(s.p.X-float64(x1)), float32(s.p.Y-float64(y1)))
		r.z.LineTo(float32(s.q.X-float64(x1)), float32(s.q.Y-float64(y1)))
	}
	if cap(r.mask.Pix) < w*h {
		r.mask.Pix = make([]byte, w*h)
	}
	r.mask.Pix, r.mask.Stride, r.mask.Rect = r.mask.Pix[:w*h], w, image.Rect(0, 0, w, h)
	r.z.Draw(&r.mask, r.mask.Rect, image.Opaque, image.Point{})
	f(x1, y1, w, r.mask.Pix)
}

// between gathers what of the contours lies between two heights, and returns its
// left and right end. What lies outside changes no cover between them.
func (r *raster) between(o *outline, top, bottom float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	r.segs = r.segs[:0]
	from := 0
	for _, end := range o.ends {
		pts := o.pts[from:end]
		from = end
		q := pts[len(pts)-1]
		for _, next := range pts {
			p := q
			q = next
			if p.Y == q.Y || max(p.Y, q.Y) <= top || min(p.Y, q.Y) >= bottom {
				continue
			}
			s := segment{p, q}
			slope := (q.X - p.X) / (q.Y - p.Y)
			for _, e := range [2]*Point{&s.p, &s.q} {
				if y := max(top, min(e.Y, bottom)); y != e.Y {
					*e = Point{p.X + (y-p.Y)*slope, y}
				}
			}
			lo, hi = min(lo, s.p.X, s.q.X), max(hi, s.p.X, s.q.X)
			r.segs = append(r.segs, s)
		}
	}
	return lo, hi
}

// fill paints the outline that was built, and forgets it.
func (c *canvas) fill(k *tint) { c.fillRows(k, 0, c.h) }

// fillRows paints the part of the outline in rows from to to.
func (c *canvas) fillRows(k *tint, from, to int) {
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
	c.raster.bands(&c.out, x1, y1, x2, y2, func(x, y, w int, cover []byte) {
		c.stamp(x, y, w, 0, w, cover, k)
	})
}

// margin is how far beyond the picture outlines may reach before they are
// clipped, in pixels.
const margin = 2048

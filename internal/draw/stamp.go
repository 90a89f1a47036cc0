// Stamps: small shapes that a drawing has many of, as pixels that are kept. Of
// text a drawing has the same letters again and again, of points the same discs.

package draw

import (
	"math"

	"golang.org/x/image/font/sfnt"
)

// stamp is a shape in pixels: what it covers of w columns, from x, y on as seen
// from the pixel of its origin.
type stamp struct {
	x, y, w int
	cover   []byte
}

// stampKey tells stamps apart: a glyph of a font by how many pixels a thousandth of
// an em is to the right and down, a disc or a ring by its radii; and by where in its
// pixel the origin is.
type stampKey struct {
	f           *Font
	gid         sfnt.GlyphIndex
	right, down float64
	dx, dy      uint8
}

const (
	// places is where in a pixel, to each side, a stamp's origin may be. Nobody
	// sees that a letter is an eighth of a pixel from where it should be.
	places = 4
	// stampSize is the largest shape that is kept, in pixels: what is larger is
	// seldom drawn twice.
	stampSize = 96
	// keptStamps is how much memory a canvas has for stamps: their pixels and, about,
	// what each takes besides.
	keptStamps, stampCost = 4 << 20, 160
)

// shape paints a shape of a size whose origin is at o. outline adds its contours
// about an origin.
func (c *canvas) shape(key stampKey, size float64, o Point, k *tint, outline func(origin Point)) {
	if size > stampSize || math.Abs(o.X) > maxCoord || math.Abs(o.Y) > maxCoord {
		outline(o)
		c.fill(k)
		return
	}
	x, y := math.Round(o.X*places), math.Round(o.Y*places)
	left, top := math.Floor(x/places), math.Floor(y/places)
	key.dx, key.dy = uint8(x-places*left), uint8(y-places*top)
	s := c.stamps[key]
	if s == nil {
		outline(Point{float64(key.dx) / places, float64(key.dy) / places})
		s = c.newStamp()
		if c.kept += len(s.cover) + stampCost; c.kept > keptStamps {
			clear(c.stamps)
			c.kept = len(s.cover) + stampCost
		}
		c.stamps[key] = s
	}
	if s.w == 0 || !c.spend(len(s.cover)) {
		return
	}
	x1 := int(left) + s.x
	from, to := max(0, -x1), min(s.w, c.w-x1)
	if from >= to {
		return
	}
	c.stamp(x1, int(top)+s.y, s.w, from, to, s.cover, k)
}

// newStamp makes a stamp of the outline that was built, and forgets it.
func (c *canvas) newStamp() *stamp {
	defer c.out.reset()
	b := c.out.bounds()
	s := &stamp{}
	if b.x1 < b.x2 && b.y1 < b.y2 {
		s.x, s.y = int(math.Floor(b.x1)), int(math.Floor(b.y1))
		s.w = int(math.Ceil(b.x2)) - s.x
		s.cover = make([]byte, s.w*(int(math.Ceil(b.y2))-s.y))
		c.raster.bands(&c.out, s.x, s.y, s.x+s.w, int(math.Ceil(b.y2)), func(x, y, w int, cover []byte) {
			for ; len(cover) > 0; cover = cover[w:] {
				copy(s.cover[(y-s.y)*s.w+x-s.x:], cover[:w])
				y++
			}
		})
	}
	return s
}

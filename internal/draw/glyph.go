// Text as pixels: glyph outlines in thousandths of an em, kept by the font.

package draw

import (
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// glyphShape is a glyph's outline in thousandths of an em, y down.
type glyphShape struct{ segs []glyphSeg }

// glyphSeg is a step of a contour: to where, and for a curve its control.
type glyphSeg struct {
	op     sfnt.SegmentOp
	c, end Point
}

// keptGlyphs is how many outlines of each kind a font keeps at most: all of a
// European font, and what is common of an East Asian one.
const keptGlyphs = 4096

// shape returns a glyph's outline.
func (f *Font) shape(gid sfnt.GlyphIndex) *glyphShape {
	if s, ok := f.shapes.Load(gid); ok {
		return s.(*glyphShape)
	}
	s := &glyphShape{}
	var buf sfnt.Buffer
	segs, err := f.sf.LoadGlyph(&buf, gid, fixed.I(1000), nil)
	if err != nil {
		segs = nil // drawn as nothing, as in SVG
	}
	point := func(p fixed.Point26_6) Point { return Point{float64(p.X) / 64, float64(p.Y) / 64} }
	for _, g := range segs {
		switch g.Op {
		case sfnt.SegmentOpMoveTo, sfnt.SegmentOpLineTo:
			s.segs = append(s.segs, glyphSeg{op: g.Op, end: point(g.Args[0])})
		case sfnt.SegmentOpQuadTo:
			s.segs = append(s.segs, glyphSeg{op: g.Op, c: point(g.Args[0]), end: point(g.Args[1])})
		}
	}
	if f.nShapes.Add(1) <= keptGlyphs {
		f.shapes.Store(gid, s)
	}
	return s
}

// stamp is a glyph in pixels: what it covers of w columns, from x, y on as seen
// from the pixel of its origin.
type stamp struct {
	x, y, w int
	cover   []byte
}

// stampKey tells stamps apart: by the glyph, by how many pixels a thousandth of an
// em is to the right and down, and by where in its pixel the origin is.
type stampKey struct {
	f           *Font
	gid         sfnt.GlyphIndex
	right, down float64
	dx, dy      uint8
}

const (
	// places is where in a pixel, to each side, a stamp's origin may be. Nobody
	// sees that a glyph is an eighth of a pixel from where it should be.
	places = 4
	// stampSize is the largest em that is drawn with stamps, in pixels: what is
	// larger is seldom drawn twice.
	stampSize = 48
	// keptStamps is how many stamps a canvas keeps, of 300 bytes on average.
	keptStamps = 1 << 14
)

// text paints a line of text glyph by glyph.
func (c *canvas) text(t Text) {
	ps, width := place(c.letters[:0], t.S, t.Bold, c.fallback)
	c.letters = ps
	x0, scale, k := start(t, width), t.Pt*PtMM/1000, c.tint(t.Color)
	g := frame{a: c.f.a * scale, b: c.f.b * scale, c: c.f.c * scale, d: c.f.d * scale}
	stamped := 1000*scale*c.k <= stampSize
	for _, p := range ps {
		if p.gid == 0 {
			continue
		}
		o := c.f.at(x0+float64(p.x)*scale, t.Y)
		if stamped && math.Abs(o.X) < 1e6 && math.Abs(o.Y) < 1e6 {
			c.glyph(p, g, o, k)
			continue
		}
		g.x, g.y = o.X, o.Y
		c.out.glyph(p.f.shape(p.gid), g)
		c.fill(k)
	}
}

// glyph adds the contours of a glyph.
func (o *outline) glyph(s *glyphShape, f frame) {
	var at Point
	for _, s := range s.segs {
		end := f.at(s.end.X, s.end.Y)
		switch s.op {
		case sfnt.SegmentOpMoveTo:
			o.end()
			o.add(end)
		case sfnt.SegmentOpLineTo:
			o.add(end)
		case sfnt.SegmentOpQuadTo:
			o.quad(at, f.at(s.c.X, s.c.Y), end)
		}
		at = end
	}
	o.end()
}

// glyph paints a glyph whose origin is at o, with a stamp.
func (c *canvas) glyph(p placed, g frame, o Point, k *tint) {
	x, y := math.Round(o.X*places), math.Round(o.Y*places)
	left, top := math.Floor(x/places), math.Floor(y/places)
	key := stampKey{p.f, p.gid, g.a, g.b, uint8(x - places*left), uint8(y - places*top)}
	s := c.stamps[key]
	if s == nil {
		if len(c.stamps) >= keptStamps {
			clear(c.stamps)
		}
		g.x, g.y = float64(key.dx)/places, float64(key.dy)/places
		c.out.glyph(p.f.shape(p.gid), g)
		s = c.newStamp()
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
	row := int(top) + s.y
	for at := 0; at < len(s.cover); at += s.w {
		if row >= 0 && row < c.h {
			c.stamp(row, x1+from, s.cover[at+from:at+to], k)
		}
		row++
	}
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

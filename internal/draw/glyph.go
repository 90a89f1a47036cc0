// Text as pixels: glyph outlines in thousandths of an em, kept by the font.

package draw

import (
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

// text paints a line of text glyph by glyph.
func (c *canvas) text(t Text) {
	ps, width := place(c.letters[:0], t.S, t.Bold, c.fallback)
	c.letters = ps
	x0, scale, k := start(t, width), t.Pt*PtMM/1000, c.tint(t.Color)
	g := frame{a: c.f.a * scale, b: c.f.b * scale, c: c.f.c * scale, d: c.f.d * scale}
	key := stampKey{right: g.a, down: g.b}
	for _, p := range ps {
		if p.gid == 0 {
			continue
		}
		key.f, key.gid = p.f, p.gid
		c.shape(key, 1000*scale*c.k, c.f.at(x0+float64(p.x)*scale, t.Y), k, func(o Point) {
			g.x, g.y = o.X, o.Y
			c.out.glyph(p.f.shape(p.gid), g)
		})
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

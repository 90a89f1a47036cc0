// Text in SVG: real text for charts; for labels glyph outlines, each written
// once and placed by use.

package draw

import (
	"strconv"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// text writes one line of text.
func (w *svgWriter) text(t Text) {
	if t.S == "" {
		return
	}
	if w.o.Text == Outline {
		w.outline(t)
		return
	}
	href := safeHref(t.Href)
	if href != "" {
		w.WriteString("<a")
		w.attr("href", href)
		w.WriteString(">")
	}
	w.WriteString("<text")
	w.mm("x", t.X)
	w.mm("y", t.Y)
	w.mm("font-size", t.Pt*PtMM)
	if t.Bold {
		w.WriteString(` font-weight="700"`)
	}
	switch t.Align {
	case Center:
		w.WriteString(` text-anchor="middle"`)
	case Right:
		w.WriteString(` text-anchor="end"`)
	}
	if w.o.Inline && t.Color.Class != "" {
		w.attr("class", t.Color.Class)
	} else if !t.Color.None() {
		w.attr("fill", t.Color.Hex)
	}
	w.WriteString(">" + escape(t.S) + "</text>")
	if href != "" {
		w.WriteString("</a>")
	}
	w.WriteString("\n")
}

// start is where a line of text begins once its alignment is resolved.
func start(t Text, advance int) float64 {
	width := float64(advance) * t.Pt * PtMM / 1000
	switch t.Align {
	case Center:
		return t.X - width/2
	case Right:
		return t.X - width
	}
	return t.X
}

// outline places a line's glyphs inside a group that maps thousandths of an em
// to the page.
func (w *svgWriter) outline(t Text) {
	ps, total := place(t.S, t.Bold, w.fallback)
	w.WriteString(`<g`)
	w.paint(t.Color, Paint{}, 0, nil)
	w.WriteString(` transform="matrix(`)
	scale := fixed5(t.Pt * PtMM / 1000)
	w.WriteString(scale + " 0 0 " + scale + " ")
	w.WriteString(num(start(t, total)) + " " + num(t.Y))
	w.WriteString(`)">`)
	for _, p := range ps {
		id, ok := w.glyphs.id(p)
		if !ok {
			continue // a gap, or a glyph without outline
		}
		w.WriteString(`<use href="#`)
		w.WriteString(id)
		if p.x != 0 {
			w.WriteString(`" x="`)
			w.scratch = strconv.AppendInt(w.scratch[:0], int64(p.x), 10)
			w.Write(w.scratch)
		}
		w.WriteString(`"/>`)
	}
	w.WriteString("</g>\n")
}

// glyphKey names a glyph in a drawing.
type glyphKey struct {
	f   *Font
	gid sfnt.GlyphIndex
}

// glyphSet collects the outlines that a drawing uses, in order of first use.
type glyphSet struct {
	prefix string
	ids    map[glyphKey]string
	order  []glyphKey
}

func (g *glyphSet) init(prefix string) {
	g.prefix = prefix
	g.ids = make(map[glyphKey]string)
}

// id returns the id of a glyph's outline; ok is false if there is nothing to draw.
func (g *glyphSet) id(p placed) (string, bool) {
	if p.gid == 0 {
		return "", false
	}
	k := glyphKey{p.f, p.gid}
	if id, ok := g.ids[k]; ok {
		return id, id != ""
	}
	if p.f.outline(p.gid) == "" {
		g.ids[k] = ""
		return "", false
	}
	// Numbers, so that no glyph takes the id of a title (-t) or description (-d).
	id := g.prefix + "-" + strconv.Itoa(len(g.order))
	g.ids[k] = id
	g.order = append(g.order, k)
	return id, true
}

func (g *glyphSet) write(w *svgWriter) {
	if len(g.order) == 0 {
		return
	}
	w.WriteString("<defs>\n")
	for _, k := range g.order {
		w.WriteString(`<path id="` + escape(g.ids[k]) + `" d="` + k.f.outline(k.gid) + "\"/>\n")
	}
	w.WriteString("</defs>\n")
}

// outline is a glyph as SVG path data in thousandths of an em, y down; "" if it
// has no contours. Built-in fonts keep what was asked for once.
func (f *Font) outline(gid sfnt.GlyphIndex) string {
	if d, ok := f.paths.Load(gid); ok {
		return d.(string)
	}
	d := f.trace(gid)
	f.paths.Store(gid, d)
	return d
}

func (f *Font) trace(gid sfnt.GlyphIndex) string {
	var buf sfnt.Buffer
	segs, err := f.sf.LoadGlyph(&buf, gid, fixed.I(1000), nil)
	if err != nil {
		return ""
	}
	pen := pathPen{}
	for _, s := range segs {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			pen.move(s.Args[0])
		case sfnt.SegmentOpLineTo:
			pen.line(s.Args[0])
		case sfnt.SegmentOpQuadTo:
			pen.quad(s.Args[0], s.Args[1])
		case sfnt.SegmentOpCubeTo:
			// TrueType outlines have no cubics; ParseFont refuses other fonts.
		}
	}
	pen.end()
	return string(pen.b)
}

// pathPen writes path data with integer coordinates and the shortest commands.
type pathPen struct {
	b      []byte
	x, y   int // where we are
	sx, sy int // where the contour began, and where z leads back to
	cx, cy int // last control point, for smooth continuation
	smooth bool
	open   bool
	op     byte // last command, repeated commands are left out
}

func round26(v fixed.Int26_6) int { return int(v+32) >> 6 }

func (p *pathPen) put(op byte, ns ...int) {
	if op != p.op || op == 'm' {
		p.b = append(p.b, op)
		p.op = op
	} else if ns[0] >= 0 {
		p.b = append(p.b, ' ')
	}
	for i, n := range ns {
		if i > 0 && n >= 0 {
			p.b = append(p.b, ' ')
		}
		p.b = strconv.AppendInt(p.b, int64(n), 10)
	}
}

func (p *pathPen) move(a fixed.Point26_6) {
	p.end()
	x, y := round26(a.X), round26(a.Y)
	if len(p.b) == 0 {
		p.put('M', x, y)
	} else {
		p.put('m', x-p.x, y-p.y)
	}
	p.x, p.y, p.sx, p.sy, p.smooth, p.open = x, y, x, y, false, true
}

func (p *pathPen) line(a fixed.Point26_6) {
	x, y := round26(a.X), round26(a.Y)
	switch {
	case x == p.x && y == p.y:
		return
	case y == p.y:
		p.put('h', x-p.x)
	case x == p.x:
		p.put('v', y-p.y)
	default:
		p.put('l', x-p.x, y-p.y)
	}
	p.x, p.y, p.smooth = x, y, false
}

func (p *pathPen) quad(c, a fixed.Point26_6) {
	cx, cy, x, y := round26(c.X), round26(c.Y), round26(a.X), round26(a.Y)
	// TrueType leaves out points midway between two controls, and there the
	// next control is the mirror of the last: SVG's t says the same in half
	// the bytes. One unit is what rounding may have moved.
	if p.smooth && near(2*p.x-p.cx, cx) && near(2*p.y-p.cy, cy) {
		cx, cy = 2*p.x-p.cx, 2*p.y-p.cy
		p.put('t', x-p.x, y-p.y)
	} else {
		p.put('q', cx-p.x, cy-p.y, x-p.x, y-p.y)
	}
	p.x, p.y, p.cx, p.cy, p.smooth = x, y, cx, cy, true
}

func near(a, b int) bool { return a-b <= 1 && b-a <= 1 }

func (p *pathPen) end() {
	if p.open {
		p.b = append(p.b, 'z')
		p.op = 'z'
		p.x, p.y, p.open = p.sx, p.sy, false
	}
}

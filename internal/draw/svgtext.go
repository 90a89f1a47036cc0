// Text in SVG: real text for charts; for labels glyph outlines, each written
// once and placed by use.

package draw

import (
	"hash/fnv"
	"math"
	"slices"
	"strconv"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// text writes one line of text.
func (w *svgWriter) text(t Text) {
	if !t.drawn() {
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
	w.WriteString(">" + escapeText(t.S) + "</text>")
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

// outline places a line's glyphs inside a group that maps the units of its
// outlines to the page.
func (w *svgWriter) outline(t Text) {
	ps, total := w.glyphs.lines[0], 0
	w.glyphs.lines = w.glyphs.lines[1:]
	if n := len(ps); n > 0 {
		total = ps[n-1].x + ps[n-1].adv
	}
	em := w.glyphs.em[t.Bold]
	w.WriteString(`<g`)
	w.paint(t.Color, Paint{}, 0, nil)
	w.WriteString(` transform="translate(` + num(start(t, total)) + " " + num(t.Y) + ")scale(" + fixed7(t.Pt*PtMM/float64(em)) + `)">`)
	b := w.scratch[:0]
	for _, p := range ps { // what stands in place is one path
		if g := w.glyphs.of(p, em); g != nil && g.id == "" {
			b = append(b, 'M')
			b = strconv.AppendInt(b, int64(inUnits(p.x, em)+g.x), 10)
			if g.y >= 0 {
				b = append(b, ' ')
			}
			b = strconv.AppendInt(b, int64(g.y), 10)
			b = append(b, g.rest...)
		}
	}
	if len(b) > 0 {
		w.WriteString(`<path d="`)
		w.Write(b)
		w.WriteString(`"/>`)
	}
	for _, p := range ps {
		g := w.glyphs.of(p, em)
		if g == nil || g.id == "" {
			continue
		}
		w.WriteString(`<use href="#`)
		w.WriteString(g.id)
		if p.x != 0 {
			w.WriteString(`" x="`)
			b = strconv.AppendInt(b[:0], int64(inUnits(p.x, em)), 10)
			w.Write(b)
		}
		w.WriteString(`"/>`)
	}
	w.scratch = b
	w.WriteString("</g>\n")
}

// glyphKey names a glyph in a drawing.
type glyphKey struct {
	f   *Font
	gid sfnt.GlyphIndex
	em  int // units to the em of its outline
}

// unitsPerEm is how fine the outlines of text are that is at most pt points
// large: rounding moves nothing by more than 0.0075 mm, a tenth of what 300 dots
// an inch can show. Fewer digits are a quarter of the bytes.
func unitsPerEm(pt float64) int {
	const unit, step = 0.015, 50 // mm; few steps keep few outlines
	return min(max(int(math.Ceil(pt*PtMM/unit/step))*step, 2*step), 1000)
}

// inUnits turns thousandths of an em into units of the outlines.
func inUnits(v, em int) int { return (v*em + 500) / 1000 }

// glyphUse is how a drawing holds a glyph: by id, or in place if that is
// shorter.
type glyphUse struct {
	*trace
	n  int
	id string
}

// glyphSet holds the drawing's lines of text, laid out, and their outlines in
// order of first use.
type glyphSet struct {
	lines [][]placed
	uses  map[glyphKey]*glyphUse
	order []*glyphUse
	em    map[bool]int // units to the em, of the regular and the bold face
	color string       // of most lines
	// defined says that at least one outline is used by id.
	defined bool
}

// Bytes around a definition and around one use of it, beside the outline.
const (
	defBytes = len(`<path id="" d=""/>`) + 1
	useBytes = len(`<use href="#" x="1000"/>`)
)

// collect lays out every line, counts the glyphs, and decides which are written
// once and used by id. Frequent glyphs with long outlines are; a glyph that
// stands once, or a plain bar, costs less in place.
func (g *glyphSet) collect(l *List, prefix string) {
	g.uses = make(map[glyphKey]*glyphUse, 128)
	colors := map[string]int{}
	g.em = map[bool]int{}
	for t := range texts(l.Items) {
		g.em[t.Bold] = max(g.em[t.Bold], unitsPerEm(t.Pt))
	}
	for t := range texts(l.Items) {
		ps, _ := place(t.S, t.Bold, l.Fallback)
		g.lines = append(g.lines, ps)
		if colors[t.Color.Hex]++; colors[t.Color.Hex] > colors[g.color] {
			g.color = t.Color.Hex
		}
		for _, p := range ps {
			if p.gid == 0 {
				continue
			}
			k := glyphKey{p.f, p.gid, g.em[t.Bold]}
			u := g.uses[k]
			if u == nil {
				u = &glyphUse{trace: p.f.outline(p.gid, k.em)}
				g.uses[k] = u
				if u.rest != "" {
					g.order = append(g.order, u)
				}
			}
			u.n++
		}
	}
	short := shortPrefix(prefix)
	// The most frequent ones get the shortest ids.
	byUse := slices.Clone(g.order)
	slices.SortStableFunc(byUse, func(a, b *glyphUse) int { return b.n - a.n })
	ids := 0
	for _, u := range byUse {
		id := short + string(idChars[ids%len(idChars)])
		if ids >= len(idChars) {
			id += strconv.Itoa(ids / len(idChars))
		}
		inPlace := u.n * (len(u.rest) + len("M10000-10"))
		defined := len(u.rest) + len("M10-10") + defBytes + len(id) + u.n*(useBytes+len(id))
		if defined < inPlace {
			u.id = id
			ids++
			g.defined = true
		}
	}
}

const idChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// shortPrefix makes ids of glyphs from the drawing's prefix: an id is written
// some hundreds of times, so it is four characters of a digest. Two drawings
// on one page share one with a probability of 1 in 12 million.
func shortPrefix(prefix string) string {
	h := fnv.New64a()
	h.Write([]byte(prefix)) // never fails
	v := h.Sum64()
	out := [4]byte{idChars[v%52]} // ids begin with a letter
	v /= 52
	for i := 1; i < len(out); i++ {
		out[i] = idChars[v%62]
		v /= 62
	}
	return string(out[:])
}

// of returns how a placed glyph is held, nil if there is nothing to draw.
func (g *glyphSet) of(p placed, em int) *glyphUse {
	if p.gid == 0 {
		return nil
	}
	if u := g.uses[glyphKey{p.f, p.gid, em}]; u != nil && u.rest != "" {
		return u
	}
	return nil
}

func (g *glyphSet) write(w *svgWriter) {
	for _, u := range g.order {
		if u.id == "" {
			continue
		}
		w.WriteString(`<path id="` + u.id + `" d="M`)
		b := strconv.AppendInt(w.scratch[:0], int64(u.x), 10)
		if u.y >= 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(u.y), 10)
		w.Write(b)
		w.scratch = b
		w.WriteString(u.rest + `"/>`)
	}
}

// trace is a glyph as SVG path data in units of the em, y down: where it
// begins, and relative commands from there. rest is "" if there are no contours.
type trace struct {
	x, y int
	rest string
}

// outline returns a glyph's trace in em units to the em; what was asked for once
// is kept.
func (f *Font) outline(gid sfnt.GlyphIndex, em int) *trace {
	key := glyphKey{gid: gid, em: em}
	if d, ok := f.paths.Load(key); ok {
		return d.(*trace)
	}
	d := f.trace(gid, em)
	if f.nPaths.Add(1) <= keptGlyphs {
		f.paths.Store(key, d)
	}
	return d
}

func (f *Font) trace(gid sfnt.GlyphIndex, em int) *trace {
	var buf sfnt.Buffer
	segs, err := f.sf.LoadGlyph(&buf, gid, fixed.I(em), nil)
	if err != nil {
		return &trace{}
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
	return &trace{x: pen.x0, y: pen.y0, rest: string(pen.b)}
}

// pathPen writes path data with integer coordinates and the shortest commands.
type pathPen struct {
	b      []byte
	x0, y0 int // where the first contour begins
	begun  bool
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
	if !p.begun {
		p.x0, p.y0, p.begun = x, y, true
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
	// A control within a unit of the chord bends it by half of one at most.
	dx, dy := x-p.x, y-p.y
	if cross := (cx-p.x)*dy - (cy-p.y)*dx; cross*cross <= dx*dx+dy*dy {
		p.line(a)
		return
	}
	// TrueType leaves out points midway between two controls, and there the
	// next control is the mirror of the last: SVG's t says the same in half
	// the bytes. Two units move the curve by one, a hundredth of a millimetre
	// in the largest text of a label.
	if p.smooth && near(2*p.x-p.cx, cx) && near(2*p.y-p.cy, cy) {
		cx, cy = 2*p.x-p.cx, 2*p.y-p.cy
		p.put('t', x-p.x, y-p.y)
	} else {
		p.put('q', cx-p.x, cy-p.y, x-p.x, y-p.y)
	}
	p.x, p.y, p.cx, p.cy, p.smooth = x, y, cx, cy, true
}

func near(a, b int) bool { return a-b <= 2 && b-a <= 2 }

func (p *pathPen) end() {
	if p.open {
		p.b = append(p.b, 'z')
		p.op = 'z'
		p.x, p.y, p.open = p.sx, p.sy, false
	}
}

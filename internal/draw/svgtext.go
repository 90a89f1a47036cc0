// Text in SVG: real text for charts; for labels glyph outlines, each written
// once, where it first stands, and placed by use from there. A list of
// definitions before the drawing would cost each of them one use more.

package draw

import (
	"hash/fnv"
	"math"
	"slices"
	"strconv"

	"golang.org/x/image/font/sfnt"
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
	em := w.glyphs.em(t)
	b := w.scratch[:0]
	x, y, shared := 0, 0, false
	for _, p := range ps { // what nothing else uses is one path
		switch g := w.glyphs.of(p, em); {
		case g == nil:
		case g.id != "":
			shared = true
		default:
			b = g.appendPath(b, inUnits(p.x, em), x, y)
			x, y = inUnits(p.x, em)+g.endX, g.endY
		}
	}
	w.scratch = b
	if len(b) == 0 && !shared {
		return
	}
	if shared {
		w.WriteString("<g")
	} else {
		w.WriteString("<path")
	}
	w.paint(t.Color, Paint{}, 0, nil)
	w.WriteString(` transform="translate(` + num(start(t, total)) + " " + num(t.Y) + ")scale(" + fixed7(t.Pt*PtMM/em) + `)"`)
	if !shared {
		w.WriteString(` d="`)
		w.Write(b)
		w.WriteString("\"/>\n")
		return
	}
	w.WriteByte('>')
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
		x := inUnits(p.x, em)
		if !g.written {
			g.written, g.at = true, x
			w.WriteString(`<path id="`)
			w.WriteString(g.id)
			w.WriteString(`" d="`)
			b = g.appendPath(b[:0], x, 0, 0)
			w.Write(b)
			w.WriteString(`"/>`)
			continue
		}
		w.WriteString(`<use href="#`)
		w.WriteString(g.id)
		if x != g.at {
			w.WriteString(`" x="`)
			b = strconv.AppendInt(b[:0], int64(x-g.at), 10)
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
	em  float64 // units to the em of its outline
}

// sizes are a face's text sizes in a drawing, sorted, and how many units the em
// has in the outlines of each. Sizes near each other share outlines.
type sizes struct{ pts, ems []float64 }

// unitMM is how fine the outlines of text are: rounding moves nothing by more
// than 0.0095 mm, half a dot of a press with 1200 dots an inch.
const unitMM = 0.019

// sizeStep is how much larger a size may be than another that shares its
// outlines.
const sizeStep = 1.35

func newSizes(l *List, bold bool) (s sizes) {
	for t := range texts(l.Items) {
		if t.Bold == bold {
			s.pts = append(s.pts, t.Pt)
		}
	}
	slices.Sort(s.pts)
	s.pts = slices.Compact(s.pts)
	s.ems = make([]float64, len(s.pts))
	top := 0.0
	for i := len(s.pts) - 1; i >= 0; i-- {
		if s.pts[i]*sizeStep < top || top == 0 {
			top = s.pts[i]
		}
		s.ems[i] = min(max(top*PtMM/unitMM, 100), 1000)
	}
	return s
}

func (s sizes) em(pt float64) float64 {
	i, _ := slices.BinarySearch(s.pts, pt)
	return s.ems[i]
}

// inUnits turns thousandths of an em into units of the outlines.
func inUnits(v int, em float64) int { return int(math.Round(float64(v) * em / 1000)) }

// glyphUse is how a drawing holds a glyph. One with an id is written where it
// first stands, at x = at of its line, and used from there by the others; one
// without is written at each place, as that is shorter.
type glyphUse struct {
	*trace
	n       int
	id      string
	written bool
	at      int
}

// glyphSet holds the drawing's lines of text, laid out, and their outlines in
// order of first use.
type glyphSet struct {
	lines         [][]placed
	uses          map[glyphKey]*glyphUse
	order         []*glyphUse
	regular, bold sizes
	color         string // of most lines
}

// Bytes around an outline of its own, around one use of it, and of the move to
// an outline in a path with others.
const (
	ownBytes  = len(`<path id="" d="M100-10"/>`)
	useBytes  = len(`<use href="#" x="1000"/>`)
	moveBytes = len("m100-10")
)

// collect lays out every line, counts the glyphs, and decides which are written
// once and used by id. Frequent glyphs with long outlines are; a glyph that
// stands once, or a plain bar, costs less in place.
func (g *glyphSet) collect(l *List, prefix string) {
	g.uses = make(map[glyphKey]*glyphUse, 128)
	colors := map[string]int{}
	g.regular, g.bold = newSizes(l, false), newSizes(l, true)
	for t := range texts(l.Items) {
		ps, _ := place(t.S, t.Bold, l.Fallback)
		em := g.em(t)
		g.lines = append(g.lines, ps)
		if colors[t.Color.Hex]++; colors[t.Color.Hex] > colors[g.color] {
			g.color = t.Color.Hex
		}
		for _, p := range ps {
			if p.gid == 0 {
				continue
			}
			k := glyphKey{p.f, p.gid, em}
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
		inPlace := u.n * (len(u.rest) + moveBytes)
		once := len(u.rest) + ownBytes + len(id) + (u.n-1)*(useBytes+len(id))
		if once < inPlace {
			u.id = id
			ids++
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

// em is how many units the em of a line has.
func (g *glyphSet) em(t Text) float64 {
	if t.Bold {
		return g.bold.em(t.Pt)
	}
	return g.regular.em(t.Pt)
}

// of returns how a placed glyph is held, nil if there is nothing to draw.
func (g *glyphSet) of(p placed, em float64) *glyphUse {
	if p.gid == 0 {
		return nil
	}
	if u := g.uses[glyphKey{p.f, p.gid, em}]; u != nil && u.rest != "" {
		return u
	}
	return nil
}

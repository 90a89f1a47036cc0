// Text in SVG: real text for charts; for labels glyph outlines, each written
// once, where it first stands, and placed by use from there. A list of
// definitions before the drawing would cost each of them one use more.

package draw

import (
	"hash/fnv"
	"math"
	"slices"
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
		w.str("<a")
		w.attr("href", href)
		w.str(">")
	}
	w.str("<text")
	w.mm("x", t.X)
	w.mm("y", t.Y)
	w.textLook(t)
	w.byte('>')
	w.b = appendEscaped(w.b, t.S, false)
	w.str("</text>")
	if href != "" {
		w.str("</a>")
	}
	w.str("\n")
}

// textLook writes a text's size, alignment and colour.
func (w *svgWriter) textLook(t Text) {
	w.mm("font-size", t.Pt*PtMM)
	if t.Bold {
		w.str(` font-weight="700"`)
	}
	switch t.Align {
	case Center:
		w.str(` text-anchor="middle"`)
	case Right:
		w.str(` text-anchor="end"`)
	}
	if w.o.Inline && t.Color.Class != "" {
		w.attr("class", t.Color.Class)
	} else if !t.Color.None() {
		w.attr("fill", t.Color.Hex)
	}
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
	g := &w.glyphs
	l := g.lines[g.line]
	spots := g.spots[g.spot:][:l.spots]
	g.line, g.spot = g.line+1, g.spot+l.spots
	b := w.scratch[:0]
	x, y, shared := 0, 0, false
	for _, s := range spots { // what nothing else uses is one path
		if u := &g.uses[s.use]; u.id > 0 {
			shared = true
		} else {
			b = u.appendPath(b, s.x, x, y)
			x, y = s.x+u.endX, u.endY
		}
	}
	w.scratch = b
	if len(b) == 0 && !shared {
		return
	}
	if shared {
		w.str("<g")
	} else {
		w.str("<path")
	}
	w.paint(t.Color, Paint{}, 0, nil)
	w.str(` transform="translate(`)
	w.num(start(t, l.advance))
	w.byte(' ')
	w.num(t.Y)
	w.str(")scale(")
	w.b = appendFixed7(w.b, t.Pt*PtMM/l.em)
	w.str(`)"`)
	if !shared {
		w.str(` d="`)
		w.b = append(w.b, b...)
		w.str("\"/>\n")
		return
	}
	w.byte('>')
	if len(b) > 0 {
		w.str(`<path d="`)
		w.b = append(w.b, b...)
		w.str(`"/>`)
	}
	for _, s := range spots {
		u := &g.uses[s.use]
		if u.id == 0 {
			continue
		}
		if !u.written {
			u.written, u.at = true, s.x
			w.str(`<path id="`)
			w.b = append(g.appendID(w.b, u.id), `" d="M`...)
			w.b = append(appendInts(w.b, s.x+u.x, u.y), u.rest...)
			w.str(`"/>`)
			continue
		}
		w.str(`<use href="#`)
		w.b = g.appendID(w.b, u.id)
		if s.x != u.at {
			w.str(`" x="`)
			w.b = appendInt(w.b, s.x-u.at)
		}
		w.str(`"/>`)
	}
	w.str("</g>\n")
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

func newSizes(ts []Text, bold bool) (s sizes) {
	for i := range ts {
		if t := &ts[i]; t.Bold == bold && (len(s.pts) == 0 || s.pts[len(s.pts)-1] != t.Pt) {
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
	id      int // counted from 1; 0 for none
	written bool
	at      int
}

// line is a line of text, laid out: how many of the spots are its, its advance
// in 1/1000 em, and how many units the em of its outlines has.
type line struct {
	spots, advance int
	em             float64
}

// spot is an outline on a line, in units: a place in glyphSet.uses.
type spot struct{ x, use int }

// glyphSet holds the drawing's lines of text, laid out, and their outlines in
// order of first use.
type glyphSet struct {
	texts         []Text
	prefix        string // of ids
	lines         []line
	spots         []spot
	line, spot    int // what is written next
	uses          []glyphUse
	byUse         []uint64 // how seldom, and which; of those that stand more than once
	fonts         []fontUse
	regular, bold sizes
	color         string // of most lines
	placed        []placed
}

// reset makes the set empty, and keeps its memory.
func (g *glyphSet) reset() {
	clear(g.texts)
	*g = glyphSet{texts: g.texts[:0], lines: g.lines[:0], spots: g.spots[:0], uses: g.uses[:0], byUse: g.byUse[:0], fonts: g.fonts[:0], placed: g.placed}
}

// fontUse is a font in one size of its em, and by glyph what place it has in
// glyphSet.uses plus 1; 0 for glyphs that were not yet met, -1 for those without
// an outline.
type fontUse struct {
	*emTraces
	known []int32
}

// font returns the use of a font whose em has so many units.
func (g *glyphSet) font(f *Font, em float64) *fontUse {
	for i := range g.fonts {
		if u := &g.fonts[i]; u.f == f && u.em == em {
			return u
		}
	}
	n := len(g.fonts)
	if g.fonts = slices.Grow(g.fonts, 1)[:n+1]; cap(g.fonts[n].known) < f.tables.glyphs {
		g.fonts[n].known = make([]int32, f.tables.glyphs)
	}
	u := &g.fonts[n]
	u.emTraces, u.known = f.traces(em), u.known[:f.tables.glyphs]
	clear(u.known)
	return u
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
	g.texts = slices.AppendSeq(g.texts, texts(l.Items))
	g.regular, g.bold = newSizes(g.texts, false), newSizes(g.texts, true)
	colors, most := map[string]int{}, 0
	ps := g.placed
	var font *fontUse
	for i := range g.texts {
		t := &g.texts[i]
		n := colors[t.Color.Hex] + 1
		if colors[t.Color.Hex] = n; n > most {
			most, g.color = n, t.Color.Hex
		}
		ln := line{em: g.em(t)}
		ps, ln.advance = place(ps[:0], t.S, t.Bold, l.Fallback)
		for _, p := range ps {
			if p.gid == 0 {
				continue
			}
			if font == nil || font.f != p.f || font.em != ln.em {
				font = g.font(p.f, ln.em)
			}
			use := &font.known[p.gid]
			if *use == 0 {
				*use = -1
				if o := font.of(p.gid); o.rest != "" {
					g.uses = append(g.uses, glyphUse{trace: o})
					*use = int32(len(g.uses))
				}
			}
			if *use > 0 {
				i := int(*use) - 1
				g.uses[i].n++
				g.spots = append(g.spots, spot{inUnits(p.x, ln.em), i})
				ln.spots++
			}
		}
		g.lines = append(g.lines, ln)
	}
	g.placed = ps
	g.prefix = shortPrefix(prefix)
	// The most frequent ones get the shortest ids.
	for i := range g.uses {
		if n := g.uses[i].n; n > 1 {
			g.byUse = append(g.byUse, uint64(maxParts-n)<<32|uint64(i))
		}
	}
	slices.Sort(g.byUse)
	ids := 0
	for _, v := range g.byUse {
		u := &g.uses[uint32(v)]
		id := len(g.prefix) + 1
		if ids >= len(idChars) {
			id = len(g.prefix) + 2
			for n := ids / len(idChars); n >= 10; n /= 10 {
				id++
			}
		}
		inPlace := u.n * (len(u.rest) + moveBytes)
		once := len(u.rest) + ownBytes + id + (u.n-1)*(useBytes+id)
		if once < inPlace {
			ids++
			u.id = ids
		}
	}
}

// appendID writes the id that is the nth from 1.
func (g *glyphSet) appendID(b []byte, n int) []byte {
	n--
	b = append(append(b, g.prefix...), idChars[n%len(idChars)])
	if n >= len(idChars) {
		b = appendInt(b, n/len(idChars))
	}
	return b
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
func (g *glyphSet) em(t *Text) float64 {
	if t.Bold {
		return g.bold.em(t.Pt)
	}
	return g.regular.em(t.Pt)
}

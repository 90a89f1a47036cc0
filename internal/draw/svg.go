// The SVG renderer: the drawing's frame and its shapes. Text is in svgtext.go.
//
// Two kinds of SVG come out of here. Labels are outlines from the built-in
// fonts, self-contained, from a short list of elements. Charts keep their text
// and, put inline into a page, carry classes in place of colours.

package draw

import (
	"bytes"
	"io"
	"sync"
)

// TextMode says how an SVG holds its text.
type TextMode byte

// Text modes.
const (
	Live    TextMode = iota // real text in the reader's fonts: charts
	Outline                 // glyph outlines from the built-in fonts: labels
)

// SVGOptions say how a list is written as SVG. They change the writing, never
// the drawing.
type SVGOptions struct {
	// IDPrefix comes before every id, so that several drawings fit in one page.
	IDPrefix string
	// Metadata is text for the metadata element; empty for none.
	Metadata string
	Text     TextMode
	// Inline writes an element to be put into HTML: no namespace, no size, and
	// classes in place of colours where a paint has one.
	Inline bool
	// Unit of width and height, "mm" or "" for the user's unit.
	Unit string
}

// svgWriter writes a drawing at a time.
type svgWriter struct {
	b       []byte
	o       SVGOptions
	glyphs  glyphSet
	shapes  shapeSet
	scratch []byte
}

// SVG is what WriteSVG writes; nil for a list that Check refuses.
func SVG(l *List, o SVGOptions) []byte {
	var b bytes.Buffer
	if WriteSVG(&b, l, o) != nil {
		return nil
	}
	return b.Bytes()
}

// WriteSVG writes the list as one svg element, ending in a line end. The same list
// and options give the same bytes.
func WriteSVG(out io.Writer, l *List, o SVGOptions) error {
	if err := l.Check(); err != nil {
		return err
	}
	w := svgWriters.Get().(*svgWriter)
	defer svgWriters.Put(w)
	w.o, w.b = o, w.b[:0]
	w.glyphs.reset()
	w.shapes = shapeSet{byPath: map[string]*shapeUse{}}
	if o.Text == Outline {
		w.glyphs.collect(l, o.IDPrefix)
		w.shapes.collect(l.Items, o.IDPrefix)
	}
	w.head(l)
	w.items(l.Items)
	w.str("</svg>\n")
	_, err := out.Write(w.b)
	return err
}

// svgWriters are used again: what one drawing needs, the next one needs too.
var svgWriters = sync.Pool{New: func() any { return new(svgWriter) }}

func (w *svgWriter) str(s string) { w.b = append(w.b, s...) }

func (w *svgWriter) byte(c byte) { w.b = append(w.b, c) }

// num writes millimetres.
func (w *svgWriter) num(mm float64) { w.b = appendUM(w.b, um(mm)) }

// head writes the opening tag, the title, the description and the metadata.
func (w *svgWriter) head(l *List) {
	w.str("<svg")
	if !w.o.Inline {
		w.str(` xmlns="http://www.w3.org/2000/svg"`)
		w.attr("width", num(l.W)+w.o.Unit)
		w.attr("height", num(l.H)+w.o.Unit)
	}
	w.attr("viewBox", "0 0 "+num(l.W)+" "+num(l.H))
	if l.Lang != "" && l.Lang != "en" {
		w.attr("lang", l.Lang)
	}
	w.attr("role", "img")
	ids := ""
	switch {
	case w.o.IDPrefix == "" && l.Title != "":
		w.attr("aria-label", l.Title)
	case l.Title != "" && l.Desc != "":
		ids = w.o.IDPrefix + "-t " + w.o.IDPrefix + "-d"
	case l.Title != "":
		ids = w.o.IDPrefix + "-t"
	case l.Desc != "" && w.o.IDPrefix != "":
		ids = w.o.IDPrefix + "-d"
	}
	if ids != "" {
		w.attr("aria-labelledby", ids)
	}
	if c := w.glyphs.color; c != "" {
		w.attr("fill", c) // what most lines have, written once
	}
	if w.o.Text == Live && !w.o.Inline {
		w.attr("font-family", "system-ui, sans-serif")
	}
	w.str(">\n")
	w.note("title", "-t", l.Title)
	w.note("desc", "-d", l.Desc)
	w.note("metadata", "-m", w.o.Metadata)
}

func (w *svgWriter) note(tag, suffix, text string) {
	if text == "" {
		return
	}
	w.str("<" + tag)
	if w.o.IDPrefix != "" {
		w.attr("id", w.o.IDPrefix+suffix)
	}
	w.byte('>')
	w.b = appendEscaped(w.b, text, false)
	w.str("</")
	w.str(tag)
	w.str(">\n")
}

func (w *svgWriter) attr(name, value string) {
	w.byte(' ')
	w.str(name)
	w.str(`="`)
	w.b = appendEscaped(w.b, value, true)
	w.byte('"')
}

func (w *svgWriter) mm(name string, v float64) {
	w.byte(' ')
	w.str(name)
	w.str(`="`)
	w.num(v)
	w.byte('"')
}

func (w *svgWriter) items(items []Item) {
	for i := 0; i < len(items); i++ {
		switch it := items[i].(type) {
		case Rect:
			// Plain rectangles of one paint take fewer bytes as one path.
			if n := plainRun(items[i:]); n > 2 {
				w.rects(items[i:i+n], it.Fill)
				i += n - 1
				continue
			}
			w.rect(it)
		case Line:
			fill := Paint{}
			if w.o.Text == Outline {
				fill.Hex = w.glyphs.color // a straight line has nothing to fill
			} else if n := lineRun(items[i:]); n > 1 {
				w.lines(items[i : i+n])
				i += n - 1
				continue
			}
			w.path([]Point{{it.X1, it.Y1}, {it.X2, it.Y2}}, fill, it.Stroke, it.SW, it.Dash, "", false)
		case Polyline:
			w.path(it.Points, Paint{}, it.Stroke, it.SW, it.Dash, it.Title, true)
		case Polygon:
			if n := polygonRun(items[i:]); n > 1 && w.o.Text == Outline {
				w.str("<g")
				w.paint(it.Fill, it.Stroke, it.SW, nil)
				w.str(">")
				for _, p := range items[i : i+n] {
					if p := p.(Polygon); len(p.Points) >= 3 {
						w.shape(p, false)
					}
				}
				w.str("</g>\n")
				i += n - 1
				continue
			}
			w.polygon(it)
		case Circle:
			w.circle(it)
		case Text:
			if n := textRun(items[i:]); n > 1 && w.o.Text == Live {
				w.texts(items[i : i+n])
				i += n - 1
				continue
			}
			w.text(it)
		case Modules:
			w.modules(it)
		case Group:
			w.group(it)
		}
	}
}

func (w *svgWriter) group(g Group) {
	if len(g.Items) == 0 {
		return
	}
	w.str(`<g transform="`)
	if g.Turn {
		w.str("matrix(0 1-1 0 ")
	} else {
		w.str("translate(")
	}
	w.num(g.X)
	w.byte(' ')
	w.num(g.Y)
	w.str(")\">\n")
	w.items(g.Items)
	w.str("</g>\n")
}

// appendPair writes two numbers with the least separator that SVG needs.
func appendPair(b []byte, x, y int) []byte {
	b = appendUM(b, x)
	return appendNext(b, y)
}

// appendNext writes a number after another one.
func appendNext(b []byte, n int) []byte {
	at := len(b)
	b = append(b, ' ')
	b = appendUM(b, n)
	if b[at+1] == '-' {
		copy(b[at:], b[at+1:])
		b = b[:len(b)-1]
	}
	return b
}

func (w *svgWriter) rect(r Rect) {
	if r.empty() {
		return
	}
	w.str("<rect")
	x, y := um(r.X), um(r.Y)
	if x != 0 {
		w.mm("x", r.X)
	}
	if y != 0 {
		w.mm("y", r.Y)
	}
	// Both edges are rounded, not the size: neighbours then meet.
	w.mm("width", float64(um(r.X+r.W)-x)/1000)
	w.mm("height", float64(um(r.Y+r.H)-y)/1000)
	if r := r.radius(); r > 0 {
		w.mm("rx", r)
	}
	w.paint(r.Fill, r.Stroke, r.SW, nil)
	w.end("rect", r.Title)
}

// path writes an open stroke.
func (w *svgWriter) path(pts []Point, fill, stroke Paint, sw float64, dash []float64, title string, round bool) {
	if len(pts) == 0 {
		return
	}
	w.str("<path")
	w.paint(fill, stroke, sw, dash)
	if round {
		w.str(` stroke-linejoin="round"`)
	}
	w.str(` d="`)
	b := w.b
	px, py := 0, 0
	for i, p := range pts {
		x, y := um(p.X), um(p.Y)
		if i == 0 {
			b = appendPair(append(b, 'M'), x, y)
		} else {
			b = appendStroke(b, x-px, y-py)
		}
		px, py = x, y
	}
	w.b = b
	w.close("path", title)
}

// appendStroke writes the way of a straight stroke, as short as it can be said.
func appendStroke(b []byte, dx, dy int) []byte {
	switch {
	case dy == 0:
		return appendUM(append(b, 'h'), dx)
	case dx == 0:
		return appendUM(append(b, 'v'), dy)
	}
	return appendPair(append(b, 'l'), dx, dy)
}

// close ends an element whose last attribute is still open, with a tooltip if
// it has one.
func (w *svgWriter) close(tag, title string) {
	if title == "" {
		w.str("\"/>\n")
		return
	}
	w.byte('"')
	w.title(tag, title)
}

// end ends an element after a whole attribute, with its tooltip. Labels have none:
// they keep to the short list of elements.
func (w *svgWriter) end(tag, title string) {
	if title == "" || w.o.Text == Outline {
		w.str("/>\n")
		return
	}
	w.title(tag, title)
}

// title ends an element with its tooltip.
func (w *svgWriter) title(tag, title string) {
	w.str("><title>")
	w.b = appendEscaped(w.b, title, false)
	w.str("</title></")
	w.str(tag)
	w.str(">\n")
}

func (w *svgWriter) polygon(p Polygon) {
	if len(p.Points) < 3 {
		return
	}
	if w.o.Text == Outline {
		w.shape(p, true)
		return
	}
	w.str("<polygon")
	w.paint(p.Fill, p.Stroke, p.SW, nil)
	w.str(` points="`)
	b := w.b
	for i, pt := range p.Points {
		if i == 0 {
			b = appendPair(b, um(pt.X), um(pt.Y))
			continue
		}
		b = appendNext(b, um(pt.X))
		b = appendNext(b, um(pt.Y))
	}
	w.b = b
	w.byte('"')
	w.end("polygon", p.Title)
}

func (w *svgWriter) circle(c Circle) {
	if c.R <= 0 {
		return
	}
	href := safeHref(c.Href)
	if w.o.Text == Outline {
		// Labels keep to the short list of elements, which has no circle.
		href = ""
		w.str("<path")
		w.paint(c.Fill, c.Stroke, c.SW, nil)
		r := num(c.R)
		w.str(` d="M` + string(appendPair(nil, um(c.X-c.R), um(c.Y))) + "a" + r + " " + r + " 0 1 0 " + num(2*c.R) + " 0a" + r + " " + r + " 0 1 0 " + num(-2*c.R) + " 0z")
		w.close("path", "")
		return
	}
	if href != "" {
		w.str("<a")
		w.attr("href", href)
		w.str(">")
	}
	w.str("<circle")
	w.mm("cx", c.X)
	w.mm("cy", c.Y)
	w.paint(c.Fill, c.Stroke, c.SW, nil)
	w.str(` r="` + num(c.R))
	w.close("circle", c.Title)
	if href != "" {
		w.str("</a>\n")
	}
}

// paint writes fill, stroke, width and dashes.
func (w *svgWriter) paint(fill, stroke Paint, sw float64, dash []float64) {
	if w.o.Inline {
		between := ` class="`
		if !fill.None() && fill.Class != "" {
			w.str(between)
			w.b = appendEscaped(w.b, fill.Class, true)
			between = " "
		}
		if !stroke.None() && stroke.Class != "" {
			w.str(between)
			w.b = appendEscaped(w.b, stroke.Class, true)
			w.byte('s')
			between = ""
		}
		if between != ` class="` {
			w.byte('"')
		}
	}
	switch {
	case fill.None():
		w.str(` fill="none"`)
	case fill.Hex != w.glyphs.color && (!w.o.Inline || fill.Class == ""):
		w.attr("fill", w.hex(fill))
	}
	if stroke.None() {
		return
	}
	if !w.o.Inline || stroke.Class == "" {
		w.attr("stroke", w.hex(stroke))
	}
	w.mm("stroke-width", sw)
	if dashed(dash) {
		w.str(` stroke-dasharray="`)
		for i, d := range dash {
			if i > 0 {
				w.byte(' ')
			}
			w.num(d)
		}
		w.byte('"')
	}
}

// hex is a colour in the fewest characters: "#FFF" for "#FFFFFF" in a label.
func (w *svgWriter) hex(p Paint) string {
	h := p.Hex
	if w.o.Text == Outline && len(h) == 7 && h[1] == h[2] && h[3] == h[4] && h[5] == h[6] {
		return string([]byte{'#', h[1], h[3], h[5]})
	}
	return h
}

// appendFixed7 writes a scale factor with the digits that keep the width of a
// page exact to a micrometre.
func appendFixed7(b []byte, v float64) []byte {
	at := len(b)
	b = appendFixed(b, v, 7)
	if len(b) > at+1 && b[at] == '0' {
		b = append(b[:at], b[at+1:]...)
	}
	return b
}

// The SVG renderer: the drawing's frame and its shapes. Text is in svgtext.go.
//
// Two kinds of SVG come out of here. Labels are outlines from the built-in
// fonts, self-contained, from a short list of elements. Charts keep their text
// and, put inline into a page, carry classes in place of colours.

package draw

import (
	"bytes"
	"math"
	"strconv"
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

// svgWriter holds what one call of SVG needs.
type svgWriter struct {
	bytes.Buffer
	o       SVGOptions
	glyphs  glyphSet
	shapes  shapeSet
	scratch []byte
}

// SVG writes the list as one svg element, ending in a line end. The same list
// and options give the same bytes. It returns nil for a list that Check refuses.
func SVG(l *List, o SVGOptions) []byte {
	if l.Check() != nil {
		return nil
	}
	w := &svgWriter{o: o}
	if o.Text == Outline {
		w.glyphs.collect(l, o.IDPrefix)
		w.shapes.byPath = map[string]*shapeUse{}
		w.shapes.collect(l.Items, o.IDPrefix)
		w.Grow(32 << 10) // a label
	}
	w.head(l)
	w.items(l.Items)
	w.WriteString("</svg>\n")
	return w.Bytes()
}

// head writes the opening tag, the title, the description and the metadata.
func (w *svgWriter) head(l *List) {
	w.WriteString("<svg")
	if !w.o.Inline {
		w.WriteString(` xmlns="http://www.w3.org/2000/svg"`)
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
	w.WriteString(">\n")
	w.note("title", "-t", l.Title)
	w.note("desc", "-d", l.Desc)
	w.note("metadata", "-m", w.o.Metadata)
}

func (w *svgWriter) note(tag, suffix, text string) {
	if text == "" {
		return
	}
	w.WriteString("<" + tag)
	if w.o.IDPrefix != "" {
		w.attr("id", w.o.IDPrefix+suffix)
	}
	w.WriteString(">" + escapeText(text) + "</" + tag + ">\n")
}

func (w *svgWriter) attr(name, value string) {
	w.WriteByte(' ')
	w.WriteString(name)
	w.WriteString(`="`)
	w.WriteString(escape(value))
	w.WriteByte('"')
}

func (w *svgWriter) mm(name string, v float64) {
	w.WriteByte(' ')
	w.WriteString(name)
	w.WriteString(`="`)
	w.scratch = appendUM(w.scratch[:0], um(v))
	w.Write(w.scratch)
	w.WriteByte('"')
}

func (w *svgWriter) items(items []Item) {
	for i := 0; i < len(items); i++ {
		switch it := items[i].(type) {
		case Rect:
			// A QR code is some hundreds of plain rectangles of one paint; as
			// one path they take a tenth of the bytes.
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
			}
			w.path([]Point{{it.X1, it.Y1}, {it.X2, it.Y2}}, fill, it.Stroke, it.SW, it.Dash, "", false)
		case Polyline:
			w.path(it.Points, Paint{}, it.Stroke, it.SW, it.Dash, it.Title, true)
		case Polygon:
			if n := polygonRun(items[i:]); n > 1 && w.o.Text == Outline {
				w.WriteString("<g")
				w.paint(it.Fill, it.Stroke, it.SW, nil)
				w.WriteString(">")
				for _, p := range items[i : i+n] {
					w.shape(p.(Polygon), false)
				}
				w.WriteString("</g>\n")
				i += n - 1
				continue
			}
			w.polygon(it)
		case Circle:
			w.circle(it)
		case Text:
			w.text(it)
		case Group:
			w.group(it)
		}
	}
}

func (w *svgWriter) group(g Group) {
	if len(g.Items) == 0 {
		return
	}
	w.WriteString(`<g transform="`)
	if g.Turn {
		w.WriteString("matrix(0 1-1 0 ")
	} else {
		w.WriteString("translate(")
	}
	w.WriteString(num(g.X) + " " + num(g.Y) + ")\">\n")
	w.items(g.Items)
	w.WriteString("</g>\n")
}

// rects writes plain rectangles as one path. On a common grid each is a stroke
// one unit wide through its middle, a third of the bytes of its outline.
func (w *svgWriter) rects(items []Item, fill Paint) {
	w.WriteString("<path")
	b := w.scratch[:0]
	px, py := 0, 0
	if g, ok := onGrid(items); ok {
		if w.o.Text == Outline {
			w.attr("stroke", w.hex(fill)) // nothing to fill, and 1 is the usual width
		} else {
			w.paint(Paint{}, fill, 1, nil)
		}
		unit := fixed7(g.unit)
		w.WriteString(` transform="matrix(` + unit + " 0 0 " + unit + " " + num(g.x) + " " + num(g.y+g.unit/2) + `)" d="`)
		rows, columns := g.upright()
		for _, c := range rows {
			if len(b) == 0 {
				b = append(b, 'M')
			} else {
				b = append(b, 'm')
			}
			b = appendPair(b, 1000*(c[0]-px), 1000*(c[1]-py))
			b = appendUM(append(b, 'h'), 1000*c[2])
			px, py = c[0]+c[2], c[1]
		}
		half := 500 // from the middle of rows to the middle of columns, once
		for _, c := range columns {
			if len(b) == 0 {
				b = append(b, 'M')
			} else {
				b = append(b, 'm')
			}
			b = appendPair(b, 1000*(c[0]-px)+half, 1000*(c[1]-py)-half)
			half = 0
			b = appendUM(append(b, 'v'), 1000*c[2])
			px, py = c[0], c[1]+c[2]
		}
	} else {
		w.paint(fill, Paint{}, 0, nil)
		w.WriteString(` d="`)
		for i, it := range items {
			r := it.(Rect)
			// Edges are rounded and moves are their differences: neighbours
			// meet, and errors do not add up.
			x, y := um(r.X), um(r.Y)
			wd, ht := um(r.X+r.W)-x, um(r.Y+r.H)-y
			if i == 0 {
				b = append(b, 'M')
			} else {
				b = append(b, 'm')
			}
			b = appendPair(b, x-px, y-py)
			b = appendUM(append(b, 'h'), wd)
			b = appendUM(append(b, 'v'), ht)
			b = appendUM(append(b, 'h'), -wd)
			b = append(b, 'z')
			px, py = x, y
		}
	}
	w.Write(b)
	w.scratch = b
	w.WriteString("\"/>\n")
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
	w.WriteString("<rect")
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
	w.WriteString("<path")
	w.paint(fill, stroke, sw, dash)
	if round {
		w.WriteString(` stroke-linejoin="round"`)
	}
	w.WriteString(` d="`)
	b := w.scratch[:0]
	px, py := 0, 0
	for i, p := range pts {
		x, y := um(p.X), um(p.Y)
		switch {
		case i == 0:
			b = appendPair(append(b, 'M'), x, y)
		case y == py:
			b = appendUM(append(b, 'h'), x-px)
		case x == px:
			b = appendUM(append(b, 'v'), y-py)
		default:
			b = appendPair(append(b, 'l'), x-px, y-py)
		}
		px, py = x, y
	}
	w.Write(b)
	w.scratch = b
	w.close("path", title)
}

// close ends an element whose last attribute is still open, with a tooltip if
// it has one.
func (w *svgWriter) close(tag, title string) {
	if title == "" {
		w.WriteString("\"/>\n")
		return
	}
	w.WriteString("\"><title>" + escapeText(title) + "</title></" + tag + ">\n")
}

// end ends an element after a whole attribute, with its tooltip. Labels have none:
// they keep to the short list of elements.
func (w *svgWriter) end(tag, title string) {
	if title == "" || w.o.Text == Outline {
		w.WriteString("/>\n")
		return
	}
	w.WriteString("><title>" + escapeText(title) + "</title></" + tag + ">\n")
}

func (w *svgWriter) polygon(p Polygon) {
	if len(p.Points) < 3 {
		return
	}
	if w.o.Text == Outline {
		w.shape(p, true)
		return
	}
	w.WriteString("<polygon")
	w.paint(p.Fill, p.Stroke, p.SW, nil)
	w.WriteString(` points="`)
	b := w.scratch[:0]
	for i, pt := range p.Points {
		if i == 0 {
			b = appendPair(b, um(pt.X), um(pt.Y))
			continue
		}
		b = appendNext(b, um(pt.X))
		b = appendNext(b, um(pt.Y))
	}
	w.Write(b)
	w.scratch = b
	w.WriteByte('"')
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
		w.WriteString("<path")
		w.paint(c.Fill, c.Stroke, c.SW, nil)
		r := num(c.R)
		w.WriteString(` d="M` + string(appendPair(nil, um(c.X-c.R), um(c.Y))) + "a" + r + " " + r + " 0 1 0 " + num(2*c.R) + " 0a" + r + " " + r + " 0 1 0 " + num(-2*c.R) + " 0z")
		w.close("path", "")
		return
	}
	if href != "" {
		w.WriteString("<a")
		w.attr("href", href)
		w.WriteString(">")
	}
	w.WriteString("<circle")
	w.mm("cx", c.X)
	w.mm("cy", c.Y)
	w.paint(c.Fill, c.Stroke, c.SW, nil)
	w.WriteString(` r="` + num(c.R))
	w.close("circle", c.Title)
	if href != "" {
		w.WriteString("</a>\n")
	}
}

// paint writes fill, stroke, width and dashes.
func (w *svgWriter) paint(fill, stroke Paint, sw float64, dash []float64) {
	class := ""
	if w.o.Inline {
		if !fill.None() && fill.Class != "" {
			class = fill.Class
		}
		if !stroke.None() && stroke.Class != "" {
			if class != "" {
				class += " "
			}
			class += stroke.Class + "s"
		}
	}
	if class != "" {
		w.attr("class", class)
	}
	switch {
	case fill.None():
		w.WriteString(` fill="none"`)
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
		w.WriteString(` stroke-dasharray="`)
		for i, d := range dash {
			if i > 0 {
				w.WriteByte(' ')
			}
			w.WriteString(num(d))
		}
		w.WriteByte('"')
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

// fixed7 prints a scale factor with the digits that keep the width of a page
// exact to a micrometre.
func fixed7(v float64) string {
	s := strconv.FormatFloat(math.Round(v*1e7)/1e7, 'f', -1, 64)
	if len(s) > 1 && s[0] == '0' {
		return s[1:]
	}
	return s
}

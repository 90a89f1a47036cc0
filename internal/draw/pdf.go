// The PDF renderer. gofpdf writes the page, its shapes and the document's
// information; fonts and what gofpdf has no call for are added by the
// incremental update of pdfpost.go.

package draw

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/jung-kurt/gofpdf"
)

// Info is what a PDF says of itself.
type Info struct {
	Title, Author, Subject string
	// Keywords must be ASCII if programs are to find them in the file's bytes.
	Keywords string
	// Description is the XMP dc:description.
	Description string
}

// PDFOptions say how a list is written as PDF.
type PDFOptions struct {
	Info Info
	// Date is written as date of creation and change, in UTC. It must be set:
	// a document dated by the clock would differ from run to run.
	Date time.Time
}

// producer names the writer in the document's information.
const producer = "jouleboard"

// PDF writes the list as a document of one page, the list's size. The same list
// and options give the same bytes. Every character must be in a font: check
// with HasGlyphs.
func PDF(l *List, o PDFOptions) ([]byte, error) {
	if o.Date.IsZero() {
		return nil, fmt.Errorf("pdf %q: no date given; set PDFOptions.Date", l.Title)
	}
	date := o.Date.UTC()
	f := gofpdf.NewCustom(&gofpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: gofpdf.SizeType{Wd: l.W, Ht: l.H}})
	f.SetCatalogSort(true)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.SetProducer(producer, false)
	f.SetTitle(textString(o.Info.Title), false)
	f.SetAuthor(textString(o.Info.Author), false)
	f.SetSubject(textString(o.Info.Subject), false)
	f.SetKeywords(textString(o.Info.Keywords), false)
	f.SetCreationDate(date)
	f.SetModificationDate(date)
	f.SetXmpMetadata(xmp(l, o.Info, date))

	fonts := newPDFFonts(l)
	for _, pf := range fonts.list {
		// A placeholder that takes an object number and a resource name; the
		// update puts the embedded font in its place.
		f.AddFontFromBytes(pf.family(), "", []byte(`{"Tp":"Core","Name":"`+pf.placeholder()+`"}`), nil)
	}
	f.AddPage()
	p := pdfPage{f: f, fonts: fonts, lines: fonts.lines}
	for i := 0; i < len(l.Items); i++ {
		if n := plainRun(l.Items[i:]); n > 2 && p.grid(l, l.Items[i:i+n]) {
			i += n - 1
			continue
		}
		p.item(l.Items[i])
	}
	var buf bytes.Buffer
	buf.Grow(32 << 10)
	if err := f.Output(&buf); err != nil {
		return nil, fmt.Errorf("pdf %q: %w", l.Title, err)
	}
	out, err := appendUpdate(buf.Bytes(), fonts, lang(l))
	if err != nil {
		return nil, fmt.Errorf("pdf %q: %w", l.Title, err)
	}
	return out, nil
}

func lang(l *List) string {
	if l.Lang == "" {
		return "en"
	}
	return l.Lang
}

// textString is a PDF text string: ASCII as it is, else UTF-16 with its mark.
// gofpdf's own conversion ends the program at bytes that are not UTF-8, and has
// no characters beyond the basic plane.
func textString(s string) string {
	if isASCII(s) {
		return s
	}
	b := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		b = be.AppendUint16(b, u)
	}
	return string(b)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// pdfPage draws items. It remembers what is set, so that equal settings are not
// written again.
type pdfPage struct {
	f      *gofpdf.Fpdf
	fonts  *pdfFonts
	lines  [][]placed // the text items' glyphs, in order
	fill   string
	stroke string
	text   string
	sw     float64
	font   string
	pt     float64
	dashed bool
}

func rgb(hex string) (r, g, b int) {
	v, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	return int(v >> 16 & 255), int(v >> 8 & 255), int(v & 255)
}

// style sets colours and returns gofpdf's word for filling and stroking; "" for
// neither.
func (p *pdfPage) style(fill, stroke Paint, sw float64) string {
	s := ""
	if !fill.None() {
		s = "F"
		if p.fill != fill.Hex {
			p.f.SetFillColor(rgb(fill.Hex))
			p.fill = fill.Hex
		}
	}
	if !stroke.None() {
		s += "D"
		if p.stroke != stroke.Hex {
			p.f.SetDrawColor(rgb(stroke.Hex))
			p.stroke = stroke.Hex
		}
		if p.sw != sw {
			p.f.SetLineWidth(sw)
			p.sw = sw
		}
	}
	return s
}

func (p *pdfPage) dash(d []float64) {
	if len(d) == 0 && !p.dashed {
		return
	}
	p.dashed = len(d) > 0
	p.f.SetDashPattern(d, 0)
}

func (p *pdfPage) item(it Item) {
	f := p.f
	switch it := it.(type) {
	case Rect:
		if s := p.style(it.Fill, it.Stroke, it.SW); s == "" {
			return
		} else if it.R > 0 {
			f.RoundedRect(it.X, it.Y, it.W, it.H, it.R, "1234", s)
		} else {
			f.Rect(it.X, it.Y, it.W, it.H, s)
		}
	case Line:
		if p.style(Paint{}, it.Stroke, it.SW) == "" {
			return
		}
		p.dash(it.Dash)
		f.Line(it.X1, it.Y1, it.X2, it.Y2)
		p.dash(nil)
	case Polyline:
		if len(it.Points) < 2 || p.style(Paint{}, it.Stroke, it.SW) == "" {
			return
		}
		p.dash(it.Dash)
		f.SetLineJoinStyle("round")
		f.MoveTo(it.Points[0].X, it.Points[0].Y)
		for _, pt := range it.Points[1:] {
			f.LineTo(pt.X, pt.Y)
		}
		f.DrawPath("D")
		f.SetLineJoinStyle("miter")
		p.dash(nil)
	case Polygon:
		s := p.style(it.Fill, it.Stroke, it.SW)
		if s == "" || len(it.Points) < 3 {
			return
		}
		// Own path rather than gofpdf's Polygon: that one repeats the first
		// point, which leaves a notch in the outline, and writes more digits
		// than print can show.
		f.MoveTo(it.Points[0].X, it.Points[0].Y)
		for _, pt := range it.Points[1:] {
			f.LineTo(pt.X, pt.Y)
		}
		f.ClosePath()
		f.DrawPath(s)
	case Circle:
		if s := p.style(it.Fill, it.Stroke, it.SW); s != "" {
			f.Circle(it.X, it.Y, it.R, s)
		}
	case Text:
		if it.S == "" {
			return
		}
		p.line(it, p.lines[0])
		p.lines = p.lines[1:]
	}
}

// grid draws plain rectangles as cells of their common grid, if they have one.
func (p *pdfPage) grid(l *List, items []Item) bool {
	g, ok := onGrid(items)
	if !ok {
		return false
	}
	p.style(items[0].(Rect).Fill, Paint{}, 0)
	const k = 72 / 25.4 // points a millimetre
	var b strings.Builder
	fmt.Fprintf(&b, "q %.5f 0 0 %.5f %.3f %.3f cm\n", g.unit*k, -g.unit*k, g.x*k, (l.H-g.y)*k)
	for _, c := range g.cells {
		fmt.Fprintf(&b, "%d %d %d 1 re\n", c[0], c[1], c[2])
	}
	b.WriteString("f Q")
	p.f.RawWriteStr(b.String())
	return true
}

// line draws a line of text as runs of one font without gaps.
func (p *pdfPage) line(t Text, ps []placed) {
	if t.Color.None() || len(ps) == 0 {
		return
	}
	if p.text != t.Color.Hex {
		p.f.SetTextColor(rgb(t.Color.Hex))
		p.text = t.Color.Hex
	}
	last := ps[len(ps)-1]
	x0 := start(t, last.x+last.adv)
	for i := 0; i < len(ps); {
		if ps[i].gid == 0 {
			i++
			continue
		}
		j := i
		for j < len(ps) && ps[j].gid != 0 && ps[j].f == ps[i].f {
			j++
		}
		pf := p.fonts.of(ps[i].f)
		if p.font != pf.family() || p.pt != t.Pt {
			p.font, p.pt = pf.family(), t.Pt
			p.f.SetFont(p.font, "", t.Pt)
		}
		p.f.Text(x0+float64(ps[i].x)*t.Pt*PtMM/1000, t.Y, pf.codes(ps[i:j]))
		i = j
	}
}

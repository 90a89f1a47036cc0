// Layout: a design and the fields of one label to a display list.

package label

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

var fieldRef = regexp.MustCompile(`\{([^{}]*)\}`)

// box is where an element's ink is, for the overlap check.
type box struct {
	id             string
	x1, y1, x2, y2 float64
	text           bool
	solid          bool // a filled rectangle: text may stand on it
	edge           bool // one side of a rectangle's stroke
	color          string
	fill           string  // of stars
	shows          string  // stars, qr, or a text with its {fields}
	line           string  // the words, of a text
	el             int     // the element's place in the design
	row            float64 // the baseline of a text that stands once a row
}

// name is the element for messages.
func (b *box) name() string {
	if b.row != 0 {
		return b.id + "/" + strconv.FormatFloat(b.row, 'f', -1, 64)
	}
	return name(b.id)
}

// layout is one drawing in the making.
type layout struct {
	ds       *Design
	look     string
	scale    float64 // from the design's numbers to the drawing's
	f        fields
	facts    []fact
	in       ratingShape
	code     func() (*draw.QR, error)
	list     *draw.List
	boxes    []box
	findings result.Findings
	at       int    // the element being drawn
	cuts     []int  // elements whose text was cut short
	said     []said // the texts, whole
}

// ratingShape is what the row of stars shows.
type ratingShape struct{ min, max float64 }

// run draws every element that is to be shown.
func (lo *layout) run() error {
	for i := range lo.ds.Elements {
		e := &lo.ds.Elements[i]
		if e.When != "" && lo.f[e.When] == "" {
			continue
		}
		lo.at = i
		if err := lo.element(e); err != nil {
			return err
		}
		if len(lo.boxes) > maxBoxes {
			return problem("LBL-DESIGN", "remove elements, lines or rows", "the design draws more than %d things on one label", maxBoxes)
		}
	}
	return nil
}

// box notes where ink is.
func (lo *layout) box(b box) {
	b.el = lo.at
	lo.boxes = append(lo.boxes, b)
}

func (lo *layout) paint(name string) draw.Paint {
	if name == "" {
		return draw.Paint{}
	}
	return draw.Paint{Hex: lo.ds.color(lo.look, name)}
}

// add puts items on the list, in the drawing's size.
func (lo *layout) add(items ...draw.Item) {
	if lo.scale != 1 {
		for i, it := range items {
			items[i] = scaled(it, lo.scale)
		}
	}
	lo.list.Add(items...)
}

// scaled multiplies every length of an item by k.
func scaled(it draw.Item, k float64) draw.Item {
	switch v := it.(type) {
	case draw.Rect:
		v.X, v.Y, v.W, v.H, v.R, v.SW = v.X*k, v.Y*k, v.W*k, v.H*k, v.R*k, v.SW*k
		return v
	case draw.Line:
		v.X1, v.Y1, v.X2, v.Y2, v.SW = v.X1*k, v.Y1*k, v.X2*k, v.Y2*k, v.SW*k
		return v
	case draw.Polygon:
		for i := range v.Points {
			v.Points[i].X *= k
			v.Points[i].Y *= k
		}
		v.SW *= k
		return v
	case draw.Text:
		v.X, v.Y, v.Pt = v.X*k, v.Y*k, v.Pt*k
		return v
	}
	return it
}

func (lo *layout) element(e *Element) error {
	switch e.Kind {
	case "rect":
		lo.add(draw.Rect{X: e.X, Y: e.Y, W: e.W, H: e.H, Fill: lo.paint(e.Fill), Stroke: lo.paint(e.Stroke), SW: e.SW})
		if e.Fill != "" {
			lo.box(box{id: e.ID, x1: e.X, y1: e.Y, x2: e.X + e.W, y2: e.Y + e.H, solid: true, color: e.Fill})
		}
		if h := e.SW / 2; e.Stroke != "" && h > 0 {
			x2, y2 := e.X+e.W, e.Y+e.H
			for _, s := range [4][4]float64{{e.X, e.Y, x2, e.Y}, {e.X, y2, x2, y2}, {e.X, e.Y, e.X, y2}, {x2, e.Y, x2, y2}} {
				lo.box(box{id: e.ID, x1: s[0] - h, y1: s[1] - h, x2: s[2] + h, y2: s[3] + h, edge: true, color: e.Stroke})
			}
		}
	case "line":
		lo.add(draw.Line{X1: e.X1, Y1: e.Y1, X2: e.X2, Y2: e.Y2, Stroke: lo.paint(e.Stroke), SW: e.SW})
		h := e.SW / 2
		lo.box(box{id: e.ID, x1: min(e.X1, e.X2) - h, y1: min(e.Y1, e.Y2) - h, x2: max(e.X1, e.X2) + h, y2: max(e.Y1, e.Y2) + h, color: e.Stroke})
	case "star":
		lo.add(draw.Stars(e.CX, e.CY, e.R, e.Pitch, lo.in.min, lo.in.max, lo.paint(e.Fill), lo.paint(e.Stroke))...)
		lo.box(box{id: e.ID, x1: e.CX - e.R, y1: e.CY - e.R, x2: e.CX + 4*e.Pitch + e.R, y2: e.CY + 0.81*e.R, color: e.Stroke, fill: e.Fill, shows: "stars"})
	case "qr":
		qr, err := lo.code()
		if err != nil {
			return problem("LBL-E-QR", "use a shorter base_url", "%v", err)
		}
		items, err := qr.In(e.X*lo.scale, e.Y*lo.scale, e.Box*lo.scale)
		if err != nil {
			return problem("LBL-E-QR", "use a shorter base_url", "%v", err)
		}
		lo.list.Add(items...)
		lo.box(box{id: e.ID, x1: e.X, y1: e.Y, x2: e.X + e.Box, y2: e.Y + e.Box, shows: "qr"})
	case "text":
		if e.Repeat == "" {
			return lo.text(e, 0)
		}
		for i, row := range lo.facts {
			lo.f["fact_key"], lo.f["fact_value"] = row.key, row.value
			if err := lo.text(e, float64(i)*e.DY); err != nil {
				return err
			}
		}
	}
	return nil
}

// text fits and places one text element, dy below its place.
func (lo *layout) text(e *Element, dy float64) error {
	s := lo.fill(e.Text)
	if s == "" {
		return nil
	}
	if e.Repeat == "" {
		lo.said = append(lo.said, said{e, s})
	}
	ft := fitter{bold: e.Font == "bold", maxW: e.MaxW, wrapPt: e.WrapPt, fallback: lo.ds.fallback}
	x := e.X
	if e.After != "" {
		end, ok := lo.end(e.After)
		if !ok {
			return nil // there is nothing to follow
		}
		x = round4(end + e.X)
	}
	if e.Short != "" && !ft.fits(s, e.Pt) {
		if short := lo.fill(e.Short); short != "" {
			s = short
		}
	}
	lines, minPt := max(e.Lines, 1), e.MinPt
	if e.Overflow == "ellipsis" {
		lines, minPt = 1, e.Pt
	}
	var b block
	if e.Overflow == "error" {
		if !ft.fits(s, e.Pt) {
			return problem("LBL-E-FIT", "shorten the text, or give the element more room in the design", "%q does not fit %g mm at %g pt (element %s)", s, e.MaxW, e.Pt, cmp.Or(e.ID, e.Text))
		}
		b = block{lines: []string{s}, pt: e.Pt}
	} else if whole, ok := ft.line(s, e.Pt, minPt); ok {
		b = whole
	} else {
		b = ft.fit(s, e.Pt, minPt, lines, tail(e, s))
	}
	if b.cut {
		lo.cuts = append(lo.cuts, lo.at)
		lo.findings = append(lo.findings, result.Finding{Rule: "LBL-W-CUT", Level: result.Warn, Message: fmt.Sprintf("%q does not fit and is shortened to %q", s, strings.Join(b.lines, " ")),
			Hint: "nothing to do: the whole text is in the label's title, record or page"})
	}
	y := e.Y
	if len(b.lines) == 1 && e.YOne != 0 {
		y = e.YOne
	}
	lead := e.Lead
	if lead == 0 {
		lead = 1.24 * b.pt * draw.PtMM
	}
	align := draw.Left
	switch e.Align {
	case "c":
		align = draw.Center
	case "r":
		align = draw.Right
	}
	for i, line := range b.lines {
		t := draw.Text{X: x, Y: round4(y + dy + float64(i)*lead), Pt: b.pt, Bold: ft.bold, Color: lo.paint(e.Color), Align: align, S: line}
		lo.add(t)
		wd := float64(ft.advance(line)) * b.pt * draw.PtMM / 1000
		from := t.X
		switch align {
		case draw.Center:
			from -= wd / 2
		case draw.Right:
			from -= wd
		}
		em, row := b.pt*draw.PtMM, 0.0
		if e.Repeat != "" {
			row = t.Y
		}
		lo.box(box{id: e.ID, row: row, x1: from, y1: t.Y - 0.72*em, x2: from + wd, y2: t.Y + 0.21*em, text: true, color: e.Color, shows: e.Text, line: line})
	}
	return nil
}

// tail is the end of a text that stays where the text is cut: the build of a
// model, and the last of several facts.
func tail(e *Element, s string) string {
	switch e.Text {
	case "{model}", "{provider}", "{maker}":
		return suffix.FindString(s)
	}
	if i := strings.LastIndex(s, dot); i > 0 && strings.Contains(e.Text, dot) {
		return s[i:]
	}
	return ""
}

// fill puts the fields into a text.
func (lo *layout) fill(s string) string {
	var out strings.Builder
	for {
		text, field, rest, ok := cutField(s)
		if out.Len() == 0 {
			switch {
			case !ok:
				return result.Normal(text)
			case text == "" && rest == "":
				return result.Normal(lo.f[field])
			}
		}
		out.WriteString(text)
		if !ok {
			return result.Normal(out.String())
		}
		out.WriteString(lo.f[field])
		s = rest
	}
}

// cutField cuts a text at its first {field}; ok is false if there is none, and
// before is the whole then.
func cutField(s string) (before, field, after string, ok bool) {
	open := -1
	for i := range len(s) {
		switch {
		case s[i] == '{':
			open = i
		case s[i] == '}' && open >= 0:
			return s[:open], s[open+1 : i], s[i+1:], true
		}
	}
	return s, "", "", false
}

// fieldsIn are the fields of a text.
func fieldsIn(s string) []string {
	var fs []string
	for {
		_, f, rest, ok := cutField(s)
		if !ok {
			return fs
		}
		fs, s = append(fs, f), rest
	}
}

// end is where the text of an element that was drawn ends.
func (lo *layout) end(id string) (x float64, ok bool) {
	for _, b := range lo.boxes {
		if b.id == id && b.text && b.row == 0 {
			x, ok = max(x, b.x2), true
		}
	}
	return x, ok
}

// asProblem returns the finding inside an error of Draw.
func asProblem(err error) (result.Finding, bool) {
	var p *Problem
	if errors.As(err, &p) {
		return p.Finding, true
	}
	return result.Finding{}, false
}

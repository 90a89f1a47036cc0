// Layout: a design and the fields of one label to a display list.

package label

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

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
	fill           string // of stars
	shows          string // stars, qr, or a text with its {fields}
	line           string // the words, of a text
	el             int    // the element's place in the design
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

// Subject is what the labels of one result have in common: what they say, and
// the code that they carry.
type Subject struct {
	d      *Designs
	in     Input
	w      *words
	fields fields
	facts  []fact
	alt    string
	record Record
	code   func() (*draw.QR, error)
	refuse error // why no label may say this; a badge still may
}

// Subject reads what the labels and the badge of a result say. It fails without a
// result.
func (d *Designs) Subject(in Input) (*Subject, error) {
	if in.Result == nil {
		return nil, problem("LBL-E-RESULT", "pass the result", "no result to draw a label of")
	}
	s := &Subject{d: d, in: in, w: d.words(in.Lang), record: in.record(), code: in.code(), refuse: in.check()}
	s.alt = in.alt(s.w)
	if s.refuse == nil {
		s.fields, s.facts = in.fields(s.w)
	}
	return s, nil
}

// Alt returns the label as one sentence in the site's language.
func (s *Subject) Alt() string { return s.alt }

// code encodes the address of the QR code once it is asked for, and once only.
func (in Input) code() func() (*draw.QR, error) {
	return sync.OnceValues(func() (*draw.QR, error) { return draw.NewQR(in.url()) })
}

// Draw lays a label out. The error is a *Problem as those of Subject.Draw.
func (d *Designs) Draw(in Input, style Style) (*Label, error) {
	s, err := d.Subject(in)
	if err != nil {
		return nil, err
	}
	return s.Draw(style)
}

// Draw lays one label out. The error is a *Problem with a rule of its own
// (LBL-E-...) if no label may say what the result's would, or if it cannot be put
// on one of that style.
func (s *Subject) Draw(style Style) (*Label, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	d, in, w := s.d, s.in, s.w
	style = style.full()
	ds, scale, err := d.choose(style)
	if err != nil {
		return nil, err
	}
	lb := &Label{Record: s.record, Alt: s.alt, date: in.date(), author: result.Normal(in.SiteTitle), prefix: "jb-" + in.hash() + "-" + style.tail()}
	lb.Record.Design, lb.Record.DesignSHA256, lb.Record.Size = ds.Name, ds.SHA256, style.Size
	if style.Look != LookColour {
		lb.Record.Look = style.Look
	}
	lb.look = style.Look

	drawn, f, facts := w, maps.Clone(s.fields), slices.Clone(s.facts)
	if missing := ds.lacks[w.lang]; len(missing) > 0 {
		drawn = d.words("en")
		f, facts = in.fields(drawn)
		lb.note(result.Note, "LBL-W-LANG", "put a TrueType font with these characters into labels/fonts and name it under fonts.fallback in the design",
			"the fonts of design %s lack %s, so the label's words are English", ds.Name, describe(missing))
	}
	lb.title = f["model"]
	if in.Rating.Rated {
		lb.title += ", " + f["rating"]
	}
	lb.script(in, ds, f, facts)

	if style.NoFrame {
		delete(f, "frame")
	}
	page := sizes[style.Size]
	lo := &layout{ds: ds, look: style.Look, scale: scale, f: f, facts: facts, in: ratingShape{in.Rating.Min, in.Rating.Max}, code: s.code,
		list: &draw.List{W: page.W, H: page.H, Title: lb.title, Desc: lb.Alt, Lang: w.lang, Fallback: ds.fallback}}
	lo.boxes = make([]box, 0, len(ds.Elements)+2*len(facts)+4)
	lo.list.Items = make([]draw.Item, 0, cap(lo.boxes)+10)
	if err := lo.run(); err != nil {
		return nil, err
	}
	if d.custom[ds.Name+"/"+ds.Size] == ds {
		lo.markCustom(drawn.t("custom"))
		lb.Record.Custom = true
		lb.Alt = strings.TrimSuffix(lb.Alt, w.t("alt_stop")) + w.t("alt_clause") + w.t("custom") + w.t("alt_stop")
		lb.note(result.Warn, "LBL-W-CUSTOM", "mend the design's findings to draw it without this line", "design %s breaks rules of layout, so the label says %q", ds.Name, w.t("custom"))
	}
	if err := lo.list.Check(); err != nil {
		return nil, problem("LBL-E-DESIGN", "give the design's elements places, sizes and colours that can be drawn", "design %s: %v", ds.Name, err)
	}
	lo.list.Desc = in.describe(lb.Alt, lo, w)
	lb.Findings = append(lb.Findings, lo.findings...)
	lb.List, lb.boxes, lb.scale, lb.json = lo.list, lo.boxes, scale, lb.Record.JSON()
	return lb, nil
}

func (l *Label) note(level result.Level, rule, hint, format string, args ...any) {
	l.Findings = append(l.Findings, result.Finding{Rule: rule, Level: level, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// check refuses text that no label may carry, and addresses that a QR code must
// not lead to.
func (in Input) check() error {
	texts := [...][2]string{{"model name", in.Result.Model.Name}, {"provider", in.Result.Model.Provider}, {"site title", in.SiteTitle}, {"operating point", in.PointTitle},
		{"task", in.taskName()}, {"precision", in.Result.Model.Precision}, {"quantization", in.Result.Model.Quantization}, {"software", softwareName(in.Result.Software)},
		{"model title", in.displayName()}, {"hardware", in.acceleratorName()}, {"size class", in.Result.Model.SizeClass}}
	for _, t := range texts {
		if r, bad := forbidden(t[1]); bad {
			return problem("LBL-E-TEXT", "take the character out; labels carry no control, direction or private-use characters", "%s %q holds U+%04X", t[0], t[1], r)
		}
	}
	if s := in.Result.Source; s != nil {
		if r, bad := forbidden(s.Publisher); bad {
			return problem("LBL-E-TEXT", "take the character out; labels carry no control, direction or private-use characters", "publisher %q holds U+%04X", s.Publisher, r)
		}
	}
	if m := foreignMark(in.SiteTitle); m != "" {
		return problem("LBL-E-MARK", "change the title in content/site.yaml; "+markHint, "site title %q could be taken for the mark of others (%s)", in.SiteTitle, m)
	}
	switch u := in.url(); {
	case u == "":
		return problem("LBL-E-QR", "set base_url in content/site.yaml to the address at which the board is published", "the board has no base_url for the QR code to lead to")
	case !strings.HasPrefix(u, "https://") || strings.ContainsAny(u, " ?#\"<>\\"):
		return problem("LBL-E-QR", "use an absolute https address without query or fragment", "the QR code cannot lead to %q", u)
	}
	return nil
}

// script replaces what the fonts cannot draw: a model's name by its ASCII id,
// other text character by character.
func (l *Label) script(in Input, ds *Design, f fields, facts []fact) {
	if bad := undrawable(f["model"], ds.fallback); len(bad) > 0 {
		id := result.Normal(in.Result.Model.Name)
		if len(undrawable(id, ds.fallback)) > 0 {
			id = "Model " + in.hash()
		}
		l.note(result.Warn, "LBL-W-SCRIPT", "put a TrueType font with these characters into labels/fonts, unless the script needs shaping",
			"model name %q holds %s, which no font draws; the label shows %q", f["model"], describe(bad), id)
		f["model"] = id
	}
	uses := ds.uses
	draws := func(s string) bool {
		bad := undrawable(s, ds.fallback)
		if len(bad) > 0 {
			l.note(result.Warn, "LBL-W-SCRIPT", "put a TrueType font with these characters into labels/fonts, unless the script needs shaping",
				"%q below the model's name holds %s, which no font draws; the label leaves it out", s, describe(bad))
		}
		return len(bad) == 0
	}
	if uses["provider"] {
		f["provider"] = in.providerLine(f["model"], draws)
	}
	if uses["maker"] {
		f["maker"] = in.maker(draws)
	}
	fix := func(what, s string) string {
		bad := undrawable(s, ds.fallback)
		if len(bad) == 0 {
			return s
		}
		l.note(result.Warn, "LBL-W-SCRIPT", "put a TrueType font with these characters into labels/fonts", "%s %q holds %s, which no font draws", what, s, describe(bad))
		return drawable(s, ds.fallback)
	}
	for _, k := range ds.used {
		if s, ok := f[k]; ok {
			f[k] = fix(k, s)
		}
	}
	if uses["fact_value"] {
		for i := range facts {
			facts[i].value = fix(facts[i].key, facts[i].value)
		}
	}
}

// lacksOf returns what the design's fonts lack of each language's words, if they
// lack any. Characters of alternative texts count too: a language is either
// there or not.
func (ds *Design) lacksOf(langs map[string]*words) map[string][]rune {
	lacks := map[string][]rune{}
	for lang, w := range langs {
		if lang == "en" {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(w.s)) {
			if bad := undrawable(w.s[k], ds.fallback); len(bad) > 0 {
				lacks[lang] = append(lacks[lang], bad...)
			}
		}
	}
	return lacks
}

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
		em := b.pt * draw.PtMM
		id := e.ID
		if e.Repeat != "" {
			id += "/" + strconv.FormatFloat(t.Y, 'f', -1, 64)
		}
		lo.box(box{id: id, x1: from, y1: t.Y - 0.72*em, x2: from + wd, y2: t.Y + 0.21*em, text: true, color: e.Color, shows: e.Text, line: line})
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
		if b.id == id && b.text {
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

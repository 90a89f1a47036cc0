// What the labels of one result have in common, and the way from there to a label:
// which words are refused, which the fonts cannot draw, and what is noted of it.

package label

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

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
	lo.said = make([]said, 0, len(ds.Elements))
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

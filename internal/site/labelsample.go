// Pictures of labels in prose: the sizes and looks of a real one, the states of
// an invented one, and what the colours are to those who do not see them all.

package site

import (
	"fmt"
	"html/template"
	"path"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// labelSample is an invented label in one state.
type labelSample struct {
	key string // of its name in the interface's strings
	in  label.Input
}

// labelSamples are all states of a label. Every name says that it is invented,
// and the address leads to no board.
func (s *site) labelSamples() []labelSample {
	ci := result.Metric{Value: 9.39, CI95: &result.Interval{9.12, 9.66}, Provenance: result.ProvReported}
	res := result.Result{ID: strings.Repeat("0123456789abcdef", 4), Kind: result.KindDevice, MeasuredAt: "2026-05-01T00:00:00Z",
		Model: result.Model{Name: "example/Example-8B", Precision: "bfloat16"}, Hardware: &result.Hardware{Name: "Example accelerator", Count: 1},
		Boundary: &result.Boundary{Includes: "gpu"}, Metrics: map[string]result.Metric{label.Metric: ci}, Window: make([]result.Window, 5)}
	base := label.Input{Result: &res, Task: &catalog.Task{ID: "example", Title: "Example task"}, SiteTitle: s.msg.T("sample.site"), BaseURL: "https://example.org",
		PointTitle: "Example load", Lang: s.in.Site.Language, ToolVersion: s.opt.Tool.Version,
		Rating: rank.Rating{Rated: true, Stars: 3.5, Min: 3.5, Max: 3.5, ScaleID: "example-2026", Status: rank.StatusFrozen, Value: 9.39, Unit: "Wh"}}
	with := func(key string, change func(*label.Input, *result.Result)) labelSample {
		in, r := base, res
		in.Result = &r
		change(&in, &r)
		return labelSample{key, in}
	}
	one := func(m result.Metric) map[string]result.Metric { return map[string]result.Metric{label.Metric: m} }
	return []labelSample{
		with("rated", func(*label.Input, *result.Result) {}),
		with("spans", func(in *label.Input, _ *result.Result) { in.Rating.Min, in.Rating.Max, in.Rating.Spans = 3, 3.5, true }),
		with("nointerval", func(_ *label.Input, r *result.Result) {
			r.Metrics = one(result.Metric{Value: 9.39, Provenance: result.ProvReported})
		}),
		with("estimated", func(_ *label.Input, r *result.Result) {
			r.Metrics = one(result.Metric{Value: 9.39, Provenance: result.ProvEstimated})
		}),
		with("unrated", func(in *label.Input, _ *result.Result) {
			in.Rating = rank.Rating{Code: "guard-hardware", Reason: "Not rated: different hardware (Example accelerator)"}
		}),
		with("noenergy", func(in *label.Input, r *result.Result) {
			r.Metrics, r.Boundary = nil, nil
			in.Rating = rank.Rating{Code: rank.CodeMetricMissing, Reason: "Not rated: no energy measured"}
		}),
		with("draft", func(in *label.Input, _ *result.Result) { in.Rating.Status = rank.StatusDraft }),
		with("flagged", func(in *label.Input, _ *result.Result) {
			in.Flag = &catalog.Flag{Date: "2026-06-01", Reason: "disputed"}
		}),
		with("superseded", func(in *label.Input, _ *result.Result) { in.Rating.Status = rank.StatusSuperseded }),
		with("withdrawn", func(in *label.Input, _ *result.Result) {
			in.Rating = rank.Rating{Code: rank.CodeWithdrawn, Reason: "Withdrawn 2026-06-01"}
			in.Withdrawal = &catalog.Withdrawal{Date: "2026-06-01", Reason: "misreported-model"}
		}),
	}
}

// labels shows labels in prose: of=sizes and of=looks of a result (board= or
// id=), of=states of an invented one, of=vision, and of=contrast as a table.
func (d *directives) labels(args map[string]string) (template.HTML, error) {
	switch args["of"] {
	case "sizes", "looks":
		return d.labelForms(args)
	case "states":
		return d.labelStates()
	case "vision":
		return d.labelVision()
	case "contrast":
		return d.labelContrast(), nil
	}
	return "", fmt.Errorf("of=%q: must be sizes, looks, states, vision or contrast", args["of"])
}

// labelForms shows one result in every size with its badge, or in every look.
func (d *directives) labelForms(args map[string]string) (template.HTML, error) {
	e, err := d.entryOf(args)
	if err != nil {
		return "", err
	}
	s := d.site
	if s.baseURL == "" {
		return template.HTML(`<p class="note">` + template.HTMLEscapeString(s.msg.T("label.none")) + `</p>`), nil
	}
	in := s.labelInput(e)
	var styles []label.Style
	if args["of"] == "sizes" {
		for _, size := range label.Sizes() {
			styles = append(styles, label.Style{Size: size})
		}
	} else {
		for _, look := range label.Looks() {
			styles = append(styles, label.Style{Size: label.SizeSmall, Look: look})
		}
	}
	var shown []samplePicture
	for _, style := range styles {
		l, err := s.in.Designs.Draw(in, style)
		if err != nil {
			return "", fmt.Errorf("label of %s: %w", e.Hash, err)
		}
		caption := s.sizeTitle(style.Size, "")
		if args["of"] == "looks" {
			caption = s.msg.T("look." + style.Look)
		}
		shown = append(shown, samplePicture{file: label.FileName(in, style, "svg"), svg: l.SVG(), size: style.Size, alt: l.Alt, caption: caption})
	}
	if args["of"] == "sizes" {
		badge, err := s.in.Designs.Badge(in, false)
		if err != nil {
			return "", fmt.Errorf("badge of %s: %w", e.Hash, err)
		}
		shown = append(shown, samplePicture{file: label.FileName(in, label.Style{Size: "badge"}, "svg"), svg: badge, alt: s.in.Designs.Alt(in), caption: s.msg.T("label.badge")})
	}
	class := "samples"
	if args["of"] == "sizes" {
		class += " to-scale" // the sizes are what is shown
	}
	return d.samples(class, shown)
}

// labelStates shows the small label in every state.
func (d *directives) labelStates() (template.HTML, error) {
	var shown []samplePicture
	for _, sm := range d.site.labelSamples() {
		l, err := d.site.in.Designs.Draw(sm.in, label.Style{Size: label.SizeSmall})
		if err != nil {
			return "", fmt.Errorf("sample %s: %w", sm.key, err)
		}
		shown = append(shown, samplePicture{file: "state-" + sm.key + ".svg", svg: plainSVG(l.List, "state-"+sm.key), size: label.SizeSmall, alt: l.Alt, caption: d.site.msg.T("sample." + sm.key)})
	}
	return d.samples("samples", shown)
}

// labelVision shows a label whose interval spans a boundary as it may look to
// people who do not see every colour, and on a printer without colour.
func (d *directives) labelVision() (template.HTML, error) {
	var in label.Input
	for _, sm := range d.site.labelSamples() {
		if sm.key == "spans" {
			in = sm.in
			in.Flag = &catalog.Flag{Date: "2026-06-01", Reason: "disputed"} // shows the alert colour too
		}
	}
	l, err := d.site.in.Designs.Draw(in, label.Style{Size: label.SizeSmall})
	if err != nil {
		return "", fmt.Errorf("sample of sight: %w", err)
	}
	shown := []samplePicture{{file: "vision-full.svg", svg: plainSVG(l.List, "vision-full"), size: label.SizeSmall, alt: l.Alt, caption: d.site.msg.T("vision.full")}}
	for _, v := range visions {
		seen := *l.List
		seen.Items = repaint(l.List.Items, v.see)
		shown = append(shown, samplePicture{file: "vision-" + v.key + ".svg", svg: plainSVG(&seen, "vision-"+v.key), size: label.SizeSmall, alt: l.Alt, caption: d.site.msg.T("vision." + v.key)})
	}
	return d.samples("samples", shown)
}

// plainSVG is a drawing without a record: what is invented or changed must not
// look like a label to a program.
func plainSVG(l *draw.List, id string) []byte {
	return draw.SVG(l, draw.SVGOptions{IDPrefix: id, Text: draw.Outline, Unit: "mm"})
}

// samplePicture is one picture of a directive. Size is "" for a badge.
type samplePicture struct {
	file, size, alt, caption string
	svg                      []byte
}

// samples puts pictures beside the page and shows them.
func (d *directives) samples(class string, shown []samplePicture) (template.HTML, error) {
	var b strings.Builder
	b.WriteString(`<div class="` + class + `">`)
	for _, p := range shown {
		name := path.Join(path.Dir(d.page), p.file)
		if d.r != nil && !d.put[name] {
			if d.put == nil {
				d.put = map[string]bool{}
			}
			d.put[name] = true
			if err := d.r.put(name, d.page, p.svg); err != nil {
				d.err = err
				return "", err
			}
		}
		w, h, class := 0, 0, ""
		if p.size != "" {
			w, h = pixels(p.size)
			class = ` class="label-img of-` + p.size + `"`
		} else {
			w, h, _ = svgSize(p.svg)
		}
		b.WriteString(`<figure><img` + class + ` src="` + template.HTMLEscapeString(relative(d.page, name)) + `" width="` + strconv.Itoa(w) + `" height="` + strconv.Itoa(h) +
			`" loading="lazy" alt="` + template.HTMLEscapeString(p.alt) + `"><figcaption>` + template.HTMLEscapeString(p.caption) + `</figcaption></figure>`)
	}
	b.WriteString(`</div>`)
	return template.HTML(b.String()), nil
}

// contrastRow is a colour of the palette, the colour that it stands on, and how
// much contrast it needs: 4.5 for text, 3 for what is no text.
type contrastRow struct {
	name, ground string
	need         float64
}

var contrastRows = []contrastRow{{"ink", "paper", 4.5}, {"grey", "paper", 4.5}, {"star", "paper", 3}, {"outline", "paper", 3}, {"alert", "paper", 4.5}, {"on-bar", "bar", 4.5}}

// labelContrast is the table of contrasts, computed from the design's palette.
func (d *directives) labelContrast() template.HTML {
	s := d.site
	head := []string{s.msg.T("contrast.colour"), s.msg.T("contrast.use"), s.msg.T("contrast.need")}
	for _, look := range label.Looks() {
		head = append(head, s.msg.T("contrast.look."+look))
	}
	head = append(head, s.msg.T("contrast.least"))
	ratio := func(v float64) string { return s.msg.Write(strconv.FormatFloat(v, 'f', 2, 64)) }
	var rows [][]any
	for _, r := range contrastRows {
		row := []any{r.name, s.msg.T("contrast.use." + r.name), ratio(r.need)}
		least := 0.0
		for _, look := range label.Looks() {
			p := s.in.Designs.Colors(label.Style{Look: look})
			if p[r.name] == "" || p[r.ground] == "" {
				break
			}
			row = append(row, ratio(label.Contrast(p[r.name], p[r.ground]))+",\u00a0"+p[r.name])
			if look == label.LookColour {
				least = leastContrast(p[r.name], p[r.ground])
			}
		}
		if len(row) == 3+len(label.Looks()) { // a design need not have a bar
			rows = append(rows, append(row, ratio(least)))
		}
	}
	left, on, off, gone := label.BadgeColors()
	for i, hex := range []string{left, on, off, gone} {
		rows = append(rows, []any{s.msg.T("contrast.badge"), s.msg.T("contrast.badge." + strconv.Itoa(i)), ratio(4.5), ratio(label.Contrast("#FFFFFF", hex)) + ",\u00a0" + hex,
			"–", "–", ratio(leastContrast("#FFFFFF", hex))})
	}
	return simpleTable(s.msg.T("contrast.title"), head, rows)
}

// leastContrast is the least contrast of two colours over all simulations.
func leastContrast(a, b string) float64 {
	least := label.Contrast(a, b)
	for _, v := range visions {
		least = min(least, label.Contrast(v.see(a), v.see(b)))
	}
	return least
}

// What makes a design valid: known fields and colours, the mandatory contents,
// sizes that can be read, contrast, and nothing over or outside anything.

package label

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// minTextPt is the smallest text in print, in points.
const minTextPt = 6.0

var hexColor = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// checker collects what is wrong with one design.
type checker struct {
	ds    *Design
	found result.Findings
}

func (c *checker) add(at, rule, hint, format string, args ...any) {
	c.found = append(c.found, result.Finding{Rule: rule, Level: result.Error, Where: c.ds.doc.Place(at), Message: fmt.Sprintf(format, args...), Hint: hint})
}

// check looks at everything that needs no drawing.
func (ds *Design) check() result.Findings {
	c := &checker{ds: ds}
	dim, ok := sizes[ds.Size]
	if !ok {
		c.add("/size", "LBL-DESIGN", "use one of: "+strings.Join(Sizes(), ", "), "size is %q", ds.Size)
		return c.found
	}
	ds.dim = dim
	for _, name := range slices.Sorted(maps.Keys(ds.Palette)) {
		if !hexColor.MatchString(ds.Palette[name]) {
			c.add("/palette/"+name, "LBL-DESIGN", "write colours as \"#RRGGBB\"", "colour %s is %q", name, ds.Palette[name])
		}
	}
	if len(ds.Elements) > maxElements {
		c.add("/elements", "LBL-DESIGN", "a label holds some dozens", "%d elements, at most %d are allowed", len(ds.Elements), maxElements)
		return c.found
	}
	for i := range ds.Elements {
		c.element(i, &ds.Elements[i])
	}
	if len(c.found) > 0 {
		return c.found
	}
	if len(ds.Elements) == 0 || !covers(ds.Elements[0], dim) {
		c.add("/elements/0", "LBL-GROUND", "begin with {kind: rect, x: 0, y: 0, w: "+num(dim.W)+", h: "+num(dim.H)+", fill: paper}", "the first element does not paint the whole label")
	}
	c.mandatory()
	return c.found
}

func num(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func covers(e Element, d size) bool {
	return e.Kind == "rect" && e.Fill != "" && e.When == "" && e.X <= 0 && e.Y <= 0 && e.X+e.W >= d.W && e.Y+e.H >= d.H
}

// element checks one element by itself.
func (c *checker) element(i int, e *Element) {
	at := "/elements/" + strconv.Itoa(i)
	keys, ok := elementKeys[e.Kind]
	if !ok {
		c.add(at+"/kind", "LBL-DESIGN", "use one of: "+strings.Join(slices.Sorted(maps.Keys(elementKeys)), ", "), "kind is %q", e.Kind)
		return
	}
	required, optional, _ := strings.Cut(keys, "|")
	allowed := map[string]bool{"kind": true, "id": true, "when": true}
	for _, k := range strings.Fields(required) {
		allowed[k] = true
		if !c.ds.doc.Has(at + "/" + k) {
			c.add(at, "LBL-DESIGN", "add "+k+":", "%s %swithout %s", e.Kind, cmp.Or(quoteID(e.ID), ""), k)
		}
	}
	for _, k := range strings.Fields(optional) {
		allowed[k] = true
	}
	for _, k := range c.ds.doc.Keys(at) {
		if !allowed[k] {
			c.add(at+"/"+k, "LBL-DESIGN", "remove it", "a %s takes no %s", e.Kind, k)
		}
	}
	for _, v := range []struct {
		key string
		v   float64
	}{{"x", e.X}, {"y", e.Y}, {"w", e.W}, {"h", e.H}, {"x1", e.X1}, {"y1", e.Y1}, {"x2", e.X2}, {"y2", e.Y2}, {"sw", e.SW}, {"cx", e.CX}, {"cy", e.CY},
		{"r", e.R}, {"pitch", e.Pitch}, {"box", e.Box}, {"pt", e.Pt}, {"max_w", e.MaxW}, {"lead", e.Lead}, {"y_one", e.YOne}, {"min_pt", e.MinPt}, {"wrap_pt", e.WrapPt}, {"dy", e.DY}} {
		if math.IsNaN(v.v) || math.Abs(v.v) > 1000 || v.v < 0 && !strings.HasPrefix(v.key, "x") && !strings.HasPrefix(v.key, "y") {
			c.add(at+"/"+v.key, "LBL-DESIGN", "lengths are millimetres from 0 to 1000, sizes points", "%s is %v", v.key, v.v)
		}
	}
	for _, p := range [][2]string{{"fill", e.Fill}, {"stroke", e.Stroke}, {"color", e.Color}} {
		if _, ok := c.ds.Palette[p[1]]; p[1] != "" && !ok {
			c.add(at+"/"+p[0], "LBL-DESIGN", "add it to the palette, which has: "+strings.Join(slices.Sorted(maps.Keys(c.ds.Palette)), ", "), "no colour is named %q", p[1])
		}
	}
	if _, ok := fieldNames[e.When]; e.When != "" && !ok {
		c.add(at+"/when", "LBL-DESIGN", "fields are: "+strings.Join(slices.Sorted(maps.Keys(fieldNames)), ", "), "unknown field %q", e.When)
	}
	if e.Kind == "text" {
		c.text(at, e)
	}
}

func quoteID(id string) string {
	if id == "" {
		return ""
	}
	return strconv.Quote(id) + " "
}

func (c *checker) text(at string, e *Element) {
	for _, m := range fieldRef.FindAllStringSubmatch(e.Text, -1) {
		if _, ok := fieldNames[m[1]]; !ok {
			c.add(at+"/text", "LBL-DESIGN", "fields are: "+strings.Join(slices.Sorted(maps.Keys(fieldNames)), ", "), "unknown field %q", m[1])
		}
		if strings.HasPrefix(m[1], "fact_") && e.Repeat == "" {
			c.add(at+"/text", "LBL-DESIGN", "add repeat: facts and dy:", "field %s stands in rows only", m[1])
		}
	}
	if r, bad := forbidden(e.Text); bad {
		c.add(at+"/text", "LBL-E-TEXT", "take it out", "text holds U+%04X", r)
	}
	if bad := undrawable(fieldRef.ReplaceAllString(e.Text, ""), nil); len(bad) > 0 && len(c.ds.Fonts.Fallback) == 0 {
		c.add(at+"/text", "LBL-E-TEXT", "name a font that has them under fonts.fallback", "text holds %s, which the built-in fonts lack", describe(bad))
	}
	one := func(key, v string, ok ...string) {
		for _, o := range append(ok, "") {
			if v == o {
				return
			}
		}
		c.add(at+"/"+key, "LBL-DESIGN", "use one of: "+strings.Join(ok, ", "), "%s is %q", key, v)
	}
	one("font", e.Font, "regular", "bold")
	one("align", e.Align, "l", "c", "r")
	one("overflow", e.Overflow, "shrink-break-ellipsis", "ellipsis", "error")
	one("repeat", e.Repeat, "facts")
	if e.Repeat != "" && e.DY <= 0 {
		c.add(at, "LBL-DESIGN", "give the distance of rows in mm", "repeat without dy")
	}
	if e.Lines < 0 || e.Lines > 10 {
		c.add(at+"/lines", "LBL-DESIGN", "", "lines is %d, expected 1 to 10", e.Lines)
	}
	if least := e.MinPt; e.Pt < minTextPt || least != 0 && least < minTextPt {
		c.add(at+"/pt", "LBL-SMALL", "use 6 pt or more", "text of %g pt is too small to read in print", min(e.Pt, max(least, 0)+map[bool]float64{true: e.Pt}[least == 0]))
	}
}

// impliedBy says what else is set whenever a field is: an element for the field
// may depend on that as well.
var impliedBy = map[string][]string{
	"per": {"value"}, "per_short": {"value"}, "per_tiny": {"value"}, "ci": {"value"},
	"scale": {"rated"}, "scale_id": {"rated"}, "range": {"rated"}, "relative": {"rated"}, "relative_short": {"rated"}, "rating_short": {"rated"},
	"reason": {"unrated"}, "reason_short": {"unrated"}, "withdrawn": {"unrated"},
}

// mandatory checks that each field a size must show stands in a text that is
// drawn whenever the field is set.
func (c *checker) mandatory() {
	shown := map[string]bool{}
	brief := slices.Contains(c.ds.dim.mandatory, "reason_short")
	for _, e := range c.ds.Elements {
		switch e.Kind {
		case "star":
			shown["stars"] = shown["stars"] || e.When == "" || e.When == "rated"
		case "qr":
			shown["QR code"] = shown["QR code"] || e.When == ""
		case "text":
			for _, m := range fieldRef.FindAllStringSubmatch(e.Text, -1) {
				// On small labels the reason says that there is no rating.
				always := e.When == "" || e.When == m[1] || slices.Contains(impliedBy[m[1]], e.When) || brief && m[1] == "rating" && e.When == "rated"
				shown[m[1]] = shown[m[1]] || always
			}
		}
	}
	for _, need := range append([]string{"stars", "QR code"}, c.ds.dim.mandatory...) {
		oneOf := strings.Split(need, "|")
		if slices.ContainsFunc(oneOf, func(f string) bool { return shown[f] }) {
			continue
		}
		what := "{" + strings.Join(oneOf, "} or {") + "}"
		if fieldNames[oneOf[0]] == "" {
			what = need
		}
		c.add("/elements", "LBL-MANDATORY", "add an element for it, without when: or with one that it is set with", "a %s label must show %s (%s)", c.ds.Size, what, cmp.Or(fieldNames[oneOf[0]], "what the label is for"))
	}
}

// try draws the design in all states with texts at their longest, and reports
// what leaves the page, covers something else, or has too little contrast.
func (ds *Design) try(w *words) result.Findings {
	c := &checker{ds: ds}
	seen := map[string]bool{}
	once := func(rule, hint, format string, args ...any) {
		msg := fmt.Sprintf(format, args...)
		if !seen[rule+msg] {
			seen[rule+msg] = true
			c.add("/elements", rule, hint, "%s", msg)
		}
	}
	for _, s := range samples() {
		f, facts := s.in.fields(w)
		lo := &layout{ds: ds, look: LookColour, scale: 1, f: f, facts: facts, in: ratingShape{s.in.Rating.Min, s.in.Rating.Max}, url: s.in.url(), list: &draw.List{}}
		if err := lo.run(); err != nil {
			if p, ok := asProblem(err); ok {
				once(p.Rule, p.Hint, "%s: %s", s.name, p.Message)
			}
			continue
		}
		for i, b := range lo.boxes {
			if b.x1 < -1e-6 || b.y1 < -1e-6 || b.x2 > ds.dim.W+1e-6 || b.y2 > ds.dim.H+1e-6 {
				once("LBL-OUTSIDE", "move it or make it smaller", "element %s reaches outside the label when %s", cmp.Or(b.id, "without id"), s.name)
			}
			if b.solid {
				continue
			}
			for _, o := range lo.boxes[:i] {
				if !o.solid && b.x1 < o.x2-1e-6 && o.x1 < b.x2-1e-6 && b.y1 < o.y2-1e-6 && o.y1 < b.y2-1e-6 {
					once("LBL-OVERLAP", "move one of them, or give them different when:", "elements %s and %s overlap when %s", cmp.Or(o.id, "without id"), cmp.Or(b.id, "without id"), s.name)
				}
			}
			if b.color == "" {
				continue
			}
			ground := groundOf(lo.boxes[:i], b)
			need := 3.0
			if b.text {
				need = 4.5
			}
			if got := contrast(ds.color(LookColour, b.color), ds.color(LookColour, ground)); got < need {
				once("LBL-CONTRAST", "use a darker or lighter colour", "element %s has a contrast of %.2f on %s, %.1f needed", cmp.Or(b.id, "without id"), got, ground, need)
			}
		}
	}
	return c.found
}

// groundOf is the colour under a box: the last filled rectangle that holds it.
func groundOf(below []box, b box) string {
	for i := len(below) - 1; i >= 0; i-- {
		if o := below[i]; o.solid && o.x1 <= b.x1 && o.y1 <= b.y1 && o.x2 >= b.x2 && o.y2 >= b.y2 {
			return o.color
		}
	}
	return below[0].color // the ground, which covers the whole label
}

// contrast is the WCAG 2 contrast ratio of two colours.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	v, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	lin := func(c uint64) float64 {
		s := float64(c&255) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(v>>16) + 0.7152*lin(v>>8) + 0.0722*lin(v)
}

// sample is an input that designs are tried with.
type sample struct {
	name string
	in   Input
}

// samples are all states of a label with long texts. Their names are invented
// and say so.
func samples() []sample {
	n := func(v float64) *float64 { return &v }
	res := &result.Result{ID: strings.Repeat("0123456789abcdef", 4), Kind: result.KindDevice, MeasuredAt: "2026-01-31T12:00:00Z",
		Model:    result.Model{Name: "example-organisation/Example-Model-Name-Of-Some-Length-235B-A22B-Instruct-2507-FP8", Precision: "bfloat16", SizeClass: "A"},
		Hardware: &result.Hardware{Name: "Example Accelerator 141GB HBM3e SXM", Count: 8},
		Workload: result.Workload{Task: "text_generation_example", Load: &result.Load{Mode: result.LoadOpen, RatePerS: n(12.5)}},
		Boundary: &result.Boundary{Includes: "gpu+cpu+dram"}, Software: &result.Software{Engine: &result.Tool{Name: "example-engine", Version: "10.11.12"}},
		Metrics: map[string]result.Metric{Metric: {Value: 9999, CI95: &result.Interval{9888, 9999}, Provenance: result.ProvEstimated}},
		Window:  make([]result.Window, 10),
	}
	base := Input{Result: res, SiteTitle: "An example board with a title of some length", BaseURL: "https://example.org/a-board-with-a-path",
		Rating: rank.Rating{Rated: true, Stars: 3, Min: 2.5, Max: 3.5, Spans: true, ScaleID: "example-202612", Status: rank.StatusFrozen, Value: 9999, Unit: "Wh"}}
	with := func(name string, f func(*Input)) sample {
		s := sample{name: name, in: base}
		f(&s.in)
		return s
	}
	noCI := *res
	noCI.Metrics = map[string]result.Metric{Metric: {Value: 1.5, Provenance: result.ProvReported}}
	noEnergy := *res
	noEnergy.Metrics = nil
	shortName := noCI
	shortName.Model.Name = "example/Short"
	return []sample{
		with("rated with an interval", func(*Input) {}),
		with("rated", func(in *Input) { in.Result = &shortName; in.Rating.Spans = false }),
		with("rated by a live scale", func(in *Input) { in.Rating.Relative = true }),
		with("flagged", func(in *Input) { in.Flag = &catalog.Flag{Date: "2026-12-31"} }),
		with("superseded", func(in *Input) { in.Rating.Status = rank.StatusSuperseded }),
		with("draft", func(in *Input) { in.Rating.Status = rank.StatusDraft }),
		with("not rated", func(in *Input) {
			in.Rating = rank.Rating{Code: "guard-hardware", Reason: "Not rated: different hardware (Example Accelerator 141GB HBM3e SXM, liquid cooled)"}
		}),
		with("not rated without energy", func(in *Input) {
			in.Result, in.Rating = &noEnergy, rank.Rating{Code: rank.CodeMetricMissing, Reason: "Not rated: no energy measured"}
		}),
		with("withdrawn", func(in *Input) {
			in.Rating = rank.Rating{Code: rank.CodeWithdrawn, Reason: "Withdrawn 2026-12-31"}
			in.Withdrawal = &catalog.Withdrawal{Date: "2026-12-31", Reason: "misreported-model"}
		}),
	}
}

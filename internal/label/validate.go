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

	"jouleboard/internal/result"
)

// minTextPt is the smallest text in print, in points.
const minTextPt = 6.0

// Bounds on what a design may ask for: far above what a label can hold, and low
// enough that trying a design out takes no time.
const (
	maxElements  = 200
	maxStars     = 4   // rows of stars; each may depend on a field
	maxText      = 300 // characters
	maxPt        = 120 // points
	maxColors    = 60
	maxFallbacks = 8
)

// softRules are the rules that a design may break with Style.Unofficial: they
// make a label hard to read or incomplete, and not a false one.
var softRules = []string{"LBL-MANDATORY", "LBL-SMALL", "LBL-CONTRAST", "LBL-OVERLAP", "LBL-OUTSIDE", "LBL-GROUND", "LBL-CUT"}

// Unofficial says whether a finding of Load is about a design that can still be
// drawn with Style.Unofficial.
func Unofficial(f result.Finding) bool { return slices.Contains(softRules, f.Rule) }

// usable says whether what was found leaves the design drawable: true if
// nothing is an error, and unofficially if all errors are of softRules.
func usable(found result.Findings) (official, unofficial bool) {
	official, unofficial = true, true
	for _, f := range found {
		if f.Level == result.Error {
			official = false
			unofficial = unofficial && Unofficial(f)
		}
	}
	return official, unofficial
}

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
	c.palette()
	if n := len(ds.Elements); n > maxElements {
		c.add("/elements", "LBL-DESIGN", "a label holds some dozens", "%d elements, at most %d are allowed", n, maxElements)
		return c.found
	}
	if n := len(ds.Fonts.Fallback); n > maxFallbacks {
		c.add("/fonts/fallback", "LBL-DESIGN", "", "%d fonts, at most %d are allowed", n, maxFallbacks)
	}
	kinds, ids := map[string]int{}, map[string]bool{}
	for i := range ds.Elements {
		e := &ds.Elements[i]
		kinds[e.Kind]++
		if e.After != "" && !ids[e.After] {
			c.add(fmt.Sprintf("/elements/%d/after", i), "LBL-DESIGN", "name the id of a text above it", "no text before it has the id %q", result.Clip(e.After))
		}
		if e.ID != "" && e.Kind == "text" {
			ids[e.ID] = true
		}
		c.element(i, e)
	}
	for kind, most := range map[string]int{"star": maxStars, "qr": 1} {
		if kinds[kind] > most {
			c.add("/elements", "LBL-DESIGN", "remove the others", "%d elements of kind %s, at most %d are allowed", kinds[kind], kind, most)
		}
	}
	c.marks()
	if len(c.found) > 0 {
		return c.found
	}
	if len(ds.Elements) == 0 || !covers(ds.Elements[0], dim) {
		c.add("/elements/0", "LBL-GROUND", "begin with {kind: rect, x: 0, y: 0, w: "+num(dim.W)+", h: "+num(dim.H)+", fill: paper}", "the first element does not paint the whole label")
	}
	c.mandatory()
	return c.found
}

// palette checks the colours of each look.
func (c *checker) palette() {
	ds := c.ds
	for _, look := range slices.Sorted(maps.Keys(ds.Looks)) {
		if look == LookColour || palettes[look] == nil {
			c.add("/looks/"+look, "LBL-DESIGN", "use mono or dark; the colours of print stand in palette", "no look is named %q", result.Clip(look))
		}
	}
	for _, look := range Looks() {
		own := ds.Looks[look]
		if look == LookColour {
			own = ds.Palette
		}
		if len(own) > maxColors {
			c.add(palettePointer(look, ""), "LBL-DESIGN", "", "%d colours, at most %d are allowed", len(own), maxColors)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(own)) {
			switch hex := own[name]; {
			case !hexColor.MatchString(hex):
				c.add(palettePointer(look, name), "LBL-DESIGN", "write colours as \"#RRGGBB\"", "colour %s is %q", name, result.Clip(hex))
			case look == LookMono && (!strings.EqualFold(hex[1:3], hex[3:5]) || !strings.EqualFold(hex[1:3], hex[5:7])):
				c.add(palettePointer(look, name), "LBL-DESIGN", "use #000000 or #FFFFFF", "colour %s of the look mono is %s, which is no grey", name, hex)
			}
		}
	}
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
	for _, v := range []struct {
		key string
		v   float64
	}{{"pt", e.Pt}, {"min_pt", e.MinPt}, {"wrap_pt", e.WrapPt}} {
		if v.v > maxPt {
			c.add(at+"/"+v.key, "LBL-DESIGN", "no label is that large", "%s is %v, at most %d points are allowed", v.key, v.v, maxPt)
		}
	}
	if len([]rune(e.ID)) > 60 || e.ID != result.Normal(e.ID) {
		c.add(at+"/id", "LBL-DESIGN", "use a short word", "id %q is longer than 60 characters or has stray spaces", result.Clip(e.ID))
	}
	for _, p := range [][2]string{{"fill", e.Fill}, {"stroke", e.Stroke}, {"color", e.Color}} {
		for _, look := range Looks() {
			if p[1] == "" || c.ds.color(look, p[1]) != "" {
				continue
			}
			if look == LookColour {
				c.add(at+"/"+p[0], "LBL-DESIGN", "add it to the palette, which has: "+strings.Join(c.ds.colors(), ", "), "no colour is named %q", result.Clip(p[1]))
				break
			}
			c.add(at+"/"+p[0], "LBL-DESIGN", "add it under looks: "+look+":", "colour %q has no value in the look %s", p[1], look)
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
	for _, p := range [][2]string{{"text", e.Text}, {"short", e.Short}} {
		key, text := p[0], p[1]
		if n := len([]rune(text)); n > maxText {
			c.add(at+"/"+key, "LBL-DESIGN", "shorten it", "%s has %d characters, at most %d are allowed", key, n, maxText)
			return
		}
		for _, f := range fieldsIn(text) {
			if _, ok := fieldNames[f]; !ok {
				c.add(at+"/"+key, "LBL-DESIGN", "fields are: "+strings.Join(slices.Sorted(maps.Keys(fieldNames)), ", "), "unknown field %q", result.Clip(f))
			}
			if strings.HasPrefix(f, "fact_") && e.Repeat == "" {
				c.add(at+"/"+key, "LBL-DESIGN", "add repeat: facts and dy:", "field %s stands in rows only", f)
			}
			// What the text says in full, the short one says too.
			if key == "text" && e.Short != "" && !strings.Contains(e.Short, "{"+f+"}") && !strings.Contains(e.Short, "{"+f+"_short}") {
				c.add(at+"/short", "LBL-DESIGN", "add {"+f+"} or {"+f+"_short} to it", "short leaves out {%s}, which text has", f)
			}
		}
		if r, bad := forbidden(text); bad {
			c.add(at+"/"+key, "LBL-E-TEXT", "take it out", "%s holds U+%04X", key, r)
		}
		if bad := undrawable(fieldRef.ReplaceAllString(text, ""), nil); len(bad) > 0 && len(c.ds.Fonts.Fallback) == 0 {
			c.add(at+"/"+key, "LBL-E-TEXT", "name a font that has them under fonts.fallback", "%s holds %s, which the built-in fonts lack", key, describe(bad))
		}
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
	if e.After != "" && (e.Align == "c" || e.Align == "r" || e.Repeat != "") {
		c.add(at+"/after", "LBL-DESIGN", "leave align and repeat out", "a text after another begins on the left and stands once")
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
	"id_line": {"standing"},
	"reason":  {"unrated"}, "reason_short": {"unrated"}, "withdrawn": {"unrated"},
}

// mandatory checks that each field a size must show stands in a text that is
// drawn whenever the field is set.
func (c *checker) mandatory() {
	shown, half := map[string]bool{}, map[string]string{}
	brief := slices.Contains(c.ds.dim.mandatory, "reason_short")
	for _, e := range c.ds.Elements {
		switch e.Kind {
		case "star":
			shown["stars"] = shown["stars"] || e.When == "" || e.When == "rated"
		case "qr":
			shown["QR code"] = shown["QR code"] || e.When == ""
		case "text":
			for _, f := range fieldsIn(e.Text) {
				// On small labels the reason says that there is no rating.
				always := e.When == "" || e.When == f || slices.Contains(impliedBy[f], e.When) || brief && f == "rating" && e.When == "rated"
				shown[f] = shown[f] || always
				// One element for results that stand and one for withdrawn ones.
				if e.When == "standing" || e.When == "withdrawn" {
					shown[f] = shown[f] || half[f] != "" && half[f] != e.When
					half[f] = e.When
				}
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

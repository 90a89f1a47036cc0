// Trials: a design is drawn in all states with long texts, and what leaves the
// page, covers something else, is cut, or has too little contrast is reported at
// its element.

package label

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// maxBoxes is how many things one label may draw.
const maxBoxes = 600

// mayBeCut are the fields that may end in an ellipsis: names that are whole
// elsewhere. Everything else on a label is read as it is.
var mayBeCut = []string{"site", "model", "provider", "maker", "url", "task", "task_short", "hardware", "hardware_short", "fact_key", "fact_value", "reason"}

// trial collects what is wrong, each thing once.
type trial struct {
	checker
	seen map[string]bool
}

// once reports a problem with an element in the first state that shows it.
func (t *trial) once(el int, rule, hint, when, format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	key := strconv.Itoa(el) + rule + msg
	if t.seen[key] {
		return
	}
	t.seen[key] = true
	if when != "" {
		msg += " when " + when
	}
	t.add("/elements/"+strconv.Itoa(el), rule, hint, "%s", msg)
}

// try draws the design with every sample.
func (ds *Design) try(w *words) result.Findings {
	t := &trial{checker: checker{ds: ds}, seen: map[string]bool{}}
	for _, s := range samples() {
		f, facts := s.in.fields(w)
		lo := &layout{ds: ds, look: LookColour, scale: 1, f: f, facts: facts, in: ratingShape{s.in.Rating.Min, s.in.Rating.Max}, code: s.in.code(), list: &draw.List{}}
		if err := lo.run(); err != nil {
			if p, ok := asProblem(err); ok {
				t.once(lo.at, p.Rule, p.Hint, s.name, "%s", p.Message)
			}
			continue
		}
		for _, c := range lo.cuts {
			e := &ds.Elements[c]
			for _, f := range fieldsIn(e.Text) {
				if !slices.Contains(mayBeCut, f) {
					t.once(c, "LBL-CUT", "give it more room, another line, or a shorter text with short:", s.name, "element %s cuts {%s} short", name(e.ID), f)
				}
			}
		}
		t.boxes(lo.boxes, s.name)
	}
	return t.found
}

// boxes looks at where everything came to stand.
func (t *trial) boxes(boxes []box, when string) {
	dim := t.ds.dim
	for i, b := range boxes {
		if b.x1 < -1e-6 || b.y1 < -1e-6 || b.x2 > dim.W+1e-6 || b.y2 > dim.H+1e-6 {
			t.once(b.el, "LBL-OUTSIDE", "move it or make it smaller", when, "element %s reaches outside the label", b.name())
		}
		for _, o := range boxes[:i] {
			t.pair(o, b, when)
		}
		t.contrast(boxes[:i], b)
	}
}

func name(id string) string { return cmp.Or(id, "without id") }

// pair looks at two things, b drawn over o.
func (t *trial) pair(o, b box, when string) {
	if b.x1 >= o.x2-1e-6 || o.x1 >= b.x2-1e-6 || b.y1 >= o.y2-1e-6 || o.y1 >= b.y2-1e-6 || o.edge && b.edge {
		return
	}
	switch {
	case b.solid && o.solid:
	case b.solid && !o.edge:
		t.once(b.el, "LBL-OVERLAP", "draw it earlier, or move one of them", when, "element %s covers %s", b.name(), o.name())
	case o.solid:
		inside := o.x1 <= b.x1 && o.y1 <= b.y1 && o.x2 >= b.x2 && o.y2 >= b.y2
		if b.text && !inside {
			t.once(b.el, "LBL-OVERLAP", "move it on or off the surface", when, "element %s stands half on %s", b.name(), o.name())
		}
	case b.solid: // an edge under a surface is a surface with a border
	default:
		t.once(b.el, "LBL-OVERLAP", "move one of them, or give them different when:", when, "elements %s and %s overlap", o.name(), b.name())
	}
}

// contrast looks at what a thing stands on, in each look.
func (t *trial) contrast(below []box, b box) {
	if b.solid || b.edge || len(below) == 0 {
		return
	}
	ground := groundOf(below, b)
	if ground == "" {
		return
	}
	need := 3.0
	if b.text {
		need = 4.5
	}
	for _, color := range []string{b.color, b.fill} {
		for _, look := range Looks() {
			if color == "" {
				continue
			}
			if got := contrast(t.ds.color(look, color), t.ds.color(look, ground)); got < need {
				t.once(b.el, "LBL-CONTRAST", "use a darker or lighter colour", "", "element %s has a contrast of %.2f on %s in the look %s, %.1f needed", b.name(), got, ground, look, need)
			}
		}
	}
}

// groundOf is the colour under a box: the last filled rectangle that holds it.
func groundOf(below []box, b box) string {
	for i := len(below) - 1; i >= 0; i-- {
		if o := below[i]; o.solid && o.x1 <= b.x1 && o.y1 <= b.y1 && o.x2 >= b.x2 && o.y2 >= b.y2 {
			return o.color
		}
	}
	return ""
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

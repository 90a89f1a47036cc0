package draw

import (
	"slices"
	"strings"
	"testing"
)

// Neighbours of one look are one element of a chart, and say how they look once; any
// difference in look ends a run. What a run holds stands where it stood alone.
func TestRunsOfOneLook(t *testing.T) {
	ink, dim := Paint{Hex: "#111111"}, Paint{Hex: "#999999"}
	line := func(x float64, p Paint, sw float64, dash ...float64) Item {
		return Line{X1: x, Y1: 1, X2: x + 2, Y2: 4, Stroke: p, SW: sw, Dash: dash}
	}
	text := func(x, pt float64, bold bool, a Align, p Paint, href string) Item {
		return Text{X: x, Y: 5, Pt: pt, Bold: bold, Align: a, Color: p, S: "t", Href: href}
	}
	lists := map[string]struct {
		items    []Item
		elements map[string]int
	}{
		"lines":         {[]Item{line(1, ink, 1), line(5, ink, 1), line(7, ink, 1)}, map[string]int{"path": 1}},
		"other lines":   {[]Item{line(1, ink, 1), line(5, dim, 1), line(7, dim, 2), line(9, dim, 2, 1, 2)}, map[string]int{"path": 4}},
		"lines between": {[]Item{line(1, ink, 1), Circle{X: 1, Y: 1, R: 1, Fill: dim}, line(7, ink, 1)}, map[string]int{"path": 2, "circle": 1}},
		"texts":         {[]Item{text(1, 8, false, Left, ink, ""), text(3, 8, false, Left, ink, "")}, map[string]int{"g": 1, "text": 2}},
		"other texts": {[]Item{text(1, 8, false, Left, ink, ""), text(2, 8, true, Left, ink, ""), text(3, 9, true, Left, ink, ""), text(4, 9, true, Right, ink, ""),
			text(5, 9, true, Right, dim, ""), text(6, 9, true, Right, dim, "a.html")}, map[string]int{"text": 6, "a": 1}},
	}
	for name, c := range lists {
		svg := SVG(&List{W: 20, H: 10, Items: c.items}, SVGOptions{Text: Live})
		got, _ := elementsOf(t, svg)
		delete(got, "svg")
		if len(got) != len(c.elements) {
			t.Errorf("%s: elements %v, want %v\n%s", name, got, c.elements, svg)
		}
		for el, n := range c.elements {
			if got[el] != n {
				t.Errorf("%s: elements %v, want %v\n%s", name, got, c.elements, svg)
				break
			}
		}
	}
	svg := string(SVG(&List{W: 20, H: 10, Items: slices.Concat(lists["lines"].items, lists["texts"].items)}, SVGOptions{Text: Live}))
	for _, want := range []string{`d="M1 1l2 3m2-3l2 3m0-3l2 3"`, `<g font-size="2.822" fill="#111111">` + "\n" + `<text x="1" y="5">t</text>` + "\n" + `<text x="3" y="5">t</text>` + "\n</g>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}

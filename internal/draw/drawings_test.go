package draw

import (
	"strings"
	"testing"
)

// drawings are lists with what labels, sheets and charts may hold, and with what
// is hard to place. All renderers must agree on each.
func drawings(t testing.TB) map[string]*List {
	t.Helper()
	page := func(w, h float64, items ...Item) *List {
		l := &List{W: w, H: h, Title: "x"}
		l.Add(Rect{W: w, H: h, Fill: paper})
		l.Add(items...)
		return l
	}
	qr := func(payload string, x, y, box float64) []Item { return qrItems(t, payload, x, y, box) }
	all := map[string]*List{"sheet": sheet(t, false), "label": sheet(t, true)}

	texts := page(90, 90)
	for i, s := range []string{
		"i", strings.Repeat("model-name-", 8)[:80], strings.Repeat("A name of many words, ", 14)[:300], strings.Repeat("W", 60),
		"e\u0301 o\u0308 n\u0303 a\u030a\u0301", "\u03a9\u03bc\u03ad\u03b3\u03b1 \u03b1\u03b2\u03b3", "\u0416\u0443\u043a \u0439\u044a\u0451", `<script>&"'</script>]]>`,
		"a\u202fb\u2009c\u200ad\u200be", "\u4e2d\u6587 \u05d0\u05d1 \u0627\u0628 \U0001f600", "(\\) \\r ()", "\u00ad\ufeff\u00a0x", "f\u00b2 = \u221ax \u2264 \u00bd \u2212 1",
	} {
		texts.Add(Text{X: 3, Y: 6 + 6*float64(i), Pt: 6 + float64(i%4)*1.3, Bold: i%2 == 1, Color: ink, S: s})
	}
	texts.Add(
		Text{X: 45, Y: 85, Pt: 9.3, Align: Center, Color: red, S: "in the middle"},
		Text{X: 88, Y: 89, Pt: 5.7, Align: Right, Color: red, S: "at the right"},
	)
	all["texts"] = texts

	fallback := page(40, 20, Text{X: 2, Y: 9, Pt: 12, Color: ink, S: "a\u4e2db\u4e2d"}, Text{X: 38, Y: 17, Pt: 9, Bold: true, Align: Right, Color: ink, S: "\u4e2dX \u6587"})
	fallback.Fallback = []*Font{hanFont(t)}
	all["fallback"] = fallback

	stars := page(100, 92)
	n := 0
	for s := 2; s <= 10; s++ {
		for m := s; m <= min(s+4, 10); m++ {
			stars.Add(Stars(3.5+24*float64(n%4), 4.2+9*float64(n/4), 2+float64(n%3)*0.2, 4.7, float64(s)/2, float64(m)/2, Paint{Hex: "#005A8C"}, Paint{Hex: "#595959"})...)
			n++
		}
	}
	all["stars"] = stars

	codes := page(80, 40, qr("https://example.org/r/0123456789ab/", 1.3, 2.2, 15.9)...)
	codes.Add(qr("https://example.org/some/longer/address/r/0123456789ab/", 20, 1, 37.1)...)
	all["codes"] = codes

	strokes := page(80, 80,
		Line{X1: 3, Y1: 3, X2: 40, Y2: 3, Stroke: ink, SW: 0.3, Dash: []float64{2, 1}},
		Line{X1: 3, Y1: 6, X2: 40, Y2: 14, Stroke: ink, SW: 0.5, Dash: []float64{1.7}},
		Line{X1: 3, Y1: 9, X2: 40, Y2: 17, Stroke: red, SW: 0.4, Dash: []float64{0, 0.7, 2, 0.9}},
		Line{X1: 3, Y1: 19, X2: 40, Y2: 19, Stroke: red, SW: 0.4, Dash: []float64{0, 0}},
		Line{X1: 60, Y1: 19, X2: 42, Y2: 3, Stroke: red, SW: 1.1},
		Polyline{Points: []Point{{5, 25}, {20, 40}, {22, 24}, {24, 41}, {24, 41}, {40, 26}}, Stroke: ink, SW: 1.5},
		Polyline{Points: []Point{{5, 45}, {20, 60}, {22, 44}, {24, 61}, {40, 46}}, Stroke: ink, SW: 0.6, Dash: []float64{3, 1.2}},
		Polygon{Points: []Point{{45, 25}, {75, 27}, {45, 29}}, Fill: red, Stroke: ink, SW: 0.8},
		Polygon{Points: []Point{{45, 33}, {70, 35}, {50, 48}, {60, 32}, {68, 46}}, Fill: red, Stroke: ink, SW: 0.5},
		Polygon{Points: []Point{{45, 52}, {60, 52}, {60, 60}, {45, 60}}, Stroke: ink, SW: 1},
		Circle{X: 66, Y: 56, R: 4, Stroke: ink, SW: 1},
		Circle{X: 75, Y: 56, R: 3, Fill: red},
		Circle{X: 75, Y: 66, R: 0.4, Fill: red, Stroke: ink, SW: 1.2},
		Rect{X: 5, Y: 65, W: 12, H: 10, R: 2, Fill: red, Stroke: ink, SW: 0.7},
		Rect{X: 20, Y: 65, W: 12, H: 4, R: 5, Stroke: ink, SW: 0.7},
		Rect{X: 20, Y: 71, W: 3, H: 7, R: 5, Fill: ink},
		Rect{X: 35, Y: 65, W: 12, H: 10, Fill: red, Stroke: ink, SW: 0.7},
		Rect{X: 50, Y: 65, W: 12, H: 10, Stroke: ink, SW: 3},
		Rect{X: 66, Y: 70, W: 1, H: 6, Stroke: ink, SW: 2},
		Rect{X: 70, Y: 77, W: 7.3, H: 0.31, Fill: ink},
	)
	all["strokes"] = strokes

	inner := []Item{Text{X: 2, Y: 5, Pt: 11, Color: ink, S: "A\u202fturned line"}, Rect{X: 0.3, Y: 0.3, W: 39.4, H: 29.4, Stroke: red, SW: 0.6},
		Line{X1: 2, Y1: 7, X2: 38, Y2: 7, Stroke: red, SW: 0.25}, Circle{X: 35, Y: 12, R: 2, Fill: red},
		Polyline{Points: []Point{{26, 12}, {29, 9}, {31, 14}}, Stroke: ink, SW: 0.4, Dash: []float64{1, 0.5}}, Rect{X: 31, Y: 20, W: 7, H: 4, R: 1, Fill: red}}
	inner = append(inner, Stars(22, 26, 2, 4, 2.5, 3.5, red, ink)...)
	inner = append(inner, qr("HTTPS://EXAMPLE.ORG/1", 2, 9, 16)...)
	within := append([]Item{Text{X: 1, Y: 25, Pt: 7, Bold: true, Color: ink, S: "within"}, Group{X: 21.25, Y: 1, Turn: true, Items: inner[:6]}}, Rect{W: 30, H: 44, Stroke: ink, SW: 0.3})
	groups := page(120, 96, Group{X: 3, Y: 2, Items: inner}, Group{X: 80.37, Y: 3.11, Turn: true, Items: inner}, Group{},
		Group{X: 3, Y: 45, Items: within}, Group{X: 90, Y: 50, Turn: true, Items: within}, Group{X: 100, Y: 40, Turn: true, Items: []Item{Group{X: 2, Y: 4, Turn: true, Items: inner[:1]}}})
	groups.Add(Rect{X: 100, Y: 90, W: 15, H: 3, Fill: red}) // what was set inside is unset
	all["groups"] = groups
	return all
}

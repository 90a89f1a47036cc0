package draw

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// What no list may hold is an error of every renderer and never ends the
// program.
func TestHostileLists(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := func(it Item) *List { return &List{W: 10, H: 10, Items: []Item{it}} }
	many := make([]Item, 1_000_000)
	for i := range many {
		many[i] = Rect{X: float64(i % 100), W: 1, H: 1, Fill: ink}
	}
	loop := make([]Item, 3)
	for i := range loop {
		loop[i] = Group{Items: loop}
	}
	var deep Item = Text{Pt: 8, S: "x", Color: ink}
	for range maxDepth + 2 {
		deep = Group{Items: []Item{deep}}
	}
	for name, l := range map[string]*List{
		"page of a kilometre":   {W: 1e6, H: 1e6},
		"page without width":    {W: 0, H: 10},
		"page of NaN":           {W: nan, H: 10},
		"endless page":          {W: 10, H: inf},
		"negative page":         {W: -10, H: 10},
		"a million items":       {W: 10, H: 10, Items: many},
		"a million points":      one(Polyline{Points: make([]Point, 1_000_000), Stroke: ink, SW: 1}),
		"a million characters":  one(Text{Pt: 8, Color: ink, S: strings.Repeat("x", 1_000_000)}),
		"a group in itself":     {W: 10, H: 10, Items: loop},
		"groups too deep":       one(deep),
		"rectangle at NaN":      one(Rect{X: nan, W: 1, H: 1, Fill: ink}),
		"endless rectangle":     one(Rect{W: inf, H: 1, Fill: ink}),
		"line to infinity":      one(Line{X2: inf, Stroke: ink, SW: 1}),
		"line of NaN":           one(Line{X2: 1, Stroke: ink, SW: nan}),
		"negative width":        one(Line{X2: 1, Stroke: ink, SW: -1}),
		"far away":              one(Polygon{Points: []Point{{0, 0}, {1e300, 0}, {0, 1e300}}, Fill: ink}),
		"circle of NaN":         one(Circle{R: nan, Fill: ink}),
		"text of NaN points":    one(Text{Pt: nan, S: "x", Color: ink}),
		"text of negative size": one(Text{Pt: -8, S: "x", Color: ink}),
		"text at NaN":           one(Text{X: nan, Pt: 8, S: "x", Color: ink}),
		"group at NaN":          one(Group{Y: nan}),
		"dashes of NaN":         one(Line{X2: 1, Stroke: ink, SW: 1, Dash: []float64{nan}}),
		"negative dashes":       one(Line{X2: 1, Stroke: ink, SW: 1, Dash: []float64{1, -1}}),
		"a billion dashes":      one(Line{X2: 10, Stroke: ink, SW: 1, Dash: []float64{1e-8}}),
		"a colour's name":       one(Rect{W: 1, H: 1, Fill: Paint{Hex: "red"}}),
		"a colour with more":    one(Rect{W: 1, H: 1, Fill: Paint{Hex: `#00000"`}}),
		"no item":               one(nil),
	} {
		t.Run(name, func(t *testing.T) {
			if l.Check() == nil {
				t.Error("Check finds nothing")
			}
			if _, err := PDF(l, PDFOptions{Date: day()}); err == nil {
				t.Error("PDF drew it")
			}
			if _, err := PNG(l, PNGOptions{}); err == nil {
				t.Error("PNG drew it")
			}
			for _, o := range []SVGOptions{{IDPrefix: "p", Text: Outline}, {Inline: true}} {
				if SVG(l, o) != nil {
					t.Error("SVG drew it")
				}
			}
		})
	}
	// More than one format holds, and fine for another.
	if _, err := PDF(&List{W: 6000, H: 10}, PDFOptions{Date: day()}); err == nil {
		t.Error("a PDF page of six metres")
	}
	if _, err := PNG(&List{W: 1000, H: 1000}, PNGOptions{}); err == nil {
		t.Error("a PNG of a square metre at 300 dpi")
	}
	layers := &List{W: 210, H: 297}
	for range 100_000 {
		layers.Add(Rect{W: 210, H: 297, Fill: ink})
	}
	if _, err := PNG(layers, PNGOptions{DPI: 600}); err == nil {
		t.Error("a PNG of a hundred thousand layers")
	}
	if _, err := PDF(layers, PDFOptions{Date: day()}); err != nil {
		t.Error(err)
	}
}

// At the limits every renderer comes to an end, in the picture or beyond it.
func TestListsAtTheLimits(t *testing.T) {
	const far = maxCoord
	l := &List{W: 40, H: 30, Title: strings.Repeat("t", 1000)}
	l.Add(
		Rect{X: -far, Y: -far, W: far, H: far, Fill: ink, Stroke: red, SW: far},
		Rect{X: -far, Y: -far, W: far, H: far, R: far, Fill: ink, Stroke: red, SW: 3},
		Rect{X: 1, Y: 1, W: 1e-9, H: 1e-9, R: 1e-12, Fill: ink, Stroke: red, SW: 1e-12},
		Rect{X: 1, Y: 1, W: -5, H: 5, Fill: ink}, Rect{X: 1, Y: 1, Fill: ink}, Rect{X: 1, Y: 1, Fill: ink}, Rect{X: 1, Y: 1, Fill: ink},
		Line{X1: -far, Y1: -far, X2: far, Y2: far, Stroke: ink, SW: 1, Dash: []float64{30, 0, 2}},
		Line{X1: 5, Y1: 5, X2: 5, Y2: 5, Stroke: ink, SW: 1, Dash: []float64{1}},
		Polyline{Points: []Point{{-far, far}, {far, -far}, {0, 0}, {0, 0}}, Stroke: ink, SW: far},
		Polyline{}, Polygon{}, Polyline{Points: []Point{{1, 1}}, Stroke: ink, SW: 1},
		Polygon{Points: []Point{{-far, -far}, {far, 3}, {-far, far}, {far, far}}, Fill: red, Stroke: ink, SW: 1},
		Circle{R: far, Fill: red, Stroke: ink, SW: 1}, Circle{X: 3, R: -1, Fill: red}, Circle{R: 1e-9, Stroke: ink, SW: far},
		Text{X: 5, Y: 20, Pt: far, Color: ink, S: "W@&"}, Text{X: 5, Y: 20, Pt: 1e-9, Color: ink, S: "W"}, Text{X: 5, Y: 20, Color: ink, S: "W"},
		Text{X: 5, Y: 20, Pt: 7, S: "without a colour"},
		Group{X: far, Y: far, Turn: true, Items: []Item{Group{X: -far, Y: far, Turn: true, Items: []Item{Text{Pt: 8, Color: ink, S: "x"}}}}},
	)
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	if _, err := PDF(l, PDFOptions{Date: day()}); err != nil {
		t.Error(err)
	}
	if _, err := PNG(l, PNGOptions{}); err != nil {
		t.Error(err)
	}
	svg := SVG(l, SVGOptions{IDPrefix: "p", Text: Outline})
	elementsOf(t, svg)
	for _, bad := range []string{"NaN", "Inf", "e+"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Errorf("%q in the SVG", bad)
		}
	}
	JSON(l)
}

// Any list comes to an end, whatever its numbers and characters.
func FuzzRenderers(f *testing.F) {
	f.Add(10.0, 20.0, 3.0, 0.5, 1.0, 7.0, "text \u0416\u202f")
	f.Add(-1e6, 1e6, 1e6, 1e6, 1e-3, 1e6, "\x00\xff\u0301")
	f.Fuzz(func(t *testing.T, x, y, w, sw, dash, pt float64, s string) {
		inner := []Item{
			Rect{X: x, Y: y, W: w, H: sw, R: dash, Fill: ink, Stroke: red, SW: sw}, Rect{X: y, Y: x, W: sw, H: w, Stroke: red, SW: dash},
			Line{X1: x, Y1: y, X2: w, Y2: pt, Stroke: ink, SW: sw, Dash: []float64{dash, sw}},
			Polyline{Points: []Point{{x, y}, {w, sw}, {pt, dash}, {y, x}}, Stroke: red, SW: sw, Dash: []float64{dash}},
			Polygon{Points: []Point{{x, y}, {w, sw}, {pt, dash}}, Fill: ink, Stroke: red, SW: sw},
			Circle{X: x, Y: y, R: w, Fill: ink, Stroke: red, SW: sw},
			Text{X: x, Y: y, Pt: pt, Color: ink, S: s, Align: Center},
		}
		l := &List{W: 20, H: 30, Title: s, Items: append(inner, Group{X: w, Y: dash, Turn: true, Items: inner})}
		wrong := l.Check()
		svg := SVG(l, SVGOptions{IDPrefix: "p", Text: Outline, Metadata: s})
		_, pdfErr := PDF(l, PDFOptions{Date: day()})
		_, pngErr := PNG(l, PNGOptions{DPI: 60})
		if (wrong != nil) != (svg == nil) || (wrong != nil) != (pdfErr != nil) || (wrong != nil) != (pngErr != nil) {
			t.Errorf("Check says %v, SVG %d bytes, PDF %v, PNG %v", wrong, len(svg), pdfErr, pngErr)
		}
		if svg != nil {
			elementsOf(t, svg)
		}
	})
}

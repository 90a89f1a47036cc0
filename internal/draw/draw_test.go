package draw

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// ink, red and paper are paints of the tests.
var (
	ink   = Paint{Hex: "#1A1A1A", Class: "c-ink"}
	red   = Paint{Hex: "#8C2D04", Class: "c-warn"}
	paper = Paint{Hex: "#FFFFFF", Class: "c-paper"}
)

// sheet is a list with every kind of item. With shapes only those that labels
// use are in it.
func sheet(t testing.TB, labelItems bool) *List {
	t.Helper()
	l := &List{W: 96, H: 120, Title: "A <title> & \"more\"", Desc: "Descr\u00efption", Lang: "en"}
	l.Add(
		Rect{W: 96, H: 120, Fill: paper},
		Rect{X: 0.25, Y: 0.25, W: 95.5, H: 119.5, Stroke: ink, SW: 0.5},
		Line{X1: 6, Y1: 20, X2: 90, Y2: 20, Stroke: red, SW: 0.25},
		Text{X: 6, Y: 12, Pt: 16, Bold: true, Color: ink, S: "Qwen3-235B & <\u0105\u00f6\u0416\u03a9> (\\)"},
		Text{X: 90, Y: 28, Pt: 9.5, Color: red, Align: Right, S: "12\u202f345 Wh \u00d7 2 \u2013 \u00b1"},
		Text{X: 48, Y: 40, Pt: 30, Color: ink, Align: Center, S: "9.39\u202fWh"},
	)
	l.Add(Stars(15, 60, 7, 16.4, 2.5, 3.5, Paint{Hex: "#005A8C"}, Paint{Hex: "#767676"})...)
	qr := qrItems(t, "https://example.org/r/0123456789ab/", 5, 80, 28)
	l.Add(qr...)
	if !labelItems {
		l.Add(
			Rect{X: 50, Y: 80, W: 10, H: 5, R: 1, Fill: red, Stroke: ink, SW: 0.1},
			Line{X1: 50, Y1: 90, X2: 60, Y2: 95, Stroke: ink, SW: 0.2, Dash: []float64{1, 0.5}},
			Polyline{Points: []Point{{50, 100}, {55, 105}, {60, 100}}, Stroke: ink, SW: 0.3, Title: "a < b"},
			Circle{X: 70, Y: 100, R: 2, Fill: red, Stroke: ink, SW: 0.1, Title: "dot & co", Href: "a.html?x=1&y=2"},
			Text{X: 70, Y: 110, Pt: 8, Color: ink, S: "link", Href: "javascript:alert(1)"},
		)
	}
	return l
}

func day() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC) }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", path, d)
	}
}

func TestGoldens(t *testing.T) {
	golden(t, "sheet.dl.json", JSON(sheet(t, false)))
	groups := drawings(t)["groups"]
	groups.Items = groups.Items[4:] // those with little in them
	if b := JSON(groups); !json.Valid(b) {
		t.Errorf("no JSON: %s", b)
	} else {
		golden(t, "groups.dl.json", b)
	}
	golden(t, "groups.svg", SVG(groups, SVGOptions{IDPrefix: "c", Unit: "mm"}))
	golden(t, "live.svg", SVG(sheet(t, false), SVGOptions{IDPrefix: "c", Unit: "mm"}))
	golden(t, "inline.svg", SVG(sheet(t, false), SVGOptions{IDPrefix: "c", Inline: true}))
	golden(t, "outline.svg", SVG(sheet(t, true), SVGOptions{IDPrefix: "jb-0123456789ab-full", Text: Outline, Unit: "mm", Metadata: `{"a":"<&\""}`}))
}

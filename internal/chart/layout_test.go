// The laws of every drawing: all of it on the page, no text over another.

package chart

import (
	"strings"
	"testing"

	"jouleboard/internal/draw"
	"jouleboard/internal/stats"
)

type box struct {
	x0, y0, x1, y1 float64
	what           string
}

// boxOf is a text's box by the same estimate of widths that layouts use.
func boxOf(t draw.Text) box {
	size := t.Pt / 0.75
	w := textWidth(t.S, size)
	x, y := t.X/mmPerPx, t.Y/mmPerPx
	switch t.Align {
	case draw.Center:
		x -= w / 2
	case draw.Right:
		x -= w
	}
	return box{x, y - size*0.76, x + w, y + size*0.2, t.S}
}

func checkLayout(t *testing.T, name string, c Chart, narrow bool) {
	t.Helper()
	l := c.List(narrow)
	w, h := l.W/mmPerPx, l.H/mmPerPx
	inside := func(x, y float64, what string) {
		if !stats.Finite(x) || !stats.Finite(y) || x < -0.6 || y < -0.6 || x > w+0.6 || y > h+0.6 {
			t.Errorf("%s (narrow %v): %s at %.1f,%.1f is off the page %.0f x %.0f px", name, narrow, what, x, y, w, h)
		}
	}
	var boxes []box
	for _, it := range l.Items {
		switch it := it.(type) {
		case draw.Text:
			b := boxOf(it)
			inside(b.x0, b.y0, "text "+b.what)
			inside(b.x1, b.y1, "end of text "+b.what)
			for _, o := range boxes {
				if b.x0 < o.x1-0.5 && o.x0 < b.x1-0.5 && b.y0 < o.y1-0.5 && o.y0 < b.y1-0.5 {
					t.Errorf("%s (narrow %v): text %q lies over %q", name, narrow, b.what, o.what)
				}
			}
			boxes = append(boxes, b)
			if it.Pt < 8 {
				t.Errorf("%s (narrow %v): text %q has %.1f px, want 11 or more", name, narrow, it.S, it.Pt/0.75)
			}
		case draw.Line:
			inside(it.X1/mmPerPx, it.Y1/mmPerPx, "line")
			inside(it.X2/mmPerPx, it.Y2/mmPerPx, "line's end")
		case draw.Polyline:
			for _, p := range it.Points {
				inside(p.X/mmPerPx, p.Y/mmPerPx, "polyline "+it.Title)
			}
		case draw.Circle:
			inside(it.X/mmPerPx, it.Y/mmPerPx, "circle "+it.Title)
		case draw.Polygon:
			for _, p := range it.Points {
				inside(p.X/mmPerPx, p.Y/mmPerPx, "polygon "+it.Title)
			}
		case draw.Rect:
			inside(it.X/mmPerPx, it.Y/mmPerPx, "rect")
			inside((it.X+it.W)/mmPerPx, (it.Y+it.H)/mmPerPx, "rect's corner")
		default:
			t.Errorf("%s: unexpected item %T", name, it)
		}
	}
}

func allTexts(l *draw.List) string {
	var out []string
	for _, it := range l.Items {
		if x, ok := it.(draw.Text); ok {
			out = append(out, x.S)
		}
	}
	return strings.Join(out, "\n")
}

func sampleDist() Dist {
	return Dist{ID: "d", Title: "Time between tokens", Unit: "ms", Stats: []Stat{{"min", 18.2}, {"p25", 39.8}, {"p50", 46.5}, {"p75", 48.9},
		{"p90", 53.1}, {"p95", 55.6}, {"p99", 71.4}, {"max", 212}, {"mean", 45.9}}}
}

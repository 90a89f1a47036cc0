// The legend of model families. Names stand at lines and bars, so it explains the
// colours only; it is left out where there is one family.

package chart

import (
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/draw"
)

const (
	legendPitch = 17
	swatchW     = 22 // shows a whole period of every dash pattern
)

// legendEntry is one look and the families that have it.
type legendEntry struct {
	look
	text string
	x, y float64 // where the swatch begins; the text's baseline
}

type legend struct {
	lead    string
	x, y    float64 // of the lead
	size    float64
	entries []legendEntry
	height  float64
}

// newLegend flows families, in the order given, into rows between left and right,
// the first below top. Families without a name have no entry.
func newLegend(lead string, families []string, paints []look, left, right, top, size float64) legend {
	var keys []string
	by := map[string][]string{}
	look := map[string]look{}
	distinct := map[string]bool{}
	for i, f := range families {
		if f == "" {
			continue
		}
		distinct[f] = true
		key := fmt.Sprint(paints[i].paint.Class, paints[i].dash)
		if by[key] == nil {
			keys = append(keys, key)
			look[key] = paints[i]
		}
		if !slices.Contains(by[key], f) {
			by[key] = append(by[key], f)
		}
	}
	if len(distinct) < 2 {
		return legend{}
	}
	l := legend{lead: ellipsis(clean(lead), size, (right-left)/2), x: left, y: top + size, size: size}
	x, y := left+textWidth(l.lead, size)+10, l.y
	for _, k := range keys {
		text := ellipsis(strings.Join(by[k], ", "), size, (right-left)*2/3)
		w := swatchW + 6 + textWidth(text, size)
		if x > left && x+w > right {
			x, y = left, y+legendPitch
		}
		l.entries = append(l.entries, legendEntry{look[k], text, x, y})
		x += w + 16
	}
	l.height = y - top + 6
	return l
}

// swatch is the middle line of an entry's mark.
func (l legend) swatch(e legendEntry) []draw.Point {
	y := e.y - l.size*0.33
	return []draw.Point{{X: e.x, Y: y}, {X: e.x + swatchW, Y: y}}
}

// legendMark is the radius of a shape in the legend, in px.
const legendMark = 3.5

// draw draws the legend with lines of a width in px, with the shapes of points on
// them if marks is set.
func (l legend) draw(c *canvas, width float64, marks bool) {
	c.text(l.x, l.y, l.size, draw.Left, dim, l.lead)
	for _, e := range l.entries {
		mid := l.swatch(e)
		c.path(mid, width, e.paint, e.dash, "")
		if marks {
			c.mark(e.shape, (mid[0].X+mid[1].X)/2, mid[0].Y, legendMark, e.paint, "")
		}
		c.text(e.x+swatchW+6, e.y, l.size, draw.Left, dim, e.text)
	}
}

// live is the legend's marks for the interactive form; its words are among the
// drawing's texts.
func (l legend) live(width float64, marks bool) []liveSwatch {
	var out []liveSwatch
	for _, e := range l.entries {
		mid := l.swatch(e)
		s := liveSwatch{X: tenth(mid[0].X), Y: tenth(mid[0].Y), W: swatchW, Width: width, Color: cssColor(e.paint), Dash: e.dash}
		if marks {
			s.R = legendMark
			for _, p := range e.shape.corners() {
				s.Mark = append(s.Mark, [2]float64{p.X, p.Y})
			}
		}
		out = append(out, s)
	}
	return out
}

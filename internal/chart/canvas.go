// A display list drawn in pixels: layouts think in px, lists are in mm.

package chart

import (
	"math"

	"jouleboard/internal/draw"
)

const mmPerPx = 25.4 / 96

// Text sizes in px.
const (
	sizeText  = 12.5
	sizeSmall = 11.5
)

type canvas struct{ list *draw.List }

func newCanvas(w, h float64, title, desc string) *canvas {
	const usual = 48 // items
	return &canvas{&draw.List{W: mm(w), H: mm(h), Title: clean(title), Desc: clean(desc), Items: make([]draw.Item, 0, usual)}}
}

// mm rounds to a ten-thousandth, so that processors that fuse multiplication and
// addition give the same bytes.
func mm(px float64) float64 { return round4(px * mmPerPx) }

func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }

func mmDash(px []float64) []float64 {
	var out []float64
	for _, v := range px {
		out = append(out, mm(v))
	}
	return out
}

func (c *canvas) line(x1, y1, x2, y2, w float64, p draw.Paint, dash ...float64) {
	c.list.Add(draw.Line{X1: mm(x1), Y1: mm(y1), X2: mm(x2), Y2: mm(y2), Stroke: p, SW: mm(w), Dash: mmDash(dash)})
}

func (c *canvas) path(pts []draw.Point, w float64, p draw.Paint, dash []float64, title string) {
	out := make([]draw.Point, len(pts))
	for i, q := range pts {
		out[i] = draw.Point{X: mm(q.X), Y: mm(q.Y)}
	}
	c.list.Add(draw.Polyline{Points: out, Stroke: p, SW: mm(w), Dash: mmDash(dash), Title: title})
}

func (c *canvas) rect(x, y, w, h float64, fill draw.Paint) {
	c.list.Add(draw.Rect{X: mm(x), Y: mm(y), W: mm(w), H: mm(h), Fill: fill})
}

// dot is a filled circle with a rim of paper, which keeps it apart from lines
// that pass beneath.
func (c *canvas) dot(x, y, r float64, fill draw.Paint, title string) {
	c.list.Add(draw.Circle{X: mm(x), Y: mm(y), R: mm(r), Fill: fill, Stroke: paper, SW: mm(1.5), Title: title})
}

// speck is a small filled circle without a rim.
func (c *canvas) speck(x, y, r float64, fill draw.Paint, title string) {
	c.list.Add(draw.Circle{X: mm(x), Y: mm(y), R: mm(r), Fill: fill, Title: title})
}

func (c *canvas) text(x, y, size float64, a draw.Align, p draw.Paint, s string) {
	if s == "" {
		return
	}
	c.list.Add(draw.Text{X: mm(x), Y: mm(y), Pt: size * 0.75, Align: a, Color: p, S: s})
}

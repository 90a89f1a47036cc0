// Drawing an x-y plot from its layout.

package chart

import (
	"math"
	"strconv"

	"jouleboard/internal/draw"
)

func (p *plot) forms() (Forms, error) {
	wide := p.layout(false)
	f := drawn(p.id, p.draw(wide), p.list(true), p.table())
	var err error
	f.Option, err = p.option(wide, f.List)
	return f, err
}

func (p *plot) list(narrow bool) *draw.List { return p.draw(p.layout(narrow)) }

func (p *plot) draw(f *frame) *draw.List {
	narrow := f.w == narrowW
	c := newCanvas(f.w, f.h, p.title, p.caption)
	if len(f.curves) == 0 {
		c.text(f.w/2, f.h/2, f.size, draw.Center, dim, clean(p.words.fill().Empty))
		return c.list
	}
	f.axes(c, p)
	p.drawFront(c, f)
	for _, l := range f.labels {
		f.leader(c, l)
	}
	f.drawLimit(c, p)
	f.lines(c, p)
	p.drawFrontName(c, f)
	for _, l := range f.labels {
		c.text(f.labelX, l.y+f.size*0.36, f.size, draw.Left, ink, l.text)
	}
	f.drawKey(c)
	f.legend.draw(c, 2, true)
	if f.hidden > 0 {
		c.text(f.titleXAt(narrow), f.noteY, sizeSmall, draw.Left, dim,
			ellipsis(p.more(f.hidden), sizeSmall, f.moreWidth(p, narrow)))
	}
	return c.list
}

func (f *frame) titleXAt(narrow bool) float64 {
	if narrow {
		return 4
	}
	return f.l
}

// moreWidth is the room of the note on unlabelled lines, which shares a row with
// the x axis title in the wide drawing.
func (f *frame) moreWidth(p *plot, narrow bool) float64 {
	if narrow {
		return f.w - 8
	}
	return f.r - f.l - textWidth(p.words.axisTitle(p.xName, p.xUnit), f.size) - 16
}

func (f *frame) axes(c *canvas, p *plot) {
	for _, t := range f.y.ticks {
		y := f.y.pos(t.v)
		c.line(f.l, y, f.r, y, 1, rule)
	}
	for _, t := range f.x.ticks {
		x := f.x.pos(t.v)
		c.line(x, f.t, x, f.b, 1, rule)
	}
	for _, t := range f.y.ticks {
		c.text(f.l-8, f.y.pos(t.v)+f.size*0.33, f.size, draw.Right, dim, t.text)
	}
	for _, t := range f.x.ticks {
		c.text(f.x.pos(t.v), f.b+18, f.size, draw.Center, dim, t.text)
	}
	w := f.w - f.titleX() - 4
	c.text(f.titleX(), 13, f.size, draw.Left, dim, ellipsis(p.words.axisTitle(p.yName, p.yUnit), f.size, w))
	c.text(f.r, f.b+36, f.size, draw.Right, dim, ellipsis(p.words.axisTitle(p.xName, p.xUnit), f.size, f.r-4))
}

func (p *plot) drawFront(c *canvas, f *frame) {
	s := f.points(p.stairs())
	if len(s) == 0 {
		return
	}
	pts := []draw.Point{{X: s[0].X, Y: f.t}}
	for i, q := range s {
		if i > 0 {
			pts = append(pts, draw.Point{X: q.X, Y: s[i-1].Y})
		}
		pts = append(pts, q)
	}
	pts = append(pts, draw.Point{X: f.r, Y: pts[len(pts)-1].Y})
	c.path(pts, 1, dim, []float64{6, 3}, "")
}

// leader leads from a line's end across the plot and beside it to its label. It
// stays level inside the plot, so leaders do not cross there.
func (f *frame) leader(c *canvas, l endLabel) {
	cv := f.curves[l.curve]
	x, y := cv.end().X, cv.end().Y
	swatch := 14.0
	if f.w == narrowW {
		swatch = 10
	}
	to := f.labelX - swatch - 4
	c.path([]draw.Point{{X: min(x+4, f.r), Y: y}, {X: f.r, Y: y}, {X: to, Y: l.y}}, 0.75, cv.paint, []float64{1, 3}, "")
	c.path([]draw.Point{{X: to, Y: l.y}, {X: f.labelX - 4, Y: l.y}}, 2, cv.paint, cv.dash, "")
}

func (f *frame) drawLimit(c *canvas, p *plot) {
	if f.limitX < 0 {
		return
	}
	y, top := 13.0, 4.0
	if f.limitLow {
		y, top = 29, 20
	}
	c.line(f.limitX, top, f.limitX, f.b, 1.25, ink, 2, 3)
	text := ordered(clean(p.limit.Label))
	if f.limitFlip {
		c.text(f.limitX+6, y, f.size, draw.Left, ink, ellipsis(text, f.size, f.w-f.limitX-8))
		return
	}
	c.text(f.limitX-6, y, f.size, draw.Right, ink, ellipsis(text, f.size, f.limitX-8))
}

// lines draws unlabelled curves first, then labelled ones, then ranked points on
// top of all.
func (f *frame) lines(c *canvas, p *plot) {
	for _, labelled := range []bool{false, true} {
		for _, cv := range f.curves {
			if cv.label != labelled {
				continue
			}
			if len(cv.pts) > 1 {
				w := 1.75
				if !labelled {
					w = 0.75
				}
				c.path(cv.at, w, cv.paint, cv.dash, cv.name)
			}
			for i := range cv.pts {
				if i == cv.pick {
					continue
				}
				switch {
				case p.marks, len(cv.pts) == 1:
					c.mark(cv.shape, cv.at[i].X, cv.at[i].Y, 3.5, cv.paint, cv.tips[i])
				case labelled:
					c.speck(cv.at[i].X, cv.at[i].Y, 1.6, cv.paint, cv.tips[i])
				}
			}
		}
	}
	for i := len(f.curves) - 1; i >= 0; i-- { // the best on top
		if cv := f.curves[i]; cv.pick >= 0 {
			at := cv.at[cv.pick]
			c.mark(cv.shape, at.X, at.Y, 5.5, cv.paint, cv.tips[cv.pick])
		}
	}
}

// drawFrontName writes the front's name beside a step of it, below if it can, as
// near as nothing else is. Without such a place the name is left away; the caption speaks of it.
func (p *plot) drawFrontName(c *canvas, f *frame) {
	s := f.points(p.stairs())
	if len(s) == 0 {
		return
	}
	text := clean(p.words.fill().Front)
	w, h := textWidth(text, f.size), f.size
	var best draw.Point
	bestCost := math.Inf(1)
	for i, q := range s {
		// Right-aligned under the tread, at the edge that leads down from it.
		x := f.r
		if i+1 < len(s) {
			x = s[i+1].X
		}
		x = min(x, q.X+w+20) - 6
		for shift := 0.0; shift < 72; shift += 6 {
			// Below the tread if there is room, else close above it.
			for _, try := range [2]struct{ y, cost float64 }{
				{q.Y + h + 4 + shift, shift},
				{q.Y - 6 - shift, shift + 60},
			} {
				// Of equally near places the middle one is freest.
				cost := try.cost + math.Abs(x-(f.l+f.r)/2)/200
				if cost < bestCost && x-w >= f.l+4 && try.y <= f.b-5 && !f.crowded(s, x-w-4, try.y-h-2, x+2, try.y+4) {
					best, bestCost = draw.Point{X: x, Y: try.y}, cost
				}
			}
		}
	}
	if !math.IsInf(bestCost, 0) {
		c.text(best.X, best.Y, f.size, draw.Right, dim, text)
	}
}

// crowded says whether a curve, a leader, the front or the limit passes through
// a box.
func (f *frame) crowded(stairs []draw.Point, x0, y0, x1, y1 float64) bool {
	if f.limitX >= x0 && f.limitX <= x1 {
		return true
	}
	for i, q := range stairs {
		above, next := f.t, f.r
		if i > 0 {
			above = stairs[i-1].Y
		}
		if i+1 < len(stairs) {
			next = stairs[i+1].X
		}
		if crosses(q.X, above, q.X, q.Y, x0, y0, x1, y1) || crosses(q.X, q.Y, next, q.Y, x0, y0, x1, y1) {
			return true
		}
	}
	for _, cv := range f.curves {
		for i, q := range cv.at {
			if i == 0 && q.X >= x0 && q.X <= x1 && q.Y >= y0 && q.Y <= y1 {
				return true
			}
			if i > 0 && crosses(cv.at[i-1].X, cv.at[i-1].Y, q.X, q.Y, x0, y0, x1, y1) {
				return true
			}
		}
		if e := cv.end(); cv.label && crosses(e.X, e.Y, f.r, e.Y, x0, y0, x1, y1) {
			return true
		}
	}
	return false
}

// crosses says whether the segment (ax,ay)-(bx,by) meets a box: Liang-Barsky.
func crosses(ax, ay, bx, by, x0, y0, x1, y1 float64) bool {
	t0, t1 := 0.0, 1.0
	clip := func(d, lo, hi float64) bool { // lo <= t*d <= hi
		if d == 0 {
			return lo <= 0 && hi >= 0
		}
		a, b := lo/d, hi/d
		if a > b {
			a, b = b, a
		}
		t0, t1 = max(t0, a), min(t1, b)
		return t0 <= t1
	}
	return clip(bx-ax, x0-ax, x1-ax) && clip(by-ay, y0-ay, y1-ay)
}

// drawKey lists names by number below a narrow drawing.
func (f *frame) drawKey(c *canvas) {
	if len(f.key) == 0 {
		return
	}
	rows := f.keyRows()
	for i, name := range f.key {
		x := 4 + float64(i/rows)*narrowW/2
		y := f.keyTop() + float64(i%rows)*keyPitch + 13
		c.text(x+15, y, f.size, draw.Right, dim, strconv.Itoa(i+1))
		cv := f.curves[f.labels[i].curve]
		c.path([]draw.Point{{X: x + 21, Y: y - 4}, {X: x + 35, Y: y - 4}}, 2, cv.paint, cv.dash, "")
		c.text(x+40, y, f.size, draw.Left, ink, name)
	}
}

// The margin of a sheet: crop marks, the page's number, how to cut, and a ruler
// that shows whether a printer kept the size.

package label

import (
	"strings"

	"jouleboard/internal/draw"
)

// Crop marks, in mm: off the trim, long, and wide.
const (
	markGap   = 1
	markLen   = 3
	markWidth = 0.09
)

const (
	edge      = 4.5 // of the page, which many printers leave white
	notePt    = 6.5
	noteLead  = 2.9
	rulerLen  = 100 // between the outer ticks
	rulerDeep = 5   // ticks and the figures below them
	clear     = 0.6 // between marks or labels and what stands in the margin
)

var (
	black       = draw.Paint{Hex: "#000000"}
	outlineGrey = draw.Paint{Hex: "#767676"}
)

// cropMarks stand at every line to cut, outside of the outer labels only: pages
// with the same marks can be cut as a stack, and no mark stays on a label.
func (g Grid) cropMarks() (marks []draw.Item) {
	right, bottom := g.X0+float64(g.Cols-1)*g.PitchX+g.CellW, g.Y0+float64(g.Rows-1)*g.PitchY+g.CellH
	line := func(x1, y1, x2, y2 float64) {
		marks = append(marks, draw.Line{X1: round4(x1), Y1: round4(y1), X2: round4(x2), Y2: round4(y2), Stroke: black, SW: markWidth})
	}
	down := func(x float64) {
		line(x, g.Y0-markGap-markLen, x, g.Y0-markGap)
		line(x, bottom+markGap, x, bottom+markGap+markLen)
	}
	across := func(y float64) {
		line(g.X0-markGap-markLen, y, g.X0-markGap, y)
		line(right+markGap, y, right+markGap+markLen, y)
	}
	each := func(n int, at, pitch, size float64, mark func(float64)) {
		for i := range n {
			start := at + float64(i)*pitch
			if i == 0 || pitch > size+snug { // labels that touch share a line
				mark(start)
			}
			mark(start + size)
		}
	}
	each(g.Cols, g.X0, g.PitchX, g.CellW, down)
	each(g.Rows, g.Y0, g.PitchY, g.CellH, across)
	return marks
}

// band is the free part of one margin: long along the labels, deep away from them.
// Its drawings have their origin at the top left, and are turned beside the labels.
type band struct {
	x, y       float64 // of the origin
	long, deep float64
	block      float64 // how long the labels are along it
	turn       bool
	near       bool // the labels are above the band, not below it
}

// bands are the four margins of the page.
func (im *imposer) bands() (top, bottom, left, right band) {
	g, off := im.g, clear
	if !im.s.ButtCut {
		off += markGap + markLen
	}
	x2, y2 := g.X0+float64(g.Cols-1)*g.PitchX+g.CellW, g.Y0+float64(g.Rows-1)*g.PitchY+g.CellH
	across, down := im.s.W-2*edge, im.s.H-2*edge
	top = band{x: edge, y: edge, long: across, block: x2 - g.X0, deep: g.Y0 - off - edge}
	bottom = band{x: edge, y: y2 + off, long: across, block: x2 - g.X0, deep: im.s.H - edge - y2 - off, near: true}
	left = band{x: g.X0 - off, y: edge, long: down, block: y2 - g.Y0, deep: g.X0 - off - edge, turn: true, near: true}
	right = band{x: im.s.W - edge, y: edge, long: down, block: y2 - g.Y0, deep: im.s.W - edge - x2 - off, turn: true}
	return top, bottom, left, right
}

// put places a drawing of some size in the middle of a band, next to the labels. It
// returns the corners of the room that it takes, too.
func (b band) put(long, deep float64, items []draw.Item) (g draw.Group, x1, y1, x2, y2 float64) {
	u, v := (b.long-long)/2, 0.0
	if !b.near {
		v = b.deep - deep
	}
	if b.turn {
		x, y := round4(b.x-v), round4(b.y+u)
		return draw.Group{X: x, Y: y, Turn: true, Items: items}, x - deep, y, x, y + long
	}
	x, y := round4(b.x+u), round4(b.y+v)
	return draw.Group{X: x, Y: y, Items: items}, x, y, x + long, y + deep
}

// margin draws the notes and the ruler, each in the first margin with room for it.
// They never stand on a label: a sheet without margins has neither.
func (im *imposer) margin(notes []string) (items []draw.Item) {
	top, bottom, left, right := im.bands()
	var nx1, ny1, nx2, ny2 float64 // where the notes are
	for _, b := range []band{top, bottom, right, left} {
		long, lines := im.setNotes(b, notes)
		if lines == nil {
			continue
		}
		var g draw.Group
		g, nx1, ny1, nx2, ny2 = b.put(long, float64(len(lines))*noteLead, noteItems(lines, long))
		items = append(items, g)
		break
	}
	const long = rulerLen + 2*rulerEnds
	for _, b := range []band{bottom, left, top, right} {
		if b.long < long || b.deep < rulerDeep {
			continue
		}
		g, x1, y1, x2, y2 := b.put(long, rulerDeep, im.ruler())
		if len(items) == 0 || x2 < nx1 || nx2 < x1 || y2 < ny1 || ny2 < y1 {
			return append(items, g)
		}
	}
	return items
}

// setNotes sets the notes on lines as long as the labels' block, if need be longer.
// lines is nil where the band has no room.
func (im *imposer) setNotes(b band, notes []string) (long float64, lines []string) {
	for _, long := range []float64{min(b.block, b.long), b.long} {
		if lines := im.wrap(notes, long); lines != nil && float64(len(lines))*noteLead <= b.deep {
			return long, lines
		}
	}
	return 0, nil
}

// wrap sets notes on as few lines as they need. A note that is longer than a line
// is broken between words, or in scripts without spaces anywhere.
func (im *imposer) wrap(notes []string, long float64) (lines []string) {
	fits := func(s string) bool { return draw.Width(s, notePt, false, im.fonts...) <= long }
	join := func(gap, s string) {
		if last := len(lines) - 1; last >= 0 && fits(lines[last]+gap+s) {
			lines[last] += gap + s
			return
		}
		lines = append(lines, s)
	}
	for _, n := range notes {
		if fits(n) {
			join("   ", n)
			continue
		}
		gap := "   " // before its first word
		for word := range strings.FieldsSeq(n) {
			if fits(word) {
				join(gap, word)
			} else {
				for _, r := range word {
					if !fits(string(r)) {
						return nil
					}
					join(gap, string(r))
					gap = ""
				}
			}
			gap = " "
		}
	}
	return lines
}

func noteItems(lines []string, long float64) (items []draw.Item) {
	for i, s := range lines {
		items = append(items, draw.Text{X: round4(long / 2), Y: round4(float64(i)*noteLead + 2.1), Pt: notePt, Align: draw.Center, Color: black, S: s})
	}
	return items
}

// rulerEnds is the room that the ruler's figures need beyond its ends.
const rulerEnds = 1

// ruler is a scale of 100 mm with a tick every 5.
func (im *imposer) ruler() (items []draw.Item) {
	line := func(x1, y1, x2, y2 float64) {
		items = append(items, draw.Line{X1: rulerEnds + x1, Y1: y1, X2: rulerEnds + x2, Y2: y2, Stroke: black, SW: 0.15})
	}
	const y = 0.3
	line(0, y, rulerLen, y)
	for x := 0; x <= rulerLen; x += 5 {
		tick := 1.0
		switch {
		case x%50 == 0:
			tick = 2.2
		case x%10 == 0:
			tick = 1.6
		}
		line(float64(x), y, float64(x), y+tick)
	}
	figure := func(x float64, align draw.Align, s string) {
		items = append(items, draw.Text{X: rulerEnds + x, Y: 4.7, Pt: notePt, Align: align, Color: black, S: s})
	}
	figure(0, draw.Center, "0")
	figure(rulerLen/2, draw.Center, "50")
	figure(rulerLen, draw.Right, im.w.t("sheet_ruler"))
	return items
}

// Package draw is a display list in millimetres and its renderers.
//
// This file is the list itself. y grows downward, text stands on baselines, and
// whoever builds a list has decided everything: renderers place what they are
// given and choose nothing.
package draw

import "iter"

// PtMM is one typographic point in millimetres.
const PtMM = 0.352778

// List is one drawing: a page of W x H mm and what stands on it, back to front.
type List struct {
	W, H float64
	// Title and Desc are the drawing's name and its text alternative.
	Title, Desc string
	Lang        string // BCP 47, "en" if empty
	// Fallback fonts are looked through for characters that the built-in ones
	// lack. Outlined and embedded text only.
	Fallback []*Font
	Items    []Item
}

// Add appends items.
func (l *List) Add(items ...Item) { l.Items = append(l.Items, items...) }

// Item is one of Rect, Line, Polyline, Polygon, Circle, Text, Modules and Group.
type Item interface{ item() }

// Paint is a colour, and optionally the CSS class that stands for it where a
// drawing is put inline into a page, so that a page's dark mode can change it.
// The zero Paint paints nothing.
type Paint struct {
	Hex   string // "#RRGGBB"
	Class string // e.g. "c-ink"; used by inline SVG only
}

// None says whether the paint paints nothing.
func (p Paint) None() bool { return p.Hex == "" }

// Rect is an axis-parallel rectangle with an optional fill, stroke (centred on
// the edge, SW mm wide) and corner radius R.
type Rect struct {
	X, Y, W, H float64
	R          float64
	Fill       Paint
	Stroke     Paint
	SW         float64
	Title      string // tooltip in SVG that keeps its text, empty for none
}

// Line is a straight stroke. Dash is on/off lengths in mm, nil for a solid line.
type Line struct {
	X1, Y1, X2, Y2 float64
	Stroke         Paint
	SW             float64
	Dash           []float64
}

// Point is a position in mm.
type Point struct{ X, Y float64 }

// Polyline is an open stroke through points, with round joins.
type Polyline struct {
	Points []Point
	Stroke Paint
	SW     float64
	Dash   []float64
	Title  string // tooltip in SVG, empty for none
}

// Polygon is a closed shape.
type Polygon struct {
	Points []Point
	Fill   Paint
	Stroke Paint
	SW     float64
	Title  string // tooltip in SVG that keeps its text, empty for none
}

// Circle is a dot of radius R. Href makes it a link in SVG.
type Circle struct {
	X, Y, R float64
	Fill    Paint
	Stroke  Paint
	SW      float64
	Title   string // tooltip in SVG, empty for none
	Href    string
}

// Align of a text at its X.
type Align byte

// Alignments.
const (
	Left Align = iota
	Center
	Right
)

// Text is one line of text on a baseline.
type Text struct {
	X, Y  float64
	Pt    float64
	Bold  bool
	Color Paint
	Align Align
	S     string
	Href  string // makes the text a link in SVG that keeps its text
}

// Group is a drawing placed on another. X, Y is where the drawing's own origin,
// its top left corner, comes to lie. Turn turns it by 90 degrees clockwise about
// that point: a drawing of W x H then takes what is H wide and W high, to the
// left of X and below Y. To put it into a cell whose top left corner is at cx,
// cy, place it at X = cx + H, Y = cy.
type Group struct {
	X, Y  float64
	Turn  bool
	Items []Item
}

func (Rect) item()     {}
func (Line) item()     {}
func (Polyline) item() {}
func (Polygon) item()  {}
func (Circle) item()   {}
func (Text) item()     {}
func (Modules) item()  {}
func (Group) item()    {}

// texts are the lines of text that are drawn, in order.
func texts(items []Item) iter.Seq[Text] {
	return func(yield func(Text) bool) { eachText(items, yield) }
}

func eachText(items []Item, yield func(Text) bool) bool {
	for _, it := range items {
		switch it := it.(type) {
		case Text:
			if it.drawn() && !yield(it) {
				return false
			}
		case Group:
			if !eachText(it.Items, yield) {
				return false
			}
		}
	}
	return true
}

// drawn says whether there is anything to draw.
func (t Text) drawn() bool { return t.S != "" && t.Pt > 0 && !t.Color.None() }

// empty says whether a rectangle has no area, and so is not drawn.
func (r Rect) empty() bool { return r.W <= 0 || r.H <= 0 }

// radius is the corner radius that the sides leave room for.
func (r Rect) radius() float64 { return max(0, min(r.R, r.W/2, r.H/2)) }

// dashed says whether a pattern has dashes; one of zeros is a solid line.
func dashed(d []float64) bool {
	for _, v := range d {
		if v > 0 {
			return true
		}
	}
	return false
}

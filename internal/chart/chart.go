// Package chart turns series of numbers into pictures: a display list for the
// static drawing, an option for the interactive one, and the table of the same
// data. The same input gives the same bytes.
//
// This file holds what callers see. Drawings carry no links, because an image
// must not hold things that take focus; links are in the table and in the
// interactive chart, where a label can be clicked.
package chart

import (
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/unit"
)

// Chart is one figure in its three forms.
type Chart interface {
	// List is the static drawing: 1 px of it is 25.4/96 mm. The narrow one is a
	// layout of its own for 360 px, not the wide one made smaller.
	List(narrow bool) *draw.List
	// Table holds every number that the drawing shows.
	Table() Table

	// forms makes all of them with one layout of each drawing.
	forms() (Forms, error)
	name() string
}

// Forms are a chart in all its forms, each made once.
type Forms struct {
	// List is the wide drawing.
	List *draw.List
	// Wide and Narrow are the drawings for use inside a page, as SVG makes them.
	Wide, Narrow string
	// Option is HTML-safe JSON for assets/js/chart.js: data only, no functions.
	// It is nil where an interactive form would add nothing.
	Option []byte
	Table  Table
}

// FormsOf makes a chart's forms.
func FormsOf(c Chart) (Forms, error) { return c.forms() }

// drawn are the forms of a chart but for its option.
func drawn(name string, wide, narrow *draw.List, t Table) Forms {
	return Forms{List: wide, Wide: inline(wide, name, false), Narrow: inline(narrow, name, true), Table: t}
}

// SVG renders a static drawing for use inside a page: colours are classes, text
// is text. Its ids start with the chart's ID, which must be unique on a page.
func SVG(c Chart, narrow bool) string { return inline(c.List(narrow), c.name(), narrow) }

func inline(l *draw.List, name string, narrow bool) string {
	prefix := name + "-wide"
	if narrow {
		prefix = name + "-narrow"
	}
	var b strings.Builder
	if draw.WriteSVG(&b, l, draw.SVGOptions{IDPrefix: prefix, Text: draw.Live, Inline: true}) != nil {
		return "" // as draw.SVG
	}
	return b.String()
}

// Pt is a measured point. Points that are not finite, or not positive on a
// logarithmic axis, are left out of drawings.
type Pt struct {
	X, Y  float64
	Label string // what sets this point apart, such as "8 GPUs, batch 64"
	URL   string
}

// Series is one line: the points of one model in the order of rising load.
type Series struct {
	Name     string
	Family   string // of models: gives the colour
	Hardware string // gives the colour of a line without a family; without both, colours go by position
	URL      string
	Points   []Pt
	Pick     int // index of the point that the board ranks, -1 for none
}

// Limit is a constraint on the x axis, drawn as a line.
type Limit struct {
	X     float64
	Label string // such as "at most 50 ms"
	Min   bool   // the allowed side is the right one
}

// Table is the data of a chart for readers who do not see it, and for copying.
type Table struct {
	Caption string
	Head    []Column
	Rows    [][]Cell
}

// Column is a head cell. Numeric columns align right.
type Column struct {
	Name, Unit string
	Numeric    bool
}

// Cell is one value as printed. Num is the value itself, nil for text and for
// what is missing.
type Cell struct {
	Text string
	URL  string
	Num  *float64
}

// Words are a chart's own words. A field left empty is English.
type Words struct {
	Front  string // names the line of what no other point beats
	Model  string // head of the column of names
	Detail string // head of the column of point labels
	Ranked string // head of the column that marks ranked points
	Yes    string
	Low    string // lower end of an interval
	High   string // upper end of an interval
	Log    string // says that a strip's scale is logarithmic
	More   string // "{n}" stands for how many lines have no label
	Empty  string // said where there is nothing to draw
	Family string // leads the legend of colours
	// Of histograms: what heads the columns of their table, and how high the highest
	// bar is, "{n}" of "{of}" values.
	From, To, Count, Share, Tallest string
	// Between a quantity and its unit, and after what is told of.
	Part, Colon string
	// Numbers is how the language writes them.
	Numbers unit.Style
}

func (w Words) fill() Words {
	def := func(s *string, english string) {
		if *s == "" {
			*s = english
		}
	}
	def(&w.Front, "Pareto front")
	def(&w.Model, "Model")
	def(&w.Detail, "Configuration")
	def(&w.Ranked, "Ranked point")
	def(&w.Yes, "yes")
	def(&w.Low, "95 % from")
	def(&w.High, "95 % to")
	def(&w.Log, "logarithmic scale")
	def(&w.More, "{n} more lines have no label; all are in the data table.")
	def(&w.Empty, "No data to draw.")
	def(&w.Family, "Model families:")
	def(&w.From, "from")
	def(&w.To, "to")
	def(&w.Count, "values")
	def(&w.Share, "share")
	def(&w.Tallest, "highest bar: {n} of {of} values")
	def(&w.Part, ", ")
	def(&w.Colon, ": ")
	return w
}

// axisTitle joins a quantity and its unit as axes do: "median ITL, ms".
func (w Words) axisTitle(name, unit string) string {
	name, unit = clean(name), clean(unit)
	switch {
	case unit == "":
		return name
	case name == "":
		return unit
	}
	return name + w.fill().Part + unit
}

// withUnit is a printed number with its unit behind it.
func withUnit(number, unit string) string {
	if unit = clean(unit); unit == "" {
		return number
	}
	return number + " " + unit
}

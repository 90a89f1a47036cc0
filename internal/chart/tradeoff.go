// Tradeoff and Lines: the two x-y charts.

package chart

import "jouleboard/internal/draw"

// Tradeoff is energy against speed: a line for each model under rising load, a
// dot where the board ranks it, the limit, and the front that no point beats.
// Lower is better on both axes.
type Tradeoff struct {
	ID, Title, Caption         string // ID is a fragment: letters, digits, dashes
	XName, XUnit, YName, YUnit string
	LogX, LogY                 bool
	Limit                      *Limit
	Series                     []Series // best first: where there is not room to name all, these are named
	Front                      []Pt
	Words                      Words
	// Layered leaves the limit and the dots of ranked points out of the drawing,
	// with room for both: the page puts them over it, where its script can move
	// them. Layer says where they belong.
	Layered bool
}

func (t Tradeoff) plot() *plot {
	return (&plot{
		id: t.ID, title: t.Title, caption: t.Caption,
		xName: t.XName, xUnit: t.XUnit, yName: t.YName, yUnit: t.YUnit,
		xKind: kindOf(t.LogX, log10), yKind: kindOf(t.LogY, log10),
		limit: t.Limit, series: t.Series, front: t.Front, words: t.Words, layered: t.Layered,
	}).read()
}

func (t Tradeoff) name() string { return t.ID }

func (t Tradeoff) forms() (Forms, error) { return t.plot().forms() }

// List is the static drawing.
func (t Tradeoff) List(narrow bool) *draw.List { return t.plot().list(narrow) }

// Table lists every point.
func (t Tradeoff) Table() Table { return t.plot().table() }

// Lines is energy against batch size, concurrency or latency for one model, a
// line for each accelerator or count of them, a mark for each measurement.
type Lines struct {
	ID, Title, Caption         string
	XName, XUnit, YName, YUnit string
	Log2X                      bool // x by doublings: batch sizes, concurrency
	LogX, LogY                 bool // logarithmic with plain numbers
	Series                     []Series
	Words                      Words
}

func (l Lines) plot() *plot {
	x := kindOf(l.LogX, log10)
	if l.Log2X {
		x = log2
	}
	return (&plot{
		id: l.ID, title: l.Title, caption: l.Caption,
		xName: l.XName, xUnit: l.XUnit, yName: l.YName, yUnit: l.YUnit,
		xKind: x, yKind: kindOf(l.LogY, log10),
		series: l.Series, words: l.Words, marks: true,
	}).read()
}

func (l Lines) name() string { return l.ID }

func (l Lines) forms() (Forms, error) { return l.plot().forms() }

// List is the static drawing.
func (l Lines) List(narrow bool) *draw.List { return l.plot().list(narrow) }

// Table lists every point.
func (l Lines) Table() Table { return l.plot().table() }

func kindOf(log bool, kind scaleKind) scaleKind {
	if log {
		return kind
	}
	return linear
}

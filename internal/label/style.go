// Styles: which design, in which size and look a label is drawn, and what those
// sizes and looks are.

package label

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Style is how a label is drawn. The zero value is the full label of the
// default design in colour.
type Style struct {
	Design string // a name of Designs.Names; empty is "default"
	Size   string // one of Sizes; empty is "full"
	Look   string // one of Looks; empty is LookColour
	// NoFrame leaves the frame out, for stock that is cut where labels meet.
	NoFrame bool
	// Unofficial draws designs that break a rule of layout; "custom layout" is
	// printed on the label.
	Unofficial bool
}

// Looks of a label.
const (
	LookColour = "colour"
	LookMono   = "mono" // one ink
	LookDark   = "dark" // for screens, never for print
)

// Looks returns the looks that each design can be drawn in.
func Looks() []string { return []string{LookColour, LookMono, LookDark} }

// DefaultDesign is the name of the design that comes with jouleboard.
const DefaultDesign = "default"

// full names the style in all its parts.
func (s Style) full() Style {
	if s.Design == "" {
		s.Design = DefaultDesign
	}
	if s.Size == "" {
		s.Size = SizeFull
	}
	if s.Look == "" {
		s.Look = LookColour
	}
	return s
}

// tail tells the drawings of one result apart: SIZE[-mono|-dark][-DESIGN].
func (s Style) tail() string {
	s = s.full()
	t := s.Size
	if s.Look != LookColour {
		t += "-" + s.Look
	}
	if s.Design != DefaultDesign {
		t += "-" + s.Design
	}
	return t
}

// FileName is the name under which a label is saved:
// HASH-SIZE[-mono|-dark][-DESIGN].EXT.
func FileName(in Input, s Style, ext string) string {
	return in.hash() + "-" + s.tail() + "." + ext
}

// Sizes of a label.
const (
	SizeFull    = "full"
	SizeCompact = "compact" // the full label at 0.645833 of its size
	SizeSmall   = "small"
	SizeStrip   = "strip"
)

// Sizes returns the sizes that labels are drawn in, the largest first.
func Sizes() []string { return []string{SizeFull, SizeCompact, SizeSmall, SizeStrip} }

// size is a label's page in mm.
type size struct {
	W, H float64
	// mandatory fields, with | between those of which one is enough; stars and
	// the QR code are elements of their own kind.
	mandatory []string
}

// compactScale is what the numbers of a full design are multiplied by: 62/96.
const compactScale = 62.0 / 96

// sizes are the pages that a design can be for.
var sizes = map[string]size{
	SizeFull:    {W: 96, H: 192, mandatory: fullMandatory},
	SizeCompact: {W: 62, H: 124, mandatory: fullMandatory},
	SizeSmall: {W: 36, H: 72, mandatory: []string{"site", "model", "rating", "value", "per|per_short", "scale|scale_id", "relative|relative_short",
		"task", "hardware", "dated|month", "hash|hash_short", "status|status_short", "withdrawn", "reason_short"}},
	SizeStrip: {W: 54, H: 20, mandatory: []string{"model", "rating|rating_short", "value", "per|per_short|per_tiny", "id_line|scale_id", "id_line|relative_short",
		"task", "hardware", "id_line|hash_short", "status|status_short", "withdrawn", "reason_short"}},
}

var fullMandatory = []string{"site", "subtitle", "model", "provider", "rating", "range", "value", "per", "ci", "scale", "relative",
	"fact_key", "fact_value", "url", "hash", "status", "withdrawn", "reason", "note"}

// check finds a style that does not exist.
func (s Style) check() error {
	if _, ok := sizes[s.Size]; !ok {
		return problem("LBL-E-SIZE", "use one of: "+strings.Join(Sizes(), ", "), "no size %q", s.Size)
	}
	if !slices.Contains(Looks(), s.Look) {
		return problem("LBL-E-LOOK", "use one of: "+strings.Join(Looks(), ", "), "no look %q", s.Look)
	}
	return nil
}

// palettes are the colours of each look that a design does not choose itself.
var palettes = map[string]map[string]string{
	LookColour: {"paper": "#FFFFFF", "ink": "#1A1A1A", "grey": "#4D4D4D", "star": "#005A8C", "outline": "#767676", "alert": "#8C2D04", "bar": "#1A1A1A", "on-bar": "#FFFFFF"},
	LookMono:   {"paper": "#FFFFFF", "ink": "#000000", "grey": "#000000", "star": "#000000", "outline": "#000000", "alert": "#000000", "bar": "#000000", "on-bar": "#FFFFFF"},
	LookDark:   {"paper": "#1A1A1A", "ink": "#F2F2F2", "grey": "#B8B8B8", "star": "#6CB8F0", "outline": "#8A8A8A", "alert": "#F2A07A", "bar": "#333333", "on-bar": "#F2F2F2"},
}

// color is the value of a colour's name in a look, "" if it has none.
func (ds *Design) color(look, name string) string {
	own := ds.Looks[look]
	if look == LookColour {
		own = ds.Palette
	}
	if hex, ok := own[name]; ok {
		return hex
	}
	return palettes[look][name]
}

// place is where a design file says a look's colour, for messages.
func palettePointer(look, name string) string {
	if look == LookColour {
		return "/palette/" + name
	}
	return fmt.Sprintf("/looks/%s/%s", look, name)
}

// colors are the names of the colours that a design can use, sorted.
func (ds *Design) colors() []string {
	names := slices.Collect(maps.Keys(palettes[LookColour]))
	for name := range ds.Palette {
		if _, ok := palettes[LookColour][name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

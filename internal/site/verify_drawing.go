// Drawing a label again and comparing the two, byte by byte and, where another
// program has only written the same thing differently, element by element.

package site

import (
	"bytes"
	"fmt"
	"strings"

	"jouleboard/internal/label"
)

// pngDPI is the resolution of labels as PNG.
const pngDPI = 300

// drawing compares the file with what the states would draw, and returns the
// state that the label was drawn in as far as that can be known.
func (v *Verifier) drawing(out *Verdict, states []state, rec label.Record, data []byte, format label.Format, redraw Redraw) state {
	out.Drawing = DrawingUnchecked
	if redraw == RedrawNever {
		out.note("only the record was proven, not the drawing: it was not drawn again")
		return states[0]
	}
	why := ""
	var differs string
	for _, st := range states {
		if st.guess {
			continue
		}
		drawn, err := v.draw(st.in, rec, format)
		if err != nil {
			why = err.Error()
			continue
		}
		for _, d := range drawn {
			if bytes.Equal(d, data) {
				out.Drawing = DrawingSame
				return st
			}
			how := drawingDifference(format, data, d)
			if how == "" {
				out.Drawing = DrawingSame
				out.note("another program wrote the file anew; what it shows is the same")
				return st
			}
			if differs == "" {
				differs = how
			}
		}
	}
	st := states[0]
	if differs == "" && why == "" {
		out.note("only the record was proven, not the drawing: the date on the label is no longer known here")
		return st
	}
	ours := v.s.opt.Tool.Version
	switch theirs := toolVersion(rec); {
	case redraw == RedrawAlways:
	case theirs != ours:
		out.note("only the record was proven, not the drawing: it was drawn by jouleboard %s, and this is %s", theirs, ours)
		return st
	case rec.Size != label.SizeBadge && !v.sameDesign(rec):
		out.note("only the record was proven, not the drawing: the design %s of this board is not the one that it was drawn with", rec.Design)
		return st
	}
	out.Drawing = DrawingDiffers
	if differs == "" {
		out.note("the record holds, but no label can look like that: %s", why)
		return st
	}
	unless := "the board has changed its title or a name in its catalogue since"
	if format == label.FormatSVG {
		unless += ", or a program has shrunk or rewritten the file"
	}
	out.note("the record holds, but drawn text or metadata no longer match: %s. Unless %s, somebody has changed the label", differs, unless)
	return st
}

// toolVersion is the version that drew a label.
func toolVersion(rec label.Record) string {
	return strings.TrimSpace(strings.TrimPrefix(rec.Tool, "jouleboard"))
}

// style is how the record says that the label is drawn.
func style(rec label.Record) label.Style {
	return label.Style{Design: rec.Design, Size: rec.Size, Look: rec.Look, Unofficial: rec.Custom}
}

// sameDesign says whether the board has the design that a label was drawn with.
func (v *Verifier) sameDesign(rec label.Record) bool {
	sum, ok := v.s.in.Designs.SHA256(style(rec))
	return ok && sum == rec.DesignSHA256
}

// draw returns the files that a label may be: what its record says, drawn here.
func (v *Verifier) draw(in label.Input, rec label.Record, format label.Format) ([][]byte, error) {
	in.ToolVersion = toolVersion(rec) // so that another version's equal drawing has equal bytes
	if rec.Size == label.SizeBadge {
		if format != label.FormatSVG {
			return nil, fmt.Errorf("a badge comes as SVG only")
		}
		if rec.URL == "" {
			in.BaseURL = ""
		}
		plain, err := v.s.in.Designs.Badge(in, false)
		if err != nil {
			return nil, err
		}
		value, err := v.s.in.Designs.Badge(in, true)
		return [][]byte{plain, value}, err
	}
	l, err := v.s.in.Designs.Draw(in, style(rec))
	if err != nil {
		return nil, err
	}
	l.Record.DesignSHA256 = rec.DesignSHA256
	var data []byte
	switch format {
	case label.FormatSVG:
		data = l.SVG()
	case label.FormatPDF:
		data, err = l.PDF()
	case label.FormatPNG:
		data, err = l.PNG()
	}
	return [][]byte{data}, err
}

// drawingDifference says in which way a file is not the one drawn here, "" if it
// shows the same.
func drawingDifference(format label.Format, file, drawn []byte) string {
	switch format {
	case label.FormatSVG:
		if same, line := label.SameSVG(file, drawn); !same {
			return fmt.Sprintf("line %d of the SVG is the first that is not as drawn", line)
		}
		return ""
	case label.FormatPNG:
		return label.PNGDifference(file, drawn, pngDPI)
	}
	n := 0
	for n < len(file) && n < len(drawn) && file[n] == drawn[n] {
		n++
	}
	return fmt.Sprintf("byte %d of the PDF is the first that is not as written", n+1)
}

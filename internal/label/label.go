// Package label turns a result and its rating into an energy label: the words,
// the layout by a design file, the record that lets a label be checked later,
// and the badge for web pages.
//
// This file is the way in: what a label is made of, and how it is written. The
// steps are fields.go (what it says), design.go and validate.go (where that
// stands), fit.go and layout.go (how it fits), record.go (how it is checked).
package label

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// Metric is the registry key of the energy that labels print, in Wh.
const Metric = "energy_per_1000_requests_wh"

// Input is everything that a label speaks of. Result is required, and BaseURL
// for every size that has a QR code; what else is missing is said to be missing.
type Input struct {
	Result   *result.Result
	Model    *catalog.Model    // nil if the catalogue does not know it
	Task     *catalog.Task     // likewise
	Hardware *catalog.Hardware // likewise
	Rating   rank.Rating
	// SiteTitle and BaseURL are the board's; the QR code leads to
	// BaseURL/r/HASH/.
	SiteTitle, BaseURL string
	// PointTitle names the operating point; empty describes the load instead.
	PointTitle string
	Flag       *catalog.Flag
	Withdrawal *catalog.Withdrawal
	// Verification is "recomputed", "declared" or "reported". Empty is reported
	// for a source's result and declared for any other.
	Verification string
	// Lang is the site's language; empty is English.
	Lang string
	// ToolVersion goes into the record.
	ToolVersion string
	// HashLen is the site's length of short ids, 0 for 12.
	HashLen int
}

// hash is the short id of permalinks.
func (in Input) hash() string {
	n := in.HashLen
	if n == 0 {
		n = 12
	}
	if len(in.Result.ID) < n {
		return in.Result.ID
	}
	return in.Result.ID[:n]
}

// url is where the QR code leads.
func (in Input) url() string {
	if in.BaseURL == "" {
		return ""
	}
	return strings.TrimSuffix(in.BaseURL, "/") + "/r/" + in.hash() + "/"
}

// Label is one drawing with its record.
type Label struct {
	List   *draw.List
	Record Record // as drawn: the files hold what it was then
	// Alt is the label in one sentence.
	Alt string
	// Findings are warnings about this label, such as a shortened name.
	Findings result.Findings

	boxes         []box
	scale         float64
	title, author string
	prefix        string // of ids
	json          string // the record
	look          string
	date          time.Time
}

// Problem is why a label cannot be drawn.
type Problem struct{ result.Finding }

func (p *Problem) Error() string { return fmt.Sprintf("%s [%s]", p.Message, p.Rule) }

func problem(rule, hint, format string, args ...any) error {
	return &Problem{result.Finding{Rule: rule, Level: result.Error, Message: fmt.Sprintf(format, args...), Hint: hint}}
}

// WriteSVG writes the label as a file of its own, which may also stand inline in a
// page: its ids carry the result and the size.
func (l *Label) WriteSVG(w io.Writer) error {
	return draw.WriteSVG(w, l.List, draw.SVGOptions{IDPrefix: l.prefix, Metadata: l.json, Text: draw.Outline, Unit: "mm"})
}

// SVG is what WriteSVG writes.
func (l *Label) SVG() []byte {
	var b bytes.Buffer
	_ = l.WriteSVG(&b) // the list was checked, and memory takes everything
	return b.Bytes()
}

// WritePDF writes the label as a page of its own size.
func (l *Label) WritePDF(w io.Writer) error {
	if l.look == LookDark {
		return problem("LBL-E-LOOK", "use svg or png, or another look", "a dark label is for screens, and a PDF is for print")
	}
	return draw.WritePDF(w, l.List, draw.PDFOptions{
		Info: draw.Info{Title: l.title, Author: l.author, Subject: l.Alt, Keywords: recordPrefix + l.json, Description: l.json},
		Date: l.date,
	})
}

// PDF is what WritePDF writes.
func (l *Label) PDF() ([]byte, error) {
	var b bytes.Buffer
	if err := l.WritePDF(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// PNG writes the label as a picture of 300 dots an inch.
func (l *Label) PNG() ([]byte, error) {
	return draw.PNG(l.List, draw.PNGOptions{Text: []draw.PNGText{{Key: pngKeyword, Value: l.json}}})
}

// Names are the designs by name, sorted; each may have several sizes. Those that
// can be drawn unofficially only are among them.
func (d *Designs) Names() []string {
	var names []string
	for _, byKey := range []map[string]*Design{d.byKey, d.custom} {
		for key := range byKey {
			name, _, _ := strings.Cut(key, "/")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

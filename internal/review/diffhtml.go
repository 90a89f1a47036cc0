// A change as one page that needs nothing beside it: no script, no other file,
// no address. It opens from disk and may be passed on.

package review

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
)

//go:embed diff.html
var diffPage string

// maxHTMLRows and maxHTMLSections bound the page.
const (
	maxHTMLRows     = 500
	maxHTMLSections = 200
)

type htmlPage struct {
	Title, Base, Head, Summary, Files, More string
	Sections                                []htmlSection
	Labels                                  []htmlLabel
}

type htmlSection struct {
	section
	More string
}

type htmlLabel struct {
	Model, ID, Text string
	Picture         template.URL
}

// HTML writes the change as a page.
func (c *Change) HTML() ([]byte, error) {
	p := htmlPage{Title: "What this change does to the board", Base: c.Base, Head: c.Head, Summary: c.summary(), Files: c.fileLine()}
	secs := c.sections()
	if n := len(secs) - maxHTMLSections; n > 0 {
		p.More = counted(n, "more section") + " left out here; the JSON form has all."
		secs = secs[:maxHTMLSections]
	}
	for _, s := range secs {
		h := htmlSection{section: s}
		if n := len(s.Rows) - maxHTMLRows; n > 0 {
			h.Rows, h.More = s.Rows[:maxHTMLRows], counted(n, "more row")+" left out here; the JSON form has all."
		}
		p.Sections = append(p.Sections, h)
	}
	for _, l := range c.Labels {
		h := htmlLabel{Model: l.Model, ID: shortID(l.ID), Text: l.Text}
		if len(l.SVG) > 0 {
			// As a picture and not inline: a picture cannot run anything.
			h.Picture = template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(l.SVG))
		}
		p.Labels = append(p.Labels, h)
	}
	t, err := template.New("diff").Parse(diffPage)
	if err != nil {
		return nil, fmt.Errorf("read the page of a change: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("write the page of a change: %w", err)
	}
	return b.Bytes(), nil
}

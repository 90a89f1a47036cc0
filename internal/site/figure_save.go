// Figures whose pictures are not all files: small ones, of which a board has
// thousands. Their data are files; the page's script makes the pictures.

package site

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/draw"
)

// saving is what the page's script needs to make pictures of a figure.
type saving struct {
	Name   string // of the files, without an ending
	Title  string
	Paints string // what the drawing's classes are on light paper: "c-ink:#16181d f1:#0072b2"
}

// smallFigure draws a chart with its data as files at name. vector adds SVG and PDF
// files, for figures that are few; what is not a file is made in the page.
func (s *site) smallFigure(r *renderer, page, name string, c chart.Chart, id, title, caption, where string, vector bool) (*figure, error) {
	f, err := s.figure(r, page, "", c, id, title, caption, where)
	if err != nil {
		return nil, err
	}
	heading := joinNonEmpty(s.msg.T("sep.colon"), title, where)
	csv, json, err := s.figureData(page, c.Table(), heading)
	if err != nil {
		return nil, fmt.Errorf("data of %s: %w", name, err)
	}
	list := c.List(false)
	list.Title, list.Lang = heading, s.in.Site.Language
	list.Repaint(s.themePaints())
	f.Save, f.Small = s.saving(name, heading, list), !vector
	put := func(text, ext string, data []byte) error {
		f.Links = append(f.Links, figLink{relative(page, name+ext), text, f.Save.Name + ext})
		return r.put(name+ext, page, data)
	}
	if vector {
		pdf, err := draw.PDF(list, draw.PDFOptions{Info: draw.Info{Title: heading, Author: s.in.Site.Title}, Date: r.date()})
		if err != nil {
			return nil, fmt.Errorf("%s as PDF: %w", name, err)
		}
		if err := put("SVG", ".svg", draw.SVG(list, draw.SVGOptions{IDPrefix: path.Base(name) + "-", Text: draw.Live})); err != nil {
			return nil, err
		}
		if s.drawn == s.msg { // the PDF's fonts can write the language
			if err := put("PDF", ".pdf", pdf); err != nil {
				return nil, err
			}
		}
	}
	if err := put("CSV", ".csv", csv); err != nil {
		return nil, err
	}
	return f, put("JSON", ".json", json)
}

// saving gathers what a script needs to make pictures of a drawing that has the
// colours it is to be saved in.
func (s *site) saving(name, title string, list *draw.List) *saving {
	var paints []string
	add := func(ps ...draw.Paint) {
		for _, p := range ps {
			if t := p.Class + ":" + p.Hex; p.Class != "" && !p.None() && !slices.Contains(paints, t) {
				paints = append(paints, t)
			}
		}
	}
	for _, it := range list.Items {
		switch it := it.(type) {
		case draw.Rect:
			add(it.Fill, it.Stroke)
		case draw.Line:
			add(it.Stroke)
		case draw.Polyline:
			add(it.Stroke)
		case draw.Polygon:
			add(it.Fill, it.Stroke)
		case draw.Circle:
			add(it.Fill, it.Stroke)
		case draw.Text:
			add(it.Color)
		}
	}
	slices.Sort(paints)
	return &saving{Name: path.Base(path.Dir(name)) + "-" + path.Base(name), Title: title, Paints: strings.Join(paints, " ")}
}

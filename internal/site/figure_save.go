// Figures whose pictures are not all files: small ones, of which a board has
// thousands. Their data are files; the page's script makes the pictures.

package site

import (
	"cmp"
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
	f, forms, err := s.figureOf(r, page, c, id, title, caption)
	if err != nil {
		return nil, err
	}
	heading := joinNonEmpty(s.msg.T("sep.colon"), title, where)
	f.Save, f.Small = s.saving(name, heading, forms.List), !vector
	if vector {
		p := s.pictures(r, page, name, forms.List, heading)
		if err := p.vectors(); err != nil {
			return nil, err
		}
		f.Links = p.links
	}
	data, err := s.dataFiles(r, page, name, forms.Table, heading)
	f.Links = append(f.Links, data...)
	return f, err
}

// saving gathers what a script needs to make pictures of a drawing, in the colours
// that they are to be saved in.
func (s *site) saving(name, title string, list *draw.List) *saving {
	themed := s.themePaints()
	var paints []string
	for _, p := range list.Paints() {
		if p.Class != "" {
			paints = append(paints, p.Class+":"+cmp.Or(themed[p.Class], p.Hex))
		}
	}
	slices.Sort(paints)
	return &saving{Name: figureFile(name), Title: title, Paints: strings.Join(slices.Compact(paints), " ")}
}

// Figures whose pictures are not all files: small ones, of which a board has
// thousands, and any where the board wants fewer files. Their data are files; the
// page's script makes the pictures.

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
	var formats []string
	if vector {
		formats = []string{"svg", "pdf"}
	}
	f, err := s.figureAs(r, page, name, c, id, title, caption, where, formats)
	if err == nil {
		f.Small = !vector
	}
	return f, err
}

// saved says whether the page's script makes pictures of one of these figures.
func saved(figures ...*figure) bool {
	return slices.ContainsFunc(figures, func(f *figure) bool { return f != nil && f.Save != nil })
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

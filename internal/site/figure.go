// Figures: a chart's drawings, option and table made ready for the template,
// and its downloads.

package site

import (
	"fmt"
	"html/template"

	"jouleboard/internal/chart"
	"jouleboard/internal/draw"
)

// figure is a chart ready for the template of the same name.
type figure struct {
	ID, Title, Caption string
	Wide, Narrow       template.HTML
	Option             template.JS
	Links              []figLink
	TableTitle         string
	Head               []figHead
	Rows               [][]figCell
}

type figLink struct{ URL, Text, Download string }

type figHead struct {
	Name, Unit string
	Num        bool
}

type figCell struct {
	Text, URL string
	Num       bool
}

// figure draws a chart. name is the path of its downloads without the ending;
// empty means none. where names the page for the drawing's own title.
func (s *site) figure(r *renderer, page, name string, c chart.Chart, id, title, caption, where string, links ...figLink) (*figure, error) {
	f := &figure{ID: id, Title: title, Caption: caption,
		Wide: template.HTML(chart.SVG(c, false)), Narrow: template.HTML(chart.SVG(c, true)), // made by our own renderer, which escapes
		TableTitle: s.msg.T("fig.table")}
	option, err := c.Option()
	if err != nil {
		return nil, fmt.Errorf("chart %s of %s: %w", id, page, err)
	}
	if s.assets.echarts != "" && option != nil {
		f.Option = template.JS(option) // HTML-safe JSON, checked by the chart room's tests
	}
	t := c.Table()
	for _, h := range t.Head {
		f.Head = append(f.Head, figHead{h.Name, h.Unit, h.Numeric})
	}
	for _, row := range t.Rows {
		cells := make([]figCell, len(row))
		for i, v := range row {
			cells[i] = figCell{Text: v.Text, URL: v.URL, Num: i < len(t.Head) && t.Head[i].Numeric}
		}
		f.Rows = append(f.Rows, cells)
	}
	if name != "" {
		list := c.List(false)
		list.Title = title + ": " + where
		list.Lang = s.in.Site.Language
		if err := r.out.put(name+".svg", page, draw.SVG(list, draw.SVGOptions{IDPrefix: id + "-", Text: draw.Live})); err != nil {
			return nil, err
		}
		pdf, err := draw.PDF(list, draw.PDFOptions{Info: draw.Info{Title: list.Title, Author: s.in.Site.Title}, Date: s.date()})
		if err != nil {
			return nil, fmt.Errorf("chart %s of %s as PDF: %w", id, page, err)
		}
		if err := r.out.put(name+".pdf", page, pdf); err != nil {
			return nil, err
		}
		f.Links = append(f.Links, figLink{relative(page, name+".svg"), "SVG", ""}, figLink{relative(page, name+".pdf"), "PDF", ""})
	}
	f.Links = append(f.Links, links...)
	return f, nil
}

// Figures: a chart's drawings, option and table made ready for the template,
// and its downloads.

package site

import (
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/chart"
	"jouleboard/internal/content"
	"jouleboard/internal/draw"
)

// figure is a chart ready for the template of the same name.
type figure struct {
	ID, Title, Caption string
	Wide, Narrow       template.HTML
	Option             template.JS
	Data               string // the file that holds the option of a large chart instead
	Links              []figLink
	Save               *saving // nil where all pictures are wanted as files
	Small              bool    // drawn for less than the page's width
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

// chartWords are a chart's own words in the site's language. of heads the column
// of what the lines or bars stand for.
func (s *site) chartWords(of string) chart.Words {
	return chart.Words{Front: s.msg.T("fig.front"), Model: of, Detail: s.msg.T("fig.detail"), Ranked: s.msg.T("fig.ranked"), Yes: s.msg.T("fig.yes"),
		Low: s.msg.T("fig.low"), High: s.msg.T("fig.high"), Log: s.msg.T("fig.log"), More: s.msg.T("fig.more"), Empty: s.msg.T("fig.empty"), Family: s.msg.T("fig.family"),
		From: s.msg.T("fig.from"), To: s.msg.T("fig.to"), Count: s.msg.T("fig.count"), Share: s.msg.T("fig.share"), Tallest: s.msg.T("fig.tallest"), Part: s.msg.T("sep.part"), Colon: s.msg.T("sep.colon"), Numbers: s.msg.Style}
}

// figure draws a chart with all its pictures that the board wants, and its data, as
// files. name is their path without the ending; empty means none. where names the
// page for the drawing's own title.
func (s *site) figure(r *renderer, page, name string, c chart.Chart, id, title, caption, where string) (*figure, error) {
	return s.figureAs(r, page, name, c, id, title, caption, where, content.FigureFormats())
}

// figureAs draws a chart whose pictures are files in some formats at most.
func (s *site) figureAs(r *renderer, page, name string, c chart.Chart, id, title, caption, where string, formats []string) (*figure, error) {
	f, forms, err := s.figureOf(r, page, c, id, title, caption)
	if err != nil || name == "" {
		return f, err
	}
	return f, s.figureFiles(r, f, page, name, forms, joinNonEmpty(s.msg.T("sep.colon"), title, where), formats)
}

// figureOf makes what a page shows of a chart, and returns the chart's forms for its
// files.
func (s *site) figureOf(r *renderer, page string, c chart.Chart, id, title, caption string) (*figure, chart.Forms, error) {
	forms, err := chart.FormsOf(c)
	if err != nil {
		return nil, forms, fmt.Errorf("chart %s of %s: %w", id, page, err)
	}
	f := &figure{ID: id, Title: title, Caption: caption, Wide: inlineSVG(forms.Wide), Narrow: inlineSVG(forms.Narrow), TableTitle: s.msg.T("fig.table")}
	switch {
	case s.assets.echarts == "" || forms.Option == nil:
	case len(forms.Option) > inlineOption:
		if f.Data, err = beside(r, page, "chart", "jbCharts", id, forms.Option); err != nil {
			return nil, forms, err
		}
	default:
		f.Option = template.JS(forms.Option) // HTML-safe JSON, checked by the chart room's tests
	}
	t := forms.Table
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
	return f, forms, nil
}

// inlineSVG is a chart's drawing inside a page.
func inlineSVG(svg string) template.HTML {
	return template.HTML(svg) // made by our own renderer, which escapes
}

// inlineOption is how many bytes of an option a page holds. A larger one is a file
// beside the page that is asked for when the chart comes to life, so that the first
// view of a large board stays small.
const inlineOption = 8 << 10

// figureDPI gives a PNG twice the pixels that the drawing has on a page.
const figureDPI = 192

// figureFiles writes a chart for slides, print and pictures, and its data. All
// are made here, not in the browser: they are there without scripts, have
// addresses to link to, and are the same bytes for everybody. Pictures that are not
// wanted as files are left to the page's script.
func (s *site) figureFiles(r *renderer, f *figure, page, name string, forms chart.Forms, heading string, formats []string) error {
	defer s.work.since("figure", time.Now())
	formats = slices.DeleteFunc(formats, func(format string) bool { return !s.in.Site.BuildsFigure(format) })
	if len(formats) < len(content.FigureFormats()) {
		f.Save = s.saving(name, heading, forms.List)
	}
	if !s.drawsGlyphs() {
		formats = slices.DeleteFunc(formats, func(format string) bool { return format != "svg" })
	}
	if err := s.figurePictures(r, f, page, name, forms.List, heading, formats); err != nil {
		return err
	}
	data, err := s.dataFiles(r, page, name, forms.Table, heading)
	f.Links = append(f.Links, data...)
	return err
}

// drawsGlyphs says whether our fonts can write the site's language: PDF and PNG hold
// glyphs, SVG leaves them to the reader's fonts.
func (s *site) drawsGlyphs() bool { return s.drawn == s.msg }

// figurePictures writes a drawing in some formats and links to the files. From then
// on it has the colours of the theme's light paper.
func (s *site) figurePictures(r *renderer, f *figure, page, name string, list *draw.List, heading string, formats []string) error {
	if len(formats) == 0 {
		return nil // so nothing is digested either
	}
	list.Title, list.Lang = heading, s.in.Site.Language
	list.Repaint(s.themePaints())
	of := r.drawnOf(*list, s.in.Site.Title, r.date().Unix())
	for _, format := range formats {
		err := r.drawing(name+"."+format, page, of, func() ([]byte, error) {
			switch format {
			case "svg":
				return draw.SVG(list, draw.SVGOptions{IDPrefix: path.Base(name) + "-", Text: draw.Live}), nil
			case "pdf":
				return draw.PDF(list, draw.PDFOptions{Info: draw.Info{Title: list.Title, Author: s.in.Site.Title}, Date: r.date()})
			}
			return draw.PNG(list, draw.PNGOptions{DPI: figureDPI, Indexed: true})
		})
		if err != nil {
			return fmt.Errorf("%s as %s: %w", name, format, err)
		}
		f.Links = append(f.Links, figureLink(page, name, strings.ToUpper(format)))
	}
	return nil
}

// dataFiles writes a chart's table as CSV and JSON.
func (s *site) dataFiles(r *renderer, page, name string, t chart.Table, heading string) ([]figLink, error) {
	csv, json, err := s.figureData(page, t, heading)
	if err != nil {
		return nil, fmt.Errorf("data of %s: %w", name, err)
	}
	out, err := putFigure(r, page, name, nil, "CSV", csv)
	if err != nil {
		return nil, err
	}
	return putFigure(r, page, name, out, "JSON", json)
}

// putFigure writes a file of a figure and adds its link.
func putFigure(r *renderer, page, name string, links []figLink, format string, data []byte) ([]figLink, error) {
	if err := r.put(name+"."+strings.ToLower(format), page, data); err != nil {
		return nil, err
	}
	return append(links, figureLink(page, name, format)), nil
}

// figureLink leads from a page to a file of a figure.
func figureLink(page, name, format string) figLink {
	ext := "." + strings.ToLower(format)
	return figLink{relative(page, name+ext), format, figureFile(name) + ext}
}

// figureFile is what a figure's files are called when they are saved, without an
// ending.
func figureFile(name string) string { return path.Base(path.Dir(name)) + "-" + path.Base(name) }

// figureData is a chart's table as CSV and JSON, each row with the address of the
// result's page. Numbers are whole, not as printed; what is missing is empty in
// CSV and null in JSON.
func (s *site) figureData(page string, t chart.Table, title string) (csv, js []byte, err error) {
	type column struct {
		Name string `json:"name"`
		Unit string `json:"unit,omitempty"`
	}
	out := struct {
		Title   string   `json:"title"`
		License string   `json:"license,omitempty"`
		Notice  string   `json:"use_notice,omitempty"`
		Columns []column `json:"columns"`
		Rows    [][]any  `json:"rows"`
	}{Title: title, License: s.in.Site.License, Notice: s.in.Site.UseNotice, Rows: [][]any{}}
	var head []string
	for _, h := range t.Head {
		out.Columns = append(out.Columns, column{h.Name, h.Unit})
		head = append(head, safeText(joinNonEmpty(", ", h.Name, h.Unit)))
	}
	linked := slices.ContainsFunc(t.Rows, func(row []chart.Cell) bool {
		return slices.ContainsFunc(row, func(c chart.Cell) bool { return c.URL != "" })
	})
	if linked {
		out.Columns = append(out.Columns, column{Name: "page"})
		head = append(head, "page")
	}
	var rows [][]string
	for _, row := range t.Rows {
		var cells []string
		var values []any
		address := ""
		for i, c := range row {
			if c.URL != "" { // the last one is the point's own
				address = s.linked(page, c.URL)
			}
			switch {
			case c.Num != nil:
				cells, values = append(cells, num(*c.Num)), append(values, *c.Num)
			case i < len(t.Head) && t.Head[i].Numeric:
				cells, values = append(cells, ""), append(values, nil)
			default:
				cells, values = append(cells, safeText(c.Text)), append(values, c.Text)
			}
		}
		if linked {
			cells, values = append(cells, address), append(values, address)
		}
		rows, out.Rows = append(rows, cells), append(out.Rows, values)
	}
	js, err = json.MarshalIndent(out, "", " ")
	return csvBytes(head, rows), append(js, '\n'), err
}

// linked is where a relative link of a page leads: a whole address where the site
// has one, else a path from its root.
func (s *site) linked(page, link string) string {
	to := path.Join(path.Dir(page), link)
	if strings.HasSuffix(link, "/") {
		to += "/"
	}
	return public(s.baseURL, to)
}

// Imposition: labels onto the pages of a sheet, row by row in the given order.

package label

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/draw"
)

// SheetOptions say how a sheet is filled.
type SheetOptions struct {
	Size string // of the labels; the sheet must have a grid for it
	Lang string // of the words in the margin
	// Design is that of the labels: its fonts draw the margin too. Empty is
	// "default".
	Design string
	// Labels is how many there are, so that pages say "1 of 3"; 0 is unknown.
	Labels int
	// Skip leaves the first cells free, of a sheet that was used before.
	Skip int
	// Calibrate puts a page with the outlines of all cells first.
	Calibrate bool
	// Bleed is how far ground and header reach over the trim, in mm.
	Bleed float64
}

// Pages is the number of pages that Impose makes of o.Labels labels.
func (s Sheet) Pages(o SheetOptions) int {
	g, ok := s.Grid(o.Size)
	if !ok {
		return 0
	}
	n := 0
	if o.Labels > 0 {
		n = (o.Skip + o.Labels + g.Cells() - 1) / g.Cells()
	}
	if o.Calibrate {
		n++
	}
	return n
}

// Check says which option the sheet cannot follow: "size", "skip" or "bleed", and
// why. Both are empty if all is well.
func (s Sheet) Check(o SheetOptions) (option, message, hint string) {
	g, ok := s.Grid(o.Size)
	switch {
	case !ok:
		return "size", fmt.Sprintf("sheet %s has no grid for %s", s.Name, o.Size), "it has: " + strings.Join(s.Sizes(), ", ")
	case o.Skip < 0 || o.Skip >= g.Cells():
		return "skip", fmt.Sprintf("%d is not between 0 and %d", o.Skip, g.Cells()-1), fmt.Sprintf("a page of %s has room for %d labels of size %s", s.Name, g.Cells(), g.Size)
	case o.Bleed != 0 && s.ButtCut:
		return "bleed", fmt.Sprintf("sheet %s comes cut, and bleed would print on the next label", s.Name), "leave it out"
	case !(o.Bleed >= 0 && o.Bleed <= g.MaxBleed()):
		return "bleed", fmt.Sprintf("%g mm is not between 0 and %g", o.Bleed, g.MaxBleed()), "bleed may reach half the way to the next label"
	}
	return "", "", ""
}

// Impose puts labels onto pages and yields each page as it is full. Labels must be
// of o.Size, and on a sheet that comes cut without frame (Style.NoFrame). An error
// among the labels ends the sequence after it was yielded.
func (d *Designs) Impose(s Sheet, labels iter.Seq2[*Label, error], o SheetOptions) iter.Seq2[*draw.List, error] {
	return func(yield func(*draw.List, error) bool) {
		if option, msg, _ := s.Check(o); option != "" {
			yield(nil, fmt.Errorf("%s: %s", option, msg))
			return
		}
		g, _ := s.Grid(o.Size)
		im := imposer{s: s, g: g, o: o}
		if ds, _, err := d.choose(Style{Design: o.Design, Size: o.Size, Unofficial: true}.full()); err == nil {
			im.fonts = ds.fallback
		}
		im.w = d.drawnWords(o.Lang, im.fonts)
		if o.Calibrate && !yield(im.calibration(), nil) {
			return
		}
		var page *draw.List
		cell := o.Skip
		for lb, err := range labels {
			if err == nil && (lb.Record.Size != o.Size || lb.look == LookDark) {
				err = problem("LBL-E-SHEET", "draw it in the sheet's size, and for print", "a label of size %s and look %q does not belong on this sheet", lb.Record.Size, lb.look)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if page == nil {
				page = im.page()
			}
			im.place(page, cell, lb.List)
			if cell++; cell == g.Cells() {
				if !yield(im.marked(page), nil) {
					return
				}
				page, cell = nil, 0
			}
		}
		if page != nil {
			yield(im.marked(page), nil)
		}
	}
}

// SheetPDF is what the PDF of a sheet says of itself: the newest of its labels
// dates it.
func (s Sheet) SheetPDF(o SheetOptions, labels iter.Seq[Input]) draw.PDFOptions {
	newest := time.Unix(0, 0).UTC()
	author := ""
	for in := range labels {
		if t := in.date(); t.After(newest) {
			newest = t
		}
		author = in.SiteTitle
	}
	title := fmt.Sprintf("Labels of size %s on %s", o.Size, s.Title)
	return draw.PDFOptions{Info: draw.Info{Title: title, Author: author, Subject: title + ", to be printed at 100 %"}, Date: newest}
}

// drawnWords are the words of a language if the fonts can draw all that a margin
// needs, else the English ones.
func (d *Designs) drawnWords(lang string, fonts []*draw.Font) *words {
	w := d.words(lang)
	for _, key := range []string{"sheet_page", "sheet_page_open", "sheet_print", "sheet_cut", "sheet_cut_one", "sheet_calibrate", "sheet_ruler"} {
		if len(undrawable(w.t(key), fonts)) > 0 {
			return d.words("en")
		}
	}
	return w
}

// imposer is one run of pages in the making.
type imposer struct {
	s     Sheet
	g     Grid
	o     SheetOptions
	w     *words
	fonts []*draw.Font // beside the built-in ones
	pages int          // made, without the calibration page
}

// page is the next empty page with all that stands outside of the labels.
func (im *imposer) page() *draw.List {
	im.pages++
	num := im.w.t("sheet_page_open", "page", strconv.Itoa(im.pages))
	if im.o.Labels > 0 {
		of := im.o
		of.Calibrate = false
		num = im.w.t("sheet_page", "page", strconv.Itoa(im.pages), "pages", strconv.Itoa(im.s.Pages(of)))
	}
	notes := []string{num + " \u00b7 " + im.s.Title, im.w.t("sheet_print")}
	switch {
	case im.s.ButtCut:
	case im.g.Cells() == 1:
		notes = append(notes, im.w.t("sheet_cut_one"))
	default:
		notes = append(notes, im.w.t("sheet_cut"))
	}
	return im.blank(num, notes)
}

// calibration is a page of cell outlines: printed on plain paper and held against
// the stock it shows how far off they are.
func (im *imposer) calibration() *draw.List {
	l := im.blank(im.s.Title, []string{im.w.t("sheet_calibrate", "sheet", im.s.Title, "name", im.s.Name), im.w.t("sheet_print")})
	for i := range im.g.Cells() {
		x, y := im.g.Cell(i)
		w, h := im.labelBox()
		l.Add(draw.Rect{X: x, Y: y, W: im.g.CellW, H: im.g.CellH, Stroke: black, SW: 0.2})
		if lx, ly := im.corner(i); lx != x || ly != y {
			l.Add(draw.Rect{X: lx, Y: ly, W: w, H: h, Stroke: outlineGrey, SW: 0.1})
		}
		cx, cy := x+im.g.CellW/2, y+im.g.CellH/2
		l.Add(draw.Text{X: cx, Y: cy, Pt: 9, Bold: true, Align: draw.Center, Color: black, S: strconv.Itoa(i + 1)},
			draw.Text{X: cx, Y: cy + 4, Pt: notePt, Align: draw.Center, Color: black, S: mm(im.g.CellW) + " \u00d7 " + mm(im.g.CellH) + " mm"})
	}
	return im.marked(l)
}

func mm(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// blank is a page without labels.
func (im *imposer) blank(title string, notes []string) *draw.List {
	l := &draw.List{W: im.s.W, H: im.s.H, Title: title, Desc: strings.Join(notes, ". "), Lang: im.w.lang, Fallback: im.fonts}
	l.Add(im.margin(notes)...)
	return l
}

// marked puts the crop marks on a page that is full: above what bleeds below them.
func (im *imposer) marked(l *draw.List) *draw.List {
	if !im.s.ButtCut {
		l.Add(im.g.cropMarks()...)
	}
	return l
}

// labelBox is the room that a label takes as it lies.
func (im *imposer) labelBox() (w, h float64) {
	page := sizes[im.g.Size]
	if im.g.Turned {
		return page.H, page.W
	}
	return page.W, page.H
}

// corner is the top left corner of the label in a cell, where it is centred.
func (im *imposer) corner(cell int) (x, y float64) {
	x, y = im.g.Cell(cell)
	w, h := im.labelBox()
	return round4(x + (im.g.CellW-w)/2), round4(y + (im.g.CellH-h)/2)
}

// place puts a label into a cell.
func (im *imposer) place(page *draw.List, cell int, label *draw.List) {
	x, y := im.corner(cell)
	g := draw.Group{X: x, Y: y, Turn: im.g.Turned, Items: bled(label, im.o.Bleed)}
	if g.Turn {
		g.X += label.H // its own corner is at the right then
	}
	page.Add(g)
}

// bled is a drawing whose filled rectangles reach over the edges that they touch.
func bled(l *draw.List, bleed float64) []draw.Item {
	if bleed == 0 {
		return l.Items
	}
	items := make([]draw.Item, len(l.Items))
	for i, it := range l.Items {
		if r, ok := it.(draw.Rect); ok && !r.Fill.None() && r.R == 0 {
			if r.X <= snug {
				r.X, r.W = r.X-bleed, r.W+bleed
			}
			if r.Y <= snug {
				r.Y, r.H = r.Y-bleed, r.H+bleed
			}
			if r.X+r.W >= l.W-snug {
				r.W += bleed
			}
			if r.Y+r.H >= l.H-snug {
				r.H += bleed
			}
			it = r
		}
		items[i] = it
	}
	return items
}

// Sheets: where labels stand on paper and on sticker stock, as data. This file
// reads the data and holds it to its rules; sheetpage.go fills the pages.

package label

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// Limits of a sheet: a page in mm, and cells on it. They are far above what goes
// through a printer.
const (
	minPage, maxPage = 20, 2000
	maxCells         = 1000
	maxOffset        = 10 // mm
	maxTitle         = 40
)

// snug is what may be missing for a fit, in mm: figures of stock are rounded.
const snug = 0.005

// Sheet is a page with room for several labels. Lengths in mm from the top left
// corner.
type Sheet struct {
	Name  string // the file's, without ending
	Title string // for people
	File  string
	W, H  float64 // of the page
	// ButtCut is stock that comes cut: labels on it have no frame, and the page no
	// marks to cut by.
	ButtCut bool
	Grids   []Grid // one a size of label
}

// Grid is where the labels of one size stand.
type Grid struct {
	Size       string
	Cols, Rows int
	X0, Y0     float64 // of the first cell, with the sheet's offset
	PitchX     float64 // from one cell to the next; 0 where there is one only
	PitchY     float64
	CellW      float64 // of the label as it lies, or of the stock's sticker
	CellH      float64
	Turned     bool // labels lie turned by 90 degrees, clockwise
}

// Cells is the number of labels on a page.
func (g Grid) Cells() int { return g.Cols * g.Rows }

// Cell is the top left corner of a cell. They are counted row by row, from 0.
func (g Grid) Cell(i int) (x, y float64) {
	return g.X0 + float64(i%g.Cols)*g.PitchX, g.Y0 + float64(i/g.Cols)*g.PitchY
}

// MaxBleed is how far ground may reach over the trim: half the way to the next
// label, at most 1.5 mm.
func (g Grid) MaxBleed() float64 {
	b := 1.5
	if g.Cols > 1 {
		b = min(b, (g.PitchX-g.CellW)/2)
	}
	if g.Rows > 1 {
		b = min(b, (g.PitchY-g.CellH)/2)
	}
	return max(0, math.Round(b*1000)/1000)
}

// Grid returns the grid of a size of label.
func (s Sheet) Grid(size string) (Grid, bool) {
	for _, g := range s.Grids {
		if g.Size == size {
			return g, true
		}
	}
	return Grid{}, false
}

// Sizes are the sizes of label that the sheet has a grid for, in its file's order.
func (s Sheet) Sizes() []string {
	sizes := make([]string, len(s.Grids))
	for i, g := range s.Grids {
		sizes[i] = g.Size
	}
	return sizes
}

// Sheets are the sheets of a board.
type Sheets struct{ byName map[string]Sheet }

// Names are the sheets by name, sorted.
func (s Sheets) Names() []string { return slices.Sorted(maps.Keys(s.byName)) }

// Get returns a sheet by name.
func (s Sheets) Get(name string) (Sheet, bool) {
	sh, ok := s.byName[name]
	return sh, ok
}

// LoadSheets reads sheets/*.yaml of the labels folder. Sheets with errors are left
// out and named in the findings.
func LoadSheets(labels fs.FS) (Sheets, result.Findings) {
	all := Sheets{byName: map[string]Sheet{}}
	var found result.Findings
	names, _ := fs.Glob(labels, "sheets/*.yaml") // the pattern is valid
	slices.Sort(names)
	for _, name := range names {
		file := "labels/" + name
		data, err := fs.ReadFile(labels, name)
		if err != nil {
			found = append(found, result.Finding{Rule: sheetRule, Level: result.Error, Where: result.Place{File: file},
				Message: "cannot be read: " + err.Error(), Hint: "check that it is a readable file"})
			continue
		}
		sh, bad := parseSheet(file, data)
		if found = append(found, bad...); !bad.HasErrors() {
			all.byName[sh.Name] = sh
		}
	}
	return all, found
}

const sheetRule = "LBL-SHEET"

// dims are a width and a height in a file.
type dims struct {
	W float64 `yaml:"w" rule:"required"`
	H float64 `yaml:"h" rule:"required"`
}

// sheetFile is a sheet as it is written.
type sheetFile struct {
	Title   string     `yaml:"title" rule:"required"`
	Page    dims       `yaml:"page" rule:"required"`
	ButtCut bool       `yaml:"butt_cut"`
	OffsetX float64    `yaml:"offset_x"` // of everything on the page, for printers and stock that are off
	OffsetY float64    `yaml:"offset_y"`
	Grids   []gridFile `yaml:"grids" rule:"required"`
}

type gridFile struct {
	Size   string   `yaml:"size" rule:"required"`
	Cols   int      `yaml:"cols" rule:"required"`
	Rows   int      `yaml:"rows" rule:"required"`
	X0     *float64 `yaml:"x0"` // absent: centred
	Y0     *float64 `yaml:"y0"`
	PitchX *float64 `yaml:"pitch_x"`
	PitchY *float64 `yaml:"pitch_y"`
	Cell   *dims    `yaml:"cell"` // absent: the label itself
	Turned bool     `yaml:"turned"`
}

var sheetName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// parseSheet reads one sheet strictly.
func parseSheet(file string, data []byte) (Sheet, result.Findings) {
	var f sheetFile
	doc, found := yamldoc.Read(data, yamldoc.Options{File: file, Rule: yamldoc.Rules(sheetRule)}, &f)
	if doc.Broken {
		return Sheet{}, found
	}
	say := func(at, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: sheetRule, Level: result.Error, Where: doc.Place(at), Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	s := Sheet{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Title: result.Normal(f.Title), File: file, W: f.Page.W, H: f.Page.H, ButtCut: f.ButtCut}
	if !sheetName.MatchString(s.Name) {
		say("", "rename the file", "its name %q is not of small letters, digits and hyphens", s.Name)
	}
	if r, bad := forbidden(f.Title); bad {
		say("/title", "take the character out", "title %q holds U+%04X", result.Clip(f.Title), r)
	} else if s.Title == "" || len(s.Title) > maxTitle {
		say("/title", fmt.Sprintf("name the sheet in 1 to %d characters", maxTitle), "the title has %d", len(s.Title))
	} else if missing := undrawable(s.Title, nil); len(missing) > 0 {
		say("/title", "use characters that the built-in fonts have", "title %q cannot be printed: no font draws %s", s.Title, describe(missing))
	}
	for i, v := range []float64{s.W, s.H} {
		if v < minPage || v > maxPage {
			say("/page/"+[]string{"w", "h"}[i], "give the page's size in mm", "a page side of %g mm is not between %d and %d", v, minPage, maxPage)
		}
	}
	for i, v := range []float64{f.OffsetX, f.OffsetY} {
		if math.Abs(v) > maxOffset {
			say("/offset_"+[]string{"x", "y"}[i], "offsets even out printers and stock, in mm", "an offset of %g mm is more than %d", v, maxOffset)
		}
	}
	if len(f.Grids) == 0 {
		say("/grids", "add a grid with size, cols and rows", "there are no grids")
	}
	if found.HasErrors() {
		return s, found
	}
	for i, gf := range f.Grids {
		at := "/grids/" + strconv.Itoa(i)
		g, ok := f.grid(gf, func(key, hint, format string, args ...any) { say(at+key, hint, format, args...) })
		if !ok {
			continue
		}
		if _, twice := s.Grid(g.Size); twice {
			say(at+"/size", "keep one of them", "there is a grid of size %s already", g.Size)
			continue
		}
		s.Grids = append(s.Grids, g)
	}
	return s, found
}

// grid resolves what a file leaves out, and holds a grid to the page.
func (f *sheetFile) grid(gf gridFile, say func(key, hint, format string, args ...any)) (g Grid, ok bool) {
	ok = true
	wrong := func(key, hint, format string, args ...any) {
		ok = false
		say(key, hint, format, args...)
	}
	page, known := sizes[gf.Size]
	if !known {
		wrong("/size", "use one of: "+strings.Join(Sizes(), ", "), "no label has the size %q", result.Clip(gf.Size))
	}
	if gf.Cols < 1 || gf.Rows < 1 || gf.Cols > maxCells || gf.Rows > maxCells || gf.Cols*gf.Rows > maxCells {
		wrong("", fmt.Sprintf("cols and rows are 1 or more, and at most %d together", maxCells), "%d x %d cells", gf.Cols, gf.Rows)
	}
	if !ok {
		return g, false
	}
	g = Grid{Size: gf.Size, Cols: gf.Cols, Rows: gf.Rows, CellW: page.W, CellH: page.H, Turned: gf.Turned}
	if g.Turned {
		g.CellW, g.CellH = g.CellH, g.CellW
	}
	if c := gf.Cell; c != nil {
		if c.W+snug < g.CellW || c.H+snug < g.CellH {
			wrong("/cell", "a cell is at least as large as its label; turned: true lays labels on their side", "a cell of %g x %g mm has no room for a label of %g x %g", c.W, c.H, g.CellW, g.CellH)
		}
		g.CellW, g.CellH = c.W, c.H
	}
	pitch := func(key string, v *float64, n int, cell float64) float64 {
		switch {
		case n == 1:
			return 0
		case v == nil:
			wrong("", "add "+key+": the distance from one label to the next", "%s is missing", key)
		case *v+snug < cell:
			wrong("/"+key, "make it at least the cell's size", "cells of %g mm overlap at a pitch of %g mm", cell, *v)
		default:
			return *v
		}
		return 0
	}
	g.PitchX = pitch("pitch_x", gf.PitchX, g.Cols, g.CellW)
	g.PitchY = pitch("pitch_y", gf.PitchY, g.Rows, g.CellH)
	if !ok {
		return g, false
	}
	w, h := float64(g.Cols-1)*g.PitchX+g.CellW, float64(g.Rows-1)*g.PitchY+g.CellH
	centred := [2]float64{round4((f.Page.W - w) / 2), round4((f.Page.H - h) / 2)}
	g.X0, g.Y0 = *cmp.Or(gf.X0, &centred[0])+f.OffsetX, *cmp.Or(gf.Y0, &centred[1])+f.OffsetY
	if g.X0 < -snug || g.Y0 < -snug || g.X0+w > f.Page.W+snug || g.Y0+h > f.Page.H+snug {
		wrong("", "check page, x0, y0, pitch and offset", "the cells take %.4g..%.4g x %.4g..%.4g mm, outside of the page of %g x %g", g.X0, g.X0+w, g.Y0, g.Y0+h, f.Page.W, f.Page.H)
	}
	return g, ok
}

// What the labels of all results have in common: which files a build writes, how
// pages name and show them, and which commands make the others. It is worked out
// once for the site, as every page of a result and every row of a table asks.

package site

import (
	"math"
	"slices"
	"strings"

	"jouleboard/internal/content"
	"jouleboard/internal/label"
)

// labelPlan is what a site does about labels.
type labelPlan struct {
	files    []labelFile // that a build writes for each result
	toPrint  *labelFile  // of them, the first PDF, else the first; nil if there are none
	picture  *labelFile  // the one that pages show; nil if none is a picture
	gallery  *labelFile  // the one that the gallery shows, likewise
	commands []string    // for what is not built, with {0} for a result's id
	fullPDF  bool        // the full label is built as PDF
}

// labelFile is a file of a label.
type labelFile struct {
	content.LabelFile
	name   string // beside the page of its result
	title  string // of its size and look
	format string // in capitals
	w, h   int    // its printed size in CSS pixels
}

// pictureOrder is which label pages show: the one in most words that was built.
// A dark label is never chosen: pages in a light scheme would show it too.
var pictureOrder = func() []content.LabelFile {
	var order []content.LabelFile
	for _, look := range []string{"", label.LookMono} {
		for _, format := range []string{"svg", "png"} {
			for _, size := range label.Sizes() {
				order = append(order, content.LabelFile{Size: size, Look: look, Format: format})
			}
		}
	}
	return order
}()

// galleryOrder is which label the gallery shows: a small one is readable where
// several stand side by side.
var galleryOrder = append([]content.LabelFile{{Size: label.SizeSmall, Format: "svg"}}, pictureOrder...)

// planLabels reads what site.yaml says of labels.
func (s *site) planLabels() labelPlan {
	var p labelPlan
	for _, f := range s.in.Site.LabelFiles() {
		w, h := pixels(f.Size)
		p.files = append(p.files, labelFile{f, labelName(f), s.sizeTitle(f.Size, f.Look), strings.ToUpper(f.Format), w, h})
	}
	first := func(order []content.LabelFile) *labelFile {
		for _, want := range order {
			if i := slices.IndexFunc(p.files, func(f labelFile) bool { return f.LabelFile == want }); i >= 0 {
				return &p.files[i]
			}
		}
		return nil
	}
	p.picture, p.gallery = first(pictureOrder), first(galleryOrder)
	if len(p.files) > 0 {
		i := slices.IndexFunc(p.files, func(f labelFile) bool { return f.Format == "pdf" })
		p.toPrint = &p.files[max(i, 0)]
	}
	p.fullPDF = s.in.Site.BuildsLabel(fullPDF.Name())
	p.commands = s.labelCommands()
	return p
}

var fullPDF = content.LabelFile{Size: label.SizeFull, Format: "pdf"}

// pixels is the printed size of a label in CSS pixels, of which 96 are an inch.
func pixels(size string) (w, h int) {
	wmm, hmm := label.PageMM(size)
	return int(math.Round(wmm / 25.4 * 96)), int(math.Round(hmm / 25.4 * 96))
}

// labelName is a label's file beside the page of its result: label.svg for the
// full label in colour, label-small-mono.png for others.
func labelName(f content.LabelFile) string {
	tail := ""
	if f.Size != label.SizeFull || f.Look != "" {
		tail = "-" + f.Size
	}
	if f.Look != "" {
		tail += "-" + f.Look
	}
	return "label" + tail + "." + f.Format
}

func labelStyle(f content.LabelFile) label.Style { return label.Style{Size: f.Size, Look: f.Look} }

// sizeTitle names a size with its look and its millimetres.
func (s *site) sizeTitle(size, look string) string {
	w, h := label.PageMM(size)
	name := s.msg.T("size." + size)
	if look != "" {
		name = s.msg.T("size.look", name, s.msg.T("look."+look))
	}
	return s.msg.T("size.mm", name, s.msg.Trim(w), s.msg.Trim(h))
}

// resultID stands for a result's short id in labelPlan.commands.
const resultID = "{0}"

// labelCommands make the files that the build does not write: one command for the
// sizes of a look that lack the same formats.
func (s *site) labelCommands() []string {
	type want struct{ look, formats string }
	var order []want
	sizes := map[want][]string{}
	for _, look := range []string{"", label.LookMono, label.LookDark} {
		for _, size := range label.Sizes() {
			var formats []string
			for _, f := range content.LabelFiles() {
				if f.Size == size && f.Look == look && !s.in.Site.BuildsLabel(f.Name()) {
					formats = append(formats, f.Format)
				}
			}
			if w := (want{look, strings.Join(formats, ",")}); len(formats) > 0 {
				if sizes[w] == nil {
					order = append(order, w)
				}
				sizes[w] = append(sizes[w], size)
			}
		}
	}
	var out []string
	for _, w := range order {
		c := "jouleboard label " + resultID + " --size " + strings.Join(sizes[w], ",")
		if w.look != "" {
			c += " --look " + w.look
		}
		out = append(out, c+" --format "+w.formats)
	}
	return out
}

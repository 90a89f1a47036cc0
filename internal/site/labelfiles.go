// The label files of one result: what a build writes beside its page, what it
// does not and which command makes it, and the picture that pages show.

package site

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/content"
	"jouleboard/internal/label"
	"jouleboard/internal/result"
)

// labelView is a result's label on a page.
type labelView struct {
	Picture  picture
	Files    []labelLine
	Badge    *link    // with its file name as text
	Commands []string // for what the build did not write
	Embeds   []embed
	// Name tells the parts of several labels on one page apart.
	Name, BadgeName, CommandsName, Copy, Copied string
}

// picture is a label as an image. W and H are CSS pixels of its printed size.
type picture struct {
	Src, Alt, Class string
	W, H            int
}

// labelLine is one size and look with the formats that there are.
type labelLine struct {
	Title string
	Files []labelLink
}

type labelLink struct{ URL, Text, File, Aria string }

// pictureOrder is which label pages show: the one in most words that was built.
// A dark label is never chosen: pages in a light scheme would show it too.
var pictureOrder = func() []content.LabelFile {
	var order []content.LabelFile
	for _, format := range []string{"svg", "png"} {
		for _, size := range label.Sizes() {
			order = append(order, content.LabelFile{Size: size, Format: format})
		}
	}
	for _, format := range []string{"svg", "png"} {
		for _, size := range label.Sizes() {
			order = append(order, content.LabelFile{Size: size, Look: label.LookMono, Format: format})
		}
	}
	return order
}()

// hasLabel says whether the build writes any label of a result. Without a base
// URL its QR code could lead nowhere.
func (s *site) hasLabel(e *entry) bool {
	return s.baseURL != "" && e.Withdrawal == nil && len(s.in.Site.LabelFiles()) > 0
}

// shown is the file that pages show as the label; ok is false if none of what
// is built is a picture.
func (s *site) shown(order []content.LabelFile) (f content.LabelFile, ok bool) {
	for _, f := range order {
		if s.in.Site.BuildsLabel(f.Name()) {
			return f, true
		}
	}
	return content.LabelFile{}, false
}

// labelPicture is the label of a result as an image on a page. Src is empty if
// there is none.
func (s *site) labelPicture(page string, e *entry, order []content.LabelFile) picture {
	f, ok := s.shown(order)
	if !ok || !s.hasLabel(e) {
		return picture{}
	}
	w, h := pixels(f.Size)
	return picture{Src: s.labelHref(page, e, f), Alt: s.labelAlt(s.labelInput(e)), Class: "of-" + f.Size, W: w, H: h}
}

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

// labelHref leads from a page to a file of a result's label.
func (s *site) labelHref(page string, e *entry, f content.LabelFile) string {
	return relative(page, resultDir(e.Hash)+labelName(f))
}

// printLink leads to the label to print: the first PDF, else the first file. The
// text is its format; both are empty if there is no file.
func (s *site) printLink(page string, e *entry) (href, text string) {
	files := s.in.Site.LabelFiles()
	if !s.hasLabel(e) {
		return "", ""
	}
	f := files[0]
	for _, p := range files {
		if p.Format == "pdf" {
			f = p
			break
		}
	}
	return s.labelHref(page, e, f), strings.ToUpper(f.Format)
}

// labelFiles draws the labels and the badge of a result and puts them beside its
// page.
func (s *site) labelFiles(r *renderer, e *entry, p *resultPage) (result.Findings, error) {
	in := s.labelInput(e)
	page := resultPath(e.Hash)
	var badge []byte
	if s.in.Site.BuildsLabel(content.Badge) {
		var err error
		if badge, err = s.in.Designs.Badge(in, false); err != nil {
			return labelProblem(e, err), nil
		}
		if err := r.put(badgePath(e.Hash), page, badge); err != nil {
			return nil, err
		}
	}
	if !s.hasLabel(e) {
		p.NoLabel = s.msg.T("label.none")
		if s.baseURL != "" {
			p.NoLabel = s.msg.T("label.notbuilt")
		}
	}
	var found result.Findings
	if s.hasLabel(e) {
		var err error
		if found, err = s.drawLabels(r, e, in); err != nil || found.HasErrors() {
			return found, err
		}
	}
	if s.baseURL != "" {
		p.Label = s.labelView(page, e, badge)
		p.Reading = relative(page, readingPath)
	}
	return found, nil
}

// drawLabels writes every file that site.yaml names.
func (s *site) drawLabels(r *renderer, e *entry, in label.Input) (result.Findings, error) {
	files := s.in.Site.LabelFiles()
	start := time.Now()
	drawn, found, err := s.labelBytes(e, in, files)
	s.work.since("labels", start)
	if err != nil || found.HasErrors() {
		return found, err
	}
	for i, f := range files {
		if err := r.put(resultDir(e.Hash)+labelName(f), resultPath(e.Hash), drawn[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// labelBytes draws files of a label; each drawing is made once. With errors among
// the findings there are no files.
func (s *site) labelBytes(e *entry, in label.Input, files []content.LabelFile) ([][]byte, result.Findings, error) {
	subject, err := s.in.Designs.Subject(in)
	if err != nil {
		return nil, labelProblem(e, err), nil
	}
	var out [][]byte
	var found result.Findings
	var drawn *label.Label
	var last label.Style
	for _, f := range files {
		if style := labelStyle(f); drawn == nil || style != last {
			l, err := subject.Draw(style)
			if err != nil {
				return nil, labelProblem(e, err), nil
			}
			drawn, last = l, style
			for _, w := range l.Findings {
				if w.Rule == "LBL-W-CUT" && (f.Size == label.SizeSmall || f.Size == label.SizeStrip) {
					continue // small labels say less by design; the page says all
				}
				w.Where.File = cmp.Or(w.Where.File, e.Path)
				if !slices.Contains(found, w) {
					found = append(found, w)
				}
			}
			if found.HasErrors() {
				return nil, found, nil
			}
		}
		var data []byte
		var err error
		switch f.Format {
		case "svg":
			data = drawn.SVG()
		case "pdf":
			data, err = drawn.PDF()
		case "png":
			data, err = drawn.PNG()
		}
		if err != nil {
			return nil, nil, fmt.Errorf("label of %s as %s: %w", e.Path, f.Name(), err)
		}
		out = append(out, data)
	}
	return out, found, nil
}

// labelView gathers what a page shows of a result's label; badge may be nil.
func (s *site) labelView(page string, e *entry, badge []byte) *labelView {
	in := s.labelInput(e)
	short, _ := modelTitle(e.Result.Model.Name)
	v := &labelView{Name: joinNonEmpty(s.msg.T("sep.part"), short, s.setup(e)), BadgeName: s.msg.T("label.badge"), CommandsName: s.msg.T("label.commands.name"), Picture: s.labelPicture(page, e, pictureOrder), Files: s.labelLines(page, e), Commands: s.labelCommands(e),
		Embeds: s.embeds(e, badge), Copy: s.msg.T("copy"), Copied: s.msg.T("copied")}
	if badge != nil {
		v.Badge = &link{relative(page, badgePath(e.Hash)), label.FileName(in, label.Style{Size: "badge"}, "svg")}
	}
	return v
}

// labelLines are the files that were built, a line for each size and look.
func (s *site) labelLines(page string, e *entry) []labelLine {
	if !s.hasLabel(e) {
		return nil
	}
	short, _ := modelTitle(e.Result.Model.Name)
	name := joinNonEmpty(s.msg.T("sep.part"), short, s.setup(e))
	in := s.labelInput(e)
	var lines []labelLine
	for _, f := range s.in.Site.LabelFiles() {
		title := s.sizeTitle(f.Size, f.Look)
		if n := len(lines); n == 0 || lines[n-1].Title != title {
			lines = append(lines, labelLine{Title: title})
		}
		l := &lines[len(lines)-1]
		text := strings.ToUpper(f.Format)
		l.Files = append(l.Files, labelLink{URL: s.labelHref(page, e, f), Text: text, File: label.FileName(in, labelStyle(f), f.Format), Aria: text + s.msg.T("sep.colon") + title + s.msg.T("sep.part") + name})
	}
	return lines
}

// sizeTitle names a size with its look and its millimetres.
func (s *site) sizeTitle(size, look string) string {
	w, h := label.PageMM(size)
	name := s.msg.T("size." + size)
	if look != "" {
		name = s.msg.T("size.look", name, s.msg.T("look."+look))
	}
	return s.msg.T("size.mm", name, s.msg.Trim(w), s.msg.Trim(h))
}

// labelCommands make the files that the build did not write: one command for the
// sizes of a look that lack the same formats.
func (s *site) labelCommands(e *entry) []string {
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
		c := "jouleboard label " + e.Hash + " --size " + strings.Join(sizes[w], ",")
		if w.look != "" {
			c += " --look " + w.look
		}
		out = append(out, c+" --format "+w.formats)
	}
	return out
}

// labelProblem is a label that cannot be drawn, as a finding at its result.
func labelProblem(e *entry, err error) result.Findings {
	f := result.Finding{Rule: "LBL-E-DRAW", Level: result.Error, Message: err.Error()}
	var p *label.Problem
	if errors.As(err, &p) {
		f = p.Finding
	}
	if f.Where.File == "" {
		f.Where.File = e.Path
	}
	return result.Findings{f}
}

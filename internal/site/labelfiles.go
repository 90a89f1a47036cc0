// The label files of one result: what a build writes beside its page, and what
// pages show of it.

package site

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
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

// hasLabel says whether the build writes any label of a result. Without a base
// URL its QR code could lead nowhere.
func (s *site) hasLabel(e *entry) bool {
	return s.baseURL != "" && e.Withdrawal == nil && len(s.labels.files) > 0
}

// labelPicture is a file of a result's label as an image on a page, f of the plan.
// Src is empty if there is none.
func (s *site) labelPicture(page string, e *entry, f *labelFile, alt string) picture {
	if f == nil || !s.hasLabel(e) {
		return picture{}
	}
	return picture{Src: s.labelHref(page, e, f), Alt: alt, Class: "of-" + f.Size, W: f.w, H: f.h}
}

// labelHref leads from a page to a file of a result's label.
func (s *site) labelHref(page string, e *entry, f *labelFile) string {
	return relative(page, resultDir(e.Hash)+f.name)
}

// printLink leads to the label to print; the text is its format. Both are empty if
// there is no file.
func (s *site) printLink(page string, e *entry) (href, text string) {
	if f := s.labels.toPrint; f != nil && s.hasLabel(e) {
		return s.labelHref(page, e, f), f.format
	}
	return "", ""
}

// labelFiles draws the labels and the badge of a result and puts them beside its
// page.
func (s *site) labelFiles(r *renderer, e *entry, p *resultPage) (result.Findings, error) {
	in := s.labelInput(e)
	subject, err := s.in.Designs.Subject(in)
	if err != nil {
		return labelProblem(e, err), nil
	}
	page := resultPath(e.Hash)
	var badge []byte
	if s.in.Site.BuildsLabel(content.Badge) {
		badge = subject.Badge(false)
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
		if found, err = s.drawLabels(r, e, subject); err != nil || found.HasErrors() {
			return found, err
		}
	}
	if s.baseURL != "" {
		p.Label = s.labelView(page, e, in, s.altOf(subject, in), s.labels.picture, badge)
		p.Reading = relative(page, readingPath)
	}
	return found, nil
}

// drawLabels writes every file that site.yaml names; each drawing is made once.
func (s *site) drawLabels(r *renderer, e *entry, subject *label.Subject) (result.Findings, error) {
	var found result.Findings
	var drawn *label.Label
	var last label.Style
	buf, done := s.templates.buffer()
	defer done()
	for _, f := range s.labels.files {
		start := time.Now()
		if style := labelStyle(f.LabelFile); drawn == nil || style != last {
			l, err := subject.Draw(style)
			if err != nil {
				return labelProblem(e, err), nil
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
				return found, nil
			}
		}
		buf.Reset()
		if err := writeLabel(buf, drawn, f.Format); err != nil {
			return nil, fmt.Errorf("label of %s as %s: %w", e.Path, f.Name(), err)
		}
		s.work.since("labels", start)
		if err := r.put(resultDir(e.Hash)+f.name, resultPath(e.Hash), buf.Bytes()); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func writeLabel(b *bytes.Buffer, l *label.Label, format string) error {
	switch format {
	case "svg":
		return l.WriteSVG(b)
	case "pdf":
		return l.WritePDF(b)
	}
	png, err := l.PNG()
	b.Write(png)
	return err
}

// labelView gathers what a page shows of a result's label, with the picture of the
// plan's; badge may be nil.
func (s *site) labelView(page string, e *entry, in label.Input, alt string, shown *labelFile, badge []byte) *labelView {
	short, _ := modelTitle(e.Result.Model.Name)
	name := joinNonEmpty(s.msg.T("sep.part"), short, s.setup(e))
	v := &labelView{Name: name, BadgeName: s.msg.T("label.badge"), CommandsName: s.msg.T("label.commands.name"), Picture: s.labelPicture(page, e, shown, alt),
		Files: s.labelLines(page, e, in, name), Embeds: s.embeds(e, in, alt, badge), Copy: s.msg.T("copy"), Copied: s.msg.T("copied")}
	for _, c := range s.labels.commands {
		v.Commands = append(v.Commands, strings.Replace(c, resultID, e.Hash, 1))
	}
	if badge != nil {
		v.Badge = &link{relative(page, badgePath(e.Hash)), label.FileName(in, label.Style{Size: "badge"}, "svg")}
	}
	return v
}

// labelLines are the files that were built, a line for each size and look.
func (s *site) labelLines(page string, e *entry, in label.Input, name string) []labelLine {
	if !s.hasLabel(e) {
		return nil
	}
	var lines []labelLine
	for i := range s.labels.files {
		f := &s.labels.files[i]
		if n := len(lines); n == 0 || lines[n-1].Title != f.title {
			lines = append(lines, labelLine{Title: f.title})
		}
		l := &lines[len(lines)-1]
		l.Files = append(l.Files, labelLink{URL: s.labelHref(page, e, f), Text: f.format, File: label.FileName(in, labelStyle(f.LabelFile), f.Format),
			Aria: f.format + s.msg.T("sep.colon") + f.title + s.msg.T("sep.part") + name})
	}
	return lines
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

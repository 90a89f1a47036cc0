// Labels of a build: the full label as SVG and PDF and the web badge of each
// result, and the gallery page /labels/.

package site

import (
	"errors"
	"fmt"
	"sort"

	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

type labelsPage struct {
	frame
	Missing string
	Read    string // how to read a label
	Scale   string
	Groups  []labelGroup
}

type labelGroup struct {
	Title, URL string
	Labels     []labelCard
}

type labelCard struct{ URL, SVG, PDF, Name, File, Alt string }

// hasLabel says whether the build writes the full label of a result. Without a
// base URL its QR code could lead nowhere.
func (s *site) hasLabel(e *entry) bool {
	return s.baseURL != "" && s.in.Site.BuildsLabel("full-svg") && s.in.Site.BuildsLabel("full-pdf")
}

// labelInput gathers what a label states.
func (s *site) labelInput(e *entry) label.Input {
	return label.Input{Result: e.Result, Model: e.Model, Task: e.Task, Hardware: e.Hardware, Rating: e.Rating,
		SiteTitle: s.in.Site.Title, BaseURL: s.baseURL, PointTitle: s.labelPoint(e), Flag: e.Flag, Withdrawal: e.Withdrawal,
		Lang: s.in.Site.Language, ToolVersion: s.opt.Tool.Version, HashLen: s.in.Site.Labels.HashLen}
}

// labelPoint names the operating point that a rating holds at: that of the
// scale's group if the result is rated, else the load itself.
func (s *site) labelPoint(e *entry) string {
	if e.Rating.Rated && e.Rating.Group >= 0 {
		if sc := s.in.Scales.Get(e.Rating.ScaleID); sc != nil && e.Rating.Group < len(sc.Groups) {
			if id, ok := sc.Groups[e.Rating.Group].Cohort.Get("point"); ok {
				for _, p := range s.in.Site.Rank.Points {
					if p.ID == id && p.Title != "" {
						return p.Title
					}
				}
				return id
			}
		}
	}
	return s.loadText(e.Result)
}

// labelFiles draws the label and the badge of a result and puts them beside its
// page.
func (s *site) labelFiles(r *renderer, e *entry, p *resultPage) (result.Findings, error) {
	in := s.labelInput(e)
	page := resultPath(e.Hash)
	if s.in.Site.BuildsLabel("badge") {
		badge, err := s.in.Designs.Badge(in, false)
		if err != nil {
			return labelProblem(e, err), nil
		}
		if err := r.out.put(badgePath(e.Hash), page, badge); err != nil {
			return nil, err
		}
	}
	if !s.hasLabel(e) {
		p.NoLabel = s.msg.T("label.none")
		return nil, nil
	}
	l, err := s.in.Designs.Draw(in, label.Style{})
	if err != nil {
		return labelProblem(e, err), nil
	}
	for i := range l.Findings {
		if l.Findings[i].Where.File == "" {
			l.Findings[i].Where.File = e.Path
		}
	}
	if l.Findings.HasErrors() {
		return l.Findings, nil
	}
	pdf, err := l.PDF()
	if err != nil {
		return nil, fmt.Errorf("label of %s as PDF: %w", e.Path, err)
	}
	if err := r.out.put(resultDir(e.Hash)+"label.svg", page, l.SVG()); err != nil {
		return nil, err
	}
	if err := r.out.put(resultDir(e.Hash)+"label.pdf", page, pdf); err != nil {
		return nil, err
	}
	p.Label = &labelView{SVG: "label.svg", PDF: "label.pdf", Badge: relative(page, badgePath(e.Hash)), Alt: l.Alt, Name: e.Hash}
	return l.Findings, nil
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

// labelsPage shows the labels of the rows of each board that has ratings. All
// other labels stand on their results' pages.
func (s *site) labelsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "labels/index.html"
		p := labelsPage{frame: s.frame(path, s.msg.T("labels.title"), s.msg.T("labels.lede"), false), Read: s.pageLink(path, "docs/labels/"), Scale: s.pageLink(path, "methodology/rating/")}
		if s.baseURL == "" {
			p.Missing = s.msg.T("label.none")
			return nil, r.page("labels", path, p)
		}
		seen := map[string]bool{}
		for _, b := range s.boards {
			if !rated(b) {
				continue
			}
			g := labelGroup{Title: b.Title, URL: relative(path, boardPath(b.ID))}
			for _, row := range ratedRows(b) {
				e := s.byID[row.Result.ID]
				if !s.hasLabel(e) || !e.Rating.Rated || seen[e.ID] {
					continue
				}
				seen[e.ID] = true
				short, _ := modelTitle(e.Result.Model.Name)
				dir := relative(path, resultDir(e.Hash)+"index.html")
				dir = dir[:len(dir)-len("index.html")]
				g.Labels = append(g.Labels, labelCard{URL: dir + "index.html", SVG: dir + "label.svg", PDF: dir + "label.pdf", Name: short, File: e.Hash, Alt: s.in.Designs.Alt(s.labelInput(e))})
			}
			if len(g.Labels) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		return nil, r.page("labels", path, p)
	}
}

// ratedRows are the rated rows of a board, best first.
func ratedRows(b *rank.Board) []*rank.Row {
	var rows []*rank.Row
	for i := range b.Rows {
		if b.Rows[i].Rating.Rated {
			rows = append(rows, &b.Rows[i])
		}
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Rating.Stars > rows[j].Rating.Stars })
	return rows
}

func (s *site) starsWords(v float64) string { return fmt.Sprintf("%.1f", v) }

// What a label of a build states, and the gallery page /labels/.

package site

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/content"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

type labelsPage struct {
	frame
	Missing string
	Read    string // how to read a label
	Docs    string
	Scale   string
	Boards  []link // anchors of the boards, with how many labels
	Models  []labelModel
	Groups  []labelGroup
	Wide    bool // the pictures are full labels
}

// labelModel leads to the labels of a model.
type labelModel struct {
	Name   string
	Labels []link
}

type labelGroup struct {
	ID, Board, Title, URL string
	Sheet                 string // the command that prints them all
	Labels                []labelCard
	Also                  []link // labels of this board that stand above with another one
}

type labelCard struct {
	ID, URL, Name, Model, Boards string // Boards are ids with a space between
	Text                         string
	Label                        *labelView
}

// labelInput gathers what a label states.
func (s *site) labelInput(e *entry) label.Input {
	return label.Input{Result: e.Result, Model: e.Model, Task: e.Task, Hardware: e.Hardware, Rating: e.Rating,
		SiteTitle: s.in.Site.Title, BaseURL: s.baseURL, PointTitle: s.labelPoint(e), Flag: e.Flag, Withdrawal: e.Withdrawal, Verification: s.levelOf(e.Result),
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
	return s.drawing().loadText(e.Result)
}

// labelsPage shows the labels of the rows of each board that has ratings. All
// other labels stand on their results' pages.
func (s *site) labelsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "labels/index.html"
		p := labelsPage{frame: s.frame(path, s.msg.T("labels.title"), s.msg.T("labels.lede"), false),
			Docs: s.pageLink(path, "docs/labels/"), Scale: s.pageLink(path, "methodology/rating/")}
		p.Read = relative(path, readingPath)
		if s.baseURL == "" {
			p.Missing = s.msg.T("label.none")
			return nil, r.page("labels", path, &p)
		}
		if f := s.labels.gallery; f != nil {
			p.Wide = f.Size == label.SizeFull || f.Size == label.SizeCompact
		}
		boards := map[string][]string{} // result -> boards
		for _, b := range s.boards {
			for _, row := range s.galleryRows(b) {
				boards[row.Result.ID] = append(boards[row.Result.ID], b.ID)
			}
		}
		models := map[string]*labelModel{}
		for _, b := range s.boards {
			rows := s.galleryRows(b)
			if len(rows) == 0 {
				continue
			}
			g := labelGroup{ID: "board-" + seg(b.ID), Board: b.ID, Title: b.Title, URL: relative(path, boardPath(b.ID)),
				Sheet: "jouleboard label --board " + b.ID + " --sheet a4 --size compact -o " + seg(b.ID) + ".pdf"}
			p.Boards = append(p.Boards, link{b.ID, s.msg.T("labels.count", b.Title, len(rows))})
			for _, row := range rows {
				e := s.byID[row.Result.ID]
				short, _ := modelTitle(e.Result.Model.Name)
				id := "label-" + e.Hash
				if boards[e.ID][0] != b.ID {
					g.Also = append(g.Also, link{"#" + id, short})
					continue
				}
				card, err := s.labelCard(path, e)
				if err != nil {
					return labelProblem(e, err), nil
				}
				card.ID, card.Boards = id, strings.Join(boards[e.ID], " ")
				g.Labels = append(g.Labels, card)
				m := models[card.Model]
				if m == nil {
					m = &labelModel{Name: card.Model}
					models[card.Model] = m
				}
				m.Labels = append(m.Labels, link{"#" + id, b.Title})
			}
			p.Groups = append(p.Groups, g)
		}
		for _, name := range slices.SortedFunc(maps.Keys(models), foldedOrder) {
			p.Models = append(p.Models, *models[name])
		}
		return nil, r.page("labels", path, &p)
	}
}

// labelCard is one label in the gallery.
func (s *site) labelCard(page string, e *entry) (labelCard, error) {
	in := s.labelInput(e)
	subject, err := s.in.Designs.Subject(in)
	if err != nil {
		return labelCard{}, err
	}
	var badge []byte
	if s.in.Site.BuildsLabel(content.Badge) {
		badge = subject.Badge(false)
	}
	short, _ := modelTitle(e.Result.Model.Name)
	return labelCard{URL: relative(page, resultPath(e.Hash)), Name: short, Model: e.Result.Model.Name, Text: s.setup(e),
		Label: s.labelView(page, e, in, s.altOf(subject, in), s.labels.gallery, badge)}, nil
}

// galleryRows are the rows of a board whose labels the gallery shows, best
// first.
func (s *site) galleryRows(b *rank.Board) []*rank.Row {
	if !rated(b) {
		return nil
	}
	return slices.DeleteFunc(ratedRows(b), func(row *rank.Row) bool {
		e := s.byID[row.Result.ID]
		return e.Withdrawal != nil || !e.Rating.Rated
	})
}

// galleryEntries are the results whose labels the gallery shows, and after which
// board each stands.
func (s *site) galleryEntries() (es []*entry, boards []string) {
	for _, b := range s.boards {
		for _, row := range s.galleryRows(b) {
			es, boards = append(es, s.byID[row.Result.ID]), append(boards, b.ID)
		}
	}
	return es, boards
}

// foldedOrder sorts names as readers look for them.
func foldedOrder(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
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

func (s *site) starsWords(v float64) string { return s.msg.Write(fmt.Sprintf("%.1f", v)) }

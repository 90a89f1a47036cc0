// The page /boards/: every board in one table, with its best value and spread.

package site

import (
	"fmt"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// boardsPage is the list of boards.
type boardsPage struct {
	frame
	Boards boardList
}

// boardList is a table of boards, grouped by task.
type boardList struct {
	Label  string
	Head   []head
	Groups []boardGroup
}

// Width is the number of columns.
func (l boardList) Width() int { return len(l.Head) }

// boardGroup is the boards of one task.
type boardGroup struct {
	Title, URL string
	Boards     []boardLine
}

// boardLine is a board in a list.
type boardLine struct {
	URL, Title, Hardware, Point, Numbers string
	Models                               int
	Best, BestURL, Value, Unit, Spread   string
}

// boardLine gathers what lists say of a board.
func (s *site) boardLine(page string, b *rank.Board) boardLine {
	l := boardLine{URL: relative(page, boardPath(b.ID)), Title: b.Title, Hardware: s.boardHardware(b), Point: s.pointText(b),
		Numbers: s.originText(b), Models: len(s.ranked[b])}
	ranked := s.ranked[b]
	if len(ranked) == 0 {
		return l
	}
	m, _ := s.reg.Get(b.Metric)
	best, worst := ranked[0], ranked[len(ranked)-1]
	e := s.byID[best.Result.ID]
	l.Best, _ = modelTitle(e.Result.Model.Name)
	l.BestURL = relative(page, resultPath(e.Hash))
	l.Value, l.Unit = s.msg.Sig(best.Value, m.Digits), m.Unit
	if len(ranked) > 1 {
		l.Spread = s.msg.spread(best.Value, worst.Value)
	}
	return l
}

// spread is how many times the worst value is the best one.
func (l locale) spread(best, worst float64) string {
	if best > worst {
		best, worst = worst, best
	}
	if best <= 0 {
		return ""
	}
	r := worst / best
	if r >= 10 {
		return l.Write(fmt.Sprintf("%.0f×", r))
	}
	return l.Write(fmt.Sprintf("%.1f×", r))
}

// boardList puts the boards of a task together, in the order of the boards.
func (s *site) boardList(page string) boardList {
	var groups []boardGroup
	index := map[string]int{}
	for _, b := range s.boards {
		i, ok := index[b.Task]
		if !ok {
			i = len(groups)
			index[b.Task] = i
			groups = append(groups, boardGroup{Title: s.taskTitle(b.Task), URL: relative(page, taskPath(b.Task))})
		}
		groups[i].Boards = append(groups[i].Boards, s.boardLine(page, b))
	}
	l := boardList{Label: s.msg.T("boards.title"), Groups: groups}
	for _, c := range []string{"board", "bestvalue", "best", "models", "spread", "level"} {
		l.Head = append(l.Head, head{Name: s.msg.T("col." + c), Num: c == "models" || c == "bestvalue" || c == "spread"})
	}
	return l
}

func (s *site) boardsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "boards/index.html"
		p := boardsPage{frame: s.frame(path, s.msg.T("boards.title"), s.msg.T("boards.lede"), false), Boards: s.boardList(path)}
		return nil, r.page("boards", path, &p)
	}
}

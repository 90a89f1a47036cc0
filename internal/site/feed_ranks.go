// Changes of rank in the feeds.
//
// A site knows its present files only. What it can say of the past follows from
// their dates: the ranks before a day are those of the results and flags dated
// before it. Each task is ranked by itself, so that a new result of one leaves what
// was found of the others.

package site

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// feedDays is how many of the last days with changes are ranked again.
const feedDays = 4

// rankNews is what a day changed on a board that was there before.
type rankNews struct{ Board, Day, Said string }

// rankWork names the work on a task's changes of rank.
func rankWork(task string, days []string) string { return fmt.Sprintf("ranks of %s on %q", task, days) }

// rankHistory adds work for each task. It makes no file: the feeds are made of
// what it notes.
func (s *site) rankHistory(l *workList) {
	days := s.changeDays()
	if len(days) < 2 {
		return
	}
	tasks := map[string][]*entry{}
	for _, e := range s.entries {
		tasks[e.Workload.Task] = append(tasks[e.Workload.Task], e)
	}
	for _, task := range s.rankedTasks() {
		l.of(rankWork(task, days), tasks[task], s.rankChangesOf(task, tasks[task], days))
	}
}

// rankedTasks are the tasks that have boards, in the order of these.
func (s *site) rankedTasks() []string {
	var out []string
	for _, b := range s.boards {
		if !slices.Contains(out, b.Task) {
			out = append(out, b.Task)
		}
	}
	return out
}

// rankChangesOf notes what the last days with new results or flags changed on the
// boards of a task.
func (s *site) rankChangesOf(task string, es []*entry, days []string) job {
	return func(r *renderer) (result.Findings, error) {
		var found []rankNews
		before := s.ranksOn(days[0], es)
		for _, day := range days[1:] {
			after := s.ranksOn(day, es)
			for _, b := range s.boards {
				was, now := before[b.ID], after[b.ID]
				if b.Task != task || len(was) == 0 || len(now) == 0 {
					continue
				}
				if said := s.rankChanges(b, was, now); said != "" {
					found = append(found, rankNews{b.ID, day, said})
				}
			}
			before = after
		}
		var err error
		r.note, err = json.Marshal(found)
		return nil, err
	}
}

// newRanks are the entries of the feeds on changes of rank.
func (s *site) newRanks() ([]news, error) {
	days := s.changeDays()
	boards := map[string]*rank.Board{}
	for _, b := range s.boards {
		boards[b.ID] = b
	}
	var out []news
	for _, task := range s.rankedTasks() {
		note := s.noted(rankWork(task, days))
		if note == nil {
			continue
		}
		var found []rankNews
		if err := json.Unmarshal(note, &found); err != nil {
			return nil, fmt.Errorf("read the changes of rank of %s: %w", task, err)
		}
		for _, f := range found {
			out = append(out, news{kind: newsRanks, id: "urn:x-jouleboard:ranks:" + f.Board + ":" + f.Day, title: s.msg.T("feed.ranks", boards[f.Board].Title),
				text: s.msg.T("feed.ranks.text", f.Said), day: f.Day, page: boardPath(f.Board)})
		}
	}
	return out, nil
}

// changeDays are the last days on which something came, oldest first: those that
// are told of, and the one before them.
func (s *site) changeDays() []string {
	seen := map[string]bool{}
	for _, e := range s.entries {
		seen[e.Day()] = true
	}
	for _, f := range s.in.Catalog.Moderation.Flags {
		seen[f.Date] = true
	}
	var days []string
	for day := range seen {
		if _, _, ok := result.DateRange(day); ok {
			days = append(days, day)
		}
	}
	slices.SortFunc(days, func(a, b string) int { return cmp.Or(s.when(a).Compare(s.when(b)), cmp.Compare(a, b)) })
	return days[max(0, len(days)-feedDays-1):]
}

// ranksOn ranks what was there of some results on a day: per board, each model's
// ranks in words. Results without a date were always there.
func (s *site) ranksOn(day string, es []*entry) map[string]map[string]string {
	until := s.when(day)
	there := func(d string) bool {
		_, _, ok := result.DateRange(d)
		return !ok || !s.when(d).After(until)
	}
	var rs []*result.Loaded
	for _, e := range es {
		if there(e.Day()) {
			rs = append(rs, e.Loaded)
		}
	}
	cat, m := *s.in.Catalog, *s.in.Catalog.Moderation
	m.Flags = slices.DeleteFunc(slices.Clone(m.Flags), func(f catalog.Flag) bool { return !there(f.Date) })
	cat.Moderation = &m
	boards, _ := rank.Boards(rs, s.in.Site.Rank, &cat, s.in.Scales, s.reg)
	out := map[string]map[string]string{}
	for _, b := range boards {
		ranks := map[string]string{}
		for _, row := range rankedRows(b) {
			if row.RankLo > 0 {
				ranks[row.Result.Model.Name] = rankText(row)
			}
		}
		out[b.ID] = ranks
	}
	return out
}

// rankChanges tells who entered, moved and left, in the order of the board.
func (s *site) rankChanges(b *rank.Board, was, now map[string]string) string {
	var said []string
	models := make([]string, 0, len(b.Rows))
	for i := range b.Rows {
		models = append(models, b.Rows[i].Result.Model.Name)
	}
	for _, m := range models {
		short, _ := modelTitle(m)
		old, had := was[m]
		rank, has := now[m]
		switch {
		case has && !had:
			said = append(said, s.msg.T("feed.enters", short, rank))
		case has && old != rank:
			said = append(said, s.msg.T("feed.moves", short, old, rank))
		case had && !has:
			said = append(said, s.msg.T("feed.leaves", short, old))
		}
	}
	return strings.Join(said, "; ")
}

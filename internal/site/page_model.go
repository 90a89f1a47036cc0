// The page /models/ORG/NAME/: the places and all results of a model.

package site

import (
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/chart"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

type modelPage struct {
	frame
	compareRef
	Cite          citeBlock
	Heading, Lede string
	Facts         []fact
	Warnings      []warning
	Ranks         []modelRank
	Figures       []*figure
	History       []historyGroup
	Quality       []fact
	Tables        []table2
	Pairs         []fact
}

// modelRank is a model's place on one board.
type modelRank struct {
	Board, BoardURL, Rank string
	Stars                 starsView
	Value, Unit           string
	Setup, URL            string
	Label, LabelFormat    string
}

// table2 is a table under a heading of its own.
type table2 struct {
	Bar   *tableBar
	Title string
	table
}

// noted is a link with a remark.
type noted struct{ URL, Text, Note string }

func (s *site) modelPage(v *modelView) job {
	return func(r *renderer) (result.Findings, error) {
		path := modelPath(v.Name)
		short, org := modelTitle(v.Name)
		p := modelPage{Heading: short}
		p.Lede = s.modelLede(v)
		p.frame = s.frame(path, short, p.Lede, true, link{"models/index.html", s.msg.T("nav.models")})
		p.compareRef = compareLink(path, modelSegs(v.Name))
		p.Scripts = append(p.Scripts, s.assets.pickJS, s.assets.saveJS)
		p.Facts = s.modelFacts(v, org)
		p.Warnings = s.modelWarnings(v)
		p.Ranks = s.modelRanks(path, v)
		groups := groupByTask(v.Entries)
		for _, g := range groups {
			f, err := s.loadFigure(r, path, g)
			if err != nil {
				return nil, err
			}
			if f != nil {
				p.Figures = append(p.Figures, f)
			}
			t, err := s.modelTable(r, path, g)
			if err != nil {
				return nil, err
			}
			if t.Bar != nil && !slices.Contains(p.Scripts, s.assets.tableJS) {
				p.Scripts = append(p.Scripts, s.assets.tableJS)
			}
			p.Tables = append(p.Tables, t)
		}
		p.Quality = s.qualityFacts(path, v)
		p.Pairs = s.modelPairs(v)
		var err error
		if p.Cite, err = s.citePage(short, path, r.newest()); err != nil {
			return nil, err
		}
		if err := s.modelMore(r, path, v, groups, &p); err != nil {
			return nil, err
		}
		return nil, r.page("model", path, &p)
	}
}

// modelLede says where the model stands, in one sentence.
func (s *site) modelLede(v *modelView) string {
	for _, place := range v.Rows {
		if b, row := place.Board, place.Row; row.RankLo != 0 {
			m, _ := s.reg.Get(b.Metric)
			return s.msg.T("model.lede", len(v.Entries), s.msg.Sig(row.Value, m.Digits)+"\u00a0"+m.Unit, s.msg.inSentence(s.metricName(m)), b.Title, rankText(row), len(s.ranked[b]))
		}
	}
	return s.msg.T("model.lede.none", len(v.Entries))
}

func (s *site) modelRanks(page string, v *modelView) []modelRank {
	var out []modelRank
	for _, place := range v.Rows {
		b, row := place.Board, place.Row
		e := s.byID[row.Result.ID]
		m, _ := s.reg.Get(b.Metric)
		mr := modelRank{Board: b.Title, BoardURL: relative(page, boardPath(b.ID)), Stars: s.stars(row.Rating),
			Rank: s.msg.T("rank.of", rankText(row), len(s.ranked[b])), Value: s.msg.Sig(row.Value, m.Digits), Unit: m.Unit,
			Setup: s.setup(e), URL: relative(page, resultPath(e.Hash))}
		if row.RankLo == 0 {
			mr.Rank = unit.Dash
		}
		mr.Label, mr.LabelFormat = s.printLink(page, e)
		out = append(out, mr)
	}
	return out
}

// taskGroup is the results of a model in one task.
type taskGroup struct {
	Task    string
	Entries []*entry
}

func groupByTask(es []*entry) []taskGroup {
	index := map[string]int{}
	var out []taskGroup
	for _, e := range es {
		i, ok := index[e.Workload.Task]
		if !ok {
			i = len(out)
			index[e.Workload.Task] = i
			out = append(out, taskGroup{Task: e.Workload.Task})
		}
		out[i].Entries = append(out[i].Entries, e)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Task < out[j].Task })
	return out
}

// loadFigure draws energy against batch size, a line for each hardware and
// count. It is nil where no line has two points.
func (s *site) loadFigure(r *renderer, page string, g taskGroup) (*figure, error) {
	metric := ""
	for _, e := range g.Entries {
		if k := s.headline(e); strings.HasPrefix(k, "energy_per_") {
			metric = k
			break
		}
	}
	if metric == "" {
		return nil, nil
	}
	m, _ := s.reg.Get(metric)
	lines := map[string]*chart.Series{}
	var names []string
	enough := false
	type point struct {
		x, y float64
		e    *entry
	}
	points := map[string][]point{}
	origins := mixed(g.Entries)
	for _, e := range g.Entries {
		n, ok := batchOf(e.Result)
		y, oky := e.Value(metric)
		if !ok || !oky {
			continue
		}
		name := s.curveName(e.Result, origins)
		if lines[name] == nil {
			lines[name] = &chart.Series{Name: name, Hardware: s.lineHardware(e), Pick: -1}
			names = append(names, name)
		}
		points[name] = append(points[name], point{float64(n), y, e})
		enough = enough || len(points[name]) > 1
	}
	if !enough {
		return nil, nil
	}
	sort.Strings(names)
	c := chart.Lines{ID: "load-" + seg(g.Task), Title: s.msg.T("fig.load", s.metricName(m), s.taskTitle(g.Task)), Caption: s.msg.T("fig.load.caption"),
		XName: s.msg.T("col.batch"), YName: s.metricName(m), YUnit: m.Unit, Log2X: true, LogY: true, Words: s.chartWords(s.msg.T("col.hardware"))}
	for _, name := range names {
		ps := points[name]
		sort.SliceStable(ps, func(i, j int) bool {
			if ps[i].x != ps[j].x {
				return ps[i].x < ps[j].x
			}
			return ps[i].y < ps[j].y
		})
		for _, p := range ps {
			lines[name].Points = append(lines[name].Points, chart.Pt{X: p.x, Y: p.y, Label: s.setup(p.e), URL: relative(page, resultPath(p.e.Hash))})
		}
		c.Series = append(c.Series, *lines[name])
	}
	return s.figure(r, page, strings.TrimSuffix(page, "index.html")+c.ID, c, c.ID, c.Title, c.Caption, g.Entries[0].Result.Model.Name)
}

// toolRows is the least number of rows that is worth searching and sorting.
const toolRows = 8

// modelTable lists all results of a model in one task: facts, no rank, no star.
func (s *site) modelTable(r *renderer, page string, g taskGroup) (table2, error) {
	metric := s.headline(g.Entries[0])
	cols := []string{"hardware"}
	for _, c := range defaultColumns(metric) {
		switch c {
		case "rank", "model", "rating", "gpus", "parameters", "license", "label", "provider", "batch", "level":
		default:
			cols = append(cols, c)
		}
	}
	cols = append(cols, "batch", "level")
	t := table2{Title: s.taskTitle(g.Task), table: table{ID: "task-" + seg(g.Task), Label: s.taskTitle(g.Task)}}
	for _, c := range cols {
		t.Head = append(t.Head, s.headOf(c, ""))
	}
	es := append([]*entry(nil), g.Entries...)
	sort.SliceStable(es, func(i, j int) bool {
		a, b := es[i], es[j]
		if x, y := hardwareText(a.Result), hardwareText(b.Result); x != y {
			return x < y
		}
		x, _ := batchOf(a.Result)
		y, _ := batchOf(b.Result)
		if x != y {
			return x < y
		}
		return a.ID < b.ID
	})
	for _, e := range es {
		row := make([]cell, 0, len(cols))
		for _, c := range cols {
			if c == "hardware" {
				row = append(row, s.resultLink(page, e))
				continue
			}
			row = append(row, s.cellOf(page, c, e, nil))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(es) < toolRows {
		return t, nil
	}
	lines := make([]tableLine, len(es))
	for i, e := range es {
		lines[i].e = e
	}
	var err error
	if t.Bar, err = s.tableData(r, page, t.ID, "", cols, "hardware", lines); err != nil {
		return t, err
	}
	t.Bar.Rows = max(t.Bar.Rows, len(es)) // the page shows them all
	return t, nil
}

func withUnit(text, u string, has bool) string {
	if has {
		return text + " " + u
	}
	return text
}

// boardsOf are the boards that hold a task.
func (s *site) boardsOf(task string) []*rank.Board {
	var out []*rank.Board
	for _, b := range s.boards {
		if b.Task == task {
			out = append(out, b)
		}
	}
	return out
}

// joinNonEmpty joins the parts that say something.
func joinNonEmpty(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

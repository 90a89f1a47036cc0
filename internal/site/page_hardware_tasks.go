// What a hardware page shows of each task: how energy goes with batch size and with
// latency, a line a model, and all results. Results of several boards stand side
// by side there, so nothing is ranked.

package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// hardwareLines is how many lines a figure of a hardware page has at most.
const hardwareLines = 20

// hardwareTask is the results of one kind of hardware in one task.
type hardwareTask struct {
	Title   string
	Figures []*figure
	Table   table
	Bar     *tableBar
	Pages   *rowPages
}

// hardwareDir is the folder of the further pages of a task's table.
func hardwareDir(id, task string) string { return "hardware/" + id + "/" + seg(task) + "/" }

// hardwareGroups are the results of a kind of hardware by task, each in the order
// of its table: by model, then number, precision and load.
func hardwareGroups(es []*entry) []taskGroup {
	groups := groupByTask(es)
	for _, g := range groups {
		count := func(e *entry) int64 { return e.Result.Hardware.Count }
		batch := func(e *entry) int64 { n, _ := batchOf(e.Result); return n }
		slices.SortStableFunc(g.Entries, func(a, b *entry) int {
			return cmp.Or(strings.Compare(a.Result.Model.Name, b.Result.Model.Name), cmp.Compare(count(a), count(b)),
				strings.Compare(a.Result.Model.Precision, b.Result.Model.Precision), cmp.Compare(batch(a), batch(b)), strings.Compare(a.ID, b.ID))
		})
	}
	return groups
}

// inline says whether a hardware page holds the tasks of its results itself; more
// of them have pages of their own, so that none grows heavy.
func inline(es []*entry) bool { return len(es) <= tableRows }

// hardwareTask draws and lists the results of a task.
func (s *site) hardwareTask(r *renderer, page string, g taskGroup) (hardwareTask, error) {
	t := hardwareTask{Title: s.taskTitle(g.Task)}
	for _, draw := range []func(*renderer, string, taskGroup) (*figure, error){s.hardwareLoad, s.hardwareLatency} {
		f, err := draw(r, page, g)
		if err != nil {
			return t, err
		}
		if f != nil {
			t.Figures = append(t.Figures, f)
		}
	}
	cols := s.hardwareColumns(g)
	t.Table = s.hardwareTable(page, g, cols, 0)
	if len(g.Entries) < toolRows {
		return t, nil
	}
	lines := make([]tableLine, len(g.Entries))
	for i, e := range g.Entries {
		lines[i].e = e
	}
	var err error
	t.Bar, err = s.tableData(r, page, t.Table.ID, "", cols, "", lines)
	return t, err
}

// hardwareTasks puts the tasks of a hardware page on it, or links to their pages.
func (s *site) hardwareTasks(r *renderer, page string, h *catalog.Hardware, es []*entry, p *hardwarePage) error {
	if len(es) == 0 {
		return nil
	}
	for _, g := range hardwareGroups(es) {
		if !inline(es) {
			n := s.msg.T("n.results", len(g.Entries))
			p.TaskPages = append(p.TaskPages, noted{relative(page, partPath(hardwareDir(h.ID, g.Task), 0)), s.taskTitle(g.Task), n})
			continue
		}
		t, err := s.hardwareTask(r, page, g)
		if err != nil {
			return err
		}
		p.Tasks = append(p.Tasks, t)
	}
	return nil
}

// hardwareTaskPage is the results of one kind of hardware in one task.
func (s *site) hardwareTaskPage(h *catalog.Hardware, g taskGroup) job {
	return func(r *renderer) (result.Findings, error) {
		dir := hardwareDir(h.ID, g.Task)
		path := partPath(dir, 0)
		task := s.taskTitle(g.Task)
		p := hardwarePage{Heading: h.Name + s.msg.T("sep.part") + task, Lede: s.msg.T("hardware.page.lede", len(g.Entries), countModels(g.Entries))}
		p.frame = s.frame(path, p.Heading, p.Heading+". "+p.Lede, true, link{"hardware/index.html", s.msg.T("nav.hardware")}, link{hardwarePath(h.ID), h.Name})
		p.Scripts = append(p.Scripts, s.assets.pickJS, s.assets.tableJS, s.assets.saveJS)
		for _, b := range s.boards {
			if bh, ok := s.in.Catalog.HardwareFor(b.Hardware); ok && bh.ID == h.ID && b.Task == g.Task {
				p.Boards = append(p.Boards, s.boardLine(path, b))
			}
		}
		t, err := s.hardwareTask(r, path, g)
		if err != nil {
			return nil, err
		}
		t.Pages = s.rowPages(dir, 0, len(g.Entries))
		p.Tasks, p.Types, p.Software = []hardwareTask{t}, s.typeLegend(), s.softwareTable(g.Entries)
		if p.Cite, err = s.citePage(p.Heading, path, r.newest()); err != nil {
			return nil, err
		}
		return nil, r.page("hardware", path, &p)
	}
}

// hardwareColumns are the columns of a task's table: what must be equal for two rows
// to compare, then numbers that some row has, and never a rank or a star.
func (s *site) hardwareColumns(g taskGroup) []string {
	cols := []string{"model", "gpus", "precision", "load"}
	for _, c := range append(append([]string{"engine"}, defaultColumns(s.headline(g.Entries[0]))...), "date") {
		switch c {
		case "rank", "model", "rating", "gpus", "precision", "parameters", "license", "label", "provider", "batch", "load":
			continue
		}
		if slices.ContainsFunc(g.Entries, func(e *entry) bool { return s.cellOf("x", c, e, nil).Kind != "missing" }) && !slices.Contains(cols, c) {
			cols = append(cols, c)
		}
	}
	return cols
}

// hardwareTable is part at of a task's table.
func (s *site) hardwareTable(page string, g taskGroup, cols []string, at int) table {
	t := table{ID: "task-" + seg(g.Task), Label: s.taskTitle(g.Task)}
	for _, c := range cols {
		t.Head = append(t.Head, s.headOf(c, ""))
	}
	for _, e := range g.Entries[at*tableRows : min(len(g.Entries), (at+1)*tableRows)] {
		row := make([]cell, 0, len(cols))
		for _, c := range cols {
			row = append(row, s.cellOf(page, c, e, nil))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// hardwareParts adds the pages of tasks, and the further pages of long tables.
func (s *site) hardwareParts(l *workList) {
	by := s.hardwareEntries()
	for _, id := range s.hardwareIDs() {
		if inline(by[id]) {
			continue
		}
		for _, g := range hardwareGroups(by[id]) {
			h := s.in.Catalog.Hardware[id]
			l.of("hardware "+id+" "+g.Task, g.Entries, s.hardwareTaskPage(h, g), partPath(hardwareDir(id, g.Task), 0))
			for at := 1; at < parts(len(g.Entries)); at++ {
				l.of(fmt.Sprintf("hardware %s %s %d", id, g.Task, at), g.Entries, s.hardwarePart(h, g, at), partPath(hardwareDir(id, g.Task), at))
			}
		}
	}
}

func (s *site) hardwarePart(h *catalog.Hardware, g taskGroup, at int) job {
	return func(r *renderer) (result.Findings, error) {
		dir := hardwareDir(h.ID, g.Task)
		path := partPath(dir, at)
		p := rowsPage{Heading: h.Name + s.msg.T("sep.part") + s.taskTitle(g.Task), Types: s.typeLegend(), Pages: s.rowPages(dir, at, len(g.Entries)),
			Table: s.hardwareTable(path, g, s.hardwareColumns(g), at)}
		p.Lede = p.Pages.Text
		p.frame = s.frame(path, p.Heading+", "+p.Lede, p.Lede, false, link{"hardware/index.html", s.msg.T("nav.hardware")}, link{hardwarePath(h.ID), h.Name},
			link{partPath(dir, 0), s.taskTitle(g.Task)})
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		return nil, r.page("rows", path, &p)
	}
}

// lineNames names the line of each result: its model, and of the number of
// accelerators, precision, weights and origin what differs among the model's own.
func (s *site) lineNames(es []*entry) map[*entry]string {
	facets := func(e *entry) []string {
		m := e.Result.Model
		who := s.msg.T("origin.measured")
		if e.Source != nil {
			who = e.Source.Publisher
		}
		return []string{s.msg.T("line.count", s.msg.count(e.Result.Hardware.Count)), m.Precision, m.Quantization, s.msg.word("weights", m.Weights), who}
	}
	seen := map[string][]map[string]bool{}
	for _, e := range es {
		fs := facets(e)
		if seen[e.Result.Model.Name] == nil {
			seen[e.Result.Model.Name] = make([]map[string]bool, len(fs))
		}
		for i, f := range fs {
			if seen[e.Result.Model.Name][i] == nil {
				seen[e.Result.Model.Name][i] = map[string]bool{}
			}
			seen[e.Result.Model.Name][i][f] = true
		}
	}
	out := map[*entry]string{}
	for _, e := range es {
		short, _ := modelTitle(e.Result.Model.Name)
		parts := []string{short}
		for i, f := range facets(e) {
			if len(seen[e.Result.Model.Name][i]) > 1 {
				parts = append(parts, f)
			}
		}
		out[e] = joinNonEmpty(s.msg.T("sep.part"), parts...)
	}
	return out
}

// hardwareLoad draws energy against batch size, a line a model; nil where no line
// has two points.
func (s *site) hardwareLoad(r *renderer, page string, g taskGroup) (*figure, error) {
	metric := s.headline(g.Entries[0])
	m, ok := s.reg.Get(metric)
	if !ok || !strings.HasPrefix(metric, "energy_") {
		return nil, nil
	}
	fig := chart.Lines{ID: "load-" + seg(g.Task), Title: s.msg.T("fig.load", s.metricName(m), s.taskTitle(g.Task)), Caption: s.msg.T("fig.load.models"),
		XName: s.msg.T("col.batch"), YName: s.metricName(m), YUnit: m.Unit, Log2X: true, LogY: true}
	return s.hardwareFigure(r, page, g, fig, func(e *entry) (x, y float64, ok bool) {
		n, okx := batchOf(e.Result)
		y, oky := e.Value(metric)
		return float64(n), y, okx && oky
	})
}

// hardwareLatency draws energy against latency, a line a model.
func (s *site) hardwareLatency(r *renderer, page string, g taskGroup) (*figure, error) {
	x, y := latencyAxes(s.headline(g.Entries[0]))
	mx, _ := s.reg.Get(x)
	my, _ := s.reg.Get(y)
	fig := chart.Lines{ID: "latency-" + seg(g.Task), Title: s.msg.T("fig.latency", s.metricName(my), s.taskTitle(g.Task)), Caption: s.msg.T("fig.latency.models"),
		XName: s.metricName(mx), XUnit: mx.Unit, YName: s.metricName(my), YUnit: my.Unit, LogX: true, LogY: true}
	return s.hardwareFigure(r, page, g, fig, func(e *entry) (float64, float64, bool) {
		vx, okx := e.Value(x)
		vy, oky := e.Value(y)
		return vx, vy, okx && oky
	})
}

func (s *site) hardwareFigure(r *renderer, page string, g taskGroup, fig chart.Lines, at func(*entry) (x, y float64, ok bool)) (*figure, error) {
	names := s.lineNames(g.Entries)
	var c curve
	for _, e := range g.Entries {
		x, y, ok := at(e)
		if !ok {
			continue
		}
		family := e.Result.Model.Name
		if e.Model != nil && e.Model.Family != "" {
			family = e.Model.Family
		}
		n, _ := batchOf(e.Result)
		c.add(names[e], curvePoint{Pt: chart.Pt{X: x, Y: y, Label: s.loadText(e.Result), URL: relative(page, resultPath(e.Hash))}, order: n, family: family})
	}
	fig.Series, fig.Words = c.series(hardwareLines), s.chartWords(s.msg.T("col.model"))
	if len(fig.Series) == 0 {
		return nil, nil
	}
	if n := c.lineCount(); n > len(fig.Series) {
		fig.Caption += " " + s.msg.T("fig.models.most", len(fig.Series), n)
	}
	return s.smallFigure(r, page, strings.TrimSuffix(page, "index.html")+fig.ID, fig, fig.ID, fig.Title, fig.Caption, s.in.Catalog.Hardware[g.Entries[0].Hardware.ID].Name, true)
}

// softwareTable lists the software that the results state they ran on, nil where
// none does.
func (s *site) softwareTable(es []*entry) *table {
	type use struct {
		n           int
		first, last string
	}
	uses := map[[3]string]*use{}
	var keys [][3]string
	for _, e := range es {
		sw := e.Software
		if sw == nil {
			continue
		}
		k := [3]string{engineText(e.Result), sw.Driver, sw.CUDA}
		if k == ([3]string{}) {
			continue
		}
		if uses[k] == nil {
			uses[k] = &use{first: e.Day(), last: e.Day()}
			keys = append(keys, k)
		}
		u := uses[k]
		u.n, u.first, u.last = u.n+1, min(u.first, e.Day()), max(u.last, e.Day())
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	t := &table{ID: "software-table", Label: s.msg.T("cond.software"), Head: []head{{Name: s.msg.T("cond.engine")}, {Name: s.msg.T("cond.driver")}, {Name: s.msg.T("cond.cuda")},
		{Name: s.msg.T("col.results"), Num: true}, {Name: s.msg.T("col.date")}}}
	for _, k := range keys {
		row := make([]cell, 0, 5)
		for _, text := range k {
			if text == "" {
				row = append(row, s.missing(s.msg.T("missing.notstated"), false))
			} else {
				row = append(row, cell{Text: text})
			}
		}
		u, when := uses[k], uses[k].first
		if u.last != u.first {
			when += " – " + u.last
		}
		t.Rows = append(t.Rows, append(row, cell{Text: s.msg.Int(int64(u.n)), Num: true}, cell{Text: when}))
	}
	return t
}

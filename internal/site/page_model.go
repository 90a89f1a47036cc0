// The pages /models/ and /models/ORG/NAME/.

package site

import (
	"cmp"
	"net/url"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/chart"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

type modelFacts = *catalog.Model

type modelsPage struct {
	frame
	Types  typeLegend
	Models []modelLine
}

// typeLegend explains the marks of model types.
type typeLegend struct {
	Title, Unknown string
	Types          []modelTypeView
}

type modelTypeView struct{ Icon, Name string }

func (s *site) typeLegend() typeLegend {
	l := typeLegend{Title: s.msg.T("type.legend"), Unknown: s.msg.T("unknown")}
	for _, t := range catalog.ModelTypes() {
		icon, name := s.modelType(t.ID)
		l.Types = append(l.Types, modelTypeView{icon, name})
	}
	return l
}

type modelLine struct {
	URL, Name, Org, TypeIcon, TypeName string
	Parameters, Active                 string
	License, LicenseURL, Commercial    string
	Tasks                              string
	Results                            int
}

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

// warning is something a reader must know of a page, with where to say more.
type warning struct{ Text, URL string }

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

// modelType returns the icon and the name of a model type in the site's
// language.
func (s *site) modelType(id string) (icon, name string) {
	t, ok := catalog.TypeOf(id)
	if !ok {
		return "?", s.msg.T("unknown")
	}
	if k := "type." + id; s.msg.Has(k) {
		return t.Icon, s.msg.T(k)
	}
	return t.Icon, t.Name
}

// modelParameters returns 10^9 parameters in words, total and active.
func (l locale) modelParameters(v *modelView) (total, active string) {
	var t, a *float64
	if v.Known != nil {
		t, a = v.Known.ParametersB, v.Known.ActiveParametersB
	}
	for _, e := range v.Entries {
		if t == nil {
			t, a = e.Result.Model.ParametersB, e.Result.Model.ActiveParametersB
		}
	}
	if t != nil {
		total = l.Trim(*t)
		if a != nil && *a != *t {
			active = l.Trim(*a)
		}
	}
	return total, active
}

func (s *site) modelsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "models/index.html"
		p := modelsPage{frame: s.frame(path, s.msg.T("models.title"), s.msg.T("models.lede"), false), Types: s.typeLegend()}
		for _, v := range s.models {
			short, org := modelTitle(v.Name)
			l := modelLine{URL: relative(path, modelPath(v.Name)), Name: short, Org: org, Results: len(v.Entries)}
			id := ""
			if v.Known != nil {
				id = v.Known.Type
			}
			l.TypeIcon, l.TypeName = s.modelType(id)
			l.Parameters, l.Active = s.msg.modelParameters(v)
			if l.Parameters == "" {
				l.Parameters = s.msg.T("notstated")
				if v.Known != nil && v.Known.IsWithheld("parameters_b") {
					l.Parameters = s.msg.T("withheld")
				}
			}
			name, commercial, url := s.license(v.Known)
			l.License, l.LicenseURL, l.Commercial = name, url, s.commercial(v.Known, commercial)
			if name == "" {
				l.License = s.unknownLicense(v.Known)
			}
			l.Tasks = strings.Join(s.tasksOf(v.Entries), ", ")
			p.Models = append(p.Models, l)
		}
		return nil, r.page("models", path, p)
	}
}

func (s *site) unknownLicense(m modelFacts) string {
	if m != nil && m.IsWithheld("license") {
		return s.msg.T("withheld")
	}
	return s.msg.T("unknown")
}

// commercial is whether commercial use is allowed, in words.
func (s *site) commercial(_ modelFacts, id string) string {
	if id == "" {
		return s.msg.T("unknown")
	}
	return s.msg.T("commercial." + id)
}

// tasksOf are the titles of the tasks of some results, in order of name.
func (s *site) tasksOf(es []*entry) []string {
	seen := map[string]bool{}
	var out []string
	for _, e := range es {
		if !seen[e.Workload.Task] {
			seen[e.Workload.Task] = true
			out = append(out, s.taskTitle(e.Workload.Task))
		}
	}
	sort.Strings(out)
	return out
}

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
		if p.Cite, err = s.citePage(short, path); err != nil {
			return nil, err
		}
		if err := s.modelMore(r, path, v, groups, &p); err != nil {
			return nil, err
		}
		return nil, r.page("model", path, p)
	}
}

// modelLede says where the model stands, in one sentence.
func (s *site) modelLede(v *modelView) string {
	for _, b := range s.boards {
		for i := range b.Rows {
			row := &b.Rows[i]
			if row.Result.Model.Name != v.Name || row.RankLo == 0 {
				continue
			}
			m, _ := s.reg.Get(b.Metric)
			return s.msg.T("model.lede", len(v.Entries), s.msg.Sig(row.Value, m.Digits)+"\u00a0"+m.Unit, s.msg.inSentence(s.metricName(m)), b.Title, rankText(row), len(rankedRows(b)))
		}
	}
	return s.msg.T("model.lede.none", len(v.Entries))
}

func (s *site) modelFacts(v *modelView, org string) []fact {
	m := v.Known
	id := ""
	if m != nil {
		id = m.Type
	}
	icon, typ := s.modelType(id)
	total, active := s.msg.modelParameters(v)
	params := s.msg.T("notstated")
	if total != "" {
		params = s.msg.T("params.b", total)
		if active != "" {
			params = s.msg.T("params.active", total, active)
		}
	} else if m != nil && m.IsWithheld("parameters_b") {
		params = s.msg.T("withheld")
	}
	name, commercial, url := s.license(m)
	lic := fact{Key: s.msg.T("col.license"), Value: name, URL: url}
	if name == "" {
		lic.Value = s.unknownLicense(m)
	}
	fs := []fact{{Key: s.msg.T("fact.org"), Value: org}}
	if m != nil && m.Family != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.family"), Value: m.Family})
	}
	fs = append(fs, fact{Key: s.msg.T("col.type"), Value: icon + " " + typ}, fact{Key: s.msg.T("col.parameters"), Value: params}, lic,
		fact{Key: s.msg.T("col.commercial"), Value: s.commercial(m, commercial)})
	if m != nil && m.URL != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.page"), Value: host(m.URL), URL: m.URL})
	}
	return fs
}

// modelWarnings are what is unknown or flagged about a model.
func (s *site) modelWarnings(v *modelView) []warning {
	var out []warning
	if v.Known == nil {
		out = append(out, warning{s.msg.T("model.unknown"), s.in.Site.Contact})
	} else if v.Known.Type == "" {
		out = append(out, warning{s.msg.T("model.notype"), s.in.Site.Contact})
	}
	flagged := 0
	for _, e := range v.Entries {
		if e.Flag != nil {
			flagged++
		}
	}
	if flagged > 0 {
		out = append(out, warning{s.msg.T("model.flagged", flagged), ""})
	}
	return out
}

func (s *site) modelRanks(page string, v *modelView) []modelRank {
	var out []modelRank
	for _, b := range s.boards {
		for i := range b.Rows {
			row := &b.Rows[i]
			if row.Result.Model.Name != v.Name {
				continue
			}
			e := s.byID[row.Result.ID]
			m, _ := s.reg.Get(b.Metric)
			mr := modelRank{Board: b.Title, BoardURL: relative(page, boardPath(b.ID)), Stars: s.stars(row.Rating),
				Rank: s.msg.T("rank.of", rankText(row), len(rankedRows(b))), Value: s.msg.Sig(row.Value, m.Digits), Unit: m.Unit,
				Setup: s.setup(e), URL: relative(page, resultPath(e.Hash))}
			if row.RankLo == 0 {
				mr.Rank = unit.Dash
			}
			mr.Label, mr.LabelFormat = s.printLink(page, e)
			out = append(out, mr)
		}
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
		var row []cell
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

// modelPairs are the catalogue's facts of a model with their sources.
func (s *site) modelPairs(v *modelView) []fact {
	m := v.Known
	fs := []fact{{Key: s.msg.T("fact.name"), Value: v.Name}}
	if m == nil {
		return fs
	}
	add := func(key, value, url string) {
		if value != "" {
			fs = append(fs, fact{Key: s.msg.T(key), Value: value, URL: url})
		}
	}
	add("fact.title", m.Title, "")
	add("fact.architecture", m.Architecture, "")
	if _, text := s.modelType(m.Type); m.Type != "" {
		t, _ := catalog.TypeOf(m.Type)
		fs = append(fs, fact{Key: s.msg.T("col.type"), Value: text, URL: m.TypeSource, Note: t.Text})
	}
	add("fact.access", m.Access, "")
	add("fact.released", m.Released, m.ReleasedSource)
	add("fact.base", m.Base, "")
	if l, ok := s.in.Catalog.LicenseOf(m); ok {
		fs = append(fs, fact{Key: s.msg.T("col.license"), Value: l.Name, URL: cmp.Or(m.LicenseURL, l.URL), Note: l.Condition})
	}
	if m.LicenseSource != "" {
		add("fact.license.source", m.LicenseSource, m.LicenseSource)
	}
	add("fact.params.source", m.ParametersSource, m.ParametersSource)
	if len(m.Withheld) > 0 {
		var words []string
		for _, k := range m.Withheld {
			words = append(words, s.msg.T("withheld."+k))
		}
		add("fact.withheld", strings.Join(words, ", "), "")
	}
	for _, n := range m.Notes {
		add("fact.note", n, "")
	}
	return fs
}

// qualityFacts are outside quality scores of a model, each with its source.
func (s *site) qualityFacts(_ string, v *modelView) []fact {
	if v.Known == nil {
		return nil
	}
	return s.quality(v.Known.Quality)
}

func (s *site) quality(qs map[string]result.Quality) []fact {
	var ids []string
	for id := range qs {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var out []fact
	for _, id := range ids {
		q := qs[id]
		title := id
		if b := s.in.Catalog.Benchmarks[id]; b != nil {
			title = b.Title
		}
		value := s.msg.Sig(q.Value, 3)
		if q.Stderr != nil {
			value += " ± " + s.msg.Sig(*q.Stderr, 2)
		}
		note := q.Metric
		if q.Shots != nil {
			note = s.msg.T("quality.shots", q.Metric, *q.Shots)
		}
		f := fact{Key: title, Value: value, Note: note}
		if strings.HasPrefix(q.Source, "https://") || strings.HasPrefix(q.Source, "http://") {
			f.URL = q.Source
		} else if q.Source != "" {
			f.Note += ", " + q.Source
		}
		out = append(out, f)
	}
	return out
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

// host names where an address leads.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
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

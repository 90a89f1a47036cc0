// Boards: which of a model's results stands for it, in which order, and
// everything that is listed beside the ranking.

package rank

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// Board is one ranking of like with like.
type Board struct {
	ID, Title, Description string
	// Keys of the board. Hardware is the catalogue's id, or the name in the
	// results where the catalogue has none. Origin, Count and Precision are
	// "any" where freed. Method is the method version of measured results,
	// Reasoning the stated reasoning level; both are empty where none is.
	Task, Hardware, Point, Boundary, Kind, Origin, Weights, Count, Precision string
	Method, Reasoning                                                        string
	// Metric is the registry key that ranks, PointRule the operating point.
	Metric    string
	PointRule Point
	// Columns are those that site.yaml names; nil leaves them to the page.
	Columns []string
	// Rows are ranked rows, best first, then flagged ones.
	Rows []Row
	// Excluded are results at this point that a rule keeps out, NoMetric those
	// that lack the metric (WhyNoMetric says why). Both are sorted by path.
	Excluded []Excluded
	NoMetric []*result.Loaded
	// Scale rates the rows, nil if the site has no scale.
	Scale *Scale
	// Note says why there is no rank claim, empty if there is one.
	Note string
	// Newest is the newest Date of the board's results, empty if none is stated.
	Newest string

	order, spec int
}

// Row is one model of a board.
type Row struct {
	Result *result.Loaded
	// RankLo and RankHi are the rank or the ranks that the intervals allow, 1 the
	// best. Both are 0 for flagged rows and where a board makes no rank claim.
	RankLo, RankHi int
	// Value is the board's metric, CI its 95 % interval, nil where none is known.
	Value  float64
	CI     *result.Interval
	Rating Rating
	// Others are the model's other results of the same guards at any load, best
	// choice first: what a curve through the row's point needs.
	Others []*result.Loaded
	Flag   *catalog.Flag
}

// Boards forms all boards of the results. Results are those of LoadTree or any
// subset; their order does not matter. The findings name boards of site.yaml
// that match nothing, ids that had to be changed, and results at no operating
// point. Account tells where each result went.
func Boards(rs []*result.Loaded, cfg Config, cat *catalog.Catalog, scales *Scales, reg *unit.Registry) ([]*Board, result.Findings) {
	f := &former{cfg: cfg, cat: cat, scales: scales, reg: reg, groups: map[key][]*entry{}, curves: map[shape]map[curve][]*entry{}}
	if len(cfg.Points) == 0 && len(rs) > 0 {
		f.found = append(f.found, result.Finding{Rule: "RNK-NO-POINTS", Level: result.Warn, Where: result.Place{File: "content/site.yaml", Pointer: "/points"},
			Message: "no operating point is defined, so there are no boards", Hint: "add one under points, for example {id: min-energy, title: Lowest energy}"})
	}
	f.read(rs)
	matched := f.group()
	f.lend()
	f.drop()
	var boards []*Board
	for k, es := range f.groups {
		if k.spec >= 0 && cfg.Boards[k.spec].Hidden {
			continue
		}
		if b := f.board(k, es); b != nil {
			boards = append(boards, b)
		}
	}
	f.name(boards)
	for i, ok := range matched {
		if b := cfg.Boards[i]; !ok {
			f.found = append(f.found, result.Finding{Rule: "RNK-EMPTY", Level: result.Warn, Where: result.Place{File: "content/site.yaml", Pointer: fmt.Sprintf("/boards/%d", i)},
				Message: fmt.Sprintf("board %q matches no result", specName(b, i)), Hint: "check its task, hardware and point, or remove it"})
		}
	}
	f.found.Sort()
	return boards, f.found
}

func specName(b BoardSpec, i int) string {
	if b.ID != "" {
		return b.ID
	}
	return fmt.Sprintf("number %d", i+1)
}

// metric is what a board ranks by: the entry of site.yaml, else the task's
// headline, else the first of the usual ones that any result has; "" if none
// has any.
func (f *former) metric(k key, es []*entry) string {
	if k.spec >= 0 && f.cfg.Boards[k.spec].Metric != "" {
		return f.cfg.Boards[k.spec].Metric
	}
	var keys []string
	if f.cat != nil && f.cat.Tasks[k.task] != nil {
		keys = append(keys, f.cat.Tasks[k.task].Headline)
	}
	keys = append(append(keys, energyKeys[:]...), speedKeys[:]...)
	for _, excluded := range []bool{false, true} {
		for _, m := range keys {
			for _, e := range es {
				if _, ok := e.r.Value(m); ok && (e.rule != "") == excluded {
					return m
				}
			}
		}
	}
	return ""
}

// board makes one board of a group, nil if nothing in it can be ranked by
// anything.
func (f *former) board(k key, es []*entry) *Board {
	p := f.cfg.Points[k.point]
	b := &Board{Task: k.task, Hardware: k.hw, Point: p.ID, Boundary: k.boundary, Kind: k.kind, Origin: k.origin, Weights: k.weights,
		Count: k.count, Precision: k.precision, Method: k.method, Reasoning: k.reasoning, PointRule: p, Metric: f.metric(k, es), spec: k.spec}
	if b.Metric == "" {
		for _, e := range es {
			f.found = append(f.found, result.Finding{Rule: "RNK-NO-METRIC", Level: result.Note, Where: result.Place{File: e.r.Path},
				Message: "has no number that a board could rank by"})
		}
		return nil
	}
	if k.spec >= 0 {
		s := f.cfg.Boards[k.spec]
		b.ID, b.Title, b.Description, b.Columns, b.order = s.ID, s.Title, s.Description, s.Columns, s.Order
	}
	picks := map[string]*entry{}
	var flagged []*entry
	for _, e := range es {
		b.Newest = max(b.Newest, e.day)
		var ok bool
		e.value, ok = e.r.Value(b.Metric)
		switch {
		case e.rule != "":
			b.Excluded = append(b.Excluded, Excluded{e.r, e.rule, e.reason})
		case !ok:
			b.NoMetric = append(b.NoMetric, e.r)
		case e.flag != nil:
			flagged = append(flagged, e)
		case picks[e.model] == nil || p.Better(e.r.Result, picks[e.model].r.Result, b.Metric, f.reg):
			picks[e.model] = e
		}
	}
	ranked := make([]*entry, 0, len(picks))
	for _, e := range picks {
		ranked = append(ranked, e)
	}
	b.Scale = f.scales.For(k.task)
	f.rows(b, k, ranked, flagged)
	sort.Slice(b.Excluded, func(i, j int) bool { return less(b.Excluded[i].Result, b.Excluded[j].Result) })
	sort.Slice(b.NoMetric, func(i, j int) bool { return less(b.NoMetric[i], b.NoMetric[j]) })
	switch {
	case len(ranked) == 1:
		b.Note = "One result only: there is nothing to rank it against."
	case len(ranked) == 0:
		b.Note = "No result here may be ranked."
	}
	if b.Title == "" {
		b.Title = f.title(b)
	}
	return b
}

func less(a, b *result.Loaded) bool {
	if a.Path != b.Path {
		return a.Path < b.Path
	}
	return a.ID < b.ID
}

// rows fills the board's rows in order, with ranks and ratings.
func (f *former) rows(b *Board, k key, ranked, flagged []*entry) {
	m, _ := f.reg.Get(b.Metric)
	sign := lowerBetter(b.Metric, 1, f.reg)
	order := func(es []*entry) {
		slices.SortFunc(es, func(x, y *entry) int {
			return cmp.Or(cmp.Compare(sign*x.value, sign*y.value), strings.Compare(x.r.ID, y.r.ID))
		})
	}
	order(ranked)
	order(flagged)
	cs := make([]contender, len(ranked))
	cohort := make([]*result.Result, len(ranked))
	for i, e := range ranked {
		cs[i] = newContender(e.r.Result, b.Metric, e.value, m.Better == unit.Higher)
		cohort[i] = e.r.Result
	}
	spans := ranks(cs)
	rater := b.Scale.Rater(cohort, f.cfg.Points)
	b.Rows = make([]Row, 0, len(ranked)+len(flagged))
	for i, e := range append(append([]*entry(nil), ranked...), flagged...) {
		row := Row{Result: e.r, Value: e.value, CI: e.r.Metrics[b.Metric].CI95, Rating: rater.rate(e.r.Result, e.g, nil), Others: f.others(k, e, b), Flag: e.flag}
		if len(ranked) > 1 && i < len(ranked) {
			row.RankLo, row.RankHi = spans[i].lo, spans[i].hi
		}
		b.Rows = append(b.Rows, row)
	}
}

// others are the results of the row's model on the board's guards at any load.
// Excluded and flagged ones are not drawn into curves.
func (f *former) others(k key, e *entry, b *Board) []*result.Loaded {
	s := f.shapeOf(k.spec)
	if f.curves[s] == nil {
		m := map[curve][]*entry{}
		for _, o := range f.entries {
			if o.rule == "" && o.flag == nil {
				c := curve{o.key(0, 0, s), o.model}
				m[c] = append(m[c], o)
			}
		}
		f.curves[s] = m
	}
	var out []*result.Loaded
	for _, o := range f.curves[s][curve{e.key(0, 0, s), e.model}] {
		if o != e {
			out = append(out, o.r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return b.PointRule.Better(out[i].Result, out[j].Result, b.Metric, f.reg) })
	return out
}

// title is a board's name where site.yaml gives none.
func (f *former) title(b *Board) string {
	task, hw, point := b.Task, b.Hardware, b.PointRule.Title
	if f.cat != nil {
		if t := f.cat.Tasks[b.Task]; t != nil {
			task = t.Title
		}
		if h := f.cat.Hardware[b.Hardware]; h != nil {
			hw = h.Name
			if h.Short != "" {
				hw = h.Short
			}
		}
	}
	if hw == "" {
		hw = "hosted endpoints"
	}
	if point == "" {
		point = b.Point
	}
	extra := []string{point}
	for _, s := range []string{b.Reasoning, prefixed("count ", b.Count), prefixed("", b.Precision)} {
		if s != "" {
			extra = append(extra, s)
		}
	}
	return fmt.Sprintf("%s on %s, %s", task, hw, strings.Join(extra, ", "))
}

func prefixed(prefix, v string) string {
	if v == "" || v == Any {
		return ""
	}
	return prefix + v
}

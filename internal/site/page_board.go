// The page /boards/BOARD/: a table of ranks, and what its results share.

package site

import (
	"bytes"
	"fmt"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// boardPage is one board.
type boardPage struct {
	frame
	Heading        string
	Lede           []segment
	Facts          []fact
	Note           string
	Tradeoff, Bars *figure
	Table          table
	Bar            *tableBar
	Pages          *rowPages
	TableTitle     string
	Types          typeLegend
	TableNotes     []string
	CSV, JSON      string
	Parquet        string
	Glossary       []term
	Caveats        []string
	Left           []leftOut
	Cite           citeBlock
}

// segment is a piece of a sentence that may be bold or a link.
type segment struct {
	Text, URL string
	Bold      bool
}

// fact is a key and its value, perhaps a link, with a remark.
type fact struct {
	Key, Value, URL, Note string
	Code                  string // a command, which keeps its spaces and lines
}

// term explains a column.
type term struct{ Name, Unit, Text, GoodFor, URL string }

// leftOut is a result that is not ranked, with the rule that kept it out.
type leftOut struct{ URL, Title, Rule, Reason string }

func (s *site) boardPage(b *rank.Board) job {
	return func(r *renderer) (result.Findings, error) {
		path := boardPath(b.ID)
		lede := s.boardLede(path, b)
		var words strings.Builder
		for _, g := range lede {
			words.WriteString(g.Text)
		}
		p := boardPage{
			frame:   s.frame(path, b.Title, words.String(), true, link{"boards/index.html", s.msg.T("nav.boards")}, link{taskPath(b.Task), s.taskTitle(b.Task)}),
			Heading: b.Title, Lede: lede, Facts: s.boardFacts(path, b), Note: s.said(b.Note),
			Table: s.boardTable(path, b, 0, tableRows),
			CSV:   relative(path, boardCSV(b.ID)), JSON: relative(path, "api/v1/boards/"+b.ID+".json"), Parquet: relative(path, boardParquet(b.ID)),
			Glossary: s.glossary(path, b), Caveats: s.caveats(s.boardCaveats(b)), Left: s.boardLeft(path, b),
		}
		p.Types = s.typeLegend()
		var err error
		if p.Bar, err = s.tableData(r, path, p.Table.ID, b.Metric, boardColumns(b), "", s.boardLines(b)); err != nil {
			return nil, err
		}
		p.Scripts = append(p.Scripts, s.assets.tableJS, s.assets.pickJS)
		p.Pages = s.rowPages("boards/"+b.ID+"/", 0, len(b.Rows))
		p.TableTitle = s.msg.T("board.table", len(s.ranked[b]), s.rankedBy(b))
		if len(s.ranked[b]) < 2 {
			p.TableTitle = s.msg.T("board.table.one")
		}
		if len(s.ranked[b]) > 1 && !anyInterval(b) {
			p.TableNotes = append(p.TableNotes, s.msg.T("board.nointerval"))
		}
		if p.Tradeoff, err = s.tradeoff(r, path, b, "boards/"+b.ID+"/tradeoff", "tradeoff"); err != nil {
			return nil, err
		}
		if p.Bars, err = s.bars(r, path, b, "boards/"+b.ID+"/top", "top"); err != nil {
			return nil, err
		}
		if saved(p.Tradeoff, p.Bars) {
			p.Scripts = append(p.Scripts, s.assets.saveJS)
		}
		if p.Cite, err = s.citeBoard(b); err != nil {
			return nil, err
		}
		if err := r.put(boardCSV(b.ID), path, s.boardCSV(b)); err != nil {
			return nil, err
		}
		var table bytes.Buffer
		if err := s.boardParquet(&table, b); err != nil {
			return nil, fmt.Errorf("make %s: %w", boardParquet(b.ID), err)
		}
		if err := r.put(boardParquet(b.ID), path, table.Bytes()); err != nil {
			return nil, err
		}
		return nil, r.page("board", path, &p)
	}
}

// rankedBy is the metric a board ranks by, inside a sentence.
func (s *site) rankedBy(b *rank.Board) string {
	m, _ := s.reg.Get(b.Metric)
	return s.msg.inSentence(s.metricName(m))
}

// boardLede is the answer first: what is measured under which limit, who is
// best, and how far apart the field is.
func (s *site) boardLede(page string, b *rank.Board) []segment {
	m, _ := s.reg.Get(b.Metric)
	what := s.msg.T("lede.metric", s.metricName(m))
	if k := "lede." + b.Metric; s.msg.Has(k) {
		what = s.msg.T(k)
	}
	out := []segment{{Text: what}}
	if c := b.PointRule.Constraint; c != nil && c.Metric == "itl_ms.p50" && c.Max != nil {
		out = append(out, segment{Text: s.msg.T("lede.itl.before")}, segment{Text: s.msg.Trim(*c.Max) + "\u00a0ms", Bold: true}, segment{Text: s.msg.T("lede.itl.after")})
	} else if t := b.PointRule.Title; t != "" {
		out = append(out, segment{Text: s.msg.T("lede.point", s.msg.inSentence(t))})
	}
	out = append(out, segment{Text: s.msg.T("lede.stop")})
	ranked := s.ranked[b]
	if len(ranked) == 0 {
		return append(out, segment{Text: s.msg.T("lede.none")})
	}
	best := ranked[0]
	e := s.byID[best.Result.ID]
	short, _ := modelTitle(e.Result.Model.Name)
	value := s.msg.Sig(best.Value, m.Digits) + "\u00a0" + m.Unit
	out = append(out, segment{Text: short, URL: relative(page, resultPath(e.Hash))}, segment{Text: " "})
	verb := "lede.needs"
	if m.Better == unit.Higher {
		verb = "lede.reaches"
	}
	out = append(out, segment{Text: s.msg.T(verb, value)})
	if len(ranked) > 1 {
		worst := ranked[len(ranked)-1]
		key := "lede.worst"
		if m.Better == unit.Higher {
			key = "lede.slowest"
		}
		out = append(out, segment{Text: s.msg.T(key, strings.TrimSuffix(s.msg.spread(best.Value, worst.Value), "×"))})
	}
	return append(out, segment{Text: s.msg.T("lede.end")})
}

func (s *site) boardHardware(b *rank.Board) string {
	if b.Hardware == "" {
		return s.msg.T("hardware.endpoint")
	}
	if h, ok := s.in.Catalog.HardwareFor(b.Hardware); ok {
		return h.Name
	}
	return b.Hardware
}

func (s *site) pointText(b *rank.Board) string {
	if b.PointRule.Title != "" {
		return b.PointRule.Title
	}
	return b.Point
}

// originText says where a board's numbers come from.
func (s *site) originText(b *rank.Board) string {
	switch b.Origin {
	case rank.Any:
		return s.msg.T("origin.any")
	case "measured":
		return s.msg.T("origin.measured")
	}
	for i := range b.Rows {
		if src := b.Rows[i].Result.Source; src != nil {
			return s.msg.T("origin.reported", src.Publisher)
		}
	}
	return s.msg.T("origin.reported", b.Origin)
}

// boardFacts are the conditions that all rows of the board share.
func (s *site) boardFacts(page string, b *rank.Board) []fact {
	fs := []fact{{Key: s.msg.T("fact.task"), Value: s.taskTitle(b.Task), URL: relative(page, taskPath(b.Task))}}
	hw := fact{Key: s.msg.T("fact.hardware"), Value: s.boardHardware(b)}
	if h, ok := s.in.Catalog.HardwareFor(b.Hardware); ok {
		hw.URL = relative(page, hardwarePath(h.ID))
	}
	switch {
	case b.Count == "" || b.Kind == result.KindEndpoint:
	case b.Count == rank.Any:
		hw.Value += s.msg.T("sep.part") + s.msg.T("count.any")
	default:
		hw.Value = b.Count + " × " + hw.Value
	}
	fs = append(fs, hw, fact{Key: s.msg.T("fact.point"), Value: s.pointText(b)})
	if b.Boundary != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.boundary"), Value: s.boundaryText(b.Boundary), URL: s.pageLink(page, "methodology/hardware/")})
	} else {
		fs = append(fs, fact{Key: s.msg.T("fact.boundary"), Value: s.msg.T("boundary.none")})
	}
	if b.Precision != "" && b.Precision != rank.Any {
		fs = append(fs, fact{Key: s.msg.T("fact.precision"), Value: b.Precision})
	}
	fs = append(fs, fact{Key: s.msg.T("fact.numbers"), Value: s.originText(b), URL: s.pageLink(page, "methodology/sources/")})
	if sc := b.Scale; sc != nil && strings.HasPrefix(b.Metric, "energy_") {
		kind := s.msg.T("scale.fixed")
		if sc.Live() {
			kind = s.msg.T("scale.relative")
		}
		if rated(b) {
			fs = append(fs, fact{Key: s.msg.T("fact.scale"), Value: sc.ID + s.msg.T("sep.part") + kind, URL: s.pageLink(page, "methodology/rating/")})
		} else {
			why := s.msg.T("scale.none")
			if len(b.Rows) > 0 && b.Rows[0].Rating.Reason != "" {
				why = s.msg.inSentence(s.said(b.Rows[0].Rating.Reason))
			}
			fs = append(fs, fact{Key: s.msg.T("fact.scale"), Value: why, URL: s.pageLink(page, "methodology/rating/")})
		}
	}
	return fs
}

func rated(b *rank.Board) bool {
	for i := range b.Rows {
		if b.Rows[i].Rating.Rated {
			return true
		}
	}
	return false
}

func anyInterval(b *rank.Board) bool {
	for i := range b.Rows {
		if b.Rows[i].CI != nil {
			return true
		}
	}
	return false
}

func (s *site) boundaryText(includes string) string {
	if k := "boundary." + includes; s.msg.Has(k) {
		return s.msg.T(k)
	}
	return includes
}

// pageLink links to a content page if the site has it.
func (s *site) pageLink(from, url string) string {
	if s.pages[url] == nil {
		return ""
	}
	return relative(from, pagePath(url))
}

// metricLink links to where a metric is explained, if the site has the page.
func (s *site) metricLink(from string, m unit.Metric) string {
	page, frag, _ := strings.Cut(m.Page, "#")
	to := s.pageLink(from, page)
	if to == "" {
		return relative(from, dictionaryPath+"#m-"+strings.ReplaceAll(strings.SplitN(m.Key, ".", 2)[0], ".", "-"))
	}
	if frag != "" && s.pages[page].HasID(frag) {
		return to + "#" + frag
	}
	return to
}

// glossary explains the metrics among a board's columns.
func (s *site) glossary(page string, b *rank.Board) []term {
	var out []term
	for _, c := range boardColumns(b) {
		if m, ok := s.reg.Get(c); ok {
			out = append(out, term{Name: s.metricName(m), Unit: m.Unit, Text: s.definition(m), GoodFor: s.goodFor(m), URL: s.metricLink(page, m)})
		}
	}
	return out
}

// boardCaveats are the ids of the caveats of a board's task and sources.
func (s *site) boardCaveats(b *rank.Board) []string {
	var ids []string
	if t := s.in.Catalog.Tasks[b.Task]; t != nil {
		ids = append(ids, t.Caveats...)
	}
	for i := range b.Rows {
		if src := b.Rows[i].Result.Source; src != nil {
			ids = append(ids, src.Caveats...)
		}
	}
	return ids
}

// caveats are the texts of caveat ids, each once, in the order given.
func (s *site) caveats(ids []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		if c := s.in.Catalog.Caveats[id]; c != nil {
			out = append(out, c.Text)
		} else {
			out = append(out, id)
		}
	}
	return out
}

// boardLeft lists what the board does not rank, each with its reason.
func (s *site) boardLeft(page string, b *rank.Board) []leftOut {
	var out []leftOut
	add := func(r *result.Loaded, rule, reason string) {
		e := s.byID[r.ID]
		out = append(out, leftOut{URL: relative(page, resultPath(e.Hash)), Title: s.title(e), Rule: rule, Reason: reason})
	}
	for _, x := range b.Excluded {
		add(x.Result, x.Rule, s.said(x.Reason))
	}
	for _, r := range b.NoMetric {
		add(r, "no-energy", s.msg.T("left.noenergy"))
	}
	for i := range b.Rows {
		if f := b.Rows[i].Flag; f != nil {
			add(b.Rows[i].Result, "flagged", s.reasonText(f.Reason, f.Text))
		}
	}
	return out
}

// reasonText is a moderation reason in words.
func (s *site) reasonText(id, text string) string {
	words := strings.ReplaceAll(id, "-", " ")
	if k := "reason." + id; s.msg.Has(k) {
		words = s.msg.T(k)
	}
	return joinNonEmpty(s.msg.T("sep.colon"), words, text)
}

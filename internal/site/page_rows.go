// Long tables without scripts, and the page /results/ of all results: a table of
// more rows than a page shows goes on over further pages.

package site

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// resultsPath is the page of all results.
const resultsPath = "results/index.html"

// rowsPage is a page that is one table.
type rowsPage struct {
	frame
	Heading, Lede string
	Table         table
	Bar           *tableBar
	Pages         *rowPages
	Types         typeLegend
}

// rowPages leads to the pages before and after a part of a table.
type rowPages struct {
	Label, Text                    string
	Prev, PrevText, Next, NextText string
}

// partPath is the page of part n of a table; the first part is on the page itself.
func partPath(dir string, n int) string {
	if n == 0 {
		return dir + "index.html"
	}
	return fmt.Sprintf("%srows-%d/index.html", dir, n+1)
}

// parts is how many pages n rows take.
func parts(n int) int { return max(1, (n+tableRows-1)/tableRows) }

// rowPages are the links of part at of a table of n rows, nil if it has one only.
func (s *site) rowPages(dir string, at, n int) *rowPages {
	if parts(n) < 2 {
		return nil
	}
	return s.pagesFrom(dir, at, parts(n), s.rowsText(at*tableRows, min(n, (at+1)*tableRows), n))
}

// rowsText says which rows of a table a page holds.
func (s *site) rowsText(from, to, n int) string {
	return s.msg.T("tb.page", s.msg.Int(int64(from+1)), s.msg.Int(int64(to)), s.msg.Int(int64(n)))
}

// pagesFrom leads from page at of a table to those before and after it.
func (s *site) pagesFrom(dir string, at, pages int, text string) *rowPages {
	p := &rowPages{Label: s.msg.T("tb.pages"), PrevText: s.msg.T("tb.prev"), NextText: s.msg.T("tb.next"), Text: text}
	page := partPath(dir, at)
	if at > 0 {
		p.Prev = relative(page, partPath(dir, at-1))
	}
	if at+1 < pages {
		p.Next = relative(page, partPath(dir, at+1))
	}
	return p
}

func (s *site) boardPart(b *rank.Board, at int) job {
	return func(r *renderer) (result.Findings, error) {
		dir := "boards/" + b.ID + "/"
		path := partPath(dir, at)
		p := rowsPage{Heading: b.Title, Types: s.typeLegend(), Pages: s.rowPages(dir, at, len(b.Rows)),
			Table: s.boardTable(path, b, at*tableRows, min(len(b.Rows), (at+1)*tableRows))}
		p.Lede = p.Pages.Text
		p.frame = s.frame(path, b.Title+", "+p.Lede, p.Lede, false, link{"boards/index.html", s.msg.T("nav.boards")}, link{boardPath(b.ID), b.Title})
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		return nil, r.page("rows", path, &p)
	}
}

// resultColumns are what the table of all results shows: conditions first, since
// its rows do not compare, and never a rank or a star.
var resultColumns = []string{"model", "task", "hardware", "load", "precision", "energy_per_response_j", "energy_per_image_j", "energy_per_video_j",
	"energy_per_output_token_j", "itl_ms.p50", "output_tokens_per_s", "parameters", "license", "level", "date"}

// allResults adds the page of all results.
func (s *site) allResults(l *workList) {
	type sorted struct {
		e              *entry
		task, hardware string
		batch          int64
	}
	rows := make([]sorted, 0, len(s.entries))
	for _, e := range s.entries {
		if e.Withdrawal == nil {
			batch, _ := batchOf(e.Result)
			rows = append(rows, sorted{e, s.taskTitle(e.Workload.Task), hardwareText(e.Result), batch})
		}
	}
	slices.SortStableFunc(rows, func(a, b sorted) int {
		return cmp.Or(cmp.Compare(a.task, b.task), cmp.Compare(a.e.Result.Model.Name, b.e.Result.Model.Name),
			cmp.Compare(a.hardware, b.hardware), cmp.Compare(a.batch, b.batch), cmp.Compare(a.e.Path, b.e.Path))
	})
	es := make([]*entry, len(rows))
	for i := range rows {
		es[i] = rows[i].e
	}
	var cols []string
	for _, c := range resultColumns {
		if slices.ContainsFunc(es, func(e *entry) bool { return s.cellOf(resultsPath, c, e, nil).Kind != "missing" }) {
			cols = append(cols, c)
		}
	}
	ends := resultsEnds(es)
	l.add(s.resultsPage(es, ends, cols), resultsPath)
	for at := 1; at < len(ends); at++ {
		l.of(fmt.Sprintf("results %d %v %q", at, at+1 < len(ends), cols), es[ends[at-1]:ends[at]], s.resultsPart(es, ends, cols, at), partPath("results/", at))
	}
}

// resultsEnds cuts the table of all results into pages, and says where each ends.
// After the first, a page ends with a result whose id says so: a result that comes
// or goes then changes the page it is on, and not all that follow.
func resultsEnds(es []*entry) []int {
	const least, most = tableRows / 2, tableRows * 3 / 2
	var ends []int
	from := 0
	for i, e := range es {
		n := i + 1 - from
		cut := n == tableRows
		if from > 0 {
			cut = n == most || n >= least && crc32.ChecksumIEEE([]byte(e.ID))%least == 0
		}
		if cut && i+1 < len(es) {
			ends, from = append(ends, i+1), i+1
		}
	}
	return append(ends, len(es))
}

// resultsPages are the links of a page of the table of all results. Only the first
// one says how many rows there are: it is made whenever there is one more.
func (s *site) resultsPages(ends []int, at int) *rowPages {
	if len(ends) < 2 {
		return nil
	}
	text := s.msg.T("results.page", s.msg.Int(int64(at+1)))
	if at == 0 {
		text = s.rowsText(0, ends[0], ends[len(ends)-1])
	}
	return s.pagesFrom("results/", at, len(ends), text)
}

// resultsPage is the first page of the table of all results, with the data that
// scripts sort and filter.
func (s *site) resultsPage(es []*entry, ends []int, cols []string) job {
	return func(r *renderer) (result.Findings, error) {
		p := s.resultsRows(es[:ends[0]], cols, resultsPath, s.resultsPages(ends, 0))
		lines := make([]tableLine, len(es))
		for i, e := range es {
			lines[i].e = e
		}
		var err error
		if p.Bar, err = s.tableData(r, resultsPath, p.Table.ID, "", cols, "", lines); err != nil {
			return nil, err
		}
		p.frame = s.frame(resultsPath, p.Heading, p.Lede, false)
		p.Scripts = append(p.Scripts, s.assets.tableJS, s.assets.pickJS)
		return nil, r.page("rows", resultsPath, &p)
	}
}

func (s *site) resultsPart(es []*entry, ends []int, cols []string, at int) job {
	return func(r *renderer) (result.Findings, error) {
		path := partPath("results/", at)
		p := s.resultsRows(es[ends[at-1]:ends[at]], cols, path, s.resultsPages(ends, at))
		p.frame = s.frame(path, p.Heading+s.msg.T("sep.part")+p.Pages.Text, p.Lede, false, link{resultsPath, p.Heading})
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		return nil, r.page("rows", path, &p)
	}
}

// resultsRows is a page of some rows of the table of all results, still without its frame.
func (s *site) resultsRows(es []*entry, cols []string, path string, pages *rowPages) rowsPage {
	p := rowsPage{Heading: s.msg.T("results.title"), Lede: s.msg.T("results.lede"), Types: s.typeLegend(), Pages: pages, Table: table{ID: "results", Label: s.msg.T("results.title")}}
	for _, c := range cols {
		p.Table.Head = append(p.Table.Head, s.headOf(c, ""))
	}
	for _, e := range es {
		row := make([]cell, len(cols))
		for i, c := range cols {
			row[i] = s.cellOf(path, c, e, nil)
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p
}

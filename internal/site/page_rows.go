// Long tables without scripts, and the page /results/ of all results: a table of
// more rows than a page shows goes on over further pages.

package site

import (
	"cmp"
	"fmt"
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
	page := partPath(dir, at)
	p := &rowPages{Label: s.msg.T("tb.pages"), PrevText: s.msg.T("tb.prev"), NextText: s.msg.T("tb.next"),
		Text: s.msg.T("tb.page", s.msg.Int(int64(at*tableRows+1)), s.msg.Int(int64(min(n, (at+1)*tableRows))), s.msg.Int(int64(n)))}
	if at > 0 {
		p.Prev = relative(page, partPath(dir, at-1))
	}
	if at+1 < parts(n) {
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
		return nil, r.page("rows", path, p)
	}
}

// resultColumns are what the table of all results shows: conditions first, since
// its rows do not compare, and never a rank or a star.
var resultColumns = []string{"model", "task", "hardware", "load", "precision", "energy_per_response_j", "energy_per_image_j", "energy_per_video_j",
	"energy_per_output_token_j", "itl_ms.p50", "output_tokens_per_s", "parameters", "license", "level", "date"}

// allResults adds the page of all results.
func (s *site) allResults(l *workList) {
	var es []*entry
	for _, e := range s.entries {
		if e.Withdrawal == nil {
			es = append(es, e)
		}
	}
	batch := func(e *entry) int64 { n, _ := batchOf(e.Result); return n }
	slices.SortStableFunc(es, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(s.taskTitle(a.Workload.Task), s.taskTitle(b.Workload.Task)), cmp.Compare(a.Result.Model.Name, b.Result.Model.Name),
			cmp.Compare(hardwareText(a.Result), hardwareText(b.Result)), cmp.Compare(batch(a), batch(b)), cmp.Compare(a.Path, b.Path))
	})
	var cols []string
	for _, c := range resultColumns {
		for _, e := range es {
			if p := s.cellOf(resultsPath, c, e, nil); p.Kind != "missing" {
				cols = append(cols, c)
				break
			}
		}
	}
	for at := range parts(len(es)) {
		if at == 0 {
			l.add(s.resultsPart(es, cols, at), partPath("results/", at))
			continue
		}
		l.of(fmt.Sprintf("results %d of %d %q", at, len(es), cols), es[at*tableRows:min(len(es), (at+1)*tableRows)], s.resultsPart(es, cols, at), partPath("results/", at))
	}
}

func (s *site) resultsPart(es []*entry, cols []string, at int) job {
	return func(r *renderer) (result.Findings, error) {
		path := partPath("results/", at)
		title := s.msg.T("results.title")
		p := rowsPage{Heading: title, Types: s.typeLegend(), Pages: s.rowPages("results/", at, len(es))}
		var crumbs []link
		if at > 0 {
			crumbs = append(crumbs, link{resultsPath, title})
			title += s.msg.T("sep.part") + p.Pages.Text
		}
		p.Lede = s.msg.T("results.lede")
		p.frame = s.frame(path, title, p.Lede, false, crumbs...)
		p.Table = table{ID: "results", Label: s.msg.T("results.title")}
		for _, c := range cols {
			p.Table.Head = append(p.Table.Head, s.headOf(c, ""))
		}
		for _, e := range es[at*tableRows : min(len(es), (at+1)*tableRows)] {
			var row []cell
			for _, c := range cols {
				row = append(row, s.cellOf(path, c, e, nil))
			}
			p.Table.Rows = append(p.Table.Rows, row)
		}
		if at == 0 {
			lines := make([]tableLine, len(es))
			for i, e := range es {
				lines[i].e = e
			}
			var err error
			if p.Bar, err = s.tableData(r, path, p.Table.ID, "", cols, "", lines); err != nil {
				return nil, err
			}
			p.Scripts = append(p.Scripts, s.assets.tableJS)
		}
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		return nil, r.page("rows", path, p)
	}
}

// Downloads: results as JSON and CSV, checksums, and the page /data/ that lists
// them and accounts for every file that was read.

package site

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

type dataPage struct {
	frame
	Facts   []fact
	Files   []dataFile
	Boards  []dataBoard
	Account []fact
	Words   string // the dictionary
}

type dataFile struct{ URL, Name, Text, Size string }

// dataBoard is one board as files.
type dataBoard struct {
	Page, Title, CSV, JSON, Parquet string
	Ranked                          int
}

// safeText protects a CSV cell: a spreadsheet runs text that begins like a
// formula, so such text gets a quote in front. Where a spreadsheet splits at
// semicolons or tabs instead of commas, the parts begin cells too. Numbers are
// written as they are.
func safeText(t string) string {
	if begin := strings.TrimLeft(t, " "); begin == "" || begin[0] < utf8.RuneSelf && !strings.ContainsRune("=+@-\t\r\n", rune(begin[0])) && !strings.ContainsAny(t, ";\t") {
		return t // nearly all there is
	}
	return formulaStart.ReplaceAllString(t, "$1'$2")
}

var formulaStart = regexp.MustCompile("(^|[;\t])([ ]*[=+@\t\r\n＝＋－＠-])")

// num writes a number with all its digits, without an exponent where that can be
// read: programs take both, people do not.
func num(v float64) string { return string(appendNum(nil, v)) }

func appendNum(b []byte, v float64) []byte {
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// csvBytes writes rows with a head: UTF-8 without a byte order mark, which would
// become part of the first column's name in most programs, and lines that end in
// LF.
func csvBytes(head []string, rows [][]string) []byte {
	var b bytes.Buffer
	room := csvRooms.Get().(*bufio.Writer)
	defer csvRooms.Put(room)
	room.Reset(&b)
	w := csv.NewWriter(room) // which takes it for its own
	_ = w.Write(head)        // a bytes.Buffer takes everything
	_ = w.WriteAll(rows)
	return b.Bytes()
}

// csvRooms are used again: most of the files are smaller than the room that is made
// for each.
var csvRooms = sync.Pool{New: func() any { return bufio.NewWriter(nil) }}

// boardCSV is a board as a table, ranks and ratings included.
func (s *site) boardCSV(b *rank.Board) []byte {
	cols := []string{}
	for _, k := range s.reg.Keys() {
		m, _ := s.reg.Get(k)
		if m.Distribution {
			for _, st := range []string{"p50", "p90", "p95", "p99"} {
				cols = append(cols, k+"."+st)
			}
			continue
		}
		cols = append(cols, k)
	}
	used := cols[:0]
	for _, c := range cols {
		for i := range b.Rows {
			if _, ok := s.value(b.Rows[i].Result.Result, c); ok {
				used = append(used, c)
				break
			}
		}
	}
	head := append([]string{"board", "rank_lo", "rank_hi", "model", "stars", "scale", "not_rated", "hardware", "count", "precision", "load", "origin", "publisher", "license", "level", "flagged", "caveats", "id"}, used...)
	var rows [][]string
	for i := range b.Rows {
		row := &b.Rows[i]
		e := s.byID[row.Result.ID]
		stars, why := "", row.Rating.Reason
		if row.Rating.Rated {
			stars, why = num(row.Rating.Stars), ""
		}
		lo, hi := "", ""
		if row.RankLo > 0 {
			lo, hi = strconv.Itoa(row.RankLo), strconv.Itoa(row.RankHi)
		}
		hw, n := "", ""
		if h := e.Result.Hardware; h != nil {
			hw = h.Name
			if h.Count > 0 {
				n = strconv.FormatInt(h.Count, 10)
			}
		}
		flagged := ""
		if row.Flag != nil {
			flagged = row.Flag.Reason
		}
		cells := []string{b.ID, lo, hi, safeText(e.Result.Model.Name), stars, row.Rating.ScaleID, safeText(why), safeText(hw), n, safeText(e.Result.Model.Precision),
			safeText(s.loadText(e.Result)), safeText(e.Origin()), safeText(sourceField(e.Result, func(s *result.Source) string { return s.Publisher })), safeText(e.License), s.levelOf(e.Result), flagged, strings.Join(s.caveatIDs(e), " "), e.ID}
		for _, c := range used {
			if v, ok := s.value(e.Result, c); ok {
				cells = append(cells, num(v))
			} else {
				cells = append(cells, "")
			}
		}
		rows = append(rows, cells)
	}
	return csvBytes(head, rows)
}

func (s *site) caveatIDs(e *entry) []string {
	var ids []string
	add := func(more []string) {
		for _, id := range more {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if e.Source != nil {
		add(e.Source.Caveats)
	}
	add(taskCaveats(e.Task))
	return ids
}

// flagOf is the reason of a result's flag, empty without one.
func flagOf(e *entry) string {
	if e.Flag == nil {
		return ""
	}
	return e.Flag.Reason
}

// allResultsPath is the file of all results, and what stands before, between and behind
// them in it. The next build reads them from there; see Cache.before.
const (
	allResultsPath = "data/results.json"
	resultsBegin   = "[\n"
	resultsBetween = ",\n"
	resultsEnd     = "\n]\n"
)

// resultsJSON is every result file, one a line inside an array.
func (s *site) resultsJSON(w io.Writer) error {
	b := []byte(resultsBegin)
	for i, e := range s.entries {
		if i > 0 {
			b = append(b, resultsBetween...)
		}
		b = e.AppendCompact(b)
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := w.Write(append(b, resultsEnd...))
	return err
}

// download is a file of the whole board.
type download struct {
	name, mediaType string
	text            string // what it holds
	make            func(io.Writer) error
}

// downloads are the files of the whole board, in the order of the data page.
func (s *site) downloads() []download {
	return []download{
		{"data/results.csv", "text/csv", s.msg.T("data.csv"), s.resultsCSV},
		{parquetPath, "application/vnd.apache.parquet", s.msg.T("data.parquet"), s.resultsParquet},
		{allResultsPath, "application/json", s.msg.T("data.json"), s.resultsJSON},
		{cataloguePath, "application/json", s.msg.T("data.catalogue"), s.catalogueJSON},
	}
}

// download makes one of them.
func (d download) job() job {
	return func(r *renderer) (result.Findings, error) {
		if err := r.stream(d.name, "downloads", d.make); err != nil {
			return nil, fmt.Errorf("make %s: %w", d.name, err)
		}
		return nil, nil
	}
}

func (s *site) dataPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "data/index.html"
		p := dataPage{frame: s.frame(path, s.msg.T("data.title"), s.msg.T("data.lede"), false)}
		p.Facts = []fact{{Key: s.msg.T("n.results.title"), Value: s.msg.Int(int64(len(s.entries)))}, {Key: s.msg.T("fact.license"), Value: cmp.Or(s.in.Site.License, s.msg.T("notstated"))},
			{Key: s.msg.T("fact.newest"), Value: cmp.Or(s.msg.day(s.newest), s.msg.T("unknown"))}}
		if s.in.Commit != "" {
			p.Facts = append(p.Facts, fact{Key: s.msg.T("data.commit"), Value: s.in.Commit[:min(12, len(s.in.Commit))]})
		}
		size := func(n int) string { return s.msg.Sig(float64(n)/1000, 3) }
		for _, d := range s.downloads() {
			_, bytes := s.made(d.name)
			p.Files = append(p.Files, dataFile{relative(path, d.name), strings.TrimPrefix(d.name, "data/"), d.text, size(int(bytes))})
		}
		p.Files = append(p.Files,
			dataFile{relative(path, "api/v1/index.json"), "api/v1/index.json", s.msg.T("data.api"), ""},
			dataFile{relative(path, openAPIPath), openAPIPath, s.msg.T("data.openapi"), size(len(openAPI))},
			dataFile{relative(path, "schema/result-1.json"), "schema/result-1.json", s.msg.T("data.schema"), size(len(result.Schema()))},
			dataFile{relative(path, provenancePath), provenancePath, s.msg.T("data.provenance"), ""},
			dataFile{relative(path, "SHA256SUMS"), "SHA256SUMS", s.msg.T("data.sums"), ""},
			dataFile{relative(path, feedPath), feedPath, s.msg.T("data.feed"), ""},
			dataFile{relative(path, jsonFeedPath), jsonFeedPath, s.msg.T("data.jsonfeed"), ""})
		for _, b := range s.boards {
			p.Boards = append(p.Boards, dataBoard{relative(path, boardPath(b.ID)), b.Title, relative(path, boardCSV(b.ID)), relative(path, apiBoardPath(b.ID)), relative(path, boardParquet(b.ID)), len(s.ranked[b])})
		}
		p.Account = s.accountFacts()
		p.Words = relative(path, dictionaryPath)
		return nil, r.page("data", path, &p)
	}
}

// accountFacts counts where the results went, so that nothing is left out in
// silence.
func (s *site) accountFacts() []fact {
	states := map[string]int{}
	reasons := map[string]int{}
	for _, a := range s.account {
		states[a.State]++
		if a.State != rank.StateRanked && a.State != rank.StateBehind && a.Reason != "" {
			reasons[a.Reason]++
		}
	}
	fs := []fact{{Key: s.msg.T("account.read"), Value: s.msg.Int(int64(len(s.entries) + len(s.in.Drafts)))}}
	for _, st := range []string{rank.StateRanked, rank.StateBehind, rank.StateFlagged, rank.StateNoMetric, rank.StateExcluded, rank.StateWithdrawn, rank.StateHidden, rank.StateNoPoint, rank.StateNoNumber} {
		if states[st] > 0 {
			fs = append(fs, fact{Key: s.msg.T("account." + st), Value: s.msg.Int(int64(states[st]))})
		}
	}
	if n := len(s.in.Drafts); n > 0 {
		fs = append(fs, fact{Key: s.msg.T("account.draft"), Value: s.msg.Int(int64(n))})
	}
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		fs = append(fs, fact{Key: s.msg.T("account.reason"), Value: fmt.Sprintf("%s (%d)", why, reasons[why])})
	}
	return fs
}

// checksums lists the digests of all data files as sha256sum prints them.
func (s *site) checksums(r *renderer) error {
	return r.stream("SHA256SUMS", "site", func(w io.Writer) error {
		var line []byte
		for _, f := range r.out.all() {
			if name := f.name; strings.HasPrefix(name, "data/") && !strings.HasSuffix(name, ".html") || strings.HasPrefix(name, "api/") || strings.HasPrefix(name, "schema/") || strings.HasSuffix(name, "/result.json") || name == provenancePath {
				line = appendSum(line[:0], f.sum, name)
				if _, err := w.Write(line); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// sumLength is how long a line of a digest is without the name.
const sumLength = 2*sha256.Size + len("  \n")

// appendSum adds a line as sha256sum prints it.
func appendSum(b []byte, sum digest, name string) []byte {
	b = hex.AppendEncode(b, sum[:])
	b = append(b, "  "...)
	b = append(b, name...)
	return append(b, '\n')
}

// The page /compare/ and the data that its script reads: every result's
// conditions first, then its numbers, as they are printed on the result's page.
//
// Scripts of a page opened from disk cannot fetch, so the data are small scripts
// that call one function with a value. They are split by the first hex digits of
// the ids, into so many files that one holds a few dozen results at most: a
// reader loads one file for each result compared and never the whole.

package site

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"jouleboard/internal/cite"
	"jouleboard/internal/result"
)

const (
	comparePath   = "compare/index.html"
	compareModels = "compare/models.js"
	// compareShare is how many results one file may hold on average.
	compareShare = 32
)

func compareShard(prefix string) string   { return "compare/r/" + prefix + ".js" }
func compareModelFile(name string) string { return "compare/m/" + modelSegs(name) + ".js" }

// compareDigits is how many digits of an id name its file.
func compareDigits(results int) int {
	digits := 1
	for files := 16; digits < 4 && results > files*compareShare; files *= 16 {
		digits++
	}
	return digits
}

// compareRef is embedded by pages of what can be compared.
type compareRef struct {
	CompareURL  string // the page Compare with this on it
	CompareWith string // what its address calls this
}

func compareLink(page, with string) compareRef {
	return compareRef{relative(page, comparePath) + "?ids=" + with, with}
}

type comparePage struct {
	frame
	Info   template.JS // JSON, which json.Marshal has escaped for scripts
	Boards boardList
	Docs   string
}

// compareInfo is what the script has to know of the site.
type compareInfo struct {
	Digits     int               `json:"digits"`
	Hash       int               `json:"hash"` // digits of a permalink
	Address    string            `json:"address,omitempty"`
	Site       string            `json:"site"`
	Newest     string            `json:"newest"`
	Words      map[string]string `json:"words"`
	Conditions []compareCond     `json:"conditions"`
	Metrics    [][4]string       `json:"metrics"` // key, name, unit, address of its definition
}

// compareCond is a condition in words. Strict ones keep boards apart: where they
// differ, a ratio compares unlike things.
type compareCond struct {
	Key       string `json:"key"`
	Name      string `json:"name"`
	Different string `json:"different"`
	Lower     string `json:"lower"`
	Strict    bool   `json:"strict,omitempty"`
}

// compareRecord is one result.
type compareRecord struct {
	ID         string          `json:"id"`
	Hash       string          `json:"hash"`
	Title      string          `json:"title"`
	Model      string          `json:"model"`
	Setup      string          `json:"setup"`
	Conditions conditionValues `json:"conditions"`
	Numbers    []compareNumber `json:"numbers"`
	Stars      string          `json:"stars,omitempty"`
	Group      string          `json:"group,omitempty"` // scale and group that rate it
	Scale      string          `json:"scale,omitempty"`
	Boards     []string        `json:"boards"`
	Flag       string          `json:"flag,omitempty"`
	Cite       string          `json:"cite"`
}

// compareNumber is [key, value, text, interval or null, uncertainty in words,
// provenance].
type compareNumber struct {
	key                           string
	value                         float64
	text, uncertainty, provenance string
	interval                      *result.Interval
}

// MarshalJSONTo writes the list.
func (n compareNumber) MarshalJSONTo(enc *jsontext.Encoder) error {
	list := append(make([]jsontext.Token, 0, 12), jsontext.BeginArray, jsontext.String(n.key), jsontext.Float(n.value), jsontext.String(n.text))
	if n.interval == nil {
		list = append(list, jsontext.Null)
	} else {
		list = append(list, jsontext.BeginArray, jsontext.Float(n.interval[0]), jsontext.Float(n.interval[1]), jsontext.EndArray)
	}
	return writeTokens(enc, append(list, jsontext.String(n.uncertainty), jsontext.String(n.provenance), jsontext.EndArray)...)
}

// compareGone is a withdrawn result.
type compareGone struct {
	ID        string `json:"id"`
	Hash      string `json:"hash"`
	Withdrawn string `json:"withdrawn"`
}

// compareModel lists the results that a model can stand for: its rows of boards
// as [board, title, hash, text], then all others as [hash, text].
type compareModel struct {
	Name   string      `json:"name"`
	Boards [][4]string `json:"boards"`
	Others [][2]string `json:"others"`
}

// compareWords are the strings of the script, below compare.js. in the strings of
// the interface.
var compareWords = []string{"add", "added", "ambiguous", "board", "choose", "cite", "citeeach", "citetext", "copied", "copy", "csv", "different", "differs", "earlier", "failed", "figures",
	"flagged", "later", "like", "link", "max", "metric", "missing", "more", "none", "nointerval", "nomatch", "notcommon", "numbers", "open", "others", "outlined", "over", "rated", "rating",
	"ratio", "ratiohow", "remove", "removed", "results", "same", "stars", "tablenote", "unknown", "unlike", "withdrawn", "moved", "condition", "few", "norow", "fewer", "free", "shared"}

// compareStatistics are those of a distribution that are compared.
var compareStatistics = []string{".mean", ".p50", ".p90", ".p95", ".p99"}

// comparison lists the jobs of the page and of its data, with their files.
func (s *site) comparison(l *workList) {
	l.add(s.comparePage(), comparePath, compareModels)
	digits := compareDigits(len(s.entries))
	shards, members := map[string][]any{}, map[string][]*entry{}
	for _, e := range s.entries {
		if e.Withdrawal == nil {
			shards[e.ID[:digits]] = append(shards[e.ID[:digits]], e)
			members[e.ID[:digits]] = append(members[e.ID[:digits]], e)
		}
	}
	gone := s.withdrawnHashes()
	for _, hash := range slices.Sorted(maps.Keys(gone)) {
		w := gone[hash]
		shards[hash[:digits]] = append(shards[hash[:digits]], compareGone{w.ID, hash, s.reasonText(w.Reason, w.Text)})
	}
	n := 1 << (4 * digits)
	for i := range n {
		// Files without results are there too: an unknown id is then unknown, and
		// not a failed request.
		prefix := fmt.Sprintf("%0*x", digits, i)
		if len(shards[prefix]) > len(members[prefix]) {
			l.add(s.compareShard(prefix, shards[prefix]), compareShard(prefix)) // of withdrawn ones too
			continue
		}
		l.of("compare "+prefix, members[prefix], s.compareShard(prefix, shards[prefix]), compareShard(prefix))
	}
	for _, v := range s.models {
		l.of("compare "+v.Name, v.Entries, s.compareModel(v), compareModelFile(v.Name))
	}
}

// putData puts a script that hands over one value, with the name of the file.
func (s *site) putData(r *renderer, file string, v any) error {
	buf, done := s.templates.buffer()
	defer done()
	buf.WriteString("jouleboardCompare(")
	for i, part := range []any{strings.TrimSuffix(strings.TrimPrefix(file, "compare/"), ".js"), v} {
		if i > 0 {
			buf.WriteByte(',')
		}
		// By these options <, > and the line ends of scripts are escaped.
		if err := json.MarshalWrite(buf, part, jsonv1.DefaultOptionsV1()); err != nil {
			return fmt.Errorf("encode %s: %w", file, err)
		}
	}
	buf.WriteString(");\n")
	return r.put(file, "compare", buf.Bytes())
}

func (s *site) comparePage() job {
	return func(r *renderer) (result.Findings, error) {
		p := comparePage{frame: s.frame(comparePath, s.msg.T("compare.title"), s.msg.T("compare.lede"), false), Boards: s.boardList(comparePath), Docs: s.pageLink(comparePath, "docs/compare/")}
		p.Scripts = append(p.Scripts, s.assets.compareJS)
		info := compareInfo{Digits: compareDigits(len(s.entries)), Hash: s.in.Site.Labels.HashLen, Address: s.address(comparePath), Site: s.in.Site.Title, Newest: s.msg.day(s.newest), Words: map[string]string{}}
		for _, w := range compareWords {
			info.Words[w] = s.msg.T("compare.js." + w)
		}
		for _, c := range s.compareConditions(nil) {
			name := s.msg.T(c.name)
			info.Conditions = append(info.Conditions, compareCond{c.key, name, s.msg.T("compare.different", s.msg.inSentence(name)), s.msg.inSentence(name), c.strict})
		}
		for _, c := range s.numbers().compared {
			m, _ := s.reg.Get(c.key)
			info.Metrics = append(info.Metrics, [4]string{c.key, s.metricName(m), m.Unit, s.metricLink(comparePath, m)})
		}
		data, err := json.Marshal(info, jsonv1.DefaultOptionsV1())
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", comparePath, err)
		}
		p.Info = template.JS(data)
		models := make([][2]string, len(s.models))
		for i, v := range s.models {
			models[i] = [2]string{modelSegs(v.Name), v.Name}
		}
		if err := s.putData(r, compareModels, models); err != nil {
			return nil, err
		}
		return nil, r.page("compare", comparePath, &p)
	}
}

// compareShard writes the results whose ids begin with prefix.
func (s *site) compareShard(prefix string, members []any) job {
	return func(r *renderer) (result.Findings, error) {
		list := make([]any, 0, len(members))
		for _, m := range members {
			e, ok := m.(*entry)
			if !ok {
				list = append(list, m)
				continue
			}
			rec, err := s.compareRecord(e)
			if err != nil {
				return nil, err
			}
			list = append(list, rec)
		}
		return nil, s.putData(r, compareShard(prefix), list)
	}
}

// compareModel writes what a model can stand for.
func (s *site) compareModel(v *modelView) job {
	return func(r *renderer) (result.Findings, error) {
		m := compareModel{Name: v.Name, Boards: [][4]string{}, Others: [][2]string{}}
		order := map[string]int{} // boards stand in the order of the site
		for i, b := range s.boards {
			order[b.ID] = i
		}
		for _, e := range v.Entries {
			if e.Withdrawal != nil {
				continue
			}
			for _, br := range e.Rows {
				metric, _ := s.reg.Get(br.Board.Metric)
				m.Boards = append(m.Boards, [4]string{br.Board.ID, br.Board.Title, e.Hash, joinNonEmpty(s.msg.T("sep.part"), s.setup(e), s.msg.Sig(br.Row.Value, metric.Digits)+"\u00a0"+metric.Unit)})
			}
			if len(e.Rows) == 0 {
				m.Others = append(m.Others, [2]string{e.Hash, joinNonEmpty(s.msg.T("sep.part"), s.taskTitle(e.Workload.Task), s.setup(e))})
			}
		}
		slices.SortStableFunc(m.Boards, func(a, b [4]string) int { return order[a[0]] - order[b[0]] })
		return nil, s.putData(r, compareModelFile(v.Name), m)
	}
}

func (s *site) compareRecord(e *entry) (compareRecord, error) {
	rec := compareRecord{ID: e.ID, Hash: e.Hash, Title: s.title(e), Model: e.Result.Model.Name, Setup: joinNonEmpty(s.msg.T("sep.part"), s.taskTitle(e.Workload.Task), s.setup(e)),
		Conditions: s.compareConditions(e), Numbers: make([]compareNumber, 0, e.numberCount()), Boards: []string{}}
	for _, c := range s.numbers().compared {
		v, ok := c.at(e)
		if !ok {
			continue
		}
		k := c.key
		m, _ := s.reg.Get(k)
		n := compareNumber{key: k, value: v, text: s.msg.Sig(v, m.Digits)}
		prov := result.ProvDerived
		if metric, ok := e.Result.Metrics[k]; ok {
			prov = metric.Provenance
			switch {
			case metric.CI95 != nil:
				n.interval, n.uncertainty = metric.CI95, s.msg.T("ci.95", s.msg.interval(*metric.CI95, m.Digits))
			case metric.Repeat95 != nil:
				n.uncertainty = s.msg.T("ci.repeat", s.msg.interval(*metric.Repeat95, m.Digits))
			}
		} else if base, _, ok := strings.Cut(k, "."); ok {
			prov = e.Distributions[base].Provenance
		}
		n.provenance = s.msg.T("prov." + prov)
		rec.Numbers = append(rec.Numbers, n)
	}
	if g := e.Rating; g.Rated {
		rec.Stars, rec.Scale, rec.Group = s.stars(g).Words, g.ScaleID, fmt.Sprintf("%s/%d", g.ScaleID, g.Group)
	}
	for _, br := range e.Rows {
		rec.Boards = append(rec.Boards, br.Board.ID)
	}
	if f := e.Flag; f != nil {
		rec.Flag = s.reasonText(f.Reason, f.Text)
	}
	var err error
	if rec.Cite, err = cite.Render("text", s.library.Item(e.Result, s.address(resultPath(e.Hash)))); err != nil {
		return rec, fmt.Errorf("cite %s: %w", e.ID, err)
	}
	return rec, nil
}

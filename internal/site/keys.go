// Keys: what a piece of work looks at, as a digest. Work whose key the last build
// had made the same files then, and is not done again. A key may speak of more than
// its work looks at, never of less: FuzzCache holds builds with a cache to builds
// without.

package site

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"

	"golang.org/x/sync/errgroup"
)

// work is a job with what it is about.
type work struct {
	job job
	// name and of tell it from others: it shows these results and nothing of others
	// but what the keys of these say. Work without a name is always done.
	name  string
	of    []*entry
	shows func() any // a plain value that it shows beside them, nil for none
	page  string     // its first file
	late  bool       // it tells of files that others make
}

// resultWork is the name of the work on one result.
const resultWork = "result"

// workList gathers the work of a build, and which files it will make.
type workList struct {
	list  []work
	files map[string]bool
}

// add adds work that is always done.
func (l *workList) add(j job, files ...string) { l.of("", nil, j, files...) }

// late adds work that is always done, after all that is not late.
func (l *workList) late(j job, files ...string) {
	l.put(work{job: j, late: true}, files)
}

// of adds work that is done if one of some results changed.
func (l *workList) of(name string, es []*entry, j job, files ...string) {
	l.put(work{job: j, name: name, of: es}, files)
}

// showing adds work that shows one plain value and nothing else.
func (l *workList) showing(name string, shows func() any, j job, files ...string) {
	l.put(work{job: j, name: name, shows: shows}, files)
}

func (l *workList) put(w work, files []string) {
	if len(files) > 0 {
		w.page = files[0]
	}
	l.list = append(l.list, w)
	for _, f := range files {
		l.files[f] = true
	}
}

// doneWork is what came of a work that has a key.
type doneWork struct {
	key   digest
	files []string
	kept  []int32 // files taken over, by their place in the last build
	found result.Findings
	note  []byte
}

// keys makes the keys of one build.
type keys struct {
	s *site
	// common is what every page of a result depends on: the program and its options,
	// templates, assets, strings, labels, scales, the catalogue, site.yaml, and which
	// pages there are.
	common digest
	all    digest   // of all results
	of     []digest // of each result, by its place
	day    string   // of the build's input

	hashers sync.Pool
}

// newKeys reads the board's files that are no results. The jobs must be listed
// already: which files the site has decides where its pages link to.
func newKeys(s *site, identity digest) (*keys, error) {
	files, err := s.in.settings()
	if err != nil {
		return nil, err
	}
	h := newHasher()
	h.sum(identity)
	for _, f := range files {
		// Text stands on its own pages, and what moderation says of a result is in the
		// result's key. Of styles and scripts pages hold the names alone; see Cache.take.
		if strings.HasSuffix(f.Path, ".md") || f.Path == "content/moderation.yaml" || strings.HasPrefix(f.Path, "assets/css/") || strings.HasPrefix(f.Path, "assets/js/") {
			continue
		}
		h.text(f.Path)
		h.text(f.SHA256)
	}
	for _, p := range s.in.Pages {
		h.text(p.URL)
	}
	footer, _ := s.footer("index.html")
	h.text(string(footer))
	for _, b := range s.boards {
		h.value(b.ID, b.Title, b.Metric)
	}
	k := &keys{s: s, common: h.done(), of: make([]digest, len(s.entries)), day: s.date().Format(time.DateOnly)}
	h = newHasher()
	for _, e := range s.entries {
		h.text(e.ID)
	}
	k.all = h.done()
	var g errgroup.Group
	for part := range slices.Chunk(s.entries, len(s.entries)/runtime.GOMAXPROCS(0)+1) {
		g.Go(func() error {
			for _, e := range part {
				k.of[e.Place] = k.result(e)
			}
			return nil
		})
	}
	return k, g.Wait()
}

// hasher is an empty one, in memory that is used again.
func (k *keys) hasher() *hasher {
	if h, ok := k.hashers.Get().(*hasher); ok {
		h.buf = h.buf[:0]
		return h
	}
	return newHasher()
}

// work is the key of a piece of work.
func (k *keys) work(w work) digest {
	h := k.hasher()
	defer k.hashers.Put(h)
	h.text(w.name)
	h.sum(k.common)
	if w.shows != nil {
		h.value(w.shows())
	}
	if p := k.s.preview(w.page); p != nil {
		h.value(p)
	}
	for _, e := range w.of {
		h.sum(k.of[e.Place])
	}
	return h.done()
}

// result is the key of what a result's page, labels and summary show.
func (k *keys) result(e *entry) digest {
	s := k.s
	h := k.hasher()
	defer k.hashers.Put(h)
	h.sum(k.common)
	h.text(e.Path)
	h.sum(e.Sum)
	h.value(e.Rating, s.in.Signed[e.ID], e.Left)
	if f := e.Flag; f != nil {
		h.value(f.ID, f.Reason, f.Text, f.Date, f.Discussion)
	}
	if w := e.Withdrawal; w != nil {
		h.value(w.ID, w.Reason, w.Text, w.Date, w.Discussion, w.Title, w.Model, w.Task, w.Hardware)
	}
	if e.Samples != nil {
		h.value(s.in.Recomputed[e.ID])
	}
	for _, sc := range s.in.Scales.Recent(e.Workload.Task, k.day) {
		h.text(sc.ID)
		if sc.Live() {
			h.sum(k.all)
		}
	}
	for _, br := range e.Rows {
		rows := s.ranked[br.Board]
		h.value(br.Board.ID, br.Board.Title, br.Board.Metric, br.Row.RankLo, br.Row.RankHi, len(rows))
		if br.At < 0 {
			continue
		}
		for _, row := range rows[max(0, br.At-1):min(len(rows), br.At+2)] {
			h.value(row.Result.ID, row.RankLo, row.RankHi)
		}
	}
	for _, br := range e.Behind {
		h.value(br.Board.ID, br.Board.Title, br.Board.Metric, br.Row.Result.ID)
	}
	return h.done()
}

// boardEntries are all results that a board speaks of.
func (s *site) boardEntries(b *rank.Board) []*entry {
	var out []*entry
	add := func(r *result.Loaded) { out = append(out, s.byID[r.ID]) }
	for i := range b.Rows {
		add(b.Rows[i].Result)
		for _, o := range b.Rows[i].Others {
			add(o)
		}
	}
	for _, x := range b.Excluded {
		add(x.Result)
	}
	for _, r := range b.NoMetric {
		add(r)
	}
	return out
}

// boardShows is a digest of what a board says of its results: all of it that follows
// from the others. The columns of its tables are those of all results.
func (s *site) boardShows(b *rank.Board) any {
	type shown struct {
		plain   rank.Board
		rows    []rank.Row
		reasons []string
		columns string
	}
	v := shown{plain: *b, rows: slices.Clone(b.Rows)}
	v.plain.Rows, v.plain.Excluded, v.plain.NoMetric, v.plain.Scale = nil, nil, nil, nil
	for i := range v.rows {
		v.rows[i].Result, v.rows[i].Others, v.rows[i].Flag = nil, nil, nil // in the keys of the results
	}
	for _, x := range b.Excluded {
		v.reasons = append(v.reasons, x.Rule, x.Reason)
	}
	v.columns = s.numbers().listed
	h := newHasher()
	h.value(v)
	return h.done()
}

// hasher takes values so that no two lists of them are taken alike.
type hasher struct{ buf []byte }

func newHasher() *hasher { return &hasher{make([]byte, 0, 512)} }

func (h *hasher) text(s string) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
	h.buf = append(h.buf, s...)
}

func (h *hasher) sum(d digest) { h.buf = append(h.buf, d[:]...) }

// value takes plain values: texts, numbers, and structs, lists and pointers of them.
func (h *hasher) value(vs ...any) {
	for _, v := range vs {
		h.plain(reflect.ValueOf(v))
	}
}

func (h *hasher) plain(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		h.text(v.String())
	case reflect.Bool:
		h.buf = strconv.AppendBool(h.buf, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		h.buf = binary.AppendVarint(h.buf, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		h.buf = binary.AppendUvarint(h.buf, v.Uint())
	case reflect.Float32, reflect.Float64:
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(v.Float()))
	case reflect.Slice, reflect.Array:
		h.buf = binary.AppendUvarint(h.buf, uint64(v.Len()))
		for i := range v.Len() {
			h.plain(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			h.plain(v.Field(i))
		}
	case reflect.Pointer, reflect.Interface:
		h.buf = strconv.AppendBool(h.buf, v.IsNil())
		if !v.IsNil() {
			h.text(v.Elem().Type().String()) // two kinds of items may hold the same
			h.plain(v.Elem())
		}
	default:
		panic(fmt.Sprintf("a key of %s: only plain values are digested", v.Type()))
	}
}

func (h *hasher) done() digest { return sha256.Sum256(h.buf) }

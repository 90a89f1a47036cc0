// A small board for tests: a measured result with its samples, made up by a
// server and a GPU that waver a little as real ones do, and reported results.

package review

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// board is a board in a folder of its own that a test may tamper with.
type board struct {
	t          testing.TB
	root       string
	moderation string
	only       func(string) bool
	changed    map[string]bool
	mode       SamplesMode
	path       string // of the measured result
}

var spec = resulttest.Spec{Concurrency: 2, Requests: 110, OutTokens: 5, FirstUs: 300_000, GapUs: 250_000, PeriodUs: 100_000, UpdateUs: 200_000}

// waver shifts times and power of a made-up run a little, differently for each
// seed.
func waver(seed uint64) func(*result.Result, *result.SamplesFile) {
	return func(_ *result.Result, s *result.SamplesFile) {
		rng := rand.New(rand.NewPCG(seed, 7))
		for i := range s.Requests {
			q := &s.Requests[i]
			d := rng.Int64N(4000)
			q.First, q.Out = new(*q.First+d), new(*q.Out+d)
			for k := range q.Dt {
				e := rng.Int64N(1500)
				if k == 0 {
					e = -d
				} else if k == len(q.Dt)-1 {
					e = 0
				}
				q.Dt[k] += e
				if k == 1 {
					q.Dt[len(q.Dt)-1] -= e
				}
				if k == 2 {
					q.Dt[len(q.Dt)-1] -= e
				}
			}
		}
		for i := range s.Ticks {
			for k, p := range s.Ticks[i].P {
				if p != nil {
					s.Ticks[i].P[k] = new(*p + rng.Int64N(2000) - 1000)
				}
			}
		}
	}
}

// facts are what the catalogue holds the result to.
func facts(r *result.Result, _ *result.SamplesFile) {
	r.MeasuredAt = "2026-03-02T09:30:00Z"
}

// measured is a run with the seed's wavering, changed before anything is
// computed from its records.
func measured(seed uint64, mods ...func(*result.Result, *result.SamplesFile)) (*result.Result, []byte) {
	r, _, file := resulttest.RunFile(spec, append([]func(*result.Result, *result.SamplesFile){waver(seed), facts}, mods...)...)
	return r, file
}

var good = sync.OnceValues(func() (*result.Result, []byte) { return measured(1) })

// newBoard is a board of one measured and one reported result, all right.
func newBoard(t testing.TB) *board {
	b := &board{t: t, root: t.TempDir()}
	r, samples := good()
	b.path = b.add(r, samples)
	b.add(resulttest.Reported(), nil)
	return b
}

// add writes a result and its samples where they belong.
func (b *board) add(r *result.Result, samples []byte) string {
	b.t.Helper()
	p := result.Path(r, "h100")
	data, err := result.Encode(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.write(p, data)
	if samples != nil {
		b.write(result.SamplesPath(p), samples)
	}
	return p
}

func (b *board) full(name string) string { return filepath.Join(b.root, filepath.FromSlash(name)) }

func (b *board) write(name string, data []byte) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(b.full(name)), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(b.full(name), data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *board) remove(name string) {
	b.t.Helper()
	if err := os.Remove(b.full(name)); err != nil {
		b.t.Fatal(err)
	}
}

// text replaces text in the measured result's file and leaves all else, the id
// too, as it was.
func (b *board) text(old, new string) {
	b.t.Helper()
	data, err := os.ReadFile(b.full(b.path))
	if err != nil {
		b.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		b.t.Fatalf("the result holds no %q", old)
	}
	b.write(b.path, []byte(strings.Replace(string(data), old, new, 1)))
}

// forge changes the measured result as somebody would who knows how the id is
// made: sealed again, at its place, with the same samples beside it.
func (b *board) forge(change func(*result.Result)) {
	b.t.Helper()
	_, samples := good()
	r := b.decode(b.path)
	change(r)
	if err := result.Seal(r); err != nil {
		b.t.Fatal(err)
	}
	b.remove(b.path)
	b.remove(result.SamplesPath(b.path))
	b.path = b.add(r, samples)
}

// measure replaces the measured result by one that an honest program would write
// over other records, but of class ranked whatever they are worth.
func (b *board) measure(mods ...func(*result.Result, *result.SamplesFile)) {
	b.t.Helper()
	r, samples := measured(1, mods...)
	r.Class = result.ClassRanked
	if err := result.Seal(r); err != nil {
		b.t.Fatal(err)
	}
	b.remove(b.path)
	b.remove(result.SamplesPath(b.path))
	b.path = b.add(r, samples)
}

// report adds a reported result.
func (b *board) report(change func(*result.Result)) string {
	return b.add(resulttest.Reported(change), nil)
}

func (b *board) decode(name string) *result.Result {
	b.t.Helper()
	data, err := os.ReadFile(b.full(name))
	if err != nil {
		b.t.Fatal(err)
	}
	r, _ := result.Decode(name, data)
	if r == nil {
		b.t.Fatalf("%s cannot be read", name)
	}
	return r
}

// shippedCatalog is the repository's catalogue with the model of made-up results.
var shippedCatalog = sync.OnceValue(func() fstest.MapFS {
	files := fstest.MapFS{"catalog/models/example-org/Example-8B.yaml": &fstest.MapFile{Data: []byte("name: example-org/Example-8B\ntitle: Example 8B\nlicense: Apache-2.0\n")}}
	content := os.DirFS("../../content")
	_ = fs.WalkDir(content, "catalog", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(name, "catalog/models/") {
			return err
		}
		data, err := fs.ReadFile(content, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	return files
})

// validate loads the board as the program does, without its pages, and checks it.
func (b *board) validate() (result.Findings, Stats) {
	b.t.Helper()
	return b.check(b.load())
}

// load reads the board.
func (b *board) load() Input {
	b.t.Helper()
	content := fstest.MapFS{}
	for k, v := range shippedCatalog() {
		content[k] = v
	}
	if b.moderation != "" {
		content["moderation.yaml"] = &fstest.MapFile{Data: []byte(b.moderation)}
	}
	in := Input{}
	in.Catalog, in.Findings = catalog.Load(content)
	list, found, err := result.LoadTree(context.Background(), b.root, 2)
	if err != nil {
		b.t.Fatal(err)
	}
	in.Findings = append(in.Findings, found...)
	for _, r := range list {
		if r.Draft != "" {
			in.Drafts = append(in.Drafts, r)
		} else {
			in.Results = append(in.Results, r)
		}
	}
	return in
}

func (b *board) check(in Input) (result.Findings, Stats) {
	b.t.Helper()
	fs, st, err := Validate(context.Background(), in, Options{Root: b.root, Only: b.only, Changed: b.changed, Samples: b.mode, Jobs: 2})
	if err != nil {
		b.t.Fatal(err)
	}
	return fs, st
}

func listing(fs result.Findings) string {
	var b strings.Builder
	for _, f := range fs {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func TestGoodBoard(t *testing.T) {
	b := newBoard(t)
	fs, st := b.validate()
	for _, f := range fs {
		if f.Level != result.Note {
			t.Errorf("%v", f)
		}
	}
	if st.Files != 2 || st.Recomputed != 1 || st.Unsampled != 0 {
		t.Errorf("%+v, want 2 files, 1 recomputed", st)
	}
}

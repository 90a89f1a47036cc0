package site

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// FuzzCache holds builds that go by the record of the last one to builds that know
// nothing: after any sequence of changes both make the same files, byte for byte,
// or fail alike. Each two bytes are one change; the second one is odd where no
// build comes between it and the next. The seeds hold every change once, so that a
// plain test run sees them all.
func FuzzCache(f *testing.F) {
	// What these do hides what others do, so it is taken back at once.
	back := map[string]string{"a template breaks": "own templates go", "the language": "the language", "no address": "no address",
		"another address for the build": "another address for the build", "pages as written": "pages as written",
		"one picture of each figure": "one picture of each figure"}
	// These concern other files than the change that follows.
	joined := []string{"the licence", "the description", "the contact", "the repository", "an author", "a formula", "a board's title", "a caveat", "a licence's name", "a page comes", "a text beside results"}
	var seed []byte
	for i, c := range edits {
		n := byte(14*i + 4)
		if slices.Contains(joined, c.name) {
			n |= 1
		}
		seed = append(seed, byte(i), n)
		if name, ok := back[c.name]; ok {
			seed = append(seed, byte(slices.IndexFunc(edits, func(o edit) bool { return o.name == name })), 1)
		}
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, changes []byte) {
		e := editedBoard(t)
		dir := t.TempDir()
		r := &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record"), memory: &Cache{}}
		r.same("nothing")
		var told []string
		good := 0
		for i := 0; i+1 < min(len(changes), 2*len(seed)); i += 2 {
			c := edits[int(changes[i])%len(edits)]
			c.make(e, int(changes[i+1]))
			told = append(told, c.name)
			if changes[i+1]%2 == 1 && i+3 < len(changes) {
				continue
			}
			if r.same(strings.Join(told, ", ")) {
				good++
			}
		}
		t.Logf("%d builds succeeded, after %s", good, strings.Join(told, ", "))
	})
}

// recorded builds a board with a cache, into a folder as build does and into memory
// as serve does.
type recorded struct {
	*editor
	out, record string
	memory      *Cache
	builds      int
}

type outcome struct {
	stats Stats
	found result.Findings
	ok    bool
}

func (r *recorded) run(opt Options) outcome {
	r.t.Helper()
	st, fs, ok, err := Build(context.Background(), r.root, opt)
	if err != nil {
		r.t.Fatal(err)
	}
	return outcome{st, fs, ok}
}

// intoFolder builds by the record on the disk, and writes the next one.
func (r *recorded) intoFolder() outcome {
	r.t.Helper()
	opt := r.opt
	opt.Memory, opt.Out, opt.Cache = false, r.out, ReadCache(r.record)
	got := r.run(opt)
	if got.ok {
		if err := opt.Cache.Write(r.record); err != nil {
			r.t.Fatal(err)
		}
	}
	return got
}

// same builds with caches and without, and says whether that succeeds. Builds into
// memory go by the same record, so every fourth change is enough for them.
func (r *recorded) same(after string) bool {
	t := r.t
	t.Helper()
	opt := r.opt
	cold := r.run(opt)
	opt.Cache = r.memory
	builds := map[string]outcome{"into a folder": r.intoFolder()}
	if r.builds++; r.builds%4 == 1 {
		builds["into memory"] = r.run(opt)
	}
	for how, warm := range builds {
		if warm.ok != cold.ok || findingsText(warm.found) != findingsText(cold.found) {
			t.Fatalf("after %s: with a cache %s ok %v and\n%s\nwithout ok %v and\n%s", after, how, warm.ok, findingsText(warm.found), cold.ok, findingsText(cold.found))
		}
		if !cold.ok {
			continue
		}
		sums, want := warm.stats.Sums(), cold.stats.Sums()
		for name, sum := range want {
			if sums[name] != sum {
				made := warm.stats.Contents[name]
				if made == nil {
					made, _ = os.ReadFile(filepath.Join(r.out, filepath.FromSlash(name)))
				}
				t.Fatalf("after %s: %s differs with a cache %s\n%s", after, name, how, differing(string(made), string(cold.stats.Contents[name])))
			}
		}
		if len(sums) != len(want) || warm.stats.Pages != cold.stats.Pages || warm.stats.Results != cold.stats.Results {
			t.Fatalf("after %s: %d files and %d pages with a cache %s, %d and %d without", after, len(sums), warm.stats.Pages, how, len(want), cold.stats.Pages)
		}
		if how == "into memory" && !maps.EqualFunc(warm.stats.Contents, cold.stats.Contents, bytes.Equal) {
			t.Fatalf("after %s: files in memory differ with a cache", after)
		}
	}
	if !cold.ok {
		t.Logf("after %s the build fails: %s", after, findingsText(cold.found))
		return false
	}
	sameFolder(t, after, r.out, cold.stats.Contents)
	return true
}

// differing shows where two texts part.
func differing(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-80):min(len(s), i+80)] }
	return fmt.Sprintf("got  …%s…\nwant …%s…", around(got), around(want))
}

// sameFolder holds a folder to the files that a build makes; the list of files is
// the only one beside them.
func sameFolder(t testing.TB, after, dir string, files map[string][]byte) {
	t.Helper()
	n := 0
	for name, data := range files {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("after %s: %s in the folder is not what a cold build makes (%v)", after, name, err)
		}
		n++
	}
	if all := len(filesBelow(t, dir)); all != n+1 {
		t.Fatalf("after %s: the folder holds %d files, and a cold build makes %d and their list", after, all, n)
	}
}

func filesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The record says what is not done again: everything if nothing changed, and most
// pages of results if one of them came.
func TestCacheIsUsed(t *testing.T) {
	e := editedBoard(t)
	dir := t.TempDir()
	r := &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record")}
	settle(t, e.root)
	first := r.intoFolder()
	if got := r.intoFolder(); got.stats.Written != 0 || got.stats.Unchanged != first.stats.Files || !got.stats.Recalled {
		t.Errorf("after nothing changed: %d files written, %d unchanged, recalled %v", got.stats.Written, got.stats.Unchanged, got.stats.Recalled)
	}
	known := func() map[digest]madeWork {
		c := ReadCache(r.record)
		c.read()
		return c.works
	}
	works := known()
	if len(works) < len(e.results()) {
		t.Errorf("the record knows %d pieces of work, and there are %d results", len(works), len(e.results()))
	}
	e.remake(e.results()[0], func(r *result.Result) { r.Notes = append(r.Notes, "Another note.") })
	r.intoFolder()
	kept := 0
	for key := range known() {
		if _, ok := works[key]; ok {
			kept++
		}
	}
	if kept < len(works)*3/4 {
		t.Errorf("%d of %d pieces of work have the keys that they had before one result changed", kept, len(works))
	}
}

// One more result changes few of the pages that a long table goes on over, and these
// rightly.
func TestCacheOfLongTable(t *testing.T) {
	e := editedBoard(t)
	e.more(e.results()[0], 3*tableRows)
	dir := t.TempDir()
	r := &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record"), memory: &Cache{}}
	r.same("nothing")
	pages := func() map[string]string {
		out := map[string]string{}
		for name, text := range tree(t, filepath.Join(r.out, "results")) {
			if strings.HasSuffix(name, ".html") {
				out[name] = text
			}
		}
		return out
	}
	before := pages()
	e.remake(e.results()[3*tableRows/2], func(r *result.Result) { r.Notes = append(r.Notes, "Another note.") }) // on no first page
	r.same("a result changes")
	changed, after := 0, pages()
	for name, text := range after {
		if before[name] != text {
			changed++
		}
	}
	if len(after) < 3 || changed == 0 || changed == len(after) {
		t.Errorf("%d of %d pages changed", changed, len(after))
	}
}

// settle sets the times of a board's files back, as those of a board that nobody is
// writing at this moment.
func settle(t testing.TB, root string) {
	t.Helper()
	for _, name := range filesBelow(t, root) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		then := info.ModTime().Add(-3e9)
		if err := os.Chtimes(name, then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever happens to the output or to the record, the next build makes the site
// whole.
func TestCacheIsNotTrusted(t *testing.T) {
	e := editedBoard(t)
	cold, _ := build(t, e.root, e.opt)
	settle(t, e.root)
	page := ""
	for name := range cold.Contents {
		if strings.HasPrefix(name, "r/") && strings.HasSuffix(name, "index.html") && (page == "" || name < page) {
			page = name
		}
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, out, record string)
	}{
		{"a page is deleted", func(t *testing.T, out, _ string) { must(t, os.Remove(filepath.Join(out, page))) }},
		{"a page is cut short", func(t *testing.T, out, _ string) { must(t, os.Truncate(filepath.Join(out, page), 10)) }},
		{"a page is edited and its size and time kept", func(t *testing.T, out, _ string) {
			name := filepath.Join(out, page)
			info, err := os.Stat(name)
			must(t, err)
			data, err := os.ReadFile(name)
			must(t, err)
			data[len(data)/2] ^= 1
			must(t, os.WriteFile(name, data, 0o644))
			must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
		}},
		{"a page is a link now", func(t *testing.T, out, _ string) {
			name := filepath.Join(out, page)
			must(t, os.Rename(name, out+".elsewhere"))
			data, err := os.ReadFile(out + ".elsewhere")
			must(t, err)
			must(t, os.WriteFile(name, data, 0o644))
		}},
		{"the file of all results is edited and its size and time kept", func(t *testing.T, out, _ string) {
			name := filepath.Join(out, filepath.FromSlash(allResultsPath))
			info, err := os.Stat(name)
			must(t, err)
			data, err := os.ReadFile(name)
			must(t, err)
			must(t, os.WriteFile(name, bytes.Replace(data, []byte(`"value":1`), []byte(`"value":2`), 1), 0o644))
			must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
		}},
		{"the output is gone", func(t *testing.T, out, _ string) { must(t, os.RemoveAll(out)) }},
		{"the record is gone", func(t *testing.T, _, record string) { must(t, os.Remove(record)) }},
		{"the record is cut short", func(t *testing.T, _, record string) { must(t, os.Truncate(record, 1000)) }},
		{"the record is empty", func(t *testing.T, _, record string) { must(t, os.Truncate(record, 0)) }},
		{"the record is changed", func(t *testing.T, _, record string) {
			data, err := os.ReadFile(record)
			must(t, err)
			data[len(data)/2] ^= 1
			must(t, os.WriteFile(record, data, 0o644))
		}},
		{"the record is of another folder", func(t *testing.T, out, record string) {
			opt := e.opt
			opt.Memory, opt.Out, opt.Cache = false, out+"-other", &Cache{}
			build(t, e.root, opt)
			must(t, opt.Cache.Write(record))
			must(t, os.Remove(filepath.Join(out, page)))
		}},
		{"the record is a folder", func(t *testing.T, _, record string) {
			must(t, os.Remove(record))
			must(t, os.Mkdir(record, 0o755))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			own := *e
			own.t = t
			r := &recorded{editor: &own, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record")}
			r.intoFolder()
			c.do(t, r.out, r.record)
			opt := own.opt
			opt.Memory, opt.Out, opt.Cache = false, r.out, ReadCache(r.record)
			if got := r.run(opt); !got.ok {
				t.Fatal(findingsText(got.found))
			}
			sameFolder(t, c.name, r.out, cold.Contents)
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Two builds of one board into one folder at the same time leave a whole site.
func TestTwoBuildsAtOnce(t *testing.T) {
	e := editedBoard(t)
	cold, _ := build(t, e.root, e.opt)
	dir := t.TempDir()
	out, record := filepath.Join(dir, "public"), filepath.Join(dir, "record")
	for round := range 3 {
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				opt := e.opt
				opt.Memory, opt.Out, opt.Cache = false, out, ReadCache(record)
				_, _, ok, err := Build(context.Background(), e.root, opt)
				if err == nil && !ok {
					err = fmt.Errorf("the build found errors")
				}
				if err == nil {
					err = opt.Cache.Write(record)
				}
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		sameFolder(t, fmt.Sprintf("round %d", round), out, cold.Contents)
	}
}

// What reads a record takes any bytes.
func FuzzRecord(f *testing.F) {
	c := &Cache{sight: sight{commit: "x", inputs: map[string]stamp{"content/a": {size: 1, mtime: 2, change: 3, inode: 4}}}, outputs: []outputFile{{name: "a", stamp: stamp{size: 5}}},
		results: []readResult{{path: "results/a.json", sum: digest{2}, listed: true}, {path: "results/b.json", faultless: true}},
		works:   map[digest]madeWork{{1}: {outputs: []int32{0}, found: result.Findings{{Rule: "R", Message: "m"}}}}, stats: Stats{Files: 1}}
	f.Add(c.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeCache(string(data))
		if err != nil {
			return
		}
		if _, err := decodeCache(string(c.encode())); err != nil {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}

// A picture is drawn again if what it shows changed, or if somebody touched its
// file, and else taken over by the page that is made anew around it.
func TestDrawing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	var cache Cache
	drawn := 0
	build := func(shows string, remembers bool) {
		t.Helper()
		c := &cache
		if !remembers {
			c = nil
		}
		opt := Options{Out: dir, Cache: c}
		last, stop := c.lookBack(t.Context(), opt)
		defer stop()
		out, err := newOutput(opt, last())
		if err != nil {
			t.Fatal(err)
		}
		defer out.discard()
		r := &renderer{out: out}
		if err := r.drawing("a.png", "test", r.drawnOf(shows), func() ([]byte, error) { drawn++; return []byte("shows " + shows), nil }); err != nil {
			t.Fatal(err)
		}
		var stats Stats
		if err := out.commit(false, &stats); err != nil {
			t.Fatal(err)
		}
		cache = Cache{outputs: []outputFile{*out.all()[0]}}
		if err := stampOutputs(t.Context(), dir, cache.outputs); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "a.png")); err != nil || string(got) != "shows "+shows || len(r.made) != 1 {
			t.Errorf("the file is %q (%v), made are %q", got, err, r.made)
		}
	}
	for i, step := range []struct {
		shows     string
		remembers bool
		before    func()
		drawn     int
	}{
		{"one", true, nil, 1},
		{"one", true, nil, 1},
		{"two", true, nil, 2},
		{"two", true, func() { must(t, os.WriteFile(filepath.Join(dir, "a.png"), []byte("shows tw0"), 0o644)) }, 3},
		{"two", false, nil, 4},
		{"two", true, nil, 5}, // nobody noted what it was drawn of
		{"two", true, nil, 5},
	} {
		if step.before != nil {
			step.before()
		}
		if build(step.shows, step.remembers); drawn != step.drawn {
			t.Errorf("step %d: drawn %d times by now, wanted %d", i+1, drawn, step.drawn)
		}
	}
}

package site

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/memo"
	"jouleboard/internal/result"
)

// FuzzMemo holds builds that remember to builds that do not: after any sequence of
// changes both make the same files, byte for byte, or fail alike. Each two bytes
// are one change; the second one is odd where no build comes between it and the
// next. The seeds hold every change once, so that a plain test run sees them all.
func FuzzMemo(f *testing.F) {
	// What these do hides what others do, so it is taken back at once.
	back := map[string]string{"a template breaks": "own templates go", "the language": "the language", "no address": "no address",
		"another address for the build": "another address for the build", "pages as written": "pages as written"}
	// These concern other files than the change that follows.
	joined := []string{"the licence", "the description", "the contact", "the repository", "an author", "a formula", "a board's title", "a caveat", "a licence's name", "a page comes"}
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
		m := memo.New()
		opt := e.opt
		opt.Memo = m
		build(t, e.root, opt)
		var told []string
		good := 0
		for i := 0; i+1 < min(len(changes), 2*len(seed)); i += 2 {
			c := edits[int(changes[i])%len(edits)]
			c.make(e, int(changes[i+1]))
			told = append(told, c.name)
			if changes[i+1]%2 == 1 && i+3 < len(changes) {
				continue
			}
			if e.sameBuild(m, strings.Join(told, ", ")) {
				good++
			}
		}
		t.Logf("%d builds succeeded, after %s", good, strings.Join(told, ", "))
	})
}

// sameBuild builds with a memory and without, and says whether that succeeds.
func (e *editor) sameBuild(m *memo.Store, after string) bool {
	t := e.t
	t.Helper()
	type outcome struct {
		stats Stats
		found result.Findings
		ok    bool
	}
	run := func(m *memo.Store) outcome {
		opt := e.opt
		opt.Memo = m
		st, fs, ok, err := Build(context.Background(), e.root, opt)
		if err != nil {
			t.Fatalf("after %s: %v", after, err)
		}
		return outcome{st, fs, ok}
	}
	warm, cold := run(m), run(nil)
	if warm.ok != cold.ok || findingsText(warm.found) != findingsText(cold.found) {
		t.Fatalf("after %s: with a memory ok %v and\n%s\nwithout ok %v and\n%s", after, warm.ok, findingsText(warm.found), cold.ok, findingsText(cold.found))
	}
	for name, data := range cold.stats.Contents {
		if !bytes.Equal(warm.stats.Contents[name], data) {
			t.Fatalf("after %s: %s differs with a memory", after, name)
		}
	}
	if len(warm.stats.Contents) != len(cold.stats.Contents) || !maps.Equal(warm.stats.Sums, cold.stats.Sums) || warm.stats.Pages != cold.stats.Pages {
		t.Fatalf("after %s: %d files and %d pages with a memory, %d and %d without", after, len(warm.stats.Contents), warm.stats.Pages, len(cold.stats.Contents), cold.stats.Pages)
	}
	if !cold.ok {
		t.Logf("after %s the build fails: %s", after, findingsText(cold.found))
	}
	return cold.ok
}

// Nothing is made again when nothing changed, and what one page's text does to the
// others is nothing.
func TestMemoIsUsed(t *testing.T) {
	e := editedBoard(t)
	m := memo.New()
	opt := Options{Memory: true, Memo: m}
	build(t, e.root, opt)
	first := m.Made()
	build(t, e.root, opt)
	if n := m.Made() - first; n != 0 {
		t.Errorf("%d of %d products were made again although nothing changed: something that goes into them has no key", n, first)
	}
	e.write("content/faq.md", e.read("content/faq.md")+"\nMore.\n")
	before := m.Made()
	build(t, e.root, opt)
	if n := m.Made() - before; n == 0 || n > 3 {
		t.Errorf("%d products were made after a change to one page", n)
	}
	e.write("assets/css/site.css", e.read("assets/css/site.css")+"\n.x{order:3}")
	before = m.Made()
	st, _ := build(t, e.root, opt)
	if n := m.Made() - before; n != 0 {
		t.Errorf("%d products were made after a change to a style, which pages only name", n)
	}
	for name, data := range st.Contents {
		if bytes.Contains(data, []byte(stylePlace)) {
			t.Errorf("%s names no style", name)
		}
	}
}

// What templates can call is what pageKey speaks of. Whoever adds a method here
// must see to it that everything the method looks at is in the key.
func TestWhatTemplatesCall(t *testing.T) {
	var names []string
	for _, typ := range []reflect.Type{reflect.TypeFor[frame](), reflect.TypeFor[*frame]()} {
		for i := range typ.NumMethod() {
			names = append(names, typ.Method(i).Name)
		}
	}
	slices.Sort(names)
	if got := strings.Join(slices.Compact(names), " "); got != "Day Page Rel T" {
		t.Errorf("frame has the methods %s; setPageKey knows of Day, Page, Rel and T", got)
	}
}

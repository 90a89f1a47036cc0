package site

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/memo"
	"jouleboard/internal/result"
)

// editor makes changes to a board as people do.
type editor struct {
	t     testing.TB
	root  string
	spare map[string][]byte // results that were taken away
}

func (e *editor) read(name string) string {
	e.t.Helper()
	data, err := os.ReadFile(filepath.Join(e.root, name))
	if os.IsNotExist(err) {
		data, err = os.ReadFile(filepath.Join(repo, name)) // a built-in file
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return string(data)
}

func (e *editor) write(name, text string) {
	e.t.Helper()
	path := filepath.Join(e.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) remove(name string) { _ = os.Remove(filepath.Join(e.root, name)) }

// replace changes one text of a file for another; both must be there in turn.
func (e *editor) replace(name, old, with string) {
	e.t.Helper()
	text := e.read(name)
	if !strings.Contains(text, old) {
		e.t.Fatalf("%s does not hold %q", name, old)
	}
	e.write(name, strings.Replace(text, old, with, 1))
}

// toggle changes a text, and changes it back the next time.
func (e *editor) toggle(name, one, other string) {
	e.t.Helper()
	if strings.Contains(e.read(name), other) {
		one, other = other, one
	}
	e.replace(name, one, other)
}

func (e *editor) results() []string {
	var names []string
	_ = filepath.WalkDir(filepath.Join(e.root, "results"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".json") {
			rel, _ := filepath.Rel(e.root, p)
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	slices.Sort(names)
	return names
}

// edits are changes to every kind of input; n picks among them and within each.
var edits = []struct {
	name string
	make func(e *editor, n int)
}{
	{"a result goes", func(e *editor, n int) {
		if names := e.results(); len(names) > 5 {
			name := names[n%len(names)]
			e.spare[name] = []byte(e.read(name))
			e.remove(name)
		}
	}},
	{"a result comes", func(e *editor, n int) {
		if names := slices.Sorted(maps.Keys(e.spare)); len(names) > 0 {
			name := names[n%len(names)]
			e.write(name, string(e.spare[name]))
			delete(e.spare, name)
		}
	}},
	{"a result changes", func(e *editor, n int) {
		name := e.results()[n%len(e.results())]
		r, found := result.Decode(name, []byte(e.read(name)))
		if found.HasErrors() {
			e.t.Fatal(findingsText(found))
		}
		r.Notes = append(r.Notes, fmt.Sprintf("Note %d.", n))
		if r.ID, _ = result.ComputeID(r); r.ID == "" {
			e.t.Fatal("no id for " + name)
		}
		hardware := filepath.Base(filepath.Dir(name))
		e.remove(name)
		if _, err := result.Save(e.root, result.Path(r, hardware), r); err != nil {
			e.t.Fatal(err)
		}
	}},
	{"a page's template", func(e *editor, n int) {
		e.write("templates/result.html", e.read("templates/result.html")+fmt.Sprintf("<!-- %d -->\n{{define \"x%d\"}}{{end}}", n, n))
	}},
	{"a shared template", func(e *editor, _ int) {
		e.toggle("templates/base.html", "</footer>", "<span></span></footer>")
	}},
	{"a template breaks", func(e *editor, _ int) { e.write("templates/model.html", "{{define \"main\"}}{{.Nope}}{{end}}") }},
	{"own templates go", func(e *editor, _ int) { _ = os.RemoveAll(filepath.Join(e.root, "templates")) }},
	{"the style", func(e *editor, n int) {
		e.write("assets/css/site.css", e.read("assets/css/site.css")+fmt.Sprintf("\n.x{order:%d}", n))
	}},
	{"a script", func(e *editor, n int) {
		e.write("assets/js/site.js", e.read("assets/js/site.js")+fmt.Sprintf("\nwindow.x=%d;", n))
	}},
	{"a string", func(e *editor, n int) {
		e.write("assets/i18n/en.yaml", fmt.Sprintf("nav.boards: Boards %d\nlabel.badge: Badge %d\n", n, n))
	}},
	{"the language", func(e *editor, _ int) { e.toggle("content/site.yaml", "language: en", "language: zh") }},
	{"the title", func(e *editor, _ int) { e.toggle("content/site.yaml", "title: jouleboard", "title: Another board") }},
	{"the address", func(e *editor, _ int) {
		e.toggle("content/site.yaml", "https://jouleboard.example.org", "https://example.com/below")
	}},
	{"no address", func(e *editor, _ int) { e.toggle("content/site.yaml", "\nbase_url: ", "\n# base_url: ") }},
	{"the licence", func(e *editor, _ int) {
		e.toggle("content/site.yaml", "license: Apache-2.0", "license: CC-BY-4.0")
	}},
	{"the accent", func(e *editor, _ int) {
		text := e.read("content/site.yaml")
		if strings.Contains(text, "\ntheme:") {
			e.replace("content/site.yaml", "\ntheme: {accent: \"#6a1b9a\"}\n", "\n")
			return
		}
		e.write("content/site.yaml", text+"\ntheme: {accent: \"#6a1b9a\"}\n")
	}},
	{"a model", func(e *editor, _ int) {
		e.toggle("content/catalog/models/Qwen/Qwen3-8B.yaml", "license: Apache-2.0", "license: MIT")
	}},
	{"a model's family", func(e *editor, _ int) {
		e.toggle("content/catalog/models/Qwen/Qwen3-8B.yaml", "family: Qwen", "family: Kwen")
	}},
	{"a task", func(e *editor, _ int) { e.toggle("content/catalog/tasks/gpqa.yaml", "\ntitle: ", "\ntitle: Hard ") }},
	{"a flag", func(e *editor, n int) {
		r, _ := result.Decode("x", []byte(e.read(e.results()[n%len(e.results())])))
		e.write("content/moderation.yaml", "flags:\n- {id: "+r.ID+", reason: unreproducible, text: Two tries gave other numbers., date: 2026-03-01, discussion: 'https://example.org/1'}\nwithdrawals: []\nrequests: []\n")
	}},
	{"a withdrawal", func(e *editor, n int) {
		r, _ := result.Decode("x", []byte(e.read(e.results()[n%len(e.results())])))
		e.write("content/moderation.yaml", "flags: []\nrequests: []\nwithdrawals:\n- {id: "+r.ID+", reason: privacy, date: 2026-03-02, discussion: 'https://example.org/2', title: A result, model: a/b, task: gpqa}\n")
	}},
	{"no moderation", func(e *editor, _ int) {
		e.write("content/moderation.yaml", "flags: []\nwithdrawals: []\nrequests: []\n")
	}},
	{"a label design", func(e *editor, _ int) {
		e.toggle("labels/designs/default.yaml", "star: \"#005A8C\"", "star: \"#00508C\"")
	}},
	{"a label's word", func(e *editor, _ int) {
		e.write("labels/i18n/en.yaml", e.read("labels/i18n/en.yaml"))
		e.toggle("labels/i18n/en.yaml", "note: ", "note:  ")
	}},
	{"a page", func(e *editor, n int) {
		e.write("content/faq.md", e.read("content/faq.md")+fmt.Sprintf("\nMore %d.\n", n))
	}},
	{"a page comes", func(e *editor, n int) {
		e.write("content/docs/new.md", fmt.Sprintf("---\ntitle: New %d\ndescription: What is new.\n---\n\nText.\n", n))
	}},
	{"a page goes", func(e *editor, _ int) { e.remove("content/docs/new.md") }},
	{"what the navigation knows", func(e *editor, _ int) {
		if exists(filepath.Join(e.root, "content/faq.md")) {
			e.remove("content/faq.md")
		} else {
			e.write("content/faq.md", e.read("content/faq.md"))
		}
	}},
	{"nothing", func(*editor, int) {}},
}

// FuzzMemo holds builds that remember to builds that do not: after any sequence of
// changes both make the same files, byte for byte, or fail alike. Each two bytes
// are one change.
func FuzzMemo(f *testing.F) {
	var all []byte
	for i := range edits {
		all = append(all, byte(i), byte(7*i+3))
	}
	half := len(all) / 4 * 2
	f.Add(all[:half])
	if !testing.Short() {
		f.Add(all[half:])
	}
	f.Fuzz(func(t *testing.T, changes []byte) {
		e := &editor{t: t, root: smallBoard(t), spare: map[string][]byte{}}
		// A few results are enough for every kind of page.
		for i, name := range e.results() {
			if i%8 != 0 {
				e.spare[name] = []byte(e.read(name))
				e.remove(name)
			}
		}
		m := memo.New()
		build(t, e.root, Options{Memory: true, Tool: Tool{Version: "test"}, Memo: m})
		var told []string
		good := 0
		for i := 0; i+1 < min(len(changes), 60); i += 2 {
			c := edits[int(changes[i])%len(edits)]
			c.make(e, int(changes[i+1]))
			told = append(told, c.name)
			if i%4 == 0 && i+3 < len(changes) {
				continue // two changes between builds
			}
			if sameBuild(t, e.root, m, strings.Join(told, ", ")) {
				good++
			}
		}
		t.Logf("%d builds succeeded, after %s", good, strings.Join(told, ", "))
	})
}

// sameBuild builds with a memory and without, and says whether that succeeds.
func sameBuild(t *testing.T, root string, m *memo.Store, after string) bool {
	t.Helper()
	type outcome struct {
		stats Stats
		found result.Findings
		ok    bool
	}
	run := func(m *memo.Store) outcome {
		st, fs, ok, err := Build(context.Background(), root, Options{Memory: true, Tool: Tool{Version: "test"}, Memo: m})
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
	return cold.ok
}

// Nothing is made again when nothing changed, and what one page's text does to the
// others is nothing.
func TestMemoIsUsed(t *testing.T) {
	e := &editor{t: t, root: smallBoard(t)}
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
	if got := strings.Join(slices.Compact(names), " "); got != "Page Rel T" {
		t.Errorf("frame has the methods %s; setPageKey knows of Page, Rel and T", got)
	}
}

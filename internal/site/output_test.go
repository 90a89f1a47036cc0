package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"jouleboard/internal/result"
)

// A name belongs to one file, whether that was made or taken over.
func TestNamesAreTakenOnce(t *testing.T) {
	last := func() *lastFiles {
		return &lastFiles{files: []outputFile{{name: "a"}, {name: "b"}, {name: "c"}}, there: []bool{true, true, false}, taken: make([]bool, 3), contents: map[string][]byte{"a": []byte("A"), "b": []byte("B")}}
	}
	taken := func(err error) bool { return err != nil && strings.Contains(err.Error(), "two pages want the file b") }
	o := newMemory(last())
	if ok, err := o.keep([]int32{0, 2}); ok || err != nil || o.taken != 0 {
		t.Errorf("files of which one is gone are taken over: %v, %v, %d", ok, err, o.taken)
	}
	if ok, err := o.keep([]int32{1}); !ok || err != nil {
		t.Errorf("a file that is there is not taken over: %v, %v", ok, err)
	}
	if err := o.put("b", "a page", nil); !taken(err) {
		t.Errorf("putting what was taken over: %v", err)
	}
	if _, err := o.keep([]int32{1}); !taken(err) {
		t.Errorf("taking over twice: %v", err)
	}
	o = newMemory(last())
	must(t, o.put("b", "a page", nil))
	if err := o.put("b", "another page", nil); !taken(err) || !strings.Contains(err.Error(), "a page and another page") {
		t.Errorf("putting twice: %v", err)
	}
	if _, err := o.keep([]int32{1}); !taken(err) {
		t.Errorf("taking over what was put: %v", err)
	}
}

// The list of all files is in order however they came, and tells of those that
// came after it was asked for.
func TestFilesInOrder(t *testing.T) {
	o := newMemory(&lastFiles{files: []outputFile{{name: "b"}, {name: "d"}, {name: "f"}, {name: "h"}}, there: []bool{true, true, true, true}, taken: make([]bool, 4),
		contents: map[string][]byte{"b": []byte("1"), "d": []byte("22"), "f": []byte("333"), "h": []byte("4444")}})
	want := func(names string) {
		t.Helper()
		got := ""
		for _, f := range o.all() {
			got += f.name
		}
		if got != names {
			t.Errorf("the files are %q, want %q", got, names)
		}
	}
	want("")
	must(t, o.put("g", "", []byte("ggg")))
	if ok, err := o.keep([]int32{3, 0}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	must(t, o.put("a", "", []byte("a")))
	want("abgh")
	if ok, err := o.keep([]int32{2}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	must(t, o.put("z", "", nil))
	must(t, o.put("d", "", []byte("new")))
	want("abdfghz")
	if _, size := o.file("h"); size != 4 || o.bytes != 15 {
		t.Errorf("a file taken over has %d bytes and all have %d, want 4 and 15", size, o.bytes)
	}
}

// Files of an earlier build go by their list, in whatever order somebody left it.
func TestStaleFilesOfAnyList(t *testing.T) {
	root := smallBoard(t)
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	list := filepath.Join(out, manifestName)
	data, err := os.ReadFile(list)
	must(t, err)
	before := tree(t, out)
	stale := []string{"aaa.html", "r/old/index.html", "zzz.html"}
	lines := slices.Collect(strings.Lines(string(data)))
	for _, name := range stale {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(out, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(out, name), nil, 0o644))
		lines = append(lines, strings.Repeat("0", 64)+"  "+name+"\n")
	}
	slices.Reverse(lines)
	lines = append(lines, "no line of a list\n", strings.Repeat("0", 64)+"  ../"+filepath.Base(root)+"/content/site.yaml\n")
	must(t, os.WriteFile(list, []byte(strings.Join(lines, "")), 0o644))
	if st, _ := build(t, root, Options{Out: out}); st.Removed != len(stale) || st.Written != 0 {
		t.Errorf("%d files were removed and %d written, want %d and 0", st.Removed, st.Written, len(stale))
	}
	after := tree(t, out)
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s changed", name)
		}
	}
	if len(after) != len(before) || exists(filepath.Join(out, "r", "old")) {
		t.Errorf("%d files are left of %d", len(after), len(before))
	}
	if !exists(filepath.Join(root, "content", "site.yaml")) {
		t.Error("a list led out of the output folder")
	}
}

// What somebody edits while a build is at work is in the next one.
func TestEditsWhileBuilding(t *testing.T) {
	for name, edit := range map[string]func(e *editor){
		"a setting":  func(e *editor) { e.replace("content/site.yaml", "license: ", "description: Edited.\nlicense: ") },
		"a template": func(e *editor) { e.write("templates/notfound.html", `{{define "main"}}<p>Edited.</p>{{end}}`) },
		"a result": func(e *editor) {
			e.remake(e.results()[0], func(r *result.Result) { r.Notes = append(r.Notes, "Edited.") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := editedBoard(t)
			settle(t, e.root)
			dir := t.TempDir()
			r := &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record"), memory: &Cache{}}
			var once sync.Once
			e.opt.Progress = func(phase string, _, _ int) {
				if phase == "render" {
					once.Do(func() { edit(e) })
				}
			}
			r.intoFolder()
			e.opt.Progress = nil
			r.same(name)
		})
	}
	// Between the two times that settings are read no build can be stopped.
	one, other := map[string]stamp{"content/site.yaml": {size: 1}}, map[string]stamp{"content/site.yaml": {size: 2}}
	c := &Cache{works: map[digest]madeWork{{}: {}}}
	if c.remember(t.Context(), sight{inputs: one}, other, nil, nil, nil, Stats{}, nil); c.works != nil {
		t.Error("a build remembers work whose settings were edited meanwhile")
	}
}

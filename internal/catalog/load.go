// Load: a content folder in, a catalogue and everything wrong with it out.

package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sort"
	"strings"
	"sync"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// contentDir is the folder that Load is given, as named in findings.
const contentDir = "content"

// Load reads catalog/ and moderation.yaml of a board's content folder. A file or
// folder that is not there is an empty one. It returns a usable catalogue
// always, and every finding, sorted; entries with errors are left out or
// incomplete, so a caller must not publish where Findings.HasErrors.
func Load(content fs.FS) (*Catalog, result.Findings) {
	l := &loader{cat: newCatalog()}
	files := l.list(content)
	docs := make([]*yamldoc.Doc, len(files))
	found := make([]result.Findings, len(files))
	into := make([]any, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				into[i] = files[i].kind.new()
				docs[i], found[i] = read(content, files[i].name, into[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, f := range files {
		l.findings = append(l.findings, found[i]...)
		f.kind.add(l, docs[i], f.name, into[i])
	}
	l.names()
	l.references()
	l.findings.Sort()
	return l.cat, l.findings
}

// where is an entry inside a file; the zero value is nowhere.
type where struct {
	doc *yamldoc.Doc // for findings
	ptr string       // JSON pointer of the entry, "" for the whole file
}

// place returns the place of a value of the entry, or of the entry if that
// value is absent.
func (w where) place(sub string) place {
	if w.doc == nil {
		return place{}
	}
	return w.doc.Place(w.ptr + sub)
}

// loader is Load in progress.
type loader struct {
	cat      *Catalog
	findings result.Findings
}

func (l *loader) say(level result.Level, rule string, at place, hint, format string, args ...any) {
	l.findings = append(l.findings, result.Finding{Rule: rule, Level: level, Where: at, Hint: hint,
		Message: fmt.Sprintf(format, args...)})
}

// kind is what a file holds: a new value to decode into, and what to do with it.
type kind struct {
	new func() any
	add func(l *loader, d *yamldoc.Doc, name string, v any)
}

type file struct {
	name string // relative to the content folder
	kind kind
}

// single are the files that there is one of.
func singleFiles() map[string]kind {
	return map[string]kind{
		"catalog/licenses.yaml":   {func() any { return &map[string]*License{} }, addLicenses},
		"catalog/caveats.yaml":    {func() any { return &map[string]*Caveat{} }, addCaveats},
		"catalog/benchmarks.yaml": {func() any { return &map[string]*Benchmark{} }, addBenchmarks},
		"catalog/references.yaml": {func() any { return &map[string]*Reference{} }, addReferences},
		"catalog/bands.yaml":      {func() any { return &[]*Band{} }, addBands},
		"moderation.yaml":         {func() any { return &Moderation{} }, addModeration},
	}
}

// kindOf says what a file is by its path; false: nothing reads it.
func kindOf(name string) (kind, bool) {
	if k, ok := singleFiles()[name]; ok {
		return k, true
	}
	parts := strings.Split(name, "/")
	if path.Ext(name) != ".yaml" {
		return kind{}, false
	}
	switch {
	case len(parts) == 4 && parts[1] == "models":
		return kind{func() any { return &Model{} }, addModel}, true
	case len(parts) == 3 && parts[1] == "hardware":
		return kind{func() any { return &Hardware{} }, addHardware}, true
	case len(parts) == 3 && parts[1] == "tasks":
		return kind{func() any { return &Task{} }, addTask}, true
	}
	return kind{}, false
}

// list finds the files, sorted, and accounts for those that nothing reads.
func (l *loader) list(content fs.FS) []file {
	var files []file
	walk := func(root string) {
		err := fs.WalkDir(content, root, func(name string, e fs.DirEntry, err error) error {
			at := place{File: path.Join(contentDir, name)}
			if err != nil {
				if name == root && errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				l.say(result.Error, "CAT-FILE", at, "", "cannot be read: %s", plainError(err))
				return nil
			}
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
				return nil
			}
			if !e.Type().IsRegular() {
				l.say(result.Error, "CAT-FILE", at, "put a copy of the file here", "this is a link or special file, which is not read")
				return nil
			}
			k, ok := kindOf(name)
			if !ok {
				l.say(result.Warn, "CAT-FILE", at, "models go to catalog/models/ORG/NAME.yaml, hardware to catalog/hardware/ID.yaml, tasks to catalog/tasks/ID.yaml",
					"no part of the catalogue has this name, so the file is not read")
				return nil
			}
			files = append(files, file{name, k})
			return nil
		})
		if err != nil {
			l.say(result.Error, "CAT-FILE", place{File: path.Join(contentDir, root)}, "", "cannot be read: %s", plainError(err))
		}
	}
	walk("catalog")
	walk("moderation.yaml")
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files
}

// plainError is an error without the path that the finding names already.
func plainError(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// read reads and decodes one file into v, a pointer.
func read(content fs.FS, name string, v any) (*yamldoc.Doc, result.Findings) {
	opt := readOptions(name)
	data, err := fs.ReadFile(content, name)
	if err != nil {
		doc, _ := yamldoc.Read(nil, opt, v)
		return doc, result.Findings{{Rule: "CAT-FILE", Level: result.Error, Where: place{File: opt.File}, Message: "cannot be read: " + plainError(err)}}
	}
	return yamldoc.Read(data, opt, v)
}

// readOptions are how a file of the content folder is read.
func readOptions(name string) yamldoc.Options {
	return yamldoc.Options{File: path.Join(contentDir, name), Text: checkText, Number: checkNumber,
		Rule: func(p yamldoc.Problem) string { return "CAT-" + string(p) }}
}

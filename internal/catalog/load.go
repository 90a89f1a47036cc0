// Load: a content folder in, a catalogue and everything wrong with it out.

package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

// Limits that keep a hostile file from costing time or stack.
const (
	maxFileBytes = 256 << 10
	maxKeys      = 20000 // of a file; the parser's time grows with their square
	maxDepth     = 64
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
	docs := make([]*doc, len(files))
	into := make([]any, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				into[i] = files[i].kind.new()
				docs[i] = read(content, files[i].name, into[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, f := range files {
		l.findings = append(l.findings, docs[i].findings...)
		f.kind.add(l, docs[i], f.name, into[i])
	}
	l.names()
	l.references()
	l.findings.Sort()
	return l.cat, l.findings
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
	add func(l *loader, d *doc, name string, v any)
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
func read(content fs.FS, name string, v any) *doc {
	d := &doc{file: path.Join(contentDir, name), pos: map[string]position{}}
	data, err := fs.ReadFile(content, name)
	if err != nil {
		d.errorf("", "CAT-FILE", "", "cannot be read: %s", plainError(err))
		return d
	}
	d.parse(data, v)
	return d
}

// parse decodes the bytes of a file into v, a pointer.
func (d *doc) parse(data []byte, v any) {
	d.pos[""] = position{1, 1}
	if len(data) > maxFileBytes {
		d.errorf("", "CAT-FILE", "split it", "%d bytes are too many, at most %d are read", len(data), maxFileBytes)
		return
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		line := bytes.Count(data[:at], []byte("\n")) + 1
		col := at - bytes.LastIndexByte(data[:at], '\n')
		d.errorAt(position{line, col}, "", "CAT-UTF8", "save the file as UTF-8", "byte %d of the file is not UTF-8", at+1)
		return
	}
	// One line end for all: a checkout on another system must not change a prompt.
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	d.lines = strings.Split(text, "\n")
	body := d.tree(text)
	if body == nil {
		return
	}
	d.decode(body, reflect.ValueOf(v).Elem(), "", "")
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// tree parses text to the one document in it; nil for an empty file and where
// there was a finding.
func (d *doc) tree(text string) (body ast.Node) {
	// The parser is not ours: a defect in it must end as a finding too.
	defer func() {
		if r := recover(); r != nil {
			d.errorf("", "CAT-YAML", "simplify the file", "this is not YAML that can be read (%v)", r)
			body = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	if tk, what := tooMuch(tokens); tk != nil {
		d.errorAt(d.position(tk), "", "CAT-YAML", "split the file or simplify it", "%s", what)
		return nil
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		// The error's own text quotes the file at length; its message is enough.
		msg, at := "", position{1, 1}
		var ye yaml.Error
		if errors.As(err, &ye) {
			msg, at = ye.GetMessage(), d.position(ye.GetToken())
		} else {
			msg = err.Error()
		}
		d.errorAt(at, "", "CAT-YAML", "", "not valid YAML: %s", strings.TrimSpace(msg))
		return nil
	}
	var docs []*ast.DocumentNode
	for _, doc := range f.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			docs = append(docs, doc)
		}
	}
	switch len(docs) {
	case 0:
		return nil
	case 1:
		return docs[0].Body
	}
	d.errorAt(d.position(firstToken(docs[1].Body)), "", "CAT-YAML", "keep one document, without \"---\" between parts", "the file holds %d documents", len(docs))
	return nil
}

// tooMuch returns the token at which a file passes a limit, and which. It looks
// at tokens because the parser recurses, and a stack that overflows ends the
// program.
func tooMuch(tokens token.Tokens) (*token.Token, string) {
	keys, flow, chain := 0, 0, 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
			chain++
		case token.SequenceEndType, token.MappingEndType:
			flow--
			chain = 0
		case token.MappingValueType:
			keys++
			chain++
		case token.MappingKeyType:
			keys++
			chain++
		case token.LiteralType, token.FoldedType:
			keys++
			chain = 0
		case token.SequenceEntryType, token.AnchorType, token.TagType:
			chain++
		default:
			chain = 0
		}
		switch {
		case flow > maxDepth, chain > maxDepth, tk.Position != nil && tk.Position.IndentNum > 4*maxDepth:
			return tk, fmt.Sprintf("values are nested deeper than %d levels", maxDepth)
		case keys > maxKeys:
			return tk, fmt.Sprintf("there are more than %d keys and blocks of text", maxKeys)
		}
	}
	return nil, ""
}

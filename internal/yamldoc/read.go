// Package yamldoc reads the YAML that people write by hand, strictly, and tells
// every problem of a file with its line and column.
//
// goccy/go-yaml's own decoder stops at the first problem. A person who sends ten
// wrong lines should hear of ten, so this package walks the syntax tree itself: it
// knows the place of every value, now and for checks that come later. Only syntax
// errors, after which no tree exists, end a file early. What it reads is YAML of
// the plain kind: no anchors, aliases, tags or merge keys, no key twice, no empty
// values, no second document.
//
// This file is about whole files: limits, encoding, syntax, places.
package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

// Limits that keep a hostile file from costing time or stack. They are far above
// what people write by hand.
const (
	MaxBytes = 1 << 20
	maxKeys  = 20000 // the parser's time grows with their square
	maxDepth = 64
)

// Problem is the kind of thing that is wrong with a file, from which a room makes
// the rule of its finding.
type Problem string

// Kinds of problems.
const (
	File    Problem = "FILE"    // the file as a whole
	Text    Problem = "TEXT"    // encoding, and characters that have no place in text
	Syntax  Problem = "YAML"    // no YAML, or YAML that is not read here
	Type    Problem = "TYPE"    // another kind of value was expected
	Key     Problem = "KEY"     // an unknown key
	Missing Problem = "MISSING" // a required key is not there
	Double  Problem = "DUP"     // a key or an entry of a list stands twice
	Value   Problem = "VALUE"   // a value of the right kind that breaks a rule
)

// Options say how a file is read. File and Rule are required.
type Options struct {
	File string               // as findings name it, from the board's root
	Line int                  // of the file, where the YAML in it begins; 0 is 1
	Rule func(Problem) string // the rule that findings of a kind carry

	// Text and Number hold values to the `rule` tag of their field. Text returns the
	// text as it shall be kept. msg "" means that the value is fine.
	Text   func(s, rules string) (kept, msg, hint string)
	Number func(f float64, rules string) (msg string)
}

// Doc is a file that was read: the memory of where its values stand, by JSON
// pointer ("/boards/2/task", "" for the whole file).
type Doc struct {
	File string
	// Broken says that values are missing or cut although the file has them, so that
	// checks of the whole would report what is not so. An unknown key breaks nothing.
	Broken bool

	opt      Options
	lines    []string
	pos      map[string]position
	keys     map[string][]string // of each mapping, in file order
	failed   []string            // pointers of what could not be read
	findings result.Findings
}

type position struct{ line, col int } // from 1, the column in bytes

// Rules makes Options.Rule for rooms that have one rule for every kind of problem.
func Rules(rule string) func(Problem) string { return func(Problem) string { return rule } }

// Read reads the YAML of one file into v, a pointer. What could be read is there
// even if there were findings; keys that the file lacks leave their field as it
// is. Fields are named by their `yaml` tag ("NAME" or ",inline"), and fields of
// types shared with result files by their `json` tag. A `rule` tag holds rules with
// commas between; "required" is known here, all others are for Options.
func Read(data []byte, opt Options, v any) (*Doc, result.Findings) {
	d := &Doc{File: opt.File, opt: opt, pos: map[string]position{}, keys: map[string][]string{}}
	d.pos[""] = position{1 + d.offset(), 1}
	if body := d.parse(data); body != nil {
		d.decode(body, reflect.ValueOf(v).Elem(), "", "")
	}
	d.findings.Sort()
	return d, d.findings
}

// Place returns where the value of a pointer stands, or the nearest value around
// it if that is absent.
func (d *Doc) Place(ptr string) result.Place {
	p := result.Place{File: d.File, Pointer: ptr}
	for at := ptr; ; {
		if xy, ok := d.pos[at]; ok {
			p.Line, p.Col = xy.line, xy.col
			return p
		}
		cut := strings.LastIndexByte(at, '/')
		if cut < 0 {
			return p
		}
		at = at[:cut]
	}
}

// Keys returns the keys of the mapping at a pointer in file order, without unknown
// ones.
func (d *Doc) Keys(ptr string) []string { return d.keys[ptr] }

// Has says whether the file has a value at a pointer.
func (d *Doc) Has(ptr string) bool { _, ok := d.pos[ptr]; return ok }

// Failed says whether the value of a pointer, one inside it or one around it could
// not be read, so that its absence is no news.
func (d *Doc) Failed(ptr string) bool {
	for _, f := range d.failed {
		if f == ptr || strings.HasPrefix(f, ptr+"/") || strings.HasPrefix(ptr, f+"/") {
			return true
		}
	}
	return false
}

func (d *Doc) offset() int { return max(d.opt.Line, 1) - 1 }

// errorf reports that the value at a pointer could not be read.
func (d *Doc) errorf(ptr string, p Problem, hint, format string, args ...any) {
	at := d.Place(ptr)
	d.failed = append(d.failed, ptr)
	d.tell(position{at.Line, at.Col}, ptr, p, hint, format, args...)
}

// tell reports an error that stands somewhere else than the pointer's value, or
// leaves it readable.
func (d *Doc) tell(at position, ptr string, p Problem, hint, format string, args ...any) {
	d.Broken = d.Broken || p != Key
	d.findings = append(d.findings, result.Finding{Rule: d.opt.Rule(p), Level: result.Error, Hint: hint,
		Where: result.Place{File: d.File, Line: at.line, Col: at.col, Pointer: ptr}, Message: fmt.Sprintf(format, args...)})
}

// fail reports a problem after which nothing of the file is read.
func (d *Doc) fail(at position, p Problem, hint, format string, args ...any) {
	d.failed = append(d.failed, "")
	d.tell(at, "", p, hint, format, args...)
}

// position is the place of a token; the library counts columns in characters.
func (d *Doc) position(tk *token.Token) position {
	if tk == nil || tk.Position == nil {
		return position{}
	}
	line, col := tk.Position.Line, tk.Position.Column
	if line < 1 || line > len(d.lines) || col < 1 {
		return position{max(line, 0) + d.offset(), max(col, 0)}
	}
	n := 0
	for i := range d.lines[line-1] {
		n++
		if n == col {
			return position{line + d.offset(), i + 1}
		}
	}
	return position{line + d.offset(), len(d.lines[line-1]) + 1}
}

// parse returns the one document of a file; nil for an empty file and where there
// was a finding.
func (d *Doc) parse(data []byte) ast.Node {
	if len(data) > MaxBytes {
		d.errorf("", File, "split it", "file has %d bytes, more than the %d allowed", len(data), MaxBytes)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bad := result.CheckText(d.opt.Rule(Text), d.File, data, d.offset()+1); len(bad) > 0 {
		d.findings, d.Broken, d.failed = append(d.findings, bad...), true, []string{""}
		return nil
	}
	// One line end for all: a checkout on another system must not change a prompt.
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	d.lines = strings.Split(text, "\n")
	return d.tree(text)
}

// tree parses text.
func (d *Doc) tree(text string) (body ast.Node) {
	// The parser is not ours: a defect in it must end as a finding too.
	defer func() {
		if r := recover(); r != nil {
			d.errorf("", Syntax, "simplify the file", "not YAML that can be read (%v)", r)
			body = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	if tk, what := tooMuch(tokens); tk != nil {
		d.fail(d.position(tk), Syntax, "split the file or simplify it", "%s", what)
		return nil
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		// The error's own text quotes the file at length; its message is enough.
		msg, at := result.FirstLine(err.Error()), position{1 + d.offset(), 1}
		var ye yaml.Error
		if errors.As(err, &ye) {
			msg, at = ye.GetMessage(), d.position(ye.GetToken())
		}
		d.fail(at, Syntax, "check indentation, and quote text that holds any of : # { } [ ]", "not valid YAML: %s", strings.TrimSpace(msg))
		return nil
	}
	for _, doc := range f.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType:
		case body != nil:
			d.fail(d.position(firstToken(doc.Body)), Syntax, "remove the line ---", "a second YAML document begins here; one is expected")
			return nil
		default:
			body = doc.Body
		}
	}
	return body
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

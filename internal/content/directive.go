// Directives: live parts inside prose. A block directive stands alone on its
// line (::board{id=chat-h100 rows=5}), an inline one in running text
// (:count{of=results}). In code both are plain text.

package content

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"jouleboard/internal/result"
)

// Directives makes the HTML of a directive. block is true for those that stand
// alone on a line. An error becomes a finding at the directive's place, so its
// text names what was expected. Name and arguments are as written, without the
// quotes.
type Directives func(name string, args map[string]string, block bool) (template.HTML, error)

// errNoDirective says that the text is not meant as a directive at all.
var errNoDirective = errors.New("not a directive")

// parseDirective reads name{key=value key="quoted value"} at the start of s. n
// is how many bytes were used, also with an error.
func parseDirective(s []byte) (name string, args map[string]string, n int, err error) {
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || n > 0 && (s[n] >= '0' && s[n] <= '9' || s[n] == '-')) {
		n++
	}
	if n == 0 || n == len(s) || s[n] != '{' {
		return "", nil, 0, errNoDirective
	}
	name = string(s[:n])
	n++
	args = map[string]string{}
	for {
		for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
			n++
		}
		if n == len(s) || s[n] == '\n' {
			return name, args, n, errors.New("has no closing } on its line")
		}
		if s[n] == '}' {
			return name, args, n + 1, nil
		}
		start := n
		for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= '0' && s[n] <= '9' || s[n] == '_' || s[n] == '-') {
			n++
		}
		key := string(s[start:n])
		if key == "" || n == len(s) || s[n] != '=' {
			return name, args, skip(s, n), fmt.Errorf("expects key=value, found %q", result.Clip(firstWord(s[start:])))
		}
		if _, dup := args[key]; dup {
			return name, args, skip(s, n), fmt.Errorf("has the key %s twice", key)
		}
		n++
		value, used, err := parseValue(s[n:])
		n += used
		if err != nil {
			return name, args, skip(s, n), fmt.Errorf("%w for the key %s", err, key)
		}
		args[key] = value
	}
}

// parseValue reads a bare word or a quoted text with \" and \\ inside.
func parseValue(s []byte) (string, int, error) {
	if len(s) == 0 || s[0] != '"' {
		n := bytes.IndexAny(s, " \t\n}\"")
		if n < 0 {
			n = len(s)
		}
		if n == 0 {
			return "", 0, errors.New("has no value")
		}
		return string(s[:n]), n, nil
	}
	var b strings.Builder
	for i := 1; i < len(s) && s[i] != '\n'; i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", len(s), errors.New("has no closing quote")
}

// skip returns the end of a broken directive: after its }, or the line's end.
func skip(s []byte, n int) int {
	for ; n < len(s) && s[n] != '\n'; n++ {
		if s[n] == '}' {
			return n + 1
		}
	}
	return n
}

func firstWord(s []byte) string {
	if i := bytes.IndexAny(s, " \t\n}"); i >= 0 {
		s = s[:i]
	}
	return string(s)
}

var (
	kindBlock   = ast.NewNodeKind("BlockDirective")
	kindInline  = ast.NewNodeKind("InlineDirective")
	kindCallout = ast.NewNodeKind("Callout")
	kindDetails = ast.NewNodeKind("Details")
)

// directive is what both node types share.
type directive struct {
	name string
	args map[string]string
	pos  int // offset in the body
	err  error
}

type blockDirective struct {
	ast.BaseBlock
	directive
}

func (*blockDirective) Kind() ast.NodeKind           { return kindBlock }
func (n *blockDirective) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

type inlineDirective struct {
	ast.BaseInline
	directive
}

func (*inlineDirective) Kind() ast.NodeKind           { return kindInline }
func (n *inlineDirective) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// blockParser finds ::name{...} alone on a line.
type blockParser struct{}

func (blockParser) Trigger() []byte { return []byte{':'} }

func (blockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, seg := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || at > 3 || !bytes.HasPrefix(line[at:], []byte("::")) || bytes.HasPrefix(line[at:], []byte(":::")) {
		return nil, parser.NoChildren
	}
	rest := bytes.TrimRight(line[at+2:], " \t\r\n")
	n := &blockDirective{}
	name, args, used, err := parseDirective(rest)
	switch {
	case errors.Is(err, errNoDirective):
		// A lone ::word can only be a directive without its braces.
		if len(rest) == 0 || strings.Trim(string(rest), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, parser.NoChildren
		}
		name, err = string(rest), fmt.Errorf("lacks its braces; write ::%s{}", rest)
	case err == nil && used < len(rest):
		err = fmt.Errorf("is followed by %q; it must stand alone on its line", result.Clip(string(rest[used:])))
	}
	n.directive = directive{name: name, args: args, pos: seg.Start + at - seg.Padding, err: err}
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

func (blockParser) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }
func (blockParser) Close(ast.Node, text.Reader, parser.Context)                 {}
func (blockParser) CanInterruptParagraph() bool                                 { return true }
func (blockParser) CanAcceptIndentedLine() bool                                 { return false }

// inlineParser finds :name{...} in running text.
type inlineParser struct{}

func (inlineParser) Trigger() []byte { return []byte{':'} }

func (inlineParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	if c := block.PrecendingCharacter(); c == ':' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		return nil // part of a word, a time or an address
	}
	line, seg := block.PeekLine()
	colons := 1
	if bytes.HasPrefix(line, []byte("::")) {
		colons = 2
	}
	name, args, used, err := parseDirective(line[colons:])
	if errors.Is(err, errNoDirective) {
		return nil
	}
	if err == nil && colons == 2 {
		err = errors.New("stands in running text; :: directives go alone on a line, without indentation")
	}
	n := &inlineDirective{directive: directive{name: name, args: args, pos: seg.Start, err: err}}
	block.Advance(colons + used)
	return n
}

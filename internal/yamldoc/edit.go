// Edits: one entry of one list is added, removed or changed in a file that people
// write by hand, and everything else stays as they wrote it: comments, order,
// blank lines, quotes.
//
// The edit is a splice of lines at places that the syntax tree names. YAML has more
// ways to write a list than a splice can know, so nothing is trusted: the caller
// reads what came out and says whether it means what was wanted, and every comment
// must still be there. Where the splice fails, the list is written anew with its
// comments above it, and at last the whole file.

package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Section is one key of a file with the list of entries below it.
type Section struct {
	Key   string
	Items []Fields
}

// Edit says what is to become of one entry of the list List.
type Edit struct {
	List string
	Op   Op
	At   int // the entry; not used to append
	// File is what the file shall mean afterwards, all lists in the order in which
	// they are written where they must be written anew.
	File []Section
}

// Op is what happens to an entry.
type Op int

// The kinds of edits.
const (
	Append Op = iota
	Remove
	Change
)

// Apply returns the file with the edit made. same reads a candidate and says why it
// is not what was wanted; it is asked about every candidate.
func Apply(data []byte, e Edit, same func([]byte) error) ([]byte, error) {
	bom := bytes.HasPrefix(data, []byte("\ufeff"))
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	crlf := strings.Contains(text, "\r\n")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	had := comments(text)

	ed := &editor{edit: e, text: text}
	var last error
	for _, way := range []func() (string, []string, error){ed.splice, ed.entry, ed.section, ed.whole} {
		out, gone, err := attempt(way)
		if err == nil && !holds(comments(out), had, gone) {
			err = errors.New("a comment would be lost")
		}
		if err == nil {
			if crlf {
				out = strings.ReplaceAll(out, "\n", "\r\n")
			}
			raw := []byte(out)
			if bom {
				raw = append([]byte("\ufeff"), raw...)
			}
			if err = same(raw); err == nil {
				return raw, nil
			}
		}
		last = err
	}
	return nil, fmt.Errorf("change the list %s: %w", e.List, last)
}

// attempt runs one way of editing; the parser is not ours, so a defect in it is
// another way's turn.
func attempt(way func() (string, []string, error)) (out string, gone []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("not YAML that can be edited (%v)", r)
		}
	}()
	return way()
}

// comments lists the comments of a text.
func comments(text string) (out []string) {
	defer func() { _ = recover() }()
	for _, tk := range lexer.Tokenize(text) {
		if tk.Type == token.CommentType {
			out = append(out, strings.TrimSpace(tk.Value))
		}
	}
	return out
}

// holds says whether all comments of before but those gone are in after.
func holds(after, before, gone []string) bool {
	n := map[string]int{}
	for _, c := range after {
		n[c]++
	}
	for _, c := range gone {
		n[c]++
	}
	for _, c := range before {
		if n[c]--; n[c] < 0 {
			return false
		}
	}
	return true
}

// editor makes candidates from one text.
type editor struct {
	edit Edit
	text string
}

// errOther leaves an edit to the next way.
var errOther = errors.New("it is written in a way that cannot be edited in place")

// place is where a list stands: its lines are [from, to), counted from 0.
type place struct {
	lines    []string
	from, to int
	list     ast.Node
	dashes   []int // lines of the entries' dashes
	indent   int   // of the dashes
}

// find looks the list up. found is false for a file that lacks its key.
func (ed *editor) find() (p place, found bool, err error) {
	p.lines = strings.Split(ed.text, "\n")
	d := &Doc{opt: Options{Rule: Rules("")}, pos: map[string]position{}, lines: p.lines}
	body := d.tree(ed.text)
	if d.Broken {
		return p, false, errors.New("it is not YAML that is read here")
	}
	if body == nil {
		return p, false, nil
	}
	m, ok := body.(*ast.MappingNode)
	if !ok || m.IsFlowStyle {
		return p, false, errOther
	}
	p.to = len(p.lines)
	for _, kv := range m.Values {
		line := kv.Key.GetToken().Position.Line - 1
		switch key, _ := keyText(kv.Key); {
		case found:
			p.to = line
			return p, true, p.entries()
		case key == ed.edit.List:
			found, p.from, p.list = true, line, kv.Value
		}
	}
	if found {
		err = p.entries()
	}
	return p, found, err
}

// entries finds the dashes of a list in block style.
func (p *place) entries() error {
	for i := p.from + 1; i < p.to; i++ {
		if strings.HasPrefix(p.lines[i], "---") || strings.HasPrefix(p.lines[i], "...") {
			p.to = i
		}
	}
	s, ok := p.list.(*ast.SequenceNode)
	if !ok || s.IsFlowStyle || s.Start == nil {
		return nil
	}
	p.indent = s.Start.Position.Column - 1
	for _, tk := range lexer.Tokenize(strings.Join(p.lines, "\n")) {
		line := tk.Position.Line - 1
		if tk.Type == token.SequenceEntryType && tk.Position.Column-1 == p.indent && line > p.from && line < p.to {
			p.dashes = append(p.dashes, line)
		}
	}
	if len(p.dashes) != len(s.Values) {
		return errOther
	}
	return nil
}

// span returns the lines [a, b) of an entry, without the blank lines and the
// comments that follow it.
func (p *place) span(i int) (a, b int) {
	b = p.to
	if i+1 < len(p.dashes) {
		b = p.dashes[i+1]
	}
	return p.dashes[i], p.trim(p.dashes[i], b, p.indent)
}

// trim moves b up over blank lines and over comments that stand no deeper than
// indent: they belong to what follows.
func (p *place) trim(a, b, indent int) int {
	for b > a+1 {
		line := strings.TrimSpace(p.lines[b-1])
		deep := len(p.lines[b-1]) - len(strings.TrimLeft(p.lines[b-1], " "))
		if line != "" && (line[0] != '#' || deep > indent) {
			break
		}
		b--
	}
	return b
}

// with returns the text with lines [a, b) replaced.
func (p *place) with(a, b int, lines []string) string {
	all := append(append(append([]string{}, p.lines[:a]...), lines...), p.lines[b:]...)
	return strings.Join(all, "\n")
}

// wanted are the entries that the list shall have.
func (ed *editor) wanted() []Fields {
	for _, s := range ed.edit.File {
		if s.Key == ed.edit.List {
			return s.Items
		}
	}
	return nil
}

// splice is the edit that changes the fewest lines.
func (ed *editor) splice() (string, []string, error) {
	p, found, err := ed.find()
	if err != nil {
		return "", nil, err
	}
	if !found {
		return ed.addKey(p)
	}
	items := ed.wanted()
	s, ok := p.list.(*ast.SequenceNode)
	if !ok {
		return "", nil, errOther
	}
	switch {
	case ed.edit.Op == Append && len(s.Values) == 0 && s.IsFlowStyle:
		// "flags: []  # none yet" becomes "flags:  # none yet" with the entry below.
		key := p.lines[p.from]
		open := s.Start.Position.Column - 1
		if s.Start.Position.Line-1 != p.from || open >= len(key) || !strings.HasPrefix(key[open:], "[]") {
			return "", nil, errOther
		}
		head := strings.TrimRight(strings.TrimRight(key[:open], " ")+key[open+2:], " ")
		return p.with(p.from, p.from+1, append([]string{head}, items[len(items)-1].block(2)...)), nil, nil
	case len(p.dashes) == 0:
		return "", nil, errOther
	case ed.edit.Op == Append:
		_, end := p.span(len(p.dashes) - 1)
		return p.with(end, end, items[len(items)-1].block(p.indent)), nil, nil
	case ed.edit.Op == Remove:
		a, b := p.span(ed.edit.At)
		gone := comments(strings.Join(p.lines[a:b], "\n"))
		if len(p.dashes) > 1 {
			return p.with(a, b, nil), gone, nil
		}
		tail := tailComment(p.lines[p.from])
		p.lines[p.from] = strings.TrimRight(strings.TrimSuffix(p.lines[p.from], tail), " ") + " []" + tail
		return p.with(a, b, nil), gone, nil
	}
	out, err := p.change(s.Values[ed.edit.At], ed.edit.At, items[ed.edit.At])
	return out, nil, err
}

// addKey writes a list that the file does not have yet.
func (ed *editor) addKey(p place) (string, []string, error) {
	items := ed.wanted()
	if ed.edit.Op != Append {
		return "", nil, errOther
	}
	end := len(p.lines)
	for end > 0 && strings.TrimSpace(p.lines[end-1]) == "" {
		end--
	}
	lines := append([]string{ed.edit.List + ":"}, items[len(items)-1].block(2)...)
	return strings.TrimRight(p.with(end, len(p.lines), lines), "\n") + "\n", nil, nil
}

// change writes the keys of one entry that differ, and leaves the others.
func (p *place) change(n ast.Node, at int, want Fields) (string, error) {
	m, ok := n.(*ast.MappingNode)
	if !ok || m.IsFlowStyle || len(m.Values) == 0 {
		return "", errOther
	}
	first, end := p.span(at)
	deep := m.Values[0].Key.GetToken().Position.Column - 1
	var out []string
	out = append(out, p.lines[first:m.Values[0].Key.GetToken().Position.Line-1]...)
	had := map[string]bool{}
	for i, kv := range m.Values {
		key, ok := keyText(kv.Key)
		if !ok {
			return "", errOther
		}
		had[key] = true
		a, b := kv.Key.GetToken().Position.Line-1, end
		if i+1 < len(m.Values) {
			b = m.Values[i+1].Key.GetToken().Position.Line - 1
		}
		if b <= a {
			return "", errOther
		}
		body := p.trim(a, b, deep)
		value, keep := want.get(key)
		switch {
		case !keep && i == 0:
			return "", errOther // it shares its line with the dash
		case !keep:
		case isScalar(kv.Value, value):
			out = append(out, p.lines[a:body]...)
		default:
			lines, err := p.value(kv, a, body, deep, key, value)
			if err != nil {
				return "", err
			}
			out = append(out, lines...)
		}
		out = append(out, p.lines[body:b]...)
	}
	for _, f := range want {
		if !had[f.Key] {
			out = append(out, f.lines(deep)...)
		}
	}
	return p.with(first, end, out), nil
}

// value writes another value of a key that stands in lines [a, b): text on one line
// keeps its comment, and a list that has grown by its last entry gets that one.
func (p *place) value(kv *ast.MappingValueNode, a, b, deep int, key string, want any) ([]string, error) {
	prefix := p.lines[a][:min(deep, len(p.lines[a]))]
	switch want := want.(type) {
	case string:
		if b != a+1 {
			return nil, errOther
		}
		return []string{prefix + key + ": " + quote(want) + tailComment(p.lines[a])}, nil
	case []Fields:
		s, ok := kv.Value.(*ast.SequenceNode)
		if !ok || s.IsFlowStyle || len(s.Values) != len(want)-1 || s.Start == nil {
			return nil, errOther
		}
		lines := append([]string{}, p.lines[a:b]...)
		return append(lines, strings.Repeat(" ", s.Start.Position.Column-1)+"- "+want[len(want)-1].flow()), nil
	}
	return nil, errOther
}

// tailComment is the comment at the end of a line with the space before it.
func tailComment(line string) string {
	for _, tk := range lexer.Tokenize(line) {
		if tk.Type != token.CommentType {
			continue
		}
		if head, ok := strings.CutSuffix(line, "#"+tk.Value); ok {
			return line[len(strings.TrimRight(head, " ")):]
		}
	}
	return ""
}

// isScalar says whether a node is this text already.
func isScalar(n ast.Node, want any) bool {
	s, ok := want.(string)
	if !ok {
		return false
	}
	has, ok := scalarText(n)
	return ok && strings.TrimRight(has, "\n") == s
}

// entry writes one entry anew, its comments above it.
func (ed *editor) entry() (string, []string, error) {
	p, found, err := ed.find()
	if err != nil || !found || ed.edit.Op != Change || len(p.dashes) == 0 {
		return "", nil, errors.Join(err, errOther)
	}
	a, b := p.span(ed.edit.At)
	lines := commentLines(strings.Join(p.lines[a:b], "\n"), p.indent)
	return p.with(a, b, append(lines, ed.wanted()[ed.edit.At].block(p.indent)...)), nil, nil
}

// section writes the whole list anew, its comments above it.
func (ed *editor) section() (string, []string, error) {
	p, found, err := ed.find()
	if err != nil || !found {
		return "", nil, errors.Join(err, errOther)
	}
	b := p.trim(p.from, p.to, 0)
	lines := commentLines(strings.Join(p.lines[p.from:b], "\n"), 0)
	return p.with(p.from, b, append(lines, Section{ed.edit.List, ed.wanted()}.lines()...)), nil, nil
}

// whole writes the file anew, all comments above it.
func (ed *editor) whole() (string, []string, error) {
	lines := commentLines(ed.text, 0)
	for _, s := range ed.edit.File {
		lines = append(lines, s.lines()...)
	}
	return strings.Join(lines, "\n") + "\n", nil, nil
}

// commentLines are the comments of a text as lines of their own.
func commentLines(text string, indent int) []string {
	var out []string
	for _, c := range comments(text) {
		out = append(out, strings.Repeat(" ", indent)+strings.TrimRight("# "+c, " "))
	}
	return out
}

// From markdown text to a checked tree: the dialect, heading ids, call-outs,
// folded FAQ sections.

package content

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"jouleboard/internal/result"
)

// newPageParser reads the dialect of pages: CommonMark with tables, footnotes,
// definition lists, strikethrough, check lists, bare addresses, {#id} on
// headings, and directives.
func newPageParser() parser.Parser {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Footnote, extension.DefinitionList, extension.Strikethrough,
			extension.TaskList, extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}))),
		goldmark.WithParserOptions(
			parser.WithAttribute(),
			parser.WithBlockParsers(util.Prioritized(blockParser{}, 95)),
			parser.WithInlineParsers(util.Prioritized(inlineParser{}, 150)),
		),
	).Parser()
}

// callout is a block quote that began with [!NOTE] or a sibling of it.
type callout struct {
	ast.BaseBlock
	kind  string // note, tip, important, warning, caution
	title string // "" = the kind's word
}

func (*callout) Kind() ast.NodeKind           { return kindCallout }
func (n *callout) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// details is an h2 section of a page with the faq layout. Its first child is
// the heading.
type details struct {
	ast.BaseBlock
	id string
}

func (*details) Kind() ast.NodeKind           { return kindDetails }
func (n *details) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// setBody parses the body and checks what needs no other page.
func (p *Page) setBody(body []byte) result.Findings {
	p.source = body
	p.doc = newPageParser().Parse(text.NewReader(body))
	p.ids = map[string]bool{}
	var fs result.Findings
	fs = append(fs, p.callouts()...)
	fs = append(fs, p.headings()...)
	fs = append(fs, p.prose()...)
	if p.Layout == LayoutFAQ {
		p.fold()
	}
	return fs
}

// walk visits all nodes once, parents first, children after them.
func walk(n ast.Node, f func(ast.Node)) {
	f(n)
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		walk(c, f)
		c = next
	}
}

var (
	calloutMark  = regexp.MustCompile(`^\[!([A-Za-z]+)\][ \t]*(.*)$`)
	calloutWords = map[string]string{"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution"}
)

// callouts turns marked block quotes into call-outs.
func (p *Page) callouts() result.Findings {
	var fs result.Findings
	var quotes []*ast.Blockquote
	walk(p.doc, func(n ast.Node) {
		if q, ok := n.(*ast.Blockquote); ok {
			quotes = append(quotes, q)
		}
	})
	for _, q := range quotes {
		par, ok := q.FirstChild().(*ast.Paragraph)
		if !ok || par.Lines().Len() == 0 {
			continue
		}
		first := par.Lines().At(0)
		m := calloutMark.FindStringSubmatch(strings.TrimRight(string(first.Value(p.source)), " \t\n"))
		if m == nil {
			continue
		}
		kind := strings.ToLower(m[1])
		if calloutWords[kind] == "" {
			fs = append(fs, p.finding(rulePage, result.Error, p.at(first.Start), fmt.Sprintf("call-out [!%s] is not known", m[1]),
				"use NOTE, TIP, IMPORTANT, WARNING or CAUTION"))
			continue
		}
		dropFirstLine(par)
		c := &callout{kind: kind, title: m[2]}
		q.Parent().ReplaceChild(q.Parent(), q, c)
		for n := q.FirstChild(); n != nil; n = q.FirstChild() {
			q.RemoveChild(q, n)
			c.AppendChild(c, n)
		}
		if par.FirstChild() == nil {
			c.RemoveChild(c, par)
		}
	}
	return fs
}

// dropFirstLine removes the inline nodes of a paragraph's first line.
func dropFirstLine(par *ast.Paragraph) {
	for n := par.FirstChild(); n != nil; n = par.FirstChild() {
		t, ok := n.(*ast.Text)
		last := ok && (t.SoftLineBreak() || t.HardLineBreak())
		par.RemoveChild(par, n)
		if last {
			return
		}
	}
}

var idForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_.-]*$`)

// headings gives every heading an id: the written one, or one made of its text.
// Written ids are taken first, so that an edit elsewhere cannot move them.
func (p *Page) headings() result.Findings {
	var fs result.Findings
	var all []*ast.Heading
	fixed := map[*ast.Heading][]byte{}
	level := 1
	walk(p.doc, func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok {
			all = append(all, h)
		}
		if f, ok := n.(*east.Footnote); ok {
			p.ids[fmt.Sprintf("fn:%d", f.Index)] = true
		}
	})
	bad := func(h *ast.Heading, level result.Level, msg, hint string) {
		fs = append(fs, p.finding(rulePage, level, p.at(h.Pos()), msg, hint))
	}
	for _, h := range all {
		id, written := h.AttributeString("id")
		for _, a := range h.Attributes() {
			if string(a.Name) != "id" {
				bad(h, result.Error, fmt.Sprintf("heading attribute %q is not read", a.Name), "only {#id} may stand behind a heading")
			}
		}
		if b, ok := id.([]byte); written && ok {
			switch {
			case !idForm.Match(b):
				bad(h, result.Error, fmt.Sprintf("heading id %q is not a fragment", result.Clip(string(b))), "use letters, digits, hyphen, dot and underscore")
			case p.ids[string(b)]:
				bad(h, result.Error, fmt.Sprintf("heading id %q stands twice on the page", result.Clip(string(b))), "choose another")
			default:
				p.ids[string(b)] = true
				fixed[h] = b
			}
		}
	}
	for _, h := range all {
		txt := plain(h, p.source)
		b := fixed[h]
		if b == nil {
			b = []byte(p.freeID(slug(txt)))
		}
		h.RemoveAttributes()
		h.SetAttributeString("id", b)
		switch {
		case h.Level == 1:
			bad(h, result.Error, "a page's only h1 is its title", "begin with ## and name the page in the front matter's title")
		case h.Level > level+1:
			bad(h, result.Warn, fmt.Sprintf("heading jumps from level %d to %d", level, h.Level), "readers of headings expect no gaps")
		}
		level = max(h.Level, 1)
		if strings.TrimSpace(txt) == "" {
			bad(h, result.Error, "heading has no text", "")
		}
		p.Headings = append(p.Headings, Heading{ID: string(b), Level: h.Level, Text: txt})
	}
	return fs
}

// freeID makes an id unique on the page by a number.
func (p *Page) freeID(id string) string {
	free := id
	for i := 1; p.ids[free]; i++ {
		free = fmt.Sprintf("%s-%d", id, i)
	}
	p.ids[free] = true
	return free
}

// slug makes a fragment of a heading's text: letters and digits of any script in
// lower case, hyphens for the spaces between.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case unicode.IsSpace(r), r == '-', r == '_', r == '/':
			gap = true
		}
	}
	if b.Len() == 0 {
		return "section"
	}
	return b.String()
}

// plain is the text of a node without its markup.
func plain(n ast.Node, src []byte) string {
	var b bytes.Buffer
	walk(n, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(n.Segment.Value(src)))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(src))
		}
	})
	return strings.TrimSpace(b.String())
}

var (
	openFootnote  = regexp.MustCompile(`\[\^[^\]\s]+\]`)
	openReference = regexp.MustCompile(`\[[^\]\[]+\]\[[^\]\[]*\]`)
)

// prose checks text for the traces of mistakes: broken directives, footnotes
// and references without a definition, raw HTML, text decoded twice.
func (p *Page) prose() result.Findings {
	var fs result.Findings
	add := func(level result.Level, rule string, at int, msg, hint string) {
		fs = append(fs, p.finding(rule, level, p.at(at), msg, hint))
	}
	walk(p.doc, func(n ast.Node) {
		switch n := n.(type) {
		case *blockDirective:
			if n.err != nil {
				add(result.Error, ruleDirective, n.pos, fmt.Sprintf("directive ::%s %v", n.name, n.err), "write ::name{key=value key=\"two words\"}")
			}
		case *inlineDirective:
			if n.err != nil {
				add(result.Error, ruleDirective, n.pos, fmt.Sprintf("directive :%s %v", n.name, n.err), "write :name{key=value}, or \\: for a plain colon")
			}
		case *ast.RawHTML:
			// An end tag was reported at its start tag.
			if raw := n.Segments.Value(p.source); !isComment(raw) && !bytes.HasPrefix(raw, []byte("</")) {
				add(result.Warn, rulePage, n.Segments.At(0).Start, fmt.Sprintf("HTML %q is shown as text", result.Clip(string(raw))), "use markdown or a directive")
			}
		case *ast.HTMLBlock:
			if raw := htmlBlock(n, p.source); !isComment(raw) {
				add(result.Warn, rulePage, n.Pos(), fmt.Sprintf("HTML %q is shown as text", result.Clip(result.FirstLine(string(raw)))), "use markdown or a directive")
			}
		case *ast.Text:
			if _, code := n.Parent().(*ast.CodeSpan); code {
				return
			}
			text := n.Segment.Value(p.source)
			if wrong, right := result.Mojibake(string(text)); wrong != "" {
				add(result.Error, ruleText, n.Segment.Start+bytes.Index(text, []byte(wrong)), fmt.Sprintf("text was decoded twice: %q where %q was meant", wrong, right),
					"write the character itself and save as UTF-8")
			}
		}
		if n.Type() != ast.TypeBlock || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline {
			return
		}
		p.loose(n, add)
	})
	return fs
}

// loose reports brackets in a block's text that were meant as a footnote or a
// reference link. The library splits text at brackets, so that neighbours are
// joined first; run holds the text so far, starts where each piece begins.
func (p *Page) loose(block ast.Node, add func(level result.Level, rule string, at int, msg, hint string)) {
	var run strings.Builder
	var starts [][2]int // offset in run, offset in source
	flush := func() {
		place := func(i int) int {
			at := 0
			for _, s := range starts {
				if s[0] <= i {
					at = s[1] + i - s[0]
				}
			}
			return at
		}
		text := run.String()
		for _, m := range openFootnote.FindAllStringIndex(text, -1) {
			add(result.Error, rulePage, place(m[0]), fmt.Sprintf("footnote %s has no definition", result.Clip(text[m[0]:m[1]])), "add a line that begins with the mark and a colon")
		}
		for _, m := range openReference.FindAllStringIndex(text, -1) {
			add(result.Warn, ruleLink, place(m[0]), fmt.Sprintf("%s looks like a link whose reference is not defined", result.Clip(text[m[0]:m[1]])),
				"define it, or escape the bracket with a backslash")
		}
		run.Reset()
		starts = nil
	}
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok {
			flush()
			continue
		}
		starts = append(starts, [2]int{run.Len(), t.Segment.Start})
		run.Write(t.Segment.Value(p.source))
		if t.SoftLineBreak() {
			run.WriteByte(' ')
		}
	}
	flush()
}

func htmlBlock(n *ast.HTMLBlock, src []byte) []byte {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(src))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(src))
	}
	return b.Bytes()
}

// isComment says whether HTML is a comment and nothing else; those are notes to
// other authors and are left out of the page.
func isComment(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	return bytes.HasPrefix(raw, []byte("<!--")) && bytes.HasSuffix(raw, []byte("-->")) && bytes.Count(raw, []byte("-->")) == 1
}

// fold moves each h2 of the top level and what follows it into a details node.
func (p *Page) fold() {
	var open *details
	for n := p.doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		h, ok := n.(*ast.Heading)
		switch {
		case ok && h.Level <= 2:
			open = nil
			if h.Level == 2 {
				id, _ := h.AttributeString("id")
				b, _ := id.([]byte)
				open = &details{id: string(b)}
				p.doc.ReplaceChild(p.doc, n, open)
				open.AppendChild(open, h)
			}
		case open != nil && n.Kind() != east.KindFootnoteList:
			p.doc.RemoveChild(p.doc, n)
			open.AppendChild(open, n)
		}
		n = next
	}
}

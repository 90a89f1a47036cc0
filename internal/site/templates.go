// Templates: parsed once, made small once, with the interface's constant strings
// set into them, so that a page costs only what differs from page to page.

package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/html"

	"jouleboard/internal/result"
	"jouleboard/internal/typed"
)

// pageTemplates are the templates that define "main"; each is parsed together
// with the shared ones.
var pageTemplates = []string{"home", "boards", "board", "models", "model", "hardwares", "hardware", "result", "tombstone",
	"task", "labels", "reading", "compare", "rows", "page", "citepage", "data", "dictionary", "moderation", "queue", "notfound"}

// sharedTemplates hold the frame and the parts.
var sharedTemplates = []string{"base.html", "partials.html", "table.html", "redirect.html"}

// templateSet holds the template of each kind of page.
type templateSet struct {
	pages map[string]*template.Template
	// typed executes those that are made small.
	typed map[string]*typed.Set
	// plain makes them as written, once something fails: a template made small has no
	// lines to name.
	plain func() map[string]*template.Template
	// buffers are those of files that were written.
	buffers sync.Pool
}

// buffer returns an empty buffer, and what gives it back when its file is written.
func (t *templateSet) buffer() (buf *bytes.Buffer, done func()) {
	buf, _ = t.buffers.Get().(*bytes.Buffer)
	if buf == nil {
		buf = new(bytes.Buffer)
	}
	buf.Reset()
	return buf, func() { t.buffers.Put(buf) }
}

// execute makes a page, or one part of its template. What fails is told by its
// place in the template as it was written.
func (t *templateSet) execute(b *bytes.Buffer, page, part string, data any) error {
	set := t.pages[page]
	if set == nil {
		return fmt.Errorf("no template %s.html", page)
	}
	var err error
	if fast := t.typed[page]; fast != nil {
		err = fast.Execute(b, part, data)
	} else {
		err = set.ExecuteTemplate(b, part, data)
	}
	if err == nil {
		return nil
	}
	if plain := t.plain()[page].ExecuteTemplate(io.Discard, part, data); plain != nil {
		return plain
	}
	return err
}

// loadTemplates parses every template. Each error names its file and line. A
// minifier makes them small; nil leaves them as written. The strings of msg that
// a template names without arguments are set into it. What stands between parts,
// {{sep "list"}}, is at hand in all of them, whatever they are given.
func loadTemplates(fsys fs.FS, msg *messages, min *minify.M) (*templateSet, result.Findings) {
	var out result.Findings
	if names, err := fs.Glob(fsys, "*.html"); err == nil {
		for _, name := range names {
			if !slices.Contains(sharedTemplates, name) && !slices.Contains(pageTemplates, strings.TrimSuffix(name, ".html")) {
				out = append(out, result.Finding{Rule: "SITE-TEMPLATE", Level: result.Warn, Where: result.Place{File: "templates/" + name},
					Message: "no page is made with this template", Hint: "the templates are " + strings.Join(append(slices.Clone(sharedTemplates), pageTemplates...), ", ")})
			}
		}
	}
	written, small := map[string]string{}, map[string]string{}
	names := slices.Clone(sharedTemplates)
	for _, name := range pageTemplates {
		names = append(names, name+".html")
	}
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err == nil {
			_, err = template.New(name).Funcs(templateFuncs(msg)).Parse(string(src))
		}
		if err != nil {
			out = append(out, templateFinding(name, err))
		}
		written[name], small[name] = string(src), string(src)
		if min == nil {
			continue
		}
		if s, err := min.String(templateType, string(src)); err == nil { // else pages are made all the same, only larger
			small[name] = s
		}
	}
	if out.HasErrors() {
		return nil, out
	}
	plain := sync.OnceValue(func() map[string]*template.Template {
		pages, _ := parseTemplates(written, msg)
		return pages
	})
	pages, fs := parseTemplates(small, msg)
	if fs.HasErrors() { // it is the minifier that did not understand a template, or the template is wrong
		if pages, fs = parseTemplates(written, msg); fs.HasErrors() {
			return nil, append(out, fs...)
		}
	}
	for _, t := range pages {
		for _, part := range t.Templates() {
			if part.Tree != nil {
				setStrings(part.Tree.Root, msg)
			}
		}
	}
	set := &templateSet{pages: pages, plain: plain}
	if min != nil {
		set.typed = map[string]*typed.Set{}
		for page, t := range pages {
			set.typed[page] = typed.New(t, templateFuncs(msg))
		}
	}
	return set, out
}

// templateFuncs are what is at hand in every template.
func templateFuncs(msg *messages) template.FuncMap {
	return template.FuncMap{"sep": func(between string) string { return msg.T("sep." + between) }, "lead": lead}
}

// parseTemplates parses sources by file name to the templates of each page.
func parseTemplates(sources map[string]string, msg *messages) (map[string]*template.Template, result.Findings) {
	var out result.Findings
	shared := template.New("shared").Funcs(templateFuncs(msg))
	for _, name := range sharedTemplates {
		if _, err := shared.New(name).Parse(sources[name]); err != nil {
			out = append(out, templateFinding(name, err))
		}
	}
	set := map[string]*template.Template{}
	for _, page := range pageTemplates {
		name := page + ".html"
		t, err := shared.Clone()
		if err == nil {
			_, err = t.New(name).Parse(sources[name])
		}
		if err == nil && t.Lookup("main") == nil {
			err = fmt.Errorf("does not define \"main\"")
		}
		if err != nil {
			out = append(out, templateFinding(name, err))
			continue
		}
		set[page] = t
	}
	return set, out
}

// templateType is the type under which the minifier knows templates.
const templateType = "text/html+template"

// templateMinifier makes templates small; what is between {{ and }} stays.
func templateMinifier() *html.Minifier {
	m := pageMinifier()
	m.TemplateDelims = html.GoTemplateDelims
	return m
}

// setStrings puts the strings that {{.T "key"}}, {{$.T "key"}}, {{sep "key"}} and
// {{lead (.T "key")}} name in place of the calls: they are the same on every page.
func setStrings(n parse.Node, msg *messages) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for i, child := range n.Nodes {
			if action, ok := child.(*parse.ActionNode); ok && len(action.Pipe.Decl) == 0 {
				text, ok := constantString(action.Pipe, msg)
				if ok && !strings.ContainsAny(text, special) {
					n.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: action.Pos, Text: []byte(text)}
				} else if ok {
					action.Pipe.Cmds[0].Args = []parse.Node{&parse.StringNode{NodeType: parse.NodeString, Pos: action.Pos, Quoted: strconv.Quote(text), Text: text}}
				}
				continue
			}
			setStrings(child, msg)
		}
	case *parse.IfNode:
		setBranch(&n.BranchNode, msg)
	case *parse.WithNode:
		setBranch(&n.BranchNode, msg)
	case *parse.RangeNode:
		setBranch(&n.BranchNode, msg)
	}
}

func setBranch(b *parse.BranchNode, msg *messages) {
	setStrings(b.List, msg)
	setStrings(b.ElseList, msg)
}

// special are the characters that are written differently in some place of a page.
// A string that holds one becomes a constant, which the engine writes as its place
// asks for.
const special = "<>&\"'`+=\x00\\"

// constantString is the text that a call gives on every page.
func constantString(n parse.Node, msg *messages) (string, bool) {
	pipe, ok := n.(*parse.PipeNode)
	if !ok || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	f, arg := pipe.Cmds[0].Args[0], pipe.Cmds[0].Args[1]
	key, isString := arg.(*parse.StringNode)
	switch f := f.(type) {
	case *parse.FieldNode:
		if isString && slices.Equal(f.Ident, []string{"T"}) {
			return msg.T(key.Text), true
		}
	case *parse.VariableNode:
		if isString && slices.Equal(f.Ident, []string{"$", "T"}) {
			return msg.T(key.Text), true
		}
	case *parse.IdentifierNode:
		switch text, ok := constantString(arg, msg); {
		case f.Ident == "sep" && isString:
			return msg.T("sep." + key.Text), true
		case f.Ident == "lead" && ok:
			return lead(text), true
		}
	}
	return "", false
}

// templateError is a template that fails when a page is made with it: a mistake
// in the board's files, not of the machine.
type templateError struct {
	page string
	err  error
}

func (e *templateError) Error() string { return fmt.Sprintf("render %s: %v", e.page, e.err) }

// templateFinding names a template's file and line, which the template engine
// writes at the start of its message.
func templateFinding(name string, err error) result.Finding {
	f := result.Finding{Rule: "SITE-TEMPLATE", Level: result.Error, Where: result.Place{File: "templates/" + name},
		Message: strings.TrimPrefix(err.Error(), "template: "), Hint: "compare with the built-in template of the same name"}
	f.Message = strings.TrimPrefix(f.Message, "html/template:")
	if m := templatePlace.FindStringSubmatch(f.Message); m != nil {
		f.Where.File = "templates/" + m[1]
		f.Where.Line, _ = strconv.Atoi(m[2])
		f.Where.Col, _ = strconv.Atoi(m[3])
		f.Message = m[4]
	}
	return f
}

var templatePlace = regexp.MustCompile(`^([\w.-]+):(\d+):(?:(\d+):)? ?(.*)$`)

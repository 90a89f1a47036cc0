// Text of contributors: notes, reasons, descriptions. It may use emphasis,
// lists, code and links; nothing in it can reach beyond its place on the page.

package content

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxContributed is the longest text rendered as markdown, in bytes; a longer
// one is shown as plain text.
const maxContributed = 16 << 10

// Markdown renders contributed text. Raw HTML is shown as text, pictures as their
// alternative text, headings as bold lines; only http, https and mailto links
// become links, without what serves to follow people. Invisible control
// characters are dropped.
func Markdown(s string) template.HTML {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > maxContributed {
		return template.HTML("<p>" + template.HTMLEscapeString(s) + "</p>\n")
	}
	src := []byte(s)
	md := goldmark.New(goldmark.WithExtensions(extension.Strikethrough, extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}))))
	var b bytes.Buffer
	if err := newRenderer(&textRenderer{}).Render(&b, src, md.Parser().Parse(text.NewReader(src))); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(s) + "</p>\n")
	}
	return template.HTML(b.String())
}

// textRenderer renders what contributed text may not do.
type textRenderer struct{ open []ast.Node }

// RegisterFuncs implements renderer.NodeRenderer.
func (r *textRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	// The same rules as on pages, where they need nothing of a page.
	p := &pageRenderer{}
	reg.Register(ast.KindFencedCodeBlock, p.code)
	reg.Register(ast.KindCodeBlock, p.code)
	reg.Register(ast.KindHTMLBlock, p.htmlBlock)
	reg.Register(ast.KindRawHTML, p.rawHTML)
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(east.KindTaskCheckBox, p.checkBox)
}

func (r *textRenderer) heading(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "</strong></p>\n"
	if entering {
		tag = "<p><strong>"
	}
	_, _ = w.WriteString(tag)
	return ast.WalkContinue, nil
}

func (r *textRenderer) image(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(template.HTMLEscapeString(plain(n, src)))
	}
	return ast.WalkSkipChildren, nil
}

// safe returns a contributed address, or "" where it may not become a link.
func safe(dest string) string {
	switch {
	case strings.ContainsFunc(dest, hidden) || strings.ContainsAny(dest, "\t\n\r\\"):
		return ""
	case isWeb(dest):
		return untracked(dest)
	case strings.HasPrefix(strings.ToLower(dest), "mailto:"):
		return dest
	}
	return ""
}

func openContributed(w util.BufWriter, href string) {
	fmt.Fprintf(w, `<a href="%s" rel="nofollow noopener ugc">`, template.HTMLEscapeString(string(util.URLEscape([]byte(href), true))))
}

func (r *textRenderer) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if entering {
		if href := safe(string(n.Destination)); href != "" {
			r.open = append(r.open, n)
			openContributed(w, href)
		}
		return ast.WalkContinue, nil
	}
	if last := len(r.open) - 1; last >= 0 && r.open[last] == n {
		r.open = r.open[:last]
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r *textRenderer) autoLink(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.AutoLink)
	if !entering {
		return ast.WalkContinue, nil
	}
	address := string(n.URL(src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	label := template.HTMLEscapeString(string(n.Label(src)))
	if href := safe(address); href != "" && len(r.open) == 0 {
		openContributed(w, href)
		label += "</a>"
	}
	_, _ = w.WriteString(label)
	return ast.WalkContinue, nil
}

// From the tree to HTML: links made relative, directives filled in, code
// coloured by classes, nothing that a strict Content-Security-Policy refuses.

package content

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	_ "image/gif"  // DecodeConfig of pictures' sizes
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io/fs"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"jouleboard/internal/result"
)

// Render makes the page's body. link makes hrefs for pages of the site; nil
// makes them relative to the page's own URL and takes every target as there.
// Problems of directives and links are findings with their place.
func (p *Page) Render(d Directives, link LinkFunc) (template.HTML, result.Findings) {
	r := &pageRenderer{page: p, directives: d, link: link}
	if link == nil {
		r.link = func(target string, from *Page) (string, bool) {
			address, query, ok := strings.Cut(target, "?")
			if ok {
				query = "?" + query // and the fragment behind it
			}
			return Relative(from.URL, address) + query, true
		}
	}
	var b bytes.Buffer
	if err := newRenderer(r).Render(&b, p.source, p.doc); err != nil {
		r.findings = append(r.findings, p.finding(rulePage, result.Error, result.Place{}, fmt.Sprintf("cannot be rendered: %v", err), ""))
	}
	r.findings.Sort()
	return template.HTML(b.String()), r.findings
}

// newRenderer puts r over the library's renderers. It is made anew for each
// page: r holds what belongs to one rendering.
func newRenderer(r renderer.NodeRenderer) renderer.Renderer {
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(html.NewRenderer(), 1000),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteBacklinkTitle("Back to the text")), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(r, 100),
	))
}

// pageRenderer renders what pages do differently from plain CommonMark.
type pageRenderer struct {
	page       *Page
	directives Directives
	link       LinkFunc
	findings   result.Findings
	open       []ast.Node // links whose start tag was written
	tables     int
	section    string // text of the last heading, for the names of tables
	inSummary  bool   // the next heading is a summary
}

// RegisterFuncs implements renderer.NodeRenderer.
func (r *pageRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(ast.KindLink, r.renderLink)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindCodeSpan, r.codeSpan)
	reg.Register(ast.KindFencedCodeBlock, r.code)
	reg.Register(ast.KindCodeBlock, r.code)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(east.KindTable, r.table)
	reg.Register(east.KindTableCell, r.cell)
	reg.Register(east.KindTaskCheckBox, r.checkBox)
	reg.Register(kindBlock, r.block)
	reg.Register(kindInline, r.inline)
	reg.Register(kindCallout, r.callout)
	reg.Register(kindDetails, r.details)
}

func (r *pageRenderer) heading(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Heading)
	id, _ := n.AttributeString("id")
	b, _ := id.([]byte)
	level := max(n.Level, 2)
	if entering {
		r.section = plain(n, src)
		if r.inSummary {
			fmt.Fprintf(w, "<summary><h%d>", level)
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(w, `<h%d id="%s">`, level, template.HTMLEscapeString(string(b)))
		return ast.WalkContinue, nil
	}
	if r.inSummary {
		r.inSummary = false
		fmt.Fprintf(w, "</h%d></summary>\n", level)
		return ast.WalkContinue, nil
	}
	fmt.Fprintf(w, ` <a class="anchor" href="#%s" aria-label="Link to this section: %s">#</a></h%d>`+"\n", template.HTMLEscapeString(string(b)), template.HTMLEscapeString(r.section), level)
	return ast.WalkContinue, nil
}

func (r *pageRenderer) details(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*details)
	if entering {
		r.inSummary = true
		fmt.Fprintf(w, `<details class="faq" id="%s">`+"\n", template.HTMLEscapeString(n.id))
		return ast.WalkContinue, nil
	}
	fmt.Fprintf(w, `<p class="permalink"><a href="#%s">Link to this answer</a></p>`+"\n</details>\n", template.HTMLEscapeString(n.id))
	return ast.WalkContinue, nil
}

// href resolves a link once more; LoadPages has reported what is wrong with it.
func (r *pageRenderer) href(n ast.Node, dest string) (href string, external, ok bool) {
	d, _, err := r.page.resolve(dest)
	if err != nil {
		return "", false, false
	}
	if d.outside != "" {
		return d.outside, d.external, true
	}
	href, ok = r.link(d.target, r.page)
	if !ok {
		r.findings = append(r.findings, r.page.finding(ruleLink, result.Error, r.page.at(n.Pos()),
			fmt.Sprintf("link leads to /%s, which the site does not have", result.Clip(d.target)), "check the address; pages of boards and models follow the results"))
	}
	return href, false, ok
}

// openLink writes the start tag; without a usable address the text stays plain.
func openLink(w util.BufWriter, href, title string, external bool) {
	// Destinations keep their own escapes; only what HTML needs is added.
	fmt.Fprintf(w, `<a href="%s"`, template.HTMLEscapeString(string(util.URLEscape([]byte(href), true))))
	if title != "" {
		fmt.Fprintf(w, ` title="%s"`, template.HTMLEscapeString(title))
	}
	if external {
		_, _ = w.WriteString(` rel="noopener"`)
	}
	_ = w.WriteByte('>')
}

func (r *pageRenderer) renderLink(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if entering {
		href, external, ok := r.href(n, string(n.Destination))
		if !ok {
			return ast.WalkContinue, nil
		}
		r.open = append(r.open, n)
		openLink(w, href, string(n.Title), external)
		return ast.WalkContinue, nil
	}
	if last := len(r.open) - 1; last >= 0 && r.open[last] == n {
		r.open = r.open[:last]
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r *pageRenderer) autoLink(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.AutoLink)
	if !entering {
		return ast.WalkContinue, nil
	}
	address := string(n.URL(src))
	external := n.AutoLinkType == ast.AutoLinkURL
	if !external && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	// A link inside a link is not HTML.
	if _, _, err := r.page.resolve(address); err != nil || len(r.open) > 0 {
		_, _ = w.WriteString(template.HTMLEscapeString(string(n.Label(src))))
		return ast.WalkContinue, nil
	}
	openLink(w, address, "", external)
	_, _ = w.WriteString(template.HTMLEscapeString(string(n.Label(src))) + "</a>")
	return ast.WalkContinue, nil
}

// longestWhole is how long code in a line of text may be to be kept whole.
const longestWhole = 24

// codeSpan keeps short code with a hyphen on one line: a flag that breaks behind
// its hyphens reads as something else.
func (r *pageRenderer) codeSpan(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</code>")
		return ast.WalkContinue, nil
	}
	var text []byte
	for c := node.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			text = append(text, t.Segment.Value(src)...)
		}
	}
	text = bytes.ReplaceAll(text, []byte("\n"), []byte(" "))
	if bytes.Contains(text, []byte("-")) && utf8.RuneCount(text) <= longestWhole {
		_, _ = w.WriteString(`<code class="nw">`)
	} else {
		_, _ = w.WriteString("<code>")
	}
	_, _ = w.Write(util.EscapeHTML(text))
	return ast.WalkSkipChildren, nil
}

func (r *pageRenderer) image(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Image)
	if !entering {
		return ast.WalkContinue, nil
	}
	d, _, err := r.page.resolve(string(n.Destination))
	if err != nil || !d.asset {
		_, _ = w.WriteString(template.HTMLEscapeString(plain(n, src)))
		return ast.WalkSkipChildren, nil
	}
	href, _ := r.link(d.target, r.page)
	fmt.Fprintf(w, `<img src="%s" alt="%s"`, template.HTMLEscapeString(href), template.HTMLEscapeString(plain(n, src)))
	if len(n.Title) > 0 {
		fmt.Fprintf(w, ` title="%s"`, template.HTMLEscapeString(string(n.Title)))
	}
	if width, height, ok := pictureSize(r.page.content, d.target); ok {
		fmt.Fprintf(w, ` width="%d" height="%d"`, width, height)
	}
	_, _ = w.WriteString(` loading="lazy" decoding="async">`)
	return ast.WalkSkipChildren, nil
}

// pictureSize reads a bitmap's size, so that the page does not jump when the
// picture arrives. Vector art has no size in pixels.
func pictureSize(content fs.FS, name string) (width, height int, ok bool) {
	f, err := content.Open(name)
	if err != nil {
		return 0, 0, false
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	return c.Width, c.Height, err == nil && c.Width > 0 && c.Height > 0
}

func (r *pageRenderer) code(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text bytes.Buffer
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		text.Write(line.Value(src))
	}
	lang := ""
	if n, ok := node.(*ast.FencedCodeBlock); ok {
		lang = string(n.Language(src))
	}
	_, _ = w.WriteString(highlight(text.String(), lang) + "\n")
	return ast.WalkSkipChildren, nil
}

func (r *pageRenderer) htmlBlock(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		if raw := htmlBlock(node.(*ast.HTMLBlock), src); !isComment(raw) {
			fmt.Fprintf(w, "<p>%s</p>\n", template.HTMLEscapeString(string(bytes.TrimSpace(raw))))
		}
	}
	return ast.WalkContinue, nil
}

func (r *pageRenderer) rawHTML(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		if raw := node.(*ast.RawHTML).Segments.Value(src); !isComment(raw) {
			_, _ = w.WriteString(template.HTMLEscapeString(string(raw)))
		}
	}
	return ast.WalkSkipChildren, nil
}

// table wraps a table in a named region, so that a wide one scrolls by itself
// and with the keyboard.
func (r *pageRenderer) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		name := r.section
		if name == "" {
			name = r.page.Title
		}
		// Regions are landmarks, so each table of the page has its own name.
		r.tables++
		fmt.Fprintf(w, `<div class="scroll" role="region" tabindex="0" aria-label="%s"><table>`+"\n", template.HTMLEscapeString(fmt.Sprintf("Table %d: %s", r.tables, name)))
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("</table></div>\n")
	return ast.WalkContinue, nil
}

// cell writes alignment as a class: a style attribute would need a weaker
// Content-Security-Policy.
func (r *pageRenderer) cell(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*east.TableCell)
	tag, attrs := "td", ""
	if n.Parent().Kind() == east.KindTableHeader {
		tag, attrs = "th", ` scope="col"`
	}
	if !entering {
		fmt.Fprintf(w, "</%s>\n", tag)
		return ast.WalkContinue, nil
	}
	if n.Alignment != east.AlignNone {
		attrs += fmt.Sprintf(` class="%s"`, n.Alignment.String())
	}
	fmt.Fprintf(w, "<%s%s>", tag, attrs)
	return ast.WalkContinue, nil
}

func (r *pageRenderer) checkBox(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		mark, name := "☐", "to do"
		if node.(*east.TaskCheckBox).IsChecked {
			mark, name = "☑", "done"
		}
		fmt.Fprintf(w, `<span class="check" role="img" aria-label="%s">%s</span> `, name, mark)
	}
	return ast.WalkContinue, nil
}

func (r *pageRenderer) callout(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*callout)
	if entering {
		title := calloutWords[n.kind]
		if n.title != "" {
			title += ": " + n.title
		}
		fmt.Fprintf(w, `<div class="callout callout-%s" role="note">`+"\n"+`<p class="callout-title">%s</p>`+"\n", n.kind, template.HTMLEscapeString(title))
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("</div>\n")
	return ast.WalkContinue, nil
}

func (r *pageRenderer) block(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(string(r.fill(node.(*blockDirective).directive, true)) + "\n")
	}
	return ast.WalkContinue, nil
}

func (r *pageRenderer) inline(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(string(r.fill(node.(*inlineDirective).directive, false)))
	}
	return ast.WalkContinue, nil
}

// fill asks for a directive's HTML. One that could not be read was reported
// when the page was loaded.
func (r *pageRenderer) fill(d directive, block bool) template.HTML {
	if d.err != nil {
		return ""
	}
	err := fmt.Errorf("no directives are known here")
	if r.directives != nil {
		var out template.HTML
		// The receiver gets its own map: one rendering must not change another.
		if out, err = r.directives(d.name, maps.Clone(d.args), block); err == nil {
			return out
		}
	}
	colons := ":"
	if block {
		colons = "::"
	}
	r.findings = append(r.findings, r.page.finding(ruleDirective, result.Error, r.page.at(d.pos),
		fmt.Sprintf("directive %s%s: %v", colons, d.name, err), ""))
	return ""
}

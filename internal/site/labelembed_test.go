package site

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// hostileAlts are texts that each language could take for something else.
var hostileAlts = append([]string{
	"Plain-Name_1.5: 3.5 of 5 stars; 9.39 Wh per 1,000 requests, chat.",
	`]](x) [a](javascript:alert(1)) ![b](c)`, "`code` ``two`` ~~gone~~ **bold** __it__ $x^2$ | table | # head &amp; &lt;", `\input{/etc/passwd} \end{figure} \\ \]`,
	`" onload="alert(1)`, "100 % of {it} costs $5 & ~3 #1 a_b ^c <d>", "two  spaces", `trailing \`, "名前 é × –", "<https://evil.example> https://evil.example", "&#93;&copy;",
}, attacks...)

// normalSpace is what all three languages make of white space.
func normalSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// A picture in HTML has the text alternative that was meant, and nothing else.
func TestEmbedHTML(t *testing.T) {
	for _, alt := range hostileAlts {
		const to, src = "https://example.org/r/1/?a&b", `https://example.org/a"b/label.svg`
		page, _ := linked(to, alt)(src, 363, 726)
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for n := range doc.Descendants() {
			if n.Type == html.TextNode {
				t.Errorf("%q leaves the text %q", alt, n.Data)
			}
			for _, a := range n.Attr {
				seen = append(seen, n.Data+" "+a.Key+"="+a.Val)
			}
		}
		want := []string{"a href=" + to, "img src=" + src, "img width=363", "img height=726", "img alt=" + alt}
		if strings.Join(seen, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q becomes %q", alt, seen)
		}
	}
}

// The same in Markdown, read back by a parser with the usual extensions.
func TestEmbedMarkdown(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	for _, alt := range hostileAlts {
		const to, from = "https://example.org/a(b)/r/1/", "https://example.org/a(b)/label.svg"
		_, markdown := linked(to, alt)(from, 0, 0)
		src := []byte(markdown)
		doc := md.Parser().Parse(text.NewReader(src))
		images := 0
		_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
			if !in {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.Link:
				if string(n.Destination) != to {
					t.Errorf("%q links to %q", alt, n.Destination)
				}
			case *ast.Image:
				images++
				if string(n.Destination) != from {
					t.Errorf("%q shows %q", alt, n.Destination)
				}
			case *ast.Document, *ast.Paragraph, *ast.Text, *ast.String:
			default:
				t.Errorf("%q makes a %s of %q", alt, n.Kind(), src)
			}
			return ast.WalkContinue, nil
		})
		var b bytes.Buffer
		if err := md.Renderer().Render(&b, src, doc); err != nil {
			t.Fatal(err)
		}
		page, err := html.Parse(&b)
		if err != nil {
			t.Fatal(err)
		}
		for n := range page.Descendants() {
			for _, a := range n.Attr {
				if n.Data == "img" && a.Key == "alt" && a.Val != normalSpace(alt) {
					t.Errorf("alternative text %q, wanted %q", a.Val, alt)
				}
			}
		}
		if images != 1 {
			t.Errorf("%q makes %d pictures of %q", alt, images, src)
		}
	}
}

// LaTeX: reading the escapes back gives the text, and no character that TeX
// takes for its own is left.
func TestEmbedLaTeX(t *testing.T) {
	back := strings.NewReplacer(`\textbackslash{}`, `\`, `\{`, `{`, `\}`, `}`, `\$`, `$`, `\&`, `&`, `\#`, `#`, `\%`, `%`, `\_`, `_`, `\textasciicircum{}`, `^`,
		`\textasciitilde{}`, `~`, `\textless{}`, `<`, `\textgreater{}`, `>`, `\textbar{}`, `|`, `\textquotedbl{}`, `"`, `\textquotesingle{}`, `'`, `\textasciigrave{}`, "`")
	blank := strings.NewReplacer(`\textbackslash{}`, "", `\{`, "", `\}`, "", `\$`, "", `\&`, "", `\#`, "", `\%`, "", `\_`, "", `\textasciicircum{}`, "",
		`\textasciitilde{}`, "", `\textless{}`, "", `\textgreater{}`, "", `\textbar{}`, "", `\textquotedbl{}`, "", `\textquotesingle{}`, "", `\textasciigrave{}`, "")
	for _, alt := range hostileAlts {
		got := latexText(alt)
		if back.Replace(got) != normalSpace(alt) {
			t.Errorf("%q becomes %q", alt, got)
		}
		if rest := blank.Replace(got); strings.ContainsAny(rest, "\\{}$&#%_^~<>|\"'`\n") {
			t.Errorf("%q leaves %q", alt, rest)
		}
	}
	fig := latexFigure("3f2a-full.pdf", "100 % sure.", "https://example.org/a_b/r/1/")
	for _, want := range []string{`\includegraphics[width=62mm]{3f2a-full.pdf}`, `\caption{100 \% sure. \url{https://example.org/a_b/r/1/}}`} {
		if !strings.Contains(fig, want) {
			t.Errorf("no %s in\n%s", want, fig)
		}
	}
	if got := latexURL("https://example.org/a%20b~c/"); got != `\texttt{https://example.org/a\%20b\textasciitilde{}c/}` {
		t.Errorf("address: %s", got)
	}
}

// Each result page has every snippet, with the file that was built, the badge in
// its own size, and the gallery has them too.
func TestEmbedsOnPages(t *testing.T) {
	dir, _ := shipped(t)
	data, err := os.ReadFile(filepath.Join(dir, "labels", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	hash := regexp.MustCompile(`id="label-([0-9a-f]{12})"`).FindSubmatch(data)
	if hash == nil {
		t.Fatal("no label in the gallery")
	}
	id := string(hash[1])
	page, err := os.ReadFile(filepath.Join(dir, "r", id, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	badge, err := os.ReadFile(filepath.Join(dir, "badge", id+".svg"))
	if err != nil {
		t.Fatal(err)
	}
	w, h, ok := svgSize(badge)
	if !ok || h != 20 || w < 60 || w > 300 {
		t.Errorf("the badge is %d x %d", w, h)
	}
	base := "https://jouleboard.example.org/"
	for name, src := range map[string][]byte{"gallery": data, "result page": page} {
		doc := html.NewTokenizer(bytes.NewReader(src))
		var text strings.Builder
		for tt := doc.Next(); tt != html.ErrorToken; tt = doc.Next() {
			if tt == html.TextToken {
				text.WriteString(doc.Token().Data)
			}
		}
		for _, want := range []string{
			`<a href="` + base + "r/" + id + `/"><img src="` + base + "r/" + id + `/label.svg" width="363" height="726" alt="`,
			"](" + base + "r/" + id + "/label.svg)](" + base + "r/" + id + "/)",
			`\includegraphics[width=62mm]{` + id + `-full.pdf}`,
			`<img src="` + base + "badge/" + id + `.svg" width="`,
			"](" + base + "badge/" + id + ".svg)](",
			"jouleboard label " + id + " --size full --format png",
			"jouleboard label " + id + " --size full,compact,small,strip --look mono --format svg,pdf,png",
			"jouleboard label " + id + " --size full,compact,small,strip --look dark --format svg,png",
		} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("the %s has no %s", name, want)
			}
		}
	}
}

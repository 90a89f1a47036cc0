package content

import (
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite golden files")

// echo is a set of directives that shows what it was asked for.
func echo(name string, args map[string]string, block bool) (template.HTML, error) {
	var kv []string
	for k, v := range args {
		kv = append(kv, k+"="+v)
	}
	sort.Strings(kv)
	tag := "span"
	if block {
		tag = "div"
	}
	return template.HTML(fmt.Sprintf("<%s>%s</%s>", tag, template.HTMLEscapeString(name+" "+strings.Join(kv, " ")), tag)), nil
}

// dot is a picture of one pixel.
var dot, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

func sample(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return files("docs/"+name, string(text), "docs/other.md", "---\ntitle: Other\n---\n\n## Part one\n", "docs/rack.png", string(dot))
}

func page(t *testing.T, pages []*Page, file string) *Page {
	t.Helper()
	for _, p := range pages {
		if p.File == root+file {
			return p
		}
	}
	t.Fatalf("no page %s", file)
	return nil
}

func TestPagesGolden(t *testing.T) {
	for _, name := range []string{"page.md", "faq.md"} {
		t.Run(name, func(t *testing.T) {
			pages, findings := LoadPages(sample(t, name))
			p := page(t, pages, "docs/"+name)
			out, more := p.Render(echo, nil)
			wellFormed(t, string(out))
			text := string(out) + "\n-- findings --\n" + strings.Join(append(lines(findings), lines(more)...), "\n") + "\n-- headings --\n"
			for _, h := range p.Headings {
				text += fmt.Sprintf("%d %s %q\n", h.Level, h.ID, h.Text)
			}
			text += fmt.Sprintf("-- page --\n%s %s %q %q %s %d %s %v %v\n", p.URL, p.Section, p.Title, p.Description, p.Date, p.Order, p.Layout, p.Aliases, p.Assets)
			golden := filepath.Join("testdata", strings.TrimSuffix(name, ".md")+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// wellFormed checks that every element is closed in order, that no id stands
// twice, and that nothing needs a weaker Content-Security-Policy.
func wellFormed(t *testing.T, s string) {
	t.Helper()
	void := map[string]bool{"br": true, "hr": true, "img": true}
	var open []string
	ids := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			for _, a := range tok.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("<%s> has the attribute %s", tok.Data, a.Key)
				}
				if (a.Key == "href" || a.Key == "src") && schemeForm.MatchString(a.Val) &&
					!strings.HasPrefix(strings.ToLower(a.Val), "http") && !strings.HasPrefix(strings.ToLower(a.Val), "mailto:") {
					t.Errorf("<%s> leads to %q", tok.Data, a.Val)
				}
				if a.Key == "id" {
					if ids[a.Val] {
						t.Errorf("id %q stands twice", a.Val)
					}
					ids[a.Val] = true
				}
			}
			switch tok.Data {
			case "script", "style", "iframe", "object", "embed", "form", "link", "meta", "base", "svg", "math":
				t.Errorf("element <%s>", tok.Data)
			}
			if tok.Data == "a" && slices.Contains(open, "a") {
				t.Error("a link inside a link")
			}
			if !void[tok.Data] {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Errorf("</%s> closes %v", tok.Data, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

// Every mistake of every page is told, with file and line.
func TestLoadPagesTellsEverything(t *testing.T) {
	_, fs := LoadPages(files(
		"docs/bad.md", `---
title: ""
date: 2026-02-30
layout: fancy
aliases: ["../x", "docs/dup/"]
unknown: 1
source: {author: A, url: "ftp://x"}
---

# First

### Jump {#a .red}

## Twice {#a}

## Bad id {#x:y}

[none](missing.md) [frag](other.md#nothing) [self](#nothing) [js](javascript:alert(1)) [data](data:text/html,x)
[scheme](//example.org) [out](../../etc/passwd) [empty]() [user](https://a:b@example.org/) [t](https://example.org/?utm_source=x)
![](https://example.org/x.png) ![alt](none.png) [](other.md) [ref][undefined] text[^gone] naÃ¯ve

> [!FOO]
> x

::board{id=a
::board{id=a id=b}
::board{id}
::board{id="a}
::board{id=} x
::board{id=a} trailing
::board
:value{id=a :value{id=} ::board{id=a} text :value{"x"}

`+"```\n::board{id=a\n```\n"+`
<script>alert(1)</script>
`,
		"docs/other.md", "---\ntitle: Other\naliases: [docs/dup/]\n---\n## Part\n",
		"docs/other/index.md", "---\ntitle: Same address\n---\n",
		"docs/open.md", "---\ntitle: Never closed\n",
		"docs/none.md", "No front matter.\n",
		"docs/bytes.md", "---\ntitle: x\n---\na\xff\n",
		"docs/hid.md", "---\ntitle: x\n---\n\nab\u202ec\n",
		"docs/UP.MD", "x",
		"docs/a b.md", "---\ntitle: x\n---\n",
		"news/x.md", "x",
		"catalog/readme.md", "x",
	))
	got := strings.Join(lines(fs), "\n")
	for _, want := range []string{
		"content/docs/bad.md:2:8 /title: error: page has no title",
		"content/docs/bad.md:3:7 /date: error: date \"2026-02-30\"",
		"content/docs/bad.md:4:9 /layout: error: layout \"fancy\"",
		"content/docs/bad.md:5:11 /aliases/0: error: alias \"../x\"",
		"content/docs/bad.md:6:1 /unknown: error: unknown key \"unknown\"",
		"lacks its license", "source url \"ftp://x\"",
		"content/docs/bad.md:10:1: error: a page's only h1 is its title",
		"content/docs/bad.md:12:1: warn: heading jumps from level 1 to 3",
		"content/docs/bad.md:12:1: error: heading attribute \"class\"",
		"content/docs/bad.md:14:1: error: heading id \"a\" stands twice",
		"content/docs/bad.md:16:1: error: heading id \"x:y\"",
		"content/docs/bad.md:18:1: error: link leads to content/docs/missing.md, which is not there",
		"content/docs/bad.md:18:20: error: content/docs/other.md has no heading with the id \"nothing\"",
		"this page has no heading with the id",
		"link scheme \"javascript\" is not allowed", "link scheme \"data\" is not allowed",
		"link \"//example.org\" has no scheme",
		"link \"../../etc/passwd\" leaves the content folder",
		"content/docs/bad.md:19:49: error: link leads nowhere",
		"link \"https://a:b@example.org/\" is not an address",
		"warn: address carries the tracking parameter utm_source",
		"error: picture is loaded from another site", "warn: picture has no text alternative", "error: picture content/docs/none.png is not there",
		"error: link has no text",
		"warn: [ref][undefined] looks like a link",
		"error: footnote [^gone] has no definition",
		"error: text was decoded twice",
		"content/docs/bad.md:22:3: error: call-out [!FOO] is not known",
		"content/docs/bad.md:25:1: error: directive ::board has no closing } on its line",
		"content/docs/bad.md:26:1: error: directive ::board has the key id twice",
		"content/docs/bad.md:27:1: error: directive ::board expects key=value, found \"id\"",
		"content/docs/bad.md:28:1: error: directive ::board has no closing quote for the key id",
		"content/docs/bad.md:29:1: error: directive ::board has no value for the key id",
		"content/docs/bad.md:30:1: error: directive ::board is followed by \" trailing\"",
		"content/docs/bad.md:31:1: error: directive ::board lacks its braces",
		"content/docs/bad.md:32:1: error: directive :value expects key=value, found \":value{id=\"",
		"content/docs/bad.md:32:25: error: directive :board stands in running text",
		"content/docs/bad.md:32:44: error: directive :value expects key=value",
		"content/docs/bad.md:38:1: warn: HTML",
		"alias /docs/dup/ is already an address",
		"has the address /docs/other/, as content/docs/other.md has",
		"content/docs/open.md:1:1: error: front matter begins with --- and never ends",
		"content/docs/none.md:1: error: page has no title",
		"content/docs/bytes.md:4:2: error: byte 0xFF",
		"content/docs/hid.md:5:3: error: invisible bidirectional control U+202E",
		"content/docs/UP.MD: warn: not published",
		"file name \"a b.md\" cannot be an address",
		"content/news/x.md: warn: not published", "content/catalog/readme.md: warn: not published",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if strings.Contains(got, "bad.md:35") {
		t.Error("a directive inside code was read")
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestRenderTells(t *testing.T) {
	pages, findings := LoadPages(files("a.md", "---\ntitle: A\n---\n\n::board{id=none}\n\ntext :value{id=x key=y} and [gone](/boards/gone/)\n"))
	if len(findings) > 0 {
		t.Fatal(lines(findings))
	}
	fail := func(string, map[string]string, bool) (template.HTML, error) { return "", errors.New("no such id") }
	out, fs := pages[0].Render(fail, func(string, *Page) (string, bool) { return "", false })
	want := []string{
		"content/a.md:5:1: error: directive ::board: no such id [CONTENT-DIRECTIVE]",
		"content/a.md:7:6: error: directive :value: no such id [CONTENT-DIRECTIVE]",
		"content/a.md:7:29: error: link leads to /boards/gone/, which the site does not have [CONTENT-LINK]",
	}
	if diff := cmp.Diff(want, lines(fs)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(string(out), "<a") {
		t.Errorf("a link that leads nowhere was written: %s", out)
	}
	if _, fs := pages[0].Render(nil, nil); !fs.HasErrors() {
		t.Error("directives without an interpreter are no error")
	}
}

// The link function gets addresses of the site, and rendering does not change
// the page: many at once give the same bytes.
func TestRenderIsPure(t *testing.T) {
	pages, _ := LoadPages(sample(t, "page.md"))
	p := page(t, pages, "docs/page.md")
	var mu sync.Mutex
	targets := map[string]bool{}
	spoil := func(name string, args map[string]string, block bool) (template.HTML, error) {
		out, err := echo(name, args, block)
		args["id"] = "changed"
		return out, err
	}
	link := func(target string, from *Page) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		targets[target] = true
		return "/x/" + target, from == p
	}
	first, _ := p.Render(spoil, link)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if out, _ := p.Render(spoil, link); out != first {
				t.Error("two renderings differ")
			}
		})
	}
	wg.Wait()
	for _, want := range []string{"docs/other/", "docs/other/#part-one", "boards/chat-h100/?sort=energy#top", "docs/rack.png"} {
		if !targets[want] {
			t.Errorf("link was not asked for %s: %v", want, targets)
		}
	}
}

func TestPageAddresses(t *testing.T) {
	pages, fs := LoadPages(files(
		"index.md", "---\ntitle: Home\n---\n", "about.md", "---\ntitle: About\norder: 2\n---\n[m](docs/a.md)\n", "faq.md", "---\ntitle: FAQ\norder: 1\n---\n",
		"docs/index.md", "---\ntitle: Docs\n---\n[a](a.md) [up](../about.md)\n", "docs/a.md", "---\ntitle: A\n---\n", "methodology/tasks/chat.md", "---\ntitle: Chat\n---\n[up](../../docs/index.md)\n"))
	if len(fs) > 0 {
		t.Fatal(lines(fs))
	}
	var got []string
	for _, p := range pages {
		got = append(got, p.URL+"|"+p.Section)
	}
	want := []string{"|", "faq/|", "about/|", "docs/a/|docs", "docs/|docs", "methodology/tasks/chat/|methodology"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	out, _ := page(t, pages, "methodology/tasks/chat.md").Render(nil, nil)
	if !strings.Contains(string(out), `href="../../../docs/"`) {
		t.Errorf("relative link: %s", out)
	}
}

func TestWindowsLineEndsAndMark(t *testing.T) {
	pages, fs := LoadPages(files("a.md", "\ufeff---\r\ntitle: A\r\n---\r\n\r\n::board{id=x}\r\n\r\n```\r\ncode\r\n```\r\n"))
	if len(fs) > 0 {
		t.Fatal(lines(fs))
	}
	out, _ := pages[0].Render(echo, nil)
	if !strings.Contains(string(out), "<div>board id=x</div>") || strings.Contains(string(out), "\r") {
		t.Errorf("got %q", out)
	}
}

// Code in a line keeps its bytes, and short code with a hyphen its line.
func TestCodeSpans(t *testing.T) {
	for in, want := range map[string]string{
		"`a`":                         "<code>a</code>",
		"`--look mono`":               `<code class="nw">--look mono</code>`,
		"`a-b <i>&amp;\\`":            `<code class="nw">a-b &lt;i&gt;&amp;amp;\</code>`,
		"`a\nb-c`":                    `<code class="nw">a b-c</code>`,
		"`--a-flag-of-26-letters-is`": `<code>--a-flag-of-26-letters-is</code>`,
		"| a |\n|---|\n| `x\\|-y` |":  `<code class="nw">x|-y</code>`,
	} {
		pages, fs := LoadPages(files("a.md", "---\ntitle: A\n---\n\n"+in+"\n"))
		if len(fs) > 0 {
			t.Fatal(lines(fs))
		}
		if out, _ := pages[0].Render(echo, nil); !strings.Contains(string(out), want) {
			t.Errorf("%q gives %s, not %s", in, out, want)
		}
	}
}

func TestCodeKeepsBytes(t *testing.T) {
	for _, s := range []string{"", "plain", "\nleading", "\n\ntwo", "trailing\n", "a\r\nb", "<b>&amp;</b> \"'", " spaces  kept ", "日本語\u00a0x"} {
		doc, err := html.Parse(strings.NewReader(highlight(s, "")))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for n := range doc.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
		}
		if b.String() != s {
			t.Errorf("%q came back as %q", s, b.String())
		}
	}
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"emphasis", "*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n"},
		{"raw html", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"inline html", "a <img src=x onerror=y> b", "<p>a &lt;img src=x onerror=y&gt; b</p>\n"},
		{"javascript", "[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](&#106;avascript:x) [d](java\tscript:x)", "<p>a b c [d](java\tscript:x)</p>\n"},
		{"autolink", "<javascript:alert(1)> <https://example.org/>", `<p>javascript:alert(1) <a href="https://example.org/" rel="nofollow noopener ugc">https://example.org/</a></p>` + "\n"},
		{"link in link", "[a <https://example.org/x>](https://example.org/)", `<p><a href="https://example.org/" rel="nofollow noopener ugc">a https://example.org/x</a></p>` + "\n"},
		{"tracking", "[a](https://example.org/?utm_source=x&b=1)", `<p><a href="https://example.org/?b=1" rel="nofollow noopener ugc">a</a></p>` + "\n"},
		{"relative link", "[a](../x) [b](#y) [c](//example.org)", "<p>a b c</p>\n"},
		{"picture", "![alt](https://example.org/x.png)", "<p>alt</p>\n"},
		{"heading", "# big", "<p><strong>big</strong></p>\n"},
		{"directive", "::board{id=x} :value{id=y}", "<p>::board{id=x} :value{id=y}</p>\n"},
		{"quote in address", `[a](https://example.org/"onclick=x)`, `<p><a href="https://example.org/%22onclick=x" rel="nofollow noopener ugc">a</a></p>` + "\n"},
		{"override", "a\u202eb\x00c", "<p>abc</p>\n"},
		{"bad utf-8", "a\xffb", "<p>a\ufffdb</p>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(Markdown(tt.in)); got != tt.want {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
	if got := string(Markdown(strings.Repeat("*<b>", maxContributed))); strings.Contains(got, "<b>") || strings.Contains(got, "<em>") {
		t.Error("long text was rendered")
	}
}

func TestHighlight(t *testing.T) {
	for _, lang := range []string{"", "go", "yaml", "json", "sh", "console", "html", "bibtex", "diff", "nosuchlanguage", `x" onclick="y`} {
		code := "# </code></pre><script>\nkey: \"value\" & 'x' 12\n$ make\n"
		out := highlight(code, lang)
		wellFormed(t, out)
		doc, err := html.Parse(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for n := range doc.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
		}
		if b.String() != code {
			t.Errorf("%s: text came back as %q", lang, b.String())
		}
	}
	if !strings.Contains(highlight("func f() {}", "go"), `<span class="k">func</span>`) {
		t.Error("go is not coloured")
	}
}

// Colours of code can be read on the light and the dark page.
func TestCodeColours(t *testing.T) {
	named := map[string]bool{}
	for _, c := range codeColours {
		named[c.class] = true
		for _, pair := range [][2]string{{c.light, raisedLight}, {c.dark, raisedDark}} {
			if r := contrast(pair[0], pair[1]); r < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", c.class, pair[0], pair[1], r)
			}
		}
	}
	for _, c := range codeClasses {
		if !named[c.class] || !strings.Contains(HighlightCSS(), "."+c.class+"{") {
			t.Errorf("class %s has no colour", c.class)
		}
	}
}

func TestOverlay(t *testing.T) {
	upper := files("a.txt", "own", "d/own.txt", "1")
	lower := files("a.txt", "built-in", "b.txt", "b", "d/other.txt", "2")
	o := Overlay(upper, lower)
	for name, want := range map[string]string{"a.txt": "own", "b.txt": "b", "d/own.txt": "1", "d/other.txt": "2"} {
		if got, err := fs.ReadFile(o, name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := o.Open("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := o.Open("../a.txt"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("file outside: %v", err)
	}
	if err := fstest.TestFS(o, "a.txt", "b.txt", "d/own.txt", "d/other.txt"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(Overlay(os.DirFS(filepath.Join(t.TempDir(), "missing")), lower), "a.txt", "b.txt"); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
	if Overlay(nil, lower) == nil || Overlay(upper, nil) == nil {
		t.Error("nil layer")
	}
	if _, err := Overlay(nil, nil).Open("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("empty overlay")
	}
}

// The pages of this repository are sound on their own; directives are the
// site's to fill.
func TestShippedPages(t *testing.T) {
	pages, fs := LoadPages(os.DirFS("../../content"))
	for _, f := range fs {
		t.Errorf("%s (%s)", f, f.Hint)
	}
	for _, p := range pages {
		out, more := p.Render(echo, nil)
		for _, f := range more {
			t.Error(f)
		}
		wellFormed(t, string(out))
	}
}

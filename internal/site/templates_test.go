package site

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"jouleboard/internal/content"
	"jouleboard/internal/typed"
	"jouleboard/templates"
)

// Making templates small once does what making each page small does: the pages are
// the same to a browser as those of templates as written, and as small as a
// minifier makes them, within 1 %.
func TestSmallTemplates(t *testing.T) {
	root := editedBoard(t).root
	small, _ := build(t, root, Options{Memory: true})
	plain, _ := build(t, root, Options{Memory: true, NoMinify: true})
	var ours, theirs int
	for name, page := range small.Contents {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		if got, want := browserView(t, page), browserView(t, plain.Contents[name]); got != want {
			t.Errorf("%s: made small it is not what was written\n%s", name, differing(got, want))
		}
		each, err := minifier().Bytes("text/html", page)
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs = ours+len(page), theirs+len(each)
	}
	if float64(ours) > 1.01*float64(theirs) {
		t.Errorf("pages take %d bytes, and %d if each is made small by itself", ours, theirs)
	}
	t.Logf("%d bytes; %d if each page is made small by itself", ours, theirs)
}

// Pages that are made of compiled templates are those that the engine makes.
func TestTypedPages(t *testing.T) {
	root := editedBoard(t).root
	pages := func(typed bool) map[string][]byte {
		in, fs, err := Load(t.Context(), root, Options{})
		if err != nil || fs.HasErrors() {
			t.Fatal(err, findingsText(fs))
		}
		s, fs := newSite(in, Options{})
		if fs.HasErrors() {
			t.Fatal(findingsText(fs))
		}
		if !typed {
			s.templates.typed = nil
		}
		out := newMemory(nil)
		fs, _, err = s.render(t.Context(), s.jobs(), out, nil, digest{}, func(string, int, int) {})
		if err != nil || fs.HasErrors() {
			t.Fatal(err, findingsText(fs))
		}
		return out.kept
	}
	got, want := pages(true), pages(false)
	for name := range want {
		if strings.HasSuffix(name, ".html") && !bytes.Equal(got[name], typed.Short(want[name])) {
			t.Errorf("%s differs\n%s", name, differing(string(got[name]), string(typed.Short(want[name]))))
		}
	}
}

// assetHash is what the name of an asset holds of its bytes.
var assetHash = regexp.MustCompile(`\.[0-9a-f]{10}\.`)

// browserView is what a browser makes of a page: its elements, attributes and
// text, without the white space that shows as nothing and the names of assets.
func browserView(t *testing.T, page []byte) string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(*html.Node, bool)
	walk = func(n *html.Node, kept bool) {
		switch n.Type {
		case html.TextNode:
			text := n.Data
			if !kept {
				text = strings.Join(strings.Fields(text), " ")
			}
			b.WriteString(text)
		case html.ElementNode:
			fmt.Fprintf(&b, "<%s", n.Data)
			for _, a := range n.Attr {
				if a.Key == "href" || a.Key == "src" || a.Key == "data-echarts" || a.Key == "content" {
					a.Val = strings.ReplaceAll(assetHash.ReplaceAllString(a.Val, ""), ", ", ",")
				}
				fmt.Fprintf(&b, " %s=%q", a.Key, strings.Join(strings.Fields(a.Val), " "))
			}
			b.WriteString(">")
			kept = kept || n.Data == "pre" || n.Data == "script"
		}
		for c := range n.ChildNodes() {
			walk(c, kept)
		}
	}
	walk(doc, false)
	return b.String()
}

// Strings are set into templates: as text where they are the same in every place of a
// page, and else as a constant that the engine escapes.
func TestStringsInTemplates(t *testing.T) {
	fsys := content.Overlay(fstest.MapFS{"notfound.html": {Data: []byte(`{{define "main"}}<p title="{{.T "plain"}}">{{.T "plain"}}</p><p title="{{.T "quoted"}}">{{.T "quoted"}}{{with .Title}}{{$.T "plain"}}{{end}}</p>{{lead (.T "quoted")}}{{lead (.T "plain")}}{{end}}`)}}, templates.FS)
	set, fs := loadTemplates(fsys, &messages{text: map[string]string{"plain": "a word", "quoted": `<a "word">`}}, minifier())
	if len(fs) > 0 {
		t.Fatal(findingsText(fs))
	}
	if got := set.pages["notfound"].Lookup("main").Tree.Root.String(); got != `<p title="a word">a word</p><p title="{{"<a \"word\">"}}">{{"<a \"word\">"}}{{with .Title}}a word{{end}}</p>{{"<a \"word\"> "}}a word ` {
		t.Errorf("the template became %s", got)
	}
	for page := range set.plain() {
		if strings.Contains(set.plain()[page].Lookup("main").Tree.Root.String(), "a word") {
			t.Errorf("%s as written has lost a call", page)
		}
	}
}

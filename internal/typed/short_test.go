package typed

import (
	"bytes"
	"html/template"
	"testing"

	"golang.org/x/net/html"
)

func TestShort(t *testing.T) {
	for in, want := range map[string]string{
		`<p title="a&#34;b&#39;c&#43;">d&#34;e&#39;f&#43;</p>`: `<p title="a&#34;b'c+">d"e'f+</p>`,
		`<p title='a&#34;b&#39;c'>`:                            `<p title='a"b&#39;c'>`,
		`<p title=a&#34;b>x&#39;</p>`:                          `<p title=a&#34;b>x'</p>`,
		`<p title="a>b&#34;">&#34;`:                            `<p title="a>b&#34;">"`,
		`&amp;#39; &#3 &#39`:                                   `&amp;#39; &#3 &#39`,
		`<script>"&#39;"</script>&#39;`:                        `<script>"&#39;"</script>'`,
		`<!-- " &#39; -->&#34;`:                                `<!-- " &#39; -->"`,
		`<STYLE>a{content:"&#39;"}</STYLE>&#43;`:               `<STYLE>a{content:"&#39;"}</STYLE>+`,
		`<script>`:                                             `<script>`,
		``:                                                     ``,
	} {
		if got := string(Short([]byte(in))); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
		}
	}
}

// FuzzShort puts any text at every place of a page that a template may
// have: a browser sees the same page before and after.
func FuzzShort(f *testing.F) {
	for _, s := range []string{`"><script>x</script>`, `' onload='x`, "a&#34;b", "+", "`", "</script>", "-->", "\x00", "a b=c", "&quot;&#x27;"} {
		f.Add(s)
	}
	page := template.Must(template.New("").Parse(`<!doctype html><html><head><title>{{.}}</title><style>p{}</style></head><body>
<p title="{{.}}" lang='{{.}}' id={{.}}>{{.}}</p><pre data-a="{{.}}">{{.}}</pre><a href="x?{{.}}">{{.}}</a><textarea>{{.}}</textarea>
<script type="application/ld+json">{"a":{{.}}}</script><svg aria-label="{{.}}"><text>{{.}}</text></svg></body></html>`))
	f.Fuzz(func(t *testing.T, text string) {
		var b bytes.Buffer
		if err := page.Execute(&b, text); err != nil {
			t.Fatal(err)
		}
		before := b.String()
		if got, want := shown(t, Short(b.Bytes())), shown(t, []byte(before)); got != want {
			t.Errorf("%q: a browser sees\n%s\nand before\n%s", text, got, want)
		}
	})
}

// shown is a page as a browser reads it, written anew.
func shown(t *testing.T, page []byte) string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

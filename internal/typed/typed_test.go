package typed

import (
	"bytes"
	"errors"
	"html/template"
	"slices"
	"strings"
	"testing"
)

type inner struct {
	Text  string
	Inner *inner
}

type Base struct{ Title string }

func (b Base) Say(key string, args ...any) string {
	return template.HTMLEscaper(append([]any{b.Title, key}, args...)...)
}
func (b Base) Fail() (string, error) { return "", errors.New("it failed") }
func (b Base) Panic() string         { panic("no way") }
func (b *Base) Pointed() string      { return "pointed" }

type kind string

type worded string

func (w worded) String() string { return "<" + string(w) + ">" }

type page struct {
	Base
	Text, Empty  string
	Kind         kind
	Worded       worded
	HTML         template.HTML
	URL          template.URL
	JS           template.JS
	Number       int
	Real         float64
	Yes, No      bool
	Struct       inner
	Pointer, Nil *inner
	List         []inner
	Words        []string
	None         []string
	Tables       [][]inner
	Map          map[string]string
	Any          any
}

var data = page{
	Base: Base{"A & B"}, Text: `it's <b>"1+1"</b>` + "\x00", Kind: "k<", Worded: "w", HTML: "<i>+</i>", URL: "javascript:alert(1)", JS: `{"a":"</script>"}`,
	Number: -12, Real: 1.5, Yes: true, Struct: inner{Text: "in"}, Pointer: &inner{Text: "p", Inner: &inner{Text: "q"}},
	List: []inner{{Text: "one"}, {Text: "two", Inner: &inner{}}}, Words: []string{"a/b.html", "https://a.org/x", "https://a.org/?q=1&r=<2>", "javascript:x", "x:y/z", "ü v", "HTTPS://a.org", "a+b"},
	Tables: [][]inner{{{Text: "x"}}, {}}, Map: map[string]string{"a": "b"}, Any: inner{Text: "any"},
}

var funcs = template.FuncMap{"loud": func(s string) string { return s + "!" }}

// parsed is a template with some others.
func parsed(t testing.TB, source string) *template.Template {
	t.Helper()
	out, err := template.New("main").Funcs(funcs).Parse(source + `{{define "cell"}}<td{{if .Text}} class="{{.Text}}"{{end}}>{{.Text}}{{with .Inner}}{{template "cell" .}}{{end}}</td>{{end}}{{define "fixed"}}<hr>{{end}}{{define "word"}}{{.}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// executed is what the engine, with short entities, and a set make of a source, and
// what the set left to the engine.
func executed(t testing.TB, source string) (got, want string, left error) {
	t.Helper()
	var engine, typed bytes.Buffer
	err := parsed(t, source).Execute(&engine, data)
	set := New(parsed(t, source), funcs)
	left = set.Compile("main", data)
	typed.WriteString("before ")
	mine := set.Execute(&typed, "main", data)
	got, want = typed.String(), "before "+string(Short(engine.Bytes()))
	if err != nil {
		want = "before "
	}
	return got + errText(mine), want + errText(err), left
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return " failed: " + err.Error()
}

// Compiled templates write what the engine writes.
func TestCompiled(t *testing.T) {
	for _, source := range []string{
		`plain {{/* nothing */}} text`,
		`{{.Text}} {{.Kind}} {{.Worded}} {{.HTML}} {{.Number}} {{.Real}} {{.Yes}} {{.Empty}}|`,
		`<p title="{{.Text}}" lang='{{.Text}}' id="{{.Number}}">{{.HTML}}</p>`,
		`<p title="{{.HTML}}" class="{{.Worded}} {{.Kind}}"></p><title>{{.Text}} {{.HTML}}</title>`,
		`{{range .Words}}<a href="{{.}}">{{.}}</a><a href="/x/{{.}}" data-src="{{.}}">y</a><a href="/?q={{.}}">z</a>{{end}}`,
		`<a href="{{.URL}}">x</a><a href="{{.Number}}">y</a><a href="{{.HTML}}">y</a><img srcset="{{.Text}}">`,
		`<script type="application/json">{{.JS}}</script><script>x = {{.Text}} + {{.Number}} + {{.Struct}}</script>`,
		`{{if .Yes}}a{{end}}{{if .No}}b{{else}}c{{end}}{{if .Number}}d{{end}}{{if .Empty}}e{{else if .List}}f{{end}}{{if .Nil}}g{{end}}{{if .Map}}h{{end}}{{if .Struct}}i{{end}}`,
		`{{if not .Yes}}a{{end}}{{if and .Yes .Pointer.Inner}}b{{end}}{{if or .No (not .Nil)}}c{{end}}{{if not (and .Nil .Nil.Text)}}d{{end}}`,
		`{{if eq .Empty ""}}a{{end}}{{if ne .Text .Title}}b{{end}}{{if eq (len .List) 2}}c{{end}}{{if eq .Kind "k<"}}d{{end}}{{if and (eq (len .Words) 1) (not .None)}}e{{end}}`,
		`{{with .Pointer}}{{.Text}}{{.Inner.Text}}{{$.Text}}{{end}}{{with .Nil}}x{{else}}{{.Text}}{{end}}{{with $x := .Struct}}{{$x.Text}}{{end}}{{with .Empty}}x{{else with .Text}}{{.}}{{end}}`,
		`{{range .List}}{{.Text}}{{with .Inner}}!{{end}}{{$.Number}}{{else}}none{{end}}{{range .None}}x{{else}}none{{end}}`,
		`{{range $i, $w := .Words}}{{if $i}}, {{end}}{{$i}} {{$w}} {{.}}{{end}}{{range $w := .List}}{{$w.Text}}{{end}}{{range .Tables}}[{{range .}}{{.Text}}{{end}}]{{end}}`,
		`{{$text := .Text}}{{range .List}}{{$text}}{{$text := .Text}}{{$text}}{{end}}{{$text}}`,
		`{{.Say "x"}} {{.Say "x" .Number "y" 3}} {{$.Base.Say .Title (len .List)}} {{range .List}}{{$.Say .Text}}{{end}} {{loud .Text}} {{loud (.Say "x")}} {{len .Words}}`,
		`<a title="{{"a <b> & c"}}">{{"a <b>"}}</a>{{true}}{{12}}`,
		`{{template "fixed"}}{{template "word" .Text}}{{range .List}}{{template "cell" .}}{{end}}{{with .Pointer}}{{template "cell" .}}{{end}}`,
	} {
		got, want, left := executed(t, source)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
		if left != nil {
			t.Errorf("%s is left to the engine: %v", source, left)
		}
	}
}

// What cannot be compiled is left to the engine, and so is what fails.
func TestLeft(t *testing.T) {
	for source, why := range map[string]string{
		`{{printf "%d" .Number}}`:                 `function printf is not known`,
		`{{.Text | html}}{{.Text | printf "%q"}}`: `escapers`,
		`{{.Map.a}}`:                       `no field`,
		`{{.Any.Text}}`:                    `no type yet`,
		`{{.Any}}`:                         `no type yet`,
		`{{.Nil}}`:                         `no type yet`,
		`{{.Missing}}`:                     `no field Missing`,
		`{{.Pointed}}`:                     `method of`,
		`{{.Fail}}`:                        `one value`,
		`{{.Say}}`:                         `takes`,
		`{{loud .Number}}`:                 `takes no int`,
		`{{range 3}}x{{end}}`:              `not a slice`,
		`{{range .Words}}{{break}}{{end}}`: `break`,
		`{{$x := 1}}{{$x = 2}}{{$x}}`:      `more than`,
		`{{if $x := .Text}}{{$x}}{{end}}`:  `sets a variable`,
		`{{template "word" .Any}}`:         `not known`,
		`<a title="{{template "word" .Text}}">x</a>`:                    `engine's own`,
		`<p onclick="f({{.Text}})" style="color: {{.Text}}">x</p>`:      `escapers`,
		`{{define "odd"}}{{index .Words 0}}{{end}}{{template "odd" .}}`: `index`,
		`{{template "none" .}}`:                                         `no template "main"`,
		`<a href="{{.Text}}`:                                            `no template "main"`,
		`{{if .Real}}x{{end}}`:                                          `truth`,
		`{{if eq .Real 1.5}}x{{end}}`:                                   `not known`,
	} {
		got, want, left := executed(t, source)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
		if left == nil || !strings.Contains(left.Error(), why) {
			t.Errorf("%s: left because of %v, expected %q", source, left, why)
		}
	}
	for _, source := range []string{
		`text {{.Nil.Text}}`,
		`text {{.Panic}}`,
		`{{with .Pointer}}{{.Inner.Inner.Text}}{{end}}`,
		`text {{define "deep"}}{{template "deep" .}}{{end}}{{template "deep" .}}`,
		`{{define "odd"}}{{index .Words 100}}{{end}}text {{template "odd" .}}`,
	} {
		got, want, _ := executed(t, source)
		if got != want || !strings.Contains(got, "failed: ") {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

// Many executions at once compile once, and do not meet.
func TestConcurrent(t *testing.T) {
	set := New(parsed(t, `{{range .List}}{{template "cell" .}}{{end}}`), funcs)
	texts := make(chan string)
	for range 8 {
		go func() {
			var b bytes.Buffer
			if err := set.Execute(&b, "main", data); err != nil {
				b.WriteString(err.Error())
			}
			texts <- b.String()
		}()
	}
	first := <-texts
	for range 7 {
		if next := <-texts; next != first || first == "" {
			t.Errorf("%q, and %q", first, next)
		}
	}
}

// Whatever stands in a value, it is written as the engine writes it.
func FuzzEscaping(f *testing.F) {
	for _, s := range append(data.Words, data.Text, "a\xffb", "\u2028", "mailto:a@b", " javascript:x", "//host/x", "%41%zz", "(1)") {
		f.Add(s)
	}
	const source = `{{.}} <p title="{{.}}" class='{{.}}'><a href="{{.}}">x</a><a href="/{{.}}">y</a><a href="?q={{.}}#{{.}}">z</a><img src="{{.}}"><title>{{.}}</title>`
	t := template.Must(template.New("main").Parse(source))
	set := New(template.Must(template.New("main").Parse(source)), nil)
	f.Fuzz(func(tt *testing.T, s string) {
		var engine, typed bytes.Buffer
		if err := errors.Join(t.Execute(&engine, s), set.Execute(&typed, "main", s)); err != nil {
			tt.Fatal(err)
		}
		if got, want := typed.String(), string(Short(engine.Bytes())); got != want {
			tt.Errorf("%q\n got %s\nwant %s", s, got, want)
		}
	})
}

// BenchmarkExecute writes a table of a thousand cells, compiled and by the engine.
func BenchmarkExecute(b *testing.B) {
	const source = `<table>{{range .Tables}}<tr>{{range .}}<td{{if .Text}} class="{{.Text}}"{{end}}><a href="{{.Text}}">{{.Text}}</a></td>{{end}}</tr>{{end}}</table>`
	table := page{Tables: make([][]inner, 100)}
	for i := range table.Tables {
		table.Tables[i] = slices.Repeat([]inner{{Text: "cell"}}, 10)
	}
	engine := parsed(b, source)
	set := New(parsed(b, source), funcs)
	for _, by := range []struct {
		name    string
		execute func(*bytes.Buffer) error
	}{
		{"typed", func(out *bytes.Buffer) error { return set.Execute(out, "main", table) }},
		{"engine", func(out *bytes.Buffer) error { return engine.Execute(out, table) }},
	} {
		b.Run(by.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := by.execute(new(bytes.Buffer)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// handing hands out one of its methods, in a way that shows.
type handing struct{ Name string }

func (h *handing) Link(to string) string  { return "slow " + to }
func (h *handing) Other(to string) string { return h.Name + to }

func (h *handing) Direct(method string) func(string) string {
	if method == "Link" {
		return func(to string) string { return "direct " + to }
	}
	return nil
}

// What data hand out is called, and what they do not is found as ever.
func TestDirect(t *testing.T) {
	tm := template.Must(template.New("t").Parse(`{{.Link "a"}} {{.Link .Name}} {{.Other "b"}}`))
	s := New(tm, nil)
	h := &handing{"n"}
	if err := s.Compile("t", h); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.Execute(&b, "t", h); err != nil || b.String() != "direct a direct n nb" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

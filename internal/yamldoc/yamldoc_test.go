package yamldoc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// sample has a field of every kind that can be read.
type sample struct {
	Name   string            `yaml:"name" rule:"required"`
	On     bool              `yaml:"on"`
	Count  int               `yaml:"count" rule:"positive"`
	Share  *float64          `yaml:"share"`
	List   []string          `yaml:"list"`
	Inner  *inner            `yaml:"inner"`
	Many   []inner           `yaml:"many"`
	Words  map[string]string `yaml:"words"`
	Sum    sum               `yaml:"sum"`
	Shared []shared          `yaml:"shared"`
	Shown  inlined           `yaml:",inline"`
	Hidden string            `yaml:"-"`
}

type inner struct {
	Text string `yaml:"text"`
}

type inlined struct {
	Extra string `yaml:"extra"`
}

// shared is a type of result files.
type shared struct {
	URL  string `json:"url"`
	Note string `json:"note,omitzero"`
}

// sum reads itself from a list of numbers by name.
type sum float64

func (s *sum) UnmarshalYAMLNode(n Node) {
	if text, ok := n.Text(); ok && text == "none" {
		return
	}
	for _, e := range n.Entries() {
		f, ok := e.Node.Number()
		if !ok {
			e.Node.Errorf(Type, "write a number", "%s is %v", e.Key, e.Node)
		}
		*s += sum(f)
	}
}

func options() Options {
	return Options{File: "f.yaml", Rule: func(p Problem) string { return string(p) },
		Text: func(s, rules string) (string, string, string) {
			if HasRule(rules, "url") && !strings.HasPrefix(s, "https://") {
				return s, "no address", "begin with https://"
			}
			return strings.TrimSpace(s), "", ""
		},
		Number: func(f float64, rules string) string {
			if HasRule(rules, "positive") && f <= 0 {
				return fmt.Sprintf("%g is not above 0", f)
			}
			return ""
		}}
}

func TestRead(t *testing.T) {
	text := "\ufeff# a comment\r\nname: ' x '\r\non: true\r\ncount: 3\r\nshare: 0.5\r\nlist: [1.10, b]\r\ninner: {text: |-\r\n    a\r\n    b\r\n  }\r\n" +
		"many:\r\n  - text: c\r\n  - {text: d}\r\nwords: {a/b: e, ~: f}\r\nsum: {a: 1, b: 2.5}\r\nshared: [{url: https://x.example/}]\r\nextra: g\r\n"
	text = strings.Replace(text, "inner: {text: |-\r\n    a\r\n    b\r\n  }", "inner:\r\n  text: |-\r\n    a\r\n    b", 1)
	text = strings.Replace(text, ", ~: f", "", 1)
	s := sample{Hidden: "kept"}
	d, found := Read([]byte(text), options(), &s)
	if len(found) > 0 || d.Broken {
		t.Fatal(found)
	}
	if s.Name != "x" || !s.On || s.Count != 3 || *s.Share != 0.5 || !slices.Equal(s.List, []string{"1.10", "b"}) || s.Inner.Text != "a\nb" ||
		len(s.Many) != 2 || s.Many[1].Text != "d" || s.Words["a/b"] != "e" || s.Sum != 3.5 || s.Shared[0].URL != "https://x.example/" || s.Shown.Extra != "g" || s.Hidden != "kept" {
		t.Errorf("read as %+v", s)
	}
	for ptr, want := range map[string]string{
		"":               "f.yaml:1:1",
		"/name":          "f.yaml:2:7 /name",
		"/list/1":        "f.yaml:6:14 /list/1",
		"/inner":         "f.yaml:7:1 /inner",
		"/inner/text":    "f.yaml:8:3 /inner/text",
		"/many/0":        "f.yaml:12:5 /many/0",
		"/many/1/text":   "f.yaml:13:12 /many/1/text",
		"/many/1/absent": "f.yaml:13:6 /many/1/absent",
		"/words/a~1b":    "f.yaml:14:14 /words/a~1b",
		"/absent":        "f.yaml:1:1 /absent",
	} {
		if got := d.Place(ptr).String(); got != want {
			t.Errorf("place of %q is %s, want %s", ptr, got, want)
		}
	}
	if !d.Has("/sum/b") || d.Has("/sum/c") || !slices.Equal(d.Keys("/sum"), []string{"a", "b"}) || len(d.Keys("/name")) > 0 {
		t.Errorf("keys of /sum are %v", d.Keys("/sum"))
	}
}

// One file with many mistakes: all are told, each with its place, in any line of
// the file that the YAML begins in.
func TestReadTellsEverything(t *testing.T) {
	text := `name: &a x
on: maybe
count: -1
share: .inf
list: [a, a, {b: c}]
inner:
  tetx: b
many: {text: a}
words: {"": a, b: , c: "\u202e", d: "cafÃ©"}
sum: {a: one}
shared: [{url: ftp://x.example/}, {note: ü, nope: 1}]
count: 2
.nan: y
<<: {extra: z}
on:
`
	want := []string{
		"f.yaml:10:7 /name: error: anchors, aliases and tags are not read here [YAML]",
		"f.yaml:11:5 /on: error: expected true or false, found text \"maybe\" [TYPE]",
		"f.yaml:12:8 /count: error: -1 is not above 0 [VALUE]",
		"f.yaml:13:8 /share: error: expected a finite number, found infinity [TYPE]",
		"f.yaml:14:11 /list/1: error: \"a\" is in the list already [DUP]",
		"f.yaml:14:15 /list/2: error: expected text, found keys with values [TYPE]",
		"f.yaml:16:3 /inner/tetx: error: unknown key \"tetx\" [KEY]",
		"f.yaml:17:1 /many: error: expected a list, found keys with values [TYPE]",
		"f.yaml:18:9 /words/: error: not usable as a name: it is empty or longer than 200 bytes [TEXT]",
		"f.yaml:18:16 /words/b: error: the value is empty [TYPE]",
		"f.yaml:18:24 /words/c: error: bidirectional control U+202E at byte 1 [TEXT]",
		"f.yaml:18:37 /words/d: error: \"Ã©\" at byte 4 was decoded twice; \"é\" was meant [TEXT]",
		"f.yaml:19:10 /sum/a: error: a is text \"one\" [TYPE]",
		"f.yaml:20:16 /shared/0/url: error: no address [VALUE]",
		"f.yaml:20:36 /shared/1: error: key \"url\" is missing [MISSING]",
		"f.yaml:20:46 /shared/1/nope: error: unknown key \"nope\" [KEY]",
		"f.yaml:21:1 /count: error: key \"count\" stands twice, first on line 12 [DUP]",
		"f.yaml:22:1: error: a key is not-a-number [YAML]",
		"f.yaml:23:1: error: merge keys are not read here [YAML]",
		"f.yaml:24:1 /on: error: key \"on\" stands twice, first on line 11 [DUP]",
	}
	opt := options()
	opt.Line = 10
	var s sample
	d, found := Read([]byte(text), opt, &s)
	var got []string
	for _, f := range found {
		got = append(got, f.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !d.Broken || s.Share != nil || s.Inner == nil || s.Words["d"] != "" {
		t.Errorf("what could not be read is there: %+v", s)
	}
	for ptr, want := range map[string]bool{"/name": true, "/inner": false, "/list": true, "/list/0": false, "/list/2/b": true, "/shared/1": false, "/extra": false} {
		if d.Failed(ptr) != want {
			t.Errorf("Failed(%s) is %v", ptr, !want)
		}
	}
	hints := map[string]string{"/inner/tetx": `did you mean "text"?`, "/shared/1/nope": `did you mean "note"?`, "/shared/1": "add url:"}
	for _, f := range found {
		if want, ok := hints[f.Where.Pointer]; ok && f.Hint != want {
			t.Errorf("hint of %s is %q, want %q", f.Where.Pointer, f.Hint, want)
		}
	}
}

// Files that end early, each with one finding.
func TestReadRefuses(t *testing.T) {
	deep := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":       {"", ""},
		"comments":      {"# nothing yet\n---\n# nor here\n", ""},
		"syntax":        {"name: [a\n", "f.yaml:1:7: error: not valid YAML"},
		"tab":           {"inner:\n\ttext: a\n", "f.yaml:2:1: error: not valid YAML"},
		"not UTF-8":     {"name: a\xffb\n", "f.yaml:1:8: error: byte 0xFF at offset 7 is not UTF-8 [TEXT]"},
		"hidden":        {"name: a # \u202e\n", "f.yaml:1:11: error: invisible bidirectional control U+202E [TEXT]"},
		"two documents": {"name: a\n---\nname: b\n", "f.yaml:3:1: error: a second YAML document begins here; one is expected [YAML]"},
		"a list":        {"- a\n", "f.yaml:1:1: error: expected keys with values, found a list [TYPE]"},
		"text":          {"text\n", "f.yaml:1:1: error: expected keys with values, found text \"text\" [TYPE]"},
		"too large":     {strings.Repeat("#", MaxBytes+1), "f.yaml:1:1: error: file has 1048577 bytes, more than the 1048576 allowed [FILE]"},
		"too many keys": {strings.Repeat("a: b\n", maxKeys+1), "f.yaml:20001:2: error: there are more than 20000 keys"},
		"too deep":      {"name: " + strings.Repeat("[", 100) + "\n", "f.yaml:1:70: error: values are nested deeper than 64 levels"},
		"too far right": {deep(300), "f.yaml:258:258: error: values are nested deeper than 64 levels"},
		"too many tags": {"name: " + strings.Repeat("!!a ", 100), "error: values are nested deeper than 64 levels"},
		"only its keys": {"nmae: a\n", "f.yaml:1:1 /nmae: error: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			var s sample
			d, found := Read([]byte(tt.text), options(), &s)
			if tt.want == "" {
				if len(found) > 0 || d.Broken {
					t.Error(found)
				}
				return
			}
			if len(found) == 0 || !strings.Contains(found[len(found)-1].String(), tt.want) {
				t.Errorf("got %v, want %s", found, tt.want)
			}
		})
	}
}

// No bytes make the reader panic, every finding has a place in the file and says
// something, and two readings agree.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "name: a\n", "a: [1, {b: c}]", "? x\n: y", "- - - a", "<<: *a", "a: !!binary x", "words: |\n  b\n c", "\xff", "share: .nan\ncount: .inf", "count: 1e400",
		"\"\\u202e\": 1", "a: 'b", "%YAML 1.2\n---\na: b\n...", "sum: {a: 1, a: 2}\nmany: [{}, ]", "&a [*a]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b sample
		d, found := Read(data, options(), &a)
		n := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 2 // YAML breaks lines at both
		for _, f := range found {
			if f.Message == "" || f.Rule == "" || f.Where.File != "f.yaml" || f.Where.Line < 1 || f.Where.Line > n || f.Level != result.Error {
				t.Fatalf("%+v", f)
			}
		}
		if len(found) == 0 && d.Broken {
			t.Fatal("broken without a finding")
		}
		if _, again := Read(data, options(), &b); !slices.Equal(found, again) {
			t.Fatalf("two readings differ: %v, %v", found, again)
		}
	})
}

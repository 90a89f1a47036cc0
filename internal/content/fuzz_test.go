package content

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzPage(f *testing.F) {
	for _, name := range []string{"page.md", "faq.md"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("---\ntitle: a\n---\n> [!NOTE]\n> ::x{}\n>> [!TIP] t\n>> [^1]\n\n[^1]: :a{b=c}\n")
	f.Add("---\n---\n---\n")
	f.Add("[a <https://example.org/x>](https://example.org/) [b <c@example.org>](other.md)\n")
	f.Add("| a | b |\n|--|--:|\n| :x{y=\"|\"} | [a](b \"c\") |\n")
	f.Add("- ::a{}\n  ::b\n\n      ::c{}\n# x {#y}\n## x {#y}\n")
	f.Fuzz(func(t *testing.T, text string) {
		fsys := files("docs/x.md", text, "docs/other.md", "---\ntitle: Other\n---\n## Part one\n")
		pages, fs := LoadPages(fsys)
		n := strings.Count(text, "\n") + strings.Count(text, "\r") + 2
		p := page(t, pages, "docs/x.md")
		out, more := p.Render(echo, nil)
		for _, f := range append(fs, more...) {
			if f.Where.Line < 0 || f.Where.Line > n || f.Where.File == "" {
				t.Fatalf("place outside the file: %v", f)
			}
		}
		wellFormed(t, string(out))
	})
}

func FuzzMarkdown(f *testing.F) {
	f.Add("[a](javascript:x) <b onclick=x> ![i](data:x) <https://x.org> \\<script>")
	f.Add("&#x6a;avascript:alert(1) [x]: javascript:y\n\n[x]")
	f.Add("***\n# a\n> b\n1. c\n\n    d\n")
	f.Fuzz(func(t *testing.T, s string) {
		wellFormed(t, string(Markdown(s)))
	})
}

func FuzzDirective(f *testing.F) {
	for _, s := range []string{"a{}", "a{b=c}", `a{b="c \" d" e=f}`, "a{b", "a{b=", `a{b="`, "a{=}", "a-1{x_y=1 x_y=2}", "{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		name, args, n, err := parseDirective(s)
		if n < 0 || n > len(s) || bytes.IndexByte(s[:n], '\n') >= 0 {
			t.Fatalf("used %d of %q", n, s)
		}
		if err != nil {
			return
		}
		// What was read can be written and read again.
		var b strings.Builder
		b.WriteString(name + "{")
		for k, v := range args {
			b.WriteString(" " + k + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`)
		}
		b.WriteString("}")
		name2, args2, _, err := parseDirective([]byte(b.String()))
		if err != nil || name2 != name || !cmp.Equal(args, args2) {
			t.Fatalf("%q: %q %v, again %q %v: %v", s, name, args, name2, args2, err)
		}
	})
}

package review

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"jouleboard/internal/result"
)

// hostileTexts are what a contributed name or reason may try in a comment.
var hostileTexts = []string{
	"plain", "Qwen/Qwen3-8B", "two  spaces   and more    ", "@someone", "a@example.org", "ask @org/team now", "#12", "GH-12 gh-3", "org/repo#7",
	"<!-- hidden -->", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></tr></table>", "<details open>", "&lt;b&gt; &#64;",
	"[text](https://evil.example)", "![p](https://evil.example/p.png)", "https://evil.example/a?b", "www.evil.example", "WWW.evil.example x", "ftp://x.example", "mailto:a@b.example",
	"```\ncode\n```", "`code`", "``", "a | b | c", "\\| \\", "**bold** _it_ __b__ ~~s~~", "# heading", "- item", "* item", "+ item", "1. item", "12) item", "> quote", "---", "===", "    code", "\tcode",
	"line\nbreak", "line\r\n\r\n# next", "para\u2028next", "\u202eevil\u202c", "::error file=x::boom", "$x^2$", "$$a$$", ":rocket:", "[^1]", "[x]: https://e.example", "- [ ] task",
	"\x00\x1b[31mred", "bad \xff\xfe bytes", "\u200b", "é ü 日本", "| --- |", "|", "<", "&", ":", "://", "a:b", "x:/y", "{{x}}", "<https://evil.example>", "xmpp:a@b.example", "\\", "a\\", "*", "\ufffd",
	strings.Repeat("@a ", 500), strings.Repeat("[", 3000), strings.Repeat("日", 200),
}

// gfm reads Markdown as nearly as GitHub does: tables, bare links, strikes,
// check lists, and footnotes.
var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

// readText renders a text inside of a list item and a table cell, and returns
// what a reader would see of it in each. It fails for anything but text.
func readText(t *testing.T, s string) (item, cell string) {
	t.Helper()
	page := "- before " + neutral(s) + " after\n\n| a | b |\n|---|---|\n| " + neutral(s) + " | end |\n\n- " + neutral(s) + "\n\nlast\n"
	src := []byte(page)
	doc := gfm.Parser().Parse(text.NewReader(src))
	var kinds []string
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() != ast.KindText && n.Kind() != ast.KindString {
			kinds = append(kinds, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = "Document List ListItem TextBlock Table TableHeader TableCell TableCell TableRow TableCell TableCell List ListItem TextBlock Paragraph"
	if got := strings.Join(kinds, " "); got != want {
		t.Fatalf("%q became markup:\n%s\n%s", s, got, page)
	}
	var html strings.Builder
	if err := gfm.Renderer().Render(&html, src, doc); err != nil {
		t.Fatal(err)
	}
	between := func(from, to string) string {
		_, rest, _ := strings.Cut(html.String(), from)
		got, _, _ := strings.Cut(rest, to)
		return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(got)
	}
	return between("<li>before ", " after</li>"), between("<td>", "</td>")
}

// shown is what a reader should see: the text on one line, bad characters as
// their escapes, cut where it is long.
func shown(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxNeutral {
			return b.String() + "…"
		}
		if result.IsControl(r) || result.BadRune(r) != "" && r != utf8.RuneError {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// visible drops what nobody sees, so that texts can be compared.
func visible(s string) string {
	s = strings.NewReplacer("\u200b", "", "\u00a0", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func checkNeutral(t *testing.T, s string) {
	t.Helper()
	if strings.TrimSpace(s) == "" {
		return // an empty item has no text to look at
	}
	out := neutral(s)
	if strings.ContainsAny(out, "\n\r<>`|[]*_\\~@$!") || !utf8.ValidString(out) {
		t.Errorf("%q leaves a live character: %q", s, out)
	}
	item, cell := readText(t, s)
	want := visible(shown(s))
	if visible(item) != want || visible(cell) != want {
		t.Errorf("%q reads as %q and %q, want %q", s, item, cell, want)
	}
	// What GitHub looks for in the finished text.
	for i, r := range item {
		rest := item[i+utf8.RuneLen(r):]
		if (r == '@' || r == '#' || r == '$') && !strings.HasPrefix(rest, "\u200b") {
			t.Errorf("%q keeps a live %c: %q", s, r, item)
		}
	}
	if low := strings.ToLower(item); strings.Contains(low, "://") || strings.Contains(strings.ReplaceAll(low, "www.\u200b", ""), "www.") || strings.HasPrefix(low, "gh-1") {
		t.Errorf("%q keeps a link or a reference: %q", s, item)
	}
	if most := 14*(maxNeutral+1) + 8; len(out) > most {
		t.Errorf("%d bytes become %d, more than %d", len(s), len(out), most)
	}
}

func TestNeutral(t *testing.T) {
	for _, s := range hostileTexts {
		checkNeutral(t, s)
	}
	for in, want := range map[string]string{
		"Qwen/Qwen3-8B":        "Qwen/Qwen3-8B",
		"removes it: a, b (2)": "removes it: a, b (2)",
		"@x":                   "&#64;&#8203;x",
		"0.5 of 10.":           "0.5 of 10.",
		"a|b":                  "a&#124;b",
	} {
		if got := neutral(in); got != want {
			t.Errorf("neutral(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzNeutral(f *testing.F) {
	for _, s := range hostileTexts {
		f.Add(s)
	}
	f.Fuzz(checkNeutral)
}

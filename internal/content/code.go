// Code blocks: colours by class, so that a strict Content-Security-Policy holds,
// and text that survives copying byte for byte.

package content

import (
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// codeClasses are the few classes that code gets; the style sheet names each.
var codeClasses = []struct {
	class string
	types []chroma.TokenType // categories and sub-categories
}{
	{"c", []chroma.TokenType{chroma.Comment}},
	{"k", []chroma.TokenType{chroma.Keyword}},
	{"s", []chroma.TokenType{chroma.LiteralString}},
	{"m", []chroma.TokenType{chroma.LiteralNumber}},
	{"n", []chroma.TokenType{chroma.NameTag, chroma.NameFunction, chroma.NameBuiltin, chroma.NameAttribute, chroma.NameVariable}},
	{"p", []chroma.TokenType{chroma.GenericPrompt}},
	{"o", []chroma.TokenType{chroma.GenericOutput}},
	{"gi", []chroma.TokenType{chroma.GenericInserted}},
	{"gd", []chroma.TokenType{chroma.GenericDeleted}},
}

// maxColoured is the size up to which code is coloured; longer blocks are shown
// plain, since lexers made of regular expressions are slow.
const maxColoured = 64 << 10

// highlight makes a code block. An unknown language is shown without colours.
func highlight(code, lang string) string {
	body := preText(code)
	class := ""
	if lang != "" {
		class = ` class="language-` + template.HTMLEscapeString(lang) + `"`
		if lex := lexers.Get(lang); lex != nil && len(code) <= maxColoured {
			if coloured, ok := colour(lex, code); ok {
				body = coloured
			}
		}
	}
	return `<pre class="code" tabindex="0"><code` + class + `>` + body + `</code></pre>`
}

// colour runs a lexer. ok is false where its tokens do not add up to the text,
// which some lexers do with odd input: the text matters, colours do not.
func colour(lex chroma.Lexer, code string) (html string, ok bool) {
	it, err := chroma.Coalesce(lex).Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: false}, code)
	if err != nil {
		return "", false
	}
	var b, text strings.Builder
	for _, t := range it.Tokens() {
		text.WriteString(t.Value)
		if class := codeClass(t.Type); class != "" {
			b.WriteString(`<span class="` + class + `">` + preText(t.Value) + `</span>`)
			continue
		}
		b.WriteString(preText(t.Value))
	}
	return b.String(), text.String() == code
}

func codeClass(t chroma.TokenType) string {
	for _, c := range codeClasses {
		for _, want := range c.types {
			if t == want || t.Parent() == want || t.SubCategory() == want || t.Category() == want {
				return c.class
			}
		}
	}
	return ""
}

// preText escapes text for the inside of pre and code. A carriage return is
// written as a reference, because HTML parsers would turn it into a line feed.
func preText(s string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(s), "\r", "&#13;")
}

// codeColours are the text colours of each class, on the light and the dark
// page. All have a contrast of 4.5 or more on #f6f7f6 and on #171b19.
var codeColours = []struct{ class, light, dark string }{
	{"c", "#5a635d", "#98a39b"},
	{"k", "#8a1f5c", "#e58bb8"},
	{"s", "#0a5c3a", "#7fcf9f"},
	{"m", "#1f4e96", "#8fb8f5"},
	{"n", "#5b3b9c", "#bda4f2"},
	{"p", "#5a635d", "#98a39b"},
	{"o", "#5a635d", "#98a39b"},
	{"gi", "#0a5c3a", "#7fcf9f"},
	{"gd", "#a12622", "#f2938c"},
}

// HighlightCSS is the style sheet of code colours, for the light and the dark
// page and for print.
func HighlightCSS() string {
	var b strings.Builder
	for _, c := range codeColours {
		b.WriteString("pre.code ." + c.class + "{color:" + c.light + "}\n")
	}
	b.WriteString("@media screen and (prefers-color-scheme:dark){\n")
	for _, c := range codeColours {
		b.WriteString("pre.code ." + c.class + "{color:" + c.dark + "}\n")
	}
	b.WriteString("}\n")
	return b.String()
}

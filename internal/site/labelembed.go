// Embed snippets: a label in somebody's page, Markdown or LaTeX. Each language
// has its own escaping; what is inside comes from results and is hostile until
// then.

package site

import (
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"

	"jouleboard/internal/label"
)

// embed is one snippet to copy. Note says what it needs, and may be empty.
type embed struct{ Name, Note, Text string }

// labelAlt is what a label says to those who do not see it. It is read and not
// drawn, so its reason can be in any language.
func (s *site) labelAlt(in label.Input) string {
	in.Rating.Reason = s.said(in.Rating.Reason)
	return s.in.Designs.Alt(in)
}

// altOf is the same of a label that is drawn, which has the sentence unless it
// gives a reason in another language.
func (s *site) altOf(subject *label.Subject, in label.Input) string {
	if s.said(in.Rating.Reason) == in.Rating.Reason {
		return subject.Alt()
	}
	return s.labelAlt(in)
}

// embeds are the snippets of a result; badge is its badge, nil without one.
func (s *site) embeds(e *entry, in label.Input, alt string, badge []byte) []embed {
	to := public(s.baseURL, resultPath(e.Hash))
	picture := linked(to, alt)
	var out []embed
	if f := s.labels.picture; f != nil && s.hasLabel(e) {
		page, markdown := picture(public(s.baseURL, resultDir(e.Hash)+f.name), f.w, f.h)
		out = append(out, embed{Name: s.msg.T("embed.html"), Text: page}, embed{Name: s.msg.T("embed.markdown"), Text: markdown})
	}
	file := label.FileName(in, labelStyle(fullPDF), fullPDF.Format)
	note := s.msg.T("embed.latex.note", file)
	if !s.hasLabel(e) || !s.labels.fullPDF {
		note = s.msg.T("embed.latex.make", file, "jouleboard label "+e.Hash+" --format pdf")
	}
	out = append(out, embed{Name: s.msg.T("embed.latex"), Note: note, Text: latexFigure(file, alt, to)})
	if w, h, ok := svgSize(badge); ok {
		page, markdown := picture(public(s.baseURL, badgePath(e.Hash)), w, h)
		out = append(out, embed{Name: s.msg.T("embed.badge.html"), Text: page}, embed{Name: s.msg.T("embed.badge.markdown"), Text: markdown})
	}
	return out
}

// linked writes pictures that lead to an address and show the same, for a page and
// in Markdown: both are escaped once for all pictures.
func linked(to, alt string) func(src string, w, h int) (page, markdown string) {
	start, end := `<a href="`+html.EscapeString(to)+`"><img src="`, `" alt="`+html.EscapeString(alt)+`"></a>`
	text, url := markdownText(alt), markdownURL(to)
	return func(src string, w, h int) (page, markdown string) {
		return start + html.EscapeString(src) + `" width="` + strconv.Itoa(w) + `" height="` + strconv.Itoa(h) + end,
			"[![" + text + "](" + markdownURL(src) + ")](" + url + ")"
	}
}

// markdownText escapes what CommonMark and its usual extensions take as markup:
// emphasis, links, code, HTML, entities, tables, strikethrough, formulas.
func markdownText(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	b := make([]byte, 0, len(s)+32)
	for i := range len(s) {
		switch s[i] {
		case '\\', '`', '*', '_', '[', ']', '<', '>', '&', '!', '|', '~', '$', '#':
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}

var markdownEscapes = strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "\\", "%5C")

// markdownURL writes an address so that brackets inside do not end it.
func markdownURL(u string) string {
	u = markdownEscapes.Replace(u)
	if strings.ContainsAny(u, "()") {
		return "<" + u + ">"
	}
	return u
}

// latexFigure is a figure with the full label at the width of a compact one, and
// a caption that states the same in words.
func latexFigure(file, alt, to string) string {
	return "% \\usepackage{graphicx} \\usepackage{hyperref}\n\\begin{figure}\n  \\centering\n  \\includegraphics[width=62mm]{" + file + "}\n  \\caption{" +
		latexText(alt) + " " + latexURL(to) + "}\n\\end{figure}"
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `%`, `\%`, `_`, `\_`, `^`, `\textasciicircum{}`, `~`, `\textasciitilde{}`,
	`<`, `\textless{}`, `>`, `\textgreater{}`, `|`, `\textbar{}`, `"`, `\textquotedbl{}`, "'", `\textquotesingle{}`, "`", `\textasciigrave{}`, "\u00a0", "~", "\u202f", "~")

// latexText escapes text for LaTeX. A blank line would end the caption, so runs
// of ASCII white space become one space; a no-break space stays one.
func latexText(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' })
	return latexEscapes.Replace(strings.Join(words, " "))
}

// latexURL is an address that may break over lines. Inside a caption \url takes
// only characters that TeX does not read as its own.
func latexURL(u string) string {
	plain := func(r rune) bool {
		return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(":/._-", r)
	}
	if strings.IndexFunc(u, func(r rune) bool { return !plain(r) }) < 0 {
		return `\url{` + u + `}`
	}
	return `\texttt{` + latexText(u) + `}`
}

var svgSizeForm = regexp.MustCompile(`^<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)"`)

// svgSize reads the size in pixels of a badge that we drew.
func svgSize(svg []byte) (w, h int, ok bool) {
	m := svgSizeForm.FindSubmatch(svg)
	if m == nil {
		return 0, 0, false
	}
	wf, err1 := strconv.ParseFloat(string(m[1]), 64)
	hf, err2 := strconv.ParseFloat(string(m[2]), 64)
	return int(math.Round(wf)), int(math.Round(hf)), err1 == nil && err2 == nil
}

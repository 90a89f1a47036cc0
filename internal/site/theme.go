// A board's theme as style sheet, icon and drawings: what site.yaml states about
// colours and fonts, in the form that pages use.

package site

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"jouleboard/internal/content"
	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// themeCSS is the style sheet of a theme, to stand behind the site's own. Each
// mode has its block, because a bare rule would hold in the other one as well;
// paper is light whatever the reader's mode.
func themeCSS(t *content.Theme, fonts []fontFace) []byte {
	var b bytes.Buffer
	for _, f := range fonts {
		fmt.Fprintf(&b, "@font-face{font-family:%q;src:url(%q) format(\"woff2\");font-weight:%s;font-style:%s;font-display:swap}\n", f.Family, f.url, f.Weight, f.Style)
	}
	stack := func(property string, names []string) {
		if len(names) > 0 {
			quoted := make([]string, len(names))
			for i, n := range names {
				if quoted[i] = n; !content.GenericFont(n) {
					quoted[i] = fmt.Sprintf("%q", n)
				}
			}
			fmt.Fprintf(&b, ":root{--%s:%s,var(--system-%s)}\n", property, strings.Join(quoted, ","), property)
		}
	}
	stack("sans", t.Fonts.Text)
	stack("mono", t.Fonts.Code)
	light, dark := coloursCSS(t.Light()), coloursCSS(t.Dark())
	for _, mode := range []struct{ query, rules string }{{"(prefers-color-scheme:light)", light}, {"(prefers-color-scheme:dark)", dark}, {"print", light}} {
		if mode.rules != "" {
			fmt.Fprintf(&b, "@media %s{:root{%s}}\n", mode.query, mode.rules)
		}
	}
	return b.Bytes()
}

func coloursCSS(c content.Colours) string {
	var rules []string
	if c.Accent != "" {
		rules = append(rules, "--accent:"+c.Accent, "--bar:"+c.Bar)
	}
	for i, f := range c.Families {
		rules = append(rules, fmt.Sprintf("--f%d:%s", i+1, f))
	}
	return strings.Join(rules, ";")
}

// themePaints are the colours of a theme by the classes of drawings, for files
// that no style sheet reaches.
func (s *site) themePaints() map[string]string {
	paints := map[string]string{}
	light := s.in.Site.Theme.Light()
	for i, f := range light.Families {
		paints[fmt.Sprintf("f%d", i+1)] = f
	}
	if light.Accent != "" {
		paints["c-accent"], paints["c-bar"] = light.Accent, light.Bar
	}
	return paints
}

// accent is the site's accent on light ground.
func (s *site) accent() draw.Paint {
	return draw.Paint{Hex: cmp.Or(s.in.Site.Theme.Accent, cardAccent)}
}

// footer is the theme's footer for the page at path.
func (s *site) footer(path string) (template.HTML, result.Findings) {
	if s.in.Footer == nil {
		return "", nil
	}
	html, found := s.in.Footer.Render(nil, func(target string, _ *content.Page) (string, bool) {
		to := siteFile(target)
		file, _, _ := strings.Cut(to, "#")
		return relative(path, to), s.files[file]
	})
	for i := range found {
		found[i].Where = s.in.Site.Place("/theme/footer")
	}
	return html, found
}

// footerLinks checks once what the footer of every page links to.
func (s *site) footerLinks() job {
	return func(*renderer) (result.Findings, error) {
		_, found := s.footer("index.html")
		return found, nil
	}
}

// What a board may change of its look without touching a file of the site:
// colours, logo, fonts and footer. Colours are held to the contrast that WCAG
// asks for; the files that are named here are the site's to check.

package content

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// Theme is the key theme of site.yaml.
type Theme struct {
	Accent       string   `yaml:"accent"`        // #rrggbb; must be readable on white
	AccentDark   string   `yaml:"accent_dark"`   // default: Accent, made lighter until it reads
	Families     []string `yaml:"families"`      // colours of model families, six
	FamiliesDark []string `yaml:"families_dark"` // default: Families, made lighter
	Logo         string   `yaml:"logo"`          // picture inside the assets folder
	LogoDark     string   `yaml:"logo_dark"`     // default: Logo
	LogoAlt      string   `yaml:"logo_alt"`      // the logo then stands for the title
	Fonts        Fonts    `yaml:"fonts"`
	Footer       string   `yaml:"footer"` // markdown
}

// Fonts are names of families, the first that a reader has is taken, and font
// files that the board brings for them.
type Fonts struct {
	Text  []string   `yaml:"text"`
	Code  []string   `yaml:"code"`
	Files []FontFile `yaml:"files"`
}

// FontFile is one woff2 file inside the assets folder.
type FontFile struct {
	Family string `yaml:"family"`
	File   string `yaml:"file"`
	Weight string `yaml:"weight"` // 400, or 100 900 for a variable font; default 400
	Style  string `yaml:"style"`  // normal (default) or italic
}

// Colours are one mode's colours of a theme; empty ones are the built-in ones.
type Colours struct {
	Accent   string
	Bar      string // behind the ranked number: a tint of the accent
	Families []string
}

// The grounds that colours must be seen on: those of assets/css/site.css.
const (
	paperLight, raisedLight = "#ffffff", "#f6f7f8"
	paperDark, raisedDark   = "#111418", "#191d22"
)

// DarkPaper is the ground of pages in dark mode.
const DarkPaper = paperDark

// familyColours is how many colours model families share.
const familyColours = 6

// WCAG 2.2 asks for these ratios: 1.4.3 of text, 1.4.11 of parts of drawings.
const (
	textContrast  = 4.5
	drawnContrast = 3.0
)

// Light are the colours on a light ground.
func (t *Theme) Light() Colours {
	c := Colours{Accent: t.Accent, Families: t.Families}
	if t.Accent != "" {
		c.Bar = mix(t.Accent, paperLight, .17)
	}
	return c
}

// Dark are the colours on a dark ground. What the board does not state is made
// of its light colours.
func (t *Theme) Dark() Colours {
	c := Colours{Accent: t.AccentDark, Families: t.FamiliesDark}
	if c.Accent == "" && t.Accent != "" {
		c.Accent = readable(t.Accent, "#ffffff", 7, paperDark, raisedDark)
	}
	if c.Accent != "" {
		c.Bar = mix(c.Accent, paperDark, .28)
	}
	if len(c.Families) == 0 {
		for _, f := range t.Families {
			c.Families = append(c.Families, readable(f, "#ffffff", 5, paperDark, raisedDark))
		}
	}
	return c
}

var (
	colourForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	familyForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 .-]{0,63}$`)
	weightForm = regexp.MustCompile(`^[1-9][0-9]{0,2}( [1-9][0-9]{0,2})?$`)
)

// genericFonts are the names that a style sheet reads as kinds of fonts.
var genericFonts = []string{"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded", "math", "emoji", "fangsong"}

// cssWords are names that a style sheet reads as something else.
var cssWords = []string{"inherit", "initial", "unset", "revert", "revert-layer", "default", "none"}

// GenericFont says whether a name in a list of families stands for a kind of
// fonts and must not be quoted.
func GenericFont(name string) bool { return slices.Contains(genericFonts, strings.ToLower(name)) }

func (c *siteCheck) look() {
	t := &c.s.Theme
	c.colour("/theme/accent", "accent", &t.Accent, false, textContrast)
	c.colour("/theme/accent_dark", "accent_dark", &t.AccentDark, true, textContrast)
	c.familyColours("families", t.Families, false)
	c.familyColours("families_dark", t.FamiliesDark, true)
	for _, l := range []struct{ key, file string }{{"logo", t.Logo}, {"logo_dark", t.LogoDark}} {
		if l.file != "" && !fs.ValidPath(l.file) {
			c.bad("/theme/"+l.key, fmt.Sprintf("%s %q is not the path of a file", l.key, result.Clip(l.file)), "name a picture inside the assets folder, as in img/logo.svg")
		}
	}
	if t.Logo == "" && (t.LogoDark != "" || t.LogoAlt != "") {
		c.bad("/theme", "logo_dark or logo_alt without logo", "add logo: with a picture inside the assets folder")
	}
	c.fonts(&t.Fonts)
}

// colour checks one colour against the grounds of its mode.
func (c *siteCheck) colour(at, name string, hex *string, dark bool, need float64) {
	switch {
	case *hex == "":
		return
	case !colourForm.MatchString(*hex):
		c.bad(at, fmt.Sprintf("%s %q is not a colour", name, result.Clip(*hex)), "write six hex digits, as in #0b6e4f")
		return
	}
	*hex = strings.ToLower(*hex)
	grounds, toward, word := []string{paperLight, raisedLight}, "#000000", "darker"
	if dark {
		grounds, toward, word = []string{paperDark, raisedDark}, "#ffffff", "lighter"
	}
	for _, ground := range grounds {
		if r := contrast(*hex, ground); r < need {
			c.bad(at, fmt.Sprintf("%s %s has a contrast of %.2f on %s; %s needs %.1f", name, *hex, r, ground, map[bool]string{true: "text", false: "a drawing"}[need == textContrast], need),
				fmt.Sprintf("choose a %s colour, such as %s", word, readable(*hex, toward, need, grounds...)))
			return
		}
	}
}

func (c *siteCheck) familyColours(key string, list []string, dark bool) {
	at := "/theme/" + key
	if n := len(list); n != 0 && n != familyColours {
		c.bad(at, fmt.Sprintf("%s has %d colours, not %d", key, n, familyColours), "families share six colours, so that each is told apart; write all six")
	}
	for i := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		c.colour(here, fmt.Sprintf("colour %d of %s", i+1, key), &list[i], dark, drawnContrast)
		if j := slices.Index(list, list[i]); j < i {
			c.bad(here, fmt.Sprintf("colours %d and %d of %s are the same", j+1, i+1, key), "families are told apart by colour")
		}
	}
}

func (c *siteCheck) fonts(f *Fonts) {
	for key, list := range map[string][]string{"text": f.Text, "code": f.Code} {
		for i, name := range list {
			if !familyForm.MatchString(name) || slices.Contains(cssWords, strings.ToLower(name)) {
				c.bad(fmt.Sprintf("/theme/fonts/%s/%d", key, i), fmt.Sprintf("font %q is not a family's name", result.Clip(name)), "letters, digits, spaces, dots and hyphens, as in Noto Sans")
			}
		}
	}
	for i := range f.Files {
		file, at := &f.Files[i], fmt.Sprintf("/theme/fonts/files/%d", i)
		if file.Weight == "" {
			file.Weight = "400"
		}
		if file.Style == "" {
			file.Style = "normal"
		}
		switch {
		case GenericFont(file.Family):
			c.bad(at+"/family", fmt.Sprintf("%q means a kind of fonts, not one font", file.Family), "give the family a name of its own, here and in the list")
		case !slices.Contains(f.Text, file.Family) && !slices.Contains(f.Code, file.Family):
			c.bad(at+"/family", fmt.Sprintf("no text is set in the font %q", result.Clip(file.Family)), "name its family in fonts.text or fonts.code as well")
		case !fs.ValidPath(file.File) || !strings.HasSuffix(file.File, ".woff2"):
			c.bad(at+"/file", fmt.Sprintf("font file %q is not the path of a woff2 file", result.Clip(file.File)), "name one inside the assets folder, as in fonts/inter.woff2")
		case !weightForm.MatchString(file.Weight):
			c.bad(at+"/weight", fmt.Sprintf("weight %q is neither a weight nor a range", result.Clip(file.Weight)), "such as 400, or 100 900 for a variable font")
		case file.Style != "normal" && file.Style != "italic":
			c.bad(at+"/style", fmt.Sprintf("style is %q", result.Clip(file.Style)), "normal or italic")
		}
	}
}

// Footer makes the page that the theme's footer is, nil where there is none.
// pages and content are what its links may lead to.
func (s *Site) Footer(pages []*Page, content fs.FS) (*Page, result.Findings) {
	if strings.TrimSpace(s.Theme.Footer) == "" {
		return nil, nil
	}
	p := &Page{File: root + SiteFile, Title: s.Title, Layout: LayoutPage, content: content, pages: map[string]*Page{}}
	for _, o := range pages {
		p.pages[strings.TrimPrefix(o.File, root)] = o
	}
	found := p.setBody([]byte(s.Theme.Footer))
	if len(p.Headings) > 0 {
		found = append(found, p.finding(ruleSite, result.Error, result.Place{}, "the footer holds a heading", "headings belong to the page; use bold text"))
	}
	found = append(found, p.checkLinks()...)
	if len(p.Assets) > 0 {
		found = append(found, p.finding(ruleSite, result.Error, result.Place{}, "the footer holds a file of the content folder", "link to pages; a picture for every page is the logo"))
	}
	if !found.HasErrors() {
		_, found = p.Render(nil, nil)
	}
	for i := range found {
		found[i].Where = s.Place("/theme/footer")
	}
	return p, found
}

package content

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// themeOf loads a site whose theme is the lines given.
func themeOf(t *testing.T, lines string) (*Site, string) {
	t.Helper()
	text := "title: T\ndescription: D\nlicense: MIT\nauthors: [{name: A}]\ntheme:\n  " + strings.ReplaceAll(lines, "\n", "\n  ") + "\n"
	s, found := LoadSite(fstest.MapFS{SiteFile: {Data: []byte(text)}})
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.String() + " " + f.Hint + "\n")
	}
	return s, b.String()
}

func TestThemeFindings(t *testing.T) {
	for name, tc := range map[string]struct{ theme, want string }{
		"pale accent": {`accent: "#ffcc00"`, `content/site.yaml:6:11 /theme/accent: error: accent #ffcc00 has a contrast of 1.51 on #ffffff; text needs 4.5`},
		"a way out":   {`accent: "#ffcc00"`, `choose a darker colour, such as #8a6e00`},
		"dim on dark": {`accent_dark: "#224466"`, `content/site.yaml:6:16 /theme/accent_dark: error: accent_dark #224466 has a contrast of 1.84 on #111418; text needs 4.5`},
		"no colour":   {`accent_dark: teal`, `accent_dark "teal" is not a colour`},
		"five families": {`families: ["#0072b2", "#c65200", "#00805d", "#7a5195", "#946700"]`,
			`families has 5 colours, not 6`},
		"pale family": {`families: ["#0072b2", "#c65200", "#00805d", "#7a5195", "#ffe680", "#56707a"]`,
			`content/site.yaml:6:58 /theme/families/4: error: colour 5 of families #ffe680 has a contrast of 1.24 on #ffffff; a drawing needs 3.0`},
		"families alike": {`families: ["#0072b2", "#c65200", "#00805d", "#7a5195", "#0072B2", "#56707a"]`,
			`colours 1 and 5 of families are the same`},
		"logo outside":    {`logo: ../secret.svg`, `content/site.yaml:6:9 /theme/logo: error: logo "../secret.svg" is not the path of a file`},
		"dark logo alone": {`logo_dark: img/d.svg`, `logo_dark or logo_alt without logo`},
		"font name":       {`fonts: {text: ["a; color: red"]}`, `content/site.yaml:6:18 /theme/fonts/text/0: error: font "a; color: red" is not a family's name`},
		"font of a kind":  {`fonts: {text: [Serif], files: [{family: Serif, file: s.woff2}]}`, `"Serif" means a kind of fonts, not one font`},
		"font inherited":  {`fonts: {code: [inherit]}`, `font "inherit" is not a family's name`},
		"font unused":     {`fonts: {files: [{family: X, file: fonts/x.woff2}]}`, `no text is set in the font "X"`},
		"font format":     {`fonts: {text: [X], files: [{family: X, file: x.ttf}]}`, `font file "x.ttf" is not the path of a woff2 file`},
		"font weight":     {`fonts: {text: [X], files: [{family: X, file: x.woff2, weight: bold}]}`, `weight "bold" is neither`},
		"font style":      {`fonts: {text: [X], files: [{family: X, file: x.woff2, style: oblique}]}`, `style is "oblique"`},
		"unknown":         {`colour: "#000000"`, `unknown key "colour"`},
	} {
		if _, got := themeOf(t, tc.theme); !strings.Contains(got, tc.want) {
			t.Errorf("%s: not told: %s\n%s", name, tc.want, got)
		}
	}
}

// What a board does not state for dark pages is made of what it states for
// light ones, and can be read.
func TestThemeColours(t *testing.T) {
	for _, accent := range []string{"#000000", "#0b6e4f", "#8a0030", "#0000ff", "#595959"} {
		s, found := themeOf(t, `accent: "`+accent+`"`)
		if found != "" {
			t.Fatal(found)
		}
		light, dark := s.Theme.Light(), s.Theme.Dark()
		for _, p := range []struct {
			what, of, on string
			need         float64
		}{
			{"dark accent", dark.Accent, paperDark, 7}, {"dark accent", dark.Accent, raisedDark, 7},
			{"number on the light bar", "#16181d", light.Bar, 4.5}, {"number on the dark bar", "#e8eaed", dark.Bar, 4.5},
		} {
			if r := contrast(p.of, p.on); r < p.need {
				t.Errorf("%s: %s %s on %s has a contrast of %.2f", accent, p.what, p.of, p.on, r)
			}
		}
	}
	s, _ := themeOf(t, `{accent: "#0B6E4F", accent_dark: "#66ddaa", families: ["#111111", "#222222", "#333333", "#444444", "#555555", "#666666"]}`)
	if dark := s.Theme.Dark(); dark.Accent != "#66ddaa" || len(dark.Families) != 6 || contrast(dark.Families[0], paperDark) < 5 {
		t.Errorf("%+v", dark)
	}
	if diff := cmp.Diff(Colours{}, (&Theme{}).Dark()); diff != "" {
		t.Errorf("no theme has colours: %s", diff)
	}
}

func TestFooter(t *testing.T) {
	fsys := fstest.MapFS{"about.md": {Data: []byte("---\ntitle: About\n---\n## Who\n\nWe.\n")}}
	pages, _ := LoadPages(fsys)
	for name, tc := range map[string]struct{ text, want, bad string }{
		"links":     {"Made by [us](about.md#who), [mail](mailto:a@example.org).", `Made by <a href="about/#who">us</a>`, ""},
		"html":      {"<b onclick=x>Hi</b>", "&lt;b onclick=x&gt;", ""},
		"dead link": {"[x](gone.md)", "", "content/site.yaml:6:3 /theme/footer: error: link leads to content/gone.md"},
		"heading":   {"## Us", "", "the footer holds a heading"},
		"directive": {"::metrics{}", "", "no directives are known here"},
	} {
		s, _ := themeOf(t, "footer: |\n  "+tc.text)
		p, found := s.Footer(pages, fsys)
		told := ""
		for _, f := range found {
			told += f.String() + "\n"
		}
		if tc.bad != "" {
			if !strings.Contains(told, tc.bad) {
				t.Errorf("%s: not told: %s\n%s", name, tc.bad, told)
			}
			continue
		}
		html, _ := p.Render(nil, nil)
		if found.HasErrors() || !strings.Contains(string(html), tc.want) {
			t.Errorf("%s: %s %s", name, told, html)
		}
	}
	if p, found := (&Site{}).Footer(nil, nil); p != nil || len(found) > 0 {
		t.Error("a board without a footer has one")
	}
}

// The grounds that colours are checked on are those that pages have.
func TestGrounds(t *testing.T) {
	css, err := os.ReadFile("../../assets/css/site.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.SplitN(string(css), ":root", 4)
	for i, want := range [][2]string{1: {paperLight, raisedLight}, 2: {paperDark, raisedDark}} {
		if i == 0 {
			continue
		}
		block := strings.ReplaceAll(blocks[i], "--paper: #fff;", "--paper: #ffffff;")
		if !strings.Contains(block, "--paper: "+want[0]+"; --raised: "+want[1]+";") {
			t.Errorf("block %d of the style sheet has not the grounds %v", i, want)
		}
	}
}

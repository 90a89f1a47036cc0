package content

import (
	"strings"
	"testing"
)

// The words of figures.build: what each list means, and what is said of others.
func TestFigureBuild(t *testing.T) {
	const head = "title: T\ndescription: D\nlicense: MIT\nauthors: [{name: A}]\n"
	for yaml, want := range map[string]string{
		"":                                  "svg pdf png",
		"figures: {}":                       "svg pdf png",
		"figures: {build: []}":              "",
		"figures: {build: [svg]}":           "svg",
		"figures: {build: [png, svg]}":      "png svg",
		"figures: {build: [pdf, png, svg]}": "pdf png svg",
	} {
		s, fs := LoadSite(files("site.yaml", head+yaml+"\n"))
		if got := strings.Join(s.Figures.Build, " "); got != want || len(fs) > 0 {
			t.Errorf("%q builds %q, want %q; found %v", yaml, got, want, lines(fs))
		}
		for _, format := range FigureFormats() {
			if got := s.BuildsFigure(format); got != strings.Contains(want, format) {
				t.Errorf("%q builds %s: %v", yaml, format, got)
			}
		}
	}
	for yaml, want := range map[string]string{
		"figures: {build: [svg, gif]}":      `content/site.yaml:5:24 /figures/build/1: error: format "gif" of figures is not known`,
		"figures:\n  build:\n    - SVG":     `content/site.yaml:7:7 /figures/build/0: error: format "SVG" of figures is not known`,
		"figures: {build: [svg, png, svg]}": `content/site.yaml:5:29 /figures/build/2: error: "svg" is in the list already`,
		`figures: {build: [""]}`:            `/figures/build/0: error: format "" of figures is not known`,
		`figures: {build: ["svg "]}`:        `format "svg " of figures is not known`,
		"figures: {build: svg}":             `/figures/build: error: expected a list, found`,
		"figures: {build: }":                `/figures/build: error: the value is empty`,
		"figures: {build: none}":            `/figures/build: error: expected a list, found`,
		"figures: {build: [full-svg]}":      `format "full-svg" of figures is not known`,
		"figures: {built: [svg]}":           `unknown key "built"`,
		"figures: [svg]":                    `/figures: error: expected keys with values, found a list`,
		"figures: {build: [{svg: true}]}":   `/figures/build/0: error: expected text`,
	} {
		_, fs := LoadSite(files("site.yaml", head+yaml+"\n"))
		if got := strings.Join(lines(fs), "\n"); !fs.HasErrors() || !strings.Contains(got, want) {
			t.Errorf("%q: found\n%s\nwanted %q", yaml, got, want)
		}
	}
	_, fs := LoadSite(files("site.yaml", head+"figures: {build: [gif]}\n"))
	if len(fs) != 1 || fs[0].Hint != "formats are svg, pdf, png; an empty list, [], leaves all of them out" {
		t.Errorf("what to try: %+v", fs)
	}
}

// A site whose file cannot be read has the figures of one that says nothing.
func TestFigureBuildWithoutFile(t *testing.T) {
	if s, _ := LoadSite(files()); strings.Join(s.Figures.Build, " ") != "svg pdf png" {
		t.Errorf("builds %v", s.Figures.Build)
	}
}

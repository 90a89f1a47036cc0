package content

import (
	"strings"
	"testing"
)

// The words of labels.build: which are taken, and what is said of the others.
func TestLabelBuild(t *testing.T) {
	const head = "title: T\ndescription: D\nlicense: MIT\nauthors: [{name: A}]\n"
	for words, want := range map[string]string{
		"badge, full-svg, full-pdf":                       "",
		"small-svg, strip-pdf, full-png, full-mono-svg":   "",
		"full-dark-svg, compact-dark-png, small-mono-pdf": "",
		"poster":             `/labels/build/0: error: label "poster" is not known`,
		"full":               `label "full" is not known`,
		"badge, badge-svg":   `/labels/build/1: error: label "badge-svg" is not known`,
		"full-colour-svg":    `"full-colour-svg" is not known`,
		"Full-svg":           `"Full-svg" is not known`,
		"full-svg-dark":      `"full-svg-dark" is not known`,
		"full-dark-pdf":      "a dark label is for screens",
		"full-svg, full-svg": `/labels/build/1: error: "full-svg" is in the list already`,
		`""`:                 `label "" is not known`,
		"full-json":          `"full-json" is not known`,
		"full-mono":          `"full-mono" is not known`,
		"full-mono-dark-svg": `"full-mono-dark-svg" is not known`,
		`"full-svg "`:        `"full-svg " is not known`,
		"../full-svg":        `"../full-svg" is not known`,
	} {
		_, fs := LoadSite(files("site.yaml", head+"labels: {build: ["+words+"]}\n"))
		got := strings.Join(lines(fs), "\n")
		if want == "" && fs.HasErrors() || want != "" && !strings.Contains(got, want) {
			t.Errorf("build: [%s]: found\n%s\nwanted %q", words, got, want)
		}
	}
}

// Files come in one order and each has its own name; without labels.build there
// are the badge and the full label as SVG and PDF.
func TestLabelFiles(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range LabelFiles() {
		if seen[f.Name()] {
			t.Errorf("%s is there twice", f.Name())
		}
		seen[f.Name()] = true
	}
	if len(seen) != 4*(3+3+2) {
		t.Errorf("%d files", len(seen))
	}
	names := func(yaml string) string {
		s, _ := LoadSite(files("site.yaml", "title: T\n"+yaml))
		var ns []string
		for _, f := range s.LabelFiles() {
			ns = append(ns, f.Name())
		}
		return strings.Join(ns, " ")
	}
	if got := names(""); got != "full-svg full-pdf" {
		t.Errorf("by default: %s", got)
	}
	if got := names("labels: {build: [strip-png, badge, full-dark-svg, full-pdf, small-svg]}\n"); got != "full-pdf full-dark-svg small-svg strip-png" {
		t.Errorf("in order: %s", got)
	}
}

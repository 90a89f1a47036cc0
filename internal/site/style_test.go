package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jouleboard/assets"
)

var (
	cssComment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSize     = regexp.MustCompile(`[{;]\s*(font-size|font|(?:margin|padding|gap|row-gap|column-gap)[a-z-]*)\s*:\s*([^;{}]+)`)
	cssLength   = regexp.MustCompile(`(?:^|[\s(,])(-?[0-9.]+(?:rem|px|pt|mm|%))`)
	cssClass    = regexp.MustCompile(`\.(-?[A-Za-z_][\w-]*)`)
	cssWord     = regexp.MustCompile(`[A-Za-z_][\w-]*`)
	cssSelector = regexp.MustCompile(`([^{}]+)\{`)
)

// offScale are the lengths that stand outside the scales, each with its reason.
var offScale = map[string]string{
	"margin: -1px":         "text for screen readers only",
	"font: 100%":           "the reader's own size",
	"font-size: 9.5pt":     "paper",
	"column-gap: 8mm":      "paper",
	"padding: .1rem":       "names of columns are small buttons",
	"padding-block: .1rem": "dense rows",
}

// siteStyle is the style sheet without its comments.
func siteStyle(t *testing.T) string {
	t.Helper()
	data, err := assets.FS.ReadFile("css/site.css")
	if err != nil {
		t.Fatal(err)
	}
	return cssComment.ReplaceAllString(string(data), "")
}

// Type and space come from the two scales at the top of the style sheet.
func TestStyleKeepsToItsScales(t *testing.T) {
	css := siteStyle(t)
	used := map[string]bool{}
	for _, m := range cssSize.FindAllStringSubmatch(css, -1) {
		for _, l := range cssLength.FindAllStringSubmatch(m[2], -1) {
			key := strings.Replace(m[1], "-inline-start", "-start", 1) + ": " + l[1]
			used[key] = true
			if offScale[key] == "" {
				t.Errorf("%s: %s: the length %s is not of a scale; take --s1 to --s6, --cell or --t0 to --t7", m[1], m[2], l[1])
			}
		}
	}
	for key := range offScale {
		if !used[key] {
			t.Errorf("no rule needs the exception %q any more", key)
		}
	}
}

// Every class of the style sheet is on some page: in a template, in a script,
// or made in Go.
func TestStyleHasNoDeadClass(t *testing.T) {
	css := siteStyle(t)
	words := map[string]bool{}
	for _, dir := range []string{"templates", "assets/js", "internal"} {
		err := filepath.WalkDir(filepath.Join(repo, dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".html", ".js", ".go"}, filepath.Ext(name)) {
				return err
			}
			data, err := os.ReadFile(name)
			for _, w := range cssWord.FindAllString(string(data), -1) {
				words[w] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, sel := range cssSelector.FindAllStringSubmatch(css, -1) {
		if strings.Contains(sel[1], "@") {
			continue
		}
		for _, m := range cssClass.FindAllStringSubmatch(sel[1], -1) {
			class := m[1]
			if seen[class] || words[class] || madeClass.MatchString(class) {
				continue
			}
			seen[class] = true
			t.Errorf("no page has the class %q", class)
		}
	}
}

// madeClass are classes that are put together: of- and a size, f and a slot, c-
// and a role, callout- and a kind.
var madeClass = regexp.MustCompile(`^(of-.*|f[1-6]s?|c-\w+|callout-\w+)$`)

package site

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What a first view may weigh, and all own scripts together, both compressed. The
// tables of a kind of hardware keep to it without their figures, which draw every
// result there is: a point and a line of text each, with them to chartsBudget.
const (
	viewBudget   = 60_000
	chartsBudget = 70_000
	scriptBudget = 25_000
)

var anyFigure = regexp.MustCompile(`(?s)<figure class="?chart.*?</figure>`)

// loaded are the files that a page asks for before anybody touches it. Pictures
// below the first screen wait, and so does the chart library.
var loaded = regexp.MustCompile(`<(?:script [^>]*src|link rel="stylesheet" href|img (?:[^>]* )?src)="([^"]+)"[^>]*>`)

// No page is heavy to open, and the scripts of all pages together stay small.
func TestWeight(t *testing.T) {
	dir, _ := shipped(t)
	sizes := map[string]int{}
	weigh := func(name string) int {
		if n, ok := sizes[name]; ok {
			return n
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		n := len(data)
		if path.Ext(name) != ".png" {
			n = gzipped(t, data)
		}
		sizes[name] = n
		return n
	}
	own := map[string]bool{}
	heaviest, most, pages := "", 0, 0
	for name, html := range tree(t, dir) {
		if path.Ext(name) != ".html" {
			continue
		}
		pages++
		total := weigh(name)
		for _, m := range loaded.FindAllStringSubmatch(html, -1) {
			if strings.Contains(m[0], `loading="lazy"`) || strings.Contains(m[1], ":") {
				continue
			}
			file := path.Join(path.Dir(name), m[1])
			total += weigh(file)
			if path.Ext(file) == ".js" {
				own[file] = true
			}
		}
		counted := total
		if strings.HasPrefix(name, "hardware/") {
			if total > chartsBudget {
				t.Errorf("%s: the first view takes %d bytes with its figures, more than %d", name, total, chartsBudget)
			}
			counted -= weigh(name) - gzipped(t, anyFigure.ReplaceAll([]byte(html), nil))
		}
		if counted > viewBudget {
			t.Errorf("%s: the first view takes %d bytes, more than %d", name, counted, viewBudget)
		}
		if total > most {
			heaviest, most = name, total
		}
	}
	if pages < 500 || len(own) < 5 {
		t.Fatalf("only %d pages with %d scripts were weighed", pages, len(own))
	}
	scripts := 0
	for file := range own {
		scripts += weigh(file)
		if strings.Contains(file, "echarts") || strings.Contains(file, "rows-") {
			t.Errorf("%s is loaded before anybody asks for it", file)
		}
	}
	if scripts > scriptBudget {
		t.Errorf("own scripts take %d bytes, more than %d", scripts, scriptBudget)
	}
	t.Logf("%d pages, the heaviest %s: %d bytes; %d scripts: %d bytes", pages, heaviest, most, len(own), scripts)
}

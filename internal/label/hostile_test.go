package label

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jouleboard/internal/result"
)

// attack is a file from somebody who means harm, by what it tries.
func attacks() map[string]string {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 30; i++ {
		r := strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9)
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(r, ", "))
	}
	ground := "size: full\nelements:\n  - {kind: rect, x: 0, y: 0, w: 96, h: 192, fill: paper}\n"
	text := `  - {kind: text, x: 1, y: 9, pt: 120, min_pt: 6, lines: 10, lead: 0.1, color: ink, text: "{model} {provider} {url}", max_w: 3}` + "\n"
	return map[string]string{
		"aliases":         bomb,
		"cycle":           "size: full\nelements: &a [*a]\n",
		"merge cycle":     "a: &a {<<: *a}\n",
		"size":            "note: \"" + strings.Repeat("x", 2<<20) + "\"\n",
		"depth":           "note: " + strings.Repeat("[", 100000) + "\n",
		"million keys":    "size: full\nelements:\n" + strings.Repeat("  - {}\n", 140000),
		"many elements":   ground + strings.Repeat("  - {kind: line, x1: 1, y1: 1, x2: 2, y2: 2, stroke: ink, sw: 1}\n", 1000),
		"heavy texts":     ground + strings.Repeat(text, maxElements-1),
		"many rows":       ground + strings.Repeat(`  - {kind: text, x: 1, y: 9, pt: 6, lines: 10, repeat: facts, dy: 0.1, color: ink, text: "{fact_key} {fact_value} {model}", max_w: 5}`+"\n", maxElements-1),
		"many codes":      ground + strings.Repeat("  - {kind: qr, x: 1, y: 1, box: 28}\n", maxElements-1),
		"many stars":      ground + strings.Repeat("  - {kind: star, cx: 9, cy: 9, r: 1, pitch: 3, fill: star, stroke: outline}\n", maxElements-1),
		"huge numbers":    ground + "  - {kind: rect, x: -1e308, y: 1e308, w: 1e308, h: 1e308, fill: ink}\n",
		"integer":         ground + "  - {kind: text, x: 1, y: 1, pt: 99999999999999999999999999, color: ink, text: a}\n",
		"infinite":        ground + "  - {kind: rect, x: .inf, y: 0, w: 1, h: 1, fill: ink}\n",
		"many lines":      ground + "  - {kind: text, x: 1, y: 1, pt: 6, lines: 2000000000, color: ink, text: \"{model}\", max_w: 0.001}\n",
		"long text":       ground + "  - {kind: text, x: 1, y: 1, pt: 6, color: ink, text: \"" + strings.Repeat("{model}", 40000) + "\", max_w: 50}\n",
		"long id":         ground + "  - {kind: rect, id: " + strings.Repeat("x", 90000) + ", x: 0, y: 0, w: 1, h: 1, fill: ink}\n",
		"many colours":    "size: full\npalette:\n" + strings.Repeat("", 1) + manyColours(5000) + "elements: []\n",
		"path as font":    "size: full\nfonts: {fallback: [\"../../../../etc/passwd\"]}\nelements: []\n",
		"address as font": "size: full\nfonts: {fallback: [\"https://example.org/font.ttf\"]}\nelements: []\n",
		"device as font":  "size: full\nfonts: {fallback: [\"/dev/zero\"]}\nelements: []\n",
		"many fonts":      "size: full\nfonts: {fallback: [" + strings.Repeat("a.ttf, ", 5000) + "]}\nelements: []\n",
		"address as art":  ground + "  - {kind: image, href: \"https://example.org/x.png\", x: 0, y: 0, w: 1, h: 1}\n",
		"markup as size":  "size: \"<script>alert(1)</script>\"\nelements: []\n",
		"tag":             "size: !!python/object/apply:os.system [id]\n",
		"not UTF-8":       "size: \xff\xfe\n",
		"zero bytes":      "size: full\x00\n",
		"look":            "size: full\nlooks: {sepia: {ink: \"#000000\"}, mono: {ink: \"#FF0000\"}, dark: {ink: \"url(https://example.org)\"}}\nelements: []\n",
		"after itself":    ground + "  - {kind: text, id: a, after: a, x: 1, y: 9, pt: 6, color: ink, text: x}\n",
		"empty":           "",
	}
}

func manyColours(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  c%d: \"#000000\"\n", i)
	}
	return b.String()
}

// TestFilesAreBounded: words and designs that would grow when read are refused
// with an error at their file, within a memory and a time that a server can
// spare, and the other designs stay.
func TestFilesAreBounded(t *testing.T) {
	for name, text := range attacks() {
		for _, file := range []string{"i18n/xx.yaml", "designs/other.yaml"} {
			if strings.HasPrefix(file, "i18n") && name == "empty" {
				continue
			}
			fsys := fstest.MapFS{
				"i18n/en.yaml":         {Data: []byte(shipped(t, "i18n/en.yaml"))},
				"designs/default.yaml": {Data: []byte(shipped(t, "designs/default.yaml"))},
				file:                   {Data: []byte(text)},
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			type loaded struct {
				d     *Designs
				found result.Findings
			}
			done := make(chan loaded, 1)
			go func() {
				d, found := Load(fsys)
				done <- loaded{d, found}
			}()
			var l loaded
			select {
			case l = <-done:
			case <-time.After(time.Minute): // no measure of speed: what has no bound never ends
				t.Fatalf("%s in %s: not read within a minute", name, file)
			}
			runtime.ReadMemStats(&after)
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 500 {
				t.Errorf("%s in %s: %d MB were asked for", name, file, mb)
			}
			if !l.found.HasErrors() {
				t.Errorf("%s in %s: no error", name, file)
			}
			total := 0
			for _, f := range l.found {
				if f.Where.File != "labels/"+file {
					t.Errorf("%s in %s: finding about another file: %s", name, file, f)
				}
				total += len(f.Message)
				if len(f.Message) > 1000 {
					t.Errorf("%s in %s: a message of %d bytes", name, file, len(f.Message))
				}
			}
			if total > 1<<20 {
				t.Errorf("%s in %s: %d bytes of messages", name, file, total)
			}
			if len(l.d.names()) != 1 || l.d.lang["xx"] != nil {
				t.Errorf("%s in %s: designs %v, languages %d", name, file, l.d.names(), len(l.d.lang))
			}
		}
	}
}

// A folder of more designs than anybody uses is read as far as the bound.
func TestManyDesignFiles(t *testing.T) {
	fsys := fstest.MapFS{"i18n/en.yaml": {Data: []byte(shipped(t, "i18n/en.yaml"))}}
	for i := range maxDesigns + 20 {
		fsys[fmt.Sprintf("designs/d%04d.yaml", i)] = &fstest.MapFile{Data: []byte("size: none\n")}
	}
	_, found := Load(fsys)
	if len(found) != maxDesigns+1 {
		t.Errorf("%d findings, want one for each of %d files and one for the rest", len(found), maxDesigns)
	}
}

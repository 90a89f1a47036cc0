//go:build browser

package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The pages of measured results, of a model with a history, of requests and of
// flags: accessible in both themes, and no wider than a narrow screen.
func TestMeasuredPagesInBrowser(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join(repo, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skipf("axe-core is not there: run make browser-test (%v)", err)
	}
	root, rs := measuredBoard(t, "closed", "no-energy", "open")
	writeModeration(t, root, everyState(rs[2].ID))
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})
	p := newTab(t)
	for _, scheme := range []string{"light", "dark"} {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		for _, page := range []string{resultPath(rs[0].Hash12()), resultPath(rs[1].Hash12()), resultPath(rs[2].Hash12()), modelPath(rs[0].Model.Name), hardwarePath("h100"), queuePath, "moderation/index.html", "r/001122334455/index.html"} {
			p.do(chromedp.EmulateViewport(1280, 900))
			p.do(chromedp.Navigate("file://" + out + "/" + page))
			if complaints, _ := p.take(); len(complaints) > 0 {
				t.Errorf("%s: %v", page, complaints)
			}
			eval[bool](p, `document.querySelectorAll("details").forEach(d => d.open = true); true`)
			eval[bool](p, string(axe)+"; true")
			found := eval[string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => v.id + " " + v.nodes[0].html.slice(0, 160) + " " + v.nodes[0].failureSummary)))`)
			var vs []string
			if err := json.Unmarshal([]byte(found), &vs); err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				t.Errorf("%s, %s: %s", page, scheme, v)
			}
			p.do(chromedp.EmulateViewport(320, 800))
			if w := eval[int](p, `document.documentElement.scrollWidth`); w > 320 {
				who := eval[string](p, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 320 && !e.closest(".scroll, pre, svg")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
				t.Errorf("%s is %d px wide on a screen of 320 px: %s", page, w, who)
			}
			p.take() // the checker asks for the style sheet again, which a file may not
		}
	}
}

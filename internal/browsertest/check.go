//go:build browser

package browsertest

import (
	"os"
	"path/filepath"
	"testing"
)

// axeRules are the groups of rules that pages are held to.
const axeRules = `{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`

// LoadAxe is the accessibility checker, below the repository's root. Without it
// the test is skipped.
func LoadAxe(t testing.TB, root string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skipf("axe-core is not there: run make browser-test (%v)", err)
	}
	return string(src)
}

// Axe lists what the checker finds in the part of the page that a script names,
// such as "document".
func (p *Tab) Axe(axe, part string) []string {
	p.T.Helper()
	Eval[bool](p, axe+"; true")
	return Eval[[]string](p, `axe.run(`+part+`, `+axeRules+`).then(r => r.violations.map(v => v.id + " (" + v.nodes.length + "): " + v.nodes[0].html.slice(0, 160) + "\n" + v.nodes[0].failureSummary))`)
}

// TooWide says which element makes the page wider than the window, or nothing.
func (p *Tab) TooWide() string {
	p.T.Helper()
	return Eval[string](p, `(() => {
		const d = document.documentElement, w = d.clientWidth;
		if (d.scrollWidth <= w) return "";
		const e = [...document.querySelectorAll("body *")].find(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".scroll, pre, .vh, .skip"));
		return d.scrollWidth - w + " px too wide at " + w + ": " + (e ? e.outerHTML.slice(0, 160) : "?") })()`)
}

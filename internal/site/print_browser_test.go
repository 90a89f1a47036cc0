//go:build browser

// What paper needs of the pages, by the rules for print.

package site

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Nothing that a reader unfolds or presses on a screen is lost on paper, and
// nothing is printed that only a screen can use.
func TestPrinted(t *testing.T) {
	dir, _ := shipped(t)
	out, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	p.do(chromedp.EmulateViewport(718, 1000)) // A4 between its margins
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	const height = `(e => e ? e.getBoundingClientRect().height : -1)`
	for _, test := range []struct{ name, page, script string }{
		{"answers that are folded", "faq/index.html", `[...document.querySelectorAll("details.faq")].every(d => !d.open && d.querySelector("p").checkVisibility())`},
		{"no links to answers", "faq/index.html", `[...document.querySelectorAll(".permalink, .anchor")].every(e => !` + height + `(e))`},
		// A button in a head keeps the head from coming again on the next page.
		{"heads that come again", "boards/chat-h100/index.html", `document.querySelectorAll("thead th button").length > 5 && [...document.querySelectorAll("thead th button")].every(b => getComputedStyle(b).display === "contents")`},
		{"no boxes to tick", "boards/chat-h100/index.html", `document.querySelectorAll(".cmp-box").length > 5 && [...document.querySelectorAll(".cmp-box")].every(b => !` + height + `(b))`},
		{"an address that its words do not say", "about/index.html", `[...document.querySelectorAll("main li > a[href^=http]")].some(a => getComputedStyle(a, "::after").content.includes("<"))`},
		{"no address twice", "tasks/chat/index.html", `[...document.querySelectorAll("main dd > a[href^=http]")].every(a => (a.textContent === a.getAttribute("href")) === !getComputedStyle(a, "::after").content.includes("<"))`},
		{"no room for a form", "compare/index.html", `[...document.querySelectorAll(".cmp-head > [hidden]")].every(e => !` + height + `(e))`},
	} {
		p.do(chromedp.Navigate("file://" + out + "/" + test.page))
		if !p.Soon(test.script) {
			t.Errorf("%s: not printed as it should: %s", test.page, test.name)
		}
	}
	if complaints, _ := p.take(); len(complaints) > 0 {
		t.Errorf("complaints: %v", complaints)
	}
}

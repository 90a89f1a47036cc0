//go:build browser

// A reader with a keyboard and nothing else: real key events only, from the board
// to the comparison, the download and the label.

package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"jouleboard/internal/browsertest"
)

// tabTo presses Tab until the focus is on what a selector names, and fails where
// the focus cannot be seen on the way or never comes there.
func (p *tab) tabTo(selector string) {
	p.t.Helper()
	for range 700 {
		got := eval[string](p, fmt.Sprintf(`(() => { const e = document.activeElement;
			if (e === document.body) return "";
			if (!e.checkVisibility({visibilityProperty: true, opacityProperty: true})) return "hidden: " + e.outerHTML.slice(0, 200);
			if (e.matches(%q)) return "there";
			const s = getComputedStyle(e);
			return s.outlineStyle === "none" && s.boxShadow === "none" ? "no mark of the focus: " + e.outerHTML.slice(0, 200) : "" })()`, selector))
		switch {
		case got == "there":
			return
		case got != "":
			p.t.Fatalf("on the way to %s: %s", selector, got)
		}
		p.Keys(kb.Tab)
	}
	p.t.Fatalf("Tab does not lead to %s", selector)
}

// press goes to a control, presses keys on it and waits for what they do.
func (p *tab) press(selector, keys, condition string) {
	p.t.Helper()
	p.tabTo(selector)
	p.do(chromedp.KeyEvent(keys))
	p.Wait(selector, condition)
}

func TestKeyboardWalk(t *testing.T) {
	dir, _ := shipped(t)
	p := newTab(t)
	saved := t.TempDir()
	call(p, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: saved})
	has := func(suffix string) {
		t.Helper()
		p.WaitFor("a file "+suffix, func() bool {
			files, err := filepath.Glob(filepath.Join(saved, "*"+suffix))
			if err != nil || len(files) == 0 {
				return false
			}
			info, err := os.Stat(files[0])
			return err == nil && info.Size() > 100
		})
	}
	at := browsertest.Server(t, dir, "/some/base", nil)
	const shown = `document.querySelectorAll("#table tbody th[scope=row]").length`
	open := func(page string) {
		t.Helper()
		p.Open(at + page)
		p.Wait("the page is not ready", `document.readyState === "complete"`)
	}

	// To the content past the navigation, then to rows of one precision.
	board := "boards/chat-h100/index.html"
	open(board)
	p.press("a.skip", kb.Enter, `location.hash === "#main"`)
	p.Wait("controls", `document.querySelector("form.tbar [data-open=filters]")`)
	all := eval[int](p, shown)
	p.press("form.tbar input[type=search]", "qwen", fmt.Sprintf(`/[?&]q=qwen/.test(location.search) && %s < %d`, shown, all))
	p.press("form.tbar [data-open=filters]", kb.Enter, `document.querySelector('input[name="f:precision"]')`)
	p.press(`input[name="f:precision"]`, " ", `/[?&]precision=/.test(location.search)`)

	// Sorted, first by one column and then by two.
	open(board)
	p.press("form.tbar [data-open=columns]", kb.Enter, `document.querySelector('input[name=c][value=family]')`)
	p.press(`input[name=c][value=family]`, " ", `/[?&]show=family/.test(location.search) && document.querySelector("#table thead [data-key=family]")`)
	p.press(`#table thead button[data-key=family]`, kb.Enter, `/[?&]s=family/.test(location.search) && document.querySelector("#table [aria-sort=ascending]")`)
	p.tabTo(`#table thead button[data-key=precision], #table thead button[data-key=parameters]`)
	p.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(8)))
	p.Wait("two columns", `/[?&]s=family,\w+/.test(location.search)`)

	// Another unit.
	open(board)
	p.press("form.tbar [data-open=units]", kb.Enter, `document.querySelector("form.tbar [name=u]")`)
	p.press("form.tbar [name=u]", "W", `/[?&]u=Wh/.test(location.search) && /Wh/.test(document.querySelector("#table thead").innerText)`)

	// Two rows compared and read.
	open(board)
	p.press("#table .cmp-box", " ", `document.querySelectorAll(".cmp-box:checked").length`)
	p.do(chromedp.KeyEvent(kb.Tab))
	p.press("#table .cmp-box:not(:checked)", " ", `document.querySelectorAll("#table .cmp-box:checked").length === 2`)
	p.press(".cmp-bar a", kb.Enter, `/\/compare\//.test(location.pathname) && document.querySelectorAll(".cmp-chosen li").length === 2`)
	p.press(".cmp-csv", kb.Enter, `true`)
	has(".csv")

	// A download of the board, then the label of a result.
	open(board)
	p.press(`a[download][href$="boards/chat-h100.csv"]`, kb.Enter, `true`)
	has("chat-h100.csv")
	p.press("#table tbody th a", kb.Enter, `/\/r\/[0-9a-f]{12}\//.test(location.pathname)`)
	p.press(`a[download][href$="label.pdf"]`, kb.Enter, `true`)
	has("full.pdf")
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %s", strings.Join(c, "\n"))
	}
}

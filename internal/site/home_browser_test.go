//go:build browser

// The home page's figure in a real browser.

package site

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"jouleboard/internal/browsertest"
)

// homeScript are short words for tests: what the figure says now.
const homeScript = `
	var range = document.getElementById("pick-limit"), table = document.getElementById("picks");
	var rows = () => [...table.tBodies[0].rows].map(r => r.cells[0].querySelector("a").innerText + " " + r.cells[1].querySelector("b").innerText + " " + r.cells[2].innerText);
	var layer = () => [...document.querySelectorAll("svg.layer")].find(s => s.getBoundingClientRect().width);
	var dots = () => [...layer().querySelectorAll("circle:not([display])")];
	var said = () => document.getElementById("pick-value").innerText;
	true`

// A reader moves the limit by keyboard: words, table, dots and address follow;
// the address brings it back and Back leads out of it.
func TestHomeFigure(t *testing.T) {
	dir, _ := shipped(t)
	_, d := readHome(t, dir)
	server := httptest.NewServer(http.StripPrefix("/some/base", http.FileServer(http.Dir(dir))))
	defer server.Close()
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	open := func(url string) {
		t.Helper()
		p.do(chromedp.Navigate(url))
		eval[bool](p, homeScript)
	}
	for _, base := range []string{"file://" + abs, server.URL + "/some/base"} {
		page := base + "/index.html"
		open(page)
		static := eval[string](p, `table.tBodies[0].innerHTML.replace(/\s+/g, " ").trim()`)
		eval[bool](p, `var places = [...layer().querySelectorAll("circle")].map(c => [+c.getAttribute("cx"), +c.getAttribute("cy")]); true`)
		first := eval[string](p, `rows().join() + said()`)
		all := eval[int](p, `dots().length`)

		// What the script draws at the board's own limit is what was there.
		if got := eval[string](p, `(() => { range.value = +range.value - 1; range.dispatchEvent(new Event("input")); range.value = +range.value + 1; range.dispatchEvent(new Event("input")); return rows().join() + said() })()`); got != first {
			t.Errorf("%s: the script says %q where the page said %q", page, got, first)
		}
		if got := eval[string](p, `table.tBodies[0].innerHTML.replace(/\s+/g, " ").trim()`); strings.ReplaceAll(got, "> <", "><") != strings.ReplaceAll(static, "> <", "><") {
			t.Errorf("%s: the script's rows are\n%.400s\nthe page's were\n%.400s", page, got, static)
		}
		if off := eval[float64](p, `Math.max(...[...layer().querySelectorAll("circle")].map((c, i) => Math.hypot(c.getAttribute("cx") - places[i][0], c.getAttribute("cy") - places[i][1])))`); off > 0.01 {
			t.Errorf("%s: the script moves dots by %v mm where nothing changed", page, off)
		}

		// By keyboard to the first step: one model, and a sentence that says so.
		eval[bool](p, `range.focus(), true`)
		p.do(chromedp.KeyEvent(kb.Home))
		if got := eval[string](p, `document.activeElement.id + range.value + " " + range.getAttribute("aria-valuetext")`); !strings.HasPrefix(got, "pick-limit0 at most ") || !strings.Contains(got, " ms between tokens: ") {
			t.Errorf("%s: Home leads to %q", page, got)
		}
		if got := eval[int](p, `dots().length`); got < 1 || got >= all {
			t.Errorf("%s: %d dots of %d at the strictest limit", page, got, all)
		}
		if q := eval[string](p, `location.search`); q == "" || !strings.HasPrefix(q, "?limit=") {
			t.Errorf("%s: the address holds %q", page, q)
		}
		// Every dot stands left of the limit, on the drawing.
		for range 3 {
			p.do(chromedp.KeyEvent(kb.ArrowRight))
			if bad := eval[string](p, `(() => { const x = +layer().querySelector("line").getAttribute("x1"); const bad = dots().find(c => +c.getAttribute("cx") > x + .01); return bad ? bad.outerHTML + x : "" })()`); bad != "" {
				t.Errorf("%s: a dot beyond the limit: %s", page, bad)
			}
		}
		view := eval[string](p, `rows().join() + said() + document.getElementById("pick-answer").innerText`)
		if view == first {
			t.Errorf("%s: nothing moved", page)
		}
		q := eval[string](p, `location.search`)
		open(page + q)
		if got := eval[string](p, `rows().join() + said() + document.getElementById("pick-answer").innerText`); got != view {
			t.Errorf("%s%s brings back %q, wanted %q", page, q, got, view)
		}
		eval[bool](p, `range.focus(), true`)
		p.do(chromedp.KeyEvent(kb.End))
		if got := eval[int](p, `dots().length`); got != len(d.Models) {
			t.Errorf("%s: %d dots of %d models without a limit", page, got, len(d.Models))
		}
		if got := eval[string](p, `new Promise(done => { addEventListener("popstate", () => setTimeout(() => done(rows().join() + said() + document.getElementById("pick-answer").innerText), 0), {once: true}); history.back() })`); got != view {
			t.Errorf("%s: Back brings %q, wanted %q", page, got, view)
		}
		// A pointer near a dot reads the result out, with units.
		if got := eval[string](p, `(() => { const d = dots()[0].getBoundingClientRect(), host = layer().parentNode;
			const move = (dx) => host.dispatchEvent(new PointerEvent("pointermove", {clientX: d.left + d.width/2 + dx, clientY: d.top + d.height/2, bubbles: true}));
			move(1); const tip = host.querySelector(".pick-tip"), text = tip.innerText.replace(/\s+/g, " ");
			move(-2000); return text + tip.hidden })()`); !strings.Contains(got, " J / response ") || !strings.HasSuffix(got, " mstrue") {
			t.Errorf("%s: a pointer at a dot reads %q", page, got)
		}
		// A finger reads it out first and follows at the second touch.
		if got := eval[string](p, `(() => { const d = dots()[0].getBoundingClientRect(), host = layer().parentNode, kind = {pointerType: "touch", clientX: d.left + d.width/2, clientY: d.top + d.height/2, bubbles: true};
			const touch = () => { ["pointerdown", "pointerup", "pointerleave", "click"].forEach(k => host.dispatchEvent(k === "click" ? new MouseEvent(k, kind) : new PointerEvent(k, kind))); };
			touch(); return host.querySelector(".pick-tip").hidden + location.pathname })()`); strings.Contains(got, "/r/") || !strings.HasPrefix(got, "false") {
			t.Errorf("%s: a finger at a dot: %s", page, got)
		}
		eval[bool](p, `(() => { const d = dots()[0].getBoundingClientRect(), host = layer().parentNode, kind = {pointerType: "touch", clientX: d.left + d.width/2, clientY: d.top + d.height/2, bubbles: true};
			host.dispatchEvent(new PointerEvent("pointerdown", kind)); setTimeout(() => host.dispatchEvent(new MouseEvent("click", kind))); return true })()`)
		p.Wait("a second touch does not lead to the result", `/\/r\/[0-9a-f]{12}\//.test(location.pathname)`)
		// Nonsense in the address is the board's own limit.
		open(page + "?limit=%3Cb%3E")
		if got := eval[string](p, `rows().join() + said()`); got != first {
			t.Errorf("%s: nonsense brings %q", page, got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: %v", page, c)
		}
	}
	if shots := os.Getenv("JOULEBOARD_SHOTS"); shots != "" {
		p.homeShots("file://"+abs+"/index.html", shots)
	}
}

// Where a host blocks scripts, what they would bring leaves no hole: the room
// that is kept for it closes, and the static figure, table and answer stand.
func TestBlockedScripts(t *testing.T) {
	dir, _ := shipped(t)
	p := newTab(t)
	base := browsertest.Server(t, dir, "/some/base", http.Header{"Content-Security-Policy": {"script-src 'none'"}})
	for page, room := range map[string]string{"index.html": "#picker", "boards/chat-h100/index.html": ".tbar-slot", "results/index.html": ".tbar-slot"} {
		p.Open(base + page)
		height := `document.querySelector("` + room + `").getBoundingClientRect().height`
		if got := eval[float64](p, height); got < 30 {
			t.Errorf("%s: %v pixels are kept for what scripts bring", page, got)
		}
		if got := eval[float64](p, `document.querySelector("`+room+`").getAnimations()[0].finish(), `+height); got != 0 {
			t.Errorf("%s: a hole of %v pixels is left", page, got)
		}
		if got := eval[int](p, `document.querySelectorAll("main tbody th[scope=row] a").length`); got < 5 {
			t.Errorf("%s: %d rows", page, got)
		}
		if got := eval[string](p, `[...document.querySelectorAll("main :is(button, input, select)")].filter(e => e.offsetParent && getComputedStyle(e).visibility === "visible").map(e => e.outerHTML).join()`); got != "" {
			t.Errorf("%s: controls that do nothing: %.200s", page, got)
		}
	}
}

// homeShots leaves pictures of the page to look at.
func (p *tab) homeShots(page, to string) {
	for _, s := range []struct {
		name, query, scheme string
		w, h                int64
	}{{"wide", "?limit=15", "light", 1280, 1400}, {"dark", "?limit=30", "dark", 1280, 1400}, {"narrow", "?limit=12", "light", 360, 1900}} {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}}})
		p.do(chromedp.EmulateViewport(s.w, s.h), chromedp.Navigate(page+s.query))
		data, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			p.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, "home-"+s.name+".png"), data, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

//go:build browser

// The built site in a real browser, and before the Nu HTML checker.

package site

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"jouleboard/internal/browsertest"
)

// tab is a browser's tab with the steps that only tests of the site take.
type tab struct {
	*browsertest.Tab
	t   testing.TB
	ctx context.Context
}

func newTab(t testing.TB) *tab {
	t.Helper()
	p := browsertest.New(t)
	p.Size(1280, 900)
	return &tab{Tab: p, t: t, ctx: p.Ctx}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.Do(steps...)
}

func eval[T any](p *tab, script string) T {
	p.t.Helper()
	return browsertest.Eval[T](p.Tab, script)
}

// call sends a command of the browser's protocol.
func call[P, R any](p *tab, cmd cdp.Command[P, R], params P) {
	p.t.Helper()
	browsertest.Call(p.Tab, cmd, params)
}

func (p *tab) scripts(on bool) {
	p.t.Helper()
	p.Scripts(on)
}

// take returns and forgets what was seen so far.
func (p *tab) take() (complaints, requests []string) { return p.Take() }

// kindAt is a page of a built board.
type kindAt struct{ template, dir, page string }

func (k kindAt) String() string { return filepath.Base(filepath.Dir(k.dir)) + "/" + k.page }

// everyKind builds the boards and finds the pages of the table.
func everyKind(t testing.TB) (out []kindAt) {
	t.Helper()
	dir, _ := shipped(t)
	shippedAt, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range pageKinds {
		at := kindAt{k.template, shippedAt, k.page}
		if k.states {
			at.dir = statesBoard(t)
		}
		pages := []string{k.page}
		if k.page == "" {
			folder := map[string]string{"result": "r/*", "model": "models/*/*"}[k.template]
			found, err := filepath.Glob(filepath.Join(at.dir, filepath.FromSlash(folder), "index.html"))
			if err != nil || len(found) == 0 {
				t.Fatalf("no page of the kind %s", k.template)
			}
			pages = nil
			for i := 0; i < len(found); i += 1 + len(found)/3 {
				rel, err := filepath.Rel(at.dir, found[i])
				if err != nil {
					t.Fatal(err)
				}
				pages = append(pages, filepath.ToSlash(rel))
			}
		}
		for _, p := range pages {
			if !exists(filepath.Join(at.dir, filepath.FromSlash(p))) {
				t.Fatalf("%s has no %s", at.dir, p)
			}
			out = append(out, kindAt{k.template, at.dir, p})
		}
	}
	return out
}

// visibleText is what a reader sees of a page, without drawings: those have one
// form for narrow screens and another for wide ones.
const visibleText = `(() => {
	const words = document.body.innerText.length, drawn = [...document.querySelectorAll("svg text")].reduce((n, t) => n + (t.getBoundingClientRect().width ? t.textContent.length + 1 : 0), 0);
	return words - drawn })()`

// covered is the share of a small window that stays covered while one scrolls.
const covered = `(() => {
	const at = [...document.querySelectorAll("body *")].filter(e => /fixed|sticky/.test(getComputedStyle(e).position) && e.getBoundingClientRect().height && getComputedStyle(e).visibility === "visible" && !e.closest(".scroll"));
	return at.reduce((n, e) => n + e.getBoundingClientRect().height, 0) / innerHeight })()`

// Every kind of page, from disk and under a base path, with scripts, without, and
// with scripts that the host refuses: no complaint, no request elsewhere, nothing
// lost. Enlarged four times, which leaves 320 pixels, nothing is wider than the
// window or gone.
func TestPagesInBrowser(t *testing.T) {
	const base = "/some/base"
	served, refused := map[string]string{}, map[string]string{}
	ours := []string{"data:"}
	p := newTab(t)
	for _, k := range everyKind(t) {
		if served[k.dir] == "" {
			served[k.dir] = browsertest.Server(t, k.dir, base, nil)
			refused[k.dir] = browsertest.Server(t, k.dir, base, http.Header{"Content-Security-Policy": {"script-src 'none'"}})
			ours = append(ours, served[k.dir], refused[k.dir], "file://"+k.dir+"/")
		}
		if k.template == "redirect" || k.template == "notfound" {
			continue // they have tests of their own
		}
		quiet := func(at string, but ...string) {
			t.Helper()
			complaints, requests := p.take()
			for _, c := range complaints {
				if !slices.ContainsFunc(but, func(s string) bool { return strings.Contains(c, s) }) {
					t.Errorf("%s: %s", at, c)
				}
			}
			for _, r := range requests {
				if !slices.ContainsFunc(ours, func(s string) bool { return strings.HasPrefix(r, s) }) {
					t.Errorf("%s asks for %s", at, r)
				}
			}
			if len(requests) < 2 {
				t.Errorf("%s: %d requests were seen", at, len(requests))
			}
		}
		p.Open("file://" + k.dir + "/" + k.page)
		quiet("file " + k.String())
		fromDisk := eval[int](p, visibleText)
		p.Open(served[k.dir] + k.page)
		quiet("served " + k.String())
		if n := eval[int](p, `document.styleSheets.length && document.styleSheets[0].cssRules.length`); n < 20 {
			t.Errorf("%s has no styles (%d rules)", k, n)
		}
		with := eval[int](p, visibleText)
		for _, width := range []int64{768, 360, 320} {
			p.Size(width, 256)
			if wide := p.TooWide(); wide != "" {
				t.Errorf("%s: %s", k, wide)
			}
		}
		if got := eval[int](p, visibleText); got < with*9/10 {
			t.Errorf("%s: %d characters enlarged, %d otherwise", k, got, with)
		}
		if got := eval[float64](p, covered); got > 0.4 {
			t.Errorf("%s: %.0f %% of a small window stays covered", k, 100*got)
		}
		p.Size(1280, 900)
		p.take()
		p.Scripts(false)
		p.Open(served[k.dir] + k.page)
		p.Scripts(true)
		quiet("without scripts " + k.String())
		// Without scripts there is all but the words of what they add.
		if !p.Soon(fmt.Sprintf("%s >= %d", visibleText, min(with, fromDisk)*9/10)) {
			t.Errorf("%s: %d characters with scripts, %d from disk, %d without", k, with, fromDisk, eval[int](p, visibleText))
		}
		p.Open(refused[k.dir] + k.page)
		quiet("scripts refused "+k.String(), "Content Security Policy")
		if !p.Soon(fmt.Sprintf("%s >= %d", visibleText, min(with, fromDisk)*9/10)) {
			t.Errorf("%s: %d characters with scripts, %d where they are refused", k, with, eval[int](p, visibleText))
		}
	}
}

// An old address leads on, and an address that never was says so at any depth.
func TestRedirectAndNotFound(t *testing.T) {
	p := newTab(t)
	p.Open(browsertest.Server(t, statesBoard(t), "/some/base", nil) + "old/place/index.html")
	p.Wait("the old address leads nowhere", `location.pathname === "/some/base/moved/index.html"`)
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
	dir, _ := shipped(t)
	at := browsertest.Server(t, dir, "", nil)
	p.Open(at + "no/such/page")
	complaints, _ := p.take()
	for _, c := range complaints {
		if !strings.HasSuffix(c, "/no/such/page") {
			t.Errorf("the page of lost readers: %s", c)
		}
	}
	if got := eval[string](p, `document.querySelector("nav a").href`); !strings.HasPrefix(got, at+"boards/") {
		t.Errorf("the first way out leads to %s", got)
	}
	if n := eval[int](p, `document.styleSheets[0].cssRules.length`); n < 20 {
		t.Error("it has no styles")
	}
	for _, v := range p.Axe(browsertest.LoadAxe(t, repo), "document") {
		t.Error(v)
	}
}

// A chart becomes live when it comes into view, and the drawing stays until then.
func TestChartComesAlive(t *testing.T) {
	dir, _ := shipped(t)
	if m, _ := filepath.Glob(filepath.Join(dir, "assets", "echarts*.js")); len(m) == 0 {
		t.Skip("the chart library is not there (no npm): the static charts stand alone")
	}
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+abs+"/boards/chat-h100/index.html"))
	ok := eval[bool](p, `new Promise(done => { const t0 = Date.now(); (function look() {
		if (document.querySelector("#tradeoff canvas, #tradeoff .is-live svg, #tradeoff.is-live")) return done(true);
		if (Date.now() - t0 > 20000) return done(false); setTimeout(look, 50) })() })`)
	if !ok {
		t.Error("the chart did not come alive")
	}
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
}

// The gallery shows the labels of a board, of a model, of both; the address keeps
// the choice, back and forth.
func TestGalleryFilter(t *testing.T) {
	dir, _ := shipped(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	const shown = `[...document.querySelectorAll(".gallery > li")].filter(li => li.offsetParent !== null).length`
	choose := func(list, value string) {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.forms[0].elements[%q]; s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`, list, value))
	}
	for _, base := range []string{server.URL, "file://" + abs} {
		p.do(chromedp.Navigate(base + "/labels/index.html"))
		all := eval[int](p, shown)
		board := eval[string](p, `document.forms[0].board.options[2].value`)
		onBoard := eval[int](p, fmt.Sprintf(`[...document.querySelectorAll(".gallery > li")].filter(li => li.dataset.boards.split(" ").includes(%q)).length`, board))
		model := eval[string](p, fmt.Sprintf(`[...document.querySelectorAll(".gallery > li")].find(li => li.dataset.boards.split(" ").includes(%q)).dataset.model`, board))
		choose("board", board)
		if got := eval[int](p, shown); got != onBoard || got == all || got == 0 {
			t.Errorf("%s: %d labels of board %s, %d wanted, %d in all", base, got, board, onBoard, all)
		}
		choose("model", model)
		if got := eval[int](p, shown); got < 1 || got >= onBoard {
			t.Errorf("%s: %d labels of %s on %s", base, got, model, board)
		}
		q := eval[string](p, `location.search`)
		if v, err := url.ParseQuery(strings.TrimPrefix(q, "?")); err != nil || v.Get("board") != board || v.Get("model") != model {
			t.Errorf("%s: the address holds %q", base, q)
		}
		p.do(chromedp.Navigate(base + "/labels/index.html" + q))
		if got := eval[string](p, `document.forms[0].board.value + " " + document.forms[0].model.value + " " + `+shown); !strings.HasPrefix(got, board+" "+model+" ") || strings.HasSuffix(got, " 0") {
			t.Errorf("%s: the address brings %q back", base, got)
		}
		choose("model", "")
		if got := eval[string](p, `new Promise(done => { addEventListener("popstate", () => setTimeout(() => done(document.forms[0].model.value), 0), {once: true}); history.back() })`); got != model {
			t.Errorf("%s: back brings %q", base, got)
		}
		p.do(chromedp.Navigate(base + "/labels/index.html?board=%3Cscript%3E&model=nobody"))
		if got := eval[int](p, shown); got != all {
			t.Errorf("%s: an unknown choice shows %d of %d labels", base, got, all)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", base, c)
		}
	}
}

// axe-core finds no violation on any kind of page, light or dark, with all that
// is folded open.
func TestAxe(t *testing.T) {
	axe := browsertest.LoadAxe(t, repo)
	p := newTab(t)
	for _, k := range everyKind(t) {
		if k.template == "redirect" || k.template == "notfound" {
			continue // they have tests of their own
		}
		p.Open("file://" + k.dir + "/" + k.page)
		eval[bool](p, `document.querySelectorAll("details").forEach(d => d.open = true); true`)
		for _, scheme := range []string{"light", "dark"} {
			p.Scheme(scheme)
			for _, v := range p.Axe(axe, "document") {
				t.Errorf("%s, %s: %s", k, scheme, v)
			}
		}
	}
}

// The Nu HTML checker finds no error on any page of any board.
func TestNuChecker(t *testing.T) {
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("no java for the Nu HTML checker")
	}
	jars, _ := filepath.Glob(filepath.Join(repo, "node_modules", "vnu-jar", "build", "dist", "vnu.jar"))
	if len(jars) == 0 {
		t.Skip("the Nu HTML checker is not there: run make browser-test")
	}
	dir, _ := shipped(t)
	hostile := filepath.Join(t.TempDir(), "public")
	build(t, hostileBoard(t), Options{Out: hostile})
	check := func(dirs ...string) (int, string) {
		out, err := exec.Command("java", append([]string{"-jar", jars[0], "--errors-only", "--skip-non-html", "--format", "gnu"}, dirs...)...).CombinedOutput()
		if err == nil {
			return 0, ""
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return len(lines), strings.Join(lines[:min(20, len(lines))], "\n")
	}
	if n, text := check(dir, statesBoard(t), hostile); n > 0 {
		t.Errorf("%d errors:\n%s", n, text)
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "x.html"), []byte("<!doctype html><title>x</title><p id=a><p id=a>"), 0o644); err != nil {
		t.Fatal(err)
	}
	if n, _ := check(bad); n == 0 {
		t.Error("the checker takes a page with the same id twice, so its silence says nothing")
	}
}

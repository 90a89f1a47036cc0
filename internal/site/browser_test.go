//go:build browser

// The built site in a real browser, and before the Nu HTML checker.

package site

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
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

// kinds are one page of each kind of the shipped site.
func kinds(t *testing.T, dir string) []string {
	t.Helper()
	pages := []string{"index.html", "boards/index.html", "boards/chat-h100/index.html", "boards/text-to-image-h100/index.html", "boards/endpoint-1024-1024/index.html",
		"models/index.html", "models/Qwen/Qwen3-8B/index.html", "hardware/index.html", "hardware/h100/index.html", "tasks/chat/index.html", "compare/index.html", "labels/index.html", "labels/reading/index.html", "docs/labels/index.html",
		"methodology/index.html", "methodology/metrics/index.html", "faq/index.html", "results/index.html", "results/rows-2/index.html", "data/index.html", "data/dictionary/index.html", "cite/index.html", "moderation/index.html", "queue/index.html"}
	rs, err := filepath.Glob(filepath.Join(dir, "r", "*"))
	if err != nil || len(rs) == 0 {
		t.Fatal("no result pages")
	}
	for i := 0; i < len(rs); i += 300 {
		pages = append(pages, "r/"+filepath.Base(rs[i])+"/index.html")
	}
	for _, p := range pages {
		if !exists(filepath.Join(dir, p)) {
			t.Fatalf("the shipped site has no %s", p)
		}
	}
	return pages
}

const visibleText = `document.querySelector("main").innerText.replace(/\s+/g, " ")`

// Every kind of page, from disk and under a base path, with scripts and
// without: no complaint, no request elsewhere, nothing lost, nothing wider than
// a narrow screen.
func TestPagesInBrowser(t *testing.T) {
	dir, _ := shipped(t)
	server := httptest.NewServer(http.StripPrefix("/some/base", http.FileServer(http.Dir(dir))))
	defer server.Close()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range kinds(t, dir) {
		for _, base := range []string{"file://" + abs + "/", server.URL + "/some/base/"} {
			p.do(chromedp.Navigate(base + page))
			complaints, requests := p.take()
			for _, c := range complaints {
				t.Errorf("%s%s: %s", base, page, c)
			}
			for _, r := range requests {
				if u, err := url.Parse(r); err != nil || !strings.HasPrefix(r, server.URL+"/some/base/") && !strings.HasPrefix(r, "file://"+abs+"/") && u.Scheme != "data" {
					t.Errorf("%s%s asks for %s", base, page, r)
				}
			}
		}
		if n := eval[int](p, `document.styleSheets.length && document.styleSheets[0].cssRules.length`); n < 20 {
			t.Errorf("%s has no styles (%d rules)", page, n)
		}
		with := eval[string](p, visibleText)
		p.scripts(false)
		p.do(chromedp.Navigate(server.URL + "/some/base/" + page))
		p.scripts(true)
		without := eval[string](p, visibleText)
		// Scripts add the words of buttons and nothing else.
		for _, w := range []string{"Copied", "Copy"} {
			with = strings.ReplaceAll(with, " "+w+" ", " ")
			without = strings.ReplaceAll(without, " "+w+" ", " ")
		}
		if len(without) < len(with)*9/10 {
			t.Errorf("%s: %d characters with scripts, %d without", page, len(with), len(without))
		}
		for _, width := range []int{320, 360, 768} {
			p.do(chromedp.EmulateViewport(int64(width), 800))
			if over := eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				who := eval[string](p, `(() => { const w = document.documentElement.clientWidth; const e = [...document.querySelectorAll("body *")].find(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".scroll, pre, .vh, .skip")); return e ? e.outerHTML.slice(0, 160) : "?" })()`)
				t.Errorf("%s is %d px too wide at %d: %s", page, over, width, who)
			}
		}
		p.do(chromedp.EmulateViewport(1280, 900))
		p.take()
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

// axe-core finds no violation on any kind of page, light or dark.
func TestAxe(t *testing.T) {
	dir, _ := shipped(t)
	axe, err := os.ReadFile(filepath.Join(repo, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skipf("axe-core is not there: run make browser-test (%v)", err)
	}
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	for _, scheme := range []string{"light", "dark"} {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		for _, page := range kinds(t, dir) {
			p.do(chromedp.Navigate("file://" + abs + "/" + page))
			eval[bool](p, string(axe)+"; true")
			out := eval[string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, n: v.nodes.length, node: v.nodes[0].html.slice(0, 160), why: v.nodes[0].failureSummary}))))`)
			var vs []struct {
				ID, Node, Why string
				N             int
			}
			if err := json.Unmarshal([]byte(out), &vs); err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				t.Errorf("%s, %s: %s (%d): %s\n%s", page, scheme, v.ID, v.N, v.Node, v.Why)
			}
		}
	}
}

// The Nu HTML checker finds no error on any page.
func TestNuChecker(t *testing.T) {
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("no java for the Nu HTML checker")
	}
	jars, _ := filepath.Glob(filepath.Join(repo, "node_modules", "vnu-jar", "build", "dist", "vnu.jar"))
	if len(jars) == 0 {
		t.Skip("the Nu HTML checker is not there: run make browser-test")
	}
	dir, _ := shipped(t)
	check := func(dir string) (int, string) {
		out, err := exec.Command("java", "-jar", jars[0], "--errors-only", "--skip-non-html", "--format", "gnu", dir).CombinedOutput()
		if err == nil {
			return 0, ""
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return len(lines), strings.Join(lines[:min(20, len(lines))], "\n")
	}
	if n, text := check(dir); n > 0 {
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

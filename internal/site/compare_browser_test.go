//go:build browser

// The page that compares results, in a real browser.

package site

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// settled waits until the page has drawn what its address asks for.
const settled = `new Promise(done => { const t0 = Date.now(); (function look() {
	const p = document.querySelector("[data-compare-page]");
	if (p && !p.hasAttribute("aria-busy") && p.querySelector(".cmp-status").textContent || Date.now() - t0 > 20000) return done(true);
	setTimeout(look, 20) })() })`

// comparing opens the page with a choice and waits for it.
func (p *tab) comparing(base string, ids ...string) {
	p.t.Helper()
	p.do(chromedp.Navigate(base + "compare/index.html?ids=" + strings.Join(ids, ",")))
	eval[bool](p, settled)
}

const (
	chosenNames = `[...document.querySelectorAll(".cmp-chosen li > p:first-child > a")].map(a => a.textContent).join(" ")`
	mainText    = `document.querySelector("main").innerText`
)

// places are the site from disk and served under a base path.
func places(t *testing.T, dir string) []string {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/some/base", http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return []string{"file://" + abs + "/", server.URL + "/some/base/"}
}

// Two alike, two unlike: differences first, ratios with their intervals, a
// warning beside each ratio of unlike results and none beside the others.
func TestCompareTwo(t *testing.T) {
	dir, hash := compareBoard(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	for _, base := range places(t, dir) {
		p.take()
		p.comparing(base, hash["a"], hash["b"])
		if got := eval[string](p, mainText); !strings.Contains(got, "Like for like") || strings.Contains(got, "Not like for like") || strings.Contains(got, "unlike:") {
			t.Errorf("%s: two alike results: %.400s", base, got)
		}
		// 0.08/0.25 to 0.125/0.16.
		if got := eval[string](p, `document.querySelector("[data-key=energy_per_output_token_j] .cmp-ratio").textContent`); got != "× 0.500 0.320–0.781" {
			t.Errorf("%s: ratio with an interval: %q", base, got)
		}
		if got := eval[string](p, `document.querySelector("[data-key=energy_per_response_j] .cmp-ratio").textContent`); got != "× 1.00 no interval" {
			t.Errorf("%s: ratio without an interval: %q", base, got)
		}
		if n := eval[int](p, `document.querySelectorAll(".cmp-bars svg rect").length`); n < 10 {
			t.Errorf("%s: %d bars", base, n)
		}
		p.comparing(base, hash["a"], hash["c"])
		first := eval[string](p, `document.querySelector(".cmp-differ tbody tr").innerText`)
		if !strings.Contains(first, "Different hardware") || !strings.Contains(first, "NVIDIA B200") {
			t.Errorf("%s: the first difference is %q", base, first)
		}
		if !eval[bool](p, `document.querySelector(".cmp-differ").compareDocumentPosition(document.querySelector(".cmp-numbers")) === Node.DOCUMENT_POSITION_FOLLOWING && document.querySelector(".cmp-same").open === false`) {
			t.Errorf("%s: numbers stand before the differences, or the same conditions are unfolded", base)
		}
		if got := eval[int](p, `[...document.querySelectorAll(".cmp-ratio")].filter(r => !r.nextElementSibling || r.nextElementSibling.textContent !== "unlike: hardware").length`); got != 0 {
			t.Errorf("%s: %d ratios of unlike results have no warning beside them", base, got)
		}
		if got := eval[int](p, `document.querySelectorAll(".cmp-ratio").length`); got < 5 {
			t.Errorf("%s: %d ratios", base, got)
		}
		if got := eval[string](p, `document.querySelector(".cmp-numbers").innerText.toLowerCase()`); strings.Contains(got, "rank 1") || strings.Contains(got, "5 stars") {
			t.Errorf("%s: a rank or stars across boards: %s", base, got)
		}
		if got := eval[string](p, `document.querySelector(".cite pre").textContent`); got != "https://example.org/some/base/compare/?ids="+hash["a"]+","+hash["c"] {
			t.Errorf("%s: the link is %s", base, got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", base, c)
		}
	}
}

// Six fit, a seventh is left out and named; unknown, ambiguous and withdrawn ids
// are said; nothing hostile runs.
func TestCompareMany(t *testing.T) {
	dir, hash := compareBoard(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	others, _ := filepath.Glob(filepath.Join(dir, "r", "*"))
	ids := []string{hash["a"], hash["b"], hash["c"]}
	for _, o := range others {
		if id := filepath.Base(o); len(ids) < 7 && id != hash["gone"] && !strings.Contains(strings.Join(ids, " "), id) {
			ids = append(ids, id)
		}
	}
	base := places(t, dir)[0]
	p.comparing(base, ids[:6]...)
	if n := eval[int](p, `document.querySelectorAll(".cmp-chosen li").length`); n != 6 || eval[bool](p, `!!document.querySelector(".cmp-problems")`) {
		t.Errorf("six: %d are shown", n)
	}
	p.do(chromedp.Focus("#cmp-q"), chromedp.SendKeys("#cmp-q", ids[6]+kb.Enter))
	if got := eval[string](p, `document.querySelector(".cmp-status").textContent`); !strings.Contains(got, "At most 6") || eval[int](p, `document.querySelectorAll(".cmp-chosen li").length`) != 6 {
		t.Errorf("a seventh by the field: %q", got)
	}
	p.comparing(base, ids...)
	if got := eval[string](p, `document.querySelector(".cmp-problems").textContent`); !strings.Contains(got, "At most 6") || !strings.Contains(got, ids[6]) || eval[int](p, `document.querySelectorAll(".cmp-chosen li").length`) != 6 {
		t.Errorf("seven: %q", got)
	}
	p.comparing(base, hash["a"], "0123456789ab", hash["gone"], strings.Repeat(hash["gone"], 1)+strings.Repeat("00", 26), "nobody/nothing", "%3Cimg src=x onerror=alert(1)%3E", "../../etc/x")
	got := eval[string](p, `document.querySelector(".cmp-problems").innerText`)
	for _, want := range []string{"known as 0123456789ab", hash["gone"] + " was withdrawn", "known as nobody/nothing", "<img src=x onerror=alert(1)>"} {
		if !strings.Contains(got, want) {
			t.Errorf("problems do not say %q: %s", want, got)
		}
	}
	// Hostile names, all of them, six at a time.
	var all []string
	for _, o := range others {
		all = append(all, filepath.Base(o))
	}
	var seen strings.Builder
	for len(all) > 0 {
		n := min(6, len(all))
		p.comparing(base, all[:n]...)
		seen.WriteString(eval[string](p, mainText))
		if eval[bool](p, `!!document.querySelector("main img, main .compare script:not(.compare-info), main [onerror], main [style]")`) {
			t.Errorf("hostile text became markup on %v", all[:n])
		}
		all = all[n:]
	}
	for _, a := range attacks[:6] {
		if !strings.Contains(seen.String(), short(a)) {
			t.Errorf("%q is not shown as text", a)
		}
	}
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
}

// short is an attack as the name of a model shows it.
func short(a string) string { return strings.ReplaceAll(a, "/", "∕") }

// All of it by keyboard: search, add, choose the board, reorder, remove; the
// address follows, can be opened again, and Back undoes.
func TestCompareByKeyboard(t *testing.T) {
	dir, _ := shipped(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	keys := func(k string) {
		t.Helper()
		p.do(chromedp.KeyEvent(k))
		eval[bool](p, settled)
	}
	wait := func(what, script string) {
		t.Helper()
		if !eval[bool](p, `new Promise(done => { const t0 = Date.now(); (function look() { if (`+script+`) return done(true); if (Date.now() - t0 > 20000) return done(false); setTimeout(look, 20) })() })`) {
			t.Fatalf("%s; the status is %q", what, eval[string](p, `document.querySelector(".cmp-status").textContent`))
		}
	}
	for _, base := range places(t, dir) {
		p.take()
		p.comparing(base)
		if !eval[bool](p, `document.querySelector("#boards table").offsetParent !== null`) {
			t.Errorf("%s: without a choice there is no way to the boards", base)
		}
		p.do(chromedp.Focus("#cmp-q"))
		for i, q := range []string{"llama 3.1 8b", "qwen3-8b", "qwen3-14b"} {
			p.do(chromedp.SendKeys("#cmp-q", q))
			wait("nothing is found for "+q, `document.querySelector(".cmp-found button")`)
			p.do(chromedp.KeyEvent(kb.Tab))
			keys(kb.Enter)
			wait(q+" is not added", fmt.Sprintf(`document.querySelectorAll(".cmp-chosen li").length === %d && !document.querySelector("[aria-busy]")`, i+1))
			if got := eval[string](p, `document.activeElement.id`); got != "cmp-q" {
				t.Errorf("%s: after adding the focus is on %q", base, got)
			}
		}
		if got := eval[string](p, chosenNames); got != "Llama-3.1-8B-Instruct Qwen3-8B Qwen3-14B" {
			t.Fatalf("%s: chosen are %q", base, got)
		}
		address := eval[string](p, `location.search`)
		if address != "?ids=meta-llama/Llama-3.1-8B-Instruct,Qwen/Qwen3-8B,Qwen/Qwen3-14B" {
			t.Errorf("%s: the address is %s", base, address)
		}
		if !eval[bool](p, `new Set([...document.querySelectorAll(".cmp-chosen select")].map(s => s.value.split("@")[1])).size === 1`) {
			t.Errorf("%s: three models do not stand for rows of one board", base)
		}
		if !strings.Contains(eval[string](p, mainText), "of 5 stars") {
			t.Errorf("%s: results that one group of a scale rates have no stars", base)
		}
		p.do(chromedp.Focus(`[data-k=later0]`))
		keys(kb.Enter)
		wait("not moved", chosenNames+` === "Qwen3-8B Llama-3.1-8B-Instruct Qwen3-14B"`)
		keys(kb.Enter)
		wait("not moved again", chosenNames+` === "Qwen3-8B Qwen3-14B Llama-3.1-8B-Instruct"`)
		if got := eval[string](p, `document.activeElement.dataset.k`); got != "earlier2" {
			t.Errorf("%s: at the end the focus is on %q", base, got)
		}
		p.do(chromedp.Focus(`[data-k=remove1]`))
		keys(kb.Enter)
		wait("not removed", chosenNames+` === "Qwen3-8B Llama-3.1-8B-Instruct"`)
		if got := eval[string](p, `document.activeElement.dataset.k`); got != "remove1" {
			t.Errorf("%s: after removing the focus is on %q", base, got)
		}
		eval[bool](p, `(() => { const s = document.querySelector(".cmp-chosen select"); s.selectedIndex = s.selectedIndex === 2 ? 3 : 2; s.dispatchEvent(new Event("change")); return true })()`)
		wait("no board in the address", `location.search.includes("Qwen/Qwen3-8B@")`)
		eval[bool](p, settled)
		kept := eval[string](p, `location.search + " " + document.querySelector(".cmp-chosen").innerText`)
		p.do(chromedp.Navigate(base + "compare/index.html" + eval[string](p, `location.search`)))
		eval[bool](p, settled)
		if got := eval[string](p, `location.search + " " + document.querySelector(".cmp-chosen").innerText`); got != kept {
			t.Errorf("%s: the address brings back\n%s\nnot\n%s", base, got, kept)
		}
		eval[bool](p, `history.back(), true`)
		eval[bool](p, `history.back(), true`)
		wait("Back does not undo", chosenNames+`.startsWith("Qwen3-8B")`)
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", base, c)
		}
	}
}

// The table that is saved has every number as it is, and no cell that a
// spreadsheet would run.
func TestCompareCSV(t *testing.T) {
	dir, hash := compareBoard(t)
	p := newTab(t)
	others, _ := filepath.Glob(filepath.Join(dir, "r", "*"))
	ids := []string{hash["a"], hash["b"], hash["c"]}
	for _, o := range others {
		data, err := os.ReadFile(filepath.Join(o, "result.json"))
		if err == nil && strings.Contains(string(data), "HYPERLINK") {
			ids = append(ids, filepath.Base(o))
		}
	}
	p.comparing(places(t, dir)[1], ids...)
	text := eval[string](p, `new Promise(done => { const make = URL.createObjectURL; URL.createObjectURL = b => { b.text().then(done); return make(b); }; document.querySelector(".cmp-csv").click() })`)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[h] = i
	}
	found := false
	for _, r := range rows[1:] {
		for _, c := range r {
			if c != "" && strings.ContainsRune("=+@\t", rune(c[0])) {
				t.Errorf("the cell %q begins like a formula", c)
			}
		}
		if strings.HasPrefix(r[at["result"]], hash["b"]) && r[at["key"]] == "energy_per_output_token_j" {
			found = true
			if got := fmt.Sprint(r[at["value"]], " ", r[at["ci95_low"]], " ", r[at["ci95_high"]], " ", r[at["ratio_to_first"]], " ", r[at["ratio_low"]], " ", r[at["ratio_high"]]); got != "0.1 0.08 0.125 0.5 0.32 0.78125" {
				t.Errorf("b: %s", got)
			}
		}
		if strings.HasPrefix(r[at["result"]], hash["c"]) && r[at["kind"]] == "number" && r[at["differs_from_first"]] != "hardware" {
			t.Errorf("c: %v", r)
		}
	}
	if !found {
		t.Errorf("no number of b in\n%.600s", text)
	}
}

// axe finds nothing, nothing is wider than a narrow screen, and the page says
// what it is without scripts.
func TestCompareForAll(t *testing.T) {
	dir, hash := compareBoard(t)
	p := newTab(t)
	base := places(t, dir)[1]
	axe, err := os.ReadFile(filepath.Join(repo, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skipf("axe-core is not there: run make browser-test (%v)", err)
	}
	for _, scheme := range []string{"light", "dark"} {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		for _, ids := range [][]string{nil, {hash["a"]}, {hash["a"], hash["b"], hash["c"], "example-org/b", "0123456789ab"}} {
			p.do(chromedp.EmulateViewport(1280, 900))
			p.comparing(base, ids...)
			p.do(chromedp.SendKeys("#cmp-q", "example"))
			eval[bool](p, string(axe)+`; document.querySelectorAll("details").forEach(d => d.open = true); true`)
			out := eval[string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, node: v.nodes[0].html.slice(0, 160), why: v.nodes[0].failureSummary}))))`)
			var vs []struct{ ID, Node, Why string }
			if err := json.Unmarshal([]byte(out), &vs); err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				t.Errorf("%d results, %s: %s: %s\n%s", len(ids), scheme, v.ID, v.Node, v.Why)
			}
			p.do(chromedp.EmulateViewport(320, 800))
			if over := eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				who := eval[string](p, `(() => { const w = document.documentElement.clientWidth; const e = [...document.querySelectorAll("body *")].find(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".scroll, pre, .vh, .skip")); return e ? e.outerHTML.slice(0, 160) : "?" })()`)
				t.Errorf("%d results: %d px too wide at 320: %s", len(ids), over, who)
			}
		}
	}
	p.scripts(false)
	p.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(base+"compare/index.html"))
	p.scripts(true)
	p.Wait("what the page says without scripts", mainText+`.includes("needs scripts")`)
	if got := eval[string](p, mainText); !strings.Contains(got, "Differences in conditions come first") || eval[int](p, `document.querySelectorAll("#boards a").length`) == 0 || eval[bool](p, `document.querySelector(".cmp-form").checkVisibility({visibilityProperty: true})`) {
		t.Errorf("without scripts: %.600s", got)
	}
}

// Boxes beside results of several pages lead to their comparison: ticked by
// keyboard, kept while tables are sorted and pages change, six at most, until
// they are cleared.
func TestCompareTicked(t *testing.T) {
	dir, _ := shipped(t)
	p := newTab(t)
	const (
		bar    = `(document.querySelector(".cmp-bar").hidden ? "" : document.querySelector(".cmp-bar").innerText.replace(/\s+/g, " "))`
		ticked = `new Set([...document.querySelectorAll(".cmp-box:checked")].map(b => b.dataset.compare)).size`
		chosen = `document.querySelectorAll(".cmp-chosen li").length`
		boxes  = `document.querySelectorAll(".cmp-box").length`
	)
	follow := func(want int, base string) {
		t.Helper()
		p.do(chromedp.Navigate(eval[string](p, `document.querySelector(".cmp-bar a").href`)))
		eval[bool](p, settled)
		if n := eval[int](p, chosen); n != want {
			t.Errorf("%s: %d results are compared, not %d", base, n, want)
		}
	}
	for _, base := range places(t, dir) {
		p.take()
		p.Size(360, 780)
		p.Open(base + "boards/chat-h100/index.html")
		if got := eval[string](p, bar); got != "" {
			t.Errorf("%s: the bar is there before anything is ticked: %s", base, got)
		}
		for _, i := range []int{0, 2} {
			eval[bool](p, fmt.Sprintf(`document.querySelectorAll("#table .cmp-box")[%d].focus(), true`, i))
			p.Keys(" ")
		}
		if got := eval[string](p, bar); !strings.Contains(got, "(2) Clear Llama-3.1-8B-Instruct, Qwen3-14B") {
			t.Errorf("%s: two rows by keyboard: %q", base, got)
		}
		if !eval[bool](p, `document.querySelector("[data-compare-pick]").href === document.querySelector(".cmp-bar a").href`) {
			t.Errorf("%s: the link above the rows leads elsewhere than the bar", base)
		}
		if wide := p.TooWide(); wide != "" {
			t.Errorf("%s: too wide for 360 pixels: %s", base, wide)
		}
		p.Size(1280, 900)
		eval[bool](p, `document.querySelectorAll("#table thead button")[1].click(), true`)
		p.Wait("rows that are sorted have lost their ticks", `document.querySelector("#table table").dataset.ms && `+ticked+` === 2`)
		// More on another page, one too many.
		p.Open(base + "models/Qwen/Qwen3-8B/index.html")
		if got := eval[string](p, bar); !strings.Contains(got, "(2)") {
			t.Errorf("%s: on another page the bar says %q", base, got)
		}
		eval[bool](p, `[...document.querySelectorAll("#results .cmp-box")].slice(0, 5).forEach(b => { b.focus(); b.click() }), true`)
		if n := eval[int](p, ticked); n != 4 {
			t.Errorf("%s: %d are ticked", base, n)
		}
		if got := eval[string](p, bar); !strings.Contains(got, "(6)") || !strings.Contains(got, "At most 6") {
			t.Errorf("%s: the bar says %q", base, got)
		}
		follow(6, base)
		eval[bool](p, `history.back(), true`)
		p.Wait("Back has lost the ticks", `document.querySelector(".cmp-bar") && `+ticked+` === 4`)
		eval[bool](p, `document.querySelector(".cmp-bar button").click(), true`)
		if got := eval[string](p, bar+` + `+ticked+` + document.activeElement.className`); got != "0cmp-box" {
			t.Errorf("%s: after clearing: %q", base, got)
		}
		// On the page of a result, it and a neighbour; on one of hardware, the best of boards.
		p.Open(base + "boards/chat-h100/index.html")
		p.Open(eval[string](p, `document.querySelector("#table tbody th a").href`))
		p.Wait("no boxes beside the neighbours", boxes+` > 0`)
		if got := eval[string](p, bar); got != "" {
			t.Errorf("%s: one result is offered for comparison: %s", base, got)
		}
		p.do(chromedp.Click("#neighbours .cmp-box"))
		follow(2, base)
		p.Open(base + "hardware/h100/index.html")
		eval[bool](p, `document.querySelectorAll("#boards .cmp-box")[1].click(), true`)
		follow(2, base)
		// A store that somebody else wrote brings nothing.
		eval[bool](p, `Object.keys(sessionStorage).forEach(k => sessionStorage.setItem(k, '[["<b>","x"],["../..","y"],7]')), true`)
		p.Open(base + "results/index.html")
		if got := eval[string](p, bar+` + (`+boxes+` > 99)`); got != "true" {
			t.Errorf("%s: a strange store brings %q", base, got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", base, c)
		}
	}
}

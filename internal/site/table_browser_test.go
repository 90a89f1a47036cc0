//go:build browser

// Tables in a real browser: what a reader does by keyboard and pointer, and what
// the address keeps of it.

package site

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tableScript are short words for tests: what is shown, and what a reader does.
const tableScript = `
	var form = document.querySelector("form.tbar"), table = form.parentNode.nextElementSibling.querySelector("table");
	var wait = (ok) => new Promise((done, no) => { const t0 = Date.now(); (function look() { const v = ok(); if (v) return done(v); if (Date.now() - t0 > 20000) return no(new Error("waited in vain for " + ok)); setTimeout(look, 10) })() });
	// Boxes to tick come to rows a moment later, and may stand on a line of their own.
	var rowsText = () => table.tBodies[0].innerText.replace(/\s+/g, " ");
	var here = () => wait(() => table.dataset.ms && Object.values(window.jbTables || {}).length === 0);
	var heads = () => [...table.tHead.rows[0].cells].map(th => th.innerText.replace(/\s+/g, " ").trim());
	var at = (name) => heads().findIndex(h => h.replace(/^[▲▼\d ]+/, "").startsWith(name));
	var col = (name) => [...table.tBodies[0].rows].map(r => r.cells[at(name)] ? r.cells[at(name)].innerText.replace(/\s+/g, " ").trim() : "");
	var button = (name) => table.tHead.rows[0].cells[at(name)].querySelector("button");
	var num = (s) => parseFloat(s.replace(/\s/g, ""));
	var pane = (name) => { const b = form.querySelector('[data-open="' + name + '"]'), d = document.getElementById(b.getAttribute("aria-controls")); if (d.hidden) b.click(); return wait(() => "ready" in form.dataset && d.children.length).then(() => d) };
	var put = (e, v) => { e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); };
	true`

// open goes to a page and waits for nothing.
func (p *tab) table(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
	eval[bool](p, tableScript)
}

// Scripts write rows exactly as the templates do, for every board.
func TestTableRowsAreTheStaticOnes(t *testing.T) {
	dir, _ := shipped(t)
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	pages, _ := filepath.Glob(filepath.Join(abs, "boards", "*", "index.html"))
	if len(pages) < 5 {
		t.Fatalf("%d boards", len(pages))
	}
	pages = append(pages, filepath.Join(abs, "results", "index.html"), filepath.Join(abs, "models", "Qwen", "Qwen3-8B", "index.html"))
	for _, page := range pages {
		p.table("file://" + page)
		got := eval[string](p, `(async () => {
			// Boxes to compare are another script's.
			const written = r => r.outerHTML.replace(/\s+/g, " ").replace(/<input[^>]*cmp-box[^>]*>/, "");
			const before = [...table.tBodies[0].rows].map(written);
			(table.tHead.rows[0].cells[1].querySelector("button")).click(); await here();
			form.querySelector("[type=reset]").click();
			const after = [...table.tBodies[0].rows].map(written);
			if (before.length !== after.length) return before.length + " rows, then " + after.length;
			const i = before.findIndex((r, i) => r !== after[i]);
			return i < 0 ? "" : before[i] + "\n" + after[i];
		})()`)
		if got != "" {
			t.Errorf("%s: %s", page, got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: %v", page, c)
		}
	}
}

// A reader sorts, searches, filters, picks columns and units, types formulas; the
// address brings each view back, and Back leads through them.
func TestTableFunctions(t *testing.T) {
	dir, _ := shipped(t)
	server := httptest.NewServer(http.StripPrefix("/some/base", http.FileServer(http.Dir(dir))))
	defer server.Close()
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	for _, base := range []string{"file://" + abs, server.URL + "/some/base"} {
		page := base + "/boards/chat-h100/index.html"
		p.table(page)
		if r, _ := func() (string, bool) {
			_, rs := p.take()
			s := strings.Join(rs, " ")
			return s, strings.Contains(s, "rows-board")
		}(); strings.Contains(r, "rows-board") {
			t.Error("the rows are loaded before anybody asks for them")
		}
		all := eval[int](p, `table.tBodies[0].rows.length`)
		first := eval[string](p, `rowsText()`)

		// Sort: text by pointer, again the other way, a third time as it came.
		eval[bool](p, `(async () => { button("Model").click(); await here(); return true })()`)
		if got := eval[string](p, `(() => { const c = col("Model"), s = c.slice().sort(new Intl.Collator("en", {numeric: true, sensitivity: "base"}).compare); return JSON.stringify(c) === JSON.stringify(s) ? table.tHead.querySelector("[aria-sort]").innerText + table.tHead.querySelector("[aria-sort]").getAttribute("aria-sort") : c.join() })()`); got != "Modelascending" {
			t.Errorf("sorted by model: %s", got)
		}
		eval[bool](p, `button("Model").click(), true`)
		if got := eval[string](p, `table.tHead.querySelector("[aria-sort]").getAttribute("aria-sort") + location.search`); got != "descending?s=-model" {
			t.Errorf("sorted the other way: %s", got)
		}
		if got := eval[string](p, `button("Model").click(), location.search + rowsText()`); got != first {
			t.Errorf("a third time does not restore")
		}
		// Two columns by keyboard: Enter on one, Shift and Enter on the other.
		eval[bool](p, `button("Precision").focus(), true`)
		p.do(chromedp.KeyEvent("\r"))
		eval[bool](p, `button("Parameters").focus(), true`)
		p.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(8)))
		if got := eval[string](p, `location.search`); got != "?s=precision,parameters" {
			t.Errorf("two columns by keyboard: %q", got)
		}
		if got := eval[string](p, `(() => { const a = col("Precision"), b = col("Parameters").map(num); for (let i = 1; i < a.length; i++) if (a[i] === a[i-1] && (isNaN(b[i-1]) && !isNaN(b[i]) || b[i] < b[i-1])) return a[i] + b[i-1] + b[i]; return document.activeElement.dataset.key })()`); got != "parameters" {
			t.Errorf("two columns: %s", got)
		}
		if got := eval[string](p, `button("#").click(), location.search + rowsText()`); got != first {
			t.Errorf("the column of ranks does not restore: %.200s", got)
		}

		// Search, told in words, and no rows with a way back.
		eval[bool](p, `put(form.q, "qwen instruct"), true`)
		if got := eval[string](p, `(() => { const m = col("Model"); return m.length && m.every(x => /qwen/i.test(x) || true) ? form.querySelector("output").innerText + location.search : "none" })()`); !strings.HasSuffix(got, fmt.Sprintf(" of %d rows?q=qwen+instruct", all)) {
			t.Errorf("search: %s", got)
		}
		eval[bool](p, `put(form.q, "zzzz"), true`)
		if got := eval[string](p, `form.querySelector("output").innerText + table.tBodies[0].rows.length`); got != "No row matches.1" {
			t.Errorf("no rows: %s", got)
		}
		if got := eval[string](p, `table.tBodies[0].querySelector("button").click(), location.search + rowsText()`); got != first {
			t.Errorf("reset leaves %.100s", got)
		}

		// Filters: a box, a range, together; the address brings them back.
		eval[bool](p, `(async () => { await pane("filters"); const b = form.querySelector('input[name="f:precision"]'); b.click(); put(form.querySelector('input[name="r:parameters"][data-end="1"]'), "40"); return true })()`)
		view := eval[string](p, `location.search + " " + form.querySelector("output").innerText + rowsText()`)
		if !strings.HasPrefix(view, "?precision=") || !strings.Contains(view, "&parameters=..40 ") {
			t.Errorf("filters: %.80s", view)
		}
		if got := eval[string](p, `col("Parameters").map(num).filter(x => !(x <= 40)).join() + [...new Set(col("Precision"))].length`); got != "1" {
			t.Errorf("filtered rows hold %s", got)
		}
		q := eval[string](p, `location.search`)
		p.table(page + q)
		if got := eval[string](p, `here().then(() => location.search + " " + form.querySelector("output").innerText + rowsText())`); got != view {
			t.Errorf("the address brings back %.200s, wanted %.200s", got, view)
		}
		p.table(page)
		eval[bool](p, `(async () => { await pane("filters"); form.querySelector('input[name="f:precision"]').click(); return true })()`)
		if got := eval[string](p, `new Promise(done => { addEventListener("popstate", () => setTimeout(() => done(location.search + rowsText()), 50), {once: true}); history.back() })`); got != first {
			t.Errorf("back: %.100s", got)
		}

		// Columns, units, assumptions, formulas.
		eval[bool](p, `(async () => { await pane("columns"); form.querySelector('input[name="c"][value="family"]').click(); form.querySelector('input[name="c"][value="precision"]').click(); return true })()`)
		if got := eval[string](p, `location.search + (at("Family") > 0) + (at("Precision") < 0)`); got != "?show=family&hide=precisiontruetrue" {
			t.Errorf("columns: %s", got)
		}
		usual := eval[int](p, `form.querySelector("[data-preset='']").click(), heads().length`)
		if got := eval[string](p, `form.querySelector("[data-preset=all]").focus(), document.activeElement.click(), form.querySelector('input[name="c"][value="family"]').click(),
			location.search + (heads().length > `+fmt.Sprint(usual)+` + 9) + (at("Family") < 0) + document.activeElement.dataset.preset`); got != "?show=all&hide=familytruetrueall" {
			t.Errorf("all columns but one: %s", got)
		}
		q = eval[string](p, `location.search + " " + heads().length`)
		p.table(page + strings.Fields(q)[0])
		if got := eval[string](p, `here().then(() => location.search + " " + heads().length)`); got != q {
			t.Errorf("%s brings back %s", q, got)
		}
		eval[bool](p, `form.querySelector("[type=reset]").click(), true`)
		j := eval[float64](p, `num(col("Energy")[0])`)
		eval[bool](p, `(async () => { await pane("units"); put(form.u, "Wh"); put(form.a, "1000"); put(form.co2, "400"); put(form.price, "0.25"); put(form.cur, "EUR"); return true })()`)
		if got := eval[float64](p, `num(col("Energy")[0])`); got < j*1000/3600*0.99 || got > j*1000/3600*1.01 {
			t.Errorf("%v J for one are %v Wh for 1,000", j, got)
		}
		if got := eval[float64](p, `num(col("Emissions")[0])`); got < j/3600*400*0.99 || got > j/3600*400*1.01 {
			t.Errorf("emissions of 1,000: %v g of %v J", got, j)
		}
		if got := eval[string](p, `heads()[at("Energy")] + "|" + heads()[at("Cost")]`); !strings.Contains(got, "Wh per 1,000 responses|Cost EUR per 1,000 responses, your assumption") {
			t.Errorf("heads: %s", got)
		}
		q = eval[string](p, `location.search`)
		p.table(page + q)
		if got := eval[string](p, `here().then(() => [form.u.value, form.a.value, form.co2.value, form.price.value, form.cur.value].join())`); got != "Wh,1000,400,0.25,EUR" {
			t.Errorf("%s brings back %s", q, got)
		}
		p.table(page)
		eval[bool](p, `(async () => { await pane("formulas"); form.xn.value = "Double"; form.xe.focus(); return true })()`)
		p.do(chromedp.KeyEvent("2 * energy_per_response_j + nothing\r"))
		if got := eval[string](p, `form.querySelector(".tb-err").innerText + form.xe.getAttribute("aria-invalid") + form.xe.value.slice(form.xe.selectionStart, form.xe.selectionEnd)`); got != "No column is named “nothing”.truenothing" {
			t.Errorf("a wrong formula: %s", got)
		}
		eval[bool](p, `form.xe.value = "", form.xe.focus(), true`)
		p.do(chromedp.KeyEvent("2 * energy_per_response_j\r"))
		if got := eval[float64](p, `num(col("Double")[0])`); got < 2*j*0.99 || got > 2*j*1.01 {
			t.Errorf("the double of %v is %v", j, got)
		}
		if got := eval[string](p, `button("Double").click(), new URLSearchParams(location.search).toString()`); got != "s=x1&x=Double%3D2+*+energy_per_response_j" {
			t.Errorf("the address of a formula: %s", got)
		}
		q = eval[string](p, `location.search`)
		p.table(page + q)
		if got := eval[string](p, `here().then(() => heads()[at("Double")] + col("Double").length)`); got != fmt.Sprint("Double", all) {
			t.Errorf("%s brings back %s", q, got)
		}
		// Lists sort as heads do, without a Shift key; what they say follows the heads.
		p.table(page)
		eval[bool](p, `pane("sort").then(() => { const s = form.querySelector("[name=s]"); s.focus(); put(s, "precision"); put(form.querySelectorAll("[name=s]")[1], "-parameters"); return true })`)
		if got := eval[string](p, `location.search + [...form.querySelectorAll("[name=s]")].map(s => s.value).join() + document.activeElement.dataset.turn`); got != "?s=precision,-parametersprecision,-parameters,0" {
			t.Errorf("lists to sort by: %s", got)
		}
		if got := eval[string](p, `(() => { const a = col("Precision"), b = col("Parameters").map(num); for (let i = 1; i < a.length; i++) if (a[i] < a[i-1] || a[i] === a[i-1] && b[i] > b[i-1]) return a[i] + b[i-1] + b[i]; return "" })()`); got != "" {
			t.Errorf("two lists: %s", got)
		}
		if got := eval[string](p, `button("Model").click(), [...form.querySelectorAll("[name=s]")].map(s => s.value).join()`); got != "model," {
			t.Errorf("a head leaves the lists at %s", got)
		}
		if got := eval[string](p, `put(form.querySelector("[name=s]"), ""), location.search + rowsText()`); got != first {
			t.Errorf("no list leaves %.100s", got)
		}
		// Models and classes of licences can be filtered by, and a word is no number.
		if got := eval[string](p, `pane("filters").then(() => ["model", "license_class", "license", "family", "type", "precision"].filter(k => !form.querySelector('[name="f:' + k + '"]')).join() +
			["parameters", "date", "energy_per_response_j", "itl_ms.p50"].filter(k => !form.querySelector('[name="r:' + k + '"]')).join())`); got != "" {
			t.Errorf("filters lack %s", got)
		}
		if got := eval[string](p, `put(form.querySelector('[name="r:parameters"]'), "many"), form.querySelector("output").innerText + form.querySelector('[name="r:parameters"]').getAttribute("aria-invalid")`); got != "“many” is no number.true" {
			t.Errorf("a word as a limit: %s", got)
		}
		// Emissions belong to each energy shown, in its unit, with its interval.
		p.table(page + "?co2=400&t=1000000&s=co2:energy_per_output_token_j")
		if got := eval[string](p, `here().then(() => { const h = heads(), e = h.filter(x => /Emissions/.test(x)); const i = h.findIndex(x => /Emissions.*tokens/.test(x)), j = at("Per token");
			const r = table.tBodies[0].rows[0], v = num(r.cells[i].innerText) / (num(r.cells[j].innerText) / 3.6e6 * 400); return e.length + " " + (Math.abs(v - 1) < .02) + h[i] })`); !strings.HasPrefix(got, "2 true") || !strings.HasSuffix(got, "gCO₂e per million tokens, your assumption") {
			t.Errorf("emissions of tokens: %s", got)
		}
		// An address that nobody could have made changes nothing and runs nothing.
		p.table(page + "?s=nope&x=%3Cimg%3E=alert(1)&precision=%3Cscript%3E&parameters=a..b&show=__proto__&u=%22&p=-7&co2=x")
		if got := eval[string](p, `here().then(() => form.querySelector("output").innerText)`); got != "No row matches." {
			t.Errorf("a strange address: %s", got)
		}
		// A formula of an address that cannot be read is where formulas are typed, with why.
		p.table(page + "?x=Odd%3D2+*+nothing&x=Double%3D2+*+energy_per_response_j")
		if got := eval[string](p, `here().then(() => [form.xn.value, form.xe.value, form.querySelector(".tb-err").innerText, form.xe.getAttribute("aria-invalid"), at("Double") > 0].join())`); got != "Odd,2 * nothing,No column is named “nothing”.,true,true" {
			t.Errorf("a faulty formula in an address: %s", got)
		}
		// Of several each is told, and when one is mended the next is where they are typed.
		p.table(page + "?x=Odd%3D2+*+nothing&x=Double%3D2+*+energy_per_response_j&x=%3D1+%2B&x=Long%3D%283")
		const told = `[form.xn.value, form.xe.value, form.querySelector(".tb-err").innerText, form.xe.getAttribute("aria-invalid")].join("|")`
		for i, step := range []struct{ do, want string }{
			{"", "Odd|2 * nothing|No column is named “nothing”.\n1 +: The formula stops too early.\nLong = (3: A parenthesis is not closed.|true"},
			{`put(form.xe, "2 *")`, "Odd|2 *|1 +: The formula stops too early.\nLong = (3: A parenthesis is not closed.|"},
			{`put(form.xe, "2 * 3"); form.xadd.click()`, "|1 +|The formula stops too early.\nLong = (3: A parenthesis is not closed.|true"},
			{`put(form.xe, "1 + 1"); form.xadd.click()`, "Long|(3|A parenthesis is not closed.|true"},
			{`put(form.xe, "3"); form.xadd.click()`, "|||"},
		} {
			if got := eval[string](p, `(async () => { await here(); `+step.do+`; await here(); return `+told+` })()`); got != step.want {
				t.Errorf("step %d of faulty formulas: %s", i, got)
			}
		}
		if got := eval[string](p, `[at("Odd") > 0, at("Double") > 0, at("Long") > 0].join()`); got != "true,true,true" {
			t.Errorf("the mended columns: %s", got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", base, c)
		}
	}
}

// All results and the tables of models search and sort as boards do; two tables of
// a page keep apart in the address, and no table of these has ranks.
func TestTablesOutsideBoards(t *testing.T) {
	dir, _ := shipped(t)
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	p.table("file://" + abs + "/results/index.html")
	got := eval[string](p, `(async () => {
		form.q.focus(); put(form.q, "qwen3-8b b200 gpqa"); await here();
		const c = col("Model"); return c.length + " " + new Set(c).size + " " + form.querySelector("output").innerText + " " + heads().some(h => h === "#" || h === "Rating") })()`)
	if !strings.HasSuffix(got, "of 781 rows false") || strings.HasPrefix(got, "0 ") || strings.HasPrefix(got, "1 2 ") {
		t.Errorf("search over all results: %s", got)
	}
	if got := eval[string](p, `location.search`); got != "?q=qwen3-8b+b200+gpqa" {
		t.Errorf("the address: %s", got)
	}
	p.table("file://" + abs + "/models/Qwen/Qwen3-8B/index.html?2.s=-batch&s=batch")
	got = eval[string](p, `(async () => {
		const out = []; const forms = [...document.querySelectorAll("form.tbar")];
		for (const f of forms) { form = f; table = f.parentNode.nextElementSibling.querySelector("table"); await here(); const b = col("Batch").map(num); out.push(b[0] < b[b.length - 1] ? "up" : "down") }
		form.q.focus(); put(form.q, "h100"); return out.join() + location.search })()`)
	if got != "up,down?s=batch&2.q=h100&2.s=-batch" {
		t.Errorf("two tables: %s", got)
	}
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
}

// The heads and what names a row stay in view on a narrow screen, and the head
// over those names stays in both directions, without scripts as well.
func TestTableHeadsStay(t *testing.T) {
	dir, _ := shipped(t)
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.Size(360, 780)
	for page, region := range map[string]string{"boards/chat-h100/index.html": "#table .wide-table", "results/index.html": "#table .wide-table", "models/Qwen/Qwen3-8B/index.html": "#results .scroll"} {
		for _, scripts := range []bool{true, false} {
			p.scripts(scripts)
			p.Open("file://" + abs + "/" + page)
			got := eval[string](p, `(() => { const box = document.querySelector("`+region+`"), table = box.querySelector("table"); box.scrollLeft = 150; box.scrollTop = 150;
				const a = box.getBoundingClientRect(), near = (x, y) => Math.abs(x - y) < 2, out = [];
				const head = table.querySelector("thead th.row, thead th:first-child:not(.n)") || table.querySelector("thead th.row"), name = table.tBodies[0].rows[7].querySelector("th") || table.tBodies[0].rows[7].cells[0];
				if (box.scrollLeft !== 150) out.push("does not scroll");
				if (!near(head.getBoundingClientRect().left, a.left)) out.push("the head moves away");
				if (!near(name.getBoundingClientRect().left, a.left)) out.push("the name moves away");
				if (box.scrollTop && !near(head.getBoundingClientRect().top, a.top)) out.push("the heads scroll away");
				return out.join(", ") })()`)
			if got != "" {
				t.Errorf("%s, scripts %v: %s", page, scripts, got)
			}
		}
	}
	p.scripts(true)
}

// Formulas are parsed, never run.
func TestTableFormulas(t *testing.T) {
	dir, _ := shipped(t)
	abs, _ := filepath.Abs(dir)
	p := newTab(t)
	p.table("file://" + abs + "/boards/chat-h100/index.html")
	for formula, want := range map[string]string{
		"1+2*3": "7", "(1+2)*3": "9", "2^3^2": "512", "-2^2": "-4", "2^-1": "0.5", "7/2/2": "1.75", "1e3 - .5": "999.5", "a*2": "10", "a / zero": "missing", "none + 1": "missing",
		"itl_ms.p50 × 2": "8", "--3": "3", "": "empty@0", "  ": "empty@2", "1 +": "end@3", "(1": "open@0", "1)": "char@1", "a b": "char@2", "2a": "char@1", "alert(1)": "call@0", "nope": "name@0",
		"words": "text@0", "a;b": "char@1", "a=1": "char@1", "a['x']": "char@1", "constructor": "name@0", "1..2": "char@2", "${a}": "char@0", "(((((((((1)))))))))": "1",
	} {
		if got := eval[string](p, fmt.Sprintf(`(() => { const v = {a: 5, zero: 0, none: null, "itl_ms.p50": 4}; const f = jb.formula(%q, n => n === "words" ? "text" : Object.keys(v).includes(n) ? "" : "name"); if (f.error) return f.error + "@" + f.at; const r = f.value(n => v[n]); return r === null ? "missing" : String(r) })()`, formula)); got != want {
			t.Errorf("%q: %s, wanted %s", formula, got, want)
		}
	}
}

// write puts files made in memory on disk, for a browser.
func writeFiles(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := writeAtomic(filepath.Join(dir, filepath.FromSlash(name)), data); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// longTableSteps are what a reader does to all rows of a table.
var longTableSteps = []struct{ name, script string }{
	{"text", `button("Model").click()`}, {"number", `button("Per token").click()`},
	{"two", `button("Precision").click(); button("Model").dispatchEvent(new MouseEvent("click", {bubbles: true, shiftKey: true}))`},
	{"search", `put(form.q, "org-3 fp8")`}, {"range", `put(form.querySelector('input[name="r:parameters"][data-end="1"]'), "70")`},
	{"reset", `form.querySelector("[type=reset]").click()`},
}

// 10,000 rows: searched, sorted and filtered as a whole, shown in pages, with
// ranges of ranks and intervals as the page itself has them.
func TestLongTableInBrowser(t *testing.T) {
	const n = 10000
	files, page := wideBoard(t, n)
	dir := writeFiles(t, files)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	p.table("file://" + dir + "/" + page)
	if got := eval[string](p, `form.querySelector("output").innerText + "|" + document.querySelector(".tb-pages").innerText.replace(/\s+/g, " ")`); got != "10\u202f000 rows|Previous Rows 1 to 100 of 10 000 Next" {
		t.Errorf("before anything is loaded: %q", got)
	}
	before := eval[string](p, `table.tBodies[0].innerHTML.replace(/\s+/g, " ")`)
	if !strings.Contains(before, "±") && !strings.Contains(before, "−") {
		t.Error("no interval on the page")
	}
	// The last page by keyboard, then a row that only the file holds.
	eval[bool](p, `document.querySelector(".tb-pages button:last-child").focus(), true`)
	p.do(chromedp.KeyEvent("\r"))
	if got := eval[string](p, `here().then(() => location.search + table.tBodies[0].rows.length)`); got != "?p=2100" {
		t.Errorf("the second page: %s", got)
	}
	eval[bool](p, `form.querySelector("[type=reset]").click(), true`)
	if got := eval[string](p, `table.tBodies[0].innerHTML.replace(/\s+/g, " ")`); got != before {
		t.Error("scripts write other rows than the page has")
	}
	eval[bool](p, `put(form.q, "model-9999-"), true`)
	if got := eval[string](p, `col("Model").join() + form.querySelector("output").innerText`); !strings.HasPrefix(got, "Model-9999-") || !strings.HasSuffix(got, "1 of 10\u202f000 rows") {
		t.Errorf("search: %s", got)
	}
	eval[bool](p, `form.querySelector("[type=reset]").click(), true`)
	for _, step := range longTableSteps {
		eval[bool](p, `pane("filters").then(() => { `+step.script+`; return true })`)
		t.Logf("%d rows, %s: %s ms", n, step.name, eval[string](p, `table.dataset.ms`))
	}
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
}

// The numbers of further columns of a large table come when they are chosen, sorted
// by or computed with, each metric's alone.
func TestColumnsOfTheirOwn(t *testing.T) {
	files, page := wideBoard(t, 10_000)
	dir := writeFiles(t, files)
	const key = "mean_power_w"
	own := regexp.MustCompile(`/rows-board-chat-h100-` + key + `\.\w+\.js$`)
	if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), own.MatchString) {
		t.Fatalf("%s has no file of its own among %q", key, slices.Sorted(maps.Keys(files)))
	}
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	const asked = `[...document.querySelectorAll('script[src^="rows-"]')].map(s => s.src.replace(/.*\/rows-|\.\w+\.js$/g, "")).join()`
	for _, c := range []struct{ name, query, script, want, numbers string }{
		{"chosen", "", `pane("columns").then(() => { form.querySelector('input[name="c"][value="mean_power_w"]').click(); return wait(() => at("Power") >= 0) })`, "board-chat-h100,board-chat-h100-mean_power_w", "100 100"},
		{"in the address", "?show=mean_power_w&s=-mean_power_w", `here()`, "board-chat-h100,board-chat-h100-mean_power_w", "100 100"},
		{"sorted by and not shown", "?s=-mean_power_w", `here()`, "board-chat-h100,board-chat-h100-mean_power_w", "100 0"},
		{"in a range", "?mean_power_w=100000000..", `here()`, "board-chat-h100,board-chat-h100-mean_power_w", "1 0"},
		{"in a formula", "?x=Half=mean_power_w/2", `here()`, "board-chat-h100,board-chat-h100-mean_power_w", "100 100"},
		{"not needed", "?q=model", `here()`, "board-chat-h100", "100 0"},
	} {
		p.table("file://" + dir + "/" + page + c.query)
		eval[bool](p, c.script+`.then(() => true)`)
		if got := eval[string](p, asked); got != c.want {
			t.Errorf("%s: asked for %s, wanted %s", c.name, got, c.want)
		}
		if got := eval[string](p, `col("Model").length + " " + [...col("Power"), ...col("Half")].filter(v => num(v) > 0).length`); got != c.numbers {
			t.Errorf("%s: rows and numbers %s, wanted %s", c.name, got, c.numbers)
		}
	}
	if c, _ := p.take(); len(c) > 0 {
		t.Errorf("complaints: %v", c)
	}
}

// Open panes and rows that scripts wrote pass axe, in both colours, and fit a
// narrow screen; print shows no controls.
func TestTableAccess(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join(repo, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skipf("axe-core is not there: run make browser-test (%v)", err)
	}
	files, page := wideBoard(t, 450)
	dir := writeFiles(t, files)
	p := newTab(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, pane := range []string{"filters", "columns", "units", "formulas"} {
			call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			p.do(chromedp.EmulateViewport(1280, 900))
			p.table("file://" + dir + "/" + page + "?s=-parameters,model&co2=400&x=Twice=2*energy_per_response_j")
			eval[bool](p, `here().then(() => pane("`+pane+`")).then(() => { if ("`+pane+`" === "formulas") { form.xe.value = "1 +"; form.xadd.click() } return true })`)
			eval[bool](p, string(axe)+"; true")
			if got := eval[string](p, `axe.run(document.getElementById("table"), {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations.map(v => v.id + ": " + v.nodes[0].html.slice(0, 200) + v.nodes[0].failureSummary).join("\n"))`); got != "" {
				t.Errorf("%s, %s: %s", scheme, pane, got)
			}
			p.do(chromedp.EmulateViewport(320, 700))
			if got := eval[string](p, `(() => { const w = document.documentElement.clientWidth; if (document.documentElement.scrollWidth <= w) return ""; const e = [...form.querySelectorAll("*")].find(e => e.getBoundingClientRect().right > w + 1); return e ? e.outerHTML.slice(0, 200) : "?" })()`); got != "" {
				t.Errorf("%s is too wide at 320: %s", pane, got)
			}
		}
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if got := eval[int](p, `form.offsetHeight`); got != 0 {
		t.Error("the controls are printed")
	}
}

// Text that attacks stays text when scripts write it, too.
func TestHostileTables(t *testing.T) {
	root := hostileBoard(t)
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 900))
	for _, page := range []string{"results/index.html", "boards/chat-h100/index.html"} {
		p.table("file://" + out + "/" + page)
		got := eval[string](p, `(async () => {
			// Boxes to compare are another script's.
			const text = () => table.tBodies[0].innerHTML.replace(/\s+/g, " ").replace(/<input[^>]*cmp-box[^>]*>/g, "");
			const before = text();
			button("Model").click(); await here(); await pane("filters"); await pane("columns");
			form.querySelectorAll('input[name="c"]:not(:checked)').forEach(b => b.click());
			await pane("formulas"); put(form.xn, '<img src=x onerror=alert(1)>'); form.xe.value = "parameters * 2"; form.xadd.click();
			put(form.cur || form.q, '"><script>alert(1)</script>'); if (form.price) put(form.price, "1");
			const bad = document.querySelectorAll("main img[src=x], main script:not([type]), main [onerror], main [onmouseover], main a[href^=javascript]").length;
			form.querySelector("[type=reset]").click();
			return bad + (before === text() ? " same" : " other") })()`)
		if got != "0 same" {
			t.Errorf("%s: %s", page, got)
		}
		if c, _ := p.take(); len(c) > 0 {
			t.Errorf("%s: complaints: %v", page, c)
		}
	}
}

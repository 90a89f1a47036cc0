//go:build browser

package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"

	"jouleboard/internal/browsertest"
)

// keepBlobs makes the page remember what it offers to save, by name, as text of
// one character a byte.
const keepBlobs = `(() => {
	window.saved = {}; let last = null;
	const make = URL.createObjectURL;
	URL.createObjectURL = b => { last = b; return make.call(URL, b); };
	HTMLAnchorElement.prototype.click = function () {
		const name = this.download;
		last.arrayBuffer().then(a => { window.saved[name] = Array.from(new Uint8Array(a), c => String.fromCharCode(c)).join(""); });
	};
	return true; })()`

// What a figure has no file for is made in the page: a whole SVG in the colours
// of paper, a PNG, and a PDF whose table of objects is right. Links and buttons
// offer each form once, and the keyboard reaches the data table.
func TestFiguresAreSaved(t *testing.T) {
	root, rs := measuredBoard(t, "closed")
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})
	p := newTab(t)
	p.Scheme("dark")
	p.Open("file://" + out + "/" + resultPath(rs[0].Hash12()))
	eval[bool](p, keepBlobs)
	const forms = `[...document.querySelectorAll("[data-save]")].map(e => [...e.querySelectorAll(".figlinks > a, .figlinks > button")].map(x => x.textContent).join(" ")).filter(x => x !== "SVG PDF PNG CSV JSON").join("; ")`
	if got := eval[string](p, forms); got != "" {
		t.Errorf("figures offer %q", got)
	}
	name := eval[string](p, `document.querySelector("#dist-itl_ms, figure[data-save]").dataset.save`)
	eval[bool](p, `document.querySelector("#dist-itl_ms, figure[data-save]").querySelectorAll(".figlinks button").forEach(b => b.dispatchEvent(new MouseEvent("click"))); true`)
	p.Wait("three pictures", `Object.keys(window.saved).length === 3`)
	file := func(ext string) string { return eval[string](p, `window.saved["`+name+ext+`"]`) }

	svg := file(".svg")
	for _, want := range []string{`xmlns="http://www.w3.org/2000/svg"`, `width="190.5mm"`, "#0072b2", "#16181d"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the SVG lacks %s", want)
		}
	}
	if strings.Contains(svg, "class=") || strings.Contains(svg, "var(") {
		t.Error("the SVG leans on a style sheet")
	}
	if png := file(".png"); !strings.HasPrefix(png, "\u0089PNG\r\n") || len(png) < 2000 {
		t.Errorf("a PNG of %d bytes", len(png))
	}
	pdf := []rune(file(".pdf"))
	text := string(pdf)
	if !strings.HasPrefix(text, "%PDF-1.4\n") || !strings.HasSuffix(text, "%%EOF\n") {
		t.Fatal("no PDF")
	}
	at := func(i int) string { return string(pdf[i:min(len(pdf), i+20)]) }
	_, tail, _ := strings.Cut(text, "startxref\n")
	table := 0
	for _, c := range strings.SplitN(tail, "\n", 2)[0] {
		table = table*10 + int(c-'0')
	}
	if !strings.HasPrefix(at(table), "xref\n0 6\n") {
		t.Errorf("startxref leads to %q", at(table))
	}
	for i, line := range strings.Split(string(pdf[table:]), "\n")[3:8] {
		offset := 0
		for _, c := range line[:10] {
			offset = offset*10 + int(c-'0')
		}
		if want := string(rune('1'+i)) + " 0 obj\n"; !strings.HasPrefix(at(offset), want) {
			t.Errorf("object %d: %q at its offset", i+1, at(offset))
		}
	}

	// The keyboard opens the table and can scroll it.
	eval[bool](p, `document.querySelector("figure[data-save] summary").focus(); true`)
	p.Keys(kb.Enter)
	p.Wait("the table to open", `document.querySelector("figure[data-save] details").open`)
	p.Keys(kb.Tab)
	if got := eval[string](p, `document.activeElement.getAttribute("role")`); got != "group" {
		t.Errorf("after the summary the focus is on %q", got)
	}
	if complaints, _ := p.Take(); len(complaints) > 0 {
		t.Errorf("complaints: %v", complaints)
	}
}

// A board that keeps some pictures as files, or none, offers all forms of its
// figures: the page's script makes what is missing.
func TestFiguresAreSavedInsteadOfBuilt(t *testing.T) {
	root := smallBoard(t)
	e := &editor{t: t, root: root}
	for _, words := range []string{"", "svg"} {
		e.key("figures: {build: [" + words + "]}")
		out := filepath.Join(t.TempDir(), "public")
		build(t, root, Options{Out: out})
		p := newTab(t)
		p.Open("file://" + out + "/boards/chat-h100/index.html")
		eval[bool](p, keepBlobs)
		const forms = `["tradeoff", "top"].map(id => [...document.querySelectorAll("#" + id + " .figlinks > a, #" + id + " .figlinks > button")].map(x => x.tagName + " " + x.textContent).join(", ")).join("; ")`
		one := "BUTTON SVG, BUTTON PDF, BUTTON PNG, A CSV, A JSON"
		if words == "svg" {
			one = "A SVG, BUTTON PDF, BUTTON PNG, A CSV, A JSON"
		}
		if got := eval[string](p, forms); got != one+"; "+one {
			t.Errorf("[%s] offers %s", words, got)
		}
		eval[bool](p, `document.querySelectorAll("#tradeoff .figlinks button").forEach(b => b.dispatchEvent(new MouseEvent("click"))); true`)
		p.Wait("the pictures", `Object.keys(window.saved).length === document.querySelectorAll("#tradeoff .figlinks button").length`)
		if png := eval[string](p, `window.saved["chat-h100-tradeoff.png"]`); !strings.HasPrefix(png, "\u0089PNG\r\n") || len(png) < 20_000 {
			t.Errorf("[%s] a PNG of %d bytes", words, len(png))
		}
		if complaints, _ := p.Take(); len(complaints) > 0 {
			t.Errorf("[%s] complaints: %v", words, complaints)
		}
	}
}

// A task's page of hardware: accessible and narrow enough; its figures answer to a
// pointer with units, do not move for readers who want that, and stay drawings
// where the library does not load.
func TestHardwareTaskInBrowser(t *testing.T) {
	dir, _ := shipped(t)
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	page := "file://" + abs + "/hardware/h100/text-to-image/index.html"
	axe := browsertest.LoadAxe(t, repo)
	p := newTab(t)
	for _, scheme := range []string{"light", "dark"} {
		p.Scheme(scheme)
		p.Size(1280, 900)
		p.Open(page)
		for _, v := range p.Axe(axe, "main") {
			t.Errorf("%s: %s", scheme, v)
		}
		p.Size(320, 800)
		if who := p.TooWide(); who != "" {
			t.Errorf("too wide: %s", who)
		}
		p.Take()
	}
	p.Size(1280, 900)
	if libs, err := filepath.Glob(filepath.Join(dir, "assets", "echarts*.js")); err != nil || len(libs) == 0 {
		t.Skipf("the chart library is not there (%v)", err)
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	p.Open(page)
	eval[bool](p, `document.querySelector("#load-text-to-image").scrollIntoView(); true`)
	p.Wait("a live chart", `document.querySelector("#load-text-to-image.is-live canvas")`)
	if got := eval[string](p, `JSON.stringify(echarts.getInstanceByDom(document.querySelector("#load-text-to-image canvas").closest("[_echarts_instance_]")).getOption().stateAnimation.duration)`); got != "0" {
		t.Errorf("states change in %s ms for readers who want no motion", got)
	}
	// Every point's tooltip ends in a value with its unit and the batch by name.
	tips := eval[[]string](p, `window.jbCharts["load-text-to-image"].series.flatMap(s => s.tips || [])`)
	for _, tip := range tips {
		lines := strings.Split(tip, "\n")
		if n := len(lines); n < 3 || !strings.HasSuffix(lines[n-2], "J") || !strings.HasPrefix(lines[n-1], "Batch ") {
			t.Errorf("tooltip %q", tip)
		}
	}
	if len(tips) < 5 {
		t.Errorf("%d tooltips", len(tips))
	}

	// A copy of the page whose library is gone keeps its drawing.
	broken := t.TempDir()
	if err := os.CopyFS(filepath.Join(broken, "assets"), os.DirFS(filepath.Join(dir, "assets"))); err != nil {
		t.Fatal(err)
	}
	libs, err := filepath.Glob(filepath.Join(broken, "assets", "echarts*.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range libs {
		if err := os.Remove(l); err != nil {
			t.Fatal(err)
		}
	}
	html, err := os.ReadFile(filepath.Join(dir, "hardware", "h100", "text-to-image", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(broken, "hardware", "h100", "text-to-image")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "index.html"), html, 0o644); err != nil {
		t.Fatal(err)
	}
	p.Open("file://" + folder + "/index.html")
	eval[bool](p, `document.querySelector("#load-text-to-image").scrollIntoView(); true`)
	p.Wait("the library to be asked for", `document.querySelector("script[src*=echarts]")`)
	if !eval[bool](p, `(f => f.querySelector(".wide svg").getBoundingClientRect().width > 600 && !f.classList.contains("is-live"))(document.querySelector("#load-text-to-image"))`) {
		t.Error("without the library there is no drawing")
	}
}

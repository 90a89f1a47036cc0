//go:build browser

// The charts in a real browser: drawings inside their frames, the interactive
// chart under the site's Content-Security-Policy and from a file, hostile names.
// Needs Chromium, and ECharts in node_modules (npm ci).

package chart

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"jouleboard/internal/browsertest"
)

type harnessFigure struct {
	ID           string
	Wide, Narrow template.HTML
	Option       template.JS
}

// harness writes a page with the charts, as the site would, and returns its URL.
func harness(t *testing.T, cs []Chart) string {
	t.Helper()
	dir := t.TempDir()
	place := func(name string, from ...string) {
		for _, f := range from {
			if b, err := os.ReadFile(f); err == nil {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
		t.Skipf("none of %v is there: run npm ci first", from)
	}
	root := "../../"
	place("echarts.min.js", root+"node_modules/echarts/dist/echarts.common.min.js")
	place("chart.js", root+"assets/js/chart.js")
	place("harness.css", "testdata/harness.css")
	page := template.Must(template.ParseFiles("testdata/harness.html"))
	var figs []harnessFigure
	for _, c := range cs {
		opt, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		figs = append(figs, harnessFigure{c.name(), template.HTML(SVG(c, false)), template.HTML(SVG(c, true)), template.JS(opt)})
	}
	f, err := os.Create(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := page.Execute(f, figs); err != nil {
		t.Fatal(err)
	}
	return "file://" + f.Name()
}

// tab is a browser's tab with the questions that tests of charts ask.
type tab struct{ *browsertest.Tab }

func newTab(t *testing.T) *tab { return &tab{browsertest.New(t)} }

func (p *tab) run(script string) {
	p.T.Helper()
	browsertest.Eval[bool](p.Tab, "("+script+"), true")
}

// truth fails the test where a script, or the promise it gives, does not come to
// be true.
func (p *tab) truth(what, script string) {
	p.T.Helper()
	if !p.Soon(script) {
		p.T.Errorf("not so: %s", what)
	}
}

// none fails the test where a script lists anything.
func (p *tab) none(what, script string) {
	p.T.Helper()
	if bad := browsertest.Eval[[]string](p.Tab, script); len(bad) > 0 {
		p.T.Errorf("%s: %q", what, bad)
	}
}

// shoot keeps a picture for looking at.
func (p *tab) shoot(name string) {
	p.T.Helper()
	if out := os.Getenv("JOULEBOARD_CHART_OUT"); out != "" {
		p.Shoot(filepath.Join(out, name+".png"))
	}
}

// outside lists texts of shown drawings that leave their svg.
const outside = `(() => { const bad = [];
 document.querySelectorAll('figure svg').forEach(svg => { const s = svg.getBoundingClientRect(); if (!s.width) return;
  svg.querySelectorAll('text').forEach(t => { const b = t.getBoundingClientRect();
   if (b.left < s.left-1 || b.right > s.right+1 || b.top < s.top-1 || b.bottom > s.bottom+1) bad.push(t.textContent); }); });
 return bad; })()`

const overlaps = `(() => { const bad = [];
 document.querySelectorAll('figure svg').forEach(svg => { if (!svg.getBoundingClientRect().width) return;
  const all = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  all.forEach(([a, x], i) => all.slice(i+1).forEach(([b, y]) => { const pad = 1.5;
   if (x.left+pad < y.right && y.left+pad < x.right && x.top+4 < y.bottom && y.top+4 < x.bottom) bad.push(a+' over '+b); })); });
 return bad; })()`

func testCharts(t *testing.T) []Chart {
	cs := []Chart{sampleTradeoff(), sampleBars(), sampleLines(), sampleDist(), sampleTrace(), hostileTradeoff(), hostileBars(), hostileTrace()}
	if os.Getenv("JOULEBOARD_PEER_DATA") != "" {
		chat, bars := peerChat(t), peerBars(t)
		chat.ID = "peer-chat"
		bars.ID = "peer-bars"
		cs = append([]Chart{chat, bars}, cs...)
	}
	return cs
}

// pixelsOf defines d, the pixels of a canvas, read from a copy so that the
// browser does not advise the chart on reading.
func pixelsOf(sel string) string {
	return `const c = document.querySelector('` + sel + `'), o = new OffscreenCanvas(c.width, c.height).getContext('2d');
		o.drawImage(c, 0, 0); const d = o.getImageData(0, 0, c.width, c.height).data;`
}

// liveCharts counts charts that have taken a drawing's place.
const liveCharts = `document.querySelectorAll('figure.is-live').length`

func TestBrowser(t *testing.T) {
	cs := testCharts(t)
	url := harness(t, cs)
	p := newTab(t)
	p.Scheme("light")
	p.Do(chromedp.EmulateViewport(1112, 900), chromedp.Navigate(url),
		chromedp.WaitVisible(chromedp.CSS("figure.is-live canvas")))
	p.truth("a chart far below the view waits", `!document.querySelector('#hostile-bars').classList.contains('is-live')`)
	p.truth("the page keeps its height", fmt.Sprintf(`Math.abs(document.querySelector('figure.is-live .live').getBoundingClientRect().height - %g) < 1.5`, cs[0].List(false).H/mmPerPx))
	for _, c := range cs {
		if opt, _ := liveOf(c); opt == nil {
			continue
		}
		sel := "#" + c.name()
		p.run(`document.querySelector('` + sel + `').scrollIntoView()`)
		p.Do(chromedp.WaitVisible(chromedp.CSS(sel + ".is-live canvas")))
		p.truth(sel+" paints", `(() => { `+pixelsOf(sel+" canvas")+`
			let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n > 2000; })()`)
		p.truth(sel+" hides its drawing", `document.querySelector('`+sel+` .wide').getBoundingClientRect().width === 0`)
	}
	p.shoot("live-light")
	p.truth("no part of a hostile name runs or becomes an element", `!window.pwned && !document.querySelector('figure img')`)

	p.truth("the first chart answers to a pointer near a point", `(() => { const f = document.querySelector('figure'); f.scrollIntoView();
		const c = f.querySelector('canvas'), b = c.getBoundingClientRect(), before = c.toDataURL();
		for (let y = 0.1; y < 0.9; y += 0.02) for (let x = 0.3; x < 0.7; x += 0.02) {
			c.dispatchEvent(new MouseEvent('mousemove', {clientX: b.left + b.width*x, clientY: b.top + b.height*y, bubbles: true}));
			const tip = f.querySelector('.chart-tip');
			if (tip && tip.style.display !== 'none' && / J\n/.test(tip.textContent))
				return new Promise(r => setTimeout(() => r(before !== c.toDataURL()), 400));
		}
		return false; })()`)
	p.shoot("live-tip")

	p.Scheme("dark")
	p.truth("charts follow the page's colours", `(() => { `+pixelsOf("figure canvas")+`
		let light = 0; for (let i = 0; i < d.length; i += 4) if (d[i+3] > 200 && d[i] > 200 && d[i+1] > 200) light++;
		return light > 200; })()`)
	p.shoot("live-dark")

	p.run(`window.dispatchEvent(new Event('beforeprint'))`)
	p.truth("print shows the drawing", liveCharts+` === 0 && document.querySelector('.wide svg').getBoundingClientRect().width > 100`)
	p.none("text outside its drawing, wide", outside)
	p.none("text over text, wide", overlaps)
	p.run(`window.dispatchEvent(new Event('afterprint'))`)
	p.truth("charts return after print", liveCharts+` > 1`)

	p.Scheme("light")
	p.Size(392, 800)
	p.truth("narrow pages show narrow drawings", liveCharts+` === 0
		&& document.querySelector('.narrow svg').getBoundingClientRect().width > 300`)
	p.none("text outside its drawing, narrow", outside)
	p.none("text over text, narrow", overlaps)
	p.shoot("static-narrow")
	p.Size(1400, 800)
	p.truth("a wider page brings them back", liveCharts+` > 1`)

	complaints, _ := p.Take()
	for _, c := range complaints {
		t.Errorf("the browser complains: %s", c)
	}
}

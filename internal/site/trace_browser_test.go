//go:build browser

package site

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"

	"jouleboard/internal/browsertest"
)

// The power of a measured result over time answers to a pointer with the device,
// the power, the time and the run; it waits until it is near the view, keeps the
// drawing's place, and its readings are in its table for the keyboard.
func TestPowerTraceInBrowser(t *testing.T) {
	root, rs := measuredBoard(t, "closed")
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out, Drafts: true})
	if libs, err := filepath.Glob(filepath.Join(out, "assets", "echarts*.js")); err != nil || len(libs) == 0 {
		t.Skipf("the chart library is not there (%v)", err)
	}
	page := "file://" + out + "/" + resultPath(rs[0].Hash12())
	p := newTab(t)
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	p.Size(1280, 800)
	p.Open(page)
	if eval[bool](p, `!!document.querySelector("#power.is-live, #power canvas")`) {
		t.Error("the chart does not wait until it is near the view")
	}
	before := eval[float64](p, `document.querySelector("#power .wide").getBoundingClientRect().height`)
	eval[bool](p, `document.querySelector("#power").scrollIntoView(); true`)
	p.Wait("a live trace", `document.querySelector("#power.is-live canvas")`)
	if after := eval[float64](p, `document.querySelector("#power canvas").getBoundingClientRect().height`); after < before-1.5 || after > before+1.5 {
		t.Errorf("the chart is %g px high, its drawing %g", after, before)
	}
	const option = `echarts.getInstanceByDom(document.querySelector("#power [_echarts_instance_]")).getOption()`
	if got := eval[string](p, `JSON.stringify(`+option+`.stateAnimation.duration)`); got != "0" {
		t.Errorf("states change in %s ms for readers who want no motion", got)
	}
	if got := eval[int](p, option+`.series[0].markArea.data.length`); got != len(rs[0].Window) {
		t.Errorf("%d windows are marked, the result has %d", got, len(rs[0].Window))
	}

	// Wherever in the plot the pointer is, the reading of that time is told.
	tips := eval[[]string](p, `(() => { const c = document.querySelector("#power canvas"), b = c.getBoundingClientRect();
		return [0.25, 0.5, 0.8].map(x => { c.dispatchEvent(new MouseEvent("mousemove", {clientX: b.left + b.width * x, clientY: b.top + b.height * 0.6, bubbles: true}));
			const t = document.querySelector("#power .chart-tip"); return t && t.style.display !== "none" ? t.textContent : "none" }) })()`)
	said := regexp.MustCompile(`^GPU 1\n[\d.]+ W\n[\d.]+ s(\nrun [123])?$`)
	for _, tip := range tips {
		if !said.MatchString(tip) {
			t.Errorf("the tooltip says %q", tip)
		}
	}
	if all := strings.Join(tips, "\n"); !strings.Contains(all, "run 1") || !strings.Contains(all, "run 3") {
		t.Errorf("no tooltip names its run: %q", tips)
	}
	eval[bool](p, `(() => { const c = document.querySelector("#power canvas"); c.dispatchEvent(new MouseEvent("mouseout", {clientX: 0, clientY: 0, bubbles: true})); return true })()`)
	p.Wait("the tooltip to go", `document.querySelector("#power .chart-tip").style.display === "none"`)

	// Each reading of the line is a row of the table, which the keyboard opens.
	eval[bool](p, `document.querySelector("#power summary").focus(); true`)
	p.Keys(kb.Enter)
	p.Wait("the table to open", `document.querySelector("#power details").open`)
	if rows, points := eval[int](p, `document.querySelectorAll("#power tbody tr").length`), eval[int](p, option+`.series[0].data.length`); rows != points {
		t.Errorf("%d rows for %d readings", rows, points)
	}
	if got := eval[string](p, `[...document.querySelectorAll("#power .figlinks > a")].map(a => a.textContent).join(" ")`); got != "SVG PDF PNG CSV JSON" {
		t.Errorf("the trace is offered as %q", got)
	}
	eval[bool](p, `window.dispatchEvent(new Event("beforeprint")); true`)
	p.Wait("the drawing for print", `!document.querySelector("#power.is-live") && document.querySelector("#power .wide svg").getBoundingClientRect().width > 100`)
	if complaints, _ := p.Take(); len(complaints) > 0 {
		t.Errorf("complaints: %v", complaints)
	}
	// The checker reads style sheets again, which a browser complains of on disk.
	for _, v := range p.Axe(browsertest.LoadAxe(t, repo), "'#power'") {
		t.Error(v)
	}
}

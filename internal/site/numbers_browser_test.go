//go:build browser

// Numbers that scripts print and read, in languages that write them in other ways.

package site

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestNumbersOfALanguageInBrowser(t *testing.T) {
	for _, c := range []struct{ lang, words, half, number string }{
		{"de", "nav.boards: Tabellen\n", "0,5", `^\d{1,3}(\.\d{3})*(,\d+)?$`},
		{"ar", "nav.boards: x\nnumber.digits: ٠١٢٣٤٥٦٧٨٩\nnumber.decimal: ٫\nnumber.group: ٬\n", "٠٫٥", `^[٠-٩]{1,3}(٬[٠-٩]{3})*(٫[٠-٩]+)?$`},
		{"zh", "nav.boards: 榜单\n", "0,5", "^\\d{1,3}(\u202f\\d{3})*(\\.\\d+)?$"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			dir := t.TempDir()
			build(t, boardSpeaking(t, c.lang, c.words), Options{Out: dir})
			p := newTab(t)
			p.do(chromedp.EmulateViewport(1280, 900))
			p.table("file://" + filepath.Join(dir, "boards", "chat-h100", "index.html"))
			number := regexp.MustCompile(c.number)

			// Scripts write rows as the page has them.
			if got := eval[string](p, `(async () => {
				const written = r => r.outerHTML.replace(/\s+/g, " ").replace(/<input[^>]*cmp-box[^>]*>/, "");
				const before = [...table.tBodies[0].rows].map(written);
				table.tHead.rows[0].cells[1].querySelector("button").click(); await here();
				form.querySelector("[type=reset]").click();
				const after = [...table.tBodies[0].rows].map(written), i = before.findIndex((r, i) => r !== after[i]);
				return i < 0 && before.length ? "" : before[i] + "\n" + after[i];
			})()`); got != "" {
				t.Errorf("scripts write other rows: %s", got)
			}
			values := eval[[]string](p, `[...table.querySelectorAll("td.bar b")].map(b => b.textContent)`)
			if len(values) == 0 {
				t.Error("no values")
			}
			for _, v := range values {
				if !number.MatchString(v) {
					t.Errorf("%q is no number of the language", v)
				}
			}

			// A filter, an assumption and a formula take the language's numbers and the
			// point; the address has the point.
			for _, typed := range []string{c.half, "0.5"} {
				got := eval[string](p, `(async () => {
					const d = await pane("filters"), e = d.querySelector('[name^="r:energy_per_output_token_j"][data-end="0"]');
					put(e, "`+typed+`"); await here();
					const a = location.search; form.querySelector("[type=reset]").click();
					return a;
				})()`)
				if !strings.Contains(got, "energy_per_output_token_j=0.5..") {
					t.Errorf("filter by %s: %s", typed, got)
				}
				got = eval[string](p, `(async () => {
					await pane("units"); put(form.co2, "`+typed+`"); await here();
					const a = location.search; form.querySelector("[type=reset]").click();
					return a;
				})()`)
				if got != "?co2=0.5" {
					t.Errorf("carbon intensity of %s: %s", typed, got)
				}
			}
			if c.lang == "zh" { // a comma is no decimal there
				return
			}
			got := eval[string](p, `(async () => {
				await pane("formulas"); put(form.xe, "energy_per_output_token_j * `+c.half+`"); form.xadd.click(); await here();
				const a = decodeURIComponent(location.search.replace(/\+/g, " ")) + form.querySelector(".tb-err").textContent; form.querySelector("[type=reset]").click();
				return a;
			})()`)
			if got != "?x==energy_per_output_token_j * 0.5" {
				t.Errorf("formula: %s", got)
			}
			if complaints, _ := p.take(); len(complaints) > 0 {
				t.Error(complaints)
			}
		})
	}
}

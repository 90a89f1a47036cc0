//go:build browser

// Boards in Chinese and from right to left in a real browser.

package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jouleboard/assets"
	"jouleboard/internal/browsertest"
)

// languagePages are one page of each kind of the small board.
var languagePages = []string{"index.html", "boards/index.html", "boards/chat-h100/index.html", "boards/endpoint-1024-1024/index.html", "models/index.html", "models/Qwen/Qwen3-8B/index.html",
	"hardware/index.html", "hardware/h100/index.html", "tasks/chat/index.html", "compare/index.html", "labels/index.html", "labels/reading/index.html", "results/index.html",
	"data/index.html", "data/dictionary/index.html", "cite/index.html", "moderation/index.html", "queue/index.html", "methodology/index.html", "methodology/rating/index.html"}

func TestChineseBoardInBrowser(t *testing.T) {
	dir := t.TempDir()
	build(t, boardIn(t, "zh"), Options{Out: dir})
	english, _ := loadMessages(assets.FS, assets.FS, "en")
	chinese, _ := loadMessages(assets.FS, assets.FS, "zh")
	words := map[string]string{}
	for k, v := range english.text {
		if chinese.text[k] != v && !strings.Contains(v, "{") {
			words[v] = k
		}
	}
	list, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	look(t, p, dir, func(page string) {
		if strings.HasPrefix(page, "methodology/") { // prose of the board, which may use any word
			return
		}
		// Parts of data may be a word of the interface ("text"); heads, buttons and
		// whole sentences may not.
		left := eval[string](p, `(() => { const words = `+string(list)+`, found = [];
			const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			for (let n; (n = walk.nextNode());) {
				const e = n.parentElement, s = n.data.trim();
				if (!(s in words) || e.closest(".prose, pre, code, script, svg, dd, li")) continue;
				if (e.closest("th[scope=col], button, summary, nav, h1, h2, h3, label") || s.includes(" ") && !e.closest("td, dt")) found.push(s + " (" + words[s] + ")");
			}
			document.querySelectorAll("[aria-label], [title], [placeholder]").forEach(e => ["aria-label", "title", "placeholder"].forEach(a => { const s = e.getAttribute(a); if (s in words) found.push(a + ": " + s) }));
			return found.join("\n") })()`)
		if left != "" {
			t.Errorf("%s has English words:\n%s", page, left)
		}
	})
}

// An Arabic board: the file holds letters and no sentences, since what counts is
// that they run from right to left.
func TestRightToLeftBoardInBrowser(t *testing.T) {
	root := boardIn(t, "ar")
	english, _ := loadMessages(assets.FS, assets.FS, "en")
	text := map[string]string{}
	for k, v := range english.text {
		text[k] = arabicLetters(v)
	}
	data, err := json.Marshal(text) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "assets", "i18n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "assets", "i18n", "ar.yaml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	build(t, root, Options{Out: dir})
	p := newTab(t)
	look(t, p, dir, func(page string) {
		if got := eval[string](p, `getComputedStyle(document.body).direction`); got != "rtl" {
			t.Errorf("%s runs %s", page, got)
		}
		if page != "boards/chat-h100/index.html" {
			return
		}
		// Columns begin at the right and the figure stays as it is; a model's name
		// with a bracket at its end keeps its order.
		if !eval[bool](p, `(() => { const r = document.querySelector("#table thead tr").cells; return r[0].getBoundingClientRect().left > r[1].getBoundingClientRect().left })()`) {
			t.Error("the first column is not at the right")
		}
		if got := eval[string](p, `getComputedStyle(document.querySelector("figure.chart svg")).direction`); got != "ltr" {
			t.Errorf("the figure runs %s", got)
		}
		if !eval[bool](p, `(() => { const a = document.querySelector("#table tbody th a"); a.textContent = "Model (x)"; const r = document.createRange(), n = a.firstChild;
			const at = i => { r.setStart(n, i); r.setEnd(n, i + 1); return r.getBoundingClientRect().left }; return at(0) < at(6) && at(6) < at(8) })()`) {
			t.Error("the line reorders a model's name")
		}
	})
}

// look opens each kind of page wide and narrow, where nothing may complain or run
// over, and hands it to check.
func look(t *testing.T, p *tab, dir string, check func(page string)) {
	t.Helper()
	axe := browsertest.LoadAxe(t, repo)
	pages := languagePages
	for _, pattern := range []string{"r/*/index.html"} {
		found, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if len(found) < 20 {
			t.Fatalf("only %d pages are %s", len(found), pattern)
		}
		for _, f := range []string{found[0], found[len(found)-1]} {
			rel, _ := filepath.Rel(dir, f)
			pages = append(pages, filepath.ToSlash(rel))
		}
	}
	for _, page := range pages {
		if !exists(filepath.Join(dir, page)) {
			t.Errorf("no page %s", page)
			continue
		}
		for _, width := range []int64{1280, 320} {
			p.Size(width, 900)
			p.Open("file://" + filepath.Join(dir, page))
			if over := p.TooWide(); over != "" {
				t.Errorf("%s at %d: %s", page, width, over)
			}
		}
		p.Size(1280, 900)
		complaints, _ := p.Take()
		for _, v := range p.Axe(axe, "document") {
			t.Errorf("%s: %s", page, v)
		}
		p.Take() // the checker asks for style sheets, which pages from disk refuse
		check(page)
		if more, _ := p.Take(); len(complaints)+len(more) > 0 {
			t.Errorf("%s: %v %v", page, complaints, more)
		}
	}
}

var placeholderOrLetter = regexp.MustCompile(`\{\w+\}|[A-Za-z]`)

// arabicLetters puts an Arabic letter in place of each Latin one.
func arabicLetters(s string) string {
	const alphabet = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
	rs := []rune(alphabet)
	return placeholderOrLetter.ReplaceAllStringFunc(s, func(m string) string {
		if len(m) > 1 {
			return m
		}
		return string(rs[(m[0]|0x20)-'a'])
	})
}

//go:build browser

package site

import (
	"path/filepath"
	"strings"
	"testing"
)

// Nothing that a contributor, a catalogue, a moderator or an author writes runs,
// opens a dialog, becomes an element or breaks the layout, on any page that shows
// it, at both ends of the widths of screens.
func TestHostileEverywhere(t *testing.T) {
	out := attackedBoard(t)
	pages := []string{"index.html", "boards/index.html", "boards/chat-h100/index.html", "models/index.html", "models/Qwen/Qwen3-8B/index.html", "hardware/h100/index.html",
		"results/index.html", "compare/index.html", "labels/index.html", "data/index.html", "cite/index.html", "moderation/index.html", "queue/index.html", "r/001122334455/index.html"}
	for _, glob := range []string{"models/evil/*/index.html", "r/*/index.html"} {
		found, err := filepath.Glob(filepath.Join(out, filepath.FromSlash(glob)))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s", glob)
		}
		for i, f := range found {
			if rel, err := filepath.Rel(out, f); err == nil && (strings.HasPrefix(rel, "models") || i%9 == 0) {
				pages = append(pages, filepath.ToSlash(rel))
			}
		}
	}
	p := newTab(t)
	for _, page := range pages {
		at := "file://" + filepath.ToSlash(out) + "/" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F").Replace(page)
		p.Open(at)
		if bad := eval[string](p, `[...document.querySelectorAll("main img[src=x], main script:not([type]), [onerror], [onload], [onmouseover], main style, a[href^='javascript:'], a[href^='data:'], svg svg[onload], iframe, object, embed")].map(e => e.outerHTML.slice(0, 120)).concat(window.pwned ? "a script ran" : []).join("\n")`); bad != "" {
			t.Errorf("%s: %s", page, bad)
		}
		if n := eval[int](p, `document.body.innerText.length`); n < 200 {
			t.Errorf("%s: %d characters are left to see", page, n)
		}
		for _, width := range []int64{320, 1280} {
			p.Size(width, 800)
			if wide := p.TooWide(); wide != "" {
				t.Errorf("%s: %s", page, wide)
			}
		}
		complaints, requests := p.take()
		for _, c := range complaints {
			t.Errorf("%s: %s", page, c)
		}
		for _, r := range requests {
			if !strings.HasPrefix(r, "file://"+filepath.ToSlash(out)+"/") && !strings.HasPrefix(r, "data:image/") {
				t.Errorf("%s asks for %.200s", page, r)
			}
		}
	}
	t.Logf("%d pages", len(pages))
}

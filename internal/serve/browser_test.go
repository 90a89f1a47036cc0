//go:build browser

// The preview in a real browser: reload, styles without it, errors over the page.

package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"jouleboard/internal/browsertest"
	"jouleboard/internal/result"
)

func TestInBrowser(t *testing.T) {
	board := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		path := filepath.Join(board, "content", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("text", "one")
	save("other", "one")
	save("style", "p { color: rgb(1, 2, 3) }")
	build := func(context.Context) Outcome {
		var part [3]string
		for i, name := range []string{"text", "other", "style"} {
			data, err := os.ReadFile(filepath.Join(board, "content", name))
			if err != nil {
				return Outcome{Err: err}
			}
			part[i] = string(data)
		}
		if part[0] == "broken" {
			return Outcome{Findings: result.Findings{{Rule: "X-RULE", Level: result.Error, Message: "it is <b>broken</b>", Hint: "mend it", Where: result.Place{File: "content/text", Line: 3}}}}
		}
		sum := sha256.Sum256([]byte(part[2]))
		css := "assets/site." + hex.EncodeToString(sum[:5]) + ".css"
		page := func(up, s string) string {
			return `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'"><title>t</title><link rel="stylesheet" href="` +
				up + css + `"></head><body><p>` + s + `</p></body></html>`
		}
		return Outcome{Site: made("https://example.org/some/base", map[string]string{"index.html": page("", part[0]), "other/index.html": page("../", part[1]), "404.html": page("/", "none"), css: part[2]})}
	}
	l, err := Listen("127.0.0.1", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	built := make(chan Report, 100)
	go func() {
		ended <- Run(ctx, Options{Root: board, Folders: []string{"content"}, Listener: l, Build: build, Report: func(r Report) { built <- r }, Warn: func(s string) { t.Error(s) }})
	}()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	p := browsertest.New(t)
	p.Open(Address(l, "/some/base/"))
	expect := func(what, script string) {
		t.Helper()
		p.Wait(what, script)
	}
	const errors = `document.querySelector("jouleboard-errors")`
	colour := func(c string) string {
		return `getComputedStyle(document.querySelector("p")).color === "` + c + `" && document.querySelectorAll("link[rel=stylesheet]").length === 1`
	}
	expect("the page", `document.querySelector("p").textContent === "one"`)
	expect("its style", colour("rgb(1, 2, 3)"))

	save("text", "two")
	expect("a reload", `document.querySelector("p").textContent === "two"`)

	// From here on a mark in the page tells whether it was loaded again.
	expect("the mark", `window.mark = true`)
	save("style", "p { color: rgb(4, 5, 6) }")
	expect("a style without a reload", colour("rgb(4, 5, 6)")+" && window.mark === true")

	save("other", "two")
	for r := range built {
		if r.Site != nil && len(r.Because) > 0 && r.Because[0] == "content/other" {
			break
		}
	}
	save("text", "broken")
	expect("errors over the page", errors+`?.shadowRoot.querySelector("section").innerText.includes("content/text:3")`)
	expect("the text of errors as text", errors+`.shadowRoot.querySelector("b") === null && `+errors+`.shadowRoot.textContent.includes("it is <b>broken</b>")`)
	expect("the style of errors", `getComputedStyle(`+errors+`).position === "fixed"`)
	expect("the page below", `window.mark === true && document.querySelector("p").textContent === "two"`)
	expect("Escape", `document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})) && `+errors+` === null`)
	save("text", "two")
	for r := range built {
		if r.Site != nil && r.Because[0] == "content/text" {
			break
		}
	}
	save("text", "broken")
	expect("errors again", errors+` !== null`)
	save("text", "three")
	expect("the end of errors", `document.querySelector("p").textContent === "three" && `+errors+` === null`)
}

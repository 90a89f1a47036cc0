package site

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// action is what a template fills in. Strings inside it are keys and are looked
// up, which another test holds.
var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// saidBy are the attributes that readers see or hear.
var saidBy = map[string]bool{"title": true, "aria-label": true, "alt": true, "placeholder": true, "aria-valuetext": true, "aria-description": true, "label": true}

// sameEverywhere are texts of templates that no language changes: names of files,
// formats and units, and symbols.
var sameEverywhere = []string{"CSV", "JSON", "Parquet", "SVG", "PDF", "J", "Wh", "kWh", "kB", "SHA-256", "gCO₂e/kWh", "metrics.json", "columns.json", "results.csv", "GB", "W", "ms"}

var letters = regexp.MustCompile(`\pL[\pL\pM\pN.₂/-]*`)

// No template holds a word: each comes from the strings of the language.
func TestNoStringInTemplates(t *testing.T) {
	files, _ := filepath.Glob("../../templates/*.html")
	if len(files) < 20 {
		t.Fatalf("only %d templates", len(files))
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range templateWords(string(src)) {
			t.Errorf("%s holds %q; put it into assets/i18n and ask for its key", filepath.Base(f), word)
		}
	}
}

func TestTemplateWordsAreFound(t *testing.T) {
	for src, want := range map[string]string{
		`<p>{{.T "a"}} words</p>`:                                 "words",
		`<p title="Rank of {{.X}}">{{.X}}</p>`:                    "Rank of",
		`<input placeholder="{{.T "x"}}" name="q">`:               "",
		`<a aria-label="CSV: {{.Title}}">CSV</a>`:                 "",
		`<script>var hidden = "x";</script><style>p{}</style>`:    "",
		`{{if eq .Kind "distribution"}}<br>{{end}}<code>x</code>`: "x",
		`<td>95 % of {{.N}}</td>`:                                 "of",
	} {
		if got := strings.Join(templateWords(src), " "); got != want {
			t.Errorf("%s: found %q, want %q", src, got, want)
		}
	}
}

// templateWords are the words that a template would show as they are.
func templateWords(src string) []string {
	var out []string
	look := func(text string) {
		for _, w := range letters.FindAllString(text, -1) {
			if !slices.Contains(sameEverywhere, strings.TrimRight(w, ".-/")) {
				out = append(out, w)
			}
		}
	}
	// An action has quotation marks inside attributes, so it goes first.
	z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(src, "\u2060")))
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			if !skip {
				look(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			skip = tok.Data == "script" || tok.Data == "style"
			for _, a := range tok.Attr {
				if saidBy[a.Key] {
					look(a.Val)
				}
			}
		case html.EndTagToken:
			skip = false
		}
	}
}

// literal is a string of a script.
var literal = regexp.MustCompile(`"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'`)

// prose are two words in a row, the first of which begins a sentence or a label.
var prose = regexp.MustCompile(`^[A-Z][a-z]+( [a-z]+)*[.:!?]?$|[a-z]{2,} (is|are|not|no|of|the|to|by|for|and|more|rows?|results?)\b`)

// scriptNames are literals that look like words and are names: of keys, events
// and constructors.
var scriptNames = []string{"Escape", "Enter", "Tab", "Home", "End", "Delete", "Backspace", "Alt", "Shift", "Promise", "Wh"}

// No script holds a text for readers: it gets its words from the page.
func TestNoStringInScripts(t *testing.T) {
	files, _ := filepath.Glob("../../assets/js/*.js")
	if len(files) < 5 {
		t.Fatalf("only %d scripts", len(files))
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range scriptProse(string(src)) {
			t.Errorf("%s holds %q; give it to the script in a data- attribute", filepath.Base(f), text)
		}
	}
}

func TestScriptProseIsFound(t *testing.T) {
	for src, want := range map[string]string{
		`b.textContent = "Remove";`:                           "Remove",
		`out.textContent = n + " of " + m;`:                   "",
		`say("no row is here")`:                               "no row is here",
		`if (e.key === "Escape") el("button", { type: "x" })`: "",
		"// A comment is \"Not code\"\nx":                     "",
		`el("p", { class: "note dim" })`:                      "",
	} {
		if got := strings.Join(scriptProse(src), "|"); got != want {
			t.Errorf("%s: found %q, want %q", src, got, want)
		}
	}
}

func scriptProse(src string) []string {
	var out []string
	for _, line := range strings.Split(src, "\n") {
		if i := strings.Index(line, "// "); i >= 0 && (i == 0 || line[i-1] == ' ') {
			line = line[:i]
		}
		for _, m := range literal.FindAllStringSubmatch(line, -1) {
			text := m[1] + m[2]
			if prose.MatchString(text) && text != "use strict" && !slices.Contains(scriptNames, text) && !strings.HasPrefix(text, "Arrow") && !strings.HasPrefix(text, "Page") {
				out = append(out, text)
			}
		}
	}
	return out
}

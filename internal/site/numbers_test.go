package site

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jouleboard/internal/unit"
)

// boardSpeaking is the small board in a language with a file of its own.
func boardSpeaking(t testing.TB, lang, words string) string {
	t.Helper()
	root := boardIn(t, lang)
	if err := os.MkdirAll(filepath.Join(root, "assets", "i18n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "assets", "i18n", lang+".yaml"), []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

// fragment is the text of the first part of a page that the pattern finds, thin
// spaces shown as underscores.
func fragment(t *testing.T, page []byte, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)` + pattern).Find(page)
	if found == nil {
		t.Fatalf("the page holds no %s", pattern)
	}
	text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(found), " "))
	return strings.ReplaceAll(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\u00a0' }), " "), unit.Thin, "_")
}

// What a German and a Chinese board print, and that their data are the same.
func TestFragmentsOfLanguages(t *testing.T) {
	const german = "nav.boards: Tabellen\ndate.day: \"{d}. {month} {y}\"\ndate.months: Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember\n"
	var data [][]byte
	for _, c := range []struct{ lang, words, lede, row, newest string }{
		{"de", german, "Energy to answer one prompt, when tokens may be at most 50 ms apart. Llama-3.1-8B-Instruct needs 27,8 J; the most demanding model needs 1,7 times as much.",
			"27,8 0,0702 397 47,4 9.806 1 bfloat16 8 conditions Llama-3.1 reported PDF", "16. Februar 2026"},
		{"zh", "nav.boards: 榜单\n", "回答一条提示的能耗，词元间隔至多为 50 ms 时。 Llama-3.1-8B-Instruct 需要 27.8 J；能耗最高的模型是它的 1.7 倍。",
			"27.8 0.0702 397 47.4 9_806 1 bfloat16 8 有条件 Llama-3.1 引自来源 PDF", "2026年2月16日"},
	} {
		st, _ := build(t, boardSpeaking(t, c.lang, c.words), Options{Memory: true, NoMinify: true})
		page := st.Contents["boards/chat-h100/index.html"]
		for pattern, want := range map[string]string{`<p class="lede">.*?</p>`: c.lede, `<td class="n bar">.*?</tr>`: c.row} {
			if got := fragment(t, page, pattern); got != want {
				t.Errorf("%s: %s is %q, want %q", c.lang, pattern, got, want)
			}
		}
		boards := st.Contents["boards/index.html"]
		if got := fragment(t, boards, `<time.*?</time>`); got != c.newest {
			t.Errorf("%s: the date of the newest result is %q, want %q", c.lang, got, c.newest)
		}
		if !strings.Contains(string(boards), `<time datetime="2026-02-16">`) {
			t.Errorf("%s: the date for machines is not there", c.lang)
		}
		data = append(data, st.Contents["data/results.csv"], st.Contents["data/results.json"])
	}
	if len(data[0]) == 0 || !bytes.Equal(data[0], data[2]) || !bytes.Equal(data[1], data[3]) {
		t.Error("files of data follow the language")
	}
}

package site

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/assets"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// hole is a place of a string that is filled in.
var hole = regexp.MustCompile(`\{\w+\}`)

// latin are words in Latin letters; what a Chinese reader of the field writes in
// them too is in latinTerms.
var latin = regexp.MustCompile(`[A-Za-z][A-Za-z./-]*[A-Za-z]`)

// latinTerms stay as the field writes them in every language: names of tools,
// formats, licences and standards, symbols of units, and words that a file holds
// literally.
var latinTerms = strings.Fields(`GPU CPU MIG SM CUDA SHA ID SPDX PDF CSV JSON Schema Feed Apache Parquet Atom API OpenAPI
 HTML Markdown LaTeX Ulysses Ring top-p E_ref ref kWh Wh px DRAM EDP AI Energy Score ICL ITL QPS TPOT TTFO TTFT mm ms jouleboard sha sum --api-key-env api-key-env
 content/moderation.yaml device endpoint ranked energy performance reported measured gpu module gpu cpu dram wall
 closed open batch burst`)

// Every language that is shipped has all strings, and each fills in the same
// things as the English one.
func TestShippedLanguages(t *testing.T) {
	for _, lang := range shippedLanguages(t) {
		m, findings := loadMessages(assets.FS, assets.FS, lang)
		english, _ := loadMessages(assets.FS, assets.FS, "en")
		readWords(assets.FS, lang, &findings).warnUnknown(english.text, &findings)
		if len(findings) > 0 {
			t.Error(findings)
		}
		for _, k := range sortedKeys(english.text) {
			holes := func(s string) []string {
				h := hole.FindAllString(s, -1)
				sort.Strings(h)
				return h
			}
			if strings.Contains(k, pluralMark) { // and its own forms
				continue
			}
			if strings.HasPrefix(k, "date.") && k != "date.given" { // each language has its own parts of dates
				continue
			}
			if want, got := holes(english.text[k]), holes(m.text[k]); !slices.Equal(want, got) {
				t.Errorf("%s: %s fills in %v, English %v", lang, k, got, want)
			}
		}
	}
}

// The Chinese strings are Chinese.
func TestChineseStringsHaveNoEnglish(t *testing.T) {
	m, _ := loadMessages(assets.FS, assets.FS, "zh")
	for _, k := range sortedKeys(m.text) {
		for _, w := range latin.FindAllString(hole.ReplaceAllString(m.text[k], ""), -1) {
			if !slices.Contains(latinTerms, w) {
				t.Errorf("%s: %q holds the word %q", k, m.text[k], w)
			}
		}
	}
}

func shippedLanguages(t *testing.T) []string {
	t.Helper()
	entries, err := assets.FS.ReadDir("i18n")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if lang, ok := strings.CutSuffix(e.Name(), ".yaml"); ok && lang != "en" {
			out = append(out, lang)
		}
	}
	if len(out) == 0 {
		t.Fatal("no language beside English")
	}
	return out
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// A board's own files lie over the shipped ones: a string of a shipped language,
// a language of its own, and forms for numbers.
func TestBoardsLanguageFiles(t *testing.T) {
	const no = "\x00no warning"
	for _, c := range []struct {
		name, lang string
		files      map[string]string
		key        string
		args       []any
		want       string
		warns      string // part of the only warning
	}{
		{"override one Chinese string", "zh", map[string]string{"zh": "nav.boards: 排行榜\n"}, "nav.boards", nil, "排行榜", no},
		{"the others stay Chinese", "zh", map[string]string{"zh": "nav.boards: 排行榜\n"}, "nav.models", nil, "模型", no},
		{"override one English string", "en", map[string]string{"en": "nav.boards: Leagues\n"}, "nav.boards", nil, "Leagues", no},
		{"English of the board below another language", "zh", map[string]string{"en": "nav.boards: Leagues\n"}, "nav.boards", nil, "榜单", no},
		{"a language of the board", "de", map[string]string{"de": "nav.boards: Tabellen\n"}, "nav.boards", nil, "Tabellen", "404.lede, 404.title, account.behind"},
		{"what it lacks is English", "de", map[string]string{"de": "nav.boards: Tabellen\n"}, "nav.models", nil, "Models", "stay English"},
		{"a region over its language", "zh-CN", map[string]string{"zh-CN": "nav.boards: 排行榜\n"}, "nav.models", nil, "模型", no},
		{"a region of a shipped language", "zh-CN", nil, "nav.boards", nil, "榜单", no},
		{"another script is another language", "zh-TW", map[string]string{"zh-TW": "nav.boards: 排行榜\n"}, "nav.models", nil, "Models", "stay English"},
		{"an unknown key", "en", map[string]string{"en": "nav.bords: Boards\n"}, "nav.boards", nil, "Boards", `no page asks for the string "nav.bords"`},
		{"an unknown form", "zh", map[string]string{"zh": "labels.shown#several: x\n"}, "labels.shown", []any{2, 3}, "3 个标签中的 2 个", `"labels.shown#several"`},
		{"one", "en", map[string]string{"en": "labels.shown#one: \"{0} of {1} label\"\n"}, "labels.shown", []any{1, 3}, "1 of 3 label", no},
		{"a shipped form", "en", nil, "tb.all", []any{1}, "1 row", no},
		{"a string over a shipped form", "en", map[string]string{"en": "tb.all: \"{0} lines\"\n"}, "tb.all", []any{1}, "1 lines", no},
		{"a language over an English form", "de", map[string]string{"de": "tb.all: \"{0} Zeilen\"\n"}, "tb.all", []any{1}, "1 Zeilen", "stay English"},
		{"not one", "en", map[string]string{"en": "labels.shown#one: \"{0} of {1} label\"\n"}, "labels.shown", []any{2, 3}, "2 of 3 labels", no},
		{"few", "pl", map[string]string{"pl": "labels.shown: x\n\"labels.shown#few\": \"{0} etykiety\"\n"}, "labels.shown", []any{int64(3), 9}, "3 etykiety", "stay English"},
		{"many", "pl", map[string]string{"pl": "labels.shown#many: \"{0} etykiet\"\nlabels.shown: x\n"}, "labels.shown", []any{5, 9}, "5 etykiet", "stay English"},
		{"two", "ar", map[string]string{"ar": "labels.shown: x\nlabels.shown#two: بطاقتان\n"}, "labels.shown", []any{2, 9}, "بطاقتان", "stay English"},
	} {
		own := fstest.MapFS{}
		for l, text := range c.files {
			own["i18n/"+l+".yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
		m, findings := loadMessages(assets.FS, own, c.lang)
		if got := m.T(c.key, c.args...); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.key, got, c.want)
		}
		if c.warns == no && len(findings) > 0 || c.warns != no && (len(findings) != 1 || findings[0].Level != result.Warn || !strings.Contains(findings[0].Message, c.warns)) {
			t.Errorf("%s: found %v, want %q", c.name, findings, c.warns)
		}
	}
	if _, findings := loadMessages(assets.FS, fstest.MapFS{}, "xx"); !findings.HasErrors() {
		t.Errorf("a language without a file: %v", findings)
	}
}

// The English names of metrics with their statistics are the registry's.
func TestMetricNamesAreTheRegistrys(t *testing.T) {
	m, _ := loadMessages(assets.FS, assets.FS, "en")
	s := &site{msg: m}
	for _, metric := range unit.Default().All() {
		keys := []string{metric.Key}
		if metric.Distribution {
			for _, stat := range append(slices.Clone(statistics), ".stddev") {
				keys = append(keys, metric.Key+stat)
			}
		}
		for _, k := range keys {
			want, ok := unit.Default().Get(k)
			if got := [4]string{s.metricName(want), s.short(want), s.definition(want), s.goodFor(want)}; !ok || got != [4]string{want.Name, want.Short, want.Definition, want.GoodFor} {
				t.Errorf("%s: %q, want %+v", k, got, want)
			}
		}
	}
}

func TestDirection(t *testing.T) {
	for lang, want := range map[string]string{"en": "ltr", "zh": "ltr", "de-AT": "ltr", "ar": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl", "ku-Arab": "rtl", "az": "ltr", "nonsense!": "ltr"} {
		if got := direction(lang); got != want {
			t.Errorf("%s is written %s, want %s", lang, got, want)
		}
	}
}

// A page runs as its language does, or as the letters of its heads do.
func TestProseDirection(t *testing.T) {
	for _, c := range []struct {
		page content.Page
		want string
	}{
		{content.Page{Title: "Labels", Headings: []content.Heading{{Text: "The command"}}}, "ltr"},
		{content.Page{Title: "jouleboard", Headings: []content.Heading{{Text: "שאלות"}}}, "rtl"},
		{content.Page{Title: "jouleboard", Language: "ar"}, "rtl"},
		{content.Page{Title: "عن اللوحة", Language: "en"}, "ltr"},
	} {
		if got := proseDirection(&c.page); got != c.want {
			t.Errorf("%s in %q runs %s, want %s", c.page.Title, c.page.Language, got, c.want)
		}
	}
}

// What the packages below say is taken apart and said in the site's language.
func TestSentences(t *testing.T) {
	chinese, _ := loadMessages(assets.FS, assets.FS, "zh")
	english, _ := loadMessages(assets.FS, assets.FS, "en")
	for in, want := range map[string]string{
		"Withdrawn 2026-01-02": "已于2026年1月2日撤回",
		"Not rated: different hardware (NVIDIA H100, 80 GB (SXM))": "未评级：硬件不同（NVIDIA H100, 80 GB (SXM)）",
		"Not rated: reference cohort of 4, 20 needed":              "未评级：参照组为 4 个，至少需要 20 个",
		"Not rated: uncertainty spans 1.5 stars":                   "未评级：不确定度跨 1.5 星",
		"One result only: there is nothing to rank it against.":    "仅有一个结果：没有可与之排名的对象。",
		"task chat compares results of h100 only":                  "任务 chat 只比较 h100 上的结果",
		"failed check V03: too few":                                "未通过检查 V03：too few",
		"failed check V03":                                         "未通过检查 V03",
		"A sentence of a board's own.":                             "A sentence of a board's own.",
		"":                                                         "",
	} {
		if got := (&site{msg: chinese}).said(in); got != want {
			t.Errorf("%q is said as %q, want %q", in, got, want)
		}
		if got := (&site{msg: english}).said(in); got != in {
			t.Errorf("%q is said in English as %q", in, got)
		}
	}
}

// The forms of sentences are those of the packages that make them.
func TestSentencesAreThoseOfPackagesBelow(t *testing.T) {
	var src strings.Builder
	for _, f := range []string{"../rank/rate.go", "../rank/board.go", "../rank/account.go", "../rank/exclude.go"} {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src.Write(data)
	}
	made := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:not\(.*?, |b\.Note = |return (?:State|Rule)\w+, (?:"", )?)(strings\.TrimSuffix\()?(?:fmt\.Sprintf\()?"([^"]+)"(.*)`).FindAllStringSubmatch(src.String(), -1) {
		form := regexp.MustCompile(`%(\.\d+)?[sd]`).ReplaceAllString(m[2], "_")
		made[form] = true
		if m[1] != "" { // without what may be empty
			made[strings.TrimSuffix(form, ": _")] = true
		}
		if strings.Contains(m[3], "warned(") {
			made[form+" (_)"] = true
		}
	}
	known := map[string]bool{}
	for _, f := range sentences {
		known[hole.ReplaceAllString(f.english, "_")] = true
	}
	if len(made) < 20 || !maps.Equal(made, known) {
		t.Errorf("packages below say %v, the site knows %v", made, known)
	}
}

// Drawings that carry glyphs speak a language that the built-in fonts can write.
func TestDrawingsOfALanguageWithoutFonts(t *testing.T) {
	root := boardIn(t, "zh")
	st, _ := build(t, root, Options{Memory: true, NoMinify: true})
	home := string(st.Contents["index.html"])
	for _, want := range []string{`lang="zh" dir="ltr"`, "榜单", "card.png"} {
		if !strings.Contains(home, want) {
			t.Errorf("the home page lacks %q", want)
		}
	}
	if st.Contents["card.png"] == nil {
		t.Error("the home page has no card; its words should be English where the fonts have no other")
	}
	labels := 0
	for name, data := range st.Contents {
		if strings.HasPrefix(name, "figures/") && (strings.HasSuffix(name, ".png") || strings.HasSuffix(name, ".pdf")) {
			t.Errorf("%s has words that its fonts cannot write", name)
		}
		if strings.HasPrefix(name, "r/") && strings.HasSuffix(name, ".svg") {
			labels++
			// Descriptions are read aloud and need no glyphs.
			if regexp.MustCompile(`\p{Han}`).Match(regexp.MustCompile(`(?s)<(desc|title|metadata).*?</(desc|title|metadata)>`).ReplaceAll(data, nil)) {
				t.Errorf("%s has words that its fonts cannot write", name)
			}
		}
	}
	if labels == 0 {
		t.Error("no label was looked at")
	}
}

// boardIn is the small board in another language.
func boardIn(t testing.TB, lang string) string {
	t.Helper()
	root := smallBoard(t)
	file := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := strings.Replace(string(data), "\nlanguage: en\n", "\nlanguage: "+lang+"\n", 1)
	if out == string(data) {
		t.Fatal("the shipped board's language is not where the test looks")
	}
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

// Numbers are written as Unicode's locale data has it for a language, unless its
// file says otherwise.
func TestNumbersOfALanguage(t *testing.T) {
	for _, c := range []struct{ lang, file, want string }{
		{"en", "", "−1_234_567.5"},
		{"en", "number.group: \",\"\n", "−1,234,567.5"},
		{"zh", "", "−1_234_567.5"},
		{"de", "nav.boards: x\n", "−1.234.567,5"},
		{"de", "number.group: \"\u202f\"\n", "−1_234_567,5"},
		{"de-CH", "nav.boards: x\n", "−1’234’567.5"},
		{"fr", "nav.boards: x\n", "−1_234_567,5"},
		{"ja", "nav.boards: x\n", "−1,234,567.5"},
		{"hi", "nav.boards: x\n", "−1,234,567.5"},
		{"ar", "nav.boards: x\n", "−1,234,567.5"},
		{"ar", "number.digits: ٠١٢٣٤٥٦٧٨٩\nnumber.decimal: ٫\nnumber.group: ٬\n", "−١٬٢٣٤٬٥٦٧٫٥"},
		{"tlh", "nav.boards: x\n", "−1,234,567.5"},
	} {
		own := fstest.MapFS{}
		if c.file != "" {
			own["i18n/"+c.lang+".yaml"] = &fstest.MapFile{Data: []byte(c.file)}
		}
		m, findings := loadMessages(assets.FS, own, c.lang)
		if got := strings.ReplaceAll(m.Trim(-1234567.5), unit.Thin, "_"); got != c.want {
			t.Errorf("%s with %q writes %s, want %s", c.lang, c.file, got, c.want)
		}
		for _, f := range findings {
			if f.Level == result.Error || strings.Contains(f.Message, "number.") {
				t.Errorf("%s with %q: %v", c.lang, c.file, f)
			}
		}
	}
	for _, file := range []string{"number.decimal: \".\"\nnumber.group: \".\"\n", "number.digits: \"0123\"\n", "number.group: \"1\"\n", "number.decimal: \"-\"\n"} {
		_, findings := loadMessages(assets.FS, fstest.MapFS{"i18n/de.yaml": &fstest.MapFile{Data: []byte(file)}}, "de")
		if !findings.HasErrors() {
			t.Errorf("%q passes", file)
		}
	}
}

// A page in another language than the board's says so, and pages that are twins
// lead to each other, whichever of them names the other.
func TestTwinPages(t *testing.T) {
	root := boardIn(t, "zh")
	for name, text := range map[string]string{
		"twin-en.md": "---\ntitle: An English page\nlanguage: en\n---\nWords.\n",
		"twin-zh.md": "---\ntitle: 中文页面\ntwins: [twin-en/]\n---\n文字。\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "content", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st, _ := build(t, root, Options{Memory: true, NoMinify: true, BaseURL: "https://board.example/sub/"})
	for page, wants := range map[string][]string{
		"twin-en/index.html": {`<article class="prose" lang="en">`, `hreflang="zh" lang="zh" dir="ltr">中文页面</a>`},
		"twin-zh/index.html": {`<article class="prose">`, `hreflang="en" lang="en" dir="ltr">An English page</a>`},
	} {
		html := string(st.Contents[page])
		for _, want := range append(wants, `<link rel="alternate" hreflang="en" href="https://board.example/sub/twin-en/">`, `<link rel="alternate" hreflang="zh" href="https://board.example/sub/twin-zh/">`) {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %s", page, want)
			}
		}
	}
	if strings.Contains(string(st.Contents["about/index.html"]), "hreflang") {
		t.Error("a page without a twin names one")
	}
}

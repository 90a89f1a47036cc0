package cite

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// prepare are items as formats take them.
func prepare(items []Item) []Item {
	var out []Item
	for _, p := range distinct(piecesOf(items)) {
		out = append(out, p.Item)
	}
	return out
}

var update = flag.Bool("update", false, "rewrite golden files")

func people(names ...string) []Author {
	var out []Author
	for _, n := range names {
		given, family, _ := strings.Cut(n, " ")
		out = append(out, Author{Family: family, Given: given})
	}
	return out
}

// many returns n made-up people.
func many(n int) []Author {
	var out []Author
	for i := range n {
		out = append(out, Author{Family: "Family" + letters(i), Given: "Given"})
	}
	return out
}

func TestGolden(t *testing.T) {
	site := Site(SiteInfo{Title: "Sample board", Description: "Energy of made-up models.", URL: "https://example.org/board/",
		Repository: "https://example.org/repo", License: "CC-BY-4.0", DOI: "10.1234/sample.5", Publisher: "Example Laboratory",
		Authors:  []Author{{Family: "Doe", Given: "Jane Q.", ORCID: "0000-0002-1825-0097"}, {Name: "Example Laboratory"}},
		Keywords: []string{"energy", "language models"}, Commit: "0123456789abcdef0123456789abcdef01234567", Newest: "2026-03-04"})
	r := &result.Result{ID: strings.Repeat("3f2a90c1d4e5", 5) + "0000", Kind: result.KindDevice, License: "Apache-2.0",
		Model: result.Model{Name: "org/Model_7B"}, Workload: result.Workload{Task: "chat", Dataset: &result.Dataset{Name: "Sample prompts", URL: "https://example.org/data", Revision: "abc1234"}},
		Hardware: &result.Hardware{Name: "Accelerator X", Count: 2}, Boundary: &result.Boundary{Includes: "gpu"},
		Source:  &result.Source{Name: "sample", Publisher: "Institute of Figures", Title: "Figures 2026", URL: "https://example.net/figures?a=1&b=2", Version: "v3", Published: "2026-02-03", Retrieved: "2026-03-04"},
		Quality: map[string]result.Quality{"sample-bench": {}}}
	cat := &catalog.Catalog{
		Tasks:      map[string]*catalog.Task{"chat": {ID: "chat", Title: "Chat", References: []string{"doe2020"}}},
		Benchmarks: map[string]*catalog.Benchmark{"sample-bench": {References: []string{"roe2019", "doe2020", "poe2021"}}},
		References: map[string]*catalog.Reference{
			"doe2020": {Key: "doe2020", Kind: Article, Title: "On 100% of {Everything} & More?", Authors: []catalog.Author{{Family: "Doe", Given: "Jane"}, {Family: "Müller", Given: "Jean-Luc"}}, Date: "2020", Eprint: "2001.01234", EprintClass: "cs.CL", URL: "https://arxiv.org/abs/2001.01234"},
			"poe2021": {Key: "poe2021", Kind: Conference, Title: "Joules & More", Authors: []catalog.Author{{Family: "Poe", Given: "Pat"}}, Date: "2021-06", Eprint: "2106.01234", URL: "https://arxiv.org/abs/2106.01234", Booktitle: "Proceedings of the 1st Workshop on Samples & Tests"},
			"roe2019": {Key: "roe2019", Kind: Software, Title: "The harness", Authors: []catalog.Author{{Name: "Harness, Inc. and Sons"}}, Date: "2019-05", Version: "1.10", DOI: "10.5281/zenodo.1", URL: "https://example.org/harness"},
		}}
	one := ResultItems(r, cat, "https://example.org/board/r/3f2a90c1d4e5/", site)
	for name, items := range map[string][]Item{"tool": {Tool("0.1.0", "", "")}, "site": {site}, "result": one} {
		checkFormats(t, items...)
		for _, f := range Formats() {
			got, err := Render(f.ID, items...)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+"."+f.Ext), got)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// hostile are texts that try to leave their place.
var hostile = map[string]string{
	"closing brace":   `A } title, author = {Mallory}, x = {`,
	"unbalanced":      `{{{`,
	"escaped brace":   `a \} b \{`,
	"at sign":         `@misc{evil, title = {x}}`,
	"newline":         "one\ntwo\r\nER  - \r\nTY  - BOOK",
	"percent":         `100% of it % comment`,
	"input":           `\input{/etc/passwd} \write18{x}`,
	"specials":        `& % $ # _ { } ~ ^ \ < > | " ' ` + "`",
	"script":          `</script><script>alert(1)</script>`,
	"yaml":            "key: value # not a comment",
	"yaml list":       "- a",
	"yaml bool":       "yes",
	"yaml number":     "1.10",
	"yaml null":       "null",
	"yaml anchor":     "&a *b !tag |",
	"yaml doc":        "--- ...",
	"arabic":          "طاقة النماذج اللغوية",
	"bidi override":   "abc\u202Edcba\u2066x\u2069",
	"chinese":         "大型语言模型的能耗",
	"combining":       "Zoe\u0301 na\u0308ive",
	"emoji":           "⚡ energy 🤗👩‍🔬",
	"long":            strings.Repeat("x", 200),
	"nul":             "a\x00b\x1bc",
	"line separators": "a\u2028b\u2029c\u0085d",
	"bad utf-8":       "a\xffb",
	"quotes":          `"quoted" 'single' \"`,
	"ris tag":         "ER  - ",
	"trailing slash":  `ends with \`,
}

func TestHostileText(t *testing.T) {
	for name, s := range hostile {
		t.Run(name, func(t *testing.T) {
			checkFormats(t,
				Item{Title: s, Kind: Dataset, Authors: []Author{{Name: s}, {Family: s, Given: s}}, Version: s, Publisher: s, Booktitle: s, License: s, Note: s, Number: s,
					Commit: s, Date: s, DOI: s, URL: s, Repository: s, Eprint: s, EprintClass: s, Abstract: s, Keywords: []string{s, s, "b"}, Accessed: s, Key: s},
				Item{Title: "second " + s, Kind: Conference, Booktitle: "in " + s, Authors: []Author{{Family: s}}, URL: "https://example.org/" + s, Eprint: "2001.01234", Date: "2020-02"})
		})
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, "Doe, Jane", "https://example.org/?q=%20{}", "2020-02-03")
	}
	f.Fuzz(func(t *testing.T, title, name, url, date string) {
		it := Item{Title: title, Authors: []Author{{Name: name}, {Family: name, Given: title}}, URL: url, Date: date, Note: name, Keywords: []string{name, title}, Kind: Software, Key: title}
		if it.clean().Title == "" {
			if _, err := Render("bibtex", it); err == nil {
				t.Fatal("an item without a title was cited")
			}
			return
		}
		checkFormats(t, it, Item{Title: "works", Authors: []Author{{Name: title}}, DOI: url, Publisher: name})
	})
}

func TestAPAAuthors(t *testing.T) {
	tests := []struct {
		name    string
		authors []Author
		want    string
	}{
		{"none", nil, ""},
		{"one", people("Jane Doe"), "Doe, J."},
		{"two", people("Jane Doe", "Richard Roe"), "Doe, J., & Roe, R."},
		{"three", people("Jane Doe", "Richard Roe", "Mary Major"), "Doe, J., Roe, R., & Major, M."},
		{"body", []Author{{Name: "Example Laboratory"}}, "Example Laboratory"},
		{"two bodies", []Author{{Name: "A Lab"}, {Name: "B Lab"}}, "A Lab & B Lab"},
		{"hyphen and middle name", []Author{{Family: "Müller", Given: "Jean-Luc Marie"}}, "Müller, J.-L. M."},
		{"no case, no initials", []Author{{Family: "김", Given: "철수"}}, "김, 철수"},
		{"cyrillic", []Author{{Family: "Иванов", Given: "Иван"}}, "Иванов, И."},
		{"family alone", []Author{{Family: "Plato"}}, "Plato"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := apaAuthors(tt.authors); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := apaAuthors(many(20)); strings.Count(got, "Family") != 20 || !strings.Contains(got, ", & Familyt") {
		t.Errorf("20 authors: %s", got)
	}
	got := apaAuthors(many(21))
	if strings.Count(got, "Family") != 20 || !strings.HasSuffix(got, "Familys, G., . . . Familyu, G.") || strings.Contains(got, "&") {
		t.Errorf("21 authors: %s", got)
	}
}

func TestAPALine(t *testing.T) {
	tests := []struct {
		name, want string
		it         Item
	}{
		{"software", "Doe, J. (2026). Tool (Version 1.0) [Computer software]. https://example.org/",
			Item{Kind: Software, Title: "Tool", Authors: people("Jane Doe"), Date: "2026-01-02", Version: "1.0", URL: "https://example.org/"}},
		{"no author, no date", "Tool [Computer software]. (n.d.).", Item{Kind: Software, Title: "Tool"}},
		{"publisher is the author", "Lab. (2026, January 2). Data [Data set]. https://doi.org/10.1234/x",
			Item{Kind: Dataset, Title: "Data", Authors: []Author{{Name: "Lab"}}, Publisher: "Lab", Date: "2026-01-02", DOI: "10.1234/x", URL: "https://example.org/"}},
		{"question", "Doe, J. (2026, May). Why? Lab.", Item{Kind: Webpage, Title: "Why?", Authors: people("Jane Doe"), Date: "2026-05", Publisher: "Lab"}},
		{"conference", "Doe, J. (2026). Paper (arXiv:2601.01234). In Proceedings of X. https://arxiv.org/abs/2601.01234",
			Item{Kind: Conference, Title: "Paper", Authors: people("Jane Doe"), Date: "2026-01-02", Booktitle: "Proceedings of X", Eprint: "2601.01234", URL: "https://arxiv.org/abs/2601.01234"}},
		{"retrieved", "Lab. (n.d.). Page. Retrieved March 4, 2026, from https://example.org/",
			Item{Kind: Webpage, Title: "Page", Authors: []Author{{Name: "Lab"}}, URL: "https://example.org/", Accessed: "2026-03-04"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := apaLine(tt.it); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A paper of a conference names its proceedings in every format, and a paper
// without them is none.
func TestConferencePaper(t *testing.T) {
	it := Item{Kind: Conference, Title: "Paper", Authors: people("Jane Doe"), Date: "2026", Booktitle: "Proceedings of X & Y", URL: "https://example.org/p"}
	data := Item{Kind: Dataset, Title: "Data", Date: "2026"}
	for id, want := range map[string][]string{
		"bibtex": {"@inproceedings{paper,", `{Proceedings of X \& Y},`},
		"ris":    {"TY  - CPAPER\r\n", "T2  - Proceedings of X & Y\r\n"},
		"csl":    {`"type": "paper-conference"`, `"container-title": "Proceedings of X \u0026 Y"`},
		"cff":    {"- type: \"conference-paper\"\n", `collection-title: "Proceedings of X & Y"`},
		"apa":    {"Paper. In Proceedings of X & Y."},
		"text":   {"In: Proceedings of X & Y\n"},
	} {
		got, err := Render(id, data, it)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s does not hold %q:\n%s", id, w, got)
			}
		}
	}
	if got := (Item{Kind: Conference, Title: "Paper"}).clean().Kind; got != Article {
		t.Errorf("a paper without proceedings is of kind %s", got)
	}
	if got := (Item{Kind: Dataset, Title: "Data", Booktitle: "X"}).clean().Booktitle; got != "" {
		t.Errorf("a data set stands in the proceedings %q", got)
	}
}

func TestBibtexAuthors(t *testing.T) {
	got := bibtexAuthors([]Author{{Name: "Salt and Pepper, Inc."}, {Family: "van der Berg", Given: "Jan"}, {Family: "Doe, Jr.", Given: "J."}, {Family: "Plato"}})
	want := "{Salt and Pepper, Inc.} and van der Berg, Jan and {Doe, Jr.}, J. and {Plato}"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestKeys(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Sample board 2026", "sample_board_2026"}, {"Müller & Söhne", "muller_sohne"}, {"大型", "item"}, {"", "item"}, {"2026 board", "item_2026_board"},
	} {
		if got := Key(tt.in); got != tt.want {
			t.Errorf("Key(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	var items []Item
	for i := range 30 {
		items = append(items, Item{Key: "same", Title: "Title " + letters(i)})
	}
	seen := map[string]bool{}
	for _, it := range prepare(items) {
		if seen[it.Key] {
			t.Errorf("key %s stands twice", it.Key)
		}
		seen[it.Key] = true
	}
	if !seen["same"] || !seen["samea"] || !seen["sameac"] {
		t.Errorf("keys are %v", seen)
	}
}

func TestDoublesAppearOnce(t *testing.T) {
	items := prepare([]Item{
		{Title: "A", DOI: "10.1234/ABC"}, {Title: "A again", DOI: "10.1234/abc"},
		{Title: "B", Eprint: "2001.01234"}, {Title: "B again", Eprint: "2001.01234"},
		{Title: "C", URL: "https://example.org/c"}, {Title: "C again", URL: "https://example.org/c/"},
		{Title: "D"}, {Title: "d"}, {Title: " "},
	})
	var got []string
	for _, it := range items {
		got = append(got, it.Title)
	}
	if diff := cmp.Diff([]string{"A", "B", "C", "D"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsThatLackTheirFormAreLeftOut(t *testing.T) {
	it := Item{Title: "x", DOI: "https://doi.org/10.1234/x", URL: "javascript:alert(1)", Repository: "file:///etc", Date: "2020-13-01", Eprint: "x", Commit: "main", Accessed: "today"}.clean()
	if it.DOI+it.URL+it.Repository+it.Date+it.Eprint+it.Commit+it.Accessed != "" {
		t.Errorf("kept %+v", it)
	}
	for doi, want := range map[string]bool{"10.5281/zenodo.123": true, "10.1/x": false, "doi:10.1234/x": false, "10.1234/": false, "10.1234/a b": false, `10.1234/}`: false} {
		if ValidDOI(doi) != want {
			t.Errorf("ValidDOI(%q) = %v", doi, !want)
		}
	}
}

func TestRenderErrors(t *testing.T) {
	if _, err := Render("word", Item{Title: "x"}); err == nil || !strings.Contains(err.Error(), "bibtex, csl, ris, cff, apa, text") {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := Render("apa"); err == nil {
		t.Error("nothing to cite is no error")
	}
}

// A reported figure belongs to its publisher, in every format.
func TestReportedCreditsThePublisher(t *testing.T) {
	r := &result.Result{ID: strings.Repeat("ab", 32), Model: result.Model{Name: "m"}, By: result.By{Name: "Importer"},
		Source: &result.Source{Publisher: "Institute of Figures", URL: "https://example.net/"}}
	for _, f := range Formats() {
		s, err := Render(f.ID, Result(r, "title", "", Item{Title: "Board"}))
		if err != nil || !strings.Contains(s, "Institute of Figures") || strings.Contains(s, "Importer") {
			t.Errorf("%s: %v\n%s", f.ID, err, s)
		}
	}
}

func TestNewest(t *testing.T) {
	a := &result.Result{MeasuredAt: "2026-03-04T10:00:00+09:00"}
	b := &result.Result{Source: &result.Source{Retrieved: "2026-05-06", Published: "2025"}}
	c := &result.Result{}
	if got := Newest([]*result.Loaded{{Result: b}, {Result: a}, {Result: c}}); got != "2026-03-04" {
		t.Errorf("newest is %q", got)
	}
}

// CITATION.cff of the repository is what the command prints.
func TestCitationFile(t *testing.T) {
	got, err := Render("cff", Tool("0.1.0", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "..", "CITATION.cff"), got)
}

// Results of one model differ in their titles, and moderation is never left out
// of a citation.
func TestResultItems(t *testing.T) {
	rate := 2.5
	cat := &catalog.Catalog{Moderation: &catalog.Moderation{
		Withdrawals: []catalog.Withdrawal{{ID: strings.Repeat("a", 12), Reason: "privacy", Date: "2026-03-02"}},
		Flags:       []catalog.Flag{{ID: strings.Repeat("b", 64), Reason: "disputed", Date: "2026-03-03"}},
	}}
	for _, tt := range []struct {
		id    string
		count int64
		load  *result.Load
		title string
		note  string
	}{
		{"a", 1, &result.Load{Mode: result.LoadClosed, Concurrency: 1}, "org/m, chat, on 1 x X, 1 request at once: energy and speed", "Withdrawn 2026-03-02: privacy"},
		{"b", 2, &result.Load{Mode: result.LoadClosed, Concurrency: 64}, "org/m, chat, on 2 x X, 64 requests at once: energy and speed", "Flagged 2026-03-03: disputed"},
		{"c", 2, &result.Load{Mode: result.LoadOpen, RatePerS: &rate}, "org/m, chat, on 2 x X, 2.5 requests/s: energy and speed", ""},
		{"d", 2, &result.Load{Mode: result.LoadOpen}, "org/m, chat, on 2 x X, open load: energy and speed", ""},
		{"e", 2, &result.Load{Mode: result.LoadBatch, BatchSize: 8}, "org/m, chat, on 2 x X, batch of 8: energy and speed", ""},
		{"f", 2, &result.Load{Mode: result.LoadBurst, MaxNumSeqs: 16}, "org/m, chat, on 2 x X, burst of up to 16 requests at once: energy and speed", ""},
		{"0", 0, nil, "org/m, chat, on X: energy and speed", ""},
	} {
		r := &result.Result{ID: strings.Repeat(tt.id, 64), Kind: result.KindDevice, Model: result.Model{Name: "org/m"}, Workload: result.Workload{Task: "chat", Load: tt.load},
			Hardware: &result.Hardware{Name: "X", Count: tt.count}, Boundary: &result.Boundary{Includes: "gpu"}}
		it := ResultItems(r, cat, "", Item{Title: "Board"})[0]
		if it.Title != tt.title || it.Note != tt.note {
			t.Errorf("%s: %q, note %q; want %q, note %q", tt.id, it.Title, it.Note, tt.title, tt.note)
		}
	}
	r := &result.Result{ID: strings.Repeat("a", 64), Model: result.Model{Name: "org/m"}, Source: &result.Source{Publisher: "P"}}
	if it := ResultItems(r, cat, "", Item{})[0]; it.Note != "Withdrawn 2026-03-02: privacy. Figures published by P" {
		t.Errorf("with a source: note %q", it.Note)
	}
}

// A library cites each result as its items are rendered, whether others have asked
// for its works before or not, and whatever key a work gets beside them.
func TestLibrary(t *testing.T) {
	cat := &catalog.Catalog{
		Tasks:      map[string]*catalog.Task{"chat": {ID: "chat", Title: "Chat", References: []string{"doe2020", "roe2021"}, Dataset: &result.Dataset{Name: "Prompts", URL: "https://example.org/prompts"}}},
		References: map[string]*catalog.Reference{"doe2020": {Key: "doe2020", Kind: Article, Title: "Joules & more"}, "roe2021": {Key: "roe2021", Kind: Software, Title: "The harness", URL: "https://example.org/h"}},
	}
	site := Item{Title: "Board"}
	l := NewLibrary(cat, site)
	source := func(title, url string) *result.Source {
		return &result.Source{Publisher: "Institute", Title: title, Published: "2025", URL: url}
	}
	for i, r := range []*result.Result{
		{Source: source("Figures", "https://example.org/f")}, {}, {Source: source("Figures", "https://example.org/g")}, {Source: source("Figures", "https://example.org/f")},
		{Source: &result.Source{Publisher: "doe", Published: "2020", URL: "https://example.org/d"}}, // its key is doe_2020
		{Source: &result.Source{Publisher: "doe2020", URL: "https://example.org/d"}},                // its key is that of the reference
		{Source: &result.Source{Publisher: "Institute", URL: "https://example.org/h"}},              // it is the reference
		{License: "CC-BY-4.0", Source: source("Figures", "https://example.org/f")},
		{Workload: result.Workload{Dataset: &result.Dataset{Name: "Own", URL: "https://example.org/own"}}},
	} {
		r.ID, r.Workload.Task = strings.Repeat(string(rune('a'+i)), 64), "chat"
		permalink := "https://example.org/r/" + r.Hash12()
		got, err := l.Result(r, permalink)
		if err != nil {
			t.Fatal(err)
		}
		want, err := RenderAll(ResultItems(r, cat, permalink, site)...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("result %d (-want +got):\n%s", i, diff)
		}
	}
}

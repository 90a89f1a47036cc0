package site

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/rank"
	"jouleboard/internal/unit"
)

// homeData is what the home page gives to its script.
type homeData struct {
	Limit  float64
	Steps  []float64
	Words  []string
	Top    int
	Models []struct {
		N string
		P [][]any
	}
}

func readHome(t *testing.T, dir string) (string, homeData) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)<script type="application/json" id="pick-data">(.*?)</script>`).FindSubmatch(page)
	if m == nil {
		t.Fatal("the home page has no data for its figure")
	}
	var d homeData
	if err := json.Unmarshal(m[1], &d); err != nil {
		t.Fatal(err)
	}
	return string(page), d
}

// Under the board's own limit the home page picks what the board ranks, in its
// order and with its numbers.
func TestHomePicksWhatTheBoardRanks(t *testing.T) {
	dir, _ := shipped(t)
	page, d := readHome(t, dir)
	csv, err := os.ReadFile(filepath.Join(dir, "data", "boards", "chat-h100.csv"))
	if err != nil {
		t.Skipf("no table of the board: %v", err)
	}
	if d.Limit != 50 || !slices.Contains(d.Steps, 50) || !slices.IsSorted(d.Steps) || len(d.Words) != len(d.Steps) {
		t.Fatalf("limit %v, steps %v, %d words", d.Limit, d.Steps, len(d.Words))
	}
	rows := strings.Split(strings.TrimSpace(string(csv)), "\n")[1:]
	n := 0
	for _, m := range d.Models {
		for i, p := range m.P {
			if i > 0 && p[0].(float64) >= m.P[i-1][0].(float64) {
				t.Errorf("%s: no limit picks %v after %v", m.N, p, m.P[i-1])
			}
		}
		i := slices.IndexFunc(m.P, func(p []any) bool { return p[0].(float64) <= d.Limit })
		if i < 0 {
			continue
		}
		hash := strings.TrimSuffix(strings.TrimPrefix(m.P[i][6].(string), "r/"), "/")
		hash = strings.TrimSuffix(hash, "/index.html")
		if n >= len(rows) || !strings.Contains(rows[n], hash) {
			t.Errorf("place %d is %s, result %s; the board has %s", n+1, m.N, hash, rows[min(n, len(rows)-1)])
		}
		n++
	}
	if n != len(rows) {
		t.Errorf("%d models keep to the board's limit, the board ranks %d", n, len(rows))
	}
	// The static table is the first few of them.
	table := page[strings.Index(page, `id="picks"`):]
	table = table[:strings.Index(table, "</table>")]
	at := 0
	for _, m := range d.Models[:d.Top] {
		i := strings.Index(table[at:], ">"+m.N+"<")
		if i < 0 {
			t.Fatalf("the table lacks %s at its place", m.N)
		}
		at += i
	}
	if strings.Contains(table, "star") {
		t.Error("stars of one operating point stand among results of another")
	}
}

// Steps are round, lie close, and reach from the first model to the last result.
func TestPickSteps(t *testing.T) {
	line := func(xs ...float64) *pickLine {
		l := &pickLine{}
		for _, x := range xs {
			l.points = append(l.points, pickPoint{x: x})
		}
		return l
	}
	for _, c := range []struct {
		lines []*pickLine
		limit float64
		want  string
	}{
		{[]*pickLine{line(31, 9.5), line(24, 11.5)}, 17, "[10 11 12 13 14 15 16 17 18 20 22 25 28 30 35]"},
		{[]*pickLine{line(3), line(4)}, 50, "[3 3.5 4 4.5 5 6 7 8 9 10 11 12 13 14 15 16 18 20 22 25 28 30 35 40 45 50]"},
		{[]*pickLine{line(0.021), line(0.02)}, 0.001, "[0.001 0.02 0.022]"},
	} {
		if got := fmt.Sprint(pickSteps(c.lines, c.limit)); got != c.want {
			t.Errorf("limit %v: %s, want %s", c.limit, got, c.want)
		}
	}
}

// A model that no step admits is counted and not named.
func TestPickAnswer(t *testing.T) {
	s := &site{msg: &messages{text: map[string]string{}}}
	lines := []*pickLine{{name: "A", points: []pickPoint{{x: 10, y: 5}}}, {name: "B", points: []pickPoint{{x: 90, y: 1}}}}
	sortPicks(lines, 50)
	w := pickWords{Answer: "{0} of {1}: {2} with {3}", None: "none"}
	text := func(limit float64) string {
		out := ""
		for _, g := range s.pickAnswer(lines, limit, w, unit.Metric{Unit: "J", Digits: 3}) {
			out += g.Text
		}
		return out
	}
	if got := text(50); got != "1 of 2: A with 5.00\u00a0J" {
		t.Errorf("%q", got)
	}
	if got := text(1); got != "none" {
		t.Errorf("%q", got)
	}
}

// Only boards that differ in nothing but their operating point are one family.
func TestBoardFamily(t *testing.T) {
	a := &rank.Board{ID: "a", Task: "chat", Hardware: "h100", Boundary: "gpu"}
	b, c, d, e := *a, *a, *a, *a
	b.Point, b.ID = "other", "b"
	c.Hardware, d.Boundary, e.Origin = "b200", "wall", "x"
	s := &site{boards: []*rank.Board{a, &b, &c, &d, &e}}
	if got := s.boardFamily(a); len(got) != 2 || got[0] != a || got[1] != &b {
		t.Errorf("family %v", got)
	}
}

// A figure comes as files: a drawing to scale, one for print, one in pixels, and
// its numbers, whole, each with the page of its result.
func TestFigureFiles(t *testing.T) {
	dir, _ := shipped(t)
	for _, name := range []string{"figures/pick", "boards/chat-h100/tradeoff", "boards/chat-h100/top", "boards/text-to-image-h100/tradeoff"} {
		read := func(ext string) string {
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)+ext))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		for ext, magic := range map[string]string{".svg": "<svg", ".pdf": "%PDF-", ".png": "\x89PNG\r\n"} {
			if data := read(ext); !strings.HasPrefix(data, magic) && !(ext == ".svg" && strings.Contains(data, magic)) {
				t.Errorf("%s%s begins with %.20q", name, ext, data)
			}
		}
		var d struct {
			Title   string
			Columns []struct{ Name, Unit string }
			Rows    [][]any
		}
		if err := json.Unmarshal([]byte(read(".json")), &d); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(read(".csv")), "\n")
		if len(lines) != len(d.Rows)+1 || len(d.Rows) < 3 || d.Title == "" {
			t.Errorf("%s: %d lines of CSV, %d rows of JSON, title %q", name, len(lines), len(d.Rows), d.Title)
		}
		units := 0
		for i, c := range d.Columns {
			if c.Unit != "" {
				units++
				if _, ok := d.Rows[0][i].(float64); !ok {
					t.Errorf("%s: %s is %v, not a number", name, c.Name, d.Rows[0][i])
				}
			}
		}
		if units == 0 {
			t.Errorf("%s: no column has a unit", name)
		}
		for _, row := range d.Rows {
			to, _ := row[len(row)-1].(string)
			_, hash, _ := strings.Cut(to, "/r/")
			if !exists(filepath.Join(dir, "r", strings.TrimSuffix(hash, "/"), "index.html")) {
				t.Errorf("%s: %q is no page of a result", name, to)
			}
		}
	}
}

// A family has one colour on every page, whoever stands beside it.
func TestFamilyColours(t *testing.T) {
	dir, _ := shipped(t)
	swatch := regexp.MustCompile(`class="(f\d)s"[^>]*/?>\s*(?:</\w+>\s*)?<text[^>]*>([^<\d][^<]*)<`)
	colour := map[string]string{}
	pages, _ := filepath.Glob(filepath.Join(dir, "boards", "*", "index.html"))
	n := 0
	for _, page := range append(pages, filepath.Join(dir, "index.html")) {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range swatch.FindAllStringSubmatch(string(data), -1) {
			n++
			if was := colour[m[2]]; was != "" && was != m[1] {
				t.Errorf("%s: %s is %s here and %s elsewhere", page, m[2], m[1], was)
			}
			colour[m[2]] = m[1]
		}
	}
	if n < 50 || len(colour) < 5 {
		t.Errorf("%d swatches of %d names found", n, len(colour))
	}
}

// A board whose points are no limit on speed has its plain figure on the home
// page, and nothing that a slider would move.
func TestHomeWithoutLimit(t *testing.T) {
	root := smallBoard(t)
	settings := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	data = regexp.MustCompile(`(?m)^    constraint: .*\n`).ReplaceAll(data, nil)
	if err := os.WriteFile(settings, data, 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{`id="tradeoff"`: true, "home.": false, "pick-": false} {
		if got := strings.Contains(strings.Join(regexp.MustCompile(`(?s)<main.*</main>|<script[^>]*>`).FindAllString(string(page), -1), ""), text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

package site

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// moreAttacks are those that spreadsheets, scripts and data files suffer from:
// formulas, characters without width, text that ends an element, names that
// objects already have.
var moreAttacks = []string{
	"zero\u200bwidth\u200dname", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "</title><svg onload=alert(1)>", "</textarea><style>*{display:none}</style>",
	"data:text/html,<script>alert(1)</script>", "__proto__", "constructor", "`${alert(1)}`", `\u003cimg src=x onerror=window.pwned=1\u003e`, `]]></text><script>alert(1)</script>`,
}

// refused never come to a page: they are errors of the file that holds them.
var refused = []string{"\u202etxt.exe\u202c", "\u2066evil\u2069", "\ufeffname", "line\u2028separator", "paragraph\u2029end"}

// Text that turns direction around, or ends lines for scripts alone, is an error
// wherever a contributor writes it.
func TestRefusedText(t *testing.T) {
	root := smallBoard(t)
	want := map[string]bool{}
	for i, a := range refused {
		r := resulttest.Reported(func(r *result.Result) {
			r.Model.Name, r.Notes = "evil/"+strconv.Itoa(i), []string{"a" + a}
		})
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		file := result.Path(r, "h100")
		want[file] = true
		if _, err := result.Save(root, file, r); err != nil {
			t.Fatal(err)
		}
	}
	_, fs, ok, err := Build(t.Context(), root, Options{Out: filepath.Join(root, "public")})
	if err != nil || ok {
		t.Fatal("the board was built", err)
	}
	for _, f := range fs {
		if f.Level == result.Error && f.Rule == "RES-TEXT" {
			delete(want, f.Where.File)
		}
	}
	if len(want) > 0 {
		t.Errorf("not refused: %v of\n%.2000s", want, findingsText(fs))
	}
}

// attackedBoard is the hostile board with more of it: in the catalogue, in
// moderation, among the authors, and notes as long as a file may hold.
func attackedBoard(t testing.TB) (out string) {
	t.Helper()
	root := hostileBoard(t)
	long := make([]string, 100)
	for i := range long {
		long[i] = strconv.Itoa(i) + strings.Repeat("<b>W", 1000)
	}
	for i, a := range moreAttacks {
		r := resulttest.Reported(func(r *result.Result) {
			r.Model.Name = "evil/" + strconv.Itoa(i) + strings.ReplaceAll(a, "/", "∕")
			r.Notes = []string{a}
			if i == 0 {
				r.Notes = long
			}
			r.Workload.Task = "lm-arena-chat"
			r.Source.Publisher, r.Source.Title, r.By.Name = a, a, a
			delete(r.Metrics, "energy_per_1000_requests_wh")
		})
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		if _, err := result.Save(root, result.Path(r, "h100"), r); err != nil {
			t.Fatal(err)
		}
	}
	quoted := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b) // JSON is YAML
	}
	change := func(name string, edit func(string) string) {
		file := filepath.Join(root, "content", filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := edit(string(data))
		if text == string(data) {
			t.Fatalf("%s: nothing changed", name)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bad := quoted(attacks[1] + moreAttacks[3])
	change("site.yaml", func(s string) string {
		s = strings.Replace(s, "{name: jouleboard contributors}", "{name: "+bad+"}", 1)
		return strings.Replace(s, "title: jouleboard", "title: "+quoted(attacks[0]+moreAttacks[0]), 1)
	})
	change("catalog/models/Qwen/Qwen3-8B.yaml", func(s string) string {
		return regexp.MustCompile(`(?m)^title: .*`).ReplaceAllString(strings.Replace(s, "family: Qwen", "family: "+bad, 1), "title: "+strings.ReplaceAll(bad, "$", "$$"))
	})
	id := someResult(t, root)
	writeModeration(t, root, strings.NewReplacer(`"Two others saw twice the energy."`, bad, `"Gone one"`, bad, "by: Ada", "by: "+bad, `"It needs 16 cards."`, bad, `"on two cards"`, bad).Replace(everyState(id)))
	out = filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	return out
}

// Whatever the strings of a board are, its data files are well-formed, and no
// cell of a table begins as a formula does.
func TestHostileFiles(t *testing.T) {
	kinds := map[string]int{}
	number := regexp.MustCompile(`^-?[0-9.]+(e[+-]?[0-9]+)?$`)
	ld := regexp.MustCompile(`(?s)<script type="?application/(?:ld\+)?json"?[^>]*>(.*?)</script>`)
	for name, data := range tree(t, attackedBoard(t)) {
		ext := path.Ext(name)
		kinds[ext]++
		switch ext {
		case ".json", ".webmanifest":
			if !json.Valid([]byte(data)) {
				t.Errorf("%s is no JSON", name)
			}
		case ".xml", ".svg":
			d := xml.NewDecoder(strings.NewReader(data))
			for {
				if _, err := d.Token(); err != nil {
					if !errors.Is(err, io.EOF) {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
			}
		case ".csv":
			rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, row := range rows {
				for _, c := range row {
					if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) && !number.MatchString(c) {
						t.Errorf("%s: the cell %q begins like a formula", name, c)
					}
				}
			}
		case ".parquet":
			if !strings.HasPrefix(data, "PAR1") || !strings.HasSuffix(data, "PAR1") {
				t.Errorf("%s is no Parquet", name)
			}
		case ".html":
			for _, m := range ld.FindAllStringSubmatch(data, -1) {
				kinds["in pages"]++
				if !json.Valid([]byte(m[1])) {
					t.Errorf("%s: data in the page is no JSON: %.200s", name, m[1])
				}
			}
		}
	}
	for _, k := range []string{".json", ".xml", ".svg", ".csv", ".parquet", ".webmanifest", "in pages"} {
		if kinds[k] == 0 {
			t.Errorf("no %s was looked at", k)
		}
	}
}

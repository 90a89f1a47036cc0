package site

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// Spreadsheets run cells that begin like formulas, wherever they split a line.
func TestSafeText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Llama": "Llama", "=1+1": "'=1+1", "+x": "'+x", "-x": "'-x", "@x": "'@x", "\tx": "'\tx", "  =1": "'  =1",
		"＝1": "'＝1", "a;=1": "a;'=1", "a; @b": "a;' @b", "a\t-1": "a\t'-1", "a=b": "a=b", "x;y": "x;y", "a-b": "a-b", "mlenergy 1.0": "mlenergy 1.0",
	} {
		if got := safeText(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// Numbers in tables read back as they were, without exponents where people read.
func TestNumbersInTables(t *testing.T) {
	for v, want := range map[float64]string{26820.5: "26820.5", 12345678: "12345678", 1e15: "1e+15", -2.5: "-2.5", 0: "0", 0.000125: "0.000125", 1e-7: "1e-07", 1.0 / 3: "0.3333333333333333"} {
		got := num(v)
		back, err := strconv.ParseFloat(got, 64)
		if got != want || err != nil || back != v {
			t.Errorf("%g is written %q and read %g", v, got, back)
		}
	}
}

// Every table is plain UTF-8 with LF, as wide in each row as in its head, and
// its numbers are those of the result files.
func TestTables(t *testing.T) {
	dir, _ := shipped(t)
	files, _ := filepath.Glob(filepath.Join(dir, "data", "boards", "*.csv"))
	files = append(files, filepath.Join(dir, "data", "results.csv"))
	if len(files) < 10 {
		t.Fatalf("%d tables", len(files))
	}
	numbers := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(data) || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || bytes.Contains(data, []byte("\r")) || !bytes.HasSuffix(data, []byte("\n")) {
			t.Errorf("%s: not plain UTF-8 with LF", file)
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll() // holds all rows to the head's width
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "results.csv") {
			numbers += compareTable(t, dir, rows)
		}
	}
	if numbers < 2000 {
		t.Errorf("only %d numbers were compared", numbers)
	}
}

func compareTable(t *testing.T, dir string, rows [][]string) (n int) {
	t.Helper()
	for _, row := range rows[1:] {
		data, err := os.ReadFile(filepath.Join(dir, "r", row[0][:12], "result.json"))
		if err != nil {
			t.Fatal(err)
		}
		var r result.Result
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		for i, name := range rows[0] {
			if m, ok := r.Metrics[name]; ok {
				n++
				if v, err := strconv.ParseFloat(row[i], 64); err != nil || v != m.Value {
					t.Errorf("%s of %s is %q, not %g", name, row[0], row[i], m.Value)
				}
			}
		}
	}
	return n
}

// The dictionary has an anchor for each key and describes each column of the
// table, and every download is in the list of digests with its own.
func TestDictionaryAndDigests(t *testing.T) {
	dir, _ := shipped(t)
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	page := string(read(dictionaryPath))
	var metrics []dictEntry
	if err := json.Unmarshal(read("api/v1/metrics.json"), &metrics); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, m := range metrics {
		keys[m.Key] = true
		if !strings.Contains(page, `id="m-`+m.Key+`"`) {
			t.Errorf("no anchor for %s", m.Key)
		}
		if m.Results > 0 && (len(m.Columns) == 0 && m.Kind == "metric" || len(m.Provenance) == 0) {
			t.Errorf("%d results have %s, but columns are %v and provenance %v", m.Results, m.Key, m.Columns, m.Provenance)
		}
	}
	var columns []dictColumn
	if err := json.Unmarshal(read("api/v1/columns.json"), &columns); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(read("data/results.csv")), "\n")
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
		if c.Text == "" || strings.HasPrefix(c.Text, "[") || c.Metric != "" && !keys[c.Metric] {
			t.Errorf("column %+v", c)
		}
	}
	if strings.Join(names, ",") != head {
		t.Errorf("columns are described as %v", names)
	}

	listed := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(read("SHA256SUMS")))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			t.Fatalf("line %q", lines.Text())
		}
		if got := sha256.Sum256(read(name)); hex.EncodeToString(got[:]) != sum {
			t.Errorf("digest of %s", name)
		}
		listed[name] = true
	}
	for name := range tree(t, filepath.Join(dir, "data")) {
		if name = "data/" + name; !strings.HasSuffix(name, ".html") && !listed[name] {
			t.Errorf("%s has no digest", name)
		}
	}
}

// Addresses of the sitemap are pages that are there, each once, with dates.
func TestSitemap(t *testing.T) {
	dir, _ := shipped(t)
	var m struct {
		URLs []struct {
			Loc     string `xml:"loc"`
			Lastmod string `xml:"lastmod"`
		} `xml:"url"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "sitemap.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	seen, dated := map[string]bool{}, 0
	for _, u := range m.URLs {
		name, ok := strings.CutPrefix(u.Loc, "https://jouleboard.example.org/")
		if !ok || seen[name] || !exists(filepath.Join(dir, filepath.FromSlash(name), "index.html")) {
			t.Errorf("%s", u.Loc)
		}
		seen[name] = true
		if u.Lastmod != "" {
			dated++
			if !regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`).MatchString(u.Lastmod) {
				t.Errorf("%s: %q", u.Loc, u.Lastmod)
			}
		}
	}
	if dated < 800 || !seen[""] || seen["404.html"] {
		t.Errorf("%d of %d pages are dated", dated, len(m.URLs))
	}
}

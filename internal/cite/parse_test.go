// Small readers of the formats, as strict as the programs that read them: what
// we write must come back as what went in.

package cite

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// bibEntry is what a BibTeX reader sees.
type bibEntry struct {
	kind, key string
	fields    map[string]string
}

// readBib reads entries as BibTeX does: a field ends where its braces balance,
// and a backslash does not change what a brace counts.
func readBib(s string) ([]bibEntry, error) {
	var out []bibEntry
	for {
		s = strings.TrimLeft(s, " \n")
		if s == "" {
			return out, nil
		}
		m := regexp.MustCompile(`^@([a-z]+)\{([A-Za-z][A-Za-z0-9_]*),`).FindStringSubmatch(s)
		if m == nil {
			return nil, fmt.Errorf("no entry at %.40q", s)
		}
		e := bibEntry{m[1], m[2], map[string]string{}}
		s = s[len(m[0]):]
		for {
			s = strings.TrimLeft(s, " \n")
			if strings.HasPrefix(s, "}") {
				s = s[1:]
				break
			}
			m := regexp.MustCompile(`^([a-z]+) *= *`).FindStringSubmatch(s)
			if m == nil {
				return nil, fmt.Errorf("no field at %.40q", s)
			}
			s = s[len(m[0]):]
			value := ""
			if s[0] == '{' {
				depth, end := 0, -1
				for i := 0; i < len(s) && end < 0; i++ {
					switch s[i] {
					case '{':
						depth++
					case '}':
						if depth--; depth == 0 {
							end = i
						}
					}
				}
				if end < 0 {
					return nil, fmt.Errorf("unbalanced field %s", m[1])
				}
				value, s = s[1:end], s[end+1:]
			} else {
				i := strings.IndexByte(s, ',')
				value, s = s[:i], s[i:]
			}
			if _, dup := e.fields[m[1]]; dup {
				return nil, fmt.Errorf("field %s twice", m[1])
			}
			e.fields[m[1]] = value
			if !strings.HasPrefix(s, ",") {
				return nil, fmt.Errorf("no comma after field %s: %.20q", m[1], s)
			}
			s = s[1:]
		}
		out = append(out, e)
	}
}

// typeset is the text that TeX would set: only the commands that this package
// writes are known, so that a command from a title is an error.
func typeset(s string) (string, error) {
	known := map[string]string{"textbackslash": `\`, "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~", "textasciicircum": "^",
		"textless": "<", "textgreater": ">", "textbar": "|", "textquotedbl": `"`, "textasciigrave": "`"}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i+1 < len(s) && strings.IndexByte("&%$#_", s[i+1]) >= 0 {
				i++
				b.WriteByte(s[i])
				continue
			}
			m := regexp.MustCompile(`^\\([a-z]+)\{\}`).FindStringSubmatch(s[i:])
			if m == nil || known[m[1]] == "" {
				return "", fmt.Errorf("unknown command at %.20q", s[i:])
			}
			b.WriteString(known[m[1]])
			i += len(m[0]) - 1
		case '&', '%', '$', '#', '_', '~', '^', '"':
			return "", fmt.Errorf("unescaped %q", c)
		case '{', '}': // grouping
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// readRIS returns the tags of each record in order.
func readRIS(s string) ([][][2]string, error) {
	var out [][][2]string
	var rec [][2]string
	for i, l := range strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n") {
		if !regexp.MustCompile(`^[A-Z][A-Z0-9]  - `).MatchString(l) || strings.ContainsAny(l, "\r\n") {
			return nil, fmt.Errorf("line %d is no tag: %q", i+1, l)
		}
		tag, value := l[:2], l[6:]
		if (len(rec) == 0) != (tag == "TY") {
			return nil, fmt.Errorf("line %d: TY must stand first and once", i+1)
		}
		rec = append(rec, [2]string{tag, value})
		if tag == "ER" {
			if value != "" {
				return nil, fmt.Errorf("ER has a value")
			}
			out, rec = append(out, rec), nil
		}
	}
	if rec != nil {
		return nil, fmt.Errorf("record without ER")
	}
	return out, nil
}

// readCSL decodes CSL-JSON and refuses what csl-data 1.0.2 does not have.
func readCSL(s string) ([]cslItem, error) {
	var list []cslItem
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	types := map[string]bool{"software": true, "dataset": true, "webpage": true, "article": true, "paper-conference": true}
	for _, c := range list {
		if !types[c.Type] || c.ID == "" {
			return nil, fmt.Errorf("item %q has the type %q", c.ID, c.Type)
		}
		for _, a := range c.Author {
			if (a.Literal != "") == (a.Family != "") {
				return nil, fmt.Errorf("author %+v is neither person nor body", a)
			}
		}
	}
	return list, nil
}

// The part of the Citation File Format 1.2.0 that its schema fixes: keys, forms.
type cffDoc struct {
	CFF          string      `yaml:"cff-version"`
	Message      string      `yaml:"message"`
	Type         string      `yaml:"type"`
	DateReleased string      `yaml:"date-released"`
	References   []cffRefDoc `yaml:"references"`
	CFFCommon    `yaml:",inline"`
}

type cffRefDoc struct {
	Type         string `yaml:"type"`
	DateReleased string `yaml:"date-released"`
	DateAccessed string `yaml:"date-accessed"`
	Year         int    `yaml:"year"`
	Month        int    `yaml:"month"`
	Publisher    *struct {
		Name string `yaml:"name"`
	} `yaml:"publisher"`
	Notes      string `yaml:"notes"`
	Collection string `yaml:"collection-title"`
	CFFCommon  `yaml:",inline"`
}

type CFFCommon struct {
	Title       string              `yaml:"title"`
	Authors     []map[string]string `yaml:"authors"`
	Version     string              `yaml:"version"`
	Commit      string              `yaml:"commit"`
	DOI         string              `yaml:"doi"`
	URL         string              `yaml:"url"`
	RepoCode    string              `yaml:"repository-code"`
	Repo        string              `yaml:"repository"`
	License     string              `yaml:"license"`
	Abstract    string              `yaml:"abstract"`
	Keywords    []string            `yaml:"keywords"`
	Identifiers []map[string]string `yaml:"identifiers"`
}

func readCFF(s string) (*cffDoc, error) {
	var d cffDoc
	if err := yaml.UnmarshalWithOptions([]byte(s), &d, yaml.Strict()); err != nil {
		return nil, err
	}
	if d.CFF != "1.2.0" || d.Message == "" || d.Type != "software" && d.Type != "dataset" {
		return nil, fmt.Errorf("head is %q, %q, %q", d.CFF, d.Message, d.Type)
	}
	check := func(c CFFCommon) error {
		rules := []struct{ name, value, form string }{
			{"doi", c.DOI, `^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+$`},
			{"url", c.URL, `^https?://.+`}, {"repository", c.Repo, `^https?://.+`}, {"repository-code", c.RepoCode, `^https?://.+`},
			{"license", c.License, `^(` + strings.Join(spdxIDs, "|") + `)$`},
		}
		for _, r := range rules {
			if r.value != "" && !regexp.MustCompile(r.form).MatchString(r.value) {
				return fmt.Errorf("%s is %q", r.name, r.value)
			}
		}
		if c.Title == "" || len(c.Authors) == 0 {
			return fmt.Errorf("title %q, %d authors", c.Title, len(c.Authors))
		}
		for _, a := range c.Authors {
			person := a["family-names"] != ""
			for k, v := range a {
				ok := k == "orcid" || person && (k == "family-names" || k == "given-names") || !person && k == "name"
				if !ok || v == "" || k == "orcid" && !strings.HasPrefix(v, "https://orcid.org/") {
					return fmt.Errorf("author has %s: %q", k, v)
				}
			}
		}
		for _, i := range c.Identifiers {
			if i["type"] != "other" || i["value"] == "" {
				return fmt.Errorf("identifier %v", i)
			}
		}
		seen := map[string]bool{}
		for _, k := range c.Keywords {
			if k == "" || seen[k] {
				return fmt.Errorf("keyword %q is empty or stands twice", k)
			}
			seen[k] = true
		}
		return nil
	}
	day := regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	if d.DateReleased != "" && !day.MatchString(d.DateReleased) {
		return nil, fmt.Errorf("date-released is %q", d.DateReleased)
	}
	if err := check(d.CFFCommon); err != nil {
		return nil, err
	}
	types := map[string]bool{"article": true, "conference-paper": true, "dataset": true, "software": true, "website": true}
	for _, r := range d.References {
		if !types[r.Type] || r.Month < 0 || r.Month > 12 || r.DateReleased != "" && !day.MatchString(r.DateReleased) {
			return nil, fmt.Errorf("reference %q: type %q, month %d, date %q", r.Title, r.Type, r.Month, r.DateReleased)
		}
		if err := check(r.CFFCommon); err != nil {
			return nil, fmt.Errorf("reference %q: %w", r.Title, err)
		}
	}
	return &d, nil
}

// checkFormats renders items in every format, reads them back, and compares
// titles and authors with what went in.
func checkFormats(t *testing.T, items ...Item) {
	t.Helper()
	want := prepare(items)
	out := map[string]string{}
	for _, f := range Formats() {
		s, err := Render(f.ID, items...)
		if err != nil {
			t.Fatalf("%s: %v", f.ID, err)
		}
		out[f.ID] = s
	}

	bib, err := readBib(out["bibtex"])
	if err != nil || len(bib) != len(want) {
		t.Fatalf("bibtex: %d entries, want %d: %v\n%s", len(bib), len(want), err, out["bibtex"])
	}
	for i, e := range bib {
		for k, v := range e.fields {
			if k == "url" || k == "doi" {
				if strings.ContainsAny(v, `{}\ `) {
					t.Errorf("bibtex: %s is %q", k, v)
				}
				continue
			}
			got, err := typeset(v)
			if err != nil {
				t.Errorf("bibtex: %s: %v in %q", k, err, v)
			}
			if k == "title" && got != want[i].Title {
				t.Errorf("bibtex: title is %q, want %q", got, want[i].Title)
			}
		}
	}

	recs, err := readRIS(out["ris"])
	if err != nil || len(recs) != len(want) {
		t.Fatalf("ris: %d records, want %d: %v\n%s", len(recs), len(want), err, out["ris"])
	}
	for i, rec := range recs {
		authors := 0
		for _, tag := range rec {
			if tag[0] == "TI" && tag[1] != want[i].Title {
				t.Errorf("ris: title is %q, want %q", tag[1], want[i].Title)
			}
			if tag[0] == "AU" {
				authors++
				if strings.Count(tag[1], ",") > 1 || strings.Contains(tag[1], "*") {
					t.Errorf("ris: author is %q", tag[1])
				}
			}
		}
		if authors > len(want[i].Authors) {
			t.Errorf("ris: %d authors, want %d", authors, len(want[i].Authors))
		}
	}

	list, err := readCSL(out["csl"])
	if err != nil || len(list) != len(want) {
		t.Fatalf("csl: %d items, want %d: %v\n%s", len(list), len(want), err, out["csl"])
	}
	for i, c := range list {
		if c.Title != want[i].Title || len(c.Author) != len(want[i].Authors) {
			t.Errorf("csl: %q by %d, want %q by %d", c.Title, len(c.Author), want[i].Title, len(want[i].Authors))
		}
	}
	if strings.Contains(out["csl"], "</") {
		t.Error("csl: could end a script element")
	}

	d, err := readCFF(out["cff"])
	if err != nil {
		t.Fatalf("cff: %v\n%s", err, out["cff"])
	}
	if d.Title != want[0].Title || len(d.References) != len(want)-1 {
		t.Errorf("cff: %q with %d references, want %q with %d", d.Title, len(d.References), want[0].Title, len(want)-1)
	}
	if n := want[0].Authors; len(n) > 0 && n[0].Name != "" && d.Authors[0]["name"] != n[0].Name {
		t.Errorf("cff: author %q, want %q", d.Authors[0]["name"], n[0].Name)
	}

	if n := strings.Count(out["apa"], "\n"); n != 2*len(want)-1 {
		t.Errorf("apa: %d lines for %d items", n, len(want))
	}
	for id, s := range out {
		for _, r := range s {
			if r < ' ' && r != '\n' && r != '\r' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("%s: holds the control character %U", id, r)
			}
		}
	}
}

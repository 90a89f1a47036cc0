// Citation File Format 1.2.0: CITATION.cff of a repository.

package cite

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// cffMessage is the sentence that the format demands.
const cffMessage = "If you use this, please cite it as below."

// cffWriter writes YAML of mappings, lists and text; every text stands in double
// quotes with JSON's escapes, which YAML reads alike, unless it is plainly safe.
type cffWriter struct {
	b      *strings.Builder
	indent string
	dash   bool // the next line begins a list item
}

// plainScalar says that YAML needs no quotes around a text: it begins with a letter,
// ends with a letter or digit, and holds nothing else than these and spaces.
func plainScalar(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter, digit := c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9'
		if !letter && (i == 0 || !digit && (c != ' ' || i == len(s)-1)) {
			return false
		}
	}
	return s != ""
}

// reserved are words that YAML readers take for something else than text.
var reserved = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

func (w *cffWriter) lead() {
	if w.dash {
		put(w.b, strings.TrimSuffix(w.indent, "  "), "- ")
		w.dash = false
		return
	}
	w.b.WriteString(w.indent)
}

func quoted(s string) string {
	if plainScalar(s) && !reserved[strings.ToLower(s)] {
		return s
	}
	if isLine(s) && !strings.ContainsAny(s, `"\`) {
		return `"` + s + `"` // without anything to escape
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // text always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// text writes key: value, and nothing for an empty value.
func (w *cffWriter) text(key, value string) {
	if value != "" {
		w.lead()
		put(w.b, key, ": ", quoted(value), "\n")
	}
}

func (w *cffWriter) number(key, digits string) {
	if n, err := strconv.Atoi(digits); err == nil {
		w.lead()
		w.b.WriteString(key + ": " + strconv.Itoa(n) + "\n")
	}
}

// list writes key: and n items of a mapping each.
func (w *cffWriter) list(key string, n int, item func(i int)) {
	if n == 0 {
		return
	}
	w.lead()
	w.b.WriteString(key + ":\n")
	outer := w.indent
	w.indent += "    "
	for i := range n {
		w.dash = true
		item(i)
		w.dash = false
	}
	w.indent = outer
}

// cff writes the file, without references, or one of these.
func cff(b *strings.Builder, it Item, cited bool) {
	if !cited {
		cffReference(b, it)
		return
	}
	w := &cffWriter{b: b}
	w.text("cff-version", "1.2.0")
	w.text("message", cffMessage)
	kind := "dataset" // the format knows two: what is no program is data
	if it.Kind == Software {
		kind = "software"
	}
	w.text("type", kind)
	w.body(it)
	if len(it.Date) == len("2006-01-02") {
		w.text("date-released", it.Date)
	}
}

func cffReference(b *strings.Builder, r Item) {
	w := &cffWriter{b: b, indent: "    ", dash: true}
	w.text("type", cffTypes[r.Kind])
	w.body(r)
	w.text("collection-title", r.Booktitle)
	year, month, day := dateParts(r.Date)
	if day != "" {
		w.text("date-released", r.Date)
	} else {
		w.number("year", year)
		w.number("month", month)
	}
	w.text("date-accessed", r.Accessed)
	if r.Publisher != "" {
		w.lead()
		w.b.WriteString("publisher:\n" + w.indent + "  name: " + quoted(r.Publisher) + "\n")
	}
	w.text("notes", strings.Join(r.remarks(), ". "))
}

var cffTypes = map[string]string{Software: "software", Dataset: "dataset", Webpage: "website", Article: "article", Conference: "conference-paper"}

// body writes the fields that the file and its references share.
func (w *cffWriter) body(it Item) {
	w.text("title", it.Title)
	authors := it.Authors
	if len(authors) == 0 {
		// The format wants at least one; a publisher is one, else its word for none.
		name := it.Publisher
		if name == "" {
			name = "anonymous"
		}
		authors = []Author{{Name: name}}
	}
	w.list("authors", len(authors), func(i int) {
		a := authors[i]
		w.text("name", a.Name)
		w.text("family-names", a.Family)
		w.text("given-names", a.Given)
		if a.ORCID != "" && orcidForm.MatchString(a.ORCID) {
			w.text("orcid", "https://orcid.org/"+a.ORCID)
		}
	})
	w.text("version", it.Version)
	w.text("commit", it.Commit)
	if cffDOI.MatchString(it.DOI) {
		w.text("doi", it.DOI)
	}
	if it.Eprint != "" || it.Number != "" {
		value := it.Number
		if it.Eprint != "" {
			value = "arXiv:" + it.Eprint
		}
		w.list("identifiers", 1, func(int) {
			w.text("type", "other")
			w.text("value", value)
		})
	}
	w.text("url", it.URL)
	if it.Kind == Software {
		w.text("repository-code", it.Repository)
	} else {
		w.text("repository", it.Repository)
	}
	w.text("license", spdx(it.License))
	abstract := it.Abstract
	if abstract == "" {
		abstract = it.Note
	}
	w.text("abstract", abstract)
	if len(it.Keywords) > 0 {
		w.lead()
		w.b.WriteString("keywords:\n")
		seen := map[string]bool{}
		for _, k := range it.Keywords {
			if !seen[k] {
				seen[k] = true
				put(w.b, w.indent, "  - ", quoted(k), "\n")
			}
		}
	}
}

// cffDOI is narrower than DOIs are: the format's schema refuses the others.
var cffDOI = regexp.MustCompile(`^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;().\[\]-]+$`)

var orcidForm = regexp.MustCompile(`^\d{4}-\d{4}-\d{4}-\d{3}[0-9X]$`)

// spdxIDs are the licences that a CITATION.cff may name here. The format takes
// SPDX ids only, in their exact spelling; anything else would make the file
// invalid and is left to the notes.
var spdxIDs = strings.Fields(`0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC-BY-4.0
	CC-BY-NC-4.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-4.0 CC0-1.0 EPL-2.0 EUPL-1.2 GPL-2.0-only
	GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT
	MPL-2.0 ODC-By-1.0 ODbL-1.0 PDDL-1.0 Unlicense WTFPL Zlib`)

func spdx(license string) string {
	for _, id := range spdxIDs {
		if strings.EqualFold(id, license) {
			return id
		}
	}
	return ""
}

// Package cite writes citations: of the tool, of a board as it is at a moment,
// of one result, and of the works that a result rests on, in the formats that
// people paste into papers and repositories.
//
// This file holds the types, and what all formats share: cleaning and keys.
package cite

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"jouleboard/internal/result"
)

// Kinds of an item.
const (
	Software = "software"
	Dataset  = "dataset"
	Webpage  = "webpage"
	Article  = "article"
	// Conference is a paper in the proceedings that Booktitle names; without
	// them it counts as an article.
	Conference = "conference"
)

// Author is a person (Family, Given) or a body (Name).
type Author struct {
	Family string
	Given  string
	Name   string
	ORCID  string // 16 digits with hyphens
}

// Item is one thing to cite. Empty fields are unknown and do not appear.
type Item struct {
	Key     string // wanted citation key; made from the title if empty
	Kind    string // one of the constants; anything else counts as Webpage
	Title   string
	Authors []Author
	Date    string // YYYY, YYYY-MM or YYYY-MM-DD
	Version string
	Commit  string // of the repository
	// Number tells this item from others of its kind, with its noun: "Result
	// 3f2a90c1d4e5".
	Number      string
	Booktitle   string // of the proceedings of a conference paper
	URL         string // http or https, else it is left out
	DOI         string // 10.prefix/suffix, else it is left out
	Publisher   string
	License     string // SPDX id
	Repository  string // of the code or data, http or https
	Abstract    string
	Eprint      string // arXiv number
	EprintClass string // arXiv primary class
	Keywords    []string
	Accessed    string // YYYY-MM-DD
	Note        string // a sentence, such as who published the figures first
}

// usualSize is room for an item in most formats.
const usualSize = 1024

// put writes parts one after the other.
func put(b *strings.Builder, parts ...string) {
	for _, p := range parts {
		b.WriteString(p)
	}
}

// identity is equal for items that are the same work.
func (it Item) identity() string {
	switch {
	case it.DOI != "":
		return "doi:" + strings.ToLower(it.DOI)
	case it.Eprint != "":
		return "arxiv:" + strings.ToLower(it.Eprint)
	case it.URL != "":
		return "url:" + strings.TrimRight(it.URL, "/") + " " + it.Version
	}
	return "title:" + strings.ToLower(it.Title)
}

// free makes a key unique: smith2025, smith2025a, smith2025b. Reference managers
// take keys that differ in case only for one.
func free(key string, taken map[string]bool) string {
	k := key
	for i := 0; taken[strings.ToLower(k)]; i++ {
		k = key + letters(i)
	}
	taken[strings.ToLower(k)] = true
	return k
}

// letters counts a, b, ..., z, aa, ab.
func letters(i int) string {
	s := string(rune('a' + i%26))
	if i >= 26 {
		return letters(i/26-1) + s
	}
	return s
}

var (
	doiForm    = regexp.MustCompile(`^10\.\d{4,9}/[!-~]+$`)
	eprintForm = regexp.MustCompile(`^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?$`)
	commitForm = regexp.MustCompile(`^[0-9a-fA-F]{7,64}$`)
)

// ValidDOI says whether s has the form of a DOI, without an address before it.
func ValidDOI(s string) bool { return doiForm.MatchString(s) && !strings.ContainsAny(s, `{}\"`) }

// clean takes out what no format could carry: control characters, bidirectional
// overrides, line breaks, and values that have not the form their field needs.
func (it Item) clean() Item {
	for _, p := range []*string{&it.Title, &it.Version, &it.Number, &it.Booktitle, &it.Publisher, &it.License, &it.Abstract, &it.EprintClass, &it.Note} {
		*p = line(*p)
	}
	it.URL, it.Repository = address(it.URL), address(it.Repository)
	keep := func(p *string, ok func(string) bool) {
		if *p != "" && !ok(*p) {
			*p = ""
		}
	}
	keep(&it.DOI, ValidDOI)
	keep(&it.Date, isDate)
	keep(&it.Accessed, isDate)
	keep(&it.Eprint, eprintForm.MatchString)
	keep(&it.Commit, commitForm.MatchString)
	authors := make([]Author, 0, len(it.Authors))
	for _, a := range it.Authors {
		a = Author{Family: line(a.Family), Given: line(a.Given), Name: line(a.Name), ORCID: line(a.ORCID)}
		if a.Name == "" && a.Family == "" {
			a.Name, a.Given = a.Given, ""
		}
		if a.Name != "" {
			a.Family, a.Given = "", ""
		}
		if a.Name+a.Family != "" {
			authors = append(authors, a)
		}
	}
	it.Authors = authors
	words := make([]string, 0, len(it.Keywords))
	for _, w := range it.Keywords {
		if w = line(w); w != "" {
			words = append(words, w)
		}
	}
	it.Keywords = words
	switch it.Kind {
	case Software, Dataset, Webpage, Article, Conference:
	default:
		it.Kind = Webpage
	}
	switch {
	case it.Kind != Conference:
		it.Booktitle = ""
	case it.Booktitle == "":
		it.Kind = Article
	}
	return it
}

// line makes one line of visible text.
func line(s string) string {
	if isLine(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case result.IsControl(r), r == 0xffff: // XML and some readers refuse U+FFFF
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// isLine says that a text is one line of plain characters already, as most are.
func isLine(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// address returns an http or https address in ASCII, with everything escaped
// that would end a field of one of the formats; "" for anything else.
func address(s string) string {
	if isAddress(s) {
		return s
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("{}\\\"<>^`|", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isAddress says that an address is as it should be already, as most are: a plain
// name and a plain path.
func isAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		return false
	}
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '_', c == '/' && i > 0:
		default:
			return false
		}
	}
	return rest != ""
}

// Key makes a citation key of the parts: ASCII letters and digits in lower case,
// parts and words joined by _. Accents are dropped; what has no Latin letters
// leaves nothing, and an empty key becomes "item".
func Key(parts ...string) string {
	var key []byte
	for _, p := range parts {
		between := true
		for _, r := range norm.NFKD.String(strings.ToLower(p)) {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
				if between && len(key) > 0 {
					key = append(key, '_')
				}
				key, between = append(key, byte(r)), false
			case unicode.IsMark(r):
			default:
				between = true
			}
		}
	}
	k := string(key)
	if len(k) > 60 {
		k = strings.TrimRight(k[:60], "_")
	}
	switch {
	case k == "":
		return "item"
	case k[0] >= '0' && k[0] <= '9':
		return "item_" + k // some readers want a letter first
	}
	return k
}

// isDate says whether d is a date of the calendar: YYYY, YYYY-MM or YYYY-MM-DD.
func isDate(d string) bool {
	_, _, ok := result.DateRange(d)
	return ok
}

// dateParts cuts a date into year, month and day; the latter may be "".
func dateParts(d string) (year, month, day string) {
	p := append(strings.Split(d, "-"), "", "")
	return p[0], p[1], p[2]
}

// remarks are what a format has no field for, as short sentences without the
// full stop.
func (it Item) remarks() []string {
	var out []string
	if it.Note != "" {
		out = append(out, strings.TrimRight(it.Note, "."))
	}
	if it.Number != "" {
		out = append(out, it.Number)
	}
	if it.Commit != "" {
		out = append(out, "Commit "+it.Commit)
	}
	if it.License != "" {
		out = append(out, "Licence "+it.License)
	}
	return out
}

// CSL-JSON (csl-data 1.0.2): what pandoc, Zotero and citation.js read.

package cite

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type cslItem struct {
	ID        string      `json:"id"`
	Type      string      `json:"type"`
	Title     string      `json:"title"`
	Container string      `json:"container-title,omitempty"`
	Author    []cslAuthor `json:"author,omitempty"`
	Issued    *cslDate    `json:"issued,omitempty"`
	Accessed  *cslDate    `json:"accessed,omitempty"`
	Version   string      `json:"version,omitempty"`
	Number    string      `json:"number,omitempty"`
	Publisher string      `json:"publisher,omitempty"`
	Abstract  string      `json:"abstract,omitempty"`
	Keyword   string      `json:"keyword,omitempty"`
	Note      string      `json:"note,omitempty"`
	DOI       string      `json:"DOI,omitempty"`
	URL       string      `json:"URL,omitempty"`
}

type cslAuthor struct {
	Family  string `json:"family,omitempty"`
	Given   string `json:"given,omitempty"`
	Literal string `json:"literal,omitempty"`
}

type cslDate struct {
	Parts [1][]int `json:"date-parts"`
}

// csl writes an item of the list that a file is. The encoder escapes <, > and &, so
// that the text is safe inside a page.
func csl(b *strings.Builder, it Item, _ bool) {
	c := cslItem{ID: it.Key, Type: cslType(it.Kind), Title: it.Title, Container: it.Booktitle, Issued: cslDateOf(it.Date), Accessed: cslDateOf(it.Accessed),
		Version: it.Version, Publisher: it.Publisher, Abstract: it.Abstract, Keyword: strings.Join(commaless(it.Keywords), ", "),
		Note: strings.Join(it.remarks(), ". "), DOI: it.DOI, URL: it.URL}
	if it.Eprint != "" {
		c.Number = "arXiv:" + it.Eprint
	}
	for _, a := range it.Authors {
		c.Author = append(c.Author, cslAuthor{a.Family, a.Given, a.Name})
	}
	const indent = "  "
	b.WriteString(indent)
	// Strings and small numbers always encode, and a builder takes everything.
	_ = json.MarshalWrite(b, &c, jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true), jsontext.WithIndentPrefix(indent), jsontext.WithIndent(indent))
}

// cslType is the format's word for a kind; most are the same.
func cslType(kind string) string {
	if kind == Conference {
		return "paper-conference"
	}
	return kind
}

func cslDateOf(d string) *cslDate {
	if d == "" {
		return nil
	}
	var c cslDate
	for _, p := range strings.Split(d, "-") {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil // clean has checked the form
		}
		c.Parts[0] = append(c.Parts[0], n)
	}
	return &c
}

// What pages say to machines: schema.org data sets, citation tags for search
// engines of papers, pictures for previews, other forms of the same data.
//
// Addresses are absolute where the site knows its own, and relative to the page
// otherwise; what must be absolute (previews) is left out then.

package site

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"jouleboard/internal/cite"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// headMeta is what stands in a page's head beside the frame's own.
type headMeta struct {
	JSONLD   template.JS // HTML-safe JSON
	Citation []metaTag
	Image    *preview
	Forms    []otherForm
}

type metaTag struct{ Name, Content string }

// preview is the picture that stands for a page elsewhere.
type preview struct {
	URL, Alt      string
	Width, Height int
}

// otherForm is the page's data in another format.
type otherForm struct{ URL, Type, Title string }

// metaOf is what a page's head holds, by the page's path.
func (s *site) metaOf(f *frame) headMeta {
	var h headMeta
	h.Image = s.preview(f.path)
	switch {
	case f.path == "index.html":
		h.JSONLD = s.jsonLD(f.path, s.siteDataset(f.path))
		h.Forms = []otherForm{{relative(f.path, "api/v1/index.json"), "application/json", s.msg.T("data.api")}}
	case f.path == "data/index.html":
		h.JSONLD = s.jsonLD(f.path, s.siteDataset(f.path))
		h.Forms = []otherForm{{"results.json", "application/json", s.msg.T("data.json")}, {"results.csv", "text/csv", s.msg.T("data.csv")}}
	case f.path == "cite/index.html":
		h.Citation = s.citationTags(f.path, s.siteItem())
	}
	if b := s.boardAt[f.path]; b != nil {
		h.JSONLD = s.jsonLD(f.path, s.boardDataset(f, b))
		h.Forms = []otherForm{{relative(f.path, "api/v1/boards/"+b.ID+".json"), "application/json", b.Title}, {relative(f.path, boardCSV(b.ID)), "text/csv", b.Title}}
	}
	if v := s.modelAt[f.path]; v != nil {
		h.Forms = []otherForm{{relative(f.path, apiModelPath(v.Name)), "application/json", f.Title}}
	}
	if e := s.entryAt[f.path]; e != nil {
		h.Citation = s.citationTags(f.path, s.library.Item(e.Result, s.address(f.path)))
		h.Forms = []otherForm{{"result.json", "application/json", f.Title}}
	}
	return h
}

// heads gathers what metaOf looks up.
func (s *site) heads() {
	s.boardAt, s.modelAt, s.entryAt = map[string]*rank.Board{}, map[string]*modelView{}, map[string]*entry{}
	s.strips = map[string]cardStrip{}
	for _, b := range s.boards {
		s.boardAt[boardPath(b.ID)] = b
		s.strips[b.ID] = newCardStrip(s.ranked[b])
	}
	for _, v := range s.models {
		s.modelAt[modelPath(v.Name)] = v
	}
	for _, e := range s.entries {
		if e.Withdrawal == nil {
			s.entryAt[resultPath(e.Hash)] = e
		}
	}
	s.cards = map[string]*card{}
	if s.baseURL == "" {
		return // a preview's address must be absolute
	}
	for _, page := range s.cardPages() {
		if c := s.cardOf(page); c != nil {
			s.cards[page] = c
		}
	}
}

// citationTags are the tags that search engines of papers read. A date that is
// not known is left out.
func (s *site) citationTags(page string, it cite.Item) []metaTag {
	var tags []metaTag
	add := func(name, text string) {
		if text != "" {
			tags = append(tags, metaTag{"citation_" + name, text})
		}
	}
	add("title", it.Title)
	for _, a := range it.Authors {
		add("author", cmp.Or(a.Name, joinNonEmpty(", ", a.Family, a.Given)))
	}
	add("publication_date", strings.ReplaceAll(it.Date, "-", "/"))
	add("publisher", it.Publisher)
	if cite.ValidDOI(it.DOI) {
		add("doi", it.DOI)
	}
	add("technical_report_number", it.Number)
	add("language", s.in.Site.Language)
	for _, k := range it.Keywords {
		add("keywords", k)
	}
	add("public_url", s.address(page))
	return tags
}

// The vocabulary of schema.org that is used here. Fields that are empty are not
// written: what is unknown is absent.

type ldDataset struct {
	Context     string       `json:"@context"`
	Type        string       `json:"@type"`
	ID          string       `json:"@id,omitempty"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	URL         string       `json:"url,omitempty"`
	SameAs      string       `json:"sameAs,omitempty"`
	Identifier  string       `json:"identifier,omitempty"`
	License     string       `json:"license,omitempty"`
	Notice      string       `json:"copyrightNotice,omitempty"`
	Creator     []ldParty    `json:"creator,omitempty"`
	Publisher   *ldParty     `json:"publisher,omitempty"`
	Modified    string       `json:"dateModified,omitempty"`
	Coverage    string       `json:"temporalCoverage,omitempty"`
	Version     string       `json:"version,omitempty"`
	Keywords    []string     `json:"keywords,omitempty"`
	Language    string       `json:"inLanguage,omitempty"`
	Free        bool         `json:"isAccessibleForFree"`
	PartOf      *ldRef       `json:"isPartOf,omitempty"`
	Has         []ldRef      `json:"hasPart,omitempty"`
	Technique   []string     `json:"measurementTechnique,omitempty"`
	Variables   []ldVariable `json:"variableMeasured,omitempty"`
	Files       []ldFile     `json:"distribution"`
}

type ldParty struct {
	Type   string `json:"@type"`
	Name   string `json:"name"`
	Family string `json:"familyName,omitempty"`
	Given  string `json:"givenName,omitempty"`
	ID     string `json:"@id,omitempty"`
}

type ldRef struct {
	Type string `json:"@type"`
	ID   string `json:"@id,omitempty"`
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

type ldVariable struct {
	Type        string `json:"@type"`
	ID          string `json:"propertyID"`
	Name        string `json:"name"`
	Unit        string `json:"unitText,omitempty"`
	Description string `json:"description,omitempty"`
}

type ldFile struct {
	Type   string `json:"@type"`
	Name   string `json:"name"`
	Format string `json:"encodingFormat"`
	URL    string `json:"contentUrl"`
	Size   string `json:"contentSize,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// jsonLD encodes a data set so that it can stand in a page.
func (s *site) jsonLD(page string, d ldDataset) template.JS {
	d.Context, d.Type, d.Free, d.Language = "https://schema.org/", "Dataset", true, s.in.Site.Language
	data, err := json.Marshal(d) // escapes <, > and &, so that nothing ends the element
	if err != nil {
		return ""
	}
	return template.JS(data)
}

// here is the address of a file as a page may state it.
func (s *site) here(page, file string) string {
	if s.baseURL != "" {
		return public(s.baseURL, file)
	}
	return relative(page, file)
}

// siteDataset is the whole board.
func (s *site) siteDataset(page string) ldDataset {
	d := s.siteIdentity(page)
	for _, b := range s.boards {
		d.Has = append(d.Has, ldRef{Type: "Dataset", ID: s.address(boardPath(b.ID)), Name: b.Title, URL: s.here(page, boardPath(b.ID))})
	}
	d.Variables = s.ldVariables(s.numbers().named(s))
	d.Files = s.ldFiles(page)
	return d
}

// siteIdentity is what the whole board is called and who made it.
func (s *site) siteIdentity(page string) ldDataset {
	c := s.in.Site
	d := ldDataset{ID: s.address("data/index.html"), Name: c.Title, Description: s.ldText(c.Description, c.Tagline), URL: s.here(page, "data/index.html"), SameAs: c.Repository,
		License: licenseURL(c.License), Notice: c.UseNotice, Modified: s.newest, Coverage: s.span(), Version: s.in.Commit, Keywords: c.Citation.Keywords}
	if cite.ValidDOI(c.Citation.DOI) {
		d.Identifier = "https://doi.org/" + c.Citation.DOI
	}
	for _, a := range c.Authors {
		p := ldParty{Type: "Person", Name: cmp.Or(a.Name, joinNonEmpty(" ", a.Given, a.Family)), Family: a.Family, Given: a.Given}
		if a.Name != "" {
			p.Type = "Organization"
		}
		if a.ORCID != "" {
			p.ID = "https://orcid.org/" + a.ORCID
		}
		d.Creator = append(d.Creator, p)
	}
	if c.Citation.Publisher != "" {
		d.Publisher = &ldParty{Type: "Organization", Name: c.Citation.Publisher}
	}
	return d
}

// boardDataset is one board: what it ranks, and by what.
func (s *site) boardDataset(f *frame, b *rank.Board) ldDataset {
	all := s.siteIdentity(f.path)
	var es []*entry
	for i := range b.Rows {
		es = append(es, s.byID[b.Rows[i].Result.ID])
	}
	d := ldDataset{ID: s.address(f.path), Name: b.Title + ". " + s.in.Site.Title, Description: s.ldText(f.Description, b.Description), URL: s.here(f.path, f.path), License: all.License, Notice: all.Notice,
		Creator: all.Creator, Publisher: all.Publisher, Modified: b.Newest, Coverage: s.coverage(es), Keywords: all.Keywords,
		PartOf: &ldRef{Type: "Dataset", ID: all.ID, Name: all.Name, URL: all.URL}, Variables: s.ldVariables([]string{b.Metric})}
	d.Files = []ldFile{
		{Type: "DataDownload", Name: b.ID + ".csv", Format: "text/csv", URL: s.here(f.path, boardCSV(b.ID))},
		{Type: "DataDownload", Name: b.ID + ".json", Format: "application/json", URL: s.here(f.path, "api/v1/boards/"+b.ID+".json")},
	}
	return d
}

// ldText is a description as search engines of data sets want it: one that is
// too short is followed by how much there is.
func (s *site) ldText(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			if len(t) < 50 {
				t += " " + s.msg.T("ld.extent", len(s.entries), len(s.models))
			}
			return t
		}
	}
	return s.in.Site.Title + s.msg.T("sep.sentence") + s.msg.T("ld.extent", len(s.entries), len(s.models))
}

// ldVariables describes metrics.
func (s *site) ldVariables(keys []string) []ldVariable {
	var out []ldVariable
	for _, k := range keys {
		if m, ok := s.reg.Get(k); ok {
			out = append(out, ldVariable{"PropertyValue", k, s.metricName(m), m.Unit, s.definition(m)})
		}
	}
	return out
}

// coverage is the time from the oldest to the newest result, as an interval of
// ISO 8601.
func (s *site) coverage(es []*entry) string {
	lo, hi := "", ""
	for _, e := range es {
		day := e.Day()
		if lo != "" && lo <= day && day <= hi {
			continue
		}
		if _, _, ok := result.DateRange(day); !ok {
			continue
		}
		if lo == "" || day < lo {
			lo = day
		}
		hi = max(hi, day)
	}
	if lo == hi {
		return lo
	}
	return lo + "/" + hi
}

// ldFiles are the downloads of the whole board.
func (s *site) ldFiles(page string) []ldFile {
	var out []ldFile
	for _, d := range s.downloads() {
		sum, size := s.made(d.name)
		out = append(out, ldFile{"DataDownload", d.name[strings.LastIndex(d.name, "/")+1:], d.mediaType, s.here(page, d.name), fmt.Sprintf("%s kB", unit.Sig(float64(size)/1000, 3)), hex.EncodeToString(sum[:])})
	}
	return out
}

// spdxID is what a licence's id in the SPDX list looks like. site.yaml is checked
// for one; whoever writes another text gets it as text.
var spdxID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

func licenseURL(id string) string {
	if spdxID.MatchString(id) && !strings.HasPrefix(id, "LicenseRef-") {
		return "https://spdx.org/licenses/" + id + ".html"
	}
	return id
}

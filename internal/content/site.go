// Package content reads what people write by hand about a board: site.yaml and
// the markdown pages, with live parts (directives) inside the prose.
//
// This file holds the types of content/site.yaml and their loading. The checks
// of its values are in site_check.go.
package content

import (
	"io/fs"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// SiteFile is where a board's settings stand, inside the content folder.
const SiteFile = "site.yaml"

// Site is content/site.yaml: all a board states about itself. Empty fields are
// not stated, unless a default is named.
type Site struct {
	Title       string   `yaml:"title"`
	Tagline     string   `yaml:"tagline"`     // one line under the title
	Description string   `yaml:"description"` // one or two sentences, for search engines and previews
	BaseURL     string   `yaml:"base_url"`    // absolute https, held without a trailing slash; "" = labels carry no QR code
	Language    string   `yaml:"language"`    // of the interface and the pages; default en
	Languages   []string `yaml:"languages"`   // all that are published; default only Language

	Authors   []Author `yaml:"authors"`
	License   string   `yaml:"license"`    // SPDX id of the board's data
	UseNotice string   `yaml:"use_notice"` // in footer, downloads and labels
	Contact   string   `yaml:"contact"`    // https or mailto address for reports of problems

	Repository string `yaml:"repository"` // https address of the board's repository
	Branch     string `yaml:"branch"`     // default main

	Navigation []Link    `yaml:"navigation"` // header; default made by the site
	Related    []Related `yaml:"related"`    // other boards, on the about page
	Formulas   Formulas  `yaml:"formulas"`   // derived columns
	Theme      Theme     `yaml:"theme"`
	Labels     Labels    `yaml:"labels"`
	Figures    Figures   `yaml:"figures"`
	Citation   Citation  `yaml:"citation"`

	// Rank holds the operating points and boards; its keys stand at the top level.
	Rank rank.Config `yaml:",inline"`

	doc *yamldoc.Doc // nil before it is read
}

// Author is a person (Family and Given) or an organisation (Name).
type Author struct {
	Family string `yaml:"family"`
	Given  string `yaml:"given"`
	Name   string `yaml:"name"`
	ORCID  string `yaml:"orcid"` // the 16 digits with hyphens
}

// Link is an entry of the navigation. URL is relative to the site's root
// ("docs/") or absolute.
type Link struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
}

// Related is another leaderboard that a reader may want.
type Related struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
	Text  string `yaml:"text"`
}

// Labels says which labels a build writes beside each result.
type Labels struct {
	Build   []string `yaml:"build"`    // badge and names of LabelFiles; default badge, full-svg, full-pdf
	HashLen int      `yaml:"hash_len"` // hex digits in permalinks: 12 (default) or 16
}

// Figures says which pictures a build writes beside the figures of pages.
type Figures struct {
	Build []string `yaml:"build"` // of FigureFormats; default all, and an empty list is none
}

// Citation is what cannot be known from the rest of the board.
type Citation struct {
	DOI       string   `yaml:"doi"` // 10.prefix/suffix
	Publisher string   `yaml:"publisher"`
	Keywords  []string `yaml:"keywords"`
}

// LoadSite reads content/site.yaml. The site returned is never nil; with errors
// among the findings it holds what could be read.
func LoadSite(content fs.FS) (*Site, result.Findings) {
	s := &Site{}
	data, findings := readFile(content, SiteFile)
	if findings.HasErrors() {
		s.defaults()
		return s, findings
	}
	s.doc, findings = readYAML(root+SiteFile, data, 1, s)
	s.defaults()
	findings = append(findings, s.check()...)
	findings.Sort()
	return s, findings
}

// defaults fills what may be left out.
func (s *Site) defaults() {
	if s.Language == "" {
		s.Language = "en"
	}
	if len(s.Languages) == 0 {
		s.Languages = []string{s.Language}
	}
	if s.Branch == "" {
		s.Branch = "main"
	}
	if len(s.Labels.Build) == 0 {
		s.Labels.Build = []string{"badge", "full-svg", "full-pdf"}
	}
	if s.Labels.HashLen == 0 {
		s.Labels.HashLen = 12
	}
	if s.doc == nil || !s.doc.Has("/figures/build") {
		s.Figures.Build = FigureFormats()
	}
}

// Place returns where a value stands in site.yaml, by its JSON pointer
// ("/boards/2/task"). For a value that is not in the file it is the nearest one
// around it.
func (s *Site) Place(pointer string) result.Place {
	if s.doc == nil {
		return result.Place{File: root + SiteFile, Pointer: pointer}
	}
	return s.doc.Place(pointer)
}

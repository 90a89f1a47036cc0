// Citations of the site, its boards, its results and the tool, as blocks for
// pages.

package site

import (
	"fmt"
	"time"

	"jouleboard/internal/cite"
	"jouleboard/internal/rank"
)

// citeBlock is a citation in all formats; the first is open, the others folded.
type citeBlock struct {
	ID, Title, Intro string
	Copy, Copied     string
	Formats          []citeFormat
}

type citeFormat struct {
	Format, Name, Text string
	Open               bool
}

// citeBlock renders items in every format.
func (s *site) citeBlock(id, title, intro string, items ...cite.Item) (citeBlock, error) {
	defer s.work.since("cite", time.Now())
	texts, err := cite.RenderAll(items...)
	if err != nil {
		return citeBlock{}, fmt.Errorf("cite %s: %w", title, err)
	}
	return s.citeTexts(id, title, intro, texts), nil
}

// citeTexts is a citation of which there is the text in every format.
func (s *site) citeTexts(id, title, intro string, texts []string) citeBlock {
	b := citeBlock{ID: id, Title: title, Intro: intro, Copy: s.msg.T("copy"), Copied: s.msg.T("copied")}
	for i, f := range cite.Formats() {
		name := f.Name // BibTeX and its like are names; plain text is not
		if f.ID == "text" {
			name = s.msg.T("cite.text")
		}
		b.Formats = append(b.Formats, citeFormat{f.ID, name, texts[i], i == 0})
	}
	return b
}

// siteItem is the snapshot of the whole site.
func (s *site) siteItem() cite.Item { return s.itemOf(s.newest) }

// itemOf is the snapshot as far as a page shows it, whose newest result is of a day.
func (s *site) itemOf(newest string) cite.Item {
	c := s.in.Site
	authors := make([]cite.Author, len(c.Authors))
	for i, a := range c.Authors {
		authors[i] = cite.Author{Family: a.Family, Given: a.Given, Name: a.Name, ORCID: a.ORCID}
	}
	return cite.Site(cite.SiteInfo{Title: c.Title, Description: c.Description, URL: s.address("index.html"), Repository: c.Repository, License: c.License,
		DOI: c.Citation.DOI, Publisher: c.Citation.Publisher, Authors: authors, Keywords: c.Citation.Keywords, Commit: s.in.Commit, Newest: newest})
}

// address is the public address of a page, empty without a base URL.
func (s *site) address(p string) string {
	if s.baseURL == "" {
		return ""
	}
	return public(s.baseURL, p)
}

func (s *site) citeSite() (citeBlock, error) {
	return s.citeBlock("cite", s.msg.T("cite.site"), s.msg.T("cite.site.intro"), s.siteItem())
}

func (s *site) citeTool() (citeBlock, error) {
	return s.citeBlock("cite-tool", s.msg.T("cite.tool"), s.msg.T("cite.tool.intro"), cite.Tool(s.opt.Tool.Version, s.opt.Tool.Commit, ""))
}

func (s *site) citeBoard(b *rank.Board) (citeBlock, error) {
	it := s.itemOf(b.Newest)
	it.Key = cite.Key(s.in.Site.Title, b.ID, b.Newest)
	it.Title = b.Title + ". " + s.in.Site.Title
	it.URL = s.address(boardPath(b.ID))
	it.Abstract = b.Description
	it.Commit = "" // of the snapshot as a whole; a board's page changes with its results only
	return s.citeBlock("cite", s.msg.T("cite.board"), s.msg.T("cite.board.intro"), it)
}

// citePage cites one page of the snapshot; newest is the day of its newest result.
func (s *site) citePage(title, path, newest string) (citeBlock, error) {
	it := s.itemOf(newest)
	it.Key = cite.Key(s.in.Site.Title, title, newest)
	it.Title = title + ". " + s.in.Site.Title
	it.URL = s.address(path)
	it.Abstract = ""
	it.Commit = ""
	return s.citeBlock("cite", s.msg.T("cite.page"), "", it)
}

// citeResult cites one result together with the works it rests on: the source
// that published a reported one, its task's and its data set's.
func (s *site) citeResult(e *entry) (citeBlock, error) {
	intro := s.msg.T("cite.result.intro")
	if e.Source != nil {
		intro = s.msg.T("cite.result.reported", e.Source.Publisher)
	}
	defer s.work.since("cite", time.Now())
	// Title and works are those that the command cite prints.
	texts, err := s.library.Result(e.Result, s.address(resultPath(e.Hash)))
	if err != nil {
		return citeBlock{}, fmt.Errorf("cite %s: %w", e.ID, err)
	}
	return s.citeTexts("cite", s.msg.T("cite.result"), intro, texts), nil
}

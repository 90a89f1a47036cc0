// The list of everything a build makes: one job a page, in a fixed order.

package site

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync"

	"jouleboard/internal/result"
)

// jobs returns all the work of rendering, and notes which files it will make,
// so that content pages can check their links before those pages exist.
func (s *site) jobs() []work {
	likely := 2*len(s.entries) + 1000 // pieces of work
	s.files, s.redirects = make(map[string]bool, likely), map[string]bool{}
	l := &workList{files: s.files, list: make([]work, 0, likely)}
	add := l.add
	l.late(s.homePage(), "index.html")
	add(s.boardsPage(), "boards/index.html")
	for _, b := range s.boards {
		of, shows := s.boardEntries(b), sync.OnceValue(func() any { return s.boardShows(b) })
		on := func(name string, j job, files ...string) {
			l.put(work{job: j, name: name + b.ID, of: of, shows: shows}, files)
		}
		on("board ", s.boardPage(b), boardPath(b.ID), boardCSV(b.ID))
		on("api board ", s.apiBoardFile(b))
		for at := 1; at < parts(len(b.Rows)); at++ {
			on(fmt.Sprintf("part %d of board ", at), s.boardPart(b, at), partPath("boards/"+b.ID+"/", at))
		}
	}
	s.allResults(l)
	add(s.modelsPage(), "models/index.html")
	for _, v := range s.models {
		l.of("model "+v.Name, v.Entries, s.modelPage(v), modelPath(v.Name))
		l.of("api model "+v.Name, v.Entries, s.apiModelFile(v))
	}
	s.catalogueAliases(add)
	add(s.hardwaresPage(), "hardware/index.html")
	by := s.hardwareEntries()
	for _, id := range s.hardwareIDs() {
		l.of("hardware "+id, by[id], s.hardwarePage(s.in.Catalog.Hardware[id], by[id]), hardwarePath(id))
	}
	s.hardwareParts(l)
	for _, t := range s.tasks {
		add(s.taskPage(t), taskPath(t.ID))
	}
	for i, e := range s.entries {
		if e.Withdrawal == nil {
			l.of(resultWork, s.entries[i:i+1:i+1], s.resultPage(e), resultPath(e.Hash))
		}
	}
	tombs := s.withdrawnHashes()
	for _, hash := range slices.Sorted(maps.Keys(tombs)) {
		add(s.tombstonePage(tombs[hash], hash), resultPath(hash))
	}
	shown, places := s.galleryEntries()
	l.put(work{job: s.labelsPage(), name: "labels", of: shown, shows: func() any { return []any{s.newest, places} }}, []string{"labels/index.html"})
	add(s.readingPage(), readingPath)
	s.comparison(l)
	add(s.citationsPage(), "cite/index.html")
	for _, d := range s.downloads() {
		if d.name == cataloguePath {
			l.of("catalogue", nil, d.job(), d.name)
			continue
		}
		add(d.job(), d.name)
	}
	l.late(s.dataPage(), "data/index.html")
	add(s.dictionaryPage(), dictionaryPath)
	add(s.moderationPage(), "moderation/index.html")
	add(s.notFoundPage(), "404.html")
	add(s.queuePage(), queuePath)
	add(s.api(), "api/v1/index.json", openAPIPath, "schema/result-1.json")
	s.rankHistory(l)
	l.late(s.feed(), feedPath, jsonFeedPath)
	s.contentPages(l)
	add(s.contentAssets())
	for _, page := range s.cardPages() {
		if c := s.cards[page]; c != nil {
			l.showing("card", func() any { return c.list }, s.card(page), cardPath(page))
		}
	}
	add(s.icons(), manifestFile)
	add(s.staticFiles())
	add(s.navigation())
	add(s.footerLinks())
	add(s.provenance(), provenancePath)
	if s.baseURL != "" {
		add(s.sitemap(), "sitemap.xml")
	}
	return l.list
}

// navigation checks that the entries of site.yaml that name a page of the site
// name one that is made.
func (s *site) navigation() job {
	return func(*renderer) (result.Findings, error) {
		var out result.Findings
		for i, l := range s.in.Site.Navigation {
			if u, err := url.Parse(l.URL); err == nil && u.IsAbs() {
				continue
			}
			file, _, _ := strings.Cut(siteFile(l.URL), "#")
			if !s.files[file] {
				out = append(out, result.Finding{Rule: "CONTENT-LINK", Level: result.Error, Where: s.in.Site.Place(fmt.Sprintf("/navigation/%d/url", i)),
					Message: fmt.Sprintf("navigation leads to %q, which the site does not have", l.URL), Hint: "name a folder of the site, such as boards/ or docs/, or a full address"})
			}
		}
		return out, nil
	}
}

// staticFiles puts the assets and the files that hosts expect.
func (s *site) staticFiles() job {
	return func(r *renderer) (result.Findings, error) {
		for _, name := range slices.Sorted(maps.Keys(s.assets.files)) {
			if err := r.put(name, "assets", s.assets.files[name]); err != nil {
				return nil, err
			}
		}
		robots := "User-agent: *\nAllow: /\n"
		if s.baseURL != "" {
			robots += "Sitemap: " + public(s.baseURL, "sitemap.xml") + "\n"
		}
		if err := r.put("robots.txt", "site", []byte(robots)); err != nil {
			return nil, err
		}
		// GitHub Pages would otherwise leave out what begins with an underscore.
		return nil, r.put(".nojekyll", "site", nil)
	}
}

// contentAssets copies the pictures that content pages show.
func (s *site) contentAssets() job {
	return func(r *renderer) (result.Findings, error) {
		seen := map[string]bool{}
		for _, p := range s.in.Pages {
			for _, a := range p.Assets {
				seen[a] = true
			}
		}
		names := slices.Sorted(maps.Keys(seen))
		sort.Strings(names)
		for _, name := range names {
			data, err := fs.ReadFile(s.in.Content, name)
			if err != nil {
				return result.Findings{{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "content/" + name}, Message: err.Error()}}, nil
			}
			if err := r.put(name, "content", data); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
}

// The feeds: new results, flags, withdrawals and changes of rank, as Atom and as
// JSON Feed. An entry's id never changes, so a reader is shown it once.

package site

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"time"

	"jouleboard/internal/result"
)

const (
	feedPath     = "feed.xml"
	jsonFeedPath = "feed.json"
	feedEntries  = 100
)

// Categories of entries.
const (
	newsResult    = "result"
	newsFlag      = "flag"
	newsWithdrawn = "withdrawal"
	newsRanks     = "ranks"
)

// news is one entry.
type news struct {
	kind, id, title, text, who string
	day                        string   // YYYY, YYYY-MM or YYYY-MM-DD
	page                       string   // of the site
	of                         []*entry // whose title and text are still to be written
}

// when is a day as a time stamp; of a month or a year, its first day.
func (s *site) when(day string) time.Time {
	t, _, ok := result.DateRange(day)
	if !ok {
		t = s.date()
	}
	return t.UTC()
}

// news are the entries of the feeds, newest first.
func (s *site) news() ([]news, error) {
	ranks, err := s.newRanks()
	if err != nil {
		return nil, err
	}
	out := slices.Concat(s.newResults(), s.newModeration(), ranks)
	at := map[string]time.Time{}
	for _, n := range out {
		if _, seen := at[n.day]; !seen {
			at[n.day] = s.when(n.day)
		}
	}
	slices.SortStableFunc(out, func(a, b news) int {
		return cmp.Or(at[b.day].Compare(at[a.day]), cmp.Compare(a.id, b.id))
	})
	out = out[:min(len(out), feedEntries)]
	for i := range out {
		if n := &out[i]; n.of != nil {
			n.title, n.text = s.title(n.of[0]), s.resultLede(n.of[0])
			if more := len(n.of) - 1; more > 0 {
				n.text += " " + s.msg.T("feed.more", more)
			}
		}
	}
	return out, nil
}

// newResults are the dated results, one a model, task, hardware and day, so that
// a sweep is one entry: the one that stands on a board if there is one.
func (s *site) newResults() []news {
	type key struct{ model, task, hardware, day string }
	groups := map[key][]*entry{}
	var order []key
	for _, e := range s.entries {
		if e.Withdrawal != nil || e.Day() == "" {
			continue
		}
		k := key{e.Result.Model.Name, e.Workload.Task, "", e.Day()}
		if e.Result.Hardware != nil {
			k.hardware = e.Result.Hardware.Name
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], e)
	}
	var out []news
	for _, k := range order {
		of := groups[k]
		if i := slices.IndexFunc(of, func(e *entry) bool { return len(e.Rows) > 0 }); i > 0 {
			of[0], of[i] = of[i], of[0]
		}
		e := of[0]
		n := news{kind: newsResult, id: "urn:sha256:" + e.ID, of: of, who: e.By.Name, day: k.day, page: resultPath(e.Hash)}
		if e.Source != nil {
			n.who = e.Source.Publisher
		}
		out = append(out, n)
	}
	return out
}

// newModeration are flags and withdrawals.
func (s *site) newModeration() []news {
	var out []news
	m := s.in.Catalog.Moderation
	for i := range m.Flags {
		f := &m.Flags[i]
		for _, e := range s.entries {
			if e.Flag == f && e.Withdrawal == nil {
				out = append(out, news{kind: newsFlag, id: "urn:x-jouleboard:flag:" + e.ID + ":" + f.Date, title: s.msg.T("feed.flag", s.title(e)),
					text: s.reasonText(f.Reason, f.Text), day: f.Date, page: resultPath(e.Hash)})
			}
		}
	}
	for hash, w := range s.withdrawnHashes() {
		out = append(out, news{kind: newsWithdrawn, id: "urn:x-jouleboard:withdrawal:" + w.ID + ":" + w.Date, title: s.msg.T("feed.withdrawn", cmp.Or(w.Title, w.Model, w.ID)),
			text: s.reasonText(w.Reason, w.Text), day: w.Date, page: resultPath(hash)})
	}
	return out
}

type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang      string      `xml:"xml:lang,attr"`
	Title     string      `xml:"title"`
	Subtitle  string      `xml:"subtitle,omitempty"`
	ID        string      `xml:"id"`
	Updated   string      `xml:"updated"`
	Rights    string      `xml:"rights,omitempty"`
	Generator string      `xml:"generator"`
	Author    atomAuthor  `xml:"author"`
	Links     []atomLink  `xml:"link"`
	Entries   []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name" json:"name"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	Title    string       `xml:"title"`
	ID       string       `xml:"id"`
	Updated  string       `xml:"updated"`
	Author   *atomAuthor  `xml:"author,omitempty"` // else the feed's
	Category atomCategory `xml:"category"`
	Link     atomLink     `xml:"link"`
	Summary  string       `xml:"summary"`
}

// jsonFeed is version 1.1 of https://jsonfeed.org.
type jsonFeed struct {
	Version  string     `json:"version"`
	Title    string     `json:"title"`
	Home     string     `json:"home_page_url,omitempty"`
	Feed     string     `json:"feed_url,omitempty"`
	About    string     `json:"description,omitempty"`
	Language string     `json:"language"`
	Items    []jsonItem `json:"items"`
}

type jsonItem struct {
	ID      string       `json:"id"`
	URL     string       `json:"url,omitempty"`
	Title   string       `json:"title"`
	Text    string       `json:"content_text"`
	Date    string       `json:"date_published"`
	Authors []atomAuthor `json:"authors,omitempty"`
	Tags    []string     `json:"tags"`
}

// feed writes both feeds.
func (s *site) feed() job {
	return func(r *renderer) (result.Findings, error) {
		at := func(p string) string {
			if s.baseURL != "" {
				return public(s.baseURL, p)
			}
			return p // relative to the feed, which stands at the root
		}
		c := s.in.Site
		title := s.msg.T("feed.title", c.Title)
		f := atomFeed{Lang: c.Language, Title: title, Subtitle: c.Tagline, ID: "urn:x-jouleboard:feed:" + seg(c.Title), Rights: c.License, Generator: "jouleboard", Author: atomAuthor{c.Title},
			Links: []atomLink{{at("index.html"), "alternate", "text/html"}, {at(feedPath), "self", "application/atom+xml"}}}
		if s.baseURL != "" {
			f.ID = s.baseURL + "/"
		}
		j := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: title, Home: s.address("index.html"), Feed: s.address(jsonFeedPath), About: c.Tagline, Language: c.Language, Items: []jsonItem{}}
		latest := s.when(s.newest)
		all, err := s.news()
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			stamp := s.when(n.day)
			if stamp.After(latest) {
				latest = stamp
			}
			e := atomEntry{Title: n.title, ID: n.id, Updated: stamp.Format(time.RFC3339), Category: atomCategory{n.kind}, Link: atomLink{at(n.page), "alternate", "text/html"}, Summary: n.text}
			item := jsonItem{ID: n.id, URL: s.address(n.page), Title: n.title, Text: n.text, Date: e.Updated, Tags: []string{n.kind}}
			if n.who != "" {
				e.Author = &atomAuthor{n.who}
				item.Authors = []atomAuthor{{n.who}}
			}
			f.Entries = append(f.Entries, e)
			j.Items = append(j.Items, item)
		}
		f.Updated = latest.Format(time.RFC3339)
		data, err := xml.MarshalIndent(f, "", " ")
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", feedPath, err)
		}
		if err := r.put(feedPath, "feed", append([]byte(xml.Header), append(data, '\n')...)); err != nil {
			return nil, err
		}
		data, err = json.MarshalIndent(j, "", " ")
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", jsonFeedPath, err)
		}
		return nil, r.put(jsonFeedPath, "feed", append(data, '\n'))
	}
}

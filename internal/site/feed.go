// The feeds: new results, flags, withdrawals and changes of rank, as Atom and as
// JSON Feed. An entry's id never changes, so a reader is shown it once.
//
// A site knows its present files only. What it can say of the past follows from
// their dates: the ranks before a day are those of the results and flags dated
// before it.

package site

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

const (
	feedPath     = "feed.xml"
	jsonFeedPath = "feed.json"
	feedEntries  = 100
	// feedDays is how many of the last days with changes are ranked again, each of
	// which takes as long as ranking the board does.
	feedDays = 4
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
	day                        string // YYYY, YYYY-MM or YYYY-MM-DD
	page                       string // of the site
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
func (s *site) news() []news {
	out := slices.Concat(s.newResults(), s.newModeration(), s.newRanks())
	slices.SortStableFunc(out, func(a, b news) int {
		return cmp.Or(s.when(b.day).Compare(s.when(a.day)), cmp.Compare(a.id, b.id))
	})
	return out[:min(len(out), feedEntries)]
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
		e := groups[k][0]
		for _, o := range groups[k] {
			if len(e.Rows) == 0 && len(o.Rows) > 0 {
				e = o
			}
		}
		n := news{kind: newsResult, id: "urn:sha256:" + e.ID, title: s.title(e), text: s.resultLede(e), who: e.By.Name, day: k.day, page: resultPath(e.Hash)}
		if e.Source != nil {
			n.who = e.Source.Publisher
		}
		if more := len(groups[k]) - 1; more > 0 {
			n.text += " " + s.msg.T("feed.more", more)
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

// newRanks says what the last days with new results or flags changed on boards
// that were there before.
func (s *site) newRanks() []news {
	days := s.changeDays()
	if len(days) < 2 {
		return nil
	}
	days = days[max(0, len(days)-feedDays-1):]
	var out []news
	before := s.ranksOn(days[0])
	for _, day := range days[1:] {
		after := s.ranksOn(day)
		for _, b := range s.boards {
			was, now := before[b.ID], after[b.ID]
			if len(was) == 0 || len(now) == 0 {
				continue
			}
			if said := s.rankChanges(b, was, now); said != "" {
				out = append(out, news{kind: newsRanks, id: "urn:x-jouleboard:ranks:" + b.ID + ":" + day, title: s.msg.T("feed.ranks", b.Title),
					text: s.msg.T("feed.ranks.text", said), day: day, page: boardPath(b.ID)})
			}
		}
		before = after
	}
	return out
}

// changeDays are the days on which something came, oldest first.
func (s *site) changeDays() []string {
	var days []string
	for _, e := range s.entries {
		days = append(days, e.Day())
	}
	for _, f := range s.in.Catalog.Moderation.Flags {
		days = append(days, f.Date)
	}
	days = slices.DeleteFunc(days, func(d string) bool { _, _, ok := result.DateRange(d); return !ok })
	slices.SortFunc(days, func(a, b string) int { return cmp.Or(s.when(a).Compare(s.when(b)), cmp.Compare(a, b)) })
	return slices.Compact(days)
}

// ranksOn ranks what was there on a day: per board, each model's ranks in words.
// Results without a date were always there.
func (s *site) ranksOn(day string) map[string]map[string]string {
	until := s.when(day)
	there := func(d string) bool {
		_, _, ok := result.DateRange(d)
		return !ok || !s.when(d).After(until)
	}
	var rs []*result.Loaded
	for _, e := range s.entries {
		if there(e.Day()) {
			rs = append(rs, e.Loaded)
		}
	}
	cat, m := *s.in.Catalog, *s.in.Catalog.Moderation
	m.Flags = slices.DeleteFunc(slices.Clone(m.Flags), func(f catalog.Flag) bool { return !there(f.Date) })
	cat.Moderation = &m
	boards, _ := rank.Boards(rs, s.in.Site.Rank, &cat, s.in.Scales, s.reg)
	out := map[string]map[string]string{}
	for _, b := range boards {
		ranks := map[string]string{}
		for _, row := range rankedRows(b) {
			if row.RankLo > 0 {
				ranks[row.Result.Model.Name] = rankText(row)
			}
		}
		out[b.ID] = ranks
	}
	return out
}

// rankChanges tells who entered, moved and left, in the order of the board.
func (s *site) rankChanges(b *rank.Board, was, now map[string]string) string {
	var said []string
	models := make([]string, 0, len(b.Rows))
	for i := range b.Rows {
		models = append(models, b.Rows[i].Result.Model.Name)
	}
	for _, m := range models {
		short, _ := modelTitle(m)
		old, had := was[m]
		rank, has := now[m]
		switch {
		case has && !had:
			said = append(said, s.msg.T("feed.enters", short, rank))
		case has && old != rank:
			said = append(said, s.msg.T("feed.moves", short, old, rank))
		case had && !has:
			said = append(said, s.msg.T("feed.leaves", short, old))
		}
	}
	return strings.Join(said, "; ")
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
		for _, n := range s.news() {
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

// /cite/, 404 and the date of the snapshot.

package site

import (
	"html/template"
	"maps"
	"net/url"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/result"
)

type dated struct{ URL, Title, Date string }

// publishers are who published the numbers, this board's own among them.
func (s *site) publishers() []string {
	seen := map[string]bool{}
	for _, e := range s.entries {
		if e.Source != nil {
			seen[e.Source.Publisher] = true
		} else {
			seen[s.msg.T("origin.measured")] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// latest are the newest results, one a model, task and hardware, so that a sweep
// does not fill the list.
func (s *site) latest(n int) []*entry {
	es := append([]*entry(nil), s.entries...)
	sort.SliceStable(es, func(i, j int) bool {
		a, b := es[i].Day(), es[j].Day()
		if a != b {
			return a > b
		}
		return es[i].Path < es[j].Path
	})
	seen := map[string]bool{}
	var out []*entry
	for _, e := range es {
		key := e.Result.Model.Name
		if e.Withdrawal != nil || seen[key] {
			continue
		}
		seen[key] = true
		if out = append(out, e); len(out) == n {
			break
		}
	}
	return out
}

type citePage struct {
	frame
	Blocks []citeBlock
}

func (s *site) citationsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "cite/index.html"
		p := citePage{frame: s.frame(path, s.msg.T("cite.title"), s.msg.T("cite.lede"), false)}
		site, err := s.citeSite()
		if err != nil {
			return nil, err
		}
		tool, err := s.citeTool()
		if err != nil {
			return nil, err
		}
		p.Blocks = []citeBlock{site, tool}
		return nil, r.page("citepage", path, &p)
	}
}

type notFoundPage struct{ frame }

// notFoundPage is served at any address that does not exist, so its relative
// links need the site's base path. A board that names none is taken to be at the
// root of a host, as serve has it; relative links would lose the style of every
// deeper address. So this page alone has no style when it is opened from disk,
// where nothing leads to it.
func (s *site) notFoundPage() job {
	return func(r *renderer) (result.Findings, error) {
		f := s.frame("404.html", s.msg.T("404.title"), s.msg.T("404.lede"), false)
		f.Canonical = ""
		base := "/"
		if u, err := url.Parse(s.baseURL); err == nil && u.Path != "" {
			base = strings.TrimSuffix(u.Path, "/") + "/"
		}
		f.Base = template.URL(base)
		return nil, r.page("notfound", "404.html", &notFoundPage{f})
	}
}

// date is the day the snapshot stands for: SOURCE_DATE_EPOCH, or the newest
// result's. It is never the clock's.
func (s *site) date() time.Time { return s.dated(s.newest) }

func (s *site) dated(newest string) time.Time {
	if v := os.Getenv("SOURCE_DATE_EPOCH"); v != "" {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return time.Unix(n, 0).UTC()
		}
	}
	if t, _, ok := result.DateRange(newest); ok {
		return t
	}
	return time.Unix(0, 0).UTC()
}

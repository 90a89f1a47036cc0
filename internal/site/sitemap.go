// The sitemap: every page with the day of the newest thing that it shows, as far
// as dates are known.

package site

import (
	"bytes"
	"encoding/xml"
	"maps"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/result"
)

// sitemap lists all pages. Without a base URL there are no addresses to list.
func (s *site) sitemap() job {
	return func(r *renderer) (result.Findings, error) {
		days := s.pageDays()
		b := bytes.NewBuffer(make([]byte, 0, 150*len(s.files)))
		b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		for _, name := range slices.Sorted(maps.Keys(s.files)) {
			if !strings.HasSuffix(name, "index.html") || s.redirects[name] {
				continue
			}
			b.WriteString("<url><loc>")
			_ = xml.EscapeText(b, []byte(public(s.baseURL, name))) // a bytes.Buffer takes everything
			b.WriteString("</loc>")
			if day := days[name]; day != "" {
				b.WriteString("<lastmod>" + day + "</lastmod>")
			}
			b.WriteString("</url>\n")
		}
		b.WriteString("</urlset>\n")
		return nil, r.put("sitemap.xml", "sitemap", b.Bytes())
	}
}

// pageDays are the days of pages: of the newest result or flag on them, of a
// withdrawal, or what a text states. A page without any has none.
func (s *site) pageDays() map[string]string {
	days := map[string]string{}
	firsts := map[string]string{} // of the days that dates begin with; few dates are many results'
	first := func(date string) string {
		day, seen := firsts[date]
		if !seen {
			if t, _, ok := result.DateRange(date); ok {
				day = t.Format(time.DateOnly)
			}
			firsts[date] = day
		}
		return day
	}
	note := func(page, day string) {
		if old := days[page]; day != "" && day != old && first(day) > first(old) {
			days[page] = day
		}
	}
	for _, e := range s.entries {
		for _, day := range []string{e.Day(), flagDay(e)} {
			if day == "" {
				continue
			}
			for _, page := range []string{"index.html", "boards/index.html", "models/index.html", "data/index.html", modelPath(e.Result.Model.Name), taskPath(e.Workload.Task)} {
				note(page, day)
			}
			if e.Withdrawal == nil {
				note(resultPath(e.Hash), day)
			}
			if e.Hardware != nil {
				note("hardware/index.html", day)
				note(hardwarePath(e.Hardware.ID), day)
			}
			for _, br := range e.Rows {
				note(boardPath(br.Board.ID), day)
			}
			for _, br := range e.Behind {
				note(boardPath(br.Board.ID), day)
			}
		}
		note("moderation/index.html", flagDay(e))
	}
	for hash, w := range s.withdrawnHashes() {
		note(resultPath(hash), w.Date)
		note("moderation/index.html", w.Date)
	}
	for _, p := range s.in.Pages {
		note(pagePath(p.URL), p.Date)
	}
	return days
}

func flagDay(e *entry) string {
	if e.Flag == nil {
		return ""
	}
	return e.Flag.Date
}

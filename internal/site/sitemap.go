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

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
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
	later := func(old, day string) string {
		if day != "" && day != old && first(day) > first(old) {
			return day
		}
		return old
	}
	note := func(page, day string) {
		if day = later(days[page], day); day != "" {
			days[page] = day
		}
	}
	// What many results are shown on is looked up by what it is of, and not by its path.
	all, hardwares := "", ""
	models, tasks, boards, hardware := map[string]string{}, map[string]string{}, map[*rank.Board]string{}, map[*catalog.Hardware]string{}
	for _, e := range s.entries {
		of := later(later("", e.Day()), flagDay(e))
		if of == "" {
			continue
		}
		all = later(all, of)
		models[e.Result.Model.Name] = later(models[e.Result.Model.Name], of)
		tasks[e.Workload.Task] = later(tasks[e.Workload.Task], of)
		if e.Withdrawal == nil {
			days[resultPath(e.Hash)] = of
		}
		if e.Hardware != nil {
			hardwares = later(hardwares, of)
			hardware[e.Hardware] = later(hardware[e.Hardware], of)
		}
		for _, rows := range [][]boardRow{e.Rows, e.Behind} {
			for _, br := range rows {
				boards[br.Board] = later(boards[br.Board], of)
			}
		}
		note("moderation/index.html", flagDay(e))
	}
	for _, page := range []string{"index.html", "boards/index.html", "models/index.html", "data/index.html"} {
		note(page, all)
	}
	note("hardware/index.html", hardwares)
	for name, day := range models {
		note(modelPath(name), day)
	}
	for task, day := range tasks {
		note(taskPath(task), day)
	}
	for h, day := range hardware {
		note(hardwarePath(h.ID), day)
	}
	for b, day := range boards {
		note(boardPath(b.ID), day)
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

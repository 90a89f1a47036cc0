// Older addresses of pages: each leads on to the page's own.

package site

import (
	"strings"

	"jouleboard/internal/result"
)

type redirectPage struct{ Lang, Title, Canonical, URL string }

// redirect keeps an older address alive. Both are files of the site.
func (s *site) redirect(from, to, title string) job {
	return func(r *renderer) (result.Findings, error) {
		p := redirectPage{Lang: s.in.Site.Language, Title: title, URL: relative(from, to)}
		if s.baseURL != "" {
			p.Canonical = public(s.baseURL, to)
		}
		return nil, r.plain("redirect", from, p)
	}
}

// lead adds a redirect, which the site's map leaves out.
func (s *site) lead(add func(job, ...string), from, to, title string) {
	s.redirects[from] = true
	add(s.redirect(from, to, title), from)
}

// catalogueAliases leads from the former ids of models and hardware to the pages
// they have now. A model without a result has no page. An id that differs in case only gets
// no file: some disks would keep one of the two.
func (s *site) catalogueAliases(add func(job, ...string)) {
	for _, v := range s.models {
		if v.Known == nil {
			continue
		}
		for _, a := range v.Known.Aliases {
			if from, to := modelPath(a), modelPath(v.Name); !strings.EqualFold(from, to) {
				s.lead(add, from, to, v.Known.Title)
			}
		}
	}
	for _, id := range s.hardwareIDs() {
		h := s.in.Catalog.Hardware[id]
		for _, a := range h.Addresses() {
			s.lead(add, hardwarePath(a), hardwarePath(id), h.Name)
		}
	}
}

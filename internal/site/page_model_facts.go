// What is known of a model beside its results: facts of the catalogue with their
// sources, outside scores, and what is unknown or flagged.

package site

import (
	"cmp"
	"net/url"
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

type modelFacts = *catalog.Model

// warning is something a reader must know of a page, with where to say more.
type warning struct{ Text, URL string }

func (s *site) modelFacts(v *modelView, org string) []fact {
	m := v.Known
	id := ""
	if m != nil {
		id = m.Type
	}
	icon, typ := s.modelType(id)
	total, active := s.msg.modelParameters(v)
	params := s.msg.T("notstated")
	if total != "" {
		params = s.msg.T("params.b", total)
		if active != "" {
			params = s.msg.T("params.active", total, active)
		}
	} else if m != nil && m.IsWithheld("parameters_b") {
		params = s.msg.T("withheld")
	}
	name, commercial, url := s.license(m)
	lic := fact{Key: s.msg.T("col.license"), Value: name, URL: url}
	if name == "" {
		lic.Value = s.unknownLicense(m)
	}
	fs := []fact{{Key: s.msg.T("fact.org"), Value: org}}
	if m != nil && m.Family != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.family"), Value: m.Family})
	}
	fs = append(fs, fact{Key: s.msg.T("col.type"), Value: icon + " " + typ}, fact{Key: s.msg.T("col.parameters"), Value: params}, lic,
		fact{Key: s.msg.T("col.commercial"), Value: s.commercial(m, commercial)})
	if m != nil && m.URL != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.page"), Value: host(m.URL), URL: m.URL})
	}
	return fs
}

// modelWarnings are what is unknown or flagged about a model.
func (s *site) modelWarnings(v *modelView) []warning {
	var out []warning
	if v.Known == nil {
		out = append(out, warning{s.msg.T("model.unknown"), s.in.Site.Contact})
	} else if v.Known.Type == "" {
		out = append(out, warning{s.msg.T("model.notype"), s.in.Site.Contact})
	}
	flagged := 0
	for _, e := range v.Entries {
		if e.Flag != nil {
			flagged++
		}
	}
	if flagged > 0 {
		out = append(out, warning{s.msg.T("model.flagged", flagged), ""})
	}
	return out
}

// modelPairs are the catalogue's facts of a model with their sources.
func (s *site) modelPairs(v *modelView) []fact {
	m := v.Known
	fs := []fact{{Key: s.msg.T("fact.name"), Value: v.Name}}
	if m == nil {
		return fs
	}
	add := func(key, value, url string) {
		if value != "" {
			fs = append(fs, fact{Key: s.msg.T(key), Value: value, URL: url})
		}
	}
	add("fact.title", m.Title, "")
	add("fact.architecture", s.msg.word("architecture", m.Architecture), "")
	if _, text := s.modelType(m.Type); m.Type != "" {
		fs = append(fs, fact{Key: s.msg.T("col.type"), Value: text, URL: m.TypeSource, Note: s.msg.T("typetext." + m.Type)})
	}
	add("fact.access", s.msg.word("access", m.Access), "")
	add("fact.released", m.Released, m.ReleasedSource)
	add("fact.former", strings.Join(m.Aliases, s.msg.T("sep.list")), "")
	add("fact.base", m.Base, "")
	if l, ok := s.in.Catalog.LicenseOf(m); ok {
		fs = append(fs, fact{Key: s.msg.T("col.license"), Value: l.Name, URL: cmp.Or(m.LicenseURL, l.URL), Note: l.Condition})
	}
	if m.LicenseSource != "" {
		add("fact.license.source", m.LicenseSource, m.LicenseSource)
	}
	add("fact.params.source", m.ParametersSource, m.ParametersSource)
	if len(m.Withheld) > 0 {
		var words []string
		for _, k := range m.Withheld {
			words = append(words, s.msg.T("withheld."+k))
		}
		add("fact.withheld", strings.Join(words, s.msg.T("sep.list")), "")
	}
	for _, n := range m.Notes {
		add("fact.note", n, "")
	}
	return fs
}

// qualityFacts are outside quality scores of a model, each with its source.
func (s *site) qualityFacts(_ string, v *modelView) []fact {
	if v.Known == nil {
		return nil
	}
	return s.quality(v.Known.Quality)
}

func (s *site) quality(qs map[string]result.Quality) []fact {
	var ids []string
	for id := range qs {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var out []fact
	for _, id := range ids {
		q := qs[id]
		title := id
		if b := s.in.Catalog.Benchmarks[id]; b != nil {
			title = b.Title
		}
		value := s.msg.Sig(q.Value, 3)
		if q.Stderr != nil {
			value += " ± " + s.msg.Sig(*q.Stderr, 2)
		}
		note := q.Metric
		if q.Shots != nil {
			note = s.msg.T("quality.shots", q.Metric, *q.Shots)
		}
		if harness := joinNonEmpty(" ", q.Harness, q.HarnessRevision); harness != "" {
			note += s.msg.T("sep.part") + harness
		}
		f := fact{Key: title, Value: value, Note: note, Code: q.Reproduce}
		if strings.HasPrefix(q.Source, "https://") || strings.HasPrefix(q.Source, "http://") {
			f.URL = q.Source
		} else if q.Source != "" {
			f.Note += s.msg.T("sep.part") + q.Source
		}
		out = append(out, f)
	}
	return out
}

// host names where an address leads.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
}

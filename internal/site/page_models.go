// The page /models/: every model in one table, and the words for what models are.

package site

import (
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

type modelsPage struct {
	frame
	Types  typeLegend
	Models []modelLine
}

// typeLegend explains the marks of model types.
type typeLegend struct {
	Title, Unknown string
	Types          []modelTypeView
}

type modelTypeView struct{ Icon, Name string }

func (s *site) typeLegend() typeLegend {
	l := typeLegend{Title: s.msg.T("type.legend"), Unknown: s.msg.T("unknown")}
	for _, t := range catalog.ModelTypes() {
		icon, name := s.modelType(t.ID)
		l.Types = append(l.Types, modelTypeView{icon, name})
	}
	return l
}

type modelLine struct {
	URL, Name, Org, TypeIcon, TypeName string
	Parameters, Active                 string
	License, LicenseURL, Commercial    string
	Tasks                              string
	Results                            int
}

// modelType returns the icon and the name of a model type in the site's
// language.
func (s *site) modelType(id string) (icon, name string) {
	t, ok := catalog.TypeOf(id)
	if !ok {
		return "?", s.msg.T("unknown")
	}
	if k := "type." + id; s.msg.Has(k) {
		return t.Icon, s.msg.T(k)
	}
	return t.Icon, t.Name
}

// modelParameters returns 10^9 parameters in words, total and active.
func (l locale) modelParameters(v *modelView) (total, active string) {
	var t, a *float64
	if v.Known != nil {
		t, a = v.Known.ParametersB, v.Known.ActiveParametersB
	}
	for _, e := range v.Entries {
		if t == nil {
			t, a = e.Result.Model.ParametersB, e.Result.Model.ActiveParametersB
		}
	}
	if t != nil {
		total = l.Trim(*t)
		if a != nil && *a != *t {
			active = l.Trim(*a)
		}
	}
	return total, active
}

func (s *site) modelsPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "models/index.html"
		p := modelsPage{frame: s.frame(path, s.msg.T("models.title"), s.msg.T("models.lede"), false), Types: s.typeLegend()}
		for _, v := range s.models {
			short, org := modelTitle(v.Name)
			l := modelLine{URL: relative(path, modelPath(v.Name)), Name: short, Org: org, Results: len(v.Entries)}
			id := ""
			if v.Known != nil {
				id = v.Known.Type
			}
			l.TypeIcon, l.TypeName = s.modelType(id)
			l.Parameters, l.Active = s.msg.modelParameters(v)
			if l.Parameters == "" {
				l.Parameters = s.msg.T("notstated")
				if v.Known != nil && v.Known.IsWithheld("parameters_b") {
					l.Parameters = s.msg.T("withheld")
				}
			}
			name, commercial, url := s.license(v.Known)
			l.License, l.LicenseURL, l.Commercial = name, url, s.commercial(v.Known, commercial)
			if name == "" {
				l.License = s.unknownLicense(v.Known)
			}
			l.Tasks = strings.Join(s.tasksOf(v.Entries), s.msg.T("sep.list"))
			p.Models = append(p.Models, l)
		}
		return nil, r.page("models", path, &p)
	}
}

func (s *site) unknownLicense(m modelFacts) string {
	if m != nil && m.IsWithheld("license") {
		return s.msg.T("withheld")
	}
	return s.msg.T("unknown")
}

// commercial is whether commercial use is allowed, in words.
func (s *site) commercial(_ modelFacts, id string) string {
	if id == "" {
		return s.msg.T("unknown")
	}
	return s.msg.T("commercial." + id)
}

// tasksOf are the titles of the tasks of some results, in order of name.
func (s *site) tasksOf(es []*entry) []string {
	seen := map[string]bool{}
	var out []string
	for _, e := range es {
		if !seen[e.Workload.Task] {
			seen[e.Workload.Task] = true
			out = append(out, s.taskTitle(e.Workload.Task))
		}
	}
	sort.Strings(out)
	return out
}

// Content pages: the markdown of methodology/, docs/ and the top level, task
// pages made from the catalogue, and redirects from older addresses.

package site

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"unicode"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

type contentPage struct {
	frame
	Cite                                 citeBlock
	Heading, Lede, Section, Layout, Date string
	Body                                 template.HTML
	Source                               *content.Source
	Siblings                             []sibling
	Headings                             []content.Heading
	Own, OwnDir                          string // language and direction of the page where they are not the board's
	Twins                                []twinPage
}

// twinPage is the same page in another language.
type twinPage struct{ URL, Language, Dir, Title string }

type sibling struct {
	URL, Text string
	Current   bool
}

type taskPage struct {
	frame
	Cite          citeBlock
	Heading, Lede string
	Facts         []fact
	Prompt        *promptView
	Rationale     template.HTML
	Caveats       []string
	Boards        []link
	Pairs         []fact
}

type promptView struct {
	Text, SHA256 string
	Diffs        []string
}

func (s *site) contentPage(p *content.Page) job {
	return func(r *renderer) (result.Findings, error) {
		path := pagePath(p.URL)
		section := p.Section
		title := s.msg.T("nav.about.section")
		if s.msg.Has("nav." + section) {
			title = s.msg.T("nav." + section)
		}
		d := &directives{site: s, page: path, r: r}
		body, fs := p.Render(d.render, func(target string, _ *content.Page) (string, bool) {
			return relative(path, siteFile(target)), s.leads(target)
		})
		if d.err != nil {
			return fs, d.err
		}
		if s.min != nil {
			small, err := s.min.String("text/html", string(body))
			if err != nil {
				return fs, fmt.Errorf("minify %s: %w", path, err)
			}
			body = template.HTML(small)
		}
		v := contentPage{frame: s.frame(path, p.Title, cmp.Or(p.Description, p.Title), d.charts),
			Heading: p.Title, Lede: p.Description, Section: title, Layout: p.Layout, Date: p.Date, Body: body, Source: p.Source}
		if p.Language != "" && p.Language != s.in.Site.Language {
			v.Own = p.Language
		}
		if d := proseDirection(p); d != s.msg.dir && (p.Language != "" || d == "ltr") {
			v.OwnDir = d
		}
		for _, q := range p.Twins {
			l := cmp.Or(q.Language, s.in.Site.Language)
			v.Twins = append(v.Twins, twinPage{relative(path, pagePath(q.URL)), l, direction(l), q.Title})
			if s.baseURL != "" {
				v.Alternates = append(v.Alternates, alternate{l, public(s.baseURL, pagePath(q.URL))})
			}
		}
		if len(v.Alternates) > 0 { // each of them names all, itself too
			v.Alternates = append(v.Alternates, alternate{cmp.Or(p.Language, s.in.Site.Language), v.Canonical})
		}
		for _, h := range p.Headings {
			if h.Level == 2 && p.Layout != content.LayoutFAQ {
				v.Headings = append(v.Headings, h)
			}
		}
		for _, o := range s.in.Pages {
			if o.Section == section {
				v.Siblings = append(v.Siblings, sibling{relative(path, pagePath(o.URL)), o.Title, o == p})
			}
		}
		var err error
		if v.Cite, err = s.citePage(p.Title, path, s.newest); err != nil {
			return fs, err
		}
		return fs, r.page("page", path, &v)
	}
}

// proseDirection is the direction of a page's text: of the language that it
// states, or else of the letters in its title, summary and headings, since the
// pages that come with a board are in English whatever its language.
func proseDirection(p *content.Page) string {
	if p.Language != "" {
		return direction(p.Language)
	}
	text := p.Title + p.Description
	for _, h := range p.Headings {
		text += h.Text
	}
	if strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Thaana, unicode.Syriac, unicode.Nko, unicode.Adlam)
	}) {
		return "rtl"
	}
	return "ltr"
}

// contentPages adds the content pages. Those without live parts are made of texts
// alone, and of where their links lead.
func (s *site) contentPages(l *workList) {
	texts := sync.OnceValue(func() string {
		files, _ := s.in.settings() // an error is told where the keys are made
		var sums strings.Builder
		for _, f := range files {
			if strings.HasSuffix(f.Path, ".md") {
				sums.WriteString(f.Path + " " + f.SHA256 + "\n")
			}
		}
		return sums.String()
	})
	for _, p := range s.in.Pages {
		switch {
		case p.URL == "": // prose of the home page
		case p.Live:
			l.add(s.contentPage(p), pagePath(p.URL))
		default:
			l.showing("page "+p.URL, func() any {
				lead := make([]bool, len(p.Links))
				for i, target := range p.Links {
					lead[i] = s.leads(target)
				}
				return []any{texts(), s.newest, lead}
			}, s.contentPage(p), pagePath(p.URL))
		}
		for _, a := range p.Aliases {
			s.lead(l.add, siteFile(a), pagePath(p.URL), p.Title)
		}
	}
}

// leads says whether a link of a content page leads to a page of the site.
func (s *site) leads(target string) bool {
	file, _, _ := strings.Cut(siteFile(target), "#")
	return s.known(file)
}

// known says whether the site has a file that pages may link to. It is asked
// while pages are still being made, so it goes by what will be made.
func (s *site) known(file string) bool {
	switch {
	case s.files[file]:
		return true
	case strings.HasPrefix(file, "methodology/"), strings.HasPrefix(file, "docs/"):
		return s.files[file]
	}
	return false
}

func (s *site) taskPage(t *catalog.Task) job {
	return func(r *renderer) (result.Findings, error) {
		path := taskPath(t.ID)
		p := taskPage{frame: s.frame(path, t.Title, t.Summary, false, link{"boards/index.html", s.msg.T("nav.boards")}), Heading: t.Title, Lede: t.Summary}
		m, _ := s.reg.Get(t.Headline)
		p.Facts = []fact{{Key: s.msg.T("task.id"), Value: t.ID}, {Key: s.msg.T("task.headline"), Value: joinNonEmpty(s.msg.T("sep.part"), s.metricName(m), m.Unit), URL: s.metricLink(path, m)}}
		if t.Modality != "" {
			p.Facts = append(p.Facts, fact{Key: s.msg.T("task.input"), Value: t.Modality})
		}
		if t.Set != "" {
			p.Facts = append(p.Facts, fact{Key: s.msg.T("task.set"), Value: joinNonEmpty(s.msg.T("sep.part"), t.Set, t.Edition)})
		}
		if t.SystemPrompt != nil {
			p.Prompt = s.prompt(t)
		}
		if t.Rationale != "" {
			p.Rationale = content.Markdown(t.Rationale)
		}
		p.Caveats = s.caveats(t.Caveats)
		for _, b := range s.boardsOf(t.ID) {
			p.Boards = append(p.Boards, link{relative(path, boardPath(b.ID)), b.Title})
		}
		p.Pairs = s.taskPairs(t)
		var err error
		if p.Cite, err = s.citePage(t.Title, path, r.newest()); err != nil {
			return nil, err
		}
		return nil, r.page("task", path, &p)
	}
}

// prompt is a task's system prompt, and how it differs from its siblings'.
func (s *site) prompt(t *catalog.Task) *promptView {
	v := &promptView{Text: *t.SystemPrompt, SHA256: t.PromptSHA256()}
	for _, id := range t.Siblings {
		o := s.in.Catalog.Tasks[id]
		if o == nil || o.SystemPrompt == nil {
			continue
		}
		if extra, ok := strings.CutPrefix(*t.SystemPrompt, *o.SystemPrompt); ok && extra != "" {
			v.Diffs = append(v.Diffs, s.msg.T("task.longer", o.Title, strings.TrimSpace(extra)))
		} else if extra, ok := strings.CutPrefix(*o.SystemPrompt, *t.SystemPrompt); ok && extra != "" {
			v.Diffs = append(v.Diffs, s.msg.T("task.shorter", o.Title, strings.TrimSpace(extra)))
		}
	}
	return v
}

// taskPairs is the parameter table of a task, made from its file.
func (s *site) taskPairs(t *catalog.Task) []fact {
	var fs []fact
	add := func(key, value, url string) {
		if value != "" {
			fs = append(fs, fact{Key: key, Value: value, URL: url})
		}
	}
	if d := t.Dataset; d != nil {
		add(s.msg.T("cond.dataset"), joinNonEmpty(" ", d.Name, d.Revision), d.URL)
		add(s.msg.T("task.count"), s.msg.count(d.Count), "")
	}
	for _, n := range t.DatasetNotes {
		add(s.msg.T("cond.dataset"), n, "")
	}
	if t.DataURL != "" {
		add(s.msg.T("task.data"), t.DataURL, t.DataURL)
	}
	if rn := t.RoleNames; rn != nil {
		add(s.msg.T("task.roles.user"), strings.Join(rn.User, s.msg.T("sep.list")), "")
		add(s.msg.T("task.roles.assistant"), strings.Join(rn.Assistant, s.msg.T("sep.list")), "")
	}
	if sm := t.Sampling; sm != nil {
		add(s.msg.T("cond.sampling"), sm.Method, "")
		add(s.msg.T("cond.temperature"), s.msg.number(sm.Temperature), "")
		add(s.msg.T("cond.penalty"), s.msg.number(sm.RepetitionPenalty), "")
	}
	for _, n := range t.SamplingNotes {
		add(s.msg.T("cond.sampling"), n, "")
	}
	for _, p := range t.Parameters {
		add(p.Name, p.Value, cmp.Or(p.URL, p.Source))
	}
	add(s.msg.T("cond.requests"), s.msg.count(t.Requests), "")
	add(s.msg.T("task.repeats"), s.msg.count(t.Repeats), "")
	if t.ReferenceHardware != "" {
		name := t.ReferenceHardware
		if h, ok := s.in.Catalog.HardwareFor(name); ok {
			name = h.Name
		}
		add(s.msg.T("task.reference"), name, "")
	}
	for _, c := range t.Classes {
		text := c.Text
		if c.MaxParametersB != nil {
			text = joinNonEmpty(" ", s.msg.T("task.class.max", s.msg.Trim(*c.MaxParametersB)), text)
		}
		if t.SingleGPU(c.ID) {
			text = joinNonEmpty(" ", text, s.msg.T("task.class.single"))
		}
		add(s.msg.T("task.class", c.ID), text, t.ClassesSource)
	}
	add(s.msg.T("task.backends"), strings.Join(t.Backends, s.msg.T("sep.list")), "")
	for _, l := range t.Links {
		add(s.msg.T("task.link"), l.Title, l.URL)
	}
	if t.Source != "" {
		add(s.msg.T("fact.source"), t.Source, t.Source)
	}
	for _, n := range t.Notes {
		add(s.msg.T("fact.note"), n, "")
	}
	return fs
}

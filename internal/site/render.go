// Rendering: templates, the frame that all pages share, minification, and the
// pool that renders pages at the same time.

package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/html"
	"github.com/tdewolff/minify/v2/js"
	"golang.org/x/sync/errgroup"

	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// pageTemplates are the templates that define "main"; each is parsed together
// with the shared ones.
var pageTemplates = []string{"home", "boards", "board", "models", "model", "hardwares", "hardware", "result", "tombstone",
	"task", "labels", "reading", "compare", "rows", "page", "citepage", "data", "dictionary", "moderation", "queue", "notfound"}

// sharedTemplates hold the frame and the parts.
var sharedTemplates = []string{"base.html", "partials.html", "table.html", "redirect.html"}

// loadTemplates parses every template. Each error names its file and line. What
// stands between parts, {{sep "list"}}, is at hand in all of them, whatever they
// are given.
func loadTemplates(fsys fs.FS, msg *messages) (map[string]*template.Template, result.Findings) {
	var out result.Findings
	bad := func(name string, err error) { out = append(out, templateFinding(name, err)) }
	parse := func(t *template.Template, name string) *template.Template {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			bad(name, err)
			return t
		}
		t, err = t.New(name).Parse(string(src))
		if err != nil {
			bad(name, err)
		}
		return t
	}
	if names, err := fs.Glob(fsys, "*.html"); err == nil {
		for _, name := range names {
			if !slices.Contains(sharedTemplates, name) && !slices.Contains(pageTemplates, strings.TrimSuffix(name, ".html")) {
				out = append(out, result.Finding{Rule: "SITE-TEMPLATE", Level: result.Warn, Where: result.Place{File: "templates/" + name},
					Message: "no page is made with this template", Hint: "the templates are " + strings.Join(append(slices.Clone(sharedTemplates), pageTemplates...), ", ")})
			}
		}
	}
	shared := template.New("shared").Funcs(template.FuncMap{"sep": func(between string) string { return msg.T("sep." + between) }, "lead": lead})
	for _, name := range sharedTemplates {
		if t := parse(shared, name); t == nil {
			return nil, out
		}
	}
	set := map[string]*template.Template{}
	for _, name := range pageTemplates {
		t, err := shared.Clone()
		if err != nil {
			bad(name+".html", err)
			continue
		}
		if parse(t, name+".html") == nil {
			continue
		}
		set[name] = t
	}
	if !out.HasErrors() {
		// Escaping happens at the first execution; doing it here makes an error of
		// any template known before the first page.
		for _, name := range pageTemplates {
			if set[name].Lookup("main") == nil {
				bad(name+".html", fmt.Errorf("does not define \"main\""))
			}
		}
	}
	return set, out
}

// frame is what every page has. Page structs embed it.
type frame struct {
	s    *site  `memo:"-"` // what templates see through it is in pageKey
	path string // of the page in the output

	Title, Description string
	Lang, Dir          string
	Numbers            unit.Style // for scripts
	Separators         string     // for scripts, as JSON; empty where they are the English ones
	SiteTitle          string
	Canonical          string
	Alternates         []alternate  // the page in each language that it is written in
	Base               template.URL // only the 404 page sets it: it is served at any depth
	CSS, Icon          string
	Icon32, IconTouch  string // empty where the board's own icon has no such size
	Manifest           string
	Accent, DarkPaper  string // colours of a browser's own frame
	Fonts              bool
	Logo               *logo
	Footer             template.HTML
	ECharts            string
	Scripts            []string
	Nav                []navItem
	Crumbs             []link
	UseNotice          string
	License            string
	Newest             string
	About              string
	Report             string
	Meta               headMeta
}

// alternate is a page's whole address in a language.
type alternate struct{ Language, URL string }

type navItem struct{ URL, Text, Current string }

// link is an address with its text.
type link struct{ URL, Text string }

// Rel links from this page to a file of the site.
func (f frame) Rel(to string) string { return relative(f.path, to) }

// Page links to a content page, empty if the board has none there.
func (f frame) Page(url string) string { return f.s.pageLink(f.path, url) }

// T is a string of the interface.
func (f frame) T(key string, args ...any) string { return f.s.msg.T(key, args...) }

// Day is a date in the page's language.
func (f frame) Day(iso string) string { return f.s.msg.day(iso) }

// frame makes the frame of the page at path. charts says that the page has
// figures that a script may bring to life.
func (s *site) frame(path, title, description string, charts bool, crumbs ...link) frame {
	f := frame{s: s, path: path, Title: title, Description: clip(description, 300), Lang: s.in.Site.Language, Dir: direction(s.in.Site.Language), Numbers: s.msg.Style, Separators: s.msg.separators(),
		SiteTitle: s.in.Site.Title, CSS: stylePlace, Icon: s.assets.icon,
		UseNotice: s.in.Site.UseNotice, License: s.in.Site.License, Newest: s.newest, Report: s.in.Site.Contact}
	if s.assets.icons["icon-32.png"] != nil {
		f.Icon32 = "icon-32.png"
	}
	if s.assets.icons["apple-touch-icon.png"] != nil {
		f.IconTouch = "apple-touch-icon.png"
	}
	f.Manifest, f.Accent, f.DarkPaper = manifestFile, s.accent().Hex, content.DarkPaper
	f.Fonts, f.Logo = s.assets.fonts, s.assets.logo
	f.Footer, _ = s.footer(path) // footerLinks reports what is wrong with it
	f.Scripts = []string{s.assets.js}
	if charts && s.assets.echarts != "" {
		f.ECharts = relative(path, s.assets.echarts)
		f.Scripts = append(f.Scripts, s.assets.chartJS)
	}
	if s.baseURL != "" {
		f.Canonical = public(s.baseURL, path)
	}
	for _, p := range s.in.Pages {
		if p.URL == "about/" {
			f.About = "about/index.html"
		}
	}
	if f.Report == "" && s.pageLink(path, "methodology/moderation/") != "" {
		f.Report = s.pageLink(path, "methodology/moderation/")
	}
	f.Nav = s.nav(path)
	for _, c := range crumbs {
		f.Crumbs = append(f.Crumbs, link{relative(path, c.URL), c.Text})
	}
	f.Meta = s.metaOf(&f)
	return f
}

// nav is the header's navigation: the site's own, or the usual one.
func (s *site) nav(path string) []navItem {
	var items []navItem
	add := func(to, text string) {
		current := ""
		switch {
		case to == path:
			current = "page"
		case strings.HasPrefix(path, strings.TrimSuffix(to, "index.html")):
			current = "true"
		}
		items = append(items, navItem{relative(path, to), text, current})
	}
	if len(s.in.Site.Navigation) > 0 {
		for _, l := range s.in.Site.Navigation {
			if u, err := url.Parse(l.URL); err == nil && u.IsAbs() {
				items = append(items, navItem{URL: l.URL, Text: l.Title})
				continue
			}
			add(siteFile(l.URL), l.Title)
		}
		return items
	}
	add("boards/index.html", s.msg.T("nav.boards"))
	add("models/index.html", s.msg.T("nav.models"))
	add("hardware/index.html", s.msg.T("nav.hardware"))
	add(resultsPath, s.msg.T("nav.results"))
	add(comparePath, s.msg.T("nav.compare"))
	add("labels/index.html", s.msg.T("nav.labels"))
	for _, p := range [][2]string{{"methodology/", "nav.methodology"}, {"docs/", "nav.docs"}, {"faq/", "nav.faq"}} {
		if s.pageLink(path, p[0]) != "" {
			add(pagePath(p[0]), s.msg.T(p[1]))
		}
	}
	add("data/index.html", s.msg.T("nav.data"))
	add("cite/index.html", s.msg.T("nav.cite"))
	return items
}

// siteFile turns an address inside the site into its file: "docs/" and "/docs"
// are docs/index.html.
func siteFile(u string) string {
	p, frag, has := strings.Cut(strings.TrimPrefix(u, "/"), "#")
	if p == "" || strings.HasSuffix(p, "/") {
		p += "index.html"
	} else if !strings.Contains(p[strings.LastIndex(p, "/")+1:], ".") {
		p += "/index.html"
	}
	if has {
		p += "#" + frag
	}
	return p
}

// clip shortens text for places that show little of it.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// renderer executes templates into an output.
type renderer struct {
	s   *site
	out *output
	min *minify.M
}

func newRenderer(s *site, out *output) *renderer {
	r := &renderer{s: s, out: out}
	if !s.opt.NoMinify {
		r.min = minifier()
	}
	return r
}

func minifier() *minify.M {
	m := minify.New()
	// Quotes and end tags stay, so that the pages remain easy to read and to check.
	m.Add("text/html", &html.Minifier{KeepDocumentTags: true, KeepEndTags: true, KeepQuotes: true, KeepDefaultAttrVals: true, KeepSpecialComments: true})
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("application/javascript", js.Minify)
	return m
}

// page executes a page template and puts the result at its path.
func (r *renderer) page(name string, path string, data any) error {
	t := r.s.templates[name]
	if t == nil {
		return fmt.Errorf("no template %s.html", name)
	}
	html, err := r.s.madeOne("page", func() ([]byte, error) {
		var buf bytes.Buffer
		if err := t.ExecuteTemplate(&buf, "base", data); err != nil {
			return nil, &templateError{path, err}
		}
		return r.small(path, buf.Bytes())
	}, r.s.pageKey, name, data)
	if err != nil {
		return err
	}
	html = bytes.ReplaceAll(html, []byte(stylePlace), []byte(r.s.assets.css))
	return r.out.put(path, name+".html", html)
}

// stylePlace stands for the name of the style until a page is written: the name
// changes with each edit of a style, and no page needs to be made again for that.
// It is none that an asset can have.
const stylePlace = "assets/site.thestyle-.css"

// templateError is a template that fails when a page is made with it: a mistake
// in the board's files, not of the machine.
type templateError struct {
	page string
	err  error
}

func (e *templateError) Error() string { return fmt.Sprintf("render %s: %v", e.page, e.err) }

// templateFinding names a template's file and line, which the template engine
// writes at the start of its message.
func templateFinding(name string, err error) result.Finding {
	f := result.Finding{Rule: "SITE-TEMPLATE", Level: result.Error, Where: result.Place{File: "templates/" + name},
		Message: strings.TrimPrefix(err.Error(), "template: "), Hint: "compare with the built-in template of the same name"}
	f.Message = strings.TrimPrefix(f.Message, "html/template:")
	if m := templatePlace.FindStringSubmatch(f.Message); m != nil {
		f.Where.File = "templates/" + m[1]
		f.Where.Line, _ = strconv.Atoi(m[2])
		f.Where.Col, _ = strconv.Atoi(m[3])
		f.Message = m[4]
	}
	return f
}

var templatePlace = regexp.MustCompile(`^([\w.-]+):(\d+):(?:(\d+):)? ?(.*)$`)

func (r *renderer) html(path, owner string, data []byte) error {
	data, err := r.small(path, data)
	if err != nil {
		return err
	}
	return r.out.put(path, owner, data)
}

// small minifies a page.
func (r *renderer) small(path string, data []byte) ([]byte, error) {
	if r.min == nil {
		return data, nil
	}
	small, err := r.min.Bytes("text/html", data)
	if err != nil {
		return nil, fmt.Errorf("minify %s: %w", path, err)
	}
	return small, nil
}

// job renders one or more files.
type job func(*renderer) (result.Findings, error)

// render runs all jobs, then writes what depends on all of them. Findings come
// back in the order of the jobs, whatever order they ran in.
func (s *site) render(ctx context.Context, out *output, progress func(string, int, int)) (result.Findings, error) {
	jobs := s.jobs()
	r := newRenderer(s, out)
	found := make([]result.Findings, len(jobs))
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	limit := s.opt.Jobs
	if limit <= 0 {
		limit = runtime.GOMAXPROCS(0)
	}
	g.SetLimit(limit)
	for i, j := range jobs {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			fs, err := j(r)
			var t *templateError
			if errors.As(err, &t) {
				fs, err = append(fs, templateFinding("", t.err)), nil
			}
			found[i] = fs
			progress("render", int(done.Add(1)), len(jobs))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all result.Findings
	seen := map[result.Finding]bool{}
	for _, fs := range found {
		for _, f := range fs {
			// A broken template fails on every page that uses it: once is enough.
			if !seen[f] {
				seen[f] = true
				all = append(all, f)
			}
		}
	}
	if all.HasErrors() {
		return all, nil
	}
	for _, name := range out.names() {
		if strings.HasSuffix(name, ".html") {
			s.pageCount++
		}
	}
	return all, r.last()
}

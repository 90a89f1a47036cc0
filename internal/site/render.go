// Rendering: templates, the frame that all pages share, minification, and the
// pool that renders pages at the same time.

package site

import (
	"context"
	"errors"
	"html/template"
	"io"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/html"
	"github.com/tdewolff/minify/v2/js"
	"golang.org/x/sync/errgroup"

	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// frame is what every page has. Page structs embed it.
type frame struct {
	s    *site
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
func (f *frame) Rel(to string) string { return relative(f.path, to) }

// Page links to a content page, empty if the board has none there.
func (f *frame) Page(url string) string { return f.s.pageLink(f.path, url) }

// T is a string of the interface.
func (f *frame) T(key string, args ...any) string { return f.s.msg.T(key, args...) }

// Day is a date in the page's language.
func (f *frame) Day(iso string) string { return f.s.msg.day(iso) }

// Direct hands out what every page calls a dozen times.
func (f *frame) Direct(method string) func(string) string {
	switch method {
	case "Rel":
		return f.Rel
	case "Page":
		return f.Page
	case "Day":
		return f.Day
	}
	return nil
}

// frame makes the frame of the page at path. charts says that the page has
// figures that a script may bring to life.
func (s *site) frame(path, title, description string, charts bool, crumbs ...link) frame {
	f := frame{s: s, path: path, Title: title, Description: clip(description, 300), Lang: s.in.Site.Language, Dir: s.msg.dir, Numbers: s.msg.Style, Separators: s.separators,
		SiteTitle: s.in.Site.Title, CSS: s.assets.css, Icon: s.assets.icon,
		UseNotice: s.in.Site.UseNotice, License: s.in.Site.License, Report: s.in.Site.Contact}
	if s.assets.icons["icon-32.png"] != nil {
		f.Icon32 = "icon-32.png"
	}
	if s.assets.icons["apple-touch-icon.png"] != nil {
		f.IconTouch = "apple-touch-icon.png"
	}
	if strings.Count(path, "/") <= 1 {
		f.Newest = s.newest // pages further in say the dates of what they show
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
	if s.pages["about/"] != nil {
		f.About = pagePath("about/")
	}
	if f.Report == "" {
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
	items := make([]navItem, 0, 12)
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
		if s.pages[p[0]] != nil {
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
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// renderer executes templates into an output, for one job.
type renderer struct {
	s    *site
	out  *output
	made []string // the files that were put
	note []byte   // for work that comes later
	work work     // what it is about
}

// date is the day that the job's files stand for: SOURCE_DATE_EPOCH, or that of the
// newest result which they show.
func (r *renderer) date() time.Time { return r.s.dated(r.newest()) }

// newest is the day of the newest result which the job shows, empty for none.
func (r *renderer) newest() string {
	if r.work.name == "" {
		return r.s.newest
	}
	newest := ""
	for _, e := range r.work.of {
		newest = max(newest, e.Day())
	}
	return newest
}

// put adds a file to the output.
func (r *renderer) put(name, owner string, data []byte) error {
	r.made = append(r.made, name)
	return r.out.put(name, owner, data)
}

// stream adds a file as it is made.
func (r *renderer) stream(name, owner string, made func(io.Writer) error) error {
	r.made = append(r.made, name)
	return r.out.stream(name, owner, made)
}

// drawing adds a file that takes long to draw. Where the last build drew it of the
// same, it is taken over although the page around it changed. of is zero in a build
// that remembers nothing.
func (r *renderer) drawing(name, owner string, of digest, draw func() ([]byte, error)) error {
	if same, err := r.out.keepDrawn(name, of); same || err != nil {
		r.made = append(r.made, name)
		return err
	}
	data, err := draw()
	if err != nil {
		return err
	}
	if err := r.put(name, owner, data); err != nil {
		return err
	}
	r.out.drawn(name, of)
	return nil
}

// drawnOf is the digest of the plain values that a file is drawn of, for drawing.
func (r *renderer) drawnOf(values ...any) digest {
	if !r.out.remembers {
		return digest{}
	}
	h := newHasher()
	h.value(values...)
	return h.done()
}

// minifier makes pages, templates, styles and scripts small.
func minifier() *minify.M {
	m := minify.New()
	m.Add("text/html", pageMinifier())
	m.Add(templateType, templateMinifier())
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("application/javascript", js.Minify)
	return m
}

// pageMinifier keeps quotes and end tags, so that the pages remain easy to read
// and to check.
func pageMinifier() *html.Minifier {
	return &html.Minifier{KeepDocumentTags: true, KeepEndTags: true, KeepQuotes: true, KeepDefaultAttrVals: true, KeepSpecialComments: true}
}

// page executes a page template and puts the result at its path. data points to the
// page's struct, so that no method is given a copy.
func (r *renderer) page(name string, path string, data any) error {
	return r.execute(name, "base", path, name+".html", data)
}

// plain executes a template that has no frame.
func (r *renderer) plain(name, path string, data any) error {
	return r.execute("home", name, path, name+".html", data)
}

func (r *renderer) execute(page, part, path, owner string, data any) error {
	start := time.Now()
	buf, done := r.s.templates.buffer()
	defer done()
	if err := r.s.templates.execute(buf, page, part, data); err != nil {
		return &templateError{path, err}
	}
	r.s.work.since("page", start)
	return r.put(path, owner, buf.Bytes())
}

// job renders one or more files.
type job func(*renderer) (result.Findings, error)

// schedule is the order in which work is begun: pages of results last, since they
// are many and small, so that no core waits for a large piece in the end.
func schedule(jobs []work) []int {
	var first, last []int
	for i, w := range jobs {
		if w.name == resultWork {
			last = append(last, i)
		} else {
			first = append(first, i)
		}
	}
	return append(first, last...)
}

// render runs all jobs: those that tell of files of others after these, and the
// list of all digests in the end. Work that the last build did already is taken
// over. Findings come back in the order of the jobs, whatever order they ran in.
func (s *site) render(ctx context.Context, jobs []work, out *output, last *Cache, identity digest, progress func(string, int, int)) (result.Findings, []doneWork, error) {
	var ks *keys
	var rename *strings.Replacer
	if last != nil {
		var err error
		if ks, err = newKeys(s, identity); err != nil {
			return nil, nil, err
		}
		var ok bool
		if rename, ok = last.renaming(s.assets.named()); !ok {
			last = &Cache{}
		}
	}
	found := make([]result.Findings, len(jobs))
	kept := make([]doneWork, len(jobs))
	var done atomic.Int64
	do := func(i int) error {
		w := jobs[i]
		var key digest
		if ks != nil && w.name != "" {
			key = ks.work(w)
			if done, ok, err := last.take(key, out, rename); ok || err != nil {
				found[i], kept[i] = done.found, done
				return err
			}
		}
		r := &renderer{s: s, out: out, work: w}
		fs, err := w.job(r)
		var t *templateError
		if errors.As(err, &t) {
			fs, err = append(fs, templateFinding("", t.err)), nil
		}
		found[i], kept[i] = fs, doneWork{key: key, files: r.made, found: fs, note: r.note}
		progress("render", int(done.Add(1)), len(jobs))
		return err
	}
	limit := s.opt.Jobs
	if limit <= 0 {
		limit = runtime.GOMAXPROCS(0)
	}
	notes := map[string][]byte{}
	s.made = out.file
	s.noted = func(name string) []byte { return notes[name] }
	for _, late := range []bool{false, true} {
		var due []int
		for _, i := range schedule(jobs) {
			if jobs[i].late == late {
				due = append(due, i)
			}
		}
		g, ctx := errgroup.WithContext(ctx)
		var begun atomic.Int64
		for range min(limit, len(due)) {
			// Each does many jobs, so that its stack grows once.
			g.Go(func() error {
				for ctx.Err() == nil {
					n := int(begun.Add(1)) - 1
					if n >= len(due) {
						return nil
					}
					if err := do(due[n]); err != nil {
						return err
					}
				}
				return ctx.Err()
			})
		}
		if err := g.Wait(); err != nil {
			return nil, nil, err
		}
		for i, w := range kept {
			if len(w.note) > 0 {
				notes[jobs[i].name] = w.note
			}
		}
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
		return all, nil, nil
	}
	for _, f := range out.all() {
		if strings.HasSuffix(f.name, ".html") {
			s.pageCount++
		}
	}
	return all, kept, s.checksums(&renderer{s: s, out: out})
}

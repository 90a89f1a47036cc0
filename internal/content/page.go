// Markdown pages: where they come from, their front matter, their addresses.

package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// Layouts of a page.
const (
	LayoutPage = "page"
	LayoutFAQ  = "faq" // each h2 section folds into a details element
)

// Page is one markdown page. Its body is parsed once and rendered as often as
// needed; rendering is safe for concurrent use.
type Page struct {
	URL         string // relative to the site's root, "methodology/metrics/"; "" is the home page's prose
	File        string // from the board's root, "content/methodology/metrics.md"
	Section     string // first folder of the URL, "" for top-level pages
	Title       string
	Description string
	Date        string // YYYY-MM-DD, "" if not stated
	Order       int    // pages of a section are sorted by order, then title
	Layout      string
	Aliases     []string // older URLs that lead here
	Language    string   // of the page, "" for the board's
	Twins       []*Page  // the same page in other languages, by language
	Source      *Source  // set where the text is somebody else's
	Headings    []Heading
	// Assets are the pictures the page shows, relative to the content folder. The
	// site publishes each at the same path.
	Assets []string
	// Links are where the page leads to inside the site, relative to its root.
	Links []string
	// Live says that the page has parts which the site makes, by directives.
	Live bool

	named     []string // addresses of twins, as the page states them
	source    []byte   // body only
	firstLine int      // of the body in the file
	doc       ast.Node
	ids       map[string]bool // all fragments of the page
	pages     map[string]*Page
	content   fs.FS
}

// Heading is one heading of a page's body. The page's h1 is its title.
type Heading struct {
	ID    string
	Level int // 2 to 6
	Text  string
}

// Source credits a text that was written by others.
type Source struct {
	Author  string `yaml:"author"`
	URL     string `yaml:"url"`
	License string `yaml:"license"`
}

// frontMatter is what may stand between the --- lines at the top of a page.
type frontMatter struct {
	Title       string   `yaml:"title"`
	Description string   `yaml:"description"`
	Date        string   `yaml:"date"`
	Order       int      `yaml:"order"`
	Layout      string   `yaml:"layout"`
	Aliases     []string `yaml:"aliases"`
	Language    string   `yaml:"language"`
	Twins       []string `yaml:"twins"`
	Source      *Source  `yaml:"source"`
}

// LoadPages reads methodology/**.md, docs/**.md and the *.md at the top of the
// content folder. Pages with errors are returned too, as far as they could be
// read, so that every problem of every page is found in one go. The order is by
// section, order, title.
func LoadPages(content fs.FS) ([]*Page, result.Findings) {
	files, findings := pageFiles(content)
	index := map[string]*Page{}
	var pages []*Page
	for _, name := range files {
		data, more := readFile(content, name)
		findings = append(findings, more...)
		if more.HasErrors() {
			continue
		}
		p, more := parsePage(name, data)
		findings = append(findings, more...)
		p.pages, p.content = index, content
		index[name] = p
		pages = append(pages, p)
	}
	findings = append(findings, checkAddresses(pages)...)
	findings = append(findings, checkTwins(pages)...)
	for _, p := range pages {
		findings = append(findings, p.checkLinks()...)
	}
	sort.SliceStable(pages, func(i, j int) bool {
		a, b := pages[i], pages[j]
		switch {
		case a.Section != b.Section:
			return a.Section < b.Section
		case a.Order != b.Order:
			return a.Order < b.Order
		case a.Title != b.Title:
			return a.Title < b.Title
		}
		return a.URL < b.URL
	})
	findings.Sort()
	return pages, findings
}

// pageFiles lists the markdown files in order of path. Markdown that stands
// where no page is looked for is a warning: nobody would see it.
func pageFiles(content fs.FS) ([]string, result.Findings) {
	var files []string
	var findings result.Findings
	err := fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return err
			}
			findings = append(findings, result.Finding{Rule: rulePage, Level: result.Error, Where: result.Place{File: root + name},
				Message: fmt.Sprintf("cannot be read: %v", err)})
			return nil
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 && !strings.EqualFold(path.Ext(name), ".md") {
			// A walk does not follow links, so the pages behind one would be missing
			// in silence.
			if st, err := fs.Stat(content, name); err != nil || st.IsDir() {
				findings = append(findings, result.Finding{Rule: rulePage, Level: result.Error, Where: result.Place{File: root + name},
					Message: "is a link to a folder, which is not followed", Hint: "put the folder itself there"})
			}
			return nil
		}
		if !strings.EqualFold(path.Ext(name), ".md") {
			return nil
		}
		top, _, nested := strings.Cut(name, "/")
		switch {
		case path.Ext(name) != ".md":
			findings = append(findings, result.Finding{Rule: rulePage, Level: result.Warn, Where: result.Place{File: root + name},
				Message: "not published: the file name must end in lower-case .md", Hint: "rename it"})
		case nested && top != "docs" && top != "methodology":
			findings = append(findings, result.Finding{Rule: rulePage, Level: result.Warn, Where: result.Place{File: root + name},
				Message: fmt.Sprintf("not published: pages are read from content/, content/docs/ and content/methodology/, not from %s/", path.Dir(name)),
				Hint:    "move it to one of these"})
		default:
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		findings = append(findings, result.Finding{Rule: rulePage, Level: result.Error, Where: result.Place{File: root},
			Message: fmt.Sprintf("cannot be listed: %v", err), Hint: "check that the folder exists and may be read"})
	}
	sort.Strings(files)
	return files, findings
}

var pathPart = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// pageURL makes the address of a file: docs/install.md is docs/install/, an
// index.md stands for its folder.
func pageURL(name string) string {
	base := strings.TrimSuffix(name, ".md")
	if base == "index" {
		return ""
	}
	base = strings.TrimSuffix(base, "/index")
	return base + "/"
}

// parsePage reads one file: front matter, then body.
func parsePage(name string, data []byte) (*Page, result.Findings) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	p := &Page{URL: pageURL(name), File: root + name, Layout: LayoutPage, firstLine: 1}
	if i := strings.IndexByte(p.URL, '/'); i >= 0 && (strings.Contains(name, "/")) {
		p.Section = p.URL[:i]
	}
	var findings result.Findings
	for _, part := range strings.Split(name, "/") {
		if !pathPart.MatchString(part) {
			findings = append(findings, p.finding(rulePage, result.Error, result.Place{},
				fmt.Sprintf("file name %q cannot be an address", part), "use letters, digits, dot, hyphen and underscore"))
		}
	}
	if bad := result.CheckText(ruleText, p.File, data, 1); len(bad) > 0 {
		// A parser would show replacement characters; the page is not read further.
		p.setBody(nil)
		return p, append(findings, bad...)
	}
	head, body, at, more := splitFrontMatter(p.File, data)
	findings = append(findings, more...)
	p.firstLine = at
	if !more.HasErrors() {
		var fm frontMatter
		doc, more := readYAML(p.File, head, 2, &fm)
		findings = append(findings, more...)
		findings = append(findings, p.apply(fm, doc)...)
	}
	findings = append(findings, p.setBody(body)...)
	return p, findings
}

// splitFrontMatter cuts a file into the YAML between two lines --- and the rest.
// at is the line on which the rest begins.
func splitFrontMatter(file string, data []byte) (head, body []byte, at int, fs result.Findings) {
	const fence = "---\n"
	if !bytes.HasPrefix(data, []byte(fence)) {
		return nil, data, 1, nil
	}
	rest := data[len(fence):]
	at = 2
	for start := 0; start < len(rest); at++ {
		end := bytes.IndexByte(rest[start:], '\n')
		next := start + end + 1
		if end < 0 {
			next = len(rest)
			end = len(rest) - start
		}
		if strings.TrimRight(string(rest[start:start+end]), " \t") == "---" {
			return rest[:start], rest[next:], at + 1, nil
		}
		start = next
	}
	return nil, nil, 1, result.Findings{{Rule: rulePage, Level: result.Error, Where: result.Place{File: file, Line: 1, Col: 1},
		Message: "front matter begins with --- and never ends", Hint: "close it with a line ---"}}
}

var urlForm = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*/)*([A-Za-z0-9][A-Za-z0-9._-]*)?$`)

// apply takes the front matter over into the page and checks it.
func (p *Page) apply(fm frontMatter, doc *yamldoc.Doc) result.Findings {
	var fs result.Findings
	bad := func(key, msg, hint string) {
		at := result.Place{Line: 1}
		if key = "/" + key; doc.Failed(key) {
			return // reading has told
		} else if doc.Has(key) {
			at = doc.Place(key)
		}
		fs = append(fs, p.finding(rulePage, result.Error, at, msg, hint))
	}
	p.Title, p.Description, p.Date, p.Order = strings.TrimSpace(fm.Title), strings.TrimSpace(fm.Description), fm.Date, fm.Order
	switch {
	case p.Title == "":
		bad("title", "page has no title", "begin the file with the lines ---, title: ..., ---")
		p.Title = strings.TrimSuffix(path.Base(p.File), ".md")
	case len([]rune(p.Title)) > 200:
		bad("title", "title has more than 200 characters", "")
	}
	if p.Date != "" && !validDate(p.Date) {
		bad("date", fmt.Sprintf("date %q is not a day written as YYYY-MM-DD", result.Clip(p.Date)), "")
		p.Date = ""
	}
	switch fm.Layout {
	case "":
	case LayoutPage, LayoutFAQ:
		p.Layout = fm.Layout
	default:
		bad("layout", fmt.Sprintf("layout %q is not known", result.Clip(fm.Layout)), "use page or faq")
	}
	for i, a := range fm.Aliases {
		u := strings.TrimPrefix(a, "/")
		if u == "" || !urlForm.MatchString(u) {
			bad(fmt.Sprintf("aliases/%d", i), fmt.Sprintf("alias %q is not an address inside the site", result.Clip(a)), "write it like docs/old-name/")
			continue
		}
		if !strings.HasSuffix(u, "/") && !strings.HasSuffix(u, ".html") {
			u += "/"
		}
		p.Aliases = append(p.Aliases, u)
	}
	if fm.Language != "" && !languageForm.MatchString(fm.Language) {
		bad("language", fmt.Sprintf("language %q is not a language tag", result.Clip(fm.Language)), "write en, zh or the like")
	} else {
		p.Language = fm.Language
	}
	p.named = fm.Twins
	if s := fm.Source; s != nil {
		for _, f := range []struct{ key, value string }{{"author", s.Author}, {"url", s.URL}, {"license", s.License}} {
			if strings.TrimSpace(f.value) == "" {
				bad("source", "source of a text by others lacks its "+f.key, "state author, url and license")
			}
		}
		if s.URL != "" && !isWeb(s.URL) {
			bad("source/url", fmt.Sprintf("source url %q is not an http or https address", result.Clip(s.URL)), "")
		} else {
			p.Source = s
		}
	}
	return fs
}

func (p *Page) finding(rule string, level result.Level, at result.Place, msg, hint string) result.Finding {
	at.File = p.File
	return result.Finding{Rule: rule, Level: level, Where: at, Message: msg, Hint: hint}
}

// at is the place of a byte of the body.
func (p *Page) at(offset int) result.Place {
	if offset < 0 || offset > len(p.source) {
		return result.Place{File: p.File}
	}
	before := p.source[:offset]
	return result.Place{File: p.File, Line: p.firstLine + bytes.Count(before, []byte("\n")), Col: offset - bytes.LastIndexByte(before, '\n')}
}

// checkAddresses reports two pages, or a page and an alias, with one address.
func checkAddresses(pages []*Page) result.Findings {
	var fs result.Findings
	taken := map[string]*Page{}
	for _, p := range pages {
		if q := taken[p.URL]; q != nil {
			fs = append(fs, p.finding(rulePage, result.Error, result.Place{Line: 1}, fmt.Sprintf("has the address /%s, as %s has", p.URL, q.File), "rename one of the two"))
			continue
		}
		taken[p.URL] = p
	}
	for _, p := range pages {
		for _, a := range p.Aliases {
			if q := taken[a]; q != nil {
				fs = append(fs, p.finding(rulePage, result.Error, result.Place{Line: 1}, fmt.Sprintf("alias /%s is already an address of %s", a, q.File), "remove the alias"))
				continue
			}
			taken[a] = p
		}
	}
	return fs
}

package site

import (
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is what the crawl keeps of one HTML file.
type crawled struct {
	ids   map[string]bool
	links []string // as written
	loads []string // what the browser fetches by itself
	text  string
}

// TestCrawl follows every link of the shipped site: each internal link and
// fragment resolves, nothing is loaded from another host, no link is absolute
// from the root, ids are unique.
func TestCrawl(t *testing.T) {
	dir, _ := shipped(t)
	crawl(t, dir)
}

func crawl(t *testing.T, dir string) map[string]*crawled {
	t.Helper()
	files := map[string]bool{}
	pages := map[string]*crawled{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		rel = filepath.ToSlash(rel)
		files[rel] = true
		if !strings.HasSuffix(rel, ".html") {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		pages[rel] = parsePage(t, rel, string(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 20 {
		t.Fatalf("only %d pages: the crawl looked at nothing", len(pages))
	}
	checked := 0
	for name, p := range pages {
		for _, l := range append(p.links, p.loads...) {
			u, err := url.Parse(l)
			if err != nil {
				t.Errorf("%s: link %q: %v", name, l, err)
				continue
			}
			if u.IsAbs() {
				if u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" {
					t.Errorf("%s: link %q has the scheme %s", name, l, u.Scheme)
				}
				continue
			}
			if strings.HasPrefix(u.Path, "/") {
				t.Errorf("%s: link %q is absolute from the root", name, l)
				continue
			}
			target := name
			if u.Path != "" {
				target = path.Join(path.Dir(name), u.Path)
			}
			if !files[target] {
				t.Errorf("%s: broken link %q (no %s)", name, l, target)
				continue
			}
			if u.Fragment != "" && pages[target] != nil && !pages[target].ids[u.Fragment] {
				t.Errorf("%s: link %q: %s has no id %q", name, l, target, u.Fragment)
			}
			checked++
		}
		for _, l := range p.loads {
			if u, err := url.Parse(l); err == nil && (u.Host != "" || u.IsAbs()) {
				t.Errorf("%s loads %s from another host", name, l)
			}
		}
		if strings.Contains(p.text, "ZgotmplZ") || strings.Contains(p.text, "<no value>") || strings.Contains(p.text, "%!") {
			t.Errorf("%s: debris of a template", name)
		}
		if i := strings.Index(p.text, "[nav."); i >= 0 {
			t.Errorf("%s: a string's key shows: %.40s", name, p.text[i:])
		}
	}
	if checked < 1000 {
		t.Errorf("only %d links were checked", checked)
	}
	return pages
}

func parsePage(t *testing.T, name, src string) *crawled {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	p := &crawled{ids: map[string]bool{}}
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		if n.Type == html.ElementNode {
			for _, a := range n.Attr {
				key := a.Key
				if a.Namespace != "" {
					key = a.Namespace + ":" + key
				}
				switch {
				case strings.HasPrefix(key, "on"):
					t.Errorf("%s: <%s> has the event handler %s", name, n.Data, key)
				case key == "style":
					t.Errorf("%s: <%s> has an inline style, which the policy refuses", name, n.Data)
				case key == "id":
					if p.ids[a.Val] {
						t.Errorf("%s: id %q stands twice", name, a.Val)
					}
					p.ids[a.Val] = true
				case key == "href" && (n.Data == "a" || n.Data == "area"):
					p.links = append(p.links, a.Val)
				case key == "href" && n.Data == "link":
					rel := attr(n, "rel")
					if rel == "stylesheet" || rel == "icon" || rel == "manifest" {
						p.loads = append(p.loads, a.Val)
					} else if rel == "alternate" {
						p.links = append(p.links, a.Val)
					}
				case key == "src":
					p.loads = append(p.loads, a.Val)
				case key == "href" && n.Data == "use" && !strings.HasPrefix(a.Val, "#"):
					p.loads = append(p.loads, a.Val)
				}
			}
			if n.Data == "script" && attr(n, "src") == "" && attr(n, "type") != "application/json" && attr(n, "type") != "application/ld+json" {
				t.Errorf("%s: inline script", name)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	p.text = text.String()
	return p
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Every label and chart that is offered as PDF opens: in a PDF reader where one
// is installed, by its frame alone otherwise.
func TestPDFsOpen(t *testing.T) {
	dir, _ := shipped(t)
	var pdfs []string
	for name, data := range tree(t, dir) {
		if !strings.HasSuffix(name, ".pdf") {
			continue
		}
		if !strings.HasPrefix(data, "%PDF-1.") || !strings.HasSuffix(strings.TrimSpace(data), "%%EOF") {
			t.Errorf("%s is no whole PDF", name)
		}
		pdfs = append(pdfs, filepath.Join(dir, filepath.FromSlash(name)))
	}
	if len(pdfs) < 700 {
		t.Fatalf("only %d PDFs", len(pdfs))
	}
	reader, err := exec.LookPath("pdfinfo")
	if err != nil {
		t.Skip("no pdfinfo (poppler-utils) to open the PDFs with")
	}
	for _, p := range pdfs {
		out, err := exec.Command(reader, p).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "Pages:           1\n") || strings.Contains(string(out), "Syntax") {
			t.Errorf("%s: %v\n%s", p, err, out)
		}
	}
}

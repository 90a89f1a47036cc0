// Links of pages: which addresses are allowed, and where a relative one leads.

package content

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"jouleboard/internal/result"
)

// LinkFunc makes the href for a target inside the site. The target is relative
// to the site's root and has no leading slash: "methodology/metrics/#power",
// "boards/chat-h100/", "docs/img/rack.png". ok is false where the site has no
// such page.
type LinkFunc func(target string, from *Page) (href string, ok bool)

var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// destination is a link after it was looked at.
type destination struct {
	outside  string // an address elsewhere, or a fragment of the same page
	target   string // inside the site, relative to its root
	asset    bool   // target is a file of the content folder
	external bool
}

// resolve finds out where a link leads. The error says what is wrong and what to
// do about it.
func (p *Page) resolve(dest string) (d destination, hint string, err error) {
	switch {
	case strings.TrimSpace(dest) == "":
		return d, "write an address between the parentheses", fmt.Errorf("link leads nowhere")
	case strings.ContainsFunc(dest, hidden) || strings.ContainsAny(dest, "\t\n\r\\"):
		return d, "write a plain address", fmt.Errorf("link %q holds control characters or backslashes", result.Clip(dest))
	case schemeForm.MatchString(dest):
		return p.resolveOutside(dest)
	case strings.HasPrefix(dest, "//"):
		return d, "begin it with https://", fmt.Errorf("link %q has no scheme", result.Clip(dest))
	case strings.HasPrefix(dest, "#"):
		id, err := url.PathUnescape(dest[1:])
		if err != nil || id != "" && !p.HasID(id) {
			return d, p.nearID(id), fmt.Errorf("this page has no heading with the id %q", result.Clip(dest[1:]))
		}
		return destination{outside: dest}, "", nil
	}
	return p.resolveInside(dest)
}

func (p *Page) resolveOutside(dest string) (d destination, hint string, err error) {
	scheme, _, _ := strings.Cut(strings.ToLower(dest), ":")
	switch scheme {
	case "http", "https":
		if !isWeb(dest) {
			return d, "check host and spelling", fmt.Errorf("link %q is not an address", result.Clip(dest))
		}
		return destination{outside: dest, external: true}, "", nil
	case "mailto":
		return destination{outside: dest}, "", nil
	}
	return d, "http, https and mailto are", fmt.Errorf("link scheme %q is not allowed", result.Clip(scheme))
}

func (p *Page) resolveInside(dest string) (d destination, hint string, err error) {
	rest, frag, _ := strings.Cut(dest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	name, err := url.PathUnescape(rest)
	if err != nil {
		return d, "write %25 for a percent sign", fmt.Errorf("link %q has a broken %% escape", result.Clip(dest))
	}
	if frag, err = url.PathUnescape(frag); err != nil {
		return d, "write %25 for a percent sign", fmt.Errorf("link %q has a broken %% escape", result.Clip(dest))
	}
	folder := strings.HasSuffix(name, "/")
	if strings.HasPrefix(name, "/") {
		name = path.Clean(name)[1:]
	} else {
		name = path.Join(path.Dir(strings.TrimPrefix(p.File, root)), name)
	}
	if name == ".." || strings.HasPrefix(name, "../") {
		return d, "for a file of the repository write its full https address", fmt.Errorf("link %q leaves the content folder", result.Clip(dest))
	}
	if name == "." {
		name = ""
	}
	tail := ""
	if query != "" {
		tail = "?" + query
	}
	if frag != "" {
		tail += "#" + (&url.URL{Fragment: frag}).EscapedFragment()
	}
	if strings.HasSuffix(name, ".md") {
		to := p.pages[name]
		if to == nil {
			return d, "links between pages are relative to the file they stand in", fmt.Errorf("link leads to %s%s, which is not there", root, name)
		}
		if frag != "" && !to.HasID(frag) {
			return d, to.nearID(frag), fmt.Errorf("%s has no heading with the id %q", to.File, result.Clip(frag))
		}
		return destination{target: to.URL + tail}, "", nil
	}
	if !folder && name != "" && fs.ValidPath(name) && p.content != nil {
		if st, err := fs.Stat(p.content, name); err == nil && st.Mode().IsRegular() {
			return destination{target: name + tail, asset: true}, "", nil
		}
	}
	if folder && name != "" {
		name += "/"
	}
	for _, to := range p.pages {
		if to.URL == name && frag != "" && !to.HasID(frag) {
			return d, to.nearID(frag), fmt.Errorf("%s has no heading with the id %q", to.File, result.Clip(frag))
		}
	}
	return destination{target: name + tail}, "", nil
}

// HasID says whether the page has a fragment of that name. A page with block
// directives may have more than are known before it is rendered, so that every
// id is taken as there; a crawl of the finished site finds the rest.
func (p *Page) HasID(id string) bool {
	if p.ids[id] {
		return true
	}
	found := false
	walk(p.doc, func(n ast.Node) {
		if d, ok := n.(*blockDirective); ok && d.err == nil {
			found = true
		}
	})
	return found
}

// nearID suggests the page's ids for a fragment that is not there.
func (p *Page) nearID(id string) string {
	var ids []string
	for _, h := range p.Headings {
		ids = append(ids, h.ID)
	}
	near := result.Nearest(id, ids)
	switch {
	case near != "":
		return fmt.Sprintf("did you mean #%s?", near)
	case len(ids) == 0:
		return "the page has no headings"
	}
	return "its headings are #" + result.Clip(strings.Join(ids, ", #"))
}

// checkLinks resolves every link and picture of the page, and notes the pictures
// for publication.
func (p *Page) checkLinks() result.Findings {
	var out result.Findings
	seen := map[string]bool{}
	add := func(level result.Level, n ast.Node, msg, hint string) {
		out = append(out, p.finding(ruleLink, level, p.at(n.Pos()), msg, hint))
	}
	follow := func(n ast.Node, dest string) destination {
		d, hint, err := p.resolve(dest)
		if err != nil {
			add(result.Error, n, err.Error(), hint)
		}
		if d.external {
			if key := tracker(dest); key != "" {
				add(result.Warn, n, fmt.Sprintf("address carries the tracking parameter %s", key), "remove it")
			}
		}
		switch name, _, _ := strings.Cut(d.target, "#"); {
		case d.asset && !seen[name]:
			seen[name] = true
			p.Assets = append(p.Assets, name)
		case d.target != "" && !d.asset:
			p.Links = append(p.Links, d.target)
		}
		return d
	}
	walk(p.doc, func(n ast.Node) {
		switch n := n.(type) {
		case *blockDirective, *inlineDirective:
			p.Live = true
		case *ast.Link:
			follow(n, string(n.Destination))
			if plain(n, p.source) == "" && n.FirstChild() == nil {
				add(result.Error, n, "link has no text", "write what it leads to between the brackets")
			}
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				follow(n, string(n.URL(p.source)))
			}
		case *ast.Image:
			d := follow(n, string(n.Destination))
			switch {
			case d.external:
				add(result.Error, n, "picture is loaded from another site", "copy it beside the page; the site asks nobody else for anything")
			case d.target != "" && !d.asset:
				add(result.Error, n, fmt.Sprintf("picture %s%s is not there", root, d.target), "the path is relative to the file it stands in")
			case d.outside != "" && !d.external:
				add(result.Error, n, "picture has no file", "name a file beside the page")
			}
			if plain(n, p.source) == "" {
				add(result.Warn, n, "picture has no text alternative", "describe it between the brackets")
			}
		}
	})
	return out
}

// isWeb says whether s is an absolute http or https address with a host.
func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// tracker returns the first query parameter that only serves to follow people.
func tracker(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, pair := range strings.Split(u.RawQuery, "&") {
		if key, _, _ := strings.Cut(pair, "="); tracking(key) {
			return key
		}
	}
	return ""
}

func tracking(key string) bool {
	switch key {
	case "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref_src":
		return true
	}
	return strings.HasPrefix(key, "utm_")
}

// untracked returns an address without the parameters that only serve to follow
// people; the others keep their order and spelling.
func untracked(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return address
	}
	var keep []string
	for _, pair := range strings.Split(u.RawQuery, "&") {
		if key, _, _ := strings.Cut(pair, "="); !tracking(key) {
			keep = append(keep, pair)
		}
	}
	u.RawQuery = strings.Join(keep, "&")
	return u.String()
}

// Relative returns the shortest link from one address of the site to another,
// both relative to its root and without query, so that it works under any base
// path and from disk. Addresses of folders end in a slash; to may carry a
// fragment. Every segment is escaped.
func Relative(from, to string) string {
	to, fragment, hasFragment := strings.Cut(to, "#")
	same := 0 // what the folders take that both are in
	for i := 0; i < len(from) && i < len(to) && from[i] == to[i]; i++ {
		if from[i] == '/' {
			same = i + 1
		}
	}
	up := upwards(strings.Count(from[same:], "/"))
	to = escapeSegments(to[same:])
	switch {
	case up != "" || to == "" && hasFragment:
	case to == "":
		up = "./"
	default:
		if first, _, _ := strings.Cut(to, "/"); strings.Contains(first, ":") {
			up = "./" // what stands before a colon would be read as a scheme
		}
	}
	if hasFragment {
		return up + to + "#" + fragment
	}
	return up + to
}

// upwards is the way n folders up.
func upwards(n int) string {
	const most = "../../../../../../../../"
	if len("../")*n > len(most) {
		return strings.Repeat("../", n)
	}
	return most[:len("../")*n]
}

// escapeSegments escapes what stands between the slashes of a path.
func escapeSegments(p string) string {
	if !strings.ContainsFunc(p, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && r != '/' && r != '-' && r != '.' && r != '_'
	}) {
		return p
	}
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

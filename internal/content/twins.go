// Pages in more than one language: a page may say which language it is in and
// name its twins, the same page in others.

package content

import (
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// checkTwins makes twins of all pages that name each other, whichever of them does
// so, and finds twins that are no pages or are of one language.
func checkTwins(pages []*Page) result.Findings {
	var fs result.Findings
	at := map[string]*Page{}
	for _, p := range pages {
		at[p.URL] = p
	}
	for _, p := range pages {
		for _, name := range p.named {
			q := at[strings.TrimPrefix(strings.TrimSuffix(name, "/")+"/", "/")]
			switch {
			case q == nil:
				fs = append(fs, p.finding(rulePage, result.Error, result.Place{Line: 1}, fmt.Sprintf("twin %q is no page", result.Clip(name)), "name the address of a page, such as docs/start/"))
			case q.Language == p.Language:
				fs = append(fs, p.finding(rulePage, result.Error, result.Place{Line: 1}, fmt.Sprintf("twin %s is in the same language", q.File), "state language: in one of the two"))
			default:
				p.join(q)
			}
		}
	}
	return fs
}

// join makes p, q and all of their twins twins of each other.
func (p *Page) join(q *Page) {
	all := append([]*Page{p, q}, append(slices.Clone(p.Twins), q.Twins...)...)
	slices.SortFunc(all, func(a, b *Page) int { return strings.Compare(a.Language+" "+a.URL, b.Language+" "+b.URL) })
	all = slices.Compact(all)
	for _, o := range all {
		o.Twins = slices.DeleteFunc(slices.Clone(all), func(x *Page) bool { return x == o })
	}
}

// Rendering: items in all formats, each work once, with keys that are unique; and
// the citations of many results, which rest on few works.

package cite

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Format is one way to write citations.
type Format struct {
	ID, Name, Ext, MediaType string
	// item writes one item, which is the one that is cited or a work beside it.
	item func(b *strings.Builder, it Item, cited bool)
	// What stands before and after all items, behind the cited one if there are
	// others, and between these.
	before, after, others, between string
}

// formats are all of them, in the order in which they are offered.
var formats = []Format{
	{ID: "bibtex", Name: "BibTeX", Ext: "bib", MediaType: "application/x-bibtex", item: bibtex, others: "\n", between: "\n"},
	{ID: "csl", Name: "CSL-JSON", Ext: "json", MediaType: "application/vnd.citationstyles.csl+json", item: csl, before: "[\n", others: ",\n", between: ",\n", after: "\n]\n"},
	{ID: "ris", Name: "RIS", Ext: "ris", MediaType: "application/x-research-info-systems", item: ris},
	{ID: "cff", Name: "CITATION.cff", Ext: "cff", MediaType: "application/yaml", item: cff, others: "references:\n"},
	{ID: "apa", Name: "APA", Ext: "apa.txt", MediaType: "text/plain", item: apa, others: "\n", between: "\n"},
	{ID: "text", Name: "Plain text", Ext: "txt", MediaType: "text/plain", item: plainText, others: "\n", between: "\n"},
}

// Formats returns all formats in the order in which they are offered.
func Formats() []Format { return slices.Clone(formats) }

// Render writes the items in a format. Items that are the same work appear once,
// keys are made unique. The first item is the one that is cited; CFF holds the
// others as its references. An error names the formats there are, or says that
// there is nothing to cite.
func Render(format string, items ...Item) (string, error) {
	var ids []string
	for i, f := range formats {
		if f.ID == format {
			texts, err := render(formats[i:i+1], piecesOf(items))
			if err != nil {
				return "", err
			}
			return texts[0], nil
		}
		ids = append(ids, f.ID)
	}
	return "", fmt.Errorf("citation format %q is not known; use one of %s", format, strings.Join(ids, ", "))
}

// RenderAll writes the items in all formats, as Render does in one.
func RenderAll(items ...Item) ([]string, error) { return render(formats, piecesOf(items)) }

// piece is an item that is clean and has its key. A work that many cite holds how
// it looks beside what is cited, in all formats.
type piece struct {
	Item
	identity string
	texts    []string
}

func pieceOf(it Item) *piece {
	it = it.clean()
	if it.Key = Key(it.Key); it.Key == "item" {
		it.Key = Key(it.Title)
	}
	return &piece{Item: it, identity: it.identity()}
}

func piecesOf(items []Item) []*piece {
	ps := make([]*piece, len(items))
	for i, it := range items {
		ps[i] = pieceOf(it)
	}
	return ps
}

// distinct drops items without a title and doubles, and makes keys unique.
func distinct(ps []*piece) []*piece {
	out := make([]*piece, 0, len(ps))
	seen, keys := make(map[string]bool, len(ps)), make(map[string]bool, len(ps))
	for _, p := range ps {
		if p.Title == "" || seen[p.identity] {
			continue
		}
		seen[p.identity] = true
		if key := free(p.Key, keys); key != p.Key {
			other := *p
			other.Key, other.texts = key, nil
			p = &other
		}
		out = append(out, p)
	}
	return out
}

// render writes pieces in formats, the first of them being what is cited.
func render(formats []Format, ps []*piece) ([]string, error) {
	ps = distinct(ps)
	if len(ps) == 0 {
		return nil, fmt.Errorf("nothing to cite: no item has a title")
	}
	texts := make([]string, len(formats))
	for i, f := range formats {
		var b strings.Builder
		size := usualSize
		for _, p := range ps[1:] {
			if size += len(f.between); p.texts == nil {
				size += usualSize
			} else {
				size += len(p.texts[i])
			}
		}
		b.Grow(size)
		b.WriteString(f.before)
		f.item(&b, ps[0].Item, true)
		between := f.others
		for _, p := range ps[1:] {
			b.WriteString(between)
			between = f.between
			if p.texts != nil {
				b.WriteString(p.texts[i])
			} else {
				f.item(&b, p.Item, false)
			}
		}
		b.WriteString(f.after)
		texts[i] = b.String()
	}
	return texts, nil
}

// Library writes the citations of a board's results, and keeps how the works look
// that several of them rest on. It is safe for concurrent use.
type Library struct {
	cat   *catalog.Catalog
	site  Item
	works sync.Map // from work to *piece, nil for a work that was asked for once
}

// NewLibrary returns the library of a board that is cited as site.
func NewLibrary(cat *catalog.Catalog, site Item) *Library { return &Library{cat: cat, site: site} }

// Item is a result, as ResultItem has it.
func (l *Library) Item(r *result.Result, permalink string) Item {
	return ResultItem(r, l.cat, permalink, l.site)
}

// Result cites a result in all formats, as RenderAll does its ResultItems.
func (l *Library) Result(r *result.Result, permalink string) ([]string, error) {
	ps := []*piece{pieceOf(l.Item(r, permalink))}
	for _, w := range works(r, l.cat) {
		ps = append(ps, l.piece(w))
	}
	return render(formats, ps)
}

func (l *Library) piece(w work) *piece {
	kept, again := l.works.LoadOrStore(w, (*piece)(nil))
	if p := kept.(*piece); p != nil {
		return p
	}
	p := pieceOf(w.item())
	if again {
		for _, f := range formats {
			var b strings.Builder
			f.item(&b, p.Item, false)
			p.texts = append(p.texts, b.String())
		}
		l.works.Store(w, p)
	}
	return p
}

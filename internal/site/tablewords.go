// The dictionaries of a table's columns: what cells say, each once.

package site

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
)

// dictEntry is what a cell says, as the dictionary of its column keeps it: text,
// what stands behind or below it, class. Prepared cells are their HTML and what
// they sort by; links their file in the folder of the result.
func (s *site) dictEntry(r *renderer, c *column, p cell, l tableLine) ([]any, error) {
	switch {
	case p.Kind == "missing":
		if c.Key == "parameters" {
			return []any{"", ""}, nil
		}
		return nil, nil
	case p.Kind == "stars":
		var b bytes.Buffer
		if err := r.s.templates.execute(&b, "board", "stars", p.Stars); err != nil {
			return nil, fmt.Errorf("stars of %s: %w", l.e.Hash, err)
		}
		rating := l.e.Rating
		if l.row != nil {
			rating = l.row.Rating
		}
		var order any
		if rating.Rated {
			order = rating.Stars
		}
		return []any{template.HTML(b.String()), order}, nil
	case p.Kind == "link":
		_, file, _ := strings.Cut(p.URL, "/"+l.e.Hash+"/")
		short, _ := modelTitle(l.e.Result.Model.Name)
		if p.Title == "" {
			return []any{p.Text, file}, nil
		}
		return []any{p.Text, file, strings.ReplaceAll(p.Title, short, "{model}")}, nil
	case p.Kind == "two":
		return []any{p.Text, p.Sub, "stacked"}, nil
	case c.Key == "parameters":
		return []any{p.Text, p.Sub}, nil
	case p.Sub != "" || p.Class != "":
		return []any{p.Text, p.Sub, p.Class}, nil
	}
	return []any{p.Text}, nil
}

// wordList finds the places of cells in the dictionary of their column.
type wordList struct {
	cells   map[cellWords]int
	last    cellWords // and its place: rows that stand together have much in common
	lastAt  int
	entries map[string]int // of cells that say more than their words
}

// cellWords are what most cells differ by.
type cellWords struct{ kind, text, sub, class string }

// at is the place of a cell's entry, which is added if it is new; -1 for a cell
// without any.
func (w *wordList) at(s *site, r *renderer, c *column, p cell, l tableLine) (int, error) {
	words := cellWords{p.Kind, p.Text, p.Sub, p.Class}
	more := p.Kind == "stars" || p.Kind == "link"
	if len(w.cells) > 0 && words == w.last && !more {
		return w.lastAt, nil
	}
	if at, known := w.cells[words]; known && !more {
		w.last, w.lastAt = words, at
		return at, nil
	}
	entry, err := s.dictEntry(r, c, p, l)
	if err != nil {
		return 0, err
	}
	at := -1
	if entry != nil {
		word := fmt.Sprintf("%q", entry)
		known := false
		if at, known = w.entries[word]; !known {
			at = len(c.Dict)
			w.entries[word] = at
			c.Dict = append(c.Dict, entry)
		}
	}
	if !more {
		w.cells[words], w.last, w.lastAt = at, words, at
	}
	return at, nil
}

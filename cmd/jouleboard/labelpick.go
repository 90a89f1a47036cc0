// Which results label draws: by id, by file, by board, by model.

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"jouleboard/internal/label"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// loadLabelBoard reads the board. With unofficial, designs that break a rule of
// layout are warned of and no error.
func loadLabelBoard(ctx context.Context, e *env, unofficial bool) (*board, error) {
	root, err := e.root()
	if err != nil {
		return nil, err
	}
	in, findings, err := site.Load(ctx, root, site.Options{Drafts: true})
	if err != nil {
		return nil, err
	}
	layout := 0
	for i, f := range findings {
		if f.Level == result.Error && label.Unofficial(f) {
			layout++
			if unofficial {
				findings[i].Level = result.Warn
			}
		}
	}
	if findings.HasErrors() {
		e.printFindings(findings)
		if layout == findings.Count(result.Error) {
			e.hintf("with --unofficial such a design is drawn, and says \"custom layout\"")
		}
		return nil, errFindings
	}
	return &board{in}, nil
}

// pickResults returns the results that are asked for: first those named on their
// own, then the boards' and the models', each in the given order, and each once.
func pickResults(b *board, set *site.LabelSet, f labelFlags) ([]*result.Loaded, error) {
	var rs []*result.Loaded
	seen := map[string]bool{}
	add := func(list ...*result.Loaded) {
		for _, r := range list {
			if !seen[r.ID] {
				seen[r.ID] = true
				rs = append(rs, r)
			}
		}
	}
	byPath := map[string]*result.Loaded{}
	for _, r := range b.Results {
		byPath[filepath.Join(b.Root, filepath.FromSlash(r.Path))] = r
	}
	for _, a := range f.args {
		r, err := b.findArg(a, byPath)
		if err != nil {
			return nil, err
		}
		add(r)
	}
	for _, id := range f.boards {
		rows, ok := set.Board(id)
		switch {
		case !ok:
			return nil, usageError{msg: fmt.Sprintf("--board %q: there is no such board", id), hint: nearest(id, set.Boards(), "the board's page shows its id in the address")}
		case len(rows) == 0:
			return nil, hintError{fmt.Errorf("board %s has no rows", id), "its page says why each of its results was left out"}
		}
		add(rows...)
	}
	for _, name := range f.models {
		list, ok := set.Model(name)
		if !ok {
			return nil, usageError{msg: fmt.Sprintf("--model %q: no result is of such a model", name), hint: nearest(name, set.Models(), "give the name as in the result files, ORG/NAME")}
		}
		add(list...)
	}
	return rs, nil
}

// nearest asks whether the nearest name was meant.
func nearest(word string, names []string, otherwise string) string {
	if near := result.Nearest(word, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

// findArg returns the result that an argument names: its id, the start of it, or
// its file. byPath has the results by the absolute path of their file.
func (b *board) findArg(arg string, byPath map[string]*result.Loaded) (*result.Loaded, error) {
	st, err := os.Stat(arg)
	if err != nil || st.IsDir() {
		if !strings.HasSuffix(arg, ".json") {
			return b.find(arg)
		}
		arg = filepath.Join(b.Root, filepath.FromSlash(arg)) // as results are named in messages
	}
	abs, err := filepath.Abs(arg)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", arg, err)
	}
	if r := byPath[abs]; r != nil {
		return r, nil
	}
	return nil, hintError{fmt.Errorf("%s is not a result of this board", arg), "name a file under results/, or a result's id"}
}

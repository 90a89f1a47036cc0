// Loading a board for the commands that read one: label, cite, scale.

package main

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// board is a loaded board.
type board struct {
	*site.Input
}

// loadBoard reads the board that e points at. Errors in its files are printed
// and stop the command; warnings are printed.
func loadBoard(ctx context.Context, e *env) (*board, error) {
	root, err := e.root()
	if err != nil {
		return nil, err
	}
	in, findings, err := site.Load(ctx, root, site.Options{Drafts: true})
	if err != nil {
		return nil, err
	}
	if findings.HasErrors() {
		e.printFindings(findings)
		return nil, errFindings
	}
	return &board{in}, nil
}

// find returns the one result whose id starts with the given hex digits.
func (b *board) find(id string) (*result.Loaded, error) { return findResult(b.Results, id) }

// checkID says whether a lower-case text may be the start of a result's id.
func checkID(id string) error {
	if len(id) < 8 || strings.Trim(id, "0123456789abcdef") != "" {
		return usageError{
			msg:  fmt.Sprintf("%q is not a result id", id),
			hint: "give 8 or more hex digits from the start of the id; a result's page and file name show them",
		}
	}
	return nil
}

// findResult returns the one of the results whose id starts with the given hex digits.
func findResult(results []*result.Loaded, id string) (*result.Loaded, error) {
	want := strings.ToLower(id)
	if err := checkID(want); err != nil {
		return nil, err
	}
	var hits []*result.Loaded
	for _, r := range results {
		if strings.HasPrefix(r.ID, want) {
			hits = append(hits, r)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return nil, hintError{fmt.Errorf("no result with an id that starts with %s", want), "look the id up on the result's page, or in results/"}
	}
	var ids []string
	for _, r := range hits {
		ids = append(ids, r.ID[:16])
	}
	sort.Strings(ids)
	return nil, usageError{
		msg:  fmt.Sprintf("%s is the start of %d results: %s", want, len(hits), strings.Join(ids, ", ")),
		hint: "give more digits",
	}
}

// checkBaseURL holds --base-url to the rules of base_url in site.yaml: with an
// address that no code can carry, every label would be refused on its own.
func checkBaseURL(flag string) error {
	if flag == "" {
		return nil
	}
	if msg := content.CheckBaseURL(strings.TrimRight(flag, "/")); msg != "" {
		return usageError{msg: "--base-url: " + msg, hint: content.BaseURLHint}
	}
	return nil
}

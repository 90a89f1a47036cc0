// Recomputing: a build that has a result's samples at hand works out every
// headline again, and says so beside the numbers.

package site

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"jouleboard/internal/result"
)

// Levels of verification: this build recomputed the numbers from samples, the
// file states them, or a source does.
const (
	levelRecomputed = "recomputed"
	levelDeclared   = "declared"
	levelReported   = "reported"
)

// recompute validates the results whose samples lie beside them, except those that
// are known to be right, by path. Errors come back as findings; warnings are left to
// whoever reviews a result.
func (in *Input) recompute(ctx context.Context, jobs int, known map[string]bool) (result.Findings, error) {
	in.Recomputed = map[string]bool{}
	var mu sync.Mutex
	var out result.Findings
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(jobs)
	for _, r := range in.Results {
		if r.Reported() || r.Samples == nil {
			continue
		}
		if known[r.Path] {
			mu.Lock()
			in.Recomputed[r.ID] = true
			mu.Unlock()
			continue
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			f, err := result.OpenSamples(in.Root, r.Path)
			if f == nil && err == nil {
				return nil // kept elsewhere
			}
			var found result.Findings
			if err != nil {
				found = result.Findings{{Rule: "V02", Level: result.Error, Where: result.Place{File: r.Path, Pointer: "/samples"},
					Message: "the samples file cannot be read: " + err.Error(), Hint: "put a regular file there"}}
			} else {
				defer f.Close()
				found = result.Validate(r, f)
			}
			mu.Lock()
			defer mu.Unlock()
			if !found.HasErrors() {
				in.Recomputed[r.ID] = true
				return nil
			}
			for _, x := range found {
				if x.Level == result.Error {
					out = append(out, x)
				}
			}
			return nil
		})
	}
	err := g.Wait()
	return out, err
}

// levelOf is how a result's numbers were verified.
func (s *site) levelOf(r *result.Result) string {
	switch {
	case r.Reported():
		return levelReported
	case s.in.Recomputed[r.ID]:
		return levelRecomputed
	}
	return levelDeclared
}

// Samples: every number of a measured result worked out again from the records
// beside it, bit for bit, and the fingerprints that find copies.

package review

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"jouleboard/internal/result"
)

const (
	// maxPacked bounds a samples file as it lies on disk; unpacked it is bounded
	// by result.SamplesLimit, and packed it is smaller.
	maxPacked = result.SamplesLimit
	// maxOthers bounds how many results that are not looked at themselves are read
	// for comparison.
	maxOthers = 500
)

// samples recomputes the picked results and compares their records with those
// of the board.
func (c *check) samples(ctx context.Context) error {
	if c.opt.Samples == SamplesSkip {
		for _, r := range c.picked {
			if !r.Reported() {
				c.stats.Unsampled++
			}
		}
		return nil
	}
	var mu sync.Mutex
	var prints []printed
	keep := func(r *result.Loaded, picked bool) func(*result.SamplesFile) {
		return func(s *result.SamplesFile) {
			f := fingerprint(s)
			mu.Lock()
			defer mu.Unlock()
			prints = append(prints, printed{r, f, picked})
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	// Each file may take hundreds of megabytes, so that more cores do not make more
	// of them at once.
	g.SetLimit(min(c.opt.Jobs, 2))
	measured := false
	for _, r := range c.picked {
		if r.Reported() {
			continue
		}
		measured = true
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			found, read := c.recompute(r, keep(r, true))
			mu.Lock()
			defer mu.Unlock()
			c.findings = append(c.findings, found...)
			if read {
				c.stats.Recomputed++
			} else {
				c.stats.Unsampled++
			}
			return nil
		})
	}
	if measured {
		for _, r := range c.others() {
			g.Go(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				f, err := result.OpenSamples(c.opt.Root, r.Path)
				if f == nil || err != nil {
					return nil // that file's own validation says so
				}
				defer f.Close()
				if s, err := result.ReadSamples(f, 0); err == nil {
					keep(r, false)(s)
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	c.copies(prints)
	return nil
}

// others are the measured results beside the picked ones that could be what one
// of them was copied from, with their samples at hand.
func (c *check) others() []*result.Loaded {
	var out []*result.Loaded
	for _, r := range ofSameTask(c.picked, c.all, c.opt.Only) {
		if !exists(c.opt.Root, result.SamplesPath(r.Path)) {
			continue
		}
		if len(out) == maxOthers {
			c.say(result.Note, "REV-SEARCH", "", "", "", "copies were looked for in %d results of the same tasks; there are more", maxOthers)
			break
		}
		out = append(out, r)
	}
	return out
}

// ofSameTask are the measured results of all that are not looked at and are of a task
// of one that is.
func ofSameTask(picked, all []*result.Loaded, only func(string) bool) []*result.Loaded {
	tasks := map[string]bool{}
	for _, r := range picked {
		if !r.Reported() {
			tasks[r.Workload.Task] = true
		}
	}
	var out []*result.Loaded
	for _, r := range all {
		if !r.Reported() && tasks[r.Workload.Task] && !only(r.Path) {
			out = append(out, r)
		}
	}
	return out
}

// Compared names the samples files that Validate would read beside those of the
// results that only picks, to find copies: for who has to fetch them first.
func Compared(in Input, only func(string) bool) []string {
	var picked []*result.Loaded
	for _, list := range [][]*result.Loaded{in.Results, in.Drafts} {
		for _, r := range list {
			if only(r.Path) {
				picked = append(picked, r)
			}
		}
	}
	var out []string
	for _, r := range ofSameTask(picked, in.Results, only) {
		out = append(out, result.SamplesPath(r.Path))
	}
	return out[:min(len(out), maxOthers)]
}

// recompute validates one measured result; read says whether its samples were.
func (c *check) recompute(r *result.Loaded, see func(*result.SamplesFile)) (found result.Findings, read bool) {
	at := result.Place{File: r.Path, Pointer: "/samples"}
	f, err := result.OpenSamples(c.opt.Root, r.Path)
	switch {
	case err != nil:
		return result.Findings{{Rule: "V02", Level: result.Error, Where: at, Message: "the samples file cannot be read: " + err.Error(), Hint: "put a regular file there"}}, false
	case f == nil && c.opt.Samples == SamplesRequire:
		return result.Findings{{Rule: "V02", Level: result.Error, Where: at, Message: "the samples file is not beside the result, and samples are required",
			Hint: "put it there as " + filepath.Base(result.SamplesPath(r.Path))}}, false
	case f == nil:
		return result.Validate(r, nil), false
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxPacked {
		return result.Findings{{Rule: "V02", Level: result.Error, Where: at, Hint: "measure in several results",
			Message: fmt.Sprintf("the samples file has %d bytes, more than the limit of %d, and was not read", info.Size(), maxPacked)}}, false
	}
	return result.ValidateSeeing(r, f, see), true
}

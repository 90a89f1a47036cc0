// Builds of made-up boards by the real program: from nothing, with nothing
// changed, with one result more, with one template changed.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"jouleboard/internal/result/resulttest"
)

// The changes that are tried, in this order.
const (
	cold     = "cold"
	nothing  = "nothing changed"
	added    = "one result added"
	template = "one template changed"
)

// build is one build: the run of median wall time of several.
type build struct {
	Results  int    `json:"results"`
	Scenario string `json:"scenario"`
	Runs     int    `json:"runs"`
	cost
	ResultsPerS float64 `json:"results_per_s"`
	said
}

// said is what the program tells of a build with --format json.
type said struct {
	Pages     int       `json:"pages"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	Written   int       `json:"written"`
	Unchanged int       `json:"unchanged"`
	Removed   int       `json:"removed"`
	Phases    []seconds `json:"phases"`
	Work      []seconds `json:"work"`
	Memory    struct {
		AllocatedBytes int64 `json:"allocated_bytes"`
		Allocations    int64 `json:"allocations"`
		Collections    int64 `json:"collections"`
	} `json:"memory"`
}

type seconds struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// aBoard is a made-up board in a folder.
type aBoard struct {
	opt     options
	results int
	root    string
	own     map[string]bool // what stood in root before the first build
}

// board measures everything that needs a board of n results.
func (opt options) board(ctx context.Context, n int, r *report) error {
	b := aBoard{opt: opt, results: n, root: filepath.Join(opt.temp, "board-"+strconv.Itoa(n)), own: map[string]bool{}}
	opt.say("a board of %d results", n)
	// In another process: what this one has held in memory counts for its children.
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, _, err := child(ctx, b.home(), self, "-board", b.root, "-repo", opt.repo, "-sizes", strconv.Itoa(n)); err != nil {
		return err
	}
	entries, err := os.ReadDir(b.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		b.own[e.Name()] = true
	}
	if opt.parts["builds"] {
		for _, scenario := range []string{cold, nothing, added, template} {
			opt.say("%d results: build, %s", n, scenario)
			done, err := b.measure(ctx, scenario)
			if err != nil {
				return fmt.Errorf("%d results, %s: %w", n, scenario, err)
			}
			r.Builds = append(r.Builds, done)
		}
		if r.Weights == nil || n >= 10_000 {
			if r.Weights, err = weights(b.out()); err != nil {
				return fmt.Errorf("weigh pages: %w", err)
			}
		}
	}
	if opt.parts["hugo"] && n <= 10_000 {
		cs, err := b.contests(ctx)
		if err != nil {
			return fmt.Errorf("%d results, Hugo: %w", n, err)
		}
		r.Hugo = append(r.Hugo, cs...)
	}
	return nil
}

func (b *aBoard) out() string  { return filepath.Join(b.root, "public") }
func (b *aBoard) home() string { return b.root + "-home" }

// forget puts everything away that builds have made, wherever the program keeps it.
func (b *aBoard) forget() error {
	entries, err := os.ReadDir(b.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !b.own[e.Name()] {
			if err := b.putAway(filepath.Join(b.root, e.Name())); err != nil {
				return err
			}
		}
	}
	return b.putAway(b.home())
}

// putAway moves what is at a path out of sight. It is deleted with everything else
// in the end: some file systems make files slowly for minutes after as many were
// deleted, which is no work of the next build.
func (b *aBoard) putAway(path string) error {
	away := b.root + "-forgotten"
	if err := os.MkdirAll(away, 0o755); err != nil {
		return err
	}
	place, err := os.MkdirTemp(away, "")
	if err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(place, filepath.Base(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// measure builds up to three times after the same change.
func (b *aBoard) measure(ctx context.Context, scenario string) (build, error) {
	var runs []build
	err := rounds(func(i int) error {
		var err error
		switch scenario {
		case cold:
			err = b.forget()
		case added:
			err = resulttest.Place(b.root, resulttest.Nth(seed, b.results+i))
		case template:
			err = b.changeTemplate(i)
		}
		if err != nil {
			return err
		}
		done, err := b.build(ctx)
		done.Scenario = scenario
		runs = append(runs, done)
		return err
	})
	if err != nil {
		return build{}, err
	}
	m := median(runs, func(x build) float64 { return x.WallS })
	m.Runs = len(runs)
	return m, nil
}

// build runs the program once.
func (b *aBoard) build(ctx context.Context) (build, error) {
	out, c, err := child(ctx, b.home(), b.opt.bin, "build", "--root", b.root, "--out", b.out(), "--format", "json")
	if err != nil {
		return build{}, err
	}
	done := build{Results: b.results, cost: c, ResultsPerS: float64(b.results) / c.WallS}
	if err := json.Unmarshal(out, &done.said); err != nil {
		return done, fmt.Errorf("what build --format json printed: %w", err)
	}
	return done, nil
}

// changeTemplate changes the frame of all pages: none is as it was afterwards.
func (b *aBoard) changeTemplate(i int) error {
	const name = "base.html"
	data, err := os.ReadFile(filepath.Join(b.opt.repo, "templates", name))
	if err != nil {
		return err
	}
	with := bytes.Replace(data, []byte("</body>"), fmt.Appendf(nil, "<p>Change %d.</p>\n</body>", i+1), 1)
	if bytes.Equal(with, data) {
		return fmt.Errorf("templates/%s has no </body> to change", name)
	}
	dir := filepath.Join(b.root, "templates")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b.own["templates"] = true
	return os.WriteFile(filepath.Join(dir, name), with, 0o644)
}

// Package review says what a change to a board is worth before anybody merges
// it: whether its files are right (validate), and what they would do (diff).
//
// This file is validate as a whole: it gathers what the other rooms check of a
// file and adds the rules that need the whole board, in files of their own:
// tree.go, samples.go, again.go, copy.go and plausible.go. Nothing of a
// contributed file is trusted, run, or followed out of the board's folder.
package review

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Input is a board as it was loaded, whatever was wrong with it.
type Input struct {
	Results  []*result.Loaded
	Drafts   []*result.Loaded // on no board
	Catalog  *catalog.Catalog
	Findings result.Findings // of loading, without those that need samples
}

// SamplesMode says what is done with the samples files.
type SamplesMode string

// Modes of samples. Auto recomputes what is at hand and follows rule V02 for the
// rest; Require makes every file that is not at hand an error; Skip reads none.
const (
	SamplesAuto    SamplesMode = "auto"
	SamplesRequire SamplesMode = "require"
	SamplesSkip    SamplesMode = "skip"
)

// Options are the choices of one validation.
type Options struct {
	Root string // the board's folder
	// Only says which paths, relative to Root, are looked at; nil: all. Results
	// outside of it are what the others are compared with.
	Only func(path string) bool
	// Changed holds the paths that a change touches, where one is looked at, those
	// that it removes among them; nil: no change is.
	Changed map[string]bool
	Samples SamplesMode // empty is auto
	Jobs    int         // 0: one per core
}

// Stats says how much was looked at.
type Stats struct {
	Files      int `json:"files"`      // result files looked at
	Results    int `json:"results"`    // results of the board that they were compared with
	Recomputed int `json:"recomputed"` // results recomputed from their samples
	Unsampled  int `json:"unsampled"`  // measured results whose samples were not read
}

// check is a validation in progress.
type check struct {
	in  Input
	opt Options
	// picked are the results looked at, all those that the board counts, both
	// sorted by path.
	picked, all []*result.Loaded
	byPath      map[string]*result.Loaded
	findings    result.Findings
	stats       Stats
}

// Validate checks the results of a board that opt picks. Findings are sorted.
// The error is for a folder that cannot be read at all, or a cancelled context.
func Validate(ctx context.Context, in Input, opt Options) (result.Findings, Stats, error) {
	if opt.Jobs < 1 {
		opt.Jobs = runtime.GOMAXPROCS(0)
	}
	if opt.Only == nil {
		opt.Only = func(string) bool { return true }
	}
	c := &check{in: in, opt: opt, byPath: map[string]*result.Loaded{}}
	for _, r := range in.Results {
		if r != nil && r.Result != nil {
			c.all = append(c.all, r)
		}
	}
	for _, list := range [][]*result.Loaded{c.all, in.Drafts} {
		for _, r := range list {
			c.byPath[r.Path] = r
			if opt.Only(r.Path) {
				c.picked = append(c.picked, r)
			}
		}
	}
	c.stats.Files, c.stats.Results = len(c.picked), len(c.all)
	c.loading()
	if err := c.tree(); err != nil {
		return nil, c.stats, err
	}
	if err := c.each(ctx, func(r *result.Loaded) result.Findings { return result.Check(r) }); err != nil {
		return nil, c.stats, err
	}
	c.drafts()
	c.catalogue()
	c.gone()
	c.again()
	c.plausible()
	if err := c.samples(ctx); err != nil {
		return nil, c.stats, err
	}
	c.findings.Sort()
	return c.findings, c.stats, nil
}

// say adds a finding about a value of a result file.
func (c *check) say(level result.Level, rule string, file, pointer, hint, format string, args ...any) {
	c.findings = append(c.findings, result.Finding{Rule: rule, Level: level, Hint: hint,
		Where: result.Place{File: file, Pointer: pointer}, Message: fmt.Sprintf(format, args...)})
}

// each applies a check to every picked result, many at once.
func (c *check) each(ctx context.Context, f func(*result.Loaded) result.Findings) error {
	found := make([]result.Findings, len(c.picked))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.opt.Jobs)
	for i, r := range c.picked {
		g.Go(func() error {
			if ctx.Err() == nil {
				found[i] = f(r)
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	for _, fs := range found {
		c.findings = append(c.findings, fs...)
	}
	return nil
}

// loading takes over what loading found about the files looked at. Where two
// files share an id, loading names the later one; the other is as much the cause.
func (c *check) loading() {
	unread := map[string]bool{}
	for _, f := range c.in.Findings {
		if f.Where.File == "" || c.opt.Only(f.Where.File) {
			c.findings = append(c.findings, f)
			if f.Level == result.Error && c.byPath[f.Where.File] == nil && strings.HasPrefix(f.Where.File, result.Dir+"/") {
				unread[f.Where.File] = true
			}
			continue
		}
		if f.Rule != "RES-DUP" && f.Rule != "LBL-E-HASH" {
			continue
		}
		there := c.byPath[f.Where.File]
		for _, r := range c.picked {
			if there == nil || r.Hash12() != there.Hash12() {
				continue
			}
			f.Where.File = r.Path
			f.Message = fmt.Sprintf("the id %s… is also that of %s, up to 12 digits at least", r.Hash12(), there.Path)
			c.findings = append(c.findings, f)
		}
	}
	c.stats.Files += len(unread)
}

func (c *check) drafts() {
	for _, r := range c.picked {
		if r.Draft != "" {
			c.say(result.Warn, "REV-DRAFT", r.Path, "/draft", "measure without --demo and --limit for a result that counts", "a draft (%s), which is on no board", r.Draft)
		}
	}
}

// catalogue holds results against the catalogue. A change to the catalogue or to
// moderation may break files that it does not touch, so then all are looked at.
func (c *check) catalogue() {
	if c.in.Catalog == nil {
		return
	}
	results := c.picked
	wide := len(c.picked) == len(c.all)+len(c.in.Drafts)
	removed := false
	for p := range c.opt.Changed {
		if strings.HasPrefix(p, "content/catalog/") || p == moderationFile {
			wide = true
		}
		removed = removed || c.byPath[p] == nil
	}
	if wide {
		results = append(append([]*result.Loaded{}, c.all...), c.in.Drafts...)
	}
	for _, f := range c.in.Catalog.Check(results) {
		// What moderation names can only be missed in the whole board.
		if !wide && (f.Rule == "CAT-FLAG" || f.Rule == "CAT-REQUEST") {
			continue
		}
		c.findings = append(c.findings, f)
	}
	if removed && !wide {
		for _, f := range c.in.Catalog.Check(c.all) {
			if f.Rule == "CAT-FLAG" || f.Rule == "CAT-REQUEST" {
				c.findings = append(c.findings, f)
			}
		}
	}
}

// moderationFile is where flags and withdrawals stand.
const moderationFile = "content/moderation.yaml"

// gone warns of results that a change takes away without a word: their permalinks
// would lead nowhere.
func (c *check) gone() {
	if c.opt.Changed == nil {
		return
	}
	id8 := map[string]bool{}
	for _, r := range c.byPath {
		id8[r.ID8()] = true
	}
	for p := range c.opt.Changed {
		if !strings.HasPrefix(p, result.Dir+"/") || path.Ext(p) != ".json" || result.PartialPath(p) || c.byPath[p] != nil || exists(c.opt.Root, p) {
			continue
		}
		name := strings.TrimSuffix(path.Base(p), ".json")
		id := name[strings.LastIndexByte(name, '-')+1:]
		if id8[id] || c.withdrawn(id) {
			continue // moved, or said
		}
		c.say(result.Warn, "REV-GONE", p, "", "add a withdrawal with reason and discussion to "+moderationFile,
			"this result is taken away, and no withdrawal says why; its permalink would lead nowhere")
	}
}

func (c *check) withdrawn(id8 string) bool {
	if c.in.Catalog == nil {
		return false
	}
	for _, w := range c.in.Catalog.Moderation.Withdrawals {
		if strings.HasPrefix(w.ID, id8) {
			return true
		}
	}
	return false
}

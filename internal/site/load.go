// Loading: a board's folder and the built-in templates, assets and labels
// below it become one Input. Every problem is collected.

package site

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"jouleboard/assets"
	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/sign"
	"jouleboard/internal/unit"
	"jouleboard/labels"
	"jouleboard/templates"
)

// Input is everything a build reads.
type Input struct {
	Root     string
	Results  []*result.Loaded
	Catalog  *catalog.Catalog
	Site     *content.Site
	Pages    []*content.Page
	Footer   *content.Page // nil without one
	Scales   *rank.Scales
	Designs  *label.Designs
	Sheets   label.Sheets
	Registry *unit.Registry
	Content  fs.FS
	// The built-in files with the board's own over them.
	Templates, Assets, Labels fs.FS
	// Commit is the board repository's commit, empty outside a repository.
	Commit string
	// Drafts are results left out because they are drafts.
	Drafts []*result.Loaded
	// Recomputed holds the ids of results whose samples are at hand and give the
	// numbers that the file states.
	Recomputed map[string]bool

	// Signed holds, by the result's id, who signed its file.
	Signed map[string]sign.Signed

	// below are the names of all files below results, nil where none were looked at.
	below []string

	// settings are the board's files that are no results, read when first asked for.
	settings func() ([]inputFile, error)
}

// Load reads the board at root. err is for a root that cannot be read at all.
func Load(ctx context.Context, root string, opt Options) (*Input, result.Findings, error) {
	return load(ctx, root, opt, sight{commit: gitCommit(ctx, root)})
}

func load(ctx context.Context, root string, opt Options, now sight) (*Input, result.Findings, error) {
	in := &Input{Root: root, Registry: unit.Default(), Commit: now.commit}
	in.settings = sync.OnceValues(in.readSettings)
	var out result.Findings
	add := func(fs result.Findings) { out = append(out, fs...) }

	if _, err := os.Stat(filepath.Join(root, "content", "site.yaml")); err != nil {
		return nil, nil, fmt.Errorf("%s is not a board: %w", root, err)
	}
	board, err := content.OpenBoard(root)
	if err != nil {
		return nil, nil, err
	}
	var last earlier
	var looking errgroup.Group
	looking.Go(func() error {
		if last = opt.Cache.earlier(now, opt); opt.Shared != nil {
			last = opt.Shared.earlier
		}
		return nil
	})
	in.Content = content.Folder(board, "content")
	in.Templates = content.Overlay(content.Folder(board, "templates"), templates.FS)
	in.Assets = content.Overlay(content.Folder(board, "assets"), assets.FS)
	in.Labels = content.Overlay(content.Folder(board, "labels"), labels.FS)

	var fs result.Findings
	in.Site, fs = content.LoadSite(in.Content)
	add(fs)
	reg, err := in.Registry.With(in.Site.Formulas.Metrics()...)
	if err != nil {
		out = append(out, result.Finding{Rule: "SITE-FORMULA", Level: result.Error, Where: in.Site.Place("/formulas"), Message: err.Error()})
	} else {
		in.Registry = reg
	}
	in.Pages, fs = content.LoadPages(in.Content)
	add(fs)
	in.Footer, fs = in.Site.Footer(in.Pages, in.Content)
	add(fs)
	in.Catalog, fs = catalog.Load(in.Content)
	add(fs)
	in.Scales, fs = rank.LoadScales(in.Labels)
	add(fs)
	in.Designs, fs = label.Load(in.Labels)
	add(fs)
	in.Sheets, fs = label.LoadSheets(in.Labels)
	add(fs)

	jobs := opt.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	_ = looking.Wait() // what is not known any more is read
	in.below = last.Names
	results, fs, err := result.LoadTreeAfter(ctx, root, jobs, last.Before)
	if err != nil {
		return nil, out, fmt.Errorf("read results: %w", err)
	}
	add(shortIDs(in.Site.Labels.HashLen, results, fs))
	for _, r := range results {
		if r.Draft != "" && !opt.Drafts {
			in.Drafts = append(in.Drafts, r)
			continue
		}
		in.Results = append(in.Results, r)
	}
	if !opt.Unsampled {
		if fs, err = in.recompute(ctx, jobs, last.recomputed); err != nil {
			return nil, out, err
		}
		add(fs)
	}
	if in.Signed, fs, err = sign.Check(ctx, root, in.unchecked(now, last)); err != nil {
		return nil, out, err
	}
	add(fs)
	for _, r := range in.Results {
		if signed, ok := last.signed[r.Path]; ok {
			in.Signed[r.ID] = signed
		}
	}
	return in, out, nil
}

// unchecked are the results whose signatures are to be looked at. Beside most there
// is none, which the sight of the board says already.
func (in *Input) unchecked(now sight, last earlier) []*result.Loaded {
	var out []*result.Loaded
	for _, r := range in.Results {
		_, known := last.signed[r.Path]
		_, there := now.inputs[r.Path+sign.Ext]
		if !known && (there || now.inputs == nil) {
			out = append(out, r)
		}
	}
	return out
}

// shortIDs drops the findings about equal 12-digit ids on a site that uses
// longer ones, and looks for equal ones of that length instead.
func shortIDs(n int, results []*result.Loaded, fs result.Findings) result.Findings {
	if n <= 12 {
		return fs
	}
	var out result.Findings
	for _, f := range fs {
		if f.Rule != "LBL-E-HASH" {
			out = append(out, f)
		}
	}
	seen := map[string]string{}
	for _, r := range results {
		short := r.ID[:n]
		if other, dup := seen[short]; dup {
			out = append(out, result.Finding{Rule: "LBL-E-HASH", Level: result.Error, Where: result.Place{File: r.Path, Pointer: "/id"},
				Message: fmt.Sprintf("its id begins with the same %d digits as that of %s, so both would have one address", n, other),
				Hint:    "change anything in one of the two files and seal it again"})
		}
		seen[short] = r.Path
	}
	return out
}

// gitCommit asks git for the commit of the board's repository. A board that is
// no repository, or a machine without git, has none: that is no error.
func gitCommit(ctx context.Context, root string) string {
	cmd := exec.CommandContext(ctx, "git", "-C", root, "rev-parse", "--verify", "HEAD")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	commit := strings.TrimSpace(string(out))
	// What is not committed cannot be found again under the commit.
	cmd = exec.CommandContext(ctx, "git", "-C", root, "status", "--porcelain", "--untracked-files=no", "--", "content", "results", "labels", "templates", "assets")
	if out, err := cmd.Output(); err == nil && len(bytes.TrimSpace(out)) > 0 {
		commit += " with uncommitted changes"
	}
	return commit
}

// Check applies the rules that need more than one file.
func (in *Input) Check() result.Findings {
	found := make([]result.Findings, len(in.Results))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range in.Results {
		if !r.Known {
			group.Go(func() error {
				found[i] = result.Check(r)
				r.Known = len(found[i]) == 0 // its page need not ask again
				return nil
			})
		}
	}
	_ = group.Wait() // no check fails
	out := slices.Concat(found...)
	for _, r := range in.Drafts {
		out = append(out, result.Finding{
			Rule: "SITE-DRAFT", Level: result.Note, Where: result.Place{File: r.Path},
			Message: fmt.Sprintf("left out: a draft (%s)", r.Draft),
			Hint:    "build with --drafts to see it",
		})
	}
	if in.Catalog != nil {
		out = append(out, in.Catalog.Check(in.Results)...)
	}
	return out
}

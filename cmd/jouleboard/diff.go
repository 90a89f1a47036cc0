// The command diff: what a change does to the boards, between two revisions or
// a revision and the work tree.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/label"
	"jouleboard/internal/result"
	"jouleboard/internal/review"
	"jouleboard/internal/site"
)

// diffFlags are the flags of diff as typed.
type diffFlags struct {
	base, head string // head is empty for the work tree
	format     string
	mergeBase  bool
	limit      int
}

func diffFormats() []string { return []string{"text", "markdown", "html", "json"} }

func newDiffCommand(e *env) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff BASE [HEAD]",
		Short: "Show what a change does to boards, ranks and stars",
		Long: `diff compares the board at two revisions of its git repository and prints which
results came, went or changed, what that does to ranks and stars, which requests
went on, which findings are new (those of validate for the files that differ among
them), and what to look at before merging. Without HEAD the work tree is
compared, with files that are not committed yet.

Both revisions are read from git into a temporary folder, but for results that
are the same in the work tree: it stays as it is, and nothing of either revision
is run.

The exit status is 0 whatever differs, and 1 if HEAD has errors: what can be
shown is printed all the same.`,
		Example: `  jouleboard diff main
  jouleboard diff --merge-base origin/main HEAD --format markdown > comment.md
  jouleboard diff v1 v2 --format html > changes.html`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.base = args[0]
			if len(args) > 1 {
				f.head = args[1]
			}
			if err := f.check(cmd.Flags().Changed("limit"), len(args) > 1); err != nil {
				return err
			}
			return runDiff(cmd.Context(), e, f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "text", "one of "+strings.Join(diffFormats(), ", "))
	fl.BoolVar(&f.mergeBase, "merge-base", false, "compare with the commit at which HEAD left BASE, as pull requests do")
	fl.IntVar(&f.limit, "limit", 0, "bytes of Markdown at most (default 65536, the limit of a comment)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diffFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// check finds wrong usage before anything is read.
func (f *diffFlags) check(limited, hasHead bool) error {
	known := false
	for _, id := range diffFormats() {
		known = known || id == f.format
	}
	switch {
	case !known:
		return usageError{msg: fmt.Sprintf("--format %q: must be one of %s", f.format, strings.Join(diffFormats(), ", "))}
	case limited && f.format != "markdown":
		return usageError{msg: "--limit is for --format markdown", hint: "leave one of them out"}
	case limited && f.limit < 2048:
		return usageError{msg: fmt.Sprintf("--limit %d: must be 2048 or more", f.limit)}
	case f.base == "" || hasHead && f.head == "":
		return usageError{msg: "a revision is empty", hint: "name a branch, a tag or a commit; leave HEAD out for the work tree"}
	}
	return nil
}

// side is one of the two boards that are compared.
type side struct {
	snapshot review.Snapshot
	input    *site.Input
	labels   *site.LabelSet // nil where errors keep the board from being ranked
}

func runDiff(ctx context.Context, e *env, f diffFlags) error {
	root, err := e.root()
	if err != nil {
		return err
	}
	repo, err := openRepository(ctx, root)
	if err != nil {
		return err
	}
	c, head, err := compareRevisions(ctx, repo, f)
	if err != nil {
		return err
	}
	if f.format == "html" || f.format == "markdown" {
		c.Labels = previewLabels(head, c.Previews, f.format == "html")
	}
	if err := printChange(e, c, f); err != nil {
		return err
	}
	if n := head.snapshot.AllFindings().Count(result.Error); n > 0 {
		return hintError{fmt.Errorf("%s has %s", c.Head, plural(n, "error")), "mend them, then compare again"}
	}
	if c.NotRanked != "" {
		e.notef("ranks and stars cannot be compared: %s", c.NotRanked)
	}
	return nil
}

// compareRevisions reads both sides and compares them.
func compareRevisions(ctx context.Context, repo *repository, f diffFlags) (c review.Change, head side, err error) {
	base, err := repo.resolve(ctx, f.base)
	if err != nil {
		return c, head, err
	}
	commit := ""
	if f.head != "" || f.mergeBase {
		name := f.head
		if name == "" {
			name = "HEAD"
		}
		if commit, err = repo.resolve(ctx, name); err != nil {
			return c, head, err
		}
	}
	if f.mergeBase {
		if base, err = repo.mergeBase(ctx, base, commit); err != nil {
			return c, head, err
		}
	}
	baseFiles, err := repo.list(ctx, base)
	if err != nil {
		return c, head, err
	}
	var headFiles []revFile
	var changed []review.FileChange
	if f.head == "" {
		changed, err = repo.workTreeChanges(ctx, base)
	} else if headFiles, err = repo.list(ctx, commit); err == nil {
		changed = changes(baseFiles, headFiles)
	}
	if err != nil {
		return c, head, err
	}
	// Samples are large, and those that are the same on both sides say nothing new.
	// The work tree's are all read, so the base's must be too.
	differs := map[string]bool{}
	for _, x := range changed {
		differs[x.Path] = true
	}
	skip := func(p string) bool {
		return f.head != "" && strings.HasSuffix(p, samplesEnd) && !holdsAny(differs, p)
	}
	only := within(nil, differs)
	if f.head == "" {
		var kin *site.Kin
		if head, kin, err = loadSide(ctx, repo.board, "the work tree", site.Options{}, nil); err == nil {
			err = head.review(ctx, repo.board, only)
		}
		if err != nil {
			return c, head, err
		}
		old, err := loadRevision(ctx, repo, kin, revision{revisionName(f.base, base), base, baseFiles}, skip, only)
		if err != nil {
			return c, head, err
		}
		return review.Diff(old.snapshot, head.snapshot, changed), head, nil
	}
	kin := workTree(ctx, repo.board)
	old, err := loadRevision(ctx, repo, kin, revision{revisionName(f.base, base), base, baseFiles}, skip, only)
	if err != nil {
		return c, head, err
	}
	head, err = loadRevision(ctx, repo, kin, revision{revisionName(f.head, commit), commit, headFiles}, skip, only)
	if err != nil {
		return c, head, err
	}
	return review.Diff(old.snapshot, head.snapshot, changed), head, nil
}

// workTree loads what lies in the board's folder, for what revisions have in common
// with it: mostly nearly all results, which then need not be taken out of git. Where
// no board lies there, there is nothing in common.
func workTree(ctx context.Context, root string) *site.Kin {
	in, found, err := site.Load(ctx, root, site.Options{Unsampled: true})
	if err != nil {
		return nil
	}
	in.Check()
	return site.NewKin(in, found)
}

// revision is one of a board's, with all files of its repository.
type revision struct {
	name, commit string
	files        []revFile
}

// revisionName is what people call a revision, with its commit.
func revisionName(typed, commit string) string {
	short := commit[:12]
	if strings.HasPrefix(commit, typed) {
		return short
	}
	return typed + " (" + short + ")"
}

// loadRevision reads a revision by way of a temporary folder, which is gone
// afterwards. What it shares with kin, and files that skip names, are left out of
// it, and those that only picks are reviewed.
func loadRevision(ctx context.Context, repo *repository, kin *site.Kin, rev revision, skip, only func(string) bool) (s side, err error) {
	isBoard := false
	for _, f := range rev.files {
		isBoard = isBoard || f.path == "content/site.yaml" && f.regular()
	}
	if !isBoard {
		return s, hintError{fmt.Errorf("%s holds no board: content/site.yaml is missing there", rev.name), "compare with a later revision"}
	}
	shared, err := repo.shared(ctx, kin, rev, only)
	if err != nil {
		return s, err
	}
	left := func(name string) bool {
		if _, ok := shared.Result(name); ok {
			return true
		}
		of, ok := strings.CutSuffix(name, samplesEnd)
		return skip(name) || ok && shared.Samples(of+".json")
	}
	dir, err := os.MkdirTemp("", "jouleboard-diff-*")
	if err != nil {
		return s, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() {
		if rmErr := os.RemoveAll(dir); err == nil && rmErr != nil {
			err = fmt.Errorf("remove the temporary folder: %w", rmErr)
		}
	}()
	found, err := repo.extract(ctx, rev.files, dir, left)
	if err != nil {
		return s, fmt.Errorf("read %s: %w", rev.name, err)
	}
	// Findings must not name the folder, whichever way it is spelled.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if s, _, err = loadSide(ctx, dir, rev.name, site.Options{Shared: shared}, found); err != nil {
		return s, err
	}
	compared, found := comparedFiles(s.input, rev.files, left, only)
	if len(compared) > 0 {
		// What is wrong with these, their own validation says.
		if _, err := repo.extract(ctx, compared, dir, func(string) bool { return false }); err != nil {
			return s, fmt.Errorf("read %s: %w", rev.name, err)
		}
	}
	if err := s.review(ctx, dir, only); err != nil {
		return s, err
	}
	s.snapshot.Reviewed = append(s.snapshot.Reviewed, found...)
	return s, nil
}

// shared is what a revision has in common with a work tree that was loaded, as git
// tells; nil for nothing. What is reviewed is always taken out of the revision.
func (r *repository) shared(ctx context.Context, kin *site.Kin, rev revision, only func(string) bool) (*site.Shared, error) {
	if kin == nil {
		return nil, nil
	}
	there := make(map[string]revFile, len(rev.files))
	var names []string
	for _, f := range rev.files {
		if !ofBoard(f.path) {
			continue
		}
		if strings.HasPrefix(f.path, result.Dir+"/") {
			if !f.plain() {
				return nil, nil // there is more below results than files
			}
			names = append(names, f.path)
		}
		there[f.path] = f
	}
	changed, err := r.workTreeChanges(ctx, rev.commit)
	if err != nil {
		return nil, err
	}
	for _, x := range changed {
		delete(there, x.Path)
	}
	slices.Sort(names)
	return kin.Share(names, func(name string) bool {
		f, ok := there[name]
		return ok && f.regular() && !only(name)
	}), nil
}

// maxCompared bounds the bytes of samples that are taken out of a revision only to
// look for copies.
const maxCompared = 1 << 30

// comparedFiles are the samples, among those left out, that what only picks could
// be a copy of; the finding says where there are too many.
func comparedFiles(in *site.Input, files []revFile, skip, only func(string) bool) ([]revFile, result.Findings) {
	wanted := map[string]bool{}
	for _, p := range review.Compared(review.Input{Results: in.Results, Drafts: in.Drafts}, only) {
		wanted[p] = true
	}
	var out []revFile
	total := int64(0)
	for _, f := range files {
		if !wanted[f.path] || !skip(f.path) {
			continue
		}
		if total += f.size; total > maxCompared {
			return out, result.Findings{{Rule: "REV-SEARCH", Level: result.Note,
				Message: fmt.Sprintf("copies were looked for in %s; there are more", plural(len(out), "samples file")), Hint: "validate the files in a clone"}}
		}
		out = append(out, f)
	}
	return out, nil
}

// review adds what validate says of the files that only picks, held against the
// rest of their own side.
func (s *side) review(ctx context.Context, root string, only func(string) bool) error {
	found, _, err := review.Validate(ctx, review.Input{Results: s.input.Results, Drafts: s.input.Drafts, Catalog: s.input.Catalog},
		review.Options{Root: root, Only: only})
	if err != nil {
		return fmt.Errorf("read %s: %w", s.snapshot.Name, err)
	}
	s.snapshot.Reviewed = found
	return nil
}

// loadSide loads and ranks the board at root, of which found is known. Other
// revisions are its kin.
func loadSide(ctx context.Context, root, name string, opt site.Options, found result.Findings) (s side, kin *site.Kin, err error) {
	in, more, err := site.Load(ctx, root, opt)
	if err != nil {
		return s, nil, fmt.Errorf("read %s: %w", name, err)
	}
	found = append(append(found, more...), in.Check()...)
	kin = site.NewKin(in, more)
	s.input = in
	s.snapshot = review.Snapshot{Name: name, Results: in.Results, Catalog: in.Catalog, Scales: in.Scales, Registry: in.Registry}
	if !found.HasErrors() {
		set, more, err := site.LoadLabelSet(in, site.Options{Tool: site.Tool{Version: thisBuild().Version}}, "")
		if err != nil {
			return s, nil, fmt.Errorf("rank %s: %w", name, err)
		}
		if found = append(found, more...); !found.HasErrors() {
			s.labels = set
			s.snapshot.Boards, s.snapshot.Accounts = set.Ranked()
		}
	}
	found.Sort()
	s.snapshot.Findings = found
	return s, kin, nil
}

// previewLabels draws the labels of the given results of head. One that cannot
// be drawn is left out: the board's own build says why.
func previewLabels(head side, ids []string, draw bool) []review.LabelPreview {
	if head.labels == nil {
		return nil
	}
	byID := map[string]*result.Loaded{}
	for _, r := range head.input.Results {
		byID[r.ID] = r
	}
	var out []review.LabelPreview
	for _, id := range ids {
		r := byID[id]
		if r == nil {
			continue
		}
		in := head.labels.Input(r)
		p := review.LabelPreview{ID: id, Model: r.Model.Name, Text: head.input.Designs.Alt(in)}
		if draw {
			if l, err := head.input.Designs.Draw(in, label.Style{Design: label.DefaultDesign, Size: label.SizeSmall, Look: label.LookColour}); err == nil {
				p.SVG = l.SVG()
			}
		}
		out = append(out, p)
	}
	return out
}

// printChange writes the change in the format that was asked for.
func printChange(e *env, c review.Change, f diffFlags) error {
	var out []byte
	var err error
	switch f.format {
	case "markdown":
		out = []byte(c.Markdown(f.limit))
	case "html":
		out, err = c.HTML()
	case "json":
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		err = enc.Encode(c)
		out = b.Bytes()
	default:
		out = []byte(c.Text())
	}
	if err != nil {
		return fmt.Errorf("print the comparison: %w", err)
	}
	_, err = e.Stdout.Write(out)
	return err
}

// The command validate: what is wrong with contributed files, before anybody
// merges them.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/result"
	"jouleboard/internal/review"
	"jouleboard/internal/site"
)

// validateFlags are the choices of one call.
type validateFlags struct {
	since, samples, format string
	strict                 bool
	jobs, max              int
}

func newValidateCommand(e *env) *cobra.Command {
	var fl validateFlags
	cmd := &cobra.Command{
		Use:   "validate [PATH...]",
		Short: "Check result files against every rule of the board",
		Long: `validate reads results and content and lists everything that is wrong with them:
form and id, the rules of measurement, names and places of files, the catalogue,
moderation, the same run twice, copies of another's samples, and numbers far
better than the rest of the board. Measured results with their samples beside
them are computed again, bit for bit. Nothing is written and nothing of a file
is run.

PATH is a file or folder, relative to the working folder; without one, the whole
board is checked. With --since only what differs from the merge base with BASE
is, as in a pull request; the rest of the board is what it is compared with.

Findings go to standard output, worst last; every rule is explained in
content/docs/validate.md. Exit status: 0 nothing but warnings, 1 errors (with
--strict: warnings too), 2 wrong usage.`,
		Example: `  jouleboard validate
  jouleboard validate results/Qwen --samples=require
  jouleboard validate --since origin/main --format github`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fl.check(); err != nil {
				return err
			}
			return e.validate(cmd.Context(), fl, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&fl.since, "since", "", "only what changed since the merge base with this branch or commit")
	f.StringVar(&fl.samples, "samples", "auto", "samples files: auto (those at hand), require, or skip")
	f.BoolVar(&fl.strict, "strict", false, "treat warnings as errors")
	f.StringVar(&fl.format, "format", "text", "text, json, github (annotations) or sarif")
	f.IntVar(&fl.max, "max-findings", 200, "list at most this many findings, errors first, and count the rest; 0: all")
	f.IntVar(&fl.jobs, "jobs", 0, "files read at once (default: one per core)")
	fixed := func(words ...string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	_ = cmd.RegisterFlagCompletionFunc("samples", fixed("auto", "require", "skip"))
	_ = cmd.RegisterFlagCompletionFunc("format", fixed("text", "json", "github", "sarif"))
	return cmd
}

func (fl validateFlags) check() error {
	switch fl.format {
	case "text", "json", "github", "sarif":
	default:
		return usageError{msg: fmt.Sprintf("--format %q: must be text, json, github or sarif", fl.format)}
	}
	switch review.SamplesMode(fl.samples) {
	case review.SamplesAuto, review.SamplesRequire, review.SamplesSkip:
	default:
		return usageError{msg: fmt.Sprintf("--samples %q: must be auto, require or skip", fl.samples)}
	}
	switch {
	case fl.jobs < 0:
		return usageError{msg: fmt.Sprintf("--jobs %d: must be 0 or more", fl.jobs)}
	case fl.max < 0:
		return usageError{msg: fmt.Sprintf("--max-findings %d: must be 0 or more", fl.max)}
	}
	return nil
}

func (e *env) validate(ctx context.Context, fl validateFlags, args []string) error {
	root, err := e.root()
	if err != nil {
		return err
	}
	only, err := pathFilter(root, args)
	if err != nil {
		return err
	}
	var changed map[string]bool
	if fl.since != "" {
		if changed, err = changedSince(ctx, root, fl.since); err != nil {
			return err
		}
		only = within(only, changed)
	}
	if large := review.Oversized(root); len(large) > 0 {
		if err := e.printValidation(root, fl, &site.Input{}, large, review.Stats{}); err != nil {
			return err
		}
		return errFindings
	}
	opt := site.Options{Unsampled: true, Jobs: fl.jobs}
	in, findings, err := site.Load(ctx, root, opt)
	if err != nil {
		return err
	}
	found, st, err := review.Validate(ctx, review.Input{Results: in.Results, Drafts: in.Drafts, Catalog: in.Catalog, Findings: findings},
		review.Options{Root: root, Only: only, Changed: changed, Samples: review.SamplesMode(fl.samples), Jobs: fl.jobs})
	if err != nil {
		return err
	}
	if err := e.printValidation(root, fl, in, found, st); err != nil {
		return err
	}
	e.notef("%s checked, %s recomputed from samples%s: %s, %s", plural(st.Files, "result file"), plural(st.Recomputed, "result"), unsampled(st),
		plural(found.Count(result.Error), "error"), plural(found.Count(result.Warn), "warning"))
	switch {
	case found.HasErrors():
		return errFindings
	case fl.strict && found.Count(result.Warn) > 0:
		e.errorf("--strict: warnings are errors")
		return errFindings
	}
	return nil
}

func unsampled(st review.Stats) string {
	if st.Unsampled == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d not)", st.Unsampled)
}

func (e *env) printValidation(root string, fl validateFlags, in *site.Input, found result.Findings, st review.Stats) error {
	p := review.Print{Max: fl.max, Source: sources(root, in), Tool: thisBuild().Version, Paint: func(code, s string) string { return paintOn(e.terminal(), code, s) }}
	switch fl.format {
	case "json":
		return review.JSON(e.Stdout, found, st, p)
	case "github":
		p.Prefix = boardPrefix(root)
		return review.GitHub(e.Stdout, found, p)
	case "sarif":
		p.Prefix = boardPrefix(root)
		return review.SARIF(e.Stdout, found, p)
	}
	return review.Text(e.Stdout, found, p)
}

// terminal is standard output as it was given, for asking what it can show.
func (e *env) terminal() io.Writer {
	if c, ok := e.Stdout.(*checkedWriter); ok {
		return c.w
	}
	return e.Stdout
}

// maxShown bounds a file that is read for the lines that findings are about.
const maxShown = 16 << 20

// sources returns the text of a board's files: as it was read, or read once more
// where a file is wrong. Links and large files are not shown. It keeps the last
// file only, as findings come by file.
func sources(root string, in *site.Input) func(string) []byte {
	read := map[string]*result.Loaded{}
	for _, list := range [][]*result.Loaded{in.Results, in.Drafts} {
		for _, r := range list {
			read[r.Path] = r
		}
	}
	lastName, lastData := "", []byte(nil)
	return func(name string) []byte {
		if name == lastName {
			return lastData
		}
		lastName, lastData = name, nil
		if r := read[name]; r != nil {
			lastData, _ = r.File() // without it the finding stands alone
			return lastData
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil
		}
		full := filepath.Join(root, filepath.FromSlash(name))
		if info, err := os.Lstat(full); err == nil && info.Mode().IsRegular() && info.Size() <= maxShown {
			lastData, _ = os.ReadFile(full)
		}
		return lastData
	}
}

// pathFilter says which paths of the board the arguments name; nil without any.
func pathFilter(root string, args []string) (func(string) bool, error) {
	if len(args) == 0 {
		return nil, nil
	}
	files, folders := map[string]bool{}, []string{}
	for _, arg := range args {
		info, err := os.Lstat(arg)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, usageError{msg: fmt.Sprintf("%q is not there", arg), hint: "paths are relative to the working folder"}
		case err != nil:
			return nil, fmt.Errorf("look at %q: %w", arg, err)
		}
		rel, err := inBoard(root, arg)
		if err != nil {
			return nil, err
		}
		switch {
		case rel == ".":
			return nil, nil
		case info.IsDir():
			folders = append(folders, rel+"/")
		default:
			files[rel] = true
		}
	}
	return func(name string) bool {
		if holdsAny(files, name) {
			return true
		}
		for _, f := range folders {
			if strings.HasPrefix(name+"/", f) {
				return true
			}
		}
		return false
	}, nil
}

// inBoard is the path of an argument relative to the board, with forward slashes.
func inBoard(root, arg string) (string, error) {
	full, err := filepath.Abs(arg)
	if err != nil {
		return "", fmt.Errorf("find %q: %w", arg, err)
	}
	// The file itself may be a link, which is a finding; the way to it may lead
	// over links of the system.
	for _, try := range []func(string) string{func(s string) string { return s }, realPath} {
		if rel, err := filepath.Rel(try(root), filepath.Join(try(filepath.Dir(full)), filepath.Base(full))); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel), nil
		}
	}
	return "", usageError{
		msg:  fmt.Sprintf("%q is not in the board %s", arg, root),
		hint: "put the file where it belongs below results/; name another board with --root DIR",
	}
}

func realPath(s string) string {
	if r, err := filepath.EvalSymlinks(s); err == nil {
		return r
	}
	return s
}

// partners are the files that stand or fall with a file: a result, its samples
// and its signature. A change to one concerns all.
func partners(name string) []string {
	stem := name
	for _, ext := range []string{result.SamplesExt, ".json.sig", ".json"} {
		if cut, ok := strings.CutSuffix(name, ext); ok {
			stem = cut
			break
		}
	}
	if stem == name {
		return []string{name}
	}
	return []string{stem + ".json", stem + result.SamplesExt, stem + ".json.sig"}
}

// holdsAny says whether a set holds a file or one of its partners.
func holdsAny(set map[string]bool, name string) bool {
	return slices.ContainsFunc(partners(name), func(p string) bool { return set[p] })
}

// within narrows a filter to the files that changed.
func within(only func(string) bool, changed map[string]bool) func(string) bool {
	return func(name string) bool {
		return holdsAny(changed, name) && (only == nil || only(name))
	}
}

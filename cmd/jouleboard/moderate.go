// The command moderate: flags and withdrawals, as edits of
// content/moderation.yaml. Requests are beside it.

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/sign"
)

func newModerateCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "moderate",
		Short: "Flag and withdraw results, and keep the queue of requests",
		Long: `moderate edits content/moderation.yaml: it adds, removes or changes one entry
and leaves comments, order and everything else as they stand. The new file is
checked as a build checks it before it takes the place of the old one. With
--dry-run the change is printed and nothing is written.

Nothing is published by it: commit the file and build the site.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFlagCommand(e), newUnflagCommand(e), newWithdrawCommand(e), newRequestCommand(e))
	return cmd
}

// moderateFlags are what several of the commands take.
type moderateFlags struct {
	reason, text, discussion, date string
	dry                            bool
}

func (f *moderateFlags) common(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.date, "date", "", "YYYY-MM-DD (default today, or SOURCE_DATE_EPOCH)")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "print the change and write nothing")
}

func (f *moderateFlags) why(cmd *cobra.Command) {
	f.common(cmd)
	var ids []string
	for _, r := range catalog.Reasons() {
		ids = append(ids, r.ID)
	}
	cmd.Flags().StringVar(&f.reason, "reason", "", "one of the fixed reasons (required); a wrong one lists them")
	cmd.Flags().StringVar(&f.text, "text", "", "what a reader should know beyond the reason")
	cmd.Flags().StringVar(&f.discussion, "discussion", "", "address of the page where it is talked over (required)")
	_ = cmd.RegisterFlagCompletionFunc("reason", cobra.FixedCompletions(ids, cobra.ShellCompDirectiveNoFileComp))
}

// check finds wrong usage before any file is read, and sets the date.
func (f *moderateFlags) check(why bool) error {
	if f.date == "" {
		f.date = today()
	}
	if !why {
		return nil
	}
	known := false
	var list strings.Builder
	for _, r := range catalog.Reasons() {
		known = known || r.ID == f.reason
		fmt.Fprintf(&list, "\n  %-26s %s", r.ID, r.Text)
	}
	if !known {
		msg := fmt.Sprintf("--reason %q is none of the reasons", oneLine(f.reason))
		if f.reason == "" {
			msg = "--reason is missing"
		}
		return usageError{msg: msg, hint: "give one of" + list.String()}
	}
	if f.discussion == "" {
		return usageError{msg: "--discussion is missing", hint: "give the address of the page where it is talked over: nobody is accused without a place to answer"}
	}
	return nil
}

// today is the day that an entry is dated with: a person decides it now.
func today() string {
	if n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(n, 0).UTC().Format(time.DateOnly)
	}
	return time.Now().UTC().Format(time.DateOnly)
}

func newFlagCommand(e *env) *cobra.Command {
	var f moderateFlags
	cmd := &cobra.Command{
		Use:   "flag ID --reason REASON --discussion URL",
		Short: "Mark a result as doubtful",
		Long: `flag marks a result as doubtful: it stays visible, without rank, with the reason
and a link to the discussion. ID is the start of its id, 8 hex digits or more.`,
		Example:           "  jouleboard moderate flag 1f0c2b7a --reason unreproducible --discussion https://example.org/talk/7",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(true); err != nil {
				return err
			}
			root, r, err := moderated(cmd.Context(), e, args[0])
			if err != nil {
				return err
			}
			err = changeModeration(cmd.Context(), e, root, f.dry, func(data []byte) ([]byte, result.Findings, error) {
				return catalog.AddFlag(data, catalog.Flag{ID: r.ID, Reason: f.reason, Text: f.text, Date: f.date, Discussion: f.discussion})
			})
			if err == nil && !f.dry {
				e.notef("flagged %s (%s): %s; commit %s", r.Hash12(), oneLine(r.Path), f.reason, moderationPath)
			}
			return err
		},
	}
	f.why(cmd)
	return cmd
}

func newUnflagCommand(e *env) *cobra.Command {
	var f moderateFlags
	cmd := &cobra.Command{
		Use:               "unflag ID",
		Short:             "Take a flag away",
		Long:              "unflag removes the flag of a result, and the comments inside its entry.",
		Example:           "  jouleboard moderate unflag 1f0c2b7a",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := e.root()
			if err != nil {
				return err
			}
			want := strings.ToLower(args[0])
			if err := checkID(want); err != nil {
				return err
			}
			full := ""
			err = changeModeration(cmd.Context(), e, root, f.dry, func(data []byte) ([]byte, result.Findings, error) {
				// The file of a flagged result may be gone: the entry is what counts.
				m, findings := catalog.ReadModeration(data)
				if findings.HasErrors() {
					return nil, findings, nil
				}
				var hits []string
				for _, fl := range m.Flags {
					if strings.HasPrefix(fl.ID, want) || strings.HasPrefix(want, fl.ID) {
						hits = append(hits, fl.ID)
					}
				}
				switch len(hits) {
				case 0:
					return nil, nil, fmt.Errorf("no flag of a result that starts with %s", want)
				case 1:
					full = hits[0]
					return catalog.RemoveFlag(data, full)
				}
				return nil, nil, usageError{msg: fmt.Sprintf("%s is the start of %d flagged results: %s", want, len(hits), strings.Join(hits, ", ")), hint: "give more digits"}
			})
			if err == nil && !f.dry {
				e.notef("took the flag of %.12s away; commit %s", full, moderationPath)
			}
			return err
		},
	}
	f.common(cmd)
	_ = cmd.Flags().MarkHidden("date") // nothing of a flag that is gone has a date
	return cmd
}

func newWithdrawCommand(e *env) *cobra.Command {
	var f moderateFlags
	var title string
	var remove bool
	cmd := &cobra.Command{
		Use:   "withdraw ID --reason REASON --discussion URL",
		Short: "Take a result back and leave a tombstone",
		Long: `withdraw writes the tombstone of a result: what it was, when and why it was
withdrawn, and the discussion. Its permalink shows that from then on, and a flag
of it goes.

The result's file has to go too: --delete removes it with its samples and its
signature; without it the command names them. A build refuses a withdrawn result
whose file is still there, or is there again.`,
		Example: `  jouleboard moderate withdraw 1f0c2b7a --reason privacy --discussion https://example.org/talk/8 --dry-run
  jouleboard moderate withdraw 1f0c2b7a --reason superseded-by-author --discussion https://example.org/talk/9 --delete`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(true); err != nil {
				return err
			}
			root, r, err := moderated(cmd.Context(), e, args[0])
			if err != nil {
				return err
			}
			w := tombstoneOf(r)
			w.Reason, w.Text, w.Date, w.Discussion = f.reason, f.text, f.date, f.discussion
			if title != "" {
				w.Title = title
			}
			err = changeModeration(cmd.Context(), e, root, f.dry, func(data []byte) ([]byte, result.Findings, error) {
				return catalog.AddWithdrawal(data, w)
			})
			if err != nil || f.dry {
				return err
			}
			return withdrawFiles(e, root, r, remove)
		},
	}
	f.why(cmd)
	cmd.Flags().StringVar(&title, "title", "", "what the tombstone calls it (default model, task and hardware)")
	cmd.Flags().BoolVar(&remove, "delete", false, "delete the result's files as well")
	return cmd
}

// tombstoneOf keeps of a result what its permalink needs once the file is gone.
func tombstoneOf(r *result.Loaded) catalog.Withdrawal {
	w := catalog.Withdrawal{ID: r.ID, Model: clipText(r.Model.Name, 200), Task: clipText(r.Workload.Task, 120)}
	what := []string{r.Model.Name, r.Workload.Task}
	switch {
	case r.Hardware != nil:
		w.Hardware = clipText(r.Hardware.Name, 120)
		what = append(what, r.Hardware.Name)
	case r.Model.Provider != "":
		what = append(what, r.Model.Provider)
	}
	w.Title = clipText(strings.Join(what, ", "), 200)
	return w
}

// clipText cuts text to n bytes between characters.
func clipText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:n], ""))
}

// withdrawFiles deletes the files of a withdrawn result, or says what they are.
func withdrawFiles(e *env, root string, r *result.Loaded, remove bool) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open the board's folder: %w", err)
	}
	defer dir.Close()
	var there []string
	for _, p := range resultFiles(r) {
		if _, err := dir.Lstat(filepath.FromSlash(p)); err == nil {
			there = append(there, p)
		}
	}
	if !remove {
		e.notef("withdrew %s; commit %s", r.Hash12(), moderationPath)
		e.hintf("delete its files too, or a build refuses them: git rm %s", oneLine(strings.Join(there, " ")))
		return nil
	}
	for _, p := range there {
		if err := dir.Remove(filepath.FromSlash(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete %s: %w", p, err)
		}
	}
	e.notef("withdrew %s and deleted %s; commit both", r.Hash12(), oneLine(strings.Join(there, ", ")))
	return nil
}

// resultFiles are the paths that a result's file and what belongs to it may have.
func resultFiles(r *result.Loaded) []string {
	return []string{r.Path, result.SamplesPath(r.Path), r.Path + sign.Ext}
}

// moderated finds the result that a command is about. The rest of the board may
// have errors: moderation is how some of them are mended.
func moderated(ctx context.Context, e *env, id string) (root string, r *result.Loaded, err error) {
	if root, err = e.root(); err != nil {
		return "", nil, err
	}
	results, _, err := result.LoadTree(ctx, root, runtime.GOMAXPROCS(0))
	if err != nil {
		return "", nil, fmt.Errorf("read results: %w", err)
	}
	r, err = findResult(results, id)
	return root, r, err
}

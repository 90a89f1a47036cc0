// The command scale supersede: handing over from one frozen edition to the next.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

func newScaleSupersedeCommand(e *env) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:   "supersede OLD --by NEW",
		Short: "Mark a frozen edition as replaced by the next",
		Long: `supersede sets status: superseded and superseded_by in the file of a frozen
edition. Both editions must be frozen and untouched, and the new one must take
effect later. Nothing else in the file changes, so its line in scales.lock still
holds, and labels of the old edition can be checked for ever.

From then on results are rated by the new edition. For six months after the new
one took effect, a result's page shows the old rating too.`,
		Example: "  jouleboard scale supersede my-2026 --by my-2027",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if by == "" {
				return usageError{msg: "--by is missing", hint: "name the frozen edition that replaces " + oneLine(args[0]) + ", for example --by my-2027"}
			}
			for _, id := range []string{args[0], by} {
				if err := checkScaleID(id); err != nil {
					return err
				}
			}
			return runScaleSupersede(cmd, e, args[0], by)
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "the frozen edition that replaces it (required)")
	return cmd
}

func runScaleSupersede(cmd *cobra.Command, e *env, id, by string) error {
	root, labelsFS, scales, found, err := readScales(e)
	if err != nil {
		return err
	}
	if found.HasErrors() {
		e.printFindings(found)
		return errFindings
	}
	path, data, err := scaleFile(root, labelsFS, id)
	if err != nil {
		return err
	}
	next := scales.Get(by)
	if next == nil {
		_, _, err := scaleFile(root, labelsFS, by)
		return err
	}
	lockData, err := fs.ReadFile(labelsFS, rank.LockFile)
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	out, err := rank.Supersede("labels/"+rank.ScalesDir+"/"+id+".yaml", data, next, scales.Lock())
	if err != nil {
		hint := ""
		if next.Status == rank.StatusDraft {
			hint = "freeze it first with 'jouleboard scale freeze " + by + "'"
		}
		return hintError{fmt.Errorf("supersede %s: %w", id, err), hint}
	}
	b, err := readRateable(cmd.Context(), e, root)
	if err != nil {
		return err
	}
	// A built-in edition becomes a file of the board, and so does its line.
	home := filepath.Join(root, "labels", filepath.FromSlash(rank.LockFile))
	if _, err := os.Stat(home); errors.Is(err, fs.ErrNotExist) {
		if err := replaceFile(home, lockData); err != nil {
			return err
		}
	}
	if err := replaceFile(path, out); err != nil {
		return err
	}
	e.notef("%s is superseded by %s; commit %s.yaml", id, by, id)
	if day := b.day(); day != "" && next.Effective > day {
		e.printFindings(result.Findings{{Rule: "SCALE-EARLY", Level: result.Note,
			Message: fmt.Sprintf("%s takes effect on %s, and the board's day is %s: it rates from now on", by, next.Effective, day),
			Hint:    "publish this change on " + next.Effective + ", not before"}})
	}
	return nil
}

// What a change touches, as git tells: the difference to the merge base, with
// what is not committed yet.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// changedSince returns the paths of the board, relative to it, that differ from
// the merge base of HEAD and base, those that are gone among them.
func changedSince(ctx context.Context, root, base string) (map[string]bool, error) {
	if strings.HasPrefix(base, "-") {
		return nil, usageError{msg: fmt.Sprintf("--since %q is no branch or commit", base)}
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, machineError{msg: "--since needs git, which is not installed", hint: "name the files instead"}
	}
	if _, err := gitLines(ctx, root, "rev-parse", "--git-dir"); err != nil {
		return nil, usageError{msg: fmt.Sprintf("--since: %s is in no git repository", root), hint: "name the files instead"}
	}
	if _, err := gitLines(ctx, root, "rev-parse", "--verify", "--quiet", "--end-of-options", base+"^{commit}"); err != nil {
		return nil, usageError{msg: fmt.Sprintf("--since: this repository has no commit %q", base), hint: "fetch it first; a shallow clone lacks it: fetch with --unshallow"}
	}
	fork, err := gitLines(ctx, root, "merge-base", "--end-of-options", base, "HEAD")
	if err != nil {
		return nil, hintError{fmt.Errorf("--since: %q and HEAD have no common commit", base), "a shallow clone lacks it: fetch with --unshallow"}
	}
	changed := map[string]bool{}
	for _, args := range [][]string{
		// Against the work tree, so that what is checked is what lies there.
		{"diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative", "-z", strings.TrimSpace(string(fork)), "--", "."},
		{"ls-files", "--others", "--exclude-standard", "-z", "--", "."},
	} {
		out, err := gitLines(ctx, root, args...)
		if err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
		for name := range bytes.SplitSeq(out, []byte{0}) {
			if len(name) > 0 {
				changed[string(name)] = true
			}
		}
	}
	return changed, nil
}

// gitLines runs git where nothing of the repository's own settings starts a
// program.
func gitLines(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", root, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.quotePath=false"}, args...)...)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("git %s: %s", args[0], oneLine(strings.TrimSpace(errOut.String())))
	}
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

// boardPrefix is the board's folder inside its repository, with a slash at its
// end; "" where it is the repository.
func boardPrefix(root string) string {
	for dir := root; ; {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			if rel, err := filepath.Rel(dir, root); err == nil && rel != "." {
				return filepath.ToSlash(rel) + "/"
			}
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

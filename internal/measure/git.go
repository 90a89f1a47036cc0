// Committing exactly the files of a result, and nothing else that may be lying
// in the repository.

package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNoGit says that there is a repository but no git to commit with.
var ErrNoGit = errors.New("git is not installed")

const (
	gitTimeout = 60 * time.Second
	// lockTries is how often a commit is tried while another process holds the
	// repository, as array tasks of one sweep may do.
	lockTries = 12
)

// Repository returns the working tree that holds dir, "" where there is none.
// ErrNoGit: there is one, but no git.
func Repository(ctx context.Context, dir string) (string, error) {
	inside := false
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ".git")); err == nil {
			inside = true
			break
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	if !inside {
		return "", nil
	}
	if _, err := exec.LookPath("git"); err != nil {
		return "", ErrNoGit
	}
	out, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(out), nil
}

// commitFiles commits the named files alone, whatever else is staged, and
// returns the commit's short name. The files stay where they are on failure.
func commitFiles(ctx context.Context, top string, files []string, subject, body string) (string, error) {
	paths := append([]string{"--"}, files...)
	var err error
	for try := range lockTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return "", context.Cause(ctx)
			case <-time.After(time.Duration(try) * 200 * time.Millisecond):
			}
		}
		if _, err = git(ctx, top, append([]string{"add", "--sparse"}, paths...)...); err == nil {
			_, err = git(ctx, top, append([]string{"commit", "--quiet", "--only", "-m", subject, "-m", body}, paths...)...)
		}
		if err == nil || !strings.Contains(err.Error(), "index.lock") {
			break
		}
	}
	if err != nil {
		// What was staged by us alone is taken out again; a repository without a
		// commit has no state to go back to.
		if _, e := git(ctx, top, append([]string{"reset", "--quiet"}, paths...)...); e != nil {
			_, _ = git(ctx, top, append([]string{"rm", "--cached", "--quiet"}, paths...)...)
		}
		return "", err
	}
	out, err := git(ctx, top, "rev-parse", "--short", "HEAD")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(out), nil
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(errOut.String())
		if i := strings.LastIndexByte(text, '\n'); i >= 0 && len(text) > 400 {
			text = text[i+1:]
		}
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, text)
	}
	return out.String(), nil
}

// gitConfig is a setting, "" where it or git is missing.
func gitConfig(ctx context.Context, dir, key string) string {
	out, err := git(ctx, dir, "config", "--get", key)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}

// GitUser is the name that git has for this person, "" where there is none.
func GitUser(ctx context.Context, dir string) string { return gitConfig(ctx, dir, "user.name") }

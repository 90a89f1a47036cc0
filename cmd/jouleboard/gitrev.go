// Revisions of a board out of git, without touching the work tree: objects are
// read as they are and written into a folder of our own. No checkout, no filter,
// no hook and no attribute of the revision takes part, since a revision may come
// from a stranger.

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/review"
)

// Bounds of what is taken out of a revision.
const (
	maxRevFiles = 200_000
	maxRevFile  = 64 << 20
	maxRevTotal = 4 << 30
	maxGitList  = 256 << 20 // bytes of a list that git prints
)

// samplesEnd is how the names of sample files end.
const samplesEnd = ".samples.jsonl.gz"

// boardFolders are the parts of a repository that a board is made of.
var boardFolders = []string{"content", "results", "templates", "assets", "labels"}

// repository is the git repository that holds a board.
type repository struct {
	board  string // the board's folder
	prefix string // of the board in the repository, "" or ending in a slash
}

// revFile is a file of a revision.
type revFile struct {
	mode, kind, oid string
	size            int64
	path            string // relative to the board's folder
}

// openRepository finds the repository of a board. Without one, or without git,
// the machine cannot do it.
func openRepository(ctx context.Context, board string) (*repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, machineError{"there is no git on this machine", "install git; a comparison reads both revisions from it"}
	}
	r := &repository{board: board}
	out, err := r.git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, machineError{fmt.Sprintf("%s is not in a git repository: %s", board, gitSays(err)),
			"run 'git init' and commit the board, or change into a clone of it"}
	}
	r.prefix = strings.TrimSuffix(string(out), "\n")
	return r, nil
}

// gitError is what git said before it failed.
type gitError struct {
	args []string
	said string
	err  error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: %v: %s", e.args[0], e.err, e.said)
}
func (e *gitError) Unwrap() error { return e.err }

// gitSays is the first line of what git said, in one line for a message.
func gitSays(err error) string {
	var g *gitError
	if !errors.As(err, &g) || g.said == "" {
		return err.Error()
	}
	line, _, _ := strings.Cut(g.said, "\n")
	return oneLine(strings.TrimPrefix(line, "fatal: "))
}

func (r *repository) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", r.board, "-c", "core.quotepath=off"}, args...)...)
	// Reading must not wait for a lock, ask anybody, or write the index.
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_LITERAL_PATHSPECS=1")
	return cmd
}

// git runs a command and returns what it printed, which is bounded.
func (r *repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	out, readErr := io.ReadAll(io.LimitReader(pipe, maxGitList+1))
	if len(out) > maxGitList {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("git %s: printed more than %d MB", args[0], maxGitList>>20)
	}
	if err := cmd.Wait(); err != nil {
		return nil, &gitError{args, strings.TrimSpace(said.String()), err}
	}
	return out, readErr
}

// resolve finds the commit of a revision as typed.
func (r *repository) resolve(ctx context.Context, rev string) (string, error) {
	out, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	hint := "fetch it first, for example 'git fetch origin " + oneLine(rev) + "', or name a branch, tag or commit that is here"
	if out, err := r.git(ctx, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(out)) == "true" {
		hint = "this is a shallow clone: fetch all of it with 'git fetch --unshallow' (in a workflow: fetch-depth: 0)"
	} else if out, err := r.git(ctx, "for-each-ref", "--count=6", "--sort=-committerdate", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"); err == nil {
		if names := strings.Fields(string(out)); len(names) > 0 {
			hint += "; here are " + oneLine(strings.Join(names, ", "))
		} else {
			hint = "nothing is committed here yet"
		}
	}
	return "", hintError{fmt.Errorf("git knows no revision %q here", rev), hint}
}

// mergeBase is the commit at which head left base.
func (r *repository) mergeBase(ctx context.Context, base, head string) (string, error) {
	out, err := r.git(ctx, "merge-base", base, head)
	if err != nil {
		return "", hintError{fmt.Errorf("%s and %s have no commit in common", base[:12], head[:12]), "leave --merge-base out, or fetch the whole history"}
	}
	return strings.TrimSpace(string(out)), nil
}

// list returns all files of a commit's repository, those outside of the board
// with "../" before them.
func (r *repository) list(ctx context.Context, commit string) ([]revFile, error) {
	out, err := r.git(ctx, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", commit[:12], err)
	}
	var files []revFile
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if line == "" {
			continue
		}
		meta, name, ok := strings.Cut(line, "\t")
		f := strings.Fields(meta)
		if !ok || len(f) != 4 {
			return nil, fmt.Errorf("list the files of %s: git wrote %q", commit[:12], result.Clip(line))
		}
		size, _ := strconv.ParseInt(f[3], 10, 64) // "-" for what is no file
		files = append(files, revFile{mode: f[0], kind: f[1], oid: f[2], size: size, path: r.relative(name)})
		if len(files) > maxRevFiles {
			return nil, fmt.Errorf("%s holds more than %d files", commit[:12], maxRevFiles)
		}
	}
	return files, nil
}

// relative turns a path of the repository into one of the board.
func (r *repository) relative(name string) string {
	if r.prefix == "" {
		return name
	}
	if rel, ok := strings.CutPrefix(name, r.prefix); ok {
		return rel
	}
	return strings.Repeat("../", strings.Count(r.prefix, "/")) + name
}

func (f revFile) regular() bool {
	return f.kind == "blob" && (f.mode == "100644" || f.mode == "100755" || f.mode == "100664")
}

// plain says that the file can be taken out of its revision without a word.
func (f revFile) plain() bool { return f.regular() && safePath(f.path) && f.size <= maxRevFile }

// changes compares two lists of files.
func changes(base, head []revFile) []review.FileChange {
	before := make(map[string]revFile, len(base))
	for _, f := range base {
		before[f.path] = f
	}
	var out []review.FileChange
	for _, f := range head {
		old, had := before[f.path]
		delete(before, f.path)
		switch {
		case !had:
			out = append(out, review.FileChange{Path: f.path, Status: review.Added, Link: !f.regular()})
		case old.oid != f.oid || old.mode != f.mode:
			out = append(out, review.FileChange{Path: f.path, Status: review.Changed, Link: !f.regular()})
		}
	}
	for _, f := range before {
		out = append(out, review.FileChange{Path: f.path, Status: review.Removed, Link: !f.regular()})
	}
	return out
}

// workTreeChanges compares the work tree with a commit: what git would commit,
// were all of it added.
func (r *repository) workTreeChanges(ctx context.Context, commit string) ([]review.FileChange, error) {
	out, err := r.git(ctx, "diff", "--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules=dirty", commit)
	if err != nil {
		return nil, fmt.Errorf("compare the work tree with %s: %w", commit[:12], err)
	}
	var list []review.FileChange
	parts := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		f := strings.Fields(parts[i]) // :MODE MODE OID OID STATUS
		if len(f) != 5 {
			return nil, fmt.Errorf("compare the work tree with %s: git wrote %q", commit[:12], result.Clip(parts[i]))
		}
		status, mode := review.Changed, f[1]
		switch f[4][0] {
		case 'A':
			status = review.Added
		case 'D':
			status, mode = review.Removed, strings.TrimPrefix(f[0], ":")
		}
		list = append(list, review.FileChange{Path: r.relative(parts[i+1]), Status: status, Link: !strings.HasPrefix(mode, "100")})
	}
	// From the top: the list is of the folder in which git runs.
	top := *r
	top.board = filepath.Join(r.board, filepath.FromSlash(strings.Repeat("../", strings.Count(r.prefix, "/"))))
	out, err = top.git(ctx, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, fmt.Errorf("list new files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		rel := r.relative(name)
		link := false
		if info, err := os.Lstat(filepath.Join(r.board, filepath.FromSlash(rel))); err == nil {
			link = !info.Mode().IsRegular()
		}
		list = append(list, review.FileChange{Path: rel, Status: review.Added, Link: link})
	}
	return list, nil
}

// ofBoard says whether a file is of those that a board is made of.
func ofBoard(p string) bool {
	top, _, ok := strings.Cut(p, "/")
	if !ok {
		return false
	}
	for _, f := range boardFolders {
		if top == f {
			return true
		}
	}
	return false
}

// extract writes the board's files of a revision into dir, which must be empty.
// Those that skip names are left alone. What cannot be written safely is left
// out and told as a finding.
func (r *repository) extract(ctx context.Context, files []revFile, dir string, skip func(string) bool) (result.Findings, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("write a revision: %w", err)
	}
	defer root.Close()
	var found result.Findings
	leave := func(f revFile, level result.Level, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: "DIFF-FILE", Level: level, Where: result.Place{File: f.path}, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	var wanted []revFile
	total := int64(0)
	for _, f := range files {
		switch {
		case !ofBoard(f.path) || skip(f.path):
			continue
		case !f.regular():
			// A board may hold links that stay inside of it; the risks tell new ones.
			leave(f, result.Warn, "put the file itself there", "left out: neither a file nor a folder (a symbolic link?)")
			continue
		case !safePath(f.path):
			leave(f, result.Error, "rename it", "left out: no name that every system can write")
			continue
		case f.size > maxRevFile && strings.HasSuffix(f.path, samplesEnd):
			leave(f, result.Warn, "validate the result by itself", "left out: %d MB of samples, at most %d are read here", f.size>>20, maxRevFile>>20)
			continue
		case f.size > maxRevFile:
			leave(f, result.Error, "keep large files elsewhere", "left out: %d MB, at most %d are read", f.size>>20, maxRevFile>>20)
			continue
		}
		if total += f.size; total > maxRevTotal {
			return found, fmt.Errorf("the board's files are larger than %d GB together", maxRevTotal>>30)
		}
		wanted = append(wanted, f)
	}
	if len(wanted) == 0 {
		return found, nil
	}
	return found, r.copyBlobs(ctx, root, wanted)
}

// safePath says whether a path of git names a file inside of its folder on every
// system.
func safePath(p string) bool {
	return filepath.IsLocal(filepath.FromSlash(p)) && path.Clean(p) == p && len(p) < 1000 && !strings.ContainsAny(p, "\\\x00")
}

// copyBlobs streams objects from one git process into files.
func (r *repository) copyBlobs(ctx context.Context, root *os.Root, files []revFile) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := r.command(ctx, "cat-file", "--batch")
	var ask bytes.Buffer
	for _, f := range files {
		ask.WriteString(f.oid + "\n")
	}
	cmd.Stdin = &ask
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("read objects: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("read objects: %w", err)
	}
	err = func() error {
		in := bufio.NewReaderSize(pipe, 1<<16)
		made := map[string]bool{}
		for _, f := range files {
			head, err := in.ReadString('\n')
			if err != nil {
				return fmt.Errorf("read objects: %w", err)
			}
			h := strings.Fields(head)
			if len(h) != 3 || h[0] != f.oid || h[1] != "blob" || h[2] != strconv.FormatInt(f.size, 10) {
				return hintError{fmt.Errorf("git has no object for %s: %s", oneLine(f.path), oneLine(strings.TrimSpace(head))), "fetch the whole repository, with all its objects"}
			}
			if d := path.Dir(f.path); !made[d] {
				if err := root.MkdirAll(filepath.FromSlash(d), 0o700); err != nil {
					return fmt.Errorf("write a revision: %w", err)
				}
				made[d] = true
			}
			if err := copyBlob(root, f, in); err != nil {
				return fmt.Errorf("write a revision: %w", err)
			}
		}
		return nil
	}()
	if err != nil {
		cancel()
		_ = cmd.Wait()
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("read objects: %w", err)
	}
	return nil
}

// copyBlob writes one object and takes the line end behind it.
func copyBlob(root *os.Root, f revFile, in *bufio.Reader) error {
	w, err := root.OpenFile(filepath.FromSlash(f.path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(w, in, f.size)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	_, err = in.Discard(1)
	return err
}

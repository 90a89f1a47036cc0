// The file of moderation: read, changed by one command at a time, checked as a
// build would check it, and written whole or not at all.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

const (
	moderationPath = "content/" + catalog.ModerationFile
	// The new file stands under this name until it takes the place of the old one.
	// Who can make it has the turn: it is the lock as well.
	moderationTurn = "content/.moderation.yaml.new"
	// turnWait is how long a command waits for another one's turn to end. An edit
	// takes milliseconds.
	turnWait = 5 * time.Second
)

// moderationEdit makes new bytes of the file from old ones.
type moderationEdit func([]byte) ([]byte, result.Findings, error)

// changeModeration makes an edit, or with dry prints what it would be.
func changeModeration(ctx context.Context, e *env, root string, dry bool, edit moderationEdit) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open the board's folder: %w", err)
	}
	defer dir.Close()
	var turn *os.File
	done := false
	if !dry {
		if turn, err = takeTurn(ctx, dir); err != nil {
			return err
		}
		// Once it was renamed, a file of that name is another command's.
		defer func() {
			if !done {
				turn.Close()
				_ = dir.Remove(filepath.FromSlash(moderationTurn))
			}
		}()
	}
	old, err := readModeration(dir)
	if err != nil {
		return err
	}
	data, findings, err := edit(old)
	if err == nil && !findings.HasErrors() {
		findings, err = checkModeration(root, data)
	}
	if err != nil {
		return err
	}
	if findings.HasErrors() {
		e.printFindings(findings)
		e.notef("nothing was written; places are those of %s as it is or would have been", moderationPath)
		return errFindings
	}
	if dry {
		_, err := fmt.Fprint(e.Stdout, lineDiff(moderationPath, string(old), string(data)))
		return err
	}
	err = putModeration(dir, turn, old, data)
	done = err == nil
	return err
}

// takeTurn makes the new file, waiting for another command to be done with it.
func takeTurn(ctx context.Context, dir *os.Root) (*os.File, error) {
	name := filepath.FromSlash(moderationTurn)
	for end := time.Now().Add(turnWait); ; {
		f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("write %s: %w", moderationPath, err)
		}
		if time.Now().After(end) {
			return nil, hintError{fmt.Errorf("another command is changing %s: %s is there", moderationPath, moderationTurn),
				"if no other one runs, remove that file; a command that was killed left it"}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// readModeration returns the file's bytes, none if it is not there. A link is
// refused, as a build refuses it.
func readModeration(dir *os.Root) ([]byte, error) {
	name := filepath.FromSlash(moderationPath)
	st, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !st.Mode().IsRegular() {
		return nil, hintError{fmt.Errorf("%s is a link or a special file, which is not read", moderationPath), "put the file itself there"}
	}
	var data []byte
	if err == nil {
		data, err = dir.ReadFile(name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", moderationPath, err)
	}
	return data, nil
}

// checkModeration loads the whole catalogue with the new file in it and returns
// what is wrong with that file. What is wrong elsewhere is another command's work.
func checkModeration(root string, data []byte) (result.Findings, error) {
	board, err := content.OpenBoard(root)
	if err != nil {
		return nil, err
	}
	_, all := catalog.Load(oneFile{content.Folder(board, "content"), catalog.ModerationFile, data})
	var own result.Findings
	for _, f := range all {
		if f.Where.File == moderationPath {
			own = append(own, f)
		}
	}
	return own, nil
}

// putModeration puts the new file in the old one's place, unless somebody changed
// that one meanwhile.
func putModeration(dir *os.Root, turn *os.File, old, data []byte) error {
	mode := fs.FileMode(0o644)
	if st, err := dir.Lstat(filepath.FromSlash(moderationPath)); err == nil {
		mode = st.Mode().Perm()
	}
	_, err := turn.Write(data)
	err = errors.Join(err, turn.Chmod(mode), turn.Sync(), turn.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", moderationPath, err)
	}
	now, err := readModeration(dir)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return hintError{fmt.Errorf("%s was changed by somebody else at the same time; it was left as it is", moderationPath), "run the command again"}
	}
	if err := dir.Rename(filepath.FromSlash(moderationTurn), filepath.FromSlash(moderationPath)); err != nil {
		return fmt.Errorf("write %s: %w", moderationPath, err)
	}
	return nil
}

// oneFile is a folder in which one file has other bytes.
type oneFile struct {
	fs.FS
	name string
	data []byte
}

// Open implements fs.FS.
func (o oneFile) Open(name string) (fs.File, error) {
	if name == o.name {
		return &openBytes{oneFile: o, Reader: bytes.NewReader(o.data)}, nil
	}
	return o.FS.Open(name)
}

// openBytes is that file, opened, and what is to be known of it.
type openBytes struct {
	oneFile
	*bytes.Reader
}

func (f *openBytes) Stat() (fs.FileInfo, error) { return f, nil }
func (f *openBytes) Close() error               { return nil }
func (f *openBytes) Name() string               { return f.name }
func (f *openBytes) Size() int64                { return int64(len(f.data)) }
func (f *openBytes) Mode() fs.FileMode          { return 0o644 }
func (f *openBytes) ModTime() time.Time         { return time.Time{} }
func (f *openBytes) IsDir() bool                { return false }
func (f *openBytes) Sys() any                   { return nil }

// lineDiff writes what changed between two texts, with three lines around it, as
// patch reads it.
func lineDiff(name, before, after string) string {
	a, b := splitLines(before), splitLines(after)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < len(a)-from && to < len(b)-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	if from == len(a) && from == len(b) {
		return ""
	}
	const around = 3
	head, tail := min(around, from), min(around, to)
	var out strings.Builder
	fmt.Fprintf(&out, "--- a/%s\n+++ b/%s\n@@ -%s +%s @@\n", name, name, hunk(from-head, len(a)-to+tail), hunk(from-head, len(b)-to+tail))
	put := func(sign string, lines []string) {
		for _, l := range lines {
			out.WriteString(sign + oneLine(strings.TrimSuffix(l, "\r")) + "\n")
		}
	}
	put(" ", a[from-head:from])
	changed(a[from:len(a)-to], b[from:len(b)-to], put)
	put(" ", a[len(a)-to:len(a)-to+tail])
	return out.String()
}

// changed writes the part between the first and the last line that differ: by the
// longest common run of lines, again on both sides of it.
func changed(a, b []string, put func(string, []string)) {
	at, bt, n := 0, 0, 0
	if len(a)*len(b) < 1<<24 { // beyond, one block is as clear and costs no time
		run := make([]int, len(b)+1)
		for i := range a {
			for j := len(b) - 1; j >= 0; j-- {
				run[j+1] = 0
				if a[i] == b[j] {
					run[j+1] = run[j] + 1
				}
				if run[j+1] > n {
					n, at, bt = run[j+1], i+1-run[j+1], j+1-run[j+1]
				}
			}
		}
	}
	if n == 0 {
		put("-", a)
		put("+", b)
		return
	}
	changed(a[:at], b[:bt], put)
	put(" ", a[at:at+n])
	changed(a[at+n:], b[bt+n:], put)
}

// hunk writes lines [from, to) as a patch counts them.
func hunk(from, to int) string {
	if to == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

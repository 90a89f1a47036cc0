// Writing the files of a new board: into an empty folder, or beside what is
// there, and never over it.

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"jouleboard/internal/scaffold"
)

// namesShown is how many names of a folder that is not empty are shown.
const namesShown = 8

// writeBoard writes files below dir, which it makes if need be. Without force
// dir must be empty, git's own folder aside. With force, files that are there
// are kept. If anything goes wrong, what was written is taken back.
func writeBoard(ctx context.Context, dir string, files []scaffold.File, force bool) (written, kept []string, err error) {
	_, statErr := os.Lstat(dir)
	fresh := errors.Is(statErr, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, hintError{fmt.Errorf("make the folder of the board: %w", err), "name another folder"}
	}
	if !force {
		if err := mustBeEmpty(dir); err != nil {
			return nil, nil, err
		}
	}
	// A root keeps every write inside the folder, whatever links it holds.
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open the folder of the board: %w", err)
	}
	defer root.Close()
	w := &boardWriter{root: root}
	for _, f := range files {
		if err = ctx.Err(); err != nil {
			break
		}
		var new bool
		if new, err = w.add(f); err != nil {
			err = hintError{err, "nothing of this run was left behind; make room, or name another folder"}
			break
		}
		if new {
			written = append(written, f.Path)
		} else {
			kept = append(kept, f.Path)
		}
	}
	if err != nil {
		w.takeBack()
		if fresh {
			_ = os.Remove(dir) // only if it is empty again
		}
		return nil, nil, err
	}
	return written, kept, nil
}

// mustBeEmpty refuses a folder that holds anything but git's own folder.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return hintError{fmt.Errorf("look into the folder of the board: %w", err), "name another folder"}
	}
	var names []string
	for _, e := range entries {
		if e.Name() == ".git" {
			continue
		}
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil
	}
	shown := strings.Join(names[:min(len(names), namesShown)], ", ")
	if more := len(names) - namesShown; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return hintError{
		fmt.Errorf("the folder %s is not empty: it holds %s", oneLine(dir), oneLine(shown)),
		"name a new folder, or add the missing files beside these with --force, which changes none of them",
	}
}

// boardWriter remembers what it made, to be able to take it back.
type boardWriter struct {
	root        *os.Root
	files, dirs []string
}

// add writes a file if nothing has its name, and says whether it did.
func (w *boardWriter) add(f scaffold.File) (bool, error) {
	if _, err := w.root.Lstat(f.Path); err == nil {
		return false, nil
	}
	if err := w.folder(path.Dir(f.Path)); err != nil {
		return false, err
	}
	out, err := w.root.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return false, fmt.Errorf("write %s: %w", f.Path, err)
	}
	w.files = append(w.files, f.Path)
	_, err = out.Write(f.Data)
	if err = errors.Join(err, out.Close()); err != nil {
		return false, fmt.Errorf("write %s: %w", f.Path, err)
	}
	return true, nil
}

// folder makes a folder and those above it.
func (w *boardWriter) folder(name string) error {
	if name == "." {
		return nil
	}
	if err := w.folder(path.Dir(name)); err != nil {
		return err
	}
	switch err := w.root.Mkdir(name, 0o755); {
	case err == nil:
		w.dirs = append(w.dirs, name)
	case !errors.Is(err, fs.ErrExist):
		return fmt.Errorf("make the folder %s: %w", name, err)
	}
	return nil
}

// takeBack removes what was made, and nothing else.
func (w *boardWriter) takeBack() {
	for _, name := range w.files {
		_ = w.root.Remove(name)
	}
	for i := len(w.dirs) - 1; i >= 0; i-- {
		_ = w.root.Remove(w.dirs[i]) // fails if somebody else put something into it
	}
}

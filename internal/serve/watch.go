// Watching: the board's folders and all below them, also those that come later.

package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

type watcher struct {
	fs      *fsnotify.Watcher
	root    string
	folders []string
	warn    func(string)
}

// newWatcher watches the folders that are there, and the root for those that
// come later. It says how to raise the system's limit where that is the trouble.
func newWatcher(root string, folders []string, warn func(string)) (*watcher, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchError(root, err)
	}
	w := &watcher{fs: n, root: filepath.Clean(root), folders: folders, warn: warn}
	err = n.Add(w.root)
	for _, f := range folders {
		if err == nil {
			_, err = w.add(filepath.Join(w.root, f))
		}
	}
	if err != nil {
		_ = n.Close()
		return nil, watchError(root, err)
	}
	return w, nil
}

func watchError(dir string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("watch %s: the system's limit of watched folders is reached (on Linux raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl): %w", dir, err)
	}
	return fmt.Errorf("watch %s: %w", dir, err)
}

// add watches a folder and all below it, and returns the files that it met: they
// may have come before the watch. A folder that goes away meanwhile is no error.
func (w *watcher) add(dir string) (files []string, err error) {
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, nil
	}
	// A board may keep one of its folders as a link to another of its folders.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if p != dir && ignored(p) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.IsDir() {
			files = append(files, p)
			return nil
		}
		if err := w.fs.Add(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", p, err)
		}
		return nil
	})
	return files, err
}

// run sends the changed paths, relative to the root, until ctx ends.
func (w *watcher) run(ctx context.Context, out chan<- string) {
	defer w.fs.Close()
	send := func(path string) {
		if rel, err := filepath.Rel(w.root, path); err == nil && filepath.IsLocal(rel) {
			path = filepath.ToSlash(rel)
		}
		select {
		case out <- path:
		case <-ctx.Done():
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case ev, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if !w.concerns(ev) {
				continue
			}
			if ev.Has(fsnotify.Remove) || ev.Has(fsnotify.Rename) {
				w.forget(ev.Name)
			}
			if ev.Has(fsnotify.Create) {
				if _, err := w.add(ev.Name); err != nil {
					w.warn(watchError(ev.Name, err).Error() + "; changes there are not seen")
				}
			}
			send(ev.Name)
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.warn("watching: " + err.Error())
				continue
			}
			// Events were lost: look at everything again.
			for _, f := range w.folders {
				if _, err := w.add(filepath.Join(w.root, f)); err != nil {
					w.warn(watchError(f, err).Error())
				}
				send(filepath.Join(w.root, f))
			}
		}
	}
}

// concerns says whether an event can change the site.
func (w *watcher) concerns(ev fsnotify.Event) bool {
	if !ev.Has(fsnotify.Create) && !ev.Has(fsnotify.Write) && !ev.Has(fsnotify.Remove) && !ev.Has(fsnotify.Rename) {
		return false // permissions and dates are not in the site
	}
	if filepath.Dir(ev.Name) == w.root {
		// Of the root's own entries only the folders count; all else is not read.
		return slices.Contains(w.folders, filepath.Base(ev.Name))
	}
	return !ignored(ev.Name)
}

// forget ends the watches of a folder that moved or went away, so that a folder
// that moved is not known under its old name too.
func (w *watcher) forget(dir string) {
	for _, p := range w.fs.WatchList() {
		if p == dir || strings.HasPrefix(p, dir+string(filepath.Separator)) {
			_ = w.fs.Remove(p) // gone already is as good
		}
	}
}

// ignored says that a file or folder is none of the board's: version control,
// packages, and what editors leave while they write.
func ignored(path string) bool {
	name := filepath.Base(path)
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "#"), strings.HasSuffix(name, "~"):
		return true
	case name == "node_modules", name == "4913", name == "Thumbs.db":
		return true // 4913 is how Vim tries whether it may write
	case strings.HasSuffix(name, ".partial.json"):
		return true // a measurement that is not finished; no build reads it
	case strings.HasSuffix(name, "___jb_tmp___"), strings.HasSuffix(name, "___jb_old___"):
		return true
	}
	switch filepath.Ext(name) {
	case ".swp", ".swx", ".swo", ".tmp", ".bak", ".part", ".crdownload", ".orig":
		return true
	}
	return false
}

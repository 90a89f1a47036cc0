// Files that appear all at once: written aside first, then moved to their place.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// outbox writes the files of one folder. Until commit none of them is there, so
// that an error or Ctrl-C leaves the folder as it was.
type outbox struct {
	dir  string
	once sync.Once
	tmp  string   // a folder inside dir
	made []string // folders that were not there before, the outermost last
	err  error    // of making tmp
}

func newOutbox(dir string) *outbox { return &outbox{dir: dir} }

// put keeps a file for later. Equal bytes that are there already are not written.
// It may be called from many goroutines, with names that differ.
func (o *outbox) put(name string, data []byte) error {
	path := filepath.Join(o.dir, name)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	o.once.Do(o.open)
	if o.err != nil {
		return o.err
	}
	if err := os.WriteFile(filepath.Join(o.tmp, name), data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// open makes the folder, if need be, and the one inside it.
func (o *outbox) open() {
	for d := filepath.Clean(o.dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		o.made = append(o.made, d)
	}
	err := os.MkdirAll(o.dir, 0o755)
	if err == nil {
		o.tmp, err = os.MkdirTemp(o.dir, ".label-*")
	}
	if err != nil {
		o.err = fmt.Errorf("write to %s: %w", o.dir, err)
	}
}

// commit moves the files to their place, in the given order, and returns how many
// there were to move; the others were there already.
func (o *outbox) commit(names []string) (written int, err error) {
	for _, name := range names {
		if o.tmp == "" {
			break
		}
		path := filepath.Join(o.dir, name)
		switch err := os.Rename(filepath.Join(o.tmp, name), path); {
		case errors.Is(err, fs.ErrNotExist): // unchanged
		case err != nil:
			return written, fmt.Errorf("write %s: %w (%s written before)", path, err, plural(written, "file"))
		default:
			written++
		}
	}
	o.made = nil
	return written, nil
}

// close removes what was kept and not moved, and folders that were made for it.
func (o *outbox) close() {
	if o.tmp != "" {
		_ = os.RemoveAll(o.tmp) // inside a folder of the user's, under a name of ours
	}
	for _, d := range o.made {
		_ = os.Remove(d) // only if it is empty
	}
}

// One folder over another: a board's own files over the built-in ones.

package content

import (
	"errors"
	"io"
	"io/fs"
	"sort"
)

// Overlay returns a file system in which a file of upper hides the file of the
// same name in lower. Folders are merged. Either may be nil.
func Overlay(upper, lower fs.FS) fs.FS {
	switch {
	case upper == nil && lower == nil:
		return overlay{}
	case upper == nil:
		return lower
	case lower == nil:
		return upper
	}
	return overlay{upper, lower}
}

type overlay []fs.FS // topmost first

// Open opens the topmost file of the name; a folder lists all layers.
func (o overlay) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	var missing error = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	for _, layer := range o {
		f, err := layer.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if st, err := f.Stat(); err == nil && st.IsDir() {
			list, err := o.ReadDir(name)
			if err != nil {
				_ = f.Close()
				return nil, err
			}
			return &folder{File: f, list: list}, nil
		}
		return f, nil
	}
	return nil, missing
}

// ReadDir lists a folder of all layers, sorted by name, upper entries first.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	seen := map[string]bool{}
	var list []fs.DirEntry
	found := false
	for _, layer := range o {
		entries, err := fs.ReadDir(layer, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = true
		for _, e := range entries {
			if !seen[e.Name()] {
				seen[e.Name()] = true
				list = append(list, e)
			}
		}
	}
	if !found {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name() < list[j].Name() })
	return list, nil
}

// folder is an open folder of several layers.
type folder struct {
	fs.File
	list []fs.DirEntry
	pos  int
}

// ReadDir implements fs.ReadDirFile.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := f.list[f.pos:]
	if n <= 0 {
		f.pos = len(f.list)
		return rest, nil
	}
	if len(rest) == 0 {
		return nil, io.EOF
	}
	rest = rest[:min(n, len(rest))]
	f.pos += len(rest)
	return rest, nil
}

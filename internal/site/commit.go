// Committing: the staged files are moved into the output folder, files of an
// earlier build that are no longer made are removed, and the list of all files is
// written last. Every place is looked at before the first is touched.

package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// check looks at every place that commit will touch, before it touches the
// first: folders must be folders and no links, files must be files or absent.
func (o *output) check(stale []string) error {
	ok := map[string]bool{".": true}
	var folder func(string) error
	folder = func(dir string) error {
		if ok[dir] {
			return nil
		}
		if err := folder(path.Dir(dir)); err != nil {
			return err
		}
		st, err := os.Lstat(filepath.Join(o.dir, filepath.FromSlash(dir)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !st.IsDir():
			return fmt.Errorf("%s stands where the site needs a folder, and is none; move it away", path.Join(filepath.ToSlash(o.dir), dir))
		}
		ok[dir] = true
		return nil
	}
	in := "" // the folder of the last file: those of one folder stand together
	place := func(name string, same bool) error {
		if dir := path.Dir(name); dir != in {
			if err := folder(dir); err != nil {
				return err
			}
			in = dir
		}
		if same {
			return nil // it was found to be a regular file
		}
		st, err := os.Lstat(filepath.Join(o.dir, filepath.FromSlash(name)))
		if err == nil && !st.Mode().IsRegular() {
			return fmt.Errorf("%s stands where the site needs a file, and is none; move it away", path.Join(filepath.ToSlash(o.dir), name))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	for _, f := range o.made {
		if err := place(f.name, f.same); err != nil {
			return err
		}
	}
	for _, name := range stale {
		if err := place(name, false); err != nil {
			return err
		}
	}
	return nil
}

// commit moves the staged files into the output folder, removes stale ones and
// writes the manifest last, so that an interrupted commit is mended by the next.
func (o *output) commit(dry bool, stats *Stats) error {
	all := o.all()
	stats.Files, stats.Bytes = len(all), o.bytes
	stats.sums = func(yield func(string, digest) bool) {
		for _, f := range all {
			if !yield(f.name, f.sum) {
				return
			}
		}
	}
	if o.kept != nil {
		stats.Contents = o.kept
		return nil
	}
	if o.fresh && !dry {
		if done, err := o.become(); done || err != nil {
			stats.Written = len(all)
			return err
		}
	}
	stale, err := o.stale()
	if err != nil {
		return err
	}
	if err := o.check(stale); err != nil {
		return err
	}
	for _, f := range o.made {
		if f.same {
			continue
		}
		stats.Written++
		if dry {
			continue
		}
		if err := o.move(f.name); err != nil {
			return err
		}
	}
	stats.Unchanged = len(all) - stats.Written
	for _, name := range stale {
		if !exists(filepath.Join(o.dir, filepath.FromSlash(name))) {
			continue
		}
		stats.Removed++
		if dry {
			continue
		}
		if err := o.remove(name); err != nil {
			return err
		}
	}
	if dry {
		return nil
	}
	return writeAtomic(filepath.Join(o.dir, manifestName), o.manifest())
}

// become makes the staging folder the output folder, which is not there yet, in
// one step. It is not done if somebody made it meanwhile.
func (o *output) become() (done bool, err error) {
	list := filepath.Join(o.stage, manifestName)
	if err := os.WriteFile(list, o.manifest(), 0o644); err != nil {
		return false, fmt.Errorf("stage the list of files: %w", err)
	}
	if err := os.Chmod(o.stage, 0o755); err != nil {
		return false, fmt.Errorf("open the staging folder to readers: %w", err)
	}
	if os.Rename(o.stage, o.dir) != nil {
		return false, os.Remove(list)
	}
	return true, nil
}

// listStamp is that of the list of files in the output folder.
func (o *output) listStamp() stamp {
	if o.kept != nil {
		return stamp{}
	}
	return stampAt(filepath.Join(o.dir, manifestName))
}

// manifest lists all files with their digests, as sha256sum prints it.
func (o *output) manifest() []byte {
	all, size := o.all(), 0
	for _, f := range all {
		size += sumLength + len(f.name)
	}
	b := make([]byte, 0, size)
	for _, f := range all {
		b = appendSum(b, f.sum, f.name)
	}
	return b
}

func (o *output) move(name string) error {
	from := filepath.Join(o.stage, filepath.FromSlash(name))
	to := filepath.Join(o.dir, filepath.FromSlash(name))
	err := os.Rename(from, to)
	if err != nil {
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.Rename(from, to)
		}
	}
	if err != nil {
		return fmt.Errorf("put %s into place: %w", name, err)
	}
	return nil
}

// remove deletes a stale file and the folders that it leaves empty.
func (o *output) remove(name string) error {
	path := filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s of an earlier build: %w", name, err)
	}
	for dir := filepath.Dir(path); dir != o.dir && strings.HasPrefix(dir, o.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil { // not empty
			break
		}
	}
	return nil
}

// stale lists the files that an earlier build wrote and this one does not make.
// Names that would lead out of the folder are dropped: a manifest is data, not an
// instruction.
func (o *output) stale() ([]string, error) {
	var names []string
	if o.last.listed {
		for n := range o.last.files {
			if name := o.last.files[n].name; !o.last.taken[n] && o.files[name] == nil && filepath.IsLocal(filepath.FromSlash(name)) {
				names = append(names, name)
			}
		}
		return names, nil
	}
	data, err := os.ReadFile(filepath.Join(o.dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of the last build: %w", err)
	}
	next := o.all() // sorted as the list is, unless somebody wrote into that
	for line := range bytes.Lines(data) {
		_, name, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte("  "))
		for len(next) > 0 && next[0].name < string(name) {
			next = next[1:]
		}
		if len(next) > 0 && next[0].name == string(name) {
			continue
		}
		if name := string(name); filepath.IsLocal(filepath.FromSlash(name)) && o.owner(name) == "" {
			names = append(names, name)
		}
	}
	return names, nil
}

// writeAtomic writes a file so that its final name never holds half of it. It does
// not wait for the disk as saving a result does: after a power cut another build
// makes the site again, and a sync for each of thousands of files costs minutes.
func writeAtomic(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}

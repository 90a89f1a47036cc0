// Writing: files are staged beside the output folder and moved into place only
// after everything was rendered. A file whose bytes are already there is left
// alone; a file of an earlier build that is no longer made is removed; a file
// that no build of ours made is never touched.

package site

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// manifestName marks a folder as ours and lists what we wrote into it, one
// "sha256  path" a line as sha256sum prints it.
const manifestName = ".jouleboard-manifest"

// output collects the files of a build.
type output struct {
	dir   string
	stage string // staging folder, beside dir

	// fresh says that there is nothing at dir yet: the staging folder becomes it.
	fresh bool
	// remembers says that a record will be kept of this build.
	remembers bool
	// last are the files that the last build left, by name; nil if none is known.
	last map[string]*outputFile

	mu    sync.Mutex
	files map[string]staged
	dirs  map[string]bool
	bytes int64
	// kept holds the files of a build into memory, which has no folders at all, and
	// before those of the last one.
	kept, before map[string][]byte
	sorted       []string // names, as far as they were asked for
	work         workLog
}

type staged struct {
	sum   digest
	size  int64
	same  bool   // the output folder has these bytes already
	stamp stamp  // of a file that is the same, where it is known
	of    digest // what it was drawn of, zero where nobody says
	owner string
}

// CheckOut says why a folder may not be the output of a board at root: a build
// must not write where the board's input is, nor over the board itself.
func CheckOut(root, dir string) error {
	if strings.TrimSpace(dir) == "" {
		return errors.New("the output folder has no name")
	}
	out, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("output folder %s: %w", dir, err)
	}
	if inside(root, out) {
		return fmt.Errorf("the output folder %s holds the board itself", dir)
	}
	for _, own := range []string{"content", "results", "templates", "assets", "labels", "cmd", "internal", ".git"} {
		if inside(out, filepath.Join(root, own)) {
			return fmt.Errorf("the output folder %s is part of the board's own files", dir)
		}
	}
	return nil
}

// inside says whether a path is a folder or lies in it. Links count as where they
// lead, and names as the same where the disk takes them so: a preview that writes
// into what it watches would never come to rest.
func inside(name, folder string) bool {
	within := func(name, folder string) bool { // whether or not they are there
		rel, err := filepath.Rel(folder, name)
		return err == nil && filepath.IsLocal(rel)
	}
	if within(name, folder) || within(followed(name), followed(folder)) {
		return true
	}
	want, err := os.Stat(folder)
	if err != nil {
		return false
	}
	for at := followed(name); ; at = filepath.Dir(at) {
		if st, err := os.Stat(at); err == nil && os.SameFile(st, want) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// followed is a path with the links resolved in what is there of it.
func followed(name string) string {
	rest := ""
	for at := name; ; at = filepath.Dir(at) {
		if to, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(to, rest)
		}
		if at == filepath.Dir(at) {
			return name
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// stagePrefix begins the names of staging folders.
const stagePrefix = ".jouleboard-stage-"

// sweep removes staging folders that a killed build left. An hour is far longer
// than a build takes, so a build that runs beside this one keeps its own.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // newOutput reports a folder that cannot be used
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), stagePrefix) || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}

// newOutput prepares a staging folder beside the output folder, or an output in
// memory. It refuses a folder that holds files but no manifest: it may be
// somebody's work.
func newOutput(opt Options, cache *Cache) (*output, error) {
	if opt.Memory {
		return newMemory(cache), nil
	}
	dir, last := opt.Out, cache.byName()
	o := &output{dir: dir, remembers: cache != nil, files: make(map[string]staged, len(last)), dirs: map[string]bool{}}
	if entries, err := os.ReadDir(dir); err == nil {
		if len(entries) > 0 && !exists(filepath.Join(dir, manifestName)) {
			return nil, fmt.Errorf("%s is not empty and was not written by jouleboard (it has no %s): choose another folder with --out, or empty it", dir, manifestName)
		}
		if len(entries) > 0 {
			o.last = last
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the output folder: %w", err)
	} else {
		o.fresh = !exists(dir) // a link that leads nowhere is no place for a folder
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder above the output: %w", err)
	}
	sweep(parent)
	stage, err := os.MkdirTemp(parent, stagePrefix)
	if err != nil {
		return nil, fmt.Errorf("make a staging folder beside the output (is %s writable?): %w", parent, err)
	}
	o.stage = stage
	return o, nil
}

// newMemory prepares an output that touches no disk.
func newMemory(cache *Cache) *output {
	o := &output{files: map[string]staged{}, kept: map[string][]byte{}}
	if cache != nil {
		o.remembers, o.last, o.before = true, cache.byName(), cache.contents
	}
	return o
}

// discard removes the staging folder.
func (o *output) discard() {
	if o.kept == nil {
		_ = os.RemoveAll(o.stage)
	}
}

// put adds a file. name is relative with forward slashes; owner says which part
// of the site made it, for the message when two want one name. It is safe for
// concurrent use, and does not keep data.
func (o *output) put(name, owner string, data []byte) error {
	defer o.work.since("stage", time.Now())
	f := staged{sum: sha256.Sum256(data), size: int64(len(data)), owner: owner}
	makeDir, err := o.add(name, f)
	if err != nil {
		return err
	}
	if o.kept != nil {
		o.mu.Lock()
		o.kept[name] = bytes.Clone(data)
		o.mu.Unlock()
		return nil
	}
	if o.same(name, &f, data) {
		o.mu.Lock()
		o.files[name] = f
		o.mu.Unlock()
		return nil
	}
	to := filepath.Join(o.stage, filepath.FromSlash(name))
	if makeDir {
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("stage %s: %w", name, err)
		}
	}
	err = os.WriteFile(to, data, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		// Another goroutine claimed the folder and has not made it yet.
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
	}
	if err != nil {
		return fmt.Errorf("stage %s: %w", name, err)
	}
	return nil
}

// add takes a name for a file, and says whether its folder is to be made.
func (o *output) add(name string, f staged) (makeDir bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if other, dup := o.files[name]; dup {
		return false, fmt.Errorf("two pages want the file %s: %s and %s; rename one of them", name, other.owner, f.owner)
	}
	o.files[name] = f
	o.bytes += f.size
	if o.kept != nil {
		return false, nil
	}
	dir := path.Dir(name)
	makeDir = !o.dirs[dir]
	o.dirs[dir] = true
	return makeDir, nil
}

// file is what is known of a file that was added.
func (o *output) file(name string) staged {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.files[name]
}

// same says whether the output folder has a file's bytes already, and notes its
// stamp in f where the last build knew it.
func (o *output) same(name string, f *staged, data []byte) bool {
	if o.fresh {
		return false
	}
	if l := o.last[name]; l != nil && l.isAt(o.dir) {
		if l.sum != f.sum {
			return false
		}
		f.same, f.stamp = true, l.stamp
		return true
	}
	f.same = o.has(name, data)
	return f.same
}

// left is what the last build left in a file, if it is still so.
func (o *output) left(f *outputFile) ([]byte, bool) {
	if o.kept != nil {
		data := o.before[f.name]
		return data, data != nil
	}
	if o.last[f.name] == nil || !f.isAt(o.dir) {
		return nil, false
	}
	data, err := os.ReadFile(filepath.Join(o.dir, filepath.FromSlash(f.name)))
	return data, err == nil && sha256.Sum256(data) == f.sum
}

// keep takes files over from the last build, all of them or none: only where each
// is there as it was left.
func (o *output) keep(files []outputFile) (bool, error) {
	for i := range files {
		f := &files[i]
		if o.kept == nil && (o.last[f.name] == nil || !f.isAt(o.dir)) {
			return false, nil
		}
		if o.kept != nil && o.before[f.name] == nil {
			return false, nil
		}
	}
	for i := range files {
		f := &files[i]
		size := f.stamp.size
		if o.kept != nil {
			size = int64(len(o.before[f.name]))
		}
		if _, err := o.add(f.name, staged{sum: f.sum, size: size, same: true, stamp: f.stamp, of: f.of, owner: "the last build"}); err != nil {
			return false, err
		}
		if o.kept != nil {
			o.mu.Lock()
			o.kept[f.name] = o.before[f.name]
			o.mu.Unlock()
		}
	}
	return true, nil
}

// keepDrawn takes a file over from the last build if it was drawn of the same then.
func (o *output) keepDrawn(name string, of digest) (bool, error) {
	l := o.last[name]
	if l == nil || l.of != of || of == (digest{}) {
		return false, nil
	}
	return o.keep([]outputFile{*l})
}

// drawn notes what a file that was put was drawn of.
func (o *output) drawn(name string, of digest) {
	if of == (digest{}) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.files[name]
	f.of = of
	o.files[name] = f
}

// has says whether the output folder holds these bytes under the name already.
// Only a regular file of the same length is read: a pipe would wait for ever.
func (o *output) has(name string, data []byte) bool {
	path := filepath.Join(o.dir, filepath.FromSlash(name))
	st, err := os.Lstat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() != int64(len(data)) {
		return false
	}
	old, err := os.ReadFile(path)
	return err == nil && bytes.Equal(old, data)
}

// check looks at every place that commit will touch, before it touches the
// first: folders must be folders and no links, files must be files or absent.
func (o *output) check(names []string) error {
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
	last := ""
	for _, name := range names {
		if dir := path.Dir(name); dir != last { // names of one folder stand together
			if err := folder(dir); err != nil {
				return err
			}
			last = dir
		}
		if o.files[name].same {
			continue // it was found to be a regular file
		}
		st, err := os.Lstat(filepath.Join(o.dir, filepath.FromSlash(name)))
		if err == nil && !st.Mode().IsRegular() {
			return fmt.Errorf("%s stands where the site needs a file, and is none; move it away", path.Join(filepath.ToSlash(o.dir), name))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// names returns all file names, sorted. They are nobody's to change.
func (o *output) names() []string {
	if len(o.sorted) != len(o.files) { // files come and never go
		o.sorted = slices.Sorted(maps.Keys(o.files))
	}
	return o.sorted
}

// commit moves the staged files into the output folder, removes stale ones and
// writes the manifest last, so that an interrupted commit is mended by the next.
func (o *output) commit(dry bool, stats *Stats) error {
	files := o.files
	stats.sums = func(yield func(string, digest) bool) {
		for name, f := range files {
			if !yield(name, f.sum) {
				return
			}
		}
	}
	if o.kept != nil {
		stats.Files, stats.Bytes, stats.Contents = len(o.files), o.bytes, o.kept
		return nil
	}
	if o.fresh && !dry {
		if done, err := o.become(stats); done || err != nil {
			return err
		}
	}
	old, err := readManifest(filepath.Join(o.dir, manifestName))
	if err != nil {
		return err
	}
	names := o.names()
	stats.Files, stats.Bytes = len(names), o.bytes
	old = slices.DeleteFunc(old, func(name string) bool { _, still := o.files[name]; return still })
	if err := o.check(slices.Concat(names, old)); err != nil {
		return err
	}
	for _, name := range names {
		if o.files[name].same {
			stats.Unchanged++
			continue
		}
		stats.Written++
		if dry {
			continue
		}
		if err := o.move(name); err != nil {
			return err
		}
	}
	for _, name := range old {
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
	return writeAtomic(filepath.Join(o.dir, manifestName), o.manifest(names))
}

// become makes the staging folder the output folder, which is not there yet, in
// one step. It is not done if somebody made it meanwhile.
func (o *output) become(stats *Stats) (done bool, err error) {
	names := o.names()
	list := filepath.Join(o.stage, manifestName)
	if err := os.WriteFile(list, o.manifest(names), 0o644); err != nil {
		return false, fmt.Errorf("stage the list of files: %w", err)
	}
	if err := os.Chmod(o.stage, 0o755); err != nil {
		return false, fmt.Errorf("open the staging folder to readers: %w", err)
	}
	if os.Rename(o.stage, o.dir) != nil {
		return false, os.Remove(list)
	}
	stats.Files, stats.Bytes, stats.Written = len(names), o.bytes, len(names)
	return true, nil
}

// manifest lists files with their digests, as sha256sum prints it.
func (o *output) manifest(names []string) []byte {
	var b []byte
	for _, name := range names {
		b = appendSum(b, o.files[name].sum, name)
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

// readManifest returns the names that an earlier build wrote. Names that would
// lead out of the folder are dropped: a manifest is data, not an instruction.
func readManifest(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of the last build: %w", err)
	}
	var names []string
	for line := range strings.Lines(string(data)) {
		_, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if ok && filepath.IsLocal(filepath.FromSlash(name)) {
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

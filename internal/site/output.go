// Writing: files are staged beside the output folder and moved into place only
// after everything was rendered. A file whose bytes are already there is left
// alone; a file of an earlier build that is no longer made is removed; a file
// that no build of ours made is never touched.

package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
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

	mu    sync.Mutex
	files map[string]staged
	dirs  map[string]bool
	bytes int64
	// kept holds the files of a build into memory, which has no folders at all.
	kept map[string][]byte
	work workLog
}

type staged struct {
	sum   string
	same  bool // the output folder has these bytes already
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

// newOutput prepares a staging folder beside dir. It refuses a folder that
// holds files but no manifest: it may be somebody's work.
func newOutput(dir string) (*output, error) {
	if entries, err := os.ReadDir(dir); err == nil {
		if len(entries) > 0 && !exists(filepath.Join(dir, manifestName)) {
			return nil, fmt.Errorf("%s is not empty and was not written by jouleboard (it has no %s): choose another folder with --out, or empty it", dir, manifestName)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the output folder: %w", err)
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
	return &output{dir: dir, stage: stage, files: map[string]staged{}, dirs: map[string]bool{}}, nil
}

// newMemory prepares an output that touches no disk.
func newMemory() *output {
	return &output{files: map[string]staged{}, kept: map[string][]byte{}}
}

// discard removes the staging folder.
func (o *output) discard() {
	if o.kept == nil {
		_ = os.RemoveAll(o.stage)
	}
}

// put adds a file. name is relative with forward slashes; owner says which part
// of the site made it, for the message when two want one name. It is safe for
// concurrent use.
func (o *output) put(name, owner string, data []byte) error {
	defer o.work.since("stage", time.Now())
	sum := sha256.Sum256(data)
	f := staged{sum: hex.EncodeToString(sum[:]), owner: owner}

	o.mu.Lock()
	if other, dup := o.files[name]; dup {
		o.mu.Unlock()
		return fmt.Errorf("two pages want the file %s: %s and %s; rename one of them", name, other.owner, owner)
	}
	o.files[name] = f
	o.bytes += int64(len(data))
	if o.kept != nil {
		o.kept[name] = data
		o.mu.Unlock()
		return nil
	}
	dir := filepath.Dir(filepath.FromSlash(name))
	makeDir := !o.dirs[dir]
	o.dirs[dir] = true
	o.mu.Unlock()

	if o.has(name, data) {
		f.same = true
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
	err := os.WriteFile(to, data, 0o644)
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
	for _, name := range names {
		if err := folder(path.Dir(name)); err != nil {
			return err
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

// names returns all file names, sorted.
func (o *output) names() []string {
	names := make([]string, 0, len(o.files))
	for n := range o.files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// commit moves the staged files into the output folder, removes stale ones and
// writes the manifest last, so that an interrupted commit is mended by the next.
func (o *output) commit(dry bool, stats *Stats) error {
	stats.Sums = make(map[string]string, len(o.files))
	for name, f := range o.files {
		stats.Sums[name] = f.sum
	}
	if o.kept != nil {
		stats.Files, stats.Bytes, stats.Contents = len(o.files), o.bytes, o.kept
		return nil
	}
	old, err := readManifest(filepath.Join(o.dir, manifestName))
	if err != nil {
		return err
	}
	names := o.names()
	stats.Files, stats.Bytes = len(names), o.bytes
	if err := o.check(append(append([]string(nil), names...), old...)); err != nil {
		return err
	}
	var manifest strings.Builder
	for _, name := range names {
		f := o.files[name]
		fmt.Fprintf(&manifest, "%s  %s\n", f.sum, name)
		if f.same {
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
		if _, still := o.files[name]; still || !exists(filepath.Join(o.dir, filepath.FromSlash(name))) {
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
	return writeAtomic(filepath.Join(o.dir, manifestName), []byte(manifest.String()))
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

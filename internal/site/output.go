// Writing: files are staged beside the output folder and moved into place only
// after everything was rendered. A file whose bytes are already there is left
// alone; a file of an earlier build that is no longer made is removed; a file
// that no build of ours made is never touched. This file gathers what a build
// makes; commit.go moves it.

package site

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
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
	last      *lastFiles

	mu    sync.Mutex
	files map[string]*newFile // those that are not taken over from the last build
	made  []*newFile          // the same, by name as soon as all were asked for
	taken int                 // how many are taken over
	bytes int64
	// kept holds the files of a build into memory, which has no folders at all.
	kept   map[string][]byte
	sorted []*outputFile // all files, as far as they were asked for
	work   workLog
}

// newFile is a file that this build made itself.
type newFile struct {
	outputFile
	size  int64
	same  bool // the output folder has these bytes already
	owner string
}

// lastFiles are the files that the last build left, sorted by name. This build
// finds them by their place, since it takes over nearly all of them.
type lastFiles struct {
	files []outputFile
	there []bool // they are as they were left
	taken []bool // they are files of this build as well
	// listed says that the list of files in the output folder is of these.
	listed bool
	// contents are those of a build into memory.
	contents map[string][]byte
}

// lastOwner is who made the files that are taken over.
const lastOwner = "the last build"

// find returns the place of a file, or -1.
func (l *lastFiles) find(name string) int {
	n, ok := slices.BinarySearchFunc(l.files, name, func(f outputFile, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return -1
	}
	return n
}

// lookBack begins to look at the files that the last build left, which takes as
// long as to read the board. wait returns what was seen; stop ends the looking.
func (c *Cache) lookBack(ctx context.Context, opt Options) (wait func() *lastFiles, stop func()) {
	l := &lastFiles{}
	if c != nil {
		l = &lastFiles{files: c.outputs, there: make([]bool, len(c.outputs)), taken: make([]bool, len(c.outputs)), contents: c.contents}
	}
	ctx, cancel := context.WithCancel(ctx)
	var g errgroup.Group
	g.Go(func() error {
		if !opt.Memory {
			list := stampAt(filepath.Join(opt.Out, manifestName))
			if list == (stamp{}) {
				return nil
			}
			l.listed = c != nil && list == c.list
		}
		return shared(ctx, len(l.files), func(n int) error {
			if f := &l.files[n]; opt.Memory {
				l.there[n] = l.contents[f.name] != nil
			} else {
				l.there[n] = f.isAt(opt.Out)
			}
			return nil
		})
	})
	wait = func() *lastFiles {
		_ = g.Wait() // what was not seen does not count as there
		return l
	}
	return wait, func() { cancel(); _ = g.Wait() }
}

// newOutput prepares a staging folder beside the output folder, or an output in
// memory. It refuses a folder that holds files but no manifest: it may be
// somebody's work.
func newOutput(opt Options, last *lastFiles) (*output, error) {
	if opt.Memory {
		o := newMemory(last)
		o.remembers = opt.Cache != nil
		return o, nil
	}
	dir := opt.Out
	o := &output{dir: dir, remembers: opt.Cache != nil, last: last, files: map[string]*newFile{}}
	if entries, err := os.ReadDir(dir); err == nil {
		if len(entries) > 0 && !exists(filepath.Join(dir, manifestName)) {
			return nil, fmt.Errorf("%s is not empty and was not written by jouleboard (it has no %s): choose another folder with --out, or empty it", dir, manifestName)
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

// newMemory prepares an output that touches no disk. There may be no last build.
func newMemory(last *lastFiles) *output {
	if last == nil {
		last = &lastFiles{}
	}
	return &output{last: last, files: map[string]*newFile{}, kept: map[string][]byte{}}
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
	f := &newFile{outputFile: outputFile{name: name, sum: sha256.Sum256(data)}, size: int64(len(data)), owner: owner}
	if o.kept == nil {
		o.compare(f)
	}
	if err := o.add(f); err != nil || f.same {
		return err
	}
	if o.kept != nil {
		data = bytes.Clone(data)
		o.mu.Lock()
		o.kept[name] = data
		o.mu.Unlock()
		return nil
	}
	if err := stageFile(filepath.Join(o.stage, filepath.FromSlash(name)), data); err != nil {
		return fmt.Errorf("stage %s: %w", name, err)
	}
	return nil
}

// stream adds a file as it is made: a large one is never in memory as a whole.
func (o *output) stream(name, owner string, made func(io.Writer) error) error {
	if o.kept != nil {
		var b bytes.Buffer
		if err := made(&b); err != nil {
			return err
		}
		return o.put(name, owner, b.Bytes())
	}
	staged := filepath.Join(o.stage, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(staged), 0o755); err != nil {
		return fmt.Errorf("stage %s: %w", name, err)
	}
	file, err := os.Create(staged)
	if err != nil {
		return fmt.Errorf("stage %s: %w", name, err)
	}
	size, sum := &counter{}, sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(file, sum, size), 1<<16)
	if err := made(w); err != nil {
		file.Close()
		return err
	}
	// Some disks tell only now that they are full, and some systems neither move nor
	// remove a file that is open.
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("stage %s: %w", name, err)
	}
	f := &newFile{outputFile: outputFile{name: name, sum: digest(sum.Sum(nil))}, size: size.n, owner: owner}
	if o.compare(f); f.same {
		if err := os.Remove(staged); err != nil {
			return fmt.Errorf("take back %s: %w", name, err)
		}
	}
	return o.add(f)
}

// counter counts what is written to it.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// stageFile writes a file that is not there yet, and makes its folder if it is the
// first one there: nobody need ask for folders, or remember them.
func stageFile(name string, data []byte) error {
	err := writeNew(name, data)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(name)
	if os.Mkdir(dir, 0o755) != nil { // those above are missing too, or another goroutine was first
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return writeNew(name, data)
}

// compare notes in f whether the output folder has its bytes already, and its stamp
// where the last build knew it.
func (o *output) compare(f *newFile) {
	if o.fresh {
		return
	}
	if n := o.last.find(f.name); n >= 0 && o.last.there[n] {
		if l := &o.last.files[n]; l.sum == f.sum {
			f.same, f.stamp = true, l.stamp
		}
		return
	}
	f.same = o.has(f)
}

// has says whether the output folder holds the bytes of a file already. Only a
// regular one of the same length is read: a pipe would wait for ever.
func (o *output) has(f *newFile) bool {
	path := f.in(o.dir)
	st, err := os.Lstat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() != f.size {
		return false
	}
	old, err := os.ReadFile(path)
	return err == nil && sha256.Sum256(old) == f.sum
}

// add takes a name for a file.
func (o *output) add(f *newFile) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if owner := o.owner(f.name); owner != "" {
		return twice(f.name, owner, f.owner)
	}
	o.files[f.name] = f
	o.made = append(o.made, f)
	o.bytes += f.size
	return nil
}

func twice(name, one, other string) error {
	return fmt.Errorf("two pages want the file %s: %s and %s; rename one of them", name, one, other)
}

// owner says who made a file, empty if nobody did.
func (o *output) owner(name string) string {
	if f := o.files[name]; f != nil {
		return f.owner
	}
	if n := o.last.find(name); n >= 0 && o.last.taken[n] {
		return lastOwner
	}
	return ""
}

// file is what is known of a file that was added.
func (o *output) file(name string) (sum digest, size int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.files[name]; f != nil {
		return f.sum, f.size
	}
	if n := o.last.find(name); n >= 0 && o.last.taken[n] {
		return o.last.files[n].sum, o.lastSize(n)
	}
	return digest{}, 0
}

func (o *output) lastSize(n int) int64 {
	if o.kept != nil {
		return int64(len(o.last.contents[o.last.files[n].name]))
	}
	return o.last.files[n].stamp.size
}

// left is what the last build left in a file, if it is still so.
func (o *output) left(n int32) ([]byte, bool) {
	f := &o.last.files[n]
	if !o.last.there[n] {
		return nil, false
	}
	if o.kept != nil {
		return o.last.contents[f.name], true
	}
	data, err := os.ReadFile(filepath.Join(o.dir, filepath.FromSlash(f.name)))
	return data, err == nil && sha256.Sum256(data) == f.sum
}

// keep takes files over from the last build, all of them or none: only where each
// is there as it was left.
func (o *output) keep(files []int32) (bool, error) {
	for _, n := range files {
		if !o.last.there[n] {
			return false, nil
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range files {
		name := o.last.files[n].name
		if f := o.files[name]; f != nil {
			return false, twice(name, f.owner, lastOwner)
		}
		if o.last.taken[n] {
			return false, twice(name, lastOwner, lastOwner)
		}
		o.last.taken[n] = true
		o.taken++
		o.bytes += o.lastSize(int(n))
		if o.kept != nil {
			o.kept[name] = o.last.contents[name]
		}
	}
	return true, nil
}

// keepDrawn takes a file over from the last build if it was drawn of the same then.
func (o *output) keepDrawn(name string, of digest) (bool, error) {
	if of == (digest{}) {
		return false, nil
	}
	n := o.last.find(name)
	if n < 0 || o.last.files[n].of != of {
		return false, nil
	}
	return o.keep([]int32{int32(n)})
}

// drawn notes what a file that was put was drawn of.
func (o *output) drawn(name string, of digest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[name].of = of
}

// all returns all files, sorted by name. The list is nobody's to change.
func (o *output) all() []*outputFile {
	if len(o.sorted) == len(o.made)+o.taken { // files come and never go
		return o.sorted
	}
	slices.SortFunc(o.made, func(a, b *newFile) int { return strings.Compare(a.name, b.name) })
	all, made := make([]*outputFile, 0, len(o.made)+o.taken), o.made
	for n, taken := range o.last.taken {
		if !taken {
			continue
		}
		f := &o.last.files[n]
		for ; len(made) > 0 && made[0].name < f.name; made = made[1:] {
			all = append(all, &made[0].outputFile)
		}
		all = append(all, f)
	}
	for _, f := range made {
		all = append(all, &f.outputFile)
	}
	o.sorted = all
	return all
}

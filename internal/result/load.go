// Loading a tree: every result file below results/, in parallel, every file
// accounted for.

package result

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// LoadTree reads all results below root/results: each *.json except
// *.partial.json, jobs at a time (all cores if less than 1). It returns the
// results that Decode finds no error in, sorted by path, and the findings of
// all files, sorted by place. Check is left to the caller for these results;
// of a file that is not returned, the findings hold what Check says too, so
// that one run tells everything. A file that is wrong is a finding; the error
// is for a tree that cannot be walked, or a cancelled context.
//
// Across files, a repeated id and a repeated first 12 digits of an id are
// errors (the latter under rule LBL-E-HASH, which a site that prints longer
// ids may leave aside), and both files are returned.
func LoadTree(ctx context.Context, root string, jobs int) ([]*Loaded, Findings, error) {
	return LoadTreeAfter(ctx, root, jobs, Before{})
}

// Before is what somebody knows of a tree from when the same program read it
// before.
type Before struct {
	// Faultless are the SHA-256 sums of files of which nothing was to be said, neither
	// in reading them nor by Check.
	Faultless map[[sha256.Size]byte]struct{}
	// Names are those of all files below results, sorted, if they are known and none is
	// anything but a file.
	Names []string
	// Untouched are copies of such files, by path, that nobody touched since.
	Untouched map[string]Copy
	// Loaded are results of such files, by path, as they were read from another tree
	// that has the same files.
	Loaded map[string]*Loaded
}

// Copy is what was kept of a file: its text without space between its parts.
type Copy struct {
	Text string
	Size int64
	Sum  [sha256.Size]byte
}

// LoadTreeAfter is LoadTree for a tree of which something is known. Files of which
// nothing was to be said are not judged again, since the same bytes have the same
// findings; their results are marked, so that Check can be left out for them too.
// Those that nobody touched, or that were loaded, are not even read.
func LoadTreeAfter(ctx context.Context, root string, jobs int, before Before) ([]*Loaded, Findings, error) {
	paths, ok := plainTree(before.Names)
	var findings Findings
	if !ok {
		var err error
		if paths, findings, err = listTree(root); err != nil {
			return nil, nil, err
		}
	}
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	type outcome struct {
		loaded   *Loaded
		findings Findings
	}
	read := make([]outcome, len(paths))
	var group errgroup.Group
	var next atomic.Int64
	for range jobs {
		group.Go(func() error {
			l := loader{root: root, before: before}
			for i := next.Add(1) - 1; i < int64(len(paths)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				read[i].loaded, read[i].findings = l.load(paths[i])
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, fmt.Errorf("load results: %w", err)
	}
	var results []*Loaded
	for _, o := range read {
		if o.loaded != nil {
			results = append(results, o.loaded)
		}
		findings = append(findings, o.findings...)
	}
	findings = append(findings, repeatedIDs(results)...)
	findings.Sort()
	return results, findings, nil
}

// listTree returns the paths to read, sorted, relative to root with forward
// slashes, and what is to be said about the others.
func listTree(root string) ([]string, Findings, error) {
	top := filepath.Join(root, Dir)
	if _, err := os.Stat(top); errors.Is(err, fs.ErrNotExist) {
		return nil, Findings{{Rule: "RES-TREE", Level: Warn, Where: Place{File: Dir}, Message: "no results folder",
			Hint: "results stand under results/ORG/NAME/HARDWARE/TASK-ID8.json"}}, nil
	}
	if info, err := os.Lstat(top); err == nil && !info.IsDir() {
		return nil, Findings{{Rule: "RES-LINK", Level: Error, Where: Place{File: Dir}, Message: "not a folder itself (a symbolic link?)",
			Hint: "keep the results in the board's own folder"}}, nil
	}
	real, err := filepath.EvalSymlinks(top)
	if err != nil {
		return nil, nil, fmt.Errorf("load results: %w", plainPathError(err))
	}
	var paths []string
	var findings Findings
	say := func(level Level, rule, file, hint, format string, args ...any) {
		findings = append(findings, Finding{Rule: rule, Level: level, Where: Place{File: file}, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	err = filepath.WalkDir(top, func(full string, entry fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(root, full)
		if relErr != nil {
			return relErr
		}
		name := filepath.ToSlash(rel)
		if err != nil {
			say(Error, "RES-READ", name, "check the permissions", "cannot be read: %v", plainPathError(err))
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch mode := entry.Type(); {
		case mode.IsDir():
		case mode&fs.ModeSymlink != 0:
			target, err := filepath.EvalSymlinks(full)
			if err != nil {
				say(Error, "RES-LINK", name, "remove the link", "symbolic link leads nowhere")
				return nil
			}
			if r, err := filepath.Rel(real, target); err != nil || !filepath.IsLocal(r) {
				say(Error, "RES-LINK", name, "put the file itself there", "symbolic link leaves the results folder")
				return nil
			}
			if info, err := os.Stat(full); err == nil && info.IsDir() {
				say(Error, "RES-LINK", name, "put the files themselves there", "symbolic link to a folder")
				return nil
			}
			if wanted(name) {
				paths = append(paths, name)
			}
		case !mode.IsRegular():
			if wanted(name) {
				say(Error, "RES-READ", name, "remove it", "not a regular file")
			}
		case wanted(name):
			paths = append(paths, name)
		case misnamed(name):
			say(Warn, "RES-PATH", name, "rename it", "not read: the extension is %s, results end in .json", path.Ext(name))
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load results: %w", plainPathError(err))
	}
	sort.Strings(paths)
	return paths, findings, nil
}

// plainTree are the paths to read among the names of files, if nothing is to be said
// about the others.
func plainTree(names []string) (paths []string, ok bool) {
	for _, name := range names {
		switch {
		case wanted(name):
			paths = append(paths, name)
		case misnamed(name):
			return nil, false
		}
	}
	return paths, len(names) > 0
}

// misnamed says that a file looks like a result, but is not read.
func misnamed(name string) bool {
	return !wanted(name) && strings.EqualFold(path.Ext(name), ".json") && !PartialPath(name)
}

func wanted(name string) bool { return strings.HasSuffix(name, ".json") && !PartialPath(name) }

// loader reads one file after the other.
type loader struct {
	root   string
	before Before
	flat   flat
	file   []byte
}

// load reads one file, or takes what is known of it. The result is nil where there
// are errors.
func (l *loader) load(name string) (*Loaded, Findings) {
	if r, ok := l.before.Loaded[name]; ok {
		return r, nil
	}
	if c, ok := l.before.Untouched[name]; ok {
		if r, err := l.flat.filler.fill(c.Text); err == nil {
			return &Loaded{Result: r, Path: name, Size: c.Size, Sum: c.Sum, Known: true, text: c.Text, root: l.root}, nil
		}
	}
	data, err := readBounded(filepath.Join(l.root, filepath.FromSlash(name)), l.file[:0])
	if err != nil {
		return nil, Findings{{Rule: "RES-READ", Level: Error, Where: Place{File: name}, Message: fmt.Sprintf("cannot be read: %v", plainPathError(err)), Hint: "check the permissions"}}
	}
	l.file = data
	read := NewLoaded(name, nil, data)
	if _, ok := l.before.Faultless[read.Sum]; ok {
		if read.Result, err = l.flat.filler.fill(read.text); err == nil {
			read.Known = true
			return read, checkPlace(read)
		}
	}
	r, findings := l.flat.decode(name, data, read.text)
	if findings.HasErrors() {
		_, findings = Inspect(name, data)
		return nil, findings
	}
	read.Result = r
	return read, append(findings, checkPlace(read)...)
}

// readBounded reads a file, but no more than shows that it is too large. The bytes
// are put into buf if there is room.
func readBounded(full string, buf []byte) ([]byte, error) {
	f, err := os.Open(full)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := int(min(info.Size(), maxFile+1))
	data := slices.Grow(buf, size)[:size]
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // it was made shorter just now
		err = nil
	}
	return data[:n], err
}

// repeatedIDs finds results that are there twice and ids that look alike on
// labels and in permalinks. The results are sorted by path.
func repeatedIDs(results []*Loaded) Findings {
	var findings Findings
	byID := make(map[string]*Loaded, len(results))
	byHash := make(map[string]*Loaded, len(results))
	for _, l := range results {
		if first, ok := byID[l.ID]; ok {
			findings = append(findings, Finding{Rule: "RES-DUP", Level: Error, Where: Place{File: l.Path, Pointer: "/id"},
				Message: fmt.Sprintf("id %s is also that of %s", l.Hash12(), first.Path), Hint: "remove one of the two files"})
			continue
		}
		byID[l.ID] = l
		if first, ok := byHash[l.Hash12()]; ok {
			findings = append(findings, Finding{Rule: "LBL-E-HASH", Level: Error, Where: Place{File: l.Path, Pointer: "/id"},
				Message: fmt.Sprintf("the first 12 digits of the id, %s, are also those of %s", l.Hash12(), first.Path),
				Hint:    "set labels.hash_len: 16 in site.yaml"})
			continue
		}
		byHash[l.Hash12()] = l
	}
	return findings
}

// plainPathError drops the absolute path from an error of the file system:
// findings name files relative to the board.
func plainPathError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// pathParts counts results/ORG/NAME/HARDWARE/FILE.
const pathParts = 5

// checkPlace compares a file's name and folders with its content. The folder of
// the hardware is the catalogue's to judge.
func checkPlace(l *Loaded) Findings {
	base := path.Base(l.Path)
	hardware, move := "HARDWARE", "move it there; HARDWARE is the accelerator's file name in content/catalog/hardware"
	if parts := strings.Split(l.Path, "/"); len(parts) == pathParts {
		hardware, move = parts[pathParts-2], "move it there"
	} else if l.Kind == KindEndpoint {
		hardware, move = "", "move it there"
	}
	want := Path(l.Result, hardware)
	id8 := strings.TrimSuffix(base, ".json")
	id8 = id8[strings.LastIndexByte(id8, '-')+1:]
	where := Place{File: l.Path}
	switch {
	case id8 != l.ID8():
		return Findings{{Rule: "RES-PATH", Level: Error, Where: where,
			Message: fmt.Sprintf("file name ends in %q; the id of its content starts with %s", Clip(id8), l.ID8()),
			Hint:    "rename it to " + path.Base(want)}}
	case l.Path != want:
		return Findings{{Rule: "RES-PATH", Level: Warn, Where: where, Message: "the content belongs at " + want, Hint: move}}
	}
	return nil
}

// OpenSamples opens the samples file beside the result at resultPath below root;
// nil without an error says that there is none. Only a regular file is opened: no
// link leads out of the board, no pipe blocks. Errors name no path.
func OpenSamples(root, resultPath string) (*os.File, error) {
	full := filepath.Join(root, filepath.FromSlash(SamplesPath(resultPath)))
	info, err := os.Lstat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(full)
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return f, err
}

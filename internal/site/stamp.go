// Stamps: what the file system says of a file without reading it, by which a
// build knows the files that nobody touched since the last one.

package site

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// stamp is what the file system says of a regular file. The zero value is that of
// no file and equals nothing.
type stamp struct {
	size  int64
	mtime int64 // ns since 1970
	// change and inode are the time of the last change of any kind in ns and the
	// number of the file, 0 where the system tells none: a file whose time was set
	// back has others.
	change int64
	inode  uint64
}

// tick is how long two writes to a file may be apart and leave one time: the
// clock of most file systems moves with that of the kernel, that of old ones each
// two seconds.
func tick(mtime int64) time.Duration {
	if mtime%int64(time.Second) == 0 {
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// atRest says that a file was last written so long before now that another write
// would show.
func (s stamp) atRest(now time.Time) bool {
	return s.mtime > 0 && now.Sub(time.Unix(0, s.mtime)) > tick(s.mtime)
}

// settingFolders are what a build reads below the board's root beside results.
var settingFolders = []string{"assets", "content", "labels", "templates"}

// stampInputs looks at every file of some folders below the board's root. Anything
// that is neither file nor folder gets the zero stamp.
func stampInputs(ctx context.Context, root string, folders ...string) (map[string]stamp, error) {
	out := map[string]stamp{}
	for _, dir := range folders {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if d.IsDir() {
				return nil
			}
			out[filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))] = stampAt(path)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// atRest leaves out the stamps of files that were written just before now.
func atRest(stamps map[string]stamp, now time.Time) map[string]stamp {
	out := make(map[string]stamp, len(stamps))
	for name, s := range stamps {
		if !s.atRest(now) {
			s = stamp{}
		}
		out[name] = s
	}
	return out
}

// sameInputs says that the same files are there, none of them touched.
func sameInputs(a, b map[string]stamp) bool {
	if len(a) != len(b) {
		return false
	}
	for name, s := range a {
		if t, ok := b[name]; !ok || s != t || s == (stamp{}) {
			return false
		}
	}
	return true
}

// untouched says that all files of a folder are as they were left.
func untouched(ctx context.Context, dir string, files []outputFile) bool {
	return shared(ctx, len(files), func(n int) error {
		if !files[n].isAt(dir) {
			return errTouched
		}
		return nil
	}) == nil
}

var errTouched = errors.New("a file is not as it was left")

// stampOutputs notes the stamps of those files in a folder that have none yet. A
// file that is not there keeps none, so that it is made again.
func stampOutputs(ctx context.Context, dir string, files []outputFile) error {
	return shared(ctx, len(files), func(n int) error {
		f := &files[n]
		if f.stamp != (stamp{}) {
			return nil
		}
		f.stamp = stampAt(f.in(dir))
		return nil
	})
}

// shared does something with each of n things, on all cores, until the first error.
func shared(ctx context.Context, n int, do func(int) error) error {
	workers := runtime.GOMAXPROCS(0)
	share := (n + workers - 1) / workers
	g, ctx := errgroup.WithContext(ctx)
	for start := 0; start < n; start += share {
		g.Go(func() error {
			for i := start; i < min(start+share, n); i++ {
				if i%1024 == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// in is the file's path in a folder.
func (f *outputFile) in(dir string) string {
	return dir + string(filepath.Separator) + filepath.FromSlash(f.name)
}

// isAt says that the file is in the folder as it was left.
func (f *outputFile) isAt(dir string) bool {
	return f.stamp != (stamp{}) && stampAt(f.in(dir)) == f.stamp
}

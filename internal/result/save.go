// Saving: a file at its final name is always whole.

package result

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strconv"
)

// Save writes a sealed result to path (forward slashes, relative to root). It
// reports false where the same bytes are there already. Another content at that
// path is an error, as results are never replaced: a changed one has another
// id and so another name. A path that leaves root, also through a symbolic
// link, is an error.
func Save(root, file string, r *Result) (written bool, err error) {
	id, err := ComputeID(r)
	if err != nil {
		return false, err
	}
	if r.ID != id {
		return false, fmt.Errorf("save %s: id is %q, the content gives %q; seal the result before saving it", file, r.ID, id)
	}
	data, err := Encode(r)
	if err != nil {
		return false, err
	}
	name := filepath.FromSlash(file)
	dir, err := os.OpenRoot(root)
	if err != nil {
		return false, fmt.Errorf("save %s: %w", file, err)
	}
	defer dir.Close()
	switch old, err := dir.ReadFile(name); {
	case err == nil && bytes.Equal(old, data):
		return false, nil
	case err == nil:
		return false, fmt.Errorf("save %s: a different file is there already; results are not overwritten, remove it first if it is wrong", file)
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("save %s: %w", file, err)
	}
	if err := dir.MkdirAll(filepath.FromSlash(path.Dir(file)), 0o755); err != nil {
		return false, fmt.Errorf("save %s: %w", file, err)
	}
	if err := writeAtomic(dir, name, data); err != nil {
		return false, fmt.Errorf("save %s: %w", file, err)
	}
	return true, nil
}

// writeAtomic goes by a temporary file in the same folder, which is removed on
// failure. The temporary name is random and so is never part of any output. It
// waits for the disk: a result may have cost hours, and nothing can make it again.
// A site, which a build makes again, is written without that (internal/site).
func writeAtomic(dir *os.Root, name string, data []byte) (err error) {
	tmp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+strconv.FormatUint(rand.Uint64(), 36))
	f, err := dir.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			dir.Remove(tmp)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return dir.Rename(tmp, name)
}

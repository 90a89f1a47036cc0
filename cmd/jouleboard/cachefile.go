// Where the record of a board's last build is kept, and which build of this
// program made it.

package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// recordsKept is how many records stay: the size of the cache is bounded by them.
const recordsKept = 64

// recordPath is the file of the record for a board's output folder, empty where
// this system has no place for caches. Old records of other boards go.
func recordPath(root, out string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "jouleboard", "builds")
	a, errA := filepath.Abs(root)
	b, errB := filepath.Abs(out)
	if errA != nil || errB != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(a + "\x00" + b))
	prune(dir)
	return filepath.Join(dir, fmt.Sprintf("%x.record", sum[:12]))
}

// prune removes the records that were not written for the longest time.
func prune(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < recordsKept {
		return
	}
	type file struct {
		name string
		when time.Time
	}
	var files []file
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, file{e.Name(), info.ModTime()})
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].when.After(files[j].when) })
	for i := recordsKept - 1; i < len(files); i++ {
		_ = os.Remove(filepath.Join(dir, files[i].name))
	}
}

// binaryMark tells builds of this program apart that have one version, such as two
// of a working tree.
func binaryMark() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(name)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", name, info.Size(), info.ModTime().UnixNano())
}

//go:build !linux

package site

import "os"

// stampAt is the stamp of the file at a path, zero for none and for what is no
// regular file. Only size and time are portable.
func stampAt(path string) stamp {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return stamp{}
	}
	return stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
}

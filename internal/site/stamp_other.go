//go:build !linux

package site

import (
	"io/fs"
	"os"
)

// systemStamp is nothing where only size and time are portable.
func systemStamp(fs.FileInfo) (change int64, inode uint64) { return 0, 0 }

// stampAt is the stamp of the file at a path.
func stampAt(path string) stamp {
	info, err := os.Lstat(path)
	if err != nil {
		return stamp{}
	}
	return stampOf(info)
}

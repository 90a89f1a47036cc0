package site

import (
	"io/fs"
	"syscall"
)

// systemStamp is what Linux tells of a file beside its size and time.
func systemStamp(info fs.FileInfo) (change int64, inode uint64) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano(), st.Ino
	}
	return 0, 0
}

// stampAt is the stamp of the file at a path: what os.Lstat tells and stampOf takes,
// without the values in between. It is asked for each file of an output.
func stampAt(path string) stamp {
	var st syscall.Stat_t
	if syscall.Lstat(path, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return stamp{}
	}
	return stamp{size: st.Size, mtime: st.Mtim.Nano(), change: st.Ctim.Nano(), inode: st.Ino}
}

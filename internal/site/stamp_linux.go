package site

import "syscall"

// stampAt is the stamp of the file at a path, zero for none and for what is no
// regular file. It is asked for a hundred thousand files, so it makes no values in
// between, as os.Lstat does.
func stampAt(path string) stamp {
	var st syscall.Stat_t
	if syscall.Lstat(path, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return stamp{}
	}
	return stamp{size: st.Size, mtime: st.Mtim.Nano(), change: st.Ctim.Nano(), inode: st.Ino}
}

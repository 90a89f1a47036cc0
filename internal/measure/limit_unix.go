//go:build unix

// The limit of open files on Unix.

package measure

import "syscall"

// fileLimit is how many files this process may have open. The Go runtime has
// raised the soft limit to the hard one by now.
func fileLimit() (uint64, bool) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0, false
	}
	return uint64(r.Cur), true
}

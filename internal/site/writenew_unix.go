//go:build unix

package site

import (
	"errors"
	"io/fs"
	"syscall"
)

// writeNew writes a file that is not there yet, with as few calls of the system as
// there can be, since there are tens of thousands. An os.File would first be
// offered to the poller of sockets, which takes no files: five more calls for each.
func writeNew(name string, data []byte) (err error) {
	failed := func(op string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }
	fd, err := -1, error(syscall.EINTR)
	for errors.Is(err, syscall.EINTR) {
		fd, err = syscall.Open(name, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_TRUNC|syscall.O_CLOEXEC, 0o644)
	}
	if err != nil {
		return failed("open", err)
	}
	defer func() {
		// An interrupted close has closed the file all the same.
		if cerr := syscall.Close(fd); err == nil && cerr != nil && !errors.Is(cerr, syscall.EINTR) {
			err = failed("close", cerr)
		}
	}()
	for len(data) > 0 {
		n, err := syscall.Write(fd, data)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return failed("write", err)
		}
		data = data[max(n, 0):]
	}
	return nil
}

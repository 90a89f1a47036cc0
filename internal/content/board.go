// A board's folder as a file system that no link leads out of and that holds
// files and folders only.

package content

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// OpenBoard opens a board's folder. Symbolic links inside it are followed as
// long as they stay inside; one that leads out is an error where it is read, and
// so is anything that is neither file nor folder: reading a pipe would wait for
// ever. The folder stays open for the life of the file system.
func OpenBoard(root string) (fs.FS, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("open the board's folder: %w", err)
	}
	return boardFS{r}, nil
}

type boardFS struct{ root *os.Root }

var errLink = errors.New("is a symbolic link that leaves the board's folder; put the file itself there")

var errSpecial = errors.New("is neither a file nor a folder (a pipe, socket or device)")

// Open implements fs.FS.
func (b boardFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	st, err := b.root.Stat(name)
	if err != nil {
		if l, lerr := b.root.Lstat(name); lerr == nil && l.Mode()&fs.ModeSymlink != 0 && !errors.Is(err, fs.ErrNotExist) {
			err = &fs.PathError{Op: "open", Path: name, Err: errLink}
		}
		return nil, err
	}
	if !st.Mode().IsRegular() && !st.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errSpecial}
	}
	return b.root.Open(name)
}

// Folder is one folder of a board. It need not be there.
func Folder(board fs.FS, name string) fs.FS {
	sub, err := fs.Sub(board, name)
	if err != nil {
		// Only an invalid name can fail, and names are written in code.
		return overlay{}
	}
	return sub
}

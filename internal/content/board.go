// A board's folder as a file system that no link leads out of.

package content

import (
	"fmt"
	"io/fs"
	"os"
)

// OpenBoard opens a board's folder. Symbolic links inside it are followed as
// long as they stay inside; one that leads out is an error where it is read.
// The folder stays open for the life of the file system.
func OpenBoard(root string) (fs.FS, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("open the board's folder: %w", err)
	}
	return r.FS(), nil
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

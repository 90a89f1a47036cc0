// What standard error can show.

package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// canMove says whether w is a terminal that understands escape sequences.
func canMove(w io.Writer) bool { return isTerminal(w) && os.Getenv("TERM") != "dumb" }

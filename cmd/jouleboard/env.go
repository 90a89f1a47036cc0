// Everything that speaks to a person: streams, findings, errors with hints,
// progress. Data goes to stdout, everything else to stderr.

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"jouleboard/internal/result"
	"jouleboard/internal/review"
)

// env is what a command has of the outside: streams and the board's folder.
type env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Root           string // --root; empty means search upwards
}

// usageError is a mistake on the command line: exit status 2.
type usageError struct{ msg, hint string }

func (e usageError) Error() string { return e.msg }

// machineError is something this machine lacks: exit status 3.
type machineError struct{ msg, hint string }

func (e machineError) Error() string { return e.msg }

// hintError is a failure of the work with a next step: exit status 1.
type hintError struct {
	err  error
	hint string
}

func (e hintError) Error() string { return e.err.Error() }
func (e hintError) Unwrap() error { return e.err }

// errFindings says that the errors were printed as findings already.
var errFindings = errors.New("errors were found")

// report prints an error and returns the exit status that belongs to it.
func (e *env) report(err error) int {
	var u usageError
	var m machineError
	var h hintError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFailed
	case errors.As(err, &u):
		e.errorf("%s", u.msg)
		e.hintf("%s", u.hint)
		return exitUsage
	case errors.As(err, &m):
		e.errorf("%s", m.msg)
		e.hintf("%s", m.hint)
		return exitMachine
	case errors.As(err, &h):
		e.errorf("%s", err)
		e.hintf("%s", h.hint)
		return exitFailed
	}
	e.errorf("%s", err)
	return exitFailed
}

func (e *env) errorf(format string, a ...any) {
	fmt.Fprintf(e.Stderr, "%s %s\n", e.paint("31;1", "error:"), fmt.Sprintf(format, a...))
}

func (e *env) hintf(format string, a ...any) {
	if s := fmt.Sprintf(format, a...); s != "" {
		fmt.Fprintf(e.Stderr, "%s %s\n", e.paint("36", "hint:"), s)
	}
}

// notef prints a line about the work's progress or outcome.
func (e *env) notef(format string, a ...any) {
	fmt.Fprintf(e.Stderr, format+"\n", a...)
}

// printFindings lists findings sorted by place, errors last, then a count. Notes
// are listed too: they are why something was left out.
func (e *env) printFindings(fs result.Findings) { e.printSome(fs, len(fs)) }

// printSome prints the first errors, up to most, with all warnings and notes, and
// says how many there are of all.
func (e *env) printSome(fs result.Findings, most int) {
	var shown result.Findings
	left := most
	for _, f := range fs {
		if f.Level != result.Error || left > 0 {
			shown = append(shown, f)
		}
		if f.Level == result.Error {
			left--
		}
	}
	_ = review.Text(e.Stderr, shown, review.Print{Paint: e.paint}) // as with every message, nobody could be told
	if left < 0 {
		e.notef("and %s: jouleboard validate prints all", plural(-left, "more error"))
	}
	if n, w := fs.Count(result.Error), fs.Count(result.Warn); n+w > 0 {
		e.notef("%s, %s", plural(n, "error"), plural(w, "warning"))
	}
}

// oneLine keeps contributed text from breaking or colouring the terminal.
func oneLine(s string) string { return review.OneLine(s) }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// paint colours s on a terminal that can, unless NO_COLOR is set.
func (e *env) paint(code, s string) string { return paintOn(e.Stderr, code, s) }

// paintOn is paint for another stream.
func paintOn(w io.Writer, code, s string) string {
	if !canMove(w) || os.Getenv("NO_COLOR") != "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// root returns the board's folder: --root, or the nearest parent of the working
// folder that holds content/site.yaml.
func (e *env) root() (string, error) {
	if e.Root != "" {
		if _, err := os.Stat(filepath.Join(e.Root, "content", "site.yaml")); err != nil {
			return "", usageError{
				msg:  fmt.Sprintf("--root %s is not a board: it has no content/site.yaml", e.Root),
				hint: "name the folder that holds content/ and results/",
			}
		}
		return filepath.Abs(e.Root)
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working folder: %w", err)
	}
	for dir := wd; ; {
		if _, err := os.Stat(filepath.Join(dir, "content", "site.yaml")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", usageError{
				msg:  fmt.Sprintf("no board here: neither %s nor a folder above it holds content/site.yaml", wd),
				hint: "change into a board's folder, or name it with --root DIR",
			}
		}
		dir = up
	}
}

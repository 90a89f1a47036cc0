// The place of the output: which folder a build may write to, and the staging
// folders beside it.

package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// CheckOut says why a folder may not be the output of a board at root: a build
// must not write where the board's input is, nor over the board itself.
func CheckOut(root, dir string) error {
	if strings.TrimSpace(dir) == "" {
		return errors.New("the output folder has no name")
	}
	out, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("output folder %s: %w", dir, err)
	}
	if inside(root, out) {
		return fmt.Errorf("the output folder %s holds the board itself", dir)
	}
	for _, own := range []string{"content", "results", "templates", "assets", "labels", "cmd", "internal", ".git"} {
		if inside(out, filepath.Join(root, own)) {
			return fmt.Errorf("the output folder %s is part of the board's own files", dir)
		}
	}
	return nil
}

// inside says whether a path is a folder or lies in it. Links count as where they
// lead, and names as the same where the disk takes them so: a preview that writes
// into what it watches would never come to rest.
func inside(name, folder string) bool {
	within := func(name, folder string) bool { // whether or not they are there
		rel, err := filepath.Rel(folder, name)
		return err == nil && filepath.IsLocal(rel)
	}
	if within(name, folder) || within(followed(name), followed(folder)) {
		return true
	}
	want, err := os.Stat(folder)
	if err != nil {
		return false
	}
	for at := followed(name); ; at = filepath.Dir(at) {
		if st, err := os.Stat(at); err == nil && os.SameFile(st, want) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// followed is a path with the links resolved in what is there of it.
func followed(name string) string {
	rest := ""
	for at := name; ; at = filepath.Dir(at) {
		if to, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(to, rest)
		}
		if at == filepath.Dir(at) {
			return name
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// stagePrefix begins the names of staging folders.
const stagePrefix = ".jouleboard-stage-"

// sweep removes staging folders that a killed build left. An hour is far longer
// than a build takes, so a build that runs beside this one keeps its own.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // newOutput reports a folder that cannot be used
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), stagePrefix) || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}
